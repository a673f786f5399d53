package dashboards

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/impact"
)

// The addresses of the campaigns. New and plan are pages of their own, so no record has these ids.
const (
	outreachPath = "/outreach"
	campaignPath = outreachPath + "/:id"
)

// campaignAddress is the page of one campaign.
func campaignAddress(id string) string { return outreachPath + "/" + url.PathEscape(id) }

// campaignRow is one campaign of the list.
type campaignRow struct {
	URL, Edit, Name, When, Whom, What string
	Chip, Tone                        string // the verdict in a word or two, and how it is set
	Text                              string
	Evidence                          string // how sure the number is; empty where there is none
	Changed                           bool   // what is measured was changed after results were looked at
}

// outreach lists what the library did, the newest first, with what each thing changed.
func (s *server) outreach(c *gin.Context) error {
	v, err := s.openPage(c, importedKey)
	if err != nil {
		return err
	}
	defer v.close()
	return v.writeList(c, importing{Done: importedWords(v.Words, c.Query(importedKey))})
}

// importing is what became of a file of campaigns: Done in words, or the Problem that it was refused for.
type importing struct{ Done, Problem string }

func (v *visit) writeList(c *gin.Context, of importing) error {
	list, err := v.reports()
	if err != nil {
		return err
	}
	body := struct {
		New, Plan, Import string
		Imported          importing
		Rows              []campaignRow
		Figures           []*figure
	}{Imported: of, New: v.to(outreachPath + "/new"), Plan: v.to(outreachPath + "/plan"), Import: v.to(outreachPath + "/import")}
	for _, m := range list {
		body.Rows = append(body.Rows, v.campaignRow(m))
	}
	if len(list) > 0 {
		body.Figures = []*figure{v.forest(list)}
	}
	status := http.StatusOK
	if of.Problem != "" {
		status = http.StatusBadRequest
	}
	return v.renderAs(c, status, "outreach", v.Text("page."+outreachPath), nil, body)
}

func (v *visit) campaignRow(m measured) campaignRow {
	c := m.Campaign
	row := campaignRow{
		URL: v.to(campaignAddress(c.ID)), Edit: v.to(campaignAddress(c.ID) + "/edit"), Name: shorten(c.Name, longestCell), When: windowWords(v.Words, c), Whom: groupWords(v.Words, c.Target),
		What: shorten(v.Value("channel", c.Channel), longestLabel), Text: m.Problem,
	}
	if c.Channel == "" && c.Kind == campaign.KindServiceChange {
		row.What = v.Text("form.kind.service_change")
	}
	if m.Report != nil {
		row.Text, row.Changed = m.Report.In(v.Tag).Verdict.Text, m.Report.Window.ChangedAfterResults
		if m.Report.Headline != nil {
			row.Evidence = evidenceWords(v.Words, m.Report)
		}
	}
	row.Chip, row.Tone = chip(v.Words, m.Report)
	return row
}

// chip gives a verdict in a word or two and the class that it is set in; the word alone says it, too.
func chip(w *locale.Words, r *impact.Report) (word, tone string) {
	if r == nil {
		return w.Text("verdict.none"), "open"
	}
	if code := unended(r); code != "" {
		return w.Text("verdict." + code), "open"
	}
	switch r.Verdict.Code {
	case impact.LikelyIncrease, impact.LikelyDecrease:
		// of days: likely longer
		return cmp.Or(optional(w, "verdict."+r.Verdict.Code+"."+r.Outcome.Unit), w.Text("verdict."+r.Verdict.Code)), "firm"
	case impact.NoClearEffect:
		return w.Text("verdict.no_clear_effect"), "even"
	}
	return w.Text("verdict.cant_tell"), "open"
}

// unended gives the code of the refusal of a campaign that has not begun or is not over, empty for one that is.
func unended(r *impact.Report) string {
	for _, refusal := range r.Refusals {
		if refusal.Code == impact.RefusedNotStarted || refusal.Code == impact.RefusedRunning {
			return refusal.Code
		}
	}
	return ""
}

// longestForest is how many campaigns the plot shows; its table has them all.
const longestForest = 20

// forest sets the campaigns' effects under one another.
func (v *visit) forest(list []measured) *figure {
	f := &figure{ID: "forest", Title: v.Text("title.forest"), N: v.Text("n.forest"), Wide: true, Downloads: []link{{"CSV", v.to("/download/" + campaignsFile)}}}
	t := &table{Caption: v.Text("title.forest"), Head: []head{
		{Text: v.Text("head.campaign")}, {Text: v.Text("head.first_day")}, {Text: v.Text("head.outcome")}, {Text: v.Text("head.verdict")}, {Text: v.Text("head.change"), Number: true},
		{Text: v.Text("head.from"), Number: true}, {Text: v.Text("head.to"), Number: true}, {Text: v.Text("head.p"), Number: true, Title: v.Text("hint.p")},
		{Text: v.Text("head.holm"), Number: true, Title: v.Text("hint.holm")}, {Text: v.Text("head.mde"), Number: true, Title: v.Text("hint.mde")}, {Text: v.Text("head.evidence")}}}
	var drawn chart.Forest
	var said []string
	for _, m := range list {
		c := m.Campaign
		word, tone := chip(v.Words, m.Report)
		row := chart.ForestRow{Label: shorten(c.Name, longestLabel), Under: word, Missing: v.Text("forest.missing"), Firm: tone == "firm", URL: v.to(campaignAddress(c.ID))}
		cells := []cell{{Text: shorten(c.Name, longestCell), Header: true, URL: row.URL}, {Text: c.Start.Format("2006-01-02"), Short: true},
			{}, {Text: word}, number1(noValue), number1(noValue), number1(noValue), number1(noValue), number1(noValue), number1(noValue), {Text: noValue}}
		if o, ok := campaign.FindOutcome(c.Outcome); ok {
			cells[2].Text = v.Of(o.Label)
			if o.ID != campaign.Outcomes[0].ID {
				row.Under = v.Say("forest.outcome", word, strings.ToLower(v.Of(o.Label)))
			}
		}
		row.Note = row.Label + "\n" + windowWords(v.Words, c) + "\n" + row.Under
		if r := m.Report; r != nil {
			if row.MDE = r.MDE; r.MDE != nil {
				cells[9].Text = mdeWords(v.Words, r.Outcome, *r.MDE)
			}
			if h := r.Headline; h != nil {
				row.Ratio, row.Lo, row.Hi = &h.RR, h.Lo, h.Hi
				between := v.Say("forest.between", changeWords(v.Words, h.RR), changeWords(v.Words, h.Lo), changeWords(v.Words, h.Hi))
				row.Note += "\n" + between + "\np " + impact.In(v.Tag).Probability(h.P)
				cells[4].Text, cells[5].Text, cells[6].Text, cells[7].Text = changeWords(v.Words, h.RR), changeWords(v.Words, h.Lo), changeWords(v.Words, h.Hi), impact.In(v.Tag).Probability(h.P)
				if h.HolmP != nil {
					cells[8].Text = impact.In(v.Tag).Probability(*h.HolmP)
					row.Note += ", " + v.Say("forest.holm", cells[8].Text)
				}
				word += ", " + between
			}
			if r.Evidence != "" {
				cells[10].Text = v.Text("evidence." + r.Evidence)
			}
		}
		t.Rows = append(t.Rows, cells)
		if m.Report != nil && unended(m.Report) == "" && len(drawn.Rows) < longestForest {
			drawn.Rows = append(drawn.Rows, row)
			said = append(said, row.Label+": "+word)
		}
	}
	f.Table, f.Description = t, strings.Join(said, ". ")
	f.Height = forestHeight(len(drawn.Rows))
	if left := len(list) - len(drawn.Rows); left > 0 {
		f.N += " " + v.Say("n.forest_rest", v.Count(float64(left)))
	}
	if slices.ContainsFunc(drawn.Rows, func(r chart.ForestRow) bool { return r.Ratio != nil }) {
		f.Option = drawn.Option()
	}
	return f
}

// campaignsFile is the list as a table; no metric is called so.
const campaignsFile = "campaigns.csv"

// downloadCampaigns answers with every campaign and its answer.
func (s *server) downloadCampaigns(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	list, err := v.reports()
	if err != nil {
		return err
	}
	format, err := export.Find("csv")
	if err != nil {
		return err
	}
	c.Header("Content-Type", format.MediaType)
	c.Header("Content-Disposition", `attachment; filename="fillrate-`+campaignsFile+`"`)
	return export.Write(c.Writer, format.Name, v.campaignsOf(list))
}

// campaignsOf is the list with what each campaign changed; ratios of 1 are no change.
func (v *visit) campaignsOf(list []measured) *queries.Result {
	result := &queries.Result{AsOf: v.history.AsOf, Generation: v.reading.Generation}
	for _, name := range []string{"id", "name", "kind", "start", "end", "outcome", "verdict", "evidence", "method"} {
		result.Columns = append(result.Columns, queries.Column{Name: name, Type: queries.Text})
	}
	for _, name := range []string{"ratio", "ratio_lo", "ratio_hi", "p", "p_holm", "smallest_visible_ratio"} {
		result.Columns = append(result.Columns, queries.Column{Name: name, Type: queries.Double})
	}
	result.Columns = append(result.Columns, queries.Column{Name: "changed_after_results", Type: queries.Boolean}, queries.Column{Name: "answer", Type: queries.Text})
	for _, m := range list {
		end := any(nil)
		if !m.Campaign.End.IsZero() {
			end = m.Campaign.End.Format(time.DateOnly)
		}
		row := make([]any, len(result.Columns))
		copy(row, []any{m.Campaign.ID, m.Campaign.Name, m.Campaign.Kind, m.Campaign.Start.Format(time.DateOnly), end, m.Campaign.Outcome})
		row[len(row)-1] = m.Problem
		if r := m.Report; r != nil {
			row[6], row[7] = r.Verdict.Code, r.Evidence
			if h := r.Headline; h != nil {
				copy(row[8:], []any{h.Method, h.RR, h.Lo, h.Hi, h.P, plainNumber(h.HolmP)})
			}
			row[14], row[15], row[16] = plainNumber(r.MDE), r.Window.ChangedAfterResults, r.Verdict.Text
		}
		result.Rows = append(result.Rows, row)
	}
	return result
}

func number1(s string) cell { return cell{Text: s, Number: true} }

// forestHeight gives each row of a forest plot about the same room.
func forestHeight(n int) string {
	switch {
	case n <= 3:
		return "s"
	case n <= 5:
		return "m"
	case n <= 9:
		return "l"
	case n <= 13:
		return "xl"
	}
	return "xxl"
}

// changeWords writes a ratio as the reports do, as a change in whole percent: 1.25 is +25%.
func changeWords(w *locale.Words, ratio float64) string {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return noValue
	}
	return impact.In(w.Tag).Change(ratio)
}

// mdeWords writes the smallest visible change, rounded up: a smaller one would not be seen. Where less is better it is the
// fall as far from no change as the ratio.
func mdeWords(w *locale.Words, outcome impact.OutcomeReport, ratio float64) string {
	if lessIsBetter[outcome.ID] {
		return changeWords(w, 1-max(1, math.Ceil(100*(1-1/ratio)-1e-9))/100)
	}
	return impact.In(w.Tag).SmallestChange(ratio)
}

// lessIsBetter are the outcomes of which a campaign is to bring less.
var lessIsBetter = map[string]bool{"median_turnaround": true, "overdue_rate": true, "held_locally": true}

// kindWords names what a record is about, in a sentence: campaign, change of the service.
func kindWords(w *locale.Words, c campaign.Campaign) string { return w.Text("record." + c.Kind) }

// windowWords says when a campaign was: its first day to its last, or since when.
func windowWords(w *locale.Words, c campaign.Campaign) string {
	last := c.End.AddDate(0, 0, -1)
	switch {
	case c.End.IsZero():
		return w.Say("campaign.since", w.Date(c.Start))
	case last.Equal(c.Start):
		return w.Date(c.Start)
	}
	return w.Span(c.Start, c.End)
}

// groupWords names whom a campaign addressed: all up to four of them, else two and how many more.
func groupWords(w *locale.Words, g campaign.Group) string {
	names := slices.Concat(g.Departments, g.PatronGroups, g.Libraries)
	for i := range names {
		names[i] = shorten(names[i], 40)
	}
	switch n := len(names); {
	case n == 0:
		return w.Text("campaign.everyone")
	case n > 4:
		return w.Say("and_more", strings.Join(names[:2], ", "), w.Count(float64(n-2)))
	}
	return strings.Join(names, ", ")
}
