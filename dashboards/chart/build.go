package chart

import (
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// Spec says how a metric's result is drawn. Marks on a chart come from the same rows as the table beside it.
type Spec struct {
	Kind   Kind
	Format Format
	X      string   // dimension along the category axis
	Y      []string // columns, one series each
	Marker string   // of Y: the column drawn as markers beside the bars
	Split  string   // dimension whose values become series of their own; not together with several Y
	Stack  bool
	Zero   bool     // a category without a row is nought, where it would else be a gap
	Colors []string // of the series, in order; default s1, s2, …
	// Categories are the values of X in order, with empty buckets among them; nil: as the rows have them.
	Categories []string

	Name        func(dimension, value string) string // words for a value; nil: the value
	Note        func(*queries.Result) func(row []any) string
	Label       func(*queries.Result) func(row []any) string
	Link        func(row []any) string
	Provisional func(row []any) bool
}

// Draw places the result's rows on the chart that spec describes.
func Draw(spec Spec, result *queries.Result) Chart {
	x := Column(result, spec.X)
	split := Column(result, spec.Split)
	name := spec.Name
	if name == nil {
		name = func(_, value string) string { return value }
	}

	categories := spec.Categories
	var splits []string
	if categories == nil {
		for _, row := range result.Rows {
			if value := Text(row[x]); !slices.Contains(categories, value) {
				categories = append(categories, value)
			}
		}
	}
	if split < 0 {
		splits = []string{""}
	} else {
		for _, row := range result.Rows {
			if value := Text(row[split]); !slices.Contains(splits, value) {
				splits = append(splits, value)
			}
		}
	}
	place := make(map[string]int, len(categories))
	chart := Chart{Kind: spec.Kind, Format: spec.Format, Categories: make([]Category, len(categories))}
	for i, value := range categories {
		place[value] = i
		chart.Categories[i] = Category{Label: name(spec.X, value)}
	}

	for _, value := range splits {
		for _, column := range spec.Y {
			at := Column(result, column)
			if at < 0 {
				continue
			}
			series := Series{Name: name(spec.Split, value), Stack: spec.Stack, Marker: column == spec.Marker, Points: make([]Point, len(categories))}
			if split < 0 {
				series.Name = result.Columns[at].Label
			}
			series.Color = "s" + string(rune('1'+len(chart.Series)%6))
			if i := len(chart.Series); i < len(spec.Colors) {
				series.Color = spec.Colors[i]
			}
			if spec.Zero {
				for i := range series.Points {
					series.Points[i].Value = new(float64)
				}
			}
			for _, row := range result.Rows {
				i, ok := place[Text(row[x])]
				if !ok || split >= 0 && Text(row[split]) != value {
					continue
				}
				point := Point{Value: Number(row[at])}
				if spec.Note != nil {
					point.Note = spec.Note(result)(row)
				}
				if spec.Link != nil {
					point.URL = spec.Link(row)
				}
				if spec.Provisional != nil && spec.Provisional(row) {
					point.Provisional = true
					chart.Categories[i].Provisional = true
				}
				if spec.Label != nil && column == spec.Y[0] {
					point.Label = spec.Label(result)(row)
				}
				series.Points[i] = point
			}
			chart.Series = append(chart.Series, series)
		}
	}
	if spec.Kind == Rows {
		chart.markSome()
	}
	return chart
}

// markSome leaves off the marks where everything would carry one: the figure says so once.
func (c *Chart) markSome() {
	if slices.ContainsFunc(c.Categories, func(category Category) bool { return !category.Provisional }) {
		return
	}
	for i := range c.Categories {
		c.Categories[i].Provisional = false
	}
	for _, series := range c.Series {
		for i := range series.Points {
			series.Points[i].Provisional = false
		}
	}
}

// Column gives the place of a result's column, -1 where it has none of that name.
func Column(result *queries.Result, name string) int {
	return slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == name })
}

// Text gives a dimension's value as filters and links write it: dates as 2016-07-01, nothing as unknown.
func Text(value any) string {
	switch v := value.(type) {
	case nil:
		return "unknown"
	case string:
		return v
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return ""
}

// Number gives a measure's value, nil where there is none.
func Number(value any) *float64 {
	var number float64
	switch v := value.(type) {
	case float64:
		number = v
	case int64:
		number = float64(v)
	case int:
		number = float64(v)
	default:
		return nil
	}
	return &number
}

// Buckets lists the first days of the buckets of a grain (week, month, quarter, year) that begin in [from, to) or hold
// from, as the metrics name them.
func Buckets(grain string, from, to time.Time) []string {
	var days []string
	for day := BucketStart(grain, from); day.Before(to); day = BucketEnd(grain, day) {
		days = append(days, day.Format(time.DateOnly))
	}
	return days
}

// BucketStart gives the first day of the bucket that holds day.
func BucketStart(grain string, day time.Time) time.Time {
	switch grain {
	case "week":
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	case "month":
		return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(day.Year(), (day.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return day
}

// BucketEnd gives the first day after the bucket that begins on start.
func BucketEnd(grain string, start time.Time) time.Time {
	switch grain {
	case "week":
		return start.AddDate(0, 0, 7)
	case "month":
		return start.AddDate(0, 1, 0)
	case "quarter":
		return start.AddDate(0, 3, 0)
	case "year", "fiscal_year":
		return start.AddDate(1, 0, 0)
	}
	return start.AddDate(0, 0, 1)
}

// Describe says in one sentence how the measures of a chart ran, for readers who cannot see it.
func Describe(c Chart, format func(Format, float64) string) string {
	var parts []string
	for _, series := range c.Series {
		first, last := -1, -1
		low, high := -1, -1
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
		if first < 0 {
			continue
		}
		at := func(i int) string {
			return format(c.Format, *series.Points[i].Value) + " (" + c.Categories[i].Label + ")"
		}
		text := series.Name + ": "
		if c.Kind == Rows {
			text += "highest " + at(high) + ", lowest " + at(low)
		} else {
			text += "from " + at(first) + " to " + at(last) + ", lowest " + at(low) + ", highest " + at(high)
		}
		parts = append(parts, text)
	}
	for _, band := range c.Bands {
		for i := len(band.Lo) - 1; i >= 0; i-- {
			if band.Lo[i] != nil && band.Hi[i] != nil {
				parts = append(parts, band.Name+": from "+format(c.Format, *band.Lo[i])+" to "+format(c.Format, *band.Hi[i])+" at the end ("+c.Categories[i].Label+")")
				break
			}
		}
	}
	return strings.Join(parts, ". ")
}
