package table

import (
	"archive/zip"
	"bytes"
	"io"
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
			ref, _, _ := x.attributes()
			if n, ok := digits(ref); ok && n > 0 {
				first = int(n)
			}
			break
		}
	}
	s.row = first + bytes.Count(records, s.endRow)
	return first
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
			ref, style, kind := x.attributes()
			if k, ok := columnOf(ref); ok {
				col = k
			}
			if !x.single {
				var cell Cell
				if err := s.cell(c, &x, style, kind, &cell); err != nil {
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
			ref, _, _ := x.attributes()
			if n, ok := digits(ref); ok && n > 0 {
				number = int(n)
			}
			col, open = 0, !x.single
		}
	}
	return nil
}

var textFalse, textTrue = []byte("false"), []byte("true")

// cell reads the element whose start tag was just passed, to its end tag.
func (s *sheet) cell(c *Chunk, x *xmlReader, style, kind []byte, cell *Cell) error {
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
	switch string(kind) {
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
		if k, ok := digits(style); ok && k >= 0 && k < int64(len(s.book.dates)) && s.book.dates[k] {
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
