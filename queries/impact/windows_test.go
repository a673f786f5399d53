package impact

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries/campaign"
)

func ymd(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func (s Span) String() string { return s.From.Format(time.DateOnly) + "/" + s.To.Format(time.DateOnly) }

// The windows of campaigns, counted by hand on a calendar.
func TestWindows(t *testing.T) {
	for _, test := range []struct {
		name, start, end                string
		carryOver                       int
		post, pre, prior, priorPre      string
		isCut                           bool
		nPost, nPre, nPrior, nPriorPrev int
	}{
		{"autumn", "2024-09-01", "2025-01-01", 0,
			"2024-09-01/2025-01-01", "2023-09-01/2024-01-01", "2024-05-02/2024-09-01", "2023-05-02/2023-09-01", false, 122, 122, 122, 122},
		{"mid-month", "2024-09-16", "2024-10-14", 0,
			"2024-09-16/2024-10-14", "2023-09-16/2023-10-14", "2024-08-19/2024-09-16", "2023-08-19/2023-09-16", false, 28, 28, 28, 28},
		{"carry-over", "2024-09-16", "2024-10-14", 2,
			"2024-09-16/2024-12-14", "2023-09-16/2023-12-14", "2024-06-19/2024-09-16", "2023-06-19/2023-09-16", false, 89, 89, 89, 89},
		{"carry-over into a shorter month", "2023-01-01", "2023-01-31", 1,
			"2023-01-01/2023-03-01", "2022-01-01/2022-03-01", "2022-11-03/2023-01-01", "2021-11-03/2022-01-01", false, 59, 59, 59, 59},
		{"carry-over from a whole month", "2023-01-01", "2023-02-01", 1,
			"2023-01-01/2023-03-01", "2022-01-01/2022-03-01", "2022-11-03/2023-01-01", "2021-11-03/2022-01-01", false, 59, 59, 59, 59},
		{"lasting", "2024-01-01", "", 0,
			"2024-01-01/2025-01-01", "2023-01-01/2024-01-01", "2022-12-31/2024-01-01", "2021-12-31/2023-01-01", true, 366, 365, 366, 366},
		{"twelve months", "2023-03-15", "2024-03-15", 0,
			"2023-03-15/2024-03-15", "2022-03-15/2023-03-15", "2022-03-14/2023-03-15", "2021-03-14/2022-03-15", false, 366, 365, 366, 366},
		{"longer than twelve months", "2022-09-01", "2024-01-01", 0,
			"2022-09-01/2023-09-01", "2021-09-01/2022-09-01", "2021-09-01/2022-09-01", "2020-09-01/2021-09-01", true, 365, 365, 365, 365},
		{"longer with its carry-over", "2022-09-01", "2023-08-15", 1,
			"2022-09-01/2023-09-01", "2021-09-01/2022-09-01", "2021-09-01/2022-09-01", "2020-09-01/2021-09-01", true, 365, 365, 365, 365},
		{"a leap year's February", "2024-02-01", "2024-03-01", 0,
			"2024-02-01/2024-03-01", "2023-02-01/2023-03-01", "2024-01-03/2024-02-01", "2023-01-03/2023-02-01", false, 29, 28, 29, 29},
		{"the February after it", "2025-02-01", "2025-03-01", 0,
			"2025-02-01/2025-03-01", "2024-02-01/2024-03-01", "2025-01-04/2025-02-01", "2024-01-04/2024-02-01", false, 28, 29, 28, 28},
		{"from 29 February", "2024-02-29", "2024-06-01", 0,
			"2024-02-29/2024-06-01", "2023-02-28/2023-06-01", "2023-11-28/2024-02-29", "2022-11-28/2023-03-01", false, 93, 93, 93, 93},
		{"to 28 February", "2023-12-01", "2024-02-29", 0,
			"2023-12-01/2024-02-29", "2022-12-01/2023-03-01", "2023-09-02/2023-12-01", "2022-09-02/2022-12-01", false, 90, 90, 90, 90},
		{"29 February alone", "2024-02-29", "2024-03-01", 0,
			"2024-02-29/2024-03-01", "2023-02-28/2023-03-01", "2024-02-28/2024-02-29", "2023-02-28/2023-03-01", false, 1, 1, 1, 1},
		{"lasting from 29 February", "2024-02-29", "", 0,
			"2024-02-29/2025-02-28", "2023-02-28/2024-02-28", "2023-03-01/2024-02-29", "2022-03-01/2023-03-01", true, 365, 365, 365, 365},
	} {
		w := WindowsOf(campaign.Campaign{Start: ymd(test.start), End: ymd(test.end), CarryOverMonths: test.carryOver})
		got := []string{w.Post.String(), w.Pre.String(), w.Prior.String(), w.PriorPre.String()}
		if want := []string{test.post, test.pre, test.prior, test.priorPre}; strings.Join(got, " ") != strings.Join(want, " ") || w.IsCut != test.isCut {
			t.Errorf("%s:\n got %v %t\nwant %v %t", test.name, got, w.IsCut, want, test.isCut)
		}
		if n := [4]int{w.Post.nDays(), w.Pre.nDays(), w.Prior.nDays(), w.PriorPre.nDays()}; n != [4]int{test.nPost, test.nPre, test.nPrior, test.nPriorPrev} {
			t.Errorf("%s: %v days", test.name, n)
		}
	}
}

func TestExtents(t *testing.T) {
	for _, test := range []struct{ start, end, want string }{
		{"2022-09-01", "2024-01-01", "2022-09-01/2024-03-01"}, // all of a long one
		{"2022-09-01", "", "2022-09-01/2023-09-01"},
	} {
		if got := Extent(campaign.Campaign{Start: ymd(test.start), End: ymd(test.end), CarryOverMonths: 2}).String(); got != test.want {
			t.Errorf("from %s to %q: %s, want %s", test.start, test.end, got, test.want)
		}
	}
}

// Pretended launches of a campaign of two months, in a history from January 2020: their year before lies in it, and they
// end before the campaign does begin.
func TestPlaceboWindows(t *testing.T) {
	post := Span{ymd("2021-09-01"), ymd("2021-11-01")}
	written := func(reached string, taken ...Span) string {
		var out []string
		for _, p := range placeboWindows(post, ymd("2020-01-01"), ymd(reached), taken) {
			if p.Pre != p.Post.moved(-12) {
				t.Errorf("%s is compared with %s", p.Post, p.Pre)
			}
			out = append(out, p.Post.String())
		}
		return strings.Join(out, " ")
	}
	const all = "2021-01-01/2021-03-01 2021-02-01/2021-04-01 2021-03-01/2021-05-01 2021-04-01/2021-06-01 2021-05-01/2021-07-01 2021-06-01/2021-08-01 2021-07-01/2021-09-01"
	if got := written("2022-01-01"); got != all {
		t.Errorf("got %s\nwant %s", got, all)
	}
	if got, want := written("2021-05-15"), "2021-01-01/2021-03-01 2021-02-01/2021-04-01 2021-03-01/2021-05-01"; got != want {
		t.Errorf("a history to mid-May gives\n%s, want\n%s", got, want)
	}
	// 15 March to 15 April 2020: in the year before of the launches of February to April
	if got, want := written("2022-01-01", Span{ymd("2020-03-15"), ymd("2020-04-15")}), "2021-01-01/2021-03-01 2021-05-01/2021-07-01 2021-06-01/2021-08-01 2021-07-01/2021-09-01"; got != want {
		t.Errorf("beside another campaign\n%s, want\n%s", got, want)
	}
	if got, want := written("2022-01-01", Span{ymd("2021-04-01"), ymd("2021-05-01")}), "2021-01-01/2021-03-01 2021-02-01/2021-04-01 2021-05-01/2021-07-01 2021-06-01/2021-08-01 2021-07-01/2021-09-01"; got != want {
		t.Errorf("beside another campaign in their own time\n%s, want\n%s", got, want)
	}
	if got := placeboWindows(post, time.Time{}, time.Time{}, nil); got != nil {
		t.Errorf("no history gives %v", got)
	}
}

// Whatever the campaign: the window begins with it, its year before has as many days but for a leap day, and lies before.
func TestWindowsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := campaign.Campaign{Start: ymd("2015-01-01").AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "start"))}
		if n := rapid.IntRange(0, 800).Draw(t, "days"); n > 0 {
			c.End = c.Start.AddDate(0, 0, n)
			c.CarryOverMonths = rapid.IntRange(0, 24).Draw(t, "carry-over")
		}
		w := WindowsOf(c)
		if w.Post.From != c.Start || w.Prior.To != c.Start || w.Post.nDays() < 1 || w.Post.nDays() > 366 || w.Prior.nDays() != w.Post.nDays() {
			t.Fatalf("post %s, prior %s", w.Post, w.Prior)
		}
		for _, pair := range [][2]Span{{w.Post, w.Pre}, {w.Prior, w.PriorPre}} {
			if more := pair[0].nDays() - pair[1].nDays(); more < -1 || more > 1 {
				t.Fatalf("%s is compared with %s", pair[0], pair[1])
			}
		}
		if w.Pre.To.After(w.Post.From) {
			t.Fatalf("%s and %s overlap", w.Post, w.Pre)
		}
		if extent := Extent(c); w.IsCut != (c.End.IsZero() || extent.To.After(w.Post.To)) || extent.To.Before(w.Post.To) {
			t.Fatalf("cut: %t, of %s to %s", w.IsCut, extent, w.Post)
		}
		for months := -30; months <= 30; months++ {
			if moved := w.Post.moved(months); !moved.From.Before(moved.To) || w.Post.nDays()-moved.nDays() > 4 || w.Post.nDays()-moved.nDays() < -4 {
				t.Fatalf("%s, %d months later: %s", w.Post, months, moved)
			}
		}
	})
}
