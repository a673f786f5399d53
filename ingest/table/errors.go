package table

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// FileError says why a file, a sheet of it or its remainder cannot be read.
// Line and Column count from 1; 0 means that the place is not known. Reason
// and Remedy are clauses without a full stop.
type FileError struct {
	Path   string
	Sheet  string
	Line   int
	Column int
	Reason string
	Remedy string

	cause error
}

// Error is one sentence: where, why and what to do.
func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Sheet != "" {
		fmt.Fprintf(&b, ", sheet %q", e.Sheet)
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d", e.Line)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	b.WriteString(": ")
	b.WriteString(e.Reason)
	if e.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(e.Remedy)
	}
	return b.String()
}

// Unwrap returns the error of the operating system or of a decoder, if any.
func (e *FileError) Unwrap() error { return e.cause }

// RowError says why one row cannot be used; the rows around it can. Column
// counts from 1 and is 0 where the whole row is meant.
type RowError struct {
	Line   int
	Column int
	Reason string
}

func (e *RowError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// Remedies that several errors share.
const (
	remedyExportAgain = "export it again"
	remedySaveAs      = "open it in Excel and save it as .xlsx or CSV"
)

// osError turns an error of the operating system into a sentence.
func osError(path string, err error) *FileError {
	e := &FileError{Path: path, cause: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Reason, e.Remedy = "there is no such file", "check the name"
	case errors.Is(err, fs.ErrPermission):
		e.Reason, e.Remedy = "this user may not read the file", "check its permissions"
	default:
		e.Reason, e.Remedy = "the file cannot be read ("+err.Error()+")", "check the disk or copy the file again"
	}
	return e
}
