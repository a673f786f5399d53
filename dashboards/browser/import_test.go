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
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// emptySite serves a data directory in which there is nothing yet, for tests that import.
func emptySite(t *testing.T) string {
	t.Helper()
	server := exec.CommandContext(t.Context(), os.Getenv("FILLRATE_BIN"), "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0")
	server.Stderr = io.Discard
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Signal(syscall.SIGTERM); err == nil {
			_ = server.Wait() // the context's end may have killed it before
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
}

// arrive waits until the page of that heading is there; pages follow one another by themselves while an import runs.
func (r *reader) arrive(heading string) {
	r.Helper()
	seen := ""
	for started := time.Now(); time.Since(started) < time.Minute; time.Sleep(50 * time.Millisecond) {
		// A page that is left in this moment cannot be asked.
		if err := chromedp.Run(r.ctx, chromedp.Evaluate(`document.readyState === "complete" ? document.querySelector("h1").textContent : ""`, &seen)); err == nil && seen == heading {
			return
		}
	}
	r.Fatalf("the page is %q, want %q", seen, heading)
}

// A library's first import, from the files to the overview; with script and without.
func TestImportFromFilesToOverview(t *testing.T) {
	files, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(files) == 0 {
		t.Fatal("there is no sample data")
	}
	for i, file := range files {
		if files[i], err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
	}
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, scripted := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := emptySite(t)
			r := newReader(t, 1280, 900, false)
			looked := func(where string) {
				t.Helper()
				if scripted {
					for _, violation := range axeViolations(r, string(axe)) {
						t.Errorf("%s: axe: %s", where, violation)
					}
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				for _, problem := range r.problems {
					if !strings.Contains(problem, "fetched from elsewhere: "+home) { // this test's own server
						t.Errorf("%s: %s", where, problem)
					}
				}
				r.problems = nil
			}
			r.do(emulation.SetScriptExecutionDisabled(!scripted), chromedp.Navigate(home+"/import"), chromedp.WaitReady("#files"))
			looked("the form")
			r.do(chromedp.SetUploadFiles("#files", files, chromedp.ByQuery))
			if scripted {
				if n := evaluate[int](r, `document.querySelectorAll(".chosen li").length`); n != len(files) {
					t.Errorf("%d files are listed, want %d", n, len(files))
				}
			}
			r.do(chromedp.Click("form.intake button.main", chromedp.ByQuery))
			r.arrive("The files were refused") // nobody said whose they are
			looked("refused")
			r.do(chromedp.SetValue("#library", "MAIN", chromedp.ByQuery), chromedp.SetValue("#zone", "America/New_York", chromedp.ByQuery),
				chromedp.Click("details.again form button.main", chromedp.ByQuery))
			r.arrive("What the import would do")
			if text := evaluate[string](r, `document.querySelector(".totals").textContent`); !strings.Contains(text, "30,000 new") {
				t.Errorf("the dry run says %q", text)
			}
			looked("the dry run")
			r.do(chromedp.Click(".actions button.main", chromedp.ByQuery))
			r.arrive("Imported")
			if text := evaluate[string](r, `document.querySelector(".lead").textContent`); text != "Generation 1 is current and holds 30,000 requests." {
				t.Errorf("the result says %q", text)
			}
			looked("the result")
			r.do(chromedp.Click(`.actions a[href="/"]`, chromedp.ByQuery))
			r.arrive("Overview")
			if text := evaluate[string](r, `document.querySelector("footer").textContent`); !strings.Contains(text, "generation 1") {
				t.Errorf("the overview says %q", text)
			}
			looked("the overview")
		})
	}
}
