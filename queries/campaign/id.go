package campaign

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longestID of a name leaves room for a number behind it.
const longestID = 40

// idOf makes an id of a name: lower case, marks taken off letters, a hyphen for all else. A name without a Latin letter or
// digit gives campaign.
func idOf(name string) string {
	var id strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			id.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			id.WriteRune(r + 'a' - 'A')
		case unicode.Is(unicode.Mn, r): // the mark of a letter
		default:
			if text := id.String(); text != "" && !strings.HasSuffix(text, "-") {
				id.WriteByte('-')
			}
		}
		if id.Len() >= longestID {
			break
		}
	}
	made := strings.Trim(id.String(), "-")
	switch {
	case made == "":
		return "campaign"
	case slices.Contains(reserved, made):
		return made + "-1"
	}
	return made
}
