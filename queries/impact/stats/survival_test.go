package stats

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Weeks in remission under 6-mercaptopurine (Freireich and others, Blood 21, 1963): .857 .807 .753 .690 .627 .538 .448.
func TestKaplanMeierDigits(t *testing.T) {
	want := outsideFigures(t).at("misc/kaplan_meier_6mp")
	var event []bool
	for _, e := range want.numbers("event") {
		event = append(event, e == 1)
	}
	steps := KaplanMeier(want.numbers("time"), event)
	if len(steps) != len(want.numbers("t")) {
		t.Fatalf("%d steps", len(steps))
	}
	for i, s := range steps {
		same(t, "time", s.Time, want.numbers("t")[i], 0)
		same(t, "survival", s.Survival, want.numbers("S")[i], 1e-8)
		same(t, "se", s.SE, want.numbers("greenwood_se")[i], 1e-8)
	}
	if s := steps[0]; s.AtRisk != 21 || s.Events != 3 {
		t.Errorf("at first %+v", s)
	}
}

func TestKaplanMeierByHand(t *testing.T) {
	nan := math.NaN()
	steps := KaplanMeier([]float64{2, 1, 2, nan, 3, -1, math.Inf(1)}, []bool{true, true, false, true, true, true, false})
	// 5 are watched: one goes at 1, one of 4 at 2 (while another is lost), one of 2 at 3; one is watched for ever.
	want := []SurvivalStep{{1, .8, .8 * math.Sqrt(1./20), 5, 1}, {2, .6, .6 * math.Sqrt(1./20+1./12), 4, 1}, {3, .3, .3 * math.Sqrt(1./20+1./12+1./2), 2, 1}}
	if len(steps) != len(want) {
		t.Fatal(steps)
	}
	for i, s := range steps {
		if s.Time != want[i].Time || s.AtRisk != want[i].AtRisk || s.Events != want[i].Events ||
			math.Abs(s.Survival-want[i].Survival) > 1e-12 || math.Abs(s.SE-want[i].SE) > 1e-12 {
			t.Errorf("%+v, want %+v", s, want[i])
		}
	}
	if last := KaplanMeier([]float64{4}, []bool{true}); len(last) != 1 || last[0].Survival != 0 || !math.IsNaN(last[0].SE) {
		t.Errorf("the only one: %+v", last)
	}
	if KaplanMeier(nil, nil) != nil || KaplanMeier([]float64{1}, nil) != nil || KaplanMeier([]float64{1, 2}, []bool{false, false}) != nil {
		t.Error("steps without events")
	}
}

// Where nobody is lost, survival is the share that is left, and its standard error that of a share.
func TestKaplanMeierOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weeks := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(t, "weeks")
		time, event := make([]float64, len(weeks)), make([]bool, len(weeks))
		for i, w := range weeks {
			time[i], event[i] = float64(w), true
		}
		n := float64(len(weeks))
		for _, s := range KaplanMeier(time, event) {
			left := 0.0
			for _, w := range time {
				if w > s.Time {
					left++
				}
			}
			want := fmt.Sprintf("%.9f %.9f", left/n, math.Sqrt(left/n*(1-left/n)/n))
			if got := fmt.Sprintf("%.9f %.9f", math.Abs(s.Survival), s.SE); left > 0 && got != want {
				t.Errorf("after %v: %s, want %s", s.Time, got, want)
			}
		}
	})
}
