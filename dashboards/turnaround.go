package dashboards

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// turnaround shows how long things take: every side and kind in one table, then one side in depth, loans and copies
// always apart.
func (s *server) turnaround(c *gin.Context) error {
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
	tiles := []tile{v.turnaroundSummary, v.withinTarget}
	kinds, err := v.kinds()
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		tiles = append(tiles, v.waitTrend(kind, len(kinds) == 1))
	}
	for _, kind := range kinds {
		tiles = append(tiles, v.stagesOver(kind))
	}
	for _, by := range v.groups() {
		for _, kind := range kinds {
			tiles = append(tiles, v.turnaroundBy(by, kind))
		}
	}
	body.Figures = v.draw(append(tiles, v.benchmarks("urnaround", "request to receipt", "within"))...)
	return v.render(c, "turnaround", v.Text("page./turnaround"), v.form("clock", "basis"), body)
}

// groups names what the page's side is compared by, where the history tells: a lending request comes from a library and
// not from a department, and what stands on the own shelves has no partner.
func (v *visit) groups() []string {
	groups := []string{"partner", "department"}
	switch v.role() {
	case "lending":
		groups = []string{"partner", "network"}
	case "docdel":
		groups = []string{"department", "patron_group"}
	}
	return slices.DeleteFunc(groups, func(by string) bool { return len(v.history.Choices[by]) < 2 })
}

// roleLinks leads to the same page for each side.
func (v *visit) roleLinks() []navItem {
	var links []navItem
	for _, role := range queries.FindDimension("role").Closed {
		if !slices.ContainsFunc(v.history.Choices["role"], func(c queries.Choice) bool { return c.Value == role }) {
			continue
		}
		values := v.query()
		values["role"] = []string{role}
		links = append(links, navItem{valueLabel(v.Words, "role", role), address(v.path, values), role == v.role()})
	}
	if len(links) < 2 {
		return nil
	}
	return links
}

func (v *visit) turnaroundSummary() (*figure, error) {
	f, err := v.figure(plan{
		id: "summary", title: v.Text("title.turnaround"), metric: "turnaround", by: []string{"role", "kind"}, wide: true,
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Days, X: "role", Y: []string{"median_days"}},
		n:    v.turnaroundN,
	})
	f.Option = nil // the table is the picture
	if f.Provisional != "" {
		f.Provisional = v.Text("provisional_rows")
	}
	return f, err
}

func (v *visit) withinTarget() (*figure, error) {
	role, grain := v.role(), v.grain()
	return v.figure(plan{
		id: "target", title: v.Text("title.target"), metric: "turnaround", by: []string{grain, "kind"}, filter: only(role), wide: true,
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "kind", Y: []string{"share_within_sla"},
			Note: v.noteN("n")},
		columns: []string{"n", "share_within_sla"},
		n:       v.turnaroundN, empty: v.turnaroundEmpty(role, ""),
	})
}

const (
	topGroups = 15
	leastN    = 5 // a median of fewer says little
)

// turnaroundBy compares the largest partners or departments.
func (v *visit) turnaroundBy(by, kind string) tile {
	role := v.role()
	return func() (*figure, error) {
		if known, err := v.measured(kind); err != nil || !known {
			return nil, err // why there are no durations stands beside the trend
		}
		return v.figure(plan{
			id: by + "-" + kind, title: v.Text("wait_by." + by + "." + kind), metric: "turnaround", by: []string{by}, filter: only(role), kind: kind,
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Days, X: by, Y: []string{"median_days", "p90_days"}, Marker: "p90_days",
				Note: v.noteN("n"), Label: v.noteN("n")},
			arrange: ranked(top("n", topGroups, leastN), "median_days", by != "partner"),
			columns: []string{"n", "median_days", "p90_days", "mean_days", "share_within_sla"},
			n: func(r *queries.Result) string {
				return v.Say("n.top", v.turnaroundN(r), v.Count(topGroups), v.Count(leastN))
			},
			empty: func(r *queries.Result) string {
				if why := v.turnaroundEmpty(role, kind)(r); why != "" {
					return why
				}
				if len(top("n", topGroups, leastN)(r).Rows) == 0 {
					return v.Say("empty.top_dated", v.Count(leastN))
				}
				return ""
			},
		})
	}
}
