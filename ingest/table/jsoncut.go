package table

import "bytes"

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
