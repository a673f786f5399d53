package subscription

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed history.sql
	historySQL string
	//go:embed subscriptions.sql
	subscriptionsSQL string
	//go:embed put.sql
	putSQL string
	//go:embed remove.sql
	removeSQL string
	//go:embed pause.sql
	pauseSQL string
	//go:embed resume.sql
	resumeSQL string
)

// Book is the subscriptions and deliveries in the app.db of a data directory. It may be used by many goroutines, and several
// processes may have one open on the same directory. Its errors are of package queries: Invalid (a *FieldError where one field
// is to blame), NotFound, Conflict, Unavailable. A call that fails has changed nothing.
type Book struct {
	dir string

	mu sync.Mutex
	db *sql.DB // nil until there is an app.db that knows of subscriptions
}

// step is the one of app.db that brought subscriptions.
const step = 4

// Open gives the book of a data directory. Nothing is made before the first subscription.
func Open(ctx context.Context, dir string) (*Book, error) {
	b := &Book{dir: dir}
	_, err := b.reading(ctx)
	return b, err
}

// Close closes app.db.
func (b *Book) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db == nil {
		return nil
	}
	err := b.db.Close()
	b.db = nil
	return err
}

// reading gives app.db, or nil where there is none, or one of before there were subscriptions.
func (b *Book) reading(ctx context.Context) (*sql.DB, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db != nil || !store.AppExists(b.dir) {
		return b.db, nil
	}
	db, seen, err := store.ReadApp(ctx, b.dir)
	if err != nil {
		return nil, b.failed(err)
	}
	if seen < step {
		return nil, db.Close()
	}
	b.db = db
	return db, nil
}

func (b *Book) writing(ctx context.Context) (*sql.DB, error) {
	if db, err := b.reading(ctx); err != nil || db != nil {
		return db, err
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return nil, b.failed(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db != nil { // another goroutine was faster
		return b.db, db.Close()
	}
	b.db = db
	return db, nil
}

// failed says plainly what went wrong beneath a use of app.db: queries.Unavailable where it may go well later.
func (b *Book) failed(err error) error {
	err = store.AppError(b.dir, err)
	if closed := new(store.AppUnavailableError); errors.As(err, &closed) {
		return &queries.Error{Code: queries.Unavailable, Message: closed.Error()}
	}
	return err
}

// change runs do in one transaction, which nobody else's can come between.
func (b *Book) change(ctx context.Context, do func(tx *sql.Tx) error) error {
	db, err := b.writing(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return b.failed(err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the transaction is lost either way
		return b.failed(err)
	}
	return b.failed(tx.Commit())
}

// conn is a database or a transaction on it.
type conn interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// layout is how instants are written: all of one length, so that their order is that of their texts.
const layout = "2006-01-02T15:04:05.000Z"

func text(at time.Time) string { return at.UTC().Format(layout) }

// orNull is nil for no instant.
func orNull(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return text(at)
}

// instants reads texts into where they belong; a null is no instant.
func instants(from []sql.NullString, to ...*time.Time) error {
	for i, word := range from {
		if !word.Valid {
			continue
		}
		at, err := time.Parse(layout, word.String)
		if err != nil {
			return err
		}
		*to[i] = at
	}
	return nil
}

// row is a subscription as app.db has it.
type row struct {
	Subscription
	removedAt time.Time
}

func records(ctx context.Context, db conn, id string) ([]row, error) {
	found, err := db.QueryContext(ctx, subscriptionsSQL, id)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []row
	for found.Next() {
		var r row
		var schedule, formats, recipients string
		at := make([]sql.NullString, 4)
		if err := found.Scan(&r.ID, &r.Report, &r.Kind, &schedule, &formats, &recipients, &r.Attach, &r.Link, &r.Folder, &r.Language, &r.Paper, &at[0], &at[1], &at[2], &at[3]); err != nil {
			return nil, err
		}
		if r.Schedule, err = ParseSchedule(schedule); err == nil {
			err = errors.Join(json.Unmarshal([]byte(formats), &r.Formats), json.Unmarshal([]byte(recipients), &r.Recipients),
				instants(at, &r.CreatedAt, &r.Since, &r.PausedAt, &r.removedAt))
		}
		if err != nil {
			return nil, fmt.Errorf("the subscription %s in %s can't be used, as somebody else's hand or a newer Fillrate wrote it: %w", excerpt(r.ID), store.AppFile, err)
		}
		all = append(all, r)
	}
	return all, found.Err()
}

// List gives all subscriptions by id.
func (b *Book) List(ctx context.Context) ([]Subscription, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	list, err := present(ctx, db)
	return list, b.failed(err)
}

func present(ctx context.Context, db conn) ([]Subscription, error) {
	all, err := records(ctx, db, "")
	var list []Subscription
	for _, r := range all {
		if r.removedAt.IsZero() {
			list = append(list, r.Subscription)
		}
	}
	return list, err
}

// Get gives a subscription by its id; NotFound names those there are.
func (b *Book) Get(ctx context.Context, id string) (Subscription, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return Subscription{}, cmp.Or(err, notFound(id, nil))
	}
	s, err := known(ctx, db, id)
	return s, b.failed(err)
}

func known(ctx context.Context, db conn, id string) (Subscription, error) {
	id = strings.TrimSpace(id)
	list, err := present(ctx, db)
	if err != nil {
		return Subscription{}, err
	}
	for _, s := range list {
		if s.ID == id {
			return s, nil
		}
	}
	return Subscription{}, notFound(id, list)
}

// listed is how many ids an error names.
const listed = 20

func notFound(id string, there []Subscription) error {
	text := fmt.Sprintf("there is no subscription %q: `fillrate report subscribe` makes one", excerpt(id))
	if len(there) > 0 {
		var ids []string
		for _, s := range there[:min(len(there), listed)] {
			ids = append(ids, s.ID)
		}
		text = fmt.Sprintf("there is no subscription %q: there are %s", excerpt(id), strings.Join(ids, ", "))
		if n := len(there) - listed; n > 0 {
			text += fmt.Sprintf(" and %d more", n)
		}
	}
	return &queries.Error{Code: queries.NotFound, Message: text}
}

// Add makes a subscription and gives it as it was written down. What was due until now does not come. An id that is taken is a
// Conflict.
func (b *Book) Add(ctx context.Context, s Subscription, now time.Time) (Subscription, error) {
	s = Clean(s)
	if err := Check(s); err != nil {
		return Subscription{}, err
	}
	s.CreatedAt = now.UTC().Truncate(time.Millisecond)
	s.Since, s.PausedAt = s.CreatedAt, time.Time{}
	return s, b.change(ctx, func(tx *sql.Tx) error {
		before, err := records(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if len(before) > 0 && before[0].removedAt.IsZero() {
			return &queries.Error{Code: queries.Conflict, Message: fmt.Sprintf("there is a subscription %s already: choose another name, or end that one with `fillrate report unsubscribe %s`; nothing was changed", s.ID, s.ID)}
		}
		_, err = tx.ExecContext(ctx, putSQL, s.ID, s.Report, s.Kind, s.Schedule.String(), list(s.Formats), list(s.Recipients), s.Attach, s.Link, s.Folder, s.Language, s.Paper, text(now))
		return err
	})
}

// Remove ends a subscription; what is still to be sent of it is not sent any more. Its deliveries can still be listed.
func (b *Book) Remove(ctx context.Context, id string, now time.Time) (Subscription, error) {
	return b.mark(ctx, id, removeSQL, now)
}

// Pause stops a subscription until Resume; what is still to be sent waits.
func (b *Book) Pause(ctx context.Context, id string, now time.Time) (Subscription, error) {
	return b.mark(ctx, id, pauseSQL, now)
}

// Resume lets a subscription go on with what is due from now on.
func (b *Book) Resume(ctx context.Context, id string, now time.Time) (Subscription, error) {
	return b.mark(ctx, id, resumeSQL, now)
}

// mark runs a statement on a subscription that there is, and gives it as it was before.
func (b *Book) mark(ctx context.Context, id, statement string, now time.Time) (s Subscription, err error) {
	if db, err := b.reading(ctx); err != nil || db == nil {
		return s, cmp.Or(err, notFound(id, nil))
	}
	err = b.change(ctx, func(tx *sql.Tx) (err error) {
		if s, err = known(ctx, tx, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, statement, s.ID, text(now))
		return err
	})
	return s, err
}
