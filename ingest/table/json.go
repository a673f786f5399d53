package table

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonKind is how the objects lie in the file.
type jsonKind byte

const (
	notJSON    jsonKind = iota
	jsonList            // [ {…}, {…} ], perhaps as a member of an outer object
	jsonLines           // one object on each line
	jsonValues          // objects one after another, or a single one
)

// shape is what the start of the text says about the file.
type shape struct {
	kind  jsonKind
	start int      // jsonList: offset of the first element
	depth int      // jsonList: objects around the list
	lists []string // names of the lists, where there are several to choose from
}

// maxEnvelope is how many members an object may have beside its one list of
// objects and still count as a wrapper (total, page, next …) rather than a record.
const maxEnvelope = 8

// jsonShape looks at the start of a text. whole says that it is all of it.
func jsonShape(sample []byte, whole bool) shape {
	p := skipSpace(sample, 0)
	if p == len(sample) {
		return shape{}
	}
	q := skipSpace(sample, p+1)
	if q == len(sample) {
		q--
	}
	switch {
	case sample[p] == '[' && (sample[q] == '{' || sample[q] == ']'):
		return shape{kind: jsonList, start: p + 1}
	case sample[p] == '{' && (sample[q] == '"' || sample[q] == '}'):
	default:
		return shape{}
	}
	end, ok := skipValue(sample, p)
	if ok {
		if r := skipSpace(sample, end); r < len(sample) {
			if bytes.IndexByte(sample[p:end], '\n') < 0 && bytes.IndexByte(sample[end:r], '\n') >= 0 {
				return shape{kind: jsonLines}
			}
			return shape{kind: jsonValues}
		}
	}
	// One object: a wrapper or a record?
	var names []string
	start, others := 0, 0
	for q < len(sample) && sample[q] == '"' {
		k, ok := skipValue(sample, q)
		if !ok {
			break
		}
		name := string(sample[q+1 : k-1])
		v := skipSpace(sample, k)
		if v == len(sample) || sample[v] != ':' {
			break
		}
		v = skipSpace(sample, v+1)
		if v == len(sample) {
			break
		}
		first := skipSpace(sample, v+1)
		if sample[v] == '[' && first < len(sample) && (sample[first] == '{' || sample[first] == ']') {
			if len(names) == 0 || sample[first] == '{' {
				if len(names) == 0 {
					start = v + 1
				}
				names = append(names, name)
			}
		} else {
			others++
		}
		e, ok := skipValue(sample, v)
		if !ok {
			break
		}
		q = skipSpace(sample, e)
		if q < len(sample) && sample[q] == ',' {
			q = skipSpace(sample, q+1)
		}
	}
	switch {
	case len(names) == 0 || others > maxEnvelope:
		return shape{kind: jsonValues}
	case len(names) > 1:
		return shape{kind: jsonList, lists: names}
	}
	return shape{kind: jsonList, start: start, depth: 1}
}

func skipSpace(b []byte, p int) int {
	for p < len(b) && (b[p] == ' ' || b[p] == '\n' || b[p] == '\r' || b[p] == '\t') {
		p++
	}
	return p
}

// skipValue returns the end of the JSON value at p, and whether b holds its
// end. It looks at brackets and strings only; errors inside show when the
// value is read. A byte that begins no value has its end at p.
func skipValue(b []byte, p int) (end int, ok bool) {
	switch b[p] {
	case '"':
		return skipString(b, p)
	case '{', '[':
		depth := 0
		for p < len(b) {
			switch b[p] {
			case '"':
				if p, ok = skipString(b, p); !ok {
					return p, false
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return p + 1, true
				}
			}
			p++
		}
		return p, false
	}
	for p < len(b) {
		switch b[p] {
		case ' ', '\n', '\r', '\t', ',', ']', '}', ':', '[', '{', '"':
			return p, true
		}
		p++
	}
	return p, false
}

func skipString(b []byte, p int) (end int, ok bool) {
	for q := p + 1; ; q++ {
		i := bytes.IndexByte(b[q:], '"')
		if i < 0 {
			return len(b), false
		}
		q += i
		slashes := 0
		for b[q-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return q + 1, true
		}
	}
}

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
	if err != nil && err != errStop {
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

// jsonCut finds the ends of objects.
type jsonCut struct {
	kind     jsonKind
	tail     bool // the list has ended
	depth    int  // of objects around the list that are still open
	text     bool // the tail stands inside a string
	escape   bool // … behind a backslash
	elements int  // in the piece just cut
	position int  // of the next element
	line     int  // of the next byte
}

func (s *jsonCut) first(_, consumed []byte) int {
	line, position := s.line, s.position
	s.line += bytes.Count(consumed, []byte{'\n'})
	s.position += s.elements
	if s.kind == jsonLines {
		return line
	}
	return position
}

func (s *jsonCut) fail(buf []byte, at int, reason, remedy string) *FileError {
	before := buf[:at]
	return &FileError{Line: s.line + bytes.Count(before, []byte{'\n'}), Reason: reason, Remedy: remedy}
}

const (
	reasonCutJSON = "the file ends inside a JSON object that began here"
	remedyCut     = "it was cut short – export it again"
)

func (s *jsonCut) cut(buf []byte, eof bool) (int, int, error) {
	s.elements = 0
	switch {
	case s.tail:
		return s.rest(buf, 0, 0, eof)
	case s.kind == jsonLines:
		return s.lines(buf, eof)
	}
	safe := 0
	for p := 0; ; {
		for p < len(buf) && (buf[p] == ',' && s.kind == jsonList || buf[p] == ' ' || buf[p] == '\n' || buf[p] == '\r' || buf[p] == '\t') {
			p++
		}
		if p == len(buf) {
			if eof && s.kind == jsonList {
				return 0, 0, s.fail(buf, p, "the file ends inside the list of objects", remedyCut)
			}
			return safe, p, nil
		}
		if buf[p] == ']' && s.kind == jsonList {
			s.tail = true
			return s.rest(buf, safe, p+1, eof)
		}
		end, ok := skipValue(buf, p)
		if !ok && eof {
			return 0, 0, s.fail(buf, p, reasonCutJSON, remedyCut)
		}
		if !ok {
			if len(buf)-p > maxRecord {
				return 0, 0, s.fail(buf, p, "a JSON object that began here does not end within 16 MiB", remedyExportAgain)
			}
			return safe, safe, nil
		}
		if end == p || s.kind == jsonValues && buf[p] != '{' {
			return 0, 0, s.fail(buf, p, "this is not valid JSON: an object was expected here", remedyExportAgain)
		}
		safe = end
		p = end
		s.elements++
	}
}

func (s *jsonCut) lines(buf []byte, eof bool) (int, int, error) {
	if !eof {
		n := bytes.LastIndexByte(buf, '\n') + 1
		if n == 0 && len(buf) > maxRecord {
			return 0, 0, s.fail(buf, 0, "this line is longer than 16 MiB", remedyExportAgain)
		}
		return n, n, nil
	}
	body := bytes.TrimSpace(buf)
	last := body[bytes.LastIndexByte(body, '\n')+1:]
	if len(last) > 0 && (last[0] == '{' || last[0] == '[') {
		if _, ok := skipValue(last, 0); !ok {
			at := bytes.LastIndexByte(bytes.TrimRight(buf, " \r\n\t"), '\n') + 1
			return 0, 0, s.fail(buf, at, reasonCutJSON, remedyCut)
		}
	}
	return len(buf), len(buf), nil
}

// rest passes over what follows the list, and checks that the outer object ends.
func (s *jsonCut) rest(buf []byte, records, from int, eof bool) (int, int, error) {
	for i := from; i < len(buf); i++ {
		b := buf[i]
		switch {
		case s.text:
			switch {
			case s.escape:
				s.escape = false
			case b == '\\':
				s.escape = true
			case b == '"':
				s.text = false
			}
		case b == ' ' || b == '\n' || b == '\r' || b == '\t':
		case s.depth == 0:
			return 0, 0, s.fail(buf, i, "something follows the end of the JSON list", "export one list only, or one object on each line")
		case b == '"':
			s.text = true
		case b == '{' || b == '[':
			s.depth++
		case b == '}' || b == ']':
			s.depth--
		}
	}
	if eof && s.depth > 0 {
		return 0, 0, s.fail(buf, len(buf), "the file ends inside the JSON object around the list", remedyCut)
	}
	return records, len(buf), nil
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

// jsonParser reads one object at a time. Its methods return a reason, "" for
// success.
type jsonParser struct {
	b     []byte
	i     int
	c     *Chunk // for its scratch
	key   []byte // outer.inner
	visit func(key []byte, kind CellKind, value []byte)
}

const badJSON = "this is not valid JSON"

func (p *jsonParser) object(outer []byte) string {
	p.i = skipSpace(p.b, p.i+1)
	if p.i < len(p.b) && p.b[p.i] == '}' {
		p.i++
		return ""
	}
	for {
		if p.i >= len(p.b) || p.b[p.i] != '"' {
			return badJSON
		}
		key, ok := p.str()
		if !ok {
			return badJSON
		}
		p.i = skipSpace(p.b, p.i)
		if p.i >= len(p.b) || p.b[p.i] != ':' {
			return badJSON
		}
		p.i = skipSpace(p.b, p.i+1)
		if p.i >= len(p.b) {
			return badJSON
		}
		if outer != nil {
			p.key = append(append(append(p.key[:0], outer...), '.'), key...)
			key = p.key
		}
		switch b := p.b[p.i]; {
		case b == '"':
			v, ok := p.str()
			if !ok {
				return badJSON
			}
			p.visit(key, Text, v)
		case b == '{' && outer == nil:
			if key == nil {
				key = []byte{}
			}
			if reason := p.object(key); reason != "" {
				return reason
			}
		case b == '{' || b == '[':
			end, ok := skipValue(p.b, p.i)
			if !ok {
				return badJSON
			}
			p.i = end
			p.visit(key, kindNested, nil)
		default:
			end, _ := skipValue(p.b, p.i)
			v := p.b[p.i:end:end]
			switch {
			case string(v) == "null":
				p.visit(key, kindNull, nil)
			case string(v) == "true" || string(v) == "false":
				p.visit(key, Bool, v)
			case validNumber(v):
				p.visit(key, Number, v)
			default:
				return badJSON
			}
			p.i = end
		}
		p.i = skipSpace(p.b, p.i)
		if p.i >= len(p.b) {
			return badJSON
		}
		switch p.b[p.i] {
		case ',':
			p.i = skipSpace(p.b, p.i+1)
		case '}':
			p.i++
			return ""
		default:
			return badJSON
		}
	}
}

// str reads the string at i.
func (p *jsonParser) str() (text []byte, ok bool) {
	end, ok := skipString(p.b, p.i)
	if !ok {
		return nil, false
	}
	raw := p.b[p.i+1 : end-1 : end-1]
	p.i = end
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, true
	}
	mark := len(p.c.scratch)
	out := p.c.scratch
	for len(raw) > 0 {
		k := bytes.IndexByte(raw, '\\')
		if k < 0 {
			out = append(out, raw...)
			break
		}
		out = append(out, raw[:k]...)
		raw = raw[k+1:]
		if len(raw) == 0 {
			return nil, false
		}
		e := raw[0]
		raw = raw[1:]
		switch e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := hex4(raw)
			if !ok {
				return nil, false
			}
			raw = raw[4:]
			if utf16.IsSurrogate(r) && len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
				if low, ok := hex4(raw[2:]); ok {
					if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
						r = full
						raw = raw[6:]
					}
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			return nil, false
		}
	}
	p.c.scratch = out
	return out[mark:len(out):len(out)], true
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, x := range b[:4] {
		r <<= 4
		switch {
		case x >= '0' && x <= '9':
			r |= rune(x - '0')
		case x >= 'a' && x <= 'f':
			r |= rune(x-'a') + 10
		case x >= 'A' && x <= 'F':
			r |= rune(x-'A') + 10
		default:
			return 0, false
		}
	}
	return r, true
}

// validNumber reports whether v is a number as JSON and workbooks write it.
func validNumber(v []byte) bool {
	i := 0
	if i < len(v) && (v[i] == '-' || v[i] == '+') {
		i++
	}
	digits := 0
	for i < len(v) && v[i] >= '0' && v[i] <= '9' {
		i++
		digits++
	}
	if i < len(v) && v[i] == '.' {
		for i++; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(v) && (v[i] == 'e' || v[i] == 'E') {
		i++
		if i < len(v) && (v[i] == '-' || v[i] == '+') {
			i++
		}
		mark := i
		for i < len(v) && v[i] >= '0' && v[i] <= '9' {
			i++
		}
		if i == mark {
			return false
		}
	}
	return i == len(v)
}
