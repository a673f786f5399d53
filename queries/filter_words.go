package queries

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Words says in a line what a filter comes to, for the head of a table, a sheet or a page. metric decides what the dates
// are the dates of, and which options there are to speak of: those that it reads and that are not as usual.
func (f Filter) Words(metric *Metric) string {
	parts := []string{f.spanWords(metric)}
	for _, d := range Dimensions {
		if d.Filter {
			if words := *f.list(d.Name); len(words) > 0 {
				parts = append(parts, strings.ToLower(d.Label)+" "+strings.Join(words, " or "))
			}
		}
	}
	if f.IsBusiness() && metric.Dated == ByBasis {
		parts = append(parts, "business days")
	}
	for _, option := range Options {
		if n := f.Number(option.Name); n != option.Default && f.isRead(metric, option) {
			parts = append(parts, option.words(n))
		}
	}
	if earlier, err := f.Earlier(f.AsOf); err == nil && f.Compare != "" {
		parts = append(parts, "compared with those"+earlier.spanText()+" at the same age")
	}
	if d := metric.Definition(f.Definition); d != nil {
		parts = append(parts, "beside it "+d.Label+"'s definition")
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
func (o *Option) words(n int) string {
	switch o.Name {
	case "grace_days":
		return plural(n, "day of grace", "days of grace")
	case "return_transit_days":
		return plural(n, "day for the way back", "days for the way back")
	}
	return fmt.Sprintf("%s: %d", strings.ToLower(o.Label[:1])+o.Label[1:], n)
}

func (f Filter) spanWords(metric *Metric) string {
	what := "requests created"
	switch {
	case metric.Dated == ByDue:
		what = "loans out at the date given; the rate: loans due"
	case f.IsPeriod() && !metric.CohortOnly:
		what = "requests created, and outcomes that happened,"
	}
	return what + f.spanText()
}

func (f Filter) spanText() string {
	const layout = "2 Jan 2006"
	lastDay := f.To.AddDate(0, 0, -1)
	switch {
	case f.From.IsZero() && f.To.IsZero():
		return " at any time"
	case f.To.IsZero():
		return " from " + f.From.Format(layout)
	case f.From.IsZero():
		return " until " + lastDay.Format(layout)
	case f.From.Equal(lastDay):
		return " on " + f.From.Format(layout)
	}
	return " from " + f.From.Format(layout) + " to " + lastDay.Format(layout)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
