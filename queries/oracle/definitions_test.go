package oracle

import "time"

// definitions are peers' fill rates, each with its columns.
var definitions = map[string][]string{
	"metridoc":        {"metridoc_n_filled", "metridoc_n", "metridoc_fill_rate"},
	"metridoc_illiad": {"metridoc_illiad_n_filled", "metridoc_illiad_n", "metridoc_illiad_fill_rate"},
	"reshare":         {"reshare_n_filled", "reshare_n_requests", "reshare_filled_ratio"},
}

func (o *oracle) fillRates(g group) [][]any {
	row := o.fillRate(g.records)
	created := where(g.records, func(r record) bool { return r.isArrival })
	switch o.f.Definition {
	case "metridoc":
		row = append(row, metridoc(created)...)
	case "metridoc_illiad":
		row = append(row, o.metridocILLiad(created)...)
	case "reshare":
		row = append(row, o.reshare(g)...)
	}
	return [][]any{row}
}

// metridoc counts what is over and done: a copy supplied, a loan that came back.
func metridoc(created []record) []any {
	var nFilled, n int64
	for _, r := range created {
		isOurs := r.role == "lending" || r.role == "borrowing"
		switch {
		case isOurs && r.outcome == "filled" && (r.role == "lending" || *r.filledBy == "lender") && (r.kind != "loan" || r.back || r.returned != nil):
			nFilled++
			n++
		case isOurs && (r.outcome == "unfilled" || r.outcome == "cancelled"):
			n++
		}
	}
	return []any{nFilled, n, share(nFilled, n)}
}

// metridocILLiad counts a lender's condition as a supply, and everything as asked for.
func (o *oracle) metridocILLiad(created []record) []any {
	n := count(created, func(r record) bool {
		return r.outcome == "filled" || r.role == "lending" && o.statusOf(r) == "conditional"
	})
	return []any{n, int64(len(created)), share(n, int64(len(created)))}
}

// reshare counts what happened in the span, each thing by its own day, against what was created in it.
func (o *oracle) reshare(g group) []any {
	created, filled := o.happenings(g.head)
	if len(created)+len(filled) == 0 && len(o.by()) > 0 {
		return []any{nil, nil, nil}
	}
	return []any{int64(len(filled)), int64(len(created)), share(int64(len(filled)), int64(len(created)))}
}

// happenings are the requests of a group that were created in the span, and those that were supplied in it.
func (o *oracle) happenings(head []any) (created, filled []record) {
	for i := range o.facts {
		f := &o.facts[i]
		if f.role == "docdel" || !o.matches(f) {
			continue
		}
		happened := func(at *time.Time, to *[]record) {
			r := record{fact: f, countedDay: f.lib.dayOrNil(at)}
			if !o.spans(r.countedDay) {
				return
			}
			for i, dimension := range o.by() {
				if o.value(r, dimension) != head[i] {
					return
				}
			}
			*to = append(*to, r)
		}
		happened(f.created, &created)
		isFilled := f.outcome == "filled"
		switch {
		case f.role == "lending":
			if isFilled {
				happened(f.outcomeAt, &filled)
			}
		case isFilled && *f.filledBy == "local":
			happened(f.outcomeAt, &filled)
		default:
			received := f.received
			if received == nil && f.kind != "loan" {
				received = f.available
			}
			if received != nil {
				happened(received, &filled)
			}
		}
	}
	return created, filled
}
