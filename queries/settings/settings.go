// Package settings keeps what a library has settled for all its pages, reports and commands: how it is called, its
// language, its terms, and the numbers that questions leave open. It lives in app.db beside the campaigns. Targets and the
// weights of patron groups are part of the history instead, see Service.
package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

// Settings is what a library has settled; what is empty or not there is as usual.
type Settings struct {
	Language     string            // of the pages, as a tag such as pt-BR; empty: the browser's
	DateStyle    string            // dmy, mdy or iso; empty: dmy
	LibraryNames map[string]string // by the code in the history
	Terms        []queries.Term    // the first one opens the academic year
	Numbers      map[string]int    // by the name of an option, see Options; those that differ from its default
	Zone         string            // that the page of imports offers for a library's first load; empty: none
	Revision     int               // 0: nothing was ever settled
}

// Apply gives a question with what it leaves open filled in.
func (s Settings) Apply(f queries.Filter) queries.Filter { return f.WithDefaults(s.Numbers, s.Terms) }

// LibraryName gives the name of a library, its code where it has none.
func (s Settings) LibraryName(code string) string {
	if name, ok := s.LibraryNames[code]; ok {
		return name
	}
	return code
}

// Number is the value of an option for questions that don't name it.
func (s Settings) Number(name string) int { return s.Apply(queries.Filter{}).Number(name) }

// The names of settings beside those of Options and of libraries.
const (
	Language  = "language"
	DateStyle = "date_style"
	Zone      = "zone"
	Terms     = "terms"
	// LibraryPrefix stands before the code of a library.
	LibraryPrefix = "library."
)

// DateStyles lists the words of Settings.DateStyle.
var DateStyles = []string{"dmy", "mdy", "iso"}

// Options lists the options that can be settled: all but what a list holds, which each question says for itself.
func Options() []*queries.Option {
	return slices.DeleteFunc(slices.Clone(queries.Options), func(o *queries.Option) bool {
		return slices.Contains(queries.ListsOnly, o.Name)
	})
}

func findOption(name string) *queries.Option {
	i := slices.IndexFunc(Options(), func(o *queries.Option) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return Options()[i]
}

// Names lists the settings by name; library.CODE stands for any code.
func Names() []string {
	names := []string{Language, DateStyle, Zone, Terms, LibraryPrefix + "CODE"}
	for _, option := range Options() {
		names = append(names, option.Name)
	}
	return names
}

// Words gives the value of a setting as Set takes it, each term a word of its own; none where it is as usual.
func (s Settings) Words(name string) []string {
	text := ""
	switch {
	case name == Language:
		text = s.Language
	case name == DateStyle:
		text = s.DateStyle
	case name == Zone:
		text = s.Zone
	case name == Terms:
		var words []string
		for _, term := range s.Terms {
			words = append(words, TermText(term))
		}
		return words
	case strings.HasPrefix(name, LibraryPrefix):
		text = s.LibraryNames[strings.TrimPrefix(name, LibraryPrefix)]
	default:
		if n, ok := s.Numbers[name]; ok {
			text = strconv.Itoa(n)
		}
	}
	if text == "" {
		return nil
	}
	return []string{text}
}

// Set gives a setting another value; without words it is as usual again. What it means is checked by Check and Put. An
// unknown name, a number that is none and a term that can't be read are a *FieldError.
func (s *Settings) Set(name string, words ...string) error {
	text := strings.TrimSpace(strings.Join(words, " "))
	switch {
	case name == Language:
		s.Language = text
	case name == DateStyle:
		s.DateStyle = text
	case name == Zone:
		s.Zone = text
	case name == Terms:
		return s.setTerms(words)
	case strings.HasPrefix(name, LibraryPrefix):
		names := maps.Clone(s.LibraryNames)
		if names == nil {
			names = map[string]string{}
		}
		names[strings.TrimPrefix(name, LibraryPrefix)] = text
		s.LibraryNames = names
	case findOption(name) != nil:
		return s.setNumber(findOption(name), text)
	default:
		return wrong(name, "unknown", "there is no setting %q: the names are %s", excerpt(name), strings.Join(Names(), ", "))
	}
	return nil
}

func (s *Settings) setTerms(words []string) error {
	s.Terms = nil
	for _, word := range words {
		if strings.TrimSpace(word) == "" {
			continue
		}
		term, err := ParseTerm(word)
		if err != nil {
			return err
		}
		s.Terms = append(s.Terms, term)
	}
	return nil
}

func (s *Settings) setNumber(option *queries.Option, text string) error {
	numbers := maps.Clone(s.Numbers)
	delete(numbers, option.Name)
	s.Numbers = numbers
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return wrong(option.Name, "number", "%[3]s is a whole number from %[1]d to %[2]d, not %[4]q", option.Low, option.High, option.Name, excerpt(text))
	}
	if s.Numbers == nil {
		s.Numbers = map[string]int{}
	}
	s.Numbers[option.Name] = n
	return nil
}

// names lists what is not as usual, in the order of Names, libraries by code.
func (s Settings) names() []string {
	var names []string
	for _, name := range []string{Language, DateStyle, Zone, Terms} {
		if len(s.Words(name)) > 0 {
			names = append(names, name)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(s.LibraryNames)) {
		names = append(names, LibraryPrefix+code)
	}
	for _, option := range queries.Options {
		if _, ok := s.Numbers[option.Name]; ok {
			names = append(names, option.Name)
		}
	}
	return names
}

// clean trims what was typed and leaves out what is as usual.
func clean(s Settings) Settings {
	for _, text := range []*string{&s.Language, &s.DateStyle, &s.Zone} {
		*text = strings.TrimSpace(*text)
	}
	names := map[string]string{}
	for code, name := range s.LibraryNames {
		if name = strings.TrimSpace(name); name != "" {
			names[code] = name
		}
	}
	numbers := map[string]int{}
	for name, n := range s.Numbers {
		if option := queries.FindOption(name); option == nil || n != option.Default {
			numbers[name] = n
		}
	}
	s.LibraryNames, s.Numbers = names, numbers
	s.Terms = slices.Clone(s.Terms)
	for i := range s.Terms {
		s.Terms[i].Name = strings.TrimSpace(s.Terms[i].Name)
	}
	if s.DateStyle == DateStyles[0] {
		s.DateStyle = ""
	}
	return s
}

// joined is how words stand in the record of edits.
func joined(words []string) string { return strings.Join(words, "; ") }

// FieldError is what is wrong with one setting: Field is its name, for a term terms.1, terms.2 …; the message is one
// sentence for a person, in English, made of Format and Args. To package queries it is Invalid.
type FieldError struct {
	Field  string
	Kind   string // what is wrong, in a word: taken, overlap …
	Format string
	Args   []any
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf(e.Format, e.Args...) }

// Unwrap makes queries.ErrorCode say Invalid.
func (e *FieldError) Unwrap() error {
	return &queries.Error{Code: queries.Invalid, Message: e.Error()}
}

func wrong(field, kind, format string, args ...any) *FieldError {
	return &FieldError{field, kind, format, args}
}
