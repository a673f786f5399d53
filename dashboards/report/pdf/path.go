package pdf

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// matrix is an affine map as SVG writes it: x' = ax + cy + e, y' = bx + dy + f.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// then gives the map that does n first and m after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m matrix) at(p point) point { return point{m.a*p.x + m.c*p.y + m.e, m.b*p.x + m.d*p.y + m.f} }

// size is how many times longer lines become.
func (m matrix) size() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// back gives the map that undoes m; ok is false where there is none.
func (m matrix) back() (_ matrix, ok bool) {
	det := m.a*m.d - m.b*m.c
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return identity, false
	}
	return matrix{m.d / det, -m.b / det, -m.c / det, m.a / det, (m.c*m.f - m.d*m.e) / det, (m.b*m.e - m.a*m.f) / det}, true
}

type point struct{ x, y float64 }

// step is a part of a path: M and L have one point, C has two handles and the end, Z has none.
type step struct {
	kind byte
	to   [3]point
}

func (s step) points() []point {
	switch s.kind {
	case 'C':
		return s.to[:]
	case 'Z':
		return nil
	}
	return s.to[:1]
}

type path []step

func (p path) through(m matrix) path {
	moved := make(path, len(p))
	for i, s := range p {
		moved[i].kind = s.kind
		for k, q := range s.to {
			moved[i].to[k] = m.at(q)
		}
	}
	return moved
}

// isFinite tells whether a path can be written: a chart of a missing number may hold NaN.
func (p path) isFinite() bool {
	for _, s := range p {
		for _, q := range s.points() {
			if math.IsNaN(q.x+q.y) || math.IsInf(q.x+q.y, 0) || math.Abs(q.x) > 1e6 || math.Abs(q.y) > 1e6 {
				return false
			}
		}
	}
	return true
}

// box is the rectangle around a path's points, handles included.
func (p path) box() (least, most point) {
	least, most = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, s := range p {
		for _, q := range s.points() {
			least = point{min(least.x, q.x), min(least.y, q.y)}
			most = point{max(most.x, q.x), max(most.y, q.y)}
		}
	}
	return least, most
}

func (p *path) move(q point)          { *p = append(*p, step{'M', [3]point{q}}) }
func (p *path) line(q point)          { *p = append(*p, step{'L', [3]point{q}}) }
func (p *path) curve(c1, c2, q point) { *p = append(*p, step{'C', [3]point{c1, c2, q}}) }
func (p *path) end()                  { *p = append(*p, step{kind: 'Z'}) }

// arc appends an elliptical arc from one point to another as curves of at most a quarter turn each, after the notes on
// implementation in the SVG specification (F.6.5, F.6.6).
func (p *path) arc(from point, rx, ry, degrees float64, large, sweep bool, to point) {
	rx, ry = math.Abs(rx), math.Abs(ry)
	if from == to {
		return
	}
	if rx == 0 || ry == 0 {
		p.line(to)
		return
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	dx, dy := (from.x-to.x)/2, (from.y-to.y)/2
	x, y := cos*dx+sin*dy, -sin*dx+cos*dy
	if grow := x*x/(rx*rx) + y*y/(ry*ry); grow > 1 {
		rx, ry = rx*math.Sqrt(grow), ry*math.Sqrt(grow)
	}
	root := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*y*y-ry*ry*x*x)/(rx*rx*y*y+ry*ry*x*x)))
	if large == sweep {
		root = -root
	}
	cx, cy := root*rx*y/ry, -root*ry*x/rx
	start := math.Atan2((y-cy)/ry, (x-cx)/rx)
	turn := math.Atan2((-y-cy)/ry, (-x-cx)/rx) - start
	switch {
	case sweep && turn < 0:
		turn += 2 * math.Pi
	case !sweep && turn > 0:
		turn -= 2 * math.Pi
	}
	m := matrix{rx * cos, rx * sin, -ry * sin, ry * cos, cos*cx - sin*cy + (from.x+to.x)/2, sin*cx + cos*cy + (from.y+to.y)/2}
	parts := int(math.Ceil(math.Abs(turn)/(math.Pi/2) - 1e-9))
	each := turn / float64(parts)
	handle := 4.0 / 3 * math.Tan(each/4)
	for i := range parts {
		s0, c0 := math.Sincos(start + float64(i)*each)
		s1, c1 := math.Sincos(start + float64(i+1)*each)
		last := m.at(point{c1, s1})
		if i == parts-1 {
			last = to
		}
		p.curve(m.at(point{c0 - handle*s0, s0 + handle*c0}), m.at(point{c1 + handle*s1, s1 - handle*c1}), last)
	}
}

// ellipse gives a whole ellipse.
func ellipse(cx, cy, rx, ry float64) path {
	if rx <= 0 || ry <= 0 {
		return nil
	}
	var p path
	p.move(point{cx + rx, cy})
	p.arc(point{cx + rx, cy}, rx, ry, 0, false, true, point{cx - rx, cy})
	p.arc(point{cx - rx, cy}, rx, ry, 0, false, true, point{cx + rx, cy})
	p.end()
	return p
}

// rectangle gives a rectangle with round corners.
func rectangle(x, y, w, h, rx, ry float64) path {
	if w <= 0 || h <= 0 {
		return nil
	}
	rx, ry = min(rx, w/2), min(ry, h/2)
	var p path
	if rx <= 0 || ry <= 0 {
		p.move(point{x, y})
		p.line(point{x + w, y})
		p.line(point{x + w, y + h})
		p.line(point{x, y + h})
		p.end()
		return p
	}
	p.move(point{x + rx, y})
	p.line(point{x + w - rx, y})
	p.arc(point{x + w - rx, y}, rx, ry, 0, false, true, point{x + w, y + ry})
	p.line(point{x + w, y + h - ry})
	p.arc(point{x + w, y + h - ry}, rx, ry, 0, false, true, point{x + w - rx, y + h})
	p.line(point{x + rx, y + h})
	p.arc(point{x + rx, y + h}, rx, ry, 0, false, true, point{x, y + h - ry})
	p.line(point{x, y + ry})
	p.arc(point{x, y + ry}, rx, ry, 0, false, true, point{x + rx, y})
	p.end()
	return p
}

var errPath = errors.New("a path that is not one")

// operands is how many numbers a command takes.
var operands = map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'T': 2, 'A': 7, 'Z': 0}

// parsePath reads the attribute d of a path. With an error comes what stands before it, as a browser would draw it.
func parsePath(text string) (path, error) {
	var (
		p               path
		r               = reader{text: text}
		now, start      point
		cubic, quadric  point // the last handle, for S and T
		before, command byte
	)
	for {
		r.skip()
		if r.at == len(r.text) {
			return p, nil
		}
		if letter := r.text[r.at]; letter|0x20 >= 'a' && letter|0x20 <= 'z' {
			command = letter
			r.at++
		} else if command == 0 || command|0x20 == 'z' {
			return p, errPath
		}
		upper := command &^ 0x20
		count, known := operands[upper]
		if !known || len(p) == 0 && upper != 'M' {
			return p, errPath
		}
		var n [7]float64
		for i := range count {
			var ok bool
			if upper == 'A' && (i == 3 || i == 4) {
				n[i], ok = r.flag()
			} else {
				n[i], ok = r.number()
			}
			if !ok {
				return p, errPath
			}
		}
		var base point
		if command != upper {
			base = now
		}
		to := func(i int) point { return point{base.x + n[i], base.y + n[i+1]} }
		switch upper {
		case 'M':
			now = to(0)
			start = now
			p.move(now)
			command -= 'M' - 'L' // more pairs are lines
		case 'L':
			now = to(0)
			p.line(now)
		case 'H':
			now.x = base.x + n[0]
			p.line(now)
		case 'V':
			now.y = base.y + n[0]
			p.line(now)
		case 'C':
			p.curve(to(0), to(2), to(4))
			cubic, now = to(2), to(4)
		case 'S':
			first := now
			if before == 'C' || before == 'S' {
				first = point{2*now.x - cubic.x, 2*now.y - cubic.y}
			}
			p.curve(first, to(0), to(2))
			cubic, now = to(0), to(2)
		case 'Q', 'T':
			handle, last := to(0), to(2)
			if upper == 'T' {
				handle, last = now, to(0)
				if before == 'Q' || before == 'T' {
					handle = point{2*now.x - quadric.x, 2*now.y - quadric.y}
				}
			}
			third := func(a, b point) point { return point{a.x + 2.0/3*(b.x-a.x), a.y + 2.0/3*(b.y-a.y)} }
			p.curve(third(now, handle), third(last, handle), last)
			quadric, now = handle, last
		case 'A':
			p.arc(now, n[0], n[1], n[2], n[3] != 0, n[4] != 0, to(5))
			now = to(5)
		case 'Z':
			p.end()
			now = start
		}
		before = upper
	}
}

// reader reads numbers as SVG writes them: 1-2.5.5e3 is three of them.
type reader struct {
	text string
	at   int
}

func (r *reader) skip() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n,", r.text[r.at]) >= 0 {
		r.at++
	}
}

func (r *reader) flag() (float64, bool) {
	r.skip()
	if r.at == len(r.text) || r.text[r.at] != '0' && r.text[r.at] != '1' {
		return 0, false
	}
	r.at++
	return float64(r.text[r.at-1] - '0'), true
}

func (r *reader) number() (float64, bool) {
	r.skip()
	begin := r.at
	if strings.HasPrefix(r.text[r.at:], "NaN") {
		r.at += len("NaN")
		return math.NaN(), true
	}
	digits := func() {
		for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
			r.at++
		}
	}
	sign := func() {
		if r.at < len(r.text) && (r.text[r.at] == '-' || r.text[r.at] == '+') {
			r.at++
		}
	}
	sign()
	digits()
	if r.at < len(r.text) && r.text[r.at] == '.' {
		r.at++
		digits()
	}
	if r.at > begin && r.at < len(r.text) && r.text[r.at]|0x20 == 'e' {
		mark := r.at
		r.at++
		sign()
		if from := r.at; true {
			if digits(); r.at == from {
				r.at = mark
			}
		}
	}
	n, err := strconv.ParseFloat(r.text[begin:r.at], 64)
	return n, err == nil
}

// numbers reads a list of numbers up to what is none.
func numbers(text string) []float64 {
	var list []float64
	r := reader{text: text}
	for {
		n, ok := r.number()
		if !ok {
			return list
		}
		list = append(list, n)
	}
}
