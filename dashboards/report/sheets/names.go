package sheets

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// longestName is how many UTF-16 units the name of a sheet may have.
const longestName = 31

// names are those of the workbook's sheets, which differ in more than capitals.
type names map[string]bool

// take makes a name of a title: without the characters that a name must not hold, an apostrophe among them (it would end a
// reference), cut at a word, and with a number where another sheet has it.
func (n names) take(title string) string {
	title = strings.NewReplacer("'", "’", ":", " ", "\\", " ", "/", "-", "?", "", "*", "", "[", "(", "]", ")").Replace(clean(title))
	title = strings.Join(strings.Fields(title), " ")
	name := shorten(title, longestName)
	for i := 2; name == "" || n[strings.ToLower(name)] || strings.EqualFold(name, "History"); i++ { // Excel keeps History for itself
		suffix := strconv.Itoa(i)
		if title != "" {
			suffix = " " + suffix
		}
		name = shorten(title, longestName-length(suffix)) + suffix
	}
	n[strings.ToLower(name)] = true
	return name
}

// shorten cuts at the end of a word where one ends in the last third.
func shorten(text string, most int) string {
	if length(text) <= most {
		return text
	}
	runes := []rune(text)
	runes = runes[:min(len(runes), most)] // each takes a unit at least
	for length(string(runes)) > most-1 {
		runes = runes[:len(runes)-1]
	}
	kept := string(runes)
	if i := strings.LastIndex(kept, " "); i > len(kept)*2/3 {
		kept = kept[:i]
	}
	return strings.TrimRight(kept, " ,;-–(") + "…"
}

func length(text string) int { return len(utf16.Encode([]rune(text))) }
