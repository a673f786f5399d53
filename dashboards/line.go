package dashboards

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// line is where heavy work waits for its turn: what readers asked for in the order of asking, quick work before the rest,
// and only where none of that waits, what is done ahead of them, one at a time. Long work is done one at a time too, so that it never keeps the rest
// from going on.
type line struct {
	longest int // readers' work that may wait; more is turned away

	mu      sync.Mutex
	free    int
	isAhead bool // work ahead of readers holds a place
	isLong  bool // long work does
	waiting []*ticket
}

// ticket is a place in the line.
type ticket struct {
	called  chan struct{} // closed when it is its turn
	isAhead bool          // done ahead of readers
	isLong  bool          // takes seconds, where most takes tenths
	isQuick bool          // takes hundredths
}

// errBusy turns away what would wait too long.
var errBusy = errors.New("too many computations are waited for")

func newLine(places, longest int) *line { return &line{free: places, longest: longest} }

// take gives a place in the line for work of the context's kind, which is left with leave whether or not its turn has come.
// The error is errBusy.
func (l *line) take(ctx context.Context) (*ticket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &ticket{called: make(chan struct{}), isAhead: isAhead(ctx), isLong: ctx.Value(longWork{}) != nil, isQuick: ctx.Value(quickWork{}) != nil}
	if !t.isAhead && l.readers() >= l.longest {
		return nil, errBusy
	}
	l.waiting = append(l.waiting, t)
	l.call()
	return t, nil
}

// wait is over when it is the ticket's turn, or with the context's error.
func (l *line) wait(ctx context.Context, t *ticket) error {
	select {
	case <-t.called:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the place back, or the ticket before its turn.
func (l *line) leave(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, t); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
		return
	}
	l.free++
	if t.isAhead {
		l.isAhead = false
	}
	if t.isLong {
		l.isLong = false
	}
	l.call()
}

// hurry makes a reader's work of what was to be done ahead: now somebody waits for it.
func (l *line) hurry(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.waiting, t) {
		t.isAhead = false
		l.call()
	}
}

// call lets in whoever is next.
func (l *line) call() {
	for l.free > 0 {
		may := func(t *ticket) bool { return !t.isLong || !l.isLong }
		i := slices.IndexFunc(l.waiting, func(t *ticket) bool { return !t.isAhead && t.isQuick })
		if i < 0 {
			i = slices.IndexFunc(l.waiting, func(t *ticket) bool { return !t.isAhead && may(t) })
		}
		if i < 0 && !l.isAhead {
			i = slices.IndexFunc(l.waiting, func(t *ticket) bool { return t.isAhead && may(t) })
		}
		if i < 0 {
			return
		}
		t := l.waiting[i]
		l.free--
		l.isAhead, l.isLong = l.isAhead || t.isAhead, l.isLong || t.isLong
		close(t.called)
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
}

func (l *line) readers() int {
	n := 0
	for _, t := range l.waiting {
		if !t.isAhead {
			n++
		}
	}
	return n
}

// length is how much of readers' work waits.
func (l *line) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.readers()
}

type workAhead struct{}

// ahead marks what is done before anybody asks for it.
func ahead(ctx context.Context) context.Context { return context.WithValue(ctx, workAhead{}, true) }

type longWork struct{}

// long marks work that takes seconds.
func long(ctx context.Context) context.Context { return context.WithValue(ctx, longWork{}, true) }

type quickWork struct{}

// quick marks work that takes hundredths of a second.
func quick(ctx context.Context) context.Context { return context.WithValue(ctx, quickWork{}, true) }

func isAhead(ctx context.Context) bool { return ctx.Value(workAhead{}) != nil }

// turn waits until heavy work outside the cache may begin: a list of requests, a download. The caller calls done.
func (s *server) turn(ctx context.Context) (done func(), err error) {
	l := s.cache.line
	t, err := l.take(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.wait(ctx, t); err != nil {
		l.leave(t)
		return nil, err
	}
	return func() { l.leave(t) }, nil
}
