// Package fillrate measures how often readers and partners get what they ask for.
package fillrate

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

var (
	//go:embed facts.sql
	factsSQL string
	//go:embed rollup.sql
	rollupSQL string
	//go:embed fill_rate.sql
	metricSQL string
)

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

var (
	//go:embed metridoc.sql
	metridocSQL string
	//go:embed metridoc_illiad.sql
	metridocIlliadSQL string
	//go:embed reshare.sql
	reshareSQL string
	//go:embed reshare_happenings.sql
	reshareHappeningsSQL string
)

// Metric is the share of requests that are filled: of those that have ended, of all, and within a number of days.
var Metric = &queries.Metric{
	ID:       "fill_rate",
	Title:    "Fill rate",
	Question: "How often do readers and partners get what they ask for?",
	Doc:      doc,
	SQL:      factsSQL + metricSQL,
	Rollup:   rollupSQL + metricSQL,
	Rows:     rowsSQL,
	Dated:    queries.ByBasis,
	Columns: []queries.Column{
		{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests created."},
		{Name: "n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "Filled",
			Doc: "Requests that were supplied."},
		{Name: "n_unfilled", Type: queries.Integer, Unit: queries.Requests, Label: "Unfilled",
			Doc: "Requests that ended without supply, but for the cancelled ones."},
		{Name: "n_cancelled", Type: queries.Integer, Unit: queries.Requests, Label: "Cancelled",
			Doc: "Requests withdrawn by the reader, duplicate, created in error, held locally or free online."},
		{Name: "n_open", Type: queries.Integer, Unit: queries.Requests, Label: "Open", CohortOnly: true,
			Doc: "Requests without an outcome yet. Null with basis=period."},
		{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate", Better: "higher", Base: []string{"n_filled", "n_unfilled"},
			Doc: "Filled, of those that were filled or unfilled."},
		{Name: "gross_fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Gross fill rate", Better: "higher", CohortOnly: true, Base: []string{"n_requests"},
			Doc: "Filled, of all requests. Null with basis=period."},
		{Name: "filled_within_7d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 7 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 7 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "filled_within_14d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 14 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 14 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "filled_within_30d", Type: queries.Double, Unit: queries.Share, Label: "Filled within 30 days", Better: "higher", CohortOnly: true,
			Doc: "Share filled within 30 days of creation, with open requests allowed for (Aalen–Johansen)."},
		{Name: "share_open", Type: queries.Double, Unit: queries.Share, Label: "Share open", CohortOnly: true, Base: []string{"n_requests"},
			Doc: "Share of the requests without an outcome yet. Null with basis=period."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
	Definitions: []queries.Definition{
		{
			Name: "metridoc", Label: "MetriDoc (ReShare)", SQL: metridocSQL,
			Doc: "Complete / (complete + unfilled + cancelled). Complete: a copy that a lender supplied, a loan that is back. Open requests and loans that are still out have no part in it, nor have document delivery and what was filled without a lender. By the day of creation. Documented by the code of MetriDoc's ReShare page.",
			Columns: []queries.Column{
				{Name: "metridoc_n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "MetriDoc: complete",
					Doc: "Copies that a lender supplied and loans that are back."},
				{Name: "metridoc_n", Type: queries.Integer, Unit: queries.Requests, Label: "MetriDoc: closed",
					Doc: "Requests that are complete, unfilled or cancelled."},
				{Name: "metridoc_fill_rate", Type: queries.Double, Unit: queries.Share, Label: "MetriDoc: fill rate", Better: "higher",
					Base: []string{"metridoc_n"}, Doc: "Complete, of those that are complete, unfilled or cancelled."},
			},
		},
		{
			Name: "metridoc_illiad", Label: "MetriDoc (ILLiad)", SQL: metridocIlliadSQL,
			Doc: "Filled / all requests, open and cancelled ones among them. A lending request with a conditional answer is filled. By the day of creation. Documented by the code and README of MetriDoc's ILLiad data source.",
			Columns: []queries.Column{
				{Name: "metridoc_illiad_n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "MetriDoc ILLiad: filled",
					Doc: "Requests that were supplied, and lending requests that were answered with a condition."},
				{Name: "metridoc_illiad_n", Type: queries.Integer, Unit: queries.Requests, Label: "MetriDoc ILLiad: requests",
					Doc: "Requests created, open ones among them."},
				{Name: "metridoc_illiad_fill_rate", Type: queries.Double, Unit: queries.Share, Label: "MetriDoc ILLiad: fill rate", Better: "higher",
					Base: []string{"metridoc_illiad_n"}, Doc: "Filled, of all requests."},
			},
		},
		{
			Name: "reshare", Label: "ReShare", SQL: reshareSQL, Happenings: reshareHappeningsSQL,
			Doc: "What happened in the span / requests created in the span, each by its own day, so that it can exceed 1. Borrowing: received or filled locally; lending: filled. Documented by the SQL and README of reshare-analytics (filled_ratio).",
			Columns: []queries.Column{
				{Name: "reshare_n_filled", Type: queries.Integer, Unit: queries.Requests, Label: "ReShare: filled",
					Doc: "Borrowing requests received or filled locally and lending requests filled in the span, whenever they were created."},
				{Name: "reshare_n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "ReShare: requests",
					Doc: "Borrowing and lending requests created in the span."},
				{Name: "reshare_filled_ratio", Type: queries.Double, Label: "ReShare: filled ratio", Better: "higher",
					Doc: "Filled in the span, set against created in the span; it can exceed 1."},
			},
		},
	},
}
