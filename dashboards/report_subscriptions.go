package dashboards

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/subscription"
)

// runDueLine is a line for cron that makes and sends what is due.
const runDueLine = "17 * * * * fillrate report run-due --data DIR"

// Keys of the form of a subscription, beside those of a report.
const (
	ruleKey       = "rule"
	dayKey        = "day"
	weekdayKey    = "weekday"
	monthOfKey    = "month"
	timeKey       = "time"
	formatsKey    = "formats"
	recipientsKey = "recipients"
	attachKey     = "attach"
	linkKey       = "link"
	folderKey     = "folder"
	scheduleField = "schedule"
	actionKey     = "action"
	likeKey       = "like" // the subscription that a new one begins as

	shownDeliveries = 50
	aYear           = 366 * 24 * time.Hour
)

// postRow is a subscription in the list.
type postRow struct{ Name, URL, Report, When, To, State, Tone, Last, Failed string }

func (s *server) canPost() error {
	if err := s.canPrint(); err != nil {
		return err
	}
	if s.posts == nil {
		return refuse(queries.NotFound, "reports.posts.off")
	}
	return nil
}

// listPosts gives every subscription with what was sent last, and what failed.
func (v *visit) listPosts() ([]postRow, error) {
	list, err := v.server.posts.List(v.ctx)
	if err != nil {
		return nil, err
	}
	var rows []postRow
	for _, one := range list {
		deliveries, err := v.server.posts.Deliveries(v.ctx, one.ID)
		if err != nil {
			return nil, err
		}
		row := postRow{Name: one.ID, URL: postAddress(one.ID), Report: v.reportNamed(one.Report), When: v.scheduleWords(one.Schedule), To: v.whereWords(one)}
		row.State, row.Tone = v.Text("reports.posts.state.on"), "firm"
		if !one.PausedAt.IsZero() {
			row.State, row.Tone = v.Text("reports.posts.state.paused"), "open"
		}
		row.Last = v.Text("reports.posts.nothing_sent")
		for _, d := range deliveries { // newest first
			if d.State == subscription.Sent {
				row.Last = v.Say("reports.posts.last", d.Period, v.instantWords(d.SentAt))
				break
			}
		}
		failed := 0
		for _, d := range deliveries {
			failed += btoi(d.State == subscription.Failed || d.State == subscription.GivenUp || d.State == subscription.Unclear)
		}
		if failed > 0 {
			row.Failed = v.Say("reports.posts.failed", v.Count(float64(failed)))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func postAddress(id string) string { return subscriptionsPath + "/" + url.PathEscape(id) }

// reportNamed is a report's title by its name.
func (v *visit) reportNamed(name string) string {
	spec, err := v.server.press.Spec(v.ctx, name)
	if err != nil {
		return name // removed meanwhile: the deliveries say so
	}
	return reportTitle(v.Words, spec)
}

// scheduleWords says when a schedule is due.
func (v *visit) scheduleWords(s subscription.Schedule) string {
	at := time.Date(2000, 1, 1, s.Minute/60, s.Minute%60, 0, 0, time.UTC).Format("15:04")
	switch s.Rule {
	case subscription.Weekly:
		return v.Say("reports.when.weekly", v.Text("reports.weekday."+strconv.Itoa(int(s.Weekday))), at)
	case subscription.Yearly:
		return v.Say("reports.when.yearly", v.DayMonth(time.Date(2000, s.Month, s.Day, 0, 0, 0, 0, time.UTC)), at)
	case subscription.MonthDay:
		return v.Say("reports.when.day", strconv.Itoa(s.Day), at)
	}
	if s.Day == 1 {
		return v.Say("reports.when.first", at)
	}
	return v.Say("reports.when.working_day", strconv.Itoa(s.Day), at)
}

// whereWords says where a subscription's files go.
func (v *visit) whereWords(s subscription.Subscription) string {
	var ways []string
	if n := len(s.Recipients); n > 0 {
		ways = append(ways, shorten(strings.Join(s.Recipients[:min(n, 2)], ", "), 80))
		if n > 2 {
			ways[0] = v.Say("and_more", ways[0], v.Count(float64(n-2)))
		}
	}
	if s.Folder != "" {
		ways = append(ways, v.Say("reports.posts.into", shorten(s.Folder, 80)))
	}
	return strings.Join(ways, "; ")
}

// subscriptionForm is the form of a subscription.
type subscriptionForm struct {
	*visit
	values url.Values
	wrong  map[string]string
}

type subscriptionFormBody struct {
	Action, Back string
	RunDue       string
	Groups       []group
	Problem      string
	Wrong        []control
}

func (s *server) openSubscription(c *gin.Context, values url.Values) (*visit, error) {
	if err := s.canPost(); err != nil {
		return nil, err
	}
	return s.openReports(c, values)
}

// newSubscription is the form of a subscription, begun as another one where the address names it.
func (s *server) newSubscription(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	v, err := s.openSubscription(c, values)
	if err != nil {
		return err
	}
	defer v.close()
	f := &subscriptionForm{visit: v, wrong: map[string]string{}, values: url.Values{
		reportKey: {cmp.Or(values.Get(reportKey), usualReport)}, formatsKey: {"pdf", "xlsx"}, attachKey: {"1"}, timeKey: {"07:00"}, dayKey: {"1"}, ruleKey: {string(subscription.WorkingDay)}}}
	if like := values.Get(likeKey); like != "" {
		one, err := s.posts.Get(v.ctx, like)
		if err != nil {
			return err
		}
		f.values = valuesOf(one)
	}
	return f.write(c, http.StatusOK, "")
}

// valuesOf fills the form with a subscription.
func valuesOf(s subscription.Subscription) url.Values {
	values := url.Values{reportKey: {s.Report}, ruleKey: {string(s.Schedule.Rule)}, dayKey: {strconv.Itoa(max(1, s.Schedule.Day))}, formatsKey: s.Formats, linkKey: {s.Link},
		timeKey: {time.Date(2000, 1, 1, s.Schedule.Minute/60, s.Schedule.Minute%60, 0, 0, time.UTC).Format("15:04")}, weekdayKey: {strconv.Itoa(int(s.Schedule.Weekday))},
		recipientsKey: {strings.Join(s.Recipients, "\n")}, folderKey: {s.Folder}, languageKey: {s.Language}, paperKey: {s.Paper}}
	if s.Schedule.Month > 0 {
		values.Set(monthOfKey, strconv.Itoa(int(s.Schedule.Month)))
	}
	if s.Attach {
		values.Set(attachKey, "1")
	}
	return values
}

// subscribe makes a subscription of what the form sent.
func (s *server) subscribe(c *gin.Context) error {
	values, err := postForm(c)
	if err != nil {
		return err
	}
	v, err := s.openSubscription(c, nil)
	if err != nil {
		return err
	}
	defer v.close()
	f := &subscriptionForm{visit: v, values: values, wrong: map[string]string{}}
	one, err := f.read()
	if err != nil {
		return err
	}
	if len(f.wrong) == 0 {
		one, err = s.posts.Add(v.ctx, one, time.Now())
		switch {
		case err == nil:
			return redirect{postAddress(one.ID) + "?" + savedKey + "=subscribed"}
		case errorCode(err) == queries.Conflict:
			f.wrong[idField] = v.Text("reports.wrong.subscribed")
		case errorCode(err) != queries.Invalid:
			return err
		case !f.blame(err):
			return f.write(c, http.StatusBadRequest, explain(v.Words, err).Message)
		}
	}
	return f.write(c, http.StatusBadRequest, "")
}

// read makes a subscription of the form, and notes what is wrong.
func (f *subscriptionForm) read() (subscription.Subscription, error) {
	get := func(key string) string { return strings.TrimSpace(f.values.Get(key)) }
	one := subscription.Subscription{ID: get(idField), Report: get(reportKey), Formats: f.values[formatsKey], Attach: get(attachKey) != "", Link: get(linkKey), Folder: get(folderKey), Language: get(languageKey), Paper: get(paperKey),
		Recipients: strings.FieldsFunc(f.values.Get(recipientsKey), func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })}
	spec, err := f.server.press.Spec(f.ctx, one.Report)
	switch {
	case err != nil && errorCode(err) == queries.NotFound:
		f.wrong[reportKey] = f.Say("reports.wrong.no_report", shorten(one.Report, longestLabel))
	case err != nil:
		return one, err
	}
	one.Kind = subscription.Kind(cmp.Or(spec.Kind, report.Monthly))
	rule := get(ruleKey)
	switch subscription.Rule(rule) {
	case subscription.Weekly:
		n, _ := strconv.Atoi(get(weekdayKey))
		rule += ":" + strings.ToLower(time.Weekday(max(0, n)%7).String())
	case subscription.Yearly:
		month, _ := strconv.Atoi(get(monthOfKey))
		day, _ := strconv.Atoi(get(dayKey))
		rule += ":" + twoDigits(month) + "-" + twoDigits(day)
	default:
		rule += ":" + get(dayKey)
	}
	if one.Schedule, err = subscription.ParseSchedule(rule + "@" + cmp.Or(get(timeKey), "07:00")); err != nil {
		f.wrong[ruleKey] = f.Text("reports.wrong.schedule")
		one.Schedule = subscription.Schedule{}
		return one, nil
	}
	if info, err := os.Stat(one.Folder); one.Folder != "" && len(f.wrong) == 0 && (err != nil || !info.IsDir()) && strings.HasPrefix(one.Folder, "/") {
		f.wrong[folderKey] = f.Text("reports.wrong.folder")
	}
	if err := subscription.Check(subscription.Clean(one)); err != nil {
		f.blame(err)
	}
	return one, nil
}

func twoDigits(n int) string {
	if n < 0 || n > 99 {
		return "00"
	}
	return strconv.Itoa(n/10) + strconv.Itoa(n%10)
}

// blame notes an error that names its field, and says whether it does.
func (f *subscriptionForm) blame(err error) bool {
	var wrong *subscription.FieldError
	if !errors.As(err, &wrong) {
		return false
	}
	at := wrong.Field
	if at == scheduleField {
		at = ruleKey
	}
	if f.wrong[at] == "" {
		f.wrong[at] = f.Say("subscription.wrong."+wrong.Kind, wrong.Args...)
	}
	return true
}

func (f *subscriptionForm) write(c *gin.Context, status int, problem string) error {
	groups, err := f.form()
	if err != nil {
		return err
	}
	body := subscriptionFormBody{Action: subscriptionsPath + "/new", Back: reportsPath + "#subscriptions", RunDue: runDueLine, Groups: groups, Problem: problem}
	for _, g := range groups {
		for _, control := range g.Controls {
			if control.Error != "" {
				body.Wrong = append(body.Wrong, control)
			}
		}
	}
	return f.renderAs(c, status, "report_subscribe", f.Text("reports.posts.new"), nil, body)
}

func (f *subscriptionForm) form() ([]group, error) {
	input := func(key, kind, label string) control {
		return control{Name: key, Kind: kind, Label: f.Text("reports.posts." + label), Hint: optional(f.Words, "reports.posts.hint."+label), Value: f.values.Get(key), Error: f.wrong[key]}
	}
	choose := func(c control, options ...option) control {
		for _, o := range options {
			o.Chosen = o.Value == c.Value
			c.Options = append(c.Options, o)
		}
		return c
	}
	which := input(reportKey, "select", "report")
	for _, name := range report.Builtins() {
		spec, _ := report.Builtin(name)
		which.Options = append(which.Options, option{name, reportTitle(f.Words, spec), name == which.Value})
	}
	saved, err := f.server.press.Saved(f.ctx)
	if err != nil {
		return nil, err
	}
	for _, spec := range saved {
		which.Options = append(which.Options, option{spec.Name, f.Say("reports.saved_as", reportTitle(f.Words, spec)), spec.Name == which.Value})
	}
	which.Options = withTyped(which.Options, which.Value)
	rule := choose(input(ruleKey, "select", "rule"), option{Value: string(subscription.WorkingDay), Label: f.Text("reports.rule.working_day")}, option{Value: string(subscription.MonthDay), Label: f.Text("reports.rule.day")},
		option{Value: string(subscription.Weekly), Label: f.Text("reports.rule.weekly")}, option{Value: string(subscription.Yearly), Label: f.Text("reports.rule.yearly")})
	day := input(dayKey, "number", "day")
	day.Min, day.Max, day.Step = "1", "31", "1"
	weekday, month := input(weekdayKey, "select", "weekday"), input(monthOfKey, "select", "month")
	for i := range 7 {
		n := (i + 1) % 7 // Monday first
		weekday.Options = append(weekday.Options, option{strconv.Itoa(n), f.Text("reports.weekday." + strconv.Itoa(n)), weekday.Value == strconv.Itoa(n)})
	}
	for i := range 12 {
		n := strconv.Itoa(i + 1)
		month.Options = append(month.Options, option{n, f.Text("reports.month." + n), month.Value == n})
	}
	formats := input(formatsKey, "checks", "formats")
	for _, name := range subscription.Formats {
		formats.Options = append(formats.Options, option{name, f.formatWords(name), slices.Contains(f.values[formatsKey], name)})
	}
	attached := input(attachKey, "checks", "attach")
	attached.Options = []option{{"1", f.Text("reports.posts.attached"), f.values.Get(attachKey) != ""}}
	name := input(idField, "text", "name")
	name.Required = true
	return []group{
		{f.Text("reports.posts.what"), "", []control{name, which, f.languageControl(f.values.Get(languageKey), ""), f.paperControl(f.values.Get(paperKey)), formats}},
		{f.Text("reports.posts.when"), f.Text("reports.posts.hint.when"), []control{rule, day, weekday, month, input(timeKey, "time", "time")}},
		{f.Text("reports.posts.whom"), f.Text("reports.posts.hint.whom"), []control{input(recipientsKey, "area", "recipients"), attached, input(linkKey, "text", "link"), input(folderKey, "text", "folder")}},
	}, nil
}

// subscriptionBody is the page of one subscription.
type subscriptionBody struct {
	Notice, Chip, Tone string
	Facts              []reportFact
	Action, Do, DoText string // pause or resume
	Like, Remove, Back string
	Deliveries         []deliveryRow
	NMore              int
	RunDue             string
}

type deliveryRow struct{ Period, Target, State, Tone, When, Attempts, Note, Edition, EditionID string }

// subscription shows who gets what when, and what became of each delivery.
func (s *server) subscription(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	v, err := s.openSubscription(c, values)
	if err != nil {
		return err
	}
	defer v.close()
	one, err := s.posts.Get(v.ctx, c.Param("name"))
	if err != nil {
		return err
	}
	body := subscriptionBody{Chip: v.Text("reports.posts.state.on"), Tone: "firm", Action: postAddress(one.ID), Do: "pause", DoText: v.Text("reports.posts.pause"),
		Like: address(subscriptionsPath+"/new", url.Values{likeKey: {one.ID}}), Remove: postAddress(one.ID) + "/remove", Back: reportsPath + "#subscriptions", RunDue: runDueLine}
	if !one.PausedAt.IsZero() {
		body.Chip, body.Tone, body.Do, body.DoText = v.Text("reports.posts.state.paused"), "open", "resume", v.Text("reports.posts.resume")
	}
	if word := values.Get(savedKey); word != "" && v.Has("reports.done."+word) {
		body.Notice = v.Text("reports.done." + word)
	}
	if body.Facts, err = v.postFacts(c, one); err != nil {
		return err
	}
	deliveries, err := s.posts.Deliveries(v.ctx, one.ID)
	if err != nil {
		return err
	}
	body.NMore = max(0, len(deliveries)-shownDeliveries)
	for _, d := range deliveries[:len(deliveries)-body.NMore] {
		body.Deliveries = append(body.Deliveries, v.deliveryRow(d))
	}
	return v.renderAs(c, http.StatusOK, "report_subscription", v.Say("reports.posts.title", one.ID), nil, body)
}

func (v *visit) deliveryRow(d subscription.Delivery) deliveryRow {
	row := deliveryRow{Period: d.Period, Target: shorten(d.Target, 80), State: v.Text("reports.delivery." + string(d.State)), Tone: "open", Attempts: v.Count(float64(d.Attempts)), Note: shorten(d.Note, 300), When: noValue}
	if d.Channel == subscription.Folder {
		row.Target = v.Say("reports.posts.into", row.Target)
	}
	switch {
	case d.State == subscription.Sent:
		row.Tone, row.When = "firm", v.instantWords(d.SentAt)
	case d.State == subscription.Failed && !d.Next.IsZero():
		row.When = v.Say("reports.delivery.next", v.instantWords(d.Next))
	case !d.AttemptedAt.IsZero():
		row.When = v.instantWords(d.AttemptedAt)
	}
	if d.Edition != "" {
		row.EditionID, row.Edition = d.Edition, editionAddress(d.Edition)
	}
	return row
}

func (v *visit) postFacts(c *gin.Context, one subscription.Subscription) ([]reportFact, error) {
	var formats []string
	for _, name := range one.Formats {
		formats = append(formats, v.formatWords(name))
	}
	language := v.Text("reports.library_language")
	if w := locale.Find(one.Language); w != nil {
		language = w.Name
	}
	facts := []reportFact{
		{v.Text("reports.posts.report"), v.reportNamed(one.Report), false},
		{v.Text("reports.posts.rule"), v.scheduleWords(one.Schedule), false},
	}
	if one.PausedAt.IsZero() {
		set, err := v.server.settled(c)
		if err != nil {
			return nil, err
		}
		history, err := subscription.ReadHistory(v.ctx, v.reading.Snapshot, set.Number("fiscal_start"))
		if err != nil {
			return nil, err
		}
		now := time.Now()
		if due := one.Schedule.Due(one.Kind, now, now.Add(aYear+7*24*time.Hour), history.Calendar); len(due) > 0 {
			at := due[0].At.In(history.Zone)
			facts = append(facts, reportFact{v.Text("reports.posts.next"), v.Date(at) + ", " + at.Format("15:04"), false})
		}
	}
	if len(one.Recipients) > 0 {
		how := v.Text("reports.posts.linked")
		if one.Attach {
			how = v.Text("reports.posts.attached")
		}
		facts = append(facts, reportFact{v.Text("reports.posts.recipients"), strings.Join(one.Recipients, ", "), false}, reportFact{v.Text("reports.posts.attach"), how, false})
	}
	if one.Link != "" {
		facts = append(facts, reportFact{v.Text("reports.posts.link"), one.Link, true})
	}
	if one.Folder != "" {
		facts = append(facts, reportFact{v.Text("reports.posts.folder"), one.Folder, true})
	}
	return append(facts, reportFact{v.Text("reports.posts.formats"), strings.Join(formats, ", "), false}, reportFact{v.Text("reports.language"), language, false}, reportFact{v.Text("reports.posts.since"), v.instantWords(one.CreatedAt), false}), nil
}

// pauseSubscription stops a subscription, or lets it go on.
func (s *server) pauseSubscription(c *gin.Context) error {
	values, err := postForm(c)
	if err != nil {
		return err
	}
	if err := s.canPost(); err != nil {
		return err
	}
	ctx, id, done := c.Request.Context(), c.Param("name"), "paused"
	switch values.Get(actionKey) {
	case "pause":
		_, err = s.posts.Pause(ctx, id, time.Now())
	case "resume":
		done = "resumed"
		_, err = s.posts.Resume(ctx, id, time.Now())
	default:
		err = refuse(queries.Invalid, "form.unreadable")
	}
	if err != nil {
		return err
	}
	return redirect{postAddress(id) + "?" + savedKey + "=" + done}
}

// askUnsubscribe asks whether a subscription is to end.
func (s *server) askUnsubscribe(c *gin.Context) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	v, err := s.openSubscription(c, values)
	if err != nil {
		return err
	}
	defer v.close()
	one, err := s.posts.Get(v.ctx, c.Param("name"))
	if err != nil {
		return err
	}
	return v.renderAs(c, http.StatusOK, "report_remove", v.Say("reports.unsubscribe.title", one.ID), nil, removeBody{
		Lead: v.reportNamed(one.Report) + " · " + v.scheduleWords(one.Schedule) + " · " + v.whereWords(one), How: v.Text("reports.unsubscribe.how"), Action: v.path,
		Submit: v.Text("reports.unsubscribe.submit"), Back: postAddress(one.ID), Keep: v.Text("reports.remove.keep"),
	})
}

// unsubscribe ends a subscription.
func (s *server) unsubscribe(c *gin.Context) error {
	if err := s.canPost(); err != nil {
		return err
	}
	if _, err := postForm(c); err != nil {
		return err
	}
	if _, err := s.posts.Remove(c.Request.Context(), c.Param("name"), time.Now()); err != nil {
		return err
	}
	return redirect{reportsPath + "?" + savedKey + "=unsubscribed#subscriptions"}
}
