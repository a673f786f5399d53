package sample

import (
	"context"
	"testing"
)

// BenchmarkTransactions measures the history that load tests read.
func BenchmarkTransactions(b *testing.B) {
	dir := b.TempDir()
	const requests = 200_000
	for b.Loop() {
		if _, err := Write(context.Background(), dir, Config{Requests: requests, Seed: 1, TransactionsOnly: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(requests*b.N)/b.Elapsed().Seconds(), "requests/s")
}
