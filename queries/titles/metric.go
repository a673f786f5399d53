// Package titles lists what readers ask other libraries for, work by work, and what might be bought instead.
package titles

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

// Cited is a common table that other metrics of titles use too: the rows of a table `asked` (kind, title, author, container,
// issn, isbn, oclc_number and whatever else) with the keys of the work asked for: issn_key, isbn_key, journal_key, work_key.
//
//go:embed cited.sql
var Cited string

//go:embed asked.sql
var askedSQL string

//go:embed titles.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is the requests, readers, wait and cost of each title that was borrowed, and whether it is one to buy.
var Metric = &queries.Metric{
	ID:           "titles",
	Title:        "Titles",
	Question:     "Which titles do we borrow again and again?",
	Doc:          doc,
	SQL:          "with\n" + askedSQL + ",\n" + Cited + ",\n" + metricSQL,
	Rows:         rowsSQL,
	Dated:        queries.ByBasis,
	CohortOnly:   true,
	Current:      true,
	HidesReaders: true,
	NoCompare:    true,
	Always:       []string{"title", "container", "issn", "kind"},
	// Past kind the order only has to be the same each time.
	Order: "purchase_candidate desc, n_filled_window desc, n_requests desc, kind, title, container, issn, n_filled, n_patrons, " +
		"median_days, total_cost, currency",
	Options: []string{"purchase_requests", "purchase_window_days", "purchase_readers", "purchase_cost", "purchase_wait_days", "top"},
	Columns: []queries.Column{
		{Name: "title", Type: queries.Text, Label: "Title",
			Doc: "The book as it is most often written; empty for a journal, unknown for requests that name no work."},
		{Name: "container", Type: queries.Text, Label: "Journal",
			Doc: "The journal that copies were asked from, as it is most often written."},
		{Name: "issn", Type: queries.Text, Label: "ISSN or ISBN",
			Doc: "The journal's ISSN, or the book's most frequent ISBN in thirteen digits."},
		{Name: "kind", Type: queries.Text, Label: "Kind",
			Doc: "loan, copy or unknown."},
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Borrowing requests for the title, whatever became of them."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Of these, the filled ones."},
		{Name: "n_patrons", Type: queries.Integer, Unit: queries.Readers, Label: "Readers",
			Doc: "Different readers who asked for it; requests without a reader's key aside."},
		{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days", Better: "lower",
			Doc: "Half of its filled requests took at most this long, by the clock asked for."},
		{Name: "total_cost", Type: queries.Double, Unit: queries.Money, Label: "Cost", Better: "lower",
			Doc: "What its filled requests cost together; empty without a cost or with several currencies."},
		{Name: "currency", Type: queries.Text, Label: "Currency",
			Doc: "The currency of the cost; unknown where the source gives none."},
		{Name: "n_filled_window", Type: queries.Integer, Unit: queries.Requests, Label: "Filled lately",
			Doc: "Filled requests of the window that a purchase is judged by."},
		{Name: "purchase_candidate", Type: queries.Boolean, Label: "Purchase candidate",
			Doc: "Asked for often enough, by enough readers, and dear or slow enough, to think of buying it."},
	},
}
