package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fillrate/fillrate/ingest/merge"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
	"github.com/fillrate/fillrate/queries/store"
)

// known is what the history remembers of a library.
type known struct {
	zone      string
	given     bool // the zone was given, not assumed
	dateOrder string
	stored    bool
}

// settle decides whose history is loaded, in which zone its clocks go and how its dates are written.
func (l *load) settle(ctx context.Context, tx *store.Tx) (known, error) {
	if err := l.chooseLibrary(ctx, tx); err != nil {
		return known{}, err
	}
	k, err := recall(ctx, tx, l.library)
	if err != nil {
		return known{}, err
	}
	if err := l.chooseZone(&k); err != nil {
		return known{}, err
	}
	location, err := loadZone(k.zone)
	if err != nil {
		return known{}, err
	}
	l.zone = table.NewZone(location)
	for _, p := range l.parts {
		l.prepare(p, k)
	}
	for _, p := range l.parts {
		for _, other := range l.parts {
			if other != p && other.profile == p.profile && other.hasTimes() {
				p.dates.others = append(p.dates.others, other.dates)
			}
		}
	}
	return k, nil
}

// chooseLibrary takes the library that was named, else the only one that the history holds.
func (l *load) chooseLibrary(ctx context.Context, tx *store.Tx) error {
	if l.library = l.opt.Library; l.library != "" {
		return nil
	}
	for _, p := range l.parts {
		if p.profile.Library != "" {
			l.library = p.profile.Library
			return nil
		}
	}
	if !slices.ContainsFunc(l.parts, (*part).isOfLibrary) {
		return nil // reference files name their libraries themselves
	}
	var names sql.NullString
	var n int
	if err := tx.QueryRow(ctx, "select string_agg(library, ', ' order by library), count(*) from library").Scan(&names, &n); err != nil {
		return err
	}
	switch n {
	case 0:
		return refuse("library_needed", "say whose exports these are with --library CODE, such as --library MAIN: it is part of every request's key")
	case 1:
		l.library = names.String
		return nil
	}
	return refuse("library_unsaid", "the history holds several libraries (%s): say whose exports these are with --library CODE", names.String)
}

// isOfLibrary says whether the rows of a part belong to the load's library.
func (p *part) isOfLibrary() bool {
	switch p.content() {
	case source.Closures, source.PartnerAliases, source.PartnerGroups, source.SLATargets, source.GroupWeights:
		return false
	}
	return true
}

func recall(ctx context.Context, tx *store.Tx, library string) (known, error) {
	k := known{zone: "UTC"}
	var order sql.NullString
	err := tx.QueryRow(ctx, "select zone, zone_given, date_order from library where library = $1", library).Scan(&k.zone, &k.given, &order)
	if errors.Is(err, sql.ErrNoRows) {
		return k, nil
	}
	k.dateOrder, k.stored = order.String, true
	return k, err
}

// chooseZone takes the zone that was given; what was loaded under another one stays as it is, so that is refused.
func (l *load) chooseZone(k *known) error {
	asked := l.opt.Zone
	for _, p := range l.parts {
		if asked == "" {
			asked = p.profile.Zone
		}
	}
	switch {
	case asked == "" || l.library == "":
	case !k.stored || asked == k.zone:
		k.zone, k.given = asked, true
	case !k.given:
		return refuse("zone_was_utc", "the times of %s were loaded as UTC because no --tz was given then: load its exports with --tz %s into a new data directory", l.library, asked)
	default:
		return refuse("zone_differs", "the times of %s are kept in the zone %s: --tz %s would mix two clocks; use a new data directory to change it", l.library, k.zone, asked)
	}
	if !k.given && l.library != "" && slices.ContainsFunc(l.parts, (*part).hasTimes) {
		l.zoneAssumed = true
		l.notes = append(l.notes, fmt.Sprintf("Times are taken as UTC, as the zone of %s is not known: months are cut in UTC. Give it at the first load, such as --tz America/New_York.", l.library))
	}
	return nil
}

func (p *part) hasTimes() bool {
	return p.content() == source.Requests || p.content() == source.Events || p.content() == source.Notes
}

// prepare gives a part what it reads its dates with.
func (l *load) prepare(p *part, k known) {
	p.dates = &dates{zone: l.zone, part: p}
	for _, set := range append([]map[string][]string{p.kind.Columns}, whens(p.kind)...) {
		for _, column := range slices.Concat(timeColumns[:], []string{"happened_at", "day"}) {
			for _, at := range positions(p.heading, set[column]) {
				if !slices.Contains(p.dates.columns, at) {
					p.dates.columns = append(p.dates.columns, at)
				}
			}
		}
	}
	switch {
	case l.opt.DateOrder != "":
		p.dates.basis = declared
		p.dates.order.Store(uint32(orderOf(l.opt.DateOrder)))
	case p.profile.DateOrder != "":
		p.dates.basis = declared
		p.dates.order.Store(uint32(orderOf(p.profile.DateOrder)))
	case k.dateOrder != "" && p.hasTimes():
		p.dates.basis = remembered
		p.dates.order.Store(uint32(orderOf(k.dateOrder)))
	}
	if p.rowHash {
		p.occurs = &occurrences{seen: map[uint64]uint32{}}
	}
	p.noteDefaults()
}

// remember keeps the library's zone, and its order of day and month where all files of the load agree on it. An order
// that is known already stays: --date-order holds for its own load.
func (l *load) remember(ctx context.Context, merger *merge.Merger, k known) error {
	if l.library == "" || !slices.ContainsFunc(l.parts, (*part).isOfLibrary) {
		return nil
	}
	var orders []string
	for _, p := range l.parts {
		if p.hasTimes() && (p.dates.proof.Load() || p.dates.provenBy.Load() != nil || l.opt.DateOrder != "") {
			orders = append(orders, orderNames[table.DateOrder(p.dates.order.Load())])
		}
	}
	slices.Sort(orders)
	if orders = slices.Compact(orders); len(orders) == 1 {
		k.dateOrder = cmp.Or(k.dateOrder, orders[0])
	} else if len(orders) > 1 {
		l.ordersDiffer = true
		l.notes = append(l.notes, fmt.Sprintf("The files write dates in different orders (%s), so none is remembered.", strings.Join(orders, ", ")))
	}
	return merger.Library(ctx, l.library, k.zone, k.given, k.dateOrder)
}
