package dashboards

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/fillrate/fillrate/queries/store"
)

// pipeline is an importer that a test leads by the hand: each run waits for a word, or for the end of its context.
type pipeline struct {
	files chan []string             // that a run was given
	next  chan func() (bool, error) // what a run comes to: whether it changes something
}

func newPipeline() *pipeline {
	return &pipeline{files: make(chan []string, 10), next: make(chan func() (bool, error), 10)}
}

func (p *pipeline) Profiles() []ImportProfile { return []ImportProfile{{"illiad", "ILLiad"}} }

func (p *pipeline) Try(ctx context.Context, files []string, o ImportOptions, progress ImportProgress) (*ImportSummary, error) {
	progress.Reading(filepath.Base(files[0]), 50, 100)
	p.files <- files // last, so that who was given them finds it half read
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case say := <-p.next:
		progress.Step("deriving")
		changes, err := say()
		if err != nil {
			return nil, err
		}
		sum := &ImportSummary{Library: o.Library, New: 12345, Changes: changes, Generation: 7, Requests: 99}
		for _, path := range files {
			sum.Files = append(sum.Files, ImportedFile{Name: filepath.Base(path), LeftOut: []LeftOut{{"Sheet2", "it is empty"}}, Tables: []ImportedTable{{
				RecognisedAs: "ILLiad Transactions", Content: "requests", Read: 12347, New: 12345, Refused: 2,
				Rejects:         []ImportReject{{Column: hostile, Reason: "is not a date", Rows: 2, FirstLines: []int{17, 18}}},
				UnknownStatuses: []StatusCount{{hostile, 3}}, Notes: []string{"dates read as month/day/year"},
			}}})
		}
		return sum, nil
	}
}

func (p *pipeline) Load(ctx context.Context, files []string, o ImportOptions, progress ImportProgress) (*ImportSummary, error) {
	return p.Try(ctx, files, o, progress)
}

func yes() (bool, error) { return true, nil }

// intakeSite is a site that takes imports, its desk and the folder of uploads.
func intakeSite(t *testing.T, p Importer, change func(*Options)) (http.Handler, *importDesk, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "uploads")
	options := Options{Patience: time.Minute, Store: testHistory(t), Addr: "127.0.0.1:8080", Version: "v-test", Logger: slog.New(slog.DiscardHandler), Importer: p, Uploads: folder}
	if change != nil {
		change(&options)
	}
	s, site, err := build(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.imports.close(); err != nil {
			t.Error(err)
		}
	})
	return site, s.imports, folder
}

// upload sends files as a browser would.
func upload(t *testing.T, site http.Handler, values map[string]string, files map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, content := range files {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="files"; filename="%s"`, strings.NewReplacer(`\`, `\\`, `"`, "%22").Replace(name)))
		part, err := form.CreatePart(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range values {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return dispatch(t, site, importPath, form.FormDataContentType(), body.Bytes())
}

func dispatch(t *testing.T, site http.Handler, path, contentType string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(body))
	request.Host = "127.0.0.1:8080"
	request.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	return recorder
}

// leadsTo gives the address that an answer leads to.
func leadsTo(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("status %d, want 303\n%s", answer.Code, answer.Body)
	}
	return answer.Header().Get("Location")
}

// events reads the whole stream of an import, until it ends by itself.
func events(t *testing.T, site http.Handler, path string) []importEvent {
	t.Helper()
	answer := get(t, site, path+"/events")
	if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/event-stream") {
		t.Fatalf("status %d, %v", answer.Code, answer.Header())
	}
	stream := answer.Body.String()
	if !strings.HasSuffix(stream, "event: end\ndata: {}\n\n") {
		t.Errorf("the stream does not end: %q", stream)
	}
	var list []importEvent
	for _, match := range regexp.MustCompile(`(?m)^event: progress\ndata: (.*)$`).FindAllStringSubmatch(stream, -1) {
		var one importEvent
		if err := json.Unmarshal([]byte(match[1]), &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// left lists the files below a folder, locks aside.
func left(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "lock" {
			names = append(names, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestImportFromFilesToGeneration(t *testing.T) {
	p := newPipeline()
	site, _, folder := intakeSite(t, p, nil)
	names := []string{"../../etc/Transactions.csv", hostile + ".csv", `C:\Users\x\Tracking.csv`, strings.Repeat("ä", 10000) + ".csv", "\u202ecsv.exe"}
	files := map[string]string{}
	for _, name := range names {
		files[name] = "some,text\n"
	}
	path := leadsTo(t, upload(t, site, map[string]string{"library": "MAIN"}, files))
	given := <-p.files
	if len(given) != len(names) {
		t.Fatalf("given %q", given)
	}
	for _, one := range given {
		inside, err := filepath.Rel(folder, one)
		if err != nil || strings.HasPrefix(inside, "..") || len(filepath.Base(one)) > 255 {
			t.Errorf("%q lies outside of %s", one, folder)
		}
		info, err := os.Stat(one)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v; want a file for its owner only", info, err)
		}
		folder, err := os.Stat(filepath.Dir(one))
		if err != nil || folder.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v; want a folder for its owner only", folder, err)
		}
	}
	running := get(t, site, path).Body.String()
	for _, want := range []string{`data-events="` + path + `/events"`, `<noscript><meta http-equiv="refresh"`, `<progress max="100" value="50"`} {
		if !strings.Contains(running, want) {
			t.Errorf("while it is checked the page lacks %q\n%s", want, running)
		}
	}
	p.next <- yes
	told := events(t, site, path)
	if states := slices.Compact(each(told, func(e importEvent) string { return e.State })); !slices.Equal(states[len(states)-1:], []string{"waiting"}) || len(states) > 2 {
		t.Errorf("states are %v", states)
	}
	summary := get(t, site, path).Body.String()
	for _, want := range []string{"12,345 new", "ILLiad Transactions", "&lt;/script&gt;", "is not a date", "17, 18", "Sheet2", "Dates read as month/day/year.", "Import this", "Transactions.csv", "Tracking.csv"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	for _, never := range []string{"<script>alert", "etc/", "Users", folder, "\u202e", "{{", "import."} {
		if strings.Contains(strings.ReplaceAll(summary, "/import.", ""), never) && !strings.Contains(never, "import.") {
			t.Errorf("the summary holds %q", never)
		}
	}
	if to := leadsTo(t, dispatch(t, site, path+"/confirm", "application/x-www-form-urlencoded", nil)); to != path {
		t.Errorf("confirmed, it leads to %s", to)
	}
	if again := leadsTo(t, dispatch(t, site, path+"/confirm", "application/x-www-form-urlencoded", nil)); again != path {
		t.Errorf("confirmed twice, it leads to %s", again)
	}
	if given := <-p.files; len(given) != len(names) {
		t.Errorf("loaded %q", given)
	}
	first := make(chan []importEvent)
	go func() { first <- events(t, site, path) }()
	time.Sleep(2 * lookEvery) // the reader sees the run before it ends; it holds however long this takes
	p.next <- yes
	told = <-first
	if told[0].State != loading || told[0].Percent != 50 || !strings.HasPrefix(told[0].Text, "Reading ") || told[len(told)-1].State != loaded {
		t.Errorf("events are %+v", told)
	}
	if again := events(t, site, path); len(again) != 1 || again[0].State != loaded {
		t.Errorf("a reader who comes back is told %+v", again)
	}
	done := get(t, site, path).Body.String()
	for _, want := range []string{"Generation 7 is current and holds 99 requests.", `href="/data"`, `href="/"`} {
		if !strings.Contains(done, want) {
			t.Errorf("the result lacks %q", want)
		}
	}
	if files := left(t, folder); len(files) > 0 {
		t.Errorf("left behind: %q", files)
	}
	if len(p.files) > 0 {
		t.Error("it was loaded twice")
	}
}

func each[A, B any](list []A, of func(A) B) []B {
	var out []B
	for _, one := range list {
		out = append(out, of(one))
	}
	return out
}

func TestImportsAreTakenOneAtATime(t *testing.T) {
	p := newPipeline()
	site, _, folder := intakeSite(t, p, nil)
	path := leadsTo(t, upload(t, site, nil, map[string]string{"a.csv": "x"}))
	<-p.files
	second := upload(t, site, nil, map[string]string{"b.csv": "y"})
	if second.Code != http.StatusConflict || !strings.Contains(second.Body.String(), "Another import has been running since") || !strings.Contains(second.Body.String(), path) {
		t.Errorf("the second: %d\n%s", second.Code, second.Body)
	}
	if files := left(t, folder); len(files) != 1 {
		t.Errorf("there are %q", files)
	}
	leadsTo(t, dispatch(t, site, path+"/cancel", "", nil)) // in the middle of its run
	waitFor(t, func() bool { return len(left(t, folder)) == 0 })
	if page := get(t, site, path).Body.String(); !strings.Contains(page, "The import was cancelled") {
		t.Error(page)
	}
	waitFor(t, func() bool { return upload(t, site, nil, map[string]string{"c.csv": "z"}).Code == http.StatusSeeOther })
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case <-t.Context().Done():
			t.Fatal("it never came")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestUploadsThatAreNotTaken(t *testing.T) {
	p := newPipeline()
	site, desk, folder := intakeSite(t, p, func(o *Options) { o.MaxUpload = 1000 })
	many := map[string]string{}
	for i := range maxUploadFiles + 1 {
		many[fmt.Sprintf("%d.csv", i)] = "x"
	}
	for name, test := range map[string]struct {
		answer *httptest.ResponseRecorder
		status int
		want   string
	}{
		"too large":                      {upload(t, site, nil, map[string]string{"a.csv": strings.Repeat("x", 2*longestValue)}), http.StatusRequestEntityTooLarge, "larger than"},
		"no file":                        {upload(t, site, map[string]string{"library": "MAIN"}, nil), http.StatusBadRequest, "Choose at least one file."},
		"a nameless file":                {upload(t, site, nil, map[string]string{"": ""}), http.StatusBadRequest, "Choose at least one file."},
		"too many":                       {upload(t, site, nil, many), http.StatusRequestEntityTooLarge, "more than 50 files"},
		"no form":                        {dispatch(t, site, importPath, "text/plain", []byte("x")), http.StatusBadRequest, "could not be read"},
		"broken off":                     {dispatch(t, site, importPath, "multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\r\nhalf")), http.StatusBadRequest, "did not arrive whole"},
		"a profile of the server's disk": {upload(t, site, map[string]string{"profile": "/etc/fillrate.toml"}, map[string]string{"a.csv": "x"}), http.StatusBadRequest, "one of those listed"},
		"no share":                       {upload(t, site, map[string]string{"max_rejects": "many"}, map[string]string{"a.csv": "x"}), http.StatusBadRequest, "a number from 0 to 100"},
	} {
		if test.answer.Code != test.status || !strings.Contains(test.answer.Body.String(), test.want) {
			t.Errorf("%s: status %d, want %d and %q\n%s", name, test.answer.Code, test.status, test.want, test.answer.Body)
		}
	}
	if len(p.files) > 0 || len(left(t, folder)) > 0 || desk.held() != nil {
		t.Errorf("something was taken: %d runs, files %q", len(p.files), left(t, folder))
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, importPath, strings.NewReader(""))
	request.Host = "127.0.0.1:8080"
	request.Header.Set("Origin", "https://elsewhere.example")
	answer := httptest.NewRecorder()
	if site.ServeHTTP(answer, request); answer.Code != http.StatusForbidden {
		t.Errorf("a form of another site: status %d", answer.Code)
	}
	for _, gone := range []string{"/import/ABC", "/import/ABC/events", "/import/../data"} {
		if answer := get(t, site, gone); answer.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", gone, answer.Code)
		}
	}
	if answer := dispatch(t, site, "/import/ABC/confirm", "", nil); answer.Code != http.StatusNotFound || !strings.Contains(answer.Body.String(), "There is no such import here") {
		t.Errorf("an id that nobody has: %d\n%s", answer.Code, answer.Body)
	}
}

func TestRefusedImportIsTriedAgainWithoutSending(t *testing.T) {
	p := newPipeline()
	site, _, folder := intakeSite(t, p, nil)
	path := leadsTo(t, upload(t, site, nil, map[string]string{"Transactions.csv": "x"}))
	p.next <- func() (bool, error) {
		return false, &ImportRefused{Sentence: "say --date-order", Code: "date_order_unknown", Args: []string{hostile, "17"}, Options: []string{"date_order"}}
	}
	events(t, site, path)
	page := get(t, site, path).Body.String()
	for _, want := range []string{"&lt;/script&gt;", "line 17: nothing tells whether its dates are written month/day or day/month.", `<a href="#date-order">`, "Nothing was changed."} {
		if !strings.Contains(page, want) {
			t.Errorf("refused, the page lacks %q\n%s", want, page)
		}
	}
	if wrong := dispatch(t, site, path, "application/x-www-form-urlencoded", []byte("max_rejects=x")); wrong.Code != http.StatusBadRequest {
		t.Errorf("a wrong form: status %d", wrong.Code)
	}
	leadsTo(t, dispatch(t, site, path, "application/x-www-form-urlencoded", []byte("date_order=dmy&columns=a,-,b")))
	p.next <- func() (bool, error) { return false, nil }
	events(t, site, path)
	page = get(t, site, path).Body.String()
	if !strings.Contains(page, "Nothing would change") || strings.Contains(page, "Import this") || !strings.Contains(page, `value="dmy" selected`) || !strings.Contains(page, `value="a,-,b"`) {
		t.Error(page)
	}
	if len(left(t, folder)) != 1 {
		t.Errorf("files are %q", left(t, folder))
	}
	leadsTo(t, dispatch(t, site, path+"/cancel", "", nil))
	if files := left(t, folder); len(files) > 0 {
		t.Errorf("left behind: %q", files)
	}
}

func TestImportThatLeadsNowhereGivesWay(t *testing.T) {
	for name, come := range map[string]func() (bool, error){
		"refused":     func() (bool, error) { return false, &ImportRefused{Sentence: "no table"} },
		"nothing new": func() (bool, error) { return false, nil },
	} {
		p := newPipeline()
		site, _, folder := intakeSite(t, p, nil)
		first := leadsTo(t, upload(t, site, nil, map[string]string{"a.csv": "x"}))
		p.next <- come
		events(t, site, first)
		if page := get(t, site, importPath).Body.String(); strings.Contains(page, "Another import") {
			t.Errorf("%s: it is said to be running", name)
		}
		second := upload(t, site, nil, map[string]string{"b.csv": "y"})
		if second.Code != http.StatusSeeOther {
			t.Fatalf("%s: the next upload: status %d", name, second.Code)
		}
		if files := left(t, folder); len(files) != 1 || filepath.Base(files[0]) != "b.csv" {
			t.Errorf("%s: files are %q", name, files)
		}
		if page := get(t, site, first).Body.String(); !strings.Contains(page, "The import was cancelled") {
			t.Errorf("%s: the first one's page: %s", name, page)
		}
		p.next <- yes
		events(t, site, leadsTo(t, second))
		if third := upload(t, site, nil, map[string]string{"c.csv": "z"}); third.Code != http.StatusConflict {
			t.Errorf("%s: one that waits to be confirmed gave way: status %d", name, third.Code)
		}
	}
}

func TestUploadOfManyTextsIsNotHeld(t *testing.T) {
	site, desk, _ := intakeSite(t, newPipeline(), nil)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for range mostValues + 1 {
		if err := form.WriteField("library", "MAIN"); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("files", "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	if answer := dispatch(t, site, importPath, form.FormDataContentType(), body.Bytes()); answer.Code != http.StatusBadRequest || desk.held() != nil {
		t.Errorf("status %d", answer.Code)
	}
}

func TestCancelEndsAnUpload(t *testing.T) {
	site, desk, folder := intakeSite(t, newPipeline(), nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "127.0.0.1:8080"
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	from, to := io.Pipe()
	defer to.Close()
	go func() { // a form that never ends
		_, _ = io.WriteString(to, "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\r\nhalf")
	}()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+importPath, from)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	go func() {
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
		}
	}()
	waitFor(t, func() bool { return len(left(t, folder)) == 1 })
	leadsTo(t, dispatch(t, site, importPath+"/"+desk.held().id+"/cancel", "", nil))
	waitFor(t, func() bool { return desk.held() == nil && len(left(t, folder)) == 0 })
}

func TestImportThatMeetsAnErrorSaysNoInternals(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
		kept bool // the files, to be tried again
	}{
		"another program loads": {fmt.Errorf("wrapped: %w", store.ErrBusy), "Another program is loading into this data directory", true},
		"the disk is full":      {fmt.Errorf("%w while x", store.ErrDiskFull), "too full", true},
		"a surprise":            {errors.New("pq: secret at /var/data"), "Something unforeseen went wrong", false},
	} {
		p := newPipeline()
		site, desk, folder := intakeSite(t, p, nil)
		path := leadsTo(t, upload(t, site, nil, map[string]string{"a.csv": "x"}))
		p.next <- func() (bool, error) { return false, test.err }
		events(t, site, path)
		page := get(t, site, path).Body.String()
		if !strings.Contains(page, test.want) || strings.Contains(page, "secret") || strings.Contains(page, "wrapped") {
			t.Errorf("%s: %s", name, page)
		}
		if kept := len(left(t, folder)) == 1; kept != test.kept || (desk.held() != nil) != test.kept {
			t.Errorf("%s: files are %q", name, left(t, folder))
		}
	}
}

func TestFilesOfUploadsDoNotStay(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "uploads")
	for _, name := range []string{"server-gone/import-1/01", "server-here/import-1/01"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name, "a.csv"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := flock.New(filepath.Join(folder, "server-here", "lock"))
	if got, err := other.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	defer other.Unlock()
	p := newPipeline()
	site, desk, _ := intakeSite(t, p, func(o *Options) { o.Uploads = folder })
	if files := left(t, folder); len(files) != 1 || !strings.Contains(files[0], "server-here") {
		t.Errorf("a new server left %q, want what the server beside it holds", files)
	}
	// A server that is stopped in the middle of an import.
	path := leadsTo(t, upload(t, site, nil, map[string]string{"b.csv": "x"}))
	<-p.files
	if err := desk.close(); err != nil {
		t.Fatal(err)
	}
	if files := left(t, folder); len(files) != 1 {
		t.Errorf("stopped, the server left %q", files)
	}
	if told := events(t, site, path); told[len(told)-1].State != cancelled {
		t.Errorf("whoever watched is told %+v", told)
	}
	// Files that nobody comes back to.
	site, desk, folder = intakeSite(t, newPipeline(), nil)
	desk.lifetime = 20 * time.Millisecond
	desk.importer.(*pipeline).next <- yes
	path = leadsTo(t, upload(t, site, nil, map[string]string{"c.csv": "x"}))
	waitFor(t, func() bool { return get(t, site, path).Code == http.StatusNotFound && len(left(t, folder)) == 0 })
}

func TestImportIsOffWithoutImporter(t *testing.T) {
	site := testSite(t, testHistory(t))
	page := get(t, site, importPath)
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Importing in the browser is off") || strings.Contains(page.Body.String(), "<input") {
		t.Errorf("%d\n%s", page.Code, page.Body)
	}
	if answer := upload(t, site, nil, map[string]string{"a.csv": "x"}); answer.Code != http.StatusNotFound {
		t.Errorf("sent all the same: status %d", answer.Code)
	}
}

func TestSafeNames(t *testing.T) {
	for name, want := range map[string]string{
		"Transactions.csv": "Transactions.csv", "Årsrapport 2025.xlsx": "Årsrapport 2025.xlsx", "../../x": "x", `..\..\x.csv`: "x.csv", "": "file", "..": "file", "/": "file",
		".hidden": "hidden", "a\x00b\nc.csv": "abc.csv", "x\u202egpj.csv": "xgpj.csv", "\xff.csv": "csv", `a<b>"c|.csv`: "abc.csv",
	} {
		if got := safeName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
	if got := safeName(strings.Repeat("ä", 10000) + ".csv.gz"); len(got) > longestName || !strings.HasSuffix(got, ".gz") {
		t.Errorf("a long name becomes %d bytes: %q", len(got), got)
	}
}
