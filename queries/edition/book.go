package edition

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed put.sql
	putSQL string
	//go:embed put_file.sql
	putFileSQL string
	//go:embed put_values.sql
	putValuesSQL string
	//go:embed newest.sql
	newestSQL string
	//go:embed editions.sql
	editionsSQL string
	//go:embed file.sql
	fileSQL string
	//go:embed values.sql
	valuesSQL string
)

// LockFile stands beside app.db while an edition is made, so that two are not made at once.
const LockFile = "editions.lock"

// patience is how long an edition waits for the one that is being made; a report of a large history takes half a minute.
const patience = 5 * time.Minute

// Book is the editions and saved reports in the app.db of a data directory. It may be used by many goroutines, and several
// processes may have one open on the same directory. Its errors are of package queries: Invalid, NotFound, Unavailable. A
// call that fails has changed nothing. There is no way to change an edition or to take one away.
type Book struct {
	dir      string
	now      func() time.Time
	patience time.Duration
	step     func(string) // tests look here between the steps of Issue

	mu sync.Mutex
	db *sql.DB // for reading; nil until there is an app.db that knows of editions
}

// Open gives the book of a data directory. Nothing is made before the first edition or saved report.
func Open(ctx context.Context, dir string) (*Book, error) {
	b := &Book{dir: dir, now: time.Now, patience: patience, step: func(string) {}}
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

// appStep is the one of app.db that brought the editions.
const appStep = 3

// reading gives app.db, or nil where there is none, or one of before there were editions.
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
	if seen < appStep {
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

// Issue stores the edition that make gives, under the number after the newest of its name and period. While make is at
// work no other process makes an edition in the same data directory, so its files can name the number: others wait, and a
// failed or killed one takes no number. The edition is there whole or not at all.
func (b *Book) Issue(ctx context.Context, name, period string, make func(number int) (*Draft, error)) (_ *Edition, err error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if !periodWords.MatchString(period) {
		return nil, queries.NewError(queries.Invalid, "%q is no period of a report: it is a month, two months or a day", excerpt(period))
	}
	db, err := store.OpenApp(ctx, b.dir)
	if err != nil {
		return nil, b.failed(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	unlock, err := b.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	b.step("locked")
	var newest int
	if err := db.QueryRowContext(ctx, newestSQL, name, period).Scan(&newest); err != nil {
		return nil, b.failed(err)
	}
	number := newest + 1
	draft, err := make(number)
	if err != nil {
		return nil, err
	}
	b.step("made")
	e, err := b.bind(name, period, number, draft)
	if err != nil {
		return nil, err
	}
	if err := b.put(ctx, db, e, draft); err != nil {
		return nil, b.failed(err)
	}
	b.step("committed")
	return e, nil
}

// lock waits until nobody else makes an edition.
func (b *Book) lock(ctx context.Context) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(b.dir, LockFile), flock.SetPermissions(0o600))
	waiting, stop := context.WithTimeout(ctx, b.patience)
	defer stop()
	const look = 50 * time.Millisecond
	switch got, err := lock.TryLockContext(waiting, look); {
	case got:
		return lock.Unlock, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case waiting.Err() != nil:
		return nil, queries.NewError(queries.Unavailable, "another report has been in the making for %s: wait until it is issued, then try again; nothing was issued", b.patience)
	default:
		return nil, queries.NewError(queries.Unavailable, "%s in the data directory can't be locked: let the user that runs Fillrate write to its folder; nothing was issued (%v)", LockFile, err)
	}
}

// bind makes an edition of a draft.
func (b *Book) bind(name, period string, number int, d *Draft) (*Edition, error) {
	at := d.IssuedAt
	if at.IsZero() {
		at = b.now()
	}
	e := &Edition{
		ID: ID(name, period, number), Name: name, Period: period, Number: number, Title: d.Title, Spec: slices.Clone(d.Spec),
		From: d.From, To: d.To, AsOf: d.AsOf.UTC(), Generation: d.Generation, LastBatch: d.LastBatch, BatchMark: d.BatchMark,
		Definitions: d.Definitions, Version: d.Version, SettingsRevision: d.SettingsRevision,
		IssuedAt: at.UTC().Truncate(time.Millisecond), ValuesHash: hashOf(d.Values), Files: []FileInfo{},
	}
	var compact bytes.Buffer // as JSON gives it back
	if err := json.Compact(&compact, d.Spec); err != nil {
		return nil, err
	}
	e.Spec = compact.Bytes()
	for _, file := range d.Files {
		if len(file.Bytes) == 0 {
			return nil, fmt.Errorf("the file %s of the edition %s is empty", file.Name, e.ID)
		}
		e.Files = append(e.Files, FileInfo{Format: file.Format, Name: file.Name, Size: int64(len(file.Bytes)), SHA256: hashOf(file.Bytes)})
	}
	slices.SortFunc(e.Files, func(a, b FileInfo) int { return cmp.Compare(a.Format, b.Format) })
	var err error
	e.Hash, err = e.hash()
	return e, err
}

// put writes an edition in one transaction.
func (b *Book) put(ctx context.Context, db *sql.DB, e *Edition, d *Draft) error {
	packed, err := pack(d.Values)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of no effect once committed
	b.step("begun")
	for _, file := range d.Files {
		info := e.File(file.Format)
		if _, err := tx.ExecContext(ctx, putFileSQL, e.ID, file.Format, file.Name, info.Size, info.SHA256, file.Bytes); err != nil {
			return err
		}
		b.step("file")
	}
	if _, err := tx.ExecContext(ctx, putValuesSQL, e.ID, packed); err != nil {
		return err
	}
	b.step("values")
	if _, err := tx.ExecContext(ctx, putSQL, e.ID, e.Name, e.Period, e.Number, e.Title, string(e.Spec), dayText(e.From), dayText(e.To), instantText(e.AsOf),
		e.Generation, e.LastBatch, e.BatchMark, e.Definitions, e.Version, e.SettingsRevision, e.ValuesHash, e.Hash, instantText(e.IssuedAt)); err != nil {
		return err
	}
	b.step("row")
	return tx.Commit()
}

func pack(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// dayText is a day in a row; zero is null.
func dayText(day time.Time) any {
	if day.IsZero() {
		return nil
	}
	return day.Format(time.DateOnly)
}

func instantText(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// List gives all editions, the newest first.
func (b *Book) List(ctx context.Context) ([]Edition, error) { return b.list(ctx, "") }

// Get gives an edition. One that is not as it was issued is an error.
func (b *Book) Get(ctx context.Context, id string) (*Edition, error) {
	list, err := b.list(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, b.unknown(ctx, id)
	}
	e := &list[0]
	hash, err := e.hash()
	if err != nil {
		return nil, err
	}
	if hash != e.Hash {
		return nil, damaged(e.ID)
	}
	return e, nil
}

// damaged is an edition that somebody else's hand or a disk has changed.
func damaged(id string) error {
	return queries.NewError(queries.Internal, "the edition %s in %s is not as it was issued: take it from a backup", id, store.AppFile)
}

// listed is how many ids an error names.
const listed = 10

func (b *Book) unknown(ctx context.Context, id string) error {
	all, err := b.List(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return queries.NewError(queries.NotFound, "there is no edition %q: none was issued yet", excerpt(id))
	}
	var ids []string
	for _, e := range all[:min(len(all), listed)] {
		ids = append(ids, e.ID)
	}
	if n := len(all) - listed; n > 0 {
		return queries.NewError(queries.NotFound, "there is no edition %q: there are %s and %d older ones", excerpt(id), strings.Join(ids, ", "), n)
	}
	return queries.NewError(queries.NotFound, "there is no edition %q: there is %s", excerpt(id), strings.Join(ids, ", "))
}

// list reads editions with their files; id empty: all.
func (b *Book) list(ctx context.Context, id string) ([]Edition, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, editionsSQL, id, id)
	if err != nil {
		return nil, b.failed(err)
	}
	defer rows.Close()
	var list []Edition
	for rows.Next() {
		var e Edition
		var spec, asOf, issuedAt, files string
		var from, to sql.NullString
		if err := rows.Scan(&e.ID, &e.Name, &e.Period, &e.Number, &e.Title, &spec, &from, &to, &asOf, &e.Generation, &e.LastBatch, &e.BatchMark,
			&e.Definitions, &e.Version, &e.SettingsRevision, &e.ValuesHash, &e.Hash, &issuedAt, &files); err != nil {
			return nil, err
		}
		e.Spec = json.RawMessage(spec)
		for text, into := range map[string]*time.Time{from.String: &e.From, to.String: &e.To} {
			if text == "" {
				continue
			}
			if *into, err = time.Parse(time.DateOnly, text); err != nil {
				return nil, damaged(e.ID)
			}
		}
		var failed error
		e.AsOf, err = time.Parse(time.RFC3339Nano, asOf)
		e.IssuedAt, failed = time.Parse(time.RFC3339Nano, issuedAt)
		if errors.Join(err, failed, json.Unmarshal([]byte(files), &e.Files)) != nil {
			return nil, damaged(e.ID)
		}
		list = append(list, e)
	}
	return list, b.failed(rows.Err())
}

// File gives one of an edition's files exactly as it was issued.
func (b *Book) File(ctx context.Context, id, format string) (*File, error) {
	e, err := b.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	info := e.File(format)
	if info == nil {
		return nil, queries.NewError(queries.NotFound, "the edition %s was not issued as %s: there are %s", e.ID, excerpt(format), strings.Join(e.Formats(), ", "))
	}
	content, err := b.content(ctx, fileSQL, e.ID, format)
	if err != nil {
		return nil, err
	}
	if int64(len(content)) != info.Size || hashOf(content) != info.SHA256 {
		return nil, damaged(e.ID)
	}
	return &File{Format: info.Format, Name: info.Name, Bytes: content}, nil
}

// Values gives an edition's figures as they were handed to Issue.
func (b *Book) Values(ctx context.Context, id string) ([]byte, error) {
	e, err := b.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	packed, err := b.content(ctx, valuesSQL, e.ID)
	if err != nil {
		return nil, err
	}
	content, err := unpack(packed)
	if err != nil || hashOf(content) != e.ValuesHash {
		return nil, damaged(e.ID)
	}
	return content, nil
}

func (b *Book) content(ctx context.Context, statement, id string, args ...any) (content []byte, err error) {
	db, err := b.reading(ctx)
	if err != nil {
		return nil, err
	}
	err = db.QueryRowContext(ctx, statement, append([]any{id}, args...)...).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, damaged(id)
	}
	return content, b.failed(err)
}
