package queries

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// terms of a southern year: one lies across the new year, one ends on the last of February.
var southern = []Term{
	{"First", 3, 1, 6, 30}, {"Second", 8, 1, 11, 15}, {"Summer", 12, 10, 2, 29},
}

func TestTermPresets(t *testing.T) {
	for today, want := range map[string]struct{ term, previous string }{
		"2026-03-01": {"First 2026-03-01 2026-07-01", "Summer 2025-12-10 2026-03-01"},
		"2026-06-30": {"First 2026-03-01 2026-07-01", "Summer 2025-12-10 2026-03-01"},
		"2026-07-01": {"First 2026-03-01 2026-07-01", "First 2026-03-01 2026-07-01"}, // between two terms
		"2026-09-09": {"Second 2026-08-01 2026-11-16", "First 2026-03-01 2026-07-01"},
		"2026-01-01": {"Summer 2025-12-10 2026-03-01", "Second 2025-08-01 2025-11-16"},
		"2024-02-29": {"Summer 2023-12-10 2024-03-01", "Second 2023-08-01 2023-11-16"},
	} {
		got := map[string]string{}
		for _, p := range Presets(date(today), 7, southern...) {
			got[p.ID] = p.Term + " " + dateText(p.From) + " " + dateText(p.To)
		}
		if got[PresetTerm] != want.term || got[PresetPreviousTerm] != want.previous {
			t.Errorf("%s: %s; %s; want %+v", today, got[PresetTerm], got[PresetPreviousTerm], want)
		}
	}
	if from, _ := (Term{"Leap", 2, 29, 3, 10}).in(2025); dateText(from) != "2025-03-01" {
		t.Errorf("29 February of a common year begins on %s, want 1 March", dateText(from))
	}
	for _, p := range Presets(date("2026-03-01"), 7) {
		if strings.Contains(p.ID, "term") {
			t.Errorf("without terms %s is offered", p.ID)
		}
	}
}

func TestTermWithoutTerms(t *testing.T) {
	f, err := ParseFilter(url.Values{"preset": {"term"}})
	if err != nil {
		t.Fatal(err)
	}
	err = f.Resolve(date("2026-03-10")).Unresolved()
	if ErrorCode(err) != Invalid || !strings.Contains(err.Error(), "none are set") {
		t.Errorf("error %v, want one that says that no terms are set", err)
	}
	resolved := f.WithDefaults(nil, southern).Resolve(date("2026-03-10"))
	if err := resolved.Unresolved(); err != nil || !resolved.From.Equal(date("2026-03-01")) {
		t.Errorf("%+v, %v; want the term that began on 1 March", resolved, err)
	}
}

// What a library has settled fills gaps, is never part of an address, and a filter that stands by itself asks for the same.
func TestWithDefaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := drawFilter(t)
		defaults := map[string]int{}
		for _, option := range Options {
			if rapid.Bool().Draw(t, "settles "+option.Name) {
				defaults[option.Name] = rapid.IntRange(option.Low, option.High).Draw(t, "setting "+option.Name)
			}
		}
		f := asked.WithDefaults(defaults, southern)
		if f.Encode() != asked.Encode() {
			t.Fatalf("the address %s became %s", asked.Encode(), f.Encode())
		}
		values, err := url.ParseQuery(f.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseFilter(values); err != nil || !reflect.DeepEqual(again.WithDefaults(defaults, southern), f) {
			t.Fatalf("%s asks for something else: %+v, %v", f.Encode(), again, err)
		}
		alone := f.Resolve(date("2026-03-10")).Settled()
		for _, option := range Options {
			want := option.Default
			if n, ok := defaults[option.Name]; ok {
				want = n
			}
			if n, ok := asked.Numbers[option.Name]; ok {
				want = n
			}
			if f.Number(option.Name) != want || alone.Number(option.Name) != want {
				t.Fatalf("%s is %d, by itself %d; want %d", option.Name, f.Number(option.Name), alone.Number(option.Name), want)
			}
		}
		if alone.Defaults != nil || alone.Terms != nil {
			t.Fatalf("%+v does not stand by itself", alone)
		}
		if values, err = url.ParseQuery(alone.Encode()); err != nil {
			t.Fatal(err)
		}
		if again, err := ParseFilter(values); err != nil || again.Encode() != alone.Encode() {
			t.Fatalf("%s became %s, %v", alone.Encode(), again.Encode(), err)
		}
	})
}

// A term of any year holds the days from its first to its last, and no year's begins before the last one's.
func TestTermsOfAllYears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Custom(func(t *rapid.T) time.Time {
			return date("2024-01-01").AddDate(0, 0, rapid.IntRange(0, 365).Draw(t, "day of a leap year"))
		})
		first, last := day.Draw(t, "first"), day.Draw(t, "last")
		if first.Equal(last) && first.Month() == 2 && first.Day() == 29 {
			t.Skip("a term of 29 February alone can't be set")
		}
		term := Term{"T", int(first.Month()), first.Day(), int(last.Month()), last.Day()}
		year := rapid.IntRange(1990, 2100).Draw(t, "year")
		from, to := term.in(year)
		next, _ := term.in(year + 1)
		if !from.Before(to) || to.After(next) || from.Year() != year {
			t.Fatalf("%d: %s to %s, and then from %s", year, dateText(from), dateText(to), dateText(next))
		}
	})
}
