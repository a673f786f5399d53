package chart

import (
	"slices"
	"strconv"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// Spec says how a metric's result is drawn. Marks on a chart come from the same rows as the table beside it.
type Spec struct {
	Kind   Kind
	Format Format
	X      string   // dimension along the category axis; of a Scatter what each spot is; of a Histogram the lower edge of a bar
	Y      []string // columns, one series each; of other kinds than lines, Bars and Rows the first one
	Marker string   // of Y: the column drawn as markers beside the bars
	Split  string   // dimension whose values become series of their own, rows of a Heat; not together with several Y
	Stack  bool
	Zero   bool     // a category without a row is nought, where it would else be a gap
	Colors []string // of the series, in order; default s1, s2, …
	// Categories and Splits are the values of X and Split in order, with those among them that have no row; nil: as the rows
	// have them.
	Categories []string
	Splits     []string

	Ranges       []Range  // of a Fan, the widest first
	Level        *float64 // a value to compare with, in the format of the values; of a Histogram, of X
	LevelName    string
	Most         int     // of a Pareto and a Sankey: how many stand by themselves; the rest are one
	Width        float64 // of a Histogram's bars; default 1
	Open         bool    // the last bar of a Histogram holds everything from its lower edge on
	Across       string  // of a Scatter: the column of the horizontal axis, Y has that of the vertical one
	AcrossFormat Format
	Size         string   // of a Scatter: the column that a spot's size stands for
	Steps        []string // of a Sankey: the dimensions that the whole goes through; nothing, "" and "none" end a way
	Root         string   // of a Sankey: the name of the whole

	Words       *locale.Words                        // for what the chart itself says, such as the rest and the total; nil: English
	Name        func(dimension, value string) string // words for a value; nil: the value
	Note        func(*queries.Result) func(row []any) string
	Label       func(*queries.Result) func(row []any) string
	Link        func(row []any) string
	LinkOf      func(row []any, column string) string // of a datum, where the columns of a row lead to different places; nil: Link
	Provisional func(row []any) bool
	Peak        func(row []any) bool                 // of a Waterfall: the bottleneck
	NodeLink    func(dimension, value string) string // of a Sankey: where a node leads; the whole is asked for with neither
	NodeColor   func(dimension, value string) string // of a Sankey; "": the usual one
}

// Range is two columns between which an area is filled.
type Range struct {
	Lo, Hi string
	Name   string // default: the labels of both columns
	Color  string // default s1
}

// Draw places the result's rows on the chart that spec describes.
func Draw(spec Spec, result *queries.Result) Chart {
	if spec.Words == nil {
		spec.Words = locale.All()[0]
	}
	if spec.Name == nil {
		spec.Name = func(_, value string) string { return value }
	}
	switch spec.Kind {
	case Pareto:
		return drawPareto(spec.Words, spec, result)
	case Waterfall:
		return drawWaterfall(spec.Words, spec, result)
	case Histogram:
		return drawHistogram(spec.Words, spec, result)
	case Scatter:
		return drawCloud(spec.Words, spec, result)
	case Sankey:
		return drawFlow(spec.Words, spec, result)
	}
	chart := drawSeries(spec, result)
	if spec.Kind == Rows || spec.Kind == Heat {
		chart.markSome()
	}
	return chart
}

// values lists the values of a column as they first come.
func values(result *queries.Result, at int) []string {
	var list []string
	for _, row := range result.Rows {
		if value := Text(row[at]); !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}

// point gives what a row says beside its value.
func (s Spec) point(result *queries.Result, row []any) Point {
	var point Point
	if s.Note != nil {
		point.Note = s.Note(result)(row)
	}
	if s.Link != nil {
		point.URL = s.Link(row)
	}
	point.Provisional = s.Provisional != nil && s.Provisional(row)
	return point
}

// drawSeries gives a series for each column of Y, or for each value of Split.
func drawSeries(spec Spec, result *queries.Result) Chart {
	x := Column(result, spec.X)
	split := Column(result, spec.Split)
	categories := spec.Categories
	if categories == nil {
		categories = values(result, x)
	}
	splits := spec.Splits
	switch {
	case split < 0:
		splits = []string{""}
	case splits == nil:
		splits = values(result, split)
	}
	place := make(map[string]int, len(categories))
	chart := Chart{Kind: spec.Kind, Format: spec.Format, Categories: make([]Category, len(categories)), Level: spec.Level, LevelName: spec.LevelName}
	for i, value := range categories {
		place[value] = i
		chart.Categories[i] = Category{Label: spec.Name(spec.X, value)}
	}

	for _, value := range splits {
		for _, column := range spec.Y {
			at := Column(result, column)
			if at < 0 {
				continue
			}
			series := Series{Name: spec.Name(spec.Split, value), Stack: spec.Stack, Marker: column == spec.Marker, Points: make([]Point, len(categories))}
			if split < 0 {
				series.Name = spec.Words.Of(result.Columns[at].Label)
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
				point := spec.point(result, row)
				point.Value = Number(row[at])
				if spec.LinkOf != nil {
					point.URL = ""
					if point.Value != nil && *point.Value != 0 {
						point.URL = spec.LinkOf(row, column)
					}
				}
				if point.Provisional {
					chart.Categories[i].Provisional = true
				}
				if spec.Label != nil && column == spec.Y[0] {
					point.Label = spec.Label(result)(row)
				}
				series.Points[i] = point
			}
			chart.Series = append(chart.Series, series)
			if spec.Kind == Heat {
				chart.AxisName = spec.Words.Of(result.Columns[at].Label)
			}
		}
	}
	chart.Bands = spec.bands(result, x, place)
	return chart
}

// bands fills the ranges of a fan; an inner one is the stronger.
func (s Spec) bands(result *queries.Result, x int, place map[string]int) []Band {
	var bands []Band
	for i, r := range s.Ranges {
		lo, hi := Column(result, r.Lo), Column(result, r.Hi)
		if lo < 0 || hi < 0 {
			continue
		}
		band := Band{Name: r.Name, Color: r.Color, Lo: make([]*float64, len(place)), Hi: make([]*float64, len(place)), Opacity: 0.16 + 0.14*float64(i)}
		if band.Name == "" {
			band.Name = s.Words.Say("chart.range", s.Words.Of(result.Columns[lo].Label), s.Words.Of(result.Columns[hi].Label))
		}
		if band.Color == "" {
			band.Color = "s1"
		}
		for _, row := range result.Rows {
			if at, ok := place[Text(row[x])]; ok {
				band.Lo[at], band.Hi[at] = Number(row[lo]), Number(row[hi])
			}
		}
		bands = append(bands, band)
	}
	return bands
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
	case int64:
		return strconv.FormatInt(v, 10)
	case int32:
		return strconv.FormatInt(int64(v), 10)
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
