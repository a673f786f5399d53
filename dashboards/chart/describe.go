package chart

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// Describe says in a sentence or two what a chart shows, for readers who cannot see it.
func Describe(w *locale.Words, c Chart) string {
	var parts []string
	switch c.Kind {
	case Pareto:
		parts = c.describePareto(w)
	case Waterfall:
		parts = c.describeStages(w)
	case Heat:
		parts = c.describeCells(w)
	case Scatter:
		parts = c.describeCloud(w)
	case Sankey:
		parts = c.describeFlow(w)
	default:
		parts = c.describeSeries(w)
	}
	return strings.Join(parts, ". ")
}

// Words writes a number as the format has it.
func (f Format) Words(w *locale.Words, n float64) string {
	switch f {
	case Days:
		return w.Say("chart.days", w.Days(n))
	case Money:
		return w.Money(n)
	case Share:
		return w.Share(n)
	}
	return w.Count(n)
}

func (c Chart) at(w *locale.Words, s Series, i int) string {
	return w.Say("chart.at", c.Format.Words(w, *s.Points[i].Value), clean(c.Categories[i].Label))
}

func (c Chart) describeSeries(w *locale.Words) []string {
	var parts []string
	for _, series := range c.Series {
		first, last, low, high := -1, -1, -1, -1
		for i, p := range series.Points {
			if p.Value == nil {
				continue
			}
			if first < 0 {
				first, low, high = i, i, i
			}
			last = i
			if *p.Value < *series.Points[low].Value {
				low = i
			}
			if *p.Value > *series.Points[high].Value {
				high = i
			}
		}
		switch {
		case first < 0:
		case c.Kind == Rows || c.Kind == Histogram:
			parts = append(parts, w.Say("chart.rank", clean(series.Name), c.at(w, series, high), c.at(w, series, low)))
		default:
			parts = append(parts, w.Say("chart.run", clean(series.Name), c.at(w, series, first), c.at(w, series, last), c.at(w, series, low), c.at(w, series, high)))
		}
	}
	for _, band := range c.Bands {
		for i := len(band.Lo) - 1; i >= 0; i-- {
			if band.Lo[i] != nil && band.Hi[i] != nil {
				parts = append(parts, w.Say("chart.band", clean(band.Name), c.Format.Words(w, *band.Lo[i]), c.Format.Words(w, *band.Hi[i]), clean(c.Categories[i].Label)))
				break
			}
		}
	}
	if c.Kind == Histogram && c.LevelName != "" {
		parts = append(parts, clean(c.LevelName))
	}
	return parts
}

func (c Chart) describePareto(w *locale.Words) []string {
	var parts []string
	if len(c.Series) == 0 {
		return nil
	}
	sum := c.Series[len(c.Series)-1]
	for i := range min(3, len(c.Categories)) {
		n := 0.0
		for _, s := range c.Series {
			if !s.Sum {
				n += *s.Points[i].Value
			}
		}
		parts = append(parts, w.Say("chart.at", c.Format.Words(w, n), clean(c.Categories[i].Label)))
	}
	if k := len(parts); sum.Sum && k > 0 {
		return []string{w.Say("chart.pareto", strings.Join(parts, ", "), w.Count(float64(k)), w.Share(*sum.Points[k-1].Value))}
	}
	return parts
}

func (c Chart) describeStages(w *locale.Words) []string {
	var parts []string
	for _, s := range c.Series {
		for i, p := range s.Points {
			if p.Value != nil {
				parts = append(parts, w.Say("chart.is", clean(c.Categories[i].Label), c.Format.Words(w, *p.Value)))
			}
		}
	}
	return parts
}

func (c Chart) describeCells(w *locale.Words) []string {
	var low, high *Point
	var lowName, highName string
	for _, s := range c.Series {
		for i := range s.Points {
			p := &s.Points[i]
			if p.Value == nil {
				continue
			}
			name := clean(s.Name) + ", " + clean(c.Categories[i].Label)
			if low == nil || *p.Value < *low.Value {
				low, lowName = p, name
			}
			if high == nil || *p.Value > *high.Value {
				high, highName = p, name
			}
		}
	}
	if low == nil {
		return nil
	}
	return []string{w.Say("chart.rank", clean(c.AxisName), w.Say("chart.at", c.Format.Words(w, *high.Value), highName), w.Say("chart.at", c.Format.Words(w, *low.Value), lowName))}
}

func (c Chart) describeCloud(w *locale.Words) []string {
	spots := c.Scatter.Spots
	if len(spots) == 0 {
		return nil
	}
	extremes := func(name string, format Format, of func(Spot) float64) string {
		order := func(a, b Spot) int { return cmp.Compare(of(a), of(b)) }
		low, high := slices.MinFunc(spots, order), slices.MaxFunc(spots, order)
		return w.Say("chart.rank", clean(name), w.Say("chart.at", format.Words(w, of(high)), clean(high.Name)), w.Say("chart.at", format.Words(w, of(low)), clean(low.Name)))
	}
	return []string{
		w.Say("chart.spots", w.Count(float64(len(spots)))),
		extremes(c.Scatter.AcrossName, c.Scatter.AcrossFormat, func(s Spot) float64 { return s.Across }),
		extremes(c.Scatter.UpName, c.Scatter.UpFormat, func(s Spot) float64 { return s.Up }),
	}
}

func (c Chart) describeFlow(w *locale.Words) []string {
	f := c.Sankey
	if len(f.Nodes) == 0 || f.Nodes[0].Value == 0 {
		return nil
	}
	parts := []string{w.Say("chart.is", clean(f.Nodes[0].Name), c.Format.Words(w, f.Nodes[0].Value))}
	for _, i := range f.sorted() {
		if node := f.Nodes[i]; node.Step == 1 {
			parts = append(parts, w.Say("chart.is_share", clean(node.Name), c.Format.Words(w, node.Value), w.Share(node.Value/f.Nodes[0].Value)))
		}
	}
	return parts
}
