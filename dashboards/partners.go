package dashboards

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/partners"
)

const (
	partnersPath    = "/partners"
	searchKey       = "q" // of a page with a long list: the words that a name has to hold
	partnersPerPage = 50
)

// partners shows whom the library can count on: each partner's card in a table, how fast and how often they answer, and
// who gives and who takes.
func (s *server) partners(c *gin.Context) error {
	at, err := placeOf(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, append(slices.Clone(listKeys), searchKey)...)
	if err != nil {
		return err
	}
	defer v.close()
	search := strings.TrimSpace(c.Query(searchKey))
	body := struct {
		Search        string
		Keep          []field
		Named         []link // the own pages of the partners that the filter names
		Lead          *figure
		List, Figures []*figure
	}{Search: search, Named: v.namedPartners()}
	for _, key := range slices.Sorted(maps.Keys(v.query())) {
		body.Keep = append(body.Keep, fields(v.query(), key)...)
	}
	for _, f := range v.draw(v.partnersLead, v.scorecard(at, search), v.speedAndFill, v.reciprocity) {
		switch f.ID {
		case "lead":
			body.Lead = f
		case "scorecard":
			body.List = append(body.List, f)
		default:
			body.Figures = append(body.Figures, f)
		}
	}
	return v.render(c, "partners", v.Text("page."+partnersPath), v.form(), body)
}

// partnerPage is the address of one partner's page for the same question; empty where there is none, as nobody is unknown.
// A symbol may hold anything, a slash too, so that it stands in the query and not in the path.
func (v *visit) partnerPage(symbol string) string {
	if symbol == "" || symbol == queries.Unknown || symbol == queries.Suppressed {
		return ""
	}
	values := v.query()
	values["partner"] = []string{symbol}
	return address(partnerPath, values)
}

// toPartner leads from a row to the page of the partner in its first column.
func (v *visit) toPartner(row []any) string { return v.partnerPage(chart.Text(row[0])) }

func (v *visit) namedPartners() []link {
	var links []link
	for _, symbol := range v.filter.Partner {
		if to := v.partnerPage(symbol); to != "" {
			links = append(links, link{shorten(symbol, longestLabel), to})
		}
	}
	return links
}

// partnersLead says in a sentence what the table says in many lines.
func (v *visit) partnersLead() (*figure, error) {
	f := &figure{ID: "lead", Template: "sentence"}
	result, err := v.run("partners", nil)
	if err != nil {
		return f, err
	}
	attempts, answered := total(result, "n_attempts"), total(result, "n_answered")
	borrowed, lent := total(result, "borrowed"), total(result, "lent")
	var words []string
	if answered > 0 {
		words = append(words, v.Say("lead.asked", v.Count(attempts), v.Share(total(result, "n_filled")/answered)))
	}
	fair := ranked(measuredPartners, "fill_rate_shrunk", true)(result)
	if n := len(fair.Rows); n > 1 {
		name := func(row []any) string {
			rate, _ := number(fair, row, "fill_rate_shrunk")
			return v.Say("lead.name", shorten(chart.Text(row[0]), longestLabel), v.Share(rate))
		}
		words = append(words, v.Say("lead.best", v.Count(float64(n)), v.Count(float64(result.Filter.Number("min_n"))), name(fair.Rows[0]), name(fair.Rows[n-1])))
	}
	if borrowed+lent > 0 {
		net := v.Text("lead.net_lender")
		if lent < borrowed {
			net = v.Text("lead.net_borrower")
		}
		words = append(words, v.Say("lead.balance", v.Count(lent), v.Count(borrowed), net))
	}
	f.Data = strings.Join(words, " ")
	return f, nil
}

// measuredPartners keeps the partners known by name with enough answers for a rate of their own.
func measuredPartners(r *queries.Result) *queries.Result {
	shown := *r
	small := chart.Column(r, "is_small")
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row []any) bool {
		is, _ := row[small].(bool)
		return is || isUnknown(row)
	})
	return &shown
}

var scorecardColumns = []string{"partner", "n_attempts", "n_answered", "fill_rate_shrunk", "fill_rate", "median_response_days", "p90_response_days", "median_transit_days",
	"expired_share", "share_within_sla", "borrowed", "lent", "balance", "n_overdue", "total_cost"}

// scorecard is the card of each partner as a line; what of it is asked for by name, where words are searched.
func (v *visit) scorecard(at place, search string) tile {
	return func() (*figure, error) {
		words := strings.ToLower(search)
		return v.listing(listPlan{
			id: "scorecard", title: v.Text("title.partners"), metric: "partners", columns: scorecardColumns, perPage: partnersPerPage, dense: true,
			cell: v.scorecardCell,
			link: func(_ *queries.Result, row []any) string { return v.toPartner(row) },
			keep: func(_ *queries.Result, row []any) bool {
				return strings.Contains(strings.ToLower(chart.Text(row[0])), words)
			},
			n: func(r *queries.Result, kept int) string {
				if search != "" {
					return v.Say("n.partners_found", v.Count(float64(kept)), v.Count(float64(len(r.Rows))), shorten(search, longestLabel))
				}
				return v.Say("n.partners", v.Count(float64(kept)), v.Count(total(r, "n_attempts")), v.Count(total(r, "borrowed")+total(r, "lent")))
			},
			empty: func(r *queries.Result) string {
				if search != "" && len(r.Rows) > 0 {
					return v.Say("empty.partners_found", shorten(search, longestLabel))
				}
				return ""
			},
			below: strings.TrimSpace(v.Say("below.partners", v.Count(float64(v.filter.Number("min_n")))) + " " + v.cohortNote(partners.Metric)),
		}, at)
	}
}

// scorecardCell says few beside the answers of a partner with too few of them, a balance with its sign, and a cost with its
// currency.
func (v *visit) scorecardCell(r *queries.Result, row []any, column queries.Column) (cell, bool) {
	n, isKnown := number(r, row, column.Name)
	switch {
	case !isKnown:
	case column.Name == "n_answered":
		if is, _ := row[chart.Column(r, "is_small")].(bool); is {
			return cell{Text: v.Say("cell.few", v.Count(n))}, true
		}
	case column.Name == "balance":
		return cell{Text: locale.Signed(v.Count(n))}, true
	case column.Name == "total_cost":
		if currency := chart.Text(row[chart.Column(r, "currency")]); currency != "" && currency != queries.Unknown {
			return cell{Text: v.Money(n) + " " + currency}, true
		}
	}
	return cell{}, false
}

// speedAndFill sets how often partners fill against how long they take to answer.
func (v *visit) speedAndFill() (*figure, error) {
	return v.figure(plan{
		id: "speed", title: v.Text("title.speed_fill"), metric: "partners", wide: true, height: "l",
		spec: chart.Spec{Kind: chart.Scatter, X: "partner", Across: "median_response_days", AcrossFormat: chart.Days,
			Y: []string{"fill_rate_shrunk"}, Format: chart.Share, Size: "n_answered"},
		arrange: measuredPartners,
		columns: []string{"n_attempts", "n_answered", "fill_rate", "fill_rate_shrunk", "n_responses", "median_response_days", "p90_response_days"},
		link:    v.toPartner,
		n: func(r *queries.Result) string {
			return v.Say("n.speed", v.Count(float64(timed(r))), v.Count(float64(len(r.Rows))), v.Count(float64(r.Filter.Number("min_n"))))
		},
		empty: func(r *queries.Result) string {
			if len(r.Rows) > 0 && timed(r) == 0 {
				return v.Say("empty.speed", v.Count(float64(r.Filter.Number("min_n"))))
			}
			return ""
		},
	})
}

// timed counts the partners with answers enough and dates that tell how long these took.
func timed(r *queries.Result) int {
	n := 0
	for _, row := range measuredPartners(r).Rows {
		if _, ok := number(r, row, "median_response_days"); ok {
			n++
		}
	}
	return n
}

// reciprocity sets what was lent to a partner beside what was borrowed of it, for those with the most traffic.
func (v *visit) reciprocity() (*figure, error) {
	return v.figure(plan{
		id: "reciprocity", title: v.Text("title.reciprocity"), metric: "balance", by: []string{"partner"}, wide: true,
		spec: chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "partner", Y: []string{"lent", "borrowed"},
			Label: func(r *queries.Result) func([]any) string {
				return func(row []any) string {
					net, _ := number(r, row, "net")
					return v.Say("cell.net", locale.Signed(v.Count(net)))
				}
			}},
		arrange: busiest,
		columns: []string{"lent", "borrowed", "net", "net_loans", "net_copies"},
		link:    v.toPartner,
		n: func(r *queries.Result) string {
			return v.Say("n.reciprocity", v.Count(total(r, "lent")), v.Count(total(r, "borrowed")), v.Count(float64(min(topGroups, len(busiest(r).Rows)))))
		},
		empty: func(r *queries.Result) string {
			if len(busiest(r).Rows) == 0 {
				return v.Text("empty.reciprocity")
			}
			return ""
		},
	})
}

// busiest keeps the partners known by name with whom the most went to and fro, in that order.
func busiest(r *queries.Result) *queries.Result {
	shown := *r
	traffic := func(row []any) float64 {
		lent, _ := number(r, row, "lent")
		borrowed, _ := number(r, row, "borrowed")
		return lent + borrowed
	}
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row []any) bool { return isUnknown(row) || traffic(row) == 0 })
	slices.SortStableFunc(shown.Rows, func(a, b []any) int { return int(traffic(b) - traffic(a)) })
	shown.Rows = shown.Rows[:min(topGroups, len(shown.Rows))]
	return &shown
}

// carry adds to a list's address what its page keeps beside the filter and the place in its lists.
func (v *visit) carry(values url.Values) {
	for key, words := range v.own {
		if !slices.Contains(listKeys, key) {
			values[key] = words
		}
	}
}
