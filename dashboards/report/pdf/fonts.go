package pdf

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationmonoregular"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"
)

// face is one of the document's fonts.
type face int

const (
	regular face = iota
	bold
	italic
	mono
)

// family is the name of all faces; each has its letter.
const family = "liberation"

var styles = [...]string{regular: "", bold: "B", italic: "I", mono: "BI"} // mono stands in the place of bold italic, which is not used

// typeface is what a face's file says of its letters. It does not change.
type typeface struct {
	file []byte
	// widths of letters in thousandths of the size, rounded as fpdf does; no letter: the font has no glyph for it.
	widths map[rune]int
}

// typefaces are read when the first report is written.
var typefaces = sync.OnceValue(func() (all [4]typeface) {
	for of, file := range map[face][]byte{regular: liberationsansregular.TTF, bold: liberationsansbold.TTF, italic: liberationsansitalic.TTF, mono: liberationmonoregular.TTF} {
		widths, err := readWidths(file)
		if err != nil { // the files are embedded
			panic(err)
		}
		all[of] = typeface{file, widths}
	}
	return all
})

// addFonts makes the faces known to a document. fpdf writes into the bytes that it is given while it cuts a font down, so each
// document has its own.
func addFonts(f *fpdf.Fpdf) {
	for of, typeface := range typefaces() {
		f.AddUTF8FontFromBytes(family, styles[of], slices.Clone(typeface.file))
	}
}

// readWidths reads the widths of a TrueType font's letters from its tables cmap (format 4), head, hhea and hmtx.
func readWidths(file []byte) (map[rune]int, error) {
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(file[at:])) }
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(file[at:])) }
	tables := map[string]int{}
	for i := range u16(4) {
		at := 12 + 16*i
		tables[string(file[at:at+4])] = u32(at + 8)
	}
	perEm, metrics := u16(tables["head"]+18), u16(tables["hhea"]+34)
	letters, cmap := -1, tables["cmap"]
	for i := range u16(cmap + 2) {
		at := cmap + 4 + 8*i
		if platform, encoding := u16(at), u16(at+2); platform == 3 && encoding == 1 && u16(cmap+u32(at+4)) == 4 {
			letters = cmap + u32(at+4)
		}
	}
	if letters < 0 || perEm == 0 || metrics == 0 {
		return nil, fmt.Errorf("a font of %d bytes has no table of Unicode letters", len(file))
	}
	widths := map[rune]int{}
	segments := u16(letters+6) / 2
	ends := letters + 14
	starts, deltas, offsets := ends+2*segments+2, ends+4*segments+2, ends+6*segments+2
	for i := range segments {
		for letter := u16(starts + 2*i); letter <= u16(ends+2*i) && letter < 0xffff; letter++ {
			glyph := letter
			if offset := u16(offsets + 2*i); offset != 0 {
				if glyph = u16(offsets + 2*i + offset + 2*(letter-u16(starts+2*i))); glyph == 0 {
					continue
				}
			}
			if glyph = (glyph + u16(deltas+2*i)) & 0xffff; glyph != 0 {
				widths[rune(letter)] = (u16(tables["hmtx"]+4*min(glyph, metrics-1))*1000 + perEm/2) / perEm
			}
		}
	}
	return widths, nil
}

// has tells whether every face has a letter.
func has(letter rune) bool {
	for _, typeface := range typefaces() {
		if _, ok := typeface.widths[letter]; !ok {
			return false
		}
	}
	return true
}

// width of a text that was cleaned, in the unit of size.
func (of face) width(text string, size float64) float64 {
	widths := typefaces()[of].widths
	sum := 0
	for _, letter := range text {
		sum += widths[letter]
	}
	return float64(sum) * size / 1000
}
