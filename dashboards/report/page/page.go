// Package page writes a report as one HTML file that needs nothing else: no script, no other file, no network.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

//go:embed page.css
var style string

//go:embed page.html
var source string

// StyleHash is how a Content-Security-Policy names the style sheet within the file: style-src 'sha256-…', without the quotes.
// The file's own policy has it too.
func StyleHash() string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// words are set anew for each report.
var page = template.Must(template.New("page").Funcs(functions(locale.All()[0], time.UTC)).Parse(source))

func functions(w *locale.Words, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"t": w.Text, "say": w.Say, "whole": strconv.Itoa,
		"date":    func(at time.Time) string { return w.Date(at.In(zone)) },
		"instant": func(at time.Time) string { return w.Date(at.In(zone)) + ", " + at.In(zone).Format("15:04") },
	}
}

// Write writes the report as HTML in UTF-8. The same report gives the same bytes.
func Write(w io.Writer, r *report.Report) error {
	body, err := newBody(r)
	if err != nil {
		return err
	}
	said, err := page.Clone()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := said.Funcs(functions(r.Words, r.MadeAt.Location())).Execute(&out, body); err != nil {
		return fmt.Errorf("writing a report as HTML: %w", err)
	}
	_, err = w.Write(bytes.Map(harmless, out.Bytes()))
	return err
}

// harmless drops what no document may hold, and the marks of direction that a name may begin and never end, so that they
// would write what stands beside it from the other side.
func harmless(r rune) rune {
	switch {
	case r < 0x20 && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return -1
	}
	return r
}

// The parts of a report as the template has them: texts, and where they lead.
type (
	body struct {
		R           *report.Report
		Style       template.CSS
		StyleHash   string
		Sections    []part
		Definitions []definition
	}
	part struct {
		report.Section
		Anchor  string
		Tiles   []tile
		Figures []figure
		Tables  []table
	}
	tile struct {
		Label, Now, Note, Definition string
		Provisional                  bool
		Beside                       []beside
	}
	beside struct {
		When, Was string
		Moved     *moved
	}
	moved  struct{ Arrow, Words, Verdict string }
	figure struct {
		report.Figure
		Anchor, Table, TableTitle string
		SVG                       template.HTML
		Provisional, AllMoves     bool
	}
	table struct {
		report.Table
		Anchor, Definition, DefinitionTitle string
		Columns                             []column
		Rows                                []row
		AllMoves, SomeMove                  bool // rows are provisional
		IsFew                               bool // the table is not broken over sheets
	}
	column struct {
		Label    string
		IsNumber bool
	}
	row struct {
		Class string
		Cells []cell
	}
	cell struct {
		Text, Class  string
		IsHead, Mark bool
	}
	definition struct {
		Anchor, Title, Lang string
		Text                template.HTML
		Columns             []queries.Column
	}
)

func newBody(r *report.Report) (*body, error) {
	b := &body{R: r, Style: template.CSS(style), StyleHash: StyleHash()} //nolint:gosec // our own
	defined := map[string]string{}                                       // titles by the metric's id
	for _, d := range r.Definitions {
		text, err := markdown(d.Markdown)
		if err != nil {
			return nil, err
		}
		shown := definition{Anchor: "definition-" + d.ID, Title: d.Title, Text: text, Columns: used(r, d)}
		if d.Language != r.Words.Tag {
			shown.Lang = d.Language
		}
		b.Definitions, defined[d.ID] = append(b.Definitions, shown), d.Title
	}
	for _, s := range r.Sections {
		p := part{Section: s, Anchor: "section-" + s.ID}
		tables := map[string]table{}
		for _, t := range s.Tables {
			shown := newTable(r.Words, t)
			tables[t.ID] = shown
			if title, ok := defined[t.Metric]; ok {
				shown.Definition, shown.DefinitionTitle = "definition-"+t.Metric, title
			}
			p.Tables = append(p.Tables, shown)
		}
		for _, t := range s.Tiles {
			shown := newTile(r, t)
			if defined[t.Metric] != "" {
				shown.Definition = "definition-" + t.Metric
			}
			p.Tiles = append(p.Tiles, shown)
		}
		for _, f := range s.Figures {
			shown := newFigure(s, f)
			if of, ok := tables[f.Table]; ok {
				shown.Table, shown.TableTitle, shown.AllMoves = of.Anchor, of.Title, of.AllMoves
			}
			p.Figures = append(p.Figures, shown)
		}
		b.Sections = append(b.Sections, p)
	}
	return b, nil
}

// used are the columns of a metric that stand in the report.
func used(r *report.Report, d report.Definition) []queries.Column {
	names := map[string]bool{}
	for _, s := range r.Sections {
		for _, t := range s.Tiles {
			names[t.Column.Name] = names[t.Column.Name] || t.Metric == d.ID
		}
		for _, t := range s.Tables {
			for _, c := range t.Columns {
				names[c.Name] = names[c.Name] || t.Metric == d.ID
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(d.Columns), func(c queries.Column) bool { return !names[c.Name] || c.Doc == "" })
}

// newTile writes a figure beside what it was. A month has one a year earlier too, a year only the one before it.
func newTile(r *report.Report, t report.Tile) tile {
	w := r.Words
	shown := tile{Label: t.Label, Now: number(w, t.Column, t.Now), Note: t.Note, Provisional: t.Provisional}
	if shown.Note == "" && t.N != nil {
		shown.Note = w.Say("n", w.Count(float64(*t.N)))
	}
	if t.Before == nil && t.LastYear == nil {
		return shown
	}
	before, lastYear := r.Earlier(t)
	shown.Beside = append(shown.Beside, compared(w, t, before, t.Before))
	if lastYear != "" {
		shown.Beside = append(shown.Beside, compared(w, t, lastYear, t.LastYear))
	}
	return shown
}

func compared(w *locale.Words, t report.Tile, when string, was *float64) beside {
	b := beside{When: when, Was: number(w, t.Column, was)}
	if t.Now == nil || was == nil {
		return b
	}
	difference := *t.Now - *was
	written := w.Difference(t.Column, typed(t.Column, difference))
	if strings.Trim(written, "+−0.,% "+w.Text("pts")) == "" {
		b.Moved = &moved{Arrow: "=", Words: w.Text("report_page.same")}
		return b
	}
	b.Moved = &moved{Arrow: "▼", Words: w.Text("report_page.lower")}
	if difference > 0 {
		b.Moved = &moved{Arrow: "▲", Words: w.Text("report_page.higher")}
	}
	if t.Column.Better != "" {
		b.Moved.Verdict = "worse"
		if (difference > 0) == (t.Column.Better == "higher") {
			b.Moved.Verdict = "better"
		}
		b.Moved.Words = w.Text(b.Moved.Verdict)
	}
	b.Moved.Words = written + ", " + b.Moved.Words
	return b
}

// typed gives a number as the column has it, so that it is written as in a table.
func typed(c queries.Column, n float64) any {
	if c.Type == queries.Integer {
		return int64(n)
	}
	return n
}

func number(w *locale.Words, c queries.Column, n *float64) string {
	if n == nil {
		return ""
	}
	text := w.Cell(c, typed(c, *n))
	if c.Unit == queries.Days {
		return w.Say("chart.days", text)
	}
	return text
}

// newFigure names the drawing's picture by the figure's title and describes it in words.
func newFigure(s report.Section, f report.Figure) figure {
	anchor := "figure-" + s.ID + "-" + f.ID
	shown := figure{Figure: f, Anchor: anchor, Provisional: isProvisional(f.Chart)}
	if rest, ok := strings.CutPrefix(string(f.SVG), "<svg "); ok {
		labels := anchor + "-title"
		if f.Description != "" {
			labels += " " + anchor + "-text"
		}
		shown.SVG = template.HTML(`<svg role="img" aria-labelledby="` + labels + `" ` + rest) //nolint:gosec // package drawing escapes what is not its own
	}
	return shown
}

func isProvisional(c chart.Chart) bool {
	moves := slices.ContainsFunc(c.Scatter.Spots, func(s chart.Spot) bool { return s.Provisional }) ||
		slices.ContainsFunc(c.Sankey.Nodes, func(n chart.Node) bool { return n.Provisional })
	for _, s := range c.Series {
		moves = moves || slices.ContainsFunc(s.Points, func(p chart.Point) bool { return p.Provisional })
	}
	return moves
}

// fewRows is how many rows stay together on paper.
const fewRows = 16

func newTable(w *locale.Words, t report.Table) table {
	shown := table{Table: t, Anchor: "table-" + t.ID, IsFew: len(t.Rows) <= fewRows}
	for _, c := range t.Columns {
		shown.Columns = append(shown.Columns, column{c.Label, isNumber(c)})
	}
	shown.SomeMove = slices.Contains(t.Provisional, true)
	shown.AllMoves = shown.SomeMove && len(t.Provisional) >= len(t.Rows) && !slices.Contains(t.Provisional[:len(t.Rows)], false) // said once
	for i, values := range t.Rows {
		moves := !shown.AllMoves && i < len(t.Provisional) && t.Provisional[i]
		var r row
		switch {
		case t.Total && i == len(t.Rows)-1:
			r.Class = "total"
		case moves:
			r.Class = "moving"
		}
		for k, c := range t.Columns {
			text := w.Cell(c, values[k])
			if c.IsChange && values[k] != nil {
				text = w.Difference(c, values[k])
			}
			class := ""
			switch {
			case isNumber(c):
				class = "num"
			case c.Type == queries.Date || c.Type == queries.Timestamp:
				class = "short"
			}
			r.Cells = append(r.Cells, cell{Text: text, Class: class, IsHead: k < max(1, t.Keys) && strings.TrimSpace(strings.Map(harmless, text)) != "", Mark: moves && k == 0})
		}
		shown.Rows = append(shown.Rows, r)
	}
	return shown
}

func isNumber(c queries.Column) bool { return c.Type == queries.Integer || c.Type == queries.Double }

// markdown renders a definition: its first heading is left out, as the page has it already, and those below become smaller
// than the page's own. Markup in it is dropped.
func markdown(doc string) (template.HTML, error) {
	if heading, rest, _ := strings.Cut(strings.TrimSpace(doc), "\n"); strings.HasPrefix(heading, "# ") {
		doc = rest
	}
	doc = strings.ReplaceAll("\n"+doc, "\n## ", "\n#### ")
	doc = strings.ReplaceAll(doc, "![", "[") // a picture would be another file
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)))).Convert([]byte(doc), &b); err != nil {
		return "", fmt.Errorf("rendering a definition: %w", err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // goldmark drops raw HTML
}
