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

// Head says what a result is of, one line each: the metric and filter in words; what was not
// shown of small groups of readers; the instant and generation.
func Head(about *queries.Result) []string {
	asOf := "an empty history"
	if !about.AsOf.IsZero() {
		asOf = "as of " + about.AsOf.Format("2 Jan 2006 15:04 UTC")
	}
	lines := []string{about.Metric.Title + ": " + about.Filter.Words(about.Metric) + "."}
	lines = append(lines, about.SuppressionWords()...)
	return append(lines, fmt.Sprintf("%s, generation %d.", strings.ToUpper(asOf[:1])+asOf[1:], about.Generation))
}

// Human writes a value for a person: 12,345 and 87.1 % and 4.2; a change has its sign, one of a share is in points. Null
// is a dash, so that it is not taken for zero.
func Human(value any, column queries.Column) string {
	sign := ""
	switch v := value.(type) {
	case string:
		return printable(v)
	case int64:
		if column.IsChange && v > 0 {
			sign = "+"
		}
		if column.Unit == "" { // a year, an hour, a place in a list
			return strconv.FormatInt(v, 10)
		}
		return sign + thousands(strconv.FormatInt(v, 10))
	case float64:
		if column.IsChange && v > 0 {
			sign = "+"
		}
		if column.Unit == queries.Share {
			if column.IsChange {
				return sign + rounded(100*v, 1) + " pts"
			}
			return rounded(100*v, 1) + " %"
		}
		return sign + thousands(rounded(v, decimals(v, column)))
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
	if d := queries.FindDimension(column.Name); d != nil && d.IsTime() { // the row of those without a date
		return queries.Unknown
	}
	return "–"
}

// decimals is how many places after the point a number needs: money has cents, and what has no unit is a ratio.
func decimals(v float64, column queries.Column) int {
	switch {
	case column.Unit == queries.Money:
		return 2
	case math.Abs(v) < 1:
		return 3 // minutes matter where copies are delivered by machine
	case column.Unit == "":
		return 2
	}
	return 1
}

// rounded writes a number with so many places; what rounds to nothing has no sign.
func rounded(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
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
