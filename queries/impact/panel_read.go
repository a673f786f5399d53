package impact

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed counted.sql
	countedSQL string
	//go:embed today.sql
	todaySQL string
	//go:embed days.sql
	daysSQL string
	//go:embed readers.sql
	readersSQL string
	//go:embed asked.sql
	askedSQL string
	//go:embed daily.sql
	dailySQL string
	//go:embed heavy.sql
	heavySQL string
	//go:embed first_time.sql
	firstTimeSQL string
	//go:embed overdue.sql
	overdueSQL string
	//go:embed requesters.sql
	requestersSQL string
	//go:embed turnaround.sql
	turnaroundSQL string
)

// Read reads the panel of a campaign from one generation. others are all other records; one of the same ID is passed over.
// Outcomes are those of the metric of the same name for the same requests. It fails as PanelOf does.
func Read(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure) (*Panel, error) {
	return usual().Read(ctx, snapshot, c, others, exposures)
}

// ReadPlan reads the panel of a campaign that has not begun: its windows lie as many whole years earlier, one at least, as
// it takes for the history to reach their end.
func ReadPlan(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign) (*Panel, error) {
	return usual().ReadPlan(ctx, snapshot, c, others)
}

func (rules Rules) read(ctx context.Context, snapshot *store.Snapshot, c campaign.Campaign, others []campaign.Campaign, exposures []campaign.Exposure, isPlan bool) (*Panel, error) {
	s, err := scopeOf(c)
	if err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, db: snapshot.DB(), scope: s, outcome: cmp.Or(c.Outcome, outcomeRequests)}
	r.from, r.to = c.Start.AddDate(-longestHistory, 0, 0), WindowsOf(c).Post.To.AddDate(2, 0, 0)
	for r.to.Weekday() != time.Monday { // the last week is whole
		r.to = r.to.AddDate(0, 0, 1)
	}
	days, err := r.history()
	if err != nil {
		return nil, fmt.Errorf("reading requests by day: %w", err)
	}
	days.Generation = snapshot.Generation
	l, err := layoutOf(c, others, days, rules, isPlan)
	if err != nil {
		return nil, err
	}
	outcome, err := r.source(l)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", l.Outcome.ID, err)
	}
	l.fill(outcome)
	if err := r.countReaders(l); err != nil {
		return nil, fmt.Errorf("reading who asked: %w", err)
	}
	l.leaveSmallOut()
	l.WithoutKey = r.withoutKey(l)
	switch l.Outcome.ID {
	case outcomeRequests:
		if err := r.withoutHeavy(l); err != nil {
			return nil, fmt.Errorf("reading the busiest readers' requests: %w", err)
		}
	case outcomeTurnaround, outcomeFillRate, outcomeHeldLocally:
		l.ShareOpen = r.shareOpen(l)
	}
	if c.PerHead && !isPlan {
		l.expose(exposures)
	}
	return l.Panel, nil
}

// longestHistory is how many years before a campaign are read, and two after it: other days are mistyped, or of no use.
const longestHistory = 40

// reader puts the statements of one panel to a generation.
type reader struct {
	ctx      context.Context
	db       *sql.DB
	scope    scope
	from, to time.Time
	outcome  string
	rows     []dayCounts
	own      []dayCounts // of an outcome with rows of its own
}

// dayCounts is a row of days.sql, or of daily.sql.
type dayCounts struct {
	unit                                        string
	day                                         int
	nRequests, nFilled, nUnfilled, nHeld, nOpen float64
	readers                                     uint64
	nUnknown                                    int
}

// epoch is day 0 of the statements.
var epoch = time.Unix(0, 0).UTC()

// units are what tells a request's unit, over a row of the facts; an unknown one is called as everywhere.
var units = map[string]string{
	"":            "''",
	byDepartment:  "coalesce(department, 'unknown')",
	byPatronGroup: "coalesce(patron_group, 'unknown')",
	byLibrary:     "library",
}

// each runs a statement over the table counted and hands over its rows.
func (r *reader) each(statement string, scan func(*sql.Rows) error, args ...any) error {
	counted := strings.ReplaceAll(countedSQL, "unit_column", units[r.scope.dimension])
	text := "with " + counted + "select * from (\n" + statement + ")"
	args = append(args, sql.Named("outcome", r.outcome), sql.Named("roles", r.scope.roles), sql.Named("departments", some(r.scope.departments)),
		sql.Named("patron_groups", some(r.scope.patronGroups)), sql.Named("libraries", some(r.scope.libraries)))
	return eachRow(r.ctx, r.db, text, scan, args...)
}

// some is a list that is empty rather than null.
func some(list []string) []string { return append([]string{}, list...) }

func eachRow(ctx context.Context, db *sql.DB, text string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ownLibraries are those that the panel is about; none: all.
func (s scope) ownLibraries(withComparison bool) []string {
	switch {
	case s.dimension != byLibrary:
		return s.libraries
	case withComparison:
		return slices.Concat(s.target, s.comparison)
	}
	return s.target
}

// history reads the requests of every unit by day.
func (r *reader) history() (*Days, error) {
	days := &Days{}
	var asOf, today sql.NullTime
	err := r.db.QueryRowContext(r.ctx, todaySQL, sql.Named("libraries", some(r.scope.ownLibraries(true)))).Scan(&asOf, &today)
	if err != nil {
		return nil, err
	}
	days.AsOf, days.Today = asOf.Time.UTC(), today.Time.UTC()
	if !asOf.Valid {
		return &Days{}, nil
	}
	var lending []dayCounts
	err = r.each(daysSQL, func(rows *sql.Rows) error {
		var isLending bool
		var d dayCounts
		if err := rows.Scan(&isLending, &d.unit, &d.day, &d.nRequests, &d.nFilled, &d.nUnfilled, &d.nHeld, &d.nOpen, &d.readers, &d.nUnknown); err != nil {
			return err
		}
		if isLending {
			lending = append(lending, d)
		} else {
			r.rows = append(r.rows, d)
		}
		return nil
	}, sql.Named("from", r.from), sql.Named("to", r.to), sql.Named("lenders", some(r.scope.ownLibraries(false))))
	if err != nil {
		return nil, err
	}
	first := firstDay(r.rows, lending)
	days.First = epoch.AddDate(0, 0, first)
	days.Lending = byUnit(lending, first, func(d dayCounts) float64 { return d.nRequests })[""]
	requests := byUnit(r.rows, first, func(d dayCounts) float64 { return d.nRequests })
	for name, counts := range requests {
		days.Units = append(days.Units, UnitDays{Name: name, Requests: counts})
	}
	slices.SortFunc(days.Units, func(a, b UnitDays) int { return strings.Compare(a.Name, b.Name) })
	return days, nil
}

func firstDay(lists ...[]dayCounts) int {
	first, isSet := 0, false
	for _, d := range slices.Concat(lists...) {
		if !isSet || d.day < first {
			first, isSet = d.day, true
		}
	}
	return first
}

// byUnit lists a count of each unit by day.
func byUnit(rows []dayCounts, first int, count func(dayCounts) float64) map[string][]float64 {
	last := map[string]int{}
	for _, d := range rows {
		last[d.unit] = max(last[d.unit], d.day-first)
	}
	lists := map[string][]float64{}
	for unit, day := range last {
		lists[unit] = make([]float64, day+1)
	}
	for _, d := range rows {
		lists[d.unit][d.day-first] += count(d)
	}
	return lists
}

// source reads the outcome.
func (r *reader) source(l *layout) (source, error) {
	switch l.Outcome.ID {
	case outcomeFillRate:
		return r.daily(r.rows, func(d dayCounts) (float64, float64) { return d.nFilled, d.nFilled + d.nUnfilled }), nil
	case outcomeHeldLocally:
		return r.daily(r.rows, func(d dayCounts) (float64, float64) { return d.nHeld, d.nRequests }), nil
	case outcomeOverdue:
		return r.dailyOf(overdueSQL)
	case outcomeFirstTime:
		return r.dailyOf(firstTimeSQL)
	case outcomeRequesters:
		return r.requesters(l)
	case outcomeTurnaround:
		return r.turnaround(l)
	}
	return l.requests(), nil
}

// daily reads what adds up over days: X, and N where it is a share.
func (r *reader) daily(rows []dayCounts, reading func(dayCounts) (x, n float64)) source {
	first := firstDay(rows)
	xs := byUnit(rows, first, func(d dayCounts) float64 { x, _ := reading(d); return x })
	ns := byUnit(rows, first, func(d dayCounts) float64 { _, n := reading(d); return n })
	x, n := map[string]summed{}, map[string]summed{}
	for unit := range xs {
		begins := epoch.AddDate(0, 0, first)
		x[unit], n[unit] = runningSum(begins, xs[unit]), runningSum(begins, ns[unit])
	}
	return func(unit string, span Span) Reading { return Reading{X: x[unit].over(span), N: n[unit].over(span)} }
}

// dailyOf reads it from a statement with a row for each reader and loan or first request; see daily.sql.
func (r *reader) dailyOf(statement string) (source, error) {
	err := r.each(strings.ReplaceAll(dailySQL, "rows_of_readers", statement), func(found *sql.Rows) error {
		var d dayCounts
		err := found.Scan(&d.unit, &d.day, &d.nFilled, &d.nRequests, &d.readers, &d.nUnknown)
		r.own = append(r.own, d)
		return err
	}, sql.Named("from", r.from), sql.Named("to", r.to))
	return r.daily(r.own, func(d dayCounts) (float64, float64) { return d.nFilled, d.nRequests }), err
}

// shareOpen is the share of the panel's requests of the window that are open.
func (r *reader) shareOpen(l *layout) float64 {
	of := r.daily(r.rows, func(d dayCounts) (float64, float64) { return d.nOpen, d.nRequests })
	var all Reading
	for _, unit := range l.Units {
		one := of(unit.Name, l.Windows.Post)
		all.X, all.N = all.X+one.X, all.N+one.N
	}
	if all.N == 0 {
		return 0
	}
	return all.X / all.N
}

// spans lists every span that a panel reads, each once.
func (l *layout) spans() []Span {
	w := l.Windows
	spans := []Span{w.Post, w.Pre, w.Prior, w.PriorPre}
	for _, month := range l.Months {
		spans = append(spans, Span{month, addMonths(month, 1)})
	}
	for _, placebo := range w.Placebo {
		spans = append(spans, placebo.Post, placebo.Pre)
	}
	slices.SortFunc(spans, func(a, b Span) int {
		if order := a.From.Compare(b.From); order != 0 {
			return order
		}
		return a.To.Compare(b.To)
	})
	return slices.Compact(spans)
}

func (l *layout) unitNames() []string {
	names := []string{}
	for _, unit := range l.Units {
		names = append(names, unit.Name)
	}
	return names
}

// requesters counts distinct readers; see requesters.sql.
func (r *reader) requesters(l *layout) (source, error) {
	var bounds []time.Time
	for _, span := range l.spans() {
		bounds = append(bounds, span.From, span.To)
	}
	slices.SortFunc(bounds, time.Time.Compare)
	bounds = slices.Compact(bounds)
	place := map[time.Time]int64{}
	for i, day := range bounds {
		place[day] = int64(i)
	}
	type visits struct {
		before sql.NullInt64
		n      float64
	}
	found := map[string][][]visits{} // by unit and stretch
	err := r.each(requestersSQL, func(rows *sql.Rows) error {
		var unit string
		var stretch int
		var v visits
		if err := rows.Scan(&unit, &stretch, &v.before, &v.n); err != nil {
			return err
		}
		if found[unit] == nil {
			found[unit] = make([][]visits, len(bounds))
		}
		found[unit][stretch] = append(found[unit][stretch], v)
		return nil
	}, sql.Named("bounds", bounds), sql.Named("units", l.unitNames()))
	return func(unit string, span Span) Reading {
		var readers Reading
		if found[unit] == nil {
			return readers
		}
		for _, stretch := range found[unit][place[span.From]:place[span.To]] {
			for _, v := range stretch {
				if !v.before.Valid || v.before.Int64 < place[span.From] {
					readers.X += v.n
				}
			}
		}
		return readers
	}, err
}

// turnaround reads medians; see turnaround.sql.
func (r *reader) turnaround(l *layout) (source, error) {
	spans := l.spans()
	froms, tos := make([]time.Time, len(spans)), make([]time.Time, len(spans))
	for i, span := range spans {
		froms[i], tos[i] = span.From, span.To
	}
	type key struct {
		unit string
		span Span
	}
	found := map[key]Reading{}
	err := r.each(turnaroundSQL, func(rows *sql.Rows) error {
		var k key
		var i int
		var median Reading
		err := rows.Scan(&k.unit, &i, &median.X, &median.N)
		if err == nil {
			k.span = spans[i]
			found[k] = median
		}
		return err
	}, sql.Named("froms", froms), sql.Named("tos", tos), sql.Named("units", l.unitNames()))
	return func(unit string, span Span) Reading { return found[key{unit, span}] }, err
}

// withoutHeavy takes the busiest readers' requests out of both windows.
func (r *reader) withoutHeavy(l *layout) error {
	found := map[string][2]float64{}
	w := l.Windows
	err := r.each(heavySQL, func(rows *sql.Rows) error {
		var unit string
		var n [2]float64
		err := rows.Scan(&unit, &n[0], &n[1])
		found[unit] = n
		return err
	}, sql.Named("units", l.unitNames()), sql.Named("post_from", w.Post.From), sql.Named("post_to", w.Post.To),
		sql.Named("pre_from", w.Pre.From), sql.Named("pre_to", w.Pre.To))
	for i := range l.Units {
		u := &l.Units[i]
		heavy := found[u.Name]
		u.WithoutHeavy = &[2]Reading{{X: u.Post.X - heavy[0]}, {X: u.Pre.X - heavy[1]}}
	}
	return err
}
