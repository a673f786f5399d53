package dashboards

import (
	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// overdue shows what is late on both sides as of the history's newest date, how often that happens, and with whom.
func (s *server) overdue(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	late := v.filter
	body := struct {
		AsOf     string
		Worklist string
		Figures  []*figure
	}{AsOf: v.asOfWords(), Worklist: rowsAddress("overdue", late, nil, nil) + "&order=-days_late"}
	body.Figures = v.draw(v.overdueBands, v.overdueRate, v.overdueBy("borrowing"), v.overdueBy("lending"))
	return v.render(c, "overdue", v.Text("page./overdue"), v.form(), body)
}

func (v *visit) overdueRate() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "rate", title: v.Text("title.overdue_rate"), metric: "overdue", by: []string{grain},
		spec:    chart.Spec{Kind: chart.Lines, Format: chart.Share, X: grain, Split: "side", Y: []string{"overdue_rate"}},
		columns: []string{"overdue_rate"},
		n: func(*queries.Result) string {
			return v.Say("n.overdue_rate", v.Text("grain."+grain))
		},
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
}

func (v *visit) overdueBy(side string) tile {
	return func() (*figure, error) {
		if !v.asks("role", side) {
			return nil, nil
		}
		return v.figure(plan{
			id: "partner-" + side, title: v.Text("late_by." + side), metric: "overdue", by: []string{"partner"}, filter: only(side),
			spec: chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "partner", Stack: true,
				Y: []string{"n_1_7", "n_8_30", "n_31_90", "n_91_plus"}, Colors: []string{"late1", "late2", "late3", "late4"}},
			arrange: top("n_overdue", topGroups, 1),
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
		})
	}
}
