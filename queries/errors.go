package queries

import (
	"errors"
	"fmt"
	"strings"
)

// The codes of an Error: whose fault it is, and what a caller can do about it.
const (
	Invalid     = "invalid"     // the question is wrong: say what is allowed
	NotFound    = "not_found"   // no such metric, page or record
	Conflict    = "conflict"    // somebody else was faster
	Unavailable = "unavailable" // try again later
	Internal    = "internal"    // ours
)

// Error is a failure that its reader can act on: Message is one sentence for a person, in English. Format and Args are
// the same sentence in parts, for other languages: Format has the places {0}, {1} … for Args. Where another sentence is a
// part of this one it is Part, and its place the one after those of Args.
type Error struct {
	Code    string
	Message string
	Format  string
	Args    []string
	Part    *Error
}

// NewError makes an Error of a format and operands as fmt.Sprintf takes them. A last operand that is an *Error becomes
// Part.
func NewError(code, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	e.Format, e.Args = places(format, args)
	if n := len(args); n > 0 {
		if part, ok := args[n-1].(*Error); ok {
			e.Args, e.Part = e.Args[:n-1], part
		}
	}
	return e
}

// In gives the sentence in a reader's language.
func (e *Error) In(l Language) string {
	if e.Format == "" {
		return l.Of(e.Message)
	}
	var args []string
	for _, arg := range e.Args {
		args = append(args, l.Of(arg))
	}
	if e.Part != nil {
		args = append(args, e.Part.In(l))
	}
	return l.Tell(e.Format, args...)
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// ErrorCode gives the code of an error, Internal for one that is no Error.
func ErrorCode(err error) string {
	var known *Error
	if errors.As(err, &known) {
		return known.Code
	}
	return Internal
}

func invalid(format string, args ...any) error {
	return NewError(Invalid, format, args...)
}

// notAllowed names the word that was not understood and those that would have been.
func notAllowed(what, got string, allowed []string) error {
	return invalid("%s %q is not known: use one of %s", what, got, strings.Join(allowed, ", "))
}
