package table

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// sharedStrings are the texts that cells name by number, end to end.
type sharedStrings struct {
	text []byte
	ends []uint64
}

func (s *sharedStrings) at(i int64) ([]byte, bool) {
	if i < 0 || i >= int64(len(s.ends)) {
		return nil, false
	}
	from, to := uint64(0), s.ends[i]
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:to:to], true
}

// readStrings reads the shared strings, which must be held as a whole since
// any cell may name any of them.
func (w *workbook) readStrings(relations []relation) error {
	part := w.related(relations, "sharedstrings")
	if part == nil {
		return nil
	}
	r, err := w.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 0, chunkSize)
	end := []byte("si>")
	var spare []byte
	for eof := false; !eof; {
		if buf, eof, err = fill(r, buf); err != nil {
			return w.damaged(err)
		}
		n := len(buf)
		if !eof {
			if n = bytes.LastIndex(buf, end); n < 0 {
				buf = append(make([]byte, 0, 2*cap(buf)), buf...)
				continue
			}
			n += len(end)
		}
		spare = w.strings.add(buf[:n], spare)
		buf = append(buf[:0], buf[n:]...)
	}
	if !utf8.Valid(w.strings.text) {
		return w.damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

// add reads whole <si> elements.
func (s *sharedStrings) add(b, spare []byte) []byte {
	x := xmlReader{b: b}
	phonetic := 0
	begin := len(s.text)
	for x.tag() {
		switch string(x.name) {
		case "si":
			if x.closing || x.single {
				if bytes.Contains(s.text[begin:], []byte("_x")) {
					spare = appendUnderscored(spare[:0], s.text[begin:])
					s.text = append(s.text[:begin], spare...)
				}
				s.ends = append(s.ends, uint64(len(s.text)))
			}
			begin = len(s.text)
		case "rPh": // how the text is read aloud, not part of it
			if x.closing {
				phonetic--
			} else if !x.single {
				phonetic++
			}
		case "t":
			if x.closing || x.single || phonetic > 0 {
				continue
			}
			text, direct := x.text(s.text)
			if direct {
				s.text = append(s.text, text...)
			} else {
				s.text = text
			}
		}
	}
	return spare
}
