package oracle

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
)

const day = 24 * time.Hour

// record is a fact as a question counts it: where, and as what.
type record struct {
	*fact
	countedDay *time.Time
	isArrival  bool
	isOutcome  bool
	inSpan     bool
}

// oracle answers questions about one history.
type oracle struct {
	h      *history
	f      queries.Filter // resolved
	metric string
	asOf   time.Time
	facts  []fact // as of asOf, all of them
}

func ask(h *history, metric string, f queries.Filter) *oracle {
	o := &oracle{h: h, f: f, metric: metric, asOf: h.newest(), facts: h.facts()}
	if !f.AsOf.IsZero() {
		o.asOf = f.AsOf
		o.facts = cut(o.facts, f.AsOf)
	}
	return o
}

func (o *oracle) isPeriod() bool { return o.f.Basis == "period" && o.metric != "overdue" }

// records are the facts that the filter leaves, on the days that they count on.
func (o *oracle) records() []record {
	var all []record
	for i := range o.facts {
		f := &o.facts[i]
		if !o.matches(f) {
			continue
		}
		created, ended := f.lib.dayOrNil(f.created), f.lib.dayOrNil(f.outcomeAt)
		switch {
		case o.metric == "overdue":
			due := f.lib.dayOrNil(f.due)
			all = append(all, record{f, due, true, f.outcome != "open", o.spans(due)})
		case o.isPeriod():
			if o.spans(created) {
				all = append(all, record{f, created, true, false, true})
			}
			if f.outcome != "open" && o.spans(ended) {
				all = append(all, record{f, ended, false, true, true})
			}
		case o.spans(created):
			all = append(all, record{f, created, true, f.outcome != "open", true})
		}
	}
	return all
}

func (o *oracle) spans(day *time.Time) bool {
	if day == nil {
		return o.f.From.IsZero() && o.f.To.IsZero()
	}
	return !day.Before(o.f.From) && (o.f.To.IsZero() || day.Before(o.f.To))
}

func (o *oracle) matches(f *fact) bool {
	in := func(list []string, word *string) bool {
		return len(list) == 0 || slices.Contains(list, orUnknown(word))
	}
	source := "generic"
	return in(o.f.Library, &f.library) && in(o.f.Role, &f.role) && in(o.f.Kind, &f.kind) && in(o.f.Network, f.network) &&
		in(o.f.Partner, f.partnerName) && in(o.f.Department, f.dept) && in(o.f.PatronGroup, f.group) && in(o.f.Source, &source)
}

func orUnknown(word *string) string {
	if word == nil {
		return "unknown"
	}
	return *word
}

// value is a record's value of a dimension: a string, a time.Time, or nil for a bucket without a date.
func (o *oracle) value(r record, dimension string) any {
	switch dimension {
	case "library":
		return r.library
	case "source":
		return "generic"
	case "role":
		return r.role
	case "kind":
		return r.kind
	case "network":
		return orUnknown(r.network)
	case "partner":
		return orUnknown(r.partnerName)
	case "partner_group":
		return orUnknown(r.partnerGroup)
	case "department":
		return orUnknown(r.dept)
	case "patron_group":
		return orUnknown(r.group)
	case "filled_by":
		if r.filledBy == nil {
			return "not_filled"
		}
		return *r.filledBy
	case "reason":
		if r.outcome == "open" || r.outcome == "filled" {
			return "none"
		}
		return orUnknown(r.reason)
	}
	if r.countedDay == nil {
		return nil
	}
	start, _ := o.bucket(*r.countedDay, dimension)
	return start
}

var grains = []string{"day", "week", "month", "quarter", "year", "fiscal_year"}

// bucket is the stretch of time that a day belongs to.
func (o *oracle) bucket(d time.Time, grain string) (start, end time.Time) {
	month := time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch grain {
	case "day":
		return d, d.AddDate(0, 0, 1)
	case "week":
		for d.Weekday() != time.Monday {
			d = d.AddDate(0, 0, -1)
		}
		return d, d.AddDate(0, 0, 7)
	case "month":
		return month, month.AddDate(0, 1, 0)
	case "quarter":
		for month.Month()%3 != 1 {
			month = month.AddDate(0, -1, 0)
		}
		return month, month.AddDate(0, 3, 0)
	case "year":
		for month.Month() != time.January {
			month = month.AddDate(0, -1, 0)
		}
		return month, month.AddDate(1, 0, 0)
	}
	starts := time.Month(o.f.Number("fiscal_start"))
	for month.Month() != starts {
		month = month.AddDate(0, -1, 0)
	}
	return month, month.AddDate(1, 0, 0)
}

// answer is the metric, its rows sorted.
func (o *oracle) answer() [][]any {
	groups := map[string][]record{}
	heads := map[string][]any{}
	for _, r := range o.records() {
		var head []any
		for _, dimension := range o.f.By {
			head = append(head, o.value(r, dimension))
		}
		if o.metric == "overdue" {
			head = append(head, r.role)
		}
		key := ""
		for _, value := range head {
			key += text(value) + "\x00"
		}
		groups[key], heads[key] = append(groups[key], r), head
	}
	if len(groups) == 0 && len(o.f.By) == 0 && o.metric != "overdue" {
		groups[""] = nil
	}
	var rows [][]any
	for key, records := range groups {
		if figures := o.figures(records); figures != nil {
			rows = append(rows, append(slices.Clone(heads[key]), figures...))
		}
	}
	width := len(o.f.By)
	if o.metric == "overdue" {
		width++
	}
	sort.Slice(rows, func(i, j int) bool { return less(rows[i][:width], rows[j][:width]) })
	return rows
}

func text(value any) string {
	switch v := value.(type) {
	case time.Time:
		return v.Format(time.DateOnly)
	case string:
		return v
	}
	return "\xff"
}

// less sorts by each dimension in turn: dates first to last, words by their bytes, the unknown at the end.
func less(a, b []any) bool {
	for i := range a {
		x, y := text(a[i]), text(b[i])
		if x == "unknown" {
			x = "\xfe"
		}
		if y == "unknown" {
			y = "\xfe"
		}
		if x != y {
			return strings.Compare(x, y) < 0
		}
	}
	return false
}

func (o *oracle) figures(records []record) []any {
	switch o.metric {
	case "volume":
		return o.volume(records)
	case "fill_rate":
		return o.fillRate(records)
	case "turnaround":
		return o.turnaround(records)
	}
	return o.overdue(records)
}

func count(records []record, is func(record) bool) int64 {
	var n int64
	for _, r := range records {
		if is(r) {
			n++
		}
	}
	return n
}

func share(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return float64(part) / float64(whole)
}

func (o *oracle) volume(records []record) []any {
	ended := func(outcome string) any {
		return count(records, func(r record) bool { return r.isOutcome && r.outcome == outcome })
	}
	figures := []any{
		count(records, func(r record) bool { return r.isArrival }),
		ended("filled"), ended("unfilled"), ended("cancelled"),
		count(records, func(r record) bool { return r.outcome == "open" }),
	}
	if o.isPeriod() {
		figures[4] = nil
	}
	return figures
}

func (o *oracle) fillRate(records []record) []any {
	v := o.volume(records)
	n, filled, unfilled := v[0].(int64), v[1].(int64), v[2].(int64)
	if o.isPeriod() {
		return append(v, share(filled, filled+unfilled), nil, nil, nil, nil, nil, o.bucketEnd(records).After(o.asOf))
	}
	open := v[4].(int64)
	return append(v, share(filled, filled+unfilled), share(filled, n),
		o.within(records, 7*day), o.within(records, 14*day), o.within(records, 30*day),
		share(open, n), o.provisional(records, open, n))
}

func (o *oracle) provisional(records []record, open, n int64) bool {
	if float64(open) > 0.05*float64(n) {
		return true
	}
	var usual time.Duration
	for _, r := range records {
		usual = max(usual, o.usual(r.role))
	}
	return o.asOf.Sub(o.bucketEnd(records)) < usual
}

// usual is t95 of a role.
func (o *oracle) usual(role string) time.Duration {
	var micros []float64
	for _, f := range o.facts {
		if f.role != role || f.outcome == "open" || !f.dated || f.created == nil || f.outcomeAt.Before(*f.created) {
			continue
		}
		if f.outcomeAt.Before(o.asOf.AddDate(0, 0, -365)) || f.outcomeAt.After(o.asOf) {
			continue
		}
		micros = append(micros, float64(f.outcomeAt.Sub(*f.created).Microseconds()))
	}
	if len(micros) == 0 {
		return 0
	}
	return time.Duration(math.RoundToEven(quantile(micros, 0.95))) * time.Microsecond
}

// bucketEnd is the end of the smallest bucket asked for; of no bucket, the end of the span, else as_of.
func (o *oracle) bucketEnd(records []record) time.Time {
	for _, grain := range grains {
		if slices.Contains(o.f.By, grain) {
			if len(records) == 0 || records[0].countedDay == nil {
				return o.asOf
			}
			_, end := o.bucket(*records[0].countedDay, grain)
			return end
		}
	}
	if !o.f.To.IsZero() && len(records) > 0 {
		return o.f.To
	}
	return o.asOf
}

// within is the Aalen-Johansen estimate of the share filled by t.
func (o *oracle) within(records []record, t time.Duration) any {
	type life struct {
		length time.Duration
		end    string
	}
	var lives []life
	nEnded, nUndated := 0, 0
	for _, r := range records {
		if r.outcome != "open" {
			nEnded++
			if !r.dated {
				nUndated++
			}
		}
		end := r.outcomeAt
		if r.outcome == "open" {
			end = &o.asOf
		}
		if r.created == nil || end == nil || end.Before(*r.created) {
			continue
		}
		lives = append(lives, life{end.Sub(*r.created), r.outcome})
	}
	if len(lives) == 0 || float64(nUndated) > 0.05*float64(nEnded) {
		return nil
	}
	sort.Slice(lives, func(i, j int) bool { return lives[i].length < lives[j].length })
	longest := lives[len(lives)-1].length
	for _, l := range lives {
		if l.length == longest && l.end == "open" && longest < t {
			return nil
		}
	}
	incidence, survival := 0.0, 1.0
	for i := 0; i < len(lives) && lives[i].length <= t; {
		atRisk := float64(len(lives) - i)
		filled, ended := 0.0, 0.0
		at := lives[i].length
		for ; i < len(lives) && lives[i].length == at; i++ {
			switch lives[i].end {
			case "open":
			case "filled":
				filled++
				ended++
			default:
				ended++
			}
		}
		incidence += survival * filled / atRisk
		survival *= 1 - ended/atRisk
	}
	return incidence
}

func quantile(values []float64, q float64) float64 {
	sort.Float64s(values)
	at := q * float64(len(values)-1)
	low := int(at)
	if low == len(values)-1 {
		return values[low]
	}
	return values[low] + (values[low+1]-values[low])*(at-float64(low))
}

func (o *oracle) turnaround(records []record) []any {
	var nFilled, nUndetermined, nNegative, nWithin, nTargets int64
	var days []float64
	for _, r := range records {
		if !r.isOutcome || r.outcome != "filled" {
			continue
		}
		nFilled++
		if r.created == nil || r.supplied == nil {
			nUndetermined++
			continue
		}
		took := r.supplied.Sub(*r.created)
		if took < 0 {
			nNegative++
			continue
		}
		if o.f.Clock == "business" {
			took = r.lib.businessTime(*r.created, *r.supplied)
		}
		days = append(days, float64(took.Microseconds())/86400e6)
		if target, ok := o.h.targets[[2]string{r.role, r.kind}]; ok {
			nTargets++
			if took <= time.Duration(target*float64(day)) {
				nWithin++
			}
		}
	}
	if nFilled == 0 && len(o.f.By) > 0 {
		return nil
	}
	figures := []any{nFilled, int64(len(days)), nUndetermined, nNegative, nil, nil, nil, share(nWithin, nTargets)}
	if len(days) > 0 {
		sum := 0.0
		for _, d := range days {
			sum += d
		}
		figures[4], figures[5], figures[6] = quantile(days, 0.5), quantile(days, 0.9), sum/float64(len(days))
	}
	return figures
}

func (o *oracle) overdue(records []record) []any {
	var nOut, nOverdue, n1, n8, n31, n91, nDue, nLate int64
	for _, r := range records {
		if r.kind != "loan" || r.outcome != "filled" || r.role == "docdel" {
			continue
		}
		isOut := r.returned == nil && !r.back
		if isOut {
			nOut++
		}
		if r.due == nil {
			continue
		}
		last := r.lib.dayOf(*r.due).AddDate(0, 0, o.f.Number("grace_days"))
		if r.role == "lending" {
			last = last.AddDate(0, 0, o.f.Number("return_transit_days"))
		}
		late := int(r.lib.dayOf(o.asOf).Sub(last) / day)
		if isOut && late >= 1 {
			nOverdue++
			switch {
			case late <= 7:
				n1++
			case late <= 30:
				n8++
			case late <= 90:
				n31++
			default:
				n91++
			}
		}
		if !r.inSpan || late < 1 || !isOut && r.returned == nil {
			continue
		}
		nDue++
		if isOut || r.lib.dayOf(*r.returned).After(last) {
			nLate++
		}
	}
	if nOut+nDue == 0 {
		return nil
	}
	return []any{nOut, nOverdue, n1, n8, n31, n91, share(nLate, nDue)}
}
