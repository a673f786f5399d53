// Package locale holds what Fillrate's pages say, language by language, and how each writes numbers and dates. A
// language is a folder of flat JSON files, en/pages.json: key to text, with places {0}, {1} … that each language puts in
// its own order. A new language is a folder and a line in languages; a test says which texts it lacks.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

//go:embed en/*.json pt-BR/*.json pt-BR/definitions/*.md
var files embed.FS

// Words is one language: its texts, and how it writes numbers and dates. It is safe for use by many readers at once.
type Words struct {
	Tag  string // as in <html lang>: en, pt-BR
	Name string // in the language itself

	texts     map[string]string
	catalog   map[string]string // English of the metric catalog to this language; nil in English
	decimal   string
	thousands string
	months    [12]string // as they stand in a date
	monthYear string     // between a month and its year on an axis
	// oneBelowTwo: the singular goes with every number below 2, as in 1,5 dia.
	oneBelowTwo bool
	dateStyle   DateStyle
	libraries   map[string]string // names by code
	dateLayout  map[DateStyle]string
	dayLayout   map[DateStyle]string // without the year
}

// catalogFile holds the words of package queries: English to the language, as a metric's folder is written in English.
const catalogFile = "catalog.json"

// languages are those that pages can be read in. The first one stands in where nobody asked for any of them.
var languages = load([]*Words{
	{
		Tag: "en", Name: "English", decimal: ".", thousands: ",", monthYear: " ",
		months:     [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		dateLayout: map[DateStyle]string{DayMonthYear: "{day} {month} {year}", MonthDayYear: "{month} {day}, {year}"},
		dayLayout:  map[DateStyle]string{DayMonthYear: "{day} {month}", MonthDayYear: "{month} {day}"},
	},
	{ // no dates with the month first: Portuguese has none, and they are written with the day first
		Tag: "pt-BR", Name: "Português (Brasil)", decimal: ",", thousands: ".", monthYear: "/", oneBelowTwo: true,
		months:     [12]string{"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."},
		dateLayout: map[DateStyle]string{DayMonthYear: "{day} de {month} de {year}"},
		dayLayout:  map[DateStyle]string{DayMonthYear: "{day} de {month}"},
	},
})

// load reads every language. What is embedded can't change, so it panics where a file is no JSON object of texts, or two
// files of a language share a key.
func load(languages []*Words) []*Words {
	for _, w := range languages {
		entries, err := files.ReadDir(w.Tag)
		if err != nil {
			panic(err)
		}
		w.texts = map[string]string{}
		for _, entry := range entries {
			if entry.IsDir() {
				continue
			}
			texts := map[string]string{}
			name := path.Join(w.Tag, entry.Name())
			content, err := files.ReadFile(name)
			if err == nil {
				err = json.Unmarshal(content, &texts)
			}
			if err != nil {
				panic(fmt.Errorf("%s: %w", name, err))
			}
			if entry.Name() == catalogFile {
				w.catalog = texts
				continue
			}
			for key, text := range texts {
				if _, twice := w.texts[key]; twice {
					panic(fmt.Errorf("%s: another file has the key %q too", name, key))
				}
				w.texts[key] = text
			}
		}
	}
	return languages
}

// All lists the languages, the default one first.
func All() []*Words { return slices.Clone(languages) }

// Find gives a language by its tag, nil where there is none.
func Find(tag string) *Words {
	i := slices.IndexFunc(languages, func(w *Words) bool { return strings.EqualFold(w.Tag, tag) })
	if i < 0 {
		return nil
	}
	return languages[i]
}

// Match gives the language that suits an Accept-Language header best, the default one where none does.
func Match(accept string) *Words {
	tags := make([]language.Tag, 0, len(languages))
	for _, w := range languages {
		tags = append(tags, language.MustParse(w.Tag))
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return languages[0]
	}
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return languages[i]
}

// In gives the same language with another style of dates.
func (w *Words) In(style DateStyle) *Words {
	other := *w
	other.dateStyle = style
	return &other
}

// Naming gives the same language with names for libraries, by their codes.
func (w *Words) Naming(libraries map[string]string) *Words {
	other := *w
	other.libraries = libraries
	return &other
}

// Library gives the name of a library, its code where it has none.
func (w *Words) Library(code string) string {
	if name, ok := w.libraries[code]; ok {
		return name
	}
	return code
}

// Has tells whether there is a text under key.
func (w *Words) Has(key string) bool { _, ok := w.texts[key]; return ok }

// Text gives the text under key, the key itself where there is none.
func (w *Words) Text(key string) string {
	if text, ok := w.texts[key]; ok {
		return text
	}
	return key
}

// Say fills the places {0}, {1} … of the text under key.
func (w *Words) Say(key string, words ...string) string { return fill(w.Text(key), words) }

// Of gives the words of package queries (a metric's title, a column's label, a dimension) in this language, and the
// English where there are none.
// A label made of two, as in "Filled, before", is put together again.
func (w *Words) Of(english string) string {
	if text, ok := w.catalog[english]; ok {
		return text
	}
	if i := strings.LastIndex(english, ", "); i > 0 {
		first, begins := w.catalog[english[:i]]
		last, ends := w.catalog[english[i+2:]]
		if begins && ends {
			return first + ", " + last
		}
	}
	return english
}

// Tell fills the places {0}, {1} … of a sentence of package queries in this language.
func (w *Words) Tell(english string, words ...string) string { return fill(w.Of(english), words) }

// Definition gives the definition of a metric, or of outreach, in this language, as Markdown and the language's tag; the
// English where there is no other.
func (w *Words) Definition(id, english string) (text, tag string) {
	if content, err := files.ReadFile(path.Join(w.Tag, "definitions", id+".md")); err == nil {
		return string(content), w.Tag
	}
	return english, languages[0].Tag
}

// Keys lists the keys of all texts, sorted.
func (w *Words) Keys() []string {
	keys := make([]string, 0, len(w.texts))
	for key := range w.texts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func fill(text string, words []string) string {
	if len(words) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(words))
	for i, word := range words {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", word)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
