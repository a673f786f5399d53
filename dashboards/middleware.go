package dashboards

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
)

const requestID = "request_id"

var plausibleID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// identify gives each request an id, or keeps the one of a proxy, so that a reader's complaint finds its log line.
func (s *server) identify(c *gin.Context) {
	id := c.GetHeader("X-Request-Id")
	if !plausibleID.MatchString(id) {
		id = rand.Text()
	}
	c.Set(requestID, id)
	c.Header("X-Request-Id", id)
}

// observe logs and counts each request once it is done. A URL names departments and partners, never people.
func (s *server) observe(c *gin.Context) {
	if isAhead(c.Request.Context()) {
		return // nobody asked
	}
	start := time.Now()
	defer func() {
		took := time.Since(start)
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		s.metrics.count(c.Request.Method, route, c.Writer.Status(), took)
		level := slog.LevelInfo
		if strings.HasPrefix(route, "/static/") || route == "/healthz" || route == "/readyz" || route == "/metrics" {
			level = slog.LevelDebug
		}
		s.log.LogAttrs(c.Request.Context(), level, "request",
			slog.String("id", c.GetString(requestID)), slog.String("method", c.Request.Method), slog.String("path", c.Request.URL.Path),
			slog.String("query", c.Request.URL.RawQuery), slog.Int("status", c.Writer.Status()), slog.Int("bytes", max(0, c.Writer.Size())),
			slog.Float64("ms", float64(took.Microseconds())/1000))
	}()
	c.Next()
}

// recover turns a panic into an internal error.
func (s *server) recover(c *gin.Context) {
	defer func() {
		switch reason := recover(); reason {
		case nil:
		case http.ErrAbortHandler:
			panic(reason) // how a handler gives up a connection on purpose
		default:
			s.log.Error("panic", "id", c.GetString(requestID), "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
			s.fail(c, &queries.Error{Code: "internal"})
			c.Abort()
		}
	}()
	c.Next()
}

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure keeps a browser from loading, running, sending or framing anything but these pages.
func (s *server) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer a form's Origin would be null, see guardOrigin
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache")
}

// guardHost answers only to names of this computer: a page elsewhere whose name was made to point here (DNS rebinding)
// would else read the data through its reader's browser.
func (s *server) guardHost(c *gin.Context) {
	host := c.Request.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	configured, _, _ := net.SplitHostPort(s.addr)
	if isLoopback(host) || host != "" && host == configured {
		return
	}
	c.Header("Content-Type", "text/plain; charset=utf-8")
	c.String(http.StatusMisdirectedRequest, "This server answers to "+s.addr+" and localhost only, not to the name in the address bar.\n")
	c.Abort()
}

// guardOrigin refuses what would change something and was sent by a page of another site, in its reader's browser.
func (s *server) guardOrigin(c *gin.Context) {
	if err := s.origins.Check(c.Request); err != nil {
		s.fail(c, errElsewhere)
		c.Abort()
	}
}

// compress is for what programs read as text. Pages are compressed as they are made (kept.go), as are the static files.
func compress() gin.HandlerFunc {
	return gzip.Gzip(gzip.DefaultCompression, gzip.WithCustomShouldCompressFn(func(c *gin.Context) bool {
		at := c.Request.URL.Path
		isText := strings.HasPrefix(at, "/api/") || strings.HasPrefix(at, choicesPath) || slices.Contains([]string{".csv", ".json"}, path.Ext(at))
		return isText && takesGzip(c.Request)
	}))
}

// status writes a status as a Prometheus label.
func statusLabel(status int) string { return strconv.Itoa(status) }
