package dashboards

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// asking finds the texts that a kind of file asks for: whole keys, and beginnings of keys whose end is only known where
// the page is made.
var asking = []struct {
	files       []string
	whole, some []*regexp.Regexp
}{
	{
		[]string{"*.go", "locale/*.go", "chart/*.go", "report/*.go", "report/*/*.go", "press/*.go", "delivery/*.go"},
		[]*regexp.Regexp{regexp.MustCompile(`\b(?:Text|Say|optional|rich|refuse)\((?:[\w.]+, )?"([^"]+)"[,)]`)},
		[]*regexp.Regexp{regexp.MustCompile(`\b(?:Text|Say|optional|rich|refuse)\((?:[\w.]+, )?"([^"]+)"\s*\+`)},
	},
	{
		[]string{"templates/*.html", "report/*/*.html"},
		[]*regexp.Regexp{regexp.MustCompile(`[{( ](?:t|say|rich) "([^"]+)"`)},
		[]*regexp.Regexp{regexp.MustCompile(`[{( ](?:t|say|rich) \(printf? "([^"%]+)`)},
	},
	{
		[]string{"static/*.js"},
		[]*regexp.Regexp{regexp.MustCompile("[\"'`](js\\.[\\w.]*\\w)[\"'`]")},
		[]*regexp.Regexp{regexp.MustCompile("[\"'`](js\\.[\\w.]*\\.)[\"'`]\\s*\\+"), regexp.MustCompile("`(js\\.[\\w.]*\\.)\\$")},
	},
}

// Every text that the code, the templates and the scripts ask for is there, and none is left over.
func TestTexts(t *testing.T) {
	asked, prefixes := map[string]string{}, []string{"role.", "kind.", "side.", "reason.", "filled_by.", "stage."} // through Words.Value
	for _, of := range asking {
		found := 0
		for _, pattern := range of.files {
			files, err := filepath.Glob(pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, whole := range of.whole {
					for _, match := range whole.FindAllSubmatch(source, -1) {
						asked[string(match[1])] = file
						found++
					}
				}
				for _, some := range of.some {
					for _, match := range some.FindAllSubmatch(source, -1) {
						prefixes = append(prefixes, string(match[1]))
					}
				}
			}
		}
		if found == 0 {
			t.Errorf("found no text in %v", of.files)
		}
	}
	for key, file := range asked {
		if !english.Has(key) {
			t.Errorf("%s: there is no text %q", file, key)
		}
	}
	var unused []string
	for _, key := range english.Keys() {
		used := asked[key] != ""
		for _, p := range prefixes {
			used = used || strings.HasPrefix(key, p)
		}
		if !used {
			unused = append(unused, key)
		}
	}
	if len(unused) > 0 {
		t.Errorf("nobody asks for these texts: %s", strings.Join(unused, ", "))
	}
	for _, path := range nav {
		if !english.Has("page." + path) {
			t.Errorf("the page %s has no name", path)
		}
	}
	for _, status := range statuses {
		if !english.Has("status." + strconv.Itoa(status)) {
			t.Errorf("the status %d has no name", status)
		}
	}
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		for _, kind := range []string{"loan", "copy", "unknown"} {
			if !english.Has("rolekind."+role+"."+kind) || !english.Has("wait."+role+"."+kind) {
				t.Errorf("%s, %s has no name or no title", role, kind)
			}
		}
	}
}

func TestSay(t *testing.T) {
	if got := english.Say("span", "{1}", "b"); got != "{1} to b" {
		t.Errorf("a word that looks like a place was filled: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	w := english
	for got, want := range map[string]string{
		w.Count(0): "0", w.Count(999): "999", w.Count(1000): "1,000", w.Count(1234567): "1,234,567", w.Count(-1234): "−1,234",
		w.Days(0.449): "0.45", w.Days(8.25): "8.2", w.Days(-3): "−3.0", w.Share(0.98765): "98.8%", w.Share(0): "0.0%",
		w.Span(date("2024-01-01"), date("2024-02-01")): "1 Jan 2024 to 31 Jan 2024",
		w.Bucket("quarter", "2024-10-01"):              "2024 Q4",
		w.Bucket("fiscal_year", "2023-07-01"):          "2023/24",
		shorten("äöüäöü", 4):                           "äöü…",
		w.Value("reason", "not_on_shelf"):              "Not on shelf",
		w.Value("department", "not_on_shelf"):          "not_on_shelf",
		locale.Signed(w.Number(0, 1) + "%"):            "0.0%",
		locale.Signed(w.Number(2.5, 1)):                "+2.5",
		w.Significant(0.001234):                        "0.00123",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for n, want := range map[float64]string{12.34: "12.3 days", 1.5: "1.5 days", 0.0449: "1.1 hours", 0.01: "14 minutes", 0.5: "12.0 hours"} {
		if number, unit := w.Duration(n); number+" "+unit != want {
			t.Errorf("%v days: %s %s, want %s", n, number, unit, want)
		}
	}
}

// What a function of this package writes is in the reader's language, numbers included.
func TestOtherLanguage(t *testing.T) {
	w := locale.Find("pt-BR")
	for got, want := range map[string]string{
		locale.Signed(w.Number(0, 1) + "%"): "0,0%",
		w.Significant(1234.5):               "1230",
		w.Cell(queries.Column{Type: queries.Double, Unit: queries.Share}, 0.5): "50,0%",
		explain(w, refuse(queries.Invalid, "problem.offset", 1000)).Message:    "offset é um número inteiro de 0 a 1.000.",
		lowerFirst("Órgão"): "órgão",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
