package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// KeepGenerations is how many generations a data directory keeps, the current one among them.
const KeepGenerations = 5

// Files is a Store of whole DuckDB files in a data directory:
//
//	generations/000042.duckdb   one per load that changed something
//	generations/000042.parent   the number of the generation that it was made from
//	current                     the number of the current one
//	tmp/                        DuckDB's spill files, and the copy that a load works on
//	lock                        held by the one load
//	app.db                      what people edit, see OpenApp
type Files struct {
	dir    string
	limits Limits
	newKey []byte // made by patronKey, not written yet

	mu      sync.Mutex
	opened  map[int]*openGeneration
	counted map[int]counted
	upgrade *upgrade // under way, or nil
}

// openGeneration is a generation that somebody reads, or that was the newest when last looked at.
type openGeneration struct {
	db      *sql.DB
	readers int
}

// counted is the number of requests in a generation whose file was made at that time; such a file never changes.
type counted struct {
	madeAt   time.Time
	requests int64
}

var _ Store = (*Files)(nil)

// Open gives the store of a data directory, which need not exist before the first load.
func Open(dir string) *Files { return OpenWithin(dir, usualMemory) }

// OpenWithin is Open for a process that is to be small: DuckDB holds at most so much (such as 400MB) and keeps the rest in
// the data directory, unless FILLRATE_MEMORY_LIMIT says otherwise.
func OpenWithin(dir, memory string) *Files {
	return &Files{dir: dir, limits: limitsFromEnvironment(memory), opened: map[int]*openGeneration{}, counted: map[int]counted{}}
}

// Dir is the data directory, where a loader keeps its key file.
func (f *Files) Dir() string { return f.dir }

func (f *Files) tempDir() string { return filepath.Join(f.dir, "tmp") }

func (f *Files) path(number int) string {
	return filepath.Join(f.dir, "generations", fmt.Sprintf("%06d.duckdb", number))
}

func (f *Files) parentPath(number int) string {
	return strings.TrimSuffix(f.path(number), ".duckdb") + ".parent"
}

// parent gives the number of the generation that another was made from; 0 if it was the first.
func (f *Files) parent(number int) (int, error) {
	text, err := os.ReadFile(f.parentPath(number))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// Current implements Store: it reads the pointer.
func (f *Files) Current() (int, error) {
	text, err := os.ReadFile(filepath.Join(f.dir, "current"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	number, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || number < 1 {
		return 0, fmt.Errorf("the pointer file %s is damaged: `fillrate rollback --to N` sets it anew", filepath.Join(f.dir, "current"))
	}
	return number, nil
}

// Snapshot implements Store. Asking costs one small file read while the generation stays the same. A generation that an
// older Fillrate made is brought up to date first.
func (f *Files) Snapshot(ctx context.Context) (*Snapshot, error) {
	for {
		number, err := f.Current()
		if err != nil {
			return nil, err
		}
		if number == 0 {
			return nil, fmt.Errorf("%w (looked in %s)", ErrNoData, f.dir)
		}
		snapshot, err := f.snapshot(ctx, number)
		if !errors.Is(err, errOutdated) {
			return snapshot, err
		}
		if err := f.bringUpToDate(ctx, number); err != nil {
			return nil, err
		}
	}
}

// snapshot opens a generation for one more reader; it fails with errOutdated where an older Fillrate made it.
func (f *Files) snapshot(ctx context.Context, number int) (*Snapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	generation, ok := f.opened[number]
	if !ok {
		db, err := open(f.path(number), f.tempDir(), f.limits, true)
		if err != nil {
			if errors.Is(err, errSetting) {
				return nil, err
			}
			return nil, damaged(number, err)
		}
		if err := checkStep(ctx, db); err != nil {
			db.Close()
			if errors.Is(err, errOutdated) || errors.Is(err, errNewer) {
				return nil, err
			}
			return nil, damaged(number, err)
		}
		generation = &openGeneration{db: db}
		f.opened[number] = generation
	}
	f.closeIdle(number)
	generation.readers++
	release := sync.OnceValue(func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		generation.readers--
		return nil
	})
	return &Snapshot{Generation: number, db: generation.db, release: release}, nil
}

func damaged(number int, err error) error {
	return fmt.Errorf("generation %d is missing or damaged: `fillrate rollback` returns to the one before, `fillrate restore` to a backup (%w)", number, err)
}

// closeIdle closes the generations that are no longer current and that nobody reads.
func (f *Files) closeIdle(current int) {
	for number, generation := range f.opened {
		if number != current && generation.readers == 0 {
			generation.db.Close()
			delete(f.opened, number)
		}
	}
}

// Close implements Store.
func (f *Files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u := f.upgrade; u != nil {
		u.cancel()
		f.mu.Unlock()
		<-u.done
		f.mu.Lock()
	}
	var failed error
	for number, generation := range f.opened {
		failed = errors.Join(failed, generation.db.Close())
		delete(f.opened, number)
	}
	return failed
}

// lock makes the data directory this process's to change.
func (f *Files) lock() (unlock func() error, err error) {
	for _, dir := range []string{f.dir, filepath.Join(f.dir, "generations"), f.tempDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, storageError("making the data directory", err)
		}
	}
	lock := flock.New(filepath.Join(f.dir, "lock"))
	got, err := lock.TryLock()
	if err != nil {
		return nil, storageError("locking the data directory", err)
	}
	if !got {
		return nil, ErrBusy
	}
	return lock.Unlock, nil
}

// tidy removes what lock made, as long as there is nothing in it that matters.
func (f *Files) tidy() {
	if number, err := f.Current(); err != nil || number != 0 {
		return
	}
	for _, path := range []string{f.tempDir(), filepath.Join(f.dir, "generations"), filepath.Join(f.dir, "lock"), f.dir} {
		_ = os.Remove(path) // folders go only when they are empty
	}
}

// Load implements Store.
func (f *Files) Load(ctx context.Context, change func(context.Context, *Tx) (Verdict, error)) (generation Generation, err error) {
	unlock, err := f.lock()
	if err != nil {
		return Generation{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	base, err := f.Current()
	if err != nil {
		return Generation{}, err
	}
	if base == 0 {
		defer f.tidy() // of a load that is thrown away not even an empty folder stays
	}
	return f.apply(ctx, base, base, change)
}

// apply makes a generation of another one and a change, under the lock. parent is the one that a rollback returns to.
func (f *Files) apply(ctx context.Context, base, parent int, change func(context.Context, *Tx) (Verdict, error)) (Generation, error) {
	work, err := f.copyOf(base)
	if err != nil {
		return Generation{}, storageError("copying the current generation", err)
	}
	defer removeDatabase(work)

	verdict, err := f.transact(ctx, work, change)
	if err != nil {
		return Generation{}, storageError("loading", err)
	}
	if verdict == Discard {
		return f.generation(base, base)
	}
	number, err := f.nextNumber()
	if err != nil {
		return Generation{}, err
	}
	if err := f.keepKey(); err != nil {
		return Generation{}, storageError("writing the key file", err)
	}
	if err := f.publish(work, number, parent); err != nil {
		return Generation{}, storageError("publishing the new generation", err)
	}
	if err := f.prune(number); err != nil {
		return Generation{}, err
	}
	return f.generation(number, number)
}

// copyOf copies generation base to a file for a load to work on; base 0 means an empty one. Copies that a killed
// load left behind go first.
func (f *Files) copyOf(base int) (string, error) {
	left, err := filepath.Glob(filepath.Join(f.tempDir(), "load-*"))
	if err != nil {
		return "", err
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return "", err
		}
	}
	work := filepath.Join(f.tempDir(), fmt.Sprintf("load-%d.duckdb", os.Getpid()))
	if base == 0 {
		return work, nil
	}
	if err := copyFile(f.path(base), work); err != nil {
		removeDatabase(work)
		return "", err
	}
	return work, nil
}

// transact opens the copy, runs the change and its checks in one transaction, and closes it checkpointed.
func (f *Files) transact(ctx context.Context, work string, change func(context.Context, *Tx) (Verdict, error)) (verdict Verdict, err error) {
	db, err := open(work, f.tempDir(), f.limits, false)
	if err != nil {
		return Discard, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return Discard, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()

	tx := &Tx{conn: conn, patronKey: f.patronKey}
	if _, err := tx.Exec(ctx, "begin transaction"); err != nil {
		return Discard, err
	}
	verdict, err = func() (Verdict, error) {
		if err := migrate(ctx, tx); err != nil {
			return Discard, err
		}
		verdict, err := change(ctx, tx)
		if err != nil || verdict == Discard {
			return Discard, err
		}
		return Keep, checkInvariants(ctx, tx)
	}()
	if err != nil || verdict == Discard {
		// Without the deadline of ctx: a cancelled load must still let go of its file. What a rollback reports is
		// of no use to anybody, as the file is thrown away.
		_, _ = tx.Exec(context.WithoutCancel(ctx), "rollback")
		return Discard, err
	}
	if _, err := tx.Exec(ctx, "commit"); err != nil {
		return Discard, err
	}
	_, err = tx.Exec(ctx, "checkpoint")
	return Keep, err
}

// publish moves a finished copy among the generations and points to it. Each step is on disk before the next.
func (f *Files) publish(work string, number, parent int) error {
	if _, err := os.Stat(work + ".wal"); err == nil {
		return errors.New("the load left a write-ahead log beside its file")
	}
	if err := syncFile(work); err != nil {
		return err
	}
	path := f.path(number)
	if err := writeFile(f.parentPath(number), []byte(strconv.Itoa(parent)+"\n")); err != nil {
		return err
	}
	if err := os.Rename(work, path); err != nil {
		return err
	}
	if err := syncFile(filepath.Dir(path)); err != nil {
		return err
	}
	return f.point(number)
}

// point makes a generation current, atomically.
func (f *Files) point(number int) error {
	pointer := filepath.Join(f.dir, "current")
	if err := writeFile(pointer+".new", []byte(strconv.Itoa(number)+"\n")); err != nil {
		return err
	}
	if err := os.Rename(pointer+".new", pointer); err != nil {
		return err
	}
	return syncFile(f.dir)
}

// numbers lists the generations that are there, oldest first.
func (f *Files) numbers() ([]int, error) {
	entries, err := os.ReadDir(filepath.Join(f.dir, "generations"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var numbers []int
	for _, entry := range entries {
		name, isDatabase := strings.CutSuffix(entry.Name(), ".duckdb")
		if number, err := strconv.Atoi(name); isDatabase && err == nil && number > 0 {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// nextNumber never gives a number twice while its file is there, so that a rollback and a load after it don't collide.
func (f *Files) nextNumber() (int, error) {
	numbers, err := f.numbers()
	if err != nil {
		return 0, err
	}
	if len(numbers) == 0 {
		return 1, nil
	}
	return numbers[len(numbers)-1] + 1, nil
}

// prune removes the oldest generations over KeepGenerations, never the current one.
func (f *Files) prune(current int) error {
	numbers, err := f.numbers()
	if err != nil {
		return err
	}
	for len(numbers) > KeepGenerations {
		if numbers[0] != current {
			removeDatabase(f.path(numbers[0]))
			_ = os.Remove(f.parentPath(numbers[0]))
		}
		numbers = numbers[1:]
	}
	return nil
}

func (f *Files) generation(number, current int) (Generation, error) {
	if number == 0 {
		return Generation{}, nil // a first load that changed nothing
	}
	info, err := os.Stat(f.path(number))
	if err != nil {
		return Generation{}, err
	}
	return Generation{Number: number, Path: f.path(number), Bytes: info.Size(), MadeAt: info.ModTime(), Current: number == current}, nil
}

// Generations implements Store.
func (f *Files) Generations() ([]Generation, error) {
	numbers, err := f.numbers()
	if err != nil {
		return nil, err
	}
	current, err := f.Current()
	if err != nil {
		return nil, err
	}
	var list []Generation
	for _, number := range slices.Backward(numbers) {
		generation, err := f.generation(number, current)
		if err != nil {
			return nil, err
		}
		generation.Requests = f.requests(generation)
		list = append(list, generation)
	}
	return list, nil
}

// requests counts those of a generation, nil where its file cannot be read.
func (f *Files) requests(of Generation) *int64 {
	f.mu.Lock()
	known, isKnown := f.counted[of.Number]
	f.mu.Unlock()
	if isKnown && known.madeAt.Equal(of.MadeAt) {
		return &known.requests
	}
	db, err := open(of.Path, f.tempDir(), f.limits, true)
	if err != nil {
		return nil
	}
	defer db.Close()
	var n int64
	if err := db.QueryRow("select n_requests from history_state").Scan(&n); err != nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counted[of.Number] = counted{of.MadeAt, n}
	return &n
}

// Rollback implements Store. It moves the pointer and deletes nothing, so it can be taken back.
func (f *Files) Rollback(number int) (generation Generation, err error) {
	unlock, err := f.lock()
	if err != nil {
		return Generation{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	defer f.tidy()
	numbers, err := f.numbers()
	if err != nil {
		return Generation{}, err
	}
	if number == 0 {
		current, err := f.Current()
		if err != nil {
			return Generation{}, err
		}
		if current == 0 {
			return Generation{}, fmt.Errorf("%w (looked in %s)", ErrNoData, f.dir)
		}
		if number, err = f.parent(current); err != nil {
			return Generation{}, ErrNoGeneration
		}
	}
	if !slices.Contains(numbers, number) {
		return Generation{}, ErrNoGeneration
	}
	if err := f.point(number); err != nil {
		return Generation{}, storageError("moving the pointer", err)
	}
	return f.generation(number, number)
}

// Backup copies the current generation, the key file and app.db to a new directory that restore, or --data, can use.
func (f *Files) Backup(target string) (generation Generation, err error) {
	unlock, err := f.lock() // a load must not prune the file under the copy
	if err != nil {
		return Generation{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	defer f.tidy()
	number, err := f.Current()
	if err != nil {
		return Generation{}, err
	}
	if number == 0 {
		return Generation{}, ErrNoData
	}
	copyTo := Open(target)
	if held, err := copyTo.Current(); err != nil || held != 0 || AppExists(target) {
		return Generation{}, fmt.Errorf("%s already holds a data directory: name a new folder", target)
	}
	if err := os.MkdirAll(filepath.Join(target, "generations"), 0o700); err != nil {
		return Generation{}, storageError("making the backup's folder", err)
	}
	if err := f.copyHistory(number, copyTo); err != nil {
		removeDatabase(copyTo.path(number))
		_ = os.Remove(filepath.Join(target, AppFile))
		copyTo.tidy()
		return Generation{}, storageError("copying to "+target, err)
	}
	return copyTo.generation(number, number)
}

func (f *Files) copyHistory(number int, copyTo *Files) error {
	if err := copyFile(f.path(number), copyTo.path(number)); err != nil {
		return err
	}
	key := filepath.Join(f.dir, KeyFile)
	if _, err := os.Stat(key); err == nil {
		if err := copyFile(key, filepath.Join(copyTo.dir, KeyFile)); err != nil {
			return err
		}
	}
	if err := copyApp(context.Background(), f.dir, filepath.Join(copyTo.dir, AppFile)); err != nil {
		return err
	}
	return copyTo.point(number)
}

// Restored is what a restore made.
type Restored struct {
	Generation
	// TookApp: the backup held an app.db, which is the directory's now; KeptApp is the file that holds the one before, empty
	// where there was none.
	TookApp bool
	KeptApp string
}

// Restore takes the history of a backup as a new generation, leaving the ones that are there in place, and then its app.db.
func (f *Files) Restore(source string) (restored Restored, err error) {
	unlock, err := f.lock()
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	defer f.tidy()
	backup := Open(source)
	from, err := backup.Current()
	if err != nil {
		return Restored{}, err
	}
	if from == 0 {
		return Restored{}, fmt.Errorf("%s holds no backup: name the folder that `fillrate backup` wrote", source)
	}
	ctx := context.Background()
	for _, dir := range []string{source, f.dir} {
		if err := checkApp(ctx, dir); err != nil {
			return Restored{}, err
		}
	}
	if err := f.takeKey(backup); err != nil {
		return Restored{}, err
	}
	work := filepath.Join(f.tempDir(), fmt.Sprintf("load-%d.duckdb", os.Getpid()))
	defer removeDatabase(work)
	if err := copyFile(backup.path(from), work); err != nil {
		return Restored{}, storageError("copying the backup", err)
	}
	if err := checkReadable(work, f.tempDir(), f.limits); err != nil {
		return Restored{}, err
	}
	number, err := f.nextNumber()
	if err != nil {
		return Restored{}, err
	}
	current, err := f.Current()
	if err != nil {
		return Restored{}, err
	}
	if err := f.publish(work, number, current); err != nil {
		return Restored{}, storageError("publishing the backup", err)
	}
	if restored.Generation, err = f.generation(number, number); err != nil {
		return Restored{}, err
	}
	restored.TookApp = AppExists(source)
	if restored.KeptApp, err = takeApp(ctx, source, f.dir); err != nil {
		return restored, fmt.Errorf("generation %d holds the history of the backup, but its %s could not be taken: %w", number, AppFile, err)
	}
	return restored, nil
}

// takeKey copies the backup's key file where there is none. Two different keys can't be joined: the same reader
// would count twice.
func (f *Files) takeKey(backup *Files) error {
	theirs, err := os.ReadFile(filepath.Join(backup.dir, KeyFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ours, err := os.ReadFile(filepath.Join(f.dir, KeyFile))
	if errors.Is(err, os.ErrNotExist) {
		return storageError("writing the key file", writeFile(filepath.Join(f.dir, KeyFile), theirs))
	}
	if err != nil {
		return err
	}
	if string(ours) != string(theirs) {
		return fmt.Errorf("the backup was made under another %s: restore it into a new data directory", KeyFile)
	}
	return nil
}

// checkReadable opens a file that is to become a generation and reads from it.
func checkReadable(path, tempDir string, limits Limits) error {
	db, err := open(path, tempDir, limits, true)
	if err != nil {
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	defer db.Close()
	var n int64
	if err := db.QueryRow("select n_requests from history_state").Scan(&n); err != nil {
		return fmt.Errorf("the backup is damaged: %w", err)
	}
	return nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil { // the kernel shares or copies the blocks where it can
		return err
	}
	return out.Sync()
}

func writeFile(path string, content []byte) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.Sync()
}

// syncFile puts a file's content, or a folder's entries, on disk.
func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

func removeDatabase(path string) {
	_ = os.Remove(path) // absent after publishing; anything else is tidied up by the next load
	_ = os.Remove(path + ".wal")
	_ = os.RemoveAll(path + ".tmp")
}
