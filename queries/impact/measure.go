package impact

import (
	"context"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// Measure reads a campaign's panel and assesses it. history is the campaign's own edits: what was changed after results
// were looked at is part of the answer. The rules are those of a library that has settled none; see Rules.
func Measure(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure, history []campaign.Edit) (*Report, error) {
	return usual().Measure(ctx, snapshot, c, others, exposures, history)
}
