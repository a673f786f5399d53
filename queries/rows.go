package queries

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
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

// Rows hands over the requests behind a metric's numbers, one slice each in the order of RowColumns, and stops at the
// first error of yield. It holds no more than DuckDB needs to sort them. With basis=period a request that was created
// and ended within the span comes once.
func Rows(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter, page Page, yield func(row []any) error) ([]Column, error) {
	q, err := ask(ctx, snapshot, metric, filter)
	if err != nil {
		return nil, err
	}
	text, err := q.rowsSQL(page)
	if err != nil {
		return nil, err
	}
	zones, err := libraryZones(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	library := slices.IndexFunc(RowColumns, func(c Column) bool { return c.Name == "library" })
	err = q.query(ctx, snapshot, text, RowColumns, func(row []any) error {
		toZone(row, zones[fmt.Sprint(row[library])])
		return yield(row)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", metric.ID, err)
	}
	return RowColumns, nil
}

// rowsSQL composes the statement of a drill-down.
func (q *question) rowsSQL(page Page) (string, error) {
	order, err := rowOrder(cmp.Or(page.OrderBy, q.metric.RowsOrder, "created_at"))
	if err != nil {
		return "", err
	}
	if page.Offset < 0 || page.Limit < 0 {
		return "", invalid("a page starts at row 0 or later and holds 0 rows (all) or more")
	}
	counted := q.countedSQL()
	if q.metric.Dated == ByBasis && q.filter.IsPeriod() {
		counted = periodRowsSQL
	}
	text := "with " + q.ctes(counted, nil) + ",\nhits as not materialized (\n" + q.metric.Rows
	if page.Limit > 0 || page.Offset > 0 { // only then does the history's wide table see few rows
		text += "\norder by " + order + limitSQL(page)
	}
	return text + ")\n" + rowsSQL + "order by " + strings.ReplaceAll(order, "request_id", "request.request_id"), nil
}

func limitSQL(page Page) string {
	text := ""
	if page.Limit > 0 {
		text = "\nlimit " + strconv.Itoa(page.Limit)
	}
	return text + "\noffset " + strconv.Itoa(page.Offset)
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
		name = "turnaround_us"
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
