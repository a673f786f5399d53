package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// oldGeneration makes a data directory with one generation as the first release left it: only the first step of the
// schema, one borrowed loan that was asked of two lenders.
func oldGeneration(t *testing.T) *Files {
	t.Helper()
	files := Open(t.TempDir())
	t.Cleanup(func() { files.Close() })
	for _, dir := range []string{"generations", "tmp"} {
		if err := os.MkdirAll(filepath.Join(files.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	db, err := open(files.path(1), files.tempDir(), files.limits, false)
	if err != nil {
		t.Fatal(err)
	}
	first, err := schemaFiles.ReadFile("schema/0001_history.sql")
	if err != nil {
		t.Fatal(err)
	}
	script := append([]string{"create table schema_step (step integer not null)", "insert into schema_step values (1)"}, statements(string(first))...)
	script = append(script,
		"insert into library values ('MAIN', 'America/New_York', true, null)",
		`insert into request by name select 1 as request_id, 'MAIN' as library, 'illiad' as source, '1' as source_id, 'borrowing' as role,
			'loan' as kind, 'checked_out' as status, 'ABC,XYZ' as rota, 'XYZ' as partner, 12.50 as cost, 'USD' as currency,
			timestamp '2024-03-08 22:00:00' as created_at, timestamp '2024-03-11 14:00:00' as available_at,
			timestamp '2024-03-11 14:00:00' as last_change_at, 7 as columns, 1 as first_batch, 1 as last_batch, 5 as row_hash`,
		"insert into history_state values (timestamp '2024-03-11 14:00:00', 1)",
	)
	for _, statement := range script {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(files.parentPath(1), "0\n")
	write(filepath.Join(files.dir, "current"), "1\n")
	return files
}

func TestAnOlderGenerationIsBroughtUpToDateByReading(t *testing.T) {
	files := oldGeneration(t)
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	if snapshot.Generation != 2 {
		t.Errorf("generation %d, want 2", snapshot.Generation)
	}
	var hour, attempts, contacts int
	var cost float64
	err = snapshot.DB().QueryRow(`select created_hour, cost, (select count(*) from attempt), (select count(*) from partner_contact) from fact_request`).
		Scan(&hour, &cost, &attempts, &contacts)
	if err != nil || hour != 17 || cost != 12.5 || attempts != 2 || contacts != 0 {
		t.Errorf("created in hour %d, cost %v, %d attempts, %d contacts (%v); want 17, 12.5, 2, 0", hour, cost, attempts, contacts, err)
	}
	again, err := files.Snapshot(t.Context())
	if err != nil || again.Generation != 2 {
		t.Fatalf("read again: %+v, %v; want generation 2", again, err)
	}
	again.Close()
	// The old generation is the same history: a rollback goes past it, here to nothing.
	if _, err := files.Rollback(0); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("rolled back from the first history: %v", err)
	}
	// But it is kept, and whoever asks for it by number gets it, brought up to date.
	if _, err := files.Rollback(1); err != nil {
		t.Fatal(err)
	}
	third, err := files.Snapshot(t.Context())
	if err != nil || third.Generation != 3 {
		t.Fatalf("after a rollback to generation 1: %+v, %v; want generation 3", third, err)
	}
	third.Close()
}

// The release before counted each lending request as a reader, and those have no department: a generation of its tells so
// until it is read by this one.
func TestLendingIsCountedAnewInAGenerationOfBefore(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	_, err := files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
		for _, statement := range []string{
			"insert into library values ('MAIN', 'America/New_York', true, null)",
			`insert into request by name select
				n as request_id, 'MAIN' as library, 'illiad' as source, n::varchar as source_id, role, 'copy' as kind, 'delivered' as status,
				department, patron_key, timestamp '2024-03-08 22:00:00' as created_at, 1 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from (values (1, 'lending', null, null), (2, 'lending', null, null), (3, 'lending', 'Annex', null),
				(4, 'borrowing', 'Art', 7), (5, 'docdel', 'Art', 7), (6, 'borrowing', 'Art', null), (7, 'borrowing', null, 8)) r(n, role, department, patron_key)`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return Discard, err
			}
		}
		if err := tx.Derive(ctx); err != nil {
			return Discard, err
		}
		_, err := tx.Exec(ctx, "update reader_count set n_readers = 99; delete from schema_step where step > 4")
		return Keep, err
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var counts string
	err = snapshot.DB().QueryRow("select string_agg(value || ' ' || n_readers, ', ' order by value) from reader_count where dimension = 'department'").Scan(&counts)
	if want := "Annex 0, Art 2, unknown 1"; err != nil || counts != want {
		t.Errorf("readers %q (%v), want %q", counts, err, want)
	}
	// What only lending names tells of nobody; unknown has one reader, and Art is what it is hidden behind.
	var departments string
	err = snapshot.DB().QueryRow("select string_agg(coalesce(department, 'none'), ', ' order by request_id) from requests").Scan(&departments)
	if want := "suppressed, suppressed, Annex, suppressed, suppressed, suppressed, suppressed"; err != nil || departments != want {
		t.Errorf("departments of the view %q (%v), want %q", departments, err, want)
	}
}

func TestManyReadersBringAGenerationUpToDateOnce(t *testing.T) {
	files := oldGeneration(t)
	other := Open(files.dir) // another process, which waits for the lock or finds the work done
	defer other.Close()
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			from := files
			if i == 0 {
				from = other
			}
			snapshot, err := from.Snapshot(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if snapshot.Generation != 2 {
				t.Errorf("generation %d, want 2", snapshot.Generation)
			}
			snapshot.Close()
		})
	}
	wait.Wait()
	generations, err := files.Generations()
	if err != nil || len(generations) != 2 {
		t.Errorf("%d generations, %v; want 2", len(generations), err)
	}
}

func TestBringingUpToDateOutlivesItsFirstReader(t *testing.T) {
	files := oldGeneration(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := files.bringUpToDate(gone, 1); !errors.Is(err, context.Canceled) {
		t.Fatalf("a reader who gave up: %v", err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil || snapshot.Generation != 2 {
		t.Fatalf("%+v, %v; want generation 2", snapshot, err)
	}
	snapshot.Close()
	// A store that is closed meanwhile leaves nothing half done.
	other := oldGeneration(t)
	_ = other.bringUpToDate(gone, 1)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	number, err := other.Current()
	if err != nil || number != 1 && number != 2 {
		t.Errorf("current is %d, %v", number, err)
	}
	if left, _ := filepath.Glob(filepath.Join(other.tempDir(), "load-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAnOlderGenerationThatCannotBeBroughtUpToDate(t *testing.T) {
	files := oldGeneration(t)
	unlock, err := files.lock()
	if err != nil {
		t.Fatal(err)
	}
	other := Open(files.dir)
	waiting, giveUp := context.WithCancel(t.Context())
	giveUp()
	if err := other.bringUpToDate(waiting, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("while another process holds the lock: %v, want to wait until the reader gives up", err)
	}
	if err := errors.Join(other.Close(), unlock()); err != nil {
		t.Fatal(err)
	}
	// No folder to work in, as on a disk that is read-only.
	if err := os.RemoveAll(files.tempDir()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files.tempDir(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = files.Snapshot(t.Context())
	if err == nil || !strings.Contains(err.Error(), "made by an older Fillrate") || !strings.Contains(err.Error(), "written to") {
		t.Errorf("without a folder to work in: %v", err)
	}
	if number, err := files.Current(); number != 1 || err != nil {
		t.Errorf("current is %d (%v), want 1", number, err)
	}
}
