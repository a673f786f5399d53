package ingest

import (
	"strconv"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// occurrences gives rows without an identifier one made of their content (--id row-hash): the hash of the row as the
// source wrote it, and how many equal rows the table had before. So two equal rows stay two requests, and reading the
// table again gives the same identifiers. It is shared by the workers of a part: equal rows are interchangeable.
type occurrences struct {
	mu   sync.Mutex
	seen map[uint64]uint32
}

// identify appends the identifier of a row to id.
func (o *occurrences) identify(row *hasher, id []byte) []byte {
	sum := xxhash.Sum64(row.row)
	o.mu.Lock()
	o.seen[sum]++
	n := o.seen[sum]
	o.mu.Unlock()
	id = append(id, "row-"...)
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		id = append(id, digits[sum>>shift&15])
	}
	id = append(id, '-')
	return strconv.AppendUint(id, uint64(n), 10)
}
