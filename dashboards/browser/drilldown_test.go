//go:build browser

package browser

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// number reads the first number that a pattern finds in an English text.
func number(t *testing.T, pattern, text string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%q says no number like %s", text, pattern)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a chart says of a datum is how many requests its rows are: on their page, and in the file from there.
func TestNumberOfADatumIsThatOfItsRows(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	for _, test := range []struct{ page, chart, spoken string }{
		{"/turnaround", "department-loan", `n ([\d,]+)`},
		{"/turnaround", "bands-copy", `n ([\d,]+)`},
	} {
		r.visit(test.page)
		r.focus(test.chart)
		r.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.Poll(`/\d/.test(document.getElementById("chart-voice").textContent)`, nil))
		spoken := r.spoken()
		n := number(t, test.spoken, spoken)
		if _, err := chromedp.RunResponse(r.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
			t.Fatalf("%s, %s: Enter leads nowhere: %v", test.page, test.chart, err)
		}
		if at := address(r); !strings.HasPrefix(at, "/rows/") {
			t.Errorf("%s, %s: Enter leads to %s", test.page, test.chart, at)
			continue
		}
		listed := number(t, `of ([\d,]+)`, evaluate[string](r, `document.querySelector("table.list caption").textContent`))
		shown := evaluate[int](r, `document.querySelectorAll("table.list tbody tr").length`)
		lines := evaluate[int](r, `fetch(document.querySelector(".lead a[download][href*='.csv']").href).then(r => r.text()).then(text => text.trim().split("\n").length - 1)`)
		if listed != n || shown != min(n, 50) || lines != n {
			t.Errorf("%s, %s says %q; the page of its rows lists %d and shows %d, the file has %d", test.page, test.chart, spoken, listed, shown, lines)
		}
		r.check(test.page)
	}
}

// A tile that is late and then fails says so in its place, with a way to ask again; the rest of the page stands.
func TestFailingTileLeavesThePage(t *testing.T) {
	r := newReader(t, 1440, 900, false)
	whole, err := http.Get(site + "/turnaround?wait=1")
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Body.Close()
	content, err := io.ReadAll(whole.Body)
	if err != nil {
		t.Fatal(err)
	}
	// The page as it is sent while one of its tiles is still computed.
	figure := regexp.MustCompile(`(?s)<figure id="target".*?</figure>`)
	if !figure.Match(content) {
		t.Fatal("there is no such tile")
	}
	late := figure.ReplaceAll(content, []byte(`<figure id="target" class="figure wide" data-late="/turnaround?tile=target"><figcaption><h2>Target</h2></figcaption><div class="plot m"><p class="waiting">…</p></div></figure>`))
	var headers []*fetch.HeaderEntry
	for _, name := range []string{"Content-Type", "Content-Security-Policy"} {
		headers = append(headers, &fetch.HeaderEntry{Name: name, Value: whole.Header.Get(name)})
	}
	failures := 1
	chromedp.ListenTarget(r.ctx, func(event any) {
		paused, ok := event.(*fetch.EventRequestPaused)
		if !ok {
			return
		}
		go chromedp.Run(r.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
			switch {
			case strings.HasSuffix(paused.Request.URL, "/turnaround"):
				return fetch.FulfillRequest(paused.RequestID, 200).WithResponseHeaders(headers).WithBody(base64.StdEncoding.EncodeToString(late)).Do(ctx)
			case strings.HasSuffix(paused.Request.URL, "tile=target") && failures > 0:
				failures--
				return fetch.FulfillRequest(paused.RequestID, 500).Do(ctx)
			}
			return fetch.ContinueRequest(paused.RequestID).Do(ctx)
		}))
	})
	r.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: site + "/turnaround*"}}),
		chromedp.Navigate(site+"/turnaround"), chromedp.WaitVisible(`#target [role=alert] button`, chromedp.ByQuery),
		chromedp.Poll(`document.querySelectorAll("[data-chart]").length > 8 && !document.querySelector("[data-chart]:not([data-drawn])")`, nil))
	if told := evaluate[string](r, `document.querySelector("#target [role=alert]").textContent`); told != "This could not be fetched. Try again" {
		t.Errorf("the tile says %q", told)
	}
	r.expect("status 500")
	r.expect("Failed to load resource")
	r.do(chromedp.Click(`#target [role=alert] button`, chromedp.ByQuery), chromedp.WaitVisible(`#target [data-drawn] svg`, chromedp.ByQuery))
	if n := evaluate[int](r, `document.querySelectorAll("[data-late], main [role=alert]").length`); n != 0 {
		t.Errorf("%d tiles still wait or complain", n)
	}
	r.check("failing tile")
}

// What is settled in the browser holds on the next page.
func TestSettingsShowOnTheOverview(t *testing.T) {
	siteWithCampaigns(t)
	r := newReader(t, 1440, 900, false)
	r.visit("/")
	if text := evaluate[string](r, `document.querySelector(".stands").textContent`); !strings.Contains(text, "MAIN") || strings.Contains(text, "Main Street Library") {
		t.Fatalf("before the change the overview says %q", text)
	}
	r.visit("/settings")
	label := evaluate[string](r, `(() => {
		const field = [...document.querySelectorAll("main input[type=text]")].find(i => i.labels[0] && i.labels[0].textContent.includes("MAIN"));
		field.value = "Main Street Library";
		return field.id;
	})()`)
	r.send(".actions button.main")
	if label == "" || !evaluate[bool](r, `!!document.querySelector("[role=status]") && !document.querySelector("#refused")`) {
		t.Errorf("the form answers %q", evaluate[string](r, `document.querySelector("main").innerText.slice(0, 300)`))
	}
	r.visit("/")
	if text := evaluate[string](r, `document.querySelector(".stands").textContent`); !strings.Contains(text, "Main Street Library") {
		t.Errorf("after the change the overview says %q", text)
	}
	r.check("settings")
}
