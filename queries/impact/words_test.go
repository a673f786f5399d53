package impact

import (
	"math"
	"testing"
)

func TestNumbersForOthers(t *testing.T) {
	for ratio, want := range map[float64]string{
		1.254: "+25%", .86: "−14%", 1: "0%", 1.004: "0%", .996: "0%", 12.5: "+1,000% or more", 0: "−99%", math.NaN(): "unknown", math.Inf(1): "unknown",
	} {
		if got := Change(ratio); got != want {
			t.Errorf("the change of %v is %q, want %q", ratio, got, want)
		}
	}
	for mde, want := range map[float64]string{1.273: "+28%", 1.28: "+28%", 1.0001: "+1%"} {
		if got := SmallestChange(mde); got != want {
			t.Errorf("the smallest change of %v is %q, want %q", mde, got, want)
		}
	}
	for outcome, want := range map[string]string{"requests": "+39%", "requesters": "+39%", "median_turnaround": "+39% or −28%", "overdue_rate": "+39% or −28%"} {
		if got := VisibleChange(outcome, 1.385); got != want {
			t.Errorf("the visible change of %s is %q, want %q", outcome, got, want)
		}
	}
	for p, want := range map[float64]string{.0009: "below 0.001", .05: "0.050"} {
		if got := Probability(p); got != want {
			t.Errorf("p %v is %q, want %q", p, got, want)
		}
	}
	for _, method := range []string{MethodDiD, MethodJoint, MethodITS} {
		if MethodLabel(method) == "" {
			t.Errorf("%s has no name", method)
		}
	}
}
