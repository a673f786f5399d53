package oracle

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/volume"
)

// sample is a history and the SQL's view of it.
type sample struct {
	h        *history
	snapshot *store.Snapshot
}

func (s sample) run(t *rapid.T, metric string, f queries.Filter) *queries.Result {
	m, err := catalog.Find(metric)
	if err != nil {
		t.Fatal(err)
	}
	result, err := queries.Run(context.Background(), s.snapshot, m, f)
	if err != nil {
		t.Fatalf("%s?%s: %v", metric, f.Encode(), err)
	}
	return result
}

// samples loads histories for the properties to draw from.
func samples(t *testing.T) []sample {
	var list []sample
	for seed := range uint64(3) {
		h := randomHistory(*seedFlag+1000+seed, 8)
		list = append(list, sample{h, h.load(t)})
	}
	return list
}

// draw takes a history and a question without dimensions.
func draw(t *rapid.T, list []sample) (sample, queries.Filter) {
	s := rapid.SampledFrom(list).Draw(t, "history")
	f := s.h.question(newDice(rapid.Uint64().Draw(t, "question")), nil)
	return s, f
}

func column(result *queries.Result, name string) int {
	return slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == name })
}

func sum(result *queries.Result, name string) int64 {
	var total int64
	for _, row := range result.Rows {
		total += row[column(result, name)].(int64)
	}
	return total
}

func TestOutcomesAddUpToRequests(t *testing.T) {
	list := samples(t)
	rapid.Check(t, func(t *rapid.T) {
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
	})
}

// The parts of any dimension, or of any two, add up to the whole: the months to the year among them.
func TestPartsAddUpToTotal(t *testing.T) {
	list := samples(t)
	counts := map[string][]string{
		"volume":     {"n_requests", "n_filled", "n_unfilled", "n_cancelled"},
		"fill_rate":  {"n_requests", "n_filled"},
		"turnaround": {"n_filled", "n", "n_undetermined", "n_negative"},
		"overdue":    {"n_out", "n_overdue", "n_1_7", "n_8_30", "n_31_90", "n_91_plus"},
	}
	rapid.Check(t, func(t *rapid.T) {
		s, f := draw(t, list)
		metric := rapid.SampledFrom([]string{"volume", "fill_rate", "turnaround", "overdue"}).Draw(t, "metric")
		whole := s.run(t, metric, f)
		f.By = newDice(rapid.Uint64().Draw(t, "by")).dimensions(volume.Metric)
		parts := s.run(t, metric, f)
		for _, name := range counts[metric] {
			if sum(whole, name) != sum(parts, name) {
				t.Fatalf("%s?%s: the parts' %s add up to %d, the whole is %d", metric, f.Encode(), name, sum(parts, name), sum(whole, name))
			}
		}
	})
}

func TestMonthsAddUpToYears(t *testing.T) {
	list := samples(t)
	rapid.Check(t, func(t *rapid.T) {
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
	})
}

func TestSharesLieBetweenZeroAndOne(t *testing.T) {
	list := samples(t)
	rapid.Check(t, func(t *rapid.T) {
		s, f := draw(t, list)
		f.By = newDice(rapid.Uint64().Draw(t, "by")).dimensions(volume.Metric)
		for _, metric := range catalog.All() {
			result := s.run(t, metric.ID, f)
			for _, row := range result.Rows {
				for i, c := range result.Columns {
					if share, ok := row[i].(float64); ok && c.Unit == queries.Share && (share < 0 || share > 1) {
						t.Fatalf("%s?%s: %s is %v", metric.ID, f.Encode(), c.Name, share)
					}
				}
			}
		}
	})
}

// A further filter never adds a request, and what it leaves out and leaves in is the whole.
func TestFilterNeverAdds(t *testing.T) {
	list := samples(t)
	rapid.Check(t, func(t *rapid.T) {
		s, f := draw(t, list)
		f.Role, f.Kind = nil, nil
		whole := sum(s.run(t, "volume", f), "n_requests")
		f.Role = []string{"lending"}
		part := sum(s.run(t, "volume", f), "n_requests")
		f.Role = []string{"borrowing", "docdel"}
		rest := sum(s.run(t, "volume", f), "n_requests")
		if part+rest != whole {
			t.Fatalf("volume?%s: %d and %d are not %d", f.Encode(), part, rest, whole)
		}
		f.Kind = []string{"loan"}
		if n := sum(s.run(t, "volume", f), "n_requests"); n > rest {
			t.Fatalf("volume?%s: %d, more than the %d without the kind", f.Encode(), n, rest)
		}
	})
}

// To ask for the newest date, or a later one, cuts nothing off; requests behind a number are as many as the number.
func TestRowsAreTheRequestsBehindTheNumbers(t *testing.T) {
	list := samples(t)
	counted := map[string]string{"volume": "n_requests", "fill_rate": "n_requests", "turnaround": "n_filled", "overdue": "n_out"}
	rapid.Check(t, func(t *rapid.T) {
		s, f := draw(t, list)
		metric, err := catalog.Find(rapid.SampledFrom([]string{"volume", "fill_rate", "turnaround", "overdue"}).Draw(t, "metric"))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		_, err = queries.Rows(context.Background(), s.snapshot, metric, f, queries.Page{}, func(row []any) error {
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
		if n := sum(s.run(t, metric.ID, f), counted[metric.ID]); n != int64(len(seen)) {
			t.Fatalf("%s?%s: %d rows behind %d", metric.ID, f.Encode(), len(seen), n)
		}
	})
}

func TestNewestDateCutsNothing(t *testing.T) {
	list := samples(t)
	rapid.Check(t, func(t *rapid.T) {
		s, f := draw(t, list)
		f.By = newDice(rapid.Uint64().Draw(t, "by")).dimensions(volume.Metric)
		for _, metric := range []string{"volume", "fill_rate", "turnaround", "overdue"} {
			f.AsOf = time.Time{}
			whole := s.run(t, metric, f)
			f.AsOf = s.h.newest()
			if again := s.run(t, metric, f); fmt.Sprint(again.Rows) != fmt.Sprint(whole.Rows) {
				t.Fatalf("%s?%s: %v, by default %v", metric, f.Encode(), again.Rows, whole.Rows)
			}
		}
	})
}
