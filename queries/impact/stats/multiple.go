package stats

import (
	"cmp"
	"math"
	"slices"
)

// Holm adjusts p-values so that the chance of any false alarm among them stays at the level that is asked for (A simple
// sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979). The result is parallel to p; a
// NaN stays one and does not count.
func Holm(p []float64) []float64 {
	adjusted, order := ordered(p)
	highest := 0.0
	for i, at := range order {
		highest = max(highest, min(1, p[at]*float64(len(order)-i)))
		adjusted[at] = highest
	}
	return adjusted
}

// BenjaminiHochberg adjusts p-values so that the share of false alarms among those that are believed stays at the level that
// is asked for (Controlling the false discovery rate, JRSS B 57, 1995). The result is parallel to p; a NaN stays one and does
// not count.
func BenjaminiHochberg(p []float64) []float64 {
	adjusted, order := ordered(p)
	lowest := 1.0
	for i, at := range slices.Backward(order) {
		lowest = min(lowest, p[at]*(float64(len(order))/float64(i+1)))
		adjusted[at] = lowest
	}
	return adjusted
}

// ordered gives a slice of NaN as long as p and the indexes of p's numbers from the smallest to the largest.
func ordered(p []float64) (adjusted []float64, order []int) {
	adjusted = make([]float64, len(p))
	for i := range p {
		adjusted[i] = math.NaN()
		if !math.IsNaN(p[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return adjusted, order
}
