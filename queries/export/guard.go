package export

import "strings"

// Guard keeps a spreadsheet from taking text for a formula: a partner could be called =cmd|… . An apostrophe goes before what
// begins like one, behind any apostrophes that it has, so that Unguard gives the text back.
func Guard(text string) string {
	if looksLikeFormula(text) {
		return "'" + text
	}
	return text
}

// Unguard takes the apostrophe of Guard off.
func Unguard(text string) string {
	if strings.HasPrefix(text, "'") && looksLikeFormula(text) {
		return text[1:]
	}
	return text
}

func looksLikeFormula(text string) bool {
	text = strings.TrimLeft(text, "'")
	return text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0]))
}
