package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fillrate/fillrate/ingest/table"
)

// dates reads the dates of one part in the order of day and month that was declared, that the library is known by,
// or that the part itself proves; never by a guess. It is shared by the workers of the part.
type dates struct {
	zone    *table.Zone
	part    *part
	columns []int // cells that hold dates, for the search for a proof

	order atomic.Uint32 // table.DateOrder
	basis orderBasis    // of an order that was known before the part was read
	proof atomic.Bool   // the part proved the order itself
	slash atomic.Bool   // the part has dates with slashes, so that their order matters

	search   sync.Mutex
	open     bool                 // the part was searched in vain
	others   []*dates             // of the load's other parts from the same system, which write dates alike
	provenBy atomic.Pointer[part] // the other part that proved the order for this one
}

// orderBasis says where an order of day and month was known from before the part was read.
type orderBasis byte

const (
	undeclared orderBasis = iota
	declared              // by --date-order or the profile
	remembered            // from an earlier file of the library
)

var orderNames = map[table.DateOrder]string{table.MDY: "mdy", table.DMY: "dmy", table.YMD: "ymd"}

func orderOf(name string) table.DateOrder {
	for order, known := range orderNames {
		if known == name {
			return order
		}
	}
	return table.Unknown
}

var orderWords = map[table.DateOrder]string{table.MDY: "month/day/year", table.DMY: "day/month/year", table.YMD: "year-month-day"}

// read gives the instant of a cell as microseconds UTC and as the reading of the wall clock. ok is false where the
// cell is empty; bad is the reason where it holds no date; err refuses the whole part.
func (d *dates) read(ctx context.Context, cell *table.Cell, line int) (utc, local int64, ok bool, bad string, err error) {
	if len(cell.Text) == 0 {
		return 0, 0, false, "", nil
	}
	order := table.DateOrder(d.order.Load())
	if d.basis != undeclared && !d.slash.Load() && bytes.IndexByte(cell.Text, '/') >= 0 {
		d.slash.Store(true)
	}
	instant, result := table.ParseDate(cell.Text, cell.Kind, cell.Number, order)
	if result != table.OK {
		if result == table.Null {
			return 0, 0, false, "", nil
		}
		if instant, bad, err = d.settle(ctx, cell, line, order, instant, result); bad != "" || err != nil {
			return 0, 0, false, bad, err
		}
	}
	if instant.Local < placeholderEnd {
		return 0, 0, false, "", nil
	}
	if instant.Zoned {
		return instant.Local - int64(instant.OffsetSeconds)*1e6, instant.Local, true, "", nil
	}
	return d.zone.UTC(instant.Local), instant.Local, true, "", nil
}

// placeholderEnd is 1901-01-02: databases write 1900-01-01 and days near it where nothing was entered.
const placeholderEnd = -2177366400 * 1e6

// settle deals with a date that could not be read as it is.
func (d *dates) settle(ctx context.Context, cell *table.Cell, line int, order table.DateOrder, instant table.Instant, result table.DateResult) (table.Instant, string, error) {
	switch result {
	case table.ProvesMDY:
		return instant, "", d.prove(table.MDY, line)
	case table.ProvesDMY:
		return instant, "", d.prove(table.DMY, line)
	case table.Ambiguous:
		order, err := d.decide(ctx)
		if err != nil {
			return instant, "", err
		}
		if order == table.Unknown {
			return instant, "", refuse("date_order_unknown", "%s, line %d: nothing tells whether its dates are written month/day or day/month: say --date-order mdy or --date-order dmy",
				d.part.where(), line)
		}
		if instant, result = table.ParseDate(cell.Text, cell.Kind, cell.Number, order); result == table.OK {
			return instant, "", nil
		}
	case table.Bad:
		if err := d.contradiction(cell, line, order); err != nil {
			return instant, "", err
		}
	}
	if order == table.Unknown {
		return instant, "is not a date", nil
	}
	return instant, "is not a date in the order " + orderWords[order], nil
}

// prove takes a date that only one order can read as proof of it.
func (d *dates) prove(order table.DateOrder, line int) error {
	if d.order.CompareAndSwap(uint32(table.Unknown), uint32(order)) || table.DateOrder(d.order.Load()) == order {
		d.proof.Store(true)
		return nil
	}
	return d.mixed(line)
}

func (d *dates) mixed(line int) error {
	return refuse("date_order_mixed", "%s, line %d: some dates have the day first and others the month first, so none can be trusted: export it again with one date format", d.part.where(), line)
}

// contradiction refuses a part whose date is one in the other order than the one that the part proved, or that the
// library's earlier files had. Against a declared order the row alone is refused.
func (d *dates) contradiction(cell *table.Cell, line int, order table.DateOrder) error {
	if order != table.MDY && order != table.DMY || d.basis == declared {
		return nil
	}
	other := table.MDY + table.DMY - order
	if _, result := table.ParseDate(cell.Text, cell.Kind, cell.Number, other); result != table.OK {
		return nil
	}
	if by := d.provenBy.Load(); by != nil {
		return refuse("date_order_by_file", "%s, line %d: a date here is one in the order %s, but %s proves %s: say --date-order and load them apart",
			d.part.where(), line, orderWords[other], by.where(), orderWords[order])
	}
	if d.basis == remembered {
		return refuse("date_order_before", "%s, line %d: a date here is one in the order %s, but earlier files of this library wrote %s: say --date-order %s if this file differs",
			d.part.where(), line, orderWords[other], orderWords[order], orderNames[other])
	}
	return d.mixed(line)
}

// decide looks for a date that proves the order of day and month: first in the part itself, then in the load's other
// files from the same system. Unknown: there is none.
func (d *dates) decide(ctx context.Context) (table.DateOrder, error) {
	order, err := d.decideAlone(ctx)
	if err != nil || order != table.Unknown {
		return order, err
	}
	d.search.Lock()
	defer d.search.Unlock()
	if d.provenBy.Load() != nil {
		return table.DateOrder(d.order.Load()), nil
	}
	var by *part
	for _, other := range d.others {
		said, err := other.decideAlone(ctx)
		switch {
		case err != nil:
			return table.Unknown, err
		case said == table.Unknown:
		case order == table.Unknown:
			order, by = said, other.part
		case said != order:
			return table.Unknown, refuse("date_orders_differ", "%s: its dates may be month/day or day/month; %s has one order and %s the other: say --date-order and load them apart",
				d.part.where(), by.where(), other.part.where())
		}
	}
	if order != table.Unknown {
		d.provenBy.Store(by)
		d.order.Store(uint32(order))
	}
	return order, nil
}

// decideAlone reads the part ahead until a date proves the order.
func (d *dates) decideAlone(ctx context.Context) (table.DateOrder, error) {
	d.search.Lock()
	defer d.search.Unlock()
	if order := table.DateOrder(d.order.Load()); order != table.Unknown || d.open {
		return order, nil
	}
	err := d.part.table.Chunks(ctx, func(chunk *table.Chunk) error {
		defer chunk.Release()
		return chunk.Rows(d.proves)
	})
	if err != nil && !errors.Is(err, errEnough) {
		return table.Unknown, err
	}
	order := table.DateOrder(d.order.Load())
	d.open = order == table.Unknown
	return order, nil
}

var errEnough = errors.New("enough")

// proves ends with errEnough at a row whose dates can be read in one order only.
func (d *dates) proves(row table.Row) error {
	if row.Err != nil {
		return nil
	}
	for _, at := range d.columns {
		cell := &row.Cells[at]
		var order table.DateOrder
		switch _, result := table.ParseDate(cell.Text, cell.Kind, cell.Number, table.Unknown); result {
		case table.ProvesMDY:
			order = table.MDY
		case table.ProvesDMY:
			order = table.DMY
		default:
			continue
		}
		if err := d.prove(order, row.Line); err != nil {
			return err
		}
		return errEnough
	}
	return nil
}

// readLoosely reads a date that people type as they like: what cannot be read is nothing, and it proves no order.
func (d *dates) readLoosely(ctx context.Context, cell *table.Cell) (local int64, ok bool, err error) {
	order := table.DateOrder(d.order.Load())
	instant, result := table.ParseDate(cell.Text, cell.Kind, cell.Number, order)
	switch result {
	case table.ProvesMDY, table.ProvesDMY, table.Ambiguous:
		// The same answer must come out whether another worker has found the order by now or not.
		if order, err = d.decide(ctx); err != nil {
			return 0, false, err
		}
		if order != table.Unknown {
			instant, result = table.ParseDate(cell.Text, cell.Kind, cell.Number, order)
		}
	}
	known := result == table.OK || result == table.ProvesMDY || result == table.ProvesDMY
	return instant.Local, known && instant.Local >= placeholderEnd, nil
}

// note says which order was read by, where there was one to know.
func (d *dates) note() string {
	order := table.DateOrder(d.order.Load())
	if by := d.provenBy.Load(); by != nil {
		return fmt.Sprintf("dates read as %s, which %s proves", orderWords[order], by.where())
	}
	switch {
	case d.basis == declared && d.slash.Load():
		return fmt.Sprintf("dates read as %s, as was said", orderWords[order])
	case d.basis == remembered && d.slash.Load():
		return fmt.Sprintf("dates read as %s, as in the library's earlier files", orderWords[order])
	case !d.proof.Load():
		return ""
	}
	return fmt.Sprintf("dates read as %s, which the file proves", orderWords[order])
}
