package impact

import (
	"context"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// Measure reads a campaign's panel and assesses it. history is the campaign's own edits: what was changed after results
// were looked at is part of the answer.
func Measure(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure, history []campaign.Edit) (*Report, error) {
	panel, err := Read(ctx, snapshot, c, others, exposures)
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
