// Package overdue measures what is late: loans that we owe and loans that are owed to us.
package overdue

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed loans.sql
var loansSQL string

//go:embed rollup.sql
var rollupSQL string

//go:embed overdue.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed readers.sql
var readersSQL string

//go:embed doc.md
var doc string

// Metric is the number of loans that are out and late at as_of, and the share of loans that came back late.
var Metric = &queries.Metric{
	ID:        "overdue",
	Title:     "Overdue",
	Question:  "What is late, what we owe and what is owed to us?",
	Doc:       doc,
	SQL:       loansSQL + metricSQL,
	Rollup:    rollupSQL + metricSQL,
	Rows:      rowsSQL,
	Readers:   readersSQL,
	RowsOrder: "-days_late",
	Dated:     queries.ByDue,
	Always:    []string{"side"},
	Columns: []queries.Column{
		{Name: "side", Type: queries.Text, Label: "Side",
			Doc: "borrowing: what we owe; lending: what is owed to us."},
		{Name: "n_out", Type: queries.Integer, Unit: queries.Loans, Label: "Out",
			Doc: "Loans that are not back at as_of."},
		{Name: "n_overdue", Type: queries.Integer, Unit: queries.Loans, Label: "Overdue", Better: "lower",
			Doc: "Loans that are out and at least one day late."},
		{Name: "n_1_7", Type: queries.Integer, Unit: queries.Loans, Label: "1–7 days",
			Doc: "Of the overdue loans, those 1 to 7 days late."},
		{Name: "n_8_30", Type: queries.Integer, Unit: queries.Loans, Label: "8–30 days",
			Doc: "Of the overdue loans, those 8 to 30 days late."},
		{Name: "n_31_90", Type: queries.Integer, Unit: queries.Loans, Label: "31–90 days",
			Doc: "Of the overdue loans, those 31 to 90 days late."},
		{Name: "n_91_plus", Type: queries.Integer, Unit: queries.Loans, Label: "Over 90 days",
			Doc: "Of the overdue loans, those 91 days late or more."},
		{Name: "n_due", Type: queries.Integer, Unit: queries.Loans, Label: "Were due",
			Doc: "Loans that were due in the span, whose due day has ended, and of which it is known when they came back or that they are out."},
		{Name: "overdue_rate", Type: queries.Double, Unit: queries.Share, Label: "Overdue rate", Better: "lower", Base: []string{"n_due"},
			Doc: "Of the loans due in the span, the share that came back late or is still out."},
	},
}
