package impact

import (
	"context"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// Rules are what a library has settled that bears on every campaign.
type Rules struct {
	// Suppress is the number of readers under which nothing is told (suppress_below).
	Suppress int
	// YearStart is the month, 1 to 12, with which an academic year begins.
	YearStart int
}

// RulesOf reads the rules of a filter: an academic year begins with the first of the terms where there are some, else with
// the fiscal year.
func RulesOf(f queries.Filter) Rules {
	r := Rules{Suppress: f.Number("suppress_below"), YearStart: f.Number("fiscal_start")}
	if len(f.Terms) > 0 {
		r.YearStart = f.Terms[0].FromMonth
	}
	return r
}

// usual are the rules of a library that has settled none.
func usual() Rules { return RulesOf(queries.Filter{}) }

// Read is Read under these rules.
func (r Rules) Read(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure) (*Panel, error) {
	return r.read(ctx, snapshot, c, others, exposures, false)
}

// ReadPlan is ReadPlan under these rules.
func (r Rules) ReadPlan(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign) (*Panel, error) {
	return r.read(ctx, snapshot, c, others, nil, true)
}

// Measure is Measure under these rules.
func (r Rules) Measure(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure, history []campaign.Edit) (*Report, error) {
	panel, err := r.Read(ctx, snapshot, c, others, exposures)
	if err != nil {
		return nil, err
	}
	for _, edit := range history {
		if edit.AfterResults {
			panel.ChangesAfterResults = append(panel.ChangesAfterResults, edit)
		}
	}
	return Assess(panel), nil
}
