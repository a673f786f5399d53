package impact

import (
	"slices"
)

func (s topic) basisTooShort() phrase { return say("plan.no_basis") }

func (s topic) planned(r *PlanReport, reasons []Refusal) phrase {
	if r.MDE == nil {
		text := []phrase{say("plan.cannot")}
		if len(reasons) > 0 && reasons[len(reasons)-1].Code == RefusedTooEarly {
			text[0] = say("plan.untried")
		}
		for _, reason := range reasons {
			text = append(text, reason.reason)
		}
		return sentences(text...)
	}
	key := "plan.visible"
	if s.isRate() && !s.isMedian() {
		key = "plan.visible.share"
	}
	return say(key, "n", whole(r.Expected), "change", s.visible(*r.MDE))
}

func (s topic) standInTooEarly(basis Span, before, until int) phrase {
	return say("too_early", "basis", basis, "before", whole(before), "least", digits(leastMonths), "until", whole(until))
}

func (s topic) tryLater() phrase { return say("too_early.needed") }

// help says what would let a smaller effect show.
func (s topic) help(r *PlanReport, months int) []phrase {
	var help []phrase
	if r.Method != MethodDiD {
		for i, refusal := range r.Refusals {
			if !slices.ContainsFunc(r.Refusals[:i], func(b Refusal) bool { return b.Needed == refusal.Needed }) {
				help = append(help, refusal.needed)
			}
		}
	}
	if r.Method == MethodITS && months < moderateMonths {
		help = append(help, say("help.months", "moderate", digits(moderateMonths), "n", digits(months)))
	}
	if r.MDE != nil && *r.MDE > usefulMDE {
		help = append(help, say("help.longer"))
	}
	if r.Method == MethodDiD && r.NTarget > 0 && r.NComparison > 0 && r.NTarget+r.NComparison < 8 {
		help = append(help, say("help.units", "n", digits(r.NComparison)))
	}
	return help
}
