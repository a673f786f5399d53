package sample

import (
	"fmt"
	"strings"
)

// department describes how the readers of one department use the service.
type department struct {
	name   string
	share  int64 // of all readers' requests, per mille
	copies int   // share of copies, per mille
}

var departments = []department{
	{"History", 150, 330}, {"English", 120, 300}, {"Psychology", 112, 800}, {"Biology", 100, 900}, {"Education", 95, 620}, {"Nursing", 85, 930},
	{"Engineering", 80, 820}, {"Sociology", 70, 560}, {"Chemistry", 60, 940}, {"Music", 50, 240}, {"Philosophy", 42, 340}, {"Business", 28, 600},
	{"", 8, 500}, // a few accounts have no department
}

var patronGroups = []weighted{{"Graduate", 400}, {"Undergraduate", 280}, {"Faculty", 180}, {"Staff", 95}, {"Visiting Scholar", 45}}

var sites = []weighted{{"MAIN", 700}, {"SCI", 200}, {"MUS", 100}}

type patron struct {
	department, group, site uint8
	activity                uint8 // 1 to 32: how often this reader is drawn
}

// partner is a library that lends to us and borrows from us.
type partner struct {
	symbol, name string
	docline      bool
	weight       int64 // how often we ask it
	asks         int64 // how often it asks us
	speed        int64 // its response time, per mille of the usual
	distance     int64 // time in the mail, per mille of the usual
	reliability  int   // chance that it supplies an ordinary request, per mille
	loanDays     int64 // granted from the day of receipt
}

type journal struct{ title, issn, issn2 string }

// world is everything that stays the same while requests are invented.
type world struct {
	cfg      Config
	cal      *calendar
	asOf     int64 // the export moment
	fromAt   int64
	toAt     int64
	patrons  []patron
	pools    [][2]int // per department: first patron and one past the last
	partners []partner
	ours     [2][]int64 // running sums of weights when we ask for loans (0) and copies (1)
	theirs   [2][]int64 // … and when they ask us
	journals [][]journal
	changes  []change
	shocks   []int64      // per month, per mille: what moves the requests of all readers alike; nil: nothing
	expected [][2]float64 // per change: requests expected from its targets while it ran, with it and without
	faster   int64        // from this moment on staff needs 70 % of its time
	userPad  int
}

const (
	ownLibrary   = "MAIN"
	usersPerDept = 8 // at least
)

func newWorld(cfg Config) *world {
	w := &world{cfg: cfg, cal: newCalendar(cfg.From, cfg.To), fromAt: wall(cfg.From), toAt: wall(cfg.To)}
	w.asOf = w.toAt + 6*hour
	r := newRandom(cfg.Seed, 1)
	w.invent(r)
	w.changes = plannedChanges(cfg.From, cfg.To)
	w.faster = 1 << 62
	for _, c := range w.changes {
		if c.processing != 1000 {
			w.faster = wall(c.start)
		}
	}
	return w
}

func (w *world) invent(r *random) {
	total := min(max(w.cfg.Requests/20, 100), 100_000)
	groups, siteSums := cumulate(patronGroups), cumulate(sites)
	for d, dep := range departments {
		n := max(int(int64(total)*dep.share/1000), usersPerDept)
		first := len(w.patrons)
		for range n {
			site := r.pick(siteSums)
			if dep.name == "Music" {
				site = 2
			}
			w.patrons = append(w.patrons, patron{uint8(d), uint8(r.pick(groups)), uint8(site), uint8(1 + 31/(1+r.below(31)))})
		}
		w.pools = append(w.pools, [2]int{first, len(w.patrons)})
	}
	w.userPad = max(5, len(fmt.Sprint(len(w.patrons)*2)))

	used := map[string]bool{}
	for i := range 150 {
		p := partner{docline: i%8 == 5}
		for p.symbol == "" || used[p.symbol] {
			letters := []byte{"XZQ"[r.below(3)], byte('A' + r.below(26)), byte('A' + r.below(26))}
			if letters[0] == letters[1] && letters[1] == letters[2] {
				continue
			}
			p.symbol = string(letters)
			if p.docline {
				p.symbol = "ZZU" + string([]byte{byte('A' + r.below(26)), byte('A' + r.below(26)), byte('A' + r.below(26))})
			}
		}
		used[p.symbol] = true
		kind := []string{"College", "University", "State University", "Public Library", "Institute"}[r.below(5)]
		if p.docline {
			kind = "Medical Library"
		}
		p.name = "Invented " + kind + " " + p.symbol
		p.weight = 100_000 / int64(i+9)
		p.asks = p.weight * r.noise(700) / 1000
		p.speed, p.distance = r.noise(350), r.noise(300)
		p.reliability = int(min(max(r.noise(180)*700/1000, 350), 930))
		p.loanDays = []int64{28, 42, 42, 63}[r.below(4)]
		w.partners = append(w.partners, p)
	}
	for kind := range 2 {
		var ask, give int64
		for _, p := range w.partners {
			if !p.docline || kind == 1 {
				ask += p.weight
				give += p.asks
			}
			w.ours[kind] = append(w.ours[kind], ask)
			w.theirs[kind] = append(w.theirs[kind], give)
		}
	}

	for d := range departments {
		var list []journal
		for _, subject := range subjects[d%len(subjects)] {
			for range 4 {
				form := journalForms[r.below(len(journalForms))]
				list = append(list, journal{strings.Replace(form, "%", strings.TrimPrefix(subject, "the "), 1), issn(r.below(10_000_000)), issn(r.below(10_000_000))})
			}
		}
		w.journals = append(w.journals, list)
	}
}

// issn adds the check character to seven digits.
func issn(n int) string {
	digits := fmt.Sprintf("%07d", n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (8 - i)
	}
	check := "0123456789X"[(11-sum%11)%11]
	return digits[:4] + "-" + digits[4:] + string(check)
}

// reader draws the reader of a request: the department's accounts come and go over the years, and some use the service far more than others.
func (w *world) reader(r *random, dep int, at int64) int {
	first, end := w.pools[dep][0], w.pools[dep][1]
	n := end - first
	window := max(n*6/10, 1)
	start := int(int64(n-window) * (at - w.fromAt) / max(w.toAt-w.fromAt, 1))
	i := first + start + r.below(window)
	for range 6 {
		if r.below(32) < int(w.patrons[i].activity) {
			break
		}
		i = first + start + r.below(window)
	}
	return i
}

// username is the account name as exported.
func (w *world) appendUsername(b []byte, i int) []byte {
	b = append(b, 'u')
	return appendPadded(b, i+1, w.userPad)
}

func appendPadded(b []byte, n, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for n > 0 || i > len(digits)-width {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, digits[i:]...)
}
