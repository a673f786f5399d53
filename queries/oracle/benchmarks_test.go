package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// own is one of our figures, and from how many requests it is.
type own struct {
	value any
	n     int64
}

// ownFigures are those that others have published too, by the words of the measure.
func (o *oracle) ownFigures(g group) map[string]own {
	figures := map[string]own{}
	rate := func(name string, part, whole int64) { figures[name] = own{share(part, whole), whole} }
	mean := func(name string, values []float64) { figures[name] = own{spread(values)[2], int64(len(values))} }
	of := func(role, kind, outcome string) []record {
		return where(g.records, func(r record) bool {
			return r.role == role && (kind == "" || r.kind == kind) && (outcome == "" || r.outcome == outcome)
		})
	}
	n := func(role, kind, outcome string) int64 { return int64(len(of(role, kind, outcome))) }
	waits := func(kind string, inBusinessTime bool) (days []float64) {
		for _, r := range of("borrowing", kind, "filled") {
			if r.created == nil || r.supplied == nil || r.supplied.Before(*r.created) {
				continue
			}
			took := r.supplied.Sub(*r.created)
			if inBusinessTime {
				took = r.lib.businessTime(*r.created, *r.supplied)
			}
			days = append(days, inDays(took))
		}
		return days
	}
	within := func(days []float64, most float64) (n int64) {
		for _, d := range days {
			if d <= most {
				n++
			}
		}
		return n
	}
	times := func(days []float64, factor float64) (list []float64) {
		for _, d := range days {
			list = append(list, d*factor)
		}
		return list
	}
	copies, copiesInBusinessTime := waits("copy", false), waits("copy", true)
	rate("Borrowed copies within 48 hours", within(copies, 2), int64(len(copies)))
	rate("Borrowed copies within 5 business days", within(copiesInBusinessTime, 5), int64(len(copies)))
	mean("Borrowing turnaround, mean", waits("", false))
	mean("Borrowing turnaround, copies, mean", copies)
	mean("Borrowing turnaround, copies, mean hours", times(copies, 24))
	mean("Borrowing turnaround, loans, mean", waits("loan", false))
	mean("Borrowing turnaround, loans, mean hours", times(waits("loan", false), 24))
	mean("Borrowing turnaround, loans, mean business days", waits("loan", true))
	var receipts []float64
	for _, r := range of("borrowing", "loan", "filled") {
		if *r.filledBy == "lender" && r.created != nil && r.received != nil && !r.received.Before(*r.created) {
			receipts = append(receipts, inDays(r.received.Sub(*r.created)))
		}
	}
	mean("Borrowed loans, request to receipt, mean", receipts)
	figures["Borrowed loans, request to receipt, median"] = own{median(receipts), int64(len(receipts))}
	ended := n("borrowing", "", "filled") + n("borrowing", "", "unfilled") + n("borrowing", "", "cancelled")
	for _, outcome := range []string{"filled", "unfilled", "cancelled"} {
		rate("Borrowing outcome, "+outcome, n("borrowing", "", outcome), ended)
	}
	rate("Borrowing fill rate", n("borrowing", "", "filled"), n("borrowing", "", "filled")+n("borrowing", "", "unfilled"))
	rate("Lending fill rate", n("lending", "", "filled"), n("lending", "", "filled")+n("lending", "", "unfilled"))
	rate("Lending fill rate, loans", n("lending", "loan", "filled"), n("lending", "loan", "filled")+n("lending", "loan", "unfilled"))
	rate("Lending fill rate, loans, of all requests", n("lending", "loan", "filled"), n("lending", "loan", ""))
	local := count(g.records, func(r record) bool {
		return r.role == "borrowing" && (r.outcome == "unfilled" || r.outcome == "cancelled") && orUnknown(r.fact.reason) == "held_locally"
	})
	rate("Held locally, of requests not filled", local, ended-n("borrowing", "", "filled"))
	o.ownAttempts(g, rate)
	for _, currency := range []string{"USD", "EUR"} {
		var paid []float64
		for _, r := range of("borrowing", "", "filled") {
			if r.cents != nil && orUnknown(r.currency) == currency {
				paid = append(paid, float64(*r.cents)/100)
			}
		}
		mean("Cost per borrowed item, "+currency, paid)
	}
	return figures
}

func (o *oracle) ownAttempts(g group, rate func(name string, part, whole int64)) {
	var nRequests, nAttempts, nKnown, nFirst, nSecond int64
	for _, r := range g.records {
		if len(r.attempts) > 0 {
			nRequests++
		}
		for _, a := range r.attempts {
			nAttempts++
			if a.answer != "filled" || a.position == 0 || r.outcome != "filled" {
				continue
			}
			nKnown++
			switch a.position {
			case 1:
				nFirst++
			case 2:
				nSecond++
			}
		}
	}
	rate("Filled by the first lender", nFirst, nKnown)
	rate("Filled by the first two lenders", nFirst+nSecond, nKnown)
	rate("Lenders asked per request", nAttempts, nRequests)
}

// compareBenchmarks sets our figures beside those of the oracle; what others have published it cannot know.
func compareBenchmarks(t *testing.T, o *oracle, result *queries.Result) {
	t.Helper()
	nBy := len(o.by())
	want := map[string]map[string]own{}
	head := func(row []any) string {
		var words []string
		for _, value := range row[:nBy] {
			words = append(words, text(value))
		}
		return strings.Join(words, "|")
	}
	for _, row := range o.answer() {
		want[head(row)] = row[nBy].(map[string]own)
	}
	rows := map[string]int{}
	seen := map[string]map[string]bool{}
	for _, row := range result.Rows {
		key, measure := head(row), row[column(result, "measure")].(string)
		known, ok := want[key][measure]
		got := own{row[column(result, "own")], row[column(result, "own_n")].(int64)}
		if !ok || !same(got.value, known.value) || got.n != known.n {
			t.Errorf("benchmarks?%s as of %s: %s of %q is %v, the oracle says %v (known: %v)", o.f.Encode(), o.asOf.Format(time.RFC3339Nano), measure, key, got, known, ok)
			return
		}
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][measure] = true
		rows[key]++
	}
	for key := range want {
		if len(seen[key]) < 15 || rows[key] != rows[head(result.Rows[0])] {
			t.Errorf("benchmarks?%s: %d rows of %d measures for %q", o.f.Encode(), rows[key], len(seen[key]), key)
			return
		}
	}
}
