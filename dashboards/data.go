package dashboards

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"
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
		{&body.Imports, importsSQL, text["data.imports"], importsHead},
		{&body.Notes, notesSQL, text["data.notes"], notesHead},
		{&body.Rejects, rejectsSQL, text["data.rejects"], rejectsHead},
		{&body.Checks, checksSQL, text["data.checks"], checksHead},
		{&body.Statuses, unknownStatusesSQL, text["data.statuses"], statusesHead},
	} {
		if *t.into, err = v.records(t.query, t.caption, t.head); err != nil {
			return err
		}
	}
	return v.render(c, "data", text["page./data"], nil, body)
}

var (
	importsHead = []head{{Text: text["head.table"], Number: true}, {Text: text["head.load"], Number: true}, {Text: text["head.when_utc"]}, {Text: text["head.library"]}, {Text: text["head.source"]}, {Text: text["head.content"]},
		{Text: text["head.file"]}, {Text: text["head.sheet"]}, {Text: text["head.read"], Number: true}, {Text: text["head.new"], Number: true}, {Text: text["head.changed"], Number: true},
		{Text: text["head.unchanged"], Number: true}, {Text: text["head.refused"], Number: true}}
	notesHead   = []head{{Text: text["head.table"], Number: true}, {Text: text["head.file"]}, {Text: text["head.sheet"]}, {Text: text["head.notes"]}}
	rejectsHead = []head{{Text: text["head.table"], Number: true}, {Text: text["head.file"]}, {Text: text["head.sheet"]}, {Text: text["head.column"]}, {Text: text["head.reason"]}, {Text: text["head.rows"], Number: true}, {Text: text["head.first_lines"]}}
	checksHead  = []head{{Text: text["head.table"], Number: true}, {Text: text["head.file"]}, {Text: text["head.sheet"]}, {Text: text["head.requests"], Number: true},
		{Text: text["head.unknown_status"], Number: true, Title: text["hint.unknown_status"]},
		{Text: text["head.filled_undated"], Number: true, Title: text["hint.undated"]},
		{Text: text["head.dates_out_of_order"], Number: true, Title: text["hint.negative"]}}
	statusesHead = []head{{Text: text["head.library"]}, {Text: text["head.source"]}, {Text: text["head.role"]}, {Text: text["head.status"]}, {Text: text["head.requests"], Number: true}}
)

// records runs one of the page's queries; its columns are those of head.
func (v *visit) records(query, caption string, columns []head) (*table, error) {
	return cached(v.ctx, v.server, v.reading, caption, func(ctx context.Context) (*table, int, error) {
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
				cells[i] = cell{Text: plain(values[i]), Number: columns[i].Number, Header: i == 0}
			}
			t.Rows = append(t.Rows, cells)
		}
		return t, len(t.Rows), rows.Err()
	})
}

func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.Format("2006-01-02 15:04")
	case int64:
		return count(float64(v))
	case int32:
		return count(float64(v))
	}
	return fmt.Sprint(value)
}
