package dashboards

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

const (
	editionsPerPage = 20
	listedMonths    = 120
)

// reportsBody is the page of reports.
type reportsBody struct {
	Off, Notice    string
	What, Narrow   group
	Narrowed       bool
	Downloads      []option // address and words of a format
	Editions       []editionRow
	NEditions      int
	First, Last    int
	Previous, Next string
	Saved          []savedRow
	Builder        string
	Posts          []postRow
	PostsOff       bool
	NewPost        string
	RunDue         string
}

type editionRow struct {
	Title, Lang, URL, Period, Issued, Through string
	Number                                    int
	Files                                     []reportFile
}

type reportFile struct{ Format, Name, Size, SHA256, URL, Look string }

type savedRow struct{ Title, Name, Parts, Narrowed, Run, Edit, Remove string }

// openReports opens a page of reports, whose address is no question about one span.
func (s *server) openReports(c *gin.Context, values url.Values) (*visit, error) {
	var ignored []string
	for key := range values {
		ignored = append(ignored, key)
	}
	v, err := s.open(c, ignored...)
	if errors.Is(err, store.ErrNoData) && c.Request.Method == http.MethodGet {
		return nil, errNotBegun
	}
	if err != nil {
		return nil, err
	}
	v.asked.Preset = v.start // other pages start as they do
	return v, nil
}

// reports is where reports are made, issued and found again.
func (s *server) reports(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	offset, err := wholeNumber(c.Query(offsetKey))
	if err != nil {
		return err
	}
	v, err := s.openReports(c, values)
	if err != nil {
		return err
	}
	defer v.close()
	title := v.Text("page." + reportsPath)
	if s.press == nil {
		return v.renderAs(c, http.StatusOK, "reports", title, nil, &reportsBody{Off: v.Text("reports.off")})
	}
	body := &reportsBody{Builder: builderPath, PostsOff: s.posts == nil, NewPost: subscriptionsPath + "/new", RunDue: runDueLine}
	saved, err := s.press.Saved(v.ctx)
	if err != nil {
		return err
	}
	if err := v.askForm(body, values, saved); err != nil {
		return err
	}
	if err := v.listEditions(body, offset); err != nil {
		return err
	}
	for _, spec := range saved {
		at := savedReportsPath + "/" + url.PathEscape(spec.Name)
		body.Saved = append(body.Saved, savedRow{Title: reportTitle(v.Words, spec), Name: spec.Name, Parts: v.sectionWords(spec), Narrowed: v.narrowingWords(spec.Filter),
			Run: address(reportsPath, url.Values{reportKey: {spec.Name}}) + "#make", Edit: at, Remove: at + "/remove"})
	}
	if s.posts != nil {
		if body.Posts, err = v.listPosts(); err != nil {
			return err
		}
	}
	if word := values.Get(savedKey); word != "" && v.Has("reports.done."+word) {
		body.Notice = v.Text("reports.done." + word)
	}
	return v.renderAs(c, http.StatusOK, "reports", title, nil, body)
}

// askForm draws the form that asks for a report, filled with what the address says.
func (v *visit) askForm(body *reportsBody, values url.Values, saved []report.Spec) error {
	chosen := values.Get(reportKey)
	if chosen == "" {
		chosen = usualReport
	}
	which := control{Name: reportKey, Kind: "select", Label: v.Text("reports.which")}
	for _, name := range report.Builtins() {
		spec, _ := report.Builtin(name)
		which.Options = append(which.Options, option{name, reportTitle(v.Words, spec), name == chosen})
	}
	for _, spec := range saved {
		which.Options = append(which.Options, option{spec.Name, v.Say("reports.saved_as", reportTitle(v.Words, spec)), spec.Name == chosen})
	}
	body.What = group{Title: v.Text("reports.make"), Controls: []control{
		which, v.monthControl(values.Get(monthKey)), v.yearControl(values.Get(yearKey)), v.languageControl(values.Get(languageKey), v.Tag), v.paperControl(values.Get(paperKey)),
	}}
	body.Narrow = group{Title: v.Text("reports.narrow"), Controls: v.narrowControls(values, nil)}
	for _, c := range body.Narrow.Controls {
		body.Narrowed = body.Narrowed || len(values[c.Name]) > 0
	}
	for _, format := range press.Formats() {
		body.Downloads = append(body.Downloads, option{Value: draftPath + "." + format.Extension, Label: v.formatWords(format.Name)})
	}
	return nil
}

// monthControl offers the months of the history, the newest first.
func (v *visit) monthControl(chosen string) control {
	c := control{Name: monthKey, Kind: "select", Label: v.Text("reports.month"), Hint: v.Text("reports.month_hint"), Options: []option{{"", v.Text("reports.last_month"), chosen == ""}}}
	first := time.Date(v.history.Today.Year(), v.history.Today.Month(), 1, 0, 0, 0, 0, time.UTC)
	for ; !first.Before(v.history.FirstDay.AddDate(0, -1, 0)) && len(c.Options) <= listedMonths; first = first.AddDate(0, -1, 0) {
		if !first.AddDate(0, 1, 0).After(v.history.FirstDay) {
			break
		}
		c.Options = append(c.Options, option{first.Format(monthLayout), v.Value("month", first.Format(time.DateOnly)), chosen == first.Format(monthLayout)})
	}
	c.Options = withTyped(c.Options, chosen)
	return c
}

// yearControl offers the fiscal years of the history, the newest first.
func (v *visit) yearControl(chosen string) control {
	c := control{Name: yearKey, Kind: "select", Label: v.Text("reports.year"), Hint: v.Text("reports.year_hint"), Options: []option{{"", v.Text("reports.last_year"), chosen == ""}}}
	first, _ := report.LastFullYear(v.history.Today, time.UTC, v.filter.Number("fiscal_start"))
	for first = first.AddDate(1, 0, 0); first.AddDate(1, 0, 0).After(v.history.FirstDay) && len(c.Options) <= listedMonths; first = first.AddDate(-1, 0, 0) {
		c.Options = append(c.Options, option{first.Format(monthLayout), v.Span(first, first.AddDate(1, 0, 0)), chosen == first.Format(monthLayout)})
	}
	c.Options = withTyped(c.Options, chosen)
	return c
}

// withTyped keeps a value that is not offered.
func withTyped(options []option, chosen string) []option {
	if chosen != "" && !slices.ContainsFunc(options, func(o option) bool { return o.Chosen }) {
		options = append(options, option{chosen, shorten(chosen, longestLabel), true})
	}
	return options
}

// languageControl offers the languages; usual is chosen where nothing is, empty: the library's.
func (v *visit) languageControl(chosen, usual string) control {
	c := control{Name: languageKey, Kind: "select", Label: v.Text("reports.language")}
	if chosen == "" {
		chosen = usual
	}
	if usual == "" {
		c.Options = append(c.Options, option{"", v.Text("reports.library_language"), chosen == ""})
	}
	for _, w := range locale.All() {
		c.Options = append(c.Options, option{w.Tag, w.Name, chosen == w.Tag})
	}
	c.Options = withTyped(c.Options, chosen)
	return c
}

func (v *visit) paperControl(chosen string) control {
	c := control{Name: paperKey, Kind: "select", Label: v.Text("reports.paper")}
	for _, paper := range []report.Paper{report.A4, report.Letter} {
		c.Options = append(c.Options, option{string(paper), v.Text("reports.paper." + string(paper)), chosen == string(paper)})
	}
	c.Options = withTyped(c.Options, chosen)
	return c
}

// narrowControls are the choices of the filter bar that reports can be narrowed by.
func (v *visit) narrowControls(values url.Values, wrong map[string]string) []control {
	var controls []control
	for _, name := range append(slices.Clone(picksInBar), picksMore...) {
		if p, ok := v.pick(name, values[name]); ok {
			controls = append(controls, control{Name: name, Kind: "pick", Label: p.Label, Error: wrong[name], Pick: &p})
		}
	}
	return controls
}

// sectionWords names a report's sections.
func (v *visit) sectionWords(spec report.Spec) string {
	text := ""
	for i, id := range spec.Sections {
		if i > 0 {
			text += ", "
		}
		text += v.Text("report.section." + id)
	}
	return shorten(text, 240)
}

func (v *visit) listEditions(body *reportsBody, offset int) error {
	list, err := v.server.press.Editions.List(v.ctx)
	if err != nil {
		return err
	}
	body.NEditions = len(list)
	here := func(offset int) string {
		values := url.Values{}
		if offset > 0 {
			values.Set(offsetKey, strconv.Itoa(offset))
		}
		return address(reportsPath, values) + "#editions"
	}
	if offset > 0 && offset >= len(list) {
		offset = max(0, len(list)-1) / editionsPerPage * editionsPerPage
	}
	if offset > 0 {
		body.Previous = here(max(0, offset-editionsPerPage))
	}
	last := min(offset+editionsPerPage, len(list))
	if last < len(list) {
		body.Next = here(last)
	}
	body.First, body.Last = offset+1, last
	for i := range list[offset:last] {
		e := &list[offset+i]
		var spec report.Spec // an edition that this Fillrate can't read is listed all the same
		_ = json.Unmarshal(e.Spec, &spec)
		body.Editions = append(body.Editions, editionRow{Title: shorten(e.Title, 80), Lang: spec.Language, URL: editionAddress(e.ID), Period: v.periodWords(e.From, e.To, e.AsOf.In(v.zone())),
			Issued: v.instantWords(e.IssuedAt), Through: v.Date(e.AsOf.In(v.zone())), Number: e.Number, Files: v.fileLinks(e)})
	}
	return nil
}

// checkName says what is wrong with the name of a report that is to be saved; empty: nothing.
func (v *visit) checkName(name string, err error) string {
	switch {
	case name == "":
		return v.Text("reports.wrong.no_name")
	case slices.Contains(report.Builtins(), name):
		return v.Text("reports.wrong.builtin")
	case err != nil && errorCode(err) == queries.Invalid:
		return v.Text("reports.wrong.name")
	}
	return ""
}
