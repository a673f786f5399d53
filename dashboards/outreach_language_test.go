package dashboards

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries/impact"
)

// readIn asks for a page in a language.
func readIn(t *testing.T, site http.Handler, language, address string) string {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	request.Host = "127.0.0.1:8080"
	request.Header.Set("Accept-Language", language)
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		t.Fatalf("%s: %d\n%s", address, recorder.Code, recorder.Body)
	}
	return html.UnescapeString(recorder.Body.String())
}

// A reader of Portuguese reads no sentence of a report in English; its file stays as it is for all.
func TestReportsInTheReadersLanguage(t *testing.T) {
	site, _ := recordSite(t, testHistory(t))
	if response := send(t, site, "/outreach/new", visits()); response.Code != http.StatusSeeOther {
		t.Fatalf("recording: %d\n%s", response.Code, response.Body)
	}
	address := "/outreach/meet-your-librarian"
	file := readIn(t, site, "pt-BR", address+"/report.json")
	if file != readIn(t, site, "en", address+"/report.json") {
		t.Error("the file is not alike for all")
	}
	var report struct {
		Verdict  impact.Verdict
		Checks   []impact.Check
		Refusals []impact.Refusal
	}
	if err := json.Unmarshal([]byte(file), &report); err != nil {
		t.Fatal(err)
	}
	sentences := []string{report.Verdict.Text}
	for _, c := range report.Checks {
		sentences = append(sentences, c.Label, c.Detail)
	}
	for _, r := range report.Refusals {
		sentences = append(sentences, r.Reason, r.Needed)
	}
	english, portuguese := readIn(t, site, "en", address), readIn(t, site, "pt-BR", address)
	list := readIn(t, site, "pt-BR", "/outreach")
	for _, sentence := range sentences {
		if sentence != report.Verdict.Text && !strings.Contains(english, sentence) {
			t.Errorf("the English page lacks %q", sentence)
		}
		if strings.Contains(portuguese, sentence) || strings.Contains(list, sentence) {
			t.Errorf("the Portuguese pages hold %q", sentence)
		}
	}
	for _, want := range []string{"dá para dizer", "A janela terminou", "Histórico suficiente"} {
		if !strings.Contains(portuguese, want) {
			t.Errorf("the page of the campaign lacks %q", want)
		}
	}
	if !strings.Contains(list, "dá para dizer") {
		t.Error("the list does not say the verdict in Portuguese")
	}

	form := visits()
	plan := "/outreach/plan?" + url.Values{"start": form["start"], "last": form["last"], "target.departments": {"History"}, "comparison.departments": {"Music"}, "outcome": {"requests"}, "roles": {"borrowing"}}.Encode()
	if page := readIn(t, site, "pt-BR", plan); strings.Contains(page, "Whether this") || strings.Contains(page, "The record") || !strings.Contains(page, "campanha") {
		t.Error("the planner answers in English")
	}
}

// What a record's history says is told as the form says it; what people typed stays.
func TestEditsInTheReadersLanguage(t *testing.T) {
	w := locale.Find("pt-BR")
	for _, c := range [][3]string{
		{"start", "2024-09-01", "1 de set. de 2024"}, {"end", "last day 2024-12-31", "último dia 31 de dez. de 2024"}, {"end", "lasting", "sem fim"}, {"per_head", "yes", "sim"},
		{"carry_over_months", "1 month", "1 mês"}, {"carry_over_months", "3 months", "3 meses"}, {"outcome", "Fill rate", "Taxa de atendimento"},
		{"target.departments", "none", "nada"}, {"notes", "lasting", "lasting"}, {"name", "Meet your librarian", "Meet your librarian"},
	} {
		if got := editWords(w, c[0], c[1]); got != c[2] {
			t.Errorf("%s %q is told as %q, want %q", c[0], c[1], got, c[2])
		}
	}
	if got := fieldWords(w, "target.departments"); got != w.Text("form.target.departments") {
		t.Errorf("the field is called %q", got)
	}
}
