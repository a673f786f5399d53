package impact

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/queries/campaign"
)

// All sentences of a report are written in wording*.go.

const (
	everyone = "all readers"
	readers  = "groups of readers" // units of no dimension
)

// words are what an outcome, a kind of record and a dimension are called.
type words struct {
	about      string // %s is who: “Requests from %s”
	isOne      bool   // it was, not they were
	name       string // at the start of a sentence
	up, down   string
	things     string // what is counted, or what a rate rests on
	rate       bool   // a share or a median, which do not add up
	inDays     bool
	record     string // campaign, change
	title      string // of the record
	unit, many string // department, departments
	in         string // where: “the same departments”
}

func wordsOf(p *Panel) words {
	w := words{about: "Requests from %s", name: "Requests", up: "higher", down: "lower", things: "requests", record: "campaign", title: p.Campaign.Name}
	switch p.Outcome.ID {
	case outcomeRequesters:
		w.about, w.name, w.things, w.isOne = "The number of readers from %s who asked", "The number of readers who asked", "readers", true
	case outcomeFirstTime:
		w.about, w.name, w.things, w.isOne = "The number of first-time readers from %s", "The number of first-time readers", "first-time readers", true
	case outcomeTurnaround:
		w.about, w.name, w.up, w.down, w.isOne, w.rate = "The median turnaround of requests from %s", "The median turnaround", "longer", "shorter", true, true
		w.inDays = true
	case outcomeFillRate:
		w.about, w.name, w.isOne, w.rate = "The fill rate of requests from %s", "The fill rate", true, true
	case outcomeOverdue:
		w.about, w.name, w.isOne, w.rate, w.things = "The overdue rate of loans to %s", "The overdue rate", true, true, "loans"
	case outcomeHeldLocally:
		w.about, w.name, w.isOne, w.rate = "The share of requests from %s that were cancelled as locally held", "The share cancelled as locally held", true, true
	}
	if p.Campaign.PerHead && p.Outcome.IsCount {
		w.about = strings.Replace(w.about, " from %s", " per enrolled reader from %s", 1)
		w.name += " per enrolled reader"
	}
	if p.Campaign.Kind == campaign.KindServiceChange {
		w.record = "change"
	}
	w.unit, w.many = "group of readers", readers
	switch p.Dimension {
	case byDepartment:
		w.unit, w.many = "department", "departments"
	case byPatronGroup:
		w.unit, w.many = "patron group", "patron groups"
	case byLibrary:
		w.unit, w.many = "library", "libraries"
	}
	w.in = "in the same " + w.many
	if p.Dimension == "" {
		w.in = "for the same readers"
	}
	return w
}

// isMedian tells whether the outcome is a median of days, not a count or a share.
func (w words) isMedian() bool { return w.inDays }

func (w words) were() string {
	if w.isOne {
		return "was"
	}
	return "were"
}

func (w words) they() (they, do string) {
	if w.isOne {
		return "it", "does"
	}
	return "they", "do"
}

// campaignName is the record's name, or what it is.
func (w words) campaignName() string {
	if w.title != "" {
		return w.title
	}
	return "this " + w.record
}

// list names up to four units, or the first two of more; small ones are only counted.
func (w words) list(names []string, small int) string {
	if n := len(names) + small; n > 4 && len(names) > 0 {
		shown := slices.Clone(names[:min(2, len(names))])
		return joined(append(shown, plural(n-len(shown), "other "+w.unit, "other "+w.many)))
	}
	shown := slices.Clone(names)
	switch {
	case small == 1:
		shown = append(shown, "a small "+w.unit)
	case small > 1:
		shown = append(shown, plural(small, "small "+w.unit, "small "+w.many))
	}
	return joined(shown)
}

// together is what units with few readers are called in one.
func (w words) together(n int) string {
	return fmt.Sprintf("suppressed (%s)", plural(n, w.unit, w.many))
}

// qualified says which of the units' readers are meant, where the target names more than the units.
func (w words) qualified(p *Panel) string {
	var only []string
	target := p.Campaign.Target
	if p.Dimension == byDepartment {
		only = append(only, target.PatronGroups...)
	}
	if p.Dimension == byDepartment || p.Dimension == byPatronGroup {
		only = append(only, target.Libraries...)
	}
	if len(only) == 0 {
		return ""
	}
	return " (" + joined(only) + ")"
}

// academicYear names a year by where it lies.
func (w words) academicYear(year, startsIn int) string {
	if startsIn == 1 {
		return strconv.Itoa(year)
	}
	return fmt.Sprintf("%d/%02d", year, (year+1)%100)
}
