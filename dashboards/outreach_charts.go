package dashboards

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// drawing draws a report.
type drawing struct {
	*locale.Words
	*impact.Report
	around        happenings
	nameLibraries bool
}

// around keeps of what was going on that which touches a campaign's readers, and the campaign itself as its report has it.
func (h happenings) around(c campaign.Campaign) happenings {
	readers := queries.Filter{Role: c.Roles, Department: c.Target.Departments, PatronGroup: c.Target.PatronGroups, Library: c.Target.Libraries}
	var kept []campaign.Campaign
	for _, other := range h.Campaigns {
		if other.ID != c.ID && concerns(other, readers) {
			kept = append(kept, other)
		}
	}
	return happenings{append(kept, c), h.Closures, c.ID} // the last is the last to be left out
}

func outcomeFormat(r *impact.Report) chart.Format {
	switch r.Outcome.Unit {
	case "days":
		return chart.Days
	case "share":
		return chart.Share
	}
	return chart.Count
}

// expectation is the method of the forecast, as refusals have it.
const expectation = "expectation"

// why says why there is nothing to draw: the first refusal of one of the methods, or of all.
func (d drawing) why(otherwise string, methods ...string) string {
	for _, refusal := range d.Refusals {
		if refusal.Method == "all" || slices.Contains(methods, refusal.Method) {
			return strings.TrimSpace(refusal.Reason + " " + refusal.Needed)
		}
	}
	return otherwise
}

// isRefused tells whether nothing could be measured.
func (d drawing) isRefused() bool {
	return slices.ContainsFunc(d.Refusals, func(r impact.Refusal) bool { return r.Method == "all" })
}

// download leads to the months behind a figure.
func (d drawing) download() []link { return d.file("months.csv") }

func (d drawing) file(name string) []link {
	return []link{{"CSV", campaignAddress(d.Campaign.ID) + "/" + name}}
}

// finish gives a figure its option, words for who cannot see it, its table and its marks.
func (d drawing) finish(f *figure, c chart.Chart, t *table) *figure {
	option, err := c.Option()
	if err != nil {
		f.Error = d.Text("internal_tile")
		return f
	}
	f.Option, f.Description, f.Table = option, chart.Describe(d.Words, c), t
	return f
}

// onAxis marks what was going on on an axis of buckets.
func (d drawing) onAxis(grain string, buckets []string) ([]occasion, []chart.Mark) {
	return d.around.marks(d.Words, grain, buckets, queries.Filter{Library: d.Campaign.Target.Libraries}, d.nameLibraries)
}

// firstDay makes a day of a month that is written as 2024-09 or 2024-09-01.
func firstDay(month string) string { return month[:min(len(month), 7)] + "-01" }

// monthCount writes how many months: 1 month, 4 months.
func monthCount(w *locale.Words, n int) string {
	if n == 1 {
		return w.Text("month")
	}
	return w.Say("months", w.Count(float64(n)))
}

func months(w *locale.Words, list []string) ([]string, []chart.Category) {
	days, categories := make([]string, len(list)), make([]chart.Category, len(list))
	for i, month := range list {
		days[i] = firstDay(month)
		categories[i].Label = w.Bucket("month", days[i])
	}
	return days, categories
}

func (d drawing) expected() *figure {
	f := &figure{ID: "expected", Title: d.Text("title.expected." + d.Outcome.ID), Wide: true, Height: "m", Definition: described(d.Words, "observed", "expected", "expected_range"), Downloads: d.download()}
	c := d.Counterfactual
	if c == nil || len(c.Series) == 0 {
		f.Empty = d.why(d.Text("empty.expected"), expectation, impact.MethodITS)
		return f
	}
	of := outcomeFormat(d.Report)
	names := make([]string, len(c.Series))
	for i, m := range c.Series {
		names[i] = m.Month
	}
	days, categories := months(d.Words, names)
	observed, expected := make([]chart.Point, len(c.Series)), make([]chart.Point, len(c.Series))
	band := chart.Band{Name: d.Text("term.expected_range"), Color: "s2", Lo: make([]*float64, len(c.Series)), Hi: make([]*float64, len(c.Series))}
	t := &table{Caption: f.Title, Head: []head{{Text: d.Text("head.month")}, {Text: d.Text("term.observed"), Number: true}, {Text: d.Text("term.expected"), Number: true}, {Text: d.Text("head.lo"), Number: true}, {Text: d.Text("head.hi"), Number: true}}}
	inWindow := 0
	for i, m := range c.Series {
		observed[i].Value = m.Observed
		written := fewerReaders(d.Words)
		if m.Observed != nil {
			written = of.Words(d.Words, *m.Observed)
		}
		row := []cell{{Text: categories[i].Label, Header: true, Short: true}, {Text: written, Number: true}, {Text: noValue, Number: true}, {Text: noValue, Number: true}, {Text: noValue, Number: true}}
		if m.Expected != nil {
			expected[i].Value = m.Expected
			row[2].Text = of.Words(d.Words, *m.Expected)
		}
		if m.Lo != nil && m.Hi != nil {
			inWindow++
			lo, hi := *m.Lo, *m.Hi
			if of == chart.Share {
				lo, hi = max(lo, 0), min(hi, 1)
			}
			band.Lo[i], band.Hi[i] = &lo, &hi
			expected[i].Note = d.Say("finding.likely", of.Words(d.Words, lo), of.Words(d.Words, hi))
			row[3].Text, row[4].Text = of.Words(d.Words, lo), of.Words(d.Words, hi)
		}
		t.Rows = append(t.Rows, row)
	}
	drawn := chart.Chart{Kind: chart.Lines, Format: of, Categories: categories, Series: []chart.Series{
		{Name: d.Text("term.observed"), Color: "s1", Dash: chart.Solid, Bare: len(days) > 60, Points: observed},
	}}
	if slices.ContainsFunc(expected, func(p chart.Point) bool { return p.Value != nil }) {
		drawn.Series = append(drawn.Series, chart.Series{Name: d.Text("term.expected"), Color: "s2", Dash: chart.Dashed, Bare: true, Points: expected})
	}
	if inWindow > 0 {
		drawn.Bands = []chart.Band{band}
	}
	f.N = d.Say("n.months", monthCount(d.Words, len(days)), d.Count(float64(inWindow)))
	if inWindow == 0 {
		f.N = d.Say("n.months_observed", monthCount(d.Words, len(days)))
	}
	f.Marks, drawn.Marks = d.onAxis("month", days)
	return d.finish(f, drawn, t)
}

// fewerReaders stands in a table where a number is withheld.
func fewerReaders(w *locale.Words) string {
	for _, option := range queries.Options {
		if option.Name == "suppress_below" {
			return w.Say("fewer_readers", w.Count(float64(option.Default)))
		}
	}
	return noValue
}

func (d drawing) cumulative() *figure {
	f := &figure{ID: "cumulative", Title: d.Say("title.cumulative", outcomeNoun(d.Words, d.Report)), Height: "m", Definition: described(d.Words, "cumulative", "cumulative_range"), Downloads: d.download()}
	c := d.Counterfactual
	if c == nil || len(c.Cumulative) == 0 {
		f.Empty = d.why(d.noSum(), expectation, impact.MethodITS)
		return f
	}
	names := make([]string, len(c.Cumulative))
	for i, m := range c.Cumulative {
		names[i] = m.Month
	}
	days, categories := months(d.Words, names)
	points := make([]chart.Point, len(days))
	band := chart.Band{Name: d.Text("term.cumulative_range"), Color: "s1", Lo: make([]*float64, len(days)), Hi: make([]*float64, len(days))}
	t := &table{Caption: f.Title, Head: []head{{Text: d.Text("head.month")}, {Text: d.Text("term.cumulative"), Number: true}, {Text: d.Text("head.lo"), Number: true}, {Text: d.Text("head.hi"), Number: true}}}
	for i, m := range c.Cumulative {
		points[i] = chart.Point{Value: new(m.N), Note: d.Say("finding.likely", locale.Signed(d.Count(m.Lo)), locale.Signed(d.Count(m.Hi)))}
		band.Lo[i], band.Hi[i] = new(m.Lo), new(m.Hi)
		t.Rows = append(t.Rows, []cell{{Text: categories[i].Label, Header: true, Short: true}, {Text: locale.Signed(d.Count(m.N)), Number: true}, {Text: locale.Signed(d.Count(m.Lo)), Number: true}, {Text: locale.Signed(d.Count(m.Hi)), Number: true}})
	}
	last := c.Cumulative[len(c.Cumulative)-1]
	f.N = d.Say("n.cumulative", locale.Signed(d.Count(last.N)), locale.Signed(d.Count(last.Lo)), locale.Signed(d.Count(last.Hi)), categories[len(days)-1].Label, monthCount(d.Words, len(days)))
	drawn := chart.Chart{Kind: chart.Lines, Format: outcomeFormat(d.Report), Categories: categories, Signed: true, Level: new(0.0), Bands: []chart.Band{band},
		Series: []chart.Series{{Name: d.Text("term.cumulative"), Color: "s1", Dash: chart.Solid, Points: points}}}
	f.Marks, drawn.Marks = d.onAxis("month", days)
	f.Below = d.otherSum()
	return d.finish(f, drawn, t)
}

// noSum says why nothing is added up: no forecast, a month withheld, or a window that is not made of months.
func (d drawing) noSum() string {
	if d.Counterfactual == nil {
		return d.Text("empty.expected")
	}
	isForecast := false
	for _, m := range d.Counterfactual.Series {
		if m.Lo == nil {
			continue
		}
		if m.Observed == nil {
			return d.Hidden
		}
		isForecast = true
	}
	if isForecast && !d.Counterfactual.WholeMonths {
		return d.Say("empty.whole_months", daySpan(d.Words, d.Window.From, d.Window.To))
	}
	return d.Text("empty.cumulative")
}

// otherSum says why what is added up differs from the additional ones beside the headline.
func (d drawing) otherSum() string {
	if d.AdditionalRequests == nil {
		return ""
	}
	return d.Say("cumulative.other_sum", outcomeNoun(d.Words, d.Report), locale.Signed(d.Count(d.AdditionalRequests.N)))
}

func (d drawing) indexed() *figure {
	f := &figure{ID: "indexed", Title: d.Text("title.indexed"), Height: "m", Definition: described(d.Words, "index"), Downloads: d.download()}
	if !slices.ContainsFunc(d.Indexed, func(m impact.IndexedMonth) bool { return m.Target != nil }) {
		f.Empty = d.why(d.Text("empty.indexed"))
		return f
	}
	names := make([]string, len(d.Indexed))
	for i, m := range d.Indexed {
		names[i] = m.Month
	}
	days, categories := months(d.Words, names)
	target, comparison := make([]chart.Point, len(days)), make([]chart.Point, len(days))
	t := &table{Caption: f.Title, Head: []head{{Text: d.Text("head.month")}, {Text: d.Text("units.target"), Number: true}, {Text: d.Text("units.comparison"), Number: true}}}
	write := func(n *float64) string {
		if n == nil {
			return noValue
		}
		return d.Number(*n, 0)
	}
	isCompared := false
	for i, m := range d.Indexed {
		target[i].Value, comparison[i].Value = m.Target, m.Comparison
		isCompared = isCompared || m.Comparison != nil
		t.Rows = append(t.Rows, []cell{{Text: categories[i].Label, Header: true, Short: true}, {Text: write(m.Target), Number: true}, {Text: write(m.Comparison), Number: true}})
	}
	drawn := chart.Chart{Kind: chart.Lines, Format: chart.Index, Categories: categories, Level: new(100.0), Series: []chart.Series{
		{Name: d.Text("units.target"), Color: "s1", Dash: chart.Solid, Bare: len(days) > 40, Points: target}}}
	f.N = d.Say("n.indexed", groupWords(d.Words, d.Campaign.Target), comparedWith(d.Words, d.Campaign), monthCount(d.Words, len(days)))
	if isCompared {
		drawn.Series = append(drawn.Series, chart.Series{Name: d.Text("units.comparison"), Color: "s2", Dash: chart.Dashed, Bare: len(days) > 40, Points: comparison})
	}
	if d.Campaign.Comparison.IsEmpty() {
		f.N = d.Say("n.indexed_alone", groupWords(d.Words, d.Campaign.Target), monthCount(d.Words, len(days)))
		f.Title = d.Text("title.indexed_alone")
		t.Caption = f.Title
	}
	f.Marks, drawn.Marks = d.onAxis("month", days)
	return d.finish(f, drawn, t)
}

// yearStyles tell this academic year from those before it, the newest first.
var yearStyles = []struct {
	color string
	dash  chart.Dash
}{{"s1", chart.Solid}, {"s2", chart.Dashed}, {"s3", chart.Dotted}, {"s5", chart.Dashed}, {"s4", chart.Dotted}}

// fewestWeeks is how much of an academic year must be known for it to be drawn beside the campaign's own.
const fewestWeeks = 13

func (d drawing) season() *figure {
	f := &figure{ID: "season", Title: d.Text("title.season"), Wide: true, Height: "m", Definition: described(d.Words, "week"), Downloads: d.file("season.csv")}
	s := d.Season
	if s == nil {
		s = &impact.SeasonReport{}
	}
	var years []impact.SeasonYear
	for i, year := range s.Years {
		known := slices.DeleteFunc(slices.Clone(year.Values), func(n *float64) bool { return n == nil })
		if len(known) >= fewestWeeks || i == len(s.Years)-1 {
			years = append(years, year)
		}
	}
	if len(years) == 0 {
		f.Empty = d.why(d.Text("empty.season"))
		return f
	}
	years = years[max(0, len(years)-len(yearStyles)):]
	weeks := 0
	for _, year := range years {
		weeks = max(weeks, len(year.Values))
	}
	newest := years[len(years)-1]
	monday, err := time.Parse(time.DateOnly, newest.From)
	if err != nil {
		monday = time.Time{}
	}
	days, categories := make([]string, weeks), make([]chart.Category, weeks)
	for i := range weeks {
		categories[i].Label = d.Say("week.n", strconv.Itoa(i+1))
		if !monday.IsZero() {
			day := monday.AddDate(0, 0, 7*i)
			days[i] = day.Format(time.DateOnly)
			categories[i].Label = d.DayMonth(day)
		}
	}
	drawn, seen := chart.Chart{Kind: chart.Lines, Format: chart.Count, Categories: categories}, 0.0
	t := &table{Caption: f.Title, Head: []head{{Text: d.Text("head.week")}}}
	for i := range weeks {
		t.Rows = append(t.Rows, []cell{{Text: categories[i].Label, Header: true, Short: true}})
	}
	for i := range years {
		year := years[len(years)-1-i] // this one first
		points := make([]chart.Point, weeks)
		t.Head = append(t.Head, head{Text: year.Label, Number: true})
		for at := range weeks {
			written := noValue
			if at < len(year.Values) && year.Values[at] != nil {
				points[at].Value = year.Values[at]
				written = d.Count(*year.Values[at])
				seen += *year.Values[at]
			}
			t.Rows[at] = append(t.Rows[at], cell{Text: written, Number: true})
		}
		drawn.Series = append(drawn.Series, chart.Series{Name: year.Label, Color: yearStyles[i].color, Dash: yearStyles[i].dash, Bare: true, Points: points})
	}
	f.N = d.Say("n.season", d.Count(seen), newest.Label)
	if !monday.IsZero() {
		f.Marks, drawn.Marks = d.onAxis("week", days)
	}
	return d.finish(f, drawn, t)
}

func (d drawing) inSpace() *figure {
	f := &figure{ID: "placebo-space", Title: d.Text("title.placebo_space"), Height: "m", Definition: described(d.Words, "placebo_space"), Downloads: d.file("placebo.csv")}
	if d.Placebo == nil || len(d.Placebo.InSpace) == 0 {
		f.Empty = d.why(d.Text("empty.placebo_space"), impact.MethodDiD)
		return f
	}
	f.N = d.Say("n.placebo", d.Count(float64(len(d.Placebo.InSpace))))
	if h := d.Headline; h != nil && h.Method == impact.MethodDiD && h.NPermutations != nil {
		shown, tried := len(d.Placebo.InSpace), *h.NPermutations
		words := []string{d.Count(float64(shown)), d.Count(float64(h.NTarget)), d.Count(float64(h.NTarget + h.NComparison)), impact.In(d.Tag).Probability(h.P), d.Count(float64(tried))}
		switch {
		case shown < tried:
			f.N = d.Say("n.placebo_part", words...)
		case h.IsExact:
			f.N = d.Say("n.placebo_space", words...)
		default:
			f.N = d.Say("n.placebo_drawn", words...)
		}
	}
	return d.histogram(f, d.Placebo.InSpace, d.Text("placebo.choices"), "s1")
}

func (d drawing) inTime() *figure {
	f := &figure{ID: "placebo-time", Title: d.Text("title.placebo_time"), Height: "m", Definition: described(d.Words, "placebo_time"), Downloads: d.file("placebo.csv")}
	if d.Placebo == nil || len(d.Placebo.InTime) == 0 {
		f.Empty = d.Text("empty.placebo_time")
		if d.Headline == nil { // the reason is that there is nothing to compare the periods with
			f.Empty = d.why(f.Empty, impact.MethodDiD, impact.MethodITS)
		}
		return f
	}
	values := make([]float64, len(d.Placebo.InTime))
	for i, launch := range d.Placebo.InTime {
		values[i] = launch.LogRatio
	}
	f.N = d.Say("n.placebo_time", d.Count(float64(d.Placebo.NAsBig)), d.Count(float64(len(values))))
	f = d.histogram(f, values, d.Text("placebo.launches"), "s3")
	if f.Table != nil { // few enough to be told one by one
		f.Table = &table{Caption: f.Title, Head: []head{{Text: d.Text("placebo.launch")}, {Text: d.Text("placebo.change"), Number: true}}}
		for _, launch := range d.Placebo.InTime {
			day := launch.Start
			if at, err := time.Parse(time.DateOnly, day); err == nil {
				day = d.Date(at)
			}
			f.Table.Rows = append(f.Table.Rows, []cell{{Text: day, Header: true, Short: true}, {Text: changeWords(d.Words, math.Exp(launch.LogRatio)), Number: true}})
		}
	}
	return f
}

// histogram draws log ratios as changes in per cent, with the campaign's own among them.
func (d drawing) histogram(f *figure, logRatios []float64, name, color string) *figure {
	changes := make([]float64, len(logRatios))
	for i, value := range logRatios {
		changes[i] = math.Exp(value) - 1
	}
	actual := math.Exp(d.Placebo.Actual) - 1
	bins := chart.Bins(changes, 0.01, actual)
	if bins == nil {
		f.Empty = d.Text("empty.placebo_time")
		return f
	}
	drawn := chart.Chart{Kind: chart.Bars, Format: chart.Count, Categories: make([]chart.Category, len(bins)), Series: []chart.Series{{Name: name, Color: color, Points: make([]chart.Point, len(bins))}}}
	t := &table{Caption: f.Title, Head: []head{{Text: d.Text("placebo.change")}, {Text: name, Number: true}}}
	for i, bin := range bins {
		label := d.Say("placebo.bin", changeWords(d.Words, 1+bin.From), changeWords(d.Words, 1+bin.To))
		drawn.Categories[i].Label = middleOf(d.Words, bin)
		drawn.Series[0].Points[i] = chart.Point{Value: new(float64(bin.N)), Note: label}
		t.Rows = append(t.Rows, []cell{{Text: label, Header: true, Short: true}, {Text: d.Count(float64(bin.N)), Number: true}})
	}
	drawn.Marks = []chart.Mark{
		{Kind: chart.NoChange, From: chart.BinPlace(bins, 0)},
		{Kind: chart.Actual, From: chart.BinPlace(bins, actual), Label: d.Say("placebo.actual", changeWords(d.Words, 1+actual), kindWords(d.Words, d.Campaign))},
	}
	f = d.finish(f, drawn, t)
	f.Description = d.Say("placebo.actual", changeWords(d.Words, 1+actual), kindWords(d.Words, d.Campaign)) + ". " + f.Description
	return f
}

// middleOf names a bar of a histogram on its axis: +7%, or −2.5% where bars are as narrow as that.
func middleOf(w *locale.Words, b chart.Bin) string {
	middle := 50 * (b.From + b.To)
	return locale.Signed(w.Number(math.Round(middle*10)/10, -1) + "%")
}

// described is a definition of words of the outreach pages.
func described(w *locale.Words, names ...string) *definition {
	d := &definition{URL: "/definitions#outreach"}
	for _, name := range names {
		d.Columns = append(d.Columns, queries.Column{Name: name, Label: w.Text("term." + name), Doc: w.Text("doc." + name)})
	}
	return d
}
