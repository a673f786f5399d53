package dashboards

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

const hostile = `</script><script>alert("h")</script>`

// requests is a history that a reader can count: nine requests of 2024, two of the year before, some with hostile names.
// created and done are UTC; the library keeps New York's days.
const requestsSQL = `insert into request by name
select
  id::bigint as request_id, 'MAIN' as library, 'generic' as source, 'r' || id as source_id, role, kind, status,
  created::timestamp as created_at,
  case when role = 'lending' then done::timestamp end as shipped_at,
  case when role <> 'lending' and status in ('checked_out', 'delivered') then done::timestamp end as available_at,
  case when status in ('unfilled', 'cancelled_patron') then done::timestamp end as closed_at,
  coalesce(done, created)::timestamp as last_change_at, due::timestamp as due_at,
  partner, department, patron_group, title, reason, -4242424242 as patron_key, status || ' raw' as status_raw,
  0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
from (values
  (1, 'borrowing', 'loan', 'checked_out', '2024-05-10 12:00', '2024-05-14 12:00', '2024-06-01 12:00', '=1+1', $1, 'Faculty', $1, null),
  (2, 'borrowing', 'loan', 'checked_out', '2024-05-11 12:00', '2024-05-17 12:00', '2024-07-20 12:00', 'ABC', $2, 'Faculty', 'A loan', null),
  (3, 'borrowing', 'copy', 'delivered', '2024-05-12 12:00', '2024-05-13 12:00', null, 'ABC', 'History', 'Faculty', 'A copy', null),
  (4, 'borrowing', 'copy', 'unfilled', '2024-05-20 12:00', '2024-05-25 12:00', null, 'ABC', 'History', null, '@HYPERLINK(1)', 'not_owned'),
  (5, 'borrowing', 'copy', 'cancelled_patron', '2024-06-02 12:00', '2024-06-03 12:00', null, null, 'History', null, 'Gone', 'patron_request'),
  (6, 'lending', 'loan', 'shipped', '2024-06-03 12:00', '2024-06-04 00:00', '2024-06-20 12:00', 'XYZ', null, null, 'Lent', null),
  (7, 'docdel', 'copy', 'delivered', '2024-06-04 12:00', '2024-06-04 18:00', null, null, 'Music', null, 'Scanned', null),
  (8, 'borrowing', 'loan', 'unknown', '2024-06-20 12:00', null, null, 'ABC', 'Music', null, 'Open', null),
  (9, 'borrowing', 'loan', 'checked_out', '2023-05-10 12:00', '2023-05-18 12:00', null, 'ABC', 'History', null, 'Older', null),
  (12, 'borrowing', 'copy', 'unfilled', '2022-07-02 12:00', '2022-07-05 12:00', null, 'ABC', 'History', null, 'Oldest', 'lost'),
  (10, 'borrowing', 'copy', 'delivered', '2024-07-01 12:00', '2024-07-05 12:00', null, 'ABC', 'History', null, 'Newest', null)
) as t (id, role, kind, status, created, done, due, partner, department, patron_group, title, reason)`

// testHistory gives a new data directory with the requests above.
func testHistory(t *testing.T) *store.Files {
	t.Helper()
	return copied(t, loadedRequests)
}

var loadedRequests = sync.OnceValues(func() (string, error) {
	return loadedOnce("requests", func(ctx context.Context, files *store.Files) error {
		return loadInto(ctx, files,
			"insert into library values ('MAIN', 'America/New_York', true, null)",
			`insert into import_batch by name select 1 as batch_id, 1 as load_id, timestamp '2024-07-06 10:00:00' as imported_at, 'MAIN' as library,
			'generic' as source, 'requests' as content, 'requests.csv' as file, 'ab' as sha256, 12 as n_read, 10 as n_new, 0 as n_changed,
			0 as n_unchanged, 2 as n_rejected, 'Dates are read day first.' as notes`,
			"insert into reject values (1, 17, 'created', 'is no date'), (1, 18, 'created', 'is no date')",
			strings.NewReplacer("$1", "'"+hostile+"'", "$2", "'"+strings.Repeat("Very long ", 1000)+"'").Replace(requestsSQL),
		)
	})
})

func load(t *testing.T, files *store.Files, statements ...string) {
	t.Helper()
	if err := loadInto(t.Context(), files, statements...); err != nil {
		t.Fatal(err)
	}
}

func loadInto(ctx context.Context, files *store.Files, statements ...string) error {
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return store.Discard, err
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	return err
}

func testSite(t *testing.T, files *store.Files) http.Handler {
	t.Helper()
	handler, err := New(Options{Patience: time.Minute, Store: files, Addr: "127.0.0.1:8080", Version: "v-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// get asks as a browser on this computer would.
func get(t *testing.T, site http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	request.Host = "127.0.0.1:8080"
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	return recorder
}

// year is the twelve months that hold eight of the requests.
const year = "from=2023-07-01&to=2024-07-01"

func TestPages(t *testing.T) {
	site := testSite(t, testHistory(t))
	never := []string{"<script>alert", "-4242424242", "panic", "no such column", "Error:", "<h2></h2>", "%!", "NaN", "{{"}
	for _, test := range []struct {
		name, path string
		status     int
		want       []string
		not        []string
	}{
		{"overview", "/", 200, []string{"Data through 5 Jul 2024", "generation 1", "Last 12 full months", "1 Jul 2023 to 30 Jun 2024", "<h2>How often is a request filled?</h2>", "provisional"}, nil},
		{"overview counts", "/?" + year, 200, []string{`<p class="big">8</p>`, "300% more than a year earlier (2)", `<p class="big">75.0%</p>`, "25.0 points higher, better than a year earlier (50.0%)",
			`<p class="big">5.0 <small>days</small></p>`, "3.0 days shorter, better than a year earlier (8.0 days)"}, nil},
		{"nothing compared", "/?compare=none&" + year, 200, []string{"no comparison"}, []string{"a year earlier ("}},
		{"nothing to compare with", "/?from=2022-07-01&to=2023-07-01", 200, []string{"The history begins on 2 Jul 2022, too late to compare with.", "no comparison"}, []string{"a year earlier ("}},
		{"empty period", "/?from=1990-01-01&to=1991-01-01", 200, []string{"There are no requests from 1 Jan 1990 to 31 Dec 1990: the history runs from 2 Jul 2022 to 1 Jul 2024."}, nil},
		{"turnaround", "/turnaround?" + year, 200, []string{"How long do readers wait for a loan?", "Borrowing", "&lt;/script&gt;", "/rows/turnaround?from=2023-07-01&amp;to=2024-07-01"}, []string{"How long until we ship"}},
		{"turnaround of lending", "/turnaround?role=lending&" + year, 200, []string{"How long until we ship a loan?", "<td class=\"num\">0.50</td>"}, []string{"How long do readers wait", "How long until we send a copy?"}},
		{"fill rate", "/fill-rate?" + year, 200, []string{"How often is a request filled, and how soon?", "Not owned", "75.0%"}, nil},
		{"overdue", "/overdue?" + year, 200, []string{"2 overdue of 4 loans out, as of 5 Jul 2024", "/rows/overdue?"}, nil},
		{"catalog", "/catalog?" + year, 200, []string{"How many requests come in, and what becomes of them?", "/catalog/volume?from=2023-07-01&amp;to=2024-07-01"}, nil},
		{"a metric", "/catalog/volume?by=role&" + year, 200, []string{"<caption class=\"hidden\">Volume</caption>", ">Borrowing</a>", "/download/volume.csv?", "/rows/volume?from=2023-07-01&amp;to=2024-07-01&amp;role=borrowing"}, nil},
		{"published figures", "/fill-rate?" + year, 200, []string{"What have other libraries published?", "36 Nordic libraries", ">88.1%<"}, nil},
		{"what stands now", "/catalog/copyright", 200, []string{`<option value="all" selected>`, `href="/turnaround"`}, nil},
		{"no such metric", "/catalog/moon", 404, []string{"moon"}, nil},
		{"rows", "/rows/volume?" + year, 200, []string{"Requests 1 to 8", ">r1<", "&lt;/script&gt;", `rows=1`}, []string{">r9<", ">r10<", "patron_key"}},
		{"rows of a row", "/rows/volume?department=Music&suppress_below=0&" + year, 200, []string{">r7<", ">r8<"}, []string{">r1<"}},
		{"rows of a small department", "/rows/volume?department=Music&" + year, 400, []string{"are not listed: leave department=Music out"}, []string{">r7<"}},
		{"rows, none", "/rows/volume?from=1990-01-01&to=1990-02-01", 200, []string{"No request matches this filter."}, nil},
		{"rows, bad order", "/rows/volume?order=patron_key", 400, []string{"patron_key"}, []string{"<table"}},
		{"rows, bad offset", "/rows/volume?offset=-1", 400, []string{"offset is a whole number"}, nil},
		{"data", "/data", 200, []string{"requests.csv", "is no date", "17, 18", "Dates are read day first.", "unknown raw", "America/New_York"}, nil},
		{"definitions", "/definitions", 200, []string{`id="turnaround"`, "<code>median_days</code>", "/api/openapi.json"}, []string{"<h1>Turnaround</h1>"}},
		{"unknown page", "/nothing", 404, []string{"There is no such page here."}, nil},
		{"unknown filter", "/?colour=red", 400, []string{"This page has no filter called “colour”.", `<form class="filter"`, "Back to the page"}, []string{"<figure", "suppress_below"}},
		{"unknown role", "/?role=" + "pirate", 400, []string{"Role: “pirate” is not a choice; the choices are Borrowing, Lending, Document delivery.", `<form class="filter"`}, nil},
		{"unknown comparison", "/?compare=moon", 400, []string{"There is no comparison called “moon”"}, nil},
		{"a number that is none", "/overdue?grace_days=many&role=lending", 400, []string{"Days of grace: give a whole number from 0 to 3650, not “many”.", `href="/overdue?role=lending"`}, nil},
		{"dates the wrong way round", "/?from=2024-02-01&to=2024-01-01&role=lending", 400, []string{"begins on 1 Feb 2024 but ends before that, on 31 Dec 2023", `name="from" value="2024-02-01"`, `name="last" value="2023-12-31"`, `<option value="custom" selected>`, `href="/?role=lending">Back to the page`, `value="lending" checked`}, []string{"day after"}},
		{"unreadable query", "/?a=%zz", 400, []string{"cannot be read"}, nil},
		{"injection", "/?department=x%27%3Bdrop+table+request--&" + year, 200, []string{"No request matches this filter."}, nil},
		{"hostile filter", "/?department=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E", 200, []string{"&lt;/script&gt;"}, []string{"<script>alert(1)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := get(t, site, test.path)
			body := response.Body.String()
			if response.Code != test.status {
				t.Fatalf("status %d, want %d: %s", response.Code, test.status, body)
			}
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %q", test.path, want)
				}
			}
			for _, not := range append(test.not, never...) {
				if strings.Contains(body, not) && (test.status == http.StatusOK || not != "Error:") { // which the window's title may begin with
					t.Errorf("%s holds %q", test.path, not)
				}
			}
			if response.Header().Get("Content-Security-Policy") != contentSecurityPolicy {
				t.Error("no content security policy")
			}
			if strings.Contains(body, " style=\"") || regexp.MustCompile(`<script>|\son[a-z]+="`).MatchString(body) {
				t.Error("the page has inline style or script, which its policy forbids")
			}
		})
	}
}

// Every option that a page carries must be JSON, and say nothing that a browser could take for markup.
func TestOptionsAreData(t *testing.T) {
	site := testSite(t, testHistory(t))
	script := regexp.MustCompile(`(?s)<script type="application/json" id="[a-z-]+-option">(.*?)</script>`)
	found := 0
	for _, path := range []string{"/?" + year, "/turnaround?" + year, "/fill-rate?" + year, "/overdue?" + year} {
		for _, match := range script.FindAllStringSubmatch(get(t, site, path).Body.String(), -1) {
			found++
			var option map[string]any
			if err := json.Unmarshal([]byte(match[1]), &option); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if strings.ContainsAny(match[1], "<>") || option["tooltip"].(map[string]any)["renderMode"] != "richText" {
				t.Errorf("%s: an option holds markup, or would make the tooltip write styles: %.200s", path, match[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("%d options on four pages", found)
	}
}

func TestDownloads(t *testing.T) {
	site := testSite(t, testHistory(t))
	for _, test := range []struct {
		name, path, contentType string
		status                  int
		want, not               []string
	}{
		{"csv", "/download/volume.csv?by=role&" + year, "text/csv", 200, []string{"role,n_requests", "borrowing,6,3,1,1,1", "docdel,1,1,0,0,0", "lending,1,1,0,0,0"}, nil},
		{"csv of hostile names", "/download/volume.csv?by=partner&" + year, "text/csv", 200, []string{"'=1+1,"}, []string{"\n=1+1"}},
		{"json", "/download/fill_rate.json?" + year, "application/json", 200, []string{`"metric":"fill_rate"`, `"n_requests":8`, `"generation":1`}, nil},
		{"excel", "/download/turnaround.xlsx?by=kind&" + year, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 200, []string{"PK"}, nil},
		{"arrow", "/download/turnaround.arrow?by=kind&" + year, "application/vnd.apache.arrow.file", 200, []string{"ARROW1"}, nil},
		{"rows", "/download/overdue.csv?rows=1", "text/csv", 200, []string{"source_id", "\nr1,", "\nr6,"}, []string{"4242424242", "\nr7,"}},
		{"rows of hostile titles", "/download/volume.csv?rows=1", "text/csv", 200, []string{"'@HYPERLINK(1)"}, []string{",@HYPERLINK"}},
		{"unknown format", "/download/volume.exe", "text/html", 400, []string{"exe"}, nil},
		{"unknown metric", "/download/secrets.csv", "text/html", 404, []string{"secrets"}, nil},
		{"bad rows", "/download/volume.csv?rows=maybe", "text/html", 400, []string{"rows is 1 or 0."}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := get(t, site, test.path)
			body := response.Body.String()
			if response.Code != test.status || !strings.HasPrefix(response.Header().Get("Content-Type"), test.contentType) {
				t.Fatalf("status %d, %s; want %d, %s", response.Code, response.Header().Get("Content-Type"), test.status, test.contentType)
			}
			if disposition := response.Header().Get("Content-Disposition"); strings.HasPrefix(disposition, "attachment") != (test.status == 200) {
				t.Errorf("Content-Disposition %q", disposition)
			}
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("lacks %q:\n%.400s", want, body)
				}
			}
			for _, not := range test.not {
				if strings.Contains(body, not) {
					t.Errorf("holds %q:\n%.400s", not, body)
				}
			}
		})
	}
}

func TestAPI(t *testing.T) {
	site := testSite(t, testHistory(t))
	var answer struct {
		Metric     string
		Generation int
		Rows       []map[string]any
	}
	if err := json.Unmarshal(get(t, site, "/api/v1/metrics/volume?by=month&"+year).Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Rows) != 2 || answer.Rows[0]["month"] != "2024-05-01" || answer.Rows[0]["n_requests"] != 4.0 || answer.Metric != "volume" || answer.Generation != 1 {
		t.Errorf("volume by month: %+v", answer)
	}
	var failure struct{ Error problem }
	response := get(t, site, "/api/v1/metrics/volume?by=moon")
	if err := json.Unmarshal(response.Body.Bytes(), &failure); err != nil {
		t.Fatal(err)
	}
	if response.Code != 400 || failure.Error.Code != "invalid" || !strings.Contains(failure.Error.Message, "moon") || failure.Error.ID == "" {
		t.Errorf("a wrong dimension: %d %+v", response.Code, failure)
	}
	var description struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Parameters []struct{ Name string }
			Responses  map[string]any
		}
	}
	if err := json.Unmarshal(get(t, site, "/api/openapi.json").Body.Bytes(), &description); err != nil {
		t.Fatal(err)
	}
	for _, metric := range catalog.All() {
		get, ok := description.Paths["/api/v1/metrics/"+metric.ID]["get"]
		if !ok || len(get.Parameters) == 0 || get.Responses["200"] == nil {
			t.Errorf("the description lacks %s", metric.ID)
		}
		for _, parameter := range get.Parameters {
			if parameter.Name == "" {
				t.Error("a parameter without a name")
			}
		}
	}
	if body := get(t, site, "/api/v1/metrics").Body.String(); !strings.Contains(body, `"id":"overdue"`) {
		t.Errorf("the catalog: %.300s", body)
	}
}

func TestBeforeTheFirstLoad(t *testing.T) {
	site := testSite(t, store.Open(t.TempDir()))
	for path, want := range map[string]string{
		"/": "There is no data yet", "/overdue?side=lending": "fillrate ingest FILE", "/data": "fillrate ingest FILE", "/catalog/volume": "There is no data yet", "/outreach": "There is no data yet",
		"/definitions": "median_days", "/catalog": "/catalog/volume", "/import": "fillrate ingest",
	} {
		response := get(t, site, path)
		if response.Code != http.StatusOK || !strings.Contains(response.Body.String(), want) {
			t.Errorf("%s: status %d, want 200 and %q\n%s", path, response.Code, want, response.Body)
		}
	}
	for _, path := range []string{"/api/v1/metrics/volume", "/download/volume.csv", "/letters.csv"} {
		if response := get(t, site, path); response.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", path, response.Code)
		}
	}
	if body := get(t, site, "/api/v1/metrics/volume").Body.String(); !strings.Contains(body, `"code":"unavailable"`) {
		t.Error(body)
	}
}

func TestHealth(t *testing.T) {
	empty := testSite(t, store.Open(t.TempDir()))
	if response := get(t, empty, "/healthz"); response.Code != 200 {
		t.Errorf("healthz without data: %d", response.Code)
	}
	if response := get(t, empty, "/readyz"); response.Code != 503 || !strings.Contains(response.Body.String(), "fillrate ingest") {
		t.Errorf("readyz without data: %d %s", response.Code, response.Body)
	}
	site := testSite(t, testHistory(t))
	if response := get(t, site, "/readyz?ts=1"); response.Code != 200 {
		t.Errorf("readyz: %d %s", response.Code, response.Body)
	}
	get(t, site, "/data")
	body := get(t, site, "/metrics").Body.String()
	for _, want := range []string{`fillrate_http_requests_total{method="GET",route="/data",status="200"} 1`, "fillrate_generation 1", "fillrate_as_of_timestamp_seconds 1.72", "process_resident_memory_bytes", "fillrate_http_request_duration_seconds_bucket"} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

func TestNewGenerationShowsOnTheNextPage(t *testing.T) {
	files := testHistory(t)
	site := testSite(t, files)
	if body := get(t, site, "/?"+year).Body.String(); !strings.Contains(body, `<p class="big">8</p>`) {
		t.Fatal("the first generation does not count eight requests")
	}
	load(t, files, `insert into request by name select 11::bigint as request_id, 'r11' as source_id, * exclude (request_id, source_id) from request where request_id = 3`)
	body := get(t, site, "/?"+year).Body.String()
	if !strings.Contains(body, `<p class="big">9</p>`) || !strings.Contains(body, "generation 2") {
		t.Error("the second generation does not show")
	}
}

func TestOnlyThisComputersNamesAreAnswered(t *testing.T) {
	site := testSite(t, testHistory(t))
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost:8080": 200, "[::1]:8080": 200, "localhost": 200,
		"evil.example:8080": 421, "127.0.0.1.evil.example": 421, "": 421,
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		request.Host = host
		recorder := httptest.NewRecorder()
		site.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("host %q: %d, want %d", host, recorder.Code, want)
		}
		if want == 421 && strings.Contains(recorder.Body.String(), "History") {
			t.Errorf("host %q was shown data", host)
		}
	}
}

func TestMethods(t *testing.T) {
	site := testSite(t, testHistory(t))
	for method, want := range map[string]int{http.MethodHead: 200, http.MethodPost: 405, http.MethodDelete: 405} {
		request := httptest.NewRequestWithContext(t.Context(), method, "http://localhost/data", nil)
		recorder := httptest.NewRecorder()
		site.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("%s: %d, want %d", method, recorder.Code, want)
		}
	}
}

func TestStaticFilesAreKeptForEver(t *testing.T) {
	site := testSite(t, testHistory(t))
	address := regexp.MustCompile(`/static/[0-9a-f]+/app\.css`).FindString(get(t, site, "/data").Body.String())
	response := get(t, site, address)
	if response.Code != 200 || !strings.Contains(response.Header().Get("Cache-Control"), "immutable") || response.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s: %d %v", address, response.Code, response.Header())
	}
	for _, path := range []string{"/static/000000000000/app.css", "/static/x/../server.go", "/static/x/vendor/LICENSE"} {
		if response := get(t, site, path); response.Code != 404 {
			t.Errorf("%s: %d, want 404", path, response.Code)
		}
	}
}

func TestOtherAddressesThanLoopbackAreRefused(t *testing.T) {
	for addr, fine := range map[string]bool{
		"127.0.0.1:0": true, "localhost:8080": true, "[::1]:8080": true, "127.0.0.2:80": true,
		"0.0.0.0:8080": false, ":8080": false, "192.168.1.5:8080": false, "library.example:80": false, "8080": false,
	} {
		if err := checkAddress(addr); (err == nil) != fine {
			t.Errorf("%s: %v", addr, err)
		}
	}
	err := Serve(t.Context(), Options{Store: store.Open(t.TempDir()), Addr: "0.0.0.0:0"})
	if err == nil || !strings.Contains(err.Error(), "there is no login") {
		t.Errorf("serving to the network: %v", err)
	}
}

func TestServeStopsWhenAsked(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	started, done := make(chan string, 1), make(chan error, 1)
	files := testHistory(t)
	go func() {
		done <- Serve(ctx, Options{Store: files, Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Started: func(url string) { started <- url }})
	}()
	url := <-started
	response, err := http.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "ok\n" {
		t.Errorf("%s %v", body, err)
	}
	response.Body.Close()
	stop()
	if err := <-done; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(url, "http://")); err == nil {
		t.Error("the address still takes connections")
	}
}
