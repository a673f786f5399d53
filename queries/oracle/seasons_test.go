package oracle

import (
	"fmt"
	"math"
	"time"
)

// seasons invents a generation of a few libraries over years: months that rise and fall with the seasons, a trend, and
// now and then a month that one partner makes another one.
func seasons(seed uint64, nLibraries int) *history {
	d := newDice(seed)
	h := emptyHistory(d)
	end := time.Date(2024, time.Month(1+d.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
	for i := range nLibraries {
		m := d.manner()
		m.grain, m.open, m.undated, m.negatives, m.isPrompt, m.typical = time.Minute, pick(d, 0, 0.02), pick(d, 0, 0, 0.02), 0, true, 5*day
		m.span = 28 * day
		nMonths := 10 + d.IntN(71)
		level, swing, trend := pick(d, 0.5, 3, 8, 14), pick(d, 0.0, 0.3, 0.8), pick(d, -0.01, 0, 0.02)
		m.start = end.AddDate(0, -nMonths, 0)
		h.addLibrary(d, fmt.Sprintf("LIB%d", i), m, 1)
		lib := h.libraries[i]
		for month := range nMonths {
			m.start = end.AddDate(0, month-nMonths, 0)
			expected := level * (1 + trend*float64(month)) * (1 + swing*math.Sin(float64(m.start.Month())*math.Pi/6))
			n := int(expected + math.Sqrt(math.Max(expected, 0))*(d.Float64()*2-1) + 0.5)
			cause := ""
			if d.chance(0.06) {
				n, cause = pick(d, 0, 3*n, n+10), pick(d, "P1", "P3")
			}
			for range n {
				r := m.request(d, lib, int64(len(h.requests)+1))
				if cause != "" && d.chance(0.8) {
					r.partner = &cause
				}
				h.requests = append(h.requests, r)
			}
		}
	}
	return h
}
