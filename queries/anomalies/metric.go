// Package anomalies lists the months that were not to be expected, with what explains most of each.
package anomalies

import (
	_ "embed"
	"strings"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/forecast"
)

//go:embed anomalies.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is one row per month outside the forecast's band.
var Metric = &queries.Metric{
	ID:           "anomalies",
	Title:        "Anomalies",
	Question:     "Which months were out of the ordinary, and where did it come from?",
	Doc:          doc,
	SQL:          strings.Replace(metricSQL, "forecast.sql\n", forecast.SQL, 1),
	Rows:         rowsSQL,
	Dated:        queries.ByBasis,
	Always:       []string{"month"},
	CohortOnly:   true,
	Current:      true,
	WholePast:    true,
	NoCompare:    true,
	HidesReaders: true,
	Columns: []queries.Column{
		{Name: "month", Type: queries.Date, Label: "Month",
			Doc: "A full month whose requests lie outside the forecast's band."},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests created in the month."},
		{Name: "expected", Type: queries.Double, Unit: queries.Requests, Label: "Expected",
			Doc: "What the forecast let expect."},
		{Name: "lo", Type: queries.Double, Unit: queries.Requests, Label: "Expected at least",
			Doc: "Lower end of the forecast's band."},
		{Name: "hi", Type: queries.Double, Unit: queries.Requests, Label: "Expected at most",
			Doc: "Upper end of the forecast's band."},
		{Name: "difference", Type: queries.Double, Unit: queries.Requests, Label: "Difference",
			Doc: "Requests less what was expected."},
		{Name: "dimension", Type: queries.Text, Label: "Explained by",
			Doc: "The dimension whose value has changed most in the same direction since the same month a year earlier."},
		{Name: "value", Type: queries.Text, Label: "Value",
			Doc: "That value."},
		{Name: "value_n", Type: queries.Integer, Unit: queries.Requests, Label: "Its requests",
			Doc: "Requests of the value in the month."},
		{Name: "value_before", Type: queries.Integer, Unit: queries.Requests, Label: "A year earlier",
			Doc: "Requests of the value in the same month a year earlier."},
		{Name: "value_difference", Type: queries.Integer, Unit: queries.Requests, Label: "Its change",
			Doc: "The value's requests less those a year earlier."},
		{Name: "share_of_difference", Type: queries.Double, Label: "Part of the change",
			Doc: "The value's change over that of all requests of the row since a year earlier; above 1 where others went the other way."},
	},
}
