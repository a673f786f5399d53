package dashboards

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
)

func TestSubmittedFormBecomesACanonicalAddress(t *testing.T) {
	for _, test := range []struct{ name, query, want string }{
		{"nothing changed", "form=last_12_months|2023-07-01|2024-06-30&preset=last_12_months&from=2023-07-01&last=2024-06-30", "/"},
		{"another preset", "form=last_12_months|2023-07-01|2024-06-30&preset=last_quarter&from=2023-07-01&last=2024-06-30", "/?preset=last_quarter"},
		{"other dates", "form=last_12_months|2023-07-01|2024-06-30&preset=last_12_months&from=2023-07-01&last=2024-05-31", "/?from=2023-07-01&to=2024-06-01"},
		{"own dates kept", "form=custom|2024-01-01|2024-01-31&preset=custom&from=2024-01-01&last=2024-01-31", "/?from=2024-01-01&to=2024-02-01"},
		{"own dates left for a preset", "form=custom|2024-01-01|2024-01-31&preset=all&from=2024-01-01&last=2024-01-31", "/?preset=all"},
		{"no dates", "form=custom|2024-01-01|2024-01-31&preset=custom&from=&last=", "/?preset=all"},
		{"open end", "form=custom||&preset=custom&from=2024-01-01&last=", "/?from=2024-01-01"},
		{"leap day", "form=x&preset=custom&from=&last=2024-02-28", "/?to=2024-02-29"},
		{"values in order, empty ones dropped", "form=x&preset=last_12_months&partner=ABC&partner=&role=lending&department=A,+B&basis=&compare=last_year", "/?role=lending&partner=ABC&department=A%2C+B"},
		{"comparison kept", "form=x&preset=last_12_months&compare=previous", "/?compare=previous"},
	} {
		t.Run(test.name, func(t *testing.T) {
			values, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := canonical("/", queries.PresetLast12Months, values); got != test.want {
				t.Errorf("%s\ngave %s\nwant %s", test.query, got, test.want)
			}
		})
	}
}

// Every preset of the bar, the same from a page that starts from another, and the ways to have none.
func TestEveryPresetHasOneAddress(t *testing.T) {
	term := queries.Term{Name: "Fall", FromMonth: 9, FromDay: 1, ToMonth: 12, ToDay: 20}
	presets := queries.Presets(date("2024-07-05"), 7, term)
	if len(presets) < 13 {
		t.Fatalf("%d presets", len(presets))
	}
	for _, start := range []string{queries.PresetLast12Months, queries.PresetAll} {
		for _, preset := range presets {
			values := url.Values{formKey: {start + "||"}, "preset": {preset.ID}, "from": {""}, lastKey: {""}}
			want := "/x?preset=" + preset.ID
			if preset.ID == start {
				want = "/x"
			}
			if got := canonical("/x", start, values); got != want {
				t.Errorf("%s from %s: %s, want %s", preset.ID, start, got, want)
			}
		}
	}
	if got := canonical("/x", queries.PresetAll, url.Values{formKey: {"x"}, "preset": {custom}}); got != "/x" {
		t.Errorf("no dates where everything is the start: %s", got)
	}
}

func TestCanonicalAddressHasOneOrder(t *testing.T) {
	want := "/?from=2024-01-01&to=2024-02-01&library=MAIN&role=lending&kind=loan&network=OCLC&partner=B&partner=A&department=X&patron_group=Y&source=illiad&basis=period&clock=business&compare=previous&order=-n"
	one, err := url.ParseQuery("order=-n&compare=previous&clock=business&basis=period&source=illiad&patron_group=Y&department=X&partner=B&partner=A&partner=&partner=B&network=OCLC&kind=loan&role=lending&library=MAIN&last=2024-01-31&from=2024-01-01&preset=custom&form=x")
	if err != nil {
		t.Fatal(err)
	}
	got := canonical("/", queries.PresetLast12Months, one)
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
	again, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if twice := address("/", again.Query()); twice != want {
		t.Errorf("written again it is %s", twice)
	}
}

func TestWhatIsSetCanBeTakenAway(t *testing.T) {
	partners := []string{"P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"}
	v := visitOf(queries.Filter{From: date("2024-01-01"), To: date("2024-02-01"), Role: []string{"lending"}, Partner: partners, Department: []string{hostile},
		Basis: queries.Period, Clock: queries.Business, AsOf: date("2024-03-01").Add(-time.Microsecond), Numbers: map[string]int{"grace_days": 3}}, compareLast)
	v.path, v.own = "/overdue", url.Values{orderKey: {"-n"}}
	got := v.chips()
	if len(got) != 1+8+1+5-1 {
		t.Fatalf("%d: %v", len(got), got)
	}
	for at, want := range map[int]string{0: "Role: Lending", 1: "Partner: P0", 7: "Partner: P6", 8: "Partner: 2 more", 9: "Department: " + shorten(hostile, 40), 10: "By day of outcome", 11: "Business days", 12: "as of 29 Feb 2024", 13: "Days of grace: 3"} {
		if got[at].Text != want {
			t.Errorf("chip %d says %q, want %q", at, got[at].Text, want)
		}
	}
	whole := v.query()
	for at, taken := range map[int]struct {
		key  string
		left int
	}{0: {"role", 0}, 1: {"partner", 8}, 8: {"partner", 7}, 9: {"department", 0}, 10: {"basis", 0}, 11: {"clock", 0}, 12: {"as_of", 0}, 13: {"grace_days", 0}} {
		there, err := url.Parse(got[at].URL)
		if err != nil {
			t.Fatal(err)
		}
		values := there.Query()
		if n := len(values[taken.key]); n != taken.left {
			t.Errorf("%s leaves %d of %s, want %d", got[at].Text, n, taken.key, taken.left)
		}
		for key, words := range whole {
			if key != taken.key && len(values[key]) != len(words) {
				t.Errorf("%s takes %s with it: %s", got[at].Text, key, there)
			}
		}
		if values.Get(orderKey) != "-n" || there.Path != "/overdue" {
			t.Errorf("%s loses the page or its order: %s", got[at].Text, there)
		}
	}
	if len(v.query()["partner"]) != len(partners) {
		t.Error("making the chips changed the question")
	}
	if plain := visitOf(queries.Filter{From: date("2024-01-01"), To: date("2024-02-01")}, compareNone); len(plain.chips()) != 0 {
		t.Errorf("nothing is set, and yet: %v", plain.chips())
	}
}

// Without a script the form, the chips and the lists are all there as plain HTML.
func TestFilterWithoutScript(t *testing.T) {
	site := testSite(t, testHistory(t))
	page := get(t, site, "/turnaround?role=lending&partner=XYZ&clock=business&compare=previous&grace_days=2&"+year).Body.String()
	for _, want := range []string{
		`<form class="filter" method="get" action="/turnaround"`, `<option value="previous" selected>`, `value="XYZ" checked`, `<option value="business" selected>`,
		`name="grace_days" value="2"`, `href="/turnaround?from=2023-07-01&amp;to=2024-07-01&amp;role=lending&amp;clock=business&amp;compare=previous&amp;grace_days=2">`,
		`Partner: XYZ<span aria-hidden="true"> ×</span>`, `<b>2</b></summary>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "<details class=\"fold\" open") {
		t.Error("the filter is unfolded on a narrow screen")
	}
	for _, path := range []string{"/", "/turnaround", "/fill-rate", "/overdue"} {
		if !strings.Contains(get(t, site, path).Body.String(), `<select name="compare">`) {
			t.Errorf("%s can't be compared", path)
		}
	}
}

func visitOf(filter queries.Filter, compare string) *visit {
	today := time.Date(2024, 7, 5, 0, 0, 0, 0, time.UTC)
	return &visit{Words: english, filter: filter, asked: filter, compare: compare,
		history: &history{AsOf: today.Add(12 * time.Hour), Today: today, FirstDay: today.AddDate(-5, 0, 0), LastDay: today, NRequests: 1}}
}

func date(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return day
}

func TestComparison(t *testing.T) {
	for _, test := range []struct{ from, to, compare, wantFrom, wantTo string }{
		{"2023-07-01", "2024-07-01", compareYear, "2022-07-01", "2023-07-01"},
		{"2023-07-01", "2024-07-01", compareLast, "2022-07-01", "2023-07-01"},
		{"2024-03-01", "2024-04-01", compareLast, "2024-02-01", "2024-03-01"},
		{"2024-03-01", "2024-04-01", compareYear, "2023-03-01", "2023-04-01"},
		{"2024-03-05", "2024-03-12", compareLast, "2024-02-27", "2024-03-05"},
		{"2024-01-01", "2025-01-01", compareYear, "2023-01-01", "2023-07-06"}, // half over: half a year against half a year
	} {
		got, ok := visitOf(queries.Filter{From: date(test.from), To: date(test.to)}, test.compare).earlier()
		if !ok || !got.From.Equal(date(test.wantFrom)) || !got.To.Equal(date(test.wantTo)) {
			t.Errorf("%s to %s, %s: %s to %s, %v; want %s to %s", test.from, test.to, test.compare,
				got.From.Format(time.DateOnly), got.To.Format(time.DateOnly), ok, test.wantFrom, test.wantTo)
		}
	}
	if _, ok := visitOf(queries.Filter{}, compareYear).earlier(); ok {
		t.Error("the whole history has nothing before it")
	}
	if _, ok := visitOf(queries.Filter{From: date("2024-01-01"), To: date("2024-02-01")}, compareNone).earlier(); ok {
		t.Error("a comparison that nobody asked for")
	}
}

func TestFilterSurvivesItsAddress(t *testing.T) {
	filter := queries.Filter{From: date("2024-01-01"), To: date("2024-02-01"), Role: []string{"lending"}, Department: []string{"A, B & C=D", `</script>`},
		Partner: []string{"ABC"}, Clock: queries.Business, Numbers: map[string]int{"grace_days": 3}}
	v := visitOf(filter, compareLast)
	address, err := url.Parse(v.to("/overdue"))
	if err != nil {
		t.Fatal(err)
	}
	values := address.Query()
	if values.Get(compareKey) != compareLast {
		t.Errorf("%s lost the comparison", address)
	}
	values.Del(compareKey)
	back, err := queries.ParseFilter(values)
	if err != nil {
		t.Fatal(err)
	}
	if back.Encode() != filter.Encode() {
		t.Errorf("%s came back as %s", filter.Encode(), back.Encode())
	}
}

func TestRowsAddress(t *testing.T) {
	columns := []queries.Column{{Name: "month"}, {Name: "department"}, {Name: "n"}}
	filter := queries.Filter{From: date("2024-01-15"), To: date("2024-03-01"), Role: []string{"borrowing"}, By: []string{"month", "department"}}
	for _, test := range []struct {
		row  []any
		want string
	}{
		{[]any{date("2024-01-01"), "Music", int64(3)}, "/rows/volume?from=2024-01-15&to=2024-02-01&role=borrowing&department=Music"},
		{[]any{date("2024-02-01"), "unknown", int64(3)}, "/rows/volume?from=2024-02-01&to=2024-03-01&role=borrowing&department=unknown"},
		{[]any{nil, "Music", int64(3)}, ""},
		{nil, "/rows/volume?from=2024-01-15&to=2024-03-01&role=borrowing"},
	} {
		if got := rowsAddress("volume", filter, columns, test.row); got != test.want {
			t.Errorf("%v: %s, want %s", test.row, got, test.want)
		}
	}
	if got := rowsAddress("volume", filter, []queries.Column{{Name: "reason"}}, []any{"lost"}); got != "/rows/volume?from=2024-01-15&to=2024-03-01&role=borrowing&reason=lost" {
		t.Errorf("a reason narrows the list: %s", got)
	}
	if got := rowsAddress("overdue", queries.Filter{}, []queries.Column{{Name: "side"}}, []any{"lending"}); got != "/rows/overdue?preset=all&role=lending" {
		t.Errorf("a side is a role: %s", got)
	}
}
