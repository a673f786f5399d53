package table

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// write puts a file of any content under a name that says nothing.
func write(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export.dat")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, opt Options) *File {
	t.Helper()
	f, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// read returns the rows as "line: a|b|c", bad ones as "line! reason".
func read(t testing.TB, tab *Table) []string {
	t.Helper()
	rows, err := tryRead(tab)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func tryRead(tab *Table) ([]string, error) {
	var rows []string
	err := tab.Chunks(context.Background(), func(c *Chunk) error {
		defer c.Release()
		return c.Rows(func(r Row) error {
			if r.Err != nil {
				rows = append(rows, fmt.Sprintf("%d! %s", r.Line, r.Err.Reason))
				return nil
			}
			var cells []string
			for _, cell := range r.Cells {
				cells = append(cells, string(cell.Text))
			}
			rows = append(rows, fmt.Sprintf("%d: %s", r.Line, strings.Join(cells, "|")))
			return nil
		})
	})
	return rows, err
}

func TestText(t *testing.T) {
	const tooMany = " fields but the heading has 2: a field that contains the delimiter may lack its quotes"
	for _, tc := range []struct {
		name, in string
		opt      Options
		format   string
		encoding string
		heading  []string
		rows     []string
		notes    []string
	}{
		{name: "comma", in: "id,status\n1,Sent\n2,Filled\n", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent", "3: 2|Filled"}},
		{name: "no newline at the end", in: "id,status\n1,Sent", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent"}},
		{name: "delimiter at the end", in: "id,status\n1,", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|"}},
		{name: "header only", in: "id,status\n", format: "csv", heading: []string{"id", "status"}},
		{name: "CRLF", in: "id,status\r\n1,Sent\r\n\r\n2,\"Fil\"\r\n3,\r\n", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent", "4: 2|Fil", "5: 3|"}},
		{name: "lone CR", in: "id,status\r1,Sent\r2,\"a,b\"\r", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent", "3: 2|a,b"}},
		{name: "tab", in: "id\tstatus\n1\tSmith, Jones, Brown\n2\tA; B\n", format: "tsv", heading: []string{"id", "status"}, rows: []string{"2: 1|Smith, Jones, Brown", "3: 2|A; B"}},
		{name: "semicolon with decimal commas", in: "id;cost;title\n1;12,50;A, B\n2;3,00;C\n", format: "ssv", heading: []string{"id", "cost", "title"}, rows: []string{"2: 1|12,50|A, B", "3: 2|3,00|C"}},
		{name: "pipe", in: "id|status\n1|x\n", format: "psv", heading: []string{"id", "status"}, rows: []string{"2: 1|x"}},
		{name: "caret", in: "id^status\n1^x\n", format: "txt", heading: []string{"id", "status"}, rows: []string{"2: 1|x"}},
		{name: "one column", in: "id\n17\n18\n", format: "txt", heading: []string{"id"}, rows: []string{"2: 17", "3: 18"}},
		{name: "sep line", in: "sep=;\r\nid;status\r\n1;x\r\n", format: "ssv", heading: []string{"id", "status"}, rows: []string{"3: 1|x"}},
		{name: "sep line without heading", in: "sep=;\n1;x\n", opt: Options{Columns: []string{"id", "status"}}, format: "ssv", heading: []string{"id", "status"}, rows: []string{"2: 1|x"}},
		{name: "quotes", in: "id,title\n1,\"a \"\"b\"\" c\"\n2,\"x\ny\"\n3,5\" disk\n4,\"\"\n5,\"\"\"\"\n", format: "csv", heading: []string{"id", "title"},
			rows: []string{`2: 1|a "b" c`, "3: 2|x\ny", `5: 3|5" disk`, "6: 4|", `7: 5|"`}},
		{name: "text behind a closing quote", in: "id,title\n1,\"a\" b \"c\"\n2,\"d\"\n", format: "csv", heading: []string{"id", "title"}, rows: []string{`2: 1|a b "c"`, "3: 2|d"}},
		{name: "quoted heading over two lines", in: "\"id\",\"sta\ntus\"\n1,x\n", format: "csv", heading: []string{"id", "sta\ntus"}, rows: []string{"3: 1|x"}},
		{name: "short and long rows", in: "id,status\n1\n2,a,,\n3,a,b\n4,\"a\",\"b\",c\n5,x\n", format: "csv", heading: []string{"id", "status"},
			rows: []string{"2: 1|", "3: 2|a", "4! this row has 3" + tooMany, "5! this row has 4" + tooMany, "6: 5|x"}},
		{name: "rows of nothing", in: "id,status\n,\n\n1,x\n,\n", format: "csv", heading: []string{"id", "status"}, rows: []string{"4: 1|x"}},
		{name: "title lines", in: "Borrowing requests 2016\n\nid,status\n1,x\n", format: "csv", heading: []string{"id", "status"}, rows: []string{"4: 1|x"}, notes: []string{"1 title line was above the heading skipped"}},
		{name: "columns", in: "1,x\n2,y\n", opt: Options{Columns: []string{"id", "status"}}, format: "csv", heading: []string{"id", "status"}, rows: []string{"1: 1|x", "2: 2|y"}},
		{name: "headings trimmed, some empty", in: " id , status,, \n1,x,,my note\n", format: "csv", heading: []string{"id", "status", "", ""}, rows: []string{"2: 1|x||my note"}},
		{name: "empty heading inside", in: "id,,status\n1,x,y\n", format: "csv", heading: []string{"id", "", "status"}, rows: []string{"2: 1|x|y"}},
		{name: "UTF-8 mark", in: "\ufeffid,title\n1,Ünïcode\n", format: "csv", heading: []string{"id", "title"}, rows: []string{"2: 1|Ünïcode"}},
		{name: "Windows-1252", in: "id,title\n1,Caf\xe9 \x93x\x94\n", format: "csv", encoding: "windows-1252", heading: []string{"id", "title"}, rows: []string{"2: 1|Café “x”"},
			notes: []string{"the text is not valid UTF-8 and was read as Windows-1252; if names look wrong, say --encoding"}},
		{name: "damaged UTF-8", in: "id,title\n" + strings.Repeat("1,äöüß\n", 30) + "2,Caf\xe9 “x\"\n", format: "csv", heading: []string{"id", "title"}, rows: append(func() (r []string) {
			for i := range 30 {
				r = append(r, fmt.Sprintf("%d: 1|äöüß", i+2))
			}
			return
		}(), "32: 2|Café â€œx\""),
			notes: []string{"some fields are not valid UTF-8, unlike the rest of the file; they were read as Windows-1252"}},
		{name: "named encoding", in: "id,title\n1,\x93\xfa\x96{\n", opt: Options{Encoding: "Shift_JIS"}, format: "csv", encoding: "shift_jis", heading: []string{"id", "title"}, rows: []string{"2: 1|日本"}},
		{name: "UTF-16LE", in: utf16Text("\ufeffid\ttitle\r\n1\t日本\r\n", false), format: "tsv", encoding: "utf-16le", heading: []string{"id", "title"}, rows: []string{"2: 1|日本"}},
		{name: "UTF-16BE", in: utf16Text("\ufeffid\ttitle\r\n1\t日本\r\n", true), format: "tsv", encoding: "utf-16be", heading: []string{"id", "title"}, rows: []string{"2: 1|日本"}},
		{name: "UTF-16LE without mark", in: utf16Text("id\ttitle\r\n1\tÄ\r\n", false), format: "tsv", encoding: "utf-16le", heading: []string{"id", "title"}, rows: []string{"2: 1|Ä"},
			notes: []string{"the text has no byte order mark and was read as UTF-16LE"}},
		{name: "gzip", in: packed("id,status\n1,Sent\n"), format: "csv.gz", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent"}},
		{name: "gzip of two members", in: packed("id,status\n1,Se") + packed("nt\n2,x\n"), format: "csv.gz", heading: []string{"id", "status"}, rows: []string{"2: 1|Sent", "3: 2|x"}},
		{name: "DOS end of file", in: "id,status\r\n1,x\r\n\x1a", format: "csv", heading: []string{"id", "status"}, rows: []string{"2: 1|x"}},
		{name: "heading in brackets is no JSON", in: "[id],[status]\n1,x\n", format: "csv", heading: []string{"[id]", "[status]"}, rows: []string{"2: 1|x"}},

		{name: "JSON list", in: `[{"id":1,"title":"a \"q\" \u00e9 \ud83d\ude00\n"},{"title":null,"id":314832.0},{"id":2.50,"open":true},{}]`, format: "json",
			heading: []string{"id", "title", "open"}, rows: []string{"1: 1|a \"q\" é 😀\n|", "2: 314832||", "3: 2.5||true"}},
		{name: "JSON pretty", in: "\ufeff[\n  {\n    \"id\": 1,\n    \"t\": \"]}\"\n  },\n  {\n    \"id\": 2\n  }\n]\n", format: "json", heading: []string{"id", "t"}, rows: []string{"1: 1|]}", "2: 2|"}},
		{name: "JSON wrapper", in: `{"total": 2, "records": [{"id": 1}, {"id": 2}], "page": {"n": "x\"]"}}`, format: "json", heading: []string{"id"}, rows: []string{"1: 1", "2: 2"}},
		{name: "JSON object", in: `{"id": 1, "user": {"group": "Staff", "deep": {"x": 1}}, "tags": ["a"]}`, format: "json", heading: []string{"id", "user.group"}, rows: []string{"1: 1|Staff"},
			notes: []string{"lists and nested objects were ignored: user.deep, tags"}},
		{name: "JSON lines", in: "{\"id\":1,\"a\":{\"b\":2}}\n\n{\"id\":2}\r\n{\"id\":}\n[1]\n{\"id\":3} {\"id\":4}\n{\"id\":5}", format: "jsonl", heading: []string{"id", "a.b"},
			rows: []string{"1: 1|2", "3: 2|", "4! this is not valid JSON", "5! this is not a JSON object", "6! there is more than one JSON object on this line", "7: 5|"}},
		{name: "JSON one after another", in: "{\n\"id\":1\n}\n{\n\"id\":2\n}\n", format: "json", heading: []string{"id"}, rows: []string{"1: 1", "2: 2"}},
		{name: "JSON bad element", in: `[{"id":1},{"id" 2},7,{"id":3}]`, format: "json", heading: []string{"id"}, rows: []string{"1: 1", "2! this is not valid JSON", "3! this is not a JSON object", "4: 3"}},
		{name: "JSON long integers keep their digits", in: `[{"id":12345678901234567890},{"id":1e3},{"id":-0.5e-1}]`, format: "json", heading: []string{"id"}, rows: []string{"1: 12345678901234567890", "2: 1000", "3: -0.05"}},
		{name: "JSON in gzip", in: packed(`{"id":1}` + "\n" + `{"id":2}`), format: "jsonl.gz", heading: []string{"id"}, rows: []string{"1: 1", "2: 2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := open(t, write(t, tc.in), tc.opt)
			tab := f.Tables[0]
			rows := read(t, tab)
			if tc.encoding == "" {
				tc.encoding = "utf-8"
			}
			if f.Format != tc.format || f.Encoding != tc.encoding || len(f.Tables) != 1 || f.Bytes != int64(len(tc.in)) {
				t.Errorf("format %s, encoding %s, %d tables, %d bytes", f.Format, f.Encoding, len(f.Tables), f.Bytes)
			}
			if d := cmp.Diff(tc.heading, tab.Heading); d != "" {
				t.Error("heading", d)
			}
			if d := cmp.Diff(tc.rows, rows); d != "" {
				t.Error("rows", d)
			}
			if d := cmp.Diff(tc.notes, f.AllNotes()); d != "" && len(f.AllNotes())+len(tc.notes) > 0 {
				t.Error("notes", d)
			}
			if d := cmp.Diff(rows, read(t, tab)); d != "" {
				t.Error("second reading", d)
			}
		})
	}
}

func utf16Text(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func packed(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestRefused(t *testing.T) {
	long := packed(strings.Repeat("1,some status\n", 1000))
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", "PATH: the file is empty; export it again"},
		{"white space", " \r\n\t\n", "PATH: the file holds nothing but white space; export it again"},
		{"delimiters only", "x,y\n"[3:] + ",,\n,,\n", "PATH: the file holds nothing but empty lines; export it again"},
		{"cut between fields", "id,title,year\n1,x,2016\n2,cut he", "PATH, line 3: the file ends in the middle of this row, after 2 of 3 fields; it was cut short – export it again"},
		{"open quote", "id,title\n1,x\n2,\"cut he", "PATH, line 3: the file ends inside a quoted field that began here; it was cut short – export it again"},
		{"NUL", "id,title\n1,x\n2,a\x00b\n", "PATH, line 3: there are binary bytes (NUL) in the text, so the file is damaged or no text file; export it again"},
		{"control bytes", "id,title\n" + strings.Repeat("\x01\x02\x03", 20), "PATH: this is binary data, not text; give the CSV, Excel or JSON file that the system exported"},
		{"PDF", "%PDF-1.7\n", "PATH: this is a PDF document, not an export of rows; give the CSV, Excel or JSON file that the system exported"},
		{"web page", "<html><body><table>", "PATH: this is a web page, perhaps under the name of a workbook; open it in Excel and save it as .xlsx or CSV"},
		{"XML workbook", "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>", "PATH: this is a workbook in the XML format of Excel 2003; open it in Excel and save it as .xlsx or CSV"},
		{"XML", "<?xml version=\"1.0\"?><ISO18626Message/>", "PATH: this is an XML document, not a table; give the CSV, Excel or JSON file that the system exported"},
		{"gzip cut short", long[:len(long)/2], "PATH: the compressed file ends too early; it was cut short – copy or export it again"},
		{"gzip damaged", long[:len(long)-8] + "12345678", "PATH: the compressed file is damaged; copy or export it again"},
		{"gzip of PDF", packed("%PDF-1.7"), "PATH: this is a PDF document inside a gzip file, not an export of rows; give the CSV, Excel or JSON file that the system exported"},
		{"zip cut short", "PK\x03\x04 and no directory", "PATH: the workbook is damaged or was cut short (its zip directory cannot be read); copy or export it again"},
		{"JSON list cut", "[{\"id\":1},\n{\"id\":2},\n{\"id\":", "PATH, line 3: the file ends inside a JSON object that began here; it was cut short – export it again"},
		{"JSON list without end", "[{\"id\":1},\n{\"id\":2}\n", "PATH, line 3: the file ends inside the list of objects; it was cut short – export it again"},
		{"JSON wrapper without end", "{\"n\":1,\"records\":[{\"id\":1}\n],\"x\":2", "PATH, line 2: the file ends inside the JSON object around the list; it was cut short – export it again"},
		{"JSON lines cut", "{\"id\":1}\n{\"id\":2}\n{\"id\":\"x", "PATH, line 3: the file ends inside a JSON object that began here; it was cut short – export it again"},
		{"JSON object cut", "{\"id\":1,\n\"title\":\"x", "PATH, line 1: the file ends inside a JSON object that began here; it was cut short – export it again"},
		{"JSON and more", "[{\"id\":1}]\n[{\"id\":2}]", "PATH, line 2: something follows the end of the JSON list; export one list only, or one object on each line"},
		{"JSON empty list", "[]", "PATH: the JSON holds no objects with fields; export a list of objects, one for each request"},
		{"JSON empty wrapper", "{\"records\":[]}", "PATH: the JSON holds no objects with fields; export a list of objects, one for each request"},
		{"JSON two lists", "{\"a\":[{\"id\":1}],\"b\":[{\"id\":2}]}", "PATH: there are several lists in the JSON object (a, b); keep the list that holds the requests and load it again"},
		{"JSON with commas between lines", "{\"id\":1},\n{\"id\":2}\n", "PATH, line 1: this is not valid JSON: an object was expected here; export it again"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, tc.in)
			f, err := Open(path, Options{})
			if err == nil {
				_, err = tryRead(f.Tables[0])
				f.Close()
			}
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if got := strings.ReplaceAll(err.Error(), path, "PATH"); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestRefusedPaths(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{}); err == nil || err.Error() != dir+": this is a folder; name the files in it" {
		t.Error(err)
	}
	missing := filepath.Join(dir, "none.csv")
	if _, err := Open(missing, Options{}); !errors.Is(err, os.ErrNotExist) || err.Error() != missing+": there is no such file; check the name" {
		t.Error(err)
	}
	if _, err := Open(write(t, "id,x\n"), Options{Encoding: "klingon"}); err == nil || !strings.Contains(err.Error(), "there is no text encoding named klingon; use utf-8") {
		t.Error(err)
	}
}

// A quote that is lost early must not swallow the rest of a large file.
func TestLostQuote(t *testing.T) {
	path := write(t, "id,title\n1,x\n2,\"lost\n"+strings.Repeat("3,some other title\n", 1<<20))
	_, err := Open(path, Options{})
	if err == nil || err.Error() != path+", line 3: a quoted field that began here does not end within 16 MiB; a closing quote is missing or the file was cut short – export it again" {
		t.Error(err)
	}
}

// Files of several chunks: every record arrives once, with its line, whatever
// lies on the border of two chunks.
func TestManyChunks(t *testing.T) {
	const rows = 60000
	for _, tc := range []struct {
		name string
		row  func(i int) (text, want string, lines int)
		head string
		json bool
	}{
		{"plain", func(i int) (string, string, int) {
			return fmt.Sprintf("%d,status of %d,%030d\n", i, i, i), fmt.Sprintf("%d|status of %d|%030d", i, i, i), 1
		}, "id,status,x\n", false},
		{"quoted", func(i int) (string, string, int) {
			return fmt.Sprintf("\"%d\",\"status, of\n\"\"%d\"\"\",\"%030d\"\r\n", i, i, i), fmt.Sprintf("%d|status, of\n\"%d\"|%030d", i, i, i), 2
		}, "\"id\",\"status\",\"x\"\r\n", false},
		{"some quoted", func(i int) (string, string, int) {
			if i%7 > 0 {
				return fmt.Sprintf("%d,5\" disk of %d,%030d\n", i, i, i), fmt.Sprintf("%d|5\" disk of %d|%030d", i, i, i), 1
			}
			return fmt.Sprintf("%d,\"\n\n\"\"%d\",%030d\n", i, i, i), fmt.Sprintf("%d|\n\n\"%d|%030d", i, i, i), 3
		}, "id,status,x\n", false},
		{"some very long", func(i int) (string, string, int) {
			if i%20000 == 7 {
				long := strings.Repeat("x,y\n", 1<<19)
				return fmt.Sprintf("%d,\"%s\",z\n", i, long), fmt.Sprintf("%d|%s|z", i, long), 1<<19 + 1
			}
			return fmt.Sprintf("%d,b,%030d\n", i, i), fmt.Sprintf("%d|b|%030d", i, i), 1
		}, "id,status,x\n", false},
		{"JSON lines", func(i int) (string, string, int) {
			return fmt.Sprintf("{\"id\":%d,\"status\":\"a\\\"}{%d\",\"x\":null}\n", i, i), fmt.Sprintf("%d|a\"}{%d|", i, i), 1
		}, "", false},
		{"JSON list", func(i int) (string, string, int) {
			return fmt.Sprintf("{\"id\":%d,\n\"status\":\"a\\\"}{%d\",\"x\":null},", i, i), fmt.Sprintf("%d|a\"}{%d|", i, i), 1
		}, "[", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(tc.head)
			var want []string
			line := 1 + strings.Count(tc.head, "\n")
			for i := range rows {
				text, row, n := tc.row(i)
				b.WriteString(text)
				want = append(want, fmt.Sprintf("%d: %s", line, row))
				line += n
			}
			text := b.String()
			if tc.json {
				text = strings.TrimSuffix(text, ",") + "]"
			}
			f := open(t, write(t, text), Options{})
			got := read(t, f.Tables[0])
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || got[i] != want[i] {
					t.Fatalf("row %d of %d (want %d) differs", i, len(got), len(want))
				}
			}
			var bytes int64
			chunks := 0
			f.Tables[0].Chunks(context.Background(), func(c *Chunk) error {
				chunks++
				bytes += c.Bytes()
				c.Release()
				return nil
			})
			if bytes != f.Bytes || chunks < 2 {
				t.Errorf("%d chunks account for %d of %d bytes", chunks, bytes, f.Bytes)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	f := open(t, write(t, "id,x\n"+strings.Repeat("1,2\n", 1<<20)), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := f.Tables[0].Chunks(ctx, func(c *Chunk) error { n++; cancel(); c.Release(); return nil })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Error(n, err)
	}
	mine := errors.New("mine")
	if err := f.Tables[0].Chunks(context.Background(), func(c *Chunk) error { c.Release(); return mine }); !errors.Is(err, mine) {
		t.Error(err)
	}
}

// Damage behind the first megabytes shows while reading.
func TestLateDamage(t *testing.T) {
	good := "id,title\n" + strings.Repeat("1,some title or other\n", 300000)
	lines := 300002
	for _, tc := range []struct{ name, in, want string }{
		{"open quote", good + "2,\"cut", fmt.Sprintf(", line %d: the file ends inside a quoted field that began here; it was cut short – export it again", lines)},
		{"NUL", good + "2,a\x00b\n", fmt.Sprintf(", line %d: there are binary bytes (NUL) in the text, so the file is damaged or no text file; export it again", lines)},
		{"gzip", func() string { z := packed(good); return z[:len(z)-20] }(), ": the compressed file ends too early; it was cut short – copy or export it again"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, tc.in)
			f := open(t, path, Options{})
			rows, err := tryRead(f.Tables[0])
			if err == nil || err.Error() != path+tc.want {
				t.Errorf("got %v after %d rows", err, len(rows))
			}
		})
	}
	f := open(t, write(t, good+"2,Caf\xe9\n"), Options{})
	rows := read(t, f.Tables[0])
	if got := rows[len(rows)-1]; got != fmt.Sprintf("%d: 2|Café", lines) || len(f.AllNotes()) != 1 {
		t.Error(got, f.AllNotes())
	}
}

func TestNewJSONField(t *testing.T) {
	f := open(t, write(t, strings.Repeat("{\"id\":1}\n", 1000)+"{\"id\":2,\"late\":\"x\"}\n"), Options{})
	rows := read(t, f.Tables[0])
	if len(rows) != 1001 || rows[1000] != "1001: 2" {
		t.Error(len(rows))
	}
	if d := cmp.Diff([]string{`the field "late" appears first after the first 1,000 objects and was ignored`}, f.AllNotes()); d != "" {
		t.Error(d)
	}
}
