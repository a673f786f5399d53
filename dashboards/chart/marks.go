package chart

import (
	"slices"
	"time"
)

// Mark is something that happened beside what the chart shows. A chart's list of marks stands below it in words; the
// label on the chart is the mark's number there.
type Mark struct {
	Kind  MarkKind
	Label string
	// From and To are places on the category axis, on which category i covers [i, i+1); a mark that is a line has only From.
	From, To float64
}

// MarkKind is how a mark looks. Each has a shape of its own.
type MarkKind string

// The kinds of mark.
const (
	Period    MarkKind = "period"   // a faint area between two lines
	Other     MarkKind = "other"    // a fainter area between two dotted lines: not what the chart is about
	CarryOver MarkKind = "carry"    // what follows it, fainter, to a dashed line
	Change    MarkKind = "change"   // a dashed line: from here on
	Closure   MarkKind = "closure"  // a grey area without lines
	Actual    MarkKind = "actual"   // a thick line: one value among many
	NoChange  MarkKind = "nochange" // a thin line
	Target    MarkKind = "target"   // a thick dashed line: what was promised
)

// Band is a range around a line, such as that in which a value is likely to lie. Both bounds are as many as the chart has
// categories; nil is a gap. Bounds may lie below 0.
type Band struct {
	Name, Color string
	Lo, Hi      []*float64
	Opacity     float64 // 0: a faint one
}

func (b Band) opacity() float64 {
	if b.Opacity == 0 {
		return 0.2
	}
	return b.Opacity
}

// bandSeries and marksSeries begin the ids of what is drawn but is no series of the chart: static/charts.js leaves these out
// of what it tells of a place.
const (
	bandSeries  = "band"
	marksSeries = "marks"
	underSeries = "under"
)

// series draws a band as two lines that are not to be seen, one stacked on the other, with the space between them filled.
func (b Band) series() []any {
	bottom, height := make([]any, len(b.Lo)), make([]any, len(b.Lo))
	for i := range b.Lo {
		if b.Lo[i] != nil && b.Hi[i] != nil {
			bottom[i], height[i] = *b.Lo[i], *b.Hi[i]-*b.Lo[i]
		}
	}
	line := func(part string, data []any) map[string]any {
		return map[string]any{
			"type": "line", "id": bandSeries + part + clean(b.Name), "data": data, "stack": bandSeries + clean(b.Name),
			"stackStrategy": "all", // or a height would not be added to a bound below 0
			"symbol":        "none", "silent": true, "connectNulls": false, "z": 1,
			"lineStyle": map[string]any{"opacity": 0}, "emphasis": map[string]any{"disabled": true},
		}
	}
	lower, upper := line("-lower-", bottom), line("-upper-", height)
	upper["name"] = clean(b.Name)
	upper["areaStyle"] = map[string]any{"color": "@" + b.Color, "opacity": b.opacity()}
	upper["itemStyle"] = map[string]any{"color": "@" + b.Color}
	// A single bucket has no area: it gets a bar.
	var alone []any
	for i := range b.Lo {
		if isAlone(len(b.Lo), i, func(i int) bool { return bottom[i] != nil }) {
			alone = append(alone, []any{map[string]any{"coord": []any{i, *b.Lo[i]}}, map[string]any{"coord": []any{i, *b.Hi[i]}}})
		}
	}
	if alone != nil {
		upper["markLine"] = map[string]any{
			"silent": true, "symbol": "none", "animation": false, "label": map[string]any{"show": false}, "data": alone,
			"lineStyle": map[string]any{"color": "@" + b.Color, "width": 10, "type": "solid", "opacity": 0.35, "cap": "butt"},
		}
	}
	return []any{lower, upper}
}

// isAlone tells whether place i of n is known and those beside it are not, so that no line leads there.
func isAlone(n, i int, isKnown func(int) bool) bool {
	return isKnown(i) && (i == 0 || !isKnown(i-1)) && (i == n-1 || !isKnown(i+1))
}

// markSeries draws the marks at their places; static/charts.js has the shapes.
func markSeries(marks []Mark) map[string]any {
	data := make([]any, 0, len(marks))
	for _, mark := range marks {
		data = append(data, map[string]any{"value": []any{int(mark.From), 0}, "kind": mark.Kind, "from": mark.From, "to": max(mark.From, mark.To), "label": clean(mark.Label)})
	}
	return map[string]any{"type": "custom", "id": marksSeries, "data": data, "silent": true, "clip": false, "z": 1, "renderItem": "@marks"}
}

// Place gives the place of a day on an axis of buckets, which are named by their first days and follow one another: in the
// middle of the third bucket it is 2.5. Days outside the axis are at its ends.
func Place(grain string, buckets []string, day time.Time) float64 {
	name := day.Format(time.DateOnly)
	i, isFirst := slices.BinarySearch(buckets, name)
	if isFirst || i == 0 {
		return float64(i)
	}
	start, err := time.Parse(time.DateOnly, buckets[i-1])
	if err != nil {
		return float64(i)
	}
	length := BucketEnd(grain, start).Sub(start)
	return float64(i-1) + min(1, float64(day.Sub(start))/float64(length))
}
