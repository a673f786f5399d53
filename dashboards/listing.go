package dashboards

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// Keys of a page's address that say which of its lists is sorted how, and where it stands. A page with lists hands
// listKeys to openPage.
const listKey = "list"

var listKeys = []string{listKey, orderKey, offsetKey}

const listedPerPage = 25

// listing is a metric's result as a list to work through: sorted and paged on the server.
type listing struct {
	Caption        string
	Dense          bool // many columns
	Head           []sortHead
	Rows           [][]cell
	First, Last, N int
	Previous, Next string
}

// listPlan says what a list shows.
type listPlan struct {
	id, title string
	metric    string
	filter    func(*queries.Filter)
	by        []string
	keep      func(*queries.Result, []any) bool // nil: all rows
	columns   []string                          // in their order; nil: as the metric has them
	heads     map[string]string                 // of columns that are written in another way than their label says
	order     string                            // where nothing else is asked for: a column, with a minus before it for the reverse; empty: the metric's
	perPage   int                               // default listedPerPage
	dense     bool                              // many columns in little room
	link      func(*queries.Result, []any) string
	// cell writes a value in another way than tables do; false leaves it to them.
	cell  func(result *queries.Result, row []any, column queries.Column) (cell, bool)
	n     func(result *queries.Result, kept int) string
	empty func(*queries.Result) string // why there is nothing; nil or empty: the usual
	below string
}

// place is what an address says of a page's lists.
type place struct {
	list, order string
	offset      int
}

func placeOf(c *gin.Context) (place, error) {
	offset, err := wholeNumber(c.Query(offsetKey))
	return place{c.Query(listKey), c.Query(orderKey), offset}, err
}

// listing makes a figure of a list.
func (v *visit) listing(p listPlan, at place) (*figure, error) {
	f := &figure{ID: p.id, Title: p.title, Wide: true, Below: p.below}
	filter := v.filter
	if p.filter != nil {
		p.filter(&filter)
	}
	filter.By = p.by
	result, err := v.compute(p.metric, filter)
	if err != nil {
		return f, err
	}
	rows := result.Rows
	if p.keep != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row []any) bool { return !p.keep(result, row) })
	}
	f.Suppressed = result.SuppressionWordsIn(v.Words)
	f.Definition = &definition{URL: "/definitions#" + result.Metric.ID, Columns: v.Columns(result.Metric.Columns)}
	f.Downloads = downloads(p.metric, filter)
	f.Rows = rowsAddress(p.metric, filter, nil, nil)
	if p.n != nil {
		f.N = p.n(result, len(rows))
	}
	if len(rows) == 0 {
		if p.empty != nil {
			f.Empty = p.empty(result)
		}
		f.Empty = cmp.Or(f.Empty, v.nothing())
		return f, nil
	}
	if at.list != p.id { // the address speaks of another one
		at = place{list: p.id}
	}
	if rows, err = inOrder(result, rows, cmp.Or(at.order, p.order)); err != nil {
		return f, err
	}
	f.List = v.listed(p, at, result, rows)
	return f, nil
}

// inOrder sorts rows by a column; what has no value comes last either way.
func inOrder(result *queries.Result, rows [][]any, order string) ([][]any, error) {
	if order == "" {
		return rows, nil
	}
	name, descending := strings.CutPrefix(order, "-")
	at := chart.Column(result, name)
	if at < 0 {
		return nil, refuse(queries.Invalid, "problem.order", name)
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b []any) int {
		switch x, y := a[at], b[at]; {
		case x == nil || y == nil:
			return btoi(x == nil) - btoi(y == nil)
		case descending:
			return compareValues(y, x)
		default:
			return compareValues(x, y)
		}
	})
	return rows, nil
}

func compareValues(a, b any) int {
	switch x := a.(type) {
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
	case bool:
		if y, ok := b.(bool); ok {
			return btoi(x) - btoi(y)
		}
	}
	x, y := chart.Number(a), chart.Number(b)
	if x == nil || y == nil {
		return btoi(x == nil) - btoi(y == nil)
	}
	return cmp.Compare(*x, *y)
}

func (v *visit) listed(p listPlan, at place, result *queries.Result, rows [][]any) *listing {
	perPage := cmp.Or(p.perPage, listedPerPage)
	if at.offset >= len(rows) {
		at.offset = (len(rows) - 1) / perPage * perPage
	}
	here := func(offset int, order string) string {
		values := v.query()
		v.carry(values)
		values.Set(listKey, p.id)
		if offset > 0 {
			values.Set(offsetKey, strconv.Itoa(offset))
		}
		if order != "" {
			values.Set(orderKey, order)
		}
		return address(v.path, values) + "#" + p.id
	}
	l := &listing{Caption: p.title, Dense: p.dense, First: at.offset + 1, Last: min(at.offset+perPage, len(rows)), N: len(rows)}
	if at.offset > 0 {
		l.Previous = here(max(0, at.offset-perPage), at.order)
	}
	if l.Last < len(rows) {
		l.Next = here(l.Last, at.order)
	}
	names := p.columns
	if names == nil {
		for _, column := range result.Columns {
			names = append(names, column.Name)
		}
	}
	var shown []int
	for _, name := range names {
		i := chart.Column(result, name)
		if i < 0 || !slices.ContainsFunc(rows, func(row []any) bool { return row[i] != nil && row[i] != "" }) {
			continue // a column that says nothing of any row
		}
		shown = append(shown, i)
		l.Head = append(l.Head, headThatSorts(v, result.Columns[i], cmp.Or(at.order, p.order), func(order string) string { return here(0, order) }))
		l.Head[len(l.Head)-1].Text = cmp.Or(p.heads[name], l.Head[len(l.Head)-1].Text)
	}
	for _, row := range rows[at.offset:l.Last] {
		cells := make([]cell, 0, len(shown))
		for k, i := range shown {
			cells = append(cells, v.listCell(p, result, row, i, k == 0))
		}
		l.Rows = append(l.Rows, cells)
	}
	return l
}

func headThatSorts(v *visit, column queries.Column, order string, to func(string) string) sortHead {
	h := sortHead{Text: v.Of(column.Label), Number: isNumber(column), Sort: "none", URL: to(column.Name)}
	if isNumber(column) { // the largest first
		h.URL = to("-" + column.Name)
	}
	switch order {
	case column.Name:
		h.Sort, h.URL = "ascending", to("-"+column.Name)
	case "-" + column.Name:
		h.Sort, h.URL = "descending", to(column.Name)
	}
	return h
}

func (v *visit) listCell(p listPlan, result *queries.Result, row []any, i int, isFirst bool) cell {
	column := result.Columns[i]
	c := cell{Number: isNumber(column), Header: isFirst, Short: column.Type == queries.Date || column.Type == queries.Timestamp || column.Name == "issn"}
	own, isOwn := cell{}, false
	if p.cell != nil {
		own, isOwn = p.cell(result, row, column)
	}
	switch {
	case isOwn:
		c.Text, c.URL = own.Text, own.URL
	case row[i] == nil:
		c.Text = noValue
	case column.Type == queries.Text:
		c.Text = shorten(v.Value(column.Name, chart.Text(row[i])), longestCell)
		c.Title = codeBehind(v.Words, column.Name, chart.Text(row[i]))
	case column.Type == queries.Timestamp || column.Type == queries.Date:
		c.Text = v.Date(row[i].(time.Time))
	default:
		c.Text = v.Cell(column, row[i])
	}
	if isFirst && p.link != nil && c.URL == "" {
		c.URL = p.link(result, row)
	}
	return c
}

// given is a row's text in a column, empty where there is none.
func given(result *queries.Result, row []any, name string) string {
	at := chart.Column(result, name)
	if at < 0 || row[at] == nil {
		return ""
	}
	return chart.Text(row[at])
}
