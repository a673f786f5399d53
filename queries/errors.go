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

// Error is a failure that its reader can act on: Message is one sentence for a person.
type Error struct {
	Code    string
	Message string
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
	return &Error{Code: Invalid, Message: fmt.Sprintf(format, args...)}
}

// notAllowed names the word that was not understood and those that would have been.
func notAllowed(what, got string, allowed []string) error {
	return invalid("%s %q is not known: use one of %s", what, got, strings.Join(allowed, ", "))
}
