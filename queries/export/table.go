package export

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fillrate/fillrate/queries"
)

// tableWriter holds its rows until the widths of the columns are known. It is for people: thousands are separated,
// shares are percentages, and the first lines say what was counted and how sure it is.
type tableWriter struct {
	out           *bufio.Writer
	about         *queries.Result
	cells         [][]string
	isProvisional bool
}

func openTable(w io.Writer, about *queries.Result) (writer, error) {
	t := &tableWriter{out: bufio.NewWriter(w), about: about}
	head := make([]string, len(about.Columns))
	for i, column := range about.Columns {
		head[i] = column.Label
	}
	t.cells = append(t.cells, head)
	return t, nil
}

func (t *tableWriter) row(values []any) error {
	line := make([]string, len(values))
	for i, value := range values {
		column := t.about.Columns[i]
		line[i] = Human(value, column)
		if column.Name == "provisional" && value == true {
			t.isProvisional = true
		}
	}
	t.cells = append(t.cells, line)
	return nil
}

func (t *tableWriter) close() error {
	for _, line := range Head(t.about) {
		fmt.Fprintln(t.out, line)
	}
	if t.isProvisional {
		fmt.Fprintln(t.out, "Provisional rows will still move: much is open, or the span ended too recently.")
	}
	fmt.Fprintln(t.out)
	widths := make([]int, len(t.about.Columns))
	for _, line := range t.cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range t.cells {
		var text strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				text.WriteString("  ")
			}
			if isNumber(t.about.Columns[i].Type) {
				text.WriteString(pad + cell)
			} else {
				text.WriteString(cell + pad)
			}
		}
		fmt.Fprintln(t.out, strings.TrimRight(text.String(), " "))
	}
	if len(t.cells) == 1 {
		fmt.Fprintln(t.out, "No rows: nothing in the history fits.")
	}
	return t.out.Flush()
}

func isNumber(kind queries.Type) bool { return kind == queries.Integer || kind == queries.Double }

// Head says what a result is of, one line each: the metric and filter in words; the instant and generation.
func Head(about *queries.Result) []string {
	asOf := "an empty history"
	if !about.AsOf.IsZero() {
		asOf = "as of " + about.AsOf.Format("2 Jan 2006 15:04 UTC")
	}
	return []string{
		about.Metric.Title + ": " + about.Filter.Words(about.Metric) + ".",
		fmt.Sprintf("%s, generation %d.", strings.ToUpper(asOf[:1])+asOf[1:], about.Generation),
	}
}

// Human writes a value for a person: 12,345 and 87.1 % and 4.2. Null is a dash, so that it is not taken for zero.
func Human(value any, column queries.Column) string {
	switch v := value.(type) {
	case string:
		return printable(v)
	case int64:
		return thousands(strconv.FormatInt(v, 10))
	case float64:
		if column.Unit == queries.Share {
			return strconv.FormatFloat(100*v, 'f', 1, 64) + " %"
		}
		decimals := 1
		if math.Abs(v) < 1 {
			decimals = 3 // minutes matter where copies are delivered by machine
		}
		return thousands(strconv.FormatFloat(v, 'f', decimals, 64))
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		if column.Type == queries.Date {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04")
	}
	if column.Type == queries.Date {
		return queries.Unknown
	}
	return "–"
}

// printable keeps what a title holds from moving a terminal's cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

// thousands separates the digits before the point in threes.
func thousands(number string) string {
	whole, fraction, _ := strings.Cut(number, ".")
	sign := ""
	if rest, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}
