package dashboards

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// stagesOver shows where the time of a kind of request is lost, over time: the stages' means add up to the whole wait.
// Only what is borrowed passes through more than one stage.
func (v *visit) stagesOver(kind string) tile {
	grain := v.grain()
	return func() (*figure, error) {
		if v.role() != "borrowing" {
			return nil, nil
		}
		return v.figure(plan{
			id: "stages-" + kind, title: v.Text("stages." + kind), metric: "stages", by: []string{grain}, filter: only("borrowing"), kind: kind, wide: true,
			spec: chart.Spec{Kind: chart.Bars, Format: chart.Days, X: grain, Split: "stage", Stack: true, Y: []string{"mean_days"},
				Colors: []string{"late1", "filled", "unfilled", "open"}, Note: v.noteN("n")},
			columns: []string{"n", "n_undetermined", "median_days", "mean_days", "share"},
			n:       v.stagesN,
			empty: func(r *queries.Result) string {
				if firstStage(r, "n") == 0 {
					return v.Say("empty.stages", v.Count(firstStage(r, "n_undetermined")))
				}
				return ""
			},
		})
	}
}

// stagesN says on how many requests the stages stand, and which of them takes the most.
func (v *visit) stagesN(r *queries.Result) string {
	words := v.Say("n.turnaround", v.Count(firstStage(r, "n")), v.Count(firstStage(r, "n")+firstStage(r, "n_undetermined")))
	spent, all := map[string]float64{}, 0.0
	longest := ""
	for _, row := range r.Rows {
		mean, isMeasured := number(r, row, "mean_days")
		n, _ := number(r, row, "n")
		if !isMeasured {
			continue
		}
		stage := chart.Text(row[chart.Column(r, "stage")])
		spent[stage] += mean * n
		all += mean * n
		if longest == "" || spent[stage] > spent[longest] {
			longest = stage
		}
	}
	if all <= 0 {
		return words
	}
	return v.Say("n.stages", words, valueLabel(v.Words, "stage", longest), v.Share(spent[longest]/all))
}

// firstStage adds up a count that stands on the row of each stage.
func firstStage(r *queries.Result, column string) float64 {
	sum := 0.0
	for _, row := range r.Rows {
		if place, _ := number(r, row, "position"); place == 1 {
			n, _ := number(r, row, column)
			sum += n
		}
	}
	return sum
}
