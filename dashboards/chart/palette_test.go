package chart

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// The colours stand in the stylesheet, once for both themes: --s1: light-dark(#1b66c4, #6aa9f2).
var colourPair = regexp.MustCompile(`--([a-z0-9]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)

type rgb [3]float64 // linear light, 0 to 1

func readPalettes(t *testing.T) (light, dark map[string]rgb) {
	t.Helper()
	css, err := os.ReadFile("../static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark = map[string]rgb{}, map[string]rgb{}
	for _, match := range colourPair.FindAllStringSubmatch(string(css), -1) {
		light[match[1]], dark[match[1]] = linear(t, match[2]), linear(t, match[3])
	}
	return light, dark
}

func linear(t *testing.T, hex string) rgb {
	t.Helper()
	var colour rgb
	for i := range colour {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			colour[i] = c / 12.92
		} else {
			colour[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return colour
}

// contrast is the ratio of WCAG 2.2.
func contrast(a, b rgb) float64 {
	luminance := func(c rgb) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }
	high, low := luminance(a), luminance(b)
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

// Groups of colours that stand beside each other in one chart.
var groups = map[string][]string{
	"series":   {"s1", "s2", "s3", "s4"},
	"outcomes": {"filled", "unfilled", "cancelled", "open"},
	"lateness": {"late1", "late2", "late3", "late4"},
}

func TestContrast(t *testing.T) {
	light, dark := readPalettes(t)
	for theme, palette := range map[string]map[string]rgb{"light": light, "dark": dark} {
		for _, ground := range []string{"surface", "provisional"} {
			for _, name := range []string{"s1", "s2", "s3", "s4", "s5", "s6", "filled", "unfilled", "cancelled", "open", "late1", "late2", "late3", "late4"} {
				least := 3.0 // for graphics
				if ground == "provisional" {
					least = 2.5 // a mark there also has its shape
				}
				if got := contrast(palette[name], palette[ground]); got < least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", theme, name, ground, got, least)
				}
			}
		}
		for _, ground := range []string{"surface", "wash", "provisional"} {
			for _, name := range []string{"text", "muted", "accent", "better", "worse"} {
				if got := contrast(palette[name], palette[ground]); got < 4.5 {
					t.Errorf("%s: %s as text on %s has a contrast of %.2f, want 4.5", theme, name, ground, got)
				}
			}
		}
	}
}

// How colours look to readers without one kind of cone, in linear light: Viénot, Brettel and Mollon (1999) for red and
// green, and for blue the same construction after Brettel, Viénot and Mollon (1997), with one plane.
var sights = map[string][3][3]float64{
	"full":         {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
	"deuteranopia": {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
	"tritanopia":   {{1, 0.14461, -0.14461}, {0, 0.85924, 0.14076}, {0, 0.85924, 0.14076}},
}

func seen(c rgb, by [3][3]float64) rgb {
	var out rgb
	for i := range out {
		for j := range c {
			out[i] += by[i][j] * c[j]
		}
		out[i] = min(1, max(0, out[i]))
	}
	return out
}

// lab gives CIE L*a*b* under D65.
func lab(c rgb) [3]float64 {
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x := f((0.4124*c[0] + 0.3576*c[1] + 0.1805*c[2]) / 0.95047)
	y := f(0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2])
	z := f((0.0193*c[0] + 0.1192*c[1] + 0.9505*c[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// Two colours of a group stay apart for every kind of sight. Dashes, symbols and decals tell them apart besides.
func TestColoursStayApart(t *testing.T) {
	const apart = 12 // CIE 1976 distance; about 2 is just visible side by side
	light, dark := readPalettes(t)
	for theme, palette := range map[string]map[string]rgb{"light": light, "dark": dark} {
		for sight, by := range sights {
			for group, names := range groups {
				for i, a := range names {
					for _, b := range names[i+1:] {
						p, q := lab(seen(palette[a], by)), lab(seen(palette[b], by))
						if d := math.Sqrt(math.Pow(p[0]-q[0], 2) + math.Pow(p[1]-q[1], 2) + math.Pow(p[2]-q[2], 2)); d < apart {
							t.Errorf("%s, %s: %s and %s of the %s are %.1f apart, want %d", theme, sight, a, b, group, d, apart)
						}
					}
				}
			}
		}
	}
}

func TestEveryColourOfAChartIsInTheStylesheet(t *testing.T) {
	light, _ := readPalettes(t)
	for _, name := range append(append(append([]string{"text", "muted", "rule", "surface", "provisional", "s5", "s6"}, groups["series"]...), groups["outcomes"]...), groups["lateness"]...) {
		if _, ok := light[name]; !ok {
			t.Errorf("app.css has no --%s", name)
		}
	}
}

// The cells of a heat map carry their number: it must be readable on each of the colours, and more must be stronger for every
// kind of sight, with a step that shows.
func TestHeatCanBeReadAndGrows(t *testing.T) {
	light, dark := readPalettes(t)
	steps := []string{"heat1", "heat2", "heat3", "heat4", "heat5"}
	for theme, palette := range map[string]map[string]rgb{"light": light, "dark": dark} {
		for _, name := range steps {
			if _, ok := palette[name]; !ok {
				t.Fatalf("app.css has no --%s", name)
			}
			if got := contrast(palette["text"], palette[name]); got < 4.5 {
				t.Errorf("%s: text on %s has a contrast of %.2f, want 4.5", theme, name, got)
			}
		}
		for sight, by := range sights {
			before := contrast(palette["surface"], seen(palette[steps[0]], by))
			for _, name := range steps[1:] {
				now := contrast(palette["surface"], seen(palette[name], by))
				if now < before*1.12 {
					t.Errorf("%s, %s: %s stands out from the page by %.2f, the step before it by %.2f", theme, sight, name, now, before)
				}
				before = now
			}
		}
	}
}
