package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries/store"
)

// madeAt is when the reports of tests are made.
var madeAt = time.Date(2025, 7, 2, 8, 0, 0, 0, time.UTC)

// load loads batches of files into a new data directory and opens its history.
func load(ctx context.Context, dir string, batches ...[]string) (*store.Snapshot, error) {
	files := store.Open(dir)
	for _, batch := range batches {
		options := ingest.Options{Files: batch, Library: "MAIN", Zone: "America/New_York", Now: madeAt}
		if _, err := ingest.Run(ctx, files, options, nil); err != nil {
			return nil, err
		}
	}
	return files.Snapshot(ctx)
}

// history is what load gives, for one test.
func history(t *testing.T, batches ...[]string) *store.Snapshot {
	t.Helper()
	snapshot, err := load(t.Context(), t.TempDir(), batches...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := snapshot.Close(); err != nil {
			t.Error(err)
		}
	})
	return snapshot
}

// sampleDir is where the sample library of all tests lies.
var sampleDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "fillrate-report-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sampleDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var loadedSample = sync.OnceValues(func() (*store.Snapshot, error) {
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		return nil, fmt.Errorf("the sample library is not there: %w", err)
	}
	return load(context.Background(), sampleDir, exports, []string{"../../sample-data/closures.csv"})
})

// sample is the sample library, which all tests share.
func sample(t *testing.T) Sources {
	t.Helper()
	snapshot, err := loadedSample()
	if err != nil {
		t.Fatal(err)
	}
	return Sources{Snapshot: snapshot, Version: "test", MadeAt: madeAt}
}

func monthly(t *testing.T, month string) Spec {
	t.Helper()
	spec, ok := Builtin("monthly")
	if !ok {
		t.Fatal("there is no monthly report")
	}
	from, err := time.Parse("2006-01", month)
	if err != nil {
		t.Fatal(err)
	}
	spec.From, spec.To = from, from.AddDate(0, 1, 0)
	return spec
}

func compose(t *testing.T, from Sources, spec Spec) *Report {
	t.Helper()
	r, err := Compose(t.Context(), from, spec)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
