package subscription

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// zones are those of the people whom Fillrate is for, and some whose clocks do odd things: half an hour of daylight saving, an
// offset of 14 hours, a day that there never was, clocks that went on at midnight.
var zones = []string{"UTC", "Europe/London", "America/Sao_Paulo", "Asia/Tokyo", "America/New_York", "Africa/Johannesburg", "Asia/Shanghai",
	"Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Apia", "Asia/Beirut", "Africa/Casablanca"}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loaded, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func parsed(t interface{ Fatal(...any) }, text string) Schedule {
	s, err := ParseSchedule(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instantOf(t interface{ Fatal(...any) }, text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]string{
		"first-working-day":      "first-working-day@07:00",
		"First-Working-Day@7:30": "",
		" day:31@23:59 ":         "day:31@23:59",
		"working-day:1@06:00":    "first-working-day@06:00",
		"working-day:3":          "working-day:3@07:00",
		"weekly:Monday@00:00":    "weekly:monday@00:00",
		"yearly:02-29@08:15":     "yearly:02-29@08:15",
		"yearly:07-15":           "yearly:07-15@07:00",
		"":                       "", "day": "", "day:0": "", "day:32": "", "day:x": "", "working-day:0": "", "working-day:24": "", "working-day": "",
		"weekly": "", "weekly:montag": "", "yearly:13-01": "", "yearly:02-30": "", "yearly": "", "monthly": "", "first-working-day:2": "",
		"day:1@24:00": "", "day:1@": "", "day:1@07": "", "day:1@07:60": "", "day:1@07:00:00": "", "weekly:sunday": "weekly:sunday@07:00",
	} {
		s, err := ParseSchedule(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q was taken for %s", text, s)
			}
			continue
		}
		if err != nil || s.String() != want {
			t.Errorf("%q: %s, %v, want %s", text, s, err, want)
		}
		if again, err := ParseSchedule(s.String()); err != nil || again != s {
			t.Errorf("%s is read as %s, %v", s, again, err)
		}
	}
}

func TestDue(t *testing.T) {
	closed := map[string]bool{"2025-01-01": true, "2025-01-02": true, "2025-09-01": true, "2025-05-01": true}
	for _, test := range []struct {
		schedule    string
		kind        Kind
		zone        string
		after, to   string
		fiscalStart int
		want        string
	}{
		// New Year and the day after are closed; 1 February is a Saturday; September begins with a holiday.
		{"first-working-day", Monthly, "America/New_York", "2024-12-15T00:00:00Z", "2025-03-04T00:00:00Z", 7,
			"2024-12 2025-01-03T12:00:00Z, 2025-01 2025-02-03T12:00:00Z, 2025-02 2025-03-03T12:00:00Z"},
		{"first-working-day@09:00", Monthly, "Europe/London", "2025-08-15T00:00:00Z", "2025-10-02T00:00:00Z", 7,
			"2025-08 2025-09-02T08:00:00Z, 2025-09 2025-10-01T08:00:00Z"},
		{"working-day:3", Monthly, "Asia/Tokyo", "2025-04-30T00:00:00Z", "2025-06-30T00:00:00Z", 7,
			"2025-04 2025-05-05T22:00:00Z, 2025-05 2025-06-03T22:00:00Z"},
		// Months of 28, 29, 30 and 31 days.
		{"day:31@12:00", Monthly, "UTC", "2023-01-31T12:00:00Z", "2023-05-01T00:00:00Z", 7,
			"2023-01 2023-02-28T12:00:00Z, 2023-02 2023-03-31T12:00:00Z, 2023-03 2023-04-30T12:00:00Z"},
		{"day:30@12:00", Monthly, "UTC", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", 7, "2024-01 2024-02-29T12:00:00Z"},
		// A year's end, in zones on both sides of it.
		{"day:1@00:00", Monthly, "Pacific/Kiritimati", "2024-12-30T00:00:00Z", "2024-12-31T23:00:00Z", 7, "2024-12 2024-12-31T10:00:00Z"},
		{"day:31@23:59", Monthly, "America/Los_Angeles", "2024-12-31T12:00:00Z", "2025-01-01T12:00:00Z", 7, "2024-11 2025-01-01T07:59:00Z"},
		// The hour that is skipped, and the one that comes twice.
		{"day:9@02:30", Monthly, "America/New_York", "2025-03-01T00:00:00Z", "2025-03-31T00:00:00Z", 7, "2025-02 2025-03-09T07:00:00Z"},
		{"day:2@01:30", Monthly, "America/New_York", "2025-11-01T00:00:00Z", "2025-11-30T00:00:00Z", 7, "2025-10 2025-11-02T05:30:00Z"},
		{"weekly:sunday@01:30", Worklists, "Europe/London", "2025-03-29T00:00:00Z", "2025-04-01T00:00:00Z", 7, "2025-03-30 2025-03-30T01:00:00Z"},
		{"weekly:sunday@01:30", Worklists, "Europe/London", "2025-10-25T00:00:00Z", "2025-10-28T00:00:00Z", 7, "2025-10-26 2025-10-26T00:30:00Z"},
		{"day:4@00:15", Monthly, "America/Sao_Paulo", "2018-11-01T00:00:00Z", "2018-11-30T00:00:00Z", 7, "2018-10 2018-11-04T03:00:00Z"},
		{"weekly:friday@09:00", Worklists, "Pacific/Apia", "2011-12-29T00:00:00Z", "2012-01-02T00:00:00Z", 7, "2011-12-30 2011-12-30T10:00:00Z"}, // the day that Samoa left out
		// A list is of its day; an annual report of the fiscal year that ended.
		{"weekly:monday@07:30", Worklists, "Europe/London", "2025-06-01T00:00:00Z", "2025-06-16T06:30:00Z", 7,
			"2025-06-02 2025-06-02T06:30:00Z, 2025-06-09 2025-06-09T06:30:00Z, 2025-06-16 2025-06-16T06:30:00Z"},
		{"first-working-day", Worklists, "UTC", "2025-06-01T00:00:00Z", "2025-06-30T00:00:00Z", 7, "2025-06-02 2025-06-02T07:00:00Z"},
		{"yearly:07-15", Annual, "America/New_York", "2024-01-01T00:00:00Z", "2025-12-31T00:00:00Z", 7,
			"2023-07--2024-06 2024-07-15T11:00:00Z, 2024-07--2025-06 2025-07-15T11:00:00Z"},
		{"yearly:07-01", Annual, "UTC", "2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z", 7, "2024-07--2025-06 2025-07-01T07:00:00Z"},
		{"yearly:06-30", Annual, "UTC", "2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z", 7, "2023-07--2024-06 2025-06-30T07:00:00Z"},
		{"yearly:02-29", Annual, "UTC", "2023-01-01T00:00:00Z", "2024-12-31T00:00:00Z", 1,
			"2022-01--2022-12 2023-02-28T07:00:00Z, 2023-01--2023-12 2024-02-29T07:00:00Z"},
		// After is left out, until is not.
		{"day:1@07:00", Monthly, "UTC", "2025-06-01T07:00:00Z", "2025-07-01T06:59:59Z", 7, ""},
		{"day:1@07:00", Monthly, "UTC", "2025-06-01T06:59:59Z", "2025-07-01T07:00:00Z", 7, "2025-05 2025-06-01T07:00:00Z, 2025-06 2025-07-01T07:00:00Z"},
	} {
		var got []string
		for _, d := range parsed(t, test.schedule).Due(test.kind, instantOf(t, test.after), instantOf(t, test.to), Calendar{zone(t, test.zone), closed, test.fiscalStart}) {
			got = append(got, d.Period.Key()+" "+d.At.Format(time.RFC3339))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s in %s:\n%s\nwant\n%s", test.schedule, test.zone, text, test.want)
		}
	}
}

// A month without any working day, and one with too few, still have a day.
func TestDueInAClosedMonth(t *testing.T) {
	closed := map[string]bool{}
	for day := 1; day <= 31; day++ {
		closed[fmt.Sprintf("2025-01-%02d", day)] = true
		if day > 3 {
			closed[fmt.Sprintf("2025-02-%02d", day)] = true
		}
	}
	due := parsed(t, "working-day:2").Due(Monthly, instantOf(t, "2024-12-15T00:00:00Z"), instantOf(t, "2025-03-02T00:00:00Z"), Calendar{time.UTC, closed, 7})
	if len(due) != 2 || due[0].At.Format(time.DateOnly) != "2025-01-31" || due[1].At.Format(time.DateOnly) != "2025-02-03" {
		t.Errorf("%v", due)
	}
}

func anySchedule(t *rapid.T) (Schedule, Kind) {
	minute := rapid.IntRange(0, 24*60-1).Draw(t, "minute")
	at := fmt.Sprintf("@%02d:%02d", minute/60, minute%60)
	text := rapid.OneOf(
		rapid.Just("first-working-day"),
		rapid.Map(rapid.IntRange(1, 23), func(n int) string { return fmt.Sprintf("working-day:%d", n) }),
		rapid.Map(rapid.IntRange(1, 31), func(n int) string { return fmt.Sprintf("day:%d", n) }),
		rapid.Map(rapid.SampledFrom(weekdays), func(day string) string { return "weekly:" + day }),
		rapid.Map(rapid.IntRange(0, 365), func(n int) string {
			return "yearly:" + time.Date(2000, 1, 1+n, 0, 0, 0, 0, time.UTC).Format("01-02")
		}),
	).Draw(t, "schedule")
	s := parsed(t, text+at)
	switch s.Rule {
	case Weekly:
		return s, Worklists
	case Yearly:
		return s, Annual
	}
	return s, rapid.SampledFrom([]Kind{Monthly, Worklists}).Draw(t, "kind")
}

func anyCalendar(t *rapid.T) Calendar {
	closed := map[string]bool{}
	for _, n := range rapid.SliceOfN(rapid.IntRange(0, 6000), 0, 60).Draw(t, "closed") {
		closed[time.Date(2010, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)] = true
	}
	return Calendar{zone(t, rapid.SampledFrom(zones).Draw(t, "zone")), closed, rapid.IntRange(1, 12).Draw(t, "fiscal start")}
}

var epoch = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// However a stretch of time is cut into looks, each period comes exactly once, in order, and with the month, year or day that
// it should be of.
func TestEachPeriodComesOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, kind := anySchedule(t)
		calendar := anyCalendar(t)
		from := epoch.Add(time.Duration(rapid.IntRange(0, 15*365*24*60).Draw(t, "from")) * time.Minute)
		until := from.Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "length")) * time.Minute)
		whole := s.Due(kind, from, until, calendar)
		var parts []Due
		for at := from; at.Before(until); {
			next := at.Add(time.Duration(rapid.IntRange(1, 90*24*60).Draw(t, "step")) * time.Minute)
			if next.After(until) {
				next = until
			}
			parts = append(parts, s.Due(kind, at, next, calendar)...)
			at = next
		}
		if !slices.EqualFunc(whole, parts, func(a, b Due) bool { return a.Period == b.Period && a.At.Equal(b.At) }) {
			t.Fatalf("in one: %v\nin parts: %v", whole, parts)
		}
		for i, d := range whole {
			if !d.At.After(from) || d.At.After(until) || i > 0 && !d.At.After(whole[i-1].At) {
				t.Fatalf("out of order: %v", whole)
			}
			if i == 0 {
				continue
			}
			before := whole[i-1].Period
			switch kind {
			case Monthly, Annual:
				if !before.To.Equal(d.Period.From) {
					t.Fatalf("after %s comes %s", before.Key(), d.Period.Key())
				}
			default:
				if !before.Day.Before(d.Period.Day) || s.Rule == Weekly && !before.Day.AddDate(0, 0, 7).Equal(d.Period.Day) {
					t.Fatalf("after %s comes %s", before.Key(), d.Period.Key())
				}
			}
		}
	})
}

// An instant is the first at which the clocks show the time or a later one: found here by walking from minute to minute.
func TestInstantIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		day := epoch.AddDate(0, 0, rapid.IntRange(0, 6000).Draw(t, "day"))
		if rapid.Bool().Draw(t, "change") { // a day on which the clocks of the zone are changed, if there is one
			if _, change := day.In(in).ZoneBounds(); !change.IsZero() {
				day = date(change.In(in))
			}
		}
		minute := rapid.OneOf(rapid.IntRange(0, 24*60-1), rapid.IntRange(0, 200)).Draw(t, "minute")
		shown := day.Add(time.Duration(minute) * time.Minute)
		at := shown.Add(-30 * time.Hour)
		for ; ; at = at.Add(time.Minute) {
			_, offset := at.In(in).Zone()
			if !at.Add(time.Duration(offset) * time.Second).Before(shown) {
				break
			}
		}
		if got := instant(day, minute, in); !got.Equal(at) {
			t.Fatalf("%s %02d:%02d in %s: %s, want %s", day.Format(time.DateOnly), minute/60, minute%60, in, got, at)
		}
	})
}
