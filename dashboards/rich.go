package dashboards

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// rich gives the text under key with its inline Markdown as HTML: code, emphasis and links, whose addresses are the
// places {0}, {1} …: "See [the list]({0})". The text is our own and an address comes encoded; words of readers and
// exports never pass through here.
func rich(w *locale.Words, key string, links ...string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(w.Say(key, links...)), &b); err != nil {
		return "", fmt.Errorf("the text %s: %w", key, err)
	}
	html := strings.TrimSpace(b.String())
	return template.HTML(strings.TrimSuffix(strings.TrimPrefix(html, "<p>"), "</p>")), nil // goldmark drops raw HTML
}
