package impact

import "github.com/fillrate/fillrate/queries/impact/stats"

// HolmOver sets Headline.HolmP of those reports that have a headline about requests: their P adjusted for there being several
// in one list (Holm), so that the chance of any false alarm in it stays at 5 %.
func HolmOver(reports []*Report) {
	var headlines []*Headline
	var p []float64
	for _, r := range reports {
		if r != nil && r.Headline != nil && r.Outcome.ID == "requests" {
			headlines, p = append(headlines, r.Headline), append(p, r.Headline.P)
		}
	}
	for i, adjusted := range stats.Holm(p) {
		headlines[i].HolmP = &adjusted
	}
}
