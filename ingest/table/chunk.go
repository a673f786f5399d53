package table

import "sync"

// CellKind says what the file itself declares about a cell.
type CellKind byte

const (
	Text   CellKind = iota // text, and every cell of a text file
	Number                 // a bare number of a workbook or of JSON; an Excel serial may hide here
	Time                   // a workbook cell with a date format; Number holds its serial in the 1900 system
	Bool                   // true or false; Number holds 1 or 0
)

// Cell is one field of a row. Text is always filled with the canonical text
// and is valid only until the row's callback returns: integers carry no ".0",
// cells of kind Time read 2006-01-02T15:04:05.000. Error values of a workbook
// (#N/A, #REF! …) are empty.
type Cell struct {
	Text   []byte
	Number float64
	Kind   CellKind
}

// Row is one record. Cells has exactly as many cells as the table's heading:
// a shorter record is padded with empty cells, and empty cells beyond the
// heading are dropped. Err is set, and Cells is not to be used, where the
// record cannot be one row of this table: it has more fields than the heading,
// or is a JSON element that is not a valid object.
//
// Line is the line of a text file on which the record begins, the row number
// that Excel shows, or, in a JSON list, the position of the object in it.
type Row struct {
	Line   int
	Cells  []Cell
	Err    *RowError
	fields int // of a delimited row as it stands in the file
}

// Chunk is a piece of a table that holds whole records. A chunk belongs to one
// goroutine at a time; different chunks may be read at the same time.
type Chunk struct {
	// FirstLine is the line, row number or position of the first record.
	FirstLine int

	table   *Table
	buf     []byte // whole records, in the encoding of the stream
	raw     int64
	last    bool   // the file ends with this chunk
	recoded []byte // buf as UTF-8, where it is not
	scratch []byte // text of the cells of the current row that had to be rewritten
	cells   []Cell
}

const chunkSize = 1 << 20

var chunkPool = sync.Pool{New: func() any { return &Chunk{buf: make([]byte, 0, chunkSize)} }}

func newChunk(t *Table) *Chunk {
	c := chunkPool.Get().(*Chunk)
	c.table, c.buf, c.raw, c.last, c.FirstLine = t, c.buf[:0], 0, false, 0
	return c
}

// Release gives the memory of the chunk back for the next one. Neither the
// chunk nor any cell read from it may be used afterwards.
func (c *Chunk) Release() {
	c.table = nil
	if cap(c.buf) > 4*chunkSize || cap(c.cells) > 1<<10 {
		return // a rare giant is left to the garbage collector
	}
	// Cells of a workbook point into its shared strings.
	clear(c.cells[:cap(c.cells)])
	chunkPool.Put(c)
}

// Bytes is the number of bytes of the file that were read for this chunk. Over
// all chunks of all tables it comes close to File.Bytes; it is meant for
// progress.
func (c *Chunk) Bytes() int64 { return c.raw }

// Rows calls yield for each row of the chunk, in order, and stops at the first
// error, which it returns. The row's cells are valid only during the call.
func (c *Chunk) Rows(yield func(Row) error) error {
	t := c.table
	if cap(c.cells) < t.width {
		c.cells = make([]Cell, t.width)
	}
	c.cells = c.cells[:t.width]
	clear(c.cells)
	if c.FirstLine <= t.skipThrough {
		next := yield
		yield = func(r Row) error {
			if r.Line <= t.skipThrough {
				return nil
			}
			return next(r)
		}
	}
	return t.format.rows(c, yield)
}

// empty reports whether no cell holds anything.
func empty(cells []Cell) bool {
	for i := range cells {
		if len(cells[i].Text) > 0 {
			return false
		}
	}
	return true
}
