package pdf

import (
	"bytes"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

// drawn is a small chart as package drawing gives it: bars with a pattern, a dashed line, a turned label and an arc.
const drawn = `<svg width="720" height="240" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 240">
<defs><clipPath id="a1"><rect x="60" y="10" width="640" height="200"/></clipPath>
<pattern id="a2" patternUnits="userSpaceOnUse" x="0" y="0" width="8" height="8" patternTransform="rotate(45)"><path d="M0 0L8 0L8 3L0 3Z" fill="#ffffff" fill-opacity="0.5"/></pattern></defs>
<path d="M60.5 10.5L60.5 210.5" fill="none" stroke="#d9dee4"/>
<g clip-path="url(#a1)"><path d="M80 210L80 100L120 100L120 210Z" fill="#1565c1"/><path d="M80 210L80 100L120 100L120 210Z" fill="url(#a2)"/>
<rect x="140" y="60" width="40" height="150" rx="3" fill="rgb(184,80,0)"/>
<polyline points="80,90 140,50 300,120 620,40" fill="none" stroke="#237ee7" stroke-width="2" stroke-dasharray="6,4"/></g>
<path d="M400 100A40 40 0 0 1 480 100L440 100Z" fill="#007061" fill-opacity="0.5"/><circle cx="620" cy="40" r="4" fill="#fff" stroke="#237ee7"/>
<text transform="translate(20 120) rotate(-90)" text-anchor="middle" font-size="12" fill="#57606a">Requests a month</text>
<text x="100" y="230" text-anchor="middle" dominant-baseline="central" font-size="12px" fill="#1b1f23">Jan 2025</text>
<text x="160" y="230" text-anchor="middle" dominant-baseline="central" font-size="12px" fill="#1b1f23">Feb 2025</text>
</svg>`

// painted gives what the page holds after an SVG was drawn at (0, 0), one pixel to the point, and what was left out.
func painted(t *testing.T, svg string) (page string, unknown []string) {
	t.Helper()
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: 720, Ht: 400}})
	f.SetCompression(false)
	addFonts(f)
	f.AddPage()
	clean := func(text string) string { text, _ = cleaned(text); return text }
	unknown, err := paint(f, []byte(svg), 0, 0, 720, 400, clean)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	_, page, _ = strings.Cut(b.String(), "stream\n")
	page, _, _ = strings.Cut(page, "endstream")
	return page, unknown
}

func within(svg string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="400">` + svg + `</svg>`
}

// Each element is written as the operators of PDF that stand for it, y upwards.
func TestPaint(t *testing.T) {
	for svg, wants := range map[string][]string{
		`<path d="M10 20L30 40Z" fill="#ff0000"/>`:                                                                                                     {"1 0 0 rg", "10 380 m", "30 360 l", "h\nf\n"},
		`<path d="M0 0L9 9L9 0Z" fill-rule="evenodd"/>`:                                                                                                {"0 0 0 rg", "f*"},
		`<rect x="10" y="20" width="30" height="40" fill="rgb(0,255,0)"/>`:                                                                             {"0 1 0 rg", "10 380 m", "40 380 l", "40 340 l", "10 340 l"},
		`<line x1="1" y1="2" x2="3" y2="4" stroke="blue" stroke-width="2"/>`:                                                                           {"0 0 1 RG 2 w [] 0 d 0 J 0 j", "1 398 m", "3 396 l", "S"},
		`<polyline points="1,2 3,4 5 6" fill="none" stroke="#000" stroke-dasharray="6,4" stroke-linecap="round" stroke-linejoin="bevel"/>`:             {"[6 4] 0 d 1 J 2 j", "5 394 l"},
		`<polygon points="1,2 3,4 5,6" fill="#000"/>`:                                                                                                  {"5 394 l", "h\nf"},
		`<circle cx="100" cy="100" r="10" fill="#000"/>`:                                                                                               {"110 300 m", "90 300 c", "110 300 c"},
		`<ellipse cx="100" cy="100" rx="10" ry="5" fill="#000"/>`:                                                                                      {"110 300 m", "90 300 c"},
		`<g transform="translate(100 0)" fill="#00f"><g transform="scale(2)"><rect x="1" y="1" width="1" height="1"/></g></g>`:                         {"0 0 1 rg", "102 398 m"},
		`<g opacity="0.5"><rect width="1" height="1" opacity="0.5"/></g>`:                                                                              {" gs"},
		`<rect width="9" height="9" fill="#000" fill-opacity="0.5"/>`:                                                                                  {" gs"},
		`<rect width="9" height="9" style="fill:#f00;stroke:none"/>`:                                                                                   {"1 0 0 rg"},
		`<defs><clipPath id="c"><rect x="10" y="10" width="5" height="5"/></clipPath></defs><g clip-path="url(#c)"><rect width="90" height="90"/></g>`: {"10 390 m", "W n"},
		`<defs><rect id="r" width="7" height="7"/></defs><use href="#r" x="100"/>`:                                                                     {"100 400 m", "107 400 l"},
		`<defs><pattern id="p" patternUnits="userSpaceOnUse" width="10" height="10"><rect width="5" height="5" fill="#f00"/></pattern></defs><rect width="20" height="10" fill="url(#p)"/>`: {"W n", "0 400 m", "10 400 m", "1 0 0 rg"},
	} {
		page, unknown := painted(t, within(svg))
		if len(unknown) > 0 {
			t.Errorf("%s: left out %v", svg, unknown)
		}
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %q:\n%s", svg, want, page)
			}
		}
		if strings.Count(page, "q\n") != strings.Count(page, "Q\n") {
			t.Errorf("%s leaves the state of the page changed:\n%s", svg, page)
		}
	}
	for _, svg := range []string{`<rect width="9" height="9" fill="none"/>`, `<rect width="9" height="9" fill="transparent"/>`, `<g display="none"><rect width="9" height="9"/></g>`, `<path d="M0 0LNaN 5Z"/>`, `<rect width="0" height="9"/>`, `<path d="M0 0L9 9" fill="none" stroke="#000" stroke-width="0"/>`} {
		if page, _ := painted(t, within(svg)); strings.Contains(page, " m\n") {
			t.Errorf("%s is drawn:\n%s", svg, page)
		}
	}
}

// A pattern draws as many tiles as its shape needs, and no more than it may.
func TestPatternIsBounded(t *testing.T) {
	tile := `<defs><pattern id="p" patternUnits="userSpaceOnUse" width="SIZE" height="SIZE"><rect width="5" height="5" fill="#f00"/></pattern></defs><rect width="40" height="20" fill="url(#p)"/>`
	page, unknown := painted(t, within(strings.ReplaceAll(tile, "SIZE", "10")))
	if got := strings.Count(page, "1 0 0 rg"); got != 8 || len(unknown) > 0 {
		t.Errorf("%d tiles and %v, want 8", got, unknown)
	}
	if _, unknown := painted(t, within(strings.ReplaceAll(tile, "SIZE", "0.11"))); len(unknown) != 1 {
		t.Errorf("66,000 tiles: %v", unknown)
	}
}

// What is no part of the contract is named, and the rest is drawn.
func TestUnknownElements(t *testing.T) {
	page, unknown := painted(t, within(`<image href="x.png"/><rect width="1" height="1" fill="no-such"/><path d="M0 0L5 5X" stroke="#000"/><rect width="3" height="3" fill="#00f"/>`))
	if got := strings.Join(unknown, "|"); got != "colour no-such|image|path M0 0L5 5X" {
		t.Errorf("left out: %s", got)
	}
	if !strings.Contains(page, "0 0 1 rg") {
		t.Error("the rest is not drawn")
	}
	if _, unknown := painted(t, drawn); len(unknown) > 0 {
		t.Errorf("left out of a chart: %v", unknown)
	}
}

// Text stands where it is anchored, turned as its group is, and what is set behind it goes on from there.
func TestPaintedText(t *testing.T) {
	width := regular.width("abc", 10)
	for svg, want := range map[string]string{
		`<text x="100" y="50" font-size="10">abc</text>`:                                            "1.0000 0.0000 0.0000 1.0000 100 350 cm",
		`<text x="100" y="50" font-size="10px" text-anchor="end">abc</text>`:                        short(100-width) + " 350 cm",
		`<text x="100" y="50" font-size="10" text-anchor="middle">abc</text>`:                       short(100-width/2) + " 350 cm",
		`<text x="100" y="50" font-size="10" dominant-baseline="central">abc</text>`:                "100 346.53 cm",
		`<text transform="translate(20 120) rotate(-90)" font-size="10">abc</text>`:                 "0.0000 1.0000 -1.0000 0.0000 20 280 cm",
		`<text x="100" y="50" font-size="10">abc<tspan dy="12">x</tspan></text>`:                    short(100+width) + " 338 cm",
		`<text font-size="10"><tspan x="7" y="9">abc</tspan><tspan x="8" y="30">abc</tspan></text>`: "8 370 cm",
	} {
		page, unknown := painted(t, within(svg))
		if !strings.Contains(page, want) || len(unknown) > 0 {
			t.Errorf("%s lacks %q, %v:\n%s", svg, want, unknown, page)
		}
	}
}

func TestNoDrawing(t *testing.T) {
	for _, svg := range []string{"", "<p/>", "<svg", `<svg width="0"/>`, `<svg width="5"><g></svg>`, strings.Repeat("<g>", 100), `<svg width="5">` + strings.Repeat("<g>", 100) + strings.Repeat("</g>", 100) + `</svg>`} {
		f := fpdf.New("P", "pt", "A4", "")
		f.AddPage()
		if _, err := paint(f, []byte(svg), 0, 0, 100, 400, strings.TrimSpace); err == nil {
			t.Errorf("%.40q is taken for a drawing", svg)
		}
	}
}
