package impact

import (
	"math"
	"slices"
	"testing"

	"github.com/fillrate/fillrate/queries/campaign"
)

// checkOf gives a check of a report by its name.
func checkOf(t *testing.T, r *Report, name string) Check {
	t.Helper()
	at := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Name == name })
	if at < 0 {
		t.Fatalf("there is no check %s: %+v", name, r.Checks)
	}
	return r.Checks[at]
}

// What failed decides, and alone: without it there is a likely increase.
func decides(t *testing.T, name string, change func(*Panel)) {
	t.Helper()
	p := calm().panel(t)
	if r := Assess(p); r.Verdict.Code != LikelyIncrease {
		t.Fatalf("before: %s", r.Verdict.Text)
	}
	change(p)
	r := Assess(p)
	if c := checkOf(t, r, name); c.Passed || !c.IsGate || c.Detail == "" {
		t.Errorf("%s: %+v", name, c)
	}
	if r.Verdict.Code != CantTell || r.Headline == nil || !r.Headline.excludesOne() {
		t.Errorf("%s: %s (%+v)", name, r.Verdict.Text, r.Headline)
	}
}

// Targets whose requests are so few that chance moves them more than the others.
func TestGroupsOfLikeSize(t *testing.T) {
	p := calm().panel(t)
	for i := range p.Units {
		if p.Units[i].IsTarget {
			p.Units[i].Post, p.Units[i].Pre = Reading{X: 9}, Reading{X: 3}
		}
	}
	r := Assess(p)
	if c := checkOf(t, r, CheckSize); c.Passed || r.Verdict.Code != CantTell {
		t.Errorf("a few requests against hundreds: %+v, %s", c, r.Verdict.Text)
	}
	// By hand: 1/9.5 + 1/3.5 = .391 of each target, and 1/(x+.5) + 1/(y+.5) of the others far below a third of it.
	noise := 0.0
	for _, u := range p.Units[4:] {
		noise = max(noise, 1/(u.Post.X+.5)+1/(u.Pre.X+.5))
	}
	if 3*noise >= .391 {
		t.Fatalf("the case proves nothing: %v", noise)
	}
}

// Three small targets that rise and a large one that does not: what holds of departments does not hold of their requests.
func TestSecondMethodOutsideTheRange(t *testing.T) {
	p := calm().panel(t)
	large := &p.Units[0]
	for i := range large.Months {
		large.Months[i].X *= 40
	}
	large.Post.X, large.Pre.X, large.Prior.X, large.PriorPre.X = 40*large.Post.X/1.4, 40*large.Pre.X, 40*large.Prior.X, 40*large.PriorPre.X
	for i := len(large.Months) - 10; i < len(large.Months); i++ {
		if part(p.Months[i], p.Windows.Post) > 0 {
			large.Months[i].X /= 1.4
		}
	}
	r := Assess(p)
	c := checkOf(t, r, CheckSecond)
	inside := r.Headline.Lo <= r.TWFE.RR && r.TWFE.RR <= r.Headline.Hi
	if inside {
		t.Fatalf("the case proves nothing: %+v %+v", r.Headline, r.TWFE)
	}
	if r.Headline.excludesOne() && (c.Passed || r.Verdict.Code != CantTell) {
		t.Errorf("%+v: %s", c, r.Verdict.Text)
	}
}

func TestReadersWithoutKeys(t *testing.T) {
	for _, share := range []float64{.05, .051} {
		p := calm().panel(t)
		p.Outcome, _ = campaign.FindOutcome("requesters")
		p.Campaign.Outcome = "requesters"
		p.WithoutKey = &[2]float64{0, share}
		r := Assess(p)
		if c := checkOf(t, r, CheckKeys); c.Passed != (share <= .05) || !c.IsGate {
			t.Errorf("%v without a key: %+v", share, c)
		}
		if isTold := r.Verdict.Code == LikelyIncrease; isTold != (share <= .05) {
			t.Errorf("%v without a key: %s", share, r.Verdict.Text)
		}
	}
}

// A campaign for patron groups reaches some departments more than others.
func TestCampaignsForAnotherKindOfGroup(t *testing.T) {
	decides(t, CheckOverlap, func(p *Panel) {
		p.Others = []campaign.Campaign{{ID: "grads", Name: "Graduate fair", Kind: campaign.KindCampaign, Start: p.Campaign.Start, End: p.Campaign.End,
			Target: campaign.Group{PatronGroups: []string{"Graduate"}}}}
	})
}

// A unit that ends within the window is not compared.
func TestAUnitThatBreaksOff(t *testing.T) {
	p := calm().panel(t)
	last := -1
	for i := range p.Months {
		if part(p.Months[i], p.Windows.Post) == 1 {
			last = i
		}
	}
	p.Units[1].Months[last].X, p.Units[5].Months[last].X = 0, 0
	r := Assess(p)
	n := 0
	for _, u := range r.Units {
		if u.LeftOut != "" {
			n++
		}
	}
	if n != 2 || r.Headline.NTarget+r.Headline.NComparison != len(p.Units)-2 {
		t.Errorf("%d units are left out of %+v", n, r.Units)
	}
}

// A campaign of every autumn, all recorded: what the earlier ones did is not taken for the season.
func TestEarlierCampaignsAreInTheSeries(t *testing.T) {
	p := calm().panel(t)
	p.Campaign.Comparison, p.Units = campaign.Group{}, p.Units[:4]
	const effect = 1.4
	for back := 1; back <= 3; back++ {
		start, end := p.Campaign.Start.AddDate(-back, 0, 0), p.Campaign.End.AddDate(-back, 0, 0)
		for u := range p.Units {
			for i, month := range p.Months {
				if part(month, Span{start, end}) > 0 {
					p.Units[u].Months[i].X *= effect
				}
			}
		}
		p.Others = append(p.Others, campaign.Campaign{ID: start.Format("autumn2006"), Name: start.Format("Autumn 2006"), Kind: campaign.KindCampaign, Start: start, End: end, Target: p.Campaign.Target})
	}
	with := Assess(p)
	p.Others = p.Others[:1] // only last year's is recorded
	without := Assess(p)
	if with.ITS == nil || without.ITS == nil {
		t.Fatalf("refused: %+v, %+v", with.Refusals, without.Refusals)
	}
	if math.Abs(math.Log(with.ITS.RR/effect)) > .06 || math.Abs(math.Log(without.ITS.RR/effect)) < .1 {
		t.Errorf("with all recorded %.3f, with one %.3f; the truth is 1.4", with.ITS.RR, without.ITS.RR)
	}
}

// A fill rate of 90 % can't rise by more than a ninth: no clear effect is judged in points.
func TestSmallChangesOfARate(t *testing.T) {
	a := &assessment{p: &Panel{}, r: &Report{Headline: &Headline{RR: 1}}, target: []*Unit{{Post: Reading{X: 90, N: 100}}}}
	a.p.Outcome, _ = campaign.FindOutcome("fill_rate")
	for ratio, want := range map[float64]bool{1.05: true, 1.06: false, 1.20: false} {
		if got := a.isSmallChange(ratio); got != want {
			t.Errorf("a fill rate of 90%% times %v: small is %v", ratio, got)
		}
	}
	a.target[0].Post = Reading{X: 4, N: 100}
	if !a.isSmallChange(1.5) {
		t.Error("4% to 6% is two points")
	}
}

// Alone, a series must exceed what it finds where nothing was done: 1.96 standard deviations of the pretended launches.
func TestAnEffectWithinTheScatter(t *testing.T) {
	for effect, want := range map[float64]bool{.30: false, .45: true} {
		r := &Report{Headline: &Headline{Method: MethodITS, RR: math.Exp(effect), Lo: 1.1, Hi: 2}, Placebo: &PlaceboReport{Actual: effect}}
		for i := range 12 { // a standard deviation of .2 × √(12 ÷ 11) = .209, so that .41 is the least
			r.Placebo.InTime = append(r.Placebo.InTime, PlaceboLaunch{LogRatio: .2 * float64(i%2*2-1)})
		}
		a := &assessment{p: &Panel{}, r: r, effect: effect, w: topicOf(&Panel{})}
		a.checkPlacebo()
		if c := r.Checks[0]; c.Passed != want || !c.IsGate {
			t.Errorf("an effect of %v among launches of ±.2: %+v", effect, c)
		}
	}
}
