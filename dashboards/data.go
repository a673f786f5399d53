package dashboards

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed sql/imports.sql
	importsSQL string
	//go:embed sql/notes.sql
	notesSQL string
	//go:embed sql/rejects.sql
	rejectsSQL string
	//go:embed sql/rejected_rows.sql
	rejectedRowsSQL string
	//go:embed sql/checks.sql
	checksSQL string
	//go:embed sql/unknown_statuses.sql
	unknownStatusesSQL string
)

// data shows what the numbers stand on: every import, the rows that were refused and why, and what is doubtful in
// those that were not.
func (s *server) data(c *gin.Context) error {
	v, err := s.openPage(c, currentKey)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct {
		Imports, Notes, Rejects, Checks, Statuses *table
		Quality                                   *figure
		Generations                               []generationRow
		Import, Download                          string
		History                                   *history
		Made                                      string // which generation was made current a moment ago
	}{History: v.history, Download: rejectsPath}
	for _, f := range v.draw(v.quality) {
		body.Quality = f
	}
	v.isWhole = false // the list of generations is the data directory's, and may change under the page
	if s.imports != nil {
		body.Import = importPath
	}
	if c.Query(currentKey) == strconv.Itoa(v.reading.Generation) {
		body.Made = v.Say("data.made_current", c.Query(currentKey))
	}
	if body.Generations, err = v.generations(); err != nil {
		return err
	}
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

const (
	rejectsPath    = "/data/rejects.csv"
	generationPath = "/data/generations/:n/current"
	currentKey     = "current" // says on the page which generation was made current
)

// generationRow is one kept generation.
type generationRow struct {
	Number, When, Size, Requests string
	Current                      bool
	Action                       string // where it is made current
	Confirm                      string // what that means
}

func (v *visit) generations() ([]generationRow, error) {
	list, err := v.server.store.Generations()
	if err != nil {
		return nil, err
	}
	var rows []generationRow
	for _, g := range list {
		row := generationRow{Number: strconv.Itoa(g.Number), When: v.Date(g.MadeAt) + " " + clock(g.MadeAt), Size: v.Number(float64(g.Bytes)/1e6, 1) + " MB",
			Requests: v.Text("data.damaged"), Current: g.Current}
		if g.Requests != nil {
			row.Requests = v.Count(float64(*g.Requests))
			row.Action = strings.Replace(generationPath, ":n", row.Number, 1)
			row.Confirm = v.Say("data.confirm_current", row.Number, row.When, row.Requests)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// makeCurrent rolls the history back, or forward again, to a kept generation.
func (s *server) makeCurrent(c *gin.Context) error {
	number, err := strconv.Atoi(c.Param("n"))
	if err != nil || number < 1 {
		return refuse(queries.NotFound, "data.no_generation")
	}
	_, err = s.store.Rollback(number)
	switch {
	case errors.Is(err, store.ErrBusy):
		return refuse(queries.Conflict, "data.busy")
	case errors.Is(err, store.ErrNoGeneration):
		return refuse(queries.NotFound, "data.no_generation")
	case err != nil:
		return err
	}
	s.log.Info("generation made current", "generation", number)
	return redirect{address("/data", url.Values{currentKey: {strconv.Itoa(number)}}) + "#generations"}
}

// quality is the table of checks over the whole history.
func (v *visit) quality() (*figure, error) {
	f := &figure{ID: "quality", Title: v.Text("data.quality"), Wide: true}
	filter := v.filter
	filter.From, filter.To, filter.Preset, filter.By = time.Time{}, time.Time{}, "", nil
	result, err := v.compute("data_quality", filter)
	if err != nil {
		return f, err
	}
	f.Definition = &definition{URL: "/definitions#" + result.Metric.ID, Columns: v.Columns(result.Metric.Columns)}
	f.Downloads = downloads(result.Metric.ID, filter)
	f.Table = &table{Caption: f.Title, Head: []head{{Text: v.Text("data.check")}, {Text: v.Text("data.found"), Number: true}, {Text: v.Text("data.found_of"), Number: true}, {Text: v.Text("data.share"), Number: true}}}
	meaning, at := chart.Column(result, "meaning"), chart.Column(result, "share")
	for _, row := range result.Rows {
		found, _ := number(result, row, "n")
		of, _ := number(result, row, "n_of")
		cells := []cell{{Text: v.Of(chart.Text(row[meaning])), Header: true}, {Text: v.Count(found), Number: true}, {Text: v.Count(of), Number: true}, {Number: true}}
		if share, isKnown := row[at].(float64); isKnown {
			cells[3].Text = v.Share(share)
		}
		if found > 0 {
			cells[0].URL = rowsAddress(result.Metric.ID, filter, result.Columns, row)
		}
		f.Table.Rows = append(f.Table.Rows, cells)
	}
	return f, nil
}

// downloadRejects gives every refused row that is kept, as CSV.
func (s *server) downloadRejects(c *gin.Context) error {
	v, err := s.open(c)
	if err != nil {
		return err
	}
	defer v.close()
	rows, err := v.reading.DB().QueryContext(v.ctx, rejectedRowsSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="fillrate-refused-rows.csv"`)
	out := csv.NewWriter(c.Writer)
	if err := out.Write([]string{"batch", "file", "sheet", "line", "column", "reason"}); err != nil {
		return err
	}
	for rows.Next() {
		texts := make([]string, 6)
		if err := rows.Scan(&texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5]); err != nil {
			return err
		}
		for i, text := range texts {
			texts[i] = export.Guard(text)
		}
		if err := out.Write(texts); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
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
				_, cells[i].Short = values[i].(time.Time)
				switch word, _ := values[i].(string); {
				case word == "":
				case columns[i].Text == v.Text("head.content"):
					cells[i].Text = v.Text("import.content." + word)
				case columns[i].Text == v.Text("head.role"):
					cells[i].Text = v.Value("role", word)
				case columns[i].Text == v.Text("head.reason"):
					cells[i].Text = fileWords(v.Words, word)
				case columns[i].Text == v.Text("head.notes"):
					notes := strings.Split(word, "\n")
					for n, note := range notes {
						notes[n] = fileWords(v.Words, note)
					}
					cells[i].Text = strings.Join(notes, "\n")
				}
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
