package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
)

// mostReasons is how many stand by themselves on a chart; the table has all.
const mostReasons = 10

// reasons is why requests ended without supply, the most frequent first, of each role.
func reasons(c *composer) (*Section, error) {
	s := c.section("reasons")
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		r, err := c.ask("reasons", c.span(), only(role))
		if err != nil {
			return nil, err
		}
		if total(r, "n") == 0 {
			continue
		}
		t := c.table("reasons_"+role, c.of(c.words.Text("title.reasons"), role), r)
		t.N = c.words.Say("n.reasons", c.words.Count(total(r, "n")))
		f, err := c.figure(t.ID, t.Title, t, r, chart.Spec{Kind: chart.Pareto, Format: chart.Count, X: "reason", Split: "outcome", Y: []string{"n"}, Most: mostReasons,
			Colors: []string{"unfilled", "cancelled"}, Splits: []string{"unfilled", "cancelled"}}, rowsHeight(min(len(r.Rows), mostReasons+1)))
		if err != nil {
			return nil, err
		}
		s.Figures, s.Tables = append(s.Figures, f), append(s.Tables, t)
	}
	if len(s.Tables) == 0 {
		s.Empty = c.words.Text("report.empty.reasons")
	}
	return s, nil
}

// rowsHeight gives lying bars about the same thickness, however many they are.
func rowsHeight(n int) int { return 90 + 24*max(n, 2) }
