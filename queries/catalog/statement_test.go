package catalog_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// statementFilters ask in every way that changes the SQL.
var statementFilters = []string{
	"",
	"by=month",
	"by=month,role&from=2019-03&to=2020-11",
	"by=fiscal_year,library&fiscal_start=4&role=lending,borrowing",
	"by=week,kind&from=2020-01-05&to=2020-03-11&basis=period",
	"by=day,partner_group&from=2021-02&to=2021-03&clock=business",
	"by=quarter,filled_by,reason&as_of=2020-06-30",
	"by=year,network&as_of=2015-05-05T05:05:05Z&basis=period&clock=business",
	"preset=last_12_months&by=month&source=generic",
	"partner=P001,P'O%3B%20--&by=partner",
	"by=department",
	"by=month,department&from=2024-01",
	"by=department,patron_group,role&suppress_below=9",
	"by=role&department=Tiny%20'one'&department=History",
	"patron_group=Faculty&by=year,department",
	"by=department&department=Department%201&suppress_below=0",
	"by=partner&grace_days=3&return_transit_days=4&min_n=7&top=3",
	"by=library&top=2&contu_limit=1&purchase_requests=1&purchase_readers=1&priority_age=90&horizon=2",
	"library=NOWHERE",
}

// Any program that opens the file and runs the statement gets the rows that the metric has: with DuckDB's own settings,
// in another time zone, and with nothing of ours beside the file.
func TestStatementsRunElsewhere(t *testing.T) {
	files, snapshot := mixedHistory(t)
	elsewhere := openElsewhere(t, files)
	n, refused := 0, 0
	for _, metric := range catalog.All() {
		questions := statementFilters
		for _, d := range metric.Definitions {
			questions = append(questions[:len(questions):len(questions)], "definition="+d.Name, "by=month,department&definition="+d.Name)
		}
		for i, question := range questions {
			if testing.Short() && i%4 != 0 {
				continue
			}
			t.Run(metric.ID+"/"+question, func(t *testing.T) {
				filter := parsed(t, question)
				result, err := queries.Run(context.Background(), snapshot, metric, filter)
				text, sqlErr := queries.Statement(context.Background(), snapshot, metric, filter)
				if err != nil || sqlErr != nil {
					if queries.ErrorCode(err) != queries.Invalid || queries.ErrorCode(sqlErr) != queries.Invalid {
						t.Fatalf("Run: %v; Statement: %v", err, sqlErr)
					}
					refused++
					return
				}
				n++
				compareRows(t, result, elsewhere, text)
			})
		}
	}
	if n <= refused {
		t.Errorf("%d questions were put elsewhere and %d refused", n, refused)
	}
}

// compareColumns runs a statement elsewhere that gives some columns of a result. Of the partners the rows of two are
// enough.
func compareColumns(t *testing.T, name string, result *queries.Result, columns string, elsewhere *sql.DB, text string) {
	t.Helper()
	some := &queries.Result{Metric: result.Metric, Generation: result.Generation}
	var places []int
	for _, column := range strings.Split(columns, ",") {
		i := slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == column })
		some.Columns = append(some.Columns, result.Columns[i])
		places = append(places, i)
	}
	for _, row := range result.Rows {
		var cells []any
		for _, i := range places {
			cells = append(cells, row[i])
		}
		if some.Columns[0].Name != "partner" || cells[0] == "P000" || cells[0] == "P010" {
			some.Rows = append(some.Rows, cells)
		}
	}
	if len(some.Rows) == 0 {
		t.Errorf("%s has no rows", name)
	}
	slices.SortFunc(some.Rows, func(a, b []any) int {
		if some.Columns[0].Name != "partner" {
			return 0
		}
		return strings.Compare(a[0].(string), b[0].(string))
	})
	compareRows(t, some, elsewhere, fmt.Sprintf("-- %s: %s\n-- generation %d.\n%s", result.Metric.Title, name, result.Generation, text))
}

func compareRows(t *testing.T, result *queries.Result, elsewhere *sql.DB, text string) {
	t.Helper()
	if !strings.HasPrefix(text, "-- "+result.Metric.Title+": ") || !strings.Contains(text, fmt.Sprintf("generation %d.\n", result.Generation)) {
		t.Errorf("the statement does not say what it is: %.300s", text)
	}
	rows, err := elsewhere.QueryContext(context.Background(), text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	defer rows.Close()
	i := 0
	for ; rows.Next(); i++ {
		row := make([]any, len(result.Columns))
		targets := make([]any, len(row))
		for k := range row {
			targets[k] = &row[k]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		if i >= len(result.Rows) {
			t.Fatalf("there are more than %d rows", len(result.Rows))
		}
		for k, value := range row {
			if !isSame(result.Rows[i][k], value) {
				t.Fatalf("row %d, %s: %v, want %v\n%s", i, result.Columns[k].Name, value, result.Rows[i][k], text)
			}
		}
	}
	if err := rows.Err(); err != nil || i != len(result.Rows) {
		t.Errorf("%d rows, want %d, %v", i, len(result.Rows), err)
	}
}

// isSame compares a value of Run with one of the driver: sums of floats differ in the last digits.
func isSame(want, got any) bool {
	switch v := got.(type) {
	case int32:
		got = int64(v)
	case *big.Int:
		got = v.Int64()
	case time.Time:
		at, ok := want.(time.Time)
		return ok && at.Equal(v)
	case float64:
		x, ok := want.(float64)
		return ok && math.Abs(x-v) <= 1e-9*math.Max(1, math.Abs(v))
	}
	return want == got
}

func parsed(t *testing.T, question string) queries.Filter {
	t.Helper()
	values, err := url.ParseQuery(question)
	if err != nil {
		t.Fatal(err)
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		t.Fatal(err)
	}
	return filter
}

// A comparison is two statements; a statement speaks of one.
func TestNoStatementOfAComparison(t *testing.T) {
	_, snapshot := mixedHistory(t)
	metric, err := catalog.Find("volume")
	if err != nil {
		t.Fatal(err)
	}
	_, err = queries.Statement(context.Background(), snapshot, metric, parsed(t, "from=2020-01&to=2020-02&compare=previous"))
	if queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), "one span at a time: leave out compare=previous") {
		t.Errorf("the statement of a comparison gives %v", err)
	}
}

// openElsewhere opens a copy of the current generation as another program would.
func openElsewhere(t *testing.T, files *store.Files) *sql.DB {
	t.Helper()
	generations, err := files.Generations()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.duckdb")
	copyGeneration(t, generations[0].Path, path)
	db, err := sql.Open("duckdb", path+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // so that the setting holds for every query
	for _, setting := range []string{"set enable_external_access = false", "set timezone = 'Asia/Tokyo'"} {
		if _, err := db.ExecContext(context.Background(), setting); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func copyGeneration(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

// mixedHistory is the invented history of the benchmarks, small, with everything that single metrics ask for, and with
// departments of every size.
func mixedHistory(t *testing.T) (*store.Files, *store.Snapshot) {
	t.Helper()
	files := store.Open(t.TempDir())
	ctx := context.Background()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		if _, err := tx.Exec(ctx, benchSQL, 6000); err != nil {
			return store.Discard, err
		}
		for _, statement := range []string{
			`insert into library values ('MAIN', 'America/New_York', true, null), ('EAST', 'Europe/London', false, null)`,
			`insert into closure values ('MAIN', '2020-12-25', 'Christmas'), ('EAST', '2021-05-03', null)`,
			`insert into partner_group values ('P001', 'State'), ('P002', 'Consortium')`,
			`insert into patron_group_weight values ('Faculty', 80)`,
			`insert into import_batch by name select 1 as batch_id, 1 as load_id, timestamp '2025-11-01' as imported_at, 'generic' as source,
				'requests' as content, 'requests.csv' as file, '00' as sha256, 6010 as n_read, 6000 as n_new, 0 as n_changed, 0 as n_unchanged, 10 as n_rejected`,
			`update request set
				patron_key = case when hash(request_id + 1) % 20 > 0 then (hash(request_id + 2) % 400)::bigint end,
				department = case
					when role = 'lending' then null
					when hash(request_id + 13) % 4000 = 0 then 'Lone'
					when hash(request_id + 3) % 300 = 0 then 'Tiny ''one'''
					when hash(request_id + 3) % 200 = 0 then 'Small'
					when hash(request_id + 3) % 3 = 0 then 'History'
					else department
				end,
				patron_group = case when role <> 'lending' then patron_group end,
				sent_at = created_at + interval 3 hour,
				received_at = case when role = 'borrowing' and available_at is not null then available_at - interval 1 hour end,
				rota = case when role = 'borrowing' then 'P' || lpad((hash(request_id + 4) % 150)::varchar, 3, '0') || ',' || coalesce(partner, 'P007') end,
				reason = case when status = 'unfilled' then ['not_owned', 'in_use', null][1 + (hash(request_id + 5) % 3)::integer] end,
				title = 'Title ' || (hash(request_id + 6) % 90)::varchar,
				container = case when kind = 'copy' then 'Journal of ' || (hash(request_id + 7) % 12)::varchar end,
				issn = case when kind = 'copy' and hash(request_id + 8) % 3 = 0 then '1234-567' || (hash(request_id + 7) % 10)::varchar end,
				publication_year = 2010 + (hash(request_id + 9) % 16)::integer,
				cost = case when hash(request_id + 10) % 2 = 0 then 12.5 end, currency = case when hash(request_id + 10) % 4 = 0 then 'USD' else 'EUR' end,
				need_by = case when hash(request_id + 11) % 5 = 0 then created_at::date + 20 end,
				rush = hash(request_id + 12) % 9 = 0`,
			`insert into event by name select request_id, sent_at as happened_at, 'sent' as to_status, 'source' as basis, 1 as batch_id
				from request where role = 'borrowing'`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return store.Discard, fmt.Errorf("%w in %.60s", err, statement)
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return files, snapshot
}
