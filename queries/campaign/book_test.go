package campaign

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// newBook gives a book whose clock goes on by a minute with every look at it, from noon.
func newBook(t *testing.T) *Book {
	t.Helper()
	return bookIn(t, t.TempDir())
}

func bookIn(t *testing.T, dir string) *Book {
	t.Helper()
	b, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	clock := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	b.now = func() time.Time { clock = clock.Add(time.Minute); return clock }
	return b
}

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func newsletter() Campaign {
	return Campaign{
		ID: "N1", Name: "Newsletter", Start: day("2024-09-01"), End: day("2025-01-01"),
		Target: Group{Departments: []string{"Music", " History ", "Music", ""}}, Comparison: Group{Departments: []string{"Biology"}},
	}
}

func mustAdd(t *testing.T, b *Book, c Campaign) Campaign {
	t.Helper()
	if err := b.Add(t.Context(), c, "add"); err != nil {
		t.Fatal(err)
	}
	return mustGet(t, b, c.ID)
}

func mustGet(t *testing.T, b *Book, id string) Campaign {
	t.Helper()
	c, err := b.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustEdit(t *testing.T, b *Book, id string, change func(*Campaign)) {
	t.Helper()
	c := mustGet(t, b, id)
	change(&c)
	if err := b.Edit(t.Context(), c, "edit"); err != nil {
		t.Fatal(err)
	}
}

// historyLines are the edits in one line each: minute, how, what.
func historyLines(t *testing.T, b *Book, id string) []string {
	t.Helper()
	history, err := b.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, edit := range history {
		line := edit.At.Format("15:04 ") + edit.How
		if edit.Field != "" {
			line += fmt.Sprintf(" %s: %s -> %s", edit.Field, edit.Before, edit.After)
		}
		if edit.AfterResults {
			line += " (after results)"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestABookBeforeItsFirstRecordMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	b := bookIn(t, dir)
	if list, err := b.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("list: %v, %v", list, err)
	}
	if list, err := b.Exposures(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("exposures: %v, %v", list, err)
	}
	_, err := b.Get(t.Context(), "N1")
	_, historyErr := b.History(t.Context(), "N1")
	for what, err := range map[string]error{
		"get": err, "history": historyErr, "edit": b.Edit(t.Context(), newsletter(), "edit"), "remove": b.Remove(t.Context(), "N1"),
		"looked": b.Looked(t.Context(), "N1", day("2025-01-01")),
	} {
		if queries.ErrorCode(err) != queries.NotFound {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	bad := newsletter()
	bad.Start = time.Time{}
	if err := b.Add(t.Context(), bad, "add"); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("add: %v, want invalid", err)
	}
	if _, err := b.Import(t.Context(), strings.NewReader("name,start\nA,2024\n"), "a.csv"); queries.ErrorCode(err) != queries.Invalid {
		t.Errorf("import: %v, want invalid", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data directory was made: %v", err)
	}
	mustAdd(t, b, newsletter())
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, store.AppFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %o", path, info, err, want)
		}
	}
}

func TestARecordAndItsHistory(t *testing.T) {
	b := newBook(t)
	got := mustAdd(t, b, newsletter())
	want := Campaign{
		ID: "N1", Name: "Newsletter", Kind: "campaign", Start: day("2024-09-01"), End: day("2025-01-01"),
		Target:     Group{Departments: []string{"History", "Music"}, PatronGroups: []string{}, Libraries: []string{}},
		Comparison: Group{Departments: []string{"Biology"}, PatronGroups: []string{}, Libraries: []string{}},
		Roles:      []string{"borrowing"}, Outcome: "requests", Revision: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := mustGet(t, b, "n1"); got.ID != "N1" {
		t.Errorf("in lower case: %+v", got)
	}
	cost, hours := 1200.5, 12.0
	mustEdit(t, b, "N1", func(c *Campaign) {
		c.Kind, c.Channel, c.End, c.CarryOverMonths = KindServiceChange, "social_media", time.Time{}, 0
		c.Target, c.Comparison = Group{PatronGroups: []string{"Faculty"}}, Group{}
		c.Roles, c.Outcome, c.Cost, c.Currency, c.StaffHours = []string{"docdel", "borrowing"}, "fill_rate", &cost, "eur", &hours
		c.Notes = "One\r\nTwo"
	})
	mustEdit(t, b, "N1", func(*Campaign) {}) // nothing
	mustEdit(t, b, "N1", func(c *Campaign) { c.Cost, c.End, c.CarryOverMonths = nil, day("2025-02-01"), 1 })
	if err := b.Remove(t.Context(), "N1"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), "N1"); queries.ErrorCode(err) != queries.NotFound {
		t.Errorf("a removed record: %v", err)
	}
	if diff := cmp.Diff([]string{
		"12:01 add",
		"12:02 edit kind: campaign -> service change",
		"12:02 edit channel: none -> social media",
		"12:02 edit end: last day 2024-12-31 -> lasting",
		"12:02 edit target.departments: History; Music -> none",
		"12:02 edit target.patron_groups: none -> Faculty",
		"12:02 edit comparison.departments: Biology -> none",
		"12:02 edit roles: borrowing -> borrowing; docdel",
		"12:02 edit outcome: Requests -> Fill rate",
		"12:02 edit cost: none -> 1200.5",
		"12:02 edit currency: none -> EUR",
		"12:02 edit staff_hours: none -> 12",
		"12:02 edit notes: none -> One\nTwo",
		"12:04 edit end: lasting -> last day 2025-01-31",
		"12:04 edit carry_over_months: 0 months -> 1 month",
		"12:04 edit cost: 1200.5 -> none",
		"12:05 remove",
	}, historyLines(t, b, "N1")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestEveryFieldIsKept(t *testing.T) {
	b := newBook(t)
	mustAdd(t, b, newsletter())
	typed := map[string][]string{
		"name": {"Another"}, "kind": {"service_change"}, "channel": {"by post"}, "start": {"2024-08-01"}, "end": {"2024-12-01"}, "carry_over_months": {"3"},
		"target.departments": {"Law"}, "target.patron_groups": {"Staff"}, "target.libraries": {"MAIN"},
		"comparison.departments": {"Art", "Law 2"}, "comparison.patron_groups": {"Staff"}, "comparison.libraries": {"MAIN"},
		"roles": {"docdel"}, "outcome": {"requesters"}, "per_head": {"yes"}, "cost": {"0.1"}, "currency": {"GBP"}, "staff_hours": {"7.5"},
		"hypothesis": {"More"}, "owner": {"Outreach"}, "notes": {"a\nb"},
	}
	for _, name := range Fields() {
		if typed[name] == nil {
			t.Errorf("this test does not set %s", name)
		}
	}
	mustEdit(t, b, "N1", func(c *Campaign) {
		for name, values := range typed {
			if err := Set(c, name, values...); err != nil {
				t.Fatal(err)
			}
		}
	})
	got := mustGet(t, b, "N1")
	for name, values := range typed {
		if diff := cmp.Diff(values, Text(got, name)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if got.Revision != 2 {
		t.Errorf("revision %d, want 2", got.Revision)
	}
}

func TestChangesAfterResultsAreMarked(t *testing.T) {
	b := newBook(t)
	mustAdd(t, b, newsletter())
	mustEdit(t, b, "N1", func(c *Campaign) { c.Start = day("2024-09-02") })
	for _, at := range []string{"2025-03-02", "2025-03-05"} { // only the first look counts
		if err := b.Looked(t.Context(), "N1", day(at)); err != nil {
			t.Fatal(err)
		}
	}
	if c := mustGet(t, b, "N1"); !c.FrozenAt.Equal(day("2025-03-02")) || c.Revision != 2 {
		t.Errorf("frozen at %v, revision %d; want the first look, and still 2", c.FrozenAt, c.Revision)
	}
	mustEdit(t, b, "N1", func(c *Campaign) {
		c.FrozenAt = time.Time{} // nobody takes that back
		c.Start, c.Name, c.PerHead = day("2024-09-03"), "News", true
	})
	if c := mustGet(t, b, "N1"); !c.FrozenAt.Equal(day("2025-03-02")) {
		t.Errorf("frozen at %v after an edit", c.FrozenAt)
	}
	// A record that is removed and made anew is the same record.
	if err := b.Remove(t.Context(), "N1"); err != nil {
		t.Fatal(err)
	}
	again := newsletter()
	again.Comparison = Group{}
	if again = mustAdd(t, b, again); !again.FrozenAt.Equal(day("2025-03-02")) || again.Revision != 5 {
		t.Errorf("made anew: %+v", again)
	}
	if diff := cmp.Diff([]string{
		"12:01 add",
		"12:02 edit start: 2024-09-01 -> 2024-09-02",
		"00:00 looked",
		"12:03 edit name: Newsletter -> News",
		"12:03 edit start: 2024-09-02 -> 2024-09-03 (after results)",
		"12:03 edit per_head: no -> yes (after results)",
		"12:04 remove",
		"12:05 add",
		"12:05 add name: News -> Newsletter",
		"12:05 add start: 2024-09-03 -> 2024-09-01 (after results)",
		"12:05 add comparison.departments: Biology -> none (after results)",
		"12:05 add per_head: yes -> no (after results)",
	}, historyLines(t, b, "N1")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAnEditNamesTheRevisionThatItChanges(t *testing.T) {
	b := newBook(t)
	mine := mustAdd(t, b, newsletter())
	theirs := mine
	theirs.Name = "Theirs"
	if err := b.Edit(t.Context(), theirs, "edit"); err != nil {
		t.Fatal(err)
	}
	mine.Name = "Mine"
	if err := b.Edit(t.Context(), mine, "edit"); queries.ErrorCode(err) != queries.Conflict || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("an edit of what was changed in the meantime: %v", err)
	}
	if err := b.Add(t.Context(), mine, "add"); queries.ErrorCode(err) != queries.Conflict {
		t.Errorf("an id that is taken: %v", err)
	}
	lower := newsletter()
	lower.ID = "n1"
	if err := b.Add(t.Context(), lower, "add"); queries.ErrorCode(err) != queries.Conflict {
		t.Errorf("an id that is taken, in lower case: %v", err)
	}
	if got := mustGet(t, b, "N1"); got.Name != "Theirs" || got.Revision != 2 {
		t.Errorf("the record is %+v", got)
	}
}

func TestListAndUnknownIDs(t *testing.T) {
	b := newBook(t)
	for _, one := range [][2]string{{"B", "2024-02-01"}, {"C", "2024-01-01"}, {"A", "2024-02-01"}} {
		mustAdd(t, b, Campaign{ID: one[0], Name: one[0], Start: day(one[1])})
	}
	list, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]string{"C", "A", "B"}, ids); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, id := range []string{"X", "", "' or 1=1 --", strings.Repeat("é", 100_000)} {
		_, err := b.Get(t.Context(), id)
		if queries.ErrorCode(err) != queries.NotFound || !strings.HasSuffix(err.Error(), "there are C, A, B") || len(err.Error()) > 300 {
			t.Errorf("get %.20q: %.300v", id, err)
		}
	}
	for range listed {
		id, err := b.FreeID(t.Context(), "More")
		if err != nil {
			t.Fatal(err)
		}
		mustAdd(t, b, Campaign{ID: id, Name: "More", Start: day("2025-01-01")})
	}
	if _, err := b.Get(t.Context(), "X"); err == nil || !strings.HasSuffix(err.Error(), "more-6 and 3 more") {
		t.Errorf("with 23 records: %v", err)
	}
}

func TestIDsOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"Newsletter to new staff":   "newsletter-to-new-staff",
		"  Été — büro №5! ":         "ete-buro-no5",
		"図書館ツアー":                    "campaign",
		"New":                       "new-1",
		"../../etc/passwd":          "etc-passwd",
		strings.Repeat("long ", 50): "long-long-long-long-long-long-long-long",
	} {
		if got := idOf(name); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
		if err := Validate(Campaign{ID: idOf(name), Name: "x", Start: day("2024-01-01")}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	b := newBook(t)
	mustAdd(t, b, Campaign{ID: "visits", Name: "Visits", Start: day("2024-01-01")})
	if err := b.Remove(t.Context(), "visits"); err != nil {
		t.Fatal(err)
	}
	if id, err := b.FreeID(t.Context(), "Visits"); err != nil || id != "visits-2" {
		t.Errorf("beside a removed record: %q, %v; want visits-2", id, err)
	}
}

// writerDir tells this very test binary to be a process that records campaigns, see TestMain.
const writerDir = "FILLRATE_TEST_WRITER_DIR"

// TestMain lets the tests start processes that write to a book: they record campaigns of FILLRATE_TEST_WRITER_NAME until
// they are killed or FILLRATE_TEST_WRITER_N are recorded, and print the id of each once it is.
func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		if err := writeOn(dir, os.Getenv("FILLRATE_TEST_WRITER_NAME"), os.Getenv("FILLRATE_TEST_WRITER_N")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeOn(dir, name, most string) error {
	b, err := Open(context.Background(), dir)
	if err != nil {
		return err
	}
	for i := range 10_000 {
		if fmt.Sprint(i) == most {
			return b.Close()
		}
		c := Campaign{ID: fmt.Sprintf("%s-%d", name, i), Name: name, Start: day("2024-01-01"), Notes: strings.Repeat("note ", 1000)}
		if err := b.Add(context.Background(), c, "add"); err != nil {
			return err
		}
		fmt.Println(c.ID)
	}
	return errors.New("nobody stopped it")
}

func writer(t *testing.T, dir, name, most string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), self)
	process.Env = append(os.Environ(), writerDir+"="+dir, "FILLRATE_TEST_WRITER_NAME="+name, "FILLRATE_TEST_WRITER_N="+most)
	process.Stderr = os.Stderr
	return process
}

func TestWhatWasRecordedSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	var recorded []string
	for round := range 6 {
		process := writer(t, dir, fmt.Sprintf("round%d", round), "")
		out, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + round*3 {
			if !lines.Scan() {
				t.Fatalf("round %d: the writer stopped: %v", round, lines.Err())
			}
			recorded = append(recorded, lines.Text())
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it still said before it died
			recorded = append(recorded, lines.Text())
		}
		if err := process.Wait(); err == nil {
			t.Error("the writer ended by itself")
		}
		b := bookIn(t, dir)
		list, err := b.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, c := range list {
			there[c.ID] = true
			if history := historyLines(t, b, c.ID); len(history) != 1 || len(c.Notes) != 4999 {
				t.Errorf("%s is not whole: %d edits, notes of %d bytes", c.ID, len(history), len(c.Notes))
			}
		}
		for _, id := range recorded {
			if !there[id] {
				t.Errorf("round %d: %s was recorded and is lost", round, id)
			}
		}
		if n := len(list) - len(recorded); n > round+1 { // at most the one under way in each round
			t.Errorf("round %d: %d records too many", round, n)
		}
		var found string
		if err := b.db.QueryRow("pragma integrity_check").Scan(&found); err != nil || found != "ok" {
			t.Errorf("round %d: %s, %v", round, found, err)
		}
	}
}

func TestTwoProcessesWriteAtOnce(t *testing.T) {
	const each = 25
	dir := t.TempDir()
	var processes []*exec.Cmd
	for _, name := range []string{"one", "two"} {
		process := writer(t, dir, name, fmt.Sprint(each))
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, process)
	}
	b := bookIn(t, dir)
	for i := range each {
		mustAdd(t, b, Campaign{ID: fmt.Sprintf("three-%d", i), Name: "Three", Start: day("2024-01-01")})
	}
	for _, process := range processes {
		if err := process.Wait(); err != nil {
			t.Error(err)
		}
	}
	if list, err := b.List(t.Context()); err != nil || len(list) != 3*each {
		t.Errorf("%d records, %v; want %d", len(list), err, 3*each)
	}
}

// Of many who change the same revision one succeeds, and the others are told.
func TestOneOfManyEditsWins(t *testing.T) {
	b := newBook(t)
	b.now = time.Now // the stepping clock is for one
	c := mustAdd(t, b, newsletter())
	results := make(chan error)
	for i := range 8 {
		go func() {
			mine := c
			mine.Name = fmt.Sprint("Name ", i)
			results <- b.Edit(context.Background(), mine, "edit")
		}()
	}
	won := 0
	for range 8 {
		switch err := <-results; {
		case err == nil:
			won++
		case queries.ErrorCode(err) != queries.Conflict:
			t.Error(err)
		}
	}
	if won != 1 || mustGet(t, b, "N1").Revision != 2 {
		t.Errorf("%d edits won, revision %d", won, mustGet(t, b, "N1").Revision)
	}
}

// Many records of one name at once each have an id of their own.
func TestManyOfOneName(t *testing.T) {
	b := newBook(t)
	b.now = time.Now // the stepping clock is for one
	const n = 8
	results := make(chan error)
	for range n {
		go func() {
			c, err := b.Record(context.Background(), Campaign{Name: " Visits ", Start: day("2024-01-01")}, "add")
			if err == nil && (c.Revision != 1 || !strings.HasPrefix(c.ID, "visits")) {
				err = fmt.Errorf("recorded %+v", c)
			}
			results <- err
		}()
	}
	for range n {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if list, err := b.List(t.Context()); err != nil || len(list) != n {
		t.Errorf("%d records, %v", len(list), err)
	}
	if _, err := b.Record(t.Context(), Campaign{ID: "visits", Name: "Visits", Start: day("2024-01-01")}, "add"); queries.ErrorCode(err) != queries.Conflict {
		t.Errorf("an id that is taken: %v", err)
	}
}

// A record that can't be written now is worth another try, and says so without naming a path.
func TestARecordThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	mustAdd(t, b, newsletter())
	holder, err := store.OpenApp(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	tx, err := holder.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	b.db.SetMaxOpenConns(1) // the one whose patience is set
	if _, err := b.db.ExecContext(t.Context(), "pragma busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	err = b.Remove(t.Context(), "N1")
	if queries.ErrorCode(err) != queries.Unavailable || !strings.Contains(err.Error(), "another program has held app.db") || strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
}
