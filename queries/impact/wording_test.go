package impact

import (
	"testing"
)

func TestWords(t *testing.T) {
	w := wordsOf(&Panel{Dimension: byDepartment})
	for _, c := range []struct{ got, want string }{
		{change(1.004), "0%"}, {change(.996), "0%"}, {change(.79), "−21%"}, {change(1.155), "+16%"}, {change(30), "+1,000% or more"}, {change(.0001), "−99%"},
		{by(1.004), "less than 1%"}, {by(.997), "less than 1%"}, {by(.6), "40%"}, {by(2.5), "150%"}, {by(400), "1,000% or more"},
		{number(1234567.4), "1,234,567"}, {number(999.6), "1,000"}, {number(-.4), "0"}, {number(-1234), "−1,234"}, {number(1e300), "1,000,000,000,000,000"},
		{atLeast(1), "1%"}, {atLeast(1.071), "8%"}, {atLeast(1.07), "7%"}, {atLeast(1.3), "30%"},
		{upOrDown(1.3812), "+39% or −28%"}, {upOrDown(1e9), "+" + atLeast(1e9) + " or −99%"},
		{between(.76, 1.1568), "between −24% and +16%"},
		{days(Span{ymd("2024-01-01"), ymd("2024-07-01")}), "January to June 2024"},
		{days(Span{ymd("2024-01-01"), ymd("2024-02-01")}), "January 2024"},
		{days(Span{ymd("2024-09-01"), ymd("2025-02-01")}), "September 2024 to January 2025"},
		{days(Span{ymd("2024-03-05"), ymd("2024-04-21")}), "5 March to 20 April 2024"},
		{days(Span{ymd("2024-12-24"), ymd("2025-01-07")}), "24 December 2024 to 6 January 2025"},
		{days(Span{ymd("2024-03-05"), ymd("2024-03-06")}), "5 March 2024"},
		{asLong(Span{ymd("2024-01-01"), ymd("2024-07-01")}), "6 months"}, {asLong(Span{ymd("2024-01-01"), ymd("2024-02-01")}), "month"},
		{asLong(Span{ymd("2024-01-05"), ymd("2024-02-01")}), "27 days"}, {asLong(Span{ymd("2024-01-05"), ymd("2024-01-06")}), "day"},
		{w.list([]string{"History"}, 0), "History"}, {w.list([]string{"History", "Music", "Nursing"}, 0), "History, Music and Nursing"},
		{w.list([]string{"A", "B", "C", "D", "E", "F", "G"}, 0), "A, B and 5 other departments"}, {w.list([]string{"A", "B", "C"}, 2), "A, B and 3 other departments"},
		{w.list([]string{"A"}, 1), "A and a small department"}, {w.list(nil, 1), "a small department"}, {w.list(nil, 7), "7 small departments"}, {w.list([]string{"A"}, 5), "A and 5 other departments"},
		{share(0), "0%"}, {share(.001), "Less than 1%"}, {share(.12), "12%"}, {few([]string{"a", "b", "c"}), "a; b; c"}, {few([]string{"a", "b", "c", "d"}), "a; b; and 2 more"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
