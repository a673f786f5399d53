package settings

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

var termShape = regexp.MustCompile(`^(.*\S)\s+(\d{1,2})-(\d{1,2})\s+(?:to\s+)?(\d{1,2})-(\d{1,2})$`)

// ParseTerm reads a term as TermText writes it: its name, then the month and day of its first and of its last day. It fails
// with a *FieldError.
func ParseTerm(text string) (queries.Term, error) {
	found := termShape.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return queries.Term{}, wrong(Terms, "term", "%q is no term: write its name, first and last day as month-day, such as \"Fall 08-24 to 12-18\"", excerpt(text))
	}
	term := queries.Term{Name: found[1]}
	for i, into := range []*int{&term.FromMonth, &term.FromDay, &term.ToMonth, &term.ToDay} {
		*into, _ = strconv.Atoi(found[i+2]) // two digits at most
	}
	return term, nil
}

// TermText writes a term: Fall 08-24 to 12-18.
func TermText(t queries.Term) string {
	return fmt.Sprintf("%s %s to %s", t.Name, DayText(t.FromMonth, t.FromDay), DayText(t.ToMonth, t.ToDay))
}

// DayText writes a day of any year: 08-24.
func DayText(month, day int) string { return fmt.Sprintf("%02d-%02d", month, day) }
