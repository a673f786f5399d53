package impact

import (
	"slices"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// longestMonths is how much of a campaign is measured: later on, the year before a day lies in the campaign itself.
const longestMonths = 12

// WindowsOf gives the spans that a campaign is measured by, without the pretended launches, which depend on the history.
//
// Moving a span by months moves its first and its last day, each to the same day of the month, or to the last day of a
// month that lacks it. So whole months stay whole months, a year earlier 29 February is 28 February, and a span of
// February has a day more or less than a year before where one of the two is a leap year.
func WindowsOf(c campaign.Campaign) Windows {
	extent := Extent(c)
	w := Windows{Post: extent, IsCut: c.End.IsZero()}
	if end := addMonths(c.Start, longestMonths); end.Before(extent.To) {
		w.Post.To, w.IsCut = end, true
	}
	w.Pre = w.Post.moved(-12)
	w.Prior = Span{w.Post.From.AddDate(0, 0, -w.Post.nDays()), w.Post.From}
	w.PriorPre = w.Prior.moved(-12)
	return w
}

// Extent is when a campaign may have moved something: from its start to its end with carry-over. A lasting change counts
// for a year; after that it is in a span and in the one a year earlier alike.
func Extent(c campaign.Campaign) Span {
	if c.End.IsZero() {
		return Span{c.Start, addMonths(c.Start, longestMonths)}
	}
	return Span{c.Start, Span{c.Start, c.End}.moved(c.CarryOverMonths).To}
}

// addMonths moves a day to the same day of another month, or to its last day where it has none.
func addMonths(day time.Time, months int) time.Time {
	moved := day.AddDate(0, months, 0)
	if moved.Day() != day.Day() {
		return moved.AddDate(0, 0, -moved.Day())
	}
	return moved
}

// moved is the span some months later.
func (s Span) moved(months int) Span {
	if s.To.Day() == 1 {
		return Span{addMonths(s.From, months), addMonths(s.To, months)}
	}
	return Span{addMonths(s.From, months), addMonths(s.To.AddDate(0, 0, -1), months).AddDate(0, 0, 1)}
}

// nDays is the length of the span.
func (s Span) nDays() int { return daysBetween(s.From, s.To) }

// Meets tells whether the spans have a day in common.
func (s Span) Meets(other Span) bool { return s.From.Before(other.To) && other.From.Before(s.To) }

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

func monthOf(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// placeboWindows gives the pretended launches before a campaign: as long as it, some months earlier, from the history's
// first whole month on, and clear of the extents given. Earliest first.
func placeboWindows(post Span, first, reached time.Time, taken []Span) []PlaceboWindow {
	var windows []PlaceboWindow
	for k := 1; ; k++ {
		at := PlaceboWindow{Post: post.moved(-k)}
		at.Pre = at.Post.moved(-12)
		if first.IsZero() || at.Pre.From.Before(first) {
			break
		}
		if at.Post.To.After(post.From) || at.Post.To.After(reached) {
			continue
		}
		isClear := true
		for _, extent := range taken {
			isClear = isClear && !extent.Meets(at.Post) && !extent.Meets(at.Pre)
		}
		if isClear {
			windows = append(windows, at)
		}
	}
	slices.Reverse(windows)
	return windows
}
