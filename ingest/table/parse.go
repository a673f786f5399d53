package table

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"
)

// trim removes white space, the no-break spaces of other programs included,
// from both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] <= ' ' || b[0] >= utf8.RuneSelf) {
		if b[0] <= ' ' {
			b = b[1:]
			continue
		}
		n := leadingSpace(b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	for len(b) > 0 {
		last := b[len(b)-1]
		switch {
		case last <= ' ':
			b = b[:len(b)-1]
			continue
		case bytes.HasSuffix(b, []byte("\u00a0")):
			b = b[:len(b)-2]
			continue
		case bytes.HasSuffix(b, []byte("\u202f")), bytes.HasSuffix(b, []byte("\u2009")):
			b = b[:len(b)-3]
			continue
		}
		break
	}
	return b
}

// leadingSpace is the length of the no-break or thin space at the start of b.
func leadingSpace(b []byte) int {
	if len(b) >= 2 && b[0] == 0xc2 && b[1] == 0xa0 {
		return 2
	}
	if len(b) >= 3 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xaf || b[2] == 0x89) {
		return 3
	}
	return 0
}

// IsNull reports whether a cell says that it holds nothing: it is empty or
// white space, or reads N/A, NA or NULL in any case.
func IsNull(b []byte) bool {
	b = trim(b)
	switch len(b) {
	case 0:
		return true
	case 2:
		return b[0]|0x20 == 'n' && b[1]|0x20 == 'a'
	case 3:
		return b[0]|0x20 == 'n' && b[1] == '/' && b[2]|0x20 == 'a'
	case 4:
		return b[0]|0x20 == 'n' && b[1]|0x20 == 'u' && b[2]|0x20 == 'l' && b[3]|0x20 == 'l'
	}
	return false
}

// ParseInt reads a whole number: digits with an optional sign, thousands
// separated by commas ("44,863"), and a fraction of zeros, as spreadsheets add
// one ("314832.0"). White space around it is ignored.
func ParseInt(b []byte) (int64, bool) {
	b = trim(b)
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	var n int64
	count := 0  // digits
	group := -1 // digits since the last comma
	i := 0
	for ; i < len(b); i++ {
		x := b[i]
		if x == ',' {
			if group >= 0 && group != 3 || group < 0 && (count == 0 || count > 3) {
				return 0, false
			}
			group = 0
			continue
		}
		if x < '0' || x > '9' {
			break
		}
		d := int64(x - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
		count++
		if group >= 0 {
			group++
		}
	}
	if count == 0 || group >= 0 && group != 3 {
		return 0, false
	}
	if i < len(b) {
		if b[i] != '.' || i+1 == len(b) {
			return 0, false
		}
		for _, x := range b[i+1:] {
			if x != '0' {
				return 0, false
			}
		}
	}
	if neg {
		n = -n
	}
	return n, true
}

// currencySigns maps what stands before or behind an amount to ISO 4217 where
// it can mean one currency only. "$" and "¥" cannot and are returned as they are.
var currencySigns = map[string]string{
	"€": "EUR", "£": "GBP", "$": "$", "¥": "¥", "R": "ZAR", "R$": "BRL",
	"US$": "USD", "USD$": "USD", "CA$": "CAD", "CAN$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
	"₹": "INR", "₩": "KRW", "JP¥": "JPY", "CN¥": "CNY", "元": "CNY", "円": "JPY",
}

// ParseMoney reads an amount and returns it in hundredths of its unit, rounded
// half away from zero, with the currency that stands beside it: an ISO 4217
// code, "$" or "¥" as they are (several currencies share them), or "".
//
// Either point or comma may mark decimals. One mark that is followed by three
// digits separates thousands if it is a comma ("1,234"); if it is a point
// ("1.234") the amount cannot be told and ok is false, as it is for anything
// that is not an amount, an empty cell included. Amounts in parentheses are
// negative.
func ParseMoney(b []byte) (cents int64, currency string, ok bool) {
	b = trim(b)
	neg := false
	if len(b) > 2 && b[0] == '(' && b[len(b)-1] == ')' {
		neg = true
		b = trim(b[1 : len(b)-1])
	}
	first, last := -1, -1
	for i, x := range b {
		if x >= '0' && x <= '9' {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return 0, "", false
	}
	if first > 0 && (b[first-1] == '.' || b[first-1] == ',') {
		first-- // .50
	}
	before, after := trim(b[:first]), trim(b[last+1:])
	for range 2 { // -$5 and $-5
		if len(before) > 0 && before[len(before)-1] == '-' {
			neg, before = !neg, trim(before[:len(before)-1])
		} else if len(before) > 0 && before[0] == '-' {
			neg, before = !neg, trim(before[1:])
		} else if len(before) > 0 && before[0] == '+' {
			before = trim(before[1:])
		}
	}
	if len(after) > 0 && (after[0] == '.' || after[0] == ',') && len(trim(after[1:])) == 0 {
		after = nil // "15." is 15
	} else if string(after) == ".-" || string(after) == ",-" {
		after = nil // Swiss and Dutch "15.-"
	}
	if len(before) > 0 && len(after) > 0 {
		return 0, "", false
	}
	sign := before
	if len(after) > 0 {
		sign = after
	}
	if len(sign) > 0 {
		if currency, ok = currencyOf(sign); !ok {
			return 0, "", false
		}
	}
	cents, ok = amount(b[first : last+1])
	if !ok {
		return 0, "", false
	}
	if neg {
		cents = -cents
	}
	return cents, currency, true
}

func currencyOf(sign []byte) (string, bool) {
	if string(sign) == "$" {
		return "$", true
	}
	s := strings.ToUpper(string(sign))
	if c, ok := currencySigns[s]; ok {
		return c, true
	}
	if len(s) < 2 || len(s) > 3 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return "", false
		}
	}
	return s, true
}

// amount reads digits with separators as hundredths.
func amount(b []byte) (int64, bool) {
	points, commas := bytes.Count(b, []byte{'.'}), bytes.Count(b, []byte{','})
	point, comma := bytes.LastIndexByte(b, '.'), bytes.LastIndexByte(b, ',')
	decimal := -1 // where the fraction begins
	var group byte
	switch {
	case points == 0 && commas == 0:
	case points > 0 && commas > 0:
		if point > comma {
			decimal, group = point, ','
		} else {
			decimal, group = comma, '.'
		}
		if bytes.Count(b, []byte{b[decimal]}) > 1 {
			return 0, false
		}
	case points > 1:
		group = '.'
	case commas > 1:
		group = ','
	case points == 1:
		if len(b)-point-1 == 3 && point > 0 && b[0] != '0' && point <= 3 {
			return 0, false
		}
		decimal = point
	default:
		if len(b)-comma-1 == 3 && comma > 0 && b[0] != '0' && comma <= 3 {
			group = ','
		} else {
			decimal = comma
		}
	}
	whole, fraction := b, []byte(nil)
	if decimal >= 0 {
		whole, fraction = b[:decimal], b[decimal+1:]
	}
	var n int64
	run, grouped := 0, false
	for i := 0; i < len(whole); {
		x := whole[i]
		if x >= '0' && x <= '9' {
			if n > (math.MaxInt64/100-9)/10 {
				return 0, false
			}
			n = n*10 + int64(x-'0')
			run++
			i++
			continue
		}
		size := leadingSpace(whole[i:])
		switch {
		case size > 0:
		case x == ' ', x == '\'':
			size = 1
		case group != 0 && x == group:
			size = 1
		default:
			return 0, false
		}
		if grouped && run != 3 || !grouped && (run == 0 || run > 3) {
			return 0, false
		}
		grouped, run = true, 0
		i += size
	}
	if grouped && run != 3 {
		return 0, false
	}
	n *= 100
	for i, x := range fraction {
		if x < '0' || x > '9' {
			return 0, false
		}
		switch i {
		case 0:
			n += int64(x-'0') * 10
		case 1:
			n += int64(x - '0')
		case 2:
			if x >= '5' {
				n++
			}
		}
	}
	return n, true
}
