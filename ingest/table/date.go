package table

import "strconv"

// DateOrder is the order in which a column writes day and month between
// slashes or dashes.
type DateOrder byte

const (
	Unknown DateOrder = iota
	MDY
	DMY
	YMD
)

// DateResult says what became of a date.
type DateResult byte

const (
	OK        DateResult = iota
	Null                 // nothing there, or a mark for nothing
	Ambiguous            // could be either order, and none was declared; the instant is zero
	ProvesMDY            // valid, and possible in this order only; none was declared
	ProvesDMY            // valid, and possible in this order only; none was declared
	Bad                  // not a date, or not one in the declared order
)

// Instant is a date or a date with time as it was written.
type Instant struct {
	Local         int64 // microseconds from 1970-01-01T00:00:00 to the reading of the clock on the wall
	OffsetSeconds int32 // east of UTC, where Zoned
	Zoned         bool  // the offset was written too: UTC is Local − OffsetSeconds
	DateOnly      bool  // no time of day was written
}

const (
	microsPerDay = 86400e6
	// Bare numbers are taken for Excel serials between 3 October 1954 and
	// 10 January 2119, so that neither years nor identifiers become dates.
	serialMin, serialMax = 20000, 80000
)

// ParseDate reads a date from a cell. Accepted are
//
//   - cells of kind Time, and bare numbers from 20000 to 80000 (as a cell or as
//     text), as Excel serials in the 1900 system, rounded to the millisecond;
//   - year-month-day with -, / or . and four digits of year, alone or with a
//     time behind T or a space;
//   - month/day/year or day/month/year with / or - as order says, and
//     day.month.year, always with four digits of year, alone or with a time.
//
// A time is hours and minutes, optionally seconds with up to nine decimals
// (cut to microseconds), AM or PM, and a zone: Z, +01:00, +0100 or +01. A zone
// may also follow a date alone (2017-06-28Z).
//
// With order Unknown a date that either order can read is Ambiguous, unless
// both read the same day; one that only one can read is returned with the
// order it proves. Dates of zeros (0000-00-00), 0001-01-01, and what IsNull
// accepts are Null.
func ParseDate(b []byte, kind CellKind, number float64, order DateOrder) (Instant, DateResult) {
	switch kind {
	case Time:
		if number == 0 {
			return Instant{}, Null // a zero that is formatted as a date shows as 0 January 1900
		}
		return serial(number)
	case Number:
		if number < serialMin || number > serialMax {
			if number == 0 {
				return Instant{}, Null
			}
			return Instant{}, Bad
		}
		return serial(number)
	case Bool:
		return Instant{}, Bad
	}
	if len(b) == 0 {
		return Instant{}, Null
	}
	if b[0] <= ' ' || b[0] >= 0x80 || b[len(b)-1] <= ' ' || b[len(b)-1] >= 0x80 {
		if b = trim(b); len(b) == 0 {
			return Instant{}, Null
		}
	}
	// Digits up to the first separator, twice more.
	first, i := leadingDigits(b)
	if i == 0 {
		if IsNull(b) {
			return Instant{}, Null
		}
		return Instant{}, Bad
	}
	if i == len(b) || i == 5 && b[i] == '.' {
		if i != 5 {
			if i == 1 && first == 0 {
				return Instant{}, Null
			}
			return Instant{}, Bad
		}
		f, err := strconv.ParseFloat(string(b), 64)
		if err != nil || !validNumber(b) || f < serialMin || f > serialMax {
			return Instant{}, Bad
		}
		return serial(f)
	}
	mark := b[i]
	if mark != '-' && mark != '/' && mark != '.' {
		return Instant{}, Bad
	}
	second, j := leadingDigits(b[i+1:])
	k := i + 1 + j
	if j == 0 || j > 2 || k >= len(b) || b[k] != mark {
		return Instant{}, Bad
	}
	third, l := leadingDigits(b[k+1:])
	rest := b[k+1+l:]

	var year, month, day int
	result := OK
	switch {
	case i == 4 && l >= 1 && l <= 2:
		year, month, day = first, second, third
		if month == 0 && day == 0 && year == 0 || year == 1 && month == 1 && day == 1 {
			return Instant{}, Null
		}
	case i <= 2 && l == 4:
		if first == 0 && second == 0 && third == 0 {
			return Instant{}, Null
		}
		year = third
		switch {
		case mark == '.' || order == DMY:
			day, month = first, second
		case order == MDY:
			month, day = first, second
		case order == YMD:
			return Instant{}, Bad
		case first > 12 && second <= 12:
			day, month, result = first, second, ProvesDMY
		case second > 12 && first <= 12:
			month, day, result = first, second, ProvesMDY
		case first == second:
			month, day = first, second
		default:
			month, day, result = first, second, Ambiguous
		}
	default:
		return Instant{}, Bad
	}
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Instant{}, Bad
	}
	in := Instant{Local: daysFrom1970(year, month, day) * microsPerDay, DateOnly: true}
	if len(rest) > 0 && !clock(rest, &in) {
		return Instant{}, Bad
	}
	if result == Ambiguous {
		return Instant{}, Ambiguous
	}
	return in, result
}

func serial(f float64) (Instant, DateResult) {
	micros, ok := serialMicros(f)
	if !ok {
		return Instant{}, Bad
	}
	return Instant{Local: micros, DateOnly: f == float64(int64(f))}, OK
}

// leadingDigits reads up to nine digits and returns how many there are.
func leadingDigits(b []byte) (value, n int) {
	for n < len(b) && n < 9 && b[n]-'0' <= 9 {
		value = value*10 + int(b[n]-'0')
		n++
	}
	return value, n
}

// clock reads what follows a date: a time, a zone, or both.
func clock(b []byte, in *Instant) bool {
	switch {
	case b[0] == 'T' || b[0] == 't':
		b = b[1:]
	case b[0] == ' ' || b[0] == 0xc2 || b[0] == 0xe2 || b[0] == ',':
		if b[0] == ',' { // JavaScript's toLocaleString
			b = b[1:]
		}
		if b = trim(b); len(b) == 0 {
			return false
		}
	default:
		return zone(b, in)
	}
	hour, n := leadingDigits(b)
	if n < 1 || n > 2 || n >= len(b) || b[n] != ':' {
		return false
	}
	b = b[n+1:]
	minute, n := leadingDigits(b)
	if n != 2 {
		return false
	}
	b = b[2:]
	second, micros := 0, 0
	if len(b) > 0 && b[0] == ':' {
		if second, n = leadingDigits(b[1:]); n != 2 {
			return false
		}
		b = b[3:]
		if len(b) > 0 && (b[0] == '.' || b[0] == ',') {
			fraction, n := leadingDigits(b[1:])
			if len(b) > 1+n && b[1+n]-'0' <= 9 {
				return false // more than nine digits
			}
			b = b[1+n:]
			for ; n < 6; n++ {
				fraction *= 10
			}
			for ; n > 6; n-- {
				fraction /= 10
			}
			micros = fraction
		}
	}
	if minute > 59 || second > 59 || hour > 23 {
		return false
	}
	if len(b) > 0 && b[0] != 'Z' && b[0] != '+' && b[0] != '-' {
		b = trim(b)
		if len(b) >= 2 && (b[1]|0x20) == 'm' && (b[0]|0x20 == 'a' || b[0]|0x20 == 'p') {
			if hour < 1 || hour > 12 {
				return false
			}
			hour %= 12
			if b[0]|0x20 == 'p' {
				hour += 12
			}
			b = trim(b[2:])
		}
	}
	in.DateOnly = false
	in.Local += int64(hour*3600+minute*60+second)*1e6 + int64(micros)
	return len(b) == 0 || zone(b, in)
}

// zone reads Z, +01:00, +0100 or +01.
func zone(b []byte, in *Instant) bool {
	if len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		in.Zoned = true
		return true
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return false
	}
	hours, n := leadingDigits(b[1:])
	minutes := 0
	switch {
	case n == 4 && len(b) == 5:
		hours, minutes = hours/100, hours%100
	case n == 2 && len(b) == 3:
	case n == 2 && len(b) == 6 && b[3] == ':':
		if minutes, n = leadingDigits(b[4:]); n != 2 {
			return false
		}
	default:
		return false
	}
	if hours > 15 || minutes > 59 {
		return false
	}
	in.Zoned = true
	in.OffsetSeconds = int32(hours*3600 + minutes*60)
	if b[0] == '-' {
		in.OffsetSeconds = -in.OffsetSeconds
	}
	return true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysFrom1970 counts days in the proleptic Gregorian calendar. Years begin in
// March here, so that the leap day comes last.
func daysFrom1970(year, month, day int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
		month += 12
	}
	// 719,468 days lie between 1 March of year 0 and 1970.
	return y*365 + y/4 - y/100 + y/400 + int64((153*(month-3)+2)/5) + int64(day) - 1 - 719468
}
