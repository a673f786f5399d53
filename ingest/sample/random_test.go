package sample

import (
	"math"
	"slices"
	"testing"
)

func TestExp2(t *testing.T) {
	for e := int64(-6 << 16); e < 12<<16; e += 977 {
		got, want := scaleExp2(1_000_000_000, e), 1e9*math.Exp2(float64(e)/65536)
		if math.Abs(float64(got)-want) > want*3e-6+1 {
			t.Fatalf("2^%v: %d, want %.0f", float64(e)/65536, got, want)
		}
	}
}

// TestLognormal compares quantiles of many draws with those of the distribution.
func TestLognormal(t *testing.T) {
	const n = 200_000
	r := newRandom(3, 4)
	draws := make([]int64, n)
	for i := range draws {
		draws[i] = r.lognormal(1_000_000, 800)
	}
	slices.Sort(draws)
	for _, q := range []struct{ p, z float64 }{{.1, -1.2816}, {.5, 0}, {.9, 1.2816}, {.98, 2.0537}} {
		got, want := float64(draws[int(q.p*n)]), 1e6*math.Exp(.8*q.z)
		if math.Abs(got/want-1) > .02 {
			t.Errorf("quantile %v: %.0f, want %.0f", q.p, got, want)
		}
	}
}

func TestPick(t *testing.T) {
	r := newRandom(1, 1)
	sums := []int64{1, 1, 4, 10} // weights 1, 0, 3, 6
	var n [4]int
	for range 100_000 {
		n[r.pick(sums)]++
	}
	for i, share := range []float64{.1, 0, .3, .6} {
		if got := float64(n[i]) / 100_000; math.Abs(got-share) > .006 {
			t.Errorf("choice %d: %v of the draws, want %v", i, got, share)
		}
	}
}

func TestQuantileInterpolates(t *testing.T) {
	days := []int64{1 * day, 2 * day, 4 * day, 10 * day}
	if got := *quantile(days, 5); got != 3 {
		t.Errorf("median %v, want 3", got)
	}
	if got := *quantile(days, 9); math.Abs(got-8.2) > 1e-12 {
		t.Errorf("90th percentile %v, want 8.2", got)
	}
	if got := *quantile(days[:1], 9); got != 1 {
		t.Errorf("of one value %v, want 1", got)
	}
}

func TestStandardNumbers(t *testing.T) {
	for n, want := range map[int]string{317847: "0317-8471", 2434561: "2434-561X"} {
		if got := issn(n); got != want {
			t.Errorf("issn(%d) = %s, want %s", n, got, want)
		}
	}
	sum := 0
	for i, d := range isbn(7654321) {
		sum += int(d-'0') * (1 + i%2*2)
	}
	if sum%10 != 0 {
		t.Errorf("isbn(7654321) = %s has a wrong check digit", isbn(7654321))
	}
}
