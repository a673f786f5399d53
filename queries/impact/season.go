package impact

import (
	"cmp"
	"math"
	"time"
)

// indexed sets target and comparison side by side, each over its mean of the twelve months before the launch.
func (a *assessment) indexed() []IndexedMonth {
	of := func(units []*Unit) []float64 {
		if len(units) == 0 || a.launch < 12 || a.launch > a.end {
			return nil
		}
		values := make([]float64, a.end)
		base, n := 0.0, 0
		for i := range values {
			r := a.monthly(units, i)
			values[i] = a.value(r)
			if a.p.Campaign.PerHead && a.p.Outcome.IsCount {
				if readers := exposed(units, i); readers > 0 {
					values[i] /= readers
				} else {
					values[i] = math.NaN()
				}
			}
			if !a.p.Outcome.IsCount && r.N == 0 {
				values[i] = math.NaN()
			}
			if i >= a.launch-12 && i < a.launch && !math.IsNaN(values[i]) {
				base, n = base+values[i], n+1
			}
		}
		if base == 0 || n == 0 {
			return nil
		}
		for i := range values {
			values[i] *= 100 * float64(n) / base
		}
		return values
	}
	target, comparison := of(a.target), of(a.comparison)
	months := make([]IndexedMonth, a.end)
	at := func(values []float64, i int) *float64 {
		if values == nil || math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
			return nil
		}
		return &values[i]
	}
	for i := range months {
		months[i] = IndexedMonth{written(a.p.Months[i]), at(target, i), at(comparison, i)}
	}
	return months
}

// season cuts the target's weeks into academic years.
func (a *assessment) season() *SeasonReport {
	p := a.p
	if p.Outcome.ID != outcomeRequests || len(p.Weeks) == 0 || a.end < 12 {
		return nil
	}
	s := &SeasonReport{StartsIn: cmp.Or(p.YearStart, usual().YearStart)}
	begins := func(year int) time.Time { // the first Monday of a year
		t := time.Date(year, time.Month(s.StartsIn), 1, 0, 0, 0, 0, time.UTC)
		return t.AddDate(0, 0, (8-int(t.Weekday()))%7)
	}
	last := p.Campaign.Start.Year()
	if p.Campaign.Start.Before(begins(last)) {
		last--
	}
	first := p.FirstWeek.Year()
	if p.FirstWeek.Before(begins(first)) {
		first--
	}
	for year := first; year <= last; year++ {
		from, to := begins(year), begins(year+1)
		y := SeasonYear{Label: academicYear(year, s.StartsIn), From: written(from), Values: make([]*float64, int(to.Sub(from).Hours()/24/7+.5))}
		any := false
		for i := range y.Values {
			if at := int(math.Round(from.AddDate(0, 0, 7*i).Sub(p.FirstWeek).Hours() / 24 / 7)); at >= 0 && at < len(p.Weeks) {
				y.Values[i], any = &p.Weeks[at], true
			}
		}
		if any {
			s.Years = append(s.Years, y)
		}
	}
	if len(s.Years) == 0 {
		return nil
	}
	return s
}
