package dashboards

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

const (
	offsetKey   = "offset"
	orderKey    = "order"
	rowsPerPage = 50
	deepest     = 1_000_000 // rows that can be paged to; a download has all
)

// rows lists the requests behind a number, page by page. It shows what the store keeps of a request, which never
// names its reader.
func (s *server) rows(c *gin.Context) error {
	metric, err := catalog.Find(c.Param("metric"))
	if err != nil {
		return err
	}
	offset, err := wholeNumber(c.Query(offsetKey))
	if err != nil {
		return err
	}
	v, err := s.openPage(c, offsetKey, orderKey)
	if err != nil {
		return err
	}
	defer v.close()
	list, err := v.list(metric, offset, c.Query(orderKey))
	if err != nil {
		return err
	}
	return v.render(c, "rows", v.Say("page.rows", v.Of(metric.Title)), v.form("basis"), list)
}

// rowList is a page of requests.
type rowList struct {
	Metric         string
	Back           string
	Head           []sortHead
	Rows           [][]cell
	First, Last    int
	Total          int // of all pages
	Previous, Next string
	Downloads      []link
}

type sortHead struct {
	Text, URL string
	Number    bool
	Sort      string // ascending, descending or none: aria-sort
}

// alwaysShown are the columns that a list has even where they are empty on this page.
var alwaysShown = []string{"source_id", "status", "outcome", "created_at"}

func (v *visit) list(metric *queries.Metric, offset int, order string) (*rowList, error) {
	filter := v.filter
	filter.By = nil
	key := "?" + filter.Settled().Encode()
	total, err := cached(v.ctx, v.server, v.reading, "count of rows "+metric.ID+key, func(ctx context.Context) (int, int, error) {
		n, err := queries.CountRows(ctx, v.reading.Snapshot, metric, filter)
		return n, 1, err
	})
	if err != nil {
		return nil, err
	}
	columns := queries.RowColumns
	page := queries.Page{Offset: offset, Limit: rowsPerPage, OrderBy: order}
	rows, err := cached(v.ctx, v.server, v.reading, "rows "+metric.ID+key+" "+strconv.Itoa(offset)+" "+order, func(ctx context.Context) ([][]any, int, error) {
		var rows [][]any
		_, err := queries.Rows(ctx, v.reading.Snapshot, metric, filter, page, func(row []any) error {
			rows = append(rows, row)
			return nil
		})
		return rows, len(rows), err
	})
	if err != nil {
		return nil, err
	}
	list := &rowList{Metric: v.Of(metric.Title), Back: v.to(pageOf(metric.ID)), Total: total}
	here := func(offset int, order string) string {
		values := v.query()
		if offset > 0 {
			values.Set(offsetKey, strconv.Itoa(offset))
		}
		if order != "" {
			values.Set(orderKey, order)
		}
		return address(v.path, values)
	}
	if offset > 0 {
		list.Previous = here(max(0, offset-rowsPerPage), order)
	}
	if next := offset + rowsPerPage; next < total && next <= deepest {
		list.Next = here(next, order)
	}
	if len(rows) > 0 {
		list.First, list.Last = offset+1, offset+len(rows)
	}
	var shown []int
	for _, i := range columnOrder(metric.ID, columns) {
		column := columns[i]
		has := slices.ContainsFunc(rows, func(row []any) bool { return row[i] != nil && row[i] != "" })
		if column.Name != "role" && column.Name != "kind" && queries.FindDimension(column.Name) != nil && len(v.history.Choices[column.Name]) == 1 {
			continue // every row would say the same
		}
		if has || slices.Contains(alwaysShown, column.Name) {
			shown = append(shown, i)
			list.Head = append(list.Head, sorting(v.Words, column, order, func(order string) string { return here(0, order) }))
		}
	}
	for _, row := range rows {
		cells := make([]cell, 0, len(shown))
		for _, i := range shown {
			words := v.Cell(columns[i], row[i])
			switch columns[i].Name {
			case "role", "kind", "reason", "filled_by", "outcome", "status", "library":
				if words != "" {
					words = v.Value(columns[i].Name, words)
				}
			}
			cells = append(cells, cell{Text: shorten(words, longestCell), Number: isNumber(columns[i]), Header: columns[i].Name == "source_id", Title: codeBehind(v.Words, columns[i].Name, v.Cell(columns[i], row[i]))})
		}
		list.Rows = append(list.Rows, cells)
	}
	for _, l := range downloads(metric.ID, filter) {
		list.Downloads = append(list.Downloads, link{l.Text, withRows(l.URL)})
	}
	return list, nil
}

func withRows(download string) string {
	path, query, _ := strings.Cut(download, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return download
	}
	values.Set("rows", "1")
	return address(path, values)
}

// leading are the columns that a metric's list is read for; the others follow in their own order.
var leading = map[string][]string{
	"overdue":    {"source_id", "role", "partner", "due_day", "days_late", "title"},
	"turnaround": {"source_id", "role", "kind", "turnaround_days"},
}

func columnOrder(metric string, columns []queries.Column) []int {
	order := make([]int, 0, len(columns))
	for _, name := range leading[metric] {
		order = append(order, slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == name }))
	}
	for i := range columns {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return slices.DeleteFunc(order, func(i int) bool { return i < 0 })
}

// sorting makes a heading that sorts: first ascending, then descending.
func sorting(w *locale.Words, column queries.Column, order string, to func(string) string) sortHead {
	h := sortHead{Text: w.Of(column.Label), Number: isNumber(column), Sort: "none"}
	switch column.Name {
	case "source_id", "title", "container":
		return h // queries.Rows sorts by what the facts hold
	}
	h.URL = to(column.Name)
	switch order {
	case column.Name:
		h.Sort, h.URL = "ascending", to("-"+column.Name)
	case "-" + column.Name:
		h.Sort = "descending"
	}
	return h
}

func wholeNumber(word string) (int, error) {
	if word == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > deepest {
		return 0, refuse(queries.Invalid, "problem.offset", deepest)
	}
	return n, nil
}

// pageOf gives the page that shows a metric: one of its own, else that of the catalog.
func pageOf(metric string) string {
	switch metric {
	case "turnaround", "overdue", "demand":
		return "/" + metric
	case "fill_rate":
		return "/fill-rate"
	}
	return catalogPath + "/" + metric
}
