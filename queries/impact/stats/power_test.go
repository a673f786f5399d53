package stats

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMinimumDetectableDigits(t *testing.T) {
	want := outsideFigures(t).at("misc")
	for i := range want.node("mde_table").([]any) {
		w := want.at(fmt.Sprintf("mde_table/%d", i))
		base, dispersion := w.number("base_t"), w.number("phi")
		same(t, fmt.Sprint(base, dispersion), MinimumDetectable(base, 0, dispersion), w.number("mde_no_control"), 1e-8)
		same(t, fmt.Sprint(base, dispersion, " with comparison"), MinimumDetectable(base, 3*base, dispersion), w.number("mde_control_3x"), 1e-8)
	}
}

func TestMDEByHand(t *testing.T) {
	if got := MDEFromSD(.1); math.Abs(got-1.3231298) > 1e-7 { // e^.28
		t.Error(got)
	}
	for _, bad := range [][3]float64{{0, 10, 1}, {-1, 0, 1}, {100, 0, 0}, {100, 0, -2}, {math.NaN(), 0, 1}, {100, math.NaN(), 1}, {100, 0, math.NaN()}} {
		if got := MinimumDetectable(bad[0], bad[1], bad[2]); !math.IsInf(got, 1) {
			t.Errorf("%v: %v", bad, got)
		}
	}
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		if got := MDEFromSD(bad); !math.IsInf(got, 1) {
			t.Errorf("%v: %v", bad, got)
		}
	}
}

// The equation holds, and more requests, more of a comparison and less dispersion all show smaller effects.
func TestMinimumDetectableProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, comparison, dispersion := rapid.Float64Range(1, 1e5).Draw(t, "base"), rapid.Float64Range(1, 1e6).Draw(t, "comparison"), rapid.Float64Range(.1, 20).Draw(t, "dispersion")
		mde := MinimumDetectable(base, comparison, dispersion)
		l := math.Log(mde)
		right := 2.801585218112969 * math.Sqrt(dispersion*(1/base+1/(base*mde)+2/comparison))
		if math.Abs(l-right) > 1e-9*max(1, l) || mde <= 1 {
			t.Errorf("ln %v = %v, want %v", mde, l, right)
		}
		if MinimumDetectable(2*base, comparison, dispersion) >= mde || MinimumDetectable(base, 2*comparison, dispersion) >= mde ||
			MinimumDetectable(base, comparison, dispersion/2) >= mde || MinimumDetectable(base, 0, dispersion) >= mde {
			t.Error("more shows less")
		}
	})
}
