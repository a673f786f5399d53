package sample

import (
	"strconv"
	"time"
)

// Times inside the generator are wall-clock milliseconds: the local date and time read as if it were UTC. The exports carry local
// times without a zone, so what is written is what is simulated. The hour that happens twice in autumn and the hour that is
// missing in spring are kept free of events, so that every written time means exactly one instant.

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	opening  = 8*hour + 30*minute // staff work from 08:30 …
	workday  = 8*hour + 30*minute // … for eight and a half hours
	tailDays = 1100               // the simulation may run past the export before it is cut
)

// calendar knows the library's days from one before the first request on.
type calendar struct {
	first      int64   // day number (days since 1970-01-01) of index 0
	clock      []uint8 // per day: eastern standard, daylight, or one of the two changes
	season     []int64 // per day, per mille: how busy readers are
	weekday    []uint8
	closed     []bool
	workBefore []int32 // working days before this day
	workDays   []int32 // indexes of the working days
	slash      []string
	iso        []string
	closures   []closure
}

const (
	standard uint8 = iota
	daylight
	springForward
	fallBack
)

type closure struct {
	day  time.Time
	name string
}

// wall reads a time's local calendar fields as wall-clock milliseconds.
func wall(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC).UnixMilli()
}

func newCalendar(from, to time.Time) *calendar {
	c := &calendar{first: wall(from)/day - 1}
	last := wall(to)/day + tailDays
	n := int(last - c.first)
	c.clock = make([]uint8, n)
	c.season = make([]int64, n)
	c.weekday = make([]uint8, n)
	c.closed = make([]bool, n)
	c.workBefore = make([]int32, n+1)
	c.slash = make([]string, n)
	c.iso = make([]string, n)
	for i := range n {
		t := time.UnixMilli((c.first + int64(i)) * day).UTC()
		y, m, d := t.Date()
		spring, fall := nth(y, time.March, time.Sunday, 2), nth(y, time.November, time.Sunday, 1)
		switch {
		case t.Equal(spring):
			c.clock[i] = springForward
		case t.Equal(fall):
			c.clock[i] = fallBack
		case t.After(spring) && t.Before(fall):
			c.clock[i] = daylight
		}
		c.weekday[i] = uint8(t.Weekday())
		c.season[i] = season(t)
		if name := closureName(t); name != "" {
			c.closed[i] = true
			if !t.Before(from) && t.Before(to) {
				c.closures = append(c.closures, closure{t, name})
			}
		}
		c.workBefore[i] = int32(len(c.workDays))
		if !c.closed[i] && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			c.workDays = append(c.workDays, int32(i))
		}
		c.slash[i] = strconv.Itoa(int(m)) + "/" + strconv.Itoa(d) + "/" + strconv.Itoa(y)
		c.iso[i] = t.Format("2006-01-02")
	}
	c.workBefore[n] = int32(len(c.workDays))
	return c
}

// nth is the n-th given weekday of a month; n = -1 is the last one.
func nth(year int, month time.Month, weekday time.Weekday, n int) time.Time {
	if n < 0 {
		t := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
		return t.AddDate(0, 0, -((int(t.Weekday()) - int(weekday) + 7) % 7))
	}
	t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return t.AddDate(0, 0, (int(weekday)-int(t.Weekday())+7)%7+7*(n-1))
}

// closureName names the reason why the library is closed on a day, or is empty.
func closureName(t time.Time) string {
	y, m, d := t.Date()
	thanksgiving := nth(y, time.November, time.Thursday, 4)
	switch {
	case m == time.January && d == 1:
		return "New Year's Day"
	case t.Equal(nth(y, time.January, time.Monday, 3)):
		return "Martin Luther King Jr. Day"
	case t.Equal(nth(y, time.May, time.Monday, -1)):
		return "Memorial Day"
	case m == time.June && d == 19:
		return "Juneteenth"
	case m == time.July && d == 4:
		return "Independence Day"
	case t.Equal(nth(y, time.September, time.Monday, 1)):
		return "Labor Day"
	case t.Equal(thanksgiving) || t.Equal(thanksgiving.AddDate(0, 0, 1)):
		return "Thanksgiving"
	case m == time.December && d >= 24:
		return "Winter break"
	}
	return ""
}

// seasonPoints is the academic year as (month*100+day, per mille of the yearly average); days between are interpolated.
var seasonPoints = [][2]int64{
	{101, 260}, {110, 520}, {117, 860}, {201, 1130}, {220, 1230}, {305, 1150}, {312, 820}, {318, 1080}, {405, 1330}, {420, 1300}, {503, 950},
	{515, 620}, {601, 640}, {620, 690}, {710, 600}, {805, 600}, {820, 760}, {901, 1020}, {920, 1200}, {1010, 1350}, {1105, 1400}, {1118, 1260},
	{1126, 520}, {1202, 1150}, {1210, 860}, {1218, 480}, {1231, 220},
}

func season(t time.Time) int64 {
	at := func(p int64) int64 {
		return time.Date(t.Year(), time.Month(p/100), int(p%100), 0, 0, 0, 0, time.UTC).UnixMilli() / day
	}
	d := t.UnixMilli() / day
	for i := 1; i < len(seasonPoints); i++ {
		a, b := at(seasonPoints[i-1][0]), at(seasonPoints[i][0])
		if d <= b {
			return seasonPoints[i-1][1] + (seasonPoints[i][1]-seasonPoints[i-1][1])*(d-a)/(b-a)
		}
	}
	return seasonPoints[len(seasonPoints)-1][1]
}

func (c *calendar) index(at int64) int { return min(int(at/day-c.first), len(c.clock)-1) }

// clear moves a time out of the hours of a clock change (01:00 to 03:00 on that day), two hours on.
func (c *calendar) clear(at int64) int64 {
	if c.clock[c.index(at)] >= springForward {
		if tod := at % day; tod >= hour && tod < 3*hour {
			return at + 2*hour
		}
	}
	return at
}

// utc turns a wall-clock time in America/New_York (the rule in force since 2007) into milliseconds since 1970 in UTC.
func (c *calendar) utc(at int64) int64 {
	summer := false
	switch c.clock[c.index(at)] {
	case daylight:
		summer = true
	case springForward:
		summer = at%day >= 2*hour
	case fallBack:
		summer = at%day < 2*hour
	}
	if summer {
		return at + 4*hour
	}
	return at + 5*hour
}

// after adds an amount of staff working time to a wall-clock time; nothing moves at night, on weekends and on closures.
func (c *calendar) after(at, work int64) int64 {
	i := c.index(at)
	done := int64(c.workBefore[i]) * workday
	if c.workBefore[i+1] > c.workBefore[i] {
		done += min(max(at%day-opening, 0), workday)
	}
	done += work
	k := min(done/workday, int64(len(c.workDays)-1))
	return (c.first+int64(c.workDays[k]))*day + opening + done%workday
}

// nightly is the first run of the nightly job (some minutes past four) that comes after a wall-clock time.
func (c *calendar) nightly(at int64) int64 {
	run := at/day*day + 4*hour + 5*minute
	if run <= at {
		run += day
	}
	return run
}

// appendSlash writes M/D/YYYY h:mm:ss AM.
func (c *calendar) appendSlash(b []byte, at int64) []byte {
	b = append(b, c.slash[c.index(at)]...)
	tod := at % day / second
	h, m, s := tod/3600, tod/60%60, tod%60
	half := byte('A')
	if h >= 12 {
		half = 'P'
	}
	h = (h+11)%12 + 1
	b = append(b, ' ')
	if h >= 10 {
		b = append(b, '1')
	}
	return append(b, byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10), ' ', half, 'M')
}

// appendISO writes 2006-01-02T15:04:05.000.
func (c *calendar) appendISO(b []byte, at int64) []byte {
	b = append(b, c.iso[c.index(at)]...)
	tod := at % day
	ms, s := tod%1000, tod/1000
	h, m, s := s/3600, s/60%60, s%60
	return append(b, 'T', byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10),
		'.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}
