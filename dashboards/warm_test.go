package dashboards

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// After a start, and after a load, the pages are made before anybody asks.
func TestPagesAreMadeAhead(t *testing.T) {
	files := testHistory(t)
	server, site, err := build(Options{Patience: time.Nanosecond, Store: files, Addr: "127.0.0.1:8080", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.warmUp(ctx, site)
	}()
	for generation := range int64(2) {
		if generation > 0 {
			load(t, files, `insert into request by name select 11::bigint as request_id, 'r11' as source_id, * exclude (request_id, source_id) from request where request_id = 3`)
		}
		for begun := time.Now(); server.warmed.Load() <= generation; time.Sleep(10 * time.Millisecond) {
			if time.Since(begun) > 2*time.Minute {
				t.Fatal("the pages are not made ahead")
			}
		}
		if body := get(t, site, "/").Body.String(); strings.Contains(body, "data-late=") {
			t.Error("a page made ahead has late tiles")
		}
	}
	if body := get(t, site, "/metrics").Body.String(); !strings.Contains(body, "fillrate_warmed_generation 2") || strings.Contains(body, `route="/turnaround"`) {
		t.Error("what is made ahead is counted as asked for, or does not show")
	}
	stop()
	<-ended
}
