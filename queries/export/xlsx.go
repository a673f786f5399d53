package export

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/queries"
)

// sheetRows is how many rows of data a sheet takes beside its heading; more go on in further sheets.
const sheetRows = excelize.TotalRows - 1

// xlsxWriter writes a workbook: the rows, in as many sheets as they need, and About, which says what they are.
type xlsxWriter struct {
	w       io.Writer
	book    *excelize.File
	about   *queries.Result
	sheet   *excelize.StreamWriter
	styles  []int // by column
	heading int
	nSheets int
	nRows   int // in this sheet
}

func openXLSX(w io.Writer, about *queries.Result) (writer, error) {
	x := &xlsxWriter{w: w, book: excelize.NewFile(), about: about}
	var err error
	if x.heading, err = x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return nil, err
	}
	for _, column := range about.Columns {
		format := NumberFormat(column)
		style, err := x.book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return nil, err
		}
		x.styles = append(x.styles, style)
	}
	return x, x.nextSheet()
}

// NumberFormat is how a spreadsheet shows a column; it keeps the value as it is.
func NumberFormat(column queries.Column) string {
	format := "General"
	switch {
	case column.Type == queries.Integer && column.Unit == "": // a year, an hour, a place in a list
		format = "0"
	case column.Type == queries.Integer:
		format = "#,##0"
	case column.Type == queries.Double && column.Unit == queries.Share:
		format = "0.0%"
	case column.Type == queries.Double:
		format = "#,##0.00"
	case column.Type == queries.Date:
		format = "yyyy-mm-dd"
	case column.Type == queries.Timestamp:
		format = "yyyy-mm-dd hh:mm"
	}
	if column.IsChange {
		format = "+" + format + ";-" + format + ";" + format
	}
	return format
}

// nextSheet starts a sheet with its heading.
func (x *xlsxWriter) nextSheet() error {
	if err := x.endSheet(); err != nil {
		return err
	}
	x.nSheets++
	x.nRows = 0
	name := x.about.Metric.Title
	if x.nSheets == 1 {
		if err := x.book.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else {
		name = fmt.Sprintf("%s %d", name, x.nSheets)
		if _, err := x.book.NewSheet(name); err != nil {
			return err
		}
	}
	var err error
	if x.sheet, err = x.book.NewStreamWriter(name); err != nil {
		return err
	}
	heads := make([]any, len(x.about.Columns))
	for i, column := range x.about.Columns {
		heads[i] = excelize.Cell{Value: column.Label, StyleID: x.heading}
		if err := x.sheet.SetColWidth(i+1, i+1, float64(max(12, utf8.RuneCountInString(column.Label)+2))); err != nil {
			return err
		}
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return x.sheet.SetRow("A1", heads)
}

func (x *xlsxWriter) endSheet() error {
	if x.sheet == nil {
		return nil
	}
	return x.sheet.Flush()
}

func (x *xlsxWriter) row(values []any) error {
	if x.nRows == sheetRows {
		if err := x.nextSheet(); err != nil {
			return err
		}
	}
	x.nRows++
	cells := make([]any, len(values))
	for i, value := range values {
		cells[i] = excelize.Cell{Value: SheetValue(value), StyleID: x.styles[i]}
	}
	cell, err := excelize.CoordinatesToCellName(1, x.nRows+1)
	if err != nil {
		return err
	}
	return x.sheet.SetRow(cell, cells)
}

// SheetValue is a value as a spreadsheet holds it: text is text and never a formula, and instants have no zone there,
// so that they are written as their library reads them.
func SheetValue(value any) any {
	switch v := value.(type) {
	case string:
		if utf8.RuneCountInString(v) > excelize.TotalCellChars {
			return string([]rune(v)[:excelize.TotalCellChars])
		}
		return strings.ToValidUTF8(v, "\uFFFD")
	case time.Time:
		_, offset := v.Zone()
		return v.UTC().Add(time.Duration(offset) * time.Second)
	}
	return value
}

func (x *xlsxWriter) close() error {
	if err := x.endSheet(); err != nil {
		return err
	}
	if err := x.writeAbout(); err != nil {
		return err
	}
	if err := x.book.Write(x.w); err != nil {
		return err
	}
	return x.book.Close()
}

// writeAbout says on a sheet of its own what the figures are of and what each column means.
func (x *xlsxWriter) writeAbout() error {
	const name = "About"
	if _, err := x.book.NewSheet(name); err != nil {
		return err
	}
	sheet, err := x.book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := sheet.SetColWidth(1, 1, 26); err != nil {
		return err
	}
	if err := sheet.SetColWidth(2, 2, 110); err != nil {
		return err
	}
	for i, line := range aboutLines(x.about) {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := sheet.SetRow(cell, []any{excelize.Cell{Value: line[0], StyleID: x.heading}, line[1]}); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

// aboutLines pairs a heading with its text.
func aboutLines(about *queries.Result) [][2]string {
	asOf := ""
	if !about.AsOf.IsZero() {
		asOf = about.AsOf.Format(time.RFC3339Nano)
	}
	lines := [][2]string{
		{"Metric", about.Metric.Title},
		{"Question", about.Metric.Question},
		{"Counted", about.Filter.Words(about.Metric)},
		{"Filter", about.Filter.Encode()},
		{"As of", asOf},
		{"Generation", fmt.Sprint(about.Generation)},
	}
	for _, sentence := range about.SuppressionWords() {
		lines = append(lines, [2]string{"Small groups", sentence})
	}
	lines = append(lines, [2]string{"", ""})
	for _, column := range about.Columns {
		if column.Doc != "" {
			lines = append(lines, [2]string{column.Label, column.Doc})
		}
	}
	if d := about.Metric.Definition(about.Filter.Definition); d != nil {
		lines = append(lines, [2]string{"", ""}, [2]string{d.Label, d.Doc})
	}
	lines = append(lines, [2]string{"", ""})
	for i, paragraph := range strings.Split(strings.TrimSpace(about.Metric.Doc), "\n\n") {
		head := ""
		if i == 0 {
			head = "Definition"
		}
		lines = append(lines, [2]string{head, strings.TrimLeft(strings.ReplaceAll(paragraph, "\n", " "), "# ")})
	}
	return lines
}
