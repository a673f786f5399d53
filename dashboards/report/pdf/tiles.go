package pdf

import (
	"math"
	"strings"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// Styles of tiles.
var (
	tileLabel  = style{size: 8.5, color: muted}
	tileNumber = style{face: bold, size: 17, color: ink}
	tileUnit   = style{size: 9, color: muted}
	tileText   = style{size: 8, color: ink}
	tileNote   = style{size: 7.5, color: muted}
)

const (
	tileGap     = 8.0
	tilePadding = 8.0
	perRow      = 3
)

// tile is a tile in lines.
type tile struct {
	label, number, below, note []line
}

func (t tile) height() float64 {
	height := 2*tilePadding + 11*float64(len(t.label)) + 22 + 11*float64(len(t.below))
	if len(t.note) > 0 {
		height += 3 + 10*float64(len(t.note))
	}
	return height
}

// tiles writes the tiles in rows of three; those of a row are of the same height.
func (d *document) tiles(r *report.Report, tiles []report.Tile) {
	if len(tiles) == 0 {
		return
	}
	width := (d.width() - (perRow-1)*tileGap) / perRow
	for len(tiles) > 0 {
		row := tiles[:min(perRow, len(tiles))]
		tiles = tiles[len(row):]
		var laid []tile
		height, labels := 0.0, 0
		for _, t := range row {
			laid = append(laid, d.tile(r, t, width-2*tilePadding))
			labels = max(labels, len(laid[len(laid)-1].label))
		}
		for i := range laid { // numbers of a row stand on one line
			for len(laid[i].label) < labels {
				laid[i].label = append(laid[i].label, line{})
			}
			height = max(height, laid[i].height())
		}
		d.need(height)
		for i, t := range laid {
			x := side + float64(i)*(width+tileGap)
			d.fill(x, d.y, width, height, wash)
			d.lay(t, x+tilePadding, d.y+tilePadding)
		}
		d.y += height + tileGap
	}
	d.y += gap - tileGap
}

func (d *document) lay(t tile, x, y float64) {
	put := func(lines []line, leading float64) {
		for _, l := range lines {
			d.line(l, x, y+0.75*leading)
			y += leading
		}
	}
	put(t.label, 11)
	put(t.number, 22)
	put(t.below, 11)
	if len(t.note) > 0 {
		y += 3
		put(t.note, 10)
	}
}

// tile puts a tile into lines of a width.
func (d *document) tile(r *report.Report, t report.Tile, width float64) tile {
	var laid tile
	words := func(text string, s style) []line { return wrap([]run{{d.clean(shorten(text, 200)), s}}, width) }
	laid.label = words(t.Label, tileLabel)
	number, unit := d.value(t.Column, t.Now)
	runs := []run{{d.clean(number), tileNumber}}
	if unit != "" {
		runs = append(runs, run{" " + d.clean(unit), tileUnit})
	}
	laid.number = wrap(runs, width)[:1]
	before, lastYear := r.Earlier(t)
	laid.below = append(laid.below, d.beside(t, before, t.Before, width)...)
	if lastYear != "" {
		laid.below = append(laid.below, d.beside(t, lastYear, t.LastYear, width)...)
	}
	note := t.Note
	if word := d.words.Text("figure.provisional"); t.Provisional && !strings.Contains(note, word) {
		note = strings.TrimPrefix(note+" · "+word, " · ")
	}
	if note != "" {
		laid.note = words(note, tileNote)
	}
	return laid
}

// beside says what a figure was, and by how much it is another now.
func (d *document) beside(t report.Tile, when string, was *float64, width float64) []line {
	if was == nil {
		return nil
	}
	number, _ := d.value(t.Column, was)
	runs := []run{{d.clean(when + " "), style{size: tileText.size, color: muted}}, {d.clean(number), tileText}}
	if t.Now != nil {
		text, s := d.change(t, *t.Now-*was)
		runs = append(runs, run{d.clean(": " + text), s})
	}
	return wrap(runs, width)
}

// change words a difference, and colours it where one way is better and the figure will not move any more.
func (d *document) change(t report.Tile, by float64) (string, style) {
	s := tileText
	text := d.words.Difference(t.Column, d.typed(t.Column, by))
	if t.Column.Unit == queries.Days && t.Column.Type == queries.Double && math.Abs(*t.Now) >= 1 { // as many decimals as the figure has
		text = locale.Signed(d.words.Number(by, 1))
	}
	if isNothing(text) {
		return d.words.Text("pdf.unchanged"), s
	}
	if t.Column.Better == "" || t.Provisional {
		return text, s
	}
	if (by > 0) == (t.Column.Better == "higher") {
		s.color = better
		return d.words.Say("change.judged", text, d.words.Text("better")), s
	}
	s.color = worse
	return d.words.Say("change.judged", text, d.words.Text("worse")), s
}

// isNothing tells whether a number as it is written is nought.
func isNothing(text string) bool {
	for _, letter := range text {
		if letter >= '1' && letter <= '9' {
			return false
		}
	}
	return true
}

// typed gives a number as a result of the column holds it.
func (d *document) typed(column queries.Column, n float64) any {
	if column.Type == queries.Integer {
		return int64(math.Round(n))
	}
	return n
}

// value writes a tile's number and, where it needs one, its unit.
func (d *document) value(column queries.Column, n *float64) (number, unit string) {
	if n == nil {
		return "–", ""
	}
	if column.Unit == queries.Days && column.Type == queries.Double {
		return d.words.Days(*n), d.words.Text("days")
	}
	return d.words.Cell(column, d.typed(column, *n)), ""
}
