package dashboards

import (
	"container/list"
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// cache keeps the newest results by key, so that a page seen before costs no query. Several readers who ask for the
// same key at once wait for one computation. A generation never changes, so nothing in here grows stale; what an older
// generation left is pushed out by use.
type cache struct {
	limit   int // sum of weights kept
	timeout time.Duration
	slots   chan struct{} // at most this many computations at once; the rest wait in line

	mu      sync.Mutex
	weight  int
	entries map[string]*list.Element // of *entry
	order   *list.List               // most recently used first
	flights map[string]*flight
}

type entry struct {
	key    string
	value  any
	weight int
}

// flight is a computation that goes on for as long as anybody waits for it.
type flight struct {
	done    chan struct{}
	value   any
	err     error
	waiters int
	cancel  context.CancelFunc
}

// concurrentQueries is two: one metric keeps DuckDB's threads busy already, the second fills its gaps.
const concurrentQueries = 2

func newCache(limit int, timeout time.Duration) *cache {
	return &cache{
		limit: limit, timeout: timeout, slots: make(chan struct{}, concurrentQueries),
		entries: map[string]*list.Element{}, order: list.New(), flights: map[string]*flight{},
	}
}

// job computes a value and its weight. Its context ends when everybody who waits has left, or after the cache's timeout;
// what it reads is held while it runs, as it may outlive the request that set it off.
type job struct {
	compute func(context.Context) (any, int, error)
	from    *reading
}

// get gives the value under key, computing it unless it is there.
func (c *cache) get(ctx context.Context, key string, j job) (any, error) {
	c.mu.Lock()
	if element, ok := c.entries[key]; ok {
		c.order.MoveToFront(element)
		c.mu.Unlock()
		return element.Value.(*entry).value, nil
	}
	f, ok := c.flights[key]
	if !ok {
		f = &flight{done: make(chan struct{})}
		var working context.Context
		working, f.cancel = context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
		c.flights[key] = f
		j.from.hold()
		go c.fly(working, key, f, j)
	}
	f.waiters++
	c.mu.Unlock()

	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if f.waiters--; f.waiters == 0 {
			f.cancel()
			if c.flights[key] == f {
				delete(c.flights, key) // whoever asks next starts anew
			}
		}
		return nil, ctx.Err()
	}
}

func (c *cache) fly(ctx context.Context, key string, f *flight, j job) {
	defer f.cancel()
	defer j.from.release()
	weight := 0
	select {
	case c.slots <- struct{}{}:
		func() {
			defer func() {
				<-c.slots
				if reason := recover(); reason != nil { // no handler is above this goroutine
					f.err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
				}
			}()
			f.value, weight, f.err = j.compute(ctx)
		}()
	case <-ctx.Done():
		f.err = ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil {
		c.keep(&entry{key: key, value: f.value, weight: max(1, weight)})
	}
	close(f.done)
}

func (c *cache) keep(e *entry) {
	if e.weight > c.limit {
		return
	}
	if _, ok := c.entries[e.key]; ok {
		return
	}
	c.entries[e.key] = c.order.PushFront(e)
	c.weight += e.weight
	for c.weight > c.limit {
		oldest := c.order.Back()
		dropped := oldest.Value.(*entry)
		c.order.Remove(oldest)
		delete(c.entries, dropped.key)
		c.weight -= dropped.weight
	}
}
