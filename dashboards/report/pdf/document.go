package pdf

import (
	"fmt"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
)

// Measures of a page in points.
const (
	side       = 48.0 // margins at the left and right
	top        = 60.0 // where content begins, below the running header
	bottom     = 54.0 // what is left free below
	headerLine = 36.0 // baseline of the running header
	footerLine = 30.0 // baseline of the footer, from below
	gap        = 12.0 // between blocks
	columnGap  = 22.0 // between columns of text
	itemIndent = 9.0  // of a list's text, behind its dot
)

// paper is the size of an upright page in points.
var paper = map[report.Paper]fpdf.SizeType{
	report.A4:     {Wd: 595.28, Ht: 841.89},
	report.Letter: {Wd: 612, Ht: 792},
}

// Styles of text.
var (
	body     = style{size: 9.5, color: ink}
	small    = style{size: 8, color: muted}
	question = style{face: italic, size: 9.5, color: muted}
)

// document is a report on its way to pages.
type document struct {
	*fpdf.Fpdf
	words *locale.Words
	head  string // of the running header, at its left
	state string // of the running header, at its right
	sheet fpdf.SizeType
	pages []fpdf.SizeType // as they lie, of each page
	y     float64         // where the next block begins, from the page's top
	begin float64         // where the page's columns begin
	// Text of the last pages stands in two columns; column is the one that is written, from 0.
	columns, column int

	isItem bool // the next paragraph has a dot before it

	said string // what stands above the drawing that ends at y

	current style // that the page was last told of; zero: none
	lacks   bool  // a letter was replaced
	isCut   bool  // a text of a table was cut
}

func newDocument(r *report.Report) *document {
	d := &document{words: r.Words, columns: 1, sheet: paper[report.A4]}
	if size, ok := paper[r.Spec.Paper]; ok {
		d.sheet = size
	}
	d.Fpdf = fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "pt", Size: d.sheet})
	d.SetAutoPageBreak(false, 0)
	d.SetCatalogSort(true)
	made := r.MadeAt
	if made.IsZero() { // fpdf would write its own clock
		made = time.Unix(0, 0).UTC()
	}
	d.SetCreationDate(made)
	d.SetModificationDate(made)
	addFonts(d.Fpdf)
	d.state = d.clean(edition(r))
	d.head = d.clean(r.Library + " · " + r.Title + " · " + r.Span)
	d.SetTitle(d.clean(r.Title+", "+r.Span), true)
	d.SetAuthor(d.clean(r.Library), true)
	d.SetSubject(d.state, true)
	d.SetCreator("Fillrate "+r.Version, true)
	d.SetProducer("fpdf", true)
	d.SetLang(r.Words.Tag)
	return d
}

// edition is the mark of what a report is.
func edition(r *report.Report) string {
	if r.Edition == nil {
		return r.Words.Text("pdf.draft")
	}
	return r.Words.Say("pdf.edition", strconv.Itoa(r.Edition.Number), r.Words.Date(r.Edition.IssuedAt))
}

// page is the size of the page that is open, as it lies.
func (d *document) page() fpdf.SizeType { return d.pages[len(d.pages)-1] }

// across is how much width a page has, upright or lying.
func (d *document) across(isLying bool) float64 {
	if isLying {
		return d.sheet.Ht - 2*side
	}
	return d.sheet.Wd - 2*side
}

// width is how much text a line may hold.
func (d *document) width() float64 {
	n := float64(d.columns)
	return (d.across(d.isLying()) - (n-1)*columnGap) / n
}

// left is where lines begin.
func (d *document) left() float64 { return side + float64(d.column)*(d.width()+columnGap) }

// split lets what follows stand in so many columns.
func (d *document) split(columns int) { d.columns, d.column, d.begin = columns, 0, d.y }

// room is how much height is left on the page.
func (d *document) room() float64 { return d.page().Ht - bottom - d.y }

// fullRoom is how much height content has on a page that lies so.
func fullRoom(size fpdf.SizeType) float64 { return size.Ht - bottom - top }

// isFresh tells whether nothing stands on the page, or in the column, yet.
func (d *document) isFresh() bool { return d.y <= d.begin }

// turn opens a page, upright or lying.
func (d *document) turn(isLying bool) {
	size, orientation := d.sheet, "P"
	if isLying {
		size, orientation = fpdf.SizeType{Wd: d.sheet.Ht, Ht: d.sheet.Wd}, "L"
	}
	d.AddPageFormat(orientation, d.sheet)
	d.pages = append(d.pages, size)
	d.y, d.begin, d.column, d.said = top, top, 0, ""
	d.current = style{}
	if len(d.pages) == 1 { // the first page says it all in large letters
		return
	}
	right := small.face.width(d.state, small.size)
	d.write(fit(d.head, small, d.across(isLying)-right-2*gap), small, side, headerLine)
	d.write(d.state, small, d.page().Wd-side-right, headerLine)
	d.rule(side, headerLine+7, d.across(isLying), 0.5, rule)
}

// next goes on in the next column, or on a page that lies as this one does.
func (d *document) next() {
	if d.column+1 < d.columns {
		d.column, d.y = d.column+1, d.begin
		return
	}
	d.turn(d.isLying())
}

// need goes on in the next column or on the next page where less height is left.
func (d *document) need(height float64) {
	if d.room() < height && !d.isFresh() {
		d.next()
	}
}

func (d *document) isLying() bool { return d.page().Wd > d.page().Ht }

// upright goes back to upright pages.
func (d *document) upright() {
	if d.isLying() {
		d.turn(false)
	}
}

// write sets a cleaned text with its baseline at y.
func (d *document) write(text string, s style, x, y float64) {
	if text == "" {
		return
	}
	if d.current.face != s.face || d.current.size != s.size {
		d.SetFont(family, styles[s.face], s.size)
	}
	if d.current.color != s.color || d.current.size == 0 {
		d.SetTextColor(s.r, s.g, s.b)
	}
	d.current = s
	d.Text(x, y, visual(text))
	if s.link != "" {
		d.LinkString(x, y-s.size, s.face.width(text, s.size), 1.2*s.size, s.link)
	}
}

// rule draws a line to the right.
func (d *document) rule(x, y, width, thickness float64, c color) {
	d.SetDrawColor(c.r, c.g, c.b)
	d.SetLineWidth(thickness)
	d.Line(x, y, x+width, y)
}

// fill fills a rectangle.
func (d *document) fill(x, y, width, height float64, c color) {
	d.SetFillColor(c.r, c.g, c.b)
	d.Rect(x, y, width, height, "F")
}

// line writes one line with its baseline at y.
func (d *document) line(l line, x, y float64) {
	for _, p := range l.pieces {
		d.write(p.text, p.style, x+p.x, y)
	}
}

// paragraph writes runs as a paragraph and goes on below it. Two lines at least stand together at its beginning and its end.
// It begins so far to the right of the other lines.
func (d *document) paragraph(runs []run, indent, leading float64) {
	lines := wrap(runs, d.width()-indent)
	for i, l := range lines {
		switch left := len(lines) - i; {
		case i == 0 && left <= 3, i > 0 && left == 2:
			d.need(float64(left) * leading)
		case i == 0:
			d.need(2 * leading)
		default:
			d.need(leading)
		}
		if d.isItem {
			d.write("•", style{size: runs[0].size, color: runs[0].color}, d.left()+indent-itemIndent, d.y+0.75*leading)
			d.isItem = false
		}
		d.line(l, d.left()+indent, d.y+0.75*leading)
		d.y += leading
	}
}

// say writes a plain paragraph over the page's width.
func (d *document) say(text string, s style, leading float64) {
	d.paragraph([]run{{d.clean(shorten(text, 4000)), s}}, 0, leading)
}

// mark sets a bookmark at y.
func (d *document) mark(text string, level int, y float64) {
	// fpdf takes the height of the last page for that of every page; the last one is upright.
	d.SetFont(family, styles[regular], small.size) // a bookmark's text is read as the font's is
	d.current = style{}
	d.Bookmark(d.clean(shorten(text, 200)), level, y+d.sheet.Ht-d.page().Ht)
}

// finish writes the footers, now that it is known how many pages there are.
func (d *document) finish(r *report.Report) {
	left := d.clean(d.words.Say("pdf.footer", d.words.Date(r.AsOf), strconv.Itoa(r.Generation)))
	for i, size := range d.pages {
		d.SetPage(i + 1)
		d.current = style{}
		d.SetFillColor(0, 0, 0) // another than the text's, which then is written along with it
		shift := d.sheet.Ht - size.Ht
		right := d.words.Say("pdf.page", strconv.Itoa(i+1), strconv.Itoa(len(d.pages)))
		baseline := size.Ht - footerLine + shift
		d.write(fit(left, small, size.Wd-2*side-100), small, side, baseline)
		d.write(right, small, size.Wd-side-small.face.width(right, small.size), baseline)
	}
	d.SetPage(len(d.pages))
}

// failed names what an error is about.
func failed(what string, err error) error { return fmt.Errorf("writing the PDF, %s: %w", what, err) }
