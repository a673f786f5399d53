package report

import (
	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

var fillColumns = []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate", "gross_fill_rate", "filled_within_14d", "share_open"}

// fillRate is how often requests are filled: by role and kind, and over the last thirteen months.
func fillRate(c *composer) (*Section, error) {
	s := c.section("fill_rate")
	if note, err := c.young(); err != nil {
		return nil, err
	} else if note != "" {
		s.Notes = append(s.Notes, note)
	}
	for _, by := range [][]string{{"role"}, {"role", "kind"}} {
		r, err := c.ask("fill_rate", c.span(), nil, by...)
		if err != nil {
			return nil, err
		}
		if len(r.Rows) == 0 {
			s.Empty = c.words.Say("report.empty.requests", c.nameOf(c.span()))
			continue
		}
		t := c.table("fill_rate_by_"+by[len(by)-1], c.words.Text("report.fill_rate.by_"+by[len(by)-1]), r, fillColumns...)
		t.N = c.endedWords(r)
		s.Tables = append(s.Tables, t)
	}
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		if role == "docdel" { // it is filled from the own shelves nearly always: the table says so
			continue
		}
		f, t, err := c.fillTrend(role)
		if err != nil {
			return nil, err
		}
		if t.ID != "" {
			s.Figures, s.Tables = append(s.Figures, f), append(s.Tables, t)
		}
	}
	return s, nil
}

// fillTrend is how often the requests of a role were filled, month by month.
func (c *composer) fillTrend(role string) (Figure, Table, error) {
	months, err := c.ask("fill_rate", c.trend(), only(role), "month")
	if err != nil || total(months, "n_filled")+total(months, "n_unfilled") == 0 {
		return Figure{}, Table{}, err
	}
	t := c.table("fill_rate_by_month_"+role, c.of(c.words.Text("title.fill_trend"), role), months, "n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open",
		"fill_rate", "gross_fill_rate", "filled_within_7d", "filled_within_14d", "filled_within_30d")
	t.N = c.endedWords(months)
	f, err := c.figure(t.ID, t.Title, t, months, chart.Spec{Kind: chart.Lines, Format: chart.Share, X: "month",
		Y: []string{"fill_rate", "gross_fill_rate", "filled_within_14d"}, Note: c.noteN("n_requests")}, 260)
	return f, t, err
}

// of is a title with the role that it speaks of.
func (c *composer) of(title, role string) string {
	return c.words.Say("report.of", c.words.Value("role", role), title)
}

// endedWords says on how many requests a fill rate stands.
func (c *composer) endedWords(r *queries.Result) string {
	return c.words.Say("n.fill_rate", c.words.Count(total(r, "n_requests")), c.words.Count(total(r, "n_filled")+total(r, "n_unfilled")))
}

// noteN tells the n of each point: the sum of the columns named.
func (c *composer) noteN(columns ...string) func(*queries.Result) func([]any) string {
	return func(r *queries.Result) func([]any) string {
		return func(row []any) string {
			sum := 0.0
			for _, column := range columns {
				n, _ := number(r, row, column)
				sum += n
			}
			return c.words.Say("n", c.words.Count(sum))
		}
	}
}

// young says that the fill rate of a span that still moves is not to be set beside that of one that does not, where that
// is so.
func (c *composer) young() (string, error) {
	r, err := c.ask("fill_rate", c.span(), nil)
	if err != nil || len(r.Rows) == 0 || !c.knows(c.before()) {
		return "", err
	}
	moves, err := c.moves(r)
	if err != nil || !moves(r.Rows[0]) && !c.isRunning() {
		return "", err
	}
	open, _ := number(r, r.Rows[0], "share_open")
	return c.words.Say("report.young", c.nameOf(c.span()), c.words.Share(open), c.nameOf(c.before())), nil
}
