package impact

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// illDays reads one of the generated panels of ../stats: 12 departments in the 72 months from July 2018. Each month's requests
// are spread over its days.
func illDays(t testing.TB, name string) *Days {
	t.Helper()
	file, err := os.Open("stats/testdata/ill_panel_" + name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var months [][]float64
	for _, row := range rows[1:] {
		department := number(row[0])
		for len(months) < department {
			months = append(months, make([]float64, 72))
		}
		months[department-1][number(row[3])] = float64(number(row[7]))
	}
	var names []string
	for i := range months {
		names = append(names, illDepartment(i+1))
	}
	return spread("2018-07-01", names, months)
}

func illDepartment(n int) string { return fmt.Sprintf("Department %02d", n) }

// spread makes a history of monthly counts of units from a first month on.
func spread(from string, names []string, months [][]float64) *Days {
	days := &Days{First: ymd(from)}
	until := ymd(from)
	for i, name := range names {
		u := UnitDays{Name: name, NReaders: 100}
		first := ymd(from)
		for _, n := range months[i] {
			next := first.AddDate(0, 1, 0)
			length := int(next.Sub(first).Hours() / 24)
			for d := range length {
				u.Requests = append(u.Requests, math.Ceil(n*float64(d+1)/float64(length)-1e-9)-math.Ceil(n*float64(d)/float64(length)-1e-9))
			}
			first = next
		}
		if first.After(until) {
			until = first
		}
		days.Units = append(days.Units, u)
	}
	days.AsOf = until.Add(-time.Minute)
	return days
}

func illDepartments(from, to int) campaign.Group {
	var g campaign.Group
	for i := from; i <= to; i++ {
		g.Departments = append(g.Departments, illDepartment(i))
	}
	return g
}

func illCampaign() campaign.Campaign {
	return campaign.Campaign{ID: "C1", Name: "Meet your librarian", Kind: campaign.KindCampaign, Start: ymd("2023-09-01"), End: ymd("2024-07-01"),
		Target: illDepartments(1, 4), Comparison: illDepartments(5, 12), Outcome: "requests"}
}

func assessed(t testing.TB, c campaign.Campaign, others []campaign.Campaign, days *Days) *Report {
	t.Helper()
	p, err := PanelOf(c, others, days)
	if err != nil {
		t.Fatal(err)
	}
	return Assess(p)
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s is %.12g, want %.12g", what, got, want)
	}
}

// The three generated panels, measured as campaigns, against R.
func TestAssessAgainstR(t *testing.T) {
	type panel struct {
		Naive struct{ Pre, Post, Ratio, Lo, Hi float64 } `json:"naive_6mo"`
		YoY   struct{ Treated float64 }                  `json:"yoy_same_period"`
		ITS   struct {
			Est, Dispersion float64
			NW              float64 `json:"nw_lag4_se"`
		} `json:"its_month_factor"`
		DiD struct {
			Diff, RR float64
			P        float64    `json:"perm_p"`
			N        int        `json:"n_perm"`
			CI       [2]float64 `json:"perm_ci_rr"`
			Each     []float64  `json:"by_department"`
		} `json:"did_log_ratio"`
		TWFE struct {
			RR, Lo, Hi float64
			P          float64 `json:"p_t"`
		} `json:"did_twfe_poisson"`
		PreTrend struct {
			P float64 `json:"p_t"`
		} `json:"pretrend"`
	}
	var want struct {
		Panel struct {
			Null, Effect125 panel
			Overlap         struct {
				Joint struct {
					RR   []float64
					Corr float64 `json:"corr_model"`
				}
			}
		} `json:"ill_panel"`
	}
	text, err := os.ReadFile("stats/testdata/ill_panel_expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]panel{"null": want.Panel.Null, "effect125": want.Panel.Effect125} {
		t.Run(name, func(t *testing.T) {
			r := assessed(t, illCampaign(), nil, illDays(t, name))
			h := r.Headline
			if h == nil || h.Method != MethodDiD || *h.NPermutations != want.DiD.N || !h.IsExact || h.Seed != nil || h.NTarget != 4 || h.NComparison != 8 {
				t.Fatalf("headline %+v, refusals %+v", h, r.Refusals)
			}
			near(t, "rr", h.RR, want.DiD.RR, 1e-9)
			near(t, "p", h.P, want.DiD.P, 1e-9)
			near(t, "lo", h.Lo, want.DiD.CI[0], 1e-9)
			near(t, "hi", h.Hi, want.DiD.CI[1], 1e-9)
			for i, u := range r.Units {
				near(t, u.Name, *u.LogRatio, want.DiD.Each[i], 1e-9)
			}
			near(t, "twfe", r.TWFE.RR, want.TWFE.RR, 1e-9)
			near(t, "twfe lo", r.TWFE.Lo, want.TWFE.Lo, 1e-9)
			near(t, "twfe hi", r.TWFE.Hi, want.TWFE.Hi, 1e-9)
			near(t, "twfe p", r.TWFE.P, want.TWFE.P, 1e-9)
			near(t, "its", math.Log(r.ITS.RR), want.ITS.Est, 1e-9)
			near(t, "dispersion", r.ITS.Dispersion, want.ITS.Dispersion, 1e-8)
			if !slices.ContainsFunc(r.Checks, func(c Check) bool {
				return c.Name == CheckPreTrend && c.Passed && strings.Contains(c.Detail, fmt.Sprintf("p %.2f", want.PreTrend.P))
			}) {
				t.Errorf("no pre-trend of p %.2f in %+v", want.PreTrend.P, r.Checks)
			}
			near(t, "Newey-West", r.ITS.NeweyWest, want.ITS.NW, 1e-8)

			// The naive change sets six whole months over the six before them.
			short := illCampaign()
			short.End = ymd("2024-03-01")
			p, err := PanelOf(short, nil, illDays(t, name))
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.Units {
				p.Units[i].Prior = Reading{}
				for _, month := range p.Units[i].Months[56:62] {
					p.Units[i].Prior.X += month.X
				}
			}
			r = Assess(p)
			near(t, "six months before", r.RawChange.Pre, want.Naive.Pre, 0)
			near(t, "six months after", r.RawChange.Post, want.Naive.Post, 0)
			near(t, "raw change", r.RawChange.Ratio, want.Naive.Ratio, 1e-9)
			near(t, "raw lo", *r.RawChange.Lo, want.Naive.Lo, 1e-9)
			near(t, "raw hi", *r.RawChange.Hi, want.Naive.Hi, 1e-9)
			pre, post := 0.0, 0.0
			for _, u := range r.Units {
				if u.IsTarget {
					pre, post = pre+u.Pre, post+u.Post
				}
			}
			near(t, "year over year", post/pre, want.YoY.Treated, 1e-9)
		})
	}
	t.Run("overlap", func(t *testing.T) {
		first := illCampaign()
		second := campaign.Campaign{ID: "C2", Name: "Newsletter", Start: ymd("2024-01-01"), End: ymd("2024-07-01"), Target: illDepartments(3, 6), Comparison: illDepartments(7, 12)}
		second.Comparison.Departments = append(second.Comparison.Departments, illDepartment(1), illDepartment(2))
		days := illDays(t, "overlap")
		for i, r := range []*Report{assessed(t, first, []campaign.Campaign{second}, days), assessed(t, second, []campaign.Campaign{first}, days)} {
			if r.Headline == nil || r.Headline.Method != MethodJoint {
				t.Fatalf("headline %+v, refusals %+v", r.Headline, r.Refusals)
			}
			near(t, "rr", r.Headline.RR, want.Panel.Overlap.Joint.RR[i], 1e-9)
			if r.Evidence == "stronger" {
				t.Error("a joint model is stronger evidence")
			}
			if !slices.ContainsFunc(r.Working, func(w Working) bool {
				return strings.Contains(w.Text, strings.Replace(fmt.Sprintf("%.2f", want.Panel.Overlap.Joint.Corr), "-", "−", 1))
			}) {
				t.Errorf("no correlation in %+v", r.Working)
			}
		}
	})
}

func TestCostOf(t *testing.T) {
	c := costOf(1200, &Amount{N: 100, Lo: 20, Hi: 196})
	near(t, "each", *c.Value, 12, 1e-9)
	near(t, "lo", *c.Lo, 6.1224489796, 1e-9)
	near(t, "hi", *c.Hi, 60, 1e-9)
	if c := costOf(1200, &Amount{N: 100, Lo: -1, Hi: 196}); c.Hi != nil || c.Value == nil {
		t.Errorf("%+v has an upper limit", c)
	}
	if c := costOf(1200, &Amount{N: -100, Lo: -196, Hi: -1}); c.Hi != nil || c.Value != nil || c.Lo != nil {
		t.Errorf("%+v: fewer requests have a price", c)
	}
}
