package report

import (
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// overdueSides are the sides of loans: what others owe us first, as a letter may bring it back.
var overdueSides = []string{"lending", "borrowing"}

// lateLevels are the bands of the metric overdue by the days from which they count, the latest first.
var lateLevels = []struct {
	from int64
	code string
}{{91, "91+"}, {31, "31-90"}, {8, "8-30"}, {1, "1-7"}}

// listOverdueSection is the loans that are late on both sides as of the newest date, with whom to write to.
func listOverdueSection(c *composer) (*Section, error) {
	s := c.section("list_overdue")
	counts, err := c.stock("overdue", span{}, nil)
	if err != nil {
		return nil, err
	}
	if total(counts, "n_overdue") == 0 {
		s.Empty = c.words.Say("report.list_overdue.empty", c.count(total(counts, "n_out")), c.asOfDay())
		return s, nil
	}
	if c.hidesLists() {
		s.Empty = c.words.Text("report.lists.hidden")
		return s, nil
	}
	t := c.table("list_overdue_levels", c.words.Say("report.list_overdue.levels", c.asOfDay()), counts, "n_out", "n_overdue", "n_1_7", "n_8_30", "n_31_90", "n_91_plus")
	t.List = true
	s.Tables = append(s.Tables, t)
	contacts, err := queries.Contacts(c.ctx, c.Snapshot)
	if err != nil {
		return nil, err
	}
	for _, side := range overdueSides {
		n, _ := number(counts, find(counts, "side", side), "n_overdue")
		if n == 0 {
			continue
		}
		r, err := c.rows("overdue", func(f *queries.Filter) {
			f.Role = []string{side}
			setNumber(f, "late_from", 1)
			setNumber(f, "late_to", 0)
		}, longestList)
		if err != nil {
			return nil, err
		}
		t := c.lateLoans("list_overdue_"+side, r, contacts)
		t.Title = c.words.Text("late.list." + side)
		t.N = c.words.Say("report.list_overdue.n", c.count(n), c.asOfDay())
		s.Tables = append(s.Tables, c.ofAll(t, int(n)))
	}
	return s, nil
}

// lateLoans lists loans with their level and the partner's contact, which is that of a library.
func (c *composer) lateLoans(id string, r *queries.Result, contacts map[string]queries.Contact) Table {
	t := c.listed(id, "", r, inLibraries(r, []string{"source_id", "days_late", "due_day", "partner", "title", "container"})...)
	partner, late := chart.Column(r, "partner"), chart.Column(r, "days_late")
	const after = 4 // the columns up to partner
	added := []queries.Column{c.own("contact", queries.Text, ""), c.own("email", queries.Text, ""), c.own("level_late", queries.Text, "")}
	t.Columns = append(append(append([]queries.Column{}, t.Columns[:after]...), added...), t.Columns[after:]...)
	for i, row := range r.Rows {
		contact := contacts[chart.Text(row[partner])]
		name, _, _ := strings.Cut(strings.TrimSpace(contact.Name), "\n")
		code := ""
		days, _ := row[late].(int64)
		for _, l := range lateLevels {
			if days >= l.from {
				code = l.code
				break
			}
		}
		insert := func(values []any, level string) []any {
			own := []any{orNil(strings.TrimSpace(name)), orNil(contact.Email), level}
			return append(append(append([]any{}, values[:after]...), own...), values[after:]...)
		}
		t.Codes[i] = insert(t.Codes[i], code)
		t.Rows[i] = insert(t.Rows[i], c.words.Text("late.level."+code))
	}
	return t
}

// orNil leaves a cell empty where there is no word.
func orNil(word string) any {
	if word == "" {
		return nil
	}
	return word
}
