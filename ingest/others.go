package ingest

import (
	"bytes"
	"context"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
)

// eventMapper maps rows of a tracking table, and those notes that tell a status change.
type eventMapper struct {
	rowMapper
	id, happened, from, to, author, note []int
	statuses                             words[meaning]

	requestID, happenedAt, batch        *fixedColumn
	fromRaw, fromStatus, toRaw, toState *textColumn
}

func newEventMapper(base rowMapper) *eventMapper {
	p, out := base.part, base.out
	return &eventMapper{
		rowMapper: base,
		id:        p.cells("source_id"), happened: p.cells("happened_at"),
		from: p.cells("from_status"), to: p.cells("status"), author: p.cells("author"), note: p.cells("note"),
		statuses:  newWords(func(word string) meaning { return statusMeaning(p.profile, word) }),
		requestID: out.number("request_id"), happenedAt: out.number("happened_at"), batch: out.number("batch_id"),
		fromRaw: out.text("from_status_raw"), fromStatus: out.text("from_status"), toRaw: out.text("to_status_raw"), toState: out.text("to_status"),
	}
}

func (m *eventMapper) heading(at []int) string { return m.part.table.Heading[at[0]] }

func (m *eventMapper) row(ctx context.Context, line int, cells []table.Cell) (*rejection, error) {
	isNote := m.part.content() == source.Notes
	if isNote && !m.tells(cells) {
		m.tally.skipped++
		return nil, nil
	}
	id, bad := m.identifier(cells, m.id)
	if bad != "" {
		return &rejection{m.heading(m.id), bad}, nil
	}
	utc, _, ok, bad, err := m.part.dates.read(ctx, &cells[m.happened[0]], line)
	switch {
	case err != nil:
		return nil, err
	case bad == "" && !ok:
		bad = "is empty"
	case utc > m.load.latest:
		bad = inFuture
	}
	if bad != "" {
		return &rejection{m.heading(m.happened), bad}, nil
	}
	row := m.out.row
	if isNote {
		m.toState.setString(row, m.part.kind.NoteStatus)
	} else {
		text := m.first(cells, m.to)
		if text == nil {
			return &rejection{m.heading(m.to), "is empty"}, nil
		}
		to := m.statuses.get(text)
		m.tally.status(to)
		m.toRaw.setString(row, to.raw)
		m.toState.setString(row, to.word)
		if text := m.first(cells, m.from); text != nil {
			from := m.statuses.get(text)
			m.fromRaw.setString(row, from.raw)
			m.fromStatus.setString(row, from.word)
		}
	}
	m.requestID.set(row, m.ids.Key(id))
	m.happenedAt.set(row, utc)
	m.batch.set(row, int64(m.part.batch))
	m.out.row++
	return nil, nil
}

// tells picks the notes of the system itself that tell a status change; the text of no note is kept.
func (m *eventMapper) tells(cells []table.Cell) bool {
	author := m.first(cells, m.author)
	if !strings.EqualFold(string(author), m.part.kind.NoteAuthor) {
		return false
	}
	note := m.first(cells, m.note)
	return bytes.Contains(bytes.ToLower(note), []byte(m.part.kind.NoteContains))
}

// patronMapper maps rows of a table of readers.
type patronMapper struct {
	rowMapper
	patron, group, department, site []int
	patrons                         *patronKeys

	key, batch                                   *fixedColumn
	library, sourceName, groupText, depText, pup *textColumn
}

func newPatronMapper(base rowMapper) *patronMapper {
	p, out := base.part, base.out
	return &patronMapper{
		rowMapper: base, patrons: newPatronKeys(base.load),
		patron: p.cells("patron"), group: p.cells("patron_group"), department: p.cells("department"), site: p.cells("pickup_site"),
		key: out.number("patron_key"), batch: out.number("batch_id"),
		library: out.text("library"), sourceName: out.text("source"),
		groupText: out.text("patron_group"), depText: out.text("department"), pup: out.text("pickup_site"),
	}
}

func (m *patronMapper) row(_ context.Context, _ int, cells []table.Cell) (*rejection, error) {
	name := m.first(cells, m.patron)
	if name == nil {
		return &rejection{m.part.table.Heading[m.patron[0]], noIdentifier}, nil
	}
	row := m.out.row
	m.key.set(row, m.patrons.key(name))
	m.copyText(row, m.groupText, cells, m.group)
	m.copyText(row, m.depText, cells, m.department)
	m.copyText(row, m.pup, cells, m.site)
	m.library.setString(row, m.load.library)
	m.sourceName.setString(row, m.part.profile.Name)
	m.batch.set(row, int64(m.part.batch))
	m.out.row++
	return nil, nil
}

// copyText sets a column to a cell's text on one line, where there is any.
func (m *rowMapper) copyText(row int, to *textColumn, cells []table.Cell, at []int) {
	if text := m.first(cells, at); text != nil {
		to.set(row, m.oneLine(text))
	}
}

// partnerMapper maps rows of a table of partner libraries.
type partnerMapper struct {
	rowMapper
	number, symbol, name, email, address []int

	batch                                                                        *fixedColumn
	library, sourceName, numberText, symbolText, nameTxt, emailText, addressText *textColumn
}

func newPartnerMapper(base rowMapper) *partnerMapper {
	p, out := base.part, base.out
	return &partnerMapper{
		rowMapper: base,
		number:    p.cells("partner_number"), symbol: p.cells("symbol"), name: p.cells("name"),
		email: p.cells("email"), address: p.cells("address"),
		batch: out.number("batch_id"), library: out.text("library"), sourceName: out.text("source"),
		numberText: out.text("partner_number"), symbolText: out.text("symbol"), nameTxt: out.text("name"),
		emailText: out.text("email"), addressText: out.text("address"),
	}
}

func (m *partnerMapper) row(_ context.Context, _ int, cells []table.Cell) (*rejection, error) {
	if m.first(cells, m.number) == nil {
		return &rejection{m.part.table.Heading[m.number[0]], noIdentifier}, nil
	}
	row := m.out.row
	m.copyText(row, m.numberText, cells, m.number)
	if text := m.first(cells, m.symbol); text != nil {
		setWord(m.symbolText, row, readPartner(m.part.profile, string(text)).symbol)
	}
	m.copyText(row, m.nameTxt, cells, m.name)
	if email := mailAddress(m.first(cells, m.email)); email != "" {
		m.emailText.setString(row, email)
	}
	if address := m.postalAddress(cells); address != "" {
		m.addressText.setString(row, address)
	}
	m.library.setString(row, m.load.library)
	m.sourceName.setString(row, m.part.profile.Name)
	m.batch.set(row, int64(m.part.batch))
	m.out.row++
	return nil, nil
}

// mailAddress gives the first of the e-mail addresses in a cell, bare; empty where there is none.
func mailAddress(text []byte) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(string(text), ",", ";"), ";")
	parsed, err := mail.ParseAddress(strings.TrimSpace(first))
	if err != nil || len(parsed.Address) > 254 {
		return ""
	}
	return parsed.Address // without the name that may stand before it
}

// personLine finds a line of an address that is there to name a person.
var personLine = regexp.MustCompile(`(?i)^(attn|attention|contact|c/o|care of)\b`)

// maxAddressLine is in bytes: a line of a label.
const maxAddressLine = 200

// postalAddress puts the lines of a partner's address under one another.
func (m *partnerMapper) postalAddress(cells []table.Cell) string {
	var lines []string
	for _, at := range m.address {
		line := string(m.oneLine(m.first(cells, []int{at})))
		if line == "" || len(line) > maxAddressLine || personLine.MatchString(line) {
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// referenceMapper maps rows of a reference file: each column of its schema from the column of the same name.
type referenceMapper struct {
	rowMapper
	columns []referenceColumn
}

type referenceColumn struct {
	at       []int
	heading  string
	text     *textColumn
	fixed    *fixedColumn
	day      bool
	optional bool
	words    []string                                    // all that a text may be; nil: any
	number   func(text string) (value int64, bad string) // of a column that is neither text nor day
}

// referenceWords and referenceNumbers hold what a column of a reference file may say.
var (
	referenceWords   = map[string][]string{"role": source.Roles, "kind": source.Kinds}
	referenceNumbers = map[string]func(string) (int64, string){"days": readDays, "weight": readWeight}
)

// readDays reads a number of days, as the bits of a double.
func readDays(text string) (int64, string) {
	days, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || !(days > 0) || days > 36500 {
		return 0, "is not a number of days over 0, such as 3 or 1.5"
	}
	return int64(math.Float64bits(days)), ""
}

// readWeight reads the weight of a patron group.
func readWeight(text string) (int64, string) {
	weight, ok := table.ParseInt([]byte(text))
	if !ok || weight < 0 || weight > 100 {
		return 0, "is not a whole number from 0 to 100"
	}
	return weight, ""
}

func newReferenceMapper(base rowMapper) *referenceMapper {
	m := &referenceMapper{rowMapper: base}
	for i, field := range base.out.schema.Fields() {
		at := base.part.cells(field.Name)
		m.columns = append(m.columns, referenceColumn{
			at: at, heading: base.part.table.Heading[at[0]], text: base.out.texts[i], fixed: base.out.fixed[i],
			day: field.Type.ID() == arrow.DATE32, optional: field.Name == "name",
			words: referenceWords[field.Name], number: referenceNumbers[field.Name],
		})
	}
	return m
}

func (m *referenceMapper) row(ctx context.Context, line int, cells []table.Cell) (*rejection, error) {
	row := m.out.row
	for i := range m.columns {
		c := &m.columns[i]
		if c.day {
			_, local, ok, bad, err := m.part.dates.read(ctx, &cells[c.at[0]], line)
			if err != nil {
				return nil, err
			}
			if bad == "" && !ok {
				bad = noIdentifier
			}
			if bad != "" {
				return &rejection{c.heading, bad}, nil
			}
			c.fixed.set(row, floorDay(local))
			continue
		}
		text := m.first(cells, c.at)
		if text == nil && !c.optional {
			return &rejection{c.heading, noIdentifier}, nil
		}
		if text == nil {
			continue
		}
		if c.number != nil {
			value, bad := c.number(string(text))
			if bad != "" {
				return &rejection{c.heading, bad}, nil
			}
			c.fixed.set(row, value)
			continue
		}
		if c.words != nil {
			if text = bytes.ToLower(text); !slices.Contains(c.words, string(text)) {
				return &rejection{c.heading, "is none of " + strings.Join(c.words, ", ")}, nil
			}
		}
		c.text.set(row, m.oneLine(text))
	}
	m.out.row++
	return nil, nil
}
