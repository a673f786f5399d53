package dashboards

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
)

var (
	//go:embed sql/imports.sql
	importsSQL string
	//go:embed sql/notes.sql
	notesSQL string
	//go:embed sql/rejects.sql
	rejectsSQL string
	//go:embed sql/checks.sql
	checksSQL string
	//go:embed sql/unknown_statuses.sql
	unknownStatusesSQL string
)

// data shows what the numbers stand on: every import, the rows that were refused and why, and what is doubtful in
// those that were not.
func (s *server) data(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct {
		Imports, Notes, Rejects, Checks, Statuses *table
		History                                   *history
	}{History: v.history}
	for _, t := range []struct {
		into    **table
		query   string
		caption string
		head    []head
	}{
		{&body.Imports, importsSQL, v.Text("data.imports"), importsHead(v.Words)},
		{&body.Notes, notesSQL, v.Text("data.notes"), notesHead(v.Words)},
		{&body.Rejects, rejectsSQL, v.Text("data.rejects"), rejectsHead(v.Words)},
		{&body.Checks, checksSQL, v.Text("data.checks"), checksHead(v.Words)},
		{&body.Statuses, unknownStatusesSQL, v.Text("data.statuses"), statusesHead(v.Words)},
	} {
		if *t.into, err = v.records(t.query, t.caption, t.head); err != nil {
			return err
		}
	}
	return v.render(c, "data", v.Text("page./data"), nil, body)
}

func importsHead(w *locale.Words) []head {
	return []head{{Text: w.Text("head.table"), Number: true}, {Text: w.Text("head.load"), Number: true}, {Text: w.Text("head.when_utc")}, {Text: w.Text("head.library")}, {Text: w.Text("head.source")}, {Text: w.Text("head.content")},
		{Text: w.Text("head.file")}, {Text: w.Text("head.sheet")}, {Text: w.Text("head.read"), Number: true}, {Text: w.Text("head.new"), Number: true}, {Text: w.Text("head.changed"), Number: true},
		{Text: w.Text("head.unchanged"), Number: true}, {Text: w.Text("head.refused"), Number: true}}
}

func notesHead(w *locale.Words) []head {
	return []head{{Text: w.Text("head.table"), Number: true}, {Text: w.Text("head.file")}, {Text: w.Text("head.sheet")}, {Text: w.Text("head.notes")}}
}

func rejectsHead(w *locale.Words) []head {
	return []head{{Text: w.Text("head.table"), Number: true}, {Text: w.Text("head.file")}, {Text: w.Text("head.sheet")}, {Text: w.Text("head.column")}, {Text: w.Text("head.reason")}, {Text: w.Text("head.rows"), Number: true}, {Text: w.Text("head.first_lines")}}
}

func checksHead(w *locale.Words) []head {
	return []head{{Text: w.Text("head.table"), Number: true}, {Text: w.Text("head.file")}, {Text: w.Text("head.sheet")}, {Text: w.Text("head.requests"), Number: true},
		{Text: w.Text("head.unknown_status"), Number: true, Title: w.Text("hint.unknown_status")},
		{Text: w.Text("head.filled_undated"), Number: true, Title: w.Text("hint.undated")},
		{Text: w.Text("head.dates_out_of_order"), Number: true, Title: w.Text("hint.negative")}}
}

func statusesHead(w *locale.Words) []head {
	return []head{{Text: w.Text("head.library")}, {Text: w.Text("head.source")}, {Text: w.Text("head.role")}, {Text: w.Text("head.status")}, {Text: w.Text("head.requests"), Number: true}}
}

// records runs one of the page's queries; its columns are those of head.
func (v *visit) records(query, caption string, columns []head) (*table, error) {
	return cached(v.ctx, v.server, v.reading, "records "+v.Tag+" "+caption, func(ctx context.Context) (*table, int, error) {
		rows, err := v.reading.DB().QueryContext(ctx, query)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", caption, err)
		}
		defer rows.Close()
		t := &table{Caption: caption, Head: columns}
		for rows.Next() {
			values := make([]any, len(columns))
			targets := make([]any, len(columns))
			for i := range values {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", caption, err)
			}
			cells := make([]cell, len(columns))
			for i := range values {
				cells[i] = cell{Text: plain(v.Words, values[i]), Number: columns[i].Number, Header: i == 0}
			}
			t.Rows = append(t.Rows, cells)
		}
		return t, len(t.Rows), rows.Err()
	})
}

func plain(w *locale.Words, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.Format("2006-01-02 15:04")
	case int64:
		return w.Count(float64(v))
	case int32:
		return w.Count(float64(v))
	}
	return fmt.Sprint(value)
}
