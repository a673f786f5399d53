package dashboards

import (
	"cmp"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

const demandPath = "/demand"

// demand shows what is asked for: the open requests in the order in which to look at them, what to expect of the next
// months, the months that were unlike what was expected, and when and from whom requests come.
func (s *server) demand(c *gin.Context) error {
	at, err := placeOf(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, listKeys...)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct{ Figures []*figure }{v.draw(
		v.openRequests(at), v.forecast, v.anomalies(at), v.arrivals, v.askedBy("department"), v.askedBy("patron_group"),
	)}
	return v.render(c, "demand", v.Text("page."+demandPath), v.form(compareKey), body)
}

// wholeHistory asks for everything, for what is about today: the span of the page has no part in it.
func wholeHistory(f *queries.Filter) { f.From, f.To, f.Preset = time.Time{}, time.Time{}, "" }

// openRequests is what waits now, the most urgent first; the span has no part in it.
func (v *visit) openRequests(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "open", title: v.Text("title.open_requests"), metric: "open_requests", filter: wholeHistory, order: "-priority",
			columns: []string{"source_id", "title", "priority", "kind", "status", "partner", "age_days", "days_over", "need_by"}, heads: v.openHeads(),
			cell: v.openCell,
			n: func(r *queries.Result, kept int) string {
				if top := r.Filter.Number("top"); kept == top {
					return v.Say("n.open_top", v.Count(float64(kept)), v.asOfWords())
				}
				return v.Say("n.open_requests", v.Count(float64(kept)), v.Count(late(r)), v.asOfWords())
			},
			empty: func(*queries.Result) string { return v.Say("empty.open_requests", v.asOfWords()) },
			below: v.Text("below.open_requests"),
		}, at)
	}
}

// late counts the requests that are older than their target.
func late(r *queries.Result) float64 {
	n := 0.0
	for _, row := range r.Rows {
		if over, ok := number(r, row, "days_over"); ok && over > 0 {
			n++
		}
	}
	return n
}

// openHeads name the columns that openCell writes in its own way.
func (v *visit) openHeads() map[string]string {
	return map[string]string{"age_days": v.Text("head.age")}
}

// openCell says in one column what belongs together, and leaves out what a worklist has no use for: a zero of days over.
func (v *visit) openCell(result *queries.Result, row []any, column queries.Column) (cell, bool) {
	text := func(name string) string { return given(result, row, name) }
	switch column.Name {
	case "title":
		words := shorten(cmp.Or(text("title"), text("container"), v.Text("unknown")), longestCell)
		if in := text("container"); in != "" && in != words {
			words = v.Say("cell.title_in", words, shorten(in, longestLabel))
		}
		return cell{Text: words}, true
	case "kind":
		return cell{Text: roleKind(v.Words, text("role"), text("kind"))}, true
	case "days_over":
		if n, _ := number(result, row, "days_over"); n == 0 {
			return cell{Text: noValue}, true
		}
	case "partner":
		if text("partner") == queries.Unknown {
			switch text("role") {
			case "borrowing": // nobody has it yet
				return cell{Text: v.Text("cell.no_partner")}, true
			case "docdel": // nor ever will
				return cell{Text: noValue}, true
			}
		}
	case "need_by":
		if is, _ := row[chart.Column(result, "rush")].(bool); is {
			day, isKnown := row[chart.Column(result, "need_by")].(time.Time)
			if !isKnown {
				return cell{Text: v.Text("cell.rush_undated")}, true
			}
			return cell{Text: v.Say("cell.rush", v.Date(day))}, true
		}
	case "age_days":
		age, isKnown := number(result, row, "age_days")
		if target, ok := number(result, row, "target_days"); ok && isKnown {
			return cell{Text: v.Say("cell.age", v.Days(age), v.Days(target))}, true
		}
	}
	return cell{}, false
}

// forecastMonths is how much of the past stands before the forecast.
const forecastMonths = 30

// forecast sets the coming months beside those that were, with the range that they will probably lie in.
func (v *visit) forecast() (*figure, error) {
	result, err := v.run("forecast", wholeHistory)
	if err != nil {
		return &figure{ID: "forecast", Title: v.Text("title.forecast")}, err
	}
	shown := lastMonths(forecastMonths + result.Filter.Number("horizon"))
	var months []string
	for _, row := range shown(result).Rows {
		months = append(months, chart.Text(row[0]))
	}
	return v.figure(plan{
		id: "forecast", title: v.Text("title.forecast"), metric: "forecast", filter: wholeHistory, wide: true, settled: true,
		spec: chart.Spec{Kind: chart.Fan, Format: chart.Count, X: "month", Y: []string{"n_requests", "expected"}, Categories: months,
			Ranges: []chart.Range{{Lo: "lo", Hi: "hi", Name: v.Text("forecast.range")}}},
		arrange: shown,
		n:       v.forecastWords,
		empty: func(r *queries.Result) string {
			for _, row := range r.Rows {
				if _, ok := number(r, row, "expected"); ok {
					return ""
				}
			}
			return v.Text("empty.forecast")
		},
		link: func(row []any) string {
			if row[1] == nil { // a month to come has no requests
				return ""
			}
			return rowsAddress("volume", result.Filter, []queries.Column{{Name: "month"}}, row[:1])
		},
	})
}

// lastMonths keeps the newest rows.
func lastMonths(n int) func(*queries.Result) *queries.Result {
	return func(r *queries.Result) *queries.Result {
		shown := *r
		shown.Rows = r.Rows[max(0, len(r.Rows)-n):]
		return &shown
	}
}

// forecastWords says how the forecast was made and how far off it was when it was tried on the past.
func (v *visit) forecastWords(r *queries.Result) string {
	if len(r.Rows) == 0 {
		return ""
	}
	last := r.Rows[len(r.Rows)-1]
	off, isKnown := number(r, last, "backtest_error")
	if !isKnown {
		return v.Text("n.forecast_untested")
	}
	method := chart.Text(last[chart.Column(r, "method")])
	return v.Say("n.forecast", v.Text("method."+method), v.Share(off))
}

// anomalies lists the months outside what was to be expected, with the group whose change explains the most of each.
func (v *visit) anomalies(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "anomalies", title: v.Text("title.anomalies"), metric: "anomalies", filter: wholeHistory, order: "-month",
			columns: []string{"month", "n_requests", "expected", "lo", "hi", "difference", "dimension", "value", "value_difference", "share_of_difference"},
			cell:    v.anomalyCell,
			empty: func(*queries.Result) string {
				if !v.judged("") {
					return v.Text("todo.anomalies_short")
				}
				return v.Text("empty.anomalies")
			},
			link: func(r *queries.Result, row []any) string {
				return rowsAddress("volume", r.Filter, r.Columns[:1], row[:1])
			},
		}, at)
	}
}

// judged tells whether there is a month since a day of which it is known what was to be expected.
func (v *visit) judged(since string) bool {
	result, err := v.run("forecast", wholeHistory)
	if err != nil {
		return false
	}
	for _, row := range result.Rows {
		_, isKnown := number(result, row, "lo")
		_, isPast := number(result, row, "n_requests")
		if isKnown && isPast && given(result, row, "month") >= since {
			return true
		}
	}
	return false
}

func (v *visit) anomalyCell(result *queries.Result, row []any, column queries.Column) (cell, bool) {
	value := row[chart.Column(result, column.Name)]
	switch column.Name {
	case "month":
		return cell{Text: v.Bucket("month", chart.Text(value))}, true
	case "expected", "lo", "hi":
		if n := chart.Number(value); n != nil {
			return cell{Text: v.Count(*n)}, true
		}
	case "difference", "value_difference":
		if n := chart.Number(value); n != nil {
			return cell{Text: locale.Signed(v.Count(*n))}, true
		}
	case "dimension":
		if value != nil {
			return cell{Text: v.Dimension(chart.Text(value))}, true
		}
	case "share_of_difference":
		if n := chart.Number(value); n != nil {
			return cell{Text: v.Share(*n)}, true
		}
	}
	return cell{}, false
}

// arrivals is when requests come in, by weekday and hour.
func (v *visit) arrivals() (*figure, error) {
	return v.figure(plan{
		id: "arrivals", title: v.Text("title.arrivals"), metric: "demand", wide: true, settled: true,
		spec:    v.week("n_requests", chart.Count),
		arrange: dated,
		columns: []string{"n_requests", "share"},
		n: func(r *queries.Result) string {
			return v.Say("n.arrivals", v.Count(total(r, "n_requests")))
		},
	})
}

// week draws a measure of demand by weekday and hour.
func (v *visit) week(measure string, format chart.Format) chart.Spec {
	spec := chart.Spec{Kind: chart.Heat, Format: format, X: "hour", Split: "weekday", Y: []string{measure},
		Name: func(dimension, value string) string {
			if dimension == "weekday" {
				return v.Text("weekday." + value)
			}
			return v.Say("hour", value)
		}}
	for hour := range 24 {
		spec.Categories = append(spec.Categories, strconv.Itoa(hour))
	}
	for weekday := 1; weekday <= 7; weekday++ {
		spec.Splits = append(spec.Splits, strconv.Itoa(weekday))
	}
	return spec
}

// dated leaves out the row of the requests whose moment of creation is not known.
func dated(r *queries.Result) *queries.Result {
	shown, at := *r, chart.Column(r, "weekday")
	shown.Rows = nil
	for _, row := range r.Rows {
		if row[at] != nil {
			shown.Rows = append(shown.Rows, row)
		}
	}
	return &shown
}

// askedBy is who asks, among departments or patron groups, beside the span compared with.
func (v *visit) askedBy(by string) tile {
	return func() (*figure, error) {
		return v.figure(plan{
			id: "by-" + by, title: v.Text("asked_by." + by), metric: "volume", by: []string{by}, filter: v.compared,
			spec:    chart.Spec{Kind: chart.Rows, Format: chart.Count, X: by, Y: []string{"n_requests"}, Label: v.labelChange("n_requests")},
			arrange: top("n_requests", topGroups, 1),
			columns: []string{"n_requests", "n_requests_before", "n_requests_change", "n_filled", "n_open"},
			n: func(r *queries.Result) string {
				return v.Say("n.asked_by", v.Count(total(r, "n_requests")))
			},
		})
	}
}

// compared sets the page's comparison beside a figure's numbers, where there is one.
func (v *visit) compared(f *queries.Filter) {
	if _, ok := v.earlier(); ok {
		f.Compare = v.compare
	}
}

// labelChange writes a count and how far it moved.
func (v *visit) labelChange(column string) func(*queries.Result) func([]any) string {
	return func(r *queries.Result) func([]any) string {
		return func(row []any) string {
			n, _ := number(r, row, column)
			moved, ok := number(r, row, column+"_change")
			if !ok {
				return v.Count(n)
			}
			return v.Say("label.change", v.Count(n), locale.Signed(v.Count(moved)))
		}
	}
}
