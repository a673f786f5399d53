package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/fillrate/fillrate/queries"
)

// batchRows is how many rows an Arrow record holds: enough to be read fast, few enough to be held.
const batchRows = 1 << 14

// arrowWriter writes an Arrow IPC file (Feather version 2), whose metadata say what is in it.
type arrowWriter struct {
	out     *ipc.FileWriter
	build   *array.RecordBuilder
	pending int
}

// openArrow writes the schema. Instants are microseconds in UTC; what about says is in the schema's metadata.
func openArrow(w io.Writer, about *queries.Result) (writer, error) {
	fields := make([]arrow.Field, len(about.Columns))
	for i, column := range about.Columns {
		kind, ok := arrowTypes[column.Type]
		if !ok {
			return nil, fmt.Errorf("the column %s is of the type %s, which Arrow files don't hold", column.Name, column.Type)
		}
		fields[i] = arrow.Field{Name: column.Name, Type: kind, Nullable: true,
			Metadata: arrow.NewMetadata([]string{"label", "unit", "doc"}, []string{column.Label, string(column.Unit), column.Doc})}
	}
	asOf := ""
	if !about.AsOf.IsZero() {
		asOf = about.AsOf.Format(time.RFC3339Nano)
	}
	metadata := arrow.NewMetadata([]string{"metric", "filter", "suppressed", "as_of", "generation"},
		[]string{about.Metric.ID, about.Filter.Encode(), strings.Join(about.SuppressionWords(), " "), asOf, fmt.Sprint(about.Generation)})
	schema := arrow.NewSchema(fields, &metadata)
	out, err := ipc.NewFileWriter(w, ipc.WithSchema(schema))
	if err != nil {
		return nil, err
	}
	return &arrowWriter{out: out, build: array.NewRecordBuilder(memory.DefaultAllocator, schema)}, nil
}

var arrowTypes = map[queries.Type]arrow.DataType{
	queries.Text:      arrow.BinaryTypes.String,
	queries.Integer:   arrow.PrimitiveTypes.Int64,
	queries.Double:    arrow.PrimitiveTypes.Float64,
	queries.Boolean:   arrow.FixedWidthTypes.Boolean,
	queries.Date:      arrow.FixedWidthTypes.Date32,
	queries.Timestamp: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"},
}

func (a *arrowWriter) row(values []any) error {
	for i, value := range values {
		switch field := a.build.Field(i).(type) {
		case *array.StringBuilder:
			appendValue(value, field.Append, field.AppendNull)
		case *array.Int64Builder:
			appendValue(value, field.Append, field.AppendNull)
		case *array.Float64Builder:
			appendValue(value, field.Append, field.AppendNull)
		case *array.BooleanBuilder:
			appendValue(value, field.Append, field.AppendNull)
		case *array.Date32Builder:
			appendValue(value, func(day time.Time) { field.Append(arrow.Date32FromTime(day)) }, field.AppendNull)
		case *array.TimestampBuilder:
			appendValue(value, func(at time.Time) { field.Append(arrow.Timestamp(at.UnixMicro())) }, field.AppendNull)
		}
	}
	if a.pending++; a.pending == batchRows {
		return a.flush()
	}
	return nil
}

func appendValue[T any](value any, add func(T), addNull func()) {
	if v, ok := value.(T); ok {
		add(v)
	} else {
		addNull()
	}
}

func (a *arrowWriter) flush() error {
	record := a.build.NewRecordBatch()
	defer record.Release()
	a.pending = 0
	return a.out.Write(record)
}

func (a *arrowWriter) close() error {
	defer a.build.Release()
	if a.pending > 0 {
		if err := a.flush(); err != nil {
			return err
		}
	}
	return a.out.Close()
}
