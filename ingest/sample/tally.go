package sample

import (
	"cmp"
	"slices"
	"time"
)

// tally is the bookkeeping of one batch of requests; batches are added up in any order.
type tally struct {
	months     [nRoles][2][]Outcomes // by kind (loan, copy) and month since the first
	depts      [nRoles][]Outcomes
	groups     [nRoles][]Outcomes
	partners   [2][]Outcomes // borrowing and lending; one more than there are partners, for requests never sent
	asked      []int
	pseudo     [len(pseudoLenders)]int
	statuses   [nStatuses]int
	reasons    map[reasonKey]int
	waits      [nRoles][2][]int64 // milliseconds, only where quantiles are asked for
	waitSum    [nRoles][2]int64
	nWaits     [nRoles][2]int
	nMissing   [nRoles][2]int
	nNegative  [nRoles][2]int
	due        [2][]dueDay // by side and due day since the first
	newest     int64
	events     int
	histories  int
	withoutLog int
	targets    []int // per change
	quirks     QuirkTruth
}

type reasonKey struct {
	role    role
	outcome outcome
	reason  string
}

// dueDay counts supplied loans by due day: still out at the export, and come back late.
type dueDay struct{ out, late, inTime int }

func (w *world) newTally() *tally {
	t := &tally{reasons: map[reasonKey]int{}, asked: make([]int, len(w.partners)), targets: make([]int, len(w.changes))}
	for ro := range nRoles {
		for k := range 2 {
			t.months[ro][k] = make([]Outcomes, w.nMonths())
		}
		t.depts[ro] = make([]Outcomes, len(departments)+1)
		t.groups[ro] = make([]Outcomes, len(patronGroups)+1)
	}
	for side := range 2 {
		t.partners[side] = make([]Outcomes, len(w.partners)+1)
		t.due[side] = make([]dueDay, len(w.cal.clock))
	}
	return t
}

func (w *world) nMonths() int { return w.monthIndex(w.toAt-1) + 1 }

// monthIndex counts months from the first one of the history.
func (w *world) monthIndex(at int64) int {
	t := time.UnixMilli(at).UTC()
	return (t.Year()-w.cfg.From.Year())*12 + int(t.Month()) - int(w.cfg.From.Month())
}

func (o *Outcomes) count(out outcome) {
	o.NRequests++
	switch out {
	case filled:
		o.NFilled++
	case unfilled:
		o.NUnfilled++
	case cancelled:
		o.NCancelled++
	default:
		o.NOpen++
	}
}

func (o *Outcomes) add(p Outcomes) {
	o.NRequests += p.NRequests
	o.NFilled += p.NFilled
	o.NUnfilled += p.NUnfilled
	o.NCancelled += p.NCancelled
	o.NOpen += p.NOpen
}

// count books one settled request.
func (t *tally) count(w *world, q *request) {
	kind := 0
	if q.copy {
		kind = 1
	}
	t.months[q.role][kind][w.monthIndex(q.created)].count(q.outcome)
	t.newest = max(t.newest, q.created, q.changed/second*second, q.shipped/second*second)
	if !q.untracked {
		t.newest = max(t.newest, q.last().at)
		t.events += len(q.events)
	} else {
		t.withoutLog++
	}
	t.statuses[q.last().to]++
	if q.outcome == unfilled || q.outcome == cancelled {
		t.reasons[reasonKey{q.role, q.outcome, q.reason}]++
	}

	if q.role == lending {
		t.partners[1][q.partner].count(q.outcome)
	} else {
		dep, group := len(departments), len(patronGroups)
		if q.patron < len(w.patrons) {
			dep, group = int(w.patrons[q.patron].department), int(w.patrons[q.patron].group)
		} else {
			t.quirks.NUserUnknown++
		}
		t.depts[q.role][dep].count(q.outcome)
		t.groups[q.role][group].count(q.outcome)
		for i, c := range w.changes {
			if dep < len(departments) && c.addresses(departments[dep].name, q.created) {
				t.targets[i]++
			}
		}
	}
	if q.role == borrowing {
		switch {
		case q.usePseudo:
			t.pseudo[q.pseudo]++
		case q.lender >= 0:
			t.partners[0][q.lender].count(q.outcome)
		default:
			t.partners[0][len(w.partners)].count(q.outcome)
		}
		for _, a := range q.asks {
			t.asked[a.partner]++
		}
	}

	if q.outcome == filled {
		wait := w.cal.utc(q.supplied) - w.cal.utc(q.created)
		switch {
		case q.untracked:
			t.nMissing[q.role][kind]++
		case wait < 0:
			t.nNegative[q.role][kind]++
		default:
			t.nWaits[q.role][kind]++
			t.waitSum[q.role][kind] += wait
			if w.cfg.Requests <= maxQuantiles {
				t.waits[q.role][kind] = append(t.waits[q.role][kind], wait)
			}
		}
		if !q.copy && q.role != docdel {
			d := &t.due[q.role][w.cal.index(q.due)]
			switch {
			case q.returned == 0:
				d.out++
			case q.returned >= q.due+day:
				d.late++
			default:
				d.inTime++
			}
		}
	}

	k := &t.quirks
	if q.changed < q.created && q.last().to == cancelledCustomer {
		k.NTransactionBeforeCreation++
	}
	bump(&k.NClockAhead, q.aheadClock)
	bump(&k.NDeliveredAutomatically, q.auto)
	bump(&k.NReactivated, q.reactivated)
	bump(&k.NNightlyClosed, q.nightly)
	var deliveries int
	var conditional bool
	for _, e := range q.events {
		switch e.to {
		case delivered:
			deliveries++
		case awaitingConditional, conditionalized:
			conditional = true
		case renewed:
			k.NRenewed++
		}
	}
	bump(&k.NDeliveredTwice, deliveries > 1)
	bump(&k.NConditional, conditional)
}

func bump(n *int, yes bool) {
	if yes {
		*n++
	}
}

// merge adds another tally.
func (t *tally) merge(u *tally) {
	addAll := func(a, b []Outcomes) {
		for i := range a {
			a[i].add(b[i])
		}
	}
	for ro := range nRoles {
		for k := range 2 {
			addAll(t.months[ro][k], u.months[ro][k])
			t.waits[ro][k] = append(t.waits[ro][k], u.waits[ro][k]...)
			t.waitSum[ro][k] += u.waitSum[ro][k]
			t.nWaits[ro][k] += u.nWaits[ro][k]
			t.nMissing[ro][k] += u.nMissing[ro][k]
			t.nNegative[ro][k] += u.nNegative[ro][k]
		}
		addAll(t.depts[ro], u.depts[ro])
		addAll(t.groups[ro], u.groups[ro])
	}
	for side := range 2 {
		addAll(t.partners[side], u.partners[side])
		for i, d := range u.due[side] {
			t.due[side][i].out += d.out
			t.due[side][i].late += d.late
			t.due[side][i].inTime += d.inTime
		}
	}
	addInts(t.asked, u.asked)
	addInts(t.pseudo[:], u.pseudo[:])
	addInts(t.statuses[:], u.statuses[:])
	addInts(t.targets, u.targets)
	for k, n := range u.reasons {
		t.reasons[k] += n
	}
	t.newest = max(t.newest, u.newest)
	t.events += u.events
	t.histories += u.histories
	t.withoutLog += u.withoutLog
	a, b := &t.quirks, &u.quirks
	a.NTransactionBeforeCreation += b.NTransactionBeforeCreation
	a.NClockAhead += b.NClockAhead
	a.NDeliveredTwice += b.NDeliveredTwice
	a.NDeliveredAutomatically += b.NDeliveredAutomatically
	a.NReactivated += b.NReactivated
	a.NConditional += b.NConditional
	a.NRenewed += b.NRenewed
	a.NNightlyClosed += b.NNightlyClosed
	a.NUserUnknown += b.NUserUnknown
}

func addInts(a, b []int) {
	for i := range a {
		a[i] += b[i]
	}
}

const generatorName = "fillrate sample"

// maxQuantiles is the size above which waits are not kept for exact quantiles.
const maxQuantiles = 500_000

var kindText = [2]string{"loan", "copy"}

// truth turns the books into the figures of truth.json.
func (t *tally) truth(w *world) *Truth {
	const dateFormat, wallFormat = "2006-01-02", "2006-01-02T15:04:05"
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	tr := &Truth{
		Generator: generatorName,
		Config: ConfigTruth{w.cfg.Requests, w.cfg.Seed, at(w.fromAt).Format(dateFormat), at(w.toAt).Format(dateFormat),
			w.cfg.TransactionsOnly},
		Zone:             "America/New_York",
		ExportAt:         at(w.asOf).Format(wallFormat),
		AsOf:             at(w.cal.utc(t.newest)).Format(wallFormat + ".000Z"),
		AsOfLocal:        at(t.newest).Format(wallFormat + ".000"),
		CancelledReasons: cancelledReasons,
		Quirks:           t.quirks,
		Tracking:         TrackingTruth{t.events, t.withoutLog},
		PersonalColumns: []string{"Transactions.Username", "Transactions.TName", "Transactions.TAddress", "Transactions.ArticleExchangePassword",
			"History.UserName", "History.Entry", "UsersALL.Username", "UsersALL.LastName", "UsersALL.FirstName", "UsersALL.EMailAddress",
			"LenderAddressesALL.Address1", "LenderAddressesALL.EMailAddress"},
		PersonalMarkers: []string{"Zzname", "Example Street", "aepw", "mail.example", "libstaff", "555-01"},
	}

	var all Outcomes
	for ro := range nRoles {
		var whole Outcomes
		var kinds [2]Outcomes
		for k := range 2 {
			for m, o := range t.months[ro][k] {
				if o.NRequests > 0 {
					month := time.Date(w.cfg.From.Year(), w.cfg.From.Month()+time.Month(m), 1, 0, 0, 0, 0, time.UTC)
					tr.Months = append(tr.Months, MonthTruth{roleText[ro], kindText[k], month.Format(dateFormat), o})
				}
				kinds[k].add(o)
			}
			whole.add(kinds[k])
		}
		all.add(whole)
		tr.Totals = append(tr.Totals, TotalTruth{roleText[ro], "", whole})
		for k := range 2 {
			if kinds[k].NRequests > 0 {
				tr.Totals = append(tr.Totals, TotalTruth{roleText[ro], kindText[k], kinds[k]})
			}
		}
		if !w.cfg.TransactionsOnly {
			tr.Turnaround = append(tr.Turnaround, t.turnaround(ro, 0, 1))
			for k := range 2 {
				if kinds[k].NRequests > 0 {
					tr.Turnaround = append(tr.Turnaround, t.turnaround(ro, k))
				}
			}
		}
	}
	tr.Totals = append([]TotalTruth{{"", "", all}}, tr.Totals...)

	if !w.cfg.TransactionsOnly {
		tr.Overdue = []OverdueTruth{t.overdue(w, borrowing), t.overdue(w, lending)}
	}
	for _, ro := range []role{borrowing, docdel} {
		for i := range departments {
			o := t.depts[ro][i]
			if departments[i].name == "" { // no department, or no such user
				o.add(t.depts[ro][len(departments)])
			}
			tr.Departments = append(tr.Departments, DimensionTruth{departments[i].name, roleText[ro], o})
		}
		for i, o := range t.groups[ro] {
			name := ""
			if i < len(patronGroups) {
				name = patronGroups[i].text
			}
			tr.Groups = append(tr.Groups, DimensionTruth{name, roleText[ro], o})
		}
	}
	for side := range 2 {
		for i, o := range t.partners[side] {
			asked, symbol := 0, ""
			if i < len(w.partners) {
				symbol = w.partners[i].symbol
				if side == 0 {
					asked = t.asked[i]
				}
			}
			if o.NRequests > 0 || asked > 0 {
				tr.Partners = append(tr.Partners, PartnerTruth{roleText[side], symbol, o, asked})
			}
		}
	}
	for i, n := range t.pseudo {
		tr.Pseudo = append(tr.Pseudo, PseudoTruth{pseudoLenders[i], n})
	}
	for k, n := range t.reasons {
		tr.Reasons = append(tr.Reasons, ReasonTruth{roleText[k.role], outcomeText[k.outcome], k.reason, n})
	}
	slices.SortFunc(tr.Reasons, func(a, b ReasonTruth) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(b.N, a.N), cmp.Compare(a.Reason, b.Reason))
	})
	for s, n := range t.statuses {
		if n > 0 {
			row := StatusTruth{statusText[s], n}
			if status(s) == renewed {
				row.Status = "Renewed by Customer"
			}
			tr.Statuses = append(tr.Statuses, row)
			if status(s) >= unknownDesk {
				tr.Unknown = append(tr.Unknown, row)
			}
		}
	}
	for i, c := range w.changes {
		ct := CampaignTruth{ID: c.id, Name: c.name, Kind: c.kind, Start: c.start.Format(dateFormat), Departments: c.targets, Roles: []string{"borrowing", "docdel"},
			RateRatio: float64(c.rate) / 1000, ProcessingFactor: float64(c.processing) / 1000, NTargetRequests: t.targets[i],
			NExpected: w.expected[i][0], NExpectedWithout: w.expected[i][1]}
		if !c.end.IsZero() {
			ct.End = c.end.Format(dateFormat)
			ct.Comparison = c.comparison()
		}
		tr.Campaigns = append(tr.Campaigns, ct)
	}
	return tr
}

func (t *tally) turnaround(ro role, kinds ...int) TurnaroundRow {
	row := TurnaroundRow{Role: roleText[ro]}
	if len(kinds) == 1 {
		row.Kind = kindText[kinds[0]]
	}
	var waits []int64
	var sum int64
	for _, k := range kinds {
		row.N += t.nWaits[ro][k]
		row.NUndetermined += t.nMissing[ro][k]
		row.NNegative += t.nNegative[ro][k]
		sum += t.waitSum[ro][k]
		waits = append(waits, t.waits[ro][k]...)
	}
	row.NFilled = row.N + row.NUndetermined + row.NNegative
	if row.N == 0 {
		return row
	}
	mean := float64(sum) / float64(row.N) / float64(day)
	row.MeanDays = &mean
	if len(waits) == row.N {
		slices.Sort(waits)
		row.MedianDays, row.P90Days = quantile(waits, 5), quantile(waits, 9)
	}
	return row
}

// quantile interpolates the tenths-quantile of sorted milliseconds, in days: position (n-1)·q, linear between neighbours.
func quantile(sorted []int64, tenths int64) *float64 {
	p := int64(len(sorted)-1) * tenths
	i, rest := p/10, p%10
	ms := sorted[i] * 10
	if rest > 0 {
		ms += (sorted[i+1] - sorted[i]) * rest
	}
	days := float64(ms) / float64(10*day)
	return &days
}

func (t *tally) overdue(w *world, side role) OverdueTruth {
	o := OverdueTruth{Side: roleText[side]}
	today := w.cal.index(t.newest)
	for i, d := range t.due[side] {
		o.NOut += d.out
		if i < today { // that day has ended
			o.NDue += d.out + d.late + d.inTime
			o.NLate += d.out + d.late
		}
		switch late := today - i; {
		case late <= 0:
			continue
		case late <= 7:
			o.N1To7 += d.out
		case late <= 30:
			o.N8To30 += d.out
		case late <= 90:
			o.N31To90 += d.out
		default:
			o.N91Plus += d.out
		}
	}
	o.NOverdue = o.N1To7 + o.N8To30 + o.N31To90 + o.N91Plus
	return o
}
