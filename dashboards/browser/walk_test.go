//go:build browser

package browser

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// beyondNav are the pages and questions that are walked besides those of the navigation.
var beyondNav = []string{
	"/turnaround?role=lending&clock=business", "/fill-rate?role=docdel", "/import",
	"/outreach/new", "/outreach/C2", "/outreach/C2/edit", "/outreach/C2/remove", "/outreach/plan", planned,
	"/rows/volume", "/rows/overdue", "/catalog/partners",
	"/catalog/fill_rate?by=month&by=department&compare=previous&definition=reshare", "/catalog/stages?by=quarter&clock=business&compare=last_year",
	"/?from=1990-01-01&to=1991-01-01", "/?preset=calendar_year&compare=previous",
}

// walked lists every page: what the navigation leads to, a partner that the list of partners leads to, and the others.
func walked(r *reader) []string {
	r.Helper()
	r.visit("/partners")
	paths := evaluate[[]string](r, `[...document.querySelectorAll(".side nav a")].map(a => a.pathname + a.search)`)
	if len(paths) < 12 {
		r.Errorf("the navigation leads to %d pages only: %v", len(paths), paths)
	}
	partner := evaluate[string](r, `(a => a ? a.pathname + a.search : "")(document.querySelector("main a[href^='/partners/']"))`)
	if partner == "" {
		r.Error("the list of partners leads to none")
	} else {
		paths = append(paths, partner)
	}
	return append(paths, beyondNav...)
}

// Every page, in both languages, wide and narrow, light and dark. axe looks once at each page in each theme and width:
// at the light one in English, at the dark one in Portuguese.
func TestEveryPage(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	english := englishTexts(t)
	paths := walked(newReader(t, 1440, 900, false))
	for _, look := range []struct {
		name          string
		tag           string
		width, height int64
		dark          bool
	}{
		{"wide in English", "en", 1440, 900, false}, {"wide in Portuguese", "pt-BR", 1440, 900, true},
		{"narrow in English", "en", 320, 640, false}, {"narrow in Portuguese", "pt-BR", 320, 640, true},
	} {
		t.Run(look.name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, look.width, look.height, look.dark)
			r.do(chromedp.ActionFunc(func(ctx context.Context) error {
				_, err := page.AddScriptToEvaluateOnNewDocument(watchShifts).Do(ctx)
				return err
			}))
			r.speak(look.tag)
			for _, path := range paths {
				r.visit(path)
				if moved := evaluate[float64](r, `window.shifted`); moved > 0.05 {
					t.Errorf("%s: the page moved by %.3f while it came", path, moved)
				}
				r.checkPage(path, look.tag, english)
				for _, spill := range spills(r) {
					t.Errorf("%s: %s", path, spill)
				}
				for _, violation := range axeViolations(r, string(axe)) {
					t.Errorf("%s: axe: %s", path, violation)
				}
				if look.tag == "en" && look.width > 1000 {
					r.checkBetween(path)
					r.checkPaper(path)
				}
				r.theme(!look.dark) // charts are drawn anew
				r.do(chromedp.Poll(isWhole, nil))
				r.theme(look.dark)
				r.check(path)
			}
		})
	}
}

// watchShifts adds up what moves on a page without having been touched.
const watchShifts = `window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shifted += e.value; })).observe({type: "layout-shift", buffered: true});`

// speak chooses a language as the switch of every page does.
func (r *reader) speak(tag string) {
	r.Helper()
	r.visit("/definitions?lang=" + tag)
	if at := address(r); at != "/definitions" {
		r.Errorf("the choice of a language led to %s", at)
	}
}

func (r *reader) theme(dark bool) {
	r.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	r.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// checkPage looks at what a page says of itself: its language, what failed on it, and words of another language.
func (r *reader) checkPage(path, tag string, english map[string]bool) {
	r.Helper()
	if lang := evaluate[string](r, `document.documentElement.lang`); lang != tag {
		r.Errorf("%s: the page says it is in %q, want %q", path, lang, tag)
	}
	if n := evaluate[int](r, `document.querySelectorAll("h1").length`); n != 1 {
		r.Errorf("%s: %d headings of the first level", path, n)
	}
	w := locale.Find(tag)
	for _, said := range evaluate[[]string](r, `[...document.querySelectorAll("main .problem, main [role=alert]")].filter(e => e.checkVisibility()).map(e => e.textContent)`) {
		r.Errorf("%s: a problem is told: %s", path, said)
	}
	if text := evaluate[string](r, `document.body.textContent`); strings.Contains(text, w.Text("internal_tile")) {
		r.Errorf("%s: a tile failed", path)
	}
	if tag != "en" {
		for _, found := range foreign(r, english) {
			r.Errorf("%s: English on a page in %s: %s", path, w.Name, found)
		}
	}
}

// checkBetween looks whether the page fits between a desk's screen and a phone's.
func (r *reader) checkBetween(path string) {
	r.Helper()
	for _, width := range []int64{1180, 800} {
		r.do(emulation.SetDeviceMetricsOverride(width, 800, 1, false))
		wide := evaluate[int64](r, `new Promise(done => setTimeout(() => requestAnimationFrame(() => done(document.documentElement.scrollWidth)), 250))`) // the charts follow the window
		if wide > width {
			r.Errorf("%s: %d pixels wide on a screen of %d", path, wide, width)
		}
	}
	r.do(emulation.SetDeviceMetricsOverride(1440, 900, 1, false))
}

// checkPaper prints the page: the controls stay behind, and what is printed is text, not a picture of it.
func (r *reader) checkPaper(path string) {
	r.Helper()
	r.do(emulation.SetEmulatedMedia().WithMedia("print"))
	seen := evaluate[[]string](r, `[...document.querySelectorAll(".side, nav, form.filter, form.filter *, .skip, button")].filter(e => e.checkVisibility({contentVisibilityAuto: true})).map(e => e.outerHTML.slice(0, 80))`)
	// A page that is a form and nothing else is printed as one.
	isForm := strings.HasPrefix(path, "/settings") || strings.HasPrefix(path, "/import") || strings.HasPrefix(path, "/outreach/") || path == "/outreach"
	if len(seen) > 0 && !isForm {
		r.Errorf("%s: on paper stand %d controls, the first of them %s", path, len(seen), seen[0])
	}
	if !evaluate[bool](r, `document.querySelector("h1").checkVisibility() && document.querySelector("main").innerText.length > 20`) {
		r.Errorf("%s: on paper the page is empty", path)
	}
	var paper []byte
	r.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		paper, _, err = page.PrintToPDF().Do(ctx)
		return err
	}), emulation.SetEmulatedMedia().WithMedia(""))
	// What maps a font's glyphs to letters is what a search in the file goes by.
	if !bytes.HasPrefix(paper, []byte("%PDF")) || bytes.Count(paper, []byte("/ToUnicode")) == 0 || len(paper) < 5000 {
		r.Errorf("%s: the print has %d bytes and %d fonts that can be searched", path, len(paper), bytes.Count(paper, []byte("/ToUnicode")))
	}
}

// Every file that a page offers can be had from it.
func TestDownloads(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	paths := walked(r)
	kinds := map[string]string{
		"csv": "text/csv", "json": "application/json", "arrow": "application/vnd.apache.arrow.file",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "md": "text/markdown", "html": "text/html", "zip": "application/zip", "pdf": "application/pdf",
	}
	offered := map[string]bool{}
	for _, path := range paths {
		r.visit(path)
		links := evaluate[[]string](r, `[...document.querySelectorAll("main a[download]")].map(a => a.getAttribute("href"))`)
		fetched := 0
		for _, link := range links {
			if offered[link] || fetched == 8 { // all formats of a page's first figures
				continue
			}
			offered[link] = true
			fetched++
			at, err := url.Parse(link)
			if err != nil {
				t.Fatal(err)
			}
			extension := at.Path[strings.LastIndex(at.Path, ".")+1:]
			got := evaluate[struct {
				Status  int    `json:"status"`
				Type    string `json:"type"`
				Name    string `json:"name"`
				Size    int    `json:"size"`
				Options string `json:"options"`
			}](r, fmt.Sprintf(`fetch(%q, {credentials: "same-origin"}).then(async r => ({status: r.status, type: r.headers.get("Content-Type"), name: r.headers.get("Content-Disposition") || "", options: r.headers.get("X-Content-Type-Options") || "", size: (await r.arrayBuffer()).byteLength}))`, link))
			if got.Status != 200 || got.Size < 10 || kinds[extension] == "" || !strings.HasPrefix(got.Type, kinds[extension]) || !strings.Contains(got.Name, "."+extension) || got.Options != "nosniff" {
				t.Errorf("%s offers %s, which is %+v", path, link, got)
			}
			for _, format := range []string{"csv", "xlsx", "arrow", "json"} {
				if extension == format {
					offered["."+format] = true
				}
			}
		}
		r.check(path)
	}
	for _, format := range []string{"csv", "xlsx", "arrow"} {
		if !offered["."+format] {
			t.Errorf("no page offers a file of the format %s", format)
		}
	}
}
