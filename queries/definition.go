package queries

import (
	"slices"
	"strings"
)

// checkBuckets refuses to split a metric that goes by month by any other time.
func (q *question) checkBuckets() error {
	for _, d := range q.by() {
		if d.IsTime() && slices.Contains(q.metric.Always, "month") {
			return invalid("%s goes by month: leave out by=%s", q.metric.ID, d.Name)
		}
	}
	return nil
}

// define finds the definition that the filter names. The error is one of code invalid that lists the metric's.
func (q *question) define() error {
	name := q.filter.Definition
	if name == "" {
		return nil
	}
	if len(q.metric.Definitions) == 0 {
		return invalid("%s has one definition, its own: leave out definition=%s", q.metric.ID, clip(name))
	}
	if q.definition = q.metric.Definition(name); q.definition == nil {
		return notAllowed("the definition", clip(name), q.metric.DefinitionNames())
	}
	return nil
}

// Definition gives a peer's definition by its name, or nil.
func (m *Metric) Definition(name string) *Definition {
	i := slices.IndexFunc(m.Definitions, func(d Definition) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return &m.Definitions[i]
}

// DefinitionNames lists the peers' definitions that can be shown beside the metric's own.
func (m *Metric) DefinitionNames() []string {
	var names []string
	for _, d := range m.Definitions {
		names = append(names, d.Name)
	}
	return names
}

// happeningsSQL writes the definition's happenings that the filter and the span leave.
func (q *question) happeningsSQL(by []*Dimension) string {
	where := append(q.filterSQL(), q.spanSQL()...)
	return "happenings as not materialized (\nselect " + q.dimensionsSQL(by) + "\nfrom (\n" + q.definition.Happenings + "\n)\nwhere " + conjunction(where) + "\n)"
}

// besideSQL sets a peer's columns beside those of the metric's own statement, by group, in one statement. A group that
// the metric has no row for is left out.
func (q *question) besideSQL(own string, by []*Dimension) string {
	d := q.definition
	if d == nil {
		return own
	}
	var columns []string
	for _, column := range d.Columns {
		columns = append(columns, "theirs."+quote(column.Name))
	}
	text := "with\nours as (\n" + own + "\n),\n"
	if d.Happenings != "" {
		text += q.happeningsSQL(by) + ",\n"
	}
	text += "theirs as (\n" + d.SQL + "\n)\nselect ours.*, " + strings.Join(columns, ", ") + "\nfrom ours left join theirs on same_group(ours, theirs)"
	return inGroups(text, by)
}
