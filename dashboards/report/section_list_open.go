package report

import "github.com/fillrate/fillrate/queries"

// listOpenSection is the open requests, the most pressing first. The patron group has no part in the order: its points would
// tell the group of a request to whoever gets the report.
func listOpenSection(c *composer) (*Section, error) {
	s := c.section("list_open")
	counts, err := c.stock("volume", span{}, nil, "role", "kind")
	if err != nil {
		return nil, err
	}
	n := int(total(counts, "n_open"))
	switch {
	case n == 0:
		s.Empty = c.words.Say("report.list_open.empty", c.asOfDay())
	case c.hidesLists():
		s.Empty = c.words.Text("report.lists.hidden")
	}
	if s.Empty != "" {
		return s, nil
	}
	over, err := c.countRows("breaches", func(f *queries.Filter) { f.Outcome = []string{"open"} })
	if err != nil {
		return nil, err
	}
	levels := c.levels("list_open_levels", c.words.Say("report.list_open.levels", c.asOfDay()), queries.Requests,
		level{"over", c.words.Text("report.list_open.over"), int64(over)}, level{"within", c.words.Text("report.list_open.within"), int64(n - over)})
	open := part(counts, func(row []any) bool { n, _ := number(counts, row, "n_open"); return n > 0 })
	byRole := c.table("list_open_roles", c.words.Text("report.list_open.roles"), open, "n_open")
	byRole.List = true
	r, err := c.stock("open_requests", span{}, func(f *queries.Filter) {
		setNumber(f, "top", longestList)
		setNumber(f, "priority_group", 0)
	})
	if err != nil {
		return nil, err
	}
	columns := []string{"source_id", "priority", "role", "kind", "status", "partner", "age_days", "days_over", "need_by", "rush", "title", "container"}
	t := c.ofAll(c.listed("list_open", c.words.Text("report.question.list_open"), r, inLibraries(r, columns)...), n)
	t.N = c.words.Say("report.list_open.n", c.count(float64(n)), c.asOfDay())
	if c.base.Number("priority_group") > 0 {
		t.Notes = append(t.Notes, c.words.Text("report.list_open.no_group"))
	}
	s.Tables = []Table{levels, byRole, t}
	return s, nil
}
