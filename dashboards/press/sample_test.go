package press

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// The sample library's month is the same in every format: what `fillrate query` counts stands in each, as searchable text,
// and LibreOffice opens the workbook with all of its charts.
func TestTheSampleMonthInEveryFormat(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice is left to the long suite.")
	}
	exports, err := filepath.Glob("../../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		t.Fatal("the sample library is not there", err)
	}
	l := newLibrary(t)
	_, err = ingest.Run(t.Context(), l.files, ingest.Options{Files: exports, Library: "MAIN", Zone: "America/New_York", Now: l.Now()}, nil)
	must(t, err)
	spec, _ := report.Builtin("monthly")
	spec.From, spec.To = day("2025-05-01"), day("2025-06-01")
	r, files, err := l.Make(t.Context(), spec)
	must(t, err)

	snapshot, err := l.files.Snapshot(t.Context())
	must(t, err)
	defer snapshot.Close()
	volume, err := catalog.Find("volume")
	must(t, err)
	counted, err := queries.Run(t.Context(), snapshot, volume, queries.Filter{From: spec.From, To: spec.To, By: []string{"role", "kind"}})
	must(t, err)
	at := slices.IndexFunc(counted.Columns, func(c queries.Column) bool { return c.Name == "n_requests" })
	totals := []string{}
	sum := 0.0
	for _, row := range counted.Rows {
		n := float64(row[at].(int64))
		sum += n
		totals = append(totals, locale.Find("en").Count(n))
	}
	totals = append(totals, locale.Find("en").Count(sum))
	if len(totals) != 6 || sum < 500 {
		t.Fatalf("%v requests by role and kind", totals)
	}

	content := map[string][]byte{}
	for _, file := range files {
		content[file.Format] = file.Bytes
	}
	has := func(where, text string) {
		for _, total := range totals {
			if !slices.Contains(strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \n\t<>\f\";", c) }), total) {
				t.Errorf("%s lacks %s", where, total)
			}
		}
	}
	has("the page", string(content["html"]))
	parts := unpacked(t, content["csv"])
	has("the CSV", strings.ReplaceAll(parts["volume_by_role.csv"], ",", " "))
	if title := r.Title; !strings.Contains(parts["dictionary.csv"], "n_requests") || !strings.Contains(string(content["html"]), title) {
		t.Errorf("no dictionary, or no title %q: %v", title, len(parts))
	}
	has("the PDF", converted(t, "pdftotext", "poppler-utils (Debian, Ubuntu), or brew install poppler (macOS)", content["pdf"], "report.pdf", func(name string) []string {
		return []string{"-layout", name, "-"}
	}))

	charts := 0
	for name := range unpacked(t, content["xlsx"]) {
		if ok, _ := filepath.Match("xl/charts/chart*.xml", name); ok {
			charts++
		}
	}
	profile, out := t.TempDir(), t.TempDir()
	converted(t, "soffice", "libreoffice-calc-nogui (Debian, Ubuntu), or brew install --cask libreoffice (macOS)", content["xlsx"], "report.xlsx", func(name string) []string {
		return []string{"-env:UserInstallation=file://" + filepath.ToSlash(profile), "--headless", "--norestore", "--convert-to", "fods", "--outdir", out, name}
	})
	opened, err := os.ReadFile(filepath.Join(out, "report.fods"))
	must(t, err)
	has("the workbook", string(opened))
	if n := bytes.Count(opened, []byte("<chart:chart ")); n != charts || n < 10 {
		t.Errorf("LibreOffice shows %d of %d charts", n, charts)
	}
	if i := bytes.Index(opened, []byte("#REF!")); i >= 0 {
		t.Errorf("LibreOffice finds nothing where a cell points to: %s", opened[max(0, i-200):i])
	}
}

// unpacked gives the files in a zip by name.
func unpacked(t *testing.T, content []byte) map[string]string {
	t.Helper()
	packed, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	files := map[string]string{}
	for _, file := range packed.File {
		in, err := file.Open()
		must(t, err)
		text, err := io.ReadAll(in)
		must(t, err)
		must(t, in.Close())
		files[file.Name] = string(text)
	}
	return files
}

// converted gives what a program makes of a file.
func converted(t *testing.T, program, source string, content []byte, name string, arguments func(name string) []string) string {
	t.Helper()
	command, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is missing, so nobody opened %s: sudo apt-get install %s.", program, name, source)
	}
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, content, 0o600))
	said, err := exec.Command(command, arguments(path)...).Output()
	must(t, err)
	return string(said)
}
