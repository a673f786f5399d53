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
		work := func(name string, isAhead bool) *ticket {
			ticket, err := l.take(isAhead)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				if l.wait(t.Context(), ticket) == nil {
					mu.Lock()
					order = append(order, name)
					mu.Unlock()
					time.Sleep(time.Second)
				}
				l.leave(ticket)
			}()
			synctest.Wait()
			return ticket
		}
		work("ahead 1", true)
		work("ahead 2", true) // a place is free, but not for a second one of these
		work("reader 1", false)
		work("reader 2", false)
		hurried := work("ahead 3", true)
		work("reader 3", false)
		if n := l.length(); n != 2 {
			t.Errorf("%d of readers wait, want 2", n)
		}
		l.hurry(hurried)
		time.Sleep(time.Minute)
		if want := []string{"ahead 1", "reader 1", "reader 2", "ahead 3", "reader 3", "ahead 2"}; !slices.Equal(order, want) {
			t.Errorf("went in the order %v, want %v", order, want)
		}
		if l.free != 2 || len(l.waiting) != 0 || l.isAhead {
			t.Errorf("after all: %d free, %d wait", l.free, len(l.waiting))
		}
	})
}

func TestLineTurnsAwayAndLetsGo(t *testing.T) {
	l := newLine(1, 1)
	first, _ := l.take(false)
	second, err := l.take(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.take(false); !errors.Is(err, errBusy) {
		t.Errorf("a third got %v", err)
	}
	if told := explain(english, errBusy); told.Status != 503 || told.Message != english.Text("busy") {
		t.Errorf("told as %+v", told)
	}
	if _, err := l.take(true); err != nil { // nobody waits for it
		t.Errorf("what is done ahead got %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := l.wait(gone, second); !errors.Is(err, context.Canceled) {
		t.Errorf("one who left got %v", err)
	}
	l.leave(second)
	third, err := l.take(false)
	if err != nil {
		t.Fatal(err)
	}
	l.leave(first)
	if err := l.wait(t.Context(), third); err != nil {
		t.Error(err)
	}
}
