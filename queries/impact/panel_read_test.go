package impact

import (
	"context"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
)

// asked is a borrowing request of a reader of History at noon UTC.
func asked(reader int, on string) request {
	return request{library: "MAIN", role: "borrowing", kind: "copy", department: "History", status: "unfilled", reader: reader, created: ymd(on).Add(16 * time.Hour)}
}

// everyMonth is requests of nobody in particular on the first of each month, so that a history reaches from first to last.
func everyMonth(from, to string) []request {
	var requests []request
	for month := ymd(from); !month.After(ymd(to)); month = addMonths(month, 1) {
		r := asked(0, month.Format(time.DateOnly))
		r.department = "Physics"
		requests = append(requests, r)
	}
	return requests
}

func readPanel(t *testing.T, requests []request, c campaign.Campaign) *Panel {
	t.Helper()
	p, err := Read(context.Background(), load(t, requests), c, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A reader is new who asked for nothing in the 24 months before, the same calendar day among them.
func TestFirstTimeReaders(t *testing.T) {
	requests := append(everyMonth("2019-01-01", "2024-06-01"),
		asked(1, "2024-03-10"), asked(1, "2022-03-10"), // 24 months to the day before: not new
		asked(2, "2024-03-10"), asked(2, "2022-03-09"), asked(2, "2024-04-02"), // a day longer: new, once
		asked(3, "2024-05-31"), // new, on the last day
		asked(4, "2024-06-01"), // too late
		asked(5, "2024-04-01"), // new in History …
		asked(6, "2024-04-01"),
		asked(0, "2024-04-01"), // nobody knows
	)
	elsewhere, lent := asked(6, "2023-01-01"), asked(5, "2023-01-01")
	elsewhere.department, elsewhere.role, elsewhere.reason = "Law", "docdel", "duplicate" // … but 6 had asked elsewhere
	lent.role = "lending"                                                                 // and lending is not asking
	c := campaign.Campaign{Start: ymd("2024-03-01"), End: ymd("2024-06-01"), Outcome: outcomeFirstTime, Target: departments("History"), Comparison: departments("Law")}
	p := readPanel(t, append(requests, elsewhere, lent), c)
	history := p.Units[0]
	if history.Post.X != 3 {
		t.Errorf("%v new readers, want 3", history.Post)
	}
	if p.Months[0] != ymd("2021-01-01") || len(p.Months) != 41 {
		t.Errorf("months %s", months(p))
	}
	if n := len(p.Windows.Placebo); n == 0 || p.Windows.Placebo[0].Pre.From.Before(ymd("2021-01-01")) {
		t.Errorf("%d launches %v", n, p.Windows.Placebo)
	}
}

// The busiest reader of a hundred and one, and the next busiest, are left out; that many readers there are only with those
// whose key is not known.
func TestBusiestReaders(t *testing.T) {
	requests := everyMonth("2019-01-01", "2024-06-01")
	add := func(n, reader int, day string) {
		for range n {
			requests = append(requests, asked(reader, day))
		}
	}
	add(9, 1, "2024-03-10")
	add(3, 2, "2024-03-10")
	add(5, 2, "2023-03-10")
	add(7, 3, "2023-04-10")
	for reader := 4; reader <= 50; reader++ {
		add(1, reader, "2024-05-01")
	}
	add(51, 0, "2023-05-01")
	c := campaign.Campaign{Start: ymd("2024-03-01"), End: ymd("2024-06-01"), Target: departments("History")}
	u := readPanel(t, requests, c).Units[0]
	if u.Post.X != 59 || u.Pre.X != 63 || *u.WithoutHeavy != [2]Reading{{X: 47}, {X: 58}} {
		t.Errorf("post %v, pre %v, without the busiest %v", u.Post, u.Pre, u.WithoutHeavy)
	}
}

// A loan counts once its due day has ended at its library.
func TestOverdueRate(t *testing.T) {
	requests := everyMonth("2022-01-01", "2024-06-01")
	loan := func(due, returned string, status string) {
		r := asked(1, "2024-03-01")
		r.kind, r.status, r.available, r.due = "loan", status, r.created.Add(time.Hour), ymd(due).Add(16*time.Hour)
		if returned != "" {
			r.returned = ymd(returned).Add(16 * time.Hour)
		}
		requests = append(requests, r)
	}
	loan("2024-05-02", "2024-05-02", "finished") // on its due day
	loan("2024-05-02", "2024-05-03", "finished") // late
	loan("2024-05-03", "", "checked_out")        // out, and late
	loan("2024-05-03", "", "finished")           // back, nobody knows when
	loan("2024-06-01", "", "checked_out")        // due today
	loan("2024-07-01", "", "checked_out")        // not due
	loan("2024-04-30", "2024-05-20", "finished") // due before the window
	c := campaign.Campaign{Start: ymd("2024-05-01"), End: ymd("2024-08-01"), Outcome: outcomeOverdue, Target: departments("History")}
	if got := readPanel(t, requests, c).Units[0].Post; got != (Reading{X: 2, N: 3}) {
		t.Errorf("%v of the loans were late, want 2 of 3", got)
	}
}

// Half past midnight in Tokyo is the evening before in New York: a panel of both goes by the earlier day.
func TestToday(t *testing.T) {
	requests := everyMonth("2022-01-01", "2024-05-01")
	for _, r := range everyMonth("2022-01-01", "2024-05-01") {
		r.library = "LAW"
		requests = append(requests, r)
	}
	last := asked(1, "2024-05-31")
	last.library, last.created = "LAW", ymd("2024-05-31").Add(15*time.Hour+30*time.Minute)
	requests = append(requests, last)
	for library, want := range map[string]string{"": "2024-05-31", "LAW": "2024-06-01", "MAIN": "2024-05-31"} {
		c := campaign.Campaign{Start: ymd("2024-05-01"), End: ymd("2024-06-01")}
		if library != "" {
			c.Target.Libraries = []string{library}
		}
		p := readPanel(t, requests, c)
		if p.Today != ymd(want) || !p.AsOf.Equal(last.created) {
			t.Errorf("at %q it is %s as of %s, want %s", library, p.Today, p.AsOf, want)
		}
	}
}

// A plan looks at the newest year that the history reaches the end of.
func TestReadPlan(t *testing.T) {
	snapshot := load(t, append(everyMonth("2019-01-01", "2024-06-01"), asked(1, "2024-02-29"), asked(1, "2023-02-28"), asked(1, "2023-11-05")))
	for _, test := range []struct{ start, end, post, pre string }{
		{"2024-09-01", "2025-01-01", "2023-09-01/2024-01-01", "2022-09-01/2023-01-01"},
		{"2026-09-01", "2027-01-01", "2023-09-01/2024-01-01", "2022-09-01/2023-01-01"},
		{"2028-02-29", "2028-03-01", "2024-02-29/2024-03-01", "2023-02-28/2023-03-01"},
		{"2024-09-15", "", "2023-07-01/2024-07-01", "2022-07-01/2023-07-01"},           // a whole year, whichever
		{"2022-09-01", "2022-10-01", "2021-09-01/2021-10-01", "2020-09-01/2020-10-01"}, // begun, but asked again
	} {
		c := campaign.Campaign{ID: "P", Start: ymd(test.start), End: ymd(test.end), Target: departments("History"), Comparison: departments("Physics")}
		p, err := ReadPlan(context.Background(), snapshot, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		if w := p.Windows; w.Post.String() != test.post || w.Pre.String() != test.pre || !p.IsComplete || p.Campaign.Start != c.Start {
			t.Errorf("%s to %s looks at %s and %s", test.start, test.end, w.Post, w.Pre)
		}
		if last := p.Months[len(p.Months)-1]; last != monthOf(p.Windows.Post.To.AddDate(0, 0, -1)) {
			t.Errorf("%s: the last month is %s", test.start, last)
		}
	}
	empty, err := ReadPlan(context.Background(), load(t, nil), campaign.Campaign{Start: ymd("2026-09-01")}, nil)
	if err != nil || empty.IsComplete || len(empty.Units) > 0 {
		t.Errorf("an empty history gives %+v, %v", empty, err)
	}
}

// Readers enrolled, by the days that a number holds.
func TestExposure(t *testing.T) {
	requests := append(everyMonth("2019-01-01", "2024-06-01"), asked(1, "2024-02-29"), asked(1, "2023-02-28"))
	snapshot := load(t, requests)
	exposures := []campaign.Exposure{
		{Dimension: "department", Unit: "Physics", From: ymd("2024-03-11"), NReaders: 40},
		{Dimension: "department", Unit: "History ", From: ymd("2024-03-21"), NReaders: 200},
		{Dimension: "department", Unit: "History", From: ymd("2023-01-01"), NReaders: 90},
		{Dimension: "patron_group", Unit: "History", From: ymd("2019-01-01"), NReaders: 1},
		{Dimension: "library", Unit: "MAIN", From: ymd("2019-01-01"), NReaders: 1000},
		{Dimension: "library", Unit: "LAW", From: ymd("2020-02-01"), NReaders: 500},
	}
	c := campaign.Campaign{Start: ymd("2024-03-01"), End: ymd("2024-03-31"), PerHead: true, Target: departments("History"), Comparison: departments("Physics")}
	p, err := Read(context.Background(), snapshot, c, nil, exposures)
	if err != nil {
		t.Fatal(err)
	}
	history, physics := p.Units[0], p.Units[1]
	// 20 days of 90 and 10 of 200 in 30; a year before 90; Physics is not known on the first of its days.
	if want := (20*90.0 + 10*200) / 30; history.Exposure[0] != want || history.Exposure[1] != 90 {
		t.Errorf("History had %v readers, want %g and 90", history.Exposure, want)
	}
	if *physics.Exposure != [2]float64{} {
		t.Errorf("Physics had %v readers, and they are not known", physics.Exposure)
	}
	if n := len(history.MonthExposure); n != len(p.Months) || history.MonthExposure[0] != 0 || history.MonthExposure[n-1] != (20*90.0+11*200)/31 {
		t.Errorf("by month History had %v", history.MonthExposure)
	}
	c.Target, c.Comparison = campaign.Group{}, campaign.Group{}
	if p, err = Read(context.Background(), snapshot, c, nil, exposures); err != nil || *p.Units[0].Exposure != [2]float64{1500, 1500} {
		t.Errorf("everyone: %v, %v", p.Units[0].Exposure, err)
	}
	if i := 12; p.Units[0].MonthExposure[i] != 0 || p.Units[0].MonthExposure[i+1] != 1500 {
		t.Errorf("everyone by month: %v", p.Units[0].MonthExposure[:20])
	}
	c.PerHead = false
	if p, err = Read(context.Background(), snapshot, c, nil, exposures); err != nil || p.Units[0].Exposure != nil || p.Units[0].MonthExposure != nil {
		t.Errorf("not per head: %v, %v", p.Units[0].Exposure, err)
	}
}

// What was changed after results were looked at is part of the report.
func TestMeasure(t *testing.T) {
	snapshot := load(t, append(everyMonth("2019-01-01", "2024-06-01"), asked(1, "2024-02-29")))
	if _, err := Read(context.Background(), snapshot, campaign.Campaign{ID: "C"}, nil, nil); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("no first day gives %v", err)
	}
	c := campaign.Campaign{ID: "C", Name: "Visits", Start: ymd("2024-03-01"), End: ymd("2024-05-01"), Target: departments("History")}
	history := []campaign.Edit{{How: "add"}, {How: "edit", Field: "notes"}, {How: "edit", Field: "end", AfterResults: true}}
	report, err := Measure(context.Background(), snapshot, c, nil, nil, history)
	if err != nil || len(report.ChangesAfterResults) != 1 || report.ChangesAfterResults[0].Field != "end" || !report.Window.ChangedAfterResults {
		t.Errorf("%+v, %v", report, err)
	}
	report, err = Measure(context.Background(), snapshot, c, nil, nil, history[:2])
	if err != nil || len(report.ChangesAfterResults) != 0 || report.Window.ChangedAfterResults {
		t.Errorf("%+v, %v", report, err)
	}
	c.Outcome = "gate_count"
	if _, err := Measure(context.Background(), snapshot, c, nil, nil, nil); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("an unknown outcome gives %v", err)
	}
}
