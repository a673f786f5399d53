package stats

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// By hand, with z² = 3.8415. Wilson for 8 of 10: (16 + 3.8415 ± 1.96 √(3.8415 + 40·0.8·0.2)) / 27.683 = (19.8415 ± 6.2725)
// / 27.683.
func TestWilson(t *testing.T) {
	for _, c := range []struct{ share, n, lo, hi float64 }{
		{0.8, 10, 0.4902, 0.9433},
		{0, 10, 0, 0.2775}, // z² / (n + z²) = 3.8415 / 13.8415
		{1, 10, 0.7225, 1},
		{0.5, 1, 0.0546, 0.9454}, // 1/2 ± 1.96 · 2.2003 / 9.6829, where 2.2003² = 3.8415 + 4 · 0.5 · 0.5
	} {
		lo, hi := Wilson(c.share, c.n)
		if math.Abs(lo-c.lo) > 5e-5 || math.Abs(hi-c.hi) > 5e-5 {
			t.Errorf("%v of %v: %.4f to %.4f, want %v to %v", c.share, c.n, lo, hi, c.lo, c.hi)
		}
	}
}

// Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), 857, prints .2553 to
// .3662, .0624 to .1605 and .0061 to .1718; Interval estimation for the difference …, ibid. 873, method 10: .0524 to .3339.
func TestSharesDigits(t *testing.T) {
	want := outsideFigures(t).at("misc")
	for i := range want.node("wilson").([]any) {
		w := want.at(fmt.Sprintf("wilson/%d", i))
		lo, hi := Wilson(w.number("x")/w.number("n"), w.number("n"))
		same(t, "lo", lo, w.number("ci/0"), 1e-8)
		same(t, "hi", hi, w.number("ci/1"), 1e-8)
	}
	w := want.at("newcombe_diff")
	lo, hi := Newcombe(w.number("x1")/w.number("n1"), w.number("n1"), w.number("x2")/w.number("n2"), w.number("n2"))
	same(t, "lo", lo, w.number("r/lo"), 1e-8)
	same(t, "hi", hi, w.number("r/hi"), 1e-8)
}

// Whatever comes in, an interval within its bounds comes out, which holds the share where there is one.
func TestSharesHold(t *testing.T) {
	wild := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1, -1}))
	size := rapid.OneOf(rapid.Float64Range(0, 1e6), wild)
	rapid.Check(t, func(t *rapid.T) {
		share1, n1, share2, n2 := wild.Draw(t, "share1"), size.Draw(t, "n1"), wild.Draw(t, "share2"), size.Draw(t, "n2")
		lo, hi := Wilson(share1, n1)
		if !(0 <= lo && lo <= hi && hi <= 1) || share1 >= 0 && share1 <= 1 && !(lo <= share1+1e-12 && share1-1e-12 <= hi) {
			t.Errorf("%v to %v", lo, hi)
		}
		lo, hi = Newcombe(share1, n1, share2, n2)
		isKnown := n1 > 0 && n2 > 0 && share1 >= 0 && share1 <= 1 && share2 >= 0 && share2 <= 1
		if !isKnown && (lo != -1 || hi != 1) || !(-1-1e-12 <= lo && lo <= hi && hi <= 1+1e-12) {
			t.Errorf("difference %v to %v", lo, hi)
		}
		if back, there := Newcombe(share2, n2, share1, n1); math.Abs(back+hi) > 1e-12 || math.Abs(there+lo) > 1e-12 {
			t.Errorf("%v to %v one way, %v to %v the other", lo, hi, back, there)
		}
		if n1 > 0 && share1 >= 0 && share1 <= .5 { // the other side of the coin
			lo1, hi1 := Wilson(share1, n1)
			lo2, hi2 := Wilson(1-share1, n1)
			if math.Abs(lo1-(1-hi2)) > 1e-9 || math.Abs(hi1-(1-lo2)) > 1e-9 {
				t.Errorf("%v to %v, and %v to %v of the rest", lo1, hi1, lo2, hi2)
			}
		}
	})
}
