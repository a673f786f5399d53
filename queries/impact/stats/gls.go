package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Generalized is a linear regression, fitted by generalized least squares, of a series whose errors follow from each other.
type Generalized struct {
	Names     []string
	Coef      []float64
	Cov       *mat.SymDense // of Coef
	Sigma2    float64       // factor of the errors' covariance: weighted residual sum of squares ÷ DF
	LogLik    float64       // restricted, as R's nlme counts it
	DF        int           // n − p
	Residuals []float64     // y − fitted
}

// Estimate gives the coefficient of that name with an interval by Student's t; without limits where there is none.
func (g *Generalized) Estimate(name string) Estimate {
	i := slices.Index(g.Names, name)
	if i < 0 {
		return NewEstimate(math.NaN(), math.NaN(), float64(g.DF))
	}
	return NewEstimate(g.Coef[i], math.Sqrt(g.Cov.At(i, i)), float64(g.DF))
}

// GLS is a regression with errors of which each carries Rho of the one before: their covariance is Sigma2 Rho^|i−j|.
type GLS struct {
	Generalized
	Rho float64
}

// AR1 fits a regression whose errors are autoregressive, with the Rho from lowest to highest (within −1 to 1, equal: that
// one) of the largest restricted likelihood: what gls(correlation = corAR1()) of R's nlme does. A Rho near 1 says that a
// change of level can't be told from the errors' wandering; the standard errors then mean nothing.
//
// A *RankError is returned for columns that others make up, a *NotEnoughError where nothing is left over to tell the errors.
func AR1(m Model, lowest, highest float64) (*GLS, error) {
	if !(-1 < lowest && lowest <= highest && highest < 1) {
		return nil, fmt.Errorf("an autocorrelation from %v to %v is not within −1 to 1", lowest, highest)
	}
	s, err := seriesOf(m)
	if err != nil {
		return nil, err
	}
	likelihood := func(z float64) float64 { return s.likelihood(autoregressive(math.Tanh(z), s.n)) }
	// Fisher's z spreads what is close to −1 and 1.
	rho := math.Tanh(highestPoint(likelihood, math.Atanh(lowest), math.Atanh(highest), .25))
	rho = min(max(rho, lowest), highest)
	fit, err := s.fit(autoregressive(rho, s.n))
	if err != nil {
		return nil, err
	}
	return &GLS{fit, rho}, nil
}

// covariance is the covariance V of a series' errors, but for a factor.
type covariance struct {
	whiten func([]float64) // turns a series with covariance V, in place, into one with covariance I
	logDet float64         // ln |V|
}

// autoregressive is the covariance rho^|i−j|.
func autoregressive(rho float64, n int) covariance {
	scale := math.Sqrt((1 - rho) * (1 + rho))
	return covariance{
		whiten: func(y []float64) {
			for i := len(y) - 1; i > 0; i-- {
				y[i] = (y[i] - rho*y[i-1]) / scale
			}
		},
		logDet: 2 * float64(n-1) * math.Log(scale),
	}
}

// series is a model that has been looked through: finite, of full rank, and with something left over.
type series struct {
	names   []string
	columns [][]float64 // of X, then Y less the offset; each divided by its length
	lengths []float64
	n, p    int
}

func seriesOf(m Model) (*series, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	n, p := m.X.Dims()
	s := &series{names: m.Names, n: n, p: p}
	for j := range p {
		s.columns = append(s.columns, mat.Col(nil, j, m.X))
	}
	y := slices.Clone(m.Y)
	if m.Offset != nil {
		floats.Sub(y, m.Offset)
	}
	s.columns = append(s.columns, y)
	var dependent []string
	for _, column := range s.columns {
		length := floats.Norm(column, 2)
		if !isFinite(length) {
			return nil, &NotEnoughError{"the values are too large to fit"}
		}
		s.lengths = append(s.lengths, length)
		if length > 0 {
			floats.Scale(1/length, column)
		}
	}
	r := s.triangle(covariance{whiten: func([]float64) {}})
	for j, name := range m.Names {
		if !(r.At(j, j) > rankTolerance) {
			dependent = append(dependent, name)
		}
	}
	if dependent != nil {
		return nil, &RankError{dependent}
	}
	if !(r.At(p, p) > rankTolerance) {
		return nil, &NotEnoughError{"the values do not vary around the model, so that nothing tells how sure it is"}
	}
	return s, nil
}

// triangle whitens the columns and gives the triangular factor of their QR decomposition, by Gram and Schmidt's method in its
// modified form. Its last column holds what the others explain of Y, and at its end the length of what they leave.
func (s *series) triangle(v covariance) *mat.TriDense {
	white := make([][]float64, len(s.columns))
	for j, column := range s.columns {
		white[j] = slices.Clone(column)
		v.whiten(white[j])
	}
	r := mat.NewTriDense(len(white), mat.Upper, nil)
	for j, column := range white {
		for i, earlier := range white[:j] {
			along := floats.Dot(earlier, column)
			r.SetTri(i, j, along)
			floats.AddScaled(column, -along, earlier)
		}
		length := floats.Norm(column, 2)
		r.SetTri(j, j, length)
		if length > 0 {
			floats.Scale(1/length, column)
		}
	}
	return r
}

// likelihood is the restricted log likelihood under V, at the best factor of it.
func (s *series) likelihood(v covariance) float64 { return s.restricted(v, s.triangle(v)) }

func (s *series) restricted(v covariance, r *mat.TriDense) float64 {
	df := float64(s.n - s.p)
	sum := v.logDet + df*(1+math.Log(2*math.Pi/df)+2*math.Log(r.At(s.p, s.p)*s.lengths[s.p]))
	for j := range s.p {
		sum += 2 * math.Log(r.At(j, j)*s.lengths[j])
	}
	return -sum / 2
}

// fit gives coefficients and their covariance under V.
func (s *series) fit(v covariance) (Generalized, error) {
	r := s.triangle(v)
	df := s.n - s.p
	g := Generalized{Names: s.names, DF: df, LogLik: s.restricted(v, r), Coef: make([]float64, s.p), Cov: mat.NewSymDense(s.p, nil)}
	left := r.At(s.p, s.p) * s.lengths[s.p]
	g.Sigma2 = left * left / float64(df)

	inner := r.SliceTri(0, s.p).(*mat.TriDense)
	var inverse mat.TriDense
	if err := inverse.InverseTri(inner); err != nil || !(g.Sigma2 > 0) || math.IsInf(g.Sigma2, 0) || math.IsInf(g.LogLik, 0) || math.IsNaN(g.LogLik) {
		return g, &NotEnoughError{"the values do not tell the model's coefficients"}
	}
	for i := range s.p {
		for j := i; j < s.p; j++ {
			g.Coef[i] += inverse.At(i, j) * r.At(j, s.p) * s.lengths[s.p] / s.lengths[i]
			sum := 0.0
			for k := j; k < s.p; k++ {
				sum += inverse.At(i, k) * inverse.At(j, k)
			}
			g.Cov.SetSym(i, j, g.Sigma2*sum/(s.lengths[i]*s.lengths[j]))
		}
	}
	g.Residuals = slices.Clone(s.columns[s.p])
	floats.Scale(s.lengths[s.p], g.Residuals)
	for j := range s.p {
		floats.AddScaled(g.Residuals, -g.Coef[j]*s.lengths[j], s.columns[j])
	}
	return g, nil
}

// highestPoint finds where f is largest from lo to hi: by golden section around every one of points at most step apart that is no
// lower than its neighbours, as a likelihood may have two tops.
func highestPoint(f func(float64) float64, lo, hi, step float64) float64 {
	if lo == hi {
		return lo
	}
	n := max(4, int(math.Ceil((hi-lo)/step)))
	at := func(i int) float64 { return lo + (hi-lo)*float64(i)/float64(n) }
	values := make([]float64, n+1)
	for i := range values {
		values[i] = f(at(i))
	}
	best, most := lo, math.Inf(-1)
	take := func(x, value float64) {
		if value > most {
			best, most = x, value
		}
	}
	for i, value := range values {
		take(at(i), value)
		if i > 0 && values[i-1] > value || i < n && values[i+1] > value {
			continue
		}
		take(goldenSection(f, at(max(i-1, 0)), at(min(i+1, n))))
	}
	return best
}

// goldenSection finds the top of f between a and b, where it has one.
func goldenSection(f func(float64) float64, a, b float64) (at, value float64) {
	golden := (math.Sqrt(5) - 1) / 2
	x, y := b-golden*(b-a), a+golden*(b-a)
	fx, fy := f(x), f(y)
	for b-a > 1e-8 {
		if fx >= fy {
			b, y, fy = y, x, fx
			x = b - golden*(b-a)
			fx = f(x)
		} else {
			a, x, fx = x, y, fy
			y = a + golden*(b-a)
			fy = f(y)
		}
	}
	at = (a + b) / 2
	return at, f(at)
}
