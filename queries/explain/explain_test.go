package explain

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
)

func result(columns []string, rows ...[]any) *queries.Result {
	r := &queries.Result{Rows: rows}
	for _, name := range columns {
		r.Columns = append(r.Columns, queries.Column{Name: name})
	}
	return r
}

var fillColumns = []string{"department", "n_filled", "n_unfilled", "n_filled_before", "n_unfilled_before"}

// Two departments of equal size; A falls from 90 % to 70 %, B stays at 80 %: the whole change of −10 points is A's.
func TestFillRateOwnChange(t *testing.T) {
	change, ok := Of(FillRate, result(fillColumns,
		[]any{"A", int64(70), int64(30), int64(90), int64(10)},
		[]any{"B", int64(80), int64(20), int64(80), int64(20)}))
	if !ok || !near(change.Now, .75) || !near(change.Before, .85) {
		t.Fatalf("got %+v", change)
	}
	if p := change.Parts[0]; p.Row[0] != "A" || !near(p.Effect, -.1) || !near(*p.Now, .7) || !near(*p.Before, .9) || p.N != 100 {
		t.Errorf("A: %+v", p)
	}
	if p := change.Parts[1]; !near(p.Effect, 0) {
		t.Errorf("B: %+v", p)
	}
}

// Nobody's own rate changes, but the poor one grows: B (50 %) from 100 of 200 to 300 of 400. Before .7, now .6.
func TestFillRateMix(t *testing.T) {
	change, ok := Of(FillRate, result(fillColumns,
		[]any{"A", int64(90), int64(10), int64(90), int64(10)},
		[]any{"B", int64(150), int64(150), int64(50), int64(50)}))
	if !ok || !near(change.Now, .6) || !near(change.Before, .7) {
		t.Fatalf("got %+v", change)
	}
	// A: (90 − .7·100)/400 − (90 − .7·100)/200 = .05 − .1 = −.05; B: (150 − 210)/400 − (50 − 70)/200 = −.15 + .1 = −.05
	for _, p := range change.Parts {
		if !near(p.Effect, -.05) {
			t.Errorf("%v: %v", p.Row[0], p.Effect)
		}
	}
}

func TestRequests(t *testing.T) {
	change, ok := Of(Requests, result([]string{"partner", "n_requests", "n_requests_before"},
		[]any{"XIA", int64(5), int64(25)}, []any{"ZYO", int64(12), int64(2)}))
	if !ok || change.Now != 17 || change.Before != 27 || change.Parts[0].Effect != -20 || change.Parts[1].Effect != 10 {
		t.Errorf("got %+v", change)
	}
}

func TestMeanDays(t *testing.T) {
	change, ok := Of(MeanDays, result([]string{"kind", "n", "mean_days", "n_before", "mean_days_before"},
		[]any{"loan", int64(10), 12.0, int64(10), 10.0}, []any{"copy", int64(0), nil, int64(0), nil}))
	if !ok || !near(change.Now-change.Before, 2) || !near(change.Parts[0].Effect, 2) || change.Parts[1].Now != nil {
		t.Errorf("got %+v", change)
	}
}

func TestNothingToCompare(t *testing.T) {
	if _, ok := Of(FillRate, result(fillColumns, []any{"A", int64(1), int64(0), int64(0), int64(0)})); ok {
		t.Error("a span without outcomes was compared")
	}
	if _, ok := Of(Requests, result([]string{"partner", "n_requests", "n_requests_before"})); ok {
		t.Error("nothing was compared with nothing")
	}
}

// The parts of any change add up to it.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]any
		count := rapid.Int64Range(0, 500)
		for range rapid.IntRange(1, 12).Draw(t, "groups") {
			rows = append(rows, []any{"", count.Draw(t, "f1"), count.Draw(t, "u1"), count.Draw(t, "f0"), count.Draw(t, "u0")})
		}
		change, ok := Of(FillRate, result(fillColumns, rows...))
		if !ok {
			return
		}
		sum := 0.0
		for i, p := range change.Parts {
			sum += p.Effect
			if i > 0 && math.Abs(p.Effect) > math.Abs(change.Parts[i-1].Effect) {
				t.Fatal("not the largest first")
			}
		}
		if math.Abs(sum-(change.Now-change.Before)) > 1e-9 {
			t.Fatalf("the parts add up to %v of %v", sum, change.Now-change.Before)
		}
	})
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
