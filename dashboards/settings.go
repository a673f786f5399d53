package dashboards

import (
	"cmp"
	"context"
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
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

const (
	settingsPath = "/settings"
	savedKey     = "saved" // leads to the page after what was sent was taken
	resetKey     = "reset" // of a button: the group that is to be as usual
	markKey      = "mark"  // of the targets that a form was drawn from
	codeKey      = "code"  // of libraries, and groupKey of patron groups: the form names them once, its controls count them
	groupKey     = "group"

	targetsTimeout = 10 * time.Minute // a new generation of a large history
	mostTermRows   = 6
	spareTermRows  = 2
	listedWeights  = 60
	listedEdits    = 200
)

// numberGroups are the groups of numbers, in the page's order.
var numberGroups = []struct {
	id      string
	options []string
}{
	{"overdue", []string{"grace_days", "return_transit_days"}},
	{"privacy", []string{"suppress_below"}},
	{"priority", []string{"priority_age", "priority_need_by", "priority_rush", "priority_group", "priority_copy"}},
	{"copyright", []string{"contu_limit", "contu_years"}},
	{"purchase", []string{"purchase_requests", "purchase_window_days", "purchase_readers", "purchase_cost", "purchase_wait_days"}},
	{"partners", []string{"min_n"}},
	{"forecast", []string{"horizon"}},
}

// settingsDesk is one reading of the page. Unlike a visit it needs no history: a library may settle things before its first
// load.
type settingsDesk struct {
	*locale.Words
	server  *server
	ctx     context.Context
	reading *reading // nil: nothing was loaded yet
	history *history
	set     settings.Settings
	service settings.Service
	codes   []string // of libraries
	groups  []string // of patron groups
	sent    url.Values
	wrong   map[string]string // by the control's name
}

// settingsGroup is a part of the form that can be made as usual by itself.
type settingsGroup struct {
	ID, Title, Hint string
	Controls        []control
	HasReset        bool
}

type settingsBody struct {
	Notice, Problem, Reload string
	Revision, Mark          string
	Codes, PatronGroups     []string
	Groups                  []settingsGroup
	Wrong                   []control
	Edits                   *table
}

// settingsPage shows what the library has settled.
func (s *server) settingsPage(c *gin.Context) error {
	d, err := s.openSettings(c)
	if err != nil {
		return err
	}
	defer d.close()
	notice := ""
	if c.Query(savedKey) != "" {
		notice = d.Text("settings.saved")
	}
	return d.write(c, http.StatusOK, settingsBody{Notice: notice})
}

// openSettings reads what is settled, and of the history what the page asks about. The caller closes it.
func (s *server) openSettings(c *gin.Context) (*settingsDesk, error) {
	if s.settings == nil {
		return nil, refuse(queries.Unavailable, "settings.none")
	}
	set, err := s.settled(c)
	if err != nil {
		return nil, err
	}
	d := &settingsDesk{Words: s.words(c), server: s, ctx: c.Request.Context(), history: &history{}, set: set, wrong: map[string]string{}}
	switch d.reading, err = s.read(d.ctx); {
	case errors.Is(err, store.ErrNoData):
	case err != nil:
		return nil, err
	default:
		if err := d.readHistory(); err != nil {
			d.close()
			return nil, err
		}
	}
	for _, library := range d.history.Libraries {
		d.codes = append(d.codes, library.Code)
	}
	for code := range set.LibraryNames {
		d.codes = append(d.codes, code)
	}
	slices.Sort(d.codes)
	d.codes = slices.Compact(d.codes)
	return d, nil
}

func (d *settingsDesk) readHistory() (err error) {
	if d.history, err = d.server.history(d.ctx, d.reading); err != nil {
		return err
	}
	if d.service, err = settings.Targets(d.ctx, d.reading.Snapshot); err != nil {
		return err
	}
	for _, w := range d.service.Weights {
		d.groups = append(d.groups, w.Group)
	}
	choices := slices.Clone(d.history.Choices["patron_group"])
	slices.SortStableFunc(choices, func(a, b queries.Choice) int { return cmp.Compare(b.N, a.N) })
	for _, choice := range choices {
		isGroup := choice.Value != queries.Unknown && choice.Value != queries.Suppressed
		if isGroup && len(d.groups) < listedWeights && !slices.Contains(d.groups, choice.Value) {
			d.groups = append(d.groups, choice.Value)
		}
	}
	slices.SortFunc(d.groups, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return nil
}

func (d *settingsDesk) close() {
	if d.reading != nil {
		d.reading.release()
		d.reading = nil
	}
}

// changeSettings settles what the form sent: all of it or nothing. A group that is to be as usual is emptied first, and
// nothing saved yet.
func (s *server) changeSettings(c *gin.Context) error {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longestForm)
	if err := c.Request.ParseForm(); err != nil {
		return refuse(queries.Invalid, "form.unreadable")
	}
	d, err := s.openSettings(c)
	if err != nil {
		return err
	}
	defer d.close()
	d.sent = c.Request.PostForm
	d.takeLists()
	if id := d.sent.Get(resetKey); id != "" {
		d.empty(id)
		return d.write(c, http.StatusOK, settingsBody{Notice: d.Text("settings.emptied")})
	}
	set, service, err := d.read()
	if err != nil {
		return err
	}
	if len(d.wrong) > 0 {
		return d.write(c, http.StatusBadRequest, settingsBody{})
	}
	// A server of another kind (a test's) may know no deadlines.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(targetsTimeout))
	if err := d.save(set, service); err != nil {
		return d.refused(c, err)
	}
	return redirect{settingsPath + "?" + savedKey + "=1"}
}

// takeLists takes the libraries and patron groups as the form has them: in the meantime there may be others.
func (d *settingsDesk) takeLists() {
	d.codes, d.groups = slices.Clone(d.sent[codeKey]), slices.Clone(d.sent[groupKey])
}

// empty clears the controls of a group in what was sent.
func (d *settingsDesk) empty(id string) {
	for _, g := range d.form() {
		if g.ID == id {
			for _, c := range g.Controls {
				d.sent.Set(c.Name, "")
			}
		}
	}
}

func libraryControl(i int) string { return "library." + strconv.Itoa(i) }
func weightControl(i int) string  { return "weight." + strconv.Itoa(i) }
func termControl(i int, part string) string {
	return "terms." + strconv.Itoa(i+1) + "." + part
}

// read makes settings and targets of what was sent, and notes what is wrong.
func (d *settingsDesk) read() (settings.Settings, settings.Service, error) {
	get := func(name string) string { return strings.TrimSpace(d.sent.Get(name)) }
	set, service := d.set, d.service
	revision, err := strconv.Atoi(get(revisionKey))
	if err != nil {
		return set, service, refuse(queries.Invalid, "form.unreadable")
	}
	set.Revision = revision
	note := func(control string, err error) {
		if err != nil && d.wrong[control] == "" {
			d.wrong[control] = d.tell(err)
		}
	}
	for _, name := range []string{settings.Language, settings.DateStyle, settings.Zone} {
		if d.sent.Has(name) {
			note(name, set.Set(name, get(name)))
		}
	}
	if set.Language != "" && locale.Find(set.Language) == nil {
		d.wrong[settings.Language] = d.Text("settings.wrong.language")
	}
	for _, option := range settings.Options() {
		if d.sent.Has(option.Name) {
			note(option.Name, set.Set(option.Name, get(option.Name)))
		}
	}
	controls := map[string]string{} // by the setting's name
	for i, code := range d.codes {
		note(libraryControl(i), set.Set(settings.LibraryPrefix+code, get(libraryControl(i))))
		controls[settings.LibraryPrefix+code] = libraryControl(i)
	}
	if d.sent.Has(termControl(0, "name")) {
		set.Terms = nil
	}
	for i := range mostTermRows {
		term, isGiven := d.readTerm(i)
		if !isGiven {
			continue
		}
		set.Terms = append(set.Terms, term)
		controls[fmt.Sprintf("%s.%d", settings.Terms, len(set.Terms))] = termControl(i, "name")
	}
	for _, wrong := range settings.Check(set) {
		control := cmp.Or(controls[wrong.Field], wrong.Field)
		if strings.HasPrefix(control, "terms.") {
			row := strings.TrimSuffix(control, "name")
			if d.wrong[row+"from"]+d.wrong[row+"to"] != "" {
				continue // what can't be read is told already
			}
			switch wrong.Kind {
			case "first_day", "leap":
				control = row + "from"
			case "last_day":
				control = row + "to"
			}
		}
		note(control, wrong)
	}
	for _, t := range settings.UsualTargets() {
		if name := settings.TargetName(t.Role, t.Kind); d.sent.Has(name) {
			note(name, service.Set(name, get(name)))
		}
	}
	for i, group := range d.groups {
		note(weightControl(i), service.Set(settings.WeightPrefix+group, get(weightControl(i))))
	}
	return set, service, nil
}

// readTerm reads a row of the terms; false where it is empty.
func (d *settingsDesk) readTerm(i int) (term queries.Term, isGiven bool) {
	term.Name = strings.TrimSpace(d.sent.Get(termControl(i, "name")))
	isGiven = term.Name != ""
	for _, day := range []struct {
		part       string
		month, day *int
	}{{"from", &term.FromMonth, &term.FromDay}, {"to", &term.ToMonth, &term.ToDay}} {
		text := strings.TrimSpace(d.sent.Get(termControl(i, day.part)))
		isGiven = isGiven || text != ""
		if m, n, ok := strings.Cut(text, "-"); ok {
			*day.month, _ = strconv.Atoi(strings.TrimSpace(m)) // what is no number is 0, which is no month
			*day.day, _ = strconv.Atoi(strings.TrimSpace(n))
		}
	}
	return term, isGiven
}

// tell gives the words for what is wrong with a setting.
func (d *settingsDesk) tell(err error) string {
	if wrong := new(settings.FieldError); errors.As(err, &wrong) && d.Has("settings.wrong."+wrong.Kind) {
		words := make([]string, len(wrong.Args))
		for i, arg := range wrong.Args {
			words[i] = fmt.Sprint(arg)
		}
		return d.Say("settings.wrong."+wrong.Kind, words...)
	}
	return sentence(err.Error())
}

// save writes the targets first: they are what may have to wait for another load. Forms are saved one after the other,
// so that one whose revision is old is refused before anything of it is written.
func (d *settingsDesk) save(set settings.Settings, service settings.Service) error {
	d.server.saving.Lock()
	defer d.server.saving.Unlock()
	if now, err := d.server.settings.Get(d.ctx); err != nil || now.Revision != set.Revision {
		return cmp.Or(err, refuse(queries.Conflict, "settings.conflict"))
	}
	if d.reading != nil && d.sent.Has(markKey) && service.Mark() != d.service.Mark() {
		if _, err := settings.PutTargets(d.ctx, d.server.store, d.sent.Get(markKey), service, "settings page", time.Now()); err != nil {
			return err
		}
	}
	_, err := d.server.settings.Put(d.ctx, set)
	return err
}

// refused answers with the form as it was typed, and why it was not taken.
func (d *settingsDesk) refused(c *gin.Context, err error) error {
	told := explain(d.Words, err)
	body := settingsBody{Problem: told.Message}
	switch {
	case errors.Is(err, store.ErrBusy):
		told.Status, body.Problem = http.StatusServiceUnavailable, d.Text("settings.busy")
	case told.Code == queries.Conflict:
		body.Problem, body.Reload = d.Text("settings.conflict"), settingsPath
	case told.Status == http.StatusInternalServerError:
		d.server.log.Error("the settings could not be written", "id", c.GetString(requestID), "error", err)
		told.Status, body.Problem = http.StatusServiceUnavailable, d.Text("settings.not_saved")
	}
	return d.write(c, told.Status, body)
}

func (d *settingsDesk) write(c *gin.Context, status int, body settingsBody) error {
	body.Groups = d.form()
	for _, g := range body.Groups {
		for _, control := range g.Controls {
			if control.Error != "" {
				body.Wrong = append(body.Wrong, control)
			}
		}
	}
	body.Codes, body.PatronGroups = d.codes, d.groups
	body.Revision = cmp.Or(d.sent.Get(revisionKey), strconv.Itoa(d.set.Revision))
	if d.reading != nil {
		body.Mark = cmp.Or(d.sent.Get(markKey), d.service.Mark())
	}
	var err error
	if body.Edits, err = d.edits(); err != nil {
		return err
	}
	view := d.server.view(c, d.Words, d.Text("page."+settingsPath), func(path string) string { return path })
	view.Body, view.IsRefused = body, status >= http.StatusBadRequest
	if d.reading != nil {
		view.Generation = d.reading.Generation
		if !d.history.AsOf.IsZero() {
			view.AsOf = d.Date(d.history.Today)
		}
	}
	return d.server.write(c, status, "settings", view)
}

// input is a control with what was typed, else what is settled.
func (d *settingsDesk) input(name, kind, label, hint string, settled ...string) control {
	c := control{Name: name, Kind: kind, Label: label, Hint: hint, Error: d.wrong[name], Value: strings.Join(settled, " ")}
	if d.sent.Has(name) {
		c.Value = d.sent.Get(name)
	}
	return c
}

// form draws the groups.
func (d *settingsDesk) form() []settingsGroup {
	groups := []settingsGroup{
		{ID: "libraries", Controls: d.libraryControls()},
		{ID: "language", Controls: d.languageControls()},
		{ID: "year", Controls: d.yearControls()},
		{ID: "terms", Controls: d.termControls()},
		{ID: "targets", Controls: d.targetControls()},
	}
	for _, g := range numberGroups {
		group := settingsGroup{ID: g.id}
		for _, name := range g.options {
			group.Controls = append(group.Controls, d.number(queries.FindOption(name)))
		}
		groups = append(groups, group)
		if g.id == "priority" {
			groups = append(groups, settingsGroup{ID: "weights", Controls: d.weightControls()})
		}
	}
	groups = slices.DeleteFunc(groups, func(g settingsGroup) bool { return g.ID == "weights" && len(g.Controls) == 0 })
	for i := range groups {
		g := &groups[i]
		g.Title, g.Hint, g.HasReset = d.Text("settings.group."+g.ID), d.Text("settings.effect."+g.ID), len(g.Controls) > 0
		if len(g.Controls) == 0 {
			g.Hint = d.Text("settings.after_load")
		}
	}
	return groups
}

func (d *settingsDesk) number(option *queries.Option) control {
	c := d.input(option.Name, "number", d.Of(option.Label), d.Of(option.Doc)+" "+d.Say("settings.usual", strconv.Itoa(option.Default)), strconv.Itoa(d.set.Number(option.Name)))
	c.Min, c.Max, c.Step = strconv.Itoa(option.Low), strconv.Itoa(option.High), "1"
	return c
}

func (d *settingsDesk) libraryControls() []control {
	zones := map[string]string{}
	for _, l := range d.history.Libraries {
		zones[l.Code] = d.Text("settings.zone_assumed")
		if l.ZoneGiven {
			zones[l.Code] = d.Say("settings.zone_given", l.Zone)
		}
	}
	var list []control
	for i, code := range d.codes {
		list = append(list, d.input(libraryControl(i), "text", d.Say("settings.name_of", code), zones[code], d.set.LibraryNames[code]))
	}
	zone := d.input(settings.Zone, "text", d.Text("settings.label.zone"), d.Text("settings.zone_hint"), d.set.Zone)
	for _, name := range commonZones {
		zone.Options = append(zone.Options, option{Value: name, Label: name})
	}
	return append(list, zone)
}

// commonZones are those that the browser offers; every other name of the time zone database is taken too.
var commonZones = []string{"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto", "America/Mexico_City",
	"America/Bogota", "America/Sao_Paulo", "America/Manaus", "America/Argentina/Buenos_Aires", "Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris",
	"Africa/Johannesburg", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "UTC"}

func (d *settingsDesk) languageControls() []control {
	language := d.input(settings.Language, "select", d.Text("settings.label.language"), d.Text("settings.language_hint"), d.set.Language)
	language.Options = []option{{"", d.Text("settings.language_browser"), language.Value == ""}}
	for _, w := range locale.All() {
		language.Options = append(language.Options, option{w.Tag, w.Name, strings.EqualFold(language.Value, w.Tag)})
	}
	style := d.input(settings.DateStyle, "select", d.Text("settings.label.date_style"), d.Text("settings.date_style_hint"), d.set.DateStyle)
	example := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for i, one := range settings.DateStyles {
		value := one
		if i == 0 { // as usual
			value = ""
		}
		style.Options = append(style.Options, option{value, d.In(locale.DateStyle(one)).Date(example), style.Value == value || style.Value == one})
	}
	return []control{language, style}
}

func (d *settingsDesk) yearControls() []control {
	start := queries.FindOption("fiscal_start")
	month := d.input(start.Name, "select", d.Of(start.Label), d.Text("settings.fiscal_start_hint"), strconv.Itoa(d.set.Number(start.Name)))
	for m := time.January; m <= time.December; m++ {
		first := time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC)
		name := strings.TrimSuffix(d.Bucket("month", first.Format(time.DateOnly)), " 2026")
		n := strconv.Itoa(int(m))
		if int(m) == start.Default {
			month.Hint += " " + d.Say("settings.usual", name)
		}
		month.Options = append(month.Options, option{n, name, month.Value == n || month.Value == "" && int(m) == start.Default})
	}
	return []control{month}
}

// termControls are three to a term: its name, its first and its last day.
func (d *settingsDesk) termControls() []control {
	var list []control
	rows := min(mostTermRows, len(d.set.Terms)+spareTermRows)
	for i := range mostTermRows {
		var term queries.Term
		from, to := "", ""
		if i < len(d.set.Terms) {
			term = d.set.Terms[i]
			from, to = settings.DayText(term.FromMonth, term.FromDay), settings.DayText(term.ToMonth, term.ToDay)
		}
		isTyped := d.sent.Get(termControl(i, "name"))+d.sent.Get(termControl(i, "from"))+d.sent.Get(termControl(i, "to")) != ""
		if i >= rows && !isTyped {
			continue
		}
		n := strconv.Itoa(i + 1)
		list = append(list,
			d.input(termControl(i, "name"), "text", d.Say("settings.term_name", n), "", term.Name),
			d.input(termControl(i, "from"), "text", d.Say("settings.term_from", n), d.Text("settings.day_hint"), from),
			d.input(termControl(i, "to"), "text", d.Say("settings.term_to", n), d.Text("settings.day_hint"), to))
	}
	return list
}

func (d *settingsDesk) targetControls() []control {
	if d.reading == nil {
		return nil
	}
	var list []control
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		for _, kind := range []string{"loan", "copy", "unknown"} {
			usual := settings.Service{Targets: settings.UsualTargets()}.Days(role, kind)
			name := settings.TargetName(role, kind)
			c := d.input(name, "number", d.Text("rolekind."+role+"."+kind), d.Say("settings.usual", daysPlain(usual)), daysPlain(d.service.Days(role, kind)))
			c.Min, c.Step = "0", "any"
			list = append(list, c)
		}
	}
	return list
}

func daysPlain(days float64) string {
	if days == 0 {
		return ""
	}
	return strconv.FormatFloat(days, 'f', -1, 64)
}

func (d *settingsDesk) weightControls() []control {
	weights := map[string]string{}
	for _, w := range d.service.Weights {
		weights[w.Group] = strconv.Itoa(w.Weight)
	}
	var list []control
	for i, group := range d.groups {
		c := d.input(weightControl(i), "number", shorten(group, 80), "", weights[group])
		c.Min, c.Max, c.Step = "0", "100", "1"
		list = append(list, c)
	}
	return list
}

// edits lists what was changed, newest first; nil where nothing ever was.
func (d *settingsDesk) edits() (*table, error) {
	all, err := d.server.settings.History(d.ctx)
	if err != nil {
		return nil, err
	}
	if d.reading != nil {
		more, err := settings.TargetEdits(d.ctx, d.reading.Snapshot)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(all, func(a, b settings.Edit) int { return a.At.Compare(b.At) })
	t := &table{Caption: d.Text("settings.edits"), Head: []head{{Text: d.Text("head.when_utc")}, {Text: d.Text("settings.setting")}, {Text: d.Text("head.before")}, {Text: d.Text("head.after")}}}
	for _, edit := range slices.Backward(all) {
		if len(t.Rows) == listedEdits {
			t.Note = d.Say("settings.edits_part", d.Count(listedEdits), d.Count(float64(len(all))))
			break
		}
		t.Rows = append(t.Rows, []cell{{Text: edit.At.UTC().Format("2006-01-02 15:04"), Header: true, Short: true}, {Text: d.nameOf(edit.Name)},
			{Text: d.valueOf(edit.Before)}, {Text: d.valueOf(edit.After)}})
	}
	return t, nil
}

// nameOf is the name of a setting in words.
func (d *settingsDesk) nameOf(name string) string {
	if code, ok := strings.CutPrefix(name, settings.LibraryPrefix); ok {
		return shorten(d.Say("settings.name_of", code), longestCell)
	}
	if group, ok := strings.CutPrefix(name, settings.WeightPrefix); ok {
		return shorten(d.Say("settings.weight_of", group), longestCell)
	}
	if what, ok := strings.CutPrefix(name, settings.TargetPrefix); ok {
		return d.Say("settings.target_of", d.Text("rolekind."+what))
	}
	if option := queries.FindOption(name); option != nil {
		return d.Of(option.Label)
	}
	return d.Text("settings.label." + name)
}

func (d *settingsDesk) valueOf(value string) string {
	switch value {
	case "":
		return d.Text("settings.as_usual")
	case "none":
		return d.Text("settings.no_value")
	}
	return shorten(value, longestCell)
}
