package report

import (
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
)

// surveySection gives the lines of one annual survey, and the trail of each: which requests it counts, which it leaves out,
// and by which rule. What was filled in the span counts, whenever it was asked for.
func surveySection(id string) func(*composer) (*Section, error) {
	return func(c *composer) (*Section, error) {
		survey, err := annual.Find(id)
		if err != nil {
			return nil, err
		}
		s := c.section(id)
		r, err := c.ask("annual", c.span(), func(f *queries.Filter) { f.Basis = queries.Period }, "source")
		if err != nil {
			return nil, err
		}
		figures := survey.Count(r)
		s.Tables = []Table{c.surveyLines(survey, figures), c.surveyTrail(survey, r)}
		s.Notes = append(s.Notes, c.words.Say("report.surveys.year", c.words.Span(c.span().from, c.span().to)), c.words.Of(survey.Asks))
		if warning := survey.Warning(c.words, c.span().to); warning != "" {
			s.Notes = append(s.Notes, warning)
		}
		if !c.span().to.Before(c.newest) {
			s.Notes = append(s.Notes, c.words.Say("report.surveys.running", c.asOfDay()))
		}
		if len(r.Rows) == 0 {
			s.Empty = c.words.Say("report.surveys.empty", c.words.Span(c.span().from, c.span().to))
		}
		return s, nil
	}
}

// surveyLines is the survey's lines with their figures and the rules in words.
func (c *composer) surveyLines(survey annual.Survey, figures []annual.Figure) Table {
	t := Table{ID: survey.ID + "_lines", Title: c.words.Of(survey.Name), Keys: 1, Columns: []queries.Column{
		c.own("line", queries.Text, ""), c.own("n", queries.Integer, queries.Requests), c.own("asks", queries.Text, ""), c.own("rule", queries.Text, ""), c.own("said_in", queries.Text, "")}}
	withheld := false
	for _, f := range figures {
		withheld = withheld || f.IsWithheld
		t.Codes = append(t.Codes, []any{f.Line.ID, f.N, f.Line.Label, f.Line.Rule, f.Line.Source})
		t.Rows = append(t.Rows, []any{f.Line.ID, f.N, c.words.Of(f.Line.Label), c.words.Of(f.Line.Rule), c.words.Of(f.Line.Source)})
	}
	if withheld {
		t.Notes = append(t.Notes, c.words.Text("report.surveys.withheld"))
	}
	return t
}

// surveyTrail is every request of the year by direction, form and rule, and the lines that count it.
func (c *composer) surveyTrail(survey annual.Survey, r *queries.Result) Table {
	t := c.table(survey.ID+"_trail", c.words.Text("report.surveys.trail"), r, "n")
	at := map[string]int{}
	for k, column := range t.Columns {
		at[column.Name] = k
	}
	t.Columns = append(t.Columns, c.own("counted_in", queries.Text, ""))
	for i := range t.Rows {
		code := func(name string) string { return chart.Text(t.Codes[i][at[name]]) }
		for _, name := range []string{"direction", "form", "rule"} {
			t.Rows[i][at[name]] = c.words.Of(annual.FindWord(code(name)).Label)
		}
		lines := countedIn(survey, code("direction"), code("form"), code("rule"))
		t.Codes[i] = append(t.Codes[i], strings.Join(lines, ", "))
		if len(lines) == 0 {
			lines = []string{c.words.Text("report.surveys.none")}
		}
		t.Rows[i] = append(t.Rows[i], strings.Join(lines, ", "))
	}
	t.N = c.words.Say("report.surveys.n", c.count(total(r, "n")))
	return t
}

// countedIn gives the ids of a survey's lines that count the requests of a row.
func countedIn(survey annual.Survey, direction, form, rule string) []string {
	var ids []string
	for _, line := range survey.Lines {
		isIn := line.Direction == direction && slices.Contains(line.Forms, form) && slices.Contains(line.Rules, rule)
		isIn = isIn || slices.ContainsFunc(line.SumOf, func(id string) bool { return slices.Contains(ids, id) })
		if isIn {
			ids = append(ids, line.ID)
		}
	}
	return ids
}
