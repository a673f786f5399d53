package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver that the baseline runs on

	"github.com/fillrate/fillrate/ingest/sample"
)

//go:embed read_csv.sql
var readCSVSQL string

// readCSVCommand makes this program run the baseline in a process of its own, so that memory can be compared.
const readCSVCommand = "read-csv"

// readCSV loads an ILLiad Transactions CSV as DuckDB itself would: every column of the file, typed, into a table.
func readCSV(csv, database string) error {
	db, err := sql.Open("duckdb", database+"?preserve_insertion_order=false&memory_limit=4GB")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(readCSVSQL, csv); err != nil {
		return err
	}
	_, err = db.Exec("checkpoint")
	return err
}

// cost is what one process took.
type cost struct {
	wall, cpu time.Duration
	peakMiB   float64
}

// measureCommand makes this program run another one and print its cost. A process is accounted the memory of the one that
// started it, up to the moment that it begins; this one is small.
const measureCommand = "measure"

// measure runs a process to its end. Peak memory is what the operating system accounts to it.
func measure(ctx context.Context, name string, args ...string) (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	command := exec.CommandContext(ctx, self, append([]string{measureCommand, name}, args...)...)
	var said strings.Builder
	command.Stderr = &said
	output, err := command.Output()
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, said.String())
	}
	var c cost
	_, err = fmt.Sscan(string(output), &c.wall, &c.cpu, &c.peakMiB)
	return c, err
}

// measured runs a process to its end and prints what measure reads.
func measured(name string, args []string) error {
	command := exec.Command(name, args...)
	started := time.Now()
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	state, peak := command.ProcessState, 0.0
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		peak = float64(usage.Maxrss) / 1024
	}
	_, err = fmt.Println(int64(time.Since(started)), int64(state.UserTime()+state.SystemTime()), peak)
	return err
}

// benchLoad times loading one Transactions CSV into an empty data directory against readCSV, turn by turn.
func benchLoad(ctx context.Context, o options) error {
	csv, err := transactions(ctx, o)
	if err != nil {
		return err
	}
	info, err := os.Stat(csv)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Printf("LOADING %d requests, an ILLiad Transactions CSV of %.0f MB\n", o.rows, float64(info.Size())/1e6)
	var baseline, ours []cost
	scratch := filepath.Join(o.dir, "scratch")
	for range o.runs {
		if err := os.RemoveAll(scratch); err != nil {
			return err
		}
		if err := os.MkdirAll(scratch, 0o755); err != nil {
			return err
		}
		b, err := measure(ctx, self, readCSVCommand, csv, filepath.Join(scratch, "baseline.duckdb"))
		if err != nil {
			return err
		}
		f, err := measure(ctx, o.fillrate, "ingest", "--data", filepath.Join(scratch, "data"), "--library", "MAIN", "--tz", "America/New_York", csv)
		if err != nil {
			return err
		}
		baseline, ours = append(baseline, b), append(ours, f)
	}
	b, f := typical(baseline), typical(ours)
	report := func(name string, c cost) {
		fmt.Printf("  %-44s %6.2f s  %6.2f CPU s  %9.0f rows/s  peak %5.0f MiB\n", name, c.wall.Seconds(), c.cpu.Seconds(), float64(o.rows)/c.wall.Seconds(), c.peakMiB)
	}
	report("DuckDB read_csv, typed, into a table", b)
	report("fillrate ingest, everything", f)
	fmt.Printf("  ratio of speeds (1.0 is read_csv's, more is faster): %.2f\n\n", b.wall.Seconds()/f.wall.Seconds())
	return os.RemoveAll(scratch)
}

// typical takes the medians over the runs.
func typical(costs []cost) cost {
	var wall, cpu []time.Duration
	peak := 0.0
	for _, c := range costs {
		wall, cpu, peak = append(wall, c.wall), append(cpu, c.cpu), max(peak, c.peakMiB)
	}
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return cost{wall: seconds(median(wall)), cpu: seconds(median(cpu)), peakMiB: peak}
}

// transactions makes the CSV once and keeps it.
func transactions(ctx context.Context, o options) (string, error) {
	dir := filepath.Join(o.dir, fmt.Sprintf("transactions-%d", o.rows))
	csv := filepath.Join(dir, "illiad", "Transactions.csv")
	if _, err := os.Stat(csv); !errors.Is(err, fs.ErrNotExist) {
		return csv, err
	}
	_, err := sample.Write(ctx, dir, sample.Config{Requests: o.rows, Seed: 1, TransactionsOnly: true})
	return csv, err
}
