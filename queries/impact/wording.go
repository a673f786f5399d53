package impact

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact/stats"
)

// All sentences of a report are written here.

const (
	everyone = "all readers"
	readers  = "groups of readers" // units of no dimension
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
	CheckFrozen:     "Not changed after the results",
}

var workLabels = map[string]string{
	MethodDiD:      "Comparison of groups",
	MethodJoint:    "All campaigns in one model",
	methodTWFE:     "Comparison month by month",
	MethodITS:      "The target's own series",
	methodExpected: "Expected without the campaign",
}

// words are what an outcome, a kind of record and a dimension are called.
type words struct {
	about      string // %s is who: “Requests from %s”
	isOne      bool   // it was, not they were
	name       string // at the start of a sentence
	up, down   string
	things     string // what is counted, or what a rate rests on
	rate       bool   // a share or a median, which do not add up
	inDays     bool
	record     string // campaign, change
	title      string // of the record
	unit, many string // department, departments
	in         string // where: “the same departments”
}

func wordsOf(p *Panel) words {
	w := words{about: "Requests from %s", name: "Requests", up: "higher", down: "lower", things: "requests", record: "campaign", title: p.Campaign.Name}
	switch p.Outcome.ID {
	case "requesters":
		w.about, w.name, w.things, w.isOne = "The number of readers from %s who asked", "The number of readers who asked", "readers", true
	case "first_time_requesters":
		w.about, w.name, w.things, w.isOne = "The number of first-time readers from %s", "The number of first-time readers", "first-time readers", true
	case "median_turnaround":
		w.about, w.name, w.up, w.down, w.isOne, w.rate = "The median turnaround of requests from %s", "The median turnaround", "longer", "shorter", true, true
		w.inDays = true
	case "fill_rate":
		w.about, w.name, w.isOne, w.rate = "The fill rate of requests from %s", "The fill rate", true, true
	case "overdue_rate":
		w.about, w.name, w.isOne, w.rate, w.things = "The overdue rate of loans to %s", "The overdue rate", true, true, "loans"
	case "held_locally":
		w.about, w.name, w.isOne, w.rate = "The share of requests from %s that were cancelled as locally held", "The share cancelled as locally held", true, true
	}
	if p.Campaign.PerHead && p.Outcome.IsCount {
		w.about = strings.Replace(w.about, " from %s", " per enrolled reader from %s", 1)
		w.name += " per enrolled reader"
	}
	if p.Campaign.Kind == campaign.KindServiceChange {
		w.record = "change"
	}
	w.unit, w.many = "group of readers", readers
	switch p.Dimension {
	case "department":
		w.unit, w.many = "department", "departments"
	case "patron_group":
		w.unit, w.many = "patron group", "patron groups"
	case "library":
		w.unit, w.many = "library", "libraries"
	}
	w.in = "in the same " + w.many
	if p.Dimension == "" {
		w.in = "for the same readers"
	}
	return w
}

func (w words) were() string {
	if w.isOne {
		return "was"
	}
	return "were"
}

func (w words) they() (they, do string) {
	if w.isOne {
		return "it", "does"
	}
	return "they", "do"
}

// campaignName is the record's name, or what it is.
func (w words) campaignName() string {
	if w.title != "" {
		return w.title
	}
	return "this " + w.record
}

// Numbers.

// number writes a count with commas between thousands.
func number(n float64) string {
	digits := strconv.FormatInt(int64(math.Round(math.Min(math.Abs(n), 1e15))), 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	if n < 0 && digits != "0" {
		return "−" + digits
	}
	return digits
}

// points is a ratio as whole per cent above no change, within what a reader can picture: −99 to 1,000.
func points(ratio float64) int {
	return int(math.Round(math.Max(-99, math.Min(1000, 100*(ratio-1)))))
}

// change writes a ratio as a signed percentage: −21%, 0%, +16%.
func change(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return "+1,000% or more"
	case n > 0:
		return fmt.Sprintf("+%d%%", n)
	case n < 0:
		return fmt.Sprintf("−%d%%", -n)
	}
	return "0%"
}

// by writes how far a ratio lies from no change, without a sign; a change that is there is never written as none.
func by(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return "1,000% or more"
	case n == 0:
		return "less than 1%"
	case n < 0:
		return fmt.Sprintf("%d%%", -n)
	default:
		return fmt.Sprintf("%d%%", n)
	}
}

// wholePerCent is a smallest detectable ratio in per cent above no change, rounded up, so that a change of so much would show.
func wholePerCent(mde float64) float64 { return math.Max(1, math.Ceil(100*(mde-1)-1e-9)) }

func atLeast(mde float64) string { return number(wholePerCent(mde)) + "%" }

func between(lo, hi float64) string { return "between " + change(lo) + " and " + change(hi) }

// plural writes a count of things: 1 department, 4 departments.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(float64(n)) + " " + many
}

func date(t time.Time) string { return t.Format("2 January 2006") }

// days writes the days of a span: whole months by name.
func days(s Span) string {
	last := s.To.AddDate(0, 0, -1)
	switch {
	case last.Equal(s.From):
		return date(last)
	case s.From.Day() != 1 || s.To.Day() != 1:
		if s.From.Year() == last.Year() {
			return s.From.Format("2 January") + " to " + date(last)
		}
		return date(s.From) + " to " + date(last)
	case s.From.Year() == last.Year() && s.From.Month() == last.Month():
		return last.Format("January 2006")
	case s.From.Year() == last.Year():
		return s.From.Format("January") + " to " + last.Format("January 2006")
	}
	return s.From.Format("January 2006") + " to " + last.Format("January 2006")
}

// asLong writes the length of a span: 6 months, 45 days.
func asLong(s Span) string {
	for n := 1; n <= 12; n++ {
		if s.From.AddDate(0, n, 0).Equal(s.To) {
			if n == 1 {
				return "month"
			}
			return fmt.Sprintf("%d months", n)
		}
	}
	if s.nDays() == 1 {
		return "day"
	}
	return plural(s.nDays(), "day", "days")
}

func joined(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// few gives the first of a list of phrases, and how many more there are.
func few(phrases []string) string {
	if n := len(phrases); n > 3 {
		return strings.Join(phrases[:2], "; ") + fmt.Sprintf("; and %d more", n-2)
	}
	return strings.Join(phrases, "; ")
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func lower(s string) string {
	for i, r := range s {
		return strings.ToLower(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// Names.

// list names up to four units, or the first two of more; small ones are only counted.
func (w words) list(names []string, small int) string {
	if n := len(names) + small; n > 4 && len(names) > 0 {
		shown := slices.Clone(names[:min(2, len(names))])
		return joined(append(shown, plural(n-len(shown), "other "+w.unit, "other "+w.many)))
	}
	shown := slices.Clone(names)
	switch {
	case small == 1:
		shown = append(shown, "a small "+w.unit)
	case small > 1:
		shown = append(shown, plural(small, "small "+w.unit, "small "+w.many))
	}
	return joined(shown)
}

// together is what units with few readers are called in one.
func (w words) together(n int) string {
	return fmt.Sprintf("suppressed (%s)", plural(n, w.unit, w.many))
}

// qualified says which of the units' readers are meant, where the target names more than the units.
func (w words) qualified(p *Panel) string {
	var only []string
	target := p.Campaign.Target
	if p.Dimension == "department" {
		only = append(only, target.PatronGroups...)
	}
	if p.Dimension == "department" || p.Dimension == "patron_group" {
		only = append(only, target.Libraries...)
	}
	if len(only) == 0 {
		return ""
	}
	return " (" + joined(only) + ")"
}

// academicYear names a year by where it lies.
func (w words) academicYear(year, startsIn int) string {
	if startsIn == 1 {
		return strconv.Itoa(year)
	}
	return fmt.Sprintf("%d/%02d", year, (year+1)%100)
}

// Verdicts.

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
		shown = fmt.Sprintf("only a change of +%s or more would show up", atLeast(*mde))
	}
	return fmt.Sprintf("We can't tell. With about %s %s in this window, %s. The data fit anything from %s to %s.",
		number(asked), w.things, shown, change(h.Lo), change(h.Hi))
}

func (w words) everyYear(code string, raw *RawChange, h *Headline, window Span) string {
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
		"After allowing for the calendar and growth, the %s's share is %s.",
		w.name, verb, by(raw.Ratio), asLong(window), they, do, noun, by(*raw.LastYear), w.record, between(h.Lo, h.Hi))
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

// Refusals: a reason, and what would have to be there.

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

func (w words) incomplete(last, today time.Time) string {
	return fmt.Sprintf("%s is not whole: it counts up to %s.", last.Format("January 2006"), date(today))
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
	return fmt.Sprintf("The history has no whole month before the end of the %s.", w.record)
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

func (w words) inseparable(names []string, same bool) string {
	if same {
		return fmt.Sprintf("%s ran %s at the same time; we can only report their joint effect.", joined(names), w.in)
	}
	return fmt.Sprintf("%s overlap so much that their effects cannot be told apart.", joined(names))
}

func (w words) apart() string {
	return fmt.Sprintf("Campaigns can be told apart where their %s or their months differ.", w.many)
}

func (w words) jointNeedsCounts(names []string) string {
	return fmt.Sprintf("%s addressed some of these %s at the same time, and only counts can be shared out among campaigns.", joined(names), w.many)
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

func (w words) emptyMonths() string {
	return fmt.Sprintf("Months without %s leave nothing to follow.", w.things)
}

func (w words) fuller() string {
	return fmt.Sprintf("It takes %s before and after the start, and for times and rates in every month.", w.things)
}

// Units that are left out.

// leftSmall is said of a unit with few readers, of which no figure is told.
func (w words) leftSmall() string { return "too few requests in one of the years" }

func (w words) leftNothing() string {
	if w.rate {
		return "nothing to measure in either window"
	}
	return fmt.Sprintf("no %s in either window", w.things)
}
func (w words) leftClosed(pre float64) string {
	return fmt.Sprintf("closed or renamed: %s %s the year before and none in the window", number(pre), w.things)
}
func (w words) leftNew(post float64) string {
	return fmt.Sprintf("new: %s %s in the window and none the year before", number(post), w.things)
}
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

// Checks.

func (w words) checkFinished(window Span, today time.Time, passed bool) string {
	if passed {
		return fmt.Sprintf("All of %s is in the history.", days(window))
	}
	return fmt.Sprintf("The window is %s, and the history counts up to %s.", days(window), date(today))
}

func (w words) checkHistory(n, needed int) string {
	if n == 0 {
		return fmt.Sprintf("%s %d are asked for.", w.shortHistory(0), needed)
	}
	return fmt.Sprintf("%s %s before the %s; %d are asked for.", plural(n, "whole month", "whole months"), lie(n), w.record, needed)
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

func (w words) checkOverlap(apart, alike []string, method string, isCompared bool) string {
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
		text := joined(alike) + " reached all of these alike"
		if !isCompared {
			text = joined(alike) + " reached some of the same readers"
		}
		switch {
		case method == MethodITS:
			text += "; the series has a step for each"
		case method != "":
			text += ", which a comparison is not moved by"
		}
		parts = append(parts, text+".")
	}
	if len(parts) == 0 {
		return "No other campaign is recorded for the window or the year before."
	}
	return strings.Join(parts, " ")
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

func small(p float64) string {
	if p < .001 {
		return "below 0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func (w words) uncheckedPreTrend() string {
	return "The months before are too few or too empty to compare how the groups grew."
}

func (w words) checkPlacebo(k, m int) string {
	return fmt.Sprintf("The same method finds as much in %d of %d periods with no %s.", k, m, w.record)
}

func (w words) withinScatter(log float64) string {
	return fmt.Sprintf("In periods with no %s the same method “finds” changes of up to %s by chance; this one is no larger.", w.record, by(math.Exp(log)))
}

// decidesNothing is said of a check of an effect where none was found.
func (w words) decidesNothing(detail string) string {
	return "No effect was found that this could speak against. " + detail
}

func (w words) fewPlacebos(n int, failed bool) string {
	if failed {
		return fmt.Sprintf("There is too little history to check the method on periods with no %s: %d.", w.record, n)
	}
	return fmt.Sprintf("Too little history to check: %s with no %s.", plural(n, "period", "periods"), w.record)
}

func (w words) noLending() string {
	return "There is no lending in this history to check with."
}

func (w words) checkLending(o Opinion) string {
	return fmt.Sprintf("Lending, which no %s to readers moves, changed at the same time: %s.", w.record, between(o.Lo, o.Hi))
}

var methodNames = map[string]string{methodTWFE: "The comparison month by month", MethodITS: "The target's own series", methodExpected: "The forecast from the months before"}

func (w words) checkSecond(method string, second, effect float64) string {
	if (second > 0) == (effect > 0) {
		return fmt.Sprintf("%s says %s, on the same side.", methodNames[method], change(math.Exp(second)))
	}
	return fmt.Sprintf("%s says %s, where the headline says %s.", methodNames[method], change(math.Exp(second)), change(math.Exp(effect)))
}

func (w words) noSecond() string { return "No second method could be used." }

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

// Working.

// decimal writes a log ratio.
func decimal(x float64) string { return strings.Replace(fmt.Sprintf("%.4f", x), "-", "−", 1) }

func (w words) workDiD(d *stats.Permutation, target, comparison int, seed uint64) string {
	text := fmt.Sprintf("Mean of ln(window ÷ same days a year earlier) over %d %s addressed less that of %d others: %s. ", target, w.many, comparison, decimal(d.Diff))
	if d.IsExact {
		text += fmt.Sprintf("All %s choices of as many were tried: p %.4f; interval by inverting the test on a grid of 0.001: %s to %s; standard deviation of the choices %.4f.", number(float64(d.N)), d.P, decimal(d.Lo), decimal(d.Hi), d.SD)
	} else {
		text += fmt.Sprintf("%s choices of as many were drawn (seed %d): p (b + 1) ÷ (B + 1) = %.4f; interval by inverting the test on a grid of 0.001: %s to %s; standard deviation of the choices %.4f.", number(float64(d.N)), seed, d.P, decimal(d.Lo), decimal(d.Hi), d.SD)
	}
	return text
}

func (w words) workTWFE(t *stats.TwoWay, k int, name string) string {
	e := t.Coef[k]
	text := "Poisson regression with an effect of each " + w.unit + " and each month"
	if name != "" {
		text += ", coefficient of " + name
	}
	text += fmt.Sprintf(": ln ratio %s, standard error %.4f clustered by %s (CR1), %.4f by the overdispersed model; t with %.0f degrees of freedom; n %d, dispersion %.2f.", decimal(e.Value), e.SE, w.unit, finite(t.QuasiSE[k]), e.DF, t.N, finite(t.Dispersion))
	if len(t.Dropped) > 0 {
		text += fmt.Sprintf(" %s without any count left out.", capital(plural(len(t.Dropped), w.unit, w.many)))
	}
	return text
}

func (w words) workJoint(corr []float64, condition float64) string {
	var parts []string
	for _, c := range corr {
		parts = append(parts, strings.Replace(fmt.Sprintf("%.2f", c), "-", "−", 1))
	}
	text := "Correlation of this estimate with the others': " + strings.Join(parts, ", ") + "."
	if finite(condition) > 0 {
		text += fmt.Sprintf(" Condition number %.0f.", condition)
	}
	return text
}

func (w words) workITS(f *stats.ITS, o *ITSOpinion, steps int) string {
	season := map[string]string{string(stats.MonthFactor): "an effect of each month of the year", string(stats.ThreeHarmonics): "three waves a year", string(stats.TwoHarmonics): "two waves a year"}[o.Season]
	text := "Quasi-Poisson regression"
	if w.rate {
		text = "Regression of the log"
	}
	text += fmt.Sprintf(" on trend, %s and the share of the month in the window", season)
	if steps > 0 {
		text += " and " + plural(steps, "other campaign", "other campaigns")
	}
	text += fmt.Sprintf("; n %d months, %d before: ln ratio %s, standard error %.4f (%s, the wider of two), t with %.0f degrees of freedom.", o.NMonths, o.NPreMonths, decimal(f.Headline.Value), f.Headline.SE,
		map[bool]string{true: "AR(1) by REML", false: "overdispersed Poisson"}[o.SEKind == "ar1_reml"], f.Headline.DF)
	return text + fmt.Sprintf(" Dispersion %.2f; autocorrelation ρ %.2f; Newey–West standard error %.4f; Ljung–Box p %.2f.", o.Dispersion, o.Rho, o.NeweyWest, o.LjungBoxP)
}

func (w words) workExpected(l *stats.Level, f *stats.Forecast, e stats.Estimate, c *Counterfactual, comparison bool) string {
	text := "Regression of the log on season"
	if comparison {
		text += " and the comparison group"
	}
	text += fmt.Sprintf(" with a wandering level (REML, variance of its steps over that of the noise %.4f), fitted to the months before: mean ln(observed ÷ expected) %s, standard error %.4f, t with %d degrees of freedom.", finite(l.Q), decimal(e.Value), e.SE, f.DF)
	if c.Draws > 0 {
		text += fmt.Sprintf(" Cumulative interval from %s draws, seed %d.", number(float64(c.Draws)), c.Seed)
	}
	if c.BacktestN > 0 {
		text += fmt.Sprintf(" In the year before, forecast likewise, %d of %d months lay in the band", c.BacktestIn, c.BacktestN)
		if c.MAPE != nil {
			text += fmt.Sprintf("; they were off by %s on average", strings.ToLower(share(*c.MAPE)))
		}
		text += "."
	}
	return text
}

// Plans.

func (w words) basisTooShort() string {
	return fmt.Sprintf("The history holds no whole year in which the same days can stand for the %s.", w.record)
}

func (w words) planned(r *PlanReport, reasons []Refusal) string {
	if r.MDE == nil {
		text := fmt.Sprintf("Whether this %s works could not be told.", w.record)
		for _, reason := range reasons {
			text += " " + reason.Reason
		}
		return text
	}
	direction := "a change of +%s or more"
	if w.rate {
		direction = "a change of %s or more"
	}
	return fmt.Sprintf("With about %s %s in this window, only "+direction+" would show up (four times in five).", number(r.Expected), w.things, atLeast(*r.MDE))
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
