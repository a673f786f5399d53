package campaign

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

var (
	//go:embed campaigns.sql
	campaignsSQL string
	//go:embed put.sql
	putSQL string
	//go:embed count.sql
	countSQL string
	//go:embed remove.sql
	removeSQL string
	//go:embed looked.sql
	lookedSQL string
	//go:embed note.sql
	noteSQL string
	//go:embed edits.sql
	editsSQL string
)

// record is a campaign as it is kept; a removed one keeps its row.
type record struct {
	Campaign
	isRemoved bool
}

// conn is a database or a transaction on it.
type conn interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// records reads all records by start, then id, or the one of an id.
func records(ctx context.Context, db conn, id string) ([]record, error) {
	rows, err := db.QueryContext(ctx, campaignsSQL, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []record
	for rows.Next() {
		var r record
		if err := r.scan(rows); err != nil {
			return nil, fmt.Errorf("the record %q can't be read: %w", r.ID, err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// MostCampaigns is how many campaigns a record holds: each page lists them, and each is measured beside all others.
const MostCampaigns = 2000

// count gives how many records are not removed.
func count(ctx context.Context, tx *sql.Tx) (n int, err error) {
	err = tx.QueryRowContext(ctx, countSQL).Scan(&n)
	return n, err
}

// findRecord reads the record of an id; nil where there is none.
func findRecord(ctx context.Context, db conn, id string) (*record, error) {
	if id == "" {
		return nil, nil
	}
	all, err := records(ctx, db, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (r *record) scan(rows *sql.Rows) error {
	var start, end, frozen string
	var cost, hours sql.NullFloat64
	if err := rows.Scan(&r.ID, &r.Revision, &r.Name, &r.Kind, &r.Channel, &start, &end, &r.CarryOverMonths,
		names{&r.Target.Departments}, names{&r.Target.PatronGroups}, names{&r.Target.Libraries},
		names{&r.Comparison.Departments}, names{&r.Comparison.PatronGroups}, names{&r.Comparison.Libraries},
		names{&r.Roles}, &r.Outcome, &r.PerHead, &cost, &r.Currency, &hours, &r.Hypothesis, &r.Owner, &r.Notes,
		&frozen, &r.isRemoved); err != nil {
		return err
	}
	if cost.Valid {
		r.Cost = &cost.Float64
	}
	if hours.Valid {
		r.StaffHours = &hours.Float64
	}
	var err error
	if r.Start, err = time.Parse(time.DateOnly, start); err != nil {
		return err
	}
	if end != "" {
		if r.End, err = time.Parse(time.DateOnly, end); err != nil {
			return err
		}
	}
	if frozen != "" {
		r.FrozenAt, err = time.Parse(time.RFC3339Nano, frozen)
	}
	return err
}

// names reads a list of names from its JSON.
type names struct{ into *[]string }

// Scan implements sql.Scanner.
func (n names) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a list of names is %T", value)
	}
	return json.Unmarshal([]byte(text), n.into)
}

func namesText(list []string) string {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// put writes a campaign that is clean and valid over the record that is there, or none, with a line of history for each
// field that differs. It tells whether anything did.
func put(ctx context.Context, tx conn, before *record, c Campaign, how string, at time.Time) (bool, error) {
	changes := []Edit{{At: at, How: how}} // of a record that is new, or comes back
	if before != nil {
		c.ID, c.FrozenAt, c.Revision = before.ID, before.FrozenAt, before.Revision
		differences := diff(before.Campaign, c, how, at)
		if !before.isRemoved {
			if changes = nil; len(differences) == 0 {
				return false, nil
			}
		}
		changes = append(changes, differences...)
	} else {
		c.Revision = 0
	}
	if _, err := tx.ExecContext(ctx, putSQL, c.ID, c.Revision+1, c.Name, c.Kind, c.Channel, dayText(c.Start), dayText(c.End), c.CarryOverMonths,
		namesText(c.Target.Departments), namesText(c.Target.PatronGroups), namesText(c.Target.Libraries),
		namesText(c.Comparison.Departments), namesText(c.Comparison.PatronGroups), namesText(c.Comparison.Libraries),
		namesText(c.Roles), c.Outcome, c.PerHead, c.Cost, c.Currency, c.StaffHours, c.Hypothesis, c.Owner, c.Notes); err != nil {
		return false, err
	}
	for _, change := range changes {
		if err := note(ctx, tx, c.ID, change); err != nil {
			return false, err
		}
	}
	return true, nil
}

// diff says in words what differs.
func diff(before, after Campaign, how string, at time.Time) []Edit {
	var changes []Edit
	for _, f := range fields {
		if slices.Equal(f.get(&before), f.get(&after)) {
			continue
		}
		changes = append(changes, Edit{At: at, How: how, Field: f.name, Before: Words(before, f.name), After: Words(after, f.name),
			AfterResults: f.isMeasured && !before.FrozenAt.IsZero()})
	}
	return changes
}

func note(ctx context.Context, tx conn, id string, edit Edit) error {
	_, err := tx.ExecContext(ctx, noteSQL, id, edit.At.UTC().Format(time.RFC3339Nano), edit.How, edit.Field, edit.Before, edit.After, edit.AfterResults)
	return err
}

func edits(ctx context.Context, db conn, id string) ([]Edit, error) {
	rows, err := db.QueryContext(ctx, editsSQL, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Edit
	for rows.Next() {
		var edit Edit
		var at string
		if err := rows.Scan(&at, &edit.How, &edit.Field, &edit.Before, &edit.After, &edit.AfterResults); err != nil {
			return nil, err
		}
		if edit.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		all = append(all, edit)
	}
	return all, rows.Err()
}
