package sheets

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/report/reporttest"
)

// office converts a workbook with LibreOffice, without a screen, and gives the files that came of it. A profile is filled
// by the first run, which takes longer than those after it.
func office(t *testing.T, profile string, content []byte, to string) []string {
	t.Helper()
	command, err := exec.LookPath("soffice")
	if err != nil {
		if command, err = exec.LookPath("localc"); err != nil {
			t.Skip("LibreOffice is missing, so no spreadsheet program opened the workbook: sudo apt-get install libreoffice-calc-nogui (Debian, Ubuntu), or brew install --cask libreoffice (macOS).")
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "report.xlsx")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	run := exec.Command(command, "-env:UserInstallation=file://"+filepath.ToSlash(profile), "--headless", "--norestore", "--convert-to", to, "--outdir", out, file)
	if text, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	files, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing came of it: %v", err)
	}
	slices.Sort(files)
	return files
}

// LibreOffice opens the workbook and reads the totals and the charts in it.
func TestLibreOffice(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice is left to the long suite.")
	}
	content, profile := written(t, reporttest.Issued("en")), t.TempDir()
	t.Run("csv", func(t *testing.T) {
		files := office(t, profile, content, `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`)
		cells := map[string][][]string{}
		for _, file := range files {
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			read := csv.NewReader(in)
			read.FieldsPerRecord = -1
			rows, err := read.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if err := in.Close(); err != nil {
				t.Fatal(err)
			}
			cells[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "report-"), ".csv")] = rows
		}
		if len(cells) != 11 {
			t.Errorf("%d sheets", len(cells))
		}
		for sheet, want := range map[string][]string{
			"Requests":                   {"Total", "1240", "100%"},
			"Fill rate month by month":   {"78%", "1032"},
			"Turnaround by stage":        {"12345.678", "0.42"},
			"Summary":                    {"1240", "81.4%", "96", "-2.1", "134.5"},
			"Partners":                   {"=HYPERLINK(\"http://example.org\",\"x\")", "-2+3", "1234.5", "_x0041_ &A &P"},
			"Why requests went unfilled": {"41"},
		} {
			all := slices.Concat(cells[sheet]...)
			for _, text := range want {
				if !slices.Contains(all, text) {
					t.Errorf("LibreOffice shows no %q on %s: %.300q", text, sheet, all)
				}
			}
		}
	})
	t.Run("charts", func(t *testing.T) {
		files := office(t, profile, content, "fods")
		text, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if n := len(regexp.MustCompile(`<chart:chart `).FindAll(text, -1)); n != 10 {
			t.Errorf("LibreOffice reads %d charts, want 10", n)
		}
		for _, want := range []string{"chart:class=\"chart:bar\"", "chart:class=\"chart:line\""} {
			if !strings.Contains(string(text), want) {
				t.Errorf("there is no %s", want)
			}
		}
	})
	t.Run("pdf", func(t *testing.T) {
		files := office(t, profile, content, "pdf")
		command, err := exec.LookPath("pdftotext")
		if err != nil {
			t.Skip("pdftotext is missing, so the printed workbook was not read: sudo apt-get install poppler-utils (Debian, Ubuntu), or brew install poppler (macOS).")
		}
		text, err := exec.Command(command, "-layout", files[0], "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Monthly report", "Main Library", "Edition 2, issued 3 Apr 2025", "Page 1 of", "1,240", "How often do patrons get what they ask for?"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the printed workbook lacks %q", want)
			}
		}
	})
}
