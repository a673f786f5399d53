package dashboards

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

//go:embed sql/closures.sql
var closuresSQL string

// closure is days on end on which libraries were closed.
type closure struct {
	From, To  time.Time // day after the last
	Name      string
	Libraries []string
}

// closures reads the closures of a generation, the earliest first.
func (s *server) closures(ctx context.Context, r *reading) ([]closure, error) {
	return cached(quick(ctx), s, r, "closures", func(ctx context.Context) ([]closure, int, error) {
		rows, err := r.DB().QueryContext(ctx, closuresSQL)
		if err != nil {
			return nil, 0, fmt.Errorf("reading the closures: %w", err)
		}
		defer rows.Close()
		var list []closure
		for rows.Next() {
			var c closure
			var library string
			if err := rows.Scan(&library, &c.From, &c.To, &c.Name); err != nil {
				return nil, 0, fmt.Errorf("reading the closures: %w", err)
			}
			if i := slices.IndexFunc(list, func(o closure) bool { return o.From.Equal(c.From) && o.To.Equal(c.To) && o.Name == c.Name }); i >= 0 {
				list[i].Libraries = append(list[i].Libraries, library)
				continue
			}
			c.Libraries = []string{library}
			list = append(list, c)
		}
		return list, len(list), rows.Err()
	})
}

// happenings is what was going on beside the numbers: what the library did, and when it was closed. A visit reads it once.
type happenings struct {
	Campaigns []campaign.Campaign
	Closures  []closure
	Own       string // the campaign that the page is about, on whose charts the others stand back; empty elsewhere
}

// readHappenings never fails a page: what cannot be read is left out and logged.
func (v *visit) readHappenings() happenings {
	var h happenings
	var err error
	if v.server.campaigns != nil {
		if h.Campaigns, err = v.server.campaigns.List(v.ctx); err != nil && v.ctx.Err() == nil {
			v.server.log.Warn("charts go without campaigns", "error", err)
		}
	}
	if h.Closures, err = v.server.closures(v.ctx, v.reading); err != nil && v.ctx.Err() == nil {
		v.server.log.Warn("charts go without closures", "error", err)
	}
	return h
}

// occasion is a mark in words: its number on the chart, what it was, and when.
type occasion struct {
	Number string // empty below a table
	Name   string
	URL    string
	Days   string
}

// What of many is listed below a chart, and from how many days on a closure shows in months.
const (
	mostOccasions = 10
	longestMark   = 60
	closedDays    = 3
)

// marks places what was going on on a chart whose axis goes by grain over buckets, and lists it. Marked are the campaigns
// that concern what the filter lets through; closures only where the chart is fine enough to show them.
func (v *visit) marks(grain string, buckets []string, filter queries.Filter) ([]occasion, []chart.Mark) {
	if v.happened == nil || len(buckets) == 0 {
		return nil, nil
	}
	return v.happened().marks(v.Words, grain, buckets, filter, len(v.history.Libraries) > 1)
}

func (h happenings) marks(w *locale.Words, grain string, buckets []string, filter queries.Filter, nameLibraries bool) ([]occasion, []chart.Mark) {
	first, err := time.Parse(time.DateOnly, buckets[0])
	if err != nil {
		return nil, nil
	}
	last, err := time.Parse(time.DateOnly, buckets[len(buckets)-1])
	if err != nil {
		return nil, nil
	}
	end := chart.BucketEnd(grain, last)
	place := func(day time.Time) float64 { return chart.Place(grain, buckets, day) }

	type found struct {
		at       time.Time
		closed   time.Duration // 0: a campaign
		occasion occasion
		marks    []chart.Mark
	}
	var list []found
	for _, c := range h.Campaigns {
		over := impact.Extent(c).To // a day of any sort for a lasting change
		if !concerns(c, filter) || !c.Start.Before(end) || !c.End.IsZero() && !over.After(first) || c.End.IsZero() && c.Start.Before(first) {
			continue
		}
		f := found{at: c.Start, occasion: occasion{Name: shorten(c.Name, longestMark), URL: campaignAddress(c.ID), Days: windowWords(w, c)}}
		if c.ID == h.Own {
			f.occasion.Name, f.occasion.URL = w.Say("mark.this", kindWords(w, c)), ""
		}
		switch {
		case c.End.IsZero():
			f.marks = []chart.Mark{{Kind: chart.Change, From: place(c.Start)}}
		case h.Own != "" && c.ID != h.Own:
			f.marks = []chart.Mark{{Kind: chart.Other, From: place(c.Start), To: place(c.End)}}
		default:
			f.marks = []chart.Mark{{Kind: chart.Period, From: place(c.Start), To: place(c.End)}}
			if c.CarryOverMonths > 0 {
				f.marks = append(f.marks, chart.Mark{Kind: chart.CarryOver, From: place(c.End), To: place(over)})
				f.occasion.Days = w.Say("mark.carry_over", f.occasion.Days, w.Date(over.AddDate(0, 0, -1)))
			}
		}
		list = append(list, f)
	}
	for _, c := range h.Closures {
		if !c.From.Before(end) || !c.To.After(first) || len(filter.Library) > 0 && !meets(filter.Library, c.Libraries) {
			continue
		}
		switch grain {
		case "day", "week":
		case "month":
			if c.To.Sub(c.From) < closedDays*24*time.Hour {
				continue
			}
		default:
			continue
		}
		name := w.Text("mark.closed")
		if nameLibraries {
			name = w.Say("mark.closed_at", strings.Join(c.Libraries, ", "))
		}
		if c.Name != "" {
			name = w.Say("mark.closed_for", name, shorten(c.Name, longestMark))
		}
		list = append(list, found{c.From, c.To.Sub(c.From), occasion{Name: name, Days: spanOrDay(w, c.From, c.To)},
			[]chart.Mark{{Kind: chart.Closure, From: place(c.From), To: place(c.To)}}})
	}
	// Of too many the short closures are left out first, then the earliest campaigns: what is drawn is listed.
	left := max(0, len(list)-mostOccasions)
	for range left {
		least := 0
		for i, f := range list {
			if f.closed > 0 && (list[least].closed == 0 || f.closed < list[least].closed) {
				least = i
			}
		}
		list = slices.Delete(list, least, least+1)
	}
	slices.SortStableFunc(list, func(a, b found) int { return a.at.Compare(b.at) })

	var occasions []occasion
	var marks []chart.Mark
	for i, f := range list {
		number := strconv.Itoa(i + 1)
		f.occasion.Number, f.marks[0].Label = number, number
		occasions = append(occasions, f.occasion)
		marks = append(marks, f.marks...)
	}
	if left > 0 {
		occasions = append(occasions, occasion{Name: w.Say("mark.more", w.Count(float64(left)))})
	}
	return occasions, marks
}

// concerns tells whether a campaign was about requests that a filter lets through.
func concerns(c campaign.Campaign, filter queries.Filter) bool {
	for _, pair := range [][2][]string{
		{filter.Role, c.Roles}, {filter.Department, c.Target.Departments}, {filter.PatronGroup, c.Target.PatronGroups}, {filter.Library, c.Target.Libraries},
	} {
		if len(pair[0]) > 0 && len(pair[1]) > 0 && !meets(pair[0], pair[1]) {
			return false
		}
	}
	return true
}

func meets(a, b []string) bool {
	return slices.ContainsFunc(a, func(word string) bool { return slices.Contains(b, word) })
}

// spanOrDay writes [from, to), one day as itself.
func spanOrDay(w *locale.Words, from, to time.Time) string {
	if !to.After(from.AddDate(0, 0, 1)) {
		return w.Date(from)
	}
	return w.Span(from, to)
}
