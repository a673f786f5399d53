//go:build browser

package browser

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// reportPages are the pages of reports that the navigation does not lead to.
var reportPages = []string{
	"/reports", "/reports/issue?report=monthly&month=2025-05", "/reports/builder", "/reports/builder?of=annual", "/reports/builder?of=worklists",
	"/reports/subscriptions/new", "/worklists?wait=1",
}

// checkReports looks at pages of reports in both languages, wide and narrow, light and dark.
func checkReports(t *testing.T, paths []string) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	english := englishTexts(t)
	for _, look := range []struct {
		name, tag string
		width     int64
		dark      bool
	}{{"wide in English", "en", 1280, false}, {"wide in Portuguese", "pt-BR", 1280, true}, {"narrow in English", "en", 320, true}, {"narrow in Portuguese", "pt-BR", 320, false}} {
		t.Run(look.name, func(t *testing.T) {
			r := newReader(t, look.width, 900, look.dark)
			r.speak(look.tag)
			for _, path := range paths {
				r.visit(path)
				r.do(chromedp.Poll(`!document.querySelector("[data-late]")`, nil))
				r.checkPage(path, look.tag, english)
				for _, spill := range spills(r) {
					t.Errorf("%s: %s", path, spill)
				}
				for _, violation := range axeViolations(r, string(axe)) {
					t.Errorf("%s: axe: %s", path, violation)
				}
				r.check(path)
			}
		})
	}
}

// A report is looked at, issued, found again and set beside what its figures say now; one of the library's own is put
// together, run and removed; a subscription is made, paused and ended.
func TestReports(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/reports/draft?report=monthly&month=2025-05")
	if title := evaluate[string](r, `document.querySelector("h1").textContent`); title != "Monthly report" {
		t.Errorf("the draft is called %q", title)
	}
	if n := evaluate[int](r, `document.querySelectorAll("svg").length`); n < 5 {
		t.Errorf("the draft has %d charts", n)
	}
	r.check("draft")

	r.visit("/reports")
	r.do(chromedp.SetValue(`#month`, "2025-05", chromedp.ByQuery))
	r.send(`button[formaction="/reports/issue"]`)
	if got := address(r); !strings.HasPrefix(got, "/reports/issue?") {
		t.Fatalf("the button led to %s", got)
	}
	r.send("form.record button.main")
	if got := address(r); got != "/reports/editions/monthly-2025-05-1?saved=1" {
		t.Fatalf("issuing led to %s", got)
	}
	r.do(chromedp.Poll(`!document.querySelector("[data-late]")`, nil))
	if text := evaluate[string](r, `document.querySelector("#restatement").innerText`); !strings.Contains(text, "No figure differs") {
		t.Errorf("the restatement says %q", text)
	}
	r.check("edition")

	r.visit("/reports/builder")
	r.do(chromedp.SendKeys("#name", "walked", chromedp.ByQuery))
	r.send("form.record button.main")
	if got := address(r); got != "/reports?saved=saved" {
		t.Fatalf("saving led to %s", got)
	}
	r.send(`#saved a[href^="/reports?report=walked"]`)
	if chosen := evaluate[string](r, `document.querySelector("#report").value`); chosen != "walked" {
		t.Errorf("running it chooses %q", chosen)
	}
	r.visit("/reports/saved/walked")
	r.do(chromedp.SetValue("#title", "Walked through", chromedp.ByQuery))
	r.send("form.record button.main")
	if text := evaluate[string](r, `document.querySelector("#saved").innerText`); !strings.Contains(text, "Walked through") {
		t.Errorf("the list says %q", text)
	}

	r.visit("/reports/subscriptions/new")
	r.do(chromedp.SendKeys("#id", "to-us", chromedp.ByQuery), chromedp.SendKeys("#recipients", "ill@example.org", chromedp.ByQuery))
	r.send("form.record button.main")
	if got := address(r); got != "/reports/subscriptions/to-us?saved=subscribed" {
		t.Fatalf("subscribing led to %s", got)
	}
	r.send("form.record button")
	if chip := evaluate[string](r, `document.querySelector(".chip").textContent`); chip != "paused" {
		t.Errorf("after pausing it is %q", chip)
	}
	t.Run("looks", func(t *testing.T) {
		checkReports(t, append([]string{"/reports/editions/monthly-2025-05-1", "/reports/saved/walked", "/reports/saved/walked/remove", "/reports/subscriptions/to-us", "/reports/subscriptions/to-us/remove"}, reportPages...))
	})
	for _, page := range []string{"/reports/subscriptions/to-us/remove", "/reports/saved/walked/remove"} {
		r.visit(page)
		r.send("form.record button.main")
	}
	if text := evaluate[string](r, `document.querySelector("main").innerText`); strings.Contains(text, "Walked through") || strings.Contains(text, "to-us") {
		t.Error("what was removed is still listed")
	}
	r.check("walk")
}

// What can be downloaded is there, as the kind of file that it says it is.
func TestReportDownloads(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/worklists?wait=1")
	links := evaluate[[]string](r, `[...new Set([...document.querySelectorAll("main a[download]")].map(a => a.getAttribute("href")))]`)
	if len(links) < 7 {
		t.Errorf("the page offers %d files", len(links))
	}
	for _, link := range links {
		got := evaluate[string](r, `fetch(`+"`"+link+"`"+`).then(async r => r.status + " " + (r.headers.get("Content-Disposition") || "") + " " + (await r.blob()).size)`)
		if !strings.HasPrefix(got, "200 attachment; filename=") || strings.HasSuffix(got, " 0") {
			t.Errorf("%s: %s", link, got)
		}
	}
	r.check("downloads")
}

func TestReportsWithoutScript(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.do(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(site+"/reports/issue?report=worklists"))
	r.send("form.record button.main")
	page := evaluate[string](r, `document.querySelector("main").outerHTML`)
	if !strings.Contains(page, "SHA-256") {
		t.Errorf("issuing does not work without script: %.600s", page)
	}
	r.do(chromedp.Navigate(site + "/worklists?wait=1"))
	if page := evaluate[string](r, `document.querySelector("main").outerHTML`); !strings.Contains(page, "<table") {
		t.Error("the worklists without script have no rows")
	}
	r.check("without script")
}
