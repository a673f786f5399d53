package impact

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact/stats"
)

// planned is a panel as ReadPlan gives it: of a campaign a year from now, with this year's windows.
func planned(t *testing.T, c campaign.Campaign, days *Days) *Panel {
	t.Helper()
	p := panelOf(t, c, nil, days)
	p.Campaign.Start, p.Campaign.End = c.Start.AddDate(1, 0, 0), c.End.AddDate(1, 0, 0)
	return p
}

func TestPlans(t *testing.T) {
	quiet := with(calm(), func(w *invented) { w.effect = 0 })
	alone := func(c campaign.Campaign) campaign.Campaign { c.Comparison = campaign.Group{}; return c }
	for name, c := range map[string]struct {
		panel  *Panel
		method string
	}{
		"plan with comparison":    {planned(t, quiet.campaign(), quiet.days()), MethodDiD},
		"plan without comparison": {planned(t, alone(quiet.campaign()), quiet.days()), MethodITS},
		"plan with few departments": {func() *Panel {
			w := with(quiet, func(w *invented) { w.departments, w.targets = 5, 1 })
			return planned(t, w.campaign(), w.days())
		}(), MethodITS},
		"plan with few requests": {func() *Panel {
			w := with(quiet, func(w *invented) { w.departments, w.targets, w.base, w.noise = 7, 2, 3, .5 })
			return planned(t, w.campaign(), w.days())
		}(), MethodDiD},
		"plan of a target that is not there": {func() *Panel {
			c := quiet.campaign()
			c.Target.Departments = []string{"Alchemy"}
			return planned(t, c, quiet.days())
		}(), ""},
		"plan with a short history": {func() *Panel {
			c := alone(quiet.campaign())
			c.Start, c.End = ymd("2019-09-01"), ymd("2020-01-01")
			return planned(t, c, quiet.days())
		}(), ""},
		"plan of a turnaround": {func() *Panel {
			p := planned(t, quiet.campaign(), quiet.days())
			return p.as("median_turnaround", with(quiet, func(w *invented) { w.seed = 9 }).panel(t), medians)
		}(), MethodDiD},
	} {
		t.Run(name, func(t *testing.T) {
			r := Plan(c.panel)
			if r.Method != c.method || (r.MDE != nil) != (c.method != "") {
				t.Errorf("by %q, smallest detectable %v, refusals %+v", r.Method, r.MDE, r.Refusals)
			}
			for _, l := range languages {
				told := r.In(l.Tag)
				soundIn(t, l, told.texts())
				golden(t, l.Tag, name, planSaid(told))
			}
		})
	}
}

// planSaid is what a plan says, and its numbers.
func planSaid(r *PlanReport) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Text)
	for _, help := range r.Help {
		fmt.Fprintln(&b, "help:", help)
	}
	fmt.Fprintf(&b, "\n%s to %s; expected %.0f against %.0f; %d against %d units, %.0f ways", r.BasisFrom, r.BasisTo, r.Expected, r.ExpectedComparison, r.NTarget, r.NComparison, r.NAssignments)
	if r.SmallestP != nil {
		fmt.Fprintf(&b, ", smallest p %.4f", *r.SmallestP)
	}
	if r.FormulaMDE != nil {
		fmt.Fprintf(&b, "\nby the formula %.3f with dispersion %.2f", *r.FormulaMDE, r.Dispersion)
	}
	b.WriteString("\n")
	return b.String()
}

// What can be detected is what chance makes of the year before, as the assessment of a campaign then would have it.
func TestPlanAgainstAssess(t *testing.T) {
	w := with(calm(), func(w *invented) { w.effect = 0 })
	p := w.panel(t)
	plan, report := Plan(p), Assess(p)
	near(t, "smallest detectable", *plan.MDE, *report.MDE, 1e-12)
	near(t, "expected", plan.Expected, report.RawChange.Post, 0)
	near(t, "ways", plan.NAssignments, 210, 0)
	near(t, "smallest p", *plan.SmallestP, 1./210, 1e-12)
	near(t, "by the formula", *plan.FormulaMDE, stats.MinimumDetectable(plan.Expected, plan.ExpectedComparison, math.Max(1, plan.Dispersion)), 1e-12)

	half := w.panel(t)
	half.Units = half.Units[:8] // four of eight: a choice and its mirror image differ by as much
	plan = Plan(half)
	near(t, "smallest p of halves", *plan.SmallestP, 2./70, 1e-12)

	p.Campaign.Comparison, p.Units = campaign.Group{}, p.Units[:4]
	plan, report = Plan(p), Assess(p)
	near(t, "smallest detectable alone", *plan.MDE, *report.MDE, 1e-12)
}
