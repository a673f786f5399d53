package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

var (
	turnaroundColumns = []string{"n_filled", "n", "n_undetermined", "n_negative", "median_days", "p90_days", "mean_days", "share_within_sla"}
	percentileColumns = []string{"n", "p10_days", "p25_days", "median_days", "p75_days", "p90_days"}
	stageColumns      = []string{"n", "n_undetermined", "median_days", "p90_days", "mean_days", "share", "is_bottleneck"}
)

// kinds are those of requests, in the order in which they are told.
var kinds = []string{"loan", "copy", queries.Unknown}

// turnaround is how long things took: each role by kind; of what is borrowed also the last thirteen months and where the
// time went.
func turnaround(c *composer) (*Section, error) {
	s := c.section("turnaround")
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		r, err := c.ask("turnaround", c.span(), only(role), "kind")
		if err != nil {
			return nil, err
		}
		if total(r, "n_filled") == 0 {
			continue
		}
		t := c.table("turnaround_"+role, c.of(c.words.Text("title.turnaround"), role), r, turnaroundColumns...)
		t.N = c.measuredWords(r)
		s.Tables = append(s.Tables, t)
	}
	if len(s.Tables) == 0 {
		s.Empty = c.words.Say("report.empty.filled", c.nameOf(c.span()))
	}
	if len(roles) == 0 {
		return s, nil
	}
	if err := c.waitBands(s, roles[0]); err != nil {
		return nil, err
	}
	if roles[0] == "borrowing" { // what is lent passes through one stage alone
		if err := c.stages(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// measuredWords says on how many requests a turnaround stands, and what had to be left out.
func (c *composer) measuredWords(r *queries.Result) string {
	words := c.words.Say("n.turnaround", c.words.Count(total(r, "n")), c.words.Count(total(r, "n_filled")))
	if n := total(r, "n_undetermined"); n > 0 {
		words = c.words.Say("n.undated", words, c.words.Count(n))
	}
	if n := total(r, "n_negative"); n > 0 {
		words = c.words.Say("n.negative", words, c.words.Count(n))
	}
	return words
}

// ofKind keeps the rows of a kind.
func ofKind(r *queries.Result, kind string) *queries.Result {
	at := chart.Column(r, "kind")
	return part(r, func(row []any) bool { return chart.Text(row[at]) == kind })
}

// waitBands is how far apart the waits lay, month by month: the median, and around it the half and the four fifths in the
// middle.
func (c *composer) waitBands(s *Section, role string) error {
	r, err := c.ask("percentiles", c.trend(), only(role), "month", "kind")
	if err != nil || total(r, "n") == 0 {
		return err
	}
	t := c.table("wait_by_month", c.of(c.words.Text("report.wait"), role), r, percentileColumns...)
	t.N = c.words.Say("n", c.words.Count(total(r, "n")))
	for _, kind := range kinds[:2] {
		shown := ofKind(r, kind)
		if total(shown, "n") == 0 {
			continue
		}
		f, err := c.figure("wait_by_month_"+kind, c.words.Text("wait."+role+"."+kind), t, shown, chart.Spec{Kind: chart.Fan, Format: chart.Days, X: "month",
			Y: []string{"median_days"}, Note: c.noteN("n"), Ranges: []chart.Range{
				{Lo: "p10_days", Hi: "p90_days", Name: c.words.Text("bands.most")}, {Lo: "p25_days", Hi: "p75_days", Name: c.words.Text("bands.half")},
			}}, 260)
		if err != nil {
			return err
		}
		f.N = c.words.Say("n", c.words.Count(total(shown, "n")))
		s.Figures = append(s.Figures, f)
	}
	s.Tables = append(s.Tables, t)
	return nil
}

// stages is where the time of what was borrowed went; the longest stage is named.
func (c *composer) stages(s *Section) error {
	r, err := c.ask("stages", c.span(), only("borrowing"))
	if err != nil || total(r, "n") == 0 {
		return err
	}
	t := c.table("stages", c.of(c.words.Text("report.stages"), "borrowing"), r, stageColumns...)
	for _, kind := range kinds {
		shown := ofKind(r, kind)
		if total(shown, "n") == 0 {
			continue
		}
		f, err := c.figure("stages_"+kind, c.words.Text("stages."+kind), t, shown, chart.Spec{Kind: chart.Waterfall, Format: chart.Days, X: "stage", Y: []string{"mean_days"},
			Note: c.noteN("n"), Peak: func(row []any) bool { return row[chart.Column(r, "is_bottleneck")] == true }}, rowsHeight(len(shown.Rows)+1))
		if err != nil {
			return err
		}
		f.N = c.bottleneckWords(shown)
		s.Notes = append(s.Notes, c.words.Say("report.bottleneck", c.words.Text("rolekind.borrowing."+kind), f.N))
		s.Figures = append(s.Figures, f)
	}
	s.Tables = append(s.Tables, t)
	return nil
}

// bottleneckWords says on how many requests the stages of a kind stand, and which of them takes the most.
func (c *composer) bottleneckWords(r *queries.Result) string {
	first := r.Rows[0]
	n, _ := number(r, first, "n")
	undetermined, _ := number(r, first, "n_undetermined")
	words := c.words.Say("n.turnaround", c.words.Count(n), c.words.Count(n+undetermined))
	for _, row := range r.Rows {
		share, ok := number(r, row, "share")
		if row[chart.Column(r, "is_bottleneck")] == true && ok {
			return c.words.Say("n.stages", words, c.words.Value("stage", chart.Text(row[chart.Column(r, "stage")])), c.words.Share(share))
		}
	}
	return words
}
