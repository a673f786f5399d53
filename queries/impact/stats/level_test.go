package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// forecastOf fits a level to the first pre values of y (q < 0: by likelihood) and forecasts the rest.
func forecastOf(t *testing.T, y []float64, x *mat.Dense, pre int, q float64) (*Level, *Forecast, Estimate) {
	t.Helper()
	n, p := x.Dims()
	m := Model{Y: y[:pre], X: x.Slice(0, pre, 0, p).(*mat.Dense), Names: unnamed(x)}
	l, err := LocalLevel(m)
	if q >= 0 {
		l, err = LocalLevelFixed(m, q)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Forecast(x.Slice(pre, n, 0, p).(*mat.Dense))
	if err != nil {
		t.Fatal(err)
	}
	return l, f, f.Average(y[pre:])
}

// sameForecast compares with all figures of a block of counterfactual.
func sameForecast(t *testing.T, want figures, y []float64, x *mat.Dense, pre int, q, relative float64) {
	t.Helper()
	l, f, average := forecastOf(t, y, x, pre, q)
	n := float64(len(f.Mean))
	last := len(f.Mean) - 1
	predicted := stat.Mean(f.Mean, nil)
	got := map[string]float64{
		"q": l.Q, "sigma2": l.Sigma2, "df": float64(f.DF), "actual_avg": stat.Mean(y[pre:], nil), "pred_avg": predicted,
		"avg_effect": average.Value, "avg_se": average.SE, "avg_lo": average.Lo, "avg_hi": average.Hi,
		"cum_effect": n * average.Value, "cum_se": n * average.SE, "rel_effect": average.Value / predicted,
		"p_two_sided": average.P, "pred_first": f.Mean[0], "pred_first_se": math.Sqrt(f.Cov.At(0, 0)),
		"pred_last": f.Mean[last], "pred_last_se": math.Sqrt(f.Cov.At(last, last)),
	}
	for name := range want.root.(map[string]any) {
		if name == "beta" {
			for i, b := range want.numbers(name) {
				same(t, fmt.Sprintf("beta %d", i), l.Coef[i], b, relative)
			}
			continue
		}
		value, is := got[name]
		if !is {
			t.Errorf("nothing computes %s", name)
		}
		tolerance := relative
		if name == "p_two_sided" {
			tolerance = 100 * relative // ln p moves by t² for each part of t
		}
		same(t, name, value, want.number(name), tolerance)
	}
}

// The data of two implementations of CausalImpact and of its vignette, by generalized least squares.
func TestForecastDigits(t *testing.T) {
	want := outsideFigures(t).at("counterfactual")
	arma := table(t, outsideFile(t, "causalimpact_arma_data.csv"), ',')
	y := slices.Clone(arma["y"])
	for i := 70; i < len(y); i++ {
		y[i] += 5
	}
	x := design(len(y), arma["X"])
	t.Run("arma", func(t *testing.T) {
		want := figures{t, want.node("arma_data")}
		sameForecast(t, want.at("gls_reml"), y, x, 70, -1, 1e-5)
		sameForecast(t, want.at("ols_q0"), y, x, 70, 0, 1e-8)
	})
	comparison := table(t, outsideFile(t, "causalimpact_comparison_data.csv"), ',')
	t.Run("comparison", func(t *testing.T) {
		want := figures{t, want.node("comparison_data")}
		y := comparison["CHANGED"]
		x := design(len(y), comparison["NOT_CHANGED_1"], comparison["NOT_CHANGED_2"], comparison["NOT_CHANGED_3"])
		sameForecast(t, want.at("gls_reml"), y[:108], x, 90, -1, 1e-5)
		sameForecast(t, want.at("ols_q0"), y, x, 90, 0, 1e-8)
	})
	vignette := table(t, outsideFile(t, "causalimpact_vignette_data.csv"), ',')
	t.Run("vignette", func(t *testing.T) {
		want := figures{t, want.node("google_vignette")}
		sameForecast(t, want.at("gls_reml"), vignette["y"], design(len(vignette["y"]), vignette["x1"]), 70, -1, 1e-5)
	})
}

// fixture is a data set of bsts_fixtures with what R's CausalImpact made of it.
type fixture struct {
	y   []float64
	x   *mat.Dense
	pre int
}

func readFixture(t *testing.T, name string) fixture {
	t.Helper()
	data, err := os.ReadFile(outsideFile(t, "bsts_fixtures/r_reference_"+name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		N    int `json:"n"`
		NPre int `json:"n_pre"`
		Data struct {
			Y []float64       `json:"y"`
			X json.RawMessage `json:"x"`
		} `json:"data"`
		ModelArgs json.RawMessage `json:"model_args"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var columns [][]float64
	var named struct{ X1, X2 []float64 }
	if json.Unmarshal(file.Data.X, &named) == nil && named.X1 != nil {
		columns = [][]float64{named.X1, named.X2}
	}
	var arguments struct{ Nseasons int }
	if json.Unmarshal(file.ModelArgs, &arguments) == nil && arguments.Nseasons > 0 {
		day := make([]float64, file.N)
		for i := range day {
			day[i] = float64(i%arguments.Nseasons + 1)
		}
		columns = dummies(day, arguments.Nseasons)
	}
	return fixture{file.Data.Y, design(file.N, columns...), file.NPre}
}

func TestFixtureDigits(t *testing.T) {
	all := outsideFigures(t).at("counterfactual/bsts_fixtures")
	for _, name := range []string{"basic", "covariates", "no_effect", "seasonal", "strong_effect"} {
		t.Run(name, func(t *testing.T) {
			f := readFixture(t, name)
			want := figures{t, all.node(name)}
			sameForecast(t, want.at("gls_reml"), f.y, f.x, f.pre, -1, 1e-5)
			sameForecast(t, want.at("gls_q0"), f.y, f.x, f.pre, 0, 1e-8)
		})
	}
}

// R's CausalImpact 1.4.1 expects the level to wander little (prior.level.sd = 0.01), which comes to a Q of about 0.0001; with
// that the ends agree within a twentieth of the interval's width. The scenarios left out differ by what the prior is about:
// covariates drops one of two regressors (its interval, not its point), seasonal lets the season wander.
func TestForecastAgreesWithCausalImpact(t *testing.T) {
	all := outsideFigures(t).at("counterfactual/bsts_fixtures")
	for name, ends := range map[string]bool{"basic": true, "no_effect": true, "strong_effect": true, "covariates": false} {
		f := readFixture(t, name)
		_, _, e := forecastOf(t, f.y, f.x, f.pre, 1e-4)
		want := all.at(name + "/published_R_CausalImpact")
		near := (want.number("ci_upper") - want.number("ci_lower")) / 20
		for end, got := range map[string]float64{"point_effect_mean": e.Value, "ci_lower": e.Lo, "ci_upper": e.Hi} {
			if (ends || end == "point_effect_mean") && !(math.Abs(got-want.number(end)) <= near) {
				t.Errorf("%s, %s: %.4f, published %.4f, which may differ by %.4f", name, end, got, want.number(end), near)
			}
		}
	}
}

// Car drivers killed or seriously injured in Great Britain, 1969 to 1984 (Harvey and Durbin 1986): the law on seat belts of
// 1983, with month and petrol price. Commandeur and Koopman (2007, chapter 7) print −0.45213 and −0.19714 for a level that
// stays, −0.27674 and −0.23759 for one that wanders.
func TestLevelOfSeatBelts(t *testing.T) {
	want := outsideFigures(t).at("counterfactual/uk_seatbelts")
	data := table(t, outsideFile(t, "uk_seatbelts.csv"), ',')
	y, petrol := make([]float64, len(data["drivers"])), make([]float64, len(data["drivers"]))
	for i := range y {
		y[i], petrol[i] = math.Log(data["drivers"][i]), math.Log(data["PetrolPrice"][i])
	}
	months := dummies(data["month"], 12)
	x := design(len(y), append([][]float64{petrol, data["law"]}, months...)...)
	m := Model{Y: y, X: x, Names: unnamed(x)}
	m.Names[1], m.Names[2] = "log_petrol", "law"

	l, err := LocalLevel(m)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "q", l.Q, want.number("gls_reml/q"), 1e-5)
	same(t, "sigma2", l.Sigma2, want.number("gls_reml/sigma2"), 1e-5)
	same(t, "restricted likelihood", l.LogLik, want.number("gls_reml/restricted_loglik"), 1e-9)
	for _, name := range []string{"log_petrol", "law"} {
		same(t, name, l.Estimate(name).Value, want.number("gls_reml/"+name), 1e-5)
		same(t, name+" se", l.Estimate(name).SE, want.number("gls_reml/"+name+"_se"), 1e-5)
	}
	same(t, "law, ratio", math.Exp(l.Estimate("law").Value), want.number("gls_reml/law_rr"), 1e-5)
	same(t, "log_petrol, published", l.Estimate("log_petrol").Value, -.27674, 1e-4)
	same(t, "law, published", l.Estimate("law").Value, -.23759, 1e-4)

	fixed, err := LocalLevelFixed(m, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "log_petrol, fixed level", fixed.Estimate("log_petrol").Value, want.number("ols_deterministic/log_petrol"), 1e-8)
	same(t, "law, fixed level", fixed.Estimate("law").Value, want.number("ols_deterministic/law"), 1e-8)
	same(t, "law se, fixed level", fixed.Estimate("law").SE, want.number("ols_deterministic/law_se"), 1e-8)

	sameForecast(t, want.at("pre_only_forecast_log"), y, design(len(y), append([][]float64{petrol}, months...)...), slices.Index(data["law"], 1), -1, 1e-5)
}

// The closed forms against the matrices of the book, inverted as they stand.
func TestLevelAgainstMatrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRegression(t)
		q := rapid.SampledFrom([]float64{0, 1e-7, .01, .3, 1, 40}).Draw(t, "q")
		ahead := rapid.IntRange(1, 5).Draw(t, "ahead")
		n, p := r.X.Dims()
		v := mat.NewDense(n+ahead, n+ahead, nil)
		for i := range n + ahead {
			for j := range n + ahead {
				v.Set(i, j, q*float64(min(i, j)))
				if i == j {
					v.Set(i, j, v.At(i, j)+1)
				}
			}
		}
		v11 := v.Slice(0, n, 0, n).(*mat.Dense)
		coef, a, sigma2, logLik := matrices(r, v11)
		got, err := LocalLevelFixed(r, q)
		if err != nil {
			t.Fatal(err)
		}
		sameRegression(t, &got.Generalized, coef, a, sigma2, logLik)

		x2 := mat.NewDense(ahead, p, nil)
		for i := range ahead {
			for j := range p {
				x2.Set(i, j, rapid.Float64Range(-2, 2).Draw(t, "x2"))
			}
		}
		f, err := got.Forecast(x2)
		if err != nil {
			t.Fatal(err)
		}
		var inverse, c, cx, g, mean, fitted, ga, gag, cv mat.Dense
		if err := inverse.Inverse(v11); err != nil {
			t.Fatal(err)
		}
		c.Mul(v.Slice(n, n+ahead, 0, n), &inverse)
		cx.Mul(&c, r.X)
		g.Sub(x2, &cx)
		fitted.Mul(r.X, coef)
		fitted.Sub(mat.NewVecDense(n, r.Y), &fitted)
		mean.Mul(&c, &fitted)
		var regression mat.Dense
		regression.Mul(x2, coef)
		mean.Add(&mean, &regression)
		ga.Mul(&g, a)
		gag.Mul(&ga, g.T())
		cv.Mul(&c, v.Slice(0, n, n, n+ahead))
		for i := range ahead {
			near(t, "mean", f.Mean[i], mean.At(i, 0))
			for j := range ahead {
				near(t, "covariance", f.Cov.At(i, j), sigma2*(v.At(n+i, n+j)-cv.At(i, j)+gag.At(i, j)))
			}
		}
	})
}

// Y times a factor and plus an amount gives the same Q, and the forecast follows.
func TestLevelScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRegression(t)
		factor, plus := rapid.Float64Range(.01, 100).Draw(t, "factor"), rapid.Float64Range(-50, 50).Draw(t, "plus")
		n, p := r.X.Dims()
		scaled := Model{Y: slices.Clone(r.Y), X: r.X, Names: r.Names}
		for i := range scaled.Y {
			scaled.Y[i] = plus + factor*r.Y[i]
		}
		l, err := LocalLevelFixed(r, .2)
		if err != nil {
			t.Fatal(err)
		}
		other, err := LocalLevelFixed(scaled, .2)
		if err != nil {
			t.Fatal(err)
		}
		one, err := l.Forecast(r.X.Slice(n-1, n, 0, p).(*mat.Dense))
		if err != nil {
			t.Fatal(err)
		}
		two, err := other.Forecast(r.X.Slice(n-1, n, 0, p).(*mat.Dense))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", two.Mean[0], plus+factor*one.Mean[0])
		near(t, "variance", two.Cov.At(0, 0), factor*factor*one.Cov.At(0, 0))
	})
}

// The best Q is no worse than any other.
func TestLocalLevelIsTheLikeliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRegression(t)
		best, err := LocalLevel(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []float64{0, 1e-6, .001, .05, .5, 3, 30, 300} {
			l, err := LocalLevelFixed(r, q)
			if err != nil {
				t.Fatal(err)
			}
			if l.LogLik > best.LogLik+1e-7 {
				t.Errorf("q = %v: %v, more than %v at %v", q, l.LogLik, best.LogLik, best.Q)
			}
		}
	})
}

func TestDraws(t *testing.T) {
	y := []float64{3, 4, 2, 5, 4, 6, 3, 5, 6, 4, 7, 5}
	x := design(len(y))
	l, err := LocalLevelFixed(Model{Y: y, X: x, Names: unnamed(x)}, .3)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.Forecast(design(3))
	if err != nil {
		t.Fatal(err)
	}
	const n = 40_000
	draws := f.Draws(n, 7)
	for i, again := range f.Draws(5, 7) {
		if !slices.Equal(again, draws[i]) {
			t.Errorf("draw %d is %v and then %v", i, draws[i], again)
		}
	}
	if slices.Equal(f.Draws(1, 8)[0], draws[0]) {
		t.Error("another seed draws the same")
	}
	// The sum of a path is Student's t too: a share of .025 lies on either side of the interval of the average.
	reach := distuv.StudentsT{Sigma: 1, Nu: float64(f.DF)}.Quantile(.975)
	for i := range f.Mean {
		at := make([]float64, n)
		outside := 0.0
		for k := range draws {
			at[k] = draws[k][i]
			if math.Abs(at[k]-f.Mean[i]) > reach*math.Sqrt(f.Cov.At(i, i)) {
				outside++
			}
		}
		if mean := stat.Mean(at, nil); math.Abs(mean-f.Mean[i]) > .04 {
			t.Errorf("month %d: %v on average, want %v", i, mean, f.Mean[i])
		}
		if outside/n < .045 || outside/n > .055 {
			t.Errorf("month %d: %.4f outside the interval", i, outside/n)
		}
		for j := range i {
			other := make([]float64, n)
			for k := range draws {
				other[k] = draws[k][j]
			}
			got, want := stat.Correlation(at, other, nil), f.Cov.At(i, j)/math.Sqrt(f.Cov.At(i, i)*f.Cov.At(j, j))
			if math.Abs(got-want) > .03 {
				t.Errorf("months %d and %d: correlation %v, want %v", i, j, got, want)
			}
		}
	}
}

func TestLevelRefuses(t *testing.T) {
	good := Model{Y: []float64{1, 3, 2, 5, 4}, X: design(5), Names: []string{"level"}}
	if _, err := LocalLevelFixed(good, -1); err == nil {
		t.Error("a negative variance was taken")
	}
	if _, err := LocalLevelFixed(good, math.NaN()); err == nil {
		t.Error("a variance that is no number was taken")
	}
	l, err := LocalLevelFixed(good, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*mat.Dense{
		"nil": nil, "empty": {}, "two columns": mat.NewDense(1, 2, nil), "NaN": mat.NewDense(1, 1, []float64{math.NaN()}),
	} {
		if _, err := l.Forecast(x); err == nil {
			t.Errorf("%s: a forecast", name)
		}
	}
	f, err := l.Forecast(design(2))
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range [][]float64{nil, {1}, {1, math.NaN()}, {1, 2, 3}} {
		if e := f.Average(y); !math.IsInf(e.Hi, 1) || e.P != 1 {
			t.Errorf("%v: %+v", y, e)
		}
	}
	if f.Draws(0, 1) != nil || (&Forecast{}).Draws(3, 1) != nil {
		t.Error("paths of nothing")
	}
}
