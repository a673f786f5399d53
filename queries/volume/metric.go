// Package volume counts requests and what became of them.
package volume

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

var (
	//go:embed parts.sql
	partsSQL string
	//go:embed rollup.sql
	rollupSQL string
	//go:embed volume.sql
	metricSQL string
)

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the number of requests by outcome.
var Metric = &queries.Metric{
	ID:       "volume",
	Title:    "Volume",
	Question: "How many requests come in, and what becomes of them?",
	Doc:      doc,
	SQL:      partsSQL + metricSQL,
	Rollup:   rollupSQL + metricSQL,
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
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
