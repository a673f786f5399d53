package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// benchReports times the monthly report of the last full month on both histories: put together and in each format in this
// process, and all of it by the command, whose memory is what counts.
func benchReports(ctx context.Context, o options) error { return onHistories(ctx, o, benchReportsOn) }

func benchReportsOn(ctx context.Context, o options, dir string) (err error) {
	p, closing, err := pressOf(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	spec, _ := report.Builtin(string(report.Monthly))
	var composed []time.Duration
	formats := map[string][]time.Duration{}
	for range o.runs {
		started := time.Now()
		r, err := p.Compose(ctx, spec)
		if err != nil {
			return err
		}
		composed = append(composed, time.Since(started))
		for _, name := range press.FormatNames() {
			started := time.Now()
			if err := p.Write(ctx, io.Discard, r, name); err != nil {
				return err
			}
			formats[name] = append(formats[name], time.Since(started))
		}
	}
	if err := p.Store.Close(); err != nil {
		return err
	}
	fmt.Printf("REPORT of a month of %s\n  put together %.2f s", dir, median(composed))
	for _, name := range press.FormatNames() {
		fmt.Printf(", %s %.2f s", name, median(formats[name]))
	}
	fmt.Println()
	out := filepath.Join(o.dir, "reports")
	var costs []cost
	for range o.runs {
		c, err := measure(ctx, o.fillrate, "report", "monthly", "--data", dir, "--format", strings.Join(press.FormatNames(), ","), "--out", out)
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	c := typical(costs)
	fmt.Printf("  fillrate report monthly, all formats: %.2f s, %.2f CPU s, peak %.0f MiB\n\n", c.wall.Seconds(), c.cpu.Seconds(), c.peakMiB)
	return os.RemoveAll(out)
}

// pressOf is the press of a data directory, and what closes it.
func pressOf(ctx context.Context, dir string) (*press.Press, func() error, error) {
	campaigns, err := campaign.Open(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	settled, err := settings.Open(ctx, dir)
	if err != nil {
		return nil, nil, errors.Join(err, campaigns.Close())
	}
	editions, err := edition.Open(ctx, dir)
	if err != nil {
		return nil, nil, errors.Join(err, campaigns.Close(), settled.Close())
	}
	files := store.Open(dir)
	closing := func() error { return errors.Join(files.Close(), campaigns.Close(), settled.Close(), editions.Close()) }
	return &press.Press{Store: files, Campaigns: campaigns, Settings: settled, Editions: editions, Version: "bench"}, closing, nil
}
