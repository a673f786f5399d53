package dashboards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// partnerPath is the page of the one partner that its address names.
const partnerPath = partnersPath + "/card"

// onePartner is a visit to a partner's page. Its own visit asks about all partners.
type onePartner struct {
	*visit
	symbol string
}

// narrowed is the visit as it is by now, asking about the requests that stand on this partner alone.
func (p *onePartner) narrowed() *visit {
	v := *p.visit
	v.asked.Partner, v.filter.Partner = []string{p.symbol}, []string{p.symbol}
	return &v
}

// partner shows one partner: its numbers beside those of the others, how they ran, what it supplied and what not, and what
// is overdue on either side.
func (s *server) partner(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	p, err := v.onePartner()
	if err != nil {
		return err
	}
	contacts, err := v.contacts()
	if err != nil {
		return err
	}
	contact := contacts[p.symbol]
	body := struct {
		Name, Email, Mail, All string
		Address                []string
		Ways                   []link
		Card                   *figure
		Figures, Late          []*figure
	}{Email: contact.Email, All: p.to(partnersPath), Ways: p.ways()}
	if lines := contactLines(contact); len(lines) > 0 {
		body.Name, body.Address = lines[0], lines[1:]
	}
	if contact.Email != "" {
		body.Mail = mailto(contact.Email)
	}
	tiles := []tile{p.card, p.attempts, p.fill}
	for _, kind := range []string{"loan", "copy"} {
		tiles = append(tiles, p.waits(kind))
	}
	for _, role := range []string{"borrowing", "lending"} {
		tiles = append(tiles, p.reasons(role))
	}
	for _, role := range []string{"lending", "borrowing"} {
		if v.asks("role", role) {
			tiles = append(tiles, p.late(role))
		}
	}
	for _, f := range v.draw(tiles...) {
		switch f.ID {
		case "card":
			body.Card = f
		case "todo-late-lending", "todo-late-borrowing":
			body.Late = append(body.Late, f)
		default:
			body.Figures = append(body.Figures, f)
		}
	}
	form := v.form()
	form.More = slices.DeleteFunc(form.More, func(p pick) bool { return p.Name == "partner" }) // it stays the one
	form.Reset = address(partnerPath, map[string][]string{"partner": {p.symbol}})
	return v.render(c, "partner", v.Say("page.partner", shorten(p.symbol, longestLabel)), form, body)
}

// onePartner takes the partner out of the page's filter, which keeps it as its own.
func (v *visit) onePartner() (*onePartner, error) {
	if len(v.filter.Partner) != 1 {
		return nil, refuse(queries.Invalid, "problem.one_partner")
	}
	symbol := v.filter.Partner[0]
	v.asked.Partner, v.filter.Partner = nil, nil
	v.own["partner"] = []string{symbol}
	p := &onePartner{v, symbol}
	if slices.ContainsFunc(v.history.Choices["partner"], func(c queries.Choice) bool { return c.Value == symbol }) {
		return p, nil
	}
	everything := queries.Filter{Defaults: v.filter.Defaults}
	for _, filter := range []queries.Filter{v.filter, everything} { // one who was only asked is no request's partner
		filter.By = nil
		result, err := v.compute("partners", filter)
		if err != nil {
			return nil, err
		}
		if p.row(result) != nil {
			return p, nil
		}
	}
	return nil, refuse(queries.NotFound, "problem.partner", shorten(symbol, longestLabel))
}

// row is the partner's row of a result without time, nil where it has none.
func (p *onePartner) row(r *queries.Result) []any {
	return find(r, map[string]string{"partner": p.symbol})
}

// ways leads to other pages about the requests that stand on the partner.
func (p *onePartner) ways() []link {
	filter := p.narrowed().filter
	return []link{
		{p.Text("partner.requests"), rowsAddress("partners", filter, nil, nil)},
		{p.Text("page./turnaround"), p.narrowed().to("/turnaround")},
		{p.Text("page./fill-rate"), p.narrowed().to("/fill-rate")},
		{p.Text("page./overdue"), p.narrowed().to("/overdue")},
	}
}

// standing is a number of the partner's with what it stands on and how the others do.
type standing struct {
	Label, Number string
	Notes         []string
}

// card is the partner's numbers, each beside the middle one of all partners with enough answers.
func (p *onePartner) card() (*figure, error) {
	f := &figure{ID: "card", Title: p.Text("title.partner_card"), Template: "standing"}
	result, err := p.run("partners", nil)
	if err != nil {
		return f, err
	}
	f.Definition = &definition{URL: "/definitions#partners", Columns: p.Words.Columns(result.Metric.Columns)}
	row := p.row(result)
	if row == nil {
		f.Empty = p.Say("empty.partner", p.Span(p.filter.From, p.filter.To))
		return f, nil
	}
	least := p.Count(float64(result.Filter.Number("min_n")))
	others := measuredPartners(result)
	f.N = strings.TrimSpace(p.Say("n.partner_card", p.Count(float64(len(others.Rows))), least) + ". " + p.cohortNote(result.Metric))
	count := func(name string) string {
		n, _ := number(result, row, name)
		return p.Count(n)
	}
	var card []standing
	add := func(name string, notes ...string) {
		column := result.Columns[chart.Column(result, name)]
		n, isKnown := number(result, row, name)
		s := standing{Label: p.Of(column.Label), Number: noValue, Notes: slices.DeleteFunc(notes, func(s string) bool { return s == "" })}
		if isKnown {
			s.Number = p.Words.Cell(column, row[chart.Column(result, name)])
			if column.Unit == queries.Days {
				size, unit := p.Duration(n)
				s.Number = size + " " + unit
			}
			s.Notes = append(s.Notes, p.beside(others, column, n)...)
		}
		card = append(card, s)
	}
	small := ""
	if is, _ := row[chart.Column(result, "is_small")].(bool); is {
		small = p.Say("card.few", least)
	}
	raw, p90 := "", ""
	if rate, ok := number(result, row, "fill_rate"); ok {
		raw = p.Say("card.raw", p.Share(rate), count("n_answered"))
	}
	if days, ok := number(result, row, "p90_response_days"); ok {
		size, unit := p.Duration(days)
		p90 = p.Say("card.p90", size+" "+unit)
	}
	add("fill_rate_shrunk", raw, small)
	add("fill_rate_first", p.Say("card.answers", count("n_first")))
	add("median_response_days", p90, p.Say("card.answers", count("n_responses")))
	add("expired_share", p.Say("card.answers", count("n_answered")))
	add("median_transit_days")
	add("share_within_sla")
	card = append(card, standing{Label: p.Text("card.traffic"), Number: p.Say("card.lent_borrowed", count("lent"), count("borrowed")), Notes: []string{p.balanceWords(result, row)}})
	add("n_overdue")
	add("cost_per_filled")
	f.Data = card
	if at := chart.Column(result, "provisional"); at >= 0 {
		if is, _ := row[at].(bool); is {
			if f.Provisional, err = p.allProvisional(p.filter); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// beside gives the middle number of the partners, and how many this one is better than and as good as, by the numbers as
// they are written. A measure without a better end, or with too few others, has no comparison.
func (p *onePartner) beside(others *queries.Result, column queries.Column, own float64) []string {
	if column.Better == "" || column.Name == "n_overdue" || column.Name == "cost_per_filled" {
		return nil
	}
	written := func(n float64) string {
		if column.Unit == queries.Days {
			size, unit := p.Duration(n)
			return size + " " + unit
		}
		return p.Share(n)
	}
	var all []float64
	better, alike := 0, 0
	for _, row := range others.Rows {
		n, ok := number(others, row, column.Name)
		if !ok || chart.Text(row[0]) == p.symbol {
			continue
		}
		all = append(all, n)
		switch {
		case written(own) == written(n):
			alike++
		case (own > n) == (column.Better == "higher"):
			better++
		}
	}
	if len(all) < 3 {
		return nil
	}
	slices.SortFunc(all, cmp.Compare)
	middle := (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	n := p.Count(float64(len(all)))
	switch {
	case written(own) == written(middle):
		return []string{p.Say("card.as_middle", written(middle))}
	case alike > 0:
		return []string{p.Say("card.middle", written(middle)), p.Say("card.better_alike", p.Count(float64(better)), n, p.Count(float64(alike)))}
	}
	return []string{p.Say("card.middle", written(middle)), p.Say("card.better", p.Count(float64(better)), n)}
}

func (p *onePartner) balanceWords(r *queries.Result, row []any) string {
	switch balance, _ := number(r, row, "balance"); {
	case balance > 0:
		return p.Say("card.we_give", p.Count(balance))
	case balance < 0:
		return p.Say("card.we_take", p.Count(-balance))
	}
	return p.Text("card.even")
}

// over is a figure of what we asked of the partner over time: the card of all partners by time, of which its rows are shown.
func (p *onePartner) over(id string, spec chart.Spec, columns []string) (*figure, error) {
	spec.X = p.grain()
	own := func(r *queries.Result) *queries.Result {
		shown := *r
		at := chart.Column(r, "partner")
		shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row []any) bool { return chart.Text(row[at]) != p.symbol })
		return &shown
	}
	f, err := p.figure(plan{
		id: id, title: p.Text("title.partner_over." + id), metric: "partners", by: []string{spec.X, "partner"}, spec: spec, arrange: own, columns: columns,
		n: func(r *queries.Result) string {
			return p.Say("n.partner_attempts", p.Count(total(own(r), "n_attempts")), p.Count(total(own(r), "n_answered")), p.Count(total(own(r), "n_filled")))
		},
		empty: func(r *queries.Result) string {
			if total(own(r), "n_attempts") == 0 {
				return p.Text("empty.partner_asked")
			}
			return ""
		},
	})
	f.Rows = rowsAddress("partners", p.narrowed().filter, nil, nil)
	if f.Table != nil {
		f.Table.Note = ""
	}
	return f, err
}

func (p *onePartner) attempts() (*figure, error) {
	return p.over("attempts", chart.Spec{Kind: chart.Bars, Format: chart.Count, Y: []string{"n_attempts", "n_filled"}, Zero: true},
		[]string{"n_attempts", "n_answered", "n_filled"})
}

func (p *onePartner) fill() (*figure, error) {
	return p.over("fill", chart.Spec{Kind: chart.Lines, Format: chart.Share, Y: []string{"fill_rate", "fill_rate_first"}, Note: p.noteN("n_answered")},
		[]string{"n_answered", "n_filled", "fill_rate", "n_first", "fill_rate_first"})
}

// waits is how long readers waited for what the partner supplied, or on the lending side how long it waited for us.
func (p *onePartner) waits(kind string) tile {
	return func() (*figure, error) {
		v, role := p.narrowed(), p.role()
		return v.figure(plan{
			id: "waits-" + kind, title: v.Text("title.partner_waits." + role + "." + kind), metric: "percentiles", by: []string{v.grain()}, filter: only(role), kind: kind,
			spec: chart.Spec{Kind: chart.Fan, Format: chart.Days, X: v.grain(), Y: []string{"median_days"}, Note: v.noteN("n"),
				Ranges: []chart.Range{{Lo: "p10_days", Hi: "p90_days"}, {Lo: "p25_days", Hi: "p75_days"}}},
			n: func(r *queries.Result) string { return v.Say("n", v.Count(total(r, "n"))) },
			empty: func(r *queries.Result) string {
				if total(r, "n") == 0 {
					return v.Text("empty.partner_waits")
				}
				return ""
			},
		})
	}
}

// late is the loans of a side that are latest, of those lent to the partner or borrowed from it.
func (p *onePartner) late(role string) tile {
	return func() (*figure, error) {
		f, err := p.narrowed().lateTask(role)()
		f.Title = p.Text("title.partner_late." + role)
		if f.Table != nil {
			f.Table.Caption = f.Title
		}
		return f, err
	}
}

// reasons is why requests that stand on the partner ended without supply.
func (p *onePartner) reasons(role string) tile {
	return func() (*figure, error) {
		if !p.asks("role", role) {
			return nil, nil
		}
		f, err := p.narrowed().reasonsOf(role)
		f.ID, f.Title, f.Wide = fmt.Sprintf("reasons-%s", role), p.Text("title.partner_reasons."+role), false
		if f.Table != nil {
			f.Table.Caption = f.Title
		}
		return f, err
	}
}
