package drawing

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
)

var english = locale.Find("en")

// open gives a studio; without ECharts there is nothing to test.
func open(t testing.TB) *Studio {
	t.Helper()
	s, err := Open()
	if errors.Is(err, ErrNoECharts) {
		t.Skip("ECharts is not embedded: run `make setup`")
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// options are the golden files of package chart, one of each kind, and a forest.
func options(t testing.TB) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob("../../chart/testdata/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d options of package chart were found: %v", len(files), err)
	}
	all := map[string]map[string]any{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var option map[string]any
		if err := json.Unmarshal(content, &option); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = option
	}
	all["forest"] = chart.Forest{Rows: []chart.ForestRow{
		{Label: "Inverno", Under: "loans", Ratio: new(1.25), Lo: 1.05, Hi: 1.5, MDE: new(1.2), Firm: true},
		{Label: "Summer", Under: "copies", Missing: "too few"},
	}}.Option()
	return all
}

// inspect reads an SVG strictly, fails where it holds what it may not, and gives its texts and how many shapes it has.
func inspect(t testing.TB, svg []byte) (texts []string, shapes int) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	ids, depth := map[string]bool{}, 0
	var used []string
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 && token.Name.Local != "svg" {
				t.Errorf("it begins with <%s>", token.Name.Local)
			}
			if !allowed[token.Name.Local] {
				t.Errorf("<%s> is not allowed", token.Name.Local)
			}
			if slices.Contains([]string{"path", "rect"}, token.Name.Local) {
				shapes++
			}
			text.Reset()
			for _, a := range token.Attr {
				name := a.Name.Local
				switch {
				case name == "xmlns" && a.Value == "http://www.w3.org/2000/svg", name == "font-family" && depth == 1:
				case name == "id":
					if ids[a.Value] {
						t.Errorf("two elements are %s", a.Value)
					}
					ids[a.Value] = true
				case !allowedAttributes[name]:
					t.Errorf("<%s %s> is not allowed", token.Name.Local, name)
				}
				if inner, ok := strings.CutPrefix(a.Value, "url(#"); ok {
					used = append(used, strings.TrimSuffix(inner, ")"))
				} else if strings.Contains(a.Value, "url") || strings.Contains(a.Value, "@") {
					t.Errorf("%s is %q", name, a.Value)
				}
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			depth--
			if token.Name.Local == "text" {
				texts = append(texts, text.String())
			}
		}
	}
	for _, id := range used {
		if !ids[id] {
			t.Errorf("%s is nowhere", id)
		}
	}
	return texts, shapes
}

// Every kind of chart is drawn with its shapes and words, in both languages; colours are those of the light theme.
func TestEveryKindIsDrawn(t *testing.T) {
	s := open(t)
	languages := locale.All()
	if testing.Short() {
		languages = languages[:1]
	}
	for name, option := range options(t) {
		for _, w := range languages {
			svg, err := s.Draw(t.Context(), option, w, 720, 320)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			texts, shapes := inspect(t, svg)
			if len(texts) < 4 || shapes < 4 {
				t.Errorf("%s: there are %d texts and %d shapes", name, len(texts), shapes)
			}
			if !bytes.Contains(svg, []byte(` width="720" height="320" `)) {
				t.Errorf("%s has another size: %.200s", name, svg)
			}
		}
	}
	for name, has := range map[string]map[string][]string{
		"fan":       {"en": {"9 d", "Target", "P10 days to P90 days"}, "pt-BR": {"9 d"}},
		"waterfall": {"en": {"3.1 days"}, "pt-BR": {"3,1 dias"}},
		"lines":     {"en": {"10 d"}, "pt-BR": {"10 d"}},
		"bins":      {"en": {"1,500", "Target: 5 days"}, "pt-BR": {"1.500"}},
		"pareto":    {"en": {"75%"}, "pt-BR": {"75%"}},
		"flow":      {"en": {"1,046 Received"}, "pt-BR": {"1.046 Received"}},
		"forest":    {"en": {"+25%", "−20%", "too few"}},
	} {
		for tag, wanted := range has {
			svg, err := s.Draw(t.Context(), options(t)[name], locale.Find(tag), 720, 320)
			if err != nil {
				t.Fatal(err)
			}
			texts, _ := inspect(t, svg)
			for _, text := range wanted {
				if !slices.Contains(texts, text) {
					t.Errorf("%s in %s does not say %q, but %q", name, tag, text, texts)
				}
			}
		}
	}
	svg, err := s.Draw(t.Context(), options(t)["fan"], english, 720, 320)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(svg, []byte(`fill="#1b1f23"`)) && !bytes.Contains(svg, []byte(`"#237ee7"`)) || bytes.Contains(svg, []byte("#14181d")) {
		t.Error("the colours are not those of the light theme")
	}
}

// The same option gives the same bytes, in whatever engine and after whatever drawing; another one has other ids.
func TestDrawingsAreTheSameEveryTime(t *testing.T) {
	all := options(t)
	first, second := open(t), open(t)
	drawn := map[string][]byte{}
	for _, name := range []string{"pareto", "fan", "heat"} {
		svg, err := first.Draw(t.Context(), all[name], english, 720, 320)
		if err != nil {
			t.Fatal(err)
		}
		drawn[name] = svg
	}
	for _, name := range []string{"heat", "pareto", "fan", "pareto"} {
		svg, err := second.Draw(t.Context(), all[name], english, 720, 320)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(svg, drawn[name]) {
			t.Errorf("%s is drawn otherwise the second time", name)
		}
	}
	ids := regexp.MustCompile(` id="(f[0-9a-f]{12})-0"`)
	one, other := ids.FindSubmatch(drawn["pareto"]), ids.FindSubmatch(drawn["heat"])
	if one == nil || other == nil || bytes.Equal(one[1], other[1]) {
		t.Errorf("ids begin with %q and %q", one, other)
	}
}

// What an export calls a department is text and nothing else.
func TestHostileNames(t *testing.T) {
	s := open(t)
	names := []string{
		"__proto__", `<script>alert(1)</script>`, `"><image href="http://x.example/a.png"/>`, `]]></text><a href="javascript:x">`, "a\x00b\x07c\u0085d", "\u202eevil\u202c \u2066x",
		"\ufffe\uffff", "\xff\xfe", `@tip.days {b|bold} {a}`, "&amp;&#0;", "url(#x) expression(1)", "日本語 العربية 😀👩‍🔬", strings.Repeat("😀", 200), strings.Repeat("w", 400), "%s%d{0}",
		"constructor", "toString",
	}
	if testing.Short() {
		names = names[:2]
	}
	for _, name := range names {
		for kind, draw := range map[string]chart.Chart{
			"bars":  {Kind: chart.Bars, Format: chart.Count, Categories: []chart.Category{{Label: name}, {Label: "b"}}, Series: []chart.Series{{Name: name, Color: "s1", Stack: true, Points: points(3, 4)}, {Name: "x", Color: "s2", Stack: true, Points: points(1, 2)}}},
			"rows":  {Kind: chart.Rows, Format: chart.Days, Categories: []chart.Category{{Label: name}, {Label: "b"}}, Series: []chart.Series{{Name: name, Color: "s1", Points: []chart.Point{{Value: new(2.0), Label: name}, {Value: new(1.0)}}}}},
			"cloud": {Kind: chart.Scatter, Format: chart.Share, Scatter: chart.Cloud{AcrossName: name, UpName: name, AcrossFormat: chart.Days, UpFormat: chart.Share, Spots: []chart.Spot{{Name: name, Label: name, Across: 1, Up: 0.5}}}},
			"flow":  {Kind: chart.Sankey, Format: chart.Count, Sankey: chart.Flow{Name: name, Nodes: []chart.Node{{Name: name, Color: "s1", Value: 2}, {Name: name, Color: "s2", Step: 1, Value: 2}}, Links: []chart.Link{{From: 0, To: 1, Value: 2}}}},
		} {
			option, err := draw.Option()
			if err != nil {
				t.Fatal(err)
			}
			svg, err := s.Draw(t.Context(), option, english, 720, 320)
			if err != nil {
				t.Errorf("%s with %q: %v", kind, name, err)
				continue
			}
			texts, _ := inspect(t, svg)
			if name == `<script>alert(1)</script>` && kind != "rows" && !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "<script>") }) {
				t.Errorf("%s: the name is not written: %q", kind, texts)
			}
			for _, r := range string(svg) {
				if r < 0x20 && r != '\n' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe || r == 0xffff {
					t.Errorf("%s with %q holds %U", kind, name, r)
				}
			}
		}
	}
}

func points(values ...float64) []chart.Point {
	var all []chart.Point
	for _, value := range values {
		all = append(all, chart.Point{Value: &value})
	}
	return all
}

// An option that is none is an error, and the next drawing is as good as ever.
func TestBrokenOptions(t *testing.T) {
	s := open(t)
	good := options(t)["fan"]
	before, err := s.Draw(t.Context(), good, english, 720, 320)
	if err != nil {
		t.Fatal(err)
	}
	frame := func(more map[string]any) map[string]any {
		option := map[string]any{"textStyle": map[string]any{}, "tooltip": map[string]any{"textStyle": map[string]any{}}, "yAxis": []any{map[string]any{"axisLabel": map[string]any{}}}}
		for key, value := range more {
			option[key] = value
		}
		return option
	}
	for name, option := range map[string]map[string]any{
		"nothing":        nil,
		"empty":          {},
		"no series":      frame(nil),
		"series no list": frame(map[string]any{"series": "x"}),
		"no such axis":   frame(map[string]any{"series": []any{map[string]any{"type": "bar", "data": []any{1}, "xAxisIndex": 7}}}),
		"not a number":   frame(map[string]any{"series": []any{}, "level": math.NaN()}),
		"no such format": frame(map[string]any{"series": []any{}, "label": map[string]any{"formatter": "@node"}, "xAxis": []any{map[string]any{"type": "value", "axisLabel": map[string]any{"formatter": "@label.x"}}}, "grid": 3, "legend": 4}),
	} {
		if svg, err := s.Draw(t.Context(), option, english, 720, 320); err == nil {
			t.Logf("%s: %s", name, svg)
			if name != "no such format" {
				t.Errorf("%s is drawn", name)
			}
		}
	}
	after, err := s.Draw(t.Context(), good, english, 720, 320)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("after broken options it is drawn otherwise: %v", err)
	}
}

// A drawing ends with its context, even where the script would go on for ever, and the engine is not used again.
func TestDrawingEndsWithItsContext(t *testing.T) {
	s := open(t)
	endless := func() *engine {
		e, err := s.newEngine()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.vm.RunString("JSON.parse = function () { for (;;) {} }"); err != nil {
			t.Fatal(err)
		}
		return e
	}
	s.keep(endless())
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the reader left")
	done := make(chan error)
	go func() {
		_, err := s.Draw(ctx, options(t)["lines"], english, 720, 320)
		done <- err
	}()
	for isTaken := false; !isTaken; runtime.Gosched() {
		s.mutex.Lock()
		isTaken = len(s.idle) == 0
		s.mutex.Unlock()
	}
	cancel(gone)
	if err := <-done; !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
	for range cap(s.places) { // its place is free, and the engine is gone
		if _, err := s.Draw(t.Context(), options(t)["lines"], english, 720, 320); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Draw(ctx, options(t)["lines"], english, 720, 320); !errors.Is(err, gone) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

// A script that calls itself without end, and an engine that panics, are errors.
func TestEngineThatFails(t *testing.T) {
	s := open(t)
	for name, script := range map[string]string{
		"throws":      "JSON.parse = function () { throw new Error('no') }",
		"calls":       "JSON.parse = function f(x) { return f(x) }",
		"throws null": "JSON.parse = function () { throw null }",
	} {
		e, err := s.newEngine()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.vm.RunString(script); err != nil {
			t.Fatal(err)
		}
		s.keep(e)
		if _, err := s.Draw(t.Context(), options(t)["lines"], english, 720, 320); err == nil {
			t.Errorf("an engine that %s draws", name)
		}
		if len(s.idle) != 0 {
			t.Errorf("an engine that %s is kept", name)
		}
	}
	e, err := s.newEngine()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.vm.Set("JSON", map[string]any{"parse": func(string) any { panic("within the engine") }}); err != nil {
		t.Fatal(err)
	}
	s.keep(e)
	if _, err := s.Draw(t.Context(), options(t)["lines"], english, 720, 320); err == nil || len(s.idle) != 0 {
		t.Errorf("an engine that panics: %v, and %d are kept", err, len(s.idle))
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t)
	all := options(t)
	names := []string{"lines", "pareto", "fan", "years"}
	want := map[string][]byte{}
	for _, name := range names {
		svg, err := s.Draw(t.Context(), all[name], english, 720, 320)
		if err != nil {
			t.Fatal(err)
		}
		want[name] = svg
	}
	var group sync.WaitGroup
	for i := range 3 * len(names) {
		group.Go(func() {
			name := names[i%len(names)]
			svg, err := s.Draw(t.Context(), all[name], english, 720, 320)
			if err != nil || !bytes.Equal(svg, want[name]) {
				t.Errorf("%s beside others: %v", name, err)
			}
		})
	}
	group.Wait()
	if len(s.idle) > cap(s.places) {
		t.Errorf("%d engines are kept, and %d draw at most", len(s.idle), cap(s.places))
	}
}

// Names beside lying bars are cut where they would reach beyond their room, in the font of the drawing.
func TestNamesAreCutByTheirWidth(t *testing.T) {
	s := open(t)
	written, err := openFonts()
	if err != nil {
		t.Fatal(err)
	}
	categories := []chart.Category{}
	for i := range 4 {
		categories = append(categories, chart.Category{Label: strings.Repeat("WMi", 20) + fmt.Sprint(i)})
	}
	option, err := chart.Chart{Kind: chart.Rows, Format: chart.Count, Categories: categories, Series: []chart.Series{{Name: "n", Color: "s1", Points: points(1, 2, 3, 4)}}}.Option()
	if err != nil {
		t.Fatal(err)
	}
	svg, err := s.Draw(t.Context(), option, english, 720, 320)
	if err != nil {
		t.Fatal(err)
	}
	texts, _ := inspect(t, svg)
	cut := 0
	for _, text := range texts {
		if strings.HasPrefix(text, "WM") {
			cut++
			if width := written.width(text, "12px x"); width > 132 || width < 100 {
				t.Errorf("%q is %.1f pixels wide", text, width)
			}
		}
	}
	if cut != 4 {
		t.Errorf("%d names stand beside the bars: %q", cut, texts)
	}
}

func TestWidths(t *testing.T) {
	written, err := openFonts()
	if err != nil {
		t.Fatal(err)
	}
	// The advances of Liberation Sans are those of Arial: 1139, 569 and 1366 of 2048 to the em.
	for _, test := range []struct {
		text, font string
		want       float64
	}{
		{"0", "12px Liberation Sans", 12 * 1139.0 / 2048},
		{" ", "normal normal 11.5px sans-serif", 11.5 * 569 / 2048},
		{"AA", "10px x", 2 * 10 * 1366.0 / 2048},
		{"ã", "10px x", 10 * 1139.0 / 2048},
		{"0", "bold 12px x", 12 * 1139.0 / 2048},
		{"a", "600 10px x", 10 * 1139.0 / 2048},
		{"日", "10px x", 10},
		{"", "10px x", 0},
	} {
		if got := written.width(test.text, test.font); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%q in %s is %v wide, and not %v", test.text, test.font, got, test.want)
		}
	}
	if _, err := readAdvances([]byte("no font at all")); err == nil {
		t.Error("what is no font is read")
	}
}

func TestTidy(t *testing.T) {
	for drawn, want := range map[string]string{
		`<svg width="9"><style>a{}</style><script>x</script><g class="a"><a href="http://x"><text>gone</text></a></g><path d="M0 0" fill="#01020380" onclick="x" style="font-size:2px;background:url(x)"/></svg>`: `<path d="M0 0" fill="#010203" fill-opacity="0.5" font-size="2"></path>`,
		`<svg><path d="M0 0" fill="none"/><path d="M0 0" fill="transparent" stroke="rgba(1, 2,255,0.25)"/><path fill="url(http://x)" d="M1 1"/></svg>`:                                                            `<path d="M0 0" fill="none" stroke="#0102ff" stroke-opacity="0.25"></path><path d="M1 1"></path>`,
		`<svg><text dominant-baseline="central" style="font-size:10px" y="2">a  b</text><text> </text></svg>`:                                                                                                     `<text font-size="10" y="5.47">a b</text>`,
	} {
		got, err := tidy(drawn)
		if err != nil {
			t.Fatal(err)
		}
		if _, inside, _ := bytes.Cut(got, []byte(">")); string(inside) != want+"</svg>" {
			t.Errorf("%s\nbecomes\n%s\nand not\n%s", drawn, inside, want)
		}
	}
	for _, drawn := range []string{"", "<svg>", "<p></p>", "<svg><g></svg>", "x"} {
		if got, err := tidy(drawn); err == nil {
			t.Errorf("%q becomes %s", drawn, got)
		}
	}
}
