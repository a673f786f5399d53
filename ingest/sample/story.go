package sample

// borrow tells a request of a reader that another library is asked for.
func (g *generator) borrow() {
	q, r := &g.q, g.r
	t := q.created + r.below64(900)
	g.add(t, submitted)
	switch fate := r.below(1000); {
	case fate < 28:
		g.withdraw(t)
	case fate < 100:
		g.refuse(t)
	case q.copy && fate < 178:
		g.fetch(t)
	default:
		if t = g.send(t); t == 0 {
			return
		}
		g.askAround(t, r.chance(185))
	}
}

// withdraw has the reader cancel, mostly within the hour; the web server that stamps it runs on a clock three hours behind.
func (g *generator) withdraw(t int64) {
	q, r := &g.q, g.r
	if r.chance(750) {
		t += r.between(minute, 55*minute)
		q.slowClock = r.chance(900)
	} else {
		g.add(t+r.between(2*minute, 20*minute), awaitingProcessing)
		t = g.daytime(t + r.lognormal(day, 700))
	}
	g.add(t, cancelledCustomer)
}

// refuse has staff cancel a request that needs no other library; some of them turn out to need one after all.
func (g *generator) refuse(t int64) {
	q, r := &g.q, g.r
	reason := withdrawnReasons[r.pick(withdrawnSums)].text
	if reason == reasonCreation {
		g.cancel(t+r.between(minute, 30*minute), reason)
		return
	}
	g.add(t+r.between(minute, 5*minute), awaitingProcessing)
	if reason == reasonDuplicate {
		g.add(t+r.between(6*minute, 9*minute), duplicateReview)
	}
	t = g.staff(t, 3*hour, 900)
	g.cancel(t, reason)
	if reason == reasonHeld && r.chance(90) {
		t = g.staff(t+day, 4*hour, 800)
		g.add(t, awaitingProcessing)
		t = g.staff(t, hour, 800)
		g.add(t, sent)
		q.reactivated = true
		g.askAround(t, false)
	}
}

// fetch supplies a copy without a library: from open access, a paid service or the web.
func (g *generator) fetch(t int64) {
	q, r := &g.q, g.r
	q.pseudo = []int{0, 0, 0, 0, 1, 2, 2}[r.below(7)]
	g.add(t+r.between(10*second, 90*second), awaitingCopyright)
	t = g.staff(t, 2*hour, 900)
	g.add(t, awaitingProcessing)
	t = g.staff(t, 30*minute, 900)
	g.add(t, delivered)
	g.close(t)
}

// close lets the nightly job finish a delivered copy when its time on the web is over.
func (g *generator) close(t int64) {
	g.q.nightly = true
	g.add(g.w.cal.nightly(t+g.r.between(55*day, 74*day))+g.r.below64(25*minute), finished)
}

// send brings a request to its first library, by itself or over the desk, and returns when.
func (g *generator) send(t int64) int64 {
	q, r := &g.q, g.r
	byItself := 320
	if q.copy {
		byItself = 520
	}
	if r.chance(byItself) {
		if q.copy {
			g.add(t+r.between(5*second, 90*second), awaitingRapid)
		} else {
			g.add(t+r.between(5*second, 90*second), awaitingProcessing)
		}
		t += 2*minute + r.lognormal(8*minute, 900)
		g.add(t, sent)
		return g.q.last().at
	}
	g.add(t+r.between(10*second, 90*second), awaitingCopyright)
	work := r.lognormal(5*hour, 900)
	if q.copy {
		work = r.lognormal(150*minute, 800)
	}
	if q.created >= g.w.faster {
		work = work * 7 / 10
	}
	g.add(g.w.cal.after(t, work*6/10)+r.below64(second), awaitingProcessing)
	g.add(g.w.cal.after(t, min(work, 15*workday))+r.below64(second), sent)
	return g.q.last().at
}

// askAround asks one library after the other until one supplies or the list is exhausted. A hard request is rare and seldom supplied.
func (g *generator) askAround(t int64, hard bool) {
	q, r, w := &g.q, g.r, g.w
	sums := w.ours[0]
	if q.copy {
		sums = w.ours[1]
	}
	for try := 0; try < 6; try++ {
		i := r.pick(sums)
		for k := 0; k < len(q.asks); k++ {
			if q.asks[k].partner == i {
				i, k = r.pick(sums), -1
			}
		}
		p := &w.partners[i]
		q.asks = append(q.asks, ask{i, t})
		reliable := p.reliability
		if hard {
			reliable /= 9
		}
		if r.chance(reliable) {
			if r.chance(25) {
				t = g.staff(t, 6*hour*p.speed/1000, 700)
				g.add(t, awaitingConditional)
				t = g.staff(t, 3*hour, 700)
				g.add(t, sent)
				t = q.last().at
			}
			if q.copy {
				g.receiveCopy(t, p)
			} else {
				g.receiveLoan(t, p)
			}
			return
		}
		no := 4 * hour
		if q.copy {
			no = 100 * minute
		}
		t = g.staff(t, no*p.speed/1000, 800)
		if try == 2 && r.chance(700) {
			g.add(t, awaitingUnfilled)
			t = g.staff(t, 2*hour, 800)
			g.add(t, sent)
			t = q.last().at
		}
	}
	g.add(t, awaitingUnfilled)
	t = g.staff(t, 3*hour, 800)
	g.cancel(t, borrowingReasons[r.pick(borrowingSums)].text)
	if !q.reactivated && r.chance(20) {
		t = g.staff(t+2*day, 5*hour, 800)
		g.add(t, awaitingProcessing)
		t = g.staff(t, hour, 800)
		g.add(t, sent)
		q.reactivated = true
		i := r.pick(sums)
		q.asks = append(q.asks, ask{i, t})
		if q.copy {
			g.receiveCopy(t, &w.partners[i])
		} else {
			g.receiveLoan(t, &w.partners[i])
		}
	}
}

// receiveCopy brings a copy from a library to the reader. About half of the libraries answer at any hour, and more than half of the
// copies reach the reader's web page without anyone here touching them.
func (g *generator) receiveCopy(t int64, p *partner) {
	q, r, w := &g.q, g.r, g.w
	if r.chance(500) {
		t += r.lognormal(20*hour, 600) * p.speed / 1000
	} else {
		t = g.staff(t, 4*hour*p.speed/1000, 800)
	}
	t += minute
	q.auto = r.chance(600)
	if q.auto {
		g.add(t, delivered)
	} else {
		q.shipped = w.cal.clear(max(t-r.between(minute, 4*minute), q.last().at+second))
		g.add(g.staff(t, 20*minute, 700), awaitingReceipt)
		t = g.staff(q.last().at, 15*minute, 700)
		g.add(t, inDelivery)
		g.add(t+r.between(20*second, 4*minute), delivered)
	}
	t = q.last().at
	if r.chance(20) { // a bad scan is delivered again
		t = g.staff(t+r.lognormal(12*hour, 700), hour, 700)
		g.add(t, inDelivery)
		g.add(t+r.between(minute, 10*minute), delivered)
		t = q.last().at
	}
	q.untracked = q.created < w.fromAt+60*day && r.chance(150)
	g.close(t)
}

// receiveLoan brings a loan from a library over the mail to the reader and back.
func (g *generator) receiveLoan(t int64, p *partner) {
	q, r, w := &g.q, g.r, g.w
	t = g.staff(t, 8*hour*p.speed/1000, 850) + minute
	q.shipped = w.cal.clear(max(t, q.last().at+second))
	if r.chance(5) { // lost in the mail
		g.cancel(g.staff(t+45*day, 4*hour, 700), "Other")
		return
	}
	t = w.cal.after(t+min(r.lognormal(72*hour, 840), 45*day)*p.distance/1000, 0)
	t = g.staff(t, 90*minute, 600)
	g.add(t, awaitingReceipt)
	q.dueAt = q.last().at
	q.due = q.dueAt/day*day + p.loanDays*day
	t = g.staff(t, 100*minute, 900)
	switch fate := r.below(1000); {
	case fate < 40:
		t = g.daytime(t + r.lognormal(6*hour, 600))
		g.add(t, checkedOut)
	case fate < 100:
		g.add(t, notNotified)
	case fate < 300:
		g.add(t, notifiedPlain)
	default:
		g.add(t, notifiedDash)
	}
	t = q.last().at
	if q.last().to != checkedOut {
		if r.chance(30) { // never picked up
			g.sendBack(w.cal.after(t+14*day, hour))
			return
		}
		t = g.daytime(t + min(r.lognormal(30*hour, 900), 12*day))
		g.add(t, checkedOut)
	}
	due := q.due
	for n := 0; n < 2 && r.chance(220); n++ {
		t = max(g.daytime(due-r.between(day, 6*day)), t+hour)
		if r.chance(400) {
			g.add(t-minute, awaitingRenewal)
		}
		due += 28 * day
		g.renew(t, due)
		t = q.last().at
	}
	switch fate := r.below(1000); {
	case fate < 6: // lost by the reader
		t = max(t+day, due+30*day+9*hour)
		g.add(t, blocked)
		if r.chance(300) {
			g.add(g.daytime(t+r.between(day, 10*day)), claimed)
		}
		if r.chance(900) {
			g.add(w.cal.after(due+r.between(100*day, 200*day), 3*hour), finished)
		}
	case fate < 38: // late
		g.sendBack(max(t+hour, g.daytime(due+day+min(r.lognormal(5*day, 1000), 80*day))))
	default:
		span := max(due-3*day-t, day)
		g.sendBack(g.daytime(t + hour + span*int64(1000-r.below(1000)*r.below(1000)/1000)/1000))
	}
}

// sendBack returns a borrowed item to its library.
func (g *generator) sendBack(t int64) {
	g.add(t, awaitingReturnLabel)
	t = g.staff(g.q.last().at, 2*hour, 700)
	g.add(t, itemReturned)
	g.add(g.staff(t+g.r.lognormal(4*day, 500), 2*hour, 700), finished)
}

// lend tells a request of another library.
func (g *generator) lend() {
	q, r, w := &g.q, g.r, g.w
	kind := 0
	if q.copy {
		kind = 1
	}
	q.partner = r.pick(w.theirs[kind])
	p := &w.partners[q.partner]
	t := q.created + r.below64(900)
	switch {
	case p.docline:
		g.add(t, importedDOCLINE)
	case r.chance(70):
		g.add(t, submittedLending)
	default:
		g.add(t, importedOCLC)
	}
	g.add(t+r.between(2*second, 5*minute), awaitingLending)
	work, supplies := 4*hour, 585
	if q.copy {
		work, supplies = 150*minute, 640
	}
	t = g.staff(t, work, 900)
	switch fate := r.below(1000); {
	case fate < 25: // a condition nobody accepts
		g.add(t, conditionalized)
		reason := "2"
		if p.docline {
			reason = "OTH-other"
		}
		g.cancel(g.staff(t+4*day, 5*hour, 900), reason)
	case fate < 25+supplies && q.copy:
		if r.chance(250) {
			g.add(t, itemShipped)
			t += r.between(second, 20*second)
		}
		g.add(t, finished)
	case fate < 25+supplies:
		if r.chance(500) {
			g.add(t, itemFound)
		}
		t = g.staff(t, 90*minute, 700)
		g.add(t, itemShipped)
		q.due, q.dueAt = t/day*day+56*day, q.last().at
		switch late := r.below(1000); {
		case late < 5: // lost
			if r.chance(850) {
				g.add(w.cal.after(q.due+r.between(100*day, 240*day), 3*hour), finished)
			}
			return
		case late < 45:
			t = w.cal.after(q.due+day+min(r.lognormal(6*day, 1000), 90*day), 2*hour)
		default:
			t = w.cal.after(t+9*day+39*day*int64(1000-r.below(1000)*r.below(1000)/1000)/1000, 2*hour)
		}
		if r.chance(200) {
			g.add(t, itemCheckedIn)
			t += r.between(2*second, minute)
		}
		g.add(t, finished)
	default:
		switch {
		case p.docline:
			g.cancel(t, doclineReasons[r.pick(doclineSums)].text)
		case q.copy:
			g.cancel(t, lendingCopyReasons[r.pick(lendingCopySums)].text)
		default:
			g.cancel(t, lendingLoanReasons[r.pick(lendingLoanSums)].text)
		}
	}
	q.aheadClock = q.copy && r.chance(3)
}

// deliver tells a request for a copy of something the library owns.
func (g *generator) deliver() {
	q, r := &g.q, g.r
	t := q.created + r.below64(900)
	g.add(t, submitted)
	fate := r.below(1000)
	if fate < 12 {
		g.withdraw(t)
		return
	}
	g.add(t+r.between(2*second, minute), awaitingLocal)
	t = g.staff(t, 4*hour, 850)
	switch {
	case fate < 35:
		g.cancel(t, []string{reasonDuplicate, reasonOnline}[r.below(2)])
	case fate < 115:
		g.cancel(t, docdelReasons[r.pick(docdelSums)].text)
	case fate < 200: // on paper
		g.add(t, itemFound)
		g.add(g.staff(t, 30*minute, 800), finished)
	default:
		g.add(t, inDelivery)
		g.add(t+r.between(30*second, 6*minute), delivered)
		t = q.last().at
		if r.chance(15) {
			t = g.staff(t+r.lognormal(10*hour, 700), hour, 700)
			g.add(t, delivered)
			t = q.last().at
		}
		q.aheadClock = r.chance(12)
		g.close(t)
	}
}
