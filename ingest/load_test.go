package ingest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries/store"
)

// run loads files that must be taken.
func run(t *testing.T, data *store.Files, options ingest.Options, paths ...string) *ingest.Summary {
	t.Helper()
	options.Files, options.Now = paths, now
	summary, err := ingest.Run(context.Background(), data, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func openData(t *testing.T) *store.Files {
	t.Helper()
	data := store.Open(t.TempDir())
	t.Cleanup(func() { data.Close() })
	// The same readers' key everywhere, so that contents can be compared.
	write(t, data.Dir(), store.KeyFile, "an invented key of 32 bytes only")
	return data
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// number gives the only value of a query.
func number(t *testing.T, data *store.Files, query string) float64 {
	t.Helper()
	snapshot, err := data.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	var n float64
	if err := snapshot.DB().QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return n
}

// content is all that the history says, without when and by which load it came.
func content(t *testing.T, data *store.Files) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, query := range map[string]string{
		"library":       "from library order by all",
		"request":       "select * exclude (first_batch, last_batch) from request order by request_id",
		"event":         "select * exclude (batch_id) from event order by all",
		"milestone":     "from milestone order by request_id",
		"patron":        "select * exclude (batch_id) from patron order by all",
		"partner":       "select * exclude (batch_id) from partner order by all",
		"fact_request":  "select * exclude (last_batch) from fact_request order by request_id",
		"attempt":       "from attempt order by all",
		"history_state": "from history_state",
	} {
		all[name] = dump(t, data, query)
	}
	return all
}

// story invents what a library's system told of 60 requests at three times, and its tracking in two halves.
func story(seed uint64) map[string]string {
	random := rand.New(rand.NewPCG(seed, 1))
	statuses := []string{"Submitted by Customer", "Awaiting Request Processing", "Request Sent", "Awaiting Post Receipt Processing",
		"Delivered to Web", "Cancelled by ILL Staff", "Awaiting Request Processing", "Request Sent", "Delivered to Web", "Request Finished"}
	heading := "TransactionNumber,Username,ProcessType,RequestType,TransactionStatus,TransactionDate,CreationDate,LendingLibrary"
	exports := [3]strings.Builder{}
	exports[0].WriteString(heading + ",DueDate\n")
	exports[1].WriteString(heading + ",DueDate\n")
	exports[2].WriteString(heading + ",PhotoArticleTitle\n")
	tracking := [2]strings.Builder{}
	for i := range tracking {
		tracking[i].WriteString("TransactionNumber,DateTime,ChangedTo\n")
	}
	at := func(hours float64) string {
		return time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour))).Format("2006-01-02T15:04:05")
	}
	for id := range 60 {
		created := random.Float64() * 500
		last := random.IntN(len(statuses))
		hours := created
		var changes []float64
		for range last + 1 {
			changes = append(changes, hours)
			hours += 1 + random.Float64()*60
		}
		for i, change := range changes {
			fmt.Fprintf(&tracking[random.IntN(2)], "%d,%s,%s\n", id+1, at(change), statuses[i])
		}
		for export := range exports {
			seen := min(last, random.IntN(4)+export*4) // each export knows more
			if random.IntN(8) == 0 {
				continue
			}
			extra := "2024-06-01T00:00:00"
			if export == 2 {
				extra = fmt.Sprintf("Title %d", id)
			}
			fmt.Fprintf(&exports[export], "%d,u%04d,Borrowing,Article,%s,%s,%s,ABC,%s\n", id+1, id%7, statuses[seen], at(changes[seen]), at(created), extra)
		}
	}
	users := "Username,Status,Department\n"
	for id := range 7 {
		users += fmt.Sprintf("U%04d,Group %d,Department %d\n", id, id%3, id%2)
	}
	return map[string]string{
		"june.csv": exports[0].String(), "july.csv": exports[1].String(), "august.csv": exports[2].String(),
		"tracking1.csv": tracking[0].String(), "tracking2.csv": tracking[1].String(), "users.csv": users,
	}
}

// TestOrder: whatever the order of files and the number of loads, the history says the same.
func TestOrder(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		dir := t.TempDir()
		var paths []string
		for name, text := range story(seed) {
			paths = append(paths, write(t, dir, name, text))
		}
		random := rand.New(rand.NewPCG(seed, 2))
		options := ingest.Options{Library: "MAIN", Zone: "America/New_York"}
		first := openData(t)
		run(t, first, options, paths...)
		want := content(t, first)
		if n := number(t, first, "select count(*) from request"); n < 50 {
			t.Fatalf("seed %d: %v requests: the story is too thin", seed, n)
		}
		for range 3 {
			random.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
			data := openData(t)
			for rest := paths; len(rest) > 0; {
				n := 1 + random.IntN(len(rest))
				run(t, data, options, rest[:n]...)
				rest = rest[n:]
			}
			if diff := cmp.Diff(want, content(t, data)); diff != "" {
				t.Fatalf("seed %d, order %v: -one load +this order\n%s", seed, paths, diff)
			}
			// And once more, all of it: nothing is new.
			before, _ := data.Current()
			summary := run(t, data, options, paths...)
			if after, _ := data.Current(); summary.Changed || after != before {
				t.Fatalf("seed %d: loading everything again made generation %d of %d: %+v", seed, after, before, summary.Requests)
			}
		}
	}
}

const realFiles = "../../shared/data/open_ill_library/"

// realFile gives one of the real exports that lie beside the project.
func realFile(t *testing.T, name string) string {
	t.Helper()
	if _, err := os.Stat(realFiles + name); err != nil {
		t.Skipf("the real export %s does not lie beside this project, so nothing is checked against it", name)
	}
	return realFiles + name
}

func TestRealBorrowing(t *testing.T) {
	path := realFile(t, "Pacific_Borrowing_articles_2016_2017_filled_and_cancelled.xlsx")
	data := openData(t)
	options := ingest.Options{Library: "PACIFIC", Role: "borrowing"}
	summary := run(t, data, options, path)
	tables, leftOut := summary.Files[0].Tables, summary.Files[0].LeftOut
	if len(tables) != 2 || tables[0].Read+tables[1].Read != 3214 || summary.Requests.New != 3214 {
		t.Errorf("%d tables, %+v; want two with 3,214 rows, all new", len(tables), summary.Requests)
	}
	if len(leftOut) != 1 || leftOut[0].Sheet != "Pacific_Borrowing_Sample" || !strings.Contains(leftOut[0].Reason, "Transaction Number") || !strings.Contains(leftOut[0].Reason, "--id row-hash") {
		t.Errorf("left out: %+v", leftOut)
	}
	if summary.History.Negative != 49 || summary.History.Undetermined != 2999 {
		t.Errorf("%+v; want 49 negative, 2,999 undetermined", summary.History)
	}
	var text strings.Builder
	if err := summary.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Pacific_Borrowing_Sample", "43 requests with a date before creation", "6 requests with a date before creation"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the summary does not say %q:\n%s", want, &text)
		}
	}
	for query, want := range map[string]float64{
		"select count(*) from fact_request where created_day >= '2016-06-01' and created_day < '2017-07-01'": 3214,
		"select count(*) from fact_request where outcome = 'filled'":                                         2999,
		"select count(*) from fact_request where outcome = 'open'":                                           0,
		"select count(*) from fact_request where turnaround_us is not null":                                  0,
		"select count(*) from fact_request where outcome = 'cancelled'":                                      119 + 45 + 10 + 4 + 1 + 1 - 1 - 1,
		"select count(*) from fact_request where filled_by = 'open_access' and partner is not null":          0,
		"select count(*) from request where kind <> 'copy'":                                                  0,
	} {
		if got := number(t, data, query); got != want {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	again := run(t, data, options, path)
	if again.Changed || again.Generation != 1 || again.Requests.Unchanged != 3214 || again.Requests.New+again.Requests.Changed != 0 {
		t.Errorf("again: %+v, generation %d; want 3,214 unchanged and nothing else", again.Requests, again.Generation)
	}
}

func TestRealLending(t *testing.T) {
	path := realFile(t, "Pacific_Lending_Articles_2016_2017_Filled_and_Cancelled_or_Conditionaled.xlsx")
	data := openData(t)
	options := ingest.Options{Library: "PACIFIC", Role: "lending", Sheet: "Requests Filled"}
	refusedWith(t, data, options, []string{"--id row-hash", "Requests Filled", "Transaction Number"}, path)
	options.RowHash = true
	for range 2 {
		run(t, data, options, path)
		if n := number(t, data, "select count(*) from fact_request where outcome = 'filled' and turnaround_us >= 0"); n != 9557 {
			t.Fatalf("%v filled requests, want 9,557", n)
		}
	}
	if current, _ := data.Current(); current != 1 {
		t.Errorf("the second load made generation %d", current)
	}
	if median := number(t, data, "select quantile_cont(turnaround_us, 0.5) / 3.6e9 from fact_request"); fmt.Sprintf("%.3f", median) != "1.077" {
		t.Errorf("median %v hours, want 1.077", median)
	}
	if mean := number(t, data, "select avg(turnaround_us) / 86400e6 from fact_request"); fmt.Sprintf("%.4f", mean) != "0.3537" {
		t.Errorf("mean %v days, want 0.3537", mean)
	}

	options = ingest.Options{Library: "PACIFIC", Role: "lending", Sheet: "Requests Cancelled"}
	refusedWith(t, data, options, []string{"--columns", "Requests Cancelled"}, path)
	options.Columns = strings.Split("Transaction Number,Process Type,Request Type,Photo Journal Title,,,Photo Journal Year,,Photo Article Author,Photo Article Title,,"+
		"Creation Date,Transaction Status,Transaction Date,ISSN,Reason For Cancellation,,System ID,,,,,Cancellation Code", ",")
	if summary := run(t, data, options, path); summary.Requests.New != 2520 {
		t.Errorf("cancelled: %+v, want 2,520 new", summary.Requests)
	}
	for query, want := range map[string]float64{
		"select count(*) from fact_request where outcome = 'unfilled'":                                2489,
		"select count(*) from fact_request where status = 'conditional' and outcome = 'open'":         31,
		"select count(*) from request where reason = 'lacking' and status = 'cancelled_staff'":        1510,
		"select count(*) from request where reason_raw is not null and reason is null and role <> ''": 0,
	} {
		if got := number(t, data, query); got != want {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

// lastRefusal is what refusedWith was told last.
var lastRefusal string

// refusedWith loads files that must be refused, with a sentence that holds the words and leaves the data as it was.
func refusedWith(t *testing.T, data *store.Files, options ingest.Options, words []string, paths ...string) {
	t.Helper()
	before := fingerprint(t, data)
	options.Files, options.Now = paths, now
	_, err := ingest.Run(context.Background(), data, options, nil)
	var refused *ingest.Refused
	if !errors.As(err, &refused) {
		t.Errorf("%v: %v, want a refusal", paths, err)
		return
	}
	for _, word := range words {
		if !strings.Contains(refused.Error(), word) {
			t.Errorf("the refusal does not say %q: %s", word, refused)
		}
	}
	lastRefusal = refused.Error()
	if strings.Contains(refused.Error(), "\n") {
		t.Errorf("the refusal is more than a sentence: %s", refused)
	}
	if diff := cmp.Diff(before, fingerprint(t, data)); diff != "" {
		t.Errorf("%s: the data directory changed: %s", refused, diff)
	}
}

// fingerprint gives a hash of the pointer and of every generation.
func fingerprint(t *testing.T, data *store.Files) map[string]string {
	t.Helper()
	hashes := map[string]string{}
	err := filepath.WalkDir(data.Dir(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "lock") || strings.HasSuffix(path, store.KeyFile) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		hashes[strings.TrimPrefix(path, data.Dir())] = hex.EncodeToString(sum[:])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}
