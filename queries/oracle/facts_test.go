package oracle

import (
	"sort"
	"time"
)

// fact is a request as the metrics see it.
type fact struct {
	request
	lib          *library
	partnerName  *string
	partnerGroup *string
	dept, group  *string
	outcome      string
	outcomeAt    *time.Time
	dated        bool
	back         bool
	supplied     *time.Time // of a filled request: created to supplied is its turnaround
	isNegative   bool       // some date lies before its creation
	isStatusNow  bool       // the status is that of as_of
	attempts     []attempt
}

// derived is what follows from a history, worked out once.
type derived struct {
	facts  []fact
	newest time.Time
}

// what a status means, written down again from the design.
var (
	filledOnBothSides = words("delivered notified checked_out renewed overdue recalled claims_returned lost return_pending returned checked_in finished")
	backStatuses      = words("returned checked_in finished")
	cancelReasons     = words("patron_request duplicate created_in_error held_locally free_online")
)

func words(text string) map[string]bool {
	set := map[string]bool{}
	word := ""
	for _, c := range text + " " {
		if c == ' ' {
			set[word], word = true, ""
		} else {
			word += string(c)
		}
	}
	return set
}

func outcomeOf(role, status string, reason *string) string {
	switch {
	case filledOnBothSides[status]:
		return "filled"
	case status == "found" && role == "docdel":
		return "filled"
	case status == "shipped" && role != "borrowing":
		return "filled"
	case status == "received" && role == "lending":
		return "filled"
	case status == "cancelled_patron":
		return "cancelled"
	case status == "unfilled" || status == "expired" || status == "cancelled_staff":
		if reason != nil && cancelReasons[*reason] {
			return "cancelled"
		}
		return "unfilled"
	}
	return "open"
}

func first(times ...*time.Time) *time.Time {
	for _, at := range times {
		if at != nil {
			return at
		}
	}
	return nil
}

func latest(times ...*time.Time) *time.Time {
	var found *time.Time
	for _, at := range times {
		if at != nil && (found == nil || at.After(*found)) {
			found = at
		}
	}
	return found
}

func earliest(times ...*time.Time) *time.Time {
	var found *time.Time
	for _, at := range times {
		if at != nil && (found == nil || at.Before(*found)) {
			found = at
		}
	}
	return found
}

func firstWord(given ...*string) *string {
	for _, word := range given {
		if word != nil {
			return word
		}
	}
	return nil
}

// derive works out what a load derives.
func (h *history) derive() *derived {
	if h.known == nil {
		h.known = &derived{h.facts(), h.newest()}
	}
	return h.known
}

func (h *history) facts() []fact {
	var facts []fact
	for _, r := range h.requests {
		f := fact{request: r, isStatusNow: true}
		for i := range h.libraries {
			if h.libraries[i].name == r.library {
				f.lib = &h.libraries[i]
			}
		}
		if f.lib.dayOrNil(r.due) == nil {
			f.due = nil // or none that can be meant
		}
		changed := r.lastChange
		if e := r.told; e != nil {
			f.sent, f.shipped, f.available = first(e.sent, r.sent), first(e.shipped, r.shipped), first(e.available, r.available)
			f.received, f.returned, f.closed = first(e.received, r.received), first(e.returned, r.returned), first(e.closed, r.closed)
			isNewer := r.lastChange == nil || e.statusAt != nil && e.statusAt.After(*r.lastChange)
			if isNewer && e.status != nil {
				f.status = *e.status
			}
			changed = latest(r.lastChange, e.statusAt)
		}
		f.outcome = outcomeOf(r.role, f.status, r.reason)
		f.back = backStatuses[f.status]
		var milestone *time.Time
		switch {
		case f.outcome == "filled" && r.role == "lending":
			milestone = f.shipped
		case f.outcome == "filled":
			milestone = f.available
		case f.outcome != "open":
			milestone = f.closed
		}
		f.dated = milestone != nil
		if f.outcome != "open" {
			f.outcomeAt = first(milestone, changed, r.created)
		}
		if f.outcome == "filled" {
			f.supplied = milestone
			byDefault := "lender"
			if r.role == "docdel" {
				byDefault = "local"
			}
			f.filledBy = firstWord(r.filledBy, &byDefault)
		} else {
			f.filledBy = nil
		}
		if f.outcome != "unfilled" && f.outcome != "cancelled" {
			f.reason = nil
		}
		h.place(&f, r.filledBy)
		if r.created != nil {
			changes := []*time.Time{f.sent, f.shipped, f.received, f.available, f.returned, f.closed, r.lastChange}
			if r.told != nil { // two clocks: what one of them dates too early is a sign, whichever it is
				changes = append(changes, r.told.statusAt)
			}
			for _, at := range changes {
				f.isNegative = f.isNegative || at != nil && at.Before(*r.created)
			}
		}
		f.attempts = h.attemptsOf(&f)
		facts = append(facts, f)
	}
	return facts
}

// place looks up who the partner and the reader are.
func (h *history) place(f *fact, saidFilledBy *string) {
	symbol := f.partner
	// What a pseudo-lender filled has no partner, whatever address stands on it (design §3.7).
	lent := saidFilledBy == nil || *saidFilledBy == "lender"
	if symbol == nil && f.partnerNumber != nil && lent {
		if known, ok := h.addresses[f.library+"/"+*f.partnerNumber]; ok {
			symbol = &known
		}
	}
	if symbol != nil {
		if alias, ok := h.aliases[*symbol]; ok {
			symbol = &alias
		}
		if group, ok := h.groups[*symbol]; ok {
			f.partnerGroup = &group
		}
	}
	f.partnerName = symbol
	f.dept, f.group = f.department, f.patronGroup
	if f.patronKey != nil {
		if reader, ok := h.patrons[*f.patronKey]; ok {
			f.dept, f.group = firstWord(f.department, reader.department), firstWord(f.patronGroup, reader.group)
		}
	}
}

func (e *milestones) newest() *time.Time {
	return latest(e.sent, e.shipped, e.received, e.available, e.returned, e.closed, e.statusAt)
}

// newest is the date up to which the history reaches.
func (h *history) newest() time.Time {
	var newest *time.Time
	for _, r := range h.requests {
		newest = latest(newest, r.created, r.sent, r.shipped, r.received, r.available, r.returned, r.closed, r.lastChange)
		if r.told != nil {
			newest = latest(newest, r.told.newest())
		}
		for _, e := range r.events {
			newest = latest(newest, &e.at)
		}
	}
	if newest == nil {
		return time.Time{}
	}
	return *newest
}

// cut forgets what happened after asOf.
func cut(facts []fact, asOf time.Time) []fact {
	until := func(at *time.Time) *time.Time {
		if at != nil && at.After(asOf) {
			return nil
		}
		return at
	}
	var kept []fact
	for _, f := range facts {
		exists := f.created
		if exists == nil {
			exists = earliest(f.sent, f.shipped, f.received, f.available, f.returned, f.closed, f.outcomeAt)
		}
		if exists != nil && exists.After(asOf) {
			continue
		}
		// What is known is the newest status: it stood already if nothing is dated later.
		end := latest(f.outcomeAt, f.returned, f.closed)
		f.isStatusNow = end != nil && !end.After(asOf)
		if f.outcomeAt != nil && f.outcomeAt.After(asOf) {
			f.outcome, f.outcomeAt, f.dated, f.supplied, f.filledBy, f.reason = "open", nil, false, nil, nil, nil
		}
		if backAt := first(f.returned, f.closed); backAt != nil && backAt.After(asOf) {
			f.back = false
		}
		f.sent, f.shipped, f.received, f.available = until(f.sent), until(f.shipped), until(f.received), until(f.available)
		f.returned, f.closed = until(f.returned), until(f.closed)
		f.attempts = cutAttempts(&f, asOf)
		kept = append(kept, f)
	}
	return kept
}

// dayOf is the date that people in the library would have written, at 00:00 UTC.
func (l *library) dayOf(at time.Time) time.Time {
	y, m, d := at.In(l.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dayOrNil is nil, too, for what is no date of interlibrary loan but a slip of the hand: years before 1950 or after 2150.
func (l *library) dayOrNil(at *time.Time) *time.Time {
	if at == nil || at.Year() < 1950 || at.Year() > 2150 {
		return nil
	}
	day := l.dayOf(*at)
	return &day
}

// startOf is the first instant that has the day's date, to the microsecond.
func (l *library) startOf(day time.Time) time.Time {
	name := day.Format(time.DateOnly)
	if at, ok := l.starts.Load(name); ok {
		return at.(time.Time)
	}
	from := day.Add(-36 * time.Hour)
	micros := sort.Search(int(72*time.Hour/time.Microsecond), func(n int) bool {
		return !l.dayOf(from.Add(time.Duration(n) * time.Microsecond)).Before(day)
	})
	at := from.Add(time.Duration(micros) * time.Microsecond)
	l.starts.Store(name, at)
	return at
}

// businessTime is the part of [from, to) that falls on days on which the library is open.
func (l *library) businessTime(from, to time.Time) time.Duration {
	var open time.Duration
	for day := l.dayOf(from); !day.After(l.dayOf(to)); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || l.closures[day.Format(time.DateOnly)] {
			continue
		}
		start, end := l.startOf(day), l.startOf(day.AddDate(0, 0, 1))
		if start.Before(from) {
			start = from
		}
		if end.After(to) {
			end = to
		}
		if end.After(start) {
			open += end.Sub(start)
		}
	}
	return open
}

// clockChange is the next instant within a year at which the zone's clocks are put forward or back, or zero.
func (l *library) clockChange(after time.Time) time.Time {
	_, end := after.In(l.zone).ZoneBounds()
	if end.After(after.AddDate(1, 0, 0)) {
		return time.Time{}
	}
	return end.UTC()
}

// dayAgain is the next such instant at which the day before comes back, or zero.
func (l *library) dayAgain(after time.Time) time.Time {
	for at, n := l.clockChange(after), 0; !at.IsZero() && n < 2; at, n = l.clockChange(at), n+1 {
		if l.dayOf(at).Before(l.dayOf(at.Add(-time.Microsecond))) {
			return at
		}
	}
	return time.Time{}
}
