package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
)

// The measures of volume, each outcome in its own colour.
var (
	outcomeColumns = []string{"n_filled", "n_unfilled", "n_cancelled", "n_open"}
	outcomeColors  = []string{"filled", "unfilled", "cancelled", "open"}
)

// volume is how many requests came in, by role and kind, and what became of those of the last thirteen months.
func volume(c *composer) (*Section, error) {
	s := c.section("volume")
	split, err := c.ask("volume", c.span(), nil, "role", "kind")
	if err != nil {
		return nil, err
	}
	whole, err := c.ask("volume", c.span(), nil)
	if err != nil {
		return nil, err
	}
	if total(whole, "n_requests") == 0 {
		s.Empty = c.words.Say("report.empty.requests", c.nameOf(c.span()))
	} else {
		t := c.table("volume_by_role", c.words.Text("report.volume.by_role"), split)
		t.N = c.words.Say("n", c.words.Count(total(whole, "n_requests")))
		s.Tables = append(s.Tables, c.withTotal(t, whole))
	}
	months, err := c.ask("volume", c.trend(), nil, "month")
	if err != nil {
		return nil, err
	}
	if len(months.Rows) == 0 {
		return s, nil
	}
	t := c.table("volume_by_month", c.words.Text("title.volume"), months)
	t.N = c.words.Say("n.volume", c.words.Count(total(months, "n_requests")), c.words.Text("grain.month"))
	f, err := c.figure("volume_by_month", t.Title, t, months, chart.Spec{Kind: chart.Bars, Format: chart.Count, X: "month", Stack: true, Zero: true,
		Y: outcomeColumns, Colors: outcomeColors}, 280)
	if err != nil {
		return nil, err
	}
	if c.spec.Kind == Annual {
		t = c.withTotal(t, whole)
	}
	s.Figures, s.Tables = append(s.Figures, f), append(s.Tables, t)
	return s, nil
}
