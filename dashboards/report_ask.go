package dashboards

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	reportpage "github.com/fillrate/fillrate/dashboards/report/page"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

// The pages of reports.
const (
	reportsPath       = "/reports"
	draftPath         = reportsPath + "/draft"
	issuePath         = reportsPath + "/issue"
	editionsPath      = reportsPath + "/editions"
	builderPath       = reportsPath + "/builder"
	savedReportsPath  = reportsPath + "/saved"
	subscriptionsPath = reportsPath + "/subscriptions"
)

// Keys of an address that asks for a report, beside those of the filter: which one, the month or the first month of the
// fiscal year, in what language and on what paper.
const (
	reportKey   = "report"
	monthKey    = "month"
	yearKey     = "year"
	languageKey = "language"
	paperKey    = "paper"
	onceKey     = "once" // tells one press of a button from the next
)

var askKeys = []string{reportKey, monthKey, yearKey, languageKey, paperKey}

// notOfReports are the keys of the filter that say when: a report has its own.
var notOfReports = []string{"from", "to", "preset", "compare", "as_of", "by", waitKey, onceKey, formKey, offsetKey, kindOfKey}

const (
	monthLayout = "2006-01"
	// reportTimeout is for one report, waiting in line included.
	reportTimeout = 60 * time.Second
	usualReport   = "monthly"
)

// askedReport reads what report an address asks for.
func (s *server) askedReport(ctx context.Context, values url.Values) (report.Spec, error) {
	name := values.Get(reportKey)
	if name == "" {
		name = usualReport
	}
	spec, err := s.press.Spec(ctx, name)
	if err != nil {
		return spec, err
	}
	if spec.Filter, err = narrowed(spec.Filter, values); err != nil {
		return spec, err
	}
	if language := values.Get(languageKey); language != "" {
		spec.Language = language
	}
	if paper := values.Get(paperKey); paper != "" {
		spec.Paper = report.Paper(paper)
	}
	key, months := monthKey, 1
	switch spec.Kind {
	case report.Worklists:
		return spec, spec.Check()
	case report.Annual:
		key, months = yearKey, 12
	}
	if word := values.Get(key); word != "" {
		first, err := time.Parse(monthLayout, word)
		if err != nil {
			return spec, refuse(queries.Invalid, "reports.wrong.month", shorten(strings.ToValidUTF8(word, "\ufffd"), longestLabel))
		}
		spec.From, spec.To = first, first.AddDate(0, months, 0)
	}
	return spec, spec.Check()
}

// narrowed is a report's filter with what an address narrows it to.
func narrowed(filter queries.Filter, values url.Values) (queries.Filter, error) {
	narrowing := filter.Values()
	for key, words := range values {
		if slices.Contains(askKeys, key) || slices.Contains(notOfReports, key) {
			continue
		}
		if words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" }); len(words) > 0 {
			narrowing[key] = words
		}
	}
	return queries.ParseFilter(narrowing)
}

// canPrint fails where there is no press.
func (s *server) canPrint() error {
	if s.press == nil {
		return refuse(queries.NotFound, "reports.off")
	}
	return nil
}

// draft is a report that was made and not issued.
type draft struct {
	Files []edition.File // in every format
}

// recordStamp tells states of the record of campaigns apart.
func (s *server) recordStamp(ctx context.Context) (string, error) {
	if s.campaigns == nil {
		return "", nil
	}
	list, err := s.campaigns.List(ctx)
	if err != nil {
		return "", err
	}
	written, err := json.Marshal(list)
	return digest(written), err
}

// reportKeyOf names what is made of reports in the cache: by all that it depends on.
func (s *server) reportKeyOf(c *gin.Context, from *reading, what string) (string, error) {
	set, err := s.settled(c)
	if err != nil {
		return "", err
	}
	stamp, err := s.recordStamp(c.Request.Context())
	return fmt.Sprintf("%d report %d %s %s", from.Generation, set.Revision, stamp, what), err
}

// makeDraft makes a report in every format, as who looks at one downloads it next. It waits its turn like all that takes
// seconds, ends when the reader leaves, and is kept.
func (s *server) makeDraft(c *gin.Context, spec report.Spec) (*draft, error) {
	ctx := c.Request.Context()
	from, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	defer from.release()
	asked, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	key, err := s.reportKeyOf(c, from, string(asked))
	if err != nil {
		return nil, err
	}
	takeTime(c)
	made, err := s.cache.get(long(ctx), key, job{from: from, timeout: reportTimeout, compute: func(ctx context.Context) (any, error) {
		_, files, err := s.press.Make(ctx, spec)
		return &draft{files}, err
	}})
	if err != nil {
		return nil, err
	}
	return made.(*draft), nil
}

// takeTime puts off the end of an answer's time to after a report was made.
func takeTime(c *gin.Context) {
	// A server of another kind (a test's) may know no deadlines.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(reportTimeout + 30*time.Second))
}

func (d *draft) file(format string) *edition.File {
	for i := range d.Files {
		if d.Files[i].Format == format {
			return &d.Files[i]
		}
	}
	return nil
}

// draftPage shows a report in the browser.
func (s *server) draftPage(c *gin.Context) error {
	file, err := s.draftIn(c, "html")
	if err != nil {
		return err
	}
	showReport(c, file.Bytes, reportpage.StyleHash())
	return nil
}

// showReport answers with a report as a page: it is its own style sheet and nothing else that counts.
func showReport(c *gin.Context, content []byte, styleHash string) {
	c.Header("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash+"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Data(http.StatusOK, "text/html; charset=utf-8", content)
}

// draftFile gives a report in a format.
func (s *server) draftFile(format press.Format) page {
	return func(c *gin.Context) error {
		file, err := s.draftIn(c, format.Name)
		if err != nil {
			return err
		}
		attach(c, file.Name, format.MIME, file.Bytes)
		return nil
	}
}

// attach answers with a file to keep.
func attach(c *gin.Context, name, mime string, content []byte) {
	c.Header("Content-Disposition", `attachment; filename="`+fileName(name)+`"`)
	c.Data(http.StatusOK, mime, content)
}

func (s *server) draftIn(c *gin.Context, format string) (*edition.File, error) {
	if err := s.canPrint(); err != nil {
		return nil, err
	}
	values, err := query(c)
	if err != nil {
		return nil, err
	}
	spec, err := s.askedReport(c.Request.Context(), values)
	if err != nil {
		return nil, err
	}
	made, err := s.makeDraft(c, spec)
	if err != nil {
		return nil, err
	}
	file := made.file(format)
	if file == nil {
		return nil, fmt.Errorf("a report was not written as %s", format)
	}
	return file, nil
}

// reportTitle is what a report is called where it is offered.
func reportTitle(w *locale.Words, spec report.Spec) string {
	if spec.Title != "" {
		return shorten(spec.Title, 80)
	}
	if _, ok := report.Builtin(spec.Name); ok {
		return w.Text("report.title." + spec.Name)
	}
	return w.Text("report.title."+string(spec.Kind)) + ": " + spec.Name
}

// askValues are the keys of an address that ask for the report which it asks for already.
func askValues(values url.Values) url.Values {
	kept := maps.Clone(values)
	for _, key := range notOfReports {
		kept.Del(key)
	}
	return withoutBlanks(kept)
}
