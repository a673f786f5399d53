package press

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed since.sql
	sinceSQL string
	//go:embed imports.sql
	importsSQL string
)

// Restatement says how far the figures of an edition have moved since it was issued.
type Restatement struct {
	Edition *edition.Edition
	Words   *locale.Words  // of the edition's language
	Now     *report.Report // what the same question gives now
	// Rows are the figures that differ, in the order of the report as it is now; those that it no longer has come last.
	Rows      []Change
	Unchanged int
	// IsList: the edition is of lists to work through, which have no figures to compare.
	IsList bool
	// RolledBack: the history was returned to one from before the edition, or is another one, so that nobody can tell what
	// arrived since.
	RolledBack bool
	// NArrived and NChanged are the requests of the edition's filter and span that imports after it were the first to tell of,
	// or told something else of; nil where that can't be told, or must not be, as Uncounted says.
	NArrived, NChanged *int64
	Uncounted          string
	// NImports is how many loads came after the edition, NOther those of them that told of other things than requests:
	// closures, partners, readers, targets.
	NImports, NOther int64
	// MeaningChanged: a definition of the figures, or its SQL, is another now. VersionChanged: so is Fillrate's version.
	// Either way a difference may come of how the figures are counted.
	MeaningChanged, VersionChanged bool
	// CampaignsChanged: the record of campaigns was edited since, and the report speaks of them.
	CampaignsChanged bool
}

// Change is a figure that differs.
type Change struct {
	Section string   // its ID
	Title   string   // the section's
	Table   string   // its ID; empty: a tile
	Row     []string // codes of the table's row
	Column  string
	Label   string // of table, row and column
	Unit    queries.Unit
	Type    queries.Type
	// AsIssued and Now are nil where there is no such number; Difference where one of them is.
	AsIssued, Now, Difference *float64
	// IsGone: the report no longer has such a figure. IsNew: it had none.
	IsGone, IsNew bool
}

// Restate makes an edition's report again from what it was asked for, on the current generation, and sets the figures side
// by side. What the library settled since has no part in it: the edition's own numbers count.
func (p *Press) Restate(ctx context.Context, id string) (*Restatement, error) {
	e, err := p.Editions.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	text, err := p.Editions.Values(ctx, id)
	if err != nil {
		return nil, err
	}
	var issued []report.Value
	if err := json.Unmarshal(text, &issued); err != nil {
		return nil, fmt.Errorf("the figures of the edition %s can't be read: %w", e.ID, err)
	}
	var spec report.Spec
	if err := json.Unmarshal(e.Spec, &spec); err != nil {
		return nil, fmt.Errorf("the edition %s was asked for in a way that this Fillrate does not know: %w", e.ID, err)
	}
	settled, err := p.settled(ctx)
	if err != nil {
		return nil, err
	}
	settled.Numbers = spec.Filter.Numbers
	snapshot, err := p.Store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	sources, err := p.sources(ctx, snapshot, settled)
	if err != nil {
		return nil, err
	}
	sources.Draw = nil // its figures are compared, not shown
	now, err := report.Compose(ctx, sources, spec)
	if err != nil {
		return nil, err
	}
	r := &Restatement{
		Edition: e, Words: now.Words, Now: now, IsList: spec.Kind == report.Worklists,
		MeaningChanged: meaning(now) != e.Definitions, VersionChanged: now.Version != e.Version,
	}
	r.compare(issued, now)
	if r.CampaignsChanged, err = p.editedSince(ctx, now, e.IssuedAt); err != nil {
		return nil, err
	}
	return r, r.count(ctx, snapshot, settled, spec)
}

// editedSince tells whether the record of the campaigns that a report speaks of was edited after an instant.
func (p *Press) editedSince(ctx context.Context, r *report.Report, at time.Time) (bool, error) {
	if p.Campaigns == nil || !slices.Contains(r.Spec.Sections, "campaigns") {
		return false, nil
	}
	list, err := p.Campaigns.List(ctx)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		edits, err := p.Campaigns.History(ctx, c.ID)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(edits, func(e campaign.Edit) bool { return e.How != "looked" && e.At.After(at) }) {
			return true, nil
		}
	}
	return false, nil
}

// compare sets the figures of an edition beside those of now.
func (r *Restatement) compare(issued []report.Value, now *report.Report) {
	titles := map[string]string{}
	for _, section := range now.Sections {
		titles[section.ID] = section.Title
	}
	before := map[string]report.Value{}
	for _, value := range issued {
		before[value.Key()] = value
	}
	title := func(id string) string {
		if titles[id] == "" {
			return r.Words.Text("report.section." + id)
		}
		return titles[id]
	}
	for _, value := range now.Values() {
		was, isKnown := before[value.Key()]
		delete(before, value.Key())
		if isKnown && isSame(was.Number, value.Number) {
			r.Unchanged++
			continue
		}
		change := figure(value, title)
		change.Now, change.IsNew = value.Number, !isKnown
		if isKnown {
			change.AsIssued = was.Number
		}
		if change.AsIssued != nil && change.Now != nil {
			difference := *change.Now - *change.AsIssued
			change.Difference = &difference
		}
		r.Rows = append(r.Rows, change)
	}
	for _, value := range issued {
		if _, isGone := before[value.Key()]; isGone {
			change := figure(value, title)
			change.AsIssued, change.IsGone = value.Number, true
			r.Rows = append(r.Rows, change)
		}
	}
}

// figure is a change without its numbers.
func figure(v report.Value, title func(section string) string) Change {
	return Change{Section: v.Section, Title: title(v.Section), Table: v.Table, Row: v.Row, Column: v.Column, Label: v.Label, Unit: v.Unit, Type: v.Type}
}

// isSame tells whether two numbers are one but for the order in which a sum was added up.
func isSame(a, b *float64) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	const relative, absolute = 1e-9, 1e-12
	return math.Abs(*a-*b) <= math.Max(absolute, relative*math.Max(math.Abs(*a), math.Abs(*b)))
}

// count tells what became of the edition's requests since.
func (r *Restatement) count(ctx context.Context, snapshot *store.Snapshot, settled settings.Settings, spec report.Spec) error {
	then, err := findBatch(ctx, snapshot, r.Edition.LastBatch)
	if err != nil {
		return err
	}
	if r.Edition.LastBatch > 0 && then.mark != r.Edition.BatchMark {
		r.RolledBack = true
		return nil
	}
	if err := snapshot.DB().QueryRowContext(ctx, importsSQL, r.Edition.LastBatch).Scan(&r.NImports, &r.NOther); err != nil {
		return fmt.Errorf("reading what was imported since: %w", err)
	}
	filter := settled.Apply(spec.Filter)
	filter.From, filter.To = spec.From, spec.To
	if len(filter.Department)+len(filter.PatronGroup) > 0 { // of a group too small to be shown nothing is counted either
		volume, err := catalog.Find("volume")
		if err != nil {
			return err
		}
		switch _, err := queries.CountRows(ctx, snapshot, volume, filter); {
		case queries.ErrorCode(err) == queries.Invalid:
			r.Uncounted = err.Error()
			return nil
		case err != nil:
			return err
		}
	}
	day := func(key string) any {
		if text := filter.Values().Get(key); text != "" {
			return text
		}
		return nil
	}
	list := func(names []string) string { return strings.Join(names, "\x1f") }
	var arrived, changed int64
	err = snapshot.DB().QueryRowContext(ctx, sinceSQL, r.Edition.LastBatch, day("from"), day("to"), filter.IsPeriod(), list(filter.Library), list(filter.Role),
		list(filter.Kind), list(filter.Network), list(filter.Partner), list(filter.Department), list(filter.PatronGroup), list(filter.Source)).Scan(&arrived, &changed)
	if err != nil {
		return fmt.Errorf("counting what arrived since: %w", err)
	}
	r.NArrived, r.NChanged = &arrived, &changed
	return nil
}
