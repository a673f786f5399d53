package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// LeastSquares fits mean = X·coef + offset with errors of one variance σ² = RSS ÷ (n − p); Cov is σ²(X′X)⁻¹ (Greene,
// Econometric Analysis, 7th ed. 2012, §4.3). Errors: RankError, NotEnoughError.
func LeastSquares(m Model) (*Fit, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	n, p := m.X.Dims()
	f := &Fit{Names: m.Names, x: m.X, Mu: make([]float64, n), Residuals: make([]float64, n), weights: make([]float64, n),
		variance: make([]float64, n), DF: n - p}
	z := make([]float64, n)
	for i, y := range m.Y {
		f.weights[i], f.variance[i] = 1, 1
		z[i] = y - m.offset(i)
	}
	var err error
	if f.Coef, f.bread, err = weightedLeastSquares(m.X, f.weights, z, m.Names); err != nil {
		return nil, err
	}
	for i, y := range m.Y {
		f.Mu[i] = dot(m.X.RawRowView(i), f.Coef) + m.offset(i)
		f.Residuals[i] = y - f.Mu[i]
		f.Deviance += f.Residuals[i] * f.Residuals[i]
	}
	f.score = f.Residuals
	f.Dispersion = f.Deviance / float64(f.DF)
	f.Cov = mat.NewSymDense(p, nil)
	f.Cov.ScaleSym(f.Dispersion, f.bread)
	f.LogLik = -float64(n) / 2 * (math.Log(2*math.Pi*f.Deviance/float64(n)) + 1)
	f.AIC = 2 * (float64(p+1) - f.LogLik) // σ² is a parameter too
	return f, nil
}
