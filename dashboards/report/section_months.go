package report

import "github.com/fillrate/fillrate/queries"

// monthsSection is the year month by month, each side by itself, with the year as a whole.
func monthsSection(c *composer) (*Section, error) {
	s := c.section("months")
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		if !c.asks("role", role) {
			continue
		}
		side := c.words.Value("role", role)
		if err := c.monthly(s, "months_"+role, c.words.Say("report.months.served", side), "fill_rate", only(role), "n_requests",
			"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate", "filled_within_14d"); err != nil {
			return nil, err
		}
		for _, kind := range []string{"loan", "copy"} {
			if !c.asks("kind", kind) {
				continue
			}
			of := func(f *queries.Filter) { f.Role, f.Kind = []string{role}, []string{kind} }
			if err := c.monthly(s, "months_"+role+"_"+kind, c.words.Say("report.months.wait", side, c.words.Value("kind", kind)), "turnaround", of, "n",
				"n", "median_days", "p90_days", "share_within_sla"); err != nil {
				return nil, err
			}
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = c.words.Say("report.groups.empty", c.words.Span(c.span().from, c.span().to))
	}
	return s, nil
}

// monthly adds a table by month whose last row is computed for the year, as rates and medians do not add up.
func (c *composer) monthly(s *Section, id, title, metric string, change func(*queries.Filter), n string, columns ...string) error {
	r, err := c.ask(metric, c.span(), change, "month")
	if err != nil || total(r, n) == 0 && !isWithheld(r) {
		return err
	}
	all, err := c.ask(metric, c.span(), change)
	if err != nil {
		return err
	}
	t := c.withTotal(c.table(id, title, r, columns...), all)
	t.N = c.words.Say("report.lists.n_requests", c.count(total(all, n)))
	s.Tables = append(s.Tables, t)
	return nil
}
