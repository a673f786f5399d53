package report

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// Reach is how far a history goes.
type Reach struct {
	Newest time.Time      // up to which it reaches, UTC; zero: there is no request
	First  time.Time      // the first day on which a request was created, as a date
	Zone   *time.Location // of the libraries where they share one, else UTC
}

// ReadReach reads how far a history goes. libraries are those that a report is narrowed to, none: all.
func ReadReach(ctx context.Context, snapshot *store.Snapshot, libraries []string) (Reach, error) {
	reach := Reach{Zone: time.UTC}
	var newest, first sql.NullTime
	err := snapshot.DB().QueryRowContext(ctx, "select as_of, (select min(created_day) from fact_day where fact_day.as_of = history_state.as_of) from history_state").Scan(&newest, &first)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return reach, fmt.Errorf("reading how far the history reaches: %w", err)
	}
	reach.Newest, reach.First = newest.Time.UTC(), first.Time
	rows, err := snapshot.DB().QueryContext(ctx, "select library, zone from library order by library")
	if err != nil {
		return reach, fmt.Errorf("reading the libraries: %w", err)
	}
	defer rows.Close()
	var zones []string
	for rows.Next() {
		var code, zone string
		if err := rows.Scan(&code, &zone); err != nil {
			return reach, err
		}
		if len(libraries) == 0 || slices.Contains(libraries, code) {
			zones = append(zones, zone)
		}
	}
	if zones = slices.Compact(zones); len(zones) == 1 {
		if loaded, err := time.LoadLocation(zones[0]); err == nil {
			reach.Zone = loaded
		}
	}
	return reach, rows.Err()
}

// Today is the day of the newest date at the libraries, as a date.
func (r Reach) Today() time.Time {
	year, month, day := r.Newest.In(r.Zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Dated gives a spec with the dates that it leaves open: the last full month, or the last full fiscal year.
func (s Spec) Dated(reach Reach, set settings.Settings) Spec {
	if !s.From.IsZero() || !s.To.IsZero() {
		return s
	}
	switch s.Kind {
	case Worklists:
	case Annual:
		s.From, s.To = LastFullYear(reach.Newest, reach.Zone, set.Apply(s.Filter).Number("fiscal_start"))
	default:
		s.From, s.To = LastFullMonth(reach.Newest, reach.Zone)
	}
	return s
}

// atOnce is how many sections are put together at the same time.
const atOnce = 2

// Compose makes a report. What its spec leaves open is as usual: see Spec.Check, whose errors it gives. A span outside of the
// history is an Error of code invalid. A report that fails in one section fails as a whole.
func Compose(ctx context.Context, from Sources, spec Spec) (*Report, error) {
	if err := spec.Check(); err != nil {
		return nil, err
	}
	spec = spec.filled(from.Settings.Language)
	reach, err := ReadReach(ctx, from.Snapshot, spec.Filter.Library)
	if err != nil {
		return nil, err
	}
	if reach.Newest.IsZero() {
		return nil, queries.NewError(queries.NotFound, "there is no request yet, so there is nothing to report: load an export first")
	}
	spec = spec.Dated(reach, from.Settings)
	c := &composer{ctx: ctx, Sources: from, zone: reach.Zone, newest: reach.Newest, first: reach.First, asked: map[string]*asking{}}
	c.words = locale.Find(spec.Language).In(locale.DateStyle(from.Settings.DateStyle)).Naming(from.Settings.LibraryNames)
	if err := c.reaches(reach, spec); err != nil {
		return nil, err
	}
	c.base = from.Settings.Apply(spec.Filter).Settled()
	spec.Filter = named(c.base)
	c.spec = spec
	return c.compose(reach)
}

// named is a filter that says every number which the library can settle, so that a report made again later with it does not
// take a change of settings for one of the data.
func named(filter queries.Filter) queries.Filter {
	numbers := map[string]int{}
	for _, option := range settings.Options() {
		numbers[option.Name] = filter.Number(option.Name)
	}
	for name, n := range filter.Numbers {
		numbers[name] = n
	}
	filter.Numbers = numbers
	return filter
}

// reaches refuses a span of which the history says nothing.
func (c *composer) reaches(reach Reach, spec Spec) error {
	switch {
	case spec.Kind == Worklists:
		return nil
	case spec.From.After(reach.Today()):
		return queries.NewError(queries.Invalid, "the history ends on %s, before the report's first day, %s: ask for an earlier month", dayText(reach.Today()), dayText(spec.From))
	case !reach.First.IsZero() && !spec.To.After(reach.First):
		return queries.NewError(queries.Invalid, "the history begins on %s, after the report's last day, %s: ask for a later month", dayText(reach.First), dayText(spec.To.AddDate(0, 0, -1)))
	}
	return nil
}

func (c *composer) compose(reach Reach) (*Report, error) {
	r := &Report{Spec: c.spec, Words: c.words, AsOf: c.newest, Generation: c.Snapshot.Generation, Version: c.Version, MadeAt: c.MadeAt.In(c.zone), Link: c.link()}
	r.Title, r.Library, r.Span = c.title(), c.library(), c.spanWords(reach)
	var err error
	if r.Provisional, err = c.provisional(); err != nil {
		return nil, err
	}
	if r.Sections, err = c.all(); err != nil {
		return nil, err
	}
	if r.Sentences, err = c.sentences(); err != nil {
		return nil, err
	}
	if c.err != nil {
		return nil, c.err
	}
	r.About = c.about(r, reach)
	r.Definitions = c.definitions(r.Sections)
	return r, nil
}

// all composes the sections, two at a time, in the spec's order.
func (c *composer) all() ([]Section, error) {
	whole := c.ctx
	ctx, cancel := context.WithCancel(whole)
	defer cancel()
	c.ctx = ctx
	defer func() { c.ctx = whole }()
	made, failed := make([]*Section, len(c.spec.Sections)), make([]error, len(c.spec.Sections))
	next, done := make(chan int), make(chan struct{})
	for range atOnce {
		go func() {
			for i := range next {
				if made[i], failed[i] = findSection(c.spec.Sections[i]).compose(c); failed[i] != nil {
					failed[i] = fmt.Errorf("section %s: %w", c.spec.Sections[i], failed[i])
					cancel() // the others are of no use
				}
			}
			done <- struct{}{}
		}()
	}
	for i := range c.spec.Sections {
		next <- i
	}
	close(next)
	for range atOnce {
		<-done
	}
	var sections []Section
	for i, s := range made {
		if failed[i] != nil && !errors.Is(failed[i], context.Canceled) {
			return nil, failed[i]
		}
		if s != nil {
			sections = append(sections, *s)
		}
	}
	return sections, errors.Join(failed...)
}

func (c *composer) title() string {
	if c.spec.Title != "" {
		return c.spec.Title
	}
	if key := "report.title." + c.spec.Name; c.words.Has(key) {
		return c.words.Text(key)
	}
	return c.words.Text("report.title." + string(c.spec.Kind))
}

// library says whose report it is.
func (c *composer) library() string {
	var names []string
	for _, code := range c.base.Library {
		names = append(names, c.words.Library(code))
	}
	if len(names) > 0 {
		return strings.Join(names, ", ")
	}
	rows, err := c.Snapshot.DB().QueryContext(c.ctx, "select library from library order by library")
	if err != nil {
		c.fail(err)
		return ""
	}
	defer rows.Close()
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			c.fail(err)
			return ""
		}
		names = append(names, c.words.Library(code))
	}
	if err := rows.Err(); err != nil {
		c.fail(err)
	}
	if len(names) > 3 {
		return c.words.Text("report.all_libraries")
	}
	return strings.Join(names, ", ")
}

func (c *composer) spanWords(reach Reach) string {
	if c.spec.Kind == Worklists {
		return c.words.Say("report.as_of", c.words.Date(reach.Today()))
	}
	return c.words.Span(c.spec.From, c.spec.To)
}

// link leads to the dashboards with the same question.
func (c *composer) link() string {
	filter := c.base
	filter.From, filter.To = c.spec.From, c.spec.To
	page := "/"
	if c.spec.Kind == Worklists {
		page = "/overdue"
	}
	if query := filter.Encode(); query != "" {
		return page + "?" + query
	}
	return page
}

// provisional says why figures of the span may still move; empty where they won't.
func (c *composer) provisional() (string, error) {
	if c.spec.Kind == Worklists {
		return "", nil
	}
	filled, err := c.ask("fill_rate", c.trend(), nil, "month")
	if err != nil {
		return "", err
	}
	moves, err := c.moves(filled)
	if err != nil {
		return "", err
	}
	var moving []string
	month := chart.Column(filled, "month")
	for _, row := range filled.Rows {
		day, ok := row[month].(time.Time)
		if ok && moves(row) && !day.Before(c.spec.From) {
			moving = append(moving, c.words.Value("month", chart.Text(day)))
		}
	}
	switch {
	case c.isRunning():
		return c.words.Say("report.provisional_running", c.nameOf(c.span()), c.words.Date(c.today())), nil
	case len(moving) > 0:
		return c.words.Say("report.provisional", strings.Join(moving, ", ")), nil
	}
	return "", nil
}

// today is the day of the newest date at the libraries, as a date.
func (c *composer) today() time.Time { return Reach{Newest: c.newest, Zone: c.zone}.Today() }

// isRunning tells that the span is not over by the newest date: even what was counted of it will still grow.
func (c *composer) isRunning() bool { return c.today().Before(c.spec.To) }

// about is what a reader needs to get the same figures again.
func (c *composer) about(r *Report, reach Reach) []Pair {
	pairs := []Pair{{c.words.Text("report.about.library"), r.Library}, {c.words.Text("report.about.span"), r.Span}}
	add := func(key, text string) {
		if text != "" {
			pairs = append(pairs, Pair{c.words.Text("report.about." + key), text})
		}
	}
	add("filter", c.filterWords())
	add("numbers", c.numberWords())
	add("through", c.words.Date(reach.Today()))
	add("generation", strconv.Itoa(r.Generation))
	add("version", r.Version)
	if c.spec.Kind != Worklists {
		basis, clock := queries.Cohort, queries.Calendar
		if c.base.IsPeriod() {
			basis = queries.Period
		}
		if c.base.IsBusiness() {
			clock = queries.Business
		}
		add("basis", c.words.Text("report.basis."+basis))
		add("clock", c.words.Text("report.clock."+clock))
		add("stock", c.words.Say("report.stock", c.instantWords(c.span())))
		add("provisional", c.words.Text("report.provisional_means"))
	}
	add("link", r.Link)
	return pairs
}

// instantWords writes the day at whose end a stock stands.
func (c *composer) instantWords(s span) string {
	return c.words.Date(Reach{Newest: c.instant(s), Zone: c.zone}.Today())
}

// filterWords says what the report is narrowed to.
func (c *composer) filterWords() string {
	values := c.base.Values()
	var parts []string
	for _, d := range queries.Dimensions {
		var names []string
		for _, value := range values[d.Name] {
			names = append(names, c.words.Value(d.Name, value))
		}
		if d.Filter && len(names) > 0 {
			parts = append(parts, c.words.Of(d.Label)+": "+strings.Join(names, c.words.Of(" or ")))
		}
	}
	if len(parts) == 0 {
		return c.words.Text("report.no_filter")
	}
	return strings.Join(parts, "; ")
}

// numberWords names the numbers that are not as usual.
func (c *composer) numberWords() string {
	var parts []string
	for _, option := range queries.Options {
		if n := c.base.Number(option.Name); n != option.Default {
			parts = append(parts, c.words.Of(option.Label)+": "+strconv.Itoa(n))
		}
	}
	return strings.Join(parts, "; ")
}

// definitions are those of every metric that a figure is of, in the order of the catalog.
func (c *composer) definitions(sections []Section) []Definition {
	used := map[string]bool{}
	for _, s := range sections {
		for _, t := range s.Tiles {
			used[t.Metric] = true
		}
		for _, t := range s.Tables {
			used[t.Metric] = true
		}
	}
	var list []Definition
	for _, metric := range catalog.All() {
		if !used[metric.ID] {
			continue
		}
		text, tag := c.words.Definition(metric.ID, metric.Doc)
		list = append(list, Definition{ID: metric.ID, Title: c.words.Of(metric.Title), Markdown: text, Language: tag, Columns: c.words.Columns(metric.Columns)})
	}
	return list
}
