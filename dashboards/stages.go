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
		id, title := "stages-"+kind, v.Text("stages."+kind)
		all, err := v.run("turnaround", nil, "role", "kind")
		if err != nil {
			return &figure{ID: id, Title: title}, err
		}
		filled := 0.0 // those supplied without a lender too, which pass no stages
		if row := find(all, map[string]string{"role": "borrowing", "kind": kind}); row != nil {
			filled, _ = number(all, row, "n_filled")
		}
		return v.figure(plan{
			id: id, title: title, metric: "stages", filter: only("borrowing"), kind: kind,
			spec: chart.Spec{Kind: chart.Waterfall, Format: chart.Days, X: "stage", Y: []string{"mean_days"}, Note: v.noteN("n"),
				Peak: func(row []any) bool { return row[peakColumn(row)] == true }},
			columns: []string{"n", "n_undetermined", "median_days", "p90_days", "mean_days", "share", "is_bottleneck"},
			n:       func(r *queries.Result) string { return v.stagesN(r, filled) },
			empty: func(r *queries.Result) string {
				switch {
				case firstStage(r, "n")+firstStage(r, "n_undetermined") == 0 && filled > 0:
					return v.Say("empty.stages_unlent", v.Count(filled))
				case firstStage(r, "n") == 0:
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

// stagesN says on how many of the filled requests the stages stand, how many no lender supplied, and which stage takes the
// most.
func (v *visit) stagesN(r *queries.Result, filled float64) string {
	n := firstStage(r, "n")
	lent := n + firstStage(r, "n_undetermined")
	words := v.Say("n.turnaround", v.Count(n), v.Count(max(lent, filled)))
	if filled > lent {
		words = v.Say("n.stages_lent", words, v.Count(filled-lent))
	}
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
	return v.Say("n.stages", words, v.Value("stage", longest), v.Share(spent[longest]/all))
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
