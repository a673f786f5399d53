package sheets

import (
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries/export"
)

// The rows of a table's sheet: its title, what it stands on, where it leads, and then the table.
const (
	titleRow = 1
	basisRow = 2
	linkRow  = 3
	headRow  = 4
)

// tableSheet is the sheet of one table, with the charts of it beside it.
type tableSheet struct {
	*book
	section    *report.Section
	table      *report.Table
	name       string
	summary    string // name of the first sheet
	definition *place // of the metric
	// columns counts those of the table and the mark of provisional rows; nil widths: none were written yet.
	columns int
	widths  []float64
	row     int      // the next free one
	drawn   []*drawn // charts of the table that a spreadsheet has
}

func (t *tableSheet) write() {
	t.columns = len(t.table.Columns)
	if t.marks() {
		t.columns++
	}
	t.heading()
	t.rows()
	t.fit()
	last := t.notes()
	next := max(t.columns, 1) + 2 // a column stays free
	right, bottom := t.charts(next, headRow+1)
	printed := t.columns
	if right > 0 && t.chars() < 100 { // a wide table would be too small to read beside its charts
		printed = right
		last = max(last, bottom)
	}
	broad, _ := t.breadth()
	t.print(t.name, max(printed, broad), last, headRow)
}

// marks tells whether the sheet has a column of its own that marks provisional rows.
func (t *tableSheet) marks() bool {
	for _, column := range t.table.Columns {
		if column.Name == "provisional" {
			return false
		}
	}
	return t.table.Provisional != nil
}

func (t *tableSheet) provisional(row int) bool {
	return row < len(t.table.Provisional) && t.table.Provisional[row]
}

func (t *tableSheet) heading() {
	t.put(t.name, 1, titleRow, t.table.Title, look{bold: true, size: 14})
	var basis []string
	for _, text := range []string{t.section.Question, t.table.N} {
		if text != "" && text != t.table.Title {
			basis = append(basis, text)
		}
	}
	t.put(t.name, 1, basisRow, strings.Join(basis, " · "), look{muted: true})
	t.link(t.name, 1, linkRow, t.summary, place{t.summary, 1, 1})
	if t.definition != nil {
		t.link(t.name, 2, linkRow, t.words.Text("files.definition"), *t.definition)
	}
	for i, column := range t.table.Columns {
		t.put(t.name, i+1, headRow, column.Label, t.stand(i, look{head: true}))
	}
	if t.marks() {
		t.put(t.name, t.columns, headRow, t.words.Text("files.provisional"), look{head: true, indent: true})
	}
	t.try(t.file.SetRowHeight(t.name, titleRow, 21))
}

// stand places a column's cells: numbers at the right, all else at the left.
func (t *tableSheet) stand(k int, l look) look {
	switch {
	case numeric(t.table.Columns[k]):
		l.position = "right"
	case k > 0:
		l.indent = true
	default:
		l.position = "left"
	}
	return l
}

func (t *tableSheet) rows() {
	rows := t.table.Rows
	for i, row := range rows {
		isTotal := t.table.Total && i == len(rows)-1
		base, tallest := look{light: t.provisional(i), total: isTotal}, 0.0
		for k := range row {
			value, format := t.cell(t.table, i, k)
			l := t.stand(k, base)
			l.format = format
			if text, ok := value.(string); ok {
				l.wrap = utf8.RuneCountInString(text) > widest && utf8.RuneCountInString(text) <= 6*widest || strings.Contains(text, "\n")
				if l.wrap {
					tallest = max(tallest, height(text, widest, 11))
				}
			}
			t.put(t.name, k+1, headRow+1+i, value, l)
		}
		if tallest > 0 {
			t.try(t.file.SetRowHeight(t.name, headRow+1+i, tallest))
		}
		if t.marks() {
			var mark any
			if t.provisional(i) {
				mark = true
			}
			base.indent, base.format = true, t.truth()
			t.put(t.name, t.columns, headRow+1+i, mark, base)
		}
	}
	t.row = headRow + 1 + len(rows)
	if t.columns > 0 {
		t.try(t.file.AutoFilter(t.name, at(1, headRow)+":"+at(t.columns, t.lastFiltered()), nil))
	}
	t.try(t.file.SetPanes(t.name, &excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: at(1, headRow+1), ActivePane: "bottomLeft"}))
}

// lastFiltered is the last row that the filter sorts: a total stays where it is.
func (t *tableSheet) lastFiltered() int {
	n := len(t.table.Rows)
	if t.table.Total && n > 0 {
		n--
	}
	return headRow + max(n, 1)
}

// The widths of a table's columns, in characters.
const narrowest, widest = 9, 52

// fit sets the widths by what the columns hold.
func (t *tableSheet) fit() {
	tallest := 0.0
	for k := range t.columns {
		width, head := narrowest, ""
		if k < len(t.table.Columns) {
			head = t.table.Columns[k].Label
			for i := range t.table.Rows {
				for line := range strings.SplitSeq(t.shown(t.table, i, k), "\n") {
					width = max(width, utf8.RuneCountInString(line))
				}
			}
		} else {
			head = t.words.Text("files.provisional")
		}
		for word := range strings.FieldsSeq(head) { // and room for the filter's arrow
			width = max(width, utf8.RuneCountInString(word)+3)
		}
		width = max(width, min(utf8.RuneCountInString(head)+3, 18))
		t.widths = append(t.widths, float64(min(width, widest))+2)
		t.try(t.file.SetColWidth(t.name, column(k+1), column(k+1), t.widths[k]))
		tallest = max(tallest, height(head, t.widths[k]-4, 11))
	}
	if tallest > 0 {
		t.try(t.file.SetRowHeight(t.name, headRow, tallest))
	}
}

func column(n int) string {
	name, err := excelize.ColumnNumberToName(n)
	if err != nil {
		panic(err) // columns are counted here
	}
	return name
}

// chars is how many characters the table is wide.
func (t *tableSheet) chars() float64 {
	sum := 0.0
	for _, width := range t.widths {
		sum += width
	}
	return sum
}

// notes are below the table and out of its filter; they give the last row.
func (t *tableSheet) notes() int {
	var notes []string
	if len(t.table.Rows) == 0 {
		notes = append(notes, t.words.Text("files.no_rows"))
	}
	for i := range t.table.Rows {
		if t.provisional(i) {
			notes = append(notes, t.words.Text("files.provisional_rows"))
			break
		}
	}
	notes = append(append(notes, t.table.Notes...), t.section.Notes...)
	for _, c := range t.table.Columns {
		if c.Doc != "" {
			notes = append(notes, c.Label+": "+c.Doc)
		}
	}
	for _, figure := range t.figures() {
		if !hasMatch(figure.Chart) && figure.SVG != nil {
			notes = append(notes, t.words.Say("files.no_chart", figure.Title))
		}
	}
	if command := export.Command(t.table.Metric, t.table.Filter); command != "" {
		notes = append(notes, t.words.Say("files.ask_again", command))
	}
	last, chars := t.breadth()
	for _, note := range notes {
		t.row++
		t.paragraph(t.name, t.row, last, chars, note, look{muted: true})
	}
	return t.row
}

// breadth is over how many columns notes go, and how many characters that is: as wide as the table, but no narrower and no
// wider than can be read.
func (t *tableSheet) breadth() (last int, chars float64) {
	for last < max(t.columns, 12) && (last < t.columns || chars < 90) && (last == 0 || chars+t.width(last+1) < 140) {
		last++
		chars += t.width(last)
	}
	return last, chars
}

// width of a column in characters; those beyond the table have a spreadsheet's own.
func (t *tableSheet) width(n int) float64 {
	if n <= len(t.widths) {
		return t.widths[n-1]
	}
	return 9.14
}

// figures are those of the table.
func (t *tableSheet) figures() []*report.Figure {
	var list []*report.Figure
	for i := range t.section.Figures {
		if t.section.Figures[i].Table == t.table.ID {
			list = append(list, &t.section.Figures[i])
		}
	}
	return list
}
