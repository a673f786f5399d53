package ingest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/ingest/merge"
)

// maxRejects is how many refused rows of a table are kept; all are counted.
const maxRejects = 1000

// tally counts what became of the rows of a part. Each worker has its own.
type tally struct {
	read     int64
	rejected int64
	skipped  int64 // notes that tell nothing
	reasons  map[rejection]int64
	rejects  []merge.Reject
	unknown  map[string]int64 // statuses that the profile does not know
}

// reject counts a refused row.
func (t *tally) reject(line int, why rejection) {
	t.rejected++
	if t.reasons == nil {
		t.reasons = map[rejection]int64{}
	}
	if _, known := t.reasons[why]; known || len(t.reasons) < maxRejects {
		t.reasons[why]++
	}
	if len(t.rejects) < maxRejects { // a worker meets its rows in the order of their lines
		t.rejects = append(t.rejects, merge.Reject{Line: line, Column: why.column, Reason: why.reason})
	}
}

// status counts a status that the profile does not know.
func (t *tally) status(one *meaning) {
	if one.known {
		return
	}
	if t.unknown == nil {
		t.unknown = map[string]int64{}
	}
	if _, known := t.unknown[one.raw]; known || len(t.unknown) < maxRejects {
		t.unknown[one.raw]++
	}
}

// add brings another worker's tally in.
func (t *tally) add(other *tally) {
	t.read += other.read
	t.rejected += other.rejected
	t.skipped += other.skipped
	if t.reasons == nil {
		t.reasons, t.unknown = map[rejection]int64{}, map[string]int64{}
	}
	for why, n := range other.reasons {
		t.reasons[why] += n
	}
	for word, n := range other.unknown {
		t.unknown[word] += n
	}
	t.rejects = append(t.rejects, other.rejects...)
	slices.SortStableFunc(t.rejects, func(a, b merge.Reject) int { return cmp.Compare(a.Line, b.Line) })
	t.rejects = t.rejects[:min(len(t.rejects), maxRejects)]
}

// byReason lists the reasons, most frequent first, each with the first lines that it met.
func (t *tally) byReason() []RejectSummary {
	var list []RejectSummary
	for why, n := range t.reasons {
		one := RejectSummary{Column: why.column, Reason: why.reason, Rows: n}
		for _, reject := range t.rejects {
			if reject.Column == why.column && reject.Reason == why.reason && len(one.FirstLines) < 5 {
				one.FirstLines = append(one.FirstLines, reject.Line)
			}
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b RejectSummary) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Column+a.Reason, b.Column+b.Reason))
	})
	return list
}

// unknownStatuses lists the statuses that the profile does not know, most frequent first.
func (t *tally) unknownStatuses() []StatusCount {
	var list []StatusCount
	for _, word := range slices.Sorted(maps.Keys(t.unknown)) {
		list = append(list, StatusCount{Status: word, Rows: t.unknown[word]})
	}
	slices.SortStableFunc(list, func(a, b StatusCount) int { return cmp.Compare(b.Rows, a.Rows) })
	return list
}
