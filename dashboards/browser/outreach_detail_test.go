//go:build browser

package browser

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// siteWithCampaigns serves the sample library with its closures and campaigns for the time of one test.
func siteWithCampaigns(t *testing.T) {
	t.Helper()
	binary, data, before := os.Getenv("FILLRATE_BIN"), t.TempDir(), site
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{
		append([]string{"ingest", "--data", data, "--library", "MAIN", "--tz", "America/New_York"}, exports...),
		{"ingest", "--data", data, "../../sample-data/closures.csv"},
		{"campaign", "import", "--data", data, "../../sample-data/campaigns.csv"},
	} {
		if out, err := exec.Command(binary, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(arguments[:2], " "), err, out)
		}
	}
	server := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0")
	server.Stderr = io.Discard
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		site = before
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	site = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
}

func TestCampaigns(t *testing.T) {
	siteWithCampaigns(t)
	t.Run("in every light", campaignsInEveryLight)
	t.Run("one campaign", campaignPage)
	t.Run("marks lead to their campaign", marksLeadToTheirCampaign)
	t.Run("without script", campaignWithoutScript)
}

func campaignsInEveryLight(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	for _, screen := range []struct {
		name          string
		width, height int64
		dark          bool
	}{
		{"light and wide", 1280, 900, false}, {"dark and narrow", 320, 640, true}, // TestEveryPage looks at a campaign in all
	} {
		t.Run(screen.name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, screen.width, screen.height, screen.dark)
			for _, path := range []string{"/outreach/C2", "/outreach/C1", "/?preset=all", "/fill-rate?from=2024-09-01&to=2024-12-01", "/catalog/volume?by=month"} {
				r.visit(path)
				evaluate[int](r, `(document.querySelectorAll("details.working").forEach(d => d.open = true), 0)`)
				for _, spill := range spills(r) {
					t.Errorf("%s: %s", path, spill)
				}
				if path == "/outreach/C2" { // a legend of several lines, none of it paged away
					names := evaluate[[]string](r, `[...document.querySelectorAll("#expected svg text")].map(t => t.textContent)`)
					if listed := strings.Join(names, "|"); !strings.Contains(listed, "Observed") || !strings.Contains(listed, "Likely range") {
						t.Errorf("the legend lacks a name: %s", listed)
					}
				}
				for _, violation := range axeViolations(r, string(axe)) {
					t.Errorf("%s: axe: %s", path, violation)
				}
				r.check(path)
				if folder := os.Getenv("FILLRATE_SCREENSHOTS"); folder != "" {
					r.picture(filepath.Join(folder, pictureName(screen.name, path)))
				}
			}
		})
	}
}

func campaignPage(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/outreach/C2")

	// The answer comes first, and its code agrees with the report that can be downloaded.
	if first := evaluate[string](r, `document.querySelector("main .title").nextElementSibling.className`); !strings.Contains(first, "finding") {
		t.Errorf("below the title stands %q, not the answer", first)
	}
	code := evaluate[string](r, `fetch(document.querySelector("a[href$='/report.json']").href).then(r => r.json()).then(r => r.verdict.code)`)
	chip := evaluate[string](r, `document.querySelector(".verdict .chip").innerText`)
	if words := map[string]string{"likely_increase": "Likely increase", "likely_decrease": "Likely decrease", "no_clear_effect": "No clear effect", "cant_tell": "Can’t tell"}; !strings.Contains(chip, words[code]) {
		t.Errorf("the verdict is %s, and the chip says %q", code, chip)
	}

	// Every chart is drawn, has its words and its table; what is marked is listed.
	for _, id := range []string{"expected", "cumulative", "indexed", "season", "placebo-space", "placebo-time"} {
		drawn := evaluate[int](r, `document.querySelectorAll("#`+id+` svg path").length`)
		rows := evaluate[int](r, `document.querySelectorAll("#`+id+` tbody tr").length`)
		label := evaluate[string](r, `document.querySelector("#`+id+` .plot").getAttribute("aria-label")`)
		if drawn < 5 || rows < 2 || len(label) < 40 {
			t.Errorf("%s: %d shapes, %d rows, described as %q", id, drawn, rows, label)
		}
	}
	if marked := evaluate[string](r, `document.querySelector("#expected .marks").innerText`); !strings.Contains(marked, "This campaign, 1 Sep 2024 to 31 Dec 2024") || !strings.Contains(marked, "Closed: Winter break") {
		t.Errorf("marked is %q", marked)
	}
	if labels := evaluate[[]string](r, `[...document.querySelectorAll("#placebo-space svg text")].map(t => t.textContent)`); !strings.Contains(strings.Join(labels, "|"), "this campaign ") {
		t.Errorf("the campaign is not marked among the placebos: %q", labels)
	}
	// The marked window covers its months: September to December of the last year, at the right end.
	window := evaluate[[]float64](r, `(() => {
		const plot = document.querySelector("#expected svg").getBoundingClientRect();
		return [...document.querySelectorAll("#expected svg path")].filter(p => p.getAttribute("fill-opacity") === "0.09" || p.getAttribute("opacity") === "0.09")
			.map(p => p.getBoundingClientRect()).flatMap(b => [(b.left - plot.left) / plot.width, (b.right - plot.left) / plot.width]);
	})()`)
	if len(window) != 2 || window[0] < 0.8 || window[1] < 0.95 || window[1] > 1 {
		t.Errorf("the window is marked at %v of the chart's width", window)
	}

	// Who has seen a result can no longer choose the window freely; a refusal shows none.
	for path, want := range map[string]bool{"/outreach/C2/edit": true, "/outreach/C1/edit": false} {
		if isFixed := evaluate[bool](r, `fetch("`+path+`").then(r => r.text()).then(t => t.includes("Results were first looked at"))`); isFixed != want {
			t.Errorf("%s: the window is fixed: %v", path, isFixed)
		}
	}

	// The working opens from the keyboard.
	r.do(chromedp.Focus("details.working > summary", chromedp.ByQuery), chromedp.KeyEvent("\r"))
	if !evaluate[bool](r, `document.querySelector("details.working").open`) {
		t.Error("the working does not open from the keyboard")
	}
	if n := evaluate[int](r, `document.querySelectorAll("details.working tbody tr").length`); n < 12 {
		t.Errorf("%d groups in the working, want twelve departments", n)
	}
	for _, target := range evaluate[[]string](r, `[...document.querySelectorAll("main a, main button, main summary")].filter(e => {
		const box = e.getBoundingClientRect();
		return e.checkVisibility() && box.height > 0 && box.height < 24 && !e.closest("p, label, li, td, th, dd");
	}).map(e => e.outerHTML.slice(0, 120))`) {
		t.Errorf("too small to hit: %s", target)
	}
	r.check("campaign")

	// On paper the answer and the charts stay, the ways on go.
	r.do(emulation.SetEmulatedMedia().WithMedia("print"))
	if seen := evaluate[[]bool](r, `[".verdict", "#expected svg", ".onward", ".side", ".working table"].map(s => document.querySelector(s).checkVisibility())`); !seen[0] || !seen[1] || seen[2] || seen[3] || !seen[4] {
		t.Errorf("on paper: answer %v, chart %v, links %v, pages %v, groups %v", seen[0], seen[1], seen[2], seen[3], seen[4])
	}
	r.check("print")
}

func marksLeadToTheirCampaign(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/?preset=all")
	listed := evaluate[string](r, `document.querySelector("#volume .marks").innerText`)
	numbers := evaluate[[]string](r, `[...document.querySelectorAll("#volume .marks b")].map(b => b.innerText)`)
	drawn := evaluate[[]string](r, `[...document.querySelectorAll("#volume svg text")].map(t => t.textContent)`)
	for _, want := range []string{"Meet your librarian, 1 Sep 2024 to 31 Dec 2024", "Requests sent without review, since 1 Jan 2024", "We deliver: newsletter", "Closed: Winter break, 24 Dec 2024 to 1 Jan 2025"} {
		if !strings.Contains(listed, want) {
			t.Errorf("the list below the chart is %q, without %q", listed, want)
		}
	}
	for _, number := range numbers {
		found := false
		for _, text := range drawn {
			found = found || text == number
		}
		if !found {
			t.Errorf("the list has a number %s that the chart has not: %q", number, drawn)
		}
	}
	if _, err := chromedp.RunResponse(r.ctx, chromedp.Click(`#volume .marks a[href="/outreach/C2"]`, chromedp.ByQuery)); err != nil {
		t.Fatal(err)
	}
	if address := evaluate[string](r, `location.pathname`); address != "/outreach/C2" {
		t.Errorf("the mark led to %s", address)
	}
	r.check("marks")
}

func campaignWithoutScript(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.do(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(site+"/outreach/C2"), chromedp.WaitReady("main", chromedp.ByQuery))
	var page string
	r.do(chromedp.OuterHTML("main", &page, chromedp.ByQuery))
	if n := strings.Count(page, "<table>"); n < 7 {
		t.Errorf("%d tables, want one for each chart and one of the departments", n)
	}
	r.check("without script")
}
