package subscription

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

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
	return b
}

func toTheDean(t *testing.T) Subscription {
	return Subscription{
		ID: "to-the-dean", Report: "monthly", Kind: Monthly, Schedule: parsed(t, "first-working-day@07:30"), Formats: []string{"pdf", "xlsx"},
		Recipients: []string{"dean@example.org", "head@example.org"}, Attach: true, Link: "https://fillrate.example.org", Folder: "/srv/reports", Language: "pt-BR", Paper: "letter",
	}
}

func TestABookBeforeItsFirstSubscriptionMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	b := bookIn(t, dir)
	ctx, now := t.Context(), time.Now()
	list, err := b.List(ctx)
	deliveries, failed := b.Deliveries(ctx, "")
	lost, lostErr := b.Lost(ctx, now, false)
	pending, pendingErr := b.Pending(ctx, now)
	waiting, skipped, turnsErr := b.Turns(ctx, now, NoHistory().Calendar, false)
	if err := errors.Join(err, failed, lostErr, pendingErr, turnsErr); err != nil || len(list)+len(deliveries)+len(lost)+len(pending)+len(waiting)+len(skipped) > 0 {
		t.Errorf("%v", err)
	}
	_, getErr := b.Get(ctx, "x")
	_, removeErr := b.Remove(ctx, "x", now)
	_, pauseErr := b.Pause(ctx, "x", now)
	_, resumeErr := b.Resume(ctx, "x", now)
	_, deliveryErr := b.Delivery(ctx, 1)
	_, againErr := b.ClaimAgain(ctx, 1, now)
	for what, err := range map[string]error{"get": getErr, "remove": removeErr, "pause": pauseErr, "resume": resumeErr, "delivery": deliveryErr, "again": againErr} {
		if queries.ErrorCode(err) != queries.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestSubscriptionsAreKept(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	ctx, now := t.Context(), instantOf(t, "2025-03-15T12:00:00.123456Z")
	given := toTheDean(t)
	given.Recipients = []string{" dean@example.org", "", "DEAN@example.org", "head@example.org "}
	given.Formats, given.Link, given.Folder = []string{"PDF", "xlsx", "pdf"}, "https://fillrate.example.org/", "/srv/reports/"
	got, err := b.Add(ctx, given, now)
	if err != nil {
		t.Fatal(err)
	}
	want := toTheDean(t)
	want.CreatedAt = instantOf(t, "2025-03-15T12:00:00.123Z")
	want.Since = want.CreatedAt
	again, err := bookIn(t, dir).Get(ctx, "to-the-dean")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Subscription{got, again} {
		if diff := cmp.Diff(want, s); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := b.Add(ctx, toTheDean(t), now); queries.ErrorCode(err) != queries.Conflict || !strings.Contains(err.Error(), "fillrate report unsubscribe to-the-dean") {
		t.Errorf("%v", err)
	}
	if _, err := b.Get(ctx, "others"); err == nil || err.Error() != `there is no subscription "others": there are to-the-dean` {
		t.Errorf("%v", err)
	}
	// A pause keeps its beginning, and its end is where the subscription goes on.
	for _, at := range []string{"2025-04-01T00:00:00Z", "2025-04-02T00:00:00Z"} {
		if _, err := b.Pause(ctx, "to-the-dean", instantOf(t, at)); err != nil {
			t.Fatal(err)
		}
	}
	if s, _ := b.Get(ctx, "to-the-dean"); !s.PausedAt.Equal(instantOf(t, "2025-04-01T00:00:00Z")) {
		t.Errorf("paused at %s", s.PausedAt)
	}
	for _, at := range []string{"2025-05-01T00:00:00Z", "2025-06-02T00:00:00Z"} {
		if _, err := b.Resume(ctx, "to-the-dean", instantOf(t, at)); err != nil {
			t.Fatal(err)
		}
	}
	if s, _ := b.Get(ctx, "to-the-dean"); !s.PausedAt.IsZero() || !s.Since.Equal(instantOf(t, "2025-05-01T00:00:00Z")) {
		t.Errorf("%+v", s)
	}
	// One that has ended can be made anew.
	if _, err := b.Remove(ctx, "to-the-dean", now); err != nil {
		t.Fatal(err)
	}
	if list, err := b.List(ctx); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := b.Remove(ctx, "to-the-dean", now); queries.ErrorCode(err) != queries.NotFound {
		t.Errorf("%v", err)
	}
	other := toTheDean(t)
	other.Recipients, other.Kind, other.Schedule, other.Report = []string{"c@example.org"}, Worklists, parsed(t, "weekly:friday"), "overdue"
	if _, err := b.Add(ctx, other, now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Get(ctx, "to-the-dean"); err != nil || s.Report != "overdue" || s.CreatedAt.Year() != 2026 || !slices.Equal(s.Recipients, other.Recipients) {
		t.Errorf("%+v, %v", s, err)
	}
	text, err := json.Marshal(other)
	if err != nil || !strings.Contains(string(text), `"schedule":"weekly:friday@07:00"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestCheck(t *testing.T) {
	many := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("r%d@example.org", i))
		}
		return list
	}
	for kind, change := range map[string][]func(*Subscription){
		"": {
			func(*Subscription) {},
			func(s *Subscription) { s.Recipients = many(50) },
			func(s *Subscription) { s.Recipients, s.Attach, s.Link = nil, false, "" },
			func(s *Subscription) { s.Folder = "" },
			func(s *Subscription) { s.Attach = false },
			func(s *Subscription) { s.Link, s.Language, s.Paper = "", "", "" },
			func(s *Subscription) {
				s.Recipients = []string{"o'neill+ill@mail.example.co.uk", "a_b@localhost", strings.Repeat("a", 60) + "@example.org"}
			},
			func(s *Subscription) { s.Kind, s.Schedule = Annual, parsed(t, "yearly:07-15") },
			func(s *Subscription) { s.Kind = Worklists },
		},
		"id":              {func(s *Subscription) { s.ID = "" }, func(s *Subscription) { s.ID = "To the dean" }, func(s *Subscription) { s.ID = "../x" }, func(s *Subscription) { s.ID = strings.Repeat("x", 65) }},
		"report":          {func(s *Subscription) { s.Report = "" }, func(s *Subscription) { s.Report = "a/b" }},
		"kind":            {func(s *Subscription) { s.Kind = "" }},
		"paper":           {func(s *Subscription) { s.Paper = "a3" }},
		"no_format":       {func(s *Subscription) { s.Formats = nil }},
		"format":          {func(s *Subscription) { s.Formats = []string{"doc"} }},
		"no_schedule":     {func(s *Subscription) { s.Schedule = Schedule{} }},
		"annual_schedule": {func(s *Subscription) { s.Kind = Annual }},
		"yearly_schedule": {func(s *Subscription) { s.Schedule = parsed(t, "yearly:07-15") }},
		"weekly_schedule": {func(s *Subscription) { s.Schedule = parsed(t, "weekly:monday") }},
		"no_way":          {func(s *Subscription) { s.Recipients, s.Folder = nil, "" }},
		"many_recipients": {func(s *Subscription) { s.Recipients = many(51) }},
		"empty_mail":      {func(s *Subscription) { s.Attach, s.Link = false, "" }},
		"link": {
			func(s *Subscription) { s.Link = "fillrate.example.org" }, func(s *Subscription) { s.Link = "javascript:alert(1)" }, func(s *Subscription) { s.Link = "https://u:p@example.org" },
			func(s *Subscription) { s.Link = "https://example.org/?a=b" }, func(s *Subscription) { s.Link = "https://example.org/\nx" }, func(s *Subscription) { s.Link = "https://" },
		},
		"folder": {func(s *Subscription) { s.Folder = "reports" }, func(s *Subscription) { s.Folder = "/srv/\x00" }, func(s *Subscription) { s.Folder = "/" + strings.Repeat("x", 1000) }},
	} {
		for i, change := range change {
			s := toTheDean(t)
			change(&s)
			err := Check(Clean(s))
			found := new(FieldError)
			if kind == "" {
				if err != nil {
					t.Errorf("%d: %v", i, err)
				}
			} else if !errors.As(err, &found) || found.Kind != kind || queries.ErrorCode(err) != queries.Invalid {
				t.Errorf("%s %d: %v", kind, i, err)
			}
		}
	}
	for _, address := range []string{
		"", "dean", "@example.org", "dean@", "dean@example.org\r\nBcc: eve@example.org", "Dean <dean@example.org>", "dean@example.org, head@example.org", "a b@example.org",
		`"a b"@example.org`, "dean@[127.0.0.1]", "dean@exa mple.org", "dean@-example.org", "déan@example.org", "dean@exämple.org", strings.Repeat("a", 250) + "@example.org", "dean@example..org", ".dean@example.org",
	} {
		if err := CheckAddress(address); queries.ErrorCode(err) != queries.Invalid || err == nil {
			t.Errorf("%q was taken for an address", address)
		}
	}
}

// issued gives a book with one delivery to be made, by mail, and its number.
func issued(t *testing.T, b *Book, now time.Time) int64 {
	t.Helper()
	ctx := t.Context()
	s := toTheDean(t)
	s.Recipients, s.Folder = s.Recipients[:1], ""
	if _, err := b.Add(ctx, s, now.AddDate(0, -1, 0)); err != nil {
		t.Fatal(err)
	}
	waiting, _, err := b.Turns(ctx, now, NoHistory().Calendar, false)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%v, %v", waiting, err)
	}
	ok, err := b.TakeUp(ctx, &waiting[0], now)
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	second := waiting[0]
	if ok, err := b.TakeUp(ctx, &second, now); err != nil || ok {
		t.Errorf("taken up twice: %v", err)
	}
	if err := b.Issued(ctx, waiting[0], "monthly-2025-03-1", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := b.Issued(ctx, waiting[0], "monthly-2025-03-2", []byte("{}")); queries.ErrorCode(err) != queries.Conflict {
		t.Errorf("issued twice: %v", err)
	}
	ids, err := b.Pending(ctx, now)
	if err != nil || len(ids) != 1 {
		t.Fatalf("%v, %v", ids, err)
	}
	return ids[0]
}

// A delivery that fails is tried again after 5 minutes, 30 minutes, 2 hours, 6 hours and then daily, for seven days.
func TestPatience(t *testing.T) {
	b := bookIn(t, t.TempDir())
	ctx := t.Context()
	now := instantOf(t, "2025-04-01T12:00:00Z")
	id := issued(t, b, now)
	var waits []string
	for range 20 {
		d, ok, err := b.Claim(ctx, id, now)
		if err != nil || !ok {
			t.Fatalf("%v, %v", ok, err)
		}
		if _, ok, err := b.Claim(ctx, id, now); err != nil || ok {
			t.Fatalf("claimed twice: %v", err)
		}
		if d, err = b.Finish(ctx, d, Failed, "down", now); err != nil {
			t.Fatal(err)
		}
		if d.State != Failed {
			waits = append(waits, string(d.State))
			break
		}
		waits = append(waits, d.Next.Sub(now).String())
		if ids, err := b.Pending(ctx, d.Next.Add(-time.Second)); err != nil || len(ids) > 0 {
			t.Errorf("pending too early: %v, %v", ids, err)
		}
		now = d.Next
	}
	if diff := cmp.Diff([]string{"5m0s", "30m0s", "2h0m0s", "6h0m0s", "24h0m0s", "24h0m0s", "24h0m0s", "24h0m0s", "24h0m0s", "24h0m0s", "given_up"}, waits); diff != "" {
		t.Error(diff)
	}
	if ids, err := b.Pending(ctx, now.AddDate(1, 0, 0)); err != nil || len(ids) > 0 {
		t.Errorf("%v, %v", ids, err)
	}
	attempts, err := b.Attempts(ctx, id)
	if err != nil || len(attempts) != 11 || attempts[0].Result != Failed || attempts[10].Result != GivenUp || attempts[10].Number != 11 || attempts[3].Note != "down" {
		t.Errorf("%+v, %v", attempts, err)
	}
	// On purpose once more; and it has all its patience again.
	d, err := b.ClaimAgain(ctx, id, now)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = b.Finish(ctx, d, Sent, "", now); err != nil || d.State != Sent || !d.SentAt.Equal(now) {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err = b.Delivery(ctx, id); err != nil || d.State != Sent || d.Failures != 0 || !d.Next.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
}

// Who was thought lost and was not is believed; who was overtaken on purpose is not.
func TestALateAnswer(t *testing.T) {
	b := bookIn(t, t.TempDir())
	ctx := t.Context()
	now := instantOf(t, "2025-04-01T12:00:00Z")
	id := issued(t, b, now)
	d, _, err := b.Claim(ctx, id, now)
	if err != nil {
		t.Fatal(err)
	}
	later := now.Add(Lease + time.Minute)
	if lost, err := b.Lost(ctx, now.Add(Lease), false); err != nil || len(lost) > 0 {
		t.Errorf("%v, %v", lost, err)
	}
	if lost, err := b.Lost(ctx, later, true); err != nil || len(lost) != 1 {
		t.Errorf("%v, %v", lost, err)
	}
	if lost, err := b.Lost(ctx, later, false); err != nil || len(lost) != 1 || lost[0].State != Unclear {
		t.Errorf("%v, %v", lost, err)
	}
	if lost, err := b.Lost(ctx, later, false); err != nil || len(lost) > 0 {
		t.Errorf("%v, %v", lost, err)
	}
	if _, err := b.Finish(ctx, d, Sent, "", later); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Delivery(ctx, id); err != nil || got.State != Sent {
		t.Errorf("%+v, %v", got, err)
	}
	again, err := b.ClaimAgain(ctx, id, later)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Finish(ctx, d, Failed, "late", later); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Delivery(ctx, id); err != nil || got.State != Sending || got.MessageID != again.MessageID {
		t.Errorf("%+v, %v", got, err)
	}
	// A clock that goes back by more than the lease does not hold it for ever.
	if lost, err := b.Lost(ctx, now.AddDate(0, 0, -3), false); err != nil || len(lost) != 1 {
		t.Errorf("%v, %v", lost, err)
	}
}

// A delivery that failed by a clock that was ahead does not wait for that time.
func TestAFailureInTheFuture(t *testing.T) {
	b := bookIn(t, t.TempDir())
	ctx := t.Context()
	now := instantOf(t, "2025-04-01T12:00:00Z")
	id := issued(t, b, now)
	d, _, err := b.Claim(ctx, id, now.AddDate(10, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Finish(ctx, d, Failed, "down", now.AddDate(10, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if ids, err := b.Pending(ctx, now.Add(time.Hour)); err != nil || len(ids) != 1 {
		t.Errorf("%v, %v", ids, err)
	}
}

// The account of attempts can't be changed, and what somebody else's hand wrote is refused with a sentence.
func TestWhatIsKeptStays(t *testing.T) {
	dir := t.TempDir()
	b := bookIn(t, dir)
	ctx := t.Context()
	now := instantOf(t, "2025-04-01T12:00:00Z")
	id := issued(t, b, now)
	d, _, err := b.Claim(ctx, id, now)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("line\r\n\x00", 200)
	if d, err = b.Finish(ctx, d, Unclear, long, now); err != nil || len([]rune(d.Note)) > 300 || strings.ContainsAny(d.Note, "\r\n\x00") {
		t.Errorf("%q, %v", d.Note, err)
	}
	db, err := store.OpenApp(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"update delivery_attempt set note = ''", "delete from delivery_attempt"} {
		if _, err := db.ExecContext(ctx, statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if _, err := db.ExecContext(ctx, "update subscription set schedule = 'at will'"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.List(ctx); err == nil || !strings.Contains(err.Error(), "the subscription to-the-dean in app.db can't be used") {
		t.Errorf("%v", err)
	}
}
