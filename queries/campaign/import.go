package campaign

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/store"
)

// Summary is what became of the rows of an import.
type Summary struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
}

// column is one of a file of campaigns. Groups there are patron groups.
type column struct{ heading, field string }

var campaignColumns = []column{
	{"id", "id"}, {"name", "name"}, {"kind", "kind"}, {"channel", "channel"}, {"start", "start"}, {"end", "end"},
	{"carry_over_months", "carry_over_months"},
	{"target_departments", "target.departments"}, {"target_groups", "target.patron_groups"}, {"target_libraries", "target.libraries"},
	{"comparison_departments", "comparison.departments"}, {"comparison_groups", "comparison.patron_groups"}, {"comparison_libraries", "comparison.libraries"},
	{"roles", "roles"}, {"outcome", "outcome"}, {"per_head", "per_head"}, {"cost", "cost"}, {"currency", "currency"}, {"hours", "staff_hours"},
	{"hypothesis", "hypothesis"}, {"owner", "owner"}, {"note", "notes"},
}

// otherHeadings are understood too.
var otherHeadings = map[string]string{
	"carryover": "carry_over_months", "role": "roles", "staffhours": "staff_hours", "notes": "notes",
	"targetpatrongroups": "target.patron_groups", "comparisonpatrongroups": "comparison.patron_groups",
	"targetdepartment": "target.departments", "comparisondepartment": "comparison.departments",
	"targetgroup": "target.patron_groups", "comparisongroup": "comparison.patron_groups",
	"targetlibrary": "target.libraries", "comparisonlibrary": "comparison.libraries",
}

func campaignHeadings() (known map[string]string, listed string) {
	known = map[string]string{}
	var names []string
	for other, field := range otherHeadings {
		known[other] = field
	}
	for _, c := range campaignColumns {
		known[heading(c.heading)] = c.field
		names = append(names, c.heading)
	}
	return known, strings.Join(names, ", ")
}

// imported is a campaign of a file: what the file has a column for, the rest zero.
type imported struct {
	row   sheetRow
	id    string
	cells map[string]string // by field
}

// Import adds and changes campaigns from a CSV file, all or none; file is its name in messages. Its headings are those of
// sample-data/campaigns.csv and those of WriteCSV, in any order; lists are separated by semicolons. A record keeps what the
// file has no column for, an empty cell clears, and a row without an id has the id that its name makes.
func (b *Book) Import(ctx context.Context, from io.Reader, file string) (Summary, error) {
	s, err := readSheet(from, file)
	if err != nil {
		return Summary{}, err
	}
	known, headings := campaignHeadings()
	holds, err := s.columns(known, []string{"name", "start"}, headings)
	if err != nil {
		return Summary{}, err
	}
	rows, err := s.campaigns(holds)
	if err != nil {
		return Summary{}, err
	}
	if !store.AppExists(b.dir) { // a file that is refused makes no app.db
		for _, row := range rows {
			if _, err := row.over(s, holds, Campaign{}); err != nil {
				return Summary{}, err
			}
		}
	}
	var summary Summary
	err = b.change(ctx, func(tx *sql.Tx) error {
		there, err := records(ctx, tx, "")
		if err != nil {
			return err
		}
		byID := map[string]*record{}
		for i := range there {
			byID[strings.ToLower(there[i].ID)] = &there[i]
		}
		at := b.Now()
		for _, row := range rows {
			before := byID[strings.ToLower(row.id)]
			base := Campaign{}
			if before != nil && !before.isRemoved {
				base = before.Campaign
			}
			c, err := row.over(s, holds, base)
			if err != nil {
				return err
			}
			changed, err := put(ctx, tx, before, c, "import", at)
			switch {
			case err != nil:
				return err
			case !changed:
				summary.Unchanged++
			case before == nil || before.isRemoved:
				summary.New++
			default:
				summary.Changed++
			}
		}
		n, err := count(ctx, tx)
		if err == nil && n > MostCampaigns && summary.New > 0 {
			err = refuse(s.file, 0, "there would be %d campaigns, and a record holds at most %d: take some out", n, MostCampaigns)
		}
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	return summary, nil
}

// campaigns gives the rows with their ids, each once.
func (s *sheet) campaigns(holds []string) ([]imported, error) {
	if len(s.rows) == 0 {
		return nil, refuse(s.file, 0, "it names columns but no campaign: write one a line")
	}
	seen := map[string]int{}
	var all []imported
	for _, row := range s.rows {
		one := imported{row: row, cells: map[string]string{}}
		for i, field := range holds {
			one.cells[field] = export.Unguard(row.cells[i])
		}
		one.id = strings.TrimSpace(one.cells["id"])
		if one.id == "" && strings.TrimSpace(one.cells["name"]) != "" {
			one.id = idOf(one.cells["name"])
		}
		if first := seen[strings.ToLower(one.id)]; first > 0 && one.id != "" {
			return nil, refuse(s.file, row.line, "the id %q is that of line %d: give each campaign its own in the column id", excerpt(one.id), first)
		}
		seen[strings.ToLower(one.id)] = row.line
		all = append(all, one)
	}
	return all, nil
}

// over is the campaign with what the row says in place of what was there.
func (m imported) over(s *sheet, holds []string, c Campaign) (Campaign, error) {
	c.ID = m.id
	for _, column := range campaignColumns {
		text, ok := m.cells[column.field]
		if !ok || column.field == "id" {
			continue
		}
		values := []string{text}
		if f := find(column.field); f.isList {
			values = splitNames(text)
		}
		if err := Set(&c, column.field, values...); err != nil {
			return c, m.refuse(s, holds, err)
		}
	}
	c = Clean(c)
	if err := Validate(c); err != nil {
		return c, m.refuse(s, holds, err)
	}
	return c, nil
}

// refuse says in which cell it is.
func (m imported) refuse(s *sheet, holds []string, err error) error {
	var field *FieldError
	if !errors.As(err, &field) {
		return err
	}
	for i, holds := range holds {
		if holds == field.Field {
			return refuseCell(s.file, m.row.line, s.headings[i], field)
		}
	}
	return refuseFor(s.file, m.row.line, field.told)
}

// WriteCSV writes campaigns as Import reads them.
func WriteCSV(w io.Writer, list []Campaign) error {
	out := csv.NewWriter(w)
	cells := make([]string, len(campaignColumns))
	for i, column := range campaignColumns {
		cells[i] = column.heading
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for _, c := range list {
		for i, column := range campaignColumns {
			text := c.ID
			if column.field != "id" {
				text = joined(find(column.field), c)
			}
			cells[i] = export.Guard(text)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func joined(f *field, c Campaign) string {
	values := f.get(&c)
	if f.isList {
		return joinNames(values)
	}
	return strings.Join(values, "")
}
