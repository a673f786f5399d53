package chart

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// hostile is what an export may call a department: words of charts.js and of ECharts' templates, a line's end, markup.
const hostile = "@tip.days {b|bold} {a} <b>|\n{c}"

func result(columns string, rows ...[]any) *queries.Result {
	r := &queries.Result{Rows: rows}
	for _, name := range strings.Fields(columns) {
		r.Columns = append(r.Columns, queries.Column{Name: name, Label: strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")})
	}
	return r
}

// linked adds what every datum must keep: where it leads, how many it stands on, and that the row with mark is provisional.
func linked(spec Spec, n int, mark string) Spec {
	spec.Link = func(row []any) string { return "/rows/" + strings.TrimSpace(Text(row[0])+" "+Text(row[1])) }
	spec.Note = func(*queries.Result) func(row []any) string {
		return func(row []any) string { return fmt.Sprintf("n %v", row[n]) }
	}
	spec.Provisional = func(row []any) bool { return mark != "" && Text(row[0]) == mark }
	return spec
}

// kinds is a small chart of each kind.
func kinds() map[string]Chart {
	var cells [][]any
	var hours, weekdays []string
	for hour := range 24 {
		hours = append(hours, strconv.Itoa(hour))
		for day := 1; day <= 7; day++ {
			if n := (hour*hour*(24-hour)*(9-day))%1709 - 40; n > 0 {
				cells = append(cells, []any{int64(hour), int64(day), int64(n)})
			}
		}
	}
	for day := range 7 {
		weekdays = append(weekdays, strconv.Itoa(day+1))
	}
	heat := linked(Spec{Kind: Heat, Format: Count, X: "hour", Split: "weekday", Y: []string{"n_requests"}, Categories: hours, Splits: weekdays}, 2, "3")
	heat.Name = func(dimension, value string) string {
		if dimension == "hour" {
			return value + ":00"
		}
		return []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}[value[0]-'1']
	}
	var partners [][]any
	for i := range 30 {
		x := float64(i*i%17)/3 + 0.4
		partners = append(partners, []any{fmt.Sprintf("Partner %d", i), int64(5 + i*i*3), x, 0.35 + float64(i*7%30)/50})
	}
	partners[7][0], partners[9][2] = hostile, nil
	waits := [][]any{}
	for i := range 16 {
		waits = append(waits, []any{int64(i), int64(400 * (i + 1) * (i + 1) / (1 + i*i*i/4))})
	}
	return map[string]Chart{
		"pareto": Draw(linked(Spec{Kind: Pareto, Format: Count, X: "reason", Y: []string{"n"}, Split: "outcome", Most: 4, Colors: []string{"unfilled", "cancelled"}}, 2, "lost"),
			result("reason outcome n", []any{"not_on_shelf", "unfilled", int64(40)}, []any{"in_use", "unfilled", int64(120)}, []any{"lost", "unfilled", int64(30)},
				[]any{hostile, "cancelled", int64(25)}, []any{"too_old", "unfilled", int64(3)}, []any{"lost", "cancelled", int64(9)}, []any{"cost", "cancelled", int64(2)})),
		"waterfall": Draw(func() Spec {
			s := linked(Spec{Kind: Waterfall, Format: Days, X: "stage", Y: []string{"mean_days"}}, 2, "receiving")
			s.Peak = func(row []any) bool { return row[3] == true }
			return s
		}(), result("stage mean_days n is_bottleneck", []any{"processing", 0.6, int64(312), false}, []any{"supplier", 3.1, int64(312), true}, []any{"transit", 2.2, int64(312), false}, []any{"receiving", 0.25, int64(312), false})),
		"bins": Draw(linked(Spec{Kind: Histogram, Format: Days, X: "from_days", Y: []string{"n"}, Open: true, Level: new(5.0), LevelName: "Target: 5 days"}, 1, "15"),
			result("from_days n", waits...)),
		"heat": Draw(heat, result("hour weekday n_requests", cells...)),
		"scatter": Draw(linked(Spec{Kind: Scatter, X: "partner", Across: "median_days", AcrossFormat: Days, Y: []string{"fill_rate"}, Format: Share, Size: "n_attempts"}, 1, "Partner 12"),
			result("partner n_attempts median_days fill_rate", partners...)),
		"flow": Draw(func() Spec {
			s := linked(Spec{Kind: Sankey, Format: Count, Steps: []string{"outcome", "reason"}, Root: "Received", Y: []string{"n"}, Most: 3}, 2, "open")
			s.NodeLink = func(dimension, value string) string {
				if dimension == "" {
					return ""
				}
				return "/rows/" + dimension
			}
			return s
		}(), result("outcome reason n", []any{"filled", "none", int64(800)}, []any{"unfilled", "in_use", int64(90)}, []any{"unfilled", "lost", int64(40)}, []any{"unfilled", "old", int64(8)},
			[]any{"unfilled", "cost", int64(5)}, []any{"unfilled", hostile, int64(35)}, []any{"cancelled", "lost", int64(22)}, []any{"cancelled", "by_reader", int64(15)}, []any{"open", nil, int64(31)})),
		"fan": Draw(func() Spec {
			s := linked(Spec{Kind: Fan, Format: Days, X: "month", Y: []string{"median_days"}, Ranges: []Range{{Lo: "p10_days", Hi: "p90_days"}, {Lo: "p25_days", Hi: "p75_days", Name: "The middle half"}}}, 1, "2024-03-01")
			s.Categories, s.Level, s.LevelName = Buckets("month", at(2024, 1), at(2024, 5)), new(6.0), "Target"
			return s
		}(), result("month n median_days p10_days p25_days p75_days p90_days", []any{at(2024, 1), int64(50), 4.0, 1.0, 2.5, 6.0, 11.0}, []any{at(2024, 2), int64(61), 4.4, 1.2, 2.9, 6.6, 10.0}, []any{at(2024, 3), int64(9), 3.1, 0.9, 2.0, 5.0, 8.0})),
	}
}

// data walks through every datum of an option: those of the series, and the links of a flow.
func data(option map[string]any, each func(series, datum map[string]any)) {
	text, err := json.Marshal(option)
	if err != nil {
		panic(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	for _, item := range plain["series"].([]any) {
		series := item.(map[string]any)
		for _, key := range []string{"data", "links"} {
			list, _ := series[key].([]any)
			for _, item := range list {
				if datum, ok := item.(map[string]any); ok {
					each(series, datum)
				}
			}
		}
	}
}

// Each row's address and n are found at a datum of its chart, and no others are; the same rows are marked provisional.
func TestEveryDatumKeepsItsLinkAndNote(t *testing.T) {
	for name, chart := range kinds() {
		option, err := chart.Option()
		if err != nil {
			t.Fatal(err)
		}
		linked, noted, provisional := map[string]bool{}, 0, 0
		data(option, func(series, datum map[string]any) {
			if url, ok := datum["url"].(string); ok {
				linked[url] = true
				if datum["value"] == nil {
					t.Errorf("%s: %s has no value", name, url)
				}
			}
			if note, ok := datum["note"].(string); ok && strings.HasPrefix(note, "n ") {
				noted++
			}
			if datum["provisional"] == true {
				provisional++
				style, _ := datum["itemStyle"].(map[string]any)
				if style["decal"] == nil && series["type"] != "line" && datum["lineStyle"] == nil || style == nil && datum["lineStyle"] == nil {
					t.Errorf("%s: provisional, and not hatched: %v", name, datum)
				}
			}
		})
		want := map[string]int{"pareto": 5, "waterfall": 4, "bins": 16, "heat": len(chart.Series), "scatter": 29, "flow": 2, "fan": 3}[name]
		if name == "heat" {
			want = 0
			for _, s := range chart.Series {
				for _, p := range s.Points {
					if p.Value != nil {
						want++
					}
				}
			}
		}
		if len(linked) != want {
			t.Errorf("%s: %d addresses, want %d: %v", name, len(linked), want, linked)
		}
		if noted < want || provisional == 0 {
			t.Errorf("%s: %d data with their n, want at least %d; %d provisional, want some", name, noted, want, provisional)
		}
	}
}

// A name out of an export stands under no key at which charts.js or ECharts reads templates, on one line, and is cut.
func TestNamesOfEveryKindAreOnlyEverText(t *testing.T) {
	long := strings.Repeat("Bibliothek ", 1000)
	spec := func(kind Kind) Spec {
		return Spec{Kind: kind, Format: Count, X: "x", Y: []string{"n"}, Split: "split", Across: "n", AcrossFormat: Count, Steps: []string{"x", "split"}, Root: hostile,
			Peak: func([]any) bool { return true }, LevelName: hostile, Level: new(2.0),
			Label: func(*queries.Result) func([]any) string { return func(row []any) string { return Text(row[0]) } },
			Note:  func(*queries.Result) func([]any) string { return func(row []any) string { return Text(row[0]) } }}
	}
	for _, kind := range []Kind{Lines, Bars, Rows, Fan, Pareto, Waterfall, Heat, Scatter, Sankey} {
		for _, bad := range []string{hostile, long} {
			r := result("x split n", []any{bad, bad, int64(3)}, []any{"other", "other", int64(5)})
			r.Columns[2].Label = bad
			s := spec(kind)
			if kind == Fan {
				s.Ranges = []Range{{Lo: "n", Hi: "n", Name: bad}}
			}
			option, err := Draw(s, r).Option()
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(option)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), strings.TrimSpace(bad[:9])) {
				t.Errorf("%s: the name is nowhere to be seen", kind)
			}
			var walk func(key string, value any)
			walk = func(key string, value any) {
				switch v := value.(type) {
				case map[string]any:
					for inner, item := range v {
						walk(inner, item)
					}
				case []any:
					for _, item := range v {
						walk(key, item)
					}
				case string:
					if len([]rune(v)) > 2*longest+3 {
						t.Errorf("%s: %d characters stand under %s", kind, len([]rune(v)), key)
					}
					if strings.Contains(v, "\n") {
						t.Errorf("%s: two lines stand under %s", kind, key)
					}
					if strings.Contains(v, hostile[:12]) && slices.Contains([]string{"color", "borderColor", "backgroundColor", "formatter"}, key) {
						t.Errorf("%s: the name stands under %s", kind, key)
					}
				}
			}
			var plain any
			if err := json.Unmarshal(text, &plain); err != nil {
				t.Fatal(err)
			}
			walk("", plain)
		}
	}
}

// A Pareto loses nothing to its last bar, falls from bar to bar before that, and its line ends at the whole.
func TestParetoAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(0, 500), 1, 40).Draw(t, "amounts")
		most := rapid.IntRange(1, 15).Draw(t, "most")
		var rows [][]any
		whole := 0.0
		for i, n := range amounts {
			rows = append(rows, []any{fmt.Sprint(i), n})
			whole += float64(n)
		}
		chart := Draw(Spec{Kind: Pareto, X: "reason", Y: []string{"n"}, Most: most}, result("reason n", rows...))
		sum, before := 0.0, math.Inf(1)
		bars := chart.Series[0].Points
		if len(bars) > most+1 {
			t.Fatalf("%d bars, want at most %d", len(bars), most+1)
		}
		for i, p := range bars {
			if i < most && *p.Value > before {
				t.Fatalf("bar %d is longer than the one before", i)
			}
			before = *p.Value
			sum += *p.Value
		}
		if sum != whole {
			t.Fatalf("the bars hold %v of %v", sum, whole)
		}
		if whole == 0 {
			return
		}
		line := chart.Series[1].Points
		if end := *line[len(line)-1].Value; math.Abs(end-1) > 1e-9 {
			t.Fatalf("the line ends at %v", end)
		}
	})
}

// What comes to a node goes on or ends there, and the root has all.
func TestFlowKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]any
		whole := 0.0
		for i, n := range rapid.SliceOfN(rapid.Int64Range(1, 100), 1, 60).Draw(t, "amounts") {
			rows = append(rows, []any{fmt.Sprint(i % 3), fmt.Sprint(i), n})
			whole += float64(n)
		}
		flow := Draw(Spec{Kind: Sankey, Steps: []string{"a", "b"}, Y: []string{"n"}, Most: rapid.IntRange(1, 9).Draw(t, "most")}, result("a b n", rows...)).Sankey
		in, out := make([]float64, len(flow.Nodes)), make([]float64, len(flow.Nodes))
		for _, link := range flow.Links {
			in[link.To] += link.Value
			out[link.From] += link.Value
		}
		if flow.Nodes[0].Value != whole || out[0] != whole {
			t.Fatalf("the root has %v and sends %v of %v", flow.Nodes[0].Value, out[0], whole)
		}
		for i, node := range flow.Nodes {
			if i > 0 && in[i] != node.Value || node.Step == 1 && out[i] != node.Value {
				t.Fatalf("node %d has %v, gets %v and sends %v", i, node.Value, in[i], out[i])
			}
		}
		if got := len(flow.sorted()); got != len(flow.Nodes) {
			t.Fatalf("%d of %d nodes are drawn", got, len(flow.Nodes))
		}
	})
}

func TestHistogramCountsEachRowOnceAndMarksTheTarget(t *testing.T) {
	chart := Draw(Spec{Kind: Histogram, Format: Days, X: "from_days", Y: []string{"n"}, Width: 2, Open: true, Level: new(5.0), LevelName: "Target"},
		result("from_days n", []any{int64(8), int64(1)}, []any{int64(0), int64(7)}, []any{int64(4), int64(2)}))
	var got []string
	for i, category := range chart.Categories {
		got = append(got, fmt.Sprint(category.Label, " ", *chart.Series[0].Points[i].Value))
	}
	if want := "0–2 7|2–4 0|4–6 2|6–8 0|8 and more 1"; strings.Join(got, "|") != want {
		t.Errorf("%s, want %s", strings.Join(got, "|"), want)
	}
	if chart.Marks[0].From != 2.5 {
		t.Errorf("5 days are marked at %v", chart.Marks[0].From)
	}
}

func TestEveryKindIsDescribed(t *testing.T) {
	for _, w := range locale.All() {
		for name, chart := range kinds() {
			text := Describe(w, chart)
			if len(text) < 30 || strings.Contains(text, "chart.") || strings.Contains(text, "{0}") {
				t.Errorf("%s, %s: %q", w.Tag, name, text)
			}
		}
		for _, kind := range []Kind{Lines, Bars, Rows, Fan, Pareto, Waterfall, Histogram, Heat, Scatter, Sankey} {
			empty := Draw(Spec{Kind: kind, X: "x", Y: []string{"n"}, Across: "n", Steps: []string{"x"}}, result("x n"))
			Describe(w, empty)
			if _, err := empty.Option(); err != nil {
				t.Errorf("%s of nothing: %v", kind, err)
			}
		}
	}
	want := "Received: 1,046. filled: 800, 76.5% of all. unfilled: 178, 17.0% of all. cancelled: 37, 3.5% of all. open: 31, 3.0% of all"
	if got := Describe(locale.Find("en"), kinds()["flow"]); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestSpark(t *testing.T) {
	w := locale.Find("en")
	points := []Point{{Value: new(3.0)}, {Value: new(5.0)}, {}, {Value: new(4.0)}, {Value: new(1.0), Provisional: true}}
	chart := Chart{Kind: Bars, Format: Count, Categories: make([]Category, 5), Series: []Series{{Name: `</svg><script>"&`, Points: points}}}
	got := string(Spark(w, chart))
	for _, want := range []string{`<title>&lt;/svg&gt;&lt;script&gt;&#34;&amp;: from 3`, `<path d="M4.0 16.0L32.0 4.0M88.0 10.0L116.0 28.0"/>`, `<circle class="open" cx="116.0" cy="28.0" r="2.5"/>`, `role="img"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if strings.Contains(got, "style=") || strings.Count(got, "<circle") != 1 {
		t.Errorf("%s\nhas a style, or other dots than the last", got)
	}
	chart.Series[0].Points = points[:1]
	if got := Spark(w, chart); got != "" {
		t.Errorf("one value is drawn: %s", got)
	}
}

// The bar of a Pareto that takes the rest together is provisional where any of the rest is, name and bar alike.
func TestTheRestOfAParetoIsProvisionalWhereAnyOfItIs(t *testing.T) {
	reasons := result("reason n", []any{"a", int64(9)}, []any{"b", int64(5)}, []any{"c", int64(2)}, []any{"d", int64(1)})
	for _, test := range []struct {
		provisional string
		want        []bool // by bar: a, b, the two others
	}{
		{"", []bool{false, false, false}},
		{"d", []bool{false, false, true}},
		{"a", []bool{true, false, false}},
		{"abd", []bool{true, true, true}},
		{"abcd", []bool{false, false, false}}, // the figure says so once
	} {
		chart := Draw(Spec{Kind: Pareto, X: "reason", Y: []string{"n"}, Most: 2,
			Provisional: func(row []any) bool { return strings.Contains(test.provisional, Text(row[0])) }}, reasons)
		var names, bars []bool
		for i, category := range chart.Categories {
			names, bars = append(names, category.Provisional), append(bars, chart.Series[0].Points[i].Provisional)
		}
		if !slices.Equal(names, test.want) || !slices.Equal(bars, test.want) {
			t.Errorf("%q provisional: names %v, bars %v, want %v", test.provisional, names, bars, test.want)
		}
	}
}
