package table

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// charset is how the bytes of a chunk are to be read. Streams in other
// encodings are turned into UTF-8 before they are cut.
type charset byte

const (
	charsetUTF8 charset = iota
	charsetWindows1252
)

// windows1252 holds the UTF-8 form of each byte and its length.
var windows1252 = func() (t [256]struct {
	b [utf8.UTFMax]byte
	n int
}) {
	for i := range t {
		t[i].n = utf8.EncodeRune(t[i].b[:], charmap.Windows1252.DecodeByte(byte(i)))
	}
	return t
}()

// utf8 returns the chunk's bytes as UTF-8, or nearly: a UTF-8 stream may hold
// damaged characters, which are repaired field by field.
func (c *Chunk) utf8(from charset) []byte {
	if from == charsetUTF8 || ascii(c.buf) {
		return c.buf
	}
	c.recoded = appendWindows1252(c.recoded[:0], c.buf)
	return c.recoded
}

func ascii(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&^low7 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, x := range b {
		if x >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendWindows1252(dst, src []byte) []byte {
	for len(src) > 0 {
		n := 0
		for n < len(src) && src[n] < utf8.RuneSelf {
			n++
		}
		dst = append(dst, src[:n]...)
		if n == len(src) {
			break
		}
		e := &windows1252[src[n]]
		dst = append(dst, e.b[:e.n]...)
		src = src[n+1:]
	}
	return dst
}

// repair reads the cells that are no valid UTF-8 as Windows-1252.
func (c *Chunk) repair(cells []Cell) {
	for i := range cells {
		if utf8.Valid(cells[i].Text) {
			continue
		}
		mark := len(c.scratch)
		c.scratch = appendWindows1252(c.scratch, cells[i].Text)
		cells[i].Text = c.scratch[mark:len(c.scratch):len(c.scratch)]
		c.table.file.noteLater("some fields are not valid UTF-8, unlike the rest of the file; they were read as Windows-1252")
	}
}

// encodingChoice is what the first bytes of a text stream say.
type encodingChoice struct {
	name    string // for File.Encoding
	bom     int    // bytes to skip
	charset charset
	decode  func() transform.Transformer // nil: the stream is cut as it is
	note    string
}

// chooseEncoding decides from the first bytes of a stream, or by name.
func chooseEncoding(sample []byte, name string) (encodingChoice, error) {
	little := encodingChoice{name: "utf-16le", decode: func() transform.Transformer {
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	}}
	big := encodingChoice{name: "utf-16be", decode: func() transform.Transformer {
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}}
	utf := encodingChoice{name: "utf-8"}
	western := encodingChoice{name: "windows-1252", charset: charsetWindows1252}
	switch {
	case bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		utf.bom = 3
		return utf, nil
	case bytes.HasPrefix(sample, []byte("\xff\xfe")):
		little.bom = 2
		return little, nil
	case bytes.HasPrefix(sample, []byte("\xfe\xff")):
		big.bom = 2
		return big, nil
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "":
	case "utf-8", "utf8", "ascii", "us-ascii":
		return utf, nil
	case "windows-1252", "cp1252", "iso-8859-1", "latin1", "latin-1":
		return western, nil
	case "utf-16", "utf-16le", "utf16":
		return little, nil
	case "utf-16be":
		return big, nil
	default:
		enc, err := htmlindex.Get(name)
		if err != nil {
			return utf, &FileError{Reason: "there is no text encoding named " + name, Remedy: "use utf-8, utf-16le, windows-1252, shift_jis, gb18030 or another name of the WHATWG list"}
		}
		canonical, err := htmlindex.Name(enc)
		if err != nil {
			canonical = strings.ToLower(name)
		}
		return encodingChoice{name: canonical, decode: func() transform.Transformer { return enc.NewDecoder() }}, nil
	}

	// Without a mark, UTF-16 shows by the zero half of its ASCII characters.
	if len(sample) >= 4 {
		head := sample[:min(len(sample), 1<<12)&^1]
		even, odd := 0, 0
		for i := 0; i < len(head); i += 2 {
			if head[i] == 0 {
				even++
			}
			if head[i+1] == 0 {
				odd++
			}
		}
		half := len(head) / 2
		switch {
		case odd > half/2 && even <= half/50:
			little.note = "the text has no byte order mark and was read as UTF-16LE"
			return little, nil
		case even > half/2 && odd <= half/50:
			big.note = "the text has no byte order mark and was read as UTF-16BE"
			return big, nil
		}
	}

	// Two bytes of Windows-1252 hardly ever look like one character of UTF-8,
	// so a few damaged bytes among many good characters are damage.
	good, bad := 0, 0
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && n == 1 {
			if !utf8.FullRune(sample[i:]) {
				break // cut by the end of the sample
			}
			bad++
		} else {
			good++
		}
		i += n
	}
	if bad > 0 && good < 10*bad {
		western.note = "the text is not valid UTF-8 and was read as Windows-1252; if names look wrong, say --encoding"
		return western, nil
	}
	return utf, nil
}
