package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"
)

// delimited is text in which one byte separates fields and one ends records.
// Quoting follows RFC 4180: a field that begins with a quote ends at the next
// quote that is not doubled. A quote inside any other field, or behind the
// closing quote, stands for itself.
type delimited struct {
	delim, eol byte
	text       textStream
}

// noDelimiter separates nothing: control bytes like it are refused in text.
const noDelimiter = 0x1f

func (d *delimited) open(*Table) (io.ReadCloser, func() int64, cutter, error) {
	r, consumed, err := d.text.open()
	if err != nil {
		return nil, nil, nil, err
	}
	return r, consumed, &delimitedCut{delim: d.delim, eol: d.eol, line: 1}, nil
}

// delimitedCut finds the last end of a record in a piece.
type delimitedCut struct {
	delim, eol byte
	line       int // of the first byte of the next piece
}

func (s *delimitedCut) first(_, consumed []byte) int {
	line := s.line
	s.line += bytes.Count(consumed, []byte{s.eol})
	return line
}

func (s *delimitedCut) lineAt(buf []byte, i int) int {
	return s.line + bytes.Count(buf[:i], []byte{s.eol})
}

func (s *delimitedCut) cut(buf []byte, eof bool) (int, int, error) {
	if i := bytes.IndexByte(buf, 0); i >= 0 {
		return 0, 0, &FileError{Line: s.lineAt(buf, i), Reason: "there are binary bytes (NUL) in the text, so the file is damaged or no text file", Remedy: remedyExportAgain}
	}
	n, open := s.end(buf)
	if n == 0 && open >= 0 && len(buf)-open > maxRecord {
		return 0, 0, &FileError{Line: s.lineAt(buf, open), Reason: "a quoted field that began here does not end within 16 MiB", Remedy: "a closing quote is missing or the file was cut short – export it again"}
	}
	if eof {
		if open >= 0 {
			return 0, 0, &FileError{Line: s.lineAt(buf, open), Reason: "the file ends inside a quoted field that began here", Remedy: "it was cut short – export it again"}
		}
		return len(buf), len(buf), nil
	}
	if n > 0 {
		return n, n, nil
	}
	if open < 0 && len(buf) > 2*maxRecord {
		return 0, 0, &FileError{Line: s.line, Reason: "this line is longer than 16 MiB, so the file is no table", Remedy: "give the CSV, Excel or JSON file that the system exported"}
	}
	return 0, 0, nil
}

// end returns the end of the last record that ends in the last sixteenth of
// buf (anywhere, if there are no quotes), or 0, and the place of a quote that
// buf does not close, or -1. Only quotes are looked at, not lines: whoever
// walks from quote to quote knows of each whether it opens a field.
func (s *delimitedCut) end(buf []byte) (n, open int) {
	const quotes = uint64('"') * ones
	zone := len(buf) - len(buf)/16
	var (
		pos    = 0     // behind the last closing quote
		inside = false // a quoted field, which began at open
		second = -1    // second of two quotes that stand for one
		dull   = 0     // words in a row without quotes
	)
	open = -1
	for i := 0; i < len(buf); i += 8 {
		m := matches(word(buf, i), quotes)
		if m == 0 {
			// Where quotes are rare, leap to the next one.
			if dull++; dull == 4 {
				dull = 0
				k := -1
				if i+8 < len(buf) {
					k = bytes.IndexByte(buf[i+8:], '"')
				}
				if k < 0 {
					break
				}
				i += k
			}
			continue
		}
		dull = 0
		for ; m != 0; m &= m - 1 {
			q := i + bits.TrailingZeros64(m)>>3
			switch {
			case q == second:
			case inside:
				if q+1 < len(buf) && buf[q+1] == '"' {
					second = q + 1
				} else {
					inside, open, pos = false, -1, q+1
				}
			default:
				if q >= zone {
					if j := bytes.LastIndexByte(buf[pos:q], s.eol); j >= 0 {
						n = pos + j + 1
					}
				}
				if q == 0 || buf[q-1] == s.delim || buf[q-1] == s.eol {
					inside, open = true, q
				} else {
					pos = q + 1 // stands for itself
				}
			}
		}
	}
	if !inside {
		if j := bytes.LastIndexByte(buf[pos:], s.eol); j >= 0 {
			n = pos + j + 1
		}
	}
	return n, open
}

const (
	ones = 0x0101010101010101
	low7 = 0x7f7f7f7f7f7f7f7f
)

// word loads eight bytes, zeros beyond the end of b.
func word(b []byte, i int) uint64 {
	if i+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[i:])
	}
	var tail [8]byte
	copy(tail[:], b[i:])
	return binary.LittleEndian.Uint64(tail[:])
}

// matches has the high bit set of each byte of w that equals the byte repeated
// in pattern; no carry crosses bytes, so every match is exact.
func matches(w, pattern uint64) uint64 {
	v := w ^ pattern
	return ^((v&low7 + low7) | v | low7)
}

// rows walks the chunk eight bytes at a time. On short fields that beats a
// call of bytes.IndexByte for each by a factor of two.
func (d *delimited) rows(c *Chunk, yield func(Row) error) error {
	buf := c.utf8(d.text.charset)
	repair := d.text.charset == charsetUTF8 && !utf8.Valid(buf)
	quoted := bytes.IndexByte(buf, '"') >= 0
	delims, eols, quotes := uint64(d.delim)*ones, uint64(d.eol)*ones, uint64('"')*ones

	cells := c.cells
	var (
		line  = c.FirstLine
		begin = line // line of the current record
		n     = 0    // fields of the current record
		extra = false
		start = 0 // of the current field
		base  = 0
	)
	c.scratch = c.scratch[:0]

	for base < len(buf) {
		w := word(buf, base)
		m := matches(w, delims) | matches(w, eols)
		if quoted {
			m |= matches(w, quotes)
		}
		next := base + 8
		for m != 0 {
			i := base + bits.TrailingZeros64(m)>>3
			m &= m - 1
			b := buf[i]
			text := buf[start:i:i]
			if b == '"' && quoted {
				if i != start {
					continue // stands for itself
				}
				var lines int
				text, i, lines = d.quotedField(c, buf, i)
				line += lines
				// The word ends here: go on behind the field.
				next, m = i+1, 0
				if i < len(buf) {
					b = buf[i]
				} else {
					b = d.eol
				}
			}
			if b == d.eol && len(text) > 0 && text[len(text)-1] == '\r' {
				text = text[:len(text)-1]
			}
			if n < len(cells) {
				cells[n].Text = text
			} else if len(text) > 0 {
				extra = true
			}
			n++
			start = i + 1
			if b == d.eol {
				line++
				if err := d.end(c, Row{Line: begin, Cells: cells}, n, extra, repair, yield); err != nil {
					return err
				}
				n, extra, begin = 0, false, line
			}
		}
		base = next
	}
	if start < len(buf) || n > 0 { // the last record of a file may lack its end
		var text []byte
		if start < len(buf) {
			text = bytes.TrimSuffix(buf[start:], []byte{'\r'})
		}
		if n < len(cells) {
			cells[n].Text = text
		} else if len(text) > 0 {
			extra = true
		}
		n++
		if n < len(cells) && !c.table.seeking && len(bytes.Trim(text, " \x1a")) > 0 {
			return &FileError{Path: c.table.file.Path, Line: begin, Reason: fmt.Sprintf("the file ends in the middle of this row, after %d of %d fields", n, len(cells)), Remedy: "it was cut short – export it again"}
		}
		return d.end(c, Row{Line: begin, Cells: cells}, n, extra, repair, yield)
	}
	return nil
}

// end hands on a record of n fields; extra says that some beyond the heading
// are not empty.
func (d *delimited) end(c *Chunk, r Row, n int, extra, repair bool, yield func(Row) error) error {
	cells := r.Cells
	r.fields = n
	if n < len(cells) {
		for i := n; i < len(cells); i++ {
			cells[i].Text = nil
		}
	}
	var err error
	switch {
	case extra:
		r.Cells, r.Err = nil, &RowError{Line: r.Line, Column: len(cells) + 1,
			Reason: fmt.Sprintf("this row has %d fields but the heading has %d: a field that contains the delimiter may lack its quotes", n, len(cells))}
		err = yield(r)
	case len(cells) == 0 || len(cells[0].Text) == 0 && empty(cells):
	case n == 1 && string(cells[0].Text) == "\x1a": // ends a text file of DOS
	default:
		if repair {
			c.repair(cells[:min(n, len(cells))])
		}
		err = yield(r)
	}
	c.scratch = c.scratch[:0]
	return err
}

// quotedField reads the field whose opening quote is at q. It returns its
// text, the place of the delimiter or line end behind it (len(buf) at the end
// of the file) and the number of line ends in it.
func (d *delimited) quotedField(c *Chunk, buf []byte, q int) (text []byte, end, lines int) {
	from := q + 1
	p := from
	mark := len(c.scratch)
	for {
		i := bytes.IndexByte(buf[p:], '"')
		if i < 0 {
			p = len(buf) // the cutter lets no such chunk through
			break
		}
		p += i
		if p+1 < len(buf) && buf[p+1] == '"' {
			c.scratch = append(c.scratch, buf[from:p+1]...)
			p += 2
			from = p
			continue
		}
		break
	}
	end = min(p+1, len(buf))
	tail := end
	for end < len(buf) && buf[end] != d.delim && buf[end] != d.eol {
		end++
	}
	lines = bytes.Count(buf[q:end], []byte{d.eol})
	rest := buf[tail:end]
	if len(rest) > 0 && rest[len(rest)-1] == '\r' && (end == len(buf) || buf[end] == d.eol) {
		rest = rest[:len(rest)-1]
	}
	if len(c.scratch) == mark && len(rest) == 0 {
		return buf[from:p:p], end, lines
	}
	c.scratch = append(c.scratch, buf[from:p]...)
	c.scratch = append(c.scratch, rest...)
	return c.scratch[mark:len(c.scratch):len(c.scratch)], end, lines
}
