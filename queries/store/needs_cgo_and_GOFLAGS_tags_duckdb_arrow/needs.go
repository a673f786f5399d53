//go:build cgo && duckdb_arrow

// Package needs is empty: its folder's name is the message that go prints where the build tag duckdb_arrow or cgo is
// missing (see tag_required.go in the folder above).
package needs
