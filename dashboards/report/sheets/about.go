package sheets

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries/export"
)

// writeAbout says what the report is and how to ask for each table again.
func (b *book) writeAbout(sheet string, tables []*tableSheet) {
	r, w := b.report, b.words
	b.try(b.file.SetColWidth(sheet, "A", "A", 30))
	b.try(b.file.SetColWidth(sheet, "B", "B", 62))
	b.try(b.file.SetColWidth(sheet, "C", "C", 62))
	b.put(sheet, 1, 1, w.Text("files.about"), look{bold: true, size: 14})
	pairs := []report.Pair{{Head: w.Text("files.report"), Text: r.Title}, {Head: w.Text("files.library"), Text: r.Library}, {Head: w.Text("files.span"), Text: r.Span}, {Head: w.Text("files.state"), Text: b.state()}}
	if e := r.Edition; e != nil {
		pairs = append(pairs, report.Pair{Head: w.Text("files.edition_id"), Text: e.ID})
	}
	pairs = append(pairs, report.Pair{Head: w.Text("files.made_at"), Text: r.MadeAt.Format("2006-01-02 15:04 -07:00")}, report.Pair{Head: w.Text("files.as_of"), Text: r.AsOf.UTC().Format(time.RFC3339)},
		report.Pair{Head: w.Text("files.generation"), Text: strconv.Itoa(r.Generation)}, report.Pair{Head: w.Text("files.version"), Text: r.Version}, report.Pair{Head: w.Text("files.link"), Text: r.Link})
	heads := map[string]bool{}
	row := 2
	for _, pair := range append(r.About, pairs...) {
		if heads[pair.Head] || pair.Text == "" {
			continue
		}
		heads[pair.Head] = true
		row++
		b.try(b.file.SetRowHeight(sheet, row, height(pair.Text, 62, 11)))
		b.put(sheet, 1, row, pair.Head, look{bold: true, wrap: true})
		b.put(sheet, 2, row, pair.Text, look{wrap: true})
	}
	row += 2
	head := row
	for i, text := range []string{w.Text("files.table"), w.Text("files.counted"), w.Text("files.command")} {
		b.put(sheet, i+1, row, text, look{head: true})
	}
	for _, t := range tables {
		row++
		b.link(sheet, 1, row, t.name, place{t.name, 1, 1})
		filter := t.words.Text("files.put_together")
		if t.table.Metric != "" {
			filter = t.table.Metric + ": " + t.table.Filter.Encode()
		}
		b.put(sheet, 2, row, filter, look{wrap: true})
		command := export.Command(t.table.Metric, t.table.Filter)
		b.put(sheet, 3, row, command, look{wrap: true})
		b.try(b.file.SetRowHeight(sheet, row, height(command, 56, 11)))
	}
	b.print(sheet, 3, row, head)
}

// writeDefinitions gives the place of each metric's definition.
func (b *book) writeDefinitions(sheet string) map[string]*place {
	b.try(b.file.SetColWidth(sheet, "A", "A", 30))
	b.try(b.file.SetColWidth(sheet, "B", "B", 100))
	b.try(b.file.SetColWidth(sheet, "C", "C", 24))
	b.put(sheet, 1, 1, b.words.Text("files.definitions"), look{bold: true, size: 14})
	places, row := map[string]*place{}, 3
	for _, d := range b.report.Definitions {
		places[d.ID] = &place{sheet, 1, row}
		b.put(sheet, 1, row, d.Title, look{bold: true, size: 12})
		b.put(sheet, 3, row, d.ID, look{muted: true})
		row++
		for _, p := range paragraphs(d.Markdown) {
			if p.heading && p.text == d.Title {
				continue
			}
			b.put(sheet, 2, row, p.text, look{wrap: true, bold: p.heading})
			b.try(b.file.SetRowHeight(sheet, row, height(p.text, 98, 11)))
			row++
		}
		for _, column := range d.Columns {
			b.put(sheet, 1, row, column.Label, look{wrap: true})
			b.put(sheet, 2, row, column.Doc, look{wrap: true})
			b.try(b.file.SetRowHeight(sheet, row, max(height(column.Doc, 98, 11), height(column.Label, 28, 11))))
			b.put(sheet, 3, row, column.Name, look{muted: true})
			row++
		}
		row++
	}
	b.print(sheet, 3, row, 0)
	return places
}

type text struct {
	text    string
	heading bool
}

var (
	linked = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	strong = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|`([^`]+)`")
	ruled  = regexp.MustCompile(`^\|[-| :]+\|$`)
)

// paragraphs are those of a definition as plain text: a spreadsheet has no Markdown.
func paragraphs(markdown string) []text {
	var list []text
	open := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || ruled.MatchString(line):
			open = false
			continue
		case strings.HasPrefix(line, "#"):
			list, open = append(list, text{strings.TrimSpace(strings.TrimLeft(line, "#")), true}), false
			continue
		case strings.HasPrefix(line, "|"):
			line, open = strings.TrimSpace(strings.ReplaceAll(strings.Trim(line, "|"), "|", "·")), false
			list = append(list, text{line, false})
			continue
		case strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* "):
			line, open = "• "+line[2:], false
		}
		if open {
			list[len(list)-1].text += " " + line
		} else {
			list = append(list, text{line, false})
		}
		open = true
	}
	for i := range list {
		list[i].text = strong.ReplaceAllString(linked.ReplaceAllString(list[i].text, "$1 ($2)"), "$1$2")
	}
	return list
}
