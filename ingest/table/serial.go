package table

import (
	"math"
	"time"
)

// appendSerial appends an Excel serial as 2006-01-02T15:04:05.000. Days before
// March 1900, of which Excel counts one too many, and times without a day are
// given as their number by the caller.
func appendSerial(dst []byte, serial float64) ([]byte, bool) {
	micros, ok := serialMicros(serial)
	if !ok {
		return dst, false
	}
	t := time.UnixMicro(micros).UTC()
	return t.AppendFormat(dst, "2006-01-02T15:04:05.000"), true
}

// serialMicros turns an Excel serial of the 1900 system into microseconds since
// 1970, rounded to the millisecond: a serial is a float64 of days, which near
// the year 2020 is good for half a microsecond, and Excel itself keeps
// milliseconds. Serials before 1 March 1900 (61) are refused, since Excel
// believes in a 29 February 1900.
func serialMicros(serial float64) (int64, bool) {
	if !(serial >= 61 && serial < 2958466) { // 31 December 9999
		return 0, false
	}
	day, fraction := math.Modf(serial)
	return (int64(day)-25569)*86400e6 + int64(math.Round(fraction*86400e3))*1000, true
}
