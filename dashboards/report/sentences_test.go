package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/explain"
)

func at(value, n float64, span string) told { return told{value, n, span} }

func then(value, n float64, span string) *told { return &told{value, n, span} }

func in(tag string) teller { return teller{locale.Find(tag)} }

func TestRequestsInWords(t *testing.T) {
	history := &mover{by: "department", name: "History", effect: 40, now: new(90.0), before: new(50.0), n: 90}
	for want, c := range map[string]change{
		"Mar 2025: 1,003 requests came in, 70 (8%) more than in Feb 2025 (933) and 2 fewer than in Mar 2024 (1,005); by department, the largest part of the change since Feb 2025 is that of “History”: 40 more (90, before 50).": {
			now: at(1003, 1003, "Mar 2025"), before: then(933, 933, "Feb 2025"), lastYear: then(1005, 1005, "Mar 2024"), mover: history},
		"Mar 2025: 10 requests came in, as many as in Feb 2025 and 4 fewer than in Mar 2024 (14).": {
			now: at(10, 10, "Mar 2025"), before: then(10, 10, "Feb 2025"), lastYear: then(14, 14, "Mar 2024")},
		"Mar 2025: 1 request came in, 1 more than in Feb 2025 (0).":                   {now: at(1, 1, "Mar 2025"), before: then(0, 0, "Feb 2025")},
		"Jul 2022: 628 requests came in; there is no earlier period to compare with.": {now: at(628, 628, "Jul 2022")},
		"Mar 2025: no request came in; in Feb 2025 it was 933.":                       {now: at(0, 0, "Mar 2025"), before: then(933, 933, "Feb 2025")},
		"Mar 2025: no request came in.":                                               {now: at(0, 0, "Mar 2025")},
		"Mar 2025: 400 requests came in, 400 more than in Feb 2025 (0).":              {now: at(400, 400, "Mar 2025"), before: then(0, 0, "Feb 2025")},
		"2024/25: 10,319 requests came in, 390 (4%) more than in 2023/24 (9,929).":    {now: at(10319, 10319, "2024/25"), before: then(9929, 9929, "2023/24")},
		"Mar 2025: 60 requests came in, 40 (40%) fewer than in Feb 2025 (100).":       {now: at(60, 60, "Mar 2025"), before: then(100, 100, "Feb 2025")},
		"Mar 2025: 29 requests came in, 1 (3%) fewer than in Feb 2025 (30).":          {now: at(29, 29, "Mar 2025"), before: then(30, 30, "Feb 2025")},
		"Mar 2025: 30 requests came in, 1 more than in Feb 2025 (29).":                {now: at(30, 30, "Mar 2025"), before: then(29, 29, "Feb 2025")},
		"Mar 2025: 4,001 requests came in, 1 more than in Mar 2024 (4,000).":          {now: at(4001, 4001, "Mar 2025"), lastYear: then(4000, 4000, "Mar 2024")},
	} {
		if diff := cmp.Diff(want, in("en").requests(c)); diff != "" {
			t.Error(diff)
		}
	}
	c := change{now: at(1003, 1003, "mar/2025"), before: then(1933, 1933, "fev/2025"), mover: &mover{by: "departamento", name: "História", effect: -40, now: new(50.0), before: new(90.0), n: 50}}
	if diff := cmp.Diff("mar/2025: chegaram 1.003 pedidos, 930 (48%) a menos que em fev/2025 (1.933); por departamento, a maior parte da variação desde fev/2025 é a de “História”: 40 a menos (50, antes 90).", in("pt-BR").requests(c)); diff != "" {
		t.Error(diff)
	}
}

func TestFillRateInWords(t *testing.T) {
	partner := &mover{by: "partner", name: "ZNY", effect: -0.005, now: new(.5), before: new(.9), n: 9}
	for want, c := range map[string]change{
		"Borrowing, Mar 2025: 89.8% of the requests that ended were filled (n 500), 1.6 points higher than in Feb 2025 (88.2%, n 524) and 0.7 points lower than in Mar 2024 (90.5%, n 479).": {
			of: "Borrowing", now: at(.898, 500, "Mar 2025"), before: then(.882, 524, "Feb 2025"), lastYear: then(.905, 479, "Mar 2024")},
		"Borrowing, Mar 2025: 88.0% of the requests that ended were filled (n 500), 1.0 points lower than in Feb 2025 (89.0%, n 524); by partner, the largest part of the change since Feb 2025 is that of “ZNY”: −0.5 points (n 9, too few to read into).": {
			of: "Borrowing", now: at(.88, 500, "Mar 2025"), before: then(.89, 524, "Feb 2025"), mover: partner},
		"Borrowing, Mar 2025: 50.0% of the requests that ended were filled (n 4, too few to read into), 50.0 points lower than in Feb 2025 (100.0%, n 1, too few to read into).": {
			of: "Borrowing", now: at(.5, 4, "Mar 2025"), before: then(1, 1, "Feb 2025")},
		"Borrowing, Mar 2025: no request has been filled or gone unfilled yet.":                                                 {of: "Borrowing", now: at(0, 0, "Mar 2025"), before: then(.9, 50, "Feb 2025")},
		"Borrowing, Mar 2025: 88.0% of the requests that ended were filled (n 40); there is no earlier period to compare with.": {of: "Borrowing", now: at(.88, 40, "Mar 2025")},
		"Borrowing, Mar 2025: 88.0% of the requests that ended were filled (n 40), about as much as in Feb 2025 (88.0%, n 41).": {of: "Borrowing", now: at(.88, 40, "Mar 2025"), before: then(.8801, 41, "Feb 2025")},
		// A month that still moves stands beside the earlier one at the same age.
		"Borrowing, Jun 2025: 88.3% of the requests that ended were filled (n 264), 2.3 points higher than in May 2025 at the same age (86.0%, n 307); by partner, the largest part of the change since May 2025 at the same age is that of “ZNY”: −0.5 points (n 9, too few to read into); 15.9% of the requests are still open, so that the rate will move: filled within 14 days were 74.8%, in May 2025 at the same age 70.3%.": {
			of: "Borrowing", now: at(.883, 264, "Jun 2025"), before: then(.86, 307, "May 2025 at the same age"), isSameAge: true, isProvisional: true, open: .159, soon: new(.748), soonBefore: new(.703), mover: partner},
		"Borrowing, Jun 2025: 88.3% of the requests that ended were filled (n 264); there is no earlier period to compare with; 15.9% of the requests are still open, so that the rate will move.": {
			of: "Borrowing", now: at(.883, 264, "Jun 2025"), isProvisional: true, open: .159},
	} {
		if diff := cmp.Diff(want, in("en").filled(c)); diff != "" {
			t.Error(diff)
		}
	}
	c := change{of: "Como solicitante", now: at(.883, 264, "jun/2025"), before: then(.86, 12, "mai/2025"), isProvisional: true, open: .159, soon: new(.748), soonBefore: new(.703)}
	if diff := cmp.Diff("Como solicitante, jun/2025: 88,3% dos pedidos encerrados foram atendidos (n 264), 2,3 p.p. a mais que em mai/2025 (86,0%, n 12, poucos demais para tirar conclusões); 15,9% dos pedidos ainda estão em aberto, de modo que a taxa vai mudar: atendidos em 14 dias foram 74,8%, em mai/2025 70,3%.", in("pt-BR").filled(c)); diff != "" {
		t.Error(diff)
	}
}

func TestWaitsInWords(t *testing.T) {
	for want, c := range map[string]change{
		"Borrowed loans, Mar 2025: half took at most 9.3 days (n 200), 1.2 days longer than in Feb 2025 (8.1 days, n 180) and 2.0 hours shorter than in Mar 2024 (9.4 days, n 190); the mean went from 8.9 days in Feb 2025 to 10.0 days, and by partner the largest part of that is “XIA”: +14.4 hours (n 40).": {
			of: "Borrowed loans", now: at(9.3, 200, "Mar 2025"), before: then(8.1, 180, "Feb 2025"), lastYear: then(9.3+2.0/24, 190, "Mar 2024"), mean: 10, meanBefore: 8.9,
			mover: &mover{by: "partner", name: "XIA", effect: .6, n: 40}},
		// Where the mean went the other way its parts say nothing of the median.
		"Borrowed loans, Mar 2025: half took at most 9.3 days (n 200), 1.2 days longer than in Feb 2025 (8.1 days, n 180).": {
			of: "Borrowed loans", now: at(9.3, 200, "Mar 2025"), before: then(8.1, 180, "Feb 2025"), mean: 8, meanBefore: 8.9, mover: &mover{by: "partner", name: "XIA", effect: -.6, n: 40}},
		"Borrowed loans, Mar 2025: half took at most 9.3 days (n 3, too few to read into), about as long as in Feb 2025 (9.3 days, n 180); provisional: the slow ones are not in yet.": {
			of: "Borrowed loans", now: at(9.3, 3, "Mar 2025"), before: then(9.3001, 180, "Feb 2025"), isProvisional: true},
		"Borrowed loans, Mar 2025: half took at most 9.3 days (n 200); there is no earlier period to compare with.": {of: "Borrowed loans", now: at(9.3, 200, "Mar 2025")},
		"Borrowed loans, Mar 2025: of no request is it known how long it took.":                                     {of: "Borrowed loans", now: at(0, 0, "Mar 2025"), before: then(8, 80, "Feb 2025")},
	} {
		if diff := cmp.Diff(want, in("en").waited(c)); diff != "" {
			t.Error(diff)
		}
	}
}

// drawChange makes up what a sentence is to tell.
func drawChange(t *rapid.T, whole bool) change {
	value := func(label string) float64 {
		if whole {
			return float64(rapid.IntRange(0, 3_000_000).Draw(t, label))
		}
		return rapid.Float64Range(0, 1).Draw(t, label)
	}
	count := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 40), rapid.IntRange(0, 2_000_000))
	earlier := func(label string) *told {
		if !rapid.Bool().Draw(t, label) {
			return nil
		}
		return then(value(label+" value"), float64(count.Draw(t, label+" n")), label)
	}
	c := change{of: "Side", now: at(value("now"), float64(count.Draw(t, "n")), "Mar 2025"), before: earlier("Feb 2025"), lastYear: earlier("Mar 2024"),
		mean: value("mean"), meanBefore: value("mean before"), isProvisional: rapid.Bool().Draw(t, "provisional"), open: rapid.Float64Range(0, 1).Draw(t, "open")}
	if rapid.Bool().Draw(t, "soon") {
		c.soon = new(rapid.Float64Range(0, 1).Draw(t, "soon value"))
	}
	if c.before != nil && rapid.Bool().Draw(t, "mover") { // of one that is, a change is
		c.mover = &mover{by: "department", name: "History", effect: rapid.Float64Range(-100, 100).Draw(t, "effect"), now: new(value("group")), before: new(value("group before")), n: float64(count.Draw(t, "group n"))}
	}
	return c
}

var (
	broken = regexp.MustCompile(`NaN|Inf|\{\d+\}|%!|\(\)|“”|: ;|, ,|  |report\.|-\d`)
	causal = regexp.MustCompile(`(?i)because|due to|caused|thanks to|led to|owing|signific|porque|devido|graças|causad`)
	fewN   = regexp.MustCompile(`\bn (?:[0-9]|[12][0-9])\b(?:[^,.0-9]|$)`) // under 30 without a warning
)

// Whatever the numbers are, a sentence has no empty place, names no cause, claims nothing and warns of small numbers.
func TestSentencesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, w := range locale.All() {
			teller := teller{w}
			for _, said := range []string{teller.requests(drawChange(t, true)), teller.filled(drawChange(t, false)), teller.waited(drawChange(t, false))} {
				if found := broken.FindString(said); found != "" {
					t.Errorf("%q has %q", said, found)
				}
				if found := causal.FindString(said); found != "" {
					t.Errorf("%q claims %q", said, found)
				}
				if found := fewN.FindString(said); found != "" {
					t.Errorf("%q does not warn of %q", said, found)
				}
				if !strings.HasSuffix(said, ".") || strings.Count(said, ";") > 2 || strings.Count(said, "(") != strings.Count(said, ")") {
					t.Errorf("%q is no sentence", said)
				}
			}
		}
	})
}

// Who is named moved the figure in its own direction, and was told of in both spans.
func TestMoverIsWhoMovedIt(t *testing.T) {
	from := sample(t)
	spec := monthly(t, "2025-03").filled("en")
	reach, err := ReadReach(t.Context(), from.Snapshot, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &composer{ctx: t.Context(), Sources: from, spec: spec, words: locale.Find("en"), zone: reach.Zone, newest: reach.Newest, first: reach.First, asked: map[string]*asking{}}
	for range 30 {
		for _, test := range []struct {
			measure explain.Measure
			metric  string
			by      string
		}{{explain.Requests, "volume", "department"}, {explain.Requests, "volume", "kind"}, {explain.FillRate, "fill_rate", "partner"}, {explain.MeanDays, "turnaround", "department"}} {
			found, err := c.moverBy(test.measure, test.metric, nil, false, test.by)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := c.ask(test.metric, c.span(), nil)
			if err != nil {
				t.Fatal(err)
			}
			before, err := c.ask(test.metric, c.before(), nil)
			if err != nil {
				t.Fatal(err)
			}
			moved, _ := explain.Of(test.measure, sideBySide(withName(whole), withName(before)))
			if found != nil && (found.effect/(moved.Now-moved.Before) < quarter || found.name == queries.Unknown || found.now == nil || found.before == nil) {
				t.Errorf("%s by %s moved by %v: %+v", test.metric, test.by, moved.Now-moved.Before, found)
			}
		}
		c.spec.From, c.spec.To = c.spec.From.AddDate(0, -1, 0), c.spec.To.AddDate(0, -1, 0)
	}
}

// withName puts a column before the others, as a split has one.
func withName(r *queries.Result) *queries.Result {
	named := *r
	named.Columns = append([]queries.Column{{Name: "whole", Type: queries.Text}}, r.Columns...)
	named.Rows = nil
	for _, row := range r.Rows {
		named.Rows = append(named.Rows, append([]any{"all"}, row...))
	}
	return &named
}
