package impact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fillrate/fillrate/queries/campaign"
)

// invented is a made-up history of departments by month, with a season, from July 2018 to June 2024.
type invented struct {
	departments, targets int
	base                 float64 // requests a month and department
	season               float64 // how far the months lie apart on the log scale
	growth               float64 // a month, on the log scale
	targetGrowth         float64 // on top, of the targets
	noise                float64 // standard deviation of a month of a department, on the log scale
	swings               float64 // standard deviation of a target's year
	effect               float64 // from September 2023 on; 0: none
	seed                 uint64
}

func (w invented) days() *Days {
	random := rand.New(rand.NewPCG(w.seed, 1))
	var names []string
	var months [][]float64
	for d := range w.departments {
		var row []float64
		year := 0.0
		for t := range 72 {
			if t%12 == 2 {
				year = w.swings * random.NormFloat64()
			}
			l := math.Log(w.base) + .1*float64(d%3) + w.season*math.Cos(2*math.Pi*float64(t-4)/12) + w.growth*float64(t) + w.noise*random.NormFloat64()
			if d < w.targets {
				l += w.targetGrowth*float64(t) + year
				if t >= 62 && w.effect > 0 {
					l += math.Log(w.effect)
				}
			}
			row = append(row, math.Round(math.Exp(l)))
		}
		names, months = append(names, subject(d)), append(months, row)
	}
	return spread("2018-07-01", names, months)
}

var subjects = []string{"History", "Music", "Nursing", "Sociology", "Biology", "Chemistry", "English", "Education", "Law", "Physics", "Business", "Philosophy"}

func subject(i int) string {
	if i < len(subjects) {
		return subjects[i]
	}
	return fmt.Sprintf("Department %02d", i)
}

// campaign is one from September to December 2023 to the targets, compared with all others.
func (w invented) campaign() campaign.Campaign {
	c := campaign.Campaign{ID: "visits", Name: "Meet your librarian", Kind: campaign.KindCampaign, Start: ymd("2023-09-01"), End: ymd("2024-01-01"), Outcome: "requests"}
	for d := range w.departments {
		if d < w.targets {
			c.Target.Departments = append(c.Target.Departments, subject(d))
		} else {
			c.Comparison.Departments = append(c.Comparison.Departments, subject(d))
		}
	}
	return c
}

func (w invented) panel(t testing.TB) *Panel { return panelOf(t, w.campaign(), nil, w.days()) }

func panelOf(t testing.TB, c campaign.Campaign, others []campaign.Campaign, days *Days) *Panel {
	t.Helper()
	p, err := PanelOf(c, others, days)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// calm is a history in which an effect of a fifth shows.
func calm() invented {
	return invented{departments: 10, targets: 4, base: 60, season: .3, growth: .003, noise: .05, effect: 1.4, seed: 3}
}

// as makes a panel one of another outcome: of each of its readings, and that of a second panel with the same spans.
func (p *Panel) as(outcome string, second *Panel, of func(a, b Reading) Reading) *Panel {
	p.Outcome, _ = campaign.FindOutcome(outcome)
	p.Campaign.Outcome = outcome
	p.Weeks, p.Lending = nil, nil
	for i := range p.Units {
		u, v := &p.Units[i], &second.Units[i]
		u.WithoutHeavy = nil
		u.Post, u.Pre, u.Prior, u.PriorPre = of(u.Post, v.Post), of(u.Pre, v.Pre), of(u.Prior, v.Prior), of(u.PriorPre, v.PriorPre)
		for k := range u.Placebo {
			u.Placebo[k] = [2]Reading{of(u.Placebo[k][0], v.Placebo[k][0]), of(u.Placebo[k][1], v.Placebo[k][1])}
		}
		for k := range u.Months {
			u.Months[k] = of(u.Months[k], v.Months[k])
		}
	}
	return p
}

// shares takes half of the first panel's requests among those of the second, medians ten days more or less.
func shares(a, b Reading) Reading  { return Reading{X: math.Min(math.Round(a.X/2), b.X), N: b.X} }
func medians(a, b Reading) Reading { return Reading{X: 10 * a.X / b.X, N: b.X} }

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2)) }
