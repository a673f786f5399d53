package store

import (
	"context"
	"errors"
	"testing"
)

// oneRequest loads a borrowed copy created 2024-03-08 22:00 UTC (a Friday, 17:00 in New York) and delivered after the
// weekend in which New York's clocks changed: Monday 14:00 UTC (10:00 there).
func oneRequest(id int64) func(context.Context, *Tx) (Verdict, error) {
	return func(ctx context.Context, tx *Tx) (Verdict, error) {
		if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'America/New_York', true, null)"); err != nil {
			return Discard, err
		}
		_, err := tx.Exec(ctx, `insert into request by name select $1::bigint as request_id, 'MAIN' as library, 'generic' as source,
			$1::varchar as source_id, 'borrowing' as role, 'copy' as kind, 'delivered' as status,
			timestamp '2024-03-08 22:00:00' as created_at, timestamp '2024-03-11 14:00:00' as available_at,
			timestamp '2024-03-11 14:00:00' as last_change_at, ',' as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash`, id)
		if err != nil {
			return Discard, err
		}
		return Keep, tx.Derive(ctx)
	}
}

func TestLoadDerivesFactsInTheLibrarysZone(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	ctx := context.Background()
	if _, err := files.Snapshot(ctx); !errors.Is(err, ErrNoData) {
		t.Fatalf("a snapshot of nothing: %v, want ErrNoData", err)
	}
	generation, err := files.Load(ctx, oneRequest(1))
	if err != nil {
		t.Fatal(err)
	}
	if generation.Number != 1 || !generation.Current {
		t.Fatalf("generation %+v, want number 1, current", generation)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var created, outcome, done string
	var calendar, business float64
	err = snapshot.DB().QueryRowContext(ctx, `select created_day::varchar, outcome, outcome_day::varchar,
		turnaround_us / 3.6e9, business_us / 3.6e9 from fact_request`).Scan(&created, &outcome, &done, &calendar, &business)
	if err != nil {
		t.Fatal(err)
	}
	if created != "2024-03-08" || outcome != "filled" || done != "2024-03-11" {
		t.Errorf("created %s, %s on %s; want 2024-03-08, filled on 2024-03-11", created, outcome, done)
	}
	if calendar != 64 { // Friday 22:00 to Monday 14:00 UTC
		t.Errorf("%v hours by the calendar, want 64", calendar)
	}
	if business != 17 { // Friday 17:00 to midnight, Monday midnight to 10:00, in New York
		t.Errorf("%v business hours, want 17", business)
	}
}
