package drawing

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/dop251/goja"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// Numbers are written as Chromium wrote them into testdata/numbers.json; the browser suite asks it again.
func TestNumbersAreThoseOfBrowsers(t *testing.T) {
	content, err := os.ReadFile("testdata/numbers.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden []struct {
		Lang    string
		Options map[string]any
		Values  [][2]string
	}
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	vm := goja.New()
	if err := vm.Set("NumberFormat", numberFormat(vm)); err != nil {
		t.Fatal(err)
	}
	if len(golden) != 6*len(locale.All()) {
		t.Errorf("%d ways to write numbers are known, which is not 6 in each language", len(golden))
	}
	for _, g := range golden {
		if err := vm.Set("options", g.Options); err != nil {
			t.Fatal(err)
		}
		made, err := vm.RunString("(f => n => f.format(n))(new NumberFormat(" + strconv.Quote(g.Lang) + ", options))")
		if err != nil {
			t.Fatal(err)
		}
		write, _ := goja.AssertFunction(made)
		for _, value := range g.Values {
			n, err := strconv.ParseFloat(value[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			got, err := write(goja.Undefined(), vm.ToValue(n))
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != value[1] {
				t.Errorf("%s %v: %s is %q, and not %q", g.Lang, g.Options, value[0], got, value[1])
			}
		}
	}
}

func TestEveryLanguageHasSizes(t *testing.T) {
	for _, w := range locale.All() {
		if sizes[w.Tag][3] == "" {
			t.Errorf("%s has no short forms of thousand, million and so on", w.Tag)
		}
	}
}
