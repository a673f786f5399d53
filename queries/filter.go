package queries

import "time"

// Filter is the whole question: which requests, split how, counted how. It is parsed once, from a URL's query or from
// flags, and used by page, export, drill-down and command alike. The zero Filter asks for everything in one row.
type Filter struct {
	From time.Time // first day, inclusive, as a date at 00:00 UTC; zero: from the beginning
	To   time.Time // day after the last, exclusive; zero: to the end

	Library     []string
	Role        []string // borrowing, lending, docdel
	Kind        []string // loan, copy, unknown
	Network     []string
	Partner     []string
	Department  []string
	PatronGroup []string
	Source      []string

	By    []string  // dimensions, in the order asked for
	Basis string    // cohort (default) or period
	Clock string    // calendar (default) or business
	AsOf  time.Time // zero: the newest date of the history
	// GraceDays and ReturnTransitDays put off the day from which a loan counts as late (transit on the lending side).
	GraceDays         int
	ReturnTransitDays int
	FiscalStart       int // month in which the fiscal year starts, 1 to 12; 0 means July
}
