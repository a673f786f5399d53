// Package report composes Fillrate's reports: what they are asked for (Spec) and what they say (Report), apart from the
// formats that packages page, pdf, sheets and tidy write them in. A report is a list of sections; a section is one file and
// one line in sections.go.
package report

import (
	"strconv"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// Kind is what a report speaks of.
type Kind string

// The kinds: a month beside the month before and the same month a year earlier; a fiscal year month by month, or the lines
// of a survey; lists to work through, as of the newest date.
const (
	Monthly   Kind = "monthly"
	Annual    Kind = "annual"
	Worklists Kind = "worklists"
)

// Spec is what a report is asked for. The same Spec on the same generation gives the same figures.
type Spec struct {
	Name     string         // of a built-in report, or of a saved one: a slug such as monthly
	Title    string         // the library's own words for it; empty: the usual title
	Kind     Kind           //
	Sections []string       // IDs, in order; none: those of the built-in report of the kind
	Groups   []string       // dimensions that section groups splits by; none: department and patron_group
	Filter   queries.Filter // what it is narrowed to; From, To, Preset, By, Compare and AsOf are not read
	From, To time.Time      // first day and the day after the last, dates at 00:00 UTC; zero for Worklists
	Language string         // a tag of package locale
	Paper    Paper
}

// Paper is the size of a PDF's pages.
type Paper string

// The sizes.
const (
	A4     Paper = "a4"
	Letter Paper = "letter"
)

// Period names the span in a file's name and in an edition's: 2025-03, 2025-07--2026-06, and for Worklists the day of the
// history's newest date.
func (s Spec) Period(asOf time.Time) string {
	switch {
	case s.From.IsZero():
		return asOf.Format(time.DateOnly)
	case s.From.Day() == 1 && s.From.AddDate(0, 1, 0).Equal(s.To):
		return s.From.Format("2006-01")
	}
	return s.From.Format("2006-01") + "--" + s.To.AddDate(0, 0, -1).Format("2006-01")
}

// Report is what was found. Everything in it is in one language and ready to be written; numbers keep their types.
type Report struct {
	Spec       Spec
	Words      *locale.Words
	Title      string // Monthly report
	Library    string // whose it is, in words: names of libraries, or all of them
	Span       string // 1 Mar 2025 to 31 Mar 2025
	AsOf       time.Time
	Generation int
	Version    string    // of Fillrate
	MadeAt     time.Time // in the library's zone
	Link       string    // address of the same question in the dashboards, from / on
	Edition    *Edition  // nil: a draft that was not issued
	// Provisional says that figures of the span may still move, and why; empty where none will.
	Provisional string
	Sentences   []string // three at most: what changed
	Sections    []Section
	About       []Pair // filter, data through, generation, version and so on, in words
	Definitions []Definition
}

// Edition is the mark of a report that was issued.
type Edition struct {
	ID       string // monthly-2025-03-2
	Number   int    // 1 for the first of its name and period
	IssuedAt time.Time
}

// FileName is what a file of the report is called: monthly-2025-03-edition-2.xlsx, monthly-2025-03-draft.xlsx.
func (r *Report) FileName(extension string) string {
	state := "draft"
	if r.Edition != nil {
		state = "edition-" + strconv.Itoa(r.Edition.Number)
	}
	return r.Spec.Name + "-" + r.Spec.Period(r.AsOf) + "-" + state + "." + extension
}

// Pair is a heading and its text.
type Pair struct{ Head, Text string }

// Definition is what a metric means, in the report's language.
type Definition struct {
	ID, Title string
	Markdown  string
	Language  string // tag of the text: a definition may not be translated
	Columns   []queries.Column
}

// Section is one part of a report: summary, volume, fill_rate …
type Section struct {
	ID       string
	Title    string
	Question string
	Tiles    []Tile
	Figures  []Figure
	Tables   []Table
	Notes    []string // sentences that the figures can't be read without
	Empty    string   // why there is nothing; the section is written all the same
}

// Tile is one figure of the report beside what it was before.
type Tile struct {
	ID       string // stable: n_received_borrowing
	Label    string
	Column   queries.Column // its unit, type and which way is better; Doc says what it is
	Now      *float64       // nil: there is none
	Before   *float64       // the month, or the year, before
	LastYear *float64       // the same month a year earlier; nil in an annual report
	// SameAge tells that Before and LastYear are not what is known of those spans today but what was known of them as long
	// after their end as the history now reaches after the report's span. See Report.Earlier.
	SameAge bool
	N       *int64 // requests that it stands on
	Note    string // n 312; provisional
	// Provisional marks a figure that may still move.
	Provisional bool
	// Metric, Filter and Where tell how to ask for it again: `fillrate query METRIC` with the filter's words, the column's
	// name, and the row whose leading values these are. No metric: it is computed here.
	Metric string
	Filter queries.Filter
	Where  []any
}

// Earlier names what a tile's Before and LastYear are of: Feb 2025, or Feb 2025 at the same age. LastYear has no name in an
// annual report, neither has one in worklists.
func (r *Report) Earlier(t Tile) (before, lastYear string) {
	name := func(s span) string {
		said := s.name(r.Words, r.Spec.Kind)
		if t.SameAge && said != "" {
			return r.Words.Say("report.same_age", said)
		}
		return said
	}
	return name(r.Spec.before()), name(r.Spec.lastYear())
}

// Figure is a chart with its table.
type Figure struct {
	ID          string
	Title       string // a question
	N           string // how many requests it stands on, and what is left out
	Chart       chart.Chart
	Height      int    // pixels, at Width
	Description string // in words, for who can't see it
	SVG         []byte // as package drawing gives it, Width × Height; nil where there is nothing to draw, or no ECharts
	Table       string // ID of the section's table with its figures
}

// Width of every drawing in pixels.
const Width = 720

// Table is figures in columns of types and units. Its values are those of queries.Result; a name is in words already
// (the code stays in Codes).
type Table struct {
	ID      string // unique within the report: volume_by_role
	Title   string
	N       string // how many requests it stands on
	Columns []queries.Column
	Rows    [][]any
	Codes   [][]any // Rows as the metric gave them, before names were put into words; same shape
	Keys    int     // how many leading columns name a row
	// Provisional marks rows that may still move; nil: none.
	Provisional []bool
	Total       bool     // the last row adds the others up
	List        bool     // rows are requests to work through: no figures of the period, no restatement
	Notes       []string // suppressed groups; rows left out
	// Metric and Filter ask for it again: `fillrate query METRIC` with the filter gives at least these rows (Rows may be a
	// part of them, then a note says so). No metric: it is put together here.
	Metric string
	Filter queries.Filter
}
