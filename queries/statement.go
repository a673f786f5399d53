package queries

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// Statement gives the SQL that Run puts to the generation, complete: its parameters are written out, and it needs nothing
// but the generation's tables, so that any program that reads the file gets the same rows from it. Comments at its head
// say what it computes, of what and up to when. A comparison is two statements, and refused.
func Statement(ctx context.Context, snapshot *store.Snapshot, metric *Metric, filter Filter) (string, error) {
	q, err := prepare(ctx, snapshot, metric, filter)
	if err != nil {
		return "", err
	}
	if q.filter.Compare != "" {
		return "", invalid("--sql gives one span at a time: leave out compare=%s", q.filter.Compare)
	}
	text, err := q.writtenOut(q.metricSQL())
	if err != nil {
		return "", err
	}
	about := &Result{Metric: metric, Filter: q.filter, Suppressed: q.suppressed()}
	head := []string{metric.Title + ": " + q.filter.Words(metric) + "."}
	head = append(head, about.SuppressionWords()...)
	asOf := "An empty history"
	if !q.asOf.IsZero() {
		asOf = "As of " + q.asOf.Format(time.RFC3339Nano)
	}
	head = append(head, fmt.Sprintf("%s, generation %d.", asOf, snapshot.Generation))
	for i, line := range head {
		head[i] = "-- " + strings.Join(strings.Fields(line), " ") + "\n"
	}
	return strings.Join(head, "") + text, nil
}

// writtenOut puts literals in place of the parameters that a composed statement names: what is run is what is printed,
// and DuckDB's planner knows the values.
func (q *question) writtenOut(text string) (string, error) {
	values := q.values()
	var failed error
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			line = parameterPattern.ReplaceAllStringFunc(line, func(name string) string {
				value, ok := values[name]
				if !ok {
					failed = fmt.Errorf("the SQL of %s names %s, which nothing sets", q.metric.ID, name)
				}
				return literal(name, value)
			})
		}
		out.WriteString(line)
	}
	return out.String(), failed
}

// instants are the parameters that SQL casts to a date or a timestamp.
var instants = map[string]bool{"$as_of": true, "$from": true, "$to": true, "$window_from": true, "$window_to": true}

func literal(name string, value any) string {
	text, isText := value.(string)
	text = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	switch {
	case value == nil:
		return "null::timestamp"
	case instants[name]:
		return "timestamp " + text
	case isText:
		return text
	}
	return fmt.Sprint(value)
}
