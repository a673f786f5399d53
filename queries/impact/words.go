package impact

import (
	"math"
	"slices"

	"github.com/fillrate/fillrate/queries/campaign"
)

// In gives the report with its sentences in another language. Nothing is computed anew: a report knows what it says, and a
// language how. One that was read from JSON knows no more than its English.
func (r *Report) In(tag string) *Report {
	l := In(tag)
	if l == english {
		return r
	}
	other := *r
	other.Verdict.Text = l.retell(r.Verdict.text, r.of, r.Verdict.Text)
	other.Hidden = l.retell(r.hidden, r.of, r.Hidden)
	other.Refusals = l.refusals(r.Refusals, r.of)
	other.Checks = slices.Clone(r.Checks)
	for i, c := range r.Checks {
		other.Checks[i].Label = l.text("check." + c.Name)
		other.Checks[i].Detail = l.retell(c.detail, r.of, c.Detail)
	}
	other.Units = slices.Clone(r.Units)
	for i, u := range r.Units {
		other.Units[i].Name = l.retell(u.name, r.of, u.Name)
		other.Units[i].LeftOut = l.retell(u.leftOut, r.of, u.LeftOut)
	}
	other.Working = slices.Clone(r.Working)
	for i, w := range r.Working {
		other.Working[i].Label = l.MethodLabel(w.Method)
		other.Working[i].Text = l.retell(w.text, r.of, w.Text)
	}
	return &other
}

// In gives the plan with its sentences in another language, as that of a report.
func (r *PlanReport) In(tag string) *PlanReport {
	l := In(tag)
	if l == english {
		return r
	}
	other := *r
	other.Text = l.retell(r.text, r.of, r.Text)
	other.Refusals = l.refusals(r.Refusals, r.of)
	if r.help != nil {
		other.Help = l.tellAll(r.help, r.of)
	}
	return &other
}

func (l *Language) refusals(refusals []Refusal, of topic) []Refusal {
	other := slices.Clone(refusals)
	for i, r := range refusals {
		other[i].Reason, other[i].Needed = l.retell(r.reason, of, r.Reason), l.retell(r.needed, of, r.Needed)
	}
	return other
}

// retell says a phrase, or what was said before where nothing is known of it but that.
func (l *Language) retell(p phrase, of topic, before string) string {
	if p.isEmpty() {
		return before
	}
	return l.tell(p, of)
}

// How a report writes numbers, for those who show them beside its sentences. The functions write English.

// Change writes a ratio as a signed percentage: 1.25 is +25%, 0.86 is −14%; at most +1,000% or more.
func (l *Language) Change(ratio float64) string {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return l.text("change.unknown")
	}
	return l.change(ratio)
}

// SmallestChange writes a smallest detectable ratio as a rise, rounded up: a smaller one would not show.
func (l *Language) SmallestChange(mde float64) string { return "+" + l.atLeast(mde) }

// VisibleChange is SmallestChange for an outcome's id: of a rate or a median also as the fall that is as far from no change.
func (l *Language) VisibleChange(outcome string, mde float64) string {
	if o, ok := campaign.FindOutcome(outcome); ok && !o.IsCount {
		return l.upOrDown(mde)
	}
	return l.SmallestChange(mde)
}

// Number writes a count with separators between thousands and a true minus sign.
func (l *Language) Number(n float64) string { return l.number(n) }

// Probability writes a p value.
func (l *Language) Probability(p float64) string { return l.small(p) }

// MethodLabel is what a method of a headline is called, as the lines of Working name it.
func (l *Language) MethodLabel(method string) string { return l.text("method." + method) }

// Change writes a ratio as a signed percentage.
func Change(ratio float64) string { return english.Change(ratio) }

// SmallestChange writes a smallest detectable ratio as a rise.
func SmallestChange(mde float64) string { return english.SmallestChange(mde) }

// VisibleChange is SmallestChange for an outcome's id.
func VisibleChange(outcome string, mde float64) string { return english.VisibleChange(outcome, mde) }

// Number writes a count.
func Number(n float64) string { return english.Number(n) }

// Probability writes a p value.
func Probability(p float64) string { return english.Probability(p) }

// MethodLabel is what a method of a headline is called.
func MethodLabel(method string) string { return english.MethodLabel(method) }
