package queries

import (
	"context"
	"fmt"

	"github.com/fillrate/fillrate/queries/store"
)

// Choice is one value that a dimension can be filtered to, and how many requests have it.
type Choice struct {
	Value string `json:"value"`
	N     int64  `json:"n"`
}

// Choices lists, for each dimension that filters, the values that the history holds, the most frequent first and
// unknown last. A generation never changes, so the answer may be kept as long as it is current.
func Choices(ctx context.Context, snapshot *store.Snapshot) (map[string][]Choice, error) {
	choices := map[string][]Choice{}
	for _, d := range Dimensions {
		if d.Filter {
			choices[d.Name] = nil
		}
	}
	rows, err := snapshot.DB().QueryContext(ctx, "from choice_count order by dimension, value = 'unknown', n desc, value")
	if err != nil {
		return nil, fmt.Errorf("listing what can be filtered: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var dimension string
		var choice Choice
		if err := rows.Scan(&dimension, &choice.Value, &choice.N); err != nil {
			return nil, err
		}
		choices[dimension] = append(choices[dimension], choice)
	}
	return choices, rows.Err()
}
