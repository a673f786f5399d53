package dashboards

import (
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// optional gives the text under key, empty where there is none.
func optional(w *locale.Words, key string) string {
	if !w.Has(key) {
		return ""
	}
	return w.Text(key)
}

// codeBehind is a library's code where Words.Value gives its name instead, empty otherwise.
func codeBehind(w *locale.Words, dimension, value string) string {
	if dimension != "library" || w.Library(value) == value {
		return ""
	}
	return value
}

// lowerFirst makes a heading fit into a sentence.
func lowerFirst(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToLower(first)) + words[size:]
}
