package dashboards

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries/store"
)

// errNotBegun is why no page of figures can be opened: nothing was loaded yet.
var errNotBegun = fmt.Errorf("before the first load: %w", store.ErrNoData)

// renderWelcome says how the first load is made.
func (s *server) renderWelcome(c *gin.Context) error {
	return s.renderBare(c, "welcome", s.words(c).Text("welcome.title"), struct{ Import bool }{s.imports != nil})
}

// renderBare writes a page that can be read before the first load.
func (s *server) renderBare(c *gin.Context, page, title string, body any) error {
	view := s.view(c, s.words(c), title, func(path string) string { return path })
	view.Body = body
	c.Header("Cache-Control", "no-store") // after the load it is another page
	return s.write(c, http.StatusOK, page, view)
}
