package dashboards

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// cache keeps the newest results by key, so that a page seen before costs no query. Several readers who ask for the
// same key at once wait for one computation. A generation never changes, so nothing in here grows stale; what an older
// generation left is pushed out by use.
type cache struct {
	limit   int // sum of weights kept, in bytes
	timeout time.Duration
	line    *line // a few computations at once; the rest wait

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
	ticket  *ticket
}

const (
	concurrentQueries = 2   // one metric keeps DuckDB's threads busy already, the second fills its gaps
	longestLine       = 300 // computations that readers wait for: with more, the last would time out
	timesAhead        = 10  // as long may take what nobody waits for yet
	// fetchedWithin is how long a computation that a page did not wait for goes on without anybody who does: its page
	// has to arrive and ask for it.
	fetchedWithin = 10 * time.Second
)

func newCache(limit int, timeout time.Duration) *cache {
	return &cache{
		limit: limit, timeout: timeout, line: newLine(concurrentQueries, longestLine),
		entries: map[string]*list.Element{}, order: list.New(), flights: map[string]*flight{},
	}
}

// job computes a value. Its context ends when everybody who waits has left, or after its timeout; what it reads is
// held while it runs, as it may outlive the request that set it off.
type job struct {
	compute func(context.Context) (any, error)
	from    *reading
	timeout time.Duration // 0: the cache's
}

// errLate says that a value is not there yet, to who would not wait longer.
var errLate = errors.New("not computed yet")

// get gives the value under key, computing it unless it is there.
func (c *cache) get(ctx context.Context, key string, j job) (any, error) {
	waits := patienceOf(ctx)
	c.mu.Lock()
	if element, ok := c.entries[key]; ok {
		c.order.MoveToFront(element)
		c.mu.Unlock()
		return element.Value.(*entry).value, nil
	}
	if waits.onlyLooks {
		c.mu.Unlock()
		return nil, errLate
	}
	f, err := c.join(ctx, key, j)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}

	var late <-chan time.Time
	if !waits.until.IsZero() {
		timer := time.NewTimer(time.Until(waits.until))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-late:
		time.AfterFunc(fetchedWithin, func() { c.quit(key, f) })
		return nil, errLate
	case <-ctx.Done():
		c.quit(key, f)
		return nil, ctx.Err()
	}
}

// join gives the flight of a key with one more who waits for it. The cache is locked.
func (c *cache) join(ctx context.Context, key string, j job) (*flight, error) {
	f, ok := c.flights[key]
	if ok {
		if !isAhead(ctx) {
			c.line.hurry(f.ticket)
		}
		f.waiters++
		return f, nil
	}
	ticket, err := c.line.take(ctx)
	if err != nil {
		return nil, err
	}
	f = &flight{done: make(chan struct{}), waiters: 1, ticket: ticket}
	timeout := cmp.Or(j.timeout, c.timeout)
	if isAhead(ctx) {
		timeout *= timesAhead
	}
	var working context.Context
	working, f.cancel = context.WithTimeout(unhurried(context.WithoutCancel(ctx)), timeout)
	c.flights[key] = f
	j.from.hold()
	go c.fly(working, key, f, j)
	return f, nil
}

// quit is one less who waits; with the last the computation ends.
func (c *cache) quit(key string, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		f.cancel()
		if c.flights[key] == f {
			delete(c.flights, key) // whoever asks next starts anew
		}
	}
}

func (c *cache) fly(ctx context.Context, key string, f *flight, j job) {
	defer f.cancel()
	defer j.from.release()
	f.err = c.line.wait(ctx, f.ticket)
	func() {
		defer func() {
			c.line.leave(f.ticket)
			if reason := recover(); reason != nil { // no handler is above this goroutine
				f.err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
			}
		}()
		if f.err == nil {
			f.value, f.err = j.compute(ctx)
		}
	}()
	weight := 0
	if f.err == nil {
		weight = weigh(f.value) + len(key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil {
		c.keep(&entry{key: key, value: f.value, weight: weight})
	}
	close(f.done)
}

// look gives what is kept under a key, and computes nothing.
func (c *cache) look(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(element)
	return element.Value.(*entry).value, true
}

// put keeps a value that was made without the cache.
func (c *cache) put(key string, value any) {
	weight := weigh(value) + len(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(&entry{key: key, value: value, weight: weight})
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

// size is the bytes that are kept, as far as weigh knows.
func (c *cache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.weight
}
