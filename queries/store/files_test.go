package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
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
			timestamp '2024-03-11 14:00:00' as last_change_at, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash`, id)
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

func loadOne(t *testing.T, files *Files, id int64) Generation {
	t.Helper()
	generation, err := files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
		if id > 1 { // the library's row is there since the first load
			if _, err := tx.Exec(ctx, "delete from library"); err != nil {
				return Discard, err
			}
		}
		return oneRequest(id)(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return generation
}

func nRequests(t *testing.T, files *Files) (generation int, n int64) {
	t.Helper()
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	if err := snapshot.DB().QueryRowContext(t.Context(), "select n_requests from history_state").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return snapshot.Generation, n
}

func TestReadersFollowTheCurrentGeneration(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	loadOne(t, files, 1)
	old, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	loadOne(t, files, 2)
	if generation, n := nRequests(t, files); generation != 2 || n != 2 {
		t.Errorf("generation %d with %d requests, want 2 with 2", generation, n)
	}
	var n int64 // a reader that began before goes on reading what it began with
	if err := old.DB().QueryRowContext(t.Context(), "select n_requests from history_state").Scan(&n); err != nil || n != 1 {
		t.Errorf("the old snapshot has %d requests (%v), want 1", n, err)
	}
	old.Close()
}

func TestRollbackAndPrune(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	for id := range int64(KeepGenerations + 2) {
		loadOne(t, files, id+1)
	}
	list, err := files.Generations()
	if err != nil || len(list) != KeepGenerations || list[0].Number != KeepGenerations+2 || !list[0].Current {
		t.Fatalf("kept %+v (%v), want the newest %d", list, err, KeepGenerations)
	}
	if _, err := files.Rollback(0); err != nil {
		t.Fatal(err)
	}
	if generation, n := nRequests(t, files); generation != KeepGenerations+1 || n != KeepGenerations+1 {
		t.Errorf("after a rollback: generation %d with %d requests", generation, n)
	}
	if _, err := files.Rollback(1); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("a rollback to a generation that is gone: %v, want ErrNoGeneration", err)
	}
	loadOne(t, files, 100) // builds on what is current, under a number never used before
	if generation, n := nRequests(t, files); generation != KeepGenerations+3 || n != KeepGenerations+2 {
		t.Errorf("a load after a rollback: generation %d with %d requests", generation, n)
	}
	if _, err := files.Rollback(0); err != nil { // to what it was made from, not to the load that was taken back
		t.Fatal(err)
	}
	if generation, n := nRequests(t, files); generation != KeepGenerations+1 || n != KeepGenerations+1 {
		t.Errorf("a second rollback: generation %d with %d requests", generation, n)
	}
}

func TestALoadThatFailsLeavesTheOldGeneration(t *testing.T) {
	dir := t.TempDir()
	files := Open(dir)
	defer files.Close()
	loadOne(t, files, 1)
	broken := errors.New("broken")
	for name, change := range map[string]func(context.Context, *Tx) (Verdict, error){
		"error": func(context.Context, *Tx) (Verdict, error) { return Keep, broken },
		"discarded": func(ctx context.Context, tx *Tx) (Verdict, error) {
			_, err := tx.Exec(ctx, "delete from request")
			return Discard, err
		},
		"invariant": func(ctx context.Context, tx *Tx) (Verdict, error) {
			_, err := tx.Exec(ctx, "insert into request from request")
			return Keep, err
		},
	} {
		if _, err := files.Load(t.Context(), change); (err == nil) != (name == "discarded") {
			t.Errorf("%s: %v", name, err)
		}
		if generation, n := nRequests(t, files); generation != 1 || n != 1 {
			t.Errorf("%s: generation %d with %d requests, want 1 with 1", name, generation, n)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "load-*")); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}

func TestAFirstLoadThatIsThrownAwayLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	files := Open(dir)
	defer files.Close()
	_, err := files.Load(t.Context(), func(_ context.Context, tx *Tx) (Verdict, error) {
		_, err := tx.PatronKey()
		return Discard, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data directory is there: %v", err)
	}
}

func TestASecondLoadIsRefusedWhileOneRuns(t *testing.T) {
	dir := t.TempDir()
	files := Open(dir)
	defer files.Close()
	_, err := files.Load(t.Context(), func(ctx context.Context, _ *Tx) (Verdict, error) {
		other := Open(dir)
		defer other.Close()
		_, err := other.Load(ctx, oneRequest(1))
		if !errors.Is(err, ErrBusy) {
			t.Errorf("a second load: %v, want ErrBusy", err)
		}
		return Discard, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBackupAndRestore(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	key, err := files.patronKey()
	if err != nil {
		t.Fatal(err)
	}
	loadOne(t, files, 1)
	target := filepath.Join(t.TempDir(), "backup")
	if _, err := files.Backup(target); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Backup(target); err == nil {
		t.Error("a second backup into the same folder overwrote the first")
	}
	loadOne(t, files, 2)
	if _, err := files.Restore(target); err != nil {
		t.Fatal(err)
	}
	if generation, n := nRequests(t, files); generation != 3 || n != 1 {
		t.Errorf("restored: generation %d with %d requests, want 3 with 1", generation, n)
	}
	elsewhere := Open(filepath.Join(t.TempDir(), "new"))
	defer elsewhere.Close()
	if _, err := elsewhere.Restore(target); err != nil {
		t.Fatal(err)
	}
	if got, err := elsewhere.patronKey(); err != nil || string(got) != string(key) {
		t.Errorf("the restored key differs (%v)", err)
	}
	stranger := Open(t.TempDir())
	defer stranger.Close()
	if _, err := stranger.patronKey(); err != nil {
		t.Fatal(err)
	}
	loadOne(t, stranger, 1)
	if _, err := stranger.Restore(target); err == nil {
		t.Error("a backup under another key was joined")
	}
}

// Whoever gets to run SQL on a generation still reaches no other file, extension or setting.
func TestGenerationsAreLockedDown(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	loadOne(t, files, 1)
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	for _, query := range []string{
		"from read_csv('/etc/hostname')", "copy request to '/dev/null'", "attach ':memory:' as other", "install httpfs",
		"set enable_external_access = true", "set memory_limit = '100GB'", "delete from request",
	} {
		if _, err := snapshot.DB().ExecContext(t.Context(), query); err == nil {
			t.Errorf("%q was allowed", query)
		}
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	_, err := files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
		if err := tx.Derive(ctx); err != nil {
			return Discard, err
		}
		_, err := tx.Exec(ctx, "insert into schema_step values (999)")
		return Keep, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Load(t.Context(), oneRequest(1)); err == nil || !strings.Contains(err.Error(), "newer Fillrate") {
		t.Errorf("loading into a newer schema: %v", err)
	}
	if _, err := files.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), "newer Fillrate") {
		t.Errorf("reading a newer schema: %v", err)
	}
}

// A pseudo-lender is no partner, even where the request carries the address of one.
func TestAPseudoLenderIsNoPartner(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	_, err := files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
		for _, statement := range []string{
			"insert into library values ('MAIN', 'UTC', true, null)",
			"insert into partner values ('MAIN', 'illiad', '17', ' pgu ', 'A university', 1)",
			"insert into partner_alias values ('PGU', 'PENN')",
			`insert into request by name select id as request_id, 'MAIN' as library, 'illiad' as source, id::varchar as source_id,
			'borrowing' as role, 'copy' as kind, 'finished' as status, timestamp '2024-03-08' as created_at, filled_by,
			'17' as partner_number, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from (values (1, 'open_access'), (2, null), (3, 'lender')) as filled (id, filled_by)`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return Discard, err
			}
		}
		return Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var partners string
	err = snapshot.DB().QueryRowContext(t.Context(), "select string_agg(coalesce(partner, 'none'), ' ' order by request_id) from fact_request").Scan(&partners)
	if err != nil || partners != "none PENN PENN" {
		t.Errorf("partners %q (%v), want none PENN PENN", partners, err)
	}
}
