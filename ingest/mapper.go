package ingest

import (
	"context"
	"encoding/binary"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"

	"github.com/fillrate/fillrate/ingest/merge"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
)

// mapper turns the rows of one part into rows of records, in one worker.
type mapper interface {
	// row maps one row. A rejection says why it was left out; an error refuses the whole load.
	row(ctx context.Context, line int, cells []table.Cell) (*rejection, error)
}

// rejection says why a row was refused, without quoting it.
type rejection struct{ column, reason string }

// schemas of the contents of a load.
var schemas = map[source.Content]*arrow.Schema{
	source.Requests:       merge.RequestSchema,
	source.Events:         merge.EventSchema,
	source.Notes:          merge.EventSchema,
	source.Patrons:        merge.PatronSchema,
	source.Partners:       merge.PartnerSchema,
	source.Closures:       merge.ClosureSchema,
	source.PartnerAliases: merge.PartnerAliasSchema,
	source.PartnerGroups:  merge.PartnerGroupSchema,
	source.SLATargets:     merge.SLATargetSchema,
	source.GroupWeights:   merge.GroupWeightSchema,
}

// newMapper gives a worker its mapper for a part.
func newMapper(p *part, out *records, load *load, tally *tally) mapper {
	base := rowMapper{part: p, out: out, load: load, tally: tally}
	base.ids = merge.NewRequestKeys(load.library, p.profile.Name)
	switch p.content() {
	case source.Requests:
		return newRequestMapper(base)
	case source.Events, source.Notes:
		return newEventMapper(base)
	case source.Patrons:
		return newPatronMapper(base)
	case source.Partners:
		return newPartnerMapper(base)
	default:
		return newReferenceMapper(base)
	}
}

// rowMapper is what all mappers share.
type rowMapper struct {
	part  *part
	out   *records
	load  *load
	tally *tally
	ids   *merge.RequestKeys
	// Scratch for a text and for an identifier that had to be rewritten.
	clean, idText []byte
}

// first gives the first of the cells at the positions that holds something, trimmed.
func (m *rowMapper) first(cells []table.Cell, at []int) []byte {
	for _, i := range at {
		if text := trim(cells[i].Text); len(text) > 0 && !m.part.profile.Nulls.Has(text) {
			return text
		}
	}
	return nil
}

// trim cuts white space, no-break spaces among it, from both ends.
func trim(b []byte) []byte {
	for len(b) > 0 {
		switch {
		case b[0] <= ' ':
			b = b[1:]
		case len(b) >= 2 && b[0] == 0xc2 && b[1] == 0xa0:
			b = b[2:]
		default:
			for len(b) > 0 {
				switch n := len(b); {
				case b[n-1] <= ' ':
					b = b[:n-1]
				case n >= 2 && b[n-2] == 0xc2 && b[n-1] == 0xa0:
					b = b[:n-2]
				default:
					return b
				}
			}
		}
	}
	return nil
}

// oneLine makes every run of white space one space, as exports break long titles over lines. The result is valid
// until the next call.
func (m *rowMapper) oneLine(b []byte) []byte {
	if isOneLine(b) {
		return b
	}
	m.clean = m.clean[:0]
	for i := 0; i < len(b); i++ {
		if b[i] > ' ' {
			m.clean = append(m.clean, b[i])
		} else if n := len(m.clean); n > 0 && m.clean[n-1] != ' ' {
			m.clean = append(m.clean, ' ')
		}
	}
	return m.clean
}

const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	spaces = ' ' * ones
)

// isOneLine says whether b holds no control character and no two spaces in a row; eight bytes at a time.
func isOneLine(b []byte) bool {
	spaceBefore := uint64(0)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		if (x-spaces)&^x&highs != 0 { // a byte below a space; a borrow can only make us look closer in vain
			return isOneLineSlowly(b)
		}
		y := x ^ spaces
		isSpace := ^((y&^uint64(highs) + ^uint64(highs)) | y) & highs // exact: the high bit of each byte that is a space
		if isSpace&(isSpace<<8|spaceBefore) != 0 {
			return false
		}
		spaceBefore = isSpace >> 56
	}
	return isOneLineSlowly(b[max(i-1, 0):])
}

func isOneLineSlowly(b []byte) bool {
	for i, c := range b {
		if c < ' ' || c == ' ' && i > 0 && b[i-1] == ' ' {
			return false
		}
	}
	return true
}

var (
	noIdentifier  = "is empty"
	badIdentifier = "is not a whole number"
	longText      = "is longer than any identifier"
)

// identifier reads the source's own key of a request. ILLiad's are whole numbers, written one way here whatever a
// spreadsheet made of them.
func (m *rowMapper) identifier(cells []table.Cell, at []int) (id []byte, bad string) {
	id = m.first(cells, at)
	switch {
	case len(id) == 0:
		return nil, noIdentifier
	case len(id) > 200:
		return nil, longText
	case !m.part.kind.Integer || isNumber(id):
		return id, ""
	}
	n, ok := table.ParseInt(id)
	if !ok || n <= 0 {
		return nil, badIdentifier
	}
	m.idText = strconv.AppendInt(m.idText[:0], n, 10)
	return m.idText, ""
}

// isNumber says whether b is a whole number as it is to be kept: digits without a leading zero.
func isNumber(b []byte) bool {
	if b[0] < '1' || b[0] > '9' || len(b) > 18 {
		return false
	}
	for _, c := range b[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// hasher collects the canonical values of a row, each told apart from its neighbours, to hash them at once.
type hasher struct{ row []byte }

func (h *hasher) text(value []byte) {
	h.row = binary.AppendUvarint(h.row, uint64(len(value))+1)
	h.row = append(h.row, value...)
}

func (h *hasher) word(value string) {
	h.row = binary.AppendUvarint(h.row, uint64(len(value))+1)
	h.row = append(h.row, value...)
}

func (h *hasher) number(value int64) {
	h.row = append(h.row, 8)
	h.row = binary.LittleEndian.AppendUint64(h.row, uint64(value))
}

func (h *hasher) none() { h.row = append(h.row, 0) }

// sum is never 0, which stands for no hash.
func (h *hasher) sum() int64 {
	if sum := int64(xxhash.Sum64(h.row)); sum != 0 {
		return sum
	}
	return 1
}
