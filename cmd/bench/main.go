// Command bench prints what Fillrate costs, as ratios within one run: loading against DuckDB's own read_csv, each
// metric against the plainest SQL for the same number, each page cold, late and warm, fifty readers at once,
// and the monthly report. Run it with `make bench`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// options is what a run of the bench is made of.
type options struct {
	fillrate string // the built binary
	dir      string // where files are made and kept between runs
	rows     int    // of the CSV to load
	runs     int    // of each measurement; the median counts
	small    int    // requests in the smaller history
	times    int    // how many times the smaller history makes the larger
	metric   string // the one to measure; empty: all
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == readCSVCommand {
		exitOn(readCSV(os.Args[2], os.Args[3]))
		return
	}
	if len(os.Args) > 2 && os.Args[1] == measureCommand {
		exitOn(measured(os.Args[2], os.Args[3:]))
		return
	}
	var o options
	flag.StringVar(&o.fillrate, "fillrate", "bin/fillrate", "the built binary")
	flag.StringVar(&o.dir, "dir", ".cache/bench", "where to keep the files")
	flag.IntVar(&o.rows, "rows", 2_000_000, "rows of the CSV to load")
	flag.IntVar(&o.runs, "runs", 3, "runs of each measurement")
	flag.IntVar(&o.small, "small", 1_000_000, "requests in the smaller history")
	flag.IntVar(&o.times, "times", 10, "how many times larger the larger one is")
	flag.StringVar(&o.metric, "metric", "", "the one metric to measure")
	only := flag.String("only", "load,metrics,pages,readers,reports", "which parts to run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exitOn(os.MkdirAll(o.dir, 0o755))
	for _, part := range []struct {
		name string
		run  func(context.Context, options) error
	}{{"load", benchLoad}, {"metrics", benchMetrics}, {"pages", benchPages}, {"readers", benchReaders}, {"reports", benchReports}} {
		if slices.Contains(strings.Split(*only, ","), part.name) {
			exitOn(part.run(ctx, o))
		}
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// median of durations, in seconds.
func median(durations []time.Duration) float64 {
	slices.Sort(durations)
	return durations[len(durations)/2].Seconds()
}
