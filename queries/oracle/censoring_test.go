package oracle

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// simulated is a request whose whole life is known beforehand.
type simulated struct {
	created, ended time.Time
	fate           string
}

var simulationEnd = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// simulate invents a year of 2,000 requests a month: 80 % are filled (lognormal, median 6 days), 12 % fail (median 14
// days) and 8 % are cancelled (median 3 days).
func simulate(seed uint64) []simulated {
	d := newDice(seed)
	var lives []simulated
	for month := range 12 {
		start := simulationEnd.AddDate(0, month-12, 0)
		length := start.AddDate(0, 1, 0).Sub(start)
		for range 2000 {
			fate, days := "filled", 6.0
			switch p := d.Float64(); {
			case p >= 0.92:
				fate, days = "cancelled", 3
			case p >= 0.80:
				fate, days = "unfilled", 14
			}
			created := start.Add(time.Duration(d.Int64N(int64(length)))).Truncate(time.Microsecond)
			took := time.Duration(days * math.Exp(0.8*d.NormFloat64()) * float64(day)).Truncate(time.Microsecond)
			lives = append(lives, simulated{created, created.Add(took), fate})
		}
	}
	return lives
}

// What became of the newest month is not known yet, and its rate must not depend on that.
func TestRateOfTheNewestMonthSeesThroughCensoring(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4, 5}
	if testing.Short() {
		seeds = seeds[:2]
	}
	lives := map[string][]simulated{}
	for _, seed := range seeds {
		lives[fmt.Sprintf("SEED%d", seed)] = simulate(seed)
	}
	snapshot := loadSimulated(t, lives)
	metric, err := catalog.Find("fill_rate")
	if err != nil {
		t.Fatal(err)
	}
	result, err := queries.Run(context.Background(), snapshot, metric, queries.Filter{By: []string{"library", "month"}, AsOf: simulationEnd})
	if err != nil {
		t.Fatal(err)
	}
	newest := 0
	for _, row := range result.Rows {
		get := func(name string) any { return row[column(result, name)] }
		month := get("month").(time.Time)
		if !month.Equal(simulationEnd.AddDate(0, -1, 0)) {
			continue
		}
		newest++
		var n, filled, within, unfilled, filledSoFar, withinSoFar, unfilledSoFar float64
		for _, l := range lives[get("library").(string)] {
			if l.created.Before(month) {
				continue
			}
			n++
			isOver := !l.ended.After(simulationEnd)
			isWithin := l.ended.Sub(l.created) <= 14*day
			add := func(to *float64, is bool) {
				if is {
					*to++
				}
			}
			add(&filled, l.fate == "filled")
			add(&unfilled, l.fate == "unfilled")
			add(&within, l.fate == "filled" && isWithin)
			add(&filledSoFar, l.fate == "filled" && isOver)
			add(&unfilledSoFar, l.fate == "unfilled" && isOver)
			add(&withinSoFar, l.fate == "filled" && isWithin && isOver)
		}
		estimate := get("filled_within_14d").(float64)
		t.Logf("%s: %.1f %% open; filled within 14 days %.3f, in truth %.3f, counted so far %.3f; filled of all %.3f, in the end %.3f; filled of filled and unfilled %.3f, in the end %.3f",
			get("library"), 100*get("share_open").(float64), estimate, within/n, withinSoFar/n, filledSoFar/n, filled/n,
			filledSoFar/(filledSoFar+unfilledSoFar), filled/(filled+unfilled))
		if off := math.Abs(estimate - within/n); off > 0.02 {
			t.Errorf("filled_within_14d is %.4f off", off)
		}
		// The naive rates: each is what people take for the share of requests that are filled in the end.
		if got := get("gross_fill_rate").(float64); got != filledSoFar/n || filled/n-got < 0.1 {
			t.Errorf("filled of all is %.4f, %.4f by hand, and %.4f in the end", got, filledSoFar/n, filled/n)
		}
		if got := get("fill_rate").(float64); got != filledSoFar/(filledSoFar+unfilledSoFar) || got-filled/n < 0.1 {
			t.Errorf("filled of filled and unfilled is %.4f, %.4f by hand, and %.4f of all are filled in the end", got, filledSoFar/(filledSoFar+unfilledSoFar), filled/n)
		}
		if within/n-withinSoFar/n < 0.1 {
			t.Errorf("the count so far, %.4f, is near the truth, %.4f: the simulation proves nothing", withinSoFar/n, within/n)
		}
		if get("provisional") != true {
			t.Error("the newest month is not marked as provisional")
		}
	}
	if newest != len(seeds) {
		t.Errorf("%d newest months of %d simulations", newest, len(seeds))
	}
}

// loadSimulated loads each simulation as a library, as seen at its end: what is dated later has not happened.
func loadSimulated(t *testing.T, lives map[string][]simulated) *store.Snapshot {
	t.Helper()
	statements := []string{}
	id := 0
	for name, list := range lives {
		statements = append(statements, "insert into library values ('"+name+"', 'UTC', true, null)")
		var rows []string
		for _, l := range list {
			id++
			rows = append(rows, fmt.Sprintf("(%d, %d, %d, '%s')", id, l.created.UnixMicro(), l.ended.UnixMicro(), l.fate))
		}
		statements = append(statements, `insert into request by name
			select id as request_id, '`+name+`' as library, 'generic' as source, id::varchar as source_id, 'borrowing' as role, 'copy' as kind,
				make_timestamp(created) as created_at,
				case when is_over and fate = 'filled' then make_timestamp(ended) end as available_at,
				case when is_over and fate <> 'filled' then make_timestamp(ended) end as closed_at,
				case when not is_over then 'sent' when fate = 'filled' then 'delivered' when fate = 'unfilled' then 'unfilled' else 'cancelled_patron' end as status,
				0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from (select *, ended <= `+fmt.Sprint(simulationEnd.UnixMicro())+` as is_over from (values `+strings.Join(rows, ", ")+`) as r (id, created, ended, fate))`)
	}
	return loadStatements(t, statements)
}
