// Package breaches lists the requests that took, or are taking, longer than their target.
package breaches

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

// lateSQL starts both statements: the requests over their target.
//
//go:embed late.sql
var lateSQL string

//go:embed breaches.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is one row per request over its target, those that are still open first.
var Metric = &queries.Metric{
	ID:           "breaches",
	Title:        "Breaches",
	Question:     "Which requests are over their target?",
	Doc:          doc,
	SQL:          lateSQL + metricSQL,
	Rows:         lateSQL + rowsSQL,
	Dated:        queries.ByBasis,
	Always:       []string{"source_id", "library", "role", "kind", "partner"},
	Order:        "outcome = 'open' desc, days_over desc, library, source_id",
	CohortOnly:   true,
	Current:      true,
	HidesReaders: true,
	NoCompare:    true,
	Options:      []string{"top"},
	Columns: []queries.Column{
		{Name: "source_id", Type: queries.Text, Label: "Request",
			Doc: "The request's number in its own system."},
		{Name: "library", Type: queries.Text, Label: "Library",
			Doc: "The library whose request it is."},
		{Name: "role", Type: queries.Text, Label: "Role",
			Doc: "borrowing, lending or docdel."},
		{Name: "kind", Type: queries.Text, Label: "Kind",
			Doc: "loan, copy or unknown."},
		{Name: "outcome", Type: queries.Text, Label: "Outcome",
			Doc: "filled or open."},
		{Name: "status", Type: queries.Text, Label: "Status",
			Doc: "The newest status; empty where an earlier as_of does not know it."},
		{Name: "partner", Type: queries.Text, Label: "Partner",
			Doc: "The partner that the request is with."},
		{Name: "created_at", Type: queries.Timestamp, Label: "Created (UTC)",
			Doc: "When the request was created, in UTC."},
		{Name: "outcome_at", Type: queries.Timestamp, Label: "Ended (UTC)",
			Doc: "When it was filled, in UTC; empty while it is open."},
		{Name: "waited_days", Type: queries.Double, Unit: queries.Days, Label: "Waited",
			Doc: "The turnaround of a filled request, the age of an open one, by the clock asked for."},
		{Name: "target_days", Type: queries.Double, Unit: queries.Days, Label: "Target",
			Doc: "The target for the request's role and kind."},
		{Name: "days_over", Type: queries.Double, Unit: queries.Days, Label: "Days over",
			Doc: "Days by which the wait exceeds the target."},
		{Name: "title", Type: queries.Text, Label: "Title",
			Doc: "Of the book, article or chapter."},
		{Name: "container", Type: queries.Text, Label: "In",
			Doc: "The journal or book that holds the copy."},
	},
}
