package dashboards

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

// issueBody is the page that asks whether a report is to be issued.
type issueBody struct {
	Lead   string // which report, of what
	Again  string // says that there is an edition of the same data already
	Newest *link
	Look   string // address of the draft
	Back   string
	Keep   []field
	Save   string // address that saves it under a name of its own, where it is not what its name stands for; empty: it is
}

var onceWord = regexp.MustCompile(`^[A-Z2-7]{20,40}$`)

// askIssue asks whether a report is to be stored for good, and says what that means.
func (s *server) askIssue(c *gin.Context) error {
	if err := s.canPrint(); err != nil {
		return err
	}
	values, err := query(c)
	if err != nil {
		return err
	}
	return s.writeIssue(c, values)
}

func (s *server) writeIssue(c *gin.Context, values url.Values) error {
	v, err := s.openReports(c, values)
	if err != nil {
		return err
	}
	defer v.close()
	spec, err := s.askedReport(v.ctx, values)
	if err != nil {
		return err
	}
	set, err := s.settled(c)
	if err != nil {
		return err
	}
	reach, err := report.ReadReach(v.ctx, v.reading.Snapshot, spec.Filter.Library)
	if err != nil {
		return err
	}
	spec = spec.Dated(reach, set)
	asked := askValues(values)
	body := issueBody{Look: address(draftPath, asked), Back: address(reportsPath, asked), Keep: []field{{onceKey, rand.Text()}}}
	for key := range asked {
		body.Keep = append(body.Keep, fields(asked, key)...)
	}
	body.Lead = v.Say("reports.issue.lead", reportTitle(v.Words, spec), v.periodWords(spec.From, spec.To, v.history.Today))
	if parts := v.narrowingWords(spec.Filter); parts != "" {
		body.Lead += " · " + parts
	}
	if isItself, err := s.press.IsItself(v.ctx, spec); err != nil {
		return err
	} else if !isItself {
		narrowing := spec.Filter.Values()
		narrowing.Set(kindOfKey, string(spec.Kind))
		body.Save = address(builderPath, narrowing)
		return v.renderAs(c, http.StatusOK, "report_issue", v.Text("reports.issue.title"), nil, body)
	}
	list, err := s.press.Editions.List(v.ctx)
	if err != nil {
		return err
	}
	for i := range list {
		e := &list[i]
		if e.Name != spec.Name || e.Period != spec.Period(reach.Newest) {
			continue
		}
		body.Newest = &link{v.Say("reports.issue.newest", strconv.Itoa(e.Number), v.instantWords(e.IssuedAt)), editionAddress(e.ID)}
		if e.Generation == v.reading.Generation && e.SettingsRevision == set.Revision {
			body.Again = v.Text("reports.issue.again")
		}
		break
	}
	return v.renderAs(c, http.StatusOK, "report_issue", v.Text("reports.issue.title"), nil, body)
}

// issue stores a report for good and leads to its edition. Who presses the button twice gets one edition: both wait for it.
// It is not ended by a reader who leaves.
func (s *server) issue(c *gin.Context) error {
	if err := s.canPrint(); err != nil {
		return err
	}
	values, err := postForm(c)
	if err != nil {
		return err
	}
	once := values.Get(onceKey)
	if !onceWord.MatchString(once) {
		return redirect{address(issuePath, askValues(values))}
	}
	spec, err := s.askedReport(c.Request.Context(), values)
	if err != nil {
		return err
	}
	from, err := s.read(c.Request.Context())
	if err != nil {
		return err
	}
	defer from.release()
	takeTime(c)
	made, err := s.cache.get(long(context.WithoutCancel(c.Request.Context())), "issued "+once, job{from: from, timeout: reportTimeout, compute: func(ctx context.Context) (any, error) {
		e, err := s.press.Issue(ctx, spec)
		if err != nil {
			return nil, err
		}
		return e.ID, nil
	}})
	if err != nil {
		return err
	}
	return redirect{editionAddress(made.(string)) + "?" + savedKey + "=1"}
}

// postForm reads a form that is short.
func postForm(c *gin.Context) (url.Values, error) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longestForm)
	if err := c.Request.ParseForm(); err != nil {
		return nil, refuse(queries.Invalid, "form.unreadable")
	}
	return c.Request.PostForm, nil
}

func editionAddress(id string) string { return editionsPath + "/" + url.PathEscape(id) }

// periodWords says what a report's span is; a list has none, and stands as of a day.
func (v *visit) periodWords(from, to, asOf time.Time) string {
	switch {
	case from.IsZero():
		return v.Say("reports.as_of", v.Date(asOf))
	case from.AddDate(0, 1, 0).Equal(to):
		return v.Value("month", from.Format(time.DateOnly))
	}
	return v.Span(from, to)
}

// zone is the one that the libraries share, else UTC.
func (v *visit) zone() *time.Location {
	name := "UTC"
	for i, l := range v.history.Libraries {
		if i > 0 && l.Zone != name {
			return time.UTC
		}
		name = l.Zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// instantWords writes an instant on the libraries' clocks.
func (v *visit) instantWords(at time.Time) string {
	at = at.In(v.zone())
	return v.Date(at) + ", " + at.Format("15:04")
}

// narrowingWords says what a report is narrowed to; empty: nothing.
func (v *visit) narrowingWords(filter queries.Filter) string {
	narrowed := *v
	narrowed.filter = filter
	narrowed.filter.AsOf = time.Time{}
	text := ""
	for i, part := range narrowed.summary() {
		if i == 0 { // the span
			continue
		}
		if text != "" {
			text += " · "
		}
		text += part
	}
	return text
}

// fileSize writes how large a file is.
func (v *visit) fileSize(bytes int64) string {
	if bytes < 1e6 {
		return v.Number(float64(bytes+999)/1e3, 0) + " kB"
	}
	return v.Number(float64(bytes)/1e6, 1) + " MB"
}

// formatWords names a file's format.
func (v *visit) formatWords(format string) string { return v.Text("reports.format." + format) }

// fileLinks leads to the files of an edition.
func (v *visit) fileLinks(e *edition.Edition) []reportFile {
	var files []reportFile
	for _, file := range e.Files {
		one := reportFile{Format: v.formatWords(file.Format), Name: file.Name, Size: v.fileSize(file.Size), SHA256: file.SHA256, URL: editionAddress(e.ID) + "/" + url.PathEscape(file.Name)}
		if file.Format == "html" {
			one.Look = one.URL + "?" + lookKey + "=1"
		}
		files = append(files, one)
	}
	return files
}
