package dashboards

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries/store"
)

// lateHistory adds to the usual history loans whose titles and partners are hostile, and contacts.
func lateHistory(t *testing.T) *store.Files {
	t.Helper()
	files := testHistory(t)
	load(t, files,
		`insert into request by name
		select (100 + i)::bigint as request_id, 'MAIN' as library, 'generic' as source, 'L' || i as source_id, 'lending' as role, 'loan' as kind, 'shipped' as status,
			timestamp '2024-01-01' as created_at, timestamp '2024-01-02' as shipped_at, timestamp '2024-01-02' as last_change_at,
			timestamp '2024-07-05 16:00' - to_days(late::integer) as due_at, partner, title, -77777 as patron_key, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
		from (values (1, 1, 'B', '=cmd|''/c calc''!A0'), (2, 8, 'A', 'Two
lines, "quoted"'), (3, 31, '=B', '`+strings.ReplaceAll(hostile, "'", "''")+`'), (4, 91, 'A', '@SUM(1)'), (5, 0, 'A', 'In time')) as t (i, late, partner, title)`,
		`insert into partner_contact by name
		select 'MAIN' as library, 'generic' as source, 'A' as symbol, '1' as partner_number, '=Library A' as name, 'a?bcc=x@mail.example' as email,
			'1 Street' || chr(10) || 'Town' as address, 1 as batch_id`,
	)
	return files
}

func TestLetters(t *testing.T) {
	site := testSite(t, lateHistory(t))
	response := get(t, site, "/letters.csv?side=lending")
	if response.Code != 200 || !strings.HasPrefix(response.Header().Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	if strings.Contains(response.Body.String(), "77777") {
		t.Error("a letter names a reader's key")
	}
	rows, err := csv.NewReader(response.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	var told []string
	for _, row := range rows[1:] {
		told = append(told, strings.Join([]string{row[at["request"]], row[at["partner"]], row[at["days_late"]], row[at["level"]]}, " "))
		for _, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t\r\n", rune(field[0])) {
				t.Errorf("%q is a formula", field)
			}
		}
	}
	if got, want := strings.Join(told, "; "), "L3 '=B 31 31-90; L2 A 8 8-30; L4 A 91 91+; L1 B 1 1-7; r6 XYZ 15 8-30"; got != want {
		t.Errorf("the letters are %s, want %s", got, want)
	}
	if first := rows[2]; first[at["title"]] != "Two\nlines, \"quoted\"" || first[at["partner_name"]] != "'=Library A" || first[at["address_2"]] != "Town" || first[at["due_date"]] != "2024-06-27" {
		t.Errorf("a letter holds %q", first)
	}
	for path, status := range map[string]int{"/letters.csv?side=docdel": 400, "/letters.csv?level=2": 400, "/overdue?side=all": 400, "/overdue?order=title": 200} {
		if code := get(t, site, path).Code; code != status {
			t.Errorf("%s: %d, want %d", path, code, status)
		}
	}
	level, err := csv.NewReader(get(t, site, "/letters.csv?side=lending&level=91%2B").Body).ReadAll()
	if err != nil || len(level) != 2 || level[1][at["request"]] != "L4" {
		t.Errorf("the level of 91 days has %q, %v", level, err)
	}
}

func TestMondayPages(t *testing.T) {
	site := testSite(t, lateHistory(t))
	never := []string{"<script>alert", "77777", "panic", "%!", "NaN", "{{", "mailto:a?bcc"}
	for _, test := range []struct {
		path string
		want []string
		not  []string
	}{
		{"/?" + year, []string{`id="card-open"`, `class="spark"`, "What changed, and who explains it", "Who moved the number of requests?", "Needs action", "What is owed to us that is overdue?", "All 5, with contacts", "was asked last"}, nil},
		{"/?compare=none&" + year, []string{"Nothing is compared: choose a comparison"}, []string{"may be chance"}},
		{"/?role=lending&" + year, []string{"What is owed to us that is overdue?"}, []string{"What do we owe that is overdue?"}},
		{"/overdue?side=lending", []string{"5 late (all)", "&lt;/script&gt;", "=Library A", "mailto:a%3Fbcc=x@mail.example", "/letters.csv?side=lending"}, []string{"In time"}},
		{"/overdue?side=lending&level=91%2B", []string{"1 to 1 of 1", "@SUM(1)", "late_from=91"}, []string{"quoted"}},
		{"/overdue?side=lending&order=partner", []string{`aria-sort="ascending"`}, nil},
		{"/turnaround?" + year, []string{"How many wait how many days, loans?", "target: 10 days", "of them within the target of 10 days", "When must a request come in to be fast, loans?"}, nil},
	} {
		body := get(t, site, test.path).Body.String()
		for _, want := range test.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q", test.path, want)
			}
		}
		for _, not := range append(never, test.not...) {
			if strings.Contains(body, not) {
				t.Errorf("%s: has %q", test.path, not)
			}
		}
	}
}

// A point of the rate leads nowhere, as the loans behind the metric are those that are out, and a count of late loans
// leads to just these.
func TestOverdueLeadsToItsLoans(t *testing.T) {
	page := get(t, testSite(t, lateHistory(t)), "/overdue?wait=1&"+year).Body.String()
	for id, want := range map[string]int{"rate": 0, "overdue": 1, "partner-lending": 1} {
		_, figure, _ := strings.Cut(page, `<figure id="`+id+`"`)
		figure, _, _ = strings.Cut(figure, "</figure>")
		if !strings.Contains(figure, "<table") {
			t.Errorf("%s shows nothing", id)
		}
		if all, late := strings.Count(figure, "/rows/overdue?"), strings.Count(figure, "late_from=1&"); all != want || late != want {
			t.Errorf("%s leads to requests %d times, %d times to late ones, want %d", id, all, late, want)
		}
	}
}

// A library that only lends is not asked what it owes, and nothing is compared with a time before the history.
func TestOverviewOfLenders(t *testing.T) {
	files := lateHistory(t)
	load(t, files, "delete from request where role <> 'lending'")
	page := get(t, testSite(t, files), "/?wait=1&"+year).Body.String()
	if strings.Contains(page, "What do we owe that is overdue?") || !strings.Contains(page, "What is owed to us that is overdue?") {
		t.Error("the overview of a library that only lends has the wrong worklists")
	}
	if strings.Contains(page, "too late to compare with") && strings.Contains(page, "better than a year earlier") {
		t.Error("a card is compared where the page says that nothing can be")
	}
	if !strings.Contains(page, "The history is too short to tell") {
		t.Error("half a year is judged by a forecast")
	}
}

// A history without anything says so in each place and fails in none.
func TestMondayWithoutHistory(t *testing.T) {
	files := store.Open(t.TempDir())
	t.Cleanup(func() { files.Close() })
	load(t, files, "insert into library values ('MAIN', 'America/New_York', true, null)")
	site := testSite(t, files)
	for _, path := range []string{"/", "/overdue", "/turnaround", "/letters.csv"} {
		response := get(t, site, path)
		if body := response.Body.String(); response.Code != 200 || strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d %s", path, response.Code, body)
		}
	}
}

func TestLevels(t *testing.T) {
	for days, want := range map[int64]string{0: "", 1: "1-7", 7: "1-7", 8: "8-30", 30: "8-30", 31: "31-90", 90: "31-90", 91: "91+", 5000: "91+"} {
		if got := levelOf(days); got != want {
			t.Errorf("%d days late: %q, want %q", days, got, want)
		}
	}
}
