package table

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// sheet is one sheet of a workbook.
type sheet struct {
	book *workbook
	part *zip.File
}

func (s *sheet) open(*Table) (io.ReadCloser, func() int64, cutter, error) {
	r, err := s.book.open(s.part)
	if err != nil {
		return nil, nil, nil, err
	}
	count := &counter{r: r}
	consumed := func() int64 {
		if s.part.UncompressedSize64 == 0 {
			return 0
		}
		return int64(float64(count.n) / float64(s.part.UncompressedSize64) * float64(s.part.CompressedSize64))
	}
	return stream{Reader: count, close: r.Close}, consumed, &sheetCut{row: 1}, nil
}

// sheetCut finds the ends of rows in the XML of a sheet. The tags may carry a
// namespace prefix, which is that of sheetData.
type sheetCut struct {
	state  byte   // before, in or after sheetData
	endRow []byte // "</row>"
	endAll []byte // "</sheetData>"
	row    int    // number of the next row, where rows carry none
}

const (
	beforeData byte = iota
	inData
	afterData
)

func (s *sheetCut) cut(buf []byte, eof bool) (int, int, error) {
	damaged := &FileError{Reason: "the sheet ends before its rows do", Remedy: "the workbook was damaged or cut short – open it in Excel, save it and load it again"}
	switch s.state {
	case beforeData:
		i := bytes.Index(buf, []byte("sheetData"))
		end := -1
		if i > 0 {
			end = bytes.IndexByte(buf[i:], '>')
		}
		if end < 0 {
			if eof {
				return 0, 0, damaged
			}
			keep := bytes.LastIndexByte(buf, '<') // a tag may be cut here
			return 0, max(keep, 0), nil
		}
		open := bytes.LastIndexByte(buf[:i], '<')
		prefix := buf[open+1 : i]
		s.endRow = append(append([]byte("</"), prefix...), "row>"...)
		s.endAll = append(append([]byte("</"), prefix...), "sheetData>"...)
		s.state = inData
		if buf[i+end-1] == '/' {
			s.state = afterData
			return 0, len(buf), nil
		}
		return 0, i + end + 1, nil
	case afterData:
		return 0, len(buf), nil
	}
	if i := bytes.Index(buf, s.endAll); i >= 0 {
		s.state = afterData
		return i, i, nil
	}
	if eof {
		return 0, 0, damaged
	}
	if i := bytes.LastIndex(buf, s.endRow); i >= 0 {
		n := i + len(s.endRow)
		return n, n, nil
	}
	if len(buf) > 4*maxRecord {
		return 0, 0, &FileError{Reason: "a row of the sheet is longer than 64 MiB", Remedy: "export it as CSV"}
	}
	return 0, 0, nil
}

func (s *sheetCut) first(records, _ []byte) int {
	if len(records) == 0 {
		return s.row
	}
	first := s.row
	x := xmlReader{b: records}
	for x.tag() {
		if !x.closing && string(x.name) == "row" {
			if n, ok := digits(x.attribute("r")); ok && n > 0 {
				first = int(n)
			}
			break
		}
	}
	s.row = first + bytes.Count(records, s.endRow)
	return first
}

// xmlReader walks over the tags of well-formed XML without comments or
// processing instructions inside elements that matter. It reads what
// spreadsheet programs write, at ten times the speed of encoding/xml.
type xmlReader struct {
	b       []byte
	i       int
	name    []byte // local name of the current tag
	attrs   []byte // what follows the name
	closing bool   // </name>
	single  bool   // <name/>
}

// tag moves to the next tag, and reports false at the end.
func (x *xmlReader) tag() bool {
	for {
		k := bytes.IndexByte(x.b[x.i:], '<')
		if k < 0 {
			return false
		}
		p := x.i + k + 1
		if p < len(x.b) && x.b[p] == '!' {
			x.i = skipMarkup(x.b, p-1)
			continue
		}
		end := bytes.IndexByte(x.b[p:], '>')
		if end < 0 {
			return false
		}
		end += p
		x.i = end + 1
		if p < end && x.b[p] == '?' {
			continue
		}
		x.closing = p < end && x.b[p] == '/'
		if x.closing {
			p++
		}
		x.single = end > p && x.b[end-1] == '/'
		if x.single {
			end--
		}
		name := p
		for p < end && x.b[p] > ' ' {
			if x.b[p] == ':' {
				name = p + 1
			}
			p++
		}
		x.name, x.attrs = x.b[name:p], x.b[p:end]
		return true
	}
}

// skipMarkup returns the end of the comment or CDATA section at p.
func skipMarkup(b []byte, p int) int {
	end := ">"
	switch {
	case bytes.HasPrefix(b[p:], []byte("<!--")):
		end = "-->"
	case bytes.HasPrefix(b[p:], []byte("<![CDATA[")):
		end = "]]>"
	}
	k := bytes.Index(b[p:], []byte(end))
	if k < 0 {
		return len(b)
	}
	return p + k + len(end)
}

// attribute returns the raw value of an attribute without a prefix, or nil.
func (x *xmlReader) attribute(name string) []byte {
	a := x.attrs
	for {
		eq := bytes.IndexByte(a, '=')
		if eq < 0 || eq+1 >= len(a) {
			return nil
		}
		key := bytes.TrimSpace(a[:eq])
		rest := bytes.TrimLeft(a[eq+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : 1+end]
		}
		a = rest[end+2:]
	}
}

// text appends the character data from here to the next tag to dst. Where it
// needs no decoding and dst is empty, it is returned as it stands.
func (x *xmlReader) text(dst []byte) (text []byte, direct bool) {
	k := bytes.IndexByte(x.b[x.i:], '<')
	if k < 0 {
		k = len(x.b) - x.i
	}
	raw := x.b[x.i : x.i+k : x.i+k]
	x.i += k
	more := x.i+1 < len(x.b) && x.b[x.i+1] == '!'
	if !more && bytes.IndexByte(raw, '&') < 0 {
		return raw, true
	}
	dst = appendUnescaped(dst, raw)
	for x.i+1 < len(x.b) && x.b[x.i] == '<' && x.b[x.i+1] == '!' {
		end := skipMarkup(x.b, x.i)
		if section := x.b[x.i:end]; bytes.HasPrefix(section, []byte("<![CDATA[")) && len(section) >= 12 {
			dst = append(dst, section[9:len(section)-3]...)
		}
		x.i = end
		k := bytes.IndexByte(x.b[x.i:], '<')
		if k < 0 {
			k = len(x.b) - x.i
		}
		dst = appendUnescaped(dst, x.b[x.i:x.i+k])
		x.i += k
	}
	return dst, false
}

// appendUnescaped appends character data with its entities resolved.
func appendUnescaped(dst, raw []byte) []byte {
	for {
		k := bytes.IndexByte(raw, '&')
		if k < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:k]...)
		raw = raw[k:]
		end := bytes.IndexByte(raw, ';')
		if end < 0 {
			return append(dst, raw...)
		}
		switch name := raw[1:end]; {
		case string(name) == "amp":
			dst = append(dst, '&')
		case string(name) == "lt":
			dst = append(dst, '<')
		case string(name) == "gt":
			dst = append(dst, '>')
		case string(name) == "quot":
			dst = append(dst, '"')
		case string(name) == "apos":
			dst = append(dst, '\'')
		case len(name) > 1 && name[0] == '#':
			base, number := 10, name[1:]
			if number[0] == 'x' || number[0] == 'X' {
				base, number = 16, number[1:]
			}
			if r, err := strconv.ParseUint(string(number), base, 32); err == nil {
				dst = utf8.AppendRune(dst, rune(r))
			}
		default:
			dst = append(dst, raw[:end+1]...)
		}
		raw = raw[end+1:]
	}
}

// appendUnderscored appends text in which Excel writes control characters as
// _x000D_ (and a literal "_x000D_" as _x005F_x000D_).
func appendUnderscored(dst, raw []byte) []byte {
	for {
		k := bytes.Index(raw, []byte("_x"))
		if k < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:k]...)
		raw = raw[k:]
		if len(raw) >= 7 && raw[6] == '_' {
			if r, ok := hex4(raw[2:]); ok {
				if r != 0 {
					dst = utf8.AppendRune(dst, r)
				}
				raw = raw[7:]
				continue
			}
		}
		dst = append(dst, raw[:2]...)
		raw = raw[2:]
	}
}

// sharedStrings are the texts that cells name by number, end to end.
type sharedStrings struct {
	text []byte
	ends []uint64
}

func (s *sharedStrings) at(i int64) ([]byte, bool) {
	if i < 0 || i >= int64(len(s.ends)) {
		return nil, false
	}
	from, to := uint64(0), s.ends[i]
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:to:to], true
}

// readStrings reads the shared strings, which must be held as a whole since
// any cell may name any of them.
func (w *workbook) readStrings(relations []relation) error {
	part := w.related(relations, "sharedstrings")
	if part == nil {
		return nil
	}
	r, err := w.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 0, chunkSize)
	end := []byte("si>")
	var spare []byte
	for eof := false; !eof; {
		if buf, eof, err = fill(r, buf); err != nil {
			return w.damaged(err)
		}
		n := len(buf)
		if !eof {
			if n = bytes.LastIndex(buf, end); n < 0 {
				buf = append(make([]byte, 0, 2*cap(buf)), buf...)
				continue
			}
			n += len(end)
		}
		spare = w.strings.add(buf[:n], spare)
		buf = append(buf[:0], buf[n:]...)
	}
	if !utf8.Valid(w.strings.text) {
		return w.damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

// add reads whole <si> elements.
func (s *sharedStrings) add(b, spare []byte) []byte {
	x := xmlReader{b: b}
	phonetic := 0
	begin := len(s.text)
	for x.tag() {
		switch string(x.name) {
		case "si":
			if x.closing || x.single {
				if bytes.Contains(s.text[begin:], []byte("_x")) {
					spare = appendUnderscored(spare[:0], s.text[begin:])
					s.text = append(s.text[:begin], spare...)
				}
				s.ends = append(s.ends, uint64(len(s.text)))
			}
			begin = len(s.text)
		case "rPh": // how the text is read aloud, not part of it
			if x.closing {
				phonetic--
			} else if !x.single {
				phonetic++
			}
		case "t":
			if x.closing || x.single || phonetic > 0 {
				continue
			}
			text, direct := x.text(s.text)
			if direct {
				s.text = append(s.text, text...)
			} else {
				s.text = text
			}
		}
	}
	return spare
}

// rows reads the rows of a chunk.
func (s *sheet) rows(c *Chunk, yield func(Row) error) error {
	cells, t := c.cells, c.table
	c.scratch = c.scratch[:0]
	if !utf8.Valid(c.buf) {
		return t.place(s.book.damaged(io.ErrUnexpectedEOF))
	}
	x := xmlReader{b: c.buf}
	number := c.FirstLine - 1
	col, used := 0, 0
	open := false
	end := func() error {
		n := used
		used, open = 0, false
		if n == 0 {
			return nil
		}
		err := yield(Row{Line: number, Cells: cells})
		clear(cells)
		c.scratch = c.scratch[:0]
		return err
	}
	for x.tag() {
		switch {
		case string(x.name) == "c" && !x.closing && open:
			if ref := x.attribute("r"); len(ref) > 0 {
				if k, ok := columnOf(ref); ok {
					col = k
				}
			}
			if !x.single {
				var cell Cell
				if err := s.cell(c, &x, &cell); err != nil {
					return err
				}
				if len(cell.Text) > 0 {
					if col < len(cells) {
						cells[col] = cell
						used++
					} else {
						t.file.noteLater("sheet %q: column %s has values but no heading; it was ignored", t.Name, columnName(col))
					}
				}
			}
			col++
		case string(x.name) == "row":
			if x.closing {
				if err := end(); err != nil {
					return err
				}
				continue
			}
			number++
			if n, ok := digits(x.attribute("r")); ok && n > 0 {
				number = int(n)
			}
			col, open = 0, !x.single
		}
	}
	return nil
}

var textFalse, textTrue = []byte("false"), []byte("true")

// cell reads the element whose start tag was just passed, to its end tag.
func (s *sheet) cell(c *Chunk, x *xmlReader, cell *Cell) error {
	kind := string(x.attribute("t"))
	style, _ := digits(x.attribute("s"))
	var value []byte
	joined := false // value stands in the scratch and can be appended to
	for x.tag() {
		if x.closing && string(x.name) == "c" {
			break
		}
		if x.closing || x.single {
			continue
		}
		switch string(x.name) {
		case "f": // the formula; its last result is the value
			for x.tag() && !(x.closing && string(x.name) == "f") {
			}
		case "rPh":
			for x.tag() && !(x.closing && string(x.name) == "rPh") {
			}
		case "v", "t":
			mark := len(c.scratch)
			text, direct := x.text(c.scratch)
			if !direct {
				c.scratch = text
				text = text[mark:len(text):len(text)]
			}
			if len(value) == 0 {
				value = text
				continue
			}
			// Rich text comes in runs.
			if !joined {
				mark = len(c.scratch)
				c.scratch = append(c.scratch, value...)
				joined = true
			} else {
				mark = len(c.scratch) - len(value)
			}
			c.scratch = append(c.scratch, text...)
			value = c.scratch[mark:len(c.scratch):len(c.scratch)]
		}
	}
	if len(value) == 0 {
		return nil
	}
	switch kind {
	case "s":
		i, ok := digits(value)
		text, found := s.book.strings.at(i)
		if !ok || !found {
			return &FileError{Path: c.table.file.Path, Sheet: c.table.Name, Reason: "the workbook is damaged: a cell names a text that is not in it", Remedy: "open it in Excel, save it and load it again"}
		}
		cell.Text = text
	case "inlineStr", "str":
		if bytes.Contains(value, []byte("_x")) {
			mark := len(c.scratch)
			c.scratch = appendUnderscored(c.scratch, value)
			value = c.scratch[mark:len(c.scratch):len(c.scratch)]
		}
		cell.Text = value
	case "b":
		cell.Kind = Bool
		cell.Text = textFalse
		if value[0] == '1' || value[0] == 't' {
			cell.Text, cell.Number = textTrue, 1
		}
	case "e": // #N/A and the like are the absence of a value
	case "d": // an ISO date, which only the strict variant of the format has
		cell.Text = value
	default:
		if !validNumber(value) {
			cell.Text = value
			return nil
		}
		cell.Kind = Number
		cell.Text, cell.Number = c.number(value)
		if style >= 0 && style < int64(len(s.book.dates)) && s.book.dates[style] {
			cell.Kind = Time
			cell.Number += s.book.base
			mark := len(c.scratch)
			if scratch, ok := appendSerial(c.scratch, cell.Number); ok {
				c.scratch = scratch
				cell.Text = scratch[mark:len(scratch):len(scratch)]
			} else {
				cell.Kind = Number
			}
		}
	}
	return nil
}

// appendSerial appends an Excel serial as 2006-01-02T15:04:05.000. Days before
// March 1900, of which Excel counts one too many, and times without a day are
// given as their number by the caller.
func appendSerial(dst []byte, serial float64) ([]byte, bool) {
	micros, ok := serialMicros(serial)
	if !ok {
		return dst, false
	}
	t := time.UnixMicro(micros).UTC()
	return t.AppendFormat(dst, "2006-01-02T15:04:05.000"), true
}

// serialMicros turns an Excel serial of the 1900 system into microseconds since
// 1970, rounded to the millisecond: a serial is a float64 of days, which near
// the year 2020 is good for half a microsecond, and Excel itself keeps
// milliseconds. Serials before 1 March 1900 (61) are refused, since Excel
// believes in a 29 February 1900.
func serialMicros(serial float64) (int64, bool) {
	if !(serial >= 61 && serial < 2958466) { // 31 December 9999
		return 0, false
	}
	day, fraction := math.Modf(serial)
	return (int64(day)-25569)*86400e6 + int64(math.Round(fraction*86400e3))*1000, true
}

// columnOf returns the 0-based column of a reference such as "AB12".
func columnOf(ref []byte) (int, bool) {
	col := 0
	for i, b := range ref {
		switch {
		case b >= 'A' && b <= 'Z' && i < 3:
			col = col*26 + int(b-'A') + 1
		case b >= 'a' && b <= 'z' && i < 3:
			col = col*26 + int(b-'a') + 1
		case b >= '0' && b <= '9' && i > 0:
			return col - 1, true
		default:
			return 0, false
		}
	}
	return col - 1, col > 0
}

// columnName is the letter form of a 0-based column.
func columnName(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}
