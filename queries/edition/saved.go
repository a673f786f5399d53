package edition

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed saved.sql
	savedSQL string
	//go:embed save.sql
	saveSQL string
	//go:embed remove.sql
	removeSQL string
	//go:embed count.sql
	countSQL string
)

// MostSaved is how many reports a library can save.
const MostSaved = 200

// Saved is a report that the library put together.
type Saved struct {
	Name    string          `json:"name"`
	Spec    json.RawMessage `json:"spec"`
	SavedAt time.Time       `json:"saved_at"`
}

// SaveSpec keeps what a report is asked for under a name, in place of what was kept under it before. Names of the reports
// that come with Fillrate are the caller's to refuse.
func (b *Book) SaveSpec(ctx context.Context, name string, spec []byte) (err error) {
	if err := CheckName(name); err != nil {
		return err
	}
	if !json.Valid(spec) {
		return errors.New("a report that is to be saved is no JSON")
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return b.failed(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return b.failed(err)
	}
	defer func() { _ = tx.Rollback() }() // of no effect once committed
	if _, err := tx.ExecContext(ctx, saveSQL, name, string(spec), instantText(b.now().Truncate(time.Millisecond))); err != nil {
		return b.failed(err)
	}
	var n int
	if err := tx.QueryRowContext(ctx, countSQL).Scan(&n); err != nil {
		return b.failed(err)
	}
	if n > MostSaved {
		return queries.NewError(queries.Invalid, "%d reports are saved, and there is no room for more: remove some; nothing was changed", n-1)
	}
	return b.failed(tx.Commit())
}

// Saved gives the saved reports by name.
func (b *Book) Saved(ctx context.Context) ([]Saved, error) { return b.saved(ctx, "") }

// SavedSpec gives one saved report; NotFound names those there are.
func (b *Book) SavedSpec(ctx context.Context, name string) (*Saved, error) {
	if name != "" {
		list, err := b.saved(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			return &list[0], nil
		}
	}
	return nil, b.notSaved(ctx, name)
}

func (b *Book) notSaved(ctx context.Context, name string) error {
	all, err := b.Saved(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return queries.NewError(queries.NotFound, "there is no saved report %q: none is saved yet", excerpt(name))
	}
	var names []string
	for _, s := range all[:min(len(all), listed)] {
		names = append(names, s.Name)
	}
	if n := len(all) - listed; n > 0 {
		return queries.NewError(queries.NotFound, "there is no saved report %q: there are %s and %d more", excerpt(name), strings.Join(names, ", "), n)
	}
	return queries.NewError(queries.NotFound, "there is no saved report %q: there is %s", excerpt(name), strings.Join(names, ", "))
}

func (b *Book) saved(ctx context.Context, name string) ([]Saved, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, savedSQL, name, name)
	if err != nil {
		return nil, b.failed(err)
	}
	defer rows.Close()
	var list []Saved
	for rows.Next() {
		var s Saved
		var spec, at string
		if err := rows.Scan(&s.Name, &spec, &at); err != nil {
			return nil, err
		}
		s.Spec = json.RawMessage(spec)
		if s.SavedAt, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, b.failed(rows.Err())
}

// RemoveSaved forgets a saved report; editions of it stay.
func (b *Book) RemoveSaved(ctx context.Context, name string) (err error) {
	if _, err := b.SavedSpec(ctx, name); err != nil {
		return err
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return b.failed(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := db.ExecContext(ctx, removeSQL, name)
	if err != nil {
		return b.failed(err)
	}
	return b.oneOf(ctx, name, done)
}

// oneOf fails where nothing was removed: somebody else was faster.
func (b *Book) oneOf(ctx context.Context, name string, done sql.Result) error {
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return b.notSaved(ctx, name)
}
