package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// detectable is how many standard errors an effect must measure to be told from none at 5 % in four of five cases.
var detectable = distuv.UnitNormal.Quantile(.975) + distuv.UnitNormal.Quantile(.8)

// MinimumDetectable gives the smallest ratio above 1 that two windows would show four times in five (5 %, two-sided), where
// base requests are expected from the target without the campaign, comparison from the others in each of the two (0: there
// are none), and counts vary dispersion times as much as Poisson's. It solves
//
//	L = (z.975 + z.80) √(dispersion (1/base + 1/(base e^L) + 2/comparison))
//
// for L = ln ratio. +Inf where base or dispersion is not positive: nothing can be shown.
func MinimumDetectable(base, comparison, dispersion float64) float64 {
	if !(base > 0 && dispersion > 0) || math.IsNaN(comparison) {
		return math.Inf(1)
	}
	fixed := 1 / base
	if comparison > 0 {
		fixed += 2 / comparison
	}
	// The right side falls as L grows, by less than 0.14 for each unit of L, so that every step leaves a seventh of the error.
	l := 0.0
	for range 60 {
		l = detectable * math.Sqrt(dispersion*(fixed+math.Exp(-l)/base))
	}
	return math.Exp(l)
}

// MDEFromSD gives the smallest ratio above 1 that is told from none at 5 % in four of five cases, where the estimates of
// nothing spread by sd on the log scale: exp(2.8 sd). +Inf where sd is not a number.
func MDEFromSD(sd float64) float64 {
	if !(sd >= 0) {
		return math.Inf(1)
	}
	return math.Exp(2.8 * sd)
}
