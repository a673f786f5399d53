package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// partnersSection says whom the library can count on, and whom it gives to.
func partnersSection(c *composer) (*Section, error) {
	s := c.section("partners")
	for _, add := range []func(*Section) error{c.lenders, c.lent} {
		if err := add(s); err != nil {
			return nil, err
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = c.words.Say("report.partners.empty", c.words.Span(c.span().from, c.span().to))
	}
	return s, nil
}

// lenders ranks the lenders asked in twelve months, as in one month few were asked often enough.
func (c *composer) lenders(s *Section) error {
	r, err := c.ask("partners", c.twelveMonths(), nil)
	if err != nil || total(r, "n_attempts") == 0 {
		return err
	}
	asked := part(r, func(row []any) bool { n, _ := number(r, row, "n_attempts"); return n > 0 })
	small := chart.Column(r, "is_small")
	fair := sorted(part(asked, func(row []any) bool { is, _ := row[small].(bool); return !is && !isNobody(row[0]) }), "fill_rate_shrunk")
	span := c.words.Span(r.Filter.From, r.Filter.To)
	least := c.count(float64(r.Filter.Number("min_n")))
	n := len(fair.Rows)
	s.Notes = append(s.Notes, c.words.Say("report.partners.ranked", c.count(float64(n)), c.count(float64(len(asked.Rows))), least, span))
	if n == 0 {
		return nil
	}
	add := func(id, title string, rows [][]any) {
		ranking := *fair
		ranking.Rows = rows
		t := c.table(id, title, &ranking, "n_attempts", "n_answered", "n_filled", "fill_rate", "fill_rate_shrunk", "median_response_days", "expired_share", "borrowed")
		t.N = c.words.Say("report.partners.n", c.count(total(&ranking, "n_attempts")), c.count(total(r, "n_attempts")), span)
		t.Notes = append(t.Notes, c.words.Say("report.lists.part", c.count(float64(len(rows))), c.count(float64(len(r.Rows)))))
		s.Tables = append(s.Tables, t)
	}
	if n <= mostRanked {
		add("partners_ranked", c.words.Text("report.partners.all"), fair.Rows)
		return nil
	}
	add("partners_top", c.words.Text("report.partners.top"), fair.Rows[:mostRanked])
	var worst [][]any
	for i := n - 1; i >= max(mostRanked, n-mostRanked); i-- {
		worst = append(worst, fair.Rows[i])
	}
	add("partners_bottom", c.words.Text("report.partners.bottom"), worst)
	return nil
}

// lent sets what was lent beside what was borrowed, with the partners that were lent to most.
func (c *composer) lent(s *Section) error {
	r, err := c.ask("balance", c.span(), nil, "partner")
	if err != nil || len(r.Rows) == 0 {
		return err
	}
	if err := c.balanceTiles(s); err != nil {
		return err
	}
	most := sorted(part(r, func(row []any) bool { n, _ := number(r, row, "lent"); return n > 0 && !isNobody(row[0]) }), "lent")
	if len(most.Rows) == 0 {
		return nil
	}
	n := len(most.Rows)
	most.Rows = most.Rows[:min(mostRanked, n)]
	t := c.table("lent_most", c.words.Text("report.partners.lent"), most, "lent", "borrowed", "net", "lent_loans", "lent_copies")
	t.N = c.words.Say("report.partners.lent_n", c.count(total(most, "lent")), c.count(total(r, "lent")), c.count(float64(len(most.Rows))), c.count(float64(n)))
	t.Notes = append(t.Notes, c.words.Say("report.lists.part", c.count(float64(len(most.Rows))), c.count(float64(len(r.Rows)))))
	f, err := c.figure("lent", c.words.Text("report.partners.lent_question"), t, most, chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "partner", Y: []string{"lent", "borrowed"}}, 90+34*len(most.Rows))
	if err != nil {
		return err
	}
	s.Tables, s.Figures = append(s.Tables, t), append(s.Figures, f)
	return nil
}

// balanceTiles are what was lent and borrowed, beside before.
func (c *composer) balanceTiles(s *Section) error {
	for _, column := range []string{"lent", "borrowed", "net"} {
		tile, err := c.tileOf("balance", column, nil)
		if err != nil {
			return err
		}
		s.Tiles = append(s.Tiles, tile)
	}
	return nil
}

// lendingGroupsSection is what was asked of the library and lent, by the groups that it puts its partners in: its consortium,
// its state, others.
func lendingGroupsSection(c *composer) (*Section, error) {
	s := c.section("lending_groups")
	asked, err := c.ask("fill_rate", c.span(), only("lending"), "partner_group")
	if err != nil {
		return nil, err
	}
	balance, err := c.ask("balance", c.span(), nil, "partner_group")
	if err != nil {
		return nil, err
	}
	isGrouped := false
	for _, r := range []*queries.Result{asked, balance} {
		for _, row := range r.Rows {
			isGrouped = isGrouped || !isNobody(row[0])
		}
	}
	switch {
	case !c.asks("role", "lending"):
		s.Empty = c.words.Text("report.lending_groups.not_asked")
	case len(asked.Rows)+len(balance.Rows) == 0:
		s.Empty = c.words.Say("report.partners.empty", c.words.Span(c.span().from, c.span().to))
	case !isGrouped:
		s.Empty = c.words.Text("report.lending_groups.empty")
	}
	if s.Empty != "" {
		return s, nil
	}
	all, err := c.ask("fill_rate", c.span(), only("lending"))
	if err != nil {
		return nil, err
	}
	t := c.withTotal(c.table("lending_by_group", c.words.Text("report.lending_groups.asked"), asked, "n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate"), all)
	t.N = c.words.Say("report.lists.n_requests", c.count(total(asked, "n_requests")))
	s.Tables = append(s.Tables, t)
	if all, err = c.ask("balance", c.span(), nil); err != nil {
		return nil, err
	}
	t = c.withTotal(c.table("balance_by_group", c.words.Text("report.lending_groups.balance"), balance, "lent", "borrowed", "net", "ratio", "lent_loans", "lent_copies"), all)
	t.N = c.words.Say("report.lists.n_balance", c.count(total(balance, "lent")), c.count(total(balance, "borrowed")))
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, c.words.Text("report.lending_groups.note"))
	return s, nil
}
