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
	attempt    *attempt // a record of an attempt, not of its request
}

// oracle answers questions about one history.
type oracle struct {
	h     *history
	f     queries.Filter // resolved
	m     *measure
	asOf  time.Time
	facts []fact   // as of asOf, all of them
	all   []record // found once
	t95   map[string]time.Duration
	ends  map[string]time.Time // by library: where its business days end
	first time.Time            // the first full month, and the day after the last
	last  time.Time
}

// measure is a metric as the oracle knows it.
type measure struct {
	columns  []string // its own
	always   []string // those of its own that a dimension of the same name would double
	alwaysBy []string
	isCohort bool // basis has no part in it
	isByDue  bool
	isWhole  bool // from does not cut the past off
	records  func(*oracle) []record
	rows     func(*oracle, group) [][]any
	// ties gives what a row is sorted by within its group, where the rest of the order is the SQL's own affair.
	ties func(row []any) []any
}

// group is what one combination of the dimensions holds.
type group struct {
	head    []any
	records []record
}

var measures = map[string]*measure{
	"volume":     {columns: []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "provisional"}, rows: one((*oracle).volumeRow)},
	"turnaround": {columns: []string{"n_filled", "n", "n_undetermined", "n_negative", "median_days", "p90_days", "mean_days", "share_within_sla", "provisional"}, rows: one((*oracle).turnaround)},
	"fill_rate": {columns: []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate", "gross_fill_rate",
		"filled_within_7d", "filled_within_14d", "filled_within_30d", "share_open", "provisional"}, rows: (*oracle).fillRates},
	"overdue": {columns: []string{"side", "n_out", "n_overdue", "n_1_7", "n_8_30", "n_31_90", "n_91_plus", "n_due", "overdue_rate"},
		always: []string{"side"}, isByDue: true, rows: (*oracle).overdue},
	"stages": {columns: []string{"stage", "position", "n", "n_undetermined", "median_days", "p90_days", "mean_days", "share", "is_bottleneck", "provisional"},
		always: []string{"stage"}, alwaysBy: []string{"role", "kind"}, rows: (*oracle).stages},
	"reasons": {columns: []string{"reason", "outcome", "n", "share", "provisional"}, always: []string{"reason", "outcome"}, rows: (*oracle).reasons},
	"balance": {columns: []string{"lent", "borrowed", "net", "ratio", "lent_loans", "borrowed_loans", "net_loans", "lent_copies",
		"borrowed_copies", "net_copies", "provisional"}, rows: one((*oracle).balance)},
	"annual": {columns: []string{"direction", "form", "rule", "n", "provisional"}, always: []string{"direction", "form", "rule"}, rows: (*oracle).annual},
	"cost": {columns: []string{"currency", "n_filled", "share_of_filled", "total_cost", "cost_per_filled", "median_cost", "provisional"}, always: []string{"currency"},
		alwaysBy: []string{"role"}, rows: (*oracle).cost},
	"percentiles": {columns: []string{"n", "p10_days", "p25_days", "median_days", "p75_days", "p90_days", "provisional"}, rows: one((*oracle).percentiles)},
	"waits":       {columns: []string{"from_days", "n", "share", "share_so_far", "provisional"}, always: []string{"from_days"}, rows: (*oracle).waitsByDay},
	"demand":      {columns: []string{"weekday", "hour", "n_requests", "share", "n_measured", "median_days"}, always: []string{"weekday", "hour"}, isCohort: true, rows: (*oracle).demand},
	"attempts": {columns: []string{"n_requests", "n_filled", "n_attempts", "n_position_known", "attempts_per_fill", "first_lender_fill",
		"second_lender_fill", "later_fill", "expired_share", "conditional_share", "provisional"}, isCohort: true, rows: one((*oracle).attempts)},
	"partners": {columns: []string{"partner", "n_attempts", "n_answered", "n_filled", "fill_rate", "fill_rate_shrunk", "is_small", "n_first",
		"fill_rate_first", "expired_share", "conditional_share", "n_responses", "median_response_days", "p90_response_days",
		"median_transit_days", "share_within_sla", "borrowed", "lent", "balance", "n_overdue", "currency", "total_cost", "cost_per_filled", "provisional"},
		always: []string{"partner"}, isCohort: true, records: (*oracle).withAttempts, rows: (*oracle).partners},
	"titles": {columns: []string{"title", "container", "issn", "kind", "n_requests", "n_filled", "n_patrons", "median_days", "total_cost",
		"currency", "n_filled_window", "purchase_candidate"}, always: []string{"title", "container", "issn", "kind"}, isCohort: true,
		rows: (*oracle).titles, ties: func(row []any) []any { return []any{row[11], row[10], row[4], row[3]} }},
	"copyright": {columns: []string{"container", "issn", "year", "n_within_rule", "n_filled", "n_open", "n_unknown_year", "limit", "n_left",
		"over_limit", "near_limit"}, always: []string{"container", "issn", "year"}, isCohort: true,
		rows: (*oracle).copyright, ties: func(row []any) []any { return []any{row[2], row[3], row[6]} }},
	"open_requests": {columns: []string{"priority", "source_id", "library", "role", "kind", "status", "partner", "created_at", "age_days",
		"target_days", "days_over", "need_by", "days_left", "rush", "age_points", "need_by_points", "rush_points", "group_points",
		"copy_points", "title", "container"}, always: []string{"source_id", "library", "role", "kind", "partner"}, isCohort: true, rows: (*oracle).openRequests},
	"breaches": {columns: []string{"source_id", "library", "role", "kind", "outcome", "status", "partner", "created_at", "outcome_at",
		"waited_days", "target_days", "days_over", "title", "container"}, always: []string{"source_id", "library", "role", "kind", "partner"}, isCohort: true, rows: (*oracle).breaches},
	"forecast": {columns: []string{"month", "n_requests", "expected", "lo", "hi", "method", "backtest_error", "naive_error", "winters_error", "is_outside"},
		always: []string{"month"}, isCohort: true, isWhole: true, rows: (*oracle).forecast},
	"anomalies": {columns: []string{"month", "n_requests", "expected", "lo", "hi", "difference", "dimension", "value", "value_n", "value_before",
		"value_difference", "share_of_difference"}, always: []string{"month"}, isCohort: true, isWhole: true, rows: (*oracle).anomalies},
	"benchmarks": {columns: []string{"measure", "population", "figures"}, always: []string{"measure", "population"}, isCohort: true,
		rows: func(o *oracle, g group) [][]any { return [][]any{{o.ownFigures(g)}} }},
	"data_quality": {columns: []string{"check_name", "n", "n_of", "share"}, always: []string{"check_name"}, isCohort: true, rows: (*oracle).dataQuality},
}

// one makes a measure of one row a group; no row where the figures are nil.
func one(figures func(*oracle, []record) []any) func(*oracle, group) [][]any {
	return func(o *oracle, g group) [][]any {
		if row := figures(o, g.records); row != nil {
			return [][]any{row}
		}
		return nil
	}
}

func ask(h *history, metric string, f queries.Filter) *oracle {
	known := h.derive()
	o := &oracle{h: h, f: f, m: measures[metric], asOf: known.newest, facts: known.facts}
	if !f.AsOf.IsZero() {
		o.asOf = f.AsOf
	}
	if o.asOf.Before(known.newest) {
		o.facts = cut(o.facts, o.asOf)
	}
	return o
}

// columns are the metric's own, and those of a peer's definition.
func (o *oracle) columns() []string { return slices.Concat(o.m.columns, definitions[o.f.Definition]) }

func (o *oracle) isPeriod() bool { return o.f.Basis == "period" && !o.m.isByDue && !o.m.isCohort }

// by is what the rows are split by.
func (o *oracle) by() []string {
	var by []string
	for _, name := range append(slices.Clone(o.f.By), o.m.alwaysBy...) {
		if !slices.Contains(o.m.always, name) && !slices.Contains(by, name) {
			by = append(by, name)
		}
	}
	return by
}

// records are the facts that the filter leaves, on the days that they count on.
func (o *oracle) records() []record {
	if o.all == nil {
		o.all = o.find()
	}
	return o.all
}

func (o *oracle) find() []record {
	all := []record{}
	for i := range o.facts {
		f := &o.facts[i]
		if !o.matches(f) {
			continue
		}
		created, ended := f.lib.dayOrNil(f.created), f.lib.dayOrNil(f.outcomeAt)
		add := func(day *time.Time, isArrival, isOutcome, inSpan bool) {
			all = append(all, record{fact: f, countedDay: day, isArrival: isArrival, isOutcome: isOutcome, inSpan: inSpan})
		}
		switch {
		case o.m.isByDue:
			due := f.lib.dayOrNil(f.due)
			add(due, true, f.outcome != "open", o.spans(due))
		case o.isPeriod():
			if o.spans(created) {
				add(created, true, false, true)
			}
			if f.outcome != "open" && o.spans(ended) {
				add(ended, false, true, true)
			}
		case o.spans(created):
			add(created, true, f.outcome != "open", true)
		}
	}
	return all
}

func (o *oracle) spans(day *time.Time) bool {
	if day == nil {
		return (o.m.isWhole || o.f.From.IsZero()) && o.f.To.IsZero()
	}
	return (o.m.isWhole || !day.Before(o.f.From)) && (o.f.To.IsZero() || day.Before(o.f.To))
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
		if r.attempt != nil { // of the lender that was asked
			if group, ok := o.h.groups[r.attempt.lender]; ok {
				return group
			}
			return "unknown"
		}
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
	by := o.by()
	groups := map[string]*group{}
	records := o.records
	if o.m.records != nil {
		records = func() []record { return o.m.records(o) }
	}
	for _, r := range records() {
		var head []any
		key := ""
		for _, dimension := range by {
			value := o.value(r, dimension)
			head = append(head, value)
			key += text(value) + "\x00"
		}
		if groups[key] == nil {
			groups[key] = &group{head: head}
		}
		groups[key].records = append(groups[key].records, r)
	}
	if len(groups) == 0 && len(by) == 0 && (len(o.m.always) == 0 || o.m == measures["data_quality"] || o.m == measures["benchmarks"]) {
		groups[""] = &group{}
	}
	var sorted []*group
	for _, g := range groups {
		sorted = append(sorted, g)
	}
	sort.Slice(sorted, func(i, j int) bool { return less(sorted[i].head, sorted[j].head) })
	var rows [][]any
	for _, g := range sorted {
		for _, figures := range o.m.rows(o, *g) {
			rows = append(rows, append(slices.Clone(g.head), figures...))
		}
	}
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

func (o *oracle) volumeRow(records []record) []any {
	return append(o.volume(records), o.isProvisional(records))
}

// isProvisional tells whether a group's figures will still move.
func (o *oracle) isProvisional(records []record) bool {
	if o.isPeriod() {
		return o.bucketEnd(records).After(o.asOf)
	}
	return o.provisional(records, count(records, func(r record) bool { return r.outcome == "open" }), int64(len(records)))
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
	if usual, ok := o.t95[role]; ok {
		return usual
	}
	usual := o.findUsual(role)
	if o.t95 == nil {
		o.t95 = map[string]time.Duration{}
	}
	o.t95[role] = usual
	return usual
}

func (o *oracle) findUsual(role string) time.Duration {
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
		if slices.Contains(o.by(), grain) {
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
		if !o.isTimed(r.lib, r.created, r.supplied) {
			nUndetermined++
			continue
		}
		took = o.took(r.lib, *r.created, *r.supplied)
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
	figures := []any{nFilled, int64(len(days)), nUndetermined, nNegative, nil, nil, nil, share(nWithin, nTargets), o.isProvisional(records)}
	copy(figures[4:], spread(days))
	return figures
}

// waits gives the turnarounds that count, and the number of all filled requests.
func (o *oracle) waits(records []record) (took []time.Duration, nFilled int64) {
	for _, r := range records {
		if !r.isOutcome || r.outcome != "filled" {
			continue
		}
		nFilled++
		if t, ok := o.waited(r); ok {
			took = append(took, t)
		}
	}
	return took, nFilled
}

func eachInDays(took []time.Duration) []float64 {
	var days []float64
	for _, t := range took {
		days = append(days, inDays(t))
	}
	return days
}

func (o *oracle) percentiles(records []record) []any {
	took, nFilled := o.waits(records)
	if nFilled == 0 && len(o.f.By) > 0 {
		return nil
	}
	row := []any{int64(len(took)), nil, nil, nil, nil, nil, o.isProvisional(records)}
	if days := eachInDays(took); len(days) > 0 {
		for i, q := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
			row[i+1] = quantile(days, q)
		}
	}
	return row
}

func (o *oracle) waitsByDay(g group) [][]any {
	took, _ := o.waits(g.records)
	counts := map[int64]int64{}
	for _, t := range took {
		counts[min(int64(t/day), 61)]++
	}
	var rows [][]any
	soFar := int64(0)
	for from := int64(0); from <= 61; from++ {
		if n := counts[from]; n > 0 {
			soFar += n
			rows = append(rows, []any{from, n, share(n, int64(len(took))), share(soFar, int64(len(took))), o.isProvisional(g.records)})
		}
	}
	return rows
}

// spread gives median, 90th percentile and mean, or nulls.
func spread(values []float64) []any {
	if len(values) == 0 {
		return []any{nil, nil, nil}
	}
	return []any{quantile(values, 0.5), quantile(values, 0.9), sumOf(values) / float64(len(values))}
}

func median(values []float64) any {
	return spread(values)[0]
}

func sumOf(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

func inDays(took time.Duration) float64 { return float64(took.Microseconds()) / 86400e6 }

// took is the time between two instants by the clock asked for.
func (o *oracle) took(lib *library, from, to time.Time) time.Duration {
	if o.f.Clock == "business" {
		return lib.businessTime(from, to)
	}
	return to.Sub(from)
}

// isTimed tells whether the clock asked for reaches two instants: that of business days knows no days but its own.
func (o *oracle) isTimed(lib *library, from, to *time.Time) bool {
	return o.f.Clock != "business" || lib.dayOrNil(from) != nil && lib.dayOrNil(to) != nil
}

// waited is the turnaround of a filled request, and whether it has one that counts.
func (o *oracle) waited(r record) (time.Duration, bool) {
	if r.outcome != "filled" || r.created == nil || r.supplied == nil || r.supplied.Before(*r.created) || !o.isTimed(r.lib, r.created, r.supplied) {
		return 0, false
	}
	return o.took(r.lib, *r.created, *r.supplied), true
}

func (o *oracle) target(r record) (float64, bool) {
	days, ok := o.h.targets[[2]string{r.role, r.kind}]
	return days, ok
}

func (o *oracle) overdue(g group) [][]any {
	var rows [][]any
	for _, side := range []string{"borrowing", "lending"} {
		var nOut, nOverdue, n1, n8, n31, n91, nDue, nLate int64
		for _, r := range g.records {
			if r.role != side || r.kind != "loan" || r.outcome != "filled" {
				continue
			}
			if r.isOut() {
				nOut++
			}
			if r.due == nil {
				continue
			}
			last, late := o.lastDay(r), o.daysLate(r)
			if r.isOut() && late >= 1 {
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
			if !r.inSpan || late < 1 || !r.isOut() && r.returned == nil {
				continue
			}
			nDue++
			if r.isOut() || r.lib.dayOf(*r.returned).After(last) {
				nLate++
			}
		}
		if nOut+nDue > 0 {
			rows = append(rows, []any{side, nOut, nOverdue, n1, n8, n31, n91, nDue, share(nLate, nDue)})
		}
	}
	return rows
}

// isOut tells that a loan is not back.
func (r record) isOut() bool {
	return r.kind == "loan" && r.outcome == "filled" && r.returned == nil && !r.back
}

// lastDay is the last day on which a loan with a due date is not late.
func (o *oracle) lastDay(r record) time.Time {
	last := r.lib.dayOf(*r.due).AddDate(0, 0, o.f.Number("grace_days"))
	if r.role == "lending" {
		last = last.AddDate(0, 0, o.f.Number("return_transit_days"))
	}
	return last
}

func (o *oracle) daysLate(r record) int { return int(r.lib.dayOf(o.asOf).Sub(o.lastDay(r)) / day) }
