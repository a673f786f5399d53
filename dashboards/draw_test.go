package dashboards

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fillrate/fillrate/queries"

	"github.com/fillrate/fillrate/queries/store"
)

func TestOneFailingTileLeavesThePage(t *testing.T) {
	v := &visit{ctx: t.Context(), Words: english, server: &server{log: slog.New(slog.DiscardHandler)}}
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

// A page asks for its slow tiles by name: they stand as places, and what is there at once is there.
func TestLateTiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1<<20, time.Minute)
		slow := func(v *visit, took time.Duration) tile {
			return func() (*figure, error) {
				f := &figure{ID: "slow", Title: "Slow?", Wide: true, Height: "l"}
				value, err := c.get(v.ctx, "slow", job{from: nowhere(), compute: func(context.Context) (any, error) {
					time.Sleep(took)
					return "done", nil
				}})
				if err == nil {
					f.N = value.(string)
				}
				return f, err
			}
		}
		nameless := func(v *visit) tile {
			return func() (*figure, error) {
				value, err := c.get(v.ctx, "nameless", job{from: nowhere(), compute: func(context.Context) (any, error) {
					time.Sleep(time.Second)
					return "named", nil
				}})
				if err != nil {
					return nil, err
				}
				return &figure{ID: value.(string)}, nil
			}
		}
		visit := func() *visit {
			return &visit{ctx: t.Context(), Words: english, server: &server{log: slog.New(slog.DiscardHandler), patience: patience}, path: "/here", reading: &reading{Snapshot: &store.Snapshot{Generation: 7}}, values: url.Values{"role": {"lending"}}, started: time.Now()}
		}
		fast := func() (*figure, error) { return &figure{ID: "fast"}, nil }

		v, began := visit(), time.Now()
		figures := v.draw(fast, slow(v, 3*time.Second))
		if took := time.Since(began); took != patience {
			t.Errorf("the page took %v, want its patience, %v", took, patience)
		}
		if len(figures) != 2 || figures[0].Late != "" || figures[1].Late != "/here?role=lending&generation=7&tile=slow" || figures[1].Whole != "/here?role=lending&wait=1" ||
			figures[1].Title != "Slow?" || !figures[1].Wide || figures[1].Height != "l" || v.isWhole {
			t.Errorf("%+v, %+v, whole %v", *figures[0], *figures[1], v.isWhole)
		}

		v = visit()
		v.tile = "slow"
		figures = v.draw(fast, slow(v, 3*time.Second))
		if took := time.Since(began); took != 3*time.Second { // the first page's query went on
			t.Errorf("the tile was there after %v, want 3 s", took)
		}
		if len(figures) != 1 || v.alone != figures[0] || figures[0].N != "done" || figures[0].Late != "" {
			t.Errorf("%+v", figures)
		}

		v = visit()
		if figures = v.draw(fast, slow(v, time.Hour)); figures[1].N != "done" || !v.isWhole {
			t.Errorf("what is kept is late: %+v", *figures[1])
		}

		v, began = visit(), time.Now()
		figures = v.draw(nameless(v)) // nobody could ask for it, so that the page waits
		if took := time.Since(began); took != time.Second || figures[0].ID != "named" || figures[0].Late != "" {
			t.Errorf("%+v after %v", *figures[0], took)
		}

		v = visit()
		v.tile = "none"
		if figures = v.draw(fast); len(figures) != 0 || v.alone != nil {
			t.Errorf("%+v", figures)
		}
	})
}
