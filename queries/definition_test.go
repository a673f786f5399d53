package queries_test

import (
	"context"
	"database/sql"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	fillrate "github.com/fillrate/fillrate/queries/fill_rate"
	"github.com/fillrate/fillrate/queries/store"
)

// West University is the requester of the sample in reshare-analytics' README: 3,448 requests, 2,246 received, 27 filled
// locally, 1,018 unfilled, 20 cancelled; 137 are then still under way. Four ways of counting give four fill rates. Here
// it asks for a loan and a copy in turn, and all loans received are back.
const westSQL = `insert into request by name select
	i as request_id, 'MAIN' as library, 'reshare' as source, i::varchar as source_id, 'borrowing' as role,
	case when i % 2 = 0 then 'loan' else 'copy' end as kind,
	case
		when i < 2246 then case when i % 2 = 0 then 'finished' else 'delivered' end
		when i < 2246 + 27 then 'delivered'
		when i < 2246 + 27 + 1018 then 'unfilled'
		when i < 2246 + 27 + 1018 + 20 then 'cancelled_patron'
		else 'sent'
	end as status,
	case when i >= 2246 and i < 2246 + 27 then 'local' end as filled_by,
	timestamp '2021-09-01' + to_hours(i) as created_at,
	case when i < 2246 then timestamp '2021-09-05' + to_hours(i) end as received_at,
	case when i < 2246 + 27 then timestamp '2021-09-06' + to_hours(i) end as available_at,
	case when i < 2246 and i % 2 = 0 then timestamp '2021-10-06' + to_hours(i) end as returned_at,
	case when i >= 2246 + 27 and i < 2246 + 27 + 1018 + 20 then timestamp '2021-09-20' + to_hours(i) end as closed_at,
	timestamp '2022-06-01' as last_change_at,
	0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
from range(3448) r(i)`

func TestWestUniversity(t *testing.T) {
	ctx, snapshot := context.Background(), made(t, "insert into library values ('MAIN', 'UTC', true, null)", westSQL)
	for _, c := range []struct {
		definition string
		want       map[string]float64
	}{
		{"", map[string]float64{"n_requests": 3448, "n_open": 137, "fill_rate": 2273. / 3291}},
		{"metridoc", map[string]float64{"metridoc_n_filled": 2246, "metridoc_n": 3284, "metridoc_fill_rate": 2246. / 3284, "fill_rate": 2273. / 3291}},
		{"metridoc_illiad", map[string]float64{"metridoc_illiad_n_filled": 2273, "metridoc_illiad_n": 3448, "metridoc_illiad_fill_rate": 2273. / 3448}},
		{"reshare", map[string]float64{"reshare_n_filled": 2273, "reshare_n_requests": 3448, "reshare_filled_ratio": 2273. / 3448}},
	} {
		result, err := queries.Run(ctx, snapshot, fillrate.Metric, queries.Filter{Definition: c.definition})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Rows) != 1 {
			t.Fatalf("%d rows", len(result.Rows))
		}
		found := map[string]float64{}
		for i, column := range result.Columns {
			switch v := result.Rows[0][i].(type) {
			case int64:
				found[column.Name] = float64(v)
			case float64:
				found[column.Name] = v
			}
		}
		for name, want := range c.want {
			if got, ok := found[name]; !ok || math.Abs(got-want) > 1e-12 {
				t.Errorf("definition=%s: %s is %v, want %v", c.definition, name, got, want)
			}
		}
	}
	// The figures as they are known: 0.691, 0.684 and 0.659.
	for share, text := range map[float64]float64{2273. / 3291: 0.691, 2246. / 3284: 0.684, 2273. / 3448: 0.659} {
		if math.Round(1000*share)/1000 != text {
			t.Errorf("%v is not %v", share, text)
		}
	}
}

// A definition says what it is, and each of its columns bears its name, so that none can be taken for ours.
func TestDefinitionsAreWhole(t *testing.T) {
	names := fillrate.Metric.DefinitionNames()
	if len(names) != 3 {
		t.Errorf("the fill rate has the definitions %v", names)
	}
	for _, d := range fillrate.Metric.Definitions {
		if d.Label == "" || !strings.Contains(d.Doc, "Documented by") {
			t.Errorf("%s lacks a label, or the place where it is documented", d.Name)
		}
		if !strings.Contains(fillrate.Metric.Doc, "`definition="+d.Name+"`") {
			t.Errorf("doc.md does not speak of definition=%s", d.Name)
		}
		for _, column := range d.Columns {
			if !strings.HasPrefix(column.Name, d.Name+"_") || column.Label == "" || column.Doc == "" {
				t.Errorf("%s.%s has another prefix, no label or no doc", d.Name, column.Name)
			}
		}
	}
}

// manySQL makes 4,000 requests of every role, kind and status over two months around a change of clocks.
const manySQL = `insert into request by name select
	i as request_id, 'MAIN' as library, 'generic' as source, i::varchar as source_id,
	['borrowing', 'lending', 'docdel'][1 + (hash(i, 1) % 3)::bigint] as role,
	['loan', 'copy', 'unknown'][1 + (hash(i, 2) % 3)::bigint] as kind,
	['new', 'sent', 'conditional', 'found', 'shipped', 'received', 'delivered', 'checked_out', 'returned', 'finished', 'unfilled', 'expired', 'cancelled_patron'][1 + (hash(i, 3) % 13)::bigint] as status,
	['local', 'open_access', null, null, null][1 + (hash(i, 4) % 5)::bigint] as filled_by,
	timestamp '2024-02-15' + to_minutes((hash(i, 5) % 86400)::integer) as created_at,
	case when hash(i, 6) % 3 > 0 then created_at + to_minutes((hash(i, 7) % 20000)::integer) end as shipped_at,
	case when hash(i, 8) % 3 > 0 then created_at + to_minutes((hash(i, 9) % 30000)::integer) end as received_at,
	case when hash(i, 10) % 3 > 0 then created_at + to_minutes((hash(i, 11) % 30000)::integer) end as available_at,
	case when hash(i, 12) % 3 > 0 then created_at + to_minutes((hash(i, 13) % 60000)::integer) end as returned_at,
	created_at + interval 60 day as last_change_at,
	0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
from range(4000) r(i)`

// seen is a request as the definitions see it.
type seen struct {
	role, kind, status, outcome, filledBy string
	isBack                                bool
	created, ended, arrived               string // local days; empty for none
}

// The definitions, told once more in plain words of Go, give what the SQL gives.
func TestDefinitionsByHand(t *testing.T) {
	ctx, snapshot := context.Background(), made(t, "insert into library values ('MAIN', 'America/New_York', true, null)", manySQL)
	all := requestsSeen(t, snapshot)

	const from, to = "2024-03-01", "2024-04-01"
	in := func(day string) bool { return day != "" && day >= from && day < to }
	want := map[string]map[string][2]int64{"metridoc": {}, "metridoc_illiad": {}, "reshare": {}} // filled and base, by role
	add := func(definition, role string, filled, base bool) {
		n := want[definition][role]
		if filled {
			n[0]++
		}
		if base {
			n[1]++
		}
		want[definition][role] = n
	}
	for _, r := range all {
		isOver := r.outcome == "filled" && (r.role == "lending" || r.filledBy == "lender") && (r.kind != "loan" || r.isBack)
		hasFailed := r.outcome == "unfilled" || r.outcome == "cancelled"
		if in(r.created) {
			add("metridoc", r.role, isOver && r.role != "docdel", (isOver || hasFailed) && r.role != "docdel")
			add("metridoc_illiad", r.role, r.outcome == "filled" || r.role == "lending" && r.status == "conditional", true)
		}
		if r.role == "docdel" {
			continue
		}
		isFilled := r.role == "lending" && (r.outcome == "filled" || r.status == "found") && in(r.ended) ||
			r.role == "borrowing" && r.filledBy == "local" && in(r.ended) ||
			r.role == "borrowing" && r.filledBy != "local" && in(r.arrived)
		add("reshare", r.role, isFilled, in(r.created))
	}
	for definition, roles := range want {
		for _, basis := range []string{"", queries.Period} {
			f := queries.Filter{From: day(from), To: day(to), By: []string{"role"}, Definition: definition, Basis: basis}
			result, err := queries.Run(ctx, snapshot, fillrate.Metric, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Rows) != 3 {
				t.Errorf("%s: %d roles", definition, len(result.Rows))
			}
			for _, row := range result.Rows {
				n := len(row)
				role := row[0].(string)
				filled, _ := row[n-3].(int64)
				base, _ := row[n-2].(int64)
				if got := [2]int64{filled, base}; got != roles[role] {
					t.Errorf("%s of %s (basis %q): %v, want %v", definition, role, basis, got, roles[role])
				}
				if share, ok := row[n-1].(float64); ok != (base > 0) || ok && math.Abs(share-float64(filled)/float64(base)) > 1e-12 {
					t.Errorf("%s of %s: %v of %v is %v", definition, role, filled, base, row[n-1])
				}
			}
		}
	}
	if n := want["reshare"]["borrowing"]; n[0] == 0 || n[1] == 0 || want["metridoc"]["borrowing"][0] == 0 {
		t.Errorf("the history is too thin: %v", want)
	}
}

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func requestsSeen(t *testing.T, snapshot *store.Snapshot) []seen {
	t.Helper()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	local := func(at sql.NullTime) string {
		if !at.Valid {
			return ""
		}
		return at.Time.UTC().In(newYork).Format(time.DateOnly)
	}
	rows, err := snapshot.DB().QueryContext(context.Background(), `select role, kind, status, outcome, coalesce(filled_by, ''),
		is_back or returned_at is not null, created_at, outcome_at, received_at, available_at from fact_request`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []seen
	for rows.Next() {
		var r seen
		var created, ended, received, available sql.NullTime
		if err := rows.Scan(&r.role, &r.kind, &r.status, &r.outcome, &r.filledBy, &r.isBack, &created, &ended, &received, &available); err != nil {
			t.Fatal(err)
		}
		if !received.Valid && r.kind != "loan" {
			received = available
		}
		r.created, r.ended, r.arrived = local(created), local(ended), local(received)
		all = append(all, r)
	}
	if err := rows.Err(); err != nil || len(all) != 4000 {
		t.Fatal(len(all), err)
	}
	return all
}

// made is a generation of what the statements insert.
func made(t *testing.T, statements ...string) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	_, err := files.Load(context.Background(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
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
	snapshot, err := files.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}
