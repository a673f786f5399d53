package campaign

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// Book is the record of campaigns in the app.db of a data directory. It may be used by many goroutines, and several
// processes may have one open on the same directory. Its errors are of package queries: Invalid, NotFound, Conflict.
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
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db == nil && !store.AppExists(b.dir) {
		return nil, nil
	}
	return b.open(ctx)
}

func (b *Book) writing(ctx context.Context) (*sql.DB, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open(ctx)
}

func (b *Book) open(ctx context.Context) (*sql.DB, error) {
	if b.db != nil {
		return b.db, nil
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return nil, err
	}
	b.db = db
	return db, nil
}

// Summary is what became of the rows of an import.
type Summary struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
}
