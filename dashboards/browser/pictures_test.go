//go:build browser && pictures

package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pictured is every page. `make screenshot` looks at each as its readers do: wide in both themes, as narrow as a small
// phone, in the other language, and on paper.
var pictured = []string{
	"/", "/turnaround", "/fill-rate", "/overdue", "/partners", "/demand", "/collections", "/outreach",
	"/catalog", "/catalog/partners", "/rows/overdue", "/data", "/import", "/settings", "/definitions",
	"/reports", "/reports/draft", "/reports/issue", "/reports/builder", "/reports/subscriptions/new", "/worklists",
}

// asked is what the address of a page needs to say.
var asked = map[string]string{"/reports/draft": "report=monthly&month=2025-05", "/reports/issue": "report=monthly&month=2025-05"}

// inReadme are the pages that the README shows, as high as a screen.
var inReadme = []string{"/", "/turnaround", "/partners", "/reports/draft"}

// isDrawn tells that nothing of a page is still to come.
const isDrawn = `!document.querySelector("[data-late]") && [...document.querySelectorAll("[data-chart]")].every(place => "drawn" in place.dataset)`

func TestPictures(t *testing.T) {
	dir := os.Getenv("FILLRATE_PICTURES")
	if dir == "" {
		t.Fatal("FILLRATE_PICTURES does not say where to put the pictures: run `make screenshot`")
	}
	for _, look := range []struct {
		name     string
		width    int64
		dark     bool
		language string
	}{{"light", 1280, false, "en"}, {"dark", 1280, true, "en"}, {"narrow", 320, false, "en"}, {"portuguese", 1280, false, "pt-BR"}} {
		for _, path := range pictured {
			t.Run(look.name+path, func(t *testing.T) {
				r := newReader(t, look.width, 1180, look.dark)
				r.do(chromedp.Navigate(site+path+"?lang="+look.language+"&"+asked[path]), chromedp.Poll(isDrawn, nil))
				name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
				if name == "" {
					name = "overview"
				}
				var screen, whole, paper []byte
				r.do(chromedp.CaptureScreenshot(&screen), chromedp.FullScreenshot(&whole, 100))
				write(t, filepath.Join(dir, name+"-"+look.name+".png"), whole)
				if look.name != "light" {
					return
				}
				for _, shown := range inReadme {
					if shown == path {
						write(t, filepath.Join(dir, "readme", name+".png"), screen)
					}
				}
				r.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
					paper, _, err = page.PrintToPDF().WithPrintBackground(true).Do(ctx)
					return err
				}))
				write(t, filepath.Join(dir, name+".pdf"), paper)
			})
		}
	}
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
