package impact

import (
	"math"

	"github.com/fillrate/fillrate/queries/campaign"
)

// The words in which a report writes numbers, for those who show them beside its sentences.

// Change writes a ratio as a signed percentage: 1.25 is +25%, 0.86 is −14%; at most +1,000% or more.
func Change(ratio float64) string {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return "unknown"
	}
	return change(ratio)
}

// SmallestChange writes a smallest detectable ratio as a rise, rounded up: a smaller one would not show.
func SmallestChange(mde float64) string { return "+" + atLeast(mde) }

// VisibleChange is SmallestChange for an outcome's id: of a rate or a median also as the fall that is as far from no change.
func VisibleChange(outcome string, mde float64) string {
	if o, ok := campaign.FindOutcome(outcome); ok && !o.IsCount {
		return upOrDown(mde)
	}
	return SmallestChange(mde)
}

// Number writes a count with commas between thousands and a true minus sign.
func Number(n float64) string { return number(n) }

// Probability writes a p value.
func Probability(p float64) string { return small(p) }

// MethodLabel is what a method of a headline is called, as the lines of Working name it.
func MethodLabel(method string) string { return workLabels[method] }
