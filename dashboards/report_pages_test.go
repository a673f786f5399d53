package dashboards

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// printingSite is a site that makes reports of a history.
func printingSite(t *testing.T, files *store.Files) (http.Handler, *press.Press, *subscription.Book) {
	t.Helper()
	editions, err := edition.Open(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { editions.Close() })
	posts, err := subscription.Open(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { posts.Close() })
	p := &press.Press{Store: files, Editions: editions, Version: "v-test"}
	site, err := New(Options{Patience: time.Minute, Store: files, Press: p, Subscriptions: posts, Addr: "127.0.0.1:8080", Version: "v-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return site, p, posts
}

const oncePressed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// issued issues the report of June 2024 and gives where it led.
func issued(t *testing.T, site http.Handler) string {
	t.Helper()
	response := send(t, site, issuePath, url.Values{reportKey: {"monthly"}, monthKey: {"2024-06"}, onceKey: {oncePressed}})
	if response.Code != http.StatusSeeOther {
		t.Fatalf("issuing: %d: %s", response.Code, response.Body)
	}
	return response.Header().Get("Location")
}

func TestReportPages(t *testing.T) {
	site, _, _ := printingSite(t, testHistory(t))
	if to := issued(t, site); to != "/reports/editions/monthly-2024-06-1?saved=1" {
		t.Errorf("issuing led to %s", to)
	}
	saved := url.Values{kindOfKey: {"monthly"}, nameKey: {"history"}, titleKey: {hostile}, sectionsKey: {"summary", "volume"}, "role": {"borrowing"}}
	if response := send(t, site, builderPath, saved); response.Code != http.StatusSeeOther || response.Header().Get("Location") != "/reports?saved=saved#saved" {
		t.Fatalf("saving: %d: %s", response.Code, response.Body)
	}
	monthly := "/reports/editions/monthly-2024-06-1/"
	for _, test := range []struct {
		path   string
		status int
		want   []string
	}{
		{"/reports", 200, []string{"Jun 2024", "monthly-2024-06-edition-1.xlsx", ">history", "&lt;/script&gt;", "2024-06"}},
		{"/reports?report=history&month=2024-05", 200, []string{`<option value="2024-05" selected>`, `<option value="history" selected>`}},
		{"/reports?offset=400", 200, []string{"1 to 1 of 1"}},
		{"/reports?offset=x", 400, nil},
		{"/reports/draft?month=2024-06", 200, []string{"<h1>Monthly report"}},
		{"/reports/draft?report=history&month=2024-05&language=pt-BR", 200, []string{`<html lang="pt-BR"`, "&lt;/script&gt;"}},
		{"/reports/draft.html?month=2024-06&kind=loan", 200, []string{"Loans"}},
		{"/reports/draft?month=2024-13", 400, []string{"is not a month"}},
		{"/reports/draft?month=%3Cscript%3E", 400, []string{"&lt;script&gt;"}},
		{"/reports/draft?month=1990-01", 400, nil},
		{"/reports/draft?report=moon", 404, []string{"moon"}},
		{"/reports/draft?report=..%2F..%2Fetc%2Fpasswd", 404, nil},
		{"/reports/draft?language=xx", 400, nil},
		{"/reports/draft?paper=b5", 400, nil},
		{"/reports/draft?colour=red", 400, []string{"colour"}},
		{"/reports/draft.exe", 404, nil},
		{"/reports/issue?month=2024-06", 200, []string{"stores it for ever", "There is edition 1 already", "made from the same data", "Issue all the same", `name="month" value="2024-06"`}},
		{"/reports/issue?month=2024-05", 200, []string{"Monthly report, May 2024"}},
		{"/reports/editions/monthly-2024-06-1", 200, []string{"edition 1", "No figure differs", "Nothing was imported since", "SHA-256", "restatement.xlsx"}},
		{"/reports/editions/monthly-2024-06-2", 404, nil},
		{"/reports/editions/..%2Fapp.db", 404, nil},
		{monthly + "monthly-2024-06-edition-1.pdf", 200, []string{"%PDF"}},
		{monthly + "monthly-2024-05-edition-1.pdf", 404, nil},
		{monthly + "..%2F..%2Fapp.db", 404, nil},
		{monthly + "restatement.xlsx", 200, nil},
		{monthly + "restatement.pdf", 404, nil},
		{"/reports/builder", 200, []string{`value="summary" checked`}},
		{"/reports/builder?of=worklists", 200, []string{`value="list_overdue" checked`}},
		{"/reports/saved/history", 200, []string{`value="volume" checked`, `value="cost"> `, `value="borrowing" checked`}},
		{"/reports/saved/monthly", 404, nil},
		{"/reports/saved/history/remove", 200, []string{"Editions that were issued of it stay"}},
		{"/reports/subscriptions/new", 200, []string{"fillrate report run-due", "FILLRATE_SMTP_HOST"}},
		{"/reports/subscriptions/none", 404, nil},
		{"/worklists", 200, []string{"Which overdue loans should we ask back?", "91 days and more", "/reports/draft.xlsx?", "report=worklists"}},
		{"/worklists?role=pirate", 400, nil},
		{"/worklists?list=breaches&order=patron_key", 200, []string{"patron_key"}},
	} {
		response := get(t, site, test.path)
		body := response.Body.String()
		if response.Code != test.status {
			t.Errorf("%s: status %d, want %d: %.300s", test.path, response.Code, test.status, body)
		}
		for _, want := range test.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", test.path, want)
			}
		}
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "-4242424242") {
			t.Errorf("%s holds what it must not", test.path)
		}
	}
	if page := ask(t, site, "/reports", "pt-BR", "").Body.String(); !strings.Contains(page, "Montar um relatório") || strings.Contains(page, "Make a report") {
		t.Error("the page is not in Portuguese")
	}
}

// A report is a page of its own: nothing but its style sheet may be loaded.
func TestDraftLoadsNothing(t *testing.T) {
	site, _, _ := printingSite(t, testHistory(t))
	response := get(t, site, "/reports/draft?month=2024-06")
	policy := response.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
	xlsx := get(t, site, "/reports/draft.xlsx?month=2024-06")
	if got := xlsx.Header().Get("Content-Disposition"); got != `attachment; filename="monthly-2024-06-draft.xlsx"` {
		t.Errorf("the file is called %s", got)
	}
}

// An edition's files are those of the day on which it was issued, and may be kept for ever.
func TestEditionStays(t *testing.T) {
	files := testHistory(t)
	site, p, _ := printingSite(t, files)
	issued(t, site)
	address := "/reports/editions/monthly-2024-06-1/monthly-2024-06-edition-1.xlsx"
	before := get(t, site, address)
	load(t, files, "update request set status = 'checked_out', available_at = timestamp '2024-06-25 12:00' where request_id = 8",
		"insert into import_batch by name select 2 as batch_id, 2 as load_id, timestamp '2024-07-07 10:00:00' as imported_at, 'MAIN' as library, 'generic' as source, 'requests' as content, 'more.csv' as file, 'cd' as sha256, 1 as n_read, 0 as n_new, 1 as n_changed, 0 as n_unchanged, 0 as n_rejected, '' as notes")
	after := get(t, site, address)
	if before.Code != http.StatusOK || before.Body.String() != after.Body.String() || before.Header().Get("ETag") != after.Header().Get("ETag") {
		t.Error("an import changed the file of an edition")
	}
	e, err := p.Editions.Get(t.Context(), "monthly-2024-06-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := before.Header().Get("ETag"); got != `"`+e.File("xlsx").SHA256+`"` || !strings.Contains(before.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("ETag %s, %s", got, before.Header().Get("Cache-Control"))
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	request.Host = "127.0.0.1:8080"
	request.Header.Set("If-None-Match", before.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if site.ServeHTTP(again, request); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("asked whether it changed: %d", again.Code)
	}
	page := get(t, site, "/reports/editions/monthly-2024-06-1").Body.String()
	if strings.Contains(page, "No figure differs") || !strings.Contains(page, "figures differ from those that were issued") || !strings.Contains(page, "As issued") {
		t.Error("the page does not say what moved")
	}
}

// Who presses the button twice gets one edition.
func TestIssuedOnce(t *testing.T) {
	site, p, _ := printingSite(t, testHistory(t))
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { issued(t, site) })
	}
	all.Wait()
	issued(t, site)
	list, err := p.Editions.List(context.Background())
	if err != nil || len(list) != 1 {
		t.Errorf("%d editions, %v", len(list), err)
	}
	if response := send(t, site, issuePath, url.Values{reportKey: {"monthly"}, monthKey: {"2024-06"}}); response.Header().Get("Location") != "/reports/issue?month=2024-06&report=monthly" {
		t.Errorf("without having been asked: %d to %s", response.Code, response.Header().Get("Location"))
	}
}

// A report that is narrowed is not issued under the name of the whole: the page offers to save it.
func TestNarrowedIsSavedFirst(t *testing.T) {
	site, p, _ := printingSite(t, testHistory(t))
	asked := "report=monthly&month=2024-06&role=borrowing&grace_days=4"
	page := get(t, site, issuePath+"?"+asked).Body.String()
	const save = "/reports/builder?role=borrowing&amp;grace_days=4&amp;of=monthly"
	if strings.Contains(page, `method="post" action="/reports/issue"`) || !strings.Contains(page, `href="`+save+`"`) {
		t.Errorf("the page asks to issue it, or does not lead to %s: %s", save, regexp.MustCompile(`/reports/builder[^"]*`).FindString(page))
	}
	if builder := get(t, site, strings.ReplaceAll(save, "&amp;", "&")); builder.Code != http.StatusOK || !regexp.MustCompile(`name="role" value="borrowing"[^>]* checked`).MatchString(builder.Body.String()) {
		t.Errorf("%d: the builder does not know what it is narrowed to", builder.Code)
	}
	values, _ := url.ParseQuery(asked)
	values.Set(onceKey, oncePressed)
	if response := send(t, site, issuePath, values); response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), "narrowed or changed here") {
		t.Errorf("issued all the same: %d", response.Code)
	}
	if list, err := p.Editions.List(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d editions, %v", len(list), err)
	}
}

func TestReportFormsAreGuarded(t *testing.T) {
	site, p, posts := printingSite(t, testHistory(t))
	saved := url.Values{kindOfKey: {"monthly"}, nameKey: {"ours"}, sectionsKey: {"summary"}}
	post := url.Values{idField: {"to-us"}, reportKey: {"ours"}, ruleKey: {"working-day"}, dayKey: {"1"}, timeKey: {"07:30"}, formatsKey: {"pdf"}, recipientsKey: {"a@example.org, b@example.org"}, attachKey: {"1"}}
	for address, form := range map[string]url.Values{issuePath: {onceKey: {oncePressed}}, builderPath: saved, subscriptionsPath + "/new": post} {
		if response := send(t, site, address, form, "Origin", "http://evil.example"); response.Code != http.StatusForbidden {
			t.Errorf("%s from elsewhere: %d", address, response.Code)
		}
	}
	if list, err := p.Editions.List(t.Context()); err != nil || len(list) > 0 {
		t.Error("something was issued", err)
	}
	for _, test := range []struct {
		key, value, want string
	}{
		{nameKey, "monthly", "comes with Fillrate"}, {nameKey, "Our Report", "small letters"}, {nameKey, "", "Give it a name"}, {nameKey, "../x", "small letters"},
		{titleKey, strings.Repeat("x", 121), "120 characters"}, {sectionsKey, "", ""}, {sectionsKey, "moon", "moon"}, {groupsKey, "moon", "moon"}, {"role", "pirate", "pirate"},
	} {
		form := url.Values{}
		for key, words := range saved {
			form[key] = words
		}
		form.Set(test.key, test.value)
		if response := send(t, site, builderPath, form); response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), test.want) {
			t.Errorf("%s %q: %d, lacks %q", test.key, test.value, response.Code, test.want)
		}
	}
	if response := send(t, site, builderPath, saved); response.Code != http.StatusSeeOther {
		t.Fatalf("saving: %d", response.Code)
	}
	if response := send(t, site, builderPath, saved); response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), "has this name already") {
		t.Errorf("saving again: %d", response.Code)
	}
	for _, test := range []struct {
		key, value, want string
	}{
		{idField, "To us", "small letters"}, {recipientsKey, "nobody", "not an e-mail address"}, {recipientsKey, "", "Say where the report goes"}, {formatsKey, "exe", "exe"}, {ruleKey, "weekly", "once a month"},
		{ruleKey, "hourly", "There is no such day"}, {dayKey, "99", "There is no such day"}, {folderKey, "relative", "whole path"}, {folderKey, "/no/such/folder", "no such folder"}, {linkKey, "javascript:alert(1)", "not an address"}, {reportKey, "moon", "There is no report"},
	} {
		form := url.Values{}
		for key, words := range post {
			form[key] = words
		}
		form.Set(test.key, test.value)
		response := send(t, site, subscriptionsPath+"/new", form)
		if response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), test.want) || !strings.Contains(response.Body.String(), `id="refused"`) {
			t.Errorf("%s %q: %d, lacks %q", test.key, test.value, response.Code, test.want)
		}
	}
	if response := send(t, site, subscriptionsPath+"/new", post); response.Header().Get("Location") != "/reports/subscriptions/to-us?saved=subscribed" {
		t.Fatalf("subscribing: %d %s", response.Code, response.Body)
	}
	if response := send(t, site, subscriptionsPath+"/new", post); response.Code != http.StatusBadRequest {
		t.Errorf("subscribing again: %d", response.Code)
	}
	for _, step := range []struct{ action, want string }{{"pause", ">paused<"}, {"resume", ">on<"}} {
		response := send(t, site, "/reports/subscriptions/to-us", url.Values{actionKey: {step.action}})
		if page := get(t, site, response.Header().Get("Location")).Body.String(); response.Code != http.StatusSeeOther || !strings.Contains(page, step.want) || !strings.Contains(page, "first working day of the month, 07:30") || !strings.Contains(page, "b@example.org") {
			t.Errorf("%s: %d: %s", step.action, response.Code, page)
		}
	}
	if page := get(t, site, "/reports/subscriptions/new?like=to-us").Body.String(); !strings.Contains(page, "a@example.org\nb@example.org") {
		t.Error("another one like it is not filled in")
	}
	for _, address := range []string{"/reports/subscriptions/to-us/remove", "/reports/saved/ours/remove"} {
		if response := send(t, site, address, url.Values{}, "Origin", "http://evil.example"); response.Code != http.StatusForbidden {
			t.Errorf("%s from elsewhere: %d", address, response.Code)
		}
		if response := send(t, site, address, url.Values{}); response.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", address, response.Code)
		}
		if response := send(t, site, address, url.Values{}); response.Code != http.StatusNotFound {
			t.Errorf("%s again: %d", address, response.Code)
		}
	}
	if list, err := posts.List(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d subscriptions are left, %v", len(list), err)
	}
}

// Without a press the page says that there is none, and nothing else is there.
func TestReportsOff(t *testing.T) {
	site := testSite(t, testHistory(t))
	if response := get(t, site, "/reports"); response.Code != http.StatusOK || !strings.Contains(response.Body.String(), "started without reports") {
		t.Errorf("status %d", response.Code)
	}
	for _, address := range []string{"/reports/draft", "/reports/draft.pdf", "/reports/issue", "/reports/builder", "/reports/editions/x", "/reports/editions/x/y", "/reports/saved/x", "/reports/subscriptions/new", "/reports/subscriptions/x"} {
		if response := get(t, site, address); response.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, response.Code)
		}
	}
	if page := get(t, site, "/worklists").Body.String(); strings.Contains(page, "/reports/draft") {
		t.Error("the worklists offer files that there are not")
	}
}
