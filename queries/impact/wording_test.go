package impact

import (
	"testing"
)

func TestWords(t *testing.T) {
	l, w := english, topicOf(&Panel{Dimension: byDepartment})
	list := func(units []string, small int) string { return l.tell(w.list(units, small), w) }
	before := func(s Span) string { return l.tell(w.before(s), w) }
	for _, c := range []struct{ got, want string }{
		{l.change(1.004), "0%"}, {l.change(.996), "0%"}, {l.change(.79), "−21%"}, {l.change(1.155), "+16%"}, {l.change(30), "+1,000% or more"}, {l.change(.0001), "−99%"},
		{l.size(1.004), "less than 1%"}, {l.size(.997), "less than 1%"}, {l.size(.6), "40%"}, {l.size(2.5), "150%"}, {l.size(400), "1,000% or more"},
		{l.number(1234567.4), "1,234,567"}, {l.number(999.6), "1,000"}, {l.number(-.4), "0"}, {l.number(-1234), "−1,234"}, {l.number(1e300), "1,000,000,000,000,000"},
		{l.atLeast(1), "1%"}, {l.atLeast(1.071), "8%"}, {l.atLeast(1.07), "7%"}, {l.atLeast(1.3), "30%"},
		{l.upOrDown(1.3812), "+39% or −28%"}, {l.upOrDown(1e9), "+" + l.atLeast(1e9) + " or −99%"},
		{l.tell(range95(.76, 1.1568), w), "between −24% and +16%"},
		{l.days(Span{ymd("2024-01-01"), ymd("2024-07-01")}), "January to June 2024"},
		{l.days(Span{ymd("2024-01-01"), ymd("2024-02-01")}), "January 2024"},
		{l.days(Span{ymd("2024-09-01"), ymd("2025-02-01")}), "September 2024 to January 2025"},
		{l.days(Span{ymd("2024-03-05"), ymd("2024-04-21")}), "5 March to 20 April 2024"},
		{l.days(Span{ymd("2024-12-24"), ymd("2025-01-07")}), "24 December 2024 to 6 January 2025"},
		{l.days(Span{ymd("2024-03-05"), ymd("2024-03-06")}), "5 March 2024"},
		{before(Span{ymd("2024-01-01"), ymd("2024-07-01")}), "6 months"}, {before(Span{ymd("2024-01-01"), ymd("2024-02-01")}), "month"},
		{before(Span{ymd("2024-01-05"), ymd("2024-02-01")}), "27 days"}, {before(Span{ymd("2024-01-05"), ymd("2024-01-06")}), "day"},
		{list([]string{"History"}, 0), "History"}, {list([]string{"History", "Music", "Nursing"}, 0), "History, Music and Nursing"},
		{list([]string{"A", "B", "C", "D", "E", "F", "G"}, 0), "A, B and 5 other departments"}, {list([]string{"A", "B", "C"}, 2), "A, B and 3 other departments"},
		{list([]string{"A"}, 1), "A and a small department"}, {list(nil, 1), "a small department"}, {list(nil, 7), "7 small departments"}, {list([]string{"A"}, 5), "A and 5 other departments"},
		{l.share(0), "0%"}, {l.share(.001), "less than 1%"}, {l.share(.12), "12%"}, {l.write(firstOf{named("a"), named("b"), named("c")}, w), "a; b; c"}, {l.write(firstOf{named("a"), named("b"), named("c"), named("d")}, w), "a; b; and 2 more"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
