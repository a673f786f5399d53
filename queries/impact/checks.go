package impact

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

const (
	parallel       = .05  // P of different slopes before the campaign below which the groups did not run in parallel
	tooOften       = .10  // share of pretended launches that may find as much
	fewLaunches    = 5    // below which the share says nothing
	stillOpen      = .05  // share of the window's requests
	byChance       = 1.96 // standard deviations of the pretended launches that a series' effect must exceed
	likeSize       = 3    // times the variance by chance of the comparison that those addressed may have
	mostWithoutKey = .05  // share of requests that may not tell whose they are, where readers are counted
	leastOfHeavy   = .5   // of the log effect that must be left without the busiest readers
)

// check fills Report.Checks, in their order.
func (a *assessment) check() {
	a.checkFinished()
	a.checkHistory()
	if a.r.Window.IsFinished && a.hasTarget() {
		a.checkComparison()
		a.checkUnits()
		a.checkOverlap()
	}
	if h := a.r.Headline; h != nil {
		if !a.p.Outcome.IsCount && a.p.Outcome.ID != outcomeOverdue { // a loan is late or not, whatever comes of others
			a.checkSettled()
		}
		if len(a.comparison) > 0 && h.Method != MethodITS {
			a.checkPreTrend()
		}
		a.checkPlacebo()
		if h.Method == MethodITS && a.p.Outcome.IsCount { // how much is lent says nothing of times and rates
			a.checkLending()
		}
		a.checkSecond()
		if h.Method != MethodITS && a.p.Outcome.IsCount {
			a.checkSize()
		}
		if a.p.Outcome.Unit == "readers" && a.p.WithoutKey != nil {
			a.checkKeys()
		}
		if a.p.Outcome.ID == outcomeRequests {
			a.checkHeavy()
		}
	}
	a.checkFrozen()
}

// found tells whether the headline shows an effect, so that there is something for the checks of an effect to decide.
func (a *assessment) found() bool { return a.r.Headline != nil && a.r.Headline.excludesOne() }

// add notes a check. A gate that failed makes the verdict can't tell.
func (a *assessment) add(name string, passed, gate bool, detail phrase) {
	a.r.Checks = append(a.r.Checks, Check{Name: name, Label: english.text("check." + name), Passed: passed, IsGate: gate, Detail: a.say(detail), detail: detail})
}

// addOfEffect notes a check that decides about an effect; where there is none, it decides nothing, and a finding that would
// speak against one is not told as passed.
func (a *assessment) addOfEffect(name string, passed bool, detail phrase) {
	if !a.found() && !passed {
		passed, detail = true, a.w.decidesNothing()
	}
	a.add(name, passed, a.found(), detail)
}

// failed gives the gates that failed.
func (r *Report) failed() []Check {
	var failed []Check
	for _, c := range r.Checks {
		if c.IsGate && !c.Passed {
			failed = append(failed, c)
		}
	}
	return failed
}

func (a *assessment) checkFinished() {
	if a.p.Today.IsZero() || a.isTooEarly() {
		a.add(CheckFinished, false, true, a.w.notInHistory(a.p.Windows.Post))
		return
	}
	a.add(CheckFinished, a.p.IsComplete, true, a.w.checkFinished(a.p.Windows.Post, a.p.Today, a.p.IsComplete))
}

// decided tells whether there is no headline because of refusals of these codes.
func (a *assessment) decided(codes ...string) bool {
	return a.r.Headline == nil && slices.ContainsFunc(a.reasons(), func(r Refusal) bool { return slices.Contains(codes, r.Code) })
}

func (a *assessment) checkHistory() {
	isAlone := a.r.Headline != nil && a.r.Headline.Method == MethodITS
	a.add(CheckHistory, a.launch >= leastMonths, a.decided(RefusedShortHistory), a.w.checkHistory(a.launch, isAlone))
}

func (a *assessment) checkComparison() {
	if a.did != nil {
		a.add(CheckComparison, true, false, a.w.checkComparison(len(a.target), len(a.comparison), a.did.N, a.did.IsExact))
		return
	}
	for _, r := range a.r.Refusals {
		if r.Method == MethodDiD {
			a.add(CheckComparison, false, a.decided(r.Code), r.reason)
			return
		}
	}
}

func (a *assessment) checkUnits() {
	detail := sentences(a.w.checkUnits(len(a.target)+len(a.comparison), a.leftOutWords(true), a.leftOutWords(false), a.missing), a.w.checkSmall(len(a.p.Small), a.p.Suppress))
	a.add(CheckUnits, len(a.left)+len(a.missing)+len(a.p.Small) == 0, a.decided(RefusedNoData, RefusedZeroCounts), detail)
}

// checkOverlap fails where other campaigns leave no answer. That they leave none to the series beside a comparison is said
// among the refusals.
func (a *assessment) checkOverlap() {
	if a.r.Headline == nil {
		for _, r := range a.reasons() {
			if r.Code == RefusedInseparable || r.Method == everything && len(a.inTheWay) > 0 && (r.Code == RefusedShortWindow || r.Code == RefusedDegenerate) {
				a.add(CheckOverlap, false, true, r.reason)
				return
			}
		}
		a.add(CheckOverlap, true, false, a.w.noFigureInTheWay(a.namesOf(append(slices.Clone(a.inTheWay), a.alike...))))
		return
	}
	method := a.r.Headline.Method
	detail := a.w.checkOverlap(a.namesOf(a.inTheWay), a.namesOf(a.alike), method)
	if method == MethodJoint {
		detail = sentences(detail, a.w.alone(permuted(a.did)))
	}
	if partly := a.partly(); len(partly) > 0 {
		a.addOfEffect(CheckOverlap, false, a.w.partly(a.namesOf(partly)))
		return
	}
	a.add(CheckOverlap, true, true, detail)
}

func (a *assessment) checkSettled() {
	a.add(CheckSettled, a.p.ShareOpen <= stillOpen, true, a.w.checkSettled(a.p.ShareOpen))
}

// preTrend is by how much a month the logs of those addressed grew faster than those of the others before the campaign.
func (a *assessment) preTrend() (stats.Estimate, error) {
	units, treated := a.units()
	first := a.firstMonth(units)
	if a.isMedian() {
		return a.medianTrend()
	}
	var y, offset [][]float64
	for _, u := range units {
		var row, off []float64
		for t := first; t < a.launch; t++ {
			r := reading(u, t)
			row = append(row, r.X)
			switch {
			case a.isShare(): // a month without requests says nothing of a share
				off = append(off, math.Log(r.N))
			case a.p.Campaign.PerHead:
				off = append(off, math.Log(exposed([]*Unit{u}, t)))
			}
		}
		y = append(y, row)
		if off != nil {
			offset = append(offset, off)
		}
	}
	return stats.PreTrend(y, treated, offset)
}

// medianTrend is the slope of the difference between the groups' mean log medians.
func (a *assessment) medianTrend() (stats.Estimate, error) {
	var y, rows []float64
	for t := range a.launch {
		d, ok := a.difference(func(u *Unit) (float64, bool) {
			r := reading(u, t)
			return math.Log(r.X), r.N > 0 && r.X > 0
		})
		if ok {
			y, rows = append(y, d), append(rows, 1, float64(t))
		}
	}
	if len(y) < 12 {
		return stats.Estimate{}, errSeries{RefusedShortHistory}
	}
	fit, err := stats.LeastSquares(stats.Model{Y: y, X: mat.NewDense(len(y), 2, rows), Names: []string{"constant", "slope"}})
	if err != nil {
		return stats.Estimate{}, err
	}
	return fit.Estimate("slope", fit.Cov, float64(fit.DF)), nil
}

func (a *assessment) checkPreTrend() {
	e, err := a.preTrend()
	if err != nil || math.IsNaN(e.P) || math.IsNaN(e.Value) {
		a.addOfEffect(CheckPreTrend, false, a.w.uncheckedPreTrend())
		return
	}
	a.add(CheckPreTrend, e.P >= parallel, true, a.w.checkPreTrend(a.targetNames(), e.Value, e.P))
}

func (a *assessment) checkPlacebo() {
	r := a.r.Placebo
	n := len(r.InTime)
	isSeries := a.r.Headline.Method == MethodITS
	switch {
	case n < fewLaunches:
		a.addOfEffect(CheckPlacebo, !isSeries, a.w.fewPlacebos(n, isSeries))
	case float64(r.NAsBig) > tooOften*float64(n):
		a.addOfEffect(CheckPlacebo, false, a.w.checkPlacebo(r.NAsBig, n))
	case isSeries && math.Abs(a.effect) < byChance*scatter(r.InTime):
		// A series alone cannot see what hit everybody at once; how far it errs shows where nothing was done.
		a.addOfEffect(CheckPlacebo, false, a.w.withinScatter(byChance*scatter(r.InTime)))
	default:
		a.addOfEffect(CheckPlacebo, true, a.w.checkPlacebo(r.NAsBig, n))
	}
}

// checkLending looks for the same step where no outreach to readers can make one.
func (a *assessment) checkLending() {
	if len(a.p.Lending) < a.end || len(a.step.Month) == 0 {
		a.addOfEffect(CheckOutcome, true, a.w.noLending())
		return
	}
	s := a.step
	s.Y, s.Offset, s.Steps, s.LogNormal = a.p.Lending[a.end-len(a.step.Month):a.end], nil, nil, false
	fit, err := stats.FitITS(s)
	if err != nil || opinionOf(fit.Headline) == nil {
		a.addOfEffect(CheckOutcome, true, a.w.noLending())
		return
	}
	e := fit.Headline
	likewise := e.Lo > 0 && a.effect > 0 || e.Hi < 0 && a.effect < 0
	a.addOfEffect(CheckOutcome, !likewise, a.w.checkLending(*opinionOf(e), likewise))
}

// secondOpinion is the log effect by another method, and its name; false where none could be used.
func (a *assessment) secondOpinion() (float64, string, bool) {
	switch method := a.r.Headline.Method; {
	case method == MethodDiD && a.r.TWFE != nil:
		return math.Log(a.r.TWFE.RR), methodTWFE, true
	case method == MethodITS && a.forecast != nil:
		return a.forecast.Value, methodExpected, true
	case method != MethodITS && a.its != nil:
		return a.its.Headline.Value, MethodITS, true
	case method == MethodJoint:
		return a.did.Diff, MethodDiD, true
	}
	return 0, "", false
}

func (a *assessment) checkSecond() {
	second, name, ok := a.secondOpinion()
	if !ok {
		a.addOfEffect(CheckSecond, false, a.w.noSecond())
		return
	}
	agrees := (second > 0) == (a.effect > 0)
	if name == methodTWFE { // it weighs units by their requests: far from the headline, that is not about requests
		agrees = agrees && a.r.Headline.Lo <= a.r.TWFE.RR && a.r.TWFE.RR <= a.r.Headline.Hi
	}
	a.addOfEffect(CheckSecond, agrees, a.w.checkSecond(name, second, a.effect, agrees))
}

// checkSize compares how far chance alone moves the log ratios of either side: permutations take all units for alike.
func (a *assessment) checkSize() {
	noise := func(units []*Unit) float64 {
		sum := 0.0
		for _, u := range units {
			sum += 1/(u.Post.X+.5) + 1/(u.Pre.X+.5)
		}
		return sum / float64(len(units))
	}
	passed := noise(a.target) <= likeSize*noise(a.comparison)
	a.addOfEffect(CheckSize, passed, a.w.checkSize(passed))
}

// checkKeys fails where readers were erased: each request without a key would pass for a reader.
func (a *assessment) checkKeys() {
	post, pre := a.p.WithoutKey[0], a.p.WithoutKey[1]
	a.add(CheckKeys, max(post, pre) <= mostWithoutKey, true, a.w.checkKeys(post, pre))
}

// checkHeavy takes the busiest readers out.
func (a *assessment) checkHeavy() {
	with := func(u *Unit) (float64, bool) { return a.windowRatio(u), true }
	without := func(u *Unit) (float64, bool) {
		if u.WithoutHeavy == nil {
			return 0, false
		}
		l, ok := a.logRatio(u.WithoutHeavy[0], u.WithoutHeavy[1])
		own, _ := a.logRatio(u.Post, u.Pre)
		return a.windowRatio(u) - own + l, ok
	}
	for _, u := range append(append([]*Unit{}, a.target...), a.comparison...) {
		if u.WithoutHeavy == nil {
			a.addOfEffect(CheckHeavy, true, a.w.noHeavy())
			return
		}
	}
	if a.r.Headline.Method == MethodITS { // the series stands alone: so does the target here
		defer func(units []*Unit) { a.comparison = units }(a.comparison)
		a.comparison = nil
	}
	all, ok1 := a.difference(with)
	rest, ok2 := a.difference(without)
	if !ok1 || !ok2 {
		a.addOfEffect(CheckHeavy, true, a.w.noHeavy())
		return
	}
	left := a.effect + rest - all
	kept := left*math.Copysign(1, a.effect) >= leastOfHeavy*math.Abs(a.effect)
	a.addOfEffect(CheckHeavy, kept, a.w.checkHeavy(left))
}

func (a *assessment) checkFrozen() {
	a.add(CheckFrozen, len(a.p.ChangesAfterResults) == 0, false, a.w.checkFrozen(a.p.Campaign.FrozenAt, len(a.p.ChangesAfterResults)))
}

// evidence says how much the headline rests on.
func (a *assessment) evidence() string {
	steps := []string{"weak", "moderate", "stronger"}
	h := a.r.Headline
	if h == nil {
		return "none"
	}
	at := 0
	if len(a.r.failed()) == 0 {
		switch {
		case h.Method == MethodDiD:
			at = 2
		case h.Method == MethodJoint, a.launch >= moderateMonths:
			at = 1
		}
	}
	if len(a.p.ChangesAfterResults) > 0 && at > 0 {
		at--
	}
	return steps[at]
}

// grewFaster tells whether those addressed were growing faster than the others before.
func (a *assessment) grewFaster() bool {
	e, err := a.preTrend()
	return err == nil && e.Value > 0
}
