package dashboards

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/fillrate/fillrate/queries"
)

const (
	choicesPath  = "/choices/"
	foundChoices = 50
)

// foundChoice is one value that a search found. N is how many requests have it; it is left out where the groups are
// readers, whose counts only figures tell, which take small groups together.
type foundChoice struct {
	Value string `json:"value"`
	Label string `json:"label"`
	N     int64  `json:"n,omitempty"`
}

// choices answers the search fields of the filter: those values of a dimension that hold q in any case and with any
// accents, 50 at most. Values that begin with it come first, then those of which a word does, the most frequent first.
func (s *server) choices(c *gin.Context) error {
	d := queries.FindDimension(c.Param("dimension"))
	if d == nil || !d.Filter {
		return refuse(queries.NotFound, "problem.no_choices")
	}
	reading, err := s.read(c.Request.Context())
	if err != nil {
		return err
	}
	defer reading.release()
	history, err := s.history(c.Request.Context(), reading)
	if err != nil {
		return err
	}
	known, err := cached(c.Request.Context(), s, reading, "choices "+d.Name, func(context.Context) ([]searchable, int, error) {
		list := make([]searchable, 0, len(history.Choices[d.Name]))
		for _, choice := range history.Choices[d.Name] {
			list = append(list, searchable{choice, folded(choice.Value)})
		}
		return list, len(list), nil
	})
	if err != nil {
		return err
	}
	words := s.words(c)
	found, total := search(known, c.Query("q"), func(value string) string { return words.Value(d.Name, value) })
	if d.Name == "department" || d.Name == "patron_group" {
		for i := range found {
			found[i].N = 0
		}
	}
	c.JSON(http.StatusOK, gin.H{"dimension": d.Name, "total": total, "choices": found})
	return nil
}

// searchable is a choice with its value as a search compares it.
type searchable struct {
	queries.Choice
	folded string
}

// search gives the best of the choices that hold q, and how many do.
func search(known []searchable, q string, label func(value string) string) ([]foundChoice, int) {
	type hit struct {
		foundChoice
		rank int
	}
	wanted := folded(strings.TrimSpace(q))
	hits := []hit{}
	for _, choice := range known {
		said := label(choice.Value)
		text := choice.folded
		if said != choice.Value {
			text = folded(said) + " " + text
		}
		at := strings.Index(text, wanted)
		if at < 0 {
			continue
		}
		rank := 2
		switch {
		case at == 0:
			rank = 0
		case strings.Contains(text, " "+wanted):
			rank = 1
		}
		hits = append(hits, hit{foundChoice{choice.Value, shorten(said, longestLabel), choice.N}, rank})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.N, a.N)) })
	found := make([]foundChoice, 0, foundChoices)
	for _, h := range hits[:min(len(hits), foundChoices)] {
		found = append(found, h.foundChoice)
	}
	return found, len(hits)
}

// folded is a text without case and accents.
func folded(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold()), text)
	if err != nil {
		return strings.ToLower(text)
	}
	return plain
}
