package store

import (
	"context"
	"database/sql"
	"time"
)

// Store is all that Fillrate asks of its database: read one consistent history, or change it as one load.
type Store interface {
	// Snapshot opens the current generation for reading. It fails with ErrNoData where nothing was ever loaded.
	// The caller closes it; several snapshots of several generations may be open at once.
	Snapshot(ctx context.Context) (*Snapshot, error)
	// Load runs change inside one transaction on a copy of the current generation. The copy becomes current only
	// if change returns Keep and every invariant holds. One load at a time: a second one fails with ErrBusy.
	Load(ctx context.Context, change func(ctx context.Context, tx *Tx) (Verdict, error)) (Generation, error)
	// Current gives the number of the current generation, 0 where there is none, at the cost of a small read.
	Current() (int, error)
	// Generations lists what is kept, newest first.
	Generations() ([]Generation, error)
	// Rollback makes an older kept generation current again; number 0 means the one before the current.
	Rollback(number int) (Generation, error)
	// Close closes every open generation. Snapshots must be closed before.
	Close() error
}

// Verdict says what becomes of a load that ended without an error.
type Verdict int

const (
	// Discard throws the copy away: a dry run, or a load that changed nothing.
	Discard Verdict = iota
	// Keep makes the copy the current generation.
	Keep
)

// Generation is one kept state of the history.
type Generation struct {
	Number  int       `json:"number"`
	Path    string    `json:"-"`
	Bytes   int64     `json:"bytes"`
	MadeAt  time.Time `json:"made_at"`
	Current bool      `json:"current"`
	// Requests is how many it holds; nil where nobody counted them, or its file cannot be read.
	Requests *int64 `json:"requests,omitempty"`
}

// Snapshot is one generation opened read-only.
type Snapshot struct {
	Generation int
	db         *sql.DB
	release    func() error
}

// DB gives the read-only connection pool of the generation.
func (s *Snapshot) DB() *sql.DB { return s.db }

// Close gives the snapshot back; its generation's file is closed when it is no longer current and nobody reads it.
func (s *Snapshot) Close() error { return s.release() }
