package dashboards

import (
	"bytes"

	"golang.org/x/net/html"
)

// straight takes out of a page what would write the text beside a name from the other side: Unicode's embeddings, overrides
// and isolates, which a title may begin and never end. What a form sends back stays as it is.
func straight(page []byte) []byte {
	if !bytes.ContainsFunc(page, turnsAround) {
		return page
	}
	var out bytes.Buffer
	tokens := html.NewTokenizer(bytes.NewReader(page))
	isTyped := false // within a textarea
	for tokens.Next() != html.ErrorToken {
		token := bytes.Clone(tokens.Raw())
		if name, _ := tokens.TagName(); string(name) == "textarea" {
			isTyped = bytes.HasPrefix(token, []byte("<textarea"))
		}
		if !isTyped && !(bytes.HasPrefix(token, []byte("<")) && bytes.Contains(token, []byte("value="))) {
			token = bytes.Map(func(r rune) rune {
				if turnsAround(r) {
					return -1
				}
				return r
			}, token)
		}
		out.Write(token)
	}
	return out.Bytes()
}

// turnsAround tells the characters that write what follows from one side until they are ended.
func turnsAround(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
