package impact

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

// leastLaunches is how many placebo launches it takes for their spread to say what can be detected.
const leastLaunches = 10

// fewClusters is how many units must be addressed for standard errors clustered by unit.
const fewClusters = 4

// units gives the measured units, targets first, and which of them were addressed.
func (a *assessment) units() ([]*Unit, []bool) {
	units := append(append([]*Unit{}, a.target...), a.comparison...)
	treated := make([]bool, len(units))
	for i := range a.target {
		treated[i] = true
	}
	return units, treated
}

// permute compares the log ratios of those addressed with those of the others; false where that cannot be done.
func (a *assessment) permute() bool {
	units, treated := a.units()
	switch {
	case len(a.comparison) > 0:
	case a.p.Campaign.Target.IsEmpty():
		a.refuse(RefusedAllTreated, MethodDiD, a.w.allTreated(), a.w.leaveSomeOut())
		return false
	case a.p.Campaign.Comparison.IsEmpty():
		a.refuse(RefusedNoComparison, MethodDiD, a.w.noComparison(), a.w.nameComparison())
		return false
	default:
		a.refuse(RefusedNoComparison, MethodDiD, a.w.noneToCompare(a.leftOutWords(false)), a.w.nameComparison())
		return false
	}
	l := make([]float64, len(units))
	for i, u := range units {
		l[i] = a.windowRatio(u)
	}
	did, err := stats.DifferenceInDifferences(l, treated, a.seed)
	var few *stats.TooFewError
	switch {
	case errors.As(err, &few):
		a.refuse(RefusedFewUnits, MethodDiD, a.w.fewUnits(few.Units, few.Treated, few.Assignments), a.w.moreUnits())
		return false
	case err != nil || opinionOf(permuted(did)) == nil:
		a.refuse(RefusedDegenerate, MethodDiD, a.w.noFit(), a.w.moreUnits())
		return false
	}
	a.did = did
	return true
}

// permuted is what a permutation found as an estimate.
func permuted(p *stats.Permutation) stats.Estimate {
	return stats.Estimate{Value: p.Diff, Lo: p.Lo, Hi: p.Hi, P: p.P}
}

// compareUnits sets those addressed over the others, with one model for all campaigns where some are in the way.
func (a *assessment) compareUnits() {
	if !a.permute() {
		return
	}
	a.work(MethodDiD, a.w.workDiD(a.did, len(a.target), len(a.comparison), a.seed))
	if len(a.inTheWay) > 0 {
		if a.p.Outcome.IsCount {
			a.joint()
			return
		}
		a.refuse(RefusedInseparable, MethodDiD, a.w.jointNeedsCounts(a.namesOf(a.inTheWay)), a.w.findUntouched())
		a.did = nil
		return
	}
	a.setHeadline(MethodDiD, permuted(a.did))
	h, n := a.r.Headline, a.did.N
	h.NPermutations, h.IsExact = &n, a.did.IsExact
	if !a.did.IsExact {
		seed := a.did.Seed
		h.Seed = &seed
	}
	if a.isMedian() { // no model of counts has medians
		return
	}
	if fit, _, err := a.twoWay(a.earlier); err == nil {
		a.r.TWFE = opinionOf(a.believed(fit))
		a.work(methodTWFE, a.w.workTWFE(fit, 0, ""))
	}
}

// twoWay fits the counts of all measured units by month, or what counts among their requests, with effects of units and months, and one of this campaign and of
// each of the others.
func (a *assessment) twoWay(others []other) (*stats.TwoWay, []other, error) {
	units, treated := a.units()
	first := a.firstMonth(units)
	if a.launch-first < leastMonths || a.end <= a.launch {
		return nil, nil, errSeries{RefusedShortHistory}
	}
	m := stats.Panel{Names: []string{a.p.Campaign.ID}}
	own := make([][]float64, len(units))
	for i, u := range units {
		y := make([]float64, 0, a.end-first)
		var offset []float64
		own[i] = make([]float64, a.end-first)
		for t := first; t < a.end; t++ {
			r := reading(u, t)
			y = append(y, r.X)
			switch {
			case a.isShare(): // a month without requests says nothing of a share
				offset = append(offset, math.Log(r.N))
			case a.p.Campaign.PerHead:
				offset = append(offset, math.Log(exposed([]*Unit{u}, t)))
			}
			if treated[i] {
				own[i][t-first] = a.x[t]
			}
		}
		m.Y = append(m.Y, y)
		if offset != nil {
			m.Offset = append(m.Offset, offset)
		}
	}
	m.D = append(m.D, own)
	flat := [][]float64{demeaned(own)}
	indicators := make([][][]float64, len(others))
	for k, o := range others {
		indicators[k] = make([][]float64, len(units))
		for i := range units {
			indicators[k][i] = make([]float64, a.end-first)
			if o.touches[i] {
				copy(indicators[k][i], o.x[first:a.end])
			}
		}
		flat = append(flat, demeaned(indicators[k]))
	}
	kept, clash := separable(flat[0], flat[1:], nil)
	if clash != nil {
		return nil, pick(others, clash), &stats.RankError{Columns: []string{a.p.Campaign.ID}}
	}
	others = pick(others, kept)
	for i, k := range kept {
		m.D = append(m.D, indicators[k])
		m.Names = append(m.Names, others[i].c.ID)
	}
	fit, err := stats.TwoWayPoisson(m)
	if err == nil && (len(fit.Coef) != len(m.D) || len(fit.Wider) != len(m.D) || opinionOf(fit.Coef[0]) == nil) {
		err = errors.New("no estimate")
	}
	return fit, others, err
}

// believed is this campaign's estimate: clustered by unit, or with the larger standard error where so few units were addressed
// that the clustered one is far too small.
func (a *assessment) believed(fit *stats.TwoWay) stats.Estimate {
	if min(len(a.target), len(a.comparison)) < fewClusters {
		return fit.Wider[0]
	}
	return fit.Coef[0]
}

// joint estimates all campaigns that are in each other's way in one model, or says that they cannot be told apart.
func (a *assessment) joint() {
	if a.isShort() {
		a.refuse(RefusedShortWindow, everything, a.w.shortJoint(a.namesOf(a.inTheWay)), a.w.findUntouched())
		return
	}
	fit, others, err := a.twoWay(append(slices.Clone(a.inTheWay), a.earlier...))
	var rank *stats.RankError
	clash := others
	switch {
	case err == nil:
		corr := make([]float64, len(others))
		for i := range corr {
			if fit.Corr != nil {
				corr[i] = fit.Corr.At(0, i+1)
			}
		}
		if clash = a.correlated(others, corr); len(clash) == 0 {
			e := fit.Wider[0]
			a.setHeadline(MethodJoint, stats.NewEstimate(e.Value, math.Max(e.SE, fit.ModelSE[0]), e.DF))
			a.r.TWFE = opinionOf(a.believed(fit))
			a.work(MethodJoint, a.w.workTWFE(fit, 0, a.p.Campaign.Name))
			for i, o := range others {
				a.work(MethodJoint, a.w.workTWFE(fit, i+1, o.c.Name))
			}
			a.work(MethodJoint, a.w.workJoint(corr, fit.Condition))
			return
		}
	case !errors.As(err, &rank):
		a.refuse(RefusedDegenerate, everything, a.w.noJoint(a.namesOf(a.inTheWay)), a.w.findUntouched())
		return
	}
	if a.refuseInseparable(clash, everything, func(o other) bool { return o.isSame }) {
		a.r.JointEffect = opinionOf(permuted(a.did))
	}
}

// difference is the mean log ratio of those addressed less that of the others; false where one side has none.
func (a *assessment) difference(of func(*Unit) (float64, bool)) (float64, bool) {
	units, treated := a.units()
	var sum, n [2]float64
	for i, u := range units {
		side := 0
		if treated[i] {
			side = 1
		}
		if l, ok := of(u); ok {
			sum[side] += l
			n[side]++
		}
	}
	if n[1] == 0 || n[0] == 0 && len(a.comparison) > 0 {
		return 0, false
	}
	d := sum[1] / n[1]
	if n[0] > 0 {
		d -= sum[0] / n[0]
	}
	return d, !math.IsNaN(d) && !math.IsInf(d, 0)
}

// placebo does the same where nothing was done.
func (a *assessment) placebo() {
	h := a.r.Headline
	if h == nil {
		return
	}
	r := &PlaceboReport{Actual: a.effect, InTime: []PlaceboLaunch{}, InSpace: []float64{}}
	if h.Method == MethodITS {
		r.InTime = a.placeboSeries()
	} else {
		r.InSpace = a.did.InSpace
		for k, w := range a.p.Windows.Placebo {
			d, ok := a.difference(func(u *Unit) (float64, bool) { return a.placeboRatio(u, k, w) })
			if ok {
				r.InTime = append(r.InTime, PlaceboLaunch{written(w.Post.From), d})
			}
		}
	}
	for _, launch := range r.InTime {
		if math.Abs(launch.LogRatio) >= math.Abs(a.effect) {
			r.NAsBig++
		}
	}
	a.r.Placebo = r
}

func (a *assessment) placeboRatio(u *Unit, k int, w PlaceboWindow) (float64, bool) {
	if k >= len(u.Placebo) {
		return 0, false
	}
	l, ok := a.logRatio(u.Placebo[k][0], u.Placebo[k][1])
	ok = ok && (a.p.Outcome.IsCount || u.Placebo[k][0].N >= fewest && u.Placebo[k][1].N >= fewest)
	if ok && a.p.Campaign.PerHead {
		post, pre := a.exposure(u, w.Post), a.exposure(u, w.Pre)
		if !(post > 0 && pre > 0) {
			return 0, false
		}
		l -= math.Log(post / pre)
	}
	return l, ok
}

// exposure is a unit's readers in a span, the mean of its months.
func (a *assessment) exposure(u *Unit, s Span) float64 {
	sum, weight := 0.0, 0.0
	for i, first := range a.p.Months {
		if in := part(first, s); in > 0 {
			readers := exposed([]*Unit{u}, i)
			if readers == 0 {
				return 0
			}
			sum, weight = sum+in*readers, weight+in
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// placeboSeries fits the target's series with pretended launches, each from the months up to its own end.
func (a *assessment) placeboSeries() []PlaceboLaunch {
	first := a.firstMonth(a.target)
	var windows []PlaceboWindow
	for _, w := range a.p.Windows.Placebo {
		if a.monthOf(w)-first >= leastMonths {
			windows = append(windows, w)
		}
	}
	launches := []PlaceboLaunch{}
	n := min(len(windows), mostLaunches)
	for k := range n {
		w := windows[0]
		if n > 1 {
			w = windows[k*(len(windows)-1)/(n-1)]
		}
		launch, end := a.monthOf(w), a.monthOf(w)
		x := make([]float64, len(a.p.Months))
		for i, month := range a.p.Months[:a.end] {
			if x[i] = part(month, w.Post); x[i] > 0 {
				end = i + 1
			}
		}
		s, err := a.series(first, end, launch, x, nil)
		if err != nil {
			continue
		}
		if fit, err := stats.FitITS(s); err == nil && !fit.AR1Degenerate && opinionOf(fit.Headline) != nil {
			launches = append(launches, PlaceboLaunch{written(w.Post.From), fit.Headline.Value})
		}
	}
	return launches
}

// monthOf is the number of whole months before a pretended launch.
func (a *assessment) monthOf(w PlaceboWindow) int {
	n := 0
	for n < a.end && !a.p.Months[n].AddDate(0, 1, 0).After(w.Post.From) {
		n++
	}
	return n
}

// detectable finds the smallest rise that would have been seen in four of five such campaigns: 2.8 standard deviations of
// what is found where nothing was done, or of the model's where that is more.
func (a *assessment) detectable() {
	if a.r.Headline == nil {
		return
	}
	sd := a.se
	switch a.r.Headline.Method {
	case MethodDiD:
		sd = a.did.SD
	case MethodITS:
		sd = math.Max(sd, scatter(a.r.Placebo.InTime))
	}
	a.r.MDE = ratioOf(stats.MDEFromSD(sd))
}

// scatter is the standard deviation of what pretended launches find; 0 where they are too few to tell.
func scatter(launches []PlaceboLaunch) float64 {
	if len(launches) < leastLaunches {
		return 0
	}
	found := make([]float64, len(launches))
	for i, launch := range launches {
		found[i] = launch.LogRatio
	}
	return stat.StdDev(found, nil)
}

// ratioOf is a smallest detectable ratio; nil where none that a library could meet would be seen.
func ratioOf(mde float64) *float64 {
	if !(mde >= 1 && mde <= math.Exp(farthest)) {
		return nil
	}
	return &mde
}
