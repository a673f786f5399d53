package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// Options steer how a file is opened. The zero value recognises everything.
type Options struct {
	// Sheet names the only sheet of a workbook to list.
	Sheet string
	// Columns are the headings of a table that has none: its first row is data.
	Columns []string
	// Encoding of a text file, such as "windows-1252", "utf-16le" or
	// "shift_jis"; "" recognises it.
	Encoding string
	// MaxUncompressed is the largest size in bytes to which one part of a
	// workbook may unfold; 0 stands for 4 GiB.
	MaxUncompressed int64
}

// File is an opened export. It holds the file open until Close.
type File struct {
	Path     string
	Format   string   // csv, tsv, ssv (semicolon), psv (pipe), txt (caret or one column), json, jsonl or xlsx; ".gz" is appended to compressed text
	Encoding string   // utf-8, utf-16le, windows-1252 …
	Notes    []string // sentences for the summary, known when the file was opened
	Tables   []*Table
	Bytes    int64 // size of the file

	f   *os.File
	opt Options

	mu    sync.Mutex
	later []string // notes made while reading
}

// Table is one table of a file. Heading holds the headings as written, less
// white space around them; a heading may be empty, and an empty Heading means
// a sheet without rows. HeadingLine is 0 where the headings came from Options.
type Table struct {
	Name        string // sheet; "" in text and JSON
	Heading     []string
	HeadingLine int
	Delimiter   byte // of delimited text with more than one column, else 0

	file        *File
	format      format
	width       int // len(Heading), or how many cells to keep while looking for it
	seeking     bool
	skipThrough int // rows up to this line are no data
}

// format is what tells one kind of file from another.
type format interface {
	// open starts the stream of records anew, returns how much of the file has
	// been read to whoever asks later, and the cutter for the stream.
	open(t *Table) (r io.ReadCloser, consumed func() int64, cut cutter, err error)
	// rows takes a chunk apart.
	rows(c *Chunk, yield func(Row) error) error
}

// cutter finds the ends of records in a stream.
type cutter interface {
	// cut looks at buf, which begins at the start of a record, and returns how
	// many of its bytes are whole records and how many can be forgotten after
	// them (≥ records). 0, 0 asks for more bytes. At the end of the stream eof
	// is set, and all bytes must be consumed or an error returned.
	cut(buf []byte, eof bool) (records, consumed int, err error)
	// first is the line, row or position of the first record of buf, which
	// cut has just returned; it is called once for each piece, in order.
	first(records []byte, consumed []byte) int
}

// maxRecord bounds a record, so that a lost quote cannot swallow the memory.
const maxRecord = 16 << 20

// Open recognises the format of the file at path by its content and lists its
// tables: one for text and JSON, one for each sheet of a workbook. The error is
// a *FileError.
func Open(path string, opt Options) (*File, error) {
	if opt.MaxUncompressed == 0 {
		opt.MaxUncompressed = 4 << 30
	}
	// Looked at before it is opened: opening a pipe would wait for somebody to write to it.
	if info, err := os.Stat(path); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, &FileError{Path: path, Reason: "this is no ordinary file but a pipe or device", Remedy: "save its content to a file and load that"}
	}
	h, err := os.Open(path)
	if err != nil {
		return nil, osError(path, err)
	}
	f := &File{Path: path, f: h, opt: opt}
	if err := f.open(); err != nil {
		h.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) open() error {
	st, err := f.f.Stat()
	if err != nil {
		return osError(f.Path, err)
	}
	if st.IsDir() {
		return f.refuse("this is a folder", "name the files in it")
	}
	f.Bytes = st.Size()
	if f.Bytes == 0 {
		return f.refuse("the file is empty", remedyExportAgain)
	}
	magic := make([]byte, 16)
	n, err := f.f.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return osError(f.Path, err)
	}
	magic = magic[:n]
	switch {
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")), bytes.HasPrefix(magic, []byte("PK\x05\x06")):
		return f.openWorkbook()
	case bytes.HasPrefix(magic, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return f.refuseOLE()
	}
	if what := binaryFormat(magic); what != "" {
		return f.refuse("this is "+what+", not an export of rows", "give the CSV, Excel or JSON file that the system exported")
	}
	return f.openText()
}

// refuse is an error about the whole file.
func (f *File) refuse(reason, remedy string) *FileError {
	return &FileError{Path: f.Path, Reason: reason, Remedy: remedy}
}

// Close closes the file. Chunks already handed out remain readable.
func (f *File) Close() error { return f.f.Close() }

// AllNotes are Notes and those that came up while reading, such as damaged
// characters. Call it after the last chunk was read.
func (f *File) AllNotes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append(slices.Clone(f.Notes), f.later...)
}

// noteLater records a sentence once. It may be called by any worker.
func (f *File) noteLater(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	f.mu.Lock()
	defer f.mu.Unlock()
	// A file of thousands of surprises says so once.
	if len(f.later) < 20 && !slices.Contains(f.later, s) {
		f.later = append(f.later, s)
	}
}

func (f *File) note(format string, args ...any) {
	f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
}

// Chunks streams the records of the table in pieces of about 1 MiB. yield is
// called from the calling goroutine and owns the chunk: it or a worker calls
// Release when the rows were read. Each call of Chunks starts anew. An error
// other than yield's own or the context's is a *FileError.
func (t *Table) Chunks(ctx context.Context, yield func(*Chunk) error) error {
	r, consumed, cut, err := t.format.open(t)
	if err != nil {
		return t.streamError(err)
	}
	defer r.Close()
	c := newChunk(t)
	defer func() {
		if c != nil {
			c.Release()
		}
	}()
	var counted int64
	eof := false
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.buf, eof, err = fill(r, c.buf); err != nil {
			return t.streamError(err)
		}
		records, used, err := cut.cut(c.buf, eof)
		if err != nil {
			return t.place(err)
		}
		if used == 0 && !eof {
			c.buf = slices.Grow(c.buf, cap(c.buf))
			continue
		}
		next := newChunk(t)
		next.buf = append(next.buf, c.buf[used:]...)
		c.FirstLine = cut.first(c.buf[:records], c.buf[:used])
		c.buf = c.buf[:records]
		c.last = eof && used == len(c.buf)
		now := consumed()
		c.raw, counted = now-counted, now
		full := c
		c = next
		if records == 0 && full.raw == 0 {
			full.Release()
		} else if err := yield(full); err != nil {
			return err
		}
		if eof && len(c.buf) == 0 {
			return nil
		}
	}
}

// fill reads until buf has reached its capacity or the stream its end.
func fill(r io.Reader, buf []byte) ([]byte, bool, error) {
	for len(buf) < cap(buf) {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, true, nil
		}
		if err != nil {
			return buf, false, err
		}
	}
	return buf, false, nil
}

// streamError turns an error met while reading into a sentence.
func (t *Table) streamError(err error) error {
	return t.place(t.file.readError(err))
}

// place adds path and sheet to an error about the table.
func (t *Table) place(err error) error {
	var fe *FileError
	if errors.As(err, &fe) {
		fe.Path, fe.Sheet = t.file.Path, t.Name
	}
	return err
}

// errStop ends a stream early, on purpose.
var errStop = errors.New("enough")

// findHeading reads the first rows and decides which one is the heading: the
// first with at least two cells that are not blank, or, in a table of one
// column, the first. Whether it is a heading at all is for the caller to say.
func (t *Table) findHeading() error {
	const look = 50
	type line struct {
		number int
		cells  []string
		filled int
	}
	var lines []line
	t.width, t.seeking = maxColumns, true
	defer func() { t.seeking = false }()
	err := t.Chunks(context.Background(), func(c *Chunk) error {
		defer c.Release()
		return c.Rows(func(r Row) error {
			if r.Err != nil {
				return errStop
			}
			l := line{number: r.Line}
			for _, cell := range r.Cells {
				s := strings.TrimSpace(string(cell.Text))
				l.cells = append(l.cells, s)
				if s != "" {
					l.filled++
				}
			}
			// An empty heading at the end may stand over values; a cell that is not there stands over none.
			for len(l.cells) > r.fields && l.cells[len(l.cells)-1] == "" {
				l.cells = l.cells[:len(l.cells)-1]
			}
			if l.filled == 0 {
				return nil
			}
			lines = append(lines, l)
			if l.filled >= 2 || len(lines) == look {
				return errStop
			}
			return nil
		})
	})
	if err != nil && !errors.Is(err, errStop) {
		return err
	}
	if len(t.file.opt.Columns) > 0 {
		t.Heading = slices.Clone(t.file.opt.Columns)
		t.width = len(t.Heading)
		return nil
	}
	if len(lines) == 0 {
		t.width = 0
		return nil
	}
	h := lines[0]
	if last := lines[len(lines)-1]; last.filled >= 2 {
		h = last
		if n := len(lines) - 1; n > 0 {
			where := "the heading"
			if t.Name != "" {
				where = fmt.Sprintf("the heading of sheet %q", t.Name)
			}
			t.file.note("%s above %s skipped", plural(n, "title line", "was", "were"), where)
		}
	}
	t.Heading, t.HeadingLine, t.skipThrough = h.cells, h.number, h.number
	t.width = len(t.Heading)
	return nil
}

// maxColumns is how many cells of a row are kept while the heading is sought;
// Excel has 16,384 columns.
const maxColumns = 1 << 14

func plural(n int, noun, one, many string) string {
	if n == 1 {
		return "1 " + noun + " " + one
	}
	return fmt.Sprintf("%d %ss %s", n, noun, many)
}
