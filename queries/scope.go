package queries

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	//go:embed scope/facts.sql
	factsSQL string
	//go:embed scope/facts_cut.sql
	factsCutSQL string
	//go:embed scope/cohort.sql
	cohortSQL string
	//go:embed scope/period.sql
	periodSQL string
	//go:embed scope/due.sql
	dueSQL string
	//go:embed scope/attempts.sql
	attemptsSQL string
	//go:embed scope/attempts_cut.sql
	attemptsCutSQL string
	//go:embed scope/maturity.sql
	maturitySQL string
)

// question is a metric asked of one generation: everything that the composed SQL depends on.
type question struct {
	metric *Metric
	filter Filter    // resolved: no preset
	asOf   time.Time // zero: the history is empty
	isCut  bool      // asOf lies before the newest date of the history
	window window    // of a drill-down

	definition *Definition // a peer's, shown beside the metric's own; nil for none
	hasRollups bool        // what the load counted beforehand speaks of asOf
	yearFrom   time.Time   // first day of the twelve months that finished figures speak of together; zero: not known
	hidden     []beginning // what must not be told apart of the dimensions of readers, see suppress.go
}

// sameGroup stands in a metric's SQL for the condition that two tables speak of the same group. A bucket of time may be
// null, so that using() would not do.
var sameGroup = regexp.MustCompile(`same_group\((\w+), (\w+)\)`)

// byColumns stands in a metric's SQL for the columns that it is split by; it is always followed by a comma.
const byColumns = "by_columns,"

// metricSQL composes the statement of a metric: the CTE scope, the metric's own statement, the order of its rows.
func (q *question) metricSQL() string {
	by := q.by()
	text := "with " + q.ctes(q.countedSQL(), by) + q.sharedSQL(by) + "\nselect " + q.clearedSQL(q.columns()) + " from (\n" + q.besideSQL(inGroups(q.ownSQL(), by), by) + "\n)"
	if order := q.order(by); order != "" {
		text += "\norder by " + order
	}
	return text
}

// maturityOf stands in a metric's SQL for the table (by_columns, provisional) that comes of the metric's own table of
// requests by role and outcome, where it has one: see scope/maturity.sql.
var maturityOf = regexp.MustCompile(`maturity_of\((\w+)\)`)

// inGroups writes what a statement is split by in place of its tokens.
func inGroups(text string, by []*Dimension) string {
	text = maturityOf.ReplaceAllStringFunc(text, func(token string) string {
		table := maturityOf.FindStringSubmatch(token)[1]
		return "(\n" + strings.Replace(maturitySQL, "from parts", "from "+table, 1) + ")"
	})
	text = isWatched.ReplaceAllString(text, isWatchedSQL(by))
	var list strings.Builder
	var same []string
	for _, d := range by {
		list.WriteString(quote(d.Name) + ", ")
		same = append(same, "$1."+quote(d.Name)+" is not distinct from $2."+quote(d.Name))
	}
	text = strings.ReplaceAll(text, byColumns, list.String())
	return sameGroup.ReplaceAllString(text, "("+conjunction(same)+")")
}

// by is what the rows are split by: the dimensions asked for and those that the metric always has. One that the metric
// has a column of its own for is not asked for twice.
func (q *question) by() []*Dimension {
	var by []*Dimension
	for _, name := range append(slices.Clone(q.filter.By), q.metric.AlwaysBy...) {
		if d := FindDimension(name); !slices.Contains(q.metric.Always, name) && !slices.Contains(by, d) {
			by = append(by, d)
		}
	}
	return by
}

// The tables that a metric may read beside scope, each composed where its SQL names it.
var (
	namesAttempts = regexp.MustCompile(`\battempts\b`)
	namesMaturity = regexp.MustCompile(`\bmaturity\b`)
)

// sharedSQL writes the tables that the metric's SQL names: attempts (the attempts of the requests in scope), maturity
// (whether a group's figures will still move) with usual (t95 per role), and those of rollup.go.
func (q *question) sharedSQL(by []*Dimension) string {
	own := withoutComments(q.ownSQL())
	if q.definition != nil {
		own += withoutComments(q.definition.SQL)
	}
	text := ""
	if namesAttempts.MatchString(own) {
		attempts := attemptsSQL
		if q.isCut {
			attempts = attemptsCutSQL
		}
		text += ",\nattempts as not materialized (\n" + attempts + ")"
	}
	parts := ""
	if namesMaturity.MatchString(own) {
		parts = q.maturityPartsSQL()
	}
	text += q.rollupSQL(own+parts, by)
	if parts != "" || maturityOf.MatchString(own) {
		text += ",\nusual as (\n" + q.usualSQL() + ")"
	}
	if parts != "" {
		text += ",\nmaturity_parts as (\n" + parts + "),\nmaturity as maturity_of(maturity_parts)"
	}
	return inGroups(text, by)
}

func (q *question) countedSQL() string {
	switch {
	case q.metric.Dated == ByDue:
		return dueSQL
	case q.filter.IsPeriod() && !q.metric.CohortOnly:
		return periodSQL
	}
	return cohortSQL
}

// ctes writes the common tables: facts (the history as of as_of), counted (each request on the day that it counts on),
// and scope, which is those that the filter leaves, with a column for each dimension asked for. Beside the columns of
// fact_request scope has counted_day, is_arrival, is_outcome, in_span (counted_day lies in [from, to)) and bucket_end
// (when the smallest bucket of time that was asked for ends, else to, else as_of).
func (q *question) ctes(counted string, by []*Dimension) string {
	facts := factsSQL
	if q.isCut {
		facts = factsCutSQL
	}
	span := q.spanSQL()
	where := append(q.filterSQL(), q.cutSQL()...)
	if q.metric.Dated != ByDue && !q.metric.WholePast {
		span = nil // all of scope lies in it
	}
	text := "facts as not materialized (\n" + facts + "),\ncounted as not materialized (\n" + counted + "),\nscope as not materialized (\nselect " + q.dimensionsSQL(by) + ", " +
		conjunction(span) + " as in_span, " + q.bucketEndSQL(by) + " as bucket_end\nfrom counted\nwhere " + conjunction(where) + ")"
	return text
}

// cutSQL gives the conditions that the span sets for what a metric reads.
func (q *question) cutSQL() []string {
	switch {
	case q.metric.Dated == ByDue: // what is out at as_of is out whatever the span; the metric asks in_span itself
		return nil
	case q.metric.WholePast && q.filter.To.IsZero():
		return nil
	case q.metric.WholePast:
		return []string{"counted_day < $to::date"}
	}
	return q.spanSQL()
}

// dimensionsSQL lists the columns of a table with those that rows are split by: words in place of nulls, buckets of time.
func (q *question) dimensionsSQL(by []*Dimension) string {
	var replaced, added []string
	for _, d := range by {
		column := q.dimensionSQL(d) + " as " + quote(d.Name)
		if d.IsTime() {
			added = append(added, column)
		} else if d.sql != d.Name { // as those that may be hidden are
			replaced = append(replaced, column)
		}
	}
	columns := "*"
	if len(replaced) > 0 {
		columns += " replace (" + strings.Join(replaced, ", ") + ")"
	}
	return strings.Join(append([]string{columns}, added...), ", ")
}

// filterSQL gives the conditions that the filter's dimensions set.
func (q *question) filterSQL() []string {
	var conditions []string
	for _, d := range Dimensions {
		if !d.Filter {
			continue
		}
		var names []string
		for i := range *q.filter.list(d.Name) {
			names = append(names, fmt.Sprintf("$%s_%d", d.Name, i))
		}
		if names = q.widened(d, names); len(names) > 0 {
			conditions = append(conditions, d.sql+" in ("+strings.Join(names, ", ")+")")
		}
	}
	return conditions
}

func (q *question) spanSQL() []string {
	var conditions []string
	if !q.filter.From.IsZero() {
		conditions = append(conditions, "counted_day >= $from::date")
	}
	if !q.filter.To.IsZero() {
		conditions = append(conditions, "counted_day < $to::date")
	}
	return conditions
}

func (q *question) bucketEndSQL(by []*Dimension) string {
	for _, d := range Dimensions { // from small to large
		if d.IsTime() && slices.Contains(by, d) {
			return quote(d.Name) + " + " + d.ends
		}
	}
	if !q.filter.To.IsZero() {
		return "$to::timestamp"
	}
	return "$as_of::timestamp"
}

// order sorts rows by what they are split by: time first to last, words by the alphabet, what is unknown at the end.
func (q *question) order(by []*Dimension) string {
	var keys []string
	for _, d := range by {
		if d.IsTime() {
			keys = append(keys, quote(d.Name)+" nulls last")
		} else {
			if slices.Contains(ofReaders, d.Name) {
				keys = append(keys, quote(d.Name)+" = '"+Suppressed+"'")
			}
			keys = append(keys, quote(d.Name)+" = 'unknown'", quote(d.Name))
		}
	}
	if q.metric.Order != "" {
		keys = append(keys, q.metric.Order)
		if q.withheldSQL() == "" {
			return strings.Join(keys, ", ")
		} // else its columns may be null
	}
	for _, name := range q.metric.Always {
		keys = append(keys, quote(name))
	}
	return strings.Join(keys, ", ")
}

func conjunction(conditions []string) string {
	if len(conditions) == 0 {
		return "true"
	}
	return strings.Join(conditions, " and ")
}

func quote(name string) string { return `"` + name + `"` }

var parameterPattern = regexp.MustCompile(`\$[a-z_0-9]+`)

// values are the parameters that a composed statement can name; see writtenOut. Dates and instants are text, which the
// statement casts.
func (q *question) values() map[string]any {
	values := map[string]any{
		"$as_of":       sqlTime(q.asOf),
		"$from":        sqlTime(q.filter.From),
		"$to":          sqlTime(q.filter.To),
		"$window_from": sqlTime(q.window.from),
		"$window_to":   sqlTime(q.window.to),
		"$is_period":   q.filter.IsPeriod(),
		"$is_business": q.filter.IsBusiness(),
	}
	for _, option := range Options {
		values["$"+option.Name] = q.filter.Number(option.Name)
	}
	for _, d := range Dimensions {
		if d.Filter {
			for i, word := range *q.filter.list(d.Name) {
				values[fmt.Sprintf("$%s_%d", d.Name, i)] = word
			}
		}
	}
	for _, d := range Narrowings {
		for i, word := range *q.filter.list(d.Name) {
			values[fmt.Sprintf("$%s_%d", d.Name, i)] = word
		}
	}
	maps.Copy(values, q.hiddenValues())
	return values
}

// sqlTime is a parameter that SQL casts to a date or timestamp; zero is null.
func sqlTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02 15:04:05.000000")
}

func withoutComments(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			out.WriteString(line)
		}
	}
	return out.String()
}
