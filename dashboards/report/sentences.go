package report

import (
	"math"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/explain"
)

// told is a figure of one span, with the number of requests that it stands on.
type told struct {
	value, n float64
	span     string // its name: Feb 2025
}

// mover is the group with the largest part in a change, in the change's own direction.
type mover struct {
	by, name    string // department, History
	effect      float64
	now, before *float64
	n           float64
}

// change is what a sentence tells. before and lastYear are nil where there is nothing to compare with.
type change struct {
	of               string // whose it is, in words; of all: empty
	now              told
	before, lastYear *told
	mover            *mover
	mean, meanBefore float64 // of durations, whose mean is taken apart: a median has no parts
	isProvisional    bool
	open             float64 // share still open
	soon, soonBefore *float64
	isSameAge        bool // what it is compared with is at the same age
}

// teller says changes in words. Its sentences name no causes and claim no more than the numbers say.
type teller struct{ *locale.Words }

// n says on how many requests a figure stands.
func (t teller) n(n float64) string {
	if n < few {
		return t.Say("report.n_few", t.Count(n))
	}
	return t.Say("n", t.Count(n))
}

// beside begins the clauses of a sentence: what is, and how it compares.
func (t teller) beside(said string, compared ...string) []string {
	compared = slices.DeleteFunc(compared, func(part string) bool { return part == "" })
	if len(compared) == 0 {
		return []string{said, t.Text("report.s.alone")}
	}
	return []string{said + ", " + strings.Join(compared, t.Text("report.s.and"))}
}

// sentence ends a sentence of clauses.
func (t teller) sentence(clauses ...string) string { return strings.Join(clauses, "; ") + "." }

// isMeanAlike tells whether the mean moved in the direction of the median: else its parts say nothing of the median's change.
func (c change) isMeanAlike() bool {
	return c.before != nil && (c.mean-c.meanBefore)*(c.now.value-c.before.value) > 0
}

// requests says how many requests came in.
func (t teller) requests(c change) string {
	if c.now.value == 0 {
		said := t.Say("report.s.no_requests", c.now.span)
		if c.before != nil {
			return t.sentence(said, t.Say("report.s.was", c.before.span, t.Count(c.before.value)))
		}
		return t.sentence(said)
	}
	said := t.Say("report.s.requests", t.Count(c.now.value), c.now.span)
	if c.now.value == 1 {
		said = t.Say("report.s.request", c.now.span)
	}
	parts := t.beside(said, t.moreThan(c.now, c.before), t.moreThan(c.now, c.lastYear))
	if m := c.mover; m != nil {
		effect := t.Say("report.s.more", t.Count(m.effect))
		if m.effect < 0 {
			effect = t.Say("report.s.fewer", t.Count(-m.effect))
		}
		parts = append(parts, t.Say("report.s.mover", c.before.span, m.by, m.name, effect, t.Count(*m.now), t.Count(*m.before)))
	}
	return t.sentence(parts...)
}

// moreThan sets a count beside an earlier one: 87 (12%) more than in Feb 2025 (725).
func (t teller) moreThan(now told, then *told) string {
	if then == nil {
		return ""
	}
	moved := now.value - then.value
	if moved == 0 {
		return t.Say("report.s.as_many", then.span)
	}
	size := t.Count(math.Abs(moved))
	if percent := t.Number(100*math.Abs(moved)/max(then.value, 1), 0); then.value >= few && percent != "0" {
		size = t.Say("report.s.percent", size, percent)
	}
	than := t.Say("report.s.than", then.span, t.Count(then.value))
	if moved > 0 {
		return t.Say("report.s.more", size) + " " + than
	}
	return t.Say("report.s.fewer", size) + " " + than
}

// filled says how often the requests that ended were filled.
func (t teller) filled(c change) string {
	if c.now.n == 0 {
		return t.sentence(t.Say("report.s.none_ended", c.of, c.now.span))
	}
	said := t.Say("report.s.filled", c.of, t.Share(c.now.value), t.n(c.now.n), c.now.span)
	parts := t.beside(said, t.higherThan(c.now, c.before), t.higherThan(c.now, c.lastYear))
	if m := c.mover; m != nil {
		parts = append(parts, t.Say("report.s.mover_share", c.before.span, m.by, m.name, t.points(m.effect), t.n(m.n)))
	}
	if c.isProvisional {
		young := t.Say("report.s.young", t.Share(c.open))
		if c.soon != nil {
			young += t.Say("report.s.soon", t.Share(*c.soon))
			if c.soonBefore != nil && c.before != nil {
				young += t.Say("report.s.soon_before", c.before.span, t.Share(*c.soonBefore))
			}
		}
		parts = append(parts, young)
	}
	return t.sentence(parts...)
}

func (t teller) points(moved float64) string {
	return t.Say("points", locale.Signed(t.Number(100*moved, 1)))
}

// higherThan sets a share beside an earlier one.
func (t teller) higherThan(now told, then *told) string {
	if then == nil {
		return ""
	}
	was := t.Say("report.s.than_n", then.span, t.Share(then.value), t.n(then.n))
	moved := t.Number(100*math.Abs(now.value-then.value), 1)
	switch {
	case moved == t.Number(0, 1):
		return t.Say("report.s.as_high", was)
	case now.value > then.value:
		return t.Say("report.s.higher", t.Say("points", moved), was)
	}
	return t.Say("report.s.lower", t.Say("points", moved), was)
}

// waited says how long things took.
func (t teller) waited(c change) string {
	if c.now.n == 0 {
		return t.sentence(t.Say("report.s.none_measured", c.of, c.now.span))
	}
	said := t.Say("report.s.waited", c.of, t.duration(c.now.value), t.n(c.now.n), c.now.span)
	parts := t.beside(said, t.longerThan(c.now, c.before), t.longerThan(c.now, c.lastYear))
	if m := c.mover; m != nil && c.isMeanAlike() && t.duration(c.mean) != t.duration(c.meanBefore) {
		parts = append(parts, t.Say("report.s.mover_days", c.before.span, t.duration(c.meanBefore), t.duration(c.mean), m.by, m.name, t.signedDays(m.effect), t.n(m.n)))
	}
	if c.isProvisional {
		parts = append(parts, t.Text("report.s.provisional"))
	}
	return t.sentence(parts...)
}

func (t teller) duration(days float64) string {
	size, unit := t.Duration(days)
	return size + " " + unit
}

func (t teller) signedDays(days float64) string {
	size, unit := t.Duration(days)
	return locale.Signed(size) + " " + unit
}

// longerThan sets a duration beside an earlier one.
func (t teller) longerThan(now told, then *told) string {
	if then == nil {
		return ""
	}
	was := t.Say("report.s.than_n", then.span, t.duration(then.value), t.n(then.n))
	size, unit := t.Duration(math.Abs(now.value - then.value))
	switch {
	case t.duration(now.value) == t.duration(then.value) || size == t.Number(0, 0):
		return t.Say("report.s.as_long", was)
	case now.value > then.value:
		return t.Say("report.s.longer", size+" "+unit, was)
	}
	return t.Say("report.s.shorter", size+" "+unit, was)
}

// sentences say in three at most what changed: how many requests came in, how often they were filled, how long it took.
func (c *composer) sentences() ([]string, error) {
	if c.spec.Kind == Worklists || !slices.Contains(c.spec.Sections, "summary") {
		return nil, nil
	}
	t := teller{c.words}
	received, err := c.requestsChange()
	if err != nil {
		return nil, err
	}
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	if received.now.value == 0 || len(roles) == 0 {
		return []string{t.requests(received)}, nil
	}
	filled, err := c.filledChange(roles[0])
	if err != nil {
		return nil, err
	}
	waited, err := c.waitedChange(roles[0])
	if err != nil {
		return nil, err
	}
	return []string{t.requests(received), t.filled(filled), t.waited(waited)}, nil
}

// tell gives a figure of each span: value's and n's columns of the row that pairs name.
func (c *composer) tell(b beside, column string, base []string, pairs ...string) change {
	then, isSameAge := b.earlier(column, pairs...)
	of := func(r *queries.Result, s span) *told {
		v := value(r, column, pairs...)
		if v == nil {
			return nil
		}
		one := &told{span: c.nameOf(s), value: *v}
		if isSameAge && r != b.now {
			one.span = c.words.Say("report.same_age", one.span)
		}
		for _, name := range base {
			if n := value(r, name, pairs...); n != nil {
				one.n += *n
			}
		}
		return one
	}
	said := change{now: told{span: c.nameOf(c.span())}, before: of(then.before, c.before()), lastYear: of(then.lastYear, c.lastYear()), isSameAge: isSameAge}
	if now := of(b.now, c.span()); now != nil {
		said.now = *now
	}
	if row := find(b.now, pairs...); row != nil {
		said.isProvisional = b.isRunning || b.moves(row)
	}
	return said
}

func (c *composer) requestsChange() (change, error) {
	b, err := c.beside("volume", nil)
	if err != nil {
		return change{}, err
	}
	told := c.tell(b, "n_requests", []string{"n_requests"})
	told.mover, err = c.mover(explain.Requests, "volume", nil, told, []string{"department", "partner"}, []string{"kind", "role"})
	return told, err
}

func (c *composer) filledChange(role string) (change, error) {
	b, err := c.beside("fill_rate", nil, "role")
	if err != nil {
		return change{}, err
	}
	told := c.tell(b, "fill_rate", []string{"n_filled", "n_unfilled"}, "role", role)
	told.of = c.words.Value("role", role)
	if row := find(b.now, "role", role); row != nil {
		then, _ := b.earlier("filled_within_14d", "role", role)
		told.open, _ = number(b.now, row, "share_open")
		told.soon, told.soonBefore = value(b.now, "filled_within_14d", "role", role), value(then.before, "filled_within_14d", "role", role)
	}
	told.mover, err = c.mover(explain.FillRate, "fill_rate", only(role), told, groupsOf(role), []string{"kind"})
	return told, err
}

// groupsOf are the dimensions by which the requests of a role are told apart: what is lent has no department of ours.
func groupsOf(role string) []string {
	switch role {
	case "lending":
		return []string{"partner"}
	case "docdel":
		return []string{"department"}
	}
	return []string{"department", "partner"}
}

// waitedChange is of the kind of which more was measured: loans travel and copies don't, so they are not taken together.
func (c *composer) waitedChange(role string) (change, error) {
	b, err := c.beside("turnaround", nil, "role", "kind")
	if err != nil {
		return change{}, err
	}
	most, kind := 0.0, kinds[0]
	for _, one := range kinds {
		if n := value(b.now, "n", "role", role, "kind", one); n != nil && *n > most {
			most, kind = *n, one
		}
	}
	pairs := []string{"role", role, "kind", kind}
	told := c.tell(b, "median_days", []string{"n"}, pairs...)
	told.of = c.words.Text("rolekind." + role + "." + kind)
	then, _ := b.earlier("mean_days", pairs...)
	mean, meanBefore := value(b.now, "mean_days", pairs...), value(then.before, "mean_days", pairs...)
	if mean == nil || meanBefore == nil || told.before == nil {
		return told, nil
	}
	told.mean, told.meanBefore = *mean, *meanBefore
	ofKind := func(f *queries.Filter) { f.Role, f.Kind = []string{role}, []string{kind} }
	told.mover, err = c.mover(explain.MeanDays, "turnaround", ofKind, told, groupsOf(role), nil)
	return told, err
}

// mover finds the group with the largest part in a change from the span before, in the change's own direction: a department
// or partner where one has at least a quarter of the change, else a kind or role. There is none where nothing changed, or
// where either figure stands on too few requests to be read into.
func (c *composer) mover(measure explain.Measure, metric string, narrow func(*queries.Filter), told change, fine, coarse []string) (*mover, error) {
	if told.before == nil || told.now.n < few || told.before.n < few {
		return nil, nil
	}
	for _, dimensions := range [][]string{fine, coarse} {
		var best *mover
		for _, by := range dimensions {
			found, err := c.moverBy(measure, metric, narrow, told.isSameAge, by)
			if err != nil {
				return nil, err
			}
			if found != nil && (best == nil || math.Abs(found.effect) > math.Abs(best.effect)) {
				best = found
			}
		}
		if best != nil {
			return best, nil
		}
	}
	return nil, nil
}

// quarter is the part of a change from which on a group is worth naming.
const quarter = 0.25

func (c *composer) moverBy(measure explain.Measure, metric string, narrow func(*queries.Filter), isSameAge bool, by string) (*mover, error) {
	now, err := c.ask(metric, c.span(), narrow, by)
	if err != nil {
		return nil, err
	}
	ask := c.ask
	if isSameAge {
		ask = c.askAtSameAge
	}
	before, err := ask(metric, c.before(), narrow, by)
	if err != nil {
		return nil, err
	}
	apart, ok := explain.Of(measure, sideBySide(now, before))
	moved := apart.Now - apart.Before
	if !ok || math.Abs(moved) < 1e-9 || len(apart.Parts) < 2 {
		return nil, nil
	}
	for _, part := range apart.Parts { // the largest first
		name := chart.Text(part.Row[0])
		if part.Effect/moved < quarter || isNoGroup(name) || isHidden(now, before, name) || part.Now == nil || part.Before == nil || measure.Unit != queries.Requests && part.N < few {
			continue
		}
		return &mover{by: strings.ToLower(c.words.Dimension(by)), name: c.words.Value(by, name), effect: part.Effect, now: part.Now, before: part.Before, n: part.N}, nil
	}
	return nil, nil
}

// isNoGroup tells the values under which requests stand of which it is not known, or not told, whose they are.
func isNoGroup(name string) bool { return name == queries.Unknown || name == queries.Suppressed }

// isHidden tells whether a group may stand among the suppressed ones of one of the spans, so that its change is not known.
func isHidden(now, before *queries.Result, name string) bool {
	if len(now.Suppressed)+len(before.Suppressed) == 0 {
		return false
	}
	by := now.Columns[0].Name
	return find(now, by, name) == nil || find(before, by, name) == nil
}

// sideBySide puts the figures of an earlier result, split by the same one dimension, beside those of another under names
// that end in _before, as package explain reads them. A group that one of them lacks has nothing there.
func sideBySide(now, before *queries.Result) *queries.Result {
	joined := &queries.Result{Metric: now.Metric, Filter: now.Filter, Columns: slices.Clone(now.Columns)}
	for _, column := range before.Columns {
		column.Name += "_before"
		joined.Columns = append(joined.Columns, column)
	}
	by := now.Columns[0].Name
	for _, row := range now.Rows {
		then := find(before, by, chart.Text(row[0]))
		if then == nil {
			then = make([]any, len(before.Columns))
		}
		joined.Rows = append(joined.Rows, append(slices.Clone(row), then...))
	}
	for _, then := range before.Rows {
		if find(now, by, chart.Text(then[0])) == nil {
			row := make([]any, len(now.Columns))
			row[0] = then[0]
			joined.Rows = append(joined.Rows, append(row, then...))
		}
	}
	return joined
}
