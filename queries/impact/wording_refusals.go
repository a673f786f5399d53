package impact

import (
	"fmt"
	"time"
)

func (w words) fewReaders(least int) string {
	return fmt.Sprintf("Fewer than %d readers stand behind one of the groups, so that its figures would tell of single ones.", least)
}

func (w words) largerGroups() string {
	return fmt.Sprintf("The %s has to name more %s.", w.record, w.many)
}

func (w words) notStarted(start, today time.Time) string {
	return fmt.Sprintf("The %s begins on %s; the history counts up to %s.", w.record, date(start), date(today))
}

func (w words) running(last, today time.Time) string {
	return fmt.Sprintf("The window lasts until %s, and the history counts up to %s.", date(last), date(today))
}

func (w words) readFrom(last time.Time) string {
	return fmt.Sprintf("The result is read once, from a history that reaches %s.", date(last))
}

func (w words) incomplete(last time.Time) string {
	return fmt.Sprintf("%s is not whole.", last.Format("January 2006"))
}

func (w words) importTo(last time.Time) string {
	return fmt.Sprintf("An import up to %s is needed.", date(last))
}

func (w words) absent(targets string) string {
	if targets == "" {
		return "Nobody that the record names is in this history."
	}
	return fmt.Sprintf("This history has nobody of %s.", targets)
}

func (w words) nameAsStored() string {
	return fmt.Sprintf("The record has to name %s as the history does.", w.many)
}

func (w words) silent(targets string) string {
	if w.rate {
		return fmt.Sprintf("Nothing of %s counts towards %s in the window, or in the same days a year earlier.", targets, lower(w.name))
	}
	return fmt.Sprintf("There are no %s of %s in the window, and none in the same days a year earlier.", w.things, targets)
}

func (w words) anyRequest() string {
	if w.rate {
		return "It takes something to measure in both."
	}
	return fmt.Sprintf("It takes %s in at least one of the two.", w.things)
}

func (w words) noneComparable(why []string) string {
	return fmt.Sprintf("None of those addressed can be compared with the year before: %s.", few(why))
}

func (w words) comparable() string {
	return fmt.Sprintf("It takes %s in the window and in the same days a year earlier.", w.things)
}

func (w words) noHistory() string { return "There is no history yet." }

func (w words) beforeHistory() string {
	return fmt.Sprintf("The history has no whole month of readers' requests before the end of the %s.", w.record)
}

func (w words) notInHistory(window Span) string {
	return fmt.Sprintf("Nothing of %s is in the history.", days(window))
}

func (w words) shortHistory(n int) string {
	if n == 0 {
		return fmt.Sprintf("No whole month of history lies before the %s.", w.record)
	}
	return fmt.Sprintf("Only %s of history %s before the %s.", plural(n, "whole month", "whole months"), lie(n), w.record)
}

func lie(n int) string {
	if n == 1 {
		return "lies"
	}
	return "lie"
}

func (w words) moreHistory() string {
	return fmt.Sprintf("It takes %d to tell season and growth from an effect.", leastMonths)
}

func (w words) noExposure(units string) string {
	return fmt.Sprintf("How many readers %s had is not recorded for the window and the year before.", units)
}

func (w words) noExposureSeries() string {
	return fmt.Sprintf("The number of readers is not recorded for %d months before the %s.", leastMonths, w.record)
}

func (w words) exposure() string {
	return "Their enrolment has to be recorded, or the measure must not be per reader."
}

func (w words) allTreated() string {
	return fmt.Sprintf("The %s was for everyone, so that there is nobody to compare with.", w.record)
}

func (w words) leaveSomeOut() string {
	return fmt.Sprintf("A comparison takes %s that are not addressed.", w.many)
}

func (w words) noComparison() string { return "The record names no comparison group." }

func (w words) noneToCompare(why []string) string {
	if len(why) == 0 {
		return "None of the comparison group is in this history."
	}
	return fmt.Sprintf("None of the comparison group can be compared with the year before: %s.", few(why))
}

func (w words) nameComparison() string {
	return fmt.Sprintf("A comparison takes %s that were not addressed and that the history has.", w.many)
}

func (w words) fewUnits(units, treated, ways int) string {
	return fmt.Sprintf("There are too few %s to test: %s, %d of them addressed, can be divided so in %s.",
		w.many, plural(units, w.unit, w.many), treated, plural(ways, "way", "ways"))
}

func (w words) moreUnits() string {
	return fmt.Sprintf("A comparison takes at least 4 %s and 20 ways to divide them, such as 2 of 7.", w.many)
}

func (w words) inseparable(names []string, same, sameDays bool) string {
	if same {
		when := "at the same time"
		if !sameDays {
			when = "at times that overlap"
		}
		return fmt.Sprintf("%s ran %s %s; we can only report their joint effect.", joined(names), w.in, when)
	}
	return fmt.Sprintf("%s overlap so much that their effects cannot be told apart.", joined(names))
}

func (w words) inseparableInSeries(names []string) string {
	return fmt.Sprintf("In the own series of those addressed %s cannot be told apart.", joined(names))
}

func (w words) apartInSeries() string {
	return "In a series alone campaigns can be told apart only where their months differ enough."
}

func (w words) apart() string {
	return fmt.Sprintf("Campaigns can be told apart where their %s or their months differ enough.", w.many)
}

func (w words) jointNeedsCounts(names []string) string {
	return fmt.Sprintf("%s addressed some of these %s at the same time, and only counts can be shared out among campaigns.", joined(names), w.many)
}

func (w words) shortJoint(names []string) string {
	return fmt.Sprintf("%s addressed some of these %s at the same time, and the window is shorter than a month, too short to share the effect out.", joined(names), w.many)
}

func (w words) noJoint(names []string) string {
	return fmt.Sprintf("%s addressed some of these %s at the same time, and no model could share the effect out.", joined(names), w.many)
}

func (w words) findUntouched() string {
	return fmt.Sprintf("It takes %s that the others left alone.", w.many)
}

func (w words) noFit() string {
	return "The figures do not settle on any estimate."
}

func (w words) wanders() string {
	return "The series drifts so much that a step cannot be told from its own drift."
}

func (w words) comparisonDoes() string {
	return "The comparison with other groups does without it."
}

func (w words) findComparison() string {
	return fmt.Sprintf("A comparison group of %s that were not addressed would help.", w.many)
}

func (w words) noWholeMonth() string {
	return "No whole month of the window can be set over the months before."
}

func (w words) longerWindow() string { return "It takes a window that holds a whole month." }

func (w words) shortWindow(isCompared bool) string {
	if isCompared {
		return "The window is shorter than a month, too little for a series of months."
	}
	return "The window is shorter than a month: with nobody to compare with, too little to be told from the ups and downs of months."
}

func (w words) monthOrComparison() string {
	return fmt.Sprintf("It takes a month at least, such as with carry-over, or %s to compare with.", w.many)
}

func (w words) emptyMonths() string {
	return fmt.Sprintf("Months without %s leave nothing to follow.", w.things)
}

func (w words) fuller() string {
	return fmt.Sprintf("It takes %s before and after the start, and for times and rates in every month.", w.things)
}

// leftSmall is said of a unit with few readers, of which no figure is told.
func (w words) leftSmall() string { return "too few requests in one of the years" }

func (w words) leftNothing() string {
	return fmt.Sprintf("no %s in either window", w.things)
}
func (w words) leftClosed(pre float64) string {
	return fmt.Sprintf("closed or renamed: %s %s the year before and none in the window", number(pre), w.things)
}
func (w words) leftNew(post float64) string {
	return fmt.Sprintf("new: %s %s in the window and none the year before", number(post), w.things)
}
func (w words) leftBroken() string {
	return "closed or renamed within the window: none in its last month"
}

func (w words) leftThin(pre, post float64) string {
	return fmt.Sprintf("too few %s to measure: %s the year before and %s in the window, and %d are asked for in each", w.things, number(pre), number(post), fewest)
}
func (w words) leftWithout() string  { return "none in either year: nothing to compare" }
func (w words) leftExposure() string { return "its number of readers is not recorded" }
func (w words) leftUnmeasured() string {
	return "nothing to measure in one of the windows"
}
func (w words) leftOut(unit, why string) string { return unit + " (" + why + ")" }

// units counts units; where there are none, everyone is one.
func (w words) units(n int) string {
	if w.many == readers {
		return everyone
	}
	return plural(n, w.unit, w.many)
}
