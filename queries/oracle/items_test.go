package oracle

import (
	"slices"
	"time"
)

// journal is a periodical as exports write it: now this way, now that.
type journal struct{ names, issns []string }

var journals = []journal{
	{[]string{"The Journal of Applied Optics", "Journal of Applied Optics.", "JOURNAL OF APPLIED-OPTICS"}, []string{"1559-128X", "1559128x", " 1559-128X (print)"}},
	{[]string{"Annals of Étude", "annals of étude;", "Annals  of Étude"}, []string{"2049-3630", "20493630", "2049-3631"}},
	{[]string{"Nature"}, []string{"0028-0836", "ISSN 0028-0836; 1476-4687"}},
	{[]string{"A Quarterly", "Quarterly"}, nil},
	{[]string{"Physica 3"}, []string{"unknown", "n/a", "0031-89"}},
	{[]string{"Handbook of Cells"}, []string{"978-0-306-40615-7", "9780306406157", "0306406152"}}, // a chapter of a book
	{[]string{"...", "—"}, []string{"1476-4687"}},                                                 // the other ISSN of Nature
}

// book is a returnable; isbns are of one edition, and the numbers of one catalogue.
type book struct{ titles, authors, isbns, oclcs []string }

var books = []book{
	{[]string{"The Art of Lending", "Art of lending"}, []string{"Moreau, J.", "MOREAU J"}, []string{"0-306-40615-2", "9780306406157", "978-0-306-40615-7 (pbk.); 0306406152"}, []string{"123456", " 123456 "}},
	{[]string{"An Atlas", "Atlas /", "atlas"}, []string{"Doe"}, []string{"080442957X", "0-8044-2957-x", "080442957X ; 9780306406157"}, nil},
	{[]string{"Éloge de l'ombre", "Eloge de l'ombre"}, []string{"Tanizaki"}, nil, []string{"987", ""}},
	{[]string{"A"}, nil, []string{"no number", "12345"}, nil},
	{[]string{"?", "!!"}, nil, nil, nil},
}

var currencies = []string{"USD", "USD", "USD", "EUR"}

// cite says what was asked for. The spelling, the numbers and the years are as exports have them.
func (m manner) cite(d dice, r *request) {
	some := func(p float64, from []string) *string {
		if len(from) == 0 {
			return nil
		}
		return d.maybe(p, from...)
	}
	if r.kind == "copy" {
		j := journals[d.IntN(m.journals)]
		r.container, r.issn = some(0.9, j.names), some(0.6, j.issns)
		r.title = d.maybe(0.8, "On waves", "Of particles", "On Waves!", "Results")
		r.isbn = d.maybe(0.05, "0306406152")
	} else {
		b := books[d.IntN(min(m.journals, len(books)))]
		r.title, r.author = some(0.9, b.titles), some(0.7, b.authors)
		r.isbn, r.oclc = some(0.4, b.isbns), some(0.4, b.oclcs)
		if r.isbn == nil {
			r.issn = some(0.3, b.isbns) // ILLiad has one column for both
		}
		r.container = d.maybe(0.05, "A series")
	}
	r.copyright = d.maybe(0.6, "ccg", "ccg", "ccl")
	if d.chance(0.8) {
		year := int64(m.start.Year()) - d.Int64N(9) + 2
		r.publicationYear = &year
	}
}

// order says what it cost, how urgent it is and whom it was put to.
func (m manner) order(d dice, lib library, r *request) {
	if d.chance(0.5) {
		cents := pick(d, 0, 100*d.Int64N(30), d.Int64N(100_000))
		r.cents = &cents
	}
	if r.cents != nil || d.chance(0.2) {
		r.currency = d.maybe(0.9, currencies...)
	}
	if d.chance(0.3) {
		needBy := lib.dayOf(m.start.Add(time.Duration(d.Int64N(int64(m.span) + int64(40*day)))))
		r.needBy = &needBy
	}
	if d.chance(0.5) {
		rush := d.chance(0.3)
		r.rush = &rush
	}
	if r.role != "borrowing" && d.chance(0.9) || d.chance(0.3) {
		return
	}
	lenders := []string{"P1", "P2", "P3", "P9", "O'HARE", "AAA", "BBB"}
	if r.partner != nil && d.chance(0.2) {
		lenders = []string{"P3", "AAA", "BBB"}
	}
	rota := ""
	for i := range 1 + d.IntN(5) {
		if i > 0 {
			rota += ","
		}
		rota += pick(d, lenders...)
	}
	r.rota = &rota
	if d.chance(m.tracked) {
		m.turns(d, r)
	}
}

// turns tells how a request went from lender to lender: mostly one sending for each, with answers between.
func (m manner) turns(d dice, r *request) {
	at := m.start
	if from := first(r.sent, r.created); from != nil {
		at = *from
	}
	add := func(status string) {
		e := event{at, status, d.chance(0.95)}
		if !slices.Contains(r.events, e) {
			r.events = append(r.events, e)
		}
		at = at.Add(time.Duration(d.ExpFloat64() * float64(m.typical))).Truncate(m.grain)
	}
	n := 1
	for _, c := range *r.rota {
		if c == ',' {
			n++
		}
	}
	if d.chance(0.5) && r.partner != nil {
		for i, lender := range splitRota(*r.rota) {
			if lender == *r.partner {
				n = i + 1
				break
			}
		}
	}
	if d.chance(0.1) {
		n = d.IntN(4)
	}
	for range n {
		add("sent")
		if d.chance(0.2) {
			add("conditional")
		}
		if d.chance(0.5) {
			add(pick(d, "in_process", "unfilled", "expired", "conditional", "unknown"))
		}
	}
}
