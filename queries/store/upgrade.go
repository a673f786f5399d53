package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

var (
	errOutdated = errors.New("the generation was made by an older Fillrate")
	errNewer    = errors.New("this data directory was written by a newer Fillrate")
)

// lockPause is how long a reader waits before it looks again whether the data directory is free.
const lockPause = 50 * time.Millisecond

// upgrade is the making of an up-to-date generation that readers wait for.
type upgrade struct {
	cancel context.CancelFunc
	done   chan struct{} // closed at the end, when err is set
	err    error
}

// bringUpToDate makes a generation of today's schema out of one that an older Fillrate made, by a load that adds nothing.
// It goes on when the reader who set it off gives up, as a visitor of a page may, until it ends or the store is closed.
func (f *Files) bringUpToDate(ctx context.Context, number int) error {
	f.mu.Lock()
	u := f.upgrade
	if u == nil {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		u = &upgrade{cancel: cancel, done: make(chan struct{})}
		f.upgrade = u
		go func() {
			u.err = f.rederive(own, number)
			cancel()
			f.mu.Lock()
			f.upgrade = nil
			f.mu.Unlock()
			close(u.done)
		}()
	}
	f.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-u.done:
	}
	if u.err == nil {
		return nil
	}
	return fmt.Errorf("generation %d was made by an older Fillrate and has to be brought up to date before it can be read, which needs a data directory that can be written to: %w", number, u.err)
}

// rederive publishes a generation under today's schema, with everything derived anew. A rollback from it goes where one
// from the old generation went.
func (f *Files) rederive(ctx context.Context, number int) (err error) {
	unlock, err := f.lock()
	for errors.Is(err, ErrBusy) { // another process loads, or does this very work
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockPause):
		}
		unlock, err = f.lock()
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if current, err := f.Current(); err != nil || current != number {
		return err // somebody else was faster
	}
	parent, err := f.parent(number)
	if errors.Is(err, fs.ErrNotExist) {
		parent, err = number, nil
	}
	if err != nil {
		return err
	}
	_, err = f.apply(ctx, number, parent, func(ctx context.Context, tx *Tx) (Verdict, error) { return Keep, tx.Derive(ctx) })
	return err
}

// checkStep compares the schema of an opened generation with today's: errOutdated, errNewer or nil.
func checkStep(ctx context.Context, db *sql.DB) error {
	var step int
	if err := db.QueryRowContext(ctx, "select coalesce(max(step), 0) from schema_step").Scan(&step); err != nil {
		return err
	}
	steps, err := schemaSteps()
	if err != nil {
		return err
	}
	switch {
	case step < len(steps):
		return errOutdated
	case step > len(steps):
		return newerSchema(step, len(steps))
	}
	return nil
}

// schemaSteps names the files of the schema, oldest first.
func schemaSteps() ([]string, error) { return fs.Glob(schemaFiles, "schema/*.sql") } // sorted

func newerSchema(step, known int) error {
	return fmt.Errorf("%w (schema step %d, this one knows %d): update Fillrate", errNewer, step, known)
}
