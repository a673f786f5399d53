package dashboards

import (
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// benchmarks sets published figures beside the library's own: those of the page's side whose measure holds one of the
// words given.
func (v *visit) benchmarks(words ...string) tile {
	return func() (*figure, error) {
		side := map[string]string{"borrowing": "Borrow", "lending": "Lend"}[v.role()]
		if side == "" {
			return nil, nil // nobody publishes what is delivered from the own shelves
		}
		filter := v.filter
		filter.By = nil
		result, err := v.compute("benchmarks", filter)
		if err != nil {
			return &figure{ID: "benchmarks", Title: v.Text("title.benchmarks")}, err
		}
		at := chart.Column(result, "measure")
		shown := *result
		shown.Rows = slices.DeleteFunc(slices.Clone(result.Rows), func(row []any) bool {
			measure := chart.Text(row[at])
			return !strings.HasPrefix(measure, side) || !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(measure, word) })
		})
		f := &figure{ID: "benchmarks", Title: v.Text("title.benchmarks"), Wide: true}
		if len(shown.Rows) == 0 {
			f.Empty = v.Text("empty.benchmarks") // a page that did not wait for it has kept its place
			return f, nil
		}
		f.Definition = &definition{URL: "/definitions#benchmarks", Columns: v.Columns(result.Metric.Columns)}
		f.Downloads = downloads("benchmarks", filter)
		never := func([]any) bool { return false }
		f.Table = resultTable(v.Words, f.Title, &shown, "", []string{"unit", "own", "own_n", "lo", "hi", "period", "published_in", "note"}, never,
			func([]any) string { return "" })
		asShares(v.Words, f.Table, &shown)
		return f, nil
	}
}

// asShares writes as percentages the figures of the rows whose unit is a share: a benchmark's unit is its row's.
func asShares(w *locale.Words, t *table, result *queries.Result) {
	unit := chart.Column(result, "unit")
	for i, row := range result.Rows[:len(t.Rows)] {
		if chart.Text(row[unit]) != string(queries.Share) {
			continue
		}
		for _, name := range []string{"own", "lo", "hi"} {
			at := chart.Column(result, name)
			k := slices.IndexFunc(t.Head, func(h head) bool { return h.Text == w.Of(result.Columns[at].Label) })
			if n := chart.Number(row[at]); n != nil {
				t.Rows[i][k].Text = w.Share(*n)
			}
		}
	}
}
