package table

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonParser reads one object at a time. Its methods return a reason, "" for
// success.
type jsonParser struct {
	b     []byte
	i     int
	c     *Chunk // for its scratch
	key   []byte // outer.inner
	visit func(key []byte, kind CellKind, value []byte)
}

const badJSON = "this is not valid JSON"

func (p *jsonParser) object(outer []byte) string {
	p.i = skipSpace(p.b, p.i+1)
	if p.i < len(p.b) && p.b[p.i] == '}' {
		p.i++
		return ""
	}
	for {
		if p.i >= len(p.b) || p.b[p.i] != '"' {
			return badJSON
		}
		key, ok := p.str()
		if !ok {
			return badJSON
		}
		p.i = skipSpace(p.b, p.i)
		if p.i >= len(p.b) || p.b[p.i] != ':' {
			return badJSON
		}
		p.i = skipSpace(p.b, p.i+1)
		if p.i >= len(p.b) {
			return badJSON
		}
		if outer != nil {
			p.key = append(append(append(p.key[:0], outer...), '.'), key...)
			key = p.key
		}
		switch b := p.b[p.i]; {
		case b == '"':
			v, ok := p.str()
			if !ok {
				return badJSON
			}
			p.visit(key, Text, v)
		case b == '{' && outer == nil:
			if key == nil {
				key = []byte{}
			}
			if reason := p.object(key); reason != "" {
				return reason
			}
		case b == '{' || b == '[':
			end, ok := skipValue(p.b, p.i)
			if !ok {
				return badJSON
			}
			p.i = end
			p.visit(key, kindNested, nil)
		default:
			end, _ := skipValue(p.b, p.i)
			v := p.b[p.i:end:end]
			switch {
			case string(v) == "null":
				p.visit(key, kindNull, nil)
			case string(v) == "true" || string(v) == "false":
				p.visit(key, Bool, v)
			case validNumber(v):
				p.visit(key, Number, v)
			default:
				return badJSON
			}
			p.i = end
		}
		p.i = skipSpace(p.b, p.i)
		if p.i >= len(p.b) {
			return badJSON
		}
		switch p.b[p.i] {
		case ',':
			p.i = skipSpace(p.b, p.i+1)
		case '}':
			p.i++
			return ""
		default:
			return badJSON
		}
	}
}

// str reads the string at i.
func (p *jsonParser) str() (text []byte, ok bool) {
	end, ok := skipString(p.b, p.i)
	if !ok {
		return nil, false
	}
	raw := p.b[p.i+1 : end-1 : end-1]
	p.i = end
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, true
	}
	mark := len(p.c.scratch)
	out := p.c.scratch
	for len(raw) > 0 {
		k := bytes.IndexByte(raw, '\\')
		if k < 0 {
			out = append(out, raw...)
			break
		}
		out = append(out, raw[:k]...)
		raw = raw[k+1:]
		if len(raw) == 0 {
			return nil, false
		}
		e := raw[0]
		raw = raw[1:]
		switch e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := hex4(raw)
			if !ok {
				return nil, false
			}
			raw = raw[4:]
			if utf16.IsSurrogate(r) && len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
				if low, ok := hex4(raw[2:]); ok {
					if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
						r = full
						raw = raw[6:]
					}
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			return nil, false
		}
	}
	p.c.scratch = out
	return out[mark:len(out):len(out)], true
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, x := range b[:4] {
		r <<= 4
		switch {
		case x >= '0' && x <= '9':
			r |= rune(x - '0')
		case x >= 'a' && x <= 'f':
			r |= rune(x-'a') + 10
		case x >= 'A' && x <= 'F':
			r |= rune(x-'A') + 10
		default:
			return 0, false
		}
	}
	return r, true
}
