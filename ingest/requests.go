package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/ingest/merge"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
)

// requestMapper maps rows of a table of requests.
type requestMapper struct {
	rowMapper
	id, role, kind    []int
	plans             [3][3]*plan // by role and kind
	defaultRole       int         // -1: none
	defaultKind       int
	roles, kinds      words[int]
	statuses, reasons words[meaning]
	networks          words[string]
	rushes            words[int64] // 1, 0, or -1: not told
	copyrights        words[string]
	asked             []byte // scratch for the rota of the row at hand
	numbers           []byte // scratch for standard numbers of the row at hand
	partners          words[partner]
	patrons           *patronKeys

	hash, raw hasher
	occurs    *occurrences

	requestID, patronKey, rowHash, batch *fixedColumn
	cost, year, needBy, rush             *fixedColumn
	library, sourceName, sourceID        *textColumn
	roleText, kindText                   *textColumn
	columns                              *fixedColumn
	statusRaw, status                    *textColumn
	reasonRaw, reason                    *textColumn
	network, filledBy                    *textColumn
	partnerRaw, partner                  *textColumn
	issn, isbn, doi, currency            *textColumn
	rota, copyright                      *textColumn
	milestones                           [len(timeColumns)]*fixedColumn
	times                                [len(timeColumns)]instant // of the row at hand
}

// timeColumns are the columns of a request that hold a date with its time, in the schema's order.
var timeColumns = [...]string{
	"created_at", "sent_at", "shipped_at", "received_at", "available_at", "due_at", "returned_at", "closed_at", "last_change_at",
}

const (
	createdAt = iota
	sentAt
	shippedAt
	receivedAt
	availableAt
	dueAt
	returnedAt
	closedAt
	lastChangeAt
)

type instant struct {
	utc, local int64
	ok         bool
}

// meaning is a word of the source and what it means; unknown words mean nothing.
type meaning struct {
	raw   string
	word  string
	known bool
	code  int // position in source.Statuses
}

// partner is a lender or borrower as the source names it.
type partner struct{ raw, symbol, filledBy, network string }

// step says what to do with a column of a row.
type step struct {
	column string
	do     action
	at     []int
	text   *textColumn
	time   int
	alone  bool // cost without a column for the currency, issn without one for ISBNs
}

type action byte

const (
	doTime action = iota
	doText
	doStatus
	doReason
	doNetwork
	doPartner
	doPartnerNumber
	doPatron
	doISSN
	doISBN
	doDOI
	doYear
	doCost
	doCurrency
	doNeedBy
	doRush
	doRota
	doCopyright
)

var actions = map[string]action{
	"status": doStatus, "reason": doReason, "network": doNetwork, "partner": doPartner, "partner_number": doPartnerNumber,
	"patron": doPatron, "issn": doISSN, "isbn": doISBN, "doi": doDOI, "publication_year": doYear, "cost": doCost, "currency": doCurrency,
	"need_by": doNeedBy, "rush": doRush, "rota": doRota, "copyright": doCopyright,
}

// plan is what to do with the rows of one role and kind.
type plan struct {
	role, kind string
	steps      []step
	// changes lists the milestones that the date of the last change means, by position of the status.
	changes [][]int
	// columns names what such a row has, by which of shipped_at and returned_at its last change told.
	columns [4]int64
}

// derived says how milestones told by the last change are marked in plan.columns.
var derived = map[int]int{shippedAt: 1, returnedAt: 2}

func newRequestMapper(base rowMapper) *requestMapper {
	m := &requestMapper{rowMapper: base, occurs: base.part.occurs}
	p := base.part
	m.id = p.cells("source_id")
	m.role = p.cells("role")
	m.kind = p.cells("kind")
	m.defaultRole = slices.Index(source.Roles, p.role(base.load.role))
	m.defaultKind = slices.Index(source.Kinds, p.defaultKind())
	m.roles = newWords(func(word string) int { return translate(p.profile.Roles, source.Roles, word) })
	m.kinds = newWords(func(word string) int { return translate(p.profile.Kinds, source.Kinds, word) })
	m.statuses = newWords(func(word string) meaning { return statusMeaning(p.profile, word) })
	m.reasons = newWords(func(word string) meaning {
		canonical, ok := p.profile.Reason(word)
		return meaning{raw: word, word: canonical, known: ok}
	})
	m.networks = newWords(func(word string) string {
		if network, ok := p.profile.Network.Meaning(word); ok || p.profile.Network.Empty() {
			return network
		}
		return word
	})
	m.partners = newWords(func(word string) partner { return readPartner(p.profile, word) })
	m.rushes = newWords(func(word string) int64 {
		return int64(translate(p.profile.Rush, []string{"no", "yes"}, word))
	})
	m.copyrights = newWords(func(word string) string {
		rule, _ := p.profile.Copyright.Meaning(word)
		return rule
	})
	m.patrons = newPatronKeys(base.load)

	out := base.out
	m.requestID, m.patronKey, m.rowHash, m.batch = out.number("request_id"), out.number("patron_key"), out.number("row_hash"), out.number("batch_id")
	m.cost, m.year, m.needBy, m.rush = out.number("cost_cents"), out.number("publication_year"), out.number("need_by"), out.number("rush")
	m.library, m.sourceName, m.sourceID = out.text("library"), out.text("source"), out.text("source_id")
	m.roleText, m.kindText, m.columns = out.text("role"), out.text("kind"), out.number("columns")
	m.statusRaw, m.status, m.reasonRaw, m.reason = out.text("status_raw"), out.text("status"), out.text("reason_raw"), out.text("reason")
	m.network, m.filledBy, m.partnerRaw, m.partner = out.text("network"), out.text("filled_by"), out.text("partner_raw"), out.text("partner")
	m.rota, m.copyright = out.text("rota"), out.text("copyright_compliance")
	m.issn, m.isbn, m.doi, m.currency = out.text("issn"), out.text("isbn"), out.text("doi"), out.text("currency")
	for i, name := range timeColumns {
		m.milestones[i] = out.number(name)
	}
	for i, role := range source.Roles {
		for j, kind := range source.Kinds {
			m.plans[i][j] = m.newPlan(role, kind)
		}
	}
	return m
}

// translate gives the position of what a word means, or -1.
func translate(vocabulary *source.Vocabulary, known []string, word string) int {
	canonical, ok := vocabulary.Meaning(word)
	if !ok {
		return -1
	}
	return slices.Index(known, canonical)
}

func statusMeaning(p *source.Profile, word string) meaning {
	canonical, ok := p.Status.Meaning(word)
	if !ok {
		canonical = "unknown"
	}
	return meaning{raw: word, word: canonical, known: ok, code: slices.Index(source.Statuses, canonical)}
}

// readPartner tidies a symbol: no stray spaces, upper case, without a network's mark; some symbols are no lender.
func readPartner(p *source.Profile, word string) partner {
	symbol := strings.ToUpper(strings.Join(strings.Fields(word), " "))
	read := partner{raw: word, symbol: symbol}
	for begin, network := range p.PartnerNetwork {
		if rest, ok := strings.CutPrefix(symbol, begin); ok {
			read.symbol, read.network = strings.TrimSpace(rest), network
		}
	}
	if filledBy, ok := p.FilledBy.Meaning(symbol); ok {
		read.symbol, read.filledBy = "", filledBy
	}
	return read
}

// newPlan compiles what the table's headings hold for requests of a role and kind.
func (m *requestMapper) newPlan(role, kind string) *plan {
	p := m.part
	one := &plan{role: role, kind: kind, changes: make([][]int, len(source.Statuses))}
	has := map[string]bool{}
	for _, column := range source.RequestColumns {
		if column == "source_id" || column == "role" || column == "kind" {
			continue
		}
		names := slices.Concat(p.kind.When[role][column], p.kind.When[kind][column], p.kind.Columns[column])
		at := positions(p.heading, names)
		if len(at) == 0 {
			continue
		}
		s := step{column: p.table.Heading[at[0]], at: at}
		if time := slices.Index(timeColumns[:], column); time >= 0 {
			s.do, s.time = doTime, time
		} else if do, ok := actions[column]; ok {
			s.do = do
		} else {
			s.do = doText
		}
		other := map[action]string{doCost: "currency", doISSN: "isbn"}[s.do]
		s.alone = len(positions(p.heading, p.kind.Columns[other])) == 0
		if s.do == doText || s.do == doPartnerNumber {
			s.text = m.out.text(column)
		}
		one.steps = append(one.steps, s)
		for _, stored := range storedAs(column) {
			has[stored] = true
		}
	}
	m.planChanges(one, has)
	return one
}

// storedAs names the columns of table request, as column `columns` lists them, that a profile's column fills.
func storedAs(column string) []string {
	switch column {
	case "status", "reason", "partner":
		return []string{column + "_raw"}
	case "patron":
		return []string{"patron_key"}
	case "issn":
		return []string{"issn", "isbn"}
	case "currency":
		return nil
	case "copyright":
		return []string{"copyright_compliance"}
	}
	return []string{column}
}

// planChanges adds the milestones that the date of the last change means, and writes down which columns there are.
func (m *requestMapper) planChanges(one *plan, has map[string]bool) {
	if own := maps.Clone(has); has["last_change_at"] && has["status_raw"] {
		for _, change := range m.part.kind.LastChange {
			if own[change.Milestone] || !fits(change.Role, one.role) || !fits(change.Kind, one.kind) {
				continue
			}
			time := slices.Index(timeColumns[:], change.Milestone)
			for _, status := range change.Status {
				code := slices.Index(source.Statuses, status)
				one.changes[code] = append(one.changes[code], time)
			}
			if time == closedAt {
				has["closed_at"] = true // a request that was reopened has none again
			}
		}
	}
	var names []string
	for name := range has {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := range one.columns {
		with := slices.Clone(names)
		for time, bit := range derived {
			if name := timeColumns[time]; i&bit != 0 && !has[name] {
				with = append(with, name)
			}
		}
		one.columns[i] = merge.ColumnBits(with)
	}
}

func fits(list []string, one string) bool { return len(list) == 0 || slices.Contains(list, one) }

// role is the role of rows that don't tell theirs.
func (p *part) role(asked string) string {
	if asked != "" {
		return asked
	}
	return p.profile.Role
}

// defaultKind is the kind of rows that don't tell theirs: the profile's, else what the headings are about.
func (p *part) defaultKind() string {
	if p.profile.Kind != "" {
		return p.profile.Kind
	}
	copies, loans := len(positions(p.heading, p.kind.CopyHeadings)) > 0, len(positions(p.heading, p.kind.LoanHeadings)) > 0
	switch {
	case copies && !loans:
		return "copy"
	case loans && !copies:
		return "loan"
	}
	return "unknown"
}

// checkRole refuses a table whose rows cannot be told to be borrowing or lending.
func (p *part) checkRole(asked string) error {
	if p.content() != source.Requests || len(p.cells("role")) > 0 || p.role(asked) != "" {
		return nil
	}
	return refuse("role_needed", "%s has no column that tells borrowing from lending: say --role borrowing, --role lending or --role docdel", p.where())
}

var (
	noRole     = &rejection{"role", "the row does not tell borrowing, lending or document delivery (--role says it for rows that don't)"}
	inFuture   = "lies in the future"
	negative   = "is negative"
	costTooBig = "is larger than any cost"
)

func (m *requestMapper) row(ctx context.Context, line int, cells []table.Cell) (*rejection, error) {
	row := m.out.row
	id, bad := m.identifier(cells, m.id)
	if bad != "" && m.occurs == nil {
		return &rejection{m.idHeading(), bad}, nil
	}
	role, kind := m.defaultRole, m.defaultKind
	if text := m.first(cells, m.role); text != nil {
		if code := *m.roles.get(text); code >= 0 {
			role = code
		}
	}
	if role < 0 {
		return noRole, nil
	}
	for _, at := range m.kind {
		if text := trim(cells[at].Text); len(text) > 0 {
			if code := *m.kinds.get(text); code >= 0 {
				kind = code
				break
			}
		}
	}
	plan := m.plans[role][kind]
	m.hash.row = m.hash.row[:0]
	m.hash.row = append(m.hash.row, byte(role), byte(kind))
	m.raw.row = m.raw.row[:0]
	m.times = [len(timeColumns)]instant{}
	m.numbers = m.numbers[:0]
	var status *meaning
	var network string
	for i := range plan.steps {
		s := &plan.steps[i]
		switch s.do {
		case doTime:
			rejected, err := m.readTime(ctx, s, cells, line)
			if rejected != nil || err != nil {
				return rejected, err
			}
		case doStatus:
			if text := m.first(cells, s.at); text != nil {
				status = m.statuses.get(text)
				m.tally.status(status)
				m.statusRaw.setString(row, status.raw)
				m.keep(status.raw, status.word)
			} else {
				m.keepNone()
			}
		case doReason:
			m.readReason(row, cells, s.at)
		case doNetwork:
			if text := m.first(cells, s.at); text != nil {
				network = *m.networks.get(text)
				m.keepRaw(text)
			}
		case doPartner:
			if text := m.first(cells, s.at); text != nil {
				lender := m.partners.get(text)
				m.partnerRaw.setString(row, lender.raw)
				setWord(m.partner, row, lender.symbol)
				setWord(m.filledBy, row, lender.filledBy)
				if network == "" {
					network = lender.network
				}
				m.keep(lender.raw, lender.symbol)
				m.hash.word(lender.filledBy)
			} else {
				m.keepNone()
			}
		case doCost:
			if rejected := m.readCost(row, cells, s); rejected != nil {
				return rejected, nil
			}
		default:
			if err := m.readDetail(ctx, row, s, cells, line); err != nil {
				return nil, err
			}
		}
	}
	m.hash.word(network)
	setWord(m.network, row, network)
	code := m.setStatus(row, status, role)
	m.setTimes(row, plan, code)
	if m.occurs != nil {
		m.idText = m.occurs.identify(&m.raw, m.idText[:0])
		id = m.idText
	}
	m.requestID.set(row, m.ids.Key(id))
	m.library.setString(row, m.load.library)
	m.sourceName.setString(row, m.part.profile.Name)
	m.sourceID.set(row, id)
	m.roleText.setString(row, plan.role)
	m.kindText.setString(row, plan.kind)
	m.batch.set(row, int64(m.part.batch))
	m.rowHash.set(row, m.hash.sum())
	m.out.row++
	return nil, nil
}

func (m *requestMapper) idHeading() string {
	if len(m.id) > 0 {
		return m.part.table.Heading[m.id[0]]
	}
	return "identifier"
}

// keep adds a word of the source and its meaning to the row's hashes; only the word itself tells rows apart.
func (m *requestMapper) keep(raw, canonical string) {
	m.hash.word(raw)
	m.hash.word(canonical)
	if m.occurs != nil {
		m.raw.word(raw)
	}
}

// keepRaw adds a text only to what tells rows apart.
func (m *requestMapper) keepRaw(text []byte) {
	if m.occurs != nil {
		m.raw.text(text)
	}
}

func (m *requestMapper) keepText(text []byte) {
	m.hash.text(text)
	if m.occurs != nil {
		m.raw.text(text)
	}
}

func (m *requestMapper) keepNone() {
	m.hash.none()
	if m.occurs != nil {
		m.raw.none()
	}
}

func setWord(column *textColumn, row int, word string) {
	if word != "" {
		column.setString(row, word)
	}
}

// readTime reads a date of the row. A request cannot have happened after it was exported, give or take a day for
// clocks; only a due date may lie ahead.
func (m *requestMapper) readTime(ctx context.Context, s *step, cells []table.Cell, line int) (*rejection, error) {
	for _, at := range s.at {
		utc, local, ok, bad, err := m.part.dates.read(ctx, &cells[at], line)
		if err != nil {
			return nil, err
		}
		if bad != "" {
			return &rejection{s.column, bad}, nil
		}
		if !ok {
			continue
		}
		if utc > m.load.latest && s.time != dueAt {
			return &rejection{s.column, inFuture}, nil
		}
		m.times[s.time] = instant{utc, local, true}
		break
	}
	if m.occurs != nil {
		m.raw.number(m.times[s.time].local)
	}
	return nil, nil
}

func (m *requestMapper) readReason(row int, cells []table.Cell, at []int) {
	var raw, canonical string
	for _, i := range at {
		text := trim(cells[i].Text)
		if len(text) == 0 || m.part.profile.Nulls.Has(text) {
			continue
		}
		reason := m.reasons.get(text)
		if raw == "" {
			raw = reason.raw
		}
		// A later column, such as the code, may say more than a text of the site's own or a mere "other".
		if reason.known && (canonical == "" || canonical == "other") {
			canonical = reason.word
		}
	}
	if raw == "" {
		m.keepNone()
		return
	}
	m.reasonRaw.setString(row, raw)
	setWord(m.reason, row, canonical)
	m.keep(raw, canonical)
}

func (m *requestMapper) readCost(row int, cells []table.Cell, s *step) *rejection {
	text := m.first(cells, s.at)
	cents, currency, ok := int64(0), "", false
	if text != nil {
		cents, currency, ok = table.ParseMoney(text)
	}
	switch {
	case !ok:
		m.keepNone()
		return nil
	case cents < 0:
		return &rejection{s.column, negative}
	case cents > 1e11:
		return &rejection{s.column, costTooBig}
	}
	m.cost.set(row, cents)
	if currency == "" || currency == "$" || currency == "¥" { // signs of several currencies: the library's own
		currency = m.part.profile.Currency
	}
	if s.alone {
		setWord(m.currency, row, currency)
	}
	m.keepText(text)
	return nil
}

// setStatus gives the row its canonical status; where the table has no status its milestones tell it.
func (m *requestMapper) setStatus(row int, status *meaning, role int) int {
	word := "unknown"
	switch {
	case status != nil:
		word = status.word
	case m.times[returnedAt].ok:
		word = "returned"
	case source.Roles[role] == "lending" && m.times[shippedAt].ok:
		word = "shipped"
	case m.times[availableAt].ok:
		word = "delivered"
	case m.times[receivedAt].ok && source.Roles[role] == "borrowing":
		word = "received"
	case m.times[closedAt].ok:
		word = "unfilled"
	}
	m.status.setString(row, word)
	if status != nil {
		return status.code
	}
	return slices.Index(source.Statuses, word)
}

// setTimes writes the row's dates, those among them that the last change means.
func (m *requestMapper) setTimes(row int, plan *plan, status int) {
	told := 0
	for _, time := range plan.changes[status] {
		if change := m.times[lastChangeAt]; change.ok && !m.times[time].ok {
			m.times[time] = change
			told |= derived[time]
		}
	}
	for i := range m.times {
		if one := &m.times[i]; one.ok {
			m.milestones[i].set(row, one.utc)
			m.hash.number(one.utc)
		} else {
			m.hash.none()
		}
	}
	m.columns.set(row, plan.columns[told])
}

// noteDefaults says what was taken for granted about the rows of a part.
func (p *part) noteDefaults() {
	if p.content() != source.Requests {
		return
	}
	if len(p.cells("kind")) == 0 {
		switch kind := p.defaultKind(); {
		case p.profile.Kind != "":
		case kind == "unknown":
			p.notes = append(p.notes, "nothing tells loans from copies, so the kind of all requests is unknown")
		default:
			p.notes = append(p.notes, fmt.Sprintf("no column tells loans from copies; the headings are those of %s, so all are taken as such", map[string]string{"copy": "copies", "loan": "loans"}[kind]))
		}
	}
	if p.rowHash {
		p.notes = append(p.notes, "rows are told apart by their content; a row that changes becomes another request")
	}
}
