package dashboards

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries/campaign"
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
}

// outreach lists what the library did, the newest first, with what each thing changed.
func (s *server) outreach(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	list, err := v.reports()
	if err != nil {
		return err
	}
	body := struct {
		New, Plan, Import string
		Rows              []campaignRow
		Figures           []*figure
	}{New: v.to(outreachPath + "/new"), Plan: v.to(outreachPath + "/plan"), Import: v.to(outreachPath + "/import")}
	for _, m := range list {
		body.Rows = append(body.Rows, v.campaignRow(m))
	}
	if len(list) > 0 {
		body.Figures = []*figure{v.forest(list)}
	}
	return v.render(c, "outreach", text["page."+outreachPath], nil, body)
}

func (v *visit) campaignRow(m measured) campaignRow {
	c := m.Campaign
	row := campaignRow{
		URL: v.to(campaignAddress(c.ID)), Edit: v.to(campaignAddress(c.ID) + "/edit"), Name: shorten(c.Name, longestCell), When: windowWords(c), Whom: groupWords(c.Target),
		What: shorten(sentenceCase(c.Channel), longestLabel), Text: m.Problem,
	}
	if c.Channel == "" && c.Kind == campaign.KindServiceChange {
		row.What = text["form.kind.service_change"]
	}
	if m.Report != nil {
		row.Text = m.Report.Verdict.Text
	}
	row.Chip, row.Tone = chip(m.Report)
	return row
}

// chip gives a verdict in a word or two and the class that it is set in; the word alone says it, too.
func chip(r *impact.Report) (word, tone string) {
	if r == nil {
		return text["verdict.none"], "open"
	}
	if code := unended(r); code != "" {
		return text["verdict."+code], "open"
	}
	switch r.Verdict.Code {
	case impact.LikelyIncrease, impact.LikelyDecrease:
		// of days: likely longer
		return cmp.Or(text["verdict."+r.Verdict.Code+"."+r.Outcome.Unit], text["verdict."+r.Verdict.Code]), "firm"
	case impact.NoClearEffect:
		return text["verdict.no_clear_effect"], "even"
	}
	return text["verdict.cant_tell"], "open"
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
	f := &figure{ID: "forest", Title: text["title.forest"], N: text["n.forest"], Wide: true}
	t := &table{Caption: text["title.forest"], Head: []head{
		{Text: text["head.campaign"]}, {Text: text["head.first_day"]}, {Text: text["head.outcome"]}, {Text: text["head.verdict"]}, {Text: text["head.change"], Number: true},
		{Text: text["head.from"], Number: true}, {Text: text["head.to"], Number: true}, {Text: text["head.p"], Number: true, Title: text["hint.p"]},
		{Text: text["head.holm"], Number: true, Title: text["hint.holm"]}, {Text: text["head.mde"], Number: true, Title: text["hint.mde"]}, {Text: text["head.evidence"]}}}
	var drawn chart.Forest
	var said []string
	for _, m := range list {
		c := m.Campaign
		word, tone := chip(m.Report)
		row := chart.ForestRow{Label: shorten(c.Name, longestLabel), Under: word, Missing: text["forest.missing"], Firm: tone == "firm", URL: v.to(campaignAddress(c.ID))}
		cells := []cell{{Text: shorten(c.Name, longestCell), Header: true, URL: row.URL}, {Text: c.Start.Format("2006-01-02"), Short: true},
			{}, {Text: word}, number1(noValue), number1(noValue), number1(noValue), number1(noValue), number1(noValue), number1(noValue), {Text: noValue}}
		if o, ok := campaign.FindOutcome(c.Outcome); ok {
			cells[2].Text = o.Label
			if o.ID != campaign.Outcomes[0].ID {
				row.Under = say("forest.outcome", word, strings.ToLower(o.Label))
			}
		}
		row.Note = row.Label + "\n" + windowWords(c) + "\n" + row.Under
		if r := m.Report; r != nil {
			if row.MDE = r.MDE; r.MDE != nil {
				cells[9].Text = mdeWords(*r.MDE)
			}
			if h := r.Headline; h != nil {
				row.Ratio, row.Lo, row.Hi = &h.RR, h.Lo, h.Hi
				between := say("forest.between", changeWords(h.RR), changeWords(h.Lo), changeWords(h.Hi))
				row.Note += "\n" + between + "\np " + pWords(h.P)
				cells[4].Text, cells[5].Text, cells[6].Text, cells[7].Text = changeWords(h.RR), changeWords(h.Lo), changeWords(h.Hi), pWords(h.P)
				if h.HolmP != nil {
					cells[8].Text = pWords(*h.HolmP)
					row.Note += ", " + say("forest.holm", cells[8].Text)
				}
				word += ", " + between
			}
			if text["evidence."+r.Evidence] != "" {
				cells[10].Text = text["evidence."+r.Evidence]
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
		f.N += " " + say("n.forest_rest", count(float64(left)))
	}
	if slices.ContainsFunc(drawn.Rows, func(r chart.ForestRow) bool { return r.Ratio != nil }) {
		f.Option = drawn.Option()
	}
	return f
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

// changeWords writes a ratio as a change in whole percent: 1.25 is +25%.
func changeWords(ratio float64) string {
	percent := math.Round(100 * (ratio - 1))
	if math.IsNaN(percent) || math.IsInf(percent, 0) {
		return noValue
	}
	return signed(count(percent) + "%")
}

// mdeWords writes the smallest visible rise, rounded up: a smaller one would not be seen.
func mdeWords(ratio float64) string {
	return changeWords(1 + max(1, math.Ceil(100*(ratio-1)-1e-9))/100)
}

// pWords writes a p value with three decimals.
func pWords(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// windowWords says when a campaign was: its first day to its last, or since when.
func windowWords(c campaign.Campaign) string {
	last := c.End.AddDate(0, 0, -1)
	switch {
	case c.End.IsZero():
		return say("campaign.since", dateWords(c.Start))
	case last.Equal(c.Start):
		return dateWords(c.Start)
	}
	return spanWords(c.Start, c.End)
}

// groupWords names whom a campaign addressed: all up to four of them, else two and how many more.
func groupWords(g campaign.Group) string {
	names := slices.Concat(g.Departments, g.PatronGroups, g.Libraries)
	for i := range names {
		names[i] = shorten(names[i], 40)
	}
	switch n := len(names); {
	case n == 0:
		return text["campaign.everyone"]
	case n > 4:
		return say("and_more", strings.Join(names[:2], ", "), count(float64(n-2)))
	}
	return strings.Join(names, ", ")
}
