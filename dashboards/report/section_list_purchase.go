package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// listPurchaseSection is the titles that might be bought. What makes one a candidate lies in the window before the newest
// date, so that only its requests are read.
func listPurchaseSection(c *composer) (*Section, error) {
	s := c.section("list_purchase")
	if s.Empty = c.noTitles(); s.Empty != "" {
		return s, nil
	}
	today := Reach{Newest: c.newest, Zone: c.zone}.Today()
	window := span{today.AddDate(0, 0, 1-c.base.Number("purchase_window_days")), today.AddDate(0, 0, 1)}
	r, err := c.ask("titles", window, func(f *queries.Filter) { setNumber(f, "top", longestList) })
	if err != nil {
		return nil, err
	}
	candidate := chart.Column(r, "purchase_candidate")
	kept := part(r, func(row []any) bool { is, _ := row[candidate].(bool); return is })
	if len(kept.Rows) == 0 {
		s.Empty = c.words.Say("report.list_purchase.empty", c.purchaseRule())
		return s, nil
	}
	counts := map[string]int64{}
	for _, row := range kept.Rows {
		counts[chart.Text(row[chart.Column(r, "kind")])]++
	}
	var rows []level
	for _, kind := range []string{"loan", "copy", queries.Unknown} {
		if counts[kind] > 0 {
			rows = append(rows, level{kind, c.words.Value("kind", kind), counts[kind]})
		}
	}
	t := c.listed("list_purchase", c.words.Text("title.candidates"), kept, "title", "container", "issn", "kind", "n_filled_window", "n_requests", "median_days", "total_cost", "currency")
	t.Keys = 4
	for i, row := range t.Codes {
		if row[8] == queries.Unknown {
			t.Rows[i][8] = nil
		}
	}
	t.N = c.words.Say("report.list_purchase.n", c.count(float64(len(kept.Rows))), c.words.Span(window.from, window.to))
	if len(kept.Rows) >= longestList {
		t.N = c.words.Say("report.list_purchase.n_least", c.count(longestList), c.words.Span(window.from, window.to))
	}
	s.Tables = []Table{c.levels("list_purchase_levels", c.words.Text("report.list_purchase.levels"), "", rows...), t}
	s.Notes = []string{c.purchaseRule()}
	return s, nil
}

// noTitles says why no list of borrowed titles is given, empty where one is.
func (c *composer) noTitles() string {
	switch {
	case !c.asks("role", "borrowing"):
		return c.words.Text("report.list_purchase.not_asked")
	case c.hidesLists():
		return c.words.Text("report.lists.hidden")
	}
	return ""
}

// purchaseRule says what makes a candidate, with the numbers that hold.
func (c *composer) purchaseRule() string {
	set := func(name string) string { return c.count(float64(c.base.Number(name))) }
	rule := c.words.Say("below.candidates", set("purchase_requests"), set("purchase_readers"), set("purchase_window_days"))
	switch cost, wait := c.base.Number("purchase_cost"), c.base.Number("purchase_wait_days"); {
	case cost > 0 && wait > 0:
		return c.words.Say("below.candidates_either", rule, set("purchase_cost"), set("purchase_wait_days"))
	case cost > 0:
		return c.words.Say("below.candidates_cost", rule, set("purchase_cost"))
	case wait > 0:
		return c.words.Say("below.candidates_wait", rule, set("purchase_wait_days"))
	}
	return rule
}
