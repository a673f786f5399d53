package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// A month's report goes out once, to each address with its files as they were issued, however often, and after whatever
// restarts and changes of the clock, what is due is run.
func TestAReportIsSentOnce(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.subscribe(func(s *subscription.Subscription) { s.Recipients = append(s.Recipients, "head@example.org") })
	if got := d.run(); len(got) != 0 {
		t.Errorf("before it is due: %v", got)
	}
	d.set("2025-04-01T10:59:59Z")
	if got := d.run(); len(got) != 0 {
		t.Errorf("a second before it is due: %v", got)
	}
	d.set("2025-04-01T11:00:00Z")
	want := []string{"2025-03 issued", "2025-03 dean@example.org sent", "2025-03 head@example.org sent"}
	if diff := cmp.Diff(want, d.run()); diff != "" {
		t.Error(diff)
	}
	for _, now := range []string{"2025-04-01T11:00:00Z", "2025-04-01T12:00:00Z", "2025-03-31T10:00:00Z", "2025-03-01T00:00:00Z", "2025-04-01T11:00:01Z", "2025-04-30T23:00:00Z"} {
		again := deskIn(t, d.dir, s.client()) // another process, later or by a clock that was set back
		again.set(now)
		if got := again.run(); len(got) != 0 {
			t.Errorf("at %s: %v", now, got)
		}
	}
	d.set("2025-05-01T11:00:00Z")
	want = []string{"2025-04 issued", "2025-04 dean@example.org sent", "2025-04 head@example.org sent"}
	if diff := cmp.Diff(want, d.run()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"monthly 2025-03", "monthly 2025-04"}, d.press.issued(t)); diff != "" {
		t.Error(diff)
	}
	mails := s.mails()
	if diff := cmp.Diff(map[string]int{"dean@example.org": 2, "head@example.org": 2}, recipients(mails)); diff != "" {
		t.Fatal(diff)
	}
	ids := map[string]bool{}
	for _, m := range mails {
		checkLetter(t, m, ids)
	}
	if len(ids) != len(mails) {
		t.Errorf("%d mails have %d ids", len(mails), len(ids))
	}
}

func checkLetter(t *testing.T, m accepted, ids map[string]bool) {
	t.Helper()
	message, parts := letterIn(t, m.Data)
	header := message.Header
	if m.From != "FROM:<ill@library.example.org> BODY=8BITMIME" {
		t.Errorf("sender %s", m.From)
	}
	from, err := header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Address != "ill@library.example.org" || from[0].Name != "Interlibrary loan" {
		t.Errorf("from %v, %v", from, err)
	}
	to, err := header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != m.To[0] || len(m.To) != 1 {
		t.Errorf("to %v, %v, and %v", to, err, m.To)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != "Monthly report, 1 Mar 2025 to 31 Mar 2025: Main Library" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if sent, err := header.Date(); err != nil || sent.Year() != 2025 {
		t.Errorf("date %v, %v", sent, err)
	}
	if header.Get("Auto-Submitted") != "auto-generated" || strings.Contains(strings.ToLower(fmt.Sprint(header)), "go-mail") {
		t.Errorf("header %v", header)
	}
	if !strings.HasSuffix(header.Get("Message-Id"), "@library.example.org>") {
		t.Errorf("id %s", header.Get("Message-Id"))
	}
	ids[header.Get("Message-Id")] = true
	if len(parts) != 4 || parts[0].Type != "text/plain" || parts[1].Type != "text/html" {
		t.Fatalf("%d parts", len(parts))
	}
	for _, body := range parts[:2] {
		for _, text := range []string{"Monthly report", "Main Library", "1 Mar 2025 to 31 Mar 2025", "1,240 requests came in, 96 more than in February (n 1,144)",
			"Requests of March are still open", "Data through 2 Apr 2025.", "This is edition monthly-2025-0", ".pdf (100 kB)", ".xlsx (100 kB)", "subscription to-the-dean", "write to ill@library.example.org",
			"Requests", "1,240", "Feb 2025: 1,144; Mar 2024: 1,301", "Feb 2025 at the same age: 83.5%", "n 1,240", "81.4%", "provisional", "4.2 days"} {
			if !strings.Contains(string(body.Content), text) {
				t.Errorf("%s lacks %q:\n%s", body.Type, text, body.Content)
			}
		}
		for _, text := range []string{"<script>", "href=", "https:", "<no value>", "mail."} {
			if strings.Contains(string(body.Content), text) {
				t.Errorf("%s has %q:\n%s", body.Type, text, body.Content)
			}
		}
	}
	for i, format := range []string{"pdf", "xlsx"} {
		file := parts[2+i]
		if file.Disposition != "attachment" || !strings.HasPrefix(file.Name, "monthly-2025-0") || !strings.HasSuffix(file.Name, "-1."+format) || file.Type != mimes[format] {
			t.Errorf("%+v %s", file.Name, file.Type)
		}
		if !bytes.Equal(file.Content, content(format)) {
			t.Errorf("%s came changed", file.Name)
		}
	}
}

// A mail with a link holds no files, and leads to the edition and to the same question.
func TestALinkInsteadOfFiles(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.subscribe(func(s *subscription.Subscription) {
		s.Attach, s.Link, s.Language = false, "https://fillrate.example.org/ill/", "pt-BR"
	})
	d.set("2025-04-02T12:00:00Z")
	d.run()
	mails := s.mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	_, parts := letterIn(t, mails[0].Data)
	if len(parts) != 2 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, text := range []string{"https://fillrate.example.org/ill/reports/editions/monthly-2025-03-1\n", `<a href="https://fillrate.example.org/ill/reports/editions/monthly-2025-03-1">`} {
		if !strings.Contains(string(parts[i].Content), text) {
			t.Errorf("no %s in\n%s", text, parts[i].Content)
		}
	}
	for _, text := range []string{"https://fillrate.example.org/ill/?from=2025-03-01&", "fev/2025: 1.144", "com a mesma idade: 83,5%", "Dados até 2 de abr. de 2025.", "assinatura to-the-dean"} {
		if !strings.Contains(string(parts[0].Content), text) {
			t.Errorf("no %s in\n%s", text, parts[0].Content)
		}
	}
	if !strings.Contains(string(parts[1].Content), `<html lang="pt-BR">`) {
		t.Error("the language is not said")
	}
}

// A report waits for its month's data; what was missed comes once, the newest only.
func TestWaitingAndCatchingUp(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.subscribe(nil)
	d.newest = at("2025-04-01T03:59:59Z") // 31 March at the library
	d.set("2025-04-01T11:00:00Z")
	outcomes, err := d.RunDue(t.Context(), false)
	if err != nil || len(outcomes) != 1 || outcomes[0].State != "waiting" || outcomes[0].HeldDays != 0 || outcomes[0].IsFailure {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	d.set("2025-04-06T11:00:00Z")
	if outcomes, err = d.RunDue(t.Context(), false); err != nil || len(outcomes) != 1 || outcomes[0].HeldDays != 5 || outcomes[0].IsFailure {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	d.newest = at("2025-04-01T04:00:00Z")
	if diff := cmp.Diff([]string{"2025-03 issued", "2025-03 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	// Nothing runs for months; then all of it has come, but for the last month.
	d.set("2025-08-20T00:00:00Z")
	d.newest = at("2025-07-20T00:00:00Z")
	if diff := cmp.Diff([]string{"2025-04 skipped", "2025-05 skipped", "2025-06 skipped", "2025-07 waiting"}, d.run()); diff != "" {
		t.Error(diff)
	}
	d.newest = at("2025-08-20T00:00:00Z")
	if diff := cmp.Diff([]string{"2025-07 issued", "2025-07 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	// One that still waits when the next is due is skipped too, and stays so, also by a clock that goes back.
	d.set("2025-09-01T11:00:00Z")
	if diff := cmp.Diff([]string{"2025-08 waiting"}, d.run()); diff != "" {
		t.Error(diff)
	}
	d.set("2025-10-01T11:00:00Z")
	d.newest = at("2025-10-01T11:00:00Z")
	if diff := cmp.Diff([]string{"2025-08 skipped", "2025-09 issued", "2025-09 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	for _, now := range []string{"2025-09-15T00:00:00Z", "2025-05-15T00:00:00Z", "2025-10-31T00:00:00Z"} {
		d.set(now)
		if got := d.run(); len(got) > 0 {
			t.Errorf("at %s: %v", now, got)
		}
	}
	if n := len(s.mails()); n != 3 {
		t.Errorf("%d mails", n)
	}
}

// A clock that was years ahead for a while does not stop what comes after.
func TestAClockThatWasYearsAhead(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.subscribe(func(s *subscription.Subscription) {
		s.Report, s.Kind = "overdue", subscription.Worklists
		s.Schedule, _ = subscription.ParseSchedule("weekly:monday")
	})
	d.set("2038-01-19T03:14:08Z")
	d.run()
	d.set("2025-03-17T11:00:00Z")
	if diff := cmp.Diff([]string{"2025-03-17 issued", "2025-03-17 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	d.set("2025-03-24T11:00:00Z")
	if diff := cmp.Diff([]string{"2025-03-24 issued", "2025-03-24 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
}

// Over a year of runs, by clocks that are changed and set back, each month and week comes once.
func TestAYearOfRuns(t *testing.T) {
	for _, name := range []string{"Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo"} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			folder := t.TempDir()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			d.zone = zone
			d.set("2023-12-31T00:00:00Z")
			for id, schedule := range map[string]string{"early": "day:31@02:30", "working": "first-working-day@00:15", "weekly": "weekly:sunday@01:30"} {
				d.subscribe(func(s *subscription.Subscription) {
					s.ID, s.Recipients, s.Folder, s.Formats = id, nil, folder, []string{"csv"}
					s.Schedule, _ = subscription.ParseSchedule(schedule)
					if id == "weekly" {
						s.Report, s.Kind = "overdue", subscription.Worklists
					}
				})
			}
			// Often on Sundays and around the month's ends, else every seventeen hours; at times a day and an hour back.
			n := 0
			for now := d.now(); now.Before(at("2025-01-05T00:00:00Z")); n++ {
				d.clock = now
				d.run()
				if n%97 == 0 {
					d.clock = now.Add(-25 * time.Hour)
					d.run()
				}
				step := 17 * time.Hour
				if day := now.Day(); day < 4 || day > 29 || now.Weekday() == time.Sunday {
					step = 3 * time.Hour
				}
				now = now.Add(step)
			}
			counts := map[string]int{}
			for _, line := range d.press.issued(t) {
				counts[line]++
			}
			for _, month := range []string{"2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09", "2024-10", "2024-11"} {
				if got := counts["monthly "+month]; got != 2 { // the two monthly subscriptions
					t.Errorf("%s came %d times", month, got)
				}
			}
			deliveries, err := d.Book.Deliveries(t.Context(), "weekly")
			if err != nil {
				t.Fatal(err)
			}
			weeks := map[string]int{}
			for _, one := range deliveries {
				weeks[one.Period]++
				if one.State != subscription.Sent {
					t.Errorf("%s is %s: %s", one.Period, one.State, one.Note)
				}
			}
			for day := at("2024-01-07T00:00:00Z"); day.Before(at("2024-12-30T00:00:00Z")); day = day.AddDate(0, 0, 7) {
				if weeks[day.Format(time.DateOnly)] != 1 {
					t.Errorf("the week of %s came %d times", day.Format(time.DateOnly), weeks[day.Format(time.DateOnly)])
				}
			}
		})
	}
}

// freePort gives a port of loopback on which nobody listens.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// A server that is down is tried again with growing patience, and everybody gets one mail once it is up. One connection that
// fails is enough for a run.
func TestAServerThatIsDown(t *testing.T) {
	m := &Mail{Host: "127.0.0.1", Port: freePort(t), TLS: NoTLS, From: mail.Address{Address: "ill@example.org"}}
	d := newDesk(t, m)
	d.subscribe(func(s *subscription.Subscription) {
		s.Recipients = []string{"a@example.org", "b@example.org", "c@example.org"}
	})
	d.set("2025-04-01T11:00:00Z")
	want := []string{"2025-03 issued", "2025-03 a@example.org failed", "2025-03 b@example.org not_tried", "2025-03 c@example.org not_tried"}
	if diff := cmp.Diff(want, d.run()); diff != "" {
		t.Error(diff)
	}
	var tries []string
	for range 8 * 24 * 12 {
		outcomes, err := d.RunDue(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			if o.Target == "a@example.org" && o.State != NotTried {
				tries = append(tries, d.clock.Format("02 15:04 ")+o.State)
			}
		}
		d.clock = d.clock.Add(5 * time.Minute)
	}
	// The others are tried in the meantime, so that this one's turn may come a little later than it could.
	if len(tries) < 8 || !strings.HasSuffix(tries[len(tries)-1], "given_up") {
		t.Errorf("tried at %v", tries)
	}
	states := d.states()
	if states["2025-03 a@example.org"] != "given_up" {
		t.Errorf("%v", states)
	}

	// The same, but up again after a day.
	d = newDesk(t, m)
	d.subscribe(func(s *subscription.Subscription) {
		s.Recipients = []string{"a@example.org", "b@example.org", "c@example.org"}
	})
	d.set("2025-04-01T11:00:00Z")
	for range 24 {
		d.run()
		d.clock = d.clock.Add(time.Hour)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", m.Port))
	if err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, listener, plan{})
	for range 48 {
		d.run()
		d.clock = d.clock.Add(time.Hour)
	}
	if diff := cmp.Diff(map[string]int{"a@example.org": 1, "b@example.org": 1, "c@example.org": 1}, recipients(s.mails())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"monthly 2025-03"}, d.press.issued(t)); diff != "" {
		t.Error(diff)
	}
}

// One address that is refused does not stop the others: for a while it is tried again, for good it is not.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		command, reply string
		want           string
	}{
		{"RCPT", "450 4.2.1 mailbox busy", "failed"},
		{"RCPT", "550 5.1.1 no such user here", "given_up"},
		{"MAIL", "451 4.3.0 later", "failed"},
		{"MAIL", "553 5.7.1 sender refused", "failed"}, // a setting of ours, which somebody will mend
		{"DATA", "452 4.3.1 no room", "failed"},
		{"DATA", "554 5.5.1 no valid recipients", "given_up"},
		{".", "451 4.7.1 greylisted", "failed"},
		{".", "552 5.3.4 message too big", "given_up"},
		{".", "421 4.3.2 shutting down", "failed"},
	} {
		t.Run(test.command+" "+test.reply, func(t *testing.T) {
			isBad, victim := atomic.Bool{}, ""
			isBad.Store(true)
			s := serve(t, plan{Answer: func(command, argument string) string {
				if command == "RCPT" {
					victim = argument
				}
				if command == test.command && isBad.Load() && (command == "MAIL" || strings.Contains(victim, "bad@")) {
					return test.reply
				}
				return ""
			}})
			d := newDesk(t, s.client())
			d.subscribe(func(s *subscription.Subscription) { s.Recipients = []string{"bad@example.org", "good@example.org"} })
			d.set("2025-04-01T11:00:00Z")
			d.run()
			states := d.states()
			good := "sent"
			if test.command == "MAIL" {
				good = "failed"
			}
			if states["2025-03 bad@example.org"] != test.want || states["2025-03 good@example.org"] != good {
				t.Errorf("%v", states)
			}
			list, err := d.Book.Deliveries(t.Context(), "to-the-dean")
			if err != nil {
				t.Fatal(err)
			}
			if note := list[1].Note; !strings.Contains(note, test.reply[:3]) || !strings.Contains(note, test.reply[4:]) || !strings.HasPrefix(note, "the mail server refused the ") || strings.Contains(note, "affected") {
				t.Errorf("note %q", note)
			}
			isBad.Store(false)
			for range 24 {
				d.clock = d.clock.Add(5 * time.Minute)
				d.run()
			}
			bad := 1
			if test.want == "given_up" {
				bad = 0
			}
			if got := recipients(s.mails()); got["bad@example.org"] != bad || got["good@example.org"] != 1 {
				t.Errorf("%v", got)
			}
			if test.want == "given_up" { // on purpose it is sent all the same
				if o, err := d.Resend(t.Context(), list[1].ID); err != nil || o.State != "sent" {
					t.Errorf("%+v, %v", o, err)
				}
			}
		})
	}
}

// A connection that breaks before the message has ended is tried again; one that breaks between its end and the server's
// answer is not, as nobody knows whether it was taken.
func TestACutConnection(t *testing.T) {
	for command, want := range map[string]string{"EHLO": "failed", "MAIL": "failed", "RCPT": "failed", "DATA": "failed", "DATA+": "failed", ".": "unclear"} {
		for _, accepts := range []bool{false, true} {
			t.Run(fmt.Sprint(command, accepts), func(t *testing.T) {
				isBad := atomic.Bool{}
				isBad.Store(true)
				s := serve(t, plan{Accepts: accepts, Hang: func(at string) bool { return at == command && isBad.Load() }})
				d := newDesk(t, s.client())
				if command == "DATA+" {
					d.press.more = 20_000_000 // more than fits between two computers, so that it can't all be under way when the connection breaks
				}
				d.subscribe(nil)
				d.set("2025-04-01T11:00:00Z")
				d.run()
				d.press.more = 0
				if got := d.states()["2025-03 dean@example.org"]; got != want {
					list, _ := d.Book.Deliveries(t.Context(), "")
					t.Fatalf("%s: %s", got, list[0].Note)
				}
				isBad.Store(false)
				for range 50 {
					d.clock = d.clock.Add(time.Hour)
					d.run()
				}
				n := 1
				if want == "unclear" && !accepts {
					n = 0
				}
				if got := len(s.mails()); got != n {
					t.Fatalf("%d mails, want %d", got, n)
				}
				for _, m := range s.mails() {
					if _, parts := letterIn(t, m.Data); len(parts) != 4 || !bytes.Equal(parts[3].Content, content("xlsx")) {
						t.Errorf("half a mail was sent")
					}
				}
				if want != "unclear" {
					return
				}
				list, err := d.Book.Deliveries(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				if o, err := d.Resend(t.Context(), list[0].ID); err != nil || o.State != "sent" {
					t.Fatalf("%+v, %v", o, err)
				}
				ids := map[string]bool{}
				for _, m := range s.mails() {
					message, _ := letterIn(t, m.Data)
					ids[message.Header.Get("Message-Id")] = true
				}
				if len(ids) != 1 {
					t.Errorf("the mail goes by the names %v", ids)
				}
			})
		}
	}
}

// A password goes over an encrypted connection only, to a server whose certificate is trusted, and stands in no note, error or
// file.
func TestPasswordAndEncryption(t *testing.T) {
	const password = "not to be seen 42"
	config, roots := certificate(t)
	for _, test := range []struct {
		name   string
		plan   plan
		change func(*Mail)
		want   string
	}{
		{"starttls", plan{TLS: config}, func(m *Mail) { m.TLS = StartTLS }, "sent"},
		{"tls", plan{TLS: config, FromByte: true}, func(m *Mail) { m.TLS = TLS }, "sent"},
		{"none", plan{}, func(m *Mail) { m.TLS = NoTLS }, "sent"},
		{"no starttls", plan{}, func(m *Mail) { m.TLS = StartTLS }, "failed"},
		{"stranger", plan{TLS: config}, func(m *Mail) { m.TLS, m.roots = StartTLS, nil }, "failed"},
		{"tls of a stranger", plan{TLS: config, FromByte: true}, func(m *Mail) { m.TLS, m.roots = TLS, nil }, "failed"},
		{"wrong password", plan{TLS: config, Password: "another"}, func(m *Mail) { m.TLS = StartTLS }, "failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.plan.User = "fillrate"
			if test.plan.Password == "" {
				test.plan.Password = password
			}
			s := serve(t, test.plan)
			m := s.client()
			m.User, m.Password, m.roots = "fillrate", password, roots
			test.change(m)
			d := newDesk(t, m)
			d.subscribe(nil)
			d.set("2025-04-01T11:00:00Z")
			outcomes, err := d.RunDue(t.Context(), false)
			if err != nil || len(outcomes) != 2 || outcomes[1].State != test.want {
				t.Fatalf("%+v, %v", outcomes, err)
			}
			mails := s.mails()
			if (len(mails) == 1) != (test.want == "sent") {
				t.Fatalf("%d mails", len(mails))
			}
			if len(mails) == 1 && (mails[0].TLS != (test.plan.TLS != nil) || mails[0].User != "fillrate") {
				t.Errorf("%+v", mails[0])
			}
			if test.want == "failed" && test.name != "wrong password" {
				for _, line := range s.said() {
					if strings.HasPrefix(line, "AUTH") {
						t.Error("the password was told")
					}
				}
			}
			app, err := os.ReadFile(filepath.Join(d.dir, store.AppFile))
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{password, "AGZpbGxyYXRlAG5vdCB0byBiZSBzZWVuIDQy"} {
				if strings.Contains(asJSON(outcomes), secret) || bytes.Contains(app, []byte(secret)) {
					t.Errorf("the password is told: %s", asJSON(outcomes))
				}
			}
		})
	}
	for name, m := range map[string]*Mail{
		"a password without encryption": {Host: "mail.example.org", TLS: NoTLS, User: "u", Password: "p", From: mail.Address{Address: "a@example.org"}},
		"a user without a password":     {Host: "mail.example.org", User: "u", From: mail.Address{Address: "a@example.org"}},
		"no sender":                     {Host: "mail.example.org"},
		"no host":                       {From: mail.Address{Address: "a@example.org"}},
		"a word for encryption":         {Host: "mail.example.org", TLS: "ssl", From: mail.Address{Address: "a@example.org"}},
		"a port":                        {Host: "mail.example.org", Port: 70000, From: mail.Address{Address: "a@example.org"}},
		"a host with a line":            {Host: "mail.example.org\r\nQUIT", From: mail.Address{Address: "a@example.org"}},
	} {
		if err := m.Check(); queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What people typed, and what came with the data, stays inside its header and its paragraph.
func TestHostileWords(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	evil := "Report\r\nBcc: eve@example.org\r\n\r\nSubject: other\n.\n\u2028 =?utf-8?q?x?= " + strings.Repeat("very long ", 300)
	d.press.change = func(r *report.Report) {
		r.Title, r.Library, r.Sentences = evil, "<script>alert(1)</script>", reporttest.Hostile
		r.Provisional = evil
		r.Sections[0].Tiles[0].Label, r.Sections[0].Tiles[0].Note = reporttest.Hostile[4], evil
	}
	d.subscribe(func(s *subscription.Subscription) { s.Link = "http://127.0.0.1:8080" })
	d.set("2025-04-01T11:00:00Z")
	d.run()
	mails := s.mails()
	if len(mails) != 1 || len(mails[0].To) != 1 {
		t.Fatalf("%v", recipients(mails))
	}
	message, parts := letterIn(t, mails[0].Data)
	for name := range message.Header {
		switch name {
		case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "User-Agent", "X-Mailer", "Auto-Submitted", "X-Auto-Response-Suppress":
		default:
			t.Errorf("a header %s came about", name)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil || strings.ContainsAny(subject, "\r\n") || !strings.HasPrefix(subject, "Report Bcc: eve@example.org Subject: other .") || len(subject) > 300 {
		t.Errorf("%q, %v", subject, err)
	}
	if len(parts) != 4 || bytes.Contains(parts[1].Content, []byte("<script>")) {
		t.Errorf("%d parts; %s", len(parts), parts[1].Content)
	}
	for _, text := range []string{"\nBcc:", "\nSubject:", "\x01", "\x1f"} {
		if bytes.Contains(parts[0].Content, []byte(text)) {
			t.Errorf("%q in the text:\n%s", text, parts[0].Content)
		}
	}
	for _, line := range strings.Split(string(mails[0].Data), "\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// Without a mail server the folder is filled all the same, and the mail goes once there is one, without waiting.
func TestNoMailServer(t *testing.T) {
	d := newDesk(t, nil)
	folder := t.TempDir()
	d.subscribe(func(s *subscription.Subscription) { s.Folder = folder })
	d.set("2025-04-01T11:00:00Z")
	want := []string{"2025-03 issued", "2025-03 dean@example.org not_tried", "2025-03 " + folder + " sent"}
	if diff := cmp.Diff(want, d.run()); diff != "" {
		t.Error(diff)
	}
	s := serve(t, plan{})
	d.Mail = s.client()
	if diff := cmp.Diff([]string{"2025-03 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
}

// A rehearsal tells what would be done, and does nothing of it.
func TestRehearsal(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	folder := t.TempDir()
	d.subscribe(func(s *subscription.Subscription) { s.Folder = folder })
	d.set("2025-05-02T11:00:00Z")
	for range 2 {
		outcomes, err := d.RunDue(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"2025-03 skipped", "2025-04 would_issue", "2025-04 dean@example.org would_send", "2025-04 " + folder + " would_send"}
		if diff := cmp.Diff(want, lines(outcomes)); diff != "" {
			t.Error(diff)
		}
	}
	if len(s.mails()) > 0 || d.press.issued(t) != nil || len(d.states()) > 0 {
		t.Error("something was done")
	}
	if turns, err := d.Book.Periods(t.Context(), "to-the-dean"); err != nil || len(turns) > 0 {
		t.Errorf("%v, %v", turns, err)
	}
}

// A report that can't be made is said, and made later; nothing is sent of it.
func TestAReportThatFails(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.subscribe(nil)
	d.set("2025-04-01T11:00:00Z")
	d.press.fail = errors.New("the disk is full")
	outcomes, err := d.RunDue(t.Context(), false)
	if err != nil || len(outcomes) != 1 || outcomes[0].State != "failed" || !outcomes[0].IsFailure || outcomes[0].Note != "the disk is full" {
		t.Errorf("%+v, %v", outcomes, err)
	}
	d.press.fail = nil
	if diff := cmp.Diff([]string{"2025-03 issued", "2025-03 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
}

// What is paused or has ended is neither made nor tried again; after a pause it goes on with what is due from then on.
func TestPauseAndEnd(t *testing.T) {
	m := &Mail{Host: "127.0.0.1", Port: freePort(t), TLS: NoTLS, From: mail.Address{Address: "ill@example.org"}}
	d := newDesk(t, m)
	d.subscribe(nil)
	d.set("2025-04-01T11:00:00Z")
	d.run()
	if _, err := d.Book.Pause(t.Context(), "to-the-dean", d.now()); err != nil {
		t.Fatal(err)
	}
	s := serve(t, plan{})
	d.Mail = s.client()
	d.set("2025-05-03T00:00:00Z")
	if got := d.run(); len(got) > 0 {
		t.Errorf("paused: %v", got)
	}
	if _, err := d.Book.Resume(t.Context(), "to-the-dean", d.now()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2025-03 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	d.set("2025-06-02T11:00:00Z")
	if diff := cmp.Diff([]string{"2025-05 issued", "2025-05 dean@example.org sent"}, d.run()); diff != "" {
		t.Error(diff)
	}
	if _, err := d.Book.Remove(t.Context(), "to-the-dean", d.now()); err != nil {
		t.Fatal(err)
	}
	d.set("2025-07-02T11:00:00Z")
	if got := d.run(); len(got) > 0 {
		t.Errorf("ended: %v", got)
	}
	if len(d.states()) != 2 {
		t.Errorf("%v", d.states())
	}
}

// An interruption between two mails leaves the second to the next run.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := serve(t, plan{Wait: stop})
	d := newDesk(t, s.client())
	d.subscribe(func(s *subscription.Subscription) { s.Recipients = []string{"a@example.org", "b@example.org"} })
	d.set("2025-04-01T11:00:00Z")
	if _, err := d.RunDue(ctx, false); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(map[string]string{"2025-03 a@example.org": "sent", "2025-03 b@example.org": "due"}, d.states()); diff != "" {
		t.Error(diff)
	}
	d.run()
	if diff := cmp.Diff(map[string]int{"a@example.org": 1, "b@example.org": 1}, recipients(s.mails())); diff != "" {
		t.Error(diff)
	}
}

// TestMain lets a test run this binary as another process that sends what is due.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("FILLRATE_TEST_DESK") != "":
		os.Exit(runDesk(os.Getenv("FILLRATE_TEST_DESK"), os.Getenv("FILLRATE_TEST_PORT"), os.Getenv("FILLRATE_TEST_AT"), os.Getenv("FILLRATE_TEST_STOP")))
	case os.Getenv("FILLRATE_TEST_FULL") != "":
		os.Exit(fillFolder(os.Getenv("FILLRATE_TEST_FULL")))
	}
	os.Exit(m.Run())
}

// runDesk is a process that runs what is due in a folder and says so; stop says in the midst of what it waits to be killed.
func runDesk(dir, port, now, stop string) int {
	book, err := subscription.Open(context.Background(), dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer book.Close()
	wait := func() {
		fmt.Println("here")
		time.Sleep(time.Hour)
	}
	m := &Mail{Host: "127.0.0.1", TLS: NoTLS, From: mail.Address{Address: "ill@example.org"}}
	if m.Port, err = strconv.Atoi(port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	p := &press{dir: dir}
	if stop == "issuing" {
		p.wait = wait
	}
	o := &Office{Book: book, Issuer: p, Mail: m, Now: func() time.Time { return at(now) }, History: func(context.Context) (subscription.History, error) {
		h := subscription.NoHistory()
		h.Newest = at("2035-01-01T00:00:00Z")
		return h, nil
	}}
	if _, err := o.RunDue(context.Background(), false); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func otherDesk(t *testing.T, dir string, port int, now, stop string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), "FILLRATE_TEST_DESK="+dir, fmt.Sprintf("FILLRATE_TEST_PORT=%d", port), "FILLRATE_TEST_AT="+now, "FILLRATE_TEST_STOP="+stop)
	command.Stderr = os.Stderr
	return command
}

// Several processes at once, and goroutines within one, issue one edition and send each mail once.
func TestManyAtOnce(t *testing.T) {
	s := serve(t, plan{})
	d := newDesk(t, s.client())
	d.zone = time.UTC
	want := map[string]int{}
	d.subscribe(func(s *subscription.Subscription) {
		s.Recipients = nil
		for i := range 12 {
			s.Recipients = append(s.Recipients, fmt.Sprintf("r%d@example.org", i))
			want[s.Recipients[i]] = 1
		}
	})
	const now = "2025-04-01T11:00:00Z"
	d.set(now)
	var all sync.WaitGroup
	for range 3 {
		all.Add(2)
		go func() {
			defer all.Done()
			if err := otherDesk(t, d.dir, s.port(), now, "").Run(); err != nil {
				t.Error(err)
			}
		}()
		go func() {
			defer all.Done()
			if _, err := d.RunDue(t.Context(), false); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	d.run()
	if diff := cmp.Diff(want, recipients(s.mails())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"monthly 2025-03"}, d.press.issued(t)); diff != "" {
		t.Error(diff)
	}
}

// A process that is killed when the server may have its mail leaves it unclear; one that is killed before leaves it to the next.
func TestKilled(t *testing.T) {
	const now = "2025-04-01T11:00:00Z"
	t.Run("sending", func(t *testing.T) {
		taken, goOn := make(chan bool), make(chan bool)
		s := serve(t, plan{Accepts: true, Wait: func() { taken <- true; <-goOn }})
		d := newDesk(t, s.client())
		d.zone = time.UTC
		d.subscribe(nil)
		other := otherDesk(t, d.dir, s.port(), now, "")
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		<-taken
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait()
		close(goOn)
		s.plan.Wait = nil
		d.set(now)
		if got := d.run(); len(got) > 0 {
			t.Errorf("while it may still be sent: %v", got)
		}
		list, err := d.Book.Deliveries(t.Context(), "")
		if err != nil || list[0].State != subscription.Sending {
			t.Fatalf("%+v, %v", list, err)
		}
		if _, err := d.Resend(t.Context(), list[0].ID); queries.ErrorCode(err) != queries.Conflict {
			t.Errorf("sent again while it is being sent: %v", err)
		}
		d.set("2025-04-01T11:31:00Z")
		if diff := cmp.Diff([]string{"2025-03 dean@example.org unclear"}, d.run()); diff != "" {
			t.Error(diff)
		}
		for range 200 {
			d.clock = d.clock.Add(time.Hour)
			d.run()
		}
		if n := len(s.mails()); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
	t.Run("issuing", func(t *testing.T) {
		s := serve(t, plan{})
		d := newDesk(t, s.client())
		d.zone = time.UTC
		d.subscribe(nil)
		other := otherDesk(t, d.dir, s.port(), now, "issuing")
		out, err := other.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait()
		d.set(now)
		if got := d.run(); len(got) > 0 {
			t.Errorf("while it may still be made: %v", got)
		}
		d.set("2025-04-01T11:31:00Z")
		if diff := cmp.Diff([]string{"2025-03 issued", "2025-03 dean@example.org sent"}, d.run()); diff != "" {
			t.Error(diff)
		}
	})
}
