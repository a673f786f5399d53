package impact

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/queries/campaign"
)

const (
	tooAlike  = .8   // correlation of two estimates above which neither is told
	dependent = 1e-9 // share of an indicator's square that is left of one that others make up
)

// other is another recorded campaign that meets this one's windows and units.
type other struct {
	c       campaign.Campaign
	x       []float64 // share of each month
	touches []bool    // parallel to units()
	isSame  bool      // it addressed the same of them, none else
	meets   bool      // its days meet the window itself, not only the year before
}

// findOthers looks for campaigns that could have moved the same numbers.
func (a *assessment) findOthers() {
	units, treated := a.units()
	scope, err := scopeOf(a.p.Campaign)
	for _, c := range a.p.Others {
		w := Extent(c)
		if c.ID == a.p.Campaign.ID || isSameCampaign(c, a.p.Campaign) || err == nil && !scope.meets(c.Target) || !w.Meets(a.fitted()) {
			continue
		}
		o := other{c: c, touches: make([]bool, len(units)), meets: w.Meets(a.p.Windows.Post)}
		isEarlier := !o.meets && !w.Meets(a.p.Windows.Pre)
		if c.End.IsZero() { // what lasts is there in every later month
			w.To = a.p.Windows.Post.To.AddDate(1, 0, 0)
		}
		n := 0
		for i, u := range units {
			if a.addresses(c, u) {
				o.touches[i] = true
				n++
			}
		}
		if n == 0 {
			continue
		}
		o.isSame = slices.Equal(o.touches, treated)
		for _, first := range a.p.Months {
			o.x = append(o.x, part(first, w))
		}
		switch {
		case isEarlier:
			a.earlier = append(a.earlier, o)
		case n == len(units):
			a.alike = append(a.alike, o)
		default:
			a.inTheWay = append(a.inTheWay, o)
		}
	}
}

// fitted are the days from the first month to the end of the window, which the models of months are fitted to.
func (a *assessment) fitted() Span {
	s := Span{a.p.Windows.Pre.From, a.p.Windows.Post.To}
	if len(a.p.Months) > 0 && a.p.Months[0].Before(s.From) {
		s.From = a.p.Months[0]
	}
	return s
}

// partly gives the campaigns in the windows that a comparison takes for alike and that need not be: for groups of another kind
// than the units, such as patron groups beside departments, of which one unit may have many and another none.
func (a *assessment) partly() []other {
	if len(a.comparison) == 0 || a.r.Headline.Method == MethodITS {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(a.alike), func(o other) bool {
		return o.c.Target.IsEmpty() || len(namesIn(o.c.Target, a.p.Dimension)) > 0
	})
}

// addresses tells whether a campaign was for a unit's readers. One for groups of another kind, such as patron groups where
// the units are departments, has readers in every unit.
func (a *assessment) addresses(c campaign.Campaign, u *Unit) bool {
	names := namesIn(c.Target, a.p.Dimension)
	if len(names) == 0 {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.TrimSpace(name) == strings.TrimSpace(u.Name) })
}

// isSameCampaign tells whether two records are of one campaign, each with something else measured: they are of one kind, for
// the same readers on the same days. Two that measure the same are two campaigns.
func isSameCampaign(c, d campaign.Campaign) bool {
	isOne := c.Kind == d.Kind && c.Start.Equal(d.Start) && c.End.Equal(d.End) && c.CarryOverMonths == d.CarryOverMonths &&
		isSameGroup(trimmed(c.Target), trimmed(d.Target))
	measures := func(c campaign.Campaign) string { return cmp.Or(c.Outcome, outcomeRequests) }
	return isOne && (measures(c) != measures(d) || c.PerHead != d.PerHead || !slices.Equal(c.Roles, d.Roles))
}

func isSameGroup(t, u campaign.Group) bool {
	return slices.Equal(t.Departments, u.Departments) && slices.Equal(t.PatronGroups, u.PatronGroups) && slices.Equal(t.Libraries, u.Libraries)
}

// namesOf names campaigns; where this one or several of them have the same name, with their ids.
func (a *assessment) namesOf(others []other) []string {
	n := map[string]int{a.p.Campaign.Name: 1}
	for _, o := range others {
		n[o.c.Name]++
	}
	names := make([]string, len(others))
	for i, o := range others {
		switch name := o.c.Name; {
		case name == "":
			names[i] = o.c.ID
		case n[name] > 1:
			names[i] = name + " (" + o.c.ID + ")"
		default:
			names[i] = name
		}
	}
	return names
}

func pick[T any](all []T, at []int) []T {
	some := make([]T, len(at))
	for i, k := range at {
		some[i] = all[k]
	}
	return some
}

// correlated gives those whose estimates go up as this campaign's goes down, or with it, so much that neither is known.
func (a *assessment) correlated(others []other, corr []float64) []other {
	var clash []other
	for i, o := range others {
		if i < len(corr) && !(math.Abs(corr[i]) <= tooAlike) {
			clash = append(clash, o)
		}
	}
	return clash
}

// refuseInseparable says that this campaign and others can only be measured together, and tells whether they can be: all of
// them addressed the same in the window.
func (a *assessment) refuseInseparable(others []other, method string, isSame func(other) bool) bool {
	same, sameDays := len(others) > 0, true
	own := a.w.campaign()
	for _, o := range others {
		same = same && o.meets && isSame(o)
		sameDays = sameDays && Extent(o.c) == Extent(a.p.Campaign)
		if o.c.Name == a.p.Campaign.Name && a.p.Campaign.Name != "" {
			own = named(a.p.Campaign.Name + " (" + a.p.Campaign.ID + ")")
		}
	}
	campaigns := listed{own}
	for _, name := range a.namesOf(others) {
		campaigns = append(campaigns, named(name))
	}
	if method == MethodITS {
		a.refuse(RefusedInseparable, method, a.w.inseparableInSeries(campaigns), a.w.apartInSeries())
		return same
	}
	needed := a.w.apart()
	if a.did == nil {
		needed = a.w.apartInSeries()
	}
	a.refuse(RefusedInseparable, method, a.w.inseparable(campaigns, same, sameDays), needed)
	return same
}

// reachedSame tells whether a campaign addressed all of this one's targets, whose series knows no others, and was for the same
// readers where those are all in one.
func (a *assessment) reachedSame(o other) bool {
	if a.p.Dimension == "" && !isSameGroup(trimmed(o.c.Target), trimmed(a.p.Campaign.Target)) {
		return false
	}
	return !slices.Contains(o.touches[:len(a.target)], false)
}

// chosen are the other campaigns of a series: those that a model can hold, and those that it cannot tell from this one.
type chosen struct{ separate, inseparable []other }

// stepsOf gives the campaigns that reached those addressed and have to stand in their series beside this one.
func (a *assessment) stepsOf(first int) chosen {
	var others []other
	for _, o := range slices.Concat(a.inTheWay, a.alike, a.earlier) {
		if slices.Contains(o.touches[:len(a.target)], true) {
			others = append(others, o)
		}
	}
	if len(others) == 0 || a.end <= a.launch || first >= a.launch {
		return chosen{}
	}
	constant, trend := make([]float64, a.end-first), make([]float64, a.end-first)
	months := make([]int, a.end-first)
	for i := range constant {
		constant[i], trend[i], months[i] = 1, float64(i), int(a.p.Months[first+i].Month())
	}
	base := [][]float64{constant, trend}
	for month := 2; month <= 12; month++ {
		column := make([]float64, len(months))
		for i := range months {
			if months[i] == month {
				column[i] = 1
			}
		}
		base = append(base, column)
	}
	var steps [][]float64
	for _, o := range others {
		steps = append(steps, o.x[first:a.end])
	}
	kept, clash := separable(a.x[first:a.end], steps, base)
	if clash != nil {
		return chosen{inseparable: pick(others, clash)}
	}
	return chosen{separate: pick(others, kept)}
}

// demeaned takes the means of units and of months out of an indicator: what is left is what effects of units and months
// leave of it.
func demeaned(d [][]float64) []float64 {
	months := make([]float64, len(d[0]))
	all := 0.0
	for _, row := range d {
		for t, x := range row {
			months[t] += x / float64(len(d))
			all += x / float64(len(d)*len(row))
		}
	}
	var flat []float64
	for _, row := range d {
		mean := 0.0
		for _, x := range row {
			mean += x / float64(len(row))
		}
		for t, x := range row {
			flat = append(flat, x-mean-months[t]+all)
		}
	}
	return flat
}

// separable takes, one after the other, what is left of others beside the columns of base and those taken before. clash is nil
// where something of own is left beside them all; else it names those that make it up.
func separable(own []float64, others, base [][]float64) (kept, clash []int) {
	var basis [][]float64
	take := func(v []float64) bool {
		rest := residual(residual(v, basis), basis)
		if size := dot(rest, rest); size > dependent*dot(v, v) {
			for i := range rest {
				rest[i] /= math.Sqrt(size)
			}
			basis = append(basis, rest)
			return true
		}
		return false
	}
	for _, column := range base {
		take(column)
	}
	plain := slices.Clone(basis)
	for k, o := range others {
		if take(o) {
			kept = append(kept, k)
		}
	}
	left := residual(own, plain)
	rest := residual(residual(own, basis), basis)
	if dot(rest, rest) > dependent*dot(left, left) {
		return kept, nil
	}
	for k := range others { // those that are combinations of the kept ones stand beside them
		o := residual(others[k], plain)
		if c := dot(left, o); c*c > tooAlike*tooAlike*dot(left, left)*dot(o, o) {
			clash = append(clash, k)
		}
	}
	if clash == nil {
		clash = append([]int{}, kept...)
	}
	return nil, clash
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// residual is what a basis of vectors of length 1 at right angles leaves of v.
func residual(v []float64, basis [][]float64) []float64 {
	rest := slices.Clone(v)
	for _, b := range basis {
		c := dot(rest, b)
		for i := range rest {
			rest[i] -= c * b[i]
		}
	}
	return rest
}
