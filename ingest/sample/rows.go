package sample

import (
	"strconv"
	"strings"
)

// Headings as ILLiad's SQL tables name them. Dates are M/D/YYYY h:mm:ss AM in Transactions and History, ISO 8601 in Tracking, as if two
// scripts had written them; all are local times without a zone.
const (
	transactionHeading = "TransactionNumber,Username,RequestType,LoanAuthor,LoanTitle,LoanPublisher,LoanDate," +
		"PhotoJournalTitle,PhotoJournalVolume,PhotoJournalIssue,PhotoJournalYear,PhotoJournalInclusivePages,PhotoArticleAuthor,PhotoArticleTitle," +
		"NotWantedAfter,TransactionStatus,TransactionDate,CreationDate,DueDate,ISSN,ILLNumber,ESPNumber,LendingString,LendingLibrary," +
		"LenderAddressNumber,ReasonForCancellation,CallNumber,ProcessType,SystemID,DocumentType,IFMCost,BillingAmount,Rush,DOI," +
		"TName,TAddress,ArticleExchangePassword\r\n"
	trackingHeading = "TransactionNumber,DateTime,ChangedTo\r\n"
	historyHeading  = "TransactionNumber,DateTime,UserName,Entry\r\n"
	usersHeading    = "Username,LastName,FirstName,EMailAddress,Status,Department,NVTGC\r\n"
	addressHeading  = "LenderString,AddressNumber,LibraryName,Address1,NVTGC,LoanBillingCategory,EMailAddress\r\n"
)

var processText = [nRoles]string{"Borrowing", "Lending", "Doc Del"}

func (w *world) appendStatus(b []byte, e event) []byte {
	b = append(b, statusText[e.to]...)
	if e.to == renewed {
		b = append(b, w.cal.slash[w.cal.index(e.until)]...)
	}
	return b
}

// citation is what a request asks for, ready for a CSV file.
type citation struct {
	author, title, publisher, date                  string
	journal, volume, issue, year, pages, artAuthor  string
	artTitle, standard, oclc, callNumber, doi, form string
}

// cite draws the title of a request. A few books of each subject come back again and again, the others are rarely asked for twice.
func (g *generator) cite() citation {
	q, r, w := &g.q, g.r, g.w
	dep := q.dep
	if dep < 0 || departments[dep].name == "" {
		dep = r.below(len(subjects))
	}
	if q.copy {
		return g.citeArticle(dep)
	}
	n := uint64(r.below(12))
	if !r.chance(70) {
		n = 1000 + uint64(r.below(max(120_000, w.cfg.Requests)))
	}
	h := mix(uint64(dep+1)<<40 | n)
	next := func(n int) int {
		h = mix(h + 0x9E3779B97F4A7C15)
		return int(h >> 33 % uint64(n))
	}
	subject := subjects[dep][next(len(subjects[dep]))]
	c := citation{form: "Book", publisher: publishers[next(len(publishers))]}
	switch next(4) {
	case 0:
		c.title = qualities[next(len(qualities))] + " " + subject + ": " + forms[next(len(forms))]
	case 1:
		c.title = subject + " in " + places[next(len(places))] + ": " + forms[next(len(forms))]
	case 2:
		c.title = verbs[next(len(verbs))] + " " + subject
	default:
		c.title = qualities[next(len(qualities))] + " " + subject + " in " + places[next(len(places))]
	}
	c.title = strings.ToUpper(c.title[:1]) + c.title[1:]
	c.author = "\"" + surnames[next(len(surnames))] + ", " + firstNames[next(len(firstNames))] + "\""
	year := strconv.Itoa(2024 - next(26)*next(26)/9)
	c.date = year
	switch next(12) {
	case 0:
		c.date = "c" + year
	case 1:
		c.date = year + "."
	}
	c.standard = isbn(next(10_000_000))
	c.oclc = strconv.Itoa(10_000_000 + next(89_999_999))
	c.callNumber = string([]byte{"DPBQLRTHQMBH"[dep], byte('A' + next(20))}) + strconv.Itoa(100+next(9000)) + " ." + string([]byte{byte('A' + next(26))}) +
		strconv.Itoa(10+next(90)) + " " + year
	if next(30) == 0 {
		c.form = "Thesis"
	}
	switch x := r.below(1000); {
	case x < 4:
		c.title = untidyTitles[r.below(len(untidyTitles))]
	case x < 12:
		c.author = "\",\""
	case x < 20:
		c.standard += " 082032"
	case x < 30:
		c.standard = "Unknown"
	}
	return c
}

func (g *generator) citeArticle(dep int) citation {
	r, w := g.r, g.w
	list := w.journals[dep]
	j := list[r.below(len(list))*r.below(len(list))/len(list)]
	subject := subjects[dep][r.below(len(subjects[dep]))]
	age := r.below(28) * r.below(28) / 27
	created, _, _ := strings.Cut(w.cal.iso[w.cal.index(g.q.created)], "-")
	now, _ := strconv.Atoi(created)
	year := now - age
	c := citation{form: "Article", journal: j.title, volume: strconv.Itoa(year - 1958), issue: strconv.Itoa(1 + r.below(6)), year: strconv.Itoa(year), standard: j.issn}
	from := 1 + r.below(700)
	c.pages = strconv.Itoa(from) + "-" + strconv.Itoa(from+4+r.below(20))
	c.artAuthor = surnames[r.below(len(surnames))]
	c.artTitle = verbs[r.below(len(verbs))] + " " + subject + " in " + places[r.below(len(places))] + ": " + methods[r.below(len(methods))]
	if r.chance(350) {
		c.doi = "10.5555/" + j.issn + "." + c.year + "." + strconv.Itoa(from)
	}
	if r.chance(100) {
		c.form = "Book Chapter"
	}
	switch x := r.below(1000); {
	case x < 3:
		c.artTitle = untidyTitles[r.below(len(untidyTitles))]
	case x < 15:
		c.artAuthor = "\",\""
	case x < 40:
		c.standard += " "
	case x < 60:
		c.standard += "; " + j.issn2
	case x < 70:
		c.standard += " (Print) 02"
	case x < 80:
		c.standard = "Unknown"
	case x < 85:
		c.year += "0401"
	case x < 90:
		c.year = strconv.Itoa(1+r.below(12)) + " " + c.year
	case x < 95:
		c.year += " Nov 1"
	case x < 97:
		c.year = "EPUB"
	case x < 105:
		c.doi = []string{"N/A", "no doi", "NA"}[r.below(3)]
	case x < 108 && c.doi != "":
		c.doi = c.doi[1:]
	}
	return c
}

// isbn builds a thirteen-digit number with its check digit.
func isbn(n int) string {
	digits := "97800" + string(appendPadded(nil, n, 7))
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// transaction appends the row of Transactions.
func (g *generator) transaction(b []byte) []byte {
	q, r, w := &g.q, g.r, g.w
	c := g.cite()
	cells := func(texts ...string) {
		for _, t := range texts {
			b = append(b, ',')
			b = append(b, t...)
		}
	}
	lender := q.lender
	if q.usePseudo {
		lender = -1
	}
	address := lender
	if q.role == lending {
		address = q.partner
	}

	b = strconv.AppendInt(b, int64(q.number), 10)
	b = append(b, ',')
	switch {
	case q.patron >= 0:
		b = w.appendUsername(b, q.patron)
	case r.chance(500):
		b = append(b, w.partners[q.partner].symbol...)
	}
	if q.copy {
		cells("Article", "", "", "", "", c.journal, c.volume, c.issue, c.year, c.pages, c.artAuthor, c.artTitle)
	} else {
		cells("Loan", c.author, c.title, c.publisher, c.date, "", "", "", "", "", "", "")
	}
	b = append(b, ',')
	if q.role == borrowing && r.chance(550) {
		b = append(b, w.cal.slash[w.cal.index(q.created+r.between(14*day, 60*day))]...)
	}
	b = append(b, ',')
	b = w.appendStatus(b, q.last())
	b = append(b, ',')
	b = w.cal.appendSlash(b, q.changed)
	b = append(b, ',')
	b = w.cal.appendSlash(b, q.created)
	b = append(b, ',')
	if q.due != 0 {
		b = w.cal.appendSlash(b, q.due)
	}
	cells(c.standard)
	b = append(b, ',')
	system := g.system(lender)
	switch system {
	case "OCLC":
		b = strconv.AppendInt(b, 210_000_000+int64(q.number)*7, 10)
	case "DOC":
		b = strconv.AppendInt(b, 30_000_000+int64(q.number)*3, 10)
	}
	cells(c.oclc)
	b = append(b, ',')
	if len(q.asks) > 1 {
		b = append(b, '"')
	}
	for i, a := range q.asks {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, w.partners[a.partner].symbol...)
	}
	if len(q.asks) > 1 {
		b = append(b, '"')
	}
	b = append(b, ',')
	if q.role == borrowing {
		name := ""
		switch {
		case q.usePseudo:
			name = pseudoLenders[q.pseudo]
		case lender >= 0:
			name = w.partners[lender].symbol
		}
		if name != "" {
			switch x := r.below(1000); {
			case x < 25:
				name = strings.ToLower(name)
			case x < 40:
				name += " "
			case x < 44:
				name = " " + name
			}
		}
		b = append(b, name...)
	}
	b = append(b, ',')
	if address >= 0 {
		b = strconv.AppendInt(b, int64(address+1), 10)
	}
	cells(q.reason)
	b = append(b, ',')
	if q.role != borrowing && !q.copy {
		b = append(b, c.callNumber...)
	}
	cells(processText[q.role], system, c.form)
	b = append(b, ',')
	supplied := q.outcome == filled
	if q.role == borrowing && supplied && lender >= 0 && r.chance(250) {
		b = appendMoney(b, r, q.copy)
	}
	b = append(b, ',')
	if q.role == lending && supplied && r.chance(300) {
		b = appendMoney(b, r, q.copy)
	}
	b = append(b, ',')
	if q.role != lending {
		rush := "Regular"
		if r.chance(15) {
			rush = "Rush"
		}
		b = append(b, rush...)
	}
	cells(c.doi, "")
	who := q.partner
	if q.patron >= 0 {
		who = q.patron
	}
	if q.role == lending || r.chance(60) {
		b = append(b, "Testa Zzname "...)
		b = strconv.AppendInt(b, int64(who+1), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(1+who%90), 10)
		b = append(b, " Example Street"...)
	} else {
		b = append(b, ',')
	}
	b = append(b, ',')
	if q.copy && supplied && r.chance(250) {
		b = append(b, "aepw"...)
		b = appendPadded(b, r.below(10_000), 4)
	}
	return append(b, '\r', '\n')
}

// system is ILLiad's name of the network a request went through.
func (g *generator) system(lender int) string {
	q := &g.q
	switch {
	case q.role == docdel:
		return "LOCL"
	case q.role == lending:
		switch q.events[0].to {
		case importedDOCLINE:
			return "DOC"
		case submittedLending:
			return "LWeb"
		}
		return "OCLC"
	case lender < 0:
		return "OTH"
	case g.w.partners[lender].docline:
		return "DOC"
	}
	return "OCLC"
}

// appendMoney writes a price as text, with and without the currency sign.
func appendMoney(b []byte, r *random, copy bool) []byte {
	prices := []string{"$15.00", "15.00", "$20.00", "$25.00", "30.00", "$12.50"}
	if copy {
		prices = []string{"$11.00", "$15.00", "17.00", "$20.00", "$8.50", "12.00"}
	}
	return append(b, prices[r.below(len(prices))]...)
}

// tracking appends the rows of Tracking.
func (g *generator) tracking(b []byte) []byte {
	q := &g.q
	if q.untracked {
		return b
	}
	for _, e := range q.events {
		b = strconv.AppendInt(b, int64(q.number), 10)
		b = append(b, ',')
		b = g.w.cal.appendISO(b, e.at)
		b = append(b, ',')
		b = g.w.appendStatus(b, e)
		b = append(b, '\r', '\n')
	}
	return b
}

// history appends the rows of History and counts them: the lender's shipping message, and what people typed.
func (g *generator) history(b []byte) []byte {
	q, w := &g.q, g.w
	if q.untracked {
		return b
	}
	line := func(at int64, user, entry string) {
		b = strconv.AppendInt(b, int64(q.number), 10)
		b = append(b, ',')
		b = w.cal.appendSlash(b, at)
		b = append(b, ',')
		b = append(b, user...)
		b = append(b, ',')
		b = append(b, entry...)
		b = append(b, '\r', '\n')
		g.books.histories++
	}
	h := mix(uint64(q.number) ^ w.cfg.Seed<<32)
	if q.patron >= 0 && h%11 == 0 {
		user := string(w.appendUsername(nil, q.patron))
		line(q.events[0].at, user, "Request submitted by "+user+" on the web form")
	}
	if q.shipped != 0 && q.lender >= 0 {
		line(q.shipped, "System", w.partners[q.lender].symbol+" shipped")
	}
	if n := len(q.events); h>>8%29 == 0 && n > 1 {
		user := "libstaff" + string(appendPadded(nil, int(h>>16%12)+1, 2))
		entry := "Checked the citation"
		if q.patron >= 0 {
			entry = "\"Testa Zzname " + strconv.Itoa(q.patron+1) + " called,\r\nplease ring back at 555-01" + string(appendPadded(nil, int(h>>24%100), 2)) + "\""
		}
		line(q.events[n-1].at, user, entry)
	}
	return b
}

// users writes UsersALL, every account whether or not it asked for anything.
func (w *world) users() []byte {
	b := []byte(usersHeading)
	for i, p := range w.patrons {
		n := strconv.Itoa(i + 1)
		b = w.appendUsername(b, i)
		b = append(b, ",Zzname "+n+",Testa,"...)
		b = w.appendUsername(b, i)
		b = append(b, "@mail.example,"+patronGroups[p.group].text+","+departments[p.department].name+","+sites[p.site].text+"\r\n"...)
	}
	return b
}

// addresses writes LenderAddressesALL. Every tenth partner has a second address that no request uses.
func (w *world) addresses() (b []byte, rows int) {
	b = []byte(addressHeading)
	write := func(p partner, number int) {
		n := strconv.Itoa(number)
		category := "Default"
		if number%4 == 0 {
			category = "Reciprocal"
		}
		b = append(b, p.symbol+","+n+","+p.name+","+strconv.Itoa(1+number%90)+" Example Street,ILL,"+category+",ill"+n+"@mail.example\r\n"...)
		rows++
	}
	for i, p := range w.partners {
		write(p, i+1)
	}
	for i := 0; i < len(w.partners); i += 10 {
		write(w.partners[i], len(w.partners)+1+i/10)
	}
	return b, rows
}

// closuresFile writes closures.csv.
func (w *world) closuresFile() (b []byte, rows int) {
	b = []byte("library,date,name\r\n")
	for _, c := range w.cal.closures {
		b = append(b, ownLibrary+","+c.day.Format("2006-01-02")+","+c.name+"\r\n"...)
	}
	return b, len(w.cal.closures)
}

// campaignsFile writes campaigns.csv: start is the first day, end the first day after; several departments are separated by semicolons.
func (w *world) campaignsFile() (b []byte, rows int) {
	b = []byte("id,name,kind,channel,start,end,target_departments,comparison_departments,cost,currency,note,outcome\r\n")
	for _, c := range w.changes {
		end, currency, comparison := "", "", ""
		if !c.end.IsZero() {
			end, comparison = c.end.Format("2006-01-02"), strings.Join(c.comparison(), ";")
		}
		if c.cost != "" {
			currency = "USD"
		}
		b = append(b, strings.Join([]string{c.id, c.name, c.kind, c.channel, c.start.Format("2006-01-02"), end, strings.Join(c.targets, ";"),
			comparison, c.cost, currency, c.note, c.outcome}, ",")+"\r\n"...)
	}
	return b, len(w.changes)
}
