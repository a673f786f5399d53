package dashboards

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// listPatience is how long a list waits for reports that were not computed before; the next visit finds more of them.
const listPatience = 20 * time.Second

// measured is one campaign of a list with its report, or with the reason why there is none.
type measured struct {
	Campaign campaign.Campaign
	Report   *impact.Report
	Problem  string
}

// records is the campaign record as it stands: campaigns by start, and what is known of how many readers there are.
type records struct {
	Campaigns []campaign.Campaign
	Exposures []campaign.Exposure

	others []byte // what any report depends on, hashed once it is asked for
}

// records reads the campaign record. The error is one of code unavailable where the server was started without one.
func (s *server) records(ctx context.Context) (*records, error) {
	if s.campaigns == nil {
		return nil, refuse(queries.Unavailable, "campaign.no_record")
	}
	list, err := s.campaigns.List(ctx)
	if err != nil {
		return nil, err
	}
	exposures, err := s.campaigns.Exposures(ctx)
	if err != nil {
		return nil, err
	}
	return &records{Campaigns: list, Exposures: exposures}, nil
}

// split gives a campaign and all others. The error is one of code not_found.
func (r *records) split(id string) (campaign.Campaign, []campaign.Campaign, error) {
	at := slices.IndexFunc(r.Campaigns, func(c campaign.Campaign) bool { return strings.EqualFold(c.ID, id) })
	if at < 0 {
		return campaign.Campaign{}, nil, refuse(queries.NotFound, "campaign.unknown", shorten(id, 64))
	}
	others := slices.Concat(r.Campaigns[:at], r.Campaigns[at+1:])
	return r.Campaigns[at], others, nil
}

// stamp changes with everything of the record that a campaign's report depends on: all of itself, and of the others what is
// measured and their names, which sentences use.
func (r *records) stamp(c campaign.Campaign) (string, error) {
	if r.others == nil {
		list := make([]any, len(r.Campaigns))
		for i, o := range r.Campaigns {
			list[i] = []any{o.ID, o.Name, o.Kind, o.Start, o.End, o.CarryOverMonths, o.Target, o.Comparison, o.Roles, o.Outcome, o.PerHead}
		}
		sum := fnv.New128a()
		if err := json.NewEncoder(sum).Encode([]any{list, r.Exposures}); err != nil {
			return "", err
		}
		r.others = sum.Sum(nil)
	}
	own, err := json.Marshal(c)
	return string(r.others) + string(own), err
}

// report measures one campaign, or takes the answer given before from the cache: it holds for one generation and one state
// of the record. Who has seen a result can no longer choose the window freely, so the record is told; a refusal shows none. Reports are shared: nobody changes one.
func (v *visit) report(id string) (*impact.Report, error) {
	all, err := v.server.records(v.ctx)
	if err != nil {
		return nil, err
	}
	return v.measure(v.ctx, all, id)
}

// reports measures every campaign, the newest first, with p adjusted for their number. One that fails says so in its
// place.
func (v *visit) reports() ([]measured, error) {
	all, err := v.server.records(v.ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.ctx, listPatience)
	defer cancel()
	if len(all.Campaigns) > 0 { // once, before they run side by side
		if _, err := all.stamp(all.Campaigns[0]); err != nil {
			return nil, err
		}
	}
	list := make([]measured, len(all.Campaigns))
	var wait sync.WaitGroup
	slots := make(chan struct{}, concurrentQueries) // so that none spends its time in the cache's line
	for i, c := range all.Campaigns {
		list[i].Campaign = c
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			report, err := v.measure(ctx, all, c.ID)
			if err != nil {
				list[i].Problem = v.tell(err, c.ID)
				return
			}
			list[i].Report = report
		})
	}
	wait.Wait()
	if err := v.ctx.Err(); err != nil {
		return nil, err // the reader has left
	}
	adjust(list)
	slices.Reverse(list)
	return list, nil
}

// adjust sets Holm's p in copies of the reports.
func adjust(list []measured) {
	var reports []*impact.Report
	for i := range list {
		if list[i].Report == nil {
			continue
		}
		report := *list[i].Report
		if report.Headline != nil {
			headline := *report.Headline
			report.Headline = &headline
		}
		list[i].Report = &report
		reports = append(reports, &report)
	}
	impact.HolmOver(reports)
}

func (v *visit) measure(ctx context.Context, all *records, id string) (*impact.Report, error) {
	c, others, err := all.split(id)
	if err != nil {
		return nil, err
	}
	stamp, err := all.stamp(c)
	if err != nil {
		return nil, err
	}
	rules, key := v.rules()
	report, err := cached(ctx, v.server, v.reading, "impact "+key+strconv.Quote(id)+stamp, func(ctx context.Context) (*impact.Report, int, error) {
		history, err := v.server.campaigns.History(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		report, err := rules.Measure(ctx, v.reading.Snapshot, c, others, all.Exposures, history)
		return report, 2000, err
	})
	if err != nil {
		return nil, err
	}
	if report.ShowsResult() && c.FrozenAt.IsZero() {
		if err := v.server.campaigns.Looked(v.ctx, id, time.Now().UTC()); err != nil {
			v.server.log.Warn("the record could not be told that results were looked at", "campaign", id, "error", err)
		}
	}
	return report, nil
}

// tell gives the words for what failed in one place of a page that goes on without it.
func (v *visit) tell(err error, what string) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return v.Text("campaign.later")
	}
	told := explain(v.Words, err)
	if told.Status == http.StatusInternalServerError {
		v.server.log.Error("a part of the page failed", "path", v.path, "part", what, "error", err)
		return v.Text("internal_tile")
	}
	return told.Message
}
