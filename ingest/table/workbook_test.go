package table

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

const real = "../../../shared/data/open_ill_library/"

func realFile(t testing.TB, name string) string {
	t.Helper()
	path := real + name
	if _, err := os.Stat(path); err != nil {
		t.Skip("the open_ill_library workbooks are not beside this checkout")
	}
	return path
}

const (
	borrowing = "Pacific_Borrowing_articles_2016_2017_filled_and_cancelled.xlsx"
	lending   = "Pacific_Lending_Articles_2016_2017_Filled_and_Cancelled_or_Conditionaled.xlsx"
)

// The counts are those of the data set's own README.
func TestRealWorkbooks(t *testing.T) {
	for _, tc := range []struct {
		file, sheet string
		rows, width int
		headed      bool
	}{
		{borrowing, "BORROWING FILLED FY 16 17", 2999, 27, true},
		{borrowing, "BORROWING CANCELLED FY 16 17", 215, 26, true},
		{borrowing, "Pacific_Borrowing_Sample", 262, 23, true},
		{lending, "Requests Filled", 9557, 15, true},
		{lending, "Requests Cancelled", 2520, 23, false}, // its first row is taken for the heading
		{lending, "Pacific_Lending_Sample", 280, 16, true},
	} {
		f := open(t, realFile(t, tc.file), Options{Sheet: tc.sheet})
		tab := f.Tables[0]
		rows := read(t, tab)
		n := len(rows)
		if !tc.headed {
			n++
		}
		if f.Format != "xlsx" || len(f.Tables) != 1 || tab.Name != tc.sheet || n != tc.rows || len(tab.Heading) != tc.width || tab.HeadingLine != 1 || len(f.AllNotes()) > 0 {
			t.Errorf("%s: %s, %d rows, %d columns, heading in line %d, notes %q", tc.sheet, f.Format, n, len(tab.Heading), tab.HeadingLine, f.AllNotes())
		}
	}

	f := open(t, realFile(t, lending), Options{Sheet: "Requests Cancelled", Columns: strings.Split("ABCDEFGHIJKLMNOPQRSTUVW", "")})
	if rows := read(t, f.Tables[0]); len(rows) != 2520 || f.Tables[0].HeadingLine != 0 || !strings.HasPrefix(rows[0], "1: 318128|") {
		t.Error(len(rows), "rows with headings given")
	}
}

// Cell by cell as excelize reads it, an independent reader of the same format.
func TestAgainstExcelize(t *testing.T) {
	for _, name := range []string{borrowing, lending} {
		path := realFile(t, name)
		f := open(t, path, Options{Columns: make([]string, 40)})
		x, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		for _, tab := range f.Tables {
			want, err := x.GetRows(tab.Name, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			seen := 0
			err = eachRow(tab, func(r Row) {
				seen++
				line := make([]string, len(r.Cells))
				copy(line, want[r.Line-1])
				for i, cell := range r.Cells {
					w := line[i]
					switch cell.Kind {
					case Time: // compared as a number: excelize gives the serial
						if fmt.Sprint(cell.Number) != strings.TrimSuffix(w, ".0") {
							t.Errorf("%s row %d column %d: serial %v, want %s", tab.Name, r.Line, i+1, cell.Number, w)
						}
						continue
					case Number:
						w = strings.TrimSuffix(w, ".0")
					}
					if string(cell.Text) != w {
						t.Errorf("%s row %d column %d differs", tab.Name, r.Line, i+1)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			filled := 0
			for _, row := range want {
				if strings.Join(row, "") != "" {
					filled++
				}
			}
			if seen != filled {
				t.Errorf("%s: %d rows, want %d", tab.Name, seen, filled)
			}
		}
	}
}

// The data set's README gives mean and median of lending response times.
func TestRealDates(t *testing.T) {
	f := open(t, realFile(t, lending), Options{Sheet: "Requests Filled"})
	tab := f.Tables[0]
	created, done := -1, -1
	for i, h := range tab.Heading {
		switch h {
		case "Creation Date":
			created = i
		case "Transaction Date":
			done = i
		}
	}
	if created < 0 || done < 0 {
		t.Fatal(tab.Heading)
	}
	var hours float64
	var each []float64
	eachRow(tab, func(r Row) {
		a, ra := ParseDate(r.Cells[created].Text, r.Cells[created].Kind, r.Cells[created].Number, Unknown)
		b, rb := ParseDate(r.Cells[done].Text, r.Cells[done].Kind, r.Cells[done].Number, Unknown)
		if ra != OK || rb != OK {
			t.Errorf("row %d: results %d and %d", r.Line, ra, rb)
		}
		if text, result := ParseDate(r.Cells[done].Text, Text, 0, Unknown); result != OK || text.Local != b.Local {
			t.Errorf("row %d: the text of the date reads differently", r.Line)
		}
		h := float64(b.Local-a.Local) / 3600e6
		hours += h
		each = append(each, h)
	})
	slices.Sort(each)
	n := len(each)
	if got := fmt.Sprintf("n = %d, median %.3f, mean %.3f hours", n, each[n/2], hours/float64(n)); got != "n = 9557, median 1.077, mean 8.490 hours" {
		t.Error(got)
	}
}

func eachRow(tab *Table, visit func(Row)) error {
	return tab.Chunks(context.Background(), func(c *Chunk) error {
		defer c.Release()
		return c.Rows(func(r Row) error { visit(r); return nil })
	})
}

// book makes a workbook from cells, with a style where wanted.
func book(t *testing.T, fill func(x *excelize.File)) string {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	fill(x)
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := x.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWorkbookCells(t *testing.T) {
	path := book(t, func(x *excelize.File) {
		x.SetSheetRow("Sheet1", "A1", &[]any{"Requests of 2016"})
		x.SetSheetRow("Sheet1", "B3", &[]any{"id", " when ", "", "custom", "flag", "text", "elapsed", "rich"})
		when := time.Date(2016, 7, 1, 17, 38, 3, 264e6, time.UTC)
		x.SetSheetRow("Sheet1", "B4", &[]any{314832, when, 1.5, 42552.25, true, "a & <b>\n\"c\"", 0.5, ""})
		red := `[Red]"days" 0.00`
		date := `[$-409]d-mmm-yy;@`
		elapsed := `[h]:mm`
		for cell, format := range map[string]*string{"D4": &red, "E4": &date, "H4": &elapsed, "E5": &date} {
			style, err := x.NewStyle(&excelize.Style{CustomNumFmt: format})
			if err != nil {
				t.Fatal(err)
			}
			x.SetCellStyle("Sheet1", cell, cell, style)
		}
		x.SetCellRichText("Sheet1", "I4", []excelize.RichTextRun{{Text: "bold ", Font: &excelize.Font{Bold: true}}, {Text: "& plain"}})
		x.SetCellValue("Sheet1", "C7", "after two empty rows")
		x.SetCellValue("Sheet1", "AC7", "stray")
		x.SetCellFormula("Sheet1", "B7", "1/0")
		x.NewSheet("Empty")
		x.NewSheet("Second")
		x.SetSheetRow("Second", "A1", &[]any{"id", "n"})
		x.SetSheetVisible("Second", false)
	})
	f := open(t, path, Options{})
	var names []string
	for _, tab := range f.Tables {
		names = append(names, fmt.Sprintf("%s %d", tab.Name, len(tab.Heading)))
	}
	if d := cmp.Diff([]string{"Sheet1 9", "Empty 0", "Second 2"}, names); d != "" {
		t.Error(d)
	}
	tab := f.Tables[0]
	if d := cmp.Diff([]string{"", "id", "when", "", "custom", "flag", "text", "elapsed", "rich"}, tab.Heading); d != "" {
		t.Error(d)
	}
	want := []string{
		"4: |314832|2016-07-01T17:38:03.264|1.5|2016-07-01T06:00:00.000|true|a & <b>\n\"c\"|0.5|bold & plain",
		"7: ||after two empty rows||||||",
	}
	if d := cmp.Diff(want, read(t, tab)); d != "" {
		t.Error(d)
	}
	kinds := ""
	eachRow(tab, func(r Row) {
		for _, cell := range r.Cells {
			kinds += fmt.Sprint(cell.Kind)
		}
	})
	if kinds != "012123010"+"000000000" {
		t.Error("kinds", kinds)
	}
	if d := cmp.Diff([]string{`sheet "Second" is hidden in the workbook`, `1 title line was above the heading of sheet "Sheet1" skipped`, `sheet "Sheet1": column AC has values but no heading; it was ignored`}, f.AllNotes()); d != "" {
		t.Error(d)
	}
	if len(read(t, f.Tables[1]))+len(read(t, f.Tables[2])) > 0 {
		t.Error("rows in sheets without any")
	}
}

// parts is a workbook written by hand, as other programs write it.
func parts(t *testing.T, sheet, shared string, change map[string]string) string {
	t.Helper()
	all := map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"_rels/.rels":                `<Relationships><Relationship Id="r" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/xl/Workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="x/styles" Target="styles.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml":   sheet,
		"xl/sharedStrings.xml":       shared,
	}
	for k, v := range change {
		if all[k] = v; v == "" {
			delete(all, k)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	z.Close()
	return write(t, b.String())
}

func TestForeignWorkbooks(t *testing.T) {
	const strs = `<sst><si><t>id</t></si><si><r><t xml:space="preserve">sta</t></r><r><rPr/><t>tus</t></r><rPh><t>x</t></rPh></si><si><t/></si><si/><si><t><![CDATA[a <b>]]> &amp; &#233;&#xe9;</t></si></sst>`
	// A namespace prefix, no references, inline and rich text, errors, results of formulas.
	path := parts(t, `<?xml version="1.0"?><x:worksheet><x:sheetData>`+
		`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="inlineStr"><x:is><x:r><x:t>wh</x:t></x:r><x:r><x:t>e</x:t></x:r><x:r><x:t>n</x:t></x:r></x:is></x:c></x:row>`+
		`<x:row/>`+
		`<x:row><x:c><x:v>1.0E2</x:v></x:c><x:c t="s"><x:v>4</x:v></x:c><x:c s="1"><x:f>A1&gt;2</x:f><x:v>42552.5</x:v></x:c></x:row>`+
		`<x:row><x:c t="str"><x:f/><x:v>a_x000D_b_x005F_x000D_</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>`+
		`<x:row><x:c t="b"><x:v>0</x:v></x:c><x:c t="d"><x:v>2016-07-01</x:v></x:c><x:c s="1"><x:v>12</x:v></x:c></x:row>`+
		`</x:sheetData></x:worksheet>`, strs, nil)
	f := open(t, path, Options{})
	if d := cmp.Diff([]string{"id", "status", "when"}, f.Tables[0].Heading); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"3: 100|a <b> & éé|2016-07-01T12:00:00.000", "4: a\rb_x000D_||", "5: false|2016-07-01|12"}, read(t, f.Tables[0])); d != "" {
		t.Error(d)
	}

	// The 1904 calendar of old Macintosh workbooks; references out of step.
	path = parts(t, `<worksheet><sheetData><row r="5"><c r="B5" t="s"><v>0</v></c><c r="D5" t="s"><v>1</v></c></row><row r="9"><c r="D9" s="1"><v>41090.5</v></c></row></sheetData></worksheet>`, strs,
		map[string]string{"xl/workbook.xml": `<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`})
	f = open(t, path, Options{})
	if d := cmp.Diff([]string{"9: |||2016-07-01T12:00:00.000"}, read(t, f.Tables[0])); d != "" || f.Tables[0].HeadingLine != 5 {
		t.Error(d, f.Tables[0].HeadingLine)
	}

	// UTF-16 inside.
	path = parts(t, utf16Text("\ufeff<?xml version=\"1.0\" encoding=\"UTF-16\"?><worksheet><sheetData><row><c t=\"inlineStr\"><is><t>ä</t></is></c><c t=\"inlineStr\"><is><t>b</t></is></c></row></sheetData></worksheet>", false), strs, nil)
	if h := open(t, path, Options{}).Tables[0].Heading; len(h) != 2 || h[0] != "ä" {
		t.Error(h)
	}
}

func TestRefusedWorkbooks(t *testing.T) {
	good := `<worksheet><sheetData><row><c t="s"><v>0</v></c><c><v>1</v></c></row></sheetData></worksheet>`
	strs := `<sst><si><t>id</t></si></sst>`
	locked := filepath.Join(t.TempDir(), "locked.xlsx")
	x := excelize.NewFile()
	if err := x.SaveAs(locked, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504)
	cut, err := os.ReadFile(parts(t, good, strs, nil))
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.ReplaceAll(cut, []byte("xl/worksheets/sheet1.xml"), []byte("xl/worksheets/sheet2.xml"))
	big := `<worksheet><sheetData>` + strings.Repeat(" ", 100<<20) + `</sheetData></worksheet>`
	for _, tc := range []struct {
		name, path string
		opt        Options
		want       string
	}{
		{"password", locked, Options{}, "PATH: the workbook is protected by a password; open it in Excel, remove the password (File › Info › Protect Workbook), save it and load it again"},
		{"old binary", write(t, ole+utf16Text("Workbook", false)), Options{}, "PATH: this is a workbook of the old binary kind (.xls); open it in Excel and save it as .xlsx or CSV"},
		{"old document", write(t, ole+utf16Text("WordDocument", false)), Options{}, "PATH: this is an old Office document, not a workbook; give the CSV, Excel or JSON file that the system exported"},
		{"cut short", write(t, string(cut[:len(cut)/2])), Options{}, "PATH: the workbook is damaged or was cut short (its zip directory cannot be read); copy or export it again"},
		{"sheet missing", write(t, string(damaged)), Options{}, "PATH, sheet \"S\": the workbook is damaged: this sheet is missing from it; open it in Excel, save it and load it again"},
		{"plain zip", parts(t, good, strs, map[string]string{"xl/workbook.xml": "", "_rels/.rels": ""}), Options{}, "PATH: this is a zip archive, not a workbook; unpack it and give the files in it"},
		{"OpenDocument", parts(t, good, strs, map[string]string{"xl/workbook.xml": "", "_rels/.rels": "", "content.xml": "<x/>"}), Options{}, "PATH: this is an OpenDocument file; open it and save it as .xlsx or CSV"},
		{"binary workbook", parts(t, good, strs, map[string]string{"xl/workbook.xml": "", "_rels/.rels": "", "xl/workbook.bin": "x"}), Options{}, "PATH: this is a binary workbook (.xlsb); open it in Excel and save it as .xlsx or CSV"},
		{"no such sheet", parts(t, good, strs, nil), Options{Sheet: "T"}, "PATH: there is no sheet named T; its sheets are S"},
		{"no rows", parts(t, `<worksheet><sheetData/></worksheet>`, strs, nil), Options{}, "PATH: there are no rows in the workbook; export it again"},
		{"text missing", parts(t, strings.Replace(good, "<v>0<", "<v>7<", 1), strs, nil), Options{}, "PATH, sheet \"S\": the workbook is damaged: a cell names a text that is not in it; open it in Excel, save it and load it again"},
		{"sheet cut", parts(t, good[:len(good)-30], strs, nil), Options{}, "PATH, sheet \"S\": the sheet ends before its rows do; the workbook was damaged or cut short – open it in Excel, save it and load it again"},
		{"bad XML", parts(t, good, strs, map[string]string{"xl/workbook.xml": "<workbook><sheets>"}), Options{}, "PATH: the workbook is damaged; open it in Excel, save it and load it again"},
		{"too large", parts(t, good, strs, nil), Options{MaxUncompressed: 50}, "PATH: a part of the workbook unfolds to more than the largest size allowed; export it as CSV or in smaller pieces"},
		{"zip bomb", parts(t, big, strs, nil), Options{}, "PATH, sheet \"S\": the workbook is packed so tightly that it looks like a zip bomb; if you trust it, open it in Excel and save it as CSV"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := Open(tc.path, tc.opt)
			if err == nil {
				_, err = tryRead(f.Tables[0])
				f.Close()
			}
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if got := strings.ReplaceAll(err.Error(), tc.path, "PATH"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// The directory of a zip file may lie about sizes; what is read counts.
func TestLyingZip(t *testing.T) {
	sheet := `<worksheet><sheetData>` + strings.Repeat(" ", 100<<20) + `</sheetData></worksheet>`
	b, err := os.ReadFile(parts(t, sheet, `<sst/>`, nil))
	if err != nil {
		t.Fatal(err)
	}
	// In the central directory the uncompressed size stands 22 bytes before the name.
	at := bytes.LastIndex(b, []byte("xl/worksheets/sheet1.xml")) - 22
	copy(b[at:], []byte{100, 0, 0, 0})
	f, err := Open(write(t, string(b)), Options{})
	if err == nil {
		f.Close()
		t.Fatal("opened")
	}
	if !strings.Contains(err.Error(), "zip bomb") && !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
}

func TestDateFormat(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "0.00": false, "#,##0.00;[Red]-#,##0.00": false, `"days" 0`: false, `0\d`: false, "@": false, "[Red]0": false, "[$-409]0.0": false, "0.00E+00": false, "_d0": false, `[$USD] 0.00`: false, `0;"y"`: false,
		"m/d/yyyy": true, "yyyy\\-mm\\-dd": true, "[h]:mm": true, "[mm]:ss": true, "[$-F800]dddd, mmmm dd, yyyy": true, "h:mm AM/PM": true, "[DBNum1]yyyy年": true, "DD.MM.YY": true,
	} {
		if got := dateFormat(code); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestColumns(t *testing.T) {
	for name, want := range map[string]int{"A1": 0, "Z9": 25, "AA10": 26, "XFD1048576": 16383} {
		got, ok := columnOf([]byte(name))
		if !ok || got != want || !strings.HasPrefix(name, columnName(got)) {
			t.Error(name, got, ok, columnName(got))
		}
	}
	for _, bad := range []string{"", "1", "ABCD1", "A$1"} {
		if got, ok := columnOf([]byte(bad)); ok {
			t.Error(bad, got)
		}
	}
}

func BenchmarkWorkbook(b *testing.B) {
	path := realFile(b, lending)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			f, err := Open(path, Options{Sheet: "Requests Filled"})
			if err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	})
	b.Run("open and read", func(b *testing.B) {
		for b.Loop() {
			f, err := Open(path, Options{Sheet: "Requests Filled"})
			if err != nil {
				b.Fatal(err)
			}
			if err := eachRow(f.Tables[0], func(Row) {}); err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	})
	b.Run("excelize", func(b *testing.B) {
		for b.Loop() {
			x, err := excelize.OpenFile(path)
			if err != nil {
				b.Fatal(err)
			}
			rows, err := x.Rows("Requests Filled")
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
					b.Fatal(err)
				}
			}
			rows.Close()
			x.Close()
		}
	})
	b.Run("rows", func(b *testing.B) { benchmarkRows(b, open(b, path, Options{Sheet: "Requests Filled"})) })
}

// FuzzSheet reads damaged XML of a sheet and of shared strings without panicking.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(`<row r="2"><c r="B2" s="1" t="s"><v>0</v></c><c><f>x</f><v>42552.5</v></c></row>`))
	f.Add([]byte(`<row><c t="inlineStr"><is><r><t>a &amp; b</t></r><t><![CDATA[x]]></t></is></c></row><si><t>_x000D_</t></si>`))
	f.Add([]byte("<row r=\"9\"><c t='b'"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &workbook{file: &File{}, dates: []bool{false, true}}
		w.strings.add(b, nil)
		cut := &sheetCut{state: inData, endRow: []byte("</row>"), row: 1}
		c := &Chunk{table: &Table{file: w.file, format: &sheet{book: w}, width: 3}, buf: b}
		c.FirstLine = cut.first(b, b)
		c.Rows(func(r Row) error {
			if len(r.Cells) != 3 {
				t.Error(len(r.Cells))
			}
			return nil
		})
	})
}
