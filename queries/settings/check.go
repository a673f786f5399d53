package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/fillrate/fillrate/queries"
)

const (
	longestName     = 100 // of a library, in characters
	longestCode     = 100
	longestTermName = 40
	mostTerms       = 6
	mostLibraries   = 2000
)

// Check gives everything that is wrong with settings, each setting once, in the order of Names.
func Check(s Settings) []*FieldError {
	s = clean(s)
	var list []*FieldError
	add := func(err *FieldError) {
		if err != nil {
			list = append(list, err)
		}
	}
	add(checkLanguage(s.Language))
	if s.DateStyle != "" && !slices.Contains(DateStyles, s.DateStyle) {
		add(wrong(DateStyle, "date_style", "the date style %q is not known: use dmy, mdy or iso", excerpt(s.DateStyle)))
	}
	add(checkZone(s.Zone))
	list = append(list, checkTerms(s.Terms)...)
	if len(s.LibraryNames) > mostLibraries {
		add(wrong(LibraryPrefix, "many_libraries", "%d libraries have a name: %d is the most", len(s.LibraryNames), mostLibraries))
	}
	named := map[string]string{}
	for _, code := range slices.Sorted(maps.Keys(s.LibraryNames)) {
		name := strings.ToLower(s.LibraryNames[code])
		if err := checkLibrary(code, s.LibraryNames[code]); err != nil {
			add(err)
		} else if other, ok := named[name]; ok {
			add(wrong(LibraryPrefix+code, "shared", "library %s has this name already: give %s another, so that they can be told apart", other, code))
		}
		named[name] = code
	}
	for _, name := range slices.Sorted(maps.Keys(s.Numbers)) {
		add(checkNumber(name, s.Numbers[name]))
	}
	return list
}

func checkLanguage(tag string) *FieldError {
	if tag == "" {
		return nil
	}
	if _, err := language.Parse(tag); err != nil || len(tag) > 35 {
		return wrong(Language, "language", "the language %q is no language tag: write one such as en or pt-BR", excerpt(tag))
	}
	return nil
}

// checkZone takes the names of the time zone database alone: Local would be another zone on another computer.
func checkZone(zone string) *FieldError {
	if zone == "" {
		return nil
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		return wrong(Zone, "zone", "the time zone %q is not known: write one such as America/New_York or Europe/London", excerpt(zone))
	}
	return nil
}

func checkLibrary(code, name string) *FieldError {
	field := LibraryPrefix + code
	if code == "" {
		return wrong(field, "no_code", "a name is given to a library without a code: name the library by its code")
	}
	if err := checkText(field, "the code of a library", code, longestCode); err != nil {
		return err
	}
	return checkText(field, "the name of library "+code, name, longestName)
}

// checkText refuses what a page, a terminal or a spreadsheet would not show as it is.
func checkText(field, what, text string, most int) *FieldError {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError):
		return wrong(field, "broken", "%s holds a character that could not be read: type it anew", excerpt(what))
	case utf8.RuneCountInString(text) > most:
		return wrong(field, "long", "%[2]s has %[3]d characters: %[1]d is the most", most, excerpt(what), utf8.RuneCountInString(text))
	case strings.ContainsFunc(text, unicode.IsControl):
		return wrong(field, "control", "%s holds a line break or another control character: take it out", excerpt(what))
	case strings.ContainsFunc(text, isUnseen):
		return wrong(field, "unseen", "%s holds an invisible character, such as one that turns the direction of the text round: type it anew", excerpt(what))
	case !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) }):
		return wrong(field, "blank", "%s has no letter or digit: write it out", excerpt(what))
	}
	return nil
}

// isUnseen tells of characters that show nothing: those that turn the direction of a text, and those that only part or
// join others. Hebrew and Arabic do without them; in Persian and Indic scripts the joiners U+200C and U+200D are letters'
// own.
func isUnseen(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

// excerpt is the beginning of a text, for a message, without what a terminal would obey.
func excerpt(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || isUnseen(r) {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

func checkNumber(name string, n int) *FieldError {
	option := findOption(name)
	if option == nil {
		return wrong(name, "unknown", "there is no setting %q: the names are %s", excerpt(name), strings.Join(Names(), ", "))
	}
	if n < option.Low || n > option.High {
		return wrong(name, "number", "%[3]s is a whole number from %[1]d to %[2]d, not %[4]d", option.Low, option.High, name, n)
	}
	return nil
}

// checkTerms gives the first thing that is wrong with each term.
func checkTerms(terms []queries.Term) []*FieldError {
	if len(terms) > mostTerms {
		return []*FieldError{wrong(Terms, "many_terms", "%d terms are given: %d is the most", len(terms), mostTerms)}
	}
	var list []*FieldError
	taken := map[int]string{} // by day of a leap year
	names := map[string]bool{}
	for i, term := range terms {
		if err := checkTerm(termField(i), term, taken, names); err != nil {
			list = append(list, err)
		}
	}
	return list
}

func termField(i int) string { return fmt.Sprintf("%s.%d", Terms, i+1) }

func checkTerm(field string, term queries.Term, taken map[int]string, names map[string]bool) *FieldError {
	if term.Name == "" {
		return wrong(field, "no_name", "a term has no name: give it one, such as Fall")
	}
	if err := checkText(field, "the name of a term", term.Name, longestTermName); err != nil {
		return err
	}
	if strings.ContainsRune(term.Name, ';') {
		return wrong(field, "semicolon", "the name of the term %q holds a semicolon: take it out", term.Name)
	}
	if names[strings.ToLower(term.Name)] {
		return wrong(field, "taken", "two terms are called %q: give them different names", term.Name)
	}
	names[strings.ToLower(term.Name)] = true
	first, isDay := dayOfYear(term.FromMonth, term.FromDay)
	last, isToo := dayOfYear(term.ToMonth, term.ToDay)
	switch {
	case !isDay:
		return wrong(field, "first_day", "the first day of %s is no day of the year: write month and day, such as 08-24", term.Name)
	case !isToo:
		return wrong(field, "last_day", "the last day of %s is no day of the year: write month and day, such as 12-18", term.Name)
	case first == last && term.FromMonth == 2 && term.FromDay == 29:
		return wrong(field, "leap", "%s would be 29 February alone, which most years don't have: give it another first or last day", term.Name)
	}
	for day := first; ; day = day%daysOfLeapYear + 1 {
		if other, ok := taken[day]; ok {
			return wrong(field, "overlap", "%s and %s overlap: a day belongs to one term at most", other, term.Name)
		}
		taken[day] = term.Name
		if day == last {
			return nil
		}
	}
}

const daysOfLeapYear = 366

// dayOfYear numbers the days of a leap year from 1 on.
func dayOfYear(month, day int) (int, bool) {
	at := time.Date(2024, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at.YearDay(), month >= 1 && month <= 12 && day >= 1 && at.Day() == day && int(at.Month()) == month
}
