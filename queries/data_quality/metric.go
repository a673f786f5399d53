// Package dataquality counts what is missing, contradictory or doubtful in the history.
package dataquality

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed data_quality.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is one row per check, always all of them in the same order.
var Metric = &queries.Metric{
	ID:       "data_quality",
	Title:    "Data quality",
	Question: "What is missing or doubtful in the data?",
	Doc:      doc,
	SQL:      metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Always:   []string{"check_name"},
	Order: "list_position(['rows_rejected', 'no_created_at', 'undated_fill', 'negative_duration', 'unknown_status', 'unknown_kind', " +
		"'no_partner', 'no_reason', 'no_patron_group', 'no_department', 'likely_duplicate', 'zone_assumed'], check_name)",
	CohortOnly: true,
	NoCompare:  true,
	Columns: []queries.Column{
		{Name: "check_name", Type: queries.Text, Label: "Check",
			Doc: "What was looked for; meaning says it in words."},
		{Name: "n", Type: queries.Integer, Label: "Found", Better: "lower",
			Doc: "How many were found: requests, and for rows_rejected rows of files, for zone_assumed libraries."},
		{Name: "n_of", Type: queries.Integer, Label: "Of",
			Doc: "Of how many that could have been found."},
		{Name: "share", Type: queries.Double, Unit: queries.Share, Label: "Share", Better: "lower", Base: []string{"n_of"},
			Doc: "n over n_of; empty where there are none."},
		{Name: "meaning", Type: queries.Text, Label: "Meaning",
			Doc: "The check in a sentence, with what it does to the figures."},
	},
}
