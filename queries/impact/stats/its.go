package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Season is how the months of the year enter a model.
type Season string

// The seasons. An academic year has steeper months than two harmonics can follow, so months of their own are taken as soon as
// there are three of each.
const (
	MonthFactor    Season = "month_factor" // a coefficient for each month: ≥ 36 months before
	ThreeHarmonics Season = "harmonics_3"  // sine and cosine of one, two and three cycles a year: ≥ 30
	TwoHarmonics   Season = "harmonics_2"  // ≥ 24
)

const (
	neweyWestLag   = 4   // months
	ljungBoxLag    = 12  // months
	fewestForLog   = 10. // mean count a month under which ln(count + ½) is too crude
	highestRho     = .95
	degenerateRho  = .9
	addedForLog    = .5
	fewestPreMonth = 24
)

// SeasonFor chooses the season by the number of months before the campaign; NotEnoughError below 24 of them.
func SeasonFor(nPreMonths int) (Season, error) {
	switch {
	case nPreMonths >= 36:
		return MonthFactor, nil
	case nPreMonths >= 30:
		return ThreeHarmonics, nil
	case nPreMonths >= fewestPreMonth:
		return TwoHarmonics, nil
	}
	return "", &NotEnoughError{fmt.Sprintf("%d months before the campaign do not show the season: %d are needed", nPreMonths, fewestPreMonth)}
}

// Series is one series of consecutive months, with a campaign.
type Series struct {
	Y         []float64 // counts; medians above 0 with LogNormal, where 0 or NaN is a month without one
	Month     []int     // 1..12
	X         []float64 // share of the month in the campaign's window, 0..1
	Offset    []float64 // ln exposure, or nil; −Inf is a month without any
	Steps     []Step    // other campaigns
	Season    Season    // empty: by SeasonFor
	LogNormal bool      // ln Y instead of Poisson: AR(1) alone
}

// Step is another campaign, which enters the model as Series.X does.
type Step struct {
	Name string
	X    []float64
}

// ITS is an interrupted time series: the campaign's effect as a lasting step, on the log scale.
type ITS struct {
	Season        Season
	Poisson       Estimate  // quasi-Poisson, t(n − p); zero with LogNormal
	Dispersion    float64   // Pearson X² ÷ (n − p); 0 with LogNormal
	NeweyWestSE   float64   // lag 4: a diagnostic; 0 with LogNormal
	LjungBoxP     float64   // of the Pearson residuals (AR(1)'s with LogNormal) up to lag 12
	ACF1          float64   // of the same at lag 1
	Trend         float64   // per month
	AR1           *Estimate // of ln(count + ½) with AR(1) errors; nil where counts are below 10 a month, or it can't be fitted
	Rho           float64   // of AR(1), 0 to 0.95
	AR1Degenerate bool      // Rho > 0.9: level and trend can't be told apart
	N, DF         int       // months and degrees of freedom of the headline's model
	Headline      Estimate  // the quasi-Poisson value (AR(1)'s with LogNormal) and the wider of the two intervals around it, a Dispersion below 1 taken for 1
	SEKind        string    // whose it is: quasi_poisson or ar1_reml
	StepCorr      []float64 // of the campaign's estimate with each of Steps; 0 for a step that is the same in all months
}

// The models behind ITS.SEKind.
const (
	QuasiPoisson = "quasi_poisson"
	AR1REML      = "ar1_reml"
)

// FitITS fits ln mu = b0 + b1·t + b2·x + season + steps, the slope staying as it is (Bernal, Cummins and Gasparrini,
// International Journal of Epidemiology 46, 2017; t is 0 in the first month with x above 0). The interval is the wider of
// quasi-Poisson's and that of ln(count + ½) with AR(1) errors by REML, 0 ≤ rho ≤ 0.95 (Turner and others, BMC Medical Research
// Methodology 21, 2021: restricted likelihood comes closest to its promise in short series). Left out are calendar months
// that have never a count, where each month has its own coefficient, which fits them perfectly; months without a median, and
// months without exposure. Errors: NotEnoughError; RankError where the campaign or a step is a combination of the rest.
func FitITS(s Series) (*ITS, error) {
	nPre, err := s.check()
	if err != nil {
		return nil, err
	}
	if s.Season == "" {
		if s.Season, err = SeasonFor(nPre); err != nil {
			return nil, err
		}
	}
	columns, err := s.columns(nPre)
	if err != nil {
		return nil, err
	}
	its := &ITS{Season: s.Season, N: columns.nUsed}
	if s.LogNormal {
		fit, err := its.fitAR1(columns, s.Y, 0)
		if err != nil {
			return nil, err
		}
		its.DF, its.Headline, its.SEKind = fit.DF, *its.AR1, AR1REML
		its.Trend = fit.Coef[columnT]
		its.StepCorr = columns.stepCorr(fit.Cov)
		its.diagnose(innovations(fit), 1)
		return its, nil
	}
	fit, err := Poisson(columns.counts(s.Y))
	if err != nil {
		return nil, err
	}
	its.DF, its.Dispersion = fit.DF, fit.Dispersion
	its.Poisson = fit.Estimate(campaignColumn, fit.Quasi(), float64(fit.DF))
	its.NeweyWestSE = fit.Estimate(campaignColumn, fit.NeweyWest(neweyWestLag, false), float64(fit.DF)).SE
	its.Trend = fit.Coef[columnT]
	its.StepCorr = columns.stepCorr(fit.Cov)
	its.diagnose(fit.pearson(), 0)
	// Counts that scatter less than chance alone makes them do so by chance, or because nothing varies: that is no certainty.
	its.Headline, its.SEKind = its.Poisson, QuasiPoisson
	if its.Dispersion < 1 {
		its.Headline = fit.Estimate(campaignColumn, fit.Cov, float64(fit.DF))
	}
	if mean(s.Y) < fewestForLog {
		return its, nil
	}
	if _, err := its.fitAR1(columns, s.Y, addedForLog); err != nil {
		return its, nil // AR1 stays nil: quasi-Poisson stands alone
	}
	if wide := its.AR1; wide.Hi-wide.Lo > its.Headline.Hi-its.Headline.Lo {
		its.Headline, its.SEKind = NewEstimate(its.Poisson.Value, wide.SE, wide.DF), AR1REML
	}
	return its, nil
}

// check refuses a series that is no series, and counts the months before the campaign.
func (s Series) check() (nPre int, err error) {
	n := len(s.Y)
	if len(s.Month) != n || len(s.X) != n || s.Offset != nil && len(s.Offset) != n {
		return 0, fmt.Errorf("a series of %d months has %d calendar months, %d shares and %d exposures", n, len(s.Month), len(s.X), len(s.Offset))
	}
	for i, month := range s.Month {
		if month < 1 || month > 12 {
			return 0, fmt.Errorf("month %d of the series is month %d of its year", i+1, month)
		}
	}
	for _, step := range s.Steps {
		if len(step.X) != n {
			return 0, fmt.Errorf("%s has %d months in a series of %d", step.Name, len(step.X), n)
		}
	}
	for nPre < n && s.X[nPre] <= 0 {
		nPre++
	}
	if nPre == n {
		return 0, &NotEnoughError{"no month of the series is in the campaign's window"}
	}
	return nPre, nil
}

// The columns of a series' models that are asked for again.
const (
	columnT        = 1
	campaignColumn = "the campaign"
)

// columns are those of the models of a series, each as long as the series.
type columns struct {
	names    []string
	values   [][]float64
	offset   []float64
	campaign int   // column of the campaign
	steps    []int // column of each step, −1 where it has none
	isUsed   []bool
	nUsed    int
}

func (s Series) columns(nPre int) (*columns, error) {
	n := len(s.Y)
	c := &columns{offset: slices.Clone(s.Offset), isUsed: make([]bool, n)}
	perMonth := map[int]float64{}
	for i, y := range s.Y {
		c.isUsed[i] = s.Offset == nil || !math.IsInf(s.Offset[i], -1)
		if c.isUsed[i] {
			perMonth[s.Month[i]] += y
		} else {
			c.offset[i] = 0
		}
	}
	for i, y := range s.Y {
		if s.LogNormal {
			c.isUsed[i] = c.isUsed[i] && y > 0
		} else if s.Season == MonthFactor {
			c.isUsed[i] = c.isUsed[i] && perMonth[s.Month[i]] != 0
		}
		if c.isUsed[i] {
			c.nUsed++
		}
	}
	add := func(name string, value func(i int) float64) {
		column := make([]float64, n)
		for i := range column {
			if c.isUsed[i] {
				column[i] = value(i)
			}
		}
		c.names, c.values = append(c.names, name), append(c.values, column)
	}
	add("(Intercept)", func(int) float64 { return 1 })
	add("t", func(i int) float64 { return float64(i - nPre) })
	harmonics := map[Season]int{MonthFactor: 0, ThreeHarmonics: 3, TwoHarmonics: 2}
	k, ok := harmonics[s.Season]
	if !ok {
		return nil, fmt.Errorf("%q is no season: %s, %s and %s are", s.Season, MonthFactor, ThreeHarmonics, TwoHarmonics)
	}
	for j := 1; j <= k; j++ {
		angle := func(i int) float64 { return 2 * math.Pi * float64(j*s.Month[i]) / 12 }
		add(fmt.Sprintf("sin%d", j), func(i int) float64 { return math.Sin(angle(i)) })
		add(fmt.Sprintf("cos%d", j), func(i int) float64 { return math.Cos(angle(i)) })
	}
	if s.Season == MonthFactor {
		seen := map[int]bool{}
		for i, month := range s.Month {
			if c.isUsed[i] && !seen[month] {
				if len(seen) > 0 { // the first is the intercept's
					add(fmt.Sprintf("month %d", month), func(i int) float64 { return indicator(s.Month[i] == month) })
				}
				seen[month] = true
			}
		}
	}
	c.campaign = len(c.names)
	add(campaignColumn, func(i int) float64 { return s.X[i] })
	for _, step := range s.Steps {
		c.steps = append(c.steps, -1)
		if slices.Min(step.X) != slices.Max(step.X) {
			c.steps[len(c.steps)-1] = len(c.names)
			add(step.Name, func(i int) float64 { return step.X[i] })
		}
	}
	return c, nil
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func mean(x []float64) (mean float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	return mean
}

// counts is the model of y without the months that are left out.
func (c *columns) counts(y []float64) Model {
	m := Model{Names: c.names}
	var x []float64
	for i := range y {
		if !c.isUsed[i] {
			continue
		}
		m.Y = append(m.Y, y[i])
		if c.offset != nil {
			m.Offset = append(m.Offset, c.offset[i])
		}
		for _, column := range c.values {
			x = append(x, column[i])
		}
	}
	if len(m.Y) > 0 {
		m.X = mat.NewDense(len(m.Y), len(c.names), x)
	}
	return m
}

// logs is the model of ln(y + added). A month that is left out keeps its place in the order of time, but a column of its own
// takes it out of likelihood and degrees of freedom.
func (c *columns) logs(y []float64, added float64) Model {
	n := len(y)
	m := Model{Y: make([]float64, n), Names: slices.Clone(c.names), Offset: c.offset}
	values := slices.Clone(c.values)
	for i := range y {
		if c.isUsed[i] {
			m.Y[i] = math.Log(y[i] + added)
			continue
		}
		own := make([]float64, n)
		own[i] = 1
		m.Names, values = append(m.Names, fmt.Sprintf("row %d", i+1)), append(values, own)
	}
	m.X = mat.NewDense(n, len(values), nil)
	for j, column := range values {
		m.X.SetCol(j, column)
	}
	return m
}

// stepCorr are the correlations of the campaign's estimate with those of the steps.
func (c *columns) stepCorr(cov mat.Symmetric) []float64 {
	var all []float64
	for _, j := range c.steps {
		var r float64
		if j >= 0 {
			r = cov.At(c.campaign, j) / math.Sqrt(cov.At(c.campaign, c.campaign)*cov.At(j, j))
		}
		all = append(all, r)
	}
	return all
}

func (its *ITS) fitAR1(c *columns, y []float64, added float64) (*GLS, error) {
	if c.nUsed <= len(c.names) {
		return nil, &NotEnoughError{fmt.Sprintf("%d months with values are too few for a model with %d coefficients", c.nUsed, len(c.names))}
	}
	fit, err := AR1(c.logs(y, added), 0, highestRho)
	if err != nil {
		return nil, err
	}
	estimate := fit.Estimate(campaignColumn)
	its.AR1, its.Rho, its.AR1Degenerate = &estimate, fit.Rho, fit.Rho > degenerateRho
	return fit, nil
}

// innovations are what is new in each residual beside the one before it.
func innovations(fit *GLS) []float64 {
	var left []float64
	for i := 1; i < len(fit.Residuals); i++ {
		left = append(left, fit.Residuals[i]-fit.Rho*fit.Residuals[i-1])
	}
	return left
}

func (its *ITS) diagnose(residuals []float64, fitted int) {
	_, its.LjungBoxP = LjungBox(residuals, ljungBoxLag, fitted)
	if acf := ACF(residuals, 1); len(acf) > 1 {
		its.ACF1 = acf[1]
	}
}
