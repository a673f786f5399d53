package dashboards

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"html"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/impact"
)

// exampleReport is an invented report in which everything is present.
func exampleReport(t *testing.T) *impact.Report {
	t.Helper()
	file, err := os.ReadFile("testdata/campaign_report.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	var report impact.Report
	if err := decoder.Decode(&report); err != nil {
		t.Fatal(err)
	}
	return &report
}

// shown writes a finding as the page has it.
func shown(t *testing.T, f *finding) string {
	t.Helper()
	static, err := loadStatic()
	if err != nil {
		t.Fatal(err)
	}
	templates, err := parseTemplates(static)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := templates["en"]["outreach_detail"].ExecuteTemplate(&b, "layout", &view{Title: "Campaign", Body: f}); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(b.String())
}

func TestFinding(t *testing.T) {
	report := exampleReport(t)
	f := findingOf(english, report, happenings{}, false)
	page := shown(t, f)
	for _, want := range []string{
		"Likely increase", "Requests from History, Music, Nursing and Sociology were about 24% higher", "Evidence: weak.",
		"Raw change: includes season and growth; the same step a year earlier was +37%", "+87%", "likely between +15% and +33%", "+193", "6.22 USD", "no upper limit",
		"What is measured was changed after results had been looked at", "1 Dec 2024", "10 Mar 2025, when results were first looked at", "1 Sep 2024 to 28 Feb 2025, with 2 months of carry-over",
		"1 Sep 2023 to 29 Feb 2024", "✗", "does not decide", "At least 8 departments", "Show the working", "495, all there are", "Too few readers to name", "20240901",
		`href="/outreach/C2/report.json"`, `href="/outreach/C2/months.csv"`, `href="/outreach/C2/units.csv"`, `href="/outreach/C2/edit"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"NaN", "%!", "significant", "<nil>", "{{", "prove"} {
		if strings.Contains(page, never) {
			t.Errorf("the page says %q", never)
		}
	}
	var ids []string
	for _, figure := range append([]*figure{f.First}, f.Figures...) {
		ids = append(ids, figure.ID)
		if !strings.HasSuffix(figure.Title, "?") {
			t.Errorf("%s: its title %q is no question", figure.ID, figure.Title)
		}
		if figure.Error != "" || figure.Empty != "" || figure.Option == nil || figure.Table == nil || len(figure.Table.Rows) == 0 || figure.Description == "" {
			t.Errorf("%s: lacks its chart, its table or its words: %+v", figure.ID, *figure)
		}
		if !strings.HasPrefix(figure.N, "n ") {
			t.Errorf("%s: does not say its n but %q", figure.ID, figure.N)
		}
		if figure.Definition == nil || len(figure.Definition.Columns) == 0 || figure.Definition.Columns[0].Doc == "" || figure.Definition.Columns[0].Label == "" {
			t.Errorf("%s: has no definition", figure.ID)
		}
	}
	if got := strings.Join(ids, " "); got != "expected cumulative indexed season placebo-space placebo-time" {
		t.Errorf("figures: %s", got)
	}
	if bands := len(f.First.Option["series"].([]any)); bands != 5 { // observed, expected, two of the band, the marks
		t.Errorf("the first chart has %d series", bands)
	}
}

// What the evidence rests on is said by the method of the number and by what takes a step from it.
func TestWhyTheEvidence(t *testing.T) {
	failed := impact.Check{Name: impact.CheckPreTrend, Label: "Both groups ran in parallel before", IsGate: true}
	for name, test := range map[string]struct {
		method, evidence string
		changed          bool
		checks           []impact.Check
		want, never      string
	}{
		"a comparison":            {method: impact.MethodDiD, evidence: "stronger", want: "Those addressed were compared with others in the same months."},
		"a comparison, changed":   {method: impact.MethodDiD, evidence: "moderate", changed: true, want: "in the same months. What is measured was changed after results", never: "Only the earlier months"},
		"a comparison, failed":    {method: impact.MethodDiD, evidence: "weak", checks: []impact.Check{failed}, want: "The check “Both groups ran in parallel before” failed", never: "Little history"},
		"a series":                {method: impact.MethodITS, evidence: "moderate", want: "Only the earlier months of those addressed", never: "compared with"},
		"a series, short":         {method: impact.MethodITS, evidence: "weak", want: "Little history stands behind it"},
		"campaigns in one model":  {method: impact.MethodJoint, evidence: "moderate", want: "Several campaigns were estimated together"},
		"nothing could be told":   {evidence: "none", want: "There is no number to rely on"},
		"two checks of it failed": {method: impact.MethodDiD, evidence: "weak", checks: []impact.Check{failed, failed}, want: "These checks failed: “Both"},
	} {
		r := &impact.Report{Evidence: test.evidence, Checks: test.checks, Window: impact.WindowReport{ChangedAfterResults: test.changed}}
		if test.method != "" {
			r.Headline = &impact.Headline{Method: test.method}
		}
		if got := evidenceWhy(english, r); !strings.Contains(got, test.want) || test.never != "" && strings.Contains(got, test.never) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Where the verdict is no effect, no cost stands in large figures.
func TestNoCostWithoutAnEffect(t *testing.T) {
	report := exampleReport(t)
	if n := len(keyNumbers(english, report)); n < 4 {
		t.Fatalf("%d numbers of an effect", n)
	}
	report.Verdict.Code = impact.NoClearEffect
	for _, number := range keyNumbers(english, report) {
		if strings.HasPrefix(number.Label, "Cost") || strings.HasPrefix(number.Label, "Staff") {
			t.Errorf("no clear effect, and %s: %s", number.Label, number.Number)
		}
	}
}

// The two sums of one page are set apart, and months that reach beyond the window are named.
func TestWhyTheSumsDiffer(t *testing.T) {
	report := exampleReport(t)
	if below := (drawing{Words: english, Report: report}).cumulative().Below; !strings.Contains(below, "The +193 requests above") {
		t.Errorf("below the sum stands %q", below)
	}
	report.Counterfactual.WholeMonths, report.Counterfactual.Cumulative = false, nil
	if empty := (drawing{Words: english, Report: report}).cumulative().Empty; !strings.Contains(empty, "the days measured (1 Sep 2024 to 28 Feb 2025) are not made of them") {
		t.Errorf("there is no sum because %q", empty)
	}
}

// A service change is not called a campaign.
func TestAServiceChangeByItsName(t *testing.T) {
	report := exampleReport(t)
	report.Campaign.Kind, report.Window.IsCut = campaign.KindServiceChange, true
	page := shown(t, findingOf(english, report, happenings{}, false))
	for _, want := range []string{"This change goes on for longer than twelve months", "This change, ", "this change +"} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(page, "This campaign") || strings.Contains(page, "this campaign") {
		t.Error("a service change is called a campaign")
	}
}

// The smallest visible change is written once: rounded away from none, and as a fall where less is better.
func TestSmallestVisibleChange(t *testing.T) {
	for id, want := range map[string]string{"requests": "+28%", "fill_rate": "+28%", "median_turnaround": "−22%", "overdue_rate": "−22%"} {
		if got := mdeWords(english, impact.OutcomeReport{ID: id}, 1.273); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	report := exampleReport(t)
	report.MDE = new(1.273)
	if page := shown(t, findingOf(english, report, happenings{}, false)); !strings.Contains(page, "+28%, in four of five") {
		t.Error("the page writes the smallest visible change in another way")
	}
	for ratio, want := range map[float64]string{0.0001: "−99%", 18: "+1,000% or more", 1.25: "+25%", 1: "0%"} {
		if got := changeWords(english, ratio); got != want {
			t.Errorf("%v is %s, want %s", ratio, got, want)
		}
	}
}

// Where nothing could be measured the page says so once, and draws what is known.
func TestFindingOfARefusal(t *testing.T) {
	report := exampleReport(t)
	report.Headline, report.RawChange, report.TWFE, report.ITS, report.AdditionalRequests, report.CostPerAdditional, report.HoursPerAdditional = nil, nil, nil, nil, nil, nil, nil
	report.Placebo, report.Season, report.MDE, report.Units, report.Working, report.ChangesAfterResults, report.Checks = nil, nil, nil, nil, nil, nil, nil
	report.Window.ChangedAfterResults, report.Window.FrozenAt = false, ""
	report.Counterfactual.Cumulative, report.Campaign.Notes = nil, ""
	for i := range report.Counterfactual.Series {
		m := &report.Counterfactual.Series[i]
		m.Expected, m.Lo, m.Hi = nil, nil, nil
	}
	report.Evidence, report.Verdict = "none", impact.Verdict{Code: impact.CantTell, Text: "We can't tell. The campaign still runs."}
	report.Refusals = []impact.Refusal{{Code: impact.RefusedRunning, Method: "all", Reason: "The campaign still runs.", Needed: "Look again after 28 Feb 2025."}}
	report.Checks = []impact.Check{{Name: impact.CheckHistory, Label: "Enough history"}}
	f := findingOf(english, report, happenings{}, false)
	page := shown(t, f)
	if strings.Contains(page, "does not decide") {
		t.Error("the check that refused an answer is said not to decide")
	}
	for _, want := range []string{"Still running", "Evidence: none.", "not measured; below stands why", "Look again after 28 Feb 2025.", "not fixed: no results were looked at before"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := strings.Count(page, "Look again after"); n != 1 {
		t.Errorf("what is needed is said %d times", n)
	}
	if !strings.HasSuffix(f.Figures[0].N, "addressed: History, Music, Nursing, Sociology; compared with: Biology, Business and 6 more") {
		t.Errorf("the index is of %q", f.Figures[0].N)
	}
	if strings.Contains(page, "<dt>Notes") || strings.Contains(page, "units.csv") || strings.Contains(page, "Raw change") {
		t.Error("the page offers what there is not")
	}
	if f.First.Option == nil || len(f.Figures) != 1 || f.Figures[0].ID != "indexed" {
		t.Errorf("what was observed is not drawn, or something else is: %d figures", len(f.Figures))
	}
	report.Refusals[0].Method = expectation
	report.Counterfactual = nil
	if f := findingOf(english, report, happenings{}, false); !strings.Contains(f.First.Empty, "Look again") {
		t.Errorf("the empty chart does not say why: %q", f.First.Empty)
	}
}

// Outcomes that do not add up have no sum, and their own words.
func TestFindingOfARate(t *testing.T) {
	report := exampleReport(t)
	report.Outcome = impact.OutcomeReport{ID: "fill_rate", Label: "Fill rate", Unit: "share"}
	report.AdditionalRequests, report.CostPerAdditional, report.HoursPerAdditional, report.Season = nil, nil, nil, nil
	for i := range report.Counterfactual.Series {
		m := &report.Counterfactual.Series[i]
		*m.Observed /= 400
		for _, p := range []*float64{m.Expected, m.Lo, m.Hi} {
			if p != nil {
				*p /= 150
			}
		}
	}
	f := findingOf(english, report, happenings{}, false)
	if f.First.Title != "Was more filled than expected?" || f.Chip != "Likely higher" {
		t.Errorf("%q, %q", f.First.Title, f.Chip)
	}
	for _, figure := range f.Figures {
		if figure.ID == "cumulative" || figure.ID == "season" {
			t.Errorf("%s is drawn of a rate", figure.ID)
		}
	}
	for _, row := range f.First.Table.Rows {
		if strings.HasPrefix(row[4].Text, "1") && row[4].Text > "100.0%" && len(row[4].Text) > 5 {
			t.Errorf("a share may be %s", row[4].Text)
		}
	}
}

func TestFilesOfACampaign(t *testing.T) {
	report := exampleReport(t)
	report.Units[0].Name = "=HYPERLINK(1)"
	read := func(result *queries.Result) [][]string {
		var b bytes.Buffer
		if err := export.Write(&b, "csv", result); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	units := read(unitsOf(report))
	if units[1][0] != "'=HYPERLINK(1)" {
		t.Errorf("a spreadsheet would run %s", units[1][0])
	}
	if len(units) != 1+len(report.Units) {
		t.Errorf("%d rows of %d groups", len(units)-1, len(report.Units))
	}
	months := read(monthsOf(report))
	if len(months) != 1+len(report.Counterfactual.Series) || months[1][0] != report.Counterfactual.Series[0].Month {
		t.Errorf("%d months, the first %s", len(months)-1, months[1][0])
	}
	last := months[len(months)-1]
	if last[5] == "" || last[3] == "" || last[9] == "" || months[1][3] != "" {
		t.Errorf("a month lacks a value, or has one too many: %v, %v", last, months[1])
	}
	if season := read(seasonOf(report)); len(season) != 1+3*52 || season[1][2] != "2022-08-01" {
		t.Errorf("%d weeks, the first %v", len(season)-1, season[1])
	}
	if placebo := read(placeboOf(report)); len(placebo) != 2+len(report.Placebo.InTime)+len(report.Placebo.InSpace) {
		t.Errorf("%d placebos", len(placebo)-1)
	}
	if got := fileName(`a"b/c.d-e_é`); got != "abc.d-e_" {
		t.Errorf("file name %s", got)
	}
}

func TestMarks(t *testing.T) {
	d := date
	h := happenings{
		Campaigns: []campaign.Campaign{
			{ID: "visit", Name: "Visits", Start: d("2024-01-17"), End: d("2024-02-15"), CarryOverMonths: 1, Roles: []string{"borrowing"}, Target: campaign.Group{Departments: []string{"History"}}},
			{ID: "a b", Name: "Courier", Start: d("2024-03-01"), Roles: []string{"lending"}},
			{ID: "old", Name: "Old", Start: d("2022-01-01"), End: d("2022-02-01")},
			{ID: "lasting", Name: "Since long", Start: d("2020-01-01")},
			{ID: "later", Name: "Later", Start: d("2024-04-01"), End: d("2024-05-01")},
		},
		Closures: []closure{
			{d("2023-12-27"), d("2024-01-02"), "Winter break", []string{"MAIN", "LAW"}},
			{d("2024-02-19"), d("2024-02-20"), "Holiday", []string{"MAIN"}},
		},
	}
	list := func(occasions []occasion) string {
		var words []string
		for _, o := range occasions {
			words = append(words, o.Number+" "+o.Name+" "+o.URL+" ("+o.Days+")")
		}
		return strings.Join(words, "; ")
	}
	months := chart.Buckets("month", d("2024-01-01"), d("2024-04-01"))
	weeks := chart.Buckets("week", d("2024-01-01"), d("2024-04-01"))
	for _, test := range []struct {
		name, grain string
		buckets     []string
		filter      queries.Filter
		want        string
		marks       int
	}{
		{"months", "month", months, queries.Filter{},
			"1 Closed: Winter break  (27 Dec 2023 to 1 Jan 2024); 2 Visits /outreach/visit (17 Jan 2024 to 14 Feb 2024, with carry-over until 14 Mar 2024); 3 Courier /outreach/a%20b (since 1 Mar 2024)", 4},
		{"a single day shows in weeks", "week", weeks, queries.Filter{Role: []string{"docdel"}},
			"1 Closed: Winter break  (27 Dec 2023 to 1 Jan 2024); 2 Closed: Holiday  (19 Feb 2024)", 2},
		{"lending", "month", months, queries.Filter{Role: []string{"lending"}, Department: []string{"Music"}}, "1 Closed: Winter break  (27 Dec 2023 to 1 Jan 2024); 2 Courier /outreach/a%20b (since 1 Mar 2024)", 2},
		{"another library", "month", months, queries.Filter{Library: []string{"MED"}, Role: []string{"docdel"}}, "", 0},
		{"quarters are too coarse for closures", "quarter", []string{"2024-01-01"}, queries.Filter{Department: []string{"Music"}, Role: []string{"borrowing"}}, "", 0},
	} {
		occasions, marks := h.marks(english, test.grain, test.buckets, test.filter, false)
		if got := list(occasions); got != test.want || len(marks) != test.marks {
			t.Errorf("%s: %s\nwith %d marks, want %s\nwith %d", test.name, got, len(marks), test.want, test.marks)
		}
		for _, mark := range marks {
			if mark.From < 0 || mark.To > float64(len(test.buckets)) {
				t.Errorf("%s: a mark from %v to %v leaves the axis", test.name, mark.From, mark.To)
			}
		}
	}
	_, marks := h.marks(english, "month", months, queries.Filter{Role: []string{"borrowing"}}, false)
	if visit := marks[1]; visit.Kind != chart.Period || visit.From != 16.0/31 || visit.To != 1+14.0/29 {
		t.Errorf("the visits are marked from %v to %v", visit.From, visit.To)
	}
	if o, _ := h.marks(english, "month", months, queries.Filter{Role: []string{"docdel"}}, true); o[0].Name != "MAIN, LAW closed: Winter break" {
		t.Errorf("with several libraries: %q", o[0].Name)
	}
	for range 12 {
		h.Closures = append(h.Closures, h.Closures[0])
	}
	o, marks := h.marks(english, "month", months, queries.Filter{}, false)
	if len(o) != mostOccasions+1 || !strings.Contains(o[mostOccasions].Name, "5 more") || len(marks) != mostOccasions+1 { // one has carry-over
		t.Errorf("of many, %d are listed and %d marked, with %q", len(o), len(marks), o[len(o)-1].Name)
	}
	if words := list(o); !strings.Contains(words, "Visits") || !strings.Contains(words, "Courier") {
		t.Errorf("closures displace campaigns: %s", words)
	}
	h.Own = "later"
	if _, marks := h.marks(english, "month", months, queries.Filter{Role: []string{"borrowing"}, Library: []string{"MED"}}, false); len(marks) != 1 || marks[0].Kind != chart.Other {
		t.Errorf("another campaign is marked as %v", marks)
	}
}

func TestClosuresOnEnd(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `create table closure (library varchar not null, day date not null, name varchar);
		insert into closure values
			('MAIN', '2024-12-24', 'Winter break'), ('MAIN', '2024-12-26', 'Winter break'), ('MAIN', '2024-12-25', 'Christmas'), ('MAIN', '2024-12-27', null),
			('MAIN', '2024-12-30', 'Winter break'), ('MAIN', '2025-01-02', 'Inventory'), ('LAW', '2024-12-24', 'Winter break'),
			('MAIN', '2024-11-28', 'Thanksgiving'), ('MAIN', '2024-12-02', 'Monday after')`); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), closuresSQL)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var library, name string
		var first, after time.Time
		if err := rows.Scan(&library, &first, &after, &name); err != nil {
			t.Fatal(err)
		}
		got = append(got, library+" "+first.Format(time.DateOnly)+" "+after.Format(time.DateOnly)+" "+name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{"MAIN 2024-11-28 2024-11-29 Thanksgiving", "MAIN 2024-12-02 2024-12-03 Monday after", "LAW 2024-12-24 2024-12-25 Winter break",
		"MAIN 2024-12-24 2024-12-31 Winter break", "MAIN 2025-01-02 2025-01-03 Inventory"} // a Friday and the Monday after it belong together
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("runs:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The charts of other pages show what was going on, and a server without a record has the closures all the same.
func TestChartsShowWhatWasGoingOn(t *testing.T) {
	files := testHistory(t)
	load(t, files, "insert into closure values ('MAIN', '2024-05-06', 'Exams'), ('MAIN', '2024-05-07', 'Exams'), ('MAIN', '2024-05-08', 'Exams')")
	site, book := recordSite(t, files)
	if err := book.Add(t.Context(), campaign.Clean(campaign.Campaign{ID: "visits", Name: `Visits <b>&`, Kind: campaign.KindCampaign, Start: date("2024-05-01"), End: date("2024-06-01"), Roles: []string{"borrowing"}, Outcome: "requests"}), "add"); err != nil {
		t.Fatal(err)
	}
	const list = `<a href="/outreach/visits">Visits &lt;b&gt;&amp;</a>, 1 May 2024 to 31 May 2024`
	for _, path := range []string{"/?" + year, "/turnaround?" + year, "/fill-rate?" + year, "/overdue?" + year, "/catalog/fill_rate?by=month&" + year} {
		body := get(t, site, path).Body.String()
		if !strings.Contains(body, list) || !strings.Contains(body, "Closed: Exams, 6 May 2024 to 8 May 2024") {
			t.Errorf("%s does not list what was going on", path)
		}
		if isDrawn := strings.Contains(body, `"renderItem":"@marks"`); isDrawn == strings.HasPrefix(path, "/catalog") {
			t.Errorf("%s: marks drawn: %v", path, isDrawn)
		}
	}
	if body := get(t, site, "/turnaround?role=lending&"+year).Body.String(); strings.Contains(body, list) {
		t.Error("what was done for readers is marked on a chart of lending")
	}
	if body := get(t, testSite(t, files), "/?"+year).Body.String(); !strings.Contains(body, "Closed: Exams") || strings.Contains(body, "Visits") {
		t.Error("a server without a record shows no closures")
	}
}

func TestFilesOverHTTP(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	if err := book.Add(t.Context(), campaign.Clean(campaign.Campaign{ID: "v.1", Name: "Visits", Kind: campaign.KindCampaign, Start: date("2024-05-01"), End: date("2024-06-01"), Roles: []string{"borrowing"}, Outcome: "requests"}), "add"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/outreach/v.1": 200, "/outreach/v.1/report.json": 200, "/outreach/v.1/months.csv": 200, "/outreach/v.1/units.csv": 200,
		"/outreach/v.1/season.csv": 200, "/outreach/v.1/placebo.csv": 200, "/download/campaigns.csv": 200, "/download/campaigns.json": 404,
		"/outreach/v.1/secrets.csv": 404, "/outreach/none": 404, "/outreach/none/report.json": 404} {
		if got := get(t, site, path); got.Code != want {
			t.Errorf("%s: %d, want %d: %s", path, got.Code, want, got.Body.String())
		}
	}
	json := get(t, site, "/outreach/v.1/report.json")
	if got := json.Header().Get("Content-Disposition"); got != `attachment; filename="fillrate-v.1-report.json"` {
		t.Errorf("offered as %s", got)
	}
	if !strings.Contains(json.Body.String(), `"verdict": {`) {
		t.Error("the report has no verdict")
	}
}
