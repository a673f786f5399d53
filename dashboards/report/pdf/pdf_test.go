package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/pdf"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

func written(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pdf.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asked runs a program of poppler-utils on a PDF.
func asked(t *testing.T, content []byte, program string, options ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed, which reads the text of a PDF (package poppler-utils)", program)
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := slices.Concat(options, []string{file})
	if program == "pdftotext" {
		arguments = append(arguments, "-")
	}
	var warnings bytes.Buffer
	command := exec.Command(program, arguments...)
	command.Stderr = &warnings
	out, err := command.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("%s: %v %s", program, err, warnings.String())
	}
	return string(out)
}

// read gives the words of each page, spaces and line ends made one.
func read(t *testing.T, content []byte) []string {
	t.Helper()
	pages := strings.Split(asked(t, content, "pdftotext", "-raw"), "\f")
	for i := range pages {
		pages[i] = strings.Join(strings.Fields(pages[i]), " ")
	}
	return pages[:len(pages)-1]
}

func number(n float64) *float64 { return &n }

func TestTextIsFound(t *testing.T) {
	r := reporttest.Issued("en")
	pages := read(t, written(t, r))
	all := strings.Join(pages, " ")
	for _, want := range append([]string{r.Title, r.Library, r.Span, r.Provisional, "Edition 2, issued 3 Apr 2025", "Mar 2024",
		"1,240", "Feb 2025 1,144: +96", "Feb 2025 at the same age", "Mar 2024", "unchanged", "=HYPERLINK", "<script>alert(1)</script>", "No campaign ran or ended in March.", "A campaign is planned for April.",
		"About this report", "library MAIN", "Definitions", "Every request counts once, in the month of its creation", "ISO 18626", "cancelled", "□ stands for a character", "Texts of more than 300 characters"}, r.Sentences...) {
		if !strings.Contains(all, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
	for _, section := range r.Sections {
		if !strings.Contains(all, section.Title) || !strings.Contains(all, section.Question) {
			t.Errorf("the PDF lacks the section %s", section.Title)
		}
		for _, figure := range section.Figures {
			if !strings.Contains(all, strings.Join(strings.Fields(figure.Title), " ")) {
				t.Errorf("the PDF lacks the figure %s", figure.Title)
			}
		}
	}
	for i, page := range pages {
		if foot := fmt.Sprintf("Page %d of %d", i+1, len(pages)); !strings.Contains(page, foot) || !strings.Contains(page, "Data through 2 Apr 2025 · generation 7") {
			t.Errorf("page %d lacks its foot", i+1)
		}
		if head := "Main Library · Monthly report · " + r.Span + " Edition 2, issued 3 Apr 2025"; i > 0 && !strings.Contains(page, head) {
			t.Errorf("page %d lacks its head: %.120s", i+1, page)
		}
	}
	if draft := read(t, written(t, reporttest.Monthly("en"))); !strings.Contains(draft[0], "Draft, not issued") || !strings.Contains(draft[2], "Draft, not issued") {
		t.Error("a draft does not say so on each page")
	}
}

func TestDocument(t *testing.T) {
	r := reporttest.Issued("en")
	content := written(t, r)
	told := asked(t, content, "pdfinfo")
	for _, want := range []string{"Title: Monthly report, 1 Mar 2025 to 31 Mar 2025", "Author: Main Library", "Subject: Edition 2, issued 3 Apr 2025", "595.28 x 841.89 pts (A4)"} {
		if !strings.Contains(strings.Join(strings.Fields(told), " "), want) {
			t.Errorf("the document does not say %q:\n%s", want, told)
		}
	}
	if !bytes.Contains(content, []byte("/Lang (en)")) {
		t.Error("the document does not name its language")
	}
	if got, want := bytes.Count(content, []byte("/Title ")), 1+len(r.Sections)+2+len(r.Definitions); got != want {
		t.Errorf("%d titles, want %d: one of the document, and a bookmark for each section, part and definition", got, want)
	}
	r.Spec.Paper = report.Letter
	if told := asked(t, written(t, r), "pdfinfo"); !strings.Contains(told, "612 x 792 pts (letter)") {
		t.Errorf("Letter is not Letter:\n%s", told)
	}
	if _, err := exec.LookPath("qpdf"); err == nil {
		asked(t, content, "qpdf", "--check")
	}
}

// The same report gives the same bytes, whenever it is written; another edition gives others.
func TestSameBytes(t *testing.T) {
	first := written(t, reporttest.Issued("en"))
	for range 3 {
		if !bytes.Equal(first, written(t, reporttest.Issued("en"))) {
			t.Fatal("the same report gave other bytes")
		}
	}
	other := reporttest.Issued("en")
	other.Edition.Number = 3
	if bytes.Equal(first, written(t, other)) {
		t.Error("another edition gave the same bytes")
	}
	unmade := reporttest.Issued("en")
	unmade.MadeAt = time.Time{}
	if got := written(t, unmade); !bytes.Contains(got, []byte("19700101")) {
		t.Error("a report without a time of making is dated by the clock")
	}
}

func TestPortuguese(t *testing.T) {
	all := strings.Join(read(t, written(t, reporttest.Monthly("pt-BR"))), " ")
	for _, want := range []string{"Rascunho, não emitido", "com a mesma", "provisório", "Sobre este relatório", "Definições", "Página 1 de", "Dados até 2 de abr. de 2025 · geração 7", "Esta definição está em inglês.", "81,4%"} {
		if !strings.Contains(all, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
}

func only(tables ...report.Table) *report.Report {
	r := reporttest.Monthly("en")
	r.Definitions = nil
	r.Sections = []report.Section{{ID: "only", Title: "Only", Question: "What?", Tables: tables}}
	return r
}

// Every row of a long table is there once, below a heading on each page, and none of them stands alone.
func TestLongTable(t *testing.T) {
	for _, columns := range []int{2, 5, 20} {
		pages := read(t, written(t, only(long(1000, columns))))
		row := regexp.MustCompile(`row-\d{4}`)
		seen := map[string]int{}
		for i, page := range pages {
			rows := row.FindAllString(page, -1)
			for _, found := range rows {
				seen[found]++
			}
			if len(rows) > 0 && !strings.Contains(page, "Column 0") {
				t.Errorf("%d columns: page %d has no heading", columns, i+1)
			}
			if len(rows) > 0 && len(rows) < 3 {
				t.Errorf("%d columns: page %d has %d rows", columns, i+1, len(rows))
			}
		}
		if len(seen) != 1000 {
			t.Errorf("%d columns: %d rows, want 1000", columns, len(seen))
		}
		for found, times := range seen {
			if times != 1 {
				t.Errorf("%d columns: %s stands there %d times", columns, found, times)
			}
		}
	}
}

// A table of many columns lies, or comes in parts that hold every value.
func TestWideTable(t *testing.T) {
	for _, test := range []struct{ rows, columns int }{{30, 20}, {6, 20}, {5, 60}, {40, 60}} {
		all := strings.Join(read(t, written(t, only(long(test.rows, test.columns)))), " ")
		words := map[string]bool{}
		for _, word := range strings.Fields(all) {
			words[word] = true
		}
		for i := range test.rows {
			for k := 1; k < test.columns; k++ {
				if value := 1000*k + i; !words[locale.Find("en").Count(float64(value))] {
					t.Fatalf("%d × %d: %d is not there", test.rows, test.columns, value)
				}
			}
		}
	}
}

// Keys of groups are written once, a total stands last, and what is provisional says so: each row, or all of them at once.
func TestTables(t *testing.T) {
	table := report.Table{ID: "t", Title: "Table", N: "n 10", Keys: 2, Total: true, Notes: []string{"A note below."},
		Columns: []queries.Column{{Name: "role", Type: queries.Text, Label: "Role"}, {Name: "kind", Type: queries.Text, Label: "Kind"}, {Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Number"}, {Name: "moved", Type: queries.Double, Unit: queries.Share, Label: "Change", IsChange: true}},
		Rows:    [][]any{{"Borrowing", "Loans", int64(1234), 0.5}, {"Borrowing", "Copies", int64(2), -0.01}, {"Lending", "Loans", nil, nil}, {"All", nil, int64(1236), nil}},
		// The second row moves still.
		Provisional: []bool{false, true, false, false},
	}
	all := strings.Join(read(t, written(t, only(table))), " ")
	if got := strings.Count(all, "Borrowing"); got != 1 {
		t.Errorf("Borrowing stands there %d times", got)
	}
	if want := "Borrowing Loans 1,234 +50.0 pts Copies provisional 2 −1.0 pts Lending Loans – – All 1,236 – A note below."; !strings.Contains(all, want) {
		t.Errorf("the table reads %s", all)
	}
	table.Provisional = []bool{true, true, true, true}
	if all = strings.Join(read(t, written(t, only(table))), " "); !strings.Contains(all, "n 10 · all rows are provisional") || strings.Contains(all, "Copies provisional") {
		t.Errorf("all rows are provisional, and it reads %s", all)
	}
	table.Rows, table.Provisional = nil, nil
	if all = strings.Join(read(t, written(t, only(table))), " "); !strings.Contains(all, "No rows.") {
		t.Errorf("an empty table reads %s", all)
	}
}

// A figure that may still move says so, and is neither better nor worse.
func TestTiles(t *testing.T) {
	column := queries.Column{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate", Better: "higher"}
	r := only()
	r.Sections[0].Tiles = []report.Tile{
		{ID: "a", Label: "Settled", Column: column, Now: number(0.8), Before: number(0.75), LastYear: number(0.9), Note: "n 12"},
		{ID: "b", Label: "Moving", Column: column, Now: number(0.8), Before: number(0.75), Note: "n 13", Provisional: true, SameAge: true},
		{ID: "c", Label: "Missing", Column: column, Before: number(0.75)},
	}
	all := strings.Join(read(t, written(t, r)), " ")
	for _, want := range []string{"Settled 80.0% Feb 2025 75.0%: +5.0 pts, better Mar 2024 90.0%: −10.0 pts, worse n 12", "Moving 80.0% Feb 2025 at the same age 75.0%: +5.0 pts n 13 · provisional", "Missing – Feb 2025 75.0%"} {
		if !strings.Contains(all, want) {
			t.Errorf("the tiles lack %q: %s", want, all)
		}
	}
	r.Spec.Kind = report.Annual
	if all := strings.Join(read(t, written(t, r)), " "); !strings.Contains(all, "2024/25 75.0%") || strings.Contains(all, "90.0%") {
		t.Errorf("the tiles of a year: %s", all)
	}
}

// Whatever a name holds, a PDF comes of it, and each hostile name stays within its cell.
func TestHostileText(t *testing.T) {
	names := append([]string{strings.Repeat("x", 10_000), strings.Repeat("word ", 2000), "\x00\x07\x1b[31m", "\u202eevil\u202c", "שלום עולם (12)", "مرحبا", "👩‍👩‍👧 😀", "図書館", "\xff\xfe", strings.Repeat("\u0301", 300), ")) endstream endobj", `\)(`}, reporttest.Hostile...)
	r := reporttest.Issued("en")
	r.Library, r.Title, r.Span = strings.Join(names, " "), strings.Join(names, " "), strings.Join(names, " ")
	r.Sentences, r.Provisional = names, strings.Join(names, "\n")
	for _, name := range names {
		r.About = append(r.About, report.Pair{Head: name, Text: name})
		r.Definitions = append(r.Definitions, report.Definition{ID: "x", Title: name, Markdown: name + "\n\n- " + name + "\n\n| " + name + " |\n|---|\n| a |", Language: name})
		table := long(3, 3)
		table.Title, table.N, table.Notes, table.Columns[1].Label = name, name, []string{name}, name
		table.Rows[1][0] = name
		r.Sections = append(r.Sections, report.Section{ID: "h", Title: name, Question: name, Empty: name, Notes: []string{name}, Tables: []report.Table{table},
			Tiles:   []report.Tile{{ID: "h", Label: name, Note: name, Column: table.Columns[1], Now: number(1e18)}},
			Figures: []report.Figure{{ID: "h", Title: name, N: name, Height: 100_000, SVG: []byte(`<svg width="720" height="100000"><text x="5" y="5">` + "שלום 😀" + `</text></svg>`)}, {ID: "n", Title: name, Description: name}}})
	}
	all := strings.Join(read(t, written(t, r)), " ")
	for _, want := range []string{")) endstream endobj", "@SUM(1+1)*cmd", "ünïcödé □□□ □"} {
		if !strings.Contains(all, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
	if strings.ContainsAny(all, "\u202e\x07") {
		t.Error("a control reached the text")
	}
}

// Rows that are not as the columns say do no harm.
func TestRaggedRows(t *testing.T) {
	table := long(4, 3)
	table.Rows[1], table.Rows[2], table.Provisional, table.Codes = table.Rows[1][:1], append(table.Rows[2], "more"), []bool{true}, nil
	table.Keys = 9
	written(t, only(table, report.Table{ID: "none"}, report.Table{ID: "bare", Columns: table.Columns}))
	r := &report.Report{Words: locale.Find("en")}
	if pages := read(t, written(t, r)); len(pages) != 1 {
		t.Errorf("an empty report has %d pages", len(pages))
	}
}

// A drawing that is none is an error that names the section and the figure.
func TestBrokenDrawing(t *testing.T) {
	r := reporttest.Monthly("en")
	r.Sections[1].Figures[0].SVG = []byte("<svg")
	err := pdf.Write(&bytes.Buffer{}, r)
	if err == nil || !strings.Contains(err.Error(), r.Sections[1].Title) || !strings.Contains(err.Error(), r.Sections[1].Figures[0].Title) {
		t.Errorf("the error is %v", err)
	}
}

// The fonts have every letter of our own definitions and words.
func TestFontsHaveOurWords(t *testing.T) {
	for _, words := range locale.All() {
		r := only()
		r.Words = words
		r.Sections = nil
		for _, metric := range catalog.All() {
			text, tag := words.Definition(metric.ID, metric.Doc)
			r.Definitions = append(r.Definitions, report.Definition{ID: metric.ID, Title: words.Of(metric.Title), Markdown: text, Language: tag})
		}
		for _, key := range words.Keys() {
			r.About = append(r.About, report.Pair{Head: "key", Text: words.Text(key)})
		}
		all := strings.Join(read(t, written(t, r)), " ")
		lacking, _, _ := strings.Cut(words.Say("pdf.lacking", "□"), " ")
		if got := strings.Count(all, lacking); got > 0 {
			t.Errorf("%s: %d letters are lacking", words.Tag, got)
		}
	}
}

// A heading never stands at the foot of a page, apart from what follows.
func TestHeadingsAreNotAlone(t *testing.T) {
	for height := 10; height < 700; height += 23 {
		r := only()
		r.Definitions = nil
		table := long(4, 3)
		r.Sections = []report.Section{
			{ID: "first", Title: "First", Figures: []report.Figure{{ID: "f", Title: "Figure", Height: height, SVG: []byte(`<svg width="720" height="` + strconv.Itoa(height) + `"></svg>`)}}},
			{ID: "second", Title: "Heading-2", Question: "Question-2", Tables: []report.Table{table}},
			{ID: "third", Title: "Heading-3", Question: "Question-3", Figures: []report.Figure{{ID: "f", Title: "Title-3", Height: 300, SVG: []byte(`<svg width="720" height="300"><text x="9" y="9">drawn-3</text></svg>`)}}},
		}
		for i, page := range read(t, written(t, r)) {
			for heading, what := range map[string]string{"Heading-2": "row-0002", "Heading-3": "drawn-3", "Title-3": "drawn-3"} {
				if strings.Contains(page, heading) && !strings.Contains(page, what) {
					t.Errorf("a figure of %d: page %d has %s without %s", height, i+1, heading, what)
				}
			}
		}
	}
}
