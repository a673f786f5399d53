package campaign

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fillrate/fillrate/queries/store"
)

// history has as many requests of each department as it is listed, in that order, all of one library and of no patron group.
func history(t *testing.T, departments ...string) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	_, err := files.Load(t.Context(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'UTC', true, null)"); err != nil {
			return store.Discard, err
		}
		for i, department := range departments {
			row := fmt.Sprintf(`insert into request (request_id, library, source, source_id, role, kind, department, status, created_at, columns, first_batch, last_batch, row_hash)
				values (%[1]d, 'MAIN', 'generic', '%[1]d', 'borrowing', 'loan', nullif('%[2]s', ''), 'finished', timestamp '2024-03-01 10:00:00', 0, 1, 1, 0)`, i+1, strings.ReplaceAll(department, "'", "''"))
			if _, err := tx.Exec(ctx, row); err != nil {
				return store.Discard, err
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

func TestNamesThatTheHistoryDoesNotHave(t *testing.T) {
	few := []string{"History", "Music", "History", ""}
	many := []string{"History", "Art History", "Music", "Law", "Biology", "Économie", "Law, Business and Society", "Physics", "Women's Studies", "History"}
	for name, test := range map[string]struct {
		departments []string
		group       Group
		want        []string
	}{
		"all known":       {many, Group{Departments: []string{"Law, Business and Society", "Women's Studies"}, Libraries: []string{"MAIN"}}, nil},
		"of none":         {few, Group{Departments: []string{"unknown"}}, nil},
		"few":             {few, Group{Departments: []string{"Histroy"}}, []string{`"Histroy" is not among the departments of this history: they are "History" and "Music"`}},
		"upper and lower": {many, Group{Departments: []string{"law"}}, []string{`"law" is not among the departments of this history: did you mean "Law" or "Law, Business and Society"?`}},
		"letters swapped": {many, Group{Departments: []string{"Histroy", "Biolgy"}}, []string{
			`"Biolgy" is not among the departments of this history: did you mean "Biology"?`, `"Histroy" is not among the departments of this history: did you mean "History"?`}},
		"a mark":        {many, Group{Departments: []string{"economie"}}, []string{`"economie" is not among the departments of this history: did you mean "Économie"?`}},
		"a list":        {many, Group{Departments: []string{"History,Music; Law"}}, []string{`"History,Music; Law" is not among the departments of this history, but "History", "Law" and "Music" are: name each on its own (a flag is repeated, and names in a cell are separated by semicolons)`}},
		"a stray comma": {many, Group{Departments: []string{"History,"}}, []string{`"History," is not among the departments of this history, but "History" is: name each on its own (a flag is repeated, and names in a cell are separated by semicolons)`}},
		"partly a list": {many, Group{Departments: []string{"Physics, Alchemy"}}, []string{`"Physics, Alchemy" is not among the departments of this history: did you mean "Physics"?`}},
		"like none":     {many, Group{Departments: []string{"Zoroastrian\tLaw'); drop"}}, []string{`"Zoroastrian\tLaw'); drop" is not among the departments of this history: did you mean "Law"?`}},
		"nothing":       {many, Group{Departments: []string{"Q"}}, []string{`"Q" is not among the departments of this history, and none of its 9 is like it: ` + "`fillrate query volume --by department` lists them"}},
		"no groups":     {few, Group{PatronGroups: []string{"Staff"}, Libraries: []string{"Main"}}, []string{`"Staff" is not among the patron groups of this history: it has none`, `"Main" is not among the libraries of this history: they are "MAIN"`}},
	} {
		t.Run(name, func(t *testing.T) {
			strangers, err := Strangers(t.Context(), history(t, test.departments...), test.group, test.group)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, stranger := range strangers {
				got = append(got, stranger.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
