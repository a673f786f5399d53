package dashboards

// noValue stands where there is nothing to say; a screen reader is told so in words.
const noValue = "–"

// shorten cuts text to a length in runes that fits its place; the whole stays in the table beside it.
func shorten(s string, length int) string {
	runes := []rune(s)
	if len(runes) <= length {
		return s
	}
	return string(runes[:length-1]) + "…"
}
