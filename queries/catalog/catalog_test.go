package catalog_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// A metric is whole: a definition that lacks nothing, SQL, and a folder of its name.
func TestMetricsAreWhole(t *testing.T) {
	for _, metric := range catalog.All() {
		if metric.Title == "" || !strings.HasSuffix(metric.Question, "?") || metric.SQL == "" || metric.Rows == "" {
			t.Errorf("%s lacks a title, question or SQL", metric.ID)
		}
		for _, lacking := range lackingIn(metric) {
			t.Errorf("%s/doc.md lacks %s", metric.ID, lacking)
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

// headings are the words in bold that start a paragraph, and the headings.
var headings = regexp.MustCompile(`(?m)^(?:\*\*(.+?)\*\*|#+ (.+)$)`)

// lackingIn lists what a metric's definition does not say: its title and question, its columns and those of the peers'
// definitions, what it counts, by which clock, without what and on whose authority, and how the four peers count.
func lackingIn(metric *queries.Metric) []string {
	var lacking []string
	if !strings.HasPrefix(metric.Doc, "# "+metric.Title+"\n\n"+metric.Question+"\n") {
		lacking = append(lacking, "the title and then the question")
	}
	columns := slices.Clone(metric.Columns)
	for _, definition := range metric.Definitions {
		columns = append(columns, definition.Columns...)
	}
	for _, column := range columns {
		if !strings.Contains(metric.Doc, "`"+column.Name+"`") {
			lacking = append(lacking, column.Name)
		}
	}
	said := strings.ToLower(strings.Join(headings.FindAllString(metric.Doc, -1), "\n"))
	for _, heading := range []string{"population", "exclusions", "clock", "source", "how others count"} {
		if !strings.Contains(said, heading) {
			lacking = append(lacking, "a paragraph of "+heading)
		}
	}
	for _, peer := range []string{"ILLiad", "MetriDoc", "ReShare", "OCLC"} {
		if _, others, _ := strings.Cut(metric.Doc, "How others count"); !strings.Contains(others, peer) {
			lacking = append(lacking, peer)
		}
	}
	return lacking
}

// What a definition lacks is told, each by itself.
func TestLackingDefinitions(t *testing.T) {
	whole := "# Loans\n\nHow many loans?\n\n`n_loans`, `their_n`.\n\n**Population and exclusions.** All.\n\n**Clock.** None.\n\n**Source.** Our own.\n\n" +
		"**How others count.** ILLiad, MetriDoc, ReShare, OCLC: so, too.\n"
	for gone, lacking := range map[string]string{
		"":                  "",
		"How many loans?\n": "the title and then the question",
		"`n_loans`, ":       "n_loans",
		"`their_n`":         "their_n",
		"**Population":      "a paragraph of population, a paragraph of exclusions",
		" and exclusions":   "a paragraph of exclusions",
		"**Clock.**":        "a paragraph of clock",
		"**Source.**":       "a paragraph of source",
		"MetriDoc, ":        "MetriDoc",
		"OCLC":              "OCLC",
		"How others count":  "a paragraph of how others count, ILLiad, MetriDoc, ReShare, OCLC",
	} {
		metric := &queries.Metric{
			Title: "Loans", Question: "How many loans?", Doc: strings.Replace(whole, gone, "", 1),
			Columns:     []queries.Column{{Name: "n_loans"}},
			Definitions: []queries.Definition{{Columns: []queries.Column{{Name: "their_n"}}}},
		}
		if got := strings.Join(lackingIn(metric), ", "); got != lacking {
			t.Errorf("without %q a definition lacks %q, want %q", gone, got, lacking)
		}
	}
}

// A metric's folder is one with a metric.go; other folders, such as impact, define what is no metric.
func TestEveryFolderIsInTheCatalog(t *testing.T) {
	folders, err := filepath.Glob("../*/metric.go")
	if err != nil || len(folders) == 0 {
		t.Fatal("no metric has a folder", err)
	}
	if len(folders) != len(catalog.All()) {
		t.Errorf("there are %d folders of %d metrics", len(folders), len(catalog.All()))
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
