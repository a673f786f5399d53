package locale

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// DateStyle is the order in which a date is written; a library chooses it in its settings.
type DateStyle string

// The styles of dates.
const (
	DayMonthYear DateStyle = "dmy" // 1 Jul 2016; where nothing is chosen
	MonthDayYear DateStyle = "mdy" // Jul 1, 2016
	YearMonthDay DateStyle = "iso" // 2016-07-01
)

// DateStyles lists them.
var DateStyles = []DateStyle{DayMonthYear, MonthDayYear, YearMonthDay}

// Count writes a whole number with separators: 12,345.
func (w *Words) Count(n float64) string {
	digits := strconv.FormatInt(int64(math.Round(math.Abs(n))), 10)
	var b strings.Builder
	if n <= -0.5 {
		b.WriteString("−")
	}
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(w.thousands)
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// Number writes a number with so many decimals and no separators: −3.25.
func (w *Words) Number(n float64, decimals int) string {
	text := strings.Replace(strconv.FormatFloat(n, 'f', decimals, 64), "-", "−", 1)
	return strings.Replace(text, ".", w.decimal, 1)
}

// Days writes a number of days: two decimals under one day, one above.
func (w *Words) Days(n float64) string {
	if math.Abs(n) < 1 {
		return w.Number(n, 2)
	}
	return w.Number(n, 1)
}

// Share writes a ratio of 0 to 1 as a percentage.
func (w *Words) Share(n float64) string { return w.Number(100*n, 1) + "%" }

// Money writes an amount with two decimals and separators; the currency stands in a column of its own.
func (w *Words) Money(n float64) string {
	cents := int64(math.Round(100 * math.Abs(n)))
	sign := ""
	if n < 0 && cents > 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s%s%s%02d", sign, w.Count(float64(cents/100)), w.decimal, cents%100)
}

// Duration writes days in the unit that a reader thinks in: minutes, hours or days.
func (w *Words) Duration(n float64) (number, unit string) {
	switch size := math.Abs(n); {
	case size >= 1:
		if w.isOne(w.Number(size, 1)) {
			return w.Number(n, 1), w.Text("unit.day")
		}
		return w.Number(n, 1), w.Text("days")
	case size >= 1.0/24:
		if w.isOne(w.Number(24*size, 1)) {
			return w.Number(24*n, 1), w.Text("unit.hour")
		}
		return w.Number(24*n, 1), w.Text("hours")
	case w.isOne(w.Number(24*60*size, 0)):
		return w.Number(24*60*n, 0), w.Text("unit.minute")
	}
	return w.Number(24*60*n, 0), w.Text("minutes")
}

// isOne tells whether a number as it is written goes with the singular: in English 1 alone, in Portuguese (as in CLDR's
// plural rules) all below 2.
func (w *Words) isOne(written string) bool {
	if w.oneBelowTwo {
		whole, _, _ := strings.Cut(written, w.decimal)
		return whole == "0" || whole == "1"
	}
	return written == "1"
}

// Date writes a date: 1 Jul 2016.
func (w *Words) Date(day time.Time) string {
	layout, ok := w.dateLayout[w.dateStyle]
	if w.dateStyle == YearMonthDay {
		return day.Format(time.DateOnly)
	}
	if !ok { // no style chosen, or one that the language does not have
		layout = w.dateLayout[DayMonthYear]
	}
	return strings.NewReplacer("{day}", strconv.Itoa(day.Day()), "{month}", w.months[day.Month()-1], "{year}", strconv.Itoa(day.Year())).Replace(layout)
}

// DayMonth writes a date without its year, where that is clear: 1 Jul.
func (w *Words) DayMonth(day time.Time) string {
	if w.dateStyle == YearMonthDay {
		return day.Format("01-02")
	}
	layout, ok := w.dayLayout[w.dateStyle]
	if !ok {
		layout = w.dayLayout[DayMonthYear]
	}
	return strings.NewReplacer("{day}", strconv.Itoa(day.Day()), "{month}", w.months[day.Month()-1]).Replace(layout)
}

// Span writes [from, to) with its last day inclusive; a zero bound is open.
func (w *Words) Span(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return w.Text("whole_history")
	case from.IsZero():
		return w.Say("span.until", w.Date(to.AddDate(0, 0, -1)))
	case to.IsZero():
		return w.Say("span.from", w.Date(from))
	}
	return w.Say("span", w.Date(from), w.Date(to.AddDate(0, 0, -1)))
}

// Bucket names a bucket of time by its first day, as an axis shows it: Jul 2016.
func (w *Words) Bucket(grain, day string) string {
	start, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	year := start.Format("2006")
	switch grain {
	case "month":
		return strings.TrimSuffix(w.months[start.Month()-1], ".") + w.monthYear + year
	case "quarter":
		return w.Say("quarter", year, strconv.Itoa((int(start.Month())+2)/3))
	case "year":
		return year
	case "fiscal_year":
		return year + "/" + start.AddDate(1, 0, 0).Format("06")
	}
	return w.Date(start)
}
