package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries/store"
)

// What shortest hides is enough, and no less of either dimension would be.
func TestShortestIsEnoughAndNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := []int{rapid.IntRange(1, 6).Draw(t, "departments")}
		if rapid.Bool().Draw(t, "both") {
			sizes = append(sizes, rapid.IntRange(1, 4).Draw(t, "groups"))
		}
		fewest := rapid.IntRange(1, 5).Draw(t, "fewest")
		var cells []cell
		for context := range rapid.IntRange(0, 3).Draw(t, "contexts") {
			for d := range sizes[0] {
				for g := range append(sizes, 1)[1] {
					if rapid.IntRange(0, 3).Draw(t, "is there") == 0 {
						continue
					}
					c := cell{context: int64(context), places: [2]int{d + 1, 0}}
					if len(sizes) == 2 {
						c.places[1] = g + 1
					}
					c.alone = rapid.IntRange(0, 2).Draw(t, "alone")
					for range rapid.IntRange(1-min(c.alone, 1), 7).Draw(t, "keys") {
						key := rapid.IntRange(1, 8).Draw(t, "key")
						c.keys = append(c.keys, fmt.Sprint(key))
						c.bits |= 1 << (key % 6)
						c.withKey++
					}
					cells = append(cells, c)
				}
			}
		}
		hidden := shortest(cells, sizes, fewest, (*crowd).exactly)
		if more := shortest(cells, sizes, fewest, (*crowd).atLeast); !areEnough(cells, more, fewest, (*crowd).exactly) && !slices.Equal(more, sizes) {
			t.Fatalf("%v of %v hidden by the fewest that there can be is not enough for %v", more, sizes, cells)
		}
		if !areEnough(cells, hidden, fewest, (*crowd).exactly) && !slices.Equal(hidden, sizes) {
			t.Fatalf("%v of %v hidden is not enough for %v", hidden, sizes, cells)
		}
		for i, n := range hidden {
			if n == 1 && sizes[i] > 1 {
				t.Fatalf("one value alone is hidden: %v of %v", hidden, sizes)
			}
			less := slices.Clone(hidden)
			less[i]--
			if less[i] == 1 {
				less[i] = 0
			}
			if n > 0 && areEnough(cells, less, fewest, (*crowd).exactly) {
				t.Fatalf("%v of %v is hidden and %v is enough", hidden, sizes, less)
			}
		}
	})
}

// crowded loads requests of departments with 1, 2, 6 and 9 readers, two of each reader.
func crowded(t *testing.T) *store.Snapshot {
	t.Helper()
	return loaded(t,
		`insert into library values ('MAIN', 'Etc/UTC', true, null)`,
		`insert into request by name
			select
				row_number() over () as request_id, 'MAIN' as library, 'generic' as source, 'r' || row_number() over () as source_id,
				'borrowing' as role, 'copy' as kind, 'delivered' as status, (hash(reader || name) // 2)::bigint as patron_key, name as department, 'All' as patron_group,
				timestamp '2024-01-20' + to_days(14 * twice) as created_at,
				timestamp '2024-03-01' as available_at, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from (values ('Tiny', 1), ('Small', 2), ('Medium', 6), ('Large', 9)) d(name, n), range(1, n + 1) r(reader), range(2) t(twice)`,
	)
}

// counting is a metric of two columns, to be suppressed by hand.
var counting = &Metric{ID: "counting", Title: "Counting", Dated: ByBasis,
	SQL:     "select by_columns, count(*) as n_requests, count(distinct patron_key) as n_readers from scope group by all",
	Rows:    "select *, null::integer as days_late from scope",
	Columns: []Column{{Name: "n_requests", Type: Integer}, {Name: "n_readers", Type: Integer}}}

func TestSuppression(t *testing.T) {
	snapshot := crowded(t)
	for _, test := range []struct {
		name   string
		filter Filter
		want   []string
		words  string
	}{
		{"Tiny and Small have three readers together, which is too few; with Medium there are nine",
			Filter{By: []string{"department"}},
			[]string{"Large 18 9", "suppressed 18 9"},
			"Departments with fewer than 5 readers are taken together as “suppressed” (3 of 4)."},
		{"of three readers Tiny and Small are enough",
			Filter{By: []string{"department"}, Numbers: map[string]int{"suppress_below": 3}},
			[]string{"Large 18 9", "Medium 12 6", "suppressed 6 3"},
			"Departments with fewer than 3 readers are taken together as “suppressed” (2 of 4)."},
		{"everything is shown to who asks for it",
			Filter{By: []string{"department"}, Numbers: map[string]int{"suppress_below": 0}},
			[]string{"Large 18 9", "Medium 12 6", "Small 4 2", "Tiny 2 1"}, ""},
		{"Large could be shown; what is left of the others would be too few without Medium",
			Filter{Department: []string{"Large"}}, []string{"18 9"}, ""},
		{"Medium alone would tell of Tiny and Small together",
			Filter{Department: []string{"Medium"}}, []string{"<nil> <nil>"},
			"Figures that would tell of a department with fewer than 5 readers, directly or by difference, are withheld."},
		{"the hidden ones all together are what is shown of them",
			Filter{Department: []string{"Medium", "Tiny", "Small"}}, []string{"18 9"}, ""},
		{"split and filtered: what is shown stays as it was",
			Filter{By: []string{"department"}, Department: []string{"Large", "Medium"}},
			[]string{"Large 18 9", "suppressed <nil> <nil>"},
			"Departments with fewer than 5 readers are taken together as “suppressed” (3 of 4). " +
				"Figures that would tell of a department with fewer than 5 readers, directly or by difference, are withheld."},
		{"one group is no group to hide behind, and needs none",
			Filter{By: []string{"patron_group"}}, []string{"All 36 18"}, ""},
	} {
		result, err := Run(context.Background(), snapshot, counting, test.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range result.Rows {
			got = append(got, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if words := strings.Join(result.SuppressionWords(), " "); words != test.words {
			t.Errorf("%s: %q, want %q", test.name, words, test.words)
		}
	}
}

func TestListsThatHideReaders(t *testing.T) {
	snapshot := crowded(t)
	list := *counting
	list.HidesReaders = true
	for _, filter := range []Filter{{By: []string{"department"}}, {PatronGroup: []string{"All"}}} {
		if _, err := Run(context.Background(), snapshot, &list, filter); ErrorCode(err) != Invalid || !strings.Contains(err.Error(), "suppress_below=0") {
			t.Errorf("a list that is split or filtered by readers gives %v", err)
		}
		filter.Numbers = map[string]int{"suppress_below": 0}
		if _, err := Run(context.Background(), snapshot, &list, filter); err != nil {
			t.Error(err)
		}
	}
}

// A list of requests names no department that fewer readers than allowed have ever belonged to, nor the next larger one.
func TestRowsOfSmallDepartments(t *testing.T) {
	snapshot := crowded(t)
	department := slices.IndexFunc(RowColumns, func(c Column) bool { return c.Name == "department" })
	names := func(filter Filter, page Page) []string {
		t.Helper()
		var names []string
		_, err := Rows(context.Background(), snapshot, counting, filter, page, func(row []any) error {
			names = append(names, row[department].(string))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Compact(names)
	}
	if got, want := names(Filter{}, Page{OrderBy: "department"}), []string{"Large", "suppressed"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := names(Filter{}, Page{OrderBy: "-department", Limit: 19}), []string{"suppressed", "Large"}; !slices.Equal(got, want) {
		t.Errorf("the last nineteen by department are of %v, want %v", got, want)
	}
	if got := names(Filter{Numbers: map[string]int{"suppress_below": 0}}, Page{OrderBy: "department"}); len(got) != 4 {
		t.Errorf("all departments are %v", got)
	}
	if got, want := names(Filter{Numbers: map[string]int{"suppress_below": 2}}, Page{OrderBy: "department"}), []string{"Large", "Medium", "suppressed"}; !slices.Equal(got, want) {
		t.Errorf("with one department too small the list names %v, want %v", got, want)
	}
	_, err := Rows(context.Background(), snapshot, counting, Filter{Department: []string{"Large", "Tiny"}}, Page{}, func([]any) error { return nil })
	if ErrorCode(err) != Invalid || !strings.Contains(err.Error(), "fewer than 5 readers") {
		t.Errorf("the requests of a small department are listed: %v", err)
	}
}
