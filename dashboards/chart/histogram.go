package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

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

// mostBars is how many bars a histogram has where its rows lie far apart.
const mostBars = 400

// drawHistogram gives a bar for each step of spec.Width from the lowest edge to the highest, and marks the level.
func drawHistogram(w *locale.Words, spec Spec, result *queries.Result) Chart {
	chart := Chart{Kind: Histogram, Format: Count, LevelName: spec.LevelName, Level: spec.Level}
	x, y := Column(result, spec.X), -1
	if len(spec.Y) > 0 {
		y = Column(result, spec.Y[0])
	}
	if x < 0 || y < 0 {
		return chart
	}
	chart.AxisName = w.Of(result.Columns[x].Label)
	width := spec.Width
	if width <= 0 {
		width = 1
	}
	type bar struct {
		edge float64
		row  []any
	}
	var bars []bar
	for _, row := range result.Rows {
		if edge := Number(row[x]); edge != nil {
			bars = append(bars, bar{*edge, row})
		}
	}
	if len(bars) == 0 {
		return chart
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(a.edge, b.edge) })
	low := bars[0].edge
	n := int(math.Round((bars[len(bars)-1].edge-low)/width)) + 1
	if n > mostBars {
		n = mostBars
	}
	edge := func(value float64) string {
		if spec.Format == Share {
			return w.Number(math.Round(1000*value)/10, 0)
		}
		return strings.Replace(strconv.FormatFloat(math.Round(1e6*value)/1e6, 'f', -1, 64), ".", w.Number(0.5, 1)[1:2], 1)
	}
	series := Series{Name: w.Of(result.Columns[y].Label), Color: "s1", Points: make([]Point, n)}
	if len(spec.Colors) > 0 {
		series.Color = spec.Colors[0]
	}
	for i := range n {
		from := low + float64(i)*width
		label := w.Say("chart.from_to", edge(from), edge(from+width))
		if spec.Open && i == n-1 {
			label = w.Say("chart.and_more", edge(from))
		}
		chart.Categories = append(chart.Categories, Category{Label: label})
		series.Points[i].Value = new(float64)
	}
	for _, b := range bars {
		i := int(math.Round((b.edge - low) / width))
		if i >= n {
			continue
		}
		point := spec.point(result, b.row)
		point.Value = series.Points[i].Value
		if value := Number(b.row[y]); value != nil {
			*point.Value += *value
		}
		series.Points[i] = point
	}
	if !slices.ContainsFunc(series.Points, func(p Point) bool { return *p.Value > 0 && !p.Provisional }) { // the figure says so once
		for i := range series.Points {
			series.Points[i].Provisional = false
		}
	}
	chart.Series = []Series{series}
	if spec.Level != nil {
		place := min(max((*spec.Level-low)/width, 0), math.Nextafter(float64(n), 0))
		chart.Marks = append(chart.Marks, Mark{Kind: Target, From: place, Label: spec.LevelName})
	}
	return chart
}
