package sheets

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries"
)

func written(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(t *testing.T, content []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	return book
}

// sheetsOf gives the report's tables by the names of their sheets, which stand in the report's order.
func sheetsOf(t *testing.T, book *excelize.File, r *report.Report) map[string]*report.Table {
	t.Helper()
	list := book.GetSheetList()[1:]
	tables := map[string]*report.Table{}
	for i := range r.Sections {
		for k := range r.Sections[i].Tables {
			tables[list[0]] = &r.Sections[i].Tables[k]
			list = list[1:]
		}
	}
	if len(list) != 2 {
		t.Fatalf("%v are left over", list)
	}
	return tables
}

func raw(t *testing.T, book *excelize.File, sheet string, column, row int) (string, excelize.CellType) {
	t.Helper()
	kind, err := book.GetCellType(sheet, at(column, row))
	if err != nil {
		t.Fatal(err)
	}
	text, err := book.GetCellValue(sheet, at(column, row), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return text, kind
}

// Every cell of every table has the report's value in the report's type.
func TestEveryCell(t *testing.T) {
	for _, tag := range []string{"en", "pt-BR"} {
		r := reporttest.Issued(tag)
		book := opened(t, written(t, r))
		for sheet, table := range sheetsOf(t, book, r) {
			for k, c := range table.Columns {
				if got, _ := raw(t, book, sheet, k+1, headRow); got != c.Label {
					t.Errorf("%s: the heading %d is %q and not %q", sheet, k+1, got, c.Label)
				}
			}
			for i, row := range table.Rows {
				for k := range row {
					want := row[k]
					if day, ok := table.Codes[i][k].(time.Time); ok {
						want = day
					}
					got, kind := raw(t, book, sheet, k+1, headRow+1+i)
					if !holds(got, kind, want) {
						t.Errorf("%s, %s of row %d holds %.60q (%d), want %.60v", sheet, table.Columns[k].Name, i+1, got, kind, want)
					}
					if formula, err := book.GetCellFormula(sheet, at(k+1, headRow+1+i)); err != nil || formula != "" {
						t.Errorf("%s, row %d has a formula: %q, %v", sheet, i+1, formula, err)
					}
				}
			}
		}
	}
}

func holds(got string, kind excelize.CellType, want any) bool {
	switch want := want.(type) {
	case nil:
		return got == ""
	case string:
		if strings.HasPrefix(want, "_x0041_") { // written _x005F_x0041_, which excelize reads as A and LibreOffice as it was
			return got == "A"+want[7:]
		}
		return got == clean(want) && (want == "" || kind == excelize.CellTypeSharedString)
	case bool:
		return kind == excelize.CellTypeBool && (got == "1" || got == "TRUE") == want
	case time.Time:
		_, offset := want.Zone()
		days := want.Add(time.Duration(offset)*time.Second).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
		number, err := strconv.ParseFloat(got, 64)
		return err == nil && isNumber(kind) && math.Abs(number-days) < 1e-8
	case int64:
		return isNumber(kind) && got == strconv.FormatInt(want, 10)
	case float64:
		number, err := strconv.ParseFloat(got, 64)
		return err == nil && isNumber(kind) && math.Abs(number-want) <= 1e-12*math.Abs(want)
	}
	return false
}

func isNumber(kind excelize.CellType) bool {
	return kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber
}

// A number looks as its unit asks for, a total is bold, and rows that may still move are filled and marked.
func TestLooks(t *testing.T) {
	r := reporttest.Monthly("en")
	book := opened(t, written(t, r))
	style := func(sheet, cell string) *excelize.Style {
		t.Helper()
		id, err := book.GetCellStyle(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		return style
	}
	for _, c := range []struct{ sheet, cell, shows string }{
		{"Requests", "C5", "402"}, {"Requests", "C8", "1,240"}, {"Requests", "D5", "32.4%"},
		{"Fill rate month by month", "A5", "Mar 2024"}, {"Fill rate month by month", "E5", "+0.3%"},
		{"Turnaround by stage", "D5", "2025-03-31 23:10"}, {"Overdue, borrowing", "C5", "2025-01-01"}, {"Partners", "D6", "1,234.50"}, {"Partners", "H5", "2001"},
		{"Summary", "B11", "1,240"}, {"Summary", "B12", "81.4%"}, {"Summary", "D12", "-2.1 pts"},
	} {
		if got, err := book.GetCellValue(c.sheet, c.cell); err != nil || got != c.shows {
			t.Errorf("%s!%s shows %q (%v), want %q", c.sheet, c.cell, got, err, c.shows)
		}
	}
	if got := style("Turnaround by stage", "C5").CustomNumFmt; got == nil || *got != days {
		t.Errorf("days are shown as %v", got)
	}
	if !style("Requests", "A8").Font.Bold || style("Requests", "A7").Font.Bold {
		t.Error("the total alone should be bold")
	}
	const trend = "Requests month by month"
	if light, plain := style(trend, "A30").Fill, style(trend, "A28").Fill; len(light.Color) != 1 || !strings.HasSuffix(light.Color[0], pale) || len(plain.Color) != 0 {
		t.Errorf("a provisional row is filled %v, another %v", light, plain)
	}
	if got, kind := raw(t, book, trend, 5, 30); kind != excelize.CellTypeBool || got != "1" && got != "TRUE" {
		t.Errorf("the mark of a provisional row is %q", got)
	}
	if got, _ := raw(t, book, trend, 5, 28); got != "" {
		t.Errorf("a row that will not move is marked %q", got)
	}
}

// The filter leaves totals and notes alone, the heading stays in sight and is repeated on paper.
func TestTablesAreSetUp(t *testing.T) {
	for _, paper := range []report.Paper{report.A4, report.Letter} {
		r := reporttest.Monthly("en")
		r.Spec.Paper = paper
		book := opened(t, written(t, r))
		filters, titles := map[string]string{}, map[string]string{}
		for _, name := range book.GetDefinedName() {
			switch name.Name {
			case "_xlnm._FilterDatabase":
				filters[strings.Split(name.RefersTo, "'")[1]] = name.RefersTo
			case "_xlnm.Print_Titles":
				titles[name.Scope] = name.RefersTo
			}
		}
		if got := filters["Requests"]; got != "'Requests'!$A$4:$D$7" {
			t.Errorf("the filter is over %s", got)
		}
		for sheet := range sheetsOf(t, book, r) {
			panes, err := book.GetPanes(sheet)
			if err != nil || !panes.Freeze || panes.YSplit != headRow {
				t.Errorf("%s: %+v, %v", sheet, panes, err)
			}
			if titles[sheet] != "'"+sheet+"'!$4:$4" || filters[sheet] == "" {
				t.Errorf("%s repeats %q and filters %q", sheet, titles[sheet], filters[sheet])
			}
		}
		for _, sheet := range book.GetSheetList() {
			layout, err := book.GetPageLayout(sheet)
			if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || (*layout.Size == 9) != (paper == report.A4) {
				t.Errorf("%s: %+v, %v", sheet, layout, err)
			}
			feet, err := book.GetHeaderFooter(sheet)
			if err != nil || !strings.Contains(feet.OddFooter, "&RPage &P of &N") || !strings.Contains(feet.OddHeader, "&LMonthly report") {
				t.Errorf("%s: %+v, %v", sheet, feet, err)
			}
		}
	}
}

// The first sheet leads to every other one, tables to their definitions, and all of these are there.
func TestLinks(t *testing.T) {
	r := reporttest.Issued("en")
	book := opened(t, written(t, r))
	reached := map[string]bool{}
	for _, sheet := range book.GetSheetList() {
		for row := 1; row < 60; row++ {
			for column := 1; column <= 2; column++ {
				ok, target, err := book.GetCellHyperLink(sheet, at(column, row))
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					continue
				}
				name, cell, _ := strings.Cut(target, "!")
				name = strings.Trim(name, "'")
				if sheet == "Summary" {
					reached[name] = true
				}
				if i, err := book.GetSheetIndex(name); err != nil || i < 0 {
					t.Errorf("%s leads to %s", sheet, target)
				} else if got, _ := book.GetCellValue(name, cell); got == "" {
					t.Errorf("%s leads to the empty %s", sheet, target)
				}
			}
		}
	}
	for _, sheet := range book.GetSheetList()[1:] {
		if !reached[sheet] {
			t.Errorf("the first sheet does not lead to %s", sheet)
		}
	}
	if _, target, _ := book.GetCellHyperLink("Fill rate month by month", "B3"); !strings.HasPrefix(target, "'Definitions'!A") {
		t.Errorf("the definition is at %q", target)
	}
}

var (
	inSeries = regexp.MustCompile(`(?s)<(?:c:)?ser>.*?</(?:c:)?ser>`)
	inRef    = regexp.MustCompile(`(?s)<(?:c:)?(tx|cat|val)>.*?<(?:c:)?f>(.*?)</(?:c:)?f>`)
)

// Every chart is drawn from cells that are there: names of its categories, a name, and as many values, numbers among them.
func TestChartsAreOfCells(t *testing.T) {
	for _, tag := range []string{"en", "pt-BR"} {
		content := written(t, reporttest.Issued(tag))
		book := opened(t, content)
		charts := 0
		for name, text := range parts(t, content) {
			if !strings.HasPrefix(name, "xl/charts/chart") {
				continue
			}
			charts++
			series := inSeries.FindAllString(text, -1)
			if len(series) == 0 {
				t.Errorf("%s draws nothing", name)
			}
			for _, s := range series {
				cells := map[string][]string{}
				for _, ref := range inRef.FindAllStringSubmatch(s, -1) {
					cells[ref[1]] = rangeOf(t, book, ref[2])
				}
				if len(cells["tx"]) != 1 || cells["tx"][0] == "" {
					t.Errorf("%s has a series called %q", name, cells["tx"])
				}
				if n := len(cells["cat"]); n == 0 || n != len(cells["val"]) {
					t.Errorf("%s has %d categories and %d values", name, n, len(cells["val"]))
				}
				numbers := 0
				for i, value := range cells["val"] {
					if cells["cat"][i] == "" {
						t.Errorf("%s has a category without a name", name)
					}
					if value == "" {
						continue
					}
					if _, err := strconv.ParseFloat(value, 64); err != nil {
						t.Errorf("%s draws %q", name, value)
					}
					numbers++
				}
				if numbers == 0 {
					t.Errorf("%s draws a series without a number", name)
				}
			}
		}
		if charts != 6+4 { // every figure but the grid beside its table, and four on the first sheet
			t.Errorf("%d charts", charts)
		}
	}
}

func rangeOf(t *testing.T, book *excelize.File, ref string) []string {
	t.Helper()
	var plain string
	if err := xml.Unmarshal([]byte("<f>"+ref+"</f>"), &plain); err != nil {
		t.Fatal(err)
	}
	sheet, cells, ok := strings.Cut(strings.TrimPrefix(plain, "'"), "'!")
	if !ok {
		t.Fatalf("%s is no range", plain)
	}
	first, last, ok := strings.Cut(strings.ReplaceAll(cells, "$", ""), ":")
	if !ok {
		last = first
	}
	column, from, err := excelize.CellNameToCoordinates(first)
	if err != nil {
		t.Fatal(err)
	}
	_, to, err := excelize.CellNameToCoordinates(last)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for row := from; row <= to; row++ {
		value, _ := raw(t, book, sheet, column, row)
		values = append(values, value)
	}
	return values
}

func parts(t *testing.T, content []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		found[f.Name] = string(text)
	}
	return found
}

// A chart whose series a table has as a column is drawn from that column.
func TestChartsOfColumnsAreDrawnFromTheTable(t *testing.T) {
	for name, text := range parts(t, written(t, reporttest.Monthly("en"))) {
		if strings.HasPrefix(name, "xl/charts/chart") && strings.Contains(text, "How often do patrons get what they ask for?") {
			for _, want := range []string{"Fill rate month by month&#39;!$C$5:$C$17", "Fill rate month by month&#39;!$D$5:$D$17", "Fill rate month by month&#39;!$C$4"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s is not drawn from %s", name, want)
				}
			}
		}
	}
}

// The same report gives the same bytes, and nothing in them is from a clock.
func TestSameBytes(t *testing.T) {
	first := written(t, reporttest.Issued("en"))
	for range 5 {
		if !bytes.Equal(first, written(t, reporttest.Issued("en"))) {
			t.Fatal("the same report gives other bytes")
		}
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Modified.Year() > 1980 {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
	}
	props, err := opened(t, first).GetDocProps()
	if err != nil {
		t.Fatal(err)
	}
	if props.Created != "2025-04-03T13:15:00Z" || props.Modified != props.Created || props.Creator != "Main Library" || props.Language != "en" ||
		props.Title != "Monthly report, 1 Mar 2025 to 31 Mar 2025" || props.Identifier != "monthly-2025-03-edition-2.xlsx" {
		t.Errorf("the properties are %+v", props)
	}
}

func TestNames(t *testing.T) {
	n := names{}
	for _, c := range []struct{ title, want string }{
		{"Requests", "Requests"}, {"requests", "requests 2"}, {"REQUESTS", "REQUESTS 3"},
		{"Requests by role and kind: what came in, and what became of it", "Requests by role and kind…"},
		{"Requests by role and kind: what came in", "Requests by role and kind… 2"},
		{"'quoted' [a] b/c:d*e?", "’quoted’ (a) b-c de"}, {"", "2"}, {"***", "3"}, {"History", "History 2"},
		{strings.Repeat("😀", 40), strings.Repeat("😀", 15) + "…"}, {strings.Repeat("x", 31), strings.Repeat("x", 31)},
	} {
		got := n.take(c.title)
		if got != c.want {
			t.Errorf("%q is called %q, want %q", c.title, got, c.want)
		}
		if length(got) > longestName || strings.ContainsAny(got, `:\/?*[]'`) || !utf8.ValidString(got) {
			t.Errorf("%q can't be a sheet's name", got)
		}
	}
}

// A library may call a report and itself what it likes.
func TestNamesOfReports(t *testing.T) {
	for _, name := range append([]string{strings.Repeat("😀", 400), strings.Repeat("&", 400), "1 &P of &N", strings.Repeat("'", 40)}, reporttest.Hostile...) {
		r := reporttest.Monthly("en")
		r.Title, r.Library, r.Spec.Title = name, name, name
		for i := range r.Sections {
			r.Sections[i].Title, r.Sections[i].Question = name, name
			for k := range r.Sections[i].Tables {
				r.Sections[i].Tables[k].Title = name
			}
			for k := range r.Sections[i].Figures {
				r.Sections[i].Figures[k].Title = name
			}
		}
		book := opened(t, written(t, r))
		if got := len(book.GetSheetList()); got != 11 {
			t.Errorf("%.60q: %d sheets", name, got)
		}
		feet, err := book.GetHeaderFooter("Summary")
		if err != nil || length(feet.OddHeader) > 255 || strings.Contains(strings.ReplaceAll(feet.OddHeader, "&&", ""), "&P") {
			t.Errorf("%.60q: the head of a page is %q, %v", name, feet.OddHeader, err)
		}
	}
}

func TestParagraphs(t *testing.T) {
	var got []string
	for _, p := range paragraphs("# Fill rate\n\nFilled, of **those**\nfilled or `unfilled`.\n\n- [one](https://example.org)\n- two\n  more\n\n| case | counts |\n|---|---|\n| cancelled | no |\n") {
		got = append(got, p.text)
	}
	want := "Fill rate/Filled, of those filled or unfilled./• one (https://example.org)/• two more/case · counts/cancelled · no"
	if strings.ReplaceAll(strings.Join(got, "/"), "  ", " ") != want {
		t.Errorf("%q\nwant\n%q", strings.Join(got, "/"), want)
	}
}

// Reports of nothing, and of empty tables, are workbooks too.
func TestEmpty(t *testing.T) {
	r := reporttest.Monthly("en")
	r.Sections = []report.Section{{ID: "a", Title: "A", Tables: []report.Table{{ID: "a", Title: "A", Columns: []queries.Column{{Name: "n", Type: queries.Integer, Label: "n"}}}}}, {ID: "b", Title: "B", Empty: "Nothing."}}
	if got := len(opened(t, written(t, r)).GetSheetList()); got != 4 {
		t.Errorf("%d sheets", got)
	}
	if got := len(opened(t, written(t, &report.Report{Words: locale.All()[0]})).GetSheetList()); got != 3 {
		t.Errorf("%d sheets of an empty report", got)
	}
}
