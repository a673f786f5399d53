package dashboards

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// planBody is the planner: what is asked, and the answer in words before the numbers.
type planBody struct {
	Action, Record string
	Groups         []group
	Answer         string
	Help           []string
	Refusals       []impact.Refusal
	Numbers        []fact
	Error          string
}

// planCampaign answers what a campaign could show before it begins: how large a change would have to be to be seen.
func (s *server) planCampaign(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, planKeys...)
	if err != nil {
		return err
	}
	defer v.close()
	body := &planBody{Action: v.path}
	t := &typed{}
	if slices.ContainsFunc(planKeys, values.Has) {
		t = v.read(values, campaign.Campaign{}, planKeys)
		if t.record.Start.IsZero() && t.wrong["start"] == "" {
			t.wrong["start"] = v.Text("form.start_missing")
		}
		if len(t.wrong) == 0 {
			probe := campaign.Clean(t.record)
			probe.ID, probe.Name = "campaign", "campaign" // it has none yet
			t.blame(v.Words, campaign.Validate(probe))
			if len(t.wrong) == 0 {
				v.planAnswer(body, probe)
				body.Record = address(outreachPath+"/new", asked(values))
			}
		}
	}
	body.Groups = v.formGroups(t, true, true)
	return v.render(c, "outreach_plan", v.Text("page.campaign.plan"), nil, body)
}

// asked keeps of an address what the planner was asked.
func asked(values url.Values) url.Values {
	kept := url.Values{}
	for _, key := range planKeys {
		if values.Has(key) {
			kept[key] = values[key]
		}
	}
	return withoutBlanks(kept)
}

// planAnswer fills in what can be told of a plan.
func (v *visit) planAnswer(body *planBody, c campaign.Campaign) {
	var others []campaign.Campaign
	if v.server.campaigns != nil {
		all, err := v.server.records(v.ctx)
		if err != nil {
			body.Error = v.tell(err, "plan")
			return
		}
		others = all.Campaigns
	}
	stamp, err := (&records{Campaigns: append(slices.Clone(others), c)}).stamp(c)
	if err != nil {
		body.Error = v.tell(err, "plan")
		return
	}
	rules, key := v.rules()
	plan, err := cached(v.ctx, v.server, v.reading, "plan "+key+stamp, func(ctx context.Context) (*impact.PlanReport, int, error) {
		panel, err := rules.ReadPlan(ctx, v.reading.Snapshot, c, others)
		if err != nil {
			return nil, 0, err
		}
		return impact.Plan(panel), 100, nil
	})
	if err != nil {
		body.Error = v.tell(err, "plan")
		return
	}
	plan = plan.In(v.Tag)
	body.Answer, body.Help, body.Refusals = plan.Text, plan.Help, plan.Refusals
	body.Numbers = planFacts(v.Words, plan)
}

// fact is a line of a list of terms.
type fact struct{ Label, Value, Hint string }

// planFacts are the numbers behind the answer.
func planFacts(w *locale.Words, p *impact.PlanReport) []fact {
	list := []fact{{w.Text("plan.basis"), spanOf(w, p.BasisFrom, p.BasisTo), ""}}
	if o, ok := campaign.FindOutcome(p.Outcome.ID); ok && o.IsCount {
		list = append(list, fact{w.Say("plan.expected", w.Of(o.Label)), w.Count(p.Expected), ""})
		if p.NComparison > 0 {
			list = append(list, fact{w.Text("plan.expected_comparison"), w.Count(p.ExpectedComparison), ""})
		}
	}
	units := w.Say("plan.units_of", w.Count(float64(p.NTarget)), w.Count(float64(p.NComparison)))
	switch {
	case p.Campaign.Target.IsEmpty():
		units = w.Text("plan.units_everyone")
	case p.NComparison == 0:
		units = w.Say("plan.units_alone", w.Count(float64(p.NTarget)))
	}
	list = append(list, fact{w.Text("plan.units"), units, ""})
	if p.Method != "" {
		list = append(list, fact{w.Text("plan.method"), w.Text("plan.method." + p.Method), ""})
	}
	if p.SmallestP != nil {
		list = append(list, fact{w.Text("plan.smallest_p"), w.Say("plan.ways", impact.In(w.Tag).Probability(*p.SmallestP), w.Count(p.NAssignments)), ""})
	}
	if p.MDE != nil {
		list = append(list, fact{w.Text("head.mde"), w.Say("plan.mde", mdeWords(w, p.Outcome, *p.MDE)), ""})
	}
	if p.FormulaMDE != nil {
		list = append(list, fact{w.Text("plan.formula"), w.Say("plan.formula_mde", mdeWords(w, p.Outcome, *p.FormulaMDE), w.Number(p.Dispersion, 1)), ""})
	}
	return list
}

// spanOf says in words a span of ISO days, half-open as everywhere.
func spanOf(w *locale.Words, from, to string) string {
	start, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return noValue
	}
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return noValue
	}
	return w.Span(start, end)
}
