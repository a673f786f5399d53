package merge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries/store"
)

// sighting is what one export says of request id; a title or reason of "-" means that the export lacks the column.
type sighting struct {
	id                    string
	changed               int64 // microseconds
	status, title, reason string
}

func (s sighting) columns() int64 {
	columns := []string{"created_at", "last_change_at", "status_raw"}
	if s.title != "-" {
		columns = append(columns, "title")
	}
	if s.reason != "-" {
		columns = append(columns, "reason_raw")
	}
	return ColumnBits(columns)
}

func (s sighting) json(batch int) string {
	quote := func(text string) string {
		if text == "-" || text == "" {
			return "null"
		}
		return `"` + text + `"`
	}
	hash := int64(xxhash.Sum64String(fmt.Sprint(s)))
	return fmt.Sprintf(`{"request_id":%d,"library":"MAIN","source":"test","source_id":%q,"role":"borrowing","kind":"copy",
		"created_at":0,"last_change_at":%d,"status_raw":%q,"status":"in_process","title":%s,"reason_raw":%s,"columns":%d,"batch_id":%d,"row_hash":%d}`,
		NewRequestKeys("MAIN", "test").Key([]byte(s.id)), s.id, s.changed, s.status, quote(s.title), quote(s.reason), s.columns(), batch, hash)
}

// load merges each table of sightings as a batch of one load and gives its outcome.
func load(t *testing.T, files *store.Files, tables ...[]sighting) Outcome {
	t.Helper()
	var outcome Outcome
	_, err := files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		m, err := New(ctx, tx)
		if err != nil {
			return store.Discard, err
		}
		if err := m.Library(ctx, "MAIN", "UTC", true, ""); err != nil {
			return store.Discard, err
		}
		var batches []Batch
		for _, table := range tables {
			batch := Batch{ID: m.NextBatch(), Library: "MAIN", Source: "test", Content: "requests", File: "f.csv", SHA256: "x", Read: int64(len(table))}
			batches = append(batches, batch)
			var rows []string
			for _, s := range table {
				rows = append(rows, s.json(batch.ID))
			}
			record, _, err := array.RecordFromJSON(memory.DefaultAllocator, RequestSchema, strings.NewReader("["+strings.Join(rows, ",")+"]"))
			if err != nil {
				return store.Discard, err
			}
			reader, err := array.NewRecordReader(RequestSchema, []arrow.RecordBatch{record})
			if err != nil {
				return store.Discard, err
			}
			if err := m.Requests(ctx, reader); err != nil {
				return store.Discard, err
			}
		}
		outcome, err = m.Finish(ctx, batches, nil)
		if err != nil || !outcome.Changed {
			return store.Discard, err
		}
		return store.Keep, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// content dumps the history without the numbers of batches, which tell the order of loading by nature.
func content(t *testing.T, files *store.Files) string {
	t.Helper()
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var dump strings.Builder
	for _, query := range []string{
		"select to_json(r)::varchar from (select * exclude (first_batch, last_batch) from request) r order by request_id",
		"select to_json(s)::varchar from (select * exclude (first_batch, last_batch) from sighting) s order by all",
		"select to_json(e)::varchar from (select * exclude (batch_id) from event) e order by all",
		"select to_json(f)::varchar from (select * exclude (last_batch) from fact_request) f order by request_id",
	} {
		rows, err := snapshot.DB().QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			dump.WriteString(line + "\n")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dump.String()
}

func TestNewerSightingWinsColumnByColumn(t *testing.T) {
	files := store.Open(t.TempDir())
	defer files.Close()
	full := sighting{"1", 10, "Request Sent", "A title", "old reason"}
	noTitle := sighting{"1", 20, "Request Finished", "-", ""} // newer, without the title column, reason emptied
	if got := load(t, files, []sighting{full}).Total; got != (Counts{New: 1}) {
		t.Errorf("first load: %+v", got)
	}
	if got := load(t, files, []sighting{noTitle}).Total; got != (Counts{Changed: 1}) {
		t.Errorf("second load: %+v", got)
	}
	if got := load(t, files, []sighting{full}, []sighting{noTitle}); got.Changed || got.Total != (Counts{Unchanged: 2}) {
		t.Errorf("both again: %+v, want two unchanged", got)
	}
	// In the request itself: the kept sightings say the same words, each its own.
	dump := content(t, files)
	united, _, _ := strings.Cut(dump, "\n")
	for _, want := range []string{`"title":"A title"`, `"reason_raw":null`, `"status_raw":"Request Finished"`, `"first_status_raw":"Request Sent"`, `"created_at":"1970-01-01 00:00:00"`} {
		if !strings.Contains(united, want) {
			t.Errorf("%s is missing from\n%s", want, united)
		}
	}
	if !strings.Contains(dump, `"basis":"import"`) {
		t.Errorf("the change of status became no event:\n%s", dump)
	}
}

// Two rows of one file on the same request, equally new: one of them wins for good, whichever came first in the file,
// and the same file again changes nothing.
func TestEquallyNewSightingsOfOneLoad(t *testing.T) {
	open := sighting{"1", 10, "Awaiting Request Processing", "x", ""}
	done := sighting{"1", 10, "Request Finished", "x", ""}
	for _, table := range [][]sighting{{open, done}, {done, open}} {
		files := store.Open(t.TempDir())
		load(t, files, table)
		if dump := content(t, files); !strings.Contains(dump, `"status_raw":"Request Finished"`) {
			t.Errorf("the request is not finished:\n%s", dump)
		}
		for range 3 {
			if got := load(t, files, table); got.Changed {
				t.Errorf("the same again: %+v, want no change", got)
			}
		}
		if got := load(t, files, []sighting{open, done}, []sighting{done}); got.Changed {
			t.Errorf("the same in two tables: %+v, want no change", got)
		}
		files.Close()
	}
	// A later import that is equally new corrects the earlier one.
	files := store.Open(t.TempDir())
	defer files.Close()
	load(t, files, []sighting{done})
	if got := load(t, files, []sighting{{"1", 10, "Request Finished", "A better title", ""}}); got.Total != (Counts{Changed: 1}) {
		t.Errorf("a correction: %+v, want one changed", got)
	}
	if dump := content(t, files); !strings.Contains(dump, "A better title") {
		t.Errorf("the correction was lost:\n%s", dump)
	}
}

// A table that says two things of one reader says the same two the next time.
func TestATableThatContradictsItselfIsLoadedOnce(t *testing.T) {
	files := store.Open(t.TempDir())
	defer files.Close()
	merged := func(rows string) bool {
		var changed bool
		_, err := files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
			m, err := New(ctx, tx)
			if err != nil {
				return store.Discard, err
			}
			record, _, err := array.RecordFromJSON(memory.DefaultAllocator, PatronSchema, strings.NewReader(rows))
			if err != nil {
				return store.Discard, err
			}
			reader, err := array.NewRecordReader(PatronSchema, []arrow.RecordBatch{record})
			if err != nil {
				return store.Discard, err
			}
			if err := m.Patrons(ctx, reader); err != nil {
				return store.Discard, err
			}
			outcome, err := m.Finish(ctx, nil, nil)
			changed = outcome.Changed
			if !changed {
				return store.Discard, err
			}
			return store.Keep, err
		})
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	reader := func(group string) string {
		return fmt.Sprintf(`{"library":"MAIN","source":"test","patron_key":1,"patron_group":%q,"department":null,"pickup_site":null,"batch_id":1}`, group)
	}
	if !merged("[" + reader("Staff") + "," + reader("Student") + "]") {
		t.Error("the first load changed nothing")
	}
	for _, rows := range []string{reader("Staff") + "," + reader("Student"), reader("Student") + "," + reader("Staff")} {
		if merged("[" + rows + "]") {
			t.Errorf("%s changed what was there", rows)
		}
	}
}

// Any order of loading, in one load or in many, tells the same history.
func TestOrderOfLoadingDoesNotMatter(t *testing.T) {
	histories := uint64(4)
	if testing.Short() {
		histories = 1
	}
	for seed := range histories {
		random := rand.New(rand.NewPCG(seed, 1))
		pick := func(values ...string) string { return values[random.IntN(len(values))] }
		var tables [][]sighting
		at := int64(0)
		for range 5 {
			var table []sighting
			title, reason := pick("-", "x"), pick("-", "x") // a table has a column or has it not
			for id := range 4 {
				if random.IntN(3) == 0 {
					continue
				}
				at++ // no two equally new: of those the later import wins, which is an order
				s := sighting{fmt.Sprint(id), at * 1000, pick("Request Sent", "Request Finished"), title, reason}
				if title != "-" {
					s.title = pick("", "One", "Two")
				}
				if reason != "-" {
					s.reason = pick("", "lacking")
				}
				table = append(table, s)
			}
			tables = append(tables, table)
		}
		var want string
		for trial := range 3 {
			random.Shuffle(len(tables), func(i, j int) { tables[i], tables[j] = tables[j], tables[i] })
			files := store.Open(t.TempDir())
			if trial == 0 {
				load(t, files, tables...)
			} else {
				for _, table := range tables {
					load(t, files, table)
				}
			}
			got := content(t, files)
			if trial == 0 {
				want = got
			} else if got != want {
				t.Fatalf("seed %d, trial %d: %v\n%s", seed, trial, tables, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
			}
			files.Close()
		}
	}
}

// A number that a table gives to two libraries names neither; one that it repeats for one library names that.
func TestANumberOfTwoPartnersNamesNone(t *testing.T) {
	files := store.Open(t.TempDir())
	defer files.Close()
	rows := func(symbols ...string) string {
		var list []string
		for _, symbol := range symbols {
			list = append(list, fmt.Sprintf(`{"library":"MAIN","source":"test","partner_number":"1","symbol":%q,"name":%q,"email":null,"address":null,"batch_id":1}`, symbol, "College "+symbol))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	for _, step := range []struct{ rows, want string }{
		{rows("AAA", "aaa "), "AAA"},
		{rows("AAA", "BBB"), ""},
		{rows("BBB"), "BBB"},
	} {
		_, err := files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
			m, err := New(ctx, tx)
			if err != nil {
				return store.Discard, err
			}
			record, _, err := array.RecordFromJSON(memory.DefaultAllocator, PartnerSchema, strings.NewReader(step.rows))
			if err != nil {
				return store.Discard, err
			}
			reader, err := array.NewRecordReader(PartnerSchema, []arrow.RecordBatch{record})
			if err != nil {
				return store.Discard, err
			}
			if err := m.Partners(ctx, reader); err != nil {
				return store.Discard, err
			}
			_, err = m.Finish(ctx, nil, nil)
			return store.Keep, err
		})
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := files.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = snapshot.DB().QueryRowContext(t.Context(), "select coalesce(upper(trim(symbol)), '') from partner where partner_number = '1'").Scan(&got)
		if closed := snapshot.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		if got != step.want {
			t.Errorf("after %s the number is of %q, want %q", step.rows, got, step.want)
		}
	}
}
