package impact

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries/campaign"
)

// thinHistory invents some years of requests from departments of a few or of many readers, of whom most ask at times.
func thinHistory(seed uint64) []request {
	random := rand.New(rand.NewPCG(seed, 1))
	var requests []request
	for i, department := range []string{"History", "Music", "Law", "Physics", "Nursing", "Art"} {
		readers, each := 1+random.IntN(12), 1+random.IntN(9)
		if random.IntN(3) == 0 {
			readers, each = 60, 25
		}
		for month := ymd("2019-01-01"); month.Before(ymd("2024-01-01")); month = addMonths(month, 1) {
			for range random.IntN(each + 1) {
				r := asked(100*i+1+random.IntN(readers), month.AddDate(0, 0, random.IntN(28)).Format(time.DateOnly))
				r.department, r.group = department, []string{"Faculty", "Student"}[random.IntN(2)]
				r.status = []string{"finished", "unfilled", "in_process"}[random.IntN(3)]
				if r.status == "finished" {
					r.kind, r.available, r.due = "loan", r.created.Add(time.Duration(1+random.IntN(200))*time.Hour), r.created.AddDate(0, 0, 30)
					r.returned = r.due.AddDate(0, 0, random.IntN(9)-5)
				}
				if random.IntN(30) == 0 {
					r.reader = 0
				}
				requests = append(requests, r)
			}
		}
	}
	return append(requests, everyMonth("2019-01-01", "2024-01-01")...)
}

func drawThin(t *rapid.T) campaign.Campaign {
	c := campaign.Campaign{ID: "C", Start: ymd("2021-01-01").AddDate(0, 0, rapid.IntRange(0, 1090).Draw(t, "start")), Outcome: rapid.SampledFrom(outcomeIDs()).Draw(t, "outcome")}
	c.End = c.Start.AddDate(0, 0, rapid.SampledFrom([]int{1, 7, 31, 92, 122, 300}).Draw(t, "length"))
	if rapid.Bool().Draw(t, "whole months") {
		c.Start = monthOf(c.Start)
		c.End = addMonths(c.Start, rapid.IntRange(1, 6).Draw(t, "months"))
	}
	all := []string{"History", "Music", "Law", "Physics", "Nursing", "Art"}
	if n := rapid.IntRange(0, 4).Draw(t, "addressed"); n > 0 {
		c.Target.Departments, c.Comparison.Departments = all[:n], all[n:]
		if rapid.Bool().Draw(t, "alone") {
			c.Comparison.Departments = nil
		}
		if rapid.Bool().Draw(t, "limited") {
			c.Target.PatronGroups = []string{"Faculty"}
		}
	}
	return c
}

// No figure of any report of a thin history stands for one to four readers: not a month, a week or a window, and not what is
// left of a total when the others are taken off.
func TestNoFigureOfFewReaders(t *testing.T) {
	n, told, withheld := 0, 0, 0
	for seed := range uint64(3) {
		requests := thinHistory(seed)
		snapshot := load(t, requests)
		asOf := requests[0].created
		for _, r := range requests {
			for _, at := range []time.Time{r.created, r.available, r.returned} {
				if at.After(asOf) {
					asOf = at
				}
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			c := drawThin(t)
			p, err := Read(context.Background(), snapshot, c, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scopeOf(c)
			if err != nil {
				t.Fatal(err)
			}
			look := onlooker{t: t, p: p, counted: naive{requests: requests, scope: s, asOf: asOf}}
			plan := Plan(p)
			r := Assess(p)
			look.report(r)
			if look.few(look.side(true), p.Windows.Post) && plan.Expected != 0 || look.few(look.side(false), p.Windows.Post) && plan.ExpectedComparison != 0 {
				t.Errorf("a plan tells of %g and %g", plan.Expected, plan.ExpectedComparison)
			}
			n++
			if r.Hidden != "" {
				withheld++
			}
			if r.Headline != nil {
				told++
			}
		})
	}
	if 12*told < n || 12*withheld < n {
		t.Errorf("%d reports with a result and %d with something withheld are too few to be a test", told, withheld)
	}
}

// onlooker reads a report for what it tells of few readers, counting them with loops.
type onlooker struct {
	t       *rapid.T
	p       *Panel
	counted naive
}

func (o onlooker) side(isTarget bool) []string {
	var names []string
	for _, u := range o.p.Units {
		if u.IsTarget == isTarget {
			names = append(names, u.Name)
		}
	}
	return names
}

// few counts readers of several spans as one: none of them is there twice.
func (o onlooker) few(units []string, spans ...Span) bool {
	n := naive{scope: o.counted.scope, asOf: o.counted.asOf}
	for _, r := range o.counted.requests {
		if o.p.Outcome.ID != outcomeFirstTime && !slices.Contains(units, n.unit(r)) {
			continue
		}
		day := r.createdDay()
		if o.p.Outcome.ID == outcomeOverdue {
			day = r.dueDay()
		}
		if o.p.Outcome.ID == outcomeFirstTime || slices.ContainsFunc(spans, func(s Span) bool { return s.holds(day) }) {
			n.requests = append(n.requests, r)
		}
	}
	if o.p.Outcome.ID != outcomeFirstTime {
		spans = []Span{{ymd("2000-01-01"), ymd("2100-01-01")}}
	}
	readers := 0
	for _, span := range spans { // a first-time reader is so in one of them
		readers += n.readers(o.p.Outcome.ID, units, span)
	}
	return readers > 0 && readers < o.p.Suppress
}

func (o onlooker) report(r *Report) {
	w, target, comparison := o.p.Windows, o.side(true), o.side(false)
	has := func(what string, told bool, units []string, spans ...Span) {
		o.t.Helper()
		if told && o.few(units, spans...) {
			o.t.Errorf("%s is told of few readers", what)
		}
	}
	for _, span := range []Span{w.Post, w.Pre} {
		isTold := r.Headline != nil || r.AdditionalRequests != nil || r.ITS != nil || len(r.Units) > 0 || r.JointEffect != nil
		has("the result", isTold, target, span)
		has("the comparison", isTold, comparison, span)
		has("the raw change", r.RawChange != nil, target, span)
		has("last year's", r.RawChange != nil && r.RawChange.LastYear != nil, target, span)
	}
	has("the raw change", r.RawChange != nil, target, w.Prior)
	has("last year's", r.RawChange != nil && r.RawChange.LastYear != nil, target, w.PriorPre)
	o.units(r)
	if c := r.Counterfactual; c != nil {
		var shown []bool
		for i, month := range c.Series {
			span := Span{o.p.Months[i], addMonths(o.p.Months[i], 1)}
			has(month.Month, month.Observed != nil && *month.Observed != 0, target, span)
			shown = append(shown, month.Observed != nil)
			if month.Observed == nil && w.Post.Meets(span) && len(c.Cumulative) > 0 {
				o.t.Errorf("%s is withheld, and the sum is told", month.Month)
			}
		}
		if r.Headline != nil && o.p.Outcome.IsCount {
			o.rest(shown, target, w.Post, w.Pre)
		}
		raw, err := json.Marshal(c.Series)
		if err != nil || strings.Count(string(raw), `"observed":null`) != len(shown)-count(shown) {
			o.t.Errorf("%v: %s", err, raw)
		}
	}
	for i, month := range r.Indexed {
		span := Span{o.p.Months[i], addMonths(o.p.Months[i], 1)}
		has("index "+month.Month, month.Target != nil && *month.Target != 0, target, span)
		has("index "+month.Month, month.Comparison != nil && *month.Comparison != 0, comparison, span)
	}
	if s := r.Season; s != nil {
		at := map[*float64]int{}
		for i := range o.p.Weeks {
			at[&o.p.Weeks[i]] = i
		}
		for _, year := range s.Years {
			for _, value := range year.Values {
				if value != nil {
					has("the week "+o.p.week(at[value]).String(), true, target, o.p.week(at[value]))
				}
			}
		}
	}
}

func count(shown []bool) int {
	n := 0
	for _, is := range shown {
		if is {
			n++
		}
	}
	return n
}

// rest looks at what is left of a window of whole months when the months that are shown are taken off.
func (o onlooker) rest(shown []bool, units []string, windows ...Span) {
	for _, window := range windows {
		if window.From.Day() != 1 || window.To.Day() != 1 {
			continue
		}
		var hidden []Span
		for i, isShown := range shown {
			if span := (Span{o.p.Months[i], addMonths(o.p.Months[i], 1)}); !isShown && span.Meets(window) {
				hidden = append(hidden, span)
			}
		}
		if len(hidden) > 0 && o.few(units, hidden...) {
			o.t.Errorf("%s less the months shown is of few readers", window)
		}
	}
}

// units looks at the rows: each, and of each side what all of them leave of its total.
func (o onlooker) units(r *Report) {
	for _, isTarget := range []bool{true, false} {
		rest := o.side(isTarget)
		for _, row := range r.Units {
			if row.IsTarget != isTarget || !slices.Contains(rest, row.Name) {
				continue
			}
			rest = slices.DeleteFunc(rest, func(name string) bool { return name == row.Name })
			for _, span := range []Span{o.p.Windows.Post, o.p.Windows.Pre} {
				if o.few([]string{row.Name}, span) {
					o.t.Errorf("%s is told of in %s", row.Name, span)
				}
			}
		}
		if r.RawChange != nil && isTarget && len(rest) > 0 && o.few(rest, o.p.Windows.Post) {
			o.t.Errorf("the rest %v of those addressed is told of", rest)
		}
	}
}

// A department of one patron group with two readers in the window is refused, whatever is measured; what the department has in
// all does not count.
func TestFewReadersOfAGroup(t *testing.T) {
	requests := everyMonth("2019-01-01", "2024-08-01")
	for month := ymd("2019-01-01"); month.Before(ymd("2024-08-01")); month = addMonths(month, 1) {
		for reader := 1; reader <= 20; reader++ {
			r := asked(reader, month.AddDate(0, 0, reader).Format(time.DateOnly))
			r.group = "Student"
			if reader <= 2 || reader <= 6 && month.Before(ymd("2024-01-01")) {
				r.group = "Faculty"
			}
			requests = append(requests, slices.Repeat([]request{r}, 1+(reader*int(month.Month())+month.Year())%5%3)...)
		}
	}
	snapshot := load(t, requests)
	c := campaign.Campaign{ID: "C", Start: ymd("2024-03-01"), End: ymd("2024-06-01"), Target: departments("History")}
	for _, test := range []struct {
		groups []string
		isFew  bool
	}{{nil, false}, {[]string{"Faculty"}, true}, {[]string{"Student"}, false}} {
		for _, outcome := range []string{outcomeRequests, outcomeRequesters, outcomeHeldLocally} {
			c.Target.PatronGroups, c.Outcome = test.groups, outcome
			r, err := Measure(context.Background(), snapshot, c, nil, nil, nil)
			if err != nil || refusedFor(r, RefusedFewReaders) != test.isFew || test.isFew && (r.RawChange != nil || len(r.Indexed) > 0 || r.Season != nil) {
				t.Errorf("%s of %v: %v, %+v", outcome, test.groups, err, r.Refusals)
			}
		}
	}
	// Before the window each month has six readers, and from January on two: those months are not told, and one of the
	// others, without which the window would tell of them.
	c.Start, c.End, c.Outcome, c.Target.PatronGroups = ymd("2023-09-01"), ymd("2024-01-01"), outcomeRequests, []string{"Faculty"}
	p, err := Read(context.Background(), snapshot, c, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Assess(p)
	if r.Counterfactual == nil {
		t.Fatalf("%+v", r)
	}
	for i, month := range r.Counterfactual.Series {
		if month.Observed == nil || *month.Observed < 6 {
			t.Errorf("month %d is withheld or %v", i, month.Observed)
		}
	}
	if p.Units[0].NReaders != 6 || len(r.Counterfactual.Cumulative) == 0 {
		t.Errorf("%d readers, %+v", p.Units[0].NReaders, r.Counterfactual.Cumulative)
	}
	c.End = ymd("2024-04-01")
	if r, err = Measure(context.Background(), snapshot, c, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	withheld := 0
	for i, month := range r.Counterfactual.Series {
		if month.Observed == nil {
			withheld++
		}
		if month.Month >= "2024-01-01" && month.Observed != nil {
			t.Errorf("month %d, %s, is %v", i, month.Month, *month.Observed)
		}
	}
	if withheld < 4 || len(r.Counterfactual.Cumulative) > 0 || !strings.Contains(r.Hidden, "months") || !strings.Contains(r.Hidden, "fewer than 5 readers") {
		t.Errorf("%q, %v", r.Hidden, r.Counterfactual.Cumulative)
	}
}

// What a total and the other months would give away is withheld too, the smallest first.
func TestCover(t *testing.T) {
	p := calm().panel(t)
	units := []*Unit{&p.Units[0]}
	a := begin(p)
	p.Readers = readersOf([]dayCounts{{unit: p.Units[0].Name, day: 0, readers: 0b11}, {unit: p.Units[0].Name, day: 1, readers: 0b111}, {unit: p.Units[0].Name, day: 2, readers: math.MaxUint64}, {unit: p.Units[0].Name, day: 3, readers: math.MaxUint64}})
	values := []float64{2, 0, 90, 80}
	span := func(i int) Span { return Span{epoch.AddDate(0, 0, i), epoch.AddDate(0, 0, i+1)} }
	for _, test := range []struct{ hidden, want []bool }{
		{[]bool{false, false, false, false}, []bool{false, false, false, false}},
		{[]bool{true, false, false, false}, []bool{true, false, false, true}},
		{[]bool{true, true, false, false}, []bool{true, true, false, true}}, // three readers are few together
		{[]bool{false, false, true, true}, []bool{false, false, true, true}},
	} {
		got := slices.Clone(test.hidden)
		a.cover(got, [][2]int{{0, 4}}, units, span, func(i int) float64 { return values[i] })
		if !slices.Equal(got, test.want) {
			t.Errorf("%v becomes %v, want %v", test.hidden, got, test.want)
		}
	}
}

// Units with few readers are in no sum, and are counted rather than named; where there are no others, nothing is told.
func TestSmallUnitsAreInNoSum(t *testing.T) {
	requests := everyMonth("2019-01-01", "2024-08-01")
	for month := ymd("2019-01-01"); month.Before(ymd("2024-08-01")); month = addMonths(month, 1) {
		for i, department := range []string{"History", "Music", "Art", "Law"} {
			for reader := range []int{9, 4, 3, 8}[i] {
				r := asked(100*i+reader+1, month.AddDate(0, 0, reader).Format(time.DateOnly))
				r.department = department
				requests = append(requests, slices.Repeat([]request{r}, 1+(reader*int(month.Month())+month.Year())%5%3)...)
			}
		}
	}
	snapshot := load(t, requests)
	measure := func(departments ...string) *Report {
		c := campaign.Campaign{ID: "C", Start: ymd("2024-03-01"), End: ymd("2024-06-01"), Target: campaign.Group{Departments: departments}}
		r, err := Measure(context.Background(), snapshot, c, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	alone, with := measure("History"), measure("History", "Music", "Art")
	for i, month := range with.Counterfactual.Series {
		if *month.Observed != *alone.Counterfactual.Series[i].Observed {
			t.Errorf("%s is %g with small departments and %g without", month.Month, *month.Observed, *alone.Counterfactual.Series[i].Observed)
		}
	}
	raw, err := json.Marshal(struct {
		A any
		B any
	}{with.Checks, with.Units})
	if err != nil || strings.Contains(string(raw), "Music") || !strings.Contains(string(raw), "2 departments have fewer than 5 readers and are left out.") || with.RawChange.Post != alone.RawChange.Post {
		t.Errorf("%v: %s", err, raw)
	}
	if r := measure("Music", "Art"); !refusedFor(r, RefusedFewReaders) || r.RawChange != nil || len(r.Units) > 0 || r.Counterfactual != nil {
		t.Errorf("seven readers of two small departments: %+v", r)
	}
}

// What each unit's busiest readers asked, and how much of it nobody's name stands behind.
func TestRequestsWithoutKey(t *testing.T) {
	requests := everyMonth("2019-01-01", "2024-08-01")
	for reader := range 9 {
		requests = append(requests, asked(reader+1, "2024-03-10"), asked(reader+1, "2023-03-10"))
	}
	requests = append(requests, asked(0, "2023-03-11"), asked(0, "2023-03-11"), asked(0, "2023-03-11"), asked(0, "2024-03-11"))
	c := campaign.Campaign{Start: ymd("2024-03-01"), End: ymd("2024-06-01"), Target: departments("History"), Outcome: outcomeRequesters}
	if got := readPanel(t, requests, c).WithoutKey; got == nil || *got != [2]float64{1.0 / 10, 3.0 / 12} {
		t.Errorf("%v are without a key", got)
	}
}
