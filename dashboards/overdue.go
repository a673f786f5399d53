package dashboards

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// overdue shows what is late on both sides as of the history's newest date, how often that happens, and with whom; and
// lists the late loans, to be worked through.
func (s *server) overdue(c *gin.Context) error {
	asked, err := lateListOf(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, sideKey, levelKey, orderKey, offsetKey)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct {
		AsOf          string
		Sides, Levels []navItem
		Figures, List []*figure
	}{AsOf: v.asOfWords()}
	body.Sides, body.Levels = v.lateTabs(asked)
	tiles := []tile{v.overdueBands, v.overdueRate, v.overdueBy("lending"), v.overdueBy("borrowing"), v.lateLoans(asked)}
	for _, f := range v.draw(tiles...) {
		if f.ID == "worklist" {
			body.List = append(body.List, f)
			continue
		}
		body.Figures = append(body.Figures, f)
	}
	return v.render(c, "overdue", v.Text("page./overdue"), v.form(), body)
}

func (v *visit) overdueRate() (*figure, error) {
	grain := v.grain()
	f, err := v.figure(plan{
		id: "rate", title: v.Text("title.overdue_rate"), metric: "overdue", by: []string{grain},
		spec:    chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "side", Y: []string{"overdue_rate"}},
		columns: []string{"overdue_rate"},
		n: func(*queries.Result) string {
			return v.Say("n.overdue_rate", v.Text("grain."+grain))
		},
		link: func([]any) string { return "" }, // the requests behind the metric are the loans that are out, whenever they were due
		empty: func(r *queries.Result) string {
			at := chart.Column(r, "overdue_rate")
			for _, row := range r.Rows {
				if row[at] != nil {
					return ""
				}
			}
			return v.Text("empty.overdue_rate")
		},
	})
	if f != nil {
		f.Rows = ""
	}
	return f, err
}

func (v *visit) overdueBy(side string) tile {
	return func() (*figure, error) {
		if !v.asks("role", side) {
			return nil, nil
		}
		return v.behindLate(side)(v.figure(plan{
			id: "partner-" + side, title: v.Text("late_by." + side), metric: "overdue", by: []string{"partner"}, filter: only(side),
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "partner", Stack: true,
				Y: []string{"n_1_7", "n_8_30", "n_31_90", "n_91_plus"}, Colors: []string{"late1", "late2", "late3", "late4"},
				LinkOf: func(row []any, column string) string {
					return v.lateAddress(side, column, "partner", chart.Text(row[0]))
				}},
			arrange: top("n_overdue", topGroups, 1),
			link: func(row []any) string {
				values := url.Values{sideKey: {side}}
				values.Set("partner", chart.Text(row[0]))
				return v.late(values)
			},
			columns: []string{"n_out", "n_overdue", "n_1_7", "n_8_30", "n_31_90", "n_91_plus"},
			n: func(r *queries.Result) string {
				return v.Say("n.overdue_top", v.Count(total(r, "n_overdue")), v.Count(total(r, "n_out")), v.asOfWords(), v.Count(topGroups))
			},
			empty: func(r *queries.Result) string {
				if total(r, "n_overdue") == 0 {
					return v.Say("empty.overdue", v.Count(total(r, "n_out")), v.asOfWords())
				}
				return ""
			},
		}))
	}
}

// behindLate has a figure of late loans lead to just these, not to all that are out; side is empty for both.
func (v *visit) behindLate(side string) func(*figure, error) (*figure, error) {
	return func(f *figure, err error) (*figure, error) {
		if f != nil && f.Rows != "" {
			filter := v.lateFilter(side, levels[0])
			if side == "" {
				filter.Role = v.filter.Role
			}
			f.Rows = rowsAddress("overdue", filter, nil, nil)
		}
		return f, err
	}
}
