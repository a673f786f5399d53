package ingest

import (
	"context"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// stream carries records from the workers to DuckDB, which reads it once and from one thread at a time.
type stream struct {
	schema  *arrow.Schema
	records chan arrow.RecordBatch
	current arrow.RecordBatch

	mu  sync.Mutex
	err error
}

var _ array.RecordReader = (*stream)(nil)

// newStream starts produce, which sends records until it is done or fails. stop ends it early and waits for its end.
func newStream(ctx context.Context, schema *arrow.Schema, produce func(ctx context.Context, send func(arrow.RecordBatch) error) error) (s *stream, stop func() error) {
	s = &stream{schema: schema, records: make(chan arrow.RecordBatch, 2)}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(s.records)
		err := produce(ctx, func(record arrow.RecordBatch) error {
			select {
			case s.records <- record:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}()
	return s, func() error {
		cancel()
		for record := range s.records {
			record.Release()
		}
		return s.Err()
	}
}

func (s *stream) Schema() *arrow.Schema          { return s.schema }
func (s *stream) RecordBatch() arrow.RecordBatch { return s.current }
func (s *stream) Record() arrow.RecordBatch      { return s.current }
func (s *stream) Retain()                        {}
func (s *stream) Release()                       {}

// Next waits for a record.
func (s *stream) Next() bool {
	if s.current != nil {
		s.current.Release()
	}
	s.current = <-s.records
	return s.current != nil
}

// Err is the producer's error, known once Next has said false.
func (s *stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
