// Package forecast expects the requests of each month, of the past and of those to come.
package forecast

import (
	_ "embed"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

// SQL is the forecast's statement, for metrics that start from it: columns are the dimensions asked for and those of Metric.
//
//go:embed forecast.sql
var SQL string

// From the counted days the one reading of the history adds up what it counts otherwise.
var rollupSQL = strings.Replace(SQL, "count(*)::double as n\n    from scope", "sum(n)::double as n\n    from days", 1)

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is what each month was expected to bring, the band that it should lie in, and how far that has erred of late.
var Metric = &queries.Metric{
	ID:         "forecast",
	Title:      "Forecast",
	Question:   "How many requests will come?",
	Doc:        doc,
	SQL:        SQL,
	Rollup:     rollupSQL,
	Rows:       rowsSQL,
	Dated:      queries.ByBasis,
	Always:     []string{"month"},
	CohortOnly: true,
	Current:    true,
	WholePast:  true,
	NoCompare:  true,
	Options:    []string{"horizon"},
	Columns: []queries.Column{
		{Name: "month", Type: queries.Date, Label: "Month",
			Doc: "Full months of the span, then the months to come."},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests created in the month; empty for a month to come."},
		{Name: "expected", Type: queries.Double, Unit: queries.Requests, Label: "Expected",
			Doc: "What the months before let expect."},
		{Name: "lo", Type: queries.Double, Unit: queries.Requests, Label: "Expected at least",
			Doc: "Lower end of the band in which 95 % of such months should lie."},
		{Name: "hi", Type: queries.Double, Unit: queries.Requests, Label: "Expected at most",
			Doc: "Upper end of that band."},
		{Name: "method", Type: queries.Text, Label: "Method",
			Doc: "seasonal_naive: as in the same month a year earlier; holt_winters: smoothed level, trend and season."},
		{Name: "backtest_error", Type: queries.Double, Unit: queries.Share, Label: "Error", Better: "lower",
			Doc: "By how much the method erred over the newest twelve months, as a share of their requests."},
		{Name: "naive_error", Type: queries.Double, Unit: queries.Share, Label: "Error, as last year", Better: "lower",
			Doc: "The same for the seasonal naive method."},
		{Name: "winters_error", Type: queries.Double, Unit: queries.Share, Label: "Error, Holt–Winters", Better: "lower",
			Doc: "The same for Holt–Winters, which needs three years of full months."},
		{Name: "is_outside", Type: queries.Boolean, Label: "Outside",
			Doc: "The month lies outside its band."},
	},
}
