package campaign

import (
	"cmp"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/queries"
)

// MaxCarryOver is the longest carry-over, in months.
const MaxCarryOver = 24

// The most of what is kept; lengths are in characters.
const (
	maxName  = 200
	maxWord  = 60 // channel
	maxNotes = 10_000
	maxNames = 5000 // of a list
	maxCost  = 1e12
	maxHours = 1e6
)

// FieldError is what is wrong with one field: Field as in Fields, or id; Message is one sentence for a person. To package
// queries it is Invalid.
type FieldError struct {
	Field, Message string
	told           *queries.Error
}

// Error implements error.
func (e *FieldError) Error() string { return e.Message }

// Unwrap gives the sentence as package queries knows it, Invalid and in parts.
func (e *FieldError) Unwrap() error { return e.told }

func wrong(field, format string, args ...any) error {
	return wrongly(field, queries.NewError(queries.Invalid, format, args...))
}

func wrongly(field string, told *queries.Error) error {
	return &FieldError{field, told.Message, told}
}

// asField names the field that an error is about.
func asField(field string, err error) error {
	var told *queries.Error
	if !errors.As(err, &told) {
		told = &queries.Error{Code: queries.Invalid, Message: err.Error()}
	}
	return wrongly(field, told)
}

func invalid(format string, args ...any) *queries.Error {
	return queries.NewError(queries.Invalid, format, args...)
}

// Clean trims what was typed, sorts lists and drops what they say twice, and fills in what is understood: a campaign, of
// borrowing requests, measured by requests. Book does so before it records.
func Clean(c Campaign) Campaign {
	for _, text := range []*string{&c.ID, &c.Name, &c.Kind, &c.Channel, &c.Outcome, &c.Currency, &c.Hypothesis, &c.Owner, &c.Notes} {
		*text = strings.TrimSpace(pasted.Replace(*text))
	}
	for _, names := range []*[]string{&c.Target.Departments, &c.Target.PatronGroups, &c.Target.Libraries,
		&c.Comparison.Departments, &c.Comparison.PatronGroups, &c.Comparison.Libraries, &c.Roles} {
		*names = cleanNames(*names)
	}
	for i, role := range c.Roles {
		c.Roles[i] = strings.ToLower(role)
	}
	if len(c.Roles) == 0 {
		c.Roles = []string{"borrowing"}
	}
	c.Kind = cmp.Or(c.Kind, KindCampaign)
	c.Outcome = cmp.Or(c.Outcome, Outcomes[0].ID)
	c.Currency = strings.ToUpper(c.Currency)
	return c
}

// pasted takes off what comes along with a text from elsewhere and shows nothing, and writes every line break alike.
var pasted = strings.NewReplacer("\r\n", "\n", "\u2028", "\n", "\u2029", "\n", "\u200b", "", "\u2060", "", "\ufeff", "")

// cleanNames makes a new list, never nil.
func cleanNames(names []string) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reserved would be pages of their own at the address of a campaign.
var reserved = []string{"new", "add", "edit", "list", "import", "export", "plan", "planner", "exposure"}

var (
	idShape       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)
)

// Validate gives the first thing that is wrong with a campaign, as a *FieldError. It looks at what Clean makes of it.
func Validate(c Campaign) error {
	c = Clean(c)
	for _, check := range []func(Campaign) error{checkName, checkID, checkTexts, checkWhen, checkWho, checkOutcome, checkMeans} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func checkName(c Campaign) error {
	if !strings.ContainsFunc(c.Name, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) }) {
		return wrong("name", "the name is missing: say what was done, such as Newsletter to new staff")
	}
	return nil
}

func checkID(c Campaign) error {
	switch {
	case c.ID == "":
		return wrong("id", "the id is missing: give a short one of letters, digits, dots, hyphens and underscores")
	case !idShape.MatchString(c.ID):
		return wrong("id", "the id %q can't be used: it starts with a letter or digit, holds only letters, digits, dots, hyphens and underscores, and at most 64 of them", excerpt(c.ID))
	case slices.Contains(reserved, strings.ToLower(c.ID)):
		return wrong("id", "the id %q has a meaning of its own: choose another", c.ID)
	}
	return nil
}

func checkTexts(c Campaign) error {
	for _, text := range []struct {
		field, value string
		most         int
		isLong       bool
	}{
		{"name", c.Name, maxName, false}, {"channel", c.Channel, maxWord, false}, {"owner", c.Owner, maxName, false},
		{"hypothesis", c.Hypothesis, maxNotes, true}, {"notes", c.Notes, maxNotes, true},
	} {
		if err := checkText(text.field, text.value, text.most, text.isLong); err != nil {
			return err
		}
		if strings.ContainsRune(text.value, utf8.RuneError) {
			return wrong(text.field, "in the %s is a �, which stands for what could not be read: type it anew", text.field)
		}
		if strings.ContainsFunc(text.value, turns) {
			return wrong(text.field, "in the %s is an invisible character that turns the direction of the text round: type it anew", text.field)
		}
	}
	if c.Kind != KindCampaign && c.Kind != KindServiceChange {
		return wrong("kind", "kind %q is not known: use campaign, for something done towards readers, or service_change", excerpt(c.Kind))
	}
	return nil
}

// checkText refuses what a terminal, a page or a spreadsheet would not show as it is.
func checkText(field, value string, most int, isLong bool) error {
	what := strings.ReplaceAll(spaced(field), ".", " ")
	if !utf8.ValidString(value) {
		return wrong(field, "what is in the %s is not valid UTF-8 text: type it anew", what)
	}
	if n := utf8.RuneCountInString(value); n > most {
		return wrong(field, "the %s may have at most %d characters, not %d: shorten the text", what, most, n)
	}
	for _, r := range value {
		if unicode.IsControl(r) && !(isLong && (r == '\n' || r == '\t')) {
			return wrong(field, "a line break or another control character is in the %s %q: take it out", what, excerpt(value))
		}
	}
	return nil
}

// turns tells of the characters that override, embed or isolate a direction of writing, up to another one that may be missing.
// Hebrew and Arabic do without them.
func turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

// excerpt is the beginning of a text, for a message.
func excerpt(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}

func checkWhen(c Campaign) error {
	if c.Start.IsZero() {
		return wrong("start", "the start is missing: give the first day, such as 2024-09-01")
	}
	for _, day := range []struct {
		field string
		at    time.Time
	}{{"start", c.Start}, {"end", c.End}} {
		if !day.at.IsZero() && isOdd(day.at) {
			return wrong(day.field, "%s %s is in no year that a history has: look at the year", day.field, dayText(day.at))
		}
		if !day.at.Equal(day.at.UTC().Truncate(24 * time.Hour)) {
			return wrong(day.field, "%s %s is no whole day", day.field, day.at.Format(time.RFC3339))
		}
	}
	if !c.End.IsZero() && !c.End.After(c.Start) {
		return wrong("end", "the end %s is not after the start %s: it is the day after the last one, and empty for a lasting change", dayText(c.End), dayText(c.Start))
	}
	if c.CarryOverMonths < 0 || c.CarryOverMonths > MaxCarryOver {
		return wrong("carry_over_months", "a carry-over of %d months is not possible: give whole months from 0 to %d", c.CarryOverMonths, MaxCarryOver)
	}
	if c.End.IsZero() && c.CarryOverMonths > 0 {
		return wrong("carry_over_months", "a lasting change has no carry-over: leave it at 0, or give an end")
	}
	return nil
}

func checkWho(c Campaign) error {
	for _, f := range fields {
		if !strings.HasPrefix(f.name, "target.") && !strings.HasPrefix(f.name, "comparison.") {
			continue
		}
		names := f.get(&c)
		if len(names) > maxNames {
			return wrong(f.name, "%d names are too many for one list: name at most %d, or nobody for everyone", len(names), maxNames)
		}
		for _, name := range names {
			if err := checkText(f.name, name, maxName, false); err != nil {
				return err
			}
		}
	}
	if c.Comparison.IsEmpty() {
		return nil
	}
	if c.Target.IsEmpty() {
		return wrong("comparison."+fieldOf(c.Comparison.Dimension()), "everyone is addressed, so nobody is left to compare with: name the target, or leave the comparison group empty")
	}
	dimension := c.Target.Dimension()
	if len(c.Comparison.Names(dimension)) == 0 {
		return wrong("comparison."+fieldOf(dimension), "the target names %[1]s, but the comparison group does not: name %[1]s to compare with", spaced(fieldOf(dimension)))
	}
	for _, name := range c.Target.Names(dimension) {
		if slices.Contains(c.Comparison.Names(dimension), name) {
			return wrong("comparison."+fieldOf(dimension), "%q is in the target and in the comparison group: take it out of one", name)
		}
	}
	for _, other := range dimensions {
		if names := c.Comparison.Names(other); other != dimension && len(names) > 0 && !slices.Equal(names, c.Target.Names(other)) {
			return wrong("comparison."+fieldOf(other), "the %s of the comparison group are not those of the target: leave them empty to take the target's", spaced(fieldOf(other)))
		}
	}
	return nil
}

func checkOutcome(c Campaign) error {
	for _, role := range c.Roles {
		if role != "borrowing" && role != "docdel" {
			return wrong("roles", "role %q can't be measured: readers' requests are borrowing and docdel", excerpt(role))
		}
	}
	outcome, ok := FindOutcome(c.Outcome)
	if !ok {
		var ids []string
		for _, one := range Outcomes {
			ids = append(ids, one.ID)
		}
		return wrong("outcome", "outcome %q is not known: use one of %s", excerpt(c.Outcome), strings.Join(ids, ", "))
	}
	if c.PerHead && !outcome.IsCount {
		return wrong("per_head", "%s is no count, so it is not measured per enrolled reader: leave per head out", strings.ToLower(outcome.Label))
	}
	return nil
}

func checkMeans(c Campaign) error {
	for _, amount := range []struct {
		field string
		value *float64
		most  float64
	}{{"cost", c.Cost, maxCost}, {"staff_hours", c.StaffHours, maxHours}} {
		if v := amount.value; v != nil && (math.IsNaN(*v) || *v < 0 || *v > amount.most) {
			return wrong(amount.field, "%s must be from 0 to %.0f", spaced(amount.field), amount.most)
		}
	}
	if c.Currency != "" && !currencyShape.MatchString(c.Currency) {
		return wrong("currency", "currency %q is not known: use the three letters of its code, such as USD", excerpt(c.Currency))
	}
	return nil
}
