package catalog_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// A metric is whole: a definition that speaks of every column, SQL, and a folder of its name.
func TestMetricsAreWhole(t *testing.T) {
	for _, metric := range catalog.All() {
		if metric.Title == "" || !strings.HasSuffix(metric.Question, "?") || metric.SQL == "" || metric.Rows == "" {
			t.Errorf("%s lacks a title, question or SQL", metric.ID)
		}
		if !strings.HasPrefix(metric.Doc, "# "+metric.Title+"\n") {
			t.Errorf("%s/doc.md does not start with the metric's title", metric.ID)
		}
		for _, column := range metric.Columns {
			if column.Label == "" || column.Doc == "" {
				t.Errorf("%s.%s has no label or no doc", metric.ID, column.Name)
			}
		}
		if _, err := os.Stat(filepath.Join("..", metric.ID, "doc.md")); err != nil {
			t.Errorf("the metric %s has no folder of its name: %v", metric.ID, err)
		}
	}
}

func TestEveryFolderIsInTheCatalog(t *testing.T) {
	folders, err := filepath.Glob("../*/doc.md")
	if err != nil || len(folders) == 0 {
		t.Fatal("no metric has a folder", err)
	}
	for _, folder := range folders {
		if _, err := catalog.Find(filepath.Base(filepath.Dir(folder))); err != nil {
			t.Error(err)
		}
	}
	if _, err := catalog.Find("fillrate"); queries.ErrorCode(err) != queries.NotFound || !strings.Contains(err.Error(), "fill_rate") {
		t.Errorf("a metric that is not there gives %v", err)
	}
}

var wallClock = regexp.MustCompile(`(?i)\b(now\(|current_date|current_timestamp|current_time|today\(|get_current|localtime)`)

// No number depends on when it is asked for.
func TestSQLReadsNoClock(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".cache") {
			return filepath.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".sql" {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if found := wallClock.FindString(string(text)); found != "" {
			t.Errorf("%s reads the clock: %s", path, found)
		}
		return err
	})
	if err != nil || files < 10 {
		t.Fatalf("%d SQL files: %v", files, err)
	}
}
