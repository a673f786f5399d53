package subscription

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed periods.sql
	periodsSQL string
	//go:embed put_period.sql
	putPeriodSQL string
	//go:embed skip.sql
	skipSQL string
	//go:embed release_periods.sql
	releasePeriodsSQL string
	//go:embed take_period.sql
	takePeriodSQL string
	//go:embed return_period.sql
	returnPeriodSQL string
	//go:embed issued.sql
	issuedSQL string
	//go:embed put_delivery.sql
	putDeliverySQL string
)

// Lease is for how long somebody who has taken something up may be at it, before it is taken for lost.
const Lease = 30 * time.Minute

// PeriodState is how far a subscription has come with a period.
type PeriodState string

// The states: its report is still to be made; somebody makes it; it is there, and its deliveries with it; a newer one was due
// before it could be made.
const (
	Waiting PeriodState = "waiting"
	Issuing PeriodState = "issuing"
	Issued  PeriodState = "issued"
	Skipped PeriodState = "skipped"
)

// Turn is a subscription that has come to a period.
type Turn struct {
	Subscription Subscription
	Period       Period
	DueAt        time.Time
	State        PeriodState
	Note         string // why it waits, where the report could not be made
	Edition      string // once issued
	claim        int
}

// longestSkip is how many periods that were missed are noted one by one.
const longestSkip = 24

// Turns gives the newest period of each subscription that is due by now and still to be issued, and the older ones that are
// skipped for it: what was missed while nothing ran comes once, and not all at a time. Both are written down, unless it is only
// a rehearsal.
func (b *Book) Turns(ctx context.Context, now time.Time, calendar Calendar, rehearsal bool) (waiting, skipped []Turn, err error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, nil, err
	}
	if rehearsal {
		waiting, skipped, err = turns(ctx, db, now, calendar, func(string, ...any) error { return nil })
		return waiting, skipped, b.failed(err)
	}
	err = b.change(ctx, func(tx *sql.Tx) (err error) {
		waiting, skipped, err = turns(ctx, tx, now, calendar, func(statement string, args ...any) error {
			_, err := tx.ExecContext(ctx, statement, args...)
			return err
		})
		return err
	})
	return waiting, skipped, err
}

func turns(ctx context.Context, db conn, now time.Time, calendar Calendar, write func(string, ...any) error) (waiting, skipped []Turn, err error) {
	if err := write(releasePeriodsSQL, text(now.Add(-Lease)), text(now.Add(Lease))); err != nil {
		return nil, nil, err
	}
	subscriptions, err := present(ctx, db)
	for _, s := range subscriptions {
		if !s.PausedAt.IsZero() {
			continue
		}
		known, err := periods(ctx, db, s)
		if err != nil {
			return nil, nil, err
		}
		due := s.Schedule.Due(s.Kind, s.Since, now, calendar)
		for i, d := range due {
			isNewest := i == len(due)-1
			k := slices.IndexFunc(known, func(t Turn) bool { return t.Period.Key() == d.Period.Key() })
			switch {
			case k >= 0 && known[k].State != Waiting:
			case isNewest && k >= 0:
				waiting = append(waiting, known[k])
			case isNewest:
				turn := Turn{Subscription: s, Period: d.Period, DueAt: d.At, State: Waiting}
				waiting = append(waiting, turn)
				err = write(putPeriodSQL, s.ID, d.Period.Key(), day(d.Period.From), day(d.Period.To), text(d.At), Waiting)
			case k >= 0:
				known[k].State = Skipped
				skipped = append(skipped, known[k])
				err = write(skipSQL, s.ID, d.Period.Key())
			case i >= len(due)-1-longestSkip:
				skipped = append(skipped, Turn{Subscription: s, Period: d.Period, DueAt: d.At, State: Skipped})
				err = write(putPeriodSQL, s.ID, d.Period.Key(), day(d.Period.From), day(d.Period.To), text(d.At), Skipped)
			}
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return waiting, skipped, err
}

// day writes a date, nothing for none.
func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

func periods(ctx context.Context, db conn, s Subscription) ([]Turn, error) {
	found, err := db.QueryContext(ctx, periodsSQL, s.ID)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []Turn
	for found.Next() {
		t := Turn{Subscription: s}
		var key, due string
		var from, to, claimed, edition, letter sql.NullString
		if err := found.Scan(&key, &from, &to, &due, &t.State, &t.claim, &claimed, &edition, &letter, &t.Note); err != nil {
			return nil, err
		}
		t.Edition = edition.String
		if err := t.read(key, from.String, to.String, due); err != nil {
			return nil, fmt.Errorf("the period %s of the subscription %s in %s can't be read: %w", excerpt(key), s.ID, store.AppFile, err)
		}
		all = append(all, t)
	}
	return all, found.Err()
}

func (t *Turn) read(key, from, to, due string) (err error) {
	if t.DueAt, err = time.Parse(layout, due); err != nil {
		return err
	}
	if from == "" {
		t.Period.Day, err = time.Parse(time.DateOnly, key)
		return err
	}
	if t.Period.From, err = time.Parse(time.DateOnly, from); err != nil {
		return err
	}
	t.Period.To, err = time.Parse(time.DateOnly, to)
	return err
}

// Periods lists what a subscription has come to, earliest first.
func (b *Book) Periods(ctx context.Context, id string) ([]Turn, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, cmp.Or(err, notFound(id, nil))
	}
	s, err := known(ctx, db, id)
	if err != nil {
		return nil, b.failed(err)
	}
	all, err := periods(ctx, db, s)
	return all, b.failed(err)
}

// TakeUp claims a waiting turn, so that nobody else makes its report; false where somebody has it, or had it. Who has claimed
// it ends with Issued or PutBack.
func (b *Book) TakeUp(ctx context.Context, t *Turn, now time.Time) (ok bool, err error) {
	err = b.change(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, takePeriodSQL, t.Subscription.ID, t.Period.Key(), text(now)).Scan(&t.claim)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		ok = err == nil
		return err
	})
	return ok, err
}

// PutBack lets a turn wait on, as its report could not be made.
func (b *Book) PutBack(ctx context.Context, t Turn, note string) error {
	return b.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, returnPeriodSQL, t.Subscription.ID, t.Period.Key(), t.claim, noteText(note))
		return err
	})
}

// Issued notes the edition of a turn and what its mails say (JSON), and makes its deliveries: one for each address and one for
// the folder. Conflict where somebody else has issued it in the meantime.
func (b *Book) Issued(ctx context.Context, t Turn, edition string, letter []byte) error {
	return b.change(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, issuedSQL, t.Subscription.ID, t.Period.Key(), t.claim, edition, string(letter))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, error(&queries.Error{Code: queries.Conflict, Message: fmt.Sprintf("the report of %s for %s was issued by another process in the meantime; the edition %s is kept, and not sent", t.Subscription.ID, t.Period.Key(), edition)}))
		}
		for _, recipient := range t.Subscription.Recipients {
			if _, err := tx.ExecContext(ctx, putDeliverySQL, t.Subscription.ID, t.Period.Key(), Mail, recipient, messageID(t, recipient)); err != nil {
				return err
			}
		}
		if t.Subscription.Folder == "" {
			return nil
		}
		_, err = tx.ExecContext(ctx, putDeliverySQL, t.Subscription.ID, t.Period.Key(), Folder, t.Subscription.Folder, messageID(t, t.Subscription.Folder))
		return err
	})
}
