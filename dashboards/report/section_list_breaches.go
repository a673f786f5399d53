package report

import "github.com/fillrate/fillrate/queries"

// listBreachesSection is the requests over their target, open ones first, as something can be done about them.
func listBreachesSection(c *composer) (*Section, error) {
	s := c.section("list_breaches")
	if c.hidesLists() {
		s.Empty = c.words.Text("report.lists.hidden")
		return s, nil
	}
	window := c.breachWindow()
	in := func(f *queries.Filter) { f.From, f.To = window.from, window.to }
	var counts []level
	n := 0
	for _, outcome := range []string{"open", "filled"} {
		found, err := c.countRows("breaches", func(f *queries.Filter) { in(f); f.Outcome = []string{outcome} })
		if err != nil {
			return nil, err
		}
		counts = append(counts, level{outcome, c.words.Value("outcome", outcome), int64(found)})
		n += found
	}
	span := c.words.Span(window.from, window.to)
	if n == 0 {
		s.Empty = c.words.Say("report.list_breaches.empty", span)
		return s, nil
	}
	r, err := c.ask("breaches", window, func(f *queries.Filter) { setNumber(f, "top", longestList) })
	if err != nil {
		return nil, err
	}
	columns := []string{"source_id", "days_over", "waited_days", "target_days", "outcome", "role", "kind", "status", "partner", "created_at", "title", "container"}
	t := c.ofAll(c.listed("list_breaches", c.words.Text("report.question.list_breaches"), r, inLibraries(r, columns)...), n)
	t.N = c.words.Say("report.list_breaches.n", c.count(float64(n)), span, c.asOfDay())
	s.Tables = []Table{c.levels("list_breaches_levels", c.words.Say("report.list_breaches.levels", span), queries.Requests, counts...), t}
	s.Notes = []string{c.words.Text("report.list_breaches.note")}
	return s, nil
}

// breachWindow is the twelve months before the newest date: what was late longer ago and is open still stands in the list of
// open requests.
func (c *composer) breachWindow() span {
	to := Reach{Newest: c.newest, Zone: c.zone}.Today().AddDate(0, 0, 1)
	return span{to.AddDate(-1, 0, 0), to}
}
