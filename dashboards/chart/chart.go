// Package chart turns the result of a metric into an ECharts option: plain data that a page carries as JSON and one
// static script draws. It knows no HTTP and no colours, only names of colours: static/app.css holds both themes.
package chart

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Kind is the shape of a chart.
type Kind string

// The shapes. Bars stand, Rows lie; Rows may carry a second series as markers (Spec.Marker).
const (
	Lines     Kind = "lines"
	Bars      Kind = "bars"
	Rows      Kind = "rows"
	Fan       Kind = "fan"       // lines with ranges around them
	Pareto    Kind = "pareto"    // lying bars, the longest first, and a line of what they add up to
	Waterfall Kind = "waterfall" // lying bars, each beginning where the one before ends, and their sum
	Histogram Kind = "histogram" // standing bars that touch, each a range of values
	Heat      Kind = "heat"      // a number in each cell of a grid; a series is a row of it
	Scatter   Kind = "scatter"   // two measures of many things, one against the other
	Sankey    Kind = "sankey"    // what becomes of a whole, step by step
)

// Lies tells whether the chart has lying bars, so that it grows with their number.
func (k Kind) Lies() bool { return k == Rows || k == Pareto || k == Waterfall }

func (k Kind) hasLines() bool { return k == Lines || k == Fan }

// Format names a formatter of static/charts.js; functions cannot travel in JSON.
type Format string

// The formats of a value axis and its tooltips.
const (
	Count Format = "count"
	Days  Format = "days"
	Share Format = "share" // 0 to 1, shown as a percentage
	Index Format = "index" // 100 is what it is compared with
	Money Format = "money" // two decimals, without a currency
)

// Chart is everything that is drawn. The zero Value of a Point is a gap.
type Chart struct {
	Kind       Kind
	Format     Format
	Categories []Category
	Series     []Series
	Bands      []Band
	Marks      []Mark
	Signed     bool     // values may lie below 0; else the value axis begins there
	Level      *float64 // a value to compare with, drawn across; in a histogram down
	LevelName  string
	AxisName   string // of a histogram's values
	Scatter    Cloud
	Sankey     Flow
}

// Category is one place on the category axis.
type Category struct {
	Label       string
	Provisional bool
}

// Series is one line or one kind of bar. Points are as many as the chart has categories.
type Series struct {
	Name   string
	Color  string // a custom property of static/app.css without its dashes: "s1"
	Stack  bool
	Marker bool // drawn as markers beside bars
	Dash   Dash // of a line; empty: by its place among the series
	Bare   bool // a line without a symbol at each point, where they are many
	Sum    bool // of a Pareto: the line of what the bars add up to, as shares
	Points []Point
}

// Dash is how a line is broken.
type Dash string

// The dashes that a series may ask for.
const (
	Solid  Dash = "solid"
	Dashed Dash = "dashed"
	Dotted Dash = "dotted"
)

// Point is one value.
type Point struct {
	Value       *float64 // nil: nothing to say, a gap
	Note        string   // told beside the value: "n 312"
	Label       string   // written at the end of a lying bar
	URL         string   // leads to the rows behind the value
	Provisional bool
	Peak        bool // of a waterfall: the longest stage
	Total       bool // of a waterfall: the sum of the stages
}

// rowLabel is the width of the names beside lying bars, in pixels; longer ones are cut, the table has them whole.
const rowLabel = 132

// dashes and symbols tell series apart without colour; decals do it for stacked bars.
var (
	dashes  = []any{"solid", []int{6, 4}, []int{2, 3}, []int{10, 3, 2, 3}, []int{12, 4}, []int{4, 2}}
	symbols = []string{"circle", "rect", "triangle", "diamond", "roundRect", "pin"}
	decals  = []map[string]any{
		nil,
		{"symbol": "rect", "dashArrayX": []int{1, 0}, "dashArrayY": []int{2, 5}, "rotation": -0.7854, "color": "@decal"},
		{"symbol": "circle", "symbolSize": 0.6, "dashArrayX": []any{[]int{5, 5}, []int{0, 5, 5, 0}}, "dashArrayY": []int{5, 0}, "color": "@decal"},
		{"symbol": "rect", "dashArrayX": []int{1, 0}, "dashArrayY": []int{1, 5}, "color": "@decal"},
	}
)

// Option gives the chart as ECharts 6 reads it. Strings that begin with @ under a colour or formatter key are names
// that static/charts.js replaces; text out of an export never stands under such a key, as it also would be read as a
// template there. Two keys are for charts.js alone: tell (labels and formats of what each datum says of itself) and least
// (the width in pixels under which the chart is scrolled).
func (c Chart) Option() (map[string]any, error) {
	switch c.Kind {
	case Heat:
		return c.heat(), nil
	case Scatter:
		return c.cloud(), nil
	case Sankey:
		return c.flow()
	}
	option, err := c.base()
	if err != nil {
		return nil, err
	}
	c.frame(option, "@tip."+string(c.Format))
	tooltip := option["tooltip"].(map[string]any)
	tooltip["trigger"] = "axis"
	pointer := "shadow"
	if c.Kind.hasLines() {
		pointer = "line"
	}
	tooltip["axisPointer"] = map[string]any{"type": pointer, "lineStyle": map[string]any{"color": "@muted"}}
	option["legend"] = map[string]any{
		"show": len(c.Series) > 1, "top": 0, "left": 0, "itemWidth": 26, "itemHeight": 9, "itemGap": 14, "type": "scroll",
		"textStyle": map[string]any{"color": "@muted", "fontSize": 12}, "selectedMode": true,
	}
	top := 14
	switch {
	case len(c.Series) > 1 || len(c.Bands) > 0:
		top = 38
	case len(c.Marks) > 0: // room for their labels
		top = 20
	}
	c.addBands(option)
	if len(c.Marks) > 0 && !c.Kind.Lies() {
		option["series"] = append(option["series"].([]any), markSeries(c.Marks))
	}
	option["grid"] = map[string]any{"top": top, "left": 4, "right": 14, "bottom": 12, "containLabel": true}
	if c.Kind.Lies() {
		right := 16
		if c.labelled() {
			right = 64
		}
		option["xAxis"] = []any{c.valueAxis()}
		option["yAxis"] = []any{c.categoryAxis()}
		if c.Kind == Pareto {
			right = 28 // half of the axis's last label
			top += 20
			c.addSumAxis(option)
		}
		option["grid"] = map[string]any{"top": top, "left": rowLabel + 12, "right": right, "bottom": 24, "outerBoundsMode": "none"}
		if c.Kind == Waterfall {
			c.float(option)
		}
	} else {
		if c.Kind == Histogram && c.AxisName != "" {
			option["grid"].(map[string]any)["bottom"] = 30
		}
		option["xAxis"] = []any{c.categoryAxis()}
		option["yAxis"] = []any{c.valueAxis()}
	}
	return option, nil
}

// frame sets what charts of all kinds share.
func (c Chart) frame(option map[string]any, formatter string) {
	option["animation"] = false
	// Decals need aria; the place of the chart has its own label, which ECharts would write over.
	option["aria"] = map[string]any{"enabled": true, "label": map[string]any{"enabled": false}}
	option["textStyle"] = map[string]any{"color": "@text", "fontFamily": "inherit"}
	option["tooltip"] = map[string]any{
		"trigger": "item", "renderMode": "richText", "confine": true, "formatter": formatter,
		"backgroundColor": "@surface", "borderColor": "@rule", "textStyle": map[string]any{"color": "@text", "fontSize": 12},
	}
}

// base lets go-echarts build the chart, and gives it as a plain map.
func (c Chart) base() (map[string]any, error) {
	drawn := charts.NewBar().RectChart
	if c.Kind.hasLines() {
		drawn = charts.NewLine().RectChart
	}
	labels := make([]string, len(c.Categories))
	for i, category := range c.Categories {
		labels[i] = clean(category.Label)
	}
	drawn.XAxisList[0].Data = labels
	for i := range c.Series {
		drawn.MultiSeries = append(drawn.MultiSeries, c.series(i))
	}
	text, err := json.Marshal(drawn.JSON())
	if err != nil {
		return nil, fmt.Errorf("chart option: %w", err)
	}
	var option map[string]any
	if err := json.Unmarshal(text, &option); err != nil {
		return nil, fmt.Errorf("chart option: %w", err)
	}
	for _, key := range []string{"title", "toolbox", "color"} {
		delete(option, key)
	}
	// go-echarts has no fields for these.
	drawnSeries, _ := option["series"].([]any) // null where there is none
	option["series"] = nonNil(drawnSeries)
	for i, series := range drawnSeries {
		c.finish(series.(map[string]any), i)
	}
	return option, nil
}

// addBands puts the bands behind the lines and their names into the legend.
func (c Chart) addBands(option map[string]any) {
	if len(c.Bands) == 0 {
		return
	}
	names := make([]any, 0, len(c.Series)+len(c.Bands))
	for _, s := range c.Series {
		names = append(names, map[string]any{"name": clean(s.Name)})
	}
	series := option["series"].([]any)
	for _, band := range c.Bands {
		series = append(series, band.series()...)
		names = append(names, map[string]any{"name": clean(band.Name), "icon": "rect", "itemStyle": map[string]any{"color": "@" + band.Color, "opacity": band.opacity() + 0.1}})
	}
	option["series"] = series
	legend := option["legend"].(map[string]any)
	legend["show"], legend["data"] = true, names
}

func (c Chart) series(i int) charts.SingleSeries {
	s := c.Series[i]
	series := charts.SingleSeries{Name: clean(s.Name), Type: "bar", Data: c.points(i)}
	switch {
	case c.Kind.hasLines() || s.Sum:
		series.Type = "line"
		series.Symbol, series.SymbolSize = symbols[i%len(symbols)], 7
		series.ShowSymbol = opts.Bool(!s.Bare || s.hasAlone())
	case s.Marker:
		series.Type = "scatter"
		series.Symbol, series.SymbolSize = "diamond", 10
	case s.Stack:
		series.Stack = "all"
	}
	return series
}

func (c Chart) finish(series map[string]any, i int) {
	s := c.Series[i]
	color := "@" + s.Color
	style := map[string]any{"color": color}
	if s.Stack && c.Kind != Waterfall {
		style["borderColor"], style["borderWidth"] = "@surface", 1
		if decal := decals[i%len(decals)]; decal != nil {
			style["decal"] = decal
		}
	}
	series["itemStyle"] = style
	series["emphasis"] = map[string]any{"disabled": true}
	if series["type"] == "bar" {
		series["barMaxWidth"] = 28
		series["emphasis"] = outlined()
	}
	if c.Kind == Histogram {
		delete(series, "barMaxWidth")
		series["barCategoryGap"] = "6%"
	}
	if series["type"] == "line" {
		dash := dashes[i%len(dashes)]
		if s.Dash != "" {
			dash = string(s.Dash)
		}
		series["lineStyle"] = map[string]any{"color": color, "width": 2, "type": dash}
		series["connectNulls"] = false
	}
	if i == 0 && c.Level != nil && c.Kind != Histogram {
		line := map[string]any{"yAxis": *c.Level}
		label := map[string]any{"show": false}
		if c.LevelName != "" {
			line["name"] = clean(c.LevelName)
			label = map[string]any{"show": true, "formatter": "@label.name", "position": "insideEndTop", "color": "@muted", "fontSize": 11}
		}
		series["markLine"] = map[string]any{
			"silent": true, "symbol": "none", "animation": false, "label": label,
			"lineStyle": map[string]any{"color": "@muted", "width": 1, "type": "solid"},
			"data":      []any{line},
		}
	}
}

// outlined is how a datum looks that the reader points at or came to with the keyboard.
func outlined() map[string]any {
	return map[string]any{"itemStyle": map[string]any{"borderColor": "@text", "borderWidth": 2, "borderType": "solid"}}
}

// hatched is how a provisional bar looks: lines of its colour on the page's ground.
func hatched(color string) map[string]any {
	return map[string]any{"color": "@surface", "borderColor": color, "borderWidth": 1, "borderType": "dashed",
		"decal": map[string]any{"symbol": "rect", "dashArrayX": []int{1, 0}, "dashArrayY": []int{2, 4}, "rotation": 0.7854, "color": color}}
}

// hollow is how a provisional point looks.
func hollow(color string) map[string]any {
	return map[string]any{"color": "@surface", "borderColor": color, "borderWidth": 2}
}

// points gives the values of a series. A provisional one is hollow.
func (c Chart) points(i int) []map[string]any {
	s := c.Series[i]
	points, hasAlone := make([]map[string]any, len(s.Points)), s.hasAlone()
	for at, p := range s.Points {
		point := map[string]any{"value": nil}
		if p.Value != nil {
			point["value"] = *p.Value
		}
		if s.Stack && (p.Value == nil || *p.Value == 0) {
			point["itemStyle"] = map[string]any{"borderWidth": 0} // it would cut the axis
		}
		if s.Bare && hasAlone && !s.isAlone(at) {
			point["symbol"] = "none"
		}
		if p.Note != "" {
			point["note"] = clean(p.Note)
		}
		if p.URL != "" {
			point["url"] = p.URL
		}
		if p.Provisional && !(s.Stack && p.Value != nil && *p.Value == 0) {
			point["provisional"] = true
			point["itemStyle"] = hatched("@" + s.Color)
			if c.Kind.hasLines() || s.Marker || s.Sum {
				point["itemStyle"] = hollow("@" + s.Color)
			}
		}
		if s.Sum {
			point["as"] = Share
		}
		if p.Label != "" {
			point["text"] = clean(p.Label)
			point["label"] = map[string]any{"show": true, "position": "right", "formatter": "@label.text", "color": "@muted", "fontSize": 11}
		}
		points[at] = point
	}
	return points
}

// isAlone tells whether a point has none beside it: a line without symbols would not show it.
func (s Series) isAlone(at int) bool {
	return isAlone(len(s.Points), at, func(i int) bool { return s.Points[i].Value != nil })
}

func (s Series) hasAlone() bool {
	for at := range s.Points {
		if s.isAlone(at) {
			return true
		}
	}
	return false
}

// labelled tells whether values are written beside their bars.
func (c Chart) labelled() bool {
	return slices.ContainsFunc(c.Series, func(s Series) bool {
		return slices.ContainsFunc(s.Points, func(p Point) bool { return p.Label != "" })
	})
}

// largest is the greatest value of any series.
func (c Chart) largest() float64 {
	most := 0.0
	for _, s := range c.Series {
		for _, p := range s.Points {
			if p.Value != nil {
				most = max(most, *p.Value)
			}
		}
	}
	return most
}

func (c Chart) categoryAxis() map[string]any {
	labels := make([]string, len(c.Categories))
	shades := make([]string, len(c.Categories))
	provisional := false
	for i, category := range c.Categories {
		labels[i], shades[i] = clean(category.Label), "transparent"
		if category.Provisional {
			shades[i], provisional = "@provisional", true
		}
	}
	axis := map[string]any{
		"type": "category", "data": labels, "boundaryGap": true,
		"axisLine": map[string]any{"lineStyle": map[string]any{"color": "@muted"}}, "axisTick": map[string]any{"show": false},
		"axisLabel": map[string]any{"color": "@muted", "fontSize": 11, "hideOverlap": true},
	}
	if c.Signed { // names stay below the chart
		axis["axisLine"] = map[string]any{"onZero": false, "lineStyle": map[string]any{"color": "@muted"}}
	}
	if provisional && !c.Kind.Lies() { // lying bars are hatched, and are few
		axis["splitArea"] = map[string]any{"show": true, "interval": 0, "areaStyle": map[string]any{"color": shades}}
	}
	if c.Kind == Histogram && c.AxisName != "" {
		axis["name"], axis["nameLocation"], axis["nameGap"] = clean(c.AxisName), "middle", 24
		axis["nameTextStyle"] = map[string]any{"color": "@muted", "fontSize": 11}
	}
	if c.Kind.Lies() {
		axis["inverse"] = true
		axis["axisLabel"] = map[string]any{"color": "@text", "fontSize": 12, "width": rowLabel, "overflow": "truncate", "interval": 0}
		if c.Kind == Waterfall {
			axis["axisLabel"].(map[string]any)["overflow"] = "break"
			axis["axisLabel"].(map[string]any)["lineHeight"] = 14
		}
	}
	return axis
}

func (c Chart) valueAxis() map[string]any {
	axis := map[string]any{
		"type": "value", "min": 0, "splitNumber": 4,
		"splitLine": map[string]any{"lineStyle": map[string]any{"color": "@rule"}},
		"axisLabel": map[string]any{"color": "@muted", "fontSize": 11, "formatter": "@axis." + string(c.Format), "hideOverlap": true},
	}
	if c.Signed {
		delete(axis, "min")
	}
	switch {
	case c.Format == Count:
		axis["minInterval"] = 1
	case c.Format == Share && c.largest() > 0.5: // small shares get an axis of their own size
		axis["max"], axis["interval"] = 1, 0.25
	}
	return axis
}

// longest is how many characters of a text stand on a chart; tables and downloads have it whole.
const longest = 160

// clean makes one line of a text out of an export and cuts it.
func clean(text string) string {
	runes := make([]rune, 0, min(len(text), longest))
	for _, r := range text {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			r = ' '
		}
		if len(runes) == longest {
			runes[longest-1] = '…'
			break
		}
		runes = append(runes, r)
	}
	return string(runes)
}
