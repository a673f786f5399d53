package dashboards

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

const oddPartner = "A/B%C?&#\"<É\u202e"

// partnersHistory has a partner whose symbol is hard on addresses, and one that was only ever asked.
func partnersHistory(t *testing.T) *store.Files {
	t.Helper()
	files := testHistory(t)
	load(t, files,
		"update request set partner = '"+oddPartner+"' where source_id in ('r3', 'r6')",
		"update request set partner = '"+strings.ToUpper(hostile)+"' where source_id = 'r10'",
		"update request set rota = 'NEVER,ABC' where source_id = 'r2'")
	return files
}

func TestPartners(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	card := "/partners/card?" + year + "&partner="
	for _, test := range []struct {
		name, path string
		status     int
		want, not  []string
	}{
		{"the table", "/partners?" + year, 200, []string{"<h2>Which partners can we count on?</h2>", `aria-sort="none"`, "/partners/card?from=2023-07-01&amp;to=2024-07-01&amp;partner=ABC", ", few", "we take more than we give."}, nil},
		{"in another order", "/partners?list=scorecard&order=-lent&" + year, 200, []string{`aria-sort="descending"`}, nil},
		{"in no order", "/partners?list=scorecard&order=patron_key&" + year, 200, []string{"There is no column patron_key to sort by."}, nil},
		{"found by name", "/partners?q=xyz-abc&" + year, 200, []string{"No partner of this time has “xyz-abc” in its name."}, nil},
		{"found in any case", "/partners?q=ab&" + year, 200, []string{"partners with “ab” in the name", ">ABC</a>", "list=scorecard&amp;order=-lent&amp;q=ab"}, []string{">XYZ</a>"}},
		{"hostile search", "/partners?q=" + url.QueryEscape(hostile), 200, []string{"&lt;/script&gt;"}, nil},
		{"nobody in this time", "/partners?from=1990-01-01&to=1991-01-01", 200, []string{"There are no requests from"}, nil},
		{"narrowed", "/partners?partner=ABC&" + year, 200, []string{"one partner’s own numbers", "/partners/card?"}, nil},
		{"a partner", card + "ABC", 200, []string{"Partner ABC", "How often does it fill, of the attempts?", "No contact is known", "n 1 unfilled or cancelled", "/rows/partners?from=2023-07-01&amp;to=2024-07-01&amp;partner=ABC", "/overdue?"}, []string{`name="partner" value="XYZ"`}},
		{"odd symbol", card + url.QueryEscape(oddPartner), 200, []string{"A/B%C?&amp;#&#34;&lt;É"}, nil},
		{"hostile symbol", card + url.QueryEscape(hostile), 200, []string{"&lt;/SCRIPT&gt;"}, nil},
		{"hostile symbol of nobody", card + url.QueryEscape(hostile+"X"), 404, []string{"knows no partner"}, nil},
		{"only asked", card + "NEVER", 200, []string{"Partner NEVER"}, nil},
		{"unknown", card + "NOBODY%2F..%2F", 404, []string{"The history knows no partner NOBODY/../."}, nil},
		{"no partner", "/partners/card?" + year, 400, []string{"needs the one partner"}, nil},
		{"two partners", card + "ABC&partner=XYZ", 400, []string{"needs the one partner"}, nil},
		{"not in this time", "/partners/card?partner=ABC&from=1990-01-01&to=1991-01-01", 200, []string{"Nothing was asked of this partner"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := get(t, site, test.path)
			body := answer.Body.String()
			if answer.Code != test.status {
				t.Fatalf("%s: status %d, want %d", test.path, answer.Code, test.status)
			}
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("%s does not say %q", test.path, want)
				}
			}
			for _, not := range append(test.not, "<script>alert", "<SCRIPT>ALERT", "-4242424242", "%!", "NaN", "internal_tile", "could not be computed") {
				if strings.Contains(body, not) {
					t.Errorf("%s says %q", test.path, not)
				}
			}
		})
	}
}

// A partner's page stays with its partner whatever else the filter is changed to, and its way out leads to all partners.
func TestPartnersPageKeepsItsPartner(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	body := get(t, site, "/partners/card?partner=ABC&"+year).Body.String()
	if !strings.Contains(body, `<input type="hidden" name="partner" value="ABC">`) {
		t.Error("the filter form forgets the partner")
	}
	if strings.Contains(body, `type="checkbox" name="partner"`) {
		t.Error("the filter form offers other partners beside the one")
	}
	if !strings.Contains(body, `href="/partners?from=2023-07-01&amp;to=2024-07-01"`) {
		t.Error("there is no way back to all partners for the same time")
	}
	answer := get(t, site, "/partners/card?form=custom%7C%7C&preset=all&from=&last=&partner=ABC&kind=loan")
	if answer.Code != http.StatusSeeOther && answer.Code != http.StatusFound || !strings.Contains(answer.Header().Get("Location"), "partner=ABC") {
		t.Errorf("the form leads to %d %s", answer.Code, answer.Header().Get("Location"))
	}
}

func TestPartnersInPortuguese(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	for path, wants := range map[string][]string{
		"/partners?" + year:                  {"Com quais parceiras podemos contar?", "recebemos mais do que damos", "poucas"},
		"/partners/card?partner=ABC&" + year: {"Parceira ABC", "Com que frequência ela atende, por tentativa?", "Nenhum contato"},
		"/fill-rate?" + year:                 {"O que acontece com o que recebemos?", "Recebidos"},
	} {
		answer := ask(t, site, path, "pt-BR", "").Body.String()
		for _, want := range wants {
			if !strings.Contains(answer, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		for _, not := range []string{"Which partners", "answers", "Fair fill rate", "Lent<"} {
			if strings.Contains(answer, not) {
				t.Errorf("%s says %q in Portuguese", path, not)
			}
		}
	}
}

// What flows on from what was received adds up to it, whatever the side, time and basis.
func TestFlowAddsUpToAllReceived(t *testing.T) {
	files := partnersHistory(t)
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	compute := func(id string, filter queries.Filter) *queries.Result {
		metric, err := catalog.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		result, err := queries.Run(t.Context(), snapshot, metric, filter)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	seen := 0.0
	for _, query := range []string{"role=borrowing", "role=lending", "role=docdel", year + "&role=borrowing", "role=borrowing&basis=period", "role=borrowing&partner=ABC"} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		filter, err := queries.ParseFilter(values)
		if err != nil {
			t.Fatal(err)
		}
		received, reasons := compute("volume", filter), compute("reasons", filter)
		all := total(received, "n_requests")
		if filter.IsPeriod() { // by the day on which they ended: those that are open have none
			all = total(received, "n_filled") + total(received, "n_unfilled") + total(received, "n_cancelled")
		}
		shown := withSupplied(reasons, received)
		if got := total(shown, "n"); got != all {
			t.Errorf("%s: %v flow on of %v received", query, got, all)
		}
		drawn := chart.Draw(chart.Spec{Kind: chart.Sankey, Format: chart.Count, Steps: []string{"outcome", "reason"}, Y: []string{"n"}}, shown)
		if all > 0 && drawn.Sankey.Nodes[0].Value != all {
			t.Errorf("%s: the chart begins with %v of %v", query, drawn.Sankey.Nodes[0].Value, all)
		}
		onward := 0.0
		for _, l := range drawn.Sankey.Links {
			if l.From == 0 {
				onward += l.Value
			}
		}
		if onward != all {
			t.Errorf("%s: %v leave the whole of %v", query, onward, all)
		}
		seen += all
	}
	if seen < 20 {
		t.Errorf("only %v requests were looked at", seen)
	}
}

// The busiest come first and nobody unknown stands among them.
func TestBusiest(t *testing.T) {
	r := &queries.Result{Columns: []queries.Column{{Name: "partner"}, {Name: "lent"}, {Name: "borrowed"}},
		Rows: [][]any{{"A", int64(1), int64(1)}, {queries.Unknown, int64(90), int64(90)}, {"B", int64(0), int64(9)}, {"C", int64(0), int64(0)}, {"D", int64(5), int64(0)}}}
	var names []string
	for _, row := range busiest(r).Rows {
		names = append(names, chart.Text(row[0]))
	}
	if !slices.Equal(names, []string{"B", "D", "A"}) {
		t.Errorf("busiest: %v", names)
	}
}

// Each tile of the partner pages can be asked for alone, as the page's script does where one is late.
func TestPartnersTilesAlone(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	for path, tiles := range map[string][]string{
		"/partners?" + year:                  {"lead", "scorecard", "speed", "reciprocity"},
		"/partners/card?partner=ABC&" + year: {"card", "attempts", "fill", "waits-loan", "waits-copy", "reasons-borrowing", "todo-late-lending"},
		"/fill-rate?" + year:                 {"flow", "reasons", "first", "first-partner"},
	} {
		for _, tile := range tiles {
			answer := get(t, site, path+"&tile="+tile)
			body := strings.TrimSpace(answer.Body.String())
			if answer.Code != http.StatusOK || !strings.Contains(body, `id="`+tile+`"`) || strings.Contains(body, "<html") || strings.Contains(body, "data-late") {
				t.Errorf("%s, tile %s: %d %.200s", path, tile, answer.Code, body)
			}
		}
	}
}

// A partner like most others is said to be as good as they are, not better than none.
func TestPartnerLikeTheOthers(t *testing.T) {
	p := &onePartner{&visit{Words: locale.Find("en")}, "A"}
	column := queries.Column{Name: "expired_share", Unit: queries.Share, Better: "lower"}
	others := &queries.Result{Columns: []queries.Column{{Name: "partner"}, column}}
	for name, share := range map[string]float64{"B": 0, "C": 0, "D": 0, "E": 0.2} {
		others.Rows = append(others.Rows, []any{name, share})
	}
	if got := p.beside(others, column, 0.0001); !slices.Equal(got, []string{"as good as the middle of the others (0.0%)"}) {
		t.Errorf("alike: %q", got)
	}
	if got := p.beside(others, column, 0.2); !slices.Equal(got, []string{"middle of the others 0.0%", "better than 0 of 4, as good as 1"}) {
		t.Errorf("the last, with another: %q", got)
	}
}

// What a basis has no part in says so, and only there.
func TestCohortOnlySaysSo(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	for _, path := range []string{"/partners?", "/partners/card?partner=ABC&"} {
		if note := "the choice “By day of outcome” has no part in this"; !strings.Contains(get(t, site, path+year+"&basis=period").Body.String(), note) || strings.Contains(get(t, site, path+year).Body.String(), note) {
			t.Errorf("%s does not say what a basis does, or says it always", path)
		}
	}
}

// On the borrowing side a partner's fill rate is of the attempts, as on its own page.
func TestFillRateByPartnerIsOfTheAttempts(t *testing.T) {
	site := testSite(t, partnersHistory(t))
	body := get(t, site, "/fill-rate?role=borrowing&tile=partner&"+year).Body.String()
	if !strings.Contains(body, "How often does each partner fill, of the attempts?") || strings.Contains(body, "/download/fill_rate") {
		t.Errorf("borrowing: %.300s", body)
	}
	if body := get(t, site, "/fill-rate?role=lending&wait=1").Body.String(); strings.Contains(body, "of the attempts?") {
		t.Error("lending has attempts of its own")
	}
}

func TestNamedOnly(t *testing.T) {
	r := &queries.Result{Columns: []queries.Column{{Name: "partner"}, {Name: "fill_rate"}}, Rows: [][]any{{"A", 0.5}, {queries.Unknown, 1.0}}}
	named, left := namedOnly(locale.Find("en"), r, "partner")
	if len(named.Rows) != 1 || len(left) != 1 {
		t.Errorf("shown %v, left out %v", named.Rows, left)
	}
	r.Rows = r.Rows[1:]
	if named, left := namedOnly(locale.Find("en"), r, "partner"); len(named.Rows) != 1 || len(left) != 0 {
		t.Errorf("where there is nobody else: %v, left out %v", named.Rows, left)
	}
}

func TestMovingMonths(t *testing.T) {
	for marks, want := range map[string]int{"..x": 1, ".xx": 2, "x..": 0, "xxx": 0, "...": 0, ".x.": 0} {
		r := &queries.Result{Columns: []queries.Column{{Name: "month"}, {Name: "provisional"}}}
		for i, mark := range marks {
			r.Rows = append(r.Rows, []any{time.Date(2024, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC), mark == 'x'})
		}
		if got := movingMonths(r); len(got) != want {
			t.Errorf("%s: %v, want %d", marks, got, want)
		}
	}
}

// What was supplied without a lender passes no stages and is counted beside those that do.
func TestStagesNameWhatNoLenderSupplied(t *testing.T) {
	files := testHistory(t)
	load(t, files, "update request set filled_by = 'open_access' where source_id = 'r3'")
	if body := get(t, testSite(t, files), "/turnaround?role=borrowing&tile=stages-copy&preset=all").Body.String(); !strings.Contains(body, "of 2 filled; 1 supplied without a lender pass no stages") {
		t.Errorf("%.400s", body)
	}
}
