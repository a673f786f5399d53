//go:build browser

package browser

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// swapped waits until the page stands at an address that this JavaScript expression accepts, whole and drawn, without
// having been loaded again.
func (r *reader) swapped(accept string) {
	r.Helper()
	r.do(chromedp.Poll(`window.kept === true && (`+accept+`) && !document.querySelector("[aria-busy]") && document.querySelectorAll("[data-chart]:not([data-drawn])").length === 0`,
		nil, chromedp.WithPollingTimeout(20*time.Second)))
}

// keep marks the page, so that a later one that was loaded whole can be told from it.
func (r *reader) keep() {
	r.Helper()
	evaluate[bool](r, `window.kept = true`)
}

// tabTo presses the tabulator until the focus stands where a selector says.
func (r *reader) tabTo(selector string) {
	r.Helper()
	for range 60 {
		if evaluate[bool](r, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
		r.do(chromedp.KeyEvent(kb.Tab))
	}
	r.Fatalf("the keyboard does not reach %s", selector)
}

func focused(r *reader) string {
	return evaluate[string](r, `document.activeElement.textContent.trim() || document.activeElement.outerHTML.slice(0, 100)`)
}

func TestFilterByKeyboardOnly(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/fill-rate")
	r.keep()
	lines := evaluate[int](r, `new Set([...document.querySelectorAll(".filter > *:not(input)")].map(e => Math.round(e.getBoundingClientRect().bottom))).size`)
	if lines != 1 {
		t.Errorf("the filter takes %d lines of a screen of 1280 pixels", lines)
	}
	r.tabTo(".filter .rest > summary")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.tabTo(`.pick[data-choices$="/department"] > summary`)
	r.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`.pick[data-choices$="/department"] [role=option]`, chromedp.ByQuery))
	if !evaluate[bool](r, `document.activeElement.matches("[role=combobox][aria-expanded=true]")`) {
		t.Errorf("the focus is at %s, want the search field", focused(r))
	}
	r.do(chromedp.KeyEvent("chem"), chromedp.Poll(`document.querySelectorAll(".found [role=option]").length === 1`, nil), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	if on := evaluate[string](r, `document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).getAttribute("aria-selected")`); on != "true" {
		t.Errorf("Enter left the option %s", on)
	}
	if boxes := evaluate[[]string](r, `[...document.querySelectorAll("input[name=department]:checked")].map(b => b.value)`); strings.Join(boxes, "|") != "Chemistry" {
		t.Errorf("the form would send %v", boxes)
	}
	// a second one, taken back by the key that deletes
	r.do(chromedp.KeyEvent(kb.Backspace+kb.Backspace+kb.Backspace+kb.Backspace+"hist"), chromedp.Poll(`[...document.querySelectorAll(".found [role=option]")].some(o => o.textContent.includes("History")) && document.querySelectorAll(".found [role=option]").length < 5`, nil),
		chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	if n := evaluate[int](r, `document.querySelectorAll("input[name=department]:checked").length`); n != 2 {
		t.Errorf("%d chosen, want 2", n)
	}
	r.do(chromedp.KeyEvent(kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace))
	if boxes := evaluate[[]string](r, `[...document.querySelectorAll("input[name=department]:checked")].map(b => b.value)`); strings.Join(boxes, "|") != "Chemistry" {
		t.Errorf("the last key left %v", boxes)
	}
	r.do(chromedp.KeyEvent(kb.Escape))
	if !evaluate[bool](r, `document.activeElement.matches(".pick > summary") && !document.querySelector(".pick[open]") && document.querySelector(".rest").open`) {
		t.Errorf("Escape leads to %s", focused(r))
	}
	r.do(chromedp.KeyEvent(kb.Escape))
	if !evaluate[bool](r, `document.activeElement.matches(".rest > summary") && !document.querySelector(".rest").open`) {
		t.Errorf("Escape leads to %s", focused(r))
	}
	r.tabTo(".filter button")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.swapped(`location.search === "?department=Chemistry"`)
	if !evaluate[bool](r, `document.activeElement.matches(".filter button")`) {
		t.Errorf("after the filter the focus is at %s", focused(r))
	}
	if said := evaluate[string](r, `document.getElementById("said").textContent`); !strings.HasPrefix(said, "Updated: ") || !strings.Contains(said, "Chemistry") {
		t.Errorf("the page announced %q", said)
	}
	if link := evaluate[string](r, `document.querySelector(".side nav a[href^='/overdue']").getAttribute("href")`); link != "/overdue?department=Chemistry" {
		t.Errorf("another page's link is %s", link)
	}
	// the chip takes it away again
	r.tabTo(".chips a")
	r.do(chromedp.KeyEvent(kb.Enter))
	r.swapped(`location.search === ""`)
	if !evaluate[bool](r, `document.activeElement === document.querySelector("#main h1")`) {
		t.Errorf("the chip is gone and the focus is at %s, want the heading", focused(r))
	}
	r.check("filter by keyboard")
}

func TestSwapBackAndForth(t *testing.T) {
	r := newReader(t, 1280, 700, false)
	r.visit("/fill-rate")
	r.keep()
	charts := evaluate[int](r, `document.querySelectorAll("[data-drawn]").length`)
	title := evaluate[string](r, `document.querySelector(".summary").textContent`)
	evaluate[bool](r, `(scrollTo(0, 400), true)`)
	time.Sleep(400 * time.Millisecond)                                                           // the place is kept with the page a moment after the last move
	evaluate[bool](r, `(document.querySelector(".tabs a[href*='role=lending']").click(), true)`) // where it is, without scrolling to it
	r.swapped(`location.search === "?role=lending"`)
	r.do(chromedp.SetValue(`select[name=preset]`, "last_quarter", chromedp.ByQuery), chromedp.Click(`.filter button`, chromedp.ByQuery))
	r.swapped(`location.search === "?preset=last_quarter&role=lending"`)
	if evaluate[int](r, `document.querySelectorAll("[data-drawn]").length`) == 0 {
		t.Error("no chart was drawn after a swap")
	}
	r.do(chromedp.NavigateBack())
	r.swapped(`location.search === "?role=lending" && document.querySelector(".chips")`)
	r.do(chromedp.NavigateBack())
	r.swapped(`location.search === "" && !document.querySelector(".chips")`)
	if again := evaluate[string](r, `document.querySelector(".summary").textContent`); again != title {
		t.Errorf("back at %q, want %q", again, title)
	}
	if n := evaluate[int](r, `document.querySelectorAll("[data-drawn]").length`); n != charts {
		t.Errorf("%d charts after going back, %d before", n, charts)
	}
	if y := evaluate[float64](r, `scrollY`); y < 350 || y > 450 {
		t.Errorf("back at %v pixels, want 400", y)
	}
	r.do(chromedp.NavigateForward())
	r.swapped(`location.search === "?role=lending"`)
	// sorting and paging a list
	r.visit("/rows/volume")
	r.keep()
	r.do(chromedp.Click(`thead a[href*="order=created_at"]`, chromedp.ByQuery))
	r.swapped(`location.search === "?order=created_at" && document.querySelector("[aria-sort=ascending]")`)
	r.do(chromedp.Click(`.pager a[rel=next]`, chromedp.ByQuery))
	r.swapped(`location.search.includes("offset=50")`)
	// what leads elsewhere loads as ever
	if loaded, err := chromedp.RunResponse(r.ctx, chromedp.Click(`.lead a`, chromedp.ByQuery)); err != nil || loaded == nil {
		t.Errorf("a link to another page: %v", err)
	}
	r.check("swap")
}

func TestSwapThatFailsLoadsThePage(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/fill-rate")
	r.keep()
	if _, err := chromedp.RunResponse(r.ctx, chromedp.Evaluate(`(() => {
		const link = document.querySelector(".tabs a");
		link.href = "/fill-rate?role=pirate";
		link.click();
	})()`, nil)); err != nil {
		t.Fatal(err)
	}
	if text := evaluate[string](r, `document.querySelector("main .problem").textContent`); !strings.Contains(text, "pirate") {
		t.Errorf("the page says %q", text)
	}
	r.expect("status 400")
	r.expect("Failed to load resource")
}

// A figure that comes late takes its place, and one that fails says so there and can be asked for again.
func TestLateFigures(t *testing.T) {
	r := newReader(t, 1280, 900, false)
	r.visit("/fill-rate")
	r.keep()
	evaluate[bool](r, `(() => {
		const real = window.fetch;
		window.asked = [];
		window.fetch = async (address, how) => {
			if (String(address).startsWith("/late/")) {
				window.asked.push(address);
				if (address === "/late/1" && window.asked.length <= 6) throw new TypeError("out of reach");
				return {ok: true, text: async () => '<figure class="figure came" id="f' + address.slice(6) + '"><figcaption><h2>Came</h2></figcaption></figure>'};
			}
			const response = await real(address, how), text = await response.text();
			const late = [1, 2, 3, 4, 5, 6].map(i => '<figure class="figure" id="f' + i + '" data-late="/late/' + i + '"><figcaption><h2>Late</h2></figcaption><div class="plot m"><p class="waiting">Being computed</p></div></figure>').join("");
			return {ok: true, url: response.url, headers: response.headers, text: async () => text.replace('<div class="figures">', '<div class="figures">' + late)};
		};
		document.querySelector(".tabs a[href*='role=lending']").click();
		return true;
	})()`)
	r.swapped(`location.search === "?role=lending" && document.querySelectorAll(".came").length === 5`)
	if left := evaluate[string](r, `[...document.querySelectorAll("[data-late]")].map(f => f.id + ": " + f.querySelector("[role=alert]").innerText).join()`); left != "f1: This could not be fetched. Try again" {
		t.Errorf("left are %q", left)
	}
	r.do(chromedp.Click(`#f1 button`, chromedp.ByQuery), chromedp.WaitVisible(`#f1.came`, chromedp.ByQuery))
	if !evaluate[bool](r, `document.activeElement.id === "f1"`) {
		t.Errorf("the focus is at %s", focused(r))
	}
	if order := evaluate[string](r, `[...document.querySelectorAll(".came")].map(f => f.id).join()`); order != "f1,f2,f3,f4,f5,f6" {
		t.Errorf("the figures stand in the order %s", order)
	}
	r.check("late figures")
}

func TestSearchAmongThreeThousandPartners(t *testing.T) {
	place := serveMany(t)
	r := newReader(t, 1280, 900, false)
	r.visitAt(place + "/")
	r.keep()
	r.do(chromedp.Click(`.rest > summary`, chromedp.ByQuery), chromedp.Click(`.pick[data-choices$="/partner"] > summary`, chromedp.ByQuery),
		chromedp.Poll(`document.querySelectorAll("[role=option]").length === 50`, nil))
	status := func() string {
		return evaluate[string](r, `document.querySelector(".pick[data-choices$='/partner'] [role=status]").textContent`)
	}
	if got := status(); got != "50 of 3,000 shown" {
		t.Errorf("the list says %q", got)
	}
	for _, wanted := range []string{"q2718", "Q0042"} {
		evaluate[string](r, `document.querySelector(".pick[open] .search").value = ""`)
		r.do(chromedp.SendKeys(`.pick[open] .search`, wanted, chromedp.ByQuery),
			chromedp.Poll(fmt.Sprintf(`document.querySelectorAll("[role=option]").length === 1 && document.querySelector("[role=option]").textContent.startsWith(%q)`, strings.ToUpper(wanted)), nil), chromedp.Click(`[role=option]`, chromedp.ByQuery))
		if got := status(); got != strings.ToUpper(wanted)+" chosen" {
			t.Errorf("the list says %q", got)
		}
	}
	r.do(chromedp.SendKeys(`.pick[open] .search`, "moon", chromedp.ByQuery), chromedp.Poll(`document.querySelectorAll("[role=option]").length === 0`, nil))
	if got := status(); got != "Nothing found" {
		t.Errorf("the list says %q", got)
	}
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range axeViolations(r, string(axe)) {
		t.Errorf("axe, with the list open: %s", violation)
	}
	r.do(chromedp.Click(`.filter button`, chromedp.ByQuery))
	r.swapped(`location.search === "?partner=Q2718&partner=Q0042"`)
	if chips := evaluate[string](r, `document.querySelector(".chips").textContent`); !strings.Contains(chips, "Partner: Q2718") || !strings.Contains(chips, "Partner: Q0042") {
		t.Errorf("the chips are %q", chips)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, problem := range r.problems {
		if !strings.Contains(problem, "fetched from elsewhere") { // this server is another one
			t.Error(problem)
		}
	}
}

func TestFilterOnASmallScreen(t *testing.T) {
	r := newReader(t, 320, 640, false)
	r.visit("/turnaround?role=lending")
	r.keep()
	if evaluate[bool](r, `document.querySelector("select[name=preset]").checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})`) {
		t.Error("the filter is not folded")
	}
	r.do(chromedp.Click(`.fold > summary`, chromedp.ByQuery), chromedp.WaitVisible(`select[name=preset]`, chromedp.ByQuery),
		chromedp.Click(`.rest > summary`, chromedp.ByQuery), chromedp.Click(`.pick[data-choices$="/department"] > summary`, chromedp.ByQuery),
		chromedp.WaitVisible(`[role=option]`, chromedp.ByQuery))
	if width := evaluate[int](r, `document.documentElement.scrollWidth`); width > 320 {
		t.Errorf("with everything open the page is %d pixels wide", width)
	}
	small := evaluate[[]string](r, `[...document.querySelectorAll("main .fold a, main .fold button, main .fold select, main .fold input:not([type=hidden]), main .fold summary, .chips a, [role=option]")].filter(e => {
		const box = e.getBoundingClientRect();
		return e.checkVisibility() && box.height > 0 && box.height < 24 && !e.closest("label.check");
	}).map(e => e.outerHTML.slice(0, 100))`)
	for _, target := range small {
		t.Errorf("too small to hit: %s", target)
	}
	r.do(chromedp.Click(`[role=option]`, chromedp.ByQuery), chromedp.Click(`.filter button`, chromedp.ByQuery))
	r.swapped(`location.search.startsWith("?role=lending&department=")`)
	r.check("small screen")
}

func TestFilterWithoutScript(t *testing.T) {
	for _, width := range []int64{1280, 320} {
		r := newReader(t, width, 900, false)
		r.do(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(site+"/fill-rate"), chromedp.WaitReady("main", chromedp.ByQuery))
		if width == 320 {
			r.do(chromedp.Click(`.fold > summary`, chromedp.ByQuery))
		}
		r.do(chromedp.Click(`.rest > summary`, chromedp.ByQuery), chromedp.Click(`.pick:has(input[name=kind]) > summary`, chromedp.ByQuery),
			chromedp.Click(`input[name=kind][value=loan]`, chromedp.ByQuery))
		r.send(`.filter button`)
		var at string
		r.do(chromedp.Location(&at))
		if !strings.HasSuffix(at, "/fill-rate?kind=loan") {
			t.Errorf("at %d pixels the form led to %s", width, at)
		}
		r.send(`.chips a`)
		r.do(chromedp.Location(&at))
		if !strings.HasSuffix(at, "/fill-rate") {
			t.Errorf("at %d pixels the chip led to %s", width, at)
		}
		r.check("without script")
	}
}

// visitAt is visit for another server.
func (r *reader) visitAt(address string) {
	r.Helper()
	r.do(chromedp.Navigate(address), chromedp.Poll(`document.readyState === "complete" && document.querySelectorAll("[data-chart]:not([data-drawn])").length === 0`, nil, chromedp.WithPollingTimeout(20*time.Second)))
}

// serveMany serves a history of three thousand partners, one request with each.
func serveMany(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	var export strings.Builder
	export.WriteString("TransactionNumber,Username,RequestType,LoanTitle,TransactionStatus,TransactionDate,CreationDate,LendingLibrary,ProcessType,SystemID\n")
	for i := range 3000 {
		fmt.Fprintf(&export, "%d,u0001,Loan,Title %d,Cancelled by ILL Staff,7/16/2024 9:20:29 AM,7/15/2024 7:25:43 AM,Q%04d,Borrowing,OCLC\n", i+1, i, i)
	}
	file, data := filepath.Join(folder, "Transactions.csv"), filepath.Join(folder, "data")
	if err := os.WriteFile(file, []byte(export.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := os.Getenv("FILLRATE_BIN")
	if out, err := exec.Command(binary, "ingest", "--data", data, "--library", "MAIN", "--tz", "America/New_York", file).CombinedOutput(); err != nil {
		t.Fatalf("loading three thousand partners: %v\n%s", err, out)
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
		_ = server.Process.Signal(syscall.SIGTERM)
		_ = server.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
}
