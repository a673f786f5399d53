package pdf

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// visual puts a text of one line, which runs from left to right as a whole, into the order in which its letters are seen.
// It is the part of Unicode's algorithm (UAX 9) that names need: words, numbers and marks of both directions, no embeddings.
func visual(text string) string {
	letters := []rune(text)
	if !slices.ContainsFunc(letters, isRightToLeft) {
		return text
	}
	levels := levelsOf(letters)
	for i, letter := range letters {
		if levels[i] == 1 { // brackets open towards what they hold
			letters[i] = []rune(bidi.ReverseString(string(letter)))[0]
		}
	}
	for level := 2; level > 0; level-- {
		for from := 0; from < len(letters); from++ {
			to := from
			for to < len(letters) && levels[to] >= level {
				to++
			}
			slices.Reverse(letters[from:to])
			slices.Reverse(levels[from:to])
			from = max(from, to-1)
		}
	}
	return string(letters)
}

// levelsOf gives 0 for what runs to the right, 1 to the left, and 2 for numbers within the latter.
func levelsOf(letters []rune) []int {
	const neutral = -1
	levels := make([]int, len(letters))
	strong := 0
	for i, letter := range letters {
		switch class := classOf(letter); class {
		case bidi.L:
			strong, levels[i] = 0, 0
		case bidi.R, bidi.AL:
			strong, levels[i] = 1, 1
		case bidi.EN, bidi.AN:
			levels[i] = 2 * strong
		case bidi.NSM:
			levels[i] = neutral
			if i > 0 {
				levels[i] = levels[i-1]
			}
		default:
			levels[i] = neutral
			// One mark between the digits of a number belongs to it.
			if (class == bidi.ES || class == bidi.CS) && i > 0 && i+1 < len(letters) && classOf(letters[i-1]) == bidi.EN && classOf(letters[i+1]) == bidi.EN {
				levels[i] = levels[i-1]
			}
		}
	}
	// What has no direction goes with its neighbours where both run to the left.
	for from := 0; from < len(letters); from++ {
		to := from
		for to < len(letters) && levels[to] == neutral {
			to++
		}
		level := 0
		if from > 0 && to < len(letters) && levels[from-1] > 0 && levels[to] > 0 {
			level = 1
		}
		for i := from; i < to; i++ {
			levels[i] = level
		}
		from = max(from, to-1)
	}
	return levels
}

func classOf(letter rune) bidi.Class {
	properties, _ := bidi.LookupRune(letter)
	return properties.Class()
}

func isRightToLeft(letter rune) bool {
	if letter < 0x590 {
		return false
	}
	class := classOf(letter)
	return class == bidi.R || class == bidi.AL
}
