package sample

import (
	"testing"
)

// BenchmarkTransactions measures the history that load tests read.
func BenchmarkTransactions(b *testing.B) {
	dir := b.TempDir()
	const requests = 200_000
	for b.Loop() {
		if _, err := Write(b.Context(), dir, Config{Requests: requests, Seed: 1, TransactionsOnly: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(requests*b.N)/b.Elapsed().Seconds(), "requests/s")
}
