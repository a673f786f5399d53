package campaign

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries/export"
)

var (
	//go:embed exposures.sql
	exposuresSQL string
	//go:embed put_exposure.sql
	putExposureSQL string
	//go:embed remove_exposure.sql
	removeExposureSQL string
)

const exposureHeadings = "dimension, unit, from, readers"

// Exposures gives all exposures by dimension, unit and day.
func (b *Book) Exposures(ctx context.Context) ([]Exposure, error) {
	db, err := b.reading(ctx)
	if err != nil || db == nil {
		return nil, err
	}
	all, err := exposures(ctx, db)
	return all, b.failed(err)
}

func exposures(ctx context.Context, db conn) ([]Exposure, error) {
	rows, err := db.QueryContext(ctx, exposuresSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Exposure
	for rows.Next() {
		var e Exposure
		var from string
		if err := rows.Scan(&e.Dimension, &e.Unit, &from, &e.NReaders); err != nil {
			return nil, err
		}
		if e.From, err = time.Parse(time.DateOnly, from); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// exposureRow is an Exposure of a file; one without readers takes that row out.
type exposureRow struct {
	Exposure
	isRemoved bool
}

// ImportExposures adds and changes exposures from a CSV file of dimension, unit, from and readers, all or none. A row without
// readers takes the one of its dimension, unit and day out.
func (b *Book) ImportExposures(ctx context.Context, from io.Reader, file string) (Summary, error) {
	s, err := readSheet(from, file)
	if err != nil {
		return Summary{}, err
	}
	rows, err := s.exposures()
	if err != nil {
		return Summary{}, err
	}
	var summary Summary
	err = b.change(ctx, func(tx *sql.Tx) error {
		there, err := exposures(ctx, tx)
		if err != nil {
			return err
		}
		before := map[exposureKey]float64{}
		for _, e := range there {
			before[keyOf(e)] = e.NReaders
		}
		for _, row := range rows {
			n, isThere := before[keyOf(row.Exposure)]
			switch {
			case row.isRemoved && !isThere, isThere && !row.isRemoved && n == row.NReaders:
				summary.Unchanged++
				continue
			case isThere:
				summary.Changed++
			default:
				summary.New++
			}
			if err := putExposure(ctx, tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Summary{}, err
	}
	return summary, nil
}

type exposureKey struct{ dimension, unit, from string }

func keyOf(e Exposure) exposureKey { return exposureKey{e.Dimension, e.Unit, dayText(e.From)} }

func putExposure(ctx context.Context, tx conn, row exposureRow) error {
	key := keyOf(row.Exposure)
	if row.isRemoved {
		_, err := tx.ExecContext(ctx, removeExposureSQL, key.dimension, key.unit, key.from)
		return err
	}
	_, err := tx.ExecContext(ctx, putExposureSQL, key.dimension, key.unit, key.from, row.NReaders)
	return err
}

// exposures reads and checks the rows of a file, each dimension, unit and day once.
func (s *sheet) exposures() ([]exposureRow, error) {
	holds, err := s.columns(map[string]string{
		"dimension": "dimension", "unit": "unit", "name": "unit", "from": "from", "readers": "readers", "nreaders": "readers",
	}, []string{"dimension", "unit", "from", "readers"}, exposureHeadings)
	if err != nil {
		return nil, err
	}
	if len(s.rows) == 0 {
		return nil, refuse(s.file, 0, "it names columns but no readers: write a unit and a day a line")
	}
	seen := map[exposureKey]int{}
	var all []exposureRow
	for _, line := range s.rows {
		cells := map[string]string{}
		for i, what := range holds {
			cells[what] = strings.TrimSpace(export.Unguard(line.cells[i]))
		}
		row, err := readExposure(cells)
		if err != nil {
			var field *FieldError
			if errors.As(err, &field) {
				return nil, refuseCell(s.file, line.line, s.headings[slices.Index(holds, field.Field)], field)
			}
			return nil, err
		}
		if first := seen[keyOf(row.Exposure)]; first > 0 {
			return nil, refuse(s.file, line.line, "%s %q from %s is on line %d already: take one out", spaced(row.Dimension), row.Unit, dayText(row.From), first)
		}
		seen[keyOf(row.Exposure)] = line.line
		all = append(all, row)
	}
	return all, nil
}

func readExposure(cells map[string]string) (exposureRow, error) {
	row := exposureRow{Exposure: Exposure{Dimension: underscored(cells["dimension"]), Unit: cells["unit"]}}
	if row.Dimension == "group" {
		row.Dimension = PatronGroup
	}
	if !slices.Contains(dimensions, row.Dimension) {
		return row, wrong("dimension", "dimension %q is not known: use %s", excerpt(cells["dimension"]), strings.Join(dimensions, ", "))
	}
	if row.Unit == "" {
		return row, wrong("unit", "the %s is missing: name it as the history does", spaced(row.Dimension))
	}
	if err := checkText("unit", row.Unit, maxName, false); err != nil {
		return row, err
	}
	var err error
	if err = setDay(&row.From, "from", cells["from"]); err != nil {
		return row, asField("from", err)
	}
	if row.From.IsZero() {
		return row, wrong("from", "from is missing: give the day from which the number counts, such as 2024-09-01")
	}
	if row.isRemoved = cells["readers"] == ""; row.isRemoved {
		return row, nil
	}
	if !plainNumber.MatchString(cells["readers"]) {
		return row, wrong("readers", "readers %q is no number: write it without thousands separators, such as 1250", excerpt(cells["readers"]))
	}
	if row.NReaders, err = strconv.ParseFloat(cells["readers"], 64); err != nil || row.NReaders <= 0 {
		return row, wrong("readers", "readers %q must be more than 0: leave the cell empty to take the row out", excerpt(cells["readers"]))
	}
	return row, nil
}
