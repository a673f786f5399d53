package report

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// oneMonth is the transactions of the sample library that were created in a month of 2023, as a file of their own.
func oneMonth(t *testing.T, month string) string {
	t.Helper()
	source, err := os.Open("../../sample-data/illiad/Transactions-2023-24.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	unpacked, err := gzip.NewReader(source)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unpacked).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	created := slices.Index(rows[0], "CreationDate")
	if created < 0 {
		t.Fatalf("no day of creation in %v", rows[0])
	}
	kept := rows[:1]
	for _, row := range rows[1:] {
		if strings.HasPrefix(row[created], month+"/") && strings.Contains(row[created], "/2023 ") {
			kept = append(kept, row)
		}
	}
	if len(kept) < 50 {
		t.Fatalf("%d rows of %s; the first day is %q", len(kept)-1, month, rows[1][created])
	}
	path := filepath.Join(t.TempDir(), "Transactions.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(file).WriteAll(kept); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A library of one month has a report: nothing stands beside it, and the trend has one month.
func TestLibraryOfOneMonth(t *testing.T) {
	from := Sources{Snapshot: history(t, []string{oneMonth(t, "10")}), MadeAt: madeAt}
	for _, tag := range []string{"en", "pt-BR"} {
		spec := monthly(t, "2023-10")
		spec.Language = tag
		r := compose(t, from, spec)
		for _, s := range r.Sections {
			for _, tile := range s.Tiles {
				if tile.Before != nil || tile.LastYear != nil {
					t.Errorf("%s.%s was %v and %v before there was anything", s.ID, tile.ID, text(tile.Before), text(tile.LastYear))
				}
			}
		}
		if months := tableOf(t, r, "volume_by_month"); len(months.Rows) != 1 {
			t.Errorf("the trend has %d months", len(months.Rows))
		}
		if !strings.Contains(r.Sentences[0], locale.Find(tag).Text("report.s.alone")) {
			t.Error(r.Sentences[0])
		}
		for _, f := range r.Sections[1].Figures {
			if len(f.Chart.Categories) != 1 {
				t.Errorf("%s shows %d months", f.ID, len(f.Chart.Categories))
			}
		}
		annual, _ := Builtin("annual")
		annual.Language, annual.From, annual.To = tag, day("2023-07-01"), day("2024-07-01")
		compose(t, from, annual)
	}
}

// Where nothing matches the report says so, section by section.
func TestEmptyMonth(t *testing.T) {
	from := sample(t)
	for _, tag := range []string{"en", "pt-BR"} {
		spec := monthly(t, "2025-03")
		spec.Language, spec.Filter = tag, queries.Filter{Partner: []string{"NOBODY"}}
		r := compose(t, from, spec)
		if len(r.Sentences) != 1 {
			t.Errorf("of nothing it tells %q", r.Sentences)
		}
		for _, s := range r.Sections[:6] {
			if s.Empty == "" {
				t.Errorf("%s is empty and does not say so", s.ID)
			}
		}
		for where, said := range texts(r) {
			if placeShape.MatchString(said) {
				t.Errorf("%s: %q", where, said)
			}
		}
		for _, value := range r.Values() {
			if value.Number != nil && *value.Number != 0 && value.Section != "copyright" && value.Section != "quality" {
				t.Errorf("%s is %v", value.Key(), *value.Number)
			}
		}
		annual, _ := Builtin("annual")
		annual.Language, annual.Filter = tag, spec.Filter
		compose(t, from, annual)
	}
}

func TestNoRequests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "closures.csv")
	if err := os.WriteFile(path, []byte("library,date,name\nMAIN,2022-07-04,Independence Day\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	from := Sources{Snapshot: history(t, []string{path}), MadeAt: madeAt}
	_, err := Compose(t.Context(), from, monthly(t, "2025-03"))
	if queries.ErrorCode(err) != queries.NotFound || !strings.Contains(err.Error(), "load an export first") {
		t.Errorf("of an empty history: %v", err)
	}
}

// Whatever a report is narrowed to, it is made, in both kinds, and its figures are those of the metrics.
func TestNarrowedReports(t *testing.T) {
	from := sample(t)
	for name, filter := range map[string]queries.Filter{
		"by the day of the outcome": {Basis: queries.Period},
		"in business days":          {Clock: queries.Business, Role: []string{"lending"}},
		"of a department":           {Department: []string{"History"}},
		"of a patron group":         {PatronGroup: []string{"Faculty", "Staff"}},
		"of a partner":              {Partner: []string{"XIA"}},
		"of a library unheard of":   {Library: []string{"NOWHERE"}},
		"of document delivery":      {Role: []string{"docdel"}, Numbers: map[string]int{"suppress_below": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, builtin := range []string{"monthly", "annual"} {
				spec, _ := Builtin(builtin)
				spec.Filter = filter
				spec.Sections = []string{"summary", "volume", "fill_rate", "reasons", "turnaround", "overdue"}
				r := compose(t, from, spec)
				for _, s := range r.Sections {
					for _, table := range s.Tables {
						checkTable(t, from, s.ID, table)
					}
					for _, tile := range s.Tiles {
						checkTile(t, from, s.ID, tile)
					}
				}
				for where, said := range texts(r) {
					if placeShape.MatchString(said) {
						t.Errorf("%s: %q", where, said)
					}
				}
				if len(r.Sentences) == 0 {
					t.Error("it tells nothing")
				}
			}
		})
	}
}

// What a report says of itself leads back to its figures.
func TestAbout(t *testing.T) {
	spec := monthly(t, "2025-03")
	spec.Filter = queries.Filter{Role: []string{"borrowing"}, Clock: queries.Business}
	r := compose(t, sample(t), spec)
	if r.Link != "/?from=2025-03-01&to=2025-04-01&role=borrowing&clock=business" {
		t.Errorf("it leads to %s", r.Link)
	}
	said := map[string]string{}
	for _, pair := range r.About {
		said[pair.Head] = pair.Text
	}
	for head, want := range map[string]string{
		"Filter": "Role: Borrowing", "Period": "1 Mar 2025 to 31 Mar 2025", "Data through": "1 Jul 2025", "Generation": "2", "Fillrate version": "test",
		"Clock": "Business days: without weekends and closures", "In the dashboards": r.Link,
	} {
		if said[head] != want {
			t.Errorf("%s: %q, want %q", head, said[head], want)
		}
	}
	var ids []string
	for _, d := range r.Definitions {
		ids = append(ids, d.ID)
	}
	for _, id := range []string{"volume", "fill_rate", "turnaround", "stages", "overdue", "reasons"} {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is not defined: %v", id, ids)
		}
	}
	if r.Provisional != "" || r.MadeAt.Location().String() != "America/New_York" {
		t.Errorf("provisional %q, made at %v", r.Provisional, r.MadeAt)
	}
}
