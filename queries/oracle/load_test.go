package oracle

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// load writes a history into a new data directory and opens it.
func (h *history) load(t testing.TB) *store.Snapshot {
	t.Helper()
	histories.Add(int64(len(h.libraries)))
	snapshot := loadStatements(t, h.statements())
	var err error
	if h.ends, err = businessEnds(snapshot); err != nil {
		t.Fatal(err)
	}
	h.derive() // before questions are asked side by side
	return snapshot
}

func loadStatements(t testing.TB, statements []string) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	ctx := context.Background()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return store.Discard, fmt.Errorf("%w in %.200s", err, statement)
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

// inserts collects rows of one table.
type inserts struct {
	table string
	rows  []string
}

func (i *inserts) add(values ...any) {
	texts := make([]string, len(values))
	for k, value := range values {
		texts[k] = literal(value)
	}
	i.rows = append(i.rows, "("+strings.Join(texts, ", ")+")")
}

func literal(value any) string {
	switch v := value.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case *string:
		if v != nil {
			return literal(*v)
		}
	case *int64:
		if v != nil {
			return fmt.Sprint(*v)
		}
	case *bool:
		if v != nil {
			return fmt.Sprint(*v)
		}
	case *time.Time:
		if v != nil {
			return "timestamp '" + v.UTC().Format("2006-01-02 15:04:05.000000") + "'"
		}
	default:
		return fmt.Sprint(v)
	}
	return "null"
}

func money(cents *int64) *string {
	if cents == nil {
		return nil
	}
	text := fmt.Sprintf("%d.%02d", *cents/100, *cents%100)
	return &text
}

func (h *history) statements() []string {
	libraries := &inserts{table: "library"}
	closures := &inserts{table: "closure"}
	for _, lib := range h.libraries {
		libraries.add(lib.name, lib.zone.String(), lib.isZoneGiven, (*string)(nil))
		for day := range lib.closures {
			closures.add(lib.name, day, "Closed")
		}
	}
	requests := &inserts{table: `request (request_id, library, source, source_id, role, kind, network, partner, partner_number,
		department, patron_group, patron_key, reason, filled_by, status, created_at, sent_at, shipped_at, received_at,
		available_at, due_at, returned_at, closed_at, last_change_at, title, author, container, issn,
		isbn, oclc_number, publication_year, copyright_compliance, cost, currency, need_by, rush, rota, columns, first_batch,
		last_batch, row_hash)`}
	tracked := &inserts{table: `milestone (request_id, sent_at, shipped_at, received_at, available_at, returned_at, closed_at, status, status_at)`}
	events := &inserts{table: "event (request_id, happened_at, to_status, basis, batch_id)"}
	for _, r := range h.requests {
		requests.add(r.id, r.library, "generic", r.sourceID, r.role, r.kind, r.network, r.partner, r.partnerNumber,
			r.department, r.patronGroup, r.patronKey, r.reason, r.filledBy, r.status, r.created, r.sent, r.shipped, r.received,
			r.available, r.due, r.returned, r.closed, r.lastChange, r.title, r.author, r.container, r.issn,
			r.isbn, r.oclc, r.publicationYear, r.copyright, money(r.cents), r.currency, r.needBy, r.rush, r.rota, 0, 1, 1, 0)
		if e := r.told; e != nil {
			tracked.add(r.id, e.sent, e.shipped, e.received, e.available, e.returned, e.closed, e.status, e.statusAt)
		}
		for _, e := range r.events {
			basis := "import"
			if e.isSource {
				basis = "source"
			}
			events.add(r.id, &e.at, e.status, basis, 1)
		}
	}
	aliases := &inserts{table: "partner_alias"}
	for symbol, partner := range h.aliases {
		aliases.add(symbol, partner)
	}
	groups := &inserts{table: "partner_group"}
	for partner, group := range h.groups {
		groups.add(partner, group)
	}
	addresses := &inserts{table: "partner (library, source, partner_number, symbol, batch_id)"}
	for key, symbol := range h.addresses {
		name, number, _ := strings.Cut(key, "/")
		addresses.add(name, "generic", number, symbol, 1)
	}
	patrons := &inserts{table: "patron (library, source, patron_key, patron_group, department, batch_id)"}
	for key, p := range h.patrons {
		for _, lib := range h.libraries {
			patrons.add(lib.name, "generic", key, p.group, p.department, 1)
		}
	}
	targets := &inserts{table: "sla_target"}
	for roleAndKind, days := range h.targets {
		targets.add(roleAndKind[0], roleAndKind[1], days)
	}
	weights := &inserts{table: "patron_group_weight"}
	for group, weight := range h.weights {
		weights.add(group, weight)
	}
	batches := &inserts{table: `import_batch (batch_id, load_id, imported_at, source, content, file, sha256, n_read, n_new, n_changed,
		n_unchanged, n_rejected)`}
	for i, b := range h.batches {
		batches.add(i+1, 1, &time.Time{}, "generic", "requests", "requests.csv", "", b.nRead, b.nRead-b.nRejected, 0, 0, b.nRejected)
	}
	statements := []string{"delete from sla_target"}
	for _, i := range []*inserts{weights, batches, libraries, closures, requests, tracked, events, aliases, groups, addresses, patrons, targets} {
		if len(i.rows) > 0 {
			statements = append(statements, "insert into "+i.table+" values "+strings.Join(i.rows, ", "))
		}
	}
	return statements
}

// businessEnds is how far the load has counted the business days: later than that there is no business clock.
func businessEnds(snapshot *store.Snapshot) (map[string]time.Time, error) {
	rows, err := snapshot.DB().Query("select library, max(end_at) from business_day group by library")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ends := map[string]time.Time{}
	for rows.Next() {
		var library string
		var end time.Time
		if err := rows.Scan(&library, &end); err != nil {
			return nil, err
		}
		ends[library] = end
	}
	return ends, rows.Err()
}
