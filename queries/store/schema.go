package store

import (
	"context"
	"embed"
	"fmt"
	"strconv"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed facts.sql
var factsSQL string

//go:embed attempts.sql
var attemptsSQL string

//go:embed readers.sql
var readersSQL string

//go:embed rollup.sql
var rollupSQL string

//go:embed views.sql
var viewsSQL string

//go:embed invariants.sql
var invariantsSQL string

// migrate carries a generation of any age forward: it runs the numbered steps that the file has not seen yet.
func migrate(ctx context.Context, tx *Tx) error {
	if _, err := tx.Exec(ctx, "create table if not exists schema_step (step integer not null)"); err != nil {
		return err
	}
	var done int
	if err := tx.QueryRow(ctx, "select coalesce(max(step), 0) from schema_step").Scan(&done); err != nil {
		return err
	}
	names, err := schemaSteps()
	if err != nil {
		return err
	}
	if done > len(names) {
		return newerSchema(done, len(names))
	}
	for i, name := range names[done:] {
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if err := tx.ExecFile(ctx, string(text)); err != nil {
			return fmt.Errorf("schema step %s: %w", name, err)
		}
		if _, err := tx.Exec(ctx, "insert into schema_step values ("+strconv.Itoa(done+i+1)+")"); err != nil {
			return err
		}
	}
	return nil
}

// derivations are the files of SQL that Derive runs, in order.
var derivations = []struct{ what, sql string }{
	{"the facts", factsSQL},
	{"the attempts", attemptsSQL},
	{"the counts of readers", readersSQL},
	{"the roll-ups", rollupSQL},
	{"the views", viewsSQL},
}

// Derive makes anew what is derived of the history that the load has written: each derived table, whole.
func (tx *Tx) Derive(ctx context.Context) error {
	for _, one := range derivations {
		if err := tx.ExecFile(ctx, one.sql); err != nil {
			return fmt.Errorf("deriving %s: %w", one.what, err)
		}
	}
	return nil
}

// checkInvariants fails with the first promise that the load would break.
func checkInvariants(ctx context.Context, tx *Tx) error {
	for _, check := range statements(invariantsSQL) {
		if err := checkInvariant(ctx, tx, check); err != nil {
			return err
		}
	}
	return nil
}

func checkInvariant(ctx context.Context, tx *Tx, check string) error {
	rows, err := tx.Query(ctx, check)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		var broken string
		if err := rows.Scan(&broken); err != nil {
			return err
		}
		return fmt.Errorf("the load was thrown away because %s; nothing was changed", broken)
	}
	return rows.Err()
}
