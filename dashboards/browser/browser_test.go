//go:build browser

// Package browser walks the pages in Chromium as a reader would: both themes, wide and narrow. It fails on anything
// that a browser complains of, on what axe-core finds, on a page wider than a small phone, and where a table, a
// click or a control does not do what it says.
package browser

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// site is a server on sample data, one for all tests.
var site string

// chromium is the browser, one for all tests: each reader has windows, cookies and memory of its own in it.
var chromium context.Context

func TestMain(m *testing.M) {
	status, err := serveAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "browser suite:", err)
		os.Exit(1)
	}
	os.Exit(status)
}

// serveAndRun loads the sample library into a new data directory, serves it with the built binary, runs the tests and
// checks that the server stops when it is asked to.
func serveAndRun(m *testing.M) (int, error) {
	binary := os.Getenv("FILLRATE_BIN")
	if binary == "" {
		return 0, errors.New("FILLRATE_BIN does not say where the built program is: run `make browser`")
	}
	data, err := os.MkdirTemp("", "fillrate-browser-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(data)
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		return 0, errors.New("there is no sample data in sample-data/illiad")
	}
	load := exec.Command(binary, append([]string{"ingest", "--data", data, "--library", "MAIN", "--tz", "America/New_York"}, exports...)...)
	if out, err := load.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("loading the sample: %w\n%s", err, out)
	}
	record := exec.Command(binary, "campaign", "import", "--data", data, "../../sample-data/campaigns.csv")
	if out, err := record.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("recording the campaigns: %w\n%s", err, out)
	}
	server := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0")
	server.Stderr = io.Discard
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, errors.Join(fmt.Errorf("the server did not start: %w", err), server.Process.Kill())
	}
	site = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	closeBrowser, err := openBrowser()
	if err != nil {
		return 0, errors.Join(err, server.Process.Kill())
	}
	status := m.Run()
	closeBrowser()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	if err := server.Wait(); err != nil {
		return 0, fmt.Errorf("the server did not stop cleanly: %w", err)
	}
	return status, nil
}

// openBrowser starts Chromium with a profile folder of its own, which chromedp removes.
func openBrowser() (func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	if path := os.Getenv("FILLRATE_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeFirst := chromedp.NewContext(allocator)
	if err := chromedp.Run(ctx); err != nil {
		stop()
		return nil, fmt.Errorf("Chromium did not start: %w", err)
	}
	chromium = ctx
	return func() { closeFirst(); stop() }, nil
}

// openWindow opens a window in a profile of its own.
func openWindow() (cdp.BrowserContextID, target.ID, error) {
	profile, err := target.CreateBrowserContext().Do(ofBrowser())
	if err != nil {
		return "", "", err
	}
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ofBrowser())
	return profile, window, err
}

// ofBrowser is the context of commands to the browser itself.
func ofBrowser() context.Context {
	return cdp.WithExecutor(chromium, chromedp.FromContext(chromium).Browser)
}

// reader is somebody at a window, who collects all that goes wrong in it.
type reader struct {
	*testing.T
	ctx     context.Context
	profile cdp.BrowserContextID

	mu       sync.Mutex
	problems []string
}

func newReader(t *testing.T, width, height int64, dark bool) *reader {
	t.Helper()
	profile, window, err := openWindow()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithTargetID(window))
	t.Cleanup(func() {
		cancel()
		if err := target.DisposeBrowserContext(profile).Do(ofBrowser()); err != nil {
			t.Errorf("forgetting what the reader's window kept: %v", err)
		}
	})
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	r := &reader{T: t, ctx: ctx, profile: profile}
	chromedp.ListenTarget(ctx, r.listen)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	r.do(network.Enable(), log.Enable(), emulation.SetFocusEmulationEnabled(true), emulation.SetDeviceMetricsOverride(width, height, 1, false),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
	return r
}

func (r *reader) listen(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			r.problems = append(r.problems, fmt.Sprintf("console %s: %s", e.Type, arguments(e.Args)))
		}
	case *runtime.EventExceptionThrown:
		r.problems = append(r.problems, "exception: "+e.ExceptionDetails.Error())
	case *log.EventEntryAdded: // violations of the content security policy come this way
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			r.problems = append(r.problems, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			r.problems = append(r.problems, "request failed: "+e.ErrorText)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			r.problems = append(r.problems, fmt.Sprintf("status %d: %s", e.Response.Status, e.Response.URL))
		}
		if !strings.HasPrefix(e.Response.URL, site) && !strings.HasPrefix(e.Response.URL, "data:") && !strings.HasPrefix(e.Response.URL, "about:") {
			r.problems = append(r.problems, "something was fetched from elsewhere: "+e.Response.URL)
		}
	}
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		words = append(words, string(arg.Value)+arg.Description)
	}
	return strings.Join(words, " ")
}

// check fails with what went wrong since it was last asked.
func (r *reader) check(where string) {
	r.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, problem := range r.problems {
		r.Errorf("%s: %s", where, problem)
	}
	r.problems = nil
}

func (r *reader) do(actions ...chromedp.Action) {
	r.Helper()
	if err := chromedp.Run(r.ctx, actions...); err != nil {
		r.Fatal(err)
	}
}

// isWhole tells that nothing of a page is still to come.
const isWhole = `document.readyState === "complete" && !document.querySelector("[data-late]") && document.querySelectorAll("[data-chart]:not([data-drawn])").length === 0`

// visit opens a page and waits until each of its figures has come and each of its charts is drawn.
func (r *reader) visit(path string) {
	r.Helper()
	err := chromedp.Run(r.ctx, chromedp.Navigate(site+path))
	for tries := 1; err == nil; tries++ { // the browser may still be looking at the page that was just left
		err = chromedp.Run(r.ctx, chromedp.Poll(isWhole, nil, chromedp.WithPollingTimeout(30*time.Second)))
		if err == nil || tries == 3 || !strings.Contains(err.Error(), "Cannot find context") {
			break
		}
		err = nil
	}
	if err != nil {
		r.check(path)
		r.Fatalf("%s: %v", path, err)
	}
}

func evaluate[T any](r *reader, script string) T {
	r.Helper()
	var value T
	ask := chromedp.Evaluate(script, &value, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) })
	for tries := 1; ; tries++ {
		err := chromedp.Run(r.ctx, ask)
		// The page that was left a moment ago may still be the one that is asked. Then nothing was evaluated.
		var gone *cdproto.Error
		if errors.As(err, &gone) && strings.HasPrefix(gone.Message, "Cannot find context") && tries < 20 {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if err != nil {
			r.Fatal(err)
		}
		return value
	}
}

// spills lists what is wider than its place, with every list open and each filter's panel in turn.
func spills(r *reader) []string {
	r.Helper()
	return evaluate[[]string](r, `(async () => {
		const found = [], page = document.documentElement;
		const wide = what => { if (page.scrollWidth > innerWidth) found.push(what + ": the page is " + page.scrollWidth + " pixels wide on a screen of " + innerWidth); };
		const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
		wide("as it opens");
		const folded = [...document.querySelectorAll("figure details:not([open])")];
		folded.forEach(d => d.open = true);
		await frame();
		wide("with its tables open");
		for (const part of document.querySelectorAll("figure .scroll, figure .plot, figure p, .card > *")) {
			const box = part.getBoundingClientRect(), place = part.closest("figure, .card").getBoundingClientRect();
			if (box.right > place.right + 1) found.push(part.outerHTML.slice(0, 80) + " leaves its figure by " + (box.right - place.right));
		}
		folded.forEach(d => d.open = false);
		for (const fold of document.querySelectorAll("details.fold, details.rest")) fold.open = true;
		await frame();
		wide("with its filters open");
		for (const pick of document.querySelectorAll("details.pick")) {
			pick.open = true;
			await frame();
			wide("with the list " + pick.innerText.slice(0, 20));
			pick.open = false;
		}
		for (const panel of document.querySelectorAll("details.rest")) panel.open = false; // it lies over the page
		return found;
	})()`)
}

// axeViolations runs axe-core with every list open, as what is folded away is checked too. It is evaluated from
// outside the page, whose content security policy would not let it in.
func axeViolations(r *reader, axe string) []string {
	r.Helper()
	r.do(chromedp.Evaluate(axe+";0", nil))
	return evaluate[[]string](r, `(async () => {
		const folded = [...document.querySelectorAll("figure details:not([open])")];
		folded.forEach(d => d.open = true);
		const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
		folded.forEach(d => d.open = false);
		return found.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ": " + n.target.join(" ") + ": " + n.failureSummary));
	})()`)
}

func (r *reader) picture(file string) {
	r.Helper()
	var image []byte
	r.do(chromedp.FullScreenshot(&image, 100))
	if err := os.WriteFile(file, image, 0o644); err != nil {
		r.Fatal(err)
	}
}

func pictureName(screen, path string) string {
	clean := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(path), "-")
	return strings.ReplaceAll(screen, " ", "-") + strings.TrimSuffix(clean, "-") + ".png"
}

func TestChartLeadsToItsRows(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	r.visit("/")
	drawn := evaluate[int](r, `document.querySelectorAll("#volume svg path").length`)
	rows := evaluate[int](r, `document.querySelectorAll("#volume tbody tr").length`)
	if drawn == 0 || rows != 12 {
		t.Errorf("the chart of volume has %d shapes and its table %d rows; want some and 12", drawn, rows)
	}
	if label := evaluate[string](r, `document.querySelector("#volume .plot").getAttribute("aria-label")`); !strings.Contains(label, "Filled: from") {
		t.Errorf("the chart's label is %q", label)
	}
	// The first bar stands a little above the axis, in the first of the twelve places.
	place := evaluate[[]float64](r, `(() => {
		const plot = document.querySelector("#volume .plot");
		plot.scrollIntoView({block: "center"});
		const box = plot.getBoundingClientRect();
		return [box.left + 40 + (box.width - 54) / 24, box.bottom - 48];
	})()`)
	r.do(chromedp.MouseClickXY(place[0], place[1]), chromedp.WaitVisible(`table.list tbody tr`, chromedp.ByQuery))
	if address := evaluate[string](r, `location.pathname + location.search`); !regexp.MustCompile(`^/rows/volume\?from=\d{4}-\d\d-01&to=\d{4}-\d\d-01&outcome=filled$`).MatchString(address) {
		t.Errorf("a click on a bar led to %s", address)
	}
	if n := evaluate[int](r, `document.querySelectorAll("table.list tbody tr").length`); n != 50 {
		t.Errorf("%d requests on the first page, want 50", n)
	}
	r.do(chromedp.Click(`nav.pager a[rel=next]`, chromedp.ByQuery), chromedp.WaitVisible(`nav.pager a[rel=prev]`, chromedp.ByQuery))
	r.check("drill-down")
}

func TestFilterFormGivesCanonicalAddress(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	r.visit("/fill-rate")
	r.do(
		chromedp.Click(`details.pick:has(input[name=role]) summary`, chromedp.ByQuery),
		chromedp.Click(`input[name=role][value=lending]`, chromedp.ByQuery),
		chromedp.SetValue(`select[name=preset]`, "last_quarter", chromedp.ByQuery),
	)
	r.keep()
	r.do(chromedp.Click(`.filter button`, chromedp.ByQuery))
	r.swapped(`location.pathname + location.search === "/fill-rate?preset=last_quarter&role=lending"`)
	if link := evaluate[string](r, `document.querySelector("nav a[href^='/overdue']").getAttribute("href")`); link != "/overdue?preset=last_quarter&role=lending" {
		t.Errorf("another page's link is %s, which loses the filter", link)
	}
	r.check("filter")
}

func TestThemeIsRememberedWithoutCookies(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	r.visit("/")
	ground := func() string { return evaluate[string](r, `getComputedStyle(document.body).backgroundColor`) }
	light := ground()
	r.do(chromedp.Click(`#theme`, chromedp.ByQuery))
	if dark := ground(); dark == light {
		t.Errorf("the theme button left the ground %s", dark)
	}
	r.visit("/overdue")
	if ground() == light {
		t.Error("the next page forgot the theme")
	}
	if cookies := evaluate[string](r, `document.cookie`); cookies != "" {
		t.Errorf("cookies: %s", cookies)
	}
	r.check("theme")
}

func TestKeyboard(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	r.visit("/")
	r.do(chromedp.KeyEvent("\t"))
	if focused := evaluate[string](r, `document.activeElement.className`); focused != "skip" {
		t.Errorf("the first stop of the keyboard is %q, want the skip link", focused)
	}
	r.do(chromedp.KeyEvent("\r"))
	if focused := evaluate[string](r, `document.activeElement.id`); focused != "main" {
		t.Errorf("the skip link leads to %q", focused)
	}
	small := evaluate[[]string](r, `[...document.querySelectorAll("a, button, select, input:not([type=hidden]), summary")].filter(e => {
		const box = e.getBoundingClientRect();
		return e.checkVisibility() && !e.classList.contains("skip") && box.height > 0 && box.height < 24 && !e.closest("p, label, li, td, th, dd");
	}).map(e => e.outerHTML.slice(0, 120))`)
	for _, target := range small {
		t.Errorf("too small to hit: %s", target)
	}
	r.check("keyboard")
}

func TestWithoutScriptTheNumbersAreThere(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	r.do(emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(site+"/turnaround"), chromedp.WaitReady("main", chromedp.ByQuery))
	var page string
	r.do(chromedp.OuterHTML("main", &page, chromedp.ByQuery))
	if n := strings.Count(page, "<table>"); n < 5 {
		t.Errorf("%d tables, want one for each chart", n)
	}
	r.check("without script")
}
