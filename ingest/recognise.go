package ingest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/source/catalog"
	"github.com/fillrate/fillrate/ingest/table"
)

// part is one table that a load reads: a text file or a sheet, and what it was recognised as.
type part struct {
	input   *input
	table   *table.Table
	profile *source.Profile
	kind    *source.Table
	heading map[string][]int // positions by folded heading
	rowHash bool             // rows are told apart by their content, as the user asked for
	notes   []string

	batch  int
	dates  *dates
	occurs *occurrences // where rows have no identifier
	tally  tally
}

// leftOut is a sheet that is not read, and why.
type leftOut struct {
	Sheet  string `json:"sheet,omitempty"`
	Reason string `json:"reason"`
}

func (p *part) content() source.Content { return p.kind.Content }

// fold gives the positions of a table's headings, folded. Of equal headings the first counts.
func fold(heading []string) map[string][]int {
	positions := map[string][]int{}
	for i, text := range heading {
		if key := source.Fold(text); key != "" {
			positions[key] = append(positions[key], i)
		}
	}
	return positions
}

// positions gives the cells that may hold a column, in the profile's order.
func positions(heading map[string][]int, names []string) []int {
	var at []int
	for _, name := range names {
		if found := heading[source.Fold(name)]; len(found) > 0 && !slices.Contains(at, found[0]) {
			at = append(at, found[0])
		}
	}
	return at
}

// match says how many columns of a kind of table a heading has, and which it lacks of those that it needs.
func match(kind *source.Table, heading map[string][]int) (found int, lacks []string) {
	columns := map[string]bool{}
	for _, set := range append([]map[string][]string{kind.Columns}, whens(kind)...) {
		for column, names := range set {
			if len(positions(heading, names)) > 0 {
				columns[column] = true
			}
		}
	}
	for _, needed := range kind.Needs {
		if !columns[needed] {
			lacks = append(lacks, needed)
		}
	}
	return len(columns), lacks
}

func whens(kind *source.Table) []map[string][]string {
	var sets []map[string][]string
	for _, set := range kind.When {
		sets = append(sets, set)
	}
	return sets
}

// profiles gives those that files are recognised by: the one asked for, else all; the reference files always.
func profiles(name string) ([]*source.Profile, error) {
	var list []*source.Profile
	if name != "" {
		profile, err := catalog.Find(name)
		if err != nil {
			return nil, &Refused{Sentence: err.Error(), Usage: true}
		}
		list = append(list, profile)
	}
	for _, profile := range catalog.All() {
		wanted := name == "" && profile.Name != catalog.OnRequest || profile.Name == "reference"
		if wanted && !slices.Contains(list, profile) {
			list = append(list, profile)
		}
	}
	return list, nil
}

// recognise says what a table is: the kind of table of which it has all that is needed and the most columns. Where
// rows could not be told apart, or nothing fits, it says why not.
func recognise(in *input, t *table.Table, list []*source.Profile, opt Options) (*part, string) {
	if len(t.Heading) == 0 {
		return nil, isEmpty
	}
	heading := fold(t.Heading)
	var best *part
	most := 0
	for _, profile := range list {
		for _, kind := range profile.Tables {
			found, lacks := match(kind, heading)
			if kind.Content == source.Requests { // said apart, below
				lacks = slices.DeleteFunc(lacks, func(column string) bool { return column == "source_id" })
			}
			if len(lacks) > 0 || found < max(kind.AtLeast, 1) || found <= most {
				continue
			}
			best, most = &part{input: in, table: t, profile: profile, kind: kind, heading: heading}, found
		}
	}
	if best == nil {
		return nil, unrecognised(t, list)
	}
	best.noteRepeated()
	if best.content() == source.Requests && len(best.cells("source_id")) == 0 {
		if !opt.RowHash {
			return best, fmt.Sprintf("has no %s column, so its rows can't be told apart", idHeading(best.kind))
		}
		best.rowHash = true
	}
	return best, ""
}

// noteRepeated says of which headings that are read there are several: only the profile's own words are quoted, as a
// heading that nobody knows may hold anything.
func (p *part) noteRepeated() {
	var repeated []string
	for _, set := range append([]map[string][]string{p.kind.Columns}, whens(p.kind)...) {
		for _, names := range set {
			for _, name := range names {
				if len(p.heading[source.Fold(name)]) > 1 && !slices.Contains(repeated, name) {
					repeated = append(repeated, name)
				}
			}
		}
	}
	slices.Sort(repeated)
	for _, name := range repeated {
		p.notes = append(p.notes, fmt.Sprintf("%d columns are headed %s: the first of them is read", len(p.heading[source.Fold(name)]), name))
	}
}

// cells gives the positions of a column in any row of the table.
func (p *part) cells(column string) []int { return positions(p.heading, p.kind.Columns[column]) }

// idHeading names the identifier as a user sees it: "Transaction Number".
func idHeading(kind *source.Table) string {
	if names := kind.Columns["source_id"]; len(names) > 0 {
		return spaced(names[0])
	}
	return "identifier"
}

// spaced writes TransactionNumber as ILLiad's client shows it: Transaction Number.
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Reasons for which a table is not read.
const (
	isEmpty   = "it is empty"
	noHeading = "has no heading row"
)

// unrecognised says what was found in place of a known heading. A first row may be no heading and name a reader: only
// headings that some profile knows are quoted.
func unrecognised(t *table.Table, list []*source.Profile) string {
	if looksLikeData(t.Heading, list) {
		return noHeading + ": name its columns in order with --columns, such as --columns \"Transaction Number,Request Type,-,Creation Date,…\" (- for one to leave out)"
	}
	known := map[string]bool{}
	for _, profile := range catalog.All() {
		for _, kind := range profile.Tables {
			for _, set := range append([]map[string][]string{kind.Columns}, whens(kind)...) {
				for _, names := range set {
					for _, name := range names {
						known[source.Fold(name)] = true
					}
				}
			}
		}
	}
	var shown []string
	for _, text := range t.Heading {
		if known[source.Fold(text)] && len(shown) < 6 {
			shown = append(shown, text)
		}
	}
	found := fmt.Sprintf("none of its %d headings is known", len(t.Heading))
	if len(shown) > 0 {
		found = fmt.Sprintf("of its %d headings it has %s", len(t.Heading), strings.Join(shown, ", "))
	}
	return fmt.Sprintf("is no table that Fillrate can read: %s; needed are, for example, those of ILLiad's Transactions (Transaction Number, Process Type, Transaction Status, Creation Date, Transaction Date), or for a table of your own --profile generic, or a profile that maps its headings (--profile FILE.toml)", found)
}

// looksLikeData tells a first row that holds values: a date, a number, an e-mail address or a status is no heading.
func looksLikeData(heading []string, list []*source.Profile) bool {
	for _, text := range heading {
		if text == "" {
			continue
		}
		if _, result := table.ParseDate([]byte(text), table.Text, 0, table.Unknown); result != table.Bad && result != table.Null {
			return true
		}
		if _, isNumber := table.ParseInt([]byte(text)); isNumber {
			return true
		}
		if strings.Contains(text, "@") {
			return true
		}
		for _, profile := range list {
			if _, isStatus := profile.Status.Meaning(text); isStatus && profile.Name != catalog.OnRequest {
				return true
			}
		}
	}
	return false
}

// where names the part in a message: FILE, or FILE, sheet "X".
func (p *part) where() string {
	name := filepath.Base(p.input.path)
	if p.table.Name != "" {
		name += fmt.Sprintf(", sheet %q", p.table.Name)
	}
	return name
}

// title says what the part was recognised as: ILLiad Transactions.
func (p *part) title() string { return strings.TrimSpace(p.profile.Title + " " + p.kind.Title) }
