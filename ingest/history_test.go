package ingest_test

import (
	"database/sql"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/sample"
	"github.com/fillrate/fillrate/queries/store"
)

// exports are the files of a library's system, and when they were made.
type exports struct {
	transactions, tracking string
	others                 []string
	now                    time.Time
	dateOrder              string
	truth                  *sample.Truth
}

func invented(t *testing.T, requests int) exports {
	t.Helper()
	dir := t.TempDir()
	truth, err := sample.Write(t.Context(), dir, sample.Config{Requests: requests, Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	exportAt, err := time.Parse("2006-01-02T15:04:05", truth.ExportAt)
	if err != nil {
		t.Fatal(err)
	}
	e := exports{now: exportAt.Add(24 * time.Hour), truth: truth, dateOrder: "mdy"}
	paths, err := filepath.Glob(filepath.Join(dir, "illiad", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		switch name := filepath.Base(path); {
		case strings.HasPrefix(name, "Transactions"):
			e.transactions = path
		case strings.HasPrefix(name, "Tracking"):
			e.tracking = path
		default:
			e.others = append(e.others, path)
		}
	}
	if e.transactions == "" || e.tracking == "" || len(e.others) == 0 {
		t.Fatalf("the sample holds %v", paths)
	}
	return e
}

// ties are exports in which every decision is between equal dates: changes at one instant, in other spellings, repeated,
// and two rows of one request.
func ties(t *testing.T) exports {
	t.Helper()
	dir := t.TempDir()
	heading := "TransactionNumber,Username,ProcessType,RequestType,TransactionStatus,TransactionDate,CreationDate,LendingString,LendingLibrary,ReasonForCancellation\n"
	tracking := "TransactionNumber,DateTime,ChangedTo\n"
	transactions := heading
	statuses := []string{"Submitted by Customer", "Request Sent", "Request Sent via RAPID", "Request Conditionalized", "Awaiting Post Receipt Processing",
		"Delivered to Web", "Delivered To Web", "Customer Notified via E-Mail", "Cancelled by ILL Staff", "Request Finished", "STAFF queue"}
	for id := range 40 {
		kind := []string{"Article", "Loan"}[id%2]
		number := strconv.Itoa(id + 1)
		row := number + ",u000" + strconv.Itoa(id%3) + ",Borrowing," + kind + ","
		transactions += row + statuses[id%len(statuses)] + ",2024-03-05T10:00:00,2024-03-01T10:00:00,\"ABC,XYZ,QRS\",xyz,\n"
		if id%4 == 0 {
			transactions += row + statuses[(id*3+5)%len(statuses)] + ",2024-03-05T10:00:00,2024-03-01T10:00:00,\"ABC,XYZ\",abc,Expired\n"
		}
		for i, status := range statuses {
			if at := (id >> (i % 5)) & 3; at > 0 { // on one of three days, or never
				tracking += number + ",2024-03-0" + strconv.Itoa(at+1) + "T10:00:00," + status + "\n"
			}
			if i%6 == id%6 {
				tracking += number + ",2024-03-02T10:00:00," + status + "\n"
			}
		}
	}
	history := "TransactionNumber,DateTime,UserName,Entry\n"
	for _, id := range []string{"2", "4", "6"} {
		history += id + ",2024-03-02T10:00:00,System,ILL request shipped\n" + id + ",2024-03-02T10:00:00,System,ILL request was shipped again\n"
	}
	return exports{
		transactions: write(t, dir, "Transactions.csv", transactions), tracking: write(t, dir, "Tracking.csv", tracking),
		others: []string{write(t, dir, "History.csv", history)}, now: now, dateOrder: "ymd",
	}
}

// rearranged writes a CSV file again with other rows, in another order.
func rearranged(t *testing.T, path string, change func(rows [][]string) [][]string) string {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), filepath.Base(path)))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := csv.NewWriter(out).WriteAll(slices.Concat(rows[:1], change(slices.Clone(rows[1:])))); err != nil {
		t.Fatal(err)
	}
	return out.Name()
}

func reversed(rows [][]string) [][]string {
	slices.Reverse(rows)
	return rows
}

// TestTrackingInAnyOrder: loading Tracking twice, in two halves, or in reverse order gives the same history, table by
// table: requests, status changes, milestones, facts and attempts.
func TestTrackingInAnyOrder(t *testing.T) {
	requests := 1500
	if testing.Short() {
		requests = 300
	}
	for name, e := range map[string]exports{"sample": invented(t, requests), "ties": ties(t)} {
		t.Run(name, func(t *testing.T) {
			options := ingest.Options{Library: "MAIN", Zone: "America/New_York", DateOrder: e.dateOrder}
			load := func(data *store.Files, paths ...string) *ingest.Summary {
				t.Helper()
				o := options
				o.Files, o.Now = paths, e.now
				summary, err := ingest.Run(t.Context(), data, o, nil)
				if err != nil {
					t.Fatal(err)
				}
				return summary
			}
			once := openData(t)
			load(once, slices.Concat(e.others, []string{e.transactions, e.tracking})...)
			want := content(t, once)
			for _, table := range []string{"request", "event", "milestone", "fact_request", "attempt"} {
				if strings.Count(want[table], "\n") < 40 {
					t.Fatalf("%s holds %d rows: the test compares nothing", table, strings.Count(want[table], "\n"))
				}
			}
			half := func(second bool) string {
				return rearranged(t, e.tracking, func(rows [][]string) [][]string {
					if second {
						return rows[len(rows)/2:]
					}
					return rows[:len(rows)/2]
				})
			}
			rest := append(slices.Clone(e.others), e.transactions)
			backwards := make([]string, 0, len(rest))
			for _, path := range rest {
				backwards = append(backwards, rearranged(t, path, reversed))
			}
			slices.Reverse(backwards)
			for way, loads := range map[string][][]string{
				"Tracking twice":         {append(slices.Clone(rest), e.tracking), {e.tracking}},
				"Tracking in two halves": {rest, {half(false)}, {half(true)}},
				"the later half first":   {{half(true)}, rest, {e.tracking}},
				"all in reverse":         slices.Collect(slices.Chunk(append([]string{rearranged(t, e.tracking, reversed)}, backwards...), 1)),
			} {
				t.Run(way, func(t *testing.T) {
					data := openData(t)
					for _, paths := range loads {
						load(data, paths...)
					}
					compareContent(t, want, content(t, data))
					before, _ := data.Current()
					if summary := load(data, e.tracking); summary.Changed {
						t.Errorf("Tracking once more changed something: %+v", summary.Requests)
					}
					if after, _ := data.Current(); after != before {
						t.Errorf("Tracking once more made generation %d of %d", after, before)
					}
				})
			}
		})
	}
}

// compareContent says of each table which rows it lacks and which it has too many, a few of them.
func compareContent(t *testing.T, want, got map[string]string) {
	t.Helper()
	for table := range want {
		if want[table] == got[table] {
			continue
		}
		rows := map[string]int{}
		for line := range strings.Lines(want[table]) {
			rows[line]++
		}
		for line := range strings.Lines(got[table]) {
			rows[line]--
		}
		shown := 0
		for line, n := range rows {
			if n != 0 && shown < 6 {
				t.Errorf("%s: %+d too few: %s", table, n, line)
				shown++
			}
		}
	}
}

// TestAttemptsOfASample: the attempts of a loaded sample are those that its inventor counted while making it up.
func TestAttemptsOfASample(t *testing.T) {
	e := invented(t, 5000)
	data := openData(t)
	options := ingest.Options{Library: "MAIN", Zone: e.truth.Zone, Files: append(slices.Clone(e.others), e.transactions, e.tracking), Now: e.now}
	if _, err := ingest.Run(t.Context(), data, options, nil); err != nil {
		t.Fatal(err)
	}
	snapshot, err := data.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	asked, supplied := map[string]int{}, map[string]int{}
	rows, err := snapshot.DB().Query("select lender, count(*), count(*) filter (where answer = 'filled') from attempt group by lender")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var lender string
		var n, filled int
		if err := rows.Scan(&lender, &n, &filled); err != nil {
			t.Fatal(err)
		}
		asked[lender], supplied[lender] = n, filled
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, partner := range e.truth.Partners {
		if partner.Role != "borrowing" || partner.Symbol == "" {
			continue
		}
		total += partner.NAsked
		if asked[partner.Symbol] != partner.NAsked || supplied[partner.Symbol] != partner.NFilled {
			t.Errorf("%s was asked %d times and filled %d, want %d and %d", partner.Symbol, asked[partner.Symbol], supplied[partner.Symbol], partner.NAsked, partner.NFilled)
		}
		delete(asked, partner.Symbol)
	}
	if total < 4000 || len(asked) > 0 {
		t.Errorf("%d attempts counted; lenders that nobody invented: %v", total, asked)
	}
}

// TestAnOlderHistoryGoesOn: a history that the first release wrote, its schema's first step, is read, and loaded into, as
// if today's Fillrate had written it.
func TestAnOlderHistoryGoesOn(t *testing.T) {
	dir := t.TempDir()
	files := story(5)
	path := func(name string) string { return write(t, dir, name, files[name]) }
	before := []string{path("june.csv"), path("july.csv"), path("tracking1.csv"), path("users.csv")}
	after := []string{path("august.csv"), path("tracking2.csv")}
	options := ingest.Options{Library: "MAIN", Zone: "America/New_York"}

	today := openData(t)
	run(t, today, options, before...)
	first := content(t, today)
	read, untouched := aged(t, today), aged(t, today)
	compareContent(t, first, content(t, read)) // which brings it up to date
	if n, _ := read.Current(); n != 2 {
		t.Errorf("reading made generation %d, want 2", n)
	}
	if summary := run(t, read, options, before...); summary.Changed {
		t.Errorf("the same files again changed %+v", summary.Requests)
	}
	run(t, today, options, after...)
	want := content(t, today)
	for name, data := range map[string]*store.Files{"read before": read, "not read before": untouched} {
		run(t, data, options, after...)
		compareContent(t, want, content(t, data))
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// aged makes of a data directory the one that the first release would have made: the tables and columns of the schema's
// first step, nothing else.
func aged(t *testing.T, data *store.Files) *store.Files {
	t.Helper()
	old := openData(t)
	for _, folder := range []string{"generations", "tmp"} {
		if err := os.MkdirAll(filepath.Join(old.Dir(), folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	number, err := data.Current()
	if err != nil {
		t.Fatal(err)
	}
	list, err := data.Generations()
	if err != nil || !list[0].Current {
		t.Fatalf("generation %d: %v", number, err)
	}
	schema, err := os.ReadFile("../queries/store/schema/0001_history.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", filepath.Join(old.Dir(), "generations", "000001.duckdb")+"?storage_compatibility_version=v1.5.0")
	if err != nil {
		t.Fatal(err)
	}
	exec := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
	exec("create table schema_step (step integer not null); insert into schema_step values (1)")
	exec(string(schema))
	exec("attach '" + list[0].Path + "' as today (read_only)")
	for line := range strings.Lines(dumpDB(t, db, `select table_name, string_agg(column_name, ', ' order by column_index) as names from duckdb_columns()
		where database_name = current_database() and table_name not in ('schema_step', 'status_meaning', 'reason_meaning', 'sla_target') group by table_name`)) {
		table, columns, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "table_name="), " | names=")
		exec("insert into " + table + " (" + columns + ") select " + columns + " from today." + table)
	}
	exec("detach today")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(old.Dir(), "generations"), "000001.parent", "0\n")
	write(t, old.Dir(), "current", "1\n")
	return old
}

// TestReferenceFilesReplace: a target replaces that of its role and kind; a list of weights replaces the whole list. The
// same file again changes nothing.
func TestReferenceFilesReplace(t *testing.T) {
	dir := t.TempDir()
	data := openData(t)
	options := ingest.Options{Library: "MAIN", Zone: "UTC"}
	run(t, data, options, write(t, dir, "requests.csv", good(1, 3)))
	said := func() string {
		t.Helper()
		return dump(t, data, `select role || ' ' || kind as a, days::varchar as b from sla_target where role = 'borrowing'
			union all select patron_group, weight::varchar from patron_group_weight order by all`)
	}
	for _, step := range []struct {
		file, text, want string
		changes          bool
	}{
		{"targets.csv", "role,kind,days\nborrowing,loan,7\n", "a=borrowing copy | b=3.0\na=borrowing loan | b=7.0\na=borrowing unknown | b=10.0\n", true},
		{"targets.csv", "role,kind,days\nborrowing,copy,0.5\n", "a=borrowing copy | b=0.5\na=borrowing loan | b=7.0\na=borrowing unknown | b=10.0\n", true},
		{"targets.csv", "role,kind,days\nborrowing,loan,7\nborrowing,copy,0.5\n", "a=borrowing copy | b=0.5\na=borrowing loan | b=7.0\na=borrowing unknown | b=10.0\n", false},
		{"targets.csv", "role,kind,days\nborrowing,loan,10\nborrowing,copy,3\n", "a=borrowing copy | b=3.0\na=borrowing loan | b=10.0\na=borrowing unknown | b=10.0\n", true},
		{"weights.csv", "patron_group,weight\nFaculty,100\nStaff,40\n", "a=Faculty | b=100\na=Staff | b=40\na=borrowing copy | b=3.0\na=borrowing loan | b=10.0\na=borrowing unknown | b=10.0\n", true},
		{"weights.csv", "weight,patron_group\n40,Staff\n100,Faculty\n", "a=Faculty | b=100\na=Staff | b=40\na=borrowing copy | b=3.0\na=borrowing loan | b=10.0\na=borrowing unknown | b=10.0\n", false},
		{"weights.csv", "patron_group,weight\nStaff,40\n", "a=Staff | b=40\na=borrowing copy | b=3.0\na=borrowing loan | b=10.0\na=borrowing unknown | b=10.0\n", true},
	} {
		summary := run(t, data, options, write(t, dir, step.file, step.text))
		if got := said(); got != step.want || summary.Changed != step.changes {
			t.Errorf("after %q: changed %v, want %v\n%swant\n%s", step.text, summary.Changed, step.changes, got, step.want)
		}
	}
	refusedWith(t, data, options, []string{"weights.csv", "weight", "0 to 100"}, write(t, dir, "weights.csv", "patron_group,weight\nFaculty,1000\n"))
	refusedWith(t, data, options, []string{"targets.csv", "days", "over 0"}, write(t, dir, "targets.csv", "role,kind,days\nlending,loan,-1\n"))
	refusedWith(t, data, options, []string{"weights.csv", "no rows"}, write(t, dir, "weights.csv", "patron_group,weight\n"))
}
