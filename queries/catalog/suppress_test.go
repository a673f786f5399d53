package catalog_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// asked is a request of an invented history; its month is an index of crowdMonths.
type asked struct {
	department, group, role string
	month                   int
	reader                  int // 0: nobody knows who, or with lending no reader of ours
}

// lending asks for other libraries' readers, of whose departments nothing is known.
const lending = "lending"

var crowdMonths = []time.Time{date(2023, 12), date(2024, 1), date(2024, 2), date(2024, 5)}

var (
	crowdDepartments = []string{"Art", "Botany", "Chemistry", "unknown"}
	crowdGroups      = []string{"Faculty", "Staff", "Student"}
	crowdRoles       = []string{"borrowing", "docdel", lending}
)

func date(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// crowd invents a history in which departments, groups and months are of very different sizes.
func crowd(random *rand.Rand) []asked {
	pick := func(n int) int { return min(random.IntN(n), random.IntN(n)) }
	flat := random.IntN(2) == 0
	var requests []asked
	departments, groups := random.Perm(len(crowdDepartments)), random.Perm(len(crowdGroups))
	for range 40 + random.IntN(700) {
		reader := 1 + random.IntN(80)
		r := asked{reader: reader, role: crowdRoles[random.IntN(len(crowdRoles))], month: random.IntN(len(crowdMonths))}
		d, g := reader%10%len(crowdDepartments), reader%7%len(crowdGroups)
		if !flat {
			d, g, r.month = pick(len(crowdDepartments)), pick(len(crowdGroups)), pick(len(crowdMonths))
		}
		r.department, r.group = crowdDepartments[departments[d]], crowdGroups[groups[g]]
		if random.IntN(20) == 0 {
			r.reader = 0
		}
		if r.role == lending {
			r.reader, r.department = 0, queries.Unknown
		}
		requests = append(requests, r)
	}
	return requests
}

func loadCrowd(t *testing.T, requests []asked) *store.Snapshot {
	t.Helper()
	files := store.Open(t.TempDir())
	ctx := context.Background()
	_, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		if _, err := tx.Exec(ctx, "insert into library values ('MAIN', 'Etc/UTC', true, null)"); err != nil {
			return store.Discard, err
		}
		var rows []string
		for i, r := range requests {
			reader, department := "null", "'"+r.department+"'"
			if r.reader > 0 {
				reader = fmt.Sprint(r.reader)
			}
			if r.department == queries.Unknown {
				department = "null"
			}
			at := crowdMonths[r.month].AddDate(0, 0, 9).Format(time.DateOnly)
			rows = append(rows, fmt.Sprintf("(%d, 'MAIN', 'generic', '%d', '%s', 'copy', 'delivered', %s, '%s', %s, timestamp '%s', timestamp '%s' + to_days(40), 0, 1, 1, 0)",
				i+1, i+1, r.role, department, r.group, reader, at, at))
		}
		_, err := tx.Exec(ctx, "insert into request (request_id, library, source, source_id, role, kind, status, department, patron_group, patron_key, "+
			"created_at, available_at, columns, first_batch, last_batch, row_hash) values "+strings.Join(rows, ", "))
		if err != nil {
			return store.Discard, err
		}
		return store.Keep, tx.Derive(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := files.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		snapshot.Close()
		files.Close()
	})
	return snapshot
}

// An attack knows what values there are and all of lending, reads every table, and solves for the single cells: one
// unknown per department, group, role and month, whether the history has such requests or not.
type attack struct {
	requests []asked
	cells    []asked // the unknowns
	basis    map[int][]*big.Rat
}

func newAttack(requests []asked) *attack {
	a := &attack{requests: requests, basis: map[int][]*big.Rat{}}
	has := func(f func(asked) bool) bool { return slices.ContainsFunc(requests, f) }
	for _, department := range crowdDepartments {
		for _, group := range crowdGroups {
			for _, role := range crowdRoles {
				for month := range crowdMonths {
					if has(func(r asked) bool { return r.department == department }) && has(func(r asked) bool { return r.group == group }) {
						a.cells = append(a.cells, asked{department: department, group: group, role: role, month: month})
					}
				}
			}
		}
	}
	for _, cell := range a.cells {
		if cell.role == lending {
			a.learn(cell.fits([]string{"department", "patron_group", "role", "month"}))
		}
	}
	return a
}

// learn adds an equation: the requests that fit are so many. How many is of no matter to what can be solved for.
func (a *attack) learn(fits func(asked) bool) {
	row := a.reduced(fits)
	pivot := slices.IndexFunc(row, func(x *big.Rat) bool { return x.Sign() != 0 })
	if pivot < 0 {
		return
	}
	inverse := new(big.Rat).Inv(row[pivot])
	for _, x := range row {
		x.Mul(x, inverse)
	}
	for _, other := range a.basis {
		subtract(other, row, pivot)
	}
	a.basis[pivot] = row
}

// knows tells whether the number of requests that fit follows from what was learnt.
func (a *attack) knows(fits func(asked) bool) bool {
	return !slices.ContainsFunc(a.reduced(fits), func(x *big.Rat) bool { return x.Sign() != 0 })
}

func (a *attack) reduced(fits func(asked) bool) []*big.Rat {
	row := make([]*big.Rat, len(a.cells))
	for i, cell := range a.cells {
		row[i] = new(big.Rat)
		if fits(cell) {
			row[i].SetInt64(1)
		}
	}
	for pivot, known := range a.basis {
		subtract(row, known, pivot)
	}
	return row
}

// subtract takes so much of known from row that nothing is left at the pivot.
func subtract(row, known []*big.Rat, pivot int) {
	if row[pivot].Sign() == 0 {
		return
	}
	factor := new(big.Rat).Set(row[pivot])
	product := new(big.Rat)
	for i := range row {
		if known[i].Sign() != 0 {
			row[i].Sub(row[i], product.Mul(factor, known[i]))
		}
	}
}

// readers counts those behind the requests that fit; who is not known counts once for each request, lending not at all.
func readers(requests []asked, fits func(asked) bool) int {
	n, seen := 0, map[int]bool{}
	for _, r := range requests {
		if fits(r) && r.role != lending && !(r.reader > 0 && seen[r.reader]) {
			seen[r.reader] = true
			n++
		}
	}
	return n
}

// split is what a table is split by, beside readers.
var splits = [][]string{{}, {"month"}, {"quarter"}, {"year"}, {"role"}, {"month", "role"}, {"quarter", "role"}, {"year", "role"}}

// word is what a table calls a request by one of its dimensions.
func (r asked) word(dimension string) string {
	at := crowdMonths[r.month]
	switch dimension {
	case "department":
		return r.department
	case "patron_group":
		return r.group
	case "role":
		return r.role
	case "quarter":
		at = date(at.Year(), (at.Month()-1)/3*3+1)
	case "year":
		at = date(at.Year(), 1)
	}
	return at.Format(time.DateOnly)
}

// questions gives every split by readers, some filters by them, and the totals.
func crowdQuestions(random *rand.Rand) []url.Values {
	var list []url.Values
	for _, split := range splits {
		for _, ofReaders := range [][]string{{}, {"department"}, {"patron_group"}, {"department", "patron_group"}} {
			list = append(list, url.Values{"by": append(slices.Clone(split), ofReaders...)})
			if random.IntN(4) == 0 {
				list = append(list, url.Values{"by": append(slices.Clone(split), ofReaders...), "basis": {"period"}})
			}
		}
	}
	some := func(words []string) []string {
		words = slices.Clone(words)
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return words[:1+random.IntN(len(words))]
	}
	for range 24 {
		values := url.Values{"by": slices.Clone(splits[random.IntN(len(splits))])}
		switch random.IntN(4) {
		case 0:
			values["department"] = some(crowdDepartments)
		case 1:
			values["patron_group"] = some(crowdGroups)
		case 2:
			values["department"], values["patron_group"] = some(crowdDepartments), some(crowdGroups)
		default:
			values["department"] = some(crowdDepartments)
			values["by"] = append(values["by"], []string{"department", "patron_group"}[random.IntN(2)])
		}
		list = append(list, values)
	}
	return list
}

// Whatever is asked of one history, no table shows, and all tables together do not give away, a number of requests that
// fewer readers than allowed stand behind.
func TestSmallGroupsCannotBeSolvedFor(t *testing.T) {
	volume, err := catalog.Find("volume")
	if err != nil {
		t.Fatal(err)
	}
	histories := 6
	if testing.Short() {
		histories = 2
	}
	partly, plain, withheld := 0, 0, 0
	for seed := range histories {
		random := rand.New(rand.NewPCG(uint64(seed), 5))
		requests := crowd(random)
		fewest := 2 + random.IntN(4)
		snapshot := loadCrowd(t, requests)
		a := newAttack(requests)
		for _, values := range crowdQuestions(random) {
			values.Set("suppress_below", fmt.Sprint(fewest))
			filter, err := queries.ParseFilter(values)
			if err != nil {
				t.Fatal(err)
			}
			result, err := queries.Run(context.Background(), snapshot, volume, filter)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("seed %d: %s", seed, filter.Encode())
			for _, s := range result.Suppressed {
				if s.IsWithheld {
					withheld++
				} else if s.N < s.Of {
					partly++
				}
			}
			if len(result.Suppressed) == 0 && strings.Contains(filter.Encode(), "department") {
				plain++
			}
			a.read(t, name, filter, result, fewest)
		}
		for _, split := range splits {
			for _, ofReaders := range [][]string{{"department"}, {"patron_group"}, {"department", "patron_group"}} {
				by := append(slices.Clone(split), ofReaders...)
				for _, cell := range a.cells {
					fits := cell.fits(by)
					if n := readers(requests, fits); n > 0 && n < fewest && a.knows(fits) {
						t.Errorf("seed %d: the tables together tell of %v by %v, behind which stand %d readers of %d", seed, cell, by, n, fewest)
					}
				}
			}
		}
	}
	if !testing.Short() && (partly < 20 || plain < 20 || withheld < 20) {
		t.Errorf("%d tables were suppressed in part, %d not at all, %d withheld: too few to tell", partly, plain, withheld)
	}
}

// fits tells which requests stand in the same row when split so.
func (r asked) fits(by []string) func(asked) bool {
	return func(other asked) bool {
		return !slices.ContainsFunc(by, func(d string) bool { return r.word(d) != other.word(d) })
	}
}

// read learns from a table, its missing rows included, and checks that each row has readers enough.
func (a *attack) read(t *testing.T, name string, filter queries.Filter, result *queries.Result, fewest int) {
	by := filter.By
	column := slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == "n_requests" })
	isIn := func(r asked) bool {
		return (len(filter.Department) == 0 || slices.Contains(filter.Department, r.department)) &&
			(len(filter.PatronGroup) == 0 || slices.Contains(filter.PatronGroup, r.group))
	}
	// a value that stands in no row by its name is one of the hidden
	shown := map[string]bool{}
	for _, row := range result.Rows {
		for i, d := range by {
			if d == "department" || d == "patron_group" {
				shown[d+row[i].(string)] = true
			}
		}
	}
	label := func(r asked, d string) string {
		word := r.word(d)
		if (d == "department" || d == "patron_group") && !shown[d+word] {
			return queries.Suppressed
		}
		return word
	}
	key := func(r asked) string {
		var words []string
		for _, d := range by {
			words = append(words, label(r, d))
		}
		return strings.Join(words, "|")
	}
	rows := map[string]any{}
	for _, row := range result.Rows {
		var words []string
		for i := range by {
			if at, ok := row[i].(time.Time); ok {
				words = append(words, at.Format(time.DateOnly))
			} else {
				words = append(words, row[i].(string))
			}
		}
		rows[strings.Join(words, "|")] = row[column]
	}
	isSplit := slices.Contains(by, "department") || slices.Contains(by, "patron_group")
	isAllHidden := isSplit && !slices.ContainsFunc(a.cells, func(r asked) bool { return shown["department"+r.department] || shown["patron_group"+r.group] })
	isFiltered := len(filter.Department)+len(filter.PatronGroup) > 0
	seen := map[string]bool{}
	for _, cell := range a.cells {
		own := key(cell)
		if seen[own] || !isIn(cell) {
			continue
		}
		seen[own] = true
		fits := func(r asked) bool { return isIn(r) && key(r) == own }
		n := 0
		for _, r := range a.requests {
			if fits(r) {
				n++
			}
		}
		value, isThere := rows[own]
		if isThere && value == nil { // withheld
			continue
		}
		a.learn(fits)
		if !isThere {
			value = int64(0)
		}
		if got, ok := value.(int64); !ok || got != int64(n) {
			t.Errorf("%s: %s has %v requests, want %d", name, own, value, n)
		}
		if few := readers(a.requests, fits); few > 0 && few < fewest && (isFiltered || isSplit && !isAllHidden) {
			t.Errorf("%s: %s is shown with %d readers of %d", name, own, few, fewest)
		}
	}
}

// The attack succeeds where only the small cells themselves are left out: then a total less the others gives them.
func TestTheAttackFindsPlainSuppression(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 5))
	const fewest = 4
	found := 0
	for range 10 {
		requests := crowd(random)
		a := newAttack(requests)
		var small []asked
		for _, by := range [][]string{{"department"}, {"department", "month"}, {"department", "year"}, {"month"}} {
			for _, cell := range a.cells {
				fits := cell.fits(by)
				if n := readers(requests, fits); n >= fewest || n == 0 || !slices.Contains(by, "department") {
					a.learn(fits)
				} else if len(by) == 2 && by[1] == "month" {
					small = append(small, cell)
				}
			}
		}
		for _, cell := range small {
			if a.knows(cell.fits([]string{"department", "month"})) {
				found++
				break
			}
		}
	}
	if found < 3 {
		t.Errorf("the attack broke %d of 10 tables that hide small cells alone", found)
	}
}

// Behind the figures of every row that is shown stand readers enough: of the requests that the metric speaks of, not of
// all that the group has. populations says anew which those are, and what parts a metric's rows beside the dimensions.
func TestEveryRowHasReadersEnough(t *testing.T) {
	_, snapshot := mixedHistory(t)
	const lender = "(role <> 'borrowing' or filled_by = 'lender')"
	populations := map[string][2]string{
		"volume":     {"true", ""},
		"fill_rate":  {"true", ""},
		"turnaround": {"outcome = 'filled'", ""},
		"stages":     {"outcome = 'filled' and " + lender, "role, kind"},
		"reasons":    {"outcome in ('unfilled', 'cancelled')", "coalesce(reason, 'unknown'), outcome"},
		"attempts":   {"request_id in (select request_id from attempt)", ""},
		"balance":    {"outcome = 'filled' and role in ('lending', 'borrowing') and " + lender, ""},
		"annual":     {"true", "role = 'lending', kind, case when outcome = 'filled' and role = 'docdel' then 'docdel' when outcome in ('filled', 'open') then outcome else 'not_filled' end"},
		"cost":       {"outcome = 'filled'", "case when cost is null then 'no_cost' else coalesce(currency, 'unknown') end"},
	}
	const fewest = 5
	partly := 0
	for id, population := range populations {
		metric, err := catalog.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, split := range []string{"department", "department, role", "department, date_trunc('quarter', created_day)", "patron_group, kind"} {
			by := strings.NewReplacer(" ", "", "date_trunc('quarter',created_day)", "quarter", "date_trunc('quarter', created_day)", "quarter").Replace(split)
			result, err := queries.Run(context.Background(), snapshot, metric, parsed(t, "by="+by))
			if err != nil {
				t.Fatal(err)
			}
			dimension, _, _ := strings.Cut(split, ",")
			var shown []string
			for _, row := range result.Rows {
				if name := "'" + strings.ReplaceAll(row[0].(string), "'", "''") + "'"; !slices.Contains(shown, name) {
					shown = append(shown, name)
				}
			}
			if len(shown) > 1 && slices.Contains(shown, "'"+queries.Suppressed+"'") {
				partly++
			}
			word := "coalesce(" + dimension + ", 'unknown')"
			keys := append([]string{"case when " + word + " in (" + strings.Join(shown, ", ") + ") then " + word + " else '" + queries.Suppressed + "' end"}, strings.Split(split, ", ")[1:]...)
			if strings.Contains(split, "quarter") {
				keys = []string{keys[0], "date_trunc('quarter', created_day)"}
			}
			if population[1] != "" {
				keys = append(keys, population[1])
			}
			var least int
			var all bool
			err = snapshot.DB().QueryRowContext(context.Background(), "select min(n), $1 = count(distinct value) from (select "+keys[0]+
				" as value, count(distinct patron_key) + count(*) - count(patron_key) as n from fact_request where "+population[0]+
				" group by value, "+strings.Join(append(keys[1:], "true"), ", ")+")", 1).Scan(&least, &all)
			if err != nil {
				t.Fatal(err)
			}
			if least < fewest && !(all && slices.Equal(shown, []string{"'" + queries.Suppressed + "'"})) {
				t.Errorf("%s by %s: a row of %d readers is shown beside %v", id, by, least, shown)
			}
		}
	}
	if partly < 5 {
		t.Errorf("%d tables were suppressed in part: too few to tell", partly)
	}
}
