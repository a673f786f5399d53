package locale

import (
	"testing"
	"time"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// Numbers and dates as CLDR has them for each language, but for the true minus sign and, on Portuguese axes, 7/2016 with
// the month's short name.
func TestFormats(t *testing.T) {
	july := day("2016-07-01")
	for _, test := range []struct {
		what           string
		write          func(w *Words) string
		english, other string
	}{
		{"count", func(w *Words) string { return w.Count(1234567) }, "1,234,567", "1.234.567"},
		{"small count", func(w *Words) string { return w.Count(999) }, "999", "999"},
		{"four digits", func(w *Words) string { return w.Count(1234) }, "1,234", "1.234"},
		{"negative count", func(w *Words) string { return w.Count(-1234) }, "−1,234", "−1.234"},
		{"nothing", func(w *Words) string { return w.Count(-0.4) }, "0", "0"},
		{"number", func(w *Words) string { return w.Number(-3.25, 2) }, "−3.25", "−3,25"},
		{"days", func(w *Words) string { return w.Days(0.449) }, "0.45", "0,45"},
		{"more days", func(w *Words) string { return w.Days(12.34) }, "12.3", "12,3"},
		{"share", func(w *Words) string { return w.Share(0.98765) }, "98.8%", "98,8%"},
		{"money", func(w *Words) string { return w.Money(1234.5) }, "1,234.50", "1.234,50"},
		{"owed", func(w *Words) string { return w.Money(-1234.567) }, "−1,234.57", "−1.234,57"},
		{"no money", func(w *Words) string { return w.Money(-0.001) }, "0.00", "0,00"},
		{"date", func(w *Words) string { return w.Date(july) }, "1 Jul 2016", "1 de jul. de 2016"},
		{"May", func(w *Words) string { return w.Date(day("2016-05-31")) }, "31 May 2016", "31 de mai. de 2016"},
		{"day first", func(w *Words) string { return w.In(DayMonthYear).Date(july) }, "1 Jul 2016", "1 de jul. de 2016"},
		{"month first", func(w *Words) string { return w.In(MonthDayYear).Date(july) }, "Jul 1, 2016", "1 de jul. de 2016"},
		{"year first", func(w *Words) string { return w.In(YearMonthDay).Date(july) }, "2016-07-01", "2016-07-01"},
		{"no such style", func(w *Words) string { return w.In("x").Date(july) }, "1 Jul 2016", "1 de jul. de 2016"},
		{"day", func(w *Words) string { return w.DayMonth(july) }, "1 Jul", "1 de jul."},
		{"day, month first", func(w *Words) string { return w.In(MonthDayYear).DayMonth(july) }, "Jul 1", "1 de jul."},
		{"day, year first", func(w *Words) string { return w.In(YearMonthDay).DayMonth(july) }, "07-01", "07-01"},
		{"span", func(w *Words) string { return w.Span(july, day("2016-08-01")) }, "1 Jul 2016 to 31 Jul 2016", "1 de jul. de 2016 a 31 de jul. de 2016"},
		{"open span", func(w *Words) string { return w.Span(july, time.Time{}) }, "from 1 Jul 2016", "desde 1 de jul. de 2016"},
		{"span until", func(w *Words) string { return w.Span(time.Time{}, july) }, "until 30 Jun 2016", "até 30 de jun. de 2016"},
		{"no span", func(w *Words) string { return w.Span(time.Time{}, time.Time{}) }, "the whole history", "todo o histórico"},
		{"month", func(w *Words) string { return w.Bucket("month", "2016-07-01") }, "Jul 2016", "jul/2016"},
		{"quarter", func(w *Words) string { return w.Bucket("quarter", "2016-10-01") }, "2016 Q4", "T4 de 2016"},
		{"year", func(w *Words) string { return w.Bucket("year", "2016-01-01") }, "2016", "2016"},
		{"fiscal year", func(w *Words) string { return w.Bucket("fiscal_year", "2016-07-01") }, "2016/17", "2016/17"},
		{"week", func(w *Words) string { return w.Bucket("week", "2016-07-04") }, "4 Jul 2016", "4 de jul. de 2016"},
		{"no date", func(w *Words) string { return w.Bucket("month", "unknown") }, "unknown", "unknown"},
		{"minutes", func(w *Words) string { return duration(w, 0.01) }, "14 minutes", "14 minutos"},
		{"a minute", func(w *Words) string { return duration(w, 1.0/1440) }, "1 minute", "1 minuto"},
		{"no time", func(w *Words) string { return duration(w, 0) }, "0 minutes", "0 minuto"},
		{"hours", func(w *Words) string { return duration(w, 0.5) }, "12.0 hours", "12,0 horas"},
		{"an hour and a half", func(w *Words) string { return duration(w, 1.5/24) }, "1.5 hours", "1,5 hora"},
		{"a day", func(w *Words) string { return duration(w, 1) }, "1.0 days", "1,0 dia"},
		{"a day and a half", func(w *Words) string { return duration(w, -1.5) }, "−1.5 days", "−1,5 dia"},
		{"almost two", func(w *Words) string { return duration(w, 1.96) }, "2.0 days", "2,0 dias"},
	} {
		for tag, want := range map[string]string{"en": test.english, "pt-BR": test.other} {
			if got := test.write(Find(tag)); got != want {
				t.Errorf("%s, %s: %q, want %q", tag, test.what, got, want)
			}
		}
	}
}

func duration(w *Words, n float64) string {
	number, unit := w.Duration(n)
	return number + " " + unit
}
