package dashboards

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

const (
	langKey      = "lang" // of an address and of the cookie that it sets
	langLifetime = 365 * 24 * time.Hour
)

var english = locale.Find("en")

// words gives the language of a reader, with the library's dates and names: the one chosen on a page, else the library's,
// else the browser's. What programs read is in English.
func (s *server) words(c *gin.Context) *locale.Words {
	if isForPrograms(c.Request.URL.Path) {
		return english
	}
	return s.dressed(c, s.tongue(c))
}

func (s *server) tongue(c *gin.Context) *locale.Words {
	if chosen, err := c.Cookie(langKey); err == nil {
		if w := locale.Find(chosen); w != nil {
			return w
		}
	}
	if set, err := s.settled(c); err == nil && set.Language != "" {
		if w := locale.Find(set.Language); w != nil {
			return w
		}
	}
	return locale.Match(c.GetHeader("Accept-Language"))
}

// choose answers a page's address that holds lang=pt-BR: it keeps the language in a cookie and leads to the same address
// without it.
func (s *server) choose(c *gin.Context) {
	values := c.Request.URL.Query()
	if !values.Has(langKey) || !isRead(c) || isForPrograms(c.Request.URL.Path) {
		return
	}
	defer c.Abort()
	w := locale.Find(values.Get(langKey))
	if w == nil {
		var tags []string
		for _, w := range locale.All() {
			tags = append(tags, w.Tag)
		}
		s.fail(c, refuse(queries.Invalid, "problem.lang", strings.Join(tags, ", ")))
		return
	}
	http.SetCookie(c.Writer, &http.Cookie{Name: langKey, Value: w.Tag, Path: "/", MaxAge: int(langLifetime.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	values.Del(langKey)
	s.fail(c, redirect{address(here(c), values)})
}

// here is the path of a request as an address of this site: with two slashes in front it would lead to another.
func here(c *gin.Context) string {
	return "/" + strings.TrimLeft(c.Request.URL.EscapedPath(), "/")
}

// isForPrograms tells addresses that programs read.
func isForPrograms(path string) bool {
	return slices.ContainsFunc([]string{"/api/", "/static/", "/download/", "/healthz", "/readyz", "/metrics"}, func(prefix string) bool {
		return strings.HasPrefix(path, prefix)
	})
}

// isRead tells a request for a page from one that sends a form.
func isRead(c *gin.Context) bool {
	return c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
}

// languages lists the languages that the page of a request can be read in; none for an answer to a form, of which what was
// typed would be lost.
func languages(c *gin.Context, current *locale.Words) []tongue {
	if !isRead(c) {
		return nil
	}
	var list []tongue
	for _, w := range locale.All() {
		values := c.Request.URL.Query()
		values.Set(langKey, w.Tag)
		list = append(list, tongue{w.Tag, w.Name, address(here(c), values), w.Tag == current.Tag})
	}
	return list
}

// scriptWords are the texts of the scripts in every language, as JSON for a script element.
func scriptWords() (map[string]template.JS, error) {
	all := map[string]template.JS{}
	for _, w := range locale.All() {
		texts := map[string]string{langKey: w.Tag}
		for _, key := range w.Keys() {
			if strings.HasPrefix(key, "js.") {
				texts[key] = w.Text(key)
			}
		}
		encoded, err := json.Marshal(texts) // which writes < > and & so that they end no script
		if err != nil {
			return nil, err
		}
		all[w.Tag] = template.JS(encoded)
	}
	return all, nil
}
