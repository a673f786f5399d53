// Package openrequests is the worklist: open requests, the most pressing first.
package openrequests

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

//go:embed open_requests.sql
var metricSQL string

//go:embed rows.sql
var rowsSQL string

//go:embed doc.md
var doc string

// Metric is one row per open request with its priority score and what the score is made of.
var Metric = &queries.Metric{
	ID:           "open_requests",
	Title:        "Open requests",
	Question:     "Which open requests should be looked at first?",
	Doc:          doc,
	SQL:          metricSQL,
	Rows:         rowsSQL,
	Dated:        queries.ByBasis,
	Always:       []string{"source_id", "library", "role", "kind", "partner"},
	Order:        "priority desc, created_at nulls last, library, source_id",
	CohortOnly:   true,
	Current:      true,
	HidesReaders: true,
	NoCompare:    true,
	Options:      []string{"priority_age", "priority_need_by", "priority_rush", "priority_group", "priority_copy", "top"},
	Columns: []queries.Column{
		{Name: "priority", Type: queries.Double, Unit: queries.Points, Label: "Priority",
			Doc: "The points for age, need-by date, rush, patron group and copy, added up."},
		{Name: "source_id", Type: queries.Text, Label: "Request",
			Doc: "The request's number in its own system."},
		{Name: "library", Type: queries.Text, Label: "Library",
			Doc: "The library whose request it is."},
		{Name: "role", Type: queries.Text, Label: "Role",
			Doc: "borrowing, lending or docdel."},
		{Name: "kind", Type: queries.Text, Label: "Kind",
			Doc: "loan, copy or unknown."},
		{Name: "status", Type: queries.Text, Label: "Status",
			Doc: "The newest status; empty where an earlier as_of does not know it."},
		{Name: "partner", Type: queries.Text, Label: "Partner",
			Doc: "The partner that the request is with."},
		{Name: "created_at", Type: queries.Timestamp, Label: "Created (UTC)",
			Doc: "When the request was created, in UTC."},
		{Name: "age_days", Type: queries.Double, Unit: queries.Days, Label: "Age",
			Doc: "Days from creation to as_of, by the calendar."},
		{Name: "target_days", Type: queries.Double, Unit: queries.Days, Label: "Target",
			Doc: "The target for the request's role and kind."},
		{Name: "days_over", Type: queries.Double, Unit: queries.Days, Label: "Days over",
			Doc: "Days by which the age exceeds the target; 0 within it."},
		{Name: "need_by", Type: queries.Date, Label: "Need by",
			Doc: "The day after which the reader has no use for it."},
		{Name: "days_left", Type: queries.Integer, Unit: queries.Days, Label: "Days left",
			Doc: "Days from as_of, in the library's zone, to the need-by date."},
		{Name: "rush", Type: queries.Boolean, Label: "Rush",
			Doc: "Marked as rush."},
		{Name: "age_points", Type: queries.Double, Unit: queries.Points, Label: "For age",
			Doc: "Half the weight at the target, all of it at twice the target."},
		{Name: "need_by_points", Type: queries.Double, Unit: queries.Points, Label: "For the need-by date",
			Doc: "None two weeks before the day, all of the weight on the day."},
		{Name: "rush_points", Type: queries.Double, Unit: queries.Points, Label: "For rush",
			Doc: "The weight of rush."},
		{Name: "group_points", Type: queries.Double, Unit: queries.Points, Label: "For the patron group",
			Doc: "The weight, by the hundredths that the patron group has."},
		{Name: "copy_points", Type: queries.Double, Unit: queries.Points, Label: "For a copy",
			Doc: "The weight of a copy."},
		{Name: "title", Type: queries.Text, Label: "Title",
			Doc: "Of the book, article or chapter."},
		{Name: "container", Type: queries.Text, Label: "In",
			Doc: "The journal or book that holds the copy."},
	},
}
