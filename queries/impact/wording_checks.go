package impact

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

var checkLabels = map[string]string{
	CheckFinished:   "The window is over",
	CheckHistory:    "Enough history",
	CheckComparison: "A group to compare with",
	CheckUnits:      "All named can be compared",
	CheckOverlap:    "No other campaign in the way",
	CheckSettled:    "Few requests still open",
	CheckPreTrend:   "Both groups ran in parallel before",
	CheckPlacebo:    "Nothing found where nothing was done",
	CheckOutcome:    "Lending did not move likewise",
	CheckSecond:     "A second method agrees",
	CheckHeavy:      "Not the work of a few readers",
	CheckSize:       "Groups of like size",
	CheckKeys:       "Readers can be counted",
	CheckFrozen:     "Not changed after the results",
}

func (w words) checkFinished(window Span, today time.Time, passed bool) string {
	if passed {
		return fmt.Sprintf("All of %s is in the history.", days(window))
	}
	return fmt.Sprintf("The window is %s, and the history counts up to %s.", days(window), date(today))
}

func (w words) checkHistory(n int, isAlone bool) string {
	if n == 0 {
		return fmt.Sprintf("%s %d are asked for.", w.shortHistory(0), leastMonths)
	}
	text := fmt.Sprintf("%s %s before the %s; %d are asked for", plural(n, "whole month", "whole months"), lie(n), w.record, leastMonths)
	if isAlone {
		text += fmt.Sprintf(", and with nobody to compare with %d for more than weak evidence", moderateMonths)
	}
	return text + "."
}

func (w words) checkComparison(target, comparison, ways int, exact bool) string {
	of := "all %s ways to choose as many were tried"
	if !exact {
		of = "%s ways to choose as many were drawn"
	}
	return fmt.Sprintf("%s addressed against %s that %s not; "+of+".", plural(target, w.unit, w.many), number(float64(comparison)), map[bool]string{true: "was", false: "were"}[comparison == 1], number(float64(ways)))
}

func (w words) checkUnits(n int, target, comparison, missing []string) string {
	var parts []string
	if len(target) > 0 {
		parts = append(parts, "Left out of the target: "+few(target))
	}
	if len(comparison) > 0 {
		parts = append(parts, "Left out of the comparison: "+few(comparison))
	}
	if len(missing) > 0 {
		parts = append(parts, "Not in the history: "+joined(missing))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%s can be compared with the year before.", capital(w.units(n)))
	}
	return strings.Join(parts, ". ") + "."
}

// noFigureInTheWay names other campaigns where there is nothing that they could have moved.
func (w words) noFigureInTheWay(names []string) string {
	if len(names) == 0 {
		return w.noOther()
	}
	return joined(names) + " reached some of the same readers; that did not decide, as there is no figure to share out."
}

func (w words) noOther() string {
	return fmt.Sprintf("No other campaign is recorded that reached these %s in the window or the year before.", strings.Replace(w.many, readers, "readers", 1))
}

// alone is what the comparison says where it takes no notice of other campaigns.
func (w words) alone(e stats.Estimate) string {
	return fmt.Sprintf("Taken alone, without regard to them, the comparison would say %s (%s).", change(math.Exp(e.Value)), between(math.Exp(e.Lo), math.Exp(e.Hi)))
}

func (w words) checkOverlap(apart, alike []string, method string) string {
	var parts []string
	if len(apart) > 0 {
		text := joined(apart) + " addressed some of the same"
		switch method {
		case MethodJoint:
			text += "; one model estimates each"
		case MethodITS:
			text += "; the series has a step for each that reached the target"
		}
		parts = append(parts, text+".")
	}
	if len(alike) > 0 {
		text := " reached all of these alike, which a comparison is not moved by"
		if method == MethodITS {
			text = " reached some of the same readers; the series has a step for each"
		}
		parts = append(parts, joined(alike)+text+".")
	}
	if len(parts) == 0 {
		return w.noOther()
	}
	return strings.Join(parts, " ")
}

// partly says which campaigns were for readers that stand in every unit, in some more than in others.
func (w words) partly(names []string) string {
	return fmt.Sprintf("%s addressed readers of another kind of group, of whom some %s have more than others; its effect can't be told from this one.", joined(names), w.many)
}

func (w words) checkSize(passed bool) string {
	if passed {
		return fmt.Sprintf("Chance moves the %s addressed about as much as the others.", w.many)
	}
	return fmt.Sprintf("The %s addressed have so few requests beside the others that chance alone moves them more; compare them with %s of like size.", w.many, w.many)
}

func (w words) checkKeys(post, pre float64) string {
	return fmt.Sprintf("%s of the window's requests and %s of those a year earlier don't tell whose they are.", share(post), strings.ToLower(share(pre)))
}

func (w words) checkSettled(open float64) string {
	if open <= 0 {
		return "None of the window's requests is still open."
	}
	if open <= stillOpen {
		return fmt.Sprintf("%s of the window's requests are still open.", share(open))
	}
	return fmt.Sprintf("%s of the window's requests are still open, and what comes of them may change the figure.", share(open))
}

// share writes a share of 0 to 1.
func share(x float64) string {
	n := math.Round(100 * math.Max(0, math.Min(1, x)))
	if n == 0 && x > 0 {
		return "Less than 1%"
	}
	return number(n) + "%"
}

func (w words) checkPreTrend(targets string, slope, p float64) string {
	if p >= parallel {
		return fmt.Sprintf("Before the %s the two groups ran in parallel as far as can be seen (p %.2f); that is no proof that they would have gone on so.", w.record, p)
	}
	return strings.TrimSuffix(w.notParallel(targets, slope > 0), ".") + fmt.Sprintf(" (p %s).", small(p))
}

// small writes a p: 0.042, below 0.001.
func small(p float64) string {
	if p < .001 {
		return "below 0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func (w words) uncheckedPreTrend() string {
	return "The months before are too few or too empty to compare how the groups grew, and without that an effect is not believed."
}

func (w words) checkPlacebo(k, m int) string {
	return fmt.Sprintf("The same method finds as much in %d of %d periods with no %s.", k, m, w.record)
}

func (w words) withinScatter(log float64) string {
	return fmt.Sprintf("In periods with no %s the same method “finds” changes of up to %s by chance; this one is no larger.", w.record, by(math.Exp(log)))
}

// decidesNothing is said of a check of an effect where none was found.
func (w words) decidesNothing() string {
	return "Not needed: no effect was found that this could speak for or against."
}

func (w words) fewPlacebos(n int, failed bool) string {
	if failed {
		return fmt.Sprintf("There is too little history to check the method on periods with no %s: it has %s, and %d are asked for.", w.record, number(float64(n)), fewLaunches)
	}
	return fmt.Sprintf("Too little history to check: %s with no %s.", plural(n, "period", "periods"), w.record)
}

func (w words) noLending() string {
	return "There is no lending in this history to check with."
}

func (w words) checkLending(o Opinion, likewise bool) string {
	if likewise {
		return fmt.Sprintf("Lending, which no %s to readers moves, changed at the same time: %s.", w.record, between(o.Lo, o.Hi))
	}
	return fmt.Sprintf("Lending, which no %s to readers moves, did not go the same way for certain: %s.", w.record, between(o.Lo, o.Hi))
}

var methodNames = map[string]string{methodTWFE: "The comparison month by month", MethodITS: "The target's own series", MethodDiD: "The comparison taken alone", methodExpected: "The forecast from the months before"}

func (w words) checkSecond(method string, second, effect float64, agrees bool) string {
	if !agrees && (second > 0) == (effect > 0) {
		return fmt.Sprintf("%s, which counts each request alike and not each %s, says %s: outside the range.", methodNames[method], w.unit, change(math.Exp(second)))
	}
	if agrees {
		return fmt.Sprintf("%s says %s, on the same side.", methodNames[method], change(math.Exp(second)))
	}
	return fmt.Sprintf("%s says %s, where the headline says %s.", methodNames[method], change(math.Exp(second)), change(math.Exp(effect)))
}

func (w words) noSecond() string {
	return "No second method could be used, and without one an effect is not believed."
}

func (w words) checkHeavy(left float64) string {
	return fmt.Sprintf("Without the busiest 1%% of readers the change is %s.", change(math.Exp(left)))
}

func (w words) noHeavy() string {
	return "Who the busiest readers are is not known here."
}

func (w words) checkFrozen(at time.Time, n int) string {
	switch {
	case n > 0:
		return fmt.Sprintf("What is measured was changed after results were looked at: %s.", plural(n, "edit", "edits"))
	case at.IsZero():
		return "Nobody has looked at results before."
	}
	return fmt.Sprintf("Results were first looked at on %s; nothing that is measured was changed since.", date(at))
}
