package dashboards

import (
	archive "archive/zip"
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// wholeSite is a site with everything that a library has, its log, and the addresses of all that it answers to reading.
func wholeSite(t *testing.T, files *store.Files) (site http.Handler, log *journal, routes []string) {
	t.Helper()
	book, err := settings.Open(t.Context(), files.Dir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	record, err := campaign.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { record.Close() })
	log = &journal{}
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
	printer := &press.Press{Store: files, Editions: editions, Campaigns: record, Settings: book, Version: "v-test"}
	_, site, err = build(Options{Store: files, Settings: book, Campaigns: record, Press: printer, Subscriptions: posts, Patience: time.Minute, Addr: "127.0.0.1:8080", Version: "v-test",
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	engine, ok := site.(*gin.Engine)
	if !ok {
		t.Fatalf("the site is a %T", site)
	}
	for _, route := range engine.Routes() {
		if route.Method == http.MethodGet && !strings.HasPrefix(route.Path, "/static/") {
			routes = append(routes, route.Path)
		}
	}
	if len(routes) < 25 {
		t.Fatalf("only %d routes", len(routes))
	}
	return site, log, routes
}

// inPlaces gives what to put in the places of a route.
var inPlaces = map[string][]string{
	":metric": {"volume", "overdue", "titles", "open_requests", "moon"}, ":dimension": {"partner", "department", "patron_group", "patron_key"},
	":file": {"volume.csv", "overdue.json", "titles.xlsx", "volume.arrow", "campaigns.csv", "months.csv", "volume.exe", "monthly-2025-06-edition-1.html", "restatement.xlsx"}, ":id": {"visits", "none", "monthly-2025-06-1"}, ":n": {"1", "x"}, ":partner": {"XIA", "nobody"}, ":name": {"law", "none"},
}

var inRoute = regexp.MustCompile(`[:*][a-z]+`)

// addresses are those of a route, with each of the words that its place may have.
func addresses(route string) []string {
	place := inRoute.FindString(route)
	if place == "" {
		return []string{route}
	}
	var list []string
	for _, word := range inPlaces[place] {
		list = append(list, addresses(strings.Replace(route, place, word, 1))...)
	}
	return list
}

var oddQueries = []string{
	"", "preset=all&by=partner&wait=1", "preset=all&rows=1&role=lending&from=2024-06-01&to=2024-06-08", "from=2024-13-45", "offset=-1", "order=patron_key",
	"department=x%27%3Bdrop+table+request--", "by=patron_key", "patron_key=1", "as_of=0001-01-01", "lang=xx", "tile=nothing", "%zz", "grace_days=99999999999999999999", "q=%25%27", "preset=all&order=nothing&list=nothing",
	"from=2024-01-01&to=2023-01-01", "split=1&by=&by=moon", "partner=" + "%F0%28%8C%28",
}

var (
	// inside are words that tell how the program is made.
	inside = regexp.MustCompile(`sql:|panic|goroutine \d|\.go:\d|(Parser|Binder|Catalog|Conversion|Constraint|IO|Invalid Input) Error|database/sql|fact_request|%!|\$from::|runtime error`)
	// people are the names of the sample's users, which are invented for this.
	people  = regexp.MustCompile(`(?:^|[^\\\w])u\d{4,5}\b|Zzname|u\d+@`)
	longInt = regexp.MustCompile(`-?\d{12,}`)
)

// No answer, file or line of the log names a reader, or tells how the program is made or where its files are.
func TestWhatMustNotAppear(t *testing.T) {
	files := sampleHistory(t)
	site, log, routes := wholeSite(t, files)
	if response := send(t, site, "/outreach/new", visitsCalled("Visits")); response.Code != http.StatusSeeOther {
		t.Fatalf("recording a campaign: %d", response.Code)
	}
	for address, form := range map[string]url.Values{
		issuePath:                  {reportKey: {"monthly"}, onceKey: {strings.Repeat("A", 26)}},
		builderPath:                {kindOfKey: {"worklists"}, nameKey: {"law"}, sectionsKey: {"list_overdue"}},
		subscriptionsPath + "/new": {idField: {"law"}, reportKey: {"law"}, ruleKey: {"weekly"}, weekdayKey: {"1"}, formatsKey: {"pdf"}, recipientsKey: {"ill@example.org"}, attachKey: {"1"}},
	} {
		if response := send(t, site, address, form); response.Code != http.StatusSeeOther && address != subscriptionsPath+"/new" {
			t.Fatalf("%s: %d", address, response.Code)
		}
	}
	keys := patronKeys(t, files)
	check := func(t *testing.T, where, text string, mayTellInside bool) {
		t.Helper()
		if found := people.FindString(text); found != "" {
			t.Errorf("%s names a reader: %s", where, found)
		}
		for _, number := range longInt.FindAllString(text, -1) {
			if keys[number] {
				t.Errorf("%s holds a reader's key", where)
			}
		}
		if found := inside.FindString(text); found != "" && !mayTellInside {
			t.Errorf("%s holds %q", where, found)
		}
		for _, path := range []string{files.Dir(), os.TempDir() + "/", "patron.key"} {
			if strings.Contains(text, path) {
				t.Errorf("%s names the path %s", where, path)
			}
		}
	}
	queries, few := oddQueries, 200
	if testing.Short() { // the race detector sees every address, not every oddity: those are about what is said, not about who meets
		queries, few = []string{"", "from=2024-13-45"}, 20
	}
	nAnswers := map[int]int{}
	for _, route := range routes {
		for _, address := range addresses(route) {
			for _, query := range queries {
				if strings.HasSuffix(route, "/events") {
					continue // a stream
				}
				response := get(t, site, address+"?"+query)
				nAnswers[response.Code]++
				where := address + "?" + query
				if response.Code >= 500 {
					t.Errorf("%s: status %d", where, response.Code)
				}
				// A metric's page shows its statement, and the metrics of the program are about it. A PDF is packed: it may hold any bytes.
				check(t, where, opened(t, response.Body.Bytes()), strings.HasPrefix(route, catalogPath+"/") || route == "/metrics" || strings.HasSuffix(route, ".pdf"))
			}
		}
	}
	check(t, "the log", log.String(), false)
	if nAnswers[200] < few || nAnswers[400] < few || nAnswers[404] < 20 {
		t.Errorf("answers by status: %v: too few to tell anything", nAnswers)
	}
	if !strings.Contains(log.String(), "msg=request") {
		t.Error("nothing is logged")
	}
}

// A history that can't be read is told of in words, without where it lies.
func TestUnreadableHistoryTellsNoPath(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "generations"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"current": "1\n", "generations/1.duckdb": "no database at all", "generations/000001.duckdb": "no database at all"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	site := testSite(t, store.Open(dir))
	for _, address := range []string{"/", "/data", "/rows/volume", "/api/v1/metrics/volume", "/download/volume.csv", "/choices/partner", "/readyz"} {
		response := get(t, site, address)
		if response.Code < 500 {
			t.Errorf("%s: status %d", address, response.Code)
		}
		if body := response.Body.String(); strings.Contains(body, dir) || inside.MatchString(body) || strings.Contains(body, ".duckdb") {
			t.Errorf("%s: %.600s", address, body)
		}
	}
}

func patronKeys(t *testing.T, files *store.Files) map[string]bool {
	t.Helper()
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	rows, err := snapshot.DB().QueryContext(t.Context(), "select distinct patron_key::varchar from request where patron_key is not null")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	keys := map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		keys[key] = true
	}
	if err := rows.Err(); err != nil || len(keys) < 100 {
		t.Fatal(len(keys), err)
	}
	return keys
}

// opened is what a body says: the files within it where it is a workbook.
func opened(t *testing.T, body []byte) string {
	t.Helper()
	if !bytes.HasPrefix(body, []byte("PK")) {
		return string(body)
	}
	book, err := archive.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range book.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return all.String()
}

func visitsCalled(name string) url.Values {
	form := visits()
	form.Set("name", name)
	form.Set("id", "visits")
	return form
}
