package store

import (
	"context"
	"fmt"
)

// DeriveRollups makes anew what dashboards ask for by month, the only derived tables that targets bear on; the facts must
// stand.
func (tx *Tx) DeriveRollups(ctx context.Context) error {
	if err := tx.ExecFile(ctx, rollupSQL); err != nil {
		return fmt.Errorf("deriving the roll-ups: %w", err)
	}
	return nil
}
