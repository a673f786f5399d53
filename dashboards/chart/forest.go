package chart

import (
	"math"
	"slices"
)

// Forest sets ratios with their intervals under one another, on a logarithmic axis with a line at 1: half and double lie
// equally far from it.
type Forest struct{ Rows []ForestRow }

// ForestRow is one ratio. Where Ratio is nil, Missing stands in its place.
type ForestRow struct {
	Label   string // cut where it is too long
	Under   string // a second line below the label
	Ratio   *float64
	Lo, Hi  float64
	MDE     *float64 // the smallest ratio above 1 that would be seen: grey from its inverse up to it
	Firm    bool     // a full dot, else a hollow one
	Note    string   // told when pointed at
	Missing string
	URL     string
}

// The widest axis; what lies beyond is cut off there, and the table has it.
const widestRatio = 8.0

// ratioTicks are the places that may carry a label.
var ratioTicks = []float64{1.0 / 8, 1.0 / 4, 1.0 / 2, 2.0 / 3, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 8}

// Option gives the chart as ECharts 6 reads it; positions are natural logarithms.
func (f Forest) Option() map[string]any {
	limit := f.limit()
	labels := make([]string, len(f.Rows))
	var zones, whiskers, ends, dots, missing []any
	for i, row := range f.Rows {
		labels[i] = clean(row.Label) + "\n" + clean(row.Under)
		if row.MDE != nil && *row.MDE > 1 {
			far := min(math.Log(*row.MDE), limit)
			zones = append(zones, map[string]any{"coords": []any{[]any{-far, i}, []any{far, i}}})
		}
		if row.Ratio == nil {
			missing = append(missing, map[string]any{"value": []any{0, i}, "note": row.Note, "url": row.URL, "text": row.Missing,
				"label": map[string]any{"show": true, "position": "right", "formatter": "@label.text", "color": "@muted", "fontSize": 12}})
			continue
		}
		lo, hi := cut(math.Log(row.Lo), limit), cut(math.Log(row.Hi), limit)
		whiskers = append(whiskers, map[string]any{"coords": []any{[]any{lo, i}, []any{hi, i}}})
		for _, end := range []float64{lo, hi} {
			if math.Abs(end) < limit {
				ends = append(ends, []any{end, i})
			}
		}
		style := map[string]any{"color": "@surface", "borderColor": "@s1", "borderWidth": 2}
		if row.Firm {
			style["color"] = "@s1"
		}
		dots = append(dots, map[string]any{"value": []any{cut(math.Log(*row.Ratio), limit), i}, "note": row.Note, "url": row.URL, "itemStyle": style})
	}
	bar := func(name, color string, width int, opacity float64, data []any) map[string]any {
		return map[string]any{
			"type": "lines", "name": name, "coordinateSystem": "cartesian2d", "silent": true, "clip": true, "data": nonNil(data),
			"lineStyle": map[string]any{"color": color, "width": width, "opacity": opacity, "curveness": 0, "cap": "butt"},
		}
	}
	point := func(name, symbol string, size any, data []any) map[string]any {
		return map[string]any{"type": "scatter", "name": name, "symbol": symbol, "symbolSize": size, "data": nonNil(data), "emphasis": map[string]any{"disabled": true}}
	}
	end := point("end", "rect", []int{2, 12}, ends)
	end["silent"], end["itemStyle"] = true, map[string]any{"color": "@s1"}
	dot := point("ratio", "circle", 12, dots)
	dot["z"] = 4
	dot["markLine"] = map[string]any{
		"silent": true, "symbol": "none", "data": []any{map[string]any{"xAxis": 0}}, "label": map[string]any{"show": false},
		"lineStyle": map[string]any{"color": "@text", "width": 1, "type": "solid"},
	}
	nowhere := point("missing", "circle", 1, missing) // no dot, only words
	nowhere["itemStyle"] = map[string]any{"color": "@surface"}
	return map[string]any{
		"animation": false,
		"aria":      map[string]any{"enabled": true, "label": map[string]any{"enabled": false}},
		"textStyle": map[string]any{"color": "@text", "fontFamily": "inherit"},
		"tooltip": map[string]any{
			"trigger": "item", "renderMode": "richText", "confine": true, "formatter": "@tip.note",
			"backgroundColor": "@surface", "borderColor": "@rule", "textStyle": map[string]any{"color": "@text", "fontSize": 12},
		},
		"grid": map[string]any{"top": 8, "left": forestLabel + 12, "right": 20, "bottom": 28, "outerBoundsMode": "none"},
		"xAxis": []any{map[string]any{
			"type": "value", "min": -limit, "max": limit,
			"axisTick":  map[string]any{"show": false, "customValues": f.ticks(limit)},
			"splitLine": map[string]any{"lineStyle": map[string]any{"color": "@rule"}},
			"axisLabel": map[string]any{"color": "@muted", "fontSize": 11, "formatter": "@axis.ratio", "customValues": f.ticks(limit), "hideOverlap": true},
		}},
		"yAxis": []any{map[string]any{
			"type": "category", "data": labels, "inverse": true,
			"axisLine": map[string]any{"show": false}, "axisTick": map[string]any{"show": false},
			"axisLabel": map[string]any{"color": "@text", "fontSize": 12, "lineHeight": 16, "width": forestLabel, "share": 0.42, "overflow": "truncate", "interval": 0},
		}},
		"series": []any{
			bar("detectable", "@muted", 22, 0.22, zones),
			bar("interval", "@s1", 2, 1, whiskers),
			end,
			dot,
			nowhere,
		},
	}
}

// forestLabel is the width of the labels, in pixels; on a narrow screen they take the share of the chart that stands beside
// it in the option, which is static/charts.js's.
const forestLabel = 200

// limit is half of the axis, which is as long on either side: the logarithm of the farthest thing drawn, and a little more.
func (f Forest) limit() float64 {
	far := math.Log(1.25)
	for _, row := range f.Rows {
		if row.MDE != nil {
			far = max(far, math.Log(*row.MDE))
		}
		if row.Ratio != nil {
			for _, ratio := range []float64{*row.Ratio, row.Lo, row.Hi} {
				if distance := math.Abs(math.Log(ratio)); !math.IsNaN(distance) {
					far = max(far, distance)
				}
			}
		}
	}
	return min(1.08*far, math.Log(widestRatio))
}

// ticks are the places of the labels that lie within the axis, thinned where it is long.
func (f Forest) ticks(limit float64) []float64 {
	var ticks []float64
	for _, ratio := range ratioTicks {
		near := ratio > 0.7 && ratio < 1.4 && ratio != 1
		if at := math.Log(ratio); math.Abs(at) <= limit && !(near && limit > math.Log(3)) {
			ticks = append(ticks, at)
		}
	}
	return slices.Clip(ticks)
}

// cut keeps a position on the axis; a ratio of nought lies at its left end.
func cut(at, limit float64) float64 {
	if math.IsNaN(at) {
		return 0
	}
	return max(-limit, min(at, limit))
}

// nonNil makes JSON say [] where there is nothing.
func nonNil(data []any) []any {
	if data == nil {
		return []any{}
	}
	return data
}
