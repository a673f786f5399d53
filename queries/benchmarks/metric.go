// Package benchmarks sets published figures of other libraries beside the library's own.
package benchmarks

import (
	_ "embed"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

//go:embed benchmarks.sql
var metricSQL string

// publishedSQL is data: the figures that others have published, each with its population, period and source.
//
//go:embed published.sql
var publishedSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is one row per published figure, with the same measure of the library's own.
var Metric = &queries.Metric{
	ID:         "benchmarks",
	Title:      "Benchmarks",
	Question:   "How do we compare with what others have published?",
	Doc:        doc,
	SQL:        strings.Replace(metricSQL, "published.sql\n", publishedSQL, 1),
	Rows:       rowsSQL,
	Dated:      queries.ByBasis,
	Always:     []string{"measure", "population"},
	CohortOnly: true,
	NoCompare:  true,
	Columns: []queries.Column{
		{Name: "measure", Type: queries.Text, Label: "Measure",
			Doc: "What was measured."},
		{Name: "unit", Type: queries.Text, Label: "Unit",
			Doc: "What own, lo and hi are counted in; a share is 0 to 1."},
		{Name: "own", Type: queries.Double, Label: "Ours",
			Doc: "The measure over our own requests in the span; empty where it cannot be computed."},
		{Name: "own_n", Type: queries.Integer, Unit: queries.Requests, Label: "Ours, of",
			Doc: "Requests that ours was computed from."},
		{Name: "lo", Type: queries.Double, Label: "Published, from",
			Doc: "The published figure, or the lower of two."},
		{Name: "hi", Type: queries.Double, Label: "Published, to",
			Doc: "The upper of two published figures; the same as lo where there is one."},
		{Name: "population", Type: queries.Text, Label: "Libraries",
			Doc: "Whose figure it is."},
		{Name: "period", Type: queries.Text, Label: "Period",
			Doc: "The years that it speaks of, as far as they are stated."},
		{Name: "published_in", Type: queries.Text, Label: "Published in",
			Doc: "Where it was published."},
		{Name: "note", Type: queries.Text, Label: "Note",
			Doc: "What it counts, and how ours differs."},
	},
}
