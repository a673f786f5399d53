package chart

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestForest(t *testing.T) {
	ratio, mde := 1.25, 1.4
	forest := Forest{Rows: []ForestRow{
		{Label: "@text", Under: "likely increase", Ratio: &ratio, Lo: 0.8, Hi: 40, MDE: &mde, Firm: true, Note: "told", URL: "/outreach/a"},
		{Label: "Newsletter", Under: "can't tell", Missing: "no estimate"},
		{Label: "Nought", Under: "can't tell", Ratio: &ratio, Lo: 0, Hi: 2},
	}}
	text, err := json.Marshal(forest.Option())
	if err != nil {
		t.Fatal(err)
	}
	var option struct {
		XAxis []struct {
			Min, Max  float64
			AxisLabel struct{ CustomValues []float64 }
		}
		YAxis  []struct{ Data []string }
		Series []struct {
			Name string
			Data []any
		}
	}
	if err := json.Unmarshal(text, &option); err != nil {
		t.Fatal(err)
	}
	if x := option.XAxis[0]; x.Max != math.Log(8) || x.Min != -x.Max {
		t.Errorf("the axis goes from %v to %v, want three doublings each way", x.Min, x.Max)
	}
	for _, at := range option.XAxis[0].AxisLabel.CustomValues {
		if math.Abs(at) > math.Log(8) {
			t.Errorf("a label at %v lies outside", at)
		}
	}
	series := map[string][]any{}
	for _, s := range option.Series {
		if s.Data == nil {
			t.Errorf("%s has no data, not even none", s.Name)
		}
		series[s.Name] = s.Data
	}
	for name, want := range map[string]int{"detectable": 1, "interval": 2, "end": 2, "ratio": 2, "missing": 1} {
		if got := len(series[name]); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	coords := series["interval"][0].(map[string]any)["coords"].([]any)
	if lo := coords[0].([]any)[0].(float64); math.Abs(lo-math.Log(0.8)) > 1e-12 {
		t.Errorf("the whisker begins at %v, want ln 0.8", lo)
	}
	if hi := coords[1].([]any)[0].(float64); hi != math.Log(8) {
		t.Errorf("a whisker beyond the axis ends at %v", hi)
	}
	if at := series["ratio"][0].(map[string]any)["value"].([]any)[0].(float64); math.Abs(at-math.Log(1.25)) > 1e-12 {
		t.Errorf("the dot lies at %v, want ln 1.25", at)
	}
	if !strings.HasPrefix(option.YAxis[0].Data[0], "@text\n") {
		t.Errorf("label %q", option.YAxis[0].Data[0])
	}
}

// Without anything to draw the option is still one.
func TestForestOfNothing(t *testing.T) {
	if _, err := json.Marshal((Forest{}).Option()); err != nil {
		t.Error(err)
	}
}
