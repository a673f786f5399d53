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
	Version   string
	MadeAt    time.Time
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
