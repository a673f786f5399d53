package dashboards

import (
	"html/template"
	"regexp"
	"strings"
)

var (
	codeMark   = regexp.MustCompile("`([^`]+)`")
	strongMark = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emphMark   = regexp.MustCompile(`\*([^*\s][^*]*)\*`)
)

// markdown renders what the metrics' definitions are written in: headings, paragraphs, lists, code blocks, tables,
// `code`, **strong** and *stress*. Everything is escaped first, so the text can add no markup of its own. A first-level
// heading is left out, as the page has it already.
func markdown(doc string) template.HTML {
	var b strings.Builder
	var paragraph, items []string
	var table [][]string
	inCode := false
	flush := func() {
		if len(paragraph) > 0 {
			b.WriteString("<p>" + inline(strings.Join(paragraph, " ")) + "</p>\n")
		}
		if len(items) > 0 {
			b.WriteString("<ul>\n")
			for _, item := range items {
				b.WriteString("<li>" + inline(item) + "</li>\n")
			}
			b.WriteString("</ul>\n")
		}
		if len(table) > 0 {
			writeTable(&b, table)
		}
		paragraph, items, table = nil, nil, nil
	}
	for line := range strings.Lines(doc) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			flush()
			if inCode = !inCode; inCode {
				b.WriteString("<pre><code>")
			} else {
				b.WriteString("</code></pre>\n")
			}
		case inCode:
			b.WriteString(template.HTMLEscapeString(line) + "\n")
		case trimmed == "":
			flush()
		case strings.HasPrefix(trimmed, "# "):
			flush()
		case strings.HasPrefix(trimmed, "#"):
			flush()
			b.WriteString("<h3>" + inline(strings.TrimSpace(strings.TrimLeft(trimmed, "#"))) + "</h3>\n")
		case strings.HasPrefix(trimmed, "- ") || strings.HasPrefix(trimmed, "* "):
			if len(paragraph) > 0 || len(table) > 0 {
				flush()
			}
			items = append(items, trimmed[2:])
		case strings.HasPrefix(trimmed, "|"):
			if len(paragraph) > 0 || len(items) > 0 {
				flush()
			}
			table = append(table, strings.Split(strings.Trim(trimmed, "|"), "|"))
		case len(items) > 0: // a list item goes on
			items[len(items)-1] += " " + trimmed
		default:
			paragraph = append(paragraph, trimmed)
		}
	}
	if inCode {
		b.WriteString("</code></pre>\n")
	}
	flush()
	return template.HTML(b.String()) //nolint:gosec // every piece of text went through HTMLEscapeString
}

// inline escapes text and then marks it up. What stands in code is left as it is.
func inline(text string) string {
	var b strings.Builder
	for {
		at := codeMark.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		b.WriteString(stressed(text[:at[0]]) + "<code>" + template.HTMLEscapeString(text[at[2]:at[3]]) + "</code>")
		text = text[at[1]:]
	}
	return b.String() + stressed(text)
}

func stressed(text string) string {
	text = template.HTMLEscapeString(text)
	text = strongMark.ReplaceAllString(text, "<strong>$1</strong>")
	return emphMark.ReplaceAllString(text, "<em>$1</em>")
}

func writeTable(b *strings.Builder, rows [][]string) {
	b.WriteString("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n")
	for i, row := range rows {
		if i == 1 && strings.Trim(strings.Join(row, ""), " -:") == "" {
			continue // the rule under the head
		}
		tag := "td"
		if i == 0 {
			tag = "th scope=\"col\""
		}
		b.WriteString("<tr>")
		for _, cell := range row {
			b.WriteString("<" + tag + ">" + inline(strings.TrimSpace(cell)) + "</" + strings.Fields(tag)[0] + ">")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table></div>\n")
}
