package dashboards

import (
	"context"
	"errors"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
	"github.com/fillrate/fillrate/queries/store"
)

// book is the campaign record.
type book interface {
	List(ctx context.Context) ([]campaign.Campaign, error)
	Get(ctx context.Context, id string) (campaign.Campaign, error)
	Add(ctx context.Context, c campaign.Campaign, how string) error
	Edit(ctx context.Context, c campaign.Campaign, how string) error
	History(ctx context.Context, id string) ([]campaign.Edit, error)
	Exposures(ctx context.Context) ([]campaign.Exposure, error)
	Looked(ctx context.Context, id string, at time.Time) error
}

func measureImpact(context.Context, *store.Snapshot, campaign.Campaign, []campaign.Campaign, []campaign.Exposure, []campaign.Edit) (*impact.Report, error) {
	return nil, errors.New("not measured yet")
}
