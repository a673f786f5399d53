package impact

import (
	"slices"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// Days is a history by local day: how many requests of each unit were counted on each. A panel of the outcome requests is
// summed from it, whether it was read from a generation or made up.
type Days struct {
	AsOf       time.Time // the instant up to which the history counts
	Today      time.Time // its day at the library, as a date at 00:00 UTC; zero: AsOf's day
	Generation int
	First      time.Time  // the day that counts begin with, as a date at 00:00 UTC
	Units      []UnitDays // of the campaign's dimension; those that it does not name only tell how far the history reaches
	Lending    []float64  // requests of other libraries by day from First on; nil: none
}

// UnitDays is one unit's requests by day, the first on Days.First. Days past the end have none.
type UnitDays struct {
	Name     string // empty where everyone is one unit
	NReaders int64  // 0: not known
	Requests []float64
}

// PanelOf sums a history up for a campaign whose outcome is requests. Only a generation tells whose requests they were and
// how many readers there are: WithoutHeavy, Exposure and Readers stay nil, and no figure is withheld. It fails with queries.Invalid for another outcome, and
// for a comparison group that differs from the target in more than what the units are.
func PanelOf(c campaign.Campaign, others []campaign.Campaign, days *Days) (*Panel, error) {
	l, err := layoutOf(c, others, days, usual(), false)
	if err != nil {
		return nil, err
	}
	if l.Outcome.ID != outcomeRequests {
		return nil, invalid("a history by day tells of requests, and not of %s: read the panel from a generation", l.Outcome.ID)
	}
	l.fill(l.requests())
	return l.Panel, nil
}

// history is how far a history reaches.
type history struct {
	firstMonth time.Time // the first day of its first whole month; zero: there is nothing
	until      time.Time // the day after the last that it knows
}

// longestSilence is the number of days without a request after which what came before is not the same history: a mistyped
// year makes no beginning.
const longestSilence = 366

// reach tells how far the history reaches. A quiet day proves nothing in a library that often has none, so that gap days
// may be missing at either end: the time between one day with a request and the next, over the year before the last one,
// but for the longest in a hundred of them, which are holidays.
func (d *Days) reach() history {
	var days []int // with a request of any unit
	for day := range d.longest() {
		if slices.ContainsFunc(d.Units, func(u UnitDays) bool { return day < len(u.Requests) && u.Requests[day] > 0 }) {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return history{}
	}
	first := 0
	var gaps []int
	for i := 1; i < len(days); i++ {
		gap := days[i] - days[i-1]
		if gap > longestSilence {
			first = i
		}
		if days[i-1] >= days[len(days)-1]-365 {
			gaps = append(gaps, gap)
		}
	}
	gap := 1
	if n := len(gaps); n > 0 {
		slices.Sort(gaps)
		gap = gaps[n-1-n/100]
	}
	begins := d.First.AddDate(0, 0, days[first])
	h := history{firstMonth: monthOf(begins), until: d.today().AddDate(0, 0, gap)}
	if begins.Day() > gap {
		h.firstMonth = addMonths(h.firstMonth, 1)
	}
	return h
}

func (d *Days) today() time.Time {
	if d.Today.IsZero() && !d.AsOf.IsZero() {
		at := d.AsOf.UTC()
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	}
	return d.Today
}

// longest is the number of days that any unit or lending has.
func (d *Days) longest() int {
	n := len(d.Lending)
	for _, u := range d.Units {
		n = max(n, len(u.Requests))
	}
	return n
}

// summed are running sums over days, from which every span is read at once.
type summed struct {
	first time.Time
	sums  []float64 // sums[i]: of the first i days
}

func runningSum(first time.Time, counts []float64) summed {
	sums := make([]float64, len(counts)+1)
	for i, n := range counts {
		sums[i+1] = sums[i] + n
	}
	return summed{first, sums}
}

func (s summed) over(span Span) float64 {
	if len(s.sums) == 0 { // a unit without a day
		return 0
	}
	at := func(day time.Time) float64 { return s.sums[min(max(daysBetween(s.first, day), 0), len(s.sums)-1)] }
	return at(span.To) - at(span.From)
}
