package ingest_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries/store"
)

const heading = "TransactionNumber,ProcessType,RequestType,TransactionStatus,TransactionDate,CreationDate\n"

// good gives a file of n requests, from number first on.
func good(first, n int) string {
	var b strings.Builder
	b.WriteString(heading)
	for i := range n {
		fmt.Fprintf(&b, "%d,Borrowing,Loan,Request Sent,2024-07-02T10:00:00,2024-07-01T09:%02d:00\n", first+i, i%60)
	}
	return b.String()
}

// zipped gives an archive of parts by name.
func zipped(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := archive.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bomb is a workbook of some kilobytes whose only sheet unfolds to 64 MiB.
func bomb(t *testing.T) string {
	t.Helper()
	return zipped(t,
		"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<?xml version="1.0"?><worksheet><sheetData>`+strings.Repeat(" ", 64<<20)+`</sheetData></worksheet>`,
	)
}

// TestBadInput: each is refused in one sentence that says what to do, and the history stays as it was.
func TestBadInput(t *testing.T) {
	data := openData(t)
	dir := t.TempDir()
	options := ingest.Options{Library: "MAIN", Zone: "UTC"}
	run(t, data, options, write(t, dir, "good.csv", good(1, 3)))

	var truncated bytes.Buffer
	packed := gzip.NewWriter(&truncated)
	if _, err := packed.Write([]byte(good(1, 5000))); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	junk := make([]byte, 4096)
	random := rand.New(rand.NewPCG(3, 3))
	for i := range junk {
		junk[i] = byte(random.IntN(256))
	}
	junk[0], junk[100] = 0x7f, 0

	for name, c := range map[string]struct {
		text  string
		words []string
		set   func(*ingest.Options)
	}{
		"empty.csv":      {"", []string{"empty.csv", "empty"}, nil},
		"blank.csv":      {" \n\n", []string{"blank.csv"}, nil},
		"header.csv":     {heading, []string{"header.csv", "no rows"}, nil},
		"headless.csv":   {"1,Borrowing,Loan,Request Sent,2024-07-02,2024-07-01\n", []string{"headless.csv", "--columns"}, nil},
		"wrong.csv":      {"Barcode,Branch,Checked Out\n1,MAIN,2024-07-01\n", []string{"none of its 3 headings", "--profile"}, nil},
		"names.csv":      {"u0001,Nobody,Ann,u0001@mail.example\n", []string{"names.csv", "no heading row"}, nil},
		"people.csv":     {"Nobody,Ann,History\n", []string{"none of its 3 headings"}, nil},
		"cut.csv":        {good(1, 10) + `99,Borrowing,Loan,"Request Se`, []string{"cut.csv", "line 12", "quote"}, nil},
		"junk.csv":       {string(junk), []string{"junk.csv"}, nil},
		"cut.csv.gz":     {truncated.String()[:truncated.Len()/2], []string{"cut.csv.gz"}, nil},
		"bomb.xlsx":      {bomb(t), []string{"bomb.xlsx", "zip bomb"}, nil},
		"damaged.xlsx":   {zipped(t, "a", "b")[:40], []string{"damaged.xlsx"}, nil},
		"password.xlsx":  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", []string{"password.xlsx", "protected by a password"}, nil},
		"cut.json":       {`[{"TransactionNumber": 1, "ProcessType": "Borrowing", "TransactionStatus": "Request Sent", "RequestType": "Loan", "CreationDate"`, []string{"cut.json"}, nil},
		"mixed.csv":      {heading + "1,Borrowing,Loan,Request Sent,25/04/2024,24/04/2024\n2,Borrowing,Loan,Request Sent,04/25/2024,04/24/2024\n", []string{"line", "day first", "month first"}, nil},
		"ambiguous.csv":  {heading + "1,Borrowing,Loan,Request Sent,03/04/2024,02/04/2024\n", []string{"--date-order"}, nil},
		"bad.csv":        {good(1, 10) + "x,y,z,a,b,c\n", []string{"bad.csv", "9.09%", "1 of 11", "line 12", "--max-rejects"}, nil},
		"strict.csv":     {good(1, 100) + "x,y,z,a,b,c\n", []string{"strict.csv", "line 102", "1 of 101"}, func(o *ingest.Options) { o.Strict = true }},
		"profile.csv":    {good(1, 1), []string{"nosuch", "illiad"}, func(o *ingest.Options) { o.Profile = "nosuch" }},
		"zone.csv":       {good(1, 1), []string{"Mars/Olympus", "America/New_York"}, func(o *ingest.Options) { o.Zone = "Mars/Olympus" }},
		"otherzone.csv":  {good(1, 1), []string{"MAIN", "UTC", "Europe/London"}, func(o *ingest.Options) { o.Zone = "Europe/London" }},
		"role.csv":       {good(1, 1), []string{"--role"}, func(o *ingest.Options) { o.Role = "reading" }},
		"library.csv":    {good(1, 1), []string{"--library"}, func(o *ingest.Options) { o.Library = "a b/c" }},
		"dateorder.csv":  {good(1, 1), []string{"--date-order"}, func(o *ingest.Options) { o.DateOrder = "ymm" }},
		"personal.csv":   {good(1, 1), []string{"TAddress", "never read"}, func(o *ingest.Options) { o.Profile = personal(t, dir) }},
		"badprofile.csv": {good(1, 1), []string{"bad.toml", "line 2"}, func(o *ingest.Options) { o.Profile = write(t, dir, "bad.toml", "name = \"x\"\nstatus = [\n") }},
	} {
		t.Run(name, func(t *testing.T) {
			o := options
			if c.set != nil {
				c.set(&o)
			}
			refusedWith(t, data, o, c.words, write(t, dir, name, c.text))
			if said := lastRefusal; strings.Contains(said, "Nobody") || strings.Contains(said, "u0001") {
				t.Errorf("the refusal names a reader: %s", said)
			}
		})
	}
	t.Run("unreadable", func(t *testing.T) {
		refusedWith(t, data, options, []string{"nowhere.csv"}, filepath.Join(dir, "nowhere.csv"))
		refusedWith(t, data, options, []string{"folder"}, dir)
	})
	t.Run("one bad file among good ones", func(t *testing.T) {
		refusedWith(t, data, options, []string{"bad2.csv"}, write(t, dir, "a.csv", good(100, 5)), write(t, dir, "bad2.csv", "x"), write(t, dir, "b.csv", good(200, 5)))
	})
	t.Run("a bad row late in the second file", func(t *testing.T) {
		refusedWith(t, data, options, []string{"late.csv", "quote"}, write(t, dir, "c.csv", good(100, 5)), write(t, dir, "late.csv", good(300, 100000)+"9,\"Borr"))
	})
}

func personal(t *testing.T, dir string) string {
	return write(t, dir, "personal.toml", "extends = \"illiad\"\n[[table]]\ncontent = \"requests\"\n[table.columns]\ntitle = [\"TAddress\"]\n")
}

func TestDryRunChangesNothing(t *testing.T) {
	data := openData(t)
	path := write(t, t.TempDir(), "good.csv", good(1, 3))
	before := fingerprint(t, data)
	summary := run(t, data, ingest.Options{Library: "MAIN", Zone: "UTC", DryRun: true}, path)
	if summary.Requests.New != 3 || !summary.Changed || summary.Generation != 0 {
		t.Errorf("%+v; want 3 new and no generation", summary)
	}
	if after := fingerprint(t, data); len(after) != len(before) {
		t.Errorf("the dry run left %v", after)
	}
}

// TestSecondWriter: while one load runs another is refused with a clear message.
func TestSecondWriter(t *testing.T) {
	data := openData(t)
	path := write(t, t.TempDir(), "good.csv", good(1, 3))
	_, err := data.Load(context.Background(), func(ctx context.Context, _ *store.Tx) (store.Verdict, error) {
		_, err := ingest.Run(ctx, store.Open(data.Dir()), ingest.Options{Files: []string{path}, Library: "MAIN", Now: now}, nil)
		if !errors.Is(err, store.ErrBusy) {
			t.Errorf("a load beside a load: %v, want ErrBusy", err)
		}
		return store.Discard, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCancel: a load that is interrupted leaves nothing behind.
func TestCancel(t *testing.T) {
	data := openData(t)
	path := write(t, t.TempDir(), "good.csv", good(1, 300000))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := ingest.Run(ctx, data, ingest.Options{Files: []string{path}, Library: "MAIN", Now: now}, stopper{cancel})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want it cancelled", err)
	}
	if current, _ := data.Current(); current != 0 {
		t.Errorf("generation %d after a cancelled load", current)
	}
	run(t, data, ingest.Options{Library: "MAIN"}, path)
}

// stopper cancels as soon as the first bytes are read.
type stopper struct{ cancel func() }

func (s stopper) Reading(string, int64, int64) { s.cancel() }
func (s stopper) Step(string)                  {}

// loadHere makes a process of the test binary one load; see TestKill.
const loadHere = "FILLRATE_TEST_LOAD"

func TestMain(m *testing.M) {
	if spec := os.Getenv(loadHere); spec != "" {
		dir, path, _ := strings.Cut(spec, "|")
		_, err := ingest.Run(context.Background(), store.Open(dir), ingest.Options{Files: []string{path}, Library: "MAIN", Zone: "UTC", Now: now}, nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestKill: a load that is killed at any instant leaves the old generation or makes the new one, nothing in between,
// and the next load works.
func TestKill(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 5
	}
	data := openData(t)
	dir := t.TempDir()
	options := ingest.Options{Library: "MAIN", Zone: "UTC"}
	run(t, data, options, write(t, dir, "first.csv", good(1, 100)))
	const size = 20000
	load := func(into string, round int) *exec.Cmd {
		path := write(t, dir, "next.csv", good(1000+round*size, size))
		command := exec.Command(os.Args[0], "-test.run=^$")
		command.Env = append(os.Environ(), loadHere+"="+into+"|"+path)
		return command
	}
	// How long an undisturbed load of this kind takes, into another directory.
	started := time.Now()
	if out, err := load(t.TempDir(), 0).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole := time.Since(started)

	random := rand.New(rand.NewPCG(1, 1))
	killed, held := 0, 100.0
	for round := range kills {
		command := load(data.Dir(), round)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Float64() * 1.1 * float64(whole)))
		if err := command.Process.Signal(syscall.SIGKILL); err == nil {
			killed++
		}
		_ = command.Wait() // killed or done: what counts is what it left
		n := number(t, data, "select count(*) from fact_request")
		if n != held && n != held+size {
			t.Fatalf("after kill %d the history holds %v requests; it held %v and %v were to come", round, n, held, size)
		}
		held = n
	}
	if killed < kills/3 {
		t.Errorf("only %d of %d loads were still running when they were killed", killed, kills)
	}
	run(t, data, options, write(t, dir, "last.csv", good(1000+kills*size, 10)))
	if n := number(t, data, "select count(*) from fact_request"); n != held+10 {
		t.Errorf("the load after the kills holds %v requests, want %v", n, held+10)
	}
	if left, _ := filepath.Glob(filepath.Join(data.Dir(), "tmp", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFullDisk: on a disk that is too small a load fails in one sentence and changes nothing.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a small disk can only be made by root with the right to mount (%v), so a full disk was not tried", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	data := store.Open(filepath.Join(dir, "data"))
	defer data.Close()
	files := t.TempDir()
	options := ingest.Options{Library: "MAIN", Zone: "UTC", Now: now}
	options.Files = []string{write(t, files, "first.csv", good(1, 10))}
	if _, err := ingest.Run(context.Background(), data, options, nil); err != nil {
		t.Fatalf("a small load on the small disk: %v", err)
	}
	before := fingerprint(t, data)
	options.Files = []string{write(t, files, "second.csv", good(1000, 400000))}
	_, err := ingest.Run(context.Background(), data, options, nil)
	if err == nil || !strings.Contains(err.Error(), "full") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v; want one sentence that says the disk is full", err)
	}
	after := fingerprint(t, data)
	for path, hash := range before {
		if after[path] != hash {
			t.Errorf("%s changed", path)
		}
	}
	if n := number(t, data, "select count(*) from fact_request"); n != 10 {
		t.Errorf("%v requests after the failed load, want 10", n)
	}
}
