package pdf

import (
	"slices"

	"github.com/fillrate/fillrate/dashboards/report"
)

var (
	sectionTitle = style{face: bold, size: 15, color: ink}
	blockTitle   = style{face: bold, size: 10, color: ink}
)

// opening is how much of the last parts stands together with their heading.
const opening = 150.0

// section writes one section: each figure with its table below it, and then the other tables.
func (d *document) section(r *report.Report, s report.Section) error {
	asked := wrap([]run{{d.clean(shorten(s.Question, 600)), question}}, d.sheet.Wd-2*side)
	first, isLying := d.first(s)
	if isLying != d.isLying() || d.room() < 12+7+20+14*float64(len(asked))+6+first && !d.isFresh() {
		d.turn(isLying)
	} else if !d.isFresh() {
		d.y += 12
	}
	d.mark(s.Title, 0, d.y)
	d.title(s.Title)
	if s.Question != "" {
		d.say(shorten(s.Question, 600), question, 14)
	}
	d.y += 6
	if s.Empty != "" {
		d.say(s.Empty, body, 14)
		d.y += gap
	}
	d.tiles(r, s.Tiles)
	tables := slices.Clone(s.Tables)
	for _, figure := range s.Figures {
		if err := d.figure(figure); err != nil {
			return err
		}
		if i := slices.IndexFunc(tables, func(t report.Table) bool { return t.ID == figure.Table }); i >= 0 {
			d.table(tables[i])
			tables = slices.Delete(tables, i, i+1)
		}
	}
	for _, table := range tables {
		d.table(table)
	}
	for _, note := range s.Notes {
		d.bullet([]run{{d.clean(shorten(note, 4000)), style{size: 8.5, color: muted}}}, 12)
	}
	if len(s.Notes) > 0 {
		d.y += gap
	}
	return nil
}

// first is how much height stands together with a section's heading, and whether it asks for a page that lies.
func (d *document) first(s report.Section) (height float64, isLying bool) {
	const heading = 60.0 // title and line below, with room for one of them to be wrapped
	switch {
	case len(s.Tiles) > 0 || s.Empty != "":
		return 100, false
	case len(s.Figures) > 0 && len(s.Figures[0].SVG) > 0:
		_, height = d.figureSize(s.Figures[0])
		return heading + height, false
	case len(s.Tables) > 0:
		if grids := d.grids(s.Tables[0]); len(grids) > 0 {
			above := heading + 40 // the section's own
			return heading + d.share(grids[0], above, d.room()-above), grids[0].isLying
		}
	}
	return heading, false
}

// title writes a section's heading below a rule.
func (d *document) title(text string) {
	d.rule(d.left(), d.y, d.width(), 0.75, strong)
	d.y += 7
	d.say(shorten(text, 200), sectionTitle, 20)
}

// bullet writes a paragraph with a dot before it.
func (d *document) bullet(runs []run, leading float64) {
	d.isItem = true
	d.paragraph(runs, itemIndent, leading)
	d.isItem = false
	d.y += 2
}

// figure draws a chart with its title and what it stands on. Where there is no drawing its table says it all.
func (d *document) figure(f report.Figure) error {
	if len(f.SVG) == 0 || f.Height <= 0 {
		if f.Table == "" && f.Description != "" {
			d.upright()
			d.blockHead(f.Title, f.N, 28)
			d.say(f.Description, body, 14)
			d.y += gap
		}
		return nil
	}
	d.upright()
	width, height := d.figureSize(f)
	d.blockHead(f.Title, f.N, height)
	_, err := paint(d.Fpdf, f.SVG, side, d.y, width, d.page().Ht, d.clean)
	if err != nil {
		return failed(f.Title, err)
	}
	d.current = style{} // the drawing had its own
	d.SetFillColor(0, 0, 0)
	d.y += height + gap
	d.said = f.Title + "\n" + f.N
	return nil
}

// figureSize is how large a drawing is on an upright page.
func (d *document) figureSize(f report.Figure) (width, height float64) {
	width = d.sheet.Wd - 2*side
	height = width / report.Width * float64(f.Height)
	if most := fullRoom(d.sheet) - 120; height > most {
		return width * most / height, most
	}
	return width, height
}

// blockHead writes the title of a figure or table and the line below it, together with so much of what follows.
func (d *document) blockHead(title, n string, follows float64) {
	lines := wrap([]run{{d.clean(shorten(title, 300)), blockTitle}}, d.width())
	below := wrap([]run{{d.clean(shorten(n, 600)), small}}, d.width())
	d.need(14*float64(len(lines)) + 11*float64(len(below)) + 6 + follows)
	for _, l := range lines {
		d.line(l, d.left(), d.y+10.5)
		d.y += 14
	}
	for _, l := range below {
		d.line(l, d.left(), d.y+8)
		d.y += 11
	}
	d.y += 4
}
