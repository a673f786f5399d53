package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// illPanel is one of the project's generated panels: 12 departments in the 72 months from July 2018, of which the first four
// were addressed from month 62 on; c1 and c2 are the indicators of the panel with two campaigns.
type illPanel struct {
	y, treated, c1, c2 [][]float64
	month              []int
}

const launch = 62

func readPanel(t *testing.T, name string) (p illPanel) {
	t.Helper()
	c := table(t, "testdata/ill_panel_"+name+".csv", ',')
	for i, y := range c["requests"] {
		if c["t"][i] == 0 {
			p.y, p.treated, p.c1, p.c2 = append(p.y, nil), append(p.treated, nil), append(p.c1, nil), append(p.c2, nil)
		}
		u := len(p.y) - 1
		p.y[u] = append(p.y[u], y)
		p.treated[u] = append(p.treated[u], c["treated"][i])
		p.c1[u], p.c2[u] = append(p.c1[u], c["c1"][i]), append(p.c2[u], c["c2"][i])
		if u == 0 {
			p.month = append(p.month, int(c["month"][i]))
		}
	}
	if len(p.y) != 12 || len(p.month) != 72 {
		t.Fatalf("%d departments and %d months", len(p.y), len(p.month))
	}
	return p
}

// from marks the treated from a month on, up to month until.
func (p illPanel) from(start, until int) [][]float64 {
	d := make([][]float64, len(p.y))
	for u := range d {
		d[u] = make([]float64, until)
		for i := range d[u] {
			d[u][i] = p.treated[u][i] * indicator(i >= start)
		}
	}
	return d
}

func until(table [][]float64, month int) [][]float64 {
	cut := make([][]float64, len(table))
	for u, row := range table {
		cut[u] = row[:month]
	}
	return cut
}

func (p illPanel) isTreated() (treated []bool) {
	for _, row := range p.treated {
		treated = append(treated, row[0] == 1)
	}
	return treated
}

// series is the sum of the treated.
func (p illPanel) series(season Season) Series {
	s := Series{Y: make([]float64, len(p.month)), X: make([]float64, len(p.month)), Month: p.month, Season: season}
	for i := range s.Y {
		for u := range p.y {
			s.Y[i] += p.treated[u][i] * p.y[u][i]
		}
		s.X[i] = indicator(i >= launch)
	}
	return s
}

func TestPanelTimeSeries(t *testing.T) {
	for _, name := range []string{"null", "effect125"} {
		p := readPanel(t, name)
		for season, path := range map[Season]string{MonthFactor: "its_month_factor", ThreeHarmonics: "its_harmonic3"} {
			want := panelFigures(t).at("ill_panel/" + name + "/" + path)
			its, err := FitITS(p.series(season))
			if err != nil {
				t.Fatal(err)
			}
			what := name + " " + path
			same(t, what, its.Poisson.Value, want.number("est"), digits)
			same(t, what+" se", its.Poisson.SE, want.number("se"), digits)
			same(t, what+" dispersion", its.Dispersion, want.number("dispersion"), digits)
			same(t, what+" Newey-West", its.NeweyWestSE, want.number("nw_lag4_se"), digits)
			normal := NewEstimate(its.Poisson.Value, its.Poisson.SE, math.Inf(1))
			same(t, what+" rr", math.Exp(normal.Value), want.number("rr"), digits)
			same(t, what+" lo", math.Exp(normal.Lo), want.number("lo"), digits)
			same(t, what+" hi", math.Exp(normal.Hi), want.number("hi"), digits)
			if season == MonthFactor {
				same(t, what+" trend", its.Trend, want.number("trend"), digits)
				same(t, what+" autocorrelation", its.ACF1, want.number("acf1"), digits)
			}
		}
	}
}

func TestPanelTwoWay(t *testing.T) {
	for _, name := range []string{"null", "effect125"} {
		p := readPanel(t, name)
		want := panelFigures(t).at("ill_panel/" + name)
		fit, err := TwoWayPoisson(Panel{Y: p.y, D: [][][]float64{p.from(launch, 72)}, Names: []string{"campaign"}})
		if err != nil {
			t.Fatal(err)
		}
		e := fit.Coef[0]
		same(t, name, e.Value, want.number("did_twfe_poisson/est"), digits)
		same(t, name+" se", e.SE, want.number("did_twfe_poisson/se"), digits)
		same(t, name+" rr", math.Exp(e.Value), want.number("did_twfe_poisson/rr"), digits)
		same(t, name+" lo", math.Exp(e.Lo), want.number("did_twfe_poisson/lo"), digits)
		same(t, name+" hi", math.Exp(e.Hi), want.number("did_twfe_poisson/hi"), digits)
		same(t, name+" p", e.P, want.number("did_twfe_poisson/p_t"), digits)
		same(t, name+" dispersion", fit.Dispersion, want.number("did_twfe_poisson/dispersion"), digits)
		same(t, name+" quasi se", fit.QuasiSE[0], want.number("did_twfe_poisson/quasi_se"), digits)

		slope, err := PreTrend(until(p.y, launch), p.isTreated(), nil)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name+" trend before", slope.Value, want.number("pretrend/slope_per_month"), digits)
		same(t, name+" its se", slope.SE, want.number("pretrend/se"), digits)
		same(t, name+" its p", slope.P, want.number("pretrend/p_t"), digits)

		placebo, err := TwoWayPoisson(Panel{Y: until(p.y, launch), D: [][][]float64{p.from(50, launch)}, Names: []string{"placebo"}})
		if err != nil {
			t.Fatal(err)
		}
		e = placebo.Coef[0]
		same(t, name+" placebo", e.Value, want.number("placebo_in_time/est"), digits)
		same(t, name+" placebo se", e.SE, want.number("placebo_in_time/se"), digits)
		same(t, name+" placebo rr", math.Exp(e.Value), want.number("placebo_in_time/rr"), digits)
		same(t, name+" placebo lo", math.Exp(e.Lo), want.number("placebo_in_time/lo"), digits)
		same(t, name+" placebo hi", math.Exp(e.Hi), want.number("placebo_in_time/hi"), digits)
	}
}

func TestPanelOverlap(t *testing.T) {
	p := readPanel(t, "overlap")
	want := panelFigures(t).at("ill_panel/overlap")
	both, err := TwoWayPoisson(Panel{Y: p.y, D: [][][]float64{p.c1, p.c2}, Names: []string{"c1", "c2"}})
	if err != nil {
		t.Fatal(err)
	}
	for j, e := range both.Coef {
		same(t, "coefficient", e.Value, want.number(fmt.Sprintf("joint/coef/%d", j)), digits)
		same(t, "its se", e.SE, want.number(fmt.Sprintf("joint/se_cluster/%d", j)), digits)
		same(t, "its ratio", math.Exp(e.Value), want.number(fmt.Sprintf("joint/rr/%d", j)), digits)
	}
	same(t, "correlation", both.Corr.At(0, 1), want.number("joint/corr_model"), digits)
	same(t, "clustered correlation", both.CorrClustered.At(0, 1), want.number("joint/corr_cluster"), digits)
	alone, err := TwoWayPoisson(Panel{Y: p.y, D: [][][]float64{p.c1}, Names: []string{"c1"}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "without the second", alone.Coef[0].Value, want.number("ignoring_c2/coef"), digits)
	same(t, "its ratio", math.Exp(alone.Coef[0].Value), want.number("ignoring_c2/rr"), digits)
}

// A cell without exposure says nothing: the estimate is that of the panel in which a tiny exposure stands there, and no
// degree of freedom is counted for it.
func TestTwoWayWithoutExposure(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	panel := func(empty float64) Panel {
		p := Panel{Names: []string{"campaign"}, D: make([][][]float64, 1)}
		random = rand.New(rand.NewPCG(5, 6))
		for u := range 6 {
			var y, d, offset []float64
			for m := range 30 {
				n := float64(20 + random.IntN(60))
				x := 0.0
				if u < 2 && m >= 24 {
					x = 1
				}
				hits := math.Round(n * (.1 + .02*float64(u)) * math.Exp(.3*x+.2*random.NormFloat64()))
				if (u+m)%9 == 0 {
					n, hits = empty, 0
				}
				y, d, offset = append(y, hits), append(d, x), append(offset, math.Log(n))
			}
			p.Y, p.D[0], p.Offset = append(p.Y, y), append(p.D[0], d), append(p.Offset, offset)
		}
		return p
	}
	none, err := TwoWayPoisson(panel(0))
	if err != nil {
		t.Fatal(err)
	}
	tiny, err := TwoWayPoisson(panel(1e-4))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "estimate", none.Coef[0].Value, tiny.Coef[0].Value, 1e-4)
	same(t, "standard error", none.Coef[0].SE, tiny.Coef[0].SE, 1e-3)
	if none.N >= tiny.N || !(none.Dispersion > tiny.Dispersion) {
		t.Errorf("%d cells of %d count, dispersion %v beside %v", none.N, tiny.N, none.Dispersion, tiny.Dispersion)
	}
	p := panel(0)
	p.Y[0][0] = 3
	if _, err := TwoWayPoisson(p); err == nil {
		t.Error("counts without exposure are fitted")
	}
}
