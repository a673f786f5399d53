//go:build browser

package browser

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// planned is a question to the planner.
const planned = "/outreach/plan?start=2025-09-01&last=2025-12-31&target.departments=History&target.departments=Music&comparison.rest=1&outcome=requests&roles=borrowing"

// expect takes the complaint that a refused form makes of itself off the list, and fails where there was none.
func (r *reader) expect(complaint string) {
	r.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var kept []string
	for _, problem := range r.problems {
		if !strings.Contains(problem, complaint) {
			kept = append(kept, problem)
		}
	}
	if len(kept) == len(r.problems) {
		r.Errorf("nothing said %q", complaint)
	}
	r.problems = kept
}

// send clicks a form's button and waits for the page that answers.
func (r *reader) send(button string) {
	r.Helper()
	if _, err := chromedp.RunResponse(r.ctx, chromedp.Click(button, chromedp.ByQuery)); err != nil {
		r.Fatal(err)
	}
}

func address(r *reader) string {
	return evaluate[string](r, `location.pathname + location.search`)
}

func TestForestPlot(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/outreach")
	rows := evaluate[int](r, `document.querySelectorAll("#forest tbody tr").length`)
	listed := evaluate[int](r, `document.querySelectorAll(".campaigns > li").length`)
	if rows != 3 || listed != 3 {
		t.Errorf("%d rows in the table and %d in the list, want three", rows, listed)
	}
	labels := evaluate[[]string](r, `[...document.querySelectorAll("#forest svg text")].map(t => t.textContent)`)
	for _, want := range []string{"Meet your librarian", "0%", "+25%"} {
		found := false
		for _, label := range labels {
			found = found || label == want
		}
		if !found {
			t.Errorf("the plot lacks %q: it says %q", want, labels)
		}
	}
	if label := evaluate[string](r, `document.querySelector("#forest .plot").getAttribute("aria-label")`); !regexp.MustCompile(`Meet your librarian: .+, [+−]\d+%, likely between [+−]\d+% and [+−]\d+%`).MatchString(label) {
		t.Errorf("the plot's label is %q", label)
	}
	// The dot of the campaign that can be told lies where its table says.
	place := evaluate[[]float64](r, `(() => {
		const plot = document.querySelector("#forest .plot");
		plot.scrollIntoView({block: "center"});
		const texts = [...plot.querySelectorAll("svg text")];
		const x = label => { const box = texts.find(t => t.textContent === label).getBoundingClientRect(); return box.left + box.width / 2; };
		const name = texts.find(t => t.textContent === "Meet your librarian").getBoundingClientRect();
		const row = [...document.querySelectorAll("#forest tbody tr")].find(tr => tr.textContent.includes("Meet your librarian"));
		const change = parseInt(row.children[4].textContent) / 100;
		const unit = (x("+25%") - x("0%")) / Math.log(1.25);
		return [x("0%") + unit * Math.log(1 + change), name.bottom];
	})()`)
	r.do(chromedp.MouseClickXY(place[0], place[1]), chromedp.WaitNotPresent(`.campaigns`, chromedp.ByQuery))
	if got := address(r); got != "/outreach/C2" {
		t.Errorf("a click on the dot led to %s", got)
	}
	r.check("forest plot")
}

// A campaign is recorded with the keyboard alone, seen in the list and removed again.
func TestRecordingByKeyboard(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/outreach/new")
	focused := func() string {
		return evaluate[string](r, `(document.activeElement.name || document.activeElement.className || document.activeElement.tagName)`)
	}
	tabTo := func(want string) {
		t.Helper()
		for range 60 {
			if focused() == want {
				return
			}
			r.do(chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("the keyboard does not reach %s", want)
	}
	tabTo("name")
	r.do(chromedp.KeyEvent("Poster in the foyer"))
	tabTo("start")
	r.do(chromedp.KeyEvent("02012025"))
	tabTo("last")
	r.do(chromedp.KeyEvent("02282025"))
	tabTo("carry_over_months")
	r.do(chromedp.KeyEvent(kb.Tab)) // the list of departments
	if tag := evaluate[string](r, `document.activeElement.tagName + " " + document.activeElement.textContent`); !strings.HasPrefix(tag, "SUMMARY Department") {
		t.Fatalf("after the dates comes %q", tag)
	}
	r.do(chromedp.KeyEvent(kb.Enter))
	tabTo("search")
	r.do(chromedp.KeyEvent("mus"))
	r.do(chromedp.Poll(`(o => o.length === 1 && o[0].textContent.includes("Music"))(document.querySelectorAll(".pick[open] [role=option]"))`, nil),
		chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Escape))
	if state := evaluate[string](r, `document.activeElement.textContent`); !strings.Contains(state, "Music") {
		t.Errorf("the list closed says %q, and has the focus or not", state)
	}
	tabTo("comparison.rest")
	r.do(chromedp.KeyEvent(" "))
	small := evaluate[[]string](r, `[...document.querySelectorAll("main a, main button, main select, main textarea, main input:not([type=hidden]), main summary")].filter(e => {
		const box = e.getBoundingClientRect();
		return e.checkVisibility() && box.height > 0 && box.height < 24 && !e.closest("p, label, li, td, th, dd");
	}).map(e => e.outerHTML.slice(0, 120))`)
	for _, target := range small {
		t.Errorf("too small to hit: %s", target)
	}
	tabTo("main")
	if _, err := chromedp.RunResponse(r.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	if got := address(r); got != "/outreach/poster-in-the-foyer" {
		t.Fatalf("the form led to %s: %s", got, evaluate[string](r, `document.querySelector("main").innerText.slice(0, 600)`))
	}
	r.visit("/outreach/poster-in-the-foyer/edit")
	if last := evaluate[string](r, `document.getElementById("last").value`); last != "2025-02-28" {
		t.Errorf("the last day is %s", last)
	}
	compared := evaluate[int](r, `document.querySelectorAll("[name='comparison.departments']:checked").length`)
	if others := evaluate[int](r, `document.querySelectorAll("[name='comparison.departments']").length`) - 1; compared != others || compared < 4 {
		t.Errorf("%d departments to compare with, want all others, %d", compared, others)
	}
	r.visit("/outreach/poster-in-the-foyer/remove")
	r.send("button.main")
	if listed := evaluate[int](r, `document.querySelectorAll(".campaigns > li").length`); address(r) != "/outreach" || listed != 3 {
		t.Errorf("after removing, %s lists %d", address(r), listed)
	}
	r.check("recording by keyboard")
}

// A refused form keeps what was typed and says what is wrong, in every width and light.
func TestRefusedForm(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run `make browser`: %v", err)
	}
	for _, screen := range []struct {
		name  string
		width int64
		dark  bool
	}{{"wide", 1280, false}, {"narrow and dark", 320, true}} {
		t.Run(screen.name, func(t *testing.T) {
			r := newReader(t, screen.width, 900, screen.dark)
			r.visit("/outreach/new")
			r.do(chromedp.SetValue("#name", "Newsletter", chromedp.ByQuery), chromedp.SetValue("#cost", "12", chromedp.ByQuery),
				chromedp.SetValue("#start", "2025-02-01", chromedp.ByQuery), chromedp.SetValue("#last", "2025-01-01", chromedp.ByQuery))
			r.send("button.main")
			r.expect("status 400")
			r.expect("the server responded with a status of 400")
			if got := evaluate[string](r, `document.getElementById("last").getAttribute("aria-invalid") + document.getElementById("last-error").textContent + document.getElementById("name").value`); got != "trueThe last day lies before the first one.Newsletter" {
				t.Errorf("the refused form says %q", got)
			}
			// The page takes the focus when it is first drawn, which may be after it was loaded.
			r.do(chromedp.Poll(`document.activeElement.id === "refused"`, nil, chromedp.WithPollingTimeout(5*time.Second)))
			if got := evaluate[string](r, `document.title`); got != "Error: Record a campaign · Fillrate" {
				t.Errorf("after a refusal, the title is %q", got)
			}
			for _, spill := range spills(r) {
				t.Error(spill)
			}
			for _, violation := range axeViolations(r, string(axe)) {
				t.Errorf("axe: %s", violation)
			}
			r.do(chromedp.Click(`.problem a[href="#last"]`, chromedp.ByQuery))
			if focused := evaluate[string](r, `document.querySelector(":target").id`); focused != "last" {
				t.Errorf("the message leads to %q", focused)
			}
			r.check("refused form")
		})
	}
}

// A file of campaigns tells what it did, and one that is refused stays on the page with its reason.
func TestImportInTheBrowser(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	file := filepath.Join(t.TempDir(), "ours.csv")
	for _, test := range []struct{ content, selector, want string }{
		{"id,name,start,end\nfair,Book fair,not a day,\n", "#refused", "line 2"},
		{"id,name,start,end\nfair,Book fair,2025-02-03,2025-03-03\n", "[role=status]", "1 new, 0 changed, 0 unchanged"},
		{"id,name,start,end\nfair,Book fair,2025-02-03,2025-03-03\n", "[role=status]", "0 new, 0 changed, 1 unchanged"},
	} {
		if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		r.visit("/outreach")
		r.do(chromedp.Click("#import > summary", chromedp.ByQuery), chromedp.SetUploadFiles("#import input[type=file]", []string{file}, chromedp.ByQuery))
		r.send("#import button")
		if got := evaluate[string](r, `document.querySelector("`+test.selector+`").innerText`); !strings.Contains(got, test.want) {
			t.Errorf("the page says %q, want %q", got, test.want)
		}
		if test.selector == "#refused" {
			r.expect("status 400")
			r.expect("the server responded with a status of 400")
			if seen := evaluate[bool](r, `document.querySelector("#import input").checkVisibility() && document.activeElement.id === "refused"`); !seen {
				t.Error("after a refusal no other file can be chosen, or the message has no focus")
			}
		}
	}
	r.visit("/outreach/fair/remove")
	r.send("button.main")
	r.check("import")
}

func TestOutreachWithoutScript(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.do(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(site+"/outreach/new"))
	r.do(chromedp.SendKeys("#name", "Course page", chromedp.ByQuery), chromedp.Click(`details:has([name="target.departments"]) summary`, chromedp.ByQuery),
		chromedp.Click(`[name="target.departments"][value="Nursing"]`, chromedp.ByQuery), chromedp.SendKeys("#start", "03012025", chromedp.ByQuery))
	r.send("button.main")
	main := func() string { return evaluate[string](r, `document.querySelector("main").outerHTML`) }
	page := main()
	if !strings.Contains(page, "Course page") || strings.Contains(page, "Nothing was saved yet") {
		t.Errorf("the form does not work without script: %.600s", page)
	}
	r.do(chromedp.Navigate(site + "/outreach"))
	page = main()
	if !strings.Contains(page, ">Course page</a>") || !strings.Contains(page, "<table>") {
		t.Error("the list without script lacks the campaign, or the numbers of the plot")
	}
	r.do(chromedp.Navigate(site + "/outreach/course-page/remove"))
	r.send("button.main")
	r.do(chromedp.Navigate(site + planned))
	page = main()
	if !strings.Contains(page, `class="answer"`) {
		t.Error("the planner does not answer without script")
	}
	r.check("without script")
}
