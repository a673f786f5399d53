package impact

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
)

// The outcomes, as package campaign names them.
const (
	outcomeRequests    = "requests"
	outcomeRequesters  = "requesters"
	outcomeFirstTime   = "first_time_requesters"
	outcomeTurnaround  = "median_turnaround"
	outcomeFillRate    = "fill_rate"
	outcomeOverdue     = "overdue_rate"
	outcomeHeldLocally = "held_locally"
)

// lookBackMonths is how long a reader must have asked for nothing to count as a first-time one.
const lookBackMonths = 24

// The dimensions that a panel's units can have.
const (
	byDepartment  = "department"
	byPatronGroup = "patron_group"
	byLibrary     = "library"
)

// scope is what a campaign asks of a history: whose requests, and split how.
type scope struct {
	dimension          string
	target, comparison []string // names of units, none twice
	// the parts of the readers that the panel is limited to beside its units
	departments, patronGroups, libraries []string
	roles                                []string
}

// scopeOf reads a campaign's groups. Both are parts of the same readers: what the units don't tell apart is the same for
// both, or said of the target only.
func scopeOf(c campaign.Campaign) (scope, error) {
	target, comparison := trimmed(c.Target), trimmed(c.Comparison)
	s := scope{departments: target.Departments, patronGroups: target.PatronGroups, libraries: target.Libraries, roles: c.Roles}
	if c.Start.IsZero() {
		return scope{}, invalid("campaign %s has no first day", c.ID)
	}
	if len(s.roles) == 0 {
		s.roles = []string{"borrowing"}
	}
	switch {
	case len(target.Departments) > 0:
		s.dimension, s.target, s.comparison, s.departments = byDepartment, target.Departments, comparison.Departments, nil
		target.Departments, comparison.Departments = nil, nil
	case len(target.PatronGroups) > 0:
		s.dimension, s.target, s.comparison, s.patronGroups = byPatronGroup, target.PatronGroups, comparison.PatronGroups, nil
		target.PatronGroups, comparison.PatronGroups = nil, nil
	case len(target.Libraries) > 0:
		s.dimension, s.target, s.comparison, s.libraries = byLibrary, target.Libraries, comparison.Libraries, nil
		target.Libraries, comparison.Libraries = nil, nil
	default: // everyone is addressed, and there is nobody to compare with
		return s, nil
	}
	for _, lists := range []struct {
		name       string
		its, other []string
	}{
		{"departments", target.Departments, comparison.Departments},
		{"patron groups", target.PatronGroups, comparison.PatronGroups},
		{"libraries", target.Libraries, comparison.Libraries},
	} {
		if len(lists.other) > 0 && !slices.Equal(lists.its, lists.other) {
			return scope{}, invalid("the units of campaign %s are compared by %s: its comparison group must name the same %s as its target, or none",
				c.ID, strings.ReplaceAll(s.dimension, "_", " "), lists.name)
		}
	}
	s.comparison = slices.DeleteFunc(s.comparison, func(name string) bool { return slices.Contains(s.target, name) })
	return s, nil
}

// trimmed is a group with each name once, in order, as the history writes it.
func trimmed(g campaign.Group) campaign.Group {
	names := func(list []string) []string {
		var out []string
		for _, name := range list {
			if name = strings.TrimSpace(name); name != "" {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return campaign.Group{Departments: names(g.Departments), PatronGroups: names(g.PatronGroups), Libraries: names(g.Libraries)}
}

// meets tells whether a group has readers of the panel, as far as their names tell.
func (s scope) meets(g campaign.Group) bool {
	g = trimmed(g)
	units := slices.Concat(s.target, s.comparison)
	meet := func(dimension string, limited, theirs []string) bool {
		if s.dimension == dimension {
			limited = units
		}
		return len(limited) == 0 || len(theirs) == 0 || slices.ContainsFunc(theirs, func(name string) bool { return slices.Contains(limited, name) })
	}
	return meet(byDepartment, s.departments, g.Departments) && meet(byPatronGroup, s.patronGroups, g.PatronGroups) && meet(byLibrary, s.libraries, g.Libraries)
}

// layout is a panel with its spans and units, before anything is read into them.
type layout struct {
	*Panel
	scope   scope
	history history
	days    *Days
}

// source reads an outcome of one unit, given by its name, in one span.
type source func(unit string, span Span) Reading

// layoutOf finds a campaign's spans and units in a history. For a plan the spans lie whole years earlier, as late as the
// history reaches.
func layoutOf(c campaign.Campaign, others []campaign.Campaign, days *Days, rules Rules, isPlan bool) (*layout, error) {
	s, err := scopeOf(c)
	if err != nil {
		return nil, err
	}
	outcome, ok := campaign.FindOutcome(cmp.Or(c.Outcome, campaign.Outcomes[0].ID))
	if !ok {
		return nil, invalid("the outcome %q of campaign %s is not known: use one of %s", c.Outcome, c.ID, strings.Join(outcomeIDs(), ", "))
	}
	p := &Panel{Campaign: c, Outcome: outcome, Dimension: s.dimension, AsOf: days.AsOf, Today: days.today(), Generation: days.Generation,
		Suppress: rules.Suppress, YearStart: rules.YearStart}
	for _, other := range others {
		if other.ID != c.ID {
			p.Others = append(p.Others, other)
		}
	}
	l := &layout{Panel: p, scope: s, history: days.reach(), days: days}
	p.Windows = WindowsOf(c)
	if isPlan {
		p.Windows = WindowsOf(yearsEarlier(c, l.history.until))
	}
	p.IsComplete = !p.Windows.Post.To.After(l.history.until)
	begins := l.begins()
	if last := monthOf(p.Windows.Post.To.AddDate(0, 0, -1)); !begins.IsZero() {
		for month := begins; !month.After(last) && !addMonths(month, 1).After(l.history.until); month = addMonths(month, 1) {
			p.Months = append(p.Months, month)
		}
	}
	p.Windows.Placebo = placeboWindows(p.Windows.Post, begins, l.history.until, l.taken())
	for _, unit := range days.Units {
		isTarget := s.dimension == "" || slices.Contains(s.target, unit.Name)
		if isTarget || slices.Contains(s.comparison, unit.Name) {
			p.Units = append(p.Units, Unit{Name: unit.Name, IsTarget: isTarget, NReaders: unit.NReaders})
		}
	}
	slices.SortStableFunc(p.Units, func(a, b Unit) int {
		if a.IsTarget != b.IsTarget {
			if a.IsTarget {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return l, nil
}

// yearsEarlier is a campaign that has not begun, moved back by as many whole years, one at least, as it takes for the
// history to reach the end of what is measured. What lasts is measured over a whole year: it is moved to the newest one that
// ends with a month.
func yearsEarlier(c campaign.Campaign, until time.Time) campaign.Campaign {
	if c.End.IsZero() && !until.IsZero() && addMonths(c.Start, longestMonths).After(until) {
		c.Start = addMonths(monthOf(until), -longestMonths)
		return c
	}
	for years := 1; ; years++ {
		earlier := c
		earlier.Start = addMonths(c.Start, -12*years)
		if !c.End.IsZero() {
			earlier.End = Span{c.Start, c.End}.moved(-12 * years).To
		}
		if until.IsZero() || !WindowsOf(earlier).Post.To.After(until) {
			return earlier
		}
	}
}

// begins is the first month that the outcome is known of.
func (l *layout) begins() time.Time {
	if l.Outcome.ID == outcomeFirstTime && !l.history.firstMonth.IsZero() {
		return addMonths(l.history.firstMonth, lookBackMonths)
	}
	return l.history.firstMonth
}

// taken are the extents of other campaigns that may have moved the panel's units.
func (l *layout) taken() []Span {
	var extents []Span
	for _, other := range l.Others {
		if !isSameCampaign(other, l.Campaign) && l.scope.meets(other.Target) && !(other.Kind == campaign.KindServiceChange && other.Target.IsEmpty()) {
			extents = append(extents, Extent(other))
		}
	}
	return extents
}

// requests reads counts of requests from the days.
func (l *layout) requests() source {
	sums := map[string]summed{}
	for _, unit := range l.days.Units {
		sums[unit.Name] = runningSum(l.days.First, unit.Requests)
	}
	return func(unit string, span Span) Reading { return Reading{X: sums[unit].over(span)} }
}

// fill reads the outcome of every unit in every span, and what of a history the days tell alone.
func (l *layout) fill(read source) {
	for i := range l.Units {
		u := &l.Units[i]
		for _, month := range l.Months {
			u.Months = append(u.Months, read(u.Name, Span{month, addMonths(month, 1)}))
		}
		w := l.Windows
		u.Post, u.Pre, u.Prior, u.PriorPre = read(u.Name, w.Post), read(u.Name, w.Pre), read(u.Name, w.Prior), read(u.Name, w.PriorPre)
		for _, placebo := range w.Placebo {
			u.Placebo = append(u.Placebo, [2]Reading{read(u.Name, placebo.Post), read(u.Name, placebo.Pre)})
		}
	}
	l.Lending = l.lending()
	if l.Outcome.ID == outcomeRequests {
		l.FirstWeek, l.Weeks = l.weeks()
	}
}

func (l *layout) lending() []float64 {
	if !slices.ContainsFunc(l.days.Lending, func(n float64) bool { return n > 0 }) {
		return nil
	}
	sums := runningSum(l.days.First, l.days.Lending)
	months := make([]float64, len(l.Months))
	for i, month := range l.Months {
		months[i] = sums.over(Span{month, addMonths(month, 1)})
	}
	return months
}

// weeks sums the target's requests from Monday to Sunday, as far as the history reaches.
func (l *layout) weeks() (first time.Time, weeks []float64) {
	if l.history.firstMonth.IsZero() {
		return time.Time{}, nil
	}
	first = l.history.firstMonth
	for first.Weekday() != time.Monday {
		first = first.AddDate(0, 0, 1)
	}
	read := l.requests()
	end := l.days.First.AddDate(0, 0, l.days.longest()+6)
	for week := first; ; {
		next := week.AddDate(0, 0, 7)
		if next.After(l.history.until) || next.After(end) {
			return first, weeks
		}
		n := 0.0
		for _, unit := range l.Units {
			if unit.IsTarget {
				n += read(unit.Name, Span{week, next}).X
			}
		}
		weeks = append(weeks, n)
		week = next
	}
}

func outcomeIDs() []string {
	var ids []string
	for _, outcome := range campaign.Outcomes {
		ids = append(ids, outcome.ID)
	}
	return ids
}

func invalid(format string, args ...any) error {
	return queries.NewError(queries.Invalid, format, args...)
}
