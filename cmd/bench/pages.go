package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/queries/store"
)

var pages = []string{"/", "/turnaround", "/fill-rate", "/overdue", "/data", "/definitions"}

// benchPages times every page on both histories: the first visit after a start, and the one after it.
func benchPages(ctx context.Context, o options) error {
	small, large, err := histories(ctx, o)
	if err != nil {
		return err
	}
	for _, dir := range []string{small, large} {
		if err := benchPagesOn(ctx, o, dir); err != nil {
			return err
		}
	}
	return nil
}

func benchPagesOn(ctx context.Context, o options, dir string) error {
	fmt.Printf("PAGES of %s (milliseconds of server time; kB as sent)\n  %-14s %10s %10s %8s\n", dir, "page", "cold", "warm", "kB")
	for _, page := range pages {
		var cold, warm []time.Duration
		size := 0
		for range o.runs {
			err := visited(ctx, dir, func(visit func(string) (time.Duration, int, error)) error {
				took, _, err := visit(page)
				if err != nil {
					return err
				}
				cold = append(cold, took)
				took, size, err = visit(page)
				warm = append(warm, took)
				return err
			})
			if err != nil {
				return err
			}
		}
		fmt.Printf("  %-14s %10.1f %10.1f %8.0f\n", page, 1000*median(cold), 1000*median(warm), float64(size)/1000)
	}
	fmt.Println()
	return nil
}

// visited runs do against a server that has just started on a data directory.
func visited(ctx context.Context, dir string, do func(visit func(string) (time.Duration, int, error)) error) error {
	files := store.Open(dir)
	defer files.Close()
	handler, err := dashboards.New(dashboards.Options{Store: files, Addr: "127.0.0.1:0", Version: "bench", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	return do(func(page string) (time.Duration, int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+page, nil)
		if err != nil {
			return 0, 0, err
		}
		started := time.Now()
		response, err := server.Client().Do(request)
		if err != nil {
			return 0, 0, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", page, response.Status)
		}
		return time.Since(started), len(body), err
	})
}
