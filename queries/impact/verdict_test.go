package impact

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

var update = flag.Bool("update", false, "write the golden verdicts anew")

// golden compares what a report says with testdata/verdicts, where the verdicts of other languages lie in folders of their own.
func golden(t *testing.T, language, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "verdicts", strings.ReplaceAll(name, " ", "_")+".txt")
	if language != english.Tag {
		path = filepath.Join("testdata", "verdicts", language, filepath.Base(path))
	}
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s says in %s:\n%s\nwant:\n%s", name, language, got, want)
	}
}

// said is all that a report says in words, but for its working.
func said(r *Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, evidence %s\n%s\n", r.Verdict.Code, r.Evidence, r.Verdict.Text)
	for _, refusal := range r.Refusals {
		fmt.Fprintf(&b, "\nrefused %s (%s): %s\n  needed: %s\n", refusal.Method, refusal.Code, refusal.Reason, refusal.Needed)
	}
	b.WriteString("\n")
	for _, c := range r.Checks {
		mark := map[bool]string{true: "passed", false: "failed"}[c.Passed]
		if c.IsGate {
			mark += ", gate"
		}
		fmt.Fprintf(&b, "%s (%s): %s\n", c.Label, mark, c.Detail)
	}
	return b.String()
}

func with(w invented, change func(*invented)) invented {
	change(&w)
	return w
}

// everyone asks for one campaign to all.
func forEveryone(t *testing.T, w invented) *Panel {
	days := w.days()
	sum := UnitDays{NReaders: 1000, Requests: make([]float64, len(days.Units[0].Requests))}
	for _, u := range days.Units {
		for i, n := range u.Requests {
			sum.Requests[i] += n
		}
	}
	days.Units = []UnitDays{sum}
	c := w.campaign()
	c.Target, c.Comparison = campaign.Group{}, campaign.Group{}
	return panelOf(t, c, nil, days)
}

// What is said, of every row of the method's table, every refusal and every outcome.
func TestVerdicts(t *testing.T) {
	second := func(c campaign.Campaign, name string) campaign.Campaign {
		c.ID, c.Name = strings.ToLower(name), name
		return c
	}
	lasting := func(t *testing.T, w invented) *Panel {
		c := w.campaign()
		c.Kind, c.End = campaign.KindServiceChange, time.Time{}
		c.Start = ymd("2023-07-01")
		return panelOf(t, c, nil, w.days())
	}
	cases := []struct {
		name  string
		code  string
		panel func(t *testing.T) *Panel
	}{
		{"likely increase", LikelyIncrease, func(t *testing.T) *Panel {
			p := calm().panel(t)
			cost, hours := 1200.0, 30.0
			p.Campaign.Cost, p.Campaign.StaffHours, p.Campaign.Currency = &cost, &hours, "USD"
			return p
		}},
		{"likely decrease", LikelyDecrease, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect = .7 }).panel(t)
		}},
		{"no clear effect", NoClearEffect, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect, w.season, w.seed = 0, .02, 1 }).panel(t)
		}},
		{"cannot tell", CantTell, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect, w.base, w.noise, w.season = 0, 8, .4, .02 }).panel(t)
		}},
		{"growing faster before", CantTell, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect, w.targetGrowth = 0, .015 }).panel(t)
		}},
		{"growing more slowly before", CantTell, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect, w.targetGrowth = 0, -.015 }).panel(t)
		}},
		{"placebo finds as much", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			for i := range p.Units[:4] {
				for k := range p.Units[i].Placebo {
					p.Units[i].Placebo[k][0].X *= []float64{1.7, 1, .6}[k%3]
				}
			}
			return p
		}},
		{"as every year", CantTell, func(t *testing.T) *Panel {
			return panelOf(t, func() campaign.Campaign { c := illCampaign(); c.End = ymd("2024-03-01"); return c }(), nil, illDays(t, "null"))
		}},
		{"as every year and no effect", NoClearEffect, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.effect, w.seed = 0, 1 }).panel(t)
		}},
		{"falls every year", NoClearEffect, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.effect, w.noise, w.seed = 0, .1, 1 })
			c := w.campaign()
			c.Start, c.End = ymd("2024-04-01"), ymd("2024-07-01")
			return panelOf(t, c, nil, w.days())
		}},
		{"inseparable", CantTell, func(t *testing.T) *Panel {
			w := calm()
			return panelOf(t, w.campaign(), []campaign.Campaign{second(w.campaign(), "Newsletter")}, w.days())
		}},
		{"inseparable for everyone", CantTell, func(t *testing.T) *Panel {
			p := forEveryone(t, calm())
			p.Others = []campaign.Campaign{second(p.Campaign, "Newsletter")}
			return p
		}},
		{"hardly separable", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := second(w.campaign(), "Newsletter")
			c.Target.Departments = append(c.Target.Departments, "Biology")
			return panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
		}},
		{"joint", LikelyIncrease, func(t *testing.T) *Panel {
			w := calm()
			c := second(w.campaign(), "Newsletter")
			c.Target.Departments, c.Start, c.End = []string{"Sociology", "Biology"}, ymd("2023-03-01"), ymd("2023-11-01")
			return panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
		}},
		{"others alike", LikelyIncrease, func(t *testing.T) *Panel {
			w := calm()
			c := campaign.Campaign{ID: "tool", Name: "A new form", Kind: campaign.KindServiceChange, Start: ymd("2023-06-01")}
			return panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
		}},
		{"series of everyone", LikelyIncrease, func(t *testing.T) *Panel {
			return forEveryone(t, with(calm(), func(w *invented) { w.effect, w.targets = 1.6, 10 }))
		}},
		{"lending moved likewise", CantTell, func(t *testing.T) *Panel {
			p := forEveryone(t, with(calm(), func(w *invented) { w.effect, w.targets = 1.6, 10 }))
			for i := range p.Months {
				p.Lending = append(p.Lending, p.Units[0].Months[i].X*2)
			}
			return p
		}},
		{"few readers", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			for i := range p.Units {
				u := &p.Units[i]
				u.WithoutHeavy = &[2]Reading{u.Post, u.Pre}
				if u.IsTarget {
					u.WithoutHeavy[0].X = u.Pre.X
				}
			}
			return p
		}},
		{"changed after results", LikelyIncrease, func(t *testing.T) *Panel {
			p := calm().panel(t)
			p.Campaign.FrozenAt = time.Date(2024, 2, 3, 10, 0, 0, 0, time.UTC)
			p.ChangesAfterResults = []campaign.Edit{{Field: "end", Before: "2023-12-01", After: "2024-01-01", AfterResults: true}}
			return p
		}},
		{"lasting change", LikelyIncrease, func(t *testing.T) *Panel { return lasting(t, calm()) }},
		{"small departments", LikelyIncrease, func(t *testing.T) *Panel {
			p := calm().panel(t)
			p.Units[1].NReaders, p.Units[5].NReaders = 3, 4
			p.Units[5].Post = Reading{}
			return p
		}},
		{"few readers alone", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			p.Campaign.Comparison, p.Units = campaign.Group{}, p.Units[:4]
			for i := range p.Units {
				p.Units[i].NReaders = 1
			}
			return p
		}},
		{"groups of few readers", LikelyIncrease, func(t *testing.T) *Panel {
			p := calm().panel(t)
			for i := range p.Units {
				p.Units[i].NReaders = 1
			}
			return p
		}},
		{"left out", LikelyIncrease, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Target.Departments = append(c.Target.Departments, "Alchemy")
			p := panelOf(t, c, nil, w.days())
			p.Units[0].Post, p.Units[4].Pre = Reading{}, Reading{}
			p.Units[5].Post, p.Units[5].Pre = Reading{}, Reading{}
			return p
		}},

		{"not started", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Start, c.End = ymd("2024-09-01"), ymd("2025-01-01")
			return panelOf(t, c, nil, w.days())
		}},
		{"still running", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.CarryOverMonths = 12
			return panelOf(t, c, nil, w.days())
		}},
		{"last month is cut", CantTell, func(t *testing.T) *Panel {
			w := calm()
			days := w.days()
			days.AsOf = ymd("2023-12-14")
			for i := range days.Units {
				days.Units[i].Requests = days.Units[i].Requests[:int(days.AsOf.Sub(days.First).Hours()/24)]
			}
			return panelOf(t, w.campaign(), nil, days)
		}},
		{"short history", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Start, c.End = ymd("2019-09-01"), ymd("2020-01-01")
			return panelOf(t, c, nil, w.days())
		}},
		{"before the history", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Start, c.End = ymd("2015-09-01"), ymd("2016-01-01")
			return panelOf(t, c, nil, w.days())
		}},
		{"no history", CantTell, func(t *testing.T) *Panel {
			return &Panel{Campaign: calm().campaign(), Windows: WindowsOf(calm().campaign())}
		}},
		{"none locally held", CantTell, func(t *testing.T) *Panel {
			return calm().panel(t).as("held_locally", calm().panel(t), func(a, _ Reading) Reading { return Reading{N: a.X} })
		}},
		{"target absent", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Target.Departments = []string{"Alchemy", "Astrology"}
			return panelOf(t, c, nil, w.days())
		}},
		{"no requests", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			for i := range p.Units[:4] {
				p.Units[i].Post, p.Units[i].Pre = Reading{}, Reading{}
			}
			return p
		}},
		{"closed", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			for i := range p.Units[:4] {
				p.Units[i].Post = Reading{}
			}
			return p
		}},
		{"exposure missing", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			p.Campaign.PerHead = true
			for i := range p.Units {
				p.Units[i].Exposure = &[2]float64{1000, 0}
			}
			return p
		}},
		{"too few departments", NoClearEffect, func(t *testing.T) *Panel {
			return with(calm(), func(w *invented) { w.departments, w.targets, w.effect = 5, 1, 0 }).panel(t)
		}},
		{"nobody to compare with", CantTell, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.noise = .5 })
			c := w.campaign()
			c.Comparison = campaign.Group{}
			return panelOf(t, c, nil, w.days())
		}},
		{"comparison absent", CantTell, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.noise = .5 })
			c := w.campaign()
			c.Comparison = campaign.Group{Departments: []string{"Alchemy"}}
			return panelOf(t, c, nil, w.days())
		}},
		{"zero counts everywhere", CantTell, func(t *testing.T) *Panel {
			p := calm().panel(t)
			return p.as("requests", p, func(_, _ Reading) Reading { return Reading{} })
		}},
		{"drifts", CantTell, func(t *testing.T) *Panel {
			p := forEveryone(t, calm())
			level := 5.0
			for i := range p.Months {
				level += []float64{.5, .4, .6, -.4, -.5, .3, -.6}[i%7] + .5*float64(i%13-6)/6
				p.Units[0].Months[i].X = float64(int(100 * level * level))
			}
			return p
		}},
		{"a day", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Comparison = campaign.Group{}
			c.Start, c.End = ymd("2023-10-03"), ymd("2023-10-04")
			return panelOf(t, c, nil, w.days())
		}},
		{"a week with another campaign", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c := w.campaign()
			c.Start, c.End = ymd("2023-10-03"), ymd("2023-10-10")
			o := second(c, "Newsletter")
			o.Target.Departments = []string{"Sociology", "Biology"}
			return panelOf(t, c, []campaign.Campaign{o}, w.days())
		}},
		{"posters for everyone beside", LikelyIncrease, func(t *testing.T) *Panel {
			w := calm()
			c := second(w.campaign(), "Posters")
			c.Target, c.Comparison = campaign.Group{}, campaign.Group{}
			return panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
		}},
		{"measured otherwise too", LikelyIncrease, func(t *testing.T) *Panel {
			w := calm()
			c := second(w.campaign(), "Overdue")
			c.Outcome = "overdue_rate"
			return panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
		}},
		{"three of the same name", CantTell, func(t *testing.T) *Panel {
			w := calm()
			c, d := w.campaign(), w.campaign()
			c.ID, d.ID = "visits-2", "visits-3"
			return panelOf(t, w.campaign(), []campaign.Campaign{c, d}, w.days())
		}},
		{"everyone and some at nearly the same time", CantTell, func(t *testing.T) *Panel {
			p := forEveryone(t, calm())
			c := second(p.Campaign, "Newsletter")
			c.Target.Departments = []string{"History"}
			p.Others = []campaign.Campaign{c}
			return p
		}},
		{"a department with a handful of loans", LikelyIncrease, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.seed, w.effect = 8, 0 })
			p := calm().panel(t).as("overdue_rate", w.panel(t), shares)
			p.Units[2].Post, p.Units[2].Pre = Reading{X: 1, N: 6}, Reading{X: 2, N: 4}
			return p
		}},
		{"a wait without a second method", CantTell, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.seed, w.effect = 8, 0 })
			p := calm().panel(t).as("median_turnaround", w.panel(t), medians)
			for i := range p.Units[:4] {
				p.Units[i].Months[20] = Reading{}
			}
			return p
		}},
		{"rates overlap", CantTell, func(t *testing.T) *Panel {
			w := with(calm(), func(w *invented) { w.effect = 0 })
			c := second(w.campaign(), "Newsletter")
			c.Target.Departments = []string{"Sociology", "Biology"}
			p := panelOf(t, w.campaign(), []campaign.Campaign{c}, w.days())
			return p.as("fill_rate", with(w, func(w *invented) { w.seed = 8 }).panel(t), shares)
		}},
	}
	second2 := func(t *testing.T) *Panel {
		return with(calm(), func(w *invented) { w.effect, w.seed = 0, 8 }).panel(t)
	}
	for _, o := range []struct {
		outcome string
		of      func(a, b Reading) Reading
	}{
		{"requesters", nil}, {"first_time_requesters", nil}, {"median_turnaround", medians}, {"fill_rate", shares}, {"overdue_rate", shares}, {"held_locally", shares},
	} {
		for _, effect := range []float64{1.4, .7} {
			code := map[bool]string{true: LikelyIncrease, false: LikelyDecrease}[effect > 1]
			cases = append(cases, struct {
				name  string
				code  string
				panel func(t *testing.T) *Panel
			}{o.outcome + " " + map[bool]string{true: "up", false: "down"}[effect > 1], code, func(t *testing.T) *Panel {
				of := o.of
				if of == nil {
					of = func(a, _ Reading) Reading { return a }
				}
				return with(calm(), func(w *invented) { w.effect = effect }).panel(t).as(o.outcome, second2(t), of)
			}})
		}
		if o.of != nil && o.outcome != "overdue_rate" { // a loan is late or not, whatever is open
			cases = append(cases, struct {
				name  string
				code  string
				panel func(t *testing.T) *Panel
			}{o.outcome + " still open", CantTell, func(t *testing.T) *Panel {
				p := calm().panel(t).as(o.outcome, second2(t), o.of)
				p.ShareOpen = .12
				return p
			}})
		}
	}
	seen := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := Assess(c.panel(t))
			if r.Verdict.Code != c.code {
				t.Errorf("the verdict is %s, want %s", r.Verdict.Code, c.code)
			}
			for _, refusal := range r.Refusals {
				seen[refusal.Code] = true
			}
			sound(t, r)
			for _, l := range languages {
				told := r.In(l.Tag)
				soundIn(t, l, told.texts())
				golden(t, l.Tag, c.name, said(told)+worked(told, l))
			}
		})
	}
	for _, code := range []string{RefusedShortHistory, RefusedIncomplete, RefusedRunning, RefusedFewUnits, RefusedAllTreated, RefusedNoComparison,
		RefusedZeroCounts, RefusedInseparable, RefusedNoExposure, RefusedNotStarted, RefusedNoData, RefusedDegenerate, RefusedFewReaders, RefusedShortWindow} {
		if !seen[code] {
			t.Errorf("no case is refused as %s", code)
		}
	}
}

var (
	claims    = regexp.MustCompile(`(?i)significan|\bprove[sd]?\b|\bcaused\b|NaN|\bInf\b|%!`)
	unrounded = regexp.MustCompile(`\d\.\d+\s?%`)
)

// sound holds of every report, whatever the panel.
func sound(t interface {
	Errorf(string, ...any)
}, r *Report) {
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("no JSON: %v", err)
	}
	texts := []string{r.Verdict.Text}
	for _, c := range r.Checks {
		texts = append(texts, c.Detail)
		if c.Label == "" || c.Detail == "" {
			t.Errorf("check %s says nothing", c.Name)
		}
	}
	refusedAll := false
	for _, refusal := range r.Refusals {
		texts = append(texts, refusal.Reason, refusal.Needed)
		if refusal.Reason == "" || refusal.Needed == "" {
			t.Errorf("%+v says nothing", refusal)
		}
		refusedAll = refusedAll || refusal.Method == everything
	}
	for _, w := range r.Working {
		texts = append(texts, w.Text)
		if w.Label == "" {
			t.Errorf("working of %s has no label", w.Method)
		}
	}
	for _, text := range texts {
		if claims.MatchString(text) || unrounded.MatchString(text) || strings.Contains(text, "  ") || strings.Contains(text, "..") {
			t.Errorf("%q", text)
		}
	}
	if text := r.Verdict.Text; !strings.HasSuffix(text, ".") || (r.Verdict.Code == CantTell) != strings.HasPrefix(text, "We can't tell") ||
		(r.Verdict.Code == NoClearEffect) != strings.HasPrefix(text, "No clear effect. ") {
		t.Errorf("%s: %s", r.Verdict.Code, text)
	}
	ordered := func(name string, lo, n, hi float64) {
		if !(lo <= n && n <= hi) {
			t.Errorf("%s %v lies outside %v to %v", name, n, lo, hi)
		}
	}
	opinion := func(name string, o *Opinion) {
		if o != nil {
			ordered(name, o.Lo, o.RR, o.Hi)
			if !(o.Lo > 0 && o.P >= 0 && o.P <= 1) {
				t.Errorf("%s %+v", name, *o)
			}
		}
	}
	opinion("twfe", r.TWFE)
	opinion("joint effect", r.JointEffect)
	if r.ITS != nil {
		opinion("its", &r.ITS.Opinion)
	}
	if n := r.AdditionalRequests; n != nil {
		ordered("additional", n.Lo, n.N, n.Hi)
	}
	for _, c := range []*Cost{r.CostPerAdditional, r.HoursPerAdditional} {
		if c != nil && c.Value != nil {
			if c.Lo == nil {
				t.Errorf("%+v has no lower limit", c)
			} else if *c.Lo > *c.Value || c.Hi != nil && *c.Hi < *c.Value {
				t.Errorf("cost %v outside its interval", *c.Value)
			}
		}
	}
	if c := r.Counterfactual; c != nil {
		for _, m := range c.Series {
			if m.Expected != nil {
				ordered("expected "+m.Month, *m.Lo, *m.Expected, *m.Hi)
			}
		}
		for _, m := range c.Cumulative {
			ordered("cumulated "+m.Month, m.Lo, m.N, m.Hi)
		}
	}
	if r.MDE != nil && *r.MDE < 1 {
		t.Errorf("smallest detectable ratio %v", *r.MDE)
	}
	h := r.Headline
	if h == nil {
		if r.Evidence != "none" || r.Verdict.Code != CantTell || r.AdditionalRequests != nil || r.CostPerAdditional != nil {
			t.Errorf("without a headline: evidence %s, verdict %s", r.Evidence, r.Verdict.Code)
		}
		return
	}
	if refusedAll {
		t.Errorf("a headline, though all is refused: %+v", r.Refusals)
	}
	opinion("headline", &Opinion{h.RR, h.Lo, h.Hi, h.P})
	likely := r.Verdict.Code == LikelyIncrease || r.Verdict.Code == LikelyDecrease
	if spans := !h.excludesOne(); (spans || h.Lo <= 1 && h.Hi >= 1) && likely {
		t.Errorf("%s, though the interval spans 1", r.Verdict.Code)
	} else if !spans && !likely && len(r.failed()) == 0 {
		t.Errorf("%s, though the interval excludes 1 and no gate failed", r.Verdict.Code)
	}
	if likely && len(r.failed()) > 0 {
		t.Errorf("%s, though a gate failed", r.Verdict.Code)
	}
	if likely && (r.Verdict.Code == LikelyIncrease) != (h.RR > 1) {
		t.Errorf("%s of %v", r.Verdict.Code, h.RR)
	}
	switch {
	case !slices.Contains([]string{"weak", "moderate", "stronger"}, r.Evidence),
		r.Evidence == "stronger" && (h.Method != MethodDiD || len(r.failed()) > 0 || r.Window.ChangedAfterResults),
		r.Evidence == "moderate" && (h.Method == MethodITS && r.Window.ChangedAfterResults || len(r.failed()) > 0):
		t.Errorf("evidence %s by %s, gates %+v", r.Evidence, h.Method, r.failed())
	}
}
