package stats

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is a regression around a level that wanders: y = x'b + level + noise, the level being a random walk that starts at
// 0. Noise has the variance Sigma2, each step of the level Q Sigma2.
type Level struct {
	Generalized
	Q float64

	weights  []float64 // of the residuals in the level after the last one
	filtered float64   // variance of that level over Sigma2, b being known
	carried  []float64 // row of X with those weights
}

// LocalLevel fits a wandering level with the Q of the largest restricted likelihood, from e^−16 to e^6 or 0, where the level
// does not wander and the fit is that of least squares. It is the local level model with exact diffuse start of Commandeur
// and Koopman, An Introduction to State Space Time Series Analysis (Oxford 2007), with fixed regressors. Errors: as AR1.
func LocalLevel(m Model) (*Level, error) {
	s, err := seriesOf(m)
	if err != nil {
		return nil, err
	}
	likelihood := func(lnq float64) float64 { return s.likelihood(newWalk(math.Exp(lnq), s.n).covariance()) }
	lnq := highestPoint(likelihood, -16, 6, 1)
	if s.likelihood(newWalk(0, s.n).covariance()) >= likelihood(lnq) {
		return s.level(0)
	}
	return s.level(math.Exp(lnq))
}

// LocalLevelFixed fits a wandering level with a given Q, from 0 on.
func LocalLevelFixed(m Model, q float64) (*Level, error) {
	if !(q >= 0) || math.IsInf(q, 0) {
		return nil, fmt.Errorf("a level's steps can't have %v times the variance of the noise", q)
	}
	s, err := seriesOf(m)
	if err != nil {
		return nil, err
	}
	return s.level(q)
}

func (s *series) level(q float64) (*Level, error) {
	w := newWalk(q, s.n)
	fit, err := s.fit(w.covariance())
	if err != nil {
		return nil, err
	}
	l := &Level{Generalized: fit, Q: q, weights: w.weights(), carried: make([]float64, s.p)}
	l.filtered = l.weights[s.n-1]
	for j := range s.p {
		l.carried[j] = floats.Dot(l.weights, s.columns[j]) * s.lengths[j]
	}
	return l, nil
}

// walk is the covariance V = I + q min(i, j) (counted from 0) of noise and a random walk. The differences of neighbours have a
// tridiagonal covariance: 1 and then 2 + q on the diagonal, −1 beside it. It holds the squares of the diagonal of that matrix's
// Cholesky factor; beside them the factor is −1 ÷ the diagonal.
type walk []float64

func newWalk(q float64, n int) walk {
	w := make(walk, n)
	for i := range w {
		w[i] = 1
		if i > 0 {
			w[i] = 2 + q - 1/w[i-1]
		}
	}
	return w
}

func (w walk) covariance() covariance {
	v := covariance{whiten: func(y []float64) {
		for i := len(y) - 1; i > 0; i-- {
			y[i] -= y[i-1]
		}
		for i := 1; i < len(y); i++ {
			y[i] = (y[i] + y[i-1]/math.Sqrt(w[i-1])) / math.Sqrt(w[i])
		}
	}}
	for _, square := range w {
		v.logDet += math.Log(square)
	}
	return v
}

// weights gives C = V21 V11⁻¹, of which all rows are the same: the last unit vector less the last column of V⁻¹.
func (w walk) weights() []float64 {
	n := len(w)
	c := make([]float64, n)
	after := 1 / w[n-1]
	c[n-1] = 1 - after
	for i := n - 2; i >= 0; i-- {
		here := after / w[i]
		c[i], after = after-here, here
	}
	return c
}

// Forecast is what the months after the fitted ones bring if nothing else happens.
type Forecast struct {
	Mean []float64
	Cov  *mat.SymDense // of the observations: level, noise and the uncertainty of the coefficients
	DF   int           // of the Student's t that they follow
}

// Forecast forecasts the months right after the fitted ones; x has a row for each and the columns of the model's X. An offset
// of the model is not in it. The covariance is Sigma2 (V22 − C V12 + G A G'), G = X2 − C X1 and A = (X1' V11⁻¹ X1)⁻¹.
func (l *Level) Forecast(x *mat.Dense) (*Forecast, error) {
	if x == nil || x.IsEmpty() {
		return nil, &NotEnoughError{"there is no month to forecast"}
	}
	n, p := x.Dims()
	if p != len(l.Coef) {
		return nil, &NotEnoughError{fmt.Sprintf("months with %d columns do not go with a model of %d", p, len(l.Coef))}
	}
	for _, value := range x.RawMatrix().Data {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, &NotEnoughError{"a value is missing or has no bounds"}
		}
	}
	f := &Forecast{Mean: make([]float64, n), Cov: mat.NewSymDense(n, nil), DF: l.DF}
	level := floats.Dot(l.weights, l.Residuals)
	g := mat.NewDense(n, p, nil)
	for i := range n {
		f.Mean[i] = level + floats.Dot(x.RawRowView(i), l.Coef)
		floats.SubTo(g.RawRowView(i), x.RawRowView(i), l.carried)
	}
	var half, coefficients mat.Dense
	half.Mul(g, l.Cov)
	coefficients.Mul(&half, g.T())
	for i := range n {
		for j := i; j < n; j++ {
			v := l.filtered + l.Q*float64(i+1)
			if i == j {
				v++
			}
			f.Cov.SetSym(i, j, l.Sigma2*v+coefficients.At(i, j))
		}
	}
	return f, nil
}

// Average compares what was observed in the months of the forecast with it: the mean of y − Mean, by Student's t. Without
// limits where y is not as long as the forecast.
func (f *Forecast) Average(y []float64) Estimate {
	n := float64(len(f.Mean))
	if len(y) != len(f.Mean) || n == 0 {
		return NewEstimate(math.NaN(), math.NaN(), float64(f.DF))
	}
	return NewEstimate((floats.Sum(y)-floats.Sum(f.Mean))/n, math.Sqrt(mat.Sum(f.Cov))/n, float64(f.DF))
}

// Draws gives n paths of the months to come, from their multivariate t distribution; the same ones for the same seed. nil
// where Cov is not a covariance.
func (f *Forecast) Draws(n int, seed uint64) [][]float64 {
	var root mat.Cholesky
	if n <= 0 || len(f.Mean) == 0 || !root.Factorize(f.Cov) {
		return nil
	}
	var lower mat.TriDense
	root.LTo(&lower)
	random := rand.New(rand.NewPCG(seed, 0))
	spread := distuv.ChiSquared{K: float64(f.DF), Src: random}
	draws := make([][]float64, n)
	normal, path := mat.NewVecDense(len(f.Mean), nil), mat.NewVecDense(len(f.Mean), nil)
	for i := range draws {
		for j := range f.Mean {
			normal.SetVec(j, random.NormFloat64())
		}
		path.MulVec(&lower, normal)
		path.ScaleVec(math.Sqrt(float64(f.DF)/spread.Rand()), path)
		draws[i] = make([]float64, len(f.Mean))
		floats.AddTo(draws[i], f.Mean, path.RawVector().Data)
	}
	return draws
}
