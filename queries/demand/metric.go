// Package demand counts requests by weekday and hour.
package demand

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed demand.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the number of requests by weekday and hour of their creation.
var Metric = &queries.Metric{
	ID:           "demand",
	Title:        "Demand",
	Question:     "On which days and at which hours do requests come in?",
	Doc:          doc,
	SQL:          metricSQL,
	Rows:         rowsSQL,
	Dated:        queries.ByBasis,
	Always:       []string{"weekday", "hour"},
	Order:        "weekday nulls last, hour nulls last",
	CohortOnly:   true,
	HidesReaders: true,
	Columns: []queries.Column{
		{Name: "weekday", Type: queries.Integer, Label: "Weekday",
			Doc: "From 1 for Monday to 7 for Sunday; empty where the moment of creation is not known."},
		{Name: "hour", Type: queries.Integer, Label: "Hour",
			Doc: "From 0 for the hour after midnight to 23, in the library's zone."},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests created in that hour of that weekday."},
		{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share",
			Doc: "Of all requests."},
		{Name: "n_measured", Type: queries.Integer, Unit: queries.Requests, Label: "Measured",
			Doc: "Of these, the filled ones whose turnaround is known."},
		{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days", Better: "lower",
			Doc: "Half of the measured requests took at most this long."},
	},
}
