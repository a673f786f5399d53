package oracle

import (
	"math"
	"slices"
	"time"
)

// series is the requests of a group by month, from the history's first full month to its last.
type series struct {
	months []time.Time
	y      []float64
}

// fullMonths spans the months that the question covers whole, from the first with a request in scope.
func (o *oracle) fullMonths() (first, end time.Time) {
	today := earliest(&o.asOf, &o.h.derive().newest).UTC().Truncate(day) // nothing is known of what is later
	for _, r := range o.records() {
		if r.countedDay == nil {
			continue
		}
		month, next := o.bucket(*r.countedDay, "month")
		if !o.f.To.IsZero() && next.After(o.f.To) || next.After(today) {
			continue
		}
		if first.IsZero() || month.Before(first) {
			first = month
		}
	}
	if first.IsZero() {
		return first, first
	}
	for end = first; ; end = end.AddDate(0, 1, 0) {
		next := end.AddDate(0, 1, 0)
		if !o.f.To.IsZero() && next.After(o.f.To) || next.After(today) {
			return first, end
		}
	}
}

func (o *oracle) seriesOf(records []record) series {
	if o.first.IsZero() {
		o.first, o.last = o.fullMonths()
	}
	counts := map[time.Time]int{}
	for _, r := range records {
		if r.countedDay != nil {
			counts[monthOf(*r.countedDay)]++
		}
	}
	var s series
	for month := o.first; month.Before(o.last); month = month.AddDate(0, 1, 0) {
		s.months, s.y = append(s.months, month), append(s.y, float64(counts[month]))
	}
	return s
}

// model is a way to expect a month: before[t] is what was expected of month t a month ahead (from 12 on), ahead what is
// expected of the months to come, spread how uncertain the h-th of these is against the first.
type model struct {
	name   string
	before []float64
	ahead  func(h int) float64
	spread func(h int) float64
}

func naive(y []float64) model {
	m := model{name: "seasonal_naive", before: make([]float64, len(y))}
	for t := 12; t < len(y); t++ {
		m.before[t] = y[t-12]
	}
	m.ahead = func(h int) float64 { return y[len(y)+h-1-12] }
	m.spread = func(int) float64 { return 1 }
	return m
}

func winters(y []float64, alpha, beta, gamma float64) model {
	m := model{name: "holt_winters", before: make([]float64, len(y))}
	level := sumOf(y[:12]) / 12
	trend := (sumOf(y[12:24])/12 - level) / 12
	season := make([]float64, len(y))
	for i := range 12 {
		season[i] = y[i] - level - (float64(i)-5.5)*trend
	}
	level += 5.5 * trend // as it stands in the twelfth month
	for t := 12; t < len(y); t++ {
		m.before[t] = level + trend + season[t-12]
		next := alpha*(y[t]-season[t-12]) + (1-alpha)*(level+trend)
		trend = beta*(next-level) + (1-beta)*trend
		level = next
		season[t] = gamma*(y[t]-level) + (1-gamma)*season[t-12]
	}
	m.ahead = func(h int) float64 { return level + float64(h)*trend + season[len(y)+h-1-12] }
	m.spread = func(h int) float64 {
		sum := 1.0
		for j := 1; j < h; j++ {
			c := alpha * (1 + float64(j)*beta)
			sum += c * c
		}
		return math.Sqrt(sum)
	}
	return m
}

// bestWinters is the one of the grid that would have served best before the back-test.
func bestWinters(y []float64) model {
	var best model
	least := math.Inf(1)
	for _, alpha := range []float64{0.1, 0.3, 0.5} {
		for _, beta := range []float64{0, 0.1} {
			for _, gamma := range []float64{0.1, 0.3} {
				m := winters(y, alpha, beta, gamma)
				sum := 0.0
				for t := 12; t < len(y)-12; t++ {
					sum += (y[t] - m.before[t]) * (y[t] - m.before[t])
				}
				if sum = math.Round(sum * 1e6); sum < least { // so that ties are ties
					least, best = sum, m
				}
			}
		}
	}
	return best
}

// miss is the error of a model over the back-test, as a share; nil where nothing was asked for.
func miss(y []float64, m model) any {
	from := max(12, len(y)-12)
	off, all := 0.0, 0.0
	for t := from; t < len(y); t++ {
		off += math.Abs(y[t] - m.before[t])
		all += y[t]
	}
	if all == 0 {
		return nil
	}
	return off / all
}

// forecast shows the months from the one of from on, and those to come.
func (o *oracle) forecast(g group) [][]any {
	return slices.DeleteFunc(o.wholeForecast(g), func(row []any) bool {
		return row[1] != nil && row[0].(time.Time).Before(monthOf(o.f.From))
	})
}

func (o *oracle) wholeForecast(g group) [][]any {
	s := o.seriesOf(g.records)
	n := len(s.y)
	var rows [][]any
	if sumOf(s.y) == 0 {
		return nil // all of it in months that are not full
	}
	if n < 13 {
		for t, month := range s.months {
			rows = append(rows, []any{month, int64(s.y[t]), nil, nil, nil, nil, nil, nil, nil, nil})
		}
		return rows
	}
	chosen := naive(s.y)
	naiveMiss := miss(s.y, chosen)
	missed := naiveMiss
	var wintersMiss any
	if n >= 36 {
		m := bestWinters(s.y)
		wintersMiss = miss(s.y, m)
		if wintersMiss != nil && wintersMiss.(float64) < naiveMiss.(float64) {
			chosen, missed = m, wintersMiss
		}
	}
	var off []float64
	from := max(12, n-12)
	for t := from; t < n; t++ {
		off = append(off, math.Abs(s.y[t]-chosen.before[t]))
	}
	sigma := math.Max(1.4826*quantile(off, 0.5), math.Sqrt(sumOf(s.y[from:])/float64(n-from)))
	for t, month := range s.months {
		row := []any{month, int64(s.y[t]), nil, nil, nil, nil, missed, naiveMiss, wintersMiss, nil}
		if t >= 12 {
			expected := math.Max(chosen.before[t], 0)
			lo, hi := math.Max(expected-1.96*sigma, 0), expected+1.96*sigma
			row[2], row[3], row[4], row[5], row[9] = expected, lo, hi, chosen.name, s.y[t] < lo || s.y[t] > hi
		}
		rows = append(rows, row)
	}
	for h := 1; h <= o.f.Number("horizon"); h++ {
		expected := math.Max(chosen.ahead(h), 0)
		band := 1.96 * sigma * chosen.spread(h)
		rows = append(rows, []any{s.months[n-1].AddDate(0, h, 0), nil, expected, math.Max(expected-band, 0), expected + band, chosen.name,
			missed, naiveMiss, wintersMiss, nil})
	}
	return rows
}

var explaining = []string{"role", "kind", "partner", "department", "patron_group", "library", "network"}

func (o *oracle) anomalies(g group) [][]any {
	var rows [][]any
	for _, month := range o.forecast(g) {
		if month[9] != true {
			continue
		}
		at, n := month[0].(time.Time), month[1].(int64)
		in := func(r record, start time.Time) bool {
			return r.countedDay != nil && !r.countedDay.Before(start) && r.countedDay.Before(start.AddDate(0, 1, 0))
		}
		now := where(g.records, func(r record) bool { return in(r, at) })
		before := where(g.records, func(r record) bool { return in(r, at.AddDate(-1, 0, 0)) })
		difference := float64(n) - month[2].(float64)
		rows = append(rows, slices.Concat(month[:5], []any{difference}, o.explain(now, before)))
	}
	return rows
}

// explain finds the value of a dimension that changed most in the direction of the whole.
func (o *oracle) explain(now, before []record) []any {
	best := []any{nil, nil, nil, nil, nil, nil}
	whole := int64(len(now) - len(before))
	if whole == 0 {
		return best
	}
	most := int64(0)
	by := o.by()
	for _, dimension := range explaining {
		isAsked := false
		for _, name := range by {
			isAsked = isAsked || name == dimension
		}
		if isAsked {
			continue
		}
		counts := map[string][2]int64{}
		for i, list := range [][]record{now, before} {
			for _, r := range list {
				value := o.value(r, dimension).(string)
				c := counts[value]
				c[i]++
				counts[value] = c
			}
		}
		if len(counts) < 2 {
			continue
		}
		if dimension == "department" || dimension == "patron_group" {
			if o.tellsOfFew(dimension, now) || o.tellsOfFew(dimension, before) {
				continue
			}
		}
		for value, c := range counts {
			change := c[0] - c[1]
			if whole < 0 {
				change = -change
			}
			if c[0]+c[1] < 10 {
				continue
			}
			isBetter := change > most || change == most && best[0] == dimension && value < best[1].(string)
			if isBetter && change > 0 {
				most = change
				best = []any{dimension, value, c[0], c[1], c[0] - c[1], float64(c[0]-c[1]) / float64(whole)}
			}
		}
	}
	return best
}

// tellsOfFew tells that a dimension has a value that few readers asked from: to name another one would tell of it.
func (o *oracle) tellsOfFew(dimension string, month []record) bool {
	people := map[string][]record{}
	for _, r := range month {
		value := o.value(r, dimension).(string)
		people[value] = append(people[value], r)
	}
	for _, list := range people {
		if n := readersOrAlone(list); n > 0 && n < int64(o.f.Number("suppress_below")) {
			return true
		}
	}
	return false
}

// readersOrAlone counts our readers; a request without one is a reader of its own, but lending is nobody of ours.
func readersOrAlone(records []record) int64 {
	var own []record
	alone := int64(0)
	for _, r := range records {
		switch {
		case r.role == "lending":
		case r.patronKey == nil:
			alone++
		default:
			own = append(own, r)
		}
	}
	return readers(own) + alone
}
