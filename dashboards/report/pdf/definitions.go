package pdf

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extended "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// Styles of the last pages.
var (
	definitionTitle = style{face: bold, size: 11, color: ink}
	definitionHead  = style{face: bold, size: 9, color: ink}
	definitionText  = style{size: 8, color: ink}
)

const definitionLeading = 10.8

// definitions writes what the report is made of, and what its figures mean.
func (d *document) definitions(r *report.Report) {
	d.chapter(d.words.Text("pdf.about"))
	pairs := make([]report.Pair, 0, len(r.About))
	for _, pair := range r.About {
		pairs = append(pairs, report.Pair{Head: d.clean(shorten(pair.Head, 200)), Text: d.clean(shorten(pair.Text, 4000))})
	}
	d.pairs(pairs)
	if d.lacks {
		d.say(d.words.Say("pdf.lacking", string(lacking)), small, 12)
	}
	if d.isCut {
		d.say(d.words.Say("pdf.cut", d.words.Count(longestCell)), small, 12)
	}
	if len(r.Definitions) == 0 {
		return
	}
	d.y += gap
	d.chapter(d.words.Text("pdf.definitions"))
	d.split(2)
	for _, definition := range r.Definitions {
		d.need(80)
		d.mark(definition.Title, 1, d.y)
		d.say(definition.Title, definitionTitle, 16)
		if definition.Language != "" && definition.Language != d.words.Tag {
			d.say(d.words.Text("pdf.not_translated"), small, 12)
		}
		d.y += 2
		d.markdown(definition.Markdown)
		d.y += 8
	}
	d.split(1)
}

// chapter begins one of the last parts.
func (d *document) chapter(title string) {
	if d.room() < opening {
		d.turn(false)
	} else if !d.isFresh() {
		d.y += 12
	}
	d.mark(title, 0, d.y)
	d.title(title)
	d.y += 6
}

// pairs writes headings with their texts beside them.
func (d *document) pairs(pairs []report.Pair) {
	const column = 130.0
	for _, pair := range pairs {
		heads := wrap([]run{{pair.Head, style{size: 8.5, color: muted}}}, column-12)
		var link string
		if strings.HasPrefix(pair.Text, "https://") || strings.HasPrefix(pair.Text, "http://") {
			link = pair.Text
		}
		s := style{size: 8.5, color: ink, link: link}
		if link != "" {
			s.color = accent
		}
		texts := wrap([]run{{pair.Text, s}}, d.width()-column)
		for i := range max(len(heads), len(texts)) {
			if i == 0 {
				d.need(12 * float64(min(max(len(heads), len(texts)), 4)))
			} else {
				d.need(12)
			}
			if i < len(heads) {
				d.line(heads[i], d.left(), d.y+9)
			}
			if i < len(texts) {
				d.line(texts[i], d.left()+column, d.y+9)
			}
			d.y += 12
		}
		d.y += 3
	}
}

// markdown writes a definition, without its first heading, as the page has it already.
func (d *document) markdown(source string) {
	if heading, rest, _ := strings.Cut(strings.TrimSpace(source), "\n"); strings.HasPrefix(heading, "# ") {
		source = rest
	}
	content := []byte(source)
	tree := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(content))
	d.blocks(tree, content, 0)
}

// blocks writes the blocks within a node, so far to the right.
func (d *document) blocks(parent ast.Node, source []byte, indent float64) {
	for node := parent.FirstChild(); node != nil; node = node.NextSibling() {
		switch node := node.(type) {
		case *ast.Heading:
			d.y += 3
			d.need(4 * definitionLeading)
			d.paragraph(d.inline(node, source, definitionHead), indent, 13)
			d.y++
		case *ast.Paragraph, *ast.TextBlock:
			d.paragraph(d.inline(node, source, definitionText), indent, definitionLeading)
			d.y += 4
		case *ast.List:
			for item := node.FirstChild(); item != nil; item = item.NextSibling() {
				d.isItem = true
				d.blocks(item, source, indent+itemIndent)
				d.isItem = false
				d.y -= 2
			}
			d.y += 3
		case *ast.Blockquote:
			d.blocks(node, source, indent+itemIndent)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			for i := range node.Lines().Len() {
				segment := node.Lines().At(i)
				line := strings.TrimRight(string(segment.Value(source)), "\n")
				d.paragraph([]run{{d.clean(line), style{face: mono, size: 7.5, color: ink}}}, indent+6, 10)
			}
			d.y += 4
		case *extended.Table:
			d.table(d.plainTable(node, source))
		}
	}
}

// plainTable gives a table of Markdown as one of a report.
func (d *document) plainTable(node *extended.Table, source []byte) report.Table {
	var t report.Table
	for row := node.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []any
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			var b strings.Builder
			for _, r := range d.inline(cell, source, definitionText) {
				b.WriteString(r.text)
			}
			cells = append(cells, b.String())
		}
		if _, isHead := row.(*extended.TableHeader); isHead {
			for _, cell := range cells {
				t.Columns = append(t.Columns, queries.Column{Label: cell.(string), Type: queries.Text})
			}
			continue
		}
		t.Rows = append(t.Rows, cells)
	}
	t.Keys = min(1, len(t.Columns))
	return t
}

// inline gives the text within a node as runs.
func (d *document) inline(node ast.Node, source []byte, s style) []run {
	var runs []run
	for part := node.FirstChild(); part != nil; part = part.NextSibling() {
		switch part := part.(type) {
		case *ast.Text:
			words := string(part.Segment.Value(source))
			if s.face != mono {
				words = unescape(words)
			}
			if part.SoftLineBreak() || part.HardLineBreak() {
				words += " "
			}
			runs = append(runs, run{d.clean(words), s})
		case *ast.String:
			runs = append(runs, run{d.clean(string(part.Value)), s})
		case *ast.CodeSpan:
			code := s
			code.face, code.size = mono, s.size*0.92
			runs = append(runs, d.inline(part, source, code)...)
		case *ast.Emphasis:
			strong := s
			if strong.face = italic; part.Level > 1 {
				strong.face = bold
			}
			runs = append(runs, d.inline(part, source, strong)...)
		case *ast.Link:
			linked := s
			if to := string(part.Destination); strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") {
				linked.link, linked.color = to, accent
			}
			runs = append(runs, d.inline(part, source, linked)...)
		case *ast.AutoLink:
			linked := s
			linked.link, linked.color = string(part.URL(source)), accent
			runs = append(runs, run{d.clean(string(part.Label(source))), linked})
		case *ast.RawHTML, *ast.Image: // our own texts have none
		default:
			runs = append(runs, d.inline(part, source, s)...)
		}
	}
	return runs
}

// unescape takes away what keeps a mark from being read as Markdown.
func unescape(words string) string {
	var b strings.Builder
	for i := 0; i < len(words); i++ {
		if words[i] == '\\' && i+1 < len(words) && strings.IndexByte("\\`*_{}[]()#+-.!|<>~\"'", words[i+1]) >= 0 {
			i++
		}
		b.WriteByte(words[i])
	}
	return b.String()
}
