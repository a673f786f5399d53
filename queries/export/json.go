package export

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// jsonWriter writes one object, its rows one a line, as they come.
type jsonWriter struct {
	out     *bufio.Writer
	columns []queries.Column
	names   [][]byte // of the columns, quoted
	n       int
}

// openJSON writes what comes before the rows. Dates are 2016-07-01, instants RFC 3339.
func openJSON(w io.Writer, about *queries.Result) (writer, error) {
	head := struct {
		Metric     string                `json:"metric"`
		Filter     map[string][]string   `json:"filter"`
		Suppressed []queries.Suppression `json:"suppressed,omitempty"`
		AsOf       *time.Time            `json:"as_of"`
		Generation int                   `json:"generation"`
		Columns    []queries.Column      `json:"columns"`
	}{Metric: about.Metric.ID, Filter: about.Filter.Settled().Values(), Suppressed: about.Suppressed, Generation: about.Generation, Columns: about.Columns}
	if !about.AsOf.IsZero() {
		head.AsOf = &about.AsOf
	}
	text, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	j := &jsonWriter{out: bufio.NewWriterSize(w, 1<<16), columns: about.Columns}
	for _, column := range about.Columns {
		name, err := json.Marshal(column.Name)
		if err != nil {
			return nil, err
		}
		j.names = append(j.names, name)
	}
	if _, err := j.out.Write(text[:len(text)-1]); err != nil {
		return nil, err
	}
	_, err = j.out.WriteString(`,"rows":[`)
	return j, err
}

func (j *jsonWriter) row(values []any) error {
	if j.n++; j.n > 1 {
		if err := j.out.WriteByte(','); err != nil {
			return err
		}
	}
	line := []byte("\n{")
	for i, value := range values {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(line, j.names[i]...), ':')
		if day, ok := value.(time.Time); ok && j.columns[i].Type == queries.Date {
			value = day.Format(time.DateOnly)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		line = append(line, text...)
	}
	_, err := j.out.Write(append(line, '}'))
	return err
}

func (j *jsonWriter) close() error {
	if _, err := j.out.WriteString("\n]}\n"); err != nil {
		return err
	}
	return j.out.Flush()
}
