package source

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Words that profiles translate to. Statuses are those of table status_meaning.
var (
	Roles     = []string{"borrowing", "lending", "docdel"}
	Kinds     = []string{"loan", "copy", "unknown"}
	FilledBys = []string{"lender", "open_access", "purchase", "local", "unknown"}
	Statuses  = []string{
		"new", "in_process", "sent", "conditional", "found", "shipped", "received", "delivered", "notified", "checked_out", "renewed",
		"overdue", "recalled", "claims_returned", "lost", "return_pending", "returned", "checked_in", "finished", "unfilled",
		"expired", "cancelled_staff", "cancelled_patron", "unknown",
	}
	Reasons = []string{
		"in_use", "in_process", "lost", "non_circulating", "not_owned", "on_order", "volume_not_yet_available", "at_bindery", "lacking",
		"not_on_shelf", "on_reserve", "poor_condition", "cost_exceeds_limit", "prepayment_required", "lacks_copyright_compliance",
		"not_found_as_cited", "on_hold", "policy_problem", "not_licensed", "service_not_supported", "time_not_possible", "expired",
		"off_site", "exhausted", "patron_request", "duplicate", "created_in_error", "held_locally", "free_online", "other",
	}
)

// Fold makes two spellings of a heading or of a word of a vocabulary equal: letters in lower case and digits, nothing
// else. "Customer Notified via E-Mail" and "customer notified via email" fold to the same.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Vocabulary translates a system's own words. The zero value knows none.
type Vocabulary struct {
	exact  map[string]string
	prefix map[string]string
}

func (v *Vocabulary) clone() *Vocabulary {
	return &Vocabulary{exact: maps.Clone(v.exact), prefix: maps.Clone(v.prefix)}
}

// add takes words by what they mean. A word that ends in … stands for all that begin like it.
func (v *Vocabulary) add(words map[string][]string, allowed []string) error {
	if v.exact == nil {
		v.exact, v.prefix = map[string]string{}, map[string]string{}
	}
	for _, meaning := range slices.Sorted(maps.Keys(words)) {
		if allowed != nil && !slices.Contains(allowed, meaning) {
			return fmt.Errorf("%q is none of %s", meaning, strings.Join(allowed, ", "))
		}
		for _, word := range words[meaning] {
			begin, isPrefix := strings.CutSuffix(word, "…")
			key := Fold(begin)
			if key == "" {
				return errors.New("a word without letters or digits cannot be told apart")
			}
			if isPrefix {
				v.prefix[key] = meaning
			} else {
				v.exact[key] = meaning
			}
		}
	}
	return nil
}

// Meaning translates a word as the system writes it: the whole word, else the longest beginning that is known.
func (v *Vocabulary) Meaning(word string) (string, bool) {
	key := Fold(word)
	if meaning, ok := v.exact[key]; ok {
		return meaning, true
	}
	for end := len(key); end > 0 && len(v.prefix) > 0; end-- {
		if meaning, ok := v.prefix[key[:end]]; ok {
			return meaning, true
		}
	}
	return "", false
}

// Empty says that no word is known.
func (v *Vocabulary) Empty() bool { return len(v.exact)+len(v.prefix) == 0 }

// Reason translates the reason of a request: by its text, else by the code that it is, else by the code in capitals
// that begins it (LAC-lacking, INC*-not found as cited). A word before a hyphen is no code.
func (p *Profile) Reason(text string) (string, bool) {
	if meaning, ok := p.Reasons.Meaning(text); ok {
		return meaning, true
	}
	if meaning, ok := p.Codes.Meaning(text); ok {
		return meaning, true
	}
	if code := codeBefore.FindStringSubmatch(text); code != nil {
		return p.Codes.Meaning(code[1])
	}
	return "", false
}

var codeBefore = regexp.MustCompile(`^\s*([A-Z]{3})\*?\s*-`)

// Words is a set of short texts, compared without case.
type Words struct {
	set    map[string]bool
	length [maxWord + 1]bool // that a word of the set has
	first  [256]bool         // bytes, in either case, that a word of the set begins with
}

// maxWord is the length in bytes of the longest word that a set can hold.
const maxWord = 32

func (w *Words) clone() *Words {
	copied := *w
	copied.set = maps.Clone(w.set)
	return &copied
}

func (w *Words) add(words []string) error {
	if w.set == nil {
		w.set = map[string]bool{}
	}
	for _, word := range words {
		word = strings.ToLower(word)
		if word == "" || len(word) > maxWord {
			return fmt.Errorf("%q: a word has between 1 and %d letters", word, maxWord)
		}
		w.set[word] = true
		w.length[len(word)] = true
		w.first[word[0]] = true
		w.first[strings.ToUpper(word)[0]] = true
	}
	return nil
}

// Has says whether b is one of the words. Nearly every text is told by its length or first byte to be none.
func (w *Words) Has(b []byte) bool {
	if len(b) == 0 || len(b) > maxWord || !w.length[len(b)] || !w.first[b[0]] {
		return false
	}
	var folded [maxWord]byte
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		folded[i] = c
	}
	return w.set[string(folded[:len(b)])]
}
