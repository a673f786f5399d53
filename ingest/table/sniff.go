package table

import (
	"bytes"
	"io"
	"unicode/utf16"
)

// binaryFormat names a well-known format that holds no rows for us, or "".
func binaryFormat(b []byte) string {
	for _, m := range []struct{ magic, name string }{
		{"%PDF", "a PDF document"},
		{"\x89PNG", "a picture"},
		{"\xff\xd8\xff", "a picture"},
		{"GIF8", "a picture"},
		{"{\\rtf", "a word processor document"},
		{"PAR1", "a Parquet file"},
		{"ARROW1", "an Arrow file"},
		{"SQLite format 3", "an SQLite database"},
		{"BZh", "a bzip2 archive"},
		{"\x28\xb5\x2f\xfd", "a Zstandard archive"},
		{"\xfd7zXZ", "an xz archive"},
		{"7z\xbc\xaf", "a 7-Zip archive"},
		{"Rar!", "a RAR archive"},
		{"\x7fELF", "a program"},
		{"MZ\x90\x00", "a program"},
	} {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return m.name
		}
	}
	if len(b) >= 12 && string(b[8:12]) == "DUCK" {
		return "a DuckDB database"
	}
	return ""
}

// refuseOLE explains the container in which both encrypted workbooks and the
// workbooks of Excel 97 come.
func (f *File) refuseOLE() error {
	body, err := io.ReadAll(io.LimitReader(io.NewSectionReader(f.f, 0, f.Bytes), 64<<20))
	if err != nil {
		return osError(f.Path, err)
	}
	holds := func(name string) bool {
		var b []byte
		for _, u := range utf16.Encode([]rune(name)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return bytes.Contains(body, b)
	}
	switch {
	case holds("EncryptedPackage"):
		return f.refuse("the workbook is protected by a password", remedyPassword)
	case holds("Workbook"), holds("Book"):
		return f.refuse("this is a workbook of the old binary kind (.xls)", remedySaveAs)
	}
	return f.refuse("this is an old Office document, not a workbook", "give the CSV, Excel or JSON file that the system exported")
}

const remedyPassword = "open it in Excel, remove the password (File › Info › Protect Workbook), save it and load it again"

// checkText refuses what is no table of text. sample is UTF-8 or Windows-1252.
func (f *File) checkText(sample []byte) error {
	trimmed := bytes.TrimSpace(sample)
	if len(trimmed) == 0 {
		if len(sample) < sampleSize {
			return f.refuse("the file holds nothing but white space", remedyExportAgain)
		}
		return f.refuse("the file begins with megabytes of white space", remedyExportAgain)
	}
	if i := bytes.IndexByte(sample, 0); i >= 0 {
		return &FileError{Path: f.Path, Line: 1 + bytes.Count(sample[:i], []byte{'\n'}), Reason: "there are binary bytes (NUL) in the text, so the file is damaged or no text file", Remedy: remedyExportAgain}
	}
	control := 0
	for _, b := range sample {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\v' {
			control++
		}
	}
	if control > 8 && control > len(sample)/100 {
		return f.refuse("this is binary data, not text", "give the CSV, Excel or JSON file that the system exported")
	}
	if trimmed[0] == '<' {
		head := bytes.ToLower(trimmed[:min(len(trimmed), 1<<12)])
		switch {
		case bytes.Contains(head, []byte("<html")), bytes.Contains(head, []byte("<!doctype html")), bytes.HasPrefix(head, []byte("<table")), bytes.HasPrefix(head, []byte("<style")), bytes.HasPrefix(head, []byte("<meta")):
			return f.refuse("this is a web page, perhaps under the name of a workbook", remedySaveAs)
		case bytes.Contains(head, []byte("excel.sheet")), bytes.Contains(head, []byte("office:spreadsheet")):
			return f.refuse("this is a workbook in the XML format of Excel 2003", remedySaveAs)
		case bytes.HasPrefix(head, []byte("<?xml")):
			return f.refuse("this is an XML document, not a table", "give the CSV, Excel or JSON file that the system exported")
		}
	}
	return nil
}

// separatorLine is 1 where the first line only names the delimiter, as Excel
// writes it ("sep=;"), else 0.
func separatorLine(sample []byte) int {
	if len(sample) >= 6 && bytes.EqualFold(sample[:4], []byte("sep=")) && (sample[5] == '\n' || sample[5] == '\r') {
		return 1
	}
	return 0
}

// sniffDelimiter finds the delimiter by the regularity of the first records,
// and the byte that ends a record. whole says that sample is the whole text.
func sniffDelimiter(sample []byte, whole bool) (delim, eol byte) {
	eol = '\n'
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		eol = '\r' // as the Macintosh wrote it before 2001
	}
	if separatorLine(sample) > 0 {
		return sample[4], eol
	}
	best, score := byte(noDelimiter), 0.0
	for _, d := range []byte(",\t;|^") {
		if s := regularity(sample, d, eol, whole); s > score {
			best, score = d, s
		}
	}
	return best, eol
}

// regularity rates a delimiter: the share of the first records that have the
// most frequent number of fields, times that number (bounded), 0 if it is 1.
func regularity(sample []byte, delim, eol byte, whole bool) float64 {
	const records = 100
	counts := map[int]int{}
	total, fields, pos := 0, 1, 0
	var c Chunk
	d := &delimited{delim: delim, eol: eol}
	start, filled := true, false
	for pos < len(sample) && total < records {
		b := sample[pos]
		switch {
		case b == '"' && start:
			c.scratch = c.scratch[:0]
			_, pos, _ = d.quotedField(&c, sample, pos)
			start, filled = false, true
			continue
		case b == delim:
			fields++
			start = true
		case b == eol:
			if filled || fields > 1 {
				counts[fields]++
				total++
			}
			fields, start, filled = 1, true, false
		default:
			start = false
			filled = filled || b != '\r'
		}
		pos++
	}
	if pos >= len(sample) && whole && (filled || fields > 1) {
		counts[fields]++
		total++
	}
	mode, n := 1, 0
	for fields, count := range counts {
		if fields > 1 && (count > n || count == n && fields > mode) {
			mode, n = fields, count
		}
	}
	if mode == 1 {
		return 0
	}
	return float64(n) / float64(total) * float64(min(mode, 20))
}
