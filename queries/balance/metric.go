// Package balance sets what a library lends against what it borrows.
package balance

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed balance.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is filled lending requests against filled borrowing requests.
var Metric = &queries.Metric{
	ID:       "balance",
	Title:    "Balance",
	Question: "Do we give as much as we take?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Columns: []queries.Column{
		{Name: "lent", Type: queries.Integer, Unit: queries.Requests, Label: "Lent",
			Doc: "Filled lending requests."},
		{Name: "borrowed", Type: queries.Integer, Unit: queries.Requests, Label: "Borrowed",
			Doc: "Borrowing requests that a lender filled."},
		{Name: "net", Type: queries.Integer, Unit: queries.Requests, Label: "Net",
			Doc: "Lent less borrowed: above zero we give more than we take."},
		{Name: "ratio", Type: queries.Double, Label: "Lent to borrowed",
			Doc: "Lent divided by borrowed; empty where nothing was borrowed."},
		{Name: "lent_loans", Type: queries.Integer, Unit: queries.Requests, Label: "Loans lent",
			Doc: "Of what was lent, the loans."},
		{Name: "borrowed_loans", Type: queries.Integer, Unit: queries.Requests, Label: "Loans borrowed",
			Doc: "Of what was borrowed, the loans."},
		{Name: "net_loans", Type: queries.Integer, Unit: queries.Requests, Label: "Net loans",
			Doc: "Loans lent less loans borrowed."},
		{Name: "lent_copies", Type: queries.Integer, Unit: queries.Requests, Label: "Copies lent",
			Doc: "Of what was lent, the copies."},
		{Name: "borrowed_copies", Type: queries.Integer, Unit: queries.Requests, Label: "Copies borrowed",
			Doc: "Of what was borrowed, the copies."},
		{Name: "net_copies", Type: queries.Integer, Unit: queries.Requests, Label: "Net copies",
			Doc: "Copies lent less copies borrowed."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
