package impact

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number writes a count with commas between thousands.
func number(n float64) string {
	digits := strconv.FormatInt(int64(math.Round(math.Min(math.Abs(n), 1e15))), 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	if n < 0 && digits != "0" {
		return "−" + digits
	}
	return digits
}

// points is a ratio as whole per cent above no change, within what a reader can picture: −99 to 1,000.
func points(ratio float64) int {
	return int(math.Round(math.Max(-99, math.Min(1000, 100*(ratio-1)))))
}

// change writes a ratio as a signed percentage: −21%, 0%, +16%.
func change(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return "+1,000% or more"
	case n > 0:
		return fmt.Sprintf("+%d%%", n)
	case n < 0:
		return fmt.Sprintf("−%d%%", -n)
	}
	return "0%"
}

// by writes how far a ratio lies from no change, without a sign; a change that is there is never written as none.
func by(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return "1,000% or more"
	case n == 0:
		return "less than 1%"
	case n < 0:
		return fmt.Sprintf("%d%%", -n)
	default:
		return fmt.Sprintf("%d%%", n)
	}
}

// wholePerCent is a smallest detectable ratio in per cent above no change, rounded up, so that a change of so much would show.
func wholePerCent(mde float64) float64 { return math.Max(1, math.Ceil(100*(mde-1)-1e-9)) }

// atLeast writes a smallest detectable ratio: 30%.
func atLeast(mde float64) string { return number(wholePerCent(mde)) + "%" }

// upOrDown writes a smallest detectable ratio as a rise, and as the fall that is as far on the log scale: +39% or −28%.
func upOrDown(mde float64) string {
	return "+" + atLeast(mde) + " or −" + number(math.Min(99, math.Max(1, math.Ceil(100*(1-1/mde)-1e-9)))) + "%"
}

func between(lo, hi float64) string { return "between " + change(lo) + " and " + change(hi) }

// plural writes a count of things: 1 department, 4 departments.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(float64(n)) + " " + many
}

func date(t time.Time) string { return t.Format("2 January 2006") }

// days writes the days of a span: whole months by name.
func days(s Span) string {
	last := s.To.AddDate(0, 0, -1)
	switch {
	case last.Equal(s.From):
		return date(last)
	case s.From.Day() != 1 || s.To.Day() != 1:
		if s.From.Year() == last.Year() {
			return s.From.Format("2 January") + " to " + date(last)
		}
		return date(s.From) + " to " + date(last)
	case s.From.Year() == last.Year() && s.From.Month() == last.Month():
		return last.Format("January 2006")
	case s.From.Year() == last.Year():
		return s.From.Format("January") + " to " + last.Format("January 2006")
	}
	return s.From.Format("January 2006") + " to " + last.Format("January 2006")
}

// asLong writes the length of a span: 6 months, 45 days.
func asLong(s Span) string {
	for n := 1; n <= 12; n++ {
		if s.From.AddDate(0, n, 0).Equal(s.To) {
			if n == 1 {
				return "month"
			}
			return fmt.Sprintf("%d months", n)
		}
	}
	if s.nDays() == 1 {
		return "day"
	}
	return plural(s.nDays(), "day", "days")
}

func joined(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// few gives the first of a list of phrases, and how many more there are.
func few(phrases []string) string {
	if n := len(phrases); n > 3 {
		return strings.Join(phrases[:2], "; ") + fmt.Sprintf("; and %d more", n-2)
	}
	return strings.Join(phrases, "; ")
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func lower(s string) string {
	for i, r := range s {
		return strings.ToLower(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
