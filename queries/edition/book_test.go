package edition

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

func bookIn(t *testing.T, dir string) *Book {
	t.Helper()
	b, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func at(text string) time.Time {
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return instant
}

// march is a draft whose files name its number.
func march(number int) *Draft {
	return &Draft{
		Title: "Monthly report", Spec: []byte(`{"name": "monthly", "filter": "a=1&b=<2>"}`),
		From: at("2025-03-01T00:00:00Z"), To: at("2025-04-01T00:00:00Z"), AsOf: at("2025-05-02T10:11:12Z").Add(345678 * time.Microsecond),
		Generation: 7, LastBatch: 12, BatchMark: "mark", Definitions: "meaning", Version: "1.2.3", SettingsRevision: 4,
		IssuedAt: at("2025-05-03T08:00:00Z"),
		Files: []File{
			{"xlsx", fmt.Sprintf("monthly-2025-03-edition-%d.xlsx", number), []byte{'P', 'K', 0, byte(number), 0xff}},
			{"html", fmt.Sprintf("monthly-2025-03-edition-%d.html", number), bytes.Repeat([]byte(fmt.Sprintf("<p>%d</p>\n", number)), 30_000)},
			{"csv", fmt.Sprintf("monthly-2025-03-edition-%d.zip", number), []byte("zip")},
		},
		Values: bytes.Repeat([]byte(fmt.Sprintf(`[{"number":%d}]`, number)), 1000),
	}
}

func mustIssue(t *testing.T, b *Book, name, period string) *Edition {
	t.Helper()
	e, err := b.Issue(t.Context(), name, period, func(number int) (*Draft, error) { return march(number), nil })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// checkWhole fails where an edition is not exactly what march gave.
func checkWhole(t *testing.T, b *Book, id string) {
	t.Helper()
	e, err := b.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := march(e.Number)
	if len(e.Files) != len(want.Files) {
		t.Errorf("%s has the files %v", id, e.Formats())
	}
	for _, file := range want.Files {
		got, err := b.File(t.Context(), id, file.Format)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != file.Name || !bytes.Equal(got.Bytes, file.Bytes) {
			t.Errorf("%s: %s holds %d bytes, want the %d of %s", id, got.Name, len(got.Bytes), len(file.Bytes), file.Name)
		}
	}
	values, err := b.Values(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(values, want.Values) {
		t.Errorf("%s: the figures are %d bytes, want %d", id, len(values), len(want.Values))
	}
}

func TestABookBeforeItsFirstEditionMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	b := bookIn(t, dir)
	if list, err := b.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("list: %v, %v", list, err)
	}
	if list, err := b.Saved(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("saved: %v, %v", list, err)
	}
	_, get := b.Get(t.Context(), "monthly-2025-03-1")
	_, file := b.File(t.Context(), "monthly-2025-03-1", "xlsx")
	_, values := b.Values(t.Context(), "monthly-2025-03-1")
	_, spec := b.SavedSpec(t.Context(), "ours")
	for what, err := range map[string]error{"get": get, "file": file, "values": values, "spec": spec, "remove": b.RemoveSaved(t.Context(), "ours")} {
		if queries.ErrorCode(err) != queries.NotFound {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	if err := b.SaveSpec(t.Context(), "Ours", []byte("{}")); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("save: %v, want invalid", err)
	}
	if _, err := b.Issue(t.Context(), "monthly", "March", nil); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("issue: %v, want invalid", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data directory was made: %v", err)
	}
	mustIssue(t, b, "monthly", "2025-03")
	checkWhole(t, b, "monthly-2025-03-1")
}

func TestAnEdition(t *testing.T) {
	b := bookIn(t, t.TempDir())
	issued := mustIssue(t, b, "monthly", "2025-03")
	got, err := b.Get(t.Context(), "monthly-2025-03-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(issued, got); diff != "" {
		t.Errorf("read otherwise than issued: -issued +read\n%s", diff)
	}
	want := &Edition{
		ID: "monthly-2025-03-1", Name: "monthly", Period: "2025-03", Number: 1, Title: "Monthly report", Spec: []byte(`{"name":"monthly","filter":"a=1&b=<2>"}`),
		From: at("2025-03-01T00:00:00Z"), To: at("2025-04-01T00:00:00Z"), AsOf: time.Date(2025, 5, 2, 10, 11, 12, 345678000, time.UTC),
		Generation: 7, LastBatch: 12, BatchMark: "mark", Definitions: "meaning", Version: "1.2.3", SettingsRevision: 4, IssuedAt: at("2025-05-03T08:00:00Z"),
		Files: []FileInfo{
			{"csv", "monthly-2025-03-edition-1.zip", 3, hashOf([]byte("zip"))},
			{"html", "monthly-2025-03-edition-1.html", 270_000, hashOf(march(1).Files[1].Bytes)},
			{"xlsx", "monthly-2025-03-edition-1.xlsx", 5, hashOf([]byte{'P', 'K', 0, 1, 0xff})},
		},
		ValuesHash: hashOf(march(1).Values), Hash: got.Hash,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	checkWhole(t, b, got.ID)
	if _, err := b.File(t.Context(), got.ID, "pdf"); queries.ErrorCode(err) != queries.NotFound || !strings.HasSuffix(err.Error(), "there are csv, html, xlsx") {
		t.Errorf("a format that it was not issued in: %v", err)
	}
	if _, err := b.Get(t.Context(), "' or 1=1 --"); queries.ErrorCode(err) != queries.NotFound || !strings.HasSuffix(err.Error(), "there is monthly-2025-03-1") {
		t.Errorf("an id that is not there: %v", err)
	}
	// Without a date of its own an edition is dated by the book's clock.
	b.now = func() time.Time { return at("2025-06-01T09:00:00+02:00").Add(1234 * time.Microsecond) }
	e, err := b.Issue(t.Context(), "overdue", "2025-05-31", func(int) (*Draft, error) { return &Draft{Spec: []byte("{}")}, nil })
	if err != nil || !e.IssuedAt.Equal(at("2025-06-01T07:00:00Z").Add(time.Millisecond)) || !e.From.IsZero() {
		t.Fatalf("%+v, %v", e, err)
	}
	if got, err := b.Get(t.Context(), e.ID); err != nil || cmp.Diff(e, got) != "" {
		t.Errorf("%v, %s", err, cmp.Diff(e, got))
	}
	list, err := b.List(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != "overdue-2025-05-31-1" || cmp.Diff(list[1], *want) != "" {
		t.Errorf("the list is %+v, %v", list, err)
	}
}

func TestNumbersHaveNoGapsAndGoByNameAndPeriod(t *testing.T) {
	b := bookIn(t, t.TempDir())
	for _, want := range []string{"monthly-2025-03-1", "monthly-2025-03-2", "monthly-2025-04-1", "ours-2025-03-1", "annual-2025-07--2026-06-1", "monthly-2025-03-3"} {
		id, number := want[:len(want)-2], want[len(want)-1:]
		name, period, _ := strings.Cut(id, "-")
		for what, err := range map[string]error{
			"no report":   errors.New("no report can be made"),
			"interrupted": context.Canceled,
		} {
			if _, got := b.Issue(t.Context(), name, period, func(int) (*Draft, error) { return nil, err }); !errors.Is(got, err) {
				t.Errorf("%s: %v", what, got)
			}
		}
		if e := mustIssue(t, b, name, period); e.ID != want || fmt.Sprint(e.Number) != number {
			t.Errorf("got %s, want %s", e.ID, want)
		}
		checkWhole(t, b, want)
	}
	bad := march(7)
	bad.Spec = []byte("{")
	if _, err := b.Issue(t.Context(), "monthly", "2025-03", func(int) (*Draft, error) { return bad, nil }); err == nil {
		t.Error("a spec that is no JSON was taken")
	}
	double := march(4)
	double.Files = append(double.Files, double.Files[0])
	if _, err := b.Issue(t.Context(), "monthly", "2025-03", func(int) (*Draft, error) { return double, nil }); err == nil {
		t.Error("two files of one format were taken")
	}
	empty := march(4)
	empty.Files[0].Bytes = nil
	if _, err := b.Issue(t.Context(), "monthly", "2025-03", func(int) (*Draft, error) { return empty, nil }); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("an empty file: %v", err)
	}
	func() { // a bug while making
		defer func() { _ = recover() }()
		_, _ = b.Issue(t.Context(), "monthly", "2025-03", func(int) (*Draft, error) { panic("a bug") })
	}()
	if e := mustIssue(t, b, "monthly", "2025-03"); e.Number != 4 {
		t.Errorf("after failures the number is %d, want 4", e.Number)
	}
}

func TestNamesAndPeriods(t *testing.T) {
	for name, isGood := range map[string]bool{
		"monthly": true, "a": true, "2": true, "our-own-report-2": true, "year-2025": true, strings.Repeat("x", longestName): true,
		"": false, "Monthly": false, "-a": false, "a-": false, "a--b": false, "a b": false, "a/b": false, "../a": false, "é": false, strings.Repeat("x", longestName+1): false,
		"a\n": false, "monthly-2025-03": false, "2025-03": false,
	} {
		if err := CheckName(name); (err == nil) != isGood || err != nil && queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	b := bookIn(t, t.TempDir())
	for period, isGood := range map[string]bool{
		"2025-03": true, "2025-07--2026-06": true, "2025-03-31": true,
		"": false, "2025": false, "2025-3": false, "../2025-03": false, "2025-03\n": false, "2025-03-1": false,
	} {
		_, err := b.Issue(t.Context(), "monthly", period, func(number int) (*Draft, error) { return march(number), nil })
		if (err == nil) != isGood || err != nil && queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%q: %v", period, err)
		}
	}
}

// Nothing in app.db lets an edition be changed, whoever asks.
func TestAnEditionIsNeverChanged(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	mustIssue(t, b, "monthly", "2025-03")
	db, err := store.OpenApp(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for statement, want := range map[string]string{
		"update edition set title = 'Other'":                                                  "never changed",
		"update edition set number = 5":                                                       "never changed",
		"delete from edition":                                                                 "never removed",
		"update edition_file set content = x'00'":                                             "never changed",
		"delete from edition_file where format = 'csv'":                                       "never removed",
		"update edition_values set content = x'00'":                                           "never changed",
		"delete from edition_values":                                                          "never removed",
		"insert or replace into edition select * from edition":                                "never replaced",
		"insert or replace into edition_file select * from edition_file":                      "never added to",
		"insert into edition_file values ('monthly-2025-03-1', 'txt', 'x.txt', 1, '', x'00')": "never added to",
		"insert or replace into edition_values select * from edition_values":                  "never added to",
		// the next number under an id that is taken, and one that leaves a gap
		"insert or replace into edition select id, name, period, 2, title, spec, from_day, to_day, as_of, generation, last_batch, batch_mark, definitions, version, settings_revision, values_hash, content_hash, issued_at from edition": "never replaced",
		"insert into edition select 'x', name, period, 3, title, spec, from_day, to_day, as_of, generation, last_batch, batch_mark, definitions, version, settings_revision, values_hash, content_hash, issued_at from edition":           "number after the newest",
		"insert into edition_file values ('monthly-2025-03-2', 'txt', 'x.txt', 1, '', x'00')": "FOREIGN KEY",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", statement, err, want)
		}
	}
	checkWhole(t, b, "monthly-2025-03-1")
}

// What a disk or somebody's hand has changed is not handed out.
func TestADamagedEdition(t *testing.T) {
	for name, test := range map[string]struct {
		triggers, statement string
		file, get           bool // still readable
	}{
		"another byte":    {"edition_file_stays", "update edition_file set content = x'504b00ff01' where format = 'xlsx'", false, true},
		"cut short":       {"edition_file_stays", "update edition_file set content = x'50' where format = 'xlsx'", false, true},
		"another hash":    {"edition_file_stays", "update edition_file set sha256 = 'x' where format = 'xlsx'", false, false},
		"no file":         {"edition_file_is_kept", "delete from edition_file where format = 'csv'", false, false},
		"another title":   {"edition_stays", "update edition set title = 'Other'", false, false},
		"another day":     {"edition_stays", "update edition set from_day = '2025-02-01'", false, false},
		"no day":          {"edition_stays", "update edition set from_day = 'x'", false, false},
		"other figures":   {"edition_values_stay", "update edition_values set content = x'00'", true, true},
		"without figures": {"edition_values_are_kept", "delete from edition_values", true, true},
	} {
		dir := t.TempDir()
		b := bookIn(t, dir)
		mustIssue(t, b, "monthly", "2025-03")
		db, err := store.OpenApp(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("drop trigger " + test.triggers + "; " + test.statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, get := b.Get(t.Context(), "monthly-2025-03-1")
		_, file := b.File(t.Context(), "monthly-2025-03-1", "xlsx")
		_, values := b.Values(t.Context(), "monthly-2025-03-1")
		if (get == nil) != test.get || (file == nil) != test.file {
			t.Errorf("%s: get %v, file %v", name, get, file)
		}
		if (test.file || !test.get) && values == nil {
			t.Errorf("%s: the figures were handed out", name)
		}
		for _, err := range []error{get, file, values} {
			if err != nil && !strings.Contains(err.Error(), "monthly-2025-03-1 in app.db is not as it was issued") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSavedReports(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	b.now = func() time.Time { return at("2025-03-01T12:00:00Z") }
	for _, name := range []string{"ours", "law", "ours"} {
		if err := b.SaveSpec(t.Context(), name, []byte(`{"n": "`+name+`"}`)); err != nil {
			t.Fatal(err)
		}
		b.now = func() time.Time { return at("2025-03-02T12:00:00Z") }
	}
	want := []Saved{{"law", []byte(`{"n": "law"}`), at("2025-03-02T12:00:00Z")}, {"ours", []byte(`{"n": "ours"}`), at("2025-03-02T12:00:00Z")}}
	if got, err := b.Saved(t.Context()); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
	if got, err := b.SavedSpec(t.Context(), "law"); err != nil || cmp.Diff(&want[0], got) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(&want[0], got))
	}
	if err := b.SaveSpec(t.Context(), "ours", []byte("{")); err == nil {
		t.Error("no JSON was saved")
	}
	for _, name := range []string{"Law", "", "x"} {
		if _, err := b.SavedSpec(t.Context(), name); queries.ErrorCode(err) != queries.NotFound || !strings.HasSuffix(err.Error(), "there is law, ours") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := b.RemoveSaved(t.Context(), "law"); err != nil {
		t.Error(err)
	}
	if err := b.RemoveSaved(t.Context(), "law"); queries.ErrorCode(err) != queries.NotFound {
		t.Errorf("removed twice: %v", err)
	}
	for i := range MostSaved - 1 {
		if err := b.SaveSpec(t.Context(), fmt.Sprintf("r%d", i), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.SaveSpec(t.Context(), "one-more", []byte("{}")); queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), "200 reports are saved") {
		t.Errorf("too many: %v", err)
	}
	if err := b.SaveSpec(t.Context(), "r7", []byte("[]")); err != nil {
		t.Errorf("one that is there already: %v", err)
	}
	if list, err := b.Saved(t.Context()); err != nil || len(list) != MostSaved {
		t.Errorf("%d are saved, %v", len(list), err)
	}
}

// An app.db of a Fillrate without editions has none, and has them after the first.
func TestAnOlderAppFile(t *testing.T) {
	dir := t.TempDir()
	db, err := store.OpenApp(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tables := names(t, db, "select name from sqlite_master where type = 'table' and (name like 'edition%' or name = 'saved_report')")
	if len(tables) != 4 {
		t.Fatalf("the tables %v", tables)
	}
	// of steps after this one
	others := names(t, db, "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and rootpage > (select rootpage from sqlite_master where name = 'saved_report')")
	if _, err := db.Exec("pragma foreign_keys = off"); err != nil {
		t.Fatal(err)
	}
	for _, table := range append(others, tables...) {
		if _, err := db.Exec(`drop table if exists "` + table + `"`); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("insert into setting values ('language', 'pt-BR'); pragma user_version = 2"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, store.AppFile))
	if err != nil {
		t.Fatal(err)
	}
	b := bookIn(t, dir)
	if list, err := b.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, store.AppFile)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("looking at it changed the file: %v", err)
	}
	mustIssue(t, b, "monthly", "2025-03")
	checkWhole(t, b, "monthly-2025-03-1")
	var language string
	if err := b.db.QueryRow("select value from setting").Scan(&language); err != nil || language != "pt-BR" {
		t.Errorf("what it held before: %q, %v", language, err)
	}
}

func TestEditionsAreInBackups(t *testing.T) {
	dir, target := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	files := store.Open(dir)
	defer files.Close()
	if _, err := files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		_, err := tx.Exec(ctx, "insert into history_state values (null, 0)")
		return store.Keep, err
	}); err != nil {
		t.Fatal(err)
	}
	b := bookIn(t, dir)
	mustIssue(t, b, "monthly", "2025-03")
	if err := b.SaveSpec(t.Context(), "ours", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Backup(target); err != nil {
		t.Fatal(err)
	}
	mustIssue(t, b, "monthly", "2025-03")
	elsewhere := t.TempDir()
	other := store.Open(elsewhere)
	defer other.Close()
	if _, err := other.Restore(target); err != nil {
		t.Fatal(err)
	}
	restored := bookIn(t, elsewhere)
	if list, err := restored.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("restored %d editions, %v", len(list), err)
	}
	checkWhole(t, restored, "monthly-2025-03-1")
	if _, err := restored.SavedSpec(t.Context(), "ours"); err != nil {
		t.Error(err)
	}
	if e := mustIssue(t, restored, "monthly", "2025-03"); e.Number != 2 {
		t.Errorf("after the restore the number is %d", e.Number)
	}
	// Editions issued since the backup, or by others, stay: no number is given twice.
	mustIssue(t, b, "annual", "2024-07--2025-06")
	kept, err := files.Restore(target)
	if err != nil || kept.KeptApp == "" {
		t.Fatalf("%+v, %v", kept, err)
	}
	list, err := b.List(t.Context())
	if err != nil || len(list) != 3 {
		t.Errorf("after the restore there are %d editions, %v", len(list), err)
	}
	for _, id := range []string{"monthly-2025-03-1", "monthly-2025-03-2", "annual-2024-07--2025-06-1"} {
		checkWhole(t, b, id)
	}
	if e := mustIssue(t, b, "monthly", "2025-03"); e.Number != 3 {
		t.Errorf("the next number is %d", e.Number)
	}
}

// names reads one column of words.
func names(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
