package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

type campaignPlanCmd struct {
	dataFlag
	measuredFlags
	Format string `enum:"text,json" default:"text" help:"text, or json (the whole answer)."`
}

// Run says what a campaign that has not begun could show. Nothing is recorded.
func (cmd *campaignPlanCmd) Run(a *app) (err error) {
	c := campaign.Campaign{ID: "planned", Name: "planned"} // it has none yet
	if err := (&campaignFlags{measuredFlags: cmd.measuredFlags}).apply(&c); err != nil {
		return err
	}
	c = campaign.Clean(c)
	if err := campaign.Validate(c); err != nil {
		return asUsage(err)
	}
	c.ID, c.Name = "", ""
	return a.withBook(cmd.dataFlag, func(book *campaign.Book) (err error) {
		recorded, err := book.List(a.ctx)
		if err != nil {
			return err
		}
		rules, err := a.rules(cmd.dataFlag)
		if err != nil {
			return err
		}
		files := a.open(cmd.dataFlag)
		defer func() { err = errors.Join(err, files.Close()) }()
		snapshot, err := files.Snapshot(a.ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, snapshot.Close()) }()
		panel, err := rules.ReadPlan(a.ctx, snapshot, c, recorded)
		if err != nil {
			return err
		}
		a.noteStrangers(cmd.dataFlag, []campaign.Group{c.Target, c.Comparison})
		plan := impact.Plan(panel)
		if cmd.Format == "json" {
			return writeJSON(a.Stdout, plan)
		}
		return writePlan(a.Stdout, plan)
	})
}

// writePlan writes the answer first, and then what it rests on.
func writePlan(w io.Writer, p *impact.PlanReport) error {
	t := &reportText{out: w, unit: p.Outcome.Unit}
	t.paragraph("", "", p.Text)
	t.heading("What it rests on")
	t.labelled("Campaign", spanWords(p.Campaign))
	t.labelled("Outcome", p.Outcome.Label)
	t.labelled("Measured on", lastDay(p.BasisFrom, p.BasisTo)+", as if it had been then")
	if o, ok := campaign.FindOutcome(p.Outcome.ID); ok && o.IsCount {
		expected := plural(p.Expected, t.unit)
		if p.NComparison > 0 {
			expected += fmt.Sprintf(" of those addressed, %s of those to compare with", plural(p.ExpectedComparison, t.unit))
		}
		t.labelled("Expected", expected)
	}
	if !p.Campaign.Target.IsEmpty() {
		t.labelled("Groups", fmt.Sprintf("%d addressed, %d to compare with", p.NTarget, p.NComparison))
	}
	if p.SmallestP != nil {
		t.labelled("Smallest p", fmt.Sprintf("%s: there are %s ways to choose as many", impact.Probability(*p.SmallestP), impact.Number(p.NAssignments)))
	}
	if p.MDE != nil {
		t.labelled("Visible change", fmt.Sprintf("%s or more (%s)", impact.VisibleChange(p.Outcome.ID, *p.MDE), impact.MethodLabel(p.Method)))
	}
	if p.FormulaMDE != nil {
		t.labelled("By formula", fmt.Sprintf("%s or more, counts scattering %s times as much as chance alone makes them", impact.SmallestChange(*p.FormulaMDE), strconv.FormatFloat(p.Dispersion, 'f', 1, 64)))
	}
	t.refusals(p.Refusals)
	if len(p.Help) > 0 {
		t.heading("What would show a smaller change")
		for _, help := range p.Help {
			t.line("%s", help)
		}
	}
	return t.err
}
