// Package partners measures what each partner library does for us, and we for it.
package partners

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed partners.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is a card per partner: how often and how fast it fills, what it costs, and the balance between the two.
var Metric = &queries.Metric{
	ID:         "partners",
	Title:      "Partners",
	Question:   "Which partners can we count on?",
	Doc:        doc,
	SQL:        metricSQL,
	Rows:       rowsSQL,
	Dated:      queries.ByBasis,
	CohortOnly: true,
	Always:     []string{"partner"},
	Order:      "lent + borrowed desc, n_attempts desc, partner",
	Options:    []string{"min_n"},
	Columns: []queries.Column{
		{Name: "partner", Type: queries.Text, Label: "Partner",
			Doc: "The partner library, after aliases."},
		{Name: "n_attempts", Type: queries.Integer, Unit: queries.Attempts, Label: "Attempts",
			Doc: "How often we put a request to it."},
		{Name: "n_answered", Type: queries.Integer, Unit: queries.Attempts, Label: "Answered",
			Doc: "Of these, those that ended: filled, no, or expired."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Attempts, Label: "Filled",
			Doc: "Of these, those that it filled."},
		{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate", Better: "higher",
			Doc: "Filled attempts of the answered ones.", Base: []string{"n_answered"}},
		{Name: "fill_rate_shrunk", Type: queries.Double, Unit: queries.Share, Label: "Fair fill rate", Better: "higher",
			Doc: "The fill rate drawn towards that of all partners, the more so the fewer the answers: the one to rank by."},
		{Name: "is_small", Type: queries.Boolean, Label: "Few answers",
			Doc: "Fewer answered attempts than a rate of its own needs."},
		{Name: "n_first", Type: queries.Integer, Unit: queries.Attempts, Label: "Asked first",
			Doc: "Answered attempts in which it was the first lender asked."},
		{Name: "fill_rate_first", Type: queries.Double, Unit: queries.Share, Label: "Fill rate when first", Better: "higher",
			Doc: "Of these, the share that it filled.", Base: []string{"n_first"}},
		{Name: "expired_share", Type: queries.Double, Unit: queries.Share, Label: "Expired", Better: "lower",
			Doc: "Share of the answered attempts that ran out without an answer.", Base: []string{"n_answered"}},
		{Name: "conditional_share", Type: queries.Double, Unit: queries.Share, Label: "Conditional",
			Doc: "Share of the attempts in which it set a condition.", Base: []string{"n_attempts"}},
		{Name: "n_responses", Type: queries.Integer, Unit: queries.Attempts, Label: "Timed answers",
			Doc: "Attempts, filled or not, of which both the asking and the answer are dated."},
		{Name: "median_response_days", Type: queries.Double, Unit: queries.Days, Label: "Median days to answer", Better: "lower",
			Doc: "Half of the timed answers took at most this long; a condition is an answer. Calendar days."},
		{Name: "p90_response_days", Type: queries.Double, Unit: queries.Days, Label: "90th percentile", Better: "lower",
			Doc: "Nine in ten of the timed answers took at most this long. Calendar days."},
		{Name: "median_transit_days", Type: queries.Double, Unit: queries.Days, Label: "Median days in transit", Better: "lower",
			Doc: "Half of the loans borrowed from it were on the way at most this long. Calendar days."},
		{Name: "share_within_sla", Type: queries.Double, Unit: queries.Share, Label: "Within target", Better: "higher",
			Doc: "Share of what was borrowed from it, where measured, that was there within the target for its kind."},
		{Name: "borrowed", Type: queries.Integer, Unit: queries.Requests, Label: "Borrowed",
			Doc: "Our requests that it filled."},
		{Name: "lent", Type: queries.Integer, Unit: queries.Requests, Label: "Lent",
			Doc: "Its requests that we filled."},
		{Name: "balance", Type: queries.Integer, Unit: queries.Requests, Label: "Balance",
			Doc: "Lent less borrowed: above zero we are the net lender."},
		{Name: "n_overdue", Type: queries.Integer, Unit: queries.Loans, Label: "Overdue with it", Better: "lower",
			Doc: "Loans lent to it that are out and at least one day late at as_of."},
		{Name: "currency", Type: queries.Text, Label: "Currency",
			Doc: "The currency of the cost; unknown where the source gives none, empty where there are several."},
		{Name: "total_cost", Type: queries.Double, Unit: queries.Money, Label: "Cost", Better: "lower",
			Doc: "What was paid for what was borrowed from it; empty without a cost or with several currencies."},
		{Name: "cost_per_filled", Type: queries.Double, Unit: queries.Money, Label: "Cost each", Better: "lower",
			Doc: "The cost per borrowed request that has one."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures still move: over 5 % of the requests are open, or the span ended too recently."},
	},
}
