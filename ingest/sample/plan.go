package sample

import (
	"iter"
	"slices"
)

// streams are the sources of requests: the readers of each department as borrowers and for document delivery, and the other libraries.
const nStreams = 2*nDepartments + 1

const nDepartments = 13 // with the one for accounts that have none

func stream(s int) (role, int) {
	switch {
	case s < nDepartments:
		return borrowing, s
	case s < 2*nDepartments:
		return docdel, s - nDepartments
	}
	return lending, -1
}

// Shares of all requests, per mille.
const (
	borrowingShare = 550
	lendingShare   = 350
	docdelShare    = 100
)

// Requests by weekday (Sunday first) and by hour, per mille of the average.
var (
	readerWeekdays  = [7]int64{620, 1290, 1300, 1240, 1120, 890, 430}
	libraryWeekdays = [7]int64{110, 1440, 1420, 1370, 1300, 1180, 150}
	readerHours     = []int64{0: 30, 12, 6, 4, 4, 6, 12, 24, 48, 72, 84, 86, 76, 82, 90, 92, 84, 68, 52, 50, 56, 58, 52, 42}
	libraryHours    = []int64{0: 6, 4, 3, 3, 3, 4, 8, 28, 70, 98, 108, 104, 86, 98, 106, 100, 82, 44, 20, 14, 12, 10, 8, 7}
)

// growth is the change of a role per year, per mille.
var growth = [nRoles]int64{borrowing: 40, lending: -25, docdel: 90}

// rates weighs every (day, stream) of the history, as running sums: season, weekday, closures, growth, campaigns, and shocks that last
// a week or a month, or for as long as w.shocks has them.
func (w *world) rates() []int64 {
	r := newRandom(w.cfg.Seed, 2)
	nDays := int((w.toAt - w.fromAt) / day)
	sums := make([]int64, 0, nDays*nStreams)
	var total int64
	var weekly, libraries int64
	var monthly [nDepartments]int64
	targeted := make([][2]int64, len(w.changes))
	for d := range nDays {
		at := w.fromAt + int64(d)*day
		i := w.cal.index(at)
		weekday := w.cal.weekday[i]
		if d == 0 || weekday == 1 {
			weekly, libraries = r.noise(45), r.noise(60)
		}
		if d == 0 || w.cal.iso[i][8:] == "01" {
			for k := range monthly {
				monthly[k] = r.noise(30)
			}
		}
		season := w.cal.season[i]
		shared, open := int64(1000), int64(1000)
		if w.shocks != nil {
			shared = w.shocks[w.monthIndex(at)]
		}
		if w.cal.closed[i] {
			open = 300
		}
		for s := range nStreams {
			ro, dep := stream(s)
			grown := 1000 + growth[ro]*int64(d)/365
			var rate int64
			if ro == lending {
				rate = lendingShare * 1000 * (season + 1600) / 2600 * libraryWeekdays[weekday] / 1000 * libraries / 1000
			} else {
				share := int64(borrowingShare)
				if ro == docdel {
					share = docdelShare
				}
				rate = share * departments[dep].share * season / 1000 * readerWeekdays[weekday] / 1000 * weekly / 1000 * monthly[dep] / 1000 * shared / 1000
			}
			plain := rate * grown / 1000 * open / 1000
			rate = plain
			if ro != lending {
				for i, c := range w.changes {
					if c.addresses(departments[dep].name, at) {
						rate = plain * c.rate / 1000
						targeted[i][0] += rate
						targeted[i][1] += plain
					}
				}
			}
			total += rate
			sums = append(sums, total)
		}
	}
	for _, t := range targeted {
		perRequest := float64(total) / float64(w.cfg.Requests)
		w.expected = append(w.expected, [2]float64{float64(t[0]) / perRequest, float64(t[1]) / perRequest})
	}
	return sums
}

// piece is a run of requests of one day, small enough to hold.
type piece struct {
	number  int     // of the first request
	at      int64   // midnight
	streams []uint8 // stream of each request
	part    int     // of that day; each part covers the whole day
}

// counts decides how many requests fall on each day and stream: so many even draws over the weights, so that their number is exact and
// their spread that of chance.
func (w *world) counts() []uint32 {
	sums := w.rates()
	counts := make([]uint32, len(sums))
	r := newRandom(w.cfg.Seed, 3)
	for range w.cfg.Requests {
		counts[r.pick(sums)]++
	}
	return counts
}

// plan yields the days in order, cut into pieces.
func (w *world) plan() iter.Seq[piece] {
	counts := w.counts()
	return func(yield func(piece) bool) {
		number := 100_001
		for d := range len(counts) / nStreams {
			at := w.fromAt + int64(d)*day
			var all []uint8
			for s, n := range counts[d*nStreams : (d+1)*nStreams] {
				all = append(all, slices.Repeat([]uint8{uint8(s)}, int(n))...)
			}
			r := newRandom(w.cfg.Seed, 1_000_000+uint64(d))
			for i := len(all) - 1; i > 0; i-- {
				j := r.below(i + 1)
				all[i], all[j] = all[j], all[i]
			}
			parts := (len(all) + batchSize - 1) / batchSize
			for part := range parts {
				streams := all[part*batchSize : min((part+1)*batchSize, len(all))]
				if !yield(piece{number, at, streams, part}) {
					return
				}
				number += len(streams)
			}
		}
	}
}

var readerHourSums, libraryHourSums = runningSums(readerHours), runningSums(libraryHours)

func runningSums(weights []int64) []int64 {
	sums := slices.Clone(weights)
	for i := 1; i < len(sums); i++ {
		sums[i] += sums[i-1]
	}
	return sums
}

// piece invents the requests of a piece and writes their rows into b.
func (g *generator) piece(p piece, b *batch) {
	w := g.w
	g.r = newRandom(w.cfg.Seed, 1_000_000_000+uint64(p.at/day)<<20+uint64(p.part))
	type arrival struct {
		at     int64
		stream uint8
	}
	arrivals := make([]arrival, len(p.streams))
	for i, s := range p.streams {
		sums := readerHourSums
		if ro, _ := stream(int(s)); ro == lending {
			sums = libraryHourSums
		}
		at := p.at + int64(g.r.pick(sums))*hour + g.r.below64(3600)*second
		arrivals[i] = arrival{w.cal.clear(at), s}
	}
	slices.SortFunc(arrivals, func(a, b arrival) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return int(a.stream) - int(b.stream)
	})
	b.reset(w.fiscalYear(p.at))
	before := g.books.histories
	events := g.books.events
	for i, a := range arrivals {
		ro, dep := stream(int(a.stream))
		g.reset(p.number+i, ro, dep, a.at)
		q := &g.q
		switch ro {
		case lending:
			q.copy = g.r.chance(470)
		case docdel:
			q.copy = true
		default:
			q.copy = g.r.chance(departments[dep].copies)
		}
		if ro != lending {
			q.patron = w.reader(g.r, dep, a.at)
			if g.r.chance(3) {
				q.patron = len(w.patrons) + g.r.below(40)
			}
		}
		g.invent()
		g.books.count(w, q)
		b.transactions = g.transaction(b.transactions)
		if !w.cfg.TransactionsOnly {
			b.tracking = g.tracking(b.tracking)
			b.history = g.history(b.history)
		}
	}
	b.nTransactions = len(arrivals)
	b.nHistory = g.books.histories - before
	b.nEvents = g.books.events - events
}

// fiscalYear is the calendar year in which the fiscal year (from July) of a day began.
func (w *world) fiscalYear(at int64) int {
	i := w.monthIndex(at) + int(w.cfg.From.Month()) - 1 // months since January of the first year
	return w.cfg.From.Year() + (i+6)/12 - 1
}
