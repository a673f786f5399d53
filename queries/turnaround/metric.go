// Package turnaround measures how long those wait who get what they asked for.
package turnaround

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed turnaround.sql
var metricSQL string

//go:embed rollup.sql
var rollupSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the time from a request's creation to its supply.
var Metric = &queries.Metric{
	ID:       "turnaround",
	Title:    "Turnaround",
	Question: "How long do readers and partners wait?",
	Doc:      doc,
	SQL:      metricSQL,
	Rollup:   rollupSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Columns: []queries.Column{
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Requests that were supplied: n, n_undetermined and n_negative together."},
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Measured",
			Doc: "Filled requests whose turnaround is known; the other columns speak of these."},
		{Name: "n_undetermined", Type: queries.Integer, Unit: queries.Requests, Label: "Undetermined",
			Doc: "Filled requests of which the day of creation or of supply is not known."},
		{Name: "n_negative", Type: queries.Integer, Unit: queries.Requests, Label: "Negative",
			Doc: "Filled requests that were supplied before they were created, as two clocks disagree."},
		{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days", Better: "lower",
			Doc: "Half of the measured requests took at most this long."},
		{Name: "p90_days", Type: queries.Double, Unit: queries.Days, Label: "90th percentile", Better: "lower",
			Doc: "Nine in ten of the measured requests took at most this long."},
		{Name: "mean_days", Type: queries.Double, Unit: queries.Days, Label: "Mean days", Better: "lower",
			Doc: "The average; a few very long waits pull it up."},
		{Name: "share_within_sla", Type: queries.Double, Unit: queries.Share, Label: "Within target", Better: "higher", Base: []string{"n"},
			Doc: "Share of the measured requests within the target for their role and kind."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
