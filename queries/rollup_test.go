package queries_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// A roll-up is worth having only while it gives what the facts give: every metric that has one, on invented histories,
// by everything that roll-ups know of.
func TestRollupsGiveWhatTheFactsGive(t *testing.T) {
	ctx := context.Background()
	nRollup := map[string]int{}
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 7))
		snapshot := inventedHistory(t, seed, random.IntN(3)*random.IntN(1500))
		for _, metric := range catalog.All() {
			if metric.Rollup == "" {
				continue
			}
			for range 10 {
				filter := rollupQuestion(random, newestOf(t, snapshot))
				if slices.Contains(metric.Always, "month") { // it refuses other buckets of time
					filter.By = slices.DeleteFunc(filter.By, func(name string) bool { return queries.FindDimension(name).IsTime() })
				}
				if queries.UsesRollup(metric, filter) {
					nRollup[metric.ID]++
				}
				statement, err := queries.Statement(ctx, snapshot, metric, filter)
				if err != nil {
					t.Fatalf("%s %s: %v", metric.ID, filter.Encode(), err)
				}
				if strings.Contains(statement, "months = 12") {
					nRollup[metric.ID+" of a year"]++
				}
				if !filter.AsOf.IsZero() && !strings.Contains(statement, "from scope") {
					nRollup[metric.ID+" of a year ago"]++
				}
				got, err := queries.Run(ctx, snapshot, metric, filter)
				if err != nil {
					t.Fatalf("%s %s: %v", metric.ID, filter.Encode(), err)
				}
				want, err := queries.Run(queries.WithoutRollups(ctx), snapshot, metric, filter)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.EqualFunc(got.Rows, want.Rows, slices.Equal[[]any]) {
					t.Errorf("seed %d, %s, %s\nfrom roll-ups %v\nfrom the facts %v", seed, metric.ID, filter.Encode(), got.Rows, want.Rows)
				}
			}
		}
	}
	for _, id := range []string{
		"volume", "fill_rate", "turnaround", "stages", "forecast", "overdue", "turnaround of a year", "stages of a year", "overdue of a year ago", "volume of a year ago",
	} {
		if nRollup[id] < 12 {
			t.Errorf("only %d questions to %s were answered from roll-ups", nRollup[id], id)
		}
	}
}

// What roll-ups don't know must come from the facts.
func TestQuestionsThatNeedTheFacts(t *testing.T) {
	day := time.Date(2024, 3, 15, 0, 0, 0, 0, time.UTC)
	month := []string{"month"}
	for _, c := range []struct {
		metric string
		filter queries.Filter
		want   bool
	}{
		{"volume", queries.Filter{}, true},
		{"volume", queries.Filter{From: day, By: []string{"week", "role", "source"}, Kind: []string{"loan", "copy"}}, true},
		{"volume", queries.Filter{By: []string{"partner"}}, false},
		{"volume", queries.Filter{Partner: []string{"ABC"}}, false},
		{"volume", queries.Filter{Basis: queries.Period}, false},
		{"volume", queries.Filter{AsOf: day}, false},
		{"turnaround", queries.Filter{By: month, Role: []string{"lending"}}, true},
		{"turnaround", queries.Filter{By: []string{"month", "role"}, Role: []string{"lending", "docdel"}}, true},
		{"turnaround", queries.Filter{}, false},
		{"turnaround", queries.Filter{By: month, From: day}, false},
		{"turnaround", queries.Filter{By: month, Clock: queries.Business}, false},
		{"turnaround", queries.Filter{By: month, Role: []string{"lending", "docdel"}}, false},
		{"turnaround", queries.Filter{By: month, Source: []string{"illiad"}}, false},
		{"turnaround", queries.Filter{By: []string{"month", "day"}}, false},
		{"stages", queries.Filter{By: month, Role: []string{"lending", "docdel"}}, true},
		{"stages", queries.Filter{By: month, Library: []string{"MAIN", "EAST"}}, false},
		{"overdue", queries.Filter{By: month}, true},
		{"overdue", queries.Filter{By: month, Basis: queries.Period, Kind: []string{"loan"}, Numbers: map[string]int{"grace_days": 3}}, true},
		{"overdue", queries.Filter{By: []string{"partner"}}, false},
		{"forecast", queries.Filter{From: day}, true},
	} {
		metric, err := catalog.Find(c.metric)
		if err != nil {
			t.Fatal(err)
		}
		if got := queries.UsesRollup(metric, c.filter); got != c.want {
			t.Errorf("%s %s: %v", c.metric, c.filter.Encode(), got)
		}
	}
}

// newestOf is the newest date of a history.
func newestOf(t *testing.T, snapshot *store.Snapshot) time.Time {
	t.Helper()
	var at sql.NullTime
	if err := snapshot.DB().QueryRowContext(t.Context(), "select as_of from history_state").Scan(&at); err != nil {
		t.Fatal(err)
	}
	return at.Time
}

func rollupQuestion(random *rand.Rand, newest time.Time) queries.Filter {
	some := func(words ...string) []string {
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return words[:min(len(words), []int{0, 0, 0, 1, 1, 2}[random.IntN(6)])]
	}
	filter := queries.Filter{
		By:      some("month", "year", "fiscal_year", "quarter", "library", "role", "kind"),
		Role:    some("borrowing", "lending", "docdel"),
		Kind:    some("loan", "copy", "unknown"),
		Library: some("MAIN", "EAST"),
	}
	if random.IntN(4) > 0 && !slices.Contains(filter.By, "month") {
		filter.By = append(filter.By, "month")
	}
	if random.IntN(6) == 0 {
		filter.By = append(filter.By, some("source", "day", "week", "network")...)
	}
	if random.IntN(3) == 0 {
		filter.From = time.Date(2023, time.Month(1+random.IntN(18)), 1, 0, 0, 0, 0, time.UTC)
		filter.To = filter.From.AddDate(0, random.IntN(9), 0)
		if random.IntN(3) == 0 { // no whole months
			filter.From, filter.To = filter.From.AddDate(0, 0, random.IntN(25)), filter.To.AddDate(0, 0, random.IntN(40))
		}
		if random.IntN(4) == 0 {
			filter.To = time.Time{}
		}
	}
	if random.IntN(3) == 0 {
		filter.Numbers = map[string]int{"grace_days": random.IntN(12), "return_transit_days": random.IntN(3)}
	}
	if newest.IsZero() {
		return filter
	}
	last := time.Date(newest.Year(), newest.Month(), 1, 0, 0, 0, 0, time.UTC)
	if random.IntN(2) == 0 { // as it stood a year before
		filter.AsOf, last = newest.AddDate(-1, 0, 0), last.AddDate(-1, 0, 0)
	}
	if random.IntN(3) == 0 { // the last twelve full months, mostly by role and kind
		filter.From, filter.To = last.AddDate(-1, 0, 0), last
		if random.IntN(4) > 0 {
			filter.By = append(slices.DeleteFunc(filter.By, func(name string) bool {
				return queries.FindDimension(name).IsTime() || name == "role" || name == "kind"
			}), "role", "kind")
		}
	}
	return filter
}

// inventedHistory holds n requests of 16 months, some of them without dates, with negative durations or still open.
func inventedHistory(t *testing.T, seed uint64, n int) *store.Snapshot {
	t.Helper()
	return made(t,
		"insert into library values ('MAIN', 'America/New_York', true, null), ('EAST', 'Asia/Tokyo', true, null)",
		fmt.Sprintf(inventedSQL, n, seed),
		// so long ago that no local day is known, though the instants are
		"update request set created_at = created_at - interval 99 year, available_at = available_at - interval 99 year, closed_at = closed_at - interval 99 year where hash(request_id) % 50 = 0",
	)
}

const inventedSQL = `
insert into request by name
with drawn as (
  select
    i, hash(i, %[2]d, 0) as h0, hash(i, %[2]d, 1) as h1, hash(i, %[2]d, 2) as h2, hash(i, %[2]d, 3) as h3,
    case when h0 %% 40 > 0 then timestamp '2023-01-20' + to_seconds((h1 %% 42000000)::bigint) end as created_at,
    coalesce(created_at, timestamp '2023-06-01') as begun_at
  from range(%[1]d) r(i)
), stepped as (
  select
    *,
    case when h0 // 40 %% 12 > 0 then begun_at + to_seconds((h2 %% 300000)::bigint) end as sent,
    case when h0 // 480 %% 12 > 0 then begun_at + to_seconds((h2 %% 300000 + h2 // 300000 %% 700000)::bigint - 20000) end as shipped,
    begun_at + to_seconds((h3 %% 2000000)::bigint - 20000) as ended
  from drawn
)
select
  i::bigint as request_id, case h1 // 7 %% 3 when 0 then 'EAST' else 'MAIN' end as library,
  case h1 // 21 %% 2 when 0 then 'generic' else 'illiad' end as source, i::varchar as source_id,
  ['borrowing', 'lending', 'docdel'][(1 + h1 // 42 %% 3)::bigint] as role, ['loan', 'copy', 'unknown'][(1 + h1 // 126 %% 3)::bigint] as kind,
  created_at, sent as sent_at, shipped as shipped_at, case when h2 %% 9 > 0 then ended end as received_at,
  case when fate = 'delivered' and h2 // 9 %% 15 > 0 then ended + interval 1 hour end as available_at,
  case when fate in ('unfilled', 'cancelled_patron') then ended end as closed_at,
  case when h3 // 7 %% 11 > 0 then date_trunc('day', ended) + to_days(20 + (h3 // 77 %% 10)::integer) end as due_at,
  case when fate = 'delivered' and h2 // 135 %% 5 > 0 then ended + to_seconds((h3 // 770 %% 4000000)::bigint) end as returned_at,
  greatest(begun_at, sent, shipped) as last_change_at, case when fate = 'delivered' and h2 %% 13 = 0 then 'returned' else fate end as status,
  0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
from (
  select
    *,
    case when ended > timestamp '2024-05-10' then 'sent' when h3 // 2000000 %% 5 < 3 then 'delivered'
      when h3 // 2000000 %% 5 = 3 then 'unfilled' else 'cancelled_patron' end as fate
  from stepped
)`
