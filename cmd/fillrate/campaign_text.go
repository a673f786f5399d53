package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// textWidth is how many characters a line of the report has at most.
const textWidth = 100

// reportText writes a report for people: headings, and lines under them.
type reportText struct {
	out  io.Writer
	err  error
	unit string // of the outcome: requests, readers, days, share
}

// writeReport writes the verdict first and whole, and then what it rests on.
func writeReport(w io.Writer, report *impact.Report) error {
	t := &reportText{out: w, unit: report.Outcome.Unit}
	t.paragraph("", "", report.Verdict.Text)
	if words := evidenceWords(report.Evidence); words != "" {
		t.paragraph("", "", words)
	}
	t.measured(report)
	t.figures(report)
	t.opinions(report)
	t.amounts(report)
	t.hidden(report.Hidden)
	t.checks(report.Checks)
	t.refusals(report.Refusals)
	t.changes(report.ChangesAfterResults)
	t.units(report.Units)
	t.working(report.Working)
	return t.err
}

func evidenceWords(evidence string) string {
	switch evidence {
	case "stronger":
		return "Evidence: stronger (compared with others who were not addressed)."
	case "moderate", "weak", "none":
		return "Evidence: " + evidence + "."
	}
	return ""
}

// paragraph writes text in lines of textWidth, the first one behind lead, and all behind indent.
func (t *reportText) paragraph(indent, lead, text string) {
	line := indent + lead
	rest := indent + strings.Repeat(" ", utf8.RuneCountInString(lead))
	isFresh := true // nothing but lead on the line yet
	flush := func() {
		if t.err == nil {
			_, t.err = fmt.Fprintln(t.out, strings.TrimRight(line, " "))
		}
		line, isFresh = rest, true
	}
	for _, word := range strings.Fields(oneLine(text)) {
		if !isFresh && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth {
			flush()
		}
		for runes := []rune(word); ; runes = []rune(word) { // a word longer than a line
			room := textWidth - utf8.RuneCountInString(line)
			if !isFresh || len(runes) <= room {
				break
			}
			line += string(runes[:room])
			flush()
			word = string(runes[room:])
		}
		if !isFresh {
			line += " "
		}
		line += word
		isFresh = false
	}
	flush()
}

func (t *reportText) heading(text string) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, "\n%s\n", text)
	}
}

// line writes a sentence under a heading.
func (t *reportText) line(format string, args ...any) {
	t.paragraph("  ", "", fmt.Sprintf(format, args...))
}

// labelled writes a label and what it says, in two columns.
func (t *reportText) labelled(label, text string) {
	t.paragraph("  ", fmt.Sprintf("%-14s  ", label), text)
}

func (t *reportText) measured(report *impact.Report) {
	c, w := report.Campaign, report.Window
	t.heading("What was measured")
	t.labelled("Campaign", fmt.Sprintf("%s: %s, %s", c.ID, c.Name, spanWords(c)))
	if c.Hypothesis != "" {
		t.labelled("Expected", c.Hypothesis)
	}
	outcome := fmt.Sprintf("%s (%s)", report.Outcome.Label, strings.Join(c.Roles, ", "))
	if c.PerHead {
		outcome += ", per enrolled reader"
	}
	t.labelled("Outcome", outcome)
	days := lastDay(w.From, w.To)
	switch {
	case w.IsCut:
		days += ", the first twelve months"
	case w.CarryOverMonths == 1:
		days += ", with 1 month of carry-over"
	case w.CarryOverMonths > 1:
		days += fmt.Sprintf(", with %d months of carry-over", w.CarryOverMonths)
	}
	t.labelled("Days", days)
	t.labelled("A year before", lastDay(w.PreFrom, w.PreTo))
	t.labelled("Target", groupWords(c.Target))
	comparison := groupWords(c.Comparison)
	if c.Comparison.IsEmpty() {
		comparison = "none"
	}
	t.labelled("Comparison", comparison)
	t.labelled("History", fmt.Sprintf("as of %s, generation %d", report.AsOf.UTC().Format("2006-01-02 15:04 MST"), report.Generation))
}

// lastDay says a half-open span by its last day.
func lastDay(from, to string) string {
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return "from " + from + " on"
	}
	return from + " to " + end.AddDate(0, 0, -1).Format(time.DateOnly)
}

// figures are the raw change, which is no effect, and then the estimate.
func (t *reportText) figures(report *impact.Report) {
	if report.RawChange == nil && report.Headline == nil && report.MDE == nil && report.JointEffect == nil {
		return
	}
	t.heading("What the figures say")
	t.rawChange(report.RawChange)
	t.estimate(report)
}

func (t *reportText) rawChange(raw *impact.RawChange) {
	if raw == nil {
		return
	}
	text := fmt.Sprintf("Raw change, includes season and growth: %s", impact.Change(raw.Ratio))
	if raw.Lo != nil && raw.Hi != nil { // counts
		text += fmt.Sprintf(" (between %s and %s)", impact.Change(*raw.Lo), impact.Change(*raw.Hi))
	}
	text += fmt.Sprintf(", from %s in as many days just before to %s.", t.amount(raw.Pre), t.amount(raw.Post))
	if raw.LastYear != nil {
		text += fmt.Sprintf(" One year earlier the same days changed by %s.", impact.Change(*raw.LastYear))
	}
	t.line("%s", text)
}

// amount is a value of the outcome with its unit.
func (t *reportText) amount(value float64) string {
	switch t.unit {
	case "share":
		return strconv.FormatFloat(100*value, 'f', 1, 64) + "%"
	case "days":
		return strconv.FormatFloat(value, 'f', 1, 64) + " days"
	}
	return plural(value, t.unit)
}

// plural writes a count of a unit: 1 request, 4 requests.
func plural(value float64, unit string) string {
	n := impact.Number(value)
	if n == "1" || n == "−1" {
		unit = strings.TrimSuffix(unit, "s")
	}
	return n + " " + unit
}

func interval(o impact.Opinion) string {
	return fmt.Sprintf("%s (between %s and %s), p %s", impact.Change(o.RR), impact.Change(o.Lo), impact.Change(o.Hi), impact.Probability(o.P))
}

func (t *reportText) estimate(report *impact.Report) {
	if h := report.Headline; h != nil {
		t.line("%s: %s.", impact.MethodLabel(h.Method), interval(impact.Opinion{RR: h.RR, Lo: h.Lo, Hi: h.Hi, P: h.P}))
		if h.NPermutations != nil {
			how := "all that there are"
			if !h.IsExact && h.Seed != nil {
				how = fmt.Sprintf("drawn with seed %d", *h.Seed)
			}
			t.line("%s ways to choose %d of %d, %s.", impact.Number(float64(*h.NPermutations)), h.NTarget, h.NTarget+h.NComparison, how)
		}
	}
	if report.JointEffect != nil {
		t.line("Joint effect of campaigns that can't be told apart: %s.", interval(*report.JointEffect))
	}
	if report.MDE != nil {
		t.line("The smallest change that would be seen in four of five such campaigns: %s.", impact.VisibleChange(report.Outcome.ID, *report.MDE))
	}
}

func (t *reportText) opinions(report *impact.Report) {
	isSecond := func(method string) bool { return report.Headline == nil || report.Headline.Method != method }
	hasITS := report.ITS != nil && isSecond(impact.MethodITS)
	hasTWFE := report.TWFE != nil && isSecond(impact.MethodJoint)
	hasExpected := report.Counterfactual != nil && len(report.Counterfactual.Cumulative) > 0
	if !hasITS && !hasTWFE && !hasExpected {
		return
	}
	t.heading("Second opinions")
	if hasTWFE {
		t.line("%s: %s.", impact.MethodLabel("twfe"), interval(*report.TWFE))
	}
	if hasITS {
		t.line("%s: %s.", impact.MethodLabel(impact.MethodITS), interval(report.ITS.Opinion))
	}
	if hasExpected {
		c := report.Counterfactual
		last := c.Cumulative[len(c.Cumulative)-1]
		text := fmt.Sprintf("Observed less expected, up to %s: %s (between %s and %s).", monthWords(last.Month), t.amount(last.N), impact.Number(last.Lo), impact.Number(last.Hi))
		if c.BacktestN > 0 {
			text += fmt.Sprintf(" Of the %d months before launch, forecast likewise, %d fell within their range", c.BacktestN, c.BacktestIn)
			if c.MAPE != nil {
				text += fmt.Sprintf("; the mean error was %s%%", impact.Number(100**c.MAPE))
			}
			text += "."
		}
		t.line("%s", text)
	}
}

// monthWords says the month that begins on a day.
func monthWords(day string) string {
	month, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return month.Format("January 2006")
}

func (t *reportText) amounts(report *impact.Report) {
	if report.AdditionalRequests == nil {
		return
	}
	n := report.AdditionalRequests
	t.heading("Additional " + t.unit + " and what they cost")
	t.line("Additional %s: about %s (between %s and %s).", t.unit, impact.Number(n.N), impact.Number(n.Lo), impact.Number(n.Hi))
	t.cost("Cost", report.CostPerAdditional, 2)
	t.cost("Staff hours", report.HoursPerAdditional, 1)
}

func (t *reportText) cost(what string, cost *impact.Cost, decimals int) {
	if cost == nil {
		return
	}
	write := func(value float64) string {
		return strings.TrimSpace(cost.Currency + " " + strconv.FormatFloat(value, 'f', decimals, 64))
	}
	switch {
	case cost.Value == nil:
		t.line("%s per additional one: not to be said, as the estimate shows no additional %s.", what, t.unit)
	case cost.Lo == nil:
		t.line("%s per additional one: about %s.", what, write(*cost.Value))
	case cost.Hi == nil:
		t.line("%s per additional one: about %s (at least %s; no upper limit, as there may be no additional %s).", what, write(*cost.Value), write(*cost.Lo), t.unit)
	default:
		t.line("%s per additional one: about %s (between %s and %s).", what, write(*cost.Value), write(*cost.Lo), write(*cost.Hi))
	}
}

func (t *reportText) hidden(text string) {
	if text == "" {
		return
	}
	t.heading("What is withheld")
	t.line("%s", text)
}

func (t *reportText) checks(checks []impact.Check) {
	if len(checks) == 0 {
		return
	}
	t.heading("Checks")
	for _, check := range checks {
		mark := "✓ passed  "
		if !check.Passed {
			mark = "✗ failed  "
		}
		text := check.Label
		if check.Detail != "" {
			text += ": " + check.Detail
		}
		t.paragraph("  ", mark, text)
	}
}

func (t *reportText) refusals(refusals []impact.Refusal) {
	if len(refusals) == 0 {
		return
	}
	t.heading("What the data cannot carry")
	for _, refusal := range refusals {
		t.line("%s %s", refusal.Reason, refusal.Needed)
	}
}

func (t *reportText) changes(changes []campaign.Edit) {
	if len(changes) == 0 {
		return
	}
	t.heading("Changed after results were looked at")
	for _, change := range changes {
		change.AfterResults = false // the heading says so
		t.labelled(change.At.Format(time.DateOnly), editWords(change))
	}
}

func (t *reportText) units(units []impact.UnitReport) {
	if len(units) == 0 {
		return
	}
	t.heading("Unit by unit (window, and the same days one year earlier)")
	for _, unit := range units {
		side := "comparison"
		if unit.IsTarget {
			side = "target"
		}
		text := fmt.Sprintf("%s: %s%s after %s%s", unit.Name, t.amount(unit.Post), of(unit.NPost), t.amount(unit.Pre), of(unit.NPre))
		if unit.LeftOut != "" {
			text += "; left out: " + unit.LeftOut
		}
		t.labelled(side, text)
	}
}

// of says how many requests or loans a share or a median rests on.
func of(n *float64) string {
	if n == nil {
		return ""
	}
	return " (of " + impact.Number(*n) + ")"
}

func (t *reportText) working(working []impact.Working) {
	if len(working) == 0 {
		return
	}
	t.heading("Working")
	for _, line := range working {
		t.line("%s: %s", line.Label, line.Text)
	}
}
