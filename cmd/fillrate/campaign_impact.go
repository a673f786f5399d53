package main

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/impact"
)

type campaignImpactCmd struct {
	dataFlag
	Record string `arg:"" name:"id" help:"The record's id."`
	Format string `enum:"text,json,csv" default:"text" help:"text, json (the whole report), or csv (section,name,value,lo,hi)."`
}

// Run measures a campaign and writes the report. Once a report that shows a result was written, that is recorded: what is
// measured may still be changed, but the change will be seen.
func (cmd *campaignImpactCmd) Run(a *app) error {
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) error {
		report, err := cmd.measure(a, book)
		if err != nil {
			return err
		}
		switch cmd.Format {
		case "json":
			err = writeJSON(a.Stdout, report)
		case "csv":
			err = writeReportCSV(a.Stdout, report)
		default:
			err = writeReport(a.Stdout, report)
		}
		if err != nil || !report.ShowsResult() {
			return err
		}
		return book.Looked(a.ctx, report.Campaign.ID, book.Now())
	})
}

func (cmd *campaignImpactCmd) measure(a *app, book *campaign.Book) (report *impact.Report, err error) {
	c, err := book.Get(a.ctx, cmd.Record)
	if err != nil {
		return nil, err
	}
	recorded, err := book.List(a.ctx)
	if err != nil {
		return nil, err
	}
	exposures, err := book.Exposures(a.ctx)
	if err != nil {
		return nil, err
	}
	history, err := book.History(a.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	rules, err := a.rules(cmd.dataFlag)
	if err != nil {
		return nil, err
	}
	files := a.open(cmd.dataFlag)
	defer func() { err = errors.Join(err, files.Close()) }()
	snapshot, err := files.Snapshot(a.ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	return rules.Measure(a.ctx, snapshot, c, recorded, exposures, history)
}

// reportRows writes the rows of a report's CSV: each figure with its interval where it has one, the texts as values.
type reportRows struct {
	out *csv.Writer
	err error
}

func (r *reportRows) row(section, name, value, lo, hi string) {
	if r.err == nil {
		r.err = r.out.Write([]string{section, guardedCell(name), value, lo, hi})
	}
}

func (r *reportRows) text(section, name, value string) {
	r.row(section, name, guardedCell(value), "", "")
}

func (r *reportRows) number(section, name string, value float64) {
	r.row(section, name, plainNumber(value), "", "")
}

func (r *reportRows) estimate(section, name string, value, lo, hi float64) {
	r.row(section, name, plainNumber(value), plainNumber(lo), plainNumber(hi))
}

func (r *reportRows) bounds(section, name string, value, lo, hi *float64) {
	r.row(section, name, maybeNumber(value), maybeNumber(lo), maybeNumber(hi))
}

func plainNumber(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

func maybeNumber(value *float64) string {
	if value == nil {
		return ""
	}
	return plainNumber(*value)
}

// guardedCell keeps a spreadsheet from taking text for a formula, and a terminal from obeying it.
func guardedCell(text string) string {
	return export.Guard(oneLine(text))
}

func writeReportCSV(w io.Writer, report *impact.Report) error {
	r := &reportRows{out: csv.NewWriter(w)}
	r.row("section", "name", "value", "lo", "hi")
	r.text("verdict", "code", report.Verdict.Code)
	r.text("verdict", "text", report.Verdict.Text)
	r.text("verdict", "evidence", report.Evidence)
	r.text("campaign", "id", report.Campaign.ID)
	r.text("campaign", "name", report.Campaign.Name)
	r.text("campaign", "outcome", report.Outcome.ID)
	r.text("history", "as_of", report.AsOf.UTC().Format("2006-01-02T15:04:05Z"))
	r.number("history", "generation", float64(report.Generation))
	if report.Hidden != "" {
		r.text("report", "hidden", report.Hidden)
	}
	r.window(report.Window)
	r.estimates(report)
	r.series(report)
	for _, check := range report.Checks {
		r.text("check", check.Name, passedWord(check.Passed))
		r.text("check_detail", check.Name, check.Detail)
	}
	for _, refusal := range report.Refusals {
		r.text("refusal", refusal.Method+" "+refusal.Code, refusal.Reason)
		r.text("refusal_needed", refusal.Method+" "+refusal.Code, refusal.Needed)
	}
	for _, line := range report.Working {
		r.text("working", line.Method+" "+line.Label, line.Text)
	}
	for _, edit := range report.ChangesAfterResults {
		r.text("changed_after_results", edit.At.Format("2006-01-02T15:04:05Z07:00"), editWords(edit))
	}
	r.out.Flush()
	return errors.Join(r.err, r.out.Error())
}

func (r *reportRows) window(w impact.WindowReport) {
	for _, line := range [][2]string{
		{"start", w.Start}, {"end", w.End}, {"carry_over_months", strconv.Itoa(w.CarryOverMonths)}, {"from", w.From}, {"to", w.To},
		{"pre_from", w.PreFrom}, {"pre_to", w.PreTo}, {"frozen_at", w.FrozenAt}, {"is_finished", strconv.FormatBool(w.IsFinished)},
		{"is_cut", strconv.FormatBool(w.IsCut)}, {"changed_after_results", strconv.FormatBool(w.ChangedAfterResults)},
	} {
		r.text("window", line[0], line[1])
	}
}

func (r *reportRows) estimates(report *impact.Report) {
	if raw := report.RawChange; raw != nil {
		r.number("raw_change", "pre", raw.Pre)
		r.number("raw_change", "post", raw.Post)
		r.bounds("raw_change", "ratio", &raw.Ratio, raw.Lo, raw.Hi)
		r.bounds("raw_change", "last_year", raw.LastYear, nil, nil)
	}
	if h := report.Headline; h != nil {
		r.text("headline", "method", h.Method)
		r.estimate("headline", "rr", h.RR, h.Lo, h.Hi)
		r.number("headline", "p", h.P)
		if h.NPermutations != nil {
			r.number("headline", "n_permutations", float64(*h.NPermutations))
		}
		if h.Seed != nil {
			r.text("headline", "seed", strconv.FormatUint(*h.Seed, 10))
		}
		r.number("headline", "n_target", float64(h.NTarget))
		r.number("headline", "n_comparison", float64(h.NComparison))
	}
	if report.MDE != nil {
		r.number("headline", "mde", *report.MDE)
	}
	opinion := func(section string, o impact.Opinion) {
		r.estimate(section, "rr", o.RR, o.Lo, o.Hi)
		r.number(section, "p", o.P)
	}
	if report.TWFE != nil {
		opinion("twfe", *report.TWFE)
	}
	if its := report.ITS; its != nil {
		opinion("its", its.Opinion)
		r.text("its", "se_kind", its.SEKind)
		r.number("its", "dispersion", its.Dispersion)
	}
	if report.JointEffect != nil {
		opinion("joint_effect", *report.JointEffect)
	}
	if n := report.AdditionalRequests; n != nil {
		r.estimate("additional_requests", "n", n.N, n.Lo, n.Hi)
	}
	if cost := report.CostPerAdditional; cost != nil {
		r.bounds("cost_per_additional", "value", cost.Value, cost.Lo, cost.Hi)
		r.text("cost_per_additional", "currency", cost.Currency)
	}
	if hours := report.HoursPerAdditional; hours != nil {
		r.bounds("hours_per_additional", "value", hours.Value, hours.Lo, hours.Hi)
	}
}

func (r *reportRows) series(report *impact.Report) {
	if c := report.Counterfactual; c != nil {
		for _, month := range c.Series {
			if month.Observed != nil {
				r.number("counterfactual_observed", month.Month, *month.Observed)
			}
			if month.Expected != nil {
				r.bounds("counterfactual_expected", month.Month, month.Expected, month.Lo, month.Hi)
			}
		}
		for _, month := range c.Cumulative {
			r.estimate("counterfactual_cumulative", month.Month, month.N, month.Lo, month.Hi)
		}
	}
	for _, unit := range report.Units {
		side := "comparison"
		if unit.IsTarget {
			side = "target"
		}
		r.number(side+"_pre", unit.Name, unit.Pre)
		r.number(side+"_post", unit.Name, unit.Post)
		for _, figure := range []struct {
			name  string
			value *float64
		}{{"_n_pre", unit.NPre}, {"_n_post", unit.NPost}, {"_log_ratio", unit.LogRatio}} {
			if figure.value != nil {
				r.number(side+figure.name, unit.Name, *figure.value)
			}
		}
		if unit.LeftOut != "" {
			r.text(side+"_left_out", unit.Name, unit.LeftOut)
		}
	}
}

func passedWord(passed bool) string {
	if passed {
		return "passed"
	}
	return "failed"
}
