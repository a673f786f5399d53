package pdf

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// painter draws an SVG on the page that is open, as vectors and as text that can be searched. It knows what ECharts writes:
// shapes, groups, text, clipping and patterns; no gradients, filters, masks or pictures.
type painter struct {
	pdf    *fpdf.Fpdf
	height float64 // of the page
	clean  func(string) string
	byID   map[string]*element
	out    strings.Builder
	// Unknown counts what was left out, by what it is; tests want none.
	unknown map[string]int
	tiles   int // of patterns, drawn so far
}

// look is what an element inherits.
type look struct {
	m                                   matrix
	fill, stroke                        string
	fillOpacity, strokeOpacity, opacity float64
	width                               float64
	dash                                string
	cap, join                           string
	evenOdd                             bool
	size                                float64
	isBold, isItalic                    bool
	anchor, baseline                    string
	depth                               int
}

// maxTiles bounds what a pattern may cost; beyond it the ground is filled alone.
const maxTiles = 20_000

func turned(degrees float64) matrix {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return matrix{a: cos, b: sin, c: -sin, d: cos}
}

func tangent(degrees float64) float64 { return math.Tan(degrees * math.Pi / 180) }

// paint draws an SVG with its upper left corner at (x, y), scaled to a width. It gives what it left out.
func paint(f *fpdf.Fpdf, svg []byte, x, y, width, pageHeight float64, clean func(string) string) (unknown []string, err error) {
	top, err := parseSVG(svg)
	if err != nil {
		return nil, err
	}
	p := &painter{pdf: f, height: pageHeight, clean: clean, byID: map[string]*element{}, unknown: map[string]int{}}
	p.index(top)
	left, upper, w := 0.0, 0.0, top.number("width", 0)
	if box := numbers(top.is["viewBox"]); len(box) == 4 {
		left, upper, w = box[0], box[1], box[2]
	}
	if !(w > 0) {
		return nil, fmt.Errorf("reading a drawing: it has no width")
	}
	scale := width / w
	s := look{
		m:    matrix{scale, 0, 0, scale, x - left*scale, y - upper*scale},
		fill: "black", stroke: "none", fillOpacity: 1, strokeOpacity: 1, opacity: 1, width: 1,
		size: 16, anchor: "start",
	}
	p.write("q\n")
	p.parts(top, s)
	p.write("Q\n")
	p.flush()
	return slices.Sorted(maps.Keys(p.unknown)), f.Error()
}

// index remembers the elements with an ID.
func (p *painter) index(e *element) {
	if id := e.is["id"]; id != "" {
		p.byID[id] = e
	}
	for _, part := range e.parts {
		p.index(part)
	}
}

func (p *painter) miss(what string) { p.unknown[what]++ }

func (p *painter) write(format string, values ...any) { fmt.Fprintf(&p.out, format, values...) }

// flush hands over what was written, before fpdf writes something of its own.
func (p *painter) flush() {
	if p.out.Len() > 0 {
		p.pdf.RawWriteStr(strings.TrimSuffix(p.out.String(), "\n"))
		p.out.Reset()
	}
}

// with gives the look of an element within that of its parent.
func (s look) with(e *element) look {
	s.depth++
	set := func(name string, to *string) {
		if value, ok := e.is[name]; ok && value != "inherit" {
			*to = value
		}
	}
	set("fill", &s.fill)
	set("stroke", &s.stroke)
	set("stroke-dasharray", &s.dash)
	set("stroke-linecap", &s.cap)
	set("stroke-linejoin", &s.join)
	set("text-anchor", &s.anchor)
	set("dominant-baseline", &s.baseline)
	set("alignment-baseline", &s.baseline)
	s.fillOpacity = e.number("fill-opacity", s.fillOpacity)
	s.strokeOpacity = e.number("stroke-opacity", s.strokeOpacity)
	s.opacity *= e.number("opacity", 1)
	s.width = e.number("stroke-width", s.width)
	s.size = e.number("font-size", s.size)
	if value, ok := e.is["fill-rule"]; ok {
		s.evenOdd = value == "evenodd"
	}
	if value, ok := e.is["font-style"]; ok {
		s.isItalic = value == "italic" || value == "oblique"
	}
	if value, ok := e.is["font-weight"]; ok {
		weight, err := strconv.Atoi(value)
		s.isBold = value == "bold" || value == "bolder" || err == nil && weight >= 600
	}
	if transform := e.is["transform"]; transform != "" {
		s.m = s.m.then(parseTransform(transform))
	}
	return s
}

func (p *painter) parts(e *element, s look) {
	for _, part := range e.parts {
		p.element(part, s)
	}
}

// silent are elements that draw nothing where they stand.
var silent = map[string]bool{"": true, "defs": true, "clipPath": true, "pattern": true, "title": true, "desc": true, "metadata": true, "style": true}

func (p *painter) element(e *element, parent look) {
	if silent[e.name] || e.is["display"] == "none" || e.is["visibility"] == "hidden" || parent.depth > deepest {
		return
	}
	s := parent.with(e)
	if id, ok := reference(e.is["clip-path"]); ok {
		p.write("q\n")
		defer p.write("Q\n")
		p.clip(id, s)
	}
	switch e.name {
	case "g", "svg", "a":
		p.parts(e, s)
	case "use":
		target := p.byID[strings.TrimPrefix(e.is["href"], "#")]
		if target == nil {
			p.miss("use of nothing")
			return
		}
		s.m = s.m.then(matrix{1, 0, 0, 1, e.number("x", 0), e.number("y", 0)})
		p.element(target, s)
	case "text":
		p.text(e, s)
	default:
		shape, ok, err := e.shape()
		if !ok {
			p.miss(e.name)
			return
		}
		if err != nil {
			p.miss("path " + e.is["d"])
		}
		p.fillAndStroke(shape, s)
	}
}

// reference gives the ID of url(#ID).
func reference(text string) (string, bool) {
	id, ok := strings.CutPrefix(strings.TrimSpace(text), "url(")
	return strings.Trim(strings.TrimSuffix(strings.TrimSpace(id), ")"), `"'#`), ok
}

// clip narrows what follows to a clipPath.
func (p *painter) clip(id string, s look) {
	target := p.byID[id]
	if target == nil {
		p.miss("clip-path of nothing")
		return
	}
	var whole path
	for _, part := range target.parts {
		shape, ok, err := part.shape()
		if err != nil || !ok && part.name != "" {
			p.miss("clipPath with " + part.name)
		}
		m := s.m.then(parseTransform(target.is["transform"])).then(parseTransform(part.is["transform"]))
		whole = append(whole, shape.through(m)...)
	}
	if len(whole) == 0 || !whole.isFinite() { // nothing is seen through nothing
		whole = rectangle(-2, -2, 1, 1, 0, 0)
	}
	p.path(whole)
	p.write("W n\n")
}

// path writes a path that is in the page's coordinates, y downwards.
func (p *painter) path(shape path) {
	for _, s := range shape {
		for _, q := range s.points() {
			p.out.WriteString(short(q.x))
			p.out.WriteByte(' ')
			p.out.WriteString(short(p.height - q.y))
			p.out.WriteByte(' ')
		}
		p.out.WriteString(map[byte]string{'M': "m\n", 'L': "l\n", 'C': "c\n", 'Z': "h\n"}[s.kind])
	}
}

// short writes a number with two decimals at most, a hundredth of a point being less than is seen.
func short(n float64) string {
	text := strconv.FormatFloat(n, 'f', 2, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

func (c color) operands() string {
	return short3(c.r) + " " + short3(c.g) + " " + short3(c.b)
}

func short3(channel int) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(float64(channel)/255, 'f', 3, 64), "0"), ".")
}

// ink reads a colour to fill or stroke with; ok is false where there is none.
func (p *painter) ink(text string, opacity float64) (color, bool) {
	if text == "" || text == "none" {
		return color{}, false
	}
	c, ok := parseColor(text)
	if !ok {
		p.miss("colour " + text)
		return color{}, false
	}
	c.alpha = min(max(c.alpha*opacity, 0), 1)
	return c, c.alpha > 0
}

func (p *painter) fillAndStroke(shape path, s look) {
	if len(shape) == 0 || !shape.isFinite() {
		return
	}
	onPage := shape.through(s.m)
	if !onPage.isFinite() {
		return
	}
	if id, ok := reference(s.fill); ok {
		p.pattern(id, shape, s)
	} else if fill, ok := p.ink(s.fill, s.fillOpacity*s.opacity); ok {
		p.covered(fill.alpha, func() {
			p.write("%s rg\n", fill.operands())
			p.path(onPage)
			if s.evenOdd {
				p.write("f*\n")
			} else {
				p.write("f\n")
			}
		})
	}
	if stroke, ok := p.ink(s.stroke, s.strokeOpacity*s.opacity); ok && s.width > 0 {
		p.covered(stroke.alpha, func() {
			p.write("%s RG %s w %s %d J %d j\n", stroke.operands(), short(s.width*s.m.size()), s.dashes(), caps[s.cap], joins[s.join])
			p.path(onPage)
			p.write("S\n")
		})
	}
}

var (
	caps  = map[string]int{"round": 1, "square": 2}
	joins = map[string]int{"round": 1, "bevel": 2}
)

// dashes writes how a line is broken.
func (s look) dashes() string {
	var list []string
	sum := 0.0
	for _, n := range numbers(s.dash) {
		if n < 0 || math.IsNaN(n) || math.IsInf(n, 0) {
			return "[] 0 d"
		}
		sum += n
		list = append(list, short(n*s.m.size()))
	}
	if sum == 0 {
		return "[] 0 d"
	}
	return "[" + strings.Join(list, " ") + "] 0 d"
}

// covered draws with so much cover.
func (p *painter) covered(alpha float64, draw func()) {
	if alpha >= 0.999 {
		draw()
		return
	}
	p.write("q\n")
	p.flush()
	p.pdf.SetAlpha(alpha, "Normal")
	draw()
	p.write("Q\n")
}

// pattern fills a shape with a pattern: its tile is drawn as often as the shape needs, and cut off at the shape's edge.
func (p *painter) pattern(id string, shape path, s look) {
	e := p.byID[id]
	if e == nil || e.name != "pattern" {
		p.miss("fill with " + id)
		return
	}
	w, h := e.number("width", 0), e.number("height", 0)
	inner := parseTransform(e.is["patternTransform"])
	back, ok := inner.back()
	if !ok || !(w > 0.1) || !(h > 0.1) {
		return
	}
	if e.is["patternUnits"] != "userSpaceOnUse" {
		p.miss("pattern in units of its box")
		return
	}
	least, most := shape.through(back).box()
	x, y := e.number("x", 0), e.number("y", 0)
	fromX, toX := math.Floor((least.x-x)/w), math.Ceil((most.x-x)/w)
	fromY, toY := math.Floor((least.y-y)/h), math.Ceil((most.y-y)/h)
	if tiles := (toX - fromX) * (toY - fromY); !(tiles >= 0 && tiles < maxTiles-float64(p.tiles)) {
		p.miss("pattern of too many tiles")
		return
	}
	p.write("q\n")
	p.path(shape.through(s.m))
	p.write("W n\n")
	// A pattern's parts inherit from the pattern, not from what it fills; its cover goes with that.
	tile := look{m: s.m.then(inner), fill: "black", stroke: "none", fillOpacity: 1, strokeOpacity: 1, opacity: s.opacity * s.fillOpacity, width: 1, size: 16, depth: s.depth + 1}
	for row := fromY; row < toY; row++ {
		for column := fromX; column < toX; column++ {
			p.tiles++
			at := tile
			at.m = at.m.then(matrix{1, 0, 0, 1, x + column*w, y + row*h})
			p.parts(e, at)
		}
	}
	p.write("Q\n")
}

// fragment is a piece of text in one look, at a place of its own or behind the piece before it.
type fragment struct {
	look
	text   string
	x, y   *float64
	dx, dy float64
}

func (p *painter) text(e *element, s look) {
	var fragments []fragment
	p.fragments(e, s, &fragments)
	x, y := 0.0, 0.0
	for i := 0; i < len(fragments); {
		// A chunk begins at a place of its own; its anchor holds for the whole of it.
		end, width := i, 0.0
		for end < len(fragments) && (end == i || fragments[end].x == nil) {
			width += fragments[end].dx + fragments[end].face().width(fragments[end].text, fragments[end].size)
			end++
		}
		if fragments[i].x != nil {
			x = *fragments[i].x
		}
		switch fragments[i].anchor {
		case "middle":
			x -= width / 2
		case "end":
			x -= width
		}
		for _, piece := range fragments[i:end] {
			if piece.y != nil {
				y = *piece.y
			}
			x, y = x+piece.dx, y+piece.dy
			p.letters(piece, point{x, y + piece.drop()})
			x += piece.face().width(piece.text, piece.size)
		}
		i = end
	}
}

func (p *painter) fragments(e *element, s look, into *[]fragment) {
	place := func(name string) *float64 {
		if n := numbers(e.is[name]); len(n) > 0 {
			return &n[0]
		}
		return nil
	}
	x, y := place("x"), place("y")
	dx, dy := e.distance("dx", s.size), e.distance("dy", s.size)
	for _, part := range e.parts {
		before := len(*into)
		switch part.name {
		case "":
			text := part.text
			if e.is["space"] != "preserve" {
				text = strings.Join(strings.Fields(text), " ")
			}
			if text = p.clean(text); text != "" {
				*into = append(*into, fragment{look: s, text: text})
			}
		case "tspan":
			p.fragments(part, s.with(part), into)
		default:
			if !silent[part.name] {
				p.miss("text with " + part.name)
			}
		}
		if len(*into) > before { // the place of an element is that of its first letters
			first := &(*into)[before]
			if first.x == nil {
				first.x = x
			}
			if first.y == nil {
				first.y = y
			}
			first.dx, first.dy = first.dx+dx, first.dy+dy
			x, y, dx, dy = nil, nil, 0, 0
		}
	}
}

// distance reads a length in pixels or in the letters' size.
func (e *element) distance(name string, size float64) float64 {
	n := e.number(name, 0)
	if strings.HasSuffix(strings.TrimSpace(e.is[name]), "em") {
		return n * size
	}
	return n
}

func (s look) face() face {
	switch {
	case s.isBold:
		return bold
	case s.isItalic:
		return italic
	}
	return regular
}

// drop is how far the letters' baseline lies below the place that they are set at, by Liberation Sans' own measures.
func (s look) drop() float64 {
	switch s.baseline {
	case "central":
		return 0.347 * s.size
	case "middle":
		return 0.264 * s.size
	case "hanging", "text-before-edge", "text-top":
		return 0.905 * s.size
	case "text-after-edge", "text-bottom", "ideographic":
		return -0.212 * s.size
	}
	return 0
}

// letters draws one piece of text with its baseline at a place, turned and scaled as its look says.
func (p *painter) letters(piece fragment, at point) {
	fill, ok := p.ink(piece.fill, piece.fillOpacity*piece.opacity)
	place := piece.m.at(at)
	scale := piece.m.size()
	size := piece.size * scale
	if !ok || !(size > 0.1 && size < 1000) || !(path{{'M', [3]point{place}}}).isFinite() {
		return
	}
	stroke, isOutlined := p.ink(piece.stroke, piece.strokeOpacity*piece.opacity)
	text := visual(piece.text)
	p.write("q\n")
	// The page's y runs upwards: a turn to the right in the drawing is one by less.
	p.write("%.4f %.4f %.4f %.4f %s %s cm\n", piece.m.a/scale, 0-piece.m.b/scale, 0-piece.m.c/scale, piece.m.d/scale, short(place.x), short(p.height-place.y))
	p.flush()
	if fill.alpha < 0.999 {
		p.pdf.SetAlpha(fill.alpha, "Normal")
	}
	p.pdf.SetFont(family, styles[piece.face()], size)
	// fpdf sets a colour before text only where it thinks that another one is set.
	p.pdf.SetTextColor(fill.r, fill.g, fill.b)
	p.pdf.SetFillColor(fill.r, fill.g, fill.b)
	if isOutlined && piece.width > 0 { // a ground of its own behind letters that cross lines
		p.write("1 Tr 1 j %s RG %s w\n", stroke.operands(), short(piece.width*scale))
		p.flush()
		p.pdf.Text(0, p.height, text)
		p.write("0 Tr\n")
		p.flush()
	}
	p.pdf.Text(0, p.height, text)
	p.write("Q\n")
}
