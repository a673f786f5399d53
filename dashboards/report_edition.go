package dashboards

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

const (
	lookKey           = "look" // an edition's HTML is to be shown and not to be kept
	restatementFile   = "restatement"
	shownRestatements = 200
)

// reportFact is a heading and its text.
type reportFact struct {
	Label, Text string
	Code        bool // in letters of one width
}

type editionBody struct {
	Notice, Mark string
	Files        []reportFile
	Figures      []*figure
	Facts        []reportFact
}

// edition shows what was issued, and how far its figures have moved since.
func (s *server) edition(c *gin.Context) error {
	if err := s.canPrint(); err != nil {
		return err
	}
	e, err := s.press.Editions.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	v, err := s.openPage(c, savedKey)
	if err != nil {
		return err
	}
	defer v.close()
	body := editionBody{Mark: v.Say("reports.edition.mark", e.ID, strconv.Itoa(e.Number), v.instantWords(e.IssuedAt)), Files: v.fileLinks(e)}
	if c.Query(savedKey) != "" {
		body.Notice = v.Text("reports.done.issued")
	}
	if body.Facts, err = v.editionFacts(e); err != nil {
		return err
	}
	key, err := s.reportKeyOf(c, v.reading, "restated "+v.Tag+" "+e.ID)
	if err != nil {
		return err
	}
	body.Figures = v.draw(v.restatement(e, key))
	return v.render(c, "report_edition", v.Say("reports.edition.title", shorten(e.Title, 80), v.periodWords(e.From, e.To, e.AsOf.In(v.zone())), strconv.Itoa(e.Number)), nil, body)
}

func (v *visit) editionFacts(e *edition.Edition) ([]reportFact, error) {
	var spec report.Spec
	if err := json.Unmarshal(e.Spec, &spec); err != nil {
		return nil, err
	}
	filter := v.narrowingWords(spec.Filter)
	if filter == "" {
		filter = v.Text("report.no_filter")
	}
	language := spec.Language
	if w := locale.Find(language); w != nil {
		language = w.Name
	}
	paper := string(spec.Paper)
	if v.Has("reports.paper." + paper) {
		paper = v.Text("reports.paper." + paper)
	}
	return []reportFact{
		{v.Text("reports.fact.through"), v.Date(e.AsOf.In(v.zone())), false},
		{v.Text("reports.fact.generation"), strconv.Itoa(e.Generation), false},
		{v.Text("reports.fact.filter"), filter, false},
		{v.Text("reports.fact.look"), language + ", " + paper, false},
		{v.Text("reports.fact.version"), e.Version, false},
		{v.Text("reports.fact.settings"), strconv.Itoa(e.SettingsRevision), false},
		{v.Text("reports.fact.definitions"), e.Definitions, true},
		{v.Text("reports.fact.hash"), e.Hash, true},
	}, nil
}

// restated is a restatement in a reader's words, with its files.
type restated struct {
	Summary []string
	Title   string
	IsSame  bool
	Rows    [][]cell
	N       int
	Files   []edition.File
}

// restatement sets an edition's figures beside those of now. It makes the whole report again.
func (v *visit) restatement(e *edition.Edition, key string) tile {
	return func() (*figure, error) {
		f := &figure{ID: restatementFile, Title: v.Text("reports.restated"), Wide: true, Height: "s"}
		got, err := v.server.restate(long(v.ctx), v.Words, v.reading, e.ID, key)
		if err != nil {
			return f, err
		}
		f.N, f.Suppressed = got.Summary[0], got.Summary[1:]
		if len(got.Rows) == 0 {
			f.N, f.Empty = "", got.Summary[0]
		} else {
			f.Table = &table{Caption: f.Title, Rows: got.Rows, Head: []head{
				{Text: v.Text("restate.column.section")}, {Text: v.Text("restate.column.figure")}, {Text: v.Text("restate.column.as_issued"), Number: true},
				{Text: v.Text("restate.column.now"), Number: true}, {Text: v.Text("restate.column.difference"), Number: true}, {Text: v.Text("restate.column.remark")}}}
			if got.N > len(got.Rows) {
				f.Table.Note = v.Say("reports.restated_part", v.Count(float64(len(got.Rows))), v.Count(float64(got.N)))
			}
		}
		for _, file := range got.Files {
			f.Downloads = append(f.Downloads, link{v.formatWords(file.Format), editionAddress(e.ID) + "/" + restatementFile + path.Ext(file.Name)})
		}
		return f, nil
	}
}

// restate makes a restatement, once for all that its figures stand on.
func (s *server) restate(ctx context.Context, w *locale.Words, from *reading, id, key string) (*restated, error) {
	made, err := s.cache.get(ctx, key, job{from: from, timeout: reportTimeout, compute: func(ctx context.Context) (any, error) {
		r, err := s.press.Restate(ctx, id)
		if err != nil {
			return nil, err
		}
		files, err := s.press.Files(ctx, r.Report(), restatedFormats()...)
		if err != nil {
			return nil, err
		}
		for i := range files {
			files[i].Name = r.FileName(strings.TrimPrefix(path.Ext(files[i].Name), "."))
		}
		return newRestated(w, r, files), nil
	}})
	if err != nil {
		return nil, err
	}
	return made.(*restated), nil
}

// restatedFormats are those in which a restatement can be had.
func restatedFormats() []string {
	return slices.DeleteFunc(press.FormatNames(), func(name string) bool { return name != "xlsx" && name != "csv" })
}

// newRestated tells a restatement in a reader's language; names of figures are in the edition's, as it was issued.
func newRestated(w *locale.Words, r *press.Restatement, files []edition.File) *restated {
	inWords := *r
	inWords.Words = w
	t := &restated{Summary: inWords.Summary(), N: len(r.Rows), Files: files}
	value := func(column queries.Column, n *float64) string {
		if n == nil {
			return noValue
		}
		return w.Cell(column, *n)
	}
	for _, change := range r.Rows[:min(len(r.Rows), shownRestatements)] {
		column := queries.Column{Name: change.Column, Type: queries.Double, Unit: change.Unit}
		isWhole := change.Type == queries.Integer
		written := func(n *float64) string {
			if isWhole && n != nil {
				return w.Count(*n)
			}
			return value(column, n)
		}
		difference, remark := noValue, ""
		if change.Difference != nil {
			if difference = w.Difference(column, *change.Difference); isWhole {
				difference = locale.Signed(w.Count(*change.Difference))
			}
		}
		switch {
		case change.IsGone:
			remark = w.Text("restate.gone")
		case change.IsNew:
			remark = w.Text("restate.new")
		}
		t.Rows = append(t.Rows, []cell{{Text: change.Title, Header: true}, {Text: shorten(change.Label, longestCell)}, {Text: written(change.AsIssued), Number: true},
			{Text: written(change.Now), Number: true}, {Text: difference, Number: true}, {Text: remark}})
	}
	return t
}

// editionFile gives a file of an edition exactly as it was issued, for ever, or one of its restatement as it is now.
func (s *server) editionFile(c *gin.Context) error {
	if err := s.canPrint(); err != nil {
		return err
	}
	ctx, id, name := c.Request.Context(), c.Param("id"), c.Param("file")
	e, err := s.press.Editions.Get(ctx, id)
	if err != nil {
		return err
	}
	for _, format := range press.Formats() {
		if name == restatementFile+"."+format.Extension {
			return s.restatementIn(c, e, format)
		}
	}
	for _, info := range e.Files {
		if info.Name == name {
			return s.sendEdition(c, e, info)
		}
	}
	return refuse(queries.NotFound, "reports.no_file", e.ID, shorten(strings.ToValidUTF8(name, "\ufffd"), longestLabel))
}

var styleSheet = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

func (s *server) sendEdition(c *gin.Context, e *edition.Edition, info edition.FileInfo) error {
	tag := `"` + info.SHA256 + `"`
	c.Header("ETag", tag)
	c.Header("Cache-Control", "private, max-age=31536000, immutable")
	if strings.Contains(c.GetHeader("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	file, err := s.press.Editions.File(c.Request.Context(), e.ID, info.Format)
	if err != nil {
		c.Writer.Header().Del("ETag")
		c.Header("Cache-Control", "private, no-cache")
		return err
	}
	if info.Format == "html" && c.Query(lookKey) != "" {
		hash := ""
		if style := styleSheet.FindSubmatch(file.Bytes); style != nil {
			sum := sha256.Sum256(style[1])
			hash = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
		}
		showReport(c, file.Bytes, hash)
		return nil
	}
	mime := "application/octet-stream"
	if format, err := press.FindFormat(info.Format); err == nil {
		mime = format.MIME
	}
	attach(c, file.Name, mime, file.Bytes)
	return nil
}

func (s *server) restatementIn(c *gin.Context, e *edition.Edition, format press.Format) error {
	from, err := s.read(c.Request.Context())
	if err != nil {
		return err
	}
	defer from.release()
	w := s.words(c)
	key, err := s.reportKeyOf(c, from, "restated "+w.Tag+" "+e.ID)
	if err != nil {
		return err
	}
	takeTime(c)
	got, err := s.restate(long(c.Request.Context()), w, from, e.ID, key)
	if err != nil {
		return err
	}
	for _, file := range got.Files {
		if file.Format == format.Name {
			attach(c, file.Name, format.MIME, file.Bytes)
			return nil
		}
	}
	return refuse(queries.NotFound, "reports.no_file", e.ID, restatementFile+"."+format.Extension)
}
