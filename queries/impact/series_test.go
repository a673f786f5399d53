package impact

import (
	"testing"
	"time"
)

// The months that a page draws: each side's twelve months before the launch are 100 on average.
func TestIndexed(t *testing.T) {
	r := Assess(calm().panel(t))
	if len(r.Indexed) != 66 || r.Indexed[0].Month != "2018-07-01" {
		t.Fatalf("%d months from %+v", len(r.Indexed), r.Indexed[0])
	}
	target, comparison := 0.0, 0.0
	for _, month := range r.Indexed[50:62] {
		target, comparison = target+*month.Target/12, comparison+*month.Comparison/12
	}
	near(t, "target", target, 100, 1e-12)
	near(t, "comparison", comparison, 100, 1e-12)
	if *r.Indexed[63].Target < 1.2**r.Indexed[63].Comparison {
		t.Errorf("in the window the target is %v, the comparison %v", *r.Indexed[63].Target, *r.Indexed[63].Comparison)
	}
}

// Years begin with the product's fiscal year, whatever the campaign; their weeks from their first Monday lie side by side.
func TestSeason(t *testing.T) {
	p := calm().panel(t)
	s := Assess(p).Season
	if s.StartsIn != 7 {
		t.Errorf("years begin in month %d", s.StartsIn)
	}
	last := s.Years[len(s.Years)-1]
	begins := time.Date(2023, time.Month(s.StartsIn), 1, 0, 0, 0, 0, time.UTC)
	for begins.Weekday() != time.Monday {
		begins = begins.AddDate(0, 0, 1)
	}
	if begins.After(p.Campaign.Start) || last.Label != "2023/24" || last.From != begins.Format(time.DateOnly) {
		t.Fatalf("the last year is %s from %s", last.Label, last.From)
	}
	week := int(begins.Sub(p.FirstWeek).Hours() / 24 / 7)
	if *last.Values[0] != p.Weeks[week] || *last.Values[3] != p.Weeks[week+3] {
		t.Errorf("the first weeks of %s are %v and %v, want %v and %v", last.Label, *last.Values[0], *last.Values[3], p.Weeks[week], p.Weeks[week+3])
	}
	n := 0
	for _, year := range s.Years {
		if len(year.Values) != 52 && len(year.Values) != 53 {
			t.Errorf("%s has %d weeks", year.Label, len(year.Values))
		}
		for _, value := range year.Values {
			if value != nil {
				n++
			}
		}
	}
	if want := week + len(last.Values); n != want || want > len(p.Weeks) { // none of the year after
		t.Errorf("%d weeks are drawn, want %d of %d", n, want, len(p.Weeks))
	}
}

// A campaign that is not over shows its months, without anything to compare them with.
func TestRunningShowsMonthsOnly(t *testing.T) {
	w := calm()
	c := w.campaign()
	c.End = ymd("2024-09-01")
	r := Assess(panelOf(t, c, nil, w.days()))
	if r.RawChange != nil || r.Headline != nil || r.MDE != nil || len(r.Units) != 0 || r.Placebo != nil || r.AdditionalRequests != nil || r.Window.IsFinished {
		t.Errorf("results before the end: %+v", r)
	}
	if c := r.Counterfactual; c == nil || len(c.Series) != 72 || len(c.Cumulative) != 0 || c.Series[71].Expected != nil || *c.Series[71].Observed == 0 {
		t.Errorf("months %+v", c)
	}
}

// A month that the history cuts off after the window's end is no month of a series; the comparison of windows does without it.
func TestCutMonth(t *testing.T) {
	w := calm()
	days := w.days()
	days.AsOf = ymd("2023-12-20")
	for i := range days.Units {
		days.Units[i].Requests = days.Units[i].Requests[:int(days.AsOf.Sub(days.First).Hours()/24)]
	}
	c := w.campaign()
	c.End = ymd("2023-12-11")
	p := panelOf(t, c, nil, days)
	if last := p.Months[len(p.Months)-1]; last != ymd("2023-11-01") { // as if the panel held the month all the same
		t.Fatalf("the panel ends in %s", last)
	}
	p.Months = append(p.Months, ymd("2023-12-01"))
	for i := range p.Units {
		p.Units[i].Months = append(p.Units[i].Months, Reading{X: 1})
	}
	r := Assess(p)
	if r.ITS == nil || r.ITS.NMonths != 65 || r.Headline == nil || r.Headline.Method != MethodDiD || r.Headline.RR < 1.2 {
		t.Errorf("its %+v, headline %+v", r.ITS, r.Headline)
	}
}

// A window that is no whole months has its months drawn, but no sum of them, which would hold days of others.
func TestCumulativeOfWholeMonths(t *testing.T) {
	w := calm()
	for end, isWhole := range map[string]bool{"2024-01-01": true, "2023-12-30": true, "2023-12-15": false} {
		c := w.campaign()
		c.End = ymd(end)
		r := Assess(panelOf(t, c, nil, w.days()))
		if c := r.Counterfactual; c.WholeMonths != isWhole || len(c.Cumulative) > 0 != isWhole || c.Series[65].Expected == nil {
			t.Errorf("until %s: whole months %v, %d sums", end, c.WholeMonths, len(c.Cumulative))
		}
	}
}
