package queries

import "slices"

// Dimension is one way to split a metric. Its name is the word of `by`, the column of the result and, where Filter is
// set, the key of a filter.
type Dimension struct {
	Name   string
	Label  string
	Type   Type // Text, or Date for a bucket of time, which is named by the day it starts on
	Filter bool
	// Closed lists the values that exist, where they are fixed; a filter refuses any other.
	Closed []string

	sql  string // over a row of the facts; counted_day is the day that the metric goes by
	ends string // of a bucket of time: the day after its last, from its first day
}

// IsTime tells a bucket of time.
func (d *Dimension) IsTime() bool { return d.Type == Date }

// Column describes the dimension as a column of a result.
func (d *Dimension) Column() Column { return Column{Name: d.Name, Type: d.Type, Label: d.Label} }

// Unknown is the value of a text dimension where the history does not say. Where a date is missing the bucket is null.
const Unknown = "unknown"

// Suppressed is the value of department or patron group for the groups too small to be shown, taken together.
const Suppressed = "suppressed"

// Dimensions is all that a metric can be split by, the buckets of time from small to large first.
//
// Requests that were not filled have no filled_by and those that were, or are open, no reason: these rows are called
// not_filled and none, so that unknown keeps its meaning.
var Dimensions = []*Dimension{
	{Name: "day", Label: "Day", Type: Date, sql: "counted_day", ends: "to_days(1)"},
	{Name: "week", Label: "Week from", Type: Date, sql: "date_trunc('week', counted_day)::date", ends: "to_days(7)"},
	{Name: "month", Label: "Month", Type: Date, sql: "date_trunc('month', counted_day)::date", ends: "to_months(1)"},
	{Name: "quarter", Label: "Quarter from", Type: Date, sql: "date_trunc('quarter', counted_day)::date", ends: "to_months(3)"},
	{Name: "year", Label: "Year", Type: Date, sql: "date_trunc('year', counted_day)::date", ends: "to_months(12)"},
	{Name: "fiscal_year", Label: "Fiscal year from", Type: Date, ends: "to_months(12)",
		sql: "(date_trunc('year', counted_day - to_months($fiscal_start - 1)) + to_months($fiscal_start - 1))::date"},
	{Name: "library", Label: "Library", Type: Text, Filter: true, sql: "library"},
	{Name: "source", Label: "Source", Type: Text, Filter: true, sql: "source"},
	{Name: "role", Label: "Role", Type: Text, Filter: true, Closed: []string{"borrowing", "lending", "docdel"}, sql: "role"},
	{Name: "kind", Label: "Kind", Type: Text, Filter: true, Closed: []string{"loan", "copy", Unknown}, sql: "kind"},
	{Name: "network", Label: "Network", Type: Text, Filter: true, sql: "coalesce(network, 'unknown')"},
	{Name: "partner", Label: "Partner", Type: Text, Filter: true, sql: "coalesce(partner, 'unknown')"},
	{Name: "partner_group", Label: "Partner group", Type: Text, sql: "coalesce(partner_group, 'unknown')"},
	{Name: "department", Label: "Department", Type: Text, Filter: true, sql: "coalesce(department, 'unknown')"},
	{Name: "patron_group", Label: "Patron group", Type: Text, Filter: true, sql: "coalesce(patron_group, 'unknown')"},
	{Name: "filled_by", Label: "Filled by", Type: Text, sql: "coalesce(filled_by, 'not_filled')"},
	{Name: "reason", Label: "Reason", Type: Text,
		sql: "case when outcome in ('open', 'filled') then 'none' else coalesce(reason, 'unknown') end"},
}

// Narrowings are what a list of requests can be narrowed to beside the filters: what became of them, and why. A figure
// parts its requests by them instead. With basis=period a request with an outcome must have it in the span.
var Narrowings = []*Dimension{
	{Name: "outcome", Label: "Outcome", Type: Text, Closed: []string{"filled", "unfilled", "cancelled", "open"}, sql: "outcome"},
	{Name: "reason", Label: "Reason", Type: Text, sql: FindDimension("reason").sql},
}

// FindNarrowing gives a narrowing by its name, or nil.
func FindNarrowing(name string) *Dimension {
	i := slices.IndexFunc(Narrowings, func(d *Dimension) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return Narrowings[i]
}

// FindDimension gives a dimension by its name, or nil.
func FindDimension(name string) *Dimension {
	i := slices.IndexFunc(Dimensions, func(d *Dimension) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return Dimensions[i]
}

func dimensionNames() []string {
	var names []string
	for _, d := range Dimensions {
		names = append(names, d.Name)
	}
	return names
}
