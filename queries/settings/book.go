package settings

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed settings.sql
	settingsSQL string
	//go:embed put.sql
	putSQL string
	//go:embed drop.sql
	dropSQL string
	//go:embed note.sql
	noteSQL string
	//go:embed edits.sql
	editsSQL string
)

// Book is the settings in the app.db of a data directory. It may be used by many goroutines, and several processes may have
// one open on the same directory. Its errors are of package queries: Invalid (a *FieldError where one setting is to blame),
// Conflict, Unavailable. A call that fails has changed nothing.
type Book struct {
	dir string
	now func() time.Time

	mu sync.Mutex
	db *sql.DB // for reading; nil until there is an app.db that knows of settings
}

// Edit is one change of one setting.
type Edit struct {
	Revision      int
	At            time.Time // UTC
	Name          string
	Before, After string // as Settings.Words, terms parted by semicolons; empty: as usual; none: no target or weight
}

// Open gives the settings of a data directory. Nothing is made before the first of them is changed.
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

// step is the one of app.db that brought the settings.
const step = 2

// reading gives app.db, or nil where there is none, or one of before there were settings.
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

// failed says plainly what went wrong beneath a use of app.db: queries.Unavailable where it may go well later.
func (b *Book) failed(err error) error {
	err = store.AppError(b.dir, err)
	if closed := new(store.AppUnavailableError); errors.As(err, &closed) {
		return &queries.Error{Code: queries.Unavailable, Message: closed.Error()}
	}
	return err
}

// Get gives the settings as they are.
func (b *Book) Get(ctx context.Context) (Settings, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return Settings{}, err
	}
	s, err := read(ctx, db)
	return s, b.failed(err)
}

// conn is a database or a transaction on it.
type conn interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// read reads everything in one statement, so that nobody's change falls between. What this Fillrate would not have written
// is refused, rather than left out of all figures without a word.
func read(ctx context.Context, db conn) (Settings, error) {
	rows, err := db.QueryContext(ctx, settingsSQL)
	if err != nil {
		return Settings{}, err
	}
	defer rows.Close()
	s := clean(Settings{})
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&s.Revision, &name, &value); err != nil {
			return Settings{}, err
		}
		if name == "" {
			continue
		}
		if err := s.load(name, value); err != nil {
			return Settings{}, unreadable(name, err)
		}
	}
	if err := rows.Err(); err != nil {
		return Settings{}, err
	}
	if list := Check(s); len(list) > 0 {
		return Settings{}, unreadable(list[0].Field, list[0])
	}
	return s, nil
}

func unreadable(name string, err error) error {
	return &queries.Error{Code: queries.Invalid, Message: "the setting " + excerpt(name) + " in " + store.AppFile + " can't be used, as somebody else's hand or a newer Fillrate wrote it: " + err.Error()}
}

func (s *Settings) load(name, value string) error {
	if name != Terms {
		return s.Set(name, value)
	}
	return json.Unmarshal([]byte(value), &s.Terms)
}

// stored is the value of a setting in its row.
func (s Settings) stored(name string) (string, error) {
	if name != Terms {
		return strings.Join(s.Words(name), ""), nil
	}
	text, err := json.Marshal(s.Terms)
	return string(text), err
}

// Put makes the settings say what s says and gives them as they are then. s.Revision must be the one that was read, else
// Conflict. Where nothing differs nothing happens.
func (b *Book) Put(ctx context.Context, s Settings) (Settings, error) {
	s = clean(s)
	if list := Check(s); len(list) > 0 {
		return Settings{}, list[0]
	}
	if len(s.names()) == 0 && s.Revision == 0 && !store.AppExists(b.dir) {
		return s, nil // nothing to write down
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return Settings{}, b.failed(err)
	}
	after, err := b.put(ctx, db, s)
	return after, errors.Join(b.failed(err), db.Close())
}

func (b *Book) put(ctx context.Context, db *sql.DB, s Settings) (Settings, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return Settings{}, err
	}
	defer func() { _ = tx.Rollback() }() // of no effect once committed
	before, err := read(ctx, tx)
	if err != nil {
		return Settings{}, err
	}
	if before.Revision != s.Revision {
		return Settings{}, &queries.Error{Code: queries.Conflict, Message: "the settings were changed by somebody else in the meantime: look at them as they are now, then make your change again; nothing was changed"}
	}
	at := b.now().UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
	names := before.names()
	for _, name := range s.names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	after := s
	for _, name := range names {
		if slices.Equal(before.Words(name), s.Words(name)) {
			continue
		}
		after.Revision = before.Revision + 1
		if err := change(ctx, tx, s, name); err != nil {
			return Settings{}, err
		}
		if _, err := tx.ExecContext(ctx, noteSQL, after.Revision, at, name, joined(before.Words(name)), joined(s.Words(name))); err != nil {
			return Settings{}, err
		}
	}
	return after, tx.Commit()
}

// change writes the row of a setting, or takes it away.
func change(ctx context.Context, tx conn, s Settings, name string) error {
	if len(s.Words(name)) == 0 {
		_, err := tx.ExecContext(ctx, dropSQL, name)
		return err
	}
	value, err := s.stored(name)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, putSQL, name, value)
	return err
}

// History gives every change, earliest first.
func (b *Book) History(ctx context.Context) ([]Edit, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, editsSQL)
	if err != nil {
		return nil, b.failed(err)
	}
	defer rows.Close()
	var all []Edit
	for rows.Next() {
		var edit Edit
		var at string
		if err := rows.Scan(&edit.Revision, &at, &edit.Name, &edit.Before, &edit.After); err != nil {
			return nil, err
		}
		if edit.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		all = append(all, edit)
	}
	return all, b.failed(rows.Err())
}
