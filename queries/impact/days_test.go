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

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
)

// everyDay is a history with n requests of each unit on every day of a span.
func everyDay(from, to string, n map[string]float64) *Days {
	span := Span{ymd(from), ymd(to)}
	days := &Days{AsOf: span.To.Add(-time.Minute), First: span.From}
	for name, each := range n {
		days.Units = append(days.Units, UnitDays{Name: name, NReaders: 100, Requests: slices.Repeat([]float64{each}, span.nDays())})
	}
	return days
}

// on keeps the requests of those days only that keep says.
func (d *Days) on(keep func(day time.Time) bool) *Days {
	for _, unit := range d.Units {
		for i := range unit.Requests {
			if !keep(d.First.AddDate(0, 0, i)) {
				unit.Requests[i] = 0
			}
		}
	}
	return d
}

func departments(names ...string) campaign.Group { return campaign.Group{Departments: names} }

func months(p *Panel) string {
	var out []string
	for _, month := range p.Months {
		out = append(out, month.Format("2006-01"))
	}
	return strings.Join(out, " ")
}

// Sums over months and windows, counted by hand: History has two requests a day, Music one and Law five.
func TestPanelOf(t *testing.T) {
	c := campaign.Campaign{ID: "C", Start: ymd("2021-03-16"), End: ymd("2021-05-01"), Target: departments(" History", "Music", "Alchemy"), Comparison: departments("Law", "Music")}
	days := everyDay("2020-01-01", "2021-05-20", map[string]float64{"History": 2, "Music": 1, "Law": 5, "Physics": 9})
	days.Generation, days.Lending = 7, slices.Repeat([]float64{3}, 40)
	p, err := PanelOf(c, nil, days)
	if err != nil {
		t.Fatal(err)
	}
	if p.Dimension != "department" || p.Outcome.ID != "requests" || p.Generation != 7 || p.Suppress != 5 || !p.IsComplete || p.Today != ymd("2021-05-19") {
		t.Errorf("the panel is %+v", p)
	}
	if want := "2020-01 2020-02 2020-03 2020-04 2020-05 2020-06 2020-07 2020-08 2020-09 2020-10 2020-11 2020-12 2021-01 2021-02 2021-03 2021-04"; months(p) != want {
		t.Errorf("months %s, want %s", months(p), want)
	}
	if len(p.Units) != 3 || p.Units[0].Name != "History" || p.Units[1].Name != "Music" || p.Units[2].Name != "Law" || !p.Units[1].IsTarget || p.Units[2].IsTarget {
		t.Fatalf("units %+v", p.Units)
	}
	history, law := p.Units[0], p.Units[2]
	if history.Months[0].X != 62 || history.Months[1].X != 58 || history.Months[13].X != 56 || law.Months[15].X != 150 {
		t.Errorf("months of History %v, of Law %v", history.Months, law.Months)
	}
	// 16 March to 30 April: 46 days in both years; before them 29 January to 15 March, with 29 February in 2020 beyond 46.
	if history.Post.X != 92 || history.Pre.X != 92 || history.Prior.X != 92 || history.PriorPre.X != 94 || law.Post.X != 230 {
		t.Errorf("windows of History %+v", history)
	}
	// Launches that end before 16 March, whose year before begins in 2020: from 16 January, and none later than February.
	if len(p.Windows.Placebo) != 1 || p.Windows.Placebo[0].Post.String() != "2021-01-16/2021-03-01" || history.Placebo[0][0].X != 88 || history.Placebo[0][1].X != 90 {
		t.Errorf("pretended launches %v, History %v", p.Windows.Placebo, history.Placebo)
	}
	if p.Lending[0] != 93 || p.Lending[1] != 27 || p.Lending[2] != 0 || len(p.Lending) != len(p.Months) {
		t.Errorf("lending %v", p.Lending)
	}
	// 6 January 2020 is a Monday; the last whole week ends on 16 May 2021.
	if p.FirstWeek != ymd("2020-01-06") || len(p.Weeks) != 71 || p.Weeks[0] != 21 || p.Weeks[70] != 21 {
		t.Errorf("weeks from %s: %v", p.FirstWeek, p.Weeks)
	}
	if history.WithoutHeavy != nil || history.Exposure != nil || history.NReaders != 100 {
		t.Errorf("History has %+v", history)
	}
}

// How far a history reaches: its first and last whole months, and whether it holds the window to 30 June.
func TestReach(t *testing.T) {
	c := campaign.Campaign{Start: ymd("2023-05-01"), End: ymd("2023-07-01")}
	weekdays := func(at time.Time) bool { return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday }
	thursdays := func(at time.Time) bool { return at.Weekday() == time.Thursday }
	holidays := func(at time.Time) bool { return weekdays(at) && !(at.YearDay() > 355 || at.YearDay() < 4) }
	anyDay := func(time.Time) bool { return true }
	for _, test := range []struct {
		name       string
		from, to   string
		keep       func(time.Time) bool
		first      string
		last       string
		isComplete bool
	}{
		{"busy, to the end", "2021-01-01", "2023-07-01", anyDay, "2021-01", "2023-06", true},
		{"busy, and a day short", "2021-01-01", "2023-06-30", anyDay, "2021-01", "2023-05", false},
		{"busy, and begun on the second", "2021-01-02", "2023-07-01", anyDay, "2021-02", "2023-06", true},
		{"weekdays: the second was a Saturday", "2021-01-02", "2023-07-01", weekdays, "2021-02", "2023-06", true},
		{"weekdays: the first was a Saturday, the third a Monday", "2021-05-01", "2023-07-01", weekdays, "2021-05", "2023-06", true},
		{"weekdays, to a Friday two days before the end", "2021-05-01", "2023-06-29", weekdays, "2021-05", "2023-06", true},
		{"weekdays, and three days short", "2021-05-01", "2023-06-28", weekdays, "2021-05", "2023-05", false},
		{"holidays are no reason to wait less", "2021-05-01", "2023-06-28", holidays, "2021-05", "2023-05", false},
		{"thin, a week before the end", "2021-05-07", "2023-06-25", thursdays, "2021-06", "2023-06", true},
		{"thin, begun in the month's first week", "2021-05-06", "2023-06-25", thursdays, "2021-05", "2023-06", true},
		{"thin, and over a week short", "2021-05-06", "2023-06-23", thursdays, "2021-05", "2023-05", false},
		{"long after", "2021-05-01", "2024-06-23", anyDay, "2021-05", "2023-06", true},
		{"before the window", "2021-05-01", "2023-02-11", anyDay, "2021-05", "2023-01", false},
	} {
		p, err := PanelOf(c, nil, everyDay(test.from, test.to, map[string]float64{"": 1}).on(test.keep))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Fields(months(p))
		if got[0] != test.first || got[len(got)-1] != test.last || p.IsComplete != test.isComplete {
			t.Errorf("%s: %s to %s, complete: %t", test.name, got[0], got[len(got)-1], p.IsComplete)
		}
		if len(p.Units) != 1 || !p.Units[0].IsTarget || p.Dimension != "" {
			t.Errorf("%s: units %+v", test.name, p.Units)
		}
	}
}

// Too little to say anything of still gives a panel.
func TestThinHistories(t *testing.T) {
	c := campaign.Campaign{Start: ymd("2023-05-01"), Target: departments("History"), Comparison: departments("Law")}
	for name, days := range map[string]*Days{
		"nothing":                 {AsOf: ymd("2023-08-01").Add(time.Hour)},
		"nothing, not even a day": {},
		"units without a request": {AsOf: ymd("2023-08-01"), First: ymd("2020-01-01"), Units: []UnitDays{{Name: "History"}, {Name: "Law", Requests: []float64{0, 0}}}},
	} {
		p, err := PanelOf(c, nil, days)
		if err != nil || len(p.Months) > 0 || len(p.Windows.Placebo) > 0 || p.IsComplete || p.Weeks != nil || p.Lending != nil {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		for _, unit := range p.Units {
			if unit.Post.X != 0 || unit.Pre.X != 0 {
				t.Errorf("%s: %+v", name, unit)
			}
		}
	}
	one := &Days{AsOf: ymd("2023-05-02"), First: ymd("2023-05-01"), Units: []UnitDays{{Name: "History", Requests: []float64{1}}}}
	p, err := PanelOf(c, nil, one)
	if err != nil || len(p.Months) > 0 || p.Units[0].Post.X != 1 {
		t.Errorf("one request: %+v, %v", p, err)
	}
}

// A year that was mistyped does not begin the history.
func TestMistypedYear(t *testing.T) {
	days := everyDay("2021-01-01", "2023-08-01", map[string]float64{"": 1})
	early := daysBetween(ymd("1924-02-01"), days.First)
	days.Units[0].Requests = append(make([]float64, early), days.Units[0].Requests...)
	days.Units[0].Requests[0], days.First = 1, ymd("1924-02-01")
	p, err := PanelOf(campaign.Campaign{Start: ymd("2023-05-01"), End: ymd("2023-06-01")}, nil, days)
	if err != nil || p.Months[0] != ymd("2021-01-01") {
		t.Errorf("the months are %s, %v", months(p), err)
	}
}

// Campaigns that touched the same units are no place for a pretended launch; others are.
func TestOtherCampaigns(t *testing.T) {
	c := campaign.Campaign{ID: "C", Start: ymd("2022-06-01"), End: ymd("2022-07-01"), Target: campaign.Group{Departments: []string{"History"}, Libraries: []string{"MAIN"}}, Comparison: departments("Law")}
	days := everyDay("2020-01-01", "2022-08-01", map[string]float64{"History": 2, "Law": 1, "Physics": 1})
	at := func(kind string, target campaign.Group) campaign.Campaign {
		return campaign.Campaign{ID: "D", Kind: kind, Start: ymd("2022-01-10"), End: ymd("2022-01-20"), Target: target}
	}
	for _, test := range []struct {
		name  string
		other campaign.Campaign
		n     int // launches from January 2021 to May 2022: 17
	}{
		{"of a department of the panel", at(campaign.KindCampaign, departments("Physics", "Law ")), 16},
		{"of another department", at(campaign.KindCampaign, departments("Physics")), 17},
		{"of everyone", at(campaign.KindCampaign, campaign.Group{}), 16},
		{"of a patron group", at(campaign.KindCampaign, campaign.Group{PatronGroups: []string{"Faculty"}}), 16},
		{"of another library", at(campaign.KindCampaign, campaign.Group{Departments: []string{"Law"}, Libraries: []string{"LAW"}}), 17},
		{"of the same library", at(campaign.KindCampaign, campaign.Group{Libraries: []string{"LAW", "MAIN"}}), 16},
		{"a service change for everyone", at(campaign.KindServiceChange, campaign.Group{}), 17},
		{"a service change for one", at(campaign.KindServiceChange, departments("Law")), 16},
		{"itself", campaign.Campaign{ID: "C", Start: ymd("2022-01-10"), End: ymd("2022-01-20")}, 17},
		{"with carry-over", campaign.Campaign{ID: "D", Start: ymd("2022-01-10"), End: ymd("2022-01-20"), CarryOverMonths: 1}, 15},
		{"lasting", campaign.Campaign{ID: "D", Start: ymd("2021-11-01"), Target: departments("Law")}, 10},
	} {
		p, err := PanelOf(c, []campaign.Campaign{test.other}, days)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Windows.Placebo) != test.n {
			t.Errorf("%s: %d launches, want %d", test.name, len(p.Windows.Placebo), test.n)
		}
		if wantOthers := test.name != "itself"; (len(p.Others) == 1) != wantOthers {
			t.Errorf("%s: %d others", test.name, len(p.Others))
		}
	}
}

func TestWhatNoPanelIsMadeOf(t *testing.T) {
	days := everyDay("2020-01-01", "2022-08-01", map[string]float64{"History": 2})
	for name, c := range map[string]campaign.Campaign{
		"another outcome":    {Start: ymd("2022-01-01"), Outcome: "fill_rate"},
		"an unknown outcome": {Start: ymd("2022-01-01"), Outcome: "gate_count"},
		"no first day":       {},
		"compared otherwise": {Start: ymd("2022-01-01"), Target: departments("History"), Comparison: campaign.Group{PatronGroups: []string{"Faculty"}}},
		"compared more widely": {Start: ymd("2022-01-01"), Target: campaign.Group{Departments: []string{"History"}, Libraries: []string{"MAIN"}},
			Comparison: campaign.Group{Departments: []string{"Law"}, Libraries: []string{"MAIN", "LAW"}}},
	} {
		if _, err := PanelOf(c, nil, days); queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s gives %v", name, err)
		}
	}
	same := campaign.Campaign{Start: ymd("2022-01-01"), Target: campaign.Group{Departments: []string{"History"}, Libraries: []string{"MAIN", "LAW"}},
		Comparison: campaign.Group{Departments: []string{"Law"}, Libraries: []string{"LAW", "MAIN "}}}
	if _, err := PanelOf(same, nil, days); err != nil {
		t.Error(err)
	}
}

// The departments' log ratios of the reference panels, from requests put on the days of their months.
func TestReferencePanels(t *testing.T) {
	text, err := os.ReadFile("stats/testdata/ill_panel_expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Panel map[string]json.RawMessage `json:"ill_panel"`
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"null", "effect125"} {
		var want struct {
			DiD struct {
				ByDepartment []float64 `json:"by_department"`
			} `json:"did_log_ratio"`
		}
		if err := json.Unmarshal(expected.Panel[name], &want); err != nil || len(want.DiD.ByDepartment) != 12 {
			t.Fatal(want, err)
		}
		file, err := os.Open("stats/testdata/ill_panel_" + name + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		days := &Days{First: ymd("2018-07-01"), AsOf: ymd("2024-07-01").Add(-time.Second)}
		c := campaign.Campaign{Start: ymd("2023-09-01"), End: ymd("2024-07-01")}
		for _, row := range rows[1:] {
			n := map[string]int{}
			for i, heading := range rows[0] {
				n[heading], _ = strconv.Atoi(row[i])
			}
			department := fmt.Sprintf("%02d", n["dept"])
			if n["t"] == 0 {
				days.Units = append(days.Units, UnitDays{Name: department})
				if n["treated"] == 1 {
					c.Target.Departments = append(c.Target.Departments, department)
				} else {
					c.Comparison.Departments = append(c.Comparison.Departments, department)
				}
			}
			unit := &days.Units[len(days.Units)-1]
			month := make([]float64, daysBetween(addMonths(days.First, n["t"]), addMonths(days.First, n["t"]+1)))
			for k := range n["requests"] {
				month[k*len(month)/n["requests"]]++
			}
			unit.Requests = append(unit.Requests, month...)
		}
		p, err := PanelOf(c, nil, days)
		if err != nil || len(p.Months) != 72 || !p.IsComplete {
			t.Fatalf("%s: %d months, %v", name, len(p.Months), err)
		}
		for i, u := range p.Units {
			if got := math.Log((u.Post.X + .5) / (u.Pre.X + .5)); math.Abs(got-want.DiD.ByDepartment[i]) > 1e-9 {
				t.Errorf("%s: the log ratio of %s is %.10g, want %.10g", name, u.Name, got, want.DiD.ByDepartment[i])
			}
		}
	}
}
