package impact

import (
	"math"
	"slices"
	"strings"
)

func exp(log float64) float64 { return math.Exp(log) }

func (s topic) likely(targets phrase, h *Headline, n *Amount, value, asked float64, window Span) phrase {
	direction, near, far := "direction.up", h.Lo, h.Hi
	if h.Hi < 1 {
		direction, near, far = "direction.down", h.Hi, h.Lo
	}
	if s.isMedian() {
		direction += ".days"
	}
	var rest phrase
	switch {
	case n != nil && n.N >= 0:
		rest = say("likely.extra", "n", whole(n.N), "lo", whole(n.Lo), "hi", whole(n.Hi), "window", window)
	case asked == 0:
		rest = say("likely.over", "window", window)
	case n != nil:
		rest = say("likely.fewer", "n", whole(-n.N), "lo", whole(-n.Hi), "hi", whole(-n.Lo), "window", window)
	default:
		rest = say("likely.measured", "n", whole(asked), "window", window)
		now, before := s.level(value), s.level(value/h.RR)
		if english.tell(now, s) != english.tell(before, s) {
			rest = say("likely.level", "now", now, "before", before, "n", whole(asked), "window", window)
		}
	}
	return say("likely", "about", s.about(targets), "size", sized(h.RR), "direction", say(direction), "near", sized(near), "far", sized(far), "rest", rest)
}

// level writes a rate or a median: 84%, 12.5 days.
func (s topic) level(x float64) phrase {
	if s.isMedian() {
		return say("level.days", "n", decimals{x, 1})
	}
	return say("level", "share", portion(x))
}

func (s topic) noClearEffect(h *Headline, mde float64) phrase {
	mde = math.Max(mde, math.Max(h.Hi, 1/h.Lo)) // what the interval holds is not unlikely
	return sentences(say("no_clear_effect"), say("no_clear_effect.range", "range", range95(h.Lo, h.Hi), "size", least(mde)))
}

func (s topic) cantTell(h *Headline, asked float64, mde *float64) phrase {
	shown := say("cant_tell.nothing_shows")
	if mde != nil {
		shown = say("cant_tell.shows", "change", s.visible(*mde))
	}
	many := say("cant_tell.about", "n", whole(asked))
	if asked == 0 {
		many = say("cant_tell.so_few")
	}
	return sentences(say("cant_tell"), say("cant_tell.range", "many", many, "shown", shown, "lo", signed(h.Lo), "hi", signed(h.Hi)))
}

// visible is the smallest change that would show: as a rise, and where a fall is what people hope for as that, too.
func (s topic) visible(mde float64) phrase {
	if s.isRate() {
		return say("visible.both", "change", both(mde))
	}
	return say("visible", "size", least(mde))
}

func (s topic) everyYear(code string, targets phrase, raw *RawChange, h *Headline, window Span) phrase {
	start := say("cant_tell")
	if code == NoClearEffect {
		start = say("no_clear_effect")
	}
	key := "every_year.rise"
	if raw.Ratio < 1 {
		key = "every_year.fall"
	}
	return sentences(start,
		say(key, "about", s.about(targets), "size", sized(raw.Ratio), "before", s.before(window), "last", sized(*raw.LastYear)),
		say("every_year.left", "range", range95(h.Lo, h.Hi)))
}

// before names as long a time as a span, just before it: the 6 months before.
func (s topic) before(window Span) phrase {
	for n := 1; n <= 12; n++ {
		if window.From.AddDate(0, n, 0).Equal(window.To) {
			return say("before.months", "n", digits(n))
		}
	}
	return say("before.days", "n", whole(window.nDays()))
}

// gates says which checks an effect failed.
func (s topic) gates(failed []Check, targets phrase, a *assessment, h *Headline) phrase {
	text := []phrase{say("cant_tell")}
	for _, c := range failed {
		r := a.r.Placebo
		switch {
		case c.Name == CheckPreTrend:
			text = append(text, say("finding", "finding", s.notParallel(targets, a.grewFaster())))
		case c.Name == CheckPlacebo && len(r.InTime) >= fewLaunches && float64(r.NAsBig) > tooOften*float64(len(r.InTime)):
			text = append(text, s.finds(r.NAsBig, len(r.InTime)))
		default:
			text = append(text, say("name", "name", ended(c.detail)))
		}
	}
	figures := say("figures", "n", whole(a.asked()), "range", range95(h.Lo, h.Hi))
	if a.isUncounted {
		figures = say("figures.uncounted", "range", range95(h.Lo, h.Hi))
	}
	return sentences(append(text, figures)...)
}

// notParallel says how those addressed grew before, without a full stop.
func (s topic) notParallel(targets phrase, faster bool) phrase {
	key := "growing.faster"
	if !faster {
		key = "growing.more_slowly"
	}
	if s.isRate() {
		return say(key+".rate", "about", s.about(targets))
	}
	return say(key, "targets", targets)
}

func (s topic) finds(k, m int) phrase { return say("placebo.finds", "k", digits(k), "m", digits(m)) }

// refused says why there is no number, and what would be needed.
func (s topic) refused(reasons []Refusal, joint *Opinion) phrase {
	if len(reasons) == 0 {
		return sentences(say("cant_tell"), s.noFit())
	}
	text := []phrase{say("cant_tell")}
	if c := reasons[0].Code; c == RefusedNotStarted || c == RefusedRunning {
		text[0] = say("cant_tell.yet")
	}
	for i, r := range reasons {
		if i == 0 || !strings.Contains(english.tell(sentences(text...), s), r.Reason) {
			text = append(text, r.reason)
		}
		if r.Code == RefusedInseparable && joint != nil && r.Method == everything {
			text = append(text, say("together_effect", "range", range95(joint.Lo, joint.Hi)))
		}
	}
	for i, r := range reasons {
		if !slices.ContainsFunc(reasons[:i], func(b Refusal) bool { return b.Needed == r.Needed }) {
			text = append(text, r.needed)
		}
	}
	return sentences(text...)
}
