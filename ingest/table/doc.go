// Package table turns an export file of any common format into tables: a
// heading and a stream of rows. It knows nothing of interlibrary loan; which
// table is a heading's, and what its columns mean, is the caller's business.
//
// Open recognises a file by its content: delimited text (comma, tab,
// semicolon, pipe or caret, in UTF-8, UTF-16, Windows-1252 or an encoding
// named by the caller), JSON (a list of objects, such a list inside a wrapper,
// JSON Lines), any of these compressed with gzip, and Excel workbooks (.xlsx).
//
// Reading is in two steps, so that the cheap one may stay on one goroutine and
// the dear one spread over all cores. Table.Chunks cuts the stream into pieces
// of about 1 MiB that hold whole records: lines of text, JSON objects, <row>
// elements. Chunk.Rows takes a piece apart into cells. Memory is bounded by the
// chunks in flight; only the shared strings of a workbook are held as a whole.
//
//	err := t.Chunks(ctx, func(c *table.Chunk) error { work <- c; return nil })
//	…
//	for c := range work { // in each worker
//		err := c.Rows(func(r table.Row) error {
//			if r.Err != nil { reject(r.Err); return nil }
//			use(r.Line, r.Cells)
//			return nil
//		})
//		c.Release()
//	}
//
// The text of a cell is always valid UTF-8. Records whose cells are all empty
// are no rows: spreadsheets save formatted but unused rows as such.
//
// # Why workbooks are not read with excelize
//
// Its streaming reader (Rows) returns the text of the cells of a row and
// neither their type nor their style, so a date cannot be told from a number;
// asking for the style of each cell loads the whole sheet as a tree. The sheet
// is read here straight from its XML. On the 9,557-row workbook of
// the open_ill_library set opening and reading takes a fifth of the time that excelize's Rows takes,
// and rows are decoded in parallel like those of any other format.
package table
