package stats

import (
	"errors"
	"math"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// panelSeries is ln(requests of the treated departments + .5) by month, on campaign, trend and month.
func panelSeries(t *testing.T, name string) Model {
	data := table(t, "testdata/ill_panel_"+name+".csv", ',')
	y, x, at, month := make([]float64, 72), make([]float64, 72), make([]float64, 72), make([]float64, 72)
	for i, requests := range data["requests"] {
		if data["treated"][i] == 1 {
			k := int(data["t"][i])
			y[k] += requests
			x[k], at[k], month[k] = data["c1"][i], data["t"][i], data["month"][i]
		}
	}
	for k := range y {
		y[k] = math.Log(y[k] + .5)
	}
	m := Model{Y: y, X: design(72, append([][]float64{x, at}, dummies(month, 12)...)...), Names: []string{"(Intercept)", "x", "t"}}
	for k := 2; k <= 12; k++ {
		m.Names = append(m.Names, "factor(month)"+strconv.Itoa(k))
	}
	return m
}

func TestAR1Digits(t *testing.T) {
	for _, name := range []string{"null", "effect125"} {
		want := panelFigures(t).at("gls_ar1/panel_" + name)
		g, err := AR1(panelSeries(t, name), -.99999999, .99999999)
		if err != nil {
			t.Fatal(err)
		}
		sameAR1(t, want, g, 1e-5)
	}
}

func sameAR1(t *testing.T, want figures, g *GLS, relative float64) {
	t.Helper()
	same(t, "phi", g.Rho, want.number("phi"), relative)
	same(t, "sigma", math.Sqrt(g.Sigma2), want.number("sigma"), relative)
	same(t, "restricted likelihood", g.LogLik, want.number("restricted_loglik"), relative)
	same(t, "df", float64(g.DF), want.number("df"), 0)
	for i, name := range g.Names {
		c := want.at("coefs/" + strconv.Itoa(i))
		if term := c.node("term"); term != name {
			t.Fatalf("coefficient %d is %s, want %s", i, name, term)
		}
		e := g.Estimate(name)
		same(t, name, e.Value, c.number("coef"), relative)
		same(t, name+" se", e.SE, c.number("se"), relative)
		same(t, name+" lo", e.Lo, c.number("lo"), 5*relative)
		same(t, name+" hi", e.Hi, c.number("hi"), 5*relative)
	}
}

// The sale of cigarettes in California before and after Proposition 99: errors that wander like a level. The likelihood is
// flat there, so that nlme's own Rho is put in for the digits; the search has to find one as likely.
func TestAR1Degenerate(t *testing.T) {
	want := outsideFigures(t).at("gls_ar1/prop99")
	m := california(t)
	g, err := AR1(m, want.number("phi"), want.number("phi"))
	if err != nil {
		t.Fatal(err)
	}
	sameAR1(t, want, g, 1e-5)
	free, err := AR1(m, -.99999999, .99999999)
	if err != nil {
		t.Fatal(err)
	}
	if free.Rho < .999 || free.LogLik < g.LogLik-1e-6 {
		t.Errorf("rho %v at a likelihood of %v, nlme's is %v", free.Rho, free.LogLik, g.LogLik)
	}
	clipped, err := AR1(m, 0, .95)
	if err != nil {
		t.Fatal(err)
	}
	if clipped.Rho != .95 {
		t.Errorf("rho %v, want the highest that is allowed", clipped.Rho)
	}
}

// california is packs a head by year, with a step and a change of slope in 1989.
func california(t *testing.T) Model {
	t.Helper()
	data := table(t, outsideFile(t, "california_prop99.csv"), ';')
	var y, at, x, xt []float64
	for i, state := range stateNames(t) {
		if state == "California" {
			year := data["Year"][i]
			after := indicator(year >= 1989)
			y, at, x, xt = append(y, data["PacksPerCapita"][i]), append(at, year-1970), append(x, after), append(xt, after*(year-1989))
		}
	}
	return Model{Y: y, X: design(len(y), at, x, xt), Names: []string{"(Intercept)", "t", "x", "xt"}}
}

// drawRegression draws a regression of full rank.
func drawRegression(t *rapid.T) Model {
	n, p := rapid.IntRange(8, 25).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "p")
	x := mat.NewDense(n, p, nil)
	m := Model{Y: make([]float64, n), X: x}
	for i := range n {
		m.Y[i] = rapid.Float64Range(-3, 3).Draw(t, "y") + math.Sin(float64(3*i*i))
		for j := range p {
			// The sines keep the columns apart where all draws are 0.
			x.Set(i, j, rapid.Float64Range(-1, 1).Draw(t, "x")+3*math.Sin(float64((i+1)*(j+2))))
		}
		x.Set(i, 0, 1)
	}
	m.Names = unnamed(x)
	return m
}

// matrices fits by generalized least squares as the textbook writes it.
func matrices(m Model, v *mat.Dense) (coef, a *mat.Dense, sigma2, logLik float64) {
	n, p := m.X.Dims()
	var inverse, xv, xvx, xvy, left, fitted, weighted mat.Dense
	if err := inverse.Inverse(v); err != nil {
		panic(err)
	}
	y := mat.NewDense(n, 1, m.Y)
	xv.Mul(m.X.T(), &inverse)
	xvx.Mul(&xv, m.X)
	xvy.Mul(&xv, y)
	coef, a = new(mat.Dense), new(mat.Dense)
	if err := a.Inverse(&xvx); err != nil {
		panic(err)
	}
	coef.Mul(a, &xvy)
	fitted.Mul(m.X, coef)
	left.Sub(y, &fitted)
	weighted.Mul(&inverse, &left)
	rss := 0.0
	for i := range n {
		rss += left.At(i, 0) * weighted.At(i, 0)
	}
	df := float64(n - p)
	logV, _ := mat.LogDet(v)
	logXVX, _ := mat.LogDet(&xvx)
	sigma2 = rss / df
	return coef, a, sigma2, -(df*(1+math.Log(2*math.Pi*sigma2)) + logV + logXVX) / 2
}

func sameRegression(t *rapid.T, g *Generalized, coef, a *mat.Dense, sigma2, logLik float64) {
	t.Helper()
	near(t, "sigma2", g.Sigma2, sigma2)
	near(t, "restricted likelihood", g.LogLik, logLik)
	for i := range g.Coef {
		near(t, "coefficient", g.Coef[i], coef.At(i, 0))
		for j := range g.Coef {
			near(t, "covariance", g.Cov.At(i, j), sigma2*a.At(i, j))
		}
	}
}

func near(t *rapid.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-7*max(1, math.Abs(want))) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

func TestAR1AgainstMatrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawRegression(t)
		rho := rapid.SampledFrom([]float64{-.9, -.3, 0, .2, .7, .95}).Draw(t, "rho")
		n := len(m.Y)
		v := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				v.Set(i, j, math.Pow(rho, math.Abs(float64(i-j))))
			}
		}
		coef, a, sigma2, logLik := matrices(m, v)
		got, err := AR1(m, rho, rho)
		if err != nil {
			t.Fatal(err)
		}
		sameRegression(t, &got.Generalized, coef, a, sigma2, logLik)

		best, err := AR1(m, -.9, .95)
		if err != nil {
			t.Fatal(err)
		}
		if best.Rho < -.9 || best.Rho > .95 || best.LogLik < got.LogLik-1e-7 {
			t.Errorf("rho %v has a likelihood of %v, %v has %v", best.Rho, best.LogLik, rho, got.LogLik)
		}
	})
}

// An offset is taken off the values, whatever it is.
func TestAR1Offset(t *testing.T) {
	m := panelSeries(t, "null")
	plain, err := AR1(m, 0, .95)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Rho != 0 {
		t.Errorf("rho %v, want the lowest that is allowed", plain.Rho)
	}
	shifted := Model{X: m.X, Names: m.Names}
	for i, y := range m.Y {
		shifted.Offset = append(shifted.Offset, float64(i%5))
		shifted.Y = append(shifted.Y, y+float64(i%5))
	}
	got, err := AR1(shifted, 0, .95)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Coef {
		same(t, got.Names[i], got.Coef[i], plain.Coef[i], 1e-9)
	}
}

func TestGeneralizedRefuses(t *testing.T) {
	y, line := []float64{1, 3, 2, 5, 4, 7}, []float64{0, 1, 2, 3, 4, 5}
	fits := map[string]func(Model) error{
		"AR1":             func(m Model) error { _, err := AR1(m, 0, .95); return err },
		"LocalLevel":      func(m Model) error { _, err := LocalLevel(m); return err },
		"LocalLevelFixed": func(m Model) error { _, err := LocalLevelFixed(m, .1); return err },
	}
	for name, fit := range fits {
		var rank *RankError
		twice := Model{Y: y, X: design(6, line, []float64{3, 4, 5, 6, 7, 8}), Names: []string{"level", "trend", "again"}}
		if err := fit(twice); !errors.As(err, &rank) || len(rank.Columns) != 1 || rank.Columns[0] != "again" {
			t.Errorf("%s: %v of a column that others make up", name, err)
		}
		for what, m := range map[string]Model{
			"nothing":            {},
			"no rows":            {X: &mat.Dense{}},
			"one value":          {Y: y[:1], X: design(1), Names: []string{"level"}},
			"fewer values":       {Y: y[:4], X: design(6), Names: []string{"level"}},
			"fewer names":        {Y: y, X: design(6, line), Names: []string{"level"}},
			"fewer offsets":      {Y: y, X: design(6), Names: []string{"level"}, Offset: y[:2]},
			"NaN":                {Y: []float64{1, math.NaN(), 3}, X: design(3), Names: []string{"level"}},
			"infinite":           {Y: []float64{1, math.Inf(1), 3}, X: design(3), Names: []string{"level"}},
			"infinite regressor": {Y: y, X: design(6, []float64{0, 0, math.Inf(-1), 0, 0, 0}), Names: []string{"level", "x"}},
			"NaN offset":         {Y: y[:2], X: design(2), Names: []string{"level"}, Offset: []float64{0, math.NaN()}},
			"huge":               {Y: []float64{1e308, -1e308, 1e308, 1e308, -1e308}, X: design(5), Names: []string{"level"}},
			"constant":           {Y: []float64{4, 4, 4, 4, 4}, X: design(5), Names: []string{"level"}},
			"zeros":              {Y: make([]float64, 5), X: design(5), Names: []string{"level"}},
			"a line":             {Y: line, X: design(6, line), Names: []string{"level", "trend"}},
			"an empty column":    {Y: y, X: design(6, make([]float64, 6)), Names: []string{"level", "x"}},
		} {
			if err := fit(m); err == nil {
				t.Errorf("%s fits %s", name, what)
			}
		}
	}
	for _, bounds := range [][2]float64{{-1, .5}, {0, 1}, {.5, .2}, {math.NaN(), .5}, {0, math.NaN()}, {math.Inf(-1), math.Inf(1)}} {
		if _, err := AR1(Model{Y: y, X: design(6), Names: []string{"level"}}, bounds[0], bounds[1]); err == nil {
			t.Errorf("autocorrelations from %v to %v were taken", bounds[0], bounds[1])
		}
	}
	g, err := AR1(Model{Y: y, X: design(6), Names: []string{"level"}}, 0, .95)
	if err != nil {
		t.Fatal(err)
	}
	if e := g.Estimate("nothing"); !math.IsInf(e.Hi, 1) || e.P != 1 {
		t.Errorf("a coefficient that is not there: %+v", e)
	}
}

// Whatever comes in: a refusal, or finite numbers.
func TestGeneralizedOfAnything(t *testing.T) {
	wild := rapid.OneOf(rapid.Float64Range(-2, 2), rapid.SampledFrom([]float64{0, 0, 1, 1}), rapid.Float64())
	rapid.Check(t, func(t *rapid.T) {
		n, p := rapid.IntRange(1, 9).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "p")
		m := Model{Y: rapid.SliceOfN(wild, n, n).Draw(t, "y"), X: mat.NewDense(n, p, rapid.SliceOfN(wild, n*p, n*p).Draw(t, "x"))}
		m.Names = unnamed(m.X)
		var fits []*Generalized
		if g, err := AR1(m, -.999, .999); err == nil {
			fits = append(fits, &g.Generalized)
		}
		if l, err := LocalLevel(m); err == nil {
			fits = append(fits, &l.Generalized)
			f, err := l.Forecast(m.X)
			if err != nil {
				t.Fatal(err)
			}
			f.Average(m.Y)
			f.Draws(2, 1)
		}
		for _, g := range fits {
			for i, b := range g.Coef {
				if !isFinite(b) || !(g.Cov.At(i, i) >= 0) || !isFinite(g.LogLik) || !(g.Sigma2 > 0) {
					t.Errorf("%+v", g)
				}
			}
		}
	})
}
