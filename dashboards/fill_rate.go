package dashboards

import (
	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// fillRate shows how often requests are filled: over time, by partner, department and kind, why not, and by
// the how manieth lender.
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
	}{Role: v.Value("role", v.role()), Roles: v.roleLinks()}
	tiles := []tile{v.fillRateTrend, v.flow, v.reasons, v.fillRateByKind, v.outcomes}
	for _, by := range v.groups() {
		if by == "partner" && v.borrows() { // a request stands on one partner alone, however many were asked
			tiles = append(tiles, v.fairByPartner)
			continue
		}
		tiles = append(tiles, v.fillRateBy(by))
	}
	body.Figures = v.draw(append(tiles, v.firstLender, v.firstByPartner, v.firstByDepartment, v.benchmarks("ill rate", "outcome", "first"))...)
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
	grain, asked := v.grain(), v.filter
	only(v.role())(&asked)
	return v.figure(plan{
		id: "outcomes", title: v.Text("title.outcomes"), metric: "volume", by: []string{grain}, filter: only(v.role()),
		spec: chart.Spec{Kind: chart.Bars, Format: chart.Count, X: grain, Stack: true, Zero: true,
			Y: []string{"n_filled", "n_unfilled", "n_cancelled", "n_open"}, Colors: []string{"filled", "unfilled", "cancelled", "open"}, LinkOf: v.outcomeRows(grain, asked)},
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

// reasons is why requests of the page's side ended without supply, the most frequent first, and what these add up to.
func (v *visit) reasons() (*figure, error) { return v.reasonsOf(v.role()) }

func (v *visit) reasonsOf(role string) (*figure, error) {
	return v.figure(plan{
		id: "reasons", title: v.Text("title.reasons"), metric: "reasons", filter: only(role),
		spec: chart.Spec{Kind: chart.Pareto, Format: chart.Count, X: "reason", Split: "outcome", Y: []string{"n"}, Most: mostReasons,
			Colors: []string{"unfilled", "cancelled"}, Splits: []string{"unfilled", "cancelled"}},
		n: func(r *queries.Result) string { return v.Say("n.reasons", v.Count(total(r, "n"))) },
		empty: func(r *queries.Result) string {
			if total(r, "n") == 0 {
				return v.Text("empty.reasons")
			}
			return ""
		},
	})
}

const mostReasons = 10

// flow is what became of all that was received: its outcome, and where that was no supply the reason.
func (v *visit) flow() (*figure, error) {
	role := only(v.role())
	received, err := v.run("volume", role)
	if err != nil {
		return &figure{ID: "flow", Title: v.Text("title.flow")}, err
	}
	root := v.Text("flow.received")
	if v.filter.IsPeriod() {
		root = v.Text("flow.ended")
	}
	whole := rowsAddress("volume", received.Filter, nil, nil)
	if v.filter.IsPeriod() { // what ended, not what came in
		ended := received.Filter
		ended.Outcome = []string{"filled", "unfilled", "cancelled"}
		whole = rowsAddress("volume", ended, nil, nil)
	}
	f, err := v.figure(plan{
		id: "flow", title: v.Text("title.flow"), metric: "reasons", filter: role, height: "l",
		spec: chart.Spec{Kind: chart.Sankey, Format: chart.Count, Steps: []string{"outcome", "reason"}, Root: root, Y: []string{"n"}, Most: 6,
			NodeLink: func(step, value string) string {
				switch {
				case step == "outcome":
					return narrowedRows("volume", received.Filter, "outcome", value)
				case step != "":
					return ""
				}
				return whole
			}},
		arrange: func(r *queries.Result) *queries.Result { return withSupplied(r, received) },
		columns: []string{"n"},
		link: func(row []any) string {
			if outcome := chart.Text(row[1]); chart.Text(row[0]) == "none" {
				return narrowedRows("volume", received.Filter, "outcome", outcome)
			}
			return narrowedRows("reasons", received.Filter, "reason", chart.Text(row[0]), "outcome", chart.Text(row[1]))
		},
		n: func(r *queries.Result) string { return v.Say("n.flow", v.Count(total(withSupplied(r, received), "n"))) },
		empty: func(r *queries.Result) string {
			switch {
			case total(received, "n_requests") == 0:
				return v.nothing()
			case total(r, "n") == 0:
				return v.Text("empty.reasons")
			}
			return ""
		},
	})
	f.Rows = whole
	return f, err
}

// withSupplied puts the requests that were filled and those still open before the reasons of the others.
func withSupplied(reasons, received *queries.Result) *queries.Result {
	shown := *reasons
	shown.Rows = nil
	for _, outcome := range []string{"filled", "open"} {
		if n := total(received, "n_"+outcome); n > 0 {
			row := make([]any, len(reasons.Columns))
			row[chart.Column(reasons, "reason")], row[chart.Column(reasons, "outcome")] = "none", outcome
			row[chart.Column(reasons, "n")] = int64(n)
			shown.Rows = append(shown.Rows, row)
		}
	}
	shown.Rows = append(shown.Rows, reasons.Rows...)
	return &shown
}

// borrows tells whether the page speaks of what is asked of lenders.
func (v *visit) borrows() bool { return v.role() == "borrowing" }

func (v *visit) firstN(r *queries.Result) string {
	return v.Say("n.first_lender", v.Count(total(r, "n_requests")), v.Count(total(r, "n_position_known")), v.Count(total(r, "n_filled")))
}

func (v *visit) firstEmpty(r *queries.Result) string {
	switch {
	case total(r, "n_requests") == 0:
		return v.Text("empty.never_asked")
	case total(r, "n_position_known") == 0:
		return v.Say("empty.first_lender", v.Count(total(r, "n_filled")))
	}
	return ""
}

// firstLender is how often the first lender asked fills, and what of the rest the second and later ones.
func (v *visit) firstLender() (*figure, error) {
	if !v.borrows() {
		return nil, nil
	}
	grain := v.grain()
	return v.figure(plan{
		id: "first", title: v.Text("title.first_lender"), metric: "attempts", by: []string{grain}, filter: only("borrowing"), wide: true,
		spec: chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Y: []string{"first_lender_fill", "second_lender_fill", "later_fill", "expired_share"},
			Note: v.noteN("n_position_known")},
		columns: []string{"n_requests", "n_filled", "n_attempts", "n_position_known", "attempts_per_fill", "first_lender_fill", "second_lender_fill", "later_fill", "expired_share"},
		n:       v.firstN, empty: v.firstEmpty,
	})
}

// fairByPartner is how often the partners asked the most fill, of the attempts: the fair rate, as those with few answers
// stand beside the others.
func (v *visit) fairByPartner() (*figure, error) {
	return v.figure(plan{
		id: "partner", title: v.Text("title.partner_fair"), metric: "partners",
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Share, X: "partner", Y: []string{"fill_rate_shrunk"},
			Note: v.noteN("n_answered"), Label: v.fairLabel},
		arrange: ranked(top("n_answered", topGroups, leastN), "fill_rate_shrunk", true),
		columns: []string{"n_attempts", "n_answered", "n_filled", "fill_rate_shrunk", "fill_rate", "is_small"},
		link:    v.toPartner,
		n: func(r *queries.Result) string {
			return v.Say("n.partner_fair", v.Count(total(r, "n_attempts")), v.Count(total(r, "n_answered")), v.Count(topGroups), v.Count(leastN), v.Count(float64(r.Filter.Number("min_n"))))
		},
		empty: func(r *queries.Result) string {
			if len(r.Rows) > 0 && len(top("n_answered", topGroups, leastN)(r).Rows) == 0 {
				return v.Say("empty.partner_fair", v.Count(leastN))
			}
			return ""
		},
	})
}

// fairLabel writes the fair rate at the end of its bar, and that it stands on few answers.
func (v *visit) fairLabel(r *queries.Result) func([]any) string {
	write, small := v.labelOf("fill_rate_shrunk")(r), chart.Column(r, "is_small")
	return func(row []any) string {
		if is, _ := row[small].(bool); is {
			return v.Say("cell.few", write(row))
		}
		return write(row)
	}
}

// firstByPartner is how often each partner fills when it is the first that is asked.
func (v *visit) firstByPartner() (*figure, error) {
	if !v.borrows() || len(v.history.Choices["partner"]) < 2 {
		return nil, nil
	}
	return v.figure(plan{
		id: "first-partner", title: v.Text("title.first_partner"), metric: "partners",
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Share, X: "partner", Y: []string{"fill_rate_first"},
			Note: v.noteN("n_first"), Label: v.labelOf("fill_rate_first")},
		arrange: ranked(top("n_first", topGroups, leastN), "fill_rate_first", true),
		columns: []string{"n_attempts", "n_answered", "n_first", "fill_rate_first", "fill_rate", "expired_share"},
		link:    v.toPartner,
		n: func(r *queries.Result) string {
			return v.Say("n.first_partner", v.Count(total(r, "n_first")), v.Count(topGroups), v.Count(leastN))
		},
		empty: v.fewFirst("n_first"),
	})
}

func (v *visit) firstByDepartment() (*figure, error) {
	if !v.borrows() || len(v.history.Choices["department"]) < 2 {
		return nil, nil
	}
	return v.figure(plan{
		id: "first-department", title: v.Text("title.first_department"), metric: "attempts", by: []string{"department"}, filter: only("borrowing"),
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Share, X: "department", Y: []string{"first_lender_fill"},
			Note: v.noteN("n_position_known"), Label: v.labelOf("first_lender_fill")},
		arrange: ranked(top("n_position_known", topGroups, leastN), "first_lender_fill", true),
		columns: []string{"n_requests", "n_position_known", "attempts_per_fill", "first_lender_fill", "second_lender_fill", "later_fill"},
		n: func(r *queries.Result) string {
			return v.Say("n.top", v.firstN(r), v.Count(topGroups), v.Count(leastN))
		},
		empty: v.fewFirst("n_position_known"),
	})
}

func (v *visit) fewFirst(column string) func(*queries.Result) string {
	return func(r *queries.Result) string {
		if len(r.Rows) > 0 && len(top(column, topGroups, leastN)(r).Rows) == 0 {
			return v.Say("empty.first_few", v.Count(leastN))
		}
		return ""
	}
}

func (v *visit) fillRateBy(by string) tile {
	return func() (*figure, error) {
		link := v.toPartner
		if by != "partner" {
			link = nil
		}
		return v.figure(plan{
			id: by, title: v.Text("fill_by." + by), link: link, metric: "fill_rate", by: []string{by}, filter: only(v.role()),
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Share, X: by, Y: []string{"fill_rate"},
				Note: v.noteN("n_filled", "n_unfilled"), Label: v.labelOf("fill_rate")},
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

// labelOf writes a share at the end of its bar.
func (v *visit) labelOf(column string) func(*queries.Result) func([]any) string {
	return func(result *queries.Result) func([]any) string {
		return func(row []any) string {
			if share, ok := number(result, row, column); ok {
				return v.Share(share)
			}
			return ""
		}
	}
}
