package queries

import "time"

// Preset is a span of time with a name. From is inclusive and To exclusive, both dates at 00:00 UTC; zero is unbounded.
type Preset struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	Term  string    `json:"term,omitempty"` // the term's own name
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
}

// The presets that pages start from, the one that asks for everything, and those that need terms.
const (
	PresetLast12Months = "last_12_months"
	PresetAll          = "all"
	PresetTerm         = "term"
	PresetPreviousTerm = "previous_term"
)

// Presets lists the spans that a filter offers, as seen from the day of asOf in asOf's own zone: the history's newest
// date, never the wall clock. A month or quarter is full once asOf lies beyond it. fiscalStart is the month in which
// the fiscal year starts, 1 to 12. A year to date ends with the last full day. The presets of terms are there where a term
// is: term is the one that runs, between two of them the one that began last, and previous_term the last one that is over.
func Presets(asOf time.Time, fiscalStart int, terms ...Term) []Preset {
	year, month, day := asOf.Date()
	first := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	thisMonth := first(year, month)
	thisQuarter := first(year, month-(month-1)%3)
	thisYear := first(year, time.January)
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	fiscal := first(year, time.Month(fiscalStart))
	if fiscal.After(thisMonth) {
		fiscal = fiscal.AddDate(-1, 0, 0)
	}
	months := func(to time.Time, n int) (time.Time, time.Time) { return to.AddDate(0, -n, 0), to }
	preset := func(id, label string, from, to time.Time) Preset {
		return Preset{ID: id, Label: label, From: from, To: to}
	}
	span := func(id, label string, to time.Time, n int) Preset {
		from, to := months(to, n)
		return preset(id, label, from, to)
	}
	list := []Preset{
		span("last_full_month", "Last full month", thisMonth, 1),
		span("previous_month", "The month before", thisMonth.AddDate(0, -1, 0), 1),
		span("last_quarter", "Last full quarter", thisQuarter, 3),
		span("previous_quarter", "The quarter before", thisQuarter.AddDate(0, -3, 0), 3),
		span(PresetLast12Months, "Last 12 full months", thisMonth, 12),
		span("previous_12_months", "The 12 months before", thisMonth.AddDate(0, -12, 0), 12),
		preset("calendar_year", "This calendar year", thisYear, thisYear.AddDate(1, 0, 0)),
		preset("year_to_date", "This year so far", thisYear, later(today, thisYear)),
		preset("previous_calendar_year", "Last calendar year", thisYear.AddDate(-1, 0, 0), thisYear),
		preset("fiscal_year", "This fiscal year", fiscal, fiscal.AddDate(1, 0, 0)),
		preset("fiscal_year_to_date", "This fiscal year so far", fiscal, later(today, fiscal)),
		preset("previous_fiscal_year", "Last fiscal year", fiscal.AddDate(-1, 0, 0), fiscal),
	}
	for _, one := range []struct {
		id, label string
		find      func([]Term, time.Time) (occurrence, bool)
	}{{PresetTerm, "This term", begunLast}, {PresetPreviousTerm, "Last full term", overLast}} {
		if found, ok := one.find(terms, today); ok {
			list = append(list, Preset{one.id, one.label, found.name, found.from, found.to})
		}
	}
	return append(list, preset(PresetAll, "Everything", time.Time{}, time.Time{}))
}

// later keeps a span from being empty on its first day.
func later(today, start time.Time) time.Time {
	if today.After(start) {
		return today
	}
	return start.AddDate(0, 0, 1)
}

func findPreset(id string, asOf time.Time, fiscalStart int, terms []Term) (Preset, bool) {
	for _, p := range Presets(asOf, fiscalStart, terms...) {
		if p.ID == id {
			return p, true
		}
	}
	return Preset{}, false
}

// presetIDs lists every preset, those of terms among them.
func presetIDs() []string {
	var ids []string
	for _, p := range Presets(time.Time{}, 7, Term{FromMonth: 1, FromDay: 1, ToMonth: 12, ToDay: 31}) {
		ids = append(ids, p.ID)
	}
	return ids
}
