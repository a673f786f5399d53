package stats

import "errors"

// Season is how the months of the year enter a model.
type Season string

// The seasons, by the months that they need before the campaign.
const (
	MonthFactor    Season = "month_factor" // ≥ 36 months before
	ThreeHarmonics Season = "harmonics_3"  // ≥ 30
	TwoHarmonics   Season = "harmonics_2"  // ≥ 24
)

// SeasonFor chooses the season by the number of months before the campaign; fewer than 24 are refused.
func SeasonFor(nPreMonths int) (Season, error) { return "", errors.New("stats: not fitted") }

// Series is one series of months.
type Series struct {
	Y         []float64
	Month     []int     // 1..12
	X         []float64 // share of the month in the window, 0..1
	Offset    []float64 // ln exposure, or nil
	Steps     []Step    // other campaigns
	Season    Season
	LogNormal bool // medians: ln Y, no Poisson
}

// Step is another campaign.
type Step struct {
	Name string
	X    []float64
}

// ITS is an interrupted time series.
type ITS struct {
	Season        Season
	Poisson       Estimate // quasi-Poisson, t(n−p)
	Dispersion    float64
	NeweyWestSE   float64
	LjungBoxP     float64
	ACF1          float64
	Trend         float64
	AR1           *Estimate
	Rho           float64
	AR1Degenerate bool // rho > .9
	N, DF         int
	Headline      Estimate
	SEKind        string // quasi_poisson, ar1_reml
	StepCorr      []float64
}

// FitITS fits an interrupted time series.
func FitITS(s Series) (*ITS, error) { return nil, errors.New("stats: not fitted") }
