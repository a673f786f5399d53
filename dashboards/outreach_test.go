package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// recordSite is a site with an empty campaign record.
func recordSite(t *testing.T, files *store.Files) (http.Handler, *campaign.Book) {
	t.Helper()
	book, err := campaign.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	site, err := New(Options{Patience: time.Minute, Store: files, Campaigns: book, Addr: "127.0.0.1:8080", Version: "v-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return site, book
}

// send sends a form as a browser does that shows a page of this site, unless headers say otherwise.
func send[form string | url.Values](t *testing.T, site http.Handler, path string, body form, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	encoded, ok := any(body).(string)
	if !ok {
		encoded = any(body).(url.Values).Encode()
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(encoded))
	request.Host = "127.0.0.1:8080"
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Origin" {
			request.Header.Del("Sec-Fetch-Site")
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	return recorder
}

// visits is a form as the browser sends it: every field, most of them empty.
func visits() url.Values {
	return url.Values{
		"name": {"Meet your librarian"}, "kind": {"campaign"}, "channel": {"Liaison visit"}, "id": {""}, "start": {"2024-05-01"}, "last": {"2024-05-31"},
		"carry_over_months": {"1"}, "target.departments": {"History"}, "comparison.departments": {"Music"}, "outcome": {"requests"}, "roles": {"borrowing"},
		"hypothesis": {""}, "cost": {"1200.50"}, "currency": {"usd"}, "staff_hours": {""}, "owner": {"Outreach"}, "notes": {"Two classes\r\na week"},
	}
}

func TestRecordingACampaign(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	if body := get(t, site, "/outreach").Body.String(); !strings.Contains(body, "Nothing is recorded yet") || !strings.Contains(body, "fillrate campaign import") || !strings.Contains(body, `action="/outreach/import"`) {
		t.Error("the empty list does not say what to do")
	}
	response := send(t, site, "/outreach/new?role=borrowing", visits())
	if response.Code != http.StatusSeeOther || response.Header().Get("Location") != "/outreach/meet-your-librarian?role=borrowing" {
		t.Fatalf("recording: %d to %q\n%s", response.Code, response.Header().Get("Location"), response.Body)
	}
	c, err := book.Get(t.Context(), "meet-your-librarian")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Start.Equal(date("2024-05-01")) || !c.End.Equal(date("2024-06-01")) {
		t.Errorf("from %s to %s, want the day after the last one that was typed", c.Start, c.End)
	}
	if c.Channel != "liaison_visit" || c.CarryOverMonths != 1 || *c.Cost != 1200.5 || c.Currency != "USD" || c.StaffHours != nil || c.Notes != "Two classes\na week" ||
		len(c.Target.Departments) != 1 || c.Comparison.Departments[0] != "Music" {
		t.Errorf("recorded %+v", c)
	}
	body := get(t, site, "/outreach").Body.String()
	for _, want := range []string{`href="/outreach/meet-your-librarian"`, "1 May 2024 to 31 May 2024", "History", "Liaison visit", `class="chip open"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	body = get(t, site, "/outreach/meet-your-librarian/edit").Body.String()
	for _, want := range []string{`name="last" value="2024-05-31"`, `name="revision" value="1"`, `value="History" checked`, "Two classes\na week", "Recorded"} {
		if !strings.Contains(body, want) {
			t.Errorf("the form of the record lacks %q", want)
		}
	}
	if strings.Contains(body, `name="id"`) {
		t.Error("the id of a record can be changed")
	}
}

// What was typed stays, and what is wrong with it stands beside it.
func TestBadInputIsKept(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	form := visits()
	for key, word := range map[string]string{"name": "", "last": "2024-04-01", "cost": "1.200,50", "owner": hostile} {
		form.Set(key, word)
	}
	response := send(t, site, "/outreach/new", form)
	body := response.Body.String()
	if response.Code != http.StatusBadRequest {
		t.Fatalf("status %d", response.Code)
	}
	for _, want := range []string{
		"Nothing was saved yet.", `id="last-error">The last day lies before the first one.`, `id="cost-error">Cost &#34;1.200,50&#34; is no amount`,
		`name="cost" value="1.200,50"`, `name="last" value="2024-04-01"`, `value="History" checked`, "&lt;/script&gt;", `aria-invalid="true"`, `href="#cost"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("what was typed became markup")
	}
	form = visits()
	form.Set("name", " ")
	if body := send(t, site, "/outreach/new", form).Body.String(); !strings.Contains(body, `id="name-error">The name is missing`) {
		t.Error("a record without a name was not told beside the name")
	}
	form = visits()
	form.Set("comparison.departments", "History")
	if body := send(t, site, "/outreach/new", form).Body.String(); !strings.Contains(body, `id="comparison-departments-error"`) {
		t.Error("a target that is its own comparison was not told beside the comparison")
	}
	form = visits()
	form.Set("id", "plan")
	if body := send(t, site, "/outreach/new", form).Body.String(); !strings.Contains(body, `id="id-error"`) || !strings.Contains(body, `name="id" value="plan"`) {
		t.Error("a reserved id was not told beside the id")
	}
	if all, err := book.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d campaigns were recorded, %v", len(all), err)
	}
	form = visits()
	form.Set("notes", strings.Repeat("x", longestForm))
	if response := send(t, site, "/outreach/new", form); response.Code != http.StatusBadRequest || !strings.Contains(response.Body.String(), "did not arrive whole") {
		t.Errorf("a form of a megabyte: %d", response.Code)
	}
}

// What a box or a field leaves out is not filled in silently, and messages name fields as the form does.
func TestWhatTheFormAsksFor(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	for name, test := range map[string]struct {
		key, value string // an empty value: not sent at all
		id, want   string
	}{
		"no role":            {"roles", "", "roles", "Tick at least one"},
		"no currency":        {"currency", " ", "currency", "Say which currency"},
		"a negative cost":    {"cost", "-5", "cost", "Give an amount of 0 or more."},
		"no first day":       {"start", " ", "start", "Give the first day."},
		"a first day like x": {"start", "x", "start", "“x” is no day"},
		"a last day like x":  {"last", "x", "last", "“x” is no day"},
		"a year in 3000":     {"last", "3000-01-31", "last", "31 Jan 3000 is in no year"},
		"a lasting change":   {"last", " ", "carry-over-months", "or give a last day."},
	} {
		form := visits()
		form.Set(test.key, test.value)
		if test.value == "" {
			form.Del(test.key)
		}
		response := send(t, site, "/outreach/new", form)
		body := response.Body.String()
		at := strings.Index(body, `id="`+test.id+`-error">`)
		if response.Code != http.StatusBadRequest || at < 0 || !strings.Contains(body[at:at+200], test.want) {
			t.Errorf("%s: %d, without %q at %s: %s", name, response.Code, test.want, test.id, body[max(0, at):min(len(body), max(0, at)+200)])
		}
		if !strings.Contains(body, "<title>Error: Record a campaign") || !strings.Contains(body, `tabindex="-1" autofocus`) {
			t.Errorf("%s: a screen reader is not told", name)
		}
		if test.key == "roles" && strings.Contains(body, `name="roles" value="borrowing" checked`) {
			t.Error("boxes left empty come back ticked")
		}
	}
	if all, err := book.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d campaigns were recorded, %v", len(all), err)
	}
	if body := get(t, site, "/outreach/plan?start=2024-09-01&last=2024-10-01&outcome=requests").Body.String(); !strings.Contains(body, `id="roles-error"`) {
		t.Error("the planner takes borrowing where nothing is ticked")
	}
	if body := get(t, site, "/outreach/new").Body.String(); strings.Contains(body, "Error: ") || strings.Contains(body, `-error"`) {
		t.Error("an empty form complains")
	}
}

// “Every other” becomes the list of those there are.
func TestEveryOtherDepartment(t *testing.T) {
	files := testHistory(t)
	load(t, files, "update request set department = 'Law' where length(department) > 200") // longer than the record takes
	site, book := recordSite(t, files)
	form := visits()
	form.Del("comparison.departments")
	form.Set("comparison.rest", "1")
	if response := send(t, site, "/outreach/new", form); response.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	c, err := book.Get(t.Context(), "meet-your-librarian")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Join(c.Comparison.Departments, "|")
	if !strings.Contains(names, "Law|Music") || strings.Contains(names, "History") || strings.Contains(names, "unknown") {
		t.Errorf("every other department is %q", names)
	}
	form.Del("target.departments")
	if body := send(t, site, "/outreach/new", form).Body.String(); !strings.Contains(body, `id="comparison-rest-error"`) {
		t.Error("every other of everyone was not refused")
	}
}

func TestOtherSitesCannotChangeTheRecord(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	for name, headers := range map[string][]string{
		"another site": {"Sec-Fetch-Site", "cross-site"}, "a sibling": {"Sec-Fetch-Site", "same-site"},
		"an old browser": {"Origin", "https://evil.example"}, "without an origin of its own": {"Origin", "null"},
	} {
		for _, path := range []string{"/outreach/new", "/outreach/C1/edit", "/outreach/C1/remove", "/outreach/import"} {
			if response := send(t, site, path, visits(), headers...); response.Code != http.StatusForbidden || !strings.Contains(response.Body.String(), "nothing was changed") {
				t.Errorf("%s, %s: %d", name, path, response.Code)
			}
		}
	}
	if all, err := book.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d campaigns were recorded, %v", len(all), err)
	}
	for _, headers := range [][]string{{"Origin", "http://127.0.0.1:8080"}, {"Sec-Fetch-Site", "same-origin"}} {
		if response := send(t, site, "/outreach/new", visits(), headers...); response.Code != http.StatusSeeOther {
			t.Errorf("from this site, %v: %d", headers, response.Code)
		}
	}
}

func TestEditingACampaign(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	send(t, site, "/outreach/new", visits())
	form := visits()
	form.Set("revision", "1")
	form.Set("last", "")
	form.Set("carry_over_months", "0")
	form.Del("comparison.departments")
	if response := send(t, site, "/outreach/meet-your-librarian/edit", form); response.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	c, err := book.Get(t.Context(), "meet-your-librarian")
	if err != nil || !c.End.IsZero() || len(c.Comparison.Departments) != 0 || c.Revision != 2 {
		t.Fatalf("%+v %v", c, err)
	}
	form.Set("name", "Written over") // by somebody who still has the page of the first revision
	response := send(t, site, "/outreach/meet-your-librarian/edit", form)
	body := response.Body.String()
	if response.Code != http.StatusConflict || !strings.Contains(body, "Written over") || !strings.Contains(body, "See the record as it is now") || !strings.Contains(body, `name="revision" value="1"`) {
		t.Errorf("a conflict: %d", response.Code)
	}
	body = get(t, site, "/outreach/meet-your-librarian/edit").Body.String()
	for _, want := range []string{"<td>Edited</td><td>Last day</td>", "lasting", "31 May 2024"} {
		if !strings.Contains(body, want) {
			t.Errorf("the history of edits lacks %q", want)
		}
	}
	if err := book.Looked(t.Context(), "meet-your-librarian", time.Date(2024, 7, 9, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if body := get(t, site, "/outreach/meet-your-librarian/edit").Body.String(); !strings.Contains(body, "Results were first looked at on 9 Jul 2024.") {
		t.Error("the form does not say that results were seen")
	}
	form = visits()
	form.Set("revision", "not one")
	if response := send(t, site, "/outreach/meet-your-librarian/edit", form); response.Code != http.StatusBadRequest {
		t.Errorf("a form without its revision: %d", response.Code)
	}
	if response := send(t, site, "/outreach/moon/edit", visits()); response.Code != http.StatusNotFound {
		t.Errorf("no such campaign: %d", response.Code)
	}
}

func TestRemovingACampaign(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	send(t, site, "/outreach/new", visits())
	address := "/outreach/meet-your-librarian/remove"
	if body := get(t, site, address).Body.String(); !strings.Contains(body, "Remove Meet your librarian?") || !strings.Contains(body, "Keep it") {
		t.Error("removing is not asked about")
	}
	if response := send(t, site, address, url.Values{"revision": {"7"}}); response.Code != http.StatusConflict {
		t.Errorf("removing what has changed: %d", response.Code)
	}
	if all, _ := book.List(t.Context()); len(all) != 1 {
		t.Fatal("it is gone already")
	}
	if response := send(t, site, address, url.Values{"revision": {"1"}}); response.Code != http.StatusSeeOther || response.Header().Get("Location") != "/outreach" {
		t.Errorf("removing: %d", response.Code)
	}
	if all, _ := book.List(t.Context()); len(all) != 0 {
		t.Error("it is still there")
	}
}

func TestImportingCampaigns(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	upload := func(name, content string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile(name, "ours.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		return send(t, site, "/outreach/import", body.String(), "Content-Type", form.FormDataContentType())
	}
	const heading = "id,name,kind,channel,start,end,target_departments,comparison_departments\n"
	if response := upload("file", heading+"C1,Visits,campaign,,2024-05-01,2024-06-01,History,Music\nC2,Broken,campaign,,not a day,,,\n"); response.Code != 400 ||
		!strings.Contains(response.Body.String(), "ours.csv") || !strings.Contains(response.Body.String(), "line 3") ||
		!strings.Contains(response.Body.String(), "<title>Error: Outreach") || !strings.Contains(response.Body.String(), `<details class="sql import" id="import" open>`) {
		t.Errorf("a broken file: %d %s", response.Code, response.Body)
	}
	if all, _ := book.List(t.Context()); len(all) != 0 {
		t.Errorf("half a file was taken in: %+v", all)
	}
	if response := upload("other", heading); response.Code != 400 || !strings.Contains(response.Body.String(), "There is no file") {
		t.Errorf("no file: %d", response.Code)
	}
	if response := upload("file", heading+"C1,Visits,campaign,,2024-05-01,2024-06-01,History,Music\n"); response.Code != 303 || response.Header().Get("Location") != "/outreach?imported=1-0-0" {
		t.Errorf("a file: %d to %s", response.Code, response.Header().Get("Location"))
	}
	if body := get(t, site, "/outreach?imported=1-0-0").Body.String(); !strings.Contains(body, "The file was taken in: 1 new, 0 changed, 0 unchanged.") {
		t.Error("the list does not say what was taken in")
	}
	if body := get(t, site, "/outreach?imported=<b>").Body.String(); strings.Contains(body, "taken in:") || strings.Contains(body, "<b>") {
		t.Error("the list tells of an import that none was")
	}
	if c, err := book.Get(t.Context(), "C1"); err != nil || c.Name != "Visits" || !c.End.Equal(date("2024-06-01")) {
		t.Errorf("%+v %v", c, err)
	}
}

func TestPlanner(t *testing.T) {
	files := testHistory(t)
	load(t, files, "update request set department = 'Law' where length(department) > 200")
	site, _ := recordSite(t, files)
	if body := get(t, site, "/outreach/plan").Body.String(); !strings.Contains(body, "What could we detect?") || strings.Contains(body, `class="answer"`) {
		t.Error("the planner answers before it is asked")
	}
	if body := get(t, site, "/outreach/plan?start=&last=2024-10-01").Body.String(); !strings.Contains(body, `id="start-error"`) {
		t.Error("a plan without a first day is not told so")
	}
	response := get(t, site, "/outreach/plan?start=2024-09-01&last=2024-12-31&target.departments=History&comparison.rest=1&outcome=requests&roles=borrowing")
	body := response.Body.String()
	if response.Code != 200 || !strings.Contains(body, `class="answer"`) {
		t.Fatalf("%d %s", response.Code, body)
	}
	if !strings.Contains(body, "/outreach/new?outcome=requests&amp;comparison.rest=1&amp;last=2024-12-31&amp;roles=borrowing&amp;start=2024-09-01&amp;target.departments=History") {
		t.Error("the plan cannot be recorded")
	}
	body = get(t, site, "/outreach/new?start=2024-09-01&last=2024-12-31&target.departments=History").Body.String()
	for _, want := range []string{`name="last" value="2024-12-31"`, `value="History" checked`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form made of a plan lacks %q", want)
		}
	}
	if strings.Contains(body, "Nothing was saved yet") {
		t.Error("a form that was not sent complains")
	}
}

func TestWithoutARecord(t *testing.T) {
	site := testSite(t, testHistory(t))
	for _, path := range []string{"/outreach", "/outreach/new", "/outreach/C1", "/outreach/C1/edit", "/api/v1/campaigns"} {
		if response := get(t, site, path); response.Code != http.StatusServiceUnavailable || !strings.Contains(response.Body.String(), "without a campaign record") {
			t.Errorf("%s: %d %.200s", path, response.Code, response.Body)
		}
	}
}

func TestCampaignAPI(t *testing.T) {
	site, _ := recordSite(t, testHistory(t))
	if body := get(t, site, "/api/v1/campaigns").Body.String(); body != `{"campaigns":[]}` {
		t.Errorf("an empty record: %s", body)
	}
	send(t, site, "/outreach/new", visits())
	var list struct{ Campaigns []map[string]any }
	if err := json.Unmarshal(get(t, site, "/api/v1/campaigns").Body.Bytes(), &list); err != nil || len(list.Campaigns) != 1 || list.Campaigns[0]["id"] != "meet-your-librarian" {
		t.Errorf("%+v %v", list, err)
	}
	response := get(t, site, "/api/v1/campaigns/meet-your-librarian/impact")
	var report struct {
		Campaign struct{ ID string }
		Verdict  struct{ Code, Text string }
		Headline map[string]any
	}
	if err := json.Unmarshal(response.Body.Bytes(), &report); err != nil || report.Campaign.ID != "meet-your-librarian" || report.Verdict.Code != "cant_tell" || report.Headline != nil {
		t.Errorf("%d %+v %v", response.Code, report, err)
	}
	if response := get(t, site, "/api/v1/campaigns/moon/impact"); response.Code != 404 || !strings.Contains(response.Body.String(), `"not_found"`) {
		t.Errorf("no such campaign: %d %s", response.Code, response.Body)
	}
	// The description names every field that is sent.
	var description struct {
		Paths map[string]struct {
			Get struct {
				Responses map[string]struct {
					Content map[string]struct {
						Schema struct{ Properties map[string]any }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(get(t, site, "/api/openapi.json").Body.Bytes(), &description); err != nil {
		t.Fatal(err)
	}
	var sent map[string]any
	if err := json.Unmarshal(response.Body.Bytes(), &sent); err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]string{"/api/v1/campaigns": get(t, site, "/api/v1/campaigns").Body.String(), "/api/v1/campaigns/{id}/impact": response.Body.String()} {
		var whole struct {
			Paths map[string]struct {
				Get struct {
					Responses map[string]struct {
						Content map[string]struct{ Schema map[string]any }
					}
				}
			}
		}
		if err := json.Unmarshal(get(t, site, "/api/openapi.json").Body.Bytes(), &whole); err != nil {
			t.Fatal(err)
		}
		var answer any
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		for _, wrong := range fits(whole.Paths[path].Get.Responses["200"].Content["application/json"].Schema, answer, path) {
			t.Error(wrong)
		}
	}
	described := description.Paths["/api/v1/campaigns/{id}/impact"].Get.Responses["200"].Content["application/json"].Schema.Properties
	for key := range sent {
		if described[key] == nil {
			t.Errorf("the description lacks %s", key)
		}
	}
	if len(sent) < 15 {
		t.Errorf("a report of %d fields", len(sent))
	}
}

// fits tells where an answer is not what its JSON Schema says, as far as the description uses it. Nothing may be sent that is
// not described.
func fits(schema map[string]any, value any, at string) []string {
	if list, ok := schema["anyOf"].([]any); ok {
		var wrong []string
		for _, one := range list {
			found := fits(one.(map[string]any), value, at)
			if len(found) == 0 {
				return nil
			}
			wrong = append(wrong, found...)
		}
		return wrong
	}
	if constant, ok := schema["const"]; ok {
		if constant != value {
			return []string{fmt.Sprintf("%s: %v is not %v", at, value, constant)}
		}
		return nil
	}
	kinds := []any{schema["type"]}
	if list, ok := schema["type"].([]any); ok {
		kinds = list
	}
	kind := "null"
	var wrong []string
	switch value := value.(type) {
	case bool:
		kind = "boolean"
	case float64:
		kind = "number"
		if value == math.Trunc(value) && !slices.Contains(kinds, any(kind)) {
			kind = "integer"
		}
	case string:
		kind = "string"
		layout := map[any]string{"date": time.DateOnly, "date-time": time.RFC3339}[schema["format"]]
		if _, err := time.Parse(layout, value); layout != "" && err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %q is no %s", at, value, schema["format"]))
		}
	case []any:
		kind = "array"
		items, _ := schema["items"].(map[string]any)
		for i, item := range value {
			wrong = append(wrong, fits(items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		kind = "object"
		properties, _ := schema["properties"].(map[string]any)
		for key, one := range value {
			if described, ok := properties[key].(map[string]any); ok {
				wrong = append(wrong, fits(described, one, at+"."+key)...)
			} else {
				wrong = append(wrong, at+"."+key+" is not described")
			}
		}
	}
	if !slices.Contains(kinds, any(kind)) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is %s, described as %v", at, value, kind, kinds))
	}
	return wrong
}

// Reports are kept for as long as the record and the generation stay as they are.
func TestReportsFollowTheRecord(t *testing.T) {
	site, book := recordSite(t, testHistory(t))
	send(t, site, "/outreach/new", visits())
	get(t, site, "/outreach")
	form := visits()
	form.Set("revision", "1")
	form.Set("name", "Another name")
	send(t, site, "/outreach/meet-your-librarian/edit", form)
	if body := get(t, site, "/api/v1/campaigns/meet-your-librarian/impact").Body.String(); !strings.Contains(body, "Another name") {
		t.Error("the report is of the record as it was before")
	}
	// Its window is over, but the history is too short for an answer: no result was seen, so the window is not fixed. That it
	// is where there is an answer, the browser suite looks at.
	if c, err := book.Get(t.Context(), "meet-your-librarian"); err != nil || !c.FrozenAt.IsZero() {
		t.Errorf("a refusal fixed the window (%v)", err)
	}
}
