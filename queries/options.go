package queries

import "slices"

// Option is a whole number that a question may set: a limit, a weight, a number of days. Its name is the key of the
// filter and, with a dollar before it, the parameter of the SQL.
type Option struct {
	Name      string
	Label     string
	Doc       string // one sentence
	Default   int
	Low, High int
}

// AnyHour is the value of the option hour that leaves all hours.
const AnyHour = 24

// Options is every number that a question can set.
var Options = []*Option{
	{Name: "grace_days", Label: "Days of grace", Default: 0, Low: 0, High: 3650,
		Doc: "Days after the due day on which a loan is not late yet."},
	{Name: "return_transit_days", Label: "Days for the way back", Default: 0, Low: 0, High: 3650,
		Doc: "The same on the lending side, for the way back."},
	{Name: "fiscal_start", Label: "Fiscal year starts in month", Default: 7, Low: 1, High: 12,
		Doc: "Month in which the fiscal year starts."},
	{Name: "suppress_below", Label: "Readers in the smallest group shown", Default: 5, Low: 0, High: 1000,
		Doc: "Departments and patron groups with fewer readers are taken together; 0 shows all."},
	{Name: "min_n", Label: "Attempts for a rate of its own", Default: 20, Low: 0, High: 100_000,
		Doc: "A partner with fewer answered attempts is marked, and its rate drawn towards that of all partners."},
	{Name: "contu_limit", Label: "Copies per title and year", Default: 5, Low: 0, High: 1000,
		Doc: "Copies from one periodical in a calendar year within the CONTU guideline; 0 turns the rule off."},
	{Name: "contu_years", Label: "Years that the rule looks back", Default: 5, Low: 1, High: 200,
		Doc: "An article counts when the year asked for it minus its year of publication is less than this."},
	{Name: "purchase_requests", Label: "Filled requests for a purchase", Default: 3, Low: 1, High: 10_000,
		Doc: "Filled requests for one title within the window that make it a purchase candidate."},
	{Name: "purchase_window_days", Label: "Window for a purchase", Default: 365, Low: 1, High: 36_500,
		Doc: "Days before the end of the span, or before as_of, in which those requests were created."},
	{Name: "purchase_readers", Label: "Readers for a purchase", Default: 2, Low: 1, High: 10_000,
		Doc: "Different readers who asked for the title within the window."},
	{Name: "purchase_cost", Label: "Cost for a purchase", Default: 0, Low: 0, High: 1_000_000,
		Doc: "What the title's requests in the window have cost together, at least (or purchase_wait_days)."},
	{Name: "purchase_wait_days", Label: "Wait for a purchase", Default: 0, Low: 0, High: 3650,
		Doc: "The median wait for the title in the window, at least (or purchase_cost)."},
	{Name: "priority_age", Label: "Weight of age", Default: 40, Low: 0, High: 100,
		Doc: "Points of the priority score for age against the target."},
	{Name: "priority_need_by", Label: "Weight of the need-by date", Default: 30, Low: 0, High: 100,
		Doc: "Points of the priority score for a need-by date within two weeks."},
	{Name: "priority_rush", Label: "Weight of rush", Default: 15, Low: 0, High: 100,
		Doc: "Points of the priority score for a rush request."},
	{Name: "priority_group", Label: "Weight of the patron group", Default: 10, Low: 0, High: 100,
		Doc: "Points of the priority score for a patron group with a weight."},
	{Name: "priority_copy", Label: "Weight of copies", Default: 5, Low: 0, High: 100,
		Doc: "Points of the priority score for a copy, which can be there the same day."},
	{Name: "horizon", Label: "Months to look ahead", Default: 6, Low: 0, High: 12,
		Doc: "Months after the last full one that the forecast speaks of."},
	{Name: "late_from", Label: "Days late, from", Default: 0, Low: 0, High: 100_000,
		Doc: "Of the loans that are out, a list has those that are late by at least so many days; 0 lists all."},
	{Name: "late_to", Label: "Days late, to", Default: 0, Low: 0, High: 100_000,
		Doc: "Of the loans that are out, a list has those that are late by at most so many days; 0 sets no end."},
	{Name: "waited_from", Label: "Days waited, from", Default: 0, Low: 0, High: 100_000,
		Doc: "Of the filled requests, a list has those that took at least so many days; 0 lists all."},
	{Name: "waited_to", Label: "Days waited, under", Default: 0, Low: 0, High: 100_000,
		Doc: "Of the filled requests, a list has those that took less than so many days; 0 sets no end."},
	{Name: "weekday", Label: "Weekday of arrival", Default: 0, Low: 0, High: 7,
		Doc: "A list has the requests created on this day of the week, from 1 for Monday to 7 for Sunday; 0 lists all."},
	{Name: "hour", Label: "Hour of arrival", Default: AnyHour, Low: 0, High: AnyHour,
		Doc: "A list has the requests created in this hour of the day, from 0 to 23; 24 lists all."},
	{Name: "top", Label: "Longest list", Default: 500, Low: 0, High: 10_000_000,
		Doc: "Rows of a list of titles or requests, at most, from the top; 0 lists all."},
}

// ListsOnly names the options that say nothing of a metric's figures: they narrow a list of requests, or its length.
var ListsOnly = []string{"late_from", "late_to", "waited_from", "waited_to", "weekday", "hour", "top"}

// FindOption gives an option by its name, or nil.
func FindOption(name string) *Option {
	i := slices.IndexFunc(Options, func(o *Option) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return Options[i]
}

// Number is the value of an option: what the question names, else what the library has settled, else its default.
func (f Filter) Number(name string) int {
	if n, ok := f.Numbers[name]; ok {
		return n
	}
	if n, ok := f.Defaults[name]; ok {
		return n
	}
	return FindOption(name).Default
}
