package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/impact"
)

// record gives the sample library with its campaigns, and the book that they are in.
func record(t *testing.T, from Sources) (Sources, *campaign.Book) {
	t.Helper()
	book, err := campaign.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	file, err := os.Open("../../sample-data/campaigns.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := book.Import(t.Context(), file, "campaigns.csv"); err != nil {
		t.Fatal(err)
	}
	if from.Campaigns, err = book.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	from.Edits, from.Looked = book.History, book.Looked
	return from, book
}

// listed are reports that have every section of lists, groups and years.
func listedSpecs(t *testing.T) map[string]Spec {
	t.Helper()
	builtin := func(name string) Spec {
		spec, ok := Builtin(name)
		if !ok {
			t.Fatalf("there is no report %s", name)
		}
		return spec
	}
	month := monthly(t, "2025-03")
	month.Sections = []string{"partners", "lending_groups", "groups", "cost", "copyright", "campaigns", "quality", "list_open"}
	other := monthly(t, "2024-10")
	other.Sections, other.Groups = []string{"groups", "partners"}, []string{"library", "network", "kind", "department"}
	other.Filter.Numbers = map[string]int{"suppress_below": 40}
	year := builtin("annual")
	year.Sections = []string{"months", "partners", "lending_groups", "groups", "cost", "copyright", "campaigns", "quality"}
	return map[string]Spec{"month": month, "month by other groups": other, "year": year, "surveys": builtin("surveys"), "worklists": builtin("worklists")}
}

func TestLists(t *testing.T) {
	from, _ := record(t, sample(t))
	from.Looked = nil
	for name, spec := range listedSpecs(t) {
		t.Run(name, func(t *testing.T) {
			r := compose(t, from, spec)
			for _, s := range r.Sections {
				if len(s.Tables) == 0 && s.Empty == "" && len(s.Notes) == 0 {
					t.Errorf("%s holds nothing and does not say why", s.ID)
				}
				for _, table := range s.Tables {
					sameAsMetric(t, from, table)
				}
				for _, tile := range s.Tiles {
					sameTile(t, from, tile)
				}
			}
			tellsNoReader(t, from, r)
			inOtherWords(t, from, spec, r)
		})
	}
	t.Run("worklists are sorted", func(t *testing.T) { areSorted(t, compose(t, from, listedSpecs(t)["worklists"])) })
	t.Run("totals", func(t *testing.T) { areTotals(t, from) })
	t.Run("nothing says why", func(t *testing.T) { sayWhy(t, from) })
	t.Run("surveys", func(t *testing.T) { areSurveys(t, from) })
	t.Run("narrow lists", func(t *testing.T) { areNarrowed(t, from) })
}

// sameAsMetric asks for a table again and compares each of its rows, the total with the question without its split.
func sameAsMetric(t *testing.T, from Sources, table Table) {
	t.Helper()
	if len(table.Rows) != len(table.Codes) || table.Provisional != nil && len(table.Provisional) != len(table.Rows) {
		t.Fatalf("%s: %d rows, %d of codes, %d marks", table.ID, len(table.Rows), len(table.Codes), len(table.Provisional))
	}
	for _, row := range table.Rows {
		if len(row) != len(table.Columns) {
			t.Fatalf("%s: %d values in %d columns", table.ID, len(row), len(table.Columns))
		}
	}
	if table.Metric == "" {
		return
	}
	metric, err := catalog.Find(table.Metric)
	if err != nil {
		t.Fatal(err)
	}
	var again *queries.Result
	if table.ID == "list_overdue_lending" || table.ID == "list_overdue_borrowing" {
		again = &queries.Result{Columns: queries.RowColumns}
		_, err = queries.Rows(t.Context(), from.Snapshot, metric, table.Filter, queries.Page{}, func(row []any) error {
			again.Rows = append(again.Rows, row)
			return nil
		})
	} else {
		again, err = queries.Run(t.Context(), from.Snapshot, metric, table.Filter)
	}
	if err != nil {
		t.Fatal(table.ID, err)
	}
	holds := func(r *queries.Result, codes []any, keys bool) bool {
		return slices.ContainsFunc(r.Rows, func(row []any) bool {
			for k, column := range table.Columns {
				if at := chart.Column(r, column.Name); at >= 0 && (keys || k >= table.Keys) && !reflect.DeepEqual(row[at], codes[k]) {
					return false
				}
			}
			return true
		})
	}
	for i, codes := range table.Codes {
		if table.Total && i == len(table.Codes)-1 {
			filter := table.Filter
			filter.By = nil
			all, err := queries.Run(t.Context(), from.Snapshot, metric, filter)
			if err != nil {
				t.Fatal(err)
			}
			if !holds(all, codes, false) {
				t.Errorf("%s: the total %v is not what %s gives: %v", table.ID, codes, table.Metric, all.Rows)
			}
			continue
		}
		if !holds(again, codes, true) {
			t.Errorf("%s: %s %s does not give the row %v", table.ID, table.Metric, table.Filter.Encode(), codes)
		}
	}
	if cut := len(table.Rows) - btoi(table.Total); table.List && cut > longestList || !table.List && cut > longestTable {
		t.Errorf("%s has %d rows", table.ID, cut)
	}
}

func sameTile(t *testing.T, from Sources, tile Tile) {
	t.Helper()
	if tile.Metric == "" {
		return
	}
	metric, err := catalog.Find(tile.Metric)
	if err != nil {
		t.Fatal(err)
	}
	again, err := queries.Run(t.Context(), from.Snapshot, metric, tile.Filter)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(again.Rows, func(row []any) bool {
		return reflect.DeepEqual(row[:len(tile.Where)], tile.Where) || len(tile.Where) == 0
	})
	if i < 0 {
		t.Fatalf("tile %s: no row %v", tile.ID, tile.Where)
	}
	got := chart.Number(again.Rows[i][chart.Column(again, tile.Column.Name)])
	if (got == nil) != (tile.Now == nil) || got != nil && *got != *tile.Now {
		t.Errorf("tile %s: %v, want %v", tile.ID, tile.Now, got)
	}
}

// tellsNoReader looks for what the exports say of readers in everything that a report holds.
func tellsNoReader(t *testing.T, from Sources, r *Report) {
	t.Helper()
	file, err := os.Open("../../sample-data/illiad/UsersALL.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]bool{}
	for _, row := range rows[1:] {
		for _, word := range []string{row[0], row[1], row[3]} { // user name, last name, address
			if word = strings.ToLower(strings.TrimSpace(word)); word != "" {
				readers[word] = true
			}
		}
	}
	if len(readers) < 1000 {
		t.Fatalf("%d readers in the sample", len(readers))
	}
	keys, err := from.Snapshot.DB().QueryContext(t.Context(), "select distinct patron_key from request where patron_key is not null")
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	for keys.Next() {
		var key int64
		if err := keys.Scan(&key); err != nil {
			t.Fatal(err)
		}
		readers[fmt.Sprint(key)] = true
	}
	if err := keys.Err(); err != nil {
		t.Fatal(err)
	}
	look := func(where string, value any) {
		word := strings.ToLower(chart.Text(value))
		if readers[word] {
			t.Errorf("%s tells %q", where, word)
		}
		for _, part := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(" ,;()“”", r) }) {
			if readers[part] {
				t.Errorf("%s tells %q in %q", where, part, word)
			}
		}
	}
	for _, s := range r.Sections {
		for _, text := range append(slices.Clone(s.Notes), s.Title, s.Empty) {
			look(s.ID, text)
		}
		for _, table := range s.Tables {
			for _, column := range table.Columns {
				if strings.Contains(column.Name, "patron") && column.Name != "patron_group" || strings.Contains(column.Name, "user") {
					t.Errorf("%s has the column %s", table.ID, column.Name)
				}
				if table.List && slices.Contains([]string{"patron_group", "department", "group_points", "n_patrons"}, column.Name) {
					t.Errorf("the list %s has the column %s", table.ID, column.Name)
				}
			}
			for i := range table.Rows {
				for k, column := range table.Columns {
					look(table.ID+"."+column.Name, table.Rows[i][k])
					look(table.ID+"."+column.Name, table.Codes[i][k])
				}
			}
		}
	}
}

// inOtherWords composes the report in Portuguese: the same numbers under the same keys, in other words, and in neither language
// a key in place of a text.
func inOtherWords(t *testing.T, from Sources, spec Spec, r *Report) {
	t.Helper()
	spec.Language = "pt-BR"
	other := compose(t, from, spec)
	mine, theirs := r.Values(), other.Values()
	if len(mine) != len(theirs) {
		t.Fatalf("%d values in English and %d in Portuguese", len(mine), len(theirs))
	}
	for i, v := range mine {
		o := theirs[i]
		if v.Key() != o.Key() || (v.Number == nil) != (o.Number == nil) || v.Number != nil && *v.Number != *o.Number {
			t.Errorf("%s: %v and %s: %v", v.Key(), v.Number, o.Key(), o.Number)
		}
	}
	for _, of := range []*Report{r, other} {
		for _, s := range of.Sections {
			text, err := json.Marshal([]any{s.Title, s.Question, s.Notes, s.Empty, s.Tables, s.Tiles})
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{`"report.`, `"late.`, `"verdict.`, `"evidence.`, `"import.`, "{0}", "{1}", "{2}", "{3}"} {
				if strings.Contains(string(text), key) {
					t.Errorf("%s, %s: a text begins %q", of.Words.Tag, s.ID, key)
				}
			}
		}
	}
	for i, s := range r.Sections {
		o := other.Sections[i]
		if s.Question == o.Question || len(s.Notes) > 0 && slices.Equal(s.Notes, o.Notes) || s.Empty != "" && s.Empty == o.Empty {
			t.Errorf("%s says the same in both languages: %q", s.ID, s.Question)
		}
		for k, table := range s.Tables {
			if !reflect.DeepEqual(table.Codes, o.Tables[k].Codes) && table.ID != "campaigns" {
				t.Errorf("%s has other codes in Portuguese", table.ID)
			}
		}
	}
}

func tableIn(t *testing.T, r *Report, id string) Table {
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

// column gives the values of a table's column as codes.
func columnOf(t *testing.T, table Table, name string) []any {
	t.Helper()
	at := slices.IndexFunc(table.Columns, func(c queries.Column) bool { return c.Name == name })
	if at < 0 {
		t.Fatalf("%s has no column %s", table.ID, name)
	}
	var values []any
	for _, row := range table.Codes {
		values = append(values, row[at])
	}
	return values
}

func areSorted(t *testing.T, r *Report) {
	for id, name := range map[string]string{"list_overdue_lending": "days_late", "list_overdue_borrowing": "days_late", "list_open": "priority",
		"list_purchase": "n_filled_window", "list_copyright": "n_within_rule"} {
		table := tableIn(t, r, id)
		if !table.List || len(table.Rows) < 2 {
			t.Errorf("%s: %d rows, a list: %v", id, len(table.Rows), table.List)
		}
		last := math.Inf(1)
		for _, value := range columnOf(t, table, name) {
			n := chart.Number(value)
			if n == nil || *n > last {
				t.Errorf("%s is not sorted by %s: %v after %v", id, name, value, last)
				break
			}
			last = *n
		}
	}
	breaches := tableIn(t, r, "list_breaches")
	if len(breaches.Rows) != longestList || len(breaches.Notes) != 1 || !strings.HasPrefix(breaches.Notes[0], "500 of 1,") {
		t.Errorf("%d breaches, %q", len(breaches.Rows), breaches.Notes)
	}
	if outcomes := columnOf(t, breaches, "outcome"); outcomes[0] != "open" || slices.Index(outcomes, any("filled")) < slices.Index(outcomes, any("open")) {
		t.Errorf("breaches begin %v", outcomes[:3])
	}
	// the counts before each list are those of its rows where the list is whole
	lending := tableIn(t, r, "list_overdue_lending")
	levels := tableIn(t, r, "list_overdue_levels")
	for i, side := range columnOf(t, levels, "side") {
		if side == "lending" {
			if n := columnOf(t, levels, "n_overdue")[i]; n != int64(len(lending.Rows)) {
				t.Errorf("%v late loans, %d listed", n, len(lending.Rows))
			}
			bands := map[any]string{"1-7": "n_1_7", "8-30": "n_8_30", "31-90": "n_31_90", "91+": "n_91_plus"}
			counted := map[any]int64{}
			for _, level := range columnOf(t, lending, "level_late") {
				counted[level]++
			}
			for level, band := range bands {
				if n := columnOf(t, levels, band)[i]; n != counted[level] {
					t.Errorf("level %v: %d listed, %v counted", level, counted[level], n)
				}
			}
		}
	}
	if known := slices.DeleteFunc(columnOf(t, lending, "email"), func(v any) bool { return v == nil }); len(known) == 0 {
		t.Error("no loan has an address to write to")
	}
	sum := int64(0)
	for _, n := range columnOf(t, tableIn(t, r, "list_open_levels"), "n") {
		sum += n.(int64)
	}
	if open := tableIn(t, r, "list_open"); sum != int64(len(open.Rows)) {
		t.Errorf("%d open by level, %d listed", sum, len(open.Rows))
	}
	for _, s := range r.Sections {
		for _, table := range s.Tables {
			if !table.List {
				t.Errorf("%s of a worklist holds figures that would be restated", table.ID)
			}
		}
	}
}

// areTotals adds up what adds up, with groups taken together and without.
func areTotals(t *testing.T, from Sources) {
	spec := monthly(t, "2025-03")
	spec.Sections, spec.Filter.Numbers = []string{"groups"}, map[string]int{"suppress_below": 0}
	addsUp(t, tableIn(t, compose(t, from, spec), "groups_department"))
	// where too few readers stand behind each group of a month, those of twelve months are told, or why none are
	spec.Filter.Numbers = map[string]int{"suppress_below": 80}
	addsUp(t, tableIn(t, compose(t, from, spec), "groups_department_year"))
	spec.Filter.Numbers = map[string]int{"suppress_below": 900}
	if s := compose(t, from, spec).Sections[0]; len(s.Tables) > 0 || len(s.Notes) != 6 || !strings.Contains(s.Notes[0], "Fewer than 900 readers") {
		t.Errorf("of groups under 900 readers it tells %d tables, %q", len(s.Tables), s.Notes)
	}
	// a year's median is that of its requests and not of its months
	spec, _ = Builtin("annual")
	spec.Sections = []string{"months"}
	table := tableIn(t, compose(t, from, spec), "months_borrowing_loan")
	medians := columnOf(t, table, "median_days")
	if len(medians) != 13 || !table.Total {
		t.Fatalf("%d rows of a year", len(medians))
	}
	mean := 0.0
	for _, n := range medians[:12] {
		mean += n.(float64) / 12
	}
	if medians[12] == mean {
		t.Error("the year's median is the mean of the months'")
	}
}

// addsUp tells that a table's last row is the sum of the others.
func addsUp(t *testing.T, table Table) {
	t.Helper()
	for _, name := range []string{"n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open"} {
		values := columnOf(t, table, name)
		sum := int64(0)
		for _, n := range values[:len(values)-1] {
			sum += n.(int64)
		}
		if total := values[len(values)-1]; !table.Total || total != sum {
			t.Errorf("%s: %s is %v in all, and %d together", table.ID, name, total, sum)
		}
	}
}

// Small departments are taken together, as the metric does it, and the total has them.
func TestSmallGroupsAreTakenTogether(t *testing.T) {
	users, requests := "Username,Status,Department,NVTGC\n", "TransactionNumber,Username,RequestType,LoanTitle,TransactionStatus,TransactionDate,CreationDate,ProcessType\n"
	n := 0
	for department, readers := range map[string]int{"Large": 12, "Middle": 8, "Small": 3, "Tiny": 2} {
		for i := range readers {
			n++
			users += fmt.Sprintf("u%04d,Faculty,%s,MAIN\n", n, department)
			requests += fmt.Sprintf("%d,u%04d,Loan,Title %d,Request Finished,3/%d/2025 9:00:00 AM,3/1/2025 9:00:00 AM,Borrowing\n", n, n, n, i+2)
		}
	}
	dir := t.TempDir()
	var files []string
	for name, text := range map[string]string{"UsersALL.csv": users, "Transactions.csv": requests} {
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spec := monthly(t, "2025-03")
	spec.Sections = []string{"groups"}
	r, err := Compose(t.Context(), Sources{Snapshot: history(t, files), MadeAt: madeAt}, spec)
	if err != nil {
		t.Fatal(err)
	}
	table := tableIn(t, r, "groups_department")
	addsUp(t, table)
	if got := columnOf(t, table, "department"); !reflect.DeepEqual(got, []any{"Large", "Middle", queries.Suppressed, totalCode}) {
		t.Errorf("rows %v", got)
	}
	if got := columnOf(t, table, "n_requests"); !reflect.DeepEqual(got, []any{int64(12), int64(8), int64(5), int64(25)}) {
		t.Errorf("requests %v", got)
	}
	if len(table.Notes) != 1 || !strings.Contains(table.Notes[0], "2 of 4") {
		t.Errorf("notes %q", table.Notes)
	}
}

// sayWhy composes reports of which sections have nothing to show.
func sayWhy(t *testing.T, from Sources) {
	why := func(spec Spec, id string) string {
		t.Helper()
		spec.Sections = []string{id}
		r := compose(t, from, spec)
		s := r.Sections[0]
		if s.Empty != "" && len(s.Tables) > 0 {
			t.Errorf("%s is said to be empty and has %d tables", id, len(s.Tables))
		}
		return s.Empty
	}
	month, lists := monthly(t, "2025-03"), Spec{Kind: Worklists}
	lending := month
	lending.Filter.Role = []string{"lending"}
	department, departments := month, lists
	department.Filter.Department, departments.Filter.Department = []string{"History"}, []string{"History"}
	off, offLists := month, lists
	off.Filter.Numbers, offLists.Filter.Numbers = map[string]int{"contu_limit": 0}, map[string]int{"contu_limit": 0}
	nobody := month
	nobody.Filter.Partner = []string{"NOBODY"}
	quiet := monthly(t, "2022-09")
	nobodys := lists
	nobodys.Filter.Partner = []string{"NOBODY"}
	for _, test := range []struct {
		spec     Spec
		id, want string
	}{
		{month, "lending_groups", "No partner of this time is in a group"},
		{lending, "copyright", "narrowed to other requests"},
		{department, "copyright", "narrowed to a department"},
		{off, "copyright", "turned off"},
		{offLists, "list_copyright", "turned off"},
		{departments, "list_open", "narrowed to a department"},
		{departments, "list_purchase", "narrowed to a department"},
		{departments, "list_copyright", "narrowed to a department"},
		{departments, "list_breaches", "narrowed to a department"},
		{nobody, "partners", "Nothing was asked of a partner"},
		{nobody, "groups", "No request matches"},
		{nobody, "cost", "No request of this time was filled"},
		{nobodys, "list_overdue", "No loan is late: 0 are out"},
		{nobodys, "list_open", "No request is open"},
		{nobodys, "list_purchase", "No title meets the rule"},
		{nobodys, "list_copyright", "No journal is near"},
		{nobodys, "list_breaches", "No request was over"},
		{quiet, "campaigns", "No recorded campaign ran"},
	} {
		if got := why(test.spec, test.id); !strings.Contains(got, test.want) {
			t.Errorf("%s %s: %q does not hold %q", test.spec.Kind, test.id, got, test.want)
		}
	}
	from.Campaigns = nil
	if got := why(month, "campaigns"); got != "No campaign is recorded." {
		t.Errorf("without a record: %q", got)
	}
}

// areSurveys takes each line's figure from the trail beside it.
func areSurveys(t *testing.T, from Sources) {
	spec, _ := Builtin("surveys")
	r := compose(t, from, spec)
	for _, survey := range annual.Surveys {
		lines, trail := tableIn(t, r, survey.ID+"_lines"), tableIn(t, r, survey.ID+"_trail")
		if trail.Metric != "annual" || !trail.Filter.IsPeriod() {
			t.Errorf("%s: the trail is of %s %s", survey.ID, trail.Metric, trail.Filter.Encode())
		}
		counted, n := columnOf(t, trail, "counted_in"), columnOf(t, trail, "n")
		for i, id := range columnOf(t, lines, "line") {
			sum := int64(0)
			for k := range counted {
				if slices.Contains(strings.Split(counted[k].(string), ", "), id.(string)) {
					sum += n[k].(int64)
				}
			}
			if got := columnOf(t, lines, "n")[i]; got != sum {
				t.Errorf("%s line %v: %v, and %d in its trail", survey.ID, id, got, sum)
			}
		}
	}
	warned := func(spec Spec) bool {
		return slices.ContainsFunc(compose(t, from, spec).Sections[0].Notes, func(s string) bool {
			return strings.Contains(s, "before 1 October") && strings.Contains(s, "survey of")
		})
	}
	spec, _ = Builtin("ipeds")
	if warned(spec) {
		t.Error("a year that ends in June is warned of")
	}
	spec.From, spec.To = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	if !warned(spec) {
		t.Error("IPEDS does not ask for a calendar year, and nothing says so")
	}
	spec.From, spec.To = spec.From.AddDate(1, 0, 0), spec.To.AddDate(1, 0, 0)
	if !slices.ContainsFunc(compose(t, from, spec).Sections[0].Notes, func(s string) bool { return strings.Contains(s, "is not over in the data") }) {
		t.Error("a year that is not over is given without a word")
	}
}

// areNarrowed tells that a report's filter holds in its lists.
func areNarrowed(t *testing.T, from Sources) {
	spec := Spec{Kind: Worklists, Sections: []string{"list_overdue", "list_open", "list_breaches"}}
	spec.Filter.Role = []string{"lending"}
	r := compose(t, from, spec)
	for _, id := range []string{"list_open", "list_breaches"} {
		for _, role := range columnOf(t, tableIn(t, r, id), "role") {
			if role != "lending" {
				t.Errorf("%s holds a request of %v", id, role)
			}
		}
	}
	for _, s := range r.Sections {
		if slices.ContainsFunc(s.Tables, func(table Table) bool { return table.ID == "list_overdue_borrowing" }) {
			t.Error("loans that we owe are listed for lending")
		}
	}
}

// The sections say of a campaign what package impact says, and tell the record that a result was seen, once.
func TestCampaigns(t *testing.T) {
	from, book := record(t, sample(t))
	spec := monthly(t, "2025-05")
	spec.Sections = []string{"campaigns"}
	table := tableIn(t, compose(t, from, spec), "campaigns")
	i := slices.Index(columnOf(t, table, "campaign"), any("C3"))
	if i < 0 {
		t.Fatalf("the newsletter of May is not in %v", columnOf(t, table, "campaign"))
	}
	at := slices.IndexFunc(from.Campaigns, func(c campaign.Campaign) bool { return c.ID == "C3" })
	others := slices.Concat(from.Campaigns[:at], from.Campaigns[at+1:])
	want, err := impact.RulesOf(queries.Filter{}).Measure(t.Context(), from.Snapshot, from.Campaigns[at], others, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := columnOf(t, table, "answer")[i]; got != want.Verdict.Text {
		t.Errorf("%q, want %q", got, want.Verdict.Text)
	}
	for name, n := range map[string]float64{"change": want.Headline.RR - 1, "change_lo": want.Headline.Lo - 1, "change_hi": want.Headline.Hi - 1} {
		if got := columnOf(t, table, name)[i]; got != n {
			t.Errorf("%s is %v, want %v", name, got, n)
		}
	}
	after, err := book.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !after[at].FrozenAt.Equal(madeAt) {
		t.Errorf("the record says that results were first looked at %v", after[at].FrozenAt)
	}
	for _, c := range after {
		if shown := slices.Contains(columnOf(t, table, "campaign"), any(c.ID)); !shown && !c.FrozenAt.IsZero() {
			t.Errorf("%s is not in the report, and its results were looked at", c.ID)
		}
	}
	// a later report finds it fixed, and what is changed now is said to be changed
	later := from
	later.Campaigns, later.MadeAt = after, madeAt.AddDate(0, 0, 1)
	compose(t, later, spec)
	changed := after[at]
	changed.End = changed.End.AddDate(0, 0, -14)
	if err := book.Edit(t.Context(), changed, "test"); err != nil {
		t.Fatal(err)
	}
	if later.Campaigns, err = book.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !later.Campaigns[at].FrozenAt.Equal(madeAt) {
		t.Errorf("results were first looked at %v", later.Campaigns[at].FrozenAt)
	}
	notes := compose(t, later, spec).Sections[0].Notes
	if !slices.ContainsFunc(notes, func(s string) bool { return strings.Contains(s, "changed after results") }) {
		t.Errorf("nothing says that the window was changed after results were seen: %q", notes)
	}
}

// Names and titles of any kind stay what they are.
func TestListedKeepsWords(t *testing.T) {
	c := &composer{words: locale.All()[0]}
	metric, err := catalog.Find("breaches")
	if err != nil {
		t.Fatal(err)
	}
	title := "</script><b>\u202eall\n=HYPERLINK(1)"
	r := &queries.Result{Metric: metric, Columns: metric.Columns}
	row := make([]any, len(metric.Columns))
	row[chart.Column(r, "title")], row[chart.Column(r, "partner")], row[chart.Column(r, "source_id")] = title, "all", "candidates"
	r.Rows = [][]any{row}
	got := c.listed("x", "x", r, "source_id", "partner", "title").Rows[0]
	if !reflect.DeepEqual(got, []any{"candidates", "all", title}) {
		t.Errorf("%q", got)
	}
}
