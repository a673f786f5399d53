package dashboards

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates of one language by page, each together with the layout and the parts.
type pages map[string]*template.Template

// parseTemplates reads the templates of every language: what a template says, it asks of the functions bound to its own.
func parseTemplates(static *staticFiles) (map[string]pages, error) {
	all := map[string]pages{}
	for _, w := range locale.All() {
		var err error
		if all[w.Tag], err = parsePages(static, w); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func parsePages(static *staticFiles, w *locale.Words) (pages, error) {
	shared, err := template.New("shared").Funcs(template.FuncMap{
		"static": static.url,
		"lower":  strings.ToLower,
		"t":      w.Text,
		"of":     w.Of,
		"rich":   func(key string, links ...string) (template.HTML, error) { return rich(w, key, links...) },
		"say": func(key string, words ...any) string {
			filled := make([]string, len(words))
			for i, word := range words {
				filled[i] = fmt.Sprint(word)
			}
			return w.Say(key, filled...)
		},
		"count": func(n any) (string, error) {
			switch n := reflect.ValueOf(n); {
			case n.CanInt():
				return w.Count(float64(n.Int())), nil
			case n.CanFloat():
				return w.Count(n.Float()), nil
			}
			return "", fmt.Errorf("count: %T is no number", n)
		},
	}).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "layout" || page == "parts" {
			continue
		}
		clone, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if all[page], err = clone.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// nav is the list of pages. A later one is a line here and its name in text.
var nav = []string{
	"/",
	"/turnaround",
	"/fill-rate",
	"/overdue",
	worklistsPath,
	partnersPath,
	demandPath,
	collectionsPath,
	outreachPath,
	reportsPath,
	catalogPath,
	"/data",
	"/definitions",
	settingsPath,
}

type navItem struct {
	Name, URL string
	Current   bool
}

// tongue is a language that the page can be read in.
type tongue struct {
	Tag, Name string
	URL       string // the page in this language
	Current   bool
}

// view is what every template is given; Body is the page's own.
type view struct {
	Lang       string // as in <html lang>
	Languages  []tongue
	JSWords    template.JS // the texts of the scripts as JSON
	Title      string
	IsRefused  bool // what was sent was not taken: the window's title says so first
	Nav        []navItem
	Form       *form
	Summary    []string
	AsOf       string
	Generation int
	Version    string
	NoChart    bool // built without ECharts
	ZoneGuess  bool // a library's zone was never given
	Body       any
}

// render writes a page. It is made whole before the first byte leaves, so that a failure can still say so.
func (v *visit) render(c *gin.Context, page, title string, form *form, body any) error {
	return v.renderAs(c, http.StatusOK, page, title, form, body)
}

// renderAs is render with another status than 200.
func (v *visit) renderAs(c *gin.Context, status int, page, title string, form *form, body any) error {
	if v.tile != "" {
		return v.writeTile(c, page)
	}
	view := v.server.view(c, v.Words, title, v.to)
	view.Form, view.Body, view.IsRefused = form, body, status >= http.StatusBadRequest
	if form != nil {
		view.Summary = v.summary()
	}
	view.Generation = v.reading.Generation
	if !v.history.AsOf.IsZero() {
		view.AsOf = v.Date(v.history.Today)
	}
	for _, l := range v.history.Libraries {
		view.ZoneGuess = view.ZoneGuess || !l.ZoneGiven
	}
	made, err := v.server.made(page, view)
	if err != nil {
		return err
	}
	if status == http.StatusOK && v.isWhole && v.key != "" {
		v.server.cache.put(v.key, made)
		return made.send(c)
	}
	return made.write(c, status)
}

func (s *server) view(c *gin.Context, w *locale.Words, title string, to func(string) string) *view {
	view := &view{Lang: w.Tag, Languages: languages(c, w), JSWords: s.scripts[w.Tag], Title: title, Version: s.version, NoChart: !s.static.has("vendor/echarts.min.js")}
	current := c.Request.URL.Path
	for _, path := range nav {
		view.Nav = append(view.Nav, navItem{w.Text("page." + path), to(path), path == current || strings.HasPrefix(current, path+"/")})
	}
	return view
}

func (s *server) write(c *gin.Context, status int, page string, view *view) error {
	made, err := s.made(page, view)
	if err != nil {
		return err
	}
	return made.write(c, status)
}

// made is a page's bytes.
func (s *server) made(page string, view *view) (kept, error) {
	var b bytes.Buffer
	if err := s.templates[view.Lang][page].ExecuteTemplate(&b, "layout", view); err != nil {
		return kept{}, err
	}
	return zip(b.Bytes())
}

// renderProblem writes an error as a page.
func (s *server) renderProblem(c *gin.Context, told problem) {
	w := s.words(c)
	view := s.view(c, w, w.Text("status."+strconv.Itoa(told.Status)), func(path string) string { return path })
	view.Body = told
	if err := s.write(c, told.Status, "problem", view); err != nil {
		s.log.Error("the error page failed", "id", told.ID, "error", err)
		c.String(told.Status, told.Message+"\n")
	}
}
