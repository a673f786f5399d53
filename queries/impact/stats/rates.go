package stats

import "math"

// RateRatio gives the ratio of two counts over spans of equal length, post ÷ pre, with the 95 % interval of two Poisson
// counts: exp(ln ratio ± 1.96 √(1/pre + 1/post)). It knows neither season nor growth nor that requests come in bunches, so
// that it only goes with a raw change. Where one count is 0 the interval is 0 to +Inf (and the ratio 0, +Inf or NaN); three
// NaN where one is not a count.
func RateRatio(pre, post float64) (ratio, lo, hi float64) {
	if !(pre >= 0 && post >= 0) || math.IsInf(pre, 0) || math.IsInf(post, 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	ratio = post / pre
	if pre == 0 || post == 0 {
		return ratio, 0, math.Inf(1)
	}
	reach := z95 * math.Sqrt(1/pre+1/post)
	return ratio, ratio * math.Exp(-reach), ratio * math.Exp(reach)
}
