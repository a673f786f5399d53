package dashboards

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// nowhere is a reading of no generation, enough to be held and let go.
func nowhere() *reading {
	r := &reading{Snapshot: &store.Snapshot{}}
	r.holders.Store(1)
	return r
}

func TestCacheComputesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(10_000, time.Minute)
		from := nowhere()
		var computed atomic.Int32
		work := job{from: from, compute: func(ctx context.Context) (any, error) {
			computed.Add(1)
			time.Sleep(time.Second)
			return "value", nil
		}}
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if value, err := c.get(t.Context(), "key", work); value != "value" || err != nil {
					t.Errorf("%v, %v", value, err)
				}
			})
		}
		wait.Wait()
		if _, err := c.get(t.Context(), "key", work); err != nil || computed.Load() != 1 {
			t.Errorf("computed %d times for 21 readers: %v", computed.Load(), err)
		}
		if held := from.holders.Load(); held != 1 {
			t.Errorf("the reading is held %d times after all is done, want 1", held)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache(10_500, time.Minute)
	computed := 0
	ask := func(key string, weight int) {
		_, err := c.get(t.Context(), key, job{from: nowhere(), compute: func(context.Context) (any, error) { computed++; return strings.Repeat("x", weight), nil }})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		ask(strconv.Itoa(i), 3000)
	}
	ask("9", 3000)
	ask("8", 3000)
	if computed != 10 {
		t.Errorf("the newest were computed again: %d computations, want 10", computed)
	}
	ask("0", 3000)
	if computed != 11 {
		t.Errorf("the oldest was kept: %d computations, want 11", computed)
	}
	ask("too heavy", 11_000)
	ask("too heavy", 11_000)
	if computed != 13 || c.weight > c.limit || len(c.entries) != c.order.Len() {
		t.Errorf("%d computations, weight %d of %d, %d entries in an order of %d", computed, c.weight, c.limit, len(c.entries), c.order.Len())
	}
}

func TestCacheStopsWhenNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(10_000, time.Minute)
		from := nowhere()
		stopped := make(chan error, 1)
		slow := job{from: from, compute: func(ctx context.Context) (any, error) {
			<-ctx.Done()
			stopped <- ctx.Err()
			return nil, ctx.Err()
		}}
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { _, _ = c.get(first, "key", slow) })
		wait.Go(func() { _, _ = c.get(second, "key", slow) })
		synctest.Wait()
		leaveFirst()
		synctest.Wait()
		select {
		case err := <-stopped:
			t.Errorf("stopped although one still waits: %v", err)
		default:
		}
		leaveSecond()
		wait.Wait()
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		synctest.Wait()
		if held := from.holders.Load(); held != 1 || len(c.flights) != 0 {
			t.Errorf("held %d times, %d flights", held, len(c.flights))
		}
	})
}

func TestCacheTimesOutAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(10_000, 30*time.Second)
		block := job{from: nowhere(), compute: func(ctx context.Context) (any, error) { <-ctx.Done(); return nil, ctx.Err() }}
		var wait sync.WaitGroup
		for i := range 4 { // two run, two wait in line, and each has thirty seconds
			wait.Go(func() {
				_, err := c.get(t.Context(), strconv.Itoa(i), block)
				if told := explain(english, err); told.Status != 503 || told.Message != english.Text("timeout") {
					t.Errorf("%v is told as %+v", err, told)
				}
			})
		}
		wait.Wait()
	})
}

func TestCacheSurvivesAPanic(t *testing.T) {
	c := newCache(10_000, time.Minute)
	_, err := c.get(t.Context(), "key", job{from: nowhere(), compute: func(context.Context) (any, error) { panic("at the worst time") }})
	if told := explain(english, err); told.Status != 500 || told.Message != english.Text("internal") {
		t.Errorf("%v is told as %+v", err, told)
	}
	value, err := c.get(t.Context(), "key", job{from: nowhere(), compute: func(context.Context) (any, error) { return 1, nil }})
	if value != 1 || err != nil {
		t.Errorf("after it: %v, %v", value, err)
	}
}
