package queries

import "math"

// z95 is the quantile of the normal distribution that leaves 2.5 % on either side.
const z95 = 1.959963984540054

// wilson gives the 95 % interval of a share that was seen among n: Wilson's score interval, without a correction for
// continuity (Probable inference, the law of succession, and statistical inference, JASA 22, 1927). n is at least 1.
func wilson(share, n float64) (lo, hi float64) {
	centre := 2*n*share + z95*z95
	reach := z95 * math.Sqrt(z95*z95+4*n*share*(1-share))
	width := 2 * (n + z95*z95)
	return math.Max((centre-reach)/width, 0), math.Min((centre+reach)/width, 1)
}

// newcombe gives the 95 % interval of share − before, two shares that were seen among n and nBefore others: method 10
// of Newcombe, Interval estimation for the difference between independent proportions (Statistics in Medicine 17,
// 1998). It squares Wilson's intervals and adds them, so that it holds for small numbers and for shares of 0 and 1, and
// never leaves −1 to 1.
func newcombe(share, n, before, nBefore float64) (lo, hi float64) {
	lo1, hi1 := wilson(share, n)
	lo2, hi2 := wilson(before, nBefore)
	change := share - before
	return change - math.Hypot(share-lo1, hi2-before), change + math.Hypot(hi1-share, before-lo2)
}
