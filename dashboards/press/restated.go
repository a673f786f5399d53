package press

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
)

// Summary says what came of a restatement, a sentence a line.
func (r *Restatement) Summary() []string {
	w := r.Words
	count := func(n int64) string { return w.Count(float64(n)) }
	var lines []string
	say := func(line string) { lines = append(lines, line) }
	switch {
	case r.IsList:
		say(w.Text("restate.list"))
	case len(r.Rows) == 0:
		say(w.Say("restate.none", count(int64(r.Unchanged))))
	default:
		say(w.Say("restate.some", count(int64(len(r.Rows))), count(int64(len(r.Rows)+r.Unchanged))))
	}
	switch {
	case r.RolledBack:
		say(w.Text("restate.rolled_back"))
	case r.NImports == 0:
		say(w.Text("restate.no_import"))
	case r.NArrived == nil:
		say(w.Say("restate.uncounted", count(r.NImports)))
	default:
		say(w.Say("restate.since", count(r.NImports), count(*r.NArrived), count(*r.NChanged)))
	}
	if r.NOther > 0 {
		say(w.Say("restate.other", count(r.NOther)))
	}
	if r.CampaignsChanged {
		say(w.Text("restate.campaigns"))
	}
	switch {
	case r.MeaningChanged:
		say(w.Text("restate.meaning"))
	case r.VersionChanged:
		say(w.Text("restate.version"))
	}
	return lines
}

// FileName is what a file of the restatement is called: monthly-2025-03-2-restated-generation-9.xlsx.
func (r *Restatement) FileName(extension string) string {
	return r.Edition.ID + "-restated-generation-" + strconv.Itoa(r.Now.Generation) + "." + extension
}

// Report puts a restatement into the form of a report, so that every writer can write it: a table for each unit.
func (r *Restatement) Report() *report.Report {
	w := r.Words
	section := report.Section{ID: "restatement", Title: w.Text("restate.section"), Question: w.Text("restate.question")}
	for _, group := range r.groups() {
		section.Tables = append(section.Tables, r.table(group))
	}
	if len(r.Rows) == 0 {
		section.Empty = r.Summary()[0]
	}
	made := *r.Now
	made.Title = w.Say("restate.title", r.Edition.Title, strconv.Itoa(r.Edition.Number))
	made.Edition = &report.Edition{ID: r.Edition.ID, Number: r.Edition.Number, IssuedAt: r.Edition.IssuedAt.In(r.Now.MadeAt.Location())}
	made.Sentences, made.Definitions, made.Provisional = r.Summary(), nil, ""
	made.Sections = []report.Section{section}
	made.About = []report.Pair{
		{Head: w.Text("restate.about.edition"), Text: r.Edition.ID},
		{Head: w.Text("restate.about.issued"), Text: w.Date(r.Edition.IssuedAt.In(r.Now.MadeAt.Location()))},
		{Head: w.Text("restate.about.through"), Text: w.Say("restate.then_now", w.Date(r.Edition.AsOf.In(r.Now.MadeAt.Location())), w.Date(r.Now.AsOf.In(r.Now.MadeAt.Location())))},
		{Head: w.Text("restate.about.generation"), Text: w.Say("restate.then_now", strconv.Itoa(r.Edition.Generation), strconv.Itoa(r.Now.Generation))},
		{Head: w.Text("restate.about.version"), Text: w.Say("restate.then_now", r.Edition.Version, r.Now.Version)},
		{Head: w.Text("restate.about.hash"), Text: r.Edition.Hash},
	}
	return &made
}

// group is the figures of one unit.
type group struct {
	unit    queries.Unit
	isWhole bool // whole numbers
	changes []Change
}

// groups parts the figures by unit, in the order in which units come first.
func (r *Restatement) groups() []group {
	var groups []group
	for _, change := range r.Rows {
		i := slices.IndexFunc(groups, func(g group) bool { return g.unit == change.Unit })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{unit: change.Unit, isWhole: true})
		}
		groups[i].isWhole = groups[i].isWhole && change.Type == queries.Integer
		groups[i].changes = append(groups[i].changes, change)
	}
	return groups
}

func (r *Restatement) table(g group) report.Table {
	w := r.Words
	numbers := queries.Double
	if g.isWhole {
		numbers = queries.Integer
	}
	t := report.Table{
		ID: "restated_" + cmp.Or(string(g.unit), "numbers"), Title: w.Text("restate.numbers"), Keys: 2,
		Columns: []queries.Column{
			{Name: "section", Type: queries.Text, Label: w.Text("restate.column.section")},
			{Name: "figure", Type: queries.Text, Label: w.Text("restate.column.figure")},
			{Name: "as_issued", Type: numbers, Unit: g.unit, Label: w.Text("restate.column.as_issued")},
			{Name: "now", Type: numbers, Unit: g.unit, Label: w.Text("restate.column.now")},
			{Name: "difference", Type: numbers, Unit: g.unit, Label: w.Text("restate.column.difference"), IsChange: true},
		},
	}
	hasRemarks := slices.ContainsFunc(g.changes, func(c Change) bool { return c.IsGone || c.IsNew })
	if hasRemarks {
		t.Columns = append(t.Columns, queries.Column{Name: "remark", Type: queries.Text, Label: w.Text("restate.column.remark")})
	}
	if g.unit != "" {
		t.Title = w.Text("restate.unit." + string(g.unit))
	}
	value := func(n *float64) any {
		switch {
		case n == nil:
			return nil
		case g.isWhole:
			return int64(*n)
		}
		return *n
	}
	for _, change := range g.changes {
		var remark any
		switch {
		case change.IsGone:
			remark = w.Text("restate.gone")
		case change.IsNew:
			remark = w.Text("restate.new")
		}
		rest := []any{value(change.AsIssued), value(change.Now), value(change.Difference)}
		if hasRemarks {
			rest = append(rest, remark)
		}
		t.Rows = append(t.Rows, append([]any{change.Title, change.Label}, rest...))
		t.Codes = append(t.Codes, append([]any{change.Section, change.Label}, rest...))
	}
	return t
}
