// Package explain tells which departments, partners or other groups moved a figure between two spans.
//
// A count moves by the sum of its groups' differences. A ratio of sums, R = ΣN/ΣD, moves by the sum over the groups of
//
//	(N₁ − R₀·D₁)/ΣD₁ − (N₀ − R₀·D₀)/ΣD₀
//
// where R₀ is the earlier ratio: a group counts for as much as it lies above the earlier ratio now, weighed by its share
// of all, less what it did then. That holds both a group's own change and its growing or shrinking. The parts add up to
// R₁ − R₀ exactly (the second terms add up to 0), so nothing is left over and nothing is told twice. A median has no such
// parts, so waiting is explained by the mean.
package explain

import (
	"cmp"
	"math"
	"slices"

	"github.com/fillrate/fillrate/queries"
)

// Measure is a figure that can be taken apart: columns of a metric's compared result.
type Measure struct {
	ID     string // requests, fill_rate, mean_days
	Metric string // whose result is read
	Unit   queries.Unit
	Better string // higher, lower, or empty
	// sums gives a group's N and D out of its columns; D is 0 for a count.
	sums func(column func(string) float64) (n, d float64)
}

// The measures: how many requests, how often they are filled, and how many days the filled ones took on average.
var (
	Requests = Measure{ID: "requests", Metric: "volume", Unit: queries.Requests,
		sums: func(column func(string) float64) (float64, float64) { return column("n_requests"), 0 }}
	FillRate = Measure{ID: "fill_rate", Metric: "fill_rate", Unit: queries.Share, Better: "higher",
		sums: func(column func(string) float64) (float64, float64) {
			return column("n_filled"), column("n_filled") + column("n_unfilled")
		}}
	MeanDays = Measure{ID: "mean_days", Metric: "turnaround", Unit: queries.Days, Better: "lower",
		sums: func(column func(string) float64) (float64, float64) {
			return column("mean_days") * column("n"), column("n")
		}}
)

// Part is what one group has to do with a change.
type Part struct {
	Row         []any    // of the result: what the group is
	Now, Before *float64 // the group's own figure; nil where it has none in a span
	N           float64  // requests that the figure stands on now
	Effect      float64  // the part of the total change that is this group's, in the measure's unit
}

// Change is a figure in both spans, and its parts, the largest effect first.
type Change struct {
	Now, Before float64
	Parts       []Part
}

// Of takes a metric's result apart that was computed with Filter.Compare and split by one dimension. It gives false where
// one of the spans has nothing to compare.
func Of(measure Measure, compared *queries.Result) (Change, bool) {
	type sums struct{ n1, d1, n0, d0 float64 }
	groups := make([]sums, len(compared.Rows))
	var all sums
	for i, row := range compared.Rows {
		g := &groups[i]
		g.n1, g.d1 = measure.sums(reader(compared, row, ""))
		g.n0, g.d0 = measure.sums(reader(compared, row, "_before"))
		all.n1, all.d1, all.n0, all.d0 = all.n1+g.n1, all.d1+g.d1, all.n0+g.n0, all.d0+g.d0
	}
	isCount := measure.Unit == queries.Requests
	if isCount && all.n0 == 0 && all.n1 == 0 || !isCount && (all.d0 == 0 || all.d1 == 0) {
		return Change{}, false
	}
	change := Change{Now: all.n1, Before: all.n0}
	if !isCount {
		change.Now, change.Before = all.n1/all.d1, all.n0/all.d0
	}
	for i, row := range compared.Rows {
		g := groups[i]
		part := Part{Row: row}
		if isCount {
			part.Now, part.Before, part.N, part.Effect = &groups[i].n1, &groups[i].n0, g.n1, g.n1-g.n0
		} else {
			part.Now, part.Before, part.N = ratio(g.n1, g.d1), ratio(g.n0, g.d0), g.d1
			part.Effect = (g.n1-change.Before*g.d1)/all.d1 - (g.n0-change.Before*g.d0)/all.d0
		}
		change.Parts = append(change.Parts, part)
	}
	slices.SortStableFunc(change.Parts, func(a, b Part) int { return cmp.Compare(math.Abs(b.Effect), math.Abs(a.Effect)) })
	return change, true
}

func ratio(n, d float64) *float64 {
	if d == 0 {
		return nil
	}
	r := n / d
	return &r
}

// reader gives a row's numbers by the names of their columns, 0 where there is none.
func reader(result *queries.Result, row []any, suffix string) func(string) float64 {
	return func(name string) float64 {
		i := slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == name+suffix })
		if i < 0 {
			return 0
		}
		switch v := row[i].(type) {
		case int64:
			return float64(v)
		case float64:
			return v
		}
		return 0
	}
}
