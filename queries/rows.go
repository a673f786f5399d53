package queries

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed scope/rows.sql
	rowsSQL string
	//go:embed scope/period_rows.sql
	periodRowsSQL string
)

// Page is a stretch of the requests behind a number.
type Page struct {
	Offset  int
	Limit   int    // 0: all
	OrderBy string // a column of RowColumns, with a minus before it for the reverse; empty: the metric's own order, else created_at
}

// RowColumns describes a row of Rows. Timestamps are in the zone of the row's library.
var RowColumns = []Column{
	{Name: "source_id", Type: Text, Label: "Request"},
	{Name: "library", Type: Text, Label: "Library"},
	{Name: "source", Type: Text, Label: "Source"},
	{Name: "role", Type: Text, Label: "Role"},
	{Name: "kind", Type: Text, Label: "Kind"},
	{Name: "network", Type: Text, Label: "Network"},
	{Name: "partner", Type: Text, Label: "Partner"},
	{Name: "department", Type: Text, Label: "Department"},
	{Name: "patron_group", Type: Text, Label: "Patron group"},
	{Name: "status", Type: Text, Label: "Status"},
	{Name: "outcome", Type: Text, Label: "Outcome"},
	{Name: "reason", Type: Text, Label: "Reason"},
	{Name: "filled_by", Type: Text, Label: "Filled by"},
	{Name: "created_at", Type: Timestamp, Label: "Created"},
	{Name: "sent_at", Type: Timestamp, Label: "Sent"},
	{Name: "shipped_at", Type: Timestamp, Label: "Shipped"},
	{Name: "received_at", Type: Timestamp, Label: "Received"},
	{Name: "available_at", Type: Timestamp, Label: "Available"},
	{Name: "outcome_at", Type: Timestamp, Label: "Ended"},
	{Name: "due_day", Type: Date, Label: "Due"},
	{Name: "returned_at", Type: Timestamp, Label: "Returned"},
	{Name: "turnaround_days", Type: Double, Unit: Days, Label: "Turnaround"},
	{Name: "days_late", Type: Integer, Unit: Days, Label: "Days late"},
	{Name: "title", Type: Text, Label: "Title"},
	{Name: "container", Type: Text, Label: "In"},
}

// windowRows is about how many rows of a drill-down are held at a time: DuckDB's driver gives results whole.
var windowRows = 100_000 // a variable for its test

// Rows hands over the requests behind a metric's numbers, one slice each in the order of RowColumns, and stops at the
// first error of yield. In the order of creation it holds one stretch of time after another, so that any number can
// pass; in another order all of them are held while they are sorted. With basis=period a request that was created and
// ended within the span comes once.
func Rows(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter, page Page, yield func(row []any) error) ([]Column, error) {
	q, err := ask(ctx, snapshot, metric, filter)
	if err != nil {
		return nil, err
	}
	by := cmp.Or(page.OrderBy, metric.RowsOrder, "created_at")
	order, err := rowOrder(by)
	if err != nil {
		return nil, err
	}
	if page.Offset < 0 || page.Limit < 0 {
		return nil, invalid("a page starts at row 0 or later and holds 0 rows (all) or more")
	}
	if err := q.checkRows(ctx, snapshot); err != nil {
		return nil, err
	}
	zones, err := libraryZones(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	windows := []window{{offset: page.Offset, limit: page.Limit}}
	if by == "created_at" && (page.Limit == 0 || page.Limit > windowRows) {
		if windows, err = q.windows(ctx, snapshot, page); err != nil {
			return nil, fmt.Errorf("%s: %w", metric.ID, err)
		}
	}
	library := slices.IndexFunc(RowColumns, func(c Column) bool { return c.Name == "library" })
	left := cmp.Or(page.Limit, math.MaxInt)
	for _, q.window = range windows {
		err = q.query(ctx, snapshot, q.rowsSQL(order), RowColumns, func(row []any) error {
			if left == 0 {
				return errEnough
			}
			left--
			toZone(row, zones[fmt.Sprint(row[library])])
			return yield(row)
		})
		if errors.Is(err, errEnough) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", metric.ID, err)
		}
	}
	return RowColumns, nil
}

// CountRows gives how many requests Rows hands over for the same metric and filter when no page is asked for.
func CountRows(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (int, error) {
	q, err := ask(ctx, snapshot, metric, filter)
	if err != nil {
		return 0, err
	}
	if err := q.checkRows(ctx, snapshot); err != nil {
		return 0, err
	}
	var n int64
	err = q.query(ctx, snapshot, "with "+q.hitsSQL()+"\nselect count(*) as n from hits", []Column{{Name: "n", Type: Integer}}, func(row []any) error {
		n = row[0].(int64)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", metric.ID, err)
	}
	return int(n), nil
}

// errEnough ends a drill-down whose page is full.
var errEnough = errors.New("the page is full")

// window is a part of a drill-down: the requests created in [from, to), or those created nobody knows when, or all.
type window struct {
	from, to  time.Time
	isUndated bool
	offset    int
	limit     int // 0: all
}

// condition leaves the window's requests of a table that has created_at.
func (w window) condition(table string) string {
	switch {
	case w.isUndated:
		return table + ".created_at is null"
	case w.from.IsZero():
		return "true"
	}
	return table + ".created_at >= $window_from::timestamp and " + table + ".created_at < $window_to::timestamp"
}

// windows parts the requests into stretches of whole days of about windowRows, leaving out those before the page.
func (q *question) windows(ctx context.Context, snapshot *store.Snapshot, page Page) ([]window, error) {
	text := "with " + q.hitsSQL() + "\nselect created_at::date as day, count(*) as n from hits group by all order by day nulls last"
	var windows []window
	skip, held, wanted := page.Offset, 0, cmp.Or(page.Limit, math.MaxInt)
	err := q.query(ctx, snapshot, text, []Column{{Name: "day", Type: Date}, {Name: "n", Type: Integer}}, func(row []any) error {
		day, isDated := row[0].(time.Time)
		n := int(row[1].(int64))
		switch last := len(windows) - 1; {
		case skip >= n: // the page starts on a later day
			skip -= n
			return nil
		case wanted <= 0: // it ended on an earlier one
			return nil
		case last >= 0 && isDated && held+n <= windowRows:
			windows[last].to = day.AddDate(0, 0, 1)
			held += n
		default:
			windows = append(windows, window{from: day, to: day.AddDate(0, 0, 1), isUndated: !isDated, offset: skip})
			held = n
		}
		wanted -= n - skip
		skip = 0
		return nil
	})
	return windows, err
}

// waitedSQL is a request's turnaround by the clock asked for; whether it is negative the calendar says.
const waitedSQL = "case when $is_business and turnaround_us >= 0 then business_us else turnaround_us end"

// hitsSQL composes the common tables up to hits, the requests that the metric speaks of.
func (q *question) hitsSQL() string {
	counted := q.countedSQL()
	if q.metric.Dated == ByBasis && q.filter.IsPeriod() {
		counted = periodRowsSQL
	}
	return q.ctes(counted, nil) + ",\nhits as not materialized (\nselect *, " + waitedSQL + " as waited_us from (\n" + q.metric.Rows + "\n)\nwhere " + conjunction(q.narrowingSQL()) + "\n)"
}

// narrowingSQL gives the conditions that Narrowings set.
func (q *question) narrowingSQL() []string {
	var conditions []string
	for _, d := range Narrowings {
		var names []string
		for i := range *q.filter.list(d.Name) {
			names = append(names, fmt.Sprintf("$%s_%d", d.Name, i))
		}
		if len(names) > 0 {
			conditions = append(conditions, "("+d.sql+") in ("+strings.Join(names, ", ")+") and (is_outcome or outcome = 'open')")
		}
	}
	return conditions
}

// rowsSQL composes the statement of a drill-down. Where a page is small it is cut before the history's wide table is read.
func (q *question) rowsSQL(order string) string {
	w := q.window
	return "with " + smallGroupsSQL + ",\n" + q.hitsSQL() + ",\npage as not materialized (\nselect * from hits where " + w.condition("hits") +
		w.limitSQL(order) + "\n)\n" + rowsSQL + "where " + w.condition("request") +
		"\norder by " + strings.ReplaceAll(order, "request_id", "request.request_id")
}

func (w window) limitSQL(order string) string {
	if w.limit == 0 && w.offset == 0 {
		return ""
	}
	for _, name := range ofReaders { // by what is shown of them
		order = strings.ReplaceAll(order, quote(name), "case when coalesce("+name+", 'unknown') in (select value from small_groups where dimension = '"+name+"') then '"+Suppressed+"' else "+name+" end")
	}
	text := "\norder by " + order
	if w.limit > 0 {
		text += "\nlimit " + strconv.Itoa(w.limit)
	}
	return text + "\noffset " + strconv.Itoa(w.offset)
}

// rowOrder turns the name of a column into the keys to sort by; request_id makes every order complete.
func rowOrder(by string) (string, error) {
	name, direction := by, ""
	if reversed, ok := strings.CutPrefix(by, "-"); ok {
		name, direction = reversed, " desc"
	}
	sortable := sortableColumns()
	if !slices.Contains(sortable, name) {
		return "", notAllowed("the order", by, sortable)
	}
	if name == "turnaround_days" {
		name = "waited_us"
	}
	return quote(name) + direction + " nulls last, request_id", nil
}

// sortableColumns are those of the facts: sorting by what only the wide table holds would read all of it.
func sortableColumns() []string {
	var names []string
	for _, column := range RowColumns {
		switch column.Name {
		case "source_id", "title", "container":
		default:
			names = append(names, column.Name)
		}
	}
	return names
}

// libraryZones gives the zone of each library, as people there read their clocks.
func libraryZones(ctx context.Context, snapshot *store.Snapshot) (map[string]*time.Location, error) {
	rows, err := snapshot.DB().QueryContext(ctx, "select library, zone from library")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	zones := map[string]*time.Location{}
	for rows.Next() {
		var library, zone string
		if err := rows.Scan(&library, &zone); err != nil {
			return nil, err
		}
		if zones[library], err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("the zone %s of library %s: %w", zone, library, err)
		}
	}
	return zones, rows.Err()
}

func toZone(row []any, zone *time.Location) {
	if zone == nil {
		return
	}
	for i, column := range RowColumns {
		if at, ok := row[i].(time.Time); ok && column.Type == Timestamp {
			row[i] = at.In(zone)
		}
	}
}
