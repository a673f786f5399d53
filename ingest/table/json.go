package table

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

type jsonFormat struct {
	text    textStream
	shape   shape
	columns map[string]int
	keys    [][]byte // headings, to guess the next key without a look-up
}

// openJSON finds the heading: the keys of the first 1,000 objects.
func (f *File) openJSON(t *Table, s textStream, sh shape) error {
	if len(sh.lists) > 0 {
		return f.refuse("there are several lists in the JSON object ("+strings.Join(sh.lists, ", ")+")", "keep the list that holds the requests and load it again")
	}
	f.Format = "json"
	if sh.kind == jsonLines {
		f.Format = "jsonl"
	}
	j := &jsonFormat{text: s, shape: sh, columns: map[string]int{}}
	t.format = j
	const look = 1000
	var nested []string
	objects := 0
	err := t.Chunks(context.Background(), func(c *Chunk) error {
		defer c.Release()
		return j.elements(c, func(key []byte, kind CellKind, _ []byte) {
			name := string(key)
			if kind == kindNested {
				if !slices.Contains(nested, name) {
					nested = append(nested, name)
				}
			} else if _, ok := j.columns[name]; !ok && len(j.columns) < maxColumns {
				j.columns[name] = len(t.Heading)
				t.Heading = append(t.Heading, name)
			}
		}, func(int, *RowError) error {
			if objects++; objects == look {
				return errStop
			}
			return nil
		})
	})
	if err != nil && !errors.Is(err, errStop) {
		return err
	}
	if len(t.Heading) == 0 {
		return f.refuse("the JSON holds no objects with fields", "export a list of objects, one for each request")
	}
	for i, name := range t.Heading {
		j.keys = append(j.keys, []byte(name))
		t.Heading[i] = strings.TrimSpace(name)
	}
	t.width = len(t.Heading)
	if len(nested) > 0 {
		f.note("lists and nested objects were ignored: %s", strings.Join(nested, ", "))
	}
	if len(f.opt.Columns) > 0 {
		f.note("--columns was ignored, as the fields of JSON have names")
	}
	return nil
}

func (j *jsonFormat) open(*Table) (io.ReadCloser, func() int64, cutter, error) {
	r, consumed, err := j.text.open()
	if err != nil {
		return nil, nil, nil, err
	}
	cut := &jsonCut{kind: j.shape.kind, depth: j.shape.depth, line: 1, position: 1}
	if j.shape.start > 0 {
		head := make([]byte, j.shape.start)
		if _, err := io.ReadFull(r, head); err != nil {
			r.Close()
			return nil, nil, nil, err
		}
		cut.line += bytes.Count(head, []byte{'\n'})
	}
	return r, consumed, cut, nil
}

// Kinds of JSON values that no cell has.
const (
	kindNull CellKind = 254 + iota
	kindNested
)

// rows reads the objects of the chunk.
func (j *jsonFormat) rows(c *Chunk, yield func(Row) error) error {
	cells, t := c.cells, c.table
	next, filled := 0, false
	repair := j.text.charset == charsetUTF8 && !utf8.Valid(c.buf)
	return j.elements(c, func(key []byte, kind CellKind, value []byte) {
		col := next
		if col >= len(j.keys) || !bytes.Equal(j.keys[col], key) {
			var ok bool
			if col, ok = j.columns[string(key)]; !ok {
				if kind != kindNull && kind != kindNested {
					t.file.noteLater("the field %q appears first after the first 1,000 objects and was ignored", strings.ToValidUTF8(string(key), "\uFFFD"))
				}
				return
			}
		}
		next = col + 1
		cell := &cells[col]
		switch kind {
		case kindNull, kindNested:
			*cell = Cell{}
			return
		case Number:
			cell.Text, cell.Number = c.number(value)
		case Bool:
			cell.Text, cell.Number = value, 0
			if value[0] == 't' {
				cell.Number = 1
			}
		default:
			cell.Text, cell.Number = value, 0
		}
		cell.Kind = kind
		filled = filled || len(cell.Text) > 0
	}, func(line int, bad *RowError) error {
		var err error
		switch {
		case bad != nil:
			err = yield(Row{Line: line, Err: bad})
		case filled:
			if repair {
				c.repair(cells)
			}
			err = yield(Row{Line: line, Cells: cells})
		}
		clear(cells)
		next, filled = 0, false
		c.scratch = c.scratch[:0]
		return err
	})
}

// elements calls visit for each member of each object of the chunk, then done
// for the object. Members of an object inside it are named outer.inner.
func (j *jsonFormat) elements(c *Chunk, visit func(key []byte, kind CellKind, value []byte), done func(line int, bad *RowError) error) error {
	c.scratch = c.scratch[:0]
	p := jsonParser{b: c.utf8(j.text.charset), c: c, visit: visit}
	line := c.FirstLine
	lines := j.shape.kind == jsonLines
	for {
		for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\r' || p.b[p.i] == '\t' || p.b[p.i] == '\n' || p.b[p.i] == ',' && !lines) {
			if lines && p.b[p.i] == '\n' {
				line++
			}
			p.i++
		}
		if p.i == len(p.b) {
			return nil
		}
		begin, end := p.i, len(p.b)
		if lines {
			if k := bytes.IndexByte(p.b[begin:], '\n'); k >= 0 {
				end = begin + k
			}
		}
		all := p.b
		p.b = all[:end]
		reason := ""
		if p.b[p.i] != '{' {
			reason = "this is not a JSON object"
		} else if reason = p.object(nil); reason == "" && lines && skipSpace(p.b, p.i) < end {
			reason = "there is more than one JSON object on this line"
		}
		p.b = all
		var bad *RowError
		if reason != "" {
			bad = &RowError{Line: line, Reason: reason}
			if lines {
				bad.Column = p.i - begin + 1
			} else {
				end, _ = skipValue(p.b, begin)
			}
			p.i = max(end, begin+1)
		} else if lines {
			p.i = end
		}
		if err := done(line, bad); err != nil {
			return err
		}
		if !lines {
			line++
		}
	}
}
