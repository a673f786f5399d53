package impact

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Nothing is told behind which stand readers so few that a figure would tell of single ones: 1 to Suppress-1 of them, be it
// the figure itself or what is left of a total when the other figures are taken off. None at all tell of nobody. What is
// estimated is estimated from everything, and then withheld or not.

// few tells whether a number of readers is one of which no figure is told.
func (a *assessment) few(readers int) bool { return readers > 0 && readers < a.p.Suppress }

// behind counts the readers of units in spans. In a panel of which nobody counted them, NReaders of the units hold throughout.
func (a *assessment) behind(units []*Unit, spans ...Span) int {
	if a.p.Readers != nil {
		return a.p.Readers.In(unitNames(units), spans...)
	}
	sum := 0
	for _, u := range units {
		sum += int(u.NReaders)
	}
	return sum
}

// areFew tells whether few readers stand behind units in one of the spans.
func (a *assessment) areFew(units []*Unit, spans ...Span) bool {
	return slices.ContainsFunc(spans, func(span Span) bool { return a.few(a.behind(units, span)) })
}

func unitNames(units []*Unit) []string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.Name
	}
	return names
}

// isSmall tells whether a unit has so few readers that it is not named.
func (a *assessment) isSmall(u *Unit) bool { return a.p.Dimension != "" && a.few(int(u.NReaders)) }

// sides gives the units to compare with, and those addressed.
func (a *assessment) sides() [2][]*Unit {
	var sides [2][]*Unit
	for i := range a.p.Units {
		u := &a.p.Units[i]
		at := 0
		if u.IsTarget {
			at = 1
		}
		sides[at] = append(sides[at], u)
	}
	return sides
}

// hasFewReaders tells whether few readers stand behind those addressed, or those they are compared with, in one of the
// windows. Of a window that is not over nothing but months is told.
func (a *assessment) hasFewReaders() bool {
	windows := []Span{a.p.Windows.Pre, a.p.Windows.Post}
	if !a.p.IsComplete {
		windows = windows[:1]
	}
	for _, side := range a.sides() {
		if a.areFew(side, windows...) {
			return true
		}
		// Read leaves small units out but where there are no others: sums of those alone would differ by single ones.
		if a.p.Readers != nil && slices.ContainsFunc(side, a.isSmall) {
			return true
		}
	}
	return false
}

// hidden are the units of one side that are told together: those with few readers, and the next larger ones until there are
// two, and no few readers behind them all, which the sum of the side would give away.
func (a *assessment) hidden(side []*Unit) []*Unit {
	sorted := slices.Clone(side)
	slices.SortStableFunc(sorted, func(u, v *Unit) int { return cmp.Compare(u.NReaders, v.NReaders) })
	sorted = slices.DeleteFunc(sorted, func(u *Unit) bool { return u.NReaders == 0 }) // nobody needs no cover, and gives none
	n := 0
	for n < len(sorted) && a.isSmall(sorted[n]) {
		n++
	}
	for n > 0 && n < len(sorted) && (n == 1 || a.areFew(sorted[:n], a.p.Windows.Post, a.p.Windows.Pre)) {
		n++
	}
	return sorted[:n]
}

// smallLeft are units with few readers that are not measured. No row tells of them: the sum of the rows less what was measured
// would be theirs.
func (a *assessment) smallLeft(side []*Unit) []*Unit {
	var small []*Unit
	for _, u := range side {
		if a.isSmall(u) && slices.Contains(a.left, u) {
			small = append(small, u)
		}
	}
	return small
}

// tellRaw withholds a raw change, or last year's, with few readers behind one of its numbers.
func (a *assessment) tellRaw(raw *RawChange) *RawChange {
	w, all := a.p.Windows, a.targets()
	if raw == nil || a.p.Readers == nil {
		return raw
	}
	if a.areFew(all, w.Post, w.Prior) || a.areFew(a.smallLeft(all), w.Post) {
		a.note(say("hidden.raw"))
		return nil
	}
	if raw.LastYear != nil && a.areFew(all, w.Pre, w.PriorPre) {
		raw.LastYear = nil
		a.note(say("hidden.last_year"))
	}
	return raw
}

// note remembers what is withheld.
func (a *assessment) note(what phrase) { a.withheld = append(a.withheld, what) }

// hide takes out of a finished report what tells of few readers.
func (a *assessment) hide() {
	if a.p.Readers == nil {
		return
	}
	months := a.hideMonths()
	weeks := a.hideWeeks()
	launches := a.hideLaunches()
	for _, hidden := range []struct {
		key string
		n   int
	}{{"hidden.months", months}, {"hidden.weeks", weeks}, {"hidden.launches", launches}} {
		if hidden.n > 0 {
			a.note(say(hidden.key, "n", whole(hidden.n)))
		}
	}
	if len(a.withheld) > 0 {
		a.r.hidden = say("hidden", "least", digits(a.p.Suppress), "list", row(", ", a.withheld...))
		a.r.Hidden = a.say(a.r.hidden)
	}
}

// hideMonths withholds months and tells of how many. Where one of the window is, what adds up over it would give it away.
func (a *assessment) hideMonths() int {
	target := a.monthsToHide(a.target)
	if all := a.targets(); len(all) != len(a.target) {
		for i, isHidden := range a.monthsToHide(all) {
			target[i] = target[i] || isHidden
		}
	}
	comparison := a.monthsToHide(a.comparison)
	n := 0
	for i := range a.end {
		if target[i] || comparison[i] {
			n++
		}
	}
	for i := range a.r.Indexed {
		if target[i] {
			a.r.Indexed[i].Target = nil
		}
		if comparison[i] {
			a.r.Indexed[i].Comparison = nil
		}
	}
	c := a.r.Counterfactual
	if c == nil {
		return n
	}
	for i := range c.Series {
		if !target[i] {
			continue
		}
		c.Series[i].Observed = nil
		if i >= a.launch && len(c.Cumulative) > 0 {
			c.Cumulative = []Cumulated{}
			a.note(say("hidden.sum"))
		}
	}
	return n
}

// monthsToHide finds the months with few readers behind units, and those that keep them from being told from a total.
func (a *assessment) monthsToHide(units []*Unit) []bool {
	hidden := make([]bool, a.end)
	span := func(i int) Span { return Span{a.p.Months[i], addMonths(a.p.Months[i], 1)} }
	for i := range hidden {
		hidden[i] = a.areFew(units, span(i))
	}
	if !a.p.Outcome.IsCount { // rates and medians don't add up
		return hidden
	}
	var totals [][2]int
	for from := 0; from < a.end; { // years
		to := from + 1
		for to < a.end && a.p.Months[to].Year() == a.p.Months[from].Year() {
			to++
		}
		totals, from = append(totals, [2]int{from, to}), to
	}
	if a.launch >= 12 && a.launch <= a.end { // what the indexed months are divided by
		totals = append(totals, [2]int{a.launch - 12, a.launch})
	}
	w := a.p.Windows
	for _, total := range []Span{w.Post, w.Pre, w.Prior, w.PriorPre} {
		from, to := a.end, 0
		for i := range a.end {
			if span(i).Meets(total) {
				from, to = min(from, i), i+1
			}
		}
		if from < to {
			totals = append(totals, [2]int{from, to})
		}
	}
	a.cover(hidden, totals, units, span, func(i int) float64 { return a.monthly(units, i).X })
	return hidden
}

// cover hides more, smallest first, until none of the totals (from one place up to another) less what is shown of it leaves a
// number of few readers.
func (a *assessment) cover(hidden []bool, totals [][2]int, units []*Unit, span func(int) Span, value func(int) float64) {
	isOpen := func(total [2]int) bool {
		var spans []Span
		for i := total[0]; i < total[1]; i++ {
			if hidden[i] {
				spans = append(spans, span(i))
			}
		}
		return len(spans) == 1 || len(spans) > 1 && a.few(a.behind(units, spans...))
	}
	for again := true; again; {
		again = false
		for _, total := range totals {
			for isOpen(total) {
				next := -1
				for i := total[0]; i < total[1]; i++ {
					if v := value(i); !hidden[i] && v > 0 && (next < 0 || v < value(next)) {
						next = i
					}
				}
				if next < 0 {
					break
				}
				hidden[next], again = true, true
			}
		}
	}
}

// hideWeeks withholds weeks of those addressed, and tells of how many.
func (a *assessment) hideWeeks() int {
	s, p := a.r.Season, a.p
	if s == nil {
		return 0
	}
	units := a.targets()
	hidden := make([]bool, len(p.Weeks))
	for i := range hidden {
		hidden[i] = a.areFew(units, p.week(i))
	}
	// Months and windows are totals of weeks where they begin on a Monday.
	bounds := []time.Time{p.Windows.Post.From, p.Windows.Post.To, p.Windows.Pre.From, p.Windows.Pre.To,
		p.Windows.Prior.From, p.Windows.Prior.To, p.Windows.PriorPre.From, p.Windows.PriorPre.To}
	bounds = append(bounds, p.Months...)
	var places []int
	for _, bound := range bounds {
		if at := daysBetween(p.FirstWeek, bound); bound.Weekday() == time.Monday && at >= 0 && at/7 <= len(p.Weeks) {
			places = append(places, at/7)
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	var totals [][2]int
	for i := 1; i < len(places); i++ {
		totals = append(totals, [2]int{places[i-1], places[i]})
	}
	at := map[*float64]int{}
	for i := range p.Weeks {
		at[&p.Weeks[i]] = i
	}
	for _, year := range s.Years {
		from, to := len(p.Weeks), 0
		for _, value := range year.Values {
			if value != nil {
				from, to = min(from, at[value]), max(to, at[value]+1)
			}
		}
		totals = append(totals, [2]int{from, to})
	}
	a.cover(hidden, totals, units, p.week, func(i int) float64 { return p.Weeks[i] })
	n := 0
	for _, year := range s.Years {
		for i, value := range year.Values {
			if value != nil && hidden[at[value]] {
				year.Values[i] = nil
				n++
			}
		}
	}
	return n
}

// hideLaunches withholds pretended launches that compare windows with few readers, and tells of how many. A series is
// fitted to all months, and tells of none.
func (a *assessment) hideLaunches() int {
	r := a.r.Placebo
	if r == nil || a.r.Headline == nil || a.r.Headline.Method == MethodITS {
		return 0
	}
	isFew := map[string]bool{}
	for _, w := range a.p.Windows.Placebo {
		isFew[written(w.Post.From)] = a.areFew(a.target, w.Post, w.Pre) || a.areFew(a.comparison, w.Post, w.Pre)
	}
	n := len(r.InTime)
	r.NAsBig = 0
	r.InTime = slices.DeleteFunc(r.InTime, func(launch PlaceboLaunch) bool { return isFew[launch.Start] })
	for _, launch := range r.InTime {
		if math.Abs(launch.LogRatio) >= math.Abs(r.Actual) {
			r.NAsBig++
		}
	}
	return n - len(r.InTime)
}
