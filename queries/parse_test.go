package queries

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func date(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestParseFilter(t *testing.T) {
	for query, want := range map[string]Filter{
		"":                                {},
		"from=&role=&by=&department=":     {},
		"from=2026-07&to=2026-08-15":      {From: date("2026-07-01"), To: date("2026-08-15")},
		"by=month,role&by=role&by=kind":   {By: []string{"month", "role", "kind"}},
		"role=borrowing,lending":          {Role: []string{"borrowing", "lending"}},
		"partner=abc&partner=unknown":     {Partner: []string{"ABC", "unknown"}},
		"partner=+city,+state+&partner=":  {Partner: []string{"CITY, STATE"}},
		"library=abc":                     {Library: []string{"abc"}},
		"department=Arts%2C+Letters":      {Department: []string{"Arts, Letters"}},
		"basis=cohort&clock=calendar":     {},
		"basis=period&clock=business":     {Basis: Period, Clock: Business},
		"as_of=2026-07-01":                {AsOf: time.Date(2026, 7, 1, 23, 59, 59, 999999000, time.UTC)},
		"as_of=2026-07-01T12:00:00-04:00": {AsOf: time.Date(2026, 7, 1, 16, 0, 0, 0, time.UTC)},
		"grace_days=3&fiscal_start=4":     {Numbers: map[string]int{"grace_days": 3, "fiscal_start": 4}},
		"fiscal_start=7":                  {Numbers: map[string]int{"fiscal_start": 7}}, // the library may have settled another month
		"preset=fiscal_year":              {Preset: "fiscal_year"},
		"preset=fiscal_year&from=2026-01": {From: date("2026-01-01")},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseFilter(values)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", query, got, err, want)
		}
	}
}

func TestParseFilterSaysWhatIsAllowed(t *testing.T) {
	for query, want := range map[string]string{
		"form=2026-01":                "use one of from, to,",
		"by=months":                   "use one of day, week, month,",
		"role=borrower":               "use one of borrowing, lending, docdel",
		"kind=book":                   "use one of loan, copy, unknown",
		"basis=periods":               "use one of cohort, period",
		"clock=working":               "use one of calendar, business",
		"preset=yesterday":            "use one of last_full_month,",
		"from=1.7.2026":               "a date such as",
		"from=2026-02-30":             "a date such as",
		"from=2026-01&from=2026-02":   "one value, not 2",
		"from=2026-02&to=2026-02":     "must lie after from",
		"as_of=tomorrow":              "an instant such as",
		"grace_days=-1":               "from 0 to 3650",
		"fiscal_start=13":             "from 1 to 12",
		"side=lending":                "use one of from, to,",
		"department=a&patron_key=123": "use one of from, to,",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseFilter(values)
		if err == nil || ErrorCode(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one of code invalid that says %q", query, err, want)
		}
	}
}

// Every filter survives the way through a URL, and its text is always the same.
func TestFilterRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFilter(t)
		values, err := url.ParseQuery(f.Encode())
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseFilter(values)
		if err != nil {
			t.Fatalf("%s: %v", f.Encode(), err)
		}
		if !reflect.DeepEqual(f, again) || f.Encode() != again.Encode() {
			t.Fatalf("%s became %s:\n%+v\n%+v", f.Encode(), again.Encode(), f, again)
		}
	})
}

func drawFilter(t *rapid.T) Filter {
	words := func(label string, from *rapid.Generator[string]) []string {
		return rapid.SliceOfNDistinct(from, 0, 3, rapid.ID[string]).Draw(t, label)
	}
	code := rapid.StringMatching(`[A-Za-z0-9,\\;&+%]([A-Za-z0-9, \\;&+%]{0,6}[A-Za-z0-9,\\;&+%])?`) // trimmed, as ingest leaves it
	anyText := rapid.StringMatching(`[^\x00]{1,12}`)
	day := rapid.Custom(func(t *rapid.T) time.Time {
		return date("2000-01-01").AddDate(0, 0, rapid.IntRange(0, 20000).Draw(t, "day"))
	})
	f := Filter{
		Library:     words("library", code),
		Network:     words("network", code),
		Source:      words("source", code),
		Role:        words("role", rapid.SampledFrom([]string{"borrowing", "lending", "docdel"})),
		Kind:        words("kind", rapid.SampledFrom([]string{"loan", "copy", "unknown"})),
		Department:  words("department", anyText),
		PatronGroup: words("patron_group", anyText),
		Partner: words("partner", rapid.OneOf(rapid.SampledFrom([]string{"ABC", "unknown", "O'HARE", `A\,B`, ",", "A,B"}),
			rapid.Map(code, strings.ToUpper))),
		Outcome:    words("outcome", rapid.SampledFrom([]string{"filled", "unfilled", "cancelled", "open"})),
		Reason:     words("reason", code),
		By:         words("by", rapid.SampledFrom(dimensionNames())),
		Basis:      rapid.SampledFrom([]string{"", Period}).Draw(t, "basis"),
		Clock:      rapid.SampledFrom([]string{"", Business}).Draw(t, "clock"),
		Compare:    rapid.SampledFrom([]string{"", ComparePrevious, CompareLastYear}).Draw(t, "compare"),
		Definition: rapid.SampledFrom([]string{"", "metridoc"}).Draw(t, "definition"),
	}
	for _, option := range Options {
		if n := rapid.IntRange(option.Low, option.High).Draw(t, option.Name); rapid.Bool().Draw(t, "has "+option.Name) {
			if f.Numbers == nil {
				f.Numbers = map[string]int{}
			}
			f.Numbers[option.Name] = n
		}
	}
	for _, list := range []*[]string{&f.Library, &f.Network, &f.Source, &f.Role, &f.Kind, &f.Department, &f.PatronGroup, &f.Partner, &f.Outcome, &f.Reason, &f.By} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if rapid.Bool().Draw(t, "has from") {
		f.From = day.Draw(t, "from")
	}
	if to := day.Draw(t, "to"); rapid.Bool().Draw(t, "has to") && to.After(f.From) {
		f.To = to
	}
	if f.From.IsZero() && f.To.IsZero() {
		f.Preset = rapid.SampledFrom(append(presetIDs(), "")).Draw(t, "preset")
	}
	if rapid.Bool().Draw(t, "has as_of") {
		f.AsOf = day.Draw(t, "as_of").Add(time.Duration(rapid.Int64Range(1, 86400e6).Draw(t, "µs")-1) * time.Microsecond)
	}
	return f
}

func TestPresets(t *testing.T) {
	asOf := time.Date(2026, 5, 14, 9, 0, 0, 0, time.UTC)
	want := map[string][2]string{
		"last_full_month":        {"2026-04-01", "2026-05-01"},
		"previous_month":         {"2026-03-01", "2026-04-01"},
		"last_quarter":           {"2026-01-01", "2026-04-01"},
		"previous_quarter":       {"2025-10-01", "2026-01-01"},
		"last_12_months":         {"2025-05-01", "2026-05-01"},
		"previous_12_months":     {"2024-05-01", "2025-05-01"},
		"calendar_year":          {"2026-01-01", "2027-01-01"},
		"year_to_date":           {"2026-01-01", "2026-05-14"},
		"fiscal_year_to_date":    {"2025-07-01", "2026-05-14"},
		"previous_calendar_year": {"2025-01-01", "2026-01-01"},
		"fiscal_year":            {"2025-07-01", "2026-07-01"},
		"previous_fiscal_year":   {"2024-07-01", "2025-07-01"},
		"all":                    {"0001-01-01", "0001-01-01"},
	}
	for _, p := range Presets(asOf, 7) {
		if got := [2]string{dateText(p.From), dateText(p.To)}; got != want[p.ID] {
			t.Errorf("%s is %v, want %v", p.ID, got, want[p.ID])
		}
		delete(want, p.ID)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	// In the fiscal year's first month, whichever that is, the year is this one; the day after asOf's zone decides.
	if p, _ := findPreset("fiscal_year", asOf, 5, nil); dateText(p.From) != "2026-05-01" {
		t.Errorf("the fiscal year from May starts on %s", dateText(p.From))
	}
	tokyo := time.FixedZone("Tokyo", 9*3600)
	if p, _ := findPreset("last_full_month", time.Date(2026, 4, 30, 20, 0, 0, 0, time.UTC).In(tokyo), 7, nil); dateText(p.From) != "2026-04-01" {
		t.Errorf("on 1 May in Tokyo the last full month starts on %s", dateText(p.From))
	}
}

func TestResolvePrefersDatesAndAsOf(t *testing.T) {
	newest := date("2026-05-14")
	f := Filter{Preset: "last_full_month"}.Resolve(newest)
	if dateText(f.From) != "2026-04-01" || f.Preset != "" {
		t.Errorf("resolved to %+v", f)
	}
	f = Filter{Preset: "last_full_month", AsOf: date("2020-02-03")}.Resolve(newest)
	if dateText(f.From) != "2020-01-01" {
		t.Errorf("seen from 2020 the last full month starts on %s", dateText(f.From))
	}
}

func TestWords(t *testing.T) {
	metric := &Metric{Dated: ByBasis, Definitions: []Definition{{Name: "peer", Label: "Peer"}}}
	due := &Metric{Dated: ByDue, SQL: "select $grace_days + $return_transit_days -- $top\n-- $horizon"}
	list := &Metric{Dated: ByBasis, CohortOnly: true, Options: []string{"min_n"}}
	for _, c := range []struct {
		filter Filter
		metric *Metric
		want   string
	}{
		{Filter{}, metric, "requests created at any time"},
		{Filter{From: date("2026-07-01"), To: date("2026-08-01"), Role: []string{"lending", "docdel"}, Clock: Business}, metric,
			"requests created from 1 Jul 2026 to 31 Jul 2026; role lending or docdel; business days"},
		{Filter{From: date("2026-07-01"), To: date("2026-07-02")}, metric, "requests created on 1 Jul 2026"},
		{Filter{To: date("2026-07-01"), Numbers: map[string]int{"grace_days": 1, "return_transit_days": 5}}, due,
			"loans out at the date given; the rate: loans due until 30 Jun 2026; 1 day of grace; 5 days for the way back"},
		{Filter{Basis: Period}, metric, "requests created, and outcomes that happened, at any time"},
		{Filter{Basis: Period, By: []string{"fiscal_year", "department"}, Numbers: map[string]int{"min_n": 3, "horizon": 2, "fiscal_start": 4, "suppress_below": 0}}, list,
			"requests created at any time; fiscal year starts in month: 4; readers in the smallest group shown: 0; attempts for a rate of its own: 3"},
		{Filter{Numbers: map[string]int{"min_n": 3, "horizon": 2, "fiscal_start": 4, "suppress_below": 0}}, due, "loans out at the date given; the rate: loans due at any time"},
		{Filter{From: date("2024-02-01"), To: date("2024-03-01"), Compare: ComparePrevious, Definition: "peer"}, metric,
			"requests created from 1 Feb 2024 to 29 Feb 2024; compared with those from 1 Jan 2024 to 31 Jan 2024 at the same age; beside it Peer's definition"},
	} {
		if got := c.filter.Words(c.metric); got != c.want {
			t.Errorf("%s: %q, want %q", c.filter.Encode(), got, c.want)
		}
	}
}
