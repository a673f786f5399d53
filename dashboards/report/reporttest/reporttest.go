// Package reporttest makes a report by hand that holds one of everything, for the tests of what writes reports: tables of
// every type and unit, charts of every kind that a spreadsheet has and one that it has not, names that look like formulas
// and markup, a cell of ten thousand characters, an empty section, provisional rows and rows without a value.
package reporttest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// Hostile are names that would be a formula, markup, or the end of something, where they are not kept text.
var Hostile = []string{
	`=HYPERLINK("http://example.org","x")`, `@SUM(1+1)*cmd|' /C calc'!A0`, `-2+3`, `+1`, `<script>alert(1)</script>`, "</svg>&amp;\"'",
	"two\nlines\tand a tab", "control \x01\x1f \ufffe", "_x0041_ &A &P", strings.Repeat("A long name of a partner ", 400), "مكتبة الجامعة", "ünïcödé 図書館 😀",
}

var zone = time.FixedZone("EST", -5*3600)

// Monthly is a report of March 2025 in a language. Its words (but for those of Words itself) are English.
func Monthly(tag string) *report.Report {
	words := locale.Find(tag).Naming(map[string]string{"MAIN": "Main Library"})
	r := &report.Report{
		Spec: report.Spec{
			Name: "monthly", Kind: report.Monthly, Language: tag, Paper: report.A4,
			From: day(2025, 3, 1), To: day(2025, 4, 1), Filter: queries.Filter{Library: []string{"MAIN"}},
		},
		Words: words, Title: "Monthly report", Library: "Main Library", Span: words.Span(day(2025, 3, 1), day(2025, 4, 1)),
		AsOf: time.Date(2025, 4, 2, 21, 30, 0, 0, time.UTC), Generation: 7, Version: "v1.2.3",
		MadeAt:      time.Date(2025, 4, 3, 8, 15, 0, 0, zone),
		Link:        "/?from=2025-03-01&to=2025-04-01&library=MAIN",
		Provisional: "Requests of March are still open: its fill rate may move until June.",
		Sentences: []string{
			"1,240 requests came in, 96 more than in February (n 1,144); the department Chemistry brought 61 of them.",
			"81.4% of the borrowing requests that ended were filled (n 702), 2.1 points less than in February; this is provisional.",
			"Patrons waited 4.2 days at the median (n 571), as long as in March 2024.",
		},
		About: []report.Pair{
			{Head: "Filter", Text: "library MAIN"}, {Head: "Data through", Text: "2 Apr 2025"}, {Head: "Generation", Text: "7"}, {Head: "Version", Text: "v1.2.3"},
		},
		Definitions: []report.Definition{
			{ID: "volume", Title: "Requests", Language: "en", Columns: volume().Columns[2:],
				Markdown: "# Requests\n\nEvery request counts **once**, in the month of its `creation`.\n\n- borrowing: for the library's own patrons\n- lending: for others\n\nSee [ISO 18626](https://example.org/iso)."},
			{ID: "fill_rate", Title: "Fill rate", Language: "en", Columns: fillRate().Columns[1:],
				Markdown: "# Fill rate\n\nFilled, of those\nfilled or unfilled.\n\n| case | counts |\n|---|---|\n| cancelled | no |\n"},
		},
	}
	r.Sections = []report.Section{summary(), volumeSection(words), fillRateSection(words), waits(words), reasons(words), partners(words), list(words), empty()}
	return r
}

// Issued is Monthly as its second edition.
func Issued(tag string) *report.Report {
	r := Monthly(tag)
	r.Edition = &report.Edition{ID: "monthly-2025-03-2", Number: 2, IssuedAt: time.Date(2025, 4, 3, 8, 15, 0, 0, zone)}
	return r
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func summary() report.Section {
	tile := func(id, label string, kind queries.Type, unit queries.Unit, now, before, lastYear float64, n int64) report.Tile {
		return report.Tile{ID: id, Label: label, Column: queries.Column{Name: id, Type: kind, Unit: unit, Label: label, Doc: label + " of the span."},
			Now: &now, Before: &before, LastYear: &lastYear, N: &n, Metric: "volume", Filter: queries.Filter{Role: []string{"borrowing"}}}
	}
	fill := tile("fill_rate", "Fill rate, borrowing", queries.Double, queries.Share, 0.814, 0.835, 0.8, 702)
	fill.Provisional, fill.SameAge, fill.Note = true, true, "131 requests are still open; filled within 14 days: 71.2%, before 70.9%"
	money := tile("cost", "Cost of borrowing", queries.Double, queries.Money, 1234.5, 1100, 0, 98)
	money.LastYear, money.Note, money.Metric = nil, Hostile[0], ""
	return report.Section{ID: "summary", Title: "At a glance", Question: "What happened in March?", Tiles: []report.Tile{
		tile("n_requests", "Requests", queries.Integer, queries.Requests, 1240, 1144, 1301, 1240), fill,
		tile("median_days", "Median days to the patron", queries.Double, queries.Days, 4.2, 4.25, 4.2, 571), money,
		{ID: "n_overdue", Label: "Overdue at the end of the month", Column: queries.Column{Name: "n_overdue", Type: queries.Integer, Unit: queries.Loans}, Note: "there is no due date in this export"},
	}}
}

// months of the trend.
const months = 13

func volume() *queries.Result {
	r := &queries.Result{Metric: &queries.Metric{ID: "volume", Title: "Requests"}, Columns: []queries.Column{
		{Name: "month", Type: queries.Date, Label: "Month"}, {Name: "role", Type: queries.Text, Label: "Role"},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests", Doc: "Requests created in the span."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled", Doc: "Those of them that were filled."},
	}}
	for i := range months {
		for k, role := range []string{"borrowing", "lending"} {
			n := int64(400 + 37*i*(k+1)%211)
			r.Rows = append(r.Rows, []any{day(2024, time.March+time.Month(i), 1), role, n, n * 3 / 4})
		}
	}
	return r
}

func fillRate() *queries.Result {
	r := &queries.Result{Metric: &queries.Metric{ID: "fill_rate", Title: "Fill rate"}, Columns: []queries.Column{
		{Name: "month", Type: queries.Date, Label: "Month"},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests", Doc: "Requests created in the span."},
		{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate", Doc: "Filled, of those filled or unfilled.", Better: "higher"},
		{Name: "fill_rate_lending", Type: queries.Double, Unit: queries.Share, Label: "Fill rate, lending", Better: "higher"},
		{Name: "change", Type: queries.Double, Unit: queries.Share, Label: "Change", IsChange: true},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional"},
	}}
	for i := range months {
		row := []any{day(2024, time.March+time.Month(i), 1), int64(900 + 11*i), 0.78 + 0.003*float64(i), 0.6 + 0.01*float64(i%5), 0.003, i >= months-2}
		if i == 4 {
			row[2], row[4] = nil, nil
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

// table is a result as a composer puts it: names in words, codes beside them.
func table(w *locale.Words, id, title string, keys int, r *queries.Result) report.Table {
	t := report.Table{ID: id, Title: title, Columns: slices.Clone(r.Columns), Codes: r.Rows, Keys: keys, Metric: r.Metric.ID, Filter: queries.Filter{Library: []string{"MAIN"}, By: []string{"month"}}}
	for _, row := range r.Rows {
		named := append([]any{}, row...)
		for k := range keys {
			t.Columns[k].Type = queries.Text
			named[k] = w.Value(r.Columns[k].Name, chart.Text(row[k]))
		}
		t.Rows = append(t.Rows, named)
	}
	return t
}

func figure(w *locale.Words, id, title, n, of string, spec chart.Spec, r *queries.Result) report.Figure {
	spec.Words, spec.Name = w, w.Value
	c := chart.Draw(spec, r)
	return report.Figure{ID: id, Title: title, N: n, Chart: c, Height: 300, Description: chart.Describe(w, c), Table: of, SVG: svg(id)}
}

// svg is a drawing of the elements that package drawing gives, 720 × 300.
func svg(id string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="300" viewBox="0 0 720 300"><defs><clipPath id="%[1]s-c"><rect x="40" y="10" width="670" height="250"/></clipPath></defs>`+
		`<g clip-path="url(#%[1]s-c)"><path d="M40 250L260 120C300 90 400 90 700 40" fill="none" stroke="#237ee7" stroke-width="2"/><rect x="60" y="180" width="28" height="80" fill="#c25a0a"/><circle cx="260" cy="120" r="4" fill="#ffffff" stroke="#237ee7"/></g>`+
		`<text x="40" y="280" font-family="sans-serif" font-size="12" fill="#5f6770">Mar 2024</text></svg>`, strings.ReplaceAll(id, "_", "-"))
}

func volumeSection(w *locale.Words) report.Section {
	r := volume()
	trend := table(w, "volume_by_month", "Requests month by month", 2, r)
	trend.N = "n 13,000 requests"
	provisional := make([]bool, len(r.Rows))
	provisional[len(r.Rows)-1], provisional[len(r.Rows)-2] = true, true
	trend.Provisional = provisional
	total := report.Table{
		ID: "volume_by_role", Title: "Requests by role and kind: what came in, and what became of it", N: "n 1,240 requests", Keys: 2, Total: true, Metric: "volume",
		Filter: queries.Filter{Library: []string{"MAIN"}, By: []string{"role", "kind"}},
		Columns: []queries.Column{
			{Name: "role", Type: queries.Text, Label: "Role"}, {Name: "kind", Type: queries.Text, Label: "Kind"},
			{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests", Doc: "Requests created in the span."},
			{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share"},
		},
		Rows: [][]any{
			{w.Value("role", "borrowing"), w.Value("kind", "loan"), int64(402), 402.0 / 1240}, {w.Value("role", "borrowing"), w.Value("kind", "copy"), int64(300), 300.0 / 1240},
			{w.Value("role", "lending"), w.Value("kind", "loan"), int64(538), 538.0 / 1240}, {"Total", nil, int64(1240), 1.0},
		},
		Codes: [][]any{
			{"borrowing", "loan", int64(402), 402.0 / 1240}, {"borrowing", "copy", int64(300), 300.0 / 1240}, {"lending", "loan", int64(538), 538.0 / 1240}, {"total", nil, int64(1240), 1.0},
		},
		Notes: []string{"Departments with fewer than 10 readers are taken together as “(small groups)” (3 of 41)."},
	}
	return report.Section{
		ID: "volume", Title: "Requests", Question: "How many requests came in, and what became of them?",
		Figures: []report.Figure{figure(w, "volume_trend", "How many requests came in, month by month?", "n 13,000 requests", trend.ID, chart.Spec{Kind: chart.Bars, Format: chart.Count, X: "month", Y: []string{"n_requests"}, Split: "role", Stack: true,
			Provisional: func(row []any) bool { return !row[0].(time.Time).Before(day(2025, 3, 1)) }}, r)},
		Tables: []report.Table{total, trend}, Notes: []string{"Document delivery counts as borrowing here."},
	}
}

func fillRateSection(w *locale.Words) report.Section {
	r := fillRate()
	t := table(w, "fill_rate_by_month", "Fill rate month by month", 1, r)
	t.N, t.Provisional = "n 12,558 requests", make([]bool, months)
	for i, row := range r.Rows {
		t.Provisional[i] = row[5].(bool)
	}
	level := 0.8
	return report.Section{ID: "fill_rate", Title: "Fill rate", Question: "How often do patrons get what they ask for?", Tables: []report.Table{t},
		Figures: []report.Figure{figure(w, "fill_rate_trend", "How often do patrons get what they ask for?", "n 12,558 requests", t.ID,
			chart.Spec{Kind: chart.Lines, Format: chart.Share, X: "month", Y: []string{"fill_rate", "fill_rate_lending"}, Level: &level, LevelName: "Goal", Provisional: func(row []any) bool { return row[5] == true }}, r)}}
}

func waits(w *locale.Words) report.Section {
	r := &queries.Result{Metric: &queries.Metric{ID: "stages"}, Columns: []queries.Column{
		{Name: "stage", Type: queries.Text, Label: "Stage"}, {Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "n"},
		{Name: "mean_days", Type: queries.Double, Unit: queries.Days, Label: "Mean days"}, {Name: "last_at", Type: queries.Timestamp, Label: "Newest at"},
	}, Rows: [][]any{
		{"requested_to_sent", int64(571), 0.42, time.Date(2025, 3, 31, 23, 10, 5, 0, zone)}, {"sent_to_shipped", int64(571), 1.9, time.Date(2025, 3, 30, 9, 0, 0, 0, zone)},
		{"shipped_to_received", int64(570), 12345.678, time.Date(2025, 3, 29, 9, 30, 0, 0, zone)}, {"received_to_notified", int64(570), 0.0, nil},
	}}
	t := table(w, "stages", "Turnaround by stage", 1, r)
	t.N = "n 571 filled"
	return report.Section{ID: "turnaround", Title: "Turnaround", Question: "Where does the time go?", Tables: []report.Table{t}, Figures: []report.Figure{
		figure(w, "stages", "Where does the time go?", "n 571 filled", t.ID, chart.Spec{Kind: chart.Waterfall, Format: chart.Days, X: "stage", Y: []string{"mean_days"}, Peak: func(row []any) bool { return row[0] == "shipped_to_received" }}, r),
		figure(w, "stages_bars", "How long does each stage take?", "n 571 filled", t.ID, chart.Spec{Kind: chart.Rows, Format: chart.Days, X: "stage", Y: []string{"mean_days"}}, r),
	}}
}

func reasons(w *locale.Words) report.Section {
	r := &queries.Result{Metric: &queries.Metric{ID: "reasons"}, Columns: []queries.Column{
		{Name: "reason", Type: queries.Text, Label: "Reason"}, {Name: "n_unfilled", Type: queries.Integer, Unit: queries.Requests, Label: "Unfilled"},
	}, Rows: [][]any{{"not_on_shelf", int64(12)}, {"in_use", int64(41)}, {"lacking", int64(30)}, {"policy", int64(3)}, {"unknown", int64(9)}}}
	t := table(w, "reasons", "Why requests went unfilled", 1, r)
	t.N = "n 95 unfilled"
	heat := volume()
	grid := table(w, "hours", "When requests come in", 2, heat)
	return report.Section{ID: "reasons", Title: "Reasons", Question: "Why do requests go unfilled?", Tables: []report.Table{t, grid}, Figures: []report.Figure{
		figure(w, "reasons", "Why do requests go unfilled?", "n 95 unfilled", t.ID, chart.Spec{Kind: chart.Pareto, Format: chart.Count, X: "reason", Y: []string{"n_unfilled"}}, r),
		figure(w, "hours", "When do requests come in?", "n 13,000", grid.ID, chart.Spec{Kind: chart.Heat, Format: chart.Count, X: "month", Y: []string{"n_requests"}, Split: "role"}, heat),
	}}
}

func partners(w *locale.Words) report.Section {
	r := &queries.Result{Metric: &queries.Metric{ID: "partners"}, Columns: []queries.Column{
		{Name: "partner", Type: queries.Text, Label: "Partner"}, {Name: "n_attempts", Type: queries.Integer, Unit: queries.Attempts, Label: "Attempts"},
		{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate"}, {Name: "cost", Type: queries.Double, Unit: queries.Money, Label: "Cost"},
		{Name: "currency", Type: queries.Text, Label: "Currency"}, {Name: "score", Type: queries.Double, Unit: queries.Points, Label: "Score"}, {Name: "ratio", Type: queries.Double, Label: "Ratio"},
		{Name: "first_year", Type: queries.Integer, Label: "First year"},
	}}
	for i, name := range Hostile {
		r.Rows = append(r.Rows, []any{name, int64(90 - i), 0.9 - 0.05*float64(i), 1234.5 * float64(i), "USD", 80.25, 1.5, int64(2001 + i)})
	}
	r.Rows[3][2], r.Rows[3][3] = nil, -12.5
	// The title is one that two tables share, and too long for the name of a sheet.
	t := table(w, "partners", "Requests by role and kind: what came in, by /partner* [of all]", 1, r)
	t.N, t.Metric, t.Notes = "n 1,002 attempts", "", []string{"12 of 402 partners.", Hostile[0]}
	return report.Section{ID: "partners", Title: "Partners", Question: "Who fills?", Tables: []report.Table{t}, Figures: []report.Figure{
		figure(w, "partners", "Who fills most often? "+Hostile[4], "n 1,002 attempts", t.ID, chart.Spec{Kind: chart.Rows, Format: chart.Share, X: "partner", Y: []string{"fill_rate"}}, r)}}
}

func list(w *locale.Words) report.Section {
	r := &queries.Result{Metric: &queries.Metric{ID: "overdue"}, Columns: []queries.Column{
		{Name: "request", Type: queries.Text, Label: "Request"}, {Name: "title", Type: queries.Text, Label: "Title"}, {Name: "due_day", Type: queries.Date, Label: "Due"},
		{Name: "days_late", Type: queries.Integer, Unit: queries.Days, Label: "Days late"}, {Name: "is_recalled", Type: queries.Boolean, Label: "Recalled"}, {Name: "created_at", Type: queries.Timestamp, Label: "Created"},
	}}
	for i := range 120 {
		r.Rows = append(r.Rows, []any{fmt.Sprint(100001 + i), fmt.Sprintf("A history of interlending, volume %d", i+1), day(2025, 1, 1+i%28), int64(60 - i/3), i%7 == 0, time.Date(2024, 11, 1+i%28, 9, 30, 15, 0, zone)})
	}
	// A list has no names of rows: its first column is one of its values.
	r.Rows[1][1], r.Rows[2][2] = strings.Repeat("0123456789", 1000), nil
	t := table(w, "list_overdue", "Overdue, borrowing", 1, r)
	t.List, t.Notes = true, []string{"The 120 latest of 345."}
	return report.Section{ID: "list_overdue_borrowing", Title: "Overdue", Question: "Which loans are to be asked for?", Tables: []report.Table{t}}
}

func empty() report.Section {
	return report.Section{ID: "campaigns", Title: "Campaigns", Question: "What did the campaigns change?", Empty: "No campaign ran or ended in March.", Notes: []string{"A campaign is planned for April."}}
}
