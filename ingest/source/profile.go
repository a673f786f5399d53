package source

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Content says what the rows of a table are.
type Content string

// The contents that a load knows, in the order in which it reads them.
const (
	Patrons        Content = "patrons"         // readers
	Partners       Content = "partners"        // partner libraries
	Closures       Content = "closures"        // days on which a library is closed
	PartnerAliases Content = "partner_aliases" // one partner's several symbols
	PartnerGroups  Content = "partner_groups"  // consortia and other groups of partners
	SLATargets     Content = "sla_targets"     // days within which a request is to be filled
	GroupWeights   Content = "group_weights"   // patron groups in the priority score of open requests
	Requests       Content = "requests"        // one row per request as it stands
	Events         Content = "events"          // status changes
	Notes          Content = "notes"           // free text, of which only lines that tell a status change are taken
)

type contentColumns struct {
	content Content
	columns []string
}

// contents lists them in reading order, with the columns that each may have.
var contents = []contentColumns{
	{Patrons, []string{"patron", "patron_group", "department", "pickup_site"}},
	{Partners, []string{"partner_number", "symbol", "name", "email", "address"}},
	{Closures, []string{"library", "day", "name"}},
	{PartnerAliases, []string{"symbol", "partner"}},
	{PartnerGroups, []string{"partner", "partner_group"}},
	{SLATargets, []string{"role", "kind", "days"}},
	{GroupWeights, []string{"patron_group", "weight"}},
	{Requests, RequestColumns},
	{Events, []string{"source_id", "happened_at", "from_status", "status"}},
	{Notes, []string{"source_id", "happened_at", "author", "note"}},
}

// RequestColumns are the columns that a profile may map for a request. status fills status_raw and status, reason
// likewise; partner fills partner_raw, partner and filled_by; rota lists the lenders to ask in order; patron becomes
// patron_key; issn may hold ISBNs as well; copyright tells the rule that a copy was ordered under.
var RequestColumns = []string{
	"source_id", "role", "kind", "network", "created_at", "sent_at", "shipped_at", "received_at", "available_at", "due_at",
	"returned_at", "closed_at", "last_change_at", "status", "reason", "partner", "partner_number", "rota",
	"patron", "patron_group", "department", "pickup_site", "title", "author", "container", "issn", "isbn", "oclc_number",
	"doi", "publication_year", "call_number", "cost", "currency", "need_by", "rush", "copyright",
}

// Profile is one source system, or one library's own way of keeping its requests.
type Profile struct {
	Name       string // stored with every row: illiad
	Title      string // ILLiad
	Doc        string // Markdown: how the system exports, and where each rule comes from
	Milestones string // SQL over the events of touched(request_id); empty where the system has no events
	DateOrder  string // mdy, dmy or ymd; empty where files must prove it
	Zone       string // where times are written in another zone than the library's own; empty: the library's
	// Role, Kind, Library and Currency hold for every row that does not say otherwise; empty: not known.
	Role, Kind, Library, Currency string
	Nulls                         *Words   // texts that mean nothing: N/A
	Dropped                       []string // headings that name people or hold secrets: never read, and no profile may map them
	// Institutional lists those of them that in a table of partner libraries are the institution's own: its postal address.
	Institutional []string
	Tables        []*Table
	Roles         *Vocabulary
	Kinds         *Vocabulary
	Network       *Vocabulary
	Status        *Vocabulary
	Reasons       *Vocabulary
	// Codes are reasons by the code that begins their text: LAC in "LAC-lacking (issue/volume)".
	Codes *Vocabulary
	// FilledBy names those lenders that are none: OA is open access.
	FilledBy  *Vocabulary
	Rush      *Vocabulary // yes or no
	Copyright *Vocabulary // ccg (guidelines) or ccl (law)
	// PartnerNetwork names the network that the beginning of a partner's symbol tells; it is cut off (RAPID:ABC).
	PartnerNetwork map[string]string
}

// Table is one kind of table that a system exports.
type Table struct {
	Content Content
	Title   string // Transactions
	Needs   []string
	// AtLeast is how many columns must be found, so that a stranger's file with one like heading is not taken.
	AtLeast int
	// Integer says that the identifier is a whole number, so that a line of totals is none.
	Integer bool
	// Columns maps a column to the headings that may hold it; of several, the first one with a value counts.
	Columns map[string][]string
	// When holds columns that are read otherwise in some rows, by role (borrowing, lending, docdel) or kind (loan, copy).
	When map[string]map[string][]string
	// CopyHeadings and LoanHeadings tell the kind of all rows of a table that does not tell it row by row.
	CopyHeadings, LoanHeadings []string
	// LastChange lists the milestones that the date of a row's last change means at some statuses.
	LastChange []LastChange
	// NoteAuthor and NoteContains pick the notes that tell a status change, and NoteStatus is that status.
	NoteAuthor, NoteContains, NoteStatus string
}

// LastChange says that at one of Statuses the date of the last change is that of a milestone.
type LastChange struct {
	Milestone string   // shipped_at
	Role      []string // empty: all
	Kind      []string // empty: all
	Status    []string
}

// file is a profile as it is written.
type file struct {
	Name      string              `toml:"name"`
	Title     string              `toml:"title"`
	Extends   string              `toml:"extends"`
	DateOrder string              `toml:"date_order"`
	Zone      string              `toml:"zone"`
	Constants constants           `toml:"constants"`
	Nulls     []string            `toml:"nulls"`
	Dropped   []string            `toml:"dropped"`
	Own       []string            `toml:"institutional"`
	Table     []fileTable         `toml:"table"`
	Role      map[string][]string `toml:"role"`
	Kind      map[string][]string `toml:"kind"`
	Network   map[string][]string `toml:"network"`
	Status    map[string][]string `toml:"status"`
	Reason    map[string][]string `toml:"reason"`
	Code      map[string][]string `toml:"reason_code"`
	FilledBy  map[string][]string `toml:"filled_by"`
	Rush      map[string][]string `toml:"rush"`
	Copyright map[string][]string `toml:"copyright"`
	Partner   map[string]string   `toml:"partner_network"`
}

type constants struct {
	Role     string `toml:"role"`
	Kind     string `toml:"kind"`
	Library  string `toml:"library"`
	Currency string `toml:"currency"`
}

type fileTable struct {
	Content      string                         `toml:"content"`
	Title        string                         `toml:"title"`
	Needs        []string                       `toml:"needs"`
	AtLeast      int                            `toml:"at_least"`
	Integer      bool                           `toml:"integer_id"`
	CopyHeadings []string                       `toml:"copy_headings"`
	LoanHeadings []string                       `toml:"loan_headings"`
	NoteAuthor   string                         `toml:"note_author"`
	NoteContains string                         `toml:"note_contains"`
	NoteStatus   string                         `toml:"note_status"`
	Columns      map[string][]string            `toml:"columns"`
	When         map[string]map[string][]string `toml:"when"`
	LastChange   []fileLastChange               `toml:"last_change"`
}

type fileLastChange struct {
	Milestone string   `toml:"milestone"`
	Role      []string `toml:"role"`
	Kind      []string `toml:"kind"`
	Status    []string `toml:"status"`
}

// Parse reads a profile. find gives the profile that it extends, if any.
func Parse(text string, find func(name string) (*Profile, error)) (*Profile, error) {
	var f file
	meta, err := toml.Decode(text, &f)
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
		}
		return nil, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%q is no setting of a profile", unknown[0])
	}
	p := &Profile{
		Nulls: &Words{}, Roles: &Vocabulary{}, Kinds: &Vocabulary{}, Network: &Vocabulary{}, Status: &Vocabulary{},
		Reasons: &Vocabulary{}, Codes: &Vocabulary{}, FilledBy: &Vocabulary{}, Rush: &Vocabulary{}, Copyright: &Vocabulary{},
		PartnerNetwork: map[string]string{},
	}
	if f.Extends != "" {
		base, err := find(f.Extends)
		if err != nil {
			return nil, err
		}
		p = base.clone()
	}
	return p, p.extend(f)
}

// clone copies all that extend changes.
func (p *Profile) clone() *Profile {
	q := *p
	q.Nulls = p.Nulls.clone()
	q.PartnerNetwork = maps.Clone(p.PartnerNetwork)
	q.Tables = nil
	for _, t := range p.Tables {
		u := *t
		u.Columns = maps.Clone(t.Columns)
		u.When = maps.Clone(t.When)
		for key, columns := range u.When {
			u.When[key] = maps.Clone(columns)
		}
		q.Tables = append(q.Tables, &u)
	}
	for _, v := range []**Vocabulary{&q.Roles, &q.Kinds, &q.Network, &q.Status, &q.Reasons, &q.Codes, &q.FilledBy, &q.Rush, &q.Copyright} {
		*v = (*v).clone()
	}
	return &q
}

// extend adds what f says, and lets it win where both speak.
func (p *Profile) extend(f file) error {
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	set(&p.Name, f.Name) // without a name of its own, an extended profile's rows stay those of its system
	set(&p.Title, f.Title)
	set(&p.DateOrder, f.DateOrder)
	set(&p.Zone, f.Zone)
	set(&p.Role, f.Constants.Role)
	set(&p.Kind, f.Constants.Kind)
	set(&p.Library, f.Constants.Library)
	set(&p.Currency, f.Constants.Currency)
	if p.Name == "" {
		return errors.New(`a profile needs a name, such as name = "tracker"`)
	}
	if err := p.Nulls.add(f.Nulls); err != nil {
		return fmt.Errorf("nulls: %w", err)
	}
	for _, one := range []struct {
		section string
		to      *Vocabulary
		words   map[string][]string
		allowed []string
	}{
		{"role", p.Roles, f.Role, Roles},
		{"kind", p.Kinds, f.Kind, Kinds},
		{"network", p.Network, f.Network, nil},
		{"status", p.Status, f.Status, Statuses},
		{"reason", p.Reasons, f.Reason, Reasons},
		{"reason_code", p.Codes, f.Code, Reasons},
		{"filled_by", p.FilledBy, f.FilledBy, FilledBys},
		{"rush", p.Rush, f.Rush, []string{"yes", "no"}},
		{"copyright", p.Copyright, f.Copyright, []string{"ccg", "ccl"}},
	} {
		if err := one.to.add(one.words, one.allowed); err != nil {
			return fmt.Errorf("[%s]: %w", one.section, err)
		}
	}
	for _, check := range []struct {
		name, value string
		allowed     []string
	}{{"role", p.Role, Roles}, {"kind", p.Kind, Kinds}, {"date_order", p.DateOrder, []string{"mdy", "dmy", "ymd"}}} {
		if check.value != "" && !slices.Contains(check.allowed, check.value) {
			return fmt.Errorf("%s %q: it is one of %s", check.name, check.value, strings.Join(check.allowed, ", "))
		}
	}
	p.Dropped = slices.Concat(p.Dropped, f.Dropped)
	if f.Own != nil && f.Extends != "" {
		return errors.New("institutional: only a profile that extends none says which addresses are no person's")
	}
	p.Institutional = slices.Concat(p.Institutional, f.Own)
	for begin, network := range f.Partner {
		p.PartnerNetwork[strings.ToUpper(begin)] = network
	}
	for _, table := range f.Table {
		if err := p.addTable(table); err != nil {
			return fmt.Errorf("table %q: %w", table.Content, err)
		}
	}
	return p.checkDropped()
}

// checkDropped keeps names, addresses and secrets out, whatever a user's own profile asks for.
func (p *Profile) checkDropped() error {
	dropped := map[string]bool{}
	for _, heading := range p.Dropped {
		dropped[Fold(heading)] = true
	}
	for _, t := range p.Tables {
		for _, columns := range slices.Concat([]map[string][]string{t.Columns}, slices.Collect(maps.Values(t.When))) {
			for column, headings := range columns {
				for _, heading := range headings {
					if dropped[Fold(heading)] && !p.isInstitutional(t, column, heading) {
						return fmt.Errorf("column %s: %q names people or holds a secret and is never read", column, heading)
					}
				}
			}
		}
	}
	return nil
}

// isInstitutional tells the address of a partner library from that of a person, which goes by the same heading elsewhere.
func (p *Profile) isInstitutional(t *Table, column, heading string) bool {
	return t.Content == Partners && (column == "email" || column == "address") &&
		slices.ContainsFunc(p.Institutional, func(one string) bool { return Fold(one) == Fold(heading) })
}

func (p *Profile) addTable(f fileTable) error {
	at := slices.IndexFunc(contents, func(one contentColumns) bool { return string(one.content) == f.Content })
	if at < 0 {
		return errors.New("content is one of requests, events, notes, patrons, partners")
	}
	known := contents[at]
	i := slices.IndexFunc(p.Tables, func(t *Table) bool { return t.Content == known.content })
	if i < 0 {
		p.Tables = append(p.Tables, &Table{Content: known.content, Columns: map[string][]string{}, When: map[string]map[string][]string{}})
		i = len(p.Tables) - 1
	}
	t := p.Tables[i]
	if f.Title != "" {
		t.Title = f.Title
	}
	if f.Needs != nil {
		t.Needs = f.Needs
	}
	if f.AtLeast != 0 {
		t.AtLeast = f.AtLeast
	}
	t.Integer = t.Integer || f.Integer
	t.CopyHeadings = append(t.CopyHeadings, f.CopyHeadings...)
	t.LoanHeadings = append(t.LoanHeadings, f.LoanHeadings...)
	if f.NoteStatus != "" {
		t.NoteAuthor, t.NoteContains, t.NoteStatus = f.NoteAuthor, f.NoteContains, f.NoteStatus
	}
	if err := addColumns(t.Columns, f.Columns, known.columns); err != nil {
		return err
	}
	for when, columns := range f.When {
		if !slices.Contains(Roles, when) && when != "loan" && when != "copy" {
			return fmt.Errorf("when.%s: it is one of borrowing, lending, docdel, loan, copy", when)
		}
		if t.When[when] == nil {
			t.When[when] = map[string][]string{}
		}
		if err := addColumns(t.When[when], columns, known.columns); err != nil {
			return err
		}
	}
	for _, needed := range t.Needs {
		if !slices.Contains(known.columns, needed) {
			return fmt.Errorf("needs %q, which is no column of %s", needed, known.content)
		}
	}
	for _, change := range f.LastChange {
		for _, status := range change.Status {
			if !slices.Contains(Statuses, status) {
				return fmt.Errorf("last_change: %q is no status", status)
			}
		}
		t.LastChange = append(t.LastChange, LastChange(change))
	}
	return nil
}

// addColumns puts new headings before those that a column had.
func addColumns(to, from map[string][]string, known []string) error {
	for column, headings := range from {
		if !slices.Contains(known, column) {
			return fmt.Errorf("%q is no column; known are %s", column, strings.Join(known, ", "))
		}
		to[column] = slices.Concat(headings, to[column])
	}
	return nil
}

// Order is the place of a content in a load.
func (c Content) Order() int {
	return slices.IndexFunc(contents, func(one contentColumns) bool { return one.content == c })
}
