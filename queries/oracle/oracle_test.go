package oracle

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	seedFlag  = flag.Uint64("seed", 1, "seed of the first random history")
	loadsFlag = flag.Int("loads", 25, "how many generations of random histories to load")
)

// TestMain asks the properties fewer questions than rapid would, as each costs several queries; -rapid.checks asks more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// librariesPerLoad histories share a generation, as loading costs more than asking.
const librariesPerLoad = 5

// TestMetricsAgreeWithOracle asks random questions about random histories, of the SQL and of this package.
func TestMetricsAgreeWithOracle(t *testing.T) {
	loads := *loadsFlag
	if testing.Short() {
		loads = min(loads, 6)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := randomHistory(seed, librariesPerLoad)
			snapshot := h.load(t)
			d := newDice(seed + 1<<32)
			for _, metric := range catalog.All() {
				for _, dimension := range queries.Dimensions {
					compare(t, h, snapshot, metric, h.question(d, []string{dimension.Name}))
				}
				for range 10 {
					compare(t, h, snapshot, metric, h.question(d, d.dimensions()))
				}
				compare(t, h, snapshot, metric, queries.Filter{})
				if t.Failed() {
					t.Fatalf("again: go test ./queries/oracle -run TestMetricsAgreeWithOracle -loads 1 -seed %d", seed)
				}
			}
		})
	}
}

// TestSmallGroupsAgreeWithOracle asks of many small groups at once, where every tie and limit is met.
func TestSmallGroupsAgreeWithOracle(t *testing.T) {
	loads := *loadsFlag / 5
	if testing.Short() {
		loads = min(loads, 2)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := crowd(seed, 40)
			snapshot := h.load(t)
			d := newDice(seed + 1<<33)
			for _, metric := range catalog.All() {
				for range 15 {
					f := queries.Filter{By: []string{"library"}, Numbers: map[string]int{"suppress_below": 0}}
					if more := d.dimensions(); len(more) > 0 && more[0] != "library" {
						f.By = append(f.By, more[0])
					}
					if d.chance(0.8) {
						f.AsOf = h.instant(d)
					}
					compare(t, h, snapshot, metric, f)
				}
				if t.Failed() {
					t.Fatalf("again: go test ./queries/oracle -run TestSmallGroupsAgreeWithOracle -loads 5 -seed %d", seed)
				}
			}
		})
	}
}

// dimensions draws none, one or two.
func (d dice) dimensions() []string {
	var by []string
	for range d.IntN(3) {
		name := queries.Dimensions[d.IntN(len(queries.Dimensions))].Name
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
	f.Library = some(0.4, "LIB0", "LIB1", "LIB2", "lib0")
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

func compare(t *testing.T, h *history, snapshot *store.Snapshot, metric *queries.Metric, f queries.Filter) {
	t.Helper()
	result, err := queries.Run(context.Background(), snapshot, metric, f)
	if err != nil {
		t.Fatalf("%s?%s: %v", metric.ID, f.Encode(), err)
	}
	o := ask(h, metric.ID, f)
	if !result.AsOf.Equal(o.asOf) {
		t.Errorf("%s?%s: as of %s, the oracle says %s", metric.ID, f.Encode(), result.AsOf, o.asOf)
	}
	want := o.answer()
	if len(result.Rows) != len(want) {
		t.Errorf("%s?%s: %d rows, the oracle says %d\nSQL    %v\noracle %v", metric.ID, f.Encode(), len(result.Rows), len(want), result.Rows, want)
		return
	}
	for i := range want {
		for k, column := range result.Columns {
			if !same(result.Rows[i][k], want[i][k]) {
				t.Errorf("%s?%s as of %s: row %d, %s is %v, the oracle says %v\nSQL    %v\noracle %v", metric.ID, f.Encode(),
					o.asOf.Format(time.RFC3339Nano), i, column.Name, result.Rows[i][k], want[i][k], result.Rows[i], want[i])
				return
			}
		}
	}
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
