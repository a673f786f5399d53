package oracle

import (
	"time"
)

func textOrNil(word *string) any {
	if word == nil {
		return nil
	}
	return *word
}

func timeOrNil(at *time.Time) any {
	if at == nil {
		return nil
	}
	return *at
}

func (o *oracle) statusOf(r record) any {
	if !r.isStatusNow {
		return nil
	}
	return r.status
}

// top keeps the head of a list.
func (o *oracle) top(rows [][]any) [][]any {
	if n := o.f.Number("top"); n > 0 && n < len(rows) {
		return rows[:n]
	}
	return rows
}

func (o *oracle) openRequests(g group) [][]any {
	weight := func(part string) float64 { return float64(o.f.Number("priority_" + part)) }
	var rows [][]any
	for _, r := range g.records {
		if r.outcome != "open" {
			continue
		}
		var age, target, over, needBy, left any
		var agePoints, needByPoints, rushPoints, groupPoints, copyPoints float64
		days, hasTarget := o.target(r)
		if hasTarget {
			target = days
		}
		if r.created != nil {
			waited := max(inDays(o.asOf.Sub(*r.created)), 0)
			age = waited
			if hasTarget {
				over = max(waited-days, 0)
				agePoints = weight("age") * min(waited/days, 2) / 2
			}
		}
		if r.needBy != nil {
			n := int64(r.needBy.Sub(r.lib.dayOf(o.asOf)) / day)
			needBy, left = *r.needBy, n
			switch {
			case n <= 0:
				needByPoints = weight("need_by")
			case n < 14:
				needByPoints = weight("need_by") * float64(14-n) / 14
			}
		}
		isRush := r.rush != nil && *r.rush
		if isRush {
			rushPoints = weight("rush")
		}
		if r.group != nil {
			groupPoints = weight("group") * float64(o.h.weights[*r.group]) / 100
		}
		if r.kind == "copy" {
			copyPoints = weight("copy")
		}
		rows = append(rows, []any{agePoints + needByPoints + rushPoints + groupPoints + copyPoints, r.sourceID, r.library, r.role, r.kind,
			o.statusOf(r), orUnknown(r.partnerName), timeOrNil(r.created), age, target, over, needBy, left, isRush, agePoints,
			needByPoints, rushPoints, groupPoints, copyPoints, textOrNil(r.title), textOrNil(r.container)})
	}
	sortRows(rows, descending(0), ascending(7), ascending(2), ascending(1))
	return o.top(rows)
}

func (o *oracle) breaches(g group) [][]any {
	var rows [][]any
	for _, r := range g.records {
		target, ok := o.target(r)
		if !ok || r.created == nil {
			continue
		}
		var waited time.Duration
		switch r.outcome {
		case "filled":
			if waited, ok = o.waited(r); !ok {
				continue
			}
		case "open":
			until := o.asOf
			if end, known := o.ends[r.library]; known && o.f.Clock == "business" && end.Before(until) {
				until = end // the calendar of business days goes no further
			}
			if !o.isTimed(r.lib, r.created, &until) {
				continue // nobody knows how many of the days since were open
			}
			waited = max(o.took(r.lib, *r.created, until), 0)
		default:
			continue
		}
		if inDays(waited) <= target {
			continue
		}
		rows = append(rows, []any{r.sourceID, r.library, r.role, r.kind, r.outcome, o.statusOf(r), orUnknown(r.partnerName), timeOrNil(r.created),
			timeOrNil(r.outcomeAt), inDays(waited), target, inDays(waited) - target, textOrNil(r.title), textOrNil(r.container)})
	}
	sortRows(rows, descending(4), descending(11), ascending(1), ascending(0))
	return o.top(rows)
}
