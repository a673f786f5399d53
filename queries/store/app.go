package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// AppFile holds what people edit (campaigns, …) in a data directory, beside the generations of the history: SQLite, as
// several processes write to it a little at a time.
const AppFile = "app.db"

//go:embed app/*.sql
var appFiles embed.FS

// OpenApp opens the app.db of a data directory, and makes both where they are not there. A file that an older Fillrate
// made is brought up to date; one of a newer Fillrate is refused. Transactions take the lock to write when they begin and
// wait for it for up to ten seconds, so two processes may write at once.
//
// The journal is a rollback journal, not a write-ahead log: a file at rest is whole without companions, and works on
// network drives. What was committed survives a kill, and with synchronous=extra a power cut.
func OpenApp(ctx context.Context, dir string) (*sql.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, storageError("making the data directory", err)
	}
	path := filepath.Join(dir, AppFile)
	switch file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); {
	case err == nil:
		if err := file.Close(); err != nil {
			return nil, storageError("making "+AppFile, err)
		}
	case !errors.Is(err, fs.ErrExist):
		return nil, storageError("making "+AppFile, err)
	}
	db, err := openApp(path, false)
	if err != nil {
		return nil, err
	}
	if err := migrateApp(ctx, db); err != nil {
		db.Close()
		return nil, appError(path, err)
	}
	return db, nil
}

// AppExists tells whether a data directory has an app.db.
func AppExists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, AppFile))
	return err == nil
}

func openApp(path string, readOnly bool) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	settings := url.Values{"_busy_timeout": {"10000"}, "_foreign_keys": {"on"}, "_synchronous": {"EXTRA"}, "_txlock": {"immediate"}}
	if readOnly {
		settings = url.Values{"_busy_timeout": {"10000"}, "mode": {"ro"}}
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}
	return sql.Open("sqlite3", name.String())
}

// migrateApp runs the numbered steps that the file has not seen yet, all or none.
func migrateApp(ctx context.Context, db *sql.DB) error {
	names, err := fs.Glob(appFiles, "app/*.sql") // sorted
	if err != nil {
		return err
	}
	if done, err := appStep(ctx, db); err != nil || done == len(names) {
		return err
	} else if done > len(names) {
		return newerSchema(done, len(names))
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of no effect once committed
	done, err := appStep(ctx, tx)        // again, under the lock: another process may have been faster
	if err != nil {
		return err
	}
	if done > len(names) {
		return newerSchema(done, len(names))
	}
	for _, name := range names[done:] {
		text, err := appFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", len(names))); err != nil {
		return err
	}
	return tx.Commit()
}

// appStep is the number of steps that a file has seen.
func appStep(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (step int, err error) {
	err = db.QueryRowContext(ctx, "pragma user_version").Scan(&step)
	return step, err
}

// appError says plainly what is wrong with an app.db.
func appError(path string, err error) error {
	var failed sqlite3.Error
	if errors.As(err, &failed) {
		switch failed.Code {
		case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
			return fmt.Errorf("%s is damaged or no file of Fillrate's: move it away and take a backup's with `fillrate restore` (%w)", path, err)
		case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
			return fmt.Errorf("%s can't be written: let this user write to it and to its folder (%w)", path, err)
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return fmt.Errorf("another program has held %s for ten seconds: close it, then try again; nothing was changed", path)
		case sqlite3.ErrFull:
			return fmt.Errorf("the disk is full while writing %s: free some space and try again; nothing was changed", path)
		}
	}
	return fmt.Errorf("%s: %w", strings.TrimSuffix(path, string(filepath.Separator)), err)
}
