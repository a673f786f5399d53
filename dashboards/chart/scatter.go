package chart

import (
	"cmp"
	"math"
	"slices"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// Cloud is what a scatter chart shows.
type Cloud struct {
	Spots                           []Spot
	AcrossName, UpName, SizeName    string // of the axes and of what the size of a spot stands for
	SizeWords                       string // says that a spot is the larger the more it stands for
	AcrossFormat, UpFormat, OfSizes Format
}

// Spot is one thing with two measures.
type Spot struct {
	Name       string
	Across, Up float64
	Size       *float64
	Label      string // written beside it
	Point             // its note, address and whether it is provisional
}

// labelledSpots is how many spots of a cloud get their names.
const labelledSpots = 8

// drawCloud gives a spot for each row that has both measures.
func drawCloud(w *locale.Words, spec Spec, result *queries.Result) Chart {
	x, across, size := Column(result, spec.X), Column(result, spec.Across), Column(result, spec.Size)
	up := -1
	if len(spec.Y) > 0 {
		up = Column(result, spec.Y[0])
	}
	chart := Chart{Kind: Scatter, Format: spec.Format}
	cloud := &chart.Scatter
	if x < 0 || across < 0 || up < 0 {
		return chart
	}
	cloud.AcrossName, cloud.UpName = w.Of(result.Columns[across].Label), w.Of(result.Columns[up].Label)
	cloud.AcrossFormat, cloud.UpFormat, cloud.OfSizes = spec.AcrossFormat, spec.Format, Count
	if size >= 0 {
		cloud.SizeName = w.Of(result.Columns[size].Label)
		cloud.SizeWords = w.Say("chart.size", cloud.SizeName)
	}
	name := spec.Name
	for _, row := range result.Rows {
		right, height := Number(row[across]), Number(row[up])
		if right == nil || height == nil {
			continue
		}
		spot := Spot{Name: name(spec.X, Text(row[x])), Across: *right, Up: *height, Point: spec.point(result, row)}
		if size >= 0 {
			spot.Size = Number(row[size])
		}
		if spec.Label != nil {
			spot.Label = spec.Label(result)(row)
		}
		cloud.Spots = append(cloud.Spots, spot)
	}
	if !slices.ContainsFunc(cloud.Spots, func(s Spot) bool { return !s.Provisional }) { // the figure says so once
		for i := range cloud.Spots {
			cloud.Spots[i].Provisional = false
		}
	}
	// The large ones lie below the small ones.
	slices.SortStableFunc(cloud.Spots, func(a, b Spot) int { return cmp.Compare(b.size(), a.size()) })
	if spec.Label == nil {
		cloud.labelSome()
	}
	return chart
}

func (s Spot) size() float64 {
	if s.Size == nil {
		return 0
	}
	return *s.Size
}

// labelSome names the largest spots and those that lie farthest from the middle, measured in spreads (half of the spots lie
// within one of the median).
func (c *Cloud) labelSome() {
	spread := func(of func(Spot) float64) func(Spot) float64 {
		all := make([]float64, 0, len(c.Spots))
		for _, s := range c.Spots {
			all = append(all, of(s))
		}
		middle := median(all)
		for i := range all {
			all[i] = math.Abs(all[i] - middle)
		}
		unit := median(all)
		if unit == 0 {
			return func(Spot) float64 { return 0 }
		}
		return func(s Spot) float64 { return math.Abs(of(s)-middle) / unit }
	}
	across, up := spread(func(s Spot) float64 { return s.Across }), spread(func(s Spot) float64 { return s.Up })
	far := make([]int, len(c.Spots))
	for i := range far {
		far[i] = i
	}
	slices.SortStableFunc(far, func(a, b int) int {
		return cmp.Compare(across(c.Spots[b])+up(c.Spots[b]), across(c.Spots[a])+up(c.Spots[a]))
	})
	for i := range c.Spots[:min(labelledSpots/2, len(c.Spots))] {
		c.Spots[i].Label = c.Spots[i].Name
	}
	named := 0
	for _, i := range far {
		if named == labelledSpots/2 {
			break
		}
		if c.Spots[i].Label == "" {
			c.Spots[i].Label = c.Spots[i].Name
			named++
		}
	}
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// cloud draws a spot's size by its area, from 7 to 40 pixels wide.
func (c Chart) cloud() map[string]any {
	option := map[string]any{}
	c.frame(option, "@tip.item")
	largest := 0.0
	for _, s := range c.Scatter.Spots {
		largest = max(largest, s.size())
	}
	tell := []any{
		map[string]any{"label": clean(c.Scatter.AcrossName), "format": c.Scatter.AcrossFormat},
		map[string]any{"label": clean(c.Scatter.UpName), "format": c.Scatter.UpFormat},
	}
	if c.Scatter.SizeName != "" {
		tell = append(tell, map[string]any{"label": clean(c.Scatter.SizeName), "format": c.Scatter.OfSizes})
	}
	data := []any{}
	left, right := math.Inf(1), math.Inf(-1)
	for _, s := range c.Scatter.Spots {
		left, right = min(left, s.Across), max(right, s.Across)
	}
	for _, s := range c.Scatter.Spots {
		told := []any{s.Across, s.Up}
		if c.Scatter.SizeName != "" {
			told = append(told, s.Size)
		}
		wide := 10.0
		if largest > 0 {
			wide = math.Round(max(7, 40*math.Sqrt(s.size()/largest)))
		}
		datum := map[string]any{"name": clean(s.Name), "value": []any{s.Across, s.Up}, "told": told, "symbolSize": wide}
		s.tell(datum)
		if s.Provisional {
			datum["itemStyle"] = hatched("@s1")
		}
		if s.Label != "" {
			side := "right"
			if s.Across > (left+right)/2 { // to where there is room
				side = "left"
			}
			datum["text"] = clean(s.Label)
			datum["label"] = map[string]any{"show": true, "formatter": "@label.text", "position": side, "color": "@text", "fontSize": 11,
				"width": 120, "overflow": "truncate"}
		}
		data = append(data, datum)
	}
	option["tell"] = tell
	option["series"] = []any{map[string]any{
		"type": "scatter", "name": clean(c.Scatter.UpName), "data": data, "emphasis": outlined(), "clip": false,
		"itemStyle":   map[string]any{"color": "@s1", "opacity": 0.65, "borderColor": "@surface", "borderWidth": 1},
		"labelLayout": map[string]any{"hideOverlap": true},
	}}
	if c.Scatter.SizeWords != "" {
		option["title"] = []any{map[string]any{"text": clean(c.Scatter.SizeWords), "right": 0, "top": 2, "padding": 0,
			"textStyle": map[string]any{"color": "@muted", "fontSize": 11, "lineHeight": 16, "fontWeight": "normal"}}}
	}
	across, up := c, c
	across.Format, across.Level, up.Format = c.Scatter.AcrossFormat, nil, c.Scatter.UpFormat
	x, y := across.valueAxis(), up.valueAxis()
	delete(x, "min")
	delete(y, "min")
	for axis, name := range map[*map[string]any]string{&x: c.Scatter.AcrossName, &y: c.Scatter.UpName} {
		(*axis)["scale"] = true
		(*axis)["name"] = clean(name)
		(*axis)["nameTextStyle"] = map[string]any{"color": "@muted", "fontSize": 11, "align": "left"}
	}
	x["nameLocation"], x["nameGap"] = "middle", 26
	x["nameTextStyle"] = map[string]any{"color": "@muted", "fontSize": 11}
	x["axisLine"] = map[string]any{"show": true, "onZero": false, "lineStyle": map[string]any{"color": "@muted"}}
	y["nameLocation"], y["nameGap"] = "end", 14
	if c.Scatter.UpFormat == Share {
		y["max"] = 1
	}
	option["grid"] = map[string]any{"top": 40, "left": 52, "right": 20, "bottom": 48, "outerBoundsMode": "none"}
	option["xAxis"], option["yAxis"] = []any{x}, []any{y}
	return option
}
