package impact_test

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/impact"
	"github.com/fillrate/fillrate/queries/store"
)

// sampleSnapshot loads the sample library.
func sampleSnapshot(t *testing.T) *store.Snapshot {
	t.Helper()
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		t.Fatal("the sample library is not there", err)
	}
	files := store.Open(t.TempDir())
	options := ingest.Options{Files: exports, Library: "MAIN", Zone: "America/New_York", Now: time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC)}
	if _, err := ingest.Run(t.Context(), files, options, nil); err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

// The outcomes of a panel are what the metrics of the same names say of the same requests, department by department.
func TestPanelsAgreeWithMetrics(t *testing.T) {
	snapshot := sampleSnapshot(t)
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	target := []string{"History", "Music", "Nursing", "Sociology"}
	comparison := []string{"Biology", "Business", "Chemistry", "Education", "Engineering", "English", "Philosophy", "Psychology"}
	type figures map[string]impact.Reading // by department
	ask := func(metric string, span impact.Span, roles []string, reading func(map[string]any) impact.Reading) figures {
		m, err := catalog.Find(metric)
		if err != nil {
			t.Fatal(err)
		}
		result, err := queries.Run(t.Context(), snapshot, m, queries.Filter{From: span.From, To: span.To, Role: roles, By: []string{"department"},
			Numbers: map[string]int{"suppress_below": 0}})
		if err != nil {
			t.Fatal(err)
		}
		out := figures{}
		for _, row := range result.Rows {
			named := map[string]any{}
			for i, column := range result.Columns {
				named[column.Name] = row[i]
			}
			if one := reading(named); one != (impact.Reading{}) {
				department := named["department"].(string)
				out[department] = impact.Reading{X: out[department].X + one.X, N: out[department].N + one.N}
			}
		}
		return out
	}
	number := func(value any) float64 {
		switch v := value.(type) {
		case int64:
			return float64(v)
		case float64:
			return v
		}
		return 0
	}
	withoutMistakes := func(span impact.Span, roles []string) figures {
		counts := ask("volume", span, roles, func(row map[string]any) impact.Reading { return impact.Reading{X: number(row["n_requests"])} })
		for department, mistakes := range ask("reasons", span, roles, func(row map[string]any) impact.Reading {
			if reason := row["reason"]; reason == "duplicate" || reason == "created_in_error" {
				return impact.Reading{X: number(row["n"])}
			}
			return impact.Reading{}
		}) {
			counts[department] = impact.Reading{X: counts[department].X - mistakes.X}
		}
		return counts
	}
	metrics := map[string]func(impact.Span, []string) figures{
		"requests": withoutMistakes,
		"fill_rate": func(span impact.Span, roles []string) figures {
			return ask("fill_rate", span, roles, func(row map[string]any) impact.Reading {
				n := number(row["n_filled"]) + number(row["n_unfilled"])
				return impact.Reading{X: number(row["fill_rate"]) * n, N: n}
			})
		},
		"median_turnaround": func(span impact.Span, roles []string) figures {
			return ask("turnaround", span, roles, func(row map[string]any) impact.Reading {
				return impact.Reading{X: number(row["median_days"]), N: number(row["n"])}
			})
		},
		"overdue_rate": func(span impact.Span, roles []string) figures {
			return ask("overdue", span, roles, func(row map[string]any) impact.Reading {
				if row["side"] != "borrowing" {
					return impact.Reading{}
				}
				n := number(row["n_due"])
				return impact.Reading{X: number(row["overdue_rate"]) * n, N: n}
			})
		},
		"held_locally": func(span impact.Span, roles []string) figures {
			held := ask("reasons", span, roles, func(row map[string]any) impact.Reading {
				if row["reason"] == "held_locally" && row["outcome"] == "cancelled" {
					return impact.Reading{X: number(row["n"])}
				}
				return impact.Reading{}
			})
			out := figures{}
			for department, n := range withoutMistakes(span, roles) {
				out[department] = impact.Reading{X: held[department].X, N: n.X}
			}
			return out
		},
	}
	for _, c := range []campaign.Campaign{
		{ID: "autumn", Start: day(2024, 9, 1), End: day(2025, 1, 1), Roles: []string{"borrowing"}},
		{ID: "mid-month, with deliveries", Start: day(2025, 2, 12), End: day(2025, 3, 20), CarryOverMonths: 1, Roles: []string{"borrowing", "docdel"}},
		{ID: "to the end", Start: day(2025, 3, 1), End: day(2025, 7, 1), Roles: []string{"borrowing"}},
	} {
		c.Target.Departments, c.Comparison.Departments = target, comparison
		for outcome, metric := range metrics {
			c.Outcome = outcome
			p, err := impact.Read(t.Context(), snapshot, c, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Units)+len(p.Small) != len(target)+len(comparison) || len(p.Units) < 8 || len(p.Months) < 24 {
				t.Fatalf("%d departments, %d months", len(p.Units), len(p.Months))
			}
			agree := func(what string, span impact.Span, reading func(impact.Unit) impact.Reading) {
				want := metric(span, c.Roles)
				total := 0.0
				for _, u := range p.Units {
					got := reading(u)
					if math.Abs(got.X-want[u.Name].X) > 1e-9*max(1, got.X) || got.N != want[u.Name].N {
						t.Errorf("%s, %s of %s %s: %v, and the metric says %v", c.ID, outcome, u.Name, what, got, want[u.Name])
					}
					total += got.X
				}
				if total == 0 {
					t.Errorf("%s, %s %s: nothing to compare", c.ID, outcome, what)
				}
			}
			agree("in the window", p.Windows.Post, func(u impact.Unit) impact.Reading { return u.Post })
			agree("a year before", p.Windows.Pre, func(u impact.Unit) impact.Reading { return u.Pre })
			agree("just before", p.Windows.Prior, func(u impact.Unit) impact.Reading { return u.Prior })
			for _, i := range []int{3, len(p.Months) - 1} {
				agree("in a month", impact.Span{From: p.Months[i], To: p.Months[i].AddDate(0, 1, 0)}, func(u impact.Unit) impact.Reading { return u.Months[i] })
			}
		}
	}
}
