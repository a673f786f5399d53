package dashboards

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

const (
	importPath    = "/import"
	oneImportPath = importPath + "/:id"
	longestPost   = 256 << 10 // bytes of a form without files
)

// importBody is the page on which files are chosen.
type importBody struct {
	Off      bool // this server takes no files
	Held     *heldImport
	Problem  string
	Form     importForm
	Limit    string
	MaxFiles int
	MaxBytes int64
}

// heldImport is the import that the server is busy with.
type heldImport struct{ URL, Since string }

// importForm is the options of an import.
type importForm struct {
	Action   string
	Main     []control
	More     []control
	MoreOpen bool
}

// importPage shows the form in which files are chosen.
func (s *server) importPage(c *gin.Context) error {
	return s.showImportForm(c, http.StatusOK, "", nil)
}

func (s *server) showImportForm(c *gin.Context, status int, problem string, values url.Values) error {
	w := s.words(c)
	body := importBody{Off: s.imports == nil, Problem: problem, MaxFiles: maxUploadFiles}
	if s.imports != nil {
		body.Limit, body.MaxBytes = bytesText(s.imports.limit), s.imports.limit
		if held := s.imports.held(); held != nil && held.isInTheWay() {
			body.Held = &heldImport{importPath + "/" + held.id, clock(held.started)}
		}
		known, err := s.knownLibraries(c.Request.Context())
		if err != nil {
			return err
		}
		if values == nil && len(known) == 0 && s.settings != nil {
			settled, err := s.settings.Get(c.Request.Context())
			if err != nil {
				return err
			}
			values = url.Values{"zone": {settled.Zone}}
		}
		body.Form = s.importForm(w, importPath, values, known, nil)
	}
	return s.writeImport(c, w, status, "import", w.Text("page./import"), body)
}

// writeImport writes a page that needs no history, as the first import is made where there is none.
func (s *server) writeImport(c *gin.Context, w *locale.Words, status int, page, title string, body any) error {
	view := s.view(c, w, title, func(path string) string { return path })
	view.Body, view.IsRefused = body, status >= http.StatusBadRequest
	c.Header("Cache-Control", "no-store") // an address shows now this, now that state
	return s.write(c, status, page, view)
}

// knownLibraries gives the codes of the libraries in the history, none where there is no history.
func (s *server) knownLibraries(ctx context.Context) ([]string, error) {
	reading, err := s.read(ctx)
	if errors.Is(err, store.ErrNoData) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer reading.release()
	history, err := s.history(ctx, reading)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, library := range history.Libraries {
		codes = append(codes, library.Code)
	}
	return codes, nil
}

// importForm builds the controls of the options. Those in wanted would help where files were refused: they come with the
// main ones.
func (s *server) importForm(w *locale.Words, action string, values url.Values, libraries, wanted []string) importForm {
	choice := func(name string, values ...string) []option {
		var list []option
		for _, value := range values {
			list = append(list, option{Value: value, Label: w.Text("import." + name + "." + value)})
		}
		return list
	}
	profiles := []option{{Label: w.Text("import.profile.")}}
	for _, one := range s.imports.importer.Profiles() {
		profiles = append(profiles, option{Value: one.Name, Label: one.Title})
	}
	var codes []option
	for _, code := range libraries {
		codes = append(codes, option{Value: code, Label: code})
	}
	all := []control{
		{Name: "library", Kind: "text", Options: codes},
		{Name: "zone", Kind: "text"},
		{Name: "date_order", Kind: "select", Options: choice("date_order", "", "mdy", "dmy", "ymd")},
		{Name: "role", Kind: "select", Options: choice("role", "", "borrowing", "lending", "docdel")},
		{Name: "profile", Kind: "select", Options: profiles},
		{Name: "row_hash", Kind: "select", Options: choice("row_hash", "", "1")},
		{Name: "sheet", Kind: "text"},
		{Name: "columns", Kind: "text"},
		{Name: "encoding", Kind: "text"},
		{Name: "max_rejects", Kind: "number", Min: "0", Max: "100", Step: "any"},
		{Name: "strict", Kind: "select", Options: choice("strict", "", "1")},
	}
	form := importForm{Action: action}
	for n, control := range all {
		control.Label, control.Value = w.Text("import."+control.Name), values.Get(control.Name)
		if hint := "import." + control.Name + ".hint"; w.Has(hint) {
			control.Hint = w.Text(hint)
		}
		for i := range control.Options {
			control.Options[i].Chosen = control.Options[i].Value == control.Value
		}
		if n < 3 || slices.Contains(wanted, control.Name) {
			form.Main = append(form.Main, control)
			continue
		}
		form.More = append(form.More, control)
		form.MoreOpen = form.MoreOpen || control.Value != ""
	}
	return form
}

// importOptions reads the form. What cannot be read is a sentence in w.
func (s *server) importOptions(w *locale.Words, values url.Values) (o ImportOptions, wrong string) {
	o = ImportOptions{
		Library: values.Get("library"), Zone: values.Get("zone"), DateOrder: values.Get("date_order"), Profile: values.Get("profile"),
		Role: values.Get("role"), Encoding: values.Get("encoding"), Sheet: values.Get("sheet"),
		RowHash: values.Get("row_hash") != "", Strict: values.Get("strict") != "",
	}
	if text := values.Get("columns"); text != "" {
		o.Columns = strings.Split(text, ",")
		for i, name := range o.Columns {
			if o.Columns[i] = strings.TrimSpace(name); o.Columns[i] == "-" {
				o.Columns[i] = ""
			}
		}
	}
	if text := values.Get("max_rejects"); text != "" {
		share, err := strconv.ParseFloat(strings.Replace(strings.TrimSuffix(text, "%"), ",", ".", 1), 64)
		if err != nil || !(share >= 0 && share <= 100) {
			return o, w.Text("import.max_rejects.wrong")
		}
		o.MaxRejects, o.Strict = share, o.Strict || share == 0
	}
	if o.Profile != "" && !slices.ContainsFunc(s.imports.importer.Profiles(), func(one ImportProfile) bool { return one.Name == o.Profile }) {
		return o, w.Text("import.profile.wrong") // any other name would be that of a file of this computer
	}
	return o, ""
}

// importValues writes options as the form's values.
func importValues(o ImportOptions) url.Values {
	values := url.Values{}
	set := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	set("library", o.Library)
	set("zone", o.Zone)
	set("date_order", o.DateOrder)
	set("profile", o.Profile)
	set("role", o.Role)
	set("encoding", o.Encoding)
	set("sheet", o.Sheet)
	columns := slices.Clone(o.Columns)
	for i, name := range columns {
		if name == "" {
			columns[i] = "-"
		}
	}
	set("columns", strings.Join(columns, ","))
	if o.MaxRejects > 0 {
		set("max_rejects", strconv.FormatFloat(o.MaxRejects, 'f', -1, 64))
	}
	if o.RowHash {
		set("row_hash", "1")
	}
	if o.Strict {
		set("strict", "1")
	}
	return values
}

// takeImport receives files and starts to try them.
func (s *server) takeImport(c *gin.Context) error {
	w := s.words(c)
	if s.imports == nil {
		return s.showImportForm(c, http.StatusNotFound, "", nil)
	}
	i, err := s.imports.take()
	if errors.Is(err, errHeld) {
		return s.showImportForm(c, http.StatusConflict, w.Say("import.held", clock(i.started)), url.Values{})
	}
	if err != nil {
		return err
	}
	values, err := i.receive(c.Writer, c.Request)
	var options ImportOptions
	var problem string
	if err == nil {
		options, problem = s.importOptions(w, values)
	}
	if err != nil || problem != "" {
		i.drop()
		var wrong *wrongUpload
		if errors.As(err, &wrong) {
			return s.showImportForm(c, wrong.status, w.Say(wrong.key, wrong.words...), values)
		}
		if err != nil {
			return err
		}
		return s.showImportForm(c, http.StatusBadRequest, problem, values)
	}
	i.received(options)
	return redirect{importPath + "/" + i.id}
}

// oneImport finds the import of an address.
func (s *server) oneImport(c *gin.Context) (*importRun, error) {
	if s.imports != nil {
		if i := s.imports.find(c.Param("id")); i != nil {
			return i, nil
		}
	}
	return nil, &queries.Error{Code: queries.NotFound, Message: s.words(c).Text("import.gone")}
}

// importState is the page of one import, as it stands.
type importState struct {
	look
	Self, Events, Confirm, Cancel string
	Running                       bool
	Percent                       int
	Progress                      string
	Problem                       string
	Refusal                       string
	Helps                         []control // what the form offers against the refusal
	Tables                        *table
	Files                         []fileBlock // of which there is more to say
	Totals                        string
	Form                          importForm
	Done                          string
}

// showImport shows what an import is doing, or has come to.
func (s *server) showImport(c *gin.Context) error {
	i, err := s.oneImport(c)
	if err != nil {
		return err
	}
	return s.writeLook(c, http.StatusOK, i.look(), "")
}

func (s *server) writeLook(c *gin.Context, status int, l look, wrong string) error {
	w := s.words(c)
	self := importPath + "/" + l.ID
	body := importState{look: l, Self: self, Events: self + "/events", Confirm: self + "/confirm", Cancel: self + "/cancel",
		Running: l.isRunning(), Percent: int(100 * l.Share), Progress: progressText(w, l), Problem: wrong}
	if l.Problem != "" && wrong == "" {
		body.Problem = w.Text(l.Problem)
	}
	var wanted []string
	if l.Refusal != nil {
		wanted = l.Refusal.Options
		body.Refusal = strings.TrimSuffix(l.Refusal.Sentence, ".") + "." // no capital: it may begin with a file's name
		if key := "import.refused." + l.Refusal.Code; w.Has(key) {
			body.Refusal = w.Say(key, l.Refusal.Args...)
		}
	}
	if l.State == refused || l.State == waiting {
		known, err := s.knownLibraries(c.Request.Context())
		if err != nil {
			return err
		}
		body.Form = s.importForm(w, self, importValues(l.Options), known, wanted)
		for _, control := range body.Form.Main {
			if slices.Contains(wanted, control.Name) {
				body.Helps = append(body.Helps, control)
			}
		}
	}
	if sum := l.Summary; sum != nil && (l.State == waiting || l.State == loading || l.State == loaded) {
		body.Tables, body.Files = importTable(w, sum), fileBlocks(w, sum)
		body.Totals = w.Say("import.totals", w.Count(float64(sum.New)), w.Count(float64(sum.Changed)), w.Count(float64(sum.Unchanged)), w.Count(float64(sum.NewEvents)))
		if l.State == loaded && sum.Changes {
			body.Done = w.Say("import.done", strconv.Itoa(sum.Generation), w.Count(float64(sum.Requests)))
		}
	}
	return s.writeImport(c, w, status, "imports", w.Text("import.title."+l.State), body)
}

// progressText says in a few words how far a run is.
func progressText(w *locale.Words, l look) string {
	switch {
	case !l.isRunning():
		return w.Text("import.title." + l.State)
	case l.Step == "writing":
		return w.Text("import.step.writing")
	case l.Step != "":
		return w.Text("import.step.deriving")
	case l.File != "":
		return w.Say("import.step.reading", l.File, strconv.Itoa(int(100*l.Share)))
	}
	return w.Text("import.step.starting")
}

// importTable lists the tables that were read, one a row.
func importTable(w *locale.Words, sum *ImportSummary) *table {
	t := &table{Caption: w.Text("import.tables")}
	for _, name := range []string{"file", "recognised", "content"} {
		t.Head = append(t.Head, head{Text: w.Text("import.head." + name)})
	}
	for _, name := range []string{"read", "new", "changed", "unchanged", "refused"} {
		t.Head = append(t.Head, head{Text: w.Text("import.head." + name), Number: true})
	}
	for _, f := range sum.Files {
		for _, one := range f.Tables {
			name := f.Name
			if one.Sheet != "" {
				name += " · " + one.Sheet
			}
			row := []cell{{Text: name, Header: true}, {Text: one.RecognisedAs}, {Text: w.Text("import.content." + one.Content)}}
			for _, n := range []int64{one.Read, one.New, one.Changed, one.Unchanged - one.Skipped, one.Refused} {
				row = append(row, cell{Text: w.Count(float64(n)), Number: true})
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// fileBlock is what there is to say of one file beside the counts.
type fileBlock struct {
	Name, SameAs string
	Tables       []tableBlock
	LeftOut      []LeftOut
}

type tableBlock struct {
	Sheet   string
	Rejects *table
	Facts   []string // sentences on what was assumed or is doubtful
}

func fileBlocks(w *locale.Words, sum *ImportSummary) []fileBlock {
	var blocks []fileBlock
	for _, f := range sum.Files {
		block := fileBlock{Name: f.Name, SameAs: f.SameAs}
		for _, out := range f.LeftOut {
			block.LeftOut = append(block.LeftOut, LeftOut{out.Sheet, fileWords(w, out.Reason)})
		}
		for _, t := range f.Tables {
			if b := newTableBlock(w, f.Name, t); b.Rejects != nil || len(b.Facts) > 0 {
				block.Tables = append(block.Tables, b)
			}
		}
		if block.SameAs != "" || len(block.Tables) > 0 || len(block.LeftOut) > 0 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

func newTableBlock(w *locale.Words, file string, t ImportedTable) tableBlock {
	count := func(n int64) string { return w.Count(float64(n)) }
	b := tableBlock{Sheet: t.Sheet}
	if len(t.Rejects) > 0 {
		b.Rejects = &table{Caption: w.Say("import.rejects", file), Head: []head{{Text: w.Text("import.head.column")}, {Text: w.Text("import.head.reason")},
			{Text: w.Text("import.head.rows"), Number: true}, {Text: w.Text("import.head.lines")}}}
		for _, why := range t.Rejects {
			var lines []string
			for _, line := range why.FirstLines {
				lines = append(lines, strconv.Itoa(line))
			}
			if int64(len(lines)) < why.Rows {
				lines = append(lines, "…")
			}
			b.Rejects.Rows = append(b.Rejects.Rows, []cell{{Text: why.Column, Header: true}, {Text: fileWords(w, why.Reason)}, {Text: count(why.Rows), Number: true}, {Text: strings.Join(lines, ", ")}})
		}
	}
	if t.Skipped > 0 {
		b.Facts = append(b.Facts, w.Say("import.skipped", count(t.Skipped)))
	}
	if t.Undetermined > 0 {
		b.Facts = append(b.Facts, w.Say("import.undetermined", count(t.Undetermined)))
	}
	if t.Negative > 0 {
		b.Facts = append(b.Facts, w.Say("import.negative", count(t.Negative)))
	}
	if n := len(t.UnknownStatuses); n > 0 {
		var shown []string
		for _, one := range t.UnknownStatuses[:min(n, 8)] {
			shown = append(shown, w.Say("import.status", one.Status, count(one.Rows)))
		}
		if n > len(shown) {
			shown = append(shown, "…")
		}
		b.Facts = append(b.Facts, w.Say("import.unknown", strings.Join(shown, ", ")))
	}
	for _, note := range t.Notes {
		b.Facts = append(b.Facts, sentence(fileWords(w, note)))
	}
	return b
}

// fileWords gives what the pipeline says of a row or file, in words of few forms, in the reader's language where there is a
// text for it: "is not a date" is that under import.says.is_not_a_date.
func fileWords(w *locale.Words, said string) string {
	letters := strings.FieldsFunc(strings.ToLower(said), func(r rune) bool { return r < 'a' || r > 'z' })
	if key := "import.says." + strings.Join(letters, "_"); w.Has(key) {
		return w.Text(key)
	}
	return said
}

// retryImport tries the files that are here with other options.
func (s *server) retryImport(c *gin.Context) error {
	i, err := s.oneImport(c)
	if err != nil {
		return err
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longestPost)
	if err := c.Request.ParseForm(); err != nil {
		return &queries.Error{Code: queries.Invalid, Message: s.words(c).Text("import.no_form")}
	}
	values := url.Values{}
	for name, words := range c.Request.PostForm {
		values.Set(name, strings.TrimSpace(words[0]))
	}
	options, wrong := s.importOptions(s.words(c), values)
	if wrong != "" {
		return s.writeLook(c, http.StatusBadRequest, i.look(), wrong)
	}
	i.change(options)
	return redirect{importPath + "/" + i.id}
}

// confirmImport loads what was tried.
func (s *server) confirmImport(c *gin.Context) error {
	i, err := s.oneImport(c)
	if err != nil {
		return err
	}
	i.run(loading, waiting)
	return redirect{importPath + "/" + i.id}
}

// cancelImport ends an import and removes its files.
func (s *server) cancelImport(c *gin.Context) error {
	i, err := s.oneImport(c)
	if err != nil {
		return err
	}
	i.end(cancelled)
	return redirect{importPath + "/" + i.id}
}

// importEvent is one line of the stream: how far the import is.
type importEvent struct {
	State   string `json:"state"`
	Percent int    `json:"percent"`
	Text    string `json:"text"`
}

// importEvents streams how far an import is: the state first, then each change, and the event "end" once there is something
// to look at. A reader who comes back is told the state of that moment.
func (s *server) importEvents(c *gin.Context) error {
	i, err := s.oneImport(c)
	if err != nil {
		return err
	}
	w := s.words(c)
	// A server of another kind (a test's) may know no deadlines.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{})
	c.Header("Content-Type", "text/event-stream; charset=utf-8")
	c.Header("Cache-Control", "no-store")
	c.Header("X-Accel-Buffering", "no") // for a proxy that would collect the lines
	fmt.Fprint(c.Writer, "retry: 1000\n\n")
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	var last importEvent
	beat := time.Now()
	for {
		l := i.look()
		if now := (importEvent{l.State, int(100 * l.Share), progressText(w, l)}); now != last {
			last, beat = now, time.Now()
			data, err := json.Marshal(now) // on one line
			if err != nil {
				return err
			}
			fmt.Fprintf(c.Writer, "event: progress\ndata: %s\n\n", data)
		}
		if !l.isRunning() {
			fmt.Fprint(c.Writer, "event: end\ndata: {}\n\n")
			c.Writer.Flush()
			return nil
		}
		if time.Since(beat) > beatEvery {
			beat = time.Now()
			fmt.Fprint(c.Writer, ": still here\n\n")
		}
		c.Writer.Flush()
		select {
		case <-c.Request.Context().Done():
			return nil
		case <-every.C:
		}
	}
}

// clock writes the time of day of this computer.
func clock(at time.Time) string { return at.Format("15:04") }
