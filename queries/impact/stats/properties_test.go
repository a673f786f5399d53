package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// drawPanel draws counts of units with their own size, season and growth, and a campaign of the first of them.
func drawPanel(t *rapid.T) (p Panel, nTreated int) {
	units, months := rapid.IntRange(4, 8).Draw(t, "units"), rapid.IntRange(8, 20).Draw(t, "months")
	nTreated = rapid.IntRange(2, units-2).Draw(t, "treated")
	start := rapid.IntRange(3, months-3).Draw(t, "start")
	d := make([][]float64, units)
	for u := range units {
		row := make([]float64, months)
		d[u] = make([]float64, months)
		for i := range row {
			row[i] = float64(5+3*u+rapid.IntRange(0, 20).Draw(t, "count")) + math.Round(4*math.Sin(float64(i)))
			d[u][i] = indicator(u < nTreated && i >= start)
		}
		p.Y = append(p.Y, row)
	}
	p.D, p.Names = [][][]float64{d}, []string{"campaign"}
	return p, nTreated
}

func mustFit(t *rapid.T, p Panel) *TwoWay {
	t.Helper()
	fit, err := TwoWayPoisson(p)
	if err != nil {
		t.Fatal(err)
	}
	return fit
}

// The effects of units and months that are taken out must leave what a model with all their dummies gives.
func TestTwoWayIsTheModelWithDummies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPanel(t)
		second := make([][]float64, len(p.Y))
		p.Offset = make([][]float64, len(p.Y))
		for u, row := range p.Y {
			second[u], p.Offset[u] = make([]float64, len(row)), make([]float64, len(row))
			for i := range row {
				second[u][i] = math.Sin(float64(u*u+3*i*u)) / 2
				p.Offset[u][i] = math.Log(100 + 10*float64(u) + float64((i*i+u)%5))
			}
		}
		p.D, p.Names = append(p.D, second), append(p.Names, "second")
		fit := mustFit(t, p)

		months := len(p.Y[0])
		m := Model{Names: slices.Clone(p.Names)}
		for u := range p.Y {
			m.Names = append(m.Names, "unit")
			_ = u
		}
		for range months - 1 {
			m.Names = append(m.Names, "month")
		}
		m.X = mat.NewDense(len(p.Y)*months, len(m.Names), nil)
		var cluster []int
		for u, row := range p.Y {
			for i, y := range row {
				r := len(m.Y)
				m.Y, m.Offset, cluster = append(m.Y, y), append(m.Offset, p.Offset[u][i]), append(cluster, u)
				m.X.Set(r, 0, p.D[0][u][i])
				m.X.Set(r, 1, p.D[1][u][i])
				m.X.Set(r, 2+u, 1)
				if i > 0 {
					m.X.Set(r, 2+len(p.Y)+i-1, 1)
				}
			}
		}
		full, err := Poisson(m)
		if err != nil {
			t.Fatal(err)
		}
		clustered, err := full.Clustered(cluster)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "dispersion", fit.Dispersion, full.Dispersion)
		for j, name := range p.Names {
			want := full.Estimate(name, clustered, float64(len(p.Y)-1))
			near(t, name, fit.Coef[j].Value, want.Value)
			near(t, name+" se", fit.Coef[j].SE, want.SE)
			near(t, name+" p", fit.Coef[j].P, want.P)
			quasi := full.Estimate(name, full.Quasi(), 1).SE
			near(t, name+" quasi se", fit.QuasiSE[j], quasi)
			near(t, name+" wider se", fit.Wider[j].SE, max(quasi, want.SE))
			near(t, name+" wider p", fit.Wider[j].P, NewEstimate(want.Value, max(quasi, want.SE), want.DF).P)
		}
		near(t, "correlation", fit.Corr.At(0, 1), correlation(full.Cov).At(0, 1))
		near(t, "clustered correlation", fit.CorrClustered.At(0, 1), correlation(clustered).At(0, 1))
	})
}

// One treated unit of twelve in 200 panels in which nothing was done: clustering by unit sees an effect in most, which is why
// there is a wider interval.
func TestOneTreatedUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(20240901, 62))
	var clustered, wider int
	for range 200 {
		p := Panel{Names: []string{"campaign"}, D: [][][]float64{nil}}
		for u := range 12 {
			row, d := make([]float64, 48), make([]float64, 48)
			for i := range row {
				count := distuv.Poisson{Lambda: float64(10+3*u) * math.Exp(.4*math.Sin(float64(i))+.15*r.NormFloat64()), Src: r}
				row[i], d[i] = count.Rand(), indicator(u == 5 && i >= 42)
			}
			p.Y, p.D[0] = append(p.Y, row), append(p.D[0], d)
		}
		fit, err := TwoWayPoisson(p)
		if err != nil {
			t.Fatal(err)
		}
		clustered += int(indicator(fit.Coef[0].P < .05))
		wider += int(indicator(fit.Wider[0].P < .05))
	}
	if clustered < 80 || wider > 16 {
		t.Errorf("of 200 panels without an effect, the clustered interval finds one in %d, the wider in %d", clustered, wider)
	}
}

// Swapping the groups inverts the ratio, relabelling units changes nothing, nor does counting everything k times.
func TestTwoWaySymmetries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPanel(t)
		fit := mustFit(t, p)

		swapped := p
		swapped.D = [][][]float64{make([][]float64, len(p.Y))}
		from := slices.Index(p.D[0][0], 1)
		for u, row := range p.D[0] {
			swapped.D[0][u] = make([]float64, len(row))
			for i := range row {
				swapped.D[0][u][i] = indicator(i >= from) - row[i]
			}
		}
		near(t, "swapped groups", -mustFit(t, swapped).Coef[0].Value, fit.Coef[0].Value)

		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for u := range p.Y {
				if !yield(u) {
					return
				}
			}
		})).Draw(t, "order")
		relabelled := Panel{Names: p.Names, D: [][][]float64{nil}}
		for _, u := range order {
			relabelled.Y, relabelled.D[0] = append(relabelled.Y, p.Y[u]), append(relabelled.D[0], p.D[0][u])
		}
		other := mustFit(t, relabelled)
		near(t, "relabelled", other.Coef[0].Value, fit.Coef[0].Value)
		near(t, "its se", other.Coef[0].SE, fit.Coef[0].SE)

		k := float64(rapid.IntRange(2, 9).Draw(t, "times"))
		scaled := Panel{Names: p.Names, D: p.D}
		for _, row := range p.Y {
			times := make([]float64, len(row))
			for i, y := range row {
				times[i] = k * y
			}
			scaled.Y = append(scaled.Y, times)
		}
		other = mustFit(t, scaled)
		near(t, "scaled", other.Coef[0].Value, fit.Coef[0].Value)
		near(t, "its se", other.Coef[0].SE, fit.Coef[0].SE)
		near(t, "its dispersion", other.Dispersion, k*fit.Dispersion)
	})
}

// A unit without counts, and a month without any, change nothing.
func TestTwoWayLeavesOutWhatSaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPanel(t)
		fit := mustFit(t, p)
		more := Panel{Names: p.Names, D: [][][]float64{nil}}
		months := len(p.Y[0])
		for u, row := range p.Y {
			more.Y = append(more.Y, append(slices.Clone(row), 0))
			more.D[0] = append(more.D[0], append(slices.Clone(p.D[0][u]), 0))
		}
		more.Y, more.D[0] = append(more.Y, make([]float64, months+1)), append(more.D[0], make([]float64, months+1))
		other := mustFit(t, more)
		near(t, "estimate", other.Coef[0].Value, fit.Coef[0].Value)
		near(t, "se", other.Coef[0].SE, fit.Coef[0].SE)
		near(t, "dispersion", other.Dispersion, fit.Dispersion)
		if !slices.Equal(other.Dropped, []int{len(p.Y)}) || other.Units != len(p.Y) || other.N != fit.N {
			t.Errorf("dropped %v, %d units, %d cells", other.Dropped, other.Units, other.N)
		}
	})
}

// Campaigns that can't be told apart are refused, never estimated.
func TestTwoWayRefusesCombinations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPanel(t)
		cell := func(value func(u, i int) float64) [][]float64 {
			d := make([][]float64, len(p.Y))
			for u, row := range p.Y {
				d[u] = make([]float64, len(row))
				for i := range row {
					d[u][i] = value(u, i)
				}
			}
			return d
		}
		of := rapid.SampledFrom([]string{"everyone", "always", "never", "the same", "the others"}).Draw(t, "second")
		second := map[string]func(u, i int) float64{
			"everyone":   func(_, i int) float64 { return indicator(i == 2) }, // a newsletter to all is an effect of its month
			"always":     func(u, _ int) float64 { return indicator(u == 1) },
			"never":      func(_, _ int) float64 { return 0 },
			"the same":   func(u, i int) float64 { return p.D[0][u][i] * .3 },
			"the others": func(u, i int) float64 { return indicator(p.D[0][0][i] == 1) - p.D[0][u][i] },
		}[of]
		p.D, p.Names = append(p.D, cell(second)), append(p.Names, of)
		_, err := TwoWayPoisson(p)
		var rank *RankError
		if !errors.As(err, &rank) || !slices.Equal(rank.Columns, []string{of}) {
			t.Fatalf("%s: %v", of, err)
		}
	})
}

// Counts that are all zero after launch have a ratio without a limit.
func TestTwoWayRefusesZeroCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPanel(t)
		for u, row := range p.Y {
			for i := range row {
				row[i] *= 1 - p.D[0][u][i]
			}
		}
		_, err := TwoWayPoisson(p)
		var few *NotEnoughError
		if !errors.As(err, &few) || !strings.Contains(few.Reason, "campaign") {
			t.Fatalf("%v", err)
		}
	})
}

func TestRegressionRefuses(t *testing.T) {
	column := func(values ...float64) *mat.Dense { return mat.NewDense(len(values), 1, values) }
	zeroAfter := mat.NewDense(6, 2, []float64{1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1})
	twice := mat.NewDense(6, 3, []float64{1, 1, 2, 1, 2, 4, 1, 4, 8, 1, 8, 16, 1, 9, 18, 1, 1, 2})
	for _, c := range []struct {
		what string
		m    Model
		want any
	}{
		{"nothing", Model{}, &NotEnoughError{}},
		{"no rows", Model{X: &mat.Dense{}, Names: []string{"a"}}, &NotEnoughError{}},
		{"as many columns as rows", Model{Y: []float64{1}, X: column(1), Names: []string{"a"}}, &NotEnoughError{}},
		{"names", Model{Y: []float64{1, 2}, X: column(1, 1)}, nil},
		{"offsets", Model{Y: []float64{1, 2}, X: column(1, 1), Names: []string{"a"}, Offset: []float64{1}}, nil},
		{"not a number", Model{Y: []float64{1, math.NaN()}, X: column(1, 1), Names: []string{"a"}}, &NotEnoughError{}},
		{"no bounds", Model{Y: []float64{1, 2}, X: column(1, math.Inf(1)), Names: []string{"a"}}, &NotEnoughError{}},
		{"exposure of none", Model{Y: []float64{1, 2}, X: column(1, 1), Names: []string{"a"}, Offset: []float64{0, math.Inf(-1)}}, &NotEnoughError{}},
		{"a column of zeros", Model{Y: []float64{1, 2}, X: column(0, 0), Names: []string{"a"}}, &RankError{}},
		{"twice the same", Model{Y: []float64{3, 1, 4, 1, 5, 9}, X: twice, Names: []string{"a", "b", "c"}}, &RankError{}},
	} {
		for name, fit := range map[string]func(Model) (*Fit, error){"Poisson": Poisson, "NegativeBinomial": NegativeBinomial, "LeastSquares": LeastSquares} {
			f, err := fit(c.m)
			if err == nil || f != nil {
				t.Errorf("%s of %s gives %v", name, c.what, f)
			}
			var few *NotEnoughError
			var rank *RankError
			switch c.want.(type) {
			case *NotEnoughError:
				if !errors.As(err, &few) {
					t.Errorf("%s of %s: %v", name, c.what, err)
				}
			case *RankError:
				if !errors.As(err, &rank) || rank.Columns[0] != c.m.Names[len(c.m.Names)-1] {
					t.Errorf("%s of %s: %v", name, c.what, err)
				}
			}
		}
	}
	for what, y := range map[string][]float64{"all zero": make([]float64, 6), "negative": {1, 2, 3, -1, 2, 3}, "zero after": {4, 5, 6, 0, 0, 0}} {
		var few *NotEnoughError
		if _, err := Poisson(Model{Y: y, X: zeroAfter, Names: []string{"level", "step"}}); !errors.As(err, &few) {
			t.Errorf("%s: %v", what, err)
		} else if what == "zero after" && !strings.Contains(few.Reason, "step") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// An exposure that is doubled for everyone moves the level alone; one that a column explains moves that column's coefficient.
func TestPoissonOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(6, 30).Draw(t, "n")
		m := Model{Names: []string{"level", "step"}, X: mat.NewDense(n, 2, nil), Offset: make([]float64, n)}
		for i := range n {
			m.Y = append(m.Y, float64(rapid.IntRange(1, 40).Draw(t, "y")))
			m.X.SetRow(i, []float64{1, indicator(i >= n/2)})
			m.Offset[i] = math.Log(50) + math.Ln2*indicator(i >= n/2)
		}
		with, err := Poisson(m)
		if err != nil {
			t.Fatal(err)
		}
		m.Offset = nil
		without, err := Poisson(m)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "level", with.Coef[0]+math.Log(50), without.Coef[0])
		near(t, "step", with.Coef[1]+math.Ln2, without.Coef[1])
		near(t, "deviance", with.Deviance, without.Deviance)
		near(t, "dispersion", with.Dispersion, without.Dispersion)
		// Two groups have their means, whatever the counts.
		near(t, "mean", math.Exp(without.Coef[0]), mean(m.Y[:n/2]))
		near(t, "ratio", math.Exp(without.Coef[1]), mean(m.Y[n/2:])/mean(m.Y[:n/2]))
	})
}

// Without spread beyond Poisson's there is no theta; the fit is then Poisson's.
func TestNegativeBinomialWithoutSpread(t *testing.T) {
	m := Model{Y: []float64{5, 5, 6, 5, 4, 5, 5, 5}, X: design(8), Names: []string{"level"}}
	nb, err := NegativeBinomial(m)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Poisson(m)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsInf(nb.Theta, 1) || nb.Coef[0] != plain.Coef[0] || nb.Cov.At(0, 0) != plain.Cov.At(0, 0) {
		t.Errorf("theta %v, %v instead of %v", nb.Theta, nb.Coef, plain.Coef)
	}
}

// At the fitted theta both derivatives of the likelihood are zero, and it is highest there.
func TestNegativeBinomialIsTheLikeliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 40).Draw(t, "n")
		m := Model{Names: []string{"level", "step"}, X: mat.NewDense(n, 2, nil)}
		for i := range n {
			m.Y = append(m.Y, float64(rapid.IntRange(0, 5).Draw(t, "y"))*float64(rapid.IntRange(1, 12).Draw(t, "times"))+indicator(i < 4))
			m.X.SetRow(i, []float64{1, indicator(i%2 == 0)})
		}
		fit, err := NegativeBinomial(m)
		if err != nil {
			var few *NotEnoughError
			if errors.As(err, &few) {
				return
			}
			t.Fatal(err)
		}
		if math.IsInf(fit.Theta, 1) {
			return
		}
		logLik := func(theta, level, step float64) (sum float64) {
			fam := negativeBinomial(theta)
			for i, y := range m.Y {
				sum += fam.logLik(y, math.Exp(level+step*m.X.At(i, 1)))
			}
			return sum
		}
		best := logLik(fit.Theta, fit.Coef[0], fit.Coef[1])
		near(t, "log-likelihood", fit.LogLik, best)
		for _, by := range []float64{-1e-3, 1e-3} {
			for _, other := range []float64{logLik(fit.Theta*(1+by), fit.Coef[0], fit.Coef[1]), logLik(fit.Theta, fit.Coef[0]+by, fit.Coef[1]), logLik(fit.Theta, fit.Coef[0], fit.Coef[1]+by)} {
				if other > best+1e-12 {
					t.Errorf("%v beats %v", other, best)
				}
			}
		}
	})
}

// One row a cluster is HC0 but for G ÷ (G − 1); Newey and West at lag 0 is HC0.
func TestSandwichesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawRegression(t)
		fit, err := LeastSquares(m)
		if err != nil {
			t.Fatal(err)
		}
		n := float64(len(m.Y))
		alone := make([]int, len(m.Y))
		for i := range alone {
			alone[i] = i * 7
		}
		clustered, err := fit.Clustered(alone)
		if err != nil {
			t.Fatal(err)
		}
		hc0, _ := fit.HC("HC0")
		hc1, _ := fit.HC("HC1")
		lag0 := fit.NeweyWest(0, false)
		adjusted := fit.NeweyWest(-3, true)
		for j := range fit.Coef {
			near(t, "clusters of one", clustered.At(j, j)*(n-1)/n, hc0.At(j, j))
			near(t, "lag 0", lag0.At(j, j), hc0.At(j, j))
			near(t, "lag 0, adjusted", adjusted.At(j, j), hc1.At(j, j))
		}
		if _, err := fit.HC("HC9"); err == nil {
			t.Error("HC9 is known")
		}
		if _, err := fit.Clustered(make([]int, len(m.Y))); err == nil {
			t.Error("one cluster is enough")
		}
		if _, err := fit.Clustered(nil); err == nil {
			t.Error("no clusters are enough")
		}
	})
}

func TestNewEstimate(t *testing.T) {
	e := NewEstimate(1, .5, math.Inf(1)) // 1 ± 1.96 · .5; P(|z| > 2)
	same(t, "lo", e.Lo, 1-1.959963984540054/2, 1e-12)
	same(t, "p", e.P, .0455002638963584, 1e-12)
	e = NewEstimate(-3, 1, 1) // Cauchy: t(.975) = tan(.475 π), P = 2 (½ − atan(3) ÷ π)
	same(t, "hi", e.Hi, -3+math.Tan(.475*math.Pi), 1e-10)
	same(t, "p", e.P, 1-2*math.Atan(3)/math.Pi, 1e-12)
	for _, unknown := range []Estimate{NewEstimate(math.NaN(), 1, 5), NewEstimate(1, math.NaN(), 5), NewEstimate(1, 1, 0), NewEstimate(1, 1, math.NaN()), NewEstimate(1, -1, 5), NewEstimate(1, math.Inf(1), 5)} {
		if !math.IsInf(unknown.Lo, -1) || !math.IsInf(unknown.Hi, 1) || unknown.P != 1 {
			t.Errorf("%+v", unknown)
		}
	}
	if exact := NewEstimate(2, 0, 5); exact.Lo != 2 || exact.Hi != 2 || exact.P != 0 {
		t.Errorf("%+v", exact)
	}
	if many := NewEstimate(1, .5, 1e9); math.Abs(many.P-.0455002638963584) > 1e-6 || math.Abs(many.Lo-(1-1.959963984540054/2)) > 1e-6 {
		t.Errorf("%+v", many)
	}
}

func TestDiagnosticsOfLittle(t *testing.T) {
	for _, x := range [][]float64{nil, {1}, {2, 2, 2, 2}} {
		if q, p := LjungBox(x, 4, 0); q != 0 || p != 1 {
			t.Errorf("%v: Q %v, p %v", x, q, p)
		}
		if acf := ACF(x, 3); acf[0] != 1 {
			t.Errorf("%v: %v", x, acf)
		}
	}
	if acf := ACF([]float64{1, -1, 1, -1}, 2); acf[1] != -.75 || acf[2] != .5 {
		t.Errorf("%v", acf)
	}
}
