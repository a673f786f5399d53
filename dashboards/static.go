package dashboards

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/static"
	"github.com/fillrate/fillrate/queries"
)

// staticFiles serves embedded files under addresses that hold a hash of their content, so that a browser may keep them
// for ever.
type staticFiles struct{ files map[string]staticFile }

type staticFile struct {
	hash, contentType string
	plain, zipped     []byte
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadStatic() (*staticFiles, error) {
	loaded := &staticFiles{files: map[string]staticFile{}}
	err := fs.WalkDir(static.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		contentType := contentTypes[path.Ext(name)]
		if err != nil || entry.IsDir() || contentType == "" {
			return err
		}
		content, err := static.Files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		file := staticFile{hash: hex.EncodeToString(sum[:6]), contentType: contentType, plain: content}
		var zipped bytes.Buffer
		writer, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := writer.Write(content); err != nil {
			return err
		}
		if err := writer.Close(); err != nil {
			return err
		}
		if zipped.Len() < len(content) {
			file.zipped = zipped.Bytes()
		}
		loaded.files[name] = file
		return nil
	})
	return loaded, err
}

func (f *staticFiles) has(name string) bool { _, ok := f.files[name]; return ok }

// url gives the address of a file, empty where it is not embedded.
func (f *staticFiles) url(name string) string {
	file, ok := f.files[name]
	if !ok {
		return ""
	}
	return "/static/" + file.hash + "/" + name
}

func (s *server) serveStatic(c *gin.Context) error {
	file, ok := s.static.files[strings.TrimPrefix(c.Param("file"), "/")]
	if !ok || file.hash != c.Param("hash") {
		return refuse(queries.NotFound, "problem.no_file")
	}
	body := file.plain
	c.Header("Vary", "Accept-Encoding")
	if file.zipped != nil && strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		body = file.zipped
		c.Header("Content-Encoding", "gzip")
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Header("Content-Length", strconv.Itoa(len(body)))
	c.Data(http.StatusOK, file.contentType, body)
	return nil
}

func (s *server) favicon(c *gin.Context) error { return redirect{s.static.url("favicon.svg")} }
