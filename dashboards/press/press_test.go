package press

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/ingest/sample"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// library is a data directory and the press of it.
type library struct {
	*Press
	t     *testing.T
	files *store.Files
	clock time.Time // goes on by an hour with every look
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	dir := t.TempDir()
	l := &library{t: t, files: store.Open(dir), clock: time.Date(2025, 9, 1, 12, 0, 0, 0, time.UTC)}
	editions, err := edition.Open(t.Context(), dir)
	must(t, err)
	settled, err := settings.Open(t.Context(), dir)
	must(t, err)
	campaigns, err := campaign.Open(t.Context(), dir)
	must(t, err)
	t.Cleanup(func() {
		for _, closed := range []error{editions.Close(), settled.Close(), campaigns.Close(), l.files.Close()} {
			must(t, closed)
		}
	})
	var mu sync.Mutex
	l.Press = &Press{Store: l.files, Editions: editions, Settings: settled, Campaigns: campaigns, Version: "1.0", Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		l.clock = l.clock.Add(time.Hour)
		return l.clock
	}}
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// load loads a file of requests.
func (l *library) load(profile, text string) {
	l.t.Helper()
	path := filepath.Join(l.t.TempDir(), "requests.csv")
	must(l.t, os.WriteFile(path, []byte(text), 0o600))
	_, err := ingest.Run(l.t.Context(), l.files, ingest.Options{Files: []string{path}, Profile: profile, Library: "MAIN", Zone: "UTC", Now: l.Now()}, nil)
	must(l.t, err)
}

func (l *library) issue(spec report.Spec) *edition.Edition {
	l.t.Helper()
	e, err := l.Issue(l.t.Context(), spec)
	must(l.t, err)
	return e
}

func (l *library) restate(id string) *Restatement {
	l.t.Helper()
	r, err := l.Restate(l.t.Context(), id)
	must(l.t, err)
	return r
}

// content is all of an edition's files in one.
func (l *library) content(e *edition.Edition) string {
	l.t.Helper()
	var all strings.Builder
	for _, format := range e.Formats() {
		file, err := l.Editions.File(l.t.Context(), e.ID, format)
		must(l.t, err)
		all.WriteString(file.Name)
		all.Write(file.Bytes)
	}
	return all.String()
}

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// ofMarch is a report of some sections of March 2025.
func ofMarch(sections ...string) report.Spec {
	return report.Spec{Name: "ours", Kind: report.Monthly, Sections: sections, From: day("2025-03-01"), To: day("2025-04-01")}
}

const heading = "request_id,role,kind,created,sent,available,shipped,closed,status,updated,partner,department\n"

// march is a tiny history: of March 2025 two borrowed loans, one of them filled, a copy that is open and a loan lent.
const march = heading +
	"1,borrowing,loan,2025-03-03,2025-03-03,2025-03-06,,,delivered,2025-03-06,ABC,Law\n" +
	"2,borrowing,loan,2025-03-10,2025-03-10,,,2025-03-15,unfilled,2025-03-15,ABC,Law\n" +
	"3,borrowing,copy,2025-03-20,2025-03-20,,,,sent,2025-03-20,ABC,Art\n" +
	"4,lending,loan,2025-03-12,,,2025-03-14,,shipped,2025-03-14,XYZ,\n" +
	"5,borrowing,loan,2025-02-10,2025-02-10,2025-02-15,,,delivered,2025-02-15,ABC,Law\n" +
	"6,borrowing,loan,2025-04-02,2025-04-02,,,,sent,2025-04-02,ABC,Art\n"

// later tells of the copy's arrival, of one more loan of March, and of one of April.
const later = heading +
	"3,borrowing,copy,2025-03-20,2025-03-20,2025-04-05,,,delivered,2025-04-05,ABC,Art\n" +
	"5,borrowing,loan,2025-02-10,2025-02-10,2025-02-15,,,delivered,2025-02-15,ABC,Law\n" +
	"7,borrowing,loan,2025-03-28,2025-03-28,,,,sent,2025-03-28,ABC,Law\n" +
	"8,borrowing,loan,2025-04-06,2025-04-06,,,,sent,2025-04-06,ABC,Law\n"

// lines are the changes of a restatement in one line each.
func lines(r *Restatement) []string {
	number := func(n *float64) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprintf("%.6g", *n)
	}
	var all []string
	for _, c := range r.Rows {
		mark := ""
		switch {
		case c.IsNew:
			mark = " new"
		case c.IsGone:
			mark = " gone"
		}
		all = append(all, fmt.Sprintf("%s: %s -> %s (%s)%s", place(c.Section, c.Table, c.Row, c.Column), number(c.AsIssued), number(c.Now), number(c.Difference), mark))
	}
	return all
}

// place names a figure: section, table, codes of the row, column.
func place(section, table string, row []string, column string) string {
	return strings.Join(append(append([]string{section, table}, row...), column), " ")
}

// The figures that differ after a known change, counted by hand.
func TestARestatementByHand(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	e := l.issue(ofMarch("volume"))
	if e.ID != "ours-2025-03-1" || e.Generation != 1 || e.LastBatch != 1 || e.Version != "1.0" || !e.From.Equal(day("2025-03-01")) || !e.To.Equal(day("2025-04-01")) || !e.AsOf.Equal(day("2025-04-02")) {
		t.Errorf("issued %+v", e)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(FormatNames())), e.Formats()); diff != "" {
		t.Errorf("formats: -want +got\n%s", diff)
	}
	issued := l.content(e)
	for _, file := range e.Files {
		if !strings.HasPrefix(file.Name, "ours-2025-03-edition-1.") {
			t.Errorf("%s is called %s", file.Format, file.Name)
		}
	}
	same := l.restate(e.ID)
	if len(same.Rows) > 0 || same.Unchanged == 0 || same.NImports != 0 || *same.NArrived != 0 || *same.NChanged != 0 || same.MeaningChanged || same.VersionChanged || same.RolledBack || same.IsList {
		t.Errorf("with nothing new: %+v", same)
	}
	if diff := cmp.Diff([]string{fmt.Sprintf("No figure differs: %d are as they were issued.", same.Unchanged), "Nothing was imported since."}, same.Summary()); diff != "" {
		t.Errorf("in words: -want +got\n%s", diff)
	}

	l.load("generic", later)
	r := l.restate(e.ID)
	if diff := cmp.Diff([]string{
		"volume volume_by_role borrowing loan n_requests: 2 -> 3 (1)",
		"volume volume_by_role borrowing loan n_open: 0 -> 1 (1)",
		"volume volume_by_role borrowing copy n_filled: 0 -> 1 (1)",
		"volume volume_by_role borrowing copy n_open: 1 -> 0 (-1)",
		"volume volume_by_role total  n_requests: 4 -> 5 (1)",
		"volume volume_by_role total  n_filled: 2 -> 3 (1)",
		"volume volume_by_month 2025-03-01 n_requests: 4 -> 5 (1)",
		"volume volume_by_month 2025-03-01 n_filled: 2 -> 3 (1)",
	}, sortedAs(lines(r)), cmp.Transformer("sort", sortedAs)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if r.Unchanged != same.Unchanged-8 || r.NImports != 1 || r.NOther != 0 || *r.NArrived != 1 || *r.NChanged != 1 || r.Edition.Generation != 1 || r.Now.Generation != 2 {
		t.Errorf("%d unchanged of %d, %d imports, %d arrived, %d changed", r.Unchanged, same.Unchanged, r.NImports, *r.NArrived, *r.NChanged)
	}
	if got := l.content(e); got != issued {
		t.Error("the issued bytes have changed")
	}
	second := l.issue(ofMarch("volume"))
	if second.ID != "ours-2025-03-2" || l.content(e) != issued || l.content(second) == issued {
		t.Errorf("the second edition is %s, and the first is as it was: %v", second.ID, l.content(e) == issued)
	}
	if r := l.restate(second.ID); len(r.Rows) > 0 {
		t.Errorf("of the second edition %v", lines(r))
	}
	// Only what the edition is about counts as arrived: not the art library's, and not April's.
	art := ofMarch("volume")
	art.Filter.Department = []string{"Art"}
	art.Filter.Numbers = map[string]int{"suppress_below": 0}
	of := l.issue(art)
	l.load("generic", heading+"9,borrowing,loan,2025-03-30,2025-03-30,,,,sent,2025-04-09,ABC,Law\n10,borrowing,loan,2025-03-30,2025-03-30,,,,sent,2025-04-09,ABC,Art\n")
	if r := l.restate(of.ID); *r.NArrived != 1 || *r.NChanged != 0 {
		t.Errorf("of one department %d arrived and %d changed", *r.NArrived, *r.NChanged)
	}
}

func sortedAs(lines []string) []string { return slices.Sorted(slices.Values(lines)) }

// Of a department too small to be shown not even what arrived is counted.
func TestARestatementOfASmallDepartment(t *testing.T) {
	l := newLibrary(t)
	text := strings.ReplaceAll(march, heading, strings.TrimSuffix(heading, "\n")+",patron\n")
	for i := range 10 {
		text = strings.Replace(text, ",Law\n", fmt.Sprintf(",Law,u%04d\n", i), 1)
		text = strings.Replace(text, ",Art\n", fmt.Sprintf(",Art,u%04d\n", i), 1)
	}
	l.load("generic", text)
	spec := ofMarch("volume")
	spec.Filter.Department = []string{"Art"}
	e, err := l.Issue(t.Context(), spec)
	must(t, err)
	l.load("generic", later)
	if r := l.restate(e.ID); r.NArrived != nil || r.NChanged != nil || r.Uncounted == "" || !strings.Contains(strings.Join(r.Summary(), " "), "is not counted") {
		t.Errorf("%+v\n%v", r, r.Summary())
	}
}

// What a library settles after an edition is no change of its figures.
func TestSettingsAreNoRestatement(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	monthly, _ := report.Builtin("monthly")
	monthly.From, monthly.To = day("2025-03-01"), day("2025-04-01")
	e := l.issue(monthly)
	changed := settings.Settings{Numbers: map[string]int{"grace_days": 30, "fiscal_start": 1, "min_n": 1, "contu_limit": 1, "suppress_below": 0}, LibraryNames: map[string]string{"MAIN": "Main Library"}, Language: "pt-BR", DateStyle: "iso"}
	_, err := l.Settings.Put(t.Context(), changed)
	must(t, err)
	r := l.restate(e.ID)
	if len(r.Rows) > 0 || r.Unchanged == 0 || r.Words.Tag != "en" {
		t.Errorf("in %s: %v", r.Words.Tag, lines(r))
	}
	// A new edition has them.
	if e := l.issue(monthly); e.Number != 2 || e.SettingsRevision != 1 || !strings.Contains(string(e.Spec), "grace_days=30") || !strings.Contains(string(e.Spec), `"language":"pt-BR"`) {
		t.Errorf("%+v\n%s", e, e.Spec)
	}
}

// A history that was returned to one from before the edition can't tell what arrived since, even where loads have taken the
// numbers of those that are gone.
func TestARestatementAfterARollback(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	l.load("generic", later)
	e := l.issue(ofMarch("volume"))
	_, err := l.files.Rollback(1)
	must(t, err)
	check := func(when string, rows int) {
		t.Helper()
		r := l.restate(e.ID)
		if !r.RolledBack || r.NArrived != nil || r.NChanged != nil || len(r.Rows) != rows {
			t.Errorf("%s: %+v", when, r)
		}
		if text := strings.Join(r.Summary(), " "); !strings.Contains(text, "returned to one from before this edition") {
			t.Errorf("%s: %s", when, text)
		}
	}
	check("rolled back", 8)
	l.load("generic", later)
	check("loaded anew", 0)
	// A history rolled back and forth is the same again.
	_, err = l.files.Rollback(2)
	must(t, err)
	if r := l.restate(e.ID); r.RolledBack || *r.NArrived != 0 {
		t.Errorf("returned: %+v", r)
	}
}

// Figures that an edition had and the report no longer has, and those that are new, are told.
func TestFiguresThatComeAndGo(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	e := l.issue(ofMarch("volume"))
	must(t, l.files.Close())
	_, err := l.files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) { return store.Discard, nil })
	must(t, err)
	l.load("generic", heading+"4,docdel,copy,2025-03-12,,,2025-03-14,,shipped,2025-03-16,XYZ,\n")
	got := lines(l.restate(e.ID))
	for _, want := range []string{
		"volume volume_by_role docdel copy n_requests: - -> 1 (-) new",
		"volume volume_by_role lending loan n_requests: 1 -> - (-) gone",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// Another definition or version is said, as differences may come of it.
func TestARestatementAfterAnUpgrade(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	e := l.issue(ofMarch("volume"))
	l.Version = "1.1"
	if r := l.restate(e.ID); !r.VersionChanged || r.MeaningChanged || !strings.Contains(strings.Join(r.Summary(), " "), "version is another one now") {
		t.Errorf("%v", r.Summary())
	}
	snapshot, err := l.files.Snapshot(t.Context())
	must(t, err)
	defer snapshot.Close()
	var values []byte
	other, err := l.Editions.Issue(t.Context(), "ours", "2025-03", func(int) (*edition.Draft, error) {
		values, err = l.Editions.Values(t.Context(), e.ID)
		return &edition.Draft{Spec: e.Spec, Definitions: "another", Version: "1.1", LastBatch: e.LastBatch, BatchMark: e.BatchMark, Values: values}, err
	})
	must(t, err)
	if r := l.restate(other.ID); r.VersionChanged || !r.MeaningChanged || !strings.Contains(strings.Join(r.Summary(), " "), "The definition of a figure") {
		t.Errorf("%v", r.Summary())
	}
}

// A restatement is written in every format, in the language of its edition.
func TestARestatementAsAFile(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	spec := ofMarch("volume", "fill_rate")
	spec.Language = "pt-BR"
	e := l.issue(spec)
	l.load("generic", later)
	r := l.restate(e.ID)
	made := r.Report()
	if made.Title != "Relatório mensal, edição 1: revisão dos números" || r.FileName("xlsx") != "ours-2025-03-1-restated-generation-2.xlsx" {
		t.Errorf("%q, %q", made.Title, r.FileName("xlsx"))
	}
	rows := 0
	for _, table := range made.Sections[0].Tables {
		rows += len(table.Rows)
		for i, row := range table.Rows {
			if len(row) != len(table.Columns) || len(table.Codes[i]) != len(row) {
				t.Errorf("%s: row %d has %d values", table.ID, i, len(row))
			}
		}
	}
	if rows != len(r.Rows) || rows < 8 {
		t.Errorf("%d rows for %d changes", rows, len(r.Rows))
	}
	for _, format := range FormatNames() {
		var first, again bytes.Buffer
		must(t, l.Write(t.Context(), &first, made, format))
		must(t, l.Write(t.Context(), &again, r.Report(), format))
		if first.Len() == 0 || !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("%s: %d and %d bytes that differ", format, first.Len(), again.Len())
		}
	}
	var html bytes.Buffer
	must(t, l.Write(t.Context(), &html, made, "html"))
	for _, want := range []string{"Na emissão", "Diferença", "ours-2025-03-1"} {
		if !strings.Contains(html.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// The whole monthly report of an invented history: what a restatement lists is what two makings of the report differ in.
func TestARestatementOfAWholeReport(t *testing.T) {
	made := t.TempDir()
	_, err := sample.Write(t.Context(), made, sample.Config{Requests: 2500, Seed: 11, TransactionsOnly: true})
	must(t, err)
	content, err := os.ReadFile(filepath.Join(made, "illiad", "Transactions.csv"))
	must(t, err)
	early, arrived, changed := earlier(t, string(content), "2025-03")
	if arrived < 5 || changed < 5 {
		t.Fatalf("of March %d arrive and %d change: too few to test with", arrived, changed)
	}
	l := newLibrary(t)
	l.load("illiad", early)
	spec, _ := report.Builtin("monthly")
	spec.From, spec.To = day("2025-03-01"), day("2025-04-01")
	before := valuesOf(t, l, spec)
	e := l.issue(spec)
	issued := l.content(e)
	l.load("illiad", string(content))
	after := valuesOf(t, l, spec)
	r := l.restate(e.ID)
	want := map[string][2]string{}
	for key := range merged(before, after) {
		if pair := [2]string{written(before, key), written(after, key)}; pair[0] != pair[1] {
			want[key] = pair
		}
	}
	got := map[string][2]string{}
	for _, c := range r.Rows {
		pair := [2]string{"none", "none"}
		if !c.IsNew {
			pair[0] = numberText(c.AsIssued)
		}
		if !c.IsGone {
			pair[1] = numberText(c.Now)
		}
		key := place(c.Section, c.Table, c.Row, c.Column)
		if _, twice := got[key]; twice {
			t.Errorf("%s is listed twice", key)
		}
		got[key] = pair
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-two makings +restatement\n%s", diff)
	}
	if len(got) < 20 || r.Unchanged < 20 || r.Unchanged+len(got) != len(merged(before, after)) {
		t.Errorf("%d differ and %d don't, of %d", len(got), r.Unchanged, len(merged(before, after)))
	}
	if *r.NArrived != arrived || *r.NChanged != changed {
		t.Errorf("%d arrived and %d changed, want %d and %d", *r.NArrived, *r.NChanged, arrived, changed)
	}
	if l.content(e) != issued {
		t.Error("the issued bytes have changed")
	}
}

// earlier gives an export as it may have been earlier: every ninth request is not there yet, another ninth was just sent. It
// counts those of a month.
func earlier(t *testing.T, export, month string) (text string, missing, other int64) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export, "\ufeff"))).ReadAll()
	must(t, err)
	at := func(name string) int {
		i := slices.Index(rows[0], name)
		if i < 0 {
			t.Fatalf("there is no column %s in %v", name, rows[0])
		}
		return i
	}
	status, changed, created := at("TransactionStatus"), at("TransactionDate"), at("CreationDate")
	var out strings.Builder
	writer := csv.NewWriter(&out)
	must(t, writer.Write(rows[0]))
	for i, row := range rows[1:] {
		isOf := int64(0)
		if strings.HasPrefix(row[created], month) || strings.HasPrefix(row[created], strings.TrimLeft(month[5:], "0")+"/") && strings.Contains(row[created], "/"+month[:4]) {
			isOf = 1
		}
		switch i % 9 {
		case 0:
			missing += isOf
			continue
		case 1:
			if row[changed] == row[created] {
				break // it would be the same
			}
			row[status], row[changed] = "Request Sent", row[created]
			other += isOf
		}
		must(t, writer.Write(row))
	}
	writer.Flush()
	must(t, writer.Error())
	return out.String(), missing, other
}

func valuesOf(t *testing.T, l *library, spec report.Spec) map[string]string {
	t.Helper()
	r, err := l.Compose(t.Context(), spec)
	must(t, err)
	all := map[string]string{}
	for _, v := range r.Values() {
		key := place(v.Section, v.Table, v.Row, v.Column)
		if _, twice := all[key]; twice {
			t.Errorf("two figures are called %s", key)
		}
		all[key] = numberText(v.Number)
	}
	return all
}

func numberText(n *float64) string {
	if n == nil {
		return "null"
	}
	return fmt.Sprintf("%.10g", *n)
}

func written(values map[string]string, key string) string {
	if text, ok := values[key]; ok {
		return text
	}
	return "none"
}

func merged(a, b map[string]string) map[string]bool {
	keys := map[string]bool{}
	for _, of := range []map[string]string{a, b} {
		for key := range maps.Keys(of) {
			keys[key] = true
		}
	}
	return keys
}

// Many who issue at once get numbers one after the other, each with files that say its own.
func TestManyIssueAtOnce(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	const n = 4
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			if _, err := l.Issue(context.Background(), ofMarch("volume")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list, err := l.Editions.List(t.Context())
	must(t, err)
	var numbers []int
	for _, e := range list {
		numbers = append(numbers, e.Number)
		file, err := l.Editions.File(t.Context(), e.ID, "html")
		must(t, err)
		if file.Name != fmt.Sprintf("ours-2025-03-edition-%d.html", e.Number) || !bytes.Contains(file.Bytes, []byte(e.ID)) {
			t.Errorf("%s: %s does not name it", e.ID, file.Name)
		}
		if len(l.restate(e.ID).Rows) > 0 {
			t.Errorf("%s has moved", e.ID)
		}
	}
	slices.Sort(numbers)
	if diff := cmp.Diff([]int{1, 2, 3, 4}, numbers); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWhatCannotBeIssued(t *testing.T) {
	l := newLibrary(t)
	if _, err := l.Issue(t.Context(), ofMarch("volume")); err == nil || !strings.Contains(err.Error(), "no data yet") {
		t.Errorf("without data: %v", err)
	}
	l.load("generic", march)
	for what, change := range map[string]func(*report.Spec){
		"a section that is not there": func(s *report.Spec) { s.Sections = []string{"weather"} },
		"a month to come":             func(s *report.Spec) { s.From, s.To = day("2026-01-01"), day("2026-02-01") },
		"a month before the history":  func(s *report.Spec) { s.From, s.To = day("2020-01-01"), day("2020-02-01") },
		"a name with a month":         func(s *report.Spec) { s.Name = "ours-2025-03" },
		"a path for a name":           func(s *report.Spec) { s.Name = "../ours" },
	} {
		spec := ofMarch("volume")
		change(&spec)
		if _, err := l.Issue(t.Context(), spec); queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := l.Issue(ctx, ofMarch("volume")); err == nil {
		t.Error("issued though it was told to stop")
	}
	if list, err := l.Editions.List(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d editions, %v", len(list), err)
	}
	for _, format := range []string{"docx", "", "XLS"} {
		if _, _, err := l.Make(t.Context(), ofMarch("volume"), format); queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), strings.Join(FormatNames(), ", ")) {
			t.Errorf("%q: %v", format, err)
		}
	}
}

// Editions of a name are all of what the name stands for: one that is narrowed or changed is none of them, in another
// language, on other paper and of another month it is.
func TestEditionsOfANameAreOfOneReport(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	ours := ofMarch("volume")
	must(t, l.Save(t.Context(), ours))
	monthly, _ := report.Builtin("monthly")
	monthly.From, monthly.To = ours.From, ours.To
	for what, change := range map[string]func(*report.Spec){
		"narrowed":       func(s *report.Spec) { s.Filter.Role = []string{"borrowing"} },
		"with a number":  func(s *report.Spec) { s.Filter.Numbers = map[string]int{"grace_days": 3} },
		"less a section": func(s *report.Spec) { s.Sections = []string{"reasons"} },
		"of groups":      func(s *report.Spec) { s.Groups = []string{"kind"} },
		"with a title":   func(s *report.Spec) { s.Title = "Another" },
	} {
		for _, spec := range []report.Spec{ours, monthly} {
			change(&spec)
			if _, err := l.Issue(t.Context(), spec); queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), spec.Name+" is narrowed or changed") {
				t.Errorf("%s %s: %v", spec.Name, what, err)
			}
		}
	}
	if list, err := l.Editions.List(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d editions, %v", len(list), err)
	}
	ours.Language, ours.Paper = "pt-BR", report.Letter
	if _, err := l.Issue(t.Context(), ours); err != nil {
		t.Error(err)
	}
}

func TestSavedReports(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	spec := ofMarch("reasons", "volume")
	spec.Name, spec.Title, spec.Filter.Role = "law", "Law library", []string{"borrowing"}
	must(t, l.Save(t.Context(), spec))
	got, err := l.Spec(t.Context(), "law")
	must(t, err)
	want := spec
	want.From, want.To = time.Time{}, time.Time{} // said when it is run
	if diff := cmp.Diff(text(t, want), text(t, got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if list, err := l.Saved(t.Context()); err != nil || len(list) != 1 || text(t, list[0]) != text(t, want) {
		t.Errorf("%v, %v", list, err)
	}
	e := l.issue(got) // of the last full month
	if e.ID != "law-2025-03-1" || e.Title != "Law library" {
		t.Errorf("issued %s, %s", e.ID, e.Title)
	}
	for what, err := range map[string]error{
		"a name that is taken":    l.Save(t.Context(), report.Spec{Name: "monthly"}),
		"no name":                 l.Save(t.Context(), report.Spec{}),
		"an unknown section":      l.Save(t.Context(), report.Spec{Name: "x", Sections: []string{"weather"}}),
		"a removal of a built-in": l.Remove(t.Context(), "worklists"),
	} {
		if queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, l.Remove(t.Context(), "law"))
	if _, err := l.Spec(t.Context(), "law"); queries.ErrorCode(err) != queries.NotFound {
		t.Errorf("removed: %v", err)
	}
	if r := l.restate(e.ID); len(r.Rows) > 0 || r.Unchanged == 0 {
		t.Errorf("an edition of a removed report: %+v", r)
	}
	must(t, l.Editions.SaveSpec(t.Context(), "newer", []byte(`{"filter": "colour=red"}`)))
	if _, err := l.Spec(t.Context(), "newer"); err == nil || !strings.Contains(err.Error(), "newer Fillrate wrote it") {
		t.Errorf("one of a newer Fillrate: %v", err)
	}
}

func text(t *testing.T, spec report.Spec) string {
	t.Helper()
	content, err := json.Marshal(spec)
	must(t, err)
	return string(content)
}

// An edit of the record of campaigns is said, a look at results is not one.
func TestARestatementAfterACampaignWasEdited(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	must(t, l.Campaigns.Add(t.Context(), campaign.Campaign{ID: "N1", Name: "Newsletter", Start: day("2025-03-01"), End: day("2025-04-01")}, "add"))
	now := time.Now() // the record of campaigns goes by the clock
	l.clock = now.Add(2 * time.Hour)
	e := l.issue(ofMarch("campaigns"))
	must(t, l.Campaigns.Looked(t.Context(), "N1", l.Now()))
	if r := l.restate(e.ID); r.CampaignsChanged || len(r.Rows) > 0 {
		t.Errorf("%v", r.Summary())
	}
	l.clock = now.Add(-24 * time.Hour)
	e = l.issue(ofMarch("campaigns", "volume"))
	if r := l.restate(e.ID); !r.CampaignsChanged || !strings.Contains(strings.Join(r.Summary(), " "), "record of campaigns was edited") {
		t.Errorf("%v", r.Summary())
	}
	if r := l.restate(l.issue(ofMarch("volume")).ID); r.CampaignsChanged {
		t.Error("a report without campaigns speaks of them")
	}
}

// Lists are issued as of their day, and have no figures to compare.
func TestAnEditionOfLists(t *testing.T) {
	l := newLibrary(t)
	l.load("generic", march)
	spec, err := l.Spec(t.Context(), "open")
	must(t, err)
	e := l.issue(spec)
	if e.ID != "open-2025-04-02-1" || !e.From.IsZero() {
		t.Errorf("%+v", e)
	}
	l.load("generic", later)
	r := l.restate(e.ID)
	if !r.IsList || len(r.Rows) > 0 || *r.NArrived != 2 || *r.NChanged != 1 || !strings.Contains(r.Summary()[0], "list to work through") {
		t.Errorf("%+v\n%v", r, r.Summary())
	}
	if second := l.issue(spec); second.ID != "open-2025-04-06-1" {
		t.Errorf("the next is %s", second.ID)
	}
}
