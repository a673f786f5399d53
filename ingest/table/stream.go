package table

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/transform"
)

// textStream opens a text file from its start as often as asked, without its
// byte order mark, unpacked, and in UTF-8 unless charset says otherwise.
type textStream struct {
	f       *os.File
	size    int64
	gzip    bool
	bom     int
	charset charset
	decode  func() transform.Transformer
}

// counter counts the bytes that pass.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

type stream struct {
	io.Reader
	close func() error
}

func (s stream) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

func (s textStream) open() (io.ReadCloser, func() int64, error) {
	count := &counter{r: io.NewSectionReader(s.f, 0, s.size)}
	consumed := func() int64 { return count.n }
	out := stream{Reader: count}
	if s.gzip {
		z, err := gzip.NewReader(count)
		if err != nil {
			return nil, nil, err
		}
		out = stream{Reader: z, close: z.Close}
	}
	if s.bom > 0 {
		if _, err := io.CopyN(io.Discard, out.Reader, int64(s.bom)); err != nil {
			return nil, nil, err
		}
	}
	if s.decode != nil {
		out.Reader = transform.NewReader(out.Reader, s.decode())
	}
	return out, consumed, nil
}

// sampleSize is how much of a text decides on encoding, delimiter and shape.
const sampleSize = 4 << 20

// head reads up to n bytes from the start of the stream.
func (s textStream) head(n int) ([]byte, error) {
	r, _, err := s.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(n)))
	return b, err
}

// openText opens delimited text and JSON.
func (f *File) openText() error {
	s := textStream{f: f.f, size: f.Bytes}
	magic := make([]byte, 2)
	if _, err := f.f.ReadAt(magic, 0); err == nil && bytes.Equal(magic, []byte("\x1f\x8b")) {
		s.gzip = true
	}
	raw, err := s.head(sampleSize)
	if err != nil {
		return f.readError(err)
	}
	if s.gzip {
		if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
			return f.refuse("this is a workbook or zip archive inside a gzip file", "unpack it first")
		}
		if what := binaryFormat(raw); what != "" {
			return f.refuse("this is "+what+" inside a gzip file, not an export of rows", "give the CSV, Excel or JSON file that the system exported")
		}
	}
	choice, err := chooseEncoding(raw, f.opt.Encoding)
	if err != nil {
		return (&Table{file: f}).place(err)
	}
	f.Encoding = choice.name
	s.bom, s.charset, s.decode = choice.bom, choice.charset, choice.decode
	sample := raw
	if s.bom > 0 || s.decode != nil {
		if sample, err = s.head(sampleSize); err != nil {
			return f.readError(err)
		}
	}
	if choice.note != "" {
		f.note("%s", choice.note)
	}
	if err := f.checkText(sample); err != nil {
		return err
	}

	t := &Table{file: f}
	if shape := jsonShape(sample); shape.kind != notJSON {
		if err := f.openJSON(t, s, shape); err != nil {
			return err
		}
	} else if err := f.openDelimited(t, s, sample); err != nil {
		return err
	}
	if s.gzip {
		f.Format += ".gz"
	}
	f.Tables = []*Table{t}
	return nil
}

// openDelimited finds delimiter, line end and heading.
func (f *File) openDelimited(t *Table, s textStream, sample []byte) error {
	d := &delimited{text: s, eol: '\n'}
	d.delim, d.eol = sniffDelimiter(sample, len(sample) < sampleSize)
	f.Format = map[byte]string{',': "csv", '\t': "tsv", ';': "ssv", '|': "psv"}[d.delim]
	if f.Format == "" {
		f.Format = "txt"
	}
	if d.delim != noDelimiter {
		t.Delimiter = d.delim
	}
	t.format = d
	sep := separatorLine(sample)
	t.skipThrough = sep
	if err := t.findHeading(); err != nil {
		return err
	}
	t.skipThrough = max(t.skipThrough, sep)
	if len(t.Heading) == 0 {
		return f.refuse("the file holds nothing but empty lines", remedyExportAgain)
	}
	return nil
}

// readError turns an error met while reading or unpacking into a sentence.
func (f *File) readError(err error) error {
	var fe *FileError
	if errors.As(err, &fe) {
		fe.Path = f.Path
		return fe
	}
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &FileError{Path: f.Path, Reason: "the compressed file ends too early", Remedy: "it was cut short – copy or export it again", cause: err}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return &FileError{Path: f.Path, Reason: "the compressed file is damaged", Remedy: "copy or export it again", cause: err}
	}
	return osError(f.Path, err)
}
