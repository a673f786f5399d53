package chart

import (
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// drawWaterfall sets the stages one after another and their sum below them.
func drawWaterfall(w *locale.Words, spec Spec, result *queries.Result) Chart {
	spec.Split, spec.Stack = "", false
	chart := drawSeries(spec, result)
	if len(chart.Series) == 0 || len(chart.Categories) == 0 {
		return chart
	}
	chart.Series = chart.Series[:1]
	series := &chart.Series[0]
	sum, provisional := 0.0, false
	x, peak := Column(result, spec.X), map[string]bool{}
	for _, row := range result.Rows {
		peak[Text(row[x])] = spec.Peak != nil && spec.Peak(row)
	}
	categories := spec.Categories
	if categories == nil {
		categories = values(result, x)
	}
	for i := range series.Points {
		if value := series.Points[i].Value; value != nil {
			sum += *value
		}
		provisional = provisional || series.Points[i].Provisional
		if peak[categories[i]] {
			series.Points[i].Peak = true
			chart.Categories[i].Label = w.Say("chart.bottleneck", chart.Categories[i].Label)
		}
	}
	chart.markSome()
	chart.Categories = append(chart.Categories, Category{Label: w.Text("chart.total")})
	series.Points = append(series.Points, Point{Value: new(sum), Total: true, Provisional: provisional && chart.Categories[0].Provisional})
	return chart
}

// float lifts each stage to where the one before it ends, on a bar that is not to be seen.
func (c Chart) float(option map[string]any) {
	if len(c.Series) == 0 {
		return
	}
	at, under := 0.0, make([]any, len(c.Series[0].Points))
	series := option["series"].([]any)[0].(map[string]any)
	data := series["data"].([]any)
	for i, p := range c.Series[0].Points {
		under[i] = 0
		point := data[i].(map[string]any)
		color := "@" + c.Series[0].Color
		switch {
		case p.Total:
			color = "@s5"
		case p.Value != nil:
			under[i] = at
			at += *p.Value
		}
		if p.Peak {
			color = "@s2"
		}
		switch {
		case p.Provisional:
			point["itemStyle"] = hatched(color)
		case p.Peak:
			point["itemStyle"] = map[string]any{"color": color, "decal": decals[1]}
		default:
			point["itemStyle"] = map[string]any{"color": color}
		}
		if p.Label == "" && p.Value != nil {
			point["label"] = map[string]any{"show": true, "position": "right", "formatter": "@label." + string(c.Format), "color": "@muted", "fontSize": 11}
		}
	}
	series["stack"] = "all"
	option["series"] = []any{map[string]any{
		"type": "bar", "id": underSeries, "stack": "all", "silent": true, "data": under, "barMaxWidth": 28,
		"itemStyle": map[string]any{"color": "transparent"}, "emphasis": map[string]any{"disabled": true},
	}, series}
	option["legend"].(map[string]any)["show"] = false
	grid, ok := option["grid"].(map[string]any)
	if ok {
		grid["right"] = 72 // for the number beside the longest bar
	}
}
