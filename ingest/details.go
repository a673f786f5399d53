package ingest

import (
	"bytes"
	"context"

	"github.com/fillrate/fillrate/ingest/table"
)

// readDetail maps the columns that describe what was asked for and by whom. None of them can refuse a row: what
// cannot be read is left empty.
func (m *requestMapper) readDetail(ctx context.Context, row int, s *step, cells []table.Cell, line int) error {
	if s.do == doNeedBy {
		return m.readNeedBy(ctx, row, s, cells, line)
	}
	text := m.first(cells, s.at)
	if text == nil {
		m.keepNone()
		return nil
	}
	switch s.do {
	case doText:
		text = m.oneLine(text)
		s.text.set(row, text)
		m.keepText(text)
	case doPartnerNumber:
		if !isNumber(text) {
			text = m.oneLine(text)
		}
		s.text.set(row, text)
		m.keepText(text)
	case doPatron:
		key := m.patrons.key(text)
		m.patronKey.set(row, key)
		m.hash.number(key)
		if m.occurs != nil {
			m.raw.number(key)
		}
	case doISSN, doISBN:
		m.readNumbers(row, s, text)
	case doDOI:
		if doi := m.readDOI(text); doi != nil {
			m.doi.set(row, doi)
			m.keepText(doi)
		} else {
			m.keepNone()
		}
	case doYear:
		year := readYear(text)
		if year != 0 {
			m.year.set(row, year)
		}
		m.hash.number(year)
		m.keepRaw(text)
	case doCurrency:
		m.currency.set(row, text)
		m.keepText(text)
	case doRota:
		m.readRota(row, text)
	case doCopyright:
		rule := *m.copyrights.get(text)
		setWord(m.copyright, row, rule)
		m.hash.word(rule)
		m.keepRaw(text)
	case doRush:
		rush := *m.rushes.get(text)
		if rush >= 0 {
			m.rush.set(row, rush)
		}
		m.hash.number(rush)
		m.keepRaw(text)
	}
	return nil
}

// readRota reads the lenders to ask in order, parted by commas, semicolons, bars, arrows or white space, and keeps them as
// the partners that they are: pseudo-lenders, which are never asked, left out.
func (m *requestMapper) readRota(row int, text []byte) {
	m.keepRaw(text)
	m.asked = m.asked[:0]
	for len(text) > 0 {
		end := 0
		for end < len(text) && !isRotaBreak(text[end]) {
			end++
		}
		if end > 0 {
			if lender := m.partners.get(text[:end]); lender.symbol != "" {
				m.asked = append(append(m.asked, lender.symbol...), ',')
			}
		}
		text = text[min(end+1, len(text)):]
	}
	if len(m.asked) == 0 {
		m.hash.none()
		return
	}
	m.asked = m.asked[:len(m.asked)-1]
	m.rota.set(row, m.asked)
	m.hash.text(m.asked)
}

func isRotaBreak(c byte) bool { return c <= ' ' || c == ',' || c == ';' || c == '|' || c == '>' }

// readNeedBy reads a day that readers often type by hand: it neither proves nor contradicts the file's date order.
func (m *requestMapper) readNeedBy(ctx context.Context, row int, s *step, cells []table.Cell, line int) error {
	for _, at := range s.at {
		local, ok, err := m.part.dates.readLoosely(ctx, &cells[at])
		if err != nil {
			return err
		}
		if ok {
			day := floorDay(local)
			m.needBy.set(row, day)
			m.hash.number(day)
			m.keepRaw(cells[at].Text)
			return nil
		}
	}
	m.keepNone()
	return nil
}

const microsPerDay = 86400e6

// floorDay gives the days since 1970 of a reading of the wall clock.
func floorDay(local int64) int64 {
	day := local / microsPerDay
	if local%microsPerDay < 0 {
		day--
	}
	return day
}

// readNumbers finds an ISSN and an ISBN in a cell that may hold several, with notes beside them. Only numbers with a
// right check digit are kept: a wrong one matches nothing.
func (m *requestMapper) readNumbers(row int, s *step, text []byte) {
	var issn, isbn []byte
	for len(text) > 0 && (issn == nil || isbn == nil) {
		start := 0
		for start < len(text) && !isNumberByte(text[start]) {
			start++
		}
		end := start
		for end < len(text) && isNumberByte(text[end]) {
			end++
		}
		switch number := m.standardNumber(text[start:end]); {
		case len(number) == 9 && issn == nil && s.do == doISSN:
			issn = number
		case len(number) >= 10 && isbn == nil:
			isbn = number
		}
		text = text[end:]
	}
	if issn != nil {
		m.issn.set(row, issn)
		m.keepText(issn)
	} else {
		m.keepNone()
	}
	if isbn != nil && (s.do == doISBN || s.alone) {
		m.isbn.set(row, isbn)
		m.keepText(isbn)
	}
}

func isNumberByte(c byte) bool { return '0' <= c && c <= '9' || c == '-' || c == 'X' || c == 'x' }

// standardNumber gives an ISSN as 0032-3896, an ISBN without hyphens, or nil.
func (m *requestMapper) standardNumber(token []byte) []byte {
	if len(token) < 8 {
		return nil
	}
	var digits [13]byte
	n := 0
	for _, c := range token {
		if c == '-' {
			continue
		}
		if n == len(digits) || (c == 'X' || c == 'x') && n != 7 && n != 9 {
			return nil
		}
		digits[n] = c &^ ('x' - 'X')
		if '0' <= c && c <= '9' {
			digits[n] = c
		}
		n++
	}
	switch {
	case n == 8 && weighted(digits[:8], 8)%11 == 0:
		start := len(m.numbers)
		m.numbers = append(append(append(m.numbers, digits[:4]...), '-'), digits[4:8]...)
		return m.numbers[start:]
	case n == 10 && weighted(digits[:10], 10)%11 == 0, n == 13 && digits[0] == '9' && digits[1] == '7' && ean(digits[:13])%10 == 0:
		start := len(m.numbers)
		m.numbers = append(m.numbers, digits[:n]...)
		return m.numbers[start:]
	}
	return nil
}

// weighted sums the digits times weight, weight-1, … 1; X is ten.
func weighted(digits []byte, weight int) int {
	sum := 0
	for i, c := range digits {
		value := int(c - '0')
		if c == 'X' {
			value = 10
		}
		sum += value * (weight - i)
	}
	return sum
}

// ean sums the digits times 1 and 3 by turns.
func ean(digits []byte) int {
	sum := 0
	for i, c := range digits {
		sum += int(c-'0') * (1 + 2*(i&1))
	}
	return sum
}

// readDOI finds a DOI after a resolver's address or a label; a spreadsheet that ate the leading 1 leaves none.
func (m *requestMapper) readDOI(text []byte) []byte {
	at := bytes.Index(text, []byte("10."))
	if at < 0 || bytes.IndexByte(text[at:], '/') < 0 {
		return nil
	}
	text = text[at:]
	if end := bytes.IndexAny(text, " \t\r\n"); end >= 0 {
		text = text[:end]
	}
	m.clean = m.clean[:0]
	for _, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		m.clean = append(m.clean, c)
	}
	return m.clean
}

// readYear finds a year of publication in texts such as 2014, 20120401, 9 2016 or c1999; 0: none.
func readYear(text []byte) int64 {
	for i := 0; i+4 <= len(text); i++ {
		if i > 0 && isDigit(text[i-1]) {
			continue
		}
		year, n := int64(0), 0
		for n < 4 && isDigit(text[i+n]) {
			year = year*10 + int64(text[i+n]-'0')
			n++
		}
		if n == 4 && 1400 <= year && year <= 2100 {
			return year
		}
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
