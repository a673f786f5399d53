package oracle

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// sample is a history and the SQL's view of it.
type sample struct {
	h        *history
	snapshot *store.Snapshot
}

func (s sample) run(t *rapid.T, metric string, f queries.Filter) *queries.Result {
	return s.runIn(t, context.Background(), metric, f)
}

func (s sample) runIn(t *rapid.T, ctx context.Context, metric string, f queries.Filter) *queries.Result {
	result, err := queries.Run(ctx, s.snapshot, find(t, metric), f)
	if err != nil {
		t.Fatalf("%s?%s: %v", metric, f.Encode(), err)
	}
	return result
}

func find(t *rapid.T, metric string) *queries.Metric {
	m, err := catalog.Find(metric)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestProperties checks what holds of every history, whatever the numbers are.
func TestProperties(t *testing.T) {
	var list []sample
	for seed := range uint64(3) {
		h := randomHistory(*seedFlag+1000+seed, 8)
		list = append(list, sample{h, h.load(t)})
	}
	h := seasons(*seedFlag+1000, 3)
	list = append(list, sample{h, h.load(t)})
	for name, property := range map[string]func(*rapid.T, []sample){
		"OutcomesAddUpToRequests":         outcomesAddUpToRequests,
		"PartsAddUpToTheWhole":            partsAddUpToTheWhole,
		"MonthsAddUpToYears":              monthsAddUpToYears,
		"SharesLieBetweenZeroAndOne":      sharesLieBetweenZeroAndOne,
		"FilterNeverAdds":                 filterNeverAdds,
		"RowsAreTheRequestsBehindNumbers": rowsAreTheRequestsBehindNumbers,
		"NewestDateCutsNothing":           newestDateCutsNothing,
		"StagesAddUpToTheWait":            stagesAddUpToTheWait,
		"EveryLoanWasAskedFor":            everyLoanWasAskedFor,
		"RollupsChangeNothing":            rollupsChangeNothing,
		"NoRowOfFewReaders":               noRowOfFewReaders,
		"RulesAddUpToRequests":            rulesAddUpToRequests,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { property(t, list) })
		})
	}
}

// draw takes a history and a question without dimensions.
func draw(t *rapid.T, list []sample) (sample, queries.Filter) {
	s := rapid.SampledFrom(list).Draw(t, "history")
	f := s.h.question(newDice(rapid.Uint64().Draw(t, "question")), nil)
	f.Numbers["top"], f.Numbers["suppress_below"] = 0, 0
	return s, f
}

func drawMetric(t *rapid.T) *queries.Metric {
	return rapid.SampledFrom(catalog.All()).Draw(t, "metric")
}

func drawDimensions(t *rapid.T, metric *queries.Metric) []string {
	return newDice(rapid.Uint64().Draw(t, "by")).dimensions(metric)
}

func column(result *queries.Result, name string) int {
	return slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == name })
}

func sum(result *queries.Result, name string) int64 {
	var total int64
	for _, row := range result.Rows {
		if n, ok := row[column(result, name)].(int64); ok {
			total += n
		}
	}
	return total
}

// isList tells a metric whose rows are single requests.
func isList(metric *queries.Metric) bool { return slices.Contains(metric.Always, "source_id") }

// counts adds up what may be added up: the columns that count requests, loans or attempts, and of a list its rows.
// Checks of whole imports stand in the whole alone.
func counts(result *queries.Result) map[string]int64 {
	if isList(result.Metric) {
		return map[string]int64{"rows": int64(len(result.Rows))}
	}
	totals := map[string]int64{}
	name := column(result, "check_name")
	for i, c := range result.Columns {
		isCount := slices.Contains([]queries.Unit{queries.Requests, queries.Loans, queries.Attempts}, c.Unit) && c.Type == queries.Integer
		isNone := slices.Contains([]string{"limit", "n_left", "value_n", "value_before", "value_difference"}, c.Name)
		if !isCount || isNone {
			continue
		}
		totals[c.Name] = 0
		for _, row := range result.Rows {
			n, ok := row[i].(int64)
			if ok && (name < 0 || row[name] != "rows_rejected" && row[name] != "zone_assumed") {
				totals[c.Name] += n
			}
		}
	}
	return totals
}

// addsUp tells a metric whose parts are parts of the whole. A month is strange to itself alone, not to its parts.
func addsUp(metric *queries.Metric) bool {
	return metric.ID != "anomalies" && metric.ID != "benchmarks"
}

func outcomesAddUpToRequests(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	f.Basis = ""
	f.By = []string{rapid.SampledFrom(queries.Dimensions).Draw(t, "by").Name}
	for _, metric := range []string{"volume", "fill_rate"} {
		result := s.run(t, metric, f)
		for _, row := range result.Rows {
			n := func(name string) int64 { return row[column(result, name)].(int64) }
			if n("n_filled")+n("n_unfilled")+n("n_cancelled")+n("n_open") != n("n_requests") {
				t.Fatalf("%s?%s: %v does not add up", metric, f.Encode(), row)
			}
		}
	}
	result := s.run(t, "turnaround", f)
	for _, row := range result.Rows {
		n := func(name string) int64 { return row[column(result, name)].(int64) }
		if n("n")+n("n_undetermined")+n("n_negative") != n("n_filled") {
			t.Fatalf("turnaround?%s: %v does not add up", f.Encode(), row)
		}
	}
}

// Each request falls under one rule of the annual surveys: the rules add up to the requests of volume, by period to what
// ended.
func rulesAddUpToRequests(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	rules, volume := s.run(t, "annual", f), s.run(t, "volume", f)
	want := sum(volume, "n_requests")
	if f.IsPeriod() {
		want = sum(volume, "n_filled") + sum(volume, "n_unfilled") + sum(volume, "n_cancelled")
	}
	if n := sum(rules, "n"); n != want {
		t.Fatalf("annual?%s: the rules add up to %d, the requests to %d", f.Encode(), n, want)
	}
	balance := s.run(t, "balance", f)
	given := map[string]int64{}
	for _, row := range rules.Rows {
		if rule := row[column(rules, "rule")]; rule == "counted" || rule == "own_library" {
			given[row[column(rules, "direction")].(string)] += row[column(rules, "n")].(int64)
		}
	}
	if given["provided"] != sum(balance, "lent") {
		t.Fatalf("annual?%s: %d provided, own branches among them, and %d lent", f.Encode(), given["provided"], sum(balance, "lent"))
	}
}

// The parts of any dimension, or of any two, add up to the whole: the months to the year among them.
func partsAddUpToTheWhole(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	if !addsUp(metric) {
		return
	}
	whole := counts(s.run(t, metric.ID, f))
	f.By = drawDimensions(t, metric)
	parts := counts(s.run(t, metric.ID, f))
	for name, n := range whole {
		if parts[name] != n {
			t.Fatalf("%s?%s: the parts' %s add up to %d, the whole is %d", metric.ID, f.Encode(), name, parts[name], n)
		}
	}
}

func monthsAddUpToYears(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	f.By = []string{"year"}
	years := s.run(t, "volume", f)
	f.By = []string{"month"}
	months := s.run(t, "volume", f)
	perYear := map[string]int64{}
	for _, row := range months.Rows {
		if month, ok := row[0].(time.Time); ok {
			perYear[month.Format("2006")] += row[1].(int64)
		}
	}
	for _, row := range years.Rows {
		if year, ok := row[0].(time.Time); ok && perYear[year.Format("2006")] != row[1].(int64) {
			t.Fatalf("volume?%s: the months of %s add up to %d, the year is %v", f.Encode(), year.Format("2006"), perYear[year.Format("2006")], row[1])
		}
	}
}

// errors of a forecast are shares of what came, and may be larger; a part may have grown more than the whole.
var unbounded = []string{"backtest_error", "naive_error", "winters_error", "share_of_difference"}

func sharesLieBetweenZeroAndOne(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	f.By = drawDimensions(t, metric)
	result := s.run(t, metric.ID, f)
	for _, row := range result.Rows {
		for i, c := range result.Columns {
			share, ok := row[i].(float64)
			if ok && (math.IsNaN(share) || math.IsInf(share, 0)) {
				t.Fatalf("%s?%s: %s is %v", metric.ID, f.Encode(), c.Name, share)
			}
			if ok && c.Unit == queries.Share && (share < 0 || share > 1) && !slices.Contains(unbounded, c.Name) {
				t.Fatalf("%s?%s: %s is %v", metric.ID, f.Encode(), c.Name, share)
			}
		}
	}
}

// A further filter never adds a request, and what it leaves out and leaves in is the whole.
func filterNeverAdds(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	if !addsUp(metric) {
		return
	}
	f.Role, f.Kind = nil, nil
	whole := counts(s.run(t, metric.ID, f))
	f.Role = []string{"lending"}
	part := counts(s.run(t, metric.ID, f))
	f.Role = []string{"borrowing", "docdel"}
	rest := counts(s.run(t, metric.ID, f))
	f.Kind = []string{"loan"}
	loans := counts(s.run(t, metric.ID, f))
	for name, n := range whole {
		if part[name]+rest[name] != n {
			t.Fatalf("%s?%s: %s %d and %d are not %d", metric.ID, f.Encode(), name, part[name], rest[name], n)
		}
		isDifference := name == "balance" || strings.HasPrefix(name, "net")
		if loans[name] > rest[name] && !isDifference {
			t.Fatalf("%s?%s: %s %d, more than the %d without the kind", metric.ID, f.Encode(), name, loans[name], rest[name])
		}
	}
}

// behind says what the requests behind a metric's numbers are as many as.
var behind = map[string][]string{
	"volume": {"n_requests"}, "fill_rate": {"n_requests"}, "turnaround": {"n_filled"}, "overdue": {"n_out"}, "reasons": {"n"},
	"balance": {"lent", "borrowed"}, "cost": {"n_filled"}, "demand": {"n_requests"}, "attempts": {"n_requests"}, "titles": {"n_requests"},
	"annual": {"n"},
}

func rowsAreTheRequestsBehindNumbers(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	seen := map[string]bool{}
	_, err := queries.Rows(context.Background(), s.snapshot, metric, f, queries.Page{}, func(row []any) error {
		id := fmt.Sprint(row[1], row[0])
		if seen[id] {
			return fmt.Errorf("request %s comes twice", id)
		}
		seen[id] = true
		return nil
	})
	if err != nil {
		t.Fatalf("%s?%s: %v", metric.ID, f.Encode(), err)
	}
	if f.IsPeriod() && (metric.ID == "volume" || metric.ID == "fill_rate") {
		return // a request may count by its creation, its outcome or both
	}
	result := s.run(t, metric.ID, f)
	var n int64
	switch names, ok := behind[metric.ID]; {
	case isList(metric):
		n = int64(len(result.Rows))
	case !ok:
		return
	default:
		for _, name := range names {
			n += sum(result, name)
		}
	}
	if n != int64(len(seen)) {
		t.Fatalf("%s?%s: %d rows behind %d", metric.ID, f.Encode(), len(seen), n)
	}
}

// To ask for the newest date cuts nothing off.
func newestDateCutsNothing(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	f.By = drawDimensions(t, metric)
	f.AsOf = time.Time{}
	whole := s.run(t, metric.ID, f)
	f.AsOf = s.h.derive().newest
	if again := s.run(t, metric.ID, f); !equal(again.Rows, whole.Rows) {
		t.Fatalf("%s?%s: %v, by default %v", metric.ID, f.Encode(), again.Rows, whole.Rows)
	}
}

func equal(a, b [][]any) bool {
	return slices.EqualFunc(a, b, func(x, y []any) bool { return slices.EqualFunc(x, y, same) })
}

// The stages of one cohort add up: to the whole, and to its turnaround.
func stagesAddUpToTheWait(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	f.By = []string{"role", "kind", "filled_by"}
	result := s.run(t, "stages", f)
	type group [3]any
	means, shares, ns := map[group]float64{}, map[group]float64{}, map[group]int64{}
	for _, row := range result.Rows {
		g := group(row[:3])
		ns[g] = row[column(result, "n")].(int64)
		if mean, ok := row[column(result, "mean_days")].(float64); ok {
			means[g] += mean
		}
		if share, ok := row[column(result, "share")].(float64); ok {
			shares[g] += share
		}
	}
	for g, share := range shares {
		if math.Abs(share-1) > 1e-9 {
			t.Fatalf("stages?%s: the shares of %v add up to %v", f.Encode(), g, share)
		}
	}
	waits := s.run(t, "turnaround", f)
	for _, row := range waits.Rows {
		g := group(row[:3])
		if n := row[column(waits, "n")].(int64); n == 0 || n != ns[g] {
			continue // of others a date is missing on the way
		}
		if mean := row[column(waits, "mean_days")].(float64); !same(means[g], mean) {
			t.Fatalf("stages?%s: the stages of %v add up to %v days, the turnaround is %v", f.Encode(), g, means[g], mean)
		}
	}
}

// A loan that a known partner gave was asked for: there are as many attempts as requests that were put to a lender, or more.
func everyLoanWasAskedFor(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	f.Basis, f.By, f.Role, f.AsOf = "", []string{"library"}, []string{"borrowing"}, time.Time{}
	result := s.run(t, "attempts", f)
	asked := map[any]int64{}
	for _, row := range result.Rows {
		n := func(name string) int64 { return row[column(result, name)].(int64) }
		if asked[row[0]] = n("n_attempts"); n("n_attempts") < n("n_requests") || n("n_filled") > n("n_requests") || n("n_position_known") > n("n_filled") {
			t.Fatalf("attempts?%s: %v", f.Encode(), row)
		}
	}
	partners := s.run(t, "partners", f)
	borrowed := map[any]int64{}
	for _, row := range partners.Rows {
		if row[column(partners, "partner")] != queries.Unknown {
			borrowed[row[0]] += row[column(partners, "borrowed")].(int64)
		}
	}
	for library, n := range borrowed {
		if asked[library] < n {
			t.Fatalf("partners?%s: %d loans of %v after %d attempts", f.Encode(), n, library, asked[library])
		}
	}
}

func rollupsChangeNothing(t *rapid.T, list []sample) {
	s := rapid.SampledFrom(list).Draw(t, "history")
	d := newDice(rapid.Uint64().Draw(t, "question"))
	metric := find(t, rapid.SampledFrom([]string{"volume", "fill_rate", "turnaround", "stages"}).Draw(t, "metric"))
	var f queries.Filter
	for range 20_000 { // drawing is cheap, and one in forty or so will do
		f = s.h.question(d, d.dimensions(metric))
		if d.chance(0.8) { // mostly what a roll-up can answer
			f.Basis, f.Clock, f.AsOf, f.Network, f.Partner, f.Department, f.PatronGroup = "", "", time.Time{}, nil, nil, nil, nil
			f.From, f.To = monthOf(f.From), monthOf(f.To)
		}
		if queries.UsesRollup(metric, f) && (f.To.IsZero() || f.From.Before(f.To)) {
			break
		}
	}
	if !queries.UsesRollup(metric, f) {
		t.Fatalf("no question among 20,000 is answered by a roll-up of %s", metric.ID)
	}
	fast := s.run(t, metric.ID, f)
	slow := s.runIn(t, queries.WithoutRollups(context.Background()), metric.ID, f)
	if !equal(fast.Rows, slow.Rows) {
		t.Fatalf("%s?%s: %v by the roll-up, %v by the facts", metric.ID, f.Encode(), fast.Rows, slow.Rows)
	}
}

func monthOf(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Of departments and patron groups no row is shown for fewer readers than asked for: those of the requests that its
// figures speak of, in a period those created and those ended by themselves.
func noRowOfFewReaders(t *rapid.T, list []sample) {
	s, f := draw(t, list)
	metric := drawMetric(t)
	if metric.HidesReaders || metric.WholePast {
		return // not split by readers, or by month alone
	}
	f.Numbers["suppress_below"] = rapid.IntRange(2, 8).Draw(t, "readers")
	f.By = drawDimensions(t, metric)
	for _, name := range rapid.SampledFrom([][]string{{"department"}, {"patron_group"}, {"department", "patron_group"}}).Draw(t, "readers by") {
		if !slices.Contains(f.By, name) {
			f.By = append(f.By, name)
		}
	}
	if metric.ID == "fill_rate" {
		f.Definition = rapid.SampledFrom([]string{"", "metridoc", "reshare"}).Draw(t, "definition")
	}
	result := s.run(t, metric.ID, f)
	o := ask(s.h, metric.ID, f)
	records := o.records()
	if o.m.records != nil {
		records = o.m.records(o)
	}
	own := contextOf[metric.ID]
	by := o.by()
	for _, row := range result.Rows {
		if slices.Contains(row[:len(by)], any(queries.Suppressed)) || isWithheld(result, by, row) {
			continue // several values at once, whose names the table keeps to itself
		}
		crowds := map[bool][]record{}
		for _, r := range records {
			isBehind := own.is == nil || own.is(o, r)
			for i, dimension := range by {
				isBehind = isBehind && o.value(r, dimension) == row[i]
			}
			for name, value := range own.columns {
				isBehind = isBehind && value(r) == row[column(result, name)]
			}
			if isBehind {
				crowds[r.isArrival] = append(crowds[r.isArrival], r)
			}
		}
		if f.Definition == "reshare" {
			created, filled := o.happenings(row[:len(by)])
			crowds[true], crowds[false] = append(crowds[true], created...), append(crowds[false], filled...)
		}
		for isArrival, crowd := range crowds {
			if n := readersOrAlone(crowd); n > 0 && n < int64(f.Number("suppress_below")) {
				t.Fatalf("%s?%s: %v is shown for %d readers (arrivals: %v)", metric.ID, f.Encode(), row, n, isArrival)
			}
		}
	}
}

// isWithheld tells that a row shows no figure.
func isWithheld(result *queries.Result, by []string, row []any) bool {
	for i, value := range row {
		name := result.Columns[i].Name
		if value != nil && !slices.Contains(by, name) && !slices.Contains(result.Metric.Always, name) {
			return false
		}
	}
	return true
}

// contextOf says of a metric which records its rows speak of, and how its own columns part them.
var contextOf = map[string]struct {
	is      func(*oracle, record) bool
	columns map[string]func(record) any
}{
	"turnaround":  {is: func(_ *oracle, r record) bool { return isFilled(r) }},
	"percentiles": {is: func(_ *oracle, r record) bool { return isFilled(r) }},
	"stages": {is: func(_ *oracle, r record) bool {
		return isFilled(r) && (r.role != "borrowing" || *r.filledBy == "lender")
	}},
	"benchmarks": {is: func(_ *oracle, r record) bool { return r.role != "docdel" }},
	"balance":    {is: func(_ *oracle, r record) bool { return isLent(r) || isBorrowed(r) }},
	"attempts":   {is: func(_ *oracle, r record) bool { return len(r.attempts) > 0 }},
	"overdue": {
		is: func(o *oracle, r record) bool {
			isDue := r.inSpan && r.due != nil && r.kind == "loan" && r.outcome == "filled" && o.daysLate(r) >= 1 && (r.isOut() || r.returned != nil)
			return r.isOut() || isDue
		},
		columns: map[string]func(record) any{"side": func(r record) any { return r.role }},
	},
	"reasons": {
		is: func(_ *oracle, r record) bool {
			return r.isOutcome && (r.outcome == "unfilled" || r.outcome == "cancelled")
		},
		columns: map[string]func(record) any{
			"reason": func(r record) any { return orUnknown(r.fact.reason) }, "outcome": func(r record) any { return r.outcome },
		},
	},
	"annual": {
		is: func(o *oracle, r record) bool { return !o.isPeriod() || r.isOutcome },
		columns: map[string]func(record) any{
			"direction": func(r record) any { return directionOf(r) }, "form": func(r record) any { return formOf(r) }, "rule": func(r record) any { return ruleOf(r) },
		},
	},
	"cost": {
		is: func(_ *oracle, r record) bool { return isFilled(r) },
		columns: map[string]func(record) any{"currency": func(r record) any {
			if r.cents == nil {
				return "no_cost"
			}
			return orUnknown(r.currency)
		}},
	},
	"partners": {
		is: func(_ *oracle, r record) bool { return r.attempt != nil || isLent(r) || isBorrowed(r) },
		columns: map[string]func(record) any{"partner": func(r record) any {
			if r.attempt != nil {
				return r.attempt.lender
			}
			return orUnknown(r.partnerName)
		}},
	},
}
