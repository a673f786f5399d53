package impact

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

func (w words) likely(targets string, h *Headline, n *Amount, value, asked float64, window Span) string {
	direction, near, far := w.up, h.Lo, h.Hi
	if h.Hi < 1 {
		direction, near, far = w.down, h.Hi, h.Lo
	}
	text := fmt.Sprintf(w.about, targets) + fmt.Sprintf(" %s about %s %s than we would expect without the %s (likely between %s and %s)",
		w.were(), by(h.RR), direction, w.record, by(near), by(far))
	switch {
	case n != nil && n.N >= 0:
		text += fmt.Sprintf(", roughly %s extra %s (%s–%s) over %s.", number(n.N), w.things, number(n.Lo), number(n.Hi), days(window))
	case asked == 0:
		text += fmt.Sprintf(" over %s.", days(window))
	case n != nil:
		text += fmt.Sprintf(", roughly %s fewer %s (%s–%s) over %s.", number(-n.N), w.things, number(-n.Hi), number(-n.Lo), days(window))
	default:
		if now, before := w.level(value), w.level(value/h.RR); now != before {
			text += fmt.Sprintf(", %s rather than %s", now, before)
		}
		text += fmt.Sprintf(", measured on %s %s over %s.", number(asked), w.things, days(window))
	}
	return text
}

// level writes a rate or a median: 84%, 12.5 days.
func (w words) level(x float64) string {
	if w.inDays {
		return fmt.Sprintf("%.1f days", x)
	}
	return strings.ToLower(share(x))
}

func (w words) noClearEffect(h *Headline, mde float64) string {
	mde = math.Max(mde, math.Max(h.Hi, 1/h.Lo)) // what the interval holds is not unlikely
	return fmt.Sprintf("No clear effect. The change was probably %s; an effect above %s is unlikely.", between(h.Lo, h.Hi), atLeast(mde))
}

func (w words) cantTell(h *Headline, asked float64, mde *float64) string {
	shown := "no change that is likely to happen would show up"
	if mde != nil {
		shown = fmt.Sprintf("only a change of %s or more would show up", w.visible(*mde))
	}
	many := fmt.Sprintf("about %s %s", number(asked), w.things)
	if asked == 0 {
		many = "so few readers"
	}
	return fmt.Sprintf("We can't tell. With %s in this window, %s. The data fit anything from %s to %s.", many, shown, change(h.Lo), change(h.Hi))
}

// visible writes the smallest change that would show: as a rise, and where a fall is what people hope for as that, too.
func (w words) visible(mde float64) string {
	if w.rate {
		return upOrDown(mde)
	}
	return "+" + atLeast(mde)
}

func (w words) everyYear(code, targets string, raw *RawChange, h *Headline, window Span) string {
	start := "We can't tell. "
	if code == NoClearEffect {
		start = "No clear effect. "
	}
	verb, noun := "rose", "rise"
	if raw.Ratio < 1 {
		verb, noun = "fell", "fall"
	}
	they, do := w.they()
	return start + fmt.Sprintf("%s %s %s from the %s before, but %s %s so every year: last year the %s was %s. "+
		"After allowing for the calendar and growth, what is left for the %s is %s.",
		fmt.Sprintf(w.about, targets), verb, by(raw.Ratio), asLong(window), they, do, noun, by(*raw.LastYear), w.record, between(h.Lo, h.Hi))
}

// gates says which checks an effect failed.
func (w words) gates(failed []Check, targets string, a *assessment, h *Headline) string {
	text := "We can't tell."
	for _, c := range failed {
		switch c.Name {
		case CheckPreTrend:
			text += " " + w.notParallel(targets, a.grewFaster())
		case CheckPlacebo:
			if r := a.r.Placebo; len(r.InTime) >= fewLaunches && float64(r.NAsBig) > tooOften*float64(len(r.InTime)) {
				text += " " + w.finds(r.NAsBig, len(r.InTime))
				continue
			}
			text += " " + sentence(c.Detail)
		default:
			text += " " + sentence(c.Detail)
		}
	}
	if a.isUncounted {
		return text + fmt.Sprintf(" The figures alone would say %s.", between(h.Lo, h.Hi))
	}
	return text + fmt.Sprintf(" The figures alone, from %s %s, would say %s.", number(a.asked()), w.things, between(h.Lo, h.Hi))
}

func (w words) notParallel(targets string, faster bool) string {
	than := "faster"
	if !faster {
		than = "more slowly"
	}
	if w.rate {
		return fmt.Sprintf("%s was already rising %s than in the comparison group before the %s.", fmt.Sprintf(w.about, targets), than, w.record)
	}
	return fmt.Sprintf("%s %s already growing %s than the comparison group before the %s.", capital(targets), "were", than, w.record)
}

func (w words) finds(k, m int) string {
	return fmt.Sprintf("The same method “finds” effects this big in %d of %d periods with no %s.", k, m, w.record)
}

// refused says why there is no number, and what would be needed.
func (w words) refused(reasons []Refusal, joint *Opinion) string {
	text := "We can't tell."
	if len(reasons) == 0 {
		return text + " " + w.noFit()
	}
	if c := reasons[0].Code; c == RefusedNotStarted || c == RefusedRunning {
		text = "We can't tell yet."
	}
	for i, r := range reasons {
		if i == 0 || !strings.Contains(text, r.Reason) {
			text += " " + r.Reason
		}
		if r.Code == RefusedInseparable && joint != nil && r.Method == everything {
			text += fmt.Sprintf(" Together: %s.", between(joint.Lo, joint.Hi))
		}
	}
	for i, r := range reasons {
		if slices.ContainsFunc(reasons[:i], func(b Refusal) bool { return b.Needed == r.Needed }) {
			continue
		}
		text += " " + r.Needed
	}
	return text
}
