package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The sample library's own campaigns, as the README has people import them: one raised the requests of its departments by a quarter,
// one did nothing, and of one the history before it is too short to tell.
func TestTheCampaignsOfTheSample(t *testing.T) {
	const dir = "../../sample-data"
	exports, err := filepath.Glob(filepath.Join(dir, "illiad", "*"))
	if err != nil || len(exports) == 0 {
		t.Fatal("no sample data", err)
	}
	data := filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{
		append([]string{"ingest", "--data", data, "--library", "MAIN", "--tz", "America/New_York"}, exports...),
		{"campaign", "import", "--data", data, filepath.Join(dir, "campaigns.csv")},
	} {
		if status, _, stderr := fillrate(t, args...); status != 0 {
			t.Fatalf("%s: status %d: %s", args[0], status, stderr)
		}
	}
	covers := func(a answer, truth float64) {
		t.Helper()
		if got := a.text("headline", "method"); got != "did_permutation" {
			t.Errorf("%s: the headline's method is %s", a.what, got)
		}
		if lo, hi := a.number("headline", "lo"), a.number("headline", "hi"); !(lo <= truth && truth <= hi) {
			t.Errorf("%s: the interval from %.3f to %.3f does not hold the true %.2f", a.what, lo, hi, truth)
		}
	}
	visits := measure(t, data, "C2")
	covers(visits, 1.25)
	if code := visits.text("verdict", "code"); code == "likely_decrease" || code == "no_clear_effect" {
		t.Errorf("C2: the verdict is %s", code)
	}
	newsletter := measure(t, data, "C3")
	covers(newsletter, 1)
	if code := newsletter.text("verdict", "code"); strings.HasPrefix(code, "likely_") {
		t.Errorf("C3: the verdict is %s", code)
	}
	unmediated := measure(t, data, "C1")
	if outcome := unmediated.text("outcome", "id"); outcome != "median_turnaround" {
		t.Errorf("C1: the outcome is %s", outcome)
	}
	if code := unmediated.text("verdict", "code"); code != "cant_tell" || unmediated.at("headline") != nil {
		t.Errorf("C1: the verdict is %s, with 18 months before it", code)
	}
}
