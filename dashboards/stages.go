package dashboards

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// stagesOf shows where the time of a kind of request is lost: the stages' means add up to the whole wait, and the longest
// is named. Only what is borrowed passes through more than one stage.
func (v *visit) stagesOf(kind string) tile {
	return func() (*figure, error) {
		if v.role() != "borrowing" {
			return nil, nil
		}
		return v.figure(plan{
			id: "stages-" + kind, title: v.Text("stages." + kind), metric: "stages", filter: only("borrowing"), kind: kind,
			spec: chart.Spec{Kind: chart.Waterfall, Format: chart.Days, X: "stage", Y: []string{"mean_days"}, Note: v.noteN("n"),
				Peak: func(row []any) bool { return row[peakColumn(row)] == true }},
			columns: []string{"n", "n_undetermined", "median_days", "p90_days", "mean_days", "share", "is_bottleneck"},
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

// peakColumn is where a row of stages says that it is the bottleneck: its first truth or falsehood.
func peakColumn(row []any) int {
	for i, value := range row {
		if _, ok := value.(bool); ok {
			return i
		}
	}
	return 0
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
