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

// patronKeys turns user names into the keys under which readers are known in the history.
type patronKeys struct {
	known   words[int64]
	mac     hash.Hash
	prefix  []byte
	scratch []byte
}

// patronPlaces is how many readers a worker remembers the keys of.
const patronPlaces = 1 << 16

func newPatronKeys(l *load) *patronKeys {
	k := &patronKeys{mac: hmac.New(sha256.New, l.patronKey), prefix: []byte(l.library + "\x00")}
	k.known = words[int64]{places: make([]place[int64], patronPlaces), read: k.compute}
	return k
}

func (k *patronKeys) key(name []byte) int64 { return *k.known.get(name) }

// compute gives the first 8 bytes of HMAC-SHA-256 over library and user name; user names differ in no more than case.
func (k *patronKeys) compute(name string) int64 {
	k.mac.Reset()
	k.scratch = append(append(k.scratch[:0], k.prefix...), strings.ToLower(name)...)
	k.mac.Write(k.scratch) // a hash never fails
	return int64(binary.LittleEndian.Uint64(k.mac.Sum(k.scratch[:0])))
}
