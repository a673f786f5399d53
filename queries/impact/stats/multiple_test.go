package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The 15 p-values of Benjamini and Hochberg, JRSS B 57 (1995), 295: at 5 % they believe the first four, Bonferroni three.
func TestMultipleDigits(t *testing.T) {
	want := outsideFigures(t).at("glm_basics/multiple_testing")
	p := want.numbers("p")
	for name, adjust := range map[string]func([]float64) []float64{"holm": Holm, "bh": BenjaminiHochberg} {
		for i, adjusted := range adjust(p) {
			same(t, name, adjusted, want.numbers(name)[i], 1e-8)
		}
	}
}

func TestMultipleByHand(t *testing.T) {
	p := []float64{.04, .01, math.NaN(), .03}
	for i, want := range []float64{.06, .03, math.NaN(), .06} {
		if got := Holm(p)[i]; math.Abs(got-want) > 1e-15 || math.IsNaN(got) != math.IsNaN(want) {
			t.Errorf("Holm of %v: %v, want %v", p[i], got, want)
		}
	}
	for i, want := range []float64{.04, .03, math.NaN(), .04} {
		if got := BenjaminiHochberg(p)[i]; math.Abs(got-want) > 1e-15 || math.IsNaN(got) != math.IsNaN(want) {
			t.Errorf("Benjamini and Hochberg of %v: %v, want %v", p[i], got, want)
		}
	}
	if len(Holm(nil)) != 0 || len(BenjaminiHochberg(nil)) != 0 {
		t.Error("something of nothing")
	}
}

// By definition: Holm's adjusted p is the smallest level at which the step-down procedure rejects it; both keep the order, lie
// between p and Bonferroni's, and do not ask in which order the tests come.
func TestMultipleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 12).Draw(t, "p")
		holm, bh := Holm(p), BenjaminiHochberg(p)
		order := rapid.Permutation(indexes(len(p))).Draw(t, "order")
		shuffled := make([]float64, len(p))
		for i, at := range order {
			shuffled[i] = p[at]
		}
		for i, at := range order {
			if Holm(shuffled)[i] != holm[at] || BenjaminiHochberg(shuffled)[i] != bh[at] {
				t.Errorf("in another order test %d is adjusted otherwise", at)
			}
		}
		sorted := slices.Sorted(slices.Values(p))
		for i := range p {
			if !(p[i] <= bh[i] && bh[i] <= holm[i] && holm[i] <= min(1, p[i]*float64(len(p)))) {
				t.Errorf("%v: %v and %v of %d", p[i], bh[i], holm[i], len(p))
			}
			if holm[i] < 1 && holm[i] > 0 {
				for _, level := range []float64{holm[i] * (1 - 1e-9), holm[i] * (1 + 1e-9)} {
					rejected := 0
					for rejected < len(sorted) && sorted[rejected]*float64(len(sorted)-rejected) <= level {
						rejected++
					}
					if is := rejected > 0 && p[i] <= sorted[rejected-1]; is != (level > holm[i]) {
						t.Errorf("%v is adjusted to %v, and rejected at %v: %v", p[i], holm[i], level, is)
					}
				}
			}
		}
	})
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
