package settings_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// loadSample loads a year of the sample and files of references, written from their text.
func loadSample(t *testing.T, references map[string]string) *store.Files {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.KeyFile), []byte("an invented key of 32 bytes only"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := store.Open(dir)
	t.Cleanup(func() { files.Close() })
	loadFiles(t, files, "../../sample-data/illiad/Transactions-2024-25.csv.gz", "../../sample-data/illiad/UsersALL.csv")
	for name, text := range references {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		loadFiles(t, files, path)
	}
	return files
}

func loadFiles(t *testing.T, files *store.Files, paths ...string) {
	t.Helper()
	if _, err := ingest.Run(t.Context(), files, ingest.Options{Files: paths, Library: "MAIN", Zone: "America/New_York", Now: noon}, nil); err != nil {
		t.Fatal(err)
	}
}

func snapshotOf(t *testing.T, files *store.Files) *store.Snapshot {
	t.Helper()
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { snapshot.Close() })
	return snapshot
}

func serviceOf(t *testing.T, files *store.Files) settings.Service {
	t.Helper()
	s, err := settings.Targets(t.Context(), snapshotOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// set changes a service by name=value.
func set(t *testing.T, s settings.Service, changes ...string) settings.Service {
	t.Helper()
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		if err := s.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// tables is everything that a generation holds but for what was loaded when, each table as sorted rows.
func tables(t *testing.T, files *store.Files) map[string][]string {
	t.Helper()
	db := snapshotOf(t, files).DB()
	column := func(query string) []string {
		t.Helper()
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var list []string
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			list = append(list, text)
		}
		return list
	}
	all := map[string][]string{}
	for _, name := range column("select table_name from duckdb_tables() where database_name = current_database() and table_name <> 'import_batch'") {
		all[name] = column("select t::varchar from " + name + " t order by all")
	}
	return all
}

// Targets and weights set here, and loaded from files of the same content, give the same figures and tables.
func TestTargetsAreThoseOfAFile(t *testing.T) {
	loaded := loadSample(t, map[string]string{
		"targets.csv": "role,kind,days\nborrowing,loan,6.5\nlending,copy,1\n",
		"weights.csv": "patron_group,weight\nFaculty,80\n\"Undergraduate, first year\",0\n",
	})
	files := loadSample(t, nil)
	before := serviceOf(t, files)
	if diff := cmp.Diff(settings.UsualTargets(), before.Targets); diff != "" || len(before.Weights) > 0 {
		t.Errorf("a new history: %s, %v", diff, before.Weights)
	}
	after := set(t, before, "target.borrowing.loan=6,5", "target.lending.copy=1", "weight.Faculty=80", "weight.Undergraduate, first year=0")
	generation, err := settings.PutTargets(t.Context(), files, before.Mark(), after, "settings page", noon)
	if err != nil || generation.Number != 2 {
		t.Fatalf("%+v, %v", generation, err)
	}
	if diff := cmp.Diff(tables(t, loaded), tables(t, files)); diff != "" {
		t.Error(diff)
	}
	if serviceOf(t, files).Mark() != serviceOf(t, loaded).Mark() {
		t.Error("equal targets have different marks")
	}
	changed := 0
	for _, id := range []string{"turnaround", "breaches", "open_requests", "partners"} {
		metric, err := catalog.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, filter := range []queries.Filter{{}, {By: []string{"month"}}, {By: []string{"role", "kind"}}} {
			ask := func(snapshot *store.Snapshot) string {
				result, err := queries.Run(t.Context(), snapshot, metric, filter)
				if err != nil {
					t.Fatal(err)
				}
				return fmt.Sprint(result.Rows)
			}
			if got, want := ask(snapshotOf(t, files)), ask(snapshotOf(t, loaded)); got != want {
				t.Errorf("%s by %v differs:\n%.300s\n%.300s", id, filter.By, got, want)
			}
			if _, err := files.Rollback(1); err != nil {
				t.Fatal(err)
			}
			if ask(snapshotOf(t, files)) != ask(snapshotOf(t, loaded)) {
				changed++
			}
			if _, err := files.Rollback(2); err != nil {
				t.Fatal(err)
			}
		}
	}
	if changed < 6 {
		t.Errorf("only %d of the figures look at the targets: this test shows nothing", changed)
	}

	edits, err := settings.TargetEdits(t.Context(), snapshotOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]settings.Edit{
		{At: noon, Name: "target.borrowing.loan", Before: "10", After: "6.5"}, {At: noon, Name: "target.lending.copy", Before: "2", After: "1"},
		{At: noon, Name: "weight.Faculty", Before: "none", After: "80"}, {At: noon, Name: "weight.Undergraduate, first year", Before: "none", After: "0"}}, edits); diff != "" {
		t.Error(diff)
	}

	// The same again makes nothing; an older mark is refused; a load after it goes on as after any.
	if generation, err = settings.PutTargets(t.Context(), files, after.Mark(), after, "settings page", noon); err != nil || generation.Number != 2 {
		t.Errorf("the same again: %+v, %v", generation, err)
	}
	if _, err = settings.PutTargets(t.Context(), files, before.Mark(), before, "settings page", noon); queries.ErrorCode(err) != queries.Conflict {
		t.Errorf("an older mark: %v", err)
	}
	loadFiles(t, files, "../../sample-data/closures.csv")
	loadFiles(t, loaded, "../../sample-data/closures.csv")
	if diff := cmp.Diff(tables(t, loaded), tables(t, files)); diff != "" {
		t.Error(diff)
	}
	back := set(t, serviceOf(t, files), "target.borrowing.loan=", "target.lending.copy=", "weight.Faculty=", "weight.Undergraduate, first year=")
	if back.Mark() != before.Mark() {
		t.Error("taken back it is not what it was")
	}
}

// One load at a time: who comes second is told so, and nothing changes.
func TestTargetsWaitForNoLoad(t *testing.T) {
	files := loadSample(t, nil)
	before := serviceOf(t, files)
	after := set(t, before, "target.docdel.copy=1")
	stop := errors.New("the load is given up")
	_, err := files.Load(t.Context(), func(ctx context.Context, _ *store.Tx) (store.Verdict, error) {
		other := store.Open(files.Dir()) // another process
		defer other.Close()
		if _, err := settings.PutTargets(ctx, other, before.Mark(), after, "settings page", noon); !errors.Is(err, store.ErrBusy) {
			t.Errorf("while a load runs: %v", err)
		}
		return store.Discard, stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if serviceOf(t, files).Mark() != before.Mark() {
		t.Error("the targets were changed")
	}
	if _, err := settings.PutTargets(t.Context(), store.Open(t.TempDir()), "", after, "settings page", noon); !errors.Is(err, store.ErrNoData) {
		t.Errorf("without a history: %v", err)
	}
}

func TestWrongTargets(t *testing.T) {
	for _, change := range []string{"target.borrowing.loan=0", "target.borrowing.loan=-1", "target.borrowing.loan=NaN", "target.borrowing.loan=Inf", "target.borrowing.loan=40000",
		"target.borrowing.loan=soon", "target.borrowing.book=3", "target.=1", "weight.Faculty=101", "weight.Faculty=-1", "weight.Faculty=1.5", "weight.=3", "weight." + strings.Repeat("x", 401) + "=1"} {
		var s settings.Service
		name, value, _ := strings.Cut(change, "=")
		err := s.Set(name, value)
		field := new(settings.FieldError)
		if !errors.As(err, &field) || queries.ErrorCode(err) != queries.Invalid || field.Field != name {
			t.Errorf("%.40s: %v", change, err)
		}
		if len(s.Targets)+len(s.Weights) > 0 {
			t.Errorf("%.40s was taken", change)
		}
	}
}

// What is settled is part of a backup, and comes back with it.
func TestBackupHoldsSettings(t *testing.T) {
	files := loadSample(t, nil)
	book, err := settings.Open(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	kept, err := book.Put(t.Context(), settings.Settings{Numbers: map[string]int{"grace_days": 4}, LibraryNames: map[string]string{"MAIN": "Main Library"}})
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := files.Backup(backup); err != nil {
		t.Fatal(err)
	}
	later := kept
	later.Numbers = map[string]int{"grace_days": 9}
	if _, err := book.Put(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Restore(backup); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{files.Dir(), backup} {
		read, err := settings.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer read.Close()
		got, err := read.Get(t.Context())
		if diff := cmp.Diff(kept, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	if got, err := book.Get(t.Context()); err != nil || got.Number("grace_days") != 4 {
		t.Errorf("a server that had the file open reads %+v, %v", got, err)
	}
}

// A number that is settled gives the figures of one that is asked for, and those that are asked for stay.
func TestSettledFiguresAreThoseAskedFor(t *testing.T) {
	files := loadSample(t, nil)
	snapshot := snapshotOf(t, files)
	settled := settings.Settings{Numbers: map[string]int{"grace_days": 30, "suppress_below": 40, "fiscal_start": 2, "min_n": 500},
		Terms: []queries.Term{{Name: "Spring", FromMonth: 1, FromDay: 10, ToMonth: 5, ToDay: 15}}}
	for _, metric := range catalog.All() {
		filter := queries.Filter{Preset: "fiscal_year", By: []string{"fiscal_year"}}
		if slices.Contains([]string{"titles", "copyright", "open_requests", "forecast", "anomalies", "data_quality", "benchmarks"}, metric.ID) {
			filter.By = nil
		}
		usual, err := queries.Run(t.Context(), snapshot, metric, filter)
		if err != nil {
			t.Fatalf("%s: %v", metric.ID, err)
		}
		got, err := queries.Run(t.Context(), snapshot, metric, settled.Apply(filter))
		if err != nil {
			t.Fatalf("%s: %v", metric.ID, err)
		}
		asked := filter
		asked.Numbers = settled.Numbers
		want, err := queries.Run(t.Context(), snapshot, metric, asked)
		if err != nil {
			t.Fatalf("%s: %v", metric.ID, err)
		}
		if !same(got.Rows, want.Rows) {
			t.Errorf("%s: settled\n%.200v\nasked for\n%.200v", metric.ID, got.Rows, want.Rows)
		}
		if metric.ID == "volume" && same(got.Rows, usual.Rows) {
			t.Errorf("%s: nothing changed by what is settled", metric.ID)
		}
		named := filter
		named.Numbers = map[string]int{}
		for name := range settled.Numbers {
			named.Numbers[name] = queries.FindOption(name).Default
		}
		if got, err = queries.Run(t.Context(), snapshot, metric, settled.Apply(named)); err != nil || !same(got.Rows, usual.Rows) {
			t.Errorf("%s: what is asked for is not what is given: %v", metric.ID, err)
		}
	}
	metric, err := catalog.Find("volume")
	if err != nil {
		t.Fatal(err)
	}
	term, err := queries.Run(t.Context(), snapshot, metric, settled.Apply(queries.Filter{Preset: "previous_term"}))
	if err != nil || term.Filter.From.Format(time.DateOnly) != "2025-01-10" || term.Filter.To.Format(time.DateOnly) != "2025-05-16" {
		t.Errorf("the last term: %v to %v, %v", term.Filter.From, term.Filter.To, err)
	}
	if _, err := queries.Run(t.Context(), snapshot, metric, queries.Filter{Preset: "term"}); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("a term where none is set: %v", err)
	}
}

// same compares rows; a mean may be summed in another order.
func same(a, b [][]any) bool {
	return cmp.Equal(a, b, cmp.Comparer(func(x, y float64) bool {
		return x == y || math.Abs(x-y) <= 1e-9*math.Abs(x) || math.IsNaN(x) && math.IsNaN(y)
	}))
}
