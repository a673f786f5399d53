package impact

import (
	"strconv"
	"strings"
	"time"
)

// phrase is something that can be said in every language: a text of words/ and what stands in its places. The zero phrase
// says nothing.
type phrase struct {
	key    string
	places map[string]any
}

// say makes a phrase from a key and pairs of place and word. A word is a phrase, one of the types below, or a string, which
// stands as it is.
func say(key string, places ...any) phrase {
	p := phrase{key: key}
	if len(places) > 0 {
		p.places = make(map[string]any, len(places)/2)
	}
	for i := 0; i+1 < len(places); i += 2 {
		p.places[places[i].(string)] = places[i+1]
	}
	return p
}

func (p phrase) isEmpty() bool { return p.key == "" }

// row says several phrases one after the other, without the empty ones.
func row(between string, phrases ...phrase) phrase {
	return phrase{key: asRow, places: map[string]any{"between": between, "phrases": phrases}}
}

// sentences sets phrases side by side.
func sentences(phrases ...phrase) phrase { return row(" ", phrases...) }

const asRow = " row" // no text has such a key

// What stands in places beside phrases and strings.
type (
	whole    float64 // 1,234
	digits   int     // without separators
	signed   float64 // a ratio as a change: −21%
	sized    float64 // a ratio as the size of a change: 21%
	least    float64 // a smallest detectable ratio: 30%
	both     float64 // the same up or down: +39% or −28%
	portion  float64 // a share of 0 to 1
	chance   float64 // a p
	log      float64 // a log ratio
	decimals struct {
		x float64
		n int
	}
	onDay   time.Time
	inMonth time.Time
	names   []string // History, Music and Nursing
	listed  []phrase // the same of phrases
	// firstOf gives the first of a list of phrases, and how many more there are.
	firstOf []phrase
	// ended is a phrase with a full stop.
	ended phrase
)

// tell says a phrase about a campaign.
func (l *Language) tell(p phrase, of topic) string {
	if p.key == asRow {
		var said []string
		for _, part := range p.places["phrases"].([]phrase) {
			if !part.isEmpty() {
				said = append(said, l.tell(part, of))
			}
		}
		return strings.Join(said, p.places["between"].(string))
	}
	return l.fill(l.texts[p.key], p.places, of)
}

func (l *Language) tellAll(phrases []phrase, of topic) []string {
	said := make([]string, len(phrases))
	for i, p := range phrases {
		said[i] = l.tell(p, of)
	}
	return said
}

// fill puts words into the places of a text. A place that nothing stands in stays as it is written.
func (l *Language) fill(text string, places map[string]any, of topic) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		place, after := inBraces(rest)
		text = after
		name, forms, isChoice := strings.Cut(place, "?")
		name, isCapital := strings.CutPrefix(name, "^")
		word, ok := places[name]
		if !ok {
			word, ok = of.place(name, l)
		}
		switch {
		case !ok:
			b.WriteString("{" + place + "}")
		case isChoice:
			one, many := either(forms)
			if !isOne(word) {
				one = many
			}
			b.WriteString(l.fill(one, places, of))
		case isCapital:
			b.WriteString(capital(l.write(word, of)))
		default:
			b.WriteString(l.write(word, of))
		}
	}
}

// inBraces cuts a text behind an opening brace at the closing one that belongs to it.
func inBraces(text string) (inside, after string) {
	depth := 1
	for i, r := range text {
		switch r {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[:i], text[i+1:]
			}
		}
	}
	return text, ""
}

// either cuts two forms at the bar between them, which stands in no braces.
func either(forms string) (one, many string) {
	depth := 0
	for i, r := range forms {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				return forms[:i], forms[i+1:]
			}
		}
	}
	return forms, forms
}

// isOne tells which of two forms a word asks for.
func isOne(word any) bool {
	switch word := word.(type) {
	case bool:
		return word
	case noun:
		return word.isMasculine
	case whole:
		return word == 1
	case digits:
		return word == 1
	case names:
		return len(word) == 1
	case Span:
		last := word.To.AddDate(0, 0, -1)
		return last.Equal(word.From) || word.From.Day() == 1 && word.To.Equal(addMonths(word.From, 1))
	}
	return false
}

func (l *Language) write(word any, of topic) string {
	switch word := word.(type) {
	case string:
		return word
	case noun:
		return word.word
	case phrase:
		if word.isEmpty() {
			return ""
		}
		return l.tell(word, of)
	case whole:
		return l.number(float64(word))
	case digits:
		return strconv.Itoa(int(word))
	case signed:
		return l.change(float64(word))
	case sized:
		return l.size(float64(word))
	case least:
		return l.atLeast(float64(word))
	case both:
		return l.upOrDown(float64(word))
	case portion:
		return l.share(float64(word))
	case chance:
		return l.small(float64(word))
	case log:
		return l.fixed(float64(word), 4)
	case decimals:
		return l.fixed(word.x, word.n)
	case onDay:
		return l.date(time.Time(word))
	case inMonth:
		return l.monthOfYear(time.Time(word))
	case Span:
		return l.days(word)
	case names:
		return l.joined(word)
	case listed:
		return l.joined(l.tellAll(word, of))
	case firstOf:
		n := len(word)
		if n > 3 {
			return strings.Join(append(l.tellAll(word[:2], of), l.tell(say("list.more", "n", digits(n-2)), of)), "; ")
		}
		return strings.Join(l.tellAll(word, of), "; ")
	case ended:
		text := l.tell(phrase(word), of)
		if text == "" || strings.HasSuffix(text, ".") {
			return text
		}
		return text + "."
	}
	return ""
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
