package oracle

import (
	"cmp"
	"slices"
	"time"
)

// stage is a stretch of a request's way.
type stage struct {
	name     string
	from, to func(*fact) *time.Time
}

func stagesOf(role, kind string) []stage {
	created := func(f *fact) *time.Time { return f.created }
	sent := func(f *fact) *time.Time { return f.sent }
	shipped := func(f *fact) *time.Time { return f.shipped }
	received := func(f *fact) *time.Time { return f.received }
	available := func(f *fact) *time.Time { return f.available }
	switch {
	case role == "borrowing" && kind == "loan":
		return []stage{{"processing", created, sent}, {"supplier", sent, shipped}, {"transit", shipped, received}, {"receiving", received, available}}
	case role == "borrowing":
		return []stage{{"processing", created, sent}, {"supplier", sent, available}}
	case role == "lending":
		return []stage{{"processing", created, shipped}}
	}
	return []stage{{"processing", created, available}}
}

func isFilled(r record) bool { return r.isOutcome && r.outcome == "filled" }

// isBorrowed tells that a lender filled a request of ours.
func isBorrowed(r record) bool {
	return isFilled(r) && r.role == "borrowing" && *r.filledBy == "lender"
}

func isLent(r record) bool { return isFilled(r) && r.role == "lending" }

func where(records []record, is func(record) bool) []record {
	var kept []record
	for _, r := range records {
		if is(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

func (o *oracle) stages(g group) [][]any {
	filled := where(g.records, func(r record) bool { return isFilled(r) && (r.role != "borrowing" || *r.filledBy == "lender") })
	if len(filled) == 0 {
		return nil
	}
	list := stagesOf(filled[0].role, filled[0].kind)
	times := make([][]float64, len(list))
	sums := make([]time.Duration, len(list))
	n := 0
	for _, r := range filled {
		isWhole := true
		for _, s := range list {
			from, to := s.from(r.fact), s.to(r.fact)
			isWhole = isWhole && from != nil && to != nil && !to.Before(*from) && o.isTimed(r.lib, from, to)
		}
		if !isWhole {
			continue
		}
		n++
		for i, s := range list {
			took := o.took(r.lib, *s.from(r.fact), *s.to(r.fact))
			times[i] = append(times[i], inDays(took))
			sums[i] += took
		}
	}
	var whole time.Duration
	bottleneck := 0
	for i, sum := range sums {
		whole += sum
		if sum > sums[bottleneck] {
			bottleneck = i
		}
	}
	var rows [][]any
	for i, s := range list {
		row := append([]any{s.name, int64(i + 1), int64(n), int64(len(filled) - n)}, spread(times[i])...)
		row = append(row, nil, whole > 0 && i == bottleneck, o.isProvisional(g.records))
		if whole > 0 {
			row[7] = float64(sums[i]) / float64(whole)
		}
		rows = append(rows, row)
	}
	return rows
}

func (o *oracle) reasons(g group) [][]any {
	type key struct{ reason, outcome string }
	counts := map[key]int64{}
	var all int64
	for _, r := range g.records {
		if r.isOutcome && (r.outcome == "unfilled" || r.outcome == "cancelled") {
			counts[key{orUnknown(r.reason), r.outcome}]++
			all++
		}
	}
	var rows [][]any
	for k, n := range counts {
		rows = append(rows, []any{k.reason, k.outcome, n, share(n, all), o.isProvisional(g.records)})
	}
	sortRows(rows, descending(2), ascending(0), ascending(1))
	return rows
}

func (o *oracle) balance(records []record) []any {
	figures := make([]any, 0, 11)
	for _, kind := range []string{"", "loan", "copy"} {
		of := func(is func(record) bool) int64 {
			return count(records, func(r record) bool { return is(r) && (kind == "" || r.kind == kind) })
		}
		lent, borrowed := of(isLent), of(isBorrowed)
		figures = append(figures, lent, borrowed, lent-borrowed)
		if kind == "" {
			figures = append(figures, share(lent, borrowed))
		}
	}
	if figures[0] == int64(0) && figures[1] == int64(0) && len(o.by()) > 0 {
		return nil
	}
	return append(figures, o.isProvisional(records))
}

func (o *oracle) cost(g group) [][]any {
	costs := map[string][]float64{}
	var all int64
	for _, r := range g.records {
		if !isFilled(r) {
			continue
		}
		all++
		if r.cents == nil {
			costs["no_cost"] = append(costs["no_cost"], 0)
			continue
		}
		costs[orUnknown(r.currency)] = append(costs[orUnknown(r.currency)], float64(*r.cents)/100)
	}
	var rows [][]any
	for currency, list := range costs {
		n := int64(len(list))
		row := []any{currency, n, share(n, all), nil, nil, nil, o.isProvisional(g.records)}
		if currency != "no_cost" {
			row[3], row[4], row[5] = sumOf(list), sumOf(list)/float64(n), median(list)
		}
		rows = append(rows, row)
	}
	sortRows(rows, descending(1), ascending(0))
	return rows
}

func (o *oracle) demand(g group) [][]any {
	type cell struct{ weekday, hour int }
	counts := map[cell]int64{}
	cells := map[cell][]record{}
	for _, r := range g.records {
		c := cell{99, 99}
		if r.countedDay != nil {
			at := r.created.In(r.lib.zone)
			c = cell{(int(at.Weekday())+6)%7 + 1, at.Hour()}
		}
		counts[c]++
		cells[c] = append(cells[c], r)
	}
	var rows [][]any
	for c, n := range counts {
		took, _ := o.waits(cells[c])
		row := []any{int64(c.weekday), int64(c.hour), n, share(n, int64(len(g.records))), int64(len(took)), median(eachInDays(took))}
		if c.weekday == 99 {
			row[0], row[1] = nil, nil
		}
		rows = append(rows, row)
	}
	sortRows(rows, ascending(0), ascending(1))
	return rows
}

// sum of costs, where they are of one currency; what has none counts as of a currency of its own.
func sumOfCosts(records []record) (currency, total any, n int) {
	costs := map[string]float64{}
	for _, r := range records {
		if r.cents != nil {
			costs[orUnknown(r.currency)] += float64(*r.cents) / 100
			n++
		}
	}
	if len(costs) != 1 {
		return nil, nil, n
	}
	for name, sum := range costs {
		currency, total = name, sum
	}
	return currency, total, n
}

// ascending and descending sort by a column; nulls last.
func ascending(column int) func(a, b []any) int {
	return func(a, b []any) int { return compareValues(a[column], b[column]) }
}

func descending(column int) func(a, b []any) int {
	return func(a, b []any) int {
		if a[column] == nil || b[column] == nil {
			return compareValues(a[column], b[column])
		}
		return compareValues(b[column], a[column])
	}
}

func compareValues(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	switch x := a.(type) {
	case int64:
		return cmp.Compare(x, b.(int64))
	case float64:
		return cmp.Compare(x, b.(float64))
	case string:
		return cmp.Compare(x, b.(string))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		switch {
		case x == b.(bool):
			return 0
		case x:
			return 1
		}
		return -1
	}
	panic("no order")
}

func sortRows(rows [][]any, keys ...func(a, b []any) int) {
	slices.SortStableFunc(rows, func(a, b []any) int {
		for _, key := range keys {
			if c := key(a, b); c != 0 {
				return c
			}
		}
		return 0
	})
}
