package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// workbook is what all sheets of a file share.
type workbook struct {
	file    *File
	parts   map[string]*zip.File // by lower-case name
	strings sharedStrings
	dates   []bool // by cell style: does its number format show a date or time?
	base    float64
}

// Limits against zip bombs. Sheets pack about 7:1, very dull ones 60:1; deflate
// reaches 1,032:1.
const (
	maxRatio  = 300
	ratioFree = 64 << 20 // bytes to which any part may unfold
)

// openWorkbook opens an .xlsx file and lists its sheets.
func (f *File) openWorkbook() error {
	z, err := zip.NewReader(f.f, f.Bytes)
	if err != nil {
		return &FileError{Path: f.Path, Reason: "the workbook is damaged or was cut short (its zip directory cannot be read)", Remedy: "copy or export it again", cause: err}
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	w := &workbook{file: f, parts: map[string]*zip.File{}}
	for _, p := range z.File {
		w.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(p.Name, "\\", "/"), "/"))] = p
	}
	book := w.target("", "officedocument")
	if book == "" || w.parts[book] == nil {
		book = "xl/workbook.xml"
	}
	switch {
	case strings.HasSuffix(book, ".bin") || w.parts["xl/workbook.bin"] != nil:
		return f.refuse("this is a binary workbook (.xlsb)", remedySaveAs)
	case w.parts[book] == nil && w.parts["content.xml"] != nil:
		return f.refuse("this is an OpenDocument file", "open it and save it as .xlsx or CSV")
	case w.parts[book] == nil && w.parts["word/document.xml"] != nil:
		return f.refuse("this is a word processor document, not a workbook", "give the CSV, Excel or JSON file that the system exported")
	case w.parts[book] == nil:
		return f.refuse("this is a zip archive, not a workbook", "unpack it and give the files in it")
	}
	f.Format, f.Encoding = "xlsx", "utf-8"

	var doc struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode(book, &doc); err != nil {
		return err
	}
	if v := strings.ToLower(doc.Properties.Date1904); v == "1" || v == "true" || v == "on" {
		w.base = 1462
	}
	relations, err := w.relations(book)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range doc.Sheets {
		var target relation
		for _, r := range relations {
			if r.ID == s.ID {
				target = r
			}
		}
		if !strings.HasSuffix(strings.ToLower(target.Type), "/worksheet") {
			continue // chart and macro sheets hold no cells
		}
		names = append(names, s.Name)
		if f.opt.Sheet != "" && !strings.EqualFold(strings.TrimSpace(s.Name), strings.TrimSpace(f.opt.Sheet)) {
			continue
		}
		part := w.parts[target.part]
		if part == nil {
			return &FileError{Path: f.Path, Sheet: s.Name, Reason: "the workbook is damaged: this sheet is missing from it", Remedy: "open it in Excel, save it and load it again"}
		}
		if s.State == "hidden" || s.State == "veryHidden" {
			f.note("sheet %q is hidden in the workbook", s.Name)
		}
		f.Tables = append(f.Tables, &Table{Name: s.Name, file: f, format: &sheet{book: w, part: part}})
	}
	if len(f.Tables) == 0 {
		if f.opt.Sheet != "" {
			return f.refuse("there is no sheet named "+f.opt.Sheet, "its sheets are "+strings.Join(names, ", "))
		}
		return f.refuse("the workbook has no sheets with cells", remedyExportAgain)
	}
	if err := w.readStyles(relations); err != nil {
		return err
	}
	if err := w.readStrings(relations); err != nil {
		return err
	}
	rows := false
	for _, t := range f.Tables {
		if err := t.findHeading(); err != nil {
			return err
		}
		rows = rows || len(t.Heading) > 0
	}
	if !rows {
		return f.refuse("there are no rows in the workbook", remedyExportAgain)
	}
	return nil
}

// relation leads from one part to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	part   string // lower-case name of the target
}

// relations of a part; none if it has no list of them.
func (w *workbook) relations(part string) ([]relation, error) {
	dir, base := path.Split(part)
	name := dir + "_rels/" + base + ".rels"
	if w.parts[name] == nil {
		return nil, nil
	}
	var doc struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := w.decode(name, &doc); err != nil {
		return nil, err
	}
	for i := range doc.Relations {
		r := &doc.Relations[i]
		target := strings.ToLower(strings.ReplaceAll(r.Target, "\\", "/"))
		if strings.HasPrefix(target, "/") {
			r.part = strings.TrimPrefix(path.Clean(target), "/")
		} else {
			r.part = path.Join(dir, target)
		}
	}
	return doc.Relations, nil
}

// target is the part to which part is related by a type that ends in kind.
func (w *workbook) target(part, kind string) string {
	relations, err := w.relations(part)
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(relations, func(r relation) bool {
		return strings.HasSuffix(strings.ToLower(r.Type), "/"+kind)
	})
	if i < 0 {
		return ""
	}
	return relations[i].part
}

// related finds the part of a kind in a list of relations, or nil.
func (w *workbook) related(relations []relation, kind string) *zip.File {
	for _, r := range relations {
		if strings.HasSuffix(strings.ToLower(r.Type), "/"+kind) {
			return w.parts[r.part]
		}
	}
	return nil
}

// decode reads a small part as a whole.
func (w *workbook) decode(name string, into any) error {
	r, err := w.open(w.parts[name])
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // open has done it
	if err := d.Decode(into); err != nil {
		return w.damaged(err)
	}
	return nil
}

func (w *workbook) damaged(err error) error {
	var fe *FileError
	if errors.As(err, &fe) {
		return fe
	}
	return &FileError{Path: w.file.Path, Reason: "the workbook is damaged", Remedy: "open it in Excel, save it and load it again", cause: err}
}

// open opens a part of the workbook as UTF-8, guarded against zip bombs.
func (w *workbook) open(part *zip.File) (io.ReadCloser, error) {
	limit := uint64(w.file.opt.MaxUncompressed)
	if part.Flags&1 != 0 {
		return nil, w.file.refuse("the workbook is protected by a password", remedyPassword)
	}
	if part.UncompressedSize64 > limit {
		return nil, w.tooLarge()
	}
	if part.UncompressedSize64 > ratioFree && part.UncompressedSize64/maxRatio > part.CompressedSize64 {
		return nil, w.bomb()
	}
	r, err := part.Open()
	if err != nil {
		return nil, w.damaged(err)
	}
	guarded := &guard{r: r, w: w, limit: limit, packed: part.CompressedSize64}
	head := make([]byte, 128)
	n, err := io.ReadFull(guarded, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		r.Close()
		return nil, w.damaged(err)
	}
	head = head[:n]
	out := stream{Reader: io.MultiReader(bytes.NewReader(head), guarded), close: r.Close}
	if decoder := xmlEncoding(head); decoder != nil {
		out.Reader = transform.NewReader(out.Reader, decoder)
	}
	return out, nil
}

// xmlEncoding is a decoder for an XML part that is not in UTF-8, else nil.
func xmlEncoding(head []byte) transform.Transformer {
	if choice, err := chooseEncoding(head, "utf-8"); err == nil && choice.decode != nil {
		return choice.decode()
	}
	declaration, _, ok := bytes.Cut(head, []byte("?>"))
	_, after, found := bytes.Cut(declaration, []byte("encoding="))
	if !ok || !found || len(after) < 2 {
		return nil
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	enc, err := htmlindex.Get(string(name))
	if err != nil || strings.EqualFold(string(name), "utf-8") {
		return nil
	}
	return enc.NewDecoder()
}

func (w *workbook) tooLarge() *FileError {
	return w.file.refuse("a part of the workbook unfolds to more than the largest size allowed", "export it as CSV or in smaller pieces")
}

func (w *workbook) bomb() *FileError {
	return w.file.refuse("the workbook is packed so tightly that it looks like a zip bomb", "if you trust it, open it in Excel and save it as CSV")
}

// guard stops a part that unfolds beyond what it declared or what is sane.
type guard struct {
	r      io.Reader
	w      *workbook
	n      uint64
	limit  uint64
	packed uint64
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.n += uint64(n)
	if g.n > g.limit {
		return 0, g.w.tooLarge()
	}
	if g.n > ratioFree && g.n/maxRatio > g.packed {
		return 0, g.w.bomb()
	}
	if err != nil && err != io.EOF {
		return n, g.w.damaged(err)
	}
	return n, err
}

// readStyles finds the cell styles that show dates or times.
func (w *workbook) readStyles(relations []relation) error {
	part := w.related(relations, "styles")
	if part == nil {
		return nil
	}
	var doc struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode(strings.ToLower(part.Name), &doc); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, f := range doc.Formats {
		codes[f.ID] = f.Code
	}
	for _, s := range doc.Styles {
		code, own := codes[s.Format]
		date := builtinDate(s.Format)
		if own {
			date = dateFormat(code)
		}
		w.dates = append(w.dates, date)
	}
	return nil
}

// builtinDate reports whether a number format without a code of its own shows
// a date or time (ECMA-376 part 1, 18.8.30; 27–36 and 50–58 in East Asia).
func builtinDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// dateFormat reports whether a format code shows a date or time: whether a y,
// m, d, h or s stands in it outside of literals, colours and conditions.
func dateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return false // the other sections are for negative numbers, zero and text
		case '\\', '_', '*':
			i++
		case '"':
			for i++; i < len(code) && code[i] != '"'; i++ {
			}
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			// [h], [mm] and [ss] are elapsed time; [Red] and [$-409] are not.
			if strings.Trim(strings.ToLower(code[i+1:i+end]), "hms") == "" {
				return true
			}
			i += end
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return true
		case 'G', 'g':
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		}
	}
	return false
}
