package sheets

import (
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// mostCharts is how many stand beside the tiles; the others are on the sheets of their tables.
const mostCharts = 4

// summaryWidths of the first sheet's columns in characters; the last one holds notes.
var summaryWidths = []float64{34, 12, 12, 11, 12, 11, 9, 34}

// writeSummary writes the first sheet: what the report says in words and tiles, the main charts, and what else there is.
func (b *book) writeSummary(sheet string, tables []*tableSheet, about, definitions string) {
	r, chars := b.report, 0.0
	for i, width := range summaryWidths {
		b.try(b.file.SetColWidth(sheet, column(i+1), column(i+1), width))
		chars += width
	}
	last := len(summaryWidths)
	b.put(sheet, 1, 1, r.Title, look{bold: true, size: 18})
	b.try(b.file.SetRowHeight(sheet, 1, 26))
	b.put(sheet, 1, 2, r.Library, look{bold: true, size: 12})
	b.put(sheet, 1, 3, strings.Join([]string{r.Span, b.state()}, " · "), look{muted: true})
	row := 3
	for _, text := range r.Sentences {
		row++
		b.paragraph(sheet, row, last, chars, text, look{size: 12})
	}
	if r.Provisional != "" {
		row++
		b.paragraph(sheet, row, last, chars, r.Provisional, look{muted: true, light: true})
	}
	row += 2
	top := row
	row = b.tiles(sheet, row, chars)
	row = b.contents(sheet, row, tables, about, definitions, chars)

	right, bottom := 0, 0
	for _, t := range b.main(tables) {
		if right == 0 {
			right, bottom = last+1, top
		}
		bottom += t.add(t.drawn[0], sheet, right, bottom) + 1
	}
	if right > 0 {
		right += columnsOf(chartWidth)
	}
	if b.report.Spec.Kind == report.Annual { // there is no year before the year before
		b.try(b.file.SetColVisible(sheet, "E:F", false))
	}
	b.print(sheet, max(last, right), max(row, bottom), 0)
}

// main are the tables whose first chart stands on the first sheet: one a section.
func (b *book) main(tables []*tableSheet) []*tableSheet {
	var list []*tableSheet
	seen := map[*report.Section]bool{}
	for _, t := range tables {
		if len(list) < mostCharts && len(t.drawn) > 0 && !seen[t.section] {
			seen[t.section] = true
			list = append(list, t)
		}
	}
	return list
}

// tiles writes the report's figures, section by section, and gives the next free row.
func (b *book) tiles(sheet string, row int, chars float64) int {
	w := b.words
	n := 0
	for _, section := range b.report.Sections {
		n += len(section.Tiles)
	}
	if n == 0 {
		return row
	}
	before, lastYear := b.report.Earlier(report.Tile{})
	changeOf := func(earlier string) string {
		if earlier == "" {
			return ""
		}
		return w.Text("files.change")
	}
	for i, head := range []string{w.Text("files.figure"), w.Text("files.now"), before, changeOf(before), lastYear, changeOf(lastYear), w.Text("files.n"), w.Text("files.note")} {
		l := look{head: true}
		switch {
		case i == len(summaryWidths)-1:
			l.indent = true
		case i > 0:
			l.position = "right"
		}
		b.put(sheet, i+1, row, head, l)
	}
	b.try(b.file.SetRowHeight(sheet, row, 31))
	row++
	for _, section := range b.report.Sections {
		if len(section.Tiles) == 0 {
			continue
		}
		b.put(sheet, 1, row, section.Title, look{bold: true})
		row++
		for _, tile := range section.Tiles {
			b.tile(sheet, row, tile)
			row++
		}
	}
	return row + 1
}

func (b *book) tile(sheet string, row int, tile report.Tile) {
	format := b.format(tile.Column)
	number := look{format: format, light: tile.Provisional, position: "right"}
	moved := look{format: b.difference(tile.Column), light: tile.Provisional, position: "right"}
	b.put(sheet, 1, row, tile.Label, look{wrap: true, light: tile.Provisional})
	now := number
	now.bold = true
	b.put(sheet, 2, row, value(tile.Column, tile.Now), now)
	b.put(sheet, 3, row, value(tile.Column, tile.Before), number)
	b.put(sheet, 4, row, change(tile.Column, tile.Now, tile.Before), moved)
	b.put(sheet, 5, row, value(tile.Column, tile.LastYear), number)
	b.put(sheet, 6, row, change(tile.Column, tile.Now, tile.LastYear), moved)
	var n any
	if tile.N != nil {
		n = *tile.N
	}
	b.put(sheet, 7, row, n, look{format: "#,##0", light: tile.Provisional})
	var notes []string
	if tile.Provisional && !strings.Contains(strings.ToLower(tile.Note), strings.ToLower(b.words.Text("files.provisional"))) {
		notes = append(notes, b.words.Text("files.provisional"))
	}
	if tile.Note != "" {
		notes = append(notes, tile.Note)
	}
	if tile.SameAge && tile.Before != nil {
		notes = append(notes, b.words.Text("report.at_same_age"))
	}
	note := strings.Join(notes, "; ")
	b.try(b.file.SetRowHeight(sheet, row, max(height(tile.Label, summaryWidths[0]-2, 11), height(note, summaryWidths[7]-3, 11))))
	b.put(sheet, 8, row, note, look{wrap: true, muted: true, indent: true, light: tile.Provisional})
}

// value is a tile's number in the type of its column.
func value(column queries.Column, number *float64) any {
	switch {
	case number == nil:
		return nil
	case column.Type == queries.Integer:
		return int64(*number)
	}
	return *number
}

// change is how far a number moved, for a share in points.
func change(column queries.Column, now, before *float64) any {
	if now == nil || before == nil {
		return nil
	}
	moved := *now - *before
	if column.Unit == queries.Share {
		moved *= 100
	}
	if exact, err := strconv.ParseFloat(strconv.FormatFloat(moved, 'g', 12, 64), 64); err == nil { // 0.1, and not 0.09999999999999998
		moved = exact
	}
	return value(column, &moved)
}

// contents lists the sheets by section, with what can't be read without a word; it gives the last row.
func (b *book) contents(sheet string, row int, tables []*tableSheet, about, definitions string, chars float64) int {
	w := b.words
	last := len(summaryWidths)
	b.put(sheet, 1, row, w.Text("files.contents"), look{bold: true, size: 12})
	said := map[string]bool{"": true} // sections may share a note
	for i := range b.report.Sections {
		section := &b.report.Sections[i]
		n := 0
		for _, t := range tables {
			if t.section == section {
				row++
				n++
				b.link(sheet, 1, row, t.name, place{t.name, 1, 1})
				if t.table.Title != t.name {
					b.put(sheet, 3, row, t.table.Title, look{})
				}
				b.put(sheet, last, row, w.Say("files.rows", w.Count(float64(len(t.table.Rows)))), look{muted: true, indent: true})
			}
		}
		if n == 0 && (section.Empty != "" || len(section.Notes) > 0) {
			row++
			b.put(sheet, 1, row, section.Title, look{bold: true})
		}
		for _, note := range append([]string{section.Empty}, section.Notes...) {
			if !said[note] {
				said[note] = true
				row++
				b.paragraph(sheet, row, last, chars, note, look{muted: true})
			}
		}
	}
	for _, name := range []string{definitions, about} {
		row++
		b.link(sheet, 1, row, name, place{name, 1, 1})
	}
	return row
}
