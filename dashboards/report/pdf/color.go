package pdf

import (
	"strconv"
	"strings"
)

// color is a colour in sRGB with how much of it covers what lies beneath.
type color struct {
	r, g, b int
	alpha   float64
}

// The colours of app.css in the light theme; paper has no dark one.
var (
	ink         = rgb(0x1b1f23)
	muted       = rgb(0x57606a)
	rule        = rgb(0xd9dee4)
	strong      = rgb(0x8b949e) // rules under headings and over totals
	accent      = rgb(0x0b5cad)
	wash        = rgb(0xf3f6f9)
	better      = rgb(0x0a6b4f)
	worse       = rgb(0xa8380a)
	provisional = rgb(0xeef0f3)
	warning     = rgb(0xc98500)
)

func rgb(hex int) color { return color{hex >> 16, hex >> 8 & 0xff, hex & 0xff, 1} }

// named are the names of colours that charts are known to use.
var named = map[string]color{
	"black": rgb(0), "white": rgb(0xffffff), "red": rgb(0xff0000), "green": rgb(0x008000), "blue": rgb(0x0000ff),
	"gray": rgb(0x808080), "grey": rgb(0x808080), "silver": rgb(0xc0c0c0), "orange": rgb(0xffa500), "yellow": rgb(0xffff00),
	"purple": rgb(0x800080), "navy": rgb(0x000080), "teal": rgb(0x008080), "maroon": rgb(0x800000), "lightgray": rgb(0xd3d3d3),
	"lightgrey": rgb(0xd3d3d3), "darkgray": rgb(0xa9a9a9), "darkgrey": rgb(0xa9a9a9), "dimgray": rgb(0x696969),
}

// parseColor reads a colour of SVG: #rgb, #rrggbb, #rrggbbaa, rgb(), rgba() or a name; transparent is one without cover.
func parseColor(text string) (color, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if digits, ok := strings.CutPrefix(text, "#"); ok {
		if len(digits) == 3 || len(digits) == 4 {
			var long strings.Builder
			for _, digit := range digits {
				long.WriteRune(digit)
				long.WriteRune(digit)
			}
			digits = long.String()
		}
		alpha := 1.0
		if len(digits) == 8 {
			cover, err := strconv.ParseUint(digits[6:], 16, 8)
			if err != nil {
				return color{}, false
			}
			alpha, digits = float64(cover)/255, digits[:6]
		}
		hex, err := strconv.ParseUint(digits, 16, 24)
		if err != nil || len(digits) != 6 {
			return color{}, false
		}
		c := rgb(int(hex))
		c.alpha = alpha
		return c, true
	}
	if rest, ok := strings.CutPrefix(text, "rgb"); ok {
		rest = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(rest, "a"), "("), ")")
		n := numbers(strings.ReplaceAll(rest, "/", " "))
		if strings.Contains(rest, "%") || len(n) < 3 {
			return color{}, false
		}
		c := color{channel(n[0]), channel(n[1]), channel(n[2]), 1}
		if len(n) > 3 {
			c.alpha = min(max(n[3], 0), 1)
		}
		return c, true
	}
	if text == "transparent" {
		return color{}, true
	}
	c, ok := named[text]
	return c, ok
}

func channel(n float64) int { return int(min(max(n, 0), 255) + 0.5) }
