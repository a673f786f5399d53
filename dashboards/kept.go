package dashboards

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// kept is a page as it was sent: one of which every tile was there, and that nothing outside its key can change. An
// opener gives it as an error where a page need not be made anew.
type kept struct {
	zipped []byte
	tag    string // ETag
}

func (kept) Error() string { return "the page is kept" }

// keptKey names a page by all that it depends on: the generation, the address, the language, the settings and the record
// of what the library did. It is empty where there is no telling.
func (v *visit) keptKey(c *gin.Context, values url.Values) string {
	if !isRead(c) {
		return ""
	}
	set, err := v.server.settled(c)
	if err != nil {
		return ""
	}
	stamp := ""
	if v.server.campaigns != nil {
		list, err := v.server.campaigns.List(v.ctx)
		if err != nil {
			return ""
		}
		written, err := json.Marshal(list)
		if err != nil {
			return ""
		}
		stamp = digest(written)
	}
	return fmt.Sprintf("%d page %s %d %s %s?%s", v.reading.Generation, v.Tag, set.Revision, stamp, v.path, values.Encode())
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// zip makes a page to be kept, or sent, of its bytes.
func zip(page []byte) (kept, error) {
	page = straight(page)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(page); err != nil {
		return kept{}, err
	}
	if err := w.Close(); err != nil {
		return kept{}, err
	}
	return kept{zipped: b.Bytes(), tag: `"` + digest(page) + `"`}, nil
}

// send answers with a kept page, or says that the reader's browser has it already.
func (k kept) send(c *gin.Context) error {
	c.Writer.Header().Set("ETag", k.tag)
	if strings.Contains(c.GetHeader("If-None-Match"), k.tag) {
		vary(c)
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	return k.write(c, http.StatusOK)
}

// vary says what else than the address a page depends on.
func vary(c *gin.Context) {
	for _, header := range []string{"Cookie", "Accept-Language", "Accept-Encoding"} {
		c.Writer.Header().Add("Vary", header)
	}
}

// write answers with a page, as small as the reader's browser takes it.
func (k kept) write(c *gin.Context, status int) error {
	vary(c)
	if takesGzip(c.Request) {
		c.Writer.Header().Set("Content-Encoding", "gzip")
		c.Data(status, "text/html; charset=utf-8", k.zipped)
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(k.zipped))
	if err != nil {
		return err
	}
	page, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.Data(status, "text/html; charset=utf-8", page)
	return nil
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
