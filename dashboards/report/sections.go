package report

import (
	"context"
	"slices"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// Sources is what a report is made of.
type Sources struct {
	Snapshot  *store.Snapshot
	Settings  settings.Settings
	Campaigns []campaign.Campaign // the record as it stands
	Exposures []campaign.Exposure
	// Edits gives a campaign's own history, Looked tells the record that results of one were seen; nil: there is no record.
	Edits   func(ctx context.Context, id string) ([]campaign.Edit, error)
	Looked  func(ctx context.Context, id string, at time.Time) error
	Version string
	MadeAt  time.Time
	// Draw gives an ECharts option as an SVG; nil where the binary holds no ECharts: figures then are their tables.
	Draw func(ctx context.Context, option map[string]any, words *locale.Words, width, height int) ([]byte, error)
}

// section is one part that a report may have.
type section struct {
	id    string
	kinds []Kind // in which it can stand
	// compose gives the section of a report; nil: there is nothing to say, and that it is left out needs no word.
	compose func(*composer) (*Section, error)
}

// sections are all that there are, in the order in which they are offered. A new one is a file and a line here.
func sections() []section {
	return []section{
		{"summary", []Kind{Monthly, Annual}, summary},
		{"volume", []Kind{Monthly, Annual}, volume},
		{"fill_rate", []Kind{Monthly, Annual}, fillRate},
		{"reasons", []Kind{Monthly, Annual}, reasons},
		{"turnaround", []Kind{Monthly, Annual}, turnaround},
		{"overdue", []Kind{Monthly, Annual}, overdue},
		{"months", []Kind{Annual}, monthsSection},
		{"partners", []Kind{Monthly, Annual}, partnersSection},
		{"lending_groups", []Kind{Monthly, Annual}, lendingGroupsSection},
		{"groups", []Kind{Monthly, Annual}, groupsSection},
		{"cost", []Kind{Monthly, Annual}, costSection},
		{"copyright", []Kind{Monthly, Annual}, copyrightSection},
		{"campaigns", []Kind{Monthly, Annual}, campaignsSection},
		{"quality", []Kind{Monthly, Annual}, qualitySection},
		{"ipeds", []Kind{Annual}, surveySection("ipeds")},
		{"acrl", []Kind{Annual}, surveySection("acrl")},
		{"arl", []Kind{Annual}, surveySection("arl")},
		{"list_overdue", []Kind{Worklists, Monthly}, listOverdueSection},
		{"list_open", []Kind{Worklists, Monthly}, listOpenSection},
		{"list_purchase", []Kind{Worklists, Monthly}, listPurchaseSection},
		{"list_copyright", []Kind{Worklists, Monthly}, listCopyrightSection},
		{"list_breaches", []Kind{Worklists, Monthly}, listBreachesSection},
	}
}

// SectionIDs lists the sections that a report of a kind can have.
func SectionIDs(kind Kind) []string {
	var ids []string
	for _, s := range sections() {
		if slices.Contains(s.kinds, kind) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

func findSection(id string) *section {
	for _, s := range sections() {
		if s.id == id {
			return &s
		}
	}
	return nil
}
