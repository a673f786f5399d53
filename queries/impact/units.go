package impact

import (
	"math"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/queries/campaign"
)

// fewest is how many requests a unit must have had in one window for none in the other to mean that it closed, or is new, and
// how many in each for a rate or a median of its own: one that rests on a handful would count as much as the largest.
const fewest = 10

// hasTarget tells whether the history has any of those addressed.
func (a *assessment) hasTarget() bool {
	return slices.ContainsFunc(a.p.Units, func(u Unit) bool { return u.IsTarget })
}

// targets gives all units that were addressed, measured or not.
func (a *assessment) targets() []*Unit {
	var all []*Unit
	for i := range a.p.Units {
		if a.p.Units[i].IsTarget {
			all = append(all, &a.p.Units[i])
		}
	}
	return all
}

// chooseUnits sorts the units out. A window that is not over leaves nobody out: what has none yet may still come.
func (a *assessment) chooseUnits() {
	seen := map[string]bool{}
	for _, u := range a.p.Small {
		seen[strings.TrimSpace(u.Name)] = true
	}
	for i := range a.p.Units {
		u := &a.p.Units[i]
		seen[strings.TrimSpace(u.Name)] = true
		switch {
		case a.p.IsComplete && !a.leftOut(u).isEmpty():
			a.left = append(a.left, u)
		case u.IsTarget:
			a.target = append(a.target, u)
		default:
			a.comparison = append(a.comparison, u)
		}
	}
	for _, name := range append(slices.Clone(a.named(true)), a.named(false)...) {
		if name = strings.TrimSpace(name); !seen[name] && !slices.Contains(a.missing, name) {
			a.missing = append(a.missing, name)
		}
	}
}

// named gives the units that the record names as target, or as comparison.
func (a *assessment) named(target bool) []string {
	group := a.p.Campaign.Comparison
	if target {
		group = a.p.Campaign.Target
	}
	return namesIn(group, a.p.Dimension)
}

// namesIn gives the names of a group in a dimension.
func namesIn(group campaign.Group, dimension string) []string {
	switch dimension {
	case byDepartment:
		return group.Departments
	case byPatronGroup:
		return group.PatronGroups
	case byLibrary:
		return group.Libraries
	}
	return nil
}

// leftOut says why a unit cannot be compared with itself a year before; an empty phrase where it can.
func (a *assessment) leftOut(u *Unit) phrase {
	post, pre := a.weight(u.Post), a.weight(u.Pre)
	switch {
	case post == 0 && pre == 0:
		return a.w.leftNothing()
	case post == 0 && pre >= fewest:
		return a.w.leftClosed(pre)
	case pre == 0 && post >= fewest:
		return a.w.leftNew(post)
	case a.breaksOff(u):
		return a.w.leftBroken()
	case !a.p.Outcome.IsCount && (post < fewest || pre < fewest):
		return a.w.leftThin(pre, post)
	case a.isShare() && u.Post.X+u.Pre.X == 0:
		return a.w.leftWithout()
	case !u.IsTarget && a.p.Campaign.PerHead && !hasExposure(u):
		return a.w.leftExposure()
	}
	if _, ok := a.logRatio(u.Post, u.Pre); !ok {
		return a.w.leftUnmeasured()
	}
	return phrase{}
}

// breaksOff tells whether a unit that had requests in the last whole month of the window's year before has none in the window's:
// it was closed, renamed or merged on the way.
func (a *assessment) breaksOff(u *Unit) bool {
	if !a.p.Outcome.IsCount {
		return false
	}
	for i := len(a.p.Months) - 1; i >= 12; i-- {
		if part(a.p.Months[i], a.p.Windows.Post) == 1 {
			return reading(u, i).X == 0 && reading(u, i-12).X >= fewest
		}
	}
	return false
}

// isSilent tells whether those addressed had nothing in either window.
func (a *assessment) isSilent() bool {
	return !slices.ContainsFunc(a.targets(), func(u *Unit) bool { return u.Post.X+u.Pre.X > 0 })
}

func hasExposure(u *Unit) bool { return u.Exposure != nil && u.Exposure[0] > 0 && u.Exposure[1] > 0 }

// withoutExposure gives the measured targets of whom nobody knows how many there are, where that is asked for.
func (a *assessment) withoutExposure() []*Unit {
	var unknown []*Unit
	for _, u := range a.target {
		if a.p.Campaign.PerHead && !hasExposure(u) {
			unknown = append(unknown, u)
		}
	}
	return unknown
}

// weight is how many a reading rests on: requests, or readers where those are counted.
func (a *assessment) weight(r Reading) float64 {
	if a.p.Outcome.IsCount {
		return r.X
	}
	return r.N
}

func (a *assessment) isMedian() bool { return a.p.Outcome.Unit == "days" }
func (a *assessment) isShare() bool  { return !a.p.Outcome.IsCount && !a.isMedian() }

// value is a reading as one number: a count, a share of 0 to 1, or days.
func (a *assessment) value(r Reading) float64 {
	if a.isShare() {
		if r.N == 0 {
			return 0
		}
		return r.X / r.N
	}
	return r.X
}

// logRatio is ln(post ÷ pre) of an outcome: a half is added to counts, and to both sides of shares, so that none is infinite.
func (a *assessment) logRatio(post, pre Reading) (float64, bool) {
	switch {
	case a.p.Outcome.IsCount:
		return math.Log((post.X + .5) / (pre.X + .5)), true
	case a.isMedian():
		return math.Log(post.X / pre.X), post.N > 0 && pre.N > 0 && post.X > 0 && pre.X > 0
	}
	return math.Log((post.X+.5)/(post.N+1)) - math.Log((pre.X+.5)/(pre.N+1)), post.N > 0 && pre.N > 0
}

// windowRatio is the log ratio of a unit's window to the year before, per head where the campaign is measured so.
func (a *assessment) windowRatio(u *Unit) float64 {
	l, _ := a.logRatio(u.Post, u.Pre)
	if a.p.Campaign.PerHead && hasExposure(u) {
		l -= math.Log(u.Exposure[0] / u.Exposure[1])
	}
	return l
}

// pool reads several units as one. Medians cannot be added: theirs is the mean of the logarithms, weighted by requests.
func (a *assessment) pool(units []*Unit, pick func(*Unit) Reading) Reading {
	var sum Reading
	logs, days := 0.0, false
	for _, u := range units {
		r := pick(u)
		sum.X += r.X
		sum.N += r.N
		if r.X > 0 {
			logs, days = logs+r.N*math.Log(r.X), true
		}
	}
	if a.isMedian() && len(units) > 0 {
		if len(units) == 1 {
			return pick(units[0])
		}
		sum.X = 0
		if days && sum.N > 0 {
			sum.X = math.Exp(logs / sum.N)
		}
	}
	return sum
}

func (a *assessment) unitReports() []UnitReport {
	reports := make([]UnitReport, 0, len(a.p.Units))
	sides := a.sides()
	for _, units := range [][]*Unit{sides[1], sides[0]} {
		small := a.smallLeft(units)
		units = slices.DeleteFunc(units, func(u *Unit) bool { return slices.Contains(small, u) })
		hidden := a.hidden(units)
		for _, u := range units {
			if slices.Contains(hidden, u) {
				continue
			}
			r := UnitReport{Name: u.Name, IsTarget: u.IsTarget, Pre: a.value(u.Pre), Post: a.value(u.Post)}
			if a.p.Dimension == "" {
				r.name = say("everyone.name")
				r.Name = a.say(r.name)
			}
			a.countBehind(&r, u.Pre, u.Post)
			if slices.Contains(a.left, u) {
				r.leftOut = a.leftOut(u)
				r.LeftOut = a.say(r.leftOut)
			} else {
				l := a.windowRatio(u)
				r.LogRatio = &l
			}
			reports = append(reports, r)
		}
		if len(hidden) > 0 {
			pre, post := a.pool(hidden, func(u *Unit) Reading { return u.Pre }), a.pool(hidden, func(u *Unit) Reading { return u.Post })
			name := a.w.together(len(hidden))
			r := UnitReport{Name: a.say(name), name: name, IsTarget: hidden[0].IsTarget, Pre: a.value(pre), Post: a.value(post)}
			a.countBehind(&r, pre, post)
			reports = append(reports, r)
		}
	}
	return reports
}

// countBehind says how many requests a share or a median rests on.
func (a *assessment) countBehind(r *UnitReport, pre, post Reading) {
	if !a.p.Outcome.IsCount {
		r.NPre, r.NPost = &pre.N, &post.N
	}
}
