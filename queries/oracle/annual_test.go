package oracle

import (
	"slices"
	"strings"
)

// annual counts requests under the rules of annual surveys, written down again from the definition.
func (o *oracle) annual(g group) [][]any {
	counts := map[[3]string]int64{}
	for _, r := range g.records {
		if o.isPeriod() && !r.isOutcome {
			continue
		}
		counts[[3]string{directionOf(r), formOf(r), ruleOf(r)}]++
	}
	var rows [][]any
	for key, n := range counts {
		rows = append(rows, []any{key[0], key[1], key[2], n, o.isProvisional(g.records)})
	}
	place := func(column int, order ...string) func(a, b []any) int {
		return func(a, b []any) int {
			return slices.Index(order, a[column].(string)) - slices.Index(order, b[column].(string))
		}
	}
	sortRows(rows, place(0, "provided", "received"), place(1, "returnable", "nonreturnable", "unknown"),
		place(2, "counted", "commercial", "document_delivery", "local", "not_filled", "open", "open_access", "own_library", "unknown_supplier"))
	return rows
}

func directionOf(r record) string {
	if r.role == "lending" {
		return "provided"
	}
	return "received"
}

func formOf(r record) string {
	return map[string]string{"loan": "returnable", "copy": "nonreturnable", "unknown": "unknown"}[r.kind]
}

func ruleOf(r record) string {
	if r.outcome == "open" {
		return "open"
	}
	if r.outcome != "filled" {
		return "not_filled"
	}
	if r.role != "lending" {
		switch *r.filledBy {
		case "purchase":
			return "commercial"
		case "open_access":
			return "open_access"
		case "unknown":
			return "unknown_supplier"
		case "local":
			if r.role == "docdel" {
				return "document_delivery"
			}
			return "local"
		}
	}
	isBranch := r.partnerGroup != nil && (strings.EqualFold(*r.partnerGroup, "own") || strings.EqualFold(*r.partnerGroup, "branch"))
	if isBranch || r.partnerName != nil && strings.EqualFold(*r.partnerName, r.library) {
		return "own_library"
	}
	return "counted"
}
