package dashboards

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/impact"
)

// definitions shows how each metric is defined, from the same text that stands beside its SQL, and how campaigns are
// measured.
func (s *server) definitions(c *gin.Context) error {
	v, err := s.openPage(c)
	if errors.Is(err, errNotBegun) {
		w := s.words(c)
		body, err := newDefinitionsBody(w)
		if err != nil {
			return err
		}
		return s.renderBare(c, "definitions", w.Text("page./definitions"), body)
	}
	if err != nil {
		return err
	}
	defer v.close()
	body, err := newDefinitionsBody(v.Words)
	if err != nil {
		return err
	}
	v.isWhole = true // nothing else changes it, so it is kept
	return v.render(c, "definitions", v.Text("page./definitions"), nil, body)
}

// definitionsBody is the definition of every metric, and of how campaigns are measured.
type definitionsBody struct {
	Metrics  []definedMetric
	Outreach template.HTML
}

type definedMetric struct {
	*queries.Metric
	Text template.HTML
}

func newDefinitionsBody(w *locale.Words) (body definitionsBody, err error) {
	for _, metric := range catalog.All() {
		text, err := translated(w, metric.ID, metric.Doc)
		if err != nil {
			return body, err
		}
		body.Metrics = append(body.Metrics, definedMetric{metric, text})
	}
	body.Outreach, err = translated(w, "outreach", impact.Doc)
	return body, err
}

// translated renders a definition in the reader's language, or in English, and then says so to who reads aloud.
func translated(w *locale.Words, id, english string) (template.HTML, error) {
	doc, tag := w.Definition(id, english)
	text, err := markdown(doc)
	if err == nil && tag != w.Tag {
		text = `<div lang="` + template.HTML(tag) + `">` + text + "</div>"
	}
	return text, err
}

// markdown renders a definition. Its first heading is left out, as the page has it already, and those below become
// smaller than the page's own.
func markdown(doc string) (template.HTML, error) {
	if heading, rest, _ := strings.Cut(strings.TrimSpace(doc), "\n"); strings.HasPrefix(heading, "# ") {
		doc = rest
	}
	doc = strings.ReplaceAll(doc, "\n## ", "\n### ")
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(doc), &b); err != nil {
		return "", fmt.Errorf("rendering a definition: %w", err)
	}
	return template.HTML(b.String()), nil // goldmark drops raw HTML, and the text is our own
}
