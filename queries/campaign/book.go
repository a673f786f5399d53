package campaign

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

// Book is the record of campaigns in the app.db of a data directory. It may be used by many goroutines, and several
// processes may have one open on the same directory. Its errors are of package queries: Invalid (a *FieldError where one
// field is to blame), NotFound, Conflict, Unavailable. A call that fails has changed nothing.
type Book struct {
	dir string
	now func() time.Time

	mu sync.Mutex
	db *sql.DB // nil until there is an app.db
}

// Open gives the book of a data directory. Nothing is made before the first record is written.
func Open(ctx context.Context, dir string) (*Book, error) {
	b := &Book{dir: dir, now: time.Now}
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

// reading gives app.db, or nil where there is none yet.
func (b *Book) reading(ctx context.Context) (*sql.DB, error) {
	if !store.AppExists(b.dir) {
		return nil, nil
	}
	return b.open(ctx)
}

func (b *Book) open(ctx context.Context) (*sql.DB, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db != nil {
		return b.db, nil
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return nil, b.failed(err)
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

// change runs do in one transaction.
func (b *Book) change(ctx context.Context, do func(tx *sql.Tx) error) error {
	db, err := b.open(ctx)
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

// Now is the instant by which the history of edits is dated.
func (b *Book) Now() time.Time { return b.now().UTC().Truncate(time.Millisecond) }

// Add records a new campaign; how is add or import. An id that is taken is a Conflict. Under the id of a record that was
// removed it goes on with that one's history, and with its first look at results.
func (b *Book) Add(ctx context.Context, c Campaign, how string) error {
	c = Clean(c)
	if err := Validate(c); err != nil {
		return err
	}
	return b.change(ctx, func(tx *sql.Tx) error {
		before, err := findRecord(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if before != nil && !before.isRemoved {
			return queries.NewError(queries.Conflict, "the id %s is taken by %q: choose another, or edit that one; nothing was changed", before.ID, before.Name)
		}
		if _, err = put(ctx, tx, before, c, how, b.Now()); err != nil {
			return err
		}
		n, err := count(ctx, tx)
		if err == nil && n > MostCampaigns {
			err = queries.NewError(queries.Invalid, "%d campaigns are recorded, and there is no room for more: remove some that are no longer asked about; nothing was changed", n-1)
		}
		return err
	})
}

// Record adds a campaign under its id or, where it has none, under one made of its name that is free, and gives it as it was
// recorded.
func (b *Book) Record(ctx context.Context, c Campaign, how string) (Campaign, error) {
	c = Clean(c)
	for isMade := c.ID == "" && c.Name != ""; ; {
		if isMade {
			id, err := b.FreeID(ctx, c.Name)
			if err != nil {
				return Campaign{}, err
			}
			c.ID = id
		}
		err := b.Add(ctx, c, how)
		switch {
		case err == nil:
			return b.Get(ctx, c.ID)
		case isMade && queries.ErrorCode(err) == queries.Conflict: // somebody else was faster with the same name
		default:
			return Campaign{}, err
		}
	}
}

// Edit makes a record say what c says. c.Revision must be the one that was read, else Conflict; the id stays, and so does
// FrozenAt. Where nothing differs nothing happens.
func (b *Book) Edit(ctx context.Context, c Campaign, how string) error {
	c = Clean(c)
	if err := Validate(c); err != nil {
		return err
	}
	if db, err := b.reading(ctx); err != nil || db == nil {
		return cmp.Or(err, notFound(c.ID, nil))
	}
	return b.change(ctx, func(tx *sql.Tx) error {
		before, err := known(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if before.Revision != c.Revision {
			return queries.NewError(queries.Conflict, "%q was changed by somebody else in the meantime: look at it as it is now, then make your change again; nothing was changed", before.Name)
		}
		_, err = put(ctx, tx, before, c, how, b.Now())
		return err
	})
}

// Remove takes a campaign off the list. Its history stays.
func (b *Book) Remove(ctx context.Context, id string) error {
	if db, err := b.reading(ctx); err != nil || db == nil {
		return cmp.Or(err, notFound(id, nil))
	}
	return b.change(ctx, func(tx *sql.Tx) error {
		before, err := known(ctx, tx, id)
		if err != nil {
			return err
		}
		at := b.Now()
		if _, err := tx.ExecContext(ctx, removeSQL, at.Format(time.RFC3339Nano), before.ID); err != nil {
			return err
		}
		return note(ctx, tx, before.ID, Edit{At: at, How: "remove"})
	})
}

// Get gives a campaign by its id, in upper or lower case; NotFound names those there are.
func (b *Book) Get(ctx context.Context, id string) (Campaign, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return Campaign{}, cmp.Or(err, notFound(id, nil))
	}
	found, err := known(ctx, db, id)
	if err != nil {
		return Campaign{}, b.failed(err)
	}
	return found.Campaign, nil
}

// List gives all campaigns by start, then id.
func (b *Book) List(ctx context.Context) ([]Campaign, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	all, err := records(ctx, db, "")
	return present(all), b.failed(err)
}

func present(all []record) []Campaign {
	var list []Campaign
	for _, r := range all {
		if !r.isRemoved {
			list = append(list, r.Campaign)
		}
	}
	return list
}

// History gives every edit of a record, earliest first; of one that was removed too.
func (b *Book) History(ctx context.Context, id string) ([]Edit, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, cmp.Or(err, notFound(id, nil))
	}
	all, err := edits(ctx, db, id)
	if err != nil {
		return nil, b.failed(err)
	}
	if len(all) == 0 {
		_, err = known(ctx, db, id)
	}
	return all, b.failed(err)
}

// Looked marks that results of a campaign were seen. Only the first time counts, and later ones cost one small read.
func (b *Book) Looked(ctx context.Context, id string, at time.Time) error {
	seen, err := b.Get(ctx, id)
	if err != nil || !seen.FrozenAt.IsZero() {
		return err
	}
	at = at.UTC().Truncate(time.Millisecond)
	return b.change(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, lookedSQL, at.Format(time.RFC3339Nano), seen.ID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 { // another process was faster
			return err
		}
		return note(ctx, tx, seen.ID, Edit{At: at, How: "looked"})
	})
}

// FreeID makes an id of a name that no record has, nor had.
func (b *Book) FreeID(ctx context.Context, name string) (string, error) {
	db, err := b.reading(ctx)
	if err != nil {
		return "", err
	}
	base := idOf(name)
	id := base
	for n := 2; ; n++ {
		if db == nil {
			return id, nil
		}
		taken, err := findRecord(ctx, db, id)
		if err != nil {
			return "", b.failed(err)
		}
		if taken == nil {
			return id, nil
		}
		id = fmt.Sprintf("%s-%d", base, n)
	}
}

// known gives a record that is not removed, else NotFound.
func known(ctx context.Context, db conn, id string) (*record, error) {
	found, err := findRecord(ctx, db, strings.TrimSpace(id))
	if err != nil || found != nil && !found.isRemoved {
		return found, err
	}
	all, err := records(ctx, db, "")
	if err != nil {
		return nil, err
	}
	return nil, notFound(id, present(all))
}

// listed is how many ids an error names.
const listed = 20

func notFound(id string, there []Campaign) error {
	if len(there) == 0 {
		return queries.NewError(queries.NotFound, "there is no campaign %q: none is recorded yet, `fillrate campaign add` records one", excerpt(id))
	}
	var ids []string
	for _, c := range there[:min(len(there), listed)] {
		ids = append(ids, c.ID)
	}
	if n := len(there) - listed; n > 0 {
		return queries.NewError(queries.NotFound, "there is no campaign %q: there are %s and %d more", excerpt(id), strings.Join(ids, ", "), n)
	}
	return queries.NewError(queries.NotFound, "there is no campaign %q: there are %s", excerpt(id), strings.Join(ids, ", "))
}
