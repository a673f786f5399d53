package locale

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
)

// Value gives the words for a dimension's value.
func (w *Words) Value(dimension, value string) string {
	if key := dimension + "." + value; w.Has(key) {
		return w.Text(key)
	}
	switch dimension {
	case "day", "week", "month", "quarter", "year", "fiscal_year":
		return w.Bucket(dimension, value)
	case "reason", "filled_by", "status", "outcome", "channel":
		return w.Of(Sentence(value))
	case "direction", "form", "rule": // of surveys
		return w.Of(annual.FindWord(value).Label)
	case "library":
		if name := w.Library(value); name != value {
			return name
		}
	case "measure", "unit", "population", "period", "note": // of published figures
		return w.Of(value)
	}
	switch value {
	case queries.Unknown:
		return w.Text("unknown")
	case queries.Suppressed:
		return w.Text("suppressed")
	}
	return value
}

// Sentence makes a canonical word readable: not_on_shelf → Not on shelf.
func Sentence(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// Dimension gives the label of a dimension.
func (w *Words) Dimension(name string) string {
	if d := queries.FindDimension(name); d != nil {
		return w.Of(d.Label)
	}
	return Sentence(name)
}

// Columns gives columns with their labels and meanings in the language.
func (w *Words) Columns(columns []queries.Column) []queries.Column {
	columns = slices.Clone(columns)
	for i := range columns {
		columns[i].Label, columns[i].Doc = w.Of(columns[i].Label), w.Of(columns[i].Doc)
	}
	return columns
}

// Result gives a result with its columns' labels in the language; its rows are shared.
func (w *Words) Result(result *queries.Result) *queries.Result {
	said := *result
	said.Columns = w.Columns(result.Columns)
	return &said
}

// Difference writes how far a value moved: with its sign, and for a share in points.
func (w *Words) Difference(column queries.Column, v any) string {
	if moved, ok := v.(float64); ok && column.Unit == queries.Share {
		return Signed(w.Number(100*moved, 1)) + " " + w.Text("pts")
	}
	return Signed(w.Cell(column, v))
}

// Signed writes a plus before a difference that has no minus.
func Signed(number string) string {
	if strings.HasPrefix(number, "−") || strings.Trim(number, "0.,%") == "" {
		return number
	}
	return "+" + number
}

// Significant writes a number with three digits that count.
func (w *Words) Significant(n float64) string {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 3, 64), 64); err == nil {
		n = rounded
	}
	return w.Number(n, -1)
}

// Cell writes a value of a result for a table; empty where there is none.
func (w *Words) Cell(column queries.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return w.Text("yes")
		}
		return w.Text("no")
	case time.Time:
		if column.Type == queries.Date {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04")
	case string:
		return v
	case int64:
		if column.Unit == "" {
			return strconv.FormatInt(v, 10)
		}
		return w.Count(float64(v))
	case float64:
		switch column.Unit {
		case queries.Share:
			return w.Share(v)
		case queries.Days:
			return w.Days(v)
		case queries.Requests:
			return w.Count(v)
		case queries.Points:
			return w.Number(v, 1)
		case queries.Money:
			return w.Money(v)
		}
		return w.Number(v, 2)
	}
	return ""
}
