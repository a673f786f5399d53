package dashboards

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// settingsSite is a site whose settings stand beside its history.
func settingsSite(t *testing.T, files *store.Files) (http.Handler, *settings.Book) {
	t.Helper()
	book, err := settings.Open(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	site, err := New(Options{Patience: time.Minute, Store: files, Settings: book, Addr: "127.0.0.1:8080", Version: "v-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return site, book
}

func settle(t *testing.T, book *settings.Book, change func(*settings.Settings)) {
	t.Helper()
	s, err := book.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	if _, err = book.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

var (
	inputs  = regexp.MustCompile(`<input[^>]* name="([^"]+)" value="([^"]*)"`)
	chosen  = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	selects = regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>`)
)

// sentForm is the form of a page as a browser sends it, the text of its buttons left out.
func sentForm(t *testing.T, page string) url.Values {
	t.Helper()
	_, page, ok := strings.Cut(page, `<form class="record"`)
	if !ok {
		t.Fatalf("there is no form:\n%.600s", page)
	}
	values := url.Values{}
	for _, input := range inputs.FindAllStringSubmatch(page, -1) {
		values.Add(input[1], unescape(input[2]))
	}
	for _, choice := range selects.FindAllStringSubmatch(page, -1) {
		if found := chosen.FindStringSubmatch(choice[2]); found != nil {
			values.Set(choice[1], unescape(found[1]))
		}
	}
	return values
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(text)
}

func TestSettingsPage(t *testing.T) {
	files := testHistory(t)
	site, book := settingsSite(t, files)
	page := get(t, site, "/settings").Body.String()
	for _, want := range []string{"<title>Settings", `name="library.0" value=""`, "are kept in the zone America/New_York, as its first load said", "Borrowed loans", `name="target.borrowing.loan" value="10"`,
		`name="suppress_below" value="5"`, "Links that name a number keep theirs", "Usual: 365.", `<option value="7" selected>Jul</option>`, `aria-current="page">Settings`, "fillrate ingest --tz"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "What was changed, and when") {
		t.Error("the page tells of changes, and there was none")
	}
	unchanged := sentForm(t, page)
	if response := send(t, site, "/settings", unchanged); response.Code != http.StatusSeeOther || response.Header().Get("Location") != "/settings?saved=1" {
		t.Fatalf("sent as it was: %d to %q", response.Code, response.Header().Get("Location"))
	}
	if s, err := book.Get(t.Context()); err != nil || s.Revision != 0 {
		t.Errorf("sent as it was it changed something: %+v, %v", s, err)
	}

	form := sentForm(t, page)
	for name, value := range map[string]string{"library.0": "Main <Library>", "zone": "America/Sao_Paulo", "language": "pt-BR", "date_style": "iso", "fiscal_start": "1", "grace_days": "3",
		"terms.1.name": "Winter", "terms.1.from": "12-19", "terms.1.to": "2-29", "target.borrowing.loan": "1.5", "weight.0": "80"} {
		if !form.Has(name) {
			t.Fatalf("the form has no %s", name)
		}
		form.Set(name, value)
	}
	if response := send(t, site, "/settings", form); response.Code != http.StatusSeeOther {
		t.Fatalf("saving: %d\n%s", response.Code, response.Body)
	}
	got, err := book.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(settings.Settings{Language: "pt-BR", DateStyle: "iso", Zone: "America/Sao_Paulo", LibraryNames: map[string]string{"MAIN": "Main <Library>"},
		Terms: []queries.Term{{Name: "Winter", FromMonth: 12, FromDay: 19, ToMonth: 2, ToDay: 29}}, Numbers: map[string]int{"fiscal_start": 1, "grace_days": 3}, Revision: 1}, got); diff != "" {
		t.Error(diff)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	service, err := settings.Targets(t.Context(), snapshot)
	if err != nil || snapshot.Generation != 2 || service.Days("borrowing", "loan") != 1.5 || !cmp.Equal(service.Weights, []settings.Weight{{Group: "Faculty", Weight: 80}}) {
		t.Errorf("generation %d: %+v, %v", snapshot.Generation, service, err)
	}
	page = get(t, site, "/settings?saved=1").Body.String()
	for _, want := range []string{`<html lang="pt-BR"`, "Salvo.", "O que foi mudado, e quando", "Meta: Empréstimos", "Peso de Faculty", `name="terms.1.to" value="02-29"`, `value="Main &lt;Library&gt;"`, `name="revision" value="1"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page in Portuguese lacks %q", want)
		}
	}
	imports := ask(t, site, "/data", "en", "en").Body.String()
	if !strings.Contains(imports, "target.borrowing.loan: 1.5 days, was 10") {
		t.Error("the page of imports does not say that the targets were changed")
	}
	for address, want := range map[string]string{"/fill-rate?library=MAIN&preset=all": "Main &lt;Library&gt;", "/catalog/volume?by=library&preset=all": ` title="MAIN">`} {
		if page := ask(t, site, address, "en", "en").Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s lacks the name of the library in place of its code: %q", address, want)
		}
	}
	if csv := get(t, site, "/download/volume.csv?by=library").Body.String(); !strings.Contains(csv, "MAIN,") {
		t.Errorf("a file has not the library's code: %s", csv)
	}
}

// What was typed stays, and what is wrong stands beside it and in front; nothing of it is saved.
func TestWrongSettingsAreKept(t *testing.T) {
	files := testHistory(t)
	site, book := settingsSite(t, files)
	form := sentForm(t, get(t, site, "/settings").Body.String())
	wrong := map[string][2]string{
		"library.0":             {"a\u202eb", "invisible character"},
		"zone":                  {"Eastern", "is no time zone"},
		"grace_days":            {"-1", "Give a whole number from 0 to 3650."},
		"horizon":               {"soon", "Give a whole number from 0 to 12."},
		"terms.1.from":          {"13-01", "The first day of Fall is no day of the year"},
		"terms.2.name":          {"Spring", "The first day of Spring is no day"},
		"target.borrowing.loan": {"0", "Give a number of days over 0"},
		"weight.0":              {"101", "Give a whole number from 0 to 100."},
	}
	for name, test := range wrong {
		form.Set(name, test[0])
	}
	form.Set("terms.1.name", "Fall")
	form.Set("terms.1.to", "12-18")
	form.Set("purchase_cost", "77")
	response := send(t, site, "/settings", form)
	page := response.Body.String()
	if response.Code != http.StatusBadRequest || !strings.Contains(page, "<title>Error") || !strings.Contains(page, `id="refused" role="alert"`) {
		t.Errorf("status %d", response.Code)
	}
	summary, _, _ := strings.Cut(page, "<form class")
	for name, test := range wrong {
		if !strings.Contains(page, test[1]) || !strings.Contains(summary, test[1]) {
			t.Errorf("%s: the page lacks %q beside the field or in front", name, test[1])
		}
	}
	if n := strings.Count(summary, "<li><a href=\"#"); n != len(wrong) {
		t.Errorf("%d links in front, want %d", n, len(wrong))
	}
	for _, id := range regexp.MustCompile(`<li><a href="#([^"]+)">`).FindAllStringSubmatch(summary, -1) {
		if !strings.Contains(page, ` id="`+id[1]+`"`) {
			t.Errorf("the link to %s leads nowhere", id[1])
		}
	}
	if again := sentForm(t, page); !cmp.Equal(again, form) {
		t.Error(cmp.Diff(form, again))
	}
	if s, err := book.Get(t.Context()); err != nil || s.Revision != 0 {
		t.Errorf("something was saved: %+v, %v", s, err)
	}
	if current, err := files.Current(); err != nil || current != 1 {
		t.Errorf("a generation was made: %d, %v", current, err)
	}
	if page := send(t, site, "/settings", form, "Accept-Language", "pt-BR").Body.String(); !strings.Contains(page, "Informe um número inteiro de 0 a 3650.") || strings.Contains(page, "Give a") {
		t.Error("in Portuguese the errors are not")
	}
	form.Set("revision", "x")
	if response := send(t, site, "/settings", form); response.Code != http.StatusBadRequest {
		t.Errorf("a form without a revision: %d", response.Code)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		if response := send(t, site, "/settings", unchangedForm(t, site), header...); response.Code != http.StatusForbidden {
			t.Errorf("%v: %d", header, response.Code)
		}
	}
}

func unchangedForm(t *testing.T, site http.Handler) url.Values {
	t.Helper()
	return sentForm(t, get(t, site, "/settings").Body.String())
}

// Who saves second is told so, and what was typed stays.
func TestSettingsConflict(t *testing.T) {
	files := testHistory(t)
	site, book := settingsSite(t, files)
	late := unchangedForm(t, site)
	late.Set("grace_days", "8")
	late.Set("target.lending.copy", "9")
	settle(t, book, func(s *settings.Settings) { s.Numbers = map[string]int{"grace_days": 2} })
	response := send(t, site, "/settings", late)
	page := response.Body.String()
	if response.Code != http.StatusConflict || !strings.Contains(page, "Somebody else changed the settings") || !strings.Contains(page, `<a href="/settings">See the settings as they are now`) {
		t.Errorf("%d\n%.300s", response.Code, page)
	}
	if again := sentForm(t, page); !cmp.Equal(again, late) {
		t.Error(cmp.Diff(late, again))
	}
	if s, err := book.Get(t.Context()); err != nil || s.Number("grace_days") != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if current, err := files.Current(); err != nil || current != 1 {
		t.Errorf("the targets were changed all the same: generation %d, %v", current, err)
	}

	// The same of targets.
	late = unchangedForm(t, site)
	late.Set("target.lending.copy", "9")
	load(t, files, "update sla_target set days = 4 where role = 'docdel'")
	if response := send(t, site, "/settings", late); response.Code != http.StatusConflict {
		t.Errorf("targets of an older generation: %d", response.Code)
	}

	// While a load runs nobody else can make a generation.
	late = unchangedForm(t, site)
	late.Set("target.lending.copy", "9")
	late.Set("grace_days", "5")
	stop := errors.New("given up")
	_, err := files.Load(t.Context(), func(context.Context, *store.Tx) (store.Verdict, error) {
		response := send(t, site, "/settings", late)
		if response.Code != http.StatusServiceUnavailable || !strings.Contains(response.Body.String(), "Another load is running") || !cmp.Equal(sentForm(t, response.Body.String()), late) {
			t.Errorf("while a load runs: %d\n%.300s", response.Code, response.Body)
		}
		return store.Discard, stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if s, err := book.Get(t.Context()); err != nil || s.Number("grace_days") != 2 {
		t.Errorf("half of it was saved: %+v, %v", s, err)
	}
	if response := send(t, site, "/settings", late); response.Code != http.StatusSeeOther {
		t.Errorf("after it: %d", response.Code)
	}
}

// One group goes back to what is usual; the others stay as they were typed, and nothing is saved before that is asked for.
func TestBackToUsual(t *testing.T) {
	site, book := settingsSite(t, testHistory(t))
	settle(t, book, func(s *settings.Settings) {
		s.Numbers = map[string]int{"grace_days": 2, "priority_age": 1}
		s.Terms = []queries.Term{{Name: "Fall", FromMonth: 8, FromDay: 1, ToMonth: 12, ToDay: 1}}
	})
	form := unchangedForm(t, site)
	form.Set("horizon", "9")
	form.Set("reset", "terms")
	response := send(t, site, "/settings", form)
	if response.Code != http.StatusOK || !strings.Contains(response.Body.String(), "nothing saved yet") {
		t.Fatalf("%d", response.Code)
	}
	form = sentForm(t, response.Body.String())
	if form.Get("terms.1.name")+form.Get("terms.1.from") != "" || form.Get("horizon") != "9" || form.Get("grace_days") != "2" {
		t.Errorf("%v", form)
	}
	form.Set("reset", "overdue")
	form = sentForm(t, send(t, site, "/settings", form).Body.String())
	if s, err := book.Get(t.Context()); err != nil || s.Revision != 1 {
		t.Errorf("saved already: %+v, %v", s, err)
	}
	if response := send(t, site, "/settings", form); response.Code != http.StatusSeeOther {
		t.Fatalf("%d", response.Code)
	}
	s, err := book.Get(t.Context())
	if err != nil || len(s.Terms) > 0 || !cmp.Equal(s.Numbers, map[string]int{"priority_age": 1, "horizon": 9}) {
		t.Errorf("%+v, %v", s, err)
	}
}

// Before the first load there is something to settle already: the zone, the language, the numbers.
func TestSettingsBeforeTheFirstLoad(t *testing.T) {
	files := store.Open(t.TempDir())
	t.Cleanup(func() { files.Close() })
	site, book := settingsSite(t, files)
	response := get(t, site, "/settings")
	if response.Code != http.StatusOK || !strings.Contains(response.Body.String(), "Nothing was loaded yet") || strings.Contains(response.Body.String(), `name="target.`) {
		t.Fatalf("%d\n%.300s", response.Code, response.Body)
	}
	form := sentForm(t, response.Body.String())
	form.Set("zone", "Europe/Lisbon")
	if response := send(t, site, "/settings", form); response.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", response.Code, response.Body)
	}
	if s, err := book.Get(t.Context()); err != nil || s.Zone != "Europe/Lisbon" {
		t.Errorf("%+v, %v", s, err)
	}
}

// A number that is settled stands in every figure of an address that does not name it, and no other.
func TestSettledNumbersStandEverywhere(t *testing.T) {
	files := testHistory(t)
	site, book := settingsSite(t, files)
	plain := testSite(t, files)
	addresses := []string{"/api/v1/metrics/overdue", "/download/overdue.csv", "/download/overdue.csv?rows=1", "/download/fill_rate.csv?by=department", "/rows/overdue?preset=all", "/overdue?preset=all", "/catalog/overdue?preset=all",
		"/download/volume.csv?preset=fiscal_year", "/download/volume.csv?by=fiscal_year"}
	before, asked := map[string]string{}, map[string]string{}
	const numbers = "grace_days=30&fiscal_start=3&suppress_below=1"
	with := func(address string) string {
		if strings.Contains(address, "?") {
			return address + "&" + numbers
		}
		return address + "?" + numbers
	}
	for _, address := range addresses {
		before[address] = get(t, site, address).Body.String()
		asked[address] = get(t, plain, with(address)).Body.String()
	}
	settle(t, book, func(s *settings.Settings) {
		s.Numbers = map[string]int{"grace_days": 30, "fiscal_start": 3, "suppress_below": 1}
	})
	changed := 0
	for _, address := range addresses {
		response := get(t, site, address)
		if response.Code != http.StatusOK {
			t.Errorf("%s: %d", address, response.Code)
		}
		got := response.Body.String()
		if figures(got) != figures(asked[address]) {
			t.Errorf("%s: settled and asked for differ:\n%s", address, cmp.Diff(figures(asked[address]), figures(got)))
		}
		if figures(got) != figures(before[address]) {
			changed++
		}
		if named := get(t, site, strings.NewReplacer("=30", "=0", "=3&", "=7&", "=1", "=5").Replace(with(address))).Body.String(); figures(named) != figures(before[address]) && !strings.Contains(address, "rows=1") {
			t.Errorf("%s: what is asked for is not what is given:\n%s", address, cmp.Diff(figures(before[address]), figures(named)))
		}
	}
	if changed < len(addresses)-2 {
		t.Errorf("only %d of %d look at the settings: this test shows nothing", changed, len(addresses))
	}
	for _, address := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(get(t, site, "/overdue").Body.String(), -1) {
		if strings.Contains(address[1], "grace_days") || strings.Contains(address[1], "fiscal_start") {
			t.Errorf("a link holds what nobody asked for: %s", address[1])
		}
	}
	// The form of a metric shows what is settled; what is sent back unchanged is not asked for.
	if to := get(t, site, "/catalog/overdue?split=1&grace_days=30&return_transit_days=4&suppress_below=5").Header().Get("Location"); to != "/catalog/overdue?return_transit_days=4&suppress_below=5" {
		t.Errorf("the form of a metric leads to %s", to)
	}
}

var (
	digits    = regexp.MustCompile(`<t[dh][^>]*>([^<]*)</t[dh]>`)
	isAPage   = regexp.MustCompile(`(?i)^\s*<!doctype`)
	inFilters = regexp.MustCompile(`"filter":\{[^}]*\}`)
)

// figures is what an answer says but for its addresses: the cells of a page's tables, a file whole.
func figures(body string) string {
	if !isAPage.MatchString(body) {
		return inFilters.ReplaceAllString(body, "")
	}
	var cells []string
	for _, cell := range digits.FindAllStringSubmatch(body, -1) {
		cells = append(cells, cell[1])
	}
	return strings.Join(cells, "|")
}

func TestTermsInTheFilter(t *testing.T) {
	site, book := settingsSite(t, testHistory(t))
	if page := get(t, site, "/fill-rate").Body.String(); strings.Contains(page, `value="term"`) {
		t.Error("a term is offered, and none is set")
	}
	response := get(t, site, "/fill-rate?preset=term")
	if response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), "none are set") {
		t.Errorf("%d\n%.300s", response.Code, response.Body)
	}
	settle(t, book, func(s *settings.Settings) {
		s.Terms = []queries.Term{{Name: "Spring <term>", FromMonth: 5, FromDay: 1, ToMonth: 6, ToDay: 10}}
	})
	page := get(t, site, "/fill-rate?preset=previous_term").Body.String()
	for _, want := range []string{`value="term"`, `value="previous_term" selected`, "Spring &lt;term&gt;", "1 May 2024 to 10 Jun 2024"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of a term lacks %q", want)
		}
	}
	if got, want := get(t, site, "/download/volume.csv?preset=term").Body.String(), get(t, site, "/download/volume.csv?from=2024-05-01&to=2024-06-11").Body.String(); got != want {
		t.Errorf("the term holds %q, its days %q", got, want)
	}
}

func TestDatesAndLanguageAreTheLibrarys(t *testing.T) {
	site, book := settingsSite(t, testHistory(t))
	settle(t, book, func(s *settings.Settings) { s.Language, s.DateStyle = "pt-BR", "mdy" })
	for name, test := range map[string]struct{ accept, cookie, lang string }{
		"nothing asked": {"", "", "pt-BR"}, "the browser's": {"en", "", "pt-BR"}, "chosen on a page": {"pt-BR", "en", "en"},
	} {
		page := ask(t, site, "/fill-rate?from=2024-05-01&to=2024-06-11", test.accept, test.cookie).Body.String()
		want := "May 1, 2024"
		if test.lang != "en" {
			want = locale.Find(test.lang).In(locale.MonthDayYear).Date(date("2024-05-01"))
		}
		if !strings.Contains(page, `<html lang="`+test.lang+`"`) || !strings.Contains(page, want) {
			t.Errorf("%s: lacks %q in %s", name, want, test.lang)
		}
	}
	if csv := get(t, site, "/download/volume.csv?by=month").Body.String(); !strings.Contains(csv, "2024-05-01,") {
		t.Errorf("a file writes dates as pages do: %s", csv)
	}
}

// Settings that can't be read take every figure away, and say so without what is inside.
func TestUnreadableSettings(t *testing.T) {
	files := testHistory(t)
	site, book := settingsSite(t, files)
	settle(t, book, func(s *settings.Settings) { s.Numbers = map[string]int{"grace_days": 2} })
	if err := os.WriteFile(filepath.Join(files.Dir(), store.AppFile), []byte(strings.Repeat("no database ", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/", "/settings", "/api/v1/metrics/overdue", "/download/overdue.csv"} {
		response := get(t, site, address)
		if response.Code != http.StatusServiceUnavailable || !strings.Contains(response.Body.String(), "be read, so no figure can be shown") {
			t.Errorf("%s: %d\n%.300s", address, response.Code, response.Body)
		}
		for _, hidden := range []string{files.Dir(), "sqlite", "n_overdue"} {
			if strings.Contains(response.Body.String(), hidden) {
				t.Errorf("%s tells of %q", address, hidden)
			}
		}
	}
	if response := get(t, site, "/healthz"); response.Code != http.StatusOK {
		t.Errorf("/healthz: %d", response.Code)
	}
}

// A setting that nobody here wrote is no default in disguise either.
func TestForeignSettings(t *testing.T) {
	files := testHistory(t)
	site, _ := settingsSite(t, files)
	db, err := store.OpenApp(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("insert into setting values ('fiscal_start', '13')"); err != nil {
		t.Fatal(err)
	}
	response := ask(t, site, "/fill-rate", "pt-BR", "")
	if response.Code != http.StatusServiceUnavailable || !strings.Contains(response.Body.String(), "Não é possível ler as configurações") {
		t.Errorf("%d\n%.300s", response.Code, response.Body)
	}
}

// Hostile names of groups and libraries show as text, and nothing of a reader is on the page.
func TestHostileNamesInSettings(t *testing.T) {
	files := testHistory(t)
	load(t, files, "insert into patron_group_weight values ('"+hostile+"', 7)", "insert into library values ('"+hostile+"', 'UTC', false, null)")
	site, book := settingsSite(t, files)
	page := get(t, site, "/settings").Body.String()
	for _, never := range []string{hostile, "-4242424242", "patron_key", files.Dir()} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	if !strings.Contains(page, "taken as UTC") {
		t.Error("the page does not say that a zone was assumed")
	}
	form := sentForm(t, page)
	if !slices.Contains(form["group"], hostile) || !slices.Contains(form["code"], hostile) {
		t.Fatalf("the form lacks the names: %v %v", form["group"], form["code"])
	}
	at := slices.Index(form["group"], hostile)
	form.Set(fmt.Sprintf("weight.%d", at), "9")
	if response := send(t, site, "/settings", form); response.Code != http.StatusSeeOther {
		t.Errorf("%d\n%s", response.Code, response.Body)
	}
	if page := get(t, site, "/settings").Body.String(); strings.Contains(page, hostile) || !strings.Contains(page, "What was changed") {
		t.Error("the changes are not shown as text")
	}
	if _, err := book.Get(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWithoutSettings(t *testing.T) {
	response := get(t, testSite(t, testHistory(t)), "/settings")
	if response.Code != http.StatusServiceUnavailable || !strings.Contains(response.Body.String(), "without a record of settings") {
		t.Errorf("%d", response.Code)
	}
}

// Every word of what can be wrong with a setting has a sentence on the page, or none is reached from it.
func TestWordsOfWrongSettings(t *testing.T) {
	term := queries.Term{Name: "a", FromMonth: 1, FromDay: 1, ToMonth: 2, ToDay: 1}
	for _, s := range []settings.Settings{
		{Zone: "x"}, {Numbers: map[string]int{"grace_days": -1}}, {LibraryNames: map[string]string{"A": "\xff"}}, {LibraryNames: map[string]string{"A": "a\nb"}}, {LibraryNames: map[string]string{"A": "\u202e"}},
		{LibraryNames: map[string]string{"A": "..."}}, {LibraryNames: map[string]string{"A": "x", "B": "X"}}, {LibraryNames: map[string]string{"A": strings.Repeat("x", 101)}},
		{Terms: []queries.Term{{FromMonth: 1}}}, {Terms: []queries.Term{term, term}}, {Terms: []queries.Term{{Name: "a;b"}}}, {Terms: []queries.Term{{Name: "a"}}}, {Terms: []queries.Term{{Name: "a", FromMonth: 1, FromDay: 1}}},
		{Terms: []queries.Term{{Name: "a", FromMonth: 2, FromDay: 29, ToMonth: 2, ToDay: 29}}}, {Terms: []queries.Term{term, {Name: "b", FromMonth: 1, FromDay: 1, ToMonth: 2, ToDay: 1}}},
	} {
		list := settings.Check(s)
		if len(list) == 0 {
			t.Errorf("%+v: nothing is wrong", s)
		}
		for _, wrong := range list {
			for _, w := range locale.All() {
				d := &settingsDesk{Words: w}
				if said := d.tell(wrong); !w.Has("settings.wrong."+wrong.Kind) || strings.Contains(said, "{") {
					t.Errorf("%s: %s is told as %q", w.Tag, wrong.Kind, said)
				}
			}
		}
	}
}
