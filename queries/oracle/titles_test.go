package oracle

import (
	"strings"
	"unicode"
)

// plain is a text as titles are compared: small letters, letters and digits only, without a leading article.
func plain(text *string) string {
	if text == nil {
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(*text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
	if len(words) > 1 && (words[0] == "the" || words[0] == "a" || words[0] == "an") {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// issnOf finds an ISSN: a number of four and four digits, the last of which may be an X, that is no part of a longer one.
func issnOf(text *string) string {
	if text == nil {
		return ""
	}
	for _, word := range strings.FieldsFunc(strings.ToUpper(*text), func(c rune) bool {
		return c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}) {
		if head, tail, ok := strings.Cut(word, "-"); ok {
			if len(head) != 4 || len(tail) != 4 {
				continue
			}
			word = head + tail
		}
		if len(word) == 8 && isDigits(word[:7]) && (isDigits(word[7:]) || word[7] == 'X') {
			return word[:4] + "-" + word[4:]
		}
	}
	return ""
}

// isbnOf finds an ISBN, as thirteen digits, in the first text that has one.
func isbnOf(texts ...*string) string {
	for _, text := range texts {
		if text == nil {
			continue
		}
		line := strings.ToUpper(strings.ReplaceAll(*text, "-", ""))
		for at := range line {
			if at > 0 && isISBNDigit(line[at-1]) {
				continue
			}
			if number := digitsAt(line[at:], 13); strings.HasPrefix(number, "978") || strings.HasPrefix(number, "979") {
				return number
			}
			if number := digitsAt(line[at:], 10); number != "" {
				return isbn13(number[:9])
			}
		}
	}
	return ""
}

func isISBNDigit(c byte) bool { return c == 'X' || '0' <= c && c <= '9' }

// digitsAt reads so many digits from the beginning of a line, with a blank between some of them perhaps; the last of ten
// may be an X. It gives nothing where there are fewer or more.
func digitsAt(line string, n int) string {
	number := ""
	for i := 0; i < len(line) && len(number) < n; i++ {
		c := line[i]
		isDigit := '0' <= c && c <= '9' || c == 'X' && n == 10 && len(number) == 9
		switch {
		case isDigit:
			number += string(c)
		case c == ' ' && number != "" && line[i-1] != ' ':
		default:
			return ""
		}
		if len(number) == n && i+1 < len(line) && isISBNDigit(line[i+1]) {
			return ""
		}
	}
	if len(number) < n {
		return ""
	}
	return number
}

func isbn13(nine string) string {
	number := "978" + nine
	sum := 0
	for i, c := range number {
		sum += int(c-'0') * (1 + 2*(i%2))
	}
	return number + string(rune('0'+(10-sum%10)%10))
}

// key names what was asked for; what is the way that it was found.
type key struct{ kind, what, text string }

// journalNumbers gives for each journal's name the smallest ISSN that it stands with anywhere in scope.
func (o *oracle) journalNumbers() map[string]string {
	numbers := map[string]string{}
	for _, r := range o.records() {
		name, issn := plain(r.container), issnOf(r.issn)
		if r.role == "borrowing" && r.kind == "copy" && name != "" && issn != "" && (numbers[name] == "" || issn < numbers[name]) {
			numbers[name] = issn
		}
	}
	return numbers
}

func keyOf(r record, numbers map[string]string) key {
	if r.kind == "copy" {
		name := plain(r.container)
		switch {
		case issnOf(r.issn) != "":
			return key{r.kind, "issn", issnOf(r.issn)}
		case name != "" && numbers[name] != "":
			return key{r.kind, "issn", numbers[name]}
		case name != "":
			return key{r.kind, "name", name}
		case plain(r.title) != "":
			return key{r.kind, "title", plain(r.title)}
		}
		return key{r.kind, "", ""}
	}
	switch {
	case r.oclc != nil && strings.TrimSpace(*r.oclc) != "":
		return key{r.kind, "oclc", strings.TrimSpace(*r.oclc)}
	case isbnOf(r.isbn, r.issn) != "":
		return key{r.kind, "isbn", isbnOf(r.isbn, r.issn)}
	case plain(r.title) != "":
		return key{r.kind, "title", plain(r.title) + "|" + plain(r.author)}
	}
	return key{r.kind, "", ""}
}

// mostFrequent gives the word that comes most often, of several the first by the alphabet; nil where there is none.
func mostFrequent(records []record, word func(record) *string) any {
	counts := map[string]int{}
	for _, r := range records {
		if w := word(r); w != nil && *w != "" {
			counts[*w]++
		}
	}
	best := ""
	for w, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && w < best {
			best = w
		}
	}
	if best == "" {
		return nil
	}
	return best
}

func readers(records []record) int64 {
	keys := map[int64]bool{}
	for _, r := range records {
		if r.patronKey != nil {
			keys[*r.patronKey] = true
		}
	}
	return int64(len(keys))
}

func (o *oracle) titles(g group) [][]any {
	numbers := o.journalNumbers()
	end := o.asOf.UTC().Truncate(day).AddDate(0, 0, 1)
	if !o.f.To.IsZero() && o.f.To.Before(end) {
		end = o.f.To
	}
	start := end.AddDate(0, 0, -o.f.Number("purchase_window_days"))
	works := map[key][]record{}
	for _, r := range g.records {
		if r.role == "borrowing" {
			k := keyOf(r, numbers)
			works[k] = append(works[k], r)
		}
	}
	waits := func(records []record) (days []float64) {
		for _, r := range records {
			if took, ok := o.waited(r); ok {
				days = append(days, inDays(took))
			}
		}
		return days
	}
	var rows [][]any
	for k, records := range works {
		filled := where(records, isFilled)
		recent := where(filled, func(r record) bool {
			return r.countedDay != nil && !r.countedDay.Before(start) && r.countedDay.Before(end)
		})
		currency, total, _ := sumOfCosts(filled)
		_, spent, _ := sumOfCosts(recent)
		wait := median(waits(recent))
		cost, days := o.f.Number("purchase_cost"), o.f.Number("purchase_wait_days")
		isDear := cost == 0 && days == 0 || cost > 0 && spent != nil && spent.(float64) >= float64(cost) ||
			days > 0 && wait != nil && wait.(float64) >= float64(days)
		isCandidate := k.what != "" && len(recent) >= o.f.Number("purchase_requests") &&
			readers(recent) >= int64(o.f.Number("purchase_readers")) && isDear
		var title, container, issn any
		switch {
		case k.what == "":
			title = "unknown"
		case k.kind == "copy" && k.what == "title":
			title = mostFrequent(records, func(r record) *string { return r.title })
		case k.kind == "copy":
			container = mostFrequent(records, func(r record) *string { return r.container })
			if k.what == "issn" {
				issn = k.text
			}
		default:
			title = mostFrequent(records, func(r record) *string { return r.title })
			issn = mostFrequent(records, func(r record) *string { number := isbnOf(r.isbn, r.issn); return &number })
		}
		rows = append(rows, []any{title, container, issn, k.kind, int64(len(records)), int64(len(filled)), readers(records),
			median(waits(filled)), total, currency, int64(len(recent)), isCandidate})
	}
	sortRows(rows, descending(11), descending(10), descending(4), ascending(3))
	return rows
}

func (o *oracle) copyright(g group) [][]any {
	limit := int64(o.f.Number("contu_limit"))
	if limit == 0 {
		return nil
	}
	numbers := o.journalNumbers()
	type place struct {
		key
		year int64
	}
	copies := map[place][]record{}
	for _, r := range g.records {
		isUse := r.outcome == "open" || r.outcome == "filled" && *r.filledBy == "lender"
		if r.role != "borrowing" || r.kind != "copy" || !isUse || r.countedDay == nil || r.copyright != nil && *r.copyright == "ccl" {
			continue
		}
		if issnOf(r.issn) == "" && isbnOf(r.isbn, r.issn) != "" {
			continue // a chapter of a book
		}
		k := keyOf(r, numbers)
		if k.what == "issn" || k.what == "name" {
			at := place{k, int64(r.countedDay.Year())}
			copies[at] = append(copies[at], r)
		}
	}
	var rows [][]any
	for at, records := range copies {
		var counted []record
		var nFilled, nOpen, nUnknown int64
		for _, r := range records {
			switch {
			case r.publicationYear == nil:
				nUnknown++
			case at.year-*r.publicationYear < -1 || at.year-*r.publicationYear >= int64(o.f.Number("contu_years")):
				continue
			case r.outcome == "filled":
				nFilled++
			default:
				nOpen++
			}
			counted = append(counted, r)
		}
		if len(counted) == 0 {
			continue
		}
		n := nFilled + nOpen
		var issn any
		if at.what == "issn" {
			issn = at.text
		}
		rows = append(rows, []any{mostFrequent(counted, func(r record) *string { return r.container }), issn, at.year, n, nFilled, nOpen,
			nUnknown, limit, max(limit-n, 0), n > limit, n <= limit && n >= limit-1})
	}
	sortRows(rows, descending(2), descending(3), descending(6))
	return rows
}
