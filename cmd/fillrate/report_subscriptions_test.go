package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards/delivery"
	"github.com/fillrate/fillrate/queries/subscription"
)

// A month's report comes into a folder once the history goes beyond the month, byte for byte as it was issued; a second
// subscription of the same report shares the edition, and one of the next month's data has its own.
func TestReportsThatComeByThemselves(t *testing.T) {
	dir := t.TempDir()
	load := func(name, rows string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("request_id,role,kind,created,available,status,updated\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := fillrate(t, "ingest", "--data", filepath.Join(dir, "data"), "--library", "MAIN", "--profile", "generic", "--tz", "America/New_York", filepath.Join(dir, name)); status != 0 {
			t.Fatal(stderr)
		}
	}
	load("march.csv", "1,borrowing,loan,2025-03-03,2025-03-06,delivered,2025-03-06\n2,borrowing,loan,2025-03-20,,sent,2025-03-31\n")
	if err := os.WriteFile(filepath.Join(dir, "closures.csv"), []byte("library,date,name\nMAIN,2025-04-01,Founders' day\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := fillrate(t, "ingest", "--data", filepath.Join(dir, "data"), filepath.Join(dir, "closures.csv")); status != 0 {
		t.Fatal(stderr)
	}
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2025, 3, 15, 12, 0, 0, 0, time.UTC)
	a := &app{Stdout: os.Stdout, Stderr: os.Stderr, ctx: t.Context()}
	var words []string
	runDue := func(now time.Time) {
		t.Helper()
		words = nil
		err := a.withOffice(dataFlag{filepath.Join(dir, "data")}, nil, func(o *delivery.Office) error {
			o.Now = func() time.Time { return now }
			outcomes, err := o.RunDue(context.Background(), false)
			for _, outcome := range outcomes {
				words = append(words, outcomeWords(outcome))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := a.withSubscriptions(dataFlag{filepath.Join(dir, "data")}, func(book *subscription.Book) error {
		for _, id := range []string{"one", "two"} {
			folder := filepath.Join(out, id)
			if err := os.Mkdir(folder, 0o700); err != nil {
				return err
			}
			s := subscription.Subscription{ID: id, Report: "monthly", Kind: subscription.Monthly, Formats: []string{"pdf", "xlsx", "html"}, Folder: folder}
			s.Schedule, _ = subscription.ParseSchedule("first-working-day")
			if _, err := book.Add(t.Context(), s, clock); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if runDue(time.Date(2025, 4, 1, 23, 0, 0, 0, time.UTC)); len(words) > 0 { // the library is closed
		t.Errorf("%v", words)
	}
	runDue(time.Date(2025, 4, 7, 12, 0, 0, 0, time.UTC))
	want := []string{
		"one 2025-03: waits until the history goes beyond the period's end; it has been due for 5 days: import the newest exports",
		"two 2025-03: waits until the history goes beyond the period's end; it has been due for 5 days: import the newest exports",
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Error(diff)
	}
	load("april.csv", "3,borrowing,loan,2025-04-07,,sent,2025-04-07\n")
	runDue(time.Date(2025, 4, 7, 14, 0, 0, 0, time.UTC))
	want = []string{
		"one 2025-03: issued as monthly-2025-03-1",
		"two 2025-03: issued as monthly-2025-03-1",
		"one 2025-03, delivery 1 to " + filepath.Join(out, "one") + ": written",
		"two 2025-03, delivery 2 to " + filepath.Join(out, "two") + ": written",
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Error(diff)
	}
	if status, _, stderr := fillrate(t, "report", "edition", "monthly-2025-03-1", "--data", filepath.Join(dir, "data"), "--out", filepath.Join(out, "kept")); status != 0 {
		t.Fatal(stderr)
	}
	for _, extension := range []string{"pdf", "xlsx", "html"} {
		name := "monthly-2025-03-edition-1." + extension
		kept, err := os.ReadFile(filepath.Join(out, "kept", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"one", "two"} {
			if sent, err := os.ReadFile(filepath.Join(out, id, name)); err != nil || !bytes.Equal(sent, kept) {
				t.Errorf("%s of %s differs, %v", name, id, err)
			}
		}
	}
	if runDue(time.Date(2025, 4, 8, 14, 0, 0, 0, time.UTC)); len(words) > 0 {
		t.Errorf("again: %v", words)
	}
}
