package dashboards

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// optional gives the text under key, empty where there is none.
func optional(w *locale.Words, key string) string {
	if !w.Has(key) {
		return ""
	}
	return w.Text(key)
}

// valueLabel gives the words for a dimension's value.
func valueLabel(w *locale.Words, dimension, value string) string {
	if key := dimension + "." + value; w.Has(key) {
		return w.Text(key)
	}
	switch dimension {
	case "day", "week", "month", "quarter", "year", "fiscal_year":
		return w.Bucket(dimension, value)
	case "reason", "filled_by", "status", "outcome", "channel":
		return w.Of(sentenceCase(value))
	case "library":
		if name := w.Library(value); name != value {
			return name
		}
	case "measure", "unit", "population", "period", "note": // of published figures
		return w.Of(value)
	}
	switch value {
	case queries.Unknown:
		return w.Text("unknown")
	case queries.Suppressed:
		return w.Text("suppressed")
	}
	return value
}

// codeBehind is a library's code where valueLabel gives its name instead, empty otherwise.
func codeBehind(w *locale.Words, dimension, value string) string {
	if dimension != "library" || w.Library(value) == value {
		return ""
	}
	return value
}

// sentenceCase makes a canonical word readable: not_on_shelf → Not on shelf.
func sentenceCase(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// lowerFirst makes a heading fit into a sentence.
func lowerFirst(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToLower(first)) + words[size:]
}

func dimensionLabel(w *locale.Words, name string) string {
	if d := queries.FindDimension(name); d != nil {
		return w.Of(d.Label)
	}
	return sentenceCase(name)
}

// columnsIn gives columns with their labels and meanings in a language.
func columnsIn(w *locale.Words, columns []queries.Column) []queries.Column {
	columns = slices.Clone(columns)
	for i := range columns {
		columns[i].Label, columns[i].Doc = w.Of(columns[i].Label), w.Of(columns[i].Doc)
	}
	return columns
}

// resultIn gives a result with its columns' labels in a language; its rows are shared.
func resultIn(w *locale.Words, result *queries.Result) *queries.Result {
	said := *result
	said.Columns = columnsIn(w, result.Columns)
	return &said
}
