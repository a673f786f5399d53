package main

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// monthly is a history as its counts: requests to borrow by department and month from the first one on.
type monthly struct {
	first  time.Time // first day of the first month
	counts map[string][]int
	asOf   time.Time // requests created from this moment on have not happened yet; zero: the counts say all
}

// The headings of ILLiad's tables, as in sample-data.
const (
	transactionColumns = "TransactionNumber,Username,RequestType,LoanAuthor,LoanTitle,LoanPublisher,LoanDate,PhotoJournalTitle,PhotoJournalVolume," +
		"PhotoJournalIssue,PhotoJournalYear,PhotoJournalInclusivePages,PhotoArticleAuthor,PhotoArticleTitle,NotWantedAfter,TransactionStatus," +
		"TransactionDate,CreationDate,DueDate,ISSN,ILLNumber,ESPNumber,LendingString,LendingLibrary,LenderAddressNumber,ReasonForCancellation," +
		"CallNumber,ProcessType,SystemID,DocumentType,IFMCost,BillingAmount,Rush,DOI,TName,TAddress,ArticleExchangePassword"
	userColumns = "Username,LastName,FirstName,EMailAddress,Status,Department,NVTGC"
)

// readersEach is how many readers a department has.
const readersEach = 37

// when spreads the i-th of n requests of a month over its days.
type when func(month time.Time, i, n int) time.Time

// allMonth uses every day, the last one included, and every hour: late in the evening it is the next day in UTC.
func allMonth(month time.Time, i, n int) time.Time {
	days := month.AddDate(0, 1, 0).AddDate(0, 0, -1).Day()
	at := month.AddDate(0, 0, (i*days+days/2)/n%days)
	if i == n-1 {
		at = month.AddDate(0, 0, days-1)
	}
	return at.Add(time.Duration((i*7+23)%24) * time.Hour).Add(30 * time.Minute)
}

// fifteenth has every request made on the same day of its month.
func fifteenth(month time.Time, i, _ int) time.Time {
	return month.AddDate(0, 0, 14).Add(9*time.Hour + time.Duration(i%480)*time.Minute)
}

// write makes the exports of a history, single requests of invented readers, and returns their paths. Beside the requests
// that count there are others that a correct reading leaves out: of other libraries, document delivery, duplicates, and those
// created in error.
func (m monthly) write(t *testing.T, dir string, spread when) []string {
	t.Helper()
	departments := slices.Sorted(maps.Keys(m.counts))
	table := func(name, columns string) (*csv.Writer, func(map[string]string), string) {
		path := filepath.Join(dir, name)
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		w := csv.NewWriter(file)
		heading := strings.Split(columns, ",")
		w.Write(heading)
		row := make([]string, len(heading))
		return w, func(values map[string]string) {
			for i, column := range heading {
				row[i] = values[column]
			}
			w.Write(row)
		}, path
	}

	users, user, usersPath := table("UsersALL.csv", userColumns)
	first := map[string]int{} // reader of a department
	n := 0
	for _, name := range departments {
		first[name] = n
		for i := range readersEach {
			n++
			user(map[string]string{"Username": fmt.Sprintf("u%05d", n), "LastName": "Zzname", "FirstName": "Testa", "EMailAddress": "u@mail.example",
				"Status": []string{"Graduate", "Undergraduate", "Faculty"}[i%3], "Department": name, "NVTGC": "MAIN"})
		}
	}
	users.Flush()

	transactions, transaction, transactionsPath := table("Transactions.csv", transactionColumns)
	const layout = "1/2/2006 3:04:05 PM"
	number := 100_000
	add := func(created time.Time, values map[string]string) {
		if !m.asOf.IsZero() && !created.Before(m.asOf) {
			return
		}
		number++
		row := map[string]string{"TransactionNumber": fmt.Sprint(number), "RequestType": "Article", "PhotoJournalTitle": "Invented Letters",
			"TransactionStatus": "Request Finished", "CreationDate": created.Format(layout), "TransactionDate": created.Add(10 * time.Minute).Format(layout),
			"ProcessType": "Borrowing", "SystemID": "OCLC"}
		for k, v := range values {
			row[k] = v
		}
		transaction(row)
	}
	months := 0
	for _, counts := range m.counts {
		months = max(months, len(counts))
	}
	for i := range months {
		month := m.first.AddDate(0, i, 0)
		for _, name := range departments {
			n := 0
			if i < len(m.counts[name]) {
				n = m.counts[name][i]
			}
			for k := range n {
				at := spread(month, k, n)
				reader := fmt.Sprintf("u%05d", first[name]+(k*5+i)%readersEach+1)
				add(at, map[string]string{"Username": reader})
				switch k % 16 {
				case 3:
					add(at, map[string]string{"Username": reader, "TransactionStatus": "Cancelled by ILL Staff", "ReasonForCancellation": "Duplicate request"})
				case 7:
					add(at, map[string]string{"Username": reader, "TransactionStatus": "Cancelled by ILL Staff", "ReasonForCancellation": "Cancelled during creation"})
				case 11:
					add(at, map[string]string{"Username": reader, "ProcessType": "Doc Del", "SystemID": "LOCL"})
				}
			}
		}
		lent := 60 + 5*(i%12)
		for k := range lent {
			add(spread(month, k, lent), map[string]string{"Username": "XAB", "ProcessType": "Lending", "TransactionStatus": "Request Finished"})
		}
	}
	transactions.Flush()
	if err := transactions.Error(); err != nil {
		t.Fatal(err)
	}
	return []string{transactionsPath, usersPath}
}

// ingested loads a history into a new data directory.
func (m monthly) ingested(t *testing.T, spread when) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	args := append([]string{"ingest", "--data", data, "--library", "MAIN", "--tz", "America/New_York"}, m.write(t, t.TempDir(), spread)...)
	if status, _, stderr := fillrate(t, args...); status != 0 {
		t.Fatalf("ingest: status %d: %s", status, stderr)
	}
	return data
}

// fillrate runs the program as the command line does.
func fillrate(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	var files [2]*os.File
	for i, name := range []string{"stdout", "stderr"} {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		files[i] = file
	}
	status = run(t.Context(), args, files[0], files[1])
	var texts [2]string
	for i, file := range files {
		text, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	return status, texts[0], texts[1]
}
