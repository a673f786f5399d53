package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// monthsAfter is how long a campaign that is over stays in reports: what it changed is not known on its last day.
const monthsAfter = 3

// campaignsSection is what the library did that ran in the span, or ended a little before, and what it changed, as the pages of
// outreach answer: with the same rules, against the same record, and telling the record that results were seen.
func campaignsSection(c *composer) (*Section, error) {
	s := c.section("campaigns")
	t := c.campaignTable()
	shown := impact.Span{From: c.span().to.AddDate(0, -monthsAfter, 0), To: c.span().to}
	if c.span().from.Before(shown.From) {
		shown.From = c.span().from
	}
	changed := false
	for i, of := range c.Campaigns {
		if !impact.Extent(of).Meets(shown) {
			continue
		}
		report, err := c.measured(of, slices.Concat(c.Campaigns[:i], c.Campaigns[i+1:]))
		if err != nil {
			return nil, err
		}
		changed = changed || report.Window.ChangedAfterResults
		t.Codes, t.Rows = append(t.Codes, c.campaignRow(report, func(code, _ string) string { return code })), append(t.Rows, c.campaignRow(report, func(_, words string) string { return words }))
		if report.Hidden != "" {
			t.Notes = append(t.Notes, c.words.Say("report.campaigns.hidden", of.Name, report.Hidden))
		}
	}
	switch {
	case len(c.Campaigns) == 0:
		s.Empty = c.words.Text("report.campaigns.no_record")
	case len(t.Rows) == 0:
		s.Empty = c.words.Say("report.campaigns.empty", c.words.Span(shown.From, shown.To))
	}
	if s.Empty != "" {
		return s, nil
	}
	t.N = c.words.Say("report.campaigns.n", c.count(float64(len(t.Rows))), c.words.Span(shown.From, shown.To), c.asOfDay())
	s.Tables = []Table{t}
	s.Notes = []string{c.words.Text("report.campaigns.note")}
	if changed {
		s.Notes = append(s.Notes, c.words.Text("finding.changed"))
	}
	return s, nil
}

// measured answers for one campaign. Who has seen a result can no longer choose the window freely, so the record is told,
// once and where there is a result, as by the pages.
func (c *composer) measured(of campaign.Campaign, others []campaign.Campaign) (*impact.Report, error) {
	var edits []campaign.Edit
	if c.Edits != nil {
		var err error
		if edits, err = c.Edits(c.ctx, of.ID); err != nil {
			return nil, err
		}
	}
	// whatever the report is narrowed to: a campaign says itself whom it addressed
	rules := impact.RulesOf(c.Settings.Apply(queries.Filter{}))
	report, err := rules.Measure(c.ctx, c.Snapshot, of, others, c.Exposures, edits)
	if err != nil {
		return nil, err
	}
	if c.Looked != nil && report.ShowsResult() && of.FrozenAt.IsZero() {
		if err := c.Looked(c.ctx, of.ID, c.MadeAt); err != nil {
			return nil, err
		}
	}
	return report.In(c.words.Tag), nil
}

// campaignTable has a row for each campaign; change and its ends are shares above or below none.
func (c *composer) campaignTable() Table {
	return Table{ID: "campaigns", Title: c.words.Text("report.campaigns.title"), Keys: 1, Columns: []queries.Column{
		c.own("campaign", queries.Text, ""), c.own("when", queries.Text, ""), c.own("whom", queries.Text, ""), c.own("outcome", queries.Text, ""),
		c.own("verdict", queries.Text, ""), c.own("change", queries.Double, queries.Share), c.own("change_lo", queries.Double, queries.Share),
		c.own("change_hi", queries.Double, queries.Share), c.own("evidence", queries.Text, ""), c.own("answer", queries.Text, ""),
	}}
}

// campaignRow writes a report's row; pick chooses between what is kept as a code and its words.
func (c *composer) campaignRow(r *impact.Report, pick func(code, words string) string) []any {
	of := r.Campaign
	outcome := of.Outcome
	if o, ok := campaign.FindOutcome(of.Outcome); ok {
		outcome = c.words.Of(o.Label)
	}
	row := []any{pick(of.ID, of.Name), when(c.words, of), whom(c.words, of.Target), pick(of.Outcome, outcome), pick(r.Verdict.Code, verdict(c.words, r)), nil, nil, nil, nil, r.Verdict.Text}
	if h := r.Headline; h != nil {
		row[5], row[6], row[7] = h.RR-1, h.Lo-1, h.Hi-1
		row[8] = pick(r.Evidence, c.words.Text("evidence."+r.Evidence))
	}
	return row
}

// verdict gives a verdict in a word or two, as the list of outreach has it.
func verdict(w *locale.Words, r *impact.Report) string {
	for _, refusal := range r.Refusals {
		if refusal.Code == impact.RefusedNotStarted || refusal.Code == impact.RefusedRunning {
			return w.Text("verdict." + refusal.Code)
		}
	}
	if key := "verdict." + r.Verdict.Code + "." + r.Outcome.Unit; w.Has(key) {
		return w.Text(key)
	}
	return w.Text("verdict." + r.Verdict.Code)
}

// when says when a campaign was.
func when(w *locale.Words, of campaign.Campaign) string {
	switch {
	case of.End.IsZero():
		return w.Say("campaign.since", w.Date(of.Start))
	case of.End.AddDate(0, 0, -1).Equal(of.Start):
		return w.Date(of.Start)
	}
	return w.Span(of.Start, of.End)
}

// whom names those addressed: all up to four, else two and how many more.
func whom(w *locale.Words, g campaign.Group) string {
	libraries := slices.Clone(g.Libraries)
	for i := range libraries {
		libraries[i] = w.Library(libraries[i])
	}
	names := slices.Concat(g.Departments, g.PatronGroups, libraries)
	if n := len(names); n > 4 {
		return w.Say("and_more", strings.Join(names[:2], ", "), w.Count(float64(n-2)))
	}
	return cmp.Or(strings.Join(names, ", "), w.Text("campaign.everyone"))
}
