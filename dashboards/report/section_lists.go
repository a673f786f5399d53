package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

const (
	longestList  = 500 // rows of a list to work through
	longestTable = 50  // rows of any other table
	mostRanked   = 10  // partners of a ranking
)

// hidesLists tells whether the report is narrowed to groups of readers, of which no list of titles or requests is given while
// small groups are hidden.
func (c *composer) hidesLists() bool {
	return len(c.base.Department)+len(c.base.PatronGroup) > 0 && c.base.Number("suppress_below") > 0
}

// setNumber gives a question a number of its own.
func setNumber(f *queries.Filter, name string, n int) {
	f.Numbers = maps.Clone(f.Numbers)
	if f.Numbers == nil {
		f.Numbers = map[string]int{}
	}
	f.Numbers[name] = n
}

// count writes how many.
func (c *composer) count(n float64) string { return c.words.Count(n) }

// asOfDay names the day up to which the history reaches.
func (c *composer) asOfDay() string { return c.words.Date(c.newest.In(c.zone)) }

// cut leaves the first rows of a table and says how many there were.
func (c *composer) cut(t Table, most int) Table {
	n := len(t.Rows)
	if n <= most {
		return t
	}
	t.Rows, t.Codes = t.Rows[:most], t.Codes[:most]
	if t.Provisional != nil {
		t.Provisional = t.Provisional[:most]
	}
	t.Notes = append(slices.Clone(t.Notes), c.words.Say("report.lists.part", c.count(float64(most)), c.count(float64(n))))
	return t
}

// sorted gives a result with its rows by a column, the largest first; rows that are alike, and those without a value at the
// end, keep their order.
func sorted(r *queries.Result, column string) *queries.Result {
	shown := *r
	shown.Rows = slices.Clone(r.Rows)
	slices.SortStableFunc(shown.Rows, func(a, b []any) int {
		x, isX := number(r, a, column)
		y, isY := number(r, b, column)
		if isX && isY {
			return cmp.Compare(y, x)
		}
		return btoi(isY) - btoi(isX)
	})
	return &shown
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isNobody tells a value that names none: unknown, or several taken together.
func isNobody(value any) bool {
	word := chart.Text(value)
	return word == "" || word == queries.Unknown || word == queries.Suppressed
}

// own is a column that no metric has.
func (c *composer) own(name string, kind queries.Type, unit queries.Unit) queries.Column {
	return queries.Column{Name: name, Type: kind, Unit: unit, Label: c.words.Text("report.column." + name)}
}

// listed writes rows of a result as a list to work through: the columns named, in their order, the first of which says which
// row it is. Titles, names and numbers of requests stay as they are.
func (c *composer) listed(id, title string, r *queries.Result, columns ...string) Table {
	t := Table{ID: id, Title: title, List: true, Keys: 1, Metric: r.Metric.ID, Filter: r.Filter}
	labelled := c.words.Columns(r.Columns)
	var places []int
	for _, name := range columns {
		at := chart.Column(r, name)
		places, t.Columns = append(places, at), append(t.Columns, labelled[at])
	}
	for _, row := range r.Rows {
		codes, words := make([]any, len(places)), make([]any, len(places))
		for k, at := range places {
			codes[k], words[k] = row[at], row[at]
			if name := r.Columns[at].Name; slices.Contains([]string{"role", "kind", "status", "outcome", "library"}, name) && row[at] != nil {
				words[k] = c.words.Value(name, chart.Text(row[at]))
			} else if name == "partner" && isNobody(row[at]) {
				words[k] = nil
			}
		}
		t.Codes, t.Rows = append(t.Codes, codes), append(t.Rows, words)
	}
	return t
}

// ofAll says of a list how many there are in all, where it holds a part of them.
func (c *composer) ofAll(t Table, n int) Table {
	if n > len(t.Rows) {
		t.Notes = append(t.Notes, c.words.Say("report.lists.part", c.count(float64(len(t.Rows))), c.count(float64(n))))
	}
	return t
}

// inLibraries adds the library to a list's columns where there are several.
func inLibraries(r *queries.Result, columns []string) []string {
	at, first := chart.Column(r, "library"), any(nil)
	for _, row := range r.Rows {
		if first == nil {
			first = row[at]
		}
		if row[at] != first {
			return append(columns, "library")
		}
	}
	return columns
}

// rows gives the requests behind a metric of the whole history, as queries.Rows does; most of them, 0 for all.
func (c *composer) rows(id string, change func(*queries.Filter), most int) (*queries.Result, error) {
	filter := c.base
	filter.By = nil
	change(&filter)
	metric, err := catalog.Find(id)
	if err != nil {
		return nil, err
	}
	r := &queries.Result{Metric: metric, Filter: filter, AsOf: c.newest, Generation: c.Snapshot.Generation, Columns: queries.RowColumns}
	_, err = queries.Rows(c.ctx, c.Snapshot, metric, filter, queries.Page{Limit: most}, func(row []any) error {
		r.Rows = append(r.Rows, row)
		return nil
	})
	return r, err
}

// countRows is how many requests stand behind a metric of the whole history.
func (c *composer) countRows(id string, change func(*queries.Filter)) (int, error) {
	filter := c.base
	filter.By = nil
	change(&filter)
	metric, err := catalog.Find(id)
	if err != nil {
		return 0, err
	}
	return queries.CountRows(c.ctx, c.Snapshot, metric, filter)
}

// levels is a small table of counts that is put together here: a name and a number a row, of requests or loans.
func (c *composer) levels(id, title string, unit queries.Unit, rows ...level) Table {
	t := Table{ID: id, Title: title, List: true, Keys: 1, Columns: []queries.Column{c.own("level", queries.Text, ""), c.own("n", queries.Integer, unit)}}
	for _, l := range rows {
		t.Codes, t.Rows = append(t.Codes, []any{l.code, l.n}), append(t.Rows, []any{l.words, l.n})
	}
	return t
}

type level struct {
	code, words string
	n           int64
}

// twelveMonths are those that end with what the report speaks of: a month alone has too few requests for some things.
func (c *composer) twelveMonths() span { return span{c.spec.To.AddDate(0, -12, 0), c.spec.To} }

// calendarYears are the ones that a span has days of, each up to the span's end.
func calendarYears(s span) []span {
	var years []span
	for year := s.from.Year(); ; year++ {
		first := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
		next := first.AddDate(1, 0, 0)
		if !first.Before(s.to) {
			return years
		}
		if next.After(s.to) {
			next = s.to
		}
		years = append(years, span{first, next})
	}
}

// tileOf is one figure of a metric beside what it was before: that of the row that has the values of pairs in its first
// columns, in their order; without pairs the only row.
func (c *composer) tileOf(metric, column string, change func(*queries.Filter), pairs ...string) (Tile, error) {
	var by []string
	for i := 0; i < len(pairs); i += 2 {
		if d := queries.FindDimension(pairs[i]); d != nil {
			by = append(by, pairs[i])
		}
	}
	b, err := c.beside(metric, change, by...)
	if err != nil {
		return Tile{}, err
	}
	t := c.tile(column, "", b, column, pairs...)
	t.ID = column
	return t, nil
}
