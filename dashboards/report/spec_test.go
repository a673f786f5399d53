package report

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/settings"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// A spec comes back as it was kept.
func TestSpecIsKept(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9 &=+%;,"<>ã]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{Name: "law", Title: word.Draw(t, "title"), Kind: rapid.SampledFrom([]Kind{Monthly, Annual}).Draw(t, "kind"), Language: "pt-BR", Paper: Letter}
		spec.Sections = rapid.SliceOfNDistinct(rapid.SampledFrom(SectionIDs(spec.Kind)), 1, 4, rapid.ID).Draw(t, "sections")
		spec.Groups = rapid.SliceOfNDistinct(rapid.SampledFrom(GroupIDs()), 0, 3, rapid.ID).Draw(t, "groups")
		spec.From = day("2025-01-01").AddDate(0, rapid.IntRange(-30, 30).Draw(t, "month"), 0)
		spec.To = spec.From.AddDate(0, map[Kind]int{Monthly: 1, Annual: 12}[spec.Kind], 0)
		spec.Filter.Department = rapid.SliceOfNDistinct(word, 0, 3, rapid.ID).Draw(t, "department")
		spec.Filter.Role = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"borrowing", "lending"}), 0, 2, rapid.ID).Draw(t, "role")
		spec.Filter.Clock = rapid.SampledFrom([]string{"", queries.Business}).Draw(t, "clock")
		spec.Filter.Numbers = map[string]int{"grace_days": rapid.IntRange(0, 9).Draw(t, "grace"), "suppress_below": 0}
		if err := spec.Check(); err != nil {
			t.Fatal(err)
		}
		kept, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		var back Spec
		if err := json.Unmarshal(kept, &back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(kept) {
			t.Errorf("kept as %s, came back as %s (%v)", kept, again, err)
		}
		if !back.From.Equal(spec.From) || !back.To.Equal(spec.To) || back.Filter.Encode() != spec.Filter.Encode() || !slices.Equal(back.Sections, spec.Sections) {
			t.Errorf("kept %+v, came back as %+v", spec, back)
		}
	})
}

func TestWhatNoSpecCanBe(t *testing.T) {
	month := Spec{From: day("2025-03-01"), To: day("2025-04-01")}
	with := func(change func(*Spec)) Spec {
		spec := month
		change(&spec)
		return spec
	}
	for want, spec := range map[string]Spec{
		`there is no section "weather" in a report of kind monthly: there are summary, `: with(func(s *Spec) { s.Sections = []string{"summary", "weather"} }),
		`there is no section "ipeds" in a report of kind monthly`:                        with(func(s *Spec) { s.Sections = []string{"ipeds"} }),
		`the section volume is there twice`:                                              with(func(s *Spec) { s.Sections = []string{"volume", "summary", "volume"} }),
		`a report can't be split by "month": it can by library, `:                        with(func(s *Spec) { s.Groups = []string{"month"} }),
		`a report is to be split by kind twice`:                                          with(func(s *Spec) { s.Groups = []string{"kind", "kind"} }),
		`split by 4 dimensions at most`:                                                  with(func(s *Spec) { s.Groups = GroupIDs()[:5] }),
		`there is no language "tlh": there are en, pt-BR`:                                with(func(s *Spec) { s.Language = "tlh" }),
		`there is no paper "a3": there are a4, letter`:                                   with(func(s *Spec) { s.Paper = "a3" }),
		`there is no kind of report "daily": there are monthly, annual, worklists`:       with(func(s *Spec) { s.Kind = "daily" }),
		`a monthly report speaks of one month`:                                           with(func(s *Spec) { s.To = day("2025-05-01") }),
		`an annual report speaks of twelve months`:                                       with(func(s *Spec) { s.Kind = Annual }),
		`worklists stand at the history's newest date`:                                   with(func(s *Spec) { s.Kind = Worklists }),
		`a report speaks of whole months`:                                                with(func(s *Spec) { s.From = day("2025-03-02") }),
		`give the first day of one`:                                                      with(func(s *Spec) { s.To = time.Time{} }),
		`outcome and reason narrow a list`:                                               with(func(s *Spec) { s.Filter.Reason = []string{"lost"} }),
		`leave out definition`:                                                           with(func(s *Spec) { s.Filter.Definition = "metridoc" }),
		`role "buying" is not known`:                                                     with(func(s *Spec) { s.Filter.Role = []string{"buying"} }),
		`grace_days is a whole number`:                                                   with(func(s *Spec) { s.Filter.Numbers = map[string]int{"grace_days": -1} }),
		`not "Law monthly"`:                                                              with(func(s *Spec) { s.Name = "Law monthly" }),
		`not "../etc"`:                                                                   with(func(s *Spec) { s.Name = "../etc" }),
		`one line of 120 characters`:                                                     with(func(s *Spec) { s.Title = "two\nlines" }),
		`title is one line`:                                                              with(func(s *Spec) { s.Title = strings.Repeat("x", 121) }),
	} {
		err := spec.Check()
		if err == nil || !strings.Contains(err.Error(), want) || queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("got %v (%s), want %q", err, queries.ErrorCode(err), want)
		}
	}
	for _, name := range Builtins() {
		spec, ok := Builtin(name)
		if err := spec.Check(); !ok || err != nil || len(spec.Sections) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, ok := Builtin("weather"); ok {
		t.Error("there is a weather report")
	}
	var spec Spec
	if err := json.Unmarshal([]byte(`{"kind":"monthly","filter":"wheather=fine"}`), &spec); err == nil {
		t.Error("an unknown key of a filter was read")
	}
}

// A month is full from the first day of the next on, by the library's clock.
func TestLastFullMonth(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		newest time.Time
		zone   *time.Location
		want   string
	}{
		{time.Date(2025, 7, 1, 3, 59, 59, 0, time.UTC), york, "2025-05-01"},
		{time.Date(2025, 7, 1, 4, 0, 0, 0, time.UTC), york, "2025-06-01"},
		{time.Date(2025, 7, 1, 3, 59, 59, 0, time.UTC), time.UTC, "2025-06-01"},
		{time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC), york, "2024-12-01"},
		{time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC), york, "2025-02-01"},
	} {
		from, to := LastFullMonth(test.newest, test.zone)
		if dayText(from) != test.want || !from.AddDate(0, 1, 0).Equal(to) {
			t.Errorf("%v: %s to %s, want %s", test.newest, dayText(from), dayText(to), test.want)
		}
	}
	for newest, want := range map[string]string{"2025-06-30": "2023-07-01", "2025-07-01": "2024-07-01", "2025-12-31": "2024-07-01", "2026-01-01": "2024-07-01"} {
		if from, to := LastFullYear(day(newest), time.UTC, 7); dayText(from) != want || !from.AddDate(1, 0, 0).Equal(to) {
			t.Errorf("%s: the last full year is from %s to %s, want %s", newest, dayText(from), dayText(to), want)
		}
	}
	if from, _ := LastFullYear(day("2025-12-31"), time.UTC, 1); dayText(from) != "2024-01-01" {
		t.Errorf("the last calendar year begins on %s", dayText(from))
	}
}

// What a spec leaves open is the last full month, in the library's language; its settings hold, and the report's own spec
// names them.
func TestWhatIsLeftOpen(t *testing.T) {
	from := sample(t)
	from.Settings = settings.Settings{Language: "pt-BR", DateStyle: "iso", Numbers: map[string]int{"grace_days": 3, "fiscal_start": 1}, LibraryNames: map[string]string{"MAIN": "Biblioteca Central"}}
	r := compose(t, from, Spec{Sections: []string{"summary", "overdue"}})
	if r.Words.Tag != "pt-BR" || r.Title != "Relatório mensal" || r.Library != "Biblioteca Central" || r.Span != "2025-06-01 a 2025-06-30" || r.Spec.Name != "monthly" || r.Spec.Paper != A4 {
		t.Errorf("%s, %s of %s for %s: %+v", r.Words.Tag, r.Title, r.Library, r.Span, r.Spec)
	}
	if n := r.Spec.Filter.Numbers; n["grace_days"] != 3 || n["suppress_below"] != 5 || n["return_transit_days"] != 0 || len(n) != len(settings.Options()) {
		t.Errorf("the report was made with %v", n)
	}
	graced := tileOf(t, r, "summary", "n_overdue_lending")
	if graced.Filter.Encode() != "as_of=2025-07-01T03%3A59%3A59.999999Z&grace_days=3&fiscal_start=1" {
		t.Errorf("it says to ask for %s", graced.Filter.Encode())
	}
	// With other settings a year later the same spec still gives the same.
	from.Settings.Numbers = map[string]int{"grace_days": 30}
	if again := tileOf(t, compose(t, from, r.Spec), "summary", "n_overdue_lending"); *again.Now != *graced.Now {
		t.Errorf("%v overdue, and %v after a change of settings", *graced.Now, *again.Now)
	}
	from.Settings.Numbers = map[string]int{"fiscal_start": 1}
	spec, _ := Builtin("annual")
	spec.Sections = []string{"volume"}
	if r := compose(t, from, spec); r.Span != "2024-01-01 a 2024-12-31" {
		t.Errorf("the last year of a library whose year begins in January: %s", r.Span)
	}
}

// A span of which the history says nothing is refused in a sentence.
func TestSpansOutsideOfTheHistory(t *testing.T) {
	from := sample(t)
	for month, want := range map[string]string{
		"2025-08": "the history ends on 2025-07-01, before the report's first day, 2025-08-01",
		"2031-01": "the history ends on 2025-07-01",
		"2022-06": "the history begins on 2022-07-01, after the report's last day, 2022-06-30",
		"1999-12": "the history begins on 2022-07-01",
	} {
		_, err := Compose(t.Context(), from, monthly(t, month))
		if err == nil || !strings.Contains(err.Error(), want) || queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s: %v", month, err)
		}
	}
	if r := compose(t, from, monthly(t, "2025-07")); !strings.Contains(r.Provisional, "Jul 2025 is not over: the data goes through 1 Jul 2025") {
		t.Errorf("of a month that still runs it says %q", r.Provisional)
	}
}
