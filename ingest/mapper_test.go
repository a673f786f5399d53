package ingest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(trim([]byte(rapid.StringOfN(rapid.SampledFrom([]rune("ab \n\té Ż\x1f!")), 0, 40, -1).Draw(t, "text"))))
		if got, want := isOneLine([]byte(text)), !strings.ContainsAny(text, "\n\t\x1f") && !strings.Contains(text, "  "); got != want {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		var m rowMapper
		want := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' }), " ")
		if got := string(m.oneLine([]byte(text))); got != want {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}
