package locale

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var place = regexp.MustCompile(`\{\d+\}`)

// places lists the places of a text, sorted: a language may put them in another order.
func places(text string) []string {
	found := place.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Every language has the same texts with the same places, and none is empty.
func TestTextsOfEachLanguage(t *testing.T) {
	english := All()[0]
	if english.Tag != "en" {
		t.Fatalf("the language that stands in is %s", english.Tag)
	}
	for _, w := range All() {
		for _, key := range english.Keys() {
			if !w.Has(key) {
				t.Errorf("%s lacks %q: %q", w.Tag, key, english.Text(key))
			} else if got, want := places(w.Text(key)), places(english.Text(key)); !slices.Equal(got, want) {
				t.Errorf("%s, %q has the places %v, and not %v", w.Tag, key, got, want)
			}
		}
		for _, key := range w.Keys() {
			if !english.Has(key) {
				t.Errorf("%s has %q, which English has not", w.Tag, key)
			}
			if strings.TrimSpace(w.Text(key)) == "" {
				t.Errorf("%s, %q is empty", w.Tag, key)
			}
		}
		for word, text := range w.catalog {
			if got, want := places(text), places(word); !slices.Equal(got, want) {
				t.Errorf("%s, %q has the places %v, and not %v", w.Tag, word, got, want)
			}
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s, %q is empty", w.Tag, word)
			}
		}
	}
}

func TestMatch(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                       "en",
		"*":                                      "en",
		"en":                                     "en",
		"pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7":    "pt-BR",
		"pt-PT,pt;q=0.8,en;q=0.5,en-US;q=0.3":    "pt-BR",
		"pt":                                     "pt-BR",
		"en-US,en;q=0.9,pt-BR;q=0.8":             "en",
		"de-DE,de;q=0.9,en-GB;q=0.8,pt;q=0.1":    "en",
		"ja,zh-CN;q=0.9":                         "en",
		"pt-BR;q=0.1, en;q=0.9":                  "en",
		"fr;q=1.0, pt-BR;q=0.5":                  "pt-BR",
		";;;,,,=":                                "en",
		"<script>alert(1)</script>":              "en",
		"../../etc/passwd":                       "en",
		"\x00\xff":                               "en",
		strings.Repeat("pt-BR;q=0.1,", 20_000):   "en",
		strings.Repeat("x-", 50_000) + "pt":      "en",
		"en-" + strings.Repeat("a", 100_000):     "en",
		"pt-BR" + strings.Repeat(";q=0.5", 5000): "en",
	} {
		if got := Match(accept); got.Tag != want {
			t.Errorf("%.60q gives %s, want %s", accept, got.Tag, want)
		}
	}
}

func TestFind(t *testing.T) {
	for tag, want := range map[string]string{"en": "en", "pt-BR": "pt-BR", "PT-br": "pt-BR"} {
		if got := Find(tag); got == nil || got.Tag != want {
			t.Errorf("%s gives %v", tag, got)
		}
	}
	for _, tag := range []string{"", "pt", "../en", "xx"} {
		if got := Find(tag); got != nil {
			t.Errorf("%q gives %s", tag, got.Tag)
		}
	}
}

// A label made of two is put together again, and what is unknown stays as it is.
func TestOf(t *testing.T) {
	w := Find("pt-BR")
	for english, want := range map[string]string{
		"Fill rate":           "Taxa de atendimento",
		"Fill rate, before":   "Taxa de atendimento, antes",
		"Main Library, north": "Main Library, north",
		"":                    "",
	} {
		if got := w.Of(english); got != want {
			t.Errorf("%q: %q, want %q", english, got, want)
		}
	}
	if got := All()[0].Of("Fill rate, before"); got != "Fill rate, before" {
		t.Errorf("English: %q", got)
	}
	if got := w.Tell("from {0} to {1}", "{1}", "b"); got != "de {1} a b" {
		t.Errorf("a word that looks like a place was filled: %q", got)
	}
}
