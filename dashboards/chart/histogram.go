package chart

import "math"

// Bin is a bar of a histogram: how many values lie in [From, To).
type Bin struct {
	From, To float64
	N        int
}

// Bins cuts values into at most about 24 bins of one width, which is 1, 2 or 5 times a power of ten and not under
// narrowest. Nought is an edge, and the bins reach also over the values of also, which are not counted.
func Bins(values []float64, narrowest float64, also ...float64) []Bin {
	low, high := 0.0, 0.0
	for _, list := range [][]float64{values, also} {
		for _, value := range list {
			low, high = min(low, value), max(high, value)
		}
	}
	if narrowest <= 0 || math.IsInf(high-low, 0) || math.IsNaN(high-low) {
		return nil
	}
	const most = 24
	width := narrowest
	for i := 0; (high-low)/width > most; i++ {
		width *= []float64{2, 2.5, 2}[i%3]
	}
	first, last := math.Floor(low/width+1e-9), math.Floor(high/width+1e-9)
	if first == last { // one bar says little: also its neighbours
		first--
		last++
	}
	bins := make([]Bin, 0, int(last-first)+1)
	for i := first; i <= last; i++ {
		bins = append(bins, Bin{From: i * width, To: (i + 1) * width})
	}
	for _, value := range values {
		bins[int(BinPlace(bins, value))].N++
	}
	return bins
}

// BinPlace gives the place of a value on the axis of bins, as a Mark has it.
func BinPlace(bins []Bin, value float64) float64 {
	if len(bins) == 0 {
		return 0
	}
	// A value that was computed may miss the edge that it stands for by a little.
	place := math.Round((value-bins[0].From)/(bins[0].To-bins[0].From)*1e9) / 1e9
	return min(max(place, 0), math.Nextafter(float64(len(bins)), 0))
}
