package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/fillrate/fillrate/dashboards"
)

const (
	nReaders   = 50
	readingFor = 20 * time.Second
)

// questions are what readers ask beside the page as it opens; empty for that, which is what most do.
var questions = []string{"", "", "", "", "?preset=last_full_month", "?role=lending", "?kind=copy", "?preset=last_quarter&role=borrowing"}

// benchReaders lets fifty readers open pages at random, without a pause, for twenty seconds, late tiles included.
func benchReaders(ctx context.Context, o options) error { return onHistories(ctx, o, benchReadersOn) }

func benchReadersOn(ctx context.Context, _ options, dir string) error {
	return serving(ctx, dir, func(url string) error {
		r := newReader(url)
		var mu sync.Mutex
		var took []time.Duration
		nFailed, nLate := map[string]int{}, 0
		ending := time.Now().Add(readingFor)
		var wait sync.WaitGroup
		for i := range nReaders {
			random := rand.New(rand.NewPCG(uint64(i), 5))
			wait.Go(func() {
				for time.Now().Before(ending) {
					pages := dashboards.Pages()
					page := pages[random.IntN(len(pages))]
					if asks(page) {
						page += questions[random.IntN(len(questions))]
					}
					started := time.Now()
					got, err := r.get(ctx, page)
					spent := time.Since(started)
					late := got.addresses(latePattern)
					if err == nil {
						err = r.fetch(ctx, late)
					}
					mu.Lock()
					took = append(took, spent)
					nLate += len(late)
					if err != nil && ctx.Err() == nil {
						nFailed[err.Error()]++
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		slices.Sort(took)
		at := func(share float64) float64 {
			return 1000 * took[min(len(took)-1, int(share*float64(len(took))))].Seconds()
		}
		fmt.Printf("READERS of %s: %d at once for %.0f s, pages at random, the reader's time on this machine\n", dir, nReaders, readingFor.Seconds())
		fmt.Printf("  %d pages, %.0f a second; p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.0f ms; %d tiles came late; %d kinds of errors\n",
			len(took), float64(len(took))/readingFor.Seconds(), at(0.5), at(0.95), at(0.99), at(1), nLate, len(nFailed))
		for _, text := range slices.Sorted(maps.Keys(nFailed)) {
			fmt.Printf("  %d times: %s\n", nFailed[text], text)
		}
		fmt.Println()
		return nil
	})
}

// asks tells the pages that take a filter.
func asks(page string) bool {
	switch page {
	case "/data", "/definitions", "/settings", "/outreach", "/catalog":
		return false
	}
	return true
}
