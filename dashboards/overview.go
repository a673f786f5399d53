package dashboards

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

//go:embed sql/sources.sql
var sourcesSQL string

// overview is the Monday look: the key figures beside those of a year ago, who moved them, what needs action, the two
// main trends, and what it all stands on.
func (s *server) overview(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	var body struct {
		Cards, Changes, ToDo, Figures []*figure
		Incomplete, Side              string
		Sources                       []source
	}
	if body.Sources, err = v.sources(); err != nil { // before all that the tiles put in line
		return err
	}
	tiles := slices.Concat(v.cards(), v.whatChanged(), v.toDo(), []tile{v.volumeByTime, v.fillRateByRole})
	for _, f := range v.draw(tiles...) {
		switch {
		case strings.HasPrefix(f.ID, "card-"):
			body.Cards = append(body.Cards, f)
		case strings.HasPrefix(f.ID, "why-"):
			body.Changes = append(body.Changes, f)
		case strings.HasPrefix(f.ID, "todo-"):
			body.ToDo = append(body.ToDo, f)
		default:
			body.Figures = append(body.Figures, f)
		}
	}
	body.Incomplete, body.Side = v.incomparable(), v.Value("role", v.role())
	return v.render(c, "overview", v.Text("page./"), v.form(compareKey), body)
}

// card is one number with what it was, what it stands on and its siblings: sides and kinds are never averaged together.
type card struct {
	Label       string
	URL         string
	Spark       template.HTML // how it ran over the span; empty where that says nothing
	Number      string
	Unit        string
	Of          string // which side and kind the number speaks of
	Change      *change
	N           string
	Provisional bool
	Others      []other
}

type other struct {
	Label, Number string
	Change        *change
}

// change is how far a number moved, in a sign, a number and words; colour only repeats them.
type change struct {
	Sign  string // ▲, ▼ or =
	Text  string
	Class string // better, worse or even
}

// cards are the key figures.
func (v *visit) cards() []tile {
	var tiles []tile
	for _, k := range []struct {
		id   string
		make func() (*card, error)
	}{
		{"requests", v.requestsCard}, {"fill_rate", v.fillRateCard}, {"turnaround", v.waitCard},
		{"target", v.targetCard}, {"overdue", v.overdueCard}, {"open", v.openCard},
	} {
		tiles = append(tiles, func() (*figure, error) {
			card, err := k.make()
			return &figure{ID: "card-" + k.id, Title: card.Label, Template: "card", Data: card}, err
		})
	}
	return tiles
}

// spark draws a measure over the span, small: of the rows that keep leaves, one for each bucket.
func (v *visit) spark(metric string, change func(*queries.Filter), by []string, measure string, format chart.Format, keep func(*queries.Result, []any) bool) (template.HTML, error) {
	filter := v.filter
	if change != nil {
		change(&filter)
	}
	filter.By = by
	result, err := v.compute(metric, filter)
	if err != nil {
		return "", err
	}
	provisional := func([]any) bool { return false }
	if metric != "volume" { // a count of what came in will not change
		if provisional, err = v.provisional(result, filter); err != nil {
			return "", err
		}
	}
	shown := v.Result(result)
	if keep != nil {
		shown.Rows = slices.DeleteFunc(slices.Clone(result.Rows), func(row []any) bool { return !keep(result, row) })
	}
	grain := by[0]
	from, to := v.span()
	return chart.Spark(v.Words, chart.Draw(chart.Spec{
		Kind: chart.Lines, Format: format, X: grain, Y: []string{measure}, Words: v.Words, Provisional: provisional,
		Categories: chart.Buckets(grain, chart.BucketStart(grain, from), to),
		Name:       func(dimension, value string) string { return v.Value(dimension, value) },
	}, shown)), nil
}

// having keeps the rows of one value.
func having(dimension, value string) func(*queries.Result, []any) bool {
	return func(r *queries.Result, row []any) bool {
		return chart.Text(row[chart.Column(r, dimension)]) == value
	}
}

// pair is a result and the one it is compared with, nil where there is none.
type pair struct{ now, before *queries.Result }

func (v *visit) pair(metric string, by ...string) (pair, error) {
	now, err := v.run(metric, nil, by...)
	if err != nil {
		return pair{}, err
	}
	earlier, ok := v.earlier()
	if !ok {
		return pair{now: now}, nil
	}
	earlier.By = by
	before, err := v.compute(metric, earlier)
	return pair{now, before}, err
}

// values gives a measure now and before, for the row with these dimension values.
func (p pair) values(where map[string]string, column string) (now, before *float64) {
	get := func(result *queries.Result) *float64 {
		if result == nil {
			return nil
		}
		row := find(result, where)
		if row == nil {
			return nil
		}
		if n, ok := number(result, row, column); ok {
			return &n
		}
		return nil
	}
	return get(p.now), get(p.before)
}

func (v *visit) than() string { return v.Text("than_" + v.compare) }

// incomparable says why a page's numbers stand alone.
func (v *visit) incomparable() string {
	if _, ok := v.earlier(); ok || v.compare == compareNone || v.filter.From.IsZero() || v.history.FirstDay.IsZero() {
		return ""
	}
	return v.Say("incomparable", v.Date(v.history.FirstDay))
}

// changed compares two counts, in per cent.
func (v *visit) changed(now, before *float64, better string) *change {
	if now == nil || before == nil || *before == 0 {
		return nil
	}
	ratio := *now / *before - 1
	percent := v.Number(math.Abs(100*ratio), 0)
	return v.change(ratio, percent == "0", percent+"%", v.Text("more"), v.Text("fewer"), v.Count(*before), better)
}

// moved compares two shares, in percentage points.
func (v *visit) moved(now, before *float64, better string) *change {
	if now == nil || before == nil {
		return nil
	}
	points := 100 * (*now - *before)
	shown := v.Number(math.Abs(points), 1)
	return v.change(points, shown == v.Number(0, 1), v.Say("points", shown), v.Text("higher"), v.Text("lower"), v.Share(*before), better)
}

// slower compares two durations in days.
func (v *visit) slower(now, before *float64) *change {
	if now == nil || before == nil {
		return nil
	}
	difference := *now - *before
	number, unit := v.Duration(math.Abs(difference))
	was, wasUnit := v.Duration(*before)
	return v.change(difference, number == v.Number(0, 0) || number == v.Number(0, 1), number+" "+unit, v.Text("longer"), v.Text("shorter"), was+" "+wasUnit, "lower")
}

func (v *visit) change(difference float64, even bool, size, up, down, was, better string) *change {
	if even {
		return &change{Sign: "=", Text: v.Say("change.same", was, v.Text("before_"+v.compare)), Class: "even"}
	}
	c := &change{Sign: "▲", Text: size + " " + up, Class: "even"}
	if difference < 0 {
		c.Sign, c.Text = "▼", size+" "+down
	}
	if better != "" {
		if (difference > 0) == (better == "higher") {
			c.Class, c.Text = "better", v.Say("change.judged", c.Text, v.Text("better"))
		} else {
			c.Class, c.Text = "worse", v.Say("change.judged", c.Text, v.Text("worse"))
		}
	}
	c.Text = v.Say("change.than", c.Text, v.than(), was)
	return c
}

// roles lists the roles of a result that the page speaks of, the page's own first.
func (v *visit) roles(result *queries.Result) []string {
	own := v.role()
	roles := []string{own}
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		if role != own && find(result, map[string]string{"role": role}) != nil {
			roles = append(roles, role)
		}
	}
	return roles
}

func (v *visit) requestsCard() (*card, error) {
	c := &card{Label: v.Text("card.requests"), URL: v.to("/fill-rate"), Of: v.Text("all_sides")}
	p, err := v.pair("fill_rate", "role") // which counts them too, and the card beside this one asks for it
	if err != nil {
		return c, err
	}
	now, before := total(p.now, "n_requests"), 0.0
	c.Number = v.Count(now)
	if c.Spark, err = v.spark("volume", nil, []string{v.grain()}, "n_requests", chart.Count, nil); err != nil {
		return c, err
	}
	c.N = v.Say("n.open", v.Count(total(p.now, "n_open")))
	if v.filter.IsPeriod() || now == 0 {
		c.N = ""
	}
	if p.before != nil {
		before = total(p.before, "n_requests")
		c.Change = v.changed(&now, &before, "")
	}
	roles := v.roles(p.now)
	if len(roles) == 1 {
		c.Of = v.Value("role", roles[0])
		return c, nil
	}
	for _, role := range roles {
		if now, before := p.values(map[string]string{"role": role}, "n_requests"); now != nil {
			c.Others = append(c.Others, other{v.Value("role", role), v.Count(*now), v.changed(now, before, "")})
		}
	}
	return c, nil
}

func (v *visit) fillRateCard() (*card, error) {
	c := &card{Label: v.Text("card.fill_rate"), URL: v.to("/fill-rate")}
	p, err := v.pair("fill_rate", "role")
	if err != nil {
		return c, err
	}
	for i, role := range v.roles(p.now) {
		where := map[string]string{"role": role}
		now, before := p.values(where, "fill_rate")
		row := find(p.now, where)
		if i > 0 {
			if now != nil {
				c.Others = append(c.Others, other{v.Value("role", role), v.Share(*now), v.moved(now, before, "higher")})
			}
			continue
		}
		c.Of, c.Number = v.Value("role", role), noValue
		if row == nil {
			continue
		}
		filled, _ := number(p.now, row, "n_filled")
		unfilled, _ := number(p.now, row, "n_unfilled")
		c.N = v.Say("n.ended", v.Count(filled+unfilled))
		if now != nil {
			c.Number, c.Change = v.Share(*now), v.moved(now, before, "higher")
			if c.Spark, err = v.spark("fill_rate", nil, []string{v.grain(), "role"}, "fill_rate", chart.Share, having("role", role)); err != nil {
				return c, err
			}
		}
		if at := chart.Column(p.now, "provisional"); at >= 0 && !v.filter.IsPeriod() {
			c.Provisional, _ = row[at].(bool)
		}
	}
	return c, nil
}

// turnaroundPair is the turnaround of each side and kind, and which of these are still in motion.
func (v *visit) turnaroundPair() (pair, func([]any) bool, error) {
	by := []string{"role", "kind"}
	p, err := v.pair("turnaround", by...)
	if err != nil {
		return p, nil, err
	}
	filter := v.filter
	filter.By = by
	provisional, err := v.provisional(p.now, filter)
	return p, provisional, err
}

// waitCard is the median turnaround. Loans travel and copies don't, so each has its own.
func (v *visit) waitCard() (*card, error) {
	c := &card{Label: v.Text("card.turnaround"), URL: v.to("/turnaround"), Number: noValue}
	p, provisional, err := v.turnaroundPair()
	if err != nil {
		return c, err
	}
	for _, role := range v.roles(p.now) {
		for _, kind := range []string{"loan", "copy", "unknown"} {
			where := map[string]string{"role": role, "kind": kind}
			now, before := p.values(where, "median_days")
			if now == nil {
				if row := find(p.now, where); row != nil {
					if filled, _ := number(p.now, row, "n_filled"); filled > 0 {
						c.Others = append(c.Others, other{Label: roleKind(v.Words, role, kind), Number: v.Text("no_dates")})
					}
				}
				continue
			}
			size, unit := v.Duration(*now)
			if c.Of == "" {
				n, _ := number(p.now, find(p.now, where), "n")
				c.Of, c.Number, c.Unit = roleKind(v.Words, role, kind), size, unit
				c.Change, c.N = v.slower(now, before), v.Say("n", v.Count(n))
				c.Provisional = provisional(find(p.now, where))
				if c.Spark, err = v.spark("turnaround", only(role), []string{v.grain(), "kind"}, "median_days", chart.Days, having("kind", kind)); err != nil {
					return c, err
				}
				continue
			}
			c.Others = append(c.Others, other{roleKind(v.Words, role, kind), size + " " + unit, v.slower(now, before)})
		}
	}
	return c, nil
}

func (v *visit) targetCard() (*card, error) {
	c := &card{Label: v.Text("card.target"), URL: v.to("/turnaround"), Number: noValue}
	p, provisional, err := v.turnaroundPair()
	if err != nil {
		return c, err
	}
	for _, role := range v.roles(p.now) {
		for _, kind := range []string{"loan", "copy", "unknown"} {
			where := map[string]string{"role": role, "kind": kind}
			now, before := p.values(where, "share_within_sla")
			if now == nil {
				continue
			}
			if c.Of == "" {
				n, _ := number(p.now, find(p.now, where), "n")
				c.Of, c.Number, c.Change, c.N = roleKind(v.Words, role, kind), v.Share(*now), v.moved(now, before, "higher"), v.Say("n", v.Count(n))
				c.Provisional = provisional(find(p.now, where))
				if c.Spark, err = v.spark("turnaround", only(role), []string{v.grain(), "kind"}, "share_within_sla", chart.Share, having("kind", kind)); err != nil {
					return c, err
				}
				continue
			}
			c.Others = append(c.Others, other{roleKind(v.Words, role, kind), v.Share(*now), v.moved(now, before, "higher")})
		}
	}
	return c, nil
}

func (v *visit) overdueCard() (*card, error) {
	c := &card{Label: v.Text("card.overdue"), URL: v.to("/overdue"), Number: noValue}
	now, err := v.run("overdue", nil)
	if err != nil {
		return c, err
	}
	p := pair{now: now}
	if earlier, ok := v.comparableInstant(); ok {
		if p.before, err = v.compute("overdue", earlier); err != nil {
			return c, err
		}
	}
	for _, side := range []string{"borrowing", "lending"} {
		where := map[string]string{"side": side}
		row := find(now, where)
		if row == nil {
			continue
		}
		overdue, before := p.values(where, "n_overdue")
		if overdue == nil {
			continue
		}
		if c.Of == "" {
			out, _ := number(now, row, "n_out")
			c.Of, c.Number, c.N = v.Value("side", side), v.Count(*overdue), v.Say("n.out", v.Count(out))
			c.Change = v.changed(overdue, before, "lower")
			continue
		}
		c.Others = append(c.Others, other{v.Value("side", side), v.Count(*overdue), v.changed(overdue, before, "lower")})
	}
	if c.Of == "" {
		c.N = v.Say("empty.out", v.asOfWords())
	}
	return c, nil
}

// comparableInstant gives the page's filter as it stood one comparison ago, where the spans can be compared, too: what
// was open or out before the history begins is not in it, and would make any comparison a success.
func (v *visit) comparableInstant() (queries.Filter, bool) {
	if _, ok := v.earlier(); !ok {
		return v.filter, false
	}
	return v.earlierInstant()
}

// openCard is what is open now, whatever the span.
func (v *visit) openCard() (*card, error) {
	c := &card{Label: v.Text("card.open"), URL: v.to(demandPath) + "#open", Of: v.Text("all_sides")}
	now, err := v.run("fill_rate", wholeHistory, "role")
	if err != nil {
		return c, err
	}
	open := total(now, "n_open")
	c.Number, c.N = v.Count(open), v.Say("card.as_of", v.asOfWords())
	if filter, ok := v.comparableInstant(); ok {
		wholeHistory(&filter)
		filter.By = []string{"role"}
		earlier, err := v.compute("fill_rate", filter)
		if err != nil {
			return c, err
		}
		before := total(earlier, "n_open")
		c.Change = v.changed(&open, &before, "lower")
	}
	roles := v.roles(now)
	if len(roles) == 1 {
		c.Of = v.Value("role", roles[0])
		return c, nil
	}
	for _, role := range roles {
		if n, _ := (pair{now: now}).values(map[string]string{"role": role}, "n_open"); n != nil {
			c.Others = append(c.Others, other{Label: v.Value("role", role), Number: v.Count(*n)})
		}
	}
	return c, nil
}

// roleKind names a side and kind together: Borrowed loans.
func roleKind(w *locale.Words, role, kind string) string {
	return w.Text("rolekind." + role + "." + kind)
}

// outcomeRows leads from a part of a bar of volume to the requests that it counts. Where outcomes are counted by their
// own day a request may be in two bars, and a part leads to all of its bar.
func (v *visit) outcomeRows(grain string, filter queries.Filter) func(row []any, column string) string {
	if filter.IsPeriod() {
		return nil
	}
	return func(row []any, column string) string {
		filter := filter
		filter.Outcome = []string{strings.TrimPrefix(column, "n_")}
		return rowsAddress("volume", filter, []queries.Column{{Name: grain}}, row[:1])
	}
}

func (v *visit) volumeByTime() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "volume", title: v.Text("title.volume"), metric: "volume", by: []string{grain},
		spec: chart.Spec{Kind: chart.Bars, Format: chart.Count, X: grain, Stack: true, Zero: true,
			Y: []string{"n_filled", "n_unfilled", "n_cancelled", "n_open"}, Colors: []string{"filled", "unfilled", "cancelled", "open"}, LinkOf: v.outcomeRows(grain, v.filter)},
		n: func(r *queries.Result) string {
			return v.Say("n.volume", v.Count(total(r, "n_requests")), v.Text("grain."+grain))
		},
		empty: func(r *queries.Result) string {
			if total(r, "n_requests") == 0 {
				return v.nothing()
			}
			return ""
		},
	})
}

func (v *visit) fillRateByRole() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "fill-rate", title: v.Text("title.fill_rate"), metric: "fill_rate", by: []string{grain, "role"},
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "role", Y: []string{"fill_rate"},
			Note: v.noteN("n_filled", "n_unfilled")},
		columns: []string{"n_requests", "n_filled", "n_unfilled", "fill_rate"},
		n: func(r *queries.Result) string {
			return v.Say("n.fill_by_role", v.Count(total(r, "n_filled")+total(r, "n_unfilled")), v.Text("grain."+grain))
		},
		empty: func(r *queries.Result) string {
			if total(r, "n_filled")+total(r, "n_unfilled") == 0 {
				return v.Text("empty.fill_by_role")
			}
			return ""
		},
	})
}

// kinds lists the kinds of which the page's side has filled requests in this time; loans and copies where it has none.
func (v *visit) kinds() ([]string, error) {
	result, err := v.run("turnaround", nil, "role", "kind")
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, kind := range []string{"loan", "copy", "unknown"} {
		if row := find(result, map[string]string{"role": v.role(), "kind": kind}); row != nil {
			if filled, _ := number(result, row, "n_filled"); filled > 0 {
				kinds = append(kinds, kind)
			}
		}
	}
	if len(kinds) == 0 {
		kinds = []string{"loan", "copy"}
	}
	return kinds, nil
}

// measured tells whether the page's side has requests of a kind whose turnaround is known.
func (v *visit) measured(kind string) (bool, error) {
	result, err := v.run("turnaround", nil, "role", "kind")
	if err != nil {
		return false, err
	}
	row := find(result, map[string]string{"role": v.role(), "kind": kind})
	if row == nil {
		return false, nil
	}
	n, _ := number(result, row, "n")
	return n > 0, nil
}

// asks tells whether the filter lets a value through.
func (v *visit) asks(dimension, value string) bool {
	chosen := v.filter.Values()[dimension]
	for _, word := range chosen {
		if word == value {
			return true
		}
	}
	return len(chosen) == 0
}

// turnaroundN says what a turnaround stands on and what had to be left out.
func (v *visit) turnaroundN(r *queries.Result) string {
	words := v.Say("n.turnaround", v.Count(total(r, "n")), v.Count(total(r, "n_filled")))
	if n := total(r, "n_undetermined"); n > 0 {
		words = v.Say("n.undated", words, v.Count(n))
	}
	if n := total(r, "n_negative"); n > 0 {
		words = v.Say("n.negative", words, v.Count(n))
	}
	return words
}

func (v *visit) turnaroundEmpty(role, kind string) func(*queries.Result) string {
	return func(r *queries.Result) string {
		if total(r, "n") > 0 {
			return ""
		}
		filled := total(r, "n_filled")
		if filled == 0 {
			return v.Say("empty.filled", v.roleKindLower(role, kind))
		}
		if total(r, "n_undetermined") == filled {
			return v.Say("empty.undated", v.Count(filled))
		}
		return v.Say("empty.disordered", v.Count(filled))
	}
}

func (v *visit) roleKindLower(role, kind string) string {
	if kind == "" {
		return v.Text("requests")
	}
	return lowerFirst(roleKind(v.Words, role, kind))
}

func (v *visit) overdueBands() (*figure, error) {
	return v.behindLate("")(v.figure(plan{
		id: "overdue", title: v.Text("title.overdue"), metric: "overdue", by: nil,
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "side", Stack: true,
			Y: []string{"n_1_7", "n_8_30", "n_31_90", "n_91_plus"}, Colors: []string{"late1", "late2", "late3", "late4"},
			LinkOf: func(row []any, column string) string { return v.lateAddress(chart.Text(row[0]), column) }},
		n: func(r *queries.Result) string {
			return v.Say("n.overdue", v.Count(total(r, "n_overdue")), v.Count(total(r, "n_out")), v.asOfWords())
		},
		columns: []string{"n_out", "n_overdue", "n_1_7", "n_8_30", "n_31_90", "n_91_plus"},
		link:    func(row []any) string { return v.worklist(chart.Text(row[0]), levels[0]) },
		empty: func(r *queries.Result) string {
			if total(r, "n_out") == 0 {
				return v.Say("empty.out", v.asOfWords())
			}
			if total(r, "n_overdue") == 0 {
				return v.Say("empty.overdue", v.Count(total(r, "n_out")), v.asOfWords())
			}
			return ""
		},
	}))
}

// asOfWords writes the day up to which the page's history counts.
func (v *visit) asOfWords() string {
	if !v.filter.AsOf.IsZero() {
		return v.Date(v.filter.AsOf)
	}
	return v.Date(v.history.Today)
}

// noteN tells a point's n: the sum of the columns named.
func (v *visit) noteN(columns ...string) func(*queries.Result) func([]any) string {
	return func(result *queries.Result) func([]any) string {
		return func(row []any) string {
			sum := 0.0
			for _, column := range columns {
				n, _ := number(result, row, column)
				sum += n
			}
			return v.Say("n", v.Count(sum))
		}
	}
}

// source is a library and system that the history stands on.
type source struct {
	Library, Source    string
	Requests, Loads    int64
	From, To, Imported string

	from, to, imported sql.NullTime
}

func (v *visit) sources() ([]source, error) {
	known, err := cached(quick(v.ctx), v.server, v.reading, "sources", func(ctx context.Context) ([]source, int, error) {
		rows, err := v.reading.DB().QueryContext(ctx, sourcesSQL)
		if err != nil {
			return nil, 0, fmt.Errorf("reading the sources: %w", err)
		}
		defer rows.Close()
		var list []source
		for rows.Next() {
			var r source
			var loads sql.NullInt64
			if err := rows.Scan(&r.Library, &r.Source, &r.Requests, &r.from, &r.to, &loads, &r.imported); err != nil {
				return nil, 0, err
			}
			r.Loads = loads.Int64
			list = append(list, r)
		}
		return list, len(list), rows.Err()
	})
	list := slices.Clone(known) // what is kept serves readers of every language
	for i := range list {
		r := &list[i]
		r.Library = v.Library(r.Library)
		r.From, r.To, r.Imported = day(v.Words, r.from), day(v.Words, r.to), day(v.Words, r.imported)
	}
	return list, err
}

func day(w *locale.Words, t sql.NullTime) string {
	if !t.Valid {
		return noValue
	}
	return w.Date(t.Time.In(time.UTC))
}
