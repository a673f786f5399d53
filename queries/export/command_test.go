package export

import (
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
)

func TestCommand(t *testing.T) {
	filter := queries.Filter{
		From: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC),
		By: []string{"month", "role"}, Department: []string{"Biology & Co", "O'Neill"}, Basis: queries.Period,
		Numbers: map[string]int{"fiscal_start": 10, "suppress_below": 0, "contu_limit": 9},
	}
	const want = `fillrate query fill_rate --from=2025-03-01 --to=2025-04-01 --department='Biology & Co' --department='O'\''Neill' --by=month --by=role --basis=period --fiscal-start=10 --set=suppress_below=0`
	if got := Command("fill_rate", filter); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
