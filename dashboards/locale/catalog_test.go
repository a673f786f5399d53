package locale_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/impact"
)

const english = "en"

// words collects every English word and sentence that package queries hands to a page, and where it comes from.
func words(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	add := func(from string, texts ...string) {
		for _, text := range texts {
			if text != "" {
				all[text] = from
			}
		}
	}
	columns := func(from string, columns []queries.Column) {
		for _, c := range columns {
			add(from+"."+c.Name, c.Label, c.Doc, string(c.Unit))
		}
	}
	for _, d := range queries.Dimensions {
		add("dimension "+d.Name, d.Label)
	}
	for _, name := range []string{"department", "patron_group"} {
		add("suppression", queries.FindDimension(name).Label+"s")
	}
	for _, o := range queries.Options {
		add("option "+o.Name, o.Label, o.Doc)
	}
	for _, p := range queries.Presets(time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC), 7, queries.Term{FromMonth: 1, FromDay: 1, ToMonth: 12, ToDay: 31}) {
		add("preset "+p.ID, p.Label)
	}
	columns("rows", queries.RowColumns)
	for _, m := range catalog.All() {
		add(m.ID, m.Title, m.Question)
		columns(m.ID, m.Columns)
		for _, d := range m.Definitions {
			add(m.ID, d.Label, d.Doc)
			columns(m.ID, d.Columns)
		}
	}
	for _, w := range annual.Words {
		add("annual "+w.ID, w.Label, w.Doc)
	}
	for _, s := range annual.Surveys {
		add("survey "+s.ID, s.Name, s.Asks)
		for _, line := range s.Lines {
			add("survey "+s.ID+", line "+line.ID, line.Label, line.Rule, line.Source)
		}
	}
	for _, o := range campaign.Outcomes {
		add("outcome "+o.ID, o.Label, o.Doc)
	}
	// Words of a vocabulary, as pages write them: not_on_shelf is Not on shelf.
	for _, list := range [][]string{source.Reasons, source.FilledBys, source.Statuses, campaign.Channels} {
		for _, word := range list {
			word = strings.ReplaceAll(word, "_", " ")
			add("vocabulary", strings.ToUpper(word[:1])+word[1:])
		}
	}
	add("suppression", queries.Suppressed)
	// Where a figure was published is cited as it is, and a period of years needs no words.
	written(t, "../../queries/benchmarks/published.sql", regexp.MustCompile(`\n  \('((?:[^']|'')*)', '([^']*)', [\d.]+, [\d.]+, '((?:[^']|'')*)', '(?:[\d–]+|([^']*))',\s+'(?:[^']|'')*',\s+'((?:[^']|'')*)'\)`), add)
	written(t, "../../queries/data_quality/data_quality.sql", regexp.MustCompile(`'meaning': '((?:[^']|'')*)'`), add)
	told(t, add)
	return all
}

// written finds texts in a file of SQL.
func written(t *testing.T, file string, pattern *regexp.Regexp, add func(string, ...string)) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := pattern.FindAllStringSubmatch(string(content), -1)
	if len(found) < 5 {
		t.Fatalf("%s holds %d texts", file, len(found))
	}
	for _, match := range found {
		for _, text := range match[1:] {
			add(file, strings.ReplaceAll(text, "''", "'"))
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[.\d]*[a-z]`)

// sentence turns the verbs of a format into places, as queries.NewError does.
func sentence(format string) string {
	next := 0
	return verb.ReplaceAllStringFunc(format, func(found string) string {
		i := next
		if number := verb.FindStringSubmatch(found)[1]; number != "" {
			i, _ = strconv.Atoi(number)
			i--
		}
		next = i + 1
		return "{" + strconv.Itoa(i) + "}"
	})
}

// speaking lists the functions of packages queries, queries/campaign, queries/export, queries/impact, dashboards/report
// and dashboards/press whose operands are told to readers, and how many of their first literals are.
var speaking = map[string]int{"invalid": 1, "wrong": 2, "refuse": 1, "NewError": 1, "Tell": 1, "Of": 1, "plural": 2, "notAllowed": 1, "add": 2}

// told finds the sentences in the source of the packages. The settings tell theirs by keys of the pages.
func told(t *testing.T, add func(string, ...string)) {
	t.Helper()
	read := func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "settings" || entry.Name() == "store" || entry.Name() == "explain" || entry.Name() == "stats") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "impact/wording") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch function := call.Fun.(type) {
			case *ast.Ident:
				name = function.Name
			case *ast.SelectorExpr:
				name = function.Sel.Name
			}
			var literals []string
			for _, argument := range call.Args {
				if literal, ok := argument.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					literals = append(literals, text)
				}
			}
			n := speaking[name]
			switch {
			case name == "wrong" && len(literals) > 1:
				literals = literals[1:] // the field
			case name == "add": // compare.go: suffix, label, doc
				if len(literals) != 3 || filepath.Base(path) != "compare.go" {
					return true
				}
				literals = literals[1:]
			}
			for _, text := range literals[:min(n, len(literals))] {
				add(path, sentence(text))
			}
			return true
		})
		return nil
	}
	for _, root := range []string{"../../queries", "../report", "../press"} {
		if err := filepath.WalkDir(root, read); err != nil {
			t.Fatal(err)
		}
	}
}

// Every word that package queries hands to a page is in the catalog of every language, and the catalog has no other.
func TestCatalog(t *testing.T) {
	all := words(t)
	if len(all) < 500 {
		t.Fatalf("found %d words only", len(all))
	}
	for _, w := range locale.All() {
		if w.Tag == english {
			continue
		}
		content, err := os.ReadFile(filepath.Join(w.Tag, "catalog.json"))
		if err != nil {
			t.Fatal(err)
		}
		translated := map[string]string{}
		if err := json.Unmarshal(content, &translated); err != nil {
			t.Fatal(err)
		}
		for _, text := range slices.Sorted(maps.Keys(all)) {
			if _, ok := translated[text]; !ok {
				t.Errorf("%s, %s: there is no %q", w.Tag, all[text], text)
			}
		}
		for _, text := range slices.Sorted(maps.Keys(translated)) {
			if all[text] == "" {
				t.Errorf("%s: nobody hands out %q", w.Tag, text)
			}
		}
	}
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	number   = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
	link     = regexp.MustCompile(`\]\(([^)]*)\)`)
)

// shape is what a definition has in every language: how it is built, its code, its links and its numbers. A number counts
// as its digits, as languages part thousands and decimals differently.
func shape(doc string) map[string][]string {
	of := map[string][]string{}
	for _, line := range strings.Split(doc, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			of["headings"] = append(of["headings"], strings.TrimRight(strings.SplitN(line, " ", 2)[0], " "))
		case strings.HasPrefix(line, "- "):
			of["list items"] = append(of["list items"], "-")
		case strings.HasPrefix(line, "|"):
			of["table rows"] = append(of["table rows"], "|")
		}
	}
	of["paragraphs"] = slices.Repeat([]string{"¶"}, strings.Count(strings.TrimSpace(doc), "\n\n"))
	of["code"] = codeSpan.FindAllString(doc, -1)
	for _, match := range link.FindAllStringSubmatch(doc, -1) {
		of["links"] = append(of["links"], match[1])
	}
	for _, found := range number.FindAllString(doc, -1) {
		of["numbers"] = append(of["numbers"], strings.NewReplacer(".", "", ",", "").Replace(found))
	}
	for _, name := range []string{"code", "numbers", "links"} {
		slices.Sort(of[name])
	}
	return of
}

// Each definition is in every language, built alike and with the same code and numbers, so that a definition that is
// changed in English asks for its translations to follow.
func TestDefinitions(t *testing.T) {
	docs := map[string]string{"outreach": impact.Doc}
	for _, m := range catalog.All() {
		docs[m.ID] = m.Doc
	}
	for _, w := range locale.All() {
		if w.Tag == english {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(docs)) {
			text, tag := w.Definition(id, docs[id])
			if tag != w.Tag {
				t.Errorf("%s: there is no definition of %s", w.Tag, id)
				continue
			}
			got, want := shape(text), shape(docs[id])
			for _, what := range slices.Sorted(maps.Keys(want)) {
				if !slices.Equal(got[what], want[what]) {
					t.Errorf("%s, %s: %s\n%v\nand not\n%v", w.Tag, id, what, got[what], want[what])
				}
			}
		}
		files, err := filepath.Glob(filepath.Join(w.Tag, "definitions", "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if id := strings.TrimSuffix(filepath.Base(file), ".md"); docs[id] == "" {
				t.Errorf("%s defines what there is not", file)
			}
		}
	}
	if text, tag := locale.All()[0].Definition("volume", "x"); text != "x" || tag != english {
		t.Errorf("in English: %q in %s", text, tag)
	}
}
