package stats

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

// GLS is a regression by generalized least squares whose errors follow each other: each carries Rho of the one before.
type GLS struct {
	Names     []string
	Coef      []float64
	Cov       *mat.SymDense // of Coef
	Rho       float64       // correlation of neighbouring errors
	Sigma2    float64       // variance of the errors, residual sum of squares ÷ DF
	LogLik    float64       // restricted
	DF        int           // n − p
	Residuals []float64     // y − fitted
}

// AR1 fits a regression with AR(1) errors; rho by restricted likelihood.
func AR1(m Model, lowest, highest float64) (*GLS, error) { return nil, errors.New("not written") }

// Estimate gives the coefficient of that name, by Student's t.
func (g *GLS) Estimate(name string) Estimate { return Estimate{} }
