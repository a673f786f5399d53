package impact

import (
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// Days is a history by local day: how many requests of each unit were counted on each. A panel of the outcome requests is
// summed from it, whether it was read from a generation or made up.
type Days struct {
	AsOf       time.Time // the instant up to which the history counts
	Today      time.Time // its day at the library, as a date at 00:00 UTC; zero: AsOf's day
	Generation int
	First      time.Time  // the day of the first count
	Units      []UnitDays // of the campaign's dimension; those that it does not name only tell how far the history reaches
	Lending    []float64  // requests of other libraries by day from First on; nil: none
}

// UnitDays is one unit's requests by day, the first on Days.First. Days past the end have none.
type UnitDays struct {
	Name     string // empty where everyone is one unit
	NReaders int64
	Requests []float64
}

// PanelOf sums a history up for a campaign whose outcome is requests. Only a generation tells who the requests' readers
// are and how many readers there were: WithoutHeavy and Exposure stay nil.
func PanelOf(c campaign.Campaign, others []campaign.Campaign, days *Days) (*Panel, error) {
	return nil, nil
}
