package report

import (
	"database/sql"
	_ "embed"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

//go:embed section_imports.sql
var importsSQL string

// qualitySection is what is missing or doubtful in the requests of the span, and what was loaded since the span began:
// figures made again later may differ by that. Statuses and reasons of refusal stand on the page of the data, as sources write
// names of staff into them.
func qualitySection(c *composer) (*Section, error) {
	s := c.section("quality")
	checks, err := c.ask("data_quality", c.span(), nil)
	if err != nil {
		return nil, err
	}
	t := c.table("quality", c.words.Text("report.quality.checks"), checks, "n", "n_of", "share")
	meaning, name := chart.Column(checks, "meaning"), chart.Column(checks, "check_name")
	for i, row := range checks.Rows {
		t.Rows[i][0] = c.words.Of(chart.Text(row[meaning]))
		if row[name] == "unknown_status" {
			if n, _ := number(checks, row, "n"); n > 0 {
				s.Notes = append(s.Notes, c.words.Say("report.quality.unknown", c.count(n)))
			}
		}
	}
	t.Provisional = nil // some of it speaks of all loads
	t.Notes = append(t.Notes, c.words.Text("report.quality.whole"))
	s.Tables = append(s.Tables, t)
	return s, c.imports(s)
}

// rowsOfFiles is the unit of what an import counts.
const rowsOfFiles queries.Unit = "rows"

// imports adds what was loaded since the span's first day in the libraries' zone.
func (c *composer) imports(s *Section) error {
	year, month, day := c.span().from.Date()
	from := time.Date(year, month, day, 0, 0, 0, 0, c.zone).UTC()
	t := Table{ID: "imports", Title: c.words.Say("report.quality.imports", c.words.Date(c.span().from)), List: true, Keys: 1, Columns: []queries.Column{
		c.own("loaded", queries.Timestamp, ""), c.dimension("library"), c.dimension("source"), c.own("content", queries.Text, ""), c.own("file", queries.Text, ""),
		c.own("n_read", queries.Integer, rowsOfFiles), c.own("n_new", queries.Integer, rowsOfFiles), c.own("n_changed", queries.Integer, rowsOfFiles),
		c.own("n_unchanged", queries.Integer, rowsOfFiles), c.own("n_rejected", queries.Integer, rowsOfFiles)}}
	rows, err := c.Snapshot.DB().QueryContext(c.ctx, importsSQL, from.Format("2006-01-02 15:04:05"), longestTable)
	if err != nil {
		return fmt.Errorf("reading the imports: %w", err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var at time.Time
		var library, sheet sql.NullString
		var source, content, file string
		var read, added, changed, unchanged, rejected int64
		if err := rows.Scan(&at, &library, &source, &content, &file, &sheet, &read, &added, &changed, &unchanged, &rejected, &n); err != nil {
			return err
		}
		file = path.Base(strings.ReplaceAll(file, `\`, "/")) // folders name people
		if sheet.String != "" {
			file = c.words.Say("report.quality.sheet", file, sheet.String)
		}
		words := content
		if key := "import.content." + content; c.words.Has(key) {
			words = c.words.Text("import.content." + content)
		} else if content == "settings" {
			words = c.words.Text("report.quality.settings")
		}
		row := []any{at.In(c.zone), c.words.Library(library.String), source, words, file, read, added, changed, unchanged, rejected}
		t.Rows = append(t.Rows, row)
		t.Codes = append(t.Codes, []any{at.UTC(), library.String, source, content, file, read, added, changed, unchanged, rejected})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(t.Rows) == 0 {
		s.Notes = append(s.Notes, c.words.Say("report.quality.no_imports", c.words.Date(c.span().from)))
		return nil
	}
	s.Tables = append(s.Tables, c.ofAll(t, n))
	return nil
}

// dimension is a column that holds the values of one.
func (c *composer) dimension(name string) queries.Column {
	column := queries.FindDimension(name).Column()
	column.Label = c.words.Of(column.Label)
	return column
}
