package stats

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

// Fit is a fitted regression of n rows and p columns.
type Fit struct {
	Names          []string
	Coef           []float64     // p
	Cov            *mat.SymDense // p × p: dispersion 1 for counts, σ² for least squares
	Mu, Residuals  []float64     // n; residuals are y − mu
	Deviance       float64
	LogLik         float64
	AIC            float64
	Dispersion     float64 // Pearson X² ÷ DF; σ² for least squares
	DF             int     // n − p
	Theta, ThetaSE float64 // of the negative binomial, else 0
}

// Poisson fits counts by a log link.
func Poisson(m Model) (*Fit, error) { return nil, errors.New("stats: not fitted") }

// NegativeBinomial fits counts with variance mu + mu²/theta.
func NegativeBinomial(m Model) (*Fit, error) { return nil, errors.New("stats: not fitted") }

// LeastSquares fits means.
func LeastSquares(m Model) (*Fit, error) { return nil, errors.New("stats: not fitted") }

// Quasi is the covariance times the dispersion.
func (f *Fit) Quasi() *mat.SymDense { return nil }

// HC is White's covariance.
func (f *Fit) HC(kind string) (*mat.SymDense, error) { return nil, errors.New("stats: not fitted") }

// NeweyWest is the covariance under serial correlation.
func (f *Fit) NeweyWest(lag int, adjust bool) *mat.SymDense { return nil }

// Clustered is the covariance under correlation within clusters.
func (f *Fit) Clustered(cluster []int) (*mat.SymDense, error) {
	return nil, errors.New("stats: not fitted")
}

// Estimate is that of the column of that name.
func (f *Fit) Estimate(name string, cov mat.Symmetric, df float64) Estimate { return Estimate{} }
