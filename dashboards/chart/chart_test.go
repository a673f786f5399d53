package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

var update = flag.Bool("update", false, "write what is drawn to testdata")

func at(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }

// turnaround is two kinds over three months, the second month without loans and the last provisional.
func turnaround() *queries.Result {
	return &queries.Result{
		Columns: []queries.Column{
			{Name: "month", Type: queries.Date}, {Name: "kind", Type: queries.Text},
			{Name: "n", Type: queries.Integer, Label: "Measured"}, {Name: "median_days", Type: queries.Double, Label: "Median days"},
		},
		Rows: [][]any{
			{at(2024, 1), "copy", int64(5), 1.5}, {at(2024, 1), "loan", int64(4), 8.25},
			{at(2024, 2), "copy", int64(6), 1.25}, {at(2024, 2), "loan", int64(0), nil},
			{at(2024, 3), "copy", int64(2), 0.5}, {at(2024, 3), "loan", int64(1), 2.0},
		},
	}
}

func lines() Spec {
	return Spec{
		Kind: Lines, Format: Days, X: "month", Split: "kind", Y: []string{"median_days"},
		Categories:  Buckets("month", at(2024, 1), at(2024, 4)),
		Name:        func(dimension, value string) string { return dimension + " " + value },
		Link:        func(row []any) string { return "/rows/turnaround?kind=" + Text(row[1]) },
		Provisional: func(row []any) bool { return row[0] == at(2024, 3) },
	}
}

func options() map[string]Chart {
	months := []Category{{Label: "Jan 2024"}, {Label: "Feb 2024"}, {Label: "Mar 2024"}}
	points := func(values ...any) []Point {
		list := make([]Point, len(values))
		for i, value := range values {
			list[i].Value = Number(value)
		}
		return list
	}
	all := map[string]Chart{
		"lines": Draw(lines(), turnaround()),
		"band": {Kind: Lines, Format: Count, Categories: months, Signed: true, Level: new(0.0),
			Series: []Series{{Name: "Added up", Color: "s1", Dash: Solid, Points: points(nil, 3, 4.5)}},
			Bands:  []Band{{Name: "Likely range", Color: "s1", Lo: []*float64{nil, new(-2.5), new(-4.0)}, Hi: []*float64{nil, new(8.5), new(13.0)}}},
			Marks: []Mark{{Kind: Period, Label: "1", From: 1, To: 2.25}, {Kind: CarryOver, From: 2.25, To: 3}, {Kind: Closure, Label: "2", From: 0.5, To: 0.75},
				{Kind: Change, Label: "3", From: 2.5}}},
		"histogram": {Kind: Bars, Format: Count, Categories: []Category{{Label: "−10% to −5%"}, {Label: "−5% to 0%"}, {Label: "0% to +5%"}},
			Series: []Series{{Name: "Choices", Color: "s1", Points: points(1, 4, 2)}},
			Marks:  []Mark{{Kind: NoChange, From: 2}, {Kind: Actual, Label: "this campaign +4%", From: 2.8}}},
		"years": {Kind: Lines, Format: Count, Categories: months, Series: []Series{
			{Name: "2024/25", Color: "s1", Dash: Solid, Bare: true, Points: points(5, 7, nil)}, {Name: "2023/24", Color: "s2", Dash: Dashed, Bare: true, Points: points(4, 6, 8)}}},
	}
	maps.Copy(all, kinds())
	return all
}

func TestOption(t *testing.T) {
	for name, chart := range options() {
		t.Run(name, func(t *testing.T) {
			option, err := chart.Option()
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(option, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			file := "testdata/" + name + ".json"
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the option changed (look at it, then run with -update):\n%s", cmp.Diff(string(want), string(got)))
			}
		})
	}
}

func TestGapsAreGapsAndNoughtIsNought(t *testing.T) {
	drawn := Draw(lines(), turnaround())
	loans := drawn.Series[1]
	if loans.Points[1].Value != nil {
		t.Errorf("a month without a value is drawn as %v", *loans.Points[1].Value)
	}
	if !loans.Points[2].Provisional || drawn.Categories[1].Provisional || !drawn.Categories[2].Provisional {
		t.Error("the provisional month is not marked, or another is")
	}
	empty := turnaround()
	empty.Rows = empty.Rows[:2]
	spec := lines()
	spec.Zero, spec.Y = true, []string{"n"}
	if counted := Draw(spec, empty).Series[0].Points[2].Value; counted == nil || *counted != 0 {
		t.Error("a month without requests has no nought")
	}
}

func TestWhereAllRowsAreProvisionalNoneIsMarked(t *testing.T) {
	result := &queries.Result{
		Columns: []queries.Column{{Name: "partner", Type: queries.Text}, {Name: "n", Type: queries.Integer}},
		Rows:    [][]any{{"A", int64(1)}, {"B", int64(2)}},
	}
	spec := Spec{Kind: Rows, Format: Count, X: "partner", Y: []string{"n"}}
	for _, test := range []struct {
		marked string
		want   int
	}{{"", 0}, {"A", 1}, {"AB", 0}} {
		spec.Provisional = func(row []any) bool { return strings.Contains(test.marked, Text(row[0])) && test.marked != "" }
		n := 0
		for _, point := range Draw(spec, result).Series[0].Points {
			if point.Provisional {
				n++
			}
		}
		if n != test.want {
			t.Errorf("%q provisional: %d bars marked, want %d", test.marked, n, test.want)
		}
	}
}

// A name out of an export must not stand where app.js looks for its own words, and must survive as text.
func TestNamesAreOnlyEverText(t *testing.T) {
	const name = `@tip.days</script>{a|b}`
	result := &queries.Result{
		Columns: []queries.Column{{Name: "department", Type: queries.Text}, {Name: "n", Type: queries.Integer, Label: "Requests"}},
		Rows:    [][]any{{name, int64(3)}},
	}
	option, err := Draw(Spec{Kind: Rows, Format: Count, X: "department", Y: []string{"n"}}, result).Option()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for inner, item := range v {
				walk(inner, item)
			}
		case []map[string]any:
			for _, item := range v {
				walk(key, item)
			}
		case []any:
			for _, item := range v {
				walk(key, item)
			}
		case []string:
			for _, item := range v {
				walk(key, item)
			}
		case string:
			if !strings.Contains(v, name) {
				return
			}
			seen++
			switch key {
			case "color", "borderColor", "backgroundColor", "formatter":
				t.Errorf("the name stands under %s", key)
			}
		}
	}
	walk("", option)
	if seen == 0 {
		t.Error("the name is nowhere to be seen")
	}
}

// Kinds whose bars, spots or ways are all provisional are not hatched either.
func TestWhereEverythingIsProvisionalNoKindIsHatched(t *testing.T) {
	for _, kind := range []Kind{Pareto, Waterfall, Histogram, Heat, Scatter, Sankey} {
		for _, all := range []bool{true, false} {
			spec := Spec{Kind: kind, X: "x", Split: "split", Y: []string{"n"}, Across: "n", Steps: []string{"split"},
				Provisional: func(row []any) bool { return all || row[0] == int64(1) }}
			option, err := Draw(spec, result("x split n", []any{int64(0), "a", int64(3)}, []any{int64(1), "b", int64(5)})).Option()
			if err != nil {
				t.Fatal(err)
			}
			marked := 0
			data(option, func(_, datum map[string]any) {
				if datum["provisional"] == true {
					marked++
				}
			})
			if (marked > 0) == all {
				t.Errorf("%s, all provisional %v: %d marked", kind, all, marked)
			}
		}
	}
}

func TestBuckets(t *testing.T) {
	day := func(text string) time.Time {
		parsed, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, test := range []struct{ grain, from, to, want string }{
		{"month", "2024-01-01", "2024-03-01", "2024-01-01 2024-02-01"},
		{"quarter", "2024-05-17", "2024-10-01", "2024-04-01 2024-07-01"},
		{"week", "2024-05-15", "2024-05-21", "2024-05-13 2024-05-20"}, // a Wednesday to a Monday
		{"week", "2024-05-19", "2024-05-20", "2024-05-13"},            // a Sunday
		{"year", "2023-12-31", "2024-01-02", "2023-01-01 2024-01-01"},
	} {
		got := strings.Join(Buckets(test.grain, BucketStart(test.grain, day(test.from)), day(test.to)), " ")
		if got != test.want {
			t.Errorf("%s from %s to %s: %s, want %s", test.grain, test.from, test.to, got, test.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	got := Describe(locale.Find("en"), Draw(lines(), turnaround()))
	want := "kind copy: from 1.5 days (month 2024-01-01) to 0.50 days (month 2024-03-01), lowest 0.50 days (month 2024-03-01), highest 1.5 days (month 2024-01-01). " +
		"kind loan: from 8.2 days (month 2024-01-01) to 2.0 days (month 2024-03-01), lowest 2.0 days (month 2024-03-01), highest 8.2 days (month 2024-01-01)"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
