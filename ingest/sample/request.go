package sample

type role uint8

const (
	borrowing role = iota
	lending
	docdel
	nRoles
)

var roleText = [nRoles]string{"borrowing", "lending", "docdel"}

type outcome uint8

const (
	open outcome = iota
	filled
	unfilled
	cancelled
)

var outcomeText = [...]string{"open", "filled", "unfilled", "cancelled"}

// event is one row of Tracking. until is the new due date (wall clock) of a renewal, reason the one given with a cancellation.
type event struct {
	at     int64
	to     status
	until  int64
	reason string
}

// ask is one library asked, at the moment it was asked.
type ask struct {
	partner int
	at      int64
}

// request is one invented request: first its whole story, then, after cut, what the export shows of it.
type request struct {
	number  int
	role    role
	copy    bool
	dep     int   // reader's department; -1 in lending
	patron  int   // index of the reader, len(patrons) or more if the account is gone; -1 in lending
	created int64 // as written, whole seconds
	events  []event
	asks    []ask
	partner int // borrowing library, in lending
	pseudo  int // index of pseudoLenders, or -1
	shipped int64
	due     int64
	dueAt   int64 // when due was set
	reason  string

	auto, reactivated, slowClock, aheadClock, untracked, nightly bool

	// set by settle
	outcome   outcome
	supplied  int64 // milestone of supply, 0 if undetermined
	returned  int64
	changed   int64 // TransactionDate
	lender    int   // last library asked, or -1
	usePseudo bool
}

func (q *request) last() event { return q.events[len(q.events)-1] }

// add appends a status change, at least a second after the one before.
func (g *generator) add(at int64, to status) {
	g.append(event{at: at, to: to})
}

func (g *generator) renew(at, until int64) { g.append(event{at: at, to: renewed, until: until}) }

func (g *generator) cancel(at int64, reason string) {
	g.append(event{at: at, to: cancelledStaff, reason: reason})
}

func (g *generator) append(e event) {
	q := &g.q
	if n := len(q.events); n > 0 {
		e.at = max(e.at, q.events[n-1].at+second)
	}
	e.at = g.w.cal.clear(e.at)
	q.events = append(q.events, e)
}

// staff is the moment after so much staff work, with a lognormal spread.
func (g *generator) staff(at, median, sigma int64) int64 {
	return g.w.cal.after(at, min(g.r.lognormal(median, sigma), 15*workday)) + g.r.below64(second)
}

// daytime moves a moment at which a reader comes to the desk into the hours from 9 to 21.
func (g *generator) daytime(at int64) int64 {
	tod := at % day
	if tod < 9*hour {
		return at - tod + 9*hour + g.r.below64(3*hour)
	}
	if tod >= 21*hour {
		return at - tod + 15*hour + g.r.below64(6*hour)
	}
	return at
}

// reset starts the next request.
func (g *generator) reset(number int, ro role, dep int, created int64) {
	q := &g.q
	*q = request{number: number, role: ro, dep: dep, patron: -1, created: created, events: q.events[:0], asks: q.asks[:0], partner: -1, pseudo: -1, lender: -1}
}

// invent tells the story of one request and settles what the export shows of it.
func (g *generator) invent() {
	q := &g.q
	switch q.role {
	case borrowing:
		g.borrow()
	case lending:
		g.lend()
	case docdel:
		g.deliver()
	}
	g.cut()
	g.settle()
}

// cut forgets everything after the export moment.
func (g *generator) cut() {
	q, asOf := &g.q, g.w.asOf
	for len(q.events) > 1 && (q.last().at > asOf || q.halfway()) {
		q.events = q.events[:len(q.events)-1]
	}
	for len(q.asks) > 0 && q.asks[len(q.asks)-1].at > asOf {
		q.asks = q.asks[:len(q.asks)-1]
	}
	if q.shipped > asOf {
		q.shipped = 0
	}
	if q.dueAt > asOf {
		q.due = 0
	}
	switch q.last().to { // staff members keep queues of their own
	case sent, awaitingProcessing, awaitingLending, awaitingLocal, awaitingCopyright, awaitingReceipt, awaitingUnfilled:
		at := g.staff(q.last().at, hour, 500)
		if q.shipped == 0 && g.r.chance(200) && at <= asOf {
			g.add(at, unknownDesk+status(g.r.below(3)))
		}
	}
}

// halfway tells whether the story must not stop at its last event, as its outcome there would be a matter of taste: in the middle of a
// second delivery, or a find of document delivery that nobody has collected.
func (q *request) halfway() bool {
	switch q.last().to {
	case inDelivery:
		return q.first(delivered) != 0
	case itemFound:
		return q.role == docdel
	}
	return false
}

// settle finds outcome and milestones in the events that are left.
func (g *generator) settle() {
	q := &g.q
	last := q.last()
	q.changed = last.at
	if q.slowClock && last.to == cancelledCustomer {
		q.changed = g.w.cal.clear(last.at - 3*hour)
	} else {
		q.slowClock = false
	}
	for _, e := range q.events {
		if e.to == renewed {
			q.due = e.until
		}
	}
	if q.aheadClock {
		late := q.created + 3*hour
		if q.aheadClock = late < g.w.toAt && g.w.cal.clear(late) == late; q.aheadClock {
			q.created = late
		}
	}
	q.supplied = q.supply()
	switch {
	case last.to == cancelledCustomer:
		q.outcome, q.reason = cancelled, reasonCustomer
	case last.to == cancelledStaff:
		q.outcome, q.reason = unfilled, last.reason
		for _, r := range cancelledReasons {
			if q.reason == r {
				q.outcome = cancelled
			}
		}
	case q.supplied != 0:
		q.outcome = filled
	default:
		q.outcome = open
	}
	q.returned = q.comeBack()
	if q.untracked && (q.outcome != filled || last.to != finished) {
		q.untracked = false
	}
	if n := len(q.asks); n > 0 {
		q.lender = q.asks[n-1].partner
	}
	q.usePseudo = q.pseudo >= 0 && q.outcome == filled
	q.auto = q.auto && q.outcome == filled
	q.reactivated = q.reactivated && q.outcome == filled
	q.nightly = q.nightly && last.to == finished
}

func (q *request) first(to status) int64 {
	for _, e := range q.events {
		if e.to == to {
			return e.at
		}
	}
	return 0
}

func (q *request) latest(to status) int64 {
	var at int64
	for _, e := range q.events {
		if e.to == to {
			at = e.at
		}
	}
	return at
}

// supply is the milestone of supply as Truth defines it, or 0.
func (q *request) supply() int64 {
	switch {
	case q.role == lending:
		if at := q.first(itemShipped); at != 0 || !q.copy {
			return at
		}
		return q.first(finished)
	case q.role == docdel:
		if at := q.latest(delivered); at != 0 {
			return at
		}
		found, done := q.first(itemFound), q.first(finished)
		if found != 0 {
			return found
		}
		return done
	case q.copy:
		return q.latest(delivered)
	}
	for _, e := range q.events {
		if e.to == notifiedDash || e.to == notifiedPlain || e.to == notNotified {
			return e.at
		}
	}
	return q.first(checkedOut)
}

// comeBack is the moment a loan came back as OverdueTruth defines it, or 0.
func (q *request) comeBack() int64 {
	if q.copy || q.supplied == 0 {
		return 0
	}
	var out bool
	var at int64
	switch q.role {
	case borrowing:
		if at = q.latest(itemReturned); at != 0 {
			return at
		}
		for _, e := range q.events {
			out = out || e.to == checkedOut
			if out && e.to == finished {
				return e.at
			}
		}
	case lending:
		for _, e := range q.events {
			out = out || e.to == itemShipped
			if out && (e.to == itemReturned || e.to == itemCheckedIn || e.to == finished) {
				return e.at
			}
		}
	}
	return 0
}
