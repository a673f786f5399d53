package catalog_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	benchRequests = flag.Int("requests", 200_000, "size of the invented history that the benchmarks ask")
	benchData     = flag.String("bench-data", "", "ask this data directory instead; the invented history is put there where it is empty")
)

// plainest is the least SQL that gives a metric's main number, to measure the metric against.
var plainest = map[string]string{
	"volume": "select count(*), count(*) filter (where outcome = 'filled'), count(*) filter (where outcome = 'unfilled') from fact_request",
	"fill_rate": `with lives as (
			select epoch_us(coalesce(outcome_at, (select as_of from history_state))) - epoch_us(created_at) as us, outcome from fact_request
		), risk as (
			select us, outcome, count(*) over () - rank() over (order by us) + 1 as n_at_risk from lives
		), steps as (
			select us, any_value(n_at_risk) as n_at_risk, count(*) filter (where outcome = 'filled') as n_filled, count(*) filter (where outcome <> 'open') as n_ended
			from risk where us <= 30 * 86400000000::bigint group by us
		), curve as (
			select us, n_filled / n_at_risk as hazard, coalesce(product(1 - n_ended / n_at_risk) over (order by us rows between unbounded preceding and 1 preceding), 1) as still
			from steps
		)
		select sum(hazard * still) filter (where us <= 7 * 86400000000::bigint), sum(hazard * still) filter (where us <= 14 * 86400000000::bigint), sum(hazard * still) from curve`,
	"turnaround": `select quantile_cont(turnaround_us, [0.5, 0.9]), avg(turnaround_us), count(*) filter (where turnaround_us <= days * 86400e6)
		from fact_request join sla_target using (role, kind) where outcome = 'filled' and turnaround_us >= 0`,
	"overdue": "select role, count(*) filter (where returned_at is null), count(*) filter (where returned_at >= due_end_at) from fact_request where kind = 'loan' and outcome = 'filled' group by role",
}

// BenchmarkMetrics asks each metric of one invented history: all of it, one year, by month and by partner, and the
// plainest SQL for the same number. -requests 10000000 takes a minute or two to invent;
// -bench-data DIR keeps it.
func BenchmarkMetrics(b *testing.B) {
	snapshot := benchHistory(b)
	for _, metric := range catalog.All() {
		b.Run(metric.ID+"/plainest", func(b *testing.B) {
			for b.Loop() {
				if err := readThrough(snapshot, plainest[metric.ID]); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, question := range []string{"", "from=2020-01&to=2021-01", "by=month", "by=partner", "as_of=2020-06-30"} {
			b.Run(fmt.Sprintf("%s/%s", metric.ID, question), func(b *testing.B) {
				values, err := url.ParseQuery(question)
				if err != nil {
					b.Fatal(err)
				}
				filter, err := queries.ParseFilter(values)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if _, err := queries.Run(context.Background(), snapshot, metric, filter); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("choices", func(b *testing.B) {
		for b.Loop() {
			if _, err := queries.Choices(context.Background(), snapshot); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rows", func(b *testing.B) {
		metric, err := catalog.Find("volume")
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			_, err := queries.Rows(context.Background(), snapshot, metric, queries.Filter{}, queries.Page{Limit: 50, Offset: 1000}, func([]any) error { return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchHistory invents nearly 16 years of requests, most of which are filled after some days.
func benchHistory(b *testing.B) *store.Snapshot {
	b.Helper()
	dir := *benchData
	if dir == "" {
		dir = b.TempDir()
	}
	files := store.Open(dir)
	if current, err := files.Current(); err != nil {
		b.Fatal(err)
	} else if current == 0 {
		_, err := files.Load(context.Background(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
			if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'America/New_York', true, null), ('EAST', 'Europe/London', true, null)"); err != nil {
				return store.Discard, err
			}
			if _, err := tx.Exec(ctx, benchSQL, *benchRequests); err != nil {
				return store.Discard, err
			}
			return store.Keep, tx.Derive(ctx)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	snapshot, err := files.Snapshot(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

const benchSQL = `
insert into request by name
with drawn as (
  select
    i, hash(i) as h, timestamp '2025-11-01 12:00' as as_of,
    timestamp '2010-01-04' + to_microseconds((i * (15.8 * 365.25 * 86400e6 / $1))::bigint + (hash(i + 1) % 21600000000)::bigint) as created_at,
    -- days are lognormal: the median is five
    exp(1.6 + 0.9 * sqrt(-2 * ln((hash(i + 2) % 1000000 + 1) / 1000001)) * cos(2 * pi() * (hash(i + 3) % 1000000) / 1000000)) as days
  from range($1) r(i)
), ended as (
  select
    *, created_at + to_microseconds((days * 86400e6)::bigint) as ends_at, ends_at > as_of as is_open, least(ends_at, as_of) as at_,
    case when h % 10 < 6 then 'borrowing' when h % 10 < 9 then 'lending' else 'docdel' end as role,
    case when h // 10 % 100 < 45 then 'loan' else 'copy' end as kind,
    case when h // 1000 % 100 < 80 then 'filled' when h // 1000 % 100 < 92 then 'unfilled' else 'cancelled' end as fate,
    at_ + to_days((10 + h // 100000 % 40)::integer) as back_at
  from drawn
  where created_at < as_of
)
select
  (i * 7919 + 13)::bigint as request_id, case when h // 7 % 2 = 0 then 'MAIN' else 'EAST' end as library, 'generic' as source, i::varchar as source_id,
  role, kind, case h // 16 % 3 when 0 then 'RAPID' when 1 then 'OCLC' end as network, created_at,
  case when fate = 'filled' and not is_open and role = 'lending' then at_ end as shipped_at,
  case when fate = 'filled' and not is_open and role <> 'lending' then at_ end as available_at,
  case when fate <> 'filled' and not is_open then at_ end as closed_at,
  case when fate = 'filled' and not is_open and kind = 'loan' then at_ + interval 30 day end as due_at,
  case when fate = 'filled' and not is_open and kind = 'loan' and back_at < as_of then back_at end as returned_at,
  at_ as last_change_at,
  case when is_open then 'sent' when fate = 'unfilled' then 'unfilled' when fate = 'cancelled' then 'cancelled_patron'
    when kind = 'loan' and back_at < as_of then 'finished' when role = 'lending' then 'shipped' else 'delivered' end as status,
  'P' || lpad(least(h // 64 % 150, h // 1024 % 150)::varchar, 3, '0') as partner,
  'Department ' || h // 4096 % 12 as department,
  case h // 65536 % 5 when 0 then 'Faculty' when 1 then 'Undergraduate' when 2 then 'Graduate' when 3 then 'Staff' end as patron_group,
  'Title of the item number ' || i as title, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
from ended`

// readThrough runs a statement and reads its rows to the end.
func readThrough(snapshot *store.Snapshot, statement string) error {
	rows, err := snapshot.DB().Query(statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}
