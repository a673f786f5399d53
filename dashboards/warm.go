package dashboards

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// Pages lists the addresses of the navigation. Each is made ahead as it is opened: a reader who comes after a start or a
// load finds it ready.
func Pages() []string { return slices.Clone(nav) }

// warmPause is how long it takes at most until a new generation, or a change of settings, is seen.
const warmPause = 2 * time.Second

// warmUp makes the pages ahead, now and whenever what they stand on has changed, until ctx ends. Its queries run one at a
// time and after all that readers wait for.
func (s *server) warmUp(ctx context.Context, site http.Handler) {
	done := warmth{}
	for {
		if now, ok := s.warmth(ctx); ok && now != done {
			if s.warmPages(ctx, site, now); ctx.Err() == nil {
				done = now
				s.warmed.Store(int64(now.generation))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(warmPause):
		}
	}
}

// warmth is what pages made ahead stand on.
type warmth struct{ generation, revision int }

func (s *server) warmth(ctx context.Context) (warmth, bool) {
	generation, err := s.store.Current()
	if err != nil {
		return warmth{}, false // nothing was loaded yet
	}
	set, err := s.readSettings(ctx)
	return warmth{generation, set.Revision}, err == nil
}

// warmPages opens each page in each language, until it is done or what they stand on is another.
func (s *server) warmPages(ctx context.Context, site http.Handler, stand warmth) {
	for _, page := range nav {
		for _, w := range locale.All() {
			if now, ok := s.warmth(ctx); !ok || now != stand || ctx.Err() != nil {
				return
			}
			request, err := http.NewRequestWithContext(ahead(ctx), http.MethodGet, page+"?"+waitKey+"=1", nil)
			if err != nil {
				continue
			}
			request.Host = "localhost" // the server's own
			request.AddCookie(&http.Cookie{Name: langKey, Value: w.Tag})
			answer := httptest.NewRecorder()
			if site.ServeHTTP(answer, request); answer.Code != http.StatusOK && ctx.Err() == nil {
				s.log.Warn("a page could not be made ahead", "page", page, "status", answer.Code)
			}
		}
	}
}
