package dashboards

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed templates/*.html
var templateFiles embed.FS

// parseTemplates reads each page's template together with the layout and the parts.
func parseTemplates(static *staticFiles) (map[string]*template.Template, error) {
	functions := template.FuncMap{
		"static": static.url,
		"count":  func(n int64) string { return count(float64(n)) },
		"lower":  strings.ToLower,
	}
	shared, err := template.New("shared").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "layout" || page == "parts" {
			continue
		}
		clone, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if pages[page], err = clone.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// nav is the list of pages. A later one is a line here and its name in text.
var nav = []string{
	"/",
	"/turnaround",
	"/fill-rate",
	"/overdue",
	outreachPath,
	catalogPath,
	"/data",
	"/definitions",
}

type navItem struct {
	Name, URL string
	Current   bool
}

// view is what every template is given; Body is the page's own.
type view struct {
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
	view := v.server.view(title, v.path, v.to)
	view.Form, view.Body, view.IsRefused = form, body, status >= http.StatusBadRequest
	if form != nil {
		view.Summary = v.summary()
	}
	view.Generation = v.reading.Generation
	if !v.history.AsOf.IsZero() {
		view.AsOf = dateWords(v.history.Today)
	}
	for _, l := range v.history.Libraries {
		view.ZoneGuess = view.ZoneGuess || !l.ZoneGiven
	}
	return v.server.write(c, status, page, view)
}

func (s *server) view(title, current string, to func(string) string) *view {
	view := &view{Title: title, Version: s.version, NoChart: !s.static.has("vendor/echarts.min.js")}
	for _, path := range nav {
		view.Nav = append(view.Nav, navItem{text["page."+path], to(path), path == current || strings.HasPrefix(current, path+"/")})
	}
	return view
}

func (s *server) write(c *gin.Context, status int, page string, view *view) error {
	var b bytes.Buffer
	if err := s.templates[page].ExecuteTemplate(&b, "layout", view); err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// renderProblem writes an error as a page.
func (s *server) renderProblem(c *gin.Context, told problem) {
	view := s.view(http.StatusText(told.Status), c.Request.URL.Path, func(path string) string { return path })
	view.Body = told
	if err := s.write(c, told.Status, "problem", view); err != nil {
		s.log.Error("the error page failed", "id", told.ID, "error", err)
		c.String(told.Status, told.Message+"\n")
	}
}
