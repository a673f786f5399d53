package dashboards

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/settings"
)

// A page that was made is kept, and shows at once what has changed since: the settings, the record of campaigns, the
// history, the language, the address.
func TestKeptPagesAreNeverStale(t *testing.T) {
	files, dir := testHistory(t), t.TempDir()
	campaigns, err := campaign.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	settled, err := settings.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = campaigns.Close(), settled.Close() })
	server, site, err := build(Options{Patience: time.Minute, Store: files, Campaigns: campaigns, Settings: settled, Addr: "127.0.0.1:8080", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	page := "/turnaround?" + year
	visit := func(tag, lang string) *httptest.ResponseRecorder {
		t.Helper()
		request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+page, nil)
		request.Header.Set("If-None-Match", tag)
		request.AddCookie(&http.Cookie{Name: langKey, Value: lang})
		response := httptest.NewRecorder()
		site.ServeHTTP(response, request)
		return response
	}
	first := visit("", "en")
	tag := first.Header().Get("ETag")
	if first.Code != 200 || tag == "" {
		t.Fatalf("%d, ETag %q", first.Code, tag)
	}
	if again := visit("", "en"); again.Body.String() != first.Body.String() {
		t.Error("the kept page is another")
	}
	weight := server.cache.size()
	if same := visit(tag, "en"); same.Code != http.StatusNotModified || same.Body.Len() != 0 || server.cache.size() != weight {
		t.Errorf("a browser that has the page is told %d and %d bytes", same.Code, same.Body.Len())
	}

	changed := func(what string, response *httptest.ResponseRecorder, want string) {
		t.Helper()
		if response.Code != 200 || response.Header().Get("ETag") == tag || !strings.Contains(response.Body.String(), want) {
			t.Errorf("%s: %d, without %q", what, response.Code, want)
		}
		tag = response.Header().Get("ETag")
	}
	changed("another language", visit(tag, "pt-BR"), `lang="pt-BR"`)
	tag = first.Header().Get("ETag")
	if err := campaigns.Add(t.Context(), campaign.Campaign{ID: "Z", Name: "Zebra week", Kind: "campaign", Revision: 1, Roles: []string{"borrowing"}, Outcome: "requests", Start: time.Date(2024, 1, 8, 0, 0, 0, 0, time.UTC), End: time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC)}, "add"); err != nil {
		t.Fatal(err)
	}
	changed("a new campaign", visit(tag, "en"), "Zebra week")
	set, err := settled.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.DateStyle = "iso"
	if _, err := settled.Put(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	changed("other settings", visit(tag, "en"), "2024-")
	load(t, files, `insert into request by name select 11::bigint as request_id, 'r11' as source_id, * exclude (request_id, source_id) from request where request_id = 3`)
	changed("a new generation", visit(tag, "en"), "generation 2")
	page = "/turnaround?" + year + "&role=lending"
	changed("another filter", visit(tag, "en"), "lending")
}

// What is late or went wrong is not kept; a tile by itself is none of the page.
func TestOnlyWholePagesAreKept(t *testing.T) {
	site, err := New(Options{Patience: time.Nanosecond, Store: testHistory(t), Addr: "127.0.0.1:8080", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	body := get(t, site, "/overdue?"+year)
	if tag := body.Header().Get("ETag"); tag != "" || !strings.Contains(body.Body.String(), "data-late=") {
		t.Errorf("a page without its tiles has ETag %q", tag)
	}
	tile := get(t, site, "/overdue?"+year+"&tile=rate")
	if text := strings.TrimSpace(tile.Body.String()); tile.Code != 200 || !strings.HasPrefix(text, "<figure") || strings.Contains(text, "data-late") || tile.Header().Get("ETag") != "" {
		t.Errorf("the tile: %d %.200s", tile.Code, text)
	}
	if none := get(t, site, "/overdue?"+year+"&tile=nothing"); none.Code != 200 || none.Body.String() != "<div hidden></div>" {
		t.Errorf("a tile that is not there: %d %s", none.Code, none.Body)
	}
	if !strings.Contains(body.Body.String(), "generation=1&amp;") || get(t, site, "/overdue?"+year+"&tile=rate&generation=1").Code != 200 {
		t.Error("a late tile is not asked for by the generation that its page stands on")
	}
	if moved := get(t, site, "/overdue?"+year+"&tile=rate&generation=2"); moved.Code != 409 {
		t.Errorf("a tile of another generation than the page's: %d", moved.Code)
	}
	whole := get(t, site, "/overdue?"+year+"&wait=1")
	if whole.Header().Get("ETag") == "" || strings.Contains(whole.Body.String(), "data-late=") {
		t.Error("a page that waits has late tiles")
	}
	if kept := get(t, site, "/overdue?"+year); kept.Body.String() != whole.Body.String() {
		t.Error("the whole page is not kept for who does not wait")
	}
}
