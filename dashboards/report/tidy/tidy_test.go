package tidy

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries/export"
)

// read gives a report's zip as its files' rows, and the note.
func read(t *testing.T, r *report.Report) (files map[string][][]string, note string) {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][][]string{}
	for _, f := range z.File {
		if !f.Modified.Equal(r.MadeAt.Truncate(time.Second)) {
			t.Errorf("%s is of %s and not of %s", f.Name, f.Modified, r.MadeAt)
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "README.txt" {
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			note = string(text)
			continue
		}
		rows, err := csv.NewReader(in).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		files[f.Name] = rows
	}
	return files, note
}

// column gives a file's column without its heading, nil where it has none.
func columnOf(rows [][]string, name string) []string {
	at := slices.Index(rows[0], name)
	if at < 0 {
		return nil
	}
	var values []string
	for _, row := range rows[1:] {
		values = append(values, row[at])
	}
	return values
}

// Every value of every table is there, under its column's name, as the metric gave it.
func TestTables(t *testing.T) {
	r := reporttest.Issued("pt-BR")
	files, _ := read(t, r)
	for _, section := range r.Sections {
		for _, table := range section.Tables {
			rows := files[table.ID+".csv"]
			if len(rows) != len(table.Rows)+1 {
				t.Errorf("%s has %d lines of %d rows", table.ID, len(rows), len(table.Rows))
				continue
			}
			for k, c := range table.Columns {
				got := columnOf(rows, c.Name)
				for i := range table.Rows {
					// A reader of CSV takes \r\n for \n; there is none here.
					if want := export.Plain(table.Codes[i][k], typeOf(table, k)); got[i] != want {
						t.Errorf("%s, %s, row %d is %.60q and not %.60q", table.ID, c.Name, i+1, got[i], want)
					}
				}
			}
		}
	}
	volume := files["volume_by_role.csv"]
	if got, want := volume[0], []string{"role", "role_label", "kind", "kind_label", "n_requests", "share", "is_total"}; !slices.Equal(got, want) {
		t.Errorf("the columns are %v, want %v", got, want)
	}
	if got, want := volume[1], []string{"borrowing", "Empréstimo solicitado", "loan"}; got[0] != want[0] || got[2] != want[2] || got[1] == got[0] || got[6] != "false" {
		t.Errorf("the first row is %v", got)
	}
	if got := volume[4]; got[0] != "total" || got[4] != "1240" || got[6] != "true" {
		t.Errorf("the total is %v", got)
	}
	months := files["volume_by_month.csv"]
	if got := columnOf(months, "month"); got[0] != "2024-03-01" || columnOf(months, "month_label")[0] != "mar/2024" {
		t.Errorf("the first month is %v", months[1])
	}
	if got := columnOf(months, "provisional"); got[0] != "false" || got[len(got)-1] != "true" {
		t.Errorf("provisional is %v", got)
	}
}

// Text that looks like a formula is guarded, and can be taken back.
func TestHostile(t *testing.T) {
	files, _ := read(t, reporttest.Monthly("en"))
	for i, got := range columnOf(files["partners.csv"], "partner") {
		want := reporttest.Hostile[i]
		if got != export.Guard(want) || export.Unguard(got) != want {
			t.Errorf("%.60q is written %.60q", want, got)
		}
	}
	for name, rows := range files {
		for _, row := range rows {
			for _, cell := range row {
				if _, err := strconv.ParseFloat(cell, 64); err != nil && cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
					t.Errorf("%s holds %.60q", name, cell)
				}
			}
		}
	}
}

// The dictionary has every column of every file, in order, and nothing else.
func TestDictionary(t *testing.T) {
	files, _ := read(t, reporttest.Monthly("en"))
	told := map[string][]string{}
	for _, row := range files[dictionaryName][1:] {
		told[row[0]] = append(told[row[0]], row[1])
		if row[2] == "" || row[4] == "" {
			t.Errorf("%s of %s has no type or no label: %v", row[1], row[0], row)
		}
	}
	for name, rows := range files {
		if !slices.Equal(told[name], rows[0]) {
			t.Errorf("%s has %v and the dictionary %v", name, rows[0], told[name])
		}
	}
	if len(told) != len(files) {
		t.Errorf("%d files, %d in the dictionary", len(files), len(told))
	}
	for _, row := range files[dictionaryName][1:] {
		if row[0] == "fill_rate_by_month.csv" && row[1] == "fill_rate" {
			if want := []string{"double", "share", "Fill rate", "Filled, of those filled or unfilled.", "fill_rate", "library=MAIN&by=month"}; !slices.Equal(row[2:], want) {
				t.Errorf("fill_rate is told as %v, want %v", row[2:], want)
			}
			return
		}
	}
	t.Error("the dictionary has no fill_rate")
}

func TestTiles(t *testing.T) {
	files, note := read(t, reporttest.Issued("en"))
	rows := files["tiles.csv"]
	if got, want := columnOf(rows, "now"), []string{"1240", "0.814", "4.2", "1234.5", ""}; !slices.Equal(got, want) {
		t.Errorf("now is %v, want %v", got, want)
	}
	if got := columnOf(rows, "change"); got[0] != "96" || got[1] != "-0.021" || got[2] != "-0.05" || got[4] != "" {
		t.Errorf("change is %v", got)
	}
	if got, want := columnOf(rows, "provisional"), []string{"false", "true", "false", "false", "false"}; !slices.Equal(got, want) {
		t.Errorf("provisional is %v", got)
	}
	if got, want := columnOf(rows, "same_age"), []string{"false", "true", "false", "false", "false"}; !slices.Equal(got, want) {
		t.Errorf("at the same age is %v", got)
	}
	for _, want := range []string{"Main Library", "Edition 2, issued 3 Apr 2025 (monthly-2025-03-2)", "Data through: 2 Apr 2025", "v1.2.3",
		"fillrate query volume --library=MAIN --by=role --by=kind", "Departments with fewer than 10 readers", "No campaign ran or ended in March.", "dictionary.csv"} {
		if !strings.Contains(note, want) {
			t.Errorf("the note lacks %q:\n%s", want, note)
		}
	}
}

func TestSameBytes(t *testing.T) {
	var first bytes.Buffer
	if err := Write(&first, reporttest.Issued("en")); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var again bytes.Buffer
		if err := Write(&again, reporttest.Issued("en")); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Fatal("the same report gives other bytes")
		}
	}
}

// Two tables of a name, or one whose name is no file's, are refused.
func TestNamesOfFiles(t *testing.T) {
	for _, id := range []string{"volume_by_month", "tiles", "dictionary", "../up", "", "Upper", "a b"} {
		r := reporttest.Monthly("en")
		r.Sections[1].Tables[0].ID = id
		if err := Write(io.Discard, r); err == nil || !strings.Contains(err.Error(), "volume") {
			t.Errorf("%q is taken: %v", id, err)
		}
	}
}
