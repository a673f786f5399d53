package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRateRatioDigits(t *testing.T) {
	for _, name := range []string{"null", "effect125"} {
		w := panelFigures(t).at("ill_panel/" + name + "/naive_6mo")
		panel := readPanel(t, name)
		pre, post := panel.sum(true, launch-halfYear, launch), panel.sum(true, launch, launch+halfYear)
		same(t, "pre", pre, w.number("pre"), 0)
		same(t, "post", post, w.number("post"), 0)
		ratio, lo, hi := RateRatio(pre, post)
		same(t, "ratio", ratio, w.number("ratio"), 1e-8)
		same(t, "lo", lo, w.number("lo"), 1e-8)
		same(t, "hi", hi, w.number("hi"), 1e-8)
	}
}

func TestRateRatioEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ pre, post, ratio, lo, hi float64 }{
		{0, 5, inf, 0, inf}, {5, 0, 0, 0, inf}, {0, 0, nan, 0, inf}, {nan, 1, nan, nan, nan}, {1, -1, nan, nan, nan}, {inf, 1, nan, nan, nan}, {1, inf, nan, nan, nan},
	} {
		ratio, lo, hi := RateRatio(c.pre, c.post)
		for i, got := range []float64{ratio, lo, hi} {
			if want := []float64{c.ratio, c.lo, c.hi}[i]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%v to %v: %v %v %v", c.pre, c.post, ratio, lo, hi)
			}
		}
	}
}

func TestRateRatioProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pre, post := rapid.Float64Range(1, 1e6).Draw(t, "pre"), rapid.Float64Range(1, 1e6).Draw(t, "post")
		ratio, lo, hi := RateRatio(pre, post)
		back, backLo, backHi := RateRatio(post, pre)
		near(t, "the other way", ratio*back, 1)
		near(t, "the other way, lo", lo*backHi, 1)
		near(t, "the other way, hi", hi*backLo, 1)
		if !(0 < lo && lo <= ratio && ratio <= hi) {
			t.Errorf("%v %v %v", lo, ratio, hi)
		}
		// Four times the requests halve the interval on the log scale.
		_, lo4, hi4 := RateRatio(4*pre, 4*post)
		near(t, "four times", math.Log(hi4/lo4), math.Log(hi/lo)/2)
	})
}
