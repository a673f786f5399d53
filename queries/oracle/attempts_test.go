package oracle

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// attempt is a request put to one lender.
type attempt struct {
	position        int // 0: unknown
	lender          string
	asked, answered *time.Time
	answer          string // empty: unknown
	wasConditional  bool
}

func splitRota(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(",;|> ", c) })
}

// attemptsOf tells whom a borrowing request was put to, what each of them said and when.
func (h *history) attemptsOf(f *fact) []attempt {
	if f.role != "borrowing" {
		return nil
	}
	list := h.asked(f)
	if len(list) == 0 {
		return nil
	}
	events := slices.Clone(f.events)
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	var sends []time.Time
	for _, e := range events {
		if e.status == "sent" && e.isSource {
			sends = append(sends, e.at)
		}
	}
	if len(sends) == 0 && f.sent != nil {
		sends = append(sends, *f.sent)
	}
	isMatched := len(sends) == len(list)
	for i := range list {
		switch {
		case isMatched:
			list[i].asked = &sends[i]
		case list[i].position == 1 && len(sends) > 0:
			list[i].asked = &sends[0]
		}
	}
	// the first event that pleases after from and until to
	find := func(from, to *time.Time, pleases func(event) bool) *time.Time {
		for i, e := range events {
			if pleases(e) && (from == nil || e.at.After(*from)) && (to == nil || !e.at.After(*to)) {
				return &events[i].at
			}
		}
		return nil
	}
	isConditional := func(e event) bool { return e.status == "conditional" }
	isAnswer := func(e event) bool { return e.status != "sent" }
	for i := range list {
		a, isLast := &list[i], i == len(list)-1
		var next *time.Time
		if isMatched && !isLast {
			next = &sends[i+1]
		}
		condition := find(a.asked, next, isConditional)
		a.wasConditional = (isMatched || isLast) && condition != nil || a.answer == "conditional"
		if isLast && !isMatched { // whose turn it was nobody knows
			a.wasConditional = a.wasConditional || find(nil, nil, isConditional) != nil
		}
		switch {
		case a.answer == "filled":
			a.answered = f.shipped
			if f.shipped == nil && f.kind != "loan" {
				a.answered = f.available
			}
			// The lender's clock stops at a condition, if there was one before the supply.
			supply := first(f.shipped, f.available)
			if a.asked != nil && condition != nil && supply != nil && condition.Before(*supply) {
				a.answered = condition
			}
		case a.answer == "conditional":
			a.answered = first(condition)
		case a.answer == "open":
		case isLast && (f.outcome == "unfilled" || f.outcome == "cancelled") && f.outcomeAt != nil:
			a.answered = f.outcomeAt
		case isMatched:
			a.answered = earliest(find(a.asked, nil, isAnswer), next)
		}
	}
	return list
}

// asked lists the lenders and their answers.
func (h *history) asked(f *fact) []attempt {
	var rota []string
	if f.rota != nil {
		for _, symbol := range splitRota(*f.rota) {
			if alias, ok := h.aliases[symbol]; ok {
				symbol = alias
			}
			rota = append(rota, symbol)
		}
	}
	p, place := f.partnerName, -1
	if p != nil {
		place = slices.Index(rota, *p)
		if len(rota) > 0 && rota[len(rota)-1] == *p { // asked again, it answered the second time
			place = len(rota) - 1
		}
	}
	byLender := f.outcome == "filled" && *f.filledBy == "lender"
	var last string
	switch {
	case byLender:
		last = "filled"
	case f.outcome == "filled":
		last = "no"
	case f.outcome == "unfilled" && f.status == "expired":
		last = "expired"
	case f.outcome == "unfilled":
		last = "no"
	case f.outcome == "cancelled":
		last = "withdrawn"
	case f.sent == nil && (f.status == "new" || f.status == "in_process"):
		return nil
	case f.status == "conditional":
		last = "conditional"
	default:
		last = "open"
	}
	if len(rota) == 0 {
		if p == nil || f.outcome == "cancelled" || f.outcome == "filled" && !byLender {
			return nil
		}
		return []attempt{{lender: *p, answer: last}}
	}
	if f.outcome == "open" && place >= 0 {
		rota = rota[:place+1]
	}
	if byLender {
		switch {
		case place >= 0:
			rota = rota[:place+1]
		case p != nil:
			rota = append(rota, *p)
		}
	}
	var list []attempt
	for i, lender := range rota {
		a := attempt{position: i + 1, lender: lender, answer: "no"}
		if i == len(rota)-1 {
			a.answer = last
		}
		if byLender && p == nil {
			a.answer = ""
		}
		list = append(list, a)
	}
	return list
}

// cutAttempts tells how they stood at asOf.
func cutAttempts(f *fact, asOf time.Time) []attempt {
	attempts, isOpen := f.attempts, f.outcome == "open"
	isSupplied := f.shipped != nil || f.kind != "loan" && f.available != nil
	var kept []attempt
	if len(attempts) > 0 && attempts[0].asked != nil && attempts[0].asked.After(asOf) {
		return nil // not sent yet, whether or not the others' turns are known
	}
	for _, a := range attempts {
		if a.asked != nil && a.asked.After(asOf) {
			continue
		}
		switch {
		case a.answered == nil && isOpen:
			a.answer, a.wasConditional = "open", false
		case a.answered != nil && a.answered.After(asOf):
			a.answered, a.answer, a.wasConditional = nil, "open", false
		case a.answered != nil && a.answer == "filled" && a.wasConditional && isOpen && !isSupplied:
			a.answer = "conditional" // the supply that followed had not happened
		}
		kept = append(kept, a)
	}
	return kept
}

// compareAttempts sets the attempts that a load derives beside those of the oracle.
func compareAttempts(t *testing.T, h *history, snapshot *store.Snapshot) {
	t.Helper()
	rows, err := snapshot.DB().Query("select request_id, coalesce(position, 0), lender, asked_at, answered_at, coalesce(answer, ''), was_conditional from attempt")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got, want := map[int64][]string{}, map[int64][]string{}
	show := func(a attempt) string {
		return fmt.Sprintf("%d %s asked %v answered %v %q conditional %v", a.position, a.lender, timeOrNil(a.asked), timeOrNil(a.answered), a.answer, a.wasConditional)
	}
	for rows.Next() {
		var id int64
		var a attempt
		var asked, answered sql.NullTime
		if err := rows.Scan(&id, &a.position, &a.lender, &asked, &answered, &a.answer, &a.wasConditional); err != nil {
			t.Fatal(err)
		}
		if asked.Valid {
			a.asked = &asked.Time
		}
		if answered.Valid {
			a.answered = &answered.Time
		}
		got[id] = append(got[id], show(a))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, f := range h.derive().facts {
		for _, a := range f.attempts {
			want[f.id] = append(want[f.id], show(a))
		}
		slices.Sort(got[f.id])
		slices.Sort(want[f.id])
		if !slices.Equal(got[f.id], want[f.id]) {
			t.Errorf("attempts of request %d (%s, %s, filled by %v, rota %v, partner %v, sent %v, shipped %v, available %v, ended %v, events %v)\nSQL\n%s\noracle\n%s",
				f.id, f.outcome, f.status, textOrNil(f.filledBy), textOrNil(f.rota), textOrNil(f.partnerName), timeOrNil(f.sent), timeOrNil(f.shipped),
				timeOrNil(f.available), timeOrNil(f.outcomeAt), f.events, strings.Join(got[f.id], "\n"), strings.Join(want[f.id], "\n"))
			return
		}
	}
}
