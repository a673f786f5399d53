package impact

import (
	"errors"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

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
		observed := a.value(a.monthly(a.target, i))
		month := ExpectedMonth{Month: written(a.p.Months[i]), Observed: &observed}
		if i >= a.launch {
			mid, lo, hi := e.band(f, i-a.launch, n)
			if !(hi < 1e12) {
				return
			}
			month.Expected, month.Lo, month.Hi = &mid, &lo, &hi
		}
		c.Series = append(c.Series, month)
	}
	c.WholeMonths = a.hasWholeMonths()
	if a.p.Outcome.IsCount && c.WholeMonths { // else the sum would hold days of others
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

// hasWholeMonths tells whether the window is made of months, but for a few days.
func (a *assessment) hasWholeMonths() bool {
	for _, x := range a.x[a.launch:a.end] {
		if x < nearlyAll {
			return false
		}
	}
	return true
}

// cumulate sums observed less expected up, with an interval from paths that the forecast may have taken; nil where those
// leave all bounds.
func (e *expectation) cumulate(months []ExpectedMonth, paths [][]float64, n int) []Cumulated {
	var cumulated []Cumulated
	sums, total := make([]float64, len(paths)), 0.0
	for i, month := range months {
		total += *month.Observed - *month.Expected
		for k, path := range paths {
			sums[k] += *month.Observed - e.inverse(n+i, path[i])
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
		observed := a.value(a.monthly(a.targets(), i))
		c.Series = append(c.Series, ExpectedMonth{Month: written(a.p.Months[i]), Observed: &observed})
	}
	return c
}
