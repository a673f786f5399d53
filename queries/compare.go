package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// shift is how far a span lies behind the one that it is compared with: months or days.
type shift struct{ months, days int }

// back moves a date to the earlier span. A day that the earlier month does not have becomes its last one.
func (s shift) back(at time.Time) time.Time { return addMonths(at, -s.months).AddDate(0, 0, -s.days) }

func (s shift) forward(at time.Time) time.Time {
	return addMonths(at.AddDate(0, 0, s.days), s.months)
}

func addMonths(at time.Time, n int) time.Time {
	year, month, day := at.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return at.AddDate(0, n, min(day, last)-day)
}

// shift tells how far back the span that the filter names lies: 12 months for last_year; for previous the span's length,
// in months where both ends are the first of one.
func (f Filter) shift() (shift, error) {
	switch {
	case f.From.IsZero() || f.To.IsZero():
		return shift{}, invalid("compare=%s needs a span with both ends: give from and to, or a preset such as last_12_months", f.Compare)
	case f.Compare == CompareLastYear:
		return shift{months: 12}, nil
	case f.From.Day() == 1 && f.To.Day() == 1:
		return shift{months: 12*(f.To.Year()-f.From.Year()) + int(f.To.Month()-f.From.Month())}, nil
	}
	return shift{days: int(f.To.Sub(f.From) / (24 * time.Hour))}, nil
}

// Earlier is the filter for the span that f.Compare names, seen at the same age: its as_of lies as much earlier as the
// span does. f is resolved, and asOf is the instant up to which its history counts. The error is one of code invalid.
func (f Filter) Earlier(asOf time.Time) (Filter, error) {
	s, err := f.shift()
	if err != nil {
		return Filter{}, err
	}
	f.From, f.To, f.AsOf, f.Compare = s.back(f.From), s.back(f.To), asOf, ""
	if !asOf.IsZero() {
		f.AsOf = s.back(asOf)
	}
	if f.From.Year() < 1 {
		return Filter{}, invalid("from (%s) lies too early to be compared with a span before it", dateText(s.forward(f.From)))
	}
	return f, nil
}

// compared computes the metric for both spans and sets the earlier figures beside the others: for each figure X the
// columns X_before, X_change (X − X_before) and, where X is a share whose base is known, X_change_lo and X_change_hi.
// Rows belong together by what they are split by, buckets of time by being moved as far as the span was. A row of one
// span alone has null, or 0 for a count, in the other's place. A bucket without a counterpart in the span is left out
// (29 February beside a year without one).
func (q *question) compared(ctx context.Context, snapshot *store.Snapshot) (*Result, error) {
	if q.metric.NoCompare {
		return nil, invalid("%s is not set beside an earlier span: leave out compare=%s", q.metric.ID, q.filter.Compare)
	}
	s, err := q.filter.shift()
	if err != nil {
		return nil, err
	}
	if err := q.lineUp(s); err != nil {
		return nil, err
	}
	earlier, err := q.filter.Earlier(q.asOf)
	if err != nil {
		return nil, err
	}
	then, err := prepare(ctx, snapshot, q.metric, earlier)
	if err != nil {
		return nil, err
	}
	q.hideAlso(then)
	then.hideAlso(q)
	now, err := q.result(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	before, err := then.result(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	return newPairing(q, s).join(now, before), nil
}

// bucketMonths is how many months a bucket of time has, where it is made of months.
var bucketMonths = map[string]int{"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}

// lineUp refuses buckets of time that lie across those of the earlier span.
func (q *question) lineUp(s shift) error {
	for _, d := range q.by() {
		n, ok := bucketMonths[d.Name]
		if !ok || s.days == 0 && s.months%n == 0 {
			continue
		}
		far := plural(English, s.months, "month", "months")
		if s.days > 0 {
			far = plural(English, s.days, "day", "days")
		}
		return invalid("%s earlier there is no %s to set beside each: split by less, or ask for a span of whole ones",
			far, strings.ReplaceAll(d.Name, "_", " "))
	}
	return nil
}

// pairing sets the rows of two spans beside each other.
type pairing struct {
	q       *question
	shift   shift
	by      []*Dimension // the first columns
	keys    []int        // what tells a row from the others: the dimensions and what the metric always splits by
	columns []Column     // of each span's result
	// isApart tells that no request can stand in both spans' figures of a row, as an interval needs.
	isApart  bool
	currency int // the column that says what money is in; -1 for none
}

func newPairing(q *question, s shift) *pairing {
	p := &pairing{q: q, shift: s, by: q.by(), columns: q.columns(), currency: -1}
	for i, column := range p.columns {
		if i < len(p.by) || slices.Contains(q.metric.Always, column.Name) {
			p.keys = append(p.keys, i)
		} else if column.Name == "currency" {
			p.currency = i
		}
	}
	p.isApart = !s.back(q.filter.To).After(q.filter.From) || slices.ContainsFunc(p.by, (*Dimension).IsTime)
	return p
}

// isFigure tells the columns that are compared: numbers, but for those that only number something (a position).
func (p *pairing) isFigure(i int) bool {
	column := p.columns[i]
	return !slices.Contains(p.keys, i) && (column.Type == Double || column.Type == Integer && column.Unit != "")
}

// hasInterval tells the shares whose change gets an interval.
func (p *pairing) hasInterval(i int) bool {
	return p.isFigure(i) && p.columns[i].Unit == Share && len(p.columns[i].Base) > 0
}

func (p *pairing) join(now, before *Result) *Result {
	joined := &Result{Metric: now.Metric, Filter: now.Filter, AsOf: now.AsOf, Generation: now.Generation, Columns: p.joinedColumns(), Suppressed: now.Suppressed}
	earlier := map[string][]any{}
	var keys []string
	for _, row := range before.Rows {
		if row = p.moved(row); row == nil {
			continue
		}
		if key := p.key(row); earlier[key] == nil {
			earlier[key] = row
			keys = append(keys, key)
		}
	}
	for _, row := range now.Rows {
		key := p.key(row)
		joined.Rows = append(joined.Rows, p.beside(row, earlier[key]))
		delete(earlier, key)
	}
	for _, key := range keys {
		if row := earlier[key]; row != nil {
			joined.Rows = append(joined.Rows, p.beside(nil, row))
		}
	}
	p.sort(joined)
	return joined
}

// joinedColumns describes each column and, after a figure, its own of the earlier span.
func (p *pairing) joinedColumns() []Column {
	var columns []Column
	for i, column := range p.columns {
		columns = append(columns, column)
		if !p.isFigure(i) {
			continue
		}
		add := func(suffix, label, doc string, isChange bool) {
			columns = append(columns, Column{Name: column.Name + suffix, Type: column.Type, Unit: column.Unit, Label: column.Label + ", " + label,
				Doc: doc, Better: column.Better, CohortOnly: column.CohortOnly, IsChange: isChange})
		}
		add("_before", "before", "The same in the span that it is compared with.", false)
		add("_change", "change", "How much more it is than before; of a share in points.", true)
		if p.hasInterval(i) {
			add("_change_lo", "change at least", "Lower end of the change's 95 % interval (Newcombe's).", true)
			add("_change_hi", "change at most", "Upper end of the change's 95 % interval (Newcombe's).", true)
		}
	}
	return columns
}

// moved puts a row of the earlier span on the dates of this one; nil where it has no counterpart there.
func (p *pairing) moved(row []any) []any {
	row = slices.Clone(row)
	for i, d := range p.by {
		day, ok := row[i].(time.Time)
		if !ok {
			continue
		}
		if row[i], ok = p.bucket(d, day); !ok {
			return nil
		}
	}
	return row
}

// bucket gives the bucket that an earlier one stands beside. Weeks are moved by whole weeks: a year by 52.
func (p *pairing) bucket(d *Dimension, day time.Time) (time.Time, bool) {
	switch d.Name {
	case "week":
		far := p.q.filter.From.Sub(p.shift.back(p.q.filter.From))
		moved := day.AddDate(0, 0, int(far/(24*time.Hour))/7*7)
		isWithin := moved.AddDate(0, 0, 7).After(p.q.filter.From) && moved.Before(p.q.filter.To)
		return moved, isWithin || p.q.metric.Dated == ByDue // what is out at as_of is out whatever the span
	case "day":
		moved := p.shift.forward(day)
		return moved, p.shift.months == 0 || moved.Day() == day.Day()
	}
	return p.shift.forward(day), true
}

func (p *pairing) key(row []any) string {
	var key strings.Builder
	for _, i := range p.keys {
		fmt.Fprintf(&key, "%T %v\x00", row[i], row[i])
	}
	return key.String()
}

// beside makes a row of both spans. Either may be nil.
func (p *pairing) beside(now, before []any) []any {
	var row []any
	for i, column := range p.columns {
		if !p.isFigure(i) {
			switch {
			case now != nil:
				row = append(row, now[i])
			case slices.Contains(p.keys, i):
				row = append(row, before[i])
			default:
				row = append(row, nil)
			}
			continue
		}
		mine, theirs := p.figure(now, i), p.figure(before, i)
		change := difference(mine, theirs)
		if column.Unit == Money && p.currency >= 0 && now != nil && before != nil && now[p.currency] != before[p.currency] {
			change = nil
		}
		row = append(row, mine, theirs, change)
		if p.hasInterval(i) {
			row = append(row, p.interval(i, now, before)...)
		}
	}
	return row
}

// figure is a column's value. In a row that a span does not have a count is 0 and anything else null.
func (p *pairing) figure(row []any, i int) any {
	if row != nil {
		return row[i]
	}
	column := p.columns[i]
	isCount := column.Type == Integer && (column.Unit == Requests || column.Unit == Loans || column.Unit == Attempts)
	if isCount && !(column.CohortOnly && p.q.filter.IsPeriod()) {
		return int64(0)
	}
	return nil
}

func difference(now, before any) any {
	switch mine := now.(type) {
	case int64:
		if theirs, ok := before.(int64); ok {
			return mine - theirs
		}
	case float64:
		if theirs, ok := before.(float64); ok {
			return mine - theirs
		}
	}
	return nil
}

// interval is Newcombe's for the change of a share, or two nulls.
func (p *pairing) interval(i int, now, before []any) []any {
	if now == nil || before == nil || !p.isApart {
		return []any{nil, nil}
	}
	mine, isMine := now[i].(float64)
	theirs, isTheirs := before[i].(float64)
	n, m := p.base(i, now), p.base(i, before)
	if !isMine || !isTheirs || n <= 0 || m <= 0 {
		return []any{nil, nil}
	}
	lo, hi := newcombe(mine, n, theirs, m)
	return []any{lo, hi}
}

func (p *pairing) base(i int, row []any) float64 {
	total := int64(0)
	for j, column := range p.columns {
		if n, ok := row[j].(int64); ok && slices.Contains(p.columns[i].Base, column.Name) {
			total += n
		}
	}
	return float64(total)
}

// sort puts the rows that only the earlier span has where they belong; the others are in order. As SQL has it: see
// question.order.
func (p *pairing) sort(result *Result) {
	place := map[string]int{}
	for i, column := range result.Columns {
		place[column.Name] = i
	}
	slices.SortStableFunc(result.Rows, func(a, b []any) int {
		for i, d := range p.by {
			if c := compareKeys(a[i], b[i], d.Type == Text); c != 0 {
				return c
			}
		}
		if p.q.metric.Order != "" {
			return 0
		}
		for _, name := range p.q.metric.Always {
			if i, ok := place[name]; ok {
				if c := compareKeys(a[i], b[i], false); c != 0 {
					return c
				}
			}
		}
		return 0
	})
}

func compareKeys(a, b any, isDimension bool) int {
	if c := cmp.Compare(rank(a, isDimension), rank(b, isDimension)); c != 0 {
		return c
	}
	switch left := a.(type) {
	case string:
		return strings.Compare(left, fmt.Sprint(b))
	case time.Time:
		if right, ok := b.(time.Time); ok {
			return left.Compare(right)
		}
	case int64:
		if right, ok := b.(int64); ok {
			return cmp.Compare(left, right)
		}
	}
	return 0
}

// rank puts last what is no value: null, and the words for it of a dimension.
func rank(value any, isDimension bool) int {
	switch {
	case value == nil:
		return 3
	case isDimension && value == Suppressed:
		return 2
	case isDimension && value == Unknown:
		return 1
	}
	return 0
}
