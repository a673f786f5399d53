package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
)

// Tx is the one connection and transaction of a load.
type Tx struct {
	conn      *sql.Conn
	patronKey func() ([]byte, error)
}

// PatronKey gives the secret, 32 bytes, under which this history knows its readers; see KeyFile.
func (tx *Tx) PatronKey() ([]byte, error) { return tx.patronKey() }

// Exec runs one statement and gives the number of rows that it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := tx.conn.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ExecFile runs the statements of a file of SQL, one after the other.
func (tx *Tx) ExecFile(ctx context.Context, file string) error {
	for _, statement := range statements(file) {
		if _, err := tx.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Query runs a query; the caller closes the rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.conn.QueryContext(ctx, query, args...)
}

// QueryRow runs a query of one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.conn.QueryRowContext(ctx, query, args...)
}

// WithArrow shows records to SQL as a view of the given name while use runs; the stream can be read once.
// The view lives inside the load's transaction and is dropped before it ends: one that outlived it would crash
// every later reader of the file.
//
// Statements must read every column of the view, and filter only what they have read: DuckDB may ask the stream for
// fewer columns or rows, which a Go stream does not hear, and would then take one column for another.
func (tx *Tx) WithArrow(ctx context.Context, view string, records array.RecordReader, use func() error) error {
	var release func()
	err := tx.conn.Raw(func(raw any) error {
		arrowConn, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		if err != nil {
			return err
		}
		release, err = arrowConn.RegisterView(records, view)
		return err
	})
	if err != nil {
		return fmt.Errorf("showing records to DuckDB: %w", err)
	}
	defer release()
	if err := use(); err != nil {
		return err // the transaction is rolled back, and the view with it
	}
	_, err = tx.conn.ExecContext(ctx, "drop view "+view)
	return err
}
