package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/sample"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// The whole way, from an invented library's exports to the metrics, gives what the inventor knows by other means: its
// own bookkeeping while it made the history up.
func TestTheMetricsTellTheTruthOfASample(t *testing.T) {
	requests := 100_000
	if testing.Short() {
		requests = 10_000 // under the race detector
	}
	dir := t.TempDir()
	truth, err := sample.Write(t.Context(), dir, sample.Config{Requests: requests, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	exports, err := filepath.Glob(filepath.Join(dir, "illiad", "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := store.Open(filepath.Join(dir, "data"))
	defer files.Close()
	// The invented history ends in 2025; nothing in it lies in the future of its own export.
	exportAt, err := time.Parse("2006-01-02T15:04:05", truth.ExportAt)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := ingest.Run(t.Context(), files, ingest.Options{Files: exports, Library: "MAIN", Zone: truth.Zone, Now: exportAt.Add(24 * time.Hour)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range summary.Files {
		for _, table := range file.Tables {
			if table.Rejected != 0 {
				t.Errorf("%s: %d rows of a sound export were rejected: %+v", file.File, table.Rejected, table.Rejects)
			}
		}
	}
	check := truthCheck{t: t, files: files}

	asOf := check.run("volume", queries.Filter{}).AsOf
	if got := asOf.Format("2006-01-02T15:04:05.000Z"); got != truth.AsOf && asOf.Format(time.RFC3339Nano) != truth.AsOf {
		t.Errorf("as of %s, want %s", asOf.Format(time.RFC3339Nano), truth.AsOf)
	}

	months := map[string]sample.Outcomes{}
	for _, month := range truth.Months {
		months[month.Role+" "+month.Kind+" "+month.Month] = month.Outcomes
	}
	check.outcomes("month", queries.Filter{By: []string{"role", "kind", "month"}}, months)

	kinds := map[string]sample.Outcomes{}
	roles := map[string]sample.Outcomes{}
	for _, total := range truth.Totals {
		switch {
		case total.Kind != "":
			kinds[total.Role+" "+total.Kind] = total.Outcomes
		case total.Role != "":
			roles[total.Role] = total.Outcomes
		}
	}
	check.outcomes("kind", queries.Filter{By: []string{"role", "kind"}}, kinds)
	check.outcomes("role", queries.Filter{By: []string{"role"}}, roles)

	readers := []string{"borrowing", "docdel"}
	all := map[string]int{"suppress_below": 0} // a small sample has groups of few readers
	check.outcomes("department", queries.Filter{By: []string{"role", "department"}, Role: readers, Numbers: all}, dimension(truth.Departments))
	check.outcomes("patron group", queries.Filter{By: []string{"role", "patron_group"}, Role: readers, Numbers: all}, dimension(truth.Groups))

	check.turnaround(truth.Turnaround)
	check.overdue(truth.Overdue)
}

func dimension(truth []sample.DimensionTruth) map[string]sample.Outcomes {
	want := map[string]sample.Outcomes{}
	for _, value := range truth {
		name := value.Value
		if name == "" {
			name = "unknown"
		}
		want[value.Role+" "+name] = value.Outcomes
	}
	return want
}

type truthCheck struct {
	t     *testing.T
	files *store.Files
}

func (c truthCheck) run(metric string, filter queries.Filter) *queries.Result {
	c.t.Helper()
	found, err := catalog.Find(metric)
	if err != nil {
		c.t.Fatal(err)
	}
	snapshot, err := c.files.Snapshot(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	defer snapshot.Close()
	result, err := queries.Run(c.t.Context(), snapshot, found, filter)
	if err != nil {
		c.t.Fatal(err)
	}
	return result
}

// rows keys a result's rows by the values of its dimensions.
func (c truthCheck) rows(metric string, filter queries.Filter, nKeys int) map[string]map[string]any {
	c.t.Helper()
	result := c.run(metric, filter)
	rows := map[string]map[string]any{}
	for _, row := range result.Rows {
		var key []string
		values := map[string]any{}
		for i, column := range result.Columns {
			values[column.Name] = row[i]
			if i < nKeys {
				if day, ok := row[i].(time.Time); ok {
					key = append(key, day.Format(time.DateOnly))
				} else {
					key = append(key, fmt.Sprint(row[i]))
				}
			}
		}
		rows[strings.Join(key, " ")] = values
	}
	return rows
}

func (c truthCheck) same(what string, got any, want int) {
	c.t.Helper()
	if n, ok := got.(int64); !ok || n != int64(want) {
		c.t.Errorf("%s is %v, want %d", what, got, want)
	}
}

// outcomes compares volume and fill rate, row by row and no row more.
func (c truthCheck) outcomes(what string, filter queries.Filter, want map[string]sample.Outcomes) {
	c.t.Helper()
	volume := c.rows("volume", filter, len(filter.By))
	rates := c.rows("fill_rate", filter, len(filter.By))
	if len(volume) != len(want) || len(want) == 0 {
		c.t.Errorf("by %s: %d rows, want %d", what, len(volume), len(want))
	}
	for key, outcomes := range want {
		row := volume[key]
		c.same(key+" n_requests", row["n_requests"], outcomes.NRequests)
		c.same(key+" n_filled", row["n_filled"], outcomes.NFilled)
		c.same(key+" n_unfilled", row["n_unfilled"], outcomes.NUnfilled)
		c.same(key+" n_cancelled", row["n_cancelled"], outcomes.NCancelled)
		c.same(key+" n_open", row["n_open"], outcomes.NOpen)
		if outcomes.NFilled+outcomes.NUnfilled > 0 {
			rate := float64(outcomes.NFilled) / float64(outcomes.NFilled+outcomes.NUnfilled)
			if got, ok := rates[key]["fill_rate"].(float64); !ok || math.Abs(got-rate) > 1e-12 {
				c.t.Errorf("%s fill_rate is %v, want %v", key, rates[key]["fill_rate"], rate)
			}
		}
	}
}

func (c truthCheck) turnaround(truth []sample.TurnaroundRow) {
	c.t.Helper()
	if len(truth) == 0 {
		c.t.Fatal("the truth tells no turnaround")
	}
	byKind := c.rows("turnaround", queries.Filter{By: []string{"role", "kind"}}, 2)
	byRole := c.rows("turnaround", queries.Filter{By: []string{"role"}}, 1)
	for _, want := range truth {
		key, rows := want.Role, byRole
		if want.Kind != "" {
			key, rows = want.Role+" "+want.Kind, byKind
		}
		row := rows[key]
		c.same(key+" n_filled", row["n_filled"], want.NFilled)
		c.same(key+" n", row["n"], want.N)
		c.same(key+" n_undetermined", row["n_undetermined"], want.NUndetermined)
		c.same(key+" n_negative", row["n_negative"], want.NNegative)
		for name, days := range map[string]*float64{"median_days": want.MedianDays, "p90_days": want.P90Days, "mean_days": want.MeanDays} {
			if days == nil {
				continue
			}
			if got, ok := row[name].(float64); !ok || math.Abs(got-*days) > 1e-9*math.Max(1, *days) {
				c.t.Errorf("%s %s is %v, want %v", key, name, row[name], *days)
			}
		}
	}
}

func (c truthCheck) overdue(truth []sample.OverdueTruth) {
	c.t.Helper()
	if len(truth) != 2 {
		c.t.Fatalf("the truth tells %d sides of overdue, want 2", len(truth))
	}
	rows := map[string]map[string]any{}
	result := c.run("overdue", queries.Filter{})
	for _, row := range result.Rows {
		values := map[string]any{}
		for i, column := range result.Columns {
			values[column.Name] = row[i]
		}
		rows[fmt.Sprint(values["side"])] = values
	}
	for _, want := range truth {
		row := rows[want.Side]
		c.same(want.Side+" n_out", row["n_out"], want.NOut)
		c.same(want.Side+" n_overdue", row["n_overdue"], want.NOverdue)
		c.same(want.Side+" n_1_7", row["n_1_7"], want.N1To7)
		c.same(want.Side+" n_8_30", row["n_8_30"], want.N8To30)
		c.same(want.Side+" n_31_90", row["n_31_90"], want.N31To90)
		c.same(want.Side+" n_91_plus", row["n_91_plus"], want.N91Plus)
		rate := float64(want.NLate) / float64(want.NDue)
		if got, ok := row["overdue_rate"].(float64); !ok || math.Abs(got-rate) > 1e-12 {
			c.t.Errorf("%s overdue_rate is %v, want %v", want.Side, row["overdue_rate"], rate)
		}
	}
}
