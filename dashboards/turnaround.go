package dashboards

import (
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
	}{Role: valueLabel("role", v.role()), Roles: v.roleLinks()}
	tiles := []tile{v.turnaroundSummary, v.withinTarget}
	for _, kind := range []string{"loan", "copy", "unknown"} {
		if kind == "unknown" && !v.holds("kind", "unknown") {
			continue
		}
		tiles = append(tiles, v.waitTrend(kind))
	}
	for _, by := range groupsOf(v.role()) {
		for _, kind := range []string{"loan", "copy"} {
			tiles = append(tiles, v.turnaroundBy(by, kind))
		}
	}
	body.Figures = v.draw(tiles...)
	return v.render(c, "turnaround", "Turnaround", v.form("clock", "basis"), body)
}

// groupsOf names what a side is compared by: a lending request comes from a library and not from a department, and
// what stands on the own shelves has no partner.
func groupsOf(role string) []string {
	switch role {
	case "lending":
		return []string{"partner", "network"}
	case "docdel":
		return []string{"department", "patron_group"}
	}
	return []string{"partner", "department"}
}

// roleLinks leads to the same page for each side.
func (v *visit) roleLinks() []navItem {
	var links []navItem
	for _, choice := range v.history.Choices["role"] {
		values := v.query()
		values["role"] = []string{choice.Value}
		links = append(links, navItem{valueLabel("role", choice.Value), address(v.path, values), choice.Value == v.role()})
	}
	if len(links) < 2 {
		return nil
	}
	return links
}

// holds tells whether the history has requests with a value.
func (v *visit) holds(dimension, value string) bool {
	for _, choice := range v.history.Choices[dimension] {
		if choice.Value == value && choice.N > 0 {
			return true
		}
	}
	return false
}

func (v *visit) turnaroundSummary() (*figure, error) {
	f, err := v.figure(plan{
		id: "summary", title: "How long does each kind of request take?", metric: "turnaround", by: []string{"role", "kind"}, wide: true,
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Days, X: "role", Y: []string{"median_days"}},
		n:    v.turnaroundN,
	})
	f.Option = nil // the table is the picture
	return f, err
}

func (v *visit) withinTarget() (*figure, error) {
	role, grain := v.role(), v.grain()
	return v.figure(plan{
		id: "target", title: "What share is ready within its target?", metric: "turnaround", by: []string{grain, "kind"}, filter: only(role, ""), wide: true,
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "kind", Y: []string{"share_within_sla"},
			Note: noteN("n")},
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
		if !v.asks("kind", kind) {
			return nil, nil
		}
		return v.figure(plan{
			id: by + "-" + kind, title: text["wait_by."+by+"."+kind], metric: "turnaround", by: []string{by}, filter: only(role, kind),
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Days, X: by, Y: []string{"median_days", "p90_days"}, Marker: "p90_days",
				Note: noteN("n"), Label: noteN("n")},
			arrange: ranked(top("n", topGroups, leastN), "median_days", by != "partner"),
			columns: []string{"n", "median_days", "p90_days", "mean_days", "share_within_sla"},
			n: func(r *queries.Result) string {
				return v.turnaroundN(r) + "; the " + count(topGroups) + " with the most, at least " + count(leastN) + " each"
			},
			empty: func(r *queries.Result) string {
				if why := v.turnaroundEmpty(role, kind)(r); why != "" {
					return why
				}
				if len(top("n", topGroups, leastN)(r).Rows) == 0 {
					return "None has at least " + count(leastN) + " requests with both dates."
				}
				return ""
			},
		})
	}
}
