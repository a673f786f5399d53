package drawing

import (
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
)

// fonts give the widths of texts.
type fonts struct{ regular, bold advances }

// advances are how far each character moves on, in ems.
type advances map[rune]float64

func openFonts() (fonts, error) {
	regular, err := readAdvances(liberationsansregular.TTF)
	if err != nil {
		return fonts{}, err
	}
	bold, err := readAdvances(liberationsansbold.TTF)
	return fonts{regular, bold}, err
}

var (
	pixels = regexp.MustCompile(`(\d+(?:\.\d+)?)px`)
	heavy  = regexp.MustCompile(`\b(?:bold|bolder|[6-9]00)\b`)
)

// width gives the width of a text in pixels in a font as CSS writes it: bold 12px Liberation Sans. A character that the font
// lacks is as wide as it is high.
func (f fonts) width(text, font string) float64 {
	size := 12.0
	if found := pixels.FindStringSubmatch(font); found != nil {
		if number, err := strconv.ParseFloat(found[1], 64); err == nil {
			size = number
		}
	}
	table := f.regular
	if heavy.MatchString(font) {
		table = f.bold
	}
	ems := 0.0
	for _, r := range text {
		advance, ok := table[r]
		if !ok {
			advance = 1
		}
		ems += advance
	}
	return size * ems
}

var errFont = errors.New("the font's file is not as it should be")

// readAdvances reads the advance widths out of a TrueType file: tables head, hhea and hmtx, and the table of characters in
// format 4 (characters up to U+FFFF).
func readAdvances(file []byte) (all advances, err error) {
	defer func() {
		if recover() != nil { // it ends too early
			err = errFont
		}
	}()
	short := func(at int) int { return int(binary.BigEndian.Uint16(file[at:])) }
	long := func(at int) int { return int(binary.BigEndian.Uint32(file[at:])) }
	tables := map[string]int{}
	for i := range short(4) {
		at := 12 + 16*i
		tables[string(file[at:at+4])] = long(at + 8)
	}
	units, measured := short(tables["head"]+18), short(tables["hhea"]+34)
	if units == 0 || measured == 0 {
		return nil, errFont
	}
	advance := func(glyph int) float64 {
		return float64(short(tables["hmtx"]+4*min(glyph, measured-1))) / float64(units)
	}
	at := 0
	for i := range short(tables["cmap"] + 2) {
		entry := tables["cmap"] + 4 + 8*i
		if table := tables["cmap"] + long(entry+4); short(table) == 4 {
			at = table
		}
	}
	if at == 0 {
		return nil, errFont
	}
	all = advances{}
	doubled := short(at + 6) // twice the number of segments
	for i := 0; i < doubled; i += 2 {
		end, start := short(at+14+i), short(at+16+doubled+i)
		delta, place := short(at+16+2*doubled+i), at+16+3*doubled+i
		for r := start; r <= end && r != 0xffff; r++ {
			glyph := r
			if offset := short(place); offset != 0 {
				if glyph = short(place + offset + 2*(r-start)); glyph == 0 {
					continue
				}
			}
			if glyph = (glyph + delta) & 0xffff; glyph != 0 {
				all[rune(r)] = advance(glyph)
			}
		}
	}
	return all, nil
}
