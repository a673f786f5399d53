//go:build browser

package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/drawing"
	pagewriter "github.com/fillrate/fillrate/dashboards/report/page"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
)

// openReport writes a report made by hand, with the charts as they are drawn for it, and opens it as any file.
func openReport(t *testing.T, r *reader, made *report.Report) {
	t.Helper()
	studio, err := drawing.Open()
	if err != nil {
		t.Fatal(err)
	}
	for s := range made.Sections {
		for i := range made.Sections[s].Figures {
			figure := &made.Sections[s].Figures[i]
			option, err := figure.Chart.Option()
			if err != nil {
				t.Fatal(err)
			}
			if figure.SVG, err = studio.Draw(t.Context(), option, made.Words, report.Width, figure.Height); err != nil {
				t.Fatal(err)
			}
		}
	}
	var written bytes.Buffer
	if err := pagewriter.Write(&written, made); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if _, err := w.Write(written.Bytes()); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	before := site
	site = server.URL
	t.Cleanup(func() { site = before })
	r.visit("/")
}

// A report can be read by everyone on every screen: axe finds nothing, nothing is wider than the screen but what scrolls in
// a box of its own, nothing is fetched, and the policy within the file refuses nothing of it.
func TestReportAsPage(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	for _, screen := range []struct {
		name          string
		width, height int64
		dark          bool
		made          *report.Report
	}{
		{"report light", 1280, 900, false, reporttest.Monthly("en")},
		{"report dark", 1280, 900, true, reporttest.Issued("pt-BR")},
		{"report narrow", 320, 640, false, reporttest.Issued("pt-BR")},
		{"report narrow dark", 320, 640, true, reporttest.Monthly("en")},
	} {
		t.Run(screen.name, func(t *testing.T) {
			r := newReader(t, screen.width, screen.height, screen.dark)
			openReport(t, r, screen.made)
			for _, spill := range spills(r) {
				t.Error(spill)
			}
			for _, violation := range axeViolations(r, string(axe)) {
				t.Errorf("axe: %s", violation)
			}
			// What is wider than its box is reached with the keyboard, and no text of a drawing is too small to read.
			for _, box := range evaluate[[]string](r, `[...document.querySelectorAll("body *")].filter(e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 80))`) {
				t.Errorf("it scrolls and can't be reached: %s", box)
			}
			for _, small := range evaluate[[]string](r, `[...document.querySelectorAll(".drawing > svg")].filter(s => s.getBoundingClientRect().width < 540 || s.querySelectorAll("path").length < 4).map(s => s.getAttribute("aria-labelledby"))`) {
				t.Errorf("%s is hardly to be seen", small)
			}
			// Drawings lie on a light ground in both themes.
			if grounds := evaluate[[]string](r, `[...new Set([...document.querySelectorAll(".drawing > svg")].map(s => getComputedStyle(s).backgroundColor))]`); !slices.Equal(grounds, []string{"rgb(255, 255, 255)"}) {
				t.Errorf("drawings lie on %v", grounds)
			}
			want := "rgb(255, 255, 255)"
			if screen.dark {
				want = "rgb(20, 24, 29)"
			}
			if ground := evaluate[string](r, `getComputedStyle(document.body).backgroundColor`); ground != want {
				t.Errorf("the page's ground is %s, and not %s: its own policy may refuse its style", ground, want)
			}
			r.check(screen.name)
			if folder := os.Getenv("FILLRATE_SCREENSHOTS"); folder != "" {
				r.picture(filepath.Join(folder, pictureName(screen.name, "/")))
			}
		})
	}
}

// Paper is of the size that was asked for.
func TestReportOnPaper(t *testing.T) {
	for paper, want := range map[report.Paper][2]float64{report.A4: {595, 842}, report.Letter: {612, 792}} {
		t.Run(string(paper), func(t *testing.T) {
			made := reporttest.Issued("en")
			made.Spec.Paper = paper
			r := newReader(t, 1280, 900, true)
			openReport(t, r, made)
			var printed []byte
			r.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
				printed, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).Do(ctx)
				return err
			}))
			boxes := regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindAllSubmatch(printed, -1)
			if len(boxes) < 3 {
				t.Fatalf("%d sheets were printed", len(boxes))
			}
			for i, box := range boxes {
				for k := range want {
					if size, err := strconv.ParseFloat(string(box[k+1]), 64); err != nil || math.Abs(size-want[k]) > 1.5 {
						t.Errorf("sheet %d is %s × %s points: %v", i+1, box[1], box[2], err)
					}
				}
			}
			r.check("print")
		})
	}
}

// drawnTexts are the texts of an SVG in their order, without those that were cut and without the ends of lines, as
// that is where fonts differ by a hair.
func drawnTexts(t *testing.T, svg string) string {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	var texts []string
	for {
		token, err := decoder.Token()
		if token == nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			if text = strings.Join(strings.Fields(text), " "); !strings.HasSuffix(text, "...") {
				texts = append(texts, text)
			}
		}
	}
	return strings.Join(texts, " ")
}

// A report's drawing of an option says what the browser's says.
func TestDrawingsSayWhatPagesSay(t *testing.T) {
	studio, err := drawing.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"en", "pt-BR"} {
		r := newReader(t, 1280, 900, false)
		openGallery(t, r, tag)
		for _, name := range []string{"pareto", "waterfall", "bins", "fan", "lines", "band", "scatter", "flow"} {
			content, err := os.ReadFile(filepath.Join("../chart/testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var option map[string]any
			if err := json.Unmarshal(content, &option); err != nil {
				t.Fatal(err)
			}
			svg, err := studio.Draw(t.Context(), option, locale.Find(tag), 720, 400)
			if err != nil {
				t.Fatal(err)
			}
			shown := evaluate[string](r, `(() => {
				const style = getComputedStyle(document.documentElement);
				const chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: 720, height: 400});
				const look = {property: name => style.getPropertyValue(name), font: "Liberation Sans, Arial, Helvetica, sans-serif", dark: false, still: true};
				fillrate.option(JSON.parse(document.getElementById("words").textContent)).paint({chart, option: JSON.parse(document.getElementById("`+name+`-option").textContent)}, look);
				const drawn = chart.renderToSVGString();
				chart.dispose();
				return drawn;
			})()`)
			got, want := drawnTexts(t, string(svg)), drawnTexts(t, shown)
			if len(strings.Fields(want)) < 4 || got != want {
				t.Errorf("%s in %s says\n%q\nand in the browser\n%q", name, tag, got, want)
			}
		}
		r.check("drawings")
	}
}

// testdata/numbers.json of package drawing, by which its numbers are checked, is what the browser writes.
func TestNumbersOfDrawings(t *testing.T) {
	golden, err := os.ReadFile("../report/drawing/testdata/numbers.json")
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t, 1280, 900, false)
	openGallery(t, r, "en")
	for _, wrong := range evaluate[[]string](r, string(golden)+`.flatMap(g => {
		const format = new Intl.NumberFormat(g.lang, g.options);
		return g.values.filter(([n, text]) => format.format(Number(n)) !== text).map(([n, text]) => g.lang + " " + JSON.stringify(g.options) + " " + n + ": " + text + ", and not " + format.format(Number(n)));
	})`) {
		t.Error(wrong)
	}
}
