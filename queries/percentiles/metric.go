// Package percentiles measures how far apart the waits of those lie who get what they asked for.
package percentiles

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed percentiles.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the turnaround's percentiles, for bands over time.
var Metric = &queries.Metric{
	ID:       "percentiles",
	Title:    "Percentiles",
	Question: "How far apart do waits lie?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Columns: []queries.Column{
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Measured",
			Doc: "Filled requests whose turnaround is known; the other columns speak of these."},
		{Name: "p10_days", Type: queries.Double, Unit: queries.Days, Label: "10th percentile", Better: "lower",
			Doc: "One in ten took at most this long."},
		{Name: "p25_days", Type: queries.Double, Unit: queries.Days, Label: "25th percentile", Better: "lower",
			Doc: "A quarter took at most this long."},
		{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days", Better: "lower",
			Doc: "Half of the measured requests took at most this long."},
		{Name: "p75_days", Type: queries.Double, Unit: queries.Days, Label: "75th percentile", Better: "lower",
			Doc: "Three quarters took at most this long."},
		{Name: "p90_days", Type: queries.Double, Unit: queries.Days, Label: "90th percentile", Better: "lower",
			Doc: "Nine in ten of the measured requests took at most this long."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
