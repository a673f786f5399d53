package queries

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// Run computes a metric. The filter's preset is resolved against the newest date of the history; Result.Filter is what
// was computed. An empty history gives what counting nothing gives: zeros and nulls.
func Run(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (*Result, error) {
	q, err := prepare(ctx, snapshot, metric, filter)
	if err != nil {
		return nil, err
	}
	if q.filter.Compare != "" {
		return q.compared(ctx, snapshot)
	}
	return q.result(ctx, snapshot)
}

// prepare makes a question ready to be put: checked, and with what it must not show.
func prepare(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (*question, error) {
	if len(filter.Outcome) > 0 || len(filter.Reason) > 0 {
		return nil, invalid("outcome and reason narrow a list of requests and no figures: leave them out, or ask for the requests")
	}
	q, err := ask(ctx, snapshot, metric, filter)
	if err != nil {
		return nil, err
	}
	if err := q.checkBuckets(); err != nil {
		return nil, err
	}
	if err := q.define(); err != nil {
		return nil, err
	}
	if err := q.hide(ctx, snapshot); err != nil {
		return nil, err
	}
	return q, nil
}

// result computes the metric for one span.
func (q *question) result(ctx context.Context, snapshot *store.Snapshot) (*Result, error) {
	text := q.metricSQL()
	result := &Result{Metric: q.metric, Filter: q.filter, AsOf: q.asOf, Generation: snapshot.Generation, Columns: q.columns(), Suppressed: q.suppressed()}
	err := q.query(ctx, snapshot, text, result.Columns, func(row []any) error {
		result.Rows = append(result.Rows, row)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.metric.ID, err)
	}
	return result, nil
}

// About is a Result without rows and columns: what a filter comes to on this generation. It heads a drill-down.
func About(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (*Result, error) {
	q, err := ask(ctx, snapshot, metric, filter)
	if err != nil {
		return nil, err
	}
	q.filter.Compare, q.filter.Definition = "", "" // requests are those of one span, and the same by any definition
	return &Result{Metric: metric, Filter: q.filter, AsOf: q.asOf, Generation: snapshot.Generation}, nil
}

// ask looks up how far the history reaches and fits the filter to it.
func ask(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (*question, error) {
	reach, err := readReach(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	newest := reach.newest
	q := &question{metric: metric, filter: filter.Resolve(newest), asOf: newest}
	if err := q.filter.Unresolved(); err != nil {
		return nil, err
	}
	if metric.CohortOnly {
		q.filter.Basis = ""
	}
	if !filter.AsOf.IsZero() {
		q.asOf = filter.AsOf.UTC()
		q.isCut = q.asOf.Before(newest)
	}
	if ctx.Value(withoutRollups{}) == nil {
		q.yearFrom, q.hasRollups = reach.yearFrom[q.asOf]
	}
	return q, nil
}

// reach is how far a history goes, and the instants that its roll-ups speak of.
type reach struct {
	newest   time.Time               // up to which the history reaches; zero where it is empty
	yearFrom map[time.Time]time.Time // by those instants: first day of the last twelve full months
}

func readReach(ctx context.Context, snapshot *store.Snapshot) (reach, error) {
	found := reach{yearFrom: map[time.Time]time.Time{}}
	rows, err := snapshot.DB().QueryContext(ctx, "select history_state.as_of, rollup_instant.as_of, year_from from history_state left join rollup_instant on true")
	if err != nil {
		return reach{}, fmt.Errorf("reading how far the history reaches: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var newest, asOf, yearFrom sql.NullTime
		if err := rows.Scan(&newest, &asOf, &yearFrom); err != nil {
			return reach{}, fmt.Errorf("reading how far the history reaches: %w", err)
		}
		found.newest = newest.Time.UTC()
		if asOf.Valid {
			found.yearFrom[asOf.Time.UTC()] = yearFrom.Time.UTC()
		}
	}
	return found, rows.Err()
}

// columns are the dimensions asked for and the metric's own.
func (q *question) columns() []Column {
	var columns []Column
	for _, d := range q.by() {
		columns = append(columns, d.Column())
	}
	columns = append(columns, q.metric.Columns...)
	if q.definition != nil {
		columns = append(columns, q.definition.Columns...)
	}
	return columns
}

// query runs a composed statement and hands over its rows, each a new slice in the columns' order and types.
func (q *question) query(ctx context.Context, snapshot *store.Snapshot, text string, columns []Column, yield func([]any) error) error {
	text, err := q.writtenOut(text)
	if err != nil {
		return err
	}
	rows, err := snapshot.DB().QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	if len(names) != len(columns) {
		return fmt.Errorf("the SQL gives %d columns %v and %d are described", len(names), names, len(columns))
	}
	for i, column := range columns {
		if names[i] != column.Name {
			return fmt.Errorf("column %d of the SQL is %s and %s is described", i+1, names[i], column.Name)
		}
	}
	targets := make([]any, len(columns))
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		for i := range row {
			if row[i], err = typed(row[i], columns[i].Type); err != nil {
				return fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// typed gives a value as Go sees its column's type; see Type.
func typed(value any, want Type) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if want == Text {
			return v, nil
		}
	case bool:
		if want == Boolean {
			return v, nil
		}
	case int32:
		if want == Integer {
			return int64(v), nil
		}
	case int64:
		if want == Integer {
			return v, nil
		}
	case *big.Int:
		if want == Integer && v.IsInt64() {
			return v.Int64(), nil
		}
	case float64:
		if want == Double {
			return v, nil
		}
	case time.Time:
		if want == Date || want == Timestamp {
			return v.UTC(), nil
		}
	}
	return nil, fmt.Errorf("is a %T and described as %s", value, want)
}
