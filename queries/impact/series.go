package impact

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

const (
	draws        = 4000 // paths behind the interval of a cumulative effect
	backtest     = 12   // months
	mostLaunches = 24   // pretended launches that a series is fitted to
	// nearlyAll is the share of a month that passes for a whole one: a month from the 28th of February to the 28th of March
	// has .91 of both.
	nearlyAll = .9
)

// readMonths finds which months are whole, and how much of each lies in the window.
func (a *assessment) readMonths() {
	p, post := a.p, a.p.Windows.Post
	a.end = len(p.Months)
	for ; a.end > 0; a.end-- {
		next := p.Months[a.end-1].AddDate(0, 1, 0)
		if !p.Today.AddDate(0, 0, 1).Before(next) || p.IsComplete && !post.To.Before(next) {
			break
		}
	}
	a.x = make([]float64, len(p.Months))
	for i, first := range p.Months {
		a.x[i] = part(first, post)
		if !first.AddDate(0, 1, 0).After(post.From) {
			a.launch = i + 1
		}
	}
}

// part gives how much of the month that begins on first lies in the span, 0 to 1.
func part(first time.Time, s Span) float64 {
	next := first.AddDate(0, 1, 0)
	from, to := first, next
	if s.From.After(from) {
		from = s.From
	}
	if s.To.Before(to) {
		to = s.To
	}
	if !from.Before(to) {
		return 0
	}
	return float64(to.Sub(from)) / float64(next.Sub(first))
}

// monthly reads units as one in a month.
func (a *assessment) monthly(units []*Unit, month int) Reading {
	return a.pool(units, func(u *Unit) Reading { return reading(u, month) })
}

func reading(u *Unit, month int) Reading {
	if month < len(u.Months) {
		return u.Months[month]
	}
	return Reading{}
}

// exposed is how many readers the units had in a month; 0 where that is not known of all.
func exposed(units []*Unit, month int) float64 {
	sum := 0.0
	for _, u := range units {
		if month >= len(u.MonthExposure) || !(u.MonthExposure[month] > 0) {
			return 0
		}
		sum += u.MonthExposure[month]
	}
	return sum
}

// firstMonth is the first from which on the exposure of the units is known, where it is asked for.
func (a *assessment) firstMonth(units []*Unit) int {
	if !a.p.Campaign.PerHead {
		return 0
	}
	first := a.end
	for first > 0 && exposed(units, first-1) > 0 {
		first--
	}
	return first
}

// isShort tells whether the window holds less than a month. What a model of months says of a part of one it draws out to the
// whole, so that a good day becomes a wonder.
func (a *assessment) isShort() bool {
	post, months := a.p.Windows.Post, 0.0
	for first := monthOf(post.From); first.Before(post.To); first = addMonths(first, 1) {
		months += part(first, post)
	}
	return months < nearlyAll
}

// errSeries says why a series cannot be followed.
type errSeries struct{ code string }

func (e errSeries) Error() string { return e.code }

// series makes the target's months from first up to end ready for a model with a window.
func (a *assessment) series(first, end, launch int, x []float64, steps []other) (stats.Series, error) {
	season, err := stats.SeasonFor(launch - first)
	if err != nil {
		return stats.Series{}, errSeries{RefusedShortHistory}
	}
	if end <= launch {
		return stats.Series{}, errSeries{RefusedIncomplete}
	}
	if a.isShort() {
		return stats.Series{}, errSeries{RefusedShortWindow}
	}
	s := stats.Series{Season: season, X: slices.Clone(x[first:end]), LogNormal: a.isMedian()}
	for i := first; i < end; i++ {
		r := a.monthly(a.target, i)
		if !a.p.Outcome.IsCount && (r.N == 0 || a.isMedian() && r.X <= 0) {
			return s, errSeries{RefusedZeroCounts}
		}
		s.Y = append(s.Y, r.X)
		s.Month = append(s.Month, int(a.p.Months[i].Month()))
		switch {
		case a.isShare():
			s.Offset = append(s.Offset, math.Log(r.N))
		case a.p.Campaign.PerHead && a.p.Outcome.IsCount:
			s.Offset = append(s.Offset, math.Log(exposed(a.target, i)))
		}
	}
	if !slices.ContainsFunc(s.Y[:launch-first], func(y float64) bool { return y > 0 }) ||
		!slices.ContainsFunc(s.Y[launch-first:], func(y float64) bool { return y > 0 }) {
		return s, errSeries{RefusedZeroCounts}
	}
	for _, o := range steps {
		s.Steps = append(s.Steps, stats.Step{Name: o.c.ID, X: slices.Clone(o.x[first:end])})
	}
	return s, nil
}

// followTarget fits the interrupted time series of those addressed. Where it would have to be the headline, campaigns that
// cannot be told apart in it are refused altogether; beside a comparison only the series is.
func (a *assessment) followTarget() {
	first := a.firstMonth(a.target)
	steps := a.stepsOf(first)
	isHeadline := a.r.Headline == nil && !a.isRefused()
	s, err := a.series(first, a.end, a.launch, a.x, steps.separate)
	if err == nil {
		a.step = s
		if len(steps.inseparable) == 0 {
			var fit *stats.ITS
			if fit, err = stats.FitITS(s); err == nil {
				steps.inseparable = a.correlated(steps.separate, fit.StepCorr)
				a.its = fit
			}
		}
		if len(steps.inseparable) > 0 {
			a.its = nil
			if isHeadline {
				if a.refuseInseparable(steps.inseparable, everything, a.reachedSame) {
					a.jointSeries(s, steps.inseparable)
				}
			} else if !a.isRefused() {
				a.refuseInseparable(steps.inseparable, MethodITS, a.reachedSame)
			}
			return
		}
	}
	if err == nil && a.its.AR1Degenerate {
		a.its = nil
		a.refuse(RefusedDegenerate, MethodITS, a.w.wanders(), a.insteadOfSeries())
		return
	}
	if err == nil && opinionOf(a.its.Headline) == nil {
		a.its, err = nil, errors.New("no estimate")
	}
	if err != nil {
		var why errSeries
		errors.As(err, &why)
		switch why.code {
		case RefusedShortHistory:
			if first > 0 {
				a.refuse(RefusedNoExposure, MethodITS, a.w.noExposureSeries(), a.w.exposure())
				return
			}
			a.refuse(why.code, MethodITS, a.w.shortHistory(a.launch), a.w.moreHistory())
		case RefusedIncomplete:
			a.refuse(why.code, MethodITS, a.w.noWholeMonth(), a.w.longerWindow())
		case RefusedShortWindow:
			a.refuse(why.code, MethodITS, a.w.shortWindow(a.isCompared()), a.insteadOfMonths())
		case RefusedZeroCounts:
			a.refuse(why.code, MethodITS, a.w.emptyMonths(), a.w.fuller())
		default:
			a.refuse(RefusedDegenerate, MethodITS, a.w.noFit(), a.insteadOfSeries())
		}
		return
	}
	e := a.its.Headline
	a.r.ITS = &ITSOpinion{
		Opinion: *opinionOf(e), SEKind: a.its.SEKind, Dispersion: finite(a.its.Dispersion), Season: string(a.its.Season),
		NMonths: a.its.N, NPreMonths: a.launch - first, Rho: finite(a.its.Rho), NeweyWest: finite(a.its.NeweyWestSE), LjungBoxP: finite(a.its.LjungBoxP),
	}
	a.work(MethodITS, a.w.workITS(a.its, a.r.ITS, len(s.Steps)))
}

// insteadOfMonths says what a window without a month needs.
func (a *assessment) insteadOfMonths() phrase {
	if a.isCompared() {
		return a.w.comparisonDoes()
	}
	return a.w.monthOrComparison()
}

// isCompared tells whether a comparison answers, so that the series is but a second opinion.
func (a *assessment) isCompared() bool { return a.did != nil && !a.isRefused() }

// insteadOfSeries says what a series that cannot be followed needs.
func (a *assessment) insteadOfSeries() phrase {
	if a.did != nil {
		return a.w.comparisonDoes()
	}
	return a.w.findComparison()
}

// jointSeries gives what two campaigns that addressed the same people at the same time moved together: the series without the others.
func (a *assessment) jointSeries(s stats.Series, others []other) {
	s.Steps = slices.DeleteFunc(slices.Clone(s.Steps), func(step stats.Step) bool {
		return slices.ContainsFunc(others, func(o other) bool { return o.c.ID == step.Name })
	})
	if fit, err := stats.FitITS(s); err == nil && !fit.AR1Degenerate {
		a.r.JointEffect = opinionOf(fit.Headline)
	}
}

// finite is x, or 0 where it is not a number.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
