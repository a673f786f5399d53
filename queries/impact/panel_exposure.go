package impact

import (
	"slices"
	"strings"

	"github.com/fillrate/fillrate/queries/campaign"
)

// expose sets how many readers each unit had: the mean over the days of a span, 0 where the number of its first day is not
// known. Where everyone is one unit that is all libraries together.
func (l *layout) expose(exposures []campaign.Exposure) {
	dimension := l.Dimension
	if dimension == "" {
		dimension = byLibrary
	}
	rows := map[string][]campaign.Exposure{}
	for _, e := range exposures {
		if e.Dimension == dimension {
			name := strings.TrimSpace(e.Unit)
			rows[name] = append(rows[name], e)
		}
	}
	for _, list := range rows {
		slices.SortStableFunc(list, func(a, b campaign.Exposure) int { return a.From.Compare(b.From) })
	}
	mean := func(unit string, span Span) float64 {
		if l.Dimension != "" {
			return meanReaders(rows[unit], span)
		}
		all := 0.0
		for _, list := range rows {
			one := meanReaders(list, span)
			if one == 0 {
				return 0
			}
			all += one
		}
		return all
	}
	for i := range l.Units {
		u := &l.Units[i]
		u.Exposure = &[2]float64{mean(u.Name, l.Windows.Post), mean(u.Name, l.Windows.Pre)}
		for _, month := range l.Months {
			u.MonthExposure = append(u.MonthExposure, mean(u.Name, Span{month, addMonths(month, 1)}))
		}
	}
}

// meanReaders weighs the numbers that hold in a span by their days. Of two from the same day the later one in the list holds.
func meanReaders(list []campaign.Exposure, span Span) float64 {
	if len(list) == 0 || list[0].From.After(span.From) {
		return 0
	}
	sum := 0.0
	for i, e := range list {
		holds := Span{e.From, span.To}
		if i+1 < len(list) && list[i+1].From.Before(span.To) {
			holds.To = list[i+1].From
		}
		if holds.From.Before(span.From) {
			holds.From = span.From
		}
		if n := holds.nDays(); n > 0 {
			sum += float64(n) * e.NReaders
		}
	}
	return sum / float64(span.nDays())
}
