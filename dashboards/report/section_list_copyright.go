package report

import (
	"strconv"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// listCopyrightSection is the periodicals of the newest calendar year that are at the limit of copies, near it or over it: for
// that year there is still something to decide.
func listCopyrightSection(c *composer) (*Section, error) {
	s := c.section("list_copyright")
	if s.Empty = c.noCopyright(); s.Empty != "" {
		return s, nil
	}
	today := Reach{Newest: c.newest, Zone: c.zone}.Today()
	year := span{time.Date(today.Year(), time.January, 1, 0, 0, 0, 0, time.UTC), today.AddDate(0, 0, 1)}
	r, err := c.ask("copyright", year, func(f *queries.Filter) { setNumber(f, "top", longestList) })
	if err != nil {
		return nil, err
	}
	t := c.copyrightTable("list_copyright", r, year, longestList)
	t.List = true
	s.Notes = []string{c.contuRule()}
	if len(t.Rows) == 0 {
		s.Empty = c.words.Say("report.list_copyright.empty", strconv.Itoa(today.Year()))
		return s, nil
	}
	var over, at, near int64
	count := func(row []any, name string) int64 { n, _ := row[chart.Column(r, name)].(int64); return n }
	for _, row := range r.Rows {
		switch n, limit := count(row, "n_within_rule"), count(row, "limit"); {
		case n > limit:
			over++
		case n == limit:
			at++
		case n == limit-1:
			near++
		}
	}
	levels := c.levels("list_copyright_levels", c.words.Text("report.list_copyright.levels"), "",
		level{"over", c.words.Text("report.list_copyright.over"), over}, level{"at", c.words.Text("report.list_copyright.at"), at}, level{"near", c.words.Text("report.list_copyright.near"), near})
	if over+at+near >= longestList {
		levels.Notes = []string{c.words.Say("report.list_copyright.least", c.count(longestList))}
	}
	s.Tables = []Table{levels, t}
	return s, nil
}
