package merge

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed requests.sql
	requestsSQL string
	//go:embed events.sql
	eventsSQL string
	//go:embed patrons.sql
	patronsSQL string
	//go:embed partners.sql
	partnersSQL string
	//go:embed partner_contacts.sql
	partnerContactsSQL string
	//go:embed closures.sql
	closuresSQL string
	//go:embed partner_aliases.sql
	partnerAliasesSQL string
	//go:embed partner_groups.sql
	partnerGroupsSQL string
	//go:embed sla_targets.sql
	slaTargetsSQL string
	//go:embed group_weights.sql
	groupWeightsSQL string
	//go:embed unite.sql
	uniteSQL string
	//go:embed touched.sql
	touchedSQL string
	//go:embed counts.sql
	countsSQL string
)

// Reference names the content of a reference file.
type Reference string

// The reference files that design §3.12 knows.
const (
	Closures       Reference = "closures"
	PartnerAliases Reference = "partner_aliases"
	PartnerGroups  Reference = "partner_groups"
	SLATargets     Reference = "sla_targets"
	GroupWeights   Reference = "group_weights"
)

// Batch is one table that a load read: what is kept about it, and what was refused of it.
type Batch struct {
	ID         int
	Library    string
	Source     string
	Content    string // requests, events, notes, patrons, partners, or a Reference
	File       string // base name
	Sheet      string
	SHA256     string
	Read       int64
	Rejected   int64
	Rejects    []Reject // the first of them
	Notes      []string
	ImportedAt time.Time
}

// Reject is a row that was refused. Reason never quotes a patron's field.
type Reject struct {
	Line   int
	Column string
	Reason string
}

// Counts says what a batch, or a load, did to the history.
type Counts struct {
	New       int64 `json:"new"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
}

// Outcome is what a load did.
type Outcome struct {
	Batches map[int]Counts // by Batch.ID
	Total   Counts         // of requests
	// Changed is false where the history is as it was: nothing to keep.
	Changed bool
	// NewEvents counts status changes that were not known before.
	NewEvents int64
}

// Merger brings the records of one load into the history. Its methods are called one at a time, in the load's own
// order of files; Finish comes last.
type Merger struct {
	tx         *store.Tx
	firstBatch int
	nextBatch  int
	loadID     int
	before     sizes
	touched    bool                // patrons, partners, reference data or a library's zone changed
	replaced   int64               // rows that replace added
	references map[Reference]int64 // of them, by reference file; the first batch of that content counts them
}

// sizes tells growth of the tables that only grow.
type sizes struct{ events, newPatrons, newPartners int64 }

// New starts a load's merger.
func New(ctx context.Context, tx *store.Tx) (*Merger, error) {
	m := &Merger{tx: tx}
	err := tx.QueryRow(ctx, "select coalesce(max(batch_id), 0) + 1, coalesce(max(load_id), 0) + 1 from import_batch").Scan(&m.firstBatch, &m.loadID)
	if err != nil {
		return nil, err
	}
	m.nextBatch = m.firstBatch
	m.before, err = m.sizes(ctx)
	return m, err
}

// NextBatch numbers a table of the load.
func (m *Merger) NextBatch() int {
	m.nextBatch++
	return m.nextBatch - 1
}

func (m *Merger) sizes(ctx context.Context) (s sizes, err error) {
	err = m.tx.QueryRow(ctx, `select (select count(*) from event),
		(select count(*) from patron where batch_id >= $1), (select count(*) from partner where batch_id >= $1)`, m.firstBatch).
		Scan(&s.events, &s.newPatrons, &s.newPartners)
	return s, err
}

// Requests adds sightings of requests; records are of RequestSchema.
func (m *Merger) Requests(ctx context.Context, records array.RecordReader) error {
	return m.insert(ctx, records, requestsSQL)
}

// Events adds status changes; records are of EventSchema.
func (m *Merger) Events(ctx context.Context, records array.RecordReader) error {
	return m.insert(ctx, records, eventsSQL)
}

// insert runs one statement over a stream that DuckDB reads once.
func (m *Merger) insert(ctx context.Context, records array.RecordReader, statement string) error {
	return m.tx.WithArrow(ctx, "incoming", records, func() error {
		if _, err := m.tx.Exec(ctx, statement); err != nil {
			return streamError(records, err)
		}
		return records.Err()
	})
}

// streamError prefers what the stream itself says over DuckDB's wrapping of it.
func streamError(records array.RecordReader, err error) error {
	if cause := records.Err(); cause != nil {
		return cause
	}
	return err
}

// Patrons replaces what is known of readers; records are of PatronSchema.
func (m *Merger) Patrons(ctx context.Context, records array.RecordReader) error {
	return m.replace(ctx, records, patronsSQL)
}

// Partners replaces what is known of partner libraries and how they are reached; records are of PartnerSchema.
func (m *Merger) Partners(ctx context.Context, records array.RecordReader) error {
	return m.replace(ctx, records, partnersSQL, partnerContactsSQL)
}

var referenceSQL = map[Reference]string{
	Closures: closuresSQL, PartnerAliases: partnerAliasesSQL, PartnerGroups: partnerGroupsSQL, SLATargets: slaTargetsSQL, GroupWeights: groupWeightsSQL,
}

// Reference replaces what a kind of reference file tells; records are of the schema of that name.
func (m *Merger) Reference(ctx context.Context, kind Reference, records array.RecordReader) error {
	statements, ok := referenceSQL[kind]
	if !ok {
		return fmt.Errorf("no reference file is called %q", kind)
	}
	before := m.replaced
	err := m.replace(ctx, records, statements)
	if m.references == nil {
		m.references = map[Reference]int64{}
	}
	m.references[kind] += m.replaced - before
	return err
}

// replace stages a small stream, as the files of statements read it more than once; the last one of each inserts what is
// news.
func (m *Merger) replace(ctx context.Context, records array.RecordReader, files ...string) error {
	if err := m.insert(ctx, records, "create or replace temp table staged as from incoming"); err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, "create or replace temp view incoming as from staged"); err != nil {
		return err
	}
	defer func() { _, _ = m.tx.Exec(ctx, "drop view if exists temp.incoming") }()
	for _, statements := range files {
		if err := m.takeNews(ctx, statements); err != nil {
			return err
		}
	}
	return nil
}

func (m *Merger) takeNews(ctx context.Context, statements string) error {
	body, last, err := lastStatement(statements)
	if err != nil {
		return err
	}
	if err := m.tx.ExecFile(ctx, body); err != nil {
		return err
	}
	added, err := m.tx.Exec(ctx, last)
	m.touched = m.touched || added > 0
	m.replaced += added
	return err
}

// lastStatement splits off the statement that inserts.
func lastStatement(statements string) (body, last string, err error) {
	at := strings.LastIndex(statements, "\ninsert into ")
	if at < 0 {
		return "", "", errors.New("the statements end without an insert")
	}
	return statements[:at], strings.TrimSuffix(strings.TrimSpace(statements[at:]), ";"), nil
}

// Library remembers a library's zone and, where known, its order of day and month (mdy, dmy, ymd or empty).
func (m *Merger) Library(ctx context.Context, library, zone string, given bool, dateOrder string) error {
	changed, err := m.tx.Exec(ctx, `delete from library where library = $1
		and (zone, zone_given, coalesce(date_order, '')) is distinct from ($2, $3, $4)`, library, zone, given, dateOrder)
	if err != nil {
		return err
	}
	added, err := m.tx.Exec(ctx, `insert into library select $1, $2, $3, nullif($4, '')
		where not exists (from library where library = $1)`, library, zone, given, dateOrder)
	m.touched = m.touched || changed+added > 0
	return err
}

// Finish settles which sighting wins, derives milestones (with each source's statement over touched(request_id)) and
// facts, records the batches and says what the load did.
func (m *Merger) Finish(ctx context.Context, batches []Batch, milestones map[string]string) (Outcome, error) {
	if err := m.unite(ctx); err != nil {
		return Outcome{}, fmt.Errorf("uniting sightings: %w", err)
	}
	if err := m.milestones(ctx, milestones); err != nil {
		return Outcome{}, fmt.Errorf("deriving milestones: %w", err)
	}
	outcome, err := m.outcome(ctx, batches)
	if err != nil {
		return Outcome{}, err
	}
	if err := m.record(ctx, batches, outcome); err != nil {
		return Outcome{}, err
	}
	return outcome, m.tx.Derive(ctx)
}

func (m *Merger) unite(ctx context.Context) error {
	var repeated, collided int64
	err := m.tx.QueryRow(ctx, `select count(*), coalesce(sum((n_ids > 1)::int), 0)
		from (select count(distinct (library, source, source_id)) as n_ids from request
			where request_id in (select request_id from request group by request_id having count(*) > 1)
			group by request_id)`).Scan(&repeated, &collided)
	if err != nil {
		return err
	}
	if collided > 0 {
		return errors.New("two different requests fell on one key, which happens to one history in thousands: load this library under another --library code")
	}
	if repeated == 0 {
		return nil
	}
	if _, err := m.tx.Exec(ctx, "create or replace temp table this_load as select $1::integer as first_batch", m.firstBatch); err != nil {
		return err
	}
	if _, err := m.tx.Exec(ctx, columnsSQL); err != nil {
		return err
	}
	return m.tx.ExecFile(ctx, uniteSQL)
}

// milestones derives anew those of the requests that the load touched.
func (m *Merger) milestones(ctx context.Context, bySource map[string]string) error {
	var hasEvents bool
	if err := m.tx.QueryRow(ctx, "select exists (from event where basis = 'source')").Scan(&hasEvents); err != nil || !hasEvents {
		return err
	}
	for source, statement := range bySource {
		if _, err := m.tx.Exec(ctx, touchedSQL, source, m.firstBatch); err != nil {
			return err
		}
		if _, err := m.tx.Exec(ctx, "delete from milestone where request_id in (from touched)"); err != nil {
			return err
		}
		if _, err := m.tx.Exec(ctx, "insert into milestone by name "+statement); err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
	}
	return nil
}

func (m *Merger) outcome(ctx context.Context, batches []Batch) (Outcome, error) {
	after, err := m.sizes(ctx)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Batches: map[int]Counts{}, NewEvents: after.events - m.before.events}
	rows, err := m.tx.Query(ctx, countsSQL, m.firstBatch)
	if err != nil {
		return Outcome{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var counts Counts
		if err := rows.Scan(&id, &counts.New, &counts.Changed); err != nil {
			return Outcome{}, err
		}
		outcome.Batches[id] = counts
	}
	if err := rows.Err(); err != nil {
		return Outcome{}, err
	}
	for _, batch := range batches {
		counts := outcome.Batches[batch.ID]
		if added := m.references[Reference(batch.Content)]; added > 0 {
			counts.New = min(added, batch.Read-batch.Rejected)
			m.references[Reference(batch.Content)] -= counts.New
		}
		counts.Unchanged = batch.Read - batch.Rejected - counts.New - counts.Changed
		outcome.Batches[batch.ID] = counts
		if batch.Content == "requests" {
			outcome.Total.New += counts.New
			outcome.Total.Changed += counts.Changed
			outcome.Total.Unchanged += counts.Unchanged
		}
	}
	outcome.Changed = m.touched || outcome.NewEvents > 0 || outcome.Total.New > 0 || outcome.Total.Changed > 0
	return outcome, nil
}

// record keeps what is to be known later of each table that was read, and the first of its refused rows.
func (m *Merger) record(ctx context.Context, batches []Batch, outcome Outcome) error {
	for _, batch := range batches {
		counts := outcome.Batches[batch.ID]
		_, err := m.tx.Exec(ctx, `insert into import_batch values
			($1, $2, $3, nullif($4, ''), $5, $6, $7, nullif($8, ''), $9, $10, $11, $12, $13, $14, nullif($15, ''))`,
			batch.ID, m.loadID, batch.ImportedAt.UTC().Format("2006-01-02 15:04:05"), batch.Library, batch.Source, batch.Content, batch.File, batch.Sheet,
			batch.SHA256, batch.Read, counts.New, counts.Changed, counts.Unchanged, batch.Rejected, strings.Join(batch.Notes, "\n"))
		if err != nil {
			return fmt.Errorf("recording the batch of %s: %w", batch.File, err)
		}
		for _, reject := range batch.Rejects {
			if _, err := m.tx.Exec(ctx, "insert into reject values ($1, $2, nullif($3, ''), $4)", batch.ID, reject.Line, reject.Column, reject.Reason); err != nil {
				return fmt.Errorf("recording the rejects of %s: %w", batch.File, err)
			}
		}
	}
	return nil
}
