package delivery

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/reporttest"
	"github.com/fillrate/fillrate/queries/subscription"
)

// press is an Issuer whose editions are files of a folder, so that several processes may share it: a line each in issued.
type press struct {
	dir    string
	change func(*report.Report)
	fail   error
	wait   func()
	more   int // bytes more in each file
}

var mimes = map[string]string{
	"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "application/zip", "html": "text/html; charset=utf-8",
}

// content is a file's: bytes of every value, and lines that a mail must not take for its own end.
func content(format string) []byte {
	random := rand.New(rand.NewPCG(7, uint64(len(format))))
	text := []byte("%" + format + "\r\n.\r\n..\r\nFrom me\n.\n")
	for range 100_000 {
		text = append(text, byte(random.Uint32()))
	}
	return append(text, "\r\n.\r\n"...)
}

func (p *press) Issue(ctx context.Context, order Order) (string, *report.Report, error) {
	if p.wait != nil {
		p.wait()
	}
	if p.fail != nil {
		return "", nil, p.fail
	}
	tag := order.Language
	if tag == "" {
		tag = "en"
	}
	r := reporttest.Issued(tag)
	if p.change != nil {
		p.change(r)
	}
	file, err := os.OpenFile(filepath.Join(p.dir, "issued"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	period := subscription.Period{From: order.From, To: order.To}.Key()
	_, err = fmt.Fprintf(file, "%s %s\n", order.Report, period)
	return order.Report + "-" + period + "-1", r, err
}

func (p *press) Files(_ context.Context, edition string, formats []string) ([]File, error) {
	var files []File
	for _, format := range formats {
		extension := strings.ReplaceAll(format, "csv", "zip")
		files = append(files, File{Name: edition + "." + extension, MIME: mimes[format], Bytes: append(content(format), make([]byte, p.more)...)})
	}
	return files, nil
}

// issued lists what the press was asked for.
func (p *press) issued(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "issued"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// desk is an office in a test, with a clock that the test sets.
type desk struct {
	*Office
	t     *testing.T
	dir   string
	press *press

	mu     sync.Mutex
	clock  time.Time
	newest time.Time
	zone   *time.Location
}

func at(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// newDesk opens an office whose clock stands in the middle of March 2025, and whose history reaches far.
func newDesk(t *testing.T, m *Mail) *desk {
	t.Helper()
	return deskIn(t, t.TempDir(), m)
}

func deskIn(t *testing.T, dir string, m *Mail) *desk {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, dir: dir, press: &press{dir: dir}, clock: at("2025-03-15T12:00:00Z"), newest: at("2035-01-01T00:00:00Z"), zone: zone}
	book, err := subscription.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Office = &Office{Book: book, Issuer: d.press, Mail: m, Now: d.now, History: func(context.Context) (subscription.History, error) {
		h := subscription.NoHistory()
		h.Zone, h.FiscalStart, h.Newest = d.zone, 7, d.newest
		return h, nil
	}}
	return d
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock
}

func (d *desk) set(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = at(text)
}

// subscribe makes a subscription; what is not said is the monthly report on the first working day, attached as PDF and XLSX.
func (d *desk) subscribe(change func(*subscription.Subscription)) subscription.Subscription {
	d.t.Helper()
	s := subscription.Subscription{ID: "to-the-dean", Report: "monthly", Kind: subscription.Monthly, Formats: []string{"pdf", "xlsx"}, Recipients: []string{"dean@example.org"}, Attach: true}
	s.Schedule, _ = subscription.ParseSchedule("first-working-day")
	if change != nil {
		change(&s)
	}
	s, err := d.Book.Add(d.t.Context(), s, d.now())
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// run runs what is due and gives the outcomes, one a line: period, target, state.
func (d *desk) run() []string {
	d.t.Helper()
	outcomes, err := d.RunDue(d.t.Context(), false)
	if err != nil {
		d.t.Fatal(err)
	}
	return lines(outcomes)
}

func lines(outcomes []Outcome) []string {
	list := []string{}
	for _, o := range outcomes {
		list = append(list, strings.Join(kept(o.Period, o.Target, o.State), " "))
	}
	return list
}

func (d *desk) states() map[string]string {
	d.t.Helper()
	list, err := d.Book.Deliveries(d.t.Context(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	states := map[string]string{}
	for _, one := range list {
		states[one.Period+" "+one.Target] = string(one.State)
	}
	return states
}

// part is a part of a message that holds no others.
type part struct {
	Type, Disposition, Name string
	Content                 []byte
}

// letterIn reads a message as mail programs do.
func letterIn(t *testing.T, data []byte) (*mail.Message, []part) {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return message, partsOf(t, message.Header.Get("Content-Type"), message.Header.Get("Content-Disposition"), message.Header.Get("Content-Transfer-Encoding"), message.Body)
}

func partsOf(t *testing.T, kind, disposition, encoding string, body io.Reader) []part {
	t.Helper()
	media, parameters, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("%q: %v", kind, err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		switch strings.ToLower(encoding) {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		p := part{Type: media, Content: content}
		if disposition != "" {
			var named map[string]string
			if p.Disposition, named, err = mime.ParseMediaType(disposition); err != nil {
				t.Fatal(err)
			}
			p.Name = named["filename"]
		}
		return []part{p}
	}
	var parts []part
	reader := multipart.NewReader(body, parameters["boundary"])
	for {
		next, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, partsOf(t, next.Header.Get("Content-Type"), next.Header.Get("Content-Disposition"), next.Header.Get("Content-Transfer-Encoding"), next)...)
	}
}

// recipients counts the mails by who got them.
func recipients(mails []accepted) map[string]int {
	n := map[string]int{}
	for _, m := range mails {
		n[strings.Join(m.To, ",")]++
	}
	return n
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
