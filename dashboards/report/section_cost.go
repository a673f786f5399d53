package report

import (
	"cmp"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// noCost is the currency of requests whose source tells no cost.
const noCost = "no_cost"

// costSection is what filled requests cost directly, each side and currency by itself.
func costSection(c *composer) (*Section, error) {
	s := c.section("cost")
	r, err := c.ask("cost", c.span(), nil)
	if err != nil {
		return nil, err
	}
	filled := total(r, "n_filled")
	currency := chart.Column(r, "currency")
	priced := part(r, func(row []any) bool { return row[currency] != noCost })
	switch {
	case filled == 0:
		s.Empty = c.words.Say("report.cost.none_filled", c.words.Span(c.span().from, c.span().to))
	case len(priced.Rows) == 0:
		s.Empty = c.words.Say("report.cost.none", c.count(filled))
	}
	if s.Empty != "" {
		return s, nil
	}
	for _, role := range []string{"borrowing", "lending"} {
		// the currency of most requests; the others stand in the table
		if row := find(sorted(priced, "n_filled"), "role", role); row != nil {
			for _, column := range []string{"total_cost", "cost_per_filled"} {
				tile, err := c.tileOf("cost", column, only(role), "role", role, "currency", chart.Text(row[currency]))
				if err != nil {
					return nil, err
				}
				tile.ID = column + "_" + role
				tile.Label = c.words.Say("report.cost.tile", c.words.Value("role", role), tile.Label, c.currency(row[currency]))
				s.Tiles = append(s.Tiles, tile)
			}
		}
	}
	byKind, err := c.ask("cost", c.span(), nil, "role", "kind")
	if err != nil {
		return nil, err
	}
	for _, of := range []struct {
		id, title string
		r         *queries.Result
	}{{"cost_by_role", c.words.Text("report.cost.by_role"), r}, {"cost_by_kind", c.words.Text("report.cost.by_kind"), byKind}} {
		t := c.table(of.id, of.title, of.r, "n_filled", "share_of_filled", "total_cost", "cost_per_filled", "median_cost")
		for k, column := range t.Columns {
			if column.Name == "currency" {
				for i := range t.Rows {
					t.Rows[i][k] = c.currency(t.Codes[i][k])
				}
			}
		}
		t.N = c.words.Say("report.cost.n", c.count(total(priced, "n_filled")), c.count(filled))
		s.Tables = append(s.Tables, t)
	}
	s.Notes = append(s.Notes, c.words.Text("report.cost.direct"))
	return s, nil
}

// currency names a currency, or says why there is none.
func (c *composer) currency(code any) string {
	switch word := chart.Text(code); word {
	case noCost:
		return c.words.Text("cost.none")
	case queries.Unknown:
		return c.words.Text("report.cost.no_currency")
	default:
		return cmp.Or(word, c.words.Text("report.cost.no_currency"))
	}
}
