package queries

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"math/bits"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed scope/suppress.sql
	suppressSQL string
	//go:embed scope/suppress_exact.sql
	suppressExactSQL string
	//go:embed scope/small_groups.sql
	smallGroupsSQL string
)

// Suppression is what was done to one of the dimensions that tell of readers, so that no small group of them shows.
type Suppression struct {
	Dimension string `json:"dimension"` // department or patron_group
	N         int    `json:"n"`         // values that are taken together
	Of        int    `json:"of"`        // values that the history holds
	// IsWithheld: the filter names some of those values and not the others, so that its figures are null.
	IsWithheld bool `json:"is_withheld,omitempty"`
}

// SuppressionWords says in a sentence each what was taken together or withheld; none where nothing was.
func (r *Result) SuppressionWords() []string { return r.SuppressionWordsIn(English) }

// SuppressionWordsIn is SuppressionWords in a reader's language.
func (r *Result) SuppressionWordsIn(l Language) []string {
	var sentences []string
	for _, s := range r.Suppressed {
		d := FindDimension(s.Dimension)
		few := plural(l, r.Filter.Number("suppress_below"), "reader", "readers")
		if slices.Contains(r.Filter.By, s.Dimension) {
			sentences = append(sentences, l.Tell("{0} with fewer than {1} are taken together as “{2}” ({3} of {4}).",
				l.Of(d.Label+"s"), few, l.Of(Suppressed), strconv.Itoa(s.N), strconv.Itoa(s.Of)))
		}
		if s.IsWithheld {
			sentences = append(sentences, l.Tell("Figures that would tell of a {0} with fewer than {1}, directly or by difference, are withheld.", strings.ToLower(l.Of(d.Label)), few))
		}
	}
	return sentences
}

// ofReaders lists the dimensions that tell of readers, in the order in which their values are hidden.
var ofReaders = []string{"department", "patron_group"}

// beginning is the part of a dimension's values that a question may not tell apart.
//
// The values of a dimension stand in one order for the whole history, those of the fewest readers first, and hidden is
// always a beginning of it. So whatever two questions hide, one hides all that the other does, and no sums and
// differences within a table, or with any coarser table of the same filter, make out a value that either of them had to
// hide. What is left open are two questions of different spans, dates or filters (figures of a year, and of the year but
// for its first week, differ by that week), and what a table of totals tells where all requests of a month are known to
// be one department's.
type beginning struct {
	dimension *Dimension
	order     []string
	n         int // hidden: order[:n]
}

// isCutBy tells whether a filter to the values given would tell some of the hidden ones from the others. Where all values
// are hidden one that names them all does too: an answer would tell that there are no more.
func (b *beginning) isCutBy(values []string) bool {
	n := 0
	for _, value := range b.order[:b.n] {
		if slices.Contains(values, value) {
			n++
		}
	}
	return n > 0 && (n < b.n || b.n == len(b.order))
}

// hide finds what the question may not show: nothing where it neither splits nor filters by a dimension of readers, or
// all is asked for.
func (q *question) hide(ctx context.Context, snapshot *store.Snapshot) error {
	var dimensions []*Dimension
	for _, name := range ofReaders {
		if d := FindDimension(name); slices.Contains(q.by(), d) || len(*q.filter.list(name)) > 0 {
			dimensions = append(dimensions, d)
		}
	}
	fewest := q.filter.Number("suppress_below")
	if len(dimensions) == 0 || fewest == 0 {
		return nil
	}
	if q.metric.HidesReaders {
		return invalid("%s lists what single readers asked for: leave %s out, or set suppress_below=0", q.metric.Title, dimensions[0].Name)
	}
	orders, err := readerOrders(ctx, snapshot)
	if err != nil {
		return err
	}
	for _, d := range dimensions {
		q.hidden = append(q.hidden, beginning{dimension: d, order: orders[d.Name]})
	}
	sizes := make([]int, len(dimensions))
	for i, b := range q.hidden {
		sizes[i] = len(b.order)
	}
	cells, err := q.boundedCells(ctx, snapshot, dimensions)
	if err != nil {
		return fmt.Errorf("counting readers: %w", err)
	}
	hidden := shortest(cells, sizes, fewest, (*crowd).atLeast)
	if !slices.Equal(hidden, shortest(cells, sizes, fewest, (*crowd).atMost)) {
		if cells, err = q.exactCells(ctx, snapshot, dimensions); err != nil {
			return fmt.Errorf("counting readers: %w", err)
		}
		hidden = shortest(cells, sizes, fewest, (*crowd).exactly)
	}
	for i, n := range hidden {
		q.hidden[i].n = n
	}
	return nil
}

// hideAlso hides what another question of the same dimensions hides, so that the two can be set side by side.
func (q *question) hideAlso(other *question) {
	for i := range q.hidden {
		q.hidden[i].n = max(q.hidden[i].n, other.hidden[i].n)
	}
}

// readerOrders gives the values of each dimension of readers, those of the fewest first. One that is called suppressed
// itself is the first to be.
func readerOrders(ctx context.Context, snapshot *store.Snapshot) (map[string][]string, error) {
	rows, err := snapshot.DB().QueryContext(ctx, "select dimension, value from reader_count order by dimension, value <> $1, n_readers, value", Suppressed)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	orders := map[string][]string{}
	for rows.Next() {
		var dimension, value string
		if err := rows.Scan(&dimension, &value); err != nil {
			return nil, err
		}
		orders[dimension] = append(orders[dimension], value)
	}
	return orders, rows.Err()
}

// cell is what one context has of one department and patron group: by place in the order, the first being 1; 0 for a
// dimension that the question leaves out. Who its readers are is told by keys, or bounded by bits and withKey.
type cell struct {
	context int64
	places  [2]int
	alone   int      // own readers' requests without a key, each a reader of its own
	withKey int      // those with a key
	bits    uint64   // one for each of their readers, perhaps the same for several
	keys    []string // of their readers
}

// boundedCells gives the cells of every context in which one may have too few readers, with the bounds of their number.
// One reading of the facts that is no dearer than a metric's.
func (q *question) boundedCells(ctx context.Context, snapshot *store.Snapshot, dimensions []*Dimension) ([]cell, error) {
	columns := []Column{{Name: "n_without_key", Type: Integer}, {Name: "n_with_key", Type: Integer}, {Name: "bits", Type: Integer}}
	return q.cells(ctx, snapshot, dimensions, suppressSQL, columns, func(c *cell, values []any) {
		c.alone, c.withKey, c.bits = int(values[0].(int64)), int(values[1].(int64)), uint64(values[2].(int64))
	})
}

// exactCells gives the cells of every context in which one has too few readers, with the readers' keys, at the cost of a
// second reading.
func (q *question) exactCells(ctx context.Context, snapshot *store.Snapshot, dimensions []*Dimension) ([]cell, error) {
	columns := []Column{{Name: "n_without_key", Type: Integer}, {Name: "keys", Type: Text}}
	return q.cells(ctx, snapshot, dimensions, suppressExactSQL, columns, func(c *cell, values []any) {
		c.alone = int(values[0].(int64))
		if keys, ok := values[1].(string); ok {
			c.keys = strings.Fields(keys)
		} else { // readers enough
			c.alone = q.filter.Number("suppress_below")
		}
	})
}

// cells runs a statement over readers; fill takes what its own columns say of a cell. Filters by readers are left out: a
// filter may show what a split of the same question shows, and no more.
func (q *question) cells(ctx context.Context, snapshot *store.Snapshot, dimensions []*Dimension, statement string, own []Column, fill func(*cell, []any)) ([]cell, error) {
	places := make([]map[string]int, len(q.hidden))
	for i, b := range q.hidden {
		places[i] = map[string]int{}
		for k, value := range b.order {
			places[i][value] = k + 1
		}
	}
	unfiltered := *q
	unfiltered.hidden = nil
	unfiltered.filter.Department, unfiltered.filter.PatronGroup = nil, nil
	columns := append([]Column{{Name: "context", Type: Integer}, {Name: "department", Type: Text}, {Name: "patron_group", Type: Text}}, own...)
	var cells []cell
	err := unfiltered.query(ctx, snapshot, unfiltered.readersSQL(dimensions, statement), columns, func(row []any) error {
		c := cell{context: row[0].(int64)}
		for i, d := range dimensions {
			c.places[i] = places[i][row[1+slices.Index(ofReaders, d.Name)].(string)]
		}
		fill(&c, row[3:])
		cells = append(cells, c)
		return nil
	})
	return cells, err
}

// readersSQL composes a statement over readers: the requests that the metric speaks of, and who made them. A row of the
// result is counted by everything that it is split by; the arrivals and the outcomes of a period are counted apart, as
// the figures of a row speak of one or the other.
func (q *question) readersSQL(dimensions []*Dimension, statement string) string {
	contexts := q.contexts()
	shown := make([]string, len(ofReaders))
	for i, name := range ofReaders {
		shown[i] = "'' as " + name
		if slices.ContainsFunc(dimensions, func(d *Dimension) bool { return d.Name == name }) {
			shown[i] = name
		}
	}
	columns := inGroups("by_columns, is_arrival, ", contexts) + strings.Join(shown, ", ") + ", patron_key, role <> 'lending' as is_of_reader"
	readers := "select " + columns + " from (\n" + cmp.Or(q.metric.Readers, q.metric.Rows) + "\n)"
	if q.metric.WholePast && !q.filter.From.IsZero() { // what is expected of a month may be what it was a year before
		readers += " where counted_day >= $from::date - to_months(12)"
	}
	partner := FindDimension("partner")
	isByLender := slices.Contains(q.metric.Always, partner.Name) && namesAttempts.MatchString(withoutComments(q.metric.SQL))
	shared := ""
	if isByLender { // a partner's row tells of the attempts at it, too
		shared = q.sharedSQL(nil)
		readers += "\nunion all\nselect " + strings.Replace(columns, quote(partner.Name), "lender as "+quote(partner.Name), 1) + " from attempts"
	}
	by := append(slices.Clone(contexts), dimensions...)
	if q.definition != nil && q.definition.Happenings != "" { // and a peer's figures of what happened on other days
		shared += ",\n" + q.happeningsSQL(by)
		readers += "\nunion all\nselect " + strings.Replace(columns, "is_arrival", "happening = 'created' as is_arrival", 1) + " from happenings"
	}
	return "with " + q.ctes(q.countedSQL(), by) + shared +
		",\nreaders as not materialized (\n" + readers + "\n),\n" + inGroups(statement, contexts)
}

// contexts is what the rows are split by beside readers, the metric's own dimensions among them.
func (q *question) contexts() []*Dimension {
	var contexts []*Dimension
	for _, d := range q.by() {
		if !slices.Contains(ofReaders, d.Name) {
			contexts = append(contexts, d)
		}
	}
	for _, name := range q.metric.Always {
		if name == "side" { // as loans call it
			name = "role"
		}
		i := slices.IndexFunc(rowContexts, func(d *Dimension) bool { return d.Name == name })
		switch d := FindDimension(name); {
		case d != nil && !slices.Contains(contexts, d):
			contexts = append(contexts, d)
		case d == nil && i >= 0:
			contexts = append(contexts, rowContexts[i])
		}
	}
	return contexts
}

// rowContexts are columns of metrics that part their rows further and are no dimension, over a row of the facts, or as
// the metric's Readers give them.
var rowContexts = []*Dimension{
	{Name: "outcome", Type: Text, sql: "outcome"},
	{Name: "direction", Type: Text, sql: "direction"},
	{Name: "form", Type: Text, sql: "form"},
	{Name: "rule", Type: Text, sql: "rule"},
	{Name: "currency", Type: Text, sql: "case when cost is null then 'no_cost' else coalesce(currency, 'unknown') end"},
}

// shortest gives how many values of each dimension to hide: the fewest, in their order, for which every row that is
// shown has readers enough, or all. Of two dimensions each gives one value in turn, and takes back what was not needed,
// the second one first. sizes is how many values each has, and count counts a row's readers.
func shortest(cells []cell, sizes []int, fewest int, count func(*crowd) int) []int {
	var steps [][]int
	next := make([]int, len(sizes))
	for isLonger := true; isLonger; {
		isLonger = false
		steps = append(steps, slices.Clone(next))
		for i, size := range sizes {
			if next[i] < size {
				next[i]++
				steps = append(steps, slices.Clone(next))
				isLonger = true
			}
		}
	}
	// Hiding more never leaves a row with fewer readers, so that the first step that is enough can be searched for.
	found := sort.Search(len(steps), func(i int) bool { return areEnough(cells, steps[i], fewest, count) })
	if found == len(steps) {
		return sizes
	}
	hidden := steps[found]
	for i := range slices.Backward(hidden) {
		n := sort.Search(hidden[i], func(n int) bool {
			less := slices.Clone(hidden)
			less[i] = n
			return areEnough(cells, less, fewest, count)
		})
		if n == 1 { // one alone would be hidden behind nothing
			n = min(2, sizes[i])
		}
		hidden[i] = n
	}
	return hidden
}

// crowd is the readers of a row: cells taken together.
type crowd struct {
	alone, withKey int
	bits           uint64
	keys           map[string]bool
}

func (c *crowd) atLeast() int { return c.alone + bits.OnesCount64(c.bits) }
func (c *crowd) atMost() int  { return c.alone + c.withKey }
func (c *crowd) exactly() int { return c.alone + len(c.keys) }

// areEnough tells whether every row has readers enough, or none of ours as one of lending alone, once the first values
// of each dimension are taken together.
func areEnough(cells []cell, hidden []int, fewest int, count func(*crowd) int) bool {
	type row struct {
		context int64
		places  [2]int
	}
	rows := map[row]*crowd{}
	for _, c := range cells {
		at := row{c.context, c.places}
		for i, n := range hidden {
			if at.places[i] <= n {
				at.places[i] = 0
			}
		}
		in := rows[at]
		if in == nil {
			in = &crowd{keys: map[string]bool{}}
			rows[at] = in
		}
		in.alone += c.alone
		in.withKey += c.withKey
		in.bits |= c.bits
		for _, key := range c.keys {
			in.keys[key] = true
		}
	}
	for _, in := range rows {
		if n := count(in); n > 0 && n < fewest {
			return false
		}
	}
	return true
}

// checkRows refuses to list the requests of a department or patron group that a list does not name.
func (q *question) checkRows(ctx context.Context, snapshot *store.Snapshot) error {
	for _, name := range ofReaders {
		given := *q.filter.list(name)
		if len(given) == 0 {
			continue
		}
		text := "with " + smallGroupsSQL + "select value from small_groups where dimension = '" + name + "'"
		err := q.query(ctx, snapshot, text, []Column{{Name: "value", Type: Text}}, func(row []any) error {
			if value := row[0].(string); slices.Contains(given, value) {
				return invalid("the requests of a %s with fewer than %s, and of the next larger one, are not listed: leave %s=%s out, or set suppress_below=0",
					strings.ToLower(FindDimension(name).Label), plural(English, q.filter.Number("suppress_below"), "reader", "readers"), name, clip(value))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dimensionSQL is a dimension over a row of the facts, what is hidden taken together.
func (q *question) dimensionSQL(d *Dimension) string {
	for _, b := range q.hidden {
		if b.dimension == d && b.n > 0 {
			return "case when " + d.sql + " in (" + strings.Join(b.names(), ", ") + ") then '" + Suppressed + "' else " + d.sql + " end"
		}
	}
	return d.sql
}

// names are the parameters that stand for the hidden values.
func (b *beginning) names() []string {
	names := make([]string, b.n)
	for i := range names {
		names[i] = fmt.Sprintf("$hidden_%s_%d", b.dimension.Name, i)
	}
	return names
}

// widened gives the parameters of the values that a filter leaves. Where figures are withheld it takes in all that is
// hidden, so that a row is there, or is not, whatever the filter names.
func (q *question) widened(d *Dimension, names []string) []string {
	for _, b := range q.hidden {
		switch {
		case b.dimension != d || !b.isCutBy(*q.filter.list(d.Name)):
		case slices.Contains(q.by(), d):
			return append(names, b.names()...)
		default:
			return nil
		}
	}
	return names
}

// hiddenValues are the values of those parameters.
func (q *question) hiddenValues() map[string]any {
	values := map[string]any{}
	for _, b := range q.hidden {
		for i, name := range b.names() {
			values[name] = b.order[i]
		}
	}
	return values
}

// withheldSQL is the condition on a row of the result under which its figures are null; empty where none are.
func (q *question) withheldSQL() string {
	var conditions []string
	for _, b := range q.hidden {
		switch {
		case !b.isCutBy(*q.filter.list(b.dimension.Name)):
		case slices.Contains(q.by(), b.dimension):
			conditions = append(conditions, quote(b.dimension.Name)+" = '"+Suppressed+"'")
		default:
			return "true"
		}
	}
	return strings.Join(conditions, " or ")
}

// suppressed says what was hidden, for the result.
func (q *question) suppressed() []Suppression {
	var done []Suppression
	for _, b := range q.hidden {
		if b.n > 0 && (slices.Contains(q.by(), b.dimension) || q.withheldSQL() != "") {
			done = append(done, Suppression{b.dimension.Name, b.n, len(b.order), b.isCutBy(*q.filter.list(b.dimension.Name))})
		}
	}
	return done
}

// sqlTypes are the types of columns as SQL names them.
var sqlTypes = map[Type]string{Text: "varchar", Integer: "bigint", Double: "double", Boolean: "boolean", Date: "date", Timestamp: "timestamp"}

// clearedSQL writes the columns of a result, null where they may not be shown: figures of too few readers, and with
// basis=period what would set arrivals of a period against outcomes of the same period.
func (q *question) clearedSQL(columns []Column) string {
	withheld := q.withheldSQL()
	var replaced []string
	for _, column := range columns {
		null := "null::" + cmp.Or(sqlTypes[column.Type], "varchar")
		switch {
		case q.filter.IsPeriod() && column.CohortOnly, withheld == "true" && q.isFigure(column.Name):
			replaced = append(replaced, null+" as "+quote(column.Name))
		case withheld != "" && q.isFigure(column.Name):
			replaced = append(replaced, "case when "+withheld+" then "+null+" else "+quote(column.Name)+" end as "+quote(column.Name))
		}
	}
	if len(replaced) == 0 {
		return "*"
	}
	return "* replace (" + strings.Join(replaced, ", ") + ")"
}

// isFigure tells a column that holds what was counted from one that the rows are split by.
func (q *question) isFigure(name string) bool {
	return !slices.Contains(q.metric.Always, name) && !slices.ContainsFunc(q.by(), func(d *Dimension) bool { return d.Name == name })
}
