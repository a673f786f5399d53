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
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// AppFile holds what people edit (campaigns, …) in a data directory, beside the generations of the history: SQLite, as
// several processes write to it a little at a time.
const AppFile = "app.db"

//go:embed app/*.sql
var appFiles embed.FS

//go:embed carry_editions.sql
var carryEditionsSQL string

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
	db, err := openApp(path)
	if err != nil {
		return nil, err
	}
	if err := migrateApp(ctx, db); err != nil {
		db.Close()
		return nil, AppError(dir, err)
	}
	return db, nil
}

// ReadApp opens the app.db of a data directory that has one and tells how many steps of the schema it has seen. It changes
// nothing, so that what only reads does not need a data directory that can be written to.
func ReadApp(ctx context.Context, dir string) (db *sql.DB, step int, err error) {
	names, err := appSteps()
	if err != nil {
		return nil, 0, err
	}
	if db, err = openApp(filepath.Join(dir, AppFile)); err != nil {
		return nil, 0, err
	}
	if step, err = appStep(ctx, db); err == nil && step > len(names) {
		err = newerSchema(step, len(names))
	}
	if err != nil {
		db.Close()
		return nil, 0, AppError(dir, err)
	}
	return db, step, nil
}

// AppExists tells whether a data directory has an app.db.
func AppExists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, AppFile))
	return err == nil
}

func openApp(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	settings := url.Values{"_busy_timeout": {"10000"}, "_foreign_keys": {"on"}, "_synchronous": {"EXTRA"}, "_txlock": {"immediate"}}
	name := url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}
	return sql.Open("sqlite3", name.String())
}

// migrateApp runs the numbered steps that the file has not seen yet, all or none.
func migrateApp(ctx context.Context, db *sql.DB) error {
	names, err := appSteps()
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

// appSteps names the files of the schema, oldest first.
func appSteps() ([]string, error) { return fs.Glob(appFiles, "app/*.sql") } // sorted

// appStep is the number of steps that a file has seen.
func appStep(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (step int, err error) {
	err = db.QueryRowContext(ctx, "pragma user_version").Scan(&step)
	if err == nil && step < 0 { // a number that Fillrate never writes
		err = sqlite3.Error{Code: sqlite3.ErrCorrupt}
	}
	return step, err
}

// AppUnavailableError means that app.db can't be read or written as things are, though nothing is wrong with it. It names no
// path of the machine, as it is shown in browsers too.
type AppUnavailableError struct {
	message string
	cause   error
}

// Error implements error.
func (e *AppUnavailableError) Error() string { return e.message }

// Unwrap gives what SQLite said.
func (e *AppUnavailableError) Unwrap() error { return e.cause }

// AppError says plainly what went wrong beneath a use of the app.db of a data directory. Errors of other kinds stay as they are.
func AppError(dir string, err error) error {
	var failed sqlite3.Error
	if known := new(AppUnavailableError); errors.As(err, &known) || !errors.As(err, &failed) {
		return err
	}
	path := filepath.Join(dir, AppFile)
	isFull := failed.Code == sqlite3.ErrFull
	for _, limit := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} { // a quota; a limit of the process
		isFull = isFull || failed.Code == sqlite3.ErrIoErr && failed.SystemErrno == limit
	}
	if isFull {
		return &AppUnavailableError{"the disk is full while writing " + AppFile + " in the data directory: free some space and try again; nothing was changed", err}
	}
	switch failed.Code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("%s is damaged, or no file of Fillrate's: move it away and take a backup's with `fillrate restore` (%w)", path, err)
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return &AppUnavailableError{AppFile + " in the data directory can't be written: let the user that runs Fillrate write to it and to its folder; nothing was changed", err}
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return &AppUnavailableError{"another program has held " + AppFile + " in the data directory for ten seconds: close it, then try again; nothing was changed", err}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// copyApp writes the app.db of one data directory as a new file: whole, also while others write to it. Where there is none,
// none is made.
func copyApp(ctx context.Context, dir, to string) (err error) {
	if !AppExists(dir) {
		return nil
	}
	db, err := openApp(filepath.Join(dir, AppFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // SQLite takes an empty file for a new one
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "vacuum into ?", to); err != nil {
		_ = os.Remove(to)
		return AppError(dir, err)
	}
	return syncFile(to)
}

// checkApp fails where the app.db of a directory is damaged, or one of a newer Fillrate.
func checkApp(ctx context.Context, dir string) (err error) {
	if !AppExists(dir) {
		return nil
	}
	db, err := openApp(filepath.Join(dir, AppFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	names, err := appSteps()
	if err != nil {
		return err
	}
	step, err := appStep(ctx, db)
	if err != nil {
		return AppError(dir, err)
	}
	if step > len(names) {
		return newerSchema(step, len(names))
	}
	var found string
	if err := db.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&found); err != nil {
		return AppError(dir, err)
	}
	if found != "ok" {
		return AppError(dir, sqlite3.Error{Code: sqlite3.ErrCorrupt})
	}
	return nil
}

// takeApp makes a backup's app.db that of a data directory, and gives the name of the file in which the one that was there
// is kept, empty where there was none. Editions that were issued here and are not in the backup stay. A backup without an
// app.db changes nothing.
//
// The content goes in through SQLite, in one transaction: a server that has the file open goes on with the new content, where
// a file put in its place would leave it writing to the old one.
func takeApp(ctx context.Context, backup, dir string) (kept string, err error) {
	theirs, err := os.Stat(filepath.Join(backup, AppFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if ours, err := os.Stat(filepath.Join(dir, AppFile)); err == nil {
		if os.SameFile(ours, theirs) {
			return "", nil
		}
		if kept, err = keepApp(ctx, dir); err != nil {
			return "", err
		}
	}
	from, err := openApp(filepath.Join(backup, AppFile))
	if err != nil {
		return kept, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := OpenApp(ctx, dir)
	if err != nil {
		return kept, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := copyPages(ctx, from, to); err != nil {
		return kept, AppError(dir, err)
	}
	if err := migrateApp(ctx, to); err != nil { // an older backup's
		return kept, AppError(dir, err)
	}
	if kept != "" {
		err = AppError(dir, carryEditions(ctx, filepath.Join(dir, kept), to))
	}
	return kept, err
}

// carryEditions adds the editions of one app.db to those of another, which stand where both have one of an id. Numbers are
// without gaps in each, so they are in both together.
func carryEditions(ctx context.Context, kept string, to *sql.DB) (err error) {
	conn, err := to.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "attach database ? as kept", kept); err != nil {
		return err
	}
	defer func() {
		_, failed := conn.ExecContext(context.WithoutCancel(ctx), "detach database kept")
		err = errors.Join(err, failed)
	}()
	var n int
	if err := conn.QueryRowContext(ctx, "select count(*) from kept.sqlite_master where name = 'edition'").Scan(&n); err != nil || n == 0 {
		return err // of before there were editions
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of no effect once committed
	if _, err := tx.ExecContext(ctx, carryEditionsSQL); err != nil {
		return err
	}
	return tx.Commit()
}

// keepApp copies the app.db of a data directory to app-before-restore-N.db beside it.
func keepApp(ctx context.Context, dir string) (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("app-before-restore-%d.db", n)
		err := copyApp(ctx, dir, filepath.Join(dir, name))
		if !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
}

// copyPages replaces the content of one SQLite file by that of another.
func copyPages(ctx context.Context, from, to *sql.DB) error {
	source, err := from.Conn(ctx)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := to.Conn(ctx)
	if err != nil {
		return err
	}
	defer target.Close()
	return target.Raw(func(target any) error {
		return source.Raw(func(source any) error {
			copying, err := target.(*sqlite3.SQLiteConn).Backup("main", source.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return err
			}
			done, err := copying.Step(-1)
			if err == nil && !done {
				err = sqlite3.Error{Code: sqlite3.ErrBusy}
			}
			return errors.Join(err, copying.Close())
		})
	})
}
