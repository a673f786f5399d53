package queries_test

import (
	"context"
	"math"
	"strings"
	"testing"

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
	files := store.Open(t.TempDir())
	defer files.Close()
	ctx := context.Background()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		for _, statement := range []string{"insert into library values ('MAIN', 'UTC', true, null)", westSQL} {
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
	defer snapshot.Close()
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
