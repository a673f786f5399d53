package dashboards

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/fillrate/fillrate/queries"
)

func TestOneFailingTileLeavesThePage(t *testing.T) {
	v := &visit{Words: english, server: &server{log: slog.New(slog.DiscardHandler)}}
	figures := v.draw(
		func() (*figure, error) { return &figure{ID: "fine", Title: "Fine?"}, nil },
		func() (*figure, error) {
			return &figure{ID: "inside"}, errors.New("no such table: secret_path")
		},
		func() (*figure, error) {
			return &figure{ID: "told", Option: map[string]any{}}, &queries.Error{Code: queries.Unavailable, Message: "Wait a little."}
		},
		func() (*figure, error) { panic("worse") },
		func() (*figure, error) { return nil, nil }, // has nothing to say
	)
	want := []struct{ id, problem string }{{"fine", ""}, {"inside", english.Text("internal_tile")}, {"told", "Wait a little."}, {"", english.Text("internal_tile")}}
	if len(figures) != len(want) {
		t.Fatalf("%d figures, want %d", len(figures), len(want))
	}
	for i, w := range want {
		if figures[i].ID != w.id || figures[i].Error != w.problem || figures[i].Option != nil {
			t.Errorf("figure %d: %+v, want %+v", i, *figures[i], w)
		}
	}
}
