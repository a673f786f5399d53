package dashboards

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

// Keys of the form that puts a report together, beside those that ask for one.
const (
	nameKey     = "name"
	titleKey    = "title"
	kindOfKey   = "of" // kind is a dimension
	sectionsKey = "sections"
	groupsKey   = "groups"

	longestTitle = 120 // characters, as package report has it
	mostGroups   = 4
)

var reportKinds = []report.Kind{report.Monthly, report.Annual, report.Worklists}

// builder is the form that puts a report together.
type builder struct {
	*visit
	isNew bool
	spec  report.Spec
	wrong map[string]string
}

// builderBody is its page.
type builderBody struct {
	Action, Back, Remove string
	Kinds                []navItem // of a new report
	Kind                 string
	Groups               []group
	Problem              string
	Wrong                []control
}

// newReport is the form of a report that is not saved yet.
func (s *server) newReport(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	b, err := s.openBuilder(c, values)
	if err != nil {
		return err
	}
	defer b.close()
	b.isNew = true
	if b.spec.Kind = report.Kind(values.Get(kindOfKey)); !slices.Contains(reportKinds, b.spec.Kind) {
		b.spec.Kind = report.Monthly
	}
	usual, _ := report.Builtin(string(b.spec.Kind))
	b.spec.Sections = usual.Sections
	if b.spec.Filter, err = narrowed(b.spec.Filter, values); err != nil {
		return err
	}
	return b.write(c, http.StatusOK, "")
}

// editReport is the form of a saved one.
func (s *server) editReport(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	b, err := s.openSaved(c, values)
	if err != nil {
		return err
	}
	defer b.close()
	return b.write(c, http.StatusOK, "")
}

func (s *server) openBuilder(c *gin.Context, values url.Values) (*builder, error) {
	if err := s.canPrint(); err != nil {
		return nil, err
	}
	v, err := s.openReports(c, values)
	if err != nil {
		return nil, err
	}
	return &builder{visit: v, wrong: map[string]string{}}, nil
}

// openSaved opens the form with a report that was saved; one that comes with Fillrate is none.
func (s *server) openSaved(c *gin.Context, values url.Values) (*builder, error) {
	b, err := s.openBuilder(c, values)
	if err != nil {
		return nil, err
	}
	if _, err := s.press.Editions.SavedSpec(b.ctx, c.Param("name")); err != nil {
		b.close()
		return nil, err
	}
	if b.spec, err = s.press.Spec(b.ctx, c.Param("name")); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// saveReport saves a new report.
func (s *server) saveReport(c *gin.Context) error {
	values, err := postForm(c)
	if err != nil {
		return err
	}
	b, err := s.openBuilder(c, nil)
	if err != nil {
		return err
	}
	defer b.close()
	b.isNew = true
	if b.spec.Kind = report.Kind(values.Get(kindOfKey)); !slices.Contains(reportKinds, b.spec.Kind) {
		return refuse(queries.Invalid, "form.unreadable")
	}
	b.spec.Name = strings.TrimSpace(values.Get(nameKey))
	if text := b.checkName(b.spec.Name, edition.CheckName(b.spec.Name)); text != "" {
		b.wrong[nameKey] = text
	} else if _, err := s.press.Editions.SavedSpec(b.ctx, b.spec.Name); err == nil {
		b.wrong[nameKey] = b.Text("reports.wrong.taken")
	} else if errorCode(err) != queries.NotFound {
		return err
	}
	return b.save(c, values)
}

// changeReport saves a report in place of what was saved under its name.
func (s *server) changeReport(c *gin.Context) error {
	values, err := postForm(c)
	if err != nil {
		return err
	}
	b, err := s.openSaved(c, nil)
	if err != nil {
		return err
	}
	defer b.close()
	return b.save(c, values)
}

// read takes what a form sent into the spec.
func (b *builder) read(values url.Values) {
	b.spec.Title = strings.TrimSpace(values.Get(titleKey))
	if utf8.RuneCountInString(b.spec.Title) > longestTitle || !utf8.ValidString(b.spec.Title) || strings.ContainsFunc(b.spec.Title, unicode.IsControl) {
		b.wrong[titleKey] = b.Say("reports.wrong.title", b.Count(longestTitle))
	}
	b.spec.Sections, b.spec.Groups = values[sectionsKey], values[groupsKey]
	if len(b.spec.Sections) == 0 {
		b.wrong[sectionsKey] = b.Text("reports.wrong.no_section")
	}
	if len(b.spec.Groups) > mostGroups {
		b.wrong[groupsKey] = b.Say("reports.wrong.groups", b.Count(mostGroups))
	}
	b.spec.Language, b.spec.Paper = values.Get(languageKey), report.Paper(values.Get(paperKey))
	filter := b.spec.Filter.Values() // what the form has no control for stays
	for _, name := range append(slices.Clone(picksInBar), picksMore...) {
		filter.Del(name)
		words := slices.DeleteFunc(slices.Clone(values[name]), func(word string) bool { return strings.TrimSpace(word) == "" })
		if len(words) == 0 {
			continue
		}
		if _, err := queries.ParseFilter(url.Values{name: words}); err != nil {
			b.wrong[name] = explain(b.Words, err).Message
			continue
		}
		filter[name] = words
	}
	if parsed, err := queries.ParseFilter(filter); err == nil {
		b.spec.Filter = parsed
	}
}

func (b *builder) save(c *gin.Context, values url.Values) error {
	b.read(values)
	if len(b.wrong) > 0 {
		return b.write(c, http.StatusBadRequest, "")
	}
	if err := b.server.press.Save(b.ctx, b.spec); errorCode(err) == queries.Invalid {
		return b.write(c, http.StatusBadRequest, explain(b.Words, err).Message)
	} else if err != nil {
		return err
	}
	return redirect{reportsPath + "?" + savedKey + "=saved#saved"}
}

func (b *builder) write(c *gin.Context, status int, problem string) error {
	body := builderBody{Action: b.path, Back: reportsPath, Kind: string(b.spec.Kind), Groups: b.form(), Problem: problem}
	title := b.Text("reports.builder.title")
	if b.isNew {
		for _, kind := range reportKinds {
			body.Kinds = append(body.Kinds, navItem{b.Text("reports.kind." + string(kind)), address(builderPath, url.Values{kindOfKey: {string(kind)}}), kind == b.spec.Kind})
		}
	} else {
		title, body.Remove = b.Say("reports.builder.edit", b.spec.Name), b.path+"/remove"
	}
	for _, g := range body.Groups {
		for _, control := range g.Controls {
			if control.Error != "" {
				body.Wrong = append(body.Wrong, control)
			}
		}
	}
	return b.renderAs(c, status, "report_builder", title, nil, body)
}

// form draws the controls. Sections that are chosen come first, in their order.
func (b *builder) form() []group {
	name := control{Name: nameKey, Kind: "text", Label: b.Text("reports.name"), Hint: b.Text("reports.name_hint"), Value: b.spec.Name, Error: b.wrong[nameKey], Required: true}
	title := control{Name: titleKey, Kind: "text", Label: b.Text("reports.title"), Hint: b.Text("reports.title_hint"), Value: b.spec.Title, Error: b.wrong[titleKey]}
	sections := control{Name: sectionsKey, Kind: "checks", Label: b.Text("reports.sections"), Hint: b.Text("reports.sections_hint"), Error: b.wrong[sectionsKey]}
	all := report.SectionIDs(b.spec.Kind)
	for _, id := range b.spec.Sections {
		if slices.Contains(all, id) {
			sections.Options = append(sections.Options, option{id, b.Text("report.section." + id), true})
		}
	}
	for _, id := range all {
		if !slices.Contains(b.spec.Sections, id) {
			sections.Options = append(sections.Options, option{id, b.Text("report.section." + id), false})
		}
	}
	groups := control{Name: groupsKey, Kind: "checks", Label: b.Text("reports.groups"), Hint: b.Say("reports.groups_hint", b.Count(mostGroups)), Error: b.wrong[groupsKey]}
	for _, id := range report.GroupIDs() {
		groups.Options = append(groups.Options, option{id, b.Dimension(id), slices.Contains(b.spec.Groups, id)})
	}
	about := group{Title: b.Text("reports.about"), Controls: []control{title, b.languageControl(b.spec.Language, ""), b.paperControl(string(b.spec.Paper))}}
	if b.isNew {
		about.Controls = append([]control{name}, about.Controls...)
	}
	holds := group{Title: b.Text("reports.holds"), Controls: []control{sections}}
	if slices.Contains(all, "groups") {
		holds.Controls = append(holds.Controls, groups)
	}
	return []group{about, holds, {Title: b.Text("reports.narrow"), Controls: b.narrowControls(b.spec.Filter.Values(), b.wrong)}}
}

// removeBody is a page that asks whether something is to be removed.
type removeBody struct{ Lead, How, Action, Submit, Back, Keep string }

// askRemoveReport asks whether a saved report is to be forgotten.
func (s *server) askRemoveReport(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	b, err := s.openSaved(c, values)
	if err != nil {
		return err
	}
	defer b.close()
	return b.renderAs(c, http.StatusOK, "report_remove", b.Say("reports.remove.title", b.spec.Name), nil, removeBody{
		Lead: reportTitle(b.Words, b.spec) + " · " + b.sectionWords(b.spec), How: b.Text("reports.remove.how"), Action: b.path, Submit: b.Text("reports.remove.submit"), Back: reportsPath + "#saved", Keep: b.Text("reports.remove.keep"),
	})
}

// removeReport forgets a saved report.
func (s *server) removeReport(c *gin.Context) error {
	if err := s.canPrint(); err != nil {
		return err
	}
	if _, err := postForm(c); err != nil {
		return err
	}
	if err := s.press.Remove(c.Request.Context(), c.Param("name")); err != nil {
		return err
	}
	return redirect{reportsPath + "?" + savedKey + "=removed#saved"}
}
