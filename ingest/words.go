package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// words remembers what the few distinct texts of a column mean, so that the meaning is worked out once per worker.
// It is a table of fixed size in which two texts that fall on one place push each other out: a column with more
// distinct texts than places only gets slower. A Go map takes three times as long per text.
type words[T any] struct {
	places []place[T]
	read   func(word string) T
}

type place[T any] struct {
	word string
	used bool
	read T
}

// wordPlaces is a power of two, well over the number of distinct statuses, partners or reasons of a library.
const wordPlaces = 1 << 12

func newWords[T any](read func(string) T) words[T] {
	return words[T]{places: make([]place[T], wordPlaces), read: read}
}

// get gives the meaning of a text, valid until the next call.
func (w *words[T]) get(text []byte) *T {
	at := &w.places[xxhash.Sum64(text)%uint64(len(w.places))]
	if !at.used || at.word != string(text) { // no allocation: the compiler knows this form
		word := string(text)
		*at = place[T]{word: word, used: true, read: w.read(word)}
	}
	return &at.read
}

// patronKeys turns user names into the keys under which readers are known in the history. It remembers keys by a
// 64-bit hash of the name, which is as wide as the keys themselves, in a table of fixed size.
type patronKeys struct {
	known   []patronKey
	mac     hash.Hash
	prefix  []byte
	scratch []byte
}

type patronKey struct {
	name uint64
	key  int64
}

// patronPlaces is how many readers a worker remembers the keys of: 4 MiB.
const patronPlaces = 1 << 18

func newPatronKeys(l *load) *patronKeys {
	return &patronKeys{known: make([]patronKey, patronPlaces), mac: hmac.New(sha256.New, l.patronKey), prefix: []byte(l.library + "\x00")}
}

// key gives the first 8 bytes of HMAC-SHA-256 over library and user name; user names differ in no more than case.
func (k *patronKeys) key(name []byte) int64 {
	sum := xxhash.Sum64(name) | 1 // never that of an empty place
	at := &k.known[sum>>8%patronPlaces]
	if at.name != sum {
		k.mac.Reset()
		k.scratch = append(append(k.scratch[:0], k.prefix...), strings.ToLower(string(name))...)
		k.mac.Write(k.scratch) // a hash never fails
		*at = patronKey{sum, int64(binary.LittleEndian.Uint64(k.mac.Sum(k.scratch[:0])))}
	}
	return at.key
}
