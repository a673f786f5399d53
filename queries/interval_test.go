package queries

import (
	"math"
	"testing"
)

// The contrasts of Newcombe's table II, as method 10 gives them there.
func TestNewcombe(t *testing.T) {
	for _, c := range []struct{ x, n, y, m, lo, hi float64 }{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1},
		{10, 10, 0, 10, 0.6075, 1},
	} {
		lo, hi := newcombe(c.x/c.n, c.n, c.y/c.m, c.m)
		if math.Abs(lo-c.lo) > 5e-5 || math.Abs(hi-c.hi) > 5e-5 {
			t.Errorf("%v/%v − %v/%v: %.4f to %.4f, want %v to %v", c.x, c.n, c.y, c.m, lo, hi, c.lo, c.hi)
		}
	}
}

// Of all pairs of counts that two shares can give, the interval must hold the true difference in about 95 of 100, each
// pair weighed by how likely it is. Newcombe reports 0.960 on average and never below 0.867 for this method.
func TestNewcombeCovers(t *testing.T) {
	shares := []float64{0.02, 0.11, 0.29, 0.5, 0.63, 0.82, 0.97}
	total, n, least := 0.0, 0, 1.0
	for _, sizes := range [][2]int{{8, 8}, {10, 40}, {30, 20}, {60, 60}} {
		for _, p := range shares {
			for _, q := range shares {
				covered := 0.0
				for x := range sizes[0] + 1 {
					for y := range sizes[1] + 1 {
						lo, hi := newcombe(float64(x)/float64(sizes[0]), float64(sizes[0]), float64(y)/float64(sizes[1]), float64(sizes[1]))
						if lo <= p-q && p-q <= hi {
							covered += binomial(sizes[0], x, p) * binomial(sizes[1], y, q)
						}
					}
				}
				total, n, least = total+covered, n+1, min(least, covered)
			}
		}
	}
	if mean := total / float64(n); mean < 0.945 || mean > 0.975 || least < 0.86 {
		t.Errorf("the interval covers %.4f on average and %.4f at least", mean, least)
	}
}

func binomial(n, x int, p float64) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	taken, _ := math.Lgamma(float64(x + 1))
	left, _ := math.Lgamma(float64(n - x + 1))
	return math.Exp(all - taken - left + float64(x)*math.Log(p) + float64(n-x)*math.Log(1-p))
}
