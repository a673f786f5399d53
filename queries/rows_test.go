package queries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// everything is a metric whose numbers every request is behind.
var everything = &Metric{ID: "everything", Rows: "select *, null::integer as days_late from scope", Dated: ByBasis}

// hundred loads 100 requests of two libraries, one every seven hours from New Year's Day 2024, the last five undated.
func hundred(t *testing.T) *store.Snapshot {
	t.Helper()
	return loaded(t,
		`insert into library values ('MAIN', 'America/New_York', true, null), ('EAST', 'Asia/Kathmandu', true, null)`,
		`insert into request by name select
				(i * 7919 % 1000)::bigint as request_id, case when i % 3 = 0 then 'EAST' else 'MAIN' end as library, 'generic' as source,
				lpad(i::varchar, 3, '0') as source_id, 'borrowing' as role, 'copy' as kind, 'delivered' as status, 1000 + i as patron_key,
				case when i < 95 then timestamp '2024-01-01' + to_hours(7 * i) end as created_at,
				timestamp '2024-01-01' + to_hours(7 * i + 100 - i) as available_at,
				'=Title ' || i as title, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from range(100) r(i)`,
	)
}

func rowIDs(t *testing.T, snapshot *store.Snapshot, f Filter, page Page) []string {
	t.Helper()
	var ids []string
	_, err := Rows(context.Background(), snapshot, everything, f, page, func(row []any) error {
		ids = append(ids, row[0].(string))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// Held whole or in stretches of time, any page is the same part of the same list.
func TestRowsInWindows(t *testing.T) {
	snapshot := hundred(t)
	whole := rowIDs(t, snapshot, Filter{}, Page{})
	if len(whole) != 100 || !slices.IsSorted(whole[:95]) {
		t.Fatalf("100 requests in order of creation come as %v", whole)
	}
	for _, held := range []int{1, 3, 10, 99, 1000} {
		defer func(n int) { windowRows = n }(windowRows)
		windowRows = held
		for _, page := range []Page{{}, {Offset: 1}, {Offset: 50}, {Offset: 94}, {Offset: 97}, {Offset: 100}, {Limit: 1}, {Limit: 2, Offset: 3},
			{Limit: 40, Offset: 20}, {Limit: 7, Offset: 90}, {Limit: 1000}} {
			end := len(whole)
			if page.Limit > 0 {
				end = min(end, page.Offset+page.Limit)
			}
			if got := rowIDs(t, snapshot, Filter{}, page); !slices.Equal(got, whole[page.Offset:end]) {
				t.Errorf("%+v, %d at a time: %v, want %v", page, held, got, whole[page.Offset:end])
			}
		}
	}
}

// The count is that of the list, whatever the question.
func TestCountRows(t *testing.T) {
	snapshot := hundred(t)
	january := Filter{From: time.Date(2024, 1, 10, 0, 0, 0, 0, time.UTC), To: time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC)}
	period := january
	period.Basis = Period
	seen := map[int]bool{}
	for _, f := range []Filter{{}, january, period, {Library: []string{"EAST"}}, {Library: []string{"EAST", "MAIN"}, Role: []string{"borrowing"}}, {Role: []string{"lending"}},
		{AsOf: time.Date(2024, 1, 15, 0, 0, 0, 0, time.UTC)}} {
		want := len(rowIDs(t, snapshot, f, Page{}))
		seen[want] = true
		if got, err := CountRows(context.Background(), snapshot, everything, f); err != nil || got != want {
			t.Errorf("%s: %d, %v; the list has %d", f.Encode(), got, err, want)
		}
	}
	if len(seen) < 5 {
		t.Errorf("the questions have %v requests: too few numbers to tell anything", seen)
	}
}

func TestRowsOrder(t *testing.T) {
	snapshot := hundred(t)
	slowest := rowIDs(t, snapshot, Filter{}, Page{OrderBy: "-turnaround_days", Limit: 3})
	if !slices.Equal(slowest, []string{"000", "001", "002"}) { // they take 100, 99 and 98 hours
		t.Errorf("the slowest three are %v", slowest)
	}
	for _, by := range []string{"patron_key", "title", "source_id", "created_at; drop table library", "-", "request_id"} {
		_, err := Rows(context.Background(), snapshot, everything, Filter{}, Page{OrderBy: by}, func([]any) error { return nil })
		if ErrorCode(err) != Invalid || !strings.Contains(err.Error(), "library, source, role") {
			t.Errorf("the order %q gives %v, want an error that lists what can be sorted by", by, err)
		}
	}
	if _, err := Rows(context.Background(), snapshot, everything, Filter{}, Page{Offset: -1}, func([]any) error { return nil }); ErrorCode(err) != Invalid {
		t.Errorf("a negative offset gives %v", err)
	}
}

func TestRowsHoldNoReader(t *testing.T) {
	snapshot := hundred(t)
	columns, err := Rows(context.Background(), snapshot, everything, Filter{}, Page{Limit: 5}, func(row []any) error {
		for i, value := range row {
			if n, ok := value.(int64); ok && n >= 1000 {
				t.Errorf("%s holds a reader's key", RowColumns[i].Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range columns {
		if strings.Contains(column.Name, "patron_key") {
			t.Errorf("a column is called %s", column.Name)
		}
	}
}

func TestRowsTellLocalTimeAndStop(t *testing.T) {
	snapshot := hundred(t)
	stop := errors.New("enough")
	var told []string
	_, err := Rows(context.Background(), snapshot, everything, Filter{}, Page{}, func(row []any) error {
		told = append(told, fmt.Sprint(row[1], " ", row[13].(time.Time).Format(time.RFC3339)))
		if len(told) == 2 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Errorf("a failing yield gives %v", err)
	}
	want := []string{"EAST 2024-01-01T05:45:00+05:45", "MAIN 2024-01-01T02:00:00-05:00"}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestChoices(t *testing.T) {
	choices, err := Choices(context.Background(), hundred(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(choices["library"], choices["partner"], choices["kind"]); got != "[{MAIN 66} {EAST 34}] [{unknown 100}] [{copy 100}]" {
		t.Errorf("the choices are %s", got)
	}
	for _, d := range Dimensions {
		if _, ok := choices[d.Name]; ok != d.Filter {
			t.Errorf("%s: offered %v, filters %v", d.Name, ok, d.Filter)
		}
	}
}
