package stats

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// digits is how closely reference numbers are met: they are printed with about eleven.
const digits = 1e-8

// durbinWatson is Σ(e_t − e_{t−1})² ÷ Σe² (Durbin and Watson, Biometrika 37, 1950): the residuals are those of the references.
func durbinWatson(residuals []float64) float64 {
	var steps, squares float64
	for i, e := range residuals {
		squares += e * e
		if i > 0 {
			steps += (e - residuals[i-1]) * (e - residuals[i-1])
		}
	}
	return steps / squares
}

// sameTable holds estimates against a table of terms with coef, se, lo and hi.
func sameTable(t *testing.T, want figures, path string, estimate func(name string) Estimate) {
	t.Helper()
	rows, _ := want.node(path).([]any)
	if len(rows) == 0 {
		t.Fatalf("%s is no table", path)
	}
	for i := range rows {
		row := fmt.Sprintf("%s/%d/", path, i)
		term := want.node(row + "term").(string)
		e := estimate(term)
		same(t, path+" "+term, e.Value, want.number(row+"coef"), digits)
		same(t, path+" "+term+" se", e.SE, want.number(row+"se"), digits)
		same(t, path+" "+term+" lo", e.Lo, want.number(row+"lo"), digits)
		same(t, path+" "+term+" hi", e.Hi, want.number(row+"hi"), digits)
	}
}

// of reads estimates of a fit by the normal distribution.
func of(fit *Fit, cov mat.Symmetric) func(name string) Estimate {
	return func(name string) Estimate { return fit.Estimate(name, cov, math.Inf(1)) }
}

// The example of R's glm: Dobson, An Introduction to Generalized Linear Models (1990), p. 93. Printed there: residual deviance
// 5.1291 on 4 degrees of freedom, AIC 56.76.
func TestPoissonDobson(t *testing.T) {
	y := []float64{18, 17, 15, 20, 10, 20, 25, 13, 12}
	x := mat.NewDense(9, 5, nil)
	for i := range y {
		x.Set(i, 0, 1)
		x.Set(i, 1, indicator(i%3 == 1))
		x.Set(i, 2, indicator(i%3 == 2))
		x.Set(i, 3, indicator(i/3 == 1))
		x.Set(i, 4, indicator(i/3 == 2))
	}
	fit, err := Poisson(Model{Y: y, X: x, Names: []string{"(Intercept)", "outcome2", "outcome3", "treatment2", "treatment3"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "deviance", fit.Deviance, 5.129141077, 1e-8)
	same(t, "AIC", fit.AIC, 56.761318402, 1e-8)
	if fit.DF != 4 {
		t.Errorf("%d degrees of freedom", fit.DF)
	}
	// Sums of 50 at each treatment and 54, 40 and 63, 47 of outcomes give standard errors √(1/50 + 1/50) and so on.
	for j, want := range []struct{ coef, se float64 }{
		{math.Log(21), .1708986515}, {math.Log(40. / 63), math.Sqrt(1./63 + 1./40)}, {math.Log(47. / 63), math.Sqrt(1./63 + 1./47)},
		{0, .2}, {0, .2},
	} {
		e := fit.Estimate(fit.Names[j], fit.Cov, math.Inf(1))
		if math.Abs(e.Value-want.coef) > 1e-10 {
			t.Errorf("%s is %v, want %v", fit.Names[j], e.Value, want.coef)
		}
		same(t, fit.Names[j]+" standard error", e.SE, want.se, 1e-8)
		same(t, "upper limit", e.Hi, want.coef+1.959963984540054*want.se, 1e-8)
	}
}

// Days absent from school: Venables and Ripley, Modern Applied Statistics with S (4th ed. 2002), p. 169, theta 1.275 (0.161).
func TestNegativeBinomialQuine(t *testing.T) {
	file, err := os.Open(outsideFile(t, "quine.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:]
	m := Model{Names: []string{"(Intercept)", "EthN", "SexM", "AgeF1", "AgeF2", "AgeF3", "LrnSL"}, X: mat.NewDense(len(rows), 7, nil)}
	for i, row := range rows { // Eth, Sex, Age, Lrn, Days
		days, err := strconv.ParseFloat(row[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		m.Y = append(m.Y, days)
		m.X.SetRow(i, []float64{1, indicator(row[0] == "N"), indicator(row[1] == "M"), indicator(row[2] == "F1"), indicator(row[2] == "F2"),
			indicator(row[2] == "F3"), indicator(row[3] == "SL")})
	}
	want := outsideFigures(t).at("glm_basics/quine_negbin")
	nb, err := NegativeBinomial(m)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "theta", nb.Theta, want.number("theta"), digits)
	same(t, "its standard error", nb.ThetaSE, want.number("theta_se"), digits)
	same(t, "log-likelihood", 2*nb.LogLik, want.number("two_loglik"), digits)
	sameTable(t, want, "coefs", of(nb, nb.Cov))
	quasi, err := Poisson(m)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "dispersion", quasi.Dispersion, want.number("quasipoisson/dispersion"), digits)
	sameTable(t, want, "quasipoisson/coefs", of(quasi, quasi.Quasi()))
}

// Investment: Greene, Econometric Analysis (5th ed. 2003), table F3.1, as in R's sandwich.
func TestInvestment(t *testing.T) {
	c := table(t, outsideFile(t, "greene_investment.csv"), ',')
	want := outsideFigures(t).at("newey_west/greene_investment")
	from := 1 // the first year has no real interest
	y := c["RealInv"][from:]
	fit, err := LeastSquares(Model{Y: y, X: design(len(y), c["RealGNP"][from:], c["RealInt"][from:]), Names: []string{"(Intercept)", "RealGNP", "RealInt"}})
	if err != nil {
		t.Fatal(err)
	}
	sameTable(t, want, "ols", of(fit, fit.Cov))
	sameTable(t, want, "NeweyWest_lag4_noprewhite", of(fit, fit.NeweyWest(4, false)))
	sameTable(t, want, "NeweyWest_lag4_adjust", of(fit, fit.NeweyWest(4, true)))
	for _, kind := range []string{"HC0", "HC1", "HC3"} {
		cov, err := fit.HC(kind)
		if err != nil {
			t.Fatal(err)
		}
		sameTable(t, want, kind, of(fit, cov))
	}
	same(t, "Durbin-Watson", durbinWatson(fit.Residuals), want.number("durbin_watson"), digits)
	q, p := LjungBox(fit.Residuals, 4, 0)
	same(t, "Ljung-Box", q, want.number("ljung_box_lag4"), digits)
	same(t, "its p", p, want.number("ljung_box_lag4_p"), digits)
}

// The belt law of 1983: Harvey and Durbin, Journal of the Royal Statistical Society A 149, 1986.
func TestSeatBeltsByRegression(t *testing.T) {
	c := table(t, outsideFile(t, "uk_seatbelts.csv"), ',')
	want := outsideFigures(t).at("newey_west/uk_seatbelts")
	y := c["drivers"]
	trend, petrol, logs := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y))
	for i := range y {
		trend[i], petrol[i], logs[i] = float64(i), math.Log(c["PetrolPrice"][i]), math.Log(y[i])
	}
	columns := [][]float64{c["law"], trend, petrol}
	model := func(y []float64, season ...[]float64) Model {
		m := Model{Y: y, X: design(len(y), slices.Concat(columns, season)...), Names: []string{"(Intercept)", "law", "t", "log(PetrolPrice)"}}
		for range season {
			m.Names = append(m.Names, "season")
		}
		return m
	}
	months := dummies(c["month"], 12)
	var waves [][]float64
	for k := 1.; k <= 4; k++ {
		sine, cosine := make([]float64, len(y)), make([]float64, len(y))
		for i, month := range c["month"] {
			sine[i], cosine[i] = math.Sincos(2 * math.Pi * k * month / 12)
		}
		waves = append(waves, sine, cosine)
	}

	fit, err := Poisson(model(y, months...))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "dispersion", fit.Dispersion, want.number("quasipoisson_month/dispersion"), digits)
	sameTable(t, want, "quasipoisson_month/coefs", of(fit, fit.Quasi()))
	sameTable(t, want, "quasipoisson_month/nw_lag12", of(fit, fit.NeweyWest(12, false)))
	deviance := make([]float64, len(y))
	for i := range y {
		deviance[i] = math.Copysign(math.Sqrt(poisson.deviance(y[i], fit.Mu[i])), fit.Residuals[i])
	}
	same(t, "autocorrelation", ACF(deviance, 1)[1], want.number("quasipoisson_month/acf1_deviance"), digits)
	q, _ := LjungBox(deviance, 24, 0)
	same(t, "Ljung-Box", q, want.number("quasipoisson_month/ljung_box24"), digits)

	if fit, err = Poisson(model(y, waves...)); err != nil {
		t.Fatal(err)
	}
	same(t, "dispersion", fit.Dispersion, want.number("quasipoisson_harmonic4/dispersion"), digits)
	same(t, "degrees of freedom", float64(fit.DF), want.number("quasipoisson_harmonic4/df"), 0)
	sameTable(t, want, "quasipoisson_harmonic4/coefs", of(fit, fit.Quasi()))

	if fit, err = LeastSquares(model(logs, months...)); err != nil {
		t.Fatal(err)
	}
	sameTable(t, want, "ols_log_month/coefs", of(fit, fit.Cov))
	sameTable(t, want, "ols_log_month/nw_lag12", of(fit, fit.NeweyWest(12, false)))
}

// Cigarettes in California: Linden, The Stata Journal 15, 2015, prints t −1.779474 (.3834188), x −20.0581 (4.724395), x·t
// −1.494652 (.4368201) with Newey-West at lag 1.
func TestProposition99ByNeweyWest(t *testing.T) {
	m := california(t)
	want := outsideFigures(t).at("prop99/itsa_newey_west_lag1")
	fit, err := LeastSquares(m)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "residual sum of squares", fit.Deviance, want.number("rss"), digits)
	same(t, "Durbin-Watson", durbinWatson(fit.Residuals), want.number("durbin_watson"), digits)
	same(t, "degrees of freedom", float64(fit.DF), want.number("df"), 0)
	student := func(cov mat.Symmetric) func(string) Estimate {
		return func(name string) Estimate { return fit.Estimate(name, cov, float64(fit.DF)) }
	}
	lag1 := fit.NeweyWest(1, true)
	sameTable(t, want, "coefs", student(lag1))
	sameTable(t, want, "nw_lag0", of(fit, fit.NeweyWest(0, true)))
	sameTable(t, want, "nw_lag4", of(fit, fit.NeweyWest(4, true)))
	sameTable(t, want, "ols", of(fit, fit.Cov))
	for i, name := range fit.Names {
		same(t, name+" p", student(lag1)(name).P, want.number(fmt.Sprintf("coefs/%d/p", i)), digits)
	}
	post := NewEstimate(fit.Coef[1]+fit.Coef[3], math.Sqrt(lag1.At(1, 1)+lag1.At(3, 3)+2*lag1.At(1, 3)), float64(fit.DF))
	same(t, "trend after", post.Value, want.number("posttrend/coef"), digits)
	same(t, "its se", post.SE, want.number("posttrend/se"), digits)
	same(t, "its lo", post.Lo, want.number("posttrend/lo"), digits)
	same(t, "its hi", post.Hi, want.number("posttrend/hi"), digits)
}
