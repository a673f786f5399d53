package dashboards

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed sql/history.sql
	historySQL string
	//go:embed sql/libraries.sql
	librariesSQL string
)

// reading is a snapshot that a page and the computations it set off hold together: one may outlive the other.
type reading struct {
	*store.Snapshot
	holders atomic.Int32
}

func (s *server) read(ctx context.Context) (*reading, error) {
	snapshot, err := s.store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	r := &reading{Snapshot: snapshot}
	r.holders.Store(1)
	return r, nil
}

func (r *reading) hold() { r.holders.Add(1) }

func (r *reading) release() {
	if r.holders.Add(-1) == 0 {
		_ = r.Close() // gives back a count in memory
	}
}

// history is what pages need to know of a generation before they ask anything of it.
type history struct {
	AsOf              time.Time // zero while there is no request
	Today             time.Time // the day of AsOf at the library, as a date
	NRequests         int64
	FirstDay, LastDay time.Time
	Libraries         []library
	Choices           map[string][]queries.Choice
}

type library struct {
	Code, Zone string
	ZoneGiven  bool
}

// cached computes a value at most once per generation and key.
func cached[T any](ctx context.Context, s *server, r *reading, key string, compute func(context.Context) (T, int, error)) (T, error) {
	value, err := s.cache.get(ctx, fmt.Sprintf("%d %s", r.Generation, key), job{from: r, compute: func(ctx context.Context) (any, error) {
		value, _, err := compute(ctx)
		return value, err
	}})
	if err != nil {
		var none T
		return none, err
	}
	return value.(T), nil
}

func (s *server) history(ctx context.Context, r *reading) (*history, error) {
	return cached(quick(ctx), s, r, "history", func(ctx context.Context) (*history, int, error) {
		h := &history{}
		var asOf, first, last sql.NullTime
		if err := r.DB().QueryRowContext(ctx, historySQL).Scan(&asOf, &h.NRequests, &first, &last); err != nil {
			return nil, 0, fmt.Errorf("reading the history's reach: %w", err)
		}
		h.AsOf, h.FirstDay, h.LastDay = asOf.Time, first.Time, last.Time
		var err error
		if h.Libraries, err = readLibraries(ctx, r.DB()); err != nil {
			return nil, 0, err
		}
		h.Today = localDay(h.AsOf, h.Libraries)
		if h.Choices, err = queries.Choices(ctx, r.Snapshot); err != nil {
			return nil, 0, fmt.Errorf("reading what can be chosen: %w", err)
		}
		return h, 1000, nil
	})
}

func readLibraries(ctx context.Context, db *sql.DB) ([]library, error) {
	rows, err := db.QueryContext(ctx, librariesSQL)
	if err != nil {
		return nil, fmt.Errorf("reading the libraries: %w", err)
	}
	defer rows.Close()
	var list []library
	for rows.Next() {
		var l library
		if err := rows.Scan(&l.Code, &l.Zone, &l.ZoneGiven); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// localDay gives the day of an instant in the zone of the libraries where they share one, else in UTC.
func localDay(at time.Time, libraries []library) time.Time {
	zone := time.UTC
	for i, l := range libraries {
		if i > 0 && l.Zone != libraries[0].Zone {
			zone = time.UTC
			break
		}
		if loaded, err := time.LoadLocation(l.Zone); err == nil {
			zone = loaded
		}
	}
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
