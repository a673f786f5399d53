package campaign

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Channels are the usual channels; any other word will do.
var Channels = []string{"workshop", "newsletter", "social_media", "liaison_visit", "poster", "course_page"}

// field is one thing that people say of a campaign.
type field struct {
	name       string // as in JSON
	isMeasured bool   // changing it changes what is measured
	isList     bool
	get        func(c *Campaign) []string
	set        func(c *Campaign, values []string) error // of at least one value
	words      func(c *Campaign) string                 // nil: what get gives, "none" where that is nothing
}

var fields = []field{
	text("name", func(c *Campaign) *string { return &c.Name }),
	{name: "kind", get: func(c *Campaign) []string { return []string{c.Kind} }, set: setKind,
		words: func(c *Campaign) string { return strings.ReplaceAll(c.Kind, "_", " ") }},
	{name: "channel", get: func(c *Campaign) []string { return some(c.Channel) }, set: setChannel,
		words: func(c *Campaign) string { return orNone(strings.ReplaceAll(c.Channel, "_", " ")) }},
	{name: "start", isMeasured: true, get: func(c *Campaign) []string { return some(dayText(c.Start)) },
		set: func(c *Campaign, v []string) error { return setDay(&c.Start, "start", v[0]) }},
	{name: "end", isMeasured: true, get: func(c *Campaign) []string { return some(dayText(c.End)) },
		set: func(c *Campaign, v []string) error { return setDay(&c.End, "end", v[0]) },
		words: func(c *Campaign) string {
			if c.End.IsZero() {
				return "lasting"
			}
			return "last day " + dayText(c.End.AddDate(0, 0, -1))
		}},
	{name: "carry_over_months", isMeasured: true, get: func(c *Campaign) []string { return []string{strconv.Itoa(c.CarryOverMonths)} }, set: setCarryOver,
		words: func(c *Campaign) string {
			if c.CarryOverMonths == 1 {
				return "1 month"
			}
			return strconv.Itoa(c.CarryOverMonths) + " months"
		}},
	list("target.departments", func(c *Campaign) *[]string { return &c.Target.Departments }),
	list("target.patron_groups", func(c *Campaign) *[]string { return &c.Target.PatronGroups }),
	list("target.libraries", func(c *Campaign) *[]string { return &c.Target.Libraries }),
	list("comparison.departments", func(c *Campaign) *[]string { return &c.Comparison.Departments }),
	list("comparison.patron_groups", func(c *Campaign) *[]string { return &c.Comparison.PatronGroups }),
	list("comparison.libraries", func(c *Campaign) *[]string { return &c.Comparison.Libraries }),
	list("roles", func(c *Campaign) *[]string { return &c.Roles }),
	{name: "outcome", isMeasured: true, get: func(c *Campaign) []string { return some(c.Outcome) },
		set: func(c *Campaign, v []string) error { c.Outcome = underscored(v[0]); return nil },
		words: func(c *Campaign) string {
			outcome, _ := FindOutcome(c.Outcome)
			return outcome.Label
		}},
	{name: "per_head", isMeasured: true, get: func(c *Campaign) []string { return []string{yesNo(c.PerHead)} }, set: setPerHead},
	number("cost", func(c *Campaign) **float64 { return &c.Cost }),
	text("currency", func(c *Campaign) *string { return &c.Currency }),
	number("staff_hours", func(c *Campaign) **float64 { return &c.StaffHours }),
	text("hypothesis", func(c *Campaign) *string { return &c.Hypothesis }),
	text("owner", func(c *Campaign) *string { return &c.Owner }),
	text("notes", func(c *Campaign) *string { return &c.Notes }),
}

// Fields names what people say of a campaign, as in JSON (target.departments, …), in the order of a form.
func Fields() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// Set reads one field of Fields as a person types it: days as 2024-09-01, the end being the day after the last one; several
// values for a list; per_head yes or no; nothing, or only empty values, clears. What can't be read is a *FieldError and
// changes nothing.
func Set(c *Campaign, name string, values ...string) error {
	f := find(name)
	if f == nil {
		return wrong(name, "%q is no field of a campaign: the fields are %s", name, strings.Join(Fields(), ", "))
	}
	if len(values) == 0 {
		values = []string{""}
	}
	if err := f.set(c, values); err != nil {
		return asField(name, err)
	}
	return nil
}

// Text gives a field of Fields as Set reads it; none where it is empty.
func Text(c Campaign, name string) []string {
	if f := find(name); f != nil {
		return f.get(&c)
	}
	return nil
}

// Words gives a field of Fields as the history of edits says it: the end by its last day.
func Words(c Campaign, name string) string {
	f := find(name)
	switch {
	case f == nil:
		return ""
	case f.words != nil:
		return f.words(&c)
	}
	return orNone(strings.Join(f.get(&c), "; "))
}

func find(name string) *field {
	if i := slices.IndexFunc(fields, func(f field) bool { return f.name == name }); i >= 0 {
		return &fields[i]
	}
	return nil
}

func text(name string, of func(*Campaign) *string) field {
	return field{name: name,
		get: func(c *Campaign) []string { return some(*of(c)) },
		set: func(c *Campaign, v []string) error { *of(c) = v[0]; return nil }}
}

// list is a field of several names; those of campaigns say whose requests are measured.
func list(name string, of func(*Campaign) *[]string) field {
	return field{name: name, isMeasured: true, isList: true,
		get: func(c *Campaign) []string { return *of(c) },
		set: func(c *Campaign, v []string) error { *of(c) = v; return nil }}
}

var plainNumber = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)

func number(name string, of func(*Campaign) **float64) field {
	return field{name: name,
		get: func(c *Campaign) []string {
			if value := *of(c); value != nil {
				return []string{strconv.FormatFloat(*value, 'f', -1, 64)}
			}
			return nil
		},
		set: func(c *Campaign, v []string) error {
			typed := strings.TrimSpace(v[0])
			if typed == "" {
				*of(c) = nil
				return nil
			}
			if strings.HasPrefix(typed, "-") || strings.HasPrefix(typed, "−") {
				return invalid("%s %q is below 0: give 0 or more, such as 1200.50, or leave it empty", spaced(name), typed)
			}
			if !plainNumber.MatchString(typed) {
				return invalid("%s %q is no amount: write it with a point and without thousands separators, such as 1200.50", spaced(name), typed)
			}
			value, err := strconv.ParseFloat(typed, 64)
			if err != nil {
				return invalid("%s %q is no amount: write it with a point and without thousands separators, such as 1200.50", spaced(name), typed)
			}
			*of(c) = &value
			return nil
		}}
}

func setKind(c *Campaign, v []string) error {
	switch kind := underscored(v[0]); kind {
	case "change", KindServiceChange:
		c.Kind = KindServiceChange
	case "", KindCampaign:
		c.Kind = KindCampaign
	default:
		return invalid("kind %q is not known: use campaign, for something done towards readers, or service_change", v[0])
	}
	return nil
}

func setChannel(c *Campaign, v []string) error {
	c.Channel = v[0]
	if word := underscored(v[0]); slices.Contains(Channels, word) {
		c.Channel = word
	}
	return nil
}

func setCarryOver(c *Campaign, v []string) error {
	typed := strings.TrimSpace(v[0])
	if typed == "" {
		c.CarryOverMonths = 0
		return nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return invalid("carry-over %q is no number: give whole months from 0 to %d", typed, MaxCarryOver)
	}
	c.CarryOverMonths = n
	return nil
}

func setPerHead(c *Campaign, v []string) error {
	switch strings.ToLower(strings.TrimSpace(v[0])) {
	case "", "no", "false", "0":
		c.PerHead = false
	case "yes", "true", "1":
		c.PerHead = true
	default:
		return invalid("per head %q is not understood: use yes or no", v[0])
	}
	return nil
}

func setDay(into *time.Time, name, typed string) error {
	day, err := parseDay(name, typed)
	if err == nil {
		*into = day
	}
	return err
}

// parseDay reads 2024-09-01; nothing is the zero time.
func parseDay(name, typed string) (time.Time, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, invalid("%s %q is no day: write it as year-month-day, such as 2024-09-01", name, typed)
	}
	if isOdd(day) { // the zero time, which means none, is such a day
		return time.Time{}, invalid("%s %s is in no year that a history has: look at the year", name, typed)
	}
	return day, nil
}

// isOdd tells of a day that no history has.
func isOdd(day time.Time) bool { return day.Year() < 1900 || day.Year() > 2200 }

func dayText(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// underscored writes a word of a fixed list as we keep it: social media as social_media.
func underscored(typed string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "_")
}

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }
