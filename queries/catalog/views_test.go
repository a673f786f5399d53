package catalog_test

import (
	"context"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// What a metric says can be counted from the views.
func TestViewsGiveTheMetricsNumbers(t *testing.T) {
	files, snapshot := mixedHistory(t)
	elsewhere := openElsewhere(t, files)
	for _, test := range []struct{ metric, question, columns, view string }{
		{"volume", "", "n_requests,n_filled,n_open",
			"select count(*), count(*) filter (where outcome = 'filled'), count(*) filter (where outcome = 'open') from requests"},
		{"volume", "by=month&basis=period", "month,n_unfilled",
			`select month, count(*) filter (where is_ended and outcome = 'unfilled') from (
				select date_trunc('month', created_day)::date as month, outcome, false as is_ended from requests
				union all select date_trunc('month', outcome_day)::date, outcome, true from requests where outcome <> 'open')
			group by month order by month nulls last`},
		{"fill_rate", "by=role", "role,fill_rate",
			"select role, count(*) filter (where outcome = 'filled') / count(*) filter (where outcome in ('filled', 'unfilled')) from requests group by role order by role"},
		{"turnaround", "by=role,kind", "role,kind,n,median_days,mean_days,share_within_sla",
			`select role, kind, count(*) filter (where turnaround_days >= 0), median(turnaround_days) filter (where turnaround_days >= 0),
				avg(turnaround_days) filter (where turnaround_days >= 0), avg(is_within_target::integer)
			from requests where outcome = 'filled' group by all order by all`},
		{"turnaround", "clock=business", "n,median_days",
			"select count(*), median(business_days) from requests where turnaround_days >= 0"},
		{"overdue", "", "side,n_out,n_overdue",
			"select role, count(*) filter (where is_out), count(*) filter (where is_overdue) from requests where role <> 'docdel' group by role order by role"},
		{"attempts", "", "n_attempts,n_requests", "select count(*), count(distinct request_id) from attempts"},
		{"partners", "", "partner,n_responses,median_response_days",
			`select partner, n, median from (
				select lender as partner, count(response_days) as n, median(response_days) as median, count(*) as n_attempts from attempts group by lender)
			right join (select * from (values ('P000'), ('P010')) p(partner)) using (partner) order by partner`},
	} {
		metric, err := catalog.Find(test.metric)
		if err != nil {
			t.Fatal(err)
		}
		result, err := queries.Run(context.Background(), snapshot, metric, parsed(t, test.question))
		if err != nil {
			t.Fatal(err)
		}
		compareColumns(t, test.metric+"?"+test.question, result, test.columns, elsewhere, test.view)
	}
}

// A department of few readers has no name of its own in a view, nor has the next larger one, which hides it.
func TestViewsNameNoSmallDepartment(t *testing.T) {
	_, snapshot := mixedHistory(t)
	var hidden, named int
	var hasSmall bool
	err := snapshot.DB().QueryRowContext(context.Background(), `select
		count(distinct coalesce(fact.department, 'unknown')) filter (where requests.department = 'suppressed'),
		count(*) filter (where requests.department = 'Lone'),
		bool_or(fact.department = 'Lone')
		from requests join fact_request fact using (request_id)`).Scan(&hidden, &named, &hasSmall)
	if err != nil || !hasSmall || hidden != 2 || named != 0 {
		t.Errorf("a small department: %t; %d departments are suppressed, %d requests name it, %v", hasSmall, hidden, named, err)
	}
}

// The limit of a view is five readers: four are too few, and the next larger department hides them.
func TestViewsNameDepartmentsOfFiveReaders(t *testing.T) {
	for readers, want := range map[int]string{4: "C", 5: "A,B,C"} { // of department A; B has eight, C nine
		files := store.Open(t.TempDir())
		_, err := files.Load(context.Background(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
			if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'Etc/UTC', true, null)"); err != nil {
				return store.Discard, err
			}
			_, err := tx.Exec(ctx, `insert into request (request_id, library, source, source_id, role, kind, status, department, patron_key,
				created_at, columns, first_batch, last_batch, row_hash)
				select row_number() over (), 'MAIN', 'generic', row_number() over (), 'borrowing', 'copy', 'sent', name, reader,
					timestamp '2024-03-05 12:00', 0, 1, 1, 0
				from (values ('A', $1::integer), ('B', 8), ('C', 9)) d(name, n), range(1, n + 1) r(reader)`, readers)
			if err != nil {
				return store.Discard, err
			}
			return store.Keep, tx.Derive(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := files.Snapshot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var named string
		err = snapshot.DB().QueryRowContext(context.Background(),
			"select string_agg(distinct department, ',' order by department) from requests where department <> 'suppressed'").Scan(&named)
		if err != nil || named != want {
			t.Errorf("beside a department of %d readers the view names %s, want %s (%v)", readers, named, want, err)
		}
		snapshot.Close()
		files.Close()
	}
}
