package sample

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, cfg Config) (string, *Truth) {
	t.Helper()
	dir := t.TempDir()
	truth, err := Write(t.Context(), dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

// TestSameSeedSameBytes writes one history on one processor and on several.
func TestSameSeedSameBytes(t *testing.T) {
	cfg := Config{Requests: 9_000, Seed: 11}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _ := write(t, cfg)
	runtime.GOMAXPROCS(5)
	five, _ := write(t, cfg)
	for _, name := range listing(t, one) {
		if !bytes.Equal(content(t, filepath.Join(one, name)), content(t, filepath.Join(five, name))) {
			t.Errorf("%s differs from run to run", name)
		}
	}
	cfg.TransactionsOnly = true
	only, _ := write(t, cfg)
	if !slices.Equal(listing(t, only), []string{"illiad/Transactions.csv", "truth.json"}) {
		t.Errorf("TransactionsOnly wrote %v", listing(t, only))
	}
	name := "illiad/Transactions.csv"
	if !bytes.Equal(content(t, filepath.Join(one, name)), content(t, filepath.Join(only, name))) {
		t.Error("Transactions.csv depends on TransactionsOnly")
	}
	cfg.Seed++
	other, _ := write(t, cfg)
	if bytes.Equal(content(t, filepath.Join(other, name)), content(t, filepath.Join(only, name))) {
		t.Error("another seed gives the same history")
	}
}

// TestPlausible holds the invented library against published figures.
func TestPlausible(t *testing.T) {
	dir, truth := write(t, Config{Requests: 40_000, Seed: 2})
	between := func(what string, got, lo, hi float64) {
		t.Helper()
		if got < lo || got > hi {
			t.Errorf("%s is %.3f, want %v to %v", what, got, lo, hi)
		}
	}
	share := map[string]float64{}
	for _, x := range truth.Totals {
		if x.NFilled+x.NUnfilled+x.NCancelled+x.NOpen != x.NRequests {
			t.Errorf("outcomes do not add up: %+v", x)
		}
		rate := float64(x.NFilled) / float64(x.NFilled+x.NUnfilled)
		switch x.Role {
		case "borrowing":
			between("borrowing fill rate "+x.Kind, rate, .82, .92)
		case "lending":
			between("lending fill rate "+x.Kind, rate, .5, .7)
		}
		share[x.Role+x.Kind] = float64(x.NRequests) / 40_000
		if x.Role != "" {
			between("open "+x.Role, float64(x.NOpen)/float64(x.NRequests), 0, .01)
		}
	}
	between("share of borrowing", share["borrowing"], .53, .58)
	between("share of lending", share["lending"], .32, .36)
	between("share of document delivery", share["docdel"], .09, .12)
	for _, x := range truth.Turnaround {
		if x.Role != "borrowing" || x.Kind == "" {
			continue
		}
		lo, hi := 1.0, 2.0
		if x.Kind == "loan" {
			lo, hi = 7, 9
		}
		between("median of "+x.Kind, *x.MedianDays, lo, hi)
		between("p90/median of "+x.Kind, *x.P90Days / *x.MedianDays, 1.8, 3.4)
	}
	for _, x := range truth.Overdue {
		between("late loans, "+x.Side, float64(x.NLate)/float64(x.NDue), .02, .07)
		between("overdue loans, "+x.Side, float64(x.NOverdue)/float64(x.NOut), .01, .12)
	}
	for _, x := range truth.Unknown {
		between(x.Status, float64(x.NRequests), 1, 20)
	}
	if len(truth.Unknown) == 0 || len(truth.Groups) != 12 || len(truth.Departments) != 26 {
		t.Errorf("%d unknown statuses, %d rows of groups, %d of departments", len(truth.Unknown), len(truth.Groups), len(truth.Departments))
	}
	if q := truth.Quirks; min(q.NTransactionBeforeCreation, q.NClockAhead, q.NDeliveredTwice, q.NDeliveredAutomatically, q.NReactivated, q.NConditional,
		q.NRenewed, q.NNightlyClosed, q.NUserUnknown, truth.Tracking.NRequestsWithout) == 0 {
		t.Errorf("a trap is missing: %+v", q)
	}

	s := readBack(t, dir)
	var first, supplied, weekend, night, nightly, twoMonths, copies int
	winter, autumn := &readWaits{}, &readWaits{}
	byMonth := map[string]int{}
	var lengths [7]int
	for _, q := range s.requests {
		lengths[q.created.Weekday()]++
		byMonth[q.created.Format("01")]++
		if q.role != "borrowing" || q.outcome != "filled" || q.supplied.IsZero() {
			continue
		}
		if asks := q.row["LendingString"]; asks != "" {
			supplied++
			if !strings.Contains(asks, ",") {
				first++
			}
		}
		switch {
		case q.kind == "loan" && q.created.Month() == 12 && q.created.Day() > 10:
			winter.add(q)
		case q.kind == "loan" && q.created.Month() == 10:
			autumn.add(q)
		}
		if q.kind == "copy" {
			copies++
			if h := q.supplied.Hour(); h < 7 || h > 20 {
				night++
			}
			if d := q.supplied.Weekday(); d == 0 || d == 6 {
				weekend++
			}
			if last := q.tracking[len(q.tracking)-1]; last.to == "Request Finished" {
				nightly++
				if days := last.at.Sub(q.supplied).Hours() / 24; days > 54.9 && days < 75.1 && last.at.Hour() == 4 {
					twoMonths++
				}
			}
		} else if d := q.supplied.Weekday(); d == 0 {
			t.Errorf("a loan was made available on a Sunday: %s", q.row["TransactionNumber"])
		}
	}
	between("share supplied by the first lender", float64(first)/float64(supplied), .5, .85)
	between("copies delivered at night", float64(night)/float64(copies), .05, .4)
	between("copies delivered on weekends", float64(weekend)/float64(copies), .03, .25)
	between("copies closed by night after two months", float64(twoMonths)/float64(nightly), 1, 1)
	slices.Sort(winter.days)
	slices.Sort(autumn.days)
	between("median wait for loans in December over October", winter.days[len(winter.days)/2]/autumn.days[len(autumn.days)/2], 1.2, 3)
	between("October over July", float64(byMonth["10"])/float64(byMonth["07"]), 1.4, 2.5)
	between("Tuesday over Saturday", float64(lengths[2])/float64(lengths[6]), 3, 9)
}

// TestCampaignsDoWhatTruthSays compares a large history's target departments with the others, against the same months a year before.
func TestCampaignsDoWhatTruthSays(t *testing.T) {
	dir, truth := write(t, Config{Requests: 400_000, Seed: 3, TransactionsOnly: true})
	_ = dir
	w := newWorld(must(Config{Requests: 400_000, Seed: 3}.complete()))
	w.rates()
	for i, c := range truth.Campaigns {
		if c.Kind == "change" {
			if c.NTargetRequests != 0 || c.ProcessingFactor != .7 {
				t.Errorf("change %+v", c)
			}
			continue
		}
		if len(c.Departments) != 4 || len(c.Comparison) != 8 {
			t.Errorf("campaign %s addresses %v, not %v", c.ID, c.Departments, c.Comparison)
		}
		// The count scatters around its expectation by its square root.
		if z := (float64(c.NTargetRequests) - c.NExpected) / math.Sqrt(c.NExpected); math.Abs(z) > 3.5 {
			t.Errorf("campaign %s: %d requests, expected %.0f", c.ID, c.NTargetRequests, c.NExpected)
		}
		if ratio := c.NExpected / c.NExpectedWithout; math.Abs(ratio-c.RateRatio) > 1e-3 {
			t.Errorf("campaign %s: rates differ by %v, truth says %v", c.ID, ratio, c.RateRatio)
		}
		if w.expected[i] != [2]float64{c.NExpected, c.NExpectedWithout} {
			t.Errorf("campaign %s: %v, truth says %v and %v", c.ID, w.expected[i], c.NExpected, c.NExpectedWithout)
		}
	}
	// The campaign with an effect ends before the other begins, and each of them inside the history.
	a, b := truth.Campaigns[1], truth.Campaigns[2]
	if a.RateRatio != 1.25 || b.RateRatio != 1 || a.End > b.Start || b.End > truth.Config.To || a.Start < "2024-07-01" {
		t.Errorf("campaigns %+v and %+v", a, b)
	}
}

func must(cfg Config, err error) Config {
	if err != nil {
		panic(err)
	}
	return cfg
}

// TestPersonalMarkersStayInPersonalColumns makes sure that finding a marker elsewhere means that a loader leaked.
func TestPersonalMarkersStayInPersonalColumns(t *testing.T) {
	dir, truth := write(t, Config{Requests: 5_000, Seed: 4})
	found := map[string]bool{}
	for _, name := range listing(t, dir) {
		if !strings.HasSuffix(name, ".csv") {
			continue
		}
		table := strings.TrimSuffix(filepath.Base(name), ".csv")
		for _, row := range readCSV(t, dir, name) {
			for column, cell := range row {
				for _, marker := range truth.PersonalMarkers {
					if strings.Contains(cell, marker) {
						found[marker] = true
						if !slices.Contains(truth.PersonalColumns, table+"."+column) {
							t.Fatalf("%s stands in %s.%s", marker, table, column)
						}
					}
				}
			}
		}
	}
	for _, marker := range truth.PersonalMarkers {
		if !found[marker] {
			t.Errorf("no column has %s", marker)
		}
	}
}

func TestSmallAndShort(t *testing.T) {
	for _, cfg := range []Config{
		{Requests: 1, Seed: 1}, {Requests: 7, Seed: 9, From: date(2024, 11, 3), To: date(2024, 11, 4)},
		{Requests: 300, Seed: 9, From: date(2024, 3, 9), To: date(2024, 3, 12), Gzip: true},
		{Requests: 500, From: date(2007, 1, 1), To: date(2030, 1, 1), SplitYears: true},
	} {
		dir, truth := write(t, cfg)
		if s := readBack(t, dir); len(s.requests) != cfg.Requests || truth.Totals[0].NRequests != cfg.Requests {
			t.Errorf("%+v: %d requests", cfg, len(s.requests))
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, cfg := range []Config{
		{}, {Requests: -1}, {Requests: 10, From: date(2024, 1, 1), To: date(2024, 1, 1)}, {Requests: 10, From: date(2001, 1, 1)}, {Requests: 2_000_000_000},
	} {
		dir := t.TempDir()
		if _, err := Write(t.Context(), dir, cfg); err == nil || len(listing(t, dir)) > 0 {
			t.Errorf("%+v: error %v, files %v", cfg, err, listing(t, dir))
		}
	}
}

// TestReplacesOnlySamples: an earlier sample gives way, a real export does not.
func TestReplacesOnlySamples(t *testing.T) {
	dir, _ := write(t, Config{Requests: 50, Seed: 1, Gzip: true})
	if _, err := Write(t.Context(), dir, Config{Requests: 60, Seed: 2}); err != nil {
		t.Fatal(err)
	}
	if s := readBack(t, dir); len(s.requests) != 60 {
		t.Errorf("%d requests after the second sample, want 60", len(s.requests))
	}

	dir = t.TempDir()
	real := filepath.Join(dir, "illiad", "Tracking.csv")
	if err := os.MkdirAll(filepath.Dir(real), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(real, []byte("real"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, Config{Requests: 60}); err == nil || !strings.Contains(err.Error(), "Tracking.csv is there already") {
		t.Errorf("writing over a real export: %v", err)
	}
	if got := listing(t, dir); !slices.Equal(got, []string{"illiad/Tracking.csv"}) || string(content(t, real)) != "real" {
		t.Errorf("left %v", got)
	}

	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, truthName), []byte(`{"files":[{"name":"x"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, Config{Requests: 60}); err == nil || !strings.Contains(err.Error(), "was not written by this program") {
		t.Errorf("a foreign truth.json: %v", err)
	}
}

// TestCancelled stops in the middle and leaves nothing behind.
func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := Config{Requests: 50_000, Seed: 1, Progress: func(n int) {
		if n > 5_000 {
			cancel()
		}
	}}
	if _, err := Write(ctx, dir, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if got := listing(t, dir); len(got) > 0 {
		t.Errorf("left %v", got)
	}
}

func TestProgressReachesTheEnd(t *testing.T) {
	var last int
	if _, err := Write(t.Context(), t.TempDir(), Config{Requests: 3_000, Seed: 1, Progress: func(n int) { last = n }}); err != nil {
		t.Fatal(err)
	}
	if last != 3_000 {
		t.Errorf("the last progress was %d, want 3000", last)
	}
}
