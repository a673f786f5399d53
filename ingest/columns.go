package ingest

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

const (
	// recordRows is how many rows a record holds: with twice as many a load needs 200 MB more and is no faster.
	// recordBytes of text in a record make it full before; a chunk's worth may come on top.
	recordRows  = 1 << 14
	recordBytes = 64 << 20
)

// records builds the records of one worker, row by row. A column that is not set in a row is null there, so that
// absent columns cost nothing. Arrow's own builders do the same at a few times the price per value.
type records struct {
	schema *arrow.Schema
	texts  []*textColumn // nil where the field is no text
	fixed  []*fixedColumn
	row    int
}

// textColumn is a column of strings under construction; ends[i+1] is the end of row i's text in data.
type textColumn struct {
	ends  []int32
	data  []byte
	valid []byte
	rows  int // rows that ends is filled for
}

// fixedColumn is a column of numbers, dates, timestamps or booleans under construction, widened to 64 bits.
type fixedColumn struct {
	values []int64
	valid  []byte
}

func newRecords(schema *arrow.Schema) *records {
	r := &records{schema: schema, texts: make([]*textColumn, schema.NumFields()), fixed: make([]*fixedColumn, schema.NumFields())}
	for i, field := range schema.Fields() {
		if field.Type.ID() == arrow.STRING {
			r.texts[i] = &textColumn{}
		} else {
			r.fixed[i] = &fixedColumn{}
		}
	}
	r.reset()
	return r
}

// reset starts a new record in fresh memory: the old one's belongs to whoever reads it.
func (r *records) reset() {
	r.row = 0
	for _, c := range r.texts {
		if c != nil {
			*c = textColumn{ends: make([]int32, recordRows+1), data: make([]byte, 0, cap(c.data)), valid: make([]byte, recordRows/8)}
		}
	}
	for _, c := range r.fixed {
		if c != nil {
			*c = fixedColumn{values: make([]int64, recordRows), valid: make([]byte, recordRows/8)}
		}
	}
}

// text and number give the column of a name that the schema is known to have.
func (r *records) text(name string) *textColumn {
	return r.texts[r.schema.FieldIndices(name)[0]]
}

func (r *records) number(name string) *fixedColumn {
	return r.fixed[r.schema.FieldIndices(name)[0]]
}

// full says that the record must be taken before the next row.
func (r *records) full() bool { return r.row == recordRows }

// heavy says that the record should be taken although it could hold more rows.
func (r *records) heavy() bool {
	size := 0
	for _, c := range r.texts {
		if c != nil {
			size += len(c.data)
		}
	}
	return size > recordBytes
}

// set gives the column's value in row, which must be the one under construction.
func (c *textColumn) set(row int, value []byte) {
	c.pad(row)
	c.data = append(c.data, value...)
	c.rows = row + 1
	c.ends[c.rows] = int32(len(c.data))
	c.valid[row>>3] |= 1 << (row & 7)
}

func (c *textColumn) setString(row int, value string) {
	c.pad(row)
	c.data = append(c.data, value...)
	c.rows = row + 1
	c.ends[c.rows] = int32(len(c.data))
	c.valid[row>>3] |= 1 << (row & 7)
}

// pad makes the rows before this one end where the text ends.
func (c *textColumn) pad(row int) {
	end := int32(len(c.data))
	for c.rows < row {
		c.rows++
		c.ends[c.rows] = end
	}
}

func (c *fixedColumn) set(row int, value int64) {
	c.values[row] = value
	c.valid[row>>3] |= 1 << (row & 7)
}

// undo takes back what was set in the row under construction.
func (r *records) undo() {
	for _, c := range r.texts {
		if c != nil && c.rows > r.row {
			c.rows = r.row
			c.data = c.data[:c.ends[r.row]]
			c.valid[r.row>>3] &^= 1 << (r.row & 7)
		}
	}
	for _, c := range r.fixed {
		if c != nil {
			c.values[r.row] = 0
			c.valid[r.row>>3] &^= 1 << (r.row & 7)
		}
	}
}

// take gives the rows built so far as a record and starts a new one.
func (r *records) take() arrow.RecordBatch {
	arrays := make([]arrow.Array, r.schema.NumFields())
	for i, field := range r.schema.Fields() {
		var buffers []*memory.Buffer
		if c := r.texts[i]; c != nil {
			c.pad(r.row)
			buffers = []*memory.Buffer{
				memory.NewBufferBytes(c.valid),
				memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.ends[:r.row+1])),
				memory.NewBufferBytes(c.data),
			}
		} else {
			c := r.fixed[i]
			buffers = []*memory.Buffer{memory.NewBufferBytes(c.valid), memory.NewBufferBytes(narrow(field.Type, c.values[:r.row]))}
		}
		data := array.NewData(field.Type, r.row, buffers, nil, array.UnknownNullCount, 0)
		arrays[i] = array.MakeFromData(data)
		data.Release()
	}
	record := array.NewRecordBatch(r.schema, arrays, int64(r.row))
	for _, one := range arrays {
		one.Release()
	}
	r.reset()
	return record
}

// narrow lays values out as the type wants them.
func narrow(to arrow.DataType, values []int64) []byte {
	switch to.ID() {
	case arrow.INT32, arrow.DATE32:
		out := make([]int32, len(values))
		for i, v := range values {
			out[i] = int32(v)
		}
		return arrow.Int32Traits.CastToBytes(out)
	case arrow.BOOL:
		out := make([]byte, (len(values)+7)/8)
		for i, v := range values {
			out[i>>3] |= byte(v&1) << (i & 7)
		}
		return out
	default: // int64, timestamp
		return arrow.Int64Traits.CastToBytes(values)
	}
}
