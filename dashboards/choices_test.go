package dashboards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/queries"
)

type choicesAnswer struct {
	Dimension string
	Total     int
	Choices   []foundChoice
}

func askChoices(t *testing.T, site http.Handler, dimension, q string) choicesAnswer {
	t.Helper()
	response := get(t, site, choicesPath+dimension+"?"+url.Values{"q": {q}}.Encode())
	if response.Code != http.StatusOK || !strings.HasPrefix(response.Header().Get("Content-Type"), "application/json") {
		t.Fatalf("%s %q: status %d, %s", dimension, q, response.Code, response.Header().Get("Content-Type"))
	}
	var answer choicesAnswer
	if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func labels(found []foundChoice) string {
	var list []string
	for _, choice := range found {
		list = append(list, choice.Label)
	}
	return strings.Join(list, "|")
}

func TestChoices(t *testing.T) {
	files := testHistory(t)
	load(t, files, `insert into request by name
		select 1000 + i as request_id, 'MAIN' as library, 'generic' as source, 's' || i as source_id, 'lending' as role, 'copy' as kind, 'unfilled' as status,
			timestamp '2024-05-10 12:00:00' as created_at, timestamp '2024-05-11 12:00:00' as closed_at, timestamp '2024-05-11 12:00:00' as last_change_at,
			case when i = 3000 then 'ÉCOLE' when i = 3001 then 'HAUTE ÉCOLE' when i = 3002 then 'BIBLIOÉCOLE' else 'P' || lpad(i::varchar, 4, '0') end as partner,
			'unfilled raw' as status_raw, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
		from range(3003) t(i)`)
	site := testSite(t, files)

	if all := askChoices(t, site, "partner", ""); all.Dimension != "partner" || len(all.Choices) != foundChoices || all.Total < 3003 || all.Choices[0].Label != "ABC" {
		t.Errorf("without words: %d of %d, the first %+v; want the %d most frequent of over 3003", len(all.Choices), all.Total, all.Choices[0], foundChoices)
	}
	for _, test := range []struct {
		dimension, q, want string
		total              int
	}{
		{"partner", "p2718", "P2718", 1},
		{"partner", " P2718 ", "P2718", 1},
		{"partner", "ecole", "ÉCOLE|HAUTE ÉCOLE|BIBLIOÉCOLE", 3}, // its beginning, the beginning of a word, the rest
		{"partner", "École", "ÉCOLE|HAUTE ÉCOLE|BIBLIOÉCOLE", 3},
		{"partner", "moon", "", 0},
		{"partner", "%", "", 0},
		{"partner", "' or 1=1", "", 0},
		{"partner", "\x00\xff", "", 0},
		{"partner", "unkn", "Unknown", 1},
		{"department", hostile, hostile, 1},
		{"department", "HIST", "History", 1},
		{"role", "document", "Document delivery", 1}, // by what it is called
		{"role", "docdel", "Document delivery", 1},
	} {
		found := askChoices(t, site, test.dimension, test.q)
		if labels(found.Choices) != test.want || found.Total != test.total {
			t.Errorf("%s %q: %s, %d in all; want %s, %d", test.dimension, test.q, labels(found.Choices), found.Total, test.want, test.total)
		}
	}
	for _, group := range []string{"department", "patron_group"} {
		for _, choice := range askChoices(t, site, group, "").Choices {
			if choice.N != 0 {
				t.Errorf("%s %s: %d requests are told, which no figure would where its readers are few", group, choice.Label, choice.N)
			}
		}
	}
	long := askChoices(t, site, "department", "very long")
	if len(long.Choices) != 1 || len(long.Choices[0].Value) < 9000 || len(long.Choices[0].Label) > 70 {
		t.Errorf("a name of 10,000 characters: %.200v", long.Choices)
	}
	if body := get(t, site, choicesPath+"department?q=script").Body.String(); strings.Contains(body, "</script>") {
		t.Errorf("markup as it is: %s", body)
	}
	for _, dimension := range []string{"moon", "month", "patron_key", "partner_group"} {
		if response := get(t, site, choicesPath+dimension); response.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", dimension, response.Code)
		}
	}

	page := get(t, site, "/?partner=P2718").Body.String()
	if n := strings.Count(page, `name="partner"`); n != listedChoices+2 {
		t.Errorf("%d controls of partners; want %d and the one chosen as boxes, and a field", n, listedChoices)
	}
	for _, want := range []string{`data-choices="/choices/partner"`, `value="P2718" checked`, `<input type="text" name="partner">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestSearchPutsTheMostFrequentFirst(t *testing.T) {
	var known []searchable
	for i, value := range []string{"Art", "Art history", "Liberal arts", "Cartography"} {
		known = append(known, searchable{queries.Choice{Value: value, N: int64(i + 1)}, folded(value)})
	}
	found, total := search(known, "ART", func(value string) string { return value })
	if got := labels(found); got != "Art history|Art|Liberal arts|Cartography" || total != 4 {
		t.Errorf("%s of %d", got, total)
	}
}

func TestFolded(t *testing.T) {
	for text, want := range map[string]string{"São Paulo": "sao paulo", "ŁÓDŹ": "łodz", "Straße": "strasse", "ﬁne": "fine", "北京": "北京", "\xff": "\ufffd"} {
		if got := folded(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if fmt.Sprint(folded("")) != "" {
		t.Error("something of nothing")
	}
}
