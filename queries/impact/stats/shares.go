package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// z95 is the quantile of the normal distribution that leaves 2.5 % on either side.
var z95 = distuv.UnitNormal.Quantile(.975)

// Wilson gives the 95 % interval of a share (0 to 1) that was seen among n: Wilson's score interval, without a correction
// for continuity (Probable inference, the law of succession, and statistical inference, JASA 22, 1927). Of none nothing is
// known: where n is not positive, or share is not a share, the interval is 0 to 1.
func Wilson(share, n float64) (lo, hi float64) {
	if !isShare(share, n) {
		return 0, 1
	}
	n = min(n, 1e300) // so that nothing below overflows
	centre := 2*n*share + z95*z95
	reach := z95 * math.Sqrt(z95*z95+4*n*share*(1-share))
	width := 2 * (n + z95*z95)
	return max((centre-reach)/width, 0), min((centre+reach)/width, 1)
}

// Newcombe gives the 95 % interval of share1 − share2, two shares that were seen among n1 and n2 others: method 10 of
// Newcombe, Interval estimation for the difference between independent proportions (Statistics in Medicine 17, 1998). It
// squares Wilson's intervals and adds them, so that it holds for small numbers and for shares of 0 and 1, and never leaves
// −1 to 1. Where one of the two is not known, neither is the difference: −1 to 1.
func Newcombe(share1, n1, share2, n2 float64) (lo, hi float64) {
	if !isShare(share1, n1) || !isShare(share2, n2) {
		return -1, 1
	}
	lo1, hi1 := Wilson(share1, n1)
	lo2, hi2 := Wilson(share2, n2)
	difference := share1 - share2
	return difference - math.Hypot(share1-lo1, hi2-share2), difference + math.Hypot(hi1-share1, share2-lo2)
}

func isShare(share, n float64) bool { return n > 0 && share >= 0 && share <= 1 }
