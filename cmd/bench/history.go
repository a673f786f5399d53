package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fillrate/fillrate/ingest/sample"
	"github.com/fillrate/fillrate/queries/store"
)

//go:embed multiply.sql
var multiplySQL string

// histories makes, once, a data directory of o.small requests with Tracking and one of o.times as many.
func histories(ctx context.Context, o options) (small, large string, err error) {
	small = filepath.Join(o.dir, fmt.Sprintf("history-%d", o.small))
	if err := once(small, func() error {
		exports := small + "-exports"
		if _, err := sample.Write(ctx, exports, sample.Config{Requests: o.small, Seed: 1}); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(exports, "illiad", "*"))
		if err != nil {
			return err
		}
		took, err := measure(ctx, o.fillrate, append([]string{"ingest", "--data", small, "--library", "MAIN", "--tz", "America/New_York"}, files...)...)
		if err != nil {
			return err
		}
		fmt.Printf("Loaded %d requests with all their tables in %.1f s, peak %.0f MiB.\n", o.small, took.wall.Seconds(), took.peakMiB)
		return os.RemoveAll(exports)
	}); err != nil {
		return "", "", err
	}
	large = filepath.Join(o.dir, fmt.Sprintf("history-%d", o.small*o.times))
	err = once(large, func() error {
		from := store.Open(small)
		if _, err := from.Backup(large); err != nil {
			return err
		}
		files := store.Open(large)
		_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
			for k := 1; k < o.times; k++ {
				if err := tx.ExecFile(ctx, fmt.Sprintf("set variable copy = %d;\n", k)+multiplySQL); err != nil {
					return store.Discard, err
				}
			}
			return store.Keep, tx.Derive(ctx)
		})
		return errors.Join(err, files.Close())
	})
	return small, large, err
}

// once makes a data directory unless it is there already.
func once(dir string, build func() error) error {
	if _, err := os.Stat(filepath.Join(dir, "current")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fmt.Printf("Making %s …\n", dir)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return build()
}
