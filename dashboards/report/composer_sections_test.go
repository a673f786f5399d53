package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// again puts the question of a table or tile once more, by what it says of itself.
func again(t *testing.T, from Sources, metric string, filter queries.Filter) *queries.Result {
	t.Helper()
	m, err := catalog.Find(metric)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := queries.ParseFilter(filter.Values())
	if err != nil {
		t.Fatalf("%s %s: %v", metric, filter.Encode(), err)
	}
	r, err := queries.Run(t.Context(), from.Snapshot, m, parsed)
	if err != nil {
		t.Fatalf("%s %s: %v", metric, filter.Encode(), err)
	}
	return r
}

// rowText is a row's values in the order of the columns named.
func rowText(t *testing.T, where string, columns []queries.Column, row []any, names []string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range names {
		at := slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == name })
		if at < 0 {
			t.Fatalf("%s: the metric has no column %s", where, name)
		}
		fmt.Fprintf(&b, "%s=%v ", name, row[at])
	}
	return b.String()
}

func namesOf(columns []queries.Column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// Every table and tile that names a metric says what the same question gives when it is put again.
func TestFiguresAreThoseOfTheMetrics(t *testing.T) {
	from := sample(t)
	annual, _ := Builtin("annual")
	law := monthly(t, "2024-10")
	law.Filter = queries.Filter{Role: []string{"borrowing"}, Kind: []string{"copy"}, Numbers: map[string]int{"grace_days": 3}}
	for _, spec := range []Spec{monthly(t, "2025-03"), monthly(t, "2025-06"), monthly(t, "2022-07"), annual, law} {
		r := compose(t, from, spec)
		tables, tiles := 0, 0
		for _, s := range r.Sections {
			for _, table := range s.Tables {
				if table.Metric != "" {
					checkTable(t, from, s.ID, table)
					tables++
				}
			}
			for _, tile := range s.Tiles {
				if tile.Metric != "" {
					checkTile(t, from, s.ID, tile)
					tiles++
				}
			}
		}
		if tables < 8 || tiles < 5 {
			t.Errorf("%s: %d tables and %d tiles were looked at", r.Span, tables, tiles)
		}
	}
}

func checkTable(t *testing.T, from Sources, section string, table Table) {
	t.Helper()
	where := section + "." + table.ID
	known := again(t, from, table.Metric, table.Filter)
	names := namesOf(table.Columns)
	want := map[string]bool{}
	for _, row := range known.Rows {
		want[rowText(t, where, known.Columns, row, names)] = true
	}
	rows := table.Codes
	if table.Total {
		whole := table.Filter
		whole.By = nil
		all := again(t, from, table.Metric, whole)
		measures := names[table.Keys:]
		last := rowText(t, where, table.Columns, rows[len(rows)-1], measures)
		if len(all.Rows) != 1 || last != rowText(t, where, all.Columns, all.Rows[0], measures) {
			t.Errorf("%s: the total says %s", where, last)
		}
		rows = rows[:len(rows)-1]
	}
	for _, row := range rows {
		if text := rowText(t, where, table.Columns, row, names); !want[text] {
			t.Errorf("%s: fillrate query %s %q has no row %s", where, table.Metric, table.Filter.Encode(), text)
		}
	}
	if said := locale.All()[0].Count(float64(len(known.Rows))); len(rows) < len(known.Rows) && len(table.Notes) == 0 && !strings.Contains(table.N, said) {
		t.Errorf("%s has %d of %d rows and does not say so", where, len(rows), len(known.Rows))
	}
}

func checkTile(t *testing.T, from Sources, section string, tile Tile) {
	t.Helper()
	known := again(t, from, tile.Metric, tile.Filter)
	at := chart.Column(known, tile.Column.Name)
	if at < 0 {
		t.Fatalf("%s.%s: the metric has no column %s", section, tile.ID, tile.Column.Name)
	}
	found := 0
	for _, row := range known.Rows {
		var keys []any
		for i, column := range known.Columns {
			if isKey(known, column.Name) {
				keys = append(keys, row[i])
			}
		}
		if fmt.Sprint(keys[:min(len(keys), len(tile.Where))]) != fmt.Sprint(tile.Where) && len(tile.Where) > 0 {
			continue
		}
		found++
		now := chart.Number(row[at])
		if (now == nil) != (tile.Now == nil) || now != nil && *now != *tile.Now {
			t.Errorf("%s.%s says %v and the metric %v", section, tile.ID, text(tile.Now), text(now))
		}
	}
	if found > 1 {
		t.Errorf("%s.%s: %d rows are called %v", section, tile.ID, found, tile.Where)
	}
	if found == 0 && tile.Now != nil && *tile.Now != 0 {
		t.Errorf("%s.%s says %v of a row that is not there", section, tile.ID, *tile.Now)
	}
}

func text(n *float64) string {
	if n == nil {
		return "nothing"
	}
	return fmt.Sprint(*n)
}

// sum adds up a column of a table, without the row of the total.
func sum(t *testing.T, table Table, column string) float64 {
	t.Helper()
	at := slices.Index(namesOf(table.Columns), column)
	if at < 0 {
		t.Fatalf("%s has no column %s", table.ID, column)
	}
	rows := table.Rows
	if table.Total {
		rows = rows[:len(rows)-1]
	}
	all := 0.0
	for _, row := range rows {
		if n := chart.Number(row[at]); n != nil {
			all += *n
		}
	}
	return all
}

func tableOf(t *testing.T, r *Report, id string) Table {
	t.Helper()
	for _, s := range r.Sections {
		for _, table := range s.Tables {
			if table.ID == id {
				return table
			}
		}
	}
	t.Fatalf("there is no table %s", id)
	return Table{}
}

func tileOf(t *testing.T, r *Report, section, id string) Tile {
	t.Helper()
	for _, s := range r.Sections {
		for _, tile := range s.Tiles {
			if s.ID == section && tile.ID == id {
				return tile
			}
		}
	}
	t.Fatalf("there is no tile %s.%s", section, id)
	return Tile{}
}

// What is told in several places is the same, and the parts of a whole add up to it.
func TestPartsAddUp(t *testing.T) {
	from := sample(t)
	r, before, year := compose(t, from, monthly(t, "2025-03")), compose(t, from, monthly(t, "2025-02")), compose(t, from, monthly(t, "2024-03"))
	byRole := tableOf(t, r, "volume_by_role")
	last := byRole.Rows[len(byRole.Rows)-1]
	for k, column := range byRole.Columns[byRole.Keys:] {
		if whole := chart.Number(last[byRole.Keys+k]); !byRole.Total || *whole != sum(t, byRole, column.Name) {
			t.Errorf("%s: the rows add up to %v of %v", column.Name, sum(t, byRole, column.Name), *whole)
		}
	}
	requests := sum(t, byRole, "n_requests")
	parts := 0.0
	for _, outcome := range outcomeColumns {
		parts += sum(t, byRole, outcome)
	}
	if parts != requests || requests == 0 {
		t.Errorf("the outcomes add up to %v of %v", parts, requests)
	}
	months := tableOf(t, r, "volume_by_month")
	newest := months.Rows[len(months.Rows)-1]
	if n := *chart.Number(newest[months.Keys]); len(months.Rows) != 13 || n != requests || newest[0] != "Mar 2025" {
		t.Errorf("the trend's last month is %v with %v requests of %v; it has %d months", newest[0], n, requests, len(months.Rows))
	}
	for _, id := range []string{"fill_rate_by_role", "fill_rate_by_kind"} {
		if n := sum(t, tableOf(t, r, id), "n_requests"); n != requests {
			t.Errorf("%s adds up to %v of %v", id, n, requests)
		}
	}
	tiles := 0.0
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		tiles += *tileOf(t, r, "summary", "n_requests_"+role).Now
		ended := sum(t, tableOf(t, r, "reasons_"+role), "n")
		fill := tableOf(t, r, "fill_rate_by_role")
		for i, row := range fill.Codes {
			if row[0] == role {
				unfilled, cancelled := *chart.Number(fill.Rows[i][3]), *chart.Number(fill.Rows[i][4])
				if ended != unfilled+cancelled {
					t.Errorf("%s: the reasons are of %v requests, %v were unfilled and %v cancelled", role, ended, unfilled, cancelled)
				}
			}
		}
	}
	if tiles != requests {
		t.Errorf("the tiles add up to %v of %v", tiles, requests)
	}
	late := tableOf(t, r, "overdue_by_side")
	levels := 0.0
	for _, level := range lateColumns {
		levels += sum(t, late, level)
	}
	if overdue := sum(t, late, "n_overdue"); levels != overdue || overdue == 0 {
		t.Errorf("the levels add up to %v of %v overdue", levels, overdue)
	}
	// What a tile says of an earlier month is what that month's report said of itself.
	for _, section := range r.Sections[:6] {
		for _, tile := range section.Tiles {
			if got, want := text(tile.Before), text(tileOf(t, before, section.ID, tile.ID).Now); got != want {
				t.Errorf("%s before: %s, its own report has %s", tile.ID, got, want)
			}
			if got, want := text(tile.LastYear), text(tileOf(t, year, section.ID, tile.ID).Now); got != want {
				t.Errorf("%s last year: %s, its own report has %s", tile.ID, got, want)
			}
		}
	}
}

// A stock of a month that is over does not depend on how much came after it.
func TestStocksStandAtTheEndOfTheMonth(t *testing.T) {
	r := compose(t, sample(t), monthly(t, "2025-03"))
	tile := tileOf(t, r, "summary", "n_overdue_lending")
	if got := tile.Filter.Encode(); got != "as_of=2025-04-01T03%3A59%3A59.999999Z" {
		t.Errorf("the overdue stand at %s", got)
	}
	if tile = tileOf(t, r, "summary", "n_open_borrowing"); !strings.Contains(tile.Filter.Encode(), "as_of=2025-04-01T03%3A59%3A59.999999Z") || *tile.Now == 0 {
		t.Errorf("%v open at %s", text(tile.Now), tile.Filter.Encode())
	}
}

// texts are all that a report says, by where it is said.
func texts(r *Report) map[string]string {
	all := map[string]string{"title": r.Title, "span": r.Span, "provisional": r.Provisional}
	for i, sentence := range r.Sentences {
		all[fmt.Sprint("sentence ", i)] = sentence
	}
	for _, pair := range r.About {
		all["about "+pair.Head] = pair.Head + ": " + pair.Text
	}
	for _, s := range r.Sections {
		add := func(what string, words ...string) {
			for i, word := range words {
				all[fmt.Sprint(s.ID, ".", what, " ", i)] = word
			}
		}
		add("section", s.Title, s.Question, s.Empty)
		add("note", s.Notes...)
		for _, tile := range s.Tiles {
			add("tile "+tile.ID, tile.Label, tile.Column.Label, tile.Column.Doc, tile.Note)
		}
		for _, f := range s.Figures {
			add("figure "+f.ID, f.Title, f.N, f.Description)
		}
		for _, table := range s.Tables {
			add("table "+table.ID, append([]string{table.Title, table.N}, table.Notes...)...)
			for _, column := range table.Columns {
				add("column "+table.ID+"."+column.Name, column.Label, column.Doc)
			}
			for i, row := range table.Rows {
				for k := range table.Keys {
					if word, ok := row[k].(string); ok {
						add(fmt.Sprintf("row %s %d %d", table.ID, i, k), word)
					}
				}
			}
		}
	}
	return all
}

var (
	keyShape   = regexp.MustCompile(`\b[a-z]+(_[a-z]+)*\.[a-z_.]*[a-z]\b`)
	onlyN      = regexp.MustCompile(`^n [\d,]+$`)
	placeShape = regexp.MustCompile(`\{\d\}|NaN|Inf|%!`)
)

// A report is in its own language whole: no key stands in place of a text, no place is left empty, and nothing but names,
// numbers and abbreviations is the same in both languages.
func TestBothLanguages(t *testing.T) {
	from := sample(t)
	annual, _ := Builtin("annual")
	for _, spec := range []Spec{monthly(t, "2025-06"), monthly(t, "2022-07"), annual} {
		spec.Language = "en"
		en := compose(t, from, spec)
		spec.Language = "pt-BR"
		pt := compose(t, from, spec)
		english, portuguese := texts(en), texts(pt)
		for _, all := range []map[string]string{english, portuguese} {
			for where, said := range all {
				if found := keyShape.FindString(said); found != "" && locale.All()[0].Text(found) == found && !strings.Contains(said, " ") || placeShape.MatchString(said) {
					t.Errorf("%s: %q", where, said)
				}
			}
		}
		for where, said := range english {
			if strings.HasPrefix(where, "about") || onlyN.MatchString(said) || strings.Contains(where, ".row ") || !strings.Contains(said, " ") {
				continue
			}
			if said == portuguese[where] {
				t.Errorf("%s is the same in Portuguese: %q", where, said)
			}
		}
		if len(en.Definitions) == 0 || len(en.Definitions) != len(pt.Definitions) || pt.Definitions[0].Language != "pt-BR" {
			t.Errorf("%d definitions, %d in Portuguese", len(en.Definitions), len(pt.Definitions))
		}
	}
}

// The same question on the same generation gives the same report, and each of its numbers has a key of its own.
func TestTwiceTheSame(t *testing.T) {
	from := sample(t)
	annual, _ := Builtin("annual")
	for _, spec := range []Spec{monthly(t, "2025-06"), annual} {
		r, again := compose(t, from, spec), compose(t, from, spec)
		if len(r.Values()) < 100 || !slices.EqualFunc(r.Values(), again.Values(), sameValue) {
			t.Errorf("%s: made twice it says something else", r.Span)
		}
		if !slices.Equal(r.Sentences, again.Sentences) || !slices.Equal(r.About, again.About) {
			t.Errorf("%s: made twice it tells something else", r.Span)
		}
		seen := map[string]bool{}
		for _, value := range r.Values() {
			if seen[value.Key()] {
				t.Errorf("two numbers are called %s", value.Key())
			}
			seen[value.Key()] = true
			if value.Number != nil && (math.IsNaN(*value.Number) || math.IsInf(*value.Number, 0)) {
				t.Errorf("%s is %v", value.Key(), *value.Number)
			}
		}
		// Made again with what it says of itself it is the same.
		twin := compose(t, from, r.Spec)
		if !slices.EqualFunc(r.Values(), twin.Values(), sameValue) {
			t.Errorf("%s: made again of its own spec it says something else", r.Span)
		}
	}
}

func sameValue(a, b Value) bool { return a.Key() == b.Key() && text(a.Number) == text(b.Number) }
