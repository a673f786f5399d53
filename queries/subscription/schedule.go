package subscription

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule is how a schedule finds its days.
type Rule string

// The rules: a working day of each month counted from its first; a day of each month; a day of each week; a day of each year.
const (
	WorkingDay Rule = "working-day"
	MonthDay   Rule = "day"
	Weekly     Rule = "weekly"
	Yearly     Rule = "yearly"
)

// Schedule says on which days, and at what time of the library's clock, a report is due.
type Schedule struct {
	Rule    Rule
	Day     int          // of the month, or which of its working days
	Weekday time.Weekday // of Weekly
	Month   time.Month   // of Yearly
	Minute  int          // of the day: 420 is 07:00
}

// firstWorkingDay is another word for working-day:1.
const firstWorkingDay = "first-working-day"

// usualTime is the time of a schedule that names none.
const usualTime = "07:00"

// mostWorkingDays is about how many working days the longest month has.
const mostWorkingDays = 23

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// ParseSchedule reads first-working-day, working-day:N, day:N, weekly:monday or yearly:MM-DD, each with @HH:MM or without.
func ParseSchedule(text string) (Schedule, error) {
	rule, at, timed := strings.Cut(strings.ToLower(strings.TrimSpace(text)), "@")
	if !timed {
		at = usualTime
	}
	clock, err := time.Parse("15:04", at)
	if err != nil || len(at) != len(usualTime) {
		return Schedule{}, mistake("schedule", "time", "the time %q of the schedule is none: write it as @07:30", excerpt(at))
	}
	s := Schedule{Minute: 60*clock.Hour() + clock.Minute()}
	name, value, _ := strings.Cut(rule, ":")
	if s.read(name, value) {
		return s, nil
	}
	return Schedule{}, mistake("schedule", "rule", "%q is no schedule: use first-working-day, working-day:3, day:15, weekly:monday or yearly:07-15, each with @07:30 for the time", excerpt(text))
}

func (s *Schedule) read(name, value string) bool {
	if name == firstWorkingDay && value == "" {
		name, value = string(WorkingDay), "1"
	}
	s.Rule = Rule(name)
	number, err := strconv.Atoi(value)
	switch s.Rule {
	case WorkingDay:
		s.Day = number
		return err == nil && number >= 1 && number <= mostWorkingDays
	case MonthDay:
		s.Day = number
		return err == nil && number >= 1 && number <= 31
	case Weekly:
		s.Weekday = time.Weekday(slices.Index(weekdays, value))
		return s.Weekday >= 0
	case Yearly:
		day, err := time.Parse("2006-01-02", "2000-"+value) // a year that has a 29 February
		s.Month, s.Day = day.Month(), day.Day()
		return err == nil
	}
	return false
}

// String writes a schedule as ParseSchedule reads it.
func (s Schedule) String() string {
	at := fmt.Sprintf("@%02d:%02d", s.Minute/60, s.Minute%60)
	switch s.Rule {
	case WorkingDay:
		if s.Day == 1 {
			return firstWorkingDay + at
		}
		return fmt.Sprintf("%s:%d%s", s.Rule, s.Day, at)
	case Weekly:
		return fmt.Sprintf("%s:%s%s", s.Rule, weekdays[s.Weekday], at)
	case Yearly:
		return fmt.Sprintf("%s:%02d-%02d%s", s.Rule, s.Month, s.Day, at)
	}
	return fmt.Sprintf("%s:%d%s", s.Rule, s.Day, at)
}

// MarshalText writes it as String does.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// fits tells whether reports of a kind can come by the schedule.
func (s Schedule) fits(kind Kind) error {
	switch {
	case (kind == Annual) != (s.Rule == Yearly):
		if kind == Annual {
			return mistake("schedule", "annual_schedule", "an annual report comes once a year: use a schedule such as yearly:07-15, not %q", s)
		}
		return mistake("schedule", "yearly_schedule", "the schedule %q is for annual reports: use first-working-day, working-day:3 or day:15", s)
	case kind == Monthly && s.Rule == Weekly:
		return mistake("schedule", "weekly_schedule", "a monthly report comes once a month, not %q: use first-working-day, working-day:3 or day:15", s)
	}
	return nil
}

// Calendar is what turns a schedule into instants.
type Calendar struct {
	Zone        *time.Location
	Closed      map[string]bool // days on which the library is closed, by ISO date; weekends aside
	FiscalStart int             // month in which a fiscal year begins, 1 to 12
}

// Period is what a report covers: days in [From, To), dates at 00:00 UTC; of a list of open work, which stands as of now,
// both are zero, and Day is the day on which it was due.
type Period struct{ From, To, Day time.Time }

// Key names a period; a subscription sends each once: 2025-03, 2025-07--2026-06, 2025-03-17.
func (p Period) Key() string {
	switch {
	case p.From.IsZero():
		return p.Day.Format(time.DateOnly)
	case p.From.AddDate(0, 1, 0).Equal(p.To):
		return p.From.Format("2006-01")
	}
	return p.From.Format("2006-01") + "--" + p.To.AddDate(0, 0, -1).Format("2006-01")
}

// Due is a period and the instant at which its report is due, in UTC.
type Due struct {
	Period Period
	At     time.Time
}

// Due lists what is due after one instant and until another, earliest first: a monthly report covers the month before the
// day on which it is due, an annual one the fiscal year that ended last, and a list is of that day. A time of day that the
// clocks skip is the instant at which they go on, and one that comes twice is the first of the two.
func (s Schedule) Due(kind Kind, after, until time.Time, calendar Calendar) []Due {
	var list []Due
	for _, day := range s.days(date(after.In(calendar.Zone)).AddDate(0, 0, -2), date(until.In(calendar.Zone)).AddDate(0, 0, 2), calendar) {
		at := instant(day, s.Minute, calendar.Zone)
		if at.After(after) && !at.After(until) {
			list = append(list, Due{period(kind, day, calendar.FiscalStart), at})
		}
	}
	return list
}

// days are those of the schedule from one day to another and some around them.
func (s Schedule) days(from, to time.Time, calendar Calendar) []time.Time {
	var days []time.Time
	switch s.Rule {
	case Weekly:
		first := from.AddDate(0, 0, (int(s.Weekday)-int(from.Weekday())+7)%7)
		for day := first; !day.After(to); day = day.AddDate(0, 0, 7) {
			days = append(days, day)
		}
	case Yearly:
		for year := from.Year(); year <= to.Year(); year++ {
			days = append(days, dayOfMonth(time.Date(year, s.Month, 1, 0, 0, 0, 0, time.UTC), s.Day))
		}
	default:
		last := firstOfMonth(to)
		for month := firstOfMonth(from); !month.After(last); month = month.AddDate(0, 1, 0) {
			if s.Rule == WorkingDay {
				days = append(days, workingDay(month, s.Day, calendar.Closed))
			} else {
				days = append(days, dayOfMonth(month, s.Day))
			}
		}
	}
	return days
}

// dayOfMonth gives the last day of a month that has not so many.
func dayOfMonth(first time.Time, day int) time.Time {
	return first.AddDate(0, 0, min(day, first.AddDate(0, 1, -1).Day())-1)
}

// workingDay gives the nth day of a month from Monday to Friday on which the library is open: the last such day where there
// are fewer, and the last day of the month where there is none.
func workingDay(first time.Time, n int, closed map[string]bool) time.Time {
	end := first.AddDate(0, 1, 0)
	found := time.Time{}
	for day := first; day.Before(end) && n > 0; day = day.AddDate(0, 0, 1) {
		if weekday := day.Weekday(); weekday != time.Saturday && weekday != time.Sunday && !closed[day.Format(time.DateOnly)] {
			found = day
			n--
		}
	}
	if found.IsZero() {
		return end.AddDate(0, 0, -1)
	}
	return found
}

func period(kind Kind, day time.Time, fiscalStart int) Period {
	switch kind {
	case Worklists:
		return Period{Day: day}
	case Annual:
		to := time.Date(day.Year(), time.Month(cmp.Or(fiscalStart, 1)), 1, 0, 0, 0, 0, time.UTC)
		if to.After(day) {
			to = to.AddDate(-1, 0, 0)
		}
		return Period{From: to.AddDate(-1, 0, 0), To: to}
	}
	to := firstOfMonth(day)
	return Period{From: to.AddDate(0, -1, 0), To: to}
}

func firstOfMonth(day time.Time) time.Time { return day.AddDate(0, 0, 1-day.Day()) }

// date is the day that an instant has on its clock, at 00:00 UTC.
func date(at time.Time) time.Time {
	year, month, day := at.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// instant is the first one at which clocks of a zone show a time of a day, or a later one. Clocks are not changed twice within
// three days, so that the offsets on both sides are those of a change, if there is one.
func instant(day time.Time, minute int, zone *time.Location) time.Time {
	shown := day.Add(time.Duration(minute) * time.Minute)
	_, before := shown.Add(-36 * time.Hour).In(zone).Zone()
	_, after := shown.Add(36 * time.Hour).In(zone).Zone()
	early := shown.Add(-time.Duration(max(before, after)) * time.Second)
	late := shown.Add(-time.Duration(min(before, after)) * time.Second)
	for _, at := range []time.Time{early, late} {
		if _, offset := at.In(zone).Zone(); at.Add(time.Duration(offset) * time.Second).Equal(shown) {
			return at
		}
	}
	_, change := early.In(zone).ZoneBounds() // skipped: clocks went from before it to after it
	return change.UTC()
}
