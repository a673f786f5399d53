package campaign

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/queries"
)

// largestFile is the most that an import reads, in bytes.
const largestFile = 16 << 20

// sheet is a CSV file with a heading, read whole: what people keep in a spreadsheet is small.
type sheet struct {
	file     string
	headings []string // as in the file
	rows     []sheetRow
}

type sheetRow struct {
	line  int // of the file, from 1
	cells []string
}

// refuse says what is wrong where; line 0 is the whole file.
func refuse(file string, line int, format string, args ...any) error {
	return refuseFor(file, line, invalid(format, args...))
}

// refuseCell says what is wrong in the column of a heading.
func refuseCell(file string, line int, heading string, why *FieldError) error {
	return invalid("%s, line %d, column %s: %s; nothing was imported", file, line, excerpt(heading), why.told)
}

func refuseFor(file string, line int, why *queries.Error) error {
	if line > 0 {
		return invalid("%s, line %d: %s; nothing was imported", file, line, why)
	}
	return invalid("%s: %s; nothing was imported", file, why)
}

// readSheet reads a CSV file whose cells are separated by commas, semicolons or tabs, whichever its heading holds most of.
func readSheet(from io.Reader, file string) (*sheet, error) {
	content, err := io.ReadAll(io.LimitReader(from, largestFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s could not be read: %w; nothing was imported", file, err)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	switch {
	case len(content) > largestFile:
		return nil, refuse(file, 0, "it is larger than %d MB: split it", largestFile>>20)
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return nil, refuse(file, 0, "it is a workbook: save it as “CSV UTF-8” and import that")
	case !utf8.Valid(content):
		return nil, refuse(file, 1+bytes.Count(validPart(content), []byte("\n")), "it is no UTF-8 text: save it as “CSV UTF-8” and import that")
	case len(bytes.TrimSpace(content)) == 0:
		return nil, refuse(file, 0, "it is empty: its first line names the columns")
	}
	reader := csv.NewReader(bytes.NewReader(content))
	reader.FieldsPerRecord = -1
	reader.Comma = separator(content)
	s := &sheet{file: file}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, refuseCSV(file, err)
		}
		line, _ := reader.FieldPos(0)
		if isBlank(cells) {
			continue
		}
		if s.headings == nil {
			s.headings = cells
			continue
		}
		if len(cells) != len(s.headings) {
			return nil, refuse(file, line, "it has %d cells and the heading %d: put a cell that holds a %q in quotation marks", len(cells), len(s.headings), reader.Comma)
		}
		s.rows = append(s.rows, sheetRow{line, cells})
	}
}

// validPart is what comes before the first byte that is no UTF-8.
func validPart(content []byte) []byte {
	for i := 0; i < len(content); {
		r, size := utf8.DecodeRune(content[i:])
		if r == utf8.RuneError && size == 1 {
			return content[:i]
		}
		i += size
	}
	return content
}

func separator(content []byte) rune {
	heading, _, _ := bytes.Cut(content, []byte("\n"))
	best := ','
	for _, candidate := range ";\t" {
		if bytes.Count(heading, []byte(string(candidate))) > bytes.Count(heading, []byte(string(best))) {
			best = candidate
		}
	}
	return best
}

func refuseCSV(file string, err error) error {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s could not be read: %w; nothing was imported", file, err)
	}
	return refuse(file, wrong.Line, "a quotation mark at character %d is out of place: put the whole cell in quotation marks, and double those inside it", wrong.Column)
}

func isBlank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// heading is what a column's heading comes down to: letters and digits, in lower case.
func heading(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// columns finds out which column holds what. known maps headings to what they hold; needed must be there.
func (s *sheet) columns(known map[string]string, needed []string, example string) ([]string, error) {
	holds := make([]string, len(s.headings))
	for i, text := range s.headings {
		what, ok := known[heading(text)]
		if !ok {
			return nil, refuse(s.file, 1, "column %q is not known: take it out, or name it as one of %s", excerpt(text), example)
		}
		if first := slices.Index(holds[:i], what); first >= 0 {
			return nil, refuse(s.file, 1, "columns %q and %q hold the same: take one out", s.headings[first], text)
		}
		holds[i] = what
	}
	for _, what := range needed {
		if !slices.Contains(holds, what) {
			return nil, refuse(s.file, 1, "there is no column %q: the first line names the columns, of %s", what, example)
		}
	}
	return holds, nil
}

// splitNames reads the names of a cell, separated by semicolons; one that holds a semicolon stands in quotation marks.
func splitNames(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.LazyQuotes, reader.TrimLeadingSpace = ';', true, true
	list, err := reader.Read()
	if _, more := reader.Read(); err != nil || !errors.Is(more, io.EOF) {
		return []string{text} // a line break, which no name holds
	}
	return list
}

func joinNames(list []string) string {
	if len(list) == 0 {
		return ""
	}
	var text strings.Builder
	writer := csv.NewWriter(&text)
	writer.Comma = ';'
	_ = writer.Write(list) // to memory
	writer.Flush()
	return strings.TrimSuffix(text.String(), "\n")
}
