// Package store keeps the history of a library's requests as generations: whole DuckDB files, of which one is
// current. A load copies the current file, changes the copy in one transaction, checks it, and only then moves a
// pointer; readers never see half a load and a crash at any instant leaves the old generation standing.
//
// The package knows the tables and what is derived from them, and nothing of export formats or metrics. Whoever
// reads or loads does so through Store, so that another implementation (DuckLake on shared storage) can stand in.
package store
