package dashboards

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// fillRate shows how often requests are filled: over time, by partner, department and kind, and why not.
func (s *server) fillRate(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct {
		Role    string
		Roles   []navItem
		Figures []*figure
	}{Role: valueLabel(v.Words, "role", v.role()), Roles: v.roleLinks()}
	tiles := []tile{v.fillRateTrend, v.fillRateByKind, v.outcomes}
	for _, by := range v.groups() {
		tiles = append(tiles, v.fillRateBy(by))
	}
	body.Figures = v.draw(append(tiles, v.reasons, v.benchmarks("ill rate", "outcome", "first"))...)
	return v.render(c, "fill_rate", v.Text("page./fill-rate"), v.form("basis"), body)
}

var fillRateColumns = []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate", "gross_fill_rate", "filled_within_14d", "share_open"}

func (v *visit) fillRateN(r *queries.Result) string {
	return v.Say("n.fill_rate", v.Count(total(r, "n_requests")), v.Count(total(r, "n_filled")+total(r, "n_unfilled")))
}

func (v *visit) fillRateEmpty(r *queries.Result) string {
	if total(r, "n_requests") == 0 {
		return v.nothing()
	}
	if total(r, "n_filled")+total(r, "n_unfilled") == 0 {
		return v.Say("empty.fill_rate", v.Count(total(r, "n_requests")))
	}
	return ""
}

func (v *visit) fillRateTrend() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "trend", title: v.Text("title.fill_trend"), metric: "fill_rate", by: []string{grain}, filter: only(v.role()), wide: true,
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Y: []string{"fill_rate", "gross_fill_rate", "filled_within_14d"},
			Note: v.noteN("n_requests")},
		columns: []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate", "gross_fill_rate", "filled_within_7d", "filled_within_14d", "filled_within_30d"},
		n:       v.fillRateN, empty: v.fillRateEmpty,
	})
}

func (v *visit) fillRateByKind() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "kinds", title: v.Text("title.fill_kinds"), metric: "fill_rate", by: []string{grain, "kind"}, filter: only(v.role()),
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "kind", Y: []string{"fill_rate"},
			Note: v.noteN("n_filled", "n_unfilled")},
		columns: []string{"n_requests", "n_filled", "n_unfilled", "fill_rate"},
		n:       v.fillRateN, empty: v.fillRateEmpty,
	})
}

func (v *visit) outcomes() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "outcomes", title: v.Text("title.outcomes"), metric: "volume", by: []string{grain}, filter: only(v.role()),
		spec: chart.Spec{Kind: chart.Bars, Format: chart.Count, X: grain, Stack: true, Zero: true,
			Y: []string{"n_filled", "n_unfilled", "n_cancelled", "n_open"}, Colors: []string{"filled", "unfilled", "cancelled", "open"}},
		n: func(r *queries.Result) string {
			return v.Say("n.volume", v.Count(total(r, "n_requests")), v.Text("grain."+grain))
		},
		empty: func(r *queries.Result) string {
			if total(r, "n_requests") == 0 {
				return v.nothing()
			}
			return ""
		},
	})
}

// reasons is why requests ended without supply: first those that went unfilled, then those that were cancelled, each by
// number.
func (v *visit) reasons() (*figure, error) {
	return v.figure(plan{
		id: "reasons", title: v.Text("title.reasons"), metric: "reasons", filter: only(v.role()), wide: true,
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "reason", Split: "outcome", Stack: true, Zero: true, Y: []string{"n"},
			Colors: []string{"unfilled", "cancelled"}},
		arrange: func(r *queries.Result) *queries.Result {
			shown := *r
			shown.Rows = slices.Clone(r.Rows[:min(topGroups, len(r.Rows))])
			at := chart.Column(r, "outcome")
			slices.SortStableFunc(shown.Rows, func(a, b []any) int {
				return strings.Compare(chart.Text(b[at]), chart.Text(a[at]))
			})
			return &shown
		},
		n: func(r *queries.Result) string { return v.Say("n.reasons", v.Count(total(r, "n"))) },
		empty: func(r *queries.Result) string {
			if total(r, "n") == 0 {
				return v.Text("empty.reasons")
			}
			return ""
		},
	})
}

func (v *visit) fillRateBy(by string) tile {
	return func() (*figure, error) {
		return v.figure(plan{
			id: by, title: v.Text("fill_by." + by), metric: "fill_rate", by: []string{by}, filter: only(v.role()),
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Share, X: by, Y: []string{"fill_rate"},
				Note: v.noteN("n_filled", "n_unfilled"), Label: v.labelShare},
			arrange: ranked(top("n_requests", topGroups, leastN), "fill_rate", true),
			columns: fillRateColumns,
			n: func(r *queries.Result) string {
				return v.Say("n.top", v.fillRateN(r), v.Count(topGroups), v.Count(leastN))
			},
			empty: func(r *queries.Result) string {
				if why := v.fillRateEmpty(r); why != "" {
					return why
				}
				if len(top("n_requests", topGroups, leastN)(r).Rows) == 0 {
					return v.Say("empty.top", v.Count(leastN))
				}
				return ""
			},
		})
	}
}

func (v *visit) labelShare(result *queries.Result) func([]any) string {
	return func(row []any) string {
		if rate, ok := number(result, row, "fill_rate"); ok {
			return v.Share(rate)
		}
		return ""
	}
}
