package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries"
)

func mustImport(t *testing.T, b *Book, text string) Summary {
	t.Helper()
	summary, err := b.Import(t.Context(), strings.NewReader(text), "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func TestImportingTheSampleTwiceChangesNothing(t *testing.T) {
	text, err := os.ReadFile("../../sample-data/campaigns.csv")
	if err != nil {
		t.Fatal(err)
	}
	b := newBook(t)
	if got := mustImport(t, b, string(text)); got != (Summary{New: 3}) {
		t.Errorf("first: %+v", got)
	}
	if got := mustImport(t, b, string(text)); got != (Summary{Unchanged: 3}) {
		t.Errorf("again: %+v", got)
	}
	c := mustGet(t, b, "C2")
	if c.Revision != 1 || !c.End.Equal(day("2025-01-01")) || *c.Cost != 1200 || len(c.Target.Departments) != 4 || len(c.Comparison.Departments) != 8 {
		t.Errorf("C2 is %+v", c)
	}
	if c := mustGet(t, b, "C1"); c.Kind != KindServiceChange || !c.End.IsZero() || !c.Target.IsEmpty() {
		t.Errorf("C1 is %+v", c)
	}
	if diff := cmp.Diff([]string{"12:01 import"}, historyLines(t, b, "C2")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestImportChangesWhatTheFileHasColumnsFor(t *testing.T) {
	b := newBook(t)
	c := newsletter()
	c.Owner, c.Channel = "Outreach", "poster"
	mustAdd(t, b, c)
	if err := b.Looked(t.Context(), "N1", day("2025-02-01")); err != nil {
		t.Fatal(err)
	}
	// Semicolons between the cells, headings of another taste, a blank line, and an id in lower case.
	got := mustImport(t, b, "\ufeffId;Name;START;end;Target Departments;Channel;per-head\r\nn1;Newsletter;2024-09-01;2024-12-01;\"Music;\"\"Law; old\"\"\";;Yes\r\n;;;;;;\r\n;Second one;2025-01-01;;;;\r\n")
	if got != (Summary{New: 1, Changed: 1}) {
		t.Errorf("%+v", got)
	}
	c = mustGet(t, b, "N1")
	if c.Owner != "Outreach" || c.Channel != "" || c.Comparison.IsEmpty() || !c.PerHead || c.Revision != 2 {
		t.Errorf("N1 is %+v", c)
	}
	if diff := cmp.Diff([]string{"Law; old", "Music"}, c.Target.Departments); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"12:01 add",
		"00:00 looked",
		"12:02 import channel: poster -> none",
		"12:02 import end: last day 2024-12-31 -> last day 2024-11-30 (after results)",
		"12:02 import target.departments: History; Music -> Law; old; Music (after results)",
		"12:02 import per_head: no -> yes (after results)",
	}, historyLines(t, b, "N1")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if c := mustGet(t, b, "second-one"); c.Name != "Second one" || !c.End.IsZero() {
		t.Errorf("the second one is %+v", c)
	}
	if err := b.Remove(t.Context(), "second-one"); err != nil {
		t.Fatal(err)
	}
	if got := mustImport(t, b, "name\tstart\nSecond one\t2025-01-01\n"); got != (Summary{New: 1}) {
		t.Errorf("after a removal: %+v", got)
	}
}

func TestRefusedImports(t *testing.T) {
	const head = "id,name,start,end,kind,target_departments,comparison_departments,cost,outcome\n"
	const good = "G,Good,2024-01-01,,,,,,\n"
	for name, test := range map[string]struct{ text, want string }{
		"empty":            {" \n ", "c.csv: it is empty: its first line names the columns; nothing was imported"},
		"workbook":         {"PK\x03\x04rest", "c.csv: it is a workbook: save it as “CSV UTF-8” and import that; nothing was imported"},
		"encoding":         {head + "A,Caf\xe9,2024-01-01,,,,,,\n", "c.csv, line 2: it is no UTF-8 text: save it as “CSV UTF-8” and import that; nothing was imported"},
		"only headings":    {head, "c.csv: it names columns but no campaign: write one a line; nothing was imported"},
		"no heading":       {good, `c.csv, line 1: column "G" is not known: take it out, or name it as one of id, name, kind,`},
		"no start":         {"id,name\nA,B\n", `c.csv, line 1: there is no column "start": the first line names the columns, of id,`},
		"unknown column":   {"id,name,start,budget\nA,B,2024-01-01,1\n", `c.csv, line 1: column "budget" is not known`},
		"column twice":     {"name,start,note,Notes\nB,2024-01-01,1,2\n", `c.csv, line 1: columns "note" and "Notes" hold the same: take one out; nothing was imported`},
		"too many cells":   {head + good + "B,Bad,2024-01-01,,,,,,,x\n", `c.csv, line 3: it has 10 cells and the heading 9: put a cell that holds a ',' in quotation marks; nothing was imported`},
		"quotation mark":   {head + good + "B,Bad \"x\",2024-01-01,,,,,,\n", `c.csv, line 3: a quotation mark at character 7 is out of place: put the whole cell in quotation marks, and double those inside it; nothing was imported`},
		"day":              {head + good + "B,Bad,1/9/2024,,,,,,\n", `c.csv, line 3, column start: start "1/9/2024" is no day: write it as year-month-day, such as 2024-09-01; nothing was imported`},
		"no such day":      {head + good + "B,Bad,2024-02-30,,,,,,\n", `c.csv, line 3, column start: start "2024-02-30" is no day`},
		"no name":          {head + good + "B,,2024-02-01,,,,,,\n", "c.csv, line 3, column name: the name is missing: say what was done, such as Newsletter to new staff; nothing was imported"},
		"end before start": {head + good + "B,Bad,2024-02-01,2024-02-01,,,,,\n", "c.csv, line 3, column end: the end 2024-02-01 is not after the start 2024-02-01: it is the day after the last one, and empty for a lasting change; nothing was imported"},
		"kind":             {head + good + "B,Bad,2024-02-01,,party,,,,\n", `c.csv, line 3, column kind: kind "party" is not known: use campaign, for something done towards readers, or service_change; nothing was imported`},
		"id":               {head + good + "B/1,Bad,2024-02-01,,,,,,\n", `c.csv, line 3, column id: the id "B/1" can't be used: it starts with a letter or digit,`},
		"id twice":         {head + good + "g,Bad,2024-02-01,,,,,,\n", `c.csv, line 3: the id "g" is that of line 2: give each campaign its own in the column id; nothing was imported`},
		"both groups":      {head + good + "B,Bad,2024-02-01,,,Law;Art,\"Art\",,\n", `c.csv, line 3, column comparison_departments: "Art" is in the target and in the comparison group: take it out of one; nothing was imported`},
		"nobody else":      {head + good + "B,Bad,2024-02-01,,,,Art,,\n", "c.csv, line 3, column comparison_departments: everyone is addressed, so nobody is left to compare with: name the target, or leave the comparison group empty; nothing was imported"},
		"cost":             {head + good + "B,Bad,2024-02-01,,,,,\"1,200\",\n", `c.csv, line 3, column cost: cost "1,200" is no amount: write it with a point and without thousands separators, such as 1200.50; nothing was imported`},
		"outcome":          {head + good + "B,Bad,2024-02-01,,,,,,happiness\n", `c.csv, line 3, column outcome: outcome "happiness" is not known: use one of requests, requesters,`},
		"a long list":      {head + good + "B,Bad,2024-02-01,,," + strings.Join(manyNames(100_000), ";") + ",,,\n", "c.csv, line 3, column target_departments: 100000 names are too many for one list: name at most 5000, or nobody for everyone; nothing was imported"},
		"below 0":          {head + good + "B,Bad,2024-02-01,,,,,-5,\n", `c.csv, line 3, column cost: cost "-5" is below 0: give 0 or more, such as 1200.50, or leave it empty; nothing was imported`},
		"a long name":      {head + good + "B," + strings.Repeat("é", 100_000) + ",2024-02-01,,,,,,\n", "c.csv, line 3, column name: the name may have at most 200 characters, not 100000: shorten the text; nothing was imported"},
		"control":          {head + good + "B,Bad\x1b[2J,2024-02-01,,,,,,\n", `c.csv, line 3, column name: a line break or another control character is in the name "Bad\x1b[2J": take it out; nothing was imported`},
		"line break":       {head + good + "B,Bad,2024-02-01,,,\"Law\nArt\",,,\n", `c.csv, line 3, column target_departments: a line break or another control character is in the target departments "Law\nArt": take it out`},
		"after long lines": {head + "A,Good,2024-02-01,,,\"Law\n\",,,\n" + "B,Bad,,,,,,,\n", "c.csv, line 4, column start: the start is missing: give the first day, such as 2024-09-01; nothing was imported"},
		"too large":        {head + strings.Repeat("x", largestFile), "c.csv: it is larger than 16 MB: split it; nothing was imported"},
		"nul":              {"\x00\x00\x00", "c.csv, line 1: column \"\\x00\\x00\\x00\" is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t)
			mustAdd(t, b, newsletter()) // with a record there, and below with none
			for _, b := range []*Book{b, newBook(t)} {
				_, err := b.Import(t.Context(), strings.NewReader(test.text), "c.csv")
				if err == nil || !strings.HasPrefix(err.Error(), test.want) || !strings.HasSuffix(err.Error(), "; nothing was imported") {
					t.Fatalf("got  %.600v\nwant %s", err, test.want)
				}
				if queries.ErrorCode(err) != queries.Invalid {
					t.Errorf("code %s", queries.ErrorCode(err))
				}
				if list, err := b.List(t.Context()); err != nil || len(list) > 1 {
					t.Errorf("%d records, %v", len(list), err)
				}
			}
		})
	}
}

func manyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("Department %d", i)
	}
	return names
}

func TestRefusedCampaigns(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	for name, test := range map[string]struct {
		change func(*Campaign)
		field  string
	}{
		"nothing wrong":         {func(*Campaign) {}, ""},
		"no id":                 {func(c *Campaign) { c.ID = "" }, "id"},
		"a path as id":          {func(c *Campaign) { c.ID = ".." }, "id"},
		"a long id":             {func(c *Campaign) { c.ID = strings.Repeat("a", 65) }, "id"},
		"a reserved id":         {func(c *Campaign) { c.ID = "New" }, "id"},
		"no valid text":         {func(c *Campaign) { c.Owner = "\xff" }, "owner"},
		"another kind":          {func(c *Campaign) { c.Kind = "party" }, "kind"},
		"long notes":            {func(c *Campaign) { c.Notes = strings.Repeat("x", 10_001) }, "notes"},
		"an invisible name":     {func(c *Campaign) { c.Name = "\u200b \u200d\u0301" }, "name"},
		"text turned round":     {func(c *Campaign) { c.Name = "Visits \u202etxt" }, "name"},
		"isolated text":         {func(c *Campaign) { c.Notes = "a\u2067b" }, "notes"},
		"an unread letter":      {func(c *Campaign) { c.Owner = "Caf\ufffd" }, "owner"},
		"an unseen line break":  {func(c *Campaign) { c.Name = "a\u2028b" }, "name"},
		"pasted text":           {func(c *Campaign) { c.Name, c.Notes = "\ufeffa\u200bb", "a\u2029b" }, ""},
		"lines in a channel":    {func(c *Campaign) { c.Channel = "a\nb" }, "channel"},
		"year 24":               {func(c *Campaign) { c.Start = day("0024-09-01") }, "start"},
		"year 9999":             {func(c *Campaign) { c.End = day("9999-09-01") }, "end"},
		"part of a day":         {func(c *Campaign) { c.Start = c.Start.Add(time.Hour) }, "start"},
		"another zone":          {func(c *Campaign) { c.Start = c.Start.Add(time.Hour).In(time.FixedZone("", -3600)) }, "start"},
		"carry-over":            {func(c *Campaign) { c.CarryOverMonths = 25 }, "carry_over_months"},
		"carry-over without":    {func(c *Campaign) { c.End, c.CarryOverMonths = time.Time{}, 1 }, "carry_over_months"},
		"other units":           {func(c *Campaign) { c.Comparison = Group{PatronGroups: []string{"Staff"}} }, "comparison.departments"},
		"other libraries":       {func(c *Campaign) { c.Target.Libraries, c.Comparison.Libraries = []string{"A"}, []string{"B"} }, "comparison.libraries"},
		"the same libraries":    {func(c *Campaign) { c.Target.Libraries, c.Comparison.Libraries = []string{"A"}, []string{"A"} }, ""},
		"libraries of the rest": {func(c *Campaign) { c.Target.Libraries = []string{"A"} }, ""},
		"lending":               {func(c *Campaign) { c.Roles = []string{"Lending"} }, "roles"},
		"a median per head":     {func(c *Campaign) { c.Outcome, c.PerHead = "median_turnaround", true }, "per_head"},
		"negative cost":         {func(c *Campaign) { c.Cost = number(-1) }, "cost"},
		"no number":             {func(c *Campaign) { c.Cost = number(math.NaN()) }, "cost"},
		"endless hours":         {func(c *Campaign) { c.StaffHours = number(math.Inf(1)) }, "staff_hours"},
		"a currency":            {func(c *Campaign) { c.Currency = "€" }, "currency"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newsletter()
			test.change(&c)
			err := Validate(c)
			if test.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var field *FieldError
			if !errors.As(err, &field) || field.Field != test.field || queries.ErrorCode(err) != queries.Invalid {
				t.Fatalf("got %v, want a fault of %s", err, test.field)
			}
			b := newBook(t)
			if err := b.Add(t.Context(), c, "add"); err == nil {
				t.Error("it was recorded")
			}
			mustAdd(t, b, newsletter())
			c.Revision = 1
			if c.ID != "N1" {
				return
			}
			if err := b.Edit(t.Context(), c, "edit"); err == nil || mustGet(t, b, "N1").Revision != 1 {
				t.Errorf("the edit: %v", err)
			}
		})
	}
}

// hostile are names that are allowed and must come back as they went in; those of a history may also hold what the names of
// records may not.
var hostile = []string{
	"'; drop table campaign; --", `Dept "X"`, `"quoted"`, "a;b", "a,b", "=cmd|' /C calc'!A0", "+1", "-1", "@sum", "'apostrophe", "🎓📚", "👩‍🎓 students",
	"أهلا\u200f בברכה\u200e", "%s %d", "<script>alert(1)</script>", "{{.}}", "\\", "null", "NULL", "é", "e\u0301", "x'", "'", "''=",
}

func TestHostileNamesComeBackAsTheyWentIn(t *testing.T) {
	b, other := newBook(t), newBook(t)
	departments := append([]string{"\u202eright to left", "\u200b", "\ufffd"}, hostile...)
	for i, name := range hostile {
		c := newsletter()
		c.ID, c.Name, c.Notes, c.Owner, c.Target.Departments = fmt.Sprint("H", i), name, name, name, departments
		got := mustAdd(t, b, c)
		if got.Name != name || got.Notes != name || got.Owner != name || !cmp.Equal(got.Target.Departments, cleanNames(departments)) {
			t.Errorf("%q came back as %+v", name, got)
		}
	}
	list, err := b.List(t.Context())
	if err != nil || len(list) != len(hostile) {
		t.Fatal(len(list), err)
	}
	roundTrip(t, list, other)
}

// roundTrip writes campaigns as CSV and imports that.
func roundTrip(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, list []Campaign, into *Book) {
	var text bytes.Buffer
	if err := WriteCSV(&text, list); err != nil {
		t.Fatalf("%v", err)
	}
	for _, line := range strings.Split(text.String(), "\n") {
		for _, start := range []string{",=", ",+", ",-", ",@", ",\"=", ",\"+", ",\"-", ",\"@"} {
			if strings.Contains(line, start) {
				t.Errorf("a spreadsheet takes a cell for a formula: %s", line)
			}
		}
	}
	if _, err := into.Import(context.Background(), &text, "c.csv"); err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	got, err := into.List(context.Background())
	if err != nil {
		t.Fatalf("%v", err)
	}
	for i := range got {
		got[i].Revision = list[i].Revision
	}
	if diff := cmp.Diff(list, got); diff != "" {
		t.Errorf("-recorded +imported\n%s", diff)
	}
}

// Whatever is recorded, the CSV of the list says all of it.
func TestTheListAsCSVIsTheRecord(t *testing.T) {
	text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringMatching(`[ -~é🎓;,"']{1,40}`))
	names := rapid.SliceOfN(text, 0, 5)
	days := rapid.IntRange(0, 20_000)
	amounts := rapid.Custom(func(t *rapid.T) *float64 {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		amount := float64(rapid.IntRange(0, 1_000_000).Draw(t, "cents")) / 100
		return &amount
	})
	rapid.Check(t, func(r *rapid.T) {
		c := Campaign{
			ID: rapid.StringMatching(`[a-z0-9][A-Za-z0-9._-]{0,20}x`).Draw(r, "id"), Name: text.Draw(r, "name"),
			Kind: rapid.SampledFrom([]string{"", KindCampaign, KindServiceChange}).Draw(r, "kind"), Channel: text.Draw(r, "channel"),
			Start: day("1970-01-01").AddDate(0, 0, days.Draw(r, "start")), CarryOverMonths: rapid.IntRange(0, 24).Draw(r, "carry-over"),
			Target:  Group{Departments: names.Draw(r, "departments"), PatronGroups: names.Draw(r, "groups"), Libraries: names.Draw(r, "libraries")},
			Roles:   rapid.SampledFrom([][]string{nil, {"docdel"}, {"docdel", "borrowing"}}).Draw(r, "roles"),
			Outcome: rapid.SampledFrom(Outcomes[:3]).Draw(r, "outcome").ID, PerHead: rapid.Bool().Draw(r, "per head"),
			Cost: amounts.Draw(r, "cost"), Currency: rapid.SampledFrom([]string{"", "usd"}).Draw(r, "currency"), StaffHours: amounts.Draw(r, "hours"),
			Hypothesis: text.Draw(r, "hypothesis"), Notes: text.Draw(r, "notes") + "\n" + text.Draw(r, "more notes"),
		}
		if rapid.Bool().Draw(r, "ends") || c.CarryOverMonths > 0 {
			c.End = c.Start.AddDate(0, 0, 1+days.Draw(r, "length"))
		}
		if err := Validate(c); err != nil {
			r.Skip(err) // such as a name of spaces
		}
		c = Clean(c)
		for _, base := range []Campaign{{}, c} { // new, and over itself
			if diff := cmp.Diff(c, reread(r, c, base)); diff != "" {
				r.Errorf("-recorded +read\n%s", diff)
			}
		}
	})
}

// reread writes a campaign as CSV, and reads it over another.
func reread(t *rapid.T, c, base Campaign) Campaign {
	var text bytes.Buffer
	if err := WriteCSV(&text, []Campaign{c}); err != nil {
		t.Fatal(err)
	}
	s, err := readSheet(&text, "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	known, headings := campaignHeadings()
	holds, err := s.columns(known, nil, headings)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.campaigns(holds)
	if err != nil || len(rows) != 1 {
		t.Fatal(len(rows), err)
	}
	read, err := rows[0].over(s, holds, base)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestExposures(t *testing.T) {
	b := newBook(t)
	load := func(text string) (Summary, error) {
		return b.ImportExposures(t.Context(), strings.NewReader(text), "e.csv")
	}
	for _, step := range []struct {
		text string
		want Summary
	}{
		{"Dimension,Unit,From,Readers\ndepartment,Law,2024-09-01,1250\ndepartment,Law,2023-09-01,1200.5\nPatron group,Staff,2023-09-01,80\n", Summary{New: 3}},
		{"from,readers,unit,dimension\n2024-09-01,1250,Law,department\n2023-09-01,1201,Law,department\n", Summary{Changed: 1, Unchanged: 1}},
		{"dimension,unit,from,readers\ngroup,Staff,2023-09-01,\ngroup,Nobody,2023-09-01,\n", Summary{Changed: 1, Unchanged: 1}},
	} {
		if got, err := load(step.text); err != nil || got != step.want {
			t.Errorf("%s: %+v, %v; want %+v", step.text, got, err, step.want)
		}
	}
	want := []Exposure{{"department", "Law", day("2023-09-01"), 1201}, {"department", "Law", day("2024-09-01"), 1250}}
	got, err := b.Exposures(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
	const head = "dimension,unit,from,readers\ndepartment,Art,2024-01-01,5\n"
	for text, want := range map[string]string{
		"dimension,unit,readers\n":              `e.csv, line 1: there is no column "from"`,
		"dimension,unit,from,readers\n":         "e.csv: it names columns but no readers",
		head + "faculty,Law,2024-01-01,5\n":     `e.csv, line 3, column dimension: dimension "faculty" is not known: use department, patron_group, library;`,
		head + "department,,2024-01-01,5\n":     "e.csv, line 3, column unit: the department is missing: name it as the history does;",
		head + "department,Law,,5\n":            `e.csv, line 3, column from: from is missing: give the day`,
		head + "department,Law,Jan 2024,5\n":    `e.csv, line 3, column from: from "Jan 2024" is no day:`,
		head + "department,Law,2024-01-01,0\n":  `e.csv, line 3, column readers: readers "0" must be more than 0:`,
		head + "department,Law,2024-01-01,-5\n": `e.csv, line 3, column readers: readers "-5" is no number:`,
		head + "department,Art,2024-01-01,6\n":  `e.csv, line 3: department "Art" from 2024-01-01 is on line 2 already: take one out;`,
	} {
		_, err := load(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "; nothing was imported") || queries.ErrorCode(err) != queries.Invalid {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if got, err := b.Exposures(t.Context()); err != nil || len(got) != 2 {
		t.Errorf("after refusals: %v, %v", got, err)
	}
}

// The zero time means a lasting change: a mistyped year must not become one.
func TestOddYearsAreRefusedAsTheyAreTyped(t *testing.T) {
	for _, typed := range []string{"0001-01-01", "0000-12-31", "0204-09-01", "9999-01-01"} {
		for _, field := range []string{"start", "end"} {
			c := newsletter()
			if err := Set(&c, field, typed); err == nil || !strings.HasSuffix(err.Error(), typed+" is in no year that a history has: look at the year") || !cmp.Equal(c, newsletter()) {
				t.Errorf("%s %s: %v", field, typed, err)
			}
		}
	}
}

// A record holds so many and no more; what is there can be changed, and what is removed makes room.
func TestARecordHoldsSoManyCampaigns(t *testing.T) {
	b := newBook(t)
	var text strings.Builder
	text.WriteString("id,name,start\n")
	for i := range MostCampaigns {
		fmt.Fprintf(&text, "C%d,Visit,2024-01-01\n", i)
	}
	full := text.String()
	if _, err := b.Import(t.Context(), strings.NewReader(full+"X,Visit,2024-01-01\n"), "c.csv"); err == nil ||
		err.Error() != "c.csv: there would be 2001 campaigns, and a record holds at most 2000: take some out; nothing was imported" {
		t.Fatal(err)
	}
	if got := mustImport(t, b, full); got != (Summary{New: MostCampaigns}) {
		t.Fatal(got)
	}
	one := Campaign{ID: "X", Name: "Visit", Start: day("2024-01-01")}
	if err := b.Add(t.Context(), one, "add"); queries.ErrorCode(err) != queries.Invalid || !strings.HasPrefix(err.Error(), "2000 campaigns are recorded, and there is no room for more") {
		t.Fatal(err)
	}
	if got := mustImport(t, b, "id,name,start\nC1,Visits,2024-01-01\n"); got != (Summary{Changed: 1}) {
		t.Fatal(got)
	}
	if err := b.Remove(t.Context(), "C2"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, b, one)
}
