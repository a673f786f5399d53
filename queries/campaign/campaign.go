// Package campaign keeps the record of what a library did and when: campaigns towards readers, and changes of the service.
// Records are what people edit, so they live in app.db beside the generations, with every edit.
package campaign

import (
	"encoding/json"
	"time"
)

// Campaign is one dated thing that the library did. Days are dates at 00:00 UTC and mean days of the library's zone.
type Campaign struct {
	ID      string    `json:"id"` // letters, digits, dot, hyphen and underscore; at most 64
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`    // campaign, service_change
	Channel string    `json:"channel"` // workshop, newsletter, social_media, liaison_visit, poster, course_page, or any other word; may be empty
	Start   time.Time `json:"start"`   // first day
	End     time.Time `json:"end"`     // day after the last; zero: lasting
	// CarryOverMonths is how long after End an effect is expected to go on, 0 to 24.
	CarryOverMonths int      `json:"carry_over_months"`
	Target          Group    `json:"target"`     // empty: everyone
	Comparison      Group    `json:"comparison"` // empty: none
	Roles           []string `json:"roles"`      // whose requests: borrowing unless said otherwise, docdel
	Outcome         string   `json:"outcome"`    // an id of Outcomes; requests unless said otherwise
	PerHead         bool     `json:"per_head"`   // measured per enrolled reader, see Exposure
	Cost            *float64 `json:"cost"`       // null: not recorded
	Currency        string   `json:"currency"`
	StaffHours      *float64 `json:"staff_hours"`
	Hypothesis      string   `json:"hypothesis"`
	Owner           string   `json:"owner"` // a member of staff
	Notes           string   `json:"notes"`

	// FrozenAt is when results were first looked at, UTC; zero: not yet. A later change of what is measured is marked as such.
	FrozenAt time.Time `json:"window_frozen_at"`
	Revision int       `json:"revision"` // counts the edits, from 1; an edit names the revision that it changes
}

// Group is a part of the readers: those of the departments named, of the patron groups named and of the libraries named, where
// a kind that names none leaves all. It is empty where all three are.
type Group struct {
	Departments  []string `json:"departments"`
	PatronGroups []string `json:"patron_groups"`
	Libraries    []string `json:"libraries"`
}

// IsEmpty tells whether nothing is named.
func (g Group) IsEmpty() bool {
	return len(g.Departments)+len(g.PatronGroups)+len(g.Libraries) == 0
}

// The kinds of a campaign.
const (
	KindCampaign      = "campaign"
	KindServiceChange = "service_change"
)

// Exposure is how many readers a department, patron group or library has from a day on, until its next row: enrolment, or
// full-time equivalents.
type Exposure struct {
	Dimension string    `json:"dimension"` // department, patron_group, library
	Unit      string    `json:"unit"`
	From      time.Time `json:"from"`
	NReaders  float64   `json:"n_readers"`
}

// Edit is one entry of a record's history.
type Edit struct {
	At     time.Time `json:"at"`     // UTC
	How    string    `json:"how"`    // add, edit, import, remove, looked
	Field  string    `json:"field"`  // as in JSON; empty for add, remove and looked
	Before string    `json:"before"` // in words
	After  string    `json:"after"`
	// AfterResults: what is measured was changed after results were looked at.
	AfterResults bool `json:"after_results"`
}

// Outcome is what a campaign may have changed.
type Outcome struct {
	ID, Label string
	Unit      string // requests, readers, days, share
	Doc       string // one sentence
	IsCount   bool   // adds up: an effect can be said in numbers of them
}

// Outcomes lists what can be measured; the first is the default.
var Outcomes = []Outcome{
	{"requests", "Requests", "requests", "Requests that readers made, by the day they were created; duplicates and those created in error are left out.", true},
	{"requesters", "Readers who asked", "readers", "Distinct readers with at least one request in the period.", true},
	{"first_time_requesters", "First-time readers", "readers", "Distinct readers with a request in the period and none in the 24 months before it.", true},
	{"median_turnaround", "Median turnaround", "days", "Median days from created to available of the filled requests created in the period.", false},
	{"fill_rate", "Fill rate", "share", "Filled ÷ (filled + unfilled) of the requests created in the period.", false},
	{"overdue_rate", "Overdue rate", "share", "Of the loans due in the period, the share returned, or still out, after the due day.", false},
	{"held_locally", "Cancelled as locally held", "share", "Of the requests created in the period, the share cancelled because the library holds the item.", false},
}

// FindOutcome gives an outcome by its id.
func FindOutcome(id string) (Outcome, bool) {
	for _, o := range Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return Outcome{}, false
}

// MarshalJSON writes days as 2024-09-01, and a lasting end and results that nobody looked at as an empty text.
func (c Campaign) MarshalJSON() ([]byte, error) {
	type plain Campaign // without this method
	frozen := ""
	if !c.FrozenAt.IsZero() {
		frozen = c.FrozenAt.UTC().Format(time.RFC3339)
	}
	return json.Marshal(struct {
		plain
		Start    string `json:"start"`
		End      string `json:"end"`
		FrozenAt string `json:"window_frozen_at"`
	}{plain(c), dayText(c.Start), dayText(c.End), frozen})
}
