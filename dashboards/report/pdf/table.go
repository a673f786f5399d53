package pdf

import (
	"slices"
	"strconv"

	"codeberg.org/go-pdf/fpdf"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

const (
	longestCell = 300   // letters of a cell; the other formats have the rest
	mostLines   = 36    // of a cell
	widestWord  = 84.0  // points that a word may ask for before it is broken
	widestText  = 230.0 // points that a text may ask for before it is wrapped
	cellPadding = 4.0   // at a cell's left and right
	rowPadding  = 1.5   // above and below
	together    = 3     // rows that stand together with a heading, and at a table's end
)

// sizing is one way to set a table.
type sizing struct {
	size    float64
	isLying bool
	isTight bool // texts may be wrapped as much as their longest word allows
}

// The ways that are tried, the best one first: many rows are worth pages that lie, few are not.
var (
	fewRows  = []sizing{{8.5, false, false}, {7.5, false, false}, {7, false, true}, {6.5, false, true}}
	manyRows = []sizing{{8.5, false, false}, {7.5, false, false}, {8, true, false}, {7, true, true}}
)

const manyRowsFrom = 25

// grid is a table set in columns.
type grid struct {
	sizing
	cells   [][][]run // by row and column
	labels  [][]run
	isRight []bool
	indent  []float64 // of texts beside a number
	keys    int       // leading columns whose values are not written again below themselves
	repeats [][]bool
	shaded  []bool
	total   bool

	widths []float64 // with padding
	lines  [][][]line
	heads  [][]line
	height []float64 // by row
	head   float64
}

// table writes a table: in smaller letters, on pages that lie or in parts where it is too wide.
func (d *document) table(t report.Table) {
	grids := d.grids(t)
	for i, g := range grids {
		title := t.Title
		if len(grids) > 1 {
			title = d.words.Say("pdf.part", t.Title, strconv.Itoa(i+1), strconv.Itoa(len(grids)))
		}
		d.set(t, g, title, i == len(grids)-1)
	}
}

// grids sets a table in columns, in several parts with the leading columns in each where nothing else helps.
func (d *document) grids(t report.Table) []*grid {
	if len(t.Columns) == 0 {
		return nil
	}
	ways := fewRows
	if len(t.Rows) >= manyRowsFrom && d.columns == 1 {
		ways = manyRows
	}
	for _, way := range ways {
		if g := d.grid(t, way, nil); g.fits(way.across(d)) {
			return []*grid{g}
		}
	}
	way := ways[len(ways)-1]
	var grids []*grid
	for _, columns := range d.parts(t, way) {
		g := d.grid(t, way, columns)
		if !g.fits(way.across(d)) { // leading columns alone are too wide
			g.squeeze(way.across(d))
		}
		grids = append(grids, g)
	}
	return grids
}

// across is how much width a table has that is set in a way.
func (g sizing) across(d *document) float64 {
	if d.columns > 1 {
		return d.width()
	}
	return d.across(g.isLying)
}

// parts shares a table's columns out, the leading ones being in each part.
func (d *document) parts(t report.Table, way sizing) [][]int {
	keys := max(1, min(t.Keys, len(t.Columns)-1))
	leading := make([]int, 0, len(t.Columns))
	for i := range min(keys, len(t.Columns)) {
		leading = append(leading, i)
	}
	var parts [][]int
	now := append([]int{}, leading...)
	for i := keys; i < len(t.Columns); i++ {
		next := append(append([]int{}, now...), i)
		if len(now) > keys && !d.grid(t, way, next).fits(way.across(d)) {
			parts = append(parts, now)
			next = append(append([]int{}, leading...), i)
		}
		now = next
	}
	return append(parts, now)
}

// grid puts a table's columns, all of them where none are named, into cells, and gives them the widths that they ask for.
func (d *document) grid(t report.Table, way sizing, columns []int) *grid {
	if columns == nil {
		for i := range t.Columns {
			columns = append(columns, i)
		}
	}
	g := &grid{sizing: way, total: t.Total && len(t.Rows) > 1}
	if !t.List && t.Keys > 1 {
		g.keys = min(t.Keys, len(columns)) - 1
	}
	marked, allMarked := 0, true
	for i := range t.Rows {
		isMarked := i < len(t.Provisional) && t.Provisional[i]
		g.shaded = append(g.shaded, isMarked)
		if isMarked {
			marked++
		} else {
			allMarked = false
		}
	}
	if marked > 0 && allMarked { // said once, below the title
		g.shaded = make([]bool, len(t.Rows))
	}
	mark := max(0, min(t.Keys, len(columns))-1)
	label := style{face: bold, size: way.size - 0.5, color: muted}
	for _, c := range columns {
		g.labels = append(g.labels, []run{{d.clean(shorten(t.Columns[c].Label, longestCell)), label}})
		isRight := c >= t.Keys && isNumber(t.Columns[c])
		indent := 0.0
		if n := len(g.isRight); n > 0 && g.isRight[n-1] && !isRight {
			indent = 6
		}
		g.isRight, g.indent = append(g.isRight, isRight), append(g.indent, indent)
	}
	for i, row := range t.Rows {
		s := style{size: way.size, color: ink}
		if g.total && i == len(t.Rows)-1 {
			s.face = bold
		}
		var cells [][]run
		var repeats []bool
		isSame := i > 0
		for k, c := range columns {
			text := d.cell(t, row, c)
			if len(text) > longestCell && len([]rune(text)) > longestCell {
				text, d.isCut = shorten(text, longestCell), true
			}
			cell := []run{{d.clean(text), s}}
			isSame = isSame && k < g.keys && text == shorten(d.cell(t, t.Rows[i-1], c), longestCell)
			repeats = append(repeats, isSame)
			if k == mark && g.shaded[i] {
				cell = append(cell, run{" " + d.clean(d.words.Text("figure.provisional")), style{face: italic, size: way.size - 1, color: muted}})
			}
			cells = append(cells, cell)
		}
		g.cells = append(g.cells, cells)
		g.repeats = append(g.repeats, repeats)
	}
	return g
}

func isNumber(c queries.Column) bool { return c.Type == queries.Integer || c.Type == queries.Double }

// cell writes a value; a dash where there is none.
func (d *document) cell(t report.Table, row []any, c int) string {
	if c >= len(row) {
		return ""
	}
	column := t.Columns[c]
	var text string
	if column.IsChange && row[c] != nil {
		text = d.words.Difference(column, row[c])
	} else {
		text = d.words.Cell(column, row[c])
	}
	if text == "" && isNumber(column) {
		return "–"
	}
	return text
}

// fits gives the columns their widths, and says whether they fit.
func (g *grid) fits(width float64) bool {
	n := len(g.labels)
	least, most, longest := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range n {
		word, whole := extent(g.labels[k])
		least[k] = min(word, widestWord)
		most[k] = max(least[k], min(whole/2, 72)) // a heading may take two lines or three
		for i := range g.cells {
			word, whole := extent(g.cells[i][k])
			if g.isRight[k] {
				word = whole
			}
			least[k] = max(least[k], min(word, widestWord))
			most[k] = max(most[k], min(whole, widestText))
			longest[k] = max(longest[k], whole)
		}
		most[k] = max(most[k], least[k])
		longest[k] = max(longest[k], most[k])
	}
	free := width - 2*cellPadding*float64(n) - sum(g.indent)
	sumLeast, sumMost := sum(least), sum(most)
	wanted := sumLeast
	if !g.isTight {
		wanted += (sumMost - sumLeast) * 0.4
	}
	if wanted > free {
		return false
	}
	air := min(max(free-sumMost, 0)/float64(n), 22) // not so much that a row is hard to follow
	set := func(extra []float64) float64 {
		g.widths = make([]float64, n)
		for k := range n {
			g.widths[k] = least[k] + extra[k] + air + 2*cellPadding + g.indent[k]
		}
		g.wrap()
		return g.head + sum(g.height)
	}
	if sumMost > free { // to the columns of the most lines, where that is lower than the same to each
		if byLines := levelled(free-sumLeast, least, longest); set(byLines) < 0.9*set(poured(free-sumLeast, least, most)) {
			set(byLines)
		}
		return true
	}
	set(poured(free-sumLeast, least, most))
	return true
}

// levelled shares free width out in small steps, each to the column whose text takes the most lines.
func levelled(free float64, least, longest []float64) []float64 {
	const steps = 200
	extra := make([]float64, len(least))
	for range steps {
		to, most := -1, 1.0
		for k := range extra {
			if lines := longest[k] / (least[k] + extra[k]); lines > most {
				to, most = k, lines
			}
		}
		if to < 0 {
			break
		}
		extra[to] += free / steps
	}
	return extra
}

// poured shares free width out to columns that would be wider: the same to each, until it has what it would like.
func poured(free float64, least, most []float64) []float64 {
	extra := make([]float64, len(least))
	for free > 0.01 {
		open := 0
		for k := range extra {
			if least[k]+extra[k] < most[k]-0.001 {
				open++
			}
		}
		if open == 0 {
			break
		}
		each := free / float64(open)
		for k := range extra {
			more := min(each, most[k]-least[k]-extra[k])
			extra[k] += more
			free -= more
		}
	}
	return extra
}

// squeeze gives all columns the same share of a width.
func (g *grid) squeeze(width float64) {
	g.widths = make([]float64, len(g.labels))
	for k := range g.widths {
		g.widths[k] = width / float64(len(g.widths))
	}
	g.wrap()
}

// wrap breaks the cells into lines.
func (g *grid) wrap() {
	leading := g.leading()
	g.heads, g.lines, g.height, g.head = nil, nil, nil, 0
	bounded := func(runs []run, k int) []line {
		lines := wrap(runs, g.widths[k]-2*cellPadding-g.indent[k])
		return lines[:min(len(lines), mostLines)]
	}
	for k := range g.labels {
		lines := bounded(g.labels[k], k)
		g.heads = append(g.heads, lines)
		g.head = max(g.head, float64(len(lines))*leading+2*rowPadding+1)
	}
	for _, cells := range g.cells {
		row := make([][]line, len(cells))
		most := 1
		for k := range cells {
			row[k] = bounded(cells[k], k)
			most = max(most, len(row[k]))
		}
		g.lines = append(g.lines, row)
		g.height = append(g.height, float64(most)*leading+2*rowPadding)
	}
}

func (g *grid) leading() float64 { return 1.22 * g.size }

// extent gives the widest word and the width of the whole.
func extent(runs []run) (word, whole float64) {
	for i, w := range words(runs) {
		word = max(word, w.width)
		if i > 0 {
			whole += w.space.face.width(" ", w.space.size)
		}
		whole += w.width
	}
	return word + 0.1, whole + 0.1
}

func sum(list []float64) float64 {
	total := 0.0
	for _, n := range list {
		total += n
	}
	return total
}

// share is how much of a table stands together below what is above it, where there is so much room: all of it where a gap
// is better than a table in two, else its first rows.
func (d *document) share(g *grid, above, room float64) float64 {
	all, full := g.head+sum(g.height), fullRoom(d.sheet)
	if g.isLying {
		full = fullRoom(fpdf.SizeType{Wd: d.sheet.Ht, Ht: d.sheet.Wd})
	}
	if whole := above + all; all <= room || whole <= full && (whole <= 0.4*full || room < 0.3*full) {
		return all
	}
	return min(g.head+sum(g.height[:min(len(g.height), together)]), full-above)
}

// set writes a table that fits: with its heading on each page, no row in two, and never one row alone.
func (d *document) set(t report.Table, g *grid, title string, isLast bool) {
	if g.isLying != d.isLying() {
		d.turn(g.isLying)
	}
	n, isSaid := t.N, d.said == title+"\n"+t.N
	if len(t.Provisional) > 0 && !slices.Contains(t.Provisional, false) {
		if n != "" && !isSaid {
			n += " · "
		} else {
			n = ""
		}
		n += d.words.Text("pdf.all_provisional")
	} else if isSaid {
		n = ""
	}
	head := 14*float64(len(wrap([]run{{d.clean(shorten(title, 300)), blockTitle}}, d.width()))) + 11*float64(len(wrap([]run{{d.clean(shorten(n, 600)), small}}, d.width()))) + 6
	share := d.share(g, head, d.room()-head)
	if isSaid && d.room() >= head+share { // below its drawing, which says the same above
		if n != "" {
			d.say(n, small, 11)
			d.y += 2
		}
	} else {
		if isSaid {
			n = t.N
		}
		d.blockHead(title, n, share)
	}
	d.said = ""
	if len(g.cells) == 0 {
		d.heads(g)
		d.say(d.words.Text("pdf.no_rows"), small, 12)
	}
	for from := 0; from < len(g.cells); {
		if from > 0 {
			d.next()
			d.say(d.words.Say("pdf.continued", title), small, 11)
			d.y += 5
		}
		to, used := from, g.head
		for to < len(g.cells) && (to == from || used+g.height[to] <= d.room()) {
			used += g.height[to]
			to++
		}
		if left := len(g.cells) - to; left > 0 && left < together && to-from > 2*together {
			to -= together - left
		}
		d.heads(g)
		for i := from; i < to; i++ {
			d.row(g, i, i == from)
		}
		d.rule(d.left(), d.y, sum(g.widths), 0.5, strong)
		from = to
	}
	d.y += 4
	if isLast {
		for _, note := range t.Notes {
			d.say(note, small, 11)
			d.y += 1
		}
	}
	d.y += gap
}

// heads writes the columns' headings, standing on the rule below them.
func (d *document) heads(g *grid) {
	x := d.left()
	for k, lines := range g.heads {
		y := d.y + g.head - 1 - rowPadding - float64(len(lines))*g.leading()
		for _, l := range lines {
			d.inCell(g, k, l, x, y+0.75*g.leading())
			y += g.leading()
		}
		x += g.widths[k]
	}
	d.y += g.head
	d.rule(d.left(), d.y-0.5, sum(g.widths), 0.75, strong)
}

// row writes a row; the first one on a page names what it is part of.
func (d *document) row(g *grid, i int, isFirst bool) {
	width := sum(g.widths)
	if g.shaded[i] {
		d.fill(d.left(), d.y, width, g.height[i], provisional)
	}
	isTotal := g.total && i == len(g.cells)-1
	if !isFirst {
		switch {
		case isTotal:
			d.rule(d.left(), d.y, width, 0.75, strong)
		case !g.repeats[i][0]:
			d.rule(d.left(), d.y, width, 0.4, rule)
		}
	}
	x := d.left()
	for k, lines := range g.lines[i] {
		if isFirst || !g.repeats[i][k] {
			for n, l := range lines {
				d.inCell(g, k, l, x, d.y+rowPadding+(float64(n)+0.77)*g.leading())
			}
		}
		x += g.widths[k]
	}
	d.y += g.height[i]
}

// inCell writes a line of a cell whose left edge is x.
func (d *document) inCell(g *grid, k int, l line, x, y float64) {
	if g.isRight[k] {
		d.line(l, x+g.widths[k]-cellPadding-l.width, y)
		return
	}
	d.line(l, x+cellPadding+g.indent[k], y)
}
