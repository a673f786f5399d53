package dashboards

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/settings"
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
	}{Role: v.Value("role", v.role()), Roles: v.roleLinks()}
	tiles := []tile{v.turnaroundSummary, v.withinTarget}
	kinds, err := v.kinds()
	if err != nil {
		return err
	}
	for _, make := range []func(string) tile{v.waitBands, v.distribution, v.stagesOf} {
		for _, kind := range kinds {
			tiles = append(tiles, make(kind))
		}
	}
	for _, by := range v.groups() {
		for _, kind := range kinds {
			tiles = append(tiles, v.turnaroundBy(by, kind))
		}
	}
	for _, kind := range kinds {
		tiles = append(tiles, v.waitByHour(kind))
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
		links = append(links, navItem{v.Value("role", role), address(v.path, values), role == v.role()})
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

// waitBands is how far apart the waits of a kind lie, over time: the median, and around it the half and the four fifths in
// the middle.
func (v *visit) waitBands(kind string) tile {
	role, grain := v.role(), v.grain()
	return func() (*figure, error) {
		return v.figure(plan{
			id: "bands-" + kind, title: v.Text("wait." + role + "." + kind), metric: "percentiles", by: []string{grain}, filter: only(role), kind: kind,
			spec: chart.Spec{Kind: chart.Fan, Format: chart.Days, X: grain, Y: []string{"median_days"}, Note: v.noteN("n"), Ranges: []chart.Range{
				{Lo: "p10_days", Hi: "p90_days", Name: v.Text("bands.most")}, {Lo: "p25_days", Hi: "p75_days", Name: v.Text("bands.half")},
			}},
			columns: []string{"n", "p10_days", "p25_days", "median_days", "p75_days", "p90_days"},
			n:       func(r *queries.Result) string { return v.Say("n", v.Count(total(r, "n"))) },
			empty:   v.unmeasured(kind),
		})
	}
}

// unmeasured says why no request of a kind has a turnaround, where that is so.
func (v *visit) unmeasured(kind string) func(*queries.Result) string {
	return func(r *queries.Result) string {
		if total(r, "n") > 0 {
			return ""
		}
		all, err := v.run("turnaround", nil, "role", "kind")
		if err != nil {
			return v.nothing()
		}
		known := *all
		known.Rows = nil
		if row := find(all, map[string]string{"role": v.role(), "kind": kind}); row != nil {
			known.Rows = [][]any{row}
		}
		return v.turnaroundEmpty(v.role(), kind)(&known)
	}
}

// target is within how many days the history wants a kind of request to be filled; 0 for none.
func (v *visit) target(kind string) (float64, error) {
	targets, err := cached(v.ctx, v.server, v.reading, "targets", func(ctx context.Context) (settings.Service, int, error) {
		service, err := settings.Targets(ctx, v.reading.Snapshot)
		return service, len(service.Targets), err
	})
	return targets.Days(v.role(), kind), err
}

// distribution is how many requests of a kind took how many days, with the target beside.
func (v *visit) distribution(kind string) tile {
	return func() (*figure, error) {
		id := "waits-" + kind
		target, err := v.target(kind)
		if err != nil {
			return &figure{ID: id, Title: v.Text("waits." + kind)}, err
		}
		summary, err := v.run("turnaround", nil, "role", "kind")
		if err != nil {
			return &figure{ID: id, Title: v.Text("waits." + kind)}, err
		}
		spec := chart.Spec{Kind: chart.Histogram, Format: chart.Days, X: "from_days", Width: 1, Open: true, Y: []string{"n"}}
		if target > 0 {
			spec.Level, spec.LevelName = new(target), v.Say("waits.target", v.Number(target, -1))
		}
		return v.figure(plan{
			id: id, title: v.Text("waits." + kind), metric: "waits", filter: only(v.role()), kind: kind, spec: spec,
			columns: []string{"n", "share", "share_so_far"},
			n: func(r *queries.Result) string {
				n := v.Count(total(r, "n"))
				row := find(summary, map[string]string{"role": v.role(), "kind": kind})
				if row == nil || target <= 0 {
					return v.Say("n", n)
				}
				within, ok := number(summary, row, "share_within_sla")
				if !ok {
					return v.Say("n", n)
				}
				return v.Say("waits.n", n, v.Share(within), v.Number(target, -1))
			},
			empty: v.unmeasured(kind),
		})
	}
}

// ofKind is the page's filter for one kind of the page's side.
func (v *visit) ofKind(kind string) queries.Filter {
	filter := v.filter
	only(v.role())(&filter)
	filter.Kind = []string{kind}
	return filter
}

// toMeasured leads from a row of demand, which has weekday and hour after the kind, to the requests behind its median.
// Whatever the basis, these are counted by the day on which they were created.
func toMeasured(filter queries.Filter) func(row []any) string {
	filter.Basis = ""
	return func(row []any) string {
		return narrowedRows("waits", filter, "weekday", chart.Text(row[1]), "hour", chart.Text(row[2]))
	}
}

// waitByHour is the median wait of a kind by the weekday and hour in which requests came in.
func (v *visit) waitByHour(kind string) tile {
	return func() (*figure, error) {
		if known, err := v.measured(kind); err != nil || !known {
			return nil, err // why there are no durations stands beside the trend
		}
		spec := v.week("median_days", chart.Days)
		spec.Note = v.noteN("n_measured")
		return v.figure(plan{
			id: "hours-" + kind, title: v.Text("hours." + kind), metric: "demand", filter: only(v.role()), kind: kind, wide: true,
			spec:    spec,
			arrange: dated,
			columns: []string{"n_requests", "n_measured", "median_days"},
			link:    toMeasured(v.ofKind(kind)),
			n:       func(r *queries.Result) string { return v.Say("hours.n", v.Count(total(r, "n_measured"))) },
		})
	}
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
