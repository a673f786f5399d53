package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func openTestApp(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := OpenApp(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// setUnits makes the exposures those of the units named: any table would do.
func setUnits(t *testing.T, db *sql.DB, units ...string) {
	t.Helper()
	if _, err := db.Exec("delete from exposure"); err != nil {
		t.Fatal(err)
	}
	for _, unit := range units {
		if _, err := db.Exec("insert into exposure values ('department', ?, '2024-01-01', 1)", unit); err != nil {
			t.Fatal(err)
		}
	}
}

func unitsOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	var units string
	if err := db.QueryRow("select coalesce(group_concat(unit order by unit), '') from exposure").Scan(&units); err != nil {
		t.Fatal(err)
	}
	return units
}

// unitsIn reads a file by itself.
func unitsIn(t *testing.T, path string) string {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%s: %v, %v; want mode 600", path, info, err)
	}
	db, err := openApp(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return unitsOf(t, db)
}

func TestBackupAndRestoreOfWhatPeopleEdit(t *testing.T) {
	dir, target := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	files := Open(dir)
	defer files.Close()
	loadOne(t, files, 1)
	server := openTestApp(t, dir) // has the file open all the while
	setUnits(t, server, "backed up")
	if _, err := files.Backup(target); err != nil {
		t.Fatal(err)
	}
	if got := unitsIn(t, filepath.Join(target, AppFile)); got != "backed up" {
		t.Errorf("the backup holds %q", got)
	}
	for n, now := range []string{"newer", "newest"} {
		setUnits(t, server, now)
		restored, err := files.Restore(target)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"app-before-restore-1.db", "app-before-restore-2.db"}[n]
		if !restored.TookApp || restored.KeptApp != want || restored.Number != n+2 {
			t.Errorf("restored %+v, want generation %d with what was there kept in %s", restored, n+2, want)
		}
		if got := unitsIn(t, filepath.Join(dir, want)); got != now {
			t.Errorf("%s holds %q, want %q", want, got, now)
		}
		if got := unitsOf(t, server); got != "backed up" {
			t.Errorf("a server that had the file open reads %q", got)
		}
	}
	setUnits(t, server, "written by the server")
	if got := unitsIn(t, filepath.Join(dir, AppFile)); got != "written by the server" {
		t.Errorf("what a server writes after a restore goes elsewhere; the file holds %q", got)
	}

	elsewhere := Open(filepath.Join(t.TempDir(), "new"))
	defer elsewhere.Close()
	restored, err := elsewhere.Restore(target)
	if err != nil || !restored.TookApp || restored.KeptApp != "" {
		t.Errorf("into a new directory: %+v, %v", restored, err)
	}
	if got := unitsIn(t, filepath.Join(elsewhere.dir, AppFile)); got != "backed up" {
		t.Errorf("a new directory holds %q", got)
	}
	// A directory restored from itself stays as it is.
	if restored, err := elsewhere.Restore(elsewhere.dir); err != nil || restored.KeptApp != "" {
		t.Errorf("from itself: %+v, %v", restored, err)
	}
	if got := unitsIn(t, filepath.Join(elsewhere.dir, AppFile)); got != "backed up" {
		t.Errorf("restored from itself it holds %q", got)
	}
}

func TestABackupWithoutRecordsLeavesThoseThatAreThere(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	loadOne(t, files, 1)
	target := filepath.Join(t.TempDir(), "backup")
	if _, err := files.Backup(target); err != nil {
		t.Fatal(err)
	}
	if AppExists(target) {
		t.Error("the backup made an app.db")
	}
	db := openTestApp(t, files.dir)
	setUnits(t, db, "here")
	if restored, err := files.Restore(target); err != nil || restored.TookApp || restored.KeptApp != "" {
		t.Errorf("%+v, %v", restored, err)
	}
	if got := unitsOf(t, db); got != "here" {
		t.Errorf("the records are %q", got)
	}
	// And a backup does not go over records that are somewhere.
	other := t.TempDir()
	setUnits(t, openTestApp(t, other), "other")
	if _, err := files.Backup(other); err == nil || !strings.Contains(err.Error(), "already holds a data directory") {
		t.Errorf("a backup over records: %v", err)
	}
	if got := unitsIn(t, filepath.Join(other, AppFile)); got != "other" {
		t.Errorf("the other records are %q", got)
	}
}

func TestABackupWithABadAppFileIsRefusedWhole(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"damaged": {func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600)
		}, "is damaged, or no file of Fillrate's"},
		"cut":   {func(path string) error { return os.Truncate(path, 9000) }, "is damaged, or no file of Fillrate's"},
		"newer": {func(path string) error { return setStep(path, 999) }, "newer Fillrate"},
	} {
		for _, side := range []string{"backup", "here"} {
			t.Run(name+" "+side, func(t *testing.T) {
				files := Open(t.TempDir())
				defer files.Close()
				loadOne(t, files, 1)
				db := openTestApp(t, files.dir)
				setUnits(t, db, "kept")
				target := filepath.Join(t.TempDir(), "backup")
				if _, err := files.Backup(target); err != nil {
					t.Fatal(err)
				}
				db.Close()
				bad := target
				if side == "here" {
					bad = files.dir
				}
				if err := test.spoil(filepath.Join(bad, AppFile)); err != nil {
					t.Fatal(err)
				}
				if _, err := files.Restore(target); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("restored: %v", err)
				}
				if number, err := files.Current(); number != 1 || err != nil {
					t.Errorf("generation %d is current (%v), want 1", number, err)
				}
				if left, _ := filepath.Glob(filepath.Join(files.dir, "app-before*")); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
				if side == "backup" {
					if got := unitsIn(t, filepath.Join(files.dir, AppFile)); got != "kept" {
						t.Errorf("the records are %q", got)
					}
				} else if _, err := OpenApp(t.Context(), files.dir); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("opened: %v", err)
				}
			})
		}
	}
}

func setStep(path string, step int) error {
	db, err := openApp(path)
	if err != nil {
		return err
	}
	_, err = db.Exec(fmt.Sprintf("pragma user_version = %d", step))
	return errors.Join(err, db.Close())
}

func TestOpeningAnAppFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder? with 100% #odd & names")
	db := openTestApp(t, dir)
	setUnits(t, db, "one")
	if got := unitsIn(t, filepath.Join(dir, AppFile)); got != "one" {
		t.Errorf("the file holds %q", got)
	}
	var synchronous, keys int
	var journal string
	for pragma, into := range map[string]any{"synchronous": &synchronous, "foreign_keys": &keys, "journal_mode": &journal} {
		if err := db.QueryRow("pragma " + pragma).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if synchronous != 3 || keys != 1 || journal != "delete" {
		t.Errorf("synchronous %d, foreign_keys %d, journal_mode %s; want 3 (extra), 1, delete", synchronous, keys, journal)
	}
	// An edit belongs to a record.
	if _, err := db.Exec("insert into campaign_edit values (1, 'X', '', '', '', '', '', 0)"); err == nil {
		t.Error("an edit of no record was taken")
	}
	// A file that was made and not filled, as a kill leaves it, is filled.
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, AppFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	setUnits(t, openTestApp(t, empty), "two")
}

func TestAWriterThatIsHeldUpSaysSo(t *testing.T) {
	dir := t.TempDir()
	db := openTestApp(t, dir)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	other, err := openApp(filepath.Join(dir, AppFile))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "pragma busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	_, err = conn.BeginTx(context.Background(), nil)
	if err = AppError(dir, err); err == nil || !strings.Contains(err.Error(), "another program has held") {
		t.Errorf("got %v", err)
	}
}

// A version that Fillrate never writes is refused like any other damage.
func TestAnAppFileOfNoVersion(t *testing.T) {
	dir := t.TempDir()
	setUnits(t, openTestApp(t, dir), "one")
	if err := setStep(filepath.Join(dir, AppFile), -5); err != nil {
		t.Fatal(err)
	}
	if db, err := OpenApp(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "is damaged, or no file of Fillrate's") {
		t.Errorf("%v, %v", db, err)
	}
	if err := checkApp(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "is damaged, or no file of Fillrate's") {
		t.Errorf("the check: %v", err)
	}
}
