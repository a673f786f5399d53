package queries

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words says in a line what a filter comes to, for the head of a table, a sheet or a page. metric decides what the dates
// are the dates of, and which options there are to speak of: those that it reads and that are not as usual.
func (f Filter) Words(metric *Metric) string { return f.WordsIn(English, metric) }

// WordsIn is Words in a reader's language.
func (f Filter) WordsIn(l Language, metric *Metric) string {
	parts := []string{f.spanWords(l, metric)}
	for _, d := range Dimensions {
		if d.Filter {
			if words := *f.list(d.Name); len(words) > 0 {
				parts = append(parts, strings.ToLower(l.Of(d.Label))+" "+strings.Join(words, l.Of(" or ")))
			}
		}
	}
	for _, d := range Narrowings {
		if words := *f.list(d.Name); len(words) > 0 {
			parts = append(parts, l.Tell("in lists: {0}", strings.ToLower(l.Of(d.Label))+" "+strings.Join(words, l.Of(" or "))))
		}
	}
	if f.IsBusiness() && metric.Dated == ByBasis {
		parts = append(parts, l.Of("business days"))
	}
	for _, option := range Options {
		if n := f.Number(option.Name); n != option.Default && f.isRead(metric, option) {
			parts = append(parts, option.words(l, n))
		}
	}
	if earlier, err := f.Earlier(f.AsOf); err == nil && f.Compare != "" {
		parts = append(parts, l.Tell("compared with those {0} at the same age", earlier.spanText(l)))
	}
	if d := metric.Definition(f.Definition); d != nil {
		parts = append(parts, l.Tell("beside it {0}'s definition", l.Of(d.Label)))
	}
	return strings.Join(parts, "; ")
}

// isRead tells whether an option bears on the question, for those that a filter reads itself too.
func (f Filter) isRead(metric *Metric, option *Option) bool {
	switch option.Name {
	case "fiscal_start":
		return slices.Contains(f.By, "fiscal_year")
	case "suppress_below":
		return slices.ContainsFunc(ofReaders, func(d string) bool { return slices.Contains(f.By, d) || len(*f.list(d)) > 0 })
	}
	return metric.Reads(option.Name)
}

// Reads tells whether the metric's figures, or the requests behind them, depend on an option. fiscal_start and
// suppress_below bear on every metric.
func (m *Metric) Reads(option string) bool {
	if option == "fiscal_start" || option == "suppress_below" || slices.Contains(m.Options, option) {
		return true
	}
	return slices.Contains(parameterPattern.FindAllString(withoutComments(m.SQL+"\n"+m.Rows), -1), "$"+option)
}

// words names an option's value.
func (o *Option) words(l Language, n int) string {
	switch o.Name {
	case "grace_days":
		return plural(l, n, "day of grace", "days of grace")
	case "return_transit_days":
		return plural(l, n, "day for the way back", "days for the way back")
	}
	label := l.Of(o.Label)
	first, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(first)) + label[size:] + ": " + strconv.Itoa(n)
}

func (f Filter) spanWords(l Language, metric *Metric) string {
	span := f.spanText(l)
	switch {
	case metric.Dated == ByDue:
		return l.Tell("loans out at the date given; the rate: loans due {0}", span)
	case f.IsPeriod() && !metric.CohortOnly:
		return l.Tell("requests created, and outcomes that happened, {0}", span)
	}
	return l.Tell("requests created {0}", span)
}

func (f Filter) spanText(l Language) string {
	lastDay := f.To.AddDate(0, 0, -1)
	switch {
	case f.From.IsZero() && f.To.IsZero():
		return l.Of("at any time")
	case f.To.IsZero():
		return l.Tell("from {0}", l.Date(f.From))
	case f.From.IsZero():
		return l.Tell("until {0}", l.Date(lastDay))
	case f.From.Equal(lastDay):
		return l.Tell("on {0}", l.Date(f.From))
	}
	return l.Tell("from {0} to {1}", l.Date(f.From), l.Date(lastDay))
}

// plural counts in a language: one and many are what follows the number.
func plural(l Language, n int, one, many string) string {
	if n == 1 {
		return "1 " + l.Of(one)
	}
	return strconv.Itoa(n) + " " + l.Of(many)
}
