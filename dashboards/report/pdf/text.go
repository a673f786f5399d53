package pdf

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lacking stands for a letter that the fonts lack.
const lacking = '□'

// cleaned gives a text as the fonts can write it, on one line: composed, without controls and what cannot be seen, with a
// box for each letter that is lacking.
func cleaned(text string) (_ string, lacks bool) {
	text = strings.Map(func(letter rune) rune {
		switch {
		case letter == '\u2010' || letter == '\u2011':
			return '-'
		case letter == '\u2007' || letter == '\u202f':
			return '\u00a0'
		case unicode.IsSpace(letter) && letter != '\u00a0', unicode.IsControl(letter):
			return ' '
		// What joins or turns other letters, and the marks that choose a picture of one.
		case unicode.Is(unicode.Cf, letter), unicode.Is(unicode.Variation_Selector, letter):
			return -1
		}
		return letter
	}, norm.NFC.String(strings.ToValidUTF8(text, string(lacking))))
	text = strings.Map(func(letter rune) rune {
		if has(letter) {
			return letter
		}
		lacks = true
		return lacking
	}, text)
	return text, lacks
}

// clean is cleaned, and remembers what was lacking, so that the last pages can say so.
func (d *document) clean(text string) string {
	text, lacks := cleaned(text)
	d.lacks = d.lacks || lacks
	return text
}

// style is how letters look.
type style struct {
	face
	size float64
	color
	link string // address on the web
}

// run is text in one style.
type run struct {
	text string
	style
}

// line is a line of text, put together from pieces.
type line struct {
	pieces []piece
	width  float64
}

type piece struct {
	run
	x float64 // from the line's beginning
}

// word is what is not broken while there is room: runs that no space parts.
type word struct {
	runs  []run
	width float64
	space style // of the space before it
}

// wrap breaks runs into lines of a width. The texts are cleaned; a word that is too long for a line is broken where it can
// be, and anywhere where it can't.
func wrap(runs []run, width float64) []line {
	var (
		lines []line
		now   line
	)
	add := func(r run, gap float64) {
		x := now.width + gap
		if last := len(now.pieces) - 1; last >= 0 && now.pieces[last].style == r.style {
			if gap > 0 {
				now.pieces[last].text += " "
			}
			now.pieces[last].text += r.text
		} else {
			now.pieces = append(now.pieces, piece{r, x})
		}
		now.width = x + r.face.width(r.text, r.size)
	}
	for _, w := range words(runs) {
		gap := 0.0
		if len(now.pieces) > 0 {
			gap = w.space.face.width(" ", w.space.size)
		}
		if len(now.pieces) > 0 && now.width+gap+w.width > width+0.01 {
			if w.width <= width || now.width > width/2 {
				lines, now, gap = append(lines, now), line{}, 0
			}
		}
		for _, r := range w.runs {
			for now.width+gap+r.face.width(r.text, r.size) > width+0.01 {
				head, rest := cut(r, width-now.width-gap)
				if head == "" && len(now.pieces) == 0 {
					break // not even one letter: it stands out
				}
				if head != "" {
					add(run{head, r.style}, gap)
				}
				lines, now, gap = append(lines, now), line{}, 0
				r.text = rest
			}
			if r.text != "" {
				add(r, gap)
			}
			gap = 0
		}
	}
	if len(now.pieces) > 0 {
		lines = append(lines, now)
	}
	return lines
}

// cut gives as much of a run as a width holds, at least one letter where none does and the line is new, and the rest. It
// prefers to cut behind a mark within the last half.
func cut(r run, width float64) (head, rest string) {
	sum, end, mark := 0.0, 0, 0
	for at, letter := range r.text {
		next := sum + r.face.width(string(letter), r.size)
		if next > width+0.01 {
			break
		}
		sum, end = next, at+len(string(letter))
		if strings.ContainsRune("-–/_,;.:&=?", letter) {
			mark = end
		}
	}
	if mark > end/2 && end < len(r.text) {
		end = mark
	}
	return r.text[:end], r.text[end:]
}

// words parts runs at their spaces.
func words(runs []run) []word {
	var all []word
	isNew := true
	var space style
	for _, r := range runs {
		for i, text := range strings.Split(r.text, " ") {
			if i > 0 {
				isNew, space = true, r.style
			}
			if text == "" {
				continue
			}
			if isNew {
				if len(all) == 0 {
					space = r.style
				}
				all = append(all, word{space: space})
				isNew = false
			}
			last := &all[len(all)-1]
			last.runs = append(last.runs, run{text, r.style})
			last.width += r.face.width(text, r.size)
		}
	}
	return all
}

// shorten cuts a text to so many letters.
func shorten(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(slices.Concat(letters[:most-1], []rune("…")))
}

// fit cuts a cleaned text so that it fits a width.
func fit(text string, s style, width float64) string {
	if s.face.width(text, s.size) <= width {
		return text
	}
	head, _ := cutAnywhere(text, s, width-s.face.width("…", s.size))
	return strings.TrimRight(head, " ") + "…"
}

func cutAnywhere(text string, s style, width float64) (head, rest string) {
	sum := 0.0
	for at, letter := range text {
		if sum += s.face.width(string(letter), s.size); sum > width {
			return text[:at], text[at:]
		}
	}
	return text, ""
}
