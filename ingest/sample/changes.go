package sample

import (
	"slices"
	"time"
)

// change is something the library did on a date: a campaign towards readers, or a new way of working.
type change struct {
	id, name, kind, channel string
	start, end              time.Time // local days, half-open; zero end: lasting
	targets                 []string
	rate                    int64  // per mille: multiplies the targets' rate of requests
	processing              int64  // per mille: multiplies staff time before a request is sent
	outcome                 string // what it was meant to move
	cost                    string
	note                    string
}

// plannedChanges places the changes in the span of the history, in whole months; a history under a year has none.
// The campaign with an effect and the one without have different targets and do not overlap.
func plannedChanges(from, to time.Time) []change {
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if months < 12 {
		return nil
	}
	at := func(m int) time.Time { return first.AddDate(0, m, 0) }
	a := months * 26 / 36
	b := min(a+5, months-4)
	return []change{
		{id: "C1", name: "Requests sent without review", kind: "change", start: at(months * 18 / 36), rate: 1000, processing: 700,
			outcome: "median_turnaround", note: "Unmediated sending of verified requests; staff time before sending falls."},
		{id: "C2", name: "Meet your librarian", kind: "campaign", channel: "class visits", start: at(a), end: at(a + 4),
			targets: []string{"History", "Music", "Nursing", "Sociology"}, rate: 1250, processing: 1000, outcome: "requests", cost: "1200.00", note: "Visits to first-year and methods classes."},
		{id: "C3", name: "We deliver: newsletter", kind: "campaign", channel: "e-mail", start: at(b), end: at(b + 4),
			targets: []string{"Biology", "Chemistry", "Education", "English"}, rate: 1000, processing: 1000, outcome: "requests", cost: "300.00", note: "One message a month."},
	}
}

// addresses tells whether a campaign speaks to a department at a moment.
func (c change) addresses(department string, at int64) bool {
	return c.kind == "campaign" && at >= wall(c.start) && at < wall(c.end) && slices.Contains(c.targets, department)
}

// comparison lists the named departments that a campaign does not address.
func (c change) comparison() []string {
	var names []string
	for _, d := range departments {
		if d.name != "" && !slices.Contains(c.targets, d.name) {
			names = append(names, d.name)
		}
	}
	slices.Sort(names)
	return names
}
