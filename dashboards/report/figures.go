package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// Value is one number of a report under a key that stays the same from one making to the next, so that two makings of a
// report can be compared.
type Value struct {
	Section string       `json:"section"`
	Table   string       `json:"table,omitempty"` // empty: a tile
	Row     []string     `json:"row,omitempty"`   // codes of the row, not words
	Column  string       `json:"column"`
	Label   string       `json:"label"` // of table, row and column, in the report's language
	Unit    queries.Unit `json:"unit,omitempty"`
	Type    queries.Type `json:"type"`
	Number  *float64     `json:"number"` // nil: there was none
}

// Key tells values of one report apart.
func (v Value) Key() string {
	text, err := json.Marshal([]any{v.Section, v.Table, v.Row, v.Column})
	if err != nil { // strings always can be
		panic(err)
	}
	return string(text)
}

// Values are the report's numbers, tiles first in each section; lists to work through have none. Rows of a table whose keys
// are the same are told apart by their place.
func (r *Report) Values() []Value {
	var values []Value
	for _, section := range r.Sections {
		for _, tile := range section.Tiles {
			values = append(values, Value{Section: section.ID, Column: tile.ID, Label: tile.Label, Unit: tile.Column.Unit, Type: tile.Column.Type, Number: tile.Now})
		}
		for _, table := range section.Tables {
			if !table.List {
				values = append(values, table.values(section)...)
			}
		}
	}
	return values
}

func (t Table) values(section Section) []Value {
	var values []Value
	seen := map[string]int{}
	for i, row := range t.Rows {
		codes, names := []string{}, []string{}
		for k := range t.Keys {
			codes = append(codes, chart.Text(t.Codes[i][k]))
			if name := chart.Text(row[k]); name != "" {
				names = append(names, name)
			}
		}
		key := strings.Join(codes, "\x00")
		if seen[key]++; seen[key] > 1 {
			codes = append(codes, fmt.Sprint(seen[key]))
		}
		for k, column := range t.Columns[t.Keys:] {
			if column.Type != queries.Integer && column.Type != queries.Double {
				continue
			}
			label := strings.Join(append(append([]string{t.Title}, names...), column.Label), " · ")
			values = append(values, Value{Section: section.ID, Table: t.ID, Row: codes, Column: column.Name, Label: label, Unit: column.Unit, Type: column.Type, Number: chart.Number(row[t.Keys+k])})
		}
	}
	return values
}
