// Package attempts measures how many lenders a request is put to before it is filled.
package attempts

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed attempts.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the lenders asked per filled request, and which of them filled it.
var Metric = &queries.Metric{
	ID:         "attempts",
	Title:      "Attempts",
	Question:   "How many lenders does a request need?",
	Doc:        doc,
	SQL:        metricSQL,
	Rows:       rowsSQL,
	Dated:      queries.ByBasis,
	CohortOnly: true,
	Columns: []queries.Column{
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Borrowing requests that were put to at least one lender."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Of these, the requests that a lender filled."},
		{Name: "n_attempts", Type: queries.Integer, Unit: queries.Attempts, Label: "Attempts",
			Doc: "Lenders that these requests were put to, each time counted."},
		{Name: "n_position_known", Type: queries.Integer, Unit: queries.Requests, Label: "Place known",
			Doc: "Of the filled requests, those whose lender's place in the order of asking is known."},
		{Name: "attempts_per_fill", Type: queries.Double, Unit: queries.Attempts, Label: "Attempts per filled request", Better: "lower",
			Doc: "All attempts, in vain or not, per filled request."},
		{Name: "first_lender_fill", Type: queries.Double, Unit: queries.Share, Label: "Filled by the first", Better: "higher",
			Doc: "Share of those whose place is known that the first lender filled.", Base: []string{"n_position_known"}},
		{Name: "second_lender_fill", Type: queries.Double, Unit: queries.Share, Label: "Filled by the second",
			Doc: "Share of those whose place is known that the second lender filled.", Base: []string{"n_position_known"}},
		{Name: "later_fill", Type: queries.Double, Unit: queries.Share, Label: "Filled later", Better: "lower",
			Doc: "Share of those whose place is known that the third lender filled, or a later one.", Base: []string{"n_position_known"}},
		{Name: "expired_share", Type: queries.Double, Unit: queries.Share, Label: "Expired", Better: "lower",
			Doc: "Share of the answered attempts (filled, no, expired) that ran out without an answer."},
		{Name: "conditional_share", Type: queries.Double, Unit: queries.Share, Label: "Conditional",
			Doc: "Share of the attempts in which the lender set a condition.", Base: []string{"n_attempts"}},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures still move: over 5 % of the requests are open, or the span ended too recently."},
	},
}
