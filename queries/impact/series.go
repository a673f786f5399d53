package impact

import (
	"errors"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

const (
	draws        = 4000 // paths behind the interval of a cumulative effect
	backtest     = 12   // months
	mostLaunches = 24   // pretended launches that a series is fitted to
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

// insteadOfSeries says what a series that cannot be followed needs.
func (a *assessment) insteadOfSeries() string {
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

// seasonal gives the columns of a regression with a season: a constant, then the months of the year after the first, or
// waves. Columns without any variation in the months that are fitted would be no season.
func seasonal(season stats.Season, months []int) ([][]float64, []string) {
	columns, names := [][]float64{make([]float64, len(months))}, []string{"constant"}
	for i := range months {
		columns[0][i] = 1
	}
	add := func(name string, of func(month int) float64) {
		column := make([]float64, len(months))
		for i, month := range months {
			column[i] = of(month)
		}
		columns, names = append(columns, column), append(names, name)
	}
	waves := 2
	switch season {
	case stats.MonthFactor:
		for month := 2; month <= 12; month++ {
			add(time.Month(month).String(), func(m int) float64 {
				if m == month {
					return 1
				}
				return 0
			})
		}
		return columns, names
	case stats.ThreeHarmonics:
		waves = 3
	}
	for k := 1; k <= waves; k++ {
		add("sine", func(m int) float64 { return math.Sin(2 * math.Pi * float64(k*m) / 12) })
		add("cosine", func(m int) float64 { return math.Cos(2 * math.Pi * float64(k*m) / 12) })
	}
	return columns, names
}

// expectation is the regression with a wandering level behind the counterfactual: logs of counts, shares or medians by season
// and, where there is one, the comparison.
type expectation struct {
	y       []float64
	columns [][]float64
	names   []string
	inverse func(i int, l float64) float64 // of the i-th log: what it is in the outcome's unit
}

// logOf is a month's reading on the log scale, as the log ratios of units have it; false where there is nothing to read.
func (a *assessment) logOf(r Reading) (float64, bool) {
	switch {
	case a.p.Outcome.IsCount:
		return math.Log(r.X + .5), true
	case a.isMedian():
		return math.Log(r.X), r.N > 0 && r.X > 0
	}
	return math.Log((r.X + .5) / (r.N + 1)), r.N > 0
}

func (a *assessment) expectation(first, launch, end int) (*expectation, error) {
	season, err := stats.SeasonFor(launch - first)
	if err != nil {
		return nil, err
	}
	e := &expectation{}
	isCount, perHead := a.p.Outcome.IsCount, a.p.Outcome.IsCount && a.p.Campaign.PerHead
	var months []int
	var control, scale []float64
	hasControl := len(a.comparison) > 0
	for i := first; i < end; i++ {
		months = append(months, int(a.p.Months[i].Month()))
		y, ok := a.logOf(a.monthly(a.target, i))
		if !ok {
			return nil, errSeries{RefusedZeroCounts}
		}
		c, ok := a.logOf(a.monthly(a.comparison, i))
		hasControl = hasControl && ok
		readers := 1.0
		if perHead {
			readers = exposed(a.target, i)
			y -= math.Log(readers)
			c -= math.Log(math.Max(1, exposed(a.comparison, i)))
		}
		e.y, control, scale = append(e.y, y), append(control, c), append(scale, readers)
	}
	e.inverse = func(i int, l float64) float64 {
		if !isCount {
			return math.Exp(l)
		}
		return math.Max(0, scale[i]*math.Exp(l)-.5)
	}
	e.columns, e.names = seasonal(season, months)
	if hasControl && varies(control[:launch-first]) {
		e.columns, e.names = append(e.columns, control), append(e.names, "comparison")
	}
	return e, nil
}

func varies(v []float64) bool { return len(v) > 0 && slices.Max(v) > slices.Min(v) }

// rows gives the regressors of the months from up to, one row each.
func (e *expectation) rows(from, to int) *mat.Dense {
	x := mat.NewDense(to-from, len(e.columns), nil)
	for j, column := range e.columns {
		for i := from; i < to; i++ {
			x.Set(i-from, j, column[i])
		}
	}
	return x
}

// forecast fits the first n months and says what the others were to bring.
func (e *expectation) forecast(n int) (*stats.Level, *stats.Forecast, error) {
	level, err := stats.LocalLevel(stats.Model{Y: e.y[:n], X: e.rows(0, n), Names: e.names})
	if err != nil {
		return nil, nil, err
	}
	f, err := level.Forecast(e.rows(n, len(e.y)))
	if err == nil && len(f.Mean) != len(e.y)-n {
		err = errors.New("the forecast is of another length")
	}
	return level, f, err
}

// band gives the forecast of the i-th month after the n that were fitted, and its interval.
func (e *expectation) band(f *stats.Forecast, i, n int) (mid, lo, hi float64) {
	est := stats.NewEstimate(f.Mean[i], math.Sqrt(math.Max(0, f.Cov.At(i, i))), float64(f.DF))
	return e.inverse(n+i, est.Value), e.inverse(n+i, est.Lo), e.inverse(n+i, est.Hi)
}

// expect forecasts the window from the months before it. What counts is summed up as well; times and rates are not.
func (a *assessment) expect() {
	first := a.firstMonth(a.target)
	if a.p.Campaign.PerHead && len(a.comparison) > 0 {
		first = max(first, a.firstMonth(a.comparison))
	}
	n := a.launch - first
	if n < leastMonths || a.end <= a.launch {
		return
	}
	e, err := a.expectation(first, a.launch, a.end)
	if err != nil {
		return
	}
	level, f, err := e.forecast(n)
	if err != nil {
		return
	}
	average := f.Average(e.y[n:])
	if opinionOf(average) == nil {
		return
	}
	c := &Counterfactual{Cumulative: []Cumulated{}, Q: finite(level.Q)}
	for i := range a.end {
		month := ExpectedMonth{Month: written(a.p.Months[i]), Observed: a.value(a.monthly(a.target, i))}
		if i >= a.launch {
			mid, lo, hi := e.band(f, i-a.launch, n)
			if !(hi < 1e12) {
				return
			}
			month.Expected, month.Lo, month.Hi = &mid, &lo, &hi
		}
		c.Series = append(c.Series, month)
	}
	if a.p.Outcome.IsCount {
		c.Draws, c.Seed = draws, a.seed
		if c.Cumulative = e.cumulate(c.Series[a.launch:], f.Draws(draws, a.seed), n); c.Cumulative == nil {
			return
		}
	}
	a.forecast = &average
	a.backtest(c, first)
	a.r.Counterfactual = c
	a.work(methodExpected, a.w.workExpected(level, f, average, c, len(a.comparison) > 0))
}

// cumulate sums observed less expected up, with an interval from paths that the forecast may have taken; nil where those
// leave all bounds.
func (e *expectation) cumulate(months []ExpectedMonth, paths [][]float64, n int) []Cumulated {
	var cumulated []Cumulated
	sums, total := make([]float64, len(paths)), 0.0
	for i, month := range months {
		total += month.Observed - *month.Expected
		for k, path := range paths {
			sums[k] += month.Observed - e.inverse(n+i, path[i])
		}
		sorted := slices.Clone(sums)
		slices.Sort(sorted)
		tail := len(sorted) / 40
		if len(sorted) == 0 || !(math.Abs(sorted[tail]) < 1e15) || !(math.Abs(sorted[len(sorted)-1-tail]) < 1e15) {
			return nil
		}
		cumulated = append(cumulated, Cumulated{month.Month, total, math.Min(sorted[tail], total), math.Max(sorted[len(sorted)-1-tail], total)})
	}
	return cumulated
}

// backtest forecasts the year before the campaign from the years before that.
func (a *assessment) backtest(c *Counterfactual, first int) {
	launch := a.launch - backtest
	e, err := a.expectation(first, launch, a.launch)
	if err != nil {
		return
	}
	n := launch - first
	_, f, err := e.forecast(n)
	if err != nil {
		return
	}
	errors, counted := 0.0, 0
	for i := range backtest {
		observed := a.value(a.monthly(a.target, launch+i))
		mid, lo, hi := e.band(f, i, n)
		c.BacktestN++
		if lo <= observed && observed <= hi {
			c.BacktestIn++
		}
		if observed > 0 {
			errors, counted = errors+math.Abs(observed-mid)/observed, counted+1
		}
	}
	if counted > 0 {
		mape := finite(errors / float64(counted))
		c.MAPE = &mape
	}
}

// observed gives the months as they were, where nothing can be expected of them yet.
func (a *assessment) observed() *Counterfactual {
	if a.end == 0 || !a.hasTarget() {
		return nil
	}
	c := &Counterfactual{Cumulative: []Cumulated{}}
	for i := range a.end {
		c.Series = append(c.Series, ExpectedMonth{Month: written(a.p.Months[i]), Observed: a.value(a.monthly(a.targets(), i))})
	}
	return c
}

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

// season cuts the target's weeks into academic years, of which one begins after the month in which the units ask least.
func (a *assessment) season() *SeasonReport {
	p := a.p
	if p.Outcome.ID != "requests" || len(p.Weeks) == 0 || a.end < 12 {
		return nil
	}
	var sums, counts [13]float64
	for i := range a.end {
		month := p.Months[i].Month()
		for u := range p.Units {
			sums[month] += reading(&p.Units[u], i).X
		}
		counts[month]++
	}
	least := time.January
	for month := time.February; month <= time.December; month++ {
		if sums[month]/counts[month] < sums[least]/counts[least] {
			least = month
		}
	}
	s := &SeasonReport{StartsIn: int(least)%12 + 1}
	begins := func(year int) time.Time { // the first Monday of an academic year
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
		y := SeasonYear{Label: a.w.academicYear(year, s.StartsIn), Values: make([]*float64, int(to.Sub(from).Hours()/24/7+.5))}
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
