package dashboards

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// Keys of the overdue page's address beside those of lists: which side's loans it lists, and how late they are.
const (
	overduePath = "/overdue"
	sideKey     = "side"
	levelKey    = "level"
)

// level is how late loans are: days from and to; 0 is no bound. Its column counts them.
type level struct {
	name     string
	from, to int
	column   string
}

// levels are those of the metric's bands, all of them first.
var levels = []level{
	{"all", 1, 0, "n_overdue"}, {"91+", 91, 0, "n_91_plus"}, {"31-90", 31, 90, "n_31_90"}, {"8-30", 8, 30, "n_8_30"}, {"1-7", 1, 7, "n_1_7"},
}

// levelOf gives the level of a loan so many days late.
func levelOf(daysLate int64) string {
	for _, l := range levels[1:] {
		if daysLate >= int64(l.from) {
			return l.name
		}
	}
	return ""
}

var lateSides = []string{"borrowing", "lending"}

// lateList is what an address asks of the worklist.
type lateList struct {
	side   string // empty: the page's own
	level  level
	order  string
	offset int
}

func lateListOf(c *gin.Context) (lateList, error) {
	l := lateList{side: c.Query(sideKey), level: levels[0], order: c.Query(orderKey)}
	if l.side != "" && !slices.Contains(lateSides, l.side) {
		return l, refuse(queries.Invalid, "problem.side")
	}
	if word := c.Query(levelKey); word != "" {
		i := slices.IndexFunc(levels, func(l level) bool { return l.name == word })
		if i < 0 {
			return l, refuse(queries.Invalid, "problem.level")
		}
		l.level = levels[i]
	}
	var err error
	l.offset, err = wholeNumber(c.Query(offsetKey))
	return l, err
}

// sideOf is the side whose loans a page lists: the one asked for, else that of the filter, else what others owe.
func (v *visit) sideOf(asked string) string {
	switch {
	case asked != "":
		return asked
	case !v.asks("role", "lending") && v.asks("role", "borrowing"):
		return "borrowing"
	}
	return "lending"
}

// lateFilter leaves the loans of a side that are late by a level, as of now whatever the span.
func (v *visit) lateFilter(side string, l level) queries.Filter {
	filter := v.filter
	wholeHistory(&filter)
	filter.Role, filter.By, filter.Compare = []string{side}, nil, ""
	filter.Numbers = maps.Clone(filter.Numbers)
	if filter.Numbers == nil {
		filter.Numbers = map[string]int{}
	}
	filter.Numbers["late_from"], filter.Numbers["late_to"] = l.from, l.to
	return filter
}

// lateAddress leads to the loans of a side that a column of the metric's bands counts; words narrow them further, as
// narrowedRows has them.
func (v *visit) lateAddress(side, column string, words ...string) string {
	for _, l := range levels {
		if l.column == column {
			return narrowedRows("overdue", v.lateFilter(side, l), words...)
		}
	}
	return ""
}

// worklist is the address of a side's late loans.
func (v *visit) worklist(side string, l level) string {
	return v.late(url.Values{sideKey: {side}, levelKey: {l.name}})
}

// late is the address of the overdue page with what is given of its worklist.
func (v *visit) late(own url.Values) string {
	values := v.query()
	maps.Copy(values, own)
	if values.Get(levelKey) == levels[0].name {
		values.Del(levelKey)
	}
	return address(overduePath, values) + "#worklist"
}

// loan is a late loan as the worklist and the letters tell it.
type loan struct {
	Library, Request, Partner, Title, Container string
	Due                                         time.Time
	DaysLate                                    int64
}

// lateLoan reads a row in the order of queries.RowColumns.
func lateLoan(row []any) loan {
	text := func(name string) string {
		word, _ := row[rowColumn(name)].(string) // empty where the history does not say
		return word
	}
	l := loan{Library: text("library"), Request: text("source_id"), Partner: text("partner"), Title: text("title"), Container: text("container")}
	l.Due, _ = row[rowColumn("due_day")].(time.Time)
	if n := chart.Number(row[rowColumn("days_late")]); n != nil {
		l.DaysLate = int64(*n)
	}
	return l
}

func rowColumn(name string) int {
	return slices.IndexFunc(queries.RowColumns, func(c queries.Column) bool { return c.Name == name })
}

func (v *visit) rowLabel(name string) string { return v.Of(queries.RowColumns[rowColumn(name)].Label) }

// contacts is how partners are reached, read once for a generation.
func (v *visit) contacts() (map[string]queries.Contact, error) {
	return cached(v.ctx, v.server, v.reading, "contacts", func(ctx context.Context) (map[string]queries.Contact, int, error) {
		contacts, err := queries.Contacts(ctx, v.reading.Snapshot)
		return contacts, len(contacts), err
	})
}

// lateLoans is the worklist: the loans of a side that are late by a level, with the partner's contact.
func (v *visit) lateLoans(asked lateList) tile {
	return func() (*figure, error) {
		side := v.sideOf(asked.side)
		f := &figure{ID: "worklist", Title: v.Text("late.list." + side), Wide: true}
		counts, err := v.run("overdue", nil)
		if err != nil {
			return f, err
		}
		f.Definition = &definition{URL: "/definitions#overdue", Columns: v.Columns(counts.Metric.Columns)}
		row := find(counts, map[string]string{"side": side})
		n, out := 0.0, 0.0
		if row != nil {
			n, _ = number(counts, row, asked.level.column)
			out, _ = number(counts, row, "n_out")
		}
		if n == 0 {
			f.Empty = v.Say("late.none", v.Text("late.level."+asked.level.name), v.Count(out), v.asOfWords())
			return f, nil
		}
		f.N = v.Say("late.n", v.Count(n), v.Count(out), v.asOfWords(), v.Text("late.level."+asked.level.name))
		filter := v.lateFilter(side, asked.level)
		for _, l := range downloads("overdue", filter)[:2] {
			f.Downloads = append(f.Downloads, link{l.Text, withRows(l.URL)})
		}
		f.More = &link{v.Text("late.letters"), address("/letters.csv", v.letters(side, asked.level))}
		metric, err := catalog.Find("overdue")
		if err != nil {
			return f, err
		}
		contacts, err := v.contacts()
		if err != nil {
			return f, err
		}
		page := queries.Page{Offset: asked.offset, Limit: rowsPerPage, OrderBy: asked.order}
		key := fmt.Sprintf("late %d %s?%s", page.Offset, page.OrderBy, filter.Settled().Encode())
		rows, err := cached(v.ctx, v.server, v.reading, key, func(ctx context.Context) ([][]any, int, error) {
			var rows [][]any
			_, err := queries.Rows(ctx, v.reading.Snapshot, metric, filter, page, func(row []any) error {
				rows = append(rows, row)
				return nil
			})
			return rows, len(rows), err
		})
		if err != nil {
			return f, err
		}
		f.List = v.lateRows(asked, side, rows, contacts, int(n))
		return f, nil
	}
}

// letters is the query of the mail merge for a side and level.
func (v *visit) letters(side string, l level) url.Values {
	values := v.query()
	values.Set(sideKey, side)
	if l.name != levels[0].name {
		values.Set(levelKey, l.name)
	}
	return values
}

func (v *visit) lateRows(asked lateList, side string, rows [][]any, contacts map[string]queries.Contact, n int) *listing {
	here := func(offset int, order string) string {
		own := url.Values{sideKey: {side}, levelKey: {asked.level.name}}
		if offset > 0 {
			own.Set(offsetKey, strconv.Itoa(offset))
		}
		if order != "" {
			own.Set(orderKey, order)
		}
		return v.late(own)
	}
	list := &listing{Caption: v.Text("late.list." + side), First: asked.offset + 1, Last: asked.offset + len(rows), N: n}
	if len(rows) == 0 {
		list.First = asked.offset
	}
	if asked.offset > 0 {
		list.Previous = here(max(0, asked.offset-rowsPerPage), asked.order)
	}
	if list.Last < n && len(rows) > 0 {
		list.Next = here(list.Last, asked.order)
	}
	sorts := func(order string) string { return here(0, order) }
	order := cmp.Or(asked.order, "-days_late")
	for _, name := range []string{"source_id", "days_late", "due_day", "partner"} {
		list.Head = append(list.Head, sorting(v.Words, queries.RowColumns[rowColumn(name)], order, sorts))
	}
	list.Head = append(list.Head, sortHead{Text: v.Text("late.contact")}, sortHead{Text: v.Text("late.email")}, sortHead{Text: v.rowLabel("title")})
	for _, row := range rows {
		l := lateLoan(row)
		contact := contacts[l.Partner]
		email := cell{Text: cmp.Or(contact.Email, noValue)}
		if contact.Email != "" {
			email.URL = mailto(contact.Email)
		}
		list.Rows = append(list.Rows, []cell{
			{Text: shorten(l.Request, longestLabel), Header: true},
			{Text: v.Count(float64(l.DaysLate)), Number: true},
			{Text: v.Date(l.Due), Short: true},
			v.partnerCell(l.Partner),
			{Text: shorten(cmp.Or(strings.Join(contactLines(contact), ", "), noValue), longestCell)},
			email,
			{Text: shorten(cmp.Or(l.Title, l.Container, noValue), longestCell)},
		})
	}
	return list
}

// partnerCell names a partner and leads to its page.
func (v *visit) partnerCell(partner string) cell {
	if partner == "" {
		return cell{Text: v.Text("unknown")}
	}
	return cell{Text: shorten(partner, longestLabel), URL: v.partnerPage(partner)}
}

// contactLines is a contact's name and postal address, line by line.
func contactLines(contact queries.Contact) []string {
	var lines []string
	for line := range strings.Lines(contact.Name + "\n" + contact.Address) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// mailto is the address of a new message; what an e-mail address may not hold is escaped, so that nothing is added to it.
func mailto(email string) string {
	return "mailto:" + strings.ReplaceAll(url.PathEscape(email), "%40", "@")
}

// lateTabs leads to the sides and levels of the worklist.
func (v *visit) lateTabs(asked lateList) (sides, byLevel []navItem) {
	here := v.sideOf(asked.side)
	for _, side := range lateSides {
		sides = append(sides, navItem{v.Value("side", side), v.worklist(side, asked.level), side == here})
	}
	for _, l := range levels {
		byLevel = append(byLevel, navItem{v.Text("late.level." + l.name), v.worklist(here, l), l.name == asked.level.name})
	}
	return sides, byLevel
}
