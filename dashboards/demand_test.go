package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// firstCells are the first cells of the rows of a figure's list.
func firstCells(t *testing.T, page, id string) []string {
	t.Helper()
	_, figure, found := strings.Cut(page, `<figure id="`+id+`"`)
	if !found {
		t.Fatalf("there is no figure %s", id)
	}
	figure, _, _ = strings.Cut(figure, "</figure>")
	var cells []string
	for _, match := range regexp.MustCompile(`<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]*)`).FindAllStringSubmatch(figure, -1) {
		cells = append(cells, match[1])
	}
	return cells
}

func TestDemandAndCollections(t *testing.T) {
	site := testSite(t, testHistory(t))
	for _, test := range []struct {
		path      string
		status    int
		want, not []string
	}{
		{"/demand?wait=1&" + year, 200, []string{"1 open, 1 of them older than their target, as of 5 Jul 2024", ">r8<", "How many requests will come in?",
			"n 8 requests by the library’s clock", "Which open requests should be looked at first?"}, []string{">r1<"}},
		{"/demand?wait=1&lang=&role=lending&" + year, 400, []string{"lang is one of"}, nil},
		{"/demand?wait=1&role=lending&" + year, 200, []string{"No request is open as of 5 Jul 2024."}, []string{">r8<"}},
		{"/demand?wait=1&list=open&order=moon&" + year, 200, []string{"There is no column moon to sort by."}, []string{">r8<"}},
		{"/demand?wait=1&offset=-1", 400, []string{"offset is a whole number"}, nil},
		{"/collections?wait=1&" + year, 200, []string{"None of the", "at least 3 requests of at least 2 different readers", "No journal is near the limit in 2024.",
			"None of the 3 filled requests has a cost in this export.", "&lt;/script&gt;", "Which titles do we borrow again and again?"}, nil},
		{"/collections?wait=1&contu_limit=0&" + year, 200, []string{"The rule is turned off: its limit is 0."}, nil},
		{"/collections?wait=1&from=1990-01-01&to=1991-01-01", 200, []string{"There are no requests from 1 Jan 1990 to 31 Dec 1990"}, nil},
	} {
		response := get(t, site, test.path)
		body := response.Body.String()
		if response.Code != test.status {
			t.Errorf("%s: status %d, want %d", test.path, response.Code, test.status)
		}
		for _, want := range test.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", test.path, want)
			}
		}
		for _, not := range append(test.not, "<script>alert", "-4242424242", "NaN", "%!", "in unknown") {
			if strings.Contains(body, not) {
				t.Errorf("%s holds %q", test.path, not)
			}
		}
	}
}

// Of thirty more open requests r100 is the youngest and r129 the oldest.
func TestListsAreSortedAndPagedHere(t *testing.T) {
	files := testHistory(t)
	var more []string
	for i := range 30 {
		more = append(more, fmt.Sprintf(`(%d, 'r%d', timestamp '2024-07-01 12:00' - interval '%d hours', %s)`, 100+i, 100+i, i, map[bool]string{true: "null", false: "'P" + fmt.Sprint(i%3) + "'"}[i%4 == 0]))
	}
	load(t, files, `insert into request by name
		select id::bigint as request_id, 'MAIN' as library, 'generic' as source, name as source_id, 'borrowing' as role, 'copy' as kind, 'sent' as status,
			created as created_at, created as last_change_at, partner, 'sent raw' as status_raw, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
		from (values `+strings.Join(more, ", ")+`) as t (id, name, created, partner)`)
	site := testSite(t, files)
	page := func(query string) []string {
		return firstCells(t, get(t, site, "/demand?wait=1&preset=all"+query).Body.String(), "open")
	}
	first := page("")
	if len(first) != listedPerPage || !slices.Contains(first, "r129") {
		t.Fatalf("the first page has %d requests: %v", len(first), first)
	}
	second := page("&list=open&offset=25")
	if len(second) != 6 || slices.ContainsFunc(second, func(id string) bool { return slices.Contains(first, id) }) {
		t.Errorf("the second page: %v", second)
	}
	if beyond := page("&list=open&offset=5000"); !slices.Equal(beyond, second) {
		t.Errorf("a page beyond the last is not the last: %v", beyond)
	}
	youngest := page("&list=open&order=age_days")
	if youngest[0] != "r100" || youngest[1] != "r101" {
		t.Errorf("by age: %v", youngest)
	}
	if oldest := page("&list=open&order=-age_days"); oldest[0] != "r8" || oldest[1] != "r129" {
		t.Errorf("by age, the oldest first: %v", oldest)
	}
	if other := page("&list=anomalies&order=-month&offset=25"); !slices.Equal(other, first) {
		t.Errorf("an order of another list moved this one: %v", other)
	}
}

func TestOpenCells(t *testing.T) {
	words := locale.Find("en")
	v := &visit{Words: words}
	result := &queries.Result{Columns: []queries.Column{{Name: "role"}, {Name: "partner"}, {Name: "need_by"}, {Name: "rush"}, {Name: "days_over"}}}
	day := time.Date(2025, 7, 4, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		row    []any
		column int
		want   string
	}{
		{[]any{"borrowing", "unknown", nil, false, 0.0}, 1, "none yet"},
		{[]any{"docdel", "unknown", nil, false, 0.0}, 1, noValue},
		{[]any{"borrowing", "unknown", nil, false, 0.0}, 4, noValue},
		{[]any{"borrowing", "unknown", day, true, 0.0}, 2, words.Date(day) + " rush"},
		{[]any{"borrowing", "unknown", nil, true, 0.0}, 2, "rush"},
	} {
		if got, ok := v.openCell(result, test.row, result.Columns[test.column]); !ok || got.Text != test.want {
			t.Errorf("%v: %q, want %q", test.row, got.Text, test.want)
		}
	}
}

// Candidates come first in a list that was cut: their count is whole unless they fill it.
func TestPartOf(t *testing.T) {
	v := &visit{Words: locale.Find("en")}
	result := &queries.Result{Filter: queries.Filter{Numbers: map[string]int{"top": 2}}, Rows: [][]any{{1}, {2}}}
	if got := v.partOf(result, 1, "1 title"); got != "1 title" {
		t.Error(got)
	}
	if got := v.partOf(result, 2, "2 titles"); !strings.HasPrefix(got, "at least 2 titles") {
		t.Error(got)
	}
}

func TestInOrder(t *testing.T) {
	result := &queries.Result{Columns: []queries.Column{{Name: "name", Type: queries.Text}, {Name: "n", Type: queries.Integer}}}
	rows := [][]any{{"b", int64(2)}, {"A", nil}, {nil, int64(10)}, {"c", int64(1)}}
	for order, want := range map[string]string{
		"": "b A <nil> c", "name": "A b c <nil>", "-name": "c b A <nil>", "n": "c b <nil> A", "-n": "<nil> b c A",
	} {
		sorted, err := inOrder(result, rows, order)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range sorted {
			got = append(got, fmt.Sprint(row[0]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", order, got, want)
		}
	}
	if _, err := inOrder(result, rows, "moon"); err == nil {
		t.Error("an unknown column was sorted by")
	}
}
