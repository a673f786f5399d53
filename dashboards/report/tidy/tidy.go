// Package tidy writes a report as a zip of CSV: one file a table and one of the tiles, for statistics programs; a
// dictionary of every column, and a note that says what it all is. The same report gives the same bytes.
//
// Files are UTF-8 with a comma, a heading of machine names, dates as 2025-03-01, instants in RFC 3339, plain numbers, and
// nothing where there is no value. A column that names rows (role, month) holds the code, which stays the same in every
// language; where the report says it in words that differ, the column after it, role_label, has those. Rows that may still
// move have true under provisional, and a row that adds the others up has true under is_total. Text that a spreadsheet
// would take for a formula has an apostrophe before it, as in all downloads.
package tidy

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/export"
)

// column is one of a file, as the dictionary has it.
type column struct {
	queries.Column
	metric, filter string
	value          func(row int) any
}

// file is one of the zip.
type file struct {
	name    string
	columns []column
	n       int // rows
}

// Write writes the report as a zip of CSV files.
func Write(w io.Writer, r *report.Report) error {
	files, err := filesOf(r)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	create := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: r.MadeAt.UTC()})
	}
	out, err := create("README.txt")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, readme(r, files)); err != nil {
		return err
	}
	for _, f := range files {
		if out, err = create(f.name); err != nil {
			return err
		}
		if err := f.write(out); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return z.Close()
}

func (f file) write(w io.Writer) error {
	out := csv.NewWriter(w)
	fields := make([]string, len(f.columns))
	for i, c := range f.columns {
		fields[i] = c.Name
	}
	if err := out.Write(fields); err != nil {
		return err
	}
	for row := range f.n {
		for i, c := range f.columns {
			fields[i] = export.Plain(c.value(row), c.Type)
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

var machineName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// filesOf are the zip's files of CSV: the tiles, the tables in the report's order, and the dictionary of them all.
func filesOf(r *report.Report) ([]file, error) {
	files := []file{tiles(r)}
	for _, section := range r.Sections {
		for _, table := range section.Tables {
			name := table.ID + ".csv"
			taken := slices.ContainsFunc(files, func(f file) bool { return f.name == name })
			if !machineName.MatchString(table.ID) || taken || name == dictionaryName {
				return nil, fmt.Errorf("the table %q of section %s can't have a file of its name: each table needs one of its own, of small letters, digits and _", table.ID, section.ID)
			}
			files = append(files, of(r, table))
		}
	}
	return append(files, dictionary(r, files)), nil
}

// of gives the file of a table.
func of(r *report.Report, t report.Table) file {
	f := file{name: t.ID + ".csv", n: len(t.Rows)}
	metric, filter := "", ""
	if t.Metric != "" {
		metric, filter = t.Metric, t.Filter.Encode()
	}
	taken := map[string]bool{}
	add := func(c queries.Column, value func(int) any) {
		for base, i := c.Name, 2; taken[c.Name]; i++ {
			c.Name = base + "_" + strconv.Itoa(i)
		}
		taken[c.Name] = true
		f.columns = append(f.columns, column{Column: c, metric: metric, filter: filter, value: value})
	}
	for _, c := range t.Columns { // those of the table keep their names
		taken[c.Name] = true
	}
	for k, c := range t.Columns {
		code := c
		code.Type = typeOf(t, k)
		delete(taken, c.Name)
		add(code, func(row int) any { return t.Codes[row][k] })
		if hasWords(t, k) {
			words := c
			words.Name, words.Type, words.Doc = c.Name+"_label", queries.Text, r.Words.Say("files.label_doc", c.Name)
			add(words, func(row int) any { return t.Rows[row][k] })
		}
	}
	if t.Provisional != nil && !slices.ContainsFunc(t.Columns, func(c queries.Column) bool { return c.Name == "provisional" }) {
		add(queries.Column{Name: "provisional", Type: queries.Boolean, Label: r.Words.Text("files.provisional"), Doc: r.Words.Text("files.provisional_doc")},
			func(row int) any { return t.Provisional[row] })
	}
	if t.Total {
		add(queries.Column{Name: "is_total", Type: queries.Boolean, Label: r.Words.Text("files.is_total"), Doc: r.Words.Text("files.is_total_doc")},
			func(row int) any { return row == len(t.Rows)-1 })
	}
	return f
}

// typeOf is the type of a column's codes: a month's is a date where the report has it in words. A total's row has no date,
// and its code is text: such a column stays text.
func typeOf(t report.Table, k int) queries.Type {
	kind := t.Columns[k].Type
	if kind != queries.Text || k >= t.Keys {
		return kind
	}
	found := queries.Type("")
	for i, row := range t.Codes {
		this := queries.Text
		switch row[k].(type) {
		case nil:
			continue
		case time.Time:
			this = queries.Date
		case int64:
			this = queries.Integer
		case bool:
			this = queries.Boolean
		}
		if t.Total && i == len(t.Rows)-1 {
			continue
		}
		if found != "" && found != this {
			return queries.Text
		}
		found = this
	}
	if found == "" {
		return kind
	}
	return found
}

// hasWords tells whether the report says a column's codes in words that differ.
func hasWords(t report.Table, k int) bool {
	for i := range t.Rows {
		if text, ok := t.Rows[i][k].(string); ok && t.Codes[i][k] != any(text) {
			return true
		}
	}
	return false
}

// tiles gives the file of the figures beside what they were before.
func tiles(r *report.Report) file {
	type figure struct {
		section string
		report.Tile
	}
	var list []figure
	for _, section := range r.Sections {
		for _, tile := range section.Tiles {
			list = append(list, figure{section.ID, tile})
		}
	}
	f := file{name: "tiles.csv", n: len(list)}
	add := func(name string, kind queries.Type, doc string, value func(figure) any) {
		f.columns = append(f.columns, column{Column: queries.Column{Name: name, Type: kind, Label: r.Words.Text("files.tile." + name), Doc: doc}, value: func(row int) any { return value(list[row]) }})
	}
	number := func(v *float64) any {
		if v == nil {
			return nil
		}
		return *v
	}
	change := func(now, before *float64) any {
		if now == nil || before == nil {
			return nil
		}
		moved, err := strconv.ParseFloat(strconv.FormatFloat(*now-*before, 'g', 12, 64), 64) // 0.1, and not 0.09999999999999998
		if err != nil {
			return nil
		}
		return moved
	}
	inUnit := r.Words.Text("files.in_unit")
	add("section", queries.Text, "", func(f figure) any { return f.section })
	add("figure", queries.Text, "", func(f figure) any { return f.ID })
	add("label", queries.Text, "", func(f figure) any { return f.Label })
	add("unit", queries.Text, r.Words.Text("files.unit_doc"), func(f figure) any { return string(f.Column.Unit) })
	add("now", queries.Double, inUnit, func(f figure) any { return number(f.Now) })
	add("before", queries.Double, inUnit, func(f figure) any { return number(f.Before) })
	add("change", queries.Double, inUnit, func(f figure) any { return change(f.Now, f.Before) })
	add("last_year", queries.Double, inUnit, func(f figure) any { return number(f.LastYear) })
	add("change_last_year", queries.Double, inUnit, func(f figure) any { return change(f.Now, f.LastYear) })
	add("same_age", queries.Boolean, r.Words.Text("files.same_age_doc"), func(f figure) any { return f.SameAge })
	add("n", queries.Integer, r.Words.Text("files.n_doc"), func(f figure) any {
		if f.N == nil {
			return nil
		}
		return *f.N
	})
	add("provisional", queries.Boolean, r.Words.Text("files.provisional_doc"), func(f figure) any { return f.Provisional })
	add("note", queries.Text, "", func(f figure) any { return f.Note })
	add("meaning", queries.Text, "", func(f figure) any { return f.Column.Doc })
	add("metric", queries.Text, "", func(f figure) any { return f.Metric })
	add("filter", queries.Text, "", func(f figure) any {
		if f.Metric == "" {
			return ""
		}
		return f.Filter.Encode()
	})
	return f
}

const dictionaryName = "dictionary.csv"

// dictionary gives the file that tells of every column of every file, its own among them.
func dictionary(r *report.Report, files []file) file {
	type line struct {
		file string
		column
	}
	var lines []line
	d := file{name: dictionaryName}
	add := func(name string, value func(line) string) {
		d.columns = append(d.columns, column{Column: queries.Column{Name: name, Type: queries.Text, Label: r.Words.Text("files.dictionary." + name)}, value: func(row int) any { return value(lines[row]) }})
	}
	add("file", func(l line) string { return l.file })
	add("column", func(l line) string { return l.Name })
	add("type", func(l line) string { return string(l.Type) })
	add("unit", func(l line) string { return string(l.Unit) })
	add("label", func(l line) string { return l.Label })
	add("meaning", func(l line) string { return l.Doc })
	add("metric", func(l line) string { return l.metric })
	add("filter", func(l line) string { return l.filter })
	for _, f := range append(slices.Clone(files), d) {
		for _, c := range f.columns {
			lines = append(lines, line{f.name, c})
		}
	}
	d.n = len(lines)
	return d
}

// readme says what the zip holds, in the report's language.
func readme(r *report.Report, files []file) string {
	w := r.Words
	state := w.Text("files.draft")
	if e := r.Edition; e != nil {
		state = w.Say("files.edition", strconv.Itoa(e.Number), w.Date(e.IssuedAt)) + " (" + e.ID + ")"
	}
	var text strings.Builder
	say := func(lines ...string) {
		for _, line := range lines {
			text.WriteString(line + "\n")
		}
	}
	say(r.Title, r.Library, r.Span, state, "")
	for _, sentence := range r.Sentences {
		say("- " + sentence)
	}
	if r.Provisional != "" {
		say("- " + r.Provisional)
	}
	say("", w.Text("files.readme_format"), "", w.Text("files.about"))
	for _, pair := range r.About {
		say("  " + pair.Head + ": " + pair.Text)
	}
	for _, pair := range []report.Pair{
		{Head: w.Text("files.made_at"), Text: r.MadeAt.Format(time.RFC3339)}, {Head: w.Text("files.as_of"), Text: r.AsOf.UTC().Format(time.RFC3339Nano)},
		{Head: w.Text("files.generation"), Text: strconv.Itoa(r.Generation)}, {Head: w.Text("files.definitions_version"), Text: r.Version}, {Head: w.Text("files.link"), Text: r.Link},
	} {
		if pair.Text != "" && !slices.ContainsFunc(r.About, func(p report.Pair) bool { return p.Head == pair.Head }) {
			say("  " + pair.Head + ": " + pair.Text)
		}
	}
	say("", w.Text("files.readme_files"))
	say("  " + files[0].name + ": " + w.Text("files.readme_tiles"))
	for _, section := range r.Sections {
		for _, t := range section.Tables {
			say("", "  "+t.ID+".csv: "+t.Title)
			if t.N != "" {
				say("    " + t.N)
			}
			for _, note := range append(slices.Clone(t.Notes), section.Notes...) {
				say("    " + strings.ReplaceAll(note, "\n", " "))
			}
			if command := export.Command(t.Metric, t.Filter); command != "" {
				say("    " + w.Say("files.ask_again", command))
			}
		}
		if section.Empty != "" {
			say("", "  "+section.Title+": "+section.Empty)
		}
	}
	say("", "  "+dictionaryName+": "+w.Text("files.readme_dictionary"))
	return text.String()
}
