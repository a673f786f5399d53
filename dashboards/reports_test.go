package dashboards

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// A report is computed anew where something changed that it depends on, and only then.
func TestStamp(t *testing.T) {
	own := campaign.Campaign{ID: "own", Name: "Visits", Start: date("2024-01-01")}
	other := campaign.Campaign{ID: "other", Name: "Posters", Start: date("2024-02-01")}
	stamp := func(exposures []campaign.Exposure, list ...campaign.Campaign) string {
		t.Helper()
		words, err := (&records{Campaigns: list, Exposures: exposures}).stamp(list[0])
		if err != nil {
			t.Fatal(err)
		}
		return words
	}
	before := stamp(nil, own, other)
	for name, test := range map[string]struct {
		change    func(own, other *campaign.Campaign)
		exposures []campaign.Exposure
		isSame    bool
	}{
		"nothing":                        {func(_, _ *campaign.Campaign) {}, nil, true},
		"a note on another":              {func(_, o *campaign.Campaign) { o.Notes, o.Owner, o.Revision = "hello", "desk", 7 }, nil, true},
		"results of another were seen":   {func(_, o *campaign.Campaign) { o.FrozenAt = time.Now() }, nil, true},
		"whom another addressed":         {func(_, o *campaign.Campaign) { o.Target.Departments = []string{"Music"} }, nil, false},
		"when another ended":             {func(_, o *campaign.Campaign) { o.End = date("2024-05-01") }, nil, false},
		"a note of its own":              {func(c, _ *campaign.Campaign) { c.Notes = "hello" }, nil, false},
		"its results were seen":          {func(c, _ *campaign.Campaign) { c.FrozenAt = time.Now() }, nil, false},
		"how many readers there are now": {func(_, _ *campaign.Campaign) {}, []campaign.Exposure{{Dimension: "department", Unit: "Music", NReaders: 9}}, false},
	} {
		c, o := own, other
		test.change(&c, &o)
		if got := stamp(test.exposures, c, o) == before; got != test.isSame {
			t.Errorf("%s: the report holds on: %v", name, got)
		}
	}
}

// Ids are the same in capitals and small letters, as for the command.
func TestSplit(t *testing.T) {
	all := &records{Campaigns: []campaign.Campaign{{ID: "C1"}, {ID: "C2"}}}
	if c, others, err := all.split("c2"); err != nil || c.ID != "C2" || len(others) != 1 {
		t.Errorf("%v, %v, %v", c.ID, others, err)
	}
}

// p is adjusted for the list in copies: a page of one campaign shows its own.
func TestAdjust(t *testing.T) {
	report := func(p float64) *impact.Report {
		return &impact.Report{Outcome: impact.OutcomeReport{ID: "requests"}, Headline: &impact.Headline{P: p}}
	}
	first, second := report(.02), report(.03)
	list := []measured{{Report: first}, {Problem: "not read"}, {Report: second}}
	adjust(list)
	for i, want := range map[int]float64{0: .04, 2: .04} {
		if h := list[i].Report.Headline; h.HolmP == nil || *h.HolmP != want {
			t.Errorf("%d: adjusted %v, want %v", i, h.HolmP, want)
		}
	}
	if first.Headline.HolmP != nil || second.Headline.HolmP != nil {
		t.Error("the reports that others share were changed")
	}
}

func TestCostRange(t *testing.T) {
	write := func(n float64) string { return english.Money(n) + " USD" }
	k := costNumber(english, &impact.Cost{Value: new(6.0), Lo: new(3.0), Hi: new(14.0)}, "Cost", write)
	if k.Number != "6.00 USD" || k.Range != "likely between 3.00 USD and 14.00 USD" {
		t.Errorf("%+v", k)
	}
	if k := costNumber(english, &impact.Cost{Value: new(6.0), Lo: new(3.0)}, "Cost", write); k.Range != "at least 3.00 USD, no upper limit: there may be none" {
		t.Errorf("%+v", k)
	}
}

// Where the record can't be written, what was typed stays on the page.
func TestARecordThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	book, err := campaign.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	site, err := New(Options{Patience: time.Minute, Store: testHistory(t), Campaigns: book, Addr: "127.0.0.1:8080", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.db"), []byte(strings.Repeat("no database ", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	form := visits()
	form.Set("id", "another")
	form.Set("name", "Typed with care")
	response := send(t, site, "/outreach/new", form)
	body := response.Body.String()
	if response.Code != http.StatusServiceUnavailable || !strings.Contains(body, `value="Typed with care"`) || !strings.Contains(body, "Nothing was saved yet.") {
		t.Errorf("%d %s", response.Code, body)
	}
}

// What is withheld is said on the page, and is a gap in the chart and words in its table.
func TestWithheldMonths(t *testing.T) {
	report := exampleReport(t)
	report.Hidden = "Not shown, because fewer than 5 readers stand behind it: one month."
	last := len(report.Counterfactual.Series) - 1
	report.Counterfactual.Series[0].Observed, report.Counterfactual.Series[last].Observed, report.Counterfactual.Cumulative = nil, nil, nil
	f := findingOf(english, report, happenings{}, false)
	if row := f.First.Table.Rows[0]; row[1].Text != "fewer than 5 readers" {
		t.Errorf("a month of few readers is told as %q", row[1].Text)
	}
	if page := shown(t, f); !strings.Contains(page, report.Hidden) {
		t.Error("the page does not say what it withholds")
	}
	for _, figure := range f.Figures {
		if figure.ID == "cumulative" && figure.Empty != report.Hidden {
			t.Errorf("the sum is empty because %q", figure.Empty)
		}
	}
	points := f.First.Option["series"].([]any)[0].(map[string]any)["data"].([]any)
	if point := points[0].(map[string]any); point["value"] != nil {
		t.Errorf("a month of few readers is drawn at %v", point["value"])
	}
}

// What a share or a median is of stands beside it.
func TestUnitsOfARate(t *testing.T) {
	report := exampleReport(t)
	report.Outcome = impact.OutcomeReport{ID: "overdue_rate", Label: "Overdue rate", Unit: "share"}
	report.Units[0].NPre, report.Units[0].NPost = new(4.0), new(6.0)
	units := unitsTable(english, report)
	row := units.Rows[0]
	if len(units.Head) != len(row) || row[5].Text != "4" || row[6].Text != "6" || len(units.Rows[1]) != len(row) {
		t.Errorf("%v of %v", row, units.Head)
	}
}

// The plot and its table show what each report says: the adjusted p, and the changes too small to be seen.
func TestForestOfReports(t *testing.T) {
	report := exampleReport(t)
	report.Headline.P, report.Headline.HolmP, report.MDE = .012, new(.024), new(1.273)
	f := (&visit{Words: english, server: &server{}}).forest([]measured{{Campaign: report.Campaign, Report: report}})
	row := f.Table.Rows[0]
	if row[7].Text != "0.012" || row[8].Text != "0.024" || row[9].Text != "+28%" || row[10].Text != report.Evidence {
		t.Errorf("the row says %v", row)
	}
	if zones := f.Option["series"].([]any)[0].(map[string]any)["data"].([]any); len(zones) != 1 {
		t.Errorf("%d grey zones, want that of the one campaign", len(zones))
	}
	if len(f.Downloads) != 1 || f.Downloads[0].URL != "/download/campaigns.csv" {
		t.Errorf("the list is offered as %v", f.Downloads)
	}
}

// The list says beside the verdict how sure the number is, and that what is measured was changed after results were seen.
func TestRowOfTheList(t *testing.T) {
	report := exampleReport(t)
	row := (&visit{Words: english, server: &server{}}).campaignRow(measured{Campaign: report.Campaign, Report: report})
	if row.Evidence != "Evidence: weak." || !row.Changed {
		t.Errorf("%+v", row)
	}
	report.Headline = nil
	if row := (&visit{Words: english, server: &server{}}).campaignRow(measured{Campaign: report.Campaign, Report: report}); row.Evidence != "" {
		t.Errorf("evidence of no number: %q", row.Evidence)
	}
}
