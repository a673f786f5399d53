package stats

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// outside is where the reference data of others lie: beside the project, not in it.
const outside = "../../../../shared/data/impact"

// figures are reference results (see testdata and the data's own README), by their path in the JSON.
type figures struct {
	t    *testing.T
	root any
}

// outsideFigures are all of them, where they are.
func outsideFigures(t *testing.T) figures {
	return readFigures(t, outsideFile(t, "expected.json"))
}

// panelFigures are those of the panels that were generated for this project.
func panelFigures(t *testing.T) figures {
	return readFigures(t, filepath.Join("testdata", "ill_panel_expected.json"))
}

func outsideFile(t *testing.T, name string) string {
	path := filepath.Join(outside, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference data of others are not beside this project (%s)", path)
	}
	return path
}

func readFigures(t *testing.T, path string) figures {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := figures{t: t}
	if err := json.Unmarshal(data, &f.root); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f figures) node(path string) any {
	f.t.Helper()
	at := f.root
	for key := range strings.SplitSeq(path, "/") {
		switch here := at.(type) {
		case map[string]any:
			at = here[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(here) {
				f.t.Fatalf("%s: no %s", path, key)
			}
			at = here[i]
		}
	}
	if at == nil {
		f.t.Fatalf("there is no %s", path)
	}
	return at
}

func (f figures) number(path string) float64 {
	f.t.Helper()
	x, is := f.node(path).(float64)
	if !is {
		f.t.Fatalf("%s is not a number", path)
	}
	return x
}

// numbers are those of a list; a number alone is a list of one.
func (f figures) numbers(path string) []float64 {
	f.t.Helper()
	switch all := f.node(path).(type) {
	case float64:
		return []float64{all}
	case []any:
		numbers := make([]float64, len(all))
		for i, x := range all {
			numbers[i] = x.(float64)
		}
		return numbers
	}
	f.t.Fatalf("%s is not a list", path)
	return nil
}

// at is the figures below a path.
func (f figures) at(path string) figures { return figures{f.t, f.node(path)} }

// same fails where a value is not the expected one within a relative difference.
func same(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if got == want {
		return
	}
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

// table reads the columns of a CSV file; what is not a number is NaN.
func table(t *testing.T, path string, comma rune) map[string][]float64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]float64{}
	for _, row := range rows[1:] {
		for j, field := range row {
			x, err := strconv.ParseFloat(field, 64)
			if err != nil {
				x = math.NaN()
			}
			columns[rows[0][j]] = append(columns[rows[0][j]], x)
		}
	}
	return columns
}

// stateNames are the states of the rows of california_prop99.csv.
func stateNames(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(outsideFile(t, "california_prop99.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(data)) {
		name, _, _ := strings.Cut(line, ";")
		names = append(names, name)
	}
	return names[1:]
}

// design puts an intercept before columns.
func design(n int, columns ...[]float64) *mat.Dense {
	x := mat.NewDense(n, len(columns)+1, nil)
	for i := range n {
		x.Set(i, 0, 1)
		for j, column := range columns {
			x.Set(i, j+1, column[i])
		}
	}
	return x
}

// dummies are the indicators of the second and later of n levels, counted from 1.
func dummies(level []float64, n int) [][]float64 {
	columns := make([][]float64, n-1)
	for j := range columns {
		columns[j] = make([]float64, len(level))
		for i, l := range level {
			if int(l) == j+2 {
				columns[j][i] = 1
			}
		}
	}
	return columns
}

// unnamed names columns by their place.
func unnamed(x *mat.Dense) []string {
	_, p := x.Dims()
	names := make([]string, p)
	for j := range names {
		names[j] = "column " + strconv.Itoa(j)
	}
	return names
}
