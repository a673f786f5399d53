package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// statedBy gives the column of the row that a tile speaks of, nought where a count has no row.
func statedBy(t *testing.T, r *queries.Result, tile Tile, column string) *float64 {
	t.Helper()
	at := chart.Column(r, column)
	if at < 0 {
		t.Fatalf("%s has no column %s", r.Metric.ID, column)
	}
	for _, row := range r.Rows {
		var keys []any
		for i, column := range r.Columns {
			if isKey(r, column.Name) {
				keys = append(keys, row[i])
			}
		}
		if len(keys) >= len(tile.Where) && slices.Equal(keys[:len(tile.Where)], tile.Where) {
			return chart.Number(row[at])
		}
	}
	if r.Columns[at].Type == queries.Integer {
		return new(float64)
	}
	return nil
}

// What may still move stands beside the earlier spans at the same age, as compare= has it; what has had its time beside
// what is known of them today.
func TestTilesStandBesideTheSameAge(t *testing.T) {
	from := sample(t)
	annual, _ := Builtin("annual")
	annual.From, annual.To = day("2024-07-01"), day("2025-07-01")
	running, _ := Builtin("annual")
	running.From, running.To = day("2025-01-01"), day("2026-01-01")
	law := monthly(t, "2025-06")
	law.Filter = queries.Filter{Role: []string{"borrowing"}}
	for _, test := range []struct {
		spec    Spec
		isYoung bool
	}{{monthly(t, "2025-06"), true}, {law, true}, {monthly(t, "2025-07"), true}, {running, true}, {annual, true}, {monthly(t, "2025-03"), false}} {
		r := compose(t, from, test.spec)
		young, moved := 0, 0
		for _, s := range r.Sections {
			for _, tile := range s.Tiles {
				if tile.Metric == "" || tile.Filter.From.IsZero() {
					if tile.SameAge {
						t.Errorf("%s.%s is of no span and says that it is compared at the same age", s.ID, tile.ID)
					}
					continue
				}
				isRunning := test.spec.To.After(day("2025-07-01"))
				if want := isRunning || tile.Provisional; tile.SameAge != want {
					t.Errorf("%s %s.%s: compared at the same age %v", r.Span, s.ID, tile.ID, tile.SameAge)
				}
				for _, side := range []struct {
					compare string
					shown   *float64
					months  int
				}{{queries.ComparePrevious, tile.Before, -1}, {queries.CompareLastYear, tile.LastYear, -12}} {
					if test.spec.Kind == Annual && side.compare == queries.CompareLastYear {
						continue
					}
					if test.spec.Kind == Annual {
						side.months = -12
					}
					plain, compared := tile.Filter, tile.Filter
					plain.From, plain.To = plain.From.AddDate(0, side.months, 0), plain.To.AddDate(0, side.months, 0)
					compared.Compare = side.compare
					today := statedBy(t, again(t, from, tile.Metric, plain), tile, tile.Column.Name)
					want := today
					if tile.SameAge {
						want = statedBy(t, again(t, from, tile.Metric, compared), tile, tile.Column.Name+"_before")
						young++
					}
					if text(side.shown) != text(want) {
						t.Errorf("%s %s.%s beside %s: %s, the metric has %s", r.Span, s.ID, tile.ID, side.compare, text(side.shown), text(want))
					}
					if text(side.shown) != text(today) {
						moved++
					}
				}
			}
		}
		if test.isYoung != (young > 3) || test.isYoung != (moved > 0) {
			t.Errorf("%s: %d figures were compared at the same age, %d of them differ from those of today", r.Span, young, moved)
		}
		before, lastYear := r.Earlier(Tile{SameAge: true})
		if plain, plainYear := r.Earlier(Tile{}); before != plain+" at the same age" || plainYear != "" && lastYear != plainYear+" at the same age" {
			t.Errorf("%q and %q, in full %q and %q", plain, plainYear, before, lastYear)
		}
	}
}

// The sentences compare what the tiles compare, and say so.
func TestSentencesCompareAtTheSameAge(t *testing.T) {
	from := sample(t)
	for _, tag := range []string{"en", "pt-BR"} {
		w := locale.Find(tag)
		spec := monthly(t, "2025-06")
		spec.Language = tag
		r := compose(t, from, spec)
		tile := tileOf(t, r, "summary", "fill_rate_borrowing")
		before, lastYear := r.Earlier(tile)
		if !tile.SameAge || tile.Before == nil || before != w.Say("report.same_age", w.Bucket("month", "2025-05-01")) {
			t.Fatalf("%s: %q, %+v", tag, before, tile)
		}
		for _, want := range []string{before, lastYear, w.Share(*tile.Before), w.Share(*tile.LastYear)} {
			if !strings.Contains(r.Sentences[1], want) {
				t.Errorf("%q lacks %q", r.Sentences[1], want)
			}
		}
		if strings.Contains(r.Sentences[0], w.Say("report.same_age", "")) {
			t.Errorf("what came in is known at once: %q", r.Sentences[0])
		}
		if !slices.ContainsFunc(r.Sections[0].Notes, func(note string) bool { return strings.Contains(note, strings.TrimSpace(w.Say("report.same_age", ""))) }) {
			t.Errorf("no note says what the same age is: %q", r.Sections[0].Notes)
		}
	}
}

// A year that is not over is set beside as much of the year before.
func TestARunningYearStandsBesideAsManyDays(t *testing.T) {
	from := sample(t)
	reach, err := ReadReach(t.Context(), from.Snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	running, _ := Builtin("annual")
	running.From, running.To = day("2025-01-01"), day("2026-01-01")
	tile := tileOf(t, compose(t, from, running), "summary", "n_requests_borrowing")
	filter := queries.Filter{Role: []string{"borrowing"}, From: day("2024-01-01"), AsOf: reach.Newest.AddDate(-1, 0, 0)}
	half := statedBy(t, again(t, from, "volume", filter), Tile{}, "n_requests")
	filter.To, filter.AsOf = day("2025-01-01"), time.Time{}
	whole := statedBy(t, again(t, from, "volume", filter), Tile{}, "n_requests")
	if !tile.Provisional || !tile.SameAge || text(tile.Before) != text(half) || *half < 100 || *half > 0.8**whole {
		t.Errorf("%s requests stand beside %s, want %s of %s: %+v", text(tile.Now), text(tile.Before), text(half), text(whole), tile)
	}
}
