package stats

import (
	"math"
	"slices"
)

// SurvivalStep is a time at which something happened: Survival is the share to which nothing has happened after it, with its
// standard error; AtRisk were still watched just before, to Events of them it happened then.
type SurvivalStep struct {
	Time, Survival, SE float64
	AtRisk, Events     int
}

// KaplanMeier gives the steps of the product-limit estimate, earliest first (Nonparametric estimation from incomplete
// observations, JASA 53, 1958). time is how long each was watched, event whether it ended in the event or in the end of
// watching; who left at the time of an event still was at risk. The standard errors are Greenwood's; at a survival of 0 there
// is none (NaN). Observations without a time (NaN, negative) do not count; event must be as long as time, else there are no
// steps.
func KaplanMeier(time []float64, event []bool) []SurvivalStep {
	if len(time) != len(event) {
		return nil
	}
	all, ended := []float64{}, map[float64]int{}
	for i, t := range time {
		if t >= 0 {
			all = append(all, t)
			if event[i] {
				ended[t]++
			}
		}
	}
	slices.Sort(all)
	var steps []SurvivalStep
	survival, sum := 1.0, 0.0
	for i, t := range all {
		if i > 0 && t == all[i-1] || ended[t] == 0 {
			continue
		}
		risk, events := float64(len(all)-i), float64(ended[t])
		survival *= 1 - events/risk
		sum += events / (risk * (risk - events))
		steps = append(steps, SurvivalStep{t, survival, survival * math.Sqrt(sum), len(all) - i, ended[t]})
	}
	return steps
}
