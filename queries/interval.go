package queries

import "github.com/fillrate/fillrate/queries/impact/stats"

// newcombe gives the 95 % interval of share − before, two shares that were seen among n and nBefore others.
func newcombe(share, n, before, nBefore float64) (lo, hi float64) {
	return stats.Newcombe(share, n, before, nBefore)
}
