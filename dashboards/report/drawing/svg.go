package drawing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// allowed are the elements that a drawing may hold, and allowedAttributes what may be said of them.
var (
	allowed = set("svg g path text tspan rect line polyline polygon circle ellipse defs clipPath pattern use")

	allowedAttributes = set("id d x y width height x1 y1 x2 y2 cx cy r rx ry points viewBox transform",
		"fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit opacity",
		"clip-path clip-rule patternUnits patternTransform text-anchor font-size font-weight font-style")
)

func set(lists ...string) map[string]bool {
	all := map[string]bool{}
	for _, list := range lists {
		for name := range strings.FieldsSeq(list) {
			all[name] = true
		}
	}
	return all
}

// element is a part of a drawing.
type element struct {
	name       string
	attributes [][2]string
	inside     []*element
	text       string // of text and tspan
}

// tidy makes of ECharts' SVG one that can stand within any document, and that a simple painter can follow: presentation
// attributes in the place of styles and classes, texts on their baselines, colours of six digits with an opacity beside them,
// patterns of shapes within their tile, ids of its own, and nothing that is not to be seen.
func tidy(drawn string) ([]byte, error) {
	root, err := parse(drawn)
	if err != nil {
		return nil, err
	}
	root.attributes = slices.Concat([][2]string{{"xmlns", "http://www.w3.org/2000/svg"}}, root.attributes, [][2]string{{"font-family", family}})
	ids := map[string]string{}
	root.number(ids)
	var plain, out bytes.Buffer
	root.write(&plain, ids, "")
	sum := sha256.Sum256(plain.Bytes())
	root.write(&out, ids, "f"+hex.EncodeToString(sum[:6])+"-")
	return out.Bytes(), nil
}

// parse reads what is to be seen.
func parse(drawn string) (*element, error) {
	decoder := xml.NewDecoder(strings.NewReader(strings.Map(printable, drawn)))
	var open []*element // nil: not to be read, as all within
	var root *element
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			var e *element
			if allowed[token.Name.Local] && !slices.Contains(open, nil) {
				e = newElement(token)
			}
			if root == nil {
				root = e
			}
			open = append(open, e)
		case xml.CharData:
			if n := len(open); n > 0 && open[n-1] != nil && (open[n-1].name == "text" || open[n-1].name == "tspan") {
				open[n-1].text += string(token)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			open = open[:len(open)-1]
			if e != nil && e.finish() && len(open) > 0 {
				parent := open[len(open)-1]
				parent.inside = append(parent.inside, e)
			}
		}
	}
	if root == nil || root.name != "svg" {
		return nil, errors.New("it is no SVG")
	}
	return root, nil
}

// printable drops what no XML document may hold, and the marks that write what follows them from the other side.
func printable(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r', r >= 0x20 && r < 0x7f, r >= 0xa0 && r < 0x202a, r > 0x202e && r < 0x2066, r > 0x2069 && r < 0xfdd0, r > 0xfdef && r&0xfffe != 0xfffe:
		return r
	}
	return -1
}

// newElement takes over what a drawing may say. Styles are ECharts' own, of fonts only.
func newElement(token xml.StartElement) *element {
	e := &element{name: token.Name.Local}
	isCentral := false
	for _, attribute := range token.Attr {
		name, value := attribute.Name.Local, attribute.Value
		switch {
		case attribute.Name.Space != "":
		case name == "style":
			for rule := range strings.SplitSeq(value, ";") {
				property, setting, _ := strings.Cut(rule, ":")
				property, setting = strings.TrimSpace(property), strings.TrimSuffix(strings.TrimSpace(setting), "px")
				if allowedAttributes[property] {
					e.set(property, setting)
				}
			}
		case name == "dominant-baseline":
			isCentral = value == "central"
		case name == "fill" || name == "stroke":
			color, opacity := parts(value)
			e.set(name, color)
			if opacity != "" && e.get(name+"-opacity") == "" {
				e.set(name+"-opacity", opacity)
			}
		case name == "href" && strings.HasPrefix(value, "#"), allowedAttributes[name]:
			e.set(name, value)
		}
	}
	if isCentral {
		// Half of what Liberation Sans rises above its baseline less what it goes below.
		size, _ := strconv.ParseFloat(e.get("font-size"), 64)
		y, _ := strconv.ParseFloat(e.get("y"), 64)
		e.set("y", decimal(y+(0.905-0.212)/2*size))
	}
	return e
}

func (e *element) get(name string) string {
	for _, attribute := range e.attributes {
		if attribute[0] == name {
			return attribute[1]
		}
	}
	return ""
}

func (e *element) set(name, value string) {
	for i := range e.attributes {
		if e.attributes[i][0] == name {
			e.attributes[i][1] = value
			return
		}
	}
	e.attributes = append(e.attributes, [2]string{name, value})
}

func decimal(n float64) string { return strconv.FormatFloat(math.Round(100*n)/100, 'f', -1, 64) }

var (
	withAlpha = regexp.MustCompile(`^#([0-9a-fA-F]{6})([0-9a-fA-F]{2})$`)
	function  = regexp.MustCompile(`^rgba?\( *(\d+) *, *(\d+) *, *(\d+) *(?:, *([\d.]+) *)?\)$`)
)

// parts gives a colour and, where it is not whole, its opacity.
func parts(color string) (opaque, opacity string) {
	if found := withAlpha.FindStringSubmatch(color); found != nil {
		alpha, _ := strconv.ParseUint(found[2], 16, 8)
		return "#" + found[1], decimal(float64(alpha) / 255)
	}
	if found := function.FindStringSubmatch(color); found != nil {
		opaque = "#"
		for _, part := range found[1:4] {
			number, _ := strconv.ParseUint(part, 10, 16)
			opaque += fmt.Sprintf("%02x", min(number, 255))
		}
		return opaque, found[4]
	}
	if color == "transparent" {
		return "none", ""
	}
	return color, ""
}

// finish completes an element whose inside is known, and tells whether there is anything of it to be seen.
func (e *element) finish() bool {
	switch e.name {
	case "text", "tspan":
		e.text = spaces.ReplaceAllString(e.text, " ") // as they are shown
		return strings.TrimSpace(e.text) != "" || len(e.inside) > 0
	case "pattern":
		e.tile()
	case "path", "rect", "line", "polyline", "polygon", "circle", "ellipse":
		isFilled := e.get("fill") != "none" && e.get("fill-opacity") != "0"
		isOutlined := e.get("stroke") != "" && e.get("stroke") != "none" && e.get("stroke-width") != "0" && e.get("stroke-opacity") != "0"
		return isFilled || isOutlined
	case "g", "defs":
		return len(e.inside) > 0
	}
	return true
}

var spaces = regexp.MustCompile(`[ \t\r\n]+`)

var stripe = regexp.MustCompile(`^M(-?[\d.]+) (-?[\d.]+)l([\d.]+) 0l0 ([\d.]+)l-[\d.]+ 0Z$`)

// stripeWidth is how wide a tile of stripes is made: ECharts' are one pixel wide and would be laid a hundred thousand times.
const stripeWidth = 240

// tile leaves in a pattern what lies within its tile; ECharts repeats shapes beyond. Stripes across the tile become
// rectangles of a wide one.
func (e *element) tile() {
	width, _ := strconv.ParseFloat(e.get("width"), 64)
	height, _ := strconv.ParseFloat(e.get("height"), 64)
	shapes := e.shapes()
	isStriped := len(shapes) > 0
	var inside []*element
	for _, shape := range shapes {
		found := stripe.FindStringSubmatch(shape.get("d"))
		if found == nil {
			isStriped = false
			inside = append(inside, shape)
			continue
		}
		var at [4]float64
		for i := range at {
			at[i], _ = strconv.ParseFloat(found[i+1], 64)
		}
		if at[0] >= width || at[1] >= height || at[0]+at[2] <= 0 || at[1]+at[3] <= 0 {
			continue
		}
		isStriped = isStriped && at[0] <= 0 && at[0]+at[2] >= width
		rect := &element{name: "rect"}
		for i, name := range []string{"x", "y", "width", "height"} {
			rect.set(name, decimal(at[i]))
		}
		for _, name := range []string{"fill", "fill-opacity"} {
			if value := shape.get(name); value != "" {
				rect.set(name, value)
			}
		}
		inside = append(inside, rect)
	}
	if isStriped {
		e.set("width", strconv.Itoa(stripeWidth))
		for _, rect := range inside {
			rect.set("x", "0")
			rect.set("width", strconv.Itoa(stripeWidth))
		}
	}
	e.inside = inside
}

// shapes are the parts of a pattern; ECharts wraps them into a group that says nothing.
func (e *element) shapes() []*element {
	var all []*element
	for _, part := range e.inside {
		if part.name == "g" && len(part.attributes) == 0 {
			all = append(all, part.shapes()...)
		} else {
			all = append(all, part)
		}
	}
	return all
}

// number gives each id its number: ECharts counts on from drawing to drawing.
func (e *element) number(ids map[string]string) {
	if id := e.get("id"); id != "" {
		ids[id] = strconv.Itoa(len(ids))
	}
	for _, part := range e.inside {
		part.number(ids)
	}
}

func (e *element) write(out *bytes.Buffer, ids map[string]string, prefix string) {
	out.WriteString("<" + e.name)
	for _, attribute := range e.attributes {
		name, value := attribute[0], attribute[1]
		switch {
		case name == "id":
			value = prefix + ids[value]
		case name == "href":
			value = "#" + prefix + ids[value[1:]]
		case strings.Contains(value, "url("):
			inner, ok := strings.CutPrefix(value, "url(#")
			number, known := ids[strings.TrimSuffix(inner, ")")]
			if !ok || !known { // it would lead out of the drawing
				continue
			}
			value = "url(#" + prefix + number + ")"
		}
		out.WriteString(" " + name + `="`)
		escape(out, value)
		out.WriteString(`"`)
	}
	out.WriteString(">")
	escape(out, e.text)
	for _, part := range e.inside {
		part.write(out, ids, prefix)
	}
	out.WriteString("</" + e.name + ">")
}

func escape(out *bytes.Buffer, text string) {
	if err := xml.EscapeText(out, []byte(text)); err != nil { // a buffer takes everything
		panic(err)
	}
}
