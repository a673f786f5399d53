package stats

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

// Level is a regression whose level wanders: y_t = x_t'b + level_t + noise_t.
type Level struct {
	Names     []string
	Q         float64 // variance of the level's steps over that of the noise
	Sigma2    float64 // variance of the noise
	LogLik    float64 // restricted
	Coef      []float64
	Cov       *mat.SymDense
	DF        int
	Residuals []float64
}

// LocalLevel fits with q by restricted likelihood.
func LocalLevel(m Model) (*Level, error) { return nil, errors.New("not written") }

// LocalLevelFixed fits with a given q.
func LocalLevelFixed(m Model, q float64) (*Level, error) { return nil, errors.New("not written") }

// Estimate gives the coefficient of that name, by Student's t.
func (l *Level) Estimate(name string) Estimate { return Estimate{} }

// Forecast is what the months after are expected to bring.
type Forecast struct {
	Mean []float64
	Cov  *mat.SymDense // of observations
	DF   int
}

// Forecast forecasts the months right after the fitted ones.
func (l *Level) Forecast(x *mat.Dense) (*Forecast, error) { return nil, errors.New("not written") }

// Average is of y − mean over the span.
func (f *Forecast) Average(y []float64) Estimate { return Estimate{} }

// Draws are paths.
func (f *Forecast) Draws(n int, seed uint64) [][]float64 { return nil }
