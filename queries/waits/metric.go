// Package waits counts filled requests by the days that they took.
package waits

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed waits.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Longest is the number of days from which on waits share a row.
const Longest = 61

// Metric is the distribution of the turnaround by whole days.
var Metric = &queries.Metric{
	ID:       "waits",
	Title:    "Waits",
	Question: "How many wait how long?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Always:   []string{"from_days"},
	Columns: []queries.Column{
		{Name: "from_days", Type: queries.Integer, Unit: queries.Days, Label: "Days from",
			Doc: "Whole days begun before it was supplied: 0 is up to 24 hours, 61 is 61 days and more."},
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Filled requests that took at least this many days and less than one more."},
		{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share",
			Doc: "Of all measured requests."},
		{Name: "share_so_far", Type: queries.Double, Unit: queries.Share, Label: "Share so far",
			Doc: "Of all measured requests, those that took less than one day more than this."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
