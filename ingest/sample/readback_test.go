package sample

import (
	"bytes"
	"encoding/csv"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A reader of the exports that shares nothing with the generator but the rules in the comments of Truth. It shows that the files say
// what truth.json says.

type readRequest struct {
	row      map[string]string
	tracking []readEvent
	role     string
	kind     string
	created  time.Time
	outcome  string
	supplied time.Time
	returned time.Time
}

type readEvent struct {
	at time.Time
	to string
}

type readSample struct {
	zone     *time.Location
	requests []*readRequest
	byNumber map[string]*readRequest
	newest   time.Time
	nRows    map[string]int
}

func readCSV(t *testing.T, dir, name string) []map[string]string {
	t.Helper()
	text := content(t, filepath.Join(dir, name))
	if strings.Count(string(text), "\n") < 1 || !bytes.Contains(text, []byte("\r\n")) {
		t.Errorf("%s does not end its lines with CR LF", name)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func readBack(t *testing.T, dir string) *readSample {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	s := &readSample{zone: zone, byNumber: map[string]*readRequest{}, nRows: map[string]int{}}
	parse := func(layout, text string) time.Time {
		at, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	see := func(at time.Time) time.Time {
		if at.After(s.newest) {
			s.newest = at
		}
		return at
	}
	const slash, iso = "1/2/2006 3:04:05 PM", "2006-01-02T15:04:05.000"
	var tracking, history []map[string]string
	for _, name := range listing(t, dir) {
		if !strings.Contains(name, ".csv") {
			continue
		}
		rows := readCSV(t, dir, name)
		s.nRows[name] = len(rows)
		switch {
		case strings.Contains(name, "Transactions"):
			for _, row := range rows {
				q := &readRequest{row: row, created: see(parse(slash, row["CreationDate"]))}
				see(parse(slash, row["TransactionDate"]))
				q.role = map[string]string{"Borrowing": "borrowing", "Lending": "lending", "Doc Del": "docdel"}[row["ProcessType"]]
				q.kind = map[string]string{"Loan": "loan", "Article": "copy"}[row["RequestType"]]
				if s.byNumber[row["TransactionNumber"]] != nil {
					t.Fatalf("request %s twice", row["TransactionNumber"])
				}
				s.byNumber[row["TransactionNumber"]] = q
				s.requests = append(s.requests, q)
			}
		case strings.Contains(name, "Tracking"):
			tracking = append(tracking, rows...)
		case strings.Contains(name, "History"):
			history = append(history, rows...)
		}
	}
	for _, row := range tracking {
		q := s.byNumber[row["TransactionNumber"]]
		q.tracking = append(q.tracking, readEvent{see(parse(iso, row["DateTime"])), row["ChangedTo"]})
	}
	for _, row := range history {
		at := parse(slash, row["DateTime"])
		if row["UserName"] == "System" && strings.Contains(row["Entry"], "shipped") {
			see(at)
		}
		if s.byNumber[row["TransactionNumber"]] == nil {
			t.Errorf("History of request %s, which is not there", row["TransactionNumber"])
		}
	}
	for _, q := range s.requests {
		q.settle(t)
	}
	return s
}

func (q *readRequest) settle(t *testing.T) {
	slices.SortStableFunc(q.tracking, func(a, b readEvent) int { return a.at.Compare(b.at) })
	var shippedOut, checkedOut bool
	var notified, out, found, done, atPlace time.Time
	first := func(at *time.Time, e readEvent) {
		if at.IsZero() {
			*at = e.at
		}
	}
	for _, e := range q.tracking {
		switch {
		case e.to == "Delivered to Web":
			q.supplied = e.at
		case strings.HasPrefix(e.to, "Customer Notified") || e.to == "Customer Not Notified":
			first(&notified, e)
		case e.to == "Checked Out to Customer":
			checkedOut = true
			first(&out, e)
		case e.to == "Item Found":
			first(&found, e)
		case e.to == "Item Shipped":
			shippedOut = true
			first(&atPlace, e)
		case e.to == "Item Returned" && q.role == "borrowing":
			q.returned = e.at
		}
		if e.to == "Request Finished" {
			first(&done, e)
		}
		if q.role == "lending" && shippedOut && (e.to == "Request Finished" || e.to == "Item Checked In" || e.to == "Item Returned") {
			first(&q.returned, e)
		}
	}
	pick := func(choices ...time.Time) time.Time {
		for _, c := range choices {
			if !c.IsZero() {
				return c
			}
		}
		return time.Time{}
	}
	switch {
	case q.role == "borrowing" && q.kind == "loan":
		q.supplied = pick(notified, out)
		if checkedOut && q.returned.IsZero() {
			q.returned = done
		}
	case q.role == "lending" && q.kind == "loan":
		q.supplied = atPlace
	case q.role == "lending":
		q.supplied = pick(atPlace, done)
	case q.role == "docdel":
		q.supplied = pick(q.supplied, found, done)
	}
	status := q.row["TransactionStatus"]
	if n := len(q.tracking); n > 0 {
		if last := q.tracking[n-1]; last.to != status {
			t.Errorf("request %s is %q, its last status change is to %q", q.row["TransactionNumber"], status, last.to)
		}
	}
	switch reason := q.row["ReasonForCancellation"]; {
	case status == "Cancelled by Customer" || status == "Cancelled by ILL Staff" && slices.Contains(cancelledReasons, reason):
		q.outcome = "cancelled"
	case status == "Cancelled by ILL Staff":
		q.outcome = "unfilled"
	case !q.supplied.IsZero() || status == "Request Finished":
		q.outcome = "filled"
	default:
		q.outcome = "open"
	}
}

// count adds a request by the outcome's name.
func (o *Outcomes) read(outcome string) {
	o.NRequests++
	switch outcome {
	case "filled":
		o.NFilled++
	case "unfilled":
		o.NUnfilled++
	case "cancelled":
		o.NCancelled++
	case "open":
		o.NOpen++
	}
}

func TestFilesSayWhatTruthSays(t *testing.T) {
	for _, cfg := range []Config{
		{Requests: 12_000, Seed: 5},
		{Requests: 4_000, Seed: 6, From: date(2009, 10, 1), To: date(2011, 4, 1), Gzip: true, SplitYears: true},
		{Requests: 40, Seed: 7},
	} {
		dir := t.TempDir()
		truth, err := Write(t.Context(), dir, cfg)
		if err != nil {
			t.Fatal(err)
		}
		s := readBack(t, dir)

		if len(s.requests) != cfg.Requests {
			t.Errorf("%d requests, want %d", len(s.requests), cfg.Requests)
		}
		for _, f := range truth.Files {
			if s.nRows[f.Name] != f.NRows {
				t.Errorf("%s has %d rows, truth says %d", f.Name, s.nRows[f.Name], f.NRows)
			}
			delete(s.nRows, f.Name)
		}
		if len(s.nRows) > 0 {
			t.Errorf("files that truth does not name: %v", s.nRows)
		}
		if got := s.newest.UTC().Format("2006-01-02T15:04:05.000Z"); got != truth.AsOf {
			t.Errorf("newest timestamp %s, truth says %s", got, truth.AsOf)
		}
		export, _ := time.ParseInLocation("2006-01-02T15:04:05", truth.ExportAt, s.zone)
		if s.newest.After(export) {
			t.Errorf("something happened at %s, after the export at %s", s.newest, export)
		}

		users := map[string]map[string]string{}
		for _, u := range readCSV(t, dir, "illiad/UsersALL.csv") {
			users[u["Username"]] = u
		}
		symbols := map[string]string{}
		for _, a := range readCSV(t, dir, "illiad/LenderAddressesALL.csv") {
			symbols[a["AddressNumber"]] = a["LenderString"]
		}

		months, totals := map[[3]string]*Outcomes{}, map[[2]string]*Outcomes{}
		departments, groups, partners := map[[2]string]*Outcomes{}, map[[2]string]*Outcomes{}, map[[2]string]*Outcomes{}
		pseudo, asked, reasons, statuses := map[string]int{}, map[string]int{}, map[[3]string]int{}, map[string]int{}
		turnaround := map[[2]string]*readWaits{}
		events, without := 0, 0
		for _, q := range s.requests {
			at(months, [3]string{q.role, q.kind, q.created.Format("2006-01") + "-01"}).read(q.outcome)
			for _, key := range [][2]string{{"", ""}, {q.role, ""}, {q.role, q.kind}} {
				at(totals, key).read(q.outcome)
				if key[0] != "" && q.outcome == "filled" {
					at(turnaround, key).add(q)
				}
			}
			if q.role != "lending" {
				u := users[q.row["Username"]]
				at(departments, [2]string{u["Department"], q.role}).read(q.outcome)
				at(groups, [2]string{u["Status"], q.role}).read(q.outcome)
			}
			switch lender := strings.ToUpper(strings.TrimSpace(q.row["LendingLibrary"])); {
			case q.role == "lending":
				at(partners, [2]string{q.role, symbols[q.row["LenderAddressNumber"]]}).read(q.outcome)
			case q.role == "borrowing" && (lender == "OA" || lender == "GETIT" || lender == "WEB"):
				pseudo[lender]++
			case q.role == "borrowing":
				at(partners, [2]string{q.role, lender}).read(q.outcome)
				if lender != symbols[q.row["LenderAddressNumber"]] {
					t.Errorf("lender %q has the address of %q", lender, symbols[q.row["LenderAddressNumber"]])
				}
			}
			for symbol := range strings.SplitSeq(q.row["LendingString"], ",") {
				asked[symbol]++
			}
			if q.outcome == "unfilled" || q.outcome == "cancelled" {
				reasons[[3]string{q.role, q.outcome, q.row["ReasonForCancellation"]}]++
			}
			status := q.row["TransactionStatus"]
			if strings.HasPrefix(status, "Renewed by Customer") {
				status = "Renewed by Customer"
			}
			statuses[status]++
			events += len(q.tracking)
			if len(q.tracking) == 0 {
				without++
			}
		}

		for _, m := range truth.Months {
			same(t, "month", [3]string{m.Role, m.Kind, m.Month}, months, m.Outcomes)
		}
		for _, x := range truth.Totals {
			same(t, "total", [2]string{x.Role, x.Kind}, totals, x.Outcomes)
		}
		for _, x := range truth.Departments {
			same(t, "department", [2]string{x.Value, x.Role}, departments, x.Outcomes)
		}
		for _, x := range truth.Groups {
			same(t, "patron group", [2]string{x.Value, x.Role}, groups, x.Outcomes)
		}
		for _, x := range truth.Partners {
			same(t, "partner", [2]string{x.Role, x.Symbol}, partners, x.Outcomes)
			if x.Role == "borrowing" && x.Symbol != "" && asked[x.Symbol] != x.NAsked {
				t.Errorf("partner %s was asked %d times, truth says %d", x.Symbol, asked[x.Symbol], x.NAsked)
			}
		}
		for name, left := range map[string]int{"months": len(months), "totals": len(totals), "departments": len(departments), "patron groups": len(groups), "partners": len(partners)} {
			if left > 0 {
				t.Errorf("the files have %d more %s than truth", left, name)
			}
		}
		for _, x := range truth.Pseudo {
			if pseudo[x.Symbol] != x.NFilled {
				t.Errorf("%s supplied %d, truth says %d", x.Symbol, pseudo[x.Symbol], x.NFilled)
			}
		}
		for _, x := range truth.Reasons {
			if got := reasons[[3]string{x.Role, x.Outcome, x.Reason}]; got != x.N {
				t.Errorf("reason %+v: %d in the files", x, got)
			}
		}
		if len(reasons) != len(truth.Reasons) {
			t.Errorf("%d reasons, truth has %d", len(reasons), len(truth.Reasons))
		}
		for _, x := range truth.Statuses {
			if statuses[x.Status] != x.NRequests {
				t.Errorf("status %+v: %d in the files", x, statuses[x.Status])
			}
		}
		if len(statuses) != len(truth.Statuses) {
			t.Errorf("%d statuses, truth has %d", len(statuses), len(truth.Statuses))
		}
		if events != truth.Tracking.NEvents || without != truth.Tracking.NRequestsWithout {
			t.Errorf("%d events, %d requests without; truth says %+v", events, without, truth.Tracking)
		}
		for _, x := range truth.Turnaround {
			at(turnaround, [2]string{x.Role, x.Kind}).compare(t, x)
		}
		for _, x := range truth.Overdue {
			if got := s.overdue(x.Side); got != x {
				t.Errorf("overdue %+v, truth says %+v", got, x)
			}
		}
	}
}

func at[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

// same compares one figure and takes it out of the map.
func same[K comparable](t *testing.T, what string, key K, got map[K]*Outcomes, want Outcomes) {
	t.Helper()
	if o := at(got, key); *o != want {
		t.Errorf("%s %v: %+v in the files, truth says %+v", what, key, *o, want)
	}
	delete(got, key)
}

type readWaits struct {
	days                       []float64
	n, undetermined, negatives int
}

func (w *readWaits) add(q *readRequest) {
	w.n++
	switch {
	case q.supplied.IsZero():
		w.undetermined++
	case q.supplied.Before(q.created):
		w.negatives++
	default:
		w.days = append(w.days, q.supplied.Sub(q.created).Hours()/24)
	}
}

func (w *readWaits) compare(t *testing.T, want TurnaroundRow) {
	t.Helper()
	if w.n != want.NFilled || len(w.days) != want.N || w.undetermined != want.NUndetermined || w.negatives != want.NNegative {
		t.Errorf("turnaround %s %s: %d filled, %d timed, %d undetermined, %d negative; truth says %+v", want.Role, want.Kind, w.n, len(w.days), w.undetermined, w.negatives, want)
		return
	}
	if len(w.days) == 0 {
		return
	}
	slices.Sort(w.days)
	sum := 0.0
	for _, d := range w.days {
		sum += d
	}
	quantile := func(q float64) float64 {
		i, rest := math.Modf(float64(len(w.days)-1) * q)
		if rest == 0 {
			return w.days[int(i)]
		}
		return w.days[int(i)] + rest*(w.days[int(i)+1]-w.days[int(i)])
	}
	for _, x := range []struct{ got, want float64 }{{sum / float64(len(w.days)), *want.MeanDays}, {quantile(.5), *want.MedianDays}, {quantile(.9), *want.P90Days}} {
		if math.Abs(x.got-x.want) > 1e-9*(1+x.want) {
			t.Errorf("turnaround %s %s: %v in the files, truth says %v", want.Role, want.Kind, x.got, x.want)
		}
	}
}

func (s *readSample) overdue(side string) OverdueTruth {
	o := OverdueTruth{Side: side}
	for _, q := range s.requests {
		if q.role != side || q.kind != "loan" || q.outcome != "filled" {
			continue
		}
		due, err := time.ParseInLocation("1/2/2006 3:04:05 PM", q.row["DueDate"], s.zone)
		if err != nil {
			continue // a supplied loan without a due date would leave the counts short
		}
		end := due.AddDate(0, 0, 1)
		if !s.newest.Before(end) {
			o.NDue++
			if q.returned.IsZero() || !q.returned.Before(end) {
				o.NLate++
			}
		}
		if !q.returned.IsZero() {
			continue
		}
		o.NOut++
		late := int(math.Ceil(s.newest.Sub(end).Hours() / 24))
		if late < 1 {
			continue
		}
		o.NOverdue++
		switch {
		case late <= 7:
			o.N1To7++
		case late <= 30:
			o.N8To30++
		case late <= 90:
			o.N31To90++
		default:
			o.N91Plus++
		}
	}
	return o
}
