package dashboards

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/fillrate/fillrate/queries/store"
)

// shelf is where histories lie that many tests begin with: loading one costs more than most of them.
var shelf string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "dashboards")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		shelf = dir
		return m.Run()
	}())
}

// loadedOnce fills a data directory that nobody uses but copied, and gives its path.
func loadedOnce(name string, fill func(context.Context, *store.Files) error) (string, error) {
	dir := filepath.Join(shelf, name)
	files := store.Open(dir)
	err := fill(context.Background(), files)
	return dir, errors.Join(err, files.Close())
}

// copied is a data directory of the test's own, as it was loaded once.
func copied(t *testing.T, load func() (string, error)) *store.Files {
	t.Helper()
	from, err := load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	files := store.Open(dir)
	t.Cleanup(func() { files.Close() })
	return files
}
