package dashboards

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofrs/flock"
)

// uploads is the folder of uploaded files: one folder per running server, locked while it lives, and in it one per import.
type uploads struct {
	root string

	mu   sync.Mutex
	own  string
	lock *flock.Flock
}

// openUploads removes what servers that are gone left behind. The folder is made for the first upload.
func openUploads(root string) (*uploads, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("uploaded files: %w", err)
	}
	for _, entry := range entries {
		left := filepath.Join(root, entry.Name())
		lock := flock.New(filepath.Join(left, "lock"))
		if got, err := lock.TryLock(); err == nil && !got {
			continue // of a server that runs
		}
		if err := errors.Join(os.RemoveAll(left), lock.Unlock()); err != nil {
			return nil, fmt.Errorf("files left by an upload: %w", err)
		}
	}
	return &uploads{root: root}, nil
}

// folder makes a folder for one import.
func (u *uploads) folder() (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.own == "" {
		if err := os.MkdirAll(u.root, 0o700); err != nil {
			return "", err
		}
		own, err := os.MkdirTemp(u.root, "server-") // 0700
		if err != nil {
			return "", err
		}
		lock := flock.New(filepath.Join(own, "lock"))
		if _, err := lock.TryLock(); err != nil {
			return "", err
		}
		u.own, u.lock = own, lock
	}
	return os.MkdirTemp(u.own, "import-")
}

func (u *uploads) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.own == "" {
		return nil
	}
	err := errors.Join(os.RemoveAll(u.own), u.lock.Unlock())
	u.own = ""
	_ = os.Remove(u.root) // unless another server has its folder there
	return err
}

// wrongUpload is why an upload was not taken.
type wrongUpload struct {
	status int
	key    string // of the sentence
	words  []string
}

func (w *wrongUpload) Error() string { return w.key }

const (
	longestValue = 64 << 10 // bytes of a text in the form
	mostValues   = 50       // of all names together: they are held in memory
)

// receive writes the files of a form to the import's folder, as they come, and gives the form's texts. What it cannot take
// is a *wrongUpload.
func (i *importRun) receive(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	limit := i.desk.limit
	tooLarge := &wrongUpload{http.StatusRequestEntityTooLarge, "import.too_large", []string{bytesText(limit)}}
	if r.ContentLength > limit+longestValue {
		return nil, tooLarge
	}
	if free, known := freeDisk(i.folder); known && r.ContentLength > 0 && free < r.ContentLength+spareDisk {
		return nil, &wrongUpload{http.StatusInsufficientStorage, "import.disk_full", nil}
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	control := http.NewResponseController(w)
	defer context.AfterFunc(ctx, func() { _ = control.SetReadDeadline(time.Now()) })() // whoever cancels does not wait for the rest
	i.mu.Lock()
	i.cancel = cancel
	i.mu.Unlock()
	r.Body = http.MaxBytesReader(w, &patient{ReadCloser: r.Body, control: control, ctx: ctx}, limit+longestValue)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &wrongUpload{http.StatusBadRequest, "import.no_form", nil}
	}
	values, count, texts := url.Values{}, 0, 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && part.FileName() == "" {
			if texts++; texts > mostValues {
				return nil, &wrongUpload{http.StatusBadRequest, "import.no_form", nil}
			}
			err = readValue(values, part)
		} else if err == nil {
			if count++; count > maxUploadFiles {
				return nil, &wrongUpload{http.StatusRequestEntityTooLarge, "import.too_many", []string{fmt.Sprint(maxUploadFiles)}}
			}
			err = i.save(part, count)
		}
		var over *http.MaxBytesError
		var wrong *wrongUpload
		switch {
		case err == nil:
		case errors.As(err, &wrong):
			return nil, wrong
		case errors.As(err, &over):
			return nil, tooLarge
		case errors.Is(err, syscall.ENOSPC):
			return nil, &wrongUpload{http.StatusInsufficientStorage, "import.disk_full", nil}
		default:
			return nil, &wrongUpload{http.StatusBadRequest, "import.broken_off", nil}
		}
	}
	if count == 0 {
		return values, &wrongUpload{http.StatusBadRequest, "import.no_file", nil}
	}
	return values, nil
}

// save writes one file to a folder of its own, so that two of one name do not meet.
func (i *importRun) save(part *multipart.Part, number int) (err error) {
	folder := filepath.Join(i.folder, fmt.Sprintf("%02d", number))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(folder, safeName(part.FileName()))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, part); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.files = append(i.files, path)
	return nil
}

func readValue(values url.Values, part *multipart.Part) error {
	text, err := io.ReadAll(io.LimitReader(part, longestValue+1))
	if err != nil {
		return err
	}
	if len(text) > longestValue {
		return &wrongUpload{http.StatusBadRequest, "import.no_form", nil}
	}
	if part.FormName() != "files" { // where no file was chosen, browsers send one without a name
		values.Add(part.FormName(), strings.TrimSpace(string(text)))
	}
	return nil
}

// safeName makes of what a browser calls a file a name that means nothing to a file system and can be read by people.
func safeName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) { // marks of direction are not printed
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if ending := filepath.Ext(name); len(name) > longestName {
		if len(ending) > 10 {
			ending = ""
		}
		name = cut(name, longestName-len(ending)) + ending
	}
	if name == "" {
		return "file"
	}
	return name
}

// longestName is in bytes: file systems take 255.
const longestName = 160

// cut shortens a text to n bytes at most, at the end of a letter.
func cut(text string, n int) string {
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:min(n, len(text))]
}

// patient puts off the server's deadlines while an upload goes on.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
	ctx     context.Context // ends when the import is cancelled
	last    time.Time
}

func (p *patient) Read(into []byte) (int, error) {
	if now := time.Now(); now.Sub(p.last) > time.Second {
		p.last = now
		// A server of another kind (a test's) may know no deadlines.
		_ = p.control.SetReadDeadline(now.Add(stallTimeout))
		_ = p.control.SetWriteDeadline(now.Add(2 * stallTimeout))
	}
	if err := p.ctx.Err(); err != nil { // after the deadlines, which may have been put off just after it ended
		return 0, err
	}
	return p.ReadCloser.Read(into)
}

// bytesText writes a size as people say it.
func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.3g GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.3g MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
