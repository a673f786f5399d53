package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// element is a piece of an SVG: an element with its parts in order, or, without a name, text.
type element struct {
	name  string
	is    map[string]string // its attributes
	parts []*element
	text  string
}

// deepest is how far elements of a drawing may lie in each other.
const deepest = 64

// parseSVG reads an SVG.
func parseSVG(svg []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	top := &element{}
	open := []*element{top}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading a drawing: %w", err)
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, is: map[string]string{}}
			for _, attribute := range token.Attr {
				if attribute.Name.Local == "style" {
					e.addStyle(attribute.Value)
					continue
				}
				e.is[attribute.Name.Local] = attribute.Value
			}
			last.parts = append(last.parts, e)
			if open = append(open, e); len(open) > deepest {
				return nil, errors.New("reading a drawing: its elements lie too deep in each other")
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.parts = append(last.parts, &element{text: string(token)})
		}
	}
	for _, e := range top.parts {
		if e.name == "svg" {
			return e, nil
		}
	}
	return nil, errors.New("reading a drawing: it is no SVG")
}

// addStyle takes the declarations of a style attribute for attributes, as which they say the same.
func (e *element) addStyle(style string) {
	for declaration := range strings.SplitSeq(style, ";") {
		if name, value, ok := strings.Cut(declaration, ":"); ok {
			e.is[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
}

// number gives an attribute's number, px left off; otherwise, where there is none.
func (e *element) number(name string, otherwise float64) float64 {
	r := reader{text: e.is[name]}
	if n, ok := r.number(); ok {
		return n
	}
	return otherwise
}

// shape gives what an element draws as a path; ok is false for what draws no path.
func (e *element) shape() (p path, ok bool, err error) {
	switch e.name {
	case "path":
		p, err = parsePath(e.is["d"])
	case "rect":
		rx, ry := e.number("rx", -1), e.number("ry", -1)
		if rx < 0 {
			rx = ry
		}
		if ry < 0 {
			ry = rx
		}
		p = rectangle(e.number("x", 0), e.number("y", 0), e.number("width", 0), e.number("height", 0), rx, ry)
	case "circle":
		p = ellipse(e.number("cx", 0), e.number("cy", 0), e.number("r", 0), e.number("r", 0))
	case "ellipse":
		p = ellipse(e.number("cx", 0), e.number("cy", 0), e.number("rx", 0), e.number("ry", 0))
	case "line":
		p.move(point{e.number("x1", 0), e.number("y1", 0)})
		p.line(point{e.number("x2", 0), e.number("y2", 0)})
	case "polyline", "polygon":
		n := numbers(e.is["points"])
		for i := 0; i+1 < len(n); i += 2 {
			if i == 0 {
				p.move(point{n[0], n[1]})
			} else {
				p.line(point{n[i], n[i+1]})
			}
		}
		if e.name == "polygon" && len(p) > 0 {
			p.end()
		}
	default:
		return nil, false, nil
	}
	return p, true, err
}

// parseTransform reads the attribute transform; what is unknown in it changes nothing.
func parseTransform(text string) matrix {
	m := identity
	for text != "" {
		name, rest, ok := strings.Cut(text, "(")
		if !ok {
			break
		}
		list, after, ok := strings.Cut(rest, ")")
		if !ok {
			break
		}
		text = after
		n := numbers(list)
		count := len(n)
		n = append(n, make([]float64, 6)...)
		switch strings.Trim(name, " ,\n\t") {
		case "matrix":
			if count == 6 {
				m = m.then(matrix{n[0], n[1], n[2], n[3], n[4], n[5]})
			}
		case "translate":
			m = m.then(matrix{1, 0, 0, 1, n[0], n[1]})
		case "scale":
			if count == 1 {
				n[1] = n[0]
			}
			m = m.then(matrix{a: n[0], d: n[1]})
		case "rotate":
			m = m.then(matrix{1, 0, 0, 1, n[1], n[2]}).then(turned(n[0])).then(matrix{1, 0, 0, 1, -n[1], -n[2]})
		case "skewX":
			m = m.then(matrix{1, 0, tangent(n[0]), 1, 0, 0})
		case "skewY":
			m = m.then(matrix{1, tangent(n[0]), 0, 1, 0, 0})
		}
	}
	return m
}
