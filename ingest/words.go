package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"
)

// words remembers what the few distinct texts of a column mean, so that the meaning is worked out once per worker.
type words[T any] struct {
	known map[string]*T
	read  func(word string) T
	other T
}

// maxWords bounds what a worker remembers: a column with more distinct texts holds no vocabulary.
const maxWords = 1 << 14

func newWords[T any](read func(string) T) words[T] {
	return words[T]{known: map[string]*T{}, read: read}
}

// get gives the meaning of a text, valid until the next call.
func (w *words[T]) get(text []byte) *T {
	if known, ok := w.known[string(text)]; ok { // no allocation: the compiler knows this form
		return known
	}
	word := string(text)
	read := w.read(word)
	if len(w.known) < maxWords {
		w.known[word] = &read
		return &read
	}
	w.other = read
	return &w.other
}

// patronKeys turns user names into the keys under which readers are known in the history.
type patronKeys struct {
	mac     hash.Hash
	prefix  []byte
	known   map[string]int64
	scratch []byte
	sum     []byte
}

const maxPatronKeys = 1 << 16

func newPatronKeys(l *load) *patronKeys {
	return &patronKeys{mac: hmac.New(sha256.New, l.patronKey), prefix: []byte(l.library + "\x00"), known: map[string]int64{}}
}

// key gives the first 8 bytes of HMAC-SHA-256 over library and user name; user names differ in no more than case.
func (k *patronKeys) key(name []byte) int64 {
	if key, ok := k.known[string(name)]; ok {
		return key
	}
	if len(k.known) == maxPatronKeys {
		clear(k.known)
	}
	k.mac.Reset()
	k.scratch = append(append(k.scratch[:0], k.prefix...), strings.ToLower(string(name))...)
	k.mac.Write(k.scratch) // a hash never fails
	k.sum = k.mac.Sum(k.sum[:0])
	key := int64(binary.LittleEndian.Uint64(k.sum))
	k.known[string(name)] = key
	return key
}
