// Package merge brings the records of a load into the history, so that the result depends on what was loaded and
// not on the order: of two sightings of a request the newer wins column by column, events are a set, and what was
// there already changes nothing. It knows Arrow records and SQL, and nothing of files or export formats.
package merge
