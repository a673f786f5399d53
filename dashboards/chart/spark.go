package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// The size of a spark in its own units, and the room left at its edges for the last point.
const (
	sparkWide, sparkHigh = 120.0, 32.0
	sparkEdge            = 4.0
)

// Spark draws the first series of a chart as small as a word, for a key figure: a line with its gaps, the last point
// marked, provisional points hollow. It is made here and needs no script; its title says in words how the line ran. It is
// empty where there are fewer than two values.
func Spark(w *locale.Words, c Chart) template.HTML {
	if len(c.Series) == 0 {
		return ""
	}
	points := c.Series[0].Points
	low, high, known, last := math.Inf(1), math.Inf(-1), 0, 0
	for i, p := range points {
		if p.Value != nil {
			low, high, last = min(low, *p.Value), max(high, *p.Value), i
			known++
		}
	}
	if known < 2 {
		return ""
	}
	at := func(i int) (x, y float64) {
		x = sparkEdge + float64(i)/float64(len(points)-1)*(sparkWide-2*sparkEdge)
		y = sparkHigh / 2
		if high > low {
			y = sparkHigh - sparkEdge - (*points[i].Value-low)/(high-low)*(sparkHigh-2*sparkEdge)
		}
		return x, y
	}
	var line, dots strings.Builder
	isOn := false
	for i, p := range points {
		if p.Value == nil {
			isOn = false
			continue
		}
		x, y := at(i)
		command := "M"
		if isOn {
			command = "L"
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", command, x, y)
		isOn = true
		alone := isAlone(len(points), i, func(at int) bool { return points[at].Value != nil })
		switch {
		case p.Provisional:
			fmt.Fprintf(&dots, `<circle class="open" cx="%.1f" cy="%.1f" r="2.5"/>`, x, y)
		case i == last || alone:
			fmt.Fprintf(&dots, `<circle cx="%.1f" cy="%.1f" r="2.5"/>`, x, y)
		}
	}
	one := c
	one.Kind, one.Series, one.Bands = Lines, c.Series[:1], nil
	title := template.HTMLEscapeString(Describe(w, one))
	//nolint:gosec // everything but the title is a number, and that is escaped
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %g %g" width="%g" height="%g" role="img"><title>%s</title><path d="%s"/>%s</svg>`,
		sparkWide, sparkHigh, sparkWide, sparkHigh, title, line.String(), dots.String()))
}
