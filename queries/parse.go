package queries

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// filterKeys is every key of a filter, in the order in which Encode writes them.
var filterKeys = []string{
	"from", "to", "preset",
	"library", "role", "kind", "network", "partner", "department", "patron_group", "source", "outcome", "reason",
	"by", "basis", "clock", "as_of", "compare", "definition",
}

// FilterKeys lists the keys that ParseFilter knows: those of filterKeys, then the options.
func FilterKeys() []string {
	keys := slices.Clone(filterKeys)
	for _, option := range Options {
		keys = append(keys, option.Name)
	}
	return keys
}

// ParseFilter reads a filter from a URL's query. Dates are YYYY-MM-DD, or YYYY-MM for the first of a month; as_of is a
// date, which counts to its last microsecond in UTC, or an instant of RFC 3339. Keys of several values are repeated; the
// words of by, role and kind may be separated by commas too, which the other values may hold. Empty values count as
// absent, so that a plain form works. An unknown key or word is an Error of code invalid that lists what is allowed.
func ParseFilter(values url.Values) (Filter, error) {
	var f Filter
	for _, key := range sortedKeys(values) {
		if err := checkWords(key, values[key]); err != nil {
			return Filter{}, err
		}
		if err := f.set(key, values[key]); err != nil {
			return Filter{}, err
		}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return Filter{}, invalid("to (%s) must lie after from (%s): to is the day after the last one", dateText(f.To), dateText(f.From))
	}
	if !f.From.IsZero() || !f.To.IsZero() {
		f.Preset = ""
	}
	return f, nil
}

const (
	maxWords      = 500 // of one key
	maxWordLength = 400 // in bytes
)

// checkWords refuses what no filter can mean, before any of it is repeated on a page.
func checkWords(key string, given []string) error {
	if len(given) > maxWords {
		return invalid("%s names %d values: %d is the most", clip(key), len(given), maxWords)
	}
	for _, word := range append(given, key) {
		if !utf8.ValidString(word) || strings.ContainsRune(word, 0) {
			return invalid("a value is no valid text: it must be UTF-8")
		}
		if len(word) > maxWordLength && !strings.Contains(word, ",") {
			return invalid("%s names a value of %d characters: %d is the most", clip(key), len(word), maxWordLength)
		}
	}
	if (key == "from" || key == "to") && strings.HasPrefix(strings.Join(given, ""), "0001-01-01") {
		return invalid("%s: there was no interlibrary loan in the year 1", key)
	}
	return nil
}

func clip(word string) string {
	if len(word) > 40 {
		return strings.ToValidUTF8(word[:40], "") + "…"
	}
	return word
}

// sortedKeys makes the first error of several always the same one.
func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (f *Filter) set(key string, given []string) error {
	if d := FindDimension(key); d != nil && d.Filter {
		return f.setList(d, given)
	}
	if d := FindNarrowing(key); d != nil {
		return f.setList(d, given)
	}
	words := splitWords(given)
	if key == "by" {
		return f.setBy(words)
	}
	if keys := FilterKeys(); !slices.Contains(keys, key) {
		return notAllowed("the filter", key, keys)
	}
	if len(words) == 0 {
		return nil
	}
	if len(words) > 1 {
		return invalid("%s takes one value, not %d: %s", key, len(words), strings.Join(words, ", "))
	}
	return f.setOne(key, words[0])
}

func (f *Filter) setOne(key, word string) (err error) {
	switch key {
	case "from":
		f.From, err = parseDate(key, word)
	case "to":
		f.To, err = parseDate(key, word)
	case "as_of":
		f.AsOf, err = parseAsOf(word)
	case "preset":
		f.Preset, err = oneOf(key, word, presetIDs(), "")
	case "basis":
		f.Basis, err = oneOf(key, word, []string{Cohort, Period}, Cohort)
	case "clock":
		f.Clock, err = oneOf(key, word, []string{Calendar, Business}, Calendar)
	case "compare":
		f.Compare, err = oneOf(key, word, []string{ComparePrevious, CompareLastYear}, "")
	case "definition":
		f.Definition = word // each metric knows its own
	default:
		err = f.setNumber(FindOption(key), word)
	}
	return err
}

// setNumber keeps an option also where it is the default: the library may have settled another one.
func (f *Filter) setNumber(option *Option, word string) error {
	n, err := parseNumber(option.Name, word, option.Low, option.High)
	if err != nil {
		return err
	}
	if f.Numbers == nil {
		f.Numbers = map[string]int{}
	}
	f.Numbers[option.Name] = n
	return nil
}

func (f *Filter) setList(d *Dimension, given []string) error {
	words := given
	if d.Closed != nil {
		words = splitWords(given)
	}
	list := f.list(d.Name)
	for _, word := range words {
		word = written(d.Name, word)
		if d.Closed != nil && !slices.Contains(d.Closed, word) {
			return notAllowed(d.Name, word, d.Closed)
		}
		if word != "" && !slices.Contains(*list, word) {
			*list = append(*list, word)
		}
	}
	return nil
}

// written is a value as the history holds it. A department or patron group is left as it is: it came as it is.
func written(dimension, word string) string {
	switch dimension {
	case "department", "patron_group":
		return word
	case "partner":
		if word = strings.TrimSpace(word); word != Unknown {
			word = strings.ToUpper(word)
		}
		return word
	}
	return strings.TrimSpace(word)
}

func (f *Filter) setBy(words []string) error {
	for _, word := range words {
		if FindDimension(word) == nil {
			return notAllowed("the dimension", word, dimensionNames())
		}
		if !slices.Contains(f.By, word) {
			f.By = append(f.By, word)
		}
	}
	return nil
}

func splitWords(given []string) []string {
	var words []string
	for _, text := range given {
		for word := range strings.SplitSeq(text, ",") {
			if word = strings.TrimSpace(word); word != "" {
				words = append(words, word)
			}
		}
	}
	return words
}

// oneOf gives the word, or nothing where it is the default.
func oneOf(key, word string, allowed []string, fallback string) (string, error) {
	if !slices.Contains(allowed, word) {
		return "", notAllowed(key, word, allowed)
	}
	if word == fallback {
		return "", nil
	}
	return word, nil
}

func parseNumber(key, word string, low, high int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < low || n > high {
		return 0, invalid("%s is a whole number from %d to %d, not %q", key, low, high, word)
	}
	return n, nil
}

func parseDate(key, word string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01"} {
		if day, err := time.Parse(layout, word); err == nil && inCalendar(day) {
			return day, nil
		}
	}
	return time.Time{}, invalid("%s is a date such as 2026-07-01 or a month such as 2026-07, not %q", key, word)
}

// parseAsOf reads an instant, or a date as the last microsecond of its day in UTC.
func parseAsOf(word string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, word); err == nil && inCalendar(day) {
		return endOfDay(day), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, word); err == nil && inCalendar(at) {
		return at.UTC().Truncate(time.Microsecond), nil
	}
	return time.Time{}, invalid("as_of is a date such as 2026-07-01 or an instant such as 2026-07-01T17:00:00Z, not %q", word)
}

// inCalendar keeps years out for which four digits, or DuckDB's dates, don't hold.
func inCalendar(at time.Time) bool { return at.Year() >= 1 && at.Year() <= 9998 }

func endOfDay(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Microsecond) }

func dateText(day time.Time) string { return day.Format(time.DateOnly) }

// asOfText is what parseAsOf reads: the date alone where the instant ends a day.
func asOfText(at time.Time) string {
	at = at.UTC()
	if day := at.Truncate(24 * time.Hour); at.Equal(endOfDay(day)) {
		return dateText(day)
	}
	return at.Format(time.RFC3339Nano)
}

// Values is the filter as a URL's query: ParseFilter of it gives the same filter, but for Defaults and
// Terms. Words that mean what is understood without them are left out.
func (f Filter) Values() url.Values {
	values := url.Values{}
	set := func(key, word string) {
		if word != "" {
			values.Set(key, word)
		}
	}
	if !f.From.IsZero() {
		set("from", dateText(f.From))
	}
	if !f.To.IsZero() {
		set("to", dateText(f.To))
	}
	if f.From.IsZero() && f.To.IsZero() {
		set("preset", f.Preset)
	}
	for _, d := range Dimensions {
		if d.Filter {
			if words := *f.list(d.Name); len(words) > 0 {
				values[d.Name] = slices.Clone(words)
			}
		}
	}
	for _, d := range Narrowings {
		if words := *f.list(d.Name); len(words) > 0 {
			values[d.Name] = slices.Clone(words)
		}
	}
	if len(f.By) > 0 {
		values["by"] = slices.Clone(f.By)
	}
	if f.IsPeriod() {
		set("basis", f.Basis)
	}
	if f.IsBusiness() {
		set("clock", f.Clock)
	}
	if !f.AsOf.IsZero() {
		set("as_of", asOfText(f.AsOf))
	}
	set("compare", f.Compare)
	set("definition", f.Definition)
	for name, n := range f.Numbers {
		set(name, strconv.Itoa(n))
	}
	return values
}

// Encode is the filter as a URL's query text, its keys always in the same order.
func (f Filter) Encode() string {
	values := f.Values()
	var parts []string
	for _, key := range FilterKeys() {
		for _, word := range values[key] {
			parts = append(parts, key+"="+url.QueryEscape(word))
		}
	}
	return strings.Join(parts, "&")
}
