package dashboards

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/impact"
)

// campaign is the page of one campaign: the answer in a sentence, what it rests on, and what speaks against it.
func (s *server) campaign(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	report, err := v.report(c.Param("id"))
	if err != nil {
		return err
	}
	return v.render(c, "outreach_detail", report.Campaign.Name, nil, v.finding(report))
}

// campaignFiles are the tables of a report that can be downloaded.
var campaignFiles = map[string]func(*impact.Report) *queries.Result{"months.csv": monthsOf, "units.csv": unitsOf, "season.csv": seasonOf, "placebo.csv": placeboOf}

// campaignFile answers /outreach/C2/report.json, months.csv and the like: all that the page shows, for another program.
func (s *server) campaignFile(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	file := c.Param("file")
	write := campaignFiles[file]
	if write == nil && file != "report.json" {
		return refuse(queries.NotFound, "finding.no_file", shorten(file, 40))
	}
	report, err := v.report(c.Param("id"))
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="fillrate-`+fileName(report.Campaign.ID)+"-"+file+`"`)
	if write == nil {
		text, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		c.Data(http.StatusOK, "application/json", append(text, '\n'))
		return nil
	}
	format, err := export.Find("csv")
	if err != nil {
		return err
	}
	c.Header("Content-Type", format.MediaType)
	return export.Write(c.Writer, format.Name, write(report))
}

// fileName keeps the letters, digits, dots, hyphens and underscores of an id.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)) {
			return r
		}
		return -1
	}, id)
}

// monthsOf is a report's months: what was seen, what was expected, and both groups as indices.
func monthsOf(r *impact.Report) *queries.Result {
	result := &queries.Result{AsOf: r.AsOf, Generation: r.Generation, Columns: []queries.Column{
		{Name: "month", Type: queries.Text}, {Name: "observed", Type: queries.Double}, {Name: "expected", Type: queries.Double},
		{Name: "expected_lo", Type: queries.Double}, {Name: "expected_hi", Type: queries.Double},
		{Name: "cumulative", Type: queries.Double}, {Name: "cumulative_lo", Type: queries.Double}, {Name: "cumulative_hi", Type: queries.Double},
		{Name: "target_index", Type: queries.Double}, {Name: "comparison_index", Type: queries.Double},
	}}
	at := map[string][]any{}
	row := func(month string) []any {
		if at[month] == nil {
			at[month] = make([]any, len(result.Columns))
			at[month][0] = month
			result.Rows = append(result.Rows, at[month])
		}
		return at[month]
	}
	if r.Counterfactual != nil {
		for _, m := range r.Counterfactual.Series {
			of := row(m.Month)
			of[1], of[2], of[3], of[4] = plainNumber(m.Observed), plainNumber(m.Expected), plainNumber(m.Lo), plainNumber(m.Hi)
		}
		for _, m := range r.Counterfactual.Cumulative {
			of := row(m.Month)
			of[5], of[6], of[7] = m.N, m.Lo, m.Hi
		}
	}
	for _, m := range r.Indexed {
		of := row(m.Month)
		of[8], of[9] = plainNumber(m.Target), plainNumber(m.Comparison)
	}
	slices.SortStableFunc(result.Rows, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return result
}

// unitsOf is a report's departments; small ones were taken together before.
func unitsOf(r *impact.Report) *queries.Result {
	result := &queries.Result{AsOf: r.AsOf, Generation: r.Generation, Columns: []queries.Column{
		{Name: "unit", Type: queries.Text}, {Name: "group", Type: queries.Text}, {Name: "pre", Type: queries.Double}, {Name: "post", Type: queries.Double},
		{Name: "log_ratio", Type: queries.Double}, {Name: "left_out", Type: queries.Text}, {Name: "n_pre", Type: queries.Double}, {Name: "n_post", Type: queries.Double},
	}}
	for _, u := range r.Units {
		group := "comparison"
		if u.IsTarget {
			group = "target"
		}
		result.Rows = append(result.Rows, []any{u.Name, group, u.Pre, u.Post, plainNumber(u.LogRatio), u.LeftOut, plainNumber(u.NPre), plainNumber(u.NPost)})
	}
	return result
}

// seasonOf is a report's academic years by week.
func seasonOf(r *impact.Report) *queries.Result {
	result := &queries.Result{AsOf: r.AsOf, Generation: r.Generation, Columns: []queries.Column{
		{Name: "academic_year", Type: queries.Text}, {Name: "week", Type: queries.Integer}, {Name: "week_from", Type: queries.Text}, {Name: "n_requests", Type: queries.Double}}}
	if r.Season == nil {
		return result
	}
	for _, year := range r.Season.Years {
		first, err := time.Parse(time.DateOnly, year.From)
		for i, n := range year.Values {
			from := any(nil)
			if err == nil {
				from = first.AddDate(0, 0, 7*i).Format(time.DateOnly)
			}
			result.Rows = append(result.Rows, []any{year.Label, int64(i + 1), from, plainNumber(n)})
		}
	}
	return result
}

// placeboOf is what the method finds where nothing was done: in pretended campaigns, and in other choices of groups.
func placeboOf(r *impact.Report) *queries.Result {
	result := &queries.Result{AsOf: r.AsOf, Generation: r.Generation, Columns: []queries.Column{
		{Name: "kind", Type: queries.Text}, {Name: "start", Type: queries.Text}, {Name: "log_ratio", Type: queries.Double}}}
	if r.Placebo == nil {
		return result
	}
	result.Rows = append(result.Rows, []any{"actual", r.Window.Start, r.Placebo.Actual})
	for _, launch := range r.Placebo.InTime {
		result.Rows = append(result.Rows, []any{"in_time", launch.Start, launch.LogRatio})
	}
	for _, ratio := range r.Placebo.InSpace {
		result.Rows = append(result.Rows, []any{"in_space", nil, ratio})
	}
	return result
}

func plainNumber(n *float64) any {
	if n == nil {
		return nil
	}
	return *n
}

// finding is what the page of a campaign says. It is made of the report alone, and of what else was going on.
type finding struct {
	Chip      string // the verdict in a word or two
	Tone      string
	Sign      string
	Verdict   string
	Evidence  string
	Why       string // what the evidence word means
	Warnings  []string
	Numbers   []keyNumber
	Facts     []fact
	First     *figure // observed against expected
	Figures   []*figure
	Checks    []checkLine
	Refusals  []impact.Refusal
	Working   []impact.Working
	Statistic []fact
	Units     *table
	Changes   *table
	Downloads []link
	Edit      string
	List      string
}

// keyNumber is one number with its range.
type keyNumber struct{ Label, Number, Range, Note string }

type checkLine struct {
	Label, Detail string
	Passed        bool
	// DecidesNothing: it failed, and the answer stands all the same.
	DecidesNothing bool
}

func (v *visit) finding(r *impact.Report) *finding {
	h := happenings{}
	if v.happened != nil {
		h = v.happened()
	}
	a := findingOf(v.Words, r, h, v.history != nil && len(v.history.Libraries) > 1)
	a.List = v.to(outreachPath)
	return a
}

func findingOf(w *locale.Words, r *impact.Report, h happenings, nameLibraries bool) *finding {
	r = r.In(w.Tag)
	base := campaignAddress(r.Campaign.ID)
	a := &finding{
		Sign: signOf(r.Verdict.Code), Verdict: r.Verdict.Text, Refusals: r.Refusals, Working: r.Working,
		Evidence: evidenceWords(w, r), Why: evidenceWhy(w, r), Edit: base + "/edit",
		Downloads: []link{{w.Text("finding.report_json"), base + "/report.json"}, {w.Text("finding.months_csv"), base + "/months.csv"}},
	}
	a.Chip, a.Tone = chip(w, r)
	if len(r.Units) > 0 {
		a.Downloads = append(a.Downloads, link{w.Text("finding.units_csv"), base + "/units.csv"})
	}
	for _, check := range r.Checks {
		line := checkLine{Label: check.Label, Detail: check.Detail, Passed: check.Passed}
		line.DecidesNothing = !check.Passed && !check.IsGate && r.Headline != nil // without a number it may be why there is none
		a.Checks = append(a.Checks, line)
	}
	if r.Window.ChangedAfterResults {
		a.Warnings = append(a.Warnings, w.Text("finding.changed"))
	}
	if r.Window.IsCut {
		a.Warnings = append(a.Warnings, w.Say("finding.cut", kindWords(w, r.Campaign)))
	}
	if r.Hidden != "" {
		a.Warnings = append(a.Warnings, r.Hidden)
	}
	a.Numbers, a.Facts, a.Statistic = keyNumbers(w, r), facts(w, r), statistics(w, r)
	a.Units, a.Changes = unitsTable(w, r), changesTable(w, r)
	d := drawing{w, r, h.around(r.Campaign), nameLibraries}
	a.First = d.expected()
	draw := []func() *figure{d.indexed, d.inSpace, d.inTime}
	if outcome, ok := campaign.FindOutcome(r.Outcome.ID); ok && outcome.IsCount {
		draw = slices.Insert(draw, 0, d.cumulative) // medians and shares do not add up
	}
	if r.Season != nil || r.Outcome.ID == campaign.Outcomes[0].ID {
		draw = slices.Insert(draw, len(draw)-2, d.season)
	}
	for _, draw := range draw {
		if f := draw(); f.Empty == "" || !d.isRefused() { // why there is nothing at all is said once
			a.Figures = append(a.Figures, f)
		}
	}
	return a
}

func signOf(code string) string {
	switch code {
	case impact.LikelyIncrease:
		return "▲"
	case impact.LikelyDecrease:
		return "▼"
	case impact.NoClearEffect:
		return "="
	}
	return "?"
}

// evidenceWhy says what the evidence word rests on in this report: the method, and what takes a step from it.
func evidenceWhy(w *locale.Words, r *impact.Report) string {
	if r.Headline == nil {
		return w.Text("evidence.why.none")
	}
	words := []string{w.Text("evidence.why." + r.Headline.Method)}
	var failed []string
	for _, check := range r.Checks {
		if check.IsGate && !check.Passed {
			failed = append(failed, "“"+check.Label+"”")
		}
	}
	switch {
	case len(failed) == 1:
		words = append(words, w.Say("evidence.failed", failed[0]))
	case len(failed) > 1:
		words = append(words, w.Say("evidence.failed_some", strings.Join(failed, ", ")))
	case r.Evidence == "weak" && !r.Window.ChangedAfterResults:
		words = append(words, w.Text("evidence.short"))
	}
	if r.Window.ChangedAfterResults {
		words = append(words, w.Text("evidence.changed"))
	}
	return strings.Join(words, " ")
}

// evidenceWords names the evidence. Beside a verdict that can't tell, it is that of the number and not of the verdict.
func evidenceWords(w *locale.Words, r *impact.Report) string {
	if r.Verdict.Code == impact.CantTell && r.Headline != nil {
		return w.Say("finding.evidence_number", w.Text("evidence."+r.Evidence))
	}
	return w.Say("finding.evidence", w.Text("evidence."+r.Evidence))
}

func betweenChanges(w *locale.Words, lo, hi float64) string {
	return w.Say("finding.between", changeWords(w, lo), changeWords(w, hi))
}

// keyNumbers puts what is left after season and growth beside the raw change, which must not be mistaken for it.
func keyNumbers(w *locale.Words, r *impact.Report) []keyNumber {
	var list []keyNumber
	adjusted := keyNumber{Label: w.Text("finding.adjusted"), Number: noValue, Note: w.Text("finding.adjusted_none")}
	if h := r.Headline; h != nil {
		adjusted.Number, adjusted.Range, adjusted.Note = changeWords(w, h.RR), betweenChanges(w, h.Lo, h.Hi), w.Text("method."+h.Method)
	} else if j := r.JointEffect; j != nil {
		adjusted = keyNumber{w.Text("finding.joint"), changeWords(w, j.RR), betweenChanges(w, j.Lo, j.Hi), w.Text("finding.joint_note")}
	}
	list = append(list, adjusted)
	if raw := r.RawChange; raw != nil {
		k := keyNumber{Label: w.Text("finding.raw"), Number: changeWords(w, raw.Ratio), Note: w.Text("finding.raw_note")}
		k.Range = w.Say("finding.from_to", outcomeWords(w, r, raw.Pre), outcomeWords(w, r, raw.Post))
		if raw.LastYear != nil {
			k.Note = w.Say("finding.raw_last_year", k.Note, changeWords(w, *raw.LastYear))
		}
		list = append(list, k)
	}
	if n := r.AdditionalRequests; n != nil {
		list = append(list, keyNumber{w.Say("finding.additional", outcomeNoun(w, r)), locale.Signed(w.Count(n.N)), w.Say("finding.between", locale.Signed(w.Count(n.Lo)), locale.Signed(w.Count(n.Hi))), w.Text("finding.additional_note")})
	}
	if !isLikely(r) { // a cost in large figures would say that there is an effect
		return list
	}
	if c := r.CostPerAdditional; c != nil {
		list = append(list, costNumber(w, c, w.Say("finding.cost", outcomeOne(w, r)), func(n float64) string { return strings.TrimSpace(w.Money(n) + " " + c.Currency) }))
	}
	if c := r.HoursPerAdditional; c != nil {
		list = append(list, costNumber(w, c, w.Say("finding.hours", outcomeOne(w, r)), func(n float64) string { return w.Number(n, 1) + " " + w.Text("hours") }))
	}
	return list
}

// isLikely tells whether the verdict says that something changed.
func isLikely(r *impact.Report) bool {
	return r.Verdict.Code == impact.LikelyIncrease || r.Verdict.Code == impact.LikelyDecrease
}

func costNumber(w *locale.Words, c *impact.Cost, label string, write func(float64) string) keyNumber {
	k := keyNumber{Label: label, Number: noValue, Note: w.Text("finding.cost_none")}
	if c.Value != nil {
		k.Number, k.Note = write(*c.Value), w.Text("finding.cost_note")
	}
	switch {
	case c.Lo != nil && c.Hi != nil:
		k.Range = w.Say("finding.between", write(*c.Lo), write(*c.Hi))
	case c.Lo != nil:
		k.Range = w.Say("finding.no_limit", write(*c.Lo))
	}
	return k
}

// outcomeWords writes a value of the outcome with its unit.
func outcomeWords(w *locale.Words, r *impact.Report, n float64) string {
	return outcomeFormat(r).Words(w, n)
}

// outcomeNoun is what the outcome counts: requests, readers.
func outcomeNoun(w *locale.Words, r *impact.Report) string {
	if r.Outcome.Unit == "readers" {
		return w.Text("readers")
	}
	return w.Text("requests")
}

func outcomeOne(w *locale.Words, r *impact.Report) string {
	if r.Outcome.Unit == "readers" {
		return w.Text("reader")
	}
	return w.Text("request")
}

// everyName names a group in full.
func everyName(g campaign.Group, none string) string {
	if g.IsEmpty() {
		return none
	}
	return strings.Join(slices.Concat(g.Departments, g.PatronGroups, g.Libraries), ", ")
}

// comparedWith names the comparison group.
func comparedWith(w *locale.Words, c campaign.Campaign) string {
	if c.Comparison.IsEmpty() {
		return w.Text("fact.nobody")
	}
	return groupWords(w, c.Comparison)
}

// daySpan writes a half-open span of dates as they stand in a report.
func daySpan(w *locale.Words, from, to string) string {
	start, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return from
	}
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return w.Say("campaign.since", w.Date(start))
	}
	return spanOrDay(w, start, end)
}

// facts is what was recorded, and what was measured of it.
func facts(w *locale.Words, r *impact.Report) []fact {
	c, window := r.Campaign, r.Window
	list := []fact{
		{w.Text("fact.when"), windowWords(w, c), ""},
		{w.Text("fact.target"), everyName(c.Target, w.Text("campaign.everyone")), ""},
		{w.Text("fact.comparison"), everyName(c.Comparison, w.Text("fact.nobody")), ""},
		{w.Text("fact.outcome"), w.Of(r.Outcome.Label), ""},
	}
	if c.PerHead {
		list[3].Value = w.Say("fact.per_head", w.Of(r.Outcome.Label))
	}
	if window.From != "" {
		measured := daySpan(w, window.From, window.To)
		switch c.CarryOverMonths {
		case 0:
		case 1:
			measured = w.Say("fact.with_a_month", measured)
		default:
			measured = w.Say("fact.with_carry_over", measured, w.Count(float64(c.CarryOverMonths)))
		}
		if measured != list[0].Value { // else it was just said
			list = append(list, fact{w.Text("fact.window"), measured, ""})
		}
	}
	if window.PreFrom != "" {
		list = append(list, fact{w.Text("fact.pre"), daySpan(w, window.PreFrom, window.PreTo), ""})
	}
	frozen := w.Text("fact.not_frozen")
	if at, err := time.Parse(time.RFC3339Nano, window.FrozenAt); err == nil {
		frozen = w.Say("fact.frozen", w.Date(at))
	} else if window.FrozenAt != "" {
		frozen = w.Say("fact.frozen", window.FrozenAt)
	}
	list = append(list, fact{w.Text("fact.frozen_at"), frozen, ""})
	roles := make([]string, len(c.Roles))
	for i, role := range c.Roles {
		roles[i] = w.Value("role", role)
	}
	cost, hours := "", ""
	if c.Cost != nil {
		cost = strings.TrimSpace(w.Money(*c.Cost) + " " + c.Currency)
	}
	if c.StaffHours != nil {
		hours = w.Number(*c.StaffHours, 1)
	}
	for _, f := range []fact{
		{w.Text("fact.kind"), optional(w, "form.kind."+c.Kind), ""}, {w.Text("fact.channel"), w.Value("channel", c.Channel), ""}, {w.Text("fact.roles"), strings.Join(roles, ", "), ""},
		{w.Text("fact.cost"), cost, ""}, {w.Text("fact.hours"), hours, ""}, {w.Text("fact.hypothesis"), c.Hypothesis, ""}, {w.Text("fact.owner"), c.Owner, ""}, {w.Text("fact.notes"), c.Notes, ""},
	} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

// statistics is what a reviewer asks of the headline and the second opinions.
func statistics(w *locale.Words, r *impact.Report) []fact {
	var list []fact
	add := func(term, text string) { list = append(list, fact{term, text, ""}) }
	if h := r.Headline; h != nil {
		add(w.Text("stat.method"), w.Text("method."+h.Method))
		add(w.Text("stat.ratio"), ratioWords(w, h.RR, h.Lo, h.Hi))
		add("p", impact.In(w.Tag).Probability(h.P))
		if h.HolmP != nil {
			add(w.Text("stat.holm"), impact.In(w.Tag).Probability(*h.HolmP))
		}
		add(w.Text("stat.units"), w.Say("stat.units_n", w.Count(float64(h.NTarget)), w.Count(float64(h.NComparison))))
		if h.NPermutations != nil {
			words := w.Say("stat.drawn", w.Count(float64(*h.NPermutations)))
			if h.IsExact {
				words = w.Say("stat.exact", w.Count(float64(*h.NPermutations)))
			}
			add(w.Text("stat.assignments"), words)
		}
		if h.Seed != nil {
			add(w.Text("stat.seed"), strconv.FormatUint(*h.Seed, 10))
		}
	}
	if o := r.TWFE; o != nil {
		add(w.Text("stat.twfe"), w.Say("stat.with_p", ratioWords(w, o.RR, o.Lo, o.Hi), impact.In(w.Tag).Probability(o.P)))
	}
	if o := r.ITS; o != nil {
		add(w.Text("stat.its"), w.Say("stat.with_p", ratioWords(w, o.RR, o.Lo, o.Hi), impact.In(w.Tag).Probability(o.P)))
		add(w.Text("stat.its_model"), w.Say("stat.its_words", w.Text("stat."+o.SEKind), w.Text("stat."+o.Season), w.Count(float64(o.NMonths)), w.Count(float64(o.NPreMonths)),
			w.Number(o.Dispersion, 2), w.Number(o.Rho, 2), w.Number(o.NeweyWest, 3), impact.In(w.Tag).Probability(o.LjungBoxP)))
	}
	if c := r.Counterfactual; c != nil && c.Draws > 0 {
		backtest := w.Text("stat.no_backtest")
		if c.BacktestN > 0 && c.MAPE != nil {
			backtest = w.Say("stat.backtest", w.Count(float64(c.BacktestIn)), w.Count(float64(c.BacktestN)), w.Share(*c.MAPE))
		}
		add(w.Text("stat.counterfactual"), w.Say("stat.counterfactual_words", w.Significant(c.Q), w.Count(float64(c.Draws)), strconv.FormatUint(c.Seed, 10), backtest))
	}
	if r.MDE != nil {
		add(w.Text("head.mde"), w.Say("stat.mde_words", mdeWords(w, r.Outcome, *r.MDE)))
	}
	return list
}

func ratioWords(w *locale.Words, rr, lo, hi float64) string {
	return w.Say("stat.ratio_words", w.Number(rr, 3), w.Number(lo, 3), w.Number(hi, 3))
}

func unitsTable(w *locale.Words, r *impact.Report) *table {
	if len(r.Units) == 0 {
		return nil
	}
	t := &table{Caption: w.Text("units.caption"), Head: []head{{Text: w.Text("units.unit")}, {Text: w.Text("units.group")},
		{Text: w.Text("units.pre"), Number: true}, {Text: w.Text("units.post"), Number: true}, {Text: w.Text("units.change"), Number: true}}}
	leftOut := slices.ContainsFunc(r.Units, func(u impact.UnitReport) bool { return u.LeftOut != "" })
	isOfFew := slices.ContainsFunc(r.Units, func(u impact.UnitReport) bool { return u.NPre != nil || u.NPost != nil })
	if isOfFew { // a share or a median says little without what it is of
		t.Head = append(t.Head, head{Text: w.Text("units.n_pre"), Number: true}, head{Text: w.Text("units.n_post"), Number: true})
	}
	if leftOut {
		t.Head = append(t.Head, head{Text: w.Text("units.left_out")})
	}
	for _, u := range r.Units {
		group, change, name := w.Text("units.comparison"), noValue, w.Value("group", u.Name)
		if u.IsTarget {
			group = w.Text("units.target")
		}
		if u.LogRatio != nil {
			change = changeWords(w, math.Exp(*u.LogRatio))
		}
		if name == "" {
			name = w.Text("units.small")
		}
		row := []cell{{Text: shorten(name, longestCell), Header: true}, {Text: group}, {Text: outcomeWords(w, r, u.Pre), Number: true},
			{Text: outcomeWords(w, r, u.Post), Number: true}, {Text: change, Number: true}}
		if isOfFew {
			row = append(row, cell{Text: countOf(w, u.NPre), Number: true}, cell{Text: countOf(w, u.NPost), Number: true})
		}
		if leftOut {
			row = append(row, cell{Text: u.LeftOut})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func countOf(w *locale.Words, n *float64) string {
	if n == nil {
		return noValue
	}
	return w.Count(*n)
}

// changesTable lists what was changed after results had been seen.
func changesTable(w *locale.Words, r *impact.Report) *table {
	if len(r.ChangesAfterResults) == 0 {
		return nil
	}
	t := &table{Caption: w.Text("changes.caption"), Head: []head{{Text: w.Text("head.when_utc")}, {Text: w.Text("changes.field")}, {Text: w.Text("changes.before")}, {Text: w.Text("changes.after")}}}
	for _, e := range r.ChangesAfterResults {
		t.Rows = append(t.Rows, []cell{{Text: e.At.UTC().Format("2006-01-02 15:04"), Header: true, Short: true}, {Text: fieldWords(w, e.Field)}, {Text: editWords(w, e.Field, e.Before)}, {Text: editWords(w, e.Field, e.After)}})
	}
	return t
}
