package dashboards

import (
	"cmp"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

const collectionsPath = "/collections"

// collections shows what borrowing says of the library's own shelves: titles that might be bought, journals near the
// limit of copies, and what it all costs.
func (s *server) collections(c *gin.Context) error {
	at, err := placeOf(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, listKeys...)
	if err != nil {
		return err
	}
	defer v.close()
	body := struct{ Figures []*figure }{v.draw(
		v.purchaseCandidates(at), v.copyrightList(at), v.titleList(at), v.costOverTime, v.costList(at),
	)}
	return v.render(c, "collections", v.Text("page."+collectionsPath), v.form("clock"), body)
}

var titleColumns = []string{"title", "kind", "issn", "n_requests", "n_filled", "n_filled_window", "n_patrons", "median_days", "total_cost"}

// purchaseCandidates are the titles that were asked for often enough to think of buying them.
func (v *visit) purchaseCandidates(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "candidates", title: v.Text("title.candidates"), metric: "titles", columns: titleColumns, cell: v.titleCell, perPage: 10,
			keep: func(r *queries.Result, row []any) bool {
				is, _ := row[chart.Column(r, "purchase_candidate")].(bool)
				return is
			},
			order: "-n_filled_window",
			n: func(r *queries.Result, kept int) string {
				return v.partOf(r, kept, v.Say("n.candidates", v.Count(float64(kept))))
			},
			empty: func(r *queries.Result) string {
				if len(r.Rows) == 0 {
					return ""
				}
				return v.Say("empty.candidates", v.Count(float64(len(r.Rows))))
			},
			below: v.candidateRule(),
		}, at)
	}
}

// candidateRule says in words what makes a purchase candidate, with the numbers that hold.
func (v *visit) candidateRule() string {
	set := func(name string) string { return v.Count(float64(v.filter.Number(name))) }
	rule := v.Say("below.candidates", set("purchase_requests"), set("purchase_readers"), set("purchase_window_days"))
	switch cost, wait := v.filter.Number("purchase_cost"), v.filter.Number("purchase_wait_days"); {
	case cost > 0 && wait > 0:
		return v.Say("below.candidates_either", rule, set("purchase_cost"), set("purchase_wait_days"))
	case cost > 0:
		return v.Say("below.candidates_cost", rule, set("purchase_cost"))
	case wait > 0:
		return v.Say("below.candidates_wait", rule, set("purchase_wait_days"))
	}
	return rule
}

// partOf says of a count of titles that there may be more. A list that is cut holds the candidates first, so that a
// count of them is whole unless it fills the list.
func (v *visit) partOf(r *queries.Result, kept int, words string) string {
	if top := r.Filter.Number("top"); top > 0 && kept >= top {
		return v.Say("n.cut", words)
	}
	return words
}

// titleCell names a row by its title or its journal, as it goes by one of the two, and a cost with its currency.
func (v *visit) titleCell(result *queries.Result, row []any, column queries.Column) (cell, bool) {
	text := func(name string) string { return given(result, row, name) }
	switch column.Name {
	case "title":
		return cell{Text: shorten(cmp.Or(text("title"), text("container"), v.Text("unknown")), longestCell)}, true
	case "total_cost":
		if cost, ok := number(result, row, "total_cost"); ok && text("currency") != queries.Unknown {
			return cell{Text: v.Money(cost) + " " + text("currency")}, true
		}
	}
	return cell{}, false
}

// titleList is what is asked for most.
func (v *visit) titleList(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "titles", title: v.Text("title.titles"), metric: "titles", columns: titleColumns, cell: v.titleCell, order: "-n_requests",
			n: func(r *queries.Result, kept int) string {
				return v.partOf(r, kept, v.Say("n.titles", v.Count(float64(kept)), v.Count(total(r, "n_requests"))))
			},
		}, at)
	}
}

// copyrightList is the journals of the newest calendar year that are at the limit of copies or near it.
func (v *visit) copyrightList(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "copyright", title: v.Text("title.copyright"), metric: "copyright", filter: wholeHistory, perPage: 10,
			columns: []string{"container", "issn", "n_within_rule", "limit", "n_left", "n_open", "n_unknown_year"},
			cell:    v.copyrightCell,
			keep: func(r *queries.Result, row []any) bool {
				over, _ := row[chart.Column(r, "over_limit")].(bool)
				near, _ := row[chart.Column(r, "near_limit")].(bool)
				return (over || near) && row[chart.Column(r, "year")] == v.newestYear(r)
			},
			order: "-n_within_rule",
			n: func(r *queries.Result, kept int) string {
				over := 0.0
				for _, row := range r.Rows {
					if is, _ := row[chart.Column(r, "over_limit")].(bool); is && row[chart.Column(r, "year")] == v.newestYear(r) {
						over++
					}
				}
				return v.Say("n.copyright", v.Number(float64(v.history.Today.Year()), 0), v.Count(over), v.Count(float64(kept)-over))
			},
			empty: func(r *queries.Result) string {
				if v.filter.Number("contu_limit") == 0 {
					return v.Text("empty.copyright_off")
				}
				return v.Say("empty.copyright", v.Number(float64(v.history.Today.Year()), 0))
			},
			below: v.Say("below.copyright", v.Count(float64(v.filter.Number("contu_limit"))), v.Count(float64(v.filter.Number("contu_years")))),
		}, at)
	}
}

// newestYear is the calendar year of the history's newest day: the one for which there is still something to decide.
func (v *visit) newestYear(*queries.Result) any { return int64(v.history.Today.Year()) }

func (v *visit) copyrightCell(result *queries.Result, row []any, column queries.Column) (cell, bool) {
	if column.Name != "container" {
		return cell{}, false
	}
	words := v.Text("copyright.near")
	if over, _ := row[chart.Column(result, "over_limit")].(bool); over {
		words = v.Text("copyright.over")
	}
	name := chart.Text(row[chart.Column(result, "container")])
	return cell{Text: v.Say("copyright.journal", shorten(cmp.Or(name, v.Text("unknown")), longestCell), words)}, true
}

// costOverTime is the cost of a filled request that costs anything, by side.
func (v *visit) costOverTime() (*figure, error) {
	grain := v.grain()
	return v.figure(plan{
		id: "cost", title: v.Text("title.cost"), metric: "cost", by: []string{grain}, filter: only(v.role()), wide: true,
		spec:    chart.Spec{Kind: chart.Lines, Format: chart.Money, X: grain, Split: "currency", Y: []string{"cost_per_filled"}, Note: v.noteN("n_filled")},
		arrange: priced,
		columns: []string{"n_filled", "share_of_filled", "total_cost", "cost_per_filled", "median_cost"},
		n: func(r *queries.Result) string {
			return v.Say("n.cost", v.Value("role", v.role()), v.Count(total(priced(r), "n_filled")), v.Count(total(r, "n_filled")))
		},
		empty: func(r *queries.Result) string {
			if total(r, "n_filled") == 0 {
				return v.nothing()
			}
			if len(priced(r).Rows) == 0 {
				return v.Say("empty.cost", v.Count(total(r, "n_filled")))
			}
			return ""
		},
	})
}

// priced leaves out the requests without a cost.
func priced(r *queries.Result) *queries.Result {
	shown, at := *r, chart.Column(r, "currency")
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row []any) bool { return row[at] == "no_cost" })
	return &shown
}

// costList is what the span cost, by side and currency.
func (v *visit) costList(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "costs", title: v.Text("title.costs"), metric: "cost",
			cell: func(result *queries.Result, row []any, column queries.Column) (cell, bool) {
				if column.Name != "currency" {
					return cell{}, false
				}
				words := chart.Text(row[chart.Column(result, "currency")])
				if words == "no_cost" {
					return cell{Text: v.Text("cost.none")}, true
				}
				return cell{}, false
			},
			columns: []string{"role", "currency", "n_filled", "share_of_filled", "total_cost", "cost_per_filled", "median_cost"},
		}, at)
	}
}
