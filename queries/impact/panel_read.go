package impact

import (
	"context"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// Read reads the panel of a campaign from one generation. others are all other records; one of the same ID is passed over.
func Read(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure) (*Panel, error) {
	return nil, nil
}

// ReadPlan reads the panel of a campaign that has not begun: its windows lie as many whole years earlier as it takes for
// the history to reach their end.
func ReadPlan(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign) (*Panel, error) {
	return nil, nil
}
