package dashboards

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/waits"
)

// figure is one tile of a page: a chart, its table, its definition, and the ways on from it. One that fails says so in
// its place; the page stays.
type figure struct {
	ID          string
	Title       string   // a question
	N           string   // how many requests it stands on, and what is left out
	Provisional string   // says what of it is provisional, and how that shows
	Below       string   // a sentence below the chart that it can't be read without
	Suppressed  []string // says which small groups of readers are not shown by themselves
	Wide        bool
	Height      string // s, m or l: fixed, so that nothing moves when the chart is drawn
	Option      map[string]any
	Description string
	Marks       []occasion // what was going on, which the chart marks
	Table       *table
	List        *listing // in place of a chart: a list to work through
	Definition  *definition
	Downloads   []link
	Rows        string // address of the requests behind it
	Empty       string // why there is nothing to show
	Error       string
	More        *link  // another way on, in its own words
	Template    string // what draws it, where it is no figure: card
	Data        any    // what that template shows
	Late        string // where it is to be had, as the page did not wait for it
	Whole       string // and the page that waits for all, for who has no script
}

type link struct{ Text, URL string }

// table is a result for reading.
type table struct {
	Caption string
	Head    []head
	Rows    [][]cell
	Note    string
}

type head struct {
	Text, Title string
	Number      bool
}

type cell struct {
	Text, URL string
	Number    bool
	Header    bool
	Mark      bool // says provisional
	Short     bool // a date, which is not to be broken

	Title string // a library's code, where its name stands in its place
}

// Class is how a cell is set.
func (c cell) Class() string {
	switch {
	case c.Number:
		return "num"
	case c.Short:
		return "short"
	}
	return ""
}

// definition is what a metric's columns mean, with the way to the whole text.
type definition struct {
	URL     string
	Columns []queries.Column
}

// What is shown of much; the downloads have all of it.
const (
	tableRows    = 100 // of a figure
	longestCell  = 160 // characters of a name in a table
	longestLabel = 60  // and on a chart
)

// plan is how most figures come to be: one metric, one result, one chart.
type plan struct {
	id, title string
	metric    string
	filter    func(*queries.Filter) // narrows the page's filter
	by        []string
	// kind, unless empty, is the one kind of the figure. Its query is split by kind all the same, so that the figures
	// of all kinds share it.
	kind    string
	spec    chart.Spec
	arrange func(*queries.Result) *queries.Result // picks and orders rows for the chart and table; nil: all
	n       func(*queries.Result) string
	empty   func(*queries.Result) string // gives why there is nothing, empty where there is something
	columns []string                     // of the table beside the dimensions; nil: all
	link    func(row []any) string       // where a row leads; nil: to its requests
	settled bool                         // what it shows does not move: the requests that came in
	wide    bool
	height  string // default m; lying bars are as tall as they are many
}

// figure runs a plan.
func (v *visit) figure(p plan) (*figure, error) {
	f := &figure{ID: p.id, Title: p.title, Wide: p.wide, Height: p.height}
	if f.Height == "" {
		f.Height = "m"
		if p.spec.Kind.Lies() { // so high are most, where the place is kept before the bars are known
			f.Height = "l"
		}
	}
	filter := v.filter
	if p.filter != nil {
		p.filter(&filter)
	}
	filter.By = p.by
	asked := filter
	if p.kind != "" {
		asked.By = append(slices.Clone(p.by), "kind")
		filter.Kind = []string{p.kind}
	}
	result, err := v.compute(p.metric, asked)
	if err != nil {
		return f, err
	}
	provisional := func([]any) bool { return false }
	if !p.settled {
		if provisional, err = v.provisional(result, asked); err != nil {
			return f, err
		}
	}
	if p.kind != "" {
		result = ofKind(result, p.kind)
	}
	metric := result.Metric
	f.Suppressed = result.SuppressionWordsIn(v.Words)
	f.Definition = &definition{URL: "/definitions#" + metric.ID, Columns: v.Columns(metric.Columns)}
	f.Downloads = downloads(metric.ID, filter)
	f.Rows = rowsAddress(metric.ID, filter, nil, nil)
	f.Below = v.cohortNote(metric)
	if p.n != nil {
		f.N = p.n(result)
	}
	if p.empty != nil {
		if f.Empty = p.empty(result); f.Empty != "" {
			return f, nil
		}
	}
	if len(result.Rows) == 0 {
		f.Empty = v.nothing()
		return f, nil
	}

	shown := result
	if p.arrange != nil {
		shown = p.arrange(result)
	}
	switch marked := len(slices.DeleteFunc(slices.Clone(shown.Rows), func(row []any) bool { return !provisional(row) })); {
	case marked == 0:
	case marked == len(shown.Rows):
		if f.Provisional, err = v.allProvisional(asked); err != nil {
			return f, err
		}
	default:
		f.Provisional = v.Text("provisional_some")
	}

	spec := p.spec
	plotted := shown
	if spec.Kind == chart.Rows && spec.Format != chart.Count { // a share or a wait is compared, a count is part of a whole
		var left []string
		plotted, left = namedOnly(v.Words, shown, spec.X)
		if len(left) > 0 {
			f.Below = strings.TrimSpace(f.Below + " " + v.Say("table_only", strings.Join(left, ", ")))
		}
	}
	if spec.Kind.Lies() {
		f.Height = rowsHeight(len(plotted.Rows))
	}
	spec.Words = v.Words
	if spec.Name == nil {
		spec.Name = func(dimension, value string) string {
			return shorten(v.Value(dimension, value), longestLabel)
		}
	}
	spec.Provisional = provisional
	spec.Link = p.link
	if spec.Link == nil {
		spec.Link = func(row []any) string { return rowsAddress(metric.ID, filter, shown.Columns, row) }
	}
	if spec.Categories == nil && isTime(spec.X) {
		from, to := v.span()
		spec.Categories = chart.Buckets(spec.X, chart.BucketStart(spec.X, from), to)
	}
	drawn := chart.Draw(spec, v.Result(plotted))
	if isTime(spec.X) {
		f.Marks, drawn.Marks = v.marks(spec.X, spec.Categories, filter)
	}
	f.Description = chart.Describe(v.Words, drawn)
	if f.Option, err = drawn.Option(); err != nil {
		return f, err
	}
	if spec.Kind.Lies() && spec.Format == chart.Count && largest(plotted, spec.Y) < leastBar {
		f.Option, f.Description = nil, "" // the table is the picture
	}
	hidden := ""
	if p.kind != "" {
		hidden = "kind"
	}
	f.Table = resultTable(v.Words, p.title, shown, hidden, p.columns, provisional, spec.Link)
	if more := len(result.Rows) - len(f.Table.Rows); more > 0 && len(shown.Rows) > len(f.Table.Rows) || len(shown.Rows) < len(result.Rows) {
		f.Table.Note = v.Say("table.part", v.Count(float64(len(f.Table.Rows))), v.Count(float64(len(result.Rows))))
	}
	return f, nil
}

// leastBar is the count from which on the longest bar shows more than the table does.
const leastBar = 3

// largest is the largest value of the columns named.
func largest(result *queries.Result, columns []string) float64 {
	most := 0.0
	for _, row := range result.Rows {
		for _, name := range columns {
			n, _ := number(result, row, name)
			most = max(most, n)
		}
	}
	return most
}

// namedOnly leaves out of a ranking by x the row of which nobody knows whose it is, unless there is no other, and names
// what it left out.
func namedOnly(w *locale.Words, result *queries.Result, x string) (named *queries.Result, left []string) {
	if len(result.Columns) == 0 || result.Columns[0].Name != x {
		return result, nil
	}
	shown := *result
	shown.Rows = nil
	for _, row := range result.Rows {
		if isUnknown(row) {
			left = append(left, w.Value(x, chart.Text(row[0])))
		} else {
			shown.Rows = append(shown.Rows, row)
		}
	}
	if len(shown.Rows) == 0 {
		return result, nil
	}
	return &shown, left
}

// cohortNote says of a metric that goes by the day of creation that the basis chosen has no part in it.
func (v *visit) cohortNote(metric *queries.Metric) string {
	if !v.filter.IsPeriod() || !metric.CohortOnly || metric.Dated != queries.ByBasis {
		return ""
	}
	return v.Say("cohort_only", v.Text("basis_cohort"), v.Text("basis_period"))
}

// allProvisional says that all that a filter asks for may still change, and which months make it so where these are its
// newest. They are looked up only where that is quick.
func (v *visit) allProvisional(filter queries.Filter) (string, error) {
	all := v.Text("provisional_all")
	metric, err := catalog.Find("fill_rate")
	if err != nil {
		return all, err
	}
	if slices.ContainsFunc(filter.By, isTime) {
		return all, nil
	}
	filter.By, filter.Basis = []string{"month"}, ""
	if !queries.IsQuick(metric, filter) {
		return all, nil
	}
	result, err := v.compute(metric.ID, filter)
	if err != nil {
		return all, err
	}
	moving := movingMonths(result)
	switch len(moving) {
	case 0:
		return all, nil
	case 1:
		return v.Say("provisional_month", v.Bucket("month", moving[0])), nil
	}
	return v.Say("provisional_months", v.Bucket("month", moving[0])), nil
}

// movingMonths gives the provisional months of a result by month, the earliest first: none where these are not its newest,
// and none where they are all that there is.
func movingMonths(result *queries.Result) []string {
	month, flag := chart.Column(result, "month"), chart.Column(result, "provisional")
	if month < 0 || flag < 0 {
		return nil
	}
	var final, moving []string
	for _, row := range result.Rows {
		if row[month] == nil {
			return nil
		}
		if is, _ := row[flag].(bool); is {
			moving = append(moving, chart.Text(row[month]))
		} else {
			final = append(final, chart.Text(row[month]))
		}
	}
	if len(moving) == 0 || len(final) == 0 || slices.Max(final) > slices.Min(moving) {
		return nil
	}
	slices.Sort(moving)
	return moving
}

// rowsHeight gives lying bars about the same thickness, however many they are.
func rowsHeight(n int) string {
	switch {
	case n <= 3:
		return "s"
	case n <= 8:
		return "m"
	}
	return "l"
}

// provisional tells which rows of a result are still in motion: fill_rate knows it for the same groups.
func (v *visit) provisional(result *queries.Result, filter queries.Filter) (func(row []any) bool, error) {
	never := func([]any) bool { return false }
	if len(result.Rows) == 0 {
		return never, nil
	}
	if result.Metric.CohortOnly {
		filter.Basis = ""
	}
	if result.Metric.Dated != queries.ByBasis || filter.IsPeriod() {
		return never, nil
	}
	known := result
	if chart.Column(result, "provisional") < 0 {
		metric, err := catalog.Find("fill_rate")
		if err != nil {
			return nil, err
		}
		if known, err = v.compute(metric.ID, filter); err != nil {
			return nil, err
		}
	}
	flag := chart.Column(known, "provisional")
	if flag < 0 {
		return never, nil
	}
	key := func(of *queries.Result, row []any) string {
		var parts []string
		for _, name := range filter.By {
			if at := chart.Column(of, name); at >= 0 {
				parts = append(parts, chart.Text(row[at]))
			}
		}
		return strings.Join(parts, "\x00")
	}
	marked := map[string]bool{}
	for _, row := range known.Rows {
		if is, ok := row[flag].(bool); ok && is {
			marked[key(known, row)] = true
		}
	}
	return func(row []any) bool { return marked[key(result, row)] }, nil
}

// ofKind keeps the rows of one kind.
func ofKind(result *queries.Result, kind string) *queries.Result {
	at := chart.Column(result, "kind")
	shown := *result
	shown.Rows = slices.DeleteFunc(slices.Clone(result.Rows), func(row []any) bool { return chart.Text(row[at]) != kind })
	return &shown
}

// resultTable writes a result as a table without the dimension hidden; names picks its measures.
func resultTable(w *locale.Words, caption string, result *queries.Result, hidden string, names []string, provisional func([]any) bool, link func([]any) string) *table {
	t := &table{Caption: caption}
	var shown []int
	for i, column := range result.Columns {
		isDimension := queries.FindDimension(column.Name) != nil || slices.Contains(result.Metric.Always, column.Name)
		if column.Name == "provisional" || column.Name == hidden || names != nil && !isDimension && !slices.Contains(names, column.Name) {
			continue
		}
		shown = append(shown, i)
		t.Head = append(t.Head, head{Text: w.Of(column.Label), Title: w.Of(column.Doc), Number: isNumber(column)})
	}
	for _, row := range result.Rows[:min(len(result.Rows), tableRows)] {
		cells := make([]cell, 0, len(shown))
		for at, i := range shown {
			column := result.Columns[i]
			c := cell{Number: isNumber(column), Header: at == 0, Short: column.Type == queries.Date || column.Type == queries.Timestamp}
			switch {
			case row[i] == nil && queries.FindDimension(column.Name) == nil:
				c.Text = noValue
			case column.Type == queries.Text || column.Type == queries.Date && isTime(column.Name):
				c.Text = shorten(w.Value(column.Name, chart.Text(row[i])), longestCell)
				c.Title = codeBehind(w, column.Name, chart.Text(row[i]))
			case row[i] != nil && column.IsChange:
				c.Text = w.Difference(column, row[i])
			default:
				c.Text = w.Cell(column, row[i])
			}
			if at == 0 {
				c.URL = link(row)
				c.Mark = provisional(row)
			}
			cells = append(cells, c)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func isNumber(column queries.Column) bool {
	return column.Type == queries.Integer || column.Type == queries.Double
}

func isTime(dimension string) bool {
	d := queries.FindDimension(dimension)
	return d != nil && d.IsTime()
}

// downloads are a result's addresses in each format, for exactly the filter that made it.
func downloads(metric string, filter queries.Filter) []link {
	var links []link
	for _, format := range [][2]string{{"CSV", "csv"}, {"Excel", "xlsx"}, {"Arrow", "arrow"}, {"JSON", "json"}} {
		links = append(links, link{format[0], address("/download/"+metric+"."+format[1], filter.Values())})
	}
	return links
}

// rowsAddress leads to the requests behind a row of a result, or behind the whole of it where row is nil. It is empty
// where a dimension of the row is no filter.
func rowsAddress(metric string, filter queries.Filter, columns []queries.Column, row []any) string {
	filter.By = nil
	values := filter.Values()
	for i, value := range row {
		if i >= len(columns) {
			break
		}
		name := columns[i].Name
		d := queries.FindDimension(name)
		switch {
		case d != nil && chart.Text(value) == queries.Suppressed: // which values it holds nobody is told
			return ""
		case queries.FindNarrowing(name) != nil:
			if filter.IsPeriod() && metric != "reasons" { // which counts outcomes alone
				return ""
			}
			values[name] = []string{chart.Text(value)}
		case metric == "waits" && name == "from_days":
			from, _ := value.(int64)
			values.Set("waited_from", strconv.FormatInt(from, 10))
			if from < waits.Longest {
				values.Set("waited_to", strconv.FormatInt(from+1, 10))
			}
		case metric == "demand" && (name == "weekday" || name == "hour"):
			if value == nil { // created nobody knows when
				return ""
			}
			values.Set(name, chart.Text(value))
		case name == "side":
			values["role"] = []string{chart.Text(value)}
		case d == nil: // a measure
		case d.IsTime():
			start, ok := value.(time.Time)
			if !ok {
				return ""
			}
			from, to := start, chart.BucketEnd(name, start)
			if filter.From.After(from) {
				from = filter.From
			}
			if !filter.To.IsZero() && filter.To.Before(to) {
				to = filter.To
			}
			if !from.Before(to) {
				return ""
			}
			values.Set("from", from.Format(time.DateOnly))
			values.Set("to", to.Format(time.DateOnly))
		case d.Filter:
			values[name] = []string{chart.Text(value)}
		default:
			return ""
		}
	}
	return address("/rows/"+metric, pageValues(values))
}

// narrowedRows leads to those of a metric's requests that have these words beside the filter's, keys and words by turns.
func narrowedRows(metric string, filter queries.Filter, words ...string) string {
	filter.By = nil
	values := filter.Values()
	for i := 0; i+1 < len(words); i += 2 {
		values.Set(words[i], words[i+1])
	}
	return address("/rows/"+metric, pageValues(values))
}

// pageValues keeps an address without dates from meaning a page's default ones.
func pageValues(values url.Values) url.Values {
	if !values.Has("from") && !values.Has("to") && !values.Has("preset") {
		values.Set("preset", queries.PresetAll)
	}
	return values
}

// nothing says why a page has no numbers.
func (v *visit) nothing() string {
	if v.history.NRequests == 0 {
		return v.Say("empty.history")
	}
	from, to := v.filter.From, v.filter.To
	if !from.IsZero() && from.After(v.history.LastDay) || !to.IsZero() && !to.After(v.history.FirstDay) {
		return v.Say("empty.span", v.Span(from, to), v.Span(v.history.FirstDay, v.history.LastDay.AddDate(0, 0, 1)))
	}
	return v.Say("empty.filter")
}

// total adds up a column of counts.
func total(result *queries.Result, column string) float64 {
	at := chart.Column(result, column)
	sum := 0.0
	if at < 0 {
		return sum
	}
	for _, row := range result.Rows {
		if n := chart.Number(row[at]); n != nil {
			sum += *n
		}
	}
	return sum
}

// top keeps the rows with the largest value of a column, at most n of them and none under least.
func top(column string, n int, least float64) func(*queries.Result) *queries.Result {
	return func(result *queries.Result) *queries.Result {
		at := chart.Column(result, column)
		if at < 0 {
			return result
		}
		size := func(row []any) float64 {
			if n := chart.Number(row[at]); n != nil {
				return *n
			}
			return 0
		}
		shown := *result
		shown.Rows = slices.DeleteFunc(slices.Clone(result.Rows), func(row []any) bool { return size(row) < least })
		slices.SortStableFunc(shown.Rows, func(a, b []any) int { return int(size(b) - size(a)) })
		shown.Rows = shown.Rows[:min(n, len(shown.Rows))]
		return &shown
	}
}

// ranked orders what pick keeps by a measure, the smallest first or, with descending, the largest.
func ranked(pick func(*queries.Result) *queries.Result, column string, descending bool) func(*queries.Result) *queries.Result {
	return func(result *queries.Result) *queries.Result {
		shown := pick(result)
		slices.SortStableFunc(shown.Rows, func(a, b []any) int {
			if left, right := isUnknown(a), isUnknown(b); left != right { // it is nobody to be compared with
				return cmp.Compare(btoi(left), btoi(right))
			}
			left, _ := number(shown, a, column)
			right, _ := number(shown, b, column)
			if descending {
				left, right = right, left
			}
			return cmp.Compare(left, right)
		})
		return shown
	}
}

// isUnknown tells the row of the requests whose first dimension the history does not say, or does not tell.
func isUnknown(row []any) bool { return row[0] == queries.Unknown || row[0] == queries.Suppressed }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// number gives a row's value of a column, and whether there is one.
func number(result *queries.Result, row []any, column string) (float64, bool) {
	at := chart.Column(result, column)
	if at < 0 {
		return 0, false
	}
	n := chart.Number(row[at])
	if n == nil {
		return 0, false
	}
	return *n, true
}

// find gives the row whose dimensions have these values, nil where there is none.
func find(result *queries.Result, values map[string]string) []any {
	for _, row := range result.Rows {
		matches := true
		for name, value := range values {
			at := chart.Column(result, name)
			matches = matches && at >= 0 && chart.Text(row[at]) == value
		}
		if matches {
			return row
		}
	}
	return nil
}

// only narrows a filter to one role.
func only(role string) func(*queries.Filter) {
	return func(f *queries.Filter) { f.Role = []string{role} }
}
