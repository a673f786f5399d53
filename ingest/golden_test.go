package ingest_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries/store"
)

var update = flag.Bool("update", false, "write what the code gives into the golden files; read them before committing")

// now is the wall clock of all tests: rows dated after the day that follows lie in the future.
var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// TestGolden loads the files of each case beside the profiles and compares what the history then holds. A case is a
// txtar file: a sentence, the options, the exports, and the parts that are compared: requests, events, facts,
// attempts, readers, partners, contacts, reference, summary, refused.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("source/*/testdata/*.txtar")
	if err != nil || len(cases) < 8 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		name := filepath.Base(filepath.Dir(filepath.Dir(path))) + "/" + strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := runCase(t, archive)
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { _, isPart := parts[f.Name]; return isPart })
				for _, part := range partOrder {
					if text := got[part]; text != "" {
						archive.Files = append(archive.Files, txtar.File{Name: part, Data: []byte(text)})
					}
				}
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := map[string]string{}
			for _, f := range archive.Files {
				if _, isPart := parts[f.Name]; isPart {
					want[f.Name] = string(f.Data)
				}
			}
			if len(want) == 0 {
				t.Fatal("the case compares nothing")
			}
			for part, text := range got {
				if text == "" {
					delete(got, part)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// parts are what a case compares, with the query that tells each.
var parts = map[string]string{
	"requests": `select * exclude (request_id, library, source, columns, first_change_at, first_status_raw, first_status, first_batch, last_batch,
		row_hash, patron_key), patron_key is not null as has_patron from request order by source_id`,
	"events": `select r.source_id, e.happened_at, e.to_status_raw, e.to_status, e.basis from event e join request r using (request_id)
		order by r.source_id, e.happened_at, e.to_status, e.basis`,
	"facts": `select r.source_id, f.outcome, f.outcome_at, f.outcome_dated, f.sent_at, f.shipped_at, f.received_at, f.available_at, f.returned_at,
		f.turnaround_us / 3.6e9 as turnaround_hours, f.partner, f.partner_group, f.department, f.patron_group, f.filled_by, f.reason, f.due_day, f.is_negative
		from fact_request f join request r using (request_id) order by r.source_id`,
	"attempts": `select r.source_id, a.position, a.lender, a.asked_at, a.answered_at, a.answer, a.was_conditional
		from attempt a join request r using (request_id) order by r.source_id, a.position`,
	"readers":  `select patron_group, department, pickup_site from patron order by all`,
	"partners": `select partner_number, symbol, name from partner order by all`,
	"contacts": `select symbol, partner_number, name, email, replace(address, chr(10), ' / ') as address from partner_contact order by all`,
	"reference": `select 'closure' as what, library as a, day::varchar as b, name as c from closure union all select 'alias', symbol, partner, null from partner_alias union all select 'group', partner, partner_group, null from partner_group
		union all select 'target', role, kind, days::varchar from sla_target union all select 'weight', patron_group, weight::varchar, null from patron_group_weight order by all`,
	"rejects": `select b.file, j.line, j.column_name, j.reason from reject j join import_batch b using (batch_id) order by all`,
	"summary": "",
	"refused": "",
}

var partOrder = []string{"requests", "events", "facts", "attempts", "readers", "partners", "contacts", "reference", "rejects", "summary", "refused"}

// runCase loads a case and gives the parts that it compares (all that hold something, when updating).
func runCase(t *testing.T, archive *txtar.Archive) map[string]string {
	t.Helper()
	dir := t.TempDir()
	options := ingest.Options{Now: now}
	wanted := map[string]bool{}
	var names []string
	for _, f := range archive.Files {
		path := filepath.Join(dir, f.Name)
		if _, isPart := parts[f.Name]; isPart {
			wanted[f.Name] = true
			continue
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		if f.Name != "options" && !strings.HasSuffix(f.Name, ".toml") {
			names = append(names, path)
		}
	}
	for _, f := range archive.Files {
		if f.Name == "options" {
			parseOptions(t, &options, dir, string(f.Data))
		}
	}
	options.Files = names
	files := store.Open(filepath.Join(dir, "data"))
	defer files.Close()
	summary, err := ingest.Run(context.Background(), files, options, nil)
	got := map[string]string{}
	var refused *ingest.Refused
	if errors.As(err, &refused) {
		got["refused"] = refused.Error() + "\n"
		return got
	}
	if err != nil {
		t.Fatal(err)
	}
	summary.Seconds = 0
	var b strings.Builder
	if err := summary.Write(&b); err != nil {
		t.Fatal(err)
	}
	got["summary"] = b.String()
	for part, query := range parts {
		if query != "" {
			got[part] = dump(t, files, query)
		}
	}
	for part := range got {
		if len(wanted) > 0 && !wanted[part] {
			delete(got, part)
		}
	}
	return got
}

func parseOptions(t *testing.T, o *ingest.Options, dir, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "library":
			o.Library = value
		case "tz":
			o.Zone = value
		case "role":
			o.Role = value
		case "date-order":
			o.DateOrder = value
		case "columns":
			o.Columns = strings.Split(value, ",")
		case "id":
			o.RowHash = value == "row-hash"
		case "max-rejects":
			if _, err := fmt.Sscan(value, &o.MaxRejects); err != nil {
				t.Fatal(err)
			}
		case "profile":
			o.Profile = value
			if strings.HasSuffix(value, ".toml") {
				o.Profile = filepath.Join(dir, value)
			}
		default:
			t.Fatalf("no option %q", key)
		}
	}
}

// dump gives the rows of a query, one line each, as column=value of all that is not null or false.
func dump(t *testing.T, files *store.Files, query string) string {
	t.Helper()
	snapshot, err := files.Snapshot(context.Background())
	if errors.Is(err, store.ErrNoData) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	return dumpDB(t, snapshot.DB(), query)
}

func dumpDB(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		separator := ""
		for i, value := range values {
			if value == nil || value == false && columns[i] != "rush" {
				continue
			}
			if at, ok := value.(time.Time); ok {
				value = strings.TrimSuffix(at.Format("2006-01-02T15:04:05.999999"), "T00:00:00")
			}
			fmt.Fprintf(&b, "%s%s=%v", separator, columns[i], value)
			separator = " | "
		}
		b.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
