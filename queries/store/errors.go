package store

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrNoData means that the data directory holds no generation yet.
	ErrNoData = errors.New("there is no data yet: load an export with `fillrate ingest FILE…` first")
	// ErrBusy means that another load holds the lock.
	ErrBusy = errors.New("another load is running on this data directory: wait until it has ended, then try again")
	// ErrDiskFull means that a load met a full disk; nothing was changed.
	ErrDiskFull = errors.New("the disk is full")
	// ErrNoGeneration means that a generation that was asked for is not kept.
	ErrNoGeneration = errors.New("that generation is not kept: `fillrate generations` lists those that are")
)

// storageError says plainly what went wrong beneath a load; the generation that was current still is.
func storageError(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || isDiskFull(err):
		return fmt.Errorf("%w while %s: free some space and try again; nothing was changed", ErrDiskFull, doing)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("no permission while %s: %w; nothing was changed", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
