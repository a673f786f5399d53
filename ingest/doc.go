// Package ingest brings exports of ILL systems into the history: it opens the files, tells by their headings what
// they are, turns rows into typed Arrow records on all cores, and hands those to package merge inside one load of the
// store. What a system's headings and words mean is data, in the profiles beside it (ingest/source).
//
// Names, addresses, e-mail, passwords and notes never leave the row that they stand in. Memory is bounded by the
// records in flight, whatever the size of a file.
package ingest
