package campaign

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

//go:embed likest.sql
var likestSQL string

// fewNames are listed whole where one is not found among them.
const fewNames = 6

// Stranger is a name that no request of the history has. It may be mistyped, or one that later data will bring.
type Stranger struct {
	Dimension, Name string
	Parts           []string // names of the history of which Name is a list, with commas or semicolons between
	Likest          []string // names of the history that are like it, or all where they are few
	NKnown          int      // names that the history has
}

// Strangers gives the names of groups that the history does not have, by dimension and name.
func Strangers(ctx context.Context, snapshot *store.Snapshot, groups ...Group) ([]Stranger, error) {
	choices, err := queries.Choices(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	var strangers []Stranger
	for _, dimension := range dimensions {
		known := map[string]bool{}
		var all []string // the most frequent first
		for _, choice := range choices[dimension] {
			known[choice.Value] = true
			if choice.Value != queries.Unknown {
				all = append(all, choice.Value)
			}
		}
		var named []string
		for _, group := range groups {
			named = append(named, group.Names(dimension)...)
		}
		for _, name := range cleanNames(named) {
			if known[name] {
				continue
			}
			s := Stranger{Dimension: dimension, Name: name, Parts: partsOf(name, known), NKnown: len(all)}
			if s.Likest = slices.Clone(all); len(all) > fewNames {
				if s.Likest, err = likest(ctx, snapshot.DB(), dimension, name); err != nil {
					return nil, fmt.Errorf("looking for names like %q: %w", excerpt(name), err)
				}
			}
			strangers = append(strangers, s)
		}
	}
	return strangers, nil
}

// partsOf splits a name that is a list of known ones.
func partsOf(name string, known map[string]bool) []string {
	parts := cleanNames(strings.FieldsFunc(name, func(r rune) bool { return r == ',' || r == ';' }))
	if slices.ContainsFunc(parts, func(part string) bool { return !known[part] }) {
		return nil
	}
	return parts
}

func likest(ctx context.Context, db *sql.DB, dimension, name string) ([]string, error) {
	rows, err := db.QueryContext(ctx, likestSQL, sql.Named("dimension", dimension), sql.Named("name", name))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		names = append(names, one)
	}
	return names, rows.Err()
}

// String says it in one sentence, with what may have been meant.
func (s Stranger) String() string {
	many := spaced(fieldOf(s.Dimension))
	text := fmt.Sprintf("%q is not among the %s of this history", excerpt(s.Name), many)
	switch {
	case s.NKnown == 0:
		return text + ": it has none"
	case len(s.Parts) > 0:
		return fmt.Sprintf("%s, but %s: name each on its own (a flag is repeated, and names in a cell are separated by semicolons)", text, each(s.Parts))
	case s.NKnown <= fewNames:
		return fmt.Sprintf("%s: they are %s", text, quoted(s.Likest, "and"))
	case len(s.Likest) > 0:
		return fmt.Sprintf("%s: did you mean %s?", text, quoted(s.Likest, "or"))
	}
	return fmt.Sprintf("%s, and none of its %d is like it: `fillrate query volume --by %s` lists them", text, s.NKnown, s.Dimension)
}

func each(names []string) string {
	if len(names) == 1 {
		return quoted(names, "and") + " is"
	}
	return quoted(names, "and") + " are"
}

func quoted(names []string, and string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = fmt.Sprintf("%q", excerpt(name))
	}
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " " + and + " " + list[n-1]
	}
	return strings.Join(list, "")
}
