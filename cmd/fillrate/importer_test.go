package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/fillrate/fillrate/dashboards"
	"github.com/fillrate/fillrate/queries/store"
)

// intake is a site over a data directory, as `fillrate serve` makes it, and a browser that does not follow redirects.
type intake struct {
	*testing.T
	files *store.Files
	site  *httptest.Server
	seen  strings.Builder // every page and event
}

func newIntake(t *testing.T) *intake {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	files := store.Open(dir)
	handler, err := dashboards.New(dashboards.Options{Patience: time.Minute, Store: files, Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Importer: importer{files}, Uploads: filepath.Join(dir, uploadFolder)})
	if err != nil {
		t.Fatal(err)
	}
	i := &intake{T: t, files: files, site: httptest.NewServer(handler)}
	t.Cleanup(func() {
		i.site.Close()
		files.Close()
	})
	return i
}

// ask gives status, text and where it leads.
func (i *intake) ask(method, path, contentType string, body io.Reader) (int, string, string) {
	i.Helper()
	request, err := http.NewRequestWithContext(i.Context(), method, i.site.URL+path, body)
	if err != nil {
		i.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		i.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		i.Fatal(err)
	}
	i.seen.Write(text)
	return answer.StatusCode, string(text), answer.Header.Get("Location")
}

func (i *intake) post(path string, values url.Values) (int, string, string) {
	i.Helper()
	return i.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// page waits until an import has come to something and gives its page.
func (i *intake) page(path string) string {
	i.Helper()
	i.ask(http.MethodGet, path+"/events", "", nil)
	_, text, _ := i.ask(http.MethodGet, path, "", nil)
	return text
}

// send sends files; it gives the address of the import.
func (i *intake) send(values url.Values, files ...string) string {
	i.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for n := 0; n < len(files); n += 2 {
		part, err := form.CreateFormFile("files", files[n])
		if err != nil {
			i.Fatal(err)
		}
		fmt.Fprint(part, files[n+1])
	}
	for name := range values {
		if err := form.WriteField(name, values.Get(name)); err != nil {
			i.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		i.Fatal(err)
	}
	status, text, to := i.ask(http.MethodPost, "/import", form.FormDataContentType(), &body)
	if status != http.StatusSeeOther {
		i.Fatalf("status %d\n%s", status, text)
	}
	return to
}

func (i *intake) holds(what, text string, words ...string) {
	i.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			i.Errorf("%s lacks %q\n%.1500s", what, word, text[max(0, strings.Index(text, "<main")):])
		}
	}
}

const (
	transactionsHead = "TransactionNumber,Username,FirstName,ProcessType,RequestType,LoanTitle,TransactionStatus,TransactionDate,CreationDate,EMailAddress\n"
	goodTransactions = transactionsHead +
		"1,u0001,Zebedee,Borrowing,Loan,A book,Request Finished,2024-07-02,2024-07-01,zebedee@mail.example\n" +
		"2,u0002,Zebedee,Borrowing,Loan,Another,Request Sent,2024-07-03,2024-07-02,zebedee@mail.example\n"
)

func TestImportInTheBrowser(t *testing.T) {
	i := newIntake(t)
	main := url.Values{"library": {"MAIN"}, "zone": {"America/New_York"}}
	path := i.send(main, "Transactions.csv", goodTransactions, "../../LenderAddresses.csv", "LenderString,AddressNumber,LibraryName,EMailAddress\nABC,1,A College,ill@abc.example\n")
	summary := i.page(path)
	i.holds("the dry run", summary, "2 new", "ILLiad Transactions", "ILLiad LenderAddressesALL", "LenderAddresses.csv", "Import this")
	if number, err := i.files.Current(); number != 0 || err != nil {
		t.Fatalf("the dry run made generation %d (%v)", number, err)
	}
	i.post(path+"/confirm", nil)
	i.holds("the result", i.page(path), "Generation 1 is current and holds 2 requests.")
	_, data, _ := i.ask(http.MethodGet, "/data", "", nil)
	i.holds("the data page", data, "Transactions.csv", "LenderAddresses.csv", "/import")

	again := i.send(nil, "Transactions.csv", goodTransactions)
	i.holds("the same again", i.page(again), "Nothing would change")
	i.post(again+"/cancel", nil)

	more := i.send(nil, "more.csv", transactionsHead+
		strings.Repeat("3,u0003,Zebedee,Borrowing,Loan,A third,Request Sent,2024-07-03,2024-07-02,zebedee@mail.example\n", 30)+"x,u0004,Zebedee,Borrowing,Loan,No number,Request Sent,2024-07-03,2024-07-02,zebedee@mail.example\n")
	i.holds("with a bad row", i.page(more), "TransactionNumber", "is not a whole number", "32")
	i.post(more+"/confirm", nil)
	i.holds("the second result", i.page(more), "Generation 2 is current and holds 3 requests.")

	_, rejects, _ := i.ask(http.MethodGet, "/data/rejects.csv", "", nil)
	if want := "batch,file,sheet,line,column,reason\n3,more.csv,,32,TransactionNumber,is not a whole number\n"; rejects != want {
		t.Errorf("refused rows are\n%swant\n%s", rejects, want)
	}
	// Back to the first generation, and forward.
	for _, number := range []string{"1", "2"} {
		_, _, to := i.post("/data/generations/"+number+"/current", nil)
		_, page, _ := i.ask(http.MethodGet, strings.TrimSuffix(to, "#generations"), "", nil)
		i.holds("after the roll-back", page, "Generation "+number+" is current.", "/data/generations/"+map[string]string{"1": "2", "2": "1"}[number]+"/current")
		if current, err := i.files.Current(); err != nil || fmt.Sprint(current) != number {
			t.Errorf("current is %d (%v), want %s", current, err, number)
		}
	}
	for _, wrong := range []string{"7", "0", "-1", "x"} {
		if status, _, _ := i.post("/data/generations/"+wrong+"/current", nil); status != http.StatusNotFound {
			t.Errorf("generation %s: status %d", wrong, status)
		}
	}
	lock := flock.New(filepath.Join(i.files.Dir(), "lock"))
	if got, err := lock.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	if status, text, _ := i.post("/data/generations/1/current", nil); status != http.StatusConflict {
		t.Errorf("while a command loads: status %d\n%s", status, text)
	}
	busy := i.send(nil, "Transactions.csv", goodTransactions)
	i.holds("while a command loads", i.page(busy), "Another program is loading")
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	i.post(busy, nil)
	i.holds("after it", i.page(busy), "Nothing would change")
	i.post(busy+"/cancel", nil)

	for _, never := range []string{"Zebedee", "zebedee", "u0001", "u0004", "ill@abc.example", i.files.Dir()} {
		if strings.Contains(i.seen.String(), never) {
			t.Errorf("a page or event holds %q", never)
		}
	}
	entries, err := filepath.Glob(filepath.Join(i.files.Dir(), uploadFolder, "*", "import-*"))
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %q, %v", entries, err)
	}
}

func TestImportInTheBrowserRefuses(t *testing.T) {
	ambiguous := strings.NewReplacer("2024-07-02", "7/2/2024", "2024-07-03", "7/3/2024", "2024-07-01", "7/1/2024").Replace(goodTransactions)
	for _, test := range []struct {
		name, file, content string
		options             url.Values
		want                []string
		again               url.Values // what mends it; nil: nothing
	}{
		{"no library", "Transactions.csv", goodTransactions, url.Values{}, []string{"Say below whose exports these are", `href="#library"`}, url.Values{"library": {"MAIN"}}},
		{"order of dates", "Transactions.csv", ambiguous, url.Values{"library": {"MAIN"}}, []string{"Transactions.csv, line 2: nothing tells whether its dates", `href="#date-order"`},
			url.Values{"library": {"MAIN"}, "date_order": {"dmy"}}},
		{"no identifier", "t.csv", strings.ReplaceAll(goodTransactions, "TransactionNumber", "Something"), url.Values{"library": {"MAIN"}}, []string{"can’t be told apart", `href="#row-hash"`},
			url.Values{"library": {"MAIN"}, "row_hash": {"1"}}},
		{"no heading", "t.csv", strings.TrimPrefix(goodTransactions, transactionsHead), url.Values{"library": {"MAIN"}}, []string{"has no heading row", `href="#columns"`},
			url.Values{"library": {"MAIN"}, "columns": {strings.TrimSpace(transactionsHead)}}},
		{"cut short", "t.csv", goodTransactions + "3,u0003,\"Zeb", url.Values{"library": {"MAIN"}}, []string{"was cut short"}, nil},
		{"another file", "notes.csv", "a,b\nx,y\n", url.Values{"library": {"MAIN"}}, []string{"is no table that Fillrate can read"}, nil},
		{"no text", "x.csv", "\x89PNG\x00\x00\x00", url.Values{"library": {"MAIN"}}, []string{"x.csv"}, nil},
		{"a zone that is none", "t.csv", goodTransactions, url.Values{"library": {"MAIN"}, "zone": {"Atlantis"}}, []string{"There is no time zone “Atlantis”", `href="#zone"`}, url.Values{"library": {"MAIN"}, "zone": {"UTC"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := newIntake(t)
			path := i.send(test.options, test.file, test.content)
			page := i.page(path)
			i.holds("refused, the page", page, append(test.want, "The files were refused", "Nothing was changed.")...)
			if test.again != nil {
				i.post(path, test.again)
				i.holds("mended, the page", i.page(path), "2 new", "Import this")
			}
			i.post(path+"/cancel", nil)
			for _, never := range []string{"Zebedee", "u0001", i.files.Dir(), "--"} {
				if text := i.seen.String(); strings.Contains(text, never) {
					t.Errorf("a page or event holds %q", never)
				}
			}
			if number, err := i.files.Current(); number != 0 || err != nil {
				t.Errorf("generation %d (%v)", number, err)
			}
		})
	}
}

// A load that is cut off leaves the old generation and no files.
func TestImportInTheBrowserIsCutOff(t *testing.T) {
	i := newIntake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "Transactions.csv")
	if err := os.WriteFile(path, []byte(goodTransactions), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := importer{i.files}.Load(ctx, []string{path}, dashboards.ImportOptions{Library: "MAIN"}, nobody{})
	if err == nil {
		t.Fatal("a load without time was made")
	}
	if number, err := i.files.Current(); number != 0 || err != nil {
		t.Errorf("generation %d (%v)", number, err)
	}
}

// nobody hears no progress.
type nobody struct{}

func (nobody) Reading(string, int64, int64) {}
func (nobody) Step(string)                  {}
