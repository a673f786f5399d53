package press

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

//go:embed newest_batch.sql
var newestBatchSQL string

// Issue makes a report in all formats and stores it for ever as the next edition of its name and period. Two at once wait
// for each other; what fails or is killed stores nothing and takes no number.
func (p *Press) Issue(ctx context.Context, spec report.Spec) (*edition.Edition, error) {
	for {
		name, period, err := p.named(ctx, spec)
		if err != nil {
			return nil, err
		}
		e, err := p.Editions.Issue(ctx, name, period, func(number int) (*edition.Draft, error) { return p.draft(ctx, spec, period, number) })
		if !errors.Is(err, errMoved) {
			return e, err
		}
	}
}

// errMoved means that while it waited the history went on, so that what the spec asks for is of another period now.
var errMoved = errors.New("the history has moved on to another period")

// named says which name and period an edition of a spec has now.
func (p *Press) named(ctx context.Context, spec report.Spec) (name, period string, err error) {
	if err := spec.Check(); err != nil {
		return "", "", err
	}
	snapshot, err := p.Store.Snapshot(ctx)
	if err != nil {
		return "", "", err
	}
	defer snapshot.Close()
	settled, err := p.settled(ctx)
	if err != nil {
		return "", "", err
	}
	reach, err := report.ReadReach(ctx, snapshot, spec.Filter.Library)
	if err != nil {
		return "", "", err
	}
	name = cmp.Or(spec.Name, string(spec.Kind), string(report.Monthly))
	if isItself, err := p.IsItself(ctx, spec); err != nil {
		return "", "", err
	} else if !isItself {
		return "", "", queries.NewError(queries.Invalid, "%s is narrowed or changed here, and its editions are of it as it is: save yours under a name of its own first (fillrate report save, or “Put a report together”), and issue that", name)
	}
	return name, spec.Dated(reach, settled).Period(reach.Newest), nil
}

// IsItself tells whether a spec asks for what its name stands for: the report that comes with Fillrate, or that was saved
// under it. Its editions are one row of numbers, so that one that is narrowed has no place among them.
func (p *Press) IsItself(ctx context.Context, spec report.Spec) (bool, error) {
	kept, err := p.Spec(ctx, cmp.Or(spec.Name, string(spec.Kind), string(report.Monthly)))
	if queries.ErrorCode(err) == queries.NotFound {
		return true, nil // the name stands for nothing yet
	}
	return err == nil && spec.IsLike(kept), err
}

// draft makes the edition of a number.
func (p *Press) draft(ctx context.Context, spec report.Spec, period string, number int) (*edition.Draft, error) {
	snapshot, err := p.Store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	settled, err := p.settled(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := p.sources(ctx, snapshot, settled)
	if err != nil {
		return nil, err
	}
	r, err := report.Compose(ctx, sources, spec)
	if err != nil {
		return nil, err
	}
	if r.Spec.Period(r.AsOf) != period {
		return nil, errMoved
	}
	r.Edition = &report.Edition{ID: edition.ID(r.Spec.Name, period, number), Number: number, IssuedAt: r.MadeAt.Truncate(time.Millisecond)}
	return p.bind(ctx, snapshot, settled, r)
}

// bind puts down what an edition's figures stand on, and writes its files.
func (p *Press) bind(ctx context.Context, snapshot *store.Snapshot, settled settings.Settings, r *report.Report) (*edition.Draft, error) {
	newest, err := newestBatch(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	d := &edition.Draft{
		Title: r.Title, From: r.Spec.From, To: r.Spec.To, AsOf: r.AsOf, Generation: r.Generation, LastBatch: newest.id, BatchMark: newest.mark,
		Definitions: meaning(r), Version: r.Version, SettingsRevision: settled.Revision, IssuedAt: r.Edition.IssuedAt,
	}
	if d.Spec, err = json.Marshal(r.Spec); err != nil {
		return nil, err
	}
	if d.Values, err = json.Marshal(r.Values()); err != nil {
		return nil, err
	}
	d.Files, err = p.Files(ctx, r)
	return d, err
}

// batch is an import by its number and by what it can be known by.
type batch struct {
	id   int
	mark string
}

func newestBatch(ctx context.Context, snapshot *store.Snapshot) (batch, error) {
	return findBatch(ctx, snapshot, nil)
}

// findBatch gives an import by its number, nil: the newest; the zero batch where there is none.
func findBatch(ctx context.Context, snapshot *store.Snapshot, id any) (found batch, err error) {
	err = snapshot.DB().QueryRowContext(ctx, newestBatchSQL, id).Scan(&found.id, &found.mark)
	if errors.Is(err, sql.ErrNoRows) {
		return batch{}, nil
	}
	return found, err
}

// meaning is a hash of what a report's figures mean: the definition and the SQL of each metric that one is of.
func meaning(r *report.Report) string {
	used := map[string]bool{}
	for _, section := range r.Sections {
		for _, tile := range section.Tiles {
			used[tile.Metric] = true
		}
		for _, table := range section.Tables {
			used[table.Metric] = true
		}
	}
	for _, definition := range r.Definitions {
		used[definition.ID] = true
	}
	sum := sha256.New()
	into := json.NewEncoder(sum) // a line each, so that no two lists give the same bytes
	for _, m := range catalog.All() {
		if used[m.ID] {
			_ = into.Encode([]any{m.ID, m.Doc, m.SQL, m.Rows, m.Rollup, m.Readers, m.Columns, m.Always, m.AlwaysBy, m.Order}) // a hash takes all
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
