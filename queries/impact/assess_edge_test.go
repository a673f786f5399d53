package impact

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries/campaign"
)

// Histories as libraries have them: each gets a sound answer.
func TestAssessOddPanels(t *testing.T) {
	constant := func(n float64) *Panel {
		w := calm()
		return panelOf(t, w.campaign(), nil, func() *Days {
			var names []string
			var months [][]float64
			for d := range w.departments {
				names, months = append(names, subject(d)), append(months, slices.Repeat([]float64{n}, 72))
			}
			return spread("2018-07-01", names, months)
		}())
	}
	flood := func(share float64) *Panel {
		p := with(calm(), func(w *invented) { w.effect = 0 }).panel(t)
		for i := range p.Units {
			u := &p.Units[i]
			u.WithoutHeavy = &[2]Reading{u.Post, u.Pre}
			if u.IsTarget {
				u.Post.X *= 1 + share
			}
		}
		return p
	}
	for name, c := range map[string]struct {
		panel   *Panel
		verdict string // empty: any
		method  string // of the headline; none: there is none
	}{
		"nothing at all":                   {&Panel{}, CantTell, "none"},
		"no months":                        {&Panel{Campaign: calm().campaign(), IsComplete: true, Units: []Unit{{IsTarget: true}}}, CantTell, "none"},
		"constant":                         {constant(30), NoClearEffect, MethodDiD},
		"constant, one a month":            {constant(1), "", MethodDiD},
		"one reader's flood":               {flood(.6), CantTell, MethodDiD},
		"five departments, one addressed":  {with(calm(), func(w *invented) { w.departments, w.targets = 5, 1 }).panel(t), "", MethodITS},
		"three departments":                {with(calm(), func(w *invented) { w.departments, w.targets = 3, 1 }).panel(t), "", MethodITS},
		"twenty departments, one":          {with(calm(), func(w *invented) { w.departments, w.targets = 20, 1 }).panel(t), "", MethodDiD},
		"thirty departments, ten":          {with(calm(), func(w *invented) { w.departments, w.targets = 30, 10 }).panel(t), LikelyIncrease, MethodDiD},
		"all but one":                      {with(calm(), func(w *invented) { w.departments, w.targets = 9, 8 }).panel(t), "", MethodITS},
		"a history of one month":           {panelOf(t, calm().campaign(), nil, spread("2023-09-01", []string{"History", "Biology"}, [][]float64{{40}, {30}})), CantTell, "none"},
		"hardly any requests":              {with(calm(), func(w *invented) { w.base, w.noise = .4, .8 }).panel(t), "", MethodDiD},
		"many requests":                    {with(calm(), func(w *invented) { w.base = 1e6 }).panel(t), LikelyIncrease, MethodDiD},
		"a very big effect":                {with(calm(), func(w *invented) { w.effect = 40 }).panel(t), LikelyIncrease, MethodDiD},
		"the target's months end too soon": {func() *Panel { p := calm().panel(t); p.Units[0].Months = p.Units[0].Months[:40]; return p }(), "", MethodDiD},
		"held locally without any":         {calm().panel(t).as("held_locally", calm().panel(t), func(a, _ Reading) Reading { return Reading{N: a.X} }), CantTell, "none"},
		"all filled":                       {calm().panel(t).as("fill_rate", calm().panel(t), func(a, _ Reading) Reading { return Reading{X: a.X, N: a.X} }), NoClearEffect, MethodDiD},
	} {
		t.Run(name, func(t *testing.T) {
			r := Assess(c.panel)
			sound(t, r)
			if c.verdict != "" && r.Verdict.Code != c.verdict {
				t.Errorf("the verdict is %+v, want %s", r.Verdict, c.verdict)
			}
			method := "none"
			if r.Headline != nil {
				method = r.Headline.Method
			}
			if method != c.method {
				t.Errorf("the headline is by %s, want %s: %+v", method, c.method, r.Refusals)
			}
			Plan(c.panel)
		})
	}
}

// A Monte Carlo sample is drawn by a seed that is the campaign's own, and printed.
func TestAssessSeed(t *testing.T) {
	p := with(calm(), func(w *invented) { w.departments, w.targets = 30, 10 }).panel(t)
	first, again := Assess(p), Assess(p)
	h := first.Headline
	if h.IsExact || h.Seed == nil || *h.NPermutations != 20_000 || *h != (Headline{Method: h.Method, RR: again.Headline.RR, Lo: again.Headline.Lo, Hi: again.Headline.Hi,
		P: again.Headline.P, NPermutations: h.NPermutations, Seed: h.Seed, NTarget: 10, NComparison: 20}) {
		t.Errorf("%+v, then %+v", h, again.Headline)
	}
	if !slices.ContainsFunc(first.Working, func(w Working) bool { return strings.Contains(w.Text, fmt.Sprint("seed ", *h.Seed)) }) {
		t.Errorf("the seed %d is not in the working %+v", *h.Seed, first.Working)
	}
	p.Campaign.ID = "another"
	if other := Assess(p).Headline; *other.Seed == *h.Seed {
		t.Errorf("another campaign has the seed %d too", *h.Seed)
	}
}

// A small department is nowhere named, wherever it stands.
func TestSmallUnitsAreNotNamed(t *testing.T) {
	for _, change := range []func(*Panel){
		func(*Panel) {},
		func(p *Panel) { p.Units[0].Post = Reading{} },
		func(p *Panel) { p.Units[0].Post, p.Units[0].Pre = Reading{}, Reading{} },
		func(p *Panel) { p.Campaign.PerHead = true },
		func(p *Panel) { p.IsComplete = false },
		func(p *Panel) {
			for i := range p.Units[:4] {
				p.Units[i].Pre = Reading{}
			}
		},
	} {
		p := calm().panel(t)
		for i := range p.Units {
			if p.Units[i].Name == "History" || p.Units[i].Name == "Biology" {
				p.Units[i].NReaders = int64(p.Suppress) - 1
			}
		}
		change(p)
		r := Assess(p)
		text := said(r)
		for _, w := range r.Working {
			text += w.Text
		}
		for _, u := range r.Units {
			text += u.Name
		}
		if strings.Contains(text, "History") || strings.Contains(text, "Biology") {
			t.Errorf("a small department is named: %s", text)
		}
	}
}

func refusedFor(r *Report, code string) bool {
	return slices.ContainsFunc(r.Refusals, func(refusal Refusal) bool { return refusal.Code == code })
}

// Small departments are told together, never one alone, and nothing at all is told of a group that is small as a whole.
func TestSmallUnitsAreTakenTogether(t *testing.T) {
	p := calm().panel(t)
	smallest := 0
	for i, u := range p.Units {
		p.Units[i].NReaders = int64(20 + i)
		if u.IsTarget {
			smallest = i
		}
	}
	p.Units[smallest].NReaders = 4
	r := Assess(p)
	var together []UnitReport
	sum := map[bool]float64{}
	for _, u := range r.Units {
		if strings.HasPrefix(u.Name, "suppressed") {
			together = append(together, u)
		}
		sum[u.IsTarget] += u.Post
	}
	if len(together) != 1 || together[0].Name != "suppressed (2 departments)" || !together[0].IsTarget || together[0].LogRatio != nil || len(r.Units) != len(p.Units)-1 {
		t.Errorf("units are %+v", r.Units)
	}
	want := map[bool]float64{}
	for _, u := range p.Units {
		want[u.IsTarget] += u.Post.X
	}
	if sum[true] != want[true] || sum[false] != want[false] {
		t.Errorf("the parts add up to %v, want %v", sum, want)
	}

	for _, isTarget := range []bool{true, false} {
		p := calm().panel(t)
		few := int64(p.Suppress) - 1
		for i := range p.Units {
			if p.Units[i].IsTarget == isTarget {
				p.Units[i].NReaders, few = few, 0
			}
		}
		r := Assess(p)
		if r.RawChange != nil || r.Counterfactual != nil || len(r.Indexed)+len(r.Units)+len(r.Placebo.InTime) > 0 || r.Season != nil || r.AdditionalRequests != nil {
			t.Errorf("a group of four readers (target %v) is told of: %+v", isTarget, r)
		}
		if r.Headline == nil || r.ITS == nil || strings.Contains(said(r), "requests (") || strings.Contains(said(r), "extra") {
			t.Errorf("the ratio is told without any number of requests: %s", said(r))
		}
		if plan := Plan(p); plan.MDE != nil || plan.Expected != 0 || plan.ExpectedComparison != 0 {
			t.Errorf("a plan for a group of four readers tells %+v", plan)
		}
		p.Campaign.Comparison, p.Units = campaign.Group{}, p.Units[:4]
		if r := Assess(p); isTarget && (!refusedFor(r, RefusedFewReaders) || r.Headline != nil) {
			t.Errorf("a group of four readers alone is told of: %+v", r)
		}
	}
}

// Per head, an effect that is only more readers is none; without enrolment of a comparison department that one is left out.
func TestAssessPerHead(t *testing.T) {
	panel := func() *Panel {
		p := calm().panel(t) // the targets' requests rise by two fifths in the window
		p.Campaign.PerHead = true
		for i := range p.Units {
			u := &p.Units[i]
			u.Exposure = &[2]float64{1000, 1000}
			u.MonthExposure = slices.Repeat([]float64{1000}, len(p.Months))
			if u.IsTarget {
				u.Exposure[0] = 1400
				for m := 62; m < len(p.Months); m++ {
					u.MonthExposure[m] = 1400
				}
			}
		}
		return p
	}
	r := Assess(panel())
	sound(t, r)
	if h := r.Headline; h == nil || h.Lo > 1 || h.Hi < 1 || math.Abs(h.RR-1) > .08 {
		t.Errorf("headline %+v", h)
	}
	for name, rr := range map[string]float64{"twfe": r.TWFE.RR, "its": r.ITS.RR} {
		if math.Abs(rr-1) > .15 {
			t.Errorf("%s finds %.2f where only enrolment rose", name, rr)
		}
	}
	p := panel()
	p.Units[5].Exposure = &[2]float64{1000, 0}
	if r := Assess(p); r.Headline.NComparison != 5 || r.Units[5].LeftOut == "" {
		t.Errorf("%d to compare with, %q", r.Headline.NComparison, r.Units[5].LeftOut)
	}
	p = panel()
	for i := range p.Units { // enrolment is known of the last three years only
		for m := range 36 {
			p.Units[i].MonthExposure[m] = 0
		}
	}
	if r := Assess(p); r.ITS == nil || r.ITS.NPreMonths != 26 || r.ITS.Season != "harmonics_2" {
		t.Errorf("its %+v", r.ITS)
	}
}

// What another campaign does to a comparison: nothing where it reached all alike, long ago or elsewhere, or is the same record.
func TestOthers(t *testing.T) {
	w := calm()
	c := w.campaign()
	other := func(start, end string, target campaign.Group) []campaign.Campaign {
		o := campaign.Campaign{ID: "O", Name: "Other", Start: ymd(start), Target: target}
		if end != "" {
			o.End = ymd(end)
		}
		return []campaign.Campaign{o}
	}
	self := c
	for name, test := range map[string]struct {
		others []campaign.Campaign
		method string
	}{
		"itself":                              {[]campaign.Campaign{self}, MethodDiD},
		"everyone":                            {other("2023-10-01", "2023-11-01", campaign.Group{}), MethodDiD},
		"all of another kind":                 {other("2023-10-01", "2023-11-01", campaign.Group{PatronGroups: []string{"Faculty"}}), MethodDiD},
		"long ago":                            {other("2020-10-01", "2021-11-01", departments("Law")), MethodDiD},
		"elsewhere":                           {other("2023-10-01", "2023-11-01", departments("Alchemy")), MethodDiD},
		"a department to compare with":        {other("2023-10-01", "2023-11-01", departments("Law")), MethodJoint},
		"in the year before":                  {other("2022-10-01", "2022-11-01", departments("Law")), MethodJoint},
		"lasting since the year before":       {other("2022-10-01", "", departments("Law")), MethodJoint},
		"lasting since two years before that": {other("2020-03-01", "", departments("Law")), MethodDiD},
		"a target":                            {other("2023-10-01", "2023-11-01", departments("Music")), MethodJoint},
		"twice": {append(other("2023-10-01", "2023-11-01", departments("Law")), func() campaign.Campaign {
			again := other("2023-10-01", "2023-11-01", departments("Law"))[0]
			again.ID = "P"
			return again
		}()), MethodJoint},
	} {
		t.Run(name, func(t *testing.T) {
			r := assessed(t, c, test.others, w.days())
			sound(t, r)
			if r.Headline == nil || r.Headline.Method != test.method {
				t.Errorf("headline %+v, refusals %+v", r.Headline, r.Refusals)
			}
		})
	}
	// This campaign's own days, made up of two others: no model can tell it from them.
	first, second := c, c
	first.ID, first.Name, first.Target = "A", "First half", departments("History", "Music")
	second.ID, second.Name, second.Target = "B", "Second half", departments("Nursing", "Sociology")
	r := assessed(t, c, []campaign.Campaign{first, second}, w.days())
	if r.Headline != nil || r.JointEffect != nil || !strings.Contains(r.Verdict.Text, "First half and Second half") {
		t.Errorf("headline %+v, joint effect %+v: %s", r.Headline, r.JointEffect, r.Verdict.Text)
	}
}

func TestHolmOver(t *testing.T) {
	report := func(p float64) *Report {
		return &Report{Outcome: OutcomeReport{ID: "requests"}, Headline: &Headline{P: p}}
	}
	rate := report(.001)
	rate.Outcome.ID = "fill_rate"
	reports := []*Report{report(.01), {}, rate, report(.04), nil, report(.03)}
	HolmOver(reports)
	for i, want := range map[int]float64{0: .03, 3: .06, 5: .06} {
		near(t, fmt.Sprint("p of ", i), *reports[i].Headline.HolmP, want, 1e-12)
	}
	if rate.Headline.HolmP != nil {
		t.Error("a rate is adjusted for requests")
	}
	HolmOver(nil)
}

// Whatever is counted, a report is sound: intervals hold their estimates, can't tell where they span 1, and nothing panics.
func TestAssessSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnPanel(t)
		r := Assess(p)
		sound(t, r)
		plan := Plan(p)
		if plan.MDE != nil && !(*plan.MDE >= 1) || plan.Text == "" || claims.MatchString(plan.Text) || unrounded.MatchString(plan.Text) {
			t.Errorf("plan %+v", plan)
		}
		for _, u := range r.Units {
			for _, unit := range p.Units {
				if u.Name == unit.Name && p.Dimension != "" && unit.NReaders > 0 && unit.NReaders < int64(p.Suppress) {
					t.Errorf("small %s is named", u.Name)
				}
			}
		}
		for name, c := range map[string]bool{RefusedNotStarted: p.Today.Before(p.Campaign.Start), RefusedRunning: !p.IsComplete && !p.Today.Before(p.Campaign.Start) && p.Today.Before(p.Windows.Post.To)} {
			if !refusedFor(r, RefusedFewReaders) && c != slices.ContainsFunc(r.Refusals, func(refusal Refusal) bool { return refusal.Code == name && refusal.Method == everything }) {
				t.Errorf("%s is %v: %+v", name, c, r.Refusals)
			}
		}
	})
}

// drawnPanel is any panel: of any outcome, few units or many, with counts of any size, gaps, other campaigns and odd dates.
func drawnPanel(t *rapid.T) *Panel {
	start := ymd("2021-01-01").AddDate(0, rapid.IntRange(-20, 20).Draw(t, "start"), rapid.IntRange(0, 1).Draw(t, "offset")*rapid.IntRange(0, 27).Draw(t, "day"))
	c := campaign.Campaign{ID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), Name: "Visits", Start: start}
	if rapid.IntRange(0, 5).Draw(t, "ends") > 0 {
		c.End = start.AddDate(0, rapid.IntRange(0, 14).Draw(t, "months"), rapid.IntRange(1, 20).Draw(t, "days"))
		c.CarryOverMonths = rapid.SampledFrom([]int{0, 0, 0, 1, 6}).Draw(t, "carry-over")
	}
	outcome := rapid.SampledFrom(campaign.Outcomes).Draw(t, "outcome")
	c.Outcome, c.PerHead = outcome.ID, rapid.IntRange(0, 4).Draw(t, "per head") == 0
	if rapid.Bool().Draw(t, "costs") {
		cost := rapid.Float64Range(0, 1e6).Draw(t, "cost")
		c.Cost, c.StaffHours = &cost, &cost
	}
	w := WindowsOf(c)
	p := &Panel{Campaign: c, Outcome: outcome, Windows: w, Suppress: rapid.SampledFrom([]int{0, 5}).Draw(t, "suppress"), ShareOpen: rapid.Float64Range(0, 1).Draw(t, "open")}
	p.Dimension = rapid.SampledFrom([]string{"department", "department", "patron_group", "library", ""}).Draw(t, "dimension")
	nBefore := rapid.SampledFrom([]int{0, 1, 12, 24, 30, 36, 60, 62}).Draw(t, "months before")
	month := monthOf(start).AddDate(0, -nBefore, 0)
	for month.Before(w.Post.To) {
		p.Months = append(p.Months, month)
		month = month.AddDate(0, 1, 0)
	}
	p.Today = w.Post.To.AddDate(0, 0, rapid.SampledFrom([]int{-400, -40, -1, 0, 5, 300}).Draw(t, "today"))
	p.AsOf = p.Today.Add(12 * time.Hour)
	p.IsComplete = !p.Today.Before(w.Post.To)
	for k := rapid.SampledFrom([]int{0, 3, 20}).Draw(t, "placebos"); k > 0; k-- {
		post := w.Post.moved(-12 - k)
		p.Windows.Placebo = append(p.Windows.Placebo, PlaceboWindow{post, post.moved(-12)})
	}
	sizes := rapid.SampledFrom([]float64{0, 1, 4, 30, 30, 500, 1e7}).Draw(t, "size")
	random := newRandom(rapid.Uint64().Draw(t, "seed"))
	isFlat, hasGaps := rapid.IntRange(0, 6).Draw(t, "flat") == 0, rapid.IntRange(0, 3).Draw(t, "gaps") == 0
	effect := rapid.SampledFrom([]float64{1, 1, 1.4, .5, 30, 0}).Draw(t, "effect")
	reading := func(months, times float64) Reading {
		n := math.Round(sizes * months * times)
		if !isFlat {
			n = math.Round(n * math.Exp(.3*random.NormFloat64()))
		}
		if hasGaps && random.IntN(6) == 0 {
			n = 0
		}
		switch {
		case outcome.IsCount:
			return Reading{X: n}
		case n == 0:
			return Reading{}
		case outcome.Unit == "days":
			return Reading{X: times * 8 * math.Exp(.2*random.NormFloat64()), N: n}
		}
		return Reading{X: math.Round(n * random.Float64()), N: n}
	}
	nUnits := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 8, 12, 24}).Draw(t, "units")
	if p.Dimension == "" {
		nUnits = min(nUnits, 1)
	}
	nTargets := rapid.IntRange(0, nUnits).Draw(t, "targets")
	length := w.Post.To.Sub(w.Post.From).Hours() / 24 / 30
	var names []string
	for i := range nUnits {
		u := Unit{Name: subject(i), IsTarget: i < nTargets || p.Dimension == "", NReaders: int64(random.IntN(40))}
		if p.Dimension == "" {
			u.Name = ""
		}
		names = append(names, u.Name)
		times := 1.0
		if u.IsTarget {
			times = effect
		}
		for _, first := range p.Months {
			u.Months = append(u.Months, reading(1, 1+(times-1)*part(first, w.Post)))
		}
		u.Post, u.Pre, u.Prior, u.PriorPre = reading(length, times), reading(length, 1), reading(length, 1), reading(length, 1)
		for range p.Windows.Placebo {
			u.Placebo = append(u.Placebo, [2]Reading{reading(length, 1), reading(length, 1)})
		}
		if outcome.ID == "requests" && random.IntN(2) == 0 {
			u.WithoutHeavy = &[2]Reading{{X: math.Round(u.Post.X * random.Float64())}, {X: math.Round(u.Pre.X * random.Float64())}}
		}
		if c.PerHead {
			u.Exposure = &[2]float64{float64(random.IntN(8)) * 100, float64(random.IntN(8)) * 100}
			from := random.IntN(len(p.Months) + 1)
			for m := range p.Months {
				u.MonthExposure = append(u.MonthExposure, 0)
				if m >= from/4 {
					u.MonthExposure[m] = float64(100 + random.IntN(100))
				}
			}
		}
		p.Units = append(p.Units, u)
	}
	target, comparison := names[:nTargets], names[nTargets:]
	switch p.Dimension {
	case "department":
		p.Campaign.Target.Departments, p.Campaign.Comparison.Departments = append([]string{"Alchemy"}, target...), comparison
	case "patron_group":
		p.Campaign.Target.PatronGroups, p.Campaign.Comparison.PatronGroups = target, comparison
	case "library":
		p.Campaign.Target.Libraries, p.Campaign.Comparison.Libraries = target, comparison
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "others") {
		o := campaign.Campaign{ID: fmt.Sprint("other", i), Name: fmt.Sprint("Other ", i), Target: p.Campaign.Target,
			Start: start.AddDate(0, rapid.IntRange(-14, 3).Draw(t, "other start"), 0)}
		if rapid.Bool().Draw(t, "other ends") {
			o.End = o.Start.AddDate(0, rapid.IntRange(1, 6).Draw(t, "other months"), 0)
		}
		if rapid.Bool().Draw(t, "other target") && nUnits > 1 {
			o.Target = campaign.Group{Departments: names[:rapid.IntRange(0, nUnits).Draw(t, "of them")]}
		}
		p.Others = append(p.Others, o)
	}
	if rapid.Bool().Draw(t, "lending") {
		for range p.Months {
			p.Lending = append(p.Lending, float64(random.IntN(50)))
		}
	}
	if outcome.ID == "requests" {
		p.FirstWeek = ymd("2019-01-07")
		for range random.IntN(200) {
			p.Weeks = append(p.Weeks, float64(random.IntN(50)))
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "changed") == 0 {
		p.ChangesAfterResults = []campaign.Edit{{Field: "end", AfterResults: true}}
	}
	return p
}

func BenchmarkAssess(b *testing.B) {
	w := with(calm(), func(w *invented) { w.departments = 12 })
	everyone := w.campaign()
	everyone.Comparison = campaign.Group{}
	for name, c := range map[string]campaign.Campaign{"comparison": w.campaign(), "series": everyone} {
		p := panelOf(b, c, nil, w.days())
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Assess(p)
			}
		})
	}
}

// How many requests stand behind a rate is told of each unit; of counts there is nothing more to tell.
func TestRequestsBehindRates(t *testing.T) {
	counts := calm().panel(t)
	if u := Assess(counts).Units[0]; u.NPre != nil || u.NPost != nil {
		t.Errorf("%+v", u)
	}
	rates := calm().panel(t).as("fill_rate", calm().panel(t), shares)
	for i, u := range Assess(rates).Units {
		if u.NPre == nil || *u.NPre != rates.Units[i].Pre.N || *u.NPost != rates.Units[i].Post.N {
			t.Errorf("%+v", u)
		}
	}
}

// A series that never varies is not known to the last digit.
func TestNothingVaries(t *testing.T) {
	p := forEveryone(t, with(calm(), func(w *invented) { w.effect = 0 }))
	for i := range p.Months {
		p.Units[0].Months[i].X = 30
	}
	u := &p.Units[0]
	u.Post.X, u.Pre.X = 120, 120
	if r := Assess(p); r.Headline == nil || r.Headline.Hi < 1.1 || r.Headline.Lo > .9 || r.ITS.Dispersion > 1e-6 {
		t.Errorf("%+v, %+v", r.Headline, r.ITS)
	}
}
