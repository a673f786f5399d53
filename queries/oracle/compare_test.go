package oracle

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// addMonths moves a day or an instant by months; of a month that is too short it takes the last day.
func addMonths(at time.Time, n int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	return first.AddDate(0, 0, min(at.Day(), first.AddDate(0, 1, -1).Day())-1)
}

// earlier is the question about the span before, as it was at the same age, and how buckets of time move.
func earlier(f queries.Filter, asOf time.Time) (queries.Filter, func(time.Time) time.Time) {
	before := f
	before.Compare = ""
	months := 12
	if f.Compare == queries.ComparePrevious {
		if f.From.Day() != 1 || f.To.Day() != 1 {
			length := f.To.Sub(f.From)
			before.From, before.To, before.AsOf = f.From.Add(-length), f.From, asOf.Add(-length)
			return before, func(at time.Time) time.Time { return at.Add(length) }
		}
		months = (f.To.Year()-f.From.Year())*12 + int(f.To.Month()-f.From.Month())
	}
	before.From, before.To, before.AsOf = addMonths(f.From, -months), addMonths(f.To, -months), addMonths(asOf, -months)
	return before, func(at time.Time) time.Time { return addMonths(at, months) }
}

// compareSpans sets a result with an earlier span beside two answers of the oracle.
func compareSpans(t *testing.T, h *history, f queries.Filter, result *queries.Result) {
	t.Helper()
	metric := result.Metric
	now := ask(h, metric.ID, f)
	before, move := earlier(f, now.asOf)
	then := ask(h, metric.ID, before)
	by := now.by()
	names := append(slices.Clone(by), now.columns()...)
	isKey := func(name string) bool { return slices.Contains(by, name) || slices.Contains(metric.Always, name) }
	index := func(rows [][]any, moved bool) map[string][]any {
		found := map[string][]any{}
		for _, row := range rows {
			var words []string
			for i, name := range names {
				if !isKey(name) {
					continue
				}
				at, isTime := row[i].(time.Time)
				if isTime && moved {
					row[i] = move(at)
				}
				words = append(words, fmt.Sprint(row[i]))
			}
			found[strings.Join(words, "\x00")] = row
		}
		return found
	}
	wantNow, wantThen := index(now.answer(), false), index(then.answer(), true)
	keys := map[string]bool{}
	for key := range wantNow {
		keys[key] = true
	}
	for key := range wantThen {
		keys[key] = true
	}
	say := func(format string, args ...any) {
		t.Errorf("%s?%s as of %s: "+format, append([]any{metric.ID, f.Encode(), now.asOf.Format(time.RFC3339Nano)}, args...)...)
	}
	if len(result.Rows) != len(keys) {
		say("%d rows, the oracle says %d\nSQL    %v\noracle %v\nbefore %v", len(result.Rows), len(keys), result.Rows, wantNow, wantThen)
		return
	}
	for _, row := range result.Rows {
		var words []string
		for _, name := range names {
			if isKey(name) {
				words = append(words, fmt.Sprint(row[column(result, name)]))
			}
		}
		key := strings.Join(words, "\x00")
		if !keys[key] {
			say("a row of %q, which the oracle has not\nSQL    %v", words, row)
			return
		}
		for i, name := range names {
			at := column(result, name+"_before")
			if isKey(name) || at < 0 {
				continue
			}
			c := result.Columns[column(result, name)]
			figure := func(rows map[string][]any) any {
				if c.CohortOnly && now.isPeriod() {
					return nil
				}
				if known := rows[key]; known != nil {
					return known[i]
				}
				if c.Type == queries.Integer && slices.Contains([]queries.Unit{queries.Requests, queries.Loans, queries.Attempts}, c.Unit) {
					return int64(0) // nothing was counted
				}
				return nil
			}
			a, b := figure(wantNow), figure(wantThen)
			var change any
			switch x := a.(type) {
			case int64:
				if y, ok := b.(int64); ok {
					change = x - y
				}
			case float64:
				if y, ok := b.(float64); ok && (c.Unit != queries.Money || sameCurrency(names, wantNow[key], wantThen[key])) {
					change = x - y
				}
			}
			got := []any{row[column(result, name)], row[at], row[column(result, name+"_change")]}
			if want := []any{a, b, change}; !slices.EqualFunc(got, want, same) {
				say("%s of %q, before and change are %v, the oracle says %v", name, words, got, want)
				return
			}
		}
	}
}

// sameCurrency tells whether two rows' money is of one kind.
func sameCurrency(names []string, a, b []any) bool {
	i := slices.Index(names, "currency")
	return i < 0 || fmt.Sprint(a[i]) == fmt.Sprint(b[i])
}

// TestComparisonAgreesWithOracle asks for two spans at once.
func TestComparisonAgreesWithOracle(t *testing.T) {
	loads := (*loadsFlag + 9) / 10
	if testing.Short() {
		loads = min(loads, 2)
	}
	for i := range loads {
		seed := *seedFlag + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			h := randomHistory(seed, librariesPerLoad)
			snapshot := h.load(t)
			eachMetric(t, seed, func(t *testing.T, d dice, metric *queries.Metric) {
				if metric.NoCompare {
					return
				}
				for range 8 {
					f := h.question(d, nil)
					for _, name := range d.dimensions(metric) {
						if !queries.FindDimension(name).IsTime() {
							f.By = append(f.By, name)
						}
					}
					f.Numbers["suppress_below"] = 0
					f.Compare = pick(d, queries.ComparePrevious, queries.CompareLastYear)
					f.From = h.date(d)
					f.To = pick(d, f.From.AddDate(0, 0, 1+d.IntN(90)), monthOf(f.From).AddDate(0, 1+d.IntN(6), 0))
					if d.chance(0.3) {
						f.From = monthOf(f.From)
						f.To = f.From.AddDate(0, 1+d.IntN(6), 0)
						f.By = append(f.By, "month")
					}
					compare(t, h, snapshot, metric, f)
				}
			})
		})
	}
}
