// Package cost adds up what filled requests cost.
package cost

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed cost.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the cost of filled requests, currency by currency.
var Metric = &queries.Metric{
	ID:       "cost",
	Title:    "Cost",
	Question: "What does a filled request cost?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Always:   []string{"currency"},
	AlwaysBy: []string{"role"},
	Order:    "n_filled desc, currency",
	Columns: []queries.Column{
		{Name: "currency", Type: queries.Text, Label: "Currency",
			Doc: "no_cost where the source tells no cost; unknown where it tells one without its currency."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Filled requests with a cost in this currency, or without a cost."},
		{Name: "share_of_filled", Type: queries.Double, Unit: queries.Share, Label: "Share of filled",
			Doc: "Of all filled requests."},
		{Name: "total_cost", Type: queries.Double, Unit: queries.Money, Label: "Total cost",
			Doc: "What they cost together; of lending, what the partners were charged."},
		{Name: "cost_per_filled", Type: queries.Double, Unit: queries.Money, Label: "Cost per filled request", Better: "lower",
			Doc: "Total cost divided by these filled requests."},
		{Name: "median_cost", Type: queries.Double, Unit: queries.Money, Label: "Median cost", Better: "lower",
			Doc: "Half of these requests cost at most this much."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
