package impact

import (
	"time"
)

func (s topic) fewReaders(suppress int) phrase {
	return say("few_readers", "least", digits(suppress))
}
func (s topic) largerGroups() phrase { return say("few_readers.needed") }

func (s topic) notStarted(start, today time.Time) phrase {
	return say("not_started", "start", onDay(start), "today", onDay(today))
}

func (s topic) running(last, today time.Time) phrase {
	return say("running", "last", onDay(last), "today", onDay(today))
}

func (s topic) readFrom(last time.Time) phrase { return say("running.needed", "last", onDay(last)) }
func (s topic) incomplete(last time.Time) phrase {
	return say("incomplete", "month", inMonth(last))
}
func (s topic) importTo(last time.Time) phrase {
	return say("incomplete.needed", "last", onDay(last))
}

func (s topic) absent(targets phrase) phrase {
	if english.tell(targets, s) == "" {
		return say("absent.nobody")
	}
	return say("absent", "targets", targets)
}

func (s topic) nameAsStored() phrase { return say("absent.needed") }

func (s topic) silent(targets phrase) phrase {
	if s.isRate() {
		return say("silent.rate", "targets", targets, "rate", say("rate."+s.outcome))
	}
	return say("silent", "targets", targets)
}

func (s topic) anyRequest() phrase {
	if s.isRate() {
		return say("silent.needed.rate")
	}
	return say("silent.needed")
}

func (s topic) noneComparable(why firstOf) phrase { return say("none_comparable", "why", why) }
func (s topic) comparable() phrase                { return say("none_comparable.needed") }
func (s topic) noHistory() phrase                 { return say("no_history") }
func (s topic) beforeHistory() phrase             { return say("before_history") }
func (s topic) notInHistory(window Span) phrase {
	return say("finished.absent", "window", window)
}

func (s topic) shortHistory(n int) phrase {
	if n == 0 {
		return say("short_history.none")
	}
	return say("short_history", "n", whole(n))
}

func (s topic) moreHistory() phrase {
	return say("short_history.needed", "least", digits(leastMonths))
}
func (s topic) noExposure(units phrase) phrase { return say("no_exposure", "named", units) }
func (s topic) noExposureSeries() phrase {
	return say("no_exposure.series", "least", digits(leastMonths))
}
func (s topic) exposure() phrase     { return say("no_exposure.needed") }
func (s topic) allTreated() phrase   { return say("all_treated") }
func (s topic) leaveSomeOut() phrase { return say("all_treated.needed") }
func (s topic) noComparison() phrase { return say("no_comparison") }

func (s topic) noneToCompare(why firstOf) phrase {
	if len(why) == 0 {
		return say("no_comparison.absent")
	}
	return say("no_comparison.left", "why", why)
}

func (s topic) nameComparison() phrase { return say("no_comparison.needed") }

func (s topic) fewUnits(units, treated, ways int) phrase {
	return say("few_units", "all", s.counted(units), "treated", digits(treated), "ways", whole(ways))
}

func (s topic) moreUnits() phrase { return say("few_units.needed") }

func (s topic) inseparable(campaigns listed, same, sameDays bool) phrase {
	if !same {
		return say("inseparable", "names", campaigns)
	}
	where := say("inseparable.units")
	if s.dimension == "" {
		where = say("inseparable.readers")
	}
	when := say("inseparable.same_days")
	if !sameDays {
		when = say("inseparable.other_days")
	}
	return say("inseparable.joint", "names", campaigns, "where", where, "when", when)
}

func (s topic) inseparableInSeries(campaigns listed) phrase {
	return say("inseparable.series", "names", campaigns)
}

func (s topic) apartInSeries() phrase                { return say("inseparable.needed.series") }
func (s topic) apart() phrase                        { return say("inseparable.needed") }
func (s topic) jointNeedsCounts(others names) phrase { return say("joint.counts", "names", others) }
func (s topic) shortJoint(others names) phrase       { return say("joint.short", "names", others) }
func (s topic) noJoint(others names) phrase          { return say("joint.none", "names", others) }
func (s topic) findUntouched() phrase                { return say("joint.needed") }
func (s topic) noFit() phrase                        { return say("no_fit") }
func (s topic) wanders() phrase                      { return say("wanders") }
func (s topic) comparisonDoes() phrase               { return say("series.not_needed") }
func (s topic) findComparison() phrase               { return say("series.needed") }
func (s topic) noWholeMonth() phrase                 { return say("no_whole_month") }
func (s topic) longerWindow() phrase                 { return say("no_whole_month.needed") }

func (s topic) shortWindow(isCompared bool) phrase {
	if isCompared {
		return say("short_window.series")
	}
	return say("short_window")
}

func (s topic) monthOrComparison() phrase { return say("short_window.needed") }
func (s topic) emptyMonths() phrase       { return say("empty_months") }
func (s topic) fuller() phrase            { return say("empty_months.needed") }

// leftSmall is said of a unit with few readers, of which no figure is told.
func (s topic) leftSmall() phrase   { return say("left.small") }
func (s topic) leftNothing() phrase { return say("left.nothing") }
func (s topic) leftClosed(pre float64) phrase {
	return say("left.closed", "pre", whole(pre))
}
func (s topic) leftNew(post float64) phrase { return say("left.new", "post", whole(post)) }
func (s topic) leftBroken() phrase          { return say("left.broken") }

func (s topic) leftThin(pre, post float64) phrase {
	return say("left.thin", "pre", whole(pre), "post", whole(post), "least", digits(fewest))
}
func (s topic) leftWithout() phrase    { return say("left.without") }
func (s topic) leftExposure() phrase   { return say("left.exposure") }
func (s topic) leftUnmeasured() phrase { return say("left.unmeasured") }
func (s topic) leftOut(unit, why phrase) phrase {
	return say("left", "unit", unit, "why", why)
}
