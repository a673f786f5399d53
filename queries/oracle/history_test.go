// Package oracle computes the metrics a second time, naively and without SQL, over random histories, and demands the
// same numbers of package queries. It starts from the rows that a load writes, so that the derived facts are checked
// as well. Everything here is test code.
package oracle

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// history is what a load writes, as plain values. Nil is null.
type history struct {
	libraries []library
	requests  []request
	aliases   map[string]string // symbol to partner
	groups    map[string]string // partner to its group
	addresses map[string]string // library, partner number to symbol
	patrons   map[int64]patron
	targets   map[[2]string]float64 // role, kind to days
	weights   map[string]int64      // patron group to 0..100
	batches   []batch

	known *derived             // what follows from the above, worked out once
	ends  map[string]time.Time // by library: where its business days end, as the load has them
}

type library struct {
	name        string
	zone        *time.Location
	isZoneGiven bool
	closures    map[string]bool // by day, 2024-07-04

	starts *sync.Map // startOf, kept
}

// batch is one table that a load read.
type batch struct{ nRead, nRejected int64 }

type patron struct{ group, department *string }

type request struct {
	id                                                                             int64
	library, sourceID, role, kind, status                                          string
	network, partner, partnerNumber, department, patronGroup, reason, filledBy     *string
	rota, title, author, container, issn, isbn, oclc, currency, copyright          *string
	patronKey, publicationYear, cents                                              *int64
	rush                                                                           *bool
	created, sent, shipped, received, available, due, returned, closed, lastChange *time.Time
	needBy                                                                         *time.Time  // a date
	told                                                                           *milestones // by a tracking table
	events                                                                         []event
}

// event is a status change.
type event struct {
	at       time.Time
	status   string
	isSource bool // a tracking table tells of it; else it was seen between two imports
}

// milestones are those that a source's events tell.
type milestones struct {
	sent, shipped, received, available, returned, closed *time.Time
	status                                               *string
	statusAt                                             *time.Time
}

// dice throws for one history.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))} }

func (d dice) chance(p float64) bool { return d.Float64() < p }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) maybe(p float64, from ...string) *string {
	if !d.chance(p) {
		return nil
	}
	word := pick(d, from...)
	return &word
}

var zones = []string{
	"America/New_York", "Europe/London", "Australia/Lord_Howe" /* half an hour of summer time */, "Asia/Kathmandu",
	"America/Sao_Paulo" /* a day without midnight */, "Pacific/Auckland", "America/Santiago" /* the day before comes back at midnight */, "Africa/Johannesburg", "UTC", "Asia/Tokyo",
}

// manner is how one library's history runs, so that some are full of ties, gaps or open requests.
type manner struct {
	start     time.Time
	span      time.Duration
	grain     time.Duration // dates fall on whole multiples, so that ties happen
	open      float64       // chance that a request is not through yet
	undated   float64       // chance that a date is missing
	unknown   float64       // chance that a word is missing
	typical   time.Duration // of a request's life
	oneRole   string
	negatives float64
	isPrompt  bool    // the last change is the last date, and no events tell another story
	tracked   float64 // chance that status changes are known
	journals  int     // of how many journals and books
	mistyped  float64 // chance that a year is none of interlibrary loan
}

func (d dice) manner() manner {
	year := pick(d, 2016, 2018, 2024) // Brazil's last summer time ended in 2019
	return manner{
		start:     time.Date(year, time.Month(1+d.IntN(12)), 1+d.IntN(28), d.IntN(24), 0, 0, 0, time.UTC),
		span:      time.Duration(pick(d, 10, 60, 200, 500)) * 24 * time.Hour,
		grain:     pick(d, time.Microsecond, time.Second, time.Hour, 24*time.Hour),
		open:      pick(d, 0.0, 0.02, 0.3, 0.8),
		undated:   pick(d, 0.0, 0, 0.03, 0.5),
		unknown:   pick(d, 0.0, 0.2, 0.9),
		typical:   time.Duration(pick(d, 5, 24, 24*7, 24*40)) * time.Hour,
		oneRole:   pick(d, "", "", "", "borrowing", "lending"),
		negatives: pick(d, 0.0, 0, 0.1),
		tracked:   pick(d, 0.0, 0.6, 0.95),
		journals:  pick(d, 1, 3, len(journals)),
	}
}

// randomHistory invents a generation of several libraries, each with its own manner.
func randomHistory(seed uint64, nLibraries int) *history {
	d := newDice(seed)
	h := emptyHistory(d)
	for i := range nLibraries {
		h.addLibrary(d, fmt.Sprintf("LIB%d", i), d.manner(), 1+d.IntN(60))
	}
	return h
}

// crowd invents a generation of many small libraries at the same time, whose dates fall on the same few moments: ties
// of outcomes and of open requests, durations of exactly 7, 14 and 30 days, one in twenty undated.
func crowd(seed uint64, nLibraries int) *history {
	d := newDice(seed)
	h := emptyHistory(d)
	m := manner{
		start: time.Date(2024, time.Month(1+d.IntN(12)), 1+d.IntN(28), 0, 0, 0, 0, time.UTC),
		grain: pick(d, 24*time.Hour, 24*time.Hour, time.Second),
		open:  0.3, unknown: 0.2, typical: 5, isPrompt: true, tracked: 0.5, journals: 2,
	}
	m.span, m.typical = m.grain*time.Duration(pick(d, 15, 40)), m.grain*time.Duration(pick(d, 3, 10))
	for i := range nLibraries {
		m.undated = pick(d, 0, 0, 0.05)
		m.open = pick(d, 0, 0.04, 0.3)
		h.addLibrary(d, fmt.Sprintf("LIB%d", i), m, pick(d, 1, 2, 3, 5, 8, 20, 20, 40))
	}
	return h
}

func emptyHistory(d dice) *history {
	h := &history{
		aliases:   map[string]string{"P2": "P1", "P9": "ZZZ"},
		groups:    map[string]string{"P1": "Alliance", "P3": "Alliance", "ZZZ": "Rest", "O'HARE": "Branch", "P5": "OWN"},
		addresses: map[string]string{},
		patrons:   map[int64]patron{},
		targets: map[[2]string]float64{
			{"borrowing", "loan"}: 10, {"borrowing", "copy"}: 3, {"borrowing", "unknown"}: 10,
			{"lending", "loan"}: 3, {"lending", "copy"}: 2, {"lending", "unknown"}: 3,
			{"docdel", "loan"}: 3, {"docdel", "copy"}: 2, {"docdel", "unknown"}: 3,
		},
	}
	if d.chance(0.3) {
		h.targets[[2]string{"borrowing", "copy"}] = 1
		delete(h.targets, [2]string{"lending", "loan"})
	}
	h.weights = map[string]int64{"Faculty": pick[int64](d, 50, 100, 33), "Étudiant": 20, "Nobody": 70}
	for range d.IntN(4) {
		n := d.Int64N(500)
		h.batches = append(h.batches, batch{n, min(n, d.Int64N(30))})
	}
	for key := int64(1); key <= 5; key++ {
		h.patrons[key] = patron{group: d.maybe(0.7, "Faculty", "Undergraduate"), department: d.maybe(0.7, "History", "Arts, Letters")}
	}
	return h
}

func (h *history) addLibrary(d dice, name string, m manner, nRequests int) {
	zone, err := time.LoadLocation(pick(d, zones...))
	if err != nil {
		panic(err)
	}
	lib := library{name: name, zone: zone, isZoneGiven: d.chance(0.7), closures: map[string]bool{}, starts: &sync.Map{}}
	for range d.IntN(20) {
		lib.closures[m.start.Add(time.Duration(d.Int64N(int64(m.span)))).Format(time.DateOnly)] = true
	}
	h.libraries = append(h.libraries, lib)
	h.addresses[name+"/7"] = "P2"
	h.addresses[name+"/8"] = "P5"
	for range nRequests {
		id := int64(len(h.requests) + 1)
		h.requests = append(h.requests, m.request(d, lib, id))
	}
}

func (m manner) request(d dice, lib library, id int64) request {
	r := request{
		id: id, library: lib.name, sourceID: fmt.Sprint(id),
		role: pick(d, "borrowing", "borrowing", "lending", "docdel"), kind: pick(d, "loan", "loan", "copy", "unknown"),
		network:     d.maybe(1-m.unknown, "OCLC", "RAPID"),
		partner:     d.maybe(1-m.unknown, "P1", "P2", "P3", "P9", "O'HARE", lib.name),
		department:  d.maybe(1-m.unknown, "History", "Law", "Arts, Letters", "unknown"),
		patronGroup: d.maybe(1-m.unknown, "Faculty", "Undergraduate", "Étudiant"),
	}
	if m.oneRole != "" {
		r.role = m.oneRole
	}
	if r.partner == nil {
		r.partnerNumber = d.maybe(0.5, "7", "8", "99")
	}
	if d.chance(0.5) {
		key := 1 + d.Int64N(7) // of some readers the history knows no more than the key
		r.patronKey = &key
	}
	m.life(d, lib, &r)
	m.cite(d, &r)
	m.order(d, lib, &r)
	return r
}

// life gives a request its dates and what became of it.
func (m manner) life(d dice, lib library, r *request) {
	created := m.start.Add(time.Duration(d.Int64N(int64(m.span)))).Truncate(m.grain)
	if d.chance(0.1) { // around the ends of days, and of months
		y, month, day := created.In(lib.zone).Date()
		created = time.Date(y, month, pick(d, 1, day), 0, 0, 0, 0, lib.zone).Add(pick(d, -time.Microsecond, 0, time.Microsecond)).UTC()
	}
	if at := lib.clockChange(created); !m.isPrompt && d.chance(0.2) && !at.IsZero() {
		created = at.Add(pick(d, -time.Microsecond, 0, time.Duration(d.Int64N(int64(24*time.Hour))))).Truncate(time.Microsecond)
		if d.chance(0.5) {
			created = lib.startOf(lib.dayOf(at).AddDate(0, 0, pick(d, 0, 1))).Add(pick(d, -time.Hour, -time.Microsecond, 0, time.Hour))
		}
	}
	if m.mistyped > 0 && d.chance(m.mistyped) {
		created = created.AddDate(1924-created.Year(), 0, 0)
	}
	after := func(at time.Time) time.Time {
		step := time.Duration(d.ExpFloat64() * float64(m.typical))
		if d.chance(m.negatives) {
			step = -step
		}
		return at.Add(step).Truncate(m.grain)
	}
	date := func(at time.Time) *time.Time {
		if d.chance(m.undated) {
			return nil
		}
		at = at.UTC()
		return &at
	}
	r.created = date(created)
	last := created
	step := func(milestone **time.Time) {
		last = after(last)
		*milestone = date(last)
	}
	switch {
	case d.chance(m.open):
		r.status = pick(d, "new", "in_process", "sent", "conditional", "unknown")
		if d.chance(0.5) {
			step(&r.sent)
		}
	case d.chance(0.3):
		r.status = pick(d, "unfilled", "expired", "cancelled_staff", "cancelled_patron")
		r.reason = d.maybe(1-m.unknown, "not_available", "duplicate", "held_locally", "free_online", "cost")
		step(&r.closed)
	default:
		m.supply(d, lib, r, step, &last)
	}
	if m.isPrompt {
		if d.chance(0.95) {
			changed := last.UTC()
			r.lastChange = &changed
		}
		return
	}
	if d.chance(0.9) {
		changed := last.Add(pick[time.Duration](d, 0, 0, time.Hour)).Truncate(time.Microsecond).UTC()
		r.lastChange = &changed
	}
	if d.chance(0.3) {
		m.track(d, r, date, last)
	}
}

// supply fills a request, and lends and returns a loan.
func (m manner) supply(d dice, lib library, r *request, step func(**time.Time), last *time.Time) {
	r.filledBy = d.maybe(0.25, "open_access", "purchase", "unknown", "local", "lender")
	r.status = pick(d, "delivered", "notified", "checked_out", "found", "shipped", "received")
	step(&r.shipped)
	if d.chance(0.5) {
		step(&r.received)
	}
	step(&r.available)
	if r.kind != "loan" || d.chance(0.1) {
		return
	}
	if d.chance(0.9) {
		y, month, day := last.In(lib.zone).Date()
		due := time.Date(y, month, day+d.IntN(60)-2, d.IntN(24), pick(d, 0, 59), 0, 0, lib.zone).UTC()
		if at := lib.clockChange(due); d.chance(0.2) && !at.IsZero() {
			due = at.Add(pick(d, -time.Microsecond, 0, 20*time.Hour))
		}
		if at := lib.dayAgain(due); d.chance(0.5) && !at.IsZero() {
			due = at.Add(pick(d, -time.Microsecond, 0, 0, time.Microsecond))
		}
		r.due = &due
	}
	if d.chance(m.open) {
		r.status = pick(d, "checked_out", "overdue", "lost", "renewed")
		return
	}
	r.status = pick(d, "returned", "checked_in", "finished", "return_pending")
	if r.due != nil && d.chance(0.6) { // around the end of the due day
		y, month, day := r.due.In(lib.zone).Date()
		*last = time.Date(y, month, day+d.IntN(5), 0, 0, 0, 0, lib.zone).Add(pick(d, -time.Microsecond, 0, time.Hour)).UTC()
	}
	step(&r.returned)
	if d.chance(0.5) {
		step(&r.closed)
	}
}

// track tells a part of the same life, or another one, by events.
func (m manner) track(d dice, r *request, date func(time.Time) *time.Time, last time.Time) {
	e := &milestones{}
	some := func(to **time.Time, from *time.Time) {
		if from != nil && d.chance(0.5) {
			at := from.Add(pick(d, 0, time.Hour, -time.Hour))
			*to = &at
		}
	}
	some(&e.sent, r.sent)
	some(&e.shipped, r.shipped)
	some(&e.available, r.available)
	some(&e.returned, r.returned)
	some(&e.closed, r.closed)
	e.statusAt = date(last.Add(pick(d, -time.Hour, 0, time.Hour)))
	if e.statusAt != nil {
		e.status = d.maybe(0.8, "delivered", "sent", "cancelled_patron", "finished", "unfilled")
	}
	r.told = e
	if at := e.newest(); at != nil { // what is told comes from events
		status := "in_process"
		if e.status != nil && e.statusAt == at {
			status = *e.status
		}
		r.events = append(r.events, event{*at, status, true})
	}
}
