package store

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestAttempts runs the cases of testdata/attempts: tables as the CSV of their names, and the attempts that follow, one a
// line: request, position, lender, asked_at, answered_at, answer, and "conditional" where it was. All were written by hand.
func TestAttempts(t *testing.T) {
	cases, err := filepath.Glob("testdata/attempts/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := Open(t.TempDir())
			defer files.Close()
			want := ""
			_, err = files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
				if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'UTC', true, null)"); err != nil {
					return Discard, err
				}
				for _, part := range archive.Files {
					if part.Name == "attempts" {
						want = string(part.Data)
					} else if err := insertCSV(ctx, tx, strings.TrimSuffix(part.Name, ".csv"), part.Data); err != nil {
						return Discard, fmt.Errorf("%s: %w", part.Name, err)
					}
				}
				return Keep, tx.Derive(ctx)
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, attemptLines(t, files)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// insertCSV adds rows to a table; what a case does not say of a request, or of a status change, is filled in.
func insertCSV(ctx context.Context, tx *Tx, table string, text []byte) error {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.TrimLeadingSpace = true
	rows, err := reader.ReadAll()
	if err != nil {
		return err
	}
	defaults := map[string]string{
		"request": `'MAIN' as library, 'generic' as source, request_id::varchar as source_id, 'borrowing' as role, 'copy' as kind,
			timestamp '2024-03-01' as created_at, timestamp '2024-06-01' as last_change_at, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash`,
		"event": "'source' as basis, 1 as batch_id",
	}[table]
	given := map[string]bool{}
	for _, column := range rows[0] {
		given[strings.TrimSpace(column)] = true
	}
	for _, row := range rows[1:] {
		var said []string
		for i, cell := range row {
			cell = strings.TrimSpace(cell)
			value := "nullif(" + quote(cell) + ", '')"
			if column := rows[0][i]; column == "request_id" {
				value = cell
			}
			said = append(said, value+" as "+rows[0][i])
		}
		for _, one := range strings.Split(defaults, ",") {
			if name := one[strings.LastIndex(one, " ")+1:]; one != "" && !given[name] {
				said = append(said, one)
			}
		}
		if _, err := tx.Exec(ctx, "insert into "+table+" by name select "+strings.Join(said, ", ")); err != nil {
			return err
		}
	}
	return nil
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func attemptLines(t *testing.T, files *Files) string {
	t.Helper()
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	rows, err := snapshot.DB().Query(`select concat_ws(' ', request_id, coalesce(position::varchar, '-'), lender,
		coalesce(strftime(asked_at, '%m-%dT%H'), '-'), coalesce(strftime(answered_at, '%m-%dT%H'), '-'), coalesce(answer, '-'), if(was_conditional, 'conditional', null))
		from attempt order by request_id, position, lender`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestInvariantsOfAttempts: a load whose attempts would contradict its requests is thrown away.
func TestInvariantsOfAttempts(t *testing.T) {
	for name, change := range map[string]string{
		"two filled":       "update attempt set answer = 'filled'",
		"a gap":            "update attempt set position = 5 where position = 3",
		"not filled":       "update fact_request set outcome = 'unfilled'",
		"a lender no more": "delete from attempt",
	} {
		t.Run(name, func(t *testing.T) {
			files := Open(t.TempDir())
			defer files.Close()
			_, err := files.Load(t.Context(), func(ctx context.Context, tx *Tx) (Verdict, error) {
				if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'UTC', true, null)"); err != nil {
					return Discard, err
				}
				text := "request_id,status,rota,partner,sent_at,available_at\n1,delivered,\"A,B,C\",C,2024-03-04,2024-03-05\n"
				if err := insertCSV(ctx, tx, "request", []byte(text)); err != nil {
					return Discard, err
				}
				if err := tx.Derive(ctx); err != nil {
					return Discard, err
				}
				n, err := tx.Exec(ctx, change)
				if n == 0 {
					t.Error("nothing was changed")
				}
				return Keep, err
			})
			if err == nil || !strings.Contains(err.Error(), "thrown away") {
				t.Errorf("the load was kept: %v", err)
			}
		})
	}
}
