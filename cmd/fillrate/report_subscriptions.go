package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/delivery"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// reportSubscriptionCmds are the commands under `report` for what comes by itself.
type reportSubscriptionCmds struct {
	Subscribe     reportSubscribeCmd     `cmd:"" help:"Have a report sent by mail, or put into a folder, by itself."`
	Subscriptions reportSubscriptionsCmd `cmd:"" help:"List what is subscribed to, and when it comes next."`
	Unsubscribe   reportUnsubscribeCmd   `cmd:"" help:"End a subscription; what it sent can still be listed."`
	Pause         reportPauseCmd         `cmd:"" help:"Stop a subscription for a while."`
	Resume        reportResumeCmd        `cmd:"" help:"Let a paused subscription go on with what is due from now on."`
	RunDue        reportRunDueCmd        `cmd:"" help:"Make and send what is due, and try again what failed; for cron, once an hour or so."`
	Deliveries    reportDeliveriesCmd    `cmd:"" help:"List what was sent, and what was not."`
	Resend        reportResendCmd        `cmd:"" help:"Send a delivery once more, on purpose."`
	TestMail      reportTestMailCmd      `cmd:"" help:"Send a short mail, to see that the mail server takes it."`
}

// mailFlags are the mail server. The password comes from the environment or a file, as others can see a command's flags.
type mailFlags struct {
	Host         string `name:"smtp-host" env:"FILLRATE_SMTP_HOST" help:"Mail server that takes mails from this computer." placeholder:"HOST"`
	Port         int    `name:"smtp-port" env:"FILLRATE_SMTP_PORT" help:"Its port (default: 587 with starttls, 465 with tls, 25 with none)." placeholder:"N"`
	TLS          string `name:"smtp-tls" env:"FILLRATE_SMTP_TLS" help:"Encryption: starttls (the default), tls or none; a password goes without only to this computer." placeholder:"WORD"`
	User         string `name:"smtp-user" env:"FILLRATE_SMTP_USER" help:"User there; the password is in FILLRATE_SMTP_PASSWORD, or in a file." placeholder:"NAME"`
	PasswordFile string `name:"smtp-password-file" env:"FILLRATE_SMTP_PASSWORD_FILE" help:"File that holds nothing but the password." placeholder:"FILE"`
	From         string `name:"smtp-from" env:"FILLRATE_SMTP_FROM" help:"Address that mails come from, and whom readers ask to be taken off a list." placeholder:"ADDRESS"`
}

// mail gives the mail server, nil where none is set.
func (f mailFlags) mail() (*delivery.Mail, error) {
	if f.Host == "" {
		return nil, nil
	}
	m := &delivery.Mail{Host: f.Host, Port: f.Port, TLS: strings.ToLower(f.TLS), User: f.User}
	from, err := mail.ParseAddress(f.From)
	if err != nil {
		return nil, usageError{fmt.Errorf("%q is no address that mails can come from: set FILLRATE_SMTP_FROM, or give --smtp-from ill@example.org", oneLine(f.From))}
	}
	m.From = *from
	if m.Password, err = f.password(); err != nil {
		return nil, err
	}
	if err := m.Check(); err != nil {
		return nil, usageError{err}
	}
	return m, nil
}

func (f mailFlags) password() (string, error) {
	if f.PasswordFile == "" {
		return os.Getenv("FILLRATE_SMTP_PASSWORD"), nil
	}
	content, err := os.ReadFile(f.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("the file of the mail server's password can't be read: %w", err)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

// withSubscriptions opens the subscriptions of a data directory.
func (a *app) withSubscriptions(data dataFlag, do func(*subscription.Book) error) (err error) {
	book, err := subscription.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return do(book)
}

// withOffice opens all that sending takes.
func (a *app) withOffice(data dataFlag, m *delivery.Mail, do func(*delivery.Office) error) error {
	return a.withPress(data, func(p *press.Press) error {
		return a.withSubscriptions(data, func(book *subscription.Book) error {
			return do(&delivery.Office{
				Book: book, Issuer: issuer{p}, Mail: m, Now: time.Now,
				History: func(ctx context.Context) (subscription.History, error) { return historyOf(ctx, p) },
			})
		})
	})
}

// historyOf reads what schedules ask of the history.
func historyOf(ctx context.Context, p *press.Press) (h subscription.History, err error) {
	settled, err := p.Settings.Get(ctx)
	if err != nil {
		return h, err
	}
	snapshot, err := p.Store.Snapshot(ctx)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	return subscription.ReadHistory(ctx, snapshot, settled.Number("fiscal_start"))
}

// issuer is the press as deliveries need it.
type issuer struct{ *press.Press }

// Issue composes a report for what its mails say, and stores it as an edition. Where there is an edition already that it would
// be the same as (another subscription's, or that of a process which ended before it could note it), that one is given.
func (i issuer) Issue(ctx context.Context, order delivery.Order) (string, *report.Report, error) {
	spec, err := i.Spec(ctx, order.Report)
	if err != nil {
		return "", nil, err
	}
	spec.From, spec.To = order.From, order.To
	spec.Language = cmp.Or(order.Language, spec.Language)
	spec.Paper = cmp.Or(report.Paper(order.Paper), spec.Paper)
	const tries = 3
	for range tries {
		r, err := i.Compose(ctx, spec)
		if err != nil {
			return "", nil, err
		}
		if id, err := i.same(ctx, r); id != "" || err != nil {
			return id, r, err
		}
		e, err := i.Press.Issue(ctx, spec)
		if err != nil {
			return "", nil, err
		}
		if e.Generation == r.Generation { // else the history went on between the two
			return e.ID, r, nil
		}
	}
	return "", nil, errors.New("the history changes too fast to issue a report: wait until the import has ended")
}

// same finds the newest edition that holds what a report says.
func (i issuer) same(ctx context.Context, r *report.Report) (string, error) {
	editions, err := i.Editions.List(ctx)
	if err != nil {
		return "", err
	}
	settled, err := i.Settings.Get(ctx)
	if err != nil {
		return "", err
	}
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return "", err
	}
	figures, err := json.Marshal(r.Values())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(figures)
	values := hex.EncodeToString(sum[:])
	for _, e := range editions { // newest first
		if e.Name == r.Spec.Name && e.Period == r.Spec.Period(r.AsOf) && e.Generation == r.Generation && e.Version == r.Version && e.SettingsRevision == settled.Revision && e.ValuesHash == values && bytes.Equal(e.Spec, spec) {
			return e.ID, nil
		}
	}
	return "", nil
}

// Files gives files of an edition as they were issued.
func (i issuer) Files(ctx context.Context, id string, formats []string) ([]delivery.File, error) {
	var files []delivery.File
	for _, name := range formats {
		format, err := press.FindFormat(name)
		if err != nil {
			return nil, err
		}
		file, err := i.Editions.File(ctx, id, format.Name)
		if err != nil {
			return nil, err
		}
		files = append(files, delivery.File{Name: file.Name, MIME: format.MIME, Bytes: file.Bytes})
	}
	return files, nil
}

type reportSubscribeCmd struct {
	dataFlag
	Name     string   `arg:"" help:"Name of the subscription, such as monthly-to-the-dean."`
	Report   string   `default:"monthly" help:"The report: monthly, annual, worklists … or a saved one." placeholder:"NAME"`
	Schedule string   `required:"" help:"first-working-day, working-day:3, day:15, weekly:monday or yearly:07-15, each with @07:30 (default: @07:00)." placeholder:"WHEN"`
	To       []string `help:"Addresses that each get a mail." placeholder:"A,B"`
	Folder   string   `help:"Folder that the files are put into." type:"path" placeholder:"DIR"`
	Format   []string `default:"pdf,xlsx" help:"Formats: ${formats}." placeholder:"A,B"`
	Attach   bool     `help:"Attach the files to the mail (as is done where there is no link)."`
	Link     string   `help:"Address of the dashboards, for a link in the mail: https://fillrate.example.org." placeholder:"URL"`
	lookFlags
}

// Run makes a subscription.
func (c *reportSubscribeCmd) Run(a *app) error {
	schedule, err := subscription.ParseSchedule(c.Schedule)
	if err != nil {
		return usageError{err}
	}
	formats, err := formatNames(c.Format)
	if err != nil {
		return err
	}
	if c.Lang != "" {
		w := locale.Find(c.Lang)
		if w == nil {
			return usageError{fmt.Errorf("reports don't speak %s: use one of %s", oneLine(c.Lang), languageTags())}
		}
		c.Lang = w.Tag
	}
	if info, err := os.Stat(c.Folder); c.Folder != "" && (err != nil || !info.IsDir()) {
		return fmt.Errorf("the folder %s is not there: make it first, so that a slip of the pen does not send reports astray", c.Folder)
	}
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		spec, err := p.Spec(a.ctx, strings.ToLower(strings.TrimSpace(c.Report)))
		if err != nil {
			return err
		}
		return a.withSubscriptions(c.dataFlag, func(book *subscription.Book) error {
			s, err := book.Add(a.ctx, subscription.Subscription{
				ID: c.Name, Report: spec.Name, Kind: subscription.Kind(spec.Kind), Schedule: schedule, Formats: formats, Recipients: c.To, Folder: c.Folder,
				Attach: len(c.To) > 0 && (c.Attach || c.Link == ""), Link: c.Link, Language: c.Lang, Paper: strings.ToLower(c.Paper),
			}, time.Now())
			if err != nil {
				return asWrongQuestion(err)
			}
			printf(a.Stdout, "Subscribed %s: %s, %s, to %s. It comes when `fillrate report run-due` runs.\n", s.ID, s.Report, s.Schedule, wayWords(s))
			return nil
		})
	})
}

// wayWords says where a subscription goes.
func wayWords(s subscription.Subscription) string {
	ways := slices.Clone(s.Recipients)
	if s.Folder != "" {
		ways = append(ways, s.Folder)
	}
	return oneLine(strings.Join(ways, ", "))
}

type reportSubscriptionsCmd struct {
	dataFlag
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// Run lists the subscriptions.
func (c *reportSubscriptionsCmd) Run(a *app) error {
	return a.withOffice(c.dataFlag, nil, func(o *delivery.Office) error {
		list, err := o.Book.List(a.ctx)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(a.Stdout, append([]subscription.Subscription{}, list...))
		}
		if len(list) == 0 {
			printf(a.Stdout, "Nothing is subscribed to yet: `fillrate report subscribe` makes a subscription.\n")
			return nil
		}
		history, err := o.History(a.ctx)
		if errors.Is(err, store.ErrNoData) {
			history, err = subscription.NoHistory(), nil
		}
		if err != nil {
			return err
		}
		table := newTable(a.Stdout)
		printf(table, "name\treport\tschedule\tnext\tformats\tto\n")
		for _, s := range list {
			printf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Report, s.Schedule, nextWords(s, history, o.Now()), strings.Join(s.Formats, ","), short(wayWords(s), 60))
		}
		return table.Flush()
	})
}

// nextWords says when a subscription is due next, on the library's clock.
func nextWords(s subscription.Subscription, history subscription.History, now time.Time) string {
	if !s.PausedAt.IsZero() {
		return "paused"
	}
	const ahead = 800 * 24 * time.Hour // more than a year from any day
	due := s.Schedule.Due(s.Kind, now, now.Add(ahead), history.Calendar)
	if len(due) == 0 {
		return "–"
	}
	return due[0].At.In(history.Zone).Format("2006-01-02 15:04 MST")
}

type reportUnsubscribeCmd struct {
	dataFlag
	Name string `arg:"" help:"Name of the subscription."`
}

// Run ends a subscription.
func (c *reportUnsubscribeCmd) Run(a *app) error {
	return a.withSubscriptions(c.dataFlag, func(book *subscription.Book) error {
		s, err := book.Remove(a.ctx, c.Name, time.Now())
		if err != nil {
			return err
		}
		printf(a.Stdout, "Ended %s: nothing more is sent to %s. What was sent can still be listed.\n", s.ID, wayWords(s))
		return nil
	})
}

type reportPauseCmd struct {
	dataFlag
	Name string `arg:"" help:"Name of the subscription."`
}

// Run pauses a subscription.
func (c *reportPauseCmd) Run(a *app) error {
	return a.withSubscriptions(c.dataFlag, func(book *subscription.Book) error {
		s, err := book.Pause(a.ctx, c.Name, time.Now())
		if err != nil {
			return err
		}
		printf(a.Stdout, "Paused %s until `fillrate report resume %s`.\n", s.ID, s.ID)
		return nil
	})
}

type reportResumeCmd struct {
	dataFlag
	Name string `arg:"" help:"Name of the subscription."`
}

// Run lets a subscription go on.
func (c *reportResumeCmd) Run(a *app) error {
	return a.withSubscriptions(c.dataFlag, func(book *subscription.Book) error {
		s, err := book.Resume(a.ctx, c.Name, time.Now())
		if err != nil {
			return err
		}
		if s.PausedAt.IsZero() {
			printf(a.Stdout, "%s was not paused: nothing was changed.\n", s.ID)
			return nil
		}
		printf(a.Stdout, "%s goes on with what is due from now on.\n", s.ID)
		return nil
	})
}

type reportRunDueCmd struct {
	dataFlag
	mailFlags
	DryRun bool `help:"Say what would be made and sent, and do nothing."`
}

// errNotAllSent is what run-due ends with where something failed; the lines before it say what.
var errNotAllSent = errors.New("not everything that is due was sent: see the lines above, and `fillrate report deliveries`")

// Run makes and sends what is due, a line for each thing done or waiting.
func (c *reportRunDueCmd) Run(a *app) error {
	m, err := c.mail()
	if err != nil {
		return err
	}
	return a.withOffice(c.dataFlag, m, func(o *delivery.Office) error {
		outcomes, err := o.RunDue(a.ctx, c.DryRun)
		isFailure := false
		for _, outcome := range outcomes {
			printf(a.Stdout, "%s\n", oneLine(outcomeWords(outcome)))
			isFailure = isFailure || outcome.IsFailure
		}
		if err == nil && isFailure && !c.DryRun {
			err = errNotAllSent
		}
		return err
	})
}

// noticeDays is after how many days a report that waits for its data is worth a word.
const noticeDays = 5

// outcomeWords says an outcome in one line.
func outcomeWords(o delivery.Outcome) string {
	of := o.Subscription + " " + o.Period + ": "
	if o.Delivery > 0 {
		of = fmt.Sprintf("%s %s, delivery %d to %s: ", o.Subscription, o.Period, o.Delivery, o.Target)
	}
	switch o.State {
	case string(subscription.Issued):
		return of + "issued as " + o.Edition
	case string(subscription.Skipped):
		return of + "skipped, as a newer one was due before it could be made"
	case string(subscription.Waiting):
		text := of + "waits until the history goes beyond the period's end"
		if o.HeldDays >= noticeDays {
			text += fmt.Sprintf("; it has been due for %d days: import the newest exports", o.HeldDays)
		}
		return text
	case delivery.WouldIssue:
		return of + "would be issued"
	case delivery.WouldSend:
		if o.Delivery == 0 {
			return of + "would be sent to " + o.Target
		}
		return of + "would be sent"
	case delivery.NotTried:
		return of + "not tried: " + o.Note
	case string(subscription.Sent):
		if o.Channel == subscription.Folder {
			return of + "written"
		}
		return of + "sent"
	case string(subscription.Failed):
		if o.Delivery == 0 {
			return of + "the report could not be made: " + o.Note
		}
		return of + "failed: " + o.Note + "; tried again from " + o.Next.UTC().Format("2006-01-02 15:04Z") + " on"
	case string(subscription.GivenUp):
		return of + fmt.Sprintf("given up: %s; `fillrate report resend %d` tries once more", o.Note, o.Delivery)
	case string(subscription.Unclear):
		return of + fmt.Sprintf("unclear: %s; it is not sent again by itself: ask whether it came, then `fillrate report resend %d`", o.Note, o.Delivery)
	}
	return of + o.State
}

type reportDeliveriesCmd struct {
	dataFlag
	Name     string `arg:"" optional:"" help:"Name of a subscription, also of one that has ended."`
	Attempts bool   `help:"Each attempt too."`
	Format   string `enum:"table,json" default:"table" help:"table or json."`
}

// deliveryLine is a delivery as --format json writes it.
type deliveryLine struct {
	ID           int64                  `json:"id"`
	Subscription string                 `json:"subscription"`
	Period       string                 `json:"period"`
	Edition      string                 `json:"edition"`
	Channel      subscription.Channel   `json:"channel"`
	Target       string                 `json:"target"`
	State        subscription.State     `json:"state"`
	Attempts     []subscription.Attempt `json:"attempts"`
	NextAt       time.Time              `json:"next_at,omitzero"`
	SentAt       time.Time              `json:"sent_at,omitzero"`
	Note         string                 `json:"note,omitempty"`
}

// Run lists the deliveries, newest first.
func (c *reportDeliveriesCmd) Run(a *app) error {
	return a.withSubscriptions(c.dataFlag, func(book *subscription.Book) error {
		list, err := book.Deliveries(a.ctx, c.Name)
		if err != nil {
			return err
		}
		lines := []deliveryLine{}
		for _, d := range list {
			line := deliveryLine{d.ID, d.Subscription, d.Period, d.Edition, d.Channel, d.Target, d.State, []subscription.Attempt{}, d.Next, d.SentAt, d.Note}
			if c.Attempts || c.Format == "json" {
				attempts, err := book.Attempts(a.ctx, d.ID)
				if err != nil {
					return err
				}
				line.Attempts = append(line.Attempts, attempts...)
			}
			lines = append(lines, line)
		}
		if c.Format == "json" {
			return writeJSON(a.Stdout, lines)
		}
		if len(lines) == 0 {
			printf(a.Stdout, "Nothing was sent yet.\n")
			return nil
		}
		table := newTable(a.Stdout)
		printf(table, "id\tsubscription\tperiod\tedition\tto\tstate\tat\tnote\n")
		for _, line := range lines {
			at := line.SentAt
			if line.State == subscription.Failed {
				at = line.NextAt
			}
			printf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", line.ID, line.Subscription, line.Period, line.Edition, short(line.Target, 50), line.State, atWords(at), short(line.Note, 80))
			for _, attempt := range line.Attempts {
				printf(table, "\t\t\t\tattempt %d\t%s\t%s\t%s\n", attempt.Number, attempt.Result, atWords(attempt.At), oneLine(attempt.Note))
			}
		}
		return table.Flush()
	})
}

func atWords(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.UTC().Format("2006-01-02 15:04Z")
}

type reportResendCmd struct {
	dataFlag
	mailFlags
	ID int64 `arg:"" name:"id" help:"Number of the delivery: see 'fillrate report deliveries'."`
}

// Run sends a delivery once more.
func (c *reportResendCmd) Run(a *app) error {
	m, err := c.mail()
	if err != nil {
		return err
	}
	return a.withOffice(c.dataFlag, m, func(o *delivery.Office) error {
		outcome, err := o.Resend(a.ctx, c.ID)
		if err != nil {
			return err
		}
		if outcome.IsFailure {
			return errors.New(outcomeWords(outcome))
		}
		printf(a.Stdout, "%s\n", oneLine(outcomeWords(outcome)))
		return nil
	})
}

type reportTestMailCmd struct {
	dataFlag
	mailFlags
	Address string `arg:"" help:"Address to send it to."`
}

// Run sends a short mail in the library's language.
func (c *reportTestMailCmd) Run(a *app) error {
	if err := subscription.CheckAddress(c.Address); err != nil {
		return usageError{err}
	}
	m, err := c.mail()
	if err != nil {
		return err
	}
	if m == nil {
		return usageError{errors.New("no mail server is set: set FILLRATE_SMTP_HOST and FILLRATE_SMTP_FROM, or give --smtp-host and --smtp-from")}
	}
	settled, err := a.settled(c.dataFlag)
	if err != nil {
		return err
	}
	w := locale.Find(settled.Language)
	if w == nil {
		w = locale.All()[0]
	}
	subject, text := delivery.TestLetter(w, m)
	if err := m.Test(a.ctx, c.Address, subject, text, "test-"+rand.Text(), time.Now()); err != nil {
		return err
	}
	printf(a.Stdout, "%s took a mail to %s.\n", m.Address(), c.Address)
	return nil
}
