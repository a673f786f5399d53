package catalog_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// A month in which three borrowers told no department still shows the departments of the others: unknown is small, as
// the lending requests, which have none, are no reader's, and hides one department with it, not all.
func TestAMonthOfTheSampleLibraryShowsItsDepartments(t *testing.T) {
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		t.Fatal("the sample library is not there", err)
	}
	files := store.Open(t.TempDir())
	options := ingest.Options{Files: exports, Library: "MAIN", Zone: "America/New_York", Now: time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC)}
	if _, err := ingest.Run(t.Context(), files, options, nil); err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	metric, err := catalog.Find("fill_rate")
	if err != nil {
		t.Fatal(err)
	}
	result, err := queries.Run(t.Context(), snapshot, metric, queries.Filter{From: date(2024, 12), To: date(2025, 1), Role: []string{"borrowing"}, By: []string{"department"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Suppressed) != 1 || result.Suppressed[0] != (queries.Suppression{Dimension: "department", N: 2, Of: 13}) {
		t.Errorf("%+v is taken together, want 2 departments of 13", result.Suppressed)
	}
	if len(result.Rows) != 12 {
		t.Errorf("%d rows, want 11 departments and those taken together", len(result.Rows))
	}
}
