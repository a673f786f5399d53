package queries

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

func span(from, to string) Filter { return Filter{From: date(from), To: date(to)} }

func TestEarlier(t *testing.T) {
	for _, c := range []struct{ compare, from, to, asOf, wantFrom, wantTo, wantAsOf string }{
		// previous: months where both ends are the first of one, else days
		{"previous", "2024-03-01", "2024-04-01", "2024-03-31T12:00", "2024-02-01", "2024-03-01", "2024-02-29T12:00"},
		{"previous", "2023-07-01", "2024-07-01", "2024-08-15T00:00", "2022-07-01", "2023-07-01", "2023-08-15T00:00"},
		{"previous", "2024-03-01", "2024-03-15", "2024-03-20T06:30", "2024-02-16", "2024-03-01", "2024-03-06T06:30"},
		{"previous", "2024-03-10", "2024-03-11", "2024-03-20T06:30", "2024-03-09", "2024-03-10", "2024-03-19T06:30"},
		// last_year: 12 months, 29 February becomes 28
		{"last_year", "2024-02-01", "2024-03-01", "2024-02-29T23:59", "2023-02-01", "2023-03-01", "2023-02-28T23:59"},
		{"last_year", "2024-02-29", "2024-03-01", "2024-03-01T00:00", "2023-02-28", "2023-03-01", "2023-03-01T00:00"},
		{"last_year", "2025-02-28", "2025-03-01", "2025-03-01T00:00", "2024-02-28", "2024-03-01", "2024-03-01T00:00"},
		// a year to date ends on the same day
		{"last_year", "2024-01-01", "2024-05-14", "2024-05-14T09:00", "2023-01-01", "2023-05-14", "2023-05-14T09:00"},
	} {
		f := span(c.from, c.to)
		f.Compare = c.compare
		const minute = "2006-01-02T15:04"
		asOf, err := time.Parse(minute, c.asOf)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Earlier(asOf)
		if err != nil {
			t.Fatal(err)
		}
		if dateText(got.From) != c.wantFrom || dateText(got.To) != c.wantTo || got.AsOf.Format(minute) != c.wantAsOf || got.Compare != "" {
			t.Errorf("%+v: %s to %s as of %s", c, dateText(got.From), dateText(got.To), got.AsOf)
		}
	}
	if got, err := (Filter{From: date("2024-01-01"), To: date("2024-02-01"), Compare: ComparePrevious}).Earlier(time.Time{}); err != nil || !got.AsOf.IsZero() {
		t.Errorf("of an empty history: %v, %v", got.AsOf, err)
	}
}

// counts is a metric with a figure of each kind: a count, a share with its base, a number that only numbers, money.
var counts = &Metric{ID: "counts", Dated: ByBasis, Always: []string{"side"},
	SQL: `select by_columns, case when source_id_number % 2 = 0 then 'even' else 'odd' end as side, count(*) as n_requests,
	count(*) filter (where role = 'lending') / count(*) as share_lent, 7::bigint as position, 1.5::double as days, sum(source_id_number)::double as money,
	min(currency) as currency, count(*) filter (where outcome = 'open') as n_open from (select *, extract(day from created_at) as source_id_number from scope) group by all`,
	Columns: []Column{
		{Name: "side", Type: Text, Label: "Side"},
		{Name: "n_requests", Type: Integer, Unit: Requests, Label: "Requests"},
		{Name: "share_lent", Type: Double, Unit: Share, Label: "Share lent", Base: []string{"n_requests"}},
		{Name: "position", Type: Integer, Label: "Position"},
		{Name: "days", Type: Double, Unit: Days, Label: "Days"},
		{Name: "money", Type: Double, Unit: Money, Label: "Money"},
		{Name: "currency", Type: Text, Label: "Currency"},
		{Name: "n_open", Type: Integer, Unit: Requests, Label: "Open", CohortOnly: true},
	},
}

// dated loads a request per line of role, day and currency.
func dated(t *testing.T, lines ...string) *store.Snapshot {
	t.Helper()
	var values []string
	for i, line := range lines {
		part := strings.Fields(line)
		values = append(values, fmt.Sprintf("(%d, 'MAIN', 'generic', '%d', '%s', 'copy', 'sent', timestamp '%s 12:00', '%s', 0, 1, 1, 0)", i, i, part[0], part[1], part[2]))
	}
	return loaded(t,
		"insert into library values ('MAIN', 'UTC', true, null)",
		"insert into request (request_id, library, source, source_id, role, kind, status, created_at, currency, columns, first_batch, last_batch, row_hash) values "+strings.Join(values, ", "))
}

// loaded makes a generation of what the statements insert.
func loaded(t *testing.T, statements ...string) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	ctx := context.Background()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return store.Discard, err
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

// table writes the columns named of a result, a line a row.
func table(t *testing.T, snapshot *store.Snapshot, f Filter, columns ...string) string {
	t.Helper()
	result, err := Run(context.Background(), snapshot, counts, f)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, row := range result.Rows {
		if len(row) != len(result.Columns) {
			t.Fatalf("%d values in a row of %d columns", len(row), len(result.Columns))
		}
		for _, name := range columns {
			found := false
			for i, column := range result.Columns {
				if found = column.Name == name; found {
					switch v := row[i].(type) {
					case time.Time:
						fmt.Fprint(&text, dateText(v), " ")
					case float64:
						fmt.Fprintf(&text, "%.4g ", v)
					case nil:
						fmt.Fprint(&text, "- ")
					default:
						fmt.Fprint(&text, v, " ")
					}
					break
				}
			}
			if !found {
				t.Fatalf("there is no column %s in %v", name, result.Columns)
			}
		}
		text.WriteString("\n")
	}
	return strings.ReplaceAll(text.String(), " \n", "\n")
}

func TestComparedRows(t *testing.T) {
	snapshot := dated(t,
		"borrowing 2024-03-02 USD", "lending 2024-03-04 USD", "docdel 2024-03-05 EUR",
		"borrowing 2024-02-02 USD", "borrowing 2024-02-06 USD", "borrowing 2024-02-29 EUR", "docdel 2024-02-05 USD", "lending 2024-01-30 USD")
	f := Filter{From: date("2024-03-01"), To: date("2024-04-01"), Compare: ComparePrevious, By: []string{"role"}, AsOf: date("2024-05-01")}
	// 0 of 1 beside 0 of 2: Wilson's intervals reach z² / (1 + z²) = 0.7935 and z² / (2 + z²) = 0.6576.
	want := `borrowing even 1 2 -1 0 0 0 -0.6576 0.7935 7 1.5 1.5 0 2 8 -6 USD
borrowing odd 0 1 -1 - 0 - - - - - 1.5 - - 29 - -
docdel odd 1 1 0 0 0 0 -0.7935 0.7935 7 1.5 1.5 0 5 5 - EUR
lending even 1 0 1 1 - - - - 7 1.5 - - 4 - - USD
`
	got := table(t, snapshot, f, "role", "side", "n_requests", "n_requests_before", "n_requests_change", "share_lent", "share_lent_before", "share_lent_change",
		"share_lent_change_lo", "share_lent_change_hi", "position", "days", "days_before", "days_change", "money", "money_before", "money_change", "currency")
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	result, err := Run(context.Background(), snapshot, counts, f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, column := range result.Columns {
		names = append(names, column.Name)
	}
	all := "role side n_requests n_requests_before n_requests_change share_lent share_lent_before share_lent_change share_lent_change_lo share_lent_change_hi " +
		"position days days_before days_change money money_before money_change currency n_open n_open_before n_open_change"
	if strings.Join(names, " ") != all {
		t.Errorf("the columns are %v", names)
	}
}

// The order of rows is the one that SQL has, wherever a row comes from.
func TestComparedOrder(t *testing.T) {
	snapshot := dated(t, "lending 2024-03-04 USD", "borrowing 2024-02-02 USD", "docdel 2024-02-03 USD", "lending 2024-02-03 USD")
	f := Filter{From: date("2024-03-01"), To: date("2024-04-01"), Compare: ComparePrevious, By: []string{"role"}, AsOf: date("2024-05-01")}
	want := "borrowing even 0\ndocdel odd 0\nlending even 1\nlending odd 0\n"
	if got := table(t, snapshot, f, "role", "side", "n_open"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	f.Basis = Period // requests are not open in a period: none is not 0
	want = "borrowing even 0 -\ndocdel odd 0 -\nlending even 1 -\nlending odd 0 -\n"
	if got := table(t, snapshot, f, "role", "side", "n_requests", "n_open"); got != want {
		t.Errorf("by period: got\n%swant\n%s", got, want)
	}
	inOrder := []any{"abc", "zyx", Unknown, Suppressed, nil}
	for i, a := range inOrder {
		for j, b := range inOrder {
			if got := compareKeys(a, b, true); got != cmp.Compare(i, j) {
				t.Errorf("%v beside %v: %d", a, b, got)
			}
		}
	}
}

func TestComparedBuckets(t *testing.T) {
	snapshot := dated(t,
		"borrowing 2024-02-27 USD", "borrowing 2024-02-28 USD", "borrowing 2024-02-29 USD", "borrowing 2024-03-04 USD",
		"borrowing 2023-01-01 USD", "borrowing 2023-01-31 USD", "borrowing 2023-02-01 USD",
		"borrowing 2025-02-24 USD", "borrowing 2025-02-28 USD", "borrowing 2025-03-04 USD", "borrowing 2025-03-04 USD", "borrowing 2025-05-30 USD")
	f := func(compare, from, to string, by ...string) Filter {
		f := span(from, to)
		f.Compare, f.By, f.AsOf = compare, by, date("2026-06-01")
		return f
	}
	for _, c := range []struct {
		filter Filter
		want   string
	}{
		// 29 February has no counterpart in 2025
		{f("last_year", "2025-02-01", "2025-04-01", "day"), "2025-02-24 even 1 0\n2025-02-27 odd 0 1\n2025-02-28 even 1 1\n2025-03-04 even 2 1\n"},
		// the week of Monday 26 February 2024 stands beside that of Monday 24 February 2025
		{f("last_year", "2025-02-01", "2025-04-01", "week"), "2025-02-24 even 2 1\n2025-02-24 odd 0 2\n2025-03-03 even 2 1\n"},
		{f("last_year", "2025-01-01", "2026-01-01", "quarter"), "2025-01-01 even 4 2\n2025-01-01 odd 0 2\n2025-04-01 even 1 0\n"},
		{f("last_year", "2025-01-01", "2026-01-01", "year"), "2025-01-01 even 5 2\n2025-01-01 odd 0 2\n"},
		{f("previous", "2025-03-01", "2025-04-01", "month"), "2025-03-01 even 2 2\n"},
		// 31 days before: 24 February is 27 March, and the 28th the 31st
		{f("previous", "2025-03-04", "2025-03-12", "day"), "2025-03-04 even 2 1\n2025-03-08 even 0 1\n"},
		// 31 days are four weeks: of the 1st of January's week only its Sunday is asked for, and it lands before February
		{f("previous", "2023-02-01", "2023-03-01", "week"), "2023-01-30 odd 1 0\n2023-02-27 odd 0 1\n"},
		// eight days are one week: what falls in the week of 24 February stands beside that of 3 March
		{f("previous", "2025-03-04", "2025-03-12", "week"), "2025-03-03 even 2 2\n"},
	} {
		if got := table(t, snapshot, c.filter, c.filter.By[0], "side", "n_requests", "n_requests_before"); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.filter.Encode(), got, c.want)
		}
	}
}

// A request that stands in both spans makes their shares dependent: then there is no interval, but by buckets, which don't
// share any, there is.
func TestNoIntervalWhereSpansOverlap(t *testing.T) {
	snapshot := dated(t, "lending 2023-05-02 USD", "lending 2024-05-02 USD", "borrowing 2025-05-02 USD")
	f := Filter{From: date("2024-01-01"), To: date("2026-01-01"), Compare: CompareLastYear, AsOf: date("2026-06-01")}
	if got, want := table(t, snapshot, f, "share_lent_change", "share_lent_change_lo"), "-0.5 -\n"; got != want {
		t.Errorf("overlapping: %q, want %q", got, want)
	}
	f.By = []string{"year"}
	if got, want := table(t, snapshot, f, "year", "share_lent_change", "share_lent_change_lo"), "2024-01-01 0 -0.7935\n2025-01-01 -1 -1\n"; got != want {
		t.Errorf("by year: %q, want %q", got, want)
	}
}

func TestIncomparable(t *testing.T) {
	snapshot := dated(t, "lending 2023-05-02 USD")
	list := *counts
	list.NoCompare = true
	year := span("2024-01-01", "2025-01-01")
	for _, c := range []struct {
		metric *Metric
		filter Filter
		want   string
	}{
		{counts, Filter{Compare: ComparePrevious}, "give from and to"},
		{counts, Filter{From: date("2024-01-01"), Compare: CompareLastYear}, "give from and to"},
		{counts, Filter{Preset: PresetAll, Compare: CompareLastYear}, "give from and to"},
		{&list, Filter{From: year.From, To: year.To, Compare: CompareLastYear}, "leave out compare"},
		{counts, Filter{From: date("2024-01-05"), To: date("2024-02-05"), By: []string{"month"}, Compare: ComparePrevious}, "31 days earlier there is no month"},
		{counts, Filter{From: date("2024-01-01"), To: date("2024-02-01"), By: []string{"fiscal_year"}, Compare: ComparePrevious}, "1 month earlier there is no fiscal year"},
		{counts, Filter{From: date("0001-06-01"), To: date("2024-02-01"), Compare: CompareLastYear}, "too early"},
		{counts, Filter{Definition: "metridoc"}, "one definition"},
	} {
		if _, err := Run(context.Background(), snapshot, c.metric, c.filter); ErrorCode(err) != Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error of code invalid that says %q", c.filter.Encode(), err, c.want)
		}
	}
}

// What the spans have in all stays what it is when it is split: no request is lost between them, or counted twice.
func TestComparedPartsAddUp(t *testing.T) {
	var lines []string
	for i := range 150 {
		lines = append(lines, fmt.Sprintf("%s %s USD", []string{"lending", "borrowing", "docdel"}[i%3], dateText(date("2023-06-01").AddDate(0, 0, i*5))))
	}
	snapshot := dated(t, lines...)
	total := func(f Filter, by ...string) [2]int64 {
		f.By = by
		result, err := Run(context.Background(), snapshot, counts, f)
		if err != nil {
			t.Fatal(err)
		}
		var sum [2]int64
		for _, row := range result.Rows {
			sum[0] += row[len(by)+1].(int64)
			sum[1] += row[len(by)+2].(int64)
		}
		return sum
	}
	for _, compare := range []string{ComparePrevious, CompareLastYear} {
		for _, from := range []int{12, 15, 17, 18} {
			f := Filter{From: date("2023-06-01").AddDate(0, from, 0), Compare: compare, AsOf: date("2026-01-01")}
			f.To = f.From.AddDate(0, 3*(1+from%3), 0)
			whole := total(f)
			if whole[0] == 0 || whole[1] == 0 {
				t.Errorf("%s speaks of %v requests", f.Encode(), whole)
			}
			for _, by := range [][]string{{"month"}, {"quarter"}, {"role", "month"}, {"library"}} {
				if parts := total(f, by...); parts != whole {
					t.Errorf("%s by %v: %v and %v in all", f.Encode(), by, parts, whole)
				}
			}
		}
	}
}

// What either span hides, both hide: else the row of those taken together would be another set of departments in each.
func TestComparedSpansHideTheSame(t *testing.T) {
	var values []string
	add := func(month, department string, readers ...int) {
		for _, reader := range readers {
			i := len(values)
			values = append(values, fmt.Sprintf("(%d, 'MAIN', 'generic', '%d', 'borrowing', 'copy', 'sent', timestamp '2024-%s-10 12:00', '%s', %d, 0, 1, 1, 0)", i, i, month, department, reader))
		}
	}
	for reader := range 20 {
		add("02", "Large", 100+reader)
		add("03", "Large", 100+reader)
	}
	add("02", "Small", 1, 2, 3, 4, 5, 6)
	add("03", "Small", 1, 2)
	add("03", "Tiny", 11, 12, 13, 14, 15)
	add("05", "Small", 1, 2)
	add("06", "Small", 1, 2, 3, 4, 5, 6)
	snapshot := loaded(t,
		"insert into library values ('MAIN', 'UTC', true, null)",
		"insert into request (request_id, library, source, source_id, role, kind, status, created_at, department, patron_key, columns, first_batch, last_batch, row_hash) values "+strings.Join(values, ", "))
	volume := &Metric{ID: "volume", Dated: ByBasis, Rows: "select *, null::integer as days_late from scope", SQL: "select by_columns, count(*) as n_requests from scope group by all",
		Columns: []Column{{Name: "n_requests", Type: Integer, Unit: Requests, Label: "Requests"}}}
	rows := func(f Filter) string {
		result, err := Run(context.Background(), snapshot, volume, f)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(result.Rows)
	}
	february, march := span("2024-02-01", "2024-03-01"), span("2024-03-01", "2024-04-01")
	february.By, march.By = []string{"department"}, []string{"department"}
	if got, want := rows(february), "[[Large 20] [Small 6]]"; got != want { // the precondition
		t.Errorf("February alone: %s, want %s", got, want)
	}
	march.Compare = ComparePrevious
	if got, want := rows(march), "[[Large 20 20 0] [suppressed 7 6 1]]"; got != want {
		t.Errorf("March beside February: %s, want %s", got, want)
	}
	// The other way round: what the earlier span must hide, this one hides too.
	april := span("2024-04-01", "2024-05-01")
	april.By, april.Compare, april.AsOf = []string{"department"}, ComparePrevious, date("2024-05-01")
	if got, want := rows(april), "[[Large 0 20 -20] [suppressed 0 7 -7]]"; got != want {
		t.Errorf("April beside March: %s, want %s", got, want)
	}
	june := span("2024-06-01", "2024-07-01")
	june.By, june.Compare, june.AsOf = []string{"department"}, ComparePrevious, date("2024-08-01")
	if got, want := rows(june), "[[suppressed 6 2 4]]"; got != want {
		t.Errorf("June beside May: %s, want %s", got, want)
	}
}
