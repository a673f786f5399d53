package dashboards

import (
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// noValue stands where there is nothing to say; a screen reader is told so in words.
const noValue = "–"

// difference writes how far a value moved: with its sign, and for a share in points.
func difference(w *locale.Words, column queries.Column, v any) string {
	if moved, ok := v.(float64); ok && column.Unit == queries.Share {
		return signed(w.Number(100*moved, 1)) + " " + w.Text("pts")
	}
	return signed(value(w, column, v))
}

// signed writes a plus before a difference that has no minus.
func signed(number string) string {
	if strings.HasPrefix(number, "−") || strings.Trim(number, "0.,%") == "" {
		return number
	}
	return "+" + number
}

// significant writes a number with three digits that count.
func significant(w *locale.Words, n float64) string {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 3, 64), 64); err == nil {
		n = rounded
	}
	return w.Number(n, -1)
}

// value writes a result's value for a table.
func value(w *locale.Words, column queries.Column, v any) string {
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

// shorten cuts text to a length in runes that fits its place; the whole stays in the table beside it.
func shorten(s string, length int) string {
	runes := []rune(s)
	if len(runes) <= length {
		return s
	}
	return string(runes[:length-1]) + "…"
}
