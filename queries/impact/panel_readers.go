package impact

import (
	"database/sql"
	"math/bits"
	"slices"
	"strings"
)

// Readers tells how many distinct readers stand behind an outcome of units in a span of days. Below the panel's Suppress its
// counts are exact; from there on they are at least so many. Requests without a reader's key are a reader each.
type Readers struct {
	first int // day that the lists begin with, from 1970
	units map[string]*unitReaders
}

// unitReaders are the readers of one unit by day.
type unitReaders struct {
	masks   []uint64 // a bit of 64 for each reader, some sharing one
	unknown []int    // without a key
	keys    map[int][]int64
}

// In counts the distinct readers of units in a span.
func (r *Readers) In(units []string, spans ...Span) int {
	mask, unknown, known := uint64(0), 0, map[int64]bool{}
	for _, name := range units {
		u := r.units[name]
		if u == nil {
			continue
		}
		for _, span := range spans {
			from, to := r.days(span, len(u.masks))
			for i := from; i < to; i++ {
				mask |= u.masks[i]
				unknown += u.unknown[i]
				for _, key := range u.keys[i] {
					known[key] = true
				}
			}
		}
	}
	return max(bits.OnesCount64(mask), len(known)) + unknown
}

// days are the places of a span's days in lists of n.
func (r *Readers) days(span Span, n int) (from, to int) {
	begins := epoch.AddDate(0, 0, r.first)
	return min(max(daysBetween(begins, span.From), 0), n), min(max(daysBetween(begins, span.To), 0), n)
}

// readersOf sorts what the statements found by unit and day.
func readersOf(rows []dayCounts) *Readers {
	r := &Readers{first: firstDay(rows), units: map[string]*unitReaders{}}
	last := map[string]int{}
	for _, d := range rows {
		last[d.unit] = max(last[d.unit], d.day-r.first)
	}
	for unit, day := range last {
		r.units[unit] = &unitReaders{masks: make([]uint64, day+1), unknown: make([]int, day+1), keys: map[int][]int64{}}
	}
	for _, d := range rows {
		u := r.units[d.unit]
		u.masks[d.day-r.first] |= d.readers
		u.unknown[d.day-r.first] += d.nUnknown
	}
	return r
}

// countReaders finds who stands behind the numbers of a panel. Where readers may be few, they are read by their keys.
func (r *reader) countReaders(l *layout) error {
	rows, statement := r.rows, askedSQL
	switch l.Outcome.ID {
	case outcomeOverdue:
		rows, statement = r.own, overdueSQL
	case outcomeFirstTime:
		rows, statement = r.own, firstTimeSQL
	}
	l.Readers = readersOf(rows)
	few := l.wherePerhapsFew()
	if len(few.units) > 0 {
		text := strings.ReplaceAll(readersSQL, "rows_of_readers", statement)
		err := r.each(text, func(rows *sql.Rows) error {
			var unit string
			var day int
			var key int64
			if err := rows.Scan(&unit, &day, &key); err != nil {
				return err
			}
			u := l.Readers.units[unit]
			u.keys[day-l.Readers.first] = append(u.keys[day-l.Readers.first], key)
			return nil
		}, sql.Named("from", r.from), sql.Named("to", r.to), sql.Named("units", few.units),
			sql.Named("first_days", few.first), sql.Named("last_days", few.last))
		if err != nil {
			return err
		}
	}
	for i := range l.Units {
		u := &l.Units[i]
		u.NReaders = int64(fewerOf(l.Readers.In([]string{u.Name}, l.Windows.Post), l.Readers.In([]string{u.Name}, l.Windows.Pre)))
	}
	return nil
}

// fewerOf is the smaller of two numbers of readers; none tells of nobody, and leaves the other.
func fewerOf(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// ranges are days of units, from 1970.
type ranges struct {
	units       []string
	first, last []int64
}

// wherePerhapsFew gives the days of those spans behind which fewer readers than Suppress may stand, by the bits that they
// share: of each unit in the windows, and of all units of a side in its months, weeks and pretended windows.
func (l *layout) wherePerhapsFew() ranges {
	marked := map[string][]bool{}
	mark := func(units []string, span Span) {
		if n := l.Readers.In(units, span); n == 0 || n >= l.Suppress {
			return
		}
		for _, name := range units {
			u := l.Readers.units[name]
			if u == nil {
				continue
			}
			if marked[name] == nil {
				marked[name] = make([]bool, len(u.masks))
			}
			from, to := l.Readers.days(span, len(u.masks))
			for i := from; i < to; i++ {
				marked[name][i] = u.masks[i] != 0
			}
		}
	}
	w := l.Windows
	for _, unit := range l.Units {
		for _, span := range []Span{w.Post, w.Pre, w.Prior, w.PriorPre} {
			mark([]string{unit.Name}, span)
		}
	}
	for _, isTarget := range []bool{true, false} {
		var side []string
		for _, unit := range l.Units {
			if unit.IsTarget == isTarget {
				side = append(side, unit.Name)
			}
		}
		for _, month := range l.Months {
			mark(side, Span{month, addMonths(month, 1)})
		}
		for _, span := range []Span{w.Post, w.Pre, w.Prior, w.PriorPre} {
			mark(side, span)
		}
		for _, placebo := range w.Placebo {
			mark(side, placebo.Post)
			mark(side, placebo.Pre)
		}
		for i := range l.Weeks {
			if isTarget {
				mark(side, l.week(i))
			}
		}
	}
	var few ranges
	for _, unit := range l.Units {
		days := marked[unit.Name]
		for i := 0; i < len(days); i++ {
			if !days[i] {
				continue
			}
			j := i
			for j+1 < len(days) && days[j+1] {
				j++
			}
			few.units = append(few.units, unit.Name)
			few.first, few.last = append(few.first, int64(l.Readers.first+i)), append(few.last, int64(l.Readers.first+j))
			i = j
		}
	}
	return few
}

// week is the span of the i-th of Weeks.
func (p *Panel) week(i int) Span {
	from := p.FirstWeek.AddDate(0, 0, 7*i)
	return Span{from, from.AddDate(0, 0, 7)}
}

// leaveSmallOut takes units with few readers out of the panel, so that no two sums differ by them; where all of a side are
// such, they stay, and nothing is told.
func (l *layout) leaveSmallOut() {
	isSmall := func(u Unit) bool { return u.NReaders > 0 && u.NReaders < int64(l.Suppress) }
	if l.Dimension == "" {
		return
	}
	for _, isTarget := range []bool{true, false} {
		if slices.ContainsFunc(l.Units, func(u Unit) bool { return u.IsTarget == isTarget && u.NReaders > 0 && !isSmall(u) }) {
			l.Units = slices.DeleteFunc(l.Units, func(u Unit) bool {
				isOut := u.IsTarget == isTarget && isSmall(u)
				if isOut {
					l.Small = append(l.Small, u)
				}
				return isOut
			})
		}
	}
	if l.Outcome.ID == outcomeRequests {
		l.FirstWeek, l.Weeks = l.weeks()
	}
}

// withoutKey is the share of requests of which nobody knows the reader.
func (r *reader) withoutKey(l *layout) *[2]float64 {
	if l.Outcome.ID == outcomeFillRate || l.Outcome.ID == outcomeTurnaround {
		return nil // r.rows count the keys of some of the requests only
	}
	of := r.daily(r.rows, func(d dayCounts) (float64, float64) { return float64(d.nUnknown), d.nRequests })
	var shares [2]float64
	for i, span := range []Span{l.Windows.Post, l.Windows.Pre} {
		var all Reading
		for _, unit := range l.Units {
			one := of(unit.Name, span)
			all.X, all.N = all.X+one.X, all.N+one.N
		}
		if all.N > 0 {
			shares[i] = all.X / all.N
		}
	}
	return &shares
}
