//go:build browser

package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// gallery is a page with a chart of each kind, as the pages' figures are: the options are those that package chart keeps
// as its golden files.
var gallery = template.Must(template.New("gallery").Parse(`<!doctype html>
<html lang="{{.Words.Tag}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Charts</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/app.css"><script src="/static/vendor/echarts.min.js" defer></script><script src="/static/option.js" defer></script><script src="/static/charts.js" defer></script><script src="/start.js" defer></script>
<script type="application/json" id="words">{{.Script}}</script></head>
<body><header class="side"><p class="name">Fillrate</p></header><div class="page"><main id="main">
<div class="title"><h1>Charts</h1><p class="summary">1 Jan 2024 to 31 Dec 2024 · Role: Borrowing</p></div>
<form class="filter" aria-label="Filter"><label>From <input type="date" name="from" value="2024-01-01"></label><label>To <input type="date" name="last" value="2024-12-31"></label></form>
<div class="figures">{{range .Charts}}<figure id="{{.ID}}" class="figure{{if .Wide}} wide{{end}}"><figcaption><h2>What does {{.ID}} show?</h2><p class="n">n 1,234 requests</p></figcaption>
<div class="plot {{.Height}}" data-chart="{{.ID}}" role="img" aria-label="What does {{.ID}} show?"></div><script type="application/json" id="{{.ID}}-option">{{.Option}}</script>
<p class="legend">Hatched: will change.</p><div class="more"><p class="links">Download <a href="/x.csv" download>CSV</a></p></div></figure>{{end}}</div></main></div></body></html>`))

type galleryChart struct {
	ID, Height string
	Wide       bool
	Option     template.JS
}

// openGallery serves the gallery under the pages' content security policy and opens it.
func openGallery(t *testing.T, r *reader, tag string) {
	t.Helper()
	var charts []galleryChart
	for _, c := range []galleryChart{{ID: "pareto", Height: "m"}, {ID: "waterfall", Height: "m"}, {ID: "bins", Height: "m"}, {ID: "fan", Height: "m"}, {ID: "lines", Height: "m"}, {ID: "band", Height: "m"},
		{ID: "heat", Height: "m", Wide: true}, {ID: "scatter", Height: "l"}, {ID: "flow", Height: "l"}} {
		option, err := os.ReadFile(filepath.Join("../chart/testdata", c.ID+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, option); err != nil {
			t.Fatal(err)
		}
		var safe bytes.Buffer
		json.HTMLEscape(&safe, compact.Bytes())
		c.Option = template.JS(safe.String())
		charts = append(charts, c)
	}
	w := locale.Find(tag)
	words := map[string]string{"lang": w.Tag}
	for _, key := range w.Keys() {
		if strings.HasPrefix(key, "js.") {
			words[key] = w.Text(key)
		}
	}
	script, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("../static"))))
	mux.HandleFunc("/start.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, "fillrate.charts.start(document);")
	})
	mux.HandleFunc("/rows/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Rows</title><link rel="icon" href="data:,"><p id="rows">Rows`)
	})
	mux.HandleFunc("/{$}", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := gallery.Execute(out, map[string]any{"Words": w, "Script": template.JS(script), "Charts": charts}); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	before := site
	site = server.URL
	t.Cleanup(func() { site = before })
	r.visit("/")
}

func TestChartsInEveryLight(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	for _, screen := range []struct {
		name          string
		width, height int64
		dark          bool
		tag           string
	}{{"charts light", 1280, 900, false, "en"}, {"charts dark", 1280, 900, true, "pt-BR"}, {"charts narrow", 320, 640, false, "en"}} {
		t.Run(screen.name, func(t *testing.T) {
			r := newReader(t, screen.width, screen.height, screen.dark)
			openGallery(t, r, screen.tag)
			for _, spill := range spills(r) {
				t.Error(spill)
			}
			for _, violation := range axeViolations(r, string(axe)) {
				t.Errorf("axe: %s", violation)
			}
			empty := evaluate[[]string](r, `[...document.querySelectorAll("[data-chart]")].filter(p => p.querySelectorAll("svg path").length < 4).map(p => p.dataset.chart)`)
			if len(empty) > 0 {
				t.Errorf("hardly anything is drawn of %v", empty)
			}
			r.check(screen.name)
			if folder := os.Getenv("FILLRATE_SCREENSHOTS"); folder != "" {
				r.picture(filepath.Join(folder, pictureName(screen.name, "/")))
			}
		})
	}
}

// focus puts the keyboard on a chart as Tab does.
func (r *reader) focus(chart string) {
	r.Helper()
	r.do(chromedp.Focus(`[data-chart="`+chart+`"]`, chromedp.ByQuery))
}

func (r *reader) spoken(keys ...string) string {
	r.Helper()
	for _, key := range keys {
		r.do(chromedp.KeyEvent(key))
	}
	return evaluate[string](r, `document.getElementById("chart-voice")?.textContent || ""`)
}

// The arrow keys go through the data of each kind and tell each in words; names out of an export are told as they are.
func TestChartsAreWalkedByKeyboard(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	openGallery(t, r, "en")
	for _, test := range []struct {
		chart string
		keys  []string
		want  string
	}{
		{"pareto", []string{kb.ArrowRight}, "in_use, unfilled: 120, n 120"},
		{"pareto", []string{kb.ArrowRight, kb.End, kb.ArrowDown, kb.ArrowDown}, "2 others, Added up: 100.0%"},
		{"waterfall", []string{kb.ArrowRight, kb.ArrowRight}, "supplier (bottleneck), 3.1 days, n 312"},
		{"waterfall", []string{kb.End, kb.ArrowLeft}, "receiving, 0.25 days, n 312, provisional"},
		{"bins", []string{kb.End}, "15 and more, 121, n 121, provisional"},
		{"heat", []string{kb.ArrowRight, kb.ArrowDown}, "Tuesday, 1:00, N requests  121, n 121"},
		{"scatter", []string{kb.Home, kb.ArrowRight}, "Partner 28, Median days  1.1 days, Fill rate  67.0%, N attempts  2,357, n 2357"},
		{"flow", []string{kb.ArrowRight}, "Received, N  1,046"},
		{"fan", []string{kb.End}, "2024-03-01, 3.1 days, n 9, provisional"},
		{"lines", []string{kb.ArrowRight, kb.ArrowRight, kb.ArrowDown}, "month 2024-01-01, kind loan: 8.3 days"},
	} {
		r.focus(test.chart)
		if got := r.spoken(test.keys...); got != test.want {
			t.Errorf("%s: %q is spoken, want %q", test.chart, got, test.want)
		}
		if shown := evaluate[bool](r, `[...document.activeElement.querySelectorAll("svg text")].length > 0 && document.activeElement.dataset.chart === "`+test.chart+`"`); !shown {
			t.Errorf("%s lost the keyboard", test.chart)
		}
	}
	// The hostile partner's tooltip shows its name whole.
	r.focus("scatter")
	for range 30 {
		if strings.HasPrefix(r.spoken(kb.ArrowRight), "@tip.days {b|bold}") {
			break
		}
	}
	drawn := `[...document.activeElement.querySelectorAll("svg text")].map(t => t.textContent.replaceAll("\u2060", "")).join("\n").includes("@tip.days {b|bold} {a} <b>| {c}")`
	if err := chromedp.Run(r.ctx, chromedp.Poll(drawn, nil, chromedp.WithPollingTimeout(5*time.Second))); err != nil {
		t.Errorf("the tooltip of a hostile name does not show it: %v", err)
	}
	r.do(chromedp.KeyEvent(kb.Escape))
	if left := evaluate[bool](r, `document.activeElement === document.body`); !left {
		t.Error("Escape stays")
	}
	r.check("keyboard")

	r.focus("waterfall")
	r.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#rows", chromedp.ByQuery))
	if path := evaluate[string](r, `decodeURI(location.pathname)`); path != "/rows/processing" {
		t.Errorf("Enter led to %s", path)
	}
	r.check("Enter")
}

// A click on a cell leads on; elsewhere the pointer promises nothing.
func TestClickOnAChartLeadsOn(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	openGallery(t, r, "en")
	place := evaluate[[]float64](r, `(() => { const plot = document.querySelector("[data-chart=flow]"); plot.scrollIntoView({block: "center"}); const box = plot.getBoundingClientRect(); return [box.left + 9, box.top + 200]; })()`)
	r.do(chromedp.MouseEvent("mouseMoved", place[0], place[1]), chromedp.Sleep(100*time.Millisecond))
	if cursor := evaluate[string](r, `document.querySelector("[data-chart=flow] > div").style.cursor`); cursor != "default" {
		t.Errorf("over the whole, which leads nowhere, the pointer is %q", cursor)
	}
	place = evaluate[[]float64](r, `(() => { const plot = document.querySelector("[data-chart=heat]"); plot.scrollIntoView({block: "center"}); const box = plot.getBoundingClientRect(); return [box.right - 60, box.top + 20]; })()`)
	r.do(chromedp.MouseEvent("mouseMoved", place[0], place[1]), chromedp.Sleep(100*time.Millisecond))
	if cursor := evaluate[string](r, `document.querySelector("[data-chart=heat] .sheet > div").style.cursor`); cursor != "pointer" {
		t.Errorf("over a cell that leads on the pointer is %q", cursor)
	}
	r.do(chromedp.MouseClickXY(place[0], place[1]), chromedp.WaitVisible("#rows", chromedp.ByQuery))
	if path := evaluate[string](r, `decodeURI(location.pathname)`); path != "/rows/22 1" {
		t.Errorf("the click led to %s", path)
	}
	r.check("click")
}

// Both pictures of each kind are saved under a name that says what they show, with the question written in them.
func TestPicturesOfCharts(t *testing.T) {
	r := newReader(t, 1280, 900, true)
	openGallery(t, r, "en")
	folder := t.TempDir()
	if keep := os.Getenv("FILLRATE_SCREENSHOTS"); keep != "" {
		folder = keep
	}
	r.do(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(folder).WithBrowserContextID(r.profile))
	for _, chart := range []string{"pareto", "waterfall", "bins", "fan", "heat", "scatter", "flow", "band"} {
		r.visit("/") // Chromium stops a page that saves many files in a row
		for _, kind := range []string{"svg", "png"} {
			file := filepath.Join(folder, chart+"_2024-01-01_2024-12-31."+kind)
			if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			evaluate[int](r, `(document.querySelector("#`+chart+` [data-picture=`+kind+`]").click(), 1)`)
			var content []byte
			for tries := 0; tries < 100 && len(content) == 0; tries++ {
				time.Sleep(50 * time.Millisecond)
				content, _ = os.ReadFile(file)
			}
			start := "\x89PNG\r\n\x1a\n"
			if kind == "svg" {
				start = "<?xml"
				for _, want := range []string{"What does " + chart + " show?", "n 1,234 requests", "Role: Borrowing", "Hatched: will change.", `width="1200"`} {
					if !bytes.Contains(content, []byte(want)) {
						t.Errorf("%s.svg does not say %q", chart, want)
					}
				}
				if bytes.Contains(content, []byte("<script")) || bytes.Contains(content, []byte("<b>")) {
					t.Errorf("%s.svg has markup of a name", chart)
				}
			}
			if !bytes.HasPrefix(content, []byte(start)) || len(content) < 2000 {
				t.Errorf("%s.%s has %d bytes and begins with %.8q", chart, kind, len(content), content)
			}
		}
	}
	r.check("pictures")
}

// What is stopped leaves nothing, can be started again, and follows the theme and the printer.
func TestChartsStopAndStart(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	openGallery(t, r, "en")
	fills := func() string {
		return evaluate[string](r, `document.querySelector("#waterfall svg path[fill^='#'], #waterfall svg path[fill^='rgb']")?.getAttribute("fill") + document.querySelector("#waterfall svg text").getAttribute("fill")`)
	}
	light := fills()
	evaluate[int](r, `(document.documentElement.dataset.theme = "dark", 1)`)
	if fills() == light {
		t.Errorf("the theme changed and the chart kept %s", light)
	}
	r.do(emulation.SetEmulatedMedia().WithMedia("print"))
	var paper []byte
	var err error
	r.do(chromedp.ActionFunc(func(ctx context.Context) error { paper, _, err = page.PrintToPDF().Do(ctx); return err }))
	if !bytes.HasPrefix(paper, []byte("%PDF")) {
		t.Error("the page was not printed")
	}
	r.do(emulation.SetEmulatedMedia().WithMedia(""))
	left := evaluate[string](r, `(() => {
		const main = document.querySelector("main"), plot = document.querySelector("[data-chart=heat]");
		fillrate.charts.stop(main);
		const after = document.querySelectorAll("[data-chart] svg").length + " " + (echarts.getInstanceByDom(plot.firstChild || plot) ? "kept" : "gone");
		fillrate.charts.start(main);
		fillrate.charts.start(main);
		return after + " " + document.querySelectorAll("#heat svg").length + " " + document.querySelectorAll("#heat .pictures").length;
	})()`)
	if left != "0 gone 1 1" {
		t.Errorf("after stop and two starts: %s", left)
	}
	r.check("stop and start")
}
