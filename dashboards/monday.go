package dashboards

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	cause "github.com/fillrate/fillrate/queries/explain"
)

// What the overview tells of who moved a number, and of what is to be done.
const (
	shownCauses = 4    // groups of each dimension
	fewN        = 20   // requests under which a group's rate or mean says little
	shownTasks  = 5    // first rows of a worklist
	newMonths   = 6    // months back in which something out of the ordinary is news
	noEffect    = 1e-9 // an effect of rounding alone
)

// whatChanged takes the page's three main numbers apart: how far each moved, and which groups moved it.
func (v *visit) whatChanged() []tile {
	return []tile{
		v.causes("why-requests", "fill_rate", cause.Requests), // fill_rate counts them too, and is asked for anyway
		v.causes("why-fill", "fill_rate", cause.FillRate),
		v.causes("why-wait", "turnaround", cause.MeanDays),
	}
}

// causes is how far a measure moved and, of each dimension, the groups with the largest part in it.
func (v *visit) causes(id, metric string, measure cause.Measure) tile {
	return func() (*figure, error) {
		f := &figure{ID: id, Title: v.Text("why." + measure.ID)}
		if v.compare == compareNone {
			f.Empty = v.Text("why.not_compared")
			return f, nil
		}
		if _, ok := v.earlier(); !ok {
			f.Empty = cmp.Or(v.incomparable(), v.Text("why.no_ends"))
			return f, nil
		}
		kind := ""
		if measure.Unit == queries.Days { // loans travel and copies don't: of the kind that comes first
			kinds, err := v.kinds()
			if err != nil {
				return f, err
			}
			kind = kinds[0]
		}
		filter := v.filter
		filter.Role, filter.To, filter.Compare, filter.By = []string{v.role()}, v.reached(filter.To), v.compare, nil
		if kind != "" {
			filter.Kind = []string{kind}
		}
		whole, err := v.compute(metric, filter)
		if err != nil {
			return f, err
		}
		f.Definition = &definition{URL: "/definitions#" + metric, Columns: v.causeColumns(measure)}
		f.Rows = rowsAddress(metric, withoutComparison(filter), nil, nil)
		f.Table = &table{Caption: f.Title, Head: v.causeHead(measure)}
		isFew, isChance := false, false
		for _, by := range v.groups() {
			filter.By = []string{by}
			result, err := v.compute(metric, filter)
			if err != nil {
				return f, err
			}
			change, ok := cause.Of(measure, result)
			if !ok {
				f.Table, f.Empty = nil, v.Say("why.nothing", v.side(kind))
				return f, nil
			}
			f.N = v.changeWords(measure, change, whole, v.side(kind))
			f.Suppressed = append(f.Suppressed, result.SuppressionWordsIn(v.Words)...)
			for _, l := range downloads(metric, filter)[:2] { // a table to read on
				f.Downloads = append(f.Downloads, link{v.Dimension(by) + " " + l.Text, l.URL})
			}
			rows, few, chance := v.causeRows(measure, change, result, by)
			f.Table.Rows = append(f.Table.Rows, rows...)
			isFew, isChance = isFew || few, isChance || chance
		}
		if len(f.Table.Rows) == 0 {
			f.Table, f.Empty = nil, v.Text("why.alone")
			return f, nil
		}
		slices.Sort(f.Suppressed)
		f.Suppressed = slices.Compact(f.Suppressed)
		f.Below = v.Text("why.below." + measure.ID)
		if v.role() == "borrowing" && slices.Contains(v.groups(), "partner") {
			f.Below += " " + v.Text("why.below.partner")
		}
		if isFew {
			f.Below += " " + v.Say("why.below.few", v.Count(fewN))
		}
		if isChance {
			f.Below += " " + v.Text("why.below.chance")
		}
		if at := chart.Column(whole, "provisional"); at >= 0 && len(whole.Rows) == 1 && measure.ID != cause.Requests.ID && !v.filter.IsPeriod() {
			if is, _ := whole.Rows[0][at].(bool); is {
				f.Provisional = v.Text("provisional_all")
			}
		}
		return f, nil
	}
}

// side names whose requests the page's explanations speak of.
func (v *visit) side(kind string) string {
	if kind == "" {
		return v.Value("role", v.role())
	}
	return roleKind(v.Words, v.role(), kind)
}

// changeWords says how far the measure moved, and whether chance alone moves it as far.
func (v *visit) changeWords(measure cause.Measure, apart cause.Change, whole *queries.Result, side string) string {
	now := v.figureIn(measure, apart.Now)
	if measure.Unit == queries.Days {
		size, unit := v.Duration(apart.Now)
		now = size + " " + unit
	}
	var moved *change
	switch measure.Unit {
	case queries.Requests:
		moved = v.changed(&apart.Now, &apart.Before, measure.Better)
	case queries.Share:
		moved = v.moved(&apart.Now, &apart.Before, measure.Better)
	default:
		moved = v.slower(&apart.Now, &apart.Before)
	}
	if moved == nil {
		return v.Say("why.alone_now", side, now)
	}
	words := v.Say("why.change", side, now, moved.Sign, moved.Text)
	if len(whole.Rows) == 1 {
		if lo, hi, ok := interval(measure, whole, whole.Rows[0]); ok && lo <= 0 && hi >= 0 {
			words = v.Say("why.chance", words, locale.Signed(v.Number(100*lo, 1)), locale.Signed(v.Number(100*hi, 1)))
		}
	}
	return words
}

// interval gives the change's 95 % interval where the metric tells one.
func interval(measure cause.Measure, result *queries.Result, row []any) (lo, hi float64, ok bool) {
	lo, isLow := number(result, row, measure.ID+"_change_lo")
	hi, isHigh := number(result, row, measure.ID+"_change_hi")
	return lo, hi, isLow && isHigh
}

func (v *visit) figureIn(measure cause.Measure, n float64) string {
	return v.Cell(queries.Column{Type: queries.Double, Unit: measure.Unit}, n)
}

func (v *visit) causeHead(measure cause.Measure) []head {
	heads := []head{{Text: v.Text("why.group")}, {Text: v.Text("why.before"), Number: true}, {Text: v.Text("why.now"), Number: true},
		{Text: v.Text("why.effect"), Title: v.Text("why.effect.doc"), Number: true}}
	if measure.Unit != queries.Requests {
		heads = append(heads, head{Text: v.Text("why.n"), Number: true}, head{Text: v.Text("why.note")})
	}
	return heads
}

func (v *visit) causeColumns(measure cause.Measure) []queries.Column {
	return []queries.Column{
		{Label: v.Text("why.before") + ", " + v.Text("why.now"), Doc: v.Text("why.doc." + measure.ID)},
		{Label: v.Text("why.effect"), Doc: v.Text("why.effect.doc")},
	}
}

// causeRows are the groups of a dimension with the largest effects, and all the others together, so that the effects add
// up to the change. It tells whether one of them stands on few requests, and whether one moved no further than by chance.
func (v *visit) causeRows(measure cause.Measure, change cause.Change, result *queries.Result, by string) (rows [][]cell, isFew, isChance bool) {
	rest, n := 0.0, 0
	for _, part := range change.Parts {
		if math.Abs(part.Effect) < noEffect {
			continue
		}
		if n++; n > shownCauses {
			rest += part.Effect
			continue
		}
		name := chart.Text(part.Row[0])
		c := cell{Text: shorten(v.Say("why.of", v.Dimension(by), v.Value(by, name)), longestLabel), Header: true}
		switch name {
		case queries.Unknown: // it is nobody whose page could be opened
			c.Text = v.Say("why.unknown", v.Dimension(by))
		case queries.Suppressed:
		default:
			c.URL = v.narrowed(by, name)
		}
		row := []cell{c, v.causeNumber(measure, part.Before), v.causeNumber(measure, part.Now), v.effect(measure, part.Effect)}
		if measure.Unit != queries.Requests {
			var notes []string
			if part.N < fewN {
				notes, isFew = append(notes, v.Text("why.few")), true
			}
			if lo, hi, ok := interval(measure, result, part.Row); ok && lo <= 0 && hi >= 0 {
				notes, isChance = append(notes, v.Text("why.may_be_chance")), true
			}
			row = append(row, cell{Text: v.Count(part.N), Number: true}, cell{Text: strings.Join(notes, ", ")})
		}
		rows = append(rows, row)
	}
	if n > shownCauses {
		row := []cell{{Text: v.Say("why.others", v.Dimension(by), v.Count(float64(n-shownCauses))), Header: true}, {Number: true}, {Number: true}, v.effect(measure, rest)}
		if measure.Unit != queries.Requests {
			row = append(row, cell{Number: true}, cell{})
		}
		rows = append(rows, row)
	}
	return rows, isFew, isChance
}

func (v *visit) causeNumber(measure cause.Measure, n *float64) cell {
	if n == nil {
		return cell{Text: noValue, Number: true}
	}
	return cell{Text: v.figureIn(measure, *n), Number: true}
}

func (v *visit) effect(measure cause.Measure, effect float64) cell {
	return cell{Text: v.Difference(queries.Column{Type: queries.Double, Unit: measure.Unit}, effect), Number: true}
}

// narrowed is the page of a partner, or the overview of another group alone.
func (v *visit) narrowed(by, value string) string {
	if by == "partner" {
		return v.partnerPage(value)
	}
	values := v.query()
	values.Set("role", v.role())
	values.Set(by, value)
	return address(v.path, values)
}

// toDo is the worklists: of each how much there is, its first rows and the way to all of it.
func (v *visit) toDo() []tile {
	var tiles []tile
	for _, side := range []string{"borrowing", "lending"} {
		isThere := v.asks("role", side) && slices.ContainsFunc(v.history.Choices["role"], func(c queries.Choice) bool { return c.Value == side })
		if isThere { // a library that only lends owes nobody
			tiles = append(tiles, v.lateTask(side))
		}
	}
	return append(tiles, v.openTask, v.anomalyTask, v.copyrightTask, v.purchaseTask)
}

// task is a worklist's first rows.
func (v *visit) task(p listPlan, to string) (*figure, error) {
	f := &figure{ID: p.id, Title: p.title}
	filter := v.filter
	if p.filter != nil {
		p.filter(&filter)
	}
	result, err := v.compute(p.metric, filter)
	if err != nil {
		return f, err
	}
	rows := result.Rows
	if p.keep != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row []any) bool { return !p.keep(result, row) })
	}
	if rows, err = inOrder(result, rows, p.order); err != nil {
		return f, err
	}
	f.Suppressed = result.SuppressionWordsIn(v.Words)
	f.Definition = &definition{URL: "/definitions#" + p.metric, Columns: v.Columns(result.Metric.Columns)}
	f.More = &link{v.Text("todo.all"), to}
	if p.n != nil {
		f.N = p.n(result, len(rows))
	}
	if len(rows) == 0 {
		if f.Empty = p.empty(result); len(result.Rows) == 0 {
			f.More = nil
		}
		return f, nil
	}
	f.Table = &table{Caption: p.title}
	for _, name := range p.columns {
		column := result.Columns[chart.Column(result, name)]
		f.Table.Head = append(f.Table.Head, head{Text: cmp.Or(p.heads[name], v.Of(column.Label)), Title: v.Of(column.Doc), Number: isNumber(column)})
	}
	for _, row := range rows[:min(shownTasks, len(rows))] {
		var cells []cell
		for i, name := range p.columns {
			c := v.listCell(p, result, row, chart.Column(result, name), i == 0)
			c.Text = shorten(c.Text, longestLabel)
			cells = append(cells, c)
		}
		f.Table.Rows = append(f.Table.Rows, cells)
	}
	return f, nil
}

func (v *visit) openTask() (*figure, error) {
	return v.task(listPlan{
		id: "todo-open", title: v.Text("todo.open"), metric: "open_requests", filter: wholeHistory, order: "-priority",
		columns: []string{"source_id", "priority", "age_days", "partner", "title"}, heads: v.openHeads(),
		cell: func(r *queries.Result, row []any, column queries.Column) (cell, bool) {
			if column.Name == "title" {
				return named(r, row), true
			}
			return v.openCell(r, row, column)
		},
		n: func(r *queries.Result, kept int) string {
			if kept == r.Filter.Number("top") {
				return v.Say("todo.open_top", v.Count(float64(kept)), v.asOfWords())
			}
			return v.Say("todo.open_n", v.Count(float64(kept)), v.Count(late(r)), v.asOfWords())
		},
		empty: func(*queries.Result) string { return v.Say("todo.open_none", v.asOfWords()) },
	}, v.to(demandPath)+"#open")
}

// named calls a work by its title, or by the journal where it has none.
func named(r *queries.Result, row []any) cell {
	title, _ := row[chart.Column(r, "title")].(string)
	container, _ := row[chart.Column(r, "container")].(string)
	return cell{Text: cmp.Or(title, container, noValue)}
}

func (v *visit) anomalyTask() (*figure, error) {
	since := v.history.Today.AddDate(0, -newMonths, 0).Format("2006-01-02")
	return v.task(listPlan{
		id: "todo-anomalies", title: v.Text("todo.anomalies"), metric: "anomalies", filter: wholeHistory, order: "-month",
		columns: []string{"month", "n_requests", "lo", "hi", "dimension", "value", "value_difference"},
		cell:    v.anomalyCell,
		keep:    func(_ *queries.Result, row []any) bool { return chart.Text(row[0]) >= since },
		n: func(_ *queries.Result, kept int) string {
			return v.Say("todo.anomalies_n", v.Count(float64(kept)), v.Count(newMonths))
		},
		empty: func(*queries.Result) string {
			if !v.judged(since) {
				return v.Text("todo.anomalies_short")
			}
			return v.Say("todo.anomalies_none", v.Count(newMonths))
		},
	}, v.to(demandPath)+"#anomalies")
}

func (v *visit) copyrightTask() (*figure, error) {
	is := func(r *queries.Result, row []any, name string) bool {
		is, _ := row[chart.Column(r, name)].(bool)
		return is && row[chart.Column(r, "year")] == v.newestYear(r)
	}
	year := v.Number(float64(v.history.Today.Year()), 0)
	return v.task(listPlan{
		id: "todo-copyright", title: v.Text("todo.copyright"), metric: "copyright", filter: wholeHistory, order: "-n_within_rule",
		columns: []string{"container", "issn", "n_within_rule", "limit", "n_left", "n_open"},
		keep:    func(r *queries.Result, row []any) bool { return is(r, row, "over_limit") || is(r, row, "near_limit") },
		n: func(r *queries.Result, kept int) string {
			over := 0.0
			for _, row := range r.Rows {
				over += float64(btoi(is(r, row, "over_limit")))
			}
			return v.Say("todo.copyright_n", year, v.Count(over), v.Count(float64(kept)-over))
		},
		empty: func(*queries.Result) string {
			if v.filter.Number("contu_limit") == 0 {
				return v.Text("todo.copyright_off")
			}
			return v.Say("todo.copyright_none", year)
		},
	}, v.to(collectionsPath)+"#copyright")
}

func (v *visit) purchaseTask() (*figure, error) {
	return v.task(listPlan{
		id: "todo-purchase", title: v.Text("todo.purchase"), metric: "titles", order: "-n_filled_window",
		columns: []string{"title", "n_filled_window", "n_patrons", "median_days"},
		cell: func(r *queries.Result, row []any, column queries.Column) (cell, bool) {
			return named(r, row), column.Name == "title"
		},
		keep: func(r *queries.Result, row []any) bool {
			is, _ := row[chart.Column(r, "purchase_candidate")].(bool)
			return is
		},
		n: func(r *queries.Result, kept int) string {
			return v.partOf(r, kept, v.Say("todo.purchase_n", v.Count(float64(kept))))
		},
		empty: func(*queries.Result) string { return v.Text("todo.purchase_none") },
	}, v.to(collectionsPath)+"#candidates")
}

// lateTask is the loans of a side that are latest, as of now whatever the span.
func (v *visit) lateTask(side string) tile {
	return func() (*figure, error) {
		f := &figure{ID: "todo-late-" + side, Title: v.Text("todo.late." + side)}
		counts, err := v.run("overdue", nil)
		if err != nil {
			return f, err
		}
		f.Definition = &definition{URL: "/definitions#overdue", Columns: v.Columns(counts.Metric.Columns)}
		row := find(counts, map[string]string{"side": side})
		if row == nil {
			f.Empty = v.Say("empty.out", v.asOfWords())
			return f, nil
		}
		out, _ := number(counts, row, "n_out")
		overdue, _ := number(counts, row, "n_overdue")
		if overdue == 0 {
			f.Empty = v.Say("empty.overdue", v.Count(out), v.asOfWords())
			return f, nil
		}
		f.N = v.Say("n.overdue", v.Count(overdue), v.Count(out), v.asOfWords())
		f.More = &link{v.Say("todo.all_late", v.Count(overdue)), v.worklist(side, levels[0])}
		rows, err := v.latest(side)
		if err != nil {
			return f, err
		}
		f.Table = &table{Caption: f.Title, Head: []head{{Text: v.rowLabel("source_id")}, {Text: v.rowLabel("days_late"), Number: true}, {Text: v.rowLabel("due_day")}, {Text: v.rowLabel("partner")}, {Text: v.rowLabel("title")}}}
		for _, row := range rows {
			l := lateLoan(row)
			f.Table.Rows = append(f.Table.Rows, []cell{
				{Text: shorten(l.Request, longestLabel), Header: true}, {Text: v.Count(float64(l.DaysLate)), Number: true}, {Text: v.Date(l.Due), Short: true},
				{Text: shorten(l.Partner, longestLabel)}, {Text: shorten(l.Title, longestLabel)},
			})
		}
		return f, nil
	}
}

// latest reads the first rows of a side's worklist.
func (v *visit) latest(side string) ([][]any, error) {
	metric, err := catalog.Find("overdue")
	if err != nil {
		return nil, err
	}
	filter := v.lateFilter(side, levels[0])
	return cached(v.ctx, v.server, v.reading, fmt.Sprintf("latest?%s", filter.Settled().Encode()), func(ctx context.Context) ([][]any, int, error) {
		var rows [][]any
		_, err := queries.Rows(ctx, v.reading.Snapshot, metric, filter, queries.Page{Limit: shownTasks}, func(row []any) error {
			rows = append(rows, row)
			return nil
		})
		return rows, len(rows), err
	})
}
