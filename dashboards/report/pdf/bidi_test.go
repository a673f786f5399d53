package pdf

import "testing"

// Words of both directions are put as they are seen; expected values after the rules of UAX 9.
func TestVisual(t *testing.T) {
	for text, want := range map[string]string{
		"plain (text) 12":        "plain (text) 12",
		"שלום עולם":              "םלוע םולש",
		"abc שלום 123 עולם def":  "abc םלוע 123 םולש def",
		"a (שלום) b":             "a (םולש) b",
		"א(ב)ג":                  "ג(ב)א",
		"כרך 12.5, ע":            "ע ,12.5 ךרכ",
		"שלום, see 12 and 13":    "םולש, see 12 and 13",
		"א 1":                    "1 א",
		"History of שלום, vol.2": "History of םולש, vol.2",
	} {
		if got := visual(text); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
}
