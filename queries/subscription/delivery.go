package subscription

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/fillrate/fillrate/queries"
)

var (
	//go:embed deliveries.sql
	deliveriesSQL string
	//go:embed pending.sql
	pendingSQL string
	//go:embed lost.sql
	lostSQL string
	//go:embed take.sql
	takeSQL string
	//go:embed finish.sql
	finishSQL string
	//go:embed note.sql
	noteSQL string
	//go:embed attempts.sql
	attemptsSQL string
)

// Channel is how a delivery goes.
type Channel string

// The channels: a mail to one address, so that a bad one does not stop the others; the files into a folder.
const (
	Mail   Channel = "mail"
	Folder Channel = "folder"
)

// State is what became of a delivery.
type State string

// The states: to be made; somebody makes it; made; to be made again at Next; not made any more; perhaps made, as the mail
// server may have taken the message: it is not made again but on purpose.
const (
	ToSend  State = "due"
	Sending State = "sending"
	Sent    State = "sent"
	Failed  State = "failed"
	GivenUp State = "given_up"
	Unclear State = "unclear"
)

// Delivery is one message to one address, or one folder to fill.
type Delivery struct {
	ID           int64
	Subscription string // its id
	Period       string // its key
	Channel      Channel
	Target       string // address or folder
	MessageID    string // the part before the @: the same for each attempt
	State        State
	Attempts     int
	Failures     int // in a row
	FailingSince time.Time
	AttemptedAt  time.Time
	Next         time.Time // of Failed
	SentAt       time.Time
	Note         string // what went wrong last
	Edition      string
	Letter       []byte // as Issued was given it
}

// Attempt is what became of one attempt.
type Attempt struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	Result State     `json:"result"`
	Note   string    `json:"note,omitempty"`
}

// waits are those after the first failures in a row; then one more a day, until it has failed for patience.
var waits = []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}

const (
	longestWait = 24 * time.Hour
	patience    = 7 * 24 * time.Hour
)

// messageID is the same for a delivery whenever and wherever it is computed, so that a mail that is sent again on purpose, or
// after an older state of app.db was restored, can be known as the same one.
func messageID(t Turn, target string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{t.Subscription.ID, text(t.Subscription.CreatedAt), t.Period.Key(), target}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Deliveries lists what was and is to be sent, newest first; of one subscription where its id is given.
func (b *Book) Deliveries(ctx context.Context, subscription string) ([]Delivery, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	all, err := deliveries(ctx, db, 0, subscription)
	return all, b.failed(err)
}

func deliveries(ctx context.Context, db conn, id int64, subscription string) ([]Delivery, error) {
	found, err := db.QueryContext(ctx, deliveriesSQL, id, subscription)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []Delivery
	for found.Next() {
		var d Delivery
		var edition, letter sql.NullString
		at := make([]sql.NullString, 4)
		if err := found.Scan(&d.ID, &d.Subscription, &d.Period, &d.Channel, &d.Target, &d.MessageID, &d.State, &d.Attempts, &d.Failures,
			&at[0], &at[1], &at[2], &at[3], &d.Note, &edition, &letter); err != nil {
			return nil, err
		}
		if err := instants(at, &d.FailingSince, &d.AttemptedAt, &d.Next, &d.SentAt); err != nil {
			return nil, err
		}
		d.Edition, d.Letter = edition.String, []byte(letter.String)
		all = append(all, d)
	}
	return all, found.Err()
}

// Attempts lists what became of each attempt of a delivery, earliest first.
func (b *Book) Attempts(ctx context.Context, id int64) ([]Attempt, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	found, err := db.QueryContext(ctx, attemptsSQL, id)
	if err != nil {
		return nil, b.failed(err)
	}
	defer found.Close()
	var all []Attempt
	for found.Next() {
		var a Attempt
		at := make([]sql.NullString, 1)
		if err := found.Scan(&a.Number, &at[0], &a.Result, &a.Note); err != nil {
			return nil, err
		}
		if err := instants(at, &a.At); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, b.failed(found.Err())
}

// Lost marks deliveries that somebody took up and never ended, and gives them: a mail is Unclear from then on, and a folder,
// which nothing happens to when it is filled twice, is to be filled again. A rehearsal only lists them.
func (b *Book) Lost(ctx context.Context, now time.Time, rehearsal bool) (lost []Delivery, err error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	if rehearsal {
		lost, err = lostOnes(ctx, db, now)
		return lost, b.failed(err)
	}
	err = b.change(ctx, func(tx *sql.Tx) (err error) {
		if lost, err = lostOnes(ctx, tx, now); err != nil {
			return err
		}
		for _, d := range lost {
			if err := finish(ctx, tx, d, now); err != nil {
				return err
			}
		}
		return nil
	})
	return lost, err
}

// lostOnes gives lost deliveries as they are to be noted.
func lostOnes(ctx context.Context, db conn, now time.Time) ([]Delivery, error) {
	ids, err := numbers(ctx, db, lostSQL, text(now.Add(-Lease)), text(now.Add(Lease)))
	if err != nil {
		return nil, err
	}
	var lost []Delivery
	for _, id := range ids {
		list, err := deliveries(ctx, db, id, "")
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			d.State, d.Note = Unclear, "the process that was sending it ended before it could note what became of it"
			if d.Channel == Folder {
				d.State, d.Next = Failed, now
			}
			lost = append(lost, d)
		}
	}
	return lost, nil
}

// Pending lists the ids of the deliveries that are to be made now.
func (b *Book) Pending(ctx context.Context, now time.Time) ([]int64, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	ids, err := pending(ctx, db, now, 0)
	return ids, b.failed(err)
}

func pending(ctx context.Context, db conn, now time.Time, only int64) ([]int64, error) {
	return numbers(ctx, db, pendingSQL, text(now), only)
}

// numbers reads a column of them.
func numbers(ctx context.Context, db conn, statement string, args ...any) ([]int64, error) {
	found, err := db.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var list []int64
	for found.Next() {
		var n int64
		if err := found.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, found.Err()
}

// Delivery gives one by its number.
func (b *Book) Delivery(ctx context.Context, id int64) (Delivery, error) {
	db, err := b.reading(ctx)
	if err != nil {
		return Delivery{}, err
	}
	if db == nil {
		return Delivery{}, noDelivery(id)
	}
	d, err := delivery(ctx, db, id)
	return d, b.failed(err)
}

func delivery(ctx context.Context, db conn, id int64) (Delivery, error) {
	list := []Delivery(nil)
	if id > 0 {
		var err error
		if list, err = deliveries(ctx, db, id, ""); err != nil {
			return Delivery{}, err
		}
	}
	if len(list) == 0 {
		return Delivery{}, noDelivery(id)
	}
	return list[0], nil
}

func noDelivery(id int64) error {
	return &queries.Error{Code: queries.NotFound, Message: fmt.Sprintf("there is no delivery %d: `fillrate report deliveries` lists them", id)}
}

// Claim takes up a delivery that is to be made now; false where somebody else was faster. Who has claimed it ends with Finish.
func (b *Book) Claim(ctx context.Context, id int64, now time.Time) (d Delivery, ok bool, err error) {
	err = b.change(ctx, func(tx *sql.Tx) error {
		ids, err := pending(ctx, tx, now, id)
		if err != nil || len(ids) == 0 {
			return err
		}
		ok = true
		d, err = take(ctx, tx, id, now)
		return err
	})
	return d, ok && err == nil, err
}

// ClaimAgain takes up a delivery on purpose, whatever became of it; Conflict while somebody is at it.
func (b *Book) ClaimAgain(ctx context.Context, id int64, now time.Time) (d Delivery, err error) {
	if db, err := b.reading(ctx); err != nil {
		return Delivery{}, err
	} else if db == nil {
		return Delivery{}, noDelivery(id)
	}
	err = b.change(ctx, func(tx *sql.Tx) error {
		if d, err = delivery(ctx, tx, id); err != nil {
			return err
		}
		if d.State == Sending && d.AttemptedAt.After(now.Add(-Lease)) && d.AttemptedAt.Before(now.Add(Lease)) {
			return &queries.Error{Code: queries.Conflict, Message: fmt.Sprintf("delivery %d is just being sent: look at it again in a while with `fillrate report deliveries`; nothing was sent", id)}
		}
		d, err = take(ctx, tx, id, now)
		return err
	})
	return d, err
}

func take(ctx context.Context, tx conn, id int64, now time.Time) (Delivery, error) {
	if _, err := tx.ExecContext(ctx, takeSQL, id, text(now)); err != nil {
		return Delivery{}, err
	}
	return delivery(ctx, tx, id)
}

// Finish notes what became of a claimed delivery: Sent, Unclear, GivenUp where another attempt would be in vain, or Failed, of
// which it makes another try later or, after seven days of them, GivenUp. It gives the delivery as it is then. note is a sentence
// without anything of the message.
func (b *Book) Finish(ctx context.Context, d Delivery, result State, note string, now time.Time) (Delivery, error) {
	d.Note = noteText(note)
	d.State = result
	switch result {
	case Sent:
		d.SentAt, d.Failures, d.FailingSince = now, 0, time.Time{}
	case Failed:
		d = d.again(now)
	}
	return d, b.change(ctx, func(tx *sql.Tx) error { return finish(ctx, tx, d, now) })
}

// again says when a delivery that failed is tried next.
func (d Delivery) again(now time.Time) Delivery {
	if d.FailingSince.IsZero() || d.FailingSince.After(now) { // after now: by a wrong clock
		d.FailingSince = now
	}
	wait := longestWait
	if d.Failures < len(waits) {
		wait = waits[d.Failures]
	}
	d.Failures++
	d.Next = now.Add(wait)
	if d.Next.Sub(d.FailingSince) > patience {
		d.State = GivenUp
	}
	return d
}

func finish(ctx context.Context, tx conn, d Delivery, now time.Time) error {
	next := time.Time{}
	if d.State == Failed {
		next = d.Next
	}
	done, err := tx.ExecContext(ctx, finishSQL, d.ID, d.Attempts, d.State, d.Failures, orNull(d.FailingSince), orNull(next), orNull(d.SentAt), d.Note)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 { // somebody took it up anew, on purpose
		return err
	}
	_, err = tx.ExecContext(ctx, noteSQL, d.ID, d.Attempts, text(now), d.State, d.Note)
	return err
}

// longestNote is in characters.
const longestNote = 300

// noteText keeps what a server answered on one short line.
func noteText(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > longestNote {
		return string(runes[:longestNote-1]) + "…"
	}
	return string(runes)
}
