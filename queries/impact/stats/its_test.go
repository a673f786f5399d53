package stats

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// drawSeries draws months of an academic year with growth, a campaign of half a year at their end, and some noise.
func drawSeries(t *rapid.T, size float64) Series {
	n := rapid.IntRange(48, 66).Draw(t, "n")
	first := rapid.IntRange(0, 11).Draw(t, "first month")
	effect := rapid.Float64Range(-.4, .4).Draw(t, "effect")
	s := Series{Season: MonthFactor}
	for i := range n {
		month := (first+i)%12 + 1
		x := indicator(i >= n-6)
		if i == n-6 {
			x = .5
		}
		level := math.Log(size) + .5*math.Sin(float64(month)) + .005*float64(i) + effect*x + rapid.Float64Range(-.3, .3).Draw(t, "noise") + .1*math.Sin(float64(7*i*i))
		s.Y, s.X, s.Month = append(s.Y, math.Round(math.Exp(level))), append(s.X, x), append(s.Month, month)
	}
	return s
}

func mustFitITS(t *rapid.T, s Series) *ITS {
	t.Helper()
	its, err := FitITS(s)
	if err != nil {
		t.Fatal(err)
	}
	return its
}

// byChance is quasi-Poisson's standard error, or Poisson's where counts scatter less than chance makes them.
func byChance(its *ITS) float64 {
	return its.Poisson.SE / math.Sqrt(min(its.Dispersion, 1))
}

// The headline keeps the quasi-Poisson value and takes the wider of the two intervals.
func TestITSHeadline(t *testing.T) {
	kinds := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		its := mustFitITS(t, drawSeries(t, 80))
		if its.AR1 == nil || its.Headline.Value != its.Poisson.Value || math.Abs(its.Headline.SE/max(byChance(its), its.AR1.SE)-1) > 1e-9 {
			t.Fatalf("headline %+v of %+v and %+v", its.Headline, its.Poisson, its.AR1)
		}
		if (its.SEKind == AR1REML) != (its.AR1.SE > byChance(its)) || its.Headline.DF != float64(its.DF) || its.DF != its.N-14 {
			t.Errorf("%s with %v of %d degrees of freedom, %d months", its.SEKind, its.Headline.DF, its.DF, its.N)
		}
		if its.Rho < 0 || its.Rho > .95 || its.AR1Degenerate != (its.Rho > .9) {
			t.Errorf("rho %v, degenerate %v", its.Rho, its.AR1Degenerate)
		}
		kinds[its.SEKind]++
	})
	if kinds[AR1REML] == 0 || kinds[QuasiPoisson] == 0 {
		t.Errorf("one kind of interval never comes: %v", kinds)
	}
}

// Counts that follow the model exactly give back its effect and growth, whatever the season is modelled by.
func TestITSOfExactCounts(t *testing.T) {
	for _, season := range []Season{MonthFactor, ThreeHarmonics, TwoHarmonics} {
		s := Series{Season: season}
		for i := range 48 {
			month := i%12 + 1
			s.Month, s.X = append(s.Month, month), append(s.X, indicator(i >= 40))
			s.Y = append(s.Y, math.Exp(4+.01*float64(i)+.3*math.Sin(2*math.Pi*float64(month)/12)+.2*s.X[i]))
		}
		its, err := FitITS(s)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(its.Poisson.Value-.2) > 1e-9 || math.Abs(its.Trend-.01) > 1e-10 {
			t.Errorf("%s: effect %v, trend %v", season, its.Poisson.Value, its.Trend)
		}
	}
}

func TestITSScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 60)
		its := mustFitITS(t, s)
		k := float64(rapid.IntRange(2, 6).Draw(t, "times"))
		more := s
		more.Y, more.Offset = nil, nil
		for _, y := range s.Y {
			more.Y, more.Offset = append(more.Y, k*y), append(more.Offset, math.Log(1000))
		}
		other := mustFitITS(t, more)
		near(t, "effect", other.Poisson.Value, its.Poisson.Value)
		near(t, "its se", other.Poisson.SE, its.Poisson.SE)
		near(t, "Newey-West", other.NeweyWestSE, its.NeweyWestSE)
		near(t, "dispersion", other.Dispersion, k*its.Dispersion)
		near(t, "Ljung-Box", other.LjungBoxP, its.LjungBoxP)
	})
}

// A series of few requests has no use for logarithms.
func TestITSOfFewCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 4)
		its, err := FitITS(s)
		if err != nil {
			t.Fatal(err)
		}
		if its.AR1 != nil || its.SEKind != QuasiPoisson || its.Headline.Value != its.Poisson.Value || math.Abs(its.Headline.SE/byChance(its)-1) > 1e-9 {
			t.Errorf("%+v", its)
		}
	})
}

// A calendar month in which nothing is ever requested tells nothing: its rows are left out.
func TestITSWithoutAMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 60)
		empty := rapid.IntRange(1, 12).Draw(t, "empty")
		nEmpty := 0
		for i, month := range s.Month {
			if month == empty {
				s.Y[i] = 0
				nEmpty++
			}
		}
		its := mustFitITS(t, s)
		if its.N != len(s.Y)-nEmpty || its.DF != its.N-13 || its.AR1 == nil || its.AR1.DF != float64(its.DF) {
			t.Errorf("%d of %d months, %d degrees of freedom, AR(1) %+v", its.N, len(s.Y), its.DF, its.AR1)
		}
		m := Model{}
		var x []float64
		for i, y := range s.Y {
			if s.Month[i] == empty {
				continue
			}
			m.Y = append(m.Y, y)
			x = append(x, s.X[i], float64(i))
			for month := 1; month <= 12; month++ {
				if month != empty {
					x = append(x, indicator(s.Month[i] == month))
				}
			}
		}
		m.X = mat.NewDense(len(m.Y), 13, x)
		m.Names = append([]string{"x"}, make([]string, 12)...)
		want, err := Poisson(m)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "effect", its.Poisson.Value, want.Coef[0])
		near(t, "its se", its.Poisson.SE, want.Estimate("x", want.Quasi(), 1).SE)
	})
}

// Shares: a month in which there was nothing to have a share of says nothing, whatever its count.
func TestITSWithoutExposure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 60)
		s.Offset = make([]float64, len(s.Y))
		for i := range s.Offset {
			s.Offset[i] = math.Log(float64(100 + i%7))
		}
		closed := rapid.IntRange(0, len(s.Y)-7).Draw(t, "closed")
		s.Offset[closed], s.Y[closed] = math.Inf(-1), 0
		its := mustFitITS(t, s)
		if its.N != len(s.Y)-1 || its.DF != its.N-14 || its.AR1 == nil || its.AR1.DF != float64(its.DF) {
			t.Errorf("%d of %d months, %d degrees of freedom, %+v", its.N, len(s.Y), its.DF, its.AR1)
		}
		// A step of that month alone takes it out as well.
		own := make([]float64, len(s.Y))
		own[closed], s.Offset[closed], s.Y[closed] = 1, math.Log(100), 30
		s.Steps = []Step{{"closed", own}}
		other := mustFitITS(t, s)
		near(t, "effect", its.Poisson.Value, other.Poisson.Value)
		near(t, "its se", its.Poisson.SE, other.Poisson.SE)
		near(t, "AR(1)", its.AR1.Value, other.AR1.Value)
		near(t, "its se", its.AR1.SE, other.AR1.SE)
	})
}

// Medians: months without one are left out, and those around them are two months apart.
func TestITSOfMedians(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 60)
		s.LogNormal, s.Season = true, TwoHarmonics
		for i := range s.Y {
			s.Y[i] = (s.Y[i] + 1) / 10
		}
		missing := rapid.SliceOfNDistinct(rapid.IntRange(0, len(s.Y)-7), 0, 5, rapid.ID[int]).Draw(t, "missing")
		for _, i := range missing {
			s.Y[i] = rapid.SampledFrom([]float64{0, -1, math.NaN()}).Draw(t, "value")
		}
		its := mustFitITS(t, s)
		n := len(s.Y) - len(missing)
		if its.N != n || its.DF != n-7 || its.SEKind != AR1REML || its.Headline != *its.AR1 || its.Poisson != (Estimate{}) {
			t.Fatalf("%+v", its)
		}
		var at []int
		m := Model{}
		var x []float64
		for i, y := range s.Y {
			if slices.Contains(missing, i) {
				continue
			}
			at = append(at, i)
			m.Y = append(m.Y, math.Log(y))
			sine, cosine := math.Sincos(math.Pi / 6 * float64(s.Month[i]))
			sine2, cosine2 := math.Sincos(math.Pi / 3 * float64(s.Month[i]))
			x = append(x, s.X[i], float64(i), 1, sine, cosine, sine2, cosine2)
		}
		m.X = mat.NewDense(n, 7, x)
		v := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				v.Set(i, j, math.Pow(its.Rho, math.Abs(float64(at[i]-at[j]))))
			}
		}
		coef, a, sigma2, _ := matrices(m, v)
		near(t, "effect", its.Headline.Value, coef.At(0, 0))
		near(t, "its se", its.Headline.SE, math.Sqrt(sigma2*a.At(0, 0)))
		near(t, "trend", its.Trend, coef.At(1, 0))
	})
}

// Other campaigns: one at the same time is refused by name, one that is always there drops out, one nearby is correlated.
func TestITSSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSeries(t, 60)
		n := len(s.Y)
		alone := mustFitITS(t, s)
		always, near6 := make([]float64, n), make([]float64, n)
		for i := range n {
			always[i], near6[i] = 1, indicator(i >= n-9)
		}
		s.Steps = []Step{{"lasting", always}, {"near", near6}}
		both := mustFitITS(t, s)
		if both.StepCorr[0] != 0 || !(both.StepCorr[1] < -.3) || both.DF != alone.DF-1 {
			t.Errorf("correlations %v, %d degrees of freedom", both.StepCorr, both.DF)
		}
		s.Steps = s.Steps[:1]
		if only := mustFitITS(t, s); only.Headline != alone.Headline {
			t.Errorf("%+v instead of %+v", only.Headline, alone.Headline)
		}
		s.Steps = []Step{{"twin", s.X}}
		_, err := FitITS(s)
		var rank *RankError
		if !errors.As(err, &rank) || !slices.Equal(rank.Columns, []string{"twin"}) {
			t.Errorf("%v", err)
		}
	})
}

func TestITSRefuses(t *testing.T) {
	good := func() (s Series) {
		for i := range 40 {
			s.Y, s.X, s.Month = append(s.Y, float64(20+i%5+i%3)), append(s.X, indicator(i >= 36)), append(s.Month, i%12+1)
		}
		return s
	}
	if its, err := FitITS(good()); err != nil || its.Season != MonthFactor {
		t.Fatal(its, err)
	}
	for what, change := range map[string]func(*Series){
		"no months":     func(s *Series) { *s = Series{} },
		"no campaign":   func(s *Series) { s.X = make([]float64, 40) },
		"23 months":     func(s *Series) { s.X[23] = 1 },
		"no counts":     func(s *Series) { s.Y = make([]float64, 40) },
		"none after":    func(s *Series) { copy(s.Y[36:], make([]float64, 4)) },
		"not a number":  func(s *Series) { s.Y[3] = math.NaN() },
		"negative":      func(s *Series) { s.Y[3] = -1 },
		"13th month":    func(s *Series) { s.Month[3] = 13 },
		"shares":        func(s *Series) { s.X = s.X[1:] },
		"exposures":     func(s *Series) { s.Offset = s.X[1:] },
		"steps":         func(s *Series) { s.Steps = []Step{{"other", nil}} },
		"season":        func(s *Series) { s.Season = "lunar" },
		"no medians":    func(s *Series) { s.LogNormal, s.Y = true, make([]float64, 40) },
		"none, medians": func(s *Series) { s.LogNormal = true; copy(s.Y[36:], make([]float64, 4)) },
	} {
		s := good()
		change(&s)
		if its, err := FitITS(s); err == nil || its != nil || err.Error() == "" {
			t.Errorf("%s: %+v, %v", what, its, err)
		}
	}
	s := good()
	copy(s.Y[36:], make([]float64, 4))
	if _, err := FitITS(s); err == nil || !strings.Contains(err.Error(), campaignColumn) {
		t.Errorf("none after: %v", err)
	}
}

func TestSeasonFor(t *testing.T) {
	for n, want := range map[int]Season{0: "", 23: "", 24: TwoHarmonics, 29: TwoHarmonics, 30: ThreeHarmonics, 35: ThreeHarmonics, 36: MonthFactor, 400: MonthFactor} {
		got, err := SeasonFor(n)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%d months: %q, %v", n, got, err)
		}
	}
}

// Whatever comes in, an answer or an error comes out.
func TestNothingPanics(t *testing.T) {
	value := rapid.OneOf(rapid.SampledFrom([]float64{0, 0, 0, 1, 1, 2, 3, 1e-300, 1e300, -1, math.NaN(), math.Inf(1)}), rapid.Float64())
	count := rapid.SampledFrom([]float64{0, 0, 0, 0, 1, 2, 7, 100})
	rapid.Check(t, func(t *rapid.T) {
		of := value
		if rapid.Bool().Draw(t, "counts") {
			of = count
		}
		rows := func(units, months int) (all [][]float64) {
			for range units {
				all = append(all, rapid.SliceOfN(of, months, months).Draw(t, "row"))
			}
			return all
		}
		units, months := rapid.IntRange(0, 4).Draw(t, "units"), rapid.IntRange(0, 6).Draw(t, "months")
		p := Panel{Y: rows(units, months)}
		for j := range rapid.IntRange(0, 2).Draw(t, "indicators") {
			p.D, p.Names = append(p.D, rows(units, months)), append(p.Names, string(rune('a'+j)))
		}
		if rapid.Bool().Draw(t, "offset") {
			p.Offset = rows(units, months)
		}
		if fit, err := TwoWayPoisson(p); (fit == nil) == (err == nil) {
			t.Error(fit, err)
		}
		_, _ = PreTrend(p.Y, rapid.SliceOfN(rapid.Bool(), units, units).Draw(t, "treated"), p.Offset)

		n := rapid.IntRange(0, 30).Draw(t, "n")
		series := rows(3, n)
		s := Series{Y: series[0], X: series[1], Month: rapid.SliceOfN(rapid.IntRange(1, 12), n, n).Draw(t, "month"), LogNormal: rapid.Bool().Draw(t, "medians"),
			Season: rapid.SampledFrom([]Season{"", MonthFactor, TwoHarmonics}).Draw(t, "season"), Steps: []Step{{"other", series[2]}}}
		if its, err := FitITS(s); (its == nil) == (err == nil) {
			t.Error(its, err)
		}
		columns := rapid.IntRange(1, 3).Draw(t, "columns")
		if n > 0 {
			m := Model{Y: series[0], X: mat.NewDense(n, columns, rapid.SliceOfN(of, n*columns, n*columns).Draw(t, "x")), Names: make([]string, columns)}
			for _, fit := range []func(Model) (*Fit, error){Poisson, NegativeBinomial, LeastSquares} {
				f, err := fit(m)
				if (f == nil) == (err == nil) {
					t.Error(f, err)
				}
				if err == nil {
					_, _ = f.HC("HC3")
					_, _ = f.Clustered(make([]int, n))
					f.NeweyWest(50, true)
					f.Estimate("none", f.Cov, 3)
				}
			}
		}
	})
}
