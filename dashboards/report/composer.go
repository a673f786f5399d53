package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// composer puts one report together. Its methods may be called by several sections at once.
type composer struct {
	ctx context.Context
	Sources
	spec   Spec
	words  *locale.Words
	zone   *time.Location // of the libraries asked for where they share one, else UTC
	newest time.Time      // up to which the history reaches, UTC
	first  time.Time      // the first day on which a request was created, as a date
	base   queries.Filter // what the report is narrowed to, settled, without dates

	mu    sync.Mutex
	asked map[string]*asking
	err   error // what went wrong where nothing could be given back
}

// asking is a question that was put, or is being put.
type asking struct {
	once   sync.Once
	result *queries.Result
	err    error
}

// span is [from, to), dates at 00:00 UTC; the zero span is none.
type span struct{ from, to time.Time }

func (s span) isZero() bool { return s.from.IsZero() }

// months moves a span by whole months.
func (s span) months(n int) span { return span{s.from.AddDate(0, n, 0), s.to.AddDate(0, n, 0)} }

// nameOf names a span: Mar 2025, or a year by its number or both: 2024, 2024/25.
func (c *composer) nameOf(s span) string { return s.name(c.words, c.spec.Kind) }

func (s span) name(words *locale.Words, kind Kind) string {
	grain := "month"
	switch {
	case s.isZero():
		return ""
	case kind == Annual && s.from.Month() == time.January:
		grain = "year"
	case kind == Annual:
		grain = "fiscal_year"
	}
	return words.Bucket(grain, s.from.Format(time.DateOnly))
}

// knows tells whether the history says anything of a span: before its first day there is nothing, and not nought.
func (c *composer) knows(s span) bool {
	return !s.isZero() && s.to.After(c.first) && !s.from.After(c.newest)
}

// span is what the report speaks of.
func (c *composer) span() span { return c.spec.span() }

func (c *composer) before() span { return c.spec.before() }

func (c *composer) lastYear() span { return c.spec.lastYear() }

func (s Spec) span() span { return span{s.From, s.To} }

// before is the month before, or the year.
func (s Spec) before() span {
	switch s.Kind {
	case Monthly:
		return s.span().months(-1)
	case Annual:
		return s.span().months(-12)
	}
	return span{}
}

// lastYear is the same month a year earlier; there is none beside a year.
func (s Spec) lastYear() span {
	if s.Kind == Monthly {
		return s.span().months(-12)
	}
	return span{}
}

// trend is the thirteen months that end with the one reported, or the twelve of the year.
func (c *composer) trend() span {
	if c.spec.Kind == Monthly {
		return span{c.spec.From.AddDate(0, -12, 0), c.spec.To}
	}
	return c.span()
}

// instant is the last one of a span in the libraries' zone, or the newest date of the history where that is earlier.
func (c *composer) instant(s span) time.Time {
	year, month, day := s.to.Date()
	end := time.Date(year, month, day, 0, 0, 0, 0, c.zone).Add(-time.Microsecond).UTC()
	if s.isZero() || end.After(c.newest) {
		return c.newest
	}
	return end
}

// ask puts a question on the requests created in a span. change narrows the report's filter, nil leaves it; by is what the
// metric is split by. The same question is put once.
func (c *composer) ask(metric string, s span, change func(*queries.Filter), by ...string) (*queries.Result, error) {
	filter := c.base
	filter.From, filter.To = s.from, s.to
	return c.put(metric, filter, change, by)
}

// askAtSameAge puts a question on the requests created in the span before, or a year earlier, as that stood as long after
// its end as the history now stands after the span reported.
func (c *composer) askAtSameAge(metric string, s span, change func(*queries.Filter), by ...string) (*queries.Result, error) {
	filter := c.base
	filter.From, filter.To, filter.Compare = c.spec.From, c.spec.To, queries.ComparePrevious
	if s == c.lastYear() {
		filter.Compare = queries.CompareLastYear
	}
	earlier, err := filter.Earlier(c.newest)
	if err != nil {
		return nil, err
	}
	return c.put(metric, earlier, change, by)
}

// stock puts a question on the whole history as it stood at the end of a span.
func (c *composer) stock(metric string, s span, change func(*queries.Filter), by ...string) (*queries.Result, error) {
	filter := c.base
	if at := c.instant(s); at.Before(c.newest) {
		filter.AsOf = at
	}
	return c.put(metric, filter, change, by)
}

func (c *composer) put(id string, filter queries.Filter, change func(*queries.Filter), by []string) (*queries.Result, error) {
	filter.By = by
	if change != nil {
		change(&filter)
	}
	metric, err := catalog.Find(id)
	if err != nil {
		return nil, err
	}
	key := id + " " + filter.Encode()
	c.mu.Lock()
	question := c.asked[key]
	if question == nil {
		question = &asking{}
		c.asked[key] = question
	}
	c.mu.Unlock()
	question.once.Do(func() { question.result, question.err = queries.Run(c.ctx, c.Snapshot, metric, filter) })
	return question.result, question.err
}

// fail keeps an error for the end, where a method has none to give back: the report then fails as a whole.
func (c *composer) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = errors.Join(c.err, err)
}

// only narrows a question to one role.
func only(role string) func(*queries.Filter) {
	return func(f *queries.Filter) { f.Role = []string{role} }
}

// roles are those that the report speaks of: that its filter leaves, and that have requests in the trend's months or a year
// before; borrowing first.
func (c *composer) roles() ([]string, error) {
	received, err := c.ask("volume", span{c.trend().from.AddDate(-1, 0, 0), c.trend().to}, nil, "role")
	if err != nil {
		return nil, err
	}
	var roles []string
	for _, role := range queries.FindDimension("role").Closed {
		if c.asks("role", role) && find(received, "role", role) != nil {
			roles = append(roles, role)
		}
	}
	return roles, nil
}

// asks tells whether the report's filter leaves a value of a dimension.
func (c *composer) asks(dimension, value string) bool {
	chosen := c.base.Values()[dimension]
	return len(chosen) == 0 || slices.Contains(chosen, value)
}

// section begins a section: its title and question are texts under report.section. and report.question. and its id.
func (c *composer) section(id string) *Section {
	return &Section{ID: id, Title: c.words.Text("report.section." + id), Question: c.words.Text("report.question." + id)}
}

// table writes a result as a table: the columns that name a row first, their values in words (the column then is of type
// text), and of the measures those that columns names; none: all. Rows that may still move are marked.
func (c *composer) table(id, title string, r *queries.Result, columns ...string) Table {
	t := Table{ID: id, Title: title, Metric: r.Metric.ID, Filter: r.Filter, Notes: r.SuppressionWordsIn(c.words)}
	var keys, measures []int
	for i, column := range r.Columns {
		switch {
		case isKey(r, column.Name):
			keys = append(keys, i)
		case column.Name == "provisional":
		case len(columns) == 0 || slices.Contains(columns, column.Name):
			measures = append(measures, i)
		}
	}
	t.Keys = len(keys)
	shown := slices.Concat(keys, measures)
	labelled := c.words.Columns(r.Columns)
	for _, i := range shown {
		column := labelled[i]
		if r.Columns[i].Type == queries.Text || isBucket(column.Name) {
			column.Type = queries.Text
		}
		t.Columns = append(t.Columns, column)
	}
	moves, err := c.moves(r)
	if err != nil {
		c.fail(err)
	}
	anyMoves := false
	for _, row := range r.Rows {
		codes, words := make([]any, len(shown)), make([]any, len(shown))
		for k, i := range shown {
			codes[k] = row[i]
			words[k] = c.inWords(r.Columns[i], row[i])
		}
		t.Codes, t.Rows = append(t.Codes, codes), append(t.Rows, words)
		t.Provisional = append(t.Provisional, moves(row))
		anyMoves = anyMoves || moves(row)
	}
	if !anyMoves {
		t.Provisional = nil
	}
	return t
}

// inWords gives a value as a table shows it: names and buckets of time in words, the rest as it is.
func (c *composer) inWords(column queries.Column, value any) any {
	switch {
	case isBucket(column.Name):
		return c.words.Value(column.Name, chart.Text(value))
	case column.Type != queries.Text:
		return value
	case value == nil && queries.FindDimension(column.Name) == nil:
		return nil
	}
	return c.words.Value(column.Name, chart.Text(value))
}

// isKey tells the columns that say which row it is.
func isKey(r *queries.Result, column string) bool {
	return slices.Contains(r.Metric.Always, column) || slices.Contains(r.Metric.AlwaysBy, column) || slices.Contains(r.Filter.By, column)
}

func isBucket(column string) bool {
	d := queries.FindDimension(column)
	return d != nil && d.IsTime()
}

// totalCode stands in the first place of a total's row in Table.Codes.
const totalCode = "total"

// withTotal adds the row of the whole below a table's others: all is the same question without the split, so that what does
// not add up (a rate, a median) is right too.
func (c *composer) withTotal(t Table, all *queries.Result) Table {
	if len(all.Rows) != 1 || len(t.Rows) < 2 {
		return t
	}
	codes, words := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for k, column := range t.Columns {
		if k == 0 && t.Keys > 0 {
			codes[k], words[k] = totalCode, c.words.Text("report.total")
		} else if at := chart.Column(all, column.Name); k >= t.Keys && at >= 0 {
			codes[k], words[k] = all.Rows[0][at], all.Rows[0][at]
		} else if k < t.Keys {
			codes[k], words[k] = "", ""
		}
	}
	moves, err := c.moves(all)
	if err != nil {
		c.fail(err)
		return t
	}
	t.Codes, t.Rows, t.Total = append(t.Codes, codes), append(t.Rows, words), true
	if moved := moves(all.Rows[0]); moved || t.Provisional != nil {
		if t.Provisional == nil {
			t.Provisional = make([]bool, len(t.Rows)-1)
		}
		t.Provisional = append(t.Provisional, moved)
	}
	return t
}

// moves tells which rows of a result may still change, as fill_rate knows it of the same groups. What speaks of no span
// stands still.
func (c *composer) moves(r *queries.Result) (func(row []any) bool, error) {
	never := func([]any) bool { return false }
	filter := r.Filter
	if len(r.Rows) == 0 || r.Metric.Dated != queries.ByBasis || filter.IsPeriod() || filter.From.IsZero() && filter.To.IsZero() || r.Metric.Current {
		return never, nil
	}
	known := r
	if chart.Column(r, "provisional") < 0 {
		var err error
		filter.Compare, filter.Definition, filter.Basis = "", "", ""
		if known, err = c.put("fill_rate", filter, nil, filter.By); err != nil {
			return never, err
		}
	}
	flag := chart.Column(known, "provisional")
	key := func(of *queries.Result, row []any) string {
		var parts []string
		for _, name := range filter.By {
			if at := chart.Column(of, name); at >= 0 {
				parts = append(parts, chart.Text(row[at]))
			}
		}
		return strings.Join(parts, "\x00")
	}
	marked := map[string]bool{}
	for _, row := range known.Rows {
		if is, _ := row[flag].(bool); is {
			marked[key(known, row)] = true
		}
	}
	return func(row []any) bool { return marked[key(r, row)] }, nil
}

// longestName is how many characters of a name stand on a chart; the table has all.
const longestName = 60

// figure draws a result, of which t is the table, as spec says. title is a question. A chart whose horizontal axis is time
// has all buckets of the result's span.
func (c *composer) figure(id, title string, t Table, r *queries.Result, spec chart.Spec, height int) (Figure, error) {
	f := Figure{ID: id, Title: title, N: t.N, Height: height, Table: t.ID}
	spec.Words = c.words
	if spec.Name == nil {
		spec.Name = func(dimension, value string) string {
			name := []rune(c.words.Value(dimension, value))
			if len(name) > longestName {
				return string(name[:longestName-1]) + "…"
			}
			return string(name)
		}
	}
	if from := r.Filter.From; spec.Categories == nil && isBucket(spec.X) && !from.IsZero() && !r.Filter.To.IsZero() {
		if c.first.After(from) { // before the history there is nothing, and not nought
			from = c.first
		}
		spec.Categories = chart.Buckets(spec.X, chart.BucketStart(spec.X, from), r.Filter.To)
	}
	if spec.Provisional == nil {
		moves, err := c.moves(r)
		if err != nil {
			return f, err
		}
		spec.Provisional = moves
	}
	f.Chart = chart.Draw(spec, c.words.Result(r))
	return c.drawn(f)
}

// drawn describes a figure's chart in words and draws it.
func (c *composer) drawn(f Figure) (Figure, error) {
	f.Description = chart.Describe(c.words, f.Chart)
	if c.Draw == nil {
		return f, nil
	}
	option, err := f.Chart.Option()
	if err != nil {
		return f, err
	}
	if f.SVG, err = c.Draw(c.ctx, option, c.words, Width, f.Height); err != nil {
		return f, fmt.Errorf("drawing %s: %w", f.ID, err)
	}
	return f, nil
}

// number gives a row's number in a column.
func number(r *queries.Result, row []any, column string) (float64, bool) {
	at := chart.Column(r, column)
	if at < 0 || row == nil {
		return 0, false
	}
	n := chart.Number(row[at])
	if n == nil {
		return 0, false
	}
	return *n, true
}

// total adds up a column.
func total(r *queries.Result, column string) float64 {
	sum := 0.0
	for _, row := range r.Rows {
		n, _ := number(r, row, column)
		sum += n
	}
	return sum
}

// find gives the first row that has these values in the columns that name it: pairs of column and value; nil: none.
func find(r *queries.Result, pairs ...string) []any {
	for _, row := range r.Rows {
		matches := true
		for i := 0; i < len(pairs); i += 2 {
			at := chart.Column(r, pairs[i])
			matches = matches && at >= 0 && chart.Text(row[at]) == pairs[i+1]
		}
		if matches {
			return row
		}
	}
	return nil
}

// part gives a result with some of its rows, in their order.
func part(r *queries.Result, keep func(row []any) bool) *queries.Result {
	shown := *r
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row []any) bool { return !keep(row) })
	return &shown
}
