package dashboards

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every text that the code asks for is there, and none is left over.
func TestTexts(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`(?:text\[|say\()"([^"]+)"[\],)]`)
	prefix := regexp.MustCompile(`(?:text\[|say\()"([^"]+)"\s*\+`)
	asked, prefixes := map[string]bool{}, []string{"role.", "kind.", "side.", "reason.", "filled_by.", "stage.", "method."} // through valueLabel
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range literal.FindAllSubmatch(source, -1) {
			asked[string(match[1])] = true
		}
		for _, match := range prefix.FindAllSubmatch(source, -1) {
			prefixes = append(prefixes, string(match[1]))
		}
	}
	if len(asked) < 50 {
		t.Fatalf("found only %d texts in the code", len(asked))
	}
	for key := range asked {
		if text[key] == "" {
			t.Errorf("there is no text %q", key)
		}
	}
	for key := range text {
		used := asked[key]
		for _, p := range prefixes {
			used = used || strings.HasPrefix(key, p)
		}
		if !used {
			t.Errorf("nobody asks for the text %q", key)
		}
	}
	for _, path := range nav {
		if text["page."+path] == "" {
			t.Errorf("the page %s has no name", path)
		}
	}
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		for _, kind := range []string{"loan", "copy", "unknown"} {
			if roleKind(role, kind) == "" || text["wait."+role+"."+kind] == "" {
				t.Errorf("%s, %s has no name or no title", role, kind)
			}
		}
	}
}

func TestSay(t *testing.T) {
	if got := say("span", "{1}", "b"); got != "{1} to b" {
		t.Errorf("a word that looks like a place was filled: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		count(0): "0", count(999): "999", count(1000): "1,000", count(1234567): "1,234,567", count(-1234): "−1,234",
		days(0.449): "0.45", days(8.25): "8.2", days(-3): "−3.0", share(0.98765): "98.8%", share(0): "0.0%",
		spanWords(date("2024-01-01"), date("2024-02-01")): "1 Jan 2024 to 31 Jan 2024",
		bucketLabel("quarter", "2024-10-01"):              "2024 Q4",
		bucketLabel("fiscal_year", "2023-07-01"):          "2023/24",
		shorten("äöüäöü", 4):                              "äöü…",
		valueLabel("reason", "not_on_shelf"):              "Not on shelf",
		valueLabel("department", "not_on_shelf"):          "not_on_shelf",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[float64]string{12.34: "12.3 days", 1.5: "1.5 days", 0.0449: "1.1 hours", 0.01: "14 minutes", 0.5: "12.0 hours"} {
		if number, unit := duration(n); number+" "+unit != want {
			t.Errorf("%v days: %s %s, want %s", n, number, unit, want)
		}
	}
}
