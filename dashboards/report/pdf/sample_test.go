package pdf_test

import (
	"fmt"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// long is a table of so many rows whose first cells are row 1 of … and so on.
func long(rows, columns int) report.Table {
	t := report.Table{ID: fmt.Sprintf("long_%d_%d", rows, columns), Title: "A long table", Keys: 1, List: true}
	for k := range columns {
		c := queries.Column{Name: fmt.Sprintf("c%d", k), Label: fmt.Sprintf("Column %d", k), Type: queries.Integer, Unit: queries.Requests}
		if k == 0 {
			c.Type, c.Unit = queries.Text, ""
		}
		t.Columns = append(t.Columns, c)
	}
	for i := range rows {
		row := []any{fmt.Sprintf("row-%04d", i)}
		for k := 1; k < columns; k++ {
			row = append(row, int64(1000*k+i))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Codes = t.Rows
	return t
}
