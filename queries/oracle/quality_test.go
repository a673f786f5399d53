package oracle

import (
	"time"
)

func (o *oracle) dataQuality(g group) [][]any {
	var rows [][]any
	add := func(name string, n, of int64) { rows = append(rows, []any{name, n, of, share(n, of)}) }
	check := func(name string, of, is func(record) bool) {
		add(name, count(g.records, func(r record) bool { return of(r) && is(r) }), count(g.records, of))
	}
	isWhole := len(o.by()) == 0
	if isWhole {
		var nRead, nRejected int64
		for _, b := range o.h.batches {
			nRead += b.nRead
			nRejected += b.nRejected
		}
		add("rows_rejected", nRejected, nRead)
	}
	everyone := o.records() // a duplicate may stand in another group
	all := func(record) bool { return true }
	filled := func(r record) bool { return r.outcome == "filled" }
	withPartner := func(r record) bool {
		return filled(r) && (r.role == "lending" || r.role == "borrowing" && *r.filledBy == "lender")
	}
	ended := func(r record) bool { return r.outcome == "unfilled" || r.outcome == "cancelled" }
	ours := func(r record) bool { return r.role != "lending" }
	check("no_created_at", all, func(r record) bool { return r.created == nil })
	check("undated_fill", filled, func(r record) bool { return r.created == nil || r.supplied == nil })
	check("negative_duration", all, func(r record) bool { return r.isNegative })
	check("unknown_status", all, func(r record) bool { return r.isStatusNow && r.status == "unknown" })
	check("unknown_kind", all, func(r record) bool { return r.kind == "unknown" })
	check("no_partner", withPartner, func(r record) bool { return orUnknown(r.partnerName) == "unknown" })
	check("no_reason", ended, func(r record) bool { return orUnknown(r.fact.reason) == "unknown" })
	check("no_patron_group", ours, func(r record) bool { return orUnknown(r.group) == "unknown" })
	check("no_department", ours, func(r record) bool { return orUnknown(r.dept) == "unknown" })
	check("likely_duplicate", func(r record) bool { return ours(r) && r.patronKey != nil && workOf(r) != "" },
		func(r record) bool { return isAgain(r, everyone) })
	if isWhole {
		var nAssumed int64
		for _, lib := range o.h.libraries {
			if !lib.isZoneGiven {
				nAssumed++
			}
		}
		add("zone_assumed", nAssumed, int64(len(o.h.libraries)))
	}
	return rows
}

// workOf names what a reader asked for; empty where the history does not tell.
func workOf(r record) string {
	title := plain(r.title)
	if title == "" {
		return ""
	}
	if r.kind == "copy" {
		return "copy|" + plain(r.container) + "|" + title
	}
	return "loan|" + title
}

// isAgain tells that the same reader asked for the same thing within the seven days before.
func isAgain(r record, among []record) bool {
	for _, other := range among {
		if other.id == r.id || other.role == "lending" || other.patronKey == nil || *other.patronKey != *r.patronKey || workOf(other) != workOf(r) {
			continue
		}
		if other.created == nil || r.created == nil || r.created.Before(*other.created) || r.created.Equal(*other.created) && other.id > r.id {
			continue
		}
		if r.created.Sub(*other.created) <= 7*24*time.Hour {
			return true
		}
	}
	return false
}
