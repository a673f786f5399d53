package dashboards

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
)

// The keys of a campaign's form are the record's fields as in JSON, but for these: the form shows the last day, and can
// take all that is not addressed for the comparison.
const (
	idField     = "id"
	endField    = "end"
	restKey     = "comparison.rest"
	revisionKey = "revision"
	longestForm = 1 << 20 // bytes
)

// grouped names the fields that list values of a dimension.
var grouped = []struct{ field, dimension string }{
	{"departments", "department"}, {"patron_groups", "patron_group"}, {"libraries", "library"},
}

// control is one input of a form with its label, its hint and what is wrong with what was typed.
type control struct {
	Name, Kind, Label, Hint, Value, Error string // Kind: text, date, number, select, checks, pick, area
	Required                              bool
	Min, Max, Step                        string
	Options                               []option
	Pick                                  *pick
}

// Described lists the ids of what describes the control.
func (c control) Described() string {
	var ids []string
	if c.Error != "" {
		ids = append(ids, c.ID()+"-error")
	}
	if c.Hint != "" {
		ids = append(ids, c.ID()+"-hint")
	}
	return strings.Join(ids, " ")
}

// ID is the control's id in the page.
func (c control) ID() string { return strings.NewReplacer(".", "-", "_", "-").Replace(c.Name) }

// group is a part of a form.
type group struct {
	Title, Hint string
	Controls    []control
}

// typed is what a form sent: the values by key, the record that they make and, by key, what is wrong.
type typed struct {
	values url.Values
	record campaign.Campaign
	wrong  map[string]string
}

// read fills a record from a form's values, on top of the one that was there. Only the keys named are taken.
func (v *visit) read(values url.Values, onto campaign.Campaign, keys []string) *typed {
	t := &typed{values: withoutBlanks(values), record: onto, wrong: map[string]string{}}
	for _, key := range keys {
		field, words := key, values[key]
		switch key {
		case restKey:
			continue
		case idField: // of a new record only
			t.record.ID = values.Get(key)
			continue
		case lastKey:
			field = endField
			if len(words) > 0 {
				words = []string{dayAfter(words[0])}
			}
		}
		if isNegative(words) && (key == "cost" || key == "staff_hours") {
			t.wrong[key] = v.Text("form.negative")
			continue
		}
		if err := campaign.Set(&t.record, field, words...); err != nil {
			t.note(v.Words, key, err)
		}
	}
	if values.Has("outcome") && !values.Has("roles") { // the form shows boxes, and all of them are empty
		t.wrong["roles"] = v.Text("form.roles_missing")
	}
	t.record = campaign.Clean(t.record)
	if t.record.Cost != nil && t.record.Currency == "" && slices.Contains(keys, "currency") {
		t.wrong["currency"] = v.Text("form.currency_missing")
	}
	if t.isBefore() && t.wrong["start"] == "" {
		t.wrong[lastKey] = v.Text("form.last_before_first")
	}
	if slices.Contains(keys, restKey) && values.Has(restKey) {
		t.expand(v.Words, v.history.Choices)
	}
	return t
}

// isNegative tells whether what was typed for an amount begins with a minus.
func isNegative(words []string) bool {
	return len(words) == 1 && strings.IndexAny(strings.TrimSpace(words[0]), "-−") == 0
}

// note writes down what is wrong with a field. Of the days it speaks as the form does, whose last day is the record's end
// less one.
func (t *typed) note(w *locale.Words, key string, err error) {
	if key == endField {
		key = lastKey
	}
	if t.wrong[key] != "" {
		return
	}
	word := strings.TrimSpace(t.values.Get(key))
	switch {
	case key == "carry_over_months" && t.record.End.IsZero() && t.record.CarryOverMonths > 0:
		t.wrong[key] = w.Text("form.lasting_carry_over")
	case key != "start" && key != lastKey:
		t.wrong[key] = sentence(err.Error())
	case word == "":
		t.wrong[key] = w.Text("form." + key + "_missing")
	case key == lastKey && t.isBefore():
		t.wrong[key] = w.Text("form.last_before_first")
	default:
		t.wrong[key] = w.Say("form.no_day", shorten(word, longestLabel))
		if day, err := time.Parse(time.DateOnly, word); err == nil {
			t.wrong[key] = w.Say("form.no_year", w.Date(day))
		}
	}
}

// isBefore tells whether the record ends before it begins.
func (t *typed) isBefore() bool {
	return !t.record.End.IsZero() && !t.record.End.After(t.record.Start)
}

// blame notes an error that names its field.
func (t *typed) blame(w *locale.Words, err error) {
	var refused *campaign.FieldError
	if errors.As(err, &refused) {
		t.note(w, refused.Field, err)
	}
}

// tellMore adds what is wrong beside what could not be read, so that both can be mended at once.
func (t *typed) tellMore(w *locale.Words) {
	probe := t.record
	probe.ID = cmp.Or(probe.ID, "none-yet")
	t.blame(w, campaign.Validate(probe))
}

// expand makes the comparison of all units of the target's dimension that are not addressed.
func (t *typed) expand(w *locale.Words, choices map[string][]queries.Choice) {
	dimension := t.record.Target.Dimension()
	if dimension == "" {
		t.wrong[restKey] = w.Text("form.rest_of_all")
		return
	}
	addressed, rest := t.record.Target.Names(dimension), []string{}
	for _, choice := range choices[dimension] {
		if choice.Value != queries.Unknown && !slices.Contains(addressed, choice.Value) {
			rest = append(rest, choice.Value)
		}
	}
	if len(rest) == 0 {
		t.wrong[restKey] = w.Text("form.rest_none")
		return
	}
	for _, g := range grouped {
		if g.dimension == dimension {
			if err := campaign.Set(&t.record, "comparison."+g.field, rest...); err != nil {
				t.note(w, restKey, err)
			}
		}
	}
}

// shown gives a control's value: what was typed, else the record's.
func (t *typed) shown(key string) []string {
	if words, ok := t.values[key]; ok {
		return words
	}
	if t.wrong[key] != "" { // typed, and left empty
		return nil
	}
	switch {
	case key == idField:
		return []string{t.record.ID}
	case key != lastKey:
		return campaign.Text(t.record, key)
	case t.record.End.IsZero():
		return nil
	}
	return []string{t.record.End.AddDate(0, 0, -1).Format(time.DateOnly)}
}

// planKeys are the fields that the planner asks for, formKeys all.
var (
	planKeys = []string{"start", lastKey, "carry_over_months", "target.departments", "target.patron_groups", "target.libraries",
		"comparison.departments", "comparison.patron_groups", "comparison.libraries", restKey, "outcome", "roles"}
	formKeys = append([]string{"name", "kind", "channel", "per_head", "cost", "currency", "staff_hours", "hypothesis", "owner", "notes"}, planKeys...)
)

// formGroups draws a form: all of the record, or what the planner asks for.
func (v *visit) formGroups(t *typed, isPlan, isNew bool) []group {
	input := func(key, kind string) control {
		c := control{Name: key, Kind: kind, Label: v.Text("form." + key), Hint: optional(v.Words, "form.hint."+key), Error: t.wrong[key]}
		if words := t.shown(key); len(words) > 0 {
			c.Value = words[0]
		}
		return c
	}
	name, start := input("name", "text"), input("start", "date")
	name.Required, start.Required = true, true
	kind := input("kind", "select")
	kind.Options = []option{
		{campaign.KindCampaign, v.Text("form.kind.campaign"), kind.Value != campaign.KindServiceChange},
		{campaign.KindServiceChange, v.Text("form.kind.service_change"), kind.Value == campaign.KindServiceChange}}
	channel := input("channel", "text")
	for _, word := range campaign.Channels {
		channel.Options = append(channel.Options, option{Value: word, Label: locale.Sentence(word)})
	}
	carry := input("carry_over_months", "number")
	carry.Min, carry.Max, carry.Step = "0", "24", "1"
	carry.Value = cmp.Or(carry.Value, "0")
	outcome := input("outcome", "select")
	for i, o := range campaign.Outcomes {
		outcome.Options = append(outcome.Options, option{o.ID, v.Of(o.Label), outcome.Value == o.ID || outcome.Value == "" && i == 0})
	}
	roles := input("roles", "checks")
	chosen := t.shown("roles")
	for _, role := range []string{"borrowing", "docdel"} {
		isUsual := len(chosen) == 0 && role == "borrowing" && roles.Error == ""
		roles.Options = append(roles.Options, option{role, v.Text("role." + role), slices.Contains(chosen, role) || isUsual})
	}
	rest := input(restKey, "checks")
	rest.Options = []option{{"1", v.Text("form.rest"), t.values.Has(restKey)}}

	groups := []group{
		{v.Text("form.when"), v.Text("form.hint.when"), []control{start, input(lastKey, "date"), carry}},
		{v.Text("form.target"), v.Text("form.hint.target"), v.lists(t, "target", v.Text("form.everyone"))},
		{v.Text("form.comparison"), v.Text("form.hint.comparison"), append(v.lists(t, "comparison", v.Text("form.nobody")), rest)},
		{v.Text("form.measured"), "", []control{outcome, roles}},
	}
	if isPlan {
		return groups
	}
	perHead := input("per_head", "checks")
	perHead.Options = []option{{"true", v.Text("form.per_head_label"), t.record.PerHead}}
	groups[3].Controls = append(groups[3].Controls, perHead, input("hypothesis", "area"))
	number := func(key string) control {
		c := input(key, "number")
		c.Min, c.Step = "0", "any"
		return c
	}
	what := group{v.Text("form.what"), "", []control{name, kind, channel}}
	if isNew {
		what.Controls = append(what.Controls, input(idField, "text"))
	}
	return append(append([]group{what}, groups...),
		group{v.Text("form.cost_and_notes"), "", []control{number("cost"), input("currency", "text"), number("staff_hours"), input("owner", "text"), input("notes", "area")}})
}

// lists are the choices of departments, patron groups and libraries that the history has.
func (v *visit) lists(t *typed, prefix, none string) []control {
	var controls []control
	for _, g := range grouped {
		key := prefix + "." + g.field
		p, ok := v.pick(g.dimension, t.shown(key))
		if !ok {
			continue
		}
		p.Options = slices.DeleteFunc(p.Options, func(o option) bool { return o.Value == queries.Unknown && !o.Chosen })
		p.Name, p.None = key, none
		if p.State == v.Text("all") {
			p.State = none
		}
		controls = append(controls, control{Name: key, Kind: "pick", Label: p.Label, Error: t.wrong[key], Pick: &p})
	}
	return controls
}

// campaignForm is the page of the form.
type campaignForm struct {
	Action, Submit, Back, Remove string
	Revision                     string
	Groups                       []group
	Problem                      string // of the record as a whole
	Reload                       string // where the record is as it stands, after a conflict
	Wrong                        []control
	Frozen                       string // says that results were looked at
	Edits                        *table
}

// writeForm answers with the form, filled with what was typed; err is why it was not taken, nil at first.
func (v *visit) writeForm(c *gin.Context, t *typed, id string, err error) error {
	status := http.StatusOK
	f := &campaignForm{Action: v.to(v.path), Submit: v.Text("form.record"), Back: v.to(outreachPath)}
	title := v.Text("page.campaign.new")
	if id != "" {
		title = v.Say("page.campaign.edit", shorten(cmp.Or(t.record.Name, id), 80))
		f.Submit, f.Back, f.Remove = v.Text("form.save"), v.to(campaignAddress(id)), v.to(campaignAddress(id)+"/remove")
		f.Revision = cmp.Or(t.values.Get(revisionKey), strconv.Itoa(t.record.Revision))
		if !t.record.FrozenAt.IsZero() {
			f.Frozen = v.Say("form.frozen", v.Date(t.record.FrozenAt))
		}
		history, unread := v.server.campaigns.History(v.ctx, id)
		if unread != nil && err == nil {
			return unread
		}
		f.Edits = editsTable(v.Words, history)
	}
	var refused *campaign.FieldError
	if err != nil && !errors.As(err, &refused) {
		told := explain(v.Words, err)
		if told.Status == http.StatusInternalServerError { // what was typed stays all the same
			v.server.log.Error("a record could not be written", "id", c.GetString(requestID), "campaign", id, "error", err)
			told.Status, told.Message = http.StatusServiceUnavailable, v.Text("form.not_saved")
		}
		status, f.Problem = told.Status, sentence(told.Message)
		if told.Code == queries.Conflict && id != "" {
			f.Reload = v.to(v.path)
		}
	}
	f.Groups = v.formGroups(t, false, id == "")
	for _, g := range f.Groups {
		for _, c := range g.Controls {
			if c.Error != "" {
				f.Wrong = append(f.Wrong, c)
				delete(t.wrong, c.Name)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.wrong)) { // what no control shows
		f.Problem = strings.TrimSpace(f.Problem + " " + t.wrong[key])
	}
	if status == http.StatusOK && (len(f.Wrong) > 0 || f.Problem != "") {
		status = http.StatusBadRequest
	}
	return v.renderAs(c, status, "outreach_form", title, nil, f)
}

// sent reads the form in a request's body and opens a visit. The caller closes the visit.
func (s *server) sent(c *gin.Context) (*visit, url.Values, error) {
	if s.campaigns == nil {
		return nil, nil, refuse(queries.Unavailable, "campaign.no_record")
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longestForm)
	if err := c.Request.ParseForm(); err != nil {
		return nil, nil, refuse(queries.Invalid, "form.unreadable")
	}
	v, err := s.openPage(c)
	return v, c.Request.PostForm, err
}

// importCampaigns takes in a CSV file of campaigns, all of it or nothing. A file that is refused stays on the page of the
// list, with what is wrong with it.
func (s *server) importCampaigns(c *gin.Context) error {
	if s.campaigns == nil {
		return refuse(queries.Unavailable, "campaign.no_record")
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longestForm)
	file, head, unsent := c.Request.FormFile("file")
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	if unsent != nil {
		return v.writeList(c, importing{Problem: v.Text("campaign.no_file")})
	}
	defer file.Close()
	summary, err := s.campaigns.Import(v.ctx, file, shorten(head.Filename, longestLabel))
	if err != nil {
		told := explain(v.Words, err)
		if told.Status == http.StatusInternalServerError {
			return err
		}
		return v.writeList(c, importing{Problem: told.Message})
	}
	to, err := url.Parse(v.to(outreachPath))
	if err != nil {
		return err
	}
	values := to.Query()
	values.Set(importedKey, fmt.Sprintf("%d-%d-%d", summary.New, summary.Changed, summary.Unchanged))
	to.RawQuery = values.Encode()
	return redirect{to.String()}
}

// importedKey carries what an import did to the list that it leads to: new-changed-unchanged.
const importedKey = "imported"

// importedWords says what an import did; empty where the address says nothing of one.
func importedWords(w *locale.Words, value string) string {
	var n [3]int
	if _, err := fmt.Sscanf(value, "%d-%d-%d", &n[0], &n[1], &n[2]); err != nil || min(n[0], n[1], n[2]) < 0 {
		return ""
	}
	return w.Say("campaign.imported", w.Count(float64(n[0])), w.Count(float64(n[1])), w.Count(float64(n[2])))
}

// newCampaign is the empty form, or one that the planner has filled in.
func (s *server) newCampaign(c *gin.Context) error {
	if s.campaigns == nil {
		return refuse(queries.Unavailable, "campaign.no_record")
	}
	values, err := query(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, planKeys...)
	if err != nil {
		return err
	}
	defer v.close()
	t := &typed{}
	if slices.ContainsFunc(planKeys, values.Has) {
		t = v.read(values, campaign.Campaign{}, planKeys)
	}
	t.wrong = map[string]string{} // nothing was sent yet
	return v.writeForm(c, t, "", nil)
}

// addCampaign records what the form sent.
func (s *server) addCampaign(c *gin.Context) error {
	v, values, err := s.sent(c)
	if err != nil {
		return err
	}
	defer v.close()
	t := v.read(values, campaign.Campaign{}, append([]string{idField}, formKeys...))
	if len(t.wrong) == 0 {
		var recorded campaign.Campaign
		if recorded, err = s.campaigns.Record(v.ctx, t.record, "add"); err == nil {
			return redirect{v.to(campaignAddress(recorded.ID))}
		}
		t.blame(v.Words, err)
	} else {
		t.tellMore(v.Words)
	}
	return v.writeForm(c, t, "", err)
}

// editCampaign is the form of a record, with what was changed in it before.
func (s *server) editCampaign(c *gin.Context) error {
	v, record, err := s.oneRecord(c)
	if err != nil {
		return err
	}
	defer v.close()
	return v.writeForm(c, &typed{record: record}, record.ID, nil)
}

// oneRecord opens a visit and gives the record that the address names. The caller closes the visit.
func (s *server) oneRecord(c *gin.Context) (*visit, campaign.Campaign, error) {
	if s.campaigns == nil {
		return nil, campaign.Campaign{}, refuse(queries.Unavailable, "campaign.no_record")
	}
	record, err := s.campaigns.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return nil, record, err
	}
	v, err := s.openPage(c)
	return v, record, err
}

// changeCampaign changes a record to what the form sent. What another person saved meanwhile is not written over.
func (s *server) changeCampaign(c *gin.Context) error {
	v, values, err := s.sent(c)
	if err != nil {
		return err
	}
	defer v.close()
	record, err := s.campaigns.Get(v.ctx, c.Param("id"))
	if err != nil {
		return err
	}
	t := v.read(values, record, formKeys)
	if t.record.Revision, err = strconv.Atoi(values.Get(revisionKey)); err != nil {
		return refuse(queries.Invalid, "form.unreadable")
	}
	if len(t.wrong) == 0 {
		if err = s.campaigns.Edit(v.ctx, t.record, "edit"); err == nil {
			return redirect{v.to(campaignAddress(record.ID))}
		}
		t.blame(v.Words, err)
	} else {
		t.tellMore(v.Words)
	}
	return v.writeForm(c, t, record.ID, err)
}

// removal is the page that asks whether a record is to go.
type removal struct {
	Name, When, Whom string
	Action, Back     string
	Revision         int
}

// removeCampaign asks before a record is taken off the list.
func (s *server) removeCampaign(c *gin.Context) error {
	v, record, err := s.oneRecord(c)
	if err != nil {
		return err
	}
	defer v.close()
	return v.render(c, "outreach_remove", v.Say("page.campaign.remove", shorten(record.Name, 80)), nil, removal{
		record.Name, windowWords(v.Words, record), groupWords(v.Words, record.Target), v.to(v.path), v.to(campaignAddress(record.ID)), record.Revision})
}

// dropCampaign takes a record off the list. One that was changed since it was asked about stays.
func (s *server) dropCampaign(c *gin.Context) error {
	v, values, err := s.sent(c)
	if err != nil {
		return err
	}
	defer v.close()
	record, err := s.campaigns.Get(v.ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if values.Get(revisionKey) != strconv.Itoa(record.Revision) {
		return refuse(queries.Conflict, "campaign.changed_meanwhile", record.Name)
	}
	if err := s.campaigns.Remove(v.ctx, record.ID); err != nil {
		return err
	}
	return redirect{v.to(outreachPath)}
}

// editsTable is the history of a record, the newest edit first.
func editsTable(w *locale.Words, history []campaign.Edit) *table {
	t := &table{Caption: w.Text("form.edits"), Head: []head{
		{Text: w.Text("head.when_utc")}, {Text: w.Text("head.how")}, {Text: w.Text("head.field")}, {Text: w.Text("head.before")}, {Text: w.Text("head.after")}, {Text: w.Text("head.after_results")}}}
	for _, edit := range slices.Backward(history) {
		late := ""
		if edit.AfterResults {
			late = w.Text("yes")
		}
		how := cmp.Or(optional(w, "edit."+edit.How), locale.Sentence(edit.How))
		t.Rows = append(t.Rows, []cell{{Text: edit.At.UTC().Format("2006-01-02 15:04"), Header: true, Short: true}, {Text: how}, {Text: fieldWords(w, edit.Field)},
			{Text: shorten(editWords(w, edit.Field, edit.Before), longestCell)}, {Text: shorten(editWords(w, edit.Field, edit.After), longestCell)}, {Text: late}})
	}
	return t
}

// fieldWords names a field of a record as its form does.
func fieldWords(w *locale.Words, field string) string {
	if field == "" {
		return ""
	}
	return cmp.Or(optional(w, "form."+field), locale.Sentence(strings.ReplaceAll(field, ".", ": ")))
}

// lastDay is how a history writes the end of a campaign.
const lastDay = "last day "

// editWords says in the reader's language what a history says of a field before or after an edit. What people typed stays.
func editWords(w *locale.Words, field, said string) string {
	if said == "none" {
		return w.Text("edit.none")
	}
	switch field {
	case "start", endField:
		if said == "lasting" {
			return w.Text("edit.lasting")
		}
		day, err := time.Parse(time.DateOnly, strings.TrimPrefix(said, lastDay))
		switch {
		case err != nil:
		case strings.HasPrefix(said, lastDay):
			return w.Say("edit.last_day", w.Date(day))
		default:
			return w.Date(day)
		}
	case "per_head":
		return cmp.Or(optional(w, said), said) // yes or no
	case "carry_over_months":
		number, _, _ := strings.Cut(said, " ")
		if n, err := strconv.Atoi(number); err == nil {
			return monthCount(w, n)
		}
	case "outcome":
		return w.Of(said)
	case "channel":
		return w.Value("channel", said)
	case "kind":
		return cmp.Or(optional(w, "form.kind."+strings.ReplaceAll(said, " ", "_")), said)
	case "roles":
		roles := strings.Split(said, "; ")
		for i, role := range roles {
			roles[i] = w.Value("role", role)
		}
		return strings.Join(roles, "; ")
	}
	return said
}
