package report

import (
	"strconv"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// copyrightSection is the periodicals at the limit of copies, near it or over it, in each calendar year that the span has days
// of, up to the span's end.
func copyrightSection(c *composer) (*Section, error) {
	s := c.section("copyright")
	if s.Empty = c.noCopyright(); s.Empty != "" {
		return s, nil
	}
	for _, year := range calendarYears(c.span()) {
		r, err := c.ask("copyright", year, nil)
		if err != nil {
			return nil, err
		}
		s.Tables = append(s.Tables, c.copyrightTable("copyright_"+strconv.Itoa(year.from.Year()), r, year, longestTable))
		if top := r.Filter.Number("top"); top == 0 || len(r.Rows) < top { // else there may be more
			s.Tiles = append(s.Tiles, c.copyrightTile(r, year, "over_limit"), c.copyrightTile(r, year, "near_limit"))
		}
	}
	s.Notes = append(s.Notes, c.contuRule())
	return s, nil
}

// copyrightTile counts the periodicals of a year that are over the limit, or near it.
func (c *composer) copyrightTile(r *queries.Result, year span, column string) Tile {
	at := chart.Column(r, column)
	n := float64(len(part(r, func(row []any) bool { is, _ := row[at].(bool); return is }).Rows))
	id := column + "_" + strconv.Itoa(year.from.Year())
	t := Tile{ID: id, Label: c.words.Say("report.copyright.tile", c.words.Columns(r.Columns)[at].Label, strconv.Itoa(year.from.Year())), Now: &n}
	t.Column = queries.Column{Name: id, Type: queries.Integer, Label: t.Label, Doc: c.contuRule()}
	return t
}

// noCopyright says why no count against the limit is given, empty where one is.
func (c *composer) noCopyright() string {
	switch {
	case c.base.Number("contu_limit") == 0:
		return c.words.Text("report.copyright.off")
	case !c.asks("role", "borrowing"), !c.asks("kind", "copy"):
		return c.words.Text("report.copyright.not_asked")
	case c.hidesLists():
		return c.words.Text("report.lists.hidden")
	}
	return ""
}

func (c *composer) contuRule() string {
	return c.words.Say("report.copyright.rule", c.count(float64(c.base.Number("contu_limit"))), c.count(float64(c.base.Number("contu_years"))))
}

// copyrightTable is the periodicals of one calendar year, those over the limit first.
func (c *composer) copyrightTable(id string, r *queries.Result, year span, most int) Table {
	over, near := chart.Column(r, "over_limit"), chart.Column(r, "near_limit")
	is := func(row []any, at int) bool { yes, _ := row[at].(bool); return yes }
	kept := part(r, func(row []any) bool { return is(row, over) || is(row, near) })
	n := 0.0
	for _, row := range kept.Rows {
		if is(row, over) {
			n++
		}
	}
	t := c.listed(id, c.words.Say("report.copyright.title", strconv.Itoa(year.from.Year())), kept, "container", "issn", "n_within_rule", "limit", "n_left", "n_open", "n_unknown_year", "over_limit")
	t.List, t.Keys = false, 2
	t.N = c.words.Say("report.copyright.n", c.words.Span(year.from, year.to), c.count(n), c.count(float64(len(kept.Rows))-n))
	if top := r.Filter.Number("top"); top > 0 && len(kept.Rows) >= top { // the metric's list ends within them
		t.N = c.words.Say("report.copyright.n_least", c.words.Span(year.from, year.to), c.count(float64(top)))
	}
	t = c.cut(t, most)
	if len(kept.Rows) < len(r.Rows) {
		t.Notes = append(t.Notes, c.words.Text("report.copyright.part"))
	}
	return t
}
