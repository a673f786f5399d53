package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const panelDir = "../../queries/impact/stats/testdata"

// The panels: 12 departments over 72 months from July 2018, of which 1 to 4 were addressed from September 2023 on (none, or by a factor
// of 1.25), and in the third 3 to 6 from January 2024 on as well (by 1.15).
const nDepartments, nMonths = 12, 72

func departmentNames(numbers ...int) []string {
	var names []string
	for _, n := range numbers {
		names = append(names, fmt.Sprintf("Dept %02d", n))
	}
	return names
}

func readPanel(t *testing.T, name string) monthly {
	t.Helper()
	file, err := os.Open(filepath.Join(panelDir, "ill_panel_"+name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	m := monthly{first: time.Date(2018, time.July, 1, 0, 0, 0, 0, time.UTC), counts: map[string][]int{}}
	column := func(name string) int { return slices.Index(rows[0], name) }
	whole := func(row []string, name string) int {
		n, err := strconv.Atoi(row[column(name)])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, row := range rows[1:] {
		department := departmentNames(whole(row, "dept"))[0]
		if m.counts[department] == nil {
			m.counts[department] = make([]int, nMonths)
		}
		at := (whole(row, "year")-2018)*12 + whole(row, "month") - 7
		m.counts[department][at] = whole(row, "requests")
		if isCampaign := whole(row, "c1") == 1; isCampaign != (at >= 62 && whole(row, "dept") <= 4) {
			t.Fatalf("the panel's campaign is not the one that this test records: %v", row)
		}
	}
	if len(m.counts) != nDepartments {
		t.Fatalf("%d departments, want %d", len(m.counts), nDepartments)
	}
	return m
}

// expectedPanel are the results of R.
type expectedPanel struct {
	ITS struct {
		RR, Lo, Hi, Dispersion float64
		NeweyWest              float64 `json:"nw_lag4_se"`
	} `json:"its_month_factor"`
	DiD struct {
		ByDepartment []float64  `json:"by_department"`
		RR           float64    `json:"rr"`
		P            float64    `json:"perm_p"`
		N            int        `json:"n_perm"`
		Interval     [2]float64 `json:"perm_ci_rr"`
	} `json:"did_log_ratio"`
	TWFE struct {
		RR, Lo, Hi float64
		P          float64 `json:"p_t"`
	} `json:"did_twfe_poisson"`
	Joint struct {
		Coef []float64
		SE   []float64 `json:"se_cluster"`
		RR   []float64
	}
	Alone struct{ RR float64 } `json:"ignoring_c2"`
}

func expectedPanels(t *testing.T) map[string]expectedPanel {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(panelDir, "ill_panel_expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Panels map[string]json.RawMessage `json:"ill_panel"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	panels := map[string]expectedPanel{}
	for _, name := range []string{"null", "effect125", "overlap"} {
		var panel expectedPanel
		if err := json.Unmarshal(file.Panels[name], &panel); err != nil {
			t.Fatal(err)
		}
		panels[name] = panel
	}
	return panels
}

// answer is a report as its readers see it: by the keys of its JSON alone.
type answer struct {
	t    *testing.T
	what string
	tree map[string]any
}

func measure(t *testing.T, data, id string) answer {
	t.Helper()
	status, stdout, stderr := fillrate(t, "campaign", "impact", id, "--data", data, "--format", "json")
	if status != 0 {
		t.Fatalf("campaign impact %s: status %d: %s", id, status, stderr)
	}
	a := answer{t: t, what: id}
	if err := json.Unmarshal([]byte(stdout), &a.tree); err != nil {
		t.Fatalf("campaign impact %s: %v in %q", id, err, stdout)
	}
	return a
}

// at gives what lies under keys; a missing key is a failure.
func (a answer) at(keys ...string) any {
	a.t.Helper()
	var node any = a.tree
	for _, key := range keys {
		object, _ := node.(map[string]any)
		value, ok := object[key]
		if !ok {
			a.t.Fatalf("%s: the report has no %v; there is %v", a.what, keys, slices.Sorted(maps.Keys(object)))
		}
		node = value
	}
	return node
}

func (a answer) number(keys ...string) float64 {
	a.t.Helper()
	n, ok := a.at(keys...).(float64)
	if !ok {
		a.t.Errorf("%s: %v is %v, want a number", a.what, keys, a.at(keys...))
		return math.NaN()
	}
	return n
}

func (a answer) text(keys ...string) string {
	a.t.Helper()
	s, _ := a.at(keys...).(string)
	return s
}

func (a answer) list(keys ...string) []any {
	a.t.Helper()
	list, _ := a.at(keys...).([]any)
	return list
}

// near compares with a relative error.
func (a answer) near(want, relative float64, keys ...string) {
	a.t.Helper()
	if got := a.number(keys...); !(math.Abs(got-want) <= relative*math.Abs(want)) {
		a.t.Errorf("%s: %v is %.12g, want %.12g", a.what, keys, got, want)
	}
}

// end compares an end of an interval that lies on a grid of 0.001 of the logarithm.
func (a answer) end(want float64, keys ...string) {
	a.t.Helper()
	got := a.number(keys...)
	if !(math.Abs(got-want) <= .001 && math.Abs(math.Log(got/want)) <= .001) {
		a.t.Errorf("%s: %v is %.6g, want %.6g", a.what, keys, got, want)
	}
}

// worksWith asks for a text in the working.
func (a answer) worksWith(text string) {
	a.t.Helper()
	for _, line := range a.list("working") {
		row, _ := line.(map[string]any)
		if strings.Contains(fmt.Sprint(row["text"]), text) {
			return
		}
	}
	a.t.Errorf("%s: the working does not say %q: %v", a.what, text, a.at("working"))
}

// record adds a campaign with the flags that a person would use.
func record(t *testing.T, data, id string, start, end string, target, comparison []string, more ...string) {
	t.Helper()
	args := []string{"campaign", "add", "--data", data, "--id", id, "--name", "Campaign " + id, "--kind", "campaign", "--channel", "workshop", "--start", start}
	if end != "" {
		args = append(args, "--end", end)
	}
	for _, name := range target {
		args = append(args, "--target-department", name)
	}
	for _, name := range comparison {
		args = append(args, "--comparison-department", name)
	}
	if status, _, stderr := fillrate(t, append(args, more...)...); status != 0 {
		t.Fatalf("campaign add %s: status %d: %s", id, status, stderr)
	}
}

// From single requests in an export to the ratio in the report: the numbers of R, whichever days of a month the requests fall on.
func TestThePanelsThroughTheCommandLine(t *testing.T) {
	panels := expectedPanels(t)
	for _, name := range []string{"null", "effect125"} {
		for spreadName, spread := range map[string]when{"every day": allMonth, "the fifteenth": fifteenth} {
			t.Run(name+", "+spreadName, func(t *testing.T) {
				if testing.Short() && (name != "effect125" || spreadName != "every day") {
					t.Skip("one panel is enough for a short run")
				}
				panel := readPanel(t, name)
				data := panel.ingested(t, spread)
				record(t, data, "C1", "2023-09-01", "2024-07-01", departmentNames(1, 2, 3, 4), departmentNames(5, 6, 7, 8, 9, 10, 11, 12),
					"--carry-over", "0", "--cost", "1200", "--hours", "40", "--outcome", "requests")
				a := measure(t, data, "C1")
				want := panels[name]

				if got := a.text("headline", "method"); got != "did_permutation" {
					t.Errorf("the headline's method is %q", got)
				}
				a.near(want.DiD.RR, 1e-9, "headline", "rr")
				a.near(want.DiD.P, 1e-9, "headline", "p")
				a.near(float64(want.DiD.N), 0, "headline", "n_permutations")
				if want.DiD.N != 495 {
					t.Errorf("R tried %d assignments, want 495", want.DiD.N)
				}
				a.end(want.DiD.Interval[0], "headline", "lo")
				a.end(want.DiD.Interval[1], "headline", "hi")

				a.near(want.TWFE.RR, 1e-8, "twfe", "rr")
				a.near(want.TWFE.Lo, 1e-8, "twfe", "lo")
				a.near(want.TWFE.Hi, 1e-8, "twfe", "hi")
				a.near(want.TWFE.P, 1e-7, "twfe", "p")

				a.near(want.ITS.RR, 1e-8, "its", "rr")
				a.near(want.ITS.Dispersion, 1e-8, "its", "dispersion")
				if lo, hi := a.number("its", "lo"), a.number("its", "hi"); !(lo < want.ITS.Lo && hi > want.ITS.Hi) {
					t.Errorf("the interval of the time series, %v to %v, is narrower than by the normal distribution, %v to %v", lo, hi, want.ITS.Lo, want.ITS.Hi)
				}
				if kind := a.text("its", "se_kind"); kind != "quasi_poisson" && kind != "ar1_reml" {
					t.Errorf("its.se_kind is %q", kind)
				}

				panel.checkSums(a)
				a.checkKeys()
				for _, unit := range a.list("units") {
					row := unit.(map[string]any)
					var number int
					if _, err := fmt.Sscanf(fmt.Sprint(row["name"]), "Dept %d", &number); err != nil || number < 1 || number > nDepartments {
						t.Errorf("there is a unit %v", row["name"])
						continue
					}
					if got, ok := row["log_ratio"].(float64); !ok || math.Abs(got-want.DiD.ByDepartment[number-1]) > 1e-9 {
						t.Errorf("%v: log ratio %v, want %v", row["name"], row["log_ratio"], want.DiD.ByDepartment[number-1])
					}
				}
				if n := len(a.list("units")); n != nDepartments {
					t.Errorf("%d units, want %d", n, nDepartments)
				}
				// Both intervals span 1, and a change of a quarter is not what twelve departments like these can show.
				if code := a.text("verdict", "code"); code != "cant_tell" && code != "no_clear_effect" {
					t.Errorf("the verdict is %s, though the interval spans 1: %s", code, a.text("verdict", "text"))
				}
			})
		}
	}
}

// checkSums holds the raw change and the additional requests against the panel itself.
func (m monthly) checkSums(a answer) {
	a.t.Helper()
	sum := func(from, to int) (n float64) {
		for _, name := range departmentNames(1, 2, 3, 4) {
			for _, count := range m.counts[name][from:to] {
				n += float64(count)
			}
		}
		return n
	}
	// September to June has 304 days in 2023/24, and so have the months from November 2022 to August 2023.
	post, pre := sum(62, 72), sum(52, 62)
	if a.tree["raw_change"] == nil {
		a.t.Fatalf("%s: no raw change", a.what)
	}
	half := 1.959963984540054 * math.Sqrt(1/pre+1/post)
	wantRaw := map[string]float64{"pre": pre, "post": post, "ratio": post / pre, "lo": post / pre * math.Exp(-half), "hi": post / pre * math.Exp(half)}
	if a.number("raw_change", "pre") == pre {
		for key, want := range wantRaw {
			a.near(want, 1e-9, "raw_change", key)
		}
	} else {
		a.t.Errorf("%s: raw_change is %v, want %v", a.what, a.at("raw_change"), wantRaw)
	}
	for key, end := range map[string]string{"n": "rr", "lo": "lo", "hi": "hi"} {
		rr, headline := a.number("headline", end), a.number("headline", "rr")
		if got, want := a.number("additional_requests", key), post/headline*(rr-1); math.Abs(got-want) > 1e-6 {
			a.t.Errorf("%s: additional_requests.%s is %v, want %v", a.what, key, got, want)
		}
	}
	// The interval reaches below no effect, so nobody can say what an additional request costs at most.
	if hi := a.at("cost_per_additional", "hi"); hi != nil {
		a.t.Errorf("%s: an additional request costs at most %v, though there may be none", a.what, hi)
	}
	a.near(1200/a.number("additional_requests", "hi"), 1e-9, "cost_per_additional", "lo")
	if n := a.number("additional_requests", "n"); n > 0 {
		a.near(1200/n, 1e-9, "cost_per_additional", "value")
	} else if value := a.at("cost_per_additional", "value"); value != nil {
		a.t.Errorf("%s: an additional request costs %v, though the estimate shows none", a.what, value)
	}
}

// checkKeys asks for every key that the report promises.
func (a answer) checkKeys() {
	a.t.Helper()
	for _, keys := range [][]string{
		{"campaign", "id"}, {"campaign", "name"}, {"campaign", "start"}, {"window"}, {"raw_change"}, {"headline"}, {"twfe"}, {"its"},
		{"counterfactual", "series"}, {"counterfactual", "cumulative"}, {"additional_requests"}, {"cost_per_additional"}, {"checks"}, {"mde"}, {"evidence"}, {"verdict"},
	} {
		if a.at(keys...) == nil {
			a.t.Errorf("%s: %v is empty", a.what, keys)
		}
	}
	if mde := a.number("mde"); !(mde > 1) {
		a.t.Errorf("%s: the smallest ratio that can be seen is %v", a.what, mde)
	}
	if evidence := a.text("evidence"); !slices.Contains([]string{"stronger", "moderate", "weak"}, evidence) {
		a.t.Errorf("%s: evidence is %q", a.what, evidence)
	}
	if a.text("verdict", "text") == "" {
		a.t.Errorf("%s: the verdict has no text", a.what)
	}
	checks := a.list("checks")
	if len(checks) == 0 {
		a.t.Errorf("%s: no checks", a.what)
	}
	for _, check := range checks {
		row, _ := check.(map[string]any)
		_, isSaid := row["passed"].(bool)
		if row["name"] == "" || row["detail"] == "" || !isSaid {
			a.t.Errorf("%s: check %v lacks its name, its answer or its detail", a.what, row)
		}
	}
	series := a.list("counterfactual", "series")
	if len(series) != nMonths {
		a.t.Fatalf("%s: the counterfactual has %d months, want %d", a.what, len(series), nMonths)
	}
	if n := len(a.list("counterfactual", "cumulative")); n != 10 {
		a.t.Errorf("%s: the cumulative effect has %d months, want 10", a.what, n)
	}
	for _, point := range []map[string]any{series[0].(map[string]any), series[nMonths-1].(map[string]any)} {
		for _, key := range []string{"month", "observed", "expected", "lo", "hi"} {
			if _, ok := point[key]; !ok {
				a.t.Errorf("%s: a month of the counterfactual has no %s: %v", a.what, key, point)
			}
		}
	}
	last := series[nMonths-1].(map[string]any)
	lo, _ := last["lo"].(float64)
	expected, _ := last["expected"].(float64)
	hi, _ := last["hi"].(float64)
	if !(0 < lo && lo < expected && expected < hi) {
		a.t.Errorf("%s: the last month's expectation is %v, between %v and %v", a.what, expected, lo, hi)
	}
}

// Two campaigns at the same time in some of the same departments: each is measured beside the other.
func TestOverlappingCampaignsThroughTheCommandLine(t *testing.T) {
	want := expectedPanels(t)["overlap"]
	data := readPanel(t, "overlap").ingested(t, allMonth)
	record(t, data, "C1", "2023-09-01", "2024-07-01", departmentNames(1, 2, 3, 4), departmentNames(5, 6, 7, 8, 9, 10, 11, 12))
	// As long as nobody has recorded the second one, its departments pass for a comparison.
	measure(t, data, "C1").near(want.Alone.RR, 1e-8, "twfe", "rr")

	record(t, data, "C2", "2024-01-01", "2024-07-01", departmentNames(3, 4, 5, 6), departmentNames(1, 2, 7, 8, 9, 10, 11, 12))
	const t11 = 2.200985160082949 // 97.5 % of Student's t with 11 degrees of freedom
	for i, id := range []string{"C1", "C2"} {
		a := measure(t, data, id)
		if got := a.text("headline", "method"); got != "joint_twfe" {
			t.Errorf("%s: the headline's method is %q", id, got)
		}
		a.near(want.Joint.RR[i], 1e-8, "headline", "rr")
		// Clustered errors are too small where few departments were addressed, so that the interval may be wider than theirs, not narrower.
		rr, lo, hi := a.number("headline", "rr"), a.number("headline", "lo"), a.number("headline", "hi")
		half := t11 * want.Joint.SE[i]
		if got := math.Log(hi / rr); got < half*(1-1e-8) || math.Abs(got+math.Log(lo/rr)) > 1e-9 {
			t.Errorf("%s: the interval is %v to %v around %v, want at least ±%.6f of its logarithm", id, lo, hi, rr, half)
		}
		a.worksWith(fmt.Sprintf("standard error %.4f clustered", want.Joint.SE[i]))
		if n := a.at("headline", "n_permutations"); n != nil {
			t.Errorf("%s: %v permutations in a joint model", id, n)
		}
	}
}
