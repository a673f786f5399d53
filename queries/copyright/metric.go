// Package copyright counts the copies from each periodical against the CONTU guideline.
package copyright

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/titles"
)

//go:embed asked.sql
var askedSQL string

//go:embed copyright.sql
var metricSQL string

//go:embed rows_asked.sql
var rowsAskedSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the copies ordered from each periodical's recent years, per calendar year, and how many are left of the limit.
var Metric = &queries.Metric{
	ID:           "copyright",
	Title:        "Copyright",
	Question:     "Which journals are near the CONTU limit?",
	Doc:          doc,
	SQL:          "with\n" + askedSQL + ",\n" + titles.Cited + ",\n" + metricSQL,
	Rows:         "with\n" + rowsAskedSQL + ",\n" + titles.Cited + "\n" + rowsSQL,
	Dated:        queries.ByBasis,
	CohortOnly:   true,
	Current:      true,
	HidesReaders: true,
	NoCompare:    true,
	Always:       []string{"container", "issn", "year"},
	Order:        "year desc, n_within_rule desc, n_unknown_year desc, container, issn",
	Options:      []string{"contu_limit", "contu_years", "top"},
	Columns: []queries.Column{
		{Name: "container", Type: queries.Text, Label: "Journal",
			Doc: "The periodical, as it is most often written."},
		{Name: "issn", Type: queries.Text, Label: "ISSN",
			Doc: "Its ISSN; empty where no request for it gives one."},
		{Name: "year", Type: queries.Integer, Label: "Year",
			Doc: "The calendar year in which the copies were asked for."},
		{Name: "n_within_rule", Type: queries.Integer, Unit: queries.Requests, Label: "Count",
			Doc: "Copies of articles young enough to count, filled or still open."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Of these, the filled ones."},
		{Name: "n_open", Type: queries.Integer, Unit: queries.Requests, Label: "Open",
			Doc: "Of these, those still on their way: they count once they are filled."},
		{Name: "n_unknown_year", Type: queries.Integer, Unit: queries.Requests, Label: "Year unknown",
			Doc: "Copies beside these, filled or open, whose year of publication is not known: look them up."},
		{Name: "limit", Type: queries.Integer, Unit: queries.Requests, Label: "Limit",
			Doc: "Copies that the guideline allows from one periodical in a calendar year."},
		{Name: "n_left", Type: queries.Integer, Unit: queries.Requests, Label: "Left",
			Doc: "How many more may be ordered before the limit is reached."},
		{Name: "over_limit", Type: queries.Boolean, Label: "Over the limit",
			Doc: "More copies than the limit: permission or a fee is due."},
		{Name: "near_limit", Type: queries.Boolean, Label: "Near the limit",
			Doc: "The limit is reached, or the next copy reaches it."},
	},
}
