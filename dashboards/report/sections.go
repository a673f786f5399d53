package report

import (
	"context"
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
