package stats

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
)

const (
	convergence   = 1e-12 // of the deviance, relative
	maxIterations = 100
	rankTolerance = 1e-9 // of a column's length that is left beside the columns before it
	// A fitted count this far below the mean (or 1), where none was seen, is on its way to zero.
	separated = 1e-6
)

// Fit is a fitted regression of n rows and p columns.
type Fit struct {
	Names          []string
	Coef           []float64     // p
	Cov            *mat.SymDense // p × p: with dispersion 1 for counts, with σ² for least squares
	Mu, Residuals  []float64     // n; residuals are y − mu
	Deviance       float64       // residual sum of squares for least squares
	LogLik, AIC    float64       // of the Poisson, negative binomial or normal distribution
	Dispersion     float64       // Pearson X² ÷ DF; σ² for least squares
	DF             int           // n − p
	Theta, ThetaSE float64       // of the negative binomial, else 0

	x        *mat.Dense
	bread    *mat.SymDense // (X′WX)⁻¹
	weights  []float64     // W of the last step
	score    []float64     // derivative of the log-likelihood by the linear predictor
	variance []float64     // of y by the model, dispersion 1
}

// family is a distribution of counts with log link.
type family struct {
	variance func(mu float64) float64
	deviance func(y, mu float64) float64 // of one value
	logLik   func(y, mu float64) float64
}

var poisson = family{
	variance: func(mu float64) float64 { return mu },
	deviance: func(y, mu float64) float64 { return 2 * (xlogy(y, y/mu) - (y - mu)) },
	logLik: func(y, mu float64) float64 {
		return xlogy(y, mu) - mu - lgamma(y+1)
	},
}

// xlogy is x·ln y, and 0 where x is.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// Poisson fits ln mean = X·coef + offset by iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear
// Models, 2nd ed. 1989, §2.5): each step by QR decomposition, halved where it makes the fit worse, until the deviance stays
// the same to 1e-12. Cov is the inverse Fisher information. Errors: RankError; NotEnoughError where there is no count at
// all, or none where a column says so that its coefficient has no limit.
func Poisson(m Model) (*Fit, error) {
	if err := m.checkCounts(); err != nil {
		return nil, err
	}
	return irls(m, poisson, nil)
}

func (m Model) checkCounts() error {
	if err := m.check(); err != nil {
		return err
	}
	var sum float64
	for i, y := range m.Y {
		if y < 0 {
			return &NotEnoughError{fmt.Sprintf("value %d is negative, which a count can't be", i+1)}
		}
		sum += y
	}
	if sum == 0 {
		return &NotEnoughError{"all counts are zero"}
	}
	return nil
}

// irls fits m; start are fitted means to begin with, or nil.
func irls(m Model, fam family, start []float64) (*Fit, error) {
	n, _ := m.X.Dims()
	f := &Fit{Names: m.Names, x: m.X, Mu: make([]float64, n), weights: make([]float64, n), score: make([]float64, n),
		variance: make([]float64, n), Residuals: make([]float64, n)}
	eta, z := make([]float64, n), make([]float64, n)
	for i, y := range m.Y {
		f.Mu[i] = y + .1
		if start != nil {
			f.Mu[i] = start[i]
		}
		eta[i] = math.Log(f.Mu[i])
	}
	step := func() ([]float64, *mat.SymDense, error) {
		for i, mu := range f.Mu {
			f.weights[i] = mu * mu / fam.variance(mu)
			z[i] = eta[i] - m.offset(i) + (m.Y[i]-mu)/mu
		}
		return weightedLeastSquares(m.X, f.weights, z, m.Names)
	}
	// predict sets the means of coefficients and returns their deviance.
	predict := func(coef []float64) (deviance float64) {
		for i := range eta {
			eta[i] = m.offset(i) + dot(m.X.RawRowView(i), coef)
			f.Mu[i] = math.Exp(eta[i])
			deviance += fam.deviance(m.Y[i], f.Mu[i])
		}
		return deviance
	}
	isConverged := false
	for iteration := 0; iteration < maxIterations && !isConverged; iteration++ {
		coef, _, err := step()
		if err != nil {
			if iteration > 0 { // the columns were told apart at the first weights: now some weights are near zero
				return nil, noLimit(nil, nil)
			}
			return nil, err
		}
		deviance := predict(coef)
		for halving := 0; f.Coef != nil && !(deviance <= f.Deviance+1e-9*(f.Deviance+.1)) && halving < 40; halving++ {
			for j := range coef {
				coef[j] = (coef[j] + f.Coef[j]) / 2
			}
			deviance = predict(coef)
		}
		if !isFinite(deviance) {
			return nil, &NotEnoughError{"the fit does not settle on finite values"}
		}
		isConverged = f.Coef != nil && math.Abs(deviance-f.Deviance) <= convergence*(deviance+.1)
		f.Coef, f.Deviance = coef, deviance
	}
	if !isConverged {
		return nil, &NotEnoughError{fmt.Sprintf("the fit does not settle within %d steps", maxIterations)}
	}
	// One more step takes weights, and so covariance, to the solution itself.
	coef, bread, err := step()
	if err != nil {
		return nil, noLimit(nil, nil)
	}
	f.Coef, f.bread, f.Cov = coef, bread, bread
	f.Deviance = predict(coef)
	if isSeparated(m.Y, f.Mu) {
		return nil, noLimit(f.Names, f.Cov)
	}
	var pearson float64
	for i, mu := range f.Mu {
		f.Residuals[i] = m.Y[i] - mu
		f.variance[i] = fam.variance(mu)
		f.score[i] = f.Residuals[i] * mu / f.variance[i]
		pearson += f.Residuals[i] * f.Residuals[i] / f.variance[i]
		f.LogLik += fam.logLik(m.Y[i], mu)
	}
	f.DF = n - len(coef)
	f.Dispersion = pearson / float64(f.DF)
	f.AIC = 2 * (float64(len(coef)) - f.LogLik)
	return f, nil
}

// isSeparated says whether fitted counts run to zero, which is to say that a coefficient runs to minus infinity (Santos
// Silva and Tenreyro, Economics Letters 107, 2010).
func isSeparated(y, mu []float64) bool {
	least := separated * min(mean(y), 1)
	for i := range y {
		if y[i] == 0 && mu[i] < least {
			return true
		}
	}
	return false
}

// noLimit is the error where a coefficient runs away; it names those of which nothing is known by their covariance, if any.
func noLimit(names []string, cov mat.Symmetric) error {
	var lost []string
	for j, name := range names {
		if cov != nil && !(math.Sqrt(cov.At(j, j)) < 100) {
			lost = append(lost, name)
		}
	}
	if len(lost) == 0 {
		return &NotEnoughError{"some counts are zero in such a way that their ratio to the others has no limit"}
	}
	return &NotEnoughError{"all counts are zero from which " + strings.Join(lost, ", ") + " would be estimated"}
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// weightedLeastSquares minimises Σ w (z − X·coef)² by a QR decomposition of √w·X (Golub and Van Loan, Matrix Computations,
// 4th ed. 2013, §5.3), and returns coef and (X′WX)⁻¹. RankError names the columns of which next to nothing is left beside
// those before them.
func weightedLeastSquares(x *mat.Dense, w, z []float64, names []string) ([]float64, *mat.SymDense, error) {
	n, p := x.Dims()
	a, b := mat.NewDense(n, p, nil), mat.NewVecDense(n, nil)
	lengths := make([]float64, p)
	for i := range n {
		root, from, to := math.Sqrt(w[i]), x.RawRowView(i), a.RawRowView(i)
		for j, v := range from {
			to[j] = root * v
			lengths[j] += to[j] * to[j]
		}
		b.SetVec(i, root*z[i])
	}
	var qr mat.QR
	qr.Factorize(a)
	var r mat.Dense
	qr.RTo(&r)
	var rank RankError
	inverse := mat.NewTriDense(p, mat.Upper, nil)
	for j := range p {
		if !(math.Abs(r.At(j, j)) > rankTolerance*math.Sqrt(lengths[j])) {
			rank.Columns = append(rank.Columns, names[j])
		}
		for k := j; k < p; k++ {
			inverse.SetTri(j, k, r.At(j, k))
		}
	}
	if rank.Columns != nil {
		return nil, nil, &rank
	}
	var coef mat.VecDense
	if err := qr.SolveVecTo(&coef, false, b); err != nil && !isCondition(err) {
		return nil, nil, err
	}
	if err := inverse.InverseTri(inverse); err != nil && !isCondition(err) {
		return nil, nil, err
	}
	bread := mat.NewSymDense(p, nil)
	bread.SymOuterK(1, inverse)
	return coef.RawVector().Data, bread, nil
}

// isCondition says that gonum only warns of columns of very different lengths, which rankTolerance has judged already.
func isCondition(err error) bool {
	var condition mat.Condition
	return errors.As(err, &condition)
}

// pearson are the residuals over their standard deviation by the model, dispersion 1.
func (f *Fit) pearson() []float64 {
	scaled := make([]float64, len(f.Residuals))
	for i, r := range f.Residuals {
		scaled[i] = r / math.Sqrt(f.variance[i])
	}
	return scaled
}
