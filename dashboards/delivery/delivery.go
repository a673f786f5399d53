// Package delivery sends reports to who subscribed to them: by mail, and into folders. Each goes out once, whatever clocks,
// servers and processes do; package subscription keeps the account of it.
package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// Order is what a subscription asks of the press.
type Order struct {
	Report   string    // name of a built-in or a saved report
	From, To time.Time // dates; zero for lists
	Language string    // empty: the library's
	Paper    string    // empty: the usual
}

// File is a file of an edition.
type File struct {
	Name  string // monthly-2025-03-edition-1.pdf
	MIME  string
	Bytes []byte
}

// Issuer makes reports and keeps them.
type Issuer interface {
	// Issue stores a report for ever, or finds the edition that it is the same as, and gives its id and what it says.
	Issue(ctx context.Context, order Order) (edition string, r *report.Report, err error)
	// Files gives files of an edition in the order of formats, byte for byte as they were issued.
	Files(ctx context.Context, edition string, formats []string) ([]File, error)
}

// Office sends what is due.
type Office struct {
	Book    *subscription.Book
	Issuer  Issuer
	History func(context.Context) (subscription.History, error) // of the current generation; store.ErrNoData where there is none
	Mail    *Mail                                               // nil: no mail can be sent
	Now     func() time.Time
}

// What can be said of an Outcome beside the states of deliveries and periods.
const (
	WouldIssue = "would_issue" // a rehearsal: the report would be made, and go to Target
	WouldSend  = "would_send"  // a rehearsal: the delivery would be made
	NotTried   = "not_tried"   // a mail that could not be tried: the delivery is as it was
)

// Outcome is one thing that RunDue did, or why it did not.
type Outcome struct {
	Subscription string
	Period       string // key
	State        string // a subscription.State or PeriodState, or one of the above
	Edition      string
	Delivery     int64 // 0: of the period as a whole
	Channel      subscription.Channel
	Target       string // address or folder
	Note         string
	Next         time.Time // of a delivery that failed
	HeldDays     int       // of a period that waits for its data: how many days it has been due
	IsFailure    bool      // something for a person to look at
}

// RunDue makes the reports that are due and sends them, and tries again what failed before. What it could not do is in the
// outcomes; an error means that it ended before its time. A rehearsal changes nothing, and tells what would be done.
//
// A monthly or annual report is held back until the history goes beyond the period's end. Of periods that were missed while
// nothing ran only the newest is made. Several may run at once, in several processes.
func (o *Office) RunDue(ctx context.Context, rehearsal bool) ([]Outcome, error) {
	run := &run{Office: o, ctx: ctx, rehearsal: rehearsal}
	for _, do := range []func() error{run.lost, run.turns, run.pending} {
		if err := do(); err != nil {
			return run.outcomes, err
		}
	}
	return run.outcomes, nil
}

type run struct {
	*Office
	ctx       context.Context
	rehearsal bool
	outcomes  []Outcome
	down      string // why no mail can be sent in this run; empty: it can
}

func (r *run) say(o Outcome) { r.outcomes = append(r.outcomes, o) }

// lost tells of mails of which nobody noted what became of them.
func (r *run) lost() error {
	lost, err := r.Book.Lost(r.ctx, r.Now(), r.rehearsal)
	for _, d := range lost {
		if d.State == subscription.Unclear {
			r.say(outcomeOf(d))
		}
	}
	return err
}

// turns makes the reports that are due.
func (r *run) turns() error {
	history, err := r.History(r.ctx)
	if errors.Is(err, store.ErrNoData) {
		history, err = subscription.NoHistory(), nil
	}
	if err != nil {
		return err
	}
	waiting, skipped, err := r.Book.Turns(r.ctx, r.Now(), history.Calendar, r.rehearsal)
	if err != nil {
		return err
	}
	for _, turn := range skipped {
		r.say(Outcome{Subscription: turn.Subscription.ID, Period: turn.Period.Key(), State: string(subscription.Skipped)})
	}
	for _, turn := range waiting {
		if err := r.turn(turn, history); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) turn(turn subscription.Turn, history subscription.History) error {
	s := turn.Subscription
	outcome := Outcome{Subscription: s.ID, Period: turn.Period.Key()}
	if !history.Reaches(turn.Period) {
		outcome.State = string(subscription.Waiting)
		outcome.HeldDays = int(r.Now().Sub(turn.DueAt) / (24 * time.Hour))
		r.say(outcome)
		return nil
	}
	if r.rehearsal {
		outcome.State = WouldIssue
		r.say(outcome)
		for _, recipient := range s.Recipients {
			r.say(Outcome{Subscription: s.ID, Period: outcome.Period, State: WouldSend, Channel: subscription.Mail, Target: recipient})
		}
		if s.Folder != "" {
			r.say(Outcome{Subscription: s.ID, Period: outcome.Period, State: WouldSend, Channel: subscription.Folder, Target: s.Folder})
		}
		return nil
	}
	ok, err := r.Book.TakeUp(r.ctx, &turn, r.Now())
	if err != nil || !ok { // another process has it
		return err
	}
	edition, made, err := r.Issuer.Issue(r.ctx, Order{s.Report, turn.Period.From, turn.Period.To, s.Language, s.Paper})
	after := context.WithoutCancel(r.ctx) // what was done is noted, also where it was interrupted
	if err == nil {
		var text []byte
		if text, err = json.Marshal(letterOf(made, edition, s)); err == nil {
			err = r.Book.Issued(after, turn, edition, text)
		}
	}
	if err != nil {
		if r.ctx.Err() != nil {
			return errors.Join(r.ctx.Err(), r.Book.PutBack(after, turn, ""))
		}
		outcome.State, outcome.Note, outcome.IsFailure = string(subscription.Failed), err.Error(), true
		r.say(outcome)
		if queries.ErrorCode(err) == queries.Conflict {
			return nil
		}
		return r.Book.PutBack(after, turn, err.Error())
	}
	outcome.State, outcome.Edition = string(subscription.Issued), edition
	r.say(outcome)
	return nil
}

// pending makes the deliveries that are to be made now.
func (r *run) pending() error {
	ids, err := r.Book.Pending(r.ctx, r.Now())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := r.deliver(id); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) deliver(id int64) error {
	d, err := r.Book.Delivery(r.ctx, id)
	if err != nil {
		return err
	}
	outcome := outcomeOf(d)
	outcome.Note, outcome.Next, outcome.IsFailure = "", time.Time{}, false
	if r.rehearsal {
		outcome.State = WouldSend
		r.say(outcome)
		return nil
	}
	if r.Mail == nil {
		r.down = "no mail server is set"
	}
	if d.Channel == subscription.Mail && r.down != "" {
		outcome.State, outcome.Note, outcome.IsFailure = NotTried, r.down, true
		r.say(outcome)
		return nil
	}
	d, ok, err := r.Book.Claim(r.ctx, id, r.Now())
	if err != nil || !ok { // another process has it
		return err
	}
	return r.make(d)
}

// make makes a claimed delivery and notes what became of it.
func (r *run) make(d subscription.Delivery) error {
	result := r.send(d)
	if result.isDown {
		r.down = "the mail server can't be used: " + result.note
	}
	d, err := r.Book.Finish(context.WithoutCancel(r.ctx), d, result.state, result.note, r.Now())
	if err != nil {
		return err
	}
	r.say(outcomeOf(d))
	return nil
}

// result is what became of an attempt.
type result struct {
	state  subscription.State
	note   string
	isDown bool // the mail server takes nothing from us now
}

func failed(note string) result { return result{state: subscription.Failed, note: note} }

func (r *run) send(d subscription.Delivery) result {
	var letter letter
	if err := json.Unmarshal(d.Letter, &letter); err != nil {
		return failed("what the mail says can't be read: " + err.Error())
	}
	files, err := r.Issuer.Files(r.ctx, d.Edition, letter.Formats)
	if err != nil {
		return failed("the edition can't be read: " + err.Error())
	}
	if d.Channel == subscription.Folder {
		if err := put(d.Target, files); err != nil {
			return failed(err.Error())
		}
		return result{state: subscription.Sent}
	}
	message := letter.message(files, r.Mail.From.Address)
	message.To, message.ID, message.Date = d.Target, d.MessageID, r.Now()
	return r.Mail.send(r.ctx, message)
}

// Resend makes a delivery once more, on purpose, whatever became of it.
func (o *Office) Resend(ctx context.Context, id int64) (Outcome, error) {
	d, err := o.Book.Delivery(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if d.Channel == subscription.Mail && o.Mail == nil {
		return Outcome{}, &queries.Error{Code: queries.Unavailable, Message: "no mail server is set; nothing was sent"}
	}
	if d, err = o.Book.ClaimAgain(ctx, id, o.Now()); err != nil {
		return Outcome{}, err
	}
	run := &run{Office: o, ctx: ctx}
	if err := run.make(d); err != nil {
		return Outcome{}, err
	}
	return run.outcomes[0], nil
}

func outcomeOf(d subscription.Delivery) Outcome {
	o := Outcome{Subscription: d.Subscription, Period: d.Period, State: string(d.State), Edition: d.Edition, Delivery: d.ID, Channel: d.Channel, Target: d.Target, Note: d.Note}
	if d.State == subscription.Failed {
		o.Next = d.Next
	}
	o.IsFailure = d.State == subscription.Failed || d.State == subscription.GivenUp || d.State == subscription.Unclear
	return o
}
