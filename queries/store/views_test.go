package store

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// Every view, and every column of it, says what it is; none tells one reader's requests from another's.
func TestViewsAreDocumented(t *testing.T) {
	files := Open(t.TempDir())
	defer files.Close()
	ctx := context.Background()
	for range 2 { // each load makes them anew
		if _, err := files.Load(ctx, func(ctx context.Context, tx *Tx) (Verdict, error) { return Keep, tx.Derive(ctx) }); err != nil {
			t.Fatal(err)
		}
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	rows, err := snapshot.DB().QueryContext(ctx, `
		select view_name, '' as column_name, coalesce(comment, '') from duckdb_views() where not internal
		union all
		select table_name, column_name, coalesce(comment, '') from duckdb_columns() where table_name in (select view_name from duckdb_views() where not internal)
		order by all`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var views []string
	for rows.Next() {
		var view, column, comment string
		if err := rows.Scan(&view, &column, &comment); err != nil {
			t.Fatal(err)
		}
		if column == "" {
			views = append(views, view)
		}
		if !strings.HasSuffix(comment, ".") && !strings.HasSuffix(comment, "…") {
			t.Errorf("%s.%s says of itself %q, which is no sentence", view, column, comment)
		}
		if strings.Contains(column, "patron_key") || strings.Contains(column, "reader") {
			t.Errorf("%s.%s tells of readers", view, column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"attempts", "imports", "request_details", "requests", "status_changes"}; !slices.Equal(views, want) {
		t.Errorf("the views are %v, want %v", views, want)
	}
}
