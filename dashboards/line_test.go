package dashboards

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(2, 100)
		var mu sync.Mutex
		var order []string
		takes := time.Second
		isReader, isAhead := t.Context(), ahead(t.Context())
		work := func(name string, ctx context.Context) *ticket {
			ticket, err := l.take(ctx)
			if err != nil {
				t.Fatal(err)
			}
			takes += 10 * time.Millisecond // so that no two end at once
			spends := takes
			go func() {
				if l.wait(t.Context(), ticket) == nil {
					mu.Lock()
					order = append(order, name)
					mu.Unlock()
					time.Sleep(spends)
				}
				l.leave(ticket)
			}()
			synctest.Wait()
			return ticket
		}
		work("ahead 1", isAhead)
		work("ahead 2", isAhead) // a place is free, but not for a second one of these
		work("reader 1", isReader)
		work("reader 2", isReader)
		hurried := work("ahead 3", isAhead)
		work("reader 3", isReader)
		if n := l.length(); n != 2 {
			t.Errorf("%d of readers wait, want 2", n)
		}
		l.hurry(hurried)
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if want := []string{"ahead 1", "reader 1", "reader 2", "ahead 3", "reader 3", "ahead 2"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
		if l.free != 2 || len(l.waiting) != 0 || l.isAhead {
			t.Errorf("after all: %d free, %d wait", l.free, len(l.waiting))
		}
	})
}

func TestQuickWorkGoesFirst(t *testing.T) {
	l := newLine(1, 100)
	var tickets []*ticket
	for _, ctx := range []context.Context{t.Context(), t.Context(), long(t.Context()), quick(t.Context())} {
		ticket, err := l.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, ticket)
	}
	for _, i := range []int{0, 3, 1, 2} {
		select {
		case <-tickets[i].called:
		default:
			t.Fatalf("number %d is not called in its turn", i)
		}
		l.leave(tickets[i])
	}
}

func TestLongWorkLeavesAPlace(t *testing.T) {
	l := newLine(2, 100)
	take := func(ctx context.Context) *ticket {
		ticket, err := l.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	isCalled := func(t *ticket) bool {
		select {
		case <-t.called:
			return true
		default:
			return false
		}
	}
	first, second := take(long(t.Context())), take(long(t.Context()))
	third := take(t.Context())
	if !isCalled(first) || isCalled(second) || !isCalled(third) {
		t.Error("two long ones are done at once, or keep a short one waiting")
	}
	l.leave(third)
	if isCalled(second) {
		t.Error("two long ones are done at once")
	}
	l.leave(first)
	if !isCalled(second) {
		t.Error("the second long one is not called")
	}
}

func TestLineTurnsAwayAndLetsGo(t *testing.T) {
	l := newLine(1, 1)
	first, _ := l.take(t.Context())
	second, err := l.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.take(t.Context()); !errors.Is(err, errBusy) {
		t.Errorf("a third got %v", err)
	}
	if told := explain(english, errBusy); told.Status != 503 || told.Message != english.Text("busy") {
		t.Errorf("told as %+v", told)
	}
	if _, err := l.take(ahead(t.Context())); err != nil { // nobody waits for it
		t.Errorf("what is done ahead got %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := l.wait(gone, second); !errors.Is(err, context.Canceled) {
		t.Errorf("one who left got %v", err)
	}
	l.leave(second)
	third, err := l.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.leave(first)
	if err := l.wait(t.Context(), third); err != nil {
		t.Error(err)
	}
}
