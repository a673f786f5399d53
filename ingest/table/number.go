package table

import (
	"math"
	"strconv"
	"unsafe"
)

// number returns the canonical text of a number as a file writes it, and its
// value: integers carry neither ".0" nor an exponent, other numbers are the
// shortest decimal that reads back the same. Long integers keep their digits.
func (c *Chunk) number(raw []byte) ([]byte, float64) {
	if n, ok := digits(raw); ok {
		return raw, float64(n)
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(raw), len(raw)), 64)
	if err != nil {
		return raw, 0 // out of range
	}
	if k := len(raw) - 2; k > 0 && raw[k] == '.' && raw[k+1] == '0' {
		if _, ok := digits(raw[:k]); ok {
			return raw[:k:k], f
		}
	}
	mark := len(c.scratch)
	switch {
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		c.scratch = strconv.AppendInt(c.scratch, int64(f), 10)
	case integral(raw) || math.Abs(f) >= 1e21:
		return raw, f
	default:
		c.scratch = strconv.AppendFloat(c.scratch, f, 'f', -1, 64)
	}
	return c.scratch[mark:len(c.scratch):len(c.scratch)], f
}

// digits reads a plain integer of up to 18 digits without leading zeros.
func digits(b []byte) (int64, bool) {
	neg := len(b) > 1 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 || b[0] == '0' && (len(b) > 1 || neg) {
		return 0, false
	}
	var n int64
	for _, x := range b {
		if x < '0' || x > '9' {
			return 0, false
		}
		n = n*10 + int64(x-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

// integral reports whether the text of a number has digits only.
func integral(b []byte) bool {
	for i, x := range b {
		if (x < '0' || x > '9') && !(i == 0 && x == '-') {
			return false
		}
	}
	return true
}

// validNumber reports whether v is a number as JSON and workbooks write it.
func validNumber(v []byte) bool {
	i := 0
	if i < len(v) && (v[i] == '-' || v[i] == '+') {
		i++
	}
	digits := 0
	for i < len(v) && v[i] >= '0' && v[i] <= '9' {
		i++
		digits++
	}
	if i < len(v) && v[i] == '.' {
		for i++; i < len(v) && v[i] >= '0' && v[i] <= '9'; i++ {
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(v) && (v[i] == 'e' || v[i] == 'E') {
		i++
		if i < len(v) && (v[i] == '-' || v[i] == '+') {
			i++
		}
		mark := i
		for i < len(v) && v[i] >= '0' && v[i] <= '9' {
			i++
		}
		if i == mark {
			return false
		}
	}
	return i == len(v)
}
