package main

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

//go:embed plain/*.sql
var plain embed.FS

// benchMetrics times every metric against the plainest SQL that gives its main number, on both histories.
func benchMetrics(ctx context.Context, o options) error {
	small, large, err := histories(ctx, o)
	if err != nil {
		return err
	}
	for _, dir := range []string{small, large} {
		if err := benchMetricsOn(ctx, o, dir); err != nil {
			return err
		}
	}
	return nil
}

func benchMetricsOn(ctx context.Context, o options, dir string) error {
	files := store.Open(dir)
	defer files.Close()
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	var n int64
	var asOf time.Time
	if err := snapshot.DB().QueryRowContext(ctx, "select n_requests, as_of from history_state").Scan(&n, &asOf); err != nil {
		return err
	}
	year := queries.Filter{From: asOf.AddDate(-1, 0, 0).Truncate(24 * time.Hour), To: asOf.Truncate(24 * time.Hour)}
	fmt.Printf("METRICS at %d requests (seconds; ratio is metric over plain SQL; roll-up: counted in the load)\n", n)
	fmt.Printf("  %-14s %-12s %9s %9s %7s\n", "metric", "filter", "metric", "plain", "ratio")
	for _, metric := range catalog.All() {
		if o.metric != "" && o.metric != metric.ID {
			continue
		}
		for _, asked := range []struct {
			name   string
			filter queries.Filter
		}{{"everything", queries.Filter{}}, {"one year", year}, {"by month", queries.Filter{By: []string{"month"}}}} {
			if slices.Contains(metric.Always, "month") && len(asked.filter.By) > 0 {
				continue // it goes by month in any case
			}
			if err := benchMetric(ctx, o, snapshot, metric, asked.name, asked.filter); err != nil {
				return fmt.Errorf("%s, %s: %w", metric.ID, asked.name, err)
			}
		}
	}
	fmt.Println()
	return nil
}

func benchMetric(ctx context.Context, o options, snapshot *store.Snapshot, metric *queries.Metric, name string, filter queries.Filter) error {
	statement, err := plain.ReadFile("plain/" + metric.ID + ".sql")
	if err != nil {
		return err
	}
	first := filter.From
	if metric.WholePast {
		first = time.Time{} // whatever the span, the metric reads what lies before it
	}
	bound := []any{date(first, "1900-01-01"), date(filter.To, "2200-01-01"), len(filter.By) > 0}
	var ours, theirs []time.Duration
	for range o.runs {
		started := time.Now()
		if _, err := queries.Run(ctx, snapshot, metric, filter); err != nil {
			return err
		}
		ours = append(ours, time.Since(started))
		started = time.Now()
		if err := readAll(ctx, snapshot, string(statement), bound); err != nil {
			return err
		}
		theirs = append(theirs, time.Since(started))
	}
	rollup := ""
	if queries.UsesRollup(metric, filter) {
		rollup = "  roll-up"
	}
	fmt.Printf("  %-14s %-12s %9.3f %9.3f %7.2f%s\n", metric.ID, name, median(ours), median(theirs), median(ours)/median(theirs), rollup)
	return nil
}

// readAll runs a query and reads it to the end, as queries.Run does.
func readAll(ctx context.Context, snapshot *store.Snapshot, statement string, bound []any) error {
	rows, err := snapshot.DB().QueryContext(ctx, statement, bound...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}

// date writes a bound for the plain SQL, which always has one.
func date(day time.Time, otherwise string) string {
	if day.IsZero() {
		return otherwise
	}
	return day.Format(time.DateOnly)
}
