// Package sheets writes a report as a workbook: a summary with charts, a sheet for each table, what the report is, and the
// definitions. Numbers are numbers in their unit's format, text is text and never a formula, charts are a spreadsheet's own
// and drawn from cells. The same report gives the same bytes.
package sheets

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/export"
)

// book is the workbook while it is written. The first error stays in err, and nothing is written after it.
type book struct {
	file   *excelize.File
	report *report.Report
	words  *locale.Words
	styles map[look]int
	names  names
	err    error
}

// look is how a cell looks; each has one style of the workbook.
type look struct {
	format   string // of numbers; empty: General
	size     float64
	bold     bool
	wrap     bool
	muted    bool
	link     bool
	head     bool // of a table: filled, a line below
	light    bool // a provisional row
	total    bool // a line above
	indent   bool // a little room at the left: text beside the numbers of the column before
	position string
}

// Write writes the report as a workbook (XLSX).
func Write(w io.Writer, r *report.Report) error {
	b := &book{file: excelize.NewFile(), report: r, words: r.Words, styles: map[look]int{}, names: names{}}
	defer func() { _ = b.file.Close() }() // it holds no files
	summary := b.names.take(b.words.Text("files.summary"))
	b.try(b.file.SetSheetName("Sheet1", summary))

	var tables []*tableSheet
	for i := range r.Sections {
		for k := range r.Sections[i].Tables {
			section, table := &r.Sections[i], &r.Sections[i].Tables[k]
			tables = append(tables, &tableSheet{book: b, section: section, table: table, name: b.names.take(b.titleOf(section, table))})
		}
	}
	about, definitions := b.names.take(b.words.Text("files.about")), b.names.take(b.words.Text("files.definitions"))
	for _, t := range tables {
		b.newSheet(t.name)
	}
	b.newSheet(about)
	b.newSheet(definitions)

	anchors := b.writeDefinitions(definitions)
	for _, t := range tables {
		t.summary, t.definition = summary, anchors[t.table.Metric]
		t.write()
	}
	b.writeSummary(summary, tables, about, definitions)
	b.writeAbout(about, tables)
	b.properties()
	if b.err != nil {
		return fmt.Errorf("writing the workbook %s: %w", r.FileName("xlsx"), b.err)
	}
	return pack(w, b.file)
}

// titleOf names a table's sheet: its title, or the section's with what the title tells apart (Fill rate, Lending) where the
// title is too long.
func (b *book) titleOf(section *report.Section, table *report.Table) string {
	if length(table.Title) <= longestName || section.Title == "" {
		return table.Title
	}
	if first, _, ok := strings.Cut(table.Title, ": "); ok && length(section.Title+", "+first) <= longestName && len(section.Tables) > 1 {
		return section.Title + ", " + first
	}
	return section.Title
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) newSheet(name string) {
	_, err := b.file.NewSheet(name)
	b.try(err)
}

// properties describe the workbook; its dates are those of the report, so that it has no clock of its own.
func (b *book) properties() {
	r, at := b.report, b.report.MadeAt.UTC().Format(time.RFC3339)
	b.try(b.file.SetDocProps(&excelize.DocProperties{
		Title: clean(r.Title + ", " + r.Span), Subject: clean(r.Library), Creator: clean(r.Library), LastModifiedBy: clean(r.Library),
		Language: r.Words.Tag, Created: at, Modified: at, Identifier: r.FileName("xlsx"), Description: clean(b.state()),
	}))
	b.try(b.file.SetAppProps(&excelize.AppProperties{Application: "Fillrate", DocSecurity: 0}))
	b.file.SetActiveSheet(0)
}

// state says whether the report was issued.
func (b *book) state() string {
	if e := b.report.Edition; e != nil {
		return b.words.Say("files.edition", fmt.Sprint(e.Number), b.words.Date(e.IssuedAt))
	}
	return b.words.Text("files.draft")
}

// put writes a value into a cell: text as text, an instant as its library reads it.
func (b *book) put(sheet string, column, row int, value any, l look) {
	if b.err != nil {
		return
	}
	cell := at(column, row)
	if value = export.SheetValue(value); value != nil {
		if text, ok := value.(string); ok {
			value = clean(text)
		}
		b.try(b.file.SetCellValue(sheet, cell, value))
	}
	b.try(b.file.SetCellStyle(sheet, cell, cell, b.style(l)))
}

// link makes a cell lead to another one of the workbook.
func (b *book) link(sheet string, column, row int, text string, to place) {
	b.put(sheet, column, row, text, look{link: true})
	b.try(b.file.SetCellHyperLink(sheet, at(column, row), to.String(), "Location"))
}

// place is a cell of a sheet.
type place struct {
	sheet       string
	column, row int
}

// String is the place in a formula or a link. Names of sheets hold no apostrophe, see names.
func (p place) String() string { return "'" + p.sheet + "'!" + at(p.column, p.row) }

// fixed is the place as a chart names it.
func (p place) fixed() string { return "'" + p.sheet + "'!" + at(p.column, p.row, true) }

// down is the range from the place to a row below it.
func (p place) down(last int) string { return p.fixed() + ":" + at(p.column, last, true) }

func at(column, row int, fixed ...bool) string {
	cell, err := excelize.CoordinatesToCellName(column, row, fixed...)
	if err != nil {
		panic(err) // columns and rows are counted here
	}
	return cell
}

// Colours of the light theme; they print well.
const (
	ink, muted, accent, rule, wash, pale = "1F2328", "57606A", "0B5CAD", "BFC7D0", "EEF2F6", "FFF6DC"
)

func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	style := &excelize.Style{
		Font:      &excelize.Font{Family: "Calibri", Size: max(l.size, 11), Bold: l.bold || l.head || l.total, Color: ink},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: l.wrap || l.head, Horizontal: l.position},
	}
	if l.indent {
		style.Alignment.Horizontal, style.Alignment.Indent = "left", 1
	}
	if l.format != "" {
		style.CustomNumFmt = &l.format
	}
	switch {
	case l.link:
		style.Font.Color, style.Font.Underline = accent, "single"
	case l.muted:
		style.Font.Color = muted
	}
	switch {
	case l.head:
		style.Alignment.Vertical = "bottom"
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{wash}}
		style.Border = []excelize.Border{{Type: "bottom", Color: muted, Style: 1}}
	case l.light:
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{pale}}
	}
	if l.total {
		style.Border = []excelize.Border{{Type: "top", Color: muted, Style: 1}}
	}
	id, err := b.file.NewStyle(style)
	b.try(err)
	b.styles[l] = id
	return id
}

// print sets a sheet up for paper: landscape, as wide as a page, with the rows repeated that name the columns.
func (b *book) print(sheet string, lastColumn, lastRow, headRow int) {
	size, orientation, one, any := 9, "landscape", 1, 0
	if b.report.Spec.Paper == report.Letter {
		size = 1
	}
	b.try(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &one, FitToHeight: &any}))
	fit := true
	b.try(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	side, top := 0.5, 0.75
	b.try(b.file.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top}))
	page := b.words.Say("files.page", "&P", "&N")
	r := b.report
	b.try(b.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{
		OddHeader: "&L" + running(r.Title+", "+r.Span, 120) + "&R" + running(r.Library, 120),
		OddFooter: "&L" + running(b.state(), 100) + "&R" + page,
	}))
	b.try(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: sheet, RefersTo: place{sheet, 1, 1}.fixed() + ":" + at(lastColumn, lastRow, true)}))
	if headRow > 0 {
		b.try(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: sheet, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", sheet, headRow, headRow)}))
	}
	grid := false
	b.try(b.file.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: &grid}))
}

// running is text at the head or foot of a page, where an & would be a command and the whole has 255 characters. A digit
// at its beginning would be read as a size of letters.
func running(text string, most int) string {
	text = clean(text)
	if strings.ContainsRune(text, '&') {
		most /= 2
	}
	text = shorten(text, most)
	if text != "" && unicode.IsDigit([]rune(text)[0]) {
		text = " " + text
	}
	return strings.ReplaceAll(text, "&", "&&")
}

// paragraph writes text across columns of a sheet, on as many lines as it needs there: a spreadsheet does not fit the
// height of merged cells by itself. chars is how many characters the columns take beside each other.
func (b *book) paragraph(sheet string, row, lastColumn int, chars float64, text string, l look) {
	l.wrap = true
	b.put(sheet, 1, row, text, l)
	if lastColumn > 1 {
		b.try(b.file.MergeCell(sheet, at(1, row), at(lastColumn, row)))
	}
	b.try(b.file.SetRowHeight(sheet, row, height(text, chars*11/max(l.size, 11), max(l.size, 11))))
}

// height is what text needs, in points, of a width in characters. Excel has no row higher than 409.
func height(text string, chars, size float64) float64 {
	lines := 0.0
	for line := range strings.SplitSeq(text, "\n") {
		lines += 1 + float64(int(float64(utf8.RuneCountInString(line))*0.97/max(chars, 1)))
	}
	return min(409, lines*size*1.36)
}

// clean takes out what XML has no way to hold.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r < ' ' || r == 0xfffe || r == 0xffff || r == 0x7f:
			return ' '
		}
		return r
	}, text)
}

// oneLine makes a line of text and cuts it.
func oneLine(text string, most int) string {
	return cut(strings.Join(strings.Fields(clean(text)), " "), most)
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// format is how a column's numbers look: days with the decimals that matter, else as downloads have it.
func (b *book) format(column queries.Column) string {
	if column.Type == queries.Double && !column.IsChange {
		switch column.Unit {
		case queries.Days:
			return days
		case queries.Points:
			return "0.0"
		case queries.Requests, queries.Loans, queries.Attempts, queries.Readers:
			return "#,##0.0"
		}
	}
	switch column.Type {
	case queries.Text:
		return ""
	case queries.Boolean:
		return b.truth()
	}
	return export.NumberFormat(column)
}

// truth is the format of what is true or false: Excel writes it in the reader's language, LibreOffice by the format.
func (b *book) truth() string {
	return `"` + b.words.Text("yes") + `";"` + b.words.Text("yes") + `";"` + b.words.Text("no") + `"`
}

// days has one decimal, and two under a day, where minutes matter.
const days = "[>=1]#,##0.0;[<=-1]-#,##0.0;0.00"

// difference is the format of how far a column's number moved; a share's is in points.
func (b *book) difference(column queries.Column) string {
	plain := "#,##0"
	switch {
	case column.Unit == queries.Share:
		plain = `0.0" ` + b.words.Text("pts") + `"`
	case column.Unit == queries.Money:
		plain = "#,##0.00"
	case column.Type == queries.Double:
		plain = "#,##0.0"
	}
	return "+" + plain + ";-" + plain + ";" + plain
}

// grains are the dimensions whose values are dates that a spreadsheet can sort and show; quarters and years stay words.
var grains = map[string]string{"day": "yyyy-mm-dd", "week": "yyyy-mm-dd", "month": "mmm yyyy"}

// cell is the value of a table's cell and its format. A month that is in words in the report is a date here.
func (b *book) cell(t *report.Table, row, column int) (any, string) {
	c, value := t.Columns[column], t.Rows[row][column]
	if format := grains[c.Name]; format != "" && column < t.Keys {
		if day, ok := t.Codes[row][column].(time.Time); ok {
			return day, format
		}
	}
	return value, b.format(c)
}

// shown is about what a cell shows, for the width of its column.
func (b *book) shown(t *report.Table, row, column int) string {
	value, _ := b.cell(t, row, column)
	switch v := value.(type) {
	case bool: // TRUE, FALSE in the reader's language
		return "FALSE"
	case time.Time:
		if _, ok := grains[t.Columns[column].Name]; ok {
			return v.Format(time.DateOnly)
		}
	}
	return b.words.Cell(t.Columns[column], value)
}

// numeric tells whether a column's values stand at the right.
func numeric(column queries.Column) bool {
	return column.Type == queries.Integer || column.Type == queries.Double
}

// number is a cell's number, nil where it has none.
func number(t *report.Table, row, column int) *float64 {
	if !numeric(t.Columns[column]) {
		return nil
	}
	return chart.Number(t.Rows[row][column])
}
