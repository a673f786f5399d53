package queries

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Language says this package's English sentences to a reader.
type Language interface {
	// Of gives an English word, label or sentence of this package in the language, as it is where there is no other.
	Of(english string) string
	// Tell gives an English sentence with the places {0}, {1} … filled.
	Tell(format string, args ...string) string
	// Date writes a day.
	Date(day time.Time) string
}

// English is the language that this package is written in, and that of files, API and commands.
var English Language = english{}

type english struct{}

func (english) Of(text string) string { return text }

func (english) Tell(format string, args ...string) string {
	var pairs []string
	for i, arg := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", arg)
	}
	return strings.NewReplacer(pairs...).Replace(format)
}

func (english) Date(day time.Time) string { return day.Format("2 Jan 2006") }

// verb is one of those that sentences use, with the number of its operand where it is given: %s, %.0f, %[1]q.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([.\d]*[a-z])`)

// places turns a format of fmt into one with places, and each operand into what its verb writes.
func places(format string, args []any) (string, []string) {
	words, next := make([]string, len(args)), 0
	text := verb.ReplaceAllStringFunc(format, func(found string) string {
		parts := verb.FindStringSubmatch(found)
		i := next
		if parts[1] != "" {
			i, _ = strconv.Atoi(parts[1])
			i--
		}
		next = i + 1
		if i < len(args) {
			words[i] = fmt.Sprintf("%"+parts[2], args[i])
		}
		return "{" + strconv.Itoa(i) + "}"
	})
	return text, words
}
