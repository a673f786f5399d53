// Package export writes figures, and the requests behind them, as CSV, JSON, Arrow, XLSX and a table of text. The
// command and the server share it, so that a download is what the command prints.
package export

import (
	"io"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

// Format is a way of writing rows.
type Format struct {
	Name      string // csv
	Extension string // with its dot
	MediaType string
	IsBinary  bool // nothing for a terminal
	open      func(w io.Writer, about *queries.Result) (writer, error)
}

// writer takes rows one by one; close writes what comes after the last.
type writer interface {
	row(values []any) error
	close() error
}

// Formats lists all there are.
var Formats = []Format{
	{"table", ".txt", "text/plain; charset=utf-8", false, openTable},
	{"csv", ".csv", "text/csv; charset=utf-8; header=present", false, openCSV},
	{"json", ".json", "application/json", false, openJSON},
	{"arrow", ".arrow", "application/vnd.apache.arrow.file", true, openArrow},
	{"xlsx", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true, openXLSX},
}

// Find gives a format by its name. The error is one of code invalid that names all there are.
func Find(name string) (Format, error) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		var names []string
		for _, f := range Formats {
			names = append(names, f.Name)
		}
		return Format{}, queries.NewError(queries.Invalid, "the format %s is not known: use one of %s", name, strings.Join(names, ", "))
	}
	return Formats[i], nil
}

// Write writes a result.
func Write(w io.Writer, format string, result *queries.Result) error {
	return WriteRows(w, format, result, func(yield func([]any) error) error {
		for _, row := range result.Rows {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// WriteRows writes rows as they come, so that any number fits (a table of text alone is held to be aligned). about
// says what they are: its columns, metric, filter, as_of and generation; its own rows are not looked at.
func WriteRows(w io.Writer, format string, about *queries.Result, rows func(yield func([]any) error) error) error {
	f, err := Find(format)
	if err != nil {
		return err
	}
	out, err := f.open(w, about)
	if err != nil {
		return err
	}
	if err := rows(out.row); err != nil {
		return err
	}
	return out.close()
}
