package export

import (
	"regexp"
	"strings"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// flags are the keys of a filter that `fillrate query` has a flag of its own for; numbers else go with --set.
var flags = map[string]bool{"grace_days": true, "return_transit_days": true, "fiscal_start": true}

var bare = regexp.MustCompile(`^[A-Za-z0-9_.,:/+=-]+$`)

// Command is the command that gives a metric's figures for a filter, as a shell takes it: fillrate query volume
// --from=2025-03-01 --by=month. Numbers that the metric does not read are left out, as the command refuses them; it is
// empty where there is no such metric.
func Command(id string, filter queries.Filter) string {
	metric, err := catalog.Find(id)
	if err != nil {
		return ""
	}
	words := []string{"fillrate query", id}
	values := filter.Values()
	for _, key := range queries.FilterKeys() {
		for _, word := range values[key] {
			option := queries.FindOption(key)
			switch {
			case option != nil && !metric.Reads(key):
			case option != nil && !flags[key]:
				words = append(words, "--set="+quoted(key+"="+word))
			default:
				words = append(words, "--"+strings.ReplaceAll(key, "_", "-")+"="+quoted(word))
			}
		}
	}
	return strings.Join(words, " ")
}

// quoted is a word that a shell takes as it is.
func quoted(word string) string {
	if bare.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
