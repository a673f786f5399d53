// Package fillrate measures how often readers and partners get what they ask for.
package fillrate

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed fill_rate.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the share of requests that are filled: of those that have ended, of all, and within a number of days.
var Metric = &queries.Metric{
	ID:       "fill_rate",
	Title:    "Fill rate",
	Question: "How often do readers and partners get what they ask for?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Columns: []queries.Column{
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests created."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Requests that were supplied."},
		{Name: "n_unfilled", Type: queries.Integer, Unit: queries.Requests, Label: "Unfilled",
			Doc: "Requests that ended without supply, but for the cancelled ones."},
		{Name: "n_cancelled", Type: queries.Integer, Unit: queries.Requests, Label: "Cancelled",
			Doc: "Requests withdrawn by the reader, duplicate, created in error, held locally or free online."},
		{Name: "n_open", Type: queries.Integer, Unit: queries.Requests, Label: "Open", CohortOnly: true,
			Doc: "Requests without an outcome yet. Null with basis=period."},
		{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate", Better: "higher",
			Doc: "Filled, of those that were filled or unfilled."},
		{Name: "gross_fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Gross fill rate", Better: "higher", CohortOnly: true,
			Doc: "Filled, of all requests. Null with basis=period."},
		{Name: "filled_within_7d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 7 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 7 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "filled_within_14d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 14 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 14 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "filled_within_30d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 30 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 30 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "share_open", Type: queries.Double, Unit: queries.Share, Label: "Share open", CohortOnly: true,
			Doc: "Share of the requests without an outcome yet. Null with basis=period."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
