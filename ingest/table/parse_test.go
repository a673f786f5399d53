package table

import (
	"math"
	"testing"
	"time"
)

func TestParseInt(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "314832": 314832, " 17\t": 17, "-5": -5, "+5": 5, "314832.0": 314832, "12.000": 12,
		"44,863": 44863, "1,234,567": 1234567, "007": 7, "9223372036854775807": math.MaxInt64, "\u00a012": 12,
	} {
		if got, ok := ParseInt([]byte(in)); !ok || got != want {
			t.Errorf("%q: %d %v", in, got, ok)
		}
	}
	for _, in := range []string{"", " ", "-", "x", "1x", "1.5", "1.", ".0", "1,23", "1,2345", "1234,567", ",123", "1,,234", "9223372036854775808", "99999999999999999999", "1e3", "1 2"} {
		if got, ok := ParseInt([]byte(in)); ok {
			t.Errorf("%q: %d", in, got)
		}
	}
}

func TestParseMoney(t *testing.T) {
	for _, tc := range []struct {
		in       string
		cents    int64
		currency string
	}{
		{"$15.00", 1500, "$"}, {"50.00", 5000, ""}, {"1,234.50", 123450, ""}, {"0 EUR", 0, "EUR"}, {"12,50 €", 1250, "EUR"},
		{"EUR 12.5", 1250, "EUR"}, {"£1,000", 100000, "GBP"}, {"1.234,50", 123450, ""}, {"1.234.567,8", 123456780, ""}, {"1 234,50", 123450, ""},
		{"1\u00a0234,50\u202f€", 123450, "EUR"}, {"1'234.50", 123450, ""}, {"15.0000", 1500, ""}, {"0.125", 13, ""}, {"0.124", 12, ""}, {".50", 50, ""}, {"15.", 1500, ""},
		{"-15.00", -1500, ""}, {"-$15.00", -1500, "$"}, {"$-15.00", -1500, "$"}, {"($15.00)", -1500, "$"}, {"15", 1500, ""}, {"US$5", 500, "USD"},
		{"R 150.00", 15000, "ZAR"}, {"R$ 10,00", 1000, "BRL"}, {"¥1,200", 120000, "¥"}, {"5 usd", 500, "USD"}, {"1,234,567", 123456700, ""}, {"0,500", 50, ""},
	} {
		cents, currency, ok := ParseMoney([]byte(tc.in))
		if !ok || cents != tc.cents || currency != tc.currency {
			t.Errorf("%q: %d %q %v", tc.in, cents, currency, ok)
		}
	}
	for _, in := range []string{"", "N/A", "free", "1.234", "$", "12,34,56", "1,23,456", "1.2.3", "1,234.5.6", "12 50", "EUR 5 USD", "5 dollars each", "10-20", "99999999999999999999", "1..5", "IFM 5 x", "€€5"} {
		if cents, currency, ok := ParseMoney([]byte(in)); ok {
			t.Errorf("%q: %d %q", in, cents, currency)
		}
	}
}

func TestParseDate(t *testing.T) {
	at := func(s string) int64 {
		v, err := time.Parse("2006-01-02 15:04:05.999999", s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMicro()
	}
	const none = int32(math.MinInt32) // no zone
	for _, tc := range []struct {
		in     string
		kind   CellKind
		number float64
		order  DateOrder
		want   string // wall clock; "" where there is no instant
		offset int32
		only   bool
		result DateResult
	}{
		// Excel serials.
		{in: "x", kind: Time, number: 42829.81550853009, want: "2017-04-04 19:34:19.937", offset: none},
		{in: "42552.73476", want: "2016-07-01 17:38:03.264", offset: none},
		{in: "42552", want: "2016-07-01 00:00:00", offset: none, only: true},
		{kind: Number, number: 42552.5, want: "2016-07-01 12:00:00", offset: none},
		{kind: Time, number: 61, want: "1900-03-01 00:00:00", offset: none, only: true},
		{kind: Time, number: 25569, want: "1970-01-01 00:00:00", offset: none, only: true},
		{kind: Time, number: 42551.9999999999, want: "2016-07-01 00:00:00", offset: none},
		{kind: Time, number: 60, result: Bad}, // Excel's 29 February 1900
		{kind: Time, number: 0.5, result: Bad},
		{kind: Time, number: 0, result: Null},
		{kind: Time, number: 2958466, result: Bad},
		{kind: Time, number: math.NaN(), result: Bad},
		{kind: Number, number: math.NaN(), result: Bad},
		{kind: Time, number: math.Inf(1), result: Bad},
		{kind: Number, number: 2016, result: Bad},
		{kind: Number, number: 314832, result: Bad},
		{kind: Number, number: 0, result: Null},
		{in: "19999", result: Bad}, {in: "80001", result: Bad}, {in: "2016", result: Bad}, {in: "20160701", result: Bad}, {in: "42552.7.1", result: Bad},
		{in: "true", kind: Bool, number: 1, result: Bad},
		// Year first.
		{in: "2016-07-01", want: "2016-07-01 00:00:00", offset: none, only: true},
		{in: " 2016-7-1 ", want: "2016-07-01 00:00:00", offset: none, only: true},
		{in: "2016/07/01 10:30", order: DMY, want: "2016-07-01 10:30:00", offset: none},
		{in: "2020-12-09T14:12:29.86", want: "2020-12-09 14:12:29.86", offset: none},
		{in: "2020-12-09T14:12:29.123456789", want: "2020-12-09 14:12:29.123456", offset: none},
		{in: "2020-12-09 14:12:29.", want: "2020-12-09 14:12:29", offset: none},
		{in: "2020-12-09 14:12", want: "2020-12-09 14:12:00", offset: none},
		{in: "2020-12-09T14:12:29Z", want: "2020-12-09 14:12:29"},
		{in: "1900-01-01T01:01:01+0000", want: "1900-01-01 01:01:01"},
		{in: "2020-12-09T14:12:29.5-05:30", want: "2020-12-09 14:12:29.5", offset: -19800},
		{in: "2020-12-09 14:12:29 +0100", want: "2020-12-09 14:12:29", offset: 3600},
		{in: "2020-12-09T14:12:29+01", want: "2020-12-09 14:12:29", offset: 3600},
		{in: "2017-06-28Z", want: "2017-06-28 00:00:00", only: true},
		{in: "2017-06-28+01:00", want: "2017-06-28 00:00:00", offset: 3600, only: true},
		{in: "2016-02-29", want: "2016-02-29 00:00:00", offset: none, only: true},
		{in: "1968-02-29", want: "1968-02-29 00:00:00", offset: none, only: true},
		{in: "2015-02-29", result: Bad}, {in: "1900-02-29", result: Bad}, {in: "2016-13-01", result: Bad}, {in: "2016-00-10", result: Bad}, {in: "2016-04-31", result: Bad},
		{in: "2016-07", result: Bad}, {in: "2016-07-01x", result: Bad}, {in: "2016-07-01T", result: Bad}, {in: "2016-07-01 ", want: "2016-07-01 00:00:00", offset: none, only: true},
		{in: "2016-07-01T24:00:00", result: Bad}, {in: "2016-07-01T10:60", result: Bad}, {in: "2016-07-01T10:00:60", result: Bad}, {in: "2016-07-01T10:00:00.1234567890", result: Bad},
		{in: "2016-07-01T10:00:00+1", result: Bad}, {in: "2016-07-01T10:00:00+99:00", result: Bad}, {in: "2016-07/01", result: Bad},
		// Month or day first.
		{in: "10/8/2015", order: MDY, want: "2015-10-08 00:00:00", offset: none, only: true},
		{in: "10/8/2015", order: DMY, want: "2015-08-10 00:00:00", offset: none, only: true},
		{in: "10/8/2015", result: Ambiguous},
		{in: "10/8/2015 1:02:03 PM", result: Ambiguous},
		{in: "10/8/2015", order: YMD, result: Bad},
		{in: "8/8/2015", want: "2015-08-08 00:00:00", offset: none, only: true},
		{in: "10/28/2015", result: ProvesMDY, want: "2015-10-28 00:00:00", offset: none, only: true},
		{in: "28/10/2015", result: ProvesDMY, want: "2015-10-28 00:00:00", offset: none, only: true},
		{in: "28-10-2015", result: ProvesDMY, want: "2015-10-28 00:00:00", offset: none, only: true},
		{in: "10/28/2015", order: MDY, want: "2015-10-28 00:00:00", offset: none, only: true},
		{in: "10/28/2015", order: DMY, result: Bad}, {in: "28/10/2015", order: MDY, result: Bad},
		{in: "2/30/2015", result: Bad}, {in: "13/13/2015", result: Bad}, {in: "0/5/2015", result: Bad}, {in: "10/8/15", result: Bad}, {in: "10/8/15", order: MDY, result: Bad}, {in: "10/8/02015", order: MDY, result: Bad},
		{in: "1.2.2017", want: "2017-02-01 00:00:00", offset: none, only: true},
		{in: "31.12.2017 23:59", order: MDY, want: "2017-12-31 23:59:00", offset: none},
		{in: "12.31.2017", result: Bad},
		{in: "7/1/2016 3:04:05 PM", order: MDY, want: "2016-07-01 15:04:05", offset: none},
		{in: "7/1/2016 3:04:05.5 am", order: MDY, want: "2016-07-01 03:04:05.5", offset: none},
		{in: "7/1/2016 12:04 AM", order: MDY, want: "2016-07-01 00:04:00", offset: none},
		{in: "7/1/2016 12:04PM", order: MDY, want: "2016-07-01 12:04:00", offset: none},
		{in: "7/1/2016, 3:04\u202fPM", order: MDY, want: "2016-07-01 15:04:00", offset: none},
		{in: "7/1/2016 15:04", order: MDY, want: "2016-07-01 15:04:00", offset: none},
		{in: "7/1/2016 3:04 PM -0800", order: MDY, want: "2016-07-01 15:04:00", offset: -28800},
		{in: "7/1/2016 15:04 PM", order: MDY, result: Bad}, {in: "7/1/2016 0:04 AM", order: MDY, result: Bad}, {in: "7/1/2016 3 PM", order: MDY, result: Bad}, {in: "7/1/2016 3:4", order: MDY, result: Bad},
		// Nothing.
		{in: "", result: Null}, {in: "  ", result: Null}, {in: "N/A", result: Null}, {in: "na", result: Null}, {in: "NULL", result: Null}, {in: "0", result: Null},
		{in: "0000-00-00", result: Null}, {in: "0000-00-00 00:00:00", result: Null}, {in: "00/00/0000", result: Null}, {in: "0001-01-01T00:00:00", result: Null},
		{in: "soon", result: Bad}, {in: "n/b", result: Bad}, {in: "-", result: Bad}, {in: "\u00a0", result: Null},
	} {
		got, result := ParseDate([]byte(tc.in), tc.kind, tc.number, tc.order)
		var want Instant
		if tc.want != "" {
			want = Instant{Local: at(tc.want), DateOnly: tc.only, Zoned: tc.offset != none}
			if want.Zoned {
				want.OffsetSeconds = tc.offset
			}
		}
		if got != want || result != tc.result {
			t.Errorf("%q %d %v order %d: %s %+v, result %d; want %+v, result %d", tc.in, tc.kind, tc.number, tc.order, time.UnixMicro(got.Local).UTC(), got, result, want, tc.result)
		}
	}
}

// Every day of four centuries, against the standard library.
func TestCalendar(t *testing.T) {
	for d := time.Date(1799, 12, 31, 0, 0, 0, 0, time.UTC); d.Year() < 2201; d = d.AddDate(0, 0, 1) {
		if got := daysFrom1970(d.Year(), int(d.Month()), d.Day()); got*86400 != d.Unix() {
			t.Fatal(d, got)
		}
		if next := d.AddDate(0, 0, 1); next.Day() == 1 && daysIn(d.Year(), int(d.Month())) != d.Day() {
			t.Fatal(d, "is not the last day of its month")
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2016-07-01T10:00:00.123+0100", "7/1/2016 3:04 PM", "42552.73476", "0000-00-00", "28.10.2015", "2016-07-01T10:00:00\u00a0"} {
		f.Add([]byte(s), byte(0), 42552.5, byte(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, kind byte, number float64, order byte) {
		in, result := ParseDate(b, CellKind(kind%4), number, DateOrder(order%4))
		switch result {
		case OK, ProvesMDY, ProvesDMY:
			if y := time.UnixMicro(in.Local).UTC().Year(); y < 1 || y > 9999 {
				t.Errorf("%q is in the year %d", b, y)
			}
		default:
			if in != (Instant{}) {
				t.Errorf("%q has result %d and an instant", b, result)
			}
		}
		ParseInt(b)
		ParseMoney(b)
		IsNull(b)
	})
}

// Whatever the zone does, the answer is that of time.Date.
func TestZone(t *testing.T) {
	for _, name := range []string{"UTC", "America/Los_Angeles", "Europe/London", "Africa/Johannesburg", "Asia/Tokyo", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		z := NewZone(loc)
		for range 2 { // the second time from memory
			step := 7 * time.Minute
			for d := time.Date(2009, 12, 1, 0, 0, 0, 123e3, time.UTC); d.Year() < 2019; d = d.Add(step) {
				want := time.Date(d.Year(), d.Month(), d.Day(), d.Hour(), d.Minute(), d.Second(), d.Nanosecond(), loc).UnixMicro()
				if got := z.UTC(d.UnixMicro()); got != want {
					t.Fatalf("%s: %s gives %s, want %s", name, d, time.UnixMicro(got).UTC(), time.UnixMicro(want).UTC())
				}
			}
		}
		for _, d := range []time.Time{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2070, 6, 1, 12, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
			if got, want := z.UTC(d.UnixMicro()), time.Date(d.Year(), d.Month(), d.Day(), d.Hour(), d.Minute(), d.Second(), 0, loc).UnixMicro(); got != want {
				t.Error(name, d, got, want)
			}
		}
	}
}

func BenchmarkParseDate(b *testing.B) {
	for _, tc := range []struct {
		name, in string
		kind     CellKind
		number   float64
	}{{"iso", "2020-12-09T14:12:29.860", Text, 0}, {"slash", "10/28/2015 3:04:05 PM", Text, 0}, {"serial text", "42552.73476", Text, 0}, {"serial cell", "", Time, 42829.81550853009}} {
		b.Run(tc.name, func(b *testing.B) {
			in := []byte(tc.in)
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				ParseDate(in, tc.kind, tc.number, MDY)
			}
		})
	}
}

func BenchmarkParseMoney(b *testing.B) {
	in := []byte("$1,234.50")
	b.ReportAllocs()
	for b.Loop() {
		ParseMoney(in)
	}
}

func BenchmarkZone(b *testing.B) {
	loc, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		b.Fatal(err)
	}
	z := NewZone(loc)
	at := time.Date(2016, 7, 1, 10, 0, 0, 0, time.UTC).UnixMicro()
	for b.Loop() {
		z.UTC(at)
	}
}
