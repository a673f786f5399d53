package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// benchPages times every page on both histories.
func benchPages(ctx context.Context, o options) error { return onHistories(ctx, o, benchPagesOn) }

func onHistories(ctx context.Context, o options, bench func(context.Context, options, string) error) error {
	small, large, err := histories(ctx, o)
	if err != nil {
		return err
	}
	for _, dir := range []string{small, large} {
		if err := bench(ctx, o, dir); err != nil {
			return err
		}
	}
	return nil
}

// pageTimes is one page, measured by a reader on the same machine: request sent to last byte read.
type pageTimes struct {
	first   []time.Duration // the first visit after a start: the page, perhaps without its slowest tiles
	whole   []time.Duration // until its last tile was there too, fetched as the page's script does
	ready   []time.Duration // the first visit after the pages were made ahead
	again   []time.Duration // a repeated visit
	same    []time.Duration // the same where the browser has it already (304)
	late    int             // tiles that the first visit did not wait for
	page    int             // bytes sent
	statics int             // bytes of the files that the page needs, which a browser keeps
}

func benchPagesOn(ctx context.Context, o options, dir string) error {
	all := make([]pageTimes, len(dashboards.Pages()))
	for range o.runs {
		for i, page := range dashboards.Pages() {
			if err := firstVisit(ctx, dir, page, &all[i]); err != nil {
				return err
			}
		}
		if err := readyVisits(ctx, dir, all); err != nil {
			return err
		}
	}
	fmt.Printf("PAGES of %s\nMilliseconds of a reader on this machine; kB as sent, compressed.\n", dir)
	fmt.Printf("First: after a start, nothing computed; late: tiles that it did not wait for; whole: until those were there too.\nReady: the first visit once the server has made the pages ahead. Again: the same visit repeated; 304: where the browser kept it.\n")
	fmt.Printf("  %-14s %8s %5s %8s %8s %8s %8s %9s %10s\n", "page", "first", "late", "whole", "ready", "again", "304", "kB page", "kB files")
	for i, page := range dashboards.Pages() {
		t := &all[i]
		fmt.Printf("  %-14s %8.1f %5d %8.1f %8.1f %8.1f %8.1f %9.1f %10.1f\n", page, 1000*median(t.first), t.late, 1000*median(t.whole), 1000*median(t.ready),
			1000*median(t.again), 1000*median(t.same), float64(t.page)/1000, float64(t.statics)/1000)
	}
	fmt.Println()
	return nil
}

// siteOf is the site of a data directory, as fillrate serve opens it.
func siteOf(ctx context.Context, dir string) (dashboards.Options, error) {
	campaigns, err := campaign.Open(ctx, dir) // nothing is recorded: no file is open
	if err != nil {
		return dashboards.Options{}, err
	}
	settled, err := settings.Open(ctx, dir)
	return dashboards.Options{
		Store: store.Open(dir), Campaigns: campaigns, Settings: settled,
		Addr: "127.0.0.1:0", Version: "bench", Logger: slog.New(slog.DiscardHandler),
	}, err
}

// firstVisit opens a page of a server that has just started, and all that the page asks for.
func firstVisit(ctx context.Context, dir, page string, t *pageTimes) error {
	options, err := siteOf(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = options.Store.Close() }() // only read
	handler, err := dashboards.New(options)
	if err != nil {
		return err
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	r := newReader(server.URL)
	started := time.Now()
	got, err := r.get(ctx, page)
	if err != nil {
		return err
	}
	t.first = append(t.first, time.Since(started))
	late := got.addresses(latePattern)
	t.late = len(late)
	if err := r.fetch(ctx, late); err != nil {
		return err
	}
	t.whole = append(t.whole, time.Since(started))
	t.statics = 0
	for _, file := range got.addresses(staticPattern) {
		sent, err := r.get(ctx, file)
		if err != nil {
			return err
		}
		t.statics += sent.size
	}
	return nil
}

// readyVisits opens every page of a server that has made them ahead, and again.
func readyVisits(ctx context.Context, dir string, all []pageTimes) error {
	return serving(ctx, dir, func(url string) error {
		r := newReader(url)
		for i, page := range dashboards.Pages() {
			t, tag := &all[i], ""
			for _, into := range []*[]time.Duration{&t.ready, &t.again} {
				started := time.Now()
				got, err := r.get(ctx, page)
				if err != nil {
					return err
				}
				*into = append(*into, time.Since(started))
				t.page = got.size
				tag = got.tag
			}
			r.tag = tag
			started := time.Now()
			if _, err := r.get(ctx, page); err != nil {
				return err
			}
			t.same = append(t.same, time.Since(started))
			r.tag = ""
		}
		return nil
	})
}

// serving runs do against a server that has made its pages ahead.
func serving(ctx context.Context, dir string, do func(url string) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	started, ended := make(chan string, 1), make(chan error, 1)
	options, err := siteOf(ctx, dir)
	if err != nil {
		return err
	}
	options.Started = func(url string) { started <- url }
	go func() { ended <- dashboards.Serve(ctx, options) }()
	var url string
	select {
	case url = <-started:
	case err := <-ended:
		return err
	}
	if err := untilReady(ctx, url); err != nil {
		return err
	}
	err = do(url)
	stop()
	if ended := <-ended; err == nil {
		err = ended
	}
	return err
}

var warmedPattern = regexp.MustCompile(`(?m)^fillrate_warmed_generation ([0-9]+)`)

func untilReady(ctx context.Context, url string) error {
	r := newReader(url)
	for {
		got, err := r.get(ctx, "/metrics")
		if err != nil {
			return err
		}
		if found := warmedPattern.FindStringSubmatch(got.body); found != nil {
			if n, err := strconv.Atoi(found[1]); err == nil && n > 0 {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// reader is a browser without a picture: it takes what is compressed and counts the bytes sent.
type reader struct {
	url    string
	client *http.Client
	tag    string // ETag of what it has already
}

func newReader(url string) *reader {
	return &reader{url: url, client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100}}}
}

type answer struct {
	body string
	size int // bytes of the body as sent
	tag  string
}

func (r *reader) get(ctx context.Context, address string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+address, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept-Encoding", "gzip")
	if r.tag != "" {
		request.Header.Set("If-None-Match", r.tag)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	sent, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{body: string(sent), size: len(sent), tag: response.Header.Get("ETag")}
	if response.StatusCode != http.StatusOK && (r.tag == "" || response.StatusCode != http.StatusNotModified) {
		return a, fmt.Errorf("%s: %s", address, response.Status)
	}
	if response.Header.Get("Content-Encoding") == "gzip" && len(sent) > 0 {
		zipped, err := gzip.NewReader(strings.NewReader(a.body))
		if err != nil {
			return a, err
		}
		plain, err := io.ReadAll(zipped)
		if err != nil {
			return a, err
		}
		a.body = string(plain)
	}
	return a, nil
}

var (
	latePattern   = regexp.MustCompile(`data-late="([^"]+)"`)
	staticPattern = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)
)

func (a answer) addresses(pattern *regexp.Regexp) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(a.body, -1) {
		found = append(found, html.UnescapeString(match[1]))
	}
	return found
}

// fetch gets several addresses, a few at once as the page's script does.
func (r *reader) fetch(ctx context.Context, addresses []string) error {
	const atOnce = 4
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next := make(chan string)
	for range atOnce {
		wait.Go(func() {
			for address := range next {
				if _, err := r.get(ctx, address); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, address := range addresses {
		next <- address
	}
	close(next)
	wait.Wait()
	return failed
}
