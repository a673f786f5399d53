package impact

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/store"
)

// request is one line of an invented history. A null text is empty, an unknown reader 0 and an unknown time the zero one.
type request struct {
	library, role, kind, department, group, reason, status string
	reader                                                 int
	created, available, due, returned                      time.Time
}

var zones = map[string]*time.Location{"MAIN": zone("America/New_York"), "LAW": zone("Asia/Tokyo")}

func zone(name string) *time.Location {
	at, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return at
}

// load writes requests into a new data directory and opens it.
func load(t testing.TB, requests []request) *store.Snapshot {
	t.Helper()
	text := func(s string) string {
		if s == "" {
			return "null"
		}
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	instant := func(at time.Time) string {
		if at.IsZero() {
			return "null"
		}
		return "timestamp '" + at.UTC().Format("2006-01-02 15:04:05.000000") + "'"
	}
	var rows []string
	for i, r := range requests {
		reader := "null"
		if r.reader != 0 {
			reader = fmt.Sprint(r.reader)
		}
		rows = append(rows, fmt.Sprintf("(%d, %s, 'generic', '%d', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 1, 1, 0)", i+1, text(r.library), i+1,
			text(r.role), text(r.kind), text(r.department), text(r.group), reader, text(r.reason), text(r.status),
			instant(r.created), instant(r.available), instant(r.due), instant(r.returned)))
	}
	files := store.Open(t.TempDir())
	_, err := files.Load(context.Background(), func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		for library, zone := range zones {
			if _, err := tx.Exec(ctx, "insert into library values ('"+library+"', '"+zone.String()+"', true, null)"); err != nil {
				return store.Discard, err
			}
		}
		if len(rows) > 0 {
			if _, err := tx.Exec(ctx, `insert into request (request_id, library, source, source_id, role, kind, department, patron_group, patron_key,
				reason, status, created_at, available_at, due_at, returned_at, columns, first_batch, last_batch, row_hash) values `+strings.Join(rows, ", ")); err != nil {
				return store.Discard, err
			}
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

// on gives the day of an instant at the request's library; zero for none.
func (r request) on(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	local := at.In(zones[r.library])
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// outcome follows the product's definitions for the few statuses that an invented request has.
func (r request) outcome() string {
	switch {
	case r.status == "in_process":
		return "open"
	case r.status == "finished", r.status == "checked_out":
		return "filled"
	case slices.Contains([]string{"held_locally", "duplicate", "created_in_error", "free_online"}, r.reason):
		return "cancelled"
	}
	return "unfilled"
}

// naive counts with loops what the statements count with tables.
type naive struct {
	requests []request
	scope    scope
	asOf     time.Time
}

func (s Span) holds(day time.Time) bool { return !day.Before(s.From) && day.Before(s.To) }

func orUnknown(name string) string { return cmp.Or(name, "unknown") }

func (n naive) unit(r request) string {
	return map[string]string{"": "", byDepartment: orUnknown(r.department), byPatronGroup: orUnknown(r.group), byLibrary: r.library}[n.scope.dimension]
}

func (n naive) counts(r request) bool {
	among := func(name string, names []string) bool { return len(names) == 0 || slices.Contains(names, name) }
	return slices.Contains(n.scope.roles, r.role) && r.reason != "duplicate" && r.reason != "created_in_error" &&
		among(orUnknown(r.department), n.scope.departments) && among(orUnknown(r.group), n.scope.patronGroups) && among(r.library, n.scope.libraries)
}

func (n naive) of(unit string, span Span, day func(request) time.Time) []request {
	var out []request
	for _, r := range n.requests {
		if n.counts(r) && n.unit(r) == unit && span.holds(day(r)) {
			out = append(out, r)
		}
	}
	return out
}

func (r request) createdDay() time.Time { return r.on(r.created) }
func (r request) dueDay() time.Time     { return r.on(r.due) }

func partOf(of []request, isX, isN func(request) bool) Reading {
	var out Reading
	for _, r := range of {
		if isN(r) {
			out.N++
			if isX(r) {
				out.X++
			}
		}
	}
	return out
}

func (n naive) reading(outcome, unit string, span Span) Reading {
	created := n.of(unit, span, request.createdDay)
	is := func(outcomes ...string) func(request) bool {
		return func(r request) bool { return slices.Contains(outcomes, r.outcome()) }
	}
	switch outcome {
	case outcomeRequests:
		return Reading{X: float64(len(created))}
	case outcomeRequesters:
		readers := map[int]bool{}
		unknown := 0
		for _, r := range created {
			if r.reader == 0 {
				unknown++
			} else {
				readers[r.reader] = true
			}
		}
		return Reading{X: float64(len(readers) + unknown)}
	case outcomeFirstTime:
		first := map[int]time.Time{}
		for _, r := range created {
			if at, ok := first[r.reader]; r.reader != 0 && (!ok || r.createdDay().Before(at)) {
				first[r.reader] = r.createdDay()
			}
		}
		for reader, at := range first {
			before := Span{addMonths(at, -24), at}
			if slices.ContainsFunc(n.requests, func(r request) bool {
				return r.reader == reader && r.role != "lending" && before.holds(r.createdDay())
			}) {
				delete(first, reader)
			}
		}
		return Reading{X: float64(len(first))}
	case outcomeTurnaround:
		var waits []float64
		for _, r := range created {
			if r.outcome() == "filled" && !r.available.IsZero() && !r.available.Before(r.created) {
				waits = append(waits, r.available.Sub(r.created).Hours()/24)
			}
		}
		slices.Sort(waits)
		switch k := len(waits); {
		case k == 0:
			return Reading{}
		case k%2 == 1:
			return Reading{X: waits[k/2], N: float64(k)}
		default:
			return Reading{X: (waits[k/2-1] + waits[k/2]) / 2, N: float64(k)}
		}
	case outcomeFillRate:
		return partOf(created, is("filled"), is("filled", "unfilled"))
	case outcomeHeldLocally:
		return partOf(created, func(r request) bool { return r.outcome() == "cancelled" && r.reason == "held_locally" }, func(request) bool { return true })
	case outcomeOverdue:
		return partOf(n.of(unit, span, request.dueDay), func(r request) bool {
			return r.returned.IsZero() || r.on(r.returned).After(r.dueDay())
		}, func(r request) bool {
			return r.kind == "loan" && r.role == "borrowing" && r.outcome() == "filled" && r.on(n.asOf).After(r.dueDay()) &&
				!(r.returned.IsZero() && r.status == "finished")
		})
	}
	panic(outcome)
}

// heavy gives post and pre of a unit without the busiest of its readers.
func (n naive) heavy(p *Panel, unit string) [2]Reading {
	perReader := map[int]int{}
	readers := 0
	{
		for _, span := range []Span{p.Windows.Post, p.Windows.Pre} {
			for _, r := range n.of(unit, span, request.createdDay) {
				if r.reader == 0 || perReader[r.reader] == 0 {
					readers++
				}
				if r.reader != 0 {
					perReader[r.reader]++
				}
			}
		}
	}
	var order []int
	for reader := range perReader {
		order = append(order, reader)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(perReader[b]-perReader[a], a-b) })
	order = order[:min(len(order), int(math.Ceil(float64(readers)/100)))]
	var out [2]Reading
	for i, span := range []Span{p.Windows.Post, p.Windows.Pre} {
		for _, r := range n.of(unit, span, request.createdDay) {
			if !slices.Contains(order, r.reader) {
				out[i].X++
			}
		}
	}
	return out
}

// readers counts those behind an outcome of units.
func (n naive) readers(outcome string, units []string, span Span) int {
	known, unknown := map[int]bool{}, 0
	for _, unit := range units {
		of := n.of(unit, span, request.createdDay)
		if outcome == outcomeOverdue {
			of = n.of(unit, span, request.dueDay)
		}
		for _, r := range of {
			alone := naive{requests: []request{r}, scope: n.scope, asOf: n.asOf}
			switch outcome {
			case outcomeFirstTime:
				before := Span{addMonths(r.createdDay(), -24), r.createdDay()}
				if r.reader == 0 || slices.ContainsFunc(n.requests, func(other request) bool {
					return other.reader == r.reader && other.role != "lending" && before.holds(other.createdDay())
				}) {
					continue
				}
			case outcomeTurnaround, outcomeFillRate, outcomeOverdue:
				if alone.reading(outcome, unit, span).N == 0 {
					continue
				}
			}
			if r.reader == 0 {
				unknown++
			} else {
				known[r.reader] = true
			}
		}
	}
	return len(known) + unknown
}

// sameReaders holds a panel's number of readers, which is exact below the threshold only, against theirs.
func sameReaders(t rapid.TB, p *Panel, what string, got, want int) {
	t.Helper()
	if got > want || got < min(want, p.Suppress) {
		t.Fatalf("%s: %d readers of %s, want %d", what, got, p.Outcome.ID, want)
	}
}

// compare sets every number of a panel against the loops'.
func (n naive) compare(t rapid.TB, p *Panel) {
	t.Helper()
	same := func(what string, got, want Reading) {
		t.Helper()
		if math.Abs(got.X-want.X) > 1e-9*max(1, want.X) || got.N != want.N {
			t.Fatalf("%s %s: %v, want %v\n%+v", p.Outcome.ID, what, got, want, p.Campaign)
		}
	}
	open, all := 0.0, 0.0
	weeks := make([]float64, len(p.Weeks))
	for _, u := range p.Units {
		if len(u.Months) != len(p.Months) || len(u.Placebo) != len(p.Windows.Placebo) {
			t.Fatalf("%s has %d of %d months, %d of %d launches", u.Name, len(u.Months), len(p.Months), len(u.Placebo), len(p.Windows.Placebo))
		}
		for i, month := range p.Months {
			same(u.Name+" in "+month.Format(time.DateOnly), u.Months[i], n.reading(p.Outcome.ID, u.Name, Span{month, addMonths(month, 1)}))
		}
		same(u.Name+" post", u.Post, n.reading(p.Outcome.ID, u.Name, p.Windows.Post))
		same(u.Name+" pre", u.Pre, n.reading(p.Outcome.ID, u.Name, p.Windows.Pre))
		same(u.Name+" prior", u.Prior, n.reading(p.Outcome.ID, u.Name, p.Windows.Prior))
		same(u.Name+" prior pre", u.PriorPre, n.reading(p.Outcome.ID, u.Name, p.Windows.PriorPre))
		for i, placebo := range p.Windows.Placebo {
			same(u.Name+" launch "+placebo.Post.String(), u.Placebo[i][0], n.reading(p.Outcome.ID, u.Name, placebo.Post))
			same(u.Name+" before launch "+placebo.Post.String(), u.Placebo[i][1], n.reading(p.Outcome.ID, u.Name, placebo.Pre))
		}
		for _, r := range n.of(u.Name, p.Windows.Post, request.createdDay) {
			all++
			if r.outcome() == "open" {
				open++
			}
		}
		if p.Outcome.ID == outcomeRequests {
			if u.WithoutHeavy == nil || *u.WithoutHeavy != n.heavy(p, u.Name) {
				t.Fatalf("%s without the busiest: %v, want %v", u.Name, u.WithoutHeavy, n.heavy(p, u.Name))
			}
			for i := range weeks {
				if week := p.FirstWeek.AddDate(0, 0, 7*i); u.IsTarget {
					weeks[i] += n.reading(outcomeRequests, u.Name, Span{week, week.AddDate(0, 0, 7)}).X
				}
			}
		}
		post, pre := n.readers(p.Outcome.ID, []string{u.Name}, p.Windows.Post), n.readers(p.Outcome.ID, []string{u.Name}, p.Windows.Pre)
		fewer := min(post, pre)
		if fewer == 0 {
			fewer = max(post, pre)
		}
		sameReaders(t, p, "fewer of "+u.Name, int(u.NReaders), fewer)
		for _, span := range []Span{p.Windows.Post, p.Windows.Pre, p.Windows.Prior, p.Windows.PriorPre} {
			sameReaders(t, p, u.Name+" "+span.String(), p.Readers.In([]string{u.Name}, span), n.readers(p.Outcome.ID, []string{u.Name}, span))
		}
	}
	for _, isTarget := range []bool{true, false} {
		var side []string
		for _, u := range p.Units {
			if u.IsTarget == isTarget {
				side = append(side, u.Name)
			}
		}
		spans := []Span{p.Windows.Post, p.Windows.Pre, p.Windows.Prior, p.Windows.PriorPre}
		for _, month := range p.Months {
			spans = append(spans, Span{month, addMonths(month, 1)})
		}
		for i := 0; isTarget && i < len(p.Weeks); i += 7 {
			spans = append(spans, p.week(i))
		}
		for _, span := range spans {
			sameReaders(t, p, fmt.Sprint(side, span), p.Readers.In(side, span), n.readers(p.Outcome.ID, side, span))
		}
	}
	if !slices.Equal(p.Weeks, weeks) {
		t.Fatalf("weeks %v, want %v", p.Weeks, weeks)
	}
	wantOpen := 0.0
	if all > 0 && slices.Contains([]string{outcomeTurnaround, outcomeFillRate, outcomeHeldLocally}, p.Outcome.ID) {
		wantOpen = open / all
	}
	if p.ShareOpen != wantOpen {
		t.Fatalf("%g open, want %g", p.ShareOpen, wantOpen)
	}
	lenders := n.scope.ownLibraries(false)
	lending := make([]float64, len(p.Months))
	for _, r := range n.requests {
		for i, month := range p.Months {
			if r.role == "lending" && r.reason != "duplicate" && r.reason != "created_in_error" && (len(lenders) == 0 || slices.Contains(lenders, r.library)) &&
				(Span{month, addMonths(month, 1)}).holds(r.createdDay()) {
				lending[i]++
			}
		}
	}
	if p.Lending != nil && !slices.Equal(p.Lending, lending) || p.Lending == nil && slices.Max(append(lending, 0)) > 0 {
		t.Fatalf("lending %v, want %v", p.Lending, lending)
	}
}

// randomHistory invents n requests of some readers over some days.
func randomHistory(seed uint64, n, readers, days int) []request {
	random := rand.New(rand.NewPCG(seed, 0))
	dice := random.IntN
	pick := func(words ...string) string { return words[dice(len(words))] }
	requests := make([]request, n)
	for i := range requests {
		r := request{library: pick("MAIN", "MAIN", "LAW"), role: pick("borrowing", "borrowing", "borrowing", "docdel", "lending"), kind: pick("loan", "copy"),
			department: pick("History", "Music", "Law", "Physics", ""), group: pick("Faculty", "Student", ""), status: pick("in_process", "finished", "checked_out", "finished", "unfilled", "cancelled_staff")}
		if r.reader = 1 + dice(readers); dice(20) == 0 {
			r.reader = 0
		}
		if dice(60) > 0 {
			r.created = ymd("2018-01-01").AddDate(0, 0, dice(days)).Add(time.Duration(dice(24*60*60)) * time.Second)
		}
		switch r.status {
		case "unfilled", "cancelled_staff":
			r.reason = pick("", "held_locally", "duplicate", "created_in_error", "free_online", "cost")
		case "finished", "checked_out":
			if dice(10) > 0 && !r.created.IsZero() {
				r.available = r.created.Add(time.Duration(dice(40*24*3600)-24*3600) * time.Second)
			}
			if dice(6) > 0 && !r.created.IsZero() {
				r.due = r.created.AddDate(0, 0, 20+dice(40)).Truncate(24 * time.Hour).Add(17 * time.Hour)
				if r.status == "finished" && dice(8) > 0 {
					r.returned = r.due.AddDate(0, 0, dice(30)-20)
				}
			}
		}
		requests[i] = r
	}
	return requests
}

func drawCampaign(t *rapid.T) campaign.Campaign {
	some := func(name string, from ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, len(from), rapid.ID).Draw(t, name)
	}
	c := campaign.Campaign{ID: "C", Start: ymd("2018-06-01").AddDate(0, 0, rapid.IntRange(0, 2200).Draw(t, "start")), Roles: some("roles", "borrowing", "docdel")}
	if n := rapid.IntRange(0, 400).Draw(t, "length"); n > 0 {
		c.End, c.CarryOverMonths = c.Start.AddDate(0, 0, n), rapid.IntRange(0, 3).Draw(t, "carry-over")
	}
	switch rapid.IntRange(0, 3).Draw(t, "dimension") {
	case 1:
		c.Target.Departments, c.Comparison.Departments = some("departments", "History", "Music", "unknown", "Alchemy"), some("compared", "Law", "Physics", "Music")
	case 2:
		c.Target.PatronGroups, c.Comparison.PatronGroups = some("groups", "Faculty", "unknown"), some("compared groups", "Student", "Faculty")
	case 3:
		c.Target.Libraries, c.Comparison.Libraries = some("libraries", "MAIN"), some("compared libraries", "LAW")
	}
	if len(c.Target.Departments) > 0 && rapid.Bool().Draw(t, "limited to a group") {
		c.Target.PatronGroups = []string{"Faculty"}
	}
	if len(c.Target.Departments)+len(c.Target.PatronGroups) > 0 && rapid.Bool().Draw(t, "limited to a library") {
		c.Target.Libraries = []string{"MAIN"}
	}
	return c
}

// Every outcome of random campaigns in random histories is what loops over the requests count.
func TestPanelsAgreeWithLoops(t *testing.T) {
	for seed, size := range []struct{ requests, readers, days int }{{0, 1, 1}, {1, 1, 1}, {12, 3, 900}, {400, 40, 2200}, {400, 300, 1500}, {300, 5, 2200}} {
		requests := randomHistory(uint64(seed), size.requests, size.readers, size.days)
		snapshot := load(t, requests)
		var asOf time.Time
		for _, r := range requests {
			for _, at := range []time.Time{r.created, r.available, r.returned} {
				if at.After(asOf) {
					asOf = at
				}
			}
		}
		rapid.Check(t, func(t *rapid.T) {
			c := drawCampaign(t)
			c.Outcome = rapid.SampledFrom(outcomeIDs()).Draw(t, "outcome")
			s, err := scopeOf(c)
			if err != nil {
				t.Fatal(err)
			}
			var p *Panel
			if rapid.IntRange(0, 3).Draw(t, "plan") == 0 {
				p, err = ReadPlan(context.Background(), snapshot, c, nil)
			} else {
				p, err = Read(context.Background(), snapshot, c, nil, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			naive{requests: requests, scope: s, asOf: asOf}.compare(t, p)
		})
	}
}
