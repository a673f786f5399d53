package dashboards

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// noValue stands where there is nothing to say; a screen reader is told so in words.
const noValue = "–"

// count writes a whole number with thousands separators: 12,345.
func count(n float64) string {
	digits := strconv.FormatInt(int64(math.Round(math.Abs(n))), 10)
	var b strings.Builder
	if n <= -0.5 {
		b.WriteString("−")
	}
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// days writes a number of days: two decimals under one day, one above.
func days(n float64) string {
	if math.Abs(n) < 1 {
		return minus(strconv.FormatFloat(n, 'f', 2, 64))
	}
	return minus(strconv.FormatFloat(n, 'f', 1, 64))
}

// share writes a ratio of 0 to 1 as a percentage.
func share(n float64) string { return minus(strconv.FormatFloat(100*n, 'f', 1, 64)) + "%" }

// difference writes how far a value moved: with its sign, and for a share in points.
func difference(column queries.Column, v any) string {
	if moved, ok := v.(float64); ok && column.Unit == queries.Share {
		return signed(minus(strconv.FormatFloat(100*moved, 'f', 1, 64))) + " " + text["pts"]
	}
	return signed(value(column, v))
}

// signed writes a plus before a difference that has no minus.
func signed(number string) string {
	if strings.HasPrefix(number, "−") || strings.Trim(number, "0.%") == "" {
		return number
	}
	return "+" + number
}

// money writes an amount with two decimals and thousands separators; the currency stands in a column of its own.
func money(n float64) string {
	cents := int64(math.Round(100 * math.Abs(n)))
	sign := ""
	if n < 0 && cents > 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s%s.%02d", sign, count(float64(cents/100)), cents%100)
}

func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// format writes a number as a chart's axis would.
func format(f chart.Format, n float64) string {
	switch f {
	case chart.Days:
		return days(n) + " " + text["days"]
	case chart.Share:
		return share(n)
	}
	return count(n)
}

// duration writes days in the unit that a reader thinks in: minutes, hours or days.
func duration(n float64) (number, unit string) {
	switch size := math.Abs(n); {
	case size >= 10:
		return minus(strconv.FormatFloat(n, 'f', 1, 64)), text["days"]
	case size >= 1:
		return minus(strconv.FormatFloat(n, 'f', 1, 64)), text["days"]
	case size >= 1.0/24:
		return minus(strconv.FormatFloat(24*n, 'f', 1, 64)), text["hours"]
	}
	return minus(strconv.FormatFloat(24*60*n, 'f', 0, 64)), text["minutes"]
}

// value writes a result's value for a table.
func value(column queries.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return text["yes"]
		}
		return text["no"]
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
		return count(float64(v))
	case float64:
		switch column.Unit {
		case queries.Share:
			return share(v)
		case queries.Days:
			return days(v)
		case queries.Requests:
			return count(v)
		case queries.Points:
			return minus(strconv.FormatFloat(v, 'f', 1, 64))
		case queries.Money:
			return money(v)
		}
		return minus(strconv.FormatFloat(v, 'f', 2, 64))
	}
	return ""
}

// dateWords writes a date: 1 Jul 2016.
func dateWords(day time.Time) string { return day.Format("2 Jan 2006") }

// spanWords writes [from, to) with its last day inclusive.
func spanWords(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return text["whole_history"]
	case from.IsZero():
		return say("span.until", dateWords(to.AddDate(0, 0, -1)))
	case to.IsZero():
		return say("span.from", dateWords(from))
	}
	return say("span", dateWords(from), dateWords(to.AddDate(0, 0, -1)))
}

// bucketLabel names a bucket of time by its first day, as an axis shows it.
func bucketLabel(grain, day string) string {
	start, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	switch grain {
	case "month":
		return start.Format("Jan 2006")
	case "quarter":
		return start.Format("2006") + " Q" + strconv.Itoa((int(start.Month())+2)/3)
	case "year":
		return start.Format("2006")
	case "fiscal_year":
		return start.Format("2006") + "/" + start.AddDate(1, 0, 0).Format("06")
	}
	return start.Format("2 Jan 2006")
}

// shorten cuts text to a length in runes that fits its place; the whole stays in the table beside it.
func shorten(s string, length int) string {
	runes := []rune(s)
	if len(runes) <= length {
		return s
	}
	return string(runes[:length-1]) + "…"
}
