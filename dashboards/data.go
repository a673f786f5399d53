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
		{&body.Imports, importsSQL, "Imports, newest first", importsHead},
		{&body.Notes, notesSQL, "What the imports had to say", notesHead},
		{&body.Rejects, rejectsSQL, "Refused rows, by table, column and reason", rejectsHead},
		{&body.Checks, checksSQL, "Doubtful requests, by the table that told of them last", checksHead},
		{&body.Statuses, unknownStatusesSQL, "Statuses that no profile knows; they count as open", statusesHead},
	} {
		if *t.into, err = v.records(t.query, t.caption, t.head); err != nil {
			return err
		}
	}
	return v.render(c, "data", "Data", nil, body)
}

var (
	importsHead = []head{{Text: "Table", Number: true}, {Text: "Load", Number: true}, {Text: "When (UTC)"}, {Text: "Library"}, {Text: "Source"}, {Text: "Content"},
		{Text: "File"}, {Text: "Sheet"}, {Text: "Read", Number: true}, {Text: "New", Number: true}, {Text: "Changed", Number: true},
		{Text: "Unchanged", Number: true}, {Text: "Refused", Number: true}}
	notesHead   = []head{{Text: "Table", Number: true}, {Text: "File"}, {Text: "Sheet"}, {Text: "Notes"}}
	rejectsHead = []head{{Text: "Table", Number: true}, {Text: "File"}, {Text: "Sheet"}, {Text: "Column"}, {Text: "Reason"}, {Text: "Rows", Number: true}, {Text: "First lines"}}
	checksHead  = []head{{Text: "Table", Number: true}, {Text: "File"}, {Text: "Sheet"}, {Text: "Requests", Number: true},
		{Text: "Unknown status", Number: true, Title: "The status is in no profile: the request counts as open"},
		{Text: "Filled, undated", Number: true, Title: "Filled, but a date that the turnaround needs is missing"},
		{Text: "Dates out of order", Number: true, Title: "A date lies before the request's creation; left out of averages"}}
	statusesHead = []head{{Text: "Library"}, {Text: "Source"}, {Text: "Role"}, {Text: "Status"}, {Text: "Requests", Number: true}}
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
