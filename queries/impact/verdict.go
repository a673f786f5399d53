package impact

import "math"

const (
	smallMDE    = 1.30 // a smallest detectable ratio, and an interval's end, with which no effect can be told from an unseen one
	smallPoints = .05  // the same of a rate, as a difference of shares
	bigChange   = .10  // raw change that people talk about
	sameAsLast  = .15  // as far apart last year's change may lie to explain it
)

// conclude writes evidence and verdict.
func (a *assessment) conclude() {
	a.r.Evidence = a.evidence()
	code, text := a.verdict()
	a.r.Verdict = Verdict{Code: code, Text: a.say(text), text: text}
}

func (a *assessment) verdict() (string, phrase) {
	h := a.r.Headline
	if h == nil {
		return CantTell, a.w.refused(a.reasons(), a.r.JointEffect)
	}
	targets := a.targetNames()
	if h.excludesOne() {
		if failed := a.r.failed(); len(failed) > 0 {
			return CantTell, a.w.gates(failed, targets, a, h)
		}
		code := LikelyIncrease
		if h.Hi < 1 {
			code = LikelyDecrease
		}
		return code, a.w.likely(targets, h, a.r.AdditionalRequests, a.value(a.pool(a.target, func(u *Unit) Reading { return u.Post })), a.asked(), a.p.Windows.Post)
	}
	code := CantTell
	if mde := a.r.MDE; mde != nil && a.isSmallChange(*mde) && a.isSmallChange(h.Hi) && a.isSmallChange(1/h.Lo) {
		code = NoClearEffect
	}
	switch {
	case a.isEveryYear():
		return code, a.w.everyYear(code, targets, a.r.RawChange, h, a.p.Windows.Post)
	case code == NoClearEffect:
		return code, a.w.noClearEffect(h, *a.r.MDE)
	}
	return code, a.w.cantTell(h, a.asked(), a.r.MDE)
}

// isSmallChange tells whether a ratio above 1 is one with which no effect can be told from an unseen one. That of a rate is
// judged in points: a fill rate of 90% can't rise by more than a ninth.
func (a *assessment) isSmallChange(ratio float64) bool {
	if a.isShare() {
		without := a.value(a.pool(a.target, func(u *Unit) Reading { return u.Post })) / a.r.Headline.RR
		return without*(ratio-1) <= smallPoints
	}
	return ratio <= smallMDE
}

// asked is how many requests, or readers, of those addressed the window holds; 0 where that is not told.
func (a *assessment) asked() float64 {
	if a.isUncounted {
		return 0
	}
	return a.weight(a.pool(a.target, func(u *Unit) Reading { return u.Post }))
}

// isEveryYear tells whether a big change into the window was as big a year before, and went the same way.
func (a *assessment) isEveryYear() bool {
	raw := a.r.RawChange
	if raw == nil || raw.LastYear == nil {
		return false
	}
	change, before := raw.Ratio-1, *raw.LastYear-1
	isBig := math.Abs(change) >= bigChange && (raw.Lo == nil || *raw.Lo > 1 || *raw.Hi < 1)
	return isBig && math.Abs(change-before) <= sameAsLast && change*before > 0 && math.Abs(before) >= math.Abs(change)/2
}

// reasons gives what stands against an answer: what holds for every method, else what holds for each.
func (a *assessment) reasons() []Refusal {
	var all, some []Refusal
	for _, r := range a.r.Refusals {
		if r.Method == everything {
			all = append(all, r)
		} else {
			some = append(some, r)
		}
	}
	if len(all) > 0 {
		return all
	}
	return some
}

// targetNames names those addressed.
func (a *assessment) targetNames() phrase {
	units := a.target
	if len(units) == 0 {
		units = a.targets()
	}
	names := a.listed(units)
	if a.p.Dimension == "" {
		names = say("everyone")
	} else if len(units) == 0 {
		names = a.w.list(a.named(true), 0)
	}
	return a.w.qualified(names, a.p)
}

// listed names units; small ones are only counted.
func (a *assessment) listed(units []*Unit) phrase {
	var names []string
	small := 0
	for _, u := range units {
		switch {
		case a.p.Dimension == "":
			return say("everyone")
		case a.isSmall(u):
			small++
		default:
			names = append(names, u.Name)
		}
	}
	return a.w.list(names, small)
}

// leftOutWords says which targets, or which of the others, are left out, and why.
func (a *assessment) leftOutWords(target bool) []phrase {
	var why []phrase
	for _, u := range a.left {
		switch {
		case u.IsTarget != target:
		case a.isSmall(u):
			why = append(why, a.w.leftOut(a.listed([]*Unit{u}), a.w.leftSmall()))
		default:
			why = append(why, a.w.leftOut(a.listed([]*Unit{u}), a.leftOut(u)))
		}
	}
	return why
}

// work adds a line to the working.
func (a *assessment) work(method string, text phrase) {
	a.r.Working = append(a.r.Working, Working{Method: method, Label: MethodLabel(method), Text: a.say(text), text: text})
}
