package catalog_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

var update = flag.Bool("update", false, "write what the metrics give into the golden cases")

// TestGoldenCases runs the cases beside each metric: testdata/*.txtar, small enough to check by eye. A case holds
// requests.csv (columns of the table request; the library is MAIN in New York unless libraries.csv says otherwise),
// perhaps other tables, each as the CSV of its name (closure.csv, event.csv, attempt.csv …), and questions: NAME.query with
// NAME.want beside it.
func TestGoldenCases(t *testing.T) {
	for _, metric := range catalog.All() {
		cases, err := filepath.Glob(filepath.Join("..", metric.ID, "testdata", "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		if len(cases) < 3 {
			t.Errorf("%s has %d golden cases and needs three", metric.ID, len(cases))
		}
		for _, file := range cases {
			t.Run(metric.ID+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				runCase(t, metric, file)
			})
		}
	}
}

func runCase(t *testing.T, metric *queries.Metric, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	snapshot := loadCase(t, archive)
	questions := 0
	for _, part := range archive.Files {
		name, isQuery := strings.CutSuffix(part.Name, ".query")
		if !isQuery {
			continue
		}
		questions++
		got := answer(t, snapshot, metric, strings.TrimSpace(string(part.Data)))
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name+".want" })
		if i < 0 {
			t.Errorf("%s has no %s.want", file, name)
			continue
		}
		if want := string(archive.Files[i].Data); got != want && !*update {
			t.Errorf("%s\ngot\n%swant\n%s", part.Data, got, want)
		}
		archive.Files[i].Data = []byte(got)
	}
	if questions == 0 {
		t.Errorf("%s asks nothing", file)
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// answer writes a result with columns parted by a space; numbers to six digits. A query that starts with "rows" asks
// for the requests and shows their ids and days late.
func answer(t *testing.T, snapshot *store.Snapshot, metric *queries.Metric, query string) string {
	query, isRows := strings.CutPrefix(query, "rows")
	values, err := url.ParseQuery(strings.TrimSpace(query))
	if err != nil {
		t.Fatal(err)
	}
	if !values.Has("suppress_below") { // a case has few readers
		values.Set("suppress_below", "0")
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if isRows {
		columns, err := queries.Rows(context.Background(), snapshot, metric, filter, queries.Page{}, func(row []any) error {
			for i, column := range queries.RowColumns {
				if slices.Contains([]string{"source_id", "outcome", "turnaround_days", "days_late"}, column.Name) {
					fmt.Fprint(&out, golden(row[i]), " ")
				}
			}
			fmt.Fprintln(&out)
			return nil
		})
		if err != nil || len(columns) == 0 {
			t.Fatal(err)
		}
		return strings.ReplaceAll(out.String(), " \n", "\n")
	}
	result, err := queries.Run(context.Background(), snapshot, metric, filter)
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	for _, column := range result.Columns {
		head = append(head, column.Name)
	}
	fmt.Fprintln(&out, strings.Join(head, " "))
	for _, row := range result.Rows {
		var cells []string
		for _, value := range row {
			cells = append(cells, golden(value))
		}
		fmt.Fprintln(&out, strings.Join(cells, " "))
	}
	return out.String()
}

func golden(value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case float64:
		return strconv.FormatFloat(v, 'g', 6, 64)
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return fmt.Sprint(value)
}

func loadCase(t *testing.T, archive *txtar.Archive) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	_, err := files.Load(context.Background(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		libraries := "('MAIN', 'America/New_York', true, null)"
		for _, part := range archive.Files {
			var statement string
			switch part.Name {
			case "requests.csv":
				statement = requestsSQL(t, part.Data)
			case "libraries.csv":
				libraries = strings.TrimPrefix(valuesSQL(t, part.Data, ", true, null"), "values ")
				continue
			default:
				table, isTable := strings.CutSuffix(part.Name, ".csv")
				if !isTable {
					continue
				}
				heading, _, _ := strings.Cut(string(part.Data), "\n")
				if table == "sla_target" { // a case that sets any sets all
					statement = "delete from sla_target; "
				}
				statement += "insert into " + table + " (" + heading + ") " + valuesSQL(t, part.Data, "")
			}
			if _, err := tx.Exec(ctx, statement); err != nil {
				return store.Discard, fmt.Errorf("%s: %w", part.Name, err)
			}
		}
		if _, err := tx.Exec(ctx, "insert into library values "+libraries); err != nil {
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
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

func readCSV(t *testing.T, text []byte) [][]string {
	t.Helper()
	reader := csv.NewReader(bytes.NewReader(text))
	reader.TrimLeadingSpace = true
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = strings.TrimSpace(cell)
		}
	}
	return rows
}

func quoted(cell string) string {
	if cell == "" {
		return "null"
	}
	return "'" + strings.ReplaceAll(cell, "'", "''") + "'"
}

// valuesSQL writes rows, without their heading.
func valuesSQL(t *testing.T, text []byte, more string) string {
	var rows []string
	for _, row := range readCSV(t, text)[1:] {
		var cells []string
		for _, cell := range row {
			cells = append(cells, quoted(cell))
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+more+")")
	}
	return "values " + strings.Join(rows, ", ")
}

// requestsSQL fills in what every request has: the library MAIN, the source generic and, where it is not said, the last
// change, which is its newest date.
func requestsSQL(t *testing.T, text []byte) string {
	rows := readCSV(t, text)
	head := rows[0]
	has := func(column string) bool { return slices.Contains(head, column) }
	columns := slices.Clone(head)
	defaults := ""
	for _, fill := range [][2]string{
		{"library", "'MAIN'"}, {"source", "'generic'"}, {"role", "'borrowing'"}, {"kind", "'copy'"},
		{"columns", "0"}, {"first_batch", "1"}, {"last_batch", "1"}, {"row_hash", "0"},
	} {
		if !has(fill[0]) {
			columns = append(columns, fill[0])
			defaults += ", " + fill[1]
		}
	}
	columns = append(columns, "request_id")
	var values []string
	for i, row := range rows[1:] {
		var cells []string
		for _, cell := range row {
			cells = append(cells, quoted(cell))
		}
		values = append(values, "("+strings.Join(cells, ", ")+defaults+", "+strconv.Itoa(i+1)+")")
	}
	return "insert into request (" + strings.Join(columns, ", ") + ") values " + strings.Join(values, ", ")
}
