package settings

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// TestMain lets a test run this binary as another process that settles something.
func TestMain(m *testing.M) {
	if dir := os.Getenv("FILLRATE_TEST_SETTINGS"); dir != "" {
		os.Exit(settleManyTimes(dir, os.Getenv("FILLRATE_TEST_CODE")))
	}
	os.Exit(m.Run())
}

// manyTimes is how often each process of the test of several writers changes something.
const manyTimes = 10

// settleManyTimes changes one library's name over and over, reading anew where another process was faster.
func settleManyTimes(dir, code string) int {
	ctx := context.Background()
	b, err := Open(ctx, dir)
	for n := 1; err == nil && n <= manyTimes; n++ {
		for {
			var s Settings
			if s, err = b.Get(ctx); err != nil {
				break
			}
			if err = s.Set(LibraryPrefix+code, fmt.Sprintf("%s %d", code, n)); err != nil {
				break
			}
			if _, err = b.Put(ctx, s); queries.ErrorCode(err) != queries.Conflict || err == nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// bookIn gives a book whose clock goes on by a minute with every look at it, from noon.
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
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("far", 3600))
	b.now = func() time.Time { clock = clock.Add(time.Minute); return clock }
	return b
}

func get(t *testing.T, b *Book) Settings {
	t.Helper()
	s, err := b.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, b *Book, s Settings) Settings {
	t.Helper()
	s, err := b.Put(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func full() Settings {
	return Settings{Language: "pt-BR", DateStyle: "iso", Zone: "America/Sao_Paulo",
		LibraryNames: map[string]string{"MAIN": "Main Library", "LAW": "Law <Library> & “Annex”"},
		Terms:        []queries.Term{{Name: "Fall", FromMonth: 8, FromDay: 24, ToMonth: 12, ToDay: 18}, {Name: "Winter", FromMonth: 12, FromDay: 19, ToMonth: 2, ToDay: 29}},
		Numbers:      map[string]int{"fiscal_start": 1, "grace_days": 3, "suppress_below": 0}}
}

func TestSettingsAreKept(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	if got := get(t, b); got.Revision != 0 || got.Number("grace_days") != 0 || got.LibraryName("MAIN") != "MAIN" {
		t.Errorf("of nothing: %+v", got)
	}
	if put(t, b, Settings{}); store.AppExists(dir) {
		t.Error("a file was made of nothing")
	}
	want := full()
	got := put(t, b, want)
	want.Revision = 1
	for _, s := range []Settings{got, get(t, b), get(t, bookIn(t, dir))} {
		if diff := cmp.Diff(want, s); diff != "" {
			t.Error(diff)
		}
	}
	if put(t, b, want); get(t, b).Revision != 1 {
		t.Error("the same again made a revision")
	}

	// A default is no setting, and spaces around a word are none of its own.
	want.Numbers = map[string]int{"fiscal_start": 7, "grace_days": 3, "suppress_below": 5}
	want.DateStyle, want.Zone = " dmy ", "  "
	want.LibraryNames = map[string]string{"MAIN": " Main Library ", "LAW": ""}
	put(t, b, want)
	got = get(t, b)
	if got.Revision != 2 || !cmp.Equal(got.Numbers, map[string]int{"grace_days": 3}) || got.DateStyle+got.Zone != "" || !cmp.Equal(got.LibraryNames, map[string]string{"MAIN": "Main Library"}) {
		t.Errorf("%+v", got)
	}
	history, err := b.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, edit := range history {
		lines = append(lines, fmt.Sprintf("%d %s %s: %q → %q", edit.Revision, edit.At.Format(time.RFC3339), edit.Name, edit.Before, edit.After))
	}
	if diff := cmp.Diff([]string{
		`1 2026-03-01T11:01:00Z language: "" → "pt-BR"`,
		`1 2026-03-01T11:01:00Z date_style: "" → "iso"`,
		`1 2026-03-01T11:01:00Z zone: "" → "America/Sao_Paulo"`,
		`1 2026-03-01T11:01:00Z terms: "" → "Fall 08-24 to 12-18; Winter 12-19 to 02-29"`,
		`1 2026-03-01T11:01:00Z library.LAW: "" → "Law <Library> & “Annex”"`,
		`1 2026-03-01T11:01:00Z library.MAIN: "" → "Main Library"`,
		`1 2026-03-01T11:01:00Z grace_days: "" → "3"`,
		`1 2026-03-01T11:01:00Z fiscal_start: "" → "1"`,
		`1 2026-03-01T11:01:00Z suppress_below: "" → "0"`,
		`2 2026-03-01T11:03:00Z date_style: "iso" → ""`,
		`2 2026-03-01T11:03:00Z zone: "America/Sao_Paulo" → ""`,
		`2 2026-03-01T11:03:00Z library.LAW: "Law <Library> & “Annex”" → ""`,
		`2 2026-03-01T11:03:00Z fiscal_start: "1" → ""`,
		`2 2026-03-01T11:03:00Z suppress_below: "0" → ""`,
	}, lines); diff != "" {
		t.Error(diff)
	}

	// All taken back: the revision goes on, so that a form from before does not pass for a new one.
	put(t, b, Settings{Revision: 2})
	if got := get(t, b); got.Revision != 3 || len(got.names()) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestOldRevisionIsAConflict(t *testing.T) {
	dir := t.TempDir()
	one, other := bookIn(t, dir), bookIn(t, dir)
	mine, theirs := get(t, one), get(t, other)
	mine.Numbers = map[string]int{"grace_days": 1}
	theirs.Numbers = map[string]int{"grace_days": 2}
	put(t, one, mine)
	if _, err := other.Put(t.Context(), theirs); queries.ErrorCode(err) != queries.Conflict || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("error %v, want a conflict", err)
	}
	if got := get(t, other); got.Number("grace_days") != 1 || got.Revision != 1 {
		t.Errorf("%+v", got)
	}
}

// Several processes change different settings at once; nobody's change is lost.
func TestManyProcessesSettle(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{"A", "B", "C"}
	var processes []*exec.Cmd
	for _, code := range codes {
		process := exec.CommandContext(t.Context(), self)
		process.Env = append(os.Environ(), "FILLRATE_TEST_SETTINGS="+dir, "FILLRATE_TEST_CODE="+code)
		process.Stderr = os.Stderr
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, process)
	}
	for _, process := range processes {
		if err := process.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	got := get(t, bookIn(t, dir))
	want := map[string]string{}
	for _, code := range codes {
		want[code] = fmt.Sprintf("%s %d", code, manyTimes)
	}
	if diff := cmp.Diff(want, got.LibraryNames); diff != "" || got.Revision != len(codes)*manyTimes {
		t.Errorf("revision %d, %s", got.Revision, diff)
	}
}

// An app.db of before there were settings is read as it is, and brought up to date by the first change.
func TestAppOfBeforeSettings(t *testing.T) {
	dir := t.TempDir()
	first, err := os.ReadFile("../store/app/0001_campaigns.sql")
	if err != nil {
		t.Fatal(err)
	}
	old, err := sql.Open("sqlite3", filepath.Join(dir, store.AppFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec(string(first) + "; pragma user_version = 1; insert into exposure values ('department', 'Law', '2024-01-01', 7)"); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	b := bookIn(t, dir)
	if got := get(t, b); len(got.names()) > 0 || got.Revision != 0 {
		t.Errorf("%+v", got)
	}
	if edits, err := b.History(t.Context()); err != nil || len(edits) > 0 {
		t.Errorf("%v, %v", edits, err)
	}
	db, seen, err := store.ReadApp(t.Context(), dir)
	if err != nil || seen != 1 {
		t.Fatalf("reading brought the file to step %d, %v", seen, err)
	}
	db.Close()
	put(t, b, full())
	if diff := cmp.Diff(full().LibraryNames, get(t, b).LibraryNames); diff != "" {
		t.Error(diff)
	}
	if db, seen, err = store.ReadApp(t.Context(), dir); err != nil || seen < step {
		t.Fatalf("step %d, %v", seen, err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("select n_readers from exposure where unit = 'Law'").Scan(&n); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for name, change := range map[string]string{
		"an unknown name":       "insert into setting values ('colour', 'red')",
		"a number out of range": "insert into setting values ('fiscal_start', '13')",
		"no number":             "insert into setting values ('grace_days', 'many')",
		"no terms":              "insert into setting values ('terms', '{')",
	} {
		dir := t.TempDir()
		b := bookIn(t, dir)
		put(t, b, full())
		db, err := store.OpenApp(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(strings.Replace(change, "insert", "insert or replace", 1)); err != nil {
			t.Fatal(err)
		}
		db.Close()
		if _, err := b.Get(t.Context()); queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), "can't be used") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.AppFile), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged file: error %v", err)
	}
}

func TestCheck(t *testing.T) {
	term := func(name string, fromMonth, fromDay, toMonth, toDay int) queries.Term {
		return queries.Term{Name: name, FromMonth: fromMonth, FromDay: fromDay, ToMonth: toMonth, ToDay: toDay}
	}
	for name, test := range map[string]struct {
		change       func(*Settings)
		field, words string // empty: nothing is wrong
	}{
		"all as it may be":          {func(*Settings) {}, "", ""},
		"a language":                {func(s *Settings) { s.Language = "portuguese!" }, "language", "no language tag"},
		"a date style":              {func(s *Settings) { s.DateStyle = "ymd" }, "date_style", "use dmy, mdy or iso"},
		"a zone":                    {func(s *Settings) { s.Zone = "Eastern" }, "zone", "America/New_York"},
		"a zone of this computer":   {func(s *Settings) { s.Zone = "Local" }, "zone", "not known"},
		"a zone by a path":          {func(s *Settings) { s.Zone = "../../etc/passwd" }, "zone", "not known"},
		"a month":                   {func(s *Settings) { s.Numbers["fiscal_start"] = 13 }, "fiscal_start", "from 1 to 12, not 13"},
		"a month before the first":  {func(s *Settings) { s.Numbers["fiscal_start"] = 0 }, "fiscal_start", "from 1 to 12, not 0"},
		"less than none":            {func(s *Settings) { s.Numbers["grace_days"] = -1 }, "grace_days", "from 0 to 3650"},
		"an unknown number":         {func(s *Settings) { s.Numbers["speed"] = 1 }, "speed", "no setting"},
		"the length of lists":       {func(s *Settings) { s.Numbers["top"] = 1 }, "top", "no setting"},
		"a long name":               {func(s *Settings) { s.LibraryNames["MAIN"] = strings.Repeat("é", 101) }, "library.MAIN", "100 is the most"},
		"the longest name":          {func(s *Settings) { s.LibraryNames["MAIN"] = strings.Repeat("é", 100) }, "", ""},
		"a name in Hebrew":          {func(s *Settings) { s.LibraryNames["MAIN"] = "הספרייה הלאומית" }, "", ""},
		"a line break in a name":    {func(s *Settings) { s.LibraryNames["MAIN"] = "a\nb" }, "library.MAIN", "control character"},
		"a name turned round":       {func(s *Settings) { s.LibraryNames["MAIN"] = "a\u202eb" }, "library.MAIN", "invisible"},
		"an isolate in a name":      {func(s *Settings) { s.LibraryNames["MAIN"] = "a\u2066b" }, "library.MAIN", "invisible"},
		"a name of nothing":         {func(s *Settings) { s.LibraryNames["MAIN"] = "\u00ad" }, "library.MAIN", "invisible"},
		"a name of dots":            {func(s *Settings) { s.LibraryNames["MAIN"] = "..." }, "library.MAIN", "no letter"},
		"broken text":               {func(s *Settings) { s.LibraryNames["MAIN"] = "a\xff" }, "library.MAIN", "could not be read"},
		"a name of two libraries":   {func(s *Settings) { s.LibraryNames["MAIN"] = "law <library> & “annex”" }, "library.MAIN", "library LAW has this name already"},
		"no code":                   {func(s *Settings) { s.LibraryNames[""] = "Main" }, "library.", "without a code"},
		"a term without a name":     {func(s *Settings) { s.Terms[0].Name = " " }, "terms.1", "has no name"},
		"two terms of a name":       {func(s *Settings) { s.Terms[1].Name = "fall" }, "terms.2", "two terms are called"},
		"a term's semicolon":        {func(s *Settings) { s.Terms[1].Name = "a;b" }, "terms.2", "semicolon"},
		"31 April":                  {func(s *Settings) { s.Terms[0].ToMonth, s.Terms[0].ToDay = 4, 31 }, "terms.1", "last day of Fall"},
		"month 13":                  {func(s *Settings) { s.Terms[0].FromMonth = 13 }, "terms.1", "first day of Fall"},
		"day 0":                     {func(s *Settings) { s.Terms[0].FromDay = 0 }, "terms.1", "first day of Fall"},
		"terms that share a day":    {func(s *Settings) { s.Terms[1].FromDay = 18 }, "terms.2", "Fall and Winter overlap"},
		"a share over the new year": {func(s *Settings) { s.Terms = append(s.Terms, term("May", 2, 29, 5, 1)) }, "terms.3", "Winter and May overlap"},
		"one term in another":       {func(s *Settings) { s.Terms = append(s.Terms, term("Break", 10, 1, 10, 3)) }, "terms.3", "Fall and Break overlap"},
		"29 February alone":         {func(s *Settings) { s.Terms = []queries.Term{term("Leap", 2, 29, 2, 29)} }, "terms.1", "29 February alone"},
		"a term of one day":         {func(s *Settings) { s.Terms = []queries.Term{term("Day", 5, 1, 5, 1)} }, "", ""},
		"a term of the whole year":  {func(s *Settings) { s.Terms = []queries.Term{term("Year", 7, 1, 6, 30)} }, "", ""},
		"seven terms":               {func(s *Settings) { s.Terms = make([]queries.Term, 7) }, "terms", "6 is the most"},
	} {
		s := full()
		test.change(&s)
		list := Check(s)
		switch {
		case test.field == "":
			if len(list) > 0 {
				t.Errorf("%s: %v", name, list[0])
			}
			continue
		case len(list) != 1 || list[0].Field != test.field || !strings.Contains(list[0].Error(), test.words):
			t.Errorf("%s: %v, want one of %s that says %q", name, list, test.field, test.words)
			continue
		case strings.ContainsAny(list[0].Error(), "\u202e\u2066\n"):
			t.Errorf("%s: %q would not be shown as it is", name, list[0])
		}
		b := bookIn(t, t.TempDir())
		_, err := b.Put(t.Context(), s)
		if field := new(FieldError); !errors.As(err, &field) || queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s: Put gives %v", name, err)
		}
		if got := get(t, b); got.Revision != 0 {
			t.Errorf("%s: it was kept", name)
		}
	}
	s := full()
	s.Zone, s.Numbers["grace_days"], s.Terms[0].Name = "x", -1, ""
	if list := Check(s); len(list) != 3 {
		t.Errorf("%v, want all three that are wrong", list)
	}
}

// What Words writes Set reads, and terms that Check takes never share a date, whatever the year.
func TestWordsAndSet(t *testing.T) {
	s := full()
	var again Settings
	for _, name := range s.names() {
		if err := again.Set(name, s.Words(name)...); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(s, again); diff != "" {
		t.Error(diff)
	}
	for _, name := range s.names() {
		if err := again.Set(name); err != nil {
			t.Fatal(err)
		}
	}
	if again = clean(again); len(again.names()) > 0 {
		t.Errorf("all taken back leaves %v", again.names())
	}
	for _, words := range [][]string{{"colour", "red"}, {"grace_days", "1.5"}, {"terms", "Fall"}, {"terms", "Fall 8-24"}, {"terms", "08-24 to 12-18"}, {"", "x"}} {
		if err := s.Set(words[0], words[1:]...); queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%v: %v", words, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var terms []queries.Term
		for i := range rapid.IntRange(1, 4).Draw(t, "terms") {
			day := func(label string) time.Time {
				return time.Date(2024, 1, 1+rapid.IntRange(0, 365).Draw(t, label), 0, 0, 0, 0, time.UTC)
			}
			from, to := day("from"), day("to")
			terms = append(terms, queries.Term{Name: fmt.Sprint("T", i), FromMonth: int(from.Month()), FromDay: from.Day(), ToMonth: int(to.Month()), ToDay: to.Day()})
		}
		if len(Check(Settings{Terms: terms})) > 0 {
			t.Skip("not a set of terms")
		}
		for _, term := range terms {
			if again, err := ParseTerm(TermText(term)); err != nil || again != term {
				t.Fatalf("%s: %+v, %v", TermText(term), again, err)
			}
		}
		today := time.Date(rapid.IntRange(2000, 2050).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		var term, over queries.Preset
		for _, p := range queries.Presets(today, 7, terms...) {
			switch p.ID {
			case queries.PresetTerm:
				term = p
			case queries.PresetPreviousTerm:
				over = p
			}
		}
		isSame := term == over
		if term.ID == "" || over.ID == "" || term.From.After(today) || over.To.After(today) ||
			!isSame && !(term.Term == over.Term && term.From.Equal(over.From)) && over.To.After(term.From) {
			t.Fatalf("%s: %+v, %+v", today.Format(time.DateOnly), term, over)
		}
	})
}
