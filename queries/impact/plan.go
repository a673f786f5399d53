package impact

import (
	"math"

	"gonum.org/v1/gonum/stat/combin"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

// usefulMDE is a smallest detectable ratio above which few campaigns show at all.
const usefulMDE = 1.5

// Plan answers what a campaign that has not begun could show, from a panel whose windows are those of the newest year: they
// are measured as if a campaign had been then, and what chance makes of them is what the campaign must exceed.
func Plan(p *Panel) *PlanReport {
	a := begin(p)
	a.chooseUnits()
	a.readMonths()
	r := &PlanReport{
		Campaign: p.Campaign, Outcome: a.r.Outcome, AsOf: p.AsOf, Generation: p.Generation,
		BasisFrom: written(p.Windows.Post.From), BasisTo: written(p.Windows.Post.To),
		NTarget: len(a.target), NComparison: len(a.comparison), Refusals: []Refusal{}, Help: []string{},
	}
	switch {
	case a.hasFewReaders():
		a.refuse(RefusedFewReaders, everything, a.w.fewReaders(p.Suppress), a.w.largerGroups())
	case p.IsComplete:
		a.plan(r)
	default:
		a.refuse(RefusedIncomplete, everything, a.w.basisTooShort(), a.w.moreHistory())
	}
	r.Refusals = append(r.Refusals, a.r.Refusals...)
	r.of, r.text, r.help = a.w, a.w.planned(r, a.reasons()), a.w.help(r, a.launch)
	r.Text, r.Help = a.say(r.text), english.tellAll(r.help, a.w)
	return r
}

func (a *assessment) plan(r *PlanReport) {
	switch {
	case !a.hasTarget():
		a.refuse(RefusedNoData, everything, a.w.absent(a.targetNames()), a.w.nameAsStored())
	case len(a.target) == 0 && a.isSilent():
		a.refuse(RefusedZeroCounts, everything, a.w.silent(a.targetNames()), a.w.anyRequest())
	case len(a.target) == 0:
		a.refuse(RefusedNoData, everything, a.w.noneComparable(a.leftOutWords(true)), a.w.comparable())
	}
	if a.isRefused() {
		return
	}
	post := func(u *Unit) Reading { return u.Post }
	r.Expected = a.weight(a.pool(a.target, post))
	r.ExpectedComparison = a.weight(a.pool(a.comparison, post))
	if len(a.comparison) > 0 {
		n := len(a.target) + len(a.comparison)
		r.NAssignments = math.Round(combin.GeneralizedBinomial(float64(n), float64(len(a.target))))
		smallest := 1 / math.Min(r.NAssignments, stats.Assignments+1)
		if n == 2*len(a.target) { // each choice and its mirror image differ by as much
			smallest *= 2
		}
		r.SmallestP = &smallest
	}
	if a.permute() {
		r.Method, r.MDE = MethodDiD, ratioOf(stats.MDEFromSD(a.did.SD))
		if a.p.Outcome.IsCount {
			if fit, _, err := a.twoWay(nil); err == nil {
				r.Dispersion = finite(fit.Dispersion)
			}
		}
	} else {
		a.followTarget()
		a.judgeStandIn()
		if a.its != nil {
			r.Method, r.MDE = MethodITS, ratioOf(stats.MDEFromSD(math.Max(a.its.Headline.SE, scatter(a.placeboSeries()))))
			r.Dispersion = finite(a.its.Dispersion)
		}
	}
	if a.p.Outcome.IsCount && r.Dispersion > 0 {
		comparison := r.ExpectedComparison
		if r.Method == MethodITS {
			comparison = 0
		}
		r.FormulaMDE = ratioOf(stats.MinimumDetectable(r.Expected, comparison, math.Max(1, r.Dispersion)))
	}
}

// judgeStandIn tells a campaign that will have enough history before it from the year that stands for it, which has too little.
func (a *assessment) judgeStandIn() {
	before := 0
	if len(a.p.Months) > 0 {
		for first := a.p.Months[0]; !addMonths(first, before+1).After(a.p.Campaign.Start); before++ {
		}
	}
	if before < leastMonths {
		return
	}
	for i, r := range a.r.Refusals {
		if r.Method == MethodITS && r.Code == RefusedShortHistory {
			a.r.Refusals[i] = a.refusal(RefusedTooEarly, MethodITS, a.w.standInTooEarly(a.p.Windows.Post, a.launch, before), a.w.tryLater())
		}
	}
}
