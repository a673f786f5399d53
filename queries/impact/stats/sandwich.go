package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Quasi is the covariance of a quasi-Poisson fit: Dispersion × (X′WX)⁻¹ (McCullagh and Nelder 1989, §9.2). For least squares
// it is Cov, which has the dispersion in it already.
func (f *Fit) Quasi() *mat.SymDense {
	cov := mat.NewSymDense(len(f.Coef), nil)
	cov.ScaleSym(f.Dispersion, f.bread)
	return cov
}

// HC is the covariance under variances that differ from row to row: HC0 (White, Econometrica 48, 1980), HC1 with n ÷ (n − p),
// HC3 with each residual ÷ (1 − its leverage) (MacKinnon and White, Journal of Econometrics 29, 1985). Another kind is an error.
func (f *Fit) HC(kind string) (*mat.SymDense, error) {
	n, p := f.x.Dims()
	score, factor := f.score, 1.0
	switch kind {
	case "HC0":
	case "HC1":
		factor = float64(n) / float64(n-p)
	case "HC3":
		score = make([]float64, n)
		for i := range score {
			row := mat.NewVecDense(p, f.x.RawRowView(i))
			leverage := f.weights[i] * mat.Inner(row, f.bread, row)
			if 1-leverage < rankTolerance {
				return nil, &NotEnoughError{fmt.Sprintf("row %d alone decides a coefficient, which HC3 can't allow for", i+1)}
			}
			score[i] = f.score[i] / (1 - leverage)
		}
	default:
		return nil, fmt.Errorf("%q is no heteroscedasticity-consistent covariance: HC0, HC1 and HC3 are", kind)
	}
	return f.sandwich(f.meat(score, 0), factor), nil
}

// NeweyWest is the covariance under serial correlation of up to lag rows, which are in the order of time, by Bartlett's
// weights 1 − l ÷ (lag + 1), without prewhitening (Newey and West, Econometrica 55, 1987); adjust multiplies by n ÷ (n − p).
// With 60 to 70 months its intervals are too narrow (Turner and others, BMC Medical Research Methodology 21, 2021): a
// diagnostic.
func (f *Fit) NeweyWest(lag int, adjust bool) *mat.SymDense {
	n, p := f.x.Dims()
	factor := 1.0
	if adjust {
		factor = float64(n) / float64(n-p)
	}
	return f.sandwich(f.meat(f.score, min(max(lag, 0), n-1)), factor)
}

// Clustered is the covariance under any correlation within clusters (CR1: Liang and Zeger, Biometrika 73, 1986, times
// G ÷ (G − 1)); cluster numbers that of each row. Fewer than two clusters are a NotEnoughError.
func (f *Fit) Clustered(cluster []int) (*mat.SymDense, error) {
	n, p := f.x.Dims()
	if len(cluster) != n {
		return nil, fmt.Errorf("%d rows have %d clusters", n, len(cluster))
	}
	sums := map[int]*mat.VecDense{}
	var order []int // maps have none, and sums of floating point differ by it
	for i, c := range cluster {
		if sums[c] == nil {
			sums[c] = mat.NewVecDense(p, nil)
			order = append(order, c)
		}
		sums[c].AddScaledVec(sums[c], f.score[i], mat.NewVecDense(p, f.x.RawRowView(i)))
	}
	if len(order) < 2 {
		return nil, &NotEnoughError{"a clustered standard error needs at least two clusters"}
	}
	meat := mat.NewSymDense(p, nil)
	for _, c := range order {
		meat.SymRankOne(meat, 1, sums[c])
	}
	g := float64(len(order))
	return f.sandwich(meat, g/(g-1)), nil
}

// Estimate is that of the column of this name, by a covariance of the fit and t with df degrees of freedom; not a number
// where there is no such column.
func (f *Fit) Estimate(name string, cov mat.Symmetric, df float64) Estimate {
	for j, n := range f.Names {
		if n == name && cov != nil && j < cov.SymmetricDim() {
			return NewEstimate(f.Coef[j], math.Sqrt(cov.At(j, j)), df)
		}
	}
	return NewEstimate(math.NaN(), math.NaN(), df)
}

// meat is Σ over lags of Bartlett's weight × Σ s_t s′_{t−l}, s_t being score·x of row t.
func (f *Fit) meat(score []float64, lag int) *mat.SymDense {
	n, p := f.x.Dims()
	s := mat.NewDense(n, p, nil)
	for i := range n {
		from, to := f.x.RawRowView(i), s.RawRowView(i)
		for j, v := range from {
			to[j] = score[i] * v
		}
	}
	meat := mat.NewSymDense(p, nil)
	for l := 0; l <= lag; l++ {
		var product mat.Dense
		product.Mul(s.Slice(l, n, 0, p).T(), s.Slice(0, n-l, 0, p))
		weight := 1 - float64(l)/float64(lag+1)
		if l == 0 {
			weight = .5 // its transpose is added too
		}
		for j := range p {
			for k := j; k < p; k++ {
				meat.SetSym(j, k, meat.At(j, k)+weight*(product.At(j, k)+product.At(k, j)))
			}
		}
	}
	return meat
}

// sandwich is factor × bread × meat × bread.
func (f *Fit) sandwich(meat *mat.SymDense, factor float64) *mat.SymDense {
	var product mat.Dense
	product.Mul(f.bread, meat)
	product.Mul(&product, f.bread)
	p := len(f.Coef)
	cov := mat.NewSymDense(p, nil)
	for j := range p {
		for k := j; k < p; k++ {
			cov.SetSym(j, k, factor*(product.At(j, k)+product.At(k, j))/2)
		}
	}
	return cov
}

// correlation turns a covariance into correlations; what has no variance is correlated with nothing.
func correlation(cov mat.Symmetric) *mat.SymDense {
	p := cov.SymmetricDim()
	corr := mat.NewSymDense(p, nil)
	for j := range p {
		corr.SetSym(j, j, 1)
		for k := j + 1; k < p; k++ {
			if scale := math.Sqrt(cov.At(j, j) * cov.At(k, k)); scale > 0 {
				corr.SetSym(j, k, cov.At(j, k)/scale)
			}
		}
	}
	return corr
}
