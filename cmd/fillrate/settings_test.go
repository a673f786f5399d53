package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// One setting, given on the command line, changes the page, the API, the CSV, the drill-down and the command alike; taken
// back, all of them are as before.
func TestASettingHoldsEverywhere(t *testing.T) {
	dir := t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		status, stdout, stderr := fillrate(t, append(args, "--data", dir)...)
		if status != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
		return stdout
	}
	must("ingest", "--library", "MAIN", "--tz", "America/New_York", "../../sample-data/illiad/Transactions-2024-25.csv.gz", "../../sample-data/illiad/UsersALL.csv")
	files := store.Open(dir)
	defer files.Close()
	book, err := settings.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	site, err := dashboards.New(dashboards.Options{Patience: time.Minute, Store: files, Settings: book, Addr: "127.0.0.1:8080", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	get := func(address string) string {
		t.Helper()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		request.Host = "127.0.0.1:8080"
		response := httptest.NewRecorder()
		site.ServeHTTP(response, request)
		if response.Code != http.StatusOK {
			t.Fatalf("%s: %d", address, response.Code)
		}
		return response.Body.String()
	}
	rows := func(text string) string {
		t.Helper()
		var answer struct {
			Rows json.RawMessage `json:"rows"`
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatal(err)
		}
		return string(answer.Rows)
	}
	type answers struct{ Command, API, CSV, Behind, Page, Years, Groups string }
	ask := func() answers {
		t.Helper()
		command := must("query", "overdue", "--by", "department", "--format", "csv")
		if csv := get("/download/overdue.csv?by=department"); csv != command {
			t.Errorf("command and CSV differ:\n%s", cmp.Diff(command, csv))
		}
		if api, command := rows(get("/api/v1/metrics/overdue?by=department")), rows(must("query", "overdue", "--by", "department", "--format", "json")); api != command {
			t.Errorf("command and API differ:\n%s", cmp.Diff(command, api))
		}
		behind := get("/download/overdue.csv?rows=1")
		if command := must("query", "overdue", "--rows", "--format", "csv"); behind != command {
			t.Error("the requests behind it differ")
		}
		years := get("/download/volume.csv?by=fiscal_year&preset=fiscal_year")
		if command := must("query", "volume", "--by", "fiscal_year", "--preset", "fiscal_year", "--format", "csv"); years != command {
			t.Errorf("command and CSV by fiscal year differ:\n%s", cmp.Diff(command, years))
		}
		_, page, _ := strings.Cut(get("/catalog/overdue?preset=all&by=department"), "<tbody>")
		page, _, _ = strings.Cut(page, "</tbody>")
		return answers{command, rows(get("/api/v1/metrics/overdue?by=department")), get("/download/overdue.csv?by=department"), behind, page, years, get("/download/volume.csv?by=department")}
	}
	before := ask()
	must("settings", "set", "grace_days", "45")
	must("settings", "set", "fiscal_start", "10")
	must("settings", "set", "suppress_below", "400")
	after := ask()
	for _, pair := range [][2]string{{before.Command, after.Command}, {before.API, after.API}, {before.CSV, after.CSV}, {before.Page, after.Page}, {before.Years, after.Years}, {before.Groups, after.Groups}} {
		if pair[0] == pair[1] {
			t.Errorf("nothing changed:\n%.300s", pair[0])
		}
	}
	must("settings", "unset", "grace_days", "fiscal_start", "suppress_below")
	if diff := cmp.Diff(before, ask()); diff != "" {
		t.Error(diff)
	}
	if after.Page == "" {
		t.Error("the page has no table")
	}
}
