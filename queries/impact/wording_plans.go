package impact

import (
	"fmt"
	"slices"
)

func (w words) basisTooShort() string {
	return fmt.Sprintf("The history holds no whole year in which the same days can stand for the %s.", w.record)
}

func (w words) planned(r *PlanReport, reasons []Refusal) string {
	if r.MDE == nil {
		text := fmt.Sprintf("Whether this %s works could not be told.", w.record)
		if len(reasons) > 0 && reasons[len(reasons)-1].Code == RefusedTooEarly {
			text = fmt.Sprintf("How big an effect of this %s would show up could not be tried out.", w.record)
		}
		for _, reason := range reasons {
			text += " " + reason.Reason
		}
		return text
	}
	of := ""
	if w.rate && !w.isMedian() {
		of = " (of the rate itself, not percentage points)"
	}
	return fmt.Sprintf("With about %s %s in this window, only a change of %s or more%s would show up (four times in five).", number(r.Expected), w.things, w.visible(*r.MDE), of)
}

func (w words) standInTooEarly(basis Span, before, until int) string {
	return fmt.Sprintf("The newest days that can stand for the window, %s, have only %s of history before them, and a series takes %d; %s lie before the %s itself, so that it may well be measured once it is over.",
		days(basis), plural(before, "whole month", "whole months"), leastMonths, number(float64(until)), w.record)
}

func (w words) tryLater() string {
	return "The plan can be tried out as more history comes in, or now with a comparison group."
}

// help says what would let a smaller effect show.
func (w words) help(r *PlanReport, months int) []string {
	var help []string
	if r.Method != MethodDiD {
		for _, refusal := range r.Refusals {
			if !slices.Contains(help, refusal.Needed) {
				help = append(help, refusal.Needed)
			}
		}
	}
	if r.Method == MethodITS && months < moderateMonths {
		help = append(help, fmt.Sprintf("With %d months of history instead of %d the season is known better.", moderateMonths, months))
	}
	if r.MDE != nil && *r.MDE > usefulMDE {
		help = append(help, fmt.Sprintf("A longer window, or more %s, would show less than that: it takes four times as many %s to halve what is needed.", w.many, w.things))
	}
	if r.Method == MethodDiD && r.NTarget > 0 && r.NComparison > 0 && r.NTarget+r.NComparison < 8 {
		help = append(help, fmt.Sprintf("More %s to compare with would make the test sharper: there are %d.", w.many, r.NComparison))
	}
	if help == nil {
		help = []string{}
	}
	return help
}
