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
		return &queries.Error{Code: queries.NotFound, Message: say("finding.no_file", shorten(file, 40))}
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
	a := findingOf(r, h, v.history != nil && len(v.history.Libraries) > 1)
	a.List = v.to(outreachPath)
	return a
}

func findingOf(r *impact.Report, h happenings, nameLibraries bool) *finding {
	base := campaignAddress(r.Campaign.ID)
	a := &finding{
		Sign: signOf(r.Verdict.Code), Verdict: r.Verdict.Text, Refusals: r.Refusals, Working: r.Working,
		Evidence: evidenceWords(r), Why: evidenceWhy(r), Edit: base + "/edit",
		Downloads: []link{{text["finding.report_json"], base + "/report.json"}, {text["finding.months_csv"], base + "/months.csv"}},
	}
	a.Chip, a.Tone = chip(r)
	if len(r.Units) > 0 {
		a.Downloads = append(a.Downloads, link{text["finding.units_csv"], base + "/units.csv"})
	}
	for _, check := range r.Checks {
		line := checkLine{Label: check.Label, Detail: check.Detail, Passed: check.Passed}
		line.DecidesNothing = !check.Passed && !check.IsGate && r.Headline != nil // without a number it may be why there is none
		a.Checks = append(a.Checks, line)
	}
	if r.Window.ChangedAfterResults {
		a.Warnings = append(a.Warnings, text["finding.changed"])
	}
	if r.Window.IsCut {
		a.Warnings = append(a.Warnings, say("finding.cut", kindWords(r.Campaign)))
	}
	if r.Hidden != "" {
		a.Warnings = append(a.Warnings, r.Hidden)
	}
	a.Numbers, a.Facts, a.Statistic = keyNumbers(r), facts(r), statistics(r)
	a.Units, a.Changes = unitsTable(r), changesTable(r)
	d := drawing{r, h.around(r.Campaign), nameLibraries}
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
func evidenceWhy(r *impact.Report) string {
	if r.Headline == nil {
		return text["evidence.why.none"]
	}
	words := []string{text["evidence.why."+r.Headline.Method]}
	var failed []string
	for _, check := range r.Checks {
		if check.IsGate && !check.Passed {
			failed = append(failed, "“"+check.Label+"”")
		}
	}
	switch {
	case len(failed) == 1:
		words = append(words, say("evidence.failed", failed[0]))
	case len(failed) > 1:
		words = append(words, say("evidence.failed_some", strings.Join(failed, ", ")))
	case r.Evidence == "weak" && !r.Window.ChangedAfterResults:
		words = append(words, text["evidence.short"])
	}
	if r.Window.ChangedAfterResults {
		words = append(words, text["evidence.changed"])
	}
	return strings.Join(words, " ")
}

// evidenceWords names the evidence. Beside a verdict that can't tell, it is that of the number and not of the verdict.
func evidenceWords(r *impact.Report) string {
	if r.Verdict.Code == impact.CantTell && r.Headline != nil {
		return say("finding.evidence_number", text["evidence."+r.Evidence])
	}
	return say("finding.evidence", text["evidence."+r.Evidence])
}

func betweenChanges(lo, hi float64) string {
	return say("finding.between", changeWords(lo), changeWords(hi))
}

// keyNumbers puts what is left after season and growth beside the raw change, which must not be mistaken for it.
func keyNumbers(r *impact.Report) []keyNumber {
	var list []keyNumber
	adjusted := keyNumber{Label: text["finding.adjusted"], Number: noValue, Note: text["finding.adjusted_none"]}
	if h := r.Headline; h != nil {
		adjusted.Number, adjusted.Range, adjusted.Note = changeWords(h.RR), betweenChanges(h.Lo, h.Hi), text["method."+h.Method]
	} else if j := r.JointEffect; j != nil {
		adjusted = keyNumber{text["finding.joint"], changeWords(j.RR), betweenChanges(j.Lo, j.Hi), text["finding.joint_note"]}
	}
	list = append(list, adjusted)
	if raw := r.RawChange; raw != nil {
		k := keyNumber{Label: text["finding.raw"], Number: changeWords(raw.Ratio), Note: text["finding.raw_note"]}
		k.Range = say("finding.from_to", outcomeWords(r, raw.Pre), outcomeWords(r, raw.Post))
		if raw.LastYear != nil {
			k.Note = say("finding.raw_last_year", k.Note, changeWords(*raw.LastYear))
		}
		list = append(list, k)
	}
	if n := r.AdditionalRequests; n != nil {
		list = append(list, keyNumber{say("finding.additional", outcomeNoun(r)), signed(count(n.N)), say("finding.between", signed(count(n.Lo)), signed(count(n.Hi))), text["finding.additional_note"]})
	}
	if !isLikely(r) { // a cost in large figures would say that there is an effect
		return list
	}
	if c := r.CostPerAdditional; c != nil {
		list = append(list, costNumber(c, say("finding.cost", outcomeOne(r)), func(n float64) string { return strings.TrimSpace(money(n) + " " + c.Currency) }))
	}
	if c := r.HoursPerAdditional; c != nil {
		list = append(list, costNumber(c, say("finding.hours", outcomeOne(r)), func(n float64) string { return decimals(n, 1) + " " + text["hours"] }))
	}
	return list
}

// isLikely tells whether the verdict says that something changed.
func isLikely(r *impact.Report) bool {
	return r.Verdict.Code == impact.LikelyIncrease || r.Verdict.Code == impact.LikelyDecrease
}

func costNumber(c *impact.Cost, label string, write func(float64) string) keyNumber {
	k := keyNumber{Label: label, Number: noValue, Note: text["finding.cost_none"]}
	if c.Value != nil {
		k.Number, k.Note = write(*c.Value), text["finding.cost_note"]
	}
	switch {
	case c.Lo != nil && c.Hi != nil:
		k.Range = say("finding.between", write(*c.Lo), write(*c.Hi))
	case c.Lo != nil:
		k.Range = say("finding.no_limit", write(*c.Lo))
	}
	return k
}

func decimals(n float64, places int) string {
	return minus(strconv.FormatFloat(n, 'f', places, 64))
}

// outcomeWords writes a value of the outcome with its unit.
func outcomeWords(r *impact.Report, n float64) string { return format(outcomeFormat(r), n) }

// outcomeNoun is what the outcome counts: requests, readers.
func outcomeNoun(r *impact.Report) string {
	if r.Outcome.Unit == "readers" {
		return text["readers"]
	}
	return text["requests"]
}

func outcomeOne(r *impact.Report) string {
	if r.Outcome.Unit == "readers" {
		return text["reader"]
	}
	return text["request"]
}

// everyName names a group in full.
func everyName(g campaign.Group, none string) string {
	if g.IsEmpty() {
		return none
	}
	return strings.Join(slices.Concat(g.Departments, g.PatronGroups, g.Libraries), ", ")
}

// comparedWith names the comparison group.
func comparedWith(c campaign.Campaign) string {
	if c.Comparison.IsEmpty() {
		return text["fact.nobody"]
	}
	return groupWords(c.Comparison)
}

// daySpan writes a half-open span of dates as they stand in a report.
func daySpan(from, to string) string {
	start, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return from
	}
	end, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return say("campaign.since", dateWords(start))
	}
	return spanOrDay(start, end)
}

// facts is what was recorded, and what was measured of it.
func facts(r *impact.Report) []fact {
	c, w := r.Campaign, r.Window
	list := []fact{
		{text["fact.when"], windowWords(c), ""},
		{text["fact.target"], everyName(c.Target, text["campaign.everyone"]), ""},
		{text["fact.comparison"], everyName(c.Comparison, text["fact.nobody"]), ""},
		{text["fact.outcome"], r.Outcome.Label, ""},
	}
	if c.PerHead {
		list[3].Value = say("fact.per_head", r.Outcome.Label)
	}
	if w.From != "" {
		measured := daySpan(w.From, w.To)
		switch c.CarryOverMonths {
		case 0:
		case 1:
			measured = say("fact.with_a_month", measured)
		default:
			measured = say("fact.with_carry_over", measured, count(float64(c.CarryOverMonths)))
		}
		if measured != list[0].Value { // else it was just said
			list = append(list, fact{text["fact.window"], measured, ""})
		}
	}
	if w.PreFrom != "" {
		list = append(list, fact{text["fact.pre"], daySpan(w.PreFrom, w.PreTo), ""})
	}
	frozen := text["fact.not_frozen"]
	if at, err := time.Parse(time.RFC3339Nano, w.FrozenAt); err == nil {
		frozen = say("fact.frozen", dateWords(at))
	} else if w.FrozenAt != "" {
		frozen = say("fact.frozen", w.FrozenAt)
	}
	list = append(list, fact{text["fact.frozen_at"], frozen, ""})
	roles := make([]string, len(c.Roles))
	for i, role := range c.Roles {
		roles[i] = valueLabel("role", role)
	}
	cost, hours := "", ""
	if c.Cost != nil {
		cost = strings.TrimSpace(money(*c.Cost) + " " + c.Currency)
	}
	if c.StaffHours != nil {
		hours = decimals(*c.StaffHours, 1)
	}
	for _, f := range []fact{
		{text["fact.kind"], text["form.kind."+c.Kind], ""}, {text["fact.channel"], sentenceCase(c.Channel), ""}, {text["fact.roles"], strings.Join(roles, ", "), ""},
		{text["fact.cost"], cost, ""}, {text["fact.hours"], hours, ""}, {text["fact.hypothesis"], c.Hypothesis, ""}, {text["fact.owner"], c.Owner, ""}, {text["fact.notes"], c.Notes, ""},
	} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

// statistics is what a reviewer asks of the headline and the second opinions.
func statistics(r *impact.Report) []fact {
	var list []fact
	add := func(term, text string) { list = append(list, fact{term, text, ""}) }
	if h := r.Headline; h != nil {
		add(text["stat.method"], text["method."+h.Method])
		add(text["stat.ratio"], ratioWords(h.RR, h.Lo, h.Hi))
		add("p", impact.Probability(h.P))
		if h.HolmP != nil {
			add(text["stat.holm"], impact.Probability(*h.HolmP))
		}
		add(text["stat.units"], say("stat.units_n", count(float64(h.NTarget)), count(float64(h.NComparison))))
		if h.NPermutations != nil {
			words := say("stat.drawn", count(float64(*h.NPermutations)))
			if h.IsExact {
				words = say("stat.exact", count(float64(*h.NPermutations)))
			}
			add(text["stat.assignments"], words)
		}
		if h.Seed != nil {
			add(text["stat.seed"], strconv.FormatUint(*h.Seed, 10))
		}
	}
	if o := r.TWFE; o != nil {
		add(text["stat.twfe"], say("stat.with_p", ratioWords(o.RR, o.Lo, o.Hi), impact.Probability(o.P)))
	}
	if o := r.ITS; o != nil {
		add(text["stat.its"], say("stat.with_p", ratioWords(o.RR, o.Lo, o.Hi), impact.Probability(o.P)))
		add(text["stat.its_model"], say("stat.its_words", text["stat."+o.SEKind], text["stat."+o.Season], count(float64(o.NMonths)), count(float64(o.NPreMonths)),
			decimals(o.Dispersion, 2), decimals(o.Rho, 2), decimals(o.NeweyWest, 3), impact.Probability(o.LjungBoxP)))
	}
	if c := r.Counterfactual; c != nil && c.Draws > 0 {
		backtest := text["stat.no_backtest"]
		if c.BacktestN > 0 && c.MAPE != nil {
			backtest = say("stat.backtest", count(float64(c.BacktestIn)), count(float64(c.BacktestN)), share(*c.MAPE))
		}
		add(text["stat.counterfactual"], say("stat.counterfactual_words", strconv.FormatFloat(c.Q, 'g', 3, 64), count(float64(c.Draws)), strconv.FormatUint(c.Seed, 10), backtest))
	}
	if r.MDE != nil {
		add(text["head.mde"], say("stat.mde_words", mdeWords(r.Outcome, *r.MDE)))
	}
	return list
}

func ratioWords(rr, lo, hi float64) string {
	return say("stat.ratio_words", decimals(rr, 3), decimals(lo, 3), decimals(hi, 3))
}

func unitsTable(r *impact.Report) *table {
	if len(r.Units) == 0 {
		return nil
	}
	t := &table{Caption: text["units.caption"], Head: []head{{Text: text["units.unit"]}, {Text: text["units.group"]},
		{Text: text["units.pre"], Number: true}, {Text: text["units.post"], Number: true}, {Text: text["units.change"], Number: true}}}
	leftOut := slices.ContainsFunc(r.Units, func(u impact.UnitReport) bool { return u.LeftOut != "" })
	isOfFew := slices.ContainsFunc(r.Units, func(u impact.UnitReport) bool { return u.NPre != nil || u.NPost != nil })
	if isOfFew { // a share or a median says little without what it is of
		t.Head = append(t.Head, head{Text: text["units.n_pre"], Number: true}, head{Text: text["units.n_post"], Number: true})
	}
	if leftOut {
		t.Head = append(t.Head, head{Text: text["units.left_out"]})
	}
	for _, u := range r.Units {
		group, change, name := text["units.comparison"], noValue, valueLabel("unit", u.Name)
		if u.IsTarget {
			group = text["units.target"]
		}
		if u.LogRatio != nil {
			change = changeWords(math.Exp(*u.LogRatio))
		}
		if name == "" {
			name = text["units.small"]
		}
		row := []cell{{Text: shorten(name, longestCell), Header: true}, {Text: group}, {Text: outcomeWords(r, u.Pre), Number: true},
			{Text: outcomeWords(r, u.Post), Number: true}, {Text: change, Number: true}}
		if isOfFew {
			row = append(row, cell{Text: countOf(u.NPre), Number: true}, cell{Text: countOf(u.NPost), Number: true})
		}
		if leftOut {
			row = append(row, cell{Text: u.LeftOut})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func countOf(n *float64) string {
	if n == nil {
		return noValue
	}
	return count(*n)
}

// changesTable lists what was changed after results had been seen.
func changesTable(r *impact.Report) *table {
	if len(r.ChangesAfterResults) == 0 {
		return nil
	}
	t := &table{Caption: text["changes.caption"], Head: []head{{Text: text["head.when_utc"]}, {Text: text["changes.field"]}, {Text: text["changes.before"]}, {Text: text["changes.after"]}}}
	for _, e := range r.ChangesAfterResults {
		t.Rows = append(t.Rows, []cell{{Text: e.At.UTC().Format("2006-01-02 15:04"), Header: true, Short: true}, {Text: sentenceCase(e.Field)}, {Text: e.Before}, {Text: e.After}})
	}
	return t
}
