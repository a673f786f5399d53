package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

var update = flag.Bool("update", false, "write what the code gives into testdata/campaign; read it before committing")

func ptr[T any](value T) *T { return &value }

func on(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at
}

// wholeReport has every part that a report can have, with hostile names in it.
func wholeReport() *impact.Report {
	opinion := impact.Opinion{RR: 1.25, Lo: 1.1, Hi: 1.4212, P: .0004}
	return &impact.Report{
		Campaign: campaign.Campaign{
			ID: "C2", Name: "=Meet\x1b[2J your librarian 🎓", Start: on("2024-09-01"), End: on("2025-01-01"), CarryOverMonths: 2, PerHead: true,
			Target: campaign.Group{Departments: []string{"History", "Music"}, Libraries: []string{"MAIN"}}, Comparison: campaign.Group{Departments: []string{"Biology"}},
			Roles: []string{"borrowing", "docdel"}, Outcome: "requests", Hypothesis: "A quarter more.",
		},
		Outcome: impact.OutcomeReport{ID: "requests", Label: "Requests", Unit: "requests"}, AsOf: time.Date(2025, 7, 1, 8, 29, 0, 0, time.UTC), Generation: 3,
		Window: impact.WindowReport{Start: "2024-09-01", End: "2025-01-01", CarryOverMonths: 2, From: "2024-09-01", To: "2025-03-01",
			PreFrom: "2023-09-01", PreTo: "2024-03-01", FrozenAt: "2025-07-02T10:00:00Z", IsFinished: true, ChangedAfterResults: true},
		RawChange: &impact.RawChange{Pre: 482, Post: 1913, Ratio: 1.894, Lo: ptr(1.7), Hi: ptr(2.12), LastYear: ptr(1.57)},
		Headline: &impact.Headline{Method: impact.MethodDiD, RR: 1.29, Lo: .98, Hi: 1.48, P: .0612, NPermutations: ptr(20000), Seed: ptr(uint64(9007199254740993)),
			NTarget: 8, NComparison: 20},
		TWFE: &opinion,
		ITS:  &impact.ITSOpinion{Opinion: impact.Opinion{RR: .86, Lo: .5, Hi: 1.004, P: .3}, SEKind: "ar1_reml", Dispersion: 3.5},
		Counterfactual: &impact.Counterfactual{
			Series:     []impact.ExpectedMonth{{Month: "2024-08-01", Observed: ptr(100.0)}, {Month: "2024-09-01", Observed: ptr(130.0), Expected: ptr(101.5), Lo: ptr(90.0), Hi: ptr(112.0)}},
			Cumulative: []impact.Cumulated{{Month: "2024-09-01", N: 28.5, Lo: -1.2, Hi: 1240}}, BacktestN: 12, BacktestIn: 11, MAPE: ptr(.084),
		},
		AdditionalRequests: &impact.Amount{N: 206.1, Lo: -8, Hi: 1342},
		CostPerAdditional:  &impact.Cost{Value: ptr(5.82), Lo: ptr(.894), Currency: "USD"},
		HoursPerAdditional: &impact.Cost{Value: ptr(.25), Lo: ptr(.1), Hi: ptr(2.0)},
		JointEffect:        &opinion,
		MDE:                ptr(1.174),
		Checks: []impact.Check{
			{Name: impact.CheckFinished, Label: "The window is over", Passed: true},
			{Name: impact.CheckPlacebo, Label: "Nothing found where nothing was done", IsGate: true, Detail: "The same method finds as much in 7 of 11 periods with no campaign, which is more often than one may put up with."},
		},
		Refusals: []impact.Refusal{{Code: impact.RefusedFewUnits, Method: "did_permutation", Reason: "Three departments are too few.", Needed: "Four are needed."}},
		Evidence: "weak",
		Verdict:  impact.Verdict{Code: impact.CantTell, Text: "We can’t tell. " + strings.Repeat("With about 913 requests in this window, only a change of +17% or more would show up. ", 2) + strings.Repeat("x", 130)},
		Units: []impact.UnitReport{
			{Name: "@History", IsTarget: true, Pre: 294, Post: 354, LogRatio: ptr(.185)},
			{Name: "Law", Pre: 1, Post: 1212, LeftOut: "new"},
		},
		Hidden:  "Not shown, because fewer than 5 readers stand behind it: 2 months.",
		Working: []impact.Working{{Method: impact.MethodDiD, Label: "Comparison of groups", Text: "Mean of ln(window ÷ same days a year earlier): 0.2559."}},
		ChangesAfterResults: []campaign.Edit{{At: time.Date(2025, 7, 3, 9, 0, 0, 0, time.UTC), How: "edit", Field: "carry_over_months",
			Before: "0 months", After: "2 months", AfterResults: true}},
	}
}

// bareReport has only what every report has.
func bareReport() *impact.Report {
	return &impact.Report{
		Campaign: campaign.Campaign{ID: "T1", Name: "New tool", Kind: campaign.KindServiceChange, Start: on("2024-01-01"), Roles: []string{"borrowing"}, Outcome: "fill_rate"},
		Outcome:  impact.OutcomeReport{ID: "fill_rate", Label: "Fill rate", Unit: "share"}, AsOf: on("2024-03-02"), Generation: 1,
		Window:            impact.WindowReport{Start: "2024-01-01", From: "2024-01-01", To: "2025-01-01", PreFrom: "2023-01-01", PreTo: "2024-01-01", IsCut: true},
		RawChange:         &impact.RawChange{Pre: .81, Post: .8349, Ratio: 1.0307},
		Counterfactual:    &impact.Counterfactual{},
		CostPerAdditional: &impact.Cost{},
		Units:             []impact.UnitReport{{Name: "everyone", IsTarget: true, Pre: .81, Post: .8349, NPre: ptr(1200.0), NPost: ptr(17.0)}},
		Evidence:          "none", Verdict: impact.Verdict{Code: impact.CantTell, Text: "We can’t tell."},
	}
}

func TestReportsAsTextAndCSV(t *testing.T) {
	for name, report := range map[string]*impact.Report{"whole": wholeReport(), "bare": bareReport()} {
		for extension, write := range map[string]func(io.Writer, *impact.Report) error{"txt": writeReport, "csv": writeReportCSV} {
			t.Run(name+"."+extension, func(t *testing.T) {
				var text bytes.Buffer
				if err := write(&text, report); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", "campaign", name+"."+extension)
				if *update {
					if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), text.String()); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				checkShown(t, extension, text.String())
			})
		}
	}
}

// checkShown: no line of text is too wide, none moves a cursor, and no cell of CSV is a formula or has neighbours missing.
func checkShown(t *testing.T, extension, text string) {
	t.Helper()
	if strings.ContainsAny(text, "\x1b\t\r") && extension == "txt" {
		t.Error("a control character reaches the terminal")
	}
	if extension == "txt" {
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); utf8.RuneCountInString(line) > textWidth || strings.HasSuffix(line, " ") {
				t.Errorf("%d characters: %q", utf8.RuneCountInString(line), line)
			}
		}
		return
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if _, err := strconv.ParseFloat(cell, 64); err != nil && cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
}

func TestCostsInWords(t *testing.T) {
	for want, cost := range map[string]*impact.Cost{
		"": nil,
		"  Cost per additional one: not to be said, as the estimate shows no additional readers.\n":                                  {Currency: "USD"},
		"  Cost per additional one: about 5.50 (between 4.00 and 9.00).\n":                                                           {Value: ptr(5.5), Lo: ptr(4.0), Hi: ptr(9.0)},
		"  Cost per additional one: about EUR 5.50 (at least EUR 4.00; no upper limit, as there may be no\n  additional readers).\n": {Value: ptr(5.5), Lo: ptr(4.0), Currency: "EUR"},
	} {
		var text bytes.Buffer
		report := &reportText{out: &text, unit: "readers"}
		report.cost("Cost", cost, 2)
		if diff := cmp.Diff(want, text.String()); diff != "" || report.err != nil {
			t.Errorf("%v -want +got\n%s", report.err, diff)
		}
	}
}

// A pipe that is gone ends the report with an error, and results that nobody got were not looked at.
func TestAReportThatCannotBeWritten(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *impact.Report) error{"text": writeReport, "csv": writeReportCSV} {
		if err := write(failing{}, wholeReport()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
