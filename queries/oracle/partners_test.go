package oracle

import "slices"

// withAttempts are the requests in scope, and each of their attempts once more.
func (o *oracle) withAttempts() []record {
	all := o.records()
	for _, r := range slices.Clone(all) {
		for i := range r.attempts {
			r.attempt = &r.attempts[i]
			all = append(all, r)
		}
	}
	return all
}

func isAnswered(a attempt) bool {
	return a.answer == "filled" || a.answer == "no" || a.answer == "expired"
}

func (o *oracle) attempts(records []record) []any {
	var nRequests, nFilled, nAttempts, nKnown, nAnswered, nExpired, nConditional int64
	var at [3]int64 // position 1, 2, later
	for _, r := range records {
		if len(r.attempts) == 0 {
			continue
		}
		nRequests++
		isFilled := r.outcome == "filled" && *r.filledBy == "lender"
		if isFilled {
			nFilled++
		}
		for _, a := range r.attempts {
			nAttempts++
			if isAnswered(a) {
				nAnswered++
			}
			if a.answer == "expired" {
				nExpired++
			}
			if a.wasConditional {
				nConditional++
			}
			if isFilled && a.answer == "filled" && a.position > 0 {
				nKnown++
				at[min(a.position, 3)-1]++
			}
		}
	}
	if nRequests == 0 && len(o.by()) > 0 {
		return nil
	}
	return []any{nRequests, nFilled, nAttempts, nKnown, share(nAttempts, nFilled), share(at[0], nKnown), share(at[1], nKnown),
		share(at[2], nKnown), share(nExpired, nAnswered), share(nConditional, nAttempts), o.isProvisional(records)}
}

func (o *oracle) partners(g group) [][]any {
	asked, had := map[string][]attempt{}, map[string][]record{}
	var requests []record
	for _, r := range g.records {
		switch {
		case r.attempt != nil:
			asked[r.attempt.lender] = append(asked[r.attempt.lender], *r.attempt)
		default:
			requests = append(requests, r)
			had[orUnknown(r.partnerName)] = append(had[orUnknown(r.partnerName)], r)
		}
	}
	names := map[string]bool{}
	var allFilled, allAnswered int64
	for name, list := range asked {
		names[name] = true
		for _, a := range list {
			if isAnswered(a) {
				allAnswered++
			}
			if a.answer == "filled" {
				allFilled++
			}
		}
	}
	for name := range had {
		names[name] = true
	}
	var rows [][]any
	for name := range names {
		row := []any{name}
		row = append(row, o.asked(asked[name], allFilled, allAnswered)...)
		more, isListed := o.dealings(had[name])
		row = append(row, more...)
		row = append(row, len(requests) > 0 && o.isProvisional(requests))
		if isListed || len(asked[name]) > 0 {
			rows = append(rows, row)
		}
	}
	traffic := func(row []any) int64 { return row[16].(int64) + row[17].(int64) }
	sortRows(rows, func(a, b []any) int { return int(traffic(b) - traffic(a)) }, descending(1), ascending(0))
	return rows
}

// asked are the figures of a partner's attempts.
func (o *oracle) asked(attempts []attempt, allFilled, allAnswered int64) []any {
	var nAnswered, nFilled, nFirst, nFirstFilled, nExpired, nConditional int64
	var responses []float64
	for _, a := range attempts {
		if isAnswered(a) {
			nAnswered++
			if a.position == 1 {
				nFirst++
			}
		}
		if a.answer == "filled" {
			nFilled++
			if a.position == 1 {
				nFirstFilled++
			}
		}
		if a.answer == "expired" {
			nExpired++
		}
		if a.wasConditional {
			nConditional++
		}
		if (a.answer == "filled" || a.answer == "no") && a.asked != nil && a.answered != nil && !a.answered.Before(*a.asked) {
			responses = append(responses, inDays(a.answered.Sub(*a.asked)))
		}
	}
	minimum := o.f.Number("min_n")
	var shrunk any
	if allAnswered > 0 && nAnswered+int64(minimum) > 0 {
		usual := float64(allFilled) / float64(allAnswered)
		shrunk = (float64(nFilled) + float64(minimum)*usual) / float64(nAnswered+int64(minimum))
	}
	response := spread(responses)
	return []any{int64(len(attempts)), nAnswered, nFilled, share(nFilled, nAnswered), shrunk, nAnswered < int64(minimum), nFirst,
		share(nFirstFilled, nFirst), share(nExpired, nAnswered), share(nConditional, int64(len(attempts))), int64(len(responses)),
		response[0], response[1]}
}

// dealings are the figures of the requests that a partner filled for us, and we for it.
func (o *oracle) dealings(records []record) (figures []any, isListed bool) {
	var transits []float64
	var nTargets, nWithin, nOverdue int64
	borrowed, lent := where(records, isBorrowed), where(records, isLent)
	for _, r := range borrowed {
		if r.kind == "loan" && r.shipped != nil && r.received != nil && !r.received.Before(*r.shipped) {
			transits = append(transits, inDays(r.received.Sub(*r.shipped)))
		}
		took, ok := o.waited(r)
		if target, isSet := o.target(r); ok && isSet {
			nTargets++
			if inDays(took) <= target {
				nWithin++
			}
		}
	}
	for _, r := range lent {
		if r.isOut() && r.due != nil && o.daysLate(r) >= 1 {
			nOverdue++
		}
	}
	currency, total, nCosts := sumOfCosts(borrowed)
	var each any
	if total != nil {
		each = total.(float64) / float64(nCosts)
	}
	b, l := int64(len(borrowed)), int64(len(lent))
	return []any{median(transits), share(nWithin, nTargets), b, l, l - b, nOverdue, currency, total, each}, b+l+nOverdue > 0
}
