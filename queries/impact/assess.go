package impact

import (
	"math"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact/stats"
)

const (
	leastMonths    = 24            // whole months before a campaign without which nothing is said
	moderateMonths = 36            // without which a series alone is weak evidence
	everything     = "all"         // Refusal.Method of what no method can do
	methodTWFE     = "twfe"        // of refusals and working
	methodExpected = "expectation" // the counterfactual
	grid           = .001          // of intervals
	farthest       = 10            // log ratios beyond it are no estimates: ratios above 22,000
)

// assessment is one panel on its way to a report.
type assessment struct {
	p *Panel
	r *Report
	w topic

	target, comparison []*Unit // those that are measured
	left               []*Unit // those that are not
	missing            []string
	withheld           []phrase // figures of few readers

	launch int       // index of the month in which the window begins: so many whole months lie before
	end    int       // of the months that are whole
	x      []float64 // share of each month that lies in the window

	did      *stats.Permutation
	inTheWay []other // campaigns that touch some of the measured units and not others
	alike    []other // campaigns that touch all of them
	earlier  []other // campaigns that met neither window, but months that the models are fitted to
	its      *stats.ITS
	step     stats.Series // what its was fitted to
	forecast *stats.Estimate
	seed     uint64
	effect   float64 // ln of the headline
	// isUncounted: so few readers stand behind the groups that no number of requests is told.
	isUncounted bool
	se          float64 // of effect, where it comes from a model
}

// Assess answers what a campaign changed, from what was read of the history. It always answers: what the data cannot carry is
// named in Refusals, and the verdict is then can't tell.
func Assess(p *Panel) *Report {
	a := begin(p)
	a.chooseUnits()
	a.readMonths()
	defer a.hide()
	if a.hasFewReaders() {
		if a.compareWithoutCounts() {
			return a.r
		}
		if p.IsComplete && a.launch < leastMonths { // more readers would not do
			a.refuse(RefusedShortHistory, everything, a.w.shortHistory(a.launch), a.w.moreHistory())
		}
		a.refuse(RefusedFewReaders, everything, a.w.fewReaders(p.Suppress), a.w.largerGroups())
		a.check()
		a.conclude()
		return a.r
	}
	a.r.Indexed = a.indexed()
	a.r.Season = a.season()
	if p.IsComplete {
		a.findOthers()
	}
	if a.refuseEverything() {
		a.r.Counterfactual = a.observed()
		a.check()
		a.conclude()
		return a.r
	}
	a.r.Units = a.unitReports()
	a.r.RawChange = a.tellRaw(a.rawChange())
	a.compareUnits()
	a.followTarget()
	a.expect()
	a.headline()
	a.amounts()
	a.placebo()
	a.detectable()
	a.check()
	a.conclude()
	return a.r
}

// compareWithoutCounts gives the ratio of a comparison whose groups have few readers each, and no figure that a reader could be
// told from; false where there is none.
func (a *assessment) compareWithoutCounts() bool {
	if !a.p.IsComplete || a.p.Dimension == "" || len(a.target) < 2 || len(a.comparison) < 2 {
		return false
	}
	a.findOthers()
	if a.refuseEverything() {
		a.r.Refusals = []Refusal{}
		return false
	}
	if a.compareUnits(); a.r.Headline == nil {
		a.r.Refusals, a.r.TWFE, a.r.JointEffect, a.r.Working = []Refusal{}, nil, nil, []Working{}
		return false
	}
	a.isUncounted = true
	a.note(say("hidden.counts"))
	a.followTarget()
	a.placebo()
	a.detectable()
	a.check()
	a.conclude()
	a.r.Placebo.InTime, a.r.Placebo.NAsBig = []PlaceboLaunch{}, 0
	return true
}

func begin(p *Panel) *assessment {
	c := p.Campaign
	w := WindowReport{
		Start: written(c.Start), End: written(c.End), CarryOverMonths: c.CarryOverMonths,
		From: written(p.Windows.Post.From), To: written(p.Windows.Post.To),
		PreFrom: written(p.Windows.Pre.From), PreTo: written(p.Windows.Pre.To),
		IsFinished: p.IsComplete, IsCut: p.Windows.IsCut, ChangedAfterResults: len(p.ChangesAfterResults) > 0,
	}
	if !c.FrozenAt.IsZero() {
		w.FrozenAt = c.FrozenAt.UTC().Format(time.RFC3339)
	}
	r := &Report{
		Campaign: c, Outcome: OutcomeReport{p.Outcome.ID, p.Outcome.Label, p.Outcome.Unit}, AsOf: p.AsOf, Generation: p.Generation,
		Window: w, Evidence: "none", Checks: []Check{}, Refusals: []Refusal{}, Units: []UnitReport{}, Indexed: []IndexedMonth{},
		Working: []Working{}, ChangesAfterResults: p.ChangesAfterResults, of: topicOf(p),
	}
	if r.ChangesAfterResults == nil {
		r.ChangesAfterResults = []campaign.Edit{}
	}
	// A campaign is drawn alike whenever it is looked at; 53 bits survive JavaScript.
	return &assessment{p: p, r: r, w: r.of, seed: xxhash.Sum64String(c.ID) >> 11}
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// say writes a phrase in English.
func (a *assessment) say(p phrase) string { return english.tell(p, a.w) }

func (a *assessment) refuse(code, method string, reason, needed phrase) {
	a.r.Refusals = append(a.r.Refusals, a.refusal(code, method, reason, needed))
}

func (a *assessment) refusal(code, method string, reason, needed phrase) Refusal {
	return Refusal{Code: code, Method: method, Reason: a.say(reason), Needed: a.say(needed), reason: reason, needed: needed}
}

// isRefused tells whether no method may give a headline.
func (a *assessment) isRefused() bool {
	for _, refusal := range a.r.Refusals {
		if refusal.Method == everything {
			return true
		}
	}
	return false
}

// refuseEverything says what stands against any answer.
func (a *assessment) refuseEverything() bool {
	p, w := a.p, a.w
	last := p.Windows.Post.To.AddDate(0, 0, -1)
	switch {
	case p.Today.IsZero():
		a.refuse(RefusedNoData, everything, w.noHistory(), w.importTo(last))
		return true
	case a.isTooEarly():
		a.refuse(RefusedShortHistory, everything, w.beforeHistory(), w.moreHistory())
		return true
	case p.Today.Before(p.Campaign.Start):
		a.refuse(RefusedNotStarted, everything, w.notStarted(p.Campaign.Start, p.Today), w.readFrom(last))
		return true
	case !p.IsComplete:
		a.refuse(RefusedRunning, everything, w.running(last, p.Today), w.readFrom(last))
		if last.Year() == p.Today.Year() && last.Month() == p.Today.Month() {
			a.refuse(RefusedIncomplete, everything, w.incomplete(last), w.importTo(last))
		}
	}
	switch {
	case !a.hasTarget():
		a.refuse(RefusedNoData, everything, w.absent(a.targetNames()), w.nameAsStored())
	case len(a.target) == 0 && a.isSilent():
		a.refuse(RefusedZeroCounts, everything, w.silent(a.targetNames()), w.anyRequest())
	case len(a.target) == 0:
		a.refuse(RefusedNoData, everything, w.noneComparable(a.leftOutWords(true)), w.comparable())
	}
	if a.launch < leastMonths {
		a.refuse(RefusedShortHistory, everything, w.shortHistory(a.launch), w.moreHistory())
	}
	if unknown := a.withoutExposure(); len(unknown) > 0 {
		a.refuse(RefusedNoExposure, everything, w.noExposure(a.listed(unknown)), w.exposure())
	}
	return a.isRefused()
}

// isTooEarly tells whether the history begins after the window, or so late in it that it has no whole month of it.
func (a *assessment) isTooEarly() bool {
	return len(a.p.Months) == 0 && !a.p.Today.Before(a.p.Windows.Post.To)
}

// headline chooses the number that the verdict speaks of: the comparison of units where there is one, one model of all
// campaigns where others are in the way, else the target's own series.
func (a *assessment) headline() {
	if a.isRefused() || a.r.Headline != nil || a.its == nil {
		return
	}
	e := a.its.Headline
	a.setHeadline(MethodITS, e)
	if a.r.Headline == nil {
		a.refuse(RefusedDegenerate, MethodITS, a.w.noFit(), a.insteadOfSeries())
	}
}

// setHeadline takes a model's estimate for the answer, if it is one.
func (a *assessment) setHeadline(method string, e stats.Estimate) {
	o := opinionOf(e)
	if o == nil {
		return
	}
	a.effect, a.se = e.Value, e.SE
	a.r.Headline = &Headline{Method: method, RR: o.RR, Lo: o.Lo, Hi: o.Hi, P: o.P, NTarget: len(a.target), NComparison: len(a.comparison)}
	if method == MethodITS {
		a.r.Headline.NComparison = 0
	}
}

// opinionOf gives an estimate on the log scale as a ratio; nil where the data did not pin it down.
func opinionOf(e stats.Estimate) *Opinion {
	if !(math.Abs(e.Value) <= farthest) || !(e.Hi-e.Lo <= 4*farthest) || !(e.Lo <= e.Value && e.Value <= e.Hi) || math.IsNaN(e.P) {
		return nil
	}
	return &Opinion{RR: math.Exp(e.Value), Lo: math.Exp(e.Lo), Hi: math.Exp(e.Hi), P: e.P}
}

// excludesOne tells whether the interval lies on one side of no change, by more than the grid of 0.001 on which it was found.
func (h *Headline) excludesOne() bool { return h.Lo > 1+grid/2 || h.Hi < 1-grid/2 }

// amounts turns the headline into numbers of requests or readers, and what each of the additional ones cost.
func (a *assessment) amounts() {
	h := a.r.Headline
	if h == nil || !a.p.Outcome.IsCount {
		return
	}
	without := a.pool(a.target, func(u *Unit) Reading { return u.Post }).X / h.RR
	n := &Amount{N: without * (h.RR - 1), Lo: without * (h.Lo - 1), Hi: without * (h.Hi - 1)}
	a.r.AdditionalRequests = n
	if cost := a.p.Campaign.Cost; cost != nil {
		a.r.CostPerAdditional = costOf(*cost, n)
		if a.r.CostPerAdditional != nil {
			a.r.CostPerAdditional.Currency = a.p.Campaign.Currency
		}
	}
	if hours := a.p.Campaign.StaffHours; hours != nil {
		a.r.HoursPerAdditional = costOf(*hours, n)
	}
}

// costOf divides what was spent by what it brought: the most that it may have brought gives the least that each cost.
func costOf(spent float64, n *Amount) *Cost {
	if !(spent >= 0) || math.IsInf(spent, 0) {
		return nil
	}
	each := func(n float64) *float64 {
		if !(n > 0) || math.IsInf(spent/n, 0) {
			return nil
		}
		cost := spent / n
		return &cost
	}
	return &Cost{Value: each(n.N), Lo: each(n.Hi), Hi: each(n.Lo)}
}

// rawChange sets the window against as many days before it, and the same a year earlier.
func (a *assessment) rawChange() *RawChange {
	all := a.targets()
	of := func(pick func(*Unit) Reading) float64 { return a.value(a.pool(all, pick)) }
	post, pre, prior, priorPre := of(func(u *Unit) Reading { return u.Post }), of(func(u *Unit) Reading { return u.Pre }),
		of(func(u *Unit) Reading { return u.Prior }), of(func(u *Unit) Reading { return u.PriorPre })
	if !(prior > 0 && post > 0) {
		return nil
	}
	raw := &RawChange{Pre: prior, Post: post, Ratio: post / prior}
	if a.p.Outcome.IsCount {
		ratio, lo, hi := stats.RateRatio(prior, post)
		raw.Ratio, raw.Lo, raw.Hi = ratio, &lo, &hi
	}
	if len(a.p.Months) > 0 && !a.p.Windows.PriorPre.From.Before(a.p.Months[0]) && priorPre > 0 && pre > 0 {
		before := pre / priorPre
		raw.LastYear = &before
	}
	return raw
}
