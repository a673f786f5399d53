// Package stages measures how long each step between a request and its supply takes.
package stages

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed stages.sql
var metricSQL string

//go:embed rollup.sql
var rollupSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the time of each stage on one cohort, and which of them takes the most.
var Metric = &queries.Metric{
	ID:       "stages",
	Title:    "Stages",
	Question: "Where is time lost between a request and its supply?",
	Doc:      doc,
	SQL:      metricSQL,
	Rollup:   rollupSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Always:   []string{"stage"},
	AlwaysBy: []string{"role", "kind"},
	Order:    "position",
	Columns: []queries.Column{
		{Name: "stage", Type: queries.Text, Label: "Stage",
			Doc: "processing, supplier, transit or receiving, as far as the role and kind have it."},
		{Name: "position", Type: queries.Integer, Label: "Place",
			Doc: "Which stage it is, from 1 for the first."},
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Measured",
			Doc: "Filled requests with every date in order; each stage is measured on these."},
		{Name: "n_undetermined", Type: queries.Integer, Unit: queries.Requests, Label: "Undetermined",
			Doc: "Filled requests that lack a date or have two in the wrong order; the same on each stage's row."},
		{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days", Better: "lower",
			Doc: "In half of the measured requests the stage took at most this long."},
		{Name: "p90_days", Type: queries.Double, Unit: queries.Days, Label: "90th percentile", Better: "lower",
			Doc: "In nine of ten measured requests the stage took at most this long."},
		{Name: "mean_days", Type: queries.Double, Unit: queries.Days, Label: "Mean days", Better: "lower",
			Doc: "The average; those of all stages add up to the average of the whole."},
		{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share of the time",
			Doc: "The stage's mean, of the mean of the whole."},
		{Name: "is_bottleneck", Type: queries.Boolean, Label: "Bottleneck",
			Doc: "The stage with the largest mean; of equal ones the first."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
