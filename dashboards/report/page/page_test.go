package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/page"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries"
)

var update = flag.Bool("update", false, "write the golden files")

func write(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := page.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// voids are the elements without an end tag.
var voids = []string{"meta", "link", "br", "hr", "img", "input"}

// outline reads a page strictly: each element is closed in its place. It gives the tree of what matters to who hears it.
func outline(t *testing.T, written []byte) string {
	t.Helper()
	var b strings.Builder
	var open []string
	isDrawing := 0
	tokens := html.NewTokenizer(bytes.NewReader(written))
	ids := map[string]bool{}
	var asked []string
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		token := tokens.Token()
		switch kind {
		case html.StartTagToken:
			for _, a := range token.Attr {
				switch {
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("two elements are %s", a.Val)
					}
					ids[a.Val] = true
				case a.Key == "aria-labelledby":
					asked = append(asked, strings.Fields(a.Val)...)
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
					asked = append(asked, a.Val[1:])
				case a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "src":
					t.Errorf("<%s %s=%q>", token.Data, a.Key, a.Val)
				}
			}
			if slices.Contains([]string{"script", "iframe", "object", "img", "form", "base"}, token.Data) {
				t.Errorf("there is a <%s>", token.Data)
			}
			if slices.Contains(voids, token.Data) {
				continue
			}
			if token.Data == "svg" {
				isDrawing++
			}
			open = append(open, token.Data)
			if isDrawing <= 1 && slices.Contains([]string{"header", "nav", "main", "section", "article", "figure", "svg", "table", "caption", "h1", "h2", "h3", "h4", "footer", "dl", "ul", "ol"}, token.Data) && (isDrawing == 0 || token.Data == "svg") {
				b.WriteString(strings.Repeat("  ", depth(open)) + token.Data)
				for _, a := range token.Attr {
					if slices.Contains([]string{"id", "class", "role"}, a.Key) {
						b.WriteString(" " + a.Key + "=" + a.Val)
					}
				}
				b.WriteString("\n")
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
			if token.Data == "svg" {
				isDrawing--
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("%v are not closed", open)
	}
	for _, id := range asked {
		if !ids[id] {
			t.Errorf("%s is nowhere", id)
		}
	}
	return b.String()
}

func depth(open []string) int {
	return len(slices.DeleteFunc(slices.Clone(open), func(name string) bool {
		return slices.Contains([]string{"html", "body", "div", "figcaption", "li"}, name)
	})) - 1
}

// The structure of the page is that of the golden file; -update writes it.
func TestStructure(t *testing.T) {
	got := outline(t, write(t, reporttest.Issued("en")))
	file := filepath.Join("testdata", "outline.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the outline is\n%s\nand not\n%s", got, want)
	}
}

// shownText is what is to be read of a page, spaces made one.
func shownText(t *testing.T, written []byte) string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "style" {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	walk(root)
	return strings.Join(strings.Fields(b.String()), " ")
}

// What a report says stands on the page: each text of it, numbers as tables write them.
func TestEverythingIsWritten(t *testing.T) {
	for _, tag := range []string{"en", "pt-BR"} {
		r := reporttest.Issued(tag)
		text := shownText(t, write(t, r))
		has := func(what, wanted string) {
			t.Helper()
			if wanted = strings.Join(strings.Fields(clean(wanted)), " "); !strings.Contains(text, wanted) {
				t.Errorf("%s: %s is not written: %q", tag, what, wanted)
			}
		}
		for _, wanted := range append([]string{r.Title, r.Library, r.Span, r.Provisional, r.Version, r.Edition.ID}, r.Sentences...) {
			has("of the report", wanted)
		}
		for _, pair := range r.About {
			has("about", pair.Head+" "+pair.Text)
		}
		for _, s := range r.Sections {
			for _, wanted := range append([]string{s.Title, s.Question, s.Empty}, s.Notes...) {
				has("of section "+s.ID, wanted)
			}
			for _, tile := range s.Tiles {
				has("of a tile", tile.Label)
				has("of a tile", tile.Note)
			}
			for _, f := range s.Figures {
				for _, wanted := range []string{f.Title, f.N, f.Description} {
					has("of a figure", wanted)
				}
			}
			for _, table := range s.Tables {
				for _, wanted := range append([]string{table.Title, table.N}, table.Notes...) {
					has("of table "+table.ID, wanted)
				}
				for _, row := range table.Rows {
					for k, c := range table.Columns {
						if c.IsChange && row[k] != nil {
							has("a change", r.Words.Difference(c, row[k]))
						} else {
							has("a cell", r.Words.Cell(c, row[k]))
						}
					}
				}
			}
		}
	}
}

func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xfffe {
			return -1
		}
		return r
	}, text)
}

// Tiles say in words where figures moved, and whether that is better.
func TestTiles(t *testing.T) {
	share := queries.Column{Name: "share", Type: queries.Double, Unit: queries.Share, Better: "higher"}
	days := queries.Column{Name: "days", Type: queries.Double, Unit: queries.Days, Better: "lower"}
	count := queries.Column{Name: "n", Type: queries.Integer, Unit: queries.Requests}
	for _, test := range []struct {
		name          string
		column        queries.Column
		now, was      *float64
		tag, want, no string
	}{
		{"up is better", share, new(0.9), new(0.8), "en", "90.0% Feb 2025 80.0% ▲ +10.0 pts, better", ""},
		{"down is worse", share, new(0.8), new(0.9), "pt-BR", "80,0% fev/2025 90,0% ▼ −10,0 p.p., pior", ""},
		{"longer is worse", days, new(4.0), new(3.5), "en", "4.0 days Feb 2025 3.5 days ▲ +0.50, worse", ""},
		{"shorter is better", days, new(3.5), new(4.0), "en", "▼ −0.50, better", ""},
		{"neither", count, new(1500.0), new(1000.0), "en", "1,500 Feb 2025 1,000 ▲ +500, higher", "better"},
		{"fewer", count, new(1.0), new(2.0), "en", "▼ −1, lower", "worse"},
		{"the same as written", share, new(0.80001), new(0.8), "en", "80.0% = the same", "better"},
		{"nothing now", share, nil, new(0.8), "en", "– no figure Feb 2025 80.0% Mar 2024", "▼"},
		{"nothing before", share, new(0.8), nil, "en", "80.0%", "Feb 2025"},
	} {
		r := &report.Report{Spec: reporttest.Monthly("en").Spec, Words: locale.Find(test.tag), Sections: []report.Section{{ID: "s", Tiles: []report.Tile{
			{ID: "x", Label: "x", Column: test.column, Now: test.now, Before: test.was},
		}}}}
		text := shownText(t, write(t, r))
		if !strings.Contains(text, test.want) || test.no != "" && strings.Contains(text, test.no) {
			t.Errorf("%s: %q is not in, or %q is: %s", test.name, test.want, test.no, text)
		}
	}
	r := reporttest.Monthly("en")
	r.Spec.Kind = report.Annual
	if text := shownText(t, write(t, r)); !strings.Contains(text, "2024/25 1,144") || strings.Contains(text, "1,301") {
		t.Errorf("an annual report stands beside another year than the one before: %s", text)
	}
}

// A table that is provisional as a whole says so once, one that is in part marks its rows.
func TestProvisional(t *testing.T) {
	table := func(marks ...bool) *report.Report {
		return &report.Report{Words: locale.Find("en"), Sections: []report.Section{{ID: "s", Tables: []report.Table{{
			ID: "t", Title: "T", Keys: 1, Columns: []queries.Column{{Name: "a", Type: queries.Text, Label: "A"}}, Rows: [][]any{{"x"}, {"y"}}, Codes: [][]any{{"x"}, {"y"}}, Provisional: marks,
		}}}}}
	}
	for _, test := range []struct {
		marks     []bool
		has, hasn string
	}{
		{[]bool{true, true}, "T provisional A x y", "Marked rows"},
		{[]bool{false, true}, "T A x y provisional Marked rows", "All of it"},
		{[]bool{false, false}, "T A x y", "provisional"},
		{nil, "T A x y", "provisional"},
	} {
		if text := shownText(t, write(t, table(test.marks...))); !strings.Contains(text, test.has) || strings.Contains(text, test.hasn) {
			t.Errorf("%v: %s", test.marks, text)
		}
	}
}

// Whatever an export or a library calls things, it is text; marks of direction and control characters are gone.
func TestHostileTexts(t *testing.T) {
	bad := "<script>alert(1)</script>\"'><img src=x onerror=y>\u202e\u2066\x1b\ufffe{{.R}}\x00]]></style></svg>"
	r := reporttest.Monthly("en")
	r.Title, r.Library, r.Span, r.Provisional, r.Version, r.Link = bad, bad, bad, bad, bad, "javascript:alert(1)"
	r.Sentences, r.About = []string{bad}, []report.Pair{{Head: bad, Text: bad}}
	r.Definitions[0].Markdown, r.Definitions[0].Title = bad+"\n\n[x](javascript:alert(1))\n\n![y](http://x.example/a.png)\n\n<b onclick=x>raw</b>", bad
	for i := range r.Sections {
		s := &r.Sections[i]
		s.Title, s.Question, s.Empty, s.Notes = bad, bad, bad, []string{bad}
		for k := range s.Tiles {
			s.Tiles[k].Label, s.Tiles[k].Note = bad, bad
		}
		for k := range s.Figures {
			s.Figures[k].Title, s.Figures[k].N, s.Figures[k].Description = bad, bad, bad
		}
		for k := range s.Tables {
			s.Tables[k].Title, s.Tables[k].N = bad, bad
			s.Tables[k].Columns = slices.Clone(s.Tables[k].Columns)
			s.Tables[k].Columns[0].Label = bad
		}
	}
	written := write(t, r)
	outline(t, written)
	for _, r := range string(written) {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe {
			t.Fatalf("the page holds %U", r)
		}
	}
	for _, text := range []string{"<script", "<img", "javascript:alert(1)\"", "onclick=x>", "src=\"http"} {
		if bytes.Contains(written, []byte(text)) {
			t.Errorf("the page holds %s", text)
		}
	}
	if text := shownText(t, written); !strings.Contains(text, `<script>alert(1)</script>"'><img src=x onerror=y>{{.R}}`) {
		t.Error("the texts are not written as they are")
	}
}

// The file's own policy, and what a server may allow, name the style sheet that is in it, and nothing is asked of a network.
func TestStyle(t *testing.T) {
	written := write(t, reporttest.Monthly("en"))
	_, rest, _ := bytes.Cut(written, []byte("<style>"))
	style, _, ok := bytes.Cut(rest, []byte("</style>"))
	sum := sha256.Sum256(style)
	if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); !ok || page.StyleHash() != want {
		t.Errorf("the style is %s, and not %s", want, page.StyleHash())
	}
	if regexp.MustCompile(`@import|url\(|https?:|expression`).Match(style) {
		t.Error("the style refers to something")
	}
	unescaped := html.UnescapeString(string(written))
	if want := "default-src 'none'; img-src data:; style-src '" + page.StyleHash() + "'; base-uri 'none'; form-action 'none'"; !strings.Contains(unescaped, want) {
		t.Errorf("the file's policy is not %s", want)
	}
	sheet, err := os.ReadFile("../../static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := regexp.MustCompile(`--[a-z0-9]+: light-dark\([^)]*\);`).FindAll(style, -1)
	if len(colours) < 8 {
		t.Errorf("the style has %d colours", len(colours))
	}
	for _, colour := range colours {
		if !bytes.Contains(sheet, colour) {
			t.Errorf("app.css has another %s", colour)
		}
	}
}

func TestSameReportSameBytes(t *testing.T) {
	if !bytes.Equal(write(t, reporttest.Monthly("pt-BR")), write(t, reporttest.Monthly("pt-BR"))) {
		t.Error("the same report is written in two ways")
	}
	draft, issued := write(t, reporttest.Monthly("en")), write(t, reporttest.Issued("en"))
	if !strings.Contains(shownText(t, draft), "Draft made 3 Apr 2025, 08:15") || !strings.Contains(shownText(t, issued), "Edition 2 issued 3 Apr 2025, 08:15 · monthly-2025-03-2") {
		t.Error("it is not said whether the report was issued")
	}
	for tag, want := range map[string]string{"en": `<html lang="en">`, "pt-BR": `<html lang="pt-BR">`} {
		if !bytes.Contains(write(t, reporttest.Monthly(tag)), []byte(want)) {
			t.Errorf("the language is not %s", want)
		}
	}
	if text := write(t, reporttest.Monthly("pt-BR")); !bytes.Contains(text, []byte(`<div lang="en">`)) {
		t.Error("a definition in another language is not said to be in it")
	}
}

// A report without drawings describes its figures where they would be.
func TestWithoutDrawings(t *testing.T) {
	r := reporttest.Monthly("en")
	for i := range r.Sections {
		for k := range r.Sections[i].Figures {
			r.Sections[i].Figures[k].SVG = nil
		}
	}
	written := write(t, r)
	if bytes.Contains(written, []byte("<svg")) || !bytes.Contains(written, []byte(`<p class="empty">`+html.EscapeString(r.Sections[1].Figures[0].Description))) {
		t.Error("figures are not described")
	}
	outline(t, written)
}
