package annual_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
)

// A line names a direction, forms and rules that the metric has, or earlier lines to add up, and says what it counts.
func TestLinesAreWhole(t *testing.T) {
	isWord := func(id string) bool {
		return slices.ContainsFunc(annual.Words, func(w annual.Word) bool { return w.ID == id })
	}
	for _, survey := range annual.Surveys {
		if survey.Name == "" || survey.Asks == "" || len(survey.Lines) < 2 {
			t.Errorf("%s is not whole", survey.ID)
		}
		var ids []string
		for _, line := range survey.Lines {
			if line.ID == "" || slices.Contains(ids, line.ID) || line.Label == "" || line.Rule == "" || line.Source == "" {
				t.Errorf("%s: the line %q lacks a name, rule or source, or comes twice", survey.ID, line.ID)
			}
			isSum := len(line.SumOf) > 0
			if isSum == (len(line.Forms) > 0 && len(line.Rules) > 0 && line.Direction != "") {
				t.Errorf("%s %s is neither a sum nor a count, or both", survey.ID, line.ID)
			}
			for _, id := range line.SumOf {
				if !slices.Contains(ids, id) {
					t.Errorf("%s %s adds up %s, which does not come before it", survey.ID, line.ID, id)
				}
			}
			for _, id := range slices.Concat(line.Forms, line.Rules) {
				if !isWord(id) {
					t.Errorf("%s %s names %q, which is no word of the metric", survey.ID, line.ID, id)
				}
			}
			ids = append(ids, line.ID)
		}
		if found, err := annual.Find(survey.ID); err != nil || found.Name != survey.Name {
			t.Errorf("%s is not found: %v", survey.ID, err)
		}
	}
	if _, err := annual.Find("IPEDS 2"); queries.ErrorCode(err) != queries.NotFound || !strings.Contains(err.Error(), "ipeds, acrl and arl") {
		t.Errorf("a survey that is not there gives %v", err)
	}
	if w := annual.FindWord("own_library"); w.Label != "Own library" || annual.FindWord("new").Label != "new" {
		t.Errorf("words: %v", w)
	}
}

// What may not be shown is told, and is counted as nothing only in the lines that it belongs to.
func TestWithheldFigures(t *testing.T) {
	column := func(name string) queries.Column { return queries.Column{Name: name} }
	result := &queries.Result{
		Columns: []queries.Column{column("department"), column("direction"), column("form"), column("rule"), column("n")},
		Rows: [][]any{
			{"suppressed", "received", "returnable", "counted", nil},
			{"History", "received", "returnable", "commercial", int64(7)},
			{"suppressed", "received", "nonreturnable", "local", nil},
			{"History", "received", "nonreturnable", "counted", int64(2)},
		},
	}
	survey, err := annual.Find("acrl")
	if err != nil {
		t.Fatal(err)
	}
	for _, figure := range survey.Count(result) {
		want, isWithheld := int64(0), false
		switch figure.Line.ID {
		case "82", "82c":
			want, isWithheld = 9, true
		case "82a":
			want, isWithheld = 7, true
		case "82b":
			want = 2
		}
		if figure.N != want || figure.IsWithheld != isWithheld {
			t.Errorf("%s: %d, withheld %t; want %d, %t", figure.Line.ID, figure.N, figure.IsWithheld, want, isWithheld)
		}
		if figure.Line.ID == "82b" && (len(figure.Trail) != 2 || figure.Trail[0].IsCounted || figure.Trail[0].Of[0] != "suppressed" || !figure.Trail[1].IsCounted) {
			t.Errorf("the trail of 82b is %v", figure.Trail)
		}
	}
}

func TestFiscalYear(t *testing.T) {
	for _, test := range []struct {
		year, start int
		from, to    string
	}{
		{2024, 7, "2023-07-01", "2024-07-01"},
		{2024, 1, "2024-01-01", "2025-01-01"},
		{2024, 10, "2023-10-01", "2024-10-01"},
		{2024, 12, "2023-12-01", "2024-12-01"},
		{2024, 2, "2023-02-01", "2024-02-01"},
	} {
		from, to := annual.FiscalYear(test.year, test.start)
		if from.Format(time.DateOnly) != test.from || to.Format(time.DateOnly) != test.to {
			t.Errorf("the year %d from month %d is %s to %s", test.year, test.start, from, to)
		}
		if last := to.AddDate(0, 0, -1); last.Year() != test.year {
			t.Errorf("the year %d from month %d ends in %d", test.year, test.start, last.Year())
		}
	}
}

// IPEDS asks for a year that ended before October; the others do not say.
func TestWarning(t *testing.T) {
	ipeds, _ := annual.Find("ipeds")
	arl, _ := annual.Find("arl")
	for to, want := range map[string]string{
		"2024-07-01": "", // ends on 30 June
		"2024-10-01": "", // on 30 September
		"2024-10-02": "this one ends on 1 Oct 2024, so that it belongs to the survey of 2025.",
		"2025-01-01": "this one ends on 31 Dec 2024, so that it belongs to the survey of 2025.",
		"2024-02-01": "",
	} {
		day, err := time.Parse(time.DateOnly, to)
		if err != nil {
			t.Fatal(err)
		}
		got := ipeds.Warning(queries.English, day)
		if (got == "") != (want == "") || !strings.HasSuffix(got, want) {
			t.Errorf("a year to %s: %q, want %q", to, got, want)
		}
		if got := arl.Warning(queries.English, day); got != "" {
			t.Errorf("ARL warns: %q", got)
		}
	}
}
