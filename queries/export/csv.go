package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/fillrate/fillrate/queries"
)

type csvWriter struct {
	out     *csv.Writer
	columns []queries.Column
	fields  []string
}

// openCSV writes the heading: the columns' names. What is null is empty, dates are 2016-07-01, instants RFC 3339.
func openCSV(w io.Writer, about *queries.Result) (writer, error) {
	c := &csvWriter{out: csv.NewWriter(w), columns: about.Columns, fields: make([]string, len(about.Columns))}
	for i, column := range about.Columns {
		c.fields[i] = column.Name
	}
	return c, c.out.Write(c.fields)
}

func (c *csvWriter) row(values []any) error {
	for i, value := range values {
		c.fields[i] = Plain(value, c.columns[i].Type)
	}
	return c.out.Write(c.fields)
}

func (c *csvWriter) close() error {
	c.out.Flush()
	return c.out.Error()
}

// Plain writes a value for a machine, as files of CSV hold it: text that looks like a formula is guarded, dates are
// 2016-07-01, instants RFC 3339, null is empty.
func Plain(value any, kind queries.Type) string {
	switch v := value.(type) {
	case string:
		return Guard(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		if kind == queries.Date {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.RFC3339Nano)
	}
	return ""
}
