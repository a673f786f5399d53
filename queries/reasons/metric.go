// Package reasons counts why requests end without supply.
package reasons

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed reasons.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the number of unfilled and cancelled requests by reason.
var Metric = &queries.Metric{
	ID:       "reasons",
	Title:    "Reasons",
	Question: "Why do requests end without supply?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Always:   []string{"reason", "outcome"},
	Order:    "n desc, reason, outcome",
	Columns: []queries.Column{
		{Name: "reason", Type: queries.Text, Label: "Reason",
			Doc: "Why it ended without supply; unknown where the source does not say."},
		{Name: "outcome", Type: queries.Text, Label: "Outcome",
			Doc: "unfilled or cancelled."},
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests that ended so."},
		{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share",
			Doc: "Of all unfilled and cancelled requests."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
