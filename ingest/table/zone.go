package table

import (
	"math"
	"sync/atomic"
	"time"
)

// Zone turns readings of a library's wall clock into UTC. It remembers the
// offset of each day that has only one, which is nearly every day. It is safe
// for concurrent use; one Zone serves all workers.
type Zone struct {
	loc  *time.Location
	days [zoneDays]atomic.Int32 // 0 unknown, zoneIrregular, else offset in seconds + zoneBias
}

const (
	zoneDays      = 366 * 100 // days from 1970 on
	zoneIrregular = math.MaxInt32
	zoneBias      = 1 << 20
)

// NewZone makes a Zone of about 150 kB.
func NewZone(loc *time.Location) *Zone { return &Zone{loc: loc} }

// Location is the zone's location.
func (z *Zone) Location() *time.Location { return z.loc }

// UTC returns the microseconds since 1970 UTC at which the wall clock showed
// local, given as microseconds since 1970 too. Where the clock showed it twice
// or never, on the days on which it is changed, the answer is that of time.Date.
func (z *Zone) UTC(local int64) int64 {
	day := local / microsPerDay
	if local >= 0 && day < zoneDays {
		v := z.days[day].Load()
		if v == 0 {
			v = z.learn(day)
		}
		if v != zoneIrregular {
			return local - int64(v-zoneBias)*1e6
		}
	}
	t := time.UnixMicro(local).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z.loc).UnixMicro()
}

// learn finds the offset of a day. A day within two days of a change of the
// clock is irregular: seldom enough not to matter, and sure to be right.
func (z *Zone) learn(day int64) int32 {
	noon := time.Unix(day*86400+43200, 0).In(z.loc)
	_, offset := noon.Zone()
	v := int32(offset + zoneBias)
	start, end := noon.ZoneBounds()
	if !start.IsZero() && noon.Sub(start) < 48*time.Hour || !end.IsZero() && end.Sub(noon) < 48*time.Hour {
		v = zoneIrregular
	}
	z.days[day].Store(v)
	return v
}
