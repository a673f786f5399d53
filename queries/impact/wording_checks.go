package impact

import (
	"time"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

func (s topic) checkFinished(window Span, today time.Time, passed bool) phrase {
	if passed {
		return say("finished", "window", window)
	}
	return say("finished.not", "window", window, "today", onDay(today))
}

func (s topic) checkHistory(n int, isAlone bool) phrase {
	switch {
	case n == 0:
		return sentences(s.shortHistory(0), say("history.asked", "least", digits(leastMonths)))
	case isAlone:
		return say("history.alone", "n", whole(n), "least", digits(leastMonths), "moderate", digits(moderateMonths))
	}
	return say("history", "n", whole(n), "least", digits(leastMonths))
}

func (s topic) checkComparison(target, comparison, ways int, exact bool) phrase {
	key := "comparison.all"
	if !exact {
		key = "comparison.drawn"
	}
	return say(key, "target", s.counted(target), "others", whole(comparison), "ways", whole(ways))
}

func (s topic) checkUnits(n int, target, comparison firstOf, missing names) phrase {
	var parts []phrase
	if len(target) > 0 {
		parts = append(parts, say("units.left_target", "list", target))
	}
	if len(comparison) > 0 {
		parts = append(parts, say("units.left_comparison", "list", comparison))
	}
	if len(missing) > 0 {
		parts = append(parts, say("units.missing", "names", missing))
	}
	if len(parts) == 0 {
		return say("units.comparable", "all", s.all(n))
	}
	return sentences(parts...)
}

// checkSmall says how many units are left out for their few readers.
func (s topic) checkSmall(n, suppress int) phrase {
	if n == 0 {
		return phrase{}
	}
	return say("units.small", "n", whole(n), "least", digits(suppress))
}

// noFigureInTheWay names other campaigns where there is nothing that they could have moved.
func (s topic) noFigureInTheWay(others names) phrase {
	if len(others) == 0 {
		return s.noOther()
	}
	return say("overlap.no_figure", "names", others)
}

func (s topic) noOther() phrase {
	if s.unit() == "readers" {
		return say("overlap.none.readers")
	}
	return say("overlap.none")
}

// range95 is an interval of ratios.
func range95(lo, hi float64) phrase { return say("between", "lo", signed(lo), "hi", signed(hi)) }

// alone is what the comparison says where it takes no notice of other campaigns.
func (s topic) alone(e stats.Estimate) phrase {
	return say("overlap.alone", "change", signed(exp(e.Value)), "range", range95(exp(e.Lo), exp(e.Hi)))
}

func (s topic) checkOverlap(apart, alike names, method string) phrase {
	var parts []phrase
	if len(apart) > 0 {
		key := "overlap.apart"
		if method == MethodJoint || method == MethodITS {
			key += "." + method
		}
		parts = append(parts, say(key, "names", apart))
	}
	if len(alike) > 0 {
		key := "overlap.alike"
		if method == MethodITS {
			key += "." + method
		}
		parts = append(parts, say(key, "names", alike))
	}
	if len(parts) == 0 {
		return s.noOther()
	}
	return sentences(parts...)
}

// partly says which campaigns were for readers that stand in every unit, in some more than in others.
func (s topic) partly(others names) phrase { return say("overlap.partly", "names", others) }

func (s topic) checkSize(passed bool) phrase {
	if passed {
		return say("like_size")
	}
	return say("like_size.not")
}

func (s topic) checkKeys(post, pre float64) phrase {
	return say("keys", "post", portion(post), "pre", portion(pre))
}

func (s topic) checkSettled(open float64) phrase {
	switch {
	case open <= 0:
		return say("settled")
	case open <= stillOpen:
		return say("settled.nearly", "open", portion(open))
	}
	return say("settled.not", "open", portion(open))
}

func (s topic) checkPreTrend(targets phrase, slope, p float64) phrase {
	if p >= parallel {
		return say("parallel", "p", decimals{p, 2})
	}
	return say("parallel.not", "finding", s.notParallel(targets, slope > 0), "p", chance(p))
}

func (s topic) uncheckedPreTrend() phrase { return say("parallel.unchecked") }

func (s topic) checkPlacebo(k, m int) phrase {
	return say("placebo", "k", digits(k), "m", digits(m))
}

func (s topic) withinScatter(log float64) phrase {
	return say("placebo.scatter", "size", sized(exp(log)))
}

// decidesNothing is said of a check of an effect where none was found.
func (s topic) decidesNothing() phrase { return say("decides_nothing") }

func (s topic) fewPlacebos(n int, failed bool) phrase {
	if failed {
		return say("placebo.few", "n", whole(n), "least", digits(fewLaunches))
	}
	return say("placebo.unchecked", "n", whole(n))
}

func (s topic) noLending() phrase { return say("lending.none") }

func (s topic) checkLending(o Opinion, likewise bool) phrase {
	key := "lending"
	if likewise {
		key = "lending.likewise"
	}
	return say(key, "range", range95(o.Lo, o.Hi))
}

func (s topic) checkSecond(method string, second, effect float64, agrees bool) phrase {
	places := []any{"method", say("opinion." + method), "change", signed(exp(second))}
	switch {
	case agrees:
		return say("second", places...)
	case (second > 0) == (effect > 0):
		return say("second.outside", places...)
	}
	return say("second.not", append(places, "headline", signed(exp(effect)))...)
}

func (s topic) noSecond() phrase { return say("second.none") }

func (s topic) checkHeavy(left float64) phrase { return say("heavy", "change", signed(exp(left))) }

func (s topic) noHeavy() phrase { return say("heavy.unknown") }

func (s topic) checkFrozen(at time.Time, n int) phrase {
	switch {
	case n > 0:
		return say("frozen.not", "n", whole(n))
	case at.IsZero():
		return say("frozen.unseen")
	}
	return say("frozen", "day", onDay(at))
}
