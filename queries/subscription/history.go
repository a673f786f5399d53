package subscription

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// History is what schedules ask of a library's history.
type History struct {
	Calendar
	Newest time.Time // newest date in it; zero: it is empty
}

// NoHistory is that of a library which has loaded nothing yet.
func NoHistory() History {
	return History{Calendar: Calendar{Zone: time.UTC, Closed: map[string]bool{}, FiscalStart: 1}}
}

// ReadHistory reads the zone that most requests were made in (UTC where there is none), the closed days of the library with
// most requests there, and the newest date. fiscalStart is the library's setting, 1 to 12.
func ReadHistory(ctx context.Context, snapshot *store.Snapshot, fiscalStart int) (History, error) {
	h := NoHistory()
	h.FiscalStart = fiscalStart
	rows, err := snapshot.DB().QueryContext(ctx, historySQL)
	if err != nil {
		return History{}, fmt.Errorf("reading the library's calendar: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var newest sql.NullTime
		var zone, day sql.NullString
		if err := rows.Scan(&newest, &zone, &day); err != nil {
			return History{}, err
		}
		h.Newest = newest.Time
		if zone.Valid {
			if h.Zone, err = time.LoadLocation(zone.String); err != nil {
				return History{}, fmt.Errorf("the library's zone: %w", err)
			}
		}
		if day.Valid {
			h.Closed[day.String] = true
		}
	}
	return h, rows.Err()
}

// Reaches tells whether a history goes beyond the end of a period: only then its last day can be whole.
func (h History) Reaches(p Period) bool {
	return p.To.IsZero() || !h.Newest.IsZero() && !date(h.Newest.In(h.Zone)).Before(p.To)
}
