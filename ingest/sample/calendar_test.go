package sample

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// TestClockAgreesWithZoneDatabase compares every half hour of twenty years with the zone database.
func TestClockAgreesWithZoneDatabase(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := newCalendar(date(2008, 1, 1), date(2028, 1, 1))
	moved := 0
	for at := date(2008, 1, 1).UnixMilli(); at < date(2028, 1, 1).UnixMilli(); at += 30 * minute {
		clear := c.clear(at)
		if clear != at {
			moved++
		}
		x := time.UnixMilli(clear).UTC()
		y, m, d := x.Date()
		local := time.Date(y, m, d, x.Hour(), x.Minute(), x.Second(), 0, zone)
		if local.UnixMilli() != c.utc(clear) {
			t.Fatalf("%s: %d, the zone database says %d", x, c.utc(clear), local.UnixMilli())
		}
		if back := time.UnixMilli(c.utc(clear)).In(zone); back.Hour() != x.Hour() || back.Day() != x.Day() {
			t.Fatalf("%s does not exist in the zone", x)
		}
		for _, shift := range []time.Duration{-time.Hour, time.Hour} { // no other instant may have the same local time
			if twin := time.UnixMilli(c.utc(clear)).Add(shift).In(zone); twin.Format(time.DateTime) == x.Format(time.DateTime) {
				t.Fatalf("%s happens twice", x)
			}
		}
	}
	if moved != 2*20*4 {
		t.Errorf("%d half hours were moved, want four for each of forty clock changes", moved)
	}
}

func TestClosures(t *testing.T) {
	for day, name := range map[time.Time]string{
		date(2023, 11, 23): "Thanksgiving", date(2024, 11, 29): "Thanksgiving", date(2024, 5, 27): "Memorial Day", date(2025, 1, 20): "Martin Luther King Jr. Day",
		date(2022, 9, 5): "Labor Day", date(2024, 12, 24): "Winter break", date(2024, 12, 23): "", date(2024, 7, 4): "Independence Day", date(2024, 11, 27): "",
	} {
		if got := closureName(day); got != name {
			t.Errorf("%s: %q, want %q", day.Format(time.DateOnly), got, name)
		}
	}
}

func TestStaffTime(t *testing.T) {
	c := newCalendar(date(2024, 1, 1), date(2025, 1, 1))
	at := func(y int, m time.Month, d, h, min int) int64 {
		return time.Date(y, m, d, h, min, 0, 0, time.UTC).UnixMilli()
	}
	for _, x := range []struct {
		name        string
		start, want int64
		work        int64
	}{
		{"within the day", at(2024, 3, 5, 10, 0), at(2024, 3, 5, 12, 0), 2 * hour},
		{"over night", at(2024, 3, 5, 16, 0), at(2024, 3, 6, 9, 30), 2 * hour},
		{"from the evening", at(2024, 3, 5, 21, 0), at(2024, 3, 6, 9, 30), hour},
		{"before opening", at(2024, 3, 5, 6, 0), at(2024, 3, 5, 9, 30), hour},
		{"over the weekend", at(2024, 3, 8, 16, 30), at(2024, 3, 11, 9, 0), hour},
		{"over the winter break", at(2024, 12, 23, 16, 30), at(2025, 1, 2, 9, 0), hour},
	} {
		if got := c.after(x.start, x.work); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, time.UnixMilli(got).UTC(), time.UnixMilli(x.want).UTC())
		}
	}
}

func TestWrittenDates(t *testing.T) {
	c := newCalendar(date(2022, 7, 1), date(2025, 7, 1))
	for h := range 48 {
		x := time.Date(2024, 11, 9, h, 5*h%60, 59, int(7*time.Millisecond), time.UTC)
		if got, want := string(c.appendSlash(nil, x.UnixMilli())), x.Format("1/2/2006 3:04:05 PM"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got, want := string(c.appendISO(nil, x.UnixMilli())), x.Format("2006-01-02T15:04:05.000"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
