package dashboards

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/settings"
)

// The description of a metric has a parameter for whatever bears on it, and says what each takes.
func TestAPIParameters(t *testing.T) {
	text, err := json.Marshal(describeAPI("test", settings.Settings{}))
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, Description string
				Schema            struct {
					Type                      string
					Enum                      []string
					Minimum, Maximum, Default any
				}
			}
		}
	}
	if err := json.Unmarshal(text, &description); err != nil {
		t.Fatal(err)
	}
	for _, metric := range catalog.All() {
		has := map[string]bool{}
		for _, p := range description.Paths["/api/v1/metrics/"+metric.ID]["get"].Parameters {
			has[p.Name] = true
			if p.Name == "" || p.Description == "" || p.Schema.Type == "" {
				t.Errorf("%s has a parameter without a name, words or a type: %+v", metric.ID, p)
			}
			if p.Name == "compare" && len(p.Schema.Enum) != 2 || p.Name == "definition" && !slices.Equal(p.Schema.Enum, metric.DefinitionNames()) {
				t.Errorf("%s: %s takes %v", metric.ID, p.Name, p.Schema.Enum)
			}
			option := queries.FindOption(p.Name)
			if option != nil && (p.Schema.Minimum != float64(option.Low) || p.Schema.Maximum != float64(option.High) || p.Schema.Default != float64(option.Default)) {
				t.Errorf("%s: %s is described as %+v", metric.ID, option.Name, p.Schema)
			}
		}
		for _, key := range queries.FilterKeys() {
			want := true
			switch {
			case key == "compare":
				want = !metric.NoCompare
			case key == "definition":
				want = len(metric.Definitions) > 0
			case queries.FindNarrowing(key) != nil: // of lists of requests
				want = false
			case queries.FindOption(key) != nil:
				want = metric.Reads(key)
			}
			if has[key] != want {
				t.Errorf("%s: that %s is among its parameters is %v", metric.ID, key, has[key])
			}
		}
	}
}
