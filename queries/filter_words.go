package queries

import (
	"strconv"
	"strings"
)

// Words says in a line what a filter comes to, for the head of a table, a sheet or a page. metric decides what the dates
// are the dates of.
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
	if metric.Dated == ByDue {
		if f.Number("grace_days") > 0 {
			parts = append(parts, plural(f.Number("grace_days"), "day of grace", "days of grace"))
		}
		if f.Number("return_transit_days") > 0 {
			parts = append(parts, plural(f.Number("return_transit_days"), "day for the way back", "days for the way back"))
		}
	}
	return strings.Join(parts, "; ")
}

func (f Filter) spanWords(metric *Metric) string {
	what := "requests created"
	switch {
	case metric.Dated == ByDue:
		what = "loans out at the date given; the rate: loans due"
	case f.IsPeriod():
		what = "requests created, and outcomes that happened,"
	}
	const layout = "2 Jan 2006"
	lastDay := f.To.AddDate(0, 0, -1)
	switch {
	case f.From.IsZero() && f.To.IsZero():
		return what + " at any time"
	case f.To.IsZero():
		return what + " from " + f.From.Format(layout)
	case f.From.IsZero():
		return what + " until " + lastDay.Format(layout)
	case f.From.Equal(lastDay):
		return what + " on " + f.From.Format(layout)
	}
	return what + " from " + f.From.Format(layout) + " to " + lastDay.Format(layout)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
