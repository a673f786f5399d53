// Package sample invents the interlibrary loan history of a library that does not exist, at any size, and writes it the way ILLiad's
// tables are exported, together with what a correct reading of it must find (Truth). The same configuration gives the same bytes
// on every machine.
package sample

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says what to invent.
type Config struct {
	Requests         int       // rows of Transactions, at least 1
	Seed             uint64    // another seed, another history
	From, To         time.Time // local days [From, To) of creation; zero: 2022-07-01 and 2025-07-01. From 2007 on (daylight saving rule)
	Gzip             bool      // compress Transactions, Tracking and History
	SplitYears       bool      // one file per fiscal year (July to June) of Transactions, Tracking and History
	TransactionsOnly bool      // only Transactions and truth.json, for measuring a load

	Progress func(requests int) // called now and then with the requests written so far, if not nil
}

func (cfg Config) complete() (Config, error) {
	midnight := func(t, standard time.Time) time.Time {
		if t.IsZero() {
			return standard
		}
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	cfg.From = midnight(cfg.From, time.Date(2022, time.July, 1, 0, 0, 0, 0, time.UTC))
	cfg.To = midnight(cfg.To, time.Date(2025, time.July, 1, 0, 0, 0, 0, time.UTC))
	switch {
	case cfg.Requests < 1:
		return cfg, errors.New("a sample needs at least one request")
	case cfg.Requests > 1_000_000_000:
		return cfg, errors.New("a sample has at most 1,000,000,000 requests")
	case !cfg.From.Before(cfg.To):
		return cfg, errors.New("the first day of a sample must lie before its end")
	case cfg.From.Year() < 2007 || cfg.To.Year() > 2090:
		return cfg, errors.New("a sample lies between 2007 and 2090")
	}
	return cfg, nil
}

// generator invents the requests of one day after the other; every worker has one.
type generator struct {
	w     *world
	r     *random
	q     request
	books *tally
}

// Write invents a history and writes it under dir: illiad/ with the exports, closures.csv, campaigns.csv and truth.json, and returns
// what truth.json says. An earlier sample in dir is replaced; any other file in its way is left alone and refused. Memory does not
// grow with the number of requests (but for 8 bytes each up to 500,000).
func Write(ctx context.Context, dir string, cfg Config) (*Truth, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	if err := makeRoom(dir); err != nil {
		return nil, err
	}
	w := newWorld(cfg)
	if err := os.MkdirAll(filepath.Join(dir, "illiad"), 0o755); err != nil {
		return nil, err
	}
	out := &files{dir: dir, cfg: cfg}
	truth, err := w.write(ctx, out)
	if err != nil {
		out.discard()
		return nil, fmt.Errorf("writing the sample: %w", err)
	}
	return truth, nil
}

func (w *world) write(ctx context.Context, out *files) (*Truth, error) {
	books, err := w.run(ctx, out)
	if err = errors.Join(err, out.close()); err != nil {
		return nil, err
	}
	if !w.cfg.TransactionsOnly {
		addresses, nAddresses := w.addresses()
		closures, nClosures := w.closuresFile()
		campaigns, nCampaigns := w.campaignsFile()
		for _, f := range []struct {
			name string
			text []byte
			rows int
		}{
			{"illiad/UsersALL.csv", w.users(), len(w.patrons)}, {"illiad/LenderAddressesALL.csv", addresses, nAddresses},
			{"closures.csv", closures, nClosures}, {"campaigns.csv", campaigns, nCampaigns},
		} {
			if err := out.whole(f.name, f.text, f.rows); err != nil {
				return nil, err
			}
		}
	}
	truth := books.truth(w)
	truth.Files = slices.Clone(out.rows)
	slices.SortFunc(truth.Files, func(a, b FileTruth) int { return strings.Compare(a.Name, b.Name) })
	text, err := json.MarshalIndent(truth, "", " ")
	if err != nil {
		return nil, err
	}
	return truth, out.whole(truthName, append(text, '\n'), 0)
}

const truthName = "truth.json"

// makeRoom removes the files of an earlier sample, which are those its truth.json names.
func makeRoom(dir string) error {
	path := filepath.Join(dir, truthName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var earlier Truth
	if err := json.Unmarshal(text, &earlier); err != nil || earlier.Generator != generatorName {
		return fmt.Errorf("%s was not written by this program; choose another directory for the sample", path)
	}
	for _, f := range earlier.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return fmt.Errorf("%s names a file outside its directory (%s); choose another directory for the sample", path, f.Name)
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(f.Name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Remove(path)
}

// batch is what a run of requests of one day adds to the files.
type batch struct {
	year                             int // fiscal year it belongs to, by its first calendar year
	nTransactions, nEvents, nHistory int
	transactions, tracking, history  []byte
}

func (b *batch) reset(year int) {
	*b = batch{year: year, transactions: b.transactions[:0], tracking: b.tracking[:0], history: b.history[:0]}
}

// batchSize bounds the memory of a batch: about 500 bytes of Transactions and as much of Tracking for each request.
const batchSize = 4096

// run spreads the requests over days and readers, has the days invented in parallel and writes them in order.
func (w *world) run(ctx context.Context, out *files) (*tally, error) {
	plan := w.plan()
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	workers := runtime.GOMAXPROCS(0)
	type job struct {
		piece piece
		done  chan *batch
	}
	jobs := make(chan job)
	queue := make(chan chan *batch, 2*workers) // in order of the pieces; its length bounds the batches in memory
	pool := sync.Pool{New: func() any { return new(batch) }}
	tallies := make([]*tally, workers)
	var wait sync.WaitGroup
	for i := range workers {
		tallies[i] = w.newTally()
		wait.Go(func() {
			g := &generator{w: w, books: tallies[i]}
			for j := range jobs {
				b := pool.Get().(*batch)
				g.piece(j.piece, b)
				j.done <- b
			}
		})
	}
	go func() {
		defer close(queue)
		defer close(jobs)
		for p := range plan {
			done := make(chan *batch, 1)
			select {
			case queue <- done:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- job{p, done}:
			case <-ctx.Done():
				close(done)
				return
			}
		}
	}()
	var err error
	var written int
	for done := range queue {
		b, ok := <-done
		if !ok {
			continue
		}
		if err == nil {
			if err = out.write(b); err != nil {
				stop()
			}
			if written += b.nTransactions; w.cfg.Progress != nil {
				w.cfg.Progress(written)
			}
		}
		pool.Put(b)
	}
	wait.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	books := w.newTally()
	for _, t := range tallies {
		books.merge(t)
	}
	return books, nil
}
