package queries

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// shouting is a language whose words can be told from English ones.
type shouting struct{}

func (shouting) Of(english string) string { return strings.ToUpper(english) }

func (shouting) Tell(format string, args ...string) string {
	return English.Tell(strings.ToUpper(format), args...)
}

func (shouting) Date(day time.Time) string { return day.Format("02/01/2006") }

// An error can be told anew from its parts, in English as it was first, with a sentence within it too.
func TestErrorIn(t *testing.T) {
	inner := NewError(Invalid, "%q is no day: %.0f of %d", "x", 1.4, 3)
	for _, test := range []struct {
		err           *Error
		format, other string
		args          []string
	}{
		{inner, "{0} is no day: {1} of {2}", `"X" IS NO DAY: 1 OF 3`, []string{`"x"`, "1", "3"}},
		{NewError(Invalid, "name %[1]s, and %[1]s again, of %s", "a", "b"), "name {0}, and {0} again, of {1}", "NAME A, AND A AGAIN, OF B", []string{"a", "b"}},
		{NewError(Conflict, "line %d: %s; nothing was done", 7, inner), "line {0}: {1}; nothing was done", `LINE 7: "X" IS NO DAY: 1 OF 3; NOTHING WAS DONE`, []string{"7"}},
		{NewError(Invalid, "{0} of %s", "{1}"), "{0} of {0}", "", []string{"{1}"}},
		{&Error{Code: Internal, Message: "it broke"}, "", "IT BROKE", nil},
	} {
		if test.err.Format != test.format || !slices.Equal(test.err.Args, test.args) {
			t.Errorf("%s: %q with %q", test.err.Message, test.err.Format, test.err.Args)
		}
		if test.other == "" {
			continue
		}
		if got := test.err.In(English); got != test.err.Message {
			t.Errorf("in English: %q, and not %q", got, test.err.Message)
		}
		if got := test.err.In(shouting{}); got != test.other {
			t.Errorf("in another language: %q, and not %q", got, test.other)
		}
	}
	var known *Error
	if err := notAllowed("the filter", "x", []string{"a", "b"}); !errors.As(err, &known) || known.In(shouting{}) != `THE FILTER "X" IS NOT KNOWN: USE ONE OF A, B` {
		t.Errorf("%v", err)
	}
}

// A filter is told in another language down to its dates; English is what files and commands say.
func TestFilterWordsIn(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	metric := &Metric{ID: "x", Dated: ByDue, Options: []string{"grace_days"}}
	f := Filter{From: day("2025-01-01"), To: day("2026-01-01"), Numbers: map[string]int{"grace_days": 1}}
	if got, want := f.WordsIn(shouting{}, metric), "LOANS OUT AT THE DATE GIVEN; THE RATE: LOANS DUE FROM 01/01/2025 TO 31/12/2025; 1 DAY OF GRACE"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := f.Words(metric), "loans out at the date given; the rate: loans due from 1 Jan 2025 to 31 Dec 2025; 1 day of grace"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	result := Result{Filter: Filter{By: []string{"department"}}, Suppressed: []Suppression{{Dimension: "department", N: 2, Of: 9, IsWithheld: true}}}
	got := result.SuppressionWordsIn(shouting{})
	if len(got) != 2 || got[0] != "DEPARTMENTS WITH FEWER THAN 5 READERS ARE TAKEN TOGETHER AS “SUPPRESSED” (2 OF 9)." {
		t.Errorf("%q", got)
	}
}
