package dashboards

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// redirect is how a page says that its canonical address is another one.
type redirect struct{ to string }

func (r redirect) Error() string { return "see " + r.to }

// errReadOnly answers methods that would change something.
var errReadOnly = errors.New("only reading is possible")

// errElsewhere answers a form that a page of another site sent.
var errElsewhere = errors.New("sent by another site's page")

// refusal is an error that this package finds: its code, as in queries.Error, and the text that tells the reader.
type refusal struct {
	code, key string
	words     []any // for the places in the text: string, or int for a count
}

func (r refusal) Error() string { return r.in(english) }

func (r refusal) in(w *locale.Words) string {
	words := make([]string, len(r.words))
	for i, word := range r.words {
		if n, ok := word.(int); ok {
			words[i] = w.Count(float64(n))
		} else {
			words[i] = fmt.Sprint(word)
		}
	}
	return w.Say(r.key, words...)
}

// refuse gives the error with this code, told in the text under key.
func refuse(code, key string, words ...any) error { return refusal{code, key, words} }

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
	Back    string `json:"-"` // the page without what is wrong; empty: there is none
}

// explain maps any error to what a reader may know of it. What is inside an unforeseen error stays in the log.
func explain(w *locale.Words, err error) problem {
	var known *queries.Error
	var refused refusal
	switch {
	case errors.As(err, &refused):
		return problem{Status: statuses[refused.code], Code: refused.code, Message: refused.in(w)}
	case errors.As(err, &known) && known.Message != "" && statuses[known.Code] != 0:
		return problem{Status: statuses[known.Code], Code: known.Code, Message: told(w, known)}
	case errors.Is(err, errReadOnly):
		return problem{Status: http.StatusMethodNotAllowed, Code: queries.Invalid, Message: w.Text("problem.read_only")}
	case errors.Is(err, errElsewhere):
		return problem{Status: http.StatusForbidden, Code: queries.Invalid, Message: w.Text("problem.elsewhere")}
	case errors.Is(err, store.ErrNoData):
		return problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Message: w.Text("problem.no_data")}
	case errors.Is(err, errBusy):
		return problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Message: w.Text("busy")}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Message: w.Text("timeout")}
	}
	return problem{Status: http.StatusInternalServerError, Code: "internal", Message: w.Text("internal")}
}

// told is the sentence of an error of package queries in a language.
func told(w *locale.Words, known *queries.Error) string { return known.In(w) }

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
	told := explain(s.words(c), err)
	told.ID = c.GetString(requestID)
	if told.Status == http.StatusInternalServerError {
		s.log.Error("request failed", "id", told.ID, "path", c.Request.URL.Path, "error", err)
	}
	if c.Writer.Written() {
		panic(http.ErrAbortHandler) // half a download must not look like a whole one
	}
	if errors.Is(err, errBusy) {
		c.Header("Retry-After", "10")
	}
	for _, header := range []string{"Content-Disposition", "Content-Length"} {
		c.Writer.Header().Del(header)
	}
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		c.JSON(told.Status, gin.H{"error": told})
		return
	}
	if isRead := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead; isRead && s.answered(c, err) {
		return
	}
	s.renderProblem(c, told)
}

// answered writes the page that stands in place of one that could not be opened, where there is such a page.
func (s *server) answered(c *gin.Context, err error) bool {
	var wrong *wrongFilter
	switch {
	case errors.Is(err, errNotBegun):
		err = s.renderWelcome(c)
	case errors.As(err, &wrong):
		err = s.renderWrong(c, wrong)
	default:
		return false
	}
	return err == nil
}

// errorCode is the code of an error of this package or of queries.
func errorCode(err error) string {
	var refused refusal
	if errors.As(err, &refused) {
		return refused.code
	}
	return queries.ErrorCode(err)
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
