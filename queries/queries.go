// Package queries computes Fillrate's metrics. A metric is data: a folder with its SQL, its written definition and its
// golden cases, and one line in the catalog. The package knows no charts and no HTTP.
package queries

import "time"

// Metric is one measure of the service, as data. Page, table, chart, CSV, XLSX, JSON, definition and CLI are all made
// from this one value.
type Metric struct {
	ID       string // folder, URL and command word: fill_rate
	Title    string // Fill rate
	Question string // the question that it answers, as a chart's title: How often do readers get what they ask for?
	Doc      string // the definition, Markdown, embedded from doc.md
	SQL      string // embedded; one statement over the CTE `scope`, see scope.go
	Rows     string // embedded; the requests behind the numbers, for --rows and drill-down, see rows.go
	// Rollup gives the rows of SQL from what each load counts beforehand, see rollup.go; empty where there is nothing.
	Rollup string
	// RowsOrder is the order of Rows where nothing else is asked for, as in Page.OrderBy.
	RowsOrder string
	Columns   []Column // after the dimensions asked for
	// Dated says which day of a request places it in a bucket and in [from, to).
	Dated Dated
	// Always lists the columns of its own that the metric always splits by (overdue: side). A dimension of the same
	// name is not asked for twice.
	Always []string
	// AlwaysBy lists the dimensions that the metric always splits by (stages: role, kind).
	AlwaysBy []string
	// Order sorts the rows within what they are split by, as SQL over the metric's columns; empty: by Always.
	Order string
	// CohortOnly marks a metric that goes by the day of creation (or of as_of) alone: basis has no part in it.
	CohortOnly bool
	// WholePast marks a metric that looks back beyond the span's beginning: it does not cut scope; in_span tells.
	WholePast bool
	// Current marks a metric that is about what stands now, so that pages start it from the whole history and not from the
	// last full months, which would leave out the newest requests or cut a year.
	Current bool
	// NoCompare marks a metric that is not set beside an earlier span: a list, or one that compares by itself.
	NoCompare bool
	// Readers is embedded SQL over scope: the requests whose readers stand behind a row, where they are not those of Rows.
	Readers string
	// HidesReaders marks a metric whose rows are finer than any group of readers (a title, an hour, a request): it is
	// not split or filtered by department or patron group while small groups are suppressed.
	HidesReaders bool
	// Definitions are peers' ways of counting the same thing, shown beside ours by name.
	Definitions []Definition
	// Options names the Options that the metric reads, for its definition page; those of the filter aside.
	Options []string
}

// Definition is a peer's documented formula for a figure of the same name, so that a library can reconcile.
type Definition struct {
	Name  string // metridoc
	Label string // MetriDoc
	Doc   string // the formula in words, and where it is documented
	// SQL is one statement over the CTE `scope`, or over `happenings` where Happenings is given: by_columns, Columns.
	SQL string
	// Happenings, for a peer who counts what happened in a span and not what became of its requests, is SQL over the CTE
	// `facts` that gives a row for each happening, with its own day as counted_day and what happened as happening, created
	// among others. The CTE `happenings` is those that the filter and the span leave, with the dimensions asked for.
	Happenings string
	Columns    []Column
}

// Dated names the day that a metric goes by.
type Dated string

// The days that a metric can go by. ByBasis: created_day, or outcome_day with basis=period. ByDue: due_day.
const (
	ByBasis Dated = "basis"
	ByDue   Dated = "due"
)

// Column describes one column of a result.
type Column struct {
	Name  string `json:"name"`           // median_days
	Type  Type   `json:"type"`           // double
	Unit  Unit   `json:"unit,omitempty"` // days
	Label string `json:"label"`          // Median days
	Doc   string `json:"doc,omitempty"`  // one sentence
	// Better says which direction is an improvement, for colour and words: higher, lower or empty.
	Better string `json:"better,omitempty"`
	// CohortOnly marks what has a meaning for a cohort alone: with basis=period the column is null.
	CohortOnly bool `json:"-"`
	// Base names the columns that count, added up, what a share is a share of: an interval needs it.
	Base []string `json:"-"`
	// IsChange marks a difference between two spans: it has a sign, and is in points where the unit is a share.
	IsChange bool `json:"-"`
}

// Type is what a column's values are in Go: string, int64, float64, bool, and time.Time for date and timestamp.
type Type string

// The types of a column; a value may always be nil.
const (
	Text      Type = "text"
	Integer   Type = "integer"
	Double    Type = "double"
	Boolean   Type = "boolean"
	Date      Type = "date"
	Timestamp Type = "timestamp"
)

// Unit is what a number counts.
type Unit string

// The units of a column.
const (
	Requests Unit = "requests"
	Days     Unit = "days"
	Share    Unit = "share" // 0 to 1
	Loans    Unit = "loans"
	Attempts Unit = "attempts"
	Readers  Unit = "readers"
	Money    Unit = "money"  // in the row's currency
	Points   Unit = "points" // of a score
)

// Result is a metric computed for a filter on one generation.
type Result struct {
	Metric     *Metric
	Filter     Filter
	AsOf       time.Time // the instant up to which history counts, UTC
	Generation int
	Columns    []Column // dimensions first
	Rows       [][]any  // in the columns' order, sorted by the dimensions
	// Suppressed says which departments and patron groups were taken together, or withheld, as too few readers stand
	// behind them; see SuppressionWords.
	Suppressed []Suppression
}
