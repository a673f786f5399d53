package dashboards

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// redirect is how a page says that its canonical address is another one.
type redirect struct{ to string }

func (r redirect) Error() string { return "see " + r.to }

// errReadOnly answers methods that would change something.
var errReadOnly = errors.New("this address can only be read")

// errElsewhere answers a form that a page of another site sent.
var errElsewhere = errors.New("this was sent by another site's page, so nothing was changed: use the form on this site")

// statuses gives each error code its HTTP status.
var statuses = map[string]int{
	"invalid":     http.StatusBadRequest,
	"not_found":   http.StatusNotFound,
	"conflict":    http.StatusConflict,
	"unavailable": http.StatusServiceUnavailable,
	"internal":    http.StatusInternalServerError,
}

// problem is an error as a reader is told of it.
type problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
	ID      string `json:"request_id"`
}

// explain maps any error to what a reader may know of it. What is inside an unforeseen error stays in the log.
func explain(err error) problem {
	var known *queries.Error
	switch {
	case errors.As(err, &known) && known.Message != "" && statuses[known.Code] != 0:
		return problem{Status: statuses[known.Code], Code: known.Code, Message: known.Message}
	case errors.Is(err, errReadOnly):
		return problem{Status: http.StatusMethodNotAllowed, Code: queries.Invalid, Message: sentence(errReadOnly.Error())}
	case errors.Is(err, errElsewhere):
		return problem{Status: http.StatusForbidden, Code: queries.Invalid, Message: sentence(errElsewhere.Error())}
	case errors.Is(err, store.ErrNoData):
		return problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Message: sentence(store.ErrNoData.Error())}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Message: text["timeout"]}
	}
	return problem{Status: http.StatusInternalServerError, Code: "internal", Message: text["internal"]}
}

// fail is the one place where an error becomes a response: JSON under /api/, a page elsewhere.
func (s *server) fail(c *gin.Context, err error) {
	var elsewhere redirect
	if errors.As(err, &elsewhere) {
		c.Redirect(http.StatusSeeOther, elsewhere.to)
		return
	}
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Abort() // the reader has left
		return
	}
	told := explain(err)
	told.ID = c.GetString(requestID)
	if told.Status == http.StatusInternalServerError {
		s.log.Error("request failed", "id", told.ID, "path", c.Request.URL.Path, "error", err)
	}
	if c.Writer.Written() {
		panic(http.ErrAbortHandler) // half a download must not look like a whole one
	}
	for _, header := range []string{"Content-Disposition", "Content-Length"} {
		c.Writer.Header().Del(header)
	}
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		c.JSON(told.Status, gin.H{"error": told})
		return
	}
	s.renderProblem(c, told)
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
