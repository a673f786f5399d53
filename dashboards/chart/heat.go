package chart

import "math"

// A heat map's cells are at least this wide, or it is scrolled; names of its rows have so much room.
const (
	heatCell = 34
	heatName = 88
)

// heat writes a number into each cell, on a ground that is the stronger the larger it is.
func (c Chart) heat() map[string]any {
	option := map[string]any{}
	c.frame(option, "@tip.item")
	least, most := math.Inf(1), math.Inf(-1)
	var series []any
	lanes := make([]string, len(c.Series))
	columns := make([]string, len(c.Categories))
	label := ""
	for i, category := range c.Categories {
		columns[i] = clean(category.Label)
	}
	for lane, s := range c.Series {
		lanes[lane] = clean(s.Name)
		data := []any{}
		for i, p := range s.Points {
			if p.Value == nil {
				continue
			}
			least, most = min(least, *p.Value), max(most, *p.Value)
			datum := map[string]any{"value": []any{i, lane, *p.Value}, "name": lanes[lane] + ", " + columns[i], "told": []any{*p.Value}}
			p.tell(datum)
			if p.Provisional {
				datum["itemStyle"] = map[string]any{"borderColor": "@muted", "borderWidth": 1, "borderType": "dashed",
					"decal": map[string]any{"symbol": "rect", "dashArrayX": []int{1, 0}, "dashArrayY": []int{1, 6}, "rotation": 0.7854, "color": "@decal"}}
			}
			data = append(data, datum)
		}
		series = append(series, map[string]any{
			"type": "heatmap", "name": lanes[lane], "data": data, "emphasis": outlined(),
			"itemStyle": map[string]any{"borderColor": "@surface", "borderWidth": 1},
			"label":     map[string]any{"show": true, "formatter": "@cell." + string(c.Format), "color": "@text", "fontSize": 11},
		})
	}
	if c.Format == Count {
		least = 0
	}
	if !(most > least) {
		most = least + 1
	}
	if math.IsInf(most, 0) || math.IsInf(least, 0) {
		least, most = 0, 1
	}
	label = c.AxisName
	option["series"] = nonNil(series)
	option["tell"] = []any{map[string]any{"label": clean(label), "format": c.Format}}
	option["least"] = heatName + 24 + heatCell*len(columns)
	option["visualMap"] = map[string]any{
		"type": "continuous", "show": false, "min": least, "max": most, "dimension": 2,
		"inRange": map[string]any{"color": []string{"@heat1", "@heat2", "@heat3", "@heat4", "@heat5"}},
	}
	option["grid"] = map[string]any{"top": 4, "left": heatName + 8, "right": 8, "bottom": 24, "outerBoundsMode": "none"}
	axis := func(labels []string) map[string]any {
		return map[string]any{
			"type": "category", "data": labels, "splitArea": map[string]any{"show": false},
			"axisLine": map[string]any{"show": false}, "axisTick": map[string]any{"show": false},
			"axisLabel": map[string]any{"color": "@muted", "fontSize": 11, "hideOverlap": true},
		}
	}
	x, y := axis(columns), axis(lanes)
	y["inverse"] = true
	y["axisLabel"] = map[string]any{"color": "@text", "fontSize": 12, "width": heatName, "overflow": "truncate", "interval": 0}
	option["xAxis"], option["yAxis"] = []any{x}, []any{y}
	return option
}

// tell adds what a datum says beside its value, and where it leads.
func (p Point) tell(datum map[string]any) {
	if p.Note != "" {
		datum["note"] = clean(p.Note)
	}
	if p.URL != "" {
		datum["url"] = p.URL
	}
	if p.Provisional {
		datum["provisional"] = true
	}
}
