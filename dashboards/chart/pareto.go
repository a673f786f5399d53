package chart

import (
	"cmp"
	"slices"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// paretoBars is how many bars a Pareto has where Spec.Most does not say.
const paretoBars = 12

// drawPareto orders the bars by what their series come to, puts those beyond the first into one, and adds the line of what
// they come to together, as a share of all.
func drawPareto(w *locale.Words, spec Spec, result *queries.Result) Chart {
	spec.Stack, spec.Zero = true, true
	chart := drawSeries(spec, result)
	n := len(chart.Categories)
	sums, whole := make([]float64, n), 0.0
	for i := range sums {
		for _, series := range chart.Series {
			sums[i] += *series.Points[i].Value
		}
		whole += sums[i]
	}
	chart.markSome() // while each group stands by itself: the last bar may be of some that are provisional and some that are not
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[b], sums[a]) })
	most := spec.Most
	if most <= 0 {
		most = paretoBars
	}
	rest := order[min(most, n):]
	if len(rest) == 1 { // one that is called others would say less
		rest = nil
	}
	shown := order[:n-len(rest)]

	pick := func(series Series) []Point {
		points := make([]Point, 0, len(shown)+1)
		for _, i := range shown {
			points = append(points, series.Points[i])
		}
		if len(rest) > 0 {
			other := Point{Value: new(float64)}
			for _, i := range rest {
				*other.Value += *series.Points[i].Value
				other.Provisional = other.Provisional || series.Points[i].Provisional
			}
			points = append(points, other)
		}
		return points
	}
	categories := make([]Category, 0, len(shown)+1)
	for _, i := range shown {
		categories = append(categories, chart.Categories[i])
	}
	if len(rest) > 0 {
		others := Category{Label: w.Say("chart.others", w.Count(float64(len(rest))))}
		others.Provisional = slices.ContainsFunc(rest, func(i int) bool { return chart.Categories[i].Provisional })
		categories = append(categories, others)
	}
	chart.Categories = categories
	for i := range chart.Series {
		chart.Series[i].Points = pick(chart.Series[i])
	}
	if whole > 0 {
		line, sum := make([]Point, len(categories)), 0.0
		for i := range categories {
			for _, series := range chart.Series {
				sum += *series.Points[i].Value
			}
			line[i] = Point{Value: new(sum / whole)}
		}
		chart.Series = append(chart.Series, Series{Name: w.Text("chart.cumulative"), Color: "text", Sum: true, Dash: Solid, Points: line})
	}
	return chart
}

// addSumAxis gives the line of a Pareto its axis, above the bars.
func (c Chart) addSumAxis(option map[string]any) {
	option["xAxis"] = append(option["xAxis"].([]any), map[string]any{
		"type": "value", "position": "top", "min": 0, "max": 1, "interval": 0.25,
		"splitLine": map[string]any{"show": false},
		"axisLabel": map[string]any{"color": "@muted", "fontSize": 11, "formatter": "@axis." + string(Share), "hideOverlap": true},
	})
	for i, series := range option["series"].([]any) {
		if i < len(c.Series) && c.Series[i].Sum {
			series.(map[string]any)["xAxisIndex"] = 1
			series.(map[string]any)["lineStyle"].(map[string]any)["width"] = 1.5
		}
	}
}
