package dashboards

import (
	"net/url"
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
	if got := rowsAddress("volume", filter, []queries.Column{{Name: "reason"}}, []any{"lost"}); got != "" {
		t.Errorf("reason filters nothing, and yet: %s", got)
	}
	if got := rowsAddress("overdue", queries.Filter{}, []queries.Column{{Name: "side"}}, []any{"lending"}); got != "/rows/overdue?preset=all&role=lending" {
		t.Errorf("a side is a role: %s", got)
	}
}
