package queries

import "time"

// Term is a part of the academic year that comes back every year: from its first day to its last one, both inclusive. One
// that ends on an earlier day of the year than it begins lies across the new year. In a common year 29 February is
// 1 March for a first day and 28 February for a last one.
type Term struct {
	Name      string `json:"name"`
	FromMonth int    `json:"from_month"` // 1 to 12
	FromDay   int    `json:"from_day"`
	ToMonth   int    `json:"to_month"`
	ToDay     int    `json:"to_day"`
}

// in gives the dates of the term that begins in a year, from inclusive and to exclusive.
func (t Term) in(year int) (from, to time.Time) {
	from = time.Date(year, time.Month(t.FromMonth), t.FromDay, 0, 0, 0, 0, time.UTC)
	if t.ToMonth < t.FromMonth || t.ToMonth == t.FromMonth && t.ToDay < t.FromDay {
		year++
	}
	to = time.Date(year, time.Month(t.ToMonth), t.ToDay+1, 0, 0, 0, 0, time.UTC)
	if t.ToMonth == 2 && t.ToDay == 29 {
		to = time.Date(year, 3, 1, 0, 0, 0, 0, time.UTC)
	}
	return from, to
}

// occurrence is a term of one year.
type occurrence struct {
	name     string
	from, to time.Time
}

// begunLast gives the term that began last, on today at the latest.
func begunLast(terms []Term, today time.Time) (occurrence, bool) {
	return latest(terms, today, func(o occurrence) time.Time { return o.from })
}

// overLast gives the term that ended last, with the day before today at the latest.
func overLast(terms []Term, today time.Time) (occurrence, bool) {
	return latest(terms, today, func(o occurrence) time.Time { return o.to })
}

// latest gives the occurrence with the latest date that is not after today.
func latest(terms []Term, today time.Time, date func(occurrence) time.Time) (found occurrence, ok bool) {
	for _, term := range terms {
		for year := today.Year() - 2; year <= today.Year(); year++ {
			o := occurrence{name: term.Name}
			o.from, o.to = term.in(year)
			if at := date(o); !at.After(today) && (!ok || at.After(date(found))) {
				found, ok = o, true
			}
		}
	}
	return found, ok
}
