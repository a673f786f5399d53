package oracle

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	seedFlag   = flag.Uint64("seed", 1, "seed of the first random history")
	metricFlag = flag.String("metric", "", "ask about this metric only")
	loadsFlag  = flag.Int("loads", 55, "how many generations of random histories to load")
)

// TestMain asks the properties fewer questions than rapid would, as each costs several queries; -rapid.checks asks more.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "40", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	code := m.Run()
	if testing.Verbose() {
		fmt.Printf("%d histories, %d questions\n", histories.Load(), asked.Load())
	}
	os.Exit(code)
}

// librariesPerLoad histories share a generation, as loading costs more than asking.
const librariesPerLoad = 10

// undatedRefusal is the seed of histories among which is a request that was not filled and has no date at all: when its
// lender said no is told by an event alone.
const undatedRefusal = 501

// TestMetricsAgreeWithOracle asks random questions about random histories, of the SQL and of this package.
func TestMetricsAgreeWithOracle(t *testing.T) {
	loads := *loadsFlag
	if testing.Short() {
		loads = min(loads, 6)
	}
	seeds := []uint64{undatedRefusal}
	for i := range loads {
		seeds = append(seeds, *seedFlag+uint64(i))
	}
	for _, seed := range slices.Compact(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := randomHistory(seed, librariesPerLoad)
			snapshot := h.load(t)
			compareAttempts(t, h, snapshot)
			eachMetric(t, seed, func(t *testing.T, d dice, metric *queries.Metric) {
				for range 4 {
					f := h.question(d, d.dimensions(metric))
					if metric.ID == "fill_rate" {
						f.Definition = pick(d, "", "", "metridoc", "metridoc_illiad", "reshare")
					}
					compare(t, h, snapshot, metric, f)
				}
				compare(t, h, snapshot, metric, queries.Filter{})
			})
		})
	}
}

// TestSmallGroupsAgreeWithOracle asks of many small groups at once, where every tie and limit is met.
func TestSmallGroupsAgreeWithOracle(t *testing.T) {
	loads := (*loadsFlag + 4) / 5
	if testing.Short() {
		loads = min(loads, 2)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := crowd(seed, 40)
			snapshot := h.load(t)
			compareAttempts(t, h, snapshot)
			eachMetric(t, seed, func(t *testing.T, d dice, metric *queries.Metric) {
				for range 5 {
					f := queries.Filter{By: []string{"library"}, Numbers: map[string]int{"suppress_below": 0}}
					if more := d.dimensions(metric); len(more) > 0 && more[0] != "library" {
						f.By = append(f.By, more[0])
					}
					if d.chance(0.8) {
						f.AsOf = h.instant(d)
					}
					compare(t, h, snapshot, metric, f)
				}
			})
		})
	}
}

// TestLongSeriesAgreesWithOracle asks of libraries with years of months.
func TestLongSeriesAgreesWithOracle(t *testing.T) {
	loads := (*loadsFlag + 4) / 5
	if testing.Short() {
		loads = min(loads, 2)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := seasons(seed, 5)
			snapshot := h.load(t)
			compareAttempts(t, h, snapshot)
			eachMetric(t, seed, func(t *testing.T, d dice, metric *queries.Metric) {
				questions := 2
				if slices.Contains(metric.Always, "month") {
					questions = 12
				}
				for range questions {
					f := h.question(d, d.dimensions(metric))
					if !f.From.IsZero() && d.chance(0.7) { // long spans
						f.From = h.newest().AddDate(0, 0, -30*d.IntN(80)).Truncate(day)
					}
					compare(t, h, snapshot, metric, f)
				}
				compare(t, h, snapshot, metric, queries.Filter{By: []string{"library"}, Numbers: map[string]int{"suppress_below": 0}})
			})
		})
	}
}

// TestMistypedYearsAgreeWithOracle asks where some requests were created in 1924, if their dates are to be believed: they
// count, but on no day and without business time.
func TestMistypedYearsAgreeWithOracle(t *testing.T) {
	loads := (*loadsFlag + 19) / 20
	if testing.Short() {
		loads = min(loads, 1)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		d := newDice(seed)
		h := emptyHistory(d)
		for n := range 5 {
			m := d.manner()
			m.mistyped = 0.05
			h.addLibrary(d, fmt.Sprintf("LIB%d", n), m, 1+d.IntN(60))
		}
		snapshot := h.load(t)
		eachMetric(t, seed, func(t *testing.T, d dice, metric *queries.Metric) {
			for range 3 {
				f := h.question(d, d.dimensions(metric))
				if metric.ID != "benchmarks" { // which count what is not known to be within five business days
					compare(t, h, snapshot, metric, f)
				}
			}
		})
	}
}

// TestEveryDimensionAgreesWithOracle asks each metric by each dimension, on either basis and by either clock, so that none
// is left to chance.
func TestEveryDimensionAgreesWithOracle(t *testing.T) {
	h := randomHistory(*seedFlag, 3)
	snapshot := h.load(t)
	eachMetric(t, *seedFlag, func(t *testing.T, d dice, metric *queries.Metric) {
		for _, dimension := range queries.Dimensions {
			if metric.WholePast && dimension.IsTime() && dimension.Name != "month" {
				continue // refused
			}
			for i, clock := range []string{"", "business"} {
				f := queries.Filter{By: []string{dimension.Name}, Clock: clock, Numbers: map[string]int{"suppress_below": 0}}
				if (i == 0) == d.chance(0.5) { // each clock with one basis, at random
					f.Basis = "period"
				}
				if metric.ID == "fill_rate" {
					f.Definition = pick(d, "metridoc", "metridoc_illiad", "reshare")
				}
				compare(t, h, snapshot, metric, f)
			}
		}
	})
}

// TestEmptyHistoryAgreesWithOracle asks where there is nothing to count.
func TestEmptyHistoryAgreesWithOracle(t *testing.T) {
	h := emptyHistory(newDice(*seedFlag))
	h.libraries = []library{{name: "LIB0", zone: time.UTC, isZoneGiven: true, starts: &sync.Map{}}}
	snapshot := h.load(t)
	eachMetric(t, *seedFlag, func(t *testing.T, d dice, metric *queries.Metric) {
		compare(t, h, snapshot, metric, queries.Filter{})
		compare(t, h, snapshot, metric, queries.Filter{By: []string{"library"}})
	})
}

// eachMetric asks about every metric, or the one of -metric, with dice of its own, so that one can be asked alone.
func eachMetric(t *testing.T, seed uint64, try func(t *testing.T, d dice, metric *queries.Metric)) {
	for _, metric := range catalog.All() {
		if *metricFlag != "" && *metricFlag != metric.ID {
			continue
		}
		t.Run(metric.ID, func(t *testing.T) {
			hash := fnv.New64a()
			hash.Write([]byte(metric.ID))
			try(t, newDice(seed^hash.Sum64()), metric)
			if t.Failed() {
				test, _, _ := strings.Cut(t.Name(), "/")
				t.Fatalf("again: go test ./queries/oracle -run %s -loads 1 -seed %d -metric %s", test, seed, metric.ID)
			}
		})
	}
}

// dimensions draws none, one or two that the metric can be split by.
func (d dice) dimensions(metric *queries.Metric) []string {
	var by []string
	for range pick(d, 0, 1, 1, 1, 2, 2) {
		dimension := queries.Dimensions[d.IntN(len(queries.Dimensions))]
		name := dimension.Name
		if slices.Contains(metric.Always, "month") && dimension.IsTime() {
			continue
		}
		if !slices.Contains(by, name) {
			by = append(by, name)
		}
	}
	return by
}

// question draws a filter that this history can answer in more than one way.
func (h *history) question(d dice, by []string) queries.Filter {
	f := queries.Filter{By: by, Basis: pick(d, "", "", "period"), Clock: pick(d, "", "business"),
		Numbers: map[string]int{"fiscal_start": pick(d, 7, 1, 4, 10), "suppress_below": 0}}
	some := func(p float64, from ...string) []string {
		if !d.chance(p) {
			return nil
		}
		list := []string{pick(d, from...)}
		if other := pick(d, from...); other != list[0] {
			list = append(list, other)
		}
		return list
	}
	f.Library = some(0.4, "LIB0", "LIB1", "LIB2", "LIB3", "LIB7", "lib0")
	f.Role = some(0.2, "borrowing", "lending", "docdel")
	f.Kind = some(0.1, "loan", "copy", "unknown")
	f.Network = some(0.1, "OCLC", "unknown")
	f.Partner = some(0.1, "P1", "P3", "O'HARE", "ZZZ", "unknown")
	f.Department = some(0.1, "History", "Arts, Letters", "unknown")
	f.PatronGroup = some(0.1, "Faculty", "Étudiant", "unknown")
	f.Source = some(0.05, "generic", "illiad")
	if d.chance(0.3) {
		f.Numbers["grace_days"], f.Numbers["return_transit_days"] = d.IntN(4), d.IntN(10)
	}
	d.numbers(f.Numbers)
	if f.Department == nil && f.PatronGroup == nil && !slices.Contains(by, "department") && !slices.Contains(by, "patron_group") {
		f.Numbers["suppress_below"] = pick(d, 0, 1, 2, 4) // only anomalies name such values unasked
	}
	if d.chance(0.4) {
		f.AsOf = h.instant(d)
	}
	if d.chance(0.4) {
		f.From = h.date(d)
	}
	if to := h.date(d); d.chance(0.4) && to.After(f.From) {
		f.To = to
	}
	return f
}

// numbers draws the other options, each from values that make a difference in a small history.
func (d dice) numbers(numbers map[string]int) {
	for _, option := range []struct {
		name   string
		values []int
	}{
		{"min_n", []int{0, 1, 5}}, {"contu_limit", []int{0, 1, 2, 3}}, {"contu_years", []int{1, 2, 7}}, {"purchase_requests", []int{1, 2}}, {"purchase_window_days", []int{1, 30, 2000}},
		{"purchase_readers", []int{1, 1, 3}}, {"purchase_cost", []int{0, 0, 50, 500}}, {"purchase_wait_days", []int{0, 0, 1, 10}}, {"priority_age", []int{0, 100}},
		{"priority_need_by", []int{0, 7}}, {"priority_rush", []int{1, 33}}, {"priority_group", []int{3, 100}}, {"priority_copy", []int{0, 9}}, {"horizon", []int{0, 1, 12}}, {"top", []int{0, 1, 3}},
	} {
		if d.chance(0.4) {
			numbers[option.name] = pick(d, option.values...)
		}
	}
}

// instant is a moment of the history, exactly or nearly.
func (h *history) instant(d dice) time.Time {
	for range 20 {
		r := h.requests[d.IntN(len(h.requests))]
		if at := pick(d, r.created, r.available, r.shipped, r.returned, r.closed, r.due); at != nil {
			return at.Add(pick(d, 0, 0, time.Microsecond, -time.Microsecond, 5*day, 8*day, 9*day, 31*day, 32*day, 91*day, 92*day, 400*day))
		}
	}
	return h.newest()
}

func (h *history) date(d dice) time.Time {
	at := h.instant(d)
	return time.Date(at.Year(), at.Month(), pick(d, 1, 1, at.Day()), 0, 0, 0, 0, time.UTC)
}

// What was asked, and of how many libraries' histories: for the log.
var asked, histories atomic.Int64

func compare(t *testing.T, h *history, snapshot *store.Snapshot, metric *queries.Metric, f queries.Filter) {
	t.Helper()
	if t.Failed() {
		return // one disagreement is enough to look for
	}
	m := measures[metric.ID]
	if m == nil {
		t.Errorf("the oracle knows no metric %s", metric.ID)
		return
	}
	asked.Add(1)
	result, err := queries.Run(context.Background(), snapshot, metric, f)
	if err != nil {
		t.Errorf("%s?%s: %v", metric.ID, f.Encode(), err)
		return
	}
	o := ask(h, metric.ID, f)
	o.ends = h.ends
	if !result.AsOf.Equal(o.asOf) {
		t.Errorf("%s?%s: as of %s, the oracle says %s", metric.ID, f.Encode(), result.AsOf, o.asOf)
	}
	say := func(format string, args ...any) {
		t.Errorf("%s?%s as of %s: "+format, append([]any{metric.ID, f.Encode(), o.asOf.Format(time.RFC3339Nano)}, args...)...)
	}
	if f.Compare != "" {
		compareSpans(t, h, f, result)
		return
	}
	if metric.ID == "benchmarks" {
		compareBenchmarks(t, o, result)
		return
	}
	by := o.by()
	places, ok := places(append(slices.Clone(by), o.columns()...), result.Columns)
	if !ok {
		say("the columns are %v, the oracle knows %v", result.Columns, m.columns)
		return
	}
	got := make([][]any, len(result.Rows))
	for i, row := range result.Rows {
		got[i] = make([]any, len(places))
		for k, place := range places {
			if place >= 0 {
				got[i][k] = row[place]
			}
		}
	}
	want := o.answer()
	if m.ties != nil {
		got, want, ok = m.settle(len(by), o.f.Number("top"), got, want)
		if !ok {
			say("rows or their order\nSQL    %v\noracle %v", got, want)
			return
		}
	}
	if len(got) != len(want) {
		say("%d rows, the oracle says %d\nSQL    %v\noracle %v", len(got), len(want), got, want)
		return
	}
	for i := range want {
		for k, place := range places {
			if place >= 0 && !same(got[i][k], want[i][k]) {
				say("row %d, %s is %v, the oracle says %v\nSQL    %v\noracle %v", i, result.Columns[place].Name, got[i][k], want[i][k], got[i], want[i])
				return
			}
		}
	}
}

// places finds the oracle's columns, dimensions first, among those of a result; -1 where the result has none. Sentences
// are not the oracle's business.
func places(names []string, columns []queries.Column) ([]int, bool) {
	places := make([]int, len(names))
	for i, name := range names {
		places[i] = slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == name })
		if places[i] < 0 {
			return nil, false
		}
	}
	for i, c := range columns {
		if !slices.Contains(places, i) && c.Name != "meaning" {
			return nil, false
		}
	}
	return places, true
}

// settle puts rows that tie into one order, and cuts the oracle's whole list where the SQL cut its own.
func (m *measure) settle(nBy, top int, got, want [][]any) (_, _ [][]any, ok bool) {
	class := func(row []any) string { return fmt.Sprint(row[:nBy], m.ties(row[nBy:])) }
	whole := map[string]int{} // rows of a group
	var kept [][]any
	for _, row := range want {
		head := fmt.Sprint(row[:nBy])
		if whole[head]++; top == 0 || whole[head] <= top {
			kept = append(kept, row)
		}
	}
	if len(kept) != len(got) {
		return got, want, false
	}
	for i := range kept {
		if class(kept[i]) != class(got[i]) {
			return got, want, false
		}
	}
	// Of the rows that tie with the last one kept the SQL may have kept others: what it shows must be among them.
	rounded := func(row []any) string {
		row = slices.Clone(row)
		for i, value := range row {
			if x, ok := value.(float64); ok {
				row[i] = math.Round(x * 1e8)
			}
		}
		return fmt.Sprint(row)
	}
	left := map[string][][]any{}
	for _, row := range want {
		left[rounded(row)] = append(left[rounded(row)], row)
	}
	matched := make([][]any, 0, len(got))
	for i, row := range got {
		text := rounded(row)
		if len(left[text]) == 0 {
			return got[i : i+1], want, false
		}
		matched = append(matched, left[text][0])
		left[text] = left[text][1:]
	}
	return got, matched, true
}

// same compares two values: floats to nine digits, as the two add up in different orders.
func same(a, b any) bool {
	x, isFloat := a.(float64)
	y, alsoFloat := b.(float64)
	if isFloat && alsoFloat {
		return math.Abs(x-y) <= 1e-9*math.Max(1, math.Abs(y))
	}
	if at, ok := a.(time.Time); ok {
		other, ok := b.(time.Time)
		return ok && at.Equal(other)
	}
	return a == b
}
